"""Keep what was published: ``data/released`` holds, for each course, the partition that its last pages were made from.

It lies apart from the processed tables, which are disposable. An entry is written before its page takes its place, so
that a run that is killed has at worst entered what nobody saw. pandas is not needed here: a run imports this always.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from coursewaves.errors import CoursewavesError
from coursewaves.processed.contents import CONTENTS, digest
from coursewaves.settings.home import Home
from coursewaves.system.private_files import private_folder, write_private, write_private_bytes

DECISIONS = "decisions.jsonl"
"""Says line by line which courses were retracted, when and why."""


def place_of(home: Home, course_id: str) -> Path:
    """Return where the entry of a course lies."""
    return home.released / f"{course_id}.zip"


def enter(home: Home, course_ids: Iterable[str]) -> None:
    """Enter that pages with these courses' answers are published; to be done before a page takes its place."""
    for course_id in course_ids:
        content, place = home.partition(course_id).read_bytes(), place_of(home, course_id)
        if not place.exists() or digest(place.read_bytes()) != digest(content):
            write_entry(place, content)


def write_entry(place: Path, content: bytes) -> None:
    """Write what was published of a course."""
    private_folder(place.parent)
    write_private_bytes(place, content)


def retract(home: Home, course_ids: Iterable[str], reason: str, now: datetime) -> list[str]:
    """Take back what was published of courses, by a decision that is written down; the next load takes all answers.

    It says that no page with these courses' answers is in anybody's hands: they were never passed on, or were called
    back. Nothing else lets a difference of a few be seen.

    Parameters
    ----------
    course_ids
        The courses; none for all that were published.
    reason
        Why, in words; names of people have no place there.

    Returns
    -------
    list of str
        The courses that were taken back.

    Raises
    ------
    CoursewavesError
        Without a reason, where nothing was published, or nothing of a course.
    """
    published = sorted(path.stem for path in home.released.glob("*.zip"))
    chosen = sorted(set(course_ids)) or published
    for course_id in chosen:
        if course_id not in published:
            raise CoursewavesError.not_found(course_id, "the published courses", published)
    if not chosen:
        raise CoursewavesError("No page of a course was published yet; fix: nothing, the next load takes all answers.")
    if not reason.strip():
        raise CoursewavesError("A retraction is a decision; fix: say why with --reason.")
    line = {"decided_at": now.isoformat(timespec="seconds"), "courses": chosen, "reason": reason.strip()}
    _log(home, json.dumps(line, ensure_ascii=False) + "\n")
    (home.processed / CONTENTS).unlink(missing_ok=True)  # what was loaded is no longer what would be
    for course_id in chosen:
        place_of(home, course_id).unlink()
    return chosen


def _log(home: Home, line: str) -> None:
    place = home.released / DECISIONS
    text = (place.read_text(encoding="utf-8") if place.exists() else "") + line
    write_private(place, lambda path: path.write_text(text, encoding="utf-8"))
