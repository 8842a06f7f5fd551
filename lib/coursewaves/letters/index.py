"""Know which letters were written: a folder of letters goes in, a table of all its days comes out.

Each day's folder holds ``index.csv``. A letter that must be written again is one whose row, or whole day, is deleted.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.export import unguarded
from coursewaves.export.csvfile import write_csv
from coursewaves.letters.due_letters import Written
from coursewaves.reading.delimited import rows_of

INDEX = "index.csv"

COLUMNS = [
    "date", "wave", "instrument_id", "kind", "language", "centre_id", "course_id", "opens_on", "due_on", "closes_on",
    "file", "email", "link",
]  # fmt: skip
"""One row is one course in one letter; ``file`` is the letter without its ending, ``email`` the centre's address."""


def read_index(path: Path) -> list[dict[str, str]]:
    """Read the index of one day; where there is none it has no rows.

    Raises
    ------
    CoursewavesError
        Where it is not as it was written.
    """
    if not path.is_file():
        return []
    try:
        rows = rows_of(path.read_bytes().decode(), COLUMNS)
    except ValueError:
        place = f"{path.parent.name}/{path.name}"
        fix = "put it back, or delete it with its letters."
        raise CoursewavesError(f"{place} is not as it was written; fix: {fix}") from None
    return [dict(zip(COLUMNS, map(unguarded, row), strict=True)) for row in rows]


def write_index(path: Path, rows: list[dict[str, str]]) -> None:
    """Write the index of one day, readable by its owner only."""
    write_csv("letters", pd.DataFrame(rows, columns=COLUMNS).astype("str"), path)


def written_before(folder: Path, today: date) -> Written:
    """Return the day of the last letter of an earlier day about each course."""
    found: dict[tuple[str, str, str], date] = {}
    for day in _days(folder, today):
        for row in read_index(folder / day.isoformat() / INDEX):
            found[row["kind"], row["instrument_id"], row["course_id"]] = day
    return found


def _days(folder: Path, today: date) -> Iterator[date]:
    names: Iterable[str] = sorted(path.name for path in folder.glob("*")) if folder.is_dir() else []
    for name in names:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", name) and name < today.isoformat():
            yield date.fromisoformat(name)
