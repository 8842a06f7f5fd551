"""Make DOCX of a page by pandoc: headings, captions, tables and pictures are Word's own, so that it can be edited."""

import re
import subprocess
import tempfile
from html import escape
from pathlib import Path

from coursewaves.documents.markup import PLACES, as_html, read_markup
from coursewaves.documents.needs import pandoc
from coursewaves.documents.package import REFERENCE, part_of, repacked
from coursewaves.documents.word_markup import prepare
from coursewaves.errors import CoursewavesError
from coursewaves.system.isolation import isolated_environment

SECONDS = 100
"""After which pandoc is ended."""

READS = "html-auto_identifiers"

_CORE = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" \
xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title><dc:language>{language}</dc:language>\
</cp:coreProperties>"""

_APP = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">\
<Application>coursewaves</Application></Properties>"""


def to_docx(page: str, language: str, title: str) -> bytes:
    """Make a Word document of a page; equal pages give equal bytes.

    Parameters
    ----------
    page
        HTML of any template of ours; ``nav`` becomes contents, what has the class ``screen`` is left out.
    language, title
        Of the document.

    Raises
    ------
    CoursewavesError
        Where the extra ``documents`` is missing, a picture has no words for those who can't see it, or pandoc fails.
    """
    program = pandoc()
    markup = read_markup(page, language, title)
    prepare(markup)
    with tempfile.TemporaryDirectory(prefix="coursewaves-") as place:
        folder = Path(place)
        for name, content in markup.pictures.items():
            (folder / name).write_bytes(content)
        (folder / "page.html").write_text(as_html(markup.root), encoding="utf-8")
        content = _convert(program, folder)
    return _finished(content, PLACES.get(language, language), title)


def _convert(program: str, folder: Path) -> bytes:
    words = [program, f"--from={READS}", "--to=docx", f"--reference-doc={REFERENCE}", "--output=page.docx", "page.html"]
    try:
        subprocess.run(  # noqa: S603
            words, cwd=folder, env=isolated_environment(folder) | {"SOURCE_DATE_EPOCH": "946684800"}, check=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=SECONDS,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise CoursewavesError(f"pandoc can't make the document: {type(error).__name__}") from None
    return (folder / "page.docx").read_bytes()


def _finished(content: bytes, language: str, title: str) -> bytes:
    """Mend what pandoc leaves: its own properties, and styles of what stands in tables."""
    body = _with_table_styles(part_of(content, "word/document.xml").decode())
    changes = {
        "word/document.xml": body.encode(),
        "word/styles.xml": _spoken(part_of(content, "word/styles.xml").decode(), language).encode(),
        "docProps/core.xml": _CORE.format(title=escape(title), language=language).encode(),
        "docProps/app.xml": _APP.encode(),
        "docProps/custom.xml": part_of(REFERENCE.read_bytes(), "docProps/custom.xml"),
    }
    return repacked(content, changes)


def _spoken(styles: str, language: str) -> str:
    """Say which language all text is in, for spelling and for those who hear it."""
    return re.sub(r"<w:lang\b[^>]*/>", f'<w:lang w:val="{language}" w:eastAsia="{language}" w:bidi="ar-SA"/>', styles)


def _with_table_styles(document: str) -> str:
    """Give what stands in tables the style of tables, and keep each row on one page."""

    def dressed(table: re.Match[str]) -> str:
        rows = re.sub(r"<w:tr>(?:<w:trPr>)?", _whole_row, table[0])
        return re.sub(
            r'<w:pStyle w:val="(?:Compact|BodyText|FirstParagraph)"\s*/>', '<w:pStyle w:val="TableText"/>', rows
        )

    return re.sub(r"<w:tbl>.*?</w:tbl>", dressed, document, flags=re.DOTALL)


def _whole_row(start: re.Match[str]) -> str:
    is_open = start[0].endswith("<w:trPr>")
    return "<w:tr><w:trPr><w:cantSplit/>" + ("" if is_open else "</w:trPr>")
