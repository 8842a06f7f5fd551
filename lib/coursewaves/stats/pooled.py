"""Pool regressions within courses (¶16): rows of many courses in, importance and the gap of one course out.

What differs between courses counts for nothing in the weights, so that a course with good trainers in a good
building doesn't make the building matter.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from coursewaves.errors import CoursewavesError
from coursewaves.stats.drivers import FEW_ROWS, NO_SPREAD, Groups, Sample, check_shares, read_sample
from coursewaves.stats.labels import coded, same_length
from coursewaves.stats.subsets import explained, shapley, standardised
from coursewaves.stats.values import NAN, NO_VALUES, Numbers, Places, check_level, unit_of

FEWEST_CLUSTERS = 10
"""Courses under which no interval is made: too few to draw from."""

FEW_CLUSTERS = "fewer than ten clusters, so no interval"
COPIES = "a predictor has no spread or is a sum of others"
ROUNDING = 1e-10


class ImportanceInterval(NamedTuple):
    """Importance pooled over clusters with its bootstrap interval.

    Attributes
    ----------
    shares, low, high
        Parts of the outcome's variance within clusters, and the ends of their intervals.
    first
        How often, 0-1, each was the largest among the resamples.
    r_squared
        Share of the variance within clusters that all explain together.
    names
        What each share belongs to.
    n, n_clusters
        Complete rows and the clusters that they come from.
    reason
        Why a figure is nan; empty where all is well.
    """

    shares: Numbers
    low: Numbers
    high: Numbers
    first: Numbers
    r_squared: float
    names: list[Any]
    n: int
    n_clusters: int
    reason: str = ""


class GapDecomposition(NamedTuple):
    """The distance of one unit's mean from the mean of all, in parts that add up to it.

    Attributes
    ----------
    gap
        Mean of the unit less the mean of all, in the unit of the outcome.
    parts, low, high
        Weight of each predictor by the unit's own distance on it, and the ends of its interval.
    unexplained
        What the parts leave of the gap; numpy reads the result as the parts and this.
    weights
        Change of the outcome that goes with one step of each predictor, within clusters.
    names
        The predictors.
    n
        Complete rows of the unit.
    reason
        Why a figure is nan; empty where all is well.
    """

    gap: float
    parts: Numbers
    low: Numbers
    high: Numbers
    unexplained: float
    weights: Numbers
    names: list[Any]
    n: int
    reason: str = ""

    def __array__(self, dtype: np.dtype[np.float64] | None = None, copy: bool | None = None) -> Numbers:
        """Return the parts and what is left of the gap, as numpy takes them."""
        return np.array([*self.parts, self.unexplained], dtype=dtype)


def importance_interval(
    outcome: ArrayLike,
    predictors: ArrayLike,
    clusters: Iterable[Any],
    groups: Groups | None = None,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 2026,
) -> ImportanceInterval:
    """Share out R² within clusters, pooled over all of them, with a percentile bootstrap of whole clusters.

    Outcome and predictors are centred in their cluster; `clusters` is the course of each row, and courses are
    drawn with all their rows. `groups` as in `importance`. The same seed gives the same interval, whatever
    the order of the rows. Fewer than ten clusters have shares and no interval.

    References
    ----------
    Groemping (2007), The American Statistician 61, 139-147; Cameron, Gelbach & Miller (2008), Review of
    Economics and Statistics 90, 414-427.

    Examples
    --------
    >>> courses = [course for course in range(12) for _ in range(4)]
    >>> result = importance_interval([1, 2, 3, 5] * 12, [[1, 4], [2, 1], [4, 2], [5, 3]] * 12, courses)
    >>> result.shares.round(2), result.n_clusters
    (array([0.92, 0.  ]), 12)
    """
    check_level(level)
    sample = read_sample(outcome, predictors, groups)
    check_shares(sample)
    rows = _rows(sample, clusters)
    products = _products(rows.columns, rows.place)
    n, n_clusters, nothing = len(rows.columns), len(rows.names), np.full(len(sample.names), NAN)
    fault = _fault(products, n)
    if fault:
        return ImportanceInterval(nothing, nothing, nothing, nothing, NAN, sample.names, n, n_clusters, fault)
    worth = explained(standardised(products.sum(axis=0)), sample.members)
    shares, together = shapley(worth), float(worth[-1])
    if n_clusters < FEWEST_CLUSTERS:
        fault = FEW_CLUSTERS
        return ImportanceInterval(shares, nothing, nothing, nothing, together, sample.names, n, n_clusters, fault)
    drawn = _drawn(products, sample.members, resamples, seed)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    first = (drawn == drawn.max(axis=1, keepdims=True)).mean(axis=0)
    return ImportanceInterval(shares, low, high, first, together, sample.names, n, n_clusters)


def gap_decomposition(
    outcome: ArrayLike,
    predictors: ArrayLike,
    unit: Any,
    clusters: Iterable[Any] | None = None,
    level: float = 0.95,
    units: Iterable[Any] | None = None,
) -> GapDecomposition:
    """Split the gap of one unit to the mean of all into a part for each predictor and the rest.

    One row = one respondent, `clusters` their course and `unit` the course that is asked about; a part is the
    pooled weight within courses times the course's own distance. Where the unit consists of courses, `units`
    is the programme of each row and `unit` one of them; the weights stay those within courses. Without
    `clusters` every row is a unit by itself, `unit` its number (the first is 0) and the weights are those of
    all rows. Intervals take in the weights' error (robust for clusters) and that of the unit's means. Rows
    with a missing value are dropped. Parts tell what goes together with the gap, not what caused it.

    Raises
    ------
    CoursewavesError
        Where the lengths differ, there is no such unit, or a cluster lies in two units.

    References
    ----------
    Oaxaca (1973), International Economic Review 14, 693-709; Raudenbush & Bryk (2002), Hierarchical Linear
    Models, chapter 5 (weights within groups); Liang & Zeger (1986), Biometrika 73, 13-22.

    Examples
    --------
    >>> result = gap_decomposition([1, 2, 3, 4, 6], [[1], [2], [3], [4], [5]], unit=4)
    >>> round(result.gap, 2), result.parts.round(2), round(result.unexplained, 2)
    (2.8, array([2.4]), 0.4)
    """
    check_level(level)
    sample = read_sample(outcome, predictors, None)
    asked = list(range(sample.outcome.size) if clusters is None else clusters)
    belongs = _nested(asked, asked if units is None else list(units))
    if unit not in belongs.values():
        raise CoursewavesError.not_found(unit, "the units", set(belongs.values()))
    rows = _rows(sample, asked)
    nothing, unit_y = np.full(len(sample.names), NAN), rows.units[0]
    mine = [place for place, name in enumerate(rows.names) if belongs[name] == unit]
    if not mine:
        return GapDecomposition(NAN, nothing, nothing, nothing, NAN, nothing, sample.names, 0, NO_VALUES)
    own = rows.columns[np.isin(rows.place, mine)]
    away = own.mean(axis=0) - rows.columns.mean(axis=0)
    gap, n = float(away[0] * unit_y), len(own)
    middle = np.zeros_like(rows.place) if clusters is None else rows.place
    products = _products(rows.columns, middle)
    fault = _fault(products, len(rows.columns)) or _copies(products)
    if fault:
        return GapDecomposition(gap, nothing, nothing, nothing, NAN, nothing, sample.names, n, fault)
    weights, errors = _weights(rows, middle, products.sum(axis=0))
    spread = own[:, 1:].var(axis=0, ddof=1) / n if n > 1 else 0.0
    half = _reach(len(rows.names), level) * np.sqrt((errors * away[1:]) ** 2 + weights**2 * spread) * unit_y
    parts = weights * away[1:] * unit_y
    fault = FEW_CLUSTERS if len(rows.names) < FEWEST_CLUSTERS else ""
    ends, rest = (parts - half, parts + half), gap - float(parts.sum())
    return GapDecomposition(gap, parts, *ends, rest, weights * unit_y / rows.units[1:], sample.names, n, fault)


def _nested(clusters: list[Any], units: list[Any]) -> dict[Any, Any]:
    """Return the unit of each cluster; a cluster of two units is refused."""
    same_length(clusters=clusters, units=units)
    places = coded(units).places.tolist()
    belongs = dict(zip(clusters, places, strict=True))
    if any(belongs[cluster] != place for cluster, place in zip(clusters, places, strict=True)):
        raise CoursewavesError("A cluster lies in two units; each belongs to one.")
    return dict(zip(clusters, units, strict=True))


class _Rows(NamedTuple):
    """Complete rows, the outcome first, in units of their own; with the place of each row's cluster."""

    columns: Numbers
    units: Numbers
    place: Places
    names: list[Any]


def _rows(sample: Sample, clusters: Iterable[Any]) -> _Rows:
    labels = coded(clusters)
    same_length(outcome=sample.outcome, clusters=labels.places)
    kept = sample.is_complete & (labels.places >= 0)
    present, place = np.unique(labels.places[kept], return_inverse=True)
    columns = np.column_stack([sample.outcome, sample.predictors])[kept]
    units = np.array([unit_of(column) for column in columns.T])
    return _Rows(columns / units, units, place.astype(np.int64), [labels.names[one] for one in present])


def _centred(columns: Numbers, place: Places) -> Numbers:
    """Take each cluster's means off its rows; what is left of a column without spread is 0."""
    count = np.maximum(np.bincount(place), 1)
    means = np.stack([np.bincount(place, column) / count for column in columns.T], axis=1)
    away = columns - means[place]
    noise = ROUNDING * np.abs(columns).max(axis=0, initial=0.0)
    return np.asarray(np.where(np.abs(away).max(axis=0, initial=0.0) > noise, away, 0.0))


def _products(columns: Numbers, place: Places) -> Numbers:
    """Return the cross-products within each cluster, an array of matrices."""
    away = _centred(columns, place)
    products = np.zeros((int(place.max(initial=-1)) + 1, columns.shape[1], columns.shape[1]))
    np.add.at(products, place, away[:, :, None] * away[:, None, :])
    return products


def _fault(products: Numbers, n: int) -> str:
    """Say what forbids to use the cross-products of n rows; the outcome is their first column."""
    if not n:
        return NO_VALUES
    if n - len(products) < products.shape[1]:
        return FEW_ROWS
    return "" if products[:, 0, 0].sum() > 0 else NO_SPREAD


def _copies(products: Numbers) -> str:
    total = products.sum(axis=0)[1:, 1:]
    is_singular = not np.diag(total).all() or np.linalg.eigvalsh(standardised(total))[0] < ROUNDING
    return COPIES if is_singular else ""


def _drawn(products: Numbers, members: list[Places], resamples: int, seed: int) -> Numbers:
    """Return the shares of many resamples of clusters; the order of the clusters doesn't matter."""
    flat = products.reshape(len(products), -1)
    flat = flat[np.lexsort(flat.T[::-1])]
    counts = np.random.default_rng(seed).multinomial(len(flat), np.full(len(flat), 1 / len(flat)), size=resamples)
    return shapley(explained(standardised((counts @ flat).reshape(-1, *products.shape[1:])), members))


def _weights(rows: _Rows, middle: Places, total: Numbers) -> tuple[Numbers, Numbers]:
    """Return the pooled slopes and their standard errors, which allow for likeness within a cluster."""
    away = _centred(rows.columns, middle)
    inverse = np.linalg.inv(total[1:, 1:])
    slopes = inverse @ total[1:, 0]
    pulls = away[:, 1:] * (away[:, 0] - away[:, 1:] @ slopes)[:, None]
    summed = np.stack([np.bincount(rows.place, pull) for pull in pulls.T], axis=1)
    n, k, count = len(away), slopes.size, len(summed)
    correction = count / max(count - 1, 1) * (n - 1) / (n - k - 1)
    variances = np.diag(inverse @ (summed.T @ summed) @ inverse) * correction
    return slopes, np.sqrt(np.maximum(variances, 0.0))


def _reach(count: int, level: float) -> float:
    return float(stdtrit(count - 1, (1 + level) / 2)) if count >= FEWEST_CLUSTERS else NAN
