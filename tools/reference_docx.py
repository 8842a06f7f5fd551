"""Make lib/coursewaves/documents/reference.docx: the styles, the page and the footer of every Word document of ours.

It is pandoc's own reference document with other fonts, sizes and distances. Run it after a change here, and look at a
document; it needs the extras ``documents`` and ``test``. Equal versions of pandoc and python-docx give equal bytes.
"""

import io
import subprocess
from typing import Any

import docx
import pypandoc
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from coursewaves.documents.package import REFERENCE, repacked

FONT = "Arial"
"""On every Windows and Mac, with all Kazakh letters; Liberation Sans takes its place elsewhere, at the same widths."""

INK, QUIET, ACCENT = RGBColor(0x1C, 0x24, 0x30), RGBColor(0x52, 0x5D, 0x6B), RGBColor(0x1D, 0x5A, 0x8A)

Look = dict[str, Any]
"""Size in points, whether bold, colour, space before and after in points, and whether kept with what follows."""

LOOKS: dict[str, Look] = {
    "Title": {"size": 20, "bold": True, "color": INK, "before": 0, "after": 8, "keep": True},
    "Heading 1": {"size": 18, "bold": True, "color": INK, "before": 0, "after": 8, "keep": True},
    "Heading 2": {"size": 14, "bold": True, "color": ACCENT, "before": 20, "after": 6, "keep": True},
    "Heading 3": {"size": 11.5, "bold": True, "color": INK, "before": 12, "after": 4, "keep": True},
    "Heading 4": {"size": 10.5, "bold": True, "color": INK, "before": 10, "after": 4, "keep": True},
    "Body Text": {"before": 0, "after": 6},
    "First Paragraph": {"before": 6, "after": 6},
    "Compact": {"before": 1, "after": 1},
    "Table Caption": {"size": 10, "bold": True, "color": INK, "before": 10, "after": 4, "keep": True},
    "Image Caption": {"size": 10, "bold": True, "color": INK, "before": 2, "after": 12},
    "Captioned Figure": {"before": 8, "after": 0, "keep": True},
    "Definition Term": {"size": 9, "color": QUIET, "before": 4, "after": 0, "keep": True},
    "Definition": {"before": 0, "after": 2},
    "TOC Heading": {"size": 11.5, "bold": True, "color": INK, "before": 12, "after": 4, "keep": True},
}
OWN: dict[str, Look] = {
    "Note": {"size": 9, "color": QUIET, "before": 5, "after": 6},
    "Warning": {"before": 4, "after": 8},
    "Table Text": {"size": 9, "before": 2, "after": 2},
    "Table Number": {"size": 9, "before": 2, "after": 2},
    "toc 1": {"before": 0, "after": 2},
}
"""Styles that pandoc does not know; `coursewaves.documents.word` names them."""


def main() -> None:
    """Write the reference document."""
    pandoc = [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.docx"]
    default = subprocess.run(pandoc, capture_output=True, check=True).stdout  # noqa: S603
    document = docx.Document(io.BytesIO(default))
    _set_font(document.styles.element)
    for name, look in LOOKS.items():
        _dress(document.styles[name], look)
    for name, look in OWN.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        _dress(style, look)
    document.styles["Table Number"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.styles["Image Caption"].font.italic = document.styles["Table Caption"].font.italic = False
    _border(document.styles["Warning"].element, "left", "B26A00", 24)
    _border(document.styles["Heading 2"].element, "top", "1D5A8A", 8)
    mark = document.styles.add_style("Paragraph Mark", WD_STYLE_TYPE.CHARACTER)
    mark.font.size, mark.font.bold, mark.font.color.rgb = Pt(8), False, QUIET
    _set_table(document.styles["Table"].element)
    _set_page(document.sections[0])
    draft = io.BytesIO()
    document.save(draft)
    REFERENCE.write_bytes(repacked(draft.getvalue(), {}))


def _set_font(styles: Any) -> None:
    """Name one font for all letters, and none of the theme's."""
    for fonts in styles.iter(qn("w:rFonts")):
        is_code = fonts.get(qn("w:ascii")) not in (None, FONT)
        fonts.attrib.clear()
        for place in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(place), "Courier New" if is_code else FONT)
    for kind in ("w:sz", "w:szCs"):
        styles.find(f"{qn('w:docDefaults')}//{qn(kind)}").set(qn("w:val"), "21")


def _dress(style: Any, look: Look) -> None:
    if "size" in look:
        style.font.size = Pt(look["size"])
    if "bold" in look:
        style.font.bold, style.font.italic = look["bold"], False
    if "color" in look:
        style.font.color.rgb = look["color"]
    distances = style.paragraph_format
    distances.space_before, distances.space_after = Pt(look["before"]), Pt(look["after"])
    distances.keep_with_next = look.get("keep", False)
    style.hidden, style.quick_style = False, True


def _border(style: Any, side: str, colour: str, eighths: int) -> None:
    """Draw a line beside a paragraph; its width is in eighths of a point."""
    borders = OxmlElement("w:pBdr")
    line = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(eighths)), ("space", "6"), ("color", colour)):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    style.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
    )


def _set_table(style: Any) -> None:
    """Rule the rows of a table lightly, and the head strongly."""
    properties = style.find(qn("w:tblPr"))
    borders = OxmlElement("w:tblBorders")
    for side, size, colour in (("top", "8", "525D6B"), ("bottom", "8", "525D6B"), ("insideH", "4", "C9D1DA")):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", size), ("space", "0"), ("color", colour)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    first = style.find(f"{qn('w:tblStylePr')}[@{qn('w:type')}='firstRow']")
    letters = OxmlElement("w:rPr")
    letters.append(OxmlElement("w:b"))
    first.insert(0, letters)
    margins = properties.find(qn("w:tblCellMar"))
    if margins is None:
        properties.append(borders)
    else:
        margins.addprevious(borders)


def _set_page(section: Any) -> None:
    """Set A4, its margins, and the page's number of how many in the footer."""
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin, section.bottom_margin = Cm(1.8), Cm(1.8)
    section.footer_distance = Cm(0.9)
    line = section.footer.paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for part in ("PAGE", " / ", "NUMPAGES"):
        run = line.add_run("" if part.isalpha() else part)
        run.font.size, run.font.color.rgb = Pt(8), QUIET
        if part.isalpha():
            _add_field(run, part)


def _add_field(run: Any, name: str) -> None:
    for kind in ("begin", "text", "separate", "shown", "end"):
        if kind == "text":
            element = OxmlElement("w:instrText")
            element.text = f" {name} "
        elif kind == "shown":
            element = OxmlElement("w:t")
            element.text = "1"
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


if __name__ == "__main__":
    main()
