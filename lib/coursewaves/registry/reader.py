"""Read the registry: a folder of tables goes in, one checked `Registry` and the table `problems` come out.

Rows that break a rule are set aside one by one, cells that a row can do without are dropped one by one; the
rest goes on. The columns and their rules stand in `coursewaves.registry.tables`.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pydantic import ValidationError

from coursewaves.errors import CoursewavesError
from coursewaves.problems import REFUSED, Problem, column_letter, described, problems_table
from coursewaves.reading.records import Records, read_records
from coursewaves.reading.workbook import FileFault, sheet_names
from coursewaves.registry.checks import hearing_problems, hours_problems, roster_problems
from coursewaves.registry.removals import removal_days
from coursewaves.registry.tables import KEYS, REFERENCES, REQUIRED, TABLES, Reference, columns_of, dtype_of, is_needed

BUILT_IN_REGIONS = Path(__file__).parent / "regions.csv"


@dataclass(frozen=True)
class Registry:
    """The registry's tables; what one row of each is, and its columns, stand in `coursewaves.registry.tables`."""

    regions: pd.DataFrame
    directions: pd.DataFrame
    programmes: pd.DataFrame
    trainers: pd.DataFrame
    topics: pd.DataFrame
    abilities: pd.DataFrame
    centres: pd.DataFrame
    courses: pd.DataFrame
    participants: pd.DataFrame
    decisions: pd.DataFrame
    sittings: pd.DataFrame
    hearings: pd.DataFrame
    working_days: pd.DataFrame
    receipts: pd.DataFrame
    handovers: pd.DataFrame
    archived: pd.DataFrame
    invitations: pd.DataFrame

    def course(self, course_id: str) -> pd.Series:
        """Return the row of a course."""
        return self._row("courses", course_id)

    def programme(self, programme_id: str) -> pd.Series:
        """Return the row of a programme."""
        return self._row("programmes", programme_id)

    def programme_of(self, course_id: str) -> pd.Series:
        """Return the row of the programme that a course runs."""
        return self.programme(str(self.course(course_id)["programme_id"]))

    def topics_of(self, programme_id: str) -> pd.DataFrame:
        """Return a programme's topics in the order of its plan; none gives the columns alone."""
        return self._rows_of("topics", programme_id)

    def abilities_of(self, programme_id: str) -> pd.DataFrame:
        """Return a programme's abilities in the order of its passport; none gives the columns alone."""
        return self._rows_of("abilities", programme_id)

    def title(self, table: str, row: Mapping[Hashable, Any] | pd.Series, language: str) -> str:
        """Return how a row of a table is called in a language, else in the first that has a title."""
        stem = {"abilities": "text", "trainers": "name"}.get(table, "title")
        names = [f"{stem}_{language}", *(f"{stem}_{other}" for other in ("kk", "ru", "en")), stem]
        found = (row[name] for name in names if name in row and isinstance(row[name], str))
        return next((text for text in found if text), str(row[KEYS[table][0][0]]))

    def _row(self, table: str, entry_id: str) -> pd.Series:
        rows: pd.DataFrame = getattr(self, table)
        ids = rows[KEYS[table][0][0]]
        if not (places := np.flatnonzero(ids == entry_id)).size:
            raise CoursewavesError.not_found(entry_id, table, ids)
        return rows.iloc[places[0]]  # type: ignore[no-any-return]

    @cached_property
    def _by_programme(self) -> dict[str, dict[Any, Any]]:
        """The topics and abilities of each programme: every question about one of them asks for them all."""
        ordered = {name: getattr(self, name).sort_values("number") for name in ("topics", "abilities")}
        return {name: dict(iter(rows.groupby("programme_id"))) for name, rows in ordered.items()}

    def _rows_of(self, table: str, programme_id: str) -> pd.DataFrame:
        found: pd.DataFrame = self._by_programme[table].get(programme_id, getattr(self, table).iloc[:0])
        return found.reset_index(drop=True)


def read_registry(folder: Path) -> tuple[Registry, pd.DataFrame]:
    """Read and check every table of a folder (¶17).

    Parameters
    ----------
    folder
        Holds ``<table>.csv`` (or ``.tsv``) for each table, or ``registry.xlsx`` with one sheet per table, or
        both; of a table that stands in both the CSV is read. Absent tables are empty; regions are built in.

    Returns
    -------
    tuple
        The registry of sound rows, and `problems` with one row for each fault. Without courses or programmes
        the registry is empty and the problem's rule is ``E-TABLE``.
    """
    sources, problems = _find_sources(folder)
    tables: dict[str, pd.DataFrame] = {}
    for table in TABLES:
        tables[table] = empty_table(table)
        if table in sources:
            draft = _Draft.read(table, sources[table], tables)
            tables[table] = draft.frame()
            problems += draft.problems
        elif table in REQUIRED:
            seen, fix = "no such table", f"put {table}.csv into the registry folder"
            problems.append(Problem(f"{table}.csv", 0, "", "", "E-TABLE", seen, "nothing can be evaluated", fix))
    names = {table: source.name for table, source in sources.items()}
    for check in (roster_problems, hours_problems, hearing_problems):
        problems += check(tables, names)
    return Registry(**tables), problems_table(problems)


def empty_table(table: str) -> pd.DataFrame:
    """Return a table without rows, with all its columns and their types."""
    return pd.DataFrame({column: pd.Series(dtype=dtype_of(table, column)) for column in columns_of(table)})


class _Source(NamedTuple):
    """Where a table stands, and how problems call the place."""

    path: Path
    sheet: str | None
    name: str


def _find_sources(folder: Path) -> tuple[dict[str, _Source], list[Problem]]:
    found: dict[str, _Source] = {"regions": _Source(BUILT_IN_REGIONS, None, "regions.csv")}
    problems: list[Problem] = []
    for candidate in [*_sheets(folder, problems), *_files(folder)]:
        table = (candidate.sheet or candidate.path.stem).strip().casefold()
        if table not in TABLES:
            near = get_close_matches(table, TABLES, n=1)
            fix = f"rename it to {near[0]}" if near else f"use one of {', '.join(TABLES)}"
            problems.append(Problem(candidate.name, 0, "", "", "E-TABLE", "no table of the registry", "not read", fix))
            continue
        if table in found and table != "regions":
            earlier, seen = found[table], "the table stands in two places"
            problems.append(Problem(earlier.name, 0, "", "", "E-TABLE", seen, "not read", "keep one of the two"))
        found[table] = candidate
    return found, problems


def _sheets(folder: Path, problems: list[Problem]) -> Iterator[_Source]:
    path = folder / "registry.xlsx"
    if not path.is_file():
        return
    names = sheet_names(path)
    if isinstance(names, FileFault):
        problems.append(Problem(path.name, 0, "", "", names.rule, names.seen, REFUSED, names.fix))
        return
    yield from (_Source(path, name, f"{path.name} [{name}]") for name in names)


def _files(folder: Path) -> Iterator[_Source]:
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        if path.suffix.casefold() in (".csv", ".tsv") and not path.name.startswith((".", "~")):
            yield _Source(path, None, path.name)


class _Draft:
    """Rows of one table under check, and the problems met on the way."""

    def __init__(self, table: str, source: _Source, tables: Mapping[str, pd.DataFrame]) -> None:
        self.table, self.name = table, source.name
        self.places: dict[str, int] = {}
        self.rows: list[dict[str, Any]] = []
        self.problems: list[Problem] = []
        self.seen: list[set[tuple[Any, ...]]] = [set() for _ in KEYS[table]]
        self.known = {
            reference: set(tables[reference.target][reference.target_column])
            for reference in REFERENCES
            if reference.table == table
        }
        self.removed = removal_days(tables["decisions"]) if table == "courses" else {}

    @classmethod
    def read(cls, table: str, source: _Source, tables: Mapping[str, pd.DataFrame]) -> "_Draft":
        draft = cls(table, source, tables)
        records = read_records(source.path, source.sheet, source.name)
        draft.problems += records.problems
        if records.header and draft.take_header(records):
            for number, cells in records.rows:
                draft.take_row(number, cells)
        return draft

    def frame(self) -> pd.DataFrame:
        columns = {
            name: pd.Series([row.get(name) for row in self.rows], dtype=dtype_of(self.table, name))
            for name in columns_of(self.table)
        }
        return pd.DataFrame(columns)

    def problem(self, row: int, column: str, rule: str, *told: str) -> None:
        """Note a problem; `told` is what was seen, what was done and the fix."""
        seen, done, fix = told
        letter = column_letter(self.places[column]) if column in self.places else ""
        self.problems.append(Problem(self.name, row, letter, column, rule, seen, done, fix))

    def take_header(self, records: Records) -> bool:
        """Place the columns; False where one is absent that no row can do without."""
        columns = columns_of(self.table)
        for place, cell in enumerate(records.header):
            name = " ".join(cell.split()).casefold()
            if name in columns and name not in self.places:
                self.places[name] = place
            elif name or any(cells[place].strip() for _, cells in records.rows):
                self._foreign_column(place, name, columns)
        absent = [name for name in columns if name not in self.places and is_needed(self.table, name)]
        for name in absent:
            self.problem(1, name, "E-COLUMN", "no such column", "table not read", f"add the column {name}")
        return not absent

    def _foreign_column(self, place: int, name: str, columns: list[str]) -> None:
        near = get_close_matches(name, [column for column in columns if column not in self.places], n=1)
        fix = f"rename it to {near[0]}" if near else "delete it, or leave it: it does no harm"
        seen = "the column stands twice" if name in self.places else "no column of this table"
        letter = column_letter(place)
        self.problems.append(Problem(self.name, 1, letter, name[:40], "E-COLUMN", seen, "column not read", fix))

    def take_row(self, number: int, cells: list[str]) -> None:
        """Keep one row, without the cells that it can do without; or set it aside."""
        texts = {name: cells[place].strip() or None for name, place in self.places.items()}
        row = self._validated(number, texts)
        if row is None or not self._refers_well(number, row) or not self._is_new(number, row):
            return
        if self._is_of_removed(number, row):
            return
        self._drop_impossible_counts(number, row)
        self.rows.append(row)

    def _validated(self, number: int, texts: dict[str, str | None]) -> dict[str, Any] | None:
        given = {name: text for name, text in texts.items() if text is not None}
        try:
            return TABLES[self.table].model_validate(given).model_dump()
        except ValidationError as error:
            faults = error.errors()
        dropped = []
        is_sound = True
        for fault in faults:
            column = str(fault["loc"][0]) if fault["loc"] else ""
            optional = bool(column) and not is_needed(self.table, column)
            is_sound = is_sound and optional
            dropped += [column] if optional else []
            done = "cell dropped" if optional else "set aside"
            seen = described(texts.get(column) or "") if column else "cells that contradict each other"
            self.problem(number, column, "E-VALUE", seen, done, _advice(str(fault["msg"])))
        return self._validated(number, texts | dict.fromkeys(dropped)) if is_sound else None

    def _refers_well(self, number: int, row: dict[str, Any]) -> bool:
        is_sound = True
        for reference, known in self.known.items():
            for unknown in _unknown_ids(reference, row, known):
                needed = is_needed(self.table, reference.column)
                near = get_close_matches(unknown, known, n=1)
                fix = f"add it to {reference.target}" + (f", or write {near[0]}" if near else "")
                seen = f"{described(unknown)}, not in {reference.target}"
                done = "set aside" if needed else "cell dropped"
                self.problem(number, reference.column, "E-REFERENCE", seen, done, fix)
                is_sound = is_sound and not needed
                if not needed:
                    row[reference.column] = _without(row[reference.column], unknown)
        return is_sound

    def _is_new(self, number: int, row: dict[str, Any]) -> bool:
        values = [tuple(str(row[name]).casefold() for name in key) for key in KEYS[self.table]]  # as file systems do
        for key, value, seen in zip(KEYS[self.table], values, self.seen, strict=True):
            if value in seen:
                fix = "give it an id of its own, or delete the row"
                self.problem(number, key[-1], "E-DUPLICATE", "stands in an earlier row", "set aside", fix)
                return False
        for value, seen in zip(values, self.seen, strict=True):
            seen.add(value)
        return True

    def _is_of_removed(self, number: int, row: dict[str, Any]) -> bool:
        """Refuse a course that begins after its programme was removed from the curriculum plan (¶20)."""
        day = self.removed.get(str(row["programme_id"])) if self.removed else None
        if day is None or row["starts_on"] is None or row["starts_on"] <= day:
            return False
        seen = f"begins on {row['starts_on']}, its programme was removed on {day}"
        fix = "delete the row, or correct the programme or the decision"
        self.problem(number, "programme_id", "E-REMOVED", seen, "set aside", fix)
        return True

    def _drop_impossible_counts(self, number: int, row: dict[str, Any]) -> None:
        for part, whole in (("completed", "enrolled"), ("practical_hours", "hours")):
            if isinstance(row.get(part), int) and isinstance(row.get(whole), int) and row[part] > row[whole]:
                seen = f"{row[part]}, more than {whole} {row[whole]}"
                self.problem(number, part, "E-COUNT", seen, "cell dropped", "correct one of the two")
                row[part] = None


def _advice(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return f"correct it: {message[:1].lower()}{message[1:]}"


def _unknown_ids(reference: Reference, row: dict[str, Any], known: set[str]) -> list[str]:
    value = row[reference.column]
    ids = (value or "").split("|") if reference.several else [value or ""]
    return [one.strip() for one in ids if one.strip() and one.strip() not in known]


def _without(value: str, unknown: str) -> str | None:
    return "|".join(one.strip() for one in value.split("|") if one.strip() != unknown) or None
