"""Draw SVG as PNG for programs that show no SVG: in memory, with the one font that drawings are lettered in."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from coursewaves.documents.markup import FONT, Element
from coursewaves.documents.needs import needed

ZOOM = 2.0
"""Dots of a picture in each CSS pixel: 192 in an inch; three would take twice the time and half as much room again."""


def png_of(drawing: Element | bytes) -> bytes:
    """Draw an SVG element, or a file of one; what it refers to outside itself is not drawn."""
    text = drawing.decode() if isinstance(drawing, bytes) else _alone(drawing)
    faces: Any = [str(path) for path in _faces(is_bold="font-weight" in text)]
    return bytes(
        needed("resvg_py").svg_to_bytes(
            svg_string=text, skip_system_fonts=True, font_files=faces, font_family=FONT, sans_serif_family=FONT,
            zoom=ZOOM, background="#ffffff",
        )
    )  # fmt: skip


def _alone(drawing: Element) -> str:
    """Write an element without the text that follows it."""
    text = ET.tostring(drawing, encoding="unicode")
    return text[: text.rindex("</svg>")] + "</svg>"


def _faces(*, is_bold: bool) -> list[Path]:
    """Return the font files of a drawing; each is read anew for each drawing, so none too many."""
    spec = find_spec("matplotlib")
    folder = Path(spec.origin or "").parent / "mpl-data" / "fonts" / "ttf" if spec else Path()
    return [folder / "DejaVuSans.ttf", *([folder / "DejaVuSans-Bold.ttf"] if is_bold else [])]
