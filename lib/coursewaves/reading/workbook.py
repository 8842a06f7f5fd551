"""Read the sheets of an XLSX workbook as text: a file goes in, grids of texts and what stands beside them come out.

calamine reads the cells. It is given an archive of our own making, some rows at a time, so that it sees nothing that
was not checked before, whatever the file holds.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import python_calamine

from coursewaves.reading.catalogue import (
    DOCTYPE,
    NO_WORKBOOK,
    ONE_SHEET,
    SAVE_AGAIN,
    Catalogue,
    SheetEntry,
    read_catalogue,
)
from coursewaves.reading.containers import (
    MOST_BYTES,
    OLD_OR_LOCKED,
    Archive,
    FileFault,
    RefusedError,
    open_regular,
    other_kind,
)
from coursewaves.reading.worksheet import MOST_CELLS, MOST_COLUMNS, Marks, safe_pieces

__all__ = ["MOST_BYTES", "MOST_COLUMNS", "FileFault", "Sheet", "cell_text", "read_sheet", "read_sheets", "sheet_names"]

MOST_STRINGS = 4_000_000
MOST_STRINGS_BYTES = 200_000_000
MOST_STYLES_BYTES = 20_000_000
MOST_TRIED = 10
"""Sheets that hold something and turn out to be blank, until the search for a filled one ends."""

MOST_REMEMBERED = 200_000
"""Different values whose texts are kept, so that equal cells share one text."""


class Sheet(NamedTuple):
    """One sheet as text.

    Attributes
    ----------
    name
        The sheet's name.
    grid
        One list of texts per row, all of one length; the first is Excel's row 1, whether or not it is empty. Cells
        of `uncached` and `errors` are empty.
    hidden_rows
        Numbers of rows that Excel does not show; they are in `grid` like all others.
    merged
        Ranges such as ``A2:A5`` that reach below the first row that is not blank; only their first cell has a text.
    uncached
        ``(row number, column index)`` of formulas whose result is not stored.
    errors
        ``(row number, column index)`` of cells such as ``#N/A`` and ``#REF!``.
    others
        Names of the other sheets that are not empty, where no sheet was asked for by name.
    """

    name: str
    grid: list[list[str]]
    hidden_rows: list[int]
    merged: list[str]
    uncached: list[tuple[int, int]]
    errors: list[tuple[int, int]]
    others: list[str]


def sheet_names(path: Path) -> list[str] | FileFault:
    """List the sheets of a workbook in their order, or say why it can't be read."""
    try:
        with _opened(path) as book:
            return [entry.name for entry in book.entries]
    except RefusedError as refused:
        return refused.fault


def read_sheet(path: Path, sheet: str | None = None) -> Sheet | FileFault:
    """Read one sheet; where none is named, the first that is not empty, hidden ones last.

    Whole numbers lose their ``.0``, dates become ``YYYY-MM-DD HH:MM:SS``, truth values ``TRUE``, ``FALSE``.
    A workbook whose sheets are all empty gives a sheet without rows.
    """
    try:
        with _opened(path) as book:
            if sheet is None:
                return _first_filled(book)
            entry = next((entry for entry in book.entries if entry.name == sheet), None)
            if entry is None:
                names = ", ".join(repr(entry.name) for entry in book.entries)
                return FileFault("E-SHEET", f"sheets {names}", f"name one sheet {sheet!r}")
            return book.read(entry)
    except RefusedError as refused:
        return refused.fault


def read_sheets(path: Path) -> list[Sheet] | FileFault:
    """Read every sheet, empty ones too, in the workbook's order; one that can't be read refuses the file."""
    try:
        with _opened(path) as book:
            return _every_sheet(book)
    except RefusedError as refused:
        return refused.fault


def cell_text(cell: object) -> str:
    """Return the text of one cell.

    Numbers are written as short as they can be without becoming another number; whole ones from 2**53 on keep
    their exponent, because their last digits are lost already. Durations count hours beyond 24.

    >>> cell_text(7.0), cell_text(2.5), cell_text(True), cell_text(date(2025, 9, 1))
    ('7', '2.5', 'TRUE', '2025-09-01 00:00:00')
    """
    return _FORMS.get(type(cell), str)(cell)


def _number(cell: float) -> str:
    return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)


def _duration(cell: timedelta) -> str:
    minutes, seconds = divmod(int(cell.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


_FORMS: dict[type, Callable[[Any], str]] = {
    bool: lambda cell: str(cell).upper(),
    float: _number,
    datetime: lambda cell: cell.isoformat(" ", "seconds"),
    date: lambda cell: f"{cell.isoformat()} 00:00:00",
    time: lambda cell: cell.isoformat("seconds"),
    timedelta: _duration,
}


class _Texts(dict[object, str]):
    """The texts of cells; equal cells get the same one."""

    def __missing__(self, cell: object) -> str:
        text = cell_text(cell)
        if len(self) < MOST_REMEMBERED:
            self[cell] = text
        return text

    def of(self, cells: Sequence[object]) -> list[str]:
        """Return the texts of a row. True is equal to 1, so that truth values can't be looked up."""
        return [cell_text(cell) if cell.__class__ is bool else self[cell] for cell in cells]


class _Book:
    """An open workbook: its sheets, and what their cells refer to."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._catalogue = read_catalogue(archive)
        self.entries = self._catalogue.entries
        self._base = b""

    def is_filled(self, entry: SheetEntry) -> bool:
        """Whether a sheet has any value or formula; blanks count as a value."""
        before = b""
        for chunk in self._archive.chunks(entry.part):
            if _VALUE.search(before + chunk):
                return True
            before = chunk[-200:]
        return False

    def read(self, entry: SheetEntry) -> Sheet:
        """Read one sheet whole."""
        marks = Marks(self._catalogue.recalculates)
        grid: list[list[str]] = []
        texts = _Texts()
        chunks = self._archive.chunks(entry.part)
        for piece in safe_pieces(chunks, marks):
            (row, column), cells = self._cells(piece)
            if cells and row < len(grid):
                raise RefusedError("E-WORKBOOK", "a sheet whose rows are out of order", SAVE_AGAIN)
            grid += [[] for _ in range(row - len(grid))] if cells else []
            before = [""] * column
            grid += [before + texts.of(part) for part in cells]
        return _finished(entry.name, grid, marks)

    def _cells(self, piece: bytes) -> tuple[tuple[int, int], Sequence[Sequence[object]]]:
        """Let calamine read some rows; return the place of the first cell and the rectangle from it on."""
        self._base = self._base or _made_base(self._archive, self._catalogue)
        book = io.BytesIO(self._base)
        with zipfile.ZipFile(book, "a") as archive:
            archive.writestr("xl/worksheets/sheet1.xml", piece)
        book.seek(0)
        try:
            sheet = python_calamine.CalamineWorkbook.from_filelike(book).get_sheet_by_index(0)
            return sheet.start or (0, 0), sheet.to_python(skip_empty_area=True)
        except BaseException as error:
            # A panic of calamine is no Exception.
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            raise RefusedError("E-WORKBOOK", f"a damaged workbook ({type(error).__name__})", SAVE_AGAIN) from None


# Also what makes a sheet unreadable: such a one is not to be taken for empty.
_VALUE = re.compile(rb"<(?:[\w.-]+:)?[vtf](?:\s[^<>]*)?>(?:[^<]|<[^/])|<!|\0")
_RANGE = re.compile(r"[A-Z]{1,3}([1-9][0-9]{0,6}):[A-Z]{1,3}([1-9][0-9]{0,6})")
_START = 512
_TEXT = re.compile(rb"[^\r\n]*[,;\t]")
_TEXT_TABLE = FileFault("E-WORKBOOK", "a text table under the name of a workbook", "give it its suffix .csv again")
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = '<Relationship Id="{0}" Type="' + _OFFICE + '/{0}" Target="{1}"/>'
_RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_INDEX = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr date1904="{{:d}}"/>'
    '<sheets><sheet name="1" sheetId="1" r:id="worksheet"/></sheets></workbook>'
)
_TARGETS = {"worksheet": "worksheets/sheet1.xml", "styles": "styles.xml", "sharedStrings": "sharedStrings.xml"}


@contextmanager
def _opened(path: Path) -> Iterator[_Book]:
    with open_regular(path) as file:
        if fault := _kind_fault(file.peek(_START)[:_START]):
            raise RefusedError(*fault)
        yield _Book(Archive(file, NO_WORKBOOK))


def _kind_fault(start: bytes) -> FileFault | None:
    """Tell a file that is no workbook by how it begins; a torn one begins as it should."""
    if not start:
        return FileFault("E-WORKBOOK", "an empty file", "download it again")
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return OLD_OR_LOCKED
    if (kind := other_kind(start)) is not None:
        return kind._replace(rule="E-WORKBOOK")
    is_text = b"\0" not in start and not start.startswith(b"PK") and _TEXT.match(start) is not None
    return _TEXT_TABLE if is_text else None


def _first_filled(book: _Book) -> Sheet:
    in_order = sorted(book.entries, key=lambda entry: not entry.is_visible)
    filled = [entry for entry in in_order if book.is_filled(entry)]
    tried: list[Sheet] = []
    for entry in filled[:MOST_TRIED]:
        tried.append(book.read(entry))
        if tried[-1].grid:
            return tried[-1]._replace(others=[other.name for other in filled if other is not entry])
    if len(filled) > MOST_TRIED:
        raise RefusedError("E-LIMIT", f"{MOST_TRIED} sheets of blanks before any text", ONE_SHEET)
    return tried[0] if tried else Sheet(in_order[0].name if in_order else "", [], [], [], [], [], [])


def _every_sheet(book: _Book) -> list[Sheet]:
    sheets: list[Sheet] = []
    n_cells = 0
    for entry in book.entries:
        sheets.append(book.read(entry))
        n_cells += sum(map(len, sheets[-1].grid))
        if n_cells > MOST_CELLS:
            raise RefusedError("E-LIMIT", f"{n_cells} cells in the first {len(sheets)} sheets", ONE_SHEET)
    return sheets


def _made_base(archive: Archive, catalogue: Catalogue) -> bytes:
    """Make a workbook that has the styles and shared texts of the file, and lacks its one sheet."""
    made = io.BytesIO()
    limits = {"styles": MOST_STYLES_BYTES, "sharedStrings": MOST_STRINGS_BYTES}
    relations = "".join(_RELATION.format(kind, target) for kind, target in _TARGETS.items())
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as base:
        base.writestr("_rels/.rels", _RELATIONS.format(_RELATION.format("officeDocument", "xl/workbook.xml")))
        base.writestr("xl/workbook.xml", _INDEX.format(catalogue.is_1904))
        base.writestr("xl/_rels/workbook.xml.rels", _RELATIONS.format(relations))
        for kind, part in catalogue.shared.items():
            if part in archive:
                with base.open(f"xl/{_TARGETS[kind]}", "w") as target:
                    for chunk in _plain(archive.chunks(part, limits[kind])):
                        target.write(chunk)
    return made.getvalue()


def _plain(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Give XML on that is UTF-8, declares no document type and holds a bounded number of texts."""
    before, n_texts = b"", 0
    for chunk in chunks:
        joined = before + chunk
        if b"<!D" in joined or b"<!E" in joined or b"\0" in chunk:
            raise RefusedError(*DOCTYPE)
        n_texts += chunk.count(b"<si")
        if n_texts > MOST_STRINGS:
            raise RefusedError("E-LIMIT", f"more than {MOST_STRINGS} different texts", SAVE_AGAIN)
        before = chunk[-2:]
        yield chunk


def _finished(name: str, grid: list[list[str]], marks: Marks) -> Sheet:
    """Square a grid, empty the cells without a value of their own and leave out blank rows at the end."""
    width = max(map(len, grid), default=0)
    for row in grid:
        row.extend([""] * (width - len(row)))
    for number, column in [*marks.uncached, *marks.errors]:
        if number <= len(grid) and column < width:
            grid[number - 1][column] = ""
    while grid and not any(map(str.strip, grid[-1])):
        grid.pop()
    header = next((number for number, row in enumerate(grid, 1) if any(map(str.strip, row))), 0)
    hidden = [number for number in marks.hidden_rows if number <= len(grid)]
    ranges = filter(None, map(_RANGE.fullmatch, marks.merged))
    merged = [found[0] for found in ranges if int(found[2]) > header and int(found[1]) <= len(grid)]
    return Sheet(name, grid, hidden, merged, marks.uncached, marks.errors, [])
