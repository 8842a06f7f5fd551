"""Find what the regulation wants by when (¶5, ¶10, ¶13, ¶22): a year's tables and a day go in, `deadlines` come out.

The day is a parameter: nothing here asks a clock.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import date
from typing import Any

import pandas as pd

from coursewaves.analysis.coverage import count_coverage, wave_answers
from coursewaves.analysis.sample import find_completers
from coursewaves.deadlines.report_days import read_report_days
from coursewaves.processed.year import Year
from coursewaves.registry.reader import Registry
from coursewaves.registry.spans import (
    DONE,
    MISSING,
    NOT_YET,
    OVERDUE,
    Span,
    processing_span,
    retention_span,
    sample_span,
    state_of,
    wave_spans,
)
from coursewaves.registry.windows import wave_windows
from coursewaves.registry.working_days import WorkingCalendar, rests_on_estimate, working_days_between
from coursewaves.survey.instruments import Instrument, Survey

WAVE, PROCESSING, RETENTION = "wave", "processing", "retention"

RECEIPT, LAST_ANSWER = "receipt", "last answer"

NO_DATE = "no date from which its days could be counted"
NOTHING_RECEIVED = "nothing received yet"
NOT_PROCESSED = "not all of its waves are processed"

COLUMNS = {
    "deadline_id": "str", "scope": "str", "scope_id": "str", "step": "str", "instrument_id": "str", "wave": "Int64",
    "received_on": "datetime64[ns]", "received_by": "str", "opens_on": "datetime64[ns]", "closes_on": "datetime64[ns]",
    "warns_on": "datetime64[ns]", "due_on": "datetime64[ns]", "done_on": "datetime64[ns]", "state": "str",
    "days_left": "Int64", "paragraph": "int64", "rests_on_estimate": "bool", "reason": "str",
}  # fmt: skip

Received = Mapping[str, tuple[date, str]]
"""By course: the day of receipt, and how it is known."""


def deadlines(year: Year, today: date) -> pd.DataFrame:
    """Find every deadline of a loaded year, as it stands on a day.

    Parameters
    ----------
    year
        The loaded year; when its reports were made is read from the reports folder.
    today
        The day of the question.

    Returns
    -------
    DataFrame
        As of `find_deadlines`.

    Raises
    ------
    CoursewavesError
        Where the manifest or the last status is damaged.
    """
    opened = frozenset(zip(year.open_surveys["course_id"], year.open_surveys["instrument_id"], strict=True))
    return find_deadlines(year.registry, year.received, year.survey, read_report_days(year.home), today, opened)


def find_deadlines(
    registry: Registry, responses: pd.DataFrame, survey: Survey, made: pd.DataFrame, today: date,
    opened: Set[tuple[str, str]] = frozenset(),
) -> pd.DataFrame:  # fmt: skip
    """Find every deadline from tables alone.

    Parameters
    ----------
    registry, responses, survey
        The year's tables and its design.
    made
        One row is one day on which reports on a course were made: ``course_id``, ``made_on``.
    today
        The day of the question.
    opened
        Course and questionnaire of surveys whose answers no report shows yet: they are not processed.

    Returns
    -------
    DataFrame
        One row is one step of one ``scope``, the next one due first. ``step`` is ``wave`` (of a course, ¶5; of a
        programme and of a direction where a sample is asked, ¶10), ``processing`` (of a wave of a course, ¶13) or
        ``retention`` (of a course, ¶22). It may be taken from ``opens_on`` to ``closes_on``, is near from
        ``warns_on`` (missing for a wave that was answered), wanted by ``due_on`` and was done on ``done_on``.
        ``state`` is one of `STATES`: ``missing`` is a wave that nobody answered in its window, or that has no date
        (then with a ``reason``). ``days_left`` counts working days to the day due, negative after it, missing where
        nothing is left to do. ``received_on`` is from the registry's receipts, else the day of the last answer
        inside the window; ``received_by`` says which. ``rests_on_estimate`` marks a day due that an unconfirmed
        holiday could move.
    """
    calendar = WorkingCalendar(registry.working_days)
    everybody = [instrument for instrument in survey.waves() if instrument.least_percent is None]
    rows: list[dict[str, Any]] = []
    for instrument in survey.waves():
        received = received_waves(responses, registry, instrument)
        if instrument in everybody:
            rows += _waves(registry, responses, instrument, today)
        else:
            rows += _samples(registry, responses, instrument, today)
        left = {course_id for course_id, instrument_id in opened if instrument_id == instrument.id}
        rows += _processing(registry, instrument, received, made, calendar, today, left)
    rows += _retention(registry, rows, {instrument.id for instrument in everybody}, today)
    for row in rows:
        is_left = row["warns_on"] is not None and row["state"] not in (DONE, MISSING)
        row["days_left"] = working_days_between(today, row["due_on"], calendar) if is_left else None
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    return table.sort_values(["due_on", "deadline_id"], na_position="last", ignore_index=True)


def last_answers(responses: pd.DataFrame, registry: Registry, instrument: Instrument) -> dict[str, date]:
    """Return the day of the last answer inside the window of a wave, by course."""
    windows = wave_windows(registry.courses, instrument)
    courses = pd.DataFrame(
        {"course_id": registry.courses["course_id"], "opens": windows.opens, "closes": windows.closes}
    )
    forms = responses.loc[responses["instrument_id"] == instrument.id, ["course_id", "submitted_at"]]
    days = forms["submitted_at"].dt.tz_localize(None).dt.normalize()
    forms = forms.assign(day=days).merge(courses, on="course_id")
    inside = forms[forms["day"].between(forms["opens"], forms["closes"])]
    return {str(course_id): day.date() for course_id, day in inside.groupby("course_id")["day"].max().items()}


def received_waves(responses: pd.DataFrame, registry: Registry, instrument: Instrument) -> dict[str, tuple[date, str]]:
    """Return by course when the results of a wave came in (¶13), and whether a receipt or the last answer says so."""
    found = {course_id: (day, LAST_ANSWER) for course_id, day in last_answers(responses, registry, instrument).items()}
    receipts = registry.receipts[registry.receipts["wave"] == instrument.wave]
    for course_id, day in zip(receipts["course_id"], receipts["received_on"], strict=True):
        found[str(course_id)] = (day.date(), RECEIPT)
    return found


def _row(
    step: str, scope: str, scope_id: str, instrument: Instrument | None, span: Span, paragraph: int, **more: Any
) -> dict[str, Any]:
    names = [step, instrument.id if instrument else "", "" if scope == "course" else scope, scope_id]
    return {
        "deadline_id": ".".join(name for name in names if name), "scope": scope, "scope_id": scope_id, "step": step,
        "instrument_id": instrument.id if instrument else None, "wave": instrument.wave if instrument else None,
        "received_on": None, "received_by": "", "opens_on": span.opens, "closes_on": span.closes,
        "warns_on": span.warns, "due_on": span.due, "done_on": None, "paragraph": paragraph,
        "rests_on_estimate": False, "reason": "",
    } | more  # fmt: skip


def _waves(
    registry: Registry, responses: pd.DataFrame, instrument: Instrument, today: date
) -> Iterator[dict[str, Any]]:
    """Yield the window of a wave that asks everybody (¶5); where anybody answered it is done with its last day."""
    answered = last_answers(responses, registry, instrument)
    for course_id, window in wave_spans(registry.courses, instrument).items():
        span = window._replace(warns=None) if course_id in answered else window
        is_over = span.closes is not None and today > span.closes
        done_on = span.closes if is_over and course_id in answered else None
        state = state_of(span, done_on, today, MISSING)
        reason = "" if span.due else NO_DATE
        yield _row(WAVE, "course", course_id, instrument, span, 5, done_on=done_on, state=state, reason=reason)


def _samples(
    registry: Registry, responses: pd.DataFrame, instrument: Instrument, today: date
) -> Iterator[dict[str, Any]]:
    """Yield the window of a sample wave (¶10) for programmes and directions; it is done when enough answered."""
    found = find_completers(registry, instrument)
    answers = wave_answers(responses, registry, instrument, found)
    coverage = count_coverage(answers, instrument, found, None)
    spans, last = wave_spans(registry.courses, instrument), _by_scope(answers[["submitted_at"]], answers)
    of_scope = _by_scope(found.courses[["course_id"]], found.courses)
    for row in coverage[coverage["scope"] != "all"].to_dict("records"):
        key = (str(row["scope"]), str(row["scope_id"]))
        span = sample_span(spans[course_id] for course_id in of_scope[key]["course_id"])
        is_reached = pd.notna(row["is_least_reached"]) and bool(row["is_least_reached"])
        done_on = last[key]["submitted_at"].max().date() if is_reached else None
        state = state_of(span, done_on, today, OVERDUE if row["n"] else MISSING)
        reason = row["reason"] if span.due else NO_DATE
        yield _row(WAVE, *key, instrument, span, 10, done_on=done_on, state=state, reason=reason)


def _by_scope(table: pd.DataFrame, ids: pd.DataFrame) -> dict[tuple[str, str], pd.DataFrame]:
    """Split a table by programme and by direction; an empty direction is that of programmes without one."""
    return {
        (scope, str(scope_id)): part
        for scope in ("programme", "direction")
        for scope_id, part in table.groupby(ids[f"{scope}_id"].fillna(""))
    }


def _processing(
    registry: Registry, instrument: Instrument, received: Received, made: pd.DataFrame, calendar: WorkingCalendar,
    today: date, left: Set[str],
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Yield the fifteen working days after receipt (¶13); of a sample wave for the courses that it reached.

    A report on a course of those that are `left` was made before the answers of this survey are shown.
    """
    reports = {str(course_id): sorted(days) for course_id, days in made.groupby("course_id")["made_on"]}
    for course_id in registry.courses["course_id"]:
        if course_id in received:
            received_on, received_by = received[course_id]
            span = processing_span(received_on, calendar)
            days = [] if course_id in left else reports.get(course_id, [])
            done_on = next((day for day in days if day >= received_on), None)
            state = state_of(span, done_on, today, OVERDUE)
            is_estimated = rests_on_estimate(received_on, span.due or received_on, calendar)
            yield _row(PROCESSING, "course", course_id, instrument, span, 13, done_on=done_on, state=state,
                       received_on=received_on, received_by=received_by, rests_on_estimate=is_estimated)  # fmt: skip
        elif instrument.least_percent is None:
            reason = NOTHING_RECEIVED
            yield _row(PROCESSING, "course", course_id, instrument, Span(), 13, state=NOT_YET, reason=reason)


def _retention(
    registry: Registry, rows: Iterable[dict[str, Any]], everybody: set[str], today: date
) -> Iterator[dict[str, Any]]:
    """Yield the year in which a course's documents are kept (¶22), from the report on the last of its own waves."""
    own: dict[str, list[dict[str, Any]]] = {course_id: [] for course_id in registry.courses["course_id"]}
    for row in rows:
        if row["scope"] == "course" and row["instrument_id"] in everybody:
            own[row["scope_id"]].append(row)
    handovers = zip(registry.handovers["course_id"], registry.handovers["handed_over_on"], strict=True)
    handed = {course_id: day.date() for course_id, day in handovers}
    for course_id, steps in own.items():
        reported_on = _reported_on(steps)
        span, done_on = retention_span(reported_on) if reported_on else Span(), handed.get(course_id)
        state = state_of(span, done_on, today, OVERDUE, NOT_YET)
        reason = "" if reported_on else NOT_PROCESSED
        yield _row(RETENTION, "course", course_id, None, span, 22, done_on=done_on, state=state, reason=reason)


def _reported_on(steps: list[dict[str, Any]]) -> date | None:
    """Return when the last wave of a course was processed; None while one is left, but for those nobody answered."""
    missing = {row["instrument_id"] for row in steps if row["step"] == WAVE and row["state"] == MISSING}
    days = [row["done_on"] for row in steps if row["step"] == PROCESSING and row["instrument_id"] not in missing]
    return None if not days or None in days else max(days)
