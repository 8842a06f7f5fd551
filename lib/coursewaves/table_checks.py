"""Hold the registry's tables against each other: tables go in, problems come out; the rows stay."""

from collections.abc import Iterator, Mapping

import pandas as pd

from coursewaves.problems import Problem


def roster_problems(tables: Mapping[str, pd.DataFrame], names: Mapping[str, str]) -> Iterator[Problem]:
    """Compare each course's roster with its number of enrolled; a course without a roster is no problem."""
    sizes = tables["participants"]["course_id"].value_counts()
    for course_id, enrolled in tables["courses"][["course_id", "enrolled"]].itertuples(index=False):
        listed = int(sizes.get(course_id, 0))
        if listed and not pd.isna(enrolled) and listed != enrolled:
            seen = f"{listed} participants of {course_id} on the list, {enrolled} enrolled"
            name, fix = names["participants"], "complete the list or correct enrolled"
            yield Problem(name, 0, "", "course_id", "E-ROSTER", seen, "kept", fix)


def hours_problems(tables: Mapping[str, pd.DataFrame], names: Mapping[str, str]) -> Iterator[Problem]:
    """Compare the hours of each programme's topics with its own; a programme without topics is no problem."""
    totals = tables["topics"].groupby("programme_id")["hours"].sum()
    for programme_id, hours in tables["programmes"][["programme_id", "hours"]].itertuples(index=False):
        if programme_id in totals and totals[programme_id] != hours:
            seen = f"topics of {programme_id} last {totals[programme_id]:g} hours, the programme {hours}"
            name, fix = names["topics"], "correct the topics' hours or the programme's"
            yield Problem(name, 0, "", "hours", "E-HOURS", seen, "kept", fix)
