"""Look over what a bag is to hold, and a bag that was made: what a person is told before and after."""

from pathlib import Path

from coursewaves.archive.bags import Damage, check_bag
from coursewaves.archive.inventory import read_inventory
from coursewaves.archive.retention import Subject
from coursewaves.errors import CoursewavesError
from coursewaves.publishing.plan import plan_reports
from coursewaves.settings.home import Home


def count_due(home: Home, subject: Subject) -> int:
    """Count the reports that are due now: a bag takes them as they were when they were made."""
    due = [one.job for one in plan_reports(home) if one.reasons]
    return sum(job.kind != "course" or job.subject_id in subject.courses for job in due)


def look_over(bag: Path) -> list[tuple[Damage, str]]:
    """Check a bag whole; with each damage the name that its file had in the work folder, empty where none is known.

    Raises
    ------
    CoursewavesError
        Where there is no such folder.
    """
    if not bag.is_dir():
        raise CoursewavesError(f"Can't find the bag {bag.name}; fix: name its folder, which holds bagit.txt")
    damages = check_bag(bag)
    if not damages:
        return []
    try:
        originals = {one.path: one.original for one in read_inventory(bag)}
    except CoursewavesError:
        originals = {}
    return [(one, originals.get(one.path, "")) for one in damages]
