"""Judge the topics of a programme (¶18-19): `responses` and the registry's topics go in, verdicts come out.

Whether a topic is useful is held against the councils' threshold by its one-sided 90 % bounds: the topics of one
programme are too few to shrink. What should become of it is what clearly more participants chose than anything else.
"""

from math import sqrt
from typing import Any

import numpy as np
import pandas as pd

from coursewaves.analysis.summarise import option_shares
from coursewaves.ladder import LEAST
from coursewaves.score import item_scores
from coursewaves.stats import Shrunk, low_rated, mean_interval, probability_below
from coursewaves.stats.values import NAN
from coursewaves.stats.verdicts import LOW, NOT_LOW, UNDECIDED
from coursewaves.survey.instruments import Item, Survey

USEFUL, NOT_USEFUL = "useful", "not useful"

NORMAL = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""

COLUMNS = ["topic_id", "number", "trainer_id", "n", "mean", "low", "high", "usefulness", "probability", "n_judged",
           "choice", "choice_share", "choice_low", "choice_high", "lead", "lead_low", "lead_high"]  # fmt: skip


def topic_items(survey: Survey) -> tuple[Item | None, Item | None]:
    """Return the question that rates each topic on a scored scale, and the one that asks what to do with it."""
    repeated = [item for instrument in survey.waves() for item in instrument.items if item.repeat == "topics"]
    rated = next((item for item in repeated if survey.scale(item.scale).is_scored), None)
    judged = next((item for item in repeated if survey.scale(item.scale).kind == "single"), None)
    return rated, judged


def judge_topics(responses: pd.DataFrame, survey: Survey, topics: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """Judge every topic of one programme over some of its responses (¶18-19).

    Parameters
    ----------
    responses
        Responses of one programme's courses.
    topics
        The registry's topics of the programme, with ``topic_id``, ``number`` and ``trainer_id``.
    threshold
        0-100, the councils' own.

    Returns
    -------
    DataFrame
        One row is one topic, in the order of the plan, with the ``trainer_id`` who taught it: ``n`` ratings,
        their ``mean`` (0-100) with its 95 % interval ``low``, ``high``; ``usefulness`` is ``useful``, ``not
        useful`` or ``cannot say yet``, with the ``probability`` (0-1) that the true mean lies below the
        threshold. Of ``n_judged`` people, ``choice`` is the code of what most chose, with Wilson's interval of
        its share, where it leads over the next one for sure: ``lead`` is the difference of the two shares with
        its 95 % interval. Missing where nothing leads, or where it was not asked.

    References
    ----------
    Goodman (1965), Technometrics 7, 247-254 (difference of two shares of one sample).
    """
    rated, judged = topic_items(survey)
    if rated is None or topics.empty:
        return pd.DataFrame(columns=COLUMNS)
    listed = topics.sort_values("number")
    scores = item_scores(responses, survey, [f"{rated.id}.{number}" for number in listed["number"]])
    rows = [_rated(row, np.sort(column)) for row, column in zip(listed.to_dict("records"), scores.T, strict=True)]
    usefulness, chances = _held(rows, threshold)
    judgements = [
        row
        | {"usefulness": verdict, "probability": chance}
        | _choice(responses, survey, f"{judged.id}.{row['number']}" if judged else "")
        for row, verdict, chance in zip(rows, usefulness, chances, strict=True)
    ]
    return pd.DataFrame(judgements, columns=COLUMNS)


def _rated(topic: dict[Any, Any], ratings: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, Any]:
    found = mean_interval(ratings, low=0, high=100)
    given = ratings[np.isfinite(ratings)]
    return {
        "topic_id": topic["topic_id"],
        "number": topic["number"],
        "trainer_id": topic["trainer_id"],
        "n": found.n,
        "mean": found.mean,
        "low": found.low,
        "high": found.high,
        "variance": float(given.var(ddof=1)) if found.n > 1 else NAN,
    }


def _held(rows: list[dict[str, Any]], threshold: float) -> tuple[list[str], list[float]]:
    """Hold topics against the threshold; the variance of one rating is pooled over the topics."""
    n = np.array([row["n"] for row in rows], dtype=float)
    weights = np.maximum(n - 1, 0)
    spread = np.array([row["variance"] for row in rows])
    pooled = float(weights @ np.nan_to_num(spread) / weights.sum()) if weights.sum() else 0.0
    variances = np.where((n > 0) & (pooled > 0), pooled / np.maximum(n, 1), NAN)
    means, nothing = np.array([row["mean"] for row in rows]), np.full(len(rows), NAN)
    found = low_rated(means, variances, n, threshold, shrunk=Shrunk(nothing, nothing, NAN, NAN, NAN))
    names = {LOW: NOT_USEFUL, NOT_LOW: USEFUL, UNDECIDED: UNDECIDED}
    chances = probability_below(means, np.sqrt(variances), threshold)
    return [names[verdict] for verdict in found.verdicts], np.atleast_1d(chances).tolist()


def _choice(responses: pd.DataFrame, survey: Survey, column: str) -> dict[str, Any]:
    """Return what most chose where it is clearly more than the next; of two options the difference decides."""
    nothing = dict.fromkeys(("choice_share", "choice_low", "choice_high", "lead", "lead_low", "lead_high"), NAN)
    if not column:
        return {"n_judged": 0, "choice": None} | nothing
    shares = option_shares(responses, survey, column).sort_values("n_chosen", ascending=False, kind="stable")
    n = int(shares["n"].max()) if len(shares) else 0
    if n < LEAST["shares"] or len(shares) < 2:
        return {"n_judged": n, "choice": None} | nothing
    first, second = shares.iloc[0], shares.iloc[1]
    lead = float(first["share"] - second["share"])
    half = NORMAL * sqrt(max(float(first["share"] + second["share"]) - lead**2, 0.0) / n)
    told = {"lead": lead, "lead_low": max(lead - half, -1.0), "lead_high": min(lead + half, 1.0)}
    if lead - half <= 0:
        return {"n_judged": n, "choice": None} | nothing | told
    interval = {f"choice_{name}": float(first[name]) for name in ("share", "low", "high")}
    return {"n_judged": n, "choice": str(first["code"])} | interval | told
