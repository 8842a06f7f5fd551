"""The sample of monitoring 3 (¶5, 10): whom the plan asks, who answered, and what it says of all; no participant."""

from typing import Any

import numpy as np
import pandas as pd

from coursewaves.analysis.sample import (
    NO_DATE,
    NO_LIST,
    NOBODY,
    NOT_OPEN,
    PART_LISTED,
    TARGET_PERCENT,
    TOO_FEW_EXPECTED,
    TOO_FEW_LISTED,
    UNKNOWN_NUMBER,
    UNMARKED,
    SamplePlan,
    plan_sample,
)
from coursewaves.pages.pieces import Html, Section, bullets, paragraph, table
from coursewaves.phrases import marked
from coursewaves.reports_of.estimates import estimates, estimates_in_short
from coursewaves.reports_of.frame import end_of, front_of
from coursewaves.reports_of.reach import (
    coverage_in_short,
    coverages,
    direction_name,
    programme_name,
    sample_wave,
    share_words,
    small_courses,
    step_words,
)
from coursewaves.stats import stratified_share
from coursewaves.views.opening import YearView
from coursewaves.views.subject import Subject, once

__all__ = ["draw", "end_of_report", "estimates", "front", "in_short", "plan", "reached"]

REASONS = {
    NO_LIST: marked("the list does not name those who completed"),
    PART_LISTED: marked("the list does not name all who completed"),
    UNMARKED: marked("the list does not say of all whether they completed"),
    UNKNOWN_NUMBER: marked("not known how many completed"),
    NO_DATE: marked("the course has no dates"),
    NOT_OPEN: marked("its window is not open"),
    NOBODY: marked("nobody completed"),
    TOO_FEW_LISTED: marked("fewer people are listed than answers are needed"),
    TOO_FEW_EXPECTED: marked("even if all are invited, fewer answers are expected than needed"),
}


@once
def seed_of(subject: Subject) -> str:
    """Return the words from which this report draws: the settings', else the days of the year's courses."""
    if subject.year.settings.sample.seed:
        return str(subject.year.settings.sample.seed)
    courses = subject.year.registry.courses
    days = [courses["starts_on"].min(), courses["ends_on"].max()]
    return "/".join(day.date().isoformat() for day in days if pd.notna(day)) or "coursewaves"


@once
def plan_of(subject: Subject, percent: int) -> SamplePlan:
    """Draw the sample for a share of those who completed."""
    year, instrument = subject.year, sample_wave(subject)
    instrument_id = instrument.id if instrument else ""
    return plan_sample(
        year.registry, year.survey, year.settings, instrument=instrument_id, seed=seed_of(subject), percent=percent,
        expected_response=year.settings.sample.expected_response,
    )  # fmt: skip


def front(view: YearView) -> Section:
    """Say which wave is planned, and for how many (¶10)."""
    instrument, number = sample_wave(view), view.phrases.number
    told = []
    if instrument is not None:
        strata = plan_of(view, TARGET_PERCENT).strata
        told = [
            (view.say("Questionnaire"), view.wording(instrument)),
            (view.say("Programmes"), number(len(strata))),
            (view.say("Completed"), number(strata["n_completed"].sum())),
        ]
    about = view.say(
        "Plan and coverage of the sample survey that paragraphs 5 and 10 of the regulation ask for: at least 30–40 % "
        "of all who completed, by direction. Participants are not named here."
    )
    return front_of(view, view.say("Sample of monitoring 3"), told, about)


def end_of_report(view: YearView) -> Section:
    """Close the report."""
    return end_of(view)


def in_short(view: YearView) -> Section:
    """Sum the plan and what was reached up in at most seven sentences (¶10)."""
    title = view.say("In short")
    if sample_wave(view) is None:
        return Section("summary", title, [10], [paragraph(view.say("No questionnaire of this survey asks a sample."))])
    strata, number = plan_of(view, TARGET_PERCENT).strata, view.phrases.number
    told = [
        view.say(
            "For {share} of {all} who completed, {n} answers are needed; {invited} people are to be invited.",
            share=view.phrases.percent(TARGET_PERCENT / 100), all=number(strata["n_completed"].sum()),
            n=number(strata["n_required"].sum()), invited=number(strata["n_invited"].sum()),
        ),
        *coverage_in_short(view), _short(view), estimates_in_short(view), _decision(view),
    ]  # fmt: skip
    return Section("summary", title, [10], [bullets([text for text in told if text][:7])])


def _short(view: YearView) -> str:
    """Say in which directions answers are still missing; a hidden one has too few to say how many."""
    found = []
    for row in (row for one in coverages(view) for row in one.directions.rows()):
        if row["is_hidden"]:
            found.append(f"{direction_name(view, row['scope_id'])} (<{view.least('counts')})")
        elif row["is_target_reached"] is False:
            found.append(f"{direction_name(view, row['scope_id'])} (+{view.phrases.number(row['n_to_target'])})")
    text = marked("Answers still missing to the planned share: {list}.")
    return view.say(text, list="; ".join(found)) if found else view.say("No direction lacks answers.")


def _decision(view: YearView) -> str:
    rows = [row for one in coverages(view) for row in one.directions.rows()]
    if any(row["is_hidden"] or row["is_least_reached"] is False for row in rows):
        return view.say("To decide: remind those invited, then ask the reserves in the order of the draw.")
    return view.say("To decide: the order by whose number and date the sample is drawn.")


# The plan (¶10) ---------------------------------------------------------------------------------------


def plan(view: YearView) -> Section:
    """Show by direction and programme how many answers and invitations are needed, and how sure a share would be."""
    title, instrument = view.say("Plan by direction"), sample_wave(view)
    if instrument is None:
        return Section("plan", title, [10], [paragraph(view.say("No questionnaire of this survey asks a sample."))])
    strata = _strata(view, instrument.least_percent or TARGET_PERCENT)
    lines = []
    for direction_id, rows in strata.groupby("direction_id", sort=False):
        name = direction_name(view, str(direction_id))
        lines.append([name, *_needs(view, rows)])
        lines += [
            [f"— {programme_name(view, str(programme_id))}", *_needs(view, row)]
            for programme_id, row in rows.groupby("programme_id")
        ]
    say, percent = view.say, view.phrases.percent
    head = [say("Direction or programme"), say("Completed"),
            say("For {share}", share=percent((instrument.least_percent or 0) / 100)),
            say("For {share}", share=percent(TARGET_PERCENT / 100)), say("To invite"), say("Precision")]  # fmt: skip
    note = say(
        "Answers needed, rounded up in each programme; invitations assume that {rate} of the invited answer. "
        "Precision: half the 95 % interval of a share of one half, in points, with the planned answers and the "
        "correction for a finite population.",
        rate=percent(view.year.settings.sample.expected_response),
    )
    parts = [table(say("Answers needed"), head, lines), paragraph(note, "note"), bullets(_faults(view, strata))]
    return Section("plan", title, [10], parts)


@once
def _strata(subject: Subject, least: int) -> pd.DataFrame:
    planned, lower = plan_of(subject, TARGET_PERCENT).strata, plan_of(subject, least).strata
    strata = planned.assign(n_least=lower["n_required"].to_numpy())
    return strata.assign(direction_id=strata["direction_id"].fillna(""))


def _needs(view: YearView, rows: pd.DataFrame) -> list[str]:
    sums = [view.phrases.number(rows[name].sum()) for name in ("n_completed", "n_least", "n_required", "n_invited")]
    return [*sums, _precision(view, rows)]


def _precision(view: YearView, rows: pd.DataFrame) -> str:
    """Say how far a share of one half could be off, were the planned answers given."""
    rows = rows[rows["n_required"] > 1]
    counts = dict(zip(rows["programme_id"], rows["n_required"].tolist(), strict=True))
    labels = [name for name, n in counts.items() for _ in range(n)]
    values = np.array([place % 2 for n in counts.values() for place in range(n)], dtype=float)
    if not labels:
        return "–"
    found = stratified_share(values, labels, dict(zip(rows["programme_id"], rows["n_completed"].tolist(), strict=True)))
    half = (found.high - found.low) / 2 * 100
    return f"±{view.phrases.number(half)}" if np.isfinite(half) else "–"


def _faults(view: YearView, strata: pd.DataFrame) -> list[str]:
    rows = strata[strata["reason"] != ""]
    told = [
        f"{name}: {_reason(view, reason)}." for name, reason in zip(rows["programme_id"], rows["reason"], strict=True)
    ]
    courses = plan_of(view, TARGET_PERCENT).courses
    for reason, own in courses[courses["reason"] != ""].groupby("reason"):
        told.append(f"{', '.join(sorted(own['course_id']))}: {_reason(view, str(reason))}.")
    return told


def _reason(view: YearView, reason: str) -> str:
    return view.say(REASONS[reason])


def draw(view: YearView) -> Section:
    """Say how anybody draws the same sample again (¶10)."""
    title = view.say("The draw")
    if sample_wave(view) is None:
        return Section("draw", title, [10], [])
    found = plan_of(view, TARGET_PERCENT)
    told = [
        view.say("Seed: {seed}; frame: {frame}.", seed=found.seed, frame=found.frame_id),
        view.say("Check sum of the frame: {hash}.", hash=found.frame_hash),
        view.say("On the list: {n}; drawn: {drawn}; in reserve: {reserve}.", n=view.phrases.number(len(found.frame)),
                 drawn=view.phrases.number(found.frame["is_invited"].sum()),
                 reserve=view.phrases.number((~found.frame["is_invited"].astype(bool)).sum())),
        view.say("The seed is public and was set before the draw. With the same list and seed anybody draws the same "
                 "people.")
        if view.year.settings.sample.seed else
        view.say("The seed of this report is the days of the courses; the number and date of the order take its place. "
                 "With the same list and seed anybody draws the same people."),
    ]  # fmt: skip
    return Section("draw", title, [10], [bullets(told)])


# What was reached -------------------------------------------------------------------------------------


def reached(view: YearView) -> Section:
    """Show who answered, by direction and programme, and how many are missing (¶10)."""
    title = view.say("Answered so far")
    parts: list[Html] = []
    for one in coverages(view):
        lines = [_reached(view, row) for row in one.rows()]
        head = [view.say("Direction or programme"), view.say("Completed"), view.say("Answered"), view.say("Share"),
                view.say("At least {share}", share=view.phrases.percent((one.instrument.least_percent or 0) / 100)),
                view.say("Planned {share}", share=view.phrases.percent(TARGET_PERCENT / 100))]  # fmt: skip
        parts.append(table(view.say("{wave}: coverage", wave=view.wave_name(one.instrument)), head, lines))
        parts.append(paragraph(small_courses(view, one.rows()), "note"))
    if not any(parts):
        parts = [paragraph(view.say("Nobody who completed a course is known yet."))]
    return Section("reached", title, [10], parts)


def _reached(view: YearView, row: dict[str, Any]) -> list[str]:
    is_direction = row["scope"] == "direction"
    name = direction_name(view, row["scope_id"]) if is_direction else f"— {programme_name(view, row['scope_id'])}"
    completed = view.phrases.number(row["n_completed"])
    if row["is_hidden"]:
        return [name, completed, view.say("hidden: small group"), "–", "–", "–"]
    steps = [step_words(view, row[f"is_{step}_reached"], row[f"n_to_{step}"]) for step in ("least", "target")]
    return [name, completed, view.phrases.number(row["n"]), share_words(view, row), *steps]
