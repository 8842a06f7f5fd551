"""The report on a programme over all its runs (¶14, ¶16, ¶19, ¶20)."""

from typing import Any

import pandas as pd

from coursewaves.analysis.topic_verdicts import topic_items
from coursewaves.pages.pieces import Html, Section, Sections, paragraph, table
from coursewaves.pages.present import runs_figure, scores_figure, scores_table
from coursewaves.reports_of.alike import days_of, in_short, methods_of, number_or_nothing
from coursewaves.reports_of.archived import archived_table, with_archived
from coursewaves.reports_of.frame import end_of, front_of
from coursewaves.reports_of.levels import levels_table
from coursewaves.reports_of.response import open_table
from coursewaves.sections.changes import changes
from coursewaves.sections.decisions import decisions, last_decision
from coursewaves.sections.factors import programme_sentence
from coursewaves.sections.summary import compared, ends, to_decide
from coursewaves.sections.topics import verdicts_table
from coursewaves.views.opening import ProgrammeView

__all__ = ["chain", "criteria", "decisions", "end_of_report", "factors", "front", "methods", "response", "runs",
           "summary", "topics", "trend"]  # fmt: skip


def front(view: ProgrammeView) -> Section:
    """Say which programme is reported, from which runs (¶1-3)."""
    title = view.say("Effectiveness of the programme: {title}", title=view.title("programmes", view.programme))
    purpose = view.say(
        "Analytical report on the effectiveness of a course programme over all its runs, made from the surveys of "
        "their participants as the regulation on monitoring prescribes (paragraphs 14, 16, 19 and 20)."
    )
    return front_of(view, title, programme_facts(view), purpose)


def programme_facts(view: ProgrammeView) -> list[tuple[str, str]]:
    """Return what the registry says of the programme (¶17)."""
    say, row, directions = view.say, view.programme, view.year.registry.directions
    found = directions[directions["direction_id"] == row["direction_id"]]
    return [
        (say("Programme"), view.programme_id),
        (say("Direction"), view.title("directions", found.iloc[0]) if len(found) else ""),
        (say("Academic hours"), number_or_nothing(view, row["hours"])),
        (say("Of them practical"), number_or_nothing(view, row["practical_hours"])),
        (say("Runs"), view.phrases.number(len(view.courses))),
        (say("Dates"), days_of(view, view.courses)),
    ]


def summary(view: ProgrammeView) -> Section:
    """Sum the report up from the same numbers that its sections show (¶14)."""
    if not view.year.survey.ratings:
        return in_short(view, [14], [_rests_on(view), *compared(view)[:3], last_decision(view)])
    told = [_rests_on(view), programme_sentence(view), _watched(view), ends(view), *compared(view)[:1]]
    return in_short(view, [14], [*told, last_decision(view), to_decide(view)])


def _rests_on(view: ProgrammeView) -> str:
    """Say on how many runs the report rests."""
    number = view.phrases.number
    has_enough = view.counts.loc[view.counts["n"] >= view.least("counts"), "course_id"].nunique()
    told = view.say(
        "Runs of the programme: {n}; with {minimum} answers or more in a wave: {enough}.",
        n=number(len(view.courses)), minimum=number(view.least("counts")), enough=number(has_enough),
    )  # fmt: skip
    return with_archived(view, told, "programme_id", (view.programme_id,))


def _watched(view: ProgrammeView) -> str:
    """Name the runs that are low by themselves; never in the order of their ratings."""
    shown = view.runs.shown()
    if not shown:
        return ""
    watched = [str(row["course_id"]) for row in shown if row["is_watched"]]
    if not watched:
        return view.say("No run lies surely below the threshold by itself.")
    return view.say("Runs that lie below the threshold by themselves: {list}.", list=", ".join(watched))


def runs(view: ProgrammeView) -> Sections:
    """Set all runs side by side against the threshold, with what the verdict rests on (¶16); none without a rating."""
    if not view.year.survey.ratings:
        return Sections()
    parts = [paragraph(programme_sentence(view)), paragraph(_basis(view)), paragraph(_watched(view))]
    parts += [runs_figure(view, view.runs, view.say("Runs of this programme, with 80 % intervals"))]
    note = view.say(
        "Runs stand in the order of their first day and are no ranking; intervals that overlap much speak of runs that "
        "are not distinguishable. One run alone makes no programme low-rated."
    )
    return Sections([Section("runs", view.say("Rating of the runs"), [14, 16], [*parts, paragraph(note, "note")])])


def _basis(view: ProgrammeView) -> str:
    """Say what the verdict rests on."""
    found = next(iter(view.rating.shown()), None)
    if found is None:
        return ""
    values = {name: view.phrases.number(found[name]) for name in ("n", "n_runs")}
    text = view.say("The verdict rests on {n} ratings of {runs} runs.", n=values["n"], runs=values["n_runs"])
    if found["estimate"] != found["estimate"]:
        return f"{text} " + view.say("There are too few programmes to draw its mean towards that of all.")
    drawn = view.say(
        "Its mean is drawn towards that of all programmes, the more the fewer its answers: {estimate} of 100.",
        estimate=view.phrases.number(found["estimate"]),
    )
    return f"{text} {drawn}"


def response(view: ProgrammeView) -> Section:
    """Show invited and answered, run by run and wave by wave (¶5)."""
    say, waves = view.say, view.year.survey.waves()
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in view.answered.rows():
        found.setdefault(str(row["course_id"]), {})[row["instrument_id"]] = row
    days = dict(zip(view.courses["course_id"], view.courses["starts_on"], strict=True))
    lines = [
        [name, _day(view, days[name]), *(_answered(view, cells[wave.id]) for wave in waves)]
        for name, cells in found.items()
    ]
    head = [say("Run"), say("First day"), *(view.wave_name(wave) for wave in waves)]
    caption = say("Answers by run and wave, and their share of the invited")
    parts = [table(caption, head, lines), open_table(view, set(view.courses["course_id"]))]
    parts.append(archived_table(view, "programme_id", (view.programme_id,)))
    return Section("response", say("Who answered"), [5], parts)


def _day(view: ProgrammeView, day: pd.Timestamp) -> str:
    return "–" if pd.isna(day) else view.phrases.short_day(day.date())


def _answered(view: ProgrammeView, row: dict[str, Any]) -> str:
    if row["is_hidden"]:
        return f"<{view.answered.minimum}"
    n = view.phrases.number(row["n"])
    return n if row["share"] != row["share"] else f"{n} ({view.phrases.percent(row['share'])})"


def criteria(view: ProgrammeView) -> Sections:
    """Show the criteria of every questionnaire over all runs, beside the other programmes and by run (¶14)."""
    return Sections(
        section for wave in view.year.survey.waves() for section in [_criteria(view, wave.id)] if section.parts
    )


def _criteria(view: ProgrammeView, instrument_id: str) -> Section:
    survey, given = view.year.survey, view.given(instrument_id)
    names = {one.id: view.wording(one) for one in survey.criteria if one.kind == "criterion" and one.id in given}
    has_criteria = bool(names)
    if not has_criteria:
        names = {one.id: view.wording(one) for one in survey.indicators if one.id in given}
    instrument = survey.instrument(instrument_id)
    wave, keys = view.wave_name(instrument), tuple(names)
    title = view.say("Criteria over the runs: {wave}", wave=wave)
    means = view.means(instrument_id, keys)
    if not means.shown():
        return Section(f"criteria-{instrument_id.lower()}", title, [14], [])
    caption = view.say("Mean scores over all runs, 0–100, with 95 % intervals ({wave})", wave=wave)
    sides = (view.say("this programme"), view.say("other programmes"))
    others = view.other_means(instrument_id, keys)
    listed = view.say("Mean scores by run, 0–100 ({wave})", wave=wave)
    parts = [
        scores_figure(view, means, names.__getitem__, caption, others, sides=sides),
    ]
    if has_criteria:  # indicators are too many for columns
        by_run = view.means_by("course_id", instrument_id, keys)
        parts += levels_table(view, by_run, names, view.say("Run"), listed)
    return Section(f"criteria-{instrument_id.lower()}", title, [14], parts)


def chain(view: ProgrammeView) -> Section:
    """Follow expectation, experience and application over all runs with enough answers (¶7-9)."""
    return changes(view)


def trend(view: ProgrammeView) -> Sections:
    """Show the rating year by year, and its change by a year where there are years enough; none without a rating."""
    if not view.year.survey.ratings:
        return Sections()
    say, phrases = view.say, view.phrases
    head = [say("Year"), say("Runs"), say("Answers"), say("Mean, 0–100"), say("95 % interval")]
    lines = [
        [str(row["year"]), *(phrases.number(row[name]) for name in ("n_runs", "n", "mean")),
         phrases.interval(row["low"], row["high"])]
        for row in view.years.shown()
    ]  # fmt: skip
    note = say("These intervals speak of the participants alone; that of the verdict allows for runs that differ, too.")
    parts = [table(say("Rating of the programme by year"), head, lines), paragraph(note, "note")]
    parts.append(paragraph(_trend(view)))
    return Sections([Section("trend", say("Trend over the runs"), [14, 20], parts)])


def _trend(view: ProgrammeView) -> str:
    found = next(iter(view.trend.shown()), None)
    if found is None or found["slope"] != found["slope"] or found["low"] != found["low"]:
        return view.say(
            "No trend is estimated: that takes five years and ten runs; differences between few years are chance as "
            "easily as change."
        )
    signed, values = view.phrases.signed, {"p": view.phrases.p_value(found["p_value_adjusted"])}
    values |= {name: signed(found[name], 1) for name in ("slope", "low", "high")}
    return view.say("Change of the rating by a year: {slope} points (likely {low} to {high}; {p}).", **values)


def topics(view: ProgrammeView) -> Sections:
    """Show the verdicts on the topics in short (¶18-19); the report on the topics tells more."""
    if topic_items(view.year.survey)[0] is None or not view.judged.shown():
        return Sections()
    parts = [verdicts_table(view)]
    return Sections([Section("topics", view.say("Topics of the programme"), [18, 19], parts)])


def factors(view: ProgrammeView) -> Sections:
    """Show the direct and indirect factors over all runs (¶16); none without a rating."""
    if not view.year.survey.ratings:
        return Sections()
    survey, asked = view.year.survey, view.year.survey.ratings[0].instrument
    names = {one.id: view.wording(one) for one in survey.criteria if one.kind.endswith("factor")}
    parts: list[Html] = []
    means = view.means(asked, tuple(names))
    if means.shown():
        caption = view.say("Direct and indirect factors over all runs, 0–100")
        parts = [scores_table(view, means, names.__getitem__, caption)]
    return Sections([Section("factors", view.say("Factors"), [16], parts)] if parts else [])


def methods(view: ProgrammeView) -> Section:
    """Explain how the numbers were made (¶14)."""
    return methods_of(view)


def end_of_report(view: ProgrammeView) -> Section:
    """Close the report; only a report that runs to here is published."""
    return end_of(view)
