"""Summarise the answers to one rating scale: codes in, one figure out."""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from coursewaves.errors import CoursewavesError
from coursewaves.stats.values import NAN, NO_VALUES, check_level, present


class NetPromoter(NamedTuple):
    """A net promoter score as a difference of shares, -1 to 1.

    Attributes
    ----------
    score, low, high
        Share of 9-10 minus share of 0-6, and the ends of its interval; nan where nobody answered.
    n
        Answers that are not missing.
    reason
        Why the score is nan; empty where all is well.
    """

    score: float
    low: float
    high: float
    n: int
    reason: str = ""


def net_promoter(ratings: ArrayLike, level: float = 0.95) -> NetPromoter:
    """Estimate the share of 9-10 minus the share of 0-6 with its adjusted Wald interval.

    Ratings run from 0 to 10, missing ones are dropped. The interval adds three imagined answers (3/4
    promoters, 3/4 detractors), so it has a width where all agree; it is cut to -1 to 1.

    Raises
    ------
    CoursewavesError
        Where a rating lies outside 0-10.

    References
    ----------
    Rocks (2016), The American Statistician 70, 365-372.

    Examples
    --------
    >>> result = net_promoter([10, 9, 9, 8, 3])
    >>> round(result.score, 2), round(result.low, 2), round(result.high, 2)
    (0.4, -0.3, 0.8)
    """
    check_level(level)
    found = present(ratings)
    if not found.size:
        return NetPromoter(NAN, NAN, NAN, 0, NO_VALUES)
    if found.min() < 0 or found.max() > 10:
        raise CoursewavesError("A rating lies outside 0-10.")
    promoters, detractors = int((found >= 9).sum()), int((found <= 6).sum())
    score = (promoters - detractors) / found.size
    high_share, low_share = (promoters + 0.75) / (found.size + 3), (detractors + 0.75) / (found.size + 3)
    centre = high_share - low_share
    error = sqrt((high_share + low_share - centre**2) / (found.size + 3))
    half = float(ndtri((1 + level) / 2)) * error
    # the imagined answers pull the centre inwards: at a low level the score itself could fall outside
    low, high = min(score, max(-1.0, centre - half)), max(score, min(1.0, centre + half))
    return NetPromoter(score, low, high, found.size)


def interpolated_median(values: ArrayLike, width: float = 1.0) -> float:
    """Return the median of grouped answers, interpolated within the step on which it falls.

    A step reaches half a `width` to either side of its code; the median moves off the code as the answers
    above and below it are unequal. Unlike the plain median of 1-5 answers it shows a shift of less than a
    step.
    Missing values are dropped; no values give nan.

    References
    ----------
    Edwards (1957), Techniques of Attitude Scale Construction; Revelle, R package psych, ``interp.median``.

    Examples
    --------
    >>> interpolated_median([3, 4, 4, 5, 5, 5])
    4.5
    >>> interpolated_median([3, 4, 4, 4, 5, 5])
    4.166666666666667
    """
    found = present(values)
    if not found.size:
        return NAN
    median = float(np.median(found))
    on_it = int((found == median).sum())
    beyond = int((found > median).sum()) - int((found < median).sum())
    return median + width / 2 * beyond / on_it if on_it else median
