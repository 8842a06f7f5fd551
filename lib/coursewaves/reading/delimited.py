"""Split delimited text into records, strictly: bytes go in, records as they stand come out.

Two ways lead to the same records. Where every quote, line and width of a file is flawless, it is split as a
whole and by column, many times faster; otherwise record by record, so that one fault costs one record. A test
holds the two to the same result.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from coursewaves.reading.columns import Cells

DELIMITERS = (",", ";", "\t")

STAMP = re.compile(r'"?(\d{4}[/-]\d{1,2}[/-]\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{4})[ T]\d{1,2}:\d{2}')
"""How a record of an export begins; inside a cell it means that a quote was not closed."""

_STAMP_BYTES = re.compile(STAMP.pattern.encode())
_CHUNK = 1 << 24

_AHEAD = 12
"""Records that are looked at for a header below titles."""

LEAST_HEADERS = 3
"""Headers that a table below a title has at least."""


class Record(NamedTuple):
    """A record as parsed: its row number, its cells, and why it is unsound already, if it is."""

    row: int
    cells: list[str]
    rule: str = ""
    seen: str = ""


def split(text: str, delimiter: str) -> Iterator[Record]:
    """Split a text record by record; an unclosed quote costs its own line, and the next line goes on."""
    csv.field_size_limit(2**31 - 1)
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    row = 0
    while lines.has_more():
        row, start = row + 1, lines.at
        try:
            cells = next(reader)
        except csv.Error:
            seen = "a quote that is not closed" if lines.at > start + 1 else "a stray quote"
            yield Record(row, [lines.known[start]], "E-QUOTE", seen)
            lines.at = start + 1
            continue
        if lines.at > start + 1 and any(map(STAMP.match, lines.known[start + 1 : lines.at])):
            yield Record(row, [lines.known[start]], "E-QUOTE", "a quote that is not closed before the next answer")
            lines.at = start + 1
            continue
        yield Record(row, cells)


def joined(rows: Iterable[Iterable[object]], *, is_quoted: bool = False) -> str:
    r"""Write records as comma-separated text; quotes stand where they are needed, or around every cell.

    >>> joined([["a", "b, c"], [1, ""]])
    'a,"b, c"\n1,\n'
    """
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL, lineterminator="\n").writerows(rows)
    return text.getvalue()


def rows_of(text: str, columns: Sequence[str]) -> list[list[str]]:
    r"""Read a table of our own, as `joined` writes it; a mark at its begin is passed over.

    Raises
    ------
    ValueError
        Where it has other columns, or a row of another width.

    Examples
    --------
    >>> rows_of('path,what\na,"b, c"\n', ["path", "what"])
    [['a', 'b, c']]
    """
    try:
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    except csv.Error:
        rows = []
    if rows[:1] != [list(columns)] or any(len(row) != len(columns) for row in rows):
        raise ValueError("the table is not as it was written")
    return rows[1:]


def below_titles(records: Iterator[Record]) -> tuple[list[Record], Iterator[Record]]:
    """Part the titles above a table from its records, the header first.

    A title is a row with one filled cell, as people write it above a table. It is one only where a header of three
    cells or more follows, and most rows below that are as wide; else the first row that says something is the header.

    >>> rows = [["Courses of 2025", "", ""], ["", "", ""], ["code", "from", "to"], ["P1", "1", "2"]]
    >>> titles, below = below_titles(Record(number, cells) for number, cells in enumerate(rows, 1))
    >>> [title.row for title in titles], [record.row for record in below]
    ([1], [3, 4])
    """
    ahead = list(islice(records, _AHEAD))
    filled = [0 if record.rule else sum(bool(cell.strip()) for cell in record.cells) for record in ahead]
    place = next((place for place, count in enumerate(filled) if count > 1 or ahead[place].rule), len(ahead))
    titles = [record for record, count in zip(ahead[:place], filled, strict=False) if count]
    if titles and _heads(ahead[place:], filled[place:]):
        return titles, chain(ahead[place:], records)
    first = next((place for place, record in enumerate(ahead) if record.rule or filled[place]), 0)
    return [], chain(ahead[first:], records)


def _heads(rows: list[Record], filled: list[int]) -> bool:
    """Whether the first of some rows is a header: wide enough, and as wide as most of the others that say something."""
    if not rows or filled[0] < LEAST_HEADERS:
        return False
    widths = [len(row.cells) for row, count in zip(rows[1:], filled[1:], strict=True) if count]
    return 2 * widths.count(len(rows[0].cells)) >= max(1, len(widths))


class _Lines:
    """The lines of a text, from any of them on; read as they are asked for."""

    def __init__(self, text: str) -> None:
        self._source = io.StringIO(text, newline="")
        self.known: list[str] = []
        self.at = 0

    def has_more(self) -> bool:
        if self.at == len(self.known) and (line := self._source.readline()):
            self.known.append(line)
        return self.at < len(self.known)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if not self.has_more():
            raise StopIteration
        self.at += 1
        return self.known[self.at - 1]


def find_delimiter(text: str) -> str:
    r"""Return the delimiter that splits the header into most cells, if the first records agree with it.

    >>> find_delimiter("time;kept, so far;wish\n1;2;3\n")
    ';'
    """

    def rank(delimiter: str) -> tuple[bool, int]:
        _, records = below_titles(split(text, delimiter))
        widths = [len(record.cells) for _, record in zip(range(40), records, strict=False) if record.cells]
        agreeing = sum(width == widths[0] for width in widths[1:]) if widths else 0
        width = widths[0] if widths else 0
        return width > 1 and 2 * agreeing >= len(widths) - 1, width

    return max(DELIMITERS, key=rank)


def split_whole(content: bytes, delimiter: str, header: Record) -> list[Cells] | None:
    """Split a flawless file by column.

    Parameters
    ----------
    content
        The file as UTF-8.
    delimiter
        What stands between its cells.
    header
        The record that names the columns; the records after it are split.

    Returns
    -------
    list of Cells
        One for each column of the header; None where anything about the file needs a closer look.
    """
    if b"\0" in content or content.count(b"\r") != content.count(b"\r\n") or not _is_well_quoted(content, delimiter):
        return None
    names = [str(place) for place in range(len(header.cells))]
    kind = pa.dictionary(pa.int32(), pa.string())
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(content),
            arrow_csv.ReadOptions(column_names=names, skip_rows_after_names=header.row, block_size=_CHUNK),
            arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, kind), strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
    return [_cells(column) for column in table.unify_dictionaries().columns]


def _cells(column: pa.ChunkedArray) -> Cells:
    chunks = column.chunks
    if not len(column):
        return Cells.of([])
    codes = [np.asarray(chunk.indices) for chunk in chunks]
    return Cells(np.concatenate(codes).astype(np.int32, copy=False), chunks[0].dictionary.to_pylist())


def _is_well_quoted(content: bytes, delimiter: str) -> bool:
    """Whether every quote opens a cell, closes one, or is doubled inside, and no record begins inside a cell.

    Quotes open and close by turns; a doubled one closes a cell and opens it again at once.
    """
    if b'"' not in content:
        return True
    begins = _table(f'{delimiter}\n"')
    ends = _table(f'{delimiter}\r\n"')
    framed = np.frombuffer(b"\n" + content + b"\n", dtype=np.uint8)
    is_inside = 0
    for start in range(1, len(framed) - 1, _CHUNK):
        part = framed[start : min(start + _CHUNK, len(framed) - 1)]
        quotes = np.flatnonzero(part == ord('"')) + start
        opening, closing = quotes[is_inside::2], quotes[1 - is_inside :: 2]
        if not (begins[framed[opening - 1]].all() and ends[framed[closing + 1]].all()):
            return False
        breaks = np.flatnonzero(part == ord("\n")) + start
        within = breaks[(np.searchsorted(quotes, breaks) + is_inside) % 2 == 1]
        if any(_STAMP_BYTES.match(content, at) for at in within.tolist()):  # framed is one byte longer in front
            return False
        is_inside = (is_inside + len(quotes)) % 2
    return is_inside == 0


def _table(allowed: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    table = np.zeros(256, dtype=bool)
    table[list(allowed.encode())] = True
    return table
