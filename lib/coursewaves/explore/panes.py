"""The panes of the explorer: a `Choice` goes in, a `Section` of the report's figures and tables comes out."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pandas as pd

from coursewaves.analysis.summarise import count_answers, mean_scores, option_shares
from coursewaves.disclosure import Disclosed
from coursewaves.explore.choice import Choice
from coursewaves.explore.spread import score_spread, spread_figure, spread_table
from coursewaves.ladder import Kind
from coursewaves.pages.pieces import Html, Section, bullets, heading, paragraph, table
from coursewaves.pages.present import likert_figure, scores_figure, scores_table, shares_figure
from coursewaves.sections.changes import sentence, shown_comparisons
from coursewaves.survey.instruments import Entry, Instrument, Scale
from coursewaves.views.opening import CourseView


def answers(choice: Choice) -> Section:
    """Show how each question was answered, wave by wave (¶7-9)."""
    parts: list[Html] = []
    for instrument in choice.waves:
        if choice.items(instrument):
            parts += [heading(_title(choice.view, instrument)), *_answers(choice, instrument)]
    return Section("answers", "", [], parts or [_not_asked(choice.view)])


def scores(choice: Choice) -> Section:
    """Show how far the participants' scores lie apart, and mean scores beside those of other courses."""
    view = choice.view
    parts = [part for instrument in choice.waves for part in _scores(choice, instrument)]
    if not parts:
        return Section("scores", "", [], [paragraph(view.say("There is no score of this choice."))])
    note = view.say("Each wave asks its own questions: only the pairs under “Comparison” compare waves.")
    return Section("scores", "", [], [spread_figure(choice), *parts, paragraph(note, "note")])


def comparison(choice: Choice) -> Section:
    """Say how the declared pairs compare that have a question of the choice on either side (¶7-9)."""
    view, rows = choice.view, _pairs(choice)
    if not rows:
        text = view.say("No pair of questions has enough answers on both sides to be compared.")
        return Section("comparison", "", [], [paragraph(text)])
    constructs = [view.year.survey.construct_of(row["pair_id"]) for row in rows]
    cautions = dict.fromkeys(construct.caution.get(view.phrases.language, "") for construct in constructs)
    parts = [bullets(sentence(view, row) for row in rows), bullets(cautions, "note")]
    return Section("comparison", "", [], parts)


def data(choice: Choice) -> Section:
    """List the numbers behind the other panes: a row is a question, a score or a pair, never a person."""
    view = choice.view
    parts: list[Html] = []
    for instrument in choice.waves:
        found = [steps_table(view, *counted) for counted in _counted(choice, instrument)]
        means, _ = _means(choice, instrument)
        caption = view.say("Mean scores by indicator")
        found.append(scores_table(view, means, lambda name: _name(view, name), caption))
        parts += [heading(_title(view, instrument)), *found] if any(found) else []
    parts += [spread_table(choice), pairs_table(choice)]
    return Section("data", "", [], parts if any(parts) else [_not_asked(view)])


def numbers(choice: Choice) -> dict[str, pd.DataFrame]:
    """Return the numbers behind the panes as tables, hidden ones left blank: what is saved."""
    counts, means = [], []
    for instrument in choice.waves:
        counts += [found.table.assign(instrument_id=instrument.id) for found, _, _ in _counted(choice, instrument)]
        for is_own, found in zip((True, False), _means(choice, instrument), strict=True):
            means.append(found.table.assign(instrument_id=instrument.id, is_own=is_own))
    told = {"answers": counts, "scores": means, "spread": [score_spread(choice).table]}
    pairs = pd.DataFrame(_pairs(choice))
    stacked = {name: pd.concat(tables, ignore_index=True) for name, tables in told.items() if tables}
    return {name: plain(table) for name, table in (stacked | {"pairs": pairs}).items()}


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a gated table with each column in its own type, so that numbers are saved as numbers."""
    return table.infer_objects()


def steps_table(view: CourseView, counts: Disclosed, scale: Scale, caption: str) -> Html:
    """List how often each step was chosen; `counts` is of `coursewaves.analysis.summarise.count_answers`."""
    low, high = map(int, scale.bounds)
    names = {option.code: option.wording(view.phrases.language) for option in scale.options}
    codes = [str(code) for code in range(low, high + 1)]
    rows = [
        [view.item_label(row["item_id"]), *(view.phrases.number(row[name]) for name in ["n", *codes])]
        for row in counts.shown()
    ]
    head = [view.say("Question"), view.say("Answers"), *(names.get(code, code) for code in codes)]
    return table(caption, head, rows)


def pairs_table(choice: Choice) -> Html:
    """List the numbers of the declared pairs."""
    view, number, signed = choice.view, choice.view.phrases.number, choice.view.phrases.signed
    rows = [
        [
            view.wording(view.year.survey.pair(row["pair_id"])),
            number(row["mean_earlier"]),
            number(row["mean_later"]),
            f"{signed(row['difference'])} ({signed(row['low'])} … {signed(row['high'])})",
            f"{number(row['n_earlier'])} / {number(row['n_later'])}",
        ]
        for row in _pairs(choice)
    ]
    head = [view.say("Pair"), view.say("Earlier"), view.say("Later"), view.say("Difference (95 %)")]
    head.append(view.say("Answers, earlier / later"))
    return table(view.say("Declared pairs of questions, scores 0–100"), head, rows)


def _answers(choice: Choice, instrument: Instrument) -> Iterator[Html]:
    view, survey = choice.view, choice.view.year.survey
    least = view.least("counts")
    if len(view.of_wave(instrument)) < least:
        yield paragraph(view.say("Fewer than {minimum} answers: nothing is shown.", minimum=least))
        return
    for counts, scale, caption in _counted(choice, instrument):
        draw = likert_figure if scale.kind == "ordinal" else steps_table
        yield draw(view, counts, scale, caption) if counts.shown() else _few(view, caption, "counts")
    for item in choice.items(instrument):
        if survey.scale(item.scale).options and not survey.scale(item.scale).is_scored:
            yield from (_options(view, instrument, column) for column in view.columns(item))


def _counted(choice: Choice, instrument: Instrument) -> Iterator[tuple[Disclosed, Scale, str]]:
    """Count the answers to the scored questions of the choice, grid by grid."""
    view, survey = choice.view, choice.view.year.survey
    grids = {grid.id: view.wording(grid) for grid in instrument.grids}
    items = [item for item in choice.items(instrument) if survey.scale(item.scale).is_scored]
    for (grid, scale), members in groupby(items, key=lambda item: (item.grid, item.scale)):
        columns = [column for item in members for column in view.columns(item)]
        if columns:
            counts = count_answers(view.of_wave(instrument), survey, columns)
            alone = view.item_label(columns[0]) if len(columns) == 1 else view.say("Single questions")
            caption = grids.get(grid or "", alone)
            yield view.gate(counts, "counts", ["item_id"]), survey.scale(scale), caption


def _options(view: CourseView, instrument: Instrument, column: str) -> Html:
    found = option_shares(view.of_wave(instrument), view.year.survey, column)
    n, label = found["n"].max(), view.item_label(column)
    if n < view.least("shares"):
        return _few(view, label, "shares")
    caption = f"{label} ({view.say('n = {n}', n=view.phrases.number(n))})"
    shares = view.gate(found, "shares", ["item_id", "code"])
    return shares_figure(view, shares, view.year.survey.scale_of(column), caption)


def _scores(choice: Choice, instrument: Instrument) -> list[Html]:
    view = choice.view
    means, others = _means(choice, instrument)
    caption = view.say("Mean scores, 0–100, with 95 % intervals")
    if not means.rows():
        return []
    if not means.shown():
        return [heading(_title(view, instrument)), _few(view, caption, "means")]
    drawn = scores_figure(view, means, lambda name: _name(view, name), caption, others)
    return [heading(_title(view, instrument)), drawn]


def _means(choice: Choice, instrument: Instrument) -> tuple[Disclosed, Disclosed]:
    """Return the mean scores of the measure and of its indicators: this course's, and the others'.

    An indicator that is called like its criterion is the whole of it, and is left out.
    """
    own, others = choice.scores(instrument)
    called: dict[str, str] = {}
    for name in [choice.measure.id, *choice.indicator_ids]:
        if name in own and own[name].notna().any():
            called.setdefault(_name(choice.view, name), name)
    names = list(called.values())
    means = choice.view.gate(mean_scores(own, names), "means", ["name"])
    return means, choice.view.gate(mean_scores(others, names), "means", ["name"])


def _pairs(choice: Choice) -> list[dict[str, Any]]:
    """Return the comparisons that may be shown and touch the choice."""
    survey = choice.view.year.survey
    rows = []
    for row in shown_comparisons(choice.view).shown():
        pair = survey.pair(row["pair_id"])
        asked = {survey.item(item_id).indicator for item_id in [*pair.earlier, *pair.later]}
        rows += [row] if asked & set(choice.indicator_ids) else []
    return rows


def _title(view: CourseView, instrument: Instrument) -> str:
    return f"{view.wave_name(instrument)}. {view.wording(instrument)}"


def _name(view: CourseView, name: str) -> str:
    entries: list[Entry] = [*view.year.survey.indicators, *view.year.survey.criteria]
    return view.wording(next(entry for entry in entries if entry.id == name))


def _few(view: CourseView, label: str, kind: Kind) -> Html:
    return paragraph(f"{label}: {view.say('fewer than {minimum} answers', minimum=view.least(kind))}")


def _not_asked(view: CourseView) -> Html:
    return paragraph(view.say("The questionnaires chosen do not ask about this."))
