"""Say what is kept until when (¶22): a loaded year and a day go in, the retention register comes out."""

import re
from datetime import date
from typing import Literal, NamedTuple

import pandas as pd

from coursewaves.deadlines.table import RETENTION, WAVE, deadlines
from coursewaves.errors import CoursewavesError
from coursewaves.processed.year import Year
from coursewaves.registry.spans import DONE, wave_spans

REMOVED = "removed"
"""The state of a course whose data are no longer here."""

COLUMNS = {
    "course_id": "str", "programme_id": "str", "ended_on": "datetime64[ns]", "kept_from": "datetime64[ns]",
    "kept_until": "datetime64[ns]", "needed_until": "datetime64[ns]", "removable_on": "datetime64[ns]",
    "handed_over_on": "datetime64[ns]", "state": "str", "bag_id": "str", "reason": "str",
}  # fmt: skip


class Subject(NamedTuple):
    """What a bag is about: a course, or all courses that ended in one year."""

    scope: Literal["course", "year"]
    subject_id: str
    courses: list[str]


def find_subject(year: Year, text: str) -> Subject:
    """Return what a person means: a course by its code, or the courses that ended in a year such as 2025.

    Raises
    ------
    CoursewavesError
        Where it is neither.
    """
    courses = year.registry.courses
    if text in set(courses["course_id"]):
        return Subject("course", text, [text])
    years = courses["ends_on"].dt.year
    own = courses.loc[years == int(text), "course_id"] if re.fullmatch(r"\d{4}", text) else []
    if not len(own):
        known = sorted({str(int(one)) for one in years.dropna()})
        raise CoursewavesError.not_found(text, "the courses and their years", [*known, *courses["course_id"]])
    return Subject("year", text, sorted(map(str, own)))


def find_retention(year: Year, today: date) -> pd.DataFrame:
    """Find until when the documents of each course are kept, as it stands on a day.

    Returns
    -------
    DataFrame
        One row is one course, the next one to be removed first. Its documents are kept for a year, from
        ``kept_from``, the report on the last of its own waves, to ``kept_until`` (¶22). ``needed_until`` is the last
        day of a sample wave that still asks its participants (¶10); from the day after both, ``removable_on``, its
        data may be removed here. ``state`` is that of the deadline, or ``removed`` with the ``bag_id`` of the bag that
        holds them. Where no day can be told there is a ``reason``.
    """
    due = deadlines(year, today)
    kept = due[due["step"] == RETENTION].set_index("scope_id")
    needed = _needed_until(year, due)
    rows = []
    for course in year.registry.courses.to_dict("records"):
        course_id = str(course["course_id"])
        row = kept.loc[course_id]
        ends = [day for day in (row["due_on"], needed.get(course_id, pd.NaT)) if pd.notna(day)]
        removable = max(ends) + pd.Timedelta(days=1) if pd.notna(row["due_on"]) else pd.NaT
        rows.append([
            course_id, course["programme_id"], course["ends_on"], row["opens_on"], row["due_on"],
            needed.get(course_id, pd.NaT), removable, row["done_on"], row["state"], "", row["reason"],
        ])  # fmt: skip
    table = pd.DataFrame([*rows, *_removed(year)], columns=list(COLUMNS)).astype(COLUMNS)
    return table.sort_values(["removable_on", "course_id"], na_position="last", ignore_index=True)


def _needed_until(year: Year, due: pd.DataFrame) -> dict[str, pd.Timestamp]:
    """Return the last day of the sample waves that are not done, by course."""
    courses = year.registry.courses
    programme_of = dict(zip(courses["course_id"], courses["programme_id"], strict=True))
    waves = due[(due["step"] == WAVE) & (due["scope"] == "programme") & (due["state"] == DONE)]
    done = set(zip(waves["instrument_id"], waves["scope_id"], strict=True))
    found: dict[str, pd.Timestamp] = {}
    for instrument in year.survey.waves():
        if instrument.least_percent is None:
            continue
        for course_id, span in wave_spans(courses, instrument).items():
            if span.closes is not None and (instrument.id, programme_of[course_id]) not in done:
                found[course_id] = max(pd.Timestamp(span.closes), found.get(course_id, pd.Timestamp.min))
    return found


def _removed(year: Year) -> list[list[object]]:
    return [
        [row["course_id"], row["programme_id"], row["ends_on"], pd.NaT, pd.NaT, pd.NaT, pd.NaT, row["handed_over_on"],
         REMOVED, row["bag_id"], ""]
        for row in year.registry.archived.to_dict("records")
    ]  # fmt: skip
