"""Quality of the questionnaires (¶6-9): whether scales measure reliably, how questions work, what to write otherwise.

Everything rests on the pooled answers of courses with enough answers to every question, and informs those who write
the next questionnaire; no answer is left out for it.
"""

from typing import Any

from coursewaves.analysis.quality import ItemStructure, invalid_answers, item_quality, item_structure, scale_quality
from coursewaves.disclosure import Disclosed
from coursewaves.ladder import LEAST
from coursewaves.pages.pieces import Html, Section, bullets, paragraph, table
from coursewaves.phrases import marked
from coursewaves.reports_of.answering import careless, differing, flagged_in_short, versions, versions_in_short
from coursewaves.reports_of.forms import named, pooled_forms, questions_of, wave_of
from coursewaves.reports_of.frame import end_of, front_of
from coursewaves.views.opening import YearView
from coursewaves.views.subject import Subject, once

__all__ = ["careless", "dimensions", "end_of_report", "front", "in_short", "items", "reliability", "versions"]

ENOUGH = 0.7
"""Cronbach's alpha from which a scale is called reliable enough for groups (Nunnally & Bernstein, 1994)."""

HALF = 0.5
MOST_NAMED = 4


def front(view: YearView) -> Section:
    """Say which questionnaires are looked at (¶6)."""
    number = view.phrases.number
    forms = pooled_forms(view)
    told = [
        (f"{view.wave_name(one)}: {view.say('Answers')}", number(n))
        for one in view.year.survey.waves()
        if (n := int((forms["instrument_id"] == one.id).sum()))
    ]
    about = view.say(
        "How well the questionnaires of paragraphs 6–9 of the regulation measure, over all courses together. Courses "
        "in which a question has fewer than {minimum} answers are left out.",
        minimum=view.least("counts"),
    )
    return front_of(view, view.say("Quality of the questionnaires"), told, about)


def end_of_report(view: YearView) -> Section:
    """Close the report."""
    return end_of(view)


def in_short(view: YearView) -> Section:
    """Sum the questionnaires up in at most seven sentences (¶6)."""
    told = [
        _reliable(view),
        _at_the_top(view),
        _left_out(view),
        flagged_in_short(view),
        versions_in_short(view),
        _decision(view),
    ]
    return Section("summary", view.say("In short"), [6], [bullets([text for text in told if text])])


# Reliability ------------------------------------------------------------------------------------------


@once
def _scales(subject: Subject) -> Disclosed:
    """Return the reliability of the scales with several questions and enough answers."""
    found = scale_quality(pooled_forms(subject), subject.year.survey)
    found = found[found["alpha"].notna()].drop_duplicates(["instrument_id", "n_items", "n", "alpha"])  # a factor's twin
    return subject.gate(found.reset_index(drop=True), "reliability", ["instrument_id", "name"])


def reliability(view: YearView) -> Section:
    """Show how reliably each scale measures (¶6)."""
    title, rows = view.say("Reliability of the scales"), _scales(view).shown()
    if not rows:
        text = view.say("No scale has several questions and {n} answers.", n=view.phrases.number(LEAST["reliability"]))
        return Section("reliability", title, [6], [paragraph(text)])
    say, number = view.say, view.phrases.number
    head = [say("Scale"), say("Questions"), say("Answers"), say("Alpha (95 %)"), say("Omega"), say("Verdict")]
    lines = []
    for row in rows:
        alpha = f"{number(row['alpha'], 2)} ({view.phrases.interval(row['low'], row['high'], 2)})"
        name, n = f"{wave_of(view, row)}: {named(view, row['name'])}", number(row["n"])
        lines.append([name, number(row["n_items"]), n, alpha, number(row["omega"], 2), _verdict(view, row)])
    note = say(
        "Alpha and omega: which part of the differences between marks would come again (0–1); from {enough} on it is "
        "enough for groups. Scales of one question, and of questions that differ by programme, have none.",
        enough=number(ENOUGH, 1),
    )
    parts = [table(say("Scales of several questions"), head, lines), paragraph(note, "note")]
    return Section("reliability", title, [6], parts)


def _standing(row: dict[str, Any]) -> str:
    return "enough" if row["low"] >= ENOUGH else "low" if row["high"] < ENOUGH else "open"


def _verdict(view: YearView, row: dict[str, Any]) -> str:
    texts = {"enough": marked("enough"), "low": marked("too low"), "open": marked("not distinguishable")}
    standing = _standing(row)
    return view.say(texts[standing])


def _reliable(view: YearView) -> str:
    standings = [_standing(row) for row in _scales(view).shown()]
    if not standings:
        return view.say("Too few answers to tell how reliable the scales are.")
    n = {name: view.phrases.number(standings.count(name)) for name in ("enough", "low", "open")}
    text = marked("Scales of several questions: {enough} reliable enough, {low} too low, {open} not distinguishable.")
    return view.say(text, **n)


# Questions --------------------------------------------------------------------------------------------


@once
def _items(subject: Subject) -> Disclosed:
    """Return how the questions that are the same everywhere were answered."""
    found = item_quality(pooled_forms(subject), subject.year.survey)
    same = [name for one in subject.year.survey.waves() for name in questions_of(subject, one)]
    kept = found[found["item_id"].isin(same)].reset_index(drop=True)
    return subject.gate(kept, "shares", ["instrument_id", "item_id"])


def items(view: YearView) -> Section:
    """Show missing answers, floor and ceiling of every question, wave by wave (¶6)."""
    say, number, percent = view.say, view.phrases.number, view.phrases.percent
    head = [say("Question"), say("Answers"), say("Left out"), say("Lowest step"), say("Highest step")]
    parts: list[Html] = []
    for instrument in view.year.survey.waves():
        rows = [row for row in _items(view).shown() if row["instrument_id"] == instrument.id]
        lines = [
            [view.item_label(row["item_id"]), number(row["n"]),
             *(percent(row[f"{name}_share"]) for name in ("missing", "floor", "ceiling"))]
            for row in rows
        ]  # fmt: skip
        parts.append(table(view.wave_name(instrument), head, lines))
    if not any(parts):
        parts = [paragraph(say("Nothing to show: too few answers."))]
    note = say("Where most choose the highest step, the question hardly tells courses apart.")
    return Section("items", say("How questions were answered"), [6, 7, 8, 9],
                   [*parts, paragraph(note, "note"), paragraph(_invalid(view), "note")])  # fmt: skip


def _invalid(view: YearView) -> str:
    forms = view.year.responses
    if not {"file", "row"} <= set(forms):
        return ""
    n = int(invalid_answers(view.year.problems, forms)["n_invalid"].sum())
    return view.say(
        "Cells that held no answer of their scale were dropped ({n}), their forms kept.", n=view.phrases.number(n)
    )


def _topped(view: YearView) -> list[dict[str, Any]]:
    return [row for row in _items(view).shown() if row["ceiling_low"] > HALF]


def _at_the_top(view: YearView) -> str:
    rows = _items(view).shown()
    if not rows:
        return ""
    values = {"n": view.phrases.number(len(_topped(view))), "all": view.phrases.number(len(rows))}
    return view.say("Questions of which surely more than half chose the highest step: {n} of {all}.", **values)


def _left_out(view: YearView) -> str:
    rows = _items(view).shown()
    if not rows:
        return ""
    most = max(rows, key=lambda row: float(row["missing_share"]))
    if not most["missing_share"]:
        return view.say("No question was left out.")
    values = {"item": view.item_label(most["item_id"]), "share": view.phrases.percent(most["missing_share"])}
    return view.say("Left out most often: “{item}” ({share}).", **values)


# Dimensions -------------------------------------------------------------------------------------------


@once
def _structure(subject: Subject, instrument_id: str) -> ItemStructure | None:
    """Return the factors behind a questionnaire's questions; None where it has too few questions with one."""
    instrument = subject.year.survey.instrument(instrument_id)
    survey = subject.year.survey
    asked = [item for item in instrument.items if item.indicator and item.repeat is None]
    if sum(survey.scale(item.scale).is_scored for item in asked) < 3:
        return None
    return item_structure(pooled_forms(subject), survey, instrument_id)


def dimensions(view: YearView) -> Section:
    """Set the factors behind the questions beside the declared criteria (¶6)."""
    parts: list[Html] = []
    for instrument in view.year.survey.waves():
        found = _structure(view, instrument.id)
        if found is None:
            continue
        name = view.wave_name(instrument)
        if found.reason or found.n < view.least("structure"):
            text = marked("{wave}: dimensions are looked for from {n} complete answers with a spread.")
            parts.append(paragraph(view.say(text, wave=name, n=view.phrases.number(LEAST["structure"]))))
        else:
            parts.append(_loadings(view, name, found))
    note = view.say(
        "This checks the questionnaire; it is not the factor analysis of paragraph 16. Questions of one criterion "
        "should stand on one dimension."
    )
    return Section("dimensions", view.say("Dimensions behind the questions"), [6], [*parts, paragraph(note, "note")])


def _loadings(view: YearView, name: str, found: ItemStructure) -> Html:
    head = [view.say("Question"), view.say("Declared criterion"), view.say("Dimension"), view.say("Loading")]
    lines = []
    for row in found.loadings.to_dict("records"):
        loading = view.phrases.number(row[f"factor_{row['factor']}"], 2)
        criterion = view.wording(view.year.survey.criterion(row["criterion_id"]))
        lines.append([view.item_label(row["item_id"]), criterion, view.phrases.number(row["factor"]), loading])
    caption = view.say("{wave}: dimensions found: {n}", wave=name, n=view.phrases.number(found.n_factors))
    return table(caption, head, lines)


def _decision(view: YearView) -> str:
    """Name the first scales and questions of which something is known."""
    low = [
        f"{named(view, row['name'])} ({wave_of(view, row)})" for row in _scales(view).shown() if _standing(row) == "low"
    ]
    topped = [view.item_label(row["item_id"]) for row in _topped(view)]
    found = list(dict.fromkeys([*low, *topped, *differing(view)]))
    if found:
        more = "; …" if len(found) > MOST_NAMED else ""
        text = marked("To decide: what to word anew before the next year: {list}.")
        return view.say(text, list="; ".join(found[:MOST_NAMED]) + more)
    return view.say("To decide: nothing; no question has to be worded anew.")
