"""Estimate a mean, a share or a difference of shares with its interval: answers in, NamedTuples out."""

from math import hypot, isnan, sqrt
from typing import NamedTuple

from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from coursewaves.errors import CoursewavesError
from coursewaves.stats.values import (
    ALL_EQUAL,
    GROUP_EMPTY,
    NAN,
    NO_VALUES,
    ONE_VALUE,
    check_level,
    is_constant,
    present,
)

ROUNDING_NOISE = 1e-9
"""Variance of values 0-100 under which their moments can't tell them from equal ones."""


class MeanInterval(NamedTuple):
    """A mean and its interval, in the unit of the values.

    Attributes
    ----------
    mean, low, high
        The mean and the ends of its interval; nan where they can't be computed.
    n
        Values that are not missing.
    reason
        Why an end is nan; empty where all is well.
    """

    mean: float
    low: float
    high: float
    n: int
    reason: str = ""


class ShareInterval(NamedTuple):
    """A share and its interval, all 0-1.

    Attributes
    ----------
    share, low, high
        Successes by n and the ends of the interval; nan where n is 0.
    n
        All who answered.
    reason
        Why the share is nan; empty where all is well.
    """

    share: float
    low: float
    high: float
    n: int
    reason: str = ""


class ShareDifference(NamedTuple):
    """A difference of two shares, second minus first, -1 to 1.

    Attributes
    ----------
    difference, low, high
        The difference and the ends of its interval; nan where a group is empty.
    reason
        Why it is nan; empty where all is well.
    """

    difference: float
    low: float
    high: float
    reason: str = ""


def mean_interval(
    values: ArrayLike, low: float | None = None, high: float | None = None, level: float = 0.95
) -> MeanInterval:
    """Estimate a mean with its t interval, cut to the ends of the scale.

    The target is the programme: no finite-population correction (¶8). `low` and `high` are the lowest and the
    highest possible value. Missing values are dropped. One value has a mean and no interval; so have values
    that are all equal, since a width of 0 would claim certainty.

    Raises
    ------
    CoursewavesError
        Where a value lies outside the scale.

    References
    ----------
    Student (1908), Biometrika 6, 1-25.

    Examples
    --------
    >>> result = mean_interval([3, 4, 4, 5], low=1, high=5)
    >>> round(result.mean, 2), round(result.low, 2), result.high
    (4.0, 2.7, 5.0)
    """
    check_level(level)
    found = present(values)
    floor = float("-inf" if low is None else low)
    ceiling = float("inf" if high is None else high)
    if found.size and (found.min() < floor or found.max() > ceiling):
        raise CoursewavesError(f"A value lies outside the scale, {floor} to {ceiling}.")
    if not found.size:
        return MeanInterval(NAN, NAN, NAN, 0, NO_VALUES)
    mean = float(found.mean())
    if is_constant(found):
        return MeanInterval(mean, NAN, NAN, found.size, ONE_VALUE if found.size == 1 else ALL_EQUAL)
    half = float(stdtrit(found.size - 1, (1 + level) / 2)) * float(found.std(ddof=1)) / sqrt(found.size)
    return MeanInterval(mean, max(floor, mean - half), min(ceiling, mean + half), found.size)


def interval_of_moments(n: int, total: float, squares: float, low: float, high: float) -> MeanInterval:
    """Estimate the mean of values of which only the moments are known; see `mean_interval`, at 95 %.

    Parameters
    ----------
    n, total, squares
        How many values, their sum and the sum of their squares; best about a point near their mean, since far from
        it digits are lost.
    low, high
        Lowest and highest possible value, about the same point.

    Examples
    --------
    >>> result = interval_of_moments(4, 0, 2, low=-3, high=1)
    >>> round(result.mean, 2), round(result.low, 2), result.high
    (0.0, -1.3, 1)
    """
    if n < 1:
        return MeanInterval(NAN, NAN, NAN, 0, NO_VALUES)
    mean = total / n
    spread = squares - n * mean**2
    if n == 1 or spread <= n * ROUNDING_NOISE:
        return MeanInterval(mean, NAN, NAN, n, ONE_VALUE if n == 1 else ALL_EQUAL)
    half = float(stdtrit(n - 1, 0.975)) * sqrt(spread / (n - 1) / n)
    return MeanInterval(mean, max(low, mean - half), min(high, mean + half), n)


def share_interval(successes: float, n: float, level: float = 0.95) -> ShareInterval:
    """Estimate a share with Wilson's score interval.

    It stays in 0-1 and has a width at 0 of n and at n of n; n = 0 gives nan (¶7).

    Raises
    ------
    CoursewavesError
        Where `successes` is negative, missing or more than `n`.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> result = share_interval(14, 24)
    >>> round(result.share, 2), round(result.low, 2), round(result.high, 2)
    (0.58, 0.39, 0.76)
    """
    check_level(level)
    if not 0 <= successes <= n or isnan(n):
        raise CoursewavesError(f"Can't take {successes} of {n}: the successes lie between 0 and n.")
    if n == 0:
        return ShareInterval(NAN, NAN, NAN, 0, NO_VALUES)
    z = float(ndtri((1 + level) / 2))
    share = successes / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    # at the ends of the scale the formula gives 0 and 1 but for the last bit
    lowest = 0.0 if successes == 0 else max(0.0, centre - half)
    highest = 1.0 if successes == n else min(1.0, centre + half)
    return ShareInterval(share, lowest, highest, int(n))


def difference_of_shares(
    successes_first: float, n_first: float, successes_second: float, n_second: float, level: float = 0.95
) -> ShareDifference:
    """Estimate the difference of two independent shares, second minus first, with Newcombe's interval.

    The hybrid score interval without continuity correction: it stays in -1 to 1 and has a width where both
    shares are 0 or 1. An empty group gives nan.

    Raises
    ------
    CoursewavesError
        Where successes are negative or more than their n.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.

    Examples
    --------
    >>> result = difference_of_shares(48, 80, 56, 70)
    >>> round(result.difference, 4), round(result.low, 4), round(result.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    first = share_interval(successes_first, n_first, level)
    second = share_interval(successes_second, n_second, level)
    if first.reason or second.reason:
        return ShareDifference(NAN, NAN, NAN, GROUP_EMPTY)
    difference = second.share - first.share
    down = hypot(second.share - second.low, first.high - first.share)
    up = hypot(second.high - second.share, first.share - first.low)
    return ShareDifference(difference, max(-1.0, difference - down), min(1.0, difference + up))


def difference_of_options(chose_first: float, chose_second: float, n: float, level: float = 0.95) -> ShareDifference:
    """Estimate the difference of the shares of two answers to one question, second minus first.

    Everybody gave one answer, so that the two shares hang together. Wilson's intervals of both are joined by the
    correlation that they have (MOVER): the interval stays in -1 to 1 and has a width where all gave one answer,
    unlike that by the normal approximation. No answers give nan.

    Raises
    ------
    CoursewavesError
        Where more than n, or fewer than none, gave one of the two.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, 2635-2650, method 10; Zou & Donner (2008), Statistics in Medicine
    27, 1693-1702.

    Examples
    --------
    >>> result = difference_of_options(4, 14, 20)
    >>> round(result.difference, 4), round(result.low, 4), round(result.high, 4)
    (0.5, 0.0915, 0.7575)
    """
    first, second = share_interval(chose_first, n, level), share_interval(chose_second, n, level)
    if chose_first + chose_second > n:
        raise CoursewavesError(f"Can't take {chose_first} and {chose_second} of {n}: everybody gave one answer.")
    if first.reason:
        return ShareDifference(NAN, NAN, NAN, first.reason)
    rest = (1 - first.share) * (1 - second.share)
    together = -1.0 if rest <= 0 else -min(sqrt(first.share * second.share / rest), 1.0)
    down = _joined(second.share - second.low, first.high - first.share, together)
    up = _joined(second.high - second.share, first.share - first.low, together)
    difference = second.share - first.share
    return ShareDifference(difference, max(-1.0, difference - down), min(1.0, difference + up))


def _joined(of_one: float, of_other: float, correlation: float) -> float:
    return sqrt(of_one**2 + of_other**2 - 2 * correlation * of_one * of_other)
