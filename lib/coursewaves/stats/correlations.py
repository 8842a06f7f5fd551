"""Relate the columns of a table to each other: items in, a matrix out, missing answers left out pair by pair."""

import numpy as np
from numpy.typing import ArrayLike

from coursewaves.stats.values import Numbers, as_table, is_constant

NO_PAIRS = "two items have fewer than two answers in common"
ROUNDING = 1e-12


def covariances(items: ArrayLike) -> Numbers:
    """Return the covariances of the columns, each over the rows that answered both.

    Items with fewer than two rows in common have nan. The matrix of pairs needn't be one that complete data
    could have.

    References
    ----------
    R, ``cov(use = "pairwise.complete.obs")``.

    Examples
    --------
    >>> covariances([[1, 2], [2, 4], [3, None], [3, 6]])
    array([[0.91666667, 2.        ],
           [2.        , 4.        ]])
    """
    away, is_given = _centred(as_table(items))
    n = is_given.T @ is_given
    sums = away.T @ is_given  # of the row's item, over the people who answered the column's item too
    both = np.where(n > 1, n, np.nan)
    return np.asarray((away.T @ away - sums * sums.T / both) / (both - 1), dtype=np.float64)


def correlations(items: ArrayLike) -> Numbers:
    """Return Pearson's correlations of the columns, each over the rows that answered both.

    An item without any spread has nan.

    References
    ----------
    R, ``cor(use = "pairwise.complete.obs")``.

    Examples
    --------
    >>> correlations([[1, 2], [2, 4], [3, 6]])
    array([[1., 1.],
           [1., 1.]])
    """
    away, is_given = _centred(as_table(items))
    largest = np.abs(away).max(axis=0, initial=0.0)
    away = np.divide(away, largest, out=np.zeros_like(away), where=largest > 0)
    n = np.maximum(is_given.T @ is_given, 1)
    sums = away.T @ is_given
    cross = away.T @ away - sums * sums.T / n
    squares = (away**2).T @ is_given - sums**2 / n
    spread = np.sqrt(np.maximum(squares, 0) * np.maximum(squares.T, 0))
    found = np.divide(cross, spread, out=np.full_like(cross, np.nan), where=spread > ROUNDING)
    return np.asarray(np.clip(found, -1, 1), dtype=np.float64)


def _centred(answers: Numbers) -> tuple[Numbers, Numbers]:
    """Return answers less their item's mean, 0 where missing, and 1 where an answer was given."""
    given = ~np.isnan(answers)
    middle = np.where(given, answers, 0).sum(axis=0) / np.maximum(given.sum(axis=0), 1)
    return np.where(given, answers - middle, 0.0), given.astype(np.float64)


def has_spread(answers: Numbers) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell for each column whether two of its answers differ.

    >>> has_spread(np.array([[1.0, 2.0], [1.0, 3.0]]))
    array([False,  True])
    """
    return np.array([not is_constant(column[~np.isnan(column)]) for column in answers.T], dtype=bool)
