"""The sheet on which every chart is drawn: marks and words go in, one accessible SVG text comes out.

Only presentation attributes are used: no style, no script, no reference to anything outside, so that a page
may forbid all of them.
"""

from collections.abc import Callable, Sequence
from hashlib import blake2s
from html import escape
from typing import NamedTuple

from coursewaves.charts.lettering import clean, text_width, wrap
from coursewaves.charts.palette import HAIRLINE, INK, QUIET

WIDTH = 480
BODY = 15
SMALL = 13
GAP = 14
LEADING, DESCENT = 6, 5
"""Room between two lines, and under the baseline of the lower: as Noto Sans needs for the Kazakh letters."""

_NOTE = 0.3 * WIDTH
FONTS = "Noto Sans, DejaVu Sans, sans-serif"

_COMMON = frozenset({"fill", "stroke", "stroke-width", "stroke-dasharray"})
_ROOT = frozenset({"xmlns", "role", "aria-labelledby", "viewBox", "width", "height"})
ELEMENTS: dict[str, frozenset[str]] = {
    "svg": _ROOT | {"font-family", "font-size", "fill"},
    "title": frozenset({"id"}),
    "desc": frozenset({"id"}),
    "text": frozenset({"x", "y", "font-size", "fill", "text-anchor"}),
    "rect": frozenset({"x", "y", "width", "height"}) | _COMMON,
    "circle": frozenset({"cx", "cy", "r"}) | _COMMON,
    "path": frozenset({"d"}) | _COMMON,
}
"""Every element that a chart may hold and its attributes: the allow-list for a page's sanitiser."""

Points = Sequence[tuple[float, float]]
Swatch = Callable[["Sheet", float, float], None]
"""Draws the key of a legend entry around the point (x, y)."""


class Figure(NamedTuple):
    """A drawing as text; equal input gives equal bytes.

    Attributes
    ----------
    svg
        One ``<svg>`` element to stand in a page or, as it is, in a file.
    alt
        What the drawing shows, in words, as the caller gave it; the drawing carries it too.
    width, height
        Natural size in CSS pixels; the drawing scales with ``max-width: 100%; height: auto``.
    """

    svg: str
    alt: str
    width: int
    height: int

    def __repr__(self) -> str:
        return f"<Figure {self.width} x {self.height}: {self.alt}>"

    def _repr_html_(self) -> str:
        return self.svg


class Sheet:
    """A sheet that grows downwards: marks are added to it, and `y` is where the next row begins."""

    def __init__(self) -> None:
        self.marks: list[str] = []
        self.y = 0.0

    def label(self, y: float, words: str, tip: str) -> None:
        """Write one line of a label with its baseline at y; `tip` is the whole label where it was cut."""
        if words:
            self.marks.append(f'<text x="0" y="{_n(y)}">{_tip(tip)}{escape(words, quote=False)}</text>')

    def small(self, x: float, y: float, words: str, *, fill: str = QUIET, anchor: str = "start", tip: str = "") -> None:
        """Write one small line with its baseline at y."""
        place = f'x="{_n(x)}" y="{_n(y)}" font-size="{SMALL}" fill="{fill}"'
        side = f' text-anchor="{anchor}"' if anchor != "start" else ""
        line = clean(words)
        if line:
            self.marks.append(f"<text {place}{side}>{_tip(tip)}{escape(line, quote=False)}</text>")

    def rect(self, x: float, y: float, size: tuple[float, float], fill: str, stroke: str = "") -> None:
        """Draw a rectangle from its upper left corner; `size` is its width and height."""
        width, height = size
        edge = f' stroke="{stroke}"' if stroke else ""
        place = f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
        self.marks.append(f'<rect {place} fill="{fill}"{edge}/>')

    def circle(self, x: float, y: float, radius: float, fill: str, stroke: str) -> None:
        """Draw a circle around a point."""
        place = f'cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"'
        self.marks.append(f'<circle {place} fill="{fill}" stroke="{stroke}" stroke-width="2"/>')

    def line(self, points: Points, stroke: str, width: float = 1, dash: str = "") -> None:
        """Draw a line through points."""
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        pen = f'fill="none" stroke="{stroke}" stroke-width="{_n(width)}"{dashes}'
        self.marks.append(f'<path d="M{_way(points)}" {pen}/>')

    def shape(self, points: Points, fill: str) -> None:
        """Draw the filled shape that points bound."""
        self.marks.append(f'<path d="M{_way(points)}Z" fill="{fill}"/>')

    def heading(self, label: str, note: str) -> None:
        """Write a row's label and its note: at the right end of the first line, or below if it is long."""
        width = text_width(clean(note), SMALL)
        is_beside = width <= _NOTE
        lines, cut = wrap(label, WIDTH - width - GAP if is_beside else WIDTH, BODY, most=4)
        if is_beside:
            self.small(WIDTH, self.y + BODY + LEADING - DESCENT, note, anchor="end")
        for line in lines or [""] * is_beside:
            self.y += BODY + LEADING
            self.label(self.y - DESCENT, line, cut)
        if not is_beside:
            self.paragraph(note)

    def paragraph(self, words: str, most: int = 3) -> None:
        """Write small quiet lines over the whole width."""
        lines, cut = wrap(words, WIDTH, SMALL, most)
        for line in lines:
            self.y += SMALL + LEADING
            self.small(0, self.y - DESCENT, line, tip=cut)

    def legend(self, entries: Sequence[tuple[Swatch, str]], key: float = 22) -> None:
        """Write entries with their keys from left to right, in as many lines as they need."""
        x = 0.0
        for swatch, words in entries:
            lines, cut = wrap(words, WIDTH - key, SMALL)
            width = key + max((text_width(line, SMALL) for line in lines), default=0)
            if x and (x + width > WIDTH or len(lines) > 1):
                x, self.y = 0.0, self.y + SMALL + 7
            swatch(self, x + key / 2 - 3, self.y + SMALL / 2 + 2)
            for place, line in enumerate(lines):
                self.y += (SMALL + LEADING) * bool(place)
                self.small(x + key, self.y + SMALL + 1, line, fill=INK, tip=cut)
            x += width + GAP
        self.y += (SMALL + 7 + GAP) * bool(entries)

    def scale(self, places: Sequence[tuple[float, str]]) -> None:
        """Write the labels of an axis below the last row, each centred at its x as far as the edges allow.

        One that would stand over another is left out.
        """
        self.y -= GAP - 6
        free = 0.0
        for x, label in sorted(places):
            words = "".join(wrap(label, WIDTH / 4, SMALL, most=1).lines)
            half = text_width(words, SMALL) / 2
            centre = min(max(x, half), WIDTH - half)
            if centre - half >= free:
                self.small(centre, self.y + SMALL + 1, words, anchor="middle")
                free = centre + half + 6
        self.y += SMALL + LEADING

    def figure(self, title: str, alt: str, empty: str = "") -> Figure:
        """Return the finished drawing; one without a mark says `empty`.

        The ids of title and description come from all that is drawn, so that figures of one page differ.
        """
        if not self.marks:
            self.paragraph(empty)
        height = max(1, round(self.y + 0.5))
        body = "".join(self.marks)
        names = [escape(clean(words), quote=False) for words in (title, alt)]
        key = "c" + blake2s("\0".join([*names, body]).encode(), digest_size=6).hexdigest()
        role = f'xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{key}t {key}d"'
        size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        letters = f'font-family="{FONTS}" font-size="{BODY}" fill="{INK}"'
        head = f'<title id="{key}t">{names[0]}</title><desc id="{key}d">{names[1]}</desc>'
        return Figure(f"<svg {role} {size} {letters}>{head}{body}</svg>", alt, WIDTH, height)


def ruler(sheet: Sheet, xs: Sequence[float], top: float, bottom: float) -> None:
    """Draw the hairlines of a scale through one row only, so that they never cross a label."""
    for x in xs:
        sheet.line([(x, top), (x, bottom)], HAIRLINE)


def _way(points: Points) -> str:
    return "L".join(f"{_n(x)} {_n(y)}" for x, y in points)


def _tip(words: str) -> str:
    return f"<title>{escape(words, quote=False)}</title>" if words else ""


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
