"""Read published pages as an attacker does: HTML goes in, every row of a table and every bar of a figure comes out."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from attack_results import NOTHING, Mean, Results, read_results
from bs4 import BeautifulSoup, Tag

BAR, KEY, NOTE = "22", "13", "#575f67"
"""Height of a bar of answers and of a legend's key, and the colour of the words beside a bar."""


FEW = 5
"""Of fewer people nothing may follow."""


class Claim(NamedTuple):
    """What the pages tell of one to four people.

    Attributes
    ----------
    kind
        ``between releases``, ``pairs``, ``alone``, ``left out``, ``part of a sum``, ``count``, ``subgroup``, ``group``.
    place
        Where in the pages, the later release where there are two.
    people
        How many people it is about.
    told
        What follows: the answers that came and those that went, step by step, or the ends of a number.
    """

    kind: str
    place: tuple[str, ...]
    people: int
    told: tuple[object, ...]


class Line(NamedTuple):
    """One row of a table.

    Attributes
    ----------
    place
        Kind and subject of the page, section, caption and the row's first cell.
    head, cells
        Headings and cells, the first column included.
    """

    place: tuple[str, ...]
    head: tuple[str, ...]
    cells: tuple[str, ...]

    def number(self, *headings: str) -> int | None:
        """Return the whole number under the first of some headings that is there; None where there is none."""
        cell = self.cell(*headings)
        found = re.fullmatch(r"(\d[\d,]*)( \(\d+%\))?", cell)
        return int(found[1].replace(",", "")) if found else None

    def cell(self, *headings: str) -> str:
        """Return the cell under the first heading that begins so."""
        named = zip(self.head, self.cells, strict=False)
        return next((cell for head, cell in named if head.startswith(headings)), "")


class Bar(NamedTuple):
    """The answers to one question, measured from its bar: how many chose which step, from the lowest of the legend."""

    place: tuple[str, ...]
    counts: tuple[int, ...]

    @property
    def total(self) -> float:
        """Sum of the answers, 0 for the lowest step and 100 for the highest."""
        last = max(len(self.counts) - 1, 1)
        return sum(n * 100 * step / last for step, n in enumerate(self.counts))


class Page(NamedTuple):
    """One published page."""

    kind: str
    subject_id: str
    lines: list[Line]
    bars: list[Bar]
    text: str
    results: Results = NOTHING

    def means(self) -> dict[tuple[str, str, str], Mean]:
        """Return the means of the page by wave, score and side (``own``, ``others``, or the wave of a step)."""
        rated = {"factors": "b", "by-run": "b"}
        found = self.results.means.items()
        return {(rated.get(section, section[-1]), name, side): mean for (section, name, side), mean in found}


def read_pages(folder: Path, language: str = "en") -> list[Page]:
    """Read all pages of one language below a folder of reports."""
    return [read_page(path) for path in sorted(folder.glob(f"*/*.{language}.html"))]


def read_page(path: Path) -> Page:
    """Read one page."""
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "lxml")
    kind, subject_id = path.parent.name, path.name.split(".")[0]
    lines, bars = [], []
    for section in soup.find_all("section"):
        place = (kind, subject_id, str(section.get("id", "")))
        for table in section.find_all("table"):
            lines += _lines(place, table)
        for figure in section.find_all("figure"):
            bars += _bars(place, figure)
    return Page(kind, subject_id, lines, bars, soup.get_text(" ", strip=True), read_results(path, soup))


def _words(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" ", strip=True).split()) if tag else ""


def _lines(place: tuple[str, ...], table: Tag) -> Iterator[Line]:
    head = tuple(_words(cell) for cell in table.select("thead th"))
    caption = _words(table.find("caption"))
    for row in table.select("tbody tr"):
        cells = tuple(_words(cell) for cell in row.find_all(["th", "td"]))
        yield Line((*place, caption, cells[0]), head, cells)


def _bars(place: tuple[str, ...], figure: Tag) -> Iterator[Bar]:
    """Measure the stacked bars of a figure: a segment's width by its bar's, times the number of answers."""
    caption, label, n = _words(figure.find("figcaption")), "", 0
    colours = [str(tag["fill"]) for tag in figure.find_all("rect") if tag.get("height") == KEY]
    widths: dict[str, float] = {}
    number = 0
    for tag in figure.find_all(["text", "rect"]):
        if tag.name == "rect":
            if tag.get("height") == BAR and tag.get("stroke"):
                widths[str(tag["fill"])] = float(str(tag["width"]))
            continue
        if tag.get("text-anchor") == "middle":
            continue
        if widths:
            yield Bar((*place, caption, str(number), label), _counts(colours, widths, n))
            number, label, n, widths = number + 1, "", 0, {}
        found = re.match(r"n = (\d+)", _words(tag))
        if tag.get("fill") == NOTE:
            n = int(found[1]) if found else n
        elif not tag.get("font-size"):
            label = f"{label} {_words(tag)}".strip()
    if widths:
        yield Bar((*place, caption, str(number), label), _counts(colours, widths, n))


def _counts(colours: list[str], widths: dict[str, float], n: int) -> tuple[int, ...]:
    total = sum(widths.values())
    return tuple(round(widths.get(colour, 0.0) / total * n) for colour in colours)
