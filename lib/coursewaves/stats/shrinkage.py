"""Pull uncertain means towards the mean of all (¶14, ¶16): means and variances in, empirical Bayes out."""

from math import isnan, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr, ndtri

from coursewaves.stats.labels import same_length
from coursewaves.stats.values import NAN, Numbers, as_numbers, check_level, floored, unit_of

SMALLEST_VARIANCE = 1e-24
"""In the square of the largest mean: less than rounding makes of it."""

FEW_GROUPS = "fewer than two groups with a mean and a variance"
FEWEST_GROUPS = 10
"""Groups under which shrinkage isn't used for a verdict: the variance between them is hardly known."""


class Shrunk(NamedTuple):
    """Means shrunk towards the mean of all.

    Attributes
    ----------
    estimates, errors
        Empirical Bayes estimate of each mean and its standard error, which takes in that of the mean of all;
        nan where a mean or its variance is missing.
    grand_mean
        Precision-weighted mean of all.
    grand_error
        Its standard error.
    tau2
        Variance between the true means (REML), at least 0.
    reason
        Why a figure is nan; empty where all is well.
    """

    estimates: Numbers
    errors: Numbers
    grand_mean: float
    grand_error: float
    tau2: float
    reason: str = ""


class Heterogeneity(NamedTuple):
    """Whether means differ by more than their sampling errors.

    Attributes
    ----------
    q, df, p_value
        Cochran's Q, its degrees of freedom and the p-value (above 0).
    i2
        Share of the spread that is not sampling error, 0-1.
    tau2
        Variance between the true means (REML).
    reason
        Why a figure is nan; empty where all is well.
    """

    q: float
    df: int
    p_value: float
    i2: float
    tau2: float
    reason: str = ""


class ShrunkDifference(NamedTuple):
    """A difference of two means of one programme, shrunk towards no difference.

    Attributes
    ----------
    difference, low, high
        Second minus first, shrunk, and the ends of its interval.
    raw
        The difference as it is.
    reason
        Why a figure is nan; empty where all is well.
    """

    difference: float
    low: float
    high: float
    raw: float
    reason: str = ""


def shrink(means: ArrayLike, variances: ArrayLike) -> Shrunk:
    """Shrink means towards the mean of all by how uncertain each is (two-stage REML, empirical Bayes).

    `variances` are the squared standard errors of the means, best from a pooled variance within groups. A
    missing mean, or a variance that is missing or not above 0, leaves that place nan. Where the means differ
    by no more than chance, tau² is 0 and all estimates are the mean of all. Fewer than two give nan.

    References
    ----------
    Morris (1983), Journal of the American Statistical Association 78, 47-55; Raudenbush & Bryk (1985),
    Journal of Educational Statistics 10, 75-98.

    Examples
    --------
    >>> result = shrink([3.0, 4.0, 4.5, 2.0], [0.1, 0.1, 0.1, 0.4])
    >>> result.estimates.round(2), round(result.tau2, 2)
    (array([3.05, 3.95, 4.4 , 2.44]), 0.91)
    """
    given, known = as_numbers(means), as_numbers(variances)
    same_length(means=given, variances=known)
    kept = ~np.isnan(given) & (known > 0)
    estimates, errors = np.full(given.size, NAN), np.full(given.size, NAN)
    if kept.sum() < 2:
        return Shrunk(estimates, errors, NAN, NAN, NAN, FEW_GROUPS)
    found, mean, error = between(given[kept], known[kept])
    held = found / (found + known[kept])
    estimates[kept] = held * given[kept] + (1 - held) * mean
    errors[kept] = np.sqrt(held * known[kept] + ((1 - held) * error) ** 2)
    return Shrunk(estimates, errors, mean, error, found, "" if kept.all() else "a mean or its variance is missing")


def shrunken_difference(
    first: tuple[float, float], second: tuple[float, float], tau2: float, level: float = 0.95
) -> ShrunkDifference:
    """Estimate what changed from before to after a decision, second minus first, shrunk towards nothing.

    `first` and `second` are a mean and its squared standard error; `tau2` is how much the difference of two
    such means of one programme varies by itself: twice the variance between runs where each is of one run. A
    programme is looked at because it was low, so that part of any rise is chance running back. A missing mean,
    or a variance that is missing or not above 0, gives nan; a `tau2` of 0 leaves no difference.

    References
    ----------
    Morris (1983), Journal of the American Statistical Association 78, 47-55; Barnett, van der Pols & Dobson
    (2005), International Journal of Epidemiology 34, 215-220 (regression to the mean).

    Examples
    --------
    >>> result = shrunken_difference((58.0, 9.0), (68.0, 9.0), tau2=18.0)
    >>> round(result.difference, 1), round(result.low, 1), round(result.high, 1), result.raw
    (5.0, -0.9, 10.9, 10.0)
    """
    check_level(level)
    chance, raw = first[1] + second[1], float(second[0] - first[0])
    if isnan(raw) or not (first[1] > 0 and second[1] > 0 and tau2 >= 0):
        return ShrunkDifference(NAN, NAN, NAN, raw, "a mean or its variance is missing")
    held = tau2 / (tau2 + chance)
    half = float(ndtri((1 + level) / 2)) * sqrt(held * chance)
    return ShrunkDifference(held * raw, held * raw - half, held * raw + half, raw)


def heterogeneity(means: ArrayLike, variances: ArrayLike) -> Heterogeneity:
    """Test whether true means differ, and say how much of their spread is more than chance.

    Places without a mean or a variance above 0 are dropped; fewer than two give nan.

    References
    ----------
    Cochran (1954), Biometrics 10, 101-129; Higgins & Thompson (2002), Statistics in Medicine 21, 1539-1558.

    Examples
    --------
    >>> result = heterogeneity([3.0, 4.0, 4.5, 2.0], [0.1, 0.1, 0.1, 0.4])
    >>> round(result.q, 2), result.df, round(result.p_value, 4), round(result.i2, 2)
    (19.42, 3, 0.0002, 0.88)
    """
    given, known = as_numbers(means), as_numbers(variances)
    same_length(means=given, variances=known)
    kept = ~np.isnan(given) & (known > 0)
    k = int(kept.sum())
    if k < 2:
        return Heterogeneity(NAN, max(k - 1, 0), NAN, NAN, NAN, FEW_GROUPS)
    y, chance, unit = scaled(given[kept], known[kept])
    weights = 1 / chance
    q = float(weights @ (y - float(weights @ y / weights.sum())) ** 2)
    tau2 = _root(y, chance)
    typical = (k - 1) * float(weights.sum()) / max(float(weights.sum() ** 2 - weights @ weights), 1e-300)
    p_value = floored(float(chdtrc(k - 1, q)))
    return Heterogeneity(q, k - 1, p_value, tau2 / (tau2 + typical), tau2 * unit**2)


def probability_below(estimates: ArrayLike, errors: ArrayLike, threshold: float) -> Any:
    """Return the probability (0-1) that a true mean lies below a threshold, by its estimate and error.

    One number for one estimate, else an array. A missing estimate, or an error that is missing or not above
    0, gives nan.

    References
    ----------
    Morris (1983), Journal of the American Statistical Association 78, 47-55.

    Examples
    --------
    >>> round(probability_below(3.3, 0.2, 3.5), 2)
    0.84
    """
    is_one = np.ndim(estimates) == 0
    given, spread = (as_numbers(np.atleast_1d(np.asarray(each, np.float64))) for each in (estimates, errors))
    given, spread = np.broadcast_arrays(given, spread)
    with np.errstate(over="ignore"):  # beyond all measure is as good as certain
        away = np.divide(threshold - given, spread, out=np.full(given.shape, NAN), where=spread > 0)
    found = ndtr(away)
    return float(found[0]) if is_one and found.size == 1 else found


def between(means: Numbers, variances: Numbers) -> tuple[float, float, float]:
    """Return the REML variance between true means, their mean and its standard error; two means at least.

    >>> round(between(np.array([0.0, 2, 4, 6]), np.ones(4))[1], 6)
    3.0
    """
    y, known, unit = scaled(means, variances)
    tau2 = _root(y, known)
    weights = 1 / (tau2 + known)
    return tau2 * unit**2, float(weights @ y / weights.sum()) * unit, unit / sqrt(float(weights.sum()))


def scaled(means: Numbers, variances: Numbers) -> tuple[Numbers, Numbers, float]:
    """Return means and variances in a unit of their own, in which no variance vanishes beside the others.

    >>> scaled(np.array([0.0, 4.0]), np.array([4.0, 0.0]))
    (array([0., 1.]), array([2.5e-01, 1.0e-24]), 4.0)
    """
    unit = max(unit_of(means), sqrt(float(variances.max())))
    return means / unit, np.maximum(variances / unit**2, SMALLEST_VARIANCE), unit


def _root(y: Numbers, known: Numbers) -> float:
    """Where the restricted likelihood is highest: the best of a grid, then halving on its derivative."""
    grid = np.concatenate([[0.0], np.geomspace(1e-8, 1.0, 65)]) * (float(y.var(ddof=1)) * y.size + 1e-6)
    logged, score = _restricted(grid, y, known)
    best = int(np.argmax(logged))
    if score[best] <= 0 and best == 0:
        return 0.0
    lowest, highest = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, grid.size - 1)])
    for _ in range(100):
        middle = (lowest + highest) / 2
        if highest - lowest <= 1e-13 * highest:
            break
        if _restricted(np.array([middle]), y, known)[1][0] > 0:
            lowest = middle
        else:
            highest = middle
    return (lowest + highest) / 2


def _restricted(tau2: Numbers, y: Numbers, known: Numbers) -> tuple[Numbers, Numbers]:
    """Return the restricted log-likelihood of each tau² and twice its derivative."""
    weights = 1 / (tau2[:, None] + known)
    total, squares = weights.sum(axis=1), (weights**2).sum(axis=1)
    away = (y - (weights @ y / total)[:, None]) ** 2
    logged = 0.5 * (np.log(weights).sum(axis=1) - np.log(total) - (weights * away).sum(axis=1))
    return logged, (weights**2 * away).sum(axis=1) - total + squares / total
