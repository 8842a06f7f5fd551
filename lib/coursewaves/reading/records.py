"""Read a table file strictly: a path goes in, its sound records by column and its problems come out.

Every record of the file is either one of `Records.numbers` or named by a problem with its row number; nothing
is shifted, swallowed or guessed. What a cell means is decided later.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from coursewaves.problems import REFUSED, Problem, column_letter
from coursewaves.reading.columns import Cells, Mask
from coursewaves.reading.containers import open_container
from coursewaves.reading.decoding import AS_UTF8, as_utf8, declared_delimiter, with_byte_faults
from coursewaves.reading.delimited import Record, below_titles, find_delimiter, split, split_whole
from coursewaves.reading.faults import header_fault, record_fault, says_something
from coursewaves.reading.fingerprints import Hashes, mark, mark_of
from coursewaves.reading.workbook import MOST_COLUMNS, FileFault, Sheet, read_sheet

MOST_LETTERS = 1_000_000
"""Letters of one cell; no person writes an answer of this length, and no other program would open it."""

SET_ASIDE = "set aside"
"""What became of a record that is named by a problem and is none of the sound ones."""

Numbers = np.ndarray[Any, np.dtype[np.int64]]

_HEAD = 1 << 18


class Records(NamedTuple):
    """The records of one table file, by column.

    Attributes
    ----------
    name
        The file as problems call it.
    header
        Headers as they stand; empty where the file was refused.
    numbers
        Row number of each sound record as Excel shows it.
    columns
        The cells of the sound records, one column for each header.
    problems
        What was set aside or refused, in the order of the file.
    delimiter
        The one that was found; empty for a workbook.
    sheet
        Name of the sheet that was read; empty for CSV.
    n_read
        Records found under the header: the sound ones and those set aside.
    also
        Further headers by which each column may be known, a code beside the wording; empty where there are none.
    hashes
        Hash of what each sound record says, see `coursewaves.reading.fingerprints`; empty until it is taken.
    header_row
        Row number of the header; titles may stand above it.
    """

    name: str
    header: list[str]
    numbers: Numbers
    columns: list[Cells]
    problems: list[Problem]
    delimiter: str = ""
    sheet: str = ""
    n_read: int = 0
    also: tuple[tuple[str, ...], ...] = ()
    hashes: Hashes = np.empty(0, dtype=np.uint64)
    header_row: int = 1

    @property
    def rows(self) -> list[tuple[int, list[str]]]:
        """``(row number, cells)`` of each sound record."""
        rows = zip(*(column.values().tolist() for column in self.columns), strict=True)
        return list(zip(self.numbers.tolist(), map(list, rows), strict=False))

    def taken(self, rows: Mask) -> "Records":
        """Return the same table with some of its sound records only."""
        columns = [column.taken(rows) for column in self.columns]
        hashes = self.hashes[rows] if len(self.hashes) else self.hashes
        return self._replace(numbers=self.numbers[rows], columns=columns, hashes=hashes)

    def mark(self, index: int) -> str:
        """Return the fingerprint of one sound record; until it is taken, that of a record which fits no header."""
        return mark(int(self.hashes[index])) if len(self.hashes) else mark_of(cells[index] for cells in self.columns)

    def without(self, rows: Mask, rule: str, seen: str, fix: str) -> "Records":
        """Set some of the sound records aside, with a problem for each."""
        if not rows.any():
            return self
        found = [
            Problem(self.name, int(self.numbers[index]), "", "", rule, seen, SET_ASIDE, fix, self.mark(index))
            for index in np.flatnonzero(rows).tolist()
        ]
        problems = sorted([*self.problems, *found], key=lambda problem: problem.row)
        return self.taken(~rows)._replace(problems=problems)


def read_records(path: Path, sheet: str | None = None, name: str | None = None, encoding: str | None = None) -> Records:
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
    encoding
        That of a text which is neither UTF-8 nor UTF-16, as its source declares it.

    Returns
    -------
    Records
        Without header where the file was refused, without rows where nobody has answered yet.
    """
    name = name or path.name
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        found = read_sheet(path, sheet)
        return refused(name, *found) if isinstance(found, FileFault) else _of_sheet(name, found)
    content = open_container(path)
    if isinstance(content, FileFault):
        return refused(name, *content)
    if encoding is not None:
        try:
            content = content.decode(encoding).encode("utf-8")
        except UnicodeError:
            return refused(name, "E-ENCODING", f"not {encoding}, as its source declares", "correct the encoding")
    return read_text(content, name, tabs=path.suffix.lower() == ".tsv")


def read_text(content: bytes, name: str, *, tabs: bool = False) -> Records:
    """Read the bytes of a delimited text; see `read_records`."""
    found = as_utf8(content)
    if isinstance(found, FileFault):
        return refused(name, *found)
    bom = len(content) - len(found) if content.startswith(b"\xef\xbb\xbf") else 0
    found, declared = declared_delimiter(found)
    head = found[:_HEAD].decode("utf-8", "surrogateescape")
    delimiter = declared or ("\t" if tabs else find_delimiter(head))
    titles, records = below_titles(split(head, delimiter))
    first = next((record for record in records if says_something(record)), None)
    is_plain = first is not None and not titles and not first.rule and len(first.cells) <= MOST_COLUMNS
    columns = split_whole(found, delimiter, first) if is_plain and first else None
    if first is None or columns is None:
        text = found.decode("utf-8", "surrogateescape")
        return _by_record(name, with_byte_faults(text, split(text, delimiter), bom))._replace(delimiter=delimiter)
    if fault := header_fault(first):
        return refused(name, *fault)
    numbers = np.arange(len(columns[0]), dtype=np.int64) + first.row + 1
    n_read, row = len(numbers), first.row
    return _checked(Records(name, first.cells, numbers, columns, [], delimiter, n_read=n_read, header_row=row))


def refused(name: str, rule: str, seen: str, fix: str) -> Records:
    """Return the records of a file that is refused whole: none, and why."""
    problem = Problem(name, 0, "", "", rule, seen, REFUSED, fix)
    return Records(name, [], np.empty(0, dtype=np.int64), [], [problem])


def _squared(records: list[Record]) -> Iterator[Record]:
    """Cut a sheet's rows to the width of its header; cells beyond it stay and break the width rule.

    A second header row, whose first cells are blank, may reach further than the first.
    """
    _, rows = below_titles(iter(records))
    header, below = islice(chain((row.cells for row in rows if says_something(row)), [[], []]), 2)
    heads = [header, below] if header[:3] and not "".join(below[:3]).strip() else [header]
    width = max((place for head in heads for place, cell in enumerate(head, 1) if cell.strip()), default=0)
    for record in records:
        beyond = any(cell.strip() for cell in record.cells[width:])
        yield record if beyond else record._replace(cells=record.cells[:width])


def _of_sheet(name: str, sheet: Sheet) -> Records:
    """Read a sheet, and say what of it a person may have overlooked."""
    numbered = [Record(number, cells) for number, cells in enumerate(sheet.grid, 1)]
    records = _by_record(name, _squared(numbered))._replace(sheet=sheet.name)
    if not records.header:
        return records
    told = [Problem(name, 0, "", "", *words) for words in _overlooked(sheet)]
    seen = dict.fromkeys(sheet.errors, "an error of Excel")
    seen |= dict.fromkeys(sheet.uncached, "a formula without a stored result")
    fix = "open the file in Excel and save it again, or write the value"
    told += [
        Problem(name, row, column_letter(place), records.header[place][:80], "E-FORMULA", what, "cell dropped", fix)
        for (row, place), what in sorted(seen.items())
        if place < len(records.header)
    ]
    return records._replace(problems=[*told, *records.problems])


def _overlooked(sheet: Sheet) -> Iterator[tuple[str, str, str, str]]:
    if sheet.hidden_rows:
        seen, fix = f"{len(sheet.hidden_rows)} hidden rows", "delete them, if they do not belong there"
        yield "E-HIDDEN", seen, "they are read too", fix
    if sheet.merged:
        seen, fix = f"merged cells {', '.join(sheet.merged[:5])}", "unmerge them and fill each in"
        yield "E-MERGED", seen, "only the first of each has a value", fix
    if sheet.others:
        seen, fix = f"{len(sheet.others)} other filled sheets", "put the sheet of the answers first, if it is another"
        yield "E-SHEETS", seen, "the first is read", fix


def _by_record(name: str, records: Iterator[Record]) -> Records:
    """Take the first record below the titles as the header and hold every other against its width."""
    titles, records = below_titles(records)
    first = next((record for record in records if says_something(record)), None)
    if first is None:
        return refused(name, "E-EMPTY", "nothing but blanks", "export the file again: it is damaged")
    if fault := header_fault(first):
        return refused(name, *fault)
    sound: list[Record] = []
    problems = [_title(name, title, first.row) for title in titles]
    for record in records:
        fault = record_fault(record, len(first.cells))
        if fault is None:
            sound.append(record)
        else:
            own = mark_of(record.cells)
            problems.append(Problem(name, record.row, "", "", fault.rule, fault.seen, SET_ASIDE, fault.fix, own))
    broken = [problem for problem in problems if problem.rule == "E-ENCODING"]
    if 2 * len(broken) > len(sound) + len(problems) - len(titles):
        return refused(name, "E-ENCODING", broken[0].seen, AS_UTF8)
    numbers = np.array([record.row for record in sound], dtype=np.int64)
    columns = _turned((record.cells for record in sound), len(first.cells))
    n_read = len(sound) + len(problems) - len(titles)
    return _checked(Records(name, first.cells, numbers, columns, problems, n_read=n_read, header_row=first.row))


def _title(name: str, title: Record, row: int) -> Problem:
    seen = f"a title above the table, whose header is row {row}"
    return Problem(name, title.row, "", "", "E-HEADER", seen, "not read", "nothing, if that row is the header")


def _turned(rows: Iterable[list[str]], width: int) -> list[Cells]:
    return [Cells.of(column) for column in zip(*rows, strict=True)] or [Cells.of([])] * width


def _checked(records: Records) -> Records:
    """Set aside the records that say nothing, say the header once more, or hold a cell without end."""
    first, *others = records.columns
    if any(text.startswith("\ufeff") for text in first.texts):  # a file pasted after another
        records = records._replace(columns=[first.changed(lambda text: text.lstrip("\ufeff")), *others])
    is_blank = _all(records.columns, [""] * len(records.columns))
    records = records.without(is_blank, "E-BLANK", "a blank row", "nothing; delete it if it disturbs")
    is_header = _all(records.columns, [cell.strip() for cell in records.header])
    records = records.without(is_header, "E-HEADER", "the header once more", "nothing; delete it if it disturbs")
    is_long = np.zeros(len(records.numbers), dtype=bool)
    for column in records.columns:
        if max(map(len, column.texts), default=0) > MOST_LETTERS:
            is_long |= column.where(lambda text: len(text) > MOST_LETTERS)
    return records.without(is_long, "E-LIMIT", f"a cell of more than {MOST_LETTERS} letters", "shorten the answer")


def _all(columns: list[Cells], texts: list[str]) -> Mask:
    """Return the records whose cells all are the texts given; most often the first column shows that none is."""
    found = np.ones(len(columns[0]), dtype=bool)
    for column, own in zip(columns, texts, strict=True):
        found &= column.where(lambda text, own=own: text.strip() == own)  # type: ignore[misc]
        if not found.any():
            break
    return found
