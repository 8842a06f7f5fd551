"""One competence centre (¶12, 14, 17): its courses, their response, its criteria beside all others, deadlines."""

from typing import Any

import pandas as pd

from coursewaves.pages.pieces import Html, Section, bullets, paragraph, table
from coursewaves.phrases import marked
from coursewaves.reports_of.archived import archived_table, with_archived
from coursewaves.reports_of.criteria import criteria_means
from coursewaves.reports_of.dates import due_days, missing_in_short
from coursewaves.reports_of.frame import end_of, front_of
from coursewaves.reports_of.response import courses_of, response_sentence, response_tables
from coursewaves.views.opening import CentreView


def front(view: CentreView) -> Section:
    """Say which centre is reported (¶1-3, ¶12)."""
    title = view.title("centres", view.centre)
    told = [
        (view.say("Competence centre"), view.centre_id),
        (view.say("Courses"), view.phrases.number(len(courses_of(view, view.centre_id)))),
    ]
    about = view.say(
        "What the surveys tell of the courses of one competence centre, to which the institute sends the links "
        "(paragraphs 12, 14 and 17). Centres are not ranked."
    )
    return front_of(view, title, told, about)


def end_of_report(view: CentreView) -> Section:
    """Close the report."""
    return end_of(view)


def in_short(view: CentreView) -> Section:
    """Sum the centre up in at most seven sentences (¶14)."""
    answered = response_sentence(view, view.centre_id)
    told = [
        with_archived(view, answered, "centre_id", (view.centre_id,)),
        *_compared(view),
        missing_in_short(view, view.centre_id),
        _decision(view),
    ]
    return Section("summary", view.say("In short"), [14], [bullets([text for text in told if text][:7])])


def courses(view: CentreView) -> Section:
    """List the centre's courses with their programmes and days (¶17)."""
    say, number = view.say, view.phrases.number
    head = [say("Course"), say("Dates"), say("Enrolled"), say("Completed")]
    lines = []
    for row in courses_of(view, view.centre_id).to_dict("records"):
        programme = view.title("programmes", view.year.registry.programme(str(row["programme_id"])))
        people = ["–" if pd.isna(row[name]) else number(row[name]) for name in ("enrolled", "completed")]
        lines.append([f"{row['course_id']} · {programme}", _days(view, row), *people])
    parts = [table(say("Courses of the centre"), head, lines)]
    if not lines:
        parts = [paragraph(say("The registry names no course of this centre."))]
    return Section("courses", say("Courses"), [17], parts)


def _days(view: CentreView, row: dict[Any, Any]) -> str:
    days = [row["starts_on"], row["ends_on"]]
    return " – ".join(view.phrases.short_day(day.date()) for day in days if pd.notna(day))


def respondents(view: CentreView) -> Section:
    """Show the response to the centre's courses by wave and course (¶5, ¶12)."""
    parts = [*response_tables(view, view.centre_id), archived_table(view, "centre_id", (view.centre_id,))]
    return Section("respondents", view.say("Who answered"), [5, 12], parts)


def deadlines(view: CentreView) -> Section:
    """Show which surveys were answered in time, and when results are to be processed (¶13)."""
    return due_days(view, view.centre_id)


# Criteria ---------------------------------------------------------------------------------------------


def criteria(view: CentreView) -> Section:
    """Set the criteria of the centre's courses beside those of all other courses (¶4, ¶14)."""
    say = view.say
    head = [say("Criterion"), say("This centre (95 %)"), say("Other courses (95 %)"), say("Result")]
    parts: list[Html] = []
    for instrument in view.year.survey.waves():
        lines = [_line(view, row, other) for row, other in _pairs(view, instrument.id)]
        parts.append(table(f"{view.wave_name(instrument)}. {view.wording(instrument)}", head, lines))
    if not any(parts):
        parts = [paragraph(say("Nothing to show: too few answers."))]
    note = say(
        "Means, 0–100, each course counting alike; intervals rest on how much courses differ, of one course alone on "
        "its participants. Two means are told apart where their intervals do not meet. Courses with fewer than "
        "{minimum} answers are left out. Other programmes and participants may explain a difference.",
        minimum=view.least("counts"),
    )
    return Section("criteria", say("Criteria beside all other courses"), [4, 14], [*parts, paragraph(note, "note")])


def _pairs(view: CentreView, instrument_id: str) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Return each criterion of the centre with that of the others; None where too few others answered."""
    others = {row["name"]: row for row in criteria_means(view, instrument_id, view.centre_id, others=True).shown()}
    return [(row, others.get(row["name"])) for row in criteria_means(view, instrument_id, view.centre_id).shown()]


def _line(view: CentreView, row: dict[str, Any], other: dict[str, Any] | None) -> list[str]:
    return [
        _criterion(view, row),
        _mean(view, row),
        "–" if other is None else _mean(view, other),
        _result(view, row, other),
    ]


def _criterion(view: CentreView, row: dict[str, Any]) -> str:
    return view.wording(view.year.survey.criterion(row["name"]))


def _mean(view: CentreView, row: dict[str, Any]) -> str:
    return f"{view.phrases.number(row['mean'])} ({view.phrases.interval(row['low'], row['high'])})"


def _standing(row: dict[str, Any], other: dict[str, Any] | None) -> str:
    if other is None or not all(one[end] == one[end] for one in (row, other) for end in ("low", "high")):
        return "unknown"
    return "higher" if row["low"] > other["high"] else "lower" if row["high"] < other["low"] else "alike"


def _result(view: CentreView, row: dict[str, Any], other: dict[str, Any] | None) -> str:
    texts = {
        "higher": marked("higher"),
        "lower": marked("lower"),
        "alike": marked("not distinguishable"),
        "unknown": marked("not compared"),
    }
    standing = _standing(row, other)
    return view.say(texts[standing])


def _found(view: CentreView) -> list[tuple[str, str]]:
    """Return each compared criterion, named with its wave, and how it stands."""
    return [
        (f"{_criterion(view, row)} ({view.wave_name(instrument)})", _standing(row, other))
        for instrument in view.year.survey.waves()
        for row, other in _pairs(view, instrument.id)
    ]


def _compared(view: CentreView) -> list[str]:
    found = _found(view)
    texts = {
        "lower": marked("Lower than in all other courses: {list}."),
        "higher": marked("Higher than in all other courses: {list}."),
    }
    told = []
    for standing, text in texts.items():
        names = [name for name, own in found if own == standing]
        told.append(view.say(text, list="; ".join(names)) if names else "")
    n_alike, n = (sum(own in kinds for _, own in found) for kinds in (("alike",), ("alike", "lower", "higher")))
    values = {"n": view.phrases.number(n_alike), "all": view.phrases.number(n)}
    text = marked("Not distinguishable from all other courses: {n} of {all} criteria.")
    return [*told, view.say(text, **values) if n else view.say("Too few answers to compare the centre's courses.")]


def _decision(view: CentreView) -> str:
    if any(own == "lower" for _, own in _found(view)):
        return view.say(
            "To decide: what of the lower criteria lies with the centre, and what with the programmes (¶17)."
        )
    return view.say("To decide: nothing; no criterion asks for a decision.")
