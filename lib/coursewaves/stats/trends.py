"""Test for a trend over years: figures by year in, NamedTuples out; not below five years."""

from collections.abc import Iterable
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, stdtr, stdtrit

from coursewaves.errors import CoursewavesError
from coursewaves.stats.labels import coded, same_length
from coursewaves.stats.values import (
    ALL_EQUAL,
    NAN,
    NO_VALUES,
    Numbers,
    Places,
    as_numbers,
    check_level,
    floored,
    is_constant,
)

FEWEST_YEARS = 5
"""Years under which a trend is shown and not tested: with four, nothing could come out significant."""

FEW_YEARS = "fewer than {} years"
FEWEST_CLUSTERS = 10


class ShareTrend(NamedTuple):
    """Cochran and Armitage's test of a linear trend of shares.

    Attributes
    ----------
    chi2
        Statistic with one degree of freedom.
    p_value
        Two-sided, above 0.
    slope
        Change of the share by one unit of time.
    reason
        Why a figure is nan; empty where all is well.
    """

    chi2: float
    p_value: float
    slope: float
    reason: str = ""


class LinearTrend(NamedTuple):
    """A linear trend of answers over time.

    Attributes
    ----------
    slope, low, high
        Change of the mean by one unit of time and the ends of its interval.
    p_value
        Two-sided, above 0.
    df
        Degrees of freedom: clusters less two, without clusters values less two.
    n, n_times, n_clusters
        Values, distinct times and clusters (0 where none were given).
    reason
        Why a figure is nan; empty where all is well.
    """

    slope: float
    low: float
    high: float
    p_value: float
    df: float
    n: int
    n_times: int
    n_clusters: int
    reason: str = ""


def share_trend(successes: ArrayLike, n: ArrayLike, times: ArrayLike, least: int = FEWEST_YEARS) -> ShareTrend:
    """Test whether a share rises or falls linearly over time (Cochran-Armitage).

    One place = one year: how many of how many, and when. Years of nobody are dropped. Fewer than `least`
    years, one time only or shares that are all 0 or all 1 give nan.

    Raises
    ------
    CoursewavesError
        Where successes lie outside 0 to n, or the columns differ in length.

    References
    ----------
    Cochran (1954), Biometrics 10, 417-451; Armitage (1955), Biometrics 11, 375-386.

    Examples
    --------
    >>> result = share_trend([83, 90, 129, 70], [86, 93, 136, 82], [1, 2, 3, 4], least=4)
    >>> round(result.chi2, 4), round(result.p_value, 6)
    (8.2249, 0.004132)
    """
    hits, total, when = as_numbers(successes), as_numbers(n), as_numbers(times)
    same_length(successes=hits, n=total, times=when)
    kept = ~(np.isnan(hits) | np.isnan(total) | np.isnan(when)) & (total > 0)
    hits, total, when = hits[kept], total[kept], when[kept]
    if (hits < 0).any() or (hits > total).any():
        raise CoursewavesError("The successes of a year lie between 0 and its n.")
    fault = _few(when, least)
    share = float(hits.sum() / total.sum()) if hits.size else NAN
    if fault or share in (0, 1):
        return ShareTrend(NAN, NAN, NAN, fault or ALL_EQUAL)
    away = when - float(total @ when / total.sum())
    spread = float(total @ away**2)
    slope = float(away @ hits) / spread
    chi2 = slope**2 * spread / (share * (1 - share))
    return ShareTrend(chi2, floored(float(chdtrc(1, chi2))), slope)


def linear_trend(
    values: ArrayLike,
    times: ArrayLike,
    clusters: Iterable[Any] | None = None,
    level: float = 0.95,
    least: int = FEWEST_YEARS,
) -> LinearTrend:
    """Estimate the change of the mean answer by a unit of time, from every participant's answer.

    `times` is the year of each value; `clusters` its course, whose participants answer alike: the error then
    allows for that, and fewer than ten courses have none. Values with anything missing are dropped. Fewer
    than `least` different times give nan: so few years can't prove a trend.

    References
    ----------
    Mantel (1963), Journal of the American Statistical Association 58, 690-700 (linear by linear); Liang &
    Zeger (1986), Biometrika 73, 13-22; Cameron & Miller (2015), Journal of Human Resources 50, 317-372.

    Examples
    --------
    >>> years = [year for year in range(2021, 2026) for _ in range(3)]
    >>> result = linear_trend([3, 4, 3, 4, 3, 4, 4, 4, 3, 5, 4, 4, 4, 5, 5], years)
    >>> round(result.slope, 2), round(result.low, 2), round(result.high, 2), result.n_times
    (0.33, 0.13, 0.54, 5)
    """
    check_level(level)
    given, when = as_numbers(values), as_numbers(times)
    labels = None if clusters is None else coded(clusters).places
    same_length(values=given, times=when, clusters=when if labels is None else labels)
    kept = ~(np.isnan(given) | np.isnan(when)) & (True if labels is None else labels >= 0)
    y, when = given[kept], when[kept]
    groups = None if labels is None else np.unique(labels[kept], return_inverse=True)[1]
    n, n_times, n_clusters = y.size, np.unique(when).size, 0 if groups is None else int(groups.max(initial=-1)) + 1
    fault = _few(when, least) or (ALL_EQUAL if is_constant(y) else "")
    if fault:
        return LinearTrend(NAN, NAN, NAN, NAN, NAN, n, n_times, n_clusters, fault)
    away = when - when.mean()
    spread = float(away @ away)
    slope = float(away @ (y - y.mean())) / spread
    left = y - y.mean() - slope * away
    df = float((n if groups is None else n_clusters) - 2)
    error = _error(away, left, groups)
    if groups is not None and n_clusters < FEWEST_CLUSTERS:
        return LinearTrend(slope, NAN, NAN, NAN, df, n, n_times, n_clusters, "fewer than ten clusters")
    if not error > 1e-12 * abs(slope) or df < 1:
        return LinearTrend(slope, NAN, NAN, NAN, df, n, n_times, n_clusters, "the values lie on a line")
    half = float(stdtrit(df, (1 + level) / 2)) * error
    p_value = floored(2 * float(stdtr(df, -abs(slope / error))))
    return LinearTrend(slope, slope - half, slope + half, p_value, df, n, n_times, n_clusters)


def _few(times: Numbers, least: int) -> str:
    if not times.size:
        return NO_VALUES
    count = np.unique(times).size
    return FEW_YEARS.format(max(least, 2)) if count < max(least, 2) else ""


def _error(away: Numbers, left: Numbers, groups: Places | None) -> float:
    """Standard error of the slope; with clusters from what each of them pulls at it."""
    spread, n = float(away @ away), away.size
    if groups is None:
        return sqrt(float(left @ left) / max(n - 2, 1) / spread)
    pulls = np.bincount(groups, away * left)
    correction = pulls.size / max(pulls.size - 1, 1) * (n - 1) / max(n - 2, 1)
    return sqrt(float(pulls @ pulls) * correction) / spread
