"""Compare groups of participants by one score: of programmes, courses, centres, roles, ages and so on."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from coursewaves.disclosure import Disclosed
from coursewaves.explore.board import Board, Chosen, Offer, Offers, Pane, spoken
from coursewaves.explore.explorer import measures_offer
from coursewaves.lookup import GROUPINGS, compare_groups, means_by, waves_of
from coursewaves.pages.pieces import Html, Section, paragraph
from coursewaves.pages.present import scores_figure, scores_table
from coursewaves.phrases import marked
from coursewaves.processed.year import open_year
from coursewaves.views.opening import YearView

GROUPS = {
    "programme_id": marked("Programme"),
    "course_id": marked("Course"),
    "direction_id": marked("Direction"),
    "centre_id": marked("Competence centre"),
    "role": marked("Role"),
    "region_id": marked("Region"),
    "settlement": marked("Settlement"),
    "age_band": marked("Age"),
    "experience_band": marked("Experience"),
    "language": marked("Language of the form"),
}
"""What the groupings are called."""

TITLED = {"programme_id": "programmes", "direction_id": "directions", "centre_id": "centres", "region_id": "regions"}
"""Groupings whose groups have titles in the registry."""


def group_board(home: str | Path = "", language: str = "") -> Board:
    """Open the comparison of groups; see `coursewaves.explore.year_board` for the parameters."""
    year = open_year(home)
    return Board("groups", year, spoken(year, language), _menus, _show)


def _menus(view: YearView) -> Offers:
    year = view.year
    offer = measures_offer(view, year.survey)
    offer = offer._replace(options=[one for one in offer.options if one[1] in year.scores and waves_of(year, one[1])])
    measure = yield offer
    named = [(f"{view.wave_name(one)}. {view.wording(one)}", one.id) for one in waves_of(year, measure)]
    wave = yield Offer("wave", view.say("Wave"), named)
    there = [name for name in GROUPINGS if name in ("programme_id", "course_id", "direction_id", "centre_id")
             or (name in year.responses and year.responses[name].notna().any())]  # fmt: skip
    by = yield Offer("by", view.say("Groups by"), [(view.say(GROUPS[name]), name) for name in there])
    shown = _means(view, measure, by, wave).shown()
    names = [(_name(view, by, row["name"]), str(row["name"])) for row in shown]
    first = yield Offer("first", view.say("First group"), names)
    yield Offer("second", view.say("Second group"), [one for one in names if one[1] != first])


def _show(view: YearView, chosen: Chosen) -> list[Pane]:
    measure, by, wave = (str(chosen[name]) for name in ("measure", "by", "wave"))
    means = _means(view, measure, by, wave)
    named = means.table.assign(group=[_name(view, by, name) for name in means.table["name"]])
    table = named.infer_objects()
    return [
        Pane(view.say("Groups"), _groups(view, means, chosen), {"groups": table}),
        Pane(view.say("Two groups"), *_two(view, chosen)),
    ]


def _means(view: YearView, measure: str, by: str, wave: str) -> Disclosed:
    return view.gate(means_by(view.year, measure, by, wave), "means", ["name"])


def _groups(view: YearView, means: Disclosed, chosen: Chosen) -> Section:
    by, survey = str(chosen["by"]), view.year.survey
    entries = {entry.id: entry for entry in [*survey.indicators, *survey.criteria, *survey.ratings]}
    caption = view.say(
        "{measure}: mean scores, 0–100, with 95 % intervals", measure=view.wording(entries[chosen["measure"]])
    )
    if not means.shown():
        text = view.say("No group has {minimum} answers: nothing is shown.", minimum=view.least("means"))
        return Section("groups", "", [], [paragraph(text)])
    note = view.say(
        "In the order of their names, never ranked. Groups with fewer than {minimum} answers are not shown. Groups of "
        "different courses differ by more than what they are grouped by.",
        minimum=view.least("means"),
    )
    parts = [
        scores_figure(view, means, lambda name: _name(view, by, name), caption),
        scores_table(view, means, lambda name: _name(view, by, name), caption),
        paragraph(note, "note"),
    ]
    return Section("groups", "", [], parts)


def _two(view: YearView, chosen: Chosen) -> tuple[Section, dict[str, pd.DataFrame]]:
    """Say how two groups differ; both are large enough, since only such are offered."""
    if not chosen["first"] or not chosen["second"]:
        text = view.say("Two groups with {minimum} answers each are needed.", minimum=view.least("means"))
        return Section("two", "", [], [paragraph(text)]), {}
    by = str(chosen["by"])
    found = compare_groups(view.year, chosen["measure"], by, chosen["wave"], chosen["first"], chosen["second"])
    number, signed = view.phrases.number, view.phrases.signed
    values = {
        "first": _name(view, by, chosen["first"]), "second": _name(view, by, chosen["second"]),
        "mean_first": number(found.mean_first), "mean_second": number(found.mean_second),
        "n_first": number(found.n_first), "n_second": number(found.n_second),
    }  # fmt: skip
    told = view.say("{first}: {mean_first} of 100 (n = {n_first}); {second}: {mean_second} (n = {n_second}).", **values)
    parts = [_both(view, chosen), paragraph(told), paragraph(_difference(view, found._asdict()))]
    if not np.isnan(found.delta):
        delta = {"delta": found.delta, "low": found.delta_low, "high": found.delta_high}
        text = marked("Cliff's delta {delta} ({low} to {high}): 0 is no difference, ±1 no overlap.")
        parts.append(paragraph(view.say(text, **{name: signed(figure, 2) for name, figure in delta.items()})))
    note = view.say("It describes those who answered. Of many comparisons some look different by chance alone.")
    table = pd.DataFrame([{"first": values["first"], "second": values["second"], **found._asdict()}])
    return Section("two", "", [], [*parts, paragraph(note, "note")]), {"two_groups": table}


def _both(view: YearView, chosen: Chosen) -> Html:
    """Draw the means of the two groups alone."""
    by, names = str(chosen["by"]), [chosen["first"], chosen["second"]]
    means = means_by(view.year, chosen["measure"], by, chosen["wave"])
    both = view.gate(means[means["name"].isin(names)].reset_index(drop=True), "means", ["name"])
    caption = view.say("Mean scores, 0–100, with 95 % intervals")
    return scores_figure(view, both, lambda name: _name(view, by, name), caption)


def _difference(view: YearView, found: dict[str, Any]) -> str:
    if np.isnan(found["low"]):
        return view.say("The difference has no interval: the scores differ too little.")
    signed = view.phrases.signed
    values = {name: signed(found[name], 1) for name in ("difference", "low", "high")}
    is_apart = found["low"] > 0 or found["high"] < 0
    text = (
        marked("Difference {difference} (95 % interval {low} to {high}): distinguishable from none.")
        if is_apart
        else marked("Difference {difference} (95 % interval {low} to {high}): not distinguishable from none.")
    )
    return view.say(text, **values)


def _name(view: YearView, by: str, name: str) -> str:
    """Return what a group is called: its title in the registry, the answer that makes it, or its id."""
    if by in TITLED:
        table = getattr(view.year.registry, TITLED[by])
        rows = table[table[by] == name]
        return f"{view.title(TITLED[by], rows.iloc[0])} ({name})" if len(rows) else name
    survey = view.year.survey
    item = next((one for one in survey.background if by in (one.purpose, f"{one.purpose}_id")), None)
    options = {one.code: one.wording(view.phrases.language) for one in survey.scale(item.scale).options} if item else {}
    return options.get(name, name)
