"""Hold the registry's tables against each other: tables go in, problems come out; the rows stay."""

from collections.abc import Iterator, Mapping

import pandas as pd

from coursewaves.problems import Problem, described

NEVER = pd.Timestamp.max


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


def hearing_problems(tables: Mapping[str, pd.DataFrame], names: Mapping[str, str]) -> Iterator[Problem]:
    """Name hearings of what the registry doesn't have, and by the Academic Council before the first one (¶15)."""
    hearings = tables["hearings"]
    is_first = (hearings["council"] == "smc") & (hearings["outcome"] == "accepted")
    first_on = hearings[is_first].groupby(["kind", "subject_id"])["held_on"].min().to_dict()
    courses = {*tables["courses"]["course_id"], *tables["archived"]["course_id"]}  # what was heard stays in the history
    known = {"courses": courses, "programmes": set(tables["programmes"]["programme_id"])}
    for row in hearings.to_dict("records"):
        kind, subject_id = row["kind"], row["subject_id"]
        table = "courses" if kind == "course" else "programmes"
        is_known = subject_id in known[table]
        seen = "" if is_known else f"{described(subject_id)}, not in {table}"
        fix = "correct subject_id or kind"
        if is_known and row["council"] == "academic" and not first_on.get((kind, subject_id), NEVER) <= row["held_on"]:
            seen, fix = f"{kind} {subject_id} was not taken by the smc before", "add the hearing by the smc"
        if seen:
            yield Problem(names["hearings"], 0, "", "subject_id", "E-HEARING", seen, "kept, it does not count", fix)
