"""Spans of days in which a step of the regulation may be taken, and how a step stands on a day."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

import pandas as pd

from coursewaves.registry.windows import wave_windows
from coursewaves.registry.working_days import WorkingCalendar, add_working_days
from coursewaves.survey.instruments import Instrument

PROCESSING_DAYS = 15
"""Working days after receipt within which results are processed (¶13)."""

WARNING_DAYS = 10
"""Working days after receipt from which that day is near."""

SAMPLE_WARNING = timedelta(days=180)
"""How long before the end of the three years of ¶5 it is near: time to draw a sample, write to it and remind it."""

HANDOVER_WARNING = timedelta(days=30)
"""How long before the end of the year of ¶22 the handover to the archive is near."""

NOT_YET, OPEN, DUE_SOON, OVERDUE, DONE, MISSING = "not yet", "open", "due soon", "overdue", "done", "missing"
STATES = (NOT_YET, OPEN, DUE_SOON, OVERDUE, DONE, MISSING)


class Span(NamedTuple):
    """The days of a step; None where one can't be told.

    Attributes
    ----------
    opens, closes
        First and last day on which it may be taken.
    warns
        Day from which it is near; None where nothing is left to do.
    due
        Day by which the regulation wants it.
    """

    opens: date | None = None
    closes: date | None = None
    warns: date | None = None
    due: date | None = None


def state_of(span: Span, done_on: date | None, today: date, late: str, undated: str = MISSING) -> str:
    """Return how a step stands on a day.

    Parameters
    ----------
    span
        Its days.
    done_on
        When it was done; what was done stays so, whatever the day.
    today
        The day.
    late, undated
        What it is called after its last day, and where its days are not known.

    Examples
    --------
    >>> days = Span(date(2025, 3, 3), date(2025, 3, 7), date(2025, 3, 6), date(2025, 3, 7))
    >>> [state_of(days, None, date(2025, 3, day), OVERDUE) for day in (2, 3, 6, 7, 8)]
    ['not yet', 'open', 'due soon', 'due soon', 'overdue']
    """
    if done_on is not None:
        return DONE
    if span.opens is None or span.closes is None:
        return undated
    if today < span.opens:
        return NOT_YET
    if today > span.closes:
        return late
    return DUE_SOON if span.warns is not None and today >= span.warns else OPEN


def wave_spans(courses: pd.DataFrame, instrument: Instrument) -> dict[str, Span]:
    """Return the window of a wave for each course (¶5); it is near from the day that ¶5 names."""
    ends = zip(courses["course_id"], *wave_windows(courses, instrument), strict=True)
    return {
        str(course_id): Span() if pd.isna(due) else Span(opens.date(), closes.date(), due.date(), due.date())
        for course_id, due, opens, closes in ends
    }


def sample_span(spans: Iterable[Span]) -> Span:
    """Return the window of a sample wave over several courses (¶5, ¶10).

    It is that of the first course, so that nobody is asked later than three years on, and due by its end.
    """
    dated = [(span.opens, span.closes) for span in spans if span.opens and span.closes]
    if not dated:
        return Span()
    opens, closes = (min(days) for days in zip(*dated, strict=True))
    return Span(opens, closes, max(opens, closes - SAMPLE_WARNING), closes)


def processing_span(received_on: date, calendar: WorkingCalendar) -> Span:
    """Return the fifteen working days after receipt (¶13); the tenth is the day of the warning."""
    near, due = (add_working_days(received_on, n, calendar) for n in (WARNING_DAYS, PROCESSING_DAYS))
    return Span(received_on, due, near, due)


def retention_span(reported_on: date) -> Span:
    """Return the year in which documents are kept before they go to the archive (¶22)."""
    due = a_year_later(reported_on)
    return Span(reported_on, due, due - HANDOVER_WARNING, due)


def a_year_later(day: date) -> date:
    """Return the same day of the next year; 28 February where there is no 29th."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if is_leap_day else day.day)
