"""Make what the councils of the example institute heard and decided: programmes and courses go in, rows come out.

Nothing of it hangs on chance. It has every state that there is: heard by both councils, given back, taken by the first
council alone, late, and a decision that was not carried out in time.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from coursewaves.simulate.answers import low_rated

Rows = list[dict[str, Any]]

PREPARED = timedelta(days=28)
"""How long before a sitting a course must have ended to be heard there."""

_OFFICE = "Оқу-әдістемелік бөлім"


def council_rows(programme_ids: list[str], courses: Rows, year: int) -> dict[str, Rows]:
    """Return the rows of ``sittings``, ``hearings`` and ``decisions`` of a year."""
    days = {"smc": [(2, 19), (6, 18), (10, 15), (12, 17)], "academic": [(2, 27), (6, 27), (10, 24), (12, 26)]}
    sittings = [{"council": council, "held_on": date(year, *day)} for council, held in days.items() for day in held]
    return {
        "sittings": sittings,
        "hearings": [*_in_june(programme_ids, courses, year), *_in_october(courses, year)],
        "decisions": _decisions(programme_ids, year),
    }


def _in_june(programme_ids: list[str], courses: Rows, year: int) -> Iterator[dict[str, Any]]:
    """Have both councils take all reports of the first half of the year."""
    smc, academic = date(year, 6, 18), date(year, 6, 27)
    ended = [course for course in courses if course["ends_on"] <= smc - PREPARED]
    planted = low_rated(programme_ids)
    heard = [("course", course["course_id"]) for course in ended]
    for programme_id in sorted({course["programme_id"] for course in ended}):
        heard += [(kind, programme_id) for kind in ("topic", "factors") if kind == "topic" or programme_id in planted]
    for kind, subject_id in heard:
        for council, day in (("smc", smc), ("academic", academic)):
            yield _hearing(kind, subject_id, council, day, "accepted")


def _in_october(courses: Rows, year: int) -> Iterator[dict[str, Any]]:
    """Have the first council give one report back and take the others; the last of them stays on its way."""
    smc, academic = date(year, 10, 15), date(year, 10, 24)
    first = date(year, 6, 18) - PREPARED
    heard = sorted(one["course_id"] for one in courses if first < one["ends_on"] <= smc - PREPARED)
    for place, course_id in enumerate(heard):
        yield _hearing("course", course_id, "smc", smc, "accepted" if place else "returned")
        if 0 < place < len(heard) - 1:
            yield _hearing("course", course_id, "academic", academic, "accepted")


def _hearing(kind: str, subject_id: str, council: str, day: date, outcome: str) -> dict[str, Any]:
    return {"kind": kind, "subject_id": subject_id, "council": council, "held_on": day, "outcome": outcome}


def _decisions(programme_ids: list[str], year: int) -> Rows:
    first, last, low = programme_ids[0], programme_ids[-1], sorted(low_rated(programme_ids))[-1]
    smc, academic = date(year, 6, 18), date(year, 6, 27)
    done = {"owner": _OFFICE, "due_on": date(year, 9, 30), "done_on": date(year, 9, 26)}
    late = {"owner": _OFFICE, "due_on": date(year, 10, 31)}
    plan: list[tuple[str, date, str, str, str, dict[str, Any]]] = [
        (first, smc, "smc", "change_topic", "Тақырыптардың бірін жаңарту ұсынылды", {}),
        (first, academic, "academic", "change_topic", "Тақырыпты жаңарту бекітілді", done),
        (last, academic, "academic", "none", "Бағдарлама өзгеріссіз қалдырылды", {}),
        (low, academic, "academic", "change_duration", "Оқыту ұзақтығына өзгерістер енгізілсін", late),
    ]
    names = ("programme_id", "decided_on", "council", "kind", "text")
    return [
        {"decision_id": f"R{year}-{number}"} | dict(zip(names, values, strict=True)) | more
        for number, (*values, more) in enumerate(plan, 1)
    ]
