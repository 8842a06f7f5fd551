"""Explore a course without code: a work folder goes in, menus with the figures and tables they choose come out.

For JupyterLab alone, as ``from coursewaves import explore``: ipywidgets and seaborn take seconds to load, and
nothing else imports this. Figures and sentences are the report's own and pass the same gate.
"""

import warnings
from collections.abc import Iterator
from html import escape
from io import StringIO
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import ipywidgets as widgets
import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from babel import Locale
from matplotlib.figure import Figure

from coursewaves import charts
from coursewaves.charts.palette import BAR, HAIRLINE, INK, TRACK
from coursewaves.disclosure import Disclosed
from coursewaves.errors import CoursewavesError
from coursewaves.instruments import Criterion, Indicator, Instrument, Item, Scale, Survey
from coursewaves.ladder import Kind
from coursewaves.page import Html, Section, bullets, figure, heading, paragraph, table
from coursewaves.phrases import Phrases
from coursewaves.present import SCORE_TICKS, likert_figure, scores_figure, scores_table, shares_figure
from coursewaves.sections.changes import sentence, shown_comparisons
from coursewaves.summarise import count_answers, mean_scores, option_shares
from coursewaves.view import CourseView
from coursewaves.year import Year, open_year

Measure = Criterion | Indicator

SPREAD = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9}
"""Quantiles that show a spread; the lowest and the highest participant are not among them."""

LETTERS = {"font.family": ["DejaVu Sans"], "font.size": 10, "svg.fonttype": "path", "svg.hashsalt": "coursewaves"}
"""A face that has every Kazakh letter, drawn as shapes so that the reader's machine needs no font."""


class Choice(NamedTuple):
    """What a reader has chosen.

    Attributes
    ----------
    view
        The course and the language.
    measure
        A criterion, a factor or an indicator.
    waves
        The questionnaires to show.
    """

    view: CourseView
    measure: Measure
    waves: list[Instrument]

    @property
    def indicators(self) -> list[str]:
        """Ids of the indicators chosen."""
        return [i.id for i in indicators_of(self.view.year.survey, self.measure)]

    def items(self, instrument: Instrument) -> list[Item]:
        """Return the questions of a questionnaire that belong to what is chosen."""
        return [item for item in instrument.items if item.indicator in self.indicators]

    def scores(self, instrument: Instrument) -> list[pd.DataFrame]:
        """Return a questionnaire's scores: this course's, and those of all other courses together."""
        found = self.view.year.scores
        found = found[found["instrument_id"] == instrument.id]
        is_own = found["course_id"] == self.view.course_id
        return [found[is_own], found[~is_own]]


def indicators_of(survey: Survey, measure: Measure) -> list[Indicator]:
    """Return an indicator itself, or the indicators of a criterion or factor."""
    return [i for i in survey.indicators if measure.id in (i.id, i.criterion, i.factor)]


def measures(survey: Survey) -> list[Measure]:
    """List each criterion and factor that asks closed questions, and its indicators after it."""
    items = [item for instrument in survey.instruments for item in instrument.items]
    closed = {item.indicator for item in items if survey.scale(item.scale).kind != "text"}
    found: dict[str, Measure] = {}
    for criterion in survey.criteria:
        own = {i.id: i for i in indicators_of(survey, criterion) if i.id in closed}
        found |= {criterion.id: criterion, **own} if own else {}
    return list(found.values())


def answers(choice: Choice) -> Section:
    """Show how each question was answered, wave by wave (¶7-9)."""
    view, parts = choice.view, []
    for instrument in choice.waves:
        found = [_distribution(view, *counted) for counted in _counted(choice, instrument)]
        found += [_options(view, instrument, column) for column in _option_columns(choice, instrument)]
        parts += [heading(_title(view, instrument)), *found] if found else []
    return Section("answers", "", [], parts or [_not_asked(view)])


def scores(choice: Choice) -> Section:
    """Show mean scores beside those of other courses, and how far the participants' scores lie apart."""
    view, parts = choice.view, []
    for instrument in choice.waves:
        means, others = _means(choice, instrument)
        caption = f"{_title(view, instrument)}. {view.say('Mean scores, 0–100, with 95 % intervals')}"
        if means.shown():
            parts.append(scores_figure(view, means, lambda name: _name(view, name), caption, others))
        elif means.rows():
            parts.append(_few(view, caption, "means"))
    if not parts:
        return Section("scores", "", [], [paragraph(view.say("What is chosen has no score here."))])
    note = view.say("Each wave asks other questions: only the pairs under “Comparison” compare them.")
    return Section("scores", "", [], [spread_figure(choice), *parts, paragraph(note, "note")])


def comparison(choice: Choice) -> Section:
    """Say how the declared pairs compare of which a question belongs to what is chosen (¶7-9)."""
    view, rows = choice.view, _pairs(choice)
    if not rows:
        text = view.say("No declared pair with enough answers belongs to what is chosen.")
        return Section("comparison", "", [], [paragraph(text)])
    constructs = [view.year.survey.construct_of(row["pair_id"]) for row in rows]
    cautions = dict.fromkeys(construct.caution.get(view.phrases.language, "") for construct in constructs)
    return Section("comparison", "", [], [bullets(sentence(view, row) for row in rows), bullets(cautions, "note")])


def data(choice: Choice) -> Section:
    """List the numbers behind the other three: every row is a group that may be shown, never a person."""
    view, parts = choice.view, []
    for instrument in choice.waves:
        found = [_steps_table(view, counts, scale, name) for counts, scale, name in _counted(choice, instrument)]
        means, _ = _means(choice, instrument)
        caption = view.say("Mean scores by indicator")
        found.append(scores_table(view, means, lambda name: _name(view, name), caption))
        parts += [heading(_title(view, instrument)), *found] if any(found) else []
    parts += [_spread_table(choice), _pairs_table(choice)]
    return Section("data", "", [], parts if any(parts) else [_not_asked(view)])


def spread(choice: Choice) -> Disclosed:
    """Return the quantiles of the chosen score, by wave.

    Returns
    -------
    Disclosed
        One row is one wave, of this course (``is_own``) or of all others, with ``n`` and `SPREAD` (0-100). The
        other courses have no row where this course is hidden: a total must not tell what its part may not.
    """
    rows = []
    for instrument in choice.waves:
        for is_own, table_ in zip((True, False), choice.scores(instrument), strict=True):
            values = table_[choice.measure.id].dropna() if choice.measure.id in table_ else pd.Series(dtype=float)
            if is_own and len(values) < choice.view.least("means"):
                break
            figures = {name: float(np.quantile(values, share)) for name, share in SPREAD.items()} if len(values) else {}
            rows.append({"wave": choice.view.wave_name(instrument), "is_own": is_own, "n": len(values)} | figures)
    found = pd.DataFrame(rows, columns=["wave", "is_own", "n", *SPREAD])
    return choice.view.gate(found, "means", ["wave", "is_own"])


def spread_figure(choice: Choice) -> Html:
    """Draw how far the participants' scores lie apart, by wave; nothing where no wave has enough."""
    view, rows = choice.view, spread(choice).shown()
    if not rows:
        return Html("")
    caption = view.say("Spread of the scores, 0–100: {measure}", measure=view.wording(choice.measure))
    told = [_spread_words(view, row) for row in rows]
    note = view.say("Line: half of the participants lie on each side; box: the middle half; whiskers: 80 % of them.")
    return Html(figure(_boxes(view, rows, "; ".join(told)), caption) + paragraph(note, "note"))


def _boxes(view: CourseView, rows: list[dict[str, Any]], alt: str) -> charts.Figure:
    """Draw boxes with seaborn from the five quantiles alone, whose own quartiles are the second and the fourth."""
    groups = {True: view.say("this course"), False: view.say("other courses")}
    long = pd.DataFrame(
        [{"wave": row["wave"], "group": groups[row["is_own"]], "score": row[name]} for row in rows for name in SPREAD]
    )
    width, height = 6.4, 0.9 + 0.75 * long["wave"].nunique()
    look = sns.axes_style("whitegrid", {"grid.color": HAIRLINE, "axes.edgecolor": HAIRLINE, "text.color": INK})
    with mpl.rc_context(look | LETTERS), warnings.catch_warnings():
        warnings.simplefilter("ignore", mpl.MatplotlibDeprecationWarning)  # seaborn 0.13 says `vert`, not `orientation`
        drawing = Figure((width, height), layout="constrained")
        axes = drawing.subplots()
        sns.boxplot(
            long, x="score", y="wave", hue="group", hue_order=list(groups.values()), palette=[BAR, TRACK],
            whis=(0, 100), linecolor=INK, linewidth=1, width=0.7, gap=0.15, ax=axes,
        )  # fmt: skip
        axes.set(xlim=(0, 100), xlabel="", ylabel="", xticks=SCORE_TICKS)
        sns.move_legend(axes, "lower center", bbox_to_anchor=(0.5, 1), ncol=2, title=None, frameon=False)
        sns.despine(drawing, left=True)
        page = StringIO()
        drawing.savefig(page, format="svg", metadata={"Date": None})
    _, _, svg = page.getvalue().partition("<svg ")
    label = f'<svg role="img" aria-label="{escape(alt)}" '
    return charts.Figure(label + svg, alt, round(width * 72), round(height * 72))


def _counted(choice: Choice, instrument: Instrument) -> Iterator[tuple[Disclosed, Scale, str]]:
    """Count the answers to the scored questions that are chosen, grid by grid."""
    view, survey = choice.view, choice.view.year.survey
    grids = {grid.id: view.wording(grid) for grid in instrument.grids}
    items = [item for item in choice.items(instrument) if survey.scale(item.scale).is_scored]
    for (grid, scale), members in groupby(items, key=lambda item: (item.grid, item.scale)):
        columns = [column for item in members for column in view.columns(item)]
        if columns:
            counts = count_answers(view.of_wave(instrument), survey, columns)
            caption = grids.get(grid or "", view.say("Single questions"))
            yield view.gate(counts, "counts", ["item_id"]), survey.scale(scale), caption


def _distribution(view: CourseView, counts: Disclosed, scale: Scale, caption: str) -> Html:
    if not counts.shown():
        return _few(view, caption, "counts")
    draw = likert_figure if scale.kind == "ordinal" else _steps_table
    return draw(view, counts, scale, caption)


def _steps_table(view: CourseView, counts: Disclosed, scale: Scale, caption: str) -> Html:
    """List how often each step was chosen, a question a row."""
    low, high = map(int, scale.bounds)
    names = {option.code: option.wording(view.phrases.language) for option in scale.options}
    codes = [str(code) for code in range(low, high + 1)]
    rows = [
        [view.item_label(row["item_id"]), *(view.phrases.number(row[name]) for name in ["n", *codes])]
        for row in counts.shown()
    ]
    return table(caption, [view.say("Question"), view.say("Answers"), *(names.get(c, c) for c in codes)], rows)


def _option_columns(choice: Choice, instrument: Instrument) -> list[str]:
    survey = choice.view.year.survey
    optional = [item for item in choice.items(instrument) if not survey.scale(item.scale).is_scored]
    return [column for item in optional if survey.scale(item.scale).options for column in choice.view.columns(item)]


def _options(view: CourseView, instrument: Instrument, column: str) -> Html:
    found = option_shares(view.of_wave(instrument), view.year.survey, column)
    if found["n"].max() < view.least("shares"):
        return _few(view, view.item_label(column), "shares")
    caption = f"{view.item_label(column)} ({view.say('n = {n}', n=view.phrases.number(found['n'].max()))})"
    shares = view.gate(found, "shares", ["item_id", "code"])
    return shares_figure(view, shares, view.year.survey.scale_of(column), caption)


def _means(choice: Choice, instrument: Instrument) -> list[Disclosed]:
    """Return the mean scores of the choice and of its indicators: this course's, then the others'."""
    names = dict.fromkeys([choice.measure.id, *choice.indicators])
    tables = choice.scores(instrument)
    found = [mean_scores(part, [name for name in names if name in part]) for part in tables]
    return [choice.view.gate(means, "means", ["name"]) for means in found]


def _spread_words(view: CourseView, row: dict[str, Any]) -> str:
    group = view.say("this course") if row["is_own"] else view.say("other courses")
    middle = view.phrases.interval(row["p25"], row["p75"])
    return f"{row['wave']}, {group}: {view.phrases.number(row['p50'])} ({middle})"


def _spread_table(choice: Choice) -> Html:
    view = choice.view
    rows = []
    for row in spread(choice).shown():
        group = view.say("this course") if row["is_own"] else view.say("other courses")
        rows.append([f"{row['wave']}, {group}", *(view.phrases.number(row[name]) for name in ["n", *SPREAD])])
    caption = view.say("Scores under which a share of the participants lies")
    return table(caption, [view.say("Group"), view.say("Answers"), *map(view.phrases.percent, SPREAD.values())], rows)


def _pairs(choice: Choice) -> list[dict[str, Any]]:
    """Return the comparisons that may be shown and have a chosen question on either side."""
    survey = choice.view.year.survey
    rows = []
    for row in shown_comparisons(choice.view).shown():
        pair = survey.pair(row["pair_id"])
        if any(survey.item(item_id).indicator in choice.indicators for item_id in [*pair.earlier, *pair.later]):
            rows.append(row)
    return rows


def _pairs_table(choice: Choice) -> Html:
    view, number, signed = choice.view, choice.view.phrases.number, choice.view.phrases.signed
    rows = []
    for row in _pairs(choice):
        difference = f"{signed(row['difference'])} ({signed(row['low'])} … {signed(row['high'])})"
        n = f"{number(row['n_earlier'])} / {number(row['n_later'])}"
        pair = view.wording(view.year.survey.pair(row["pair_id"]))
        rows.append([pair, number(row["mean_earlier"]), number(row["mean_later"]), difference, n])
    head = [view.say("Pair"), view.say("Earlier"), view.say("Later"), view.say("Difference (95 %)")]
    head.append(view.say("Answers, earlier / later"))
    return table(view.say("Declared pairs of questions, scores 0–100"), head, rows)
