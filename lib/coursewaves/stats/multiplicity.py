"""Adjust p-values for how many were looked at: p-values in, adjusted ones out, in the same order."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coursewaves.errors import CoursewavesError
from coursewaves.stats.values import Numbers, as_numbers, check_level

ROUNDING = 1e-12
"""0.05 is not quite what 0.95 leaves of 1."""


class Gated(NamedTuple):
    """P-values of blocks and of the items within them, adjusted by gatekeeping.

    Attributes
    ----------
    blocks
        Adjusted p-value of each block.
    items
        Adjusted p-value of each item, never below its block's; nan where the block kept its gate shut.
    is_open
        Whether a block's adjusted p-value is at most the error that is allowed.
    """

    blocks: Numbers
    items: Numbers
    is_open: np.ndarray[tuple[int], np.dtype[np.bool_]]


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


def gatekeep(block_p: ArrayLike, item_p: ArrayLike, block_of: ArrayLike, level: float = 0.95) -> Gated:
    """Adjust p-values of blocks by Holm, and those of items by Holm within each significant block.

    `block_of` is the place of each item's block. Items of a block that is not significant at 1 - `level` are
    not tested. While no block truly differs the chance of any false finding is held; where blocks do, it is
    held for the blocks, and for the items of each block by itself. Missing p-values are not counted.

    Raises
    ------
    CoursewavesError
        Where a p-value lies outside 0-1, or an item's block is not among the blocks.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70; Westfall & Krishen (2001), Journal of
    Statistical Planning and Inference 99, 25-40.

    Examples
    --------
    >>> result = gatekeep([0.01, 0.2], [0.004, 0.3, 0.001], [0, 0, 1])
    >>> result.blocks, result.items
    (array([0.02, 0.2 ]), array([0.02, 0.3 ,  nan]))
    """
    check_level(level)
    blocks, items, place = holm(block_p), as_numbers(item_p), as_numbers(block_of)
    if place.size != items.size or not np.isin(place, np.arange(blocks.size)).all():
        raise CoursewavesError("Give each item the place of its block, the first is 0.")
    is_open = blocks <= 1 - level + ROUNDING
    adjusted = np.full(items.size, np.nan)
    for block in np.flatnonzero(is_open):
        inside = place == block
        adjusted[inside] = np.maximum(holm(items[inside]), blocks[block])
    return Gated(blocks, adjusted, is_open)


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
