"""Take a caller's numbers as the statistics want them: missing ones dropped, rounding noise kept out."""

import sys
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from coursewaves.errors import CoursewavesError

Numbers: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.int64]

NAN = float("nan")
SMALLEST_P = sys.float_info.min
"""A p-value is never shown as 0 only because the machine ran out of digits."""

LARGEST_VALUE = 1e100
"""Beyond it squares overflow."""

NO_VALUES = "no values"
ONE_VALUE = "fewer than two values"
ALL_EQUAL = "all values equal"
GROUP_EMPTY = "a group is empty"
GROUP_OF_ONE = "a group has fewer than two values"


def as_numbers(values: ArrayLike) -> Numbers:
    """Return a vector of numbers, nan kept.

    Raises
    ------
    CoursewavesError
        Where a value is infinite (or beyond 1e100) or the array has more than one dimension.

    Examples
    --------
    >>> as_numbers([4, None, 5])
    array([ 4., nan,  5.])
    """
    numbers = np.asarray(_unmasked(values), dtype=np.float64)
    if numbers.ndim != 1:
        raise CoursewavesError(f"Give one row of numbers, not an array of {numbers.ndim} dimensions.")
    return _finite(numbers)


def as_table(items: ArrayLike) -> Numbers:
    """Return a table of numbers, nan kept: one row = one respondent, one column = one item.

    Raises
    ------
    CoursewavesError
        Where a value is infinite (or beyond 1e100) or the array is no table.

    Examples
    --------
    >>> as_table([[4, None], [5, 3]])
    array([[ 4., nan],
           [ 5.,  3.]])
    """
    # a data frame of whole numbers with gaps holds a mark for missing that numpy alone can't read
    given: Any = items.to_numpy(dtype=np.float64, na_value=np.nan) if hasattr(items, "to_numpy") else _unmasked(items)
    table = np.asarray(given, dtype=np.float64)
    if table.ndim != 2:
        raise CoursewavesError("Give a table: one row a respondent, one column an item.")
    return _finite(table)


def _unmasked(values: ArrayLike) -> ArrayLike:
    """Fill what is masked with nan: numpy would otherwise take the value under the mask."""
    return np.ma.filled(values.astype(np.float64), np.nan) if isinstance(values, np.ma.MaskedArray) else values


def _finite(numbers: Numbers) -> Numbers:
    if (np.abs(numbers) > LARGEST_VALUE).any():
        raise CoursewavesError(
            "A value is infinite or no answer at all; give finite numbers, nan where one is missing."
        )
    return numbers


def present(values: ArrayLike) -> Numbers:
    """Return the numbers that are not missing, in their order.

    >>> present([4, None, 5])
    array([4., 5.])
    """
    numbers = as_numbers(values)
    return numbers[~np.isnan(numbers)]


def settled(numbers: Numbers) -> Numbers:
    """Return numbers for ranking, on a scale of their own (-1 to 1), rounded to 12 places.

    Scores are means, and the last bits of a mean depend on the order of adding: without this two equal scores
    would rank apart.

    >>> settled(np.array([0.1 + 0.2, 0.3, -0.6]))
    array([ 0.5,  0.5, -1. ])
    """
    largest = np.abs(numbers).max(initial=0.0)
    return np.round(numbers / largest, 12) + 0.0 if largest > 0 else numbers


def unit_of(numbers: Numbers) -> float:
    """Return the largest absolute value, 1 where that is 0 or next to it: in this unit no product overflows.

    >>> unit_of(np.array([1.0, -4.0, np.nan])), unit_of(np.array([0.0]))
    (4.0, 1.0)
    """
    largest = float(np.nanmax(np.abs(numbers), initial=0.0))
    return largest if largest > 1 / LARGEST_VALUE else 1.0


def is_constant(numbers: Numbers) -> bool:
    """Whether the numbers differ by no more than rounding noise; true for one number and for none.

    >>> is_constant(np.array([0.1 + 0.2, 0.3]))
    True
    """
    found = settled(numbers)
    return found.size < 2 or bool((found == found[0]).all())


def two_sided(z: float) -> float:
    """Return the two-sided normal p-value of a standardised statistic, above 0 and at most 1.

    >>> round(two_sided(1.959964), 6)
    0.05
    """
    return floored(2 * float(ndtr(-abs(z))))


def floored(p_value: float) -> float:
    """Return a p-value that is at least the smallest that can be written, and at most 1.

    >>> floored(0.0) > 0
    True
    """
    return min(1.0, max(p_value, SMALLEST_P))


def check_level(level: float) -> None:
    """Refuse a confidence level or a power that is not between 0 and 1.

    >>> check_level(0.95)
    """
    if not 0 < level < 1:
        raise CoursewavesError(f"Can't use the level {level}: give a number between 0 and 1, 0.95 for 95 %.")
