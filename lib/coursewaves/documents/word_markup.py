"""Prepare a page for Word: what pandoc does not know of HTML becomes what it knows, and drawings become pictures."""

from collections.abc import Callable

from coursewaves.charts.lettering import JOINER
from coursewaves.documents.drawings import png_of
from coursewaves.documents.markup import (
    Element,
    Markup,
    alternative,
    classes,
    parents_of,
    remove,
    rows_of,
    text_of,
)
from coursewaves.phrases import is_figures

STYLE = "data-custom-style"
"""The attribute by which pandoc gives a paragraph or a word a style of the reference document."""

TALLEST = 830.0
"""Height of a picture in CSS pixels: a page's, less its caption."""

WIDEST = 640.0

LINE, LONGEST = 95.0, 45.0
"""Letters that a table's row holds, and that a column of text gets at the most."""


def prepare(markup: Markup) -> None:
    """Change a tree in place."""
    _picture(markup)
    root = markup.root
    for element in root.iter():
        element.text, element.tail = _without_joiner(element.text), _without_joiner(element.tail)
    for name, change in _CHANGES.items():
        for element in list(root.iter(name)):
            change(element)
    parents = parents_of(root)
    for element in [one for one in root.iter() if one.tag in ("wbr", "style", "title")]:
        remove(parents[element], element)
    for table in root.iter("table"):
        _set_columns(table)


def _without_joiner(text: str | None) -> str | None:
    """Take word joiners away, for which some fonts of a word processor draw a box."""
    return text and text.replace(JOINER, "")


def _picture(markup: Markup) -> None:
    """Put a picture in each drawing's place, no larger than a page."""
    for n, drawing in enumerate(list(markup.root.iter("svg")), 1):
        words, size = alternative(drawing), _size_of(drawing)
        name = f"figure-{n:03}.png"
        markup.pictures[name] = png_of(drawing)
        tail = drawing.tail
        drawing.clear()
        drawing.tag, drawing.tail = "img", tail
        drawing.attrib |= {"src": name, "alt": words, "width": f"{size[0]:.0f}", "height": f"{size[1]:.0f}"}
    for picture in markup.root.iter("img"):
        name = picture.get("src", "")
        if name.endswith(".svg"):
            markup.pictures[f"{name}.png"] = png_of(markup.pictures.pop(name))
            picture.set("src", f"{name}.png")


def _size_of(drawing: Element) -> tuple[float, float]:
    width, height = (float(drawing.get(name, "480").removesuffix("px")) for name in ("width", "height"))
    part = min(1.0, WIDEST / width, TALLEST / height)
    return width * part, height * part


def _set_note(element: Element) -> None:
    for name in {"note", "warning"} & classes(element):
        _wrap(element, name.capitalize())


def _wrap(element: Element, style: str) -> None:
    """Make a paragraph one of a style, which pandoc takes from the block around it."""
    inner = Element("p")
    inner.text, inner[:] = element.text, list(element)
    tail = element.tail
    element.clear()
    element.tag, element.text, element.tail = "div", None, tail
    element.set(STYLE, style)
    element.append(inner)


def _set_contents(nav: Element) -> None:
    """Make a list of links the lines of a table of contents."""
    lines = []
    for element in nav.iter():
        if element.tag in ("h1", "h2", "h3", "p"):
            lines.append(_styled("TOC Heading", element))
        if element.tag == "li":
            lines.append(_styled("toc 1", element))
    attributes = {"id": nav.get("id", "")} if nav.get("id") else {}
    tail = nav.tail
    nav.clear()
    nav.tag, nav.tail, nav.attrib = "div", tail, attributes
    nav[:] = lines


def _styled(style: str, element: Element) -> Element:
    block, line = Element("div", {STYLE: style}), Element("p")
    line.text, line[:] = element.text, list(element)
    block.append(line)
    return block


def _set_mark(span: Element) -> None:
    if "paragraph" in classes(span):
        span.attrib = {STYLE: "Paragraph Mark"}


def _rename(tag: str) -> Callable[[Element], None]:
    def change(element: Element) -> None:
        element.tag = tag

    return change


def _set_summary(element: Element) -> None:
    inner = Element("strong")
    inner.text, inner[:] = element.text, list(element)
    tail = element.tail
    element.clear()
    element.tag, element.tail = "p", tail
    element.append(inner)


def _set_figure(figure: Element) -> None:
    """Set the title of a figure above it, as on a page; pandoc alone would set it below."""
    title, drawn = figure.find("figcaption"), Element("p")
    drawn[:] = [one for one in figure if one is not title]
    tail = figure.tail
    figure.clear()
    figure.tag, figure.tail = "div", tail
    figure[:] = [drawn] if title is None else [_styled("Image Caption", title), drawn]


def _set_facts(facts: Element) -> None:
    """Take the boxes around a term and what it is away: pandoc knows the plain list alone."""
    pairs = [pair for child in facts for pair in (child if child.tag == "div" else [child])]
    facts[:] = pairs


_CHANGES: dict[str, Callable[[Element], None]] = {
    "nav": _set_contents,
    "p": _set_note,
    "span": _set_mark,
    "summary": _set_summary,
    "details": _rename("div"),
    "q": _rename("span"),
    "dl": _set_facts,
    "figure": _set_figure,
}


def _set_columns(table: Element) -> None:
    """Say how wide the columns of a table are, by their words, and set figures at their right ends."""
    rows = list(rows_of(table))
    n_columns = max((len(row) for row in rows), default=0)
    if not n_columns or any(cell.get("colspan") or cell.get("rowspan") for row in rows for cell in row):
        return
    columns = [[row[place] for row in rows if place < len(row)] for place in range(n_columns)]
    for group in table.findall("colgroup"):
        table.remove(group)
    widths = _widths(columns)
    group = Element("colgroup")
    for width in widths:
        group.append(Element("col", {"style": f"width: {100 * width / sum(widths):.1f}%"}))
    table.insert(1 if table.find("caption") is not None else 0, group)
    for cells in columns[1:]:
        inner = [text_of(cell) for cell in cells if cell.tag == "td"]
        if any(inner) and is_figures(inner):
            for cell in cells:
                cell.set("style", "text-align: right")


def _word_width(cell: Element) -> float:
    """Return how many letters the longest word of a cell is long; those of a head are bold."""
    longest = max(map(len, text_of(cell).split()), default=1)
    return longest * (1.2 if cell.get("scope") == "col" else 1)


def _widths(columns: list[list[Element]]) -> list[float]:
    """Return how many letters each column gets: its longest word at the least, and of the rest what its lines want."""
    texts = [[text_of(cell) for cell in cells] for cells in columns]
    least = [max((_word_width(cell) for cell in cells), default=1.0) + 3.0 for cells in columns]
    wanted = [
        max(0.0, min(LONGEST, max(map(len, found), default=1) + 2.0) - one)
        for found, one in zip(texts, least, strict=True)
    ]
    part = min(1.0, max(0.0, LINE - sum(least)) / (sum(wanted) or 1.0))
    return [one + more * part for one, more in zip(least, wanted, strict=True)]
