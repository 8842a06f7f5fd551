"""Cut a loaded year into one file a course: what a report may see, and all that it can hang on.

A report reads its own partition and not the whole year: it is quick at any number of courses, can be sent to another
machine alone, and is due anew exactly when the bytes of its partition change.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from coursewaves.partitions.pooled import NAMES, Pooled
from coursewaves.processed.contents import Entry, digest
from coursewaves.processed.year import Year
from coursewaves.registry.reader import Registry
from coursewaves.system.private_files import private_folder, sweep, write_private_bytes

OF_COURSE = ("responses", "scores", "outcomes", "open_surveys")
"""Processed tables of which a partition holds the course's rows."""

OF_PROGRAMME = ("runs", "adjusted", "gaps", "gap_parts", "topics", "decisions")
"""Pooled tables of which a partition holds the programme's rows."""

WITHHELD = "withheld"
"""Member of a partition that holds published forms of which nothing may be shown; see `coursewaves.releases`."""

Places = np.ndarray[Any, np.dtype[np.intp]]


class Rows(NamedTuple):
    """Which rows of a table a partition holds: those with one of `values` in `column`; by default all."""

    column: str | None = None
    values: tuple[str, ...] = ()


NO_ROWS = Rows("")


class Source:
    """A table of the whole year, turned into Arrow once, from which any rows are taken.

    Parameters
    ----------
    table
        The table.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        self._table = table
        self._arrow = pa.Table.from_pandas(table, preserve_index=False)
        self._places: dict[str, dict[str, Places]] = {}
        self._streams: dict[Rows, bytes] = {}

    def places(self, column: str) -> dict[str, Places]:
        """Return where the rows of each value of a column stand."""
        if column not in self._places:
            found = self._table.groupby(column, observed=True).indices
            self._places[column] = {str(value): np.asarray(places) for value, places in found.items()}
        return self._places[column]

    def has(self, rows: Rows) -> bool:
        """Whether there is any such row."""
        return self._chosen(rows).size > 0

    def stream(self, rows: Rows) -> bytes:
        """Return rows in the table's order as an Arrow stream."""
        found = self._arrow.take(self._chosen(rows))  # taken even if all: so nothing stands under what is missing
        content = io.BytesIO()
        with pa.ipc.new_stream(content, found.schema) as writer:
            writer.write_table(found)
        return content.getvalue()

    def kept(self, rows: Rows) -> bytes:
        """Return rows as `stream` does, and keep them: several partitions hold the same."""
        if rows not in self._streams:
            self._streams[rows] = self.stream(rows)
        return self._streams[rows]

    def _chosen(self, rows: Rows) -> Places:
        if rows.column is None:
            return np.arange(len(self._table))
        met = [self.places(rows.column).get(value, _NOWHERE) for value in rows.values]
        return np.sort(np.concatenate([_NOWHERE, *met]))


_NOWHERE = np.empty(0, dtype=np.intp)


def write_partitions(year: Year, pooled: Pooled, withheld: pd.DataFrame | None = None) -> list[Entry]:
    """Write the partition of every course with answers, and remove those of courses that are gone.

    A partition whose bytes would be the same is left as it is.

    Parameters
    ----------
    withheld
        Published forms of which nothing may be shown now; a partition keeps those of its course for the register.
    """
    folder = private_folder(year.home.partitions)
    sweep(folder)
    entries = []
    for course_id, n_forms, content in _contents(year, pooled, withheld):
        path = year.home.partition(course_id)
        if not path.exists() or path.read_bytes() != content:
            write_private_bytes(path, content)
        entries.append(_entry(year, course_id, n_forms, digest(content)))
    kept = {f"{entry.course_id}.zip" for entry in entries}
    for path in folder.glob("*.zip"):
        if path.name not in kept:
            path.unlink()
    return entries


def _contents(year: Year, pooled: Pooled, withheld: pd.DataFrame | None) -> Iterator[tuple[str, int, bytes]]:
    """Yield each course with answers, its number of forms, and its partition."""
    own = {name: Source(getattr(year, name)) for name in OF_COURSE}
    own |= {} if withheld is None else {WITHHELD: Source(withheld)}
    shared = {f"registry_{field.name}": Source(getattr(year.registry, field.name)) for field in fields(Registry)}
    shared |= {f"pooled_{name}": Source(getattr(pooled, name)) for name in NAMES}
    for course_id, places in sorted(own["responses"].places("course_id").items()):
        rows = Rows("course_id", (course_id,))
        held = {name: source for name, source in own.items() if name != WITHHELD or source.has(rows)}
        streams = {name: source.stream(rows) for name, source in held.items()}
        streams |= {name: shared[name].kept(found) for name, found in _surroundings(year.registry, pooled, course_id)}
        yield course_id, len(places), _zipped(streams)


def packed(tables: dict[str, pd.DataFrame]) -> bytes:
    """Pack tables as Arrow streams into one file; equal tables give equal bytes."""
    return _zipped({name: Source(table).stream(Rows()) for name, table in tables.items()})


def _zipped(streams: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, stream in sorted(streams.items()):
            archive.writestr(zipfile.ZipInfo(f"{name}.arrow", (1980, 1, 1, 0, 0, 0)), stream)
    return content.getvalue()


def _surroundings(registry: Registry, pooled: Pooled, course_id: str) -> Iterator[tuple[str, Rows]]:
    """Yield which rows of the registry's and the pooled tables the partition of a course holds."""
    course = registry.course(course_id)
    programme_id = str(course["programme_id"])
    yield from _of_registry(registry, course_id, programme_id, str(course["centre_id"]))
    yield from _of_pooled(pooled, course_id, programme_id)


def _of_registry(registry: Registry, course_id: str, programme_id: str, centre_id: str) -> Iterator[tuple[str, Rows]]:
    """Yield what the registry says of one course: its own rows, its programme's and its centre's.

    No participant is among them, and no hearing: a report is not due anew because it was heard.
    """
    programme = registry.programme(programme_id)
    trainers = tuple(registry.topics_of(programme_id)["trainer_id"].dropna().unique())
    wanted = {
        "regions": Rows(),
        "directions": Rows("direction_id", (str(programme["direction_id"]),)),
        "centres": Rows("centre_id", (centre_id,)),
        "trainers": Rows("trainer_id", trainers),
        "working_days": Rows(),
    }
    wanted |= {name: Rows("course_id", (course_id,)) for name in ("courses", "receipts", "handovers")}
    own = ("programmes", "topics", "abilities", "decisions", "archived")
    wanted |= {name: Rows("programme_id", (programme_id,)) for name in own}
    wanted |= dict.fromkeys(("participants", "invitations", "sittings", "hearings"), NO_ROWS)
    for name, rows in wanted.items():
        yield f"registry_{name}", rows


def _of_pooled(pooled: Pooled, course_id: str, programme_id: str) -> Iterator[tuple[str, Rows]]:
    """Yield the pooled tables' rows; a programme that is not low is told its own rating alone, not those of all."""
    is_compared = programme_id in set(pooled.gaps["programme_id"])
    for name in NAMES:
        rows = Rows()
        if name == "others":
            rows = Rows("course_id", (course_id,))
        elif name in OF_PROGRAMME or (name == "programmes" and not is_compared):
            rows = Rows("programme_id", (programme_id,))
        elif name == "importance" and not is_compared:
            rows = NO_ROWS
        yield f"pooled_{name}", rows


def _entry(year: Year, course_id: str, n_forms: int, sha256: str) -> Entry:
    programme = year.registry.programme_of(course_id)
    languages = dict.fromkeys([*year.settings.languages, "kk", "ru", "en"])
    titles = {language: year.registry.title("programmes", programme, language) for language in languages}
    return Entry(course_id, str(programme["programme_id"]), titles, n_forms, sha256)
