"""Ask what linking answers to people does to a change: the linked alone, beside the change that is shown."""

from math import isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coursewaves.stats.changes import Change, change
from coursewaves.stats.values import as_numbers


class LinkedChange(NamedTuple):
    """The change among those with both values, beside the change of all.

    Attributes
    ----------
    difference, low, high
        Change of the linked, second minus first, and the ends of its interval.
    n
        People with both values.
    distance
        Change of the linked less the change that is shown.
    is_selective
        Whether that is more than half the width of the shown interval, so that who could be linked may differ
        from who could not. Where chance alone decides who is linked, one change in twenty says so at 40 %
        linked and fewer beyond.
    reason
        Why a figure is nan; empty where all is well.
    """

    difference: float
    low: float
    high: float
    n: int
    distance: float
    is_selective: bool
    reason: str = ""


def linked_change(
    first: ArrayLike, second: ArrayLike, shown: Change | None = None, level: float = 0.95
) -> LinkedChange:
    """Estimate the change of those with both values alone, as a line of sensitivity to `change`.

    Both arrays are aligned by person, nan where a person has no value; `shown` is their `change` of that level
    where it is known already. Where nobody, or everybody, is linked there is nothing to compare, and nothing is
    selective.

    References
    ----------
    Derrick, Russ, Toher & White (2017), Journal of Modern Applied Statistical Methods 16, 137-157; Little &
    Rubin (2019), Statistical Analysis with Missing Data, chapter 3 (complete cases).

    Examples
    --------
    >>> first, second = [3, 4, 2, 3, 4, 2, None, None], [4, 4, 4, 5, 4, None, 3, 3]
    >>> result = linked_change(first, second)
    >>> result.difference, result.n, round(result.distance, 2), result.is_selective
    (1.0, 5, 0.14, False)
    """
    earlier, later = as_numbers(first), as_numbers(second)
    shown = shown or change(earlier, later, level)
    both = ~(np.isnan(earlier) | np.isnan(later))
    linked = change(earlier[both], later[both], level)
    distance = linked.difference - shown.difference
    half = (shown.high - shown.low) / 2
    fault = linked.reason or (shown.reason if isnan(distance) else "")
    ends = linked.difference, linked.low, linked.high
    return LinkedChange(*ends, linked.n_both, distance, bool(abs(distance) > half), fault)
