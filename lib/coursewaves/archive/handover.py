"""Record that the archive took a bag (¶22): a bag and a day go in, rows of ``handovers`` come out."""

from datetime import date
from pathlib import Path

from coursewaves.archive.bags import read_facts
from coursewaves.archive.retention import Subject
from coursewaves.entry import Draft, Row, draft_added
from coursewaves.errors import CoursewavesError
from coursewaves.processed.year import Year
from coursewaves.registry.reader import read_registry


def draft_handover(year: Year, subject: Subject, bag: Path, day: date) -> Draft:
    """Draft the rows of the courses that went to the archive; a course that went before keeps its day.

    Raises
    ------
    CoursewavesError
        Where the bag is damaged, does not hold the courses, or all of them were handed over before.
    """
    facts = read_facts(bag)
    lost = sorted(set(subject.courses) - set(facts.courses))
    if lost:
        fix = "name the bag that holds them"
        raise CoursewavesError(f"{bag.name} is about {facts.subject_id}, not about {', '.join(lost)}; fix: {fix}")
    known = set(read_registry(year.home.registry)[0].handovers["course_id"])
    new = [course_id for course_id in subject.courses if course_id not in known]
    if not new:
        raise CoursewavesError(f"{subject.subject_id} was handed over before; fix: nothing")
    rows = [
        Row("handovers", number, {"course_id": course_id, "handed_over_on": day.isoformat()}, {})
        for number, course_id in enumerate(new, 1)
    ]
    return draft_added(year.home, "handovers", rows)
