"""Read the sheets of an XLSX workbook as text: a file goes in, a grid of texts comes out.

Sizes that the file declares, and the cells that it really names, are checked before anything is unpacked into
memory: a few kilobytes can claim a sheet of seventeen thousand million cells.
"""

import re
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

import python_calamine

MOST_BYTES = 200_000_000
MOST_COLUMNS = 5_000
MOST_CELLS = 20_000_000
MOST_PARTS = 1_000


class Sheet(NamedTuple):
    """One sheet as text.

    Attributes
    ----------
    name
        The sheet's name.
    grid
        One list of texts per row; the first is Excel's row 1, whether or not it is empty.
    """

    name: str
    grid: list[list[str]]


class FileFault(NamedTuple):
    """Why a file can't be read, in the words of a problem."""

    rule: str
    seen: str
    fix: str


def sheet_names(path: Path) -> list[str] | FileFault:
    """List the sheets of a workbook in their order, or say why it can't be read."""
    book = _open(path)
    return book if isinstance(book, FileFault) else list(book.sheet_names)


def read_sheet(path: Path, sheet: str | None = None) -> Sheet | FileFault:
    """Read one sheet, the first that is not empty where none is named.

    Whole numbers lose their ``.0``, dates become ``YYYY-MM-DD HH:MM:SS``, truth values ``TRUE``, ``FALSE``.
    A workbook whose sheets are all empty gives a sheet without rows.
    """
    book = _open(path)
    if isinstance(book, FileFault):
        return book
    names = list(book.sheet_names)
    if sheet is not None and sheet not in names:
        return FileFault("E-SHEET", f"sheets {', '.join(map(repr, names))}", f"name one sheet {sheet!r}")
    found = Sheet(sheet or (names[0] if names else ""), [])
    for name in [sheet] if sheet is not None else names:
        try:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except Exception as error:  # calamine raises many kinds
            return FileFault("E-WORKBOOK", f"sheet {name!r}: {type(error).__name__}", _SAVE_AGAIN)
        grid = _without_blank_end([[cell_text(cell) for cell in row] for row in rows])
        if grid:
            return Sheet(name, grid)
    return found


def cell_text(cell: object) -> str:
    """Return the text of one cell.

    >>> cell_text(7.0), cell_text(2.5), cell_text(True), cell_text(date(2025, 9, 1))
    ('7', '2.5', 'TRUE', '2025-09-01 00:00:00')
    """
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return f"{cell.isoformat()} 00:00:00"
    if isinstance(cell, time | timedelta):
        return str(cell)
    return "" if cell is None else str(cell)


_SAVE_AGAIN = "open it in Excel and save it again as .xlsx, or export it as CSV (UTF-8)"


def _open(path: Path) -> "python_calamine.CalamineWorkbook | FileFault":
    size = path.stat().st_size
    if size > MOST_BYTES:
        return FileFault("E-LIMIT", f"{size} bytes", f"keep files under {MOST_BYTES} bytes")
    if fault := _archive_fault(path):
        return fault
    try:
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except Exception as error:
        return FileFault("E-WORKBOOK", f"a damaged workbook ({type(error).__name__})", _SAVE_AGAIN)


def _archive_fault(path: Path) -> FileFault | None:
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        seen = "a workbook with a password, or of the old kind (.xls)"
        return FileFault("E-WORKBOOK", seen, "save it without a password as .xlsx")
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
                return FileFault("E-LIMIT", f"{len(parts)} parts, too large unpacked", "export it as CSV (UTF-8)")
            sheets = [part.filename for part in parts if "worksheets/" in part.filename]
            return next(filter(None, (_sheet_fault(archive.read(name)) for name in sheets)), None)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, ValueError):
        return FileFault("E-WORKBOOK", "no workbook, whatever its name says", _SAVE_AGAIN)


def _sheet_fault(xml: bytes) -> FileFault | None:
    letters = set(re.findall(rb'<c\b[^>]*?\br="([A-Z]{1,3})\d+"', xml))
    columns = max((_column_number(text.decode()) for text in letters), default=0)
    rows = max(map(int, re.findall(rb'<(?:row|c)\b[^>]*?\br="[A-Z]{0,3}(\d{1,9})"', xml)), default=0)
    if columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        seen = f"{rows} rows, {columns} columns"
        return FileFault("E-LIMIT", seen, "delete the cells far from the table")
    return None


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _without_blank_end(grid: list[list[str]]) -> list[list[str]]:
    while grid and not any(cell.strip() for cell in grid[-1]):
        grid.pop()
    return grid
