"""What the institute's staff and its head do (¶11-14, ¶21-22): the facts of a year go in, evidence comes out."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pandas as pd

from coursewaves.deadlines.table import PROCESSING, RECEIPT, RETENTION, WAVE
from coursewaves.phrases import marked
from coursewaves.registry.spans import DONE, DUE_SOON, HANDOVER_WARNING, OVERDUE, a_year_later
from coursewaves.regulation.facts import Facts
from coursewaves.regulation.states import AT_RISK, BROKEN, KEPT, NOT_YET, Evidence, Value

STATUS_DAYS = 7
"""Days after which the head's status page is old."""


def staff(facts: Facts) -> Iterator[Evidence]:
    """Say what staff work with (¶11); who they are is not known to the program."""
    yield Evidence(KEPT, marked("Forms, survey, processing and reports are steps of this program"))


def steps_of_staff(facts: Facts) -> Iterator[Evidence]:
    """Look at what is to be asked of whom, and what came back (¶12)."""
    if facts.n_files:
        yield Evidence(KEPT, marked("Files loaded: {n}"), {"n": facts.n_files})
    else:
        yield Evidence(NOT_YET, marked("No file of answers was loaded yet"))
    silent = tuple(sorted(_over(facts) - facts.answered))
    if silent:
        text = marked("Courses without any answer: {n} ({list})")
        yield Evidence(AT_RISK, text, {"n": len(silent), "list": silent})
    yield from _addresses(facts)


def _over(facts: Facts) -> set[str]:
    """Name the courses whose own surveys are all over."""
    rows = facts.deadlines
    own = rows[(rows["step"] == WAVE) & (rows["scope"] == "course")]
    last = own.groupby("scope_id")["closes_on"].max()
    return {str(name) for name, day in last.items() if pd.notna(day) and day.date() < facts.today}


def _addresses(facts: Facts) -> Iterator[Evidence]:
    """Look for courses to whose centre no letter can go."""
    registry = facts.registry
    reached = set(registry.centres.loc[registry.centres["email"].notna(), "centre_id"])
    is_reached = registry.courses["centre_id"].isin(reached)
    lacking = tuple(sorted(registry.courses.loc[~is_reached, "course_id"].astype(str)))
    if lacking:
        text = marked("Courses without a centre's address for letters: {n} ({list})")
        yield Evidence(AT_RISK, text, {"n": len(lacking), "list": lacking})


def processing(facts: Facts) -> Iterator[Evidence]:
    """Look for results that were not processed within fifteen working days (¶13)."""
    rows = facts.deadlines
    received = rows[(rows["step"] == PROCESSING) & rows["received_on"].notna()]
    if received.empty:
        yield Evidence(NOT_YET, marked("No results have come in yet"))
        return
    if facts.pages is None:
        yield Evidence(KEPT, marked("Deadlines in this report; status page"))
    else:
        yield from _in_time(received)
    n_unknown = int((received["received_by"] != RECEIPT).sum())
    if n_unknown:
        yield Evidence(KEPT, marked("Days of receipt that are not recorded: {n}"), {"n": n_unknown})


def _in_time(received: pd.DataFrame) -> Iterator[Evidence]:
    is_done, is_late = received["state"] == DONE, received["done_on"] > received["due_on"]
    told: dict[str, Value] = {"n": int((is_done & ~is_late).sum()), "all": len(received)}
    yield Evidence(KEPT, marked("Results processed in time: {n} of {all}"), told)
    yield from _of(
        BROKEN, marked("Results not processed in time: {n} ({list})"), received[received["state"] == OVERDUE]
    )
    yield from _of(BROKEN, marked("Results processed too late: {n} ({list})"), received[is_done & is_late])
    near = received[received["state"] == DUE_SOON]
    yield from _of(AT_RISK, marked("Results to be processed by {day}: {n} ({list})"), near)


def _of(weight: str, phrase: str, rows: pd.DataFrame) -> Iterator[Evidence]:
    """Yield how many rows there are, of which courses, and the first day due; nothing where there is none."""
    if len(rows):
        ids, day = tuple(sorted(set(rows["scope_id"].astype(str)))), rows["due_on"].min().date()
        yield Evidence(weight, phrase, {"n": len(rows), "list": ids, "day": day})


def reports(facts: Facts) -> Iterator[Evidence]:
    """Look for courses and topic lists without a report, and for reports that are not up to date (¶14)."""
    if facts.pages is None:
        yield Evidence(KEPT, marked("Reports by course, topic, direction, programme and centre"))
        return
    pages = facts.pages
    if len(pages):
        yield Evidence(KEPT, marked("Reports made: {n}"), {"n": len(pages[["kind", "id"]].drop_duplicates())})
    elif not facts.answered:
        yield Evidence(NOT_YET, marked("Nothing to report yet"))
    stale = int(pages["is_stale"].sum())
    if stale:
        yield Evidence(AT_RISK, marked("Pages that are no longer up to date: {n}"), {"n": stale})
    texts = {"course": marked("Courses without a report: {n} ({list})"),
             "topic": marked("Programmes without a report by topics: {n} ({list})")}  # fmt: skip
    wanted = _wanted(facts)
    for kind, text in texts.items():
        column = "course_id" if kind == "course" else "programme_id"
        made = set(pages.loc[pages["kind"] == kind, "id"])
        yield from _unmade(wanted[~wanted[column].isin(made)], column, text)


def _wanted(facts: Facts) -> pd.DataFrame:
    """List the courses with answers, their programme, and whether their results are overdue."""
    courses = facts.registry.courses[["course_id", "programme_id"]].astype("str")
    found = courses[courses["course_id"].isin(facts.answered)]
    return found.assign(is_late=found["course_id"].isin(facts.late_courses()))


def _unmade(rows: pd.DataFrame, column: str, text: str) -> Iterator[Evidence]:
    """Yield the subjects without a report: broken where results are overdue, else at risk."""
    late = set(rows.loc[rows["is_late"], column])
    for weight, names in ((BROKEN, late), (AT_RISK, set(rows[column]) - late)):
        if names:
            yield Evidence(weight, text, {"n": len(names), "list": tuple(sorted(names))})


def head_in_charge(facts: Facts) -> Iterator[Evidence]:
    """Look whether the head has a status of these days (¶21)."""
    if facts.pages is None:
        yield Evidence(KEPT, marked("This report; status page"))
    elif facts.status_day is None:
        yield Evidence(NOT_YET, marked("No status page was written yet"))
    else:
        is_old = facts.today > facts.status_day + timedelta(days=STATUS_DAYS)
        weight = AT_RISK if is_old else KEPT
        yield Evidence(weight, marked("Last status page: {day}"), {"day": facts.status_day})


def keeping(facts: Facts) -> Iterator[Evidence]:
    """Look for documents that were to go to the archive (¶22)."""
    rows = facts.deadlines[facts.deadlines["step"] == RETENTION]
    handed, n_courses = rows[rows["done_on"].notna()], len(facts.registry.courses)
    n_gone = len(facts.registry.archived)  # their rows went with their data
    told: dict[str, Value] = {"n": len(handed) + n_gone, "all": n_courses + n_gone}
    kept = Evidence(KEPT, marked("Handed over to the archive: {n} of {all}"), told)
    is_any_due = rows["opens_on"].notna().any() or len(handed) + n_gone > 0
    yield kept if is_any_due else Evidence(NOT_YET, marked("No course's documents have to be kept yet"))
    yield from _of(BROKEN, marked("To the archive, overdue since {day}: {n} ({list})"), rows[rows["state"] == OVERDUE])
    yield from _of(AT_RISK, marked("To the archive by {day}: {n} ({list})"), rows[rows["state"] == DUE_SOON])
    dated = handed[handed["opens_on"].notna()]
    early = dated[[_is_early(row) for row in dated.to_dict("records")]]
    yield from _of(BROKEN, marked("Handed over before the year was over: {n} ({list})"), early)


def _is_early(row: dict[Any, Any]) -> bool:
    """Tell whether documents went more than the warning's time before their year was over."""
    return bool(row["done_on"].date() < a_year_later(row["opens_on"].date()) - HANDOVER_WARNING)
