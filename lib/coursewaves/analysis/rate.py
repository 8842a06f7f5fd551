"""Call programmes low-rated, or not, or not yet (¶16): `scores` go in, rated programmes and their runs come out.

The regulation names no threshold; the councils do, and every report prints it. A verdict rests on all runs of a
programme and on what is known of all programmes: few answers are drawn towards the mean of all. Programmes stand
in the order of their names, never by rank.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.ladder import LEAST
from coursewaves.stats import LowRated, Shrunk, low_rated, probability_below, shrink_nested
from coursewaves.stats.shrinkage import FEWEST_GROUPS
from coursewaves.stats.values import NAN
from coursewaves.stats.verdicts import LEAST_FOR_LOW, LOW, UNDECIDED

CERTAINTY = 0.8
"""Probability from which a programme is called low (`docs/methods.md`, ¶16)."""

ONE_RUN = "one run alone makes no programme low-rated"

PROGRAMMES = ["programme_id", "verdict", "probability", "mean", "low", "high", "n", "n_runs", "estimate",
              "more_answers", "is_watched", "reason"]  # fmt: skip
RUNS = ["course_id", "programme_id", "mean", "low", "high", "n", "estimate", "probability", "is_watched"]


class Rated(NamedTuple):
    """Programmes and their runs against the threshold.

    Attributes
    ----------
    programmes
        One row is one programme, in the order of its name: ``verdict`` (``low``, ``not low`` or ``cannot say
        yet``), the ``probability`` (0-1) that its true mean lies below the threshold (by its own answers where
        nothing is shrunk), ``mean`` (0-100) with its one-sided 90 % bounds ``low`` and ``high``, ``n`` ratings
        in ``n_runs`` runs, the shrunken ``estimate`` (nan where nothing is shrunk), ``more_answers`` that
        would decide (0 where it is decided, nan where no number would), ``is_watched`` where it would be low
        but for having one run, and the ``reason`` why a figure is missing.
    runs
        One row is one run, in the order of its name, with the same figures; ``is_watched`` where it is low
        by itself.
    deviation
        Standard deviation of one rating within runs, pooled; nan where there is none.
    target
        Mean of all ratings.
    phi
        Variance of a programme's mean over that of as many independent ratings, at least 1: runs differ too
        (for the limits of a funnel plot).
    """

    programmes: pd.DataFrame
    runs: pd.DataFrame
    deviation: float
    target: float
    phi: float


def rate_programmes(
    scores: pd.DataFrame, courses: pd.DataFrame, rating_id: str, threshold: float, minimum: int = LEAST["counts"]
) -> Rated:
    """Rate every programme over all its runs against the councils' threshold (¶16).

    A programme is low where the probability that its true mean lies below the threshold is at least 80 %, by
    empirical Bayes over all programmes with their runs nested; with fewer than ten programmes, where its upper
    90 % bound lies below. It is not low where its lower 90 % bound doesn't. On fewer than ten ratings, or in
    one run alone, nothing is called low.

    Parameters
    ----------
    scores
        One row is one response.
    courses
        The registry's courses, with ``course_id`` and ``programme_id``.
    rating_id
        The rating's score column.
    threshold
        0-100, the councils' own.
    minimum
        Ratings of a run under which it is left out: the sum less the other runs would tell of it.

    Raises
    ------
    CoursewavesError
        Where there is no such score.

    References
    ----------
    Morris (1983), Journal of the American Statistical Association 78, 47-55; Raudenbush & Bryk (2002),
    Hierarchical Linear Models, chapter 8; Kish (1965), Survey Sampling, chapter 5 (runs as clusters).

    Examples
    --------
    >>> year = cw.open_year(example)
    >>> rated = cw.rate_programmes(year.scores, year.registry.courses, "rating", threshold=62.5)
    >>> rated.programmes["programme_id"].is_unique
    True
    """
    if rating_id not in scores:
        raise CoursewavesError.not_found(rating_id, "the scores", scores.columns)
    runs, deviation = _runs(scores, courses, rating_id, minimum)
    variances = deviation**2 / runs["n"].to_numpy(dtype=float)
    nested = shrink_nested(runs["mean"].to_numpy(dtype=float), variances, runs["programme_id"].tolist())
    programmes = _pooled(runs, deviation, nested.tau2_runs)
    is_shrunk = len(programmes) >= FEWEST_GROUPS and not np.isnan(nested.tau2_groups)
    order = {name: place for place, name in enumerate(nested.groups)}
    places = [order[name] for name in programmes["programme_id"]] if is_shrunk else []
    prior = (nested.grand_mean, NAN, nested.tau2_groups)
    of_programmes = Shrunk(nested.estimates[places], nested.errors[places], *prior) if is_shrunk else None
    of_runs = Shrunk(nested.run_estimates, nested.run_errors, *prior) if is_shrunk else None
    target = float(np.average(runs["mean"], weights=runs["n"])) if len(runs) else NAN
    return Rated(
        _programmes(programmes, of_programmes, threshold),
        _watched(runs.assign(variance=variances), of_runs, threshold),
        deviation,
        target,
        _clustering(runs, deviation, nested.tau2_runs),
    )


def _runs(scores: pd.DataFrame, courses: pd.DataFrame, rating_id: str, minimum: int) -> tuple[pd.DataFrame, float]:
    """Return the mean of every run with enough ratings, and the deviation of one rating within them."""
    programme_of = dict(zip(courses["course_id"], courses["programme_id"], strict=True))
    rated = pd.DataFrame({"course_id": scores["course_id"], "rating": scores[rating_id].astype("float64")}).dropna()
    rated = rated.sort_values(["course_id", "rating"])  # sums don't hang on the order of rows
    place, course_ids = pd.factorize(rated["course_id"])
    ratings, n = rated["rating"].to_numpy(), np.bincount(place)
    means = np.bincount(place, ratings) / n
    squares = np.bincount(place, (ratings - means[place]) ** 2)
    programme_ids = [programme_of.get(course_id) for course_id in course_ids]
    kept = (n >= minimum) & np.array([isinstance(name, str) for name in programme_ids], dtype=bool)
    runs = pd.DataFrame({"course_id": course_ids, "programme_id": programme_ids, "mean": means, "n": n})
    runs = runs[kept].astype({"programme_id": "str"}).reset_index(drop=True)
    freedom, spread = int(n[kept].sum() - kept.sum()), float(squares[kept].sum())
    return runs, float(np.sqrt(spread / freedom)) if freedom > 0 and spread > 0 else NAN


def _pooled(runs: pd.DataFrame, deviation: float, between_runs: float) -> pd.DataFrame:
    """Return each programme's mean over all its ratings; its variance takes in that runs differ."""
    place, programme_ids = pd.factorize(runs["programme_id"], sort=True)
    n, means = runs["n"].to_numpy(dtype=float), runs["mean"].to_numpy(dtype=float)
    total = np.bincount(place, n)
    scatter = 0.0 if np.isnan(between_runs) else between_runs
    columns = {
        "programme_id": programme_ids,
        "n_runs": np.bincount(place),
        "n": total.astype(np.int64),
        "mean": np.bincount(place, n * means) / total,
        "variance": deviation**2 / total + scatter * np.bincount(place, n**2) / total**2,
    }
    return pd.DataFrame(columns)


def _judged(table: pd.DataFrame, shrunk: Shrunk | None, threshold: float) -> LowRated:
    """Hold means against the threshold; where nothing is shrunk, by their bounds alone."""
    means, variances, n = (table[name].to_numpy(dtype=float) for name in ("mean", "variance", "n"))
    if shrunk is not None:
        return low_rated(means, variances, n, threshold, CERTAINTY, shrunk)
    nothing = np.full(len(means), NAN)
    found = low_rated(means, variances, n, threshold, CERTAINTY, Shrunk(nothing, nothing, NAN, NAN, NAN))
    return found._replace(probabilities=probability_below(means, np.sqrt(variances), threshold))


def _programmes(table: pd.DataFrame, shrunk: Shrunk | None, threshold: float) -> pd.DataFrame:
    found = _judged(table, shrunk, threshold)
    is_low = np.array([verdict == LOW for verdict in found.verdicts], dtype=bool)
    is_watched = is_low & (table["n_runs"].to_numpy() < 2)
    more = np.where(is_watched, NAN, found.more_answers)
    columns = {
        "verdict": np.where(is_watched, UNDECIDED, found.verdicts).tolist(),
        "probability": found.probabilities,
        "low": np.clip(found.low, 0, 100),
        "high": np.clip(found.high, 0, 100),
        "estimate": shrunk.estimates if shrunk else np.full(len(table), NAN),
        "more_answers": more,
        "is_watched": is_watched,
        "reason": [
            ONE_RUN if watched else found.reason if np.isnan(one) else ""
            for watched, one in zip(is_watched, more, strict=True)
        ],
    }
    return table.assign(**columns)[PROGRAMMES]


def _watched(runs: pd.DataFrame, shrunk: Shrunk | None, threshold: float) -> pd.DataFrame:
    found = _judged(runs, shrunk, threshold)
    is_below = found.probabilities >= CERTAINTY if shrunk else found.high < threshold
    columns = {
        "low": np.clip(found.low, 0, 100),
        "high": np.clip(found.high, 0, 100),
        "estimate": shrunk.estimates if shrunk else np.full(len(runs), NAN),
        "probability": found.probabilities,
        "is_watched": is_below & (runs["n"].to_numpy() >= LEAST_FOR_LOW),
    }
    return runs.assign(**columns)[RUNS]


def _clustering(runs: pd.DataFrame, deviation: float, between_runs: float) -> float:
    """Return by how much the scatter of runs widens the variance of a programme's mean (design effect)."""
    if runs.empty or not deviation > 0 or np.isnan(between_runs):
        return 1.0
    n = runs["n"].to_numpy(dtype=float)
    return 1 + float(n @ n / n.sum()) * between_runs / deviation**2
