"""Compare the answers of two groups of different people by rank: arrays in, NamedTuples out.

The sign is the same throughout: a superiority above 0.5 and a positive delta mean that the second is higher.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtr, stdtrit

from coursewaves.stats.dominance import Dominance, count_answers, dominance
from coursewaves.stats.permutation import permuted, separation_p
from coursewaves.stats.values import (
    ALL_EQUAL,
    GROUP_EMPTY,
    GROUP_OF_ONE,
    NAN,
    Numbers,
    check_level,
    floored,
    two_sided,
)

SMALL_GROUP = 10
"""Below so many in the smaller group the t approximation gives way to permutation."""


class MannWhitney(NamedTuple):
    """The Mann-Whitney test.

    Attributes
    ----------
    u
        Pairs in which the first is higher, ties half (R's W, scipy's statistic).
    p_value
        Two-sided, above 0.
    superiority
        P(first < second) plus half the ties, 0-1.
    reason
        Why a figure is nan; empty where all is well.
    """

    u: float
    p_value: float
    superiority: float
    reason: str = ""


class BrunnerMunzel(NamedTuple):
    """The Brunner-Munzel test.

    Attributes
    ----------
    superiority, low, high
        P(first < second) plus half the ties, 0-1, and the ends of its interval.
    p_value
        Two-sided, above 0.
    method
        ``t approximation``, ``exact permutation`` or ``random permutation``; empty where nothing was tested.
    reason
        Why a figure is nan; empty where all is well.
    """

    superiority: float
    low: float
    high: float
    p_value: float
    method: str
    reason: str = ""


class CliffsDelta(NamedTuple):
    """Cliff's delta, -1 to 1.

    Attributes
    ----------
    delta, low, high
        P(first < second) minus P(first > second), and the ends of its asymmetric interval.
    reason
        Why a figure is nan; empty where all is well.
    """

    delta: float
    low: float
    high: float
    reason: str = ""


def mann_whitney(first: ArrayLike, second: ArrayLike) -> MannWhitney:
    """Test whether two groups have the same distribution of answers.

    Normal approximation with tie and continuity correction. Missing values are dropped. An empty group gives
    nan; where all values are equal the superiority is 0.5 and there is no p-value.

    References
    ----------
    Mann & Whitney (1947), Annals of Mathematical Statistics 18, 50-60.

    Examples
    --------
    >>> result = mann_whitney([1, 2, 2, 3], [2, 3, 4, 4, 5])
    >>> result.u, result.superiority, round(result.p_value, 3)
    (2.5, 0.875, 0.079)
    """
    of_first, of_second = count_answers(first, second)
    n_first, n_second = float(of_first.sum()), float(of_second.sum())
    if not (n_first and n_second):
        return MannWhitney(NAN, NAN, NAN, GROUP_EMPTY)
    u = float(of_first @ (np.cumsum(of_second) - of_second / 2))
    pairs, n, together = n_first * n_second, n_first + n_second, of_first + of_second
    if together.size < 2:
        return MannWhitney(u, NAN, 0.5, ALL_EQUAL)
    variance = pairs / 12 * (n + 1 - float((together**3 - together).sum()) / (n * (n - 1)))
    z = max(0.0, abs(u - pairs / 2) - 0.5) / sqrt(variance)
    return MannWhitney(u, two_sided(z), 1 - u / pairs)


def brunner_munzel(
    first: ArrayLike, second: ArrayLike, permutation: bool | None = None, level: float = 0.95
) -> BrunnerMunzel:
    """Estimate the probability of superiority, and test it against one half; spreads may differ.

    `permutation` None means: permute where the smaller group is under 10. All arrangements are counted where
    there are at most 100,000, else 9,999 drawn with a fixed seed; two-sided counts those whose studentised
    distance from one half is as large or larger, and the interval uses that distance's quantile. Otherwise t.
    The interval is cut to 0-1. At full separation the variance is 0: the p-value is that of the two (or one)
    separated arrangements and the interval follows Feng & Cliff. Missing values are dropped; a group under
    two or values that are all equal have no test.

    References
    ----------
    Brunner & Munzel (2000), Biometrical Journal 42, 17-25; Neubert & Brunner (2007), Computational Statistics
    & Data Analysis 51, 5192-5204; Pauly, Asendorf & Konietschke (2016), Biometrical Journal 58, 1319-1337
    (interval); Feng & Cliff (2004), Journal of Modern Applied Statistical Methods 3, 322-332.

    Examples
    --------
    >>> result = brunner_munzel([1, 2, 2, 3], [2, 3, 4, 4, 5])
    >>> result.superiority, round(result.p_value, 3), result.method
    (0.875, 0.071, 'exact permutation')
    """
    check_level(level)
    of_first, of_second = count_answers(first, second)
    fault = _fault(of_first, of_second)
    if fault:
        return BrunnerMunzel(_superiority(of_first, of_second), NAN, NAN, NAN, "", fault)
    found = dominance(of_first, of_second)
    estimate = float(found.superiority)
    if found.variance == 0:
        low, high = (end / 2 + 0.5 for end in _separated(found, level))
        return BrunnerMunzel(estimate, low, high, separation_p(of_first, of_second), "exact permutation")
    is_small = min(found.n_first, found.n_second) < SMALL_GROUP
    if is_small if permutation is None else permutation:
        p_value, distance, method = permuted(of_first, of_second, level)
    else:
        p_value, distance, method = _by_t(found, level)
    half = distance * sqrt(found.variance)
    return BrunnerMunzel(estimate, max(0.0, estimate - half), min(1.0, estimate + half), p_value, method)


def cliffs_delta(first: ArrayLike, second: ArrayLike, level: float = 0.95) -> CliffsDelta:
    """Estimate how much more often the second is higher than lower, with Cliff's asymmetric interval.

    Unbiased variance with Cliff's floor, t quantile with n1 + n2 - 2 degrees of freedom; the interval stays
    in -1 to 1. At full separation (delta of 1 or -1) the inner end is (n - z²) / (n + z²) with n of the
    smaller group. Missing values are dropped; an empty group gives nan, a group of one, or values that are
    all equal, only the delta.

    References
    ----------
    Cliff (1996), Ordinal Methods for Behavioral Data Analysis, chapter 5; Feng & Cliff (2004), Journal of
    Modern Applied Statistical Methods 3, 322-332.

    Examples
    --------
    >>> result = cliffs_delta([1, 2, 2, 3], [2, 3, 4, 4, 5])
    >>> result.delta, round(result.low, 2), round(result.high, 2)
    (0.75, -0.02, 0.96)
    """
    check_level(level)
    of_first, of_second = count_answers(first, second)
    fault = _fault(of_first, of_second)
    if fault:
        return CliffsDelta(2 * _superiority(of_first, of_second) - 1, NAN, NAN, fault)
    found = dominance(of_first, of_second)
    delta = 2 * float(found.superiority) - 1
    if found.variance == 0:
        return CliffsDelta(delta, *_separated(found, level))
    t = float(stdtrit(found.n_first + found.n_second - 2, (1 + level) / 2))
    variance = _unbiased_variance(found, delta)
    half = t * sqrt(variance) * sqrt((1 - delta**2) ** 2 + t**2 * variance)
    middle, scale = delta - delta**3, 1 - delta**2 + t**2 * variance
    return CliffsDelta(delta, max(-1.0, (middle - half) / scale), min(1.0, (middle + half) / scale))


def _unbiased_variance(found: Dominance, delta: float) -> float:
    first, second = float(found.n_first), float(found.n_second)
    # dominance is twice the share below less one, so its variance over members is four times the spread
    of_first = 4 * float(found.spread_first) / first * second / (second - 1)
    of_second = 4 * float(found.spread_second) / second * first / (first - 1)
    of_pairs = (1 - float(found.tied) - delta**2) / ((first - 1) * (second - 1))
    return max(of_first + of_second - of_pairs, (1 - delta**2) / (first * second - 1))


def _by_t(found: Dominance, level: float) -> tuple[float, float, str]:
    t, freedom = float(found.superiority - 0.5) / sqrt(found.variance), float(found.freedom)
    p_value = floored(2 * float(stdtr(freedom, -abs(t))))
    return p_value, float(stdtrit(freedom, (1 + level) / 2)), "t approximation"


def _separated(found: Dominance, level: float) -> tuple[float, float]:
    smaller, z = float(min(found.n_first, found.n_second)), float(ndtri((1 + level) / 2))
    inner = (smaller - z**2) / (smaller + z**2)
    return (inner, 1.0) if found.superiority > 0.5 else (-1.0, -inner)


def _superiority(of_first: Numbers, of_second: Numbers) -> float:
    pairs = float(of_first.sum() * of_second.sum())
    return float(of_second @ (np.cumsum(of_first) - of_first / 2)) / pairs if pairs else NAN


def _fault(of_first: Numbers, of_second: Numbers) -> str:
    if not (of_first.sum() and of_second.sum()):
        return GROUP_EMPTY
    if min(of_first.sum(), of_second.sum()) < 2:
        return GROUP_OF_ONE
    return ALL_EQUAL if of_first.size < 2 else ""
