"""The topics of the programme (¶18-19): how useful each was, and what participants would do with it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from coursewaves.analysis.summarise import option_shares
from coursewaves.analysis.topic_verdicts import topic_items
from coursewaves.deadlines.open_words import open_sentences
from coursewaves.pages.pieces import Html, Section, Sections, paragraph, table
from coursewaves.phrases import marked
from coursewaves.score import item_scores
from coursewaves.sections.factors import programme_verdict
from coursewaves.stats import mean_interval
from coursewaves.survey.instruments import Item
from coursewaves.views.course import Course
from coursewaves.views.opening import CourseView, ProgrammeReader
from coursewaves.views.subject import once
from coursewaves.views.view import View


def topics(view: CourseView) -> Sections:
    """Show every topic of the curriculum plan; nothing where the survey asks for none."""
    rated, judged = topic_items(view.year.survey)
    if rated is None:
        return Sections()
    title = view.say("Topics of the programme")
    rows = pd.DataFrame([_topic(view, row, figures) for row, figures in _rated(view)])
    if rows.empty:
        text = view.say("The registry lists no topics of this programme.")
        return Sections([Section("topics", title, [18, 19], [paragraph(text)])])
    asked = view.year.survey.instrument_of(rated.id).id
    opened = open_sentences(view.year, view.phrases, view.course_id, asked)
    is_counted = len(view.forms(asked)) > 0
    parts = [paragraph(text) for text in opened]
    parts += [_table(view, rows, judged)] if is_counted or not opened else []
    parts.append(_verdicts(view))
    return Sections([Section("topics", title, [18, 19], parts)])


@once
def _rated(course: Course) -> list[tuple[dict[Any, Any], dict[str, Any]]]:
    """Return each topic of the registry with what this course's participants said of it."""
    rated, judged = topic_items(course.year.survey)
    if rated is None:
        return []
    rows = course.repeated(rated).to_dict("records")
    return [(row, _figures(course, int(row["number"]), rated, judged)) for row in rows]


def _figures(course: Course, number: int, rated: Item, judged: Item | None) -> dict[str, Any]:
    scores = item_scores(course.responses, course.year.survey, [f"{rated.id}.{number}"])[:, 0]
    found = mean_interval(scores, low=0, high=100)
    figures: dict[str, Any] = {"n": found.n, "mean": found.mean, "low": found.low, "high": found.high}
    if judged is not None:
        shares = option_shares(course.responses, course.year.survey, f"{judged.id}.{number}")
        figures["n_judged"] = shares["n"].max()
        figures |= dict(zip(shares["code"], shares["share"], strict=True))
    return figures


def _topic(view: CourseView, row: dict[Any, Any], figures: dict[str, Any]) -> dict[str, Any]:
    told = {"number": int(row["number"]), "title": view.title("topics", row), "hours": float(row["hours"])}
    return told | {"trainer": _trainer(view, row)} | figures


def _trainer(view: View, row: dict[Any, Any]) -> str:
    trainers = view.year.registry.trainers
    names = zip(trainers["trainer_id"], trainers["name"], strict=True)
    return next((str(name) for trainer_id, name in names if trainer_id == row["trainer_id"]), "")


def _table(view: CourseView, rows: pd.DataFrame, judged: Item | None) -> Html:
    say, phrases = view.say, view.phrases
    options = view.year.survey.scale(judged.scale).options if judged else []
    n = ("n", "n_judged") if judged else ("n",)
    shown = view.gate(rows, "shares", ["number", "title", "hours", "trainer"], n=n)
    head = [say("Topic (hours, trainer)"), say("Answers"), say("Usefulness, 0–100 (95 %)")]
    head += [view.wording(option) for option in options]
    lines = []
    for row in shown.rows():
        figures = [f"<{shown.minimum}", *["–"] * (1 + len(options))]
        if not row["is_hidden"]:
            mean = f"{phrases.number(row['mean'])} ({phrases.interval(row['low'], row['high'])})"
            shares = [phrases.percent(float(np.float64(row[option.code]))) for option in options]
            figures = [phrases.number(row["n"]), mean, *shares]
        lines.append([_named(view, row), *figures])
    return table(say("Topics: usefulness and what to do with each"), head, lines)


def _verdicts(view: CourseView) -> Html:
    """List what all runs tell of the topics, where the programme or one of its topics may be low (¶18)."""
    if all(row["usefulness"] == "useful" for row in view.judged.shown()) and not _may_be_low(view):
        return Html("")
    return verdicts_table(view)


def verdicts_table(view: ProgrammeReader) -> Html:
    """List what all runs tell of the topics: usefulness against the threshold, and what clearly leads (¶18-19)."""
    say, year = view.say, view.year
    _, judged = topic_items(year.survey)
    options = year.survey.scale(judged.scale).options if judged else []
    names = {option.code: option.wording(view.phrases.language) for option in options}
    topics = topic_names(view)
    lines = [[topics[row["number"]], *_verdict(view, row, names)] for row in view.judged.shown()]
    head = [say("Topic (hours, trainer)"), say("Answers"), say("Usefulness, 0–100 (95 %)"), say("Verdict")]
    head += [say("Clearly leads (95 %)")] if names else []
    return table(say("Topics over all runs of the programme"), head, lines)


def topic_names(view: ProgrammeReader) -> dict[int, str]:
    """Return each topic of the programme by its number, with its hours and trainer."""
    rows = view.year.registry.topics_of(str(view.programme["programme_id"])).to_dict("records")
    told = [{"title": view.title("topics", row), "hours": row["hours"], "trainer": _trainer(view, row)} for row in rows]
    return {int(row["number"]): _named(view, one) for row, one in zip(rows, told, strict=True)}


def _may_be_low(view: CourseView) -> bool:
    found = programme_verdict(view) if view.year.survey.ratings else None
    return found is not None and found["verdict"] != "not low"


def _verdict(view: View, row: dict[str, Any], options: dict[str, str]) -> list[str]:
    texts = {
        "useful": marked("useful"),
        "not useful": marked("not useful enough"),
        "cannot say yet": marked("cannot be said yet"),
    }
    phrases, usefulness = view.phrases, row["usefulness"]
    mean = f"{phrases.number(row['mean'])} ({phrases.interval(row['low'], row['high'])})"
    told = [phrases.number(row["n"]), mean, view.say(texts[usefulness])]
    if not options:
        return told
    if not isinstance(row["choice"], str):
        return [*told, view.say("none")]
    share, low, high = (phrases.percent(row[name]) for name in ("choice_share", "choice_low", "choice_high"))
    return [*told, f"{options[row['choice']]}: {share} ({low}–{high})"]


def _named(view: View, row: Mapping[Any, Any]) -> str:
    hours = view.phrases.number(row["hours"], 0 if float(row["hours"]).is_integer() else 1)
    return f"{row['title']} ({', '.join(filter(None, (hours, row['trainer'])))})"
