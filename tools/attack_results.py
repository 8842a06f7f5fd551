"""Read the results beside published pages as an attacker does: JSON and pictures go in, every number comes out.

A picture may tell more digits than the number beside it: a dot is drawn to a hundredth of a pixel. So what a dot, a
square or the end of a line says takes the place of the rounded number, with the precision of the drawing.
"""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
from attack_planes import Spread, finer, spread_of
from bs4 import BeautifulSoup, Tag

HAIRLINE, TRACK, NEAR = "#c9ced3", "#f1f3f5", 0.006
"""Colours of a scale's hairlines and ground, and by how many pixels a coordinate may be rounded."""


class Number(NamedTuple):
    """One number that was published.

    Attributes
    ----------
    place
        Kind and subject of the report, section, table or figure, and row.
    name
        Of the variable.
    value
        As it stands, or as it is drawn.
    half
        It may have been rounded by so much.
    """

    place: tuple[str, ...]
    name: str
    value: float
    half: float


class Mean(NamedTuple):
    """A mean of some people, 0-100."""

    n: int
    value: float
    half: float


class Results(NamedTuple):
    """What stands beside a page: its JSON, all numbers in it, and the means that its figures draw."""

    result: dict[str, Any]
    numbers: list[Number]
    counts: dict[tuple[str, str], dict[str, int]]
    """The answers to each question, by section and question: step by step."""
    means: dict[tuple[str, str, str], Mean]
    """By section, score and ``own``, ``others`` or the wave of a step."""
    hidden: frozenset[str] = frozenset()
    """Rows of figures that are hidden."""
    spreads: tuple[Spread, ...] = ()
    """What the funnels of the page tell of all ratings."""
    finer: tuple[str, ...] = ()
    """Marks of planes that tell more digits than the numbers beside them."""


NOTHING = Results({}, [], {}, {})


def read_results(page: Path, soup: BeautifulSoup) -> Results:
    """Read the JSON beside a page, and the page's pictures; where there is none, nothing."""
    path = page.with_suffix(".json")
    if not path.exists():
        return NOTHING
    result = json.loads(path.read_text(encoding="utf-8"))
    counts, means, hidden, spreads, exact = {}, {}, set(), [], []
    for section in result["sections"]:
        drawn = soup.select(f'section[id="{section["id"]}"] figure')
        for place, figure in enumerate(section["figures"]):
            rows = [row for row in figure["rows"] if not row.get("is_hidden")]
            hidden |= {row["id"] for row in figure["rows"] if row.get("is_hidden")}
            counts |= {(section["id"], row["id"]): row["counts"] for row in rows if "counts" in row}
            means |= _means(section["id"], rows, drawn[place] if place < len(drawn) else None)
            spread = spread_of(rows, drawn[place]) if place < len(drawn) else None
            spreads += [spread] if spread else []
            exact += finer(rows, drawn[place]) if place < len(drawn) else []
    found = Results(result, list(_numbers(result)), counts, means, frozenset(hidden))
    return found._replace(spreads=tuple(spreads), finer=tuple(exact))


def _numbers(result: dict[str, Any]) -> Iterator[Number]:
    head = (result["kind"], result["id"])
    for section in result["sections"]:
        for kind in ("tables", "figures"):
            for part in section[kind]:
                for row in part["rows"]:
                    place = (*head, section["id"], part["title"] or part["id"], row["id"], row["label"])
                    place += (str(row.get("step", "")),)
                    yield from _of_row(place, row["values"] if kind == "tables" else row)
        for text in section["texts"]:
            for number, value in enumerate(text["values"]):
                yield Number((*head, section["id"], text["name"]), f"text_{number}", float(value), _half(value))


def _of_row(place: tuple[str, ...], values: dict[str, Any]) -> Iterator[Number]:
    for name, value in values.items():
        for key, one in value.items() if isinstance(value, dict) else [("", value)]:
            if isinstance(one, int | float) and not isinstance(one, bool):
                yield Number(place, f"{name}.{key}".rstrip("."), float(one), _half(one, name))


def _half(value: float, name: str = "") -> float:
    digits = len(str(value).partition(".")[2]) if isinstance(value, float) else 0
    return 0.0 if name.startswith(("n", "counts")) else 0.5 * 10**-digits


# Pictures --------------------------------------------------------------------------------------------


def _means(section_id: str, rows: list[dict[str, Any]], figure: Tag | None) -> dict[tuple[str, str, str], Mean]:
    """Return the means of a figure, as exactly as its marks tell them where each mean has its mark."""
    told = [
        ((section_id, row["id"], str(row.get("step", key))), row[n], row[mean])
        for row in rows
        for key, n, mean in (("own", "n", "mean"), ("others", "others_n", "others_mean"))
        if n in row and mean in row
    ]
    values = _drawn(figure) if figure else []
    apart = [(abs(value - mean), half) for (value, half), (_, _, mean) in zip(values, told, strict=False)]
    is_read = len(values) == len(told) and all(distance <= 0.5 + half for distance, half in apart)
    is_finer = is_read and any(distance > half for distance, half in apart)  # else drawn as it is said
    exact = values if is_finer else [(mean, 0.5) for _, _, mean in told]
    return {key: Mean(n, *one) for (key, n, _), one in zip(told, exact, strict=True)}


def _drawn(figure: Tag) -> list[tuple[float, float]]:
    """Read the marks of a figure on the scale of its hairlines, and how exactly each is drawn."""
    ticks: list[float] = []
    marks: list[float] = []
    is_below = False
    for tag in figure.find_all(["circle", "rect", "path"]):
        is_below |= tag.name == "rect" and tag.get("fill") == TRACK
        if not is_below:
            continue  # the legend's own
        if tag.name == "path" and tag.get("stroke") == HAIRLINE:
            ticks.append(float(re.findall(r"[\d.]+", str(tag["d"]))[0]))
        elif tag.name == "circle":
            marks.append(float(str(tag["cx"])))
        elif tag.name == "rect" and tag.get("width") == "9":
            marks.append(float(str(tag["x"])) + 4.5)
        elif tag.name == "path" and str(tag["d"]).endswith("Z"):
            marks.append(float(re.findall(r"[\d.]+", str(tag["d"]))[0]))
    if not ticks or max(ticks) <= min(ticks):
        return []
    unit = 100 / (max(ticks) - min(ticks))
    return [((mark - min(ticks)) * unit, NEAR * unit) for mark in marks]


# Workbooks -------------------------------------------------------------------------------------------


def untold(workbook: bytes, result: dict[str, Any]) -> list[str]:
    """Name what a workbook tells that the JSON beside it does not: cells, names, comments, hidden parts, properties."""
    told = {str(result[name]) for name in ("title", "kind", "id", "language", "schema", "version")}
    told |= {"title", "kind", "id", "language", "schema", "version", ""} | set(_texts(result["sections"]))
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    found = [f"name {name}" for name in book.defined_names]
    found += [f"property {value}" for value in _properties(book) if str(value) not in told]
    for sheet in book.worksheets:
        found += [f"sheet {sheet.title} is {sheet.sheet_state}"] if sheet.sheet_state != "visible" else []
        hidden = [*sheet.row_dimensions.values(), *sheet.column_dimensions.values()]
        found += [f"hidden {part.index} of {sheet.title}" for part in hidden if part.hidden]
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
            text = _plain(cell.value)
            parts = re.split(" · |; |(?<=counts) ", text)
            if cell.comment or not (text in told or all(part in told for part in parts)):
                found.append(f"{sheet.title}!{cell.coordinate}")
    return found


def _properties(book: Any) -> list[Any]:
    names = ("title", "subject", "description", "keywords", "category", "lastModifiedBy", "creator", "identifier")
    return [value for name in names if (value := getattr(book.properties, name))]


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
    elif node is not None:
        yield _plain(node)


def _plain(value: Any) -> str:
    return f"{float(value):.12g}" if isinstance(value, int | float) else str(value)
