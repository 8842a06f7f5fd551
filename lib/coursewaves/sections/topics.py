"""The topics of the programme (¶18-19): how useful each was, and what participants would do with it."""

from typing import Any

import numpy as np
import pandas as pd

from coursewaves.instruments import Item
from coursewaves.page import Html, Section, Sections, paragraph, table
from coursewaves.score import item_scores
from coursewaves.stats import mean_interval
from coursewaves.summarise import option_shares
from coursewaves.view import CourseView


def topics(view: CourseView) -> Sections:
    """Show every topic of the curriculum plan; nothing where the survey asks for none."""
    survey = view.year.survey
    repeated = [item for instrument in survey.waves() for item in instrument.items if item.repeat == "topics"]
    rated = next((item for item in repeated if survey.scale(item.scale).is_scored), None)
    judged = next((item for item in repeated if survey.scale(item.scale).kind == "single"), None)
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
    shown = view.gate(rows, "shares", ["title", "hours", "trainer"], n=n)
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


def _named(view: CourseView, row: dict[str, Any]) -> str:
    hours = view.phrases.number(row["hours"], 0 if float(row["hours"]).is_integer() else 1)
    return f"{row['title']} ({', '.join(filter(None, (hours, row['trainer'])))})"
