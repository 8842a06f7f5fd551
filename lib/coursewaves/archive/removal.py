"""Remove what lies in a verified bag: a plan says what goes and what speaks against it, and a journal lets it be ended.

Every step may be done twice. A removal that was stopped is ended by the same command; until then its journal stands in
``data/archive/removal.json``.
"""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from coursewaves.archive.bags import BagFacts, read_facts
from coursewaves.archive.extract import as_csv, fingerprints, pages_of, trace
from coursewaves.archive.inventory import Listed, listed, read_inventory
from coursewaves.archive.payload import LIVE, Item, archive_folder, check_loaded, course_items, work_items
from coursewaves.archive.retention import Subject, find_retention
from coursewaves.entry import Row, draft_added, draft_removed, forget_before, write_change
from coursewaves.errors import CoursewavesError
from coursewaves.processed.year import Year
from coursewaves.registry.reader import read_registry
from coursewaves.registry.tables import columns_of
from coursewaves.releases.register import place_of
from coursewaves.settings.home import Home
from coursewaves.system.private_files import sweep, write_private, write_private_bytes

OPEN, DONE = "removal.json", "removals.jsonl"

OF_A_COURSE = ("invitations", "participants", "receipts", "handovers", "courses")
"""Tables whose rows of a course are removed, those that refer to others first."""

STAY = ("registry", "register", "settings", "instruments", "forms")
"""Kinds of documents that stay when all courses are removed: the next year needs them."""


PUBLISHED = ("reports", "released")
"""Kinds of documents that are written anew with a page."""


class Removal(NamedTuple):
    """What a removal does.

    Attributes
    ----------
    bag_id, courses
        The bag in which it all lies, and the courses that are removed.
    files
        Files that are deleted, below the work folder.
    shared
        Raw files that hold other courses too, with the fingerprints of the records that no load takes any more.
    archived
        The rows by which the registry remembers the courses.
    removed_on, reason
        The day, and why it was done before its time, if it was.
    against
        What speaks against it; empty where nothing does.
    """

    bag_id: str
    courses: list[str]
    files: list[str]
    shared: dict[str, list[str]]
    archived: list[dict[str, str]]
    removed_on: str
    reason: str = ""
    against: list[str] = []  # noqa: RUF012  (never changed)


def plan_removal(year: Year, subject: Subject, bag: Path, today: date, early: str = "") -> Removal:
    """Plan the removal of a course or a year; nothing is changed.

    Parameters
    ----------
    bag
        The bag that holds it; it is checked whole.
    early
        Why it is removed before its day; empty where it is not.

    Raises
    ------
    CoursewavesError
        Where the bag is damaged or none of ours, or the data were not loaded as they are now.
    """
    facts, home = read_facts(bag), year.home
    check_loaded(home)
    for table in OF_A_COURSE:
        draft_removed(home, table, "course_id", set())  # one that can't be changed is told before anything is
    traced = trace(year)
    whole, shared = _responses_of(traced, set(subject.courses), home)
    is_all = set(year.registry.courses["course_id"]) <= set(subject.courses)
    files = _all_files(home) if is_all else [*whole, *_names(home, published_of(home, subject.courses))]
    marks = {} if is_all else {name: fingerprints(home, name, rows) for name, rows in shared.items()}
    against = [
        *_not_in_bag(year, subject, facts, bag, files, shared),
        *_too_early(year, subject, today, early),
    ]
    archived = _archived_rows(year, subject, facts.bag_id, today)
    return Removal(facts.bag_id, subject.courses, sorted(files), marks, archived, today.isoformat(), early, against)


def published_of(home: Home, courses: list[str]) -> list[Path]:
    """Return the pages about some courses, and the register's entries of what they told."""
    entries = [place for course_id in courses if (place := place_of(home, course_id)).exists()]
    return [*(path for course_id in courses for path in pages_of(home, course_id)), *entries]


def _names(home: Home, paths: list[Path]) -> list[str]:
    return [path.relative_to(home.root).as_posix() for path in paths]


def _all_files(home: Home) -> list[str]:
    """Name what goes with the last course: all that lies in the bag, but for what the next year needs."""
    return [
        item.original for item in work_items(home)
        if item.kind not in STAY and item.original not in {f"reports/{name}" for name in LIVE}
    ]  # fmt: skip


def _responses_of(traced: pd.DataFrame, courses: set[str], home: Home) -> tuple[list[str], dict[str, list[int]]]:
    """Tell raw files that hold these courses alone from those that hold others too, with the rows of these."""
    whole, shared = [], {}
    for name, rows in traced.groupby("file"):
        own = rows["course_id"].isin(courses)
        if own.all():
            whole.append((home.responses / str(name)).relative_to(home.root).as_posix())
        elif own.any():
            shared[str(name)] = sorted(set(rows.loc[own, "row"]))
    return whole, shared


def _not_in_bag(
    year: Year, subject: Subject, facts: BagFacts, bag: Path, files: list[str], shared: dict[str, list[int]]
) -> list[str]:
    """Name what would be removed and is not in the bag as it is now."""
    lost = sorted(set(subject.courses) - set(facts.courses))
    if lost:
        return [f"the bag is about {facts.subject_id}, not about {', '.join(lost)}; fix: make one with archive make"]
    kept = {one.path: one.sha256 for one in read_inventory(bag)}
    found = [one for one in listed(_wanted(year, subject, facts, files, shared)) if _is_lost(one, kept)]
    fix = "make a new bag with archive make, and hand it over"
    return [f"not as it is in the bag: {one.original}; fix: {fix}" for one in found]


def _is_lost(one: Listed, kept: dict[str, str]) -> bool:
    """Whether a file is not in the bag as it is; a page that was made anew since may differ: its data may not."""
    return one.path not in kept or (one.kind not in PUBLISHED and kept[one.path] != one.sha256)


def _wanted(
    year: Year, subject: Subject, facts: BagFacts, files: list[str], shared: dict[str, list[int]]
) -> list[Item]:
    """Return the items that a bag must hold before anything is removed."""
    if facts.scope == "course":
        own = [item for course_id in subject.courses for item in course_items(year, course_id)]
        kinds = ("registry", "responses", "reports")
        return [item for item in own if item.kind in kinds and not _is_handover(item)]
    names = {*files, *(f"data/raw/responses/{name}" for name in shared)}
    tables = {f"data/raw/registry/{table}" for table in OF_A_COURSE if table != "handovers"}
    return [
        item for item in work_items(year.home)
        if item.original in names or item.original.rpartition(".")[0] in tables
    ]  # fmt: skip


def _is_handover(item: Item) -> bool:
    """Whether an item is the table that is written once the archive took the bag; the history keeps its day."""
    return Path(item.original).stem == "handovers"


def _too_early(year: Year, subject: Subject, today: date, early: str) -> list[str]:
    """Name the courses that are kept still, or that nobody handed over."""
    kept = find_retention(year, today)
    found = []
    for row in kept[kept["course_id"].isin(subject.courses)].to_dict("records"):
        if pd.isna(row["handed_over_on"]):
            found.append(f"{row['course_id']} was not handed over; fix: coursewaves archive hand-over, once it was")
        day = row["removable_on"]
        if not early and (pd.isna(day) or today < day.date()):
            told = f"may be removed from {day.date()} on" if pd.notna(day) else f"is kept still: {row['reason']}"
            if pd.notna(day) and pd.notna(row["needed_until"]) and row["needed_until"] > row["kept_until"]:
                told += ", since a sample survey needs it until then"
            found.append(f"{row['course_id']} {told}; fix: wait, or say why with --early REASON")
    return found


def _archived_rows(year: Year, subject: Subject, bag_id: str, today: date) -> list[dict[str, str]]:
    registry = year.registry
    handed = dict(zip(registry.handovers["course_id"], registry.handovers["handed_over_on"], strict=True))
    columns = [name for name in columns_of("archived") if name in registry.courses]
    rows = []
    for course_id in subject.courses:
        row = {name: _text(value) for name, value in registry.course(course_id)[columns].items()}
        own = {"handed_over_on": _text(handed.get(course_id)), "removed_on": today.isoformat(), "bag_id": bag_id}
        rows.append({str(name): text for name, text in row.items()} | own)
    return rows


def _text(value: object) -> str:
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return ""
    return str(value.date()) if isinstance(value, pd.Timestamp) else str(value)


def begin(home: Home, removal: Removal) -> None:
    """Remove what a plan names, once nothing speaks against it.

    Raises
    ------
    CoursewavesError
        Where anything does, or an earlier removal was not ended.
    """
    if removal.against:
        raise CoursewavesError("Nothing was removed:\n" + "\n".join(removal.against))
    if unfinished(home):
        raise CoursewavesError("An earlier removal was not ended; fix: repeat its command")
    text = json.dumps(removal._asdict(), ensure_ascii=False, indent=1)
    write_private(archive_folder(home) / OPEN, lambda path: path.write_text(text, encoding="utf-8"))
    finish(home)


def unfinished(home: Home) -> Removal | None:
    """Return the removal that was begun and not ended, if there is one."""
    path = archive_folder(home) / OPEN
    return Removal(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def finish(home: Home) -> Removal:
    """End the removal that was begun: the history first, then the rows, the files last; each step may be repeated."""
    removal = unfinished(home)
    if removal is None:
        raise CoursewavesError("No removal was begun; fix: coursewaves archive remove")
    _remember(home, removal)
    for table in OF_A_COURSE:
        write_change(home, draft_removed(home, table, "course_id", set(removal.courses)), removal.bag_id)
    _set_aside(home, removal)
    for name in removal.files:
        (home.root / name).unlink(missing_ok=True)
    forget_before(home)
    _clear(home)
    line = {"at": datetime.now(UTC).isoformat(timespec="seconds")} | removal._asdict()
    with (archive_folder(home) / DONE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
    (archive_folder(home) / DONE).chmod(0o600)
    (archive_folder(home) / OPEN).unlink()
    return removal


def _remember(home: Home, removal: Removal) -> None:
    """Enter the courses into the registry's history, but for those that are there."""
    known = set(read_registry(home.registry)[0].archived["course_id"])
    rows = [Row("archived", 0, row, {}) for row in removal.archived if row["course_id"] not in known]
    if rows:
        write_change(home, draft_added(home, "archived", rows), removal.bag_id)


def _set_aside(home: Home, removal: Removal) -> None:
    """Have every load set aside the records that stay in files of several courses: raw files are never changed."""
    rows = [[f"{name}", mark, "", "delete"] for name, marks in sorted(removal.shared.items()) for mark in marks]
    if rows:
        content = as_csv(["file", "record", "column", "corrected"], rows)
        path = home.corrections / f"archived-{removal.bag_id}-{removal.courses[0]}.csv"
        write_private_bytes(path, content)


def _clear(home: Home) -> None:
    """Remove what was made of the data, which holds the same answers, and the folders that are empty now."""
    for folder in (home.processed, home.root / "data" / "export"):
        for path in [*folder.rglob("*")]:
            if path.is_file() and path.name != ".gitkeep":
                path.unlink()
    sweep(home.root / "data", at_once=True)
    for folder in (home.responses, home.corrections, home.reports, home.processed):
        for path in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
            if not any(path.iterdir()):
                path.rmdir()
