"""Follow each report from the day it is made to the Academic Council (¶15, ¶18): tables and a day go in, ways come out.

A report is heard by the scientific-methodological council (SMC), may be given back, and goes on to the Academic
Council. A report on a programme's topics or factors is to be heard anew when a further course of it has ended.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

import pandas as pd

from coursewaves.deadlines.table import PROCESSING
from coursewaves.registry.reader import Registry
from coursewaves.registry.spans import DONE, DUE_SOON, NOT_YET, OPEN, OVERDUE

NOT_MADE, MADE, TAKEN, RETURNED, DECIDED = "not made", "made", "taken by smc", "returned", "decided"
"""Where a report is: not made yet, waiting for the SMC, gone on to the Academic Council, given back, at its end."""

NEXT = {NOT_MADE: "smc", MADE: "smc", RETURNED: "smc", TAKEN: "academic", DECIDED: ""}
"""Which council is to hear a report next."""

WARNING = timedelta(days=14)
"""How long before a sitting what it is to hear is near."""

WAYS = {
    "kind": "str", "subject_id": "str", "programme_id": "str", "ended_on": "datetime64[ns]",
    "ready_on": "datetime64[ns]", "made_on": "datetime64[ns]", "smc_on": "datetime64[ns]",
    "academic_on": "datetime64[ns]", "place": "str", "next_council": "str", "due_on": "datetime64[ns]", "state": "str",
    "days_late": "Int64", "paragraph": "int64",
}  # fmt: skip

Heard = dict[tuple[str, str], list[dict[Any, Any]]]


class _Subject(NamedTuple):
    """A report that the councils are to hear: what it is about, since when, and from when it can be there."""

    kind: str
    subject_id: str
    programme_id: str
    ended_on: date
    ready_on: date
    paragraph: int


def find_ways(
    registry: Registry, processed: Mapping[str, date], made: pd.DataFrame, answered: Iterable[str], low: Iterable[str],
    today: date,
) -> pd.DataFrame:  # fmt: skip
    """Find where each report is on its way to the Academic Council, as it stands on a day.

    Parameters
    ----------
    registry
        Its sittings, hearings and decisions tell when which council sat.
    processed
        Of `processing_days`: by when the results of each course were to be processed (¶13).
    made
        Of `coursewaves.deadlines.report_days.read_made_days`.
    answered
        Courses with answers: on another there is no report.
    low
        Programmes that are low-rated: their factor analysis is to be heard (¶16, ¶18).
    today
        The day of the question; what was heard after it is not known.

    Returns
    -------
    DataFrame
        One row is one report on a course that has ended, on the topics of a programme with such a course, or on the
        factors of a low-rated one: ``place`` is where it is on its way, ``next_council`` who is to hear it. It is due
        at that council's first sitting after the course ended and after its results were to be processed
        (``ready_on``), after the sitting that gave it back, or that passed it on. ``state`` is one of
        `coursewaves.registry.spans.STATES`: ``not yet`` where no such sitting is known. ``days_late`` counts days since
        that sitting. ``smc_on`` and ``academic_on`` are the last hearings since the course ended.
    """
    days = sittings_of(registry)
    heard = _heard(registry.hearings, today)
    made_on = {(row["kind"], row["subject_id"]): row["made_on"] for row in made.to_dict("records")}
    subjects = _subjects(registry, processed, set(answered), set(low), today)
    rows = [_way(one, heard.get(one[:2], []), made_on.get(one[:2]), days, today) for one in subjects]
    table = pd.DataFrame(rows, columns=list(WAYS)).astype(WAYS)
    return table.sort_values(["due_on", "kind", "subject_id"], na_position="last", ignore_index=True)


def processing_days(deadlines: pd.DataFrame, instrument_ids: Iterable[str]) -> dict[str, date]:
    """Return by when the results of each course were to be processed (¶13), of the last of these questionnaires."""
    is_own = (deadlines["step"] == PROCESSING) & deadlines["instrument_id"].isin(list(instrument_ids))
    days = deadlines[is_own & deadlines["due_on"].notna()].groupby("scope_id")["due_on"].max()
    return {str(course_id): day.date() for course_id, day in days.items()}


def sittings_of(registry: Registry) -> dict[str, list[date]]:
    """Return the days of each council's sittings, planned ones too: a hearing or a decision tells of one as well."""
    tables = [registry.sittings, registry.hearings, registry.decisions.rename(columns={"decided_on": "held_on"})]
    days: dict[str, set[date]] = {"smc": set(), "academic": set()}
    for table in tables:
        for council, day in zip(table["council"], table["held_on"], strict=True):
            days[str(council)].add(day.date())
    return {council: sorted(found) for council, found in days.items()}


def _heard(hearings: pd.DataFrame, today: date) -> Heard:
    """Return the hearings of each report in their order; of one day the SMC's comes first."""
    known = hearings[hearings["held_on"] <= pd.Timestamp(today)]
    ordered = known.sort_values(["held_on", "council"], ascending=[True, False], kind="stable")
    found: Heard = {}
    for row in ordered.to_dict("records"):
        found.setdefault((row["kind"], row["subject_id"]), []).append(row)
    return found


def _subjects(
    registry: Registry, processed: Mapping[str, date], answered: set[str], low: set[str], today: date
) -> Iterator[_Subject]:
    """Yield the courses with answers that have ended, then the topics and factors of their programmes."""
    courses = registry.courses[registry.courses["course_id"].isin(answered)]
    ended = courses[courses["ends_on"] <= pd.Timestamp(today)]
    with_topics = set(registry.topics["programme_id"])
    of_programme: dict[str, list[tuple[date, date]]] = {}
    for row in ended.to_dict("records"):
        ended_on = row["ends_on"].date()
        ready_on = max(ended_on + timedelta(days=1), processed.get(row["course_id"], ended_on))
        of_programme.setdefault(str(row["programme_id"]), []).append((ended_on, ready_on))
        yield _Subject("course", str(row["course_id"]), str(row["programme_id"]), ended_on, ready_on, 15)
    for programme_id, days in of_programme.items():
        ends = max(days)
        if programme_id in with_topics:
            yield _Subject("topic", programme_id, programme_id, *ends, 15)
        if programme_id in low:
            yield _Subject("factors", programme_id, programme_id, *ends, 18)


def _way(
    subject: _Subject, hearings: list[dict[Any, Any]], made_on: date | None, days: dict[str, list[date]], today: date
) -> dict[str, Any]:
    place = NOT_MADE if made_on is None else MADE
    last: dict[str, pd.Timestamp] = {}
    since = subject.ready_on - timedelta(days=1)
    for row in hearings:
        held_on = row["held_on"].date()
        if held_on <= subject.ended_on or (row["council"] == "academic" and place != TAKEN):
            continue  # it heard of earlier courses, or was not yet to be heard there
        last[row["council"]], since = row["held_on"], held_on
        place = {"smc": TAKEN, "academic": DECIDED}[row["council"]] if row["outcome"] == "accepted" else RETURNED
    due_on = next((day for day in days.get(NEXT[place], []) if day > since), None)
    state = _state(place, due_on, today)
    return {
        "kind": subject.kind, "subject_id": subject.subject_id, "programme_id": subject.programme_id,
        "ended_on": subject.ended_on, "ready_on": subject.ready_on, "made_on": made_on,
        "smc_on": last.get("smc"), "academic_on": last.get("academic"), "place": place,
        "next_council": NEXT[place], "due_on": due_on, "state": state, "paragraph": subject.paragraph,
        "days_late": (today - due_on).days if state == OVERDUE and due_on else None,
    }  # fmt: skip


def _state(place: str, due_on: date | None, today: date) -> str:
    if place == DECIDED:
        return DONE
    if due_on is None:
        return NOT_YET
    if today > due_on:
        return OVERDUE
    return DUE_SOON if today >= due_on - WARNING else OPEN
