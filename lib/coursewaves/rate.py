"""Call programmes low-rated, or not, or not yet (¶16): `scores` go in, one verdict per group comes out.

The regulation names no threshold; the councils do, and every report prints it. A programme is called low only
when its interval lies below the threshold, and not low only when it lies above.
"""

from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.ladder import LEAST
from coursewaves.stats import mean_interval

Verdict = Literal["low", "not low", "cannot say yet"]

LEAST_FOR_LOW = LEAST["low_rated"]
"""Answers under which nothing is called low (`docs/methods.md`, ¶16)."""


class RatingVerdict(NamedTuple):
    """How a group stands to the threshold.

    Attributes
    ----------
    verdict
        ``low`` where the one-sided 90 % bound is below the threshold, ``not low`` where the other one is
        above.
    mean, low, high
        Mean rating (0-100) with its 80 % interval, whose ends are the two one-sided 90 % bounds.
    n
        Ratings.
    """

    verdict: Verdict
    mean: float
    low: float
    high: float
    n: int


def rate(ratings: np.ndarray, threshold: float) -> RatingVerdict:
    """Compare the mean of some ratings with the threshold.

    Fewer than `LEAST_FOR_LOW` ratings are never called low; fewer than two never judged.

    >>> rate(np.array([40.0, 45, 50, 42, 48, 44, 51, 39, 47, 46]), 62.5).verdict
    'low'
    """
    found = mean_interval(ratings, low=0, high=100, level=0.8)
    verdict: Verdict = "cannot say yet"
    if found.high < threshold and found.n >= LEAST_FOR_LOW:
        verdict = "low"
    elif found.low >= threshold:
        verdict = "not low"
    return RatingVerdict(verdict, found.mean, found.low, found.high, found.n)


def rate_groups(scores: pd.DataFrame, group: pd.Series, rating_id: str, threshold: float) -> pd.DataFrame:
    """Rate every group, programmes say, over all its responses (¶16).

    Parameters
    ----------
    scores
        One row is one response.
    group
        The group of each row.
    rating_id
        The rating's score column.
    threshold
        0-100, the councils' own.

    Returns
    -------
    DataFrame
        One row is one group, in the order of its name and never by rank: the group's name, ``verdict``,
        ``mean``, ``low``, ``high`` and ``n``.

    Raises
    ------
    CoursewavesError
        Where there is no such score.
    """
    if rating_id not in scores:
        raise CoursewavesError.not_found(rating_id, "the scores", scores.columns)
    rows = [
        {str(group.name): name, **rate(values.to_numpy(dtype=float), threshold)._asdict()}
        for name, values in scores[rating_id].dropna().groupby(group)
    ]
    return pd.DataFrame(rows, columns=[str(group.name), *RatingVerdict._fields])
