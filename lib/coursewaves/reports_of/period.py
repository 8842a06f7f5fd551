"""The institute's year (¶4, 13, 14, 21): all courses together; programmes in the order of their names, never ranked."""

from typing import Any

import pandas as pd

from coursewaves.disclosure import Disclosed
from coursewaves.pages.pieces import Html, Section, Sections, bullets, paragraph, table
from coursewaves.pages.present import funnel_figure, scores_figure
from coursewaves.phrases import marked
from coursewaves.reports_of.alike import days_of
from coursewaves.reports_of.archived import archived_table, with_archived
from coursewaves.reports_of.compliance import compliance
from coursewaves.reports_of.criteria import criteria_means
from coursewaves.reports_of.dates import due_days, missing_in_short
from coursewaves.reports_of.frame import end_of, front_of
from coursewaves.reports_of.reach import coverage, coverage_in_short, programme_name
from coursewaves.reports_of.response import response_sentence, response_tables
from coursewaves.views.opening import YearView
from coursewaves.views.subject import Subject, once

__all__ = ["compliance", "coverage", "criteria", "due_days", "end_of_report", "front", "in_short", "programmes",
           "respondents"]  # fmt: skip

LOW, NOT_LOW, OPEN = "low", "not low", "cannot say yet"

MOST_NAMED = 3
"""So many programmes are named by their titles in a sentence of the summary."""


def front(view: YearView) -> Section:
    """Say which year is reported (¶1-3)."""
    registry, number = view.year.registry, view.phrases.number
    told = [
        (view.say("Dates"), days_of(view, registry.courses)),
        (view.say("Directions"), number(len(registry.directions))),
        (view.say("Programmes"), number(len(registry.programmes))),
        (view.say("Courses"), number(len(registry.courses))),
    ]
    about = view.say(
        "Analytical report on the effectiveness of all courses of the period, made from the surveys of their "
        "participants as the regulation on monitoring prescribes (paragraphs 1–4, 13, 14 and 21)."
    )
    return front_of(view, view.say("The institute's year"), told, about)


def end_of_report(view: YearView) -> Section:
    """Close the report."""
    return end_of(view)


def in_short(view: YearView) -> Section:
    """Sum the year up in at most seven sentences (¶14, ¶21)."""
    answered = with_archived(view, response_sentence(view))
    told = [answered, _ends(view), *_verdicts_in_short(view), *coverage_in_short(view), missing_in_short(view),
            _decision(view)]  # fmt: skip
    return Section("summary", view.say("In short"), [14, 21], [bullets([text for text in told if text][:7])])


def respondents(view: YearView) -> Section:
    """Show the response by wave and course (¶5)."""
    parts = [*response_tables(view), archived_table(view)]
    return Section("respondents", view.say("Who answered"), [5, 13], parts)


# What was found (¶4) ----------------------------------------------------------------------------------


def criteria(view: YearView) -> Section:
    """Show the criteria of ¶4 over all courses, wave by wave."""
    parts: list[Html] = []
    for instrument in view.year.survey.waves():
        means = criteria_means(view, instrument.id)
        if means.shown():
            caption = f"{view.wave_name(instrument)}. {view.wording(instrument)}"
            parts.append(scores_figure(view, means, lambda name: _criterion(view, name), caption))
    if not parts:
        parts.append(paragraph(view.say("Nothing to show: too few answers.")))
    note = view.say(
        "Mean scores, 0–100: each course counts alike, and the 95 % intervals rest on how much courses differ; courses "
        "with fewer than {minimum} answers are left out.",
        minimum=view.least("counts"),
    )
    return Section("criteria", view.say("Criteria over all courses"), [4, 8, 9], [*parts, paragraph(note, "note")])


def _criterion(view: YearView, name: str) -> str:
    return view.wording(view.year.survey.criterion(name))


def _ends(view: YearView) -> str:
    """Name the best and the least rated criterion, if they can be told apart."""
    ratings = view.year.survey.ratings
    shown = criteria_means(view, ratings[0].instrument).shown() if ratings else []
    if len(shown) < 2:
        return ""
    ordered = sorted(shown, key=lambda row: float(row["mean"]))
    lowest, highest, number = ordered[0], ordered[-1], view.phrases.number
    told = {"low": number(lowest["mean"]), "high": number(highest["mean"])}
    if not lowest["high"] < highest["low"]:
        text = marked("The criteria lie between {low} and {high} of 100; which is lowest is not distinguishable.")
        return view.say(text, **told)
    names = {"best": _criterion(view, highest["name"]), "worst": _criterion(view, lowest["name"])}
    return view.say("Rated highest: {best} ({high}); rated lowest: {worst} ({low}).", **names, **told)


# Verdicts (¶16) ---------------------------------------------------------------------------------------


def programmes(view: YearView) -> Sections:
    """Show every programme against the threshold, in the order of names; none where the survey has no rating."""
    if not view.year.survey.ratings:
        return Sections()
    rated, say = _rated(view), view.say
    head = [say("Programme"), say("Answers"), say("Courses"), say("Mean, 0–100"), say("80 % interval"), say("Verdict")]
    lines = [_line(view, row) for row in sorted(rated.rows(), key=lambda row: str(row["programme_id"]))]
    caption = say("Programmes in the order of their names")
    parts = [table(caption, head, lines), paragraph(_threshold(view), "note"), paragraph(_unrated(view))]
    if rated.shown():
        parts.append(funnel_figure(view, rated, view.rated, say("Programmes by number of ratings; not a ranking")))
    return Sections([Section("programmes", say("Verdicts on the programmes"), [14, 16], parts)])


@once
def _rated(subject: Subject) -> Disclosed:
    return subject.gate(subject.rated.programmes, "means", ["programme_id"])


def _programme(view: YearView, programme_id: str) -> str:
    title = view.title("programmes", view.year.registry.programme(programme_id))
    return f"{title} ({programme_id})"


def _line(view: YearView, row: dict[str, Any]) -> list[str]:
    name, number = _programme(view, row["programme_id"]), view.phrases.number
    if row["is_hidden"]:
        return [name, f"<{view.least('means')}", "–", "–", "–", view.say("no verdict")]
    figures = [number(row["n"]), number(row["n_runs"]), number(row["mean"])]
    return [name, *figures, view.phrases.interval(row["low"], row["high"]), _verdict(view, row)]


def _verdict(view: YearView, row: dict[str, Any]) -> str:
    if row["low"] != row["low"]:
        return view.say("the ratings are all alike")
    if row["is_watched"]:
        return view.say("to be watched: one run alone makes no programme low-rated")
    texts = {LOW: marked("low-rated"), NOT_LOW: marked("not low-rated"), OPEN: marked("not distinguishable yet")}
    verdict, more = row["verdict"], row["more_answers"]
    if verdict == OPEN and pd.notna(more):
        n = view.phrases.number(more)
        return view.say("not distinguishable yet; about {more} more answers would decide", more=n)
    return view.say(texts[verdict])


def _threshold(view: YearView) -> str:
    value = view.phrases.number(view.year.settings.low_rated_below, 1)
    return view.say(
        "The threshold of a low rating ({threshold} of 100) is the councils' decision; the regulation names none.",
        threshold=value,
    )


def _unrated(view: YearView) -> str:
    known = set(view.rated.programmes["programme_id"])
    names = [name for name in sorted(view.year.registry.programmes["programme_id"]) if name not in known]
    return view.say("Without ratings enough of any course: {list}.", list=", ".join(names)) if names else ""


def _verdicts_in_short(view: YearView) -> list[str]:
    """Say which programmes are low-rated and of which it can't be said yet."""
    if not view.year.survey.ratings:
        return []
    low, unsure = _called(view, LOW), _called(view, OPEN)
    told = [view.say("Low-rated programmes (¶16): {list}.", list=_named(view, low)) if low else ""]
    if not low and _rated(view).shown():
        told = [view.say("No programme is low-rated.")]
    text = view.say("Not distinguishable from the threshold yet: {list}.", list=_named(view, unsure))
    return [*told, text if unsure else ""]


def _named(view: YearView, programme_ids: list[str]) -> str:
    """Name programmes by their titles, where they are few enough for a sentence, else by their codes alone."""
    names = programme_ids if len(programme_ids) > MOST_NAMED else [programme_name(view, one) for one in programme_ids]
    return "; ".join(names)


def _called(view: YearView, verdict: str) -> list[str]:
    return sorted(str(row["programme_id"]) for row in _rated(view).shown() if row["verdict"] == verdict)


def _decision(view: YearView) -> str:
    low = _called(view, LOW) if view.year.survey.ratings else []
    if low:
        text = marked("To decide: a detailed factor analysis of {list} at the scientific-methodological council (¶16).")
        return view.say(text, list=", ".join(low))
    return view.say("To decide: nothing on low-rated programmes.")
