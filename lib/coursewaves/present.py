"""Turn disclosed tables into figures and tables in the reader's language; the same rows make both.

Everything here takes a `Disclosed` table, so that nothing is shown that has not passed the gate.
"""

from collections.abc import Callable
from typing import Any

from coursewaves import charts
from coursewaves.disclosure import Disclosed
from coursewaves.instruments import Scale
from coursewaves.page import Html, figure, table
from coursewaves.view import CourseView

SCORE_TICKS = (0, 25, 50, 75, 100)


def likert_figure(view: CourseView, counts: Disclosed, scale: Scale, caption: str) -> Html:
    """Draw the answers to the items of one scale; `counts` is of `coursewaves.summarise.count_answers`."""
    _must_be_disclosed(counts)
    codes = [option.code for option in scale.options]
    top = codes[-2:] if len(codes) > 3 else codes[-1:]
    rows, told = [], []
    for row in counts.rows():
        label = view.item_label(row["item_id"])
        if row["is_hidden"]:
            rows.append(charts.LikertRow(label, None, _too_few(view, counts)))
            continue
        rows.append(charts.LikertRow(label, [row[code] for code in codes], _n_note(view, row)))
        told.append(f"{label}: {_part(view, sum(row[code] for code in top), row['n'])}")
    names = [option.wording(view.phrases.language) for option in scale.options]
    high = " / ".join(names[-len(top) :])
    alt = view.say("Share of answers “{steps}” by question: {list}.", steps=high, list="; ".join(told))
    drawing = charts.likert(rows, names, title=caption, alt=alt, empty=_no_answers(view))
    return figure(drawing, caption)


def shares_figure(view: CourseView, shares: Disclosed, scale: Scale, caption: str) -> Html:
    """Draw who chose which option; `shares` is of `coursewaves.summarise.option_shares`."""
    _must_be_disclosed(shares)
    names = {option.code: option.wording(view.phrases.language) for option in scale.options}
    rows, told = [], []
    for row in shares.rows():
        if row["is_hidden"]:
            rows.append(charts.Row(names[row["code"]], [None], _too_few(view, shares)))
            continue
        estimate = charts.Estimate(row["share"] * 100, row["low"] * 100, row["high"] * 100)
        words = f"{view.phrases.percent(row['share'])} ({view.phrases.number(row['n_chosen'])})"
        rows.append(charts.Row(names[row["code"]], [estimate], words))
        told.append(f"{names[row['code']]}: {words}")
    drawing = charts.shares(
        rows, _scale(view, view.phrases.percent, 0.01), title=caption, alt="; ".join(told) or caption,
        empty=_no_answers(view),
    )  # fmt: skip
    return figure(drawing, caption)


def counts_table(view: CourseView, counts: Disclosed, scale: Scale, caption: str) -> Html:
    """List how many chose which option, where there are too few answers for shares."""
    _must_be_disclosed(counts)
    names = {option.code: option.wording(view.phrases.language) for option in scale.options}
    rows = [[names[row["code"]], view.phrases.number(row["n_chosen"])] for row in counts.shown()]
    return table(caption, [view.say("Answer"), view.say("Chosen by")], rows)


def scores_figure(
    view: CourseView, means: Disclosed, name: Callable[[str], str], caption: str, others: Disclosed | None = None,
    threshold: float | None = None,
) -> Html:  # fmt: skip
    """Draw mean scores with their intervals, and those of the other courses beside them.

    `means` and `others` are of `coursewaves.summarise.mean_scores`.
    """
    _must_be_disclosed(means)
    if others is not None:
        _must_be_disclosed(others)
    beside = {row["name"]: row for row in others.shown()} if others else {}
    rows, told = [], []
    for row in means.rows():
        label = name(row["name"])
        if row["is_hidden"]:
            rows.append(charts.Row(label, [None], _too_few(view, means)))
            continue
        estimates = [_estimate(row), _estimate(beside[row["name"]]) if row["name"] in beside else None]
        rows.append(charts.Row(label, estimates if others else estimates[:1], _mean_note(view, row)))
        told.append(f"{label}: {_mean_note(view, row)}")
    series = [view.say("this course"), view.say("other courses")] if beside else []
    line = None
    if threshold is not None:
        line = (threshold, view.say("threshold {value}", value=view.phrases.number(threshold, 1)))
    drawing = charts.intervals(
        rows, _scale(view, view.phrases.number), series=series, threshold=line, title=caption,
        alt="; ".join(told) or caption, empty=_no_answers(view),
    )  # fmt: skip
    return figure(drawing, caption)


def scores_table(view: CourseView, means: Disclosed, name: Callable[[str], str], caption: str) -> Html:
    """List mean scores with their intervals."""
    _must_be_disclosed(means)
    rows = []
    for row in means.rows():
        shown = [view.phrases.number(row["mean"]), view.phrases.interval(row["low"], row["high"])]
        hidden = [_too_few(view, means), "–", "–"]
        rows.append([name(row["name"]), *(hidden if row["is_hidden"] else [view.phrases.number(row["n"]), *shown])])
    head = [view.say("What is rated"), view.say("Answers"), view.say("Mean, 0–100"), view.say("95 % interval")]
    return table(caption, head, rows)


def chain_figure(
    view: CourseView, rows: list[tuple[str, list[Disclosed | None]]], steps: list[str], caption: str
) -> Html:
    """Draw the way of each construct through the waves; each step is a disclosed table of one row."""
    drawn, told = [], []
    for label, found in rows:
        estimates: list[charts.Estimate | None] = []
        words = []
        for step, disclosed in zip(steps, found, strict=True):
            if disclosed is not None:
                _must_be_disclosed(disclosed)
            shown = disclosed.shown() if disclosed is not None else []
            estimates.append(_estimate(shown[0]) if shown else None)
            words += [f"{step} {view.phrases.number(shown[0]['mean'])}"] if shown else []
        if any(estimates):
            drawn.append(charts.Row(label, estimates))
            told.append(f"{label}: {', '.join(words)}")
    drawing = charts.chain(
        drawn, _scale(view, view.phrases.number), steps, title=caption, alt="; ".join(told) or caption,
        empty=_no_answers(view),
    )  # fmt: skip
    return figure(drawing, caption)


def _must_be_disclosed(table: object) -> None:
    if not isinstance(table, Disclosed):
        raise TypeError("Only a table that passed the disclosure gate can be shown; fix: view.gate(...)")


def _estimate(row: dict[str, Any]) -> charts.Estimate:
    return charts.Estimate(row["mean"], row["low"], row["high"])


def _scale(view: CourseView, words: Callable[[float], str], unit: float = 1) -> charts.Scale:
    return charts.Scale(0, 100, [(tick, words(tick * unit)) for tick in SCORE_TICKS])


def _part(view: CourseView, n: int, total: int) -> str:
    """Say a part as a share, or as counts where there are too few answers for shares."""
    if total < view.least("shares"):
        return f"{view.phrases.number(n)} / {view.phrases.number(total)}"
    return view.phrases.percent(n / total)


def _too_few(view: CourseView, disclosed: Disclosed) -> str:
    return view.say("fewer than {minimum} answers", minimum=disclosed.minimum)


def _no_answers(view: CourseView) -> str:
    return view.say("Nothing to show: too few answers.")


def _n_note(view: CourseView, row: dict[str, Any]) -> str:
    note = view.say("n = {n}", n=view.phrases.number(row["n"]))
    if row["n_not_applicable"]:
        note += "; " + view.say("not applicable {n}", n=view.phrases.number(row["n_not_applicable"]))
    return note


def _mean_note(view: CourseView, row: dict[str, Any]) -> str:
    return f"{view.phrases.number(row['mean'])} ({view.phrases.interval(row['low'], row['high'])})"
