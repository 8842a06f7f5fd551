"""Gather what is known of a year on a day: tables go in, the `Facts` that all checks read come out."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import pandas as pd

from coursewaves.deadlines.due import Coverage, Due
from coursewaves.deadlines.table import PROCESSING
from coursewaves.processed.year import Year
from coursewaves.registry.reader import Registry
from coursewaves.registry.spans import OVERDUE
from coursewaves.settings.home import Settings
from coursewaves.survey.instruments import Survey

PAGES = ["kind", "id", "is_stale"]

REFUSED = "E-REMOVED"
"""The rule of a course that is entered though its programme was removed (¶20)."""


class Facts(NamedTuple):
    """What is known of a year on a day.

    Attributes
    ----------
    today
        The day.
    registry, survey, settings
        The year's institute, questionnaires and settings.
    n_answers
        Forms that are kept, by questionnaire.
    answered
        Courses with any such form.
    n_files
        Raw files that were loaded.
    decisions
        The registry's decisions up to the day.
    deadlines
        As of `coursewaves.deadlines.table.find_deadlines`.
    coverage
        Of each sample wave, gated.
    ways, tasks
        Every report on its way through the councils, and what they decided; see `coursewaves.deadlines.due.Due`.
    n_refused
        Courses that the registry refused since their programme was removed.
    low
        Programmes called low-rated, as far as that may be shown.
    pages
        One row is one published report: ``kind``, ``id``, ``is_stale``. None where that is not known, as inside of
        a report: what hangs on it is then told by what answers it.
    status_day
        Day of the last status page; None where there is none.
    """

    today: date
    registry: Registry
    survey: Survey
    settings: Settings
    n_answers: dict[str, int]
    answered: frozenset[str]
    n_files: int
    decisions: pd.DataFrame
    deadlines: pd.DataFrame
    coverage: Sequence[Coverage]
    ways: pd.DataFrame
    tasks: pd.DataFrame
    n_refused: int
    low: tuple[str, ...]
    pages: pd.DataFrame | None = None
    status_day: date | None = None

    def late_courses(self) -> set[str]:
        """Name the courses of which results are overdue (¶13)."""
        rows = self.deadlines
        return set(rows.loc[(rows["step"] == PROCESSING) & (rows["state"] == OVERDUE), "scope_id"].astype(str))

    def late_programmes(self) -> set[str]:
        """Name the programmes of those courses."""
        courses = self.registry.courses
        return set(courses.loc[courses["course_id"].isin(self.late_courses()), "programme_id"].astype(str))


def facts_of(year: Year, due: Due, pages: pd.DataFrame | None = None, status_day: date | None = None) -> Facts:
    """Gather the facts of a loaded year from what is due on a day.

    Parameters
    ----------
    year
        The loaded year.
    due
        What is due, with the day of the question; see `coursewaves.deadlines.due.find_due`.
    pages, status_day
        What is published; None where that is not known.
    """
    forms, decisions = year.responses, year.registry.decisions
    return Facts(
        today=due.today,
        registry=year.registry,
        survey=year.survey,
        settings=year.settings,
        n_answers={str(name): int(n) for name, n in year.received["instrument_id"].value_counts().items()},
        answered=frozenset(forms["course_id"].astype(str)),
        n_files=len(year.files),
        decisions=decisions[decisions["decided_on"].dt.date <= due.today].reset_index(drop=True),
        deadlines=due.deadlines,
        coverage=due.coverage,
        ways=due.ways,
        tasks=due.tasks,
        n_refused=int((year.problems["rule"] == REFUSED).sum()),
        low=tuple(sorted(str(row["programme_id"]) for row in due.low_rated.shown())),
        pages=pages,
        status_day=status_day,
    )
