"""Say how alike the members of a group are: values and their groups in, the intraclass correlation out."""

from collections.abc import Iterable
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc, fdtri

from coursewaves.stats.labels import coded, same_length
from coursewaves.stats.values import ALL_EQUAL, NAN, NO_VALUES, as_numbers, check_level, floored, is_constant

ROUNDING = 1e-20


class IntraclassCorrelation(NamedTuple):
    """The share of the variance of single values that lies between groups.

    Attributes
    ----------
    icc, low, high
        The estimate, 0-1 or a little below 0, and the ends of its interval.
    p_value
        Of the test that groups don't differ, above 0.
    between, within
        Standard deviation of the true group means (at least 0), and of values within a group, pooled.
    n, n_groups
        Values and groups.
    reason
        Why a figure is nan; empty where all is well.
    """

    icc: float
    low: float
    high: float
    p_value: float
    between: float
    within: float
    n: int
    n_groups: int
    reason: str = ""


def intraclass_correlation(values: ArrayLike, groups: Iterable[Any], level: float = 0.95) -> IntraclassCorrelation:
    """Estimate the intraclass correlation of values in groups of any size (one-way, random groups).

    By analysis of variance; the interval is exact for groups of one size and holds nearly for others. Missing
    values or groups are dropped. Fewer than two groups, or no group of two, give nan.

    References
    ----------
    Searle (1971), Linear Models, chapter 9; Thomas & Hultquist (1978), Annals of Statistics 6, 582-587
    (unequal sizes); Shrout & Fleiss (1979), Psychological Bulletin 86, 420-428.

    Examples
    --------
    >>> result = intraclass_correlation([1, 2, 4, 5, 2, 3], ["a", "a", "b", "b", "c", "c"])
    >>> round(result.icc, 2), round(result.low, 2), round(result.high, 2), round(result.within, 2)
    (0.81, -0.26, 0.99, 0.71)
    """
    check_level(level)
    given, labels = as_numbers(values), coded(groups)
    same_length(values=given, groups=labels.places)
    kept = ~np.isnan(given) & (labels.places >= 0)
    y, place = given[kept], np.unique(labels.places[kept], return_inverse=True)[1]
    count = np.bincount(place)
    n, k = y.size, count.size
    fault = _fault(n, k, is_constant(y))
    if fault:
        return IntraclassCorrelation(NAN, NAN, NAN, NAN, NAN, NAN, n, k, fault)
    means = np.bincount(place, y) / count
    inside = float(((y - means[place]) ** 2).sum()) / (n - k)
    outside = float(count @ (means - y.mean()) ** 2) / (k - 1)
    size = (n - float((count**2).sum()) / n) / (k - 1)
    between = sqrt(max(outside - inside, 0.0) / size)
    if inside <= ROUNDING * outside:
        return IntraclassCorrelation(1.0, NAN, NAN, NAN, between, 0.0, n, k, "no group has any spread")
    tails = (1 + level) / 2, (1 - level) / 2
    ratio = outside / inside
    ends = (ratio / float(fdtri(k - 1, n - k, tail)) for tail in tails)
    icc, low, high = ((f - 1) / (f + size - 1) for f in (ratio, *ends))
    p_value = floored(float(fdtrc(k - 1, n - k, ratio)))
    return IntraclassCorrelation(icc, low, high, p_value, between, sqrt(inside), n, k)


def _fault(n: int, k: int, constant: bool) -> str:
    if not n:
        return NO_VALUES
    if k < 2:
        return "fewer than two groups"
    if n == k:
        return "no group has two values"
    return ALL_EQUAL if constant else ""
