"""Who answered in many courses (¶5): a year goes in, gated tables come out, and sums that tell of no small course.

A sum takes in only courses with enough answers of their own: with the sum, and what their reports show of the others,
anybody could work out a course that is hidden.
"""

from collections.abc import Collection
from typing import Any

import pandas as pd

from coursewaves.analysis.summarise import response_counts
from coursewaves.deadlines.open_words import open_lines
from coursewaves.disclosure import Disclosed
from coursewaves.pages.pieces import Html, paragraph, table
from coursewaves.views.subject import Subject, once
from coursewaves.views.view import View


@once
def courses_of(subject: Subject, centre_id: str = "") -> pd.DataFrame:
    """Return the registry's courses, or those of one centre, in the order of their names."""
    courses = subject.year.registry.courses
    own = courses[courses["centre_id"] == centre_id] if centre_id else courses
    return own.sort_values("course_id", ignore_index=True)


@once
def response(subject: Subject, centre_id: str = "") -> Disclosed:
    """Return who was invited and who answered, one row a course and wave, gated; see `response_counts`."""
    year = subject.year
    outcomes = dict(iter(year.outcomes.groupby("course_id", observed=True)))
    none, waves = year.outcomes.iloc[:0], year.survey.waves()
    found = [
        response_counts(row, outcomes.get(row["course_id"], none), waves).assign(course_id=row["course_id"])
        for _, row in courses_of(subject, centre_id).iterrows()
    ]
    columns = ["instrument_id", "wave", "n_invited", "n", "share", "course_id"]
    table = pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)
    return subject.gate(table, "counts", ["course_id", "instrument_id", "wave", "n_invited"])


def response_sums(view: View, centre_id: str = "") -> list[dict[str, Any]]:
    """Sum the courses with enough answers, by wave: ``n_courses``, ``n_small``, ``n``, and those with ``n_invited``."""
    rows = response(view, centre_id).rows()
    return [_sum(instrument.id, [row for row in rows if row["instrument_id"] == instrument.id])
            for instrument in view.year.survey.waves()]  # fmt: skip


def _sum(instrument_id: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    shown = [row for row in rows if not row["is_hidden"]]
    known = [row for row in shown if row["share"] == row["share"]]
    invited, answered = sum(int(row["n_invited"]) for row in known), sum(int(row["n"]) for row in known)
    return {
        "instrument_id": instrument_id,
        "n_courses": len(rows),
        "n_small": len(rows) - len(shown),
        "n": sum(int(row["n"]) for row in shown),
        "n_invited": invited,
        "share": answered / invited if invited else None,
    }


def response_sentence(view: View, centre_id: str = "") -> str:
    """Say how many answered each wave."""
    parts = []
    for row in response_sums(view, centre_id):
        share = f" ({view.phrases.percent(row['share'])})" if row["share"] is not None else ""
        wave = view.wave_name(view.year.survey.instrument(row["instrument_id"]))
        n = view.phrases.number(row["n"]) if row["n"] else f"<{view.least('counts')}"
        parts.append(f"{wave} — {n}{share}")
    return view.say("Answers: {list}.", list="; ".join(parts))


def response_tables(view: View, centre_id: str = "") -> list[Html]:
    """List the response by wave over all courses, then course by course."""
    minimum = view.least("counts")
    note = view.say(
        "Sums take in courses with at least {minimum} answers in the wave; the share is of courses whose number of "
        "participants is registered.",
        minimum=minimum,
    )
    opened = open_table(view, set(courses_of(view, centre_id)["course_id"]))
    return [_by_wave(view, centre_id, minimum), paragraph(note, "note"), _by_course(view, centre_id), opened]


def open_table(view: View, course_ids: Collection[str]) -> Html:
    """List the surveys of some courses that are open still; nothing where there are none."""
    say = view.say
    head = [say("Course"), say("Wave"), say("Open until"), say("Answers are shown from")]
    return table(say("Surveys that are open still"), head, open_lines(view.year, view.phrases, course_ids))


def _by_wave(view: View, centre_id: str, minimum: int) -> Html:
    say, number = view.say, view.phrases.number
    head = [say("Wave"), say("Courses"), say("With fewer than {minimum} answers", minimum=minimum), say("Invited"),
            say("Answered"), say("Share")]  # fmt: skip
    lines = []
    for row in response_sums(view, centre_id):
        wave = view.wave_name(view.year.survey.instrument(row["instrument_id"]))
        figures = [number(row["n_courses"]), number(row["n_small"])]
        sums = [number(row["n_invited"] or None), number(row["n"] or None), view.phrases.percent(row["share"])]
        lines.append([wave, *figures, *sums])
    return table(say("Response by wave, courses with enough answers together"), head, lines)


def _by_course(view: View, centre_id: str) -> Html:
    waves = view.year.survey.waves()
    cells = {(row["course_id"], row["instrument_id"]): _cell(view, row) for row in response(view, centre_id).rows()}
    lines = [
        [course_id, *(cells[course_id, instrument.id] for instrument in waves)]
        for course_id in courses_of(view, centre_id)["course_id"]
    ]
    head = [view.say("Course"), *(view.wave_name(instrument) for instrument in waves)]
    return table(view.say("Answers by course and wave; in brackets the share of those invited"), head, lines)


def _cell(view: View, row: dict[str, Any]) -> str:
    if row["is_hidden"]:
        return f"<{view.least('counts')}"
    share = f" ({view.phrases.percent(row['share'])})" if row["share"] == row["share"] else ""
    return f"{view.phrases.number(row['n'])}{share}"
