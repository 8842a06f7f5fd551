"""Write tables as one workbook in which text is text: a sheet a table, headers frozen, no formula and no link.

XLSX holds 32,767 characters a cell, and control characters as escapes (``_x0007_``); readers turn them back. What no
escape can hold is refused by name, never cut.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.export.cells import SURROGATE, Cell, cells_of, check_texts, has_surrogate
from coursewaves.system.private_files import private_draft, private_workshop

MOST_CHARACTERS = 32_767
MOST_ROWS = 1_048_576

_MIXED_ESCAPES = re.compile("_x[0-9A-Fa-f]{4}(?:_x[0-9A-Fa-f]{4}_|[\x00-\x08\x0b-\x1f])")
_OTHERWISE = "; fix: correct the text at its source, or export as csv"

_TEXT_IS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""A second lock: cells are written by their kind, so that xlsxwriter is never asked to guess one."""


class _Exact(float):
    """A number written with all its digits.

    xlsxwriter asks for 16, and some need 17 to be read the same again.
    """

    def __format__(self, spec: str) -> str:
        return repr(float(self))


def fault(text: str) -> str:
    """Say why a workbook can't hold a text; empty where it can.

    Besides what is too long, that is what XML has no way to write, texts that xlsxwriter would take for its own
    rich text, and escapes typed by hand that run into one another.
    """
    if len(text) > MOST_CHARACTERS // 2:
        length = len(text.encode("utf-16-le", "surrogatepass")) // 2
        if length > MOST_CHARACTERS:
            return f"{length} characters where XLSX holds {MOST_CHARACTERS}; fix: export as csv"
    if has_surrogate(text):
        return SURROGATE
    if "\ufffe" in text or "\uffff" in text:
        return f"a character that XML can't hold{_OTHERWISE}"
    if _MIXED_ESCAPES.search(text) or (text.startswith("<r>") and text.endswith("</r>")):
        return f"markup that a workbook would take for its own{_OTHERWISE}"
    return ""


def write_workbook(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write tables as the sheets of one workbook, in their order.

    Columns keep their order; a missing value is no cell; times are local, shown to the second.

    Raises
    ------
    CoursewavesError
        For a text or a table that XLSX can't hold, by table, row and column.
    OSError
        Where the disk is full; nothing is left behind.
    """
    import xlsxwriter.exceptions  # noqa: PLC0415

    for name, table in tables.items():
        check_texts(name, table, fault)
        if len(table) >= MOST_ROWS:
            raise CoursewavesError(f"Can't export {name}: {len(table)} rows are too many for XLSX; fix: export as csv.")
    with private_draft(path) as draft, private_workshop(path.parent) as parts:
        try:
            _write_book(tables, draft, parts)
        except xlsxwriter.exceptions.FileCreateError as error:
            cause = error.args[0] if error.args else error
            raise OSError(getattr(cause, "errno", None), getattr(cause, "strerror", None)) from error


def _write_book(tables: Mapping[str, pd.DataFrame], draft: Path, parts: str) -> None:
    import xlsxwriter  # noqa: PLC0415

    options = _TEXT_IS_TEXT | {"constant_memory": True, "tmpdir": parts}
    with xlsxwriter.Workbook(str(draft), options) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})  # the same tables, the same bytes
        head = book.add_format({"bold": True})
        time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for name, table in tables.items():
            _fill(book.add_worksheet(name), table, head, time)


def _fill(sheet: Any, table: pd.DataFrame, head: Any, time: Any) -> None:
    sheet.freeze_panes(1, 0)
    columns = [cells_of(table[column]) for column in table.columns]
    for place, (column, cells) in enumerate(zip(table.columns, columns, strict=True)):
        sheet.set_column(place, place, _width(str(column), cells))
        sheet.write_string(0, place, str(column), head)
    for row, record in enumerate(zip(*columns, strict=True), 1):
        for place, cell in enumerate(record):
            _write(sheet, row, place, cell, time)


def _write(sheet: Any, row: int, place: int, cell: Cell, time: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, place, cell)
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, place, cell, time)
    elif cell is not None:
        sheet.write_number(row, place, cell if isinstance(cell, int) else _Exact(cell))


def _width(header: str, cells: list[Cell]) -> int:
    """Return a column's width in characters: as wide as most of its texts, 10 to 50."""
    lengths = sorted(len(cell) for cell in cells if isinstance(cell, str))
    most = lengths[(len(lengths) - 1) * 9 // 10] if lengths else 0
    has_times = any(isinstance(cell, datetime) for cell in cells)
    return min(max(10, len(header) + 2, most, 19 * has_times), 50)
