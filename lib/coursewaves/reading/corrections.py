"""Correct records without touching raw files: a clerk's corrections go in, corrected records come out.

Corrections are files of their own in ``data/raw/corrections``: the workbook of problems with its column
``corrected`` filled in, saved there under any name, or a CSV of the same columns. They are applied on each load.
A record is found by its fingerprint, so that a correction still holds when the file was exported again, and is
never applied to another record.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from coursewaves.problems import NOT_READ, Problem, column_letter
from coursewaves.reading.columns import Cells
from coursewaves.reading.fingerprints import mark
from coursewaves.reading.records import Records, read_records
from coursewaves.reading.workbook import sheet_names
from coursewaves.survey.wordings import normalised

DELETE = {"delete", "жою", "удалить"}
"""Words that set a whole record aside."""

BLANK = {"blank", "бос", "пусто"}
"""Words that empty a cell."""

SHEET = "problems"
"""The sheet of the workbook of problems that is read."""

_COLUMNS = ("file", "record", "column", "corrected")


class Correction(NamedTuple):
    """One correction.

    Attributes
    ----------
    source, row
        Where it stands.
    file, record
        The raw file and the fingerprint of the record that is meant.
    column
        Letter of the cell's column; empty for the whole record.
    corrected
        The cell as it should be; for a whole record all its cells as one line of CSV, or a word of `DELETE`.
    """

    source: str
    row: int
    file: str
    record: str
    column: str
    corrected: str


def read_corrections(folder: Path) -> tuple[dict[str, list[Correction]], list[Problem]]:
    """Read all corrections of a folder, by raw file; of a cell corrected twice neither counts unless they agree."""
    found: list[Correction] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        if path.suffix.lower() in (".csv", ".xlsx") and path.name[0] not in ".~":
            found += _read(path, problems)
    by_place: dict[tuple[str, str, str], list[Correction]] = defaultdict(list)
    for one in found:
        by_place[one.file, one.record, one.column].append(one)
    by_file: dict[str, list[Correction]] = defaultdict(list)
    for same in by_place.values():
        if len({one.corrected for one in same}) == 1:
            by_file[same[0].file].append(same[0])
        else:
            seen, fix = "another correction of the same place differs", "keep one of them"
            problems += [_problem(one, seen, fix) for one in same]
    return by_file, problems


def _read(path: Path, problems: list[Problem]) -> Iterable[Correction]:
    name = f"corrections/{path.name}"
    names = sheet_names(path) if path.suffix.lower() == ".xlsx" else []
    records = read_records(path, SHEET if SHEET in names else None, name)
    problems += records.problems
    places = {normalised(header): place for place, header in enumerate(records.header)}
    absent = [column for column in _COLUMNS if column not in places]
    if absent and records.header:
        seen, fix = f"no column {', '.join(absent)}", "fill in the workbook of problems, and keep its columns"
        problems.append(Problem(name, 1, "", "", "E-CORRECTION", seen, NOT_READ, fix))
    if absent:
        return
    for number, cells in records.rows:
        file, record, column, corrected = (cells[places[one]].strip() for one in _COLUMNS)
        if corrected:
            yield Correction(name, number, file, record, column.upper(), corrected)


def corrected(records: Records, corrections: list[Correction]) -> tuple[Records, int]:
    """Apply the corrections of one raw file.

    Returns
    -------
    tuple
        The records, with a problem for each correction that found no place, and how many records were changed.
        Records that say the same are corrected alike.
        A record that was set aside and is given whole comes back under its row and fingerprint.
    """
    if not corrections or not records.header:
        return records, 0
    index: dict[str, list[int]] = defaultdict(list)
    for place, value in enumerate(records.hashes.tolist()):
        index[mark(value)].append(place)
    letters = {column_letter(place): place for place in range(len(records.header))}
    aside = {problem.record: problem for problem in records.problems if problem.record}
    lost: list[Problem] = []
    cells: dict[int, dict[int, str]] = defaultdict(dict)
    deleted: list[int] = []
    returned: dict[str, list[str]] = {}
    for one in corrections:
        if one.record in index and one.column in letters:
            text = "" if normalised(one.corrected) in BLANK else one.corrected
            cells[letters[one.column]] |= dict.fromkeys(index[one.record], text)
        elif one.record in index and not one.column and normalised(one.corrected) in DELETE:
            deleted += index[one.record]
        elif one.record in aside and not one.column and len(whole := _as_record(one)) == len(records.header):
            returned[one.record] = whole
        else:
            seen, fix = "no such record or column in the file", "take it from the newest list of problems"
            lost.append(_problem(one, seen, fix))
    changed = {place for texts in cells.values() for place in texts} | set(deleted)
    records = _with_cells(records, cells)
    is_deleted = np.isin(np.arange(len(records.numbers)), deleted)
    records = records.without(is_deleted, "E-DELETED", "deleted by a correction", "nothing")
    records = _with_returned(records, returned, aside)
    return records._replace(problems=[*records.problems, *lost]), len(changed) + len(returned)


def _as_record(one: Correction) -> list[str]:
    """Return the cells of a record that is given whole; none where the line can't be split."""
    try:
        return next(csv.reader([one.corrected]), [])
    except csv.Error:
        return []


def _with_cells(records: Records, cells: dict[int, dict[int, str]]) -> Records:
    columns = [column.replaced(cells.get(place, {})) for place, column in enumerate(records.columns)]
    return records._replace(columns=columns)


def _with_returned(records: Records, returned: dict[str, list[str]], aside: dict[str, Problem]) -> Records:
    if not returned:
        return records
    numbers = np.concatenate([records.numbers, [aside[record].row for record in returned]]).astype(np.int64)
    own = np.array([int(record, 16) for record in returned], dtype=np.uint64)
    hashes = np.concatenate([records.hashes, own])
    order = np.argsort(numbers, kind="stable")
    columns = [
        Cells.of([*column.values(), *(whole[place] for whole in returned.values())]).taken(order)
        for place, column in enumerate(records.columns)
    ]
    problems = [problem for problem in records.problems if problem.record not in returned]
    return records._replace(numbers=numbers[order], columns=columns, hashes=hashes[order], problems=problems)


def _problem(one: Correction, seen: str, fix: str) -> Problem:
    return Problem(one.source, one.row, "", "", "E-CORRECTION", seen, "not applied", fix)
