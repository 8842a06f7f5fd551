"""Adjust p-values for how many were looked at: p-values in, adjusted ones out, in the same order."""

import numpy as np
from numpy.typing import ArrayLike

from coursewaves.errors import CoursewavesError
from coursewaves.stats.values import Numbers, as_numbers


def holm(p_values: ArrayLike) -> Numbers:
    """Adjust p-values so that the chance of any false finding is held (Holm's step-down method).

    A missing p-value stays missing and is not counted; nothing gives nothing.

    Raises
    ------
    CoursewavesError
        Where a value lies outside 0-1.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.

    Examples
    --------
    >>> holm([0.01, 0.04, float("nan"), 0.03])
    array([0.03, 0.06,  nan, 0.06])
    """
    given, order = _ordered(p_values)
    count = order.size
    stepped = given[order] * (count - np.arange(count))
    return _restored(given, order, np.maximum.accumulate(stepped))


def benjamini_hochberg(p_values: ArrayLike) -> Numbers:
    """Adjust p-values so that the expected share of false findings is held, for screens that explore.

    A missing p-value stays missing and is not counted; nothing gives nothing.

    Raises
    ------
    CoursewavesError
        Where a value lies outside 0-1.

    References
    ----------
    Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, float("nan"), 0.03])
    array([0.03, 0.04,  nan, 0.04])
    """
    given, order = _ordered(p_values)
    count = order.size
    stepped = given[order] * count / np.arange(1, count + 1)
    return _restored(given, order, np.minimum.accumulate(stepped[::-1])[::-1])


def _ordered(p_values: ArrayLike) -> tuple[Numbers, np.ndarray[tuple[int], np.dtype[np.intp]]]:
    given = as_numbers(p_values)
    known = np.flatnonzero(~np.isnan(given))
    if np.any((given[known] < 0) | (given[known] > 1)):
        raise CoursewavesError("A p-value lies outside 0-1.")
    return given, known[np.argsort(given[known], kind="stable")]


def _restored(given: Numbers, order: np.ndarray[tuple[int], np.dtype[np.intp]], adjusted: Numbers) -> Numbers:
    restored = np.full(given.size, np.nan)
    # rounding may not take an adjusted value below the one that was given
    restored[order] = np.clip(np.maximum(adjusted, given[order]), 0, 1)
    return restored
