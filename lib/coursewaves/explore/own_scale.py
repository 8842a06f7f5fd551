"""A scale of one's own: chosen questions go in, how well they measure together comes out."""

from pathlib import Path
from typing import Any

import pandas as pd

from coursewaves import charts
from coursewaves.explore.board import Board, Chosen, Offer, Offers, Pane, programmes_offer, spoken, titled
from coursewaves.ladder import LEAST
from coursewaves.lookup import OwnScale, own_scale, scale_columns
from coursewaves.pages.pieces import Html, Section, figure, heading, paragraph, table
from coursewaves.pages.present import round_scale, scores_figure
from coursewaves.phrases import marked
from coursewaves.processed.year import open_year
from coursewaves.views.opening import YearView

REASONS = {
    "fewer than two items with any spread": marked("fewer than two questions to which answers differ"),
    "fewer than three items with any spread": marked("fewer than three questions to which answers differ"),
    "an item has no spread": marked("everybody answered a question alike"),
    "one item is left": marked("one question is left"),
}
"""Why a figure is missing, in a reader's words; what is not among them is said in general."""


def scale_board(home: str | Path = "", language: str = "") -> Board:
    """Open the board of one's own scale; see `coursewaves.explore.year_board` for the parameters."""
    year = open_year(home)
    return Board("scale", year, spoken(year, language), _menus, _show)


def _menus(view: YearView) -> Offers:
    yield programmes_offer(view)
    names = scale_columns(view.year)
    labels = [(f"{_short(view, name)} · {name}. {view.item_label(name)}", name) for name in names]
    yield Offer("items", view.say("Questions"), labels, start=_first(view))


def _first(view: YearView) -> tuple[str, ...]:
    """Begin with the first indicator of several questions that are asked everywhere."""
    names, survey = scale_columns(view.year), view.year.survey
    by_indicator: dict[tuple[str, str], list[str]] = {}
    for name in names:
        key = (survey.instrument_of(name).id, survey.item(name).indicator or "")
        by_indicator.setdefault(key, []).append(name)
    several = [found for (_, indicator), found in by_indicator.items() if indicator and len(found) > 2]
    return tuple(next(iter(several), names[:1]))


def _short(view: YearView, name: str) -> str:
    return view.wave_name(view.year.survey.instrument_of(name))


def _show(view: YearView, chosen: Chosen) -> list[Pane]:
    names = (view.say("Reliability"), view.say("Questions"), view.say("Dimensions"), view.say("Means by wave"))
    if not chosen["items"]:
        empty = Section("scale", "", [], [paragraph(view.say("Choose questions."))])
        return [Pane(name, empty) for name in names]
    found = own_scale(view.year, chosen["items"], str(chosen["programme"]))
    gated = [
        view.gate(found.waves, "counts", ["instrument_id", "reason", "omega_reason", "factors_reason"]),
        view.gate(found.items, "means", ["instrument_id", "item_id", "reason"]),
        view.gate(found.means, "means", ["instrument_id"]),
    ]
    waves, items, means = (one.table.infer_objects() for one in gated)
    tables = [waves, items, found.factors, means]
    sections = [_reliability(view, found), _items(view, found), _dimensions(view, found), _means(view, found)]
    keys = ("reliability", "questions", "dimensions", "means")
    return [Pane(name, section, {key: one})
            for name, section, key, one in zip(names, sections, keys, tables, strict=True)]  # fmt: skip


def _reliability(view: YearView, found: OwnScale) -> Section:
    say, number = view.say, view.phrases.number
    titles = titled(view, found.waves["instrument_id"])
    lines, notes = [], []
    for row in found.waves.to_dict("records"):
        title = titles[row["instrument_id"]]
        n = number(row["n"]) if row["n"] >= view.least("counts") else f"<{view.least('counts')}"
        lines.append([title, number(row["n_items"]), n, _with_interval(view, row, "alpha"),
                      _with_interval(view, row, "omega")])  # fmt: skip
        notes += [f"{title}: {_reason(view, row[name])}" for name in ("reason", "omega_reason") if row[name]]
    head = [say("Wave"), say("Questions"), say("Answers"), say("Alpha (95 %)"), say("Omega (95 %)")]
    note = say(
        "Which part of the differences between marks would come again, 0–1; the ends show how well that is known. The "
        "questions of one wave are one scale. Under {least} answers nothing is computed.",
        least=LEAST["reliability"],
    )
    parts = [table(say("Reliability of the scale"), head, lines), *map(paragraph, dict.fromkeys(notes))]
    return Section("reliability", "", [], [*parts, paragraph(note, "note")])


def _with_interval(view: YearView, row: dict[Any, Any], name: str) -> str:
    number = view.phrases.number
    if pd.isna(row[f"{name}_low"]):
        return number(row[name], 2)
    return f"{number(row[name], 2)} ({number(row[f'{name}_low'], 2)}–{number(row[f'{name}_high'], 2)})"


def _reason(view: YearView, reason: str) -> str:
    if reason in REASONS:
        text = REASONS[reason]
        return view.say(text)
    if reason.startswith("fewer than"):
        return view.say("too few answers")
    return view.say("it can't be computed for these answers")


def _items(view: YearView, found: OwnScale) -> Section:
    say, number = view.say, view.phrases.number
    head = [say("Question"), say("Answers"), say("Mean, 0–100"), say("With the rest"), say("Alpha without"),
            say("Loading")]  # fmt: skip
    parts: list[Html] = []
    for name, title in titled(view, found.waves["instrument_id"]).items():
        lines = [
            [
                f"{row['item_id']}. {view.item_label(row['item_id'])}",
                number(row["n"]),
                number(row["mean"]),
                *(number(row[key], 2) for key in ("rest_correlation", "alpha_without", "loading")),
            ]
            for row in found.items[found.items["instrument_id"] == name].to_dict("records")
            if row["n"] >= view.least("means")
        ]
        parts.append(table(title, head, lines) or paragraph(f"{title}: {say('too few answers')}"))
    note = say(
        "With the rest: correlation of the question with the sum of the others. Alpha without: alpha of the others. "
        "Loading: on one factor, −1 to 1. No question is dropped for what one year shows."
    )
    return Section("items", "", [], [*parts, paragraph(note, "note")])


def _dimensions(view: YearView, found: OwnScale) -> Section:
    parts: list[Html] = []
    titles = titled(view, found.waves["instrument_id"])
    for row in found.waves.to_dict("records"):
        parts.append(heading(titles[row["instrument_id"]]))
        factors = found.factors[found.factors["instrument_id"] == row["instrument_id"]]
        if row["factors_reason"]:
            least = LEAST["structure"]
            text = view.say("Not told: it needs {least} whole answers to at least two questions.", least=least)
            parts.append(paragraph(text))
            continue
        n = view.phrases.number(row["n_factors"])
        text = view.say("Factors that stand out from chance: {n}. One means that the questions measure one thing.", n=n)
        parts += [paragraph(text), _eigenvalues(view, factors)]
    note = view.say("Parallel analysis: eigenvalues beside those of the same answers shuffled (95th percentile).")
    return Section("dimensions", "", [], [*parts, paragraph(note, "note")])


def _eigenvalues(view: YearView, factors: pd.DataFrame) -> Html:
    number, caption = view.phrases.number, view.say("Eigenvalues by factor")
    rows = [
        charts.Row(
            view.say("Factor {number}", number=number(row["factor"])),
            [charts.Estimate(row["eigenvalue"]), charts.Estimate(row["by_chance"])],
            f"{number(row['eigenvalue'], 2)} / {number(row['by_chance'], 2)}",
        )
        for row in factors.to_dict("records")
    ]
    scale = round_scale(float(factors["eigenvalue"].max()), lambda value: number(value, 1))
    drawing = charts.intervals(
        rows, scale, series=(view.say("these answers"), view.say("by chance")), title=caption,
        alt="; ".join(f"{row.label}: {row.note}" for row in rows), empty="",
    )  # fmt: skip
    return figure(drawing, caption)


def _means(view: YearView, found: OwnScale) -> Section:
    means = view.gate(found.means.rename(columns={"instrument_id": "name"}), "means", ["name"])
    if not means.shown():
        return Section("means", "", [], [paragraph(view.say("Nothing to show: too few answers."))])
    titles = titled(view, found.means["instrument_id"])
    caption = view.say("Mean of the scale by wave, 0–100, with 95 % intervals")
    note = view.say("Each wave asks its own questions: other questions are another scale, and no change between waves.")
    drawn = scores_figure(view, means, lambda name: titles[name], caption)
    return Section("means", "", [], [drawn, paragraph(note, "note")])
