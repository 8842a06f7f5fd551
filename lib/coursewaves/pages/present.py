"""Turn disclosed tables into figures and tables in the reader's language; the same rows make both.

Everything here takes a `Disclosed` table, so that nothing is shown that has not passed the gate.
"""

from collections.abc import Callable
from math import ceil, floor, log10
from typing import Any

from coursewaves import charts
from coursewaves.analysis.rate import Rated
from coursewaves.disclosure import Disclosed
from coursewaves.pages.pieces import Html, figure, table
from coursewaves.phrases import Said, rounded
from coursewaves.stats import funnel_limits
from coursewaves.survey.instruments import Scale
from coursewaves.views.view import View

SCORE_TICKS = (0, 25, 50, 75, 100)

MEAN = ("n", "mean", "low", "high")
"""What is known of a mean, 0-100: the answers behind it and its interval."""


def likert_figure(view: View, counts: Disclosed, scale: Scale, caption: str) -> Html:
    """Draw the answers to the items of one scale; `counts` is of `coursewaves.analysis.summarise.count_answers`."""
    _must_be_disclosed(counts)
    codes = [option.code for option in scale.options]
    top = codes[-2:] if len(codes) > 3 else codes[-1:]
    rows, told, records = [], [], []
    for row in counts.rows():
        label = view.item_label(row["item_id"])
        over = "" if label == caption else label  # a single question is told by the caption
        if row["is_hidden"]:
            rows.append(charts.LikertRow(over, None, _too_few(view, counts)))
            records.append(_hidden(row["item_id"], label, counts))
            continue
        given = {code: row[code] for code in codes}
        records.append(_record(row["item_id"], label, row, ("n", "n_not_applicable")) | {"counts": given})
        rows.append(charts.LikertRow(over, [row[code] for code in codes], _n_note(view, row)))
        told.append(f"{label}: {_part(view, sum(row[code] for code in top), row['n'])}")
    names = [option.wording(view.phrases.language) for option in scale.options]
    high = " / ".join(names[-len(top) :])
    alt = view.say("Share of answers “{steps}” by question: {list}.", steps=high, list="; ".join(told))
    drawing = charts.likert(rows, names, title=caption, alt=alt, empty=_no_answers(view))
    return figure(drawing, caption, records)


def shares_figure(view: View, shares: Disclosed, scale: Scale, caption: str) -> Html:
    """Draw who chose which option; `shares` is of `coursewaves.analysis.summarise.option_shares`."""
    _must_be_disclosed(shares)
    names = {option.code: option.wording(view.phrases.language) for option in scale.options}
    rows, told, records = [], [], []
    for row in shares.rows():
        label = names[row["code"]]
        if row["is_hidden"]:
            rows.append(charts.Row(label, [None], _too_few(view, shares)))
            records.append(_hidden(row["code"], label, shares))
            continue
        records.append(_record(row["code"], label, row, ("n_chosen",), ("share", "low", "high")))
        estimate = charts.Estimate(row["share"] * 100, row["low"] * 100, row["high"] * 100)
        words = f"{view.phrases.percent(row['share'])} ({view.phrases.number(row['n_chosen'])})"
        rows.append(charts.Row(names[row["code"]], [estimate], words))
        told.append(f"{names[row['code']]}: {words}")
    drawing = charts.shares(
        rows, _scale(view, view.phrases.percent, 0.01), title=caption, alt="; ".join(told) or caption,
        empty=_no_answers(view),
    )  # fmt: skip
    return figure(drawing, caption, records)


def counts_table(view: View, counts: Disclosed, scale: Scale, caption: str) -> Html:
    """List how many chose which option, where there are too few answers for shares."""
    _must_be_disclosed(counts)
    names = {option.code: option.wording(view.phrases.language) for option in scale.options}
    rows = [[names[row["code"]], view.phrases.number(row["n_chosen"])] for row in counts.shown()]
    return table(caption, [view.say("Answer"), view.say("Chosen by")], rows)


def scores_figure(
    view: View, means: Disclosed, name: Callable[[str], str], caption: str, others: Disclosed | None = None,
    threshold: float | None = None, sides: tuple[str, str] | None = None,
) -> Html:  # fmt: skip
    """Draw mean scores with their intervals, and those of the other courses beside them.

    `means` and `others` are of `coursewaves.analysis.summarise.mean_scores`; `sides` names the two in the legend.
    """
    _must_be_disclosed(means)
    if others is not None:
        _must_be_disclosed(others)
    beside = {row["name"]: row for row in others.shown()} if others else {}
    rows, told, records = [], [], []
    for row in means.rows():
        label = name(row["name"])
        if row["is_hidden"]:
            rows.append(charts.Row(label, [None], _too_few(view, means)))
            records.append(_hidden(row["name"], label, means))
            continue
        records.append(_record(row["name"], label, row, MEAN) | _others(beside.get(row["name"])))
        estimates = [_estimate(row), _estimate(beside[row["name"]]) if row["name"] in beside else None]
        rows.append(charts.Row(label, estimates if others else estimates[:1], _mean_note(view, row)))
        told.append(f"{label}: {_mean_note(view, row)}")
    records += [_limit(view)] if threshold is not None else []
    series = (sides or (view.say("this course"), view.say("other courses"))) if beside else ()
    line = None if threshold is None else _threshold(view)
    drawing = charts.intervals(
        rows, _scale(view, view.phrases.number), series=series, threshold=line, title=caption,
        alt="; ".join(told) or caption, empty=_no_answers(view),
    )  # fmt: skip
    return figure(drawing, caption, records)


def scores_table(view: View, means: Disclosed, name: Callable[[str], str], caption: str) -> Html:
    """List mean scores with their intervals."""
    _must_be_disclosed(means)
    rows = []
    for row in means.rows():
        shown = [view.phrases.number(row["mean"]), view.phrases.interval(row["low"], row["high"])]
        hidden = [_too_few(view, means), "–", "–"]
        rows.append([name(row["name"]), *(hidden if row["is_hidden"] else [view.phrases.number(row["n"]), *shown])])
    head = [view.say("What is rated"), view.say("Answers"), view.say("Mean, 0–100"), view.say("95 % interval")]
    return table(caption, head, rows)


def chain_figure(view: View, rows: list[tuple[str, list[Disclosed | None]]], steps: list[str], caption: str) -> Html:
    """Draw the way of each construct through the waves; each step is a disclosed table of one row."""
    drawn, told, records = [], [], []
    for label, found in rows:
        estimates: list[charts.Estimate | None] = []
        words = []
        for step, disclosed in zip(steps, found, strict=True):
            if disclosed is not None:
                _must_be_disclosed(disclosed)
            shown = disclosed.shown() if disclosed is not None else []
            estimates.append(_estimate(shown[0]) if shown else None)
            records += [_record(_key(label), label, row, MEAN) | {"step": _key(step)} for row in shown]
            words += [f"{step} {view.phrases.number(shown[0]['mean'])}"] if shown else []
        if any(estimates):
            drawn.append(charts.Row(label, estimates))
            told.append(f"{label}: {', '.join(words)}")
    drawing = charts.chain(
        drawn, _scale(view, view.phrases.number), steps, title=caption, alt="; ".join(told) or caption,
        empty=_no_answers(view),
    )  # fmt: skip
    return figure(drawing, caption, records)


def funnel_figure(view: View, programmes: Disclosed, rated: Rated, caption: str, own_id: str = "") -> Html:
    """Draw all programmes by their number of ratings, one of them filled; `programmes` is of `Rated.programmes`."""
    _must_be_disclosed(programmes)
    rows = programmes.shown()
    counts = round_scale(max((row["n"] for row in rows), default=0), view.phrases.number)
    points = [
        charts.Point(str(row["programme_id"]), row["n"], _said(row["mean"]), row["programme_id"] == own_id)
        for row in rows
    ]
    own = [point for point in points if point.is_own]
    told = view.say("Other programmes shown: {n}.", n=view.phrases.number(len(points) - len(own)))
    if own:
        mean, n = view.phrases.number(own[0].y), view.phrases.number(own[0].x)
        told = f"{view.say('This programme: {mean} of 100, n = {n}.', mean=mean, n=n)} {told}"
    drawing = charts.funnel(
        points, counts, _scale(view, view.phrases.number),
        axes=(view.say("Answers"), view.say("Mean rating of a programme, 0–100")),
        target=(_said(rated.target), view.say("mean of all")),
        bands=[_band(view, rated, level, counts) for level in (0.95, 0.998)] if _said(rated.deviation) > 0 else [],
        threshold=_threshold(view), own=view.say("this programme"), others=view.say("other programmes"),
        title=caption, alt=f"{caption}. {told}", empty=_no_answers(view),
    )  # fmt: skip
    records = [_record(row["programme_id"], row["programme_id"], row, ("n", "mean")) for row in rows]
    target = {"id": "target", "label": view.say("mean of all"), "mean": rounded(rated.target)}
    return figure(drawing, caption, [*records, target, _limit(view)])


def runs_figure(view: View, runs: Disclosed, caption: str, own_id: str = "", key: str = "course_id") -> Html:
    """Draw runs, or by another `key` programmes, in the order given; `runs` is of `Rated.runs`."""
    _must_be_disclosed(runs)
    rows, told, records = [], [], []
    for row in runs.rows():
        label = str(row[key])
        if row["is_hidden"]:
            rows.append(charts.Row(label, [None], _too_few(view, runs)))
            records.append(_hidden(label, label, runs))
            continue
        records.append(_record(label, label, row, MEAN))
        rows.append(charts.Row(label, [_estimate(row)]))
        told.append(f"{label}: {_mean_note(view, row)}")
    drawing = charts.caterpillar(
        rows, _scale(view, view.phrases.number), own=own_id, threshold=_threshold(view), title=caption,
        alt="; ".join(told) or caption, empty=_no_answers(view),
    )  # fmt: skip
    return figure(drawing, caption, [*records, _limit(view)])


def map_figure(view: View, factors: Disclosed, name: Callable[[str], str], caption: str) -> Html:
    """Draw factors by rating and importance; of `coursewaves.analysis.factor_analysis.importance_performance`."""
    _must_be_disclosed(factors)
    rows = factors.shown()
    points = [charts.Point(name(row["factor_id"]), _said(row["mean"]), _said(row["importance"], 2)) for row in rows]
    average = sum(point.y for point in points) / len(points) if points else float("nan")
    shares = round_scale(max((point.y for point in points), default=0.0), view.phrases.percent)
    mean, weight = view.say("Mean, 0–100"), view.say("Importance over all courses")
    all_factors = view.say("mean of the factors")
    lines = f"{mean} (- - - {_threshold(view)[1]})", f"{weight} (—— {all_factors})"
    told = [
        f"{point.label}: {mean} {view.phrases.number(point.x)}, {weight} {view.phrases.percent(point.y)}"
        for point in points
    ]
    drawing = charts.priorities(
        points, _scale(view, view.phrases.number), shares, axes=lines, title=caption,
        cross=(view.year.settings.low_rated_below, average), alt="; ".join(told) or caption, empty=_no_answers(view),
    )  # fmt: skip
    records = [_record(row["factor_id"], name(row["factor_id"]), row, ("mean",), ("importance",)) for row in rows]
    return figure(drawing, caption, [*records, _limit(view)])


def round_scale(largest: float, words: Callable[[float], str]) -> charts.Scale:
    """Return a scale from 0 to a round number at or above the largest value, in five steps at the most.

    >>> round_scale(113, str).ticks
    [(0.0, '0.0'), (50.0, '50.0'), (100.0, '100.0'), (150.0, '150.0')]
    """
    unit = 10.0 ** floor(log10(largest)) if largest > 0 else 1.0
    step = next(size for part in (0.1, 0.2, 0.5, 1.0, 2.0) if largest <= 5 * (size := part * unit))
    count = max(ceil(round(largest / step, 9)), 1)
    ticks = [round(place * step, 12) for place in range(count + 1)]
    return charts.Scale(0, ticks[-1], [(tick, words(tick)) for tick in ticks])


def _band(view: View, rated: Rated, level: float, counts: charts.Scale) -> charts.Band:
    """Return the funnel's limits of one level, from the fewest answers that are shown.

    Many points of a line tell what it was made of as finely as it was known: so it is made of rounded figures.
    """
    ns = [float(n) for n in range(view.least("means"), int(counts.high) + 1, max(int(counts.high) // 40, 1))]
    low, high = funnel_limits(_said(rated.target), _said(rated.deviation), ns, _said(rated.phi, 1), level)
    name = view.say("limits of chance, {level}", level=view.phrases.percent(level, 0 if level == 0.95 else 1))
    inside = [(n, max(one, 0.0), min(other, 100.0)) for n, one, other in zip(ns, low, high, strict=True)]
    return charts.Band(name, inside)


def _threshold(view: View) -> tuple[float, str]:
    value = view.year.settings.low_rated_below
    return value, view.say("threshold {value}", value=view.phrases.number(value, 1))


def _must_be_disclosed(table: object) -> None:
    if not isinstance(table, Disclosed):
        raise TypeError("Only a table that passed the disclosure gate can be shown; fix: view.gate(...)")


def _record(
    row_id: str, label: str, row: dict[str, Any], names: tuple[str, ...], shares: tuple[str, ...] = ()
) -> dict[str, Any]:  # fmt: skip
    """Return what a mark of a figure shows, rounded as it is said: whole numbers, and shares as whole percent."""
    whole = {name: rounded(row[name]) for name in names if name in row}
    return {"id": str(row_id), "label": str(label)} | whole | {name: rounded(row[name], 2) for name in shares}


def _hidden(row_id: str, label: str, disclosed: Disclosed) -> dict[str, Any]:
    return {"id": str(row_id), "label": str(label), "is_hidden": True, "n": f"<{disclosed.minimum}"}


def _others(row: dict[str, Any] | None) -> dict[str, Any]:
    """Return the mean of the others, which stands beside one's own."""
    return {} if row is None else {f"others_{name}": rounded(row[name]) for name in MEAN if name in row}


def _limit(view: View) -> dict[str, Any]:
    """Return the threshold that is drawn as a line."""
    value, label = _threshold(view)
    return {"id": "threshold", "label": label, "mean": rounded(value, 1)}


def _key(text: str) -> str:
    return text.key if isinstance(text, Said) else str(text)


def _estimate(row: dict[str, Any]) -> charts.Estimate:
    """Return a mean where it is drawn: a mark tells no more digits than the number beside it."""
    return charts.Estimate(*(_said(row[name]) for name in ("mean", "low", "high")))


def _said(value: float | None, digits: int = 0) -> float:
    found = rounded(value, digits)
    return float("nan") if found is None else found


def _scale(view: View, words: Callable[[float], str], unit: float = 1) -> charts.Scale:
    return charts.Scale(0, 100, [(tick, words(tick * unit)) for tick in SCORE_TICKS])


def _part(view: View, n: int, total: int) -> str:
    """Say a part as a share, or as counts where there are too few answers for shares."""
    if total < view.least("shares"):
        return f"{view.phrases.number(n)} / {view.phrases.number(total)}"
    return view.phrases.percent(n / total)


def _too_few(view: View, disclosed: Disclosed) -> str:
    return view.say("fewer than {minimum} answers", minimum=disclosed.minimum)


def _no_answers(view: View) -> str:
    return view.say("Nothing to show: too few answers.")


def _n_note(view: View, row: dict[str, Any]) -> str:
    note = view.say("n = {n}", n=view.phrases.number(row["n"]))
    if row["n_not_applicable"]:
        note += "; " + view.say("not applicable {n}", n=view.phrases.number(row["n_not_applicable"]))
    return note


def _mean_note(view: View, row: dict[str, Any]) -> str:
    return f"{view.phrases.number(row['mean'])} ({view.phrases.interval(row['low'], row['high'])})"
