"""Change rows of a table's CSV file: its bytes go in, bytes come out in which every other row is as it was.

The clerk's order of columns, the delimiter, the encoding and the line ends are kept.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from coursewaves.errors import CoursewavesError
from coursewaves.reading.decoding import declared_delimiter
from coursewaves.reading.delimited import find_delimiter, split

_MARKS = {"utf-8-sig": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
_MEND = "mend it in a spreadsheet, or save it anew as CSV (UTF-8)"


class Line(NamedTuple):
    """One record as it stands: its text with its line end, and its cells; of a blank line none says anything."""

    text: str
    cells: list[str]


class TableFile(NamedTuple):
    """The text of a table, cut into records.

    Attributes
    ----------
    encoding, mark
        How it is written, and the bytes before it.
    before
        What stands before the header: the line ``sep=;`` that Excel hides, blank lines.
    delimiter, end
        What stands between cells and at the end of a line.
    header
        The columns as they stand.
    lines
        The header's record first, then all others; their place is their row number as Excel shows it, less `first`.
    first
        Row number of the header.
    """

    encoding: str
    mark: bytes
    before: str
    delimiter: str
    end: str
    header: list[str]
    lines: list[Line]
    first: int

    @property
    def columns(self) -> list[str]:
        """The columns as tables call them."""
        return [column_name(cell) for cell in self.header]

    def row_of(self, place: int) -> int:
        """Return the row number of a record, as Excel shows it."""
        return self.first + place

    def cell(self, place: int, column: str) -> str:
        """Return the cell of a record; empty where the table has no such column."""
        cells = self.lines[place].cells
        return cells[self.columns.index(column)].strip() if column in self.columns else ""

    def content(self) -> bytes:
        """Return the bytes of the file."""
        return self.mark + (self.before + "".join(line.text for line in self.lines)).encode(_codec(self.encoding))

    def with_columns(self, wanted: Sequence[str]) -> "TableFile":
        """Return the table with the columns that it lacks, behind those that it has; their cells are empty."""
        new = [name for name in wanted if name not in self.columns]
        if not new:
            return self
        blank = [self._widened(line, [""] * len(new)) for line in self.lines[1:]]
        return self._replace(header=[*self.header, *new], lines=[self._widened(self.lines[0], new), *blank])

    def with_rows(self, rows: Sequence[Mapping[str, str]]) -> "TableFile":
        """Return the table with more rows at its end."""
        lines = list(self.lines)
        if rows and not lines[-1].text.endswith(("\n", "\r")):
            lines[-1] = lines[-1]._replace(text=lines[-1].text + self.end)
        lines += [self._line([row.get(name, "") for name in self.columns]) for row in rows]
        return self._replace(lines=lines)

    def with_cells(self, place: int, values: Mapping[str, str]) -> "TableFile":
        """Return the table with other cells in one record; a cell that is equal stays as it is written."""
        columns, line = self.columns, self.lines[place]
        cells = [values.get(name, cell) for name, cell in zip(columns, line.cells, strict=True)]
        if cells == line.cells:
            return self
        made = self._line(cells)
        if not line.text.endswith(("\n", "\r")):
            made = made._replace(text=made.text.removesuffix(self.end))
        return self._replace(lines=[*self.lines[:place], made, *self.lines[place + 1 :]])

    def without(self, places: set[int]) -> "TableFile":
        """Return the table without some records."""
        return self._replace(lines=[line for place, line in enumerate(self.lines) if place not in places])

    def _line(self, cells: list[str]) -> Line:
        return Line(written(cells, self.delimiter) + self.end, cells)

    def _widened(self, line: Line, more: list[str]) -> Line:
        if not says_something(line):
            return line
        bare = line.text.rstrip("\r\n")
        return Line(
            bare + self.delimiter + written(more, self.delimiter) + line.text[len(bare) :], [*line.cells, *more]
        )


def says_something(line: Line) -> bool:
    """Whether a record is more than blanks."""
    return any(cell.strip() for cell in line.cells)


def column_name(cell: str) -> str:
    """Return the name of a column as a header spells it, as `coursewaves.registry.reader` reads it."""
    return " ".join(cell.split()).casefold()


def written(cells: Sequence[str], delimiter: str) -> str:
    """Write cells as one record without its line end; quotes stand only where they are needed.

    >>> written(["P1", "play, learn", ""], ",")
    'P1,"play, learn",'
    """
    return delimiter.join(_quoted(cell) if re.search(f'[{delimiter}"\r\n]', cell) else cell for cell in cells)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def new_table(columns: Sequence[str]) -> TableFile:
    """Return a table without rows, as it is made where there is no file yet."""
    header = Line(written(columns, ",") + "\n", list(columns))
    return TableFile("utf-8", b"", "", ",", "\n", list(columns), [header], 1)


def parse_table(content: bytes, name: str) -> TableFile:
    """Cut a file into its records.

    Raises
    ------
    CoursewavesError
        Where a byte is not of its encoding, a quote is not closed or a record has another width: then rows can't be
        told apart with certainty, and nothing may be written.
    """
    encoding = next((kind for kind, mark in _MARKS.items() if content.startswith(mark)), "utf-8")
    mark = _MARKS.get(encoding, b"")
    try:
        text = content[len(mark) :].decode(_codec(encoding))
    except UnicodeDecodeError:
        raise CoursewavesError(f"{name} is not in UTF-8; fix: {_MEND}") from None
    rest, declared = declared_delimiter(text.encode())
    body = rest.decode()
    delimiter = declared or ("\t" if name.casefold().endswith(".tsv") else find_delimiter(body))
    lines = list(_cut(body, delimiter, name))
    place = next((place for place, line in enumerate(lines) if says_something(line)), None)
    if place is None:
        raise CoursewavesError(f"{name} has no header; fix: write its columns into the first row, or delete the file")
    header, own = lines[place], lines[place:]
    for row, line in enumerate(own, place + 1):
        if says_something(line) and len(line.cells) != len(header.cells):
            seen = f"{len(line.cells)} cells under {len(header.cells)} headers"
            raise CoursewavesError(f"{name}:{row} has {seen}; fix: {_MEND}")
    own = [line if says_something(line) else line._replace(cells=[""] * len(header.cells)) for line in own]
    end = "\r\n" if header.text.endswith("\r\n") else "\n"
    before = text[: len(text) - len(body)] + "".join(line.text for line in lines[:place])
    return TableFile(encoding, mark, before, delimiter, end, header.cells, own, place + 1)


def _cut(text: str, delimiter: str, name: str) -> Iterator[Line]:
    """Yield the records of a text with the very text of each; both ways of splitting must agree."""
    pieces = list(_pieces(text))
    records = list(split(text, delimiter))
    for row, record in enumerate(records, 1):
        if record.rule:
            raise CoursewavesError(f"{name}:{row} has {record.seen}; fix: {_MEND}")
    if len(pieces) != len(records):
        raise CoursewavesError(f"{name} has quotes that can be read in two ways; fix: {_MEND}")
    for piece, record in zip(pieces, records, strict=True):
        yield Line(piece, record.cells)


def _pieces(text: str) -> Iterator[str]:
    """Cut a text where a line ends outside of quotes."""
    piece = ""
    for line in io.StringIO(text, newline=""):
        piece += line
        if piece.count('"') % 2 == 0:
            yield piece
            piece = ""
    if piece:
        yield piece


def _codec(encoding: str) -> str:
    return "utf-8" if encoding == "utf-8-sig" else encoding
