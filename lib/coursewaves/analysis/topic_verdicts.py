"""Judge the topics of a programme (¶18-19): `responses` and the registry's topics go in, verdicts come out.

Whether a topic is useful is held against the councils' threshold by its one-sided 90 % bounds, which take in that runs
differ: the topics of one programme are too few to shrink. What should become of it is what clearly more participants
chose than anything else.
"""

from math import sqrt
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from coursewaves.analysis.summarise import option_shares
from coursewaves.ladder import LEAST
from coursewaves.score import item_scores
from coursewaves.stats import Shrunk, difference_of_options, low_rated, mean_interval, probability_below
from coursewaves.stats.values import NAN, Numbers
from coursewaves.stats.verdicts import LOW, NOT_LOW, UNDECIDED
from coursewaves.survey.instruments import Item, Survey

USEFUL, NOT_USEFUL = "useful", "not useful"

COLUMNS = ["topic_id", "number", "trainer_id", "n", "mean", "low", "high", "usefulness", "probability", "n_judged",
           "choice", "choice_share", "choice_low", "choice_high", "lead", "lead_low", "lead_high"]  # fmt: skip


def topic_items(survey: Survey) -> tuple[Item | None, Item | None]:
    """Return the question that rates each topic on a scored scale, and the one that asks what to do with it."""
    repeated = [item for instrument in survey.waves() for item in instrument.items if item.repeat == "topics"]
    rated = next((item for item in repeated if survey.scale(item.scale).is_scored), None)
    judged = next((item for item in repeated if survey.scale(item.scale).kind == "single"), None)
    return rated, judged


class RunScatter(NamedTuple):
    """What tells how far the runs of programmes lie apart on the same topics; those of several programmes add up.

    Attributes
    ----------
    excess
        Squared distances of the runs' means from their topic's mean, by their answers, less what chance alone makes.
    size
        By what the variance between runs enters them; 0 where no programme has two runs.
    """

    excess: float
    size: float

    @property
    def variance(self) -> float:
        """Variance between the true means of the runs of one topic, at least 0."""
        return max(self.excess, 0.0) / self.size if self.size > 0 else 0.0


def run_scatter(responses: pd.DataFrame, survey: Survey, topics: pd.DataFrame) -> RunScatter:
    """Measure how far the runs of one programme lie apart on its topics, beyond chance; see `judge_topics`.

    References
    ----------
    Searle, Casella & McCulloch (1992), Variance Components, chapter 3 (analysis of variance, unequal numbers).
    """
    columns = _columns(survey, topics)
    runs = [_by_run(responses, survey, column) for column in columns]
    chance = _within(runs)
    excess = sum(run.n @ (run.means - run.mean) ** 2 - (run.n.size - 1) * chance for run in runs if run.n.size)
    return RunScatter(float(excess), float(sum(run.total - run.n @ run.n / run.total for run in runs if run.n.size)))


def judge_topics(
    responses: pd.DataFrame, survey: Survey, topics: pd.DataFrame, threshold: float, between_runs: float = 0.0
) -> pd.DataFrame:
    """Judge every topic of one programme over some of its responses (¶18-19).

    Parameters
    ----------
    responses
        Responses of one programme's courses.
    topics
        The registry's topics of the programme, with ``topic_id``, ``number`` and ``trainer_id``.
    threshold
        0-100, the councils' own.
    between_runs
        Variance between the true means of the runs of one topic, best of all programmes together (`run_scatter`): the
        next run is another one. Without it verdict and interval speak of these runs alone.

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
    Zou & Donner (2008), Statistics in Medicine 27, 1693-1702 (difference of two shares of one sample).
    """
    rated, judged = topic_items(survey)
    if rated is None or topics.empty:
        return pd.DataFrame(columns=COLUMNS)
    listed = topics.sort_values("number").to_dict("records")
    runs = [_by_run(responses, survey, f"{rated.id}.{row['number']}") for row in listed]
    rows = [_rated(row, run, between_runs) for row, run in zip(listed, runs, strict=True)]
    usefulness, chances = _held(rows, _within(runs), threshold)
    judgements = [
        row
        | {"usefulness": verdict, "probability": chance}
        | _choice(responses, survey, f"{judged.id}.{row['number']}" if judged else "")
        for row, verdict, chance in zip(rows, usefulness, chances, strict=True)
    ]
    return pd.DataFrame(judgements, columns=COLUMNS)


class _Runs(NamedTuple):
    """The ratings of one topic, and of each run that gave any how many, and their mean."""

    ratings: Numbers
    n: Numbers
    means: Numbers
    squares: float

    @property
    def total(self) -> float:
        """All ratings."""
        return float(self.n.sum())

    @property
    def mean(self) -> float:
        """Their mean."""
        return float(self.n @ self.means) / self.total


def _columns(survey: Survey, topics: pd.DataFrame) -> list[str]:
    rated, _ = topic_items(survey)
    return [] if rated is None else [f"{rated.id}.{number}" for number in topics["number"]]


def _by_run(responses: pd.DataFrame, survey: Survey, column: str) -> _Runs:
    scores = item_scores(responses, survey, [column])[:, 0]
    courses = responses["course_id"] if "course_id" in responses else pd.Series("", index=responses.index)
    is_given = np.isfinite(scores)
    ratings, place = scores[is_given], pd.factorize(courses[is_given], sort=True)[0]
    order = np.lexsort((ratings, place))  # sums don't hang on the order of rows
    ratings, place = ratings[order], place[order]
    n = np.bincount(place).astype(np.float64)
    means = np.bincount(place, ratings) / np.maximum(n, 1)
    return _Runs(np.sort(ratings), n, means, float(((ratings - means[place]) ** 2).sum()))


def _within(runs: list[_Runs]) -> float:
    """Return the variance of one rating within a run, pooled over the topics; 0 where there is none."""
    freedom = sum(run.total - run.n.size for run in runs)
    return sum(run.squares for run in runs) / freedom if freedom > 0 else 0.0


def _rated(topic: dict[Any, Any], run: _Runs, between_runs: float) -> dict[str, Any]:
    """Return a topic's mean with its interval, widened by how far runs lie apart; ``extra`` is that variance."""
    found = mean_interval(run.ratings, low=0, high=100)
    extra = between_runs * float(run.n @ run.n) / run.total**2 if found.n else 0.0
    ends = found.low, found.high
    if extra > 0 and not found.reason:
        half = float(stdtrit(found.n - 1, 0.975)) * sqrt(float(run.ratings.var(ddof=1)) / found.n + extra)
        ends = max(found.mean - half, 0.0), min(found.mean + half, 100.0)
    told = {name: topic[name] for name in ("topic_id", "number", "trainer_id")}
    return told | {"n": found.n, "mean": found.mean, "low": ends[0], "high": ends[1], "extra": extra}


def _held(rows: list[dict[str, Any]], within: float, threshold: float) -> tuple[list[str], list[float]]:
    """Hold topics against the threshold; the variance of one rating is pooled over the topics."""
    n, extra = (np.array([row[name] for row in rows], dtype=float) for name in ("n", "extra"))
    variances = np.where((n > 0) & (within > 0), within / np.maximum(n, 1) + extra, NAN)
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
    found = difference_of_options(second["n_chosen"], first["n_chosen"], n)
    told = {"lead": found.difference, "lead_low": found.low, "lead_high": found.high}
    if found.low <= 0:
        return {"n_judged": n, "choice": None} | nothing | told
    interval = {f"choice_{name}": float(first[name]) for name in ("share", "low", "high")}
    return {"n_judged": n, "choice": str(first["code"])} | interval | told
