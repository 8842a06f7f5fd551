"""Make one result of a report from what its cells noted: all that the page shows in figures, under fixed names.

The form is versioned: `VERSION` rises when a reader would have to change. A result has ``schema``, ``version``,
``kind``, ``id``, ``language``, ``title`` and ``sections`` in the order of the page; a section has ``id``, ``title``,
``paragraphs`` (of the regulation), ``tables``, ``figures`` and ``texts``.

- A table has ``id``, ``name`` and ``title``, ``label`` (the head of its rows' labels), ``columns`` with ``label``,
  ``names`` and ``unit`` (``0-100``, ``share``, ``text`` or none), and ``rows`` with ``id``, ``label``, ``values`` by
  the names of the columns, and ``texts``, the cells as they are shown.
- A figure has ``id``, ``name``, ``title``, ``alt``, ``columns`` and ``rows``, one a mark, by the same names.
- A text is a sentence with its ``values``; those without numbers are left out, as are participants' words.

A value is a number rounded as on the page (a share 0-1), a text, null where there is none, or what is hidden: ``<5``
for fewer than so many people, ``hidden`` for what is kept back so that a neighbour can't be computed.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from coursewaves.results.figures import Figure, figures_of, is_figure
from coursewaves.results.names import COLUMNS, SHARE, TEXT, Column, column_of, slug, told_apart
from coursewaves.results.shown import Note

SCHEMA, VERSION = "coursewaves results", 1

HIDDEN = "hidden"
"""In place of a value that is kept back because a neighbour could be computed from it."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TOO_FEW = re.compile(r"<\s?(\d+)")
_KEPT_BACK = {"hidden: small group": HIDDEN}
_MINIMUM = "fewer than {minimum} answers"

Row = dict[str, Any]


def assembled(bundles: Iterable[str], head: Mapping[str, str]) -> dict[str, Any]:
    """Return the result of a report.

    Parameters
    ----------
    bundles
        What each section noted, as `coursewaves.results.shown.bundled` wrote it; several are a line each.
    head
        ``kind``, ``id``, ``language`` and ``title`` of the report.

    Returns
    -------
    dict
        ``sections`` in the order of the page; each has ``tables``, ``figures`` and ``texts``.
    """
    sections = [json.loads(line) for bundle in bundles for line in bundle.split("\n") if line]
    told = [_section(section, head["language"]) for section in sections]
    return {"schema": SCHEMA, "version": VERSION, **head, "sections": told}


def as_json(result: Mapping[str, Any]) -> bytes:
    """Write a result; equal results give equal bytes."""
    return json.dumps(result, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def _section(section: Mapping[str, Any], language: str) -> dict[str, Any]:
    found: dict[str, list[Any]] = {"tables": [], "figures": [], "texts": []}
    for note in section["notes"]:
        if note["kind"] == "figure":
            found["figures"].append(_figure(note, f"{section['id']}.figure.{len(found['figures']) + 1}"))
        elif note["kind"] == "text":
            found["texts"] += _text(note["text"], language)
        else:
            found["tables"].append(_table(note, f"{section['id']}.table.{len(found['tables']) + 1}", language))
    return {"id": section["id"], "title": section["title"], "paragraphs": section["paragraphs"]} | found


class _Read(NamedTuple):
    """A cell as it was noted, with the numbers that stand in it."""

    text: str
    key: str
    figures: list[Figure]


def _read(cell: Any, language: str) -> _Read:
    text = _text_of(cell)
    return _Read(text, _key_of(cell), figures_of(text, language))


def _text_of(cell: Any) -> str:
    return str(cell if isinstance(cell, str) else cell[0])


def _key_of(cell: Any) -> str:
    return "" if isinstance(cell, str) else str(cell[1])


def _text(cell: Any, language: str) -> list[dict[str, Any]]:
    """Return a sentence with its numbers; one without any is left out."""
    text, key, figures = _read(cell, language)
    return [{"name": slug(key), "text": text, "values": [one.value for one in figures]}] if figures else []


def _figure(note: Note, figure_id: str) -> dict[str, Any]:
    names = list(dict.fromkeys(name for record in note["records"] for name in record))
    return {
        "id": figure_id, "name": slug(_key_of(note["title"])), "title": _text_of(note["title"]), "alt": note["alt"],
        "columns": names, "rows": note["records"],
    }  # fmt: skip


def _table(note: Note, table_id: str, language: str) -> dict[str, Any]:
    """Return a table: what heads a row is its label, all others are values under the names of their columns."""
    if note["kind"] == "facts":
        head: Sequence[Any] = ["", ""]
        title: Any = ""
    else:
        head, title = note["head"], note["title"]
    cells = [[_read(cell, language) for cell in row[1:]] for row in note["rows"]]
    columns = _columns(head[1:], list(zip(*cells, strict=True)))
    rows = [_row(row[0], read, columns, language) for row, read in zip(note["rows"], cells, strict=True)]
    return {
        "id": table_id, "name": slug(_key_of(title)), "title": _text_of(title), "label": _text_of(head[0]),
        "columns": [
            {"label": _text_of(cell), "names": list(column.names), "unit": column.unit}
            for cell, column in zip(head[1:], columns, strict=True)
        ],
        "rows": rows,
    }  # fmt: skip


def _columns(head: Sequence[Any], cells: Sequence[Sequence[_Read]]) -> list[Column]:
    found = [_column(place, *one) for place, one in enumerate(zip(head, cells, strict=True), 1)]
    names = iter(told_apart([name for column in found for name in column.names]))
    return [Column(tuple(next(names) for _ in column.names), column.unit) for column in found]


def _column(place: int, head: Any, cells: Sequence[_Read]) -> Column:
    """Name what stands in a column; one of a wave or a course may hold a count and its share."""
    key = _key_of(head) or (_text_of(head) if _text_of(head).isascii() else "")
    column = column_of(key)
    name = column.names[0]
    if key in COLUMNS:
        return column
    if not name:
        return Column((f"value_{place}",), TEXT)
    is_share = [[figure.is_share for figure in cell.figures] for cell in cells if cell.figures]
    if [False, True] in is_share:
        return Column((f"n_{name}", f"share_{name}"))
    if [False, False, False] in is_share:
        return Column((name, f"{name}_low", f"{name}_high"))
    return Column((name,), SHARE if is_share and all(shares == [True] for shares in is_share) else "")


def _row(first: Any, cells: Sequence[_Read], columns: Sequence[Column], language: str) -> Row:
    values: Row = {}
    for cell, column in zip(cells, columns, strict=True):
        values |= _values(cell, column, language)
    return {
        "id": slug(_key_of(first)), "label": _text_of(first), "values": values, "texts": [cell.text for cell in cells],
    }  # fmt: skip


def _told(names: tuple[str, ...], text: str, numbers: Sequence[float]) -> Row:
    """Return a text under the first name, and numbers that stand in it under the others."""
    return dict.fromkeys(names) | {names[0]: text} | dict(zip(names[1:], numbers, strict=False))


def _values(cell: _Read, column: Column, language: str) -> Row:
    """Return what a cell says of the variables of its column.

    What is hidden is ``"<5"`` or ``"hidden"`` for all of them; a text is named by its key, which is of no language.
    """
    text, key = cell.text, cell.key
    numbers = [figure.value for figure in cell.figures]
    too_few = _TOO_FEW.fullmatch(text.strip())
    if key in _KEPT_BACK:
        return dict.fromkeys(column.names, _KEPT_BACK[key])
    if too_few or key == _MINIMUM:
        least = too_few[1] if too_few else str(numbers[0]) if numbers else ""
        return dict.fromkeys(column.names, f"<{least}")
    if text.strip() in ("", "–"):
        return dict.fromkeys(column.names)
    if not numbers or (column.unit == TEXT and not is_figure(text, language)):
        return _told(column.names, (key if _DAY.fullmatch(key) else slug(key)) or text, numbers)
    if len(numbers) > len(column.names):
        return dict.fromkeys(column.names) | {column.names[0]: numbers}
    return dict.fromkeys(column.names) | dict(zip(column.names, numbers, strict=False))
