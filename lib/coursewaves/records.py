"""Read a table file record by record, strictly: a path goes in, sound records and problems come out.

Every record of the file is either one of `rows` or named by a problem with its row number; nothing is
shifted, swallowed or guessed. What a cell means is decided later.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from coursewaves.problems import Problem, column_letter
from coursewaves.workbook import MOST_BYTES, MOST_COLUMNS, FileFault, read_sheet

DELIMITERS = (",", ";", "\t")

_AS_UTF8 = "export again as UTF-8"
_STAMP = re.compile(r'^"?(\d{4}[/-]\d{1,2}[/-]\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{4})[ T]\d{1,2}:\d{2}')
_LOST_LETTERS = re.compile(r"\w\?\w|(^|\s)\?\w|\?\?")
_BAD_BYTE = re.compile("[\udc80-\udcff]")


class Records(NamedTuple):
    """The records of one table file.

    Attributes
    ----------
    header
        Headers as they stand; empty where the file was refused.
    rows
        ``(row number, cells)`` of each sound record; as many cells as headers.
    problems
        What was set aside or refused, in the order of the file.
    delimiter
        The one that was found; empty for a workbook.
    sheet
        Name of the sheet that was read; empty for CSV.
    n_read
        Records found under the header: the sound ones and those set aside.
    """

    header: list[str]
    rows: list[tuple[int, list[str]]]
    problems: list[Problem]
    delimiter: str = ""
    sheet: str = ""
    n_read: int = 0


class _Record(NamedTuple):
    """A record as parsed: its row number, its cells, and why it is unsound already, if it is."""

    row: int
    cells: list[str]
    rule: str = ""
    seen: str = ""


def read_records(path: Path, sheet: str | None = None, name: str | None = None) -> Records:
    """Read a CSV, TSV or XLSX file.

    CSV is UTF-8 with or without BOM, or UTF-16 with one; the header line decides between ``,`` ``;`` and tab.
    Records of another width, blank ones, repeated headers, unclosed quotes and broken bytes are set aside
    one by one; a file without a readable header is refused whole. No fault of a file raises.

    Parameters
    ----------
    path
        The file; its suffix tells a workbook from text.
    sheet
        The sheet to read of a workbook; by default the first that is not empty.
    name
        The name that problems carry; by default the file's own.

    Returns
    -------
    Records
        Without header where the file was refused, without rows where nobody has answered yet.
    """
    name = name or path.name
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        found = read_sheet(path, sheet)
        if isinstance(found, FileFault):
            return _refused(name, *found)
        numbered = [_Record(number, cells) for number, cells in enumerate(found.grid, 1)]
        return _checked(name, _squared(numbered), sheet=found.name)
    size = path.stat().st_size
    if size > MOST_BYTES:
        return _refused(name, "E-LIMIT", f"{size} bytes", f"keep files under {MOST_BYTES} bytes")
    content = path.read_bytes()
    text = _decode(content)
    if isinstance(text, FileFault):
        return _refused(name, *text)
    text, delimiter = _declared_delimiter(text)
    delimiter = delimiter or ("\t" if path.suffix.lower() == ".tsv" else _find_delimiter(text))
    bom = 3 if content.startswith(b"\xef\xbb\xbf") else 0
    return _checked(name, _with_byte_faults(text, _parse(text, delimiter), bom), delimiter=delimiter)


def _refused(name: str, rule: str, seen: str, fix: str, delimiter: str = "") -> Records:
    return Records([], [], [Problem(name, 0, "", "", rule, seen, "file refused", fix)], delimiter)


def _decode(content: bytes) -> str | FileFault:
    """Decode bytes; a byte that is not UTF-8 becomes a surrogate, by which its record is known later."""
    if fault := _kind_fault(content):
        return fault
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError as error:
            return FileFault("E-ENCODING", f"broken UTF-16 at byte {error.start}", _AS_UTF8)
    if b"\x00" in content[:200]:
        return FileFault("E-ENCODING", f"NUL at byte {content.index(0)}", _AS_UTF8)
    return content.decode("utf-8", "surrogateescape").removeprefix("\ufeff")


def _kind_fault(content: bytes) -> FileFault | None:
    if not content.strip(b"\xef\xbb\xbf\xfe\xff\x00 \t\r\n"):
        return FileFault("E-EMPTY", "nothing but blanks", "export the file again: it is damaged")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return FileFault("E-FORMAT", "a workbook under another name", "give it its suffix .xlsx again")
    if content[:512].lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        return FileFault("E-FORMAT", "a web page, not a table", "export the answers as CSV")
    return None


def _declared_delimiter(text: str) -> tuple[str, str]:
    """Take off the line ``sep=;`` that Excel writes and hides."""
    found = re.match(r'"?sep=([,;\t])"?\r?\n', text)
    return (text[found.end() :], found[1]) if found else (text, "")


def _find_delimiter(text: str) -> str:
    """Return the delimiter that splits the header into most cells, if the first records agree with it."""

    def rank(delimiter: str) -> tuple[bool, int]:
        records = _parse(text, delimiter)
        widths = [len(record.cells) for _, record in zip(range(40), records, strict=False) if record.cells]
        agreeing = sum(width == widths[0] for width in widths[1:]) if widths else 0
        width = widths[0] if widths else 0
        return width > 1 and 2 * agreeing >= len(widths) - 1, width

    return max(DELIMITERS, key=rank)


class _Lines:
    """The lines of a text, from any of them on."""

    def __init__(self, text: str) -> None:
        self.lines = list(io.StringIO(text, newline=""))
        self.at = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.at >= len(self.lines):
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1]


def _parse(text: str, delimiter: str) -> Iterator[_Record]:
    """Split a text into records; an unclosed quote costs its own line, and parsing goes on with the next."""
    csv.field_size_limit(2**31 - 1)
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    row = 0
    while lines.at < len(lines.lines):
        row, start = row + 1, lines.at
        try:
            cells = next(reader)
        except csv.Error:
            seen = "a quote that is not closed" if lines.at > start + 1 else "a stray quote"
            yield _Record(row, [lines.lines[start]], "E-QUOTE", seen)
            lines.at = start + 1
            continue
        if lines.at > start + 1 and any(map(_STAMP.match, lines.lines[start + 1 : lines.at])):
            yield _Record(row, [lines.lines[start]], "E-QUOTE", "a quote that is not closed before the next answer")
            lines.at = start + 1
            continue
        yield _Record(row, cells)


def _with_byte_faults(text: str, records: Iterator[_Record], bom: int) -> Iterator[_Record]:
    """Mark the records that hold bytes which are not UTF-8, with the place of the first in the file."""
    places = _bad_places(text)
    for record in records:
        bad = sum(len(_BAD_BYTE.findall(cell)) for cell in record.cells)
        first = [next(places, 0) for _ in range(bad)]
        if bad:
            yield _Record(record.row, record.cells, "E-ENCODING", f"not UTF-8 at byte {first[0] + bom}")
        else:
            yield record


def _bad_places(text: str) -> Iterator[int]:
    done, size = 0, 0
    for found in _BAD_BYTE.finditer(text):
        size += len(text[done : found.start()].encode("utf-8", "surrogateescape"))
        done = found.start()
        yield size


def _squared(records: list[_Record]) -> Iterator[_Record]:
    """Cut a sheet's rows to the width of its header; cells beyond it stay and break the width rule."""
    header = next((record.cells for record in records if any(cell.strip() for cell in record.cells)), [])
    width = max((place for place, cell in enumerate(header, 1) if cell.strip()), default=0)
    for record in records:
        beyond = any(cell.strip() for cell in record.cells[width:])
        yield record if beyond else record._replace(cells=record.cells[:width])


def _checked(name: str, records: Iterator[_Record], delimiter: str = "", sheet: str = "") -> Records:
    """Take the first record that is not blank as the header and hold every other against it."""
    first = next((record for record in records if any(cell.strip() for cell in record.cells)), None)
    if first is None:
        return _refused(name, "E-EMPTY", "nothing but blanks", "export the file again: it is damaged", delimiter)
    if fault := _header_fault(first):
        return _refused(name, *fault, delimiter)
    header, rows, problems = first.cells, [], []
    plain = [cell.strip() for cell in header]
    n_read = 0
    for record in records:
        n_read += 1
        if record.cells and record.cells[0].startswith("\ufeff"):
            record.cells[0] = record.cells[0].lstrip("\ufeff")
        fault = _record_fault(record, plain)
        if fault is None:
            rows.append((record.row, record.cells))
        else:
            problems.append(Problem(name, record.row, "", "", fault.rule, fault.seen, "set aside", fault.fix))
    broken = sum(problem.rule == "E-ENCODING" for problem in problems)
    if 2 * broken > n_read:
        return _refused(name, "E-ENCODING", problems[0].seen, _AS_UTF8, delimiter)
    return Records(header, rows, problems, delimiter, sheet, n_read)


def _header_fault(record: _Record) -> FileFault | None:
    if record.rule:
        fix = _AS_UTF8 if record.rule == "E-ENCODING" else "close the quote in the header"
        return FileFault(record.rule, f"{record.seen}, in the header", fix)
    if len(record.cells) > MOST_COLUMNS:
        return FileFault("E-LIMIT", f"{len(record.cells)} columns", f"keep tables under {MOST_COLUMNS} columns")
    if _STAMP.match(record.cells[0].strip()):
        return FileFault("E-HEADER", "an answer where the header should be", "export again with the header row")
    lost = [place for place, cell in enumerate(record.cells) if _LOST_LETTERS.search(cell)]
    if lost:
        seen = f"letters turned into question marks in the header of column {column_letter(lost[0])}"
        return FileFault("E-ENCODING", seen, _AS_UTF8)
    return None


def _record_fault(record: _Record, header: list[str]) -> FileFault | None:
    if record.rule:
        fix = _AS_UTF8 if record.rule == "E-ENCODING" else "close the quote or export again"
        return FileFault(record.rule, record.seen, fix)
    if not any(cell.strip() for cell in record.cells):
        return FileFault("E-BLANK", "a blank row", "nothing; delete it if it disturbs")
    if any("\x00" in cell for cell in record.cells):
        return FileFault("E-NUL", "NUL characters", "export again: the file is damaged")
    if len(record.cells) != len(header):
        seen = f"{len(record.cells)} cells under {len(header)} headers"
        return FileFault("E-WIDTH", seen, "quote cells that hold the delimiter, or complete the row")
    if [cell.strip() for cell in record.cells] == header:
        return FileFault("E-HEADER", "the header once more", "nothing; delete it if it disturbs")
    return None
