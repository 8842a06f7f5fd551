"""Take one course out of files that hold several: raw files go in, its records with their row numbers come out."""

import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from coursewaves.intake.aliases import read_aliases
from coursewaves.intake.responses import trace_records
from coursewaves.privacy.pseudonyms import Pseudonyms
from coursewaves.processed.year import Year
from coursewaves.reading.delimited import joined
from coursewaves.reading.fingerprints import mark_all, record_hashes
from coursewaves.reading.records import Records, read_records
from coursewaves.reading.spss import SUFFIXES, read_spss
from coursewaves.reading.workbook import sheet_names
from coursewaves.registry.tables import REFERENCES, TABLES
from coursewaves.settings.home import Home


def trace(year: Year) -> pd.DataFrame:
    """Return to which course each record of the raw files belongs, as of `intake.responses.trace_records`."""
    home = year.home
    passing = Pseudonyms(secrets.token_bytes(32))  # no pseudonym is kept, so that no key is needed
    aliases = read_aliases(home.aliases)
    return trace_records(home.responses, year.survey, year.registry, year.settings, passing, aliases, home.corrections)


def own_records(home: Home, name: str, rows: Iterable[int]) -> bytes:
    """Return some records of a raw file as CSV: the row number, the fingerprint, then the cells as they stand."""
    records = _records(home, name)
    wanted = np.isin(records.numbers, list(rows))
    own = records.taken(wanted)
    marks = mark_all(record_hashes(records.header, records.columns)[wanted])
    numbered = zip(own.rows, marks, strict=True)
    return as_csv(["row", "record", *records.header], ([number, one, *cells] for (number, cells), one in numbered))


def fingerprints(home: Home, name: str, rows: Iterable[int]) -> list[str]:
    """Return the fingerprints of some records of a raw file, by which a correction finds them."""
    records = _records(home, name)
    wanted = np.isin(records.numbers, list(rows))
    return sorted(set(mark_all(record_hashes(records.header, records.columns)[wanted])))


def _records(home: Home, name: str) -> Records:
    path = home.responses / name
    if path.suffix.casefold() in SUFFIXES:
        return read_spss(path, name)
    return read_records(path, name=name, encoding=home.settings.source_of(name).encoding)


def own_registry(home: Home, course_id: str) -> dict[str, bytes]:
    """Return by table the registry's rows about a course, as CSV with their row numbers; empty tables are left out.

    Of its programme, its centre and their like the rows are there too, of other courses none.
    """
    tables = {table: records for table in TABLES if (records := _registry_records(home, table)) and records.header}
    known: dict[tuple[str, str], set[str]] = {("courses", "course_id"): {course_id}}
    kept: dict[str, list[tuple[int, list[str]]]] = {}
    for table in (
        "courses",
        "programmes",
        "topics",
        "centres",
        "participants",
        *TABLES,
    ):  # those to which others lead first
        if table in tables and table not in kept:
            kept[table] = _rows_about(table, tables[table], known)
    return {
        table: as_csv(["row", *tables[table].header], ([number, *cells] for number, cells in rows))
        for table, rows in kept.items()
        if rows
    }


def _rows_about(table: str, records: Records, known: dict[tuple[str, str], set[str]]) -> list[tuple[int, list[str]]]:
    """Return the rows of a table that are about what is known, and remember the ids to which they lead."""
    columns = [" ".join(cell.split()).casefold() for cell in records.header]
    rows = []
    for number, cells in records.rows:
        row = dict(zip(columns, map(str.strip, cells), strict=True))
        own = known.get((table, _KEY.get(table, "")))
        if own is not None:
            is_about = row.get(_KEY[table], "") in own
        elif "course_id" in row:
            is_about = row["course_id"] in known["courses", "course_id"]
        else:
            is_about = row.get("programme_id", "") in known.get(("programmes", "programme_id"), set())
        if is_about:
            rows.append((number, cells))
            _remember(table, row, known)
    return rows


_KEY = {reference.target: reference.target_column for reference in REFERENCES}


def _remember(table: str, row: dict[str, str], known: dict[tuple[str, str], set[str]]) -> None:
    for reference in REFERENCES:
        if reference.table == table and reference.target != "courses" and row.get(reference.column):
            ids = row[reference.column].split("|") if reference.several else [row[reference.column]]
            known.setdefault((reference.target, reference.target_column), set()).update(map(str.strip, ids))


def _registry_records(home: Home, table: str) -> Records | None:
    for path in sorted(home.registry.glob("*")):
        if path.suffix.casefold() in (".csv", ".tsv") and path.stem.strip().casefold() == table:
            return read_records(path)
    book = home.registry / "registry.xlsx"
    names = sheet_names(book) if book.is_file() else []
    sheet = next((name for name in names if str(name).strip().casefold() == table), None)
    return read_records(book, str(sheet), f"{book.name} [{sheet}]") if sheet else None


def as_csv(header: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """Write a table as CSV in which every cell is quoted: a lone carriage return can't break a row."""
    return joined([header, *rows], is_quoted=True).encode("utf-8", "surrogatepass")


def pages_of(home: Home, course_id: str) -> list[Path]:
    """Return the published files about a course, in every format."""
    folder = home.reports / "course"
    found = folder.rglob("*") if folder.is_dir() else []
    return sorted(path for path in found if path.is_file() and path.name.partition(".")[0] == course_id)
