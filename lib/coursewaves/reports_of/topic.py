"""The report on all topics of a programme over its runs (¶14, ¶18, ¶19)."""

from typing import Any

import pandas as pd

from coursewaves.analysis.summarise import option_shares
from coursewaves.analysis.topic_verdicts import topic_items
from coursewaves.disclosure import Disclosed
from coursewaves.pages.pieces import Html, Section, Sections, paragraph, table
from coursewaves.pages.present import scores_figure
from coursewaves.partitions.pooled import with_enough
from coursewaves.phrases import marked
from coursewaves.reports_of.alike import in_short, methods_of
from coursewaves.reports_of.frame import end_of, front_of
from coursewaves.reports_of.levels import levels_table
from coursewaves.reports_of.programme import programme_facts
from coursewaves.score import item_scores
from coursewaves.sections.decisions import decisions, last_decision
from coursewaves.sections.topics import verdicts_table
from coursewaves.stats import mean_interval
from coursewaves.views.opening import ProgrammeView
from coursewaves.views.programme import Programme
from coursewaves.views.subject import once

__all__ = ["by_run", "choices", "decisions", "end_of_report", "front", "methods", "summary", "trainers", "verdicts"]

USEFULNESS = {
    "not useful": marked("not useful enough"),
    "cannot say yet": marked("cannot be said yet"),
}


def front(view: ProgrammeView) -> Section:
    """Say of which programme the topics are reported (¶1-3)."""
    title = view.say("Topics of the programme: {title}", title=view.title("programmes", view.programme))
    purpose = view.say(
        "Analytical report on the topics of a course programme over all its runs, for the councils (paragraphs 14, 18 "
        "and 19)."
    )
    return front_of(view, title, programme_facts(view), purpose)


def summary(view: ProgrammeView) -> Section:
    """Sum the report up from the same numbers that its sections show (¶14)."""
    shown = view.judged.shown()
    if not shown:
        return in_short(view, [14], [_nothing(view)])
    values = {"n": view.phrases.number(max(row["n"] for row in shown)), "count": view.phrases.number(len(shown))}
    rests = view.say("Topics judged: {count}, by up to {n} participants in runs with enough answers.", **values)
    return in_short(view, [14], [rests, *_by_verdict(view), *_chosen(view), last_decision(view), _decision(view)])


def _nothing(view: ProgrammeView) -> str:
    if topic_items(view.year.survey)[0] is None:
        return view.say("The survey asks nothing about topics.")
    if view.year.registry.topics_of(view.programme_id).empty:
        return view.say("The registry lists no topics of this programme.")
    return view.say("No topic has enough answers for a verdict.")


def _by_verdict(view: ProgrammeView) -> list[str]:
    """Name the topics by their verdict, in the order of the plan."""
    texts = {
        "useful": marked("Useful: {list}."),
        "not useful": marked("Not useful enough: {list}."),
        "cannot say yet": marked("Not distinguishable from the threshold: {list}."),
    }
    names = titles(view)
    told = []
    for verdict, text in texts.items():
        found = [names[int(row["number"])] for row in view.judged.shown() if row["usefulness"] == verdict]
        if found:
            told.append(view.say(text, list="; ".join(found)))
    return told


def _chosen(view: ProgrammeView) -> list[str]:
    told = told_choices(view)
    return [view.say("What clearly most would do: {list}.", list="; ".join(told))] if told else []


def _decision(view: ProgrammeView) -> str:
    if not_useful(view, surely=True):
        return view.say("To decide: whether the topics that are not useful enough are changed (¶19).")
    if not_useful(view):
        return view.say("To decide: wait for the next run before a topic is called not useful.")
    return view.say("To decide: usefulness asks for no change of a topic.")


def titles(view: ProgrammeView) -> dict[int, str]:
    """Return the titles of the programme's topics by number."""
    rows = view.year.registry.topics_of(view.programme_id).to_dict("records")
    return {int(row["number"]): view.title("topics", row) for row in rows}


def not_useful(view: ProgrammeView, *, surely: bool = False) -> list[dict[str, Any]]:
    """Return the topics that are not useful enough or, unless `surely`, may be: registry and verdict, by the plan."""
    listed = {int(row["number"]): row for row in view.year.registry.topics_of(view.programme_id).to_dict("records")}
    wanted = ("not useful",) if surely else tuple(USEFULNESS)
    return [
        {str(name): value for name, value in listed[int(row["number"])].items()} | row
        for row in view.judged.shown()
        if row["usefulness"] in wanted
    ]


def told_choices(view: ProgrammeView) -> list[str]:
    """Say what clearly most participants would do with which topics, option by option."""
    return [
        view.say("“{choice}” — {list}", choice=choice, list=", ".join(names))
        for choice, names in _clear_choices(view).items()
    ]


def _clear_choices(view: ProgrammeView) -> dict[str, list[str]]:
    _, judged = topic_items(view.year.survey)
    if judged is None:
        return {}
    options = view.year.survey.scale(judged.scale).options
    names, found = titles(view), {option.code: list[str]() for option in options}
    for row in view.judged.shown():
        if isinstance(row["choice"], str):
            found[row["choice"]].append(names[int(row["number"])])
    return {option.wording(view.phrases.language): found[option.code] for option in options if found[option.code]}


def weak_table(view: ProgrammeView, rows: list[dict[str, Any]]) -> Html:
    """List topics of `not_useful` with their trainers' records (¶17)."""
    say, phrases = view.say, view.phrases
    head = [say("Topic"), say("Hours"), say("Usefulness, 0–100 (95 %)"), say("Verdict"), say("Trainer")]
    lines = []
    for row in rows:
        mean = f"{phrases.number(row['mean'])} ({phrases.interval(row['low'], row['high'])})"
        verdict = USEFULNESS[row["usefulness"]]
        trainer = _record(view, row["trainer_id"])
        lines.append([view.title("topics", row), _hours(view, row["hours"]), mean, view.say(verdict), trainer])
    return table(say("Topics and those who teach them"), head, lines)


def trainers_of(view: ProgrammeView, rows: list[dict[str, Any]]) -> list[str]:
    """Name the trainers of topics, in the order of their names."""
    trainers = view.year.registry.trainers
    wanted = {row["trainer_id"] for row in rows}
    return sorted(trainers.loc[trainers["trainer_id"].isin(wanted), "name"].astype(str))


def _hours(view: ProgrammeView, hours: float) -> str:
    return view.phrases.number(hours, 0 if float(hours).is_integer() else 1)


def _record(view: ProgrammeView, trainer_id: Any) -> str:
    """Say who a trainer is: name, degree, position, experience (¶17)."""
    trainers = view.year.registry.trainers
    found = trainers[trainers["trainer_id"] == trainer_id]
    if found.empty:
        return "–"
    row = found.iloc[0]
    told = [str(row[name]) for name in ("name", "degree", "position") if isinstance(row[name], str)]
    if pd.notna(row["experience_years"]):
        years = int(row["experience_years"])
        told.append(view.phrases.say_many("{count} year of experience", "{count} years of experience", years))
    return ", ".join(told)


def verdicts(view: ProgrammeView) -> Section:
    """Show how useful each topic is, with its interval, against the threshold (¶18)."""
    title = view.say("Usefulness of the topics")
    if not view.judged.shown():
        return Section("verdicts", title, [18, 19], [paragraph(_nothing(view))])
    names, caption = titles(view), view.say("Usefulness over all runs, 0–100, with 95 % intervals")
    drawn = scores_figure(
        view, _usefulness(view), lambda number: names[int(number)], caption,
        threshold=view.year.settings.low_rated_below,
    )  # fmt: skip
    note = view.say(
        "A topic is useful, or not, where a one-sided 90 % bound lies on one side of the threshold; topics stand in "
        "the order of the plan."
    )
    return Section("verdicts", title, [18, 19], [drawn, verdicts_table(view), paragraph(note, "note")])


@once
def _usefulness(programme: Programme) -> Disclosed:
    found = programme.pooled.topics
    own = found[found["programme_id"] == programme.programme_id]
    return programme.gate(own.assign(name=own["number"].astype(str)), "means", ["name", "number"])


def choices(view: ProgrammeView) -> Sections:
    """Show what participants would do with each topic (¶19); nothing where the survey does not ask."""
    _, judged = topic_items(view.year.survey)
    shown = _choices(view)
    if judged is None or not shown.shown():
        return Sections()
    options, names = view.year.survey.scale(judged.scale).options, titles(view)
    head = [view.say("Topic"), view.say("Answers"), *(view.wording(option) for option in options)]
    lines = []
    for row in shown.rows():
        shares = ["–"] * len(options)
        if not row["is_hidden"]:
            shares = [view.phrases.percent(row[option.code]) for option in options]
        n = f"<{shown.minimum}" if row["is_hidden"] else view.phrases.number(row["n"])
        lines.append([names[int(row["number"])], n, *shares])
    parts = [table(view.say("What should become of each topic, over all runs"), head, lines)]
    return Sections([Section("choices", view.say("What should become of each topic"), [19], parts)])


@once
def _choices(programme: Programme) -> Disclosed:
    """Return the share of each option for each topic, over the runs with enough answers."""
    _, judged = topic_items(programme.year.survey)
    numbers = programme.year.registry.topics_of(programme.programme_id)["number"].tolist()
    survey = programme.year.survey
    forms = with_enough(programme.responses, survey, numbers, programme.least("counts"))
    rows: list[dict[str, Any]] = []
    for number in numbers if judged is not None else []:
        shares = option_shares(forms, survey, f"{judged.id}.{number}")  # type: ignore[union-attr]
        told = dict(zip(shares["code"], shares["share"], strict=True))
        rows.append({"number": number, "n": int(shares["n"].max())} | told)
    return programme.gate(pd.DataFrame(rows, columns=None if rows else ["number", "n"]), "shares", ["number"])


def by_run(view: ProgrammeView) -> Sections:
    """Show the usefulness of each topic run by run, where enough answered (¶18)."""
    names = {str(number): title for number, title in titles(view).items()}
    caption = view.say("Usefulness by run, 0–100")
    parts = levels_table(view, _by_run(view), names, view.say("Run"), caption)
    return Sections([Section("by-run", view.say("Topics by run"), [18], parts)] if parts else [])


@once
def _by_run(programme: Programme) -> Disclosed:
    rated, _ = topic_items(programme.year.survey)
    numbers = programme.year.registry.topics_of(programme.programme_id)["number"].tolist()
    rows = []
    for course_id in programme.courses["course_id"] if rated is not None else []:
        forms = programme.responses[programme.responses["course_id"] == course_id]
        scores = item_scores(forms, programme.year.survey, [f"{rated.id}.{number}" for number in numbers])  # type: ignore[union-attr]
        for number, column in zip(numbers, scores.T, strict=True):
            found = mean_interval(column, low=0, high=100)
            rows.append([course_id, str(number), found.n, found.mean, found.low, found.high])
    columns = ["part_id", "name", "n", "mean", "low", "high"]
    return programme.gate(pd.DataFrame(rows, columns=columns), "means", ["part_id", "name"])


def trainers(view: ProgrammeView) -> Section:
    """List the topics with their hours and trainers, as the registry has them (¶17)."""
    rows = view.year.registry.topics_of(view.programme_id).to_dict("records")
    title = view.say("Hours and trainers")
    if not rows:
        text = view.say("The registry lists no topics of this programme.")
        return Section("trainers", title, [17], [paragraph(text)])
    head = [view.say("Topic"), view.say("Hours"), view.say("Trainer")]
    lines = [[view.title("topics", row), _hours(view, row["hours"]), _record(view, row["trainer_id"])] for row in rows]
    return Section("trainers", title, [17], [table(view.say("Curriculum plan of the programme"), head, lines)])


def methods(view: ProgrammeView) -> Section:
    """Explain how the numbers were made (¶14)."""
    return methods_of(view)


def end_of_report(view: ProgrammeView) -> Section:
    """Close the report; only a report that runs to here is published."""
    return end_of(view)
