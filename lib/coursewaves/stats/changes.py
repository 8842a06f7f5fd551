"""Estimate the change of a mean between two occasions, however many people could be linked."""

from collections.abc import Callable
from math import copysign, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from coursewaves.errors import CoursewavesError
from coursewaves.stats.values import NAN, NO_VALUES, Numbers, as_numbers, check_level, floored, is_constant

PAIRED_SHARE = 0.9
PARTLY_SHARE = 0.3
FEWEST_PAIRS = 5
ROUNDING = 1e-12

PAIRED = "paired"
PARTLY_PAIRED = "partly paired"
INDEPENDENT = "independent"


class Change(NamedTuple):
    """A change of a mean, second minus first, in the unit of the values.

    Attributes
    ----------
    difference, low, high
        The change and the ends of its interval.
    t, df, p_value
        Student's statistic, its degrees of freedom, the two-sided p-value (above 0).
    n_both, n_first_only, n_second_only
        People with both values, with the first only, with the second only.
    design
        ``paired``, ``partly paired`` or ``independent``; empty where there is no value at all.
    reason
        Why a figure is nan; empty where all is well.
    """

    difference: float
    low: float
    high: float
    t: float
    df: float
    p_value: float
    n_both: int
    n_first_only: int
    n_second_only: int
    design: str
    reason: str = ""


class _Estimate(NamedTuple):
    difference: float
    error: float
    df: float
    reason: str = ""


def change(first: ArrayLike, second: ArrayLike, level: float = 0.95) -> Change:
    """Estimate second minus first, by the design that the share of linked answers allows.

    Both arrays are aligned by person, nan where a person has no value. The share linked is that of all
    answers that belong to a person with both. From 90 %: paired t on those with both. From 30 %, with 5 pairs
    or more: Derrick's T_new2, the difference of the means of all answers. Else Welch's t: an unlinked person
    counts as another person, and the interval is wider than necessary. Too few values, or values without any
    spread, leave nan in what can't be computed.

    Raises
    ------
    CoursewavesError
        Where the arrays differ in length.

    References
    ----------
    Derrick, Russ, Toher & White (2017), Journal of Modern Applied Statistical Methods 16, 137-157;
    Welch (1947), Biometrika 34, 28-35.

    Examples
    --------
    >>> result = change([3, 4, 2, 3, 4], [4, 4, 4, 5, 4])
    >>> result.difference, round(result.p_value, 3), result.design
    (1.0, 0.089, 'paired')
    """
    return _change(first, second, level, _design)


def overall_change(first: ArrayLike, second: ArrayLike, level: float = 0.95) -> Change:
    """Estimate the difference of the means of all answers, second minus first, whatever share of them is linked.

    Both arrays are aligned by person, nan where a person has no value. `change` takes the linked people alone
    from 90 % on; this keeps those who answered one side only, by T_new2 from 5 pairs on, else by Welch's t.
    Where everybody is linked it is the paired t.

    Raises
    ------
    CoursewavesError
        Where the arrays differ in length.

    References
    ----------
    Derrick, Russ, Toher & White (2017), Journal of Modern Applied Statistical Methods 16, 137-157.

    Examples
    --------
    >>> result = overall_change([3, 4, 2, 3, 4, 2], [4, 4, 4, 5, 4, None])
    >>> round(result.difference, 2), round(result.low, 2), round(result.high, 2)
    (1.2, 0.02, 2.38)
    """
    return _change(first, second, level, _overall_design)


def _change(first: ArrayLike, second: ArrayLike, level: float, design_of: Callable[[int, int, int], str]) -> Change:
    check_level(level)
    earlier, later, counts = _aligned(first, second)
    design = design_of(*counts)
    return _tested(_estimated(earlier, later, design), counts, design, level)


def _aligned(first: ArrayLike, second: ArrayLike) -> tuple[Numbers, Numbers, tuple[int, int, int]]:
    """Return both occasions, and how many have both values, the first alone, the second alone."""
    earlier, later = as_numbers(first), as_numbers(second)
    if earlier.size != later.size:
        raise CoursewavesError(f"Give one value a person in both: {earlier.size} and {later.size} values.")
    has_first, has_second = ~np.isnan(earlier), ~np.isnan(later)
    both = has_first & has_second
    return earlier, later, (int(both.sum()), int((has_first & ~both).sum()), int((has_second & ~both).sum()))


def _estimated(earlier: Numbers, later: Numbers, design: str) -> _Estimate:
    if not design:
        return _Estimate(NAN, NAN, NAN, NO_VALUES)
    has_first, has_second = ~np.isnan(earlier), ~np.isnan(later)
    linked = earlier[has_first & has_second], later[has_first & has_second]
    if design == PAIRED:
        return _paired(*linked)
    return _unpaired(earlier[has_first], later[has_second], linked if design == PARTLY_PAIRED else None)


def _design(n_both: int, n_first_only: int, n_second_only: int) -> str:
    answers = 2 * n_both + n_first_only + n_second_only
    if not answers:
        return ""
    share = 2 * n_both / answers
    if share >= PAIRED_SHARE:
        return PAIRED
    return PARTLY_PAIRED if share >= PARTLY_SHARE and n_both >= FEWEST_PAIRS else INDEPENDENT


def _overall_design(n_both: int, n_first_only: int, n_second_only: int) -> str:
    if n_both >= FEWEST_PAIRS:
        return PARTLY_PAIRED
    return INDEPENDENT if n_both or n_first_only or n_second_only else ""


def _paired(earlier: Numbers, later: Numbers) -> _Estimate:
    differences = later - earlier
    mean = float(differences.mean())
    if differences.size < 2:
        return _Estimate(mean, NAN, NAN, "fewer than two pairs")
    error = float(differences.std(ddof=1)) / sqrt(differences.size)
    # rounding noise is judged against the values: equal differences may all be noise themselves
    noise = ROUNDING * max(np.abs(earlier).max(), np.abs(later).max())
    if np.ptp(differences) <= noise or not error:
        return _Estimate(mean, NAN, NAN, "all differences equal")
    return _Estimate(mean, error, differences.size - 1)


def _unpaired(earlier: Numbers, later: Numbers, pairs: tuple[Numbers, Numbers] | None) -> _Estimate:
    """Welch's estimate; with `pairs`, their correlation taken into the error (T_new2)."""
    if not (earlier.size and later.size):
        return _Estimate(NAN, NAN, NAN, "no values on one occasion")
    difference = float(later.mean() - earlier.mean())
    if min(earlier.size, later.size) < 2:
        return _Estimate(difference, NAN, NAN, "fewer than two values on one occasion")
    parts = float(earlier.var(ddof=1)) / earlier.size, float(later.var(ddof=1)) / later.size
    total = sum(parts)
    if (is_constant(earlier) and is_constant(later)) or not total:
        return _Estimate(difference, NAN, NAN, "all values equal on both occasions")
    of_first, of_second = parts[0] / total, parts[1] / total
    welch = 1 / (of_first**2 / (earlier.size - 1) + of_second**2 / (later.size - 1))
    if pairs is None:
        return _Estimate(difference, sqrt(total), welch)
    n_both, n_all = pairs[0].size, earlier.size + later.size
    # r s1 s2 n_both / (n1 n2) as a share of the total, with the standard errors in place of s1 and s2
    shared = _correlation(*pairs) * sqrt(of_first * of_second) * n_both / sqrt(earlier.size * later.size)
    if 1 - 2 * shared <= ROUNDING:
        return _Estimate(difference, NAN, NAN, "all differences equal")
    df = n_both - 1 + (welch - n_both + 1) * (n_all - 2 * n_both) / n_all
    return _Estimate(difference, sqrt(total * (1 - 2 * shared)), df)


def _correlation(earlier: Numbers, later: Numbers) -> float:
    """Pearson's r; 0 where one of the two is constant, since then they share nothing."""
    if is_constant(earlier) or is_constant(later):
        return 0.0
    first, second = earlier - earlier.mean(), later - later.mean()
    first, second = first / np.abs(first).max(), second / np.abs(second).max()
    return float(first @ second) / sqrt(float(first @ first) * float(second @ second))


def _tested(estimate: _Estimate, counts: tuple[int, int, int], design: str, level: float) -> Change:
    difference, error, df, reason = estimate
    if reason:
        return Change(difference, NAN, NAN, NAN, NAN, NAN, *counts, design, reason)
    t = difference / error
    half = float(stdtrit(df, (1 + level) / 2)) * error
    p_value = floored(2 * float(stdtr(df, copysign(t, -1.0))))
    return Change(difference, difference - half, difference + half, t, df, p_value, *counts, design)
