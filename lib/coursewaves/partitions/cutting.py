"""Cut a loaded year into one file a course: what a report may see, and all that it can hang on.

A report reads its own partition and not the whole year: it is quick at any number of courses, can be sent to another
machine alone, and is due anew exactly when the bytes of its partition change.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import fields, replace

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
    rows = {name: _by_course(getattr(year, name)) for name in OF_COURSE}
    for course_id in sorted(rows["responses"]):
        tables = {name: found.get(course_id, getattr(year, name).iloc[:0]) for name, found in rows.items()}
        tables |= _surroundings(year.registry, pooled, course_id)
        content = packed(tables | _withheld(withheld, course_id))
        path = year.home.partition(course_id)
        if not path.exists() or path.read_bytes() != content:
            write_private_bytes(path, content)
        entries.append(_entry(year, course_id, len(tables["responses"]), digest(content)))
    kept = {f"{entry.course_id}.zip" for entry in entries}
    for path in folder.glob("*.zip"):
        if path.name not in kept:
            path.unlink()
    return entries


def _withheld(forms: pd.DataFrame | None, course_id: str) -> dict[str, pd.DataFrame]:
    own = None if forms is None else forms[forms["course_id"] == course_id]
    return {} if own is None or own.empty else {WITHHELD: own}


def packed(tables: dict[str, pd.DataFrame]) -> bytes:
    """Pack tables as Arrow streams into one file; equal tables give equal bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, table in sorted(tables.items()):
            stream = io.BytesIO()
            arrow = pa.Table.from_pandas(table, preserve_index=False)
            with pa.ipc.new_stream(stream, arrow.schema) as writer:
                writer.write_table(arrow)
            archive.writestr(zipfile.ZipInfo(f"{name}.arrow", (1980, 1, 1, 0, 0, 0)), stream.getvalue())
    return content.getvalue()


def cut_registry(registry: Registry, course_id: str) -> Registry:
    """Return what the registry says of one course: its own rows, its programme's and its centre's.

    No participant is among them, and no hearing: a report is not due anew because it was heard.
    """
    course = registry.course(course_id)
    programme = registry.programme(str(course["programme_id"]))
    topics = registry.topics_of(str(programme["programme_id"]))
    wanted = {
        "courses": ("course_id", [course_id]),
        "programmes": ("programme_id", [programme["programme_id"]]),
        "directions": ("direction_id", [programme["direction_id"]]),
        "centres": ("centre_id", [course["centre_id"]]),
        "trainers": ("trainer_id", topics["trainer_id"].tolist()),
        "participants": ("course_id", []),
        "invitations": ("course_id", []),
        "sittings": ("council", []),
        "hearings": ("subject_id", []),
    }
    own = ("topics", "abilities", "decisions", "archived")
    wanted |= {name: ("programme_id", [programme["programme_id"]]) for name in own}
    return replace(registry, **{name: _rows(getattr(registry, name), *where) for name, where in wanted.items()})


def _rows(table: pd.DataFrame, column: str, values: list[str]) -> pd.DataFrame:
    return table[table[column].isin(values)].reset_index(drop=True)


def _by_course(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {str(course_id): rows for course_id, rows in table.groupby("course_id", observed=True)}


def _surroundings(registry: Registry, pooled: Pooled, course_id: str) -> dict[str, pd.DataFrame]:
    """Return the registry's and the pooled tables, cut to a course."""
    own = cut_registry(registry, course_id)
    tables = {f"registry_{field.name}": getattr(own, field.name) for field in fields(Registry)}
    return tables | dict(_cut(pooled, course_id, str(own.programmes["programme_id"].iloc[0])))


def _cut(pooled: Pooled, course_id: str, programme_id: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Cut the pooled tables; a programme that is not low is told its own rating alone, not those of all."""
    is_compared = programme_id in set(pooled.gaps["programme_id"])
    for name in NAMES:
        table: pd.DataFrame = getattr(pooled, name)
        if name == "others":
            table = _rows(table, "course_id", [course_id])
        elif name in OF_PROGRAMME or (name == "programmes" and not is_compared):
            table = _rows(table, "programme_id", [programme_id])
        elif name == "importance" and not is_compared:
            table = table.iloc[:0]
        yield f"pooled_{name}", table


def _entry(year: Year, course_id: str, n_forms: int, sha256: str) -> Entry:
    programme = year.registry.programme_of(course_id)
    languages = dict.fromkeys([*year.settings.languages, "kk", "ru", "en"])
    titles = {language: year.registry.title("programmes", programme, language) for language in languages}
    return Entry(course_id, str(programme["programme_id"]), titles, n_forms, sha256)
