"""Draft a change of a registry table: rows or values go in; the new bytes, the difference and every fault come out.

Nothing is written here. The changed table is read beside all others by the reader of every load, so that a row which
is taken here is never set aside there.
"""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from coursewaves.entry.closed import closed_faults
from coursewaves.entry.source_rows import REFUSED, Row, check_table, read_rows
from coursewaves.entry.table_file import TableFile, new_table, parse_table
from coursewaves.errors import CoursewavesError
from coursewaves.privacy.masking import masked
from coursewaves.problems import Problem
from coursewaves.reading.workbook import sheet_names
from coursewaves.registry.reader import Registry, read_registry
from coursewaves.registry.tables import KEYS, columns_of
from coursewaves.settings.home import Home

BETWEEN = "/"
"""Stands between the parts of an id of several columns."""


class Difference(NamedTuple):
    """One cell that changes: of which row (its id) and column, what stood there and what shall stand there."""

    row_id: str
    column: str
    before: str
    after: str


class Draft(NamedTuple):
    """A change that is ready to be written, or whose faults are known.

    Attributes
    ----------
    action, table
        ``add``, ``set`` or ``remove``, and the table.
    path
        The file that is changed; it may not be there yet.
    before, after
        Its bytes; `before` is None where there is no file.
    ids, columns
        The rows that change, by their ids, and the columns.
    differences
        One for each cell that says something before or after.
    problems
        What keeps it from being written; empty where nothing does.
    remarks
        Faults between tables that it leaves or brings and that keep no row out, such as a roster not yet whole.
    closed
        The rows of a closed period among the problems.
    """

    action: str
    table: str
    path: Path
    before: bytes | None
    after: bytes
    ids: list[str]
    columns: list[str]
    differences: list[Difference]
    problems: list[Problem] = []  # noqa: RUF012  (never changed)
    remarks: list[Problem] = []  # noqa: RUF012
    closed: list[Problem] = []  # noqa: RUF012

    @property
    def changes_nothing(self) -> bool:
        """Whether the file would be as it is."""
        return (self.before or b"") == self.after


def draft_rows(home: Home, table: str, source: Path, columns: Mapping[str, str] | None = None) -> Draft:
    """Draft the rows of a CSV or XLSX file as new rows of a table; see `read_rows`."""
    registry, _ = read_registry(home.registry)
    rows, faults = read_rows(table, source, columns, registry)
    return draft_added(home, table, rows, faults)


def draft_added(home: Home, table: str, rows: Sequence[Row], faults: Sequence[Problem] = ()) -> Draft:
    """Draft new rows at the end of a table."""
    path, before, file = _opened(home, table)
    wanted = [name for name in columns_of(table) if any(row.cells.get(name) for row in rows)]
    changed = file.with_columns(wanted)
    first = len(changed.lines)
    changed = changed.with_rows([row.cells for row in rows])
    differences = [
        Difference(row_id(table, row.cells), name, "", row.cells[name])
        for row in rows
        for name in columns_of(table)
        if row.cells.get(name)
    ]
    ids = [row_id(table, row.cells) for row in rows]
    draft = Draft("add", table, path, before, changed.content(), ids, wanted, differences, list(faults))
    places = {changed.row_of(first + place): row for place, row in enumerate(rows)}
    return draft if faults else _checked(home, draft, [dict(row.cells) for row in rows], places)


def draft_values(home: Home, table: str, wanted_id: str, values: Mapping[str, str]) -> Draft:
    """Draft other values of one row; an empty value empties the cell.

    Raises
    ------
    CoursewavesError
        Where there is no such row or column.
    """
    for name in values:
        if name not in columns_of(check_table(table)):
            raise CoursewavesError.not_found(name, f"the columns of {table}", columns_of(table))
    path, before, file = _opened(home, table)
    place = _place_of(table, file, wanted_id)
    changed = file.with_columns([name for name, value in values.items() if value])
    old = {name: changed.cell(place, name) for name in columns_of(table)}
    new = old | {name: value.strip() for name, value in values.items()}
    differing = [name for name in columns_of(table) if old[name] != new[name]]
    changed = changed.with_cells(place, {name: new[name] for name in differing}) if differing else file
    differences = [Difference(wanted_id, name, old[name], new[name]) for name in differing]
    draft = Draft("set", table, path, before, changed.content(), [wanted_id], differing, differences)
    return _checked(home, draft, [old, new])


def draft_removed(home: Home, table: str, column: str, values: set[str]) -> Draft:
    """Draft a table without the rows that hold one of some values in a column; for what went to the archive."""
    path, before, file = _opened(home, table)
    places = {place for place in range(1, len(file.lines)) if file.cell(place, column) in values}
    after = file.without(places).content() if places else before or b""
    return Draft("remove", table, path, before, after, sorted(values) if places else [], [], [])


def written_rows(home: Home, table: str) -> dict[str, dict[str, str]]:
    """Return the rows of a table as they are written, by their ids; see `row_id`."""
    file = _opened(home, table)[2]
    cells = [_cells_of(table, file, place) for place in range(1, len(file.lines))]
    return {name: row for row in cells if (name := row_id(table, row)).strip(BETWEEN)}


def row_id(table: str, cells: Mapping[str, str]) -> str:
    """Return what names a row: its key, "/" between the columns of one that has several.

    >>> row_id("receipts", {"course_id": "P01-01", "wave": "1"})
    'P01-01/1'
    """
    return BETWEEN.join(cells.get(name, "") for name in KEYS[table][0])


def shown_id(text: str) -> str:
    """Return an id as it may stand in a message or a journal: a participant's code can be an IIN."""
    return masked(text)


def _opened(home: Home, table: str) -> tuple[Path, bytes | None, TableFile]:
    path = table_path(home, check_table(table))
    before = path.read_bytes() if path.exists() else None
    file = new_table(columns_of(table)) if before is None else parse_table(before, path.name)
    return path, before, file


def table_path(home: Home, table: str) -> Path:
    """Return the file of a table; where there is none, the one to be made.

    Raises
    ------
    CoursewavesError
        Where the table stands in ``registry.xlsx``: a workbook can't be changed without touching all that is in it.
    """
    folder = home.registry
    found = [path for path in sorted(folder.glob("*")) if path.suffix.casefold() in (".csv", ".tsv")
             and path.stem.strip().casefold() == table and path.name[0] not in ".~"]  # fmt: skip
    if len(found) > 1:
        raise CoursewavesError(f"{table} stands in {found[0].name} and {found[1].name}; fix: keep one of the two")
    book = folder / "registry.xlsx"
    names = sheet_names(book) if not found and book.is_file() else []
    if isinstance(names, list) and table in [name.strip().casefold() for name in names]:
        raise CoursewavesError(
            f"{table} stands in registry.xlsx; fix: make CSV files of it with coursewaves register split"
        )
    return found[0] if found else folder / f"{table}.csv"


def _place_of(table: str, file: TableFile, wanted_id: str) -> int:
    ids = {row_id(table, _cells_of(table, file, place)): place for place in range(1, len(file.lines))}
    if wanted_id not in ids:
        raise CoursewavesError.not_found(wanted_id, table, [shown_id(one) for one in ids if one.strip(BETWEEN)])
    return ids[wanted_id]


def _cells_of(table: str, file: TableFile, place: int) -> dict[str, str]:
    return {name: file.cell(place, name) for name in columns_of(table)}


def _checked(
    home: Home, draft: Draft, rows: Sequence[Mapping[str, str]], places: Mapping[int, Row] | None = None
) -> Draft:
    """Add what the registry's reader finds in the changed table and did not find before, and what is closed."""
    registry, old = _read(home, draft.path, draft.before)
    _, new = _read(home, draft.path, draft.after)
    brought = list((Counter(new) - Counter(old)).elements())
    told = [_of_source(problem, places or {}) for problem in brought]
    faults = [problem._replace(done=REFUSED) for problem in told if problem.done != "kept"]
    remarks = [problem for problem in told if problem.done == "kept"]
    closed = list(closed_faults(home, registry, draft.table, rows, draft.path.name))
    return draft._replace(problems=faults + closed, remarks=remarks, closed=closed)


def _of_source(problem: Problem, places: Mapping[int, Row]) -> Problem:
    """Name a fault of a new row by the file and the column that it came from."""
    row = places.get(problem.row)
    if row is None:
        return problem
    fix = (
        "delete it, or change the row that is there with register set" if problem.rule == "E-DUPLICATE" else problem.fix
    )
    return problem._replace(file=row.file, row=row.number, column=row.letters.get(problem.header, ""), fix=fix)


def _read(home: Home, path: Path, content: bytes | None) -> tuple[Registry, list[Problem]]:
    """Read the registry with other bytes in one of its files."""
    with tempfile.TemporaryDirectory(prefix="coursewaves-") as folder:
        for other in _files(home.registry):
            if other.name != path.name:
                (Path(folder) / other.name).symlink_to(other.resolve())
        if content is not None:
            (Path(folder) / path.name).write_bytes(content)
        registry, problems = read_registry(Path(folder))
    return registry, [Problem(*row) for row in problems.itertuples(index=False)]


def _files(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.glob("*")) if path.is_file())


def digest_of_content(content: bytes | None) -> str:
    """Return the SHA-256 of a file's bytes; empty where there is no file."""
    return "" if content is None else hashlib.sha256(content).hexdigest()
