"""Say what is wrong with a header or a record: a record as it was split goes in, a fault or nothing comes out."""

import re

from coursewaves.problems import column_letter
from coursewaves.reading.containers import FileFault
from coursewaves.reading.decoding import AS_UTF8
from coursewaves.reading.delimited import STAMP, Record
from coursewaves.reading.worksheet import MOST_COLUMNS

_LOST_LETTERS = re.compile(r"[^\W_]\?[^\W_]|(^|\s)\?\w|\?\?")


def says_something(record: Record) -> bool:
    """Whether a record is more than blanks."""
    return any(cell.strip() for cell in record.cells)


def header_fault(record: Record) -> FileFault | None:
    """Say why a record can't be the header of a table; None where it can."""
    if record.rule:
        fix = AS_UTF8 if record.rule == "E-ENCODING" else "close the quote in the header"
        return FileFault(record.rule, f"{record.seen}, in the header", fix)
    if len(record.cells) > MOST_COLUMNS:
        return FileFault("E-LIMIT", f"{len(record.cells)} columns", f"keep tables under {MOST_COLUMNS} columns")
    if any("\x00" in cell for cell in record.cells):
        return FileFault("E-ENCODING", "NUL characters, in the header", AS_UTF8)
    if STAMP.match(record.cells[0].strip()):
        return FileFault("E-HEADER", "an answer where the header should be", "export again with the header row")
    return _wording_fault(record.cells)


def _wording_fault(header: list[str]) -> FileFault | None:
    """Tell a header that was not split, or whose letters were lost on the way."""
    between = next((sign for sign in "|~^\x1f" if header[0].count(sign) > 1), "")
    if len(header) == 1 and between:
        return FileFault("E-FORMAT", f"columns with {between!r} between them", "export with a comma between columns")
    lost = [place for place, cell in enumerate(header) if _LOST_LETTERS.search(cell)]
    if lost:
        seen = f"letters turned into question marks in the header of column {column_letter(lost[0])}"
        return FileFault("E-ENCODING", seen, AS_UTF8)
    if (place := next(filter(lambda place: _is_misread(header[place]), range(len(header))), None)) is not None:
        seen = f"letters that a program read in a wrong encoding, in the header of column {column_letter(place)}"
        return FileFault("E-ENCODING", seen, "export again, and do not save the file in between")
    return None


def _is_misread(cell: str) -> bool:
    """Whether a text is UTF-8 that was read as the letters of another encoding.

    >>> _is_misread("РљРѕРґ РєСѓСЂСЃР°"), _is_misread("Код курса"), _is_misread("Course")
    (True, False, False)
    """
    for encoding in ("cp1251", "cp1252"):
        try:
            meant = cell.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        return len(meant) > 2 and meant != cell and any("\u0400" <= letter <= "\u04ff" for letter in meant)
    return False


def record_fault(record: Record, width: int) -> FileFault | None:
    """Say why a record can't be used under a header of some width; None where it can."""
    if record.rule:
        fix = AS_UTF8 if record.rule == "E-ENCODING" else "close the quote or export again"
        return FileFault(record.rule, record.seen, fix)
    if not says_something(record):
        return FileFault("E-BLANK", "a blank row", "nothing; delete it if it disturbs")
    if any("\x00" in cell for cell in record.cells):
        return FileFault("E-NUL", "NUL characters", "export again: the file is damaged")
    if len(record.cells) != width:
        seen = f"{len(record.cells)} cells under {width} headers"
        return FileFault("E-WIDTH", seen, "quote cells that hold the delimiter, or complete the row")
    return None
