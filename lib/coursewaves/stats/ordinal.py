"""Correlate ordered answers as if continuous feelings lay behind them: two items in, rho and thresholds out."""

from math import copysign, inf, pi, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri, owens_t

from coursewaves.stats.labels import same_length
from coursewaves.stats.values import NAN, NO_VALUES, Numbers, as_numbers, as_table, settled

LARGEST = 0.9999
"""Beyond it the likelihood of a table is flat; R's polycor stops there too."""

SMALLEST_CHANCE = 1e-15
MOST_STEPS = 100
CLOSE = 1e-12

CONSTANT = "an item has no spread"
AT_BOUND = "the answers agree so far that rho lies at its bound"


class Polychoric(NamedTuple):
    """A polychoric correlation.

    Attributes
    ----------
    rho
        Correlation of the feelings behind the answers, -1 to 1.
    thresholds
        Where on a standard normal scale the answers to the first item part, and those to the second.
    se
        Standard error of rho, the thresholds taken as known.
    n
        People who answered both.
    reason
        Why a figure is nan; empty where all is well.
    """

    rho: float
    thresholds: tuple[Numbers, Numbers]
    se: float
    n: int
    reason: str = ""


class PolychoricMatrix(NamedTuple):
    """Polychoric correlations of all pairs of items.

    Attributes
    ----------
    rho, se
        Symmetric tables of the correlations (1 on the diagonal) and their standard errors (0 there).
    n
        People who answered both items of a pair.
    reason
        Why a figure is nan; empty where all is well.
    """

    rho: Numbers
    se: Numbers
    n: Numbers
    reason: str = ""


def polychoric(first: ArrayLike, second: ArrayLike) -> Polychoric:
    """Estimate the polychoric correlation of two ordered items in two steps.

    The thresholds are those of each item's own shares, then rho is the maximum of the likelihood of the
    table of both. People with a missing answer are dropped. An item with one answer only gives nan; where
    the answers agree so far that the likelihood has no maximum inside, rho is ±0.9999 without an error.

    Raises
    ------
    CoursewavesError
        Where the items differ in length.

    References
    ----------
    Olsson (1979), Psychometrika 44, 443-460; Owen (1956), Annals of Mathematical Statistics 27, 1075-1090
    (the bivariate normal integral).

    Examples
    --------
    >>> result = polychoric([1, 1, 2, 2, 3, 3, 1, 2, 3, 2], [1, 2, 2, 3, 3, 2, 1, 1, 3, 2])
    >>> round(result.rho, 2), result.thresholds[0].round(2)
    (0.78, array([-0.52,  0.52]))
    """
    one, other = as_numbers(first), as_numbers(second)
    same_length(first=one, second=other)
    kept = ~(np.isnan(one) | np.isnan(other))
    table = _table(one[kept], other[kept])
    cuts = _thresholds(table.sum(axis=1)), _thresholds(table.sum(axis=0))
    n = int(kept.sum())
    if min(table.shape) < 2:
        return Polychoric(NAN, cuts, NAN, n, CONSTANT if n else NO_VALUES)
    rho = _most_likely(table, *cuts)
    information = _slope(rho, table, *cuts)[1]
    if abs(rho) >= LARGEST or information < 1:  # an error over 1 tells that the likelihood is flat from there on
        return Polychoric(copysign(LARGEST, rho), cuts, NAN, n, AT_BOUND)
    return Polychoric(rho, cuts, 1 / sqrt(information), n)


def polychoric_matrix(items: ArrayLike) -> PolychoricMatrix:
    """Estimate the polychoric correlation of every two items; see `polychoric`.

    One row = one respondent, one column = one item. It is meant for pooled data: with some tens of people
    most tables have empty corners.

    References
    ----------
    Olsson (1979), Psychometrika 44, 443-460.

    Examples
    --------
    >>> answers = [[1, 1], [1, 2], [2, 2], [2, 3], [3, 3], [3, 2], [1, 1], [2, 1], [3, 3], [2, 2]]
    >>> polychoric_matrix(answers).rho.round(2)
    array([[1.  , 0.78],
           [0.78, 1.  ]])
    """
    answers = as_table(items)
    k = answers.shape[1]
    given = (~np.isnan(answers)).astype(np.float64)
    rho, se = np.eye(k), np.zeros((k, k))
    reasons = []
    for row in range(k):
        for column in range(row):
            found = polychoric(answers[:, row], answers[:, column])
            rho[row, column] = rho[column, row] = found.rho
            se[row, column] = se[column, row] = found.se
            reasons += [found.reason] * bool(found.reason)
    return PolychoricMatrix(rho, se, given.T @ given, reasons[0] if reasons else "")


def _table(first: Numbers, second: Numbers) -> Numbers:
    """Count how many gave each pair of answers; rows and columns are the answers that were given."""
    rows, row = np.unique(settled(first), return_inverse=True)
    columns, column = np.unique(settled(second), return_inverse=True)
    counts = np.bincount(row * columns.size + column, minlength=rows.size * columns.size)
    return counts.reshape(rows.size, columns.size).astype(np.float64)


def _thresholds(counts: Numbers) -> Numbers:
    return np.asarray(ndtri(np.cumsum(counts)[:-1] / counts.sum()) if counts.size else counts, dtype=np.float64)


def _most_likely(table: Numbers, rows: Numbers, columns: Numbers) -> float:
    """Where the likelihood's slope is 0: Newton's steps, halving where they leave the bracket."""
    low, high, rho = -LARGEST, LARGEST, 0.0
    for _ in range(MOST_STEPS):
        slope, information = _slope(rho, table, rows, columns)
        low, high = (rho, high) if slope > 0 else (low, rho)
        tried = rho + slope / max(information, SMALLEST_CHANCE)
        if not low < tried < high:
            tried = (low + high) / 2
        if abs(tried - rho) < CLOSE:
            break
        rho = tried
    return round(rho, 4) if abs(rho) > LARGEST - 1e-6 else rho


def _slope(rho: float, table: Numbers, rows: Numbers, columns: Numbers) -> tuple[float, float]:
    """Return the derivative of the log-likelihood by rho, and its expected information."""
    chance = np.maximum(_cells(_both_below(rows, columns, rho)), SMALLEST_CHANCE)
    if (chance[table > 0] <= SMALLEST_CHANCE).any():
        return -copysign(inf, rho), 1.0  # what was seen can't happen here: the way leads inwards
    change = _cells(_density(rows, columns, rho))
    return float((table * change / chance).sum()), float(table.sum() * (change**2 / chance).sum())


def _cells(below: Numbers) -> Numbers:
    """Turn what lies below each pair of thresholds into what lies between them."""
    return np.diff(np.diff(below, axis=0), axis=1)


def _both_below(rows: Numbers, columns: Numbers, rho: float) -> Numbers:
    """Bivariate normal probabilities below each pair of thresholds, with the ends of the scale around them."""
    h, k = np.meshgrid(rows, columns, indexing="ij")
    root = sqrt(1 - rho**2)
    # Owen's T of an argument 0 stands for a right angle; a hair beside it the formula holds
    h, k = (np.where(np.abs(cut) < 1e-12, 1e-12, cut) for cut in (h, k))
    inside = 0.5 * (ndtr(h) + ndtr(k) - (h * k < 0))
    inside = inside - owens_t(h, (k / h - rho) / root) - owens_t(k, (h / k - rho) / root)
    below = np.zeros((rows.size + 2, columns.size + 2))
    below[1:-1, 1:-1] = inside
    below[-1, 1:-1], below[1:-1, -1], below[-1, -1] = ndtr(columns), ndtr(rows), 1.0
    return below


def _density(rows: Numbers, columns: Numbers, rho: float) -> Numbers:
    """Bivariate normal density at each pair of thresholds, 0 at the ends of the scale."""
    h, k = np.meshgrid(rows, columns, indexing="ij")
    rest = 1 - rho**2
    density = np.zeros((rows.size + 2, columns.size + 2))
    density[1:-1, 1:-1] = np.exp(-(h**2 - 2 * rho * h * k + k**2) / (2 * rest)) / (2 * pi * sqrt(rest))
    return density
