"""Cut the XML of a worksheet into pieces that are safe to read: its bytes go in, pieces and its marks come out.

A reader lays a sheet out as a rectangle. One cell with a great row number makes that rectangle larger than any
memory, which ends the process and raises nothing. So every row and cell is placed here before a reader sees it, and
what readers do not tell is noted on the way.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from xml.parsers import expat

from coursewaves.reading.catalogue import DOCTYPE, SAVE_AGAIN
from coursewaves.reading.containers import FileFault, RefusedError

MOST_ROWS, MOST_COLUMNS = 1_048_576, 5_000
MOST_CELLS = 20_000_000
"""Cells of the rectangle that a sheet spans, whether they are filled or not."""

MOST_SPAN = 4_000_000
"""Cells of the rectangle that one piece spans; the XML of one chunk names some 8,000."""

PIECE_BYTES = 32 << 20
MOST_ROW_BYTES = 8 << 20  # or before the first row

MOST_PARSED_BYTES = 64 << 20
"""Bytes that are parsed element by element, at some 15 MB a second."""

MOST_MARKS = 100_000  # a sheet with more formulas without a result was never computed


class Marks:
    """What a sheet's XML says beyond the values of its cells; rows count from 1, columns from 0.

    Parameters
    ----------
    recalculates
        Whether the workbook asks to compute every formula again when it is opened, because no stored result holds.
    """

    def __init__(self, recalculates: bool = False) -> None:
        self.recalculates = recalculates
        self.hidden_rows: list[int] = []
        self.merged: list[str] = []
        self.uncached: list[tuple[int, int]] = []
        self.errors: list[tuple[int, int]] = []


def safe_pieces(chunks: Iterator[bytes], marks: Marks) -> Iterator[bytes]:
    """Give a sheet as documents of some rows each, in their order, each bounded in bytes and in span.

    Row numbers stay. Error cells become text cells, so that a code that a reader does not know costs one cell.
    `marks` is filled on the way.

    Raises
    ------
    RefusedError
        Where the sheet is damaged, larger than the limits or not plain XML.
    """
    scan = _Scan(marks)
    blocks: list[bytes] = []
    piece, number = _NOTHING, 0
    for rows in _row_blocks(chunks, scan):
        before, n_errors = scan.row, len(marks.errors)
        block, span = scan.place(rows)
        if blocks and ((piece | span).area > MOST_SPAN or sum(map(len, blocks)) + len(block) > PIECE_BYTES):
            yield _document(blocks, number)
            blocks, piece, number = [], _NOTHING, before
        blocks.append(_ERROR_CELL.sub(rb"\1\2str\2", block) if len(marks.errors) > n_errors else block)
        piece |= span
    if blocks:
        yield _document(blocks, number)


class _Span(NamedTuple):
    """The rectangle from column A that holds some cells."""

    first_row: int
    last_row: int
    columns: int

    def __or__(self, other: "_Span") -> "_Span":
        rows = min(self.first_row, other.first_row), max(self.last_row, other.last_row)
        return _Span(*rows, max(self.columns, other.columns))

    @property
    def area(self) -> int:
        return max(0, self.last_row - self.first_row + 1) * self.columns


_NOTHING = _Span(MOST_ROWS, 0, 0)
_MISPLACED = FileFault("E-WORKBOOK", "a cell at a place that no sheet has", SAVE_AGAIN)
_DATA = re.compile(rb"<((?:[\w.-]+:)?)sheetData(?:\s[^<>]*?)?(/?)>")
_ROW = re.compile(rb'<row r="([1-9][0-9]{0,6})"')
_HIDDEN_ROW = re.compile(rb'<row r="([0-9]+)"[^<>]*? hidden="([^"]*)"')
# No second r="..." may follow: of two, readers take either. An r that ends a value, as in t="str", is no such one.
_CELL = re.compile(rb'<c r="([A-Z]{1,3}[1-9][0-9]{0,6})"[^<>r]*(?:r"[^<>r]*)?>')
_BLANK_CELL = re.compile(rb'<c r="[A-Z]{1,3}[1-9][0-9]{0,6}"(?: s="[0-9]+")?/>')
_ERROR = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^<>]*? t="e"')
_FORMULA = re.compile(rb'<c r="([A-Z]+)([0-9]+)"([^<>]*)><f(?:\s[^<>]*)?(?:/>|>[^<]*</f>)(?:(<v)[^<>]*>([^<]*))?')
# Each after a letter of it: that a letter is nowhere is seen much faster.
_HIDDEN_SIGN, _ERROR_SIGN, _FORMULA_SIGN = (b"h", b"hidden"), (b"e", b'"e"'), (b"f", b"<f")
_UNUSUAL_SIGNS = (b"'", b"'e'"), (b":", b":c"), (b":", b":row")
_LETTERS, _DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789"
_ERROR_CELL = re.compile(rb"(<(?:[\w.-]+:)?c\s[^<>]*?\bt\s*=\s*)([\"'])e\2")
_PLACE = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")
_NUMBER = re.compile(r"[1-9][0-9]{0,6}")


def _document(blocks: list[bytes], number: int) -> bytes:
    """Wrap rows as a worksheet; rows without a number count on from the empty one before them."""
    start = b'<row r="%d"></row>' % number if number else b""
    return b"".join((b"<worksheet><sheetData>", start, *blocks, b"</sheetData></worksheet>"))


def _row_blocks(chunks: Iterator[bytes], scan: "_Scan") -> Iterator[bytes]:
    """Cut a sheet before rows; what stands before the first and after the last goes to the scan alone."""
    head = b""
    while not (found := _DATA.search(head)):
        head = _longer(head, chunks)
    scan.feed(head[: found.end()])
    rest = head[found.end() :]
    start, end = b"<" + found[1] + b"row", b"</" + found[1] + b"sheetData"
    while not found[2] and (stop := rest.find(end)) < 0:
        cut = rest.rfind(start)
        if cut > 0:
            yield rest[:cut]
            rest = rest[cut:]
        rest = _longer(rest, chunks)
    if not found[2]:
        yield rest[:stop]
        rest = rest[stop:]
    scan.feed(rest)
    for chunk in chunks:
        scan.feed(chunk)
    scan.feed(b"", is_last=True)


def _longer(xml: bytes, chunks: Iterator[bytes]) -> bytes:
    chunk = next(chunks, b"")
    if not chunk:
        raise RefusedError("E-WORKBOOK", "a sheet that ends too early", SAVE_AGAIN)
    if len(xml) > MOST_ROW_BYTES:
        raise RefusedError("E-LIMIT", f"a row of {len(xml)} bytes", SAVE_AGAIN)
    return xml + chunk


class _Scan:
    """Places the cells of a sheet and notes its marks.

    Rows in the form of Excel and nearly all others are placed by searches. Where these find less than there is, the
    rows are parsed element by element, which takes six times as long and gives the same.
    """

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.row = self._column = 0
        self._place = (0, 0)
        self._is_text = self._has_value = False
        self._parsed = 0
        self._sheet = self._span = _NOTHING
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.StartDoctypeDeclHandler = self._doctype

    def place(self, rows: bytes) -> tuple[bytes, _Span]:
        """Return some whole rows, without blank cells far away, and their span, which is within the limits."""
        if (b"!" in rows and b"<!" in rows) or (b"?" in rows and b"<?" in rows):
            raise RefusedError("E-WORKBOOK", "a sheet with XML that no sheet needs", SAVE_AGAIN)
        span = self._placed_plainly(rows)
        if span is None:
            self._span = _NOTHING
            self.feed(rows)
            span = self._span
        elif _excess(span, self._sheet | span):
            rows = _BLANK_CELL.sub(b"", rows)  # formatted far beyond the table, as whole columns are
            span = _span(_CELL.findall(rows))
        self._sheet |= span
        if len(self.marks.uncached) + len(self.marks.errors) > MOST_MARKS:
            raise RefusedError("E-LIMIT", f"more than {MOST_MARKS} formulas without a result", SAVE_AGAIN)
        if excess := _excess(span, self._sheet):
            seen = f"cells as far as row {excess.last_row} and column {excess.columns}"
            raise RefusedError("E-LIMIT", seen, "delete the cells far from the table")
        return rows, span

    def feed(self, xml: bytes, is_last: bool = False) -> None:
        """Parse a part of the sheet's XML."""
        self._parsed += len(xml)
        if self._parsed > MOST_PARSED_BYTES:
            raise RefusedError("E-LIMIT", "a very large sheet of unusual XML", SAVE_AGAIN)
        try:
            self._parser.Parse(xml, is_last)
        except expat.ExpatError as error:
            raise RefusedError("E-WORKBOOK", "a sheet that is not well-formed", SAVE_AGAIN) from error

    def _placed_plainly(self, rows: bytes) -> _Span | None:
        """Place rows of Excel's own form by searching; None, and nothing noted, where anything is unusual."""
        numbers, cells = _ROW.findall(rows), _CELL.findall(rows)
        is_placed = (len(numbers), len(cells)) == (rows.count(b"<row"), rows.count(b"<c"))
        if not is_placed or any(_count(rows, sign) for sign in _UNUSUAL_SIGNS) or not self._noted_plainly(rows):
            return None
        self.row = int(numbers[-1]) if numbers else self.row
        return _span(cells)

    def _noted_plainly(self, rows: bytes) -> bool:
        """Note the marks of rows of Excel's own form; False, and nothing noted, where one of them is unusual."""
        expected = [_count(rows, sign) for sign in (_HIDDEN_SIGN, _ERROR_SIGN, _FORMULA_SIGN)]
        if not any(expected):
            return True
        hidden, errors, formulas = (rule.findall(rows) for rule in (_HIDDEN_ROW, _ERROR, _FORMULA))
        if expected != [len(hidden), len(errors), len(formulas)]:
            return False
        self.marks.hidden_rows += [int(number) for number, value in hidden if value in (b"1", b"true")]
        self.marks.errors += [_place(*cell) for cell in errors]
        for letters, number, attributes, element, value in formulas:
            has_value = value.strip() or (element and b't="str"' in attributes)
            if self.marks.recalculates or not has_value:
                self.marks.uncached.append(_place(letters, number))
        return True

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2] if ":" in name else name
        if tag == "c":
            self._begin_cell(attributes)
        elif tag == "row":
            self._begin_row(attributes)
        elif tag == "f":
            self._begin_formula()
        elif tag in ("v", "is"):
            self._has_value = self._is_text  # an empty text is a result too
            self._reach(*self._place)
        elif tag == "mergeCell":
            self.marks.merged.append(attributes.get("ref", ""))

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        if number is not None and not _NUMBER.fullmatch(number):
            raise RefusedError(*_MISPLACED)
        self.row = int(number) if number else self.row + 1
        self._column = 0
        if attributes.get("hidden") in ("1", "true"):
            self.marks.hidden_rows.append(self.row)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        row, self._column = self.row, self._column + 1
        if "r" in attributes:
            place = _PLACE.fullmatch(attributes["r"])
            if place is None:
                raise RefusedError(*_MISPLACED)
            row, self._column = int(place[2]), column_number(place[1])
        self._place = row, self._column - 1
        kind = attributes.get("t")
        self._is_text = kind == "str"
        if kind == "e":
            self.marks.errors.append(self._place)

    def _reach(self, row: int, column: int) -> None:
        first, last, columns = self._span
        if not (first <= row <= last and column < columns):
            self._span |= _Span(row, row, column + 1)

    def _begin_formula(self) -> None:
        """Watch the rest of a formula's cell; of others only the start is looked at."""
        self._has_value = False
        self._parser.EndElementHandler = self._end

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag == "f":
            self._parser.CharacterDataHandler = self._characters
        elif tag == "c":
            self._parser.EndElementHandler = self._parser.CharacterDataHandler = None
            if self.marks.recalculates or not self._has_value:
                self.marks.uncached.append(self._place)

    def _characters(self, text: str) -> None:
        self._has_value = self._has_value or not text.isspace()

    def _doctype(self, *_: object) -> None:
        raise RefusedError(*DOCTYPE)


@lru_cache(maxsize=MOST_COLUMNS)
def column_number(letters: str) -> int:
    """Return the number of a column by its letters; A is 1.

    >>> column_number("A"), column_number("AB")
    (1, 28)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _place(letters: bytes, number: bytes) -> tuple[int, int]:
    return int(number), column_number(letters.decode()) - 1


def _count(rows: bytes, sign: tuple[bytes, bytes]) -> int:
    letter, text = sign
    return rows.count(text) if letter in rows else 0


def _span(cells: list[bytes]) -> _Span:
    """Return the span of cells that are named like AB12."""
    if not cells:
        return _NOTHING
    named = b" ".join(cells)
    rows = set(map(int, set(named.translate(None, _LETTERS).split())))
    columns = map(column_number, set(named.translate(None, _DIGITS).decode().split()))
    return _Span(min(rows), max(rows), max(columns))


def _excess(span: _Span, sheet: _Span) -> _Span | None:
    """Return the span that is beyond a limit: that of some rows or that of the sheet down to them."""
    if span.last_row > MOST_ROWS or span.columns > MOST_COLUMNS or span.area > MOST_SPAN:
        return span
    return sheet if sheet.last_row * sheet.columns > MOST_CELLS else None
