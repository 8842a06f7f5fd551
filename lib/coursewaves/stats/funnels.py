"""Tell chance from difference among means of unequal size: means and counts in, funnel limits out."""

from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from coursewaves.errors import CoursewavesError
from coursewaves.stats.labels import same_length
from coursewaves.stats.values import NAN, NO_VALUES, Numbers, as_numbers, check_level

WINSORISED = 0.1
"""Share at either end whose distances are drawn in before the over-dispersion is taken."""


class Funnel(NamedTuple):
    """Where means stand among limits that narrow with the number of answers.

    Attributes
    ----------
    target
        The mean around which the funnel lies.
    z
        Standardised distance of each mean from the target, negative below; nan where it is missing.
    phi
        Over-dispersion: the mean squared distance, its ends drawn in; 1 is chance alone.
    z_adjusted
        The distances allowing for over-dispersion where there is any.
    reason
        Why a figure is nan; empty where all is well.
    """

    target: float
    z: Numbers
    phi: float
    z_adjusted: Numbers
    reason: str = ""


def funnel(
    means: ArrayLike, counts: ArrayLike, deviation: float, target: float | None = None, winsorised: float = WINSORISED
) -> Funnel:
    """Standardise means by their number of answers, around a target, with over-dispersion.

    `deviation` is the standard deviation of one answer within groups, pooled; `target` is the mean of all
    answers unless given. The distances between the `winsorised` quantiles set phi; what is farther out counts
    as if it stood there. Places without a mean or a count are nan.

    Raises
    ------
    CoursewavesError
        Where the deviation is not above 0 or `winsorised` lies outside 0-0.5.

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202.

    Examples
    --------
    >>> result = funnel([3.0, 4.0, 4.5, 2.0], [20, 30, 25, 25], deviation=1.0)
    >>> result.target, result.z.round(1), round(result.phi, 1)
    (3.425, array([-1.9,  3.1,  5.4, -7.1]), 16.6)
    """
    given, n = as_numbers(means), as_numbers(counts)
    same_length(means=given, counts=n)
    if not (deviation > 0 and 0 <= winsorised < 0.5):
        raise CoursewavesError("Give a deviation above 0, and a share to draw in from 0 to under 0.5.")
    kept = ~np.isnan(given) & (n > 0)
    z = np.full(given.size, NAN)
    if not kept.any():
        return Funnel(NAN if target is None else target, z, NAN, z, NO_VALUES)
    middle = float(given[kept] @ n[kept] / n[kept].sum()) if target is None else target
    z[kept] = (given[kept] - middle) / (deviation / np.sqrt(n[kept]))
    low, high = np.quantile(z[kept], [winsorised, 1 - winsorised])
    phi = float((np.clip(z[kept], low, high) ** 2).mean())
    fault = "" if kept.all() else "a mean or its count is missing"
    return Funnel(middle, z, phi, z / sqrt(max(phi, 1.0)), fault)


def funnel_limits(
    target: float, deviation: float, counts: ArrayLike, phi: float = 1.0, level: float = 0.95
) -> tuple[Any, Any]:
    """Return the lower and the upper limit around a target for each number of answers.

    `phi` over 1 widens them. A count that is missing or 0 has nan.

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202.

    Examples
    --------
    >>> low, high = funnel_limits(50.0, 20.0, [25, 100])
    >>> low.round(2), high.round(2)
    (array([42.16, 46.08]), array([57.84, 53.92]))
    """
    check_level(level)
    n = as_numbers(counts)
    error = np.divide(deviation * sqrt(max(phi, 1.0)), np.sqrt(n), out=np.full(n.size, NAN), where=n > 0)
    half = float(ndtri((1 + level) / 2)) * error
    return target - half, target + half
