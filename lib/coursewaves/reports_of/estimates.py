"""What the sample wave says of all who completed (¶9-10), from courses with enough answers of their own."""

import pandas as pd

from coursewaves.analysis.enough import blank_small_values
from coursewaves.analysis.estimate import estimate_wave
from coursewaves.disclosure import Disclosed
from coursewaves.pages.pieces import Section, paragraph, table
from coursewaves.pages.present import scores_figure
from coursewaves.phrases import marked
from coursewaves.reports_of.reach import direction_name, sample_wave
from coursewaves.views.opening import YearView
from coursewaves.views.subject import Subject, once


def estimates(view: YearView) -> Section:
    """Estimate the criteria over all who completed, and by direction, with the finite population correction (¶9-10)."""
    title, number = view.say("What it says of all who completed"), view.phrases.number
    means = _estimates(view, "all", "")
    if not means.shown():
        text = view.say("Too few answers for an estimate over all who completed.")
        return Section("estimates", title, [9, 10], [paragraph(text)])
    caption = view.say("Criteria over all who completed, 0–100, with 95 % intervals")
    head = [view.say("Direction"), view.say("Answers"), view.say("Mean, 0–100"), view.say("95 % interval"),
            view.say("If the others thought otherwise")]  # fmt: skip
    lines = []
    for scope, direction_id in _scopes(view):
        name = direction_name(view, direction_id) if scope == "direction" else view.say("All directions")
        for row in _estimates(view, scope, direction_id).shown():
            cells = [number(row["n"]), number(row["mean"]), view.phrases.interval(row["low"], row["high"])]
            bounds = view.phrases.interval(row["bound_low"], row["bound_high"])
            lines.append([f"{name}: {_criterion(view, row['name'])}", *cells, bounds])
    note = view.say(
        "Each programme weighs as many as completed it; intervals speak of these people alone. The last column: the "
        "mean if all who did not answer stood at the lower or the upper quarter. Courses with fewer than {minimum} "
        "answers are left out.",
        minimum=view.least("counts"),
    )
    figure = scores_figure(view, means, lambda name: _criterion(view, name), caption)
    return Section("estimates", title, [9, 10], [figure, table(caption, head, lines), paragraph(note, "note")])


def estimates_in_short(view: YearView) -> str:
    """Say the estimates over all who completed in one sentence."""
    told = [
        f"{_criterion(view, row['name'])} {view.phrases.number(row['mean'])} "
        f"({view.phrases.interval(row['low'], row['high'])})"
        for row in _estimates(view, "all", "").shown()
    ]
    text = marked("Over all who completed, of 100: {list}.")
    if not told:
        return view.say("Too few answers for an estimate over all who completed.")
    return view.say(text, list="; ".join(told))


def _criterion(view: YearView, name: str) -> str:
    return view.wording(view.year.survey.criterion(name))


def _scopes(view: YearView) -> list[tuple[str, str]]:
    found = _estimated(view)[["scope", "scope_id"]].drop_duplicates()
    return [(str(scope), str(name)) for scope, name in found.itertuples(index=False) if scope != "programme"]


@once
def _estimates(subject: Subject, scope: str, scope_id: str) -> Disclosed:
    """Return the estimated means of one scope that may be shown, as `scores_figure` takes them."""
    found = _estimated(subject)
    own = found[(found["scope"] == scope) & (found["scope_id"] == scope_id) & found["estimate"].notna()]
    columns = ["name", "n", "mean", "low", "high", "bound_low", "bound_high"]
    return subject.gate(own.rename(columns={"estimate": "mean"})[columns].reset_index(drop=True), "means", ["name"])


@once
def _estimated(subject: Subject) -> pd.DataFrame:
    """Estimate the criteria of the sample wave from courses with enough answers; nothing where none has them."""
    year, instrument = subject.year, sample_wave(subject)
    columns = ["scope", "scope_id", "name", "n", "estimate", "low", "high", "bound_low", "bound_high"]
    if instrument is None:
        return pd.DataFrame(columns=columns)
    forms = year.responses[year.responses["instrument_id"] == instrument.id]
    enough = forms[forms.groupby("course_id")["course_id"].transform("size") >= subject.least("counts")]
    own = year.shown_scores[year.shown_scores["instrument_id"] == instrument.id]
    names = [one.id for one in year.survey.criteria if one.kind == "criterion" and one.id in own]
    names = [name for name in names if own[name].notna().any()]
    if enough.empty or not names:
        return pd.DataFrame(columns=columns)
    scores = blank_small_values(own, names, subject.least("counts"))
    told = estimate_wave(
        enough, scores, year.registry, year.survey, instrument=instrument.id, names=names,
        minimum=subject.least("counts"),
    ).estimates  # fmt: skip
    return told[columns]
