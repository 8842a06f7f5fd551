"""PDF and DOCX of our pages: whole, for everybody, the same bytes every time, and with no trace of a machine."""

import base64
import io
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from coursewaves.documents import faults, needs, to_docx, to_pdf
from coursewaves.documents.drawings import png_of
from coursewaves.documents.package import REFERENCE, repacked
from coursewaves.errors import CoursewavesError

KAZAKH = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="ct cd" viewBox="0 0 480 {height}" width="480" '
    'height="{height}" font-family="Noto Sans, DejaVu Sans, sans-serif" font-size="15" fill="#1c2430">'
    '<title id="ct">Атауы</title><desc id="cd">{words}</desc>'
    '<text x="0" y="20"><title>толық жазу</title>{letters}</text>'
    '<rect x="0" y="30" width="240" height="20" fill="#1d5a8a"/></svg>'
)


def drawing(words: str = "Екі бағаның айырмасы", letters: str = KAZAKH, height: int = 60) -> str:
    return DRAWING.format(words=words, letters=letters, height=height)


def table(n_rows: int, head: tuple[str, ...] = ("Сұрақ", "Жауаптар", "Орташа")) -> str:
    cells = "".join(f'<th scope="col">{name}</th>' for name in head)
    rows = "".join(
        f'<tr><th scope="row">Сұрақ {row}</th>' + f"<td>{row + 10}</td>" * (len(head) - 1) + "</tr>"
        for row in range(n_rows)
    )
    return (
        '<div class="table" tabindex="0" role="group" aria-label="Кесте"><table><caption>Сұрақтар кестесі</caption>'
        f"<thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def page_of(body: str, css: str = "") -> str:
    """A page as our templates make them."""
    return (
        '<!doctype html>\n<html lang="kk">\n<head><meta charset="utf-8"><title>Есеп</title>'
        f'<style>{css}</style></head><body><a class="skip" href="#main">Есепке</a><main id="main">{body}</main>'
        "</body></html>"
    )


WHOLE = page_of(
    f"<h1>Курс есебі {KAZAKH}</h1>"
    '<nav aria-label="Мазмұны"><h2>Мазмұны</h2><ol><li><a href="#first">Бірінші бөлім</a></li>'
    '<li><a href="#second">Екінші бөлім</a></li></ol></nav>'
    '<section id="first"><h2>Бірінші бөлім <span class="paragraph">¶5</span></h2>'
    '<p class="note">Ұсақ мәтін</p><p class="warning">Ескерту</p>'
    "<dl><div><dt>Ұйым</dt><dd>Орталық</dd></div><div><dt>Күні</dt><dd>1 қыркүйек</dd></div></dl>"
    f"<figure><figcaption>Бірінші сурет</figcaption>{drawing()}</figure>"
    f'<div class="figures"><figure><figcaption>Екінші сурет</figcaption>{drawing("Екінші сипаттама")}</figure></div>'
    "<details><summary>Толығырақ</summary><p>Жасырын мәтін</p></details>"
    '<ul class="quotes"><li><q>Маған ұнады</q></li></ul></section>'
    f'<section id="second"><h2>Екінші бөлім</h2><h3>Ішкі бөлім</h3>{table(80)}</section>'
    '<p class="screen"><a href="A-1.kk.pdf">PDF</a></p>'
)

DOT = base64.b64encode(png_of(drawing().encode())).decode() if not faults() else ""

needs_pango = pytest.mark.skipif(
    any("pango" in fault or "weasyprint" in fault for fault in faults()), reason="no pango"
)
needs_pandoc = pytest.mark.skipif(
    any(name in fault for fault in faults() for name in ("pandoc", "resvg", "tinyhtml5")), reason="no pandoc or resvg"
)
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext")


def texts_of(page: str) -> list[str]:
    """What a page says: every text that is not markup, style or left out on paper."""
    page = re.sub(r"<style>.*?</style>|<title\b.*?</title>|<desc\b.*?</desc>", "", page, flags=re.DOTALL)
    page = re.sub(r'<(\w+) class="(?:skip|screen)".*?</\1>', "", page, flags=re.DOTALL)
    texts = (unescape(text) for text in re.findall(r">([^<]+)", page))
    return [" ".join(text.split()) for text in texts if text.strip()]


def read_back(path: Path) -> str:
    """All words of a document, as pandoc reads them."""
    words = [needs.pandoc(), "--from=docx", "--to=html", "--wrap=none", str(path)]
    found = subprocess.run(words, capture_output=True, check=True, encoding="utf-8").stdout
    return squeezed(unescape(re.sub(r"<[^>]*>", "", found)))


def squeezed(text: str) -> str:
    """A text without spaces, hyphens at line ends, joiners and quotation marks: those are the layout's."""
    return re.sub(r"[\s\u00ad\u2060“”«»\"„]", "", text)


# PDF -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pdf() -> Any:
    import pypdf

    return pypdf.PdfReader(io.BytesIO(to_pdf(WHOLE, "kk", "Курс есебі (A-1)")))


def structure(node: Any) -> Iterator[Any]:
    """All elements of a PDF's structure, in reading order."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        found = kid.get_object() if hasattr(kid, "get_object") else kid
        if hasattr(found, "get") and found.get("/S") is not None:
            yield found
            yield from structure(found)


@needs_pango
def test_a_pdf_is_tagged_and_says_its_language_and_title(pdf):
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] in (True, "true")
    assert root["/Lang"] == "kk-KZ"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] in (True, "true")
    assert pdf.metadata.title == "Курс есебі (A-1)"
    assert b"pdfuaid:part" in root["/Metadata"].get_data() or b"pdfuaid" in root["/Metadata"].get_data()
    assert {"/Table", "/TH", "/TD", "/H1", "/H2", "/H3", "/Figure", "/Caption", "/L"} <= {
        element["/S"] for element in structure(root["/StructTreeRoot"])
    }


@needs_pango
def test_every_figure_of_a_pdf_says_what_it_shows(pdf):
    elements = structure(pdf.trailer["/Root"]["/StructTreeRoot"])
    words = [element.get("/Alt") for element in elements if element["/S"] == "/Figure"]
    assert words == ["Екі бағаның айырмасы", "Екінші сипаттама"]


@needs_pango
def test_pages_are_a4_and_numbered_and_headings_are_bookmarks(pdf):
    assert {tuple(round(float(side)) for side in page.mediabox[2:]) for page in pdf.pages} == {(595, 842)}
    assert len(pdf.pages) > 1
    for number, page in enumerate(pdf.pages, 1):
        assert f"{number} / {len(pdf.pages)}" in page.extract_text()

    def titles(outline: list[Any]) -> list[Any]:
        return [titles(one) if isinstance(one, list) else one.title for one in outline]

    assert titles(pdf.outline) == [
        f"Курс есебі {KAZAKH}", ["Мазмұны", "Бірінші бөлім ¶5", "Екінші бөлім", ["Ішкі бөлім"]]
    ]  # fmt: skip


@needs_pango
def test_the_contents_of_a_pdf_name_pages_and_lead_there(pdf):
    first = pdf.pages[0].extract_text()
    lines = re.findall(r"(Бірінші бөлім|Екінші бөлім)[ .]+(\d+)", first)
    pages = [number for number, page in enumerate(pdf.pages, 1) if "Ішкі бөлім" in page.extract_text()]
    assert lines == [("Бірінші бөлім", "1"), ("Екінші бөлім", str(pages[0]))]


@needs_pango
@needs_poppler
def test_every_text_of_a_page_stands_in_its_pdf_letter_by_letter(tmp_path):
    (tmp_path / "page.pdf").write_bytes(to_pdf(WHOLE, "kk", "T"))
    words = ["pdftotext", "-raw", str(tmp_path / "page.pdf"), "-"]
    found = squeezed(subprocess.run(words, capture_output=True, check=True, encoding="utf-8").stdout)
    missing = [text for text in texts_of(WHOLE) if squeezed(text) not in found]
    assert missing == []
    assert found.count(KAZAKH) == 3  # the heading, and the letters of both drawings
    assert "A-1.kk.pdf" not in found
    assert "толықжазу" not in found  # what only a pointer sees


@needs_pango
def test_a_head_is_repeated_on_every_page_of_a_long_table(pdf):
    pages = [page.extract_text() for page in pdf.pages]
    assert [("Жауаптар" in text) for text in pages if re.search(r"Сұрақ \d", text)] == [True] * len(
        [text for text in pages if re.search(r"Сұрақ \d", text)]
    )
    assert sum("Сұрақтар кестесі" in text for text in pages) == 1


@needs_pango
def test_a_table_of_many_columns_gets_a_page_on_its_side():
    import pypdf

    page = page_of(f"<h1>A</h1>{table(3, tuple(f'Бағалау {n}' for n in range(10)))}<p>After</p>")
    sizes = [
        tuple(round(float(side)) for side in one.mediabox[2:])
        for one in pypdf.PdfReader(io.BytesIO(to_pdf(page, "kk", "T"))).pages
    ]
    assert (842, 595) in sizes
    assert sizes[-1] == (595, 842)


@needs_pango
def test_a_drawing_taller_than_a_page_is_made_smaller_and_not_cut():
    import pypdf

    found = pypdf.PdfReader(io.BytesIO(to_pdf(page_of(f"<figure>{drawing(height=4000)}</figure>"), "kk", "T")))
    assert len(found.pages) == 1


@needs_pango
def test_a_pdf_links_to_nothing_outside_and_equal_pages_give_equal_bytes():
    content = to_pdf(WHOLE, "kk", "T")
    assert content == to_pdf(WHOLE, "kk", "T")
    assert b"/URI" not in content
    assert b"/CreationDate" not in content


# DOCX ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def content() -> bytes:
    return to_docx(WHOLE, "kk", "Курс есебі <A-1>")


@pytest.fixture
def document(content) -> Any:
    import docx

    return docx.Document(io.BytesIO(content))


@needs_pandoc
def test_headings_keep_their_levels_and_other_texts_their_styles(document):
    styled = [(line.style.name, line.text) for line in document.paragraphs if line.style.name not in ("Body Text",)]
    assert [(name, text) for name, text in styled if name.startswith("Heading")] == [
        ("Heading 1", f"Курс есебі {KAZAKH}"), ("Heading 2", "Бірінші бөлім ¶5"), ("Heading 2", "Екінші бөлім"),
        ("Heading 3", "Ішкі бөлім"),
    ]  # fmt: skip
    assert {("Note", "Ұсақ мәтін"), ("Warning", "Ескерту"), ("TOC Heading", "Мазмұны")} <= set(styled)
    assert [text for name, text in styled if name == "toc 1"] == ["Бірінші бөлім", "Екінші бөлім"]
    assert [text for name, text in styled if name == "Image Caption"] == ["Бірінші сурет", "Екінші сурет"]
    assert [text for name, text in styled if name == "Table Caption"] == ["Сұрақтар кестесі"]


@needs_pandoc
def test_pictures_say_what_they_show_and_fit_on_the_page(document):
    pictures = document.element.body.findall(f".//{W}drawing/*/{{*}}docPr")
    assert [picture.get("descr") for picture in pictures] == ["Екі бағаның айырмасы", "Екінші сипаттама"]
    section = document.sections[0]
    assert (round(section.page_width.cm), round(section.page_height.cm, 1)) == (21, 29.7)
    room = section.page_width - section.left_margin - section.right_margin
    assert all(shape.width <= room for shape in document.inline_shapes)


@needs_pandoc
def test_the_title_of_a_picture_stands_above_it_and_on_its_page(document):
    lines = document.paragraphs
    titles = [place for place, line in enumerate(lines) if line.style.name == "Image Caption"]
    assert len(titles) == len(document.inline_shapes) > 0
    assert all(lines[place + 1]._p.findall(f".//{W}drawing") for place in titles)
    assert document.styles["Image Caption"].paragraph_format.keep_with_next


@needs_pandoc
def test_the_head_row_of_a_table_is_repeated_and_figures_stand_right(document):
    (found,) = document.tables
    heads = [row._tr.find(f"{W}trPr/{W}tblHeader") is not None for row in found.rows]
    assert heads == [True, *[False] * 80]
    assert found.cell(1, 1).paragraphs[0].alignment == 2
    assert found.cell(1, 0).paragraphs[0].alignment != 2
    assert {line.style.name for row in found.rows for cell in row.cells for line in cell.paragraphs} == {"Table Text"}


@needs_pandoc
def test_a_document_says_title_and_language_and_numbers_its_pages(document, content):
    assert document.core_properties.title == "Курс есебі <A-1>"
    assert document.core_properties.language == "kk-KZ"
    assert document.core_properties.author == ""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert 'w:val="kk-KZ"' in archive.read("word/styles.xml").decode()
        footers = [archive.read(name).decode() for name in archive.namelist() if "footer" in name]
    assert any("PAGE" in footer and "NUMPAGES" in footer for footer in footers)


@needs_pandoc
def test_no_part_of_a_document_names_a_machine_a_user_or_a_time(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        parts = {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}
    text = "\n".join(part for name, part in parts.items() if name.endswith((".xml", ".rels")))
    assert [
        place for place in (str(Path.home()), tempfile.gettempdir(), "coursewaves-", "file:") if place in text
    ] == []
    assert re.findall(r'TargetMode="External"|\b20[012]\d-\d\d-\d\dT', text) == []


@needs_pandoc
def test_a_document_reads_back_to_the_words_of_its_page(content, tmp_path):
    (tmp_path / "page.docx").write_bytes(content)
    found = read_back(tmp_path / "page.docx")
    in_drawings = {KAZAKH}
    missing = [text for text in texts_of(WHOLE) if squeezed(text) not in found and text not in in_drawings]
    assert missing == []
    assert KAZAKH in found


@needs_pandoc
def test_equal_pages_give_equal_documents(content):
    assert to_docx(WHOLE, "kk", "Курс есебі <A-1>") == content


@needs_pandoc
def test_the_reference_document_holds_no_time_and_is_packed_as_documents_are():
    assert repacked(REFERENCE.read_bytes(), {}) == REFERENCE.read_bytes()


# What is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [pytest.param(to_pdf, marks=needs_pango), pytest.param(to_docx, marks=needs_pandoc)])
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('<img src="https://example.org/a.png" alt="A">', "lies outside the page"),
        ('<img src="/etc/passwd" alt="A">', "lies outside the page"),
        ('<img src="data:image/png;base64,AAAA" alt="">', "no alternative text"),
        (re.sub("<(title|desc).*?</(title|desc)>", "", drawing()), "no alternative text"),
    ],
)
def test_a_page_with_a_picture_from_outside_or_without_words_is_refused(make, body, message):
    with pytest.raises(CoursewavesError, match=message):
        make(page_of(body), "kk", "T")


@needs_pango
def test_a_page_whose_style_asks_for_something_is_refused():
    page = page_of("<h1>A</h1>", css="h1 { background: url(https://example.org/a.png) }")
    with pytest.raises(CoursewavesError, match="asks for something outside itself"):
        to_pdf(page, "kk", "T")


@pytest.mark.parametrize("make", [pytest.param(to_pdf, marks=needs_pango), pytest.param(to_docx, marks=needs_pandoc)])
def test_a_picture_of_the_page_itself_is_taken_in_and_what_runs_or_loads_is_not(make):
    active = '<script>alert(1)</script><iframe src="https://example.org"></iframe><object data="a"></object>'
    page = page_of(f'<p>Before {active} after</p><img src="data:image/png;base64,{DOT}" alt="Белгі">')
    content = make(page, "kk", "T")
    assert b"example.org" not in content
    if make is to_docx:
        import docx

        found = docx.Document(io.BytesIO(content))
        assert len(found.inline_shapes) == 1
        assert " ".join(found.paragraphs[0].text.split()) == "Before after"


def test_a_missing_library_is_told_with_its_fix(monkeypatch):
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(needs.importlib, "import_module", missing)
    for make in (to_pdf, to_docx):
        with pytest.raises(CoursewavesError, match=r"need the library .*; fix: pip install 'coursewaves\[documents\]'"):
            make(WHOLE, "kk", "T")
    assert len(faults()) == len({*needs.OF_PDF, *needs.OF_DOCX})


def test_a_missing_system_library_is_told_with_its_fix(monkeypatch, capsys):
    def missing(name: str) -> Any:
        sys.stdout.write("long advice")
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(needs.importlib, "import_module", missing)
    with pytest.raises(CoursewavesError, match=r"needs the system library pango; fix: install .* libpango-1.0-0"):
        to_pdf(WHOLE, "kk", "T")
    assert capsys.readouterr().out == ""


# A real report ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def report(reports) -> str:
    return (reports / "course" / "P01-01.kk.html").read_text(encoding="utf-8")


@pytest.mark.slow
@needs_pango
@needs_poppler
def test_a_course_report_is_whole_in_its_pdf(report, tmp_path):
    import pypdf

    (tmp_path / "page.pdf").write_bytes(to_pdf(report, "kk", "T"))
    found = pypdf.PdfReader(tmp_path / "page.pdf")
    words = ["pdftotext", "-raw", str(tmp_path / "page.pdf"), "-"]
    text = subprocess.run(words, capture_output=True, check=True, encoding="utf-8").stdout
    said = squeezed(re.sub(r"\n\d+ / \d+\n", "\n", text))
    assert [one for one in texts_of(report) if squeezed(one) not in said and len(one) < 60] == []
    assert {letter for letter in KAZAKH if letter in report} <= {letter for letter in KAZAKH if letter in text}
    figures = [one for one in structure(found.trailer["/Root"]["/StructTreeRoot"]) if one["/S"] == "/Figure"]
    assert len(figures) == report.count("<svg ") > 10
    assert all(one.get("/Alt", "").strip() for one in figures)


@pytest.mark.slow
@needs_pandoc
def test_a_course_report_is_whole_in_its_document(report, tmp_path):
    import docx

    (tmp_path / "page.docx").write_bytes(to_docx(report, "kk", "T"))
    found = docx.Document(tmp_path / "page.docx")
    assert len(found.inline_shapes) == report.count("<svg ")
    assert len(found.tables) == report.count("<table>")
    assert all(one.rows[0]._tr.find(f"{W}trPr/{W}tblHeader") is not None for one in found.tables)
    text = read_back(tmp_path / "page.docx")
    outside = re.sub(r"<svg\b.*?</svg>", "", report, flags=re.DOTALL)
    assert [one for one in texts_of(outside) if squeezed(one) not in text] == []
