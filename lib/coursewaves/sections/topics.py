"""The topics of the programme (¶18-19): how useful each was, and what participants would do with it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from coursewaves.instruments import Item
from coursewaves.page import Html, Section, Sections, paragraph, table
from coursewaves.phrases import marked
from coursewaves.score import item_scores
from coursewaves.sections.factors import programme_verdict
from coursewaves.stats import mean_interval
from coursewaves.summarise import option_shares
from coursewaves.topic_verdicts import judge_topics, topic_items
from coursewaves.view import CourseView


def topics(view: CourseView) -> Sections:
    """Show every topic of the curriculum plan; nothing where the survey asks for none."""
    rated, judged = topic_items(view.year.survey)
    if rated is None:
        return Sections()
    title = view.say("Topics of the programme")
    rows = pd.DataFrame([_topic(view, row, rated, judged) for row in view.repeated(rated).to_dict("records")])
    if rows.empty:
        text = view.say("The registry lists no topics of this programme.")
        return Sections([Section("topics", title, [18, 19], [paragraph(text)])])
    parts = [_table(view, rows, judged), _verdicts(view, rows, judged)]
    return Sections([Section("topics", title, [18, 19], parts)])


def _topic(view: CourseView, row: dict[Any, Any], rated: Item, judged: Item | None) -> dict[str, Any]:
    column = f"{rated.id}.{row['number']}"
    found = mean_interval(item_scores(view.responses, view.year.survey, [column])[:, 0], low=0, high=100)
    topic: dict[str, Any] = {
        "number": int(row["number"]),
        "title": view.year.registry.title("topics", row, view.phrases.language),
        "hours": float(row["hours"]),
        "trainer": _trainer(view, row),
        "n": found.n,
        "mean": found.mean,
        "low": found.low,
        "high": found.high,
    }
    if judged is not None:
        shares = option_shares(view.responses, view.year.survey, f"{judged.id}.{row['number']}")
        topic["n_judged"] = shares["n"].max()
        topic |= dict(zip(shares["code"], shares["share"], strict=True))
    return topic


def _trainer(view: CourseView, row: dict[Any, Any]) -> str:
    trainers = view.year.registry.trainers
    names = zip(trainers["trainer_id"], trainers["name"], strict=True)
    return next((str(name) for trainer_id, name in names if trainer_id == row["trainer_id"]), "")


def _table(view: CourseView, rows: pd.DataFrame, judged: Item | None) -> Html:
    say, phrases = view.say, view.phrases
    options = view.year.survey.scale(judged.scale).options if judged else []
    n = ("n", "n_judged") if judged else ("n",)
    shown = view.gate(rows, "shares", ["number", "title", "hours", "trainer"], n=n)
    head = [say("Topic (hours, trainer)"), say("Answers"), say("Usefulness, 0–100 (95 %)")]
    head += [option.wording(phrases.language) for option in options]
    lines = []
    for row in shown.rows():
        figures = [f"<{shown.minimum}", *["–"] * (1 + len(options))]
        if not row["is_hidden"]:
            mean = f"{phrases.number(row['mean'])} ({phrases.interval(row['low'], row['high'])})"
            shares = [phrases.percent(float(np.float64(row[option.code]))) for option in options]
            figures = [phrases.number(row["n"]), mean, *shares]
        lines.append([_named(view, row), *figures])
    return table(say("Topics: usefulness and what to do with each"), head, lines)


def _verdicts(view: CourseView, rows: pd.DataFrame, judged: Item | None) -> Html:
    """List what all runs tell of the topics, where the programme or one of its topics may be low (¶18)."""
    say, year = view.say, view.year
    found = judge_topics(
        _all_runs(view),
        year.survey,
        view.year.registry.topics_of(str(view.programme["programme_id"])),
        year.settings.low_rated_below,
    )
    shown = view.gate(found, "means", ["number"], n=("n", "n_judged") if judged else ("n",)).shown()
    if all(row["usefulness"] == "useful" for row in shown) and not _may_be_low(view):
        return Html("")
    options = year.survey.scale(judged.scale).options if judged else []
    names = {option.code: option.wording(view.phrases.language) for option in options}
    topics = {row["number"]: _named(view, row) for row in rows.to_dict("records")}
    lines = [[topics[row["number"]], *_verdict(view, row, names)] for row in shown]
    head = [say("Topic (hours, trainer)"), say("Answers"), say("Usefulness, 0–100 (95 %)"), say("Verdict")]
    head += [say("Clearly leads (95 %)")] if names else []
    return table(say("Topics over all runs of the programme"), head, lines)


def _all_runs(view: CourseView) -> pd.DataFrame:
    """Return the answers of the programme's runs that have enough of them to every topic they answered."""
    courses = view.year.registry.courses
    mine = courses.loc[courses["programme_id"] == view.programme["programme_id"], "course_id"]
    responses = view.year.responses[view.year.responses["course_id"].isin(set(mine))]
    items = [item for item in topic_items(view.year.survey) if item is not None]
    columns = [name for item in items for name in view.columns(item) if name in responses]
    counts = responses[columns].notna().groupby(responses["course_id"]).sum()
    is_enough = (counts.where(counts > 0).min(axis=1) >= view.least("counts")).to_dict()
    return responses[responses["course_id"].map(is_enough).fillna(False).astype(bool)]


def _may_be_low(view: CourseView) -> bool:
    found = programme_verdict(view) if view.year.survey.ratings else None
    return found is not None and found["verdict"] != "not low"


def _verdict(view: CourseView, row: dict[str, Any], options: dict[str, str]) -> list[str]:
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


def _named(view: CourseView, row: Mapping[Any, Any]) -> str:
    hours = view.phrases.number(row["hours"], 0 if float(row["hours"]).is_integer() else 1)
    return f"{row['title']} ({', '.join(filter(None, (hours, row['trainer'])))})"
