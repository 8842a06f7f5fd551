"""Compare courses as if all had the same participants (¶17): values and their mix in, adjusted means out."""

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from coursewaves.errors import CoursewavesError
from coursewaves.stats.labels import coded, same_length
from coursewaves.stats.values import ALL_EQUAL, NAN, NO_VALUES, Numbers, as_numbers, check_level, unit_of

EMPTY_CELL = "a cell of the common mix has no values"
SINGLE_VALUE = "a cell has fewer than two values"
ROUNDING = 1e-24
FEW_ROWS = "too few values to adjust for so many characteristics"


class Standardised(NamedTuple):
    """A mean with the mix of a common population.

    Attributes
    ----------
    mean, se, low, high
        Standardised mean, its standard error and the ends of its interval, which ends at no scale.
    crude
        The mean as it is.
    n
        Values.
    reason
        Why a figure is nan; empty where all is well.
    """

    mean: float
    se: float
    low: float
    high: float
    crude: float
    n: int
    reason: str = ""


class CaseMix(NamedTuple):
    """Means of groups adjusted to the mix of all.

    Attributes
    ----------
    groups
        Names, in the order of first appearance.
    crude, adjusted, errors
        Mean of each group as it is, adjusted to the mix of all, and the latter's standard error.
    n
        Values of each group.
    reason
        Why a figure is nan; empty where all is well.
    """

    groups: list[Any]
    crude: Numbers
    adjusted: Numbers
    errors: Numbers
    n: np.ndarray[Any, np.dtype[np.int64]]
    reason: str = ""


def standardised_mean(
    values: ArrayLike, cells: Iterable[Any], mix: Mapping[Any, float], level: float = 0.95
) -> Standardised:
    """Estimate the mean that a group would have with a common mix of cells (direct standardisation).

    `cells` is the cell (age by experience, say) of each value, `mix` how many, or what share, of the common
    population each cell holds. A cell of the mix without any value gives nan: join cells, or use
    `case_mix`. Cells with one value have a mean and no error. Missing values or cells are dropped.

    Raises
    ------
    CoursewavesError
        Where the columns differ in length, a cell isn't in the mix, or the mix is not positive.

    References
    ----------
    Kitagawa (1964), Demography 1, 296-315; Fleiss, Levin & Paik (2003), Statistical Methods for Rates and
    Proportions, chapter 19.

    Examples
    --------
    >>> result = standardised_mean([4, 5, 2, 3, 3], ["old", "old", "new", "new", "new"], {"old": 30, "new": 70})
    >>> round(result.mean, 2), round(result.crude, 2)
    (3.22, 3.4)
    """
    check_level(level)
    given, mix = as_numbers(values), dict(mix)
    labels = coded(cells, mix)
    same_length(values=given, cells=labels.places)
    weights = as_numbers(list(mix.values()))
    if not (weights >= 0).all() or not weights.sum() > 0:
        raise CoursewavesError("Give a mix of positive numbers.")
    kept = ~np.isnan(given) & (labels.places >= 0)
    place, share = labels.places[kept], weights / weights.sum()
    unit = unit_of(given[kept][share[place] > 0])
    found = given[kept] / unit
    count = np.bincount(place, minlength=share.size)
    crude = float(found.mean()) * unit if found.size else NAN
    if (count[share > 0] == 0).any():
        return Standardised(NAN, NAN, NAN, NAN, crude, found.size, EMPTY_CELL if found.size else NO_VALUES)
    means = np.bincount(place, found, minlength=share.size) / np.maximum(count, 1)
    mean = float(share @ means)
    squares = np.bincount(place, (found - means[place]) ** 2, minlength=share.size)
    fault = SINGLE_VALUE if (count[share > 0] < 2).any() else "" if share @ squares > ROUNDING else ALL_EQUAL
    if fault:
        return Standardised(mean * unit, NAN, NAN, NAN, crude, found.size, fault)
    parts = share**2 * squares / np.maximum(count - 1, 1) / np.maximum(count, 1)
    df = parts.sum() ** 2 / (parts**2 / np.maximum(count - 1, 1)).sum()
    error, mean = sqrt(float(parts.sum())) * unit, mean * unit
    half = float(stdtrit(df, (1 + level) / 2)) * error
    return Standardised(mean, error, mean - half, mean + half, crude, found.size)


def case_mix(values: ArrayLike, groups: Iterable[Any], characteristics: Sequence[Sequence[Any]]) -> CaseMix:
    """Adjust the means of groups to the mix of characteristics of all (regression within groups).

    `characteristics` holds for each of them (age band, experience, role, region) the class of every value.
    Their effects are added up and estimated within groups, so that a group needs no value in every cell; each
    group's mean is then moved by how its mix differs from that of all. Values with anything missing are
    dropped. A group alone, or too few values, give nan.

    Raises
    ------
    CoursewavesError
        Where the columns differ in length.

    References
    ----------
    Cochran (1957), Biometrics 13, 261-281 (analysis of covariance); Searle, Speed & Milliken (1980), The
    American Statistician 34, 216-221 (adjusted means).

    Examples
    --------
    >>> values, courses = [4, 5, 2, 3, 5, 6, 3, 4], ["a"] * 4 + ["b"] * 4
    >>> found = case_mix(values, courses, [["old", "old", "new", "new", "old", "old", "new", "old"]])
    >>> found.crude, found.adjusted.round(2)
    (array([3.5, 4.5]), array([3.75, 4.25]))
    """
    given, labels = as_numbers(values), coded(groups)
    classes = [coded(each) for each in characteristics]
    same_length(values=given, groups=labels.places)
    for each in classes:
        same_length(values=given, characteristic=each.places)
    kept = ~np.isnan(given) & np.all([labels.places >= 0, *(each.places >= 0 for each in classes)], axis=0)
    y, place, k = given[kept], labels.places[kept], len(labels.names)
    count = np.bincount(place, minlength=k)
    table = np.concatenate([np.eye(len(each.names))[each.places[kept], 1:] for each in classes], axis=1)
    crude = _means(y[:, None], place, count)[:, 0]
    nothing = np.full(k, NAN)
    means = _means(table, place, count)
    away, rest = table - means[place], y - crude[place]
    slopes, _, rank, _ = np.linalg.lstsq(away, rest, rcond=None)
    freedom = y.size - int((count > 0).sum()) - int(rank)
    if freedom < 1:
        return CaseMix(labels.names, crude, nothing, nothing, count, FEW_ROWS if y.size else NO_VALUES)
    moved = means - table.mean(axis=0)
    spread = float(((rest - away @ slopes) ** 2).sum()) / freedom
    inverse = np.linalg.pinv(away.T @ away, hermitian=True)
    errors = np.sqrt(spread * (1 / np.maximum(count, 1) + ((moved @ inverse) * moved).sum(axis=1)))
    fault = "a group has no values" if (count == 0).any() else ""
    return CaseMix(labels.names, crude, crude - moved @ slopes, np.where(count > 0, errors, NAN), count, fault)


def _means(columns: Numbers, place: np.ndarray[Any, np.dtype[np.int64]], count: Any) -> Numbers:
    sums = np.zeros((count.size, columns.shape[1]))
    np.add.at(sums, place, columns)
    return np.asarray(np.divide(sums, count[:, None], out=np.full(sums.shape, NAN), where=count[:, None] > 0))
