"""Write a result as a workbook for people: a sheet a section, its tables and figures one below the other."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

Line = tuple[str, Sequence[Any], Sequence[str]]
"""How a row looks (``title``, ``head`` or ``row``), its cells and the units of its columns."""

LONGEST = 32_767
"""Characters that a cell holds."""


def as_workbook(result: Mapping[str, Any]) -> bytes:
    """Write the tables and figures of a result; equal results give equal bytes.

    Numbers are numbers, shares are shown as percent; what is hidden stands as ``<5`` or ``hidden``, as in the JSON.
    """
    import xlsxwriter  # noqa: PLC0415  (its import costs a run with nothing to make)

    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"title": result["title"], "created": datetime(2000, 1, 1)})
        looks = {
            "title": book.add_format({"bold": True, "font_size": 12}),
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
            "share": book.add_format({"num_format": "0.##%"}),
        }
        _fill(book.add_worksheet("report"), _front(result), looks)
        names = {"report"}
        for section in result["sections"]:
            lines = list(_lines(section))
            if lines:
                _fill(book.add_worksheet(_sheet_name(section["id"], names)), lines, looks)
    return content.getvalue()


def _sheet_name(section_id: str, names: set[str]) -> str:
    """Return a name that a workbook takes, and no sheet has."""
    name = re.sub(r"[\[\]:*?/\\']", "-", section_id)[:28] or "section"
    found = next(one for n in range(1, 1000) if (one := f"{name}-{n}" if n > 1 else name).lower() not in names)
    names.add(found.lower())
    return found


def _front(result: Mapping[str, Any]) -> list[Line]:
    told = [(name, result[name]) for name in ("title", "kind", "id", "language", "schema", "version")]
    return [("row", pair, ()) for pair in told]


def _lines(section: Mapping[str, Any]) -> Iterator[Line]:
    for table in section["tables"]:
        if table["title"]:
            yield "title", [table["title"]], ()
        heads = [
            f"{column['label']} · {name}" if len(column["names"]) > 1 else column["label"] or name
            for column in table["columns"]
            for name in column["names"]
        ]
        names = [name for column in table["columns"] for name in column["names"]]
        units = ["", *(column["unit"] for column in table["columns"] for _ in column["names"])]
        yield "head", [table["label"], *heads], ()
        for row in table["rows"]:
            yield "row", [row["label"], *(row["values"][name] for name in names)], units
        yield "row", (), ()
    for figure in section["figures"]:
        yield "title", [figure["title"]], ()
        names = [name for name in figure["columns"] if name != "id"]
        spread = _spread(figure["rows"], names)
        yield "head", list(spread), ()
        for row in figure["rows"]:
            cells = [
                row.get(name) if code is None else (row.get(name) or {}).get(code) for name, code in spread.values()
            ]
            yield "row", cells, ["share" if name in SHARES else "" for name, _ in spread.values()]
        yield "row", (), ()


SHARES = ("share", "importance")


def _spread(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, tuple[str, str | None]]:
    """Give each code of counts a column of its own."""
    spread: dict[str, tuple[str, str | None]] = {}
    for name in names:
        codes = [code for row in rows if isinstance(row.get(name), dict) for code in row[name]]
        if codes:
            spread |= {f"{name} {code}": (name, code) for code in dict.fromkeys(codes)}
        else:
            spread[name] = (name, None)
    return spread


def _fill(sheet: Any, lines: Sequence[Line], looks: Mapping[str, Any]) -> None:
    sheet.set_column(0, 0, 50)
    sheet.set_column(1, 20, 14)
    for row, (look, cells, units) in enumerate(lines):
        for place, cell in enumerate(cells):
            if isinstance(cell, bool) or cell is None:
                continue
            if isinstance(cell, int | float):
                is_share = place < len(units) and units[place] == "share"
                sheet.write_number(row, place, cell, looks["share"] if is_share else None)
            else:
                text = "; ".join(map(str, cell)) if isinstance(cell, list) else str(cell)
                sheet.write_string(row, place, text[:LONGEST], looks.get(look))
