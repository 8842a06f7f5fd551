"""A question through the waves: its answers, those of the questions declared as its pairs, and how the two compare."""

from pathlib import Path
from typing import Any

import pandas as pd

from coursewaves import charts
from coursewaves.analysis.summarise import count_answers, mean_scores
from coursewaves.disclosure import Disclosed
from coursewaves.explore.board import ALL, Board, Chosen, Offer, Offers, Pane, programmes_offer, spoken, titled
from coursewaves.lookup import answers_to, groups_of, pairs_with, paths_of, scale_columns
from coursewaves.pages.pieces import Html, Section, bullets, figure, heading, paragraph, table
from coursewaves.pages.present import SCORE_TICKS, likert_figure, scores_figure
from coursewaves.phrases import marked
from coursewaves.processed.year import open_year
from coursewaves.survey.instruments import Pair
from coursewaves.views.opening import YearView
from coursewaves.views.view import View

KINDS = {
    "change": marked("the same question twice"),
    "gap": marked("what was expected and what was met"),
    "related": marked("related, not the same question"),
}
"""As what the sides of a pair may be compared."""


def item_board(home: str | Path = "", language: str = "") -> Board:
    """Open a question through the waves; see `coursewaves.explore.year_board` for the parameters."""
    year = open_year(home)
    return Board("item", year, spoken(year, language), _menus, _show)


def _menus(view: YearView) -> Offers:
    yield programmes_offer(view)
    paired = [name for name in scale_columns(view.year) if pairs_with(view.year, name)]
    yield Offer("item", view.say("Question"), [(f"{name}. {view.item_label(name)}", name) for name in paired])


def _show(view: YearView, chosen: Chosen) -> list[Pane]:
    pairs = pairs_with(view.year, chosen["item"])
    found = paths_of(view.year, pairs, str(chosen["programme"] or ALL))
    paths = view.gate(found, "means", ["pair_id", "kind"], n=("n_earlier", "n_later"))
    section, counts = _answers(view, pairs, chosen)
    return [
        Pane(view.say("Through the waves"), _paths(view, paths), {"pairs": paths.table.infer_objects()}),
        Pane(view.say("Answers"), section, {"answers": counts}),
        Pane(view.say("By programme"), *_by_programme(view, chosen)),
    ]


def _paths(view: YearView, paths: Disclosed) -> Section:
    rows = paths.shown()
    if not rows:
        text = view.say("No pair of questions has enough answers on both sides to be compared.")
        return Section("paths", "", [], [paragraph(text)])
    survey, say = view.year.survey, view.say
    cautions = dict.fromkeys(survey.construct_of(row["pair_id"]).caution.get(view.phrases.language, "") for row in rows)
    note = say("Only declared pairs compare waves; nothing is tested here: looking at many finds something by chance.")
    parts = [_drawn(view, rows), _listed(view, rows), bullets(cautions, "note"), paragraph(note, "note")]
    return Section("paths", "", [], parts)


def _drawn(view: YearView, rows: list[dict[str, Any]]) -> Html:
    """Draw both sides of each pair."""
    caption, number = view.say("Both sides of each pair, 0–100, with 95 % intervals"), view.phrases.number
    drawn = [
        charts.Row(_pair(view, row), [_side(row, "earlier"), _side(row, "later")],
                   f"{number(row['mean_earlier'])} → {number(row['mean_later'])}")
        for row in rows
    ]  # fmt: skip
    scale = charts.Scale(0, 100, [(tick, number(tick)) for tick in SCORE_TICKS])
    drawing = charts.intervals(
        drawn, scale, series=(view.say("earlier"), view.say("later")), title=caption,
        alt="; ".join(f"{row.label}: {row.note}" for row in drawn), empty="",
    )  # fmt: skip
    return figure(drawing, caption)


def _side(row: dict[str, Any], side: str) -> charts.Estimate:
    return charts.Estimate(row[f"mean_{side}"], row[f"{side}_low"], row[f"{side}_high"])


def _listed(view: YearView, rows: list[dict[str, Any]]) -> Html:
    number, signed, say = view.phrases.number, view.phrases.signed, view.say
    kinds = [KINDS[row["kind"]] for row in rows]
    lines = [
        [
            _pair(view, row),
            say(kind),
            number(row["mean_earlier"]),
            number(row["mean_later"]),
            f"{signed(row['difference'])} ({signed(row['low'])} … {signed(row['high'])})",
            f"{number(row['n_earlier'])} / {number(row['n_later'])}",
        ]
        for row, kind in zip(rows, kinds, strict=True)
    ]
    head = [say("Pair"), say("Compared as"), say("Earlier"), say("Later"), say("Difference (95 %)"),
            say("Answers, earlier / later")]  # fmt: skip
    return table(say("Declared pairs of questions, scores 0–100"), head, lines)


def _pair(view: View, row: dict[str, Any]) -> str:
    return view.wording(view.year.survey.pair(row["pair_id"]))


def _answers(view: YearView, pairs: list[Pair], chosen: Chosen) -> tuple[Section, pd.DataFrame]:
    """Show the answers to the question and to those on the other sides of its pairs, by wave."""
    survey, kept = view.year.survey, scale_columns(view.year)
    asked = {chosen["item"], *(name for pair in pairs for name in [*pair.earlier, *pair.later])} & set(kept)
    forms = _forms(view, str(chosen["programme"]))
    names = titled(view, [one.id for one in survey.waves()])
    parts: list[Html] = []
    counts = []
    for instrument in survey.waves():
        columns = [item.id for item in instrument.items if item.id in asked]
        own = forms[forms["instrument_id"] == instrument.id]
        found = [_counted(view, own, [name for name in columns if survey.item(name).scale == scale])
                 for scale in dict.fromkeys(survey.item(name).scale for name in columns)]  # fmt: skip
        counts += [one.table.assign(instrument_id=instrument.id) for one in found]
        drawn = [_bars(view, one) for one in found]
        parts += [heading(names[instrument.id]), *drawn] if any(drawn) else []
    if not parts:
        parts = [paragraph(view.say("Nothing to show: too few answers."))]
    stacked = pd.concat(counts, ignore_index=True).infer_objects() if counts else pd.DataFrame()
    return Section("answers", "", [], parts), stacked


def _forms(view: YearView, programme_id: str) -> pd.DataFrame:
    forms = view.year.responses
    return forms[(groups_of(view.year, "programme_id") == programme_id).to_numpy()] if programme_id else forms


def _counted(view: YearView, forms: pd.DataFrame, columns: list[str]) -> Disclosed:
    return view.gate(count_answers(forms, view.year.survey, columns), "counts", ["item_id"])


def _bars(view: YearView, counts: Disclosed) -> Html:
    """Draw the answers; of a scale of many steps bars say little, and the numbers are listed."""
    scale = view.year.survey.scale_of(str(counts.table["item_id"].iloc[0]))
    if not counts.shown():
        return Html("")
    if scale.kind == "ordinal":
        return likert_figure(view, counts, scale, view.say("Answers"))
    low, high = map(int, scale.bounds)
    codes = [str(code) for code in range(low, high + 1)]
    rows = [[view.item_label(row["item_id"]), *(view.phrases.number(row[name]) for name in ["n", *codes])]
            for row in counts.shown()]  # fmt: skip
    return table(view.say("Answers"), [view.say("Question"), view.say("Answers"), *codes], rows)


def _by_programme(view: YearView, chosen: Chosen) -> tuple[Section, dict[str, pd.DataFrame]]:
    """Show the question's mean score programme by programme."""
    counts = answers_to(view.year, chosen["item"], "programme_id")
    low, high = map(int, view.year.survey.scale_of(chosen["item"]).bounds)
    tables = [_mean_of(row, low, high) for row in counts.to_dict("records")]
    stacked = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["name", "n"])
    means = view.gate(stacked, "means", ["name"])
    if not means.shown():
        return Section("programmes", "", [], [paragraph(view.say("Nothing to show: too few answers."))]), {}
    registry = view.year.registry
    caption = f"{view.item_label(chosen['item'])}: {view.say('Mean scores, 0–100, with 95 % intervals')}"
    drawn = scores_figure(view, means, lambda name: view.title("programmes", registry.programme(name)), caption)
    note = view.say("Programmes in the order of their names, never ranked.")
    table_ = means.table.infer_objects()
    return Section("programmes", "", [], [drawn, paragraph(note, "note")]), {"programmes": table_}


def _mean_of(row: dict[Any, Any], low: int, high: int) -> pd.DataFrame:
    scores = [(code - low) / (high - low) * 100 for code in range(low, high + 1) for _ in range(int(row[str(code)]))]
    return mean_scores(pd.DataFrame({str(row["name"]): pd.Series(scores, dtype="float64")}), [str(row["name"])])
