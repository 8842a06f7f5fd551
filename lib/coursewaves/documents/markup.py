"""Read a finished page: HTML comes in, a tree of plain markup goes out that asks for nothing outside itself."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from coursewaves.documents.needs import needed
from coursewaves.errors import CoursewavesError

SVG = "{http://www.w3.org/2000/svg}"

PLACES = {"kk": "kk-KZ", "ru": "ru-RU", "en": "en-GB"}
"""The languages of our reports with the country whose spelling and hyphens they have."""

ACTIVE = {
    "applet", "audio", "base", "button", "embed", "frame", "frameset", "iframe", "input", "link", "meta", "noscript",
    "object", "script", "select", "source", "template", "textarea", "track", "video",
}  # fmt: skip
"""Elements that run, load or ask for something; a document on paper has no use for them."""

SCREEN = ("skip", "screen")
"""Classes of what only a browser shows, such as links to the other formats of a report."""

KINDS = {"png": "png", "jpeg": "jpg", "gif": "gif", "svg+xml": "svg"}
_DATA = re.compile(r"data:image/(png|jpeg|gif|svg\+xml);base64,([A-Za-z0-9+/=\s]+)")

Element = ET.Element


class Markup(NamedTuple):
    """A page as a tree.

    Attributes
    ----------
    root
        ``<html>`` with its language; the head holds title and style sheets alone.
    pictures
        Content of each ``<img>`` by the file name that stands as its source.
    """

    root: Element
    pictures: dict[str, bytes]


def read_markup(page: str, language: str, title: str) -> Markup:
    """Read a page.

    Parameters
    ----------
    page
        HTML of any template of ours.
    language, title
        Of the document.

    Raises
    ------
    CoursewavesError
        For a picture that lies elsewhere or has no words for those who can't see it.
    """
    root = needed("tinyhtml5").parse(page, namespace_html_elements=False)
    root.set("lang", PLACES.get(language, language))
    for parent in list(root.iter()):
        for child in list(parent):
            if not isinstance(child.tag, str) or child.tag in ACTIVE or {*SCREEN} & {*child.get("class", "").split()}:
                remove(parent, child)
    _set_head(root, title)
    pictures: dict[str, bytes] = {}
    for picture in root.iter("img"):
        _take_in(picture, pictures)
    for drawing in root.iter(f"{SVG}svg"):
        _make_plain(drawing)
    for link in root.iter("a"):
        if not link.get("href", "").startswith(("#", "https://", "mailto:")):
            link.attrib.pop("href", None)  # a page beside this one is not beside a document that was sent
    return Markup(root, pictures)


def remove(parent: Element, child: Element) -> None:
    """Remove an element and keep the text behind it."""
    place = list(parent).index(child)
    if child.tail and place:
        parent[place - 1].tail = (parent[place - 1].tail or "") + child.tail
    elif child.tail:
        parent.text = (parent.text or "") + child.tail
    parent.remove(child)


def _set_head(root: Element, title: str) -> None:
    head = root.find("head")
    if head is None:
        raise CoursewavesError("The page has no head; fix: give a whole page of HTML")
    styles = head.findall("style")
    head[:] = [_with_text("title", title), *styles]
    ET.SubElement(head, "meta", {"charset": "utf-8"})


def _with_text(tag: str, text: str) -> Element:
    element = Element(tag)
    element.text = text
    return element


def _take_in(picture: Element, pictures: dict[str, bytes]) -> None:
    """Give a picture that stands in the page a file name of its own."""
    if not picture.get("alt", "").strip():
        raise CoursewavesError("A picture of the page has no alternative text; fix: say in words what it shows")
    found = _DATA.fullmatch(picture.get("src", ""))
    if found is None:
        raise CoursewavesError("A picture lies outside the page; fix: put it in as data:image/png;base64")
    name = f"picture-{len(pictures) + 1:03}.{KINDS[found[1]]}"
    try:
        pictures[name] = base64.b64decode(found[2], validate=False)
    except binascii.Error:
        raise CoursewavesError("A picture of the page is damaged; fix: make the page anew") from None
    picture.set("src", name)


def _make_plain(drawing: Element) -> None:
    """Take the namespace from an inline drawing, and what is only for the pointer; its title says all that it shows."""
    words = alternative(drawing)
    for parent in list(drawing.iter()):
        for child in parent.findall(f"{SVG}title") + parent.findall(f"{SVG}desc"):
            remove(parent, child)
    for element in drawing.iter():
        element.tag = element.tag.removeprefix(SVG)
        for name in [name for name in element.attrib if name.startswith("{")]:  # namespaces, and links outside
            del element.attrib[name]
    drawing.attrib.pop("aria-labelledby", None)
    drawing.set("xmlns", SVG[1:-1])
    drawing.set("font-family", FONT)
    title = Element("title")
    title.text = words
    drawing.insert(0, title)


FONT = "DejaVu Sans"
"""The face in which drawings are lettered: their lines were measured for it, and it has every Kazakh letter."""


def alternative(drawing: Element) -> str:
    """Return what a drawing shows, in words.

    Raises
    ------
    CoursewavesError
        Where it does not say it.
    """
    for name in (f"{SVG}desc", f"{SVG}title", "title"):
        words = " ".join("".join(found.itertext()).split()) if (found := drawing.find(name)) is not None else ""
        if words:
            return words
    if drawing.get("aria-label", "").strip():
        return str(drawing.get("aria-label"))
    raise CoursewavesError("A figure of the page has no alternative text; fix: say in words what it shows")


def parents_of(root: Element) -> dict[Element, Element]:
    """Return the parent of each element."""
    return {child: parent for parent in root.iter() for child in parent}


def classes(element: Element) -> set[str]:
    """Return the classes of an element."""
    return {*element.get("class", "").split()}


def text_of(element: Element) -> str:
    """Return the text of an element on one line."""
    return " ".join("".join(element.itertext()).split())


def rows_of(table: Element) -> Iterator[list[Element]]:
    """Return the cells of each row of a table."""
    for row in table.iter("tr"):
        yield [cell for cell in row if cell.tag in ("th", "td")]


def as_html(root: Any) -> str:
    """Write a tree as HTML."""
    return "<!doctype html>\n" + ET.tostring(root, encoding="unicode", method="html")
