"""The topics of the programme (¶18-19): how useful each was, and what participants would do with it."""

from typing import Any

import numpy as np
import pandas as pd

from coursewaves.instruments import Item
from coursewaves.page import Html, Section, Sections, paragraph, table
from coursewaves.phrases import marked
from coursewaves.score import item_scores
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
    rows = pd.DataFrame([_topic(view, row, rated, judged) for _, row in view.repeated(rated).iterrows()])
    if rows.empty:
        text = view.say("The registry lists no topics of this programme.")
        return Sections([Section("topics", title, [18, 19], [paragraph(text)])])
    return Sections([Section("topics", title, [18, 19], [_table(view, rows, judged)])])


def _topic(view: CourseView, row: pd.Series, rated: Item, judged: Item | None) -> dict[str, Any]:
    column = f"{rated.id}.{row['number']}"
    found = mean_interval(item_scores(view.responses, view.year.survey, [column])[:, 0], low=0, high=100)
    topic: dict[str, Any] = {
        "number": int(row["number"]),
        "title": view.title("topics", row),
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


def _trainer(view: CourseView, row: pd.Series) -> str:
    trainers = view.year.registry.trainers
    found = trainers[trainers["trainer_id"] == row["trainer_id"]]
    return str(found["name"].iloc[0]) if len(found) else ""


def _table(view: CourseView, rows: pd.DataFrame, judged: Item | None) -> Html:
    say, phrases = view.say, view.phrases
    options = view.year.survey.scale(judged.scale).options if judged else []
    n = ("n", "n_judged") if judged else ("n",)
    shown = view.gate(rows, "shares", ["number", "title", "hours", "trainer"], n=n)
    head = [say("Topic (hours, trainer)"), say("Answers"), say("Usefulness, 0–100 (95 %)")]
    head += [*(option.wording(phrases.language) for option in options), say("Over all runs of the programme")]
    verdicts = _verdicts(view, {option.code: option.wording(phrases.language) for option in options})
    lines = []
    for row in shown.rows():
        figures = [f"<{shown.minimum}", *["–"] * (1 + len(options))]
        if not row["is_hidden"]:
            mean = f"{phrases.number(row['mean'])} ({phrases.interval(row['low'], row['high'])})"
            shares = [phrases.percent(float(np.float64(row[option.code]))) for option in options]
            figures = [phrases.number(row["n"]), mean, *shares]
        lines.append([_named(view, row), *figures, verdicts.get(row["number"], "–")])
    return table(say("Topics: usefulness and what to do with each"), head, lines)


def _verdicts(view: CourseView, options: dict[str, str]) -> dict[int, str]:
    """Say of each topic what all runs with enough answers tell: whether it is useful, and what clearly leads."""
    year, programme_id = view.year, view.programme["programme_id"]
    rated, judged = topic_items(year.survey)
    runs = year.registry.courses.loc[year.registry.courses["programme_id"] == programme_id, "course_id"]
    responses = year.responses[year.responses["course_id"].isin(set(runs))]
    columns = [f"{item.id}.{number}" for item in (rated, judged) if item for number in view.repeated(item)["number"]]
    answered = responses[[name for name in columns if name in responses]].notna().groupby(responses["course_id"]).sum()
    is_enough = (answered.where(answered > 0).min(axis=1) >= view.least("counts")).pipe(lambda kept: kept[kept].index)
    topics = year.registry.topics_of(programme_id)
    threshold = year.settings.low_rated_below
    found = judge_topics(responses[responses["course_id"].isin(is_enough)], year.survey, topics, threshold)
    shown = view.gate(found, "means", ["number"], n=("n", "n_judged") if judged else ("n",)).shown()
    return {row["number"]: _verdict(view, row, options) for row in shown}


def _verdict(view: CourseView, row: dict[str, Any], options: dict[str, str]) -> str:
    texts = {
        "useful": marked("useful"),
        "not useful": marked("not useful"),
        "cannot say yet": marked("usefulness: cannot be said yet"),
    }
    usefulness = row["usefulness"]
    verdict = view.say(texts[usefulness])
    if not options:
        return verdict
    if not isinstance(row["choice"], str):
        return f"{verdict}; {view.say('no answer clearly leads')}"
    shares = [view.phrases.percent(row[name]) for name in ("choice_share", "choice_low", "choice_high")]
    return f"{verdict}; {options[row['choice']]} {shares[0]} ({shares[1]}–{shares[2]})"


def _named(view: CourseView, row: dict[str, Any]) -> str:
    hours = view.phrases.number(row["hours"], 0 if float(row["hours"]).is_integer() else 1)
    return f"{row['title']} ({', '.join(filter(None, (hours, row['trainer'])))})"
