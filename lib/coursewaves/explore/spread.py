"""How far the participants' scores lie apart: `scores` go in, quantiles and a figure of them come out."""

import warnings
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any

import pandas as pd

from coursewaves import charts
from coursewaves.charts.palette import BAR, HAIRLINE, INK, TRACK
from coursewaves.charts.sheet import SMALL, WIDTH
from coursewaves.disclosure import Disclosed
from coursewaves.explore.choice import Choice
from coursewaves.pages.pieces import Html, figure, paragraph, table
from coursewaves.pages.present import SCORE_TICKS
from coursewaves.views.opening import CourseView

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SPREAD = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9}
"""Quantiles that show a spread; the lowest and the highest participant are not among them."""

LOOK = {"grid.color": HAIRLINE, "axes.edgecolor": HAIRLINE, "text.color": INK}

LETTERS = {"font.family": ["DejaVu Sans"], "font.size": SMALL, "svg.fonttype": "path", "svg.hashsalt": "coursewaves"}
"""A face that has every Kazakh letter, drawn as shapes so that the reader's machine needs no font."""

NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))

INCH = 72


def score_spread(choice: Choice) -> Disclosed:
    """Return the quantiles of the chosen measure's scores, by wave.

    Returns
    -------
    Disclosed
        One row is one wave, of this course (`is_own`) or of all other courses, with ``n`` and the quantiles
        of `SPREAD` (0-100). The others have no row where this course has too few: who knows the whole must
        not learn the part. Without scores there is no row.
    """
    rows = []
    for instrument in choice.waves:
        own, others = (
            part.get(choice.measure.id, pd.Series(dtype=float)).dropna() for part in choice.scores(instrument)
        )
        if len(own) < choice.view.least("means"):
            continue
        for is_own, values in ((True, own), (False, others)):
            figures = zip(SPREAD, values.quantile(list(SPREAD.values())), strict=True)
            rows.append({"instrument_id": instrument.id, "is_own": is_own, "n": len(values), **dict(figures)})
    found = pd.DataFrame(rows, columns=["instrument_id", "is_own", "n", *SPREAD])
    return choice.view.gate(found, "means", ["instrument_id", "is_own"])


def spread_figure(choice: Choice) -> Html:
    """Draw the quantiles as boxes, wave by wave; nothing where no wave has enough scores."""
    view, rows = choice.view, score_spread(choice).shown()
    if not rows:
        return Html("")
    caption = view.say("Spread of the scores, 0–100: {measure}", measure=view.wording(choice.measure))
    alt = "; ".join(_words(view, row) for row in rows)
    note = view.say("Line: the median; box: the middle half of the participants; whiskers: the middle 80 %.")
    return Html(figure(_boxes(view, rows, alt), caption) + paragraph(note, "note"))


def spread_table(choice: Choice) -> Html:
    """List the quantiles that the figure draws."""
    view = choice.view
    rows = [
        [_group(view, row), *(view.phrases.number(row[name]) for name in ("n", *SPREAD))]
        for row in score_spread(choice).shown()
    ]
    head = [view.say("Group"), view.say("Answers"), *map(view.phrases.percent, SPREAD.values())]
    return table(view.say("Score under which this share of the participants lies"), head, rows)


def _boxes(view: CourseView, rows: list[dict[str, Any]], alt: str) -> charts.Figure:
    """Draw boxes from disclosed quantiles alone: of those five, the second and fourth are the quartiles."""
    import matplotlib as mpl  # noqa: PLC0415  (seaborn and what it needs take seconds to import)
    import seaborn as sns  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    sides = [_side(view, True), _side(view, False)]
    marks = pd.DataFrame([_mark(view, row, name) for row in rows for name in SPREAD])
    size = (WIDTH / INCH, 0.9 + 0.75 * marks["wave"].nunique())
    with mpl.rc_context(sns.axes_style("whitegrid", LOOK) | LETTERS), warnings.catch_warnings():
        warnings.simplefilter("ignore", mpl.MatplotlibDeprecationWarning)  # seaborn 0.13 still says `vert`
        drawing = Figure(size, layout="constrained")
        axes = drawing.subplots()
        sns.boxplot(
            marks, x="score", y="wave", hue="group", hue_order=sides, palette=[BAR, TRACK],
            whis=(0, 100), linecolor=INK, linewidth=1, width=0.7, gap=0.15, ax=axes,
        )  # fmt: skip
        axes.set(xlim=(0, 100), xticks=SCORE_TICKS, xlabel="", ylabel="")
        sns.move_legend(axes, "lower center", bbox_to_anchor=(0.5, 1), ncol=2, title=None, frameon=False)
        sns.despine(drawing, left=True)
        return _framed(drawing, alt)


def _framed(drawing: "Figure", alt: str) -> charts.Figure:
    """Return a drawing as text, with words for those who can't see it."""
    file = StringIO()
    drawing.savefig(file, format="svg", metadata=NO_METADATA)
    svg = file.getvalue().partition("<svg ")[2]
    width, height = (round(side * INCH) for side in drawing.get_size_inches())
    return charts.Figure(f'<svg role="img" aria-label="{escape(alt)}" {svg}', alt, width, height)


def _mark(view: CourseView, row: dict[str, Any], name: str) -> dict[str, object]:
    return {"wave": _wave(view, row), "group": _side(view, row["is_own"]), "score": row[name]}


def _words(view: CourseView, row: dict[str, Any]) -> str:
    middle = view.phrases.interval(row["p25"], row["p75"])
    return f"{_group(view, row)}: {view.phrases.number(row['p50'])} ({middle})"


def _group(view: CourseView, row: dict[str, Any]) -> str:
    return f"{_wave(view, row)}, {_side(view, row['is_own'])}"


def _side(view: CourseView, is_own: bool) -> str:
    return view.say("this course") if is_own else view.say("other courses")


def _wave(view: CourseView, row: dict[str, Any]) -> str:
    return view.wave_name(view.year.survey.instrument(row["instrument_id"]))
