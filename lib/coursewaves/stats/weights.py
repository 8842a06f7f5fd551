"""Weigh answers so that they stand for the population: strata and margins in, weights and an estimate out."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coursewaves.errors import CoursewavesError
from coursewaves.stats.labels import Coded, coded, same_length
from coursewaves.stats.values import NAN, NO_VALUES, ONE_VALUE, Numbers, as_numbers, unit_of

CLOSE = 1e-10
MOST_ROUNDS = 1000
LARGEST_WEIGHT = 3.0
"""Weights are capped at so many times their average."""

LEAST_IN_CELL = 10
"""Answers that a cell of a margin needs before anything is raked on it."""

Margins = Mapping[Any, Sequence[Any]] | Sequence[Sequence[Any]] | Sequence[Any]
Totals = Mapping[Any, Mapping[Any, float]] | Sequence[Mapping[Any, float]] | Mapping[Any, float]


class Raked(NamedTuple):
    """Weights that reproduce known margins, and the mean that they give.

    Attributes
    ----------
    weights
        People that each row stands for, in the order of the rows; nan where its value or a label is missing.
    estimate, se
        Weighted mean and its standard error by linearisation.
    n
        Rows with a weight.
    deff
        Kish's factor by which unequal weights widen a variance.
    reason
        Why a figure is nan; empty where all is well.
    """

    weights: Numbers
    estimate: float
    se: float
    n: int
    deff: float
    reason: str = ""


def rake(
    values: ArrayLike,
    margins: Margins,
    totals: Totals,
    base: ArrayLike | None = None,
    cap: float | None = None,
    fpc: bool = True,
) -> Raked:
    """Weigh rows by iterative proportional fitting until every margin has its known total.

    `margins` holds for each margin the label of every row, `totals` for each margin how many people of the
    population have each label: two lists in one order, two mappings with the same names, or one margin bare.
    With one margin this is post-stratification. `base` are the design's weights, equal where not given. `cap`
    limits weights to so many times the people that one row stands for on average; the margins then hold as
    far as that allows. The error treats the sample as simple random, or by the weights given, and takes what
    the margins leave; `fpc` corrects it by the share that answered.

    Raises
    ------
    CoursewavesError
        Where a cell of a margin has people and no row, totals of two margins differ, a label has no total, or
        the weights don't converge.

    References
    ----------
    Deming & Stephan (1940), Annals of Mathematical Statistics 11, 427-444; Deville & Sarndal (1992), Journal
    of the American Statistical Association 87, 376-382; Kish (1965), Survey Sampling, section 11.7.

    Examples
    --------
    >>> result = rake([4, 5, 3, 2], [["a", "a", "a", "b"]], [{"a": 30, "b": 20}])
    >>> result.weights, result.estimate
    (array([10., 10., 10., 20.]), 3.2)
    """
    given = as_numbers(values)
    cells, known = _paired(margins, totals)
    for cell in cells:
        same_length(values=given, margin=cell.places)
    kept = ~np.isnan(given) & np.all([cell.places >= 0 for cell in cells], axis=0)
    start = np.ones(given.size) if base is None else as_numbers(base)
    kept &= ~np.isnan(start)
    weights = np.full(given.size, NAN)
    if not kept.any():
        return Raked(weights, NAN, NAN, 0, NAN, NO_VALUES)
    inside = [Coded(cell.places[kept], cell.names) for cell in cells]
    weights[kept] = _fitted(start[kept], inside, known, cap)
    mean = float(weights[kept] @ given[kept] / weights[kept].sum())
    n = int(kept.sum())
    error = _error(given[kept] - mean, weights[kept], start[kept], inside, fpc) if n > 1 else NAN
    return Raked(weights, mean, error, n, kish_effect(weights), ONE_VALUE if n < 2 else "")


def kish_effect(weights: ArrayLike) -> float:
    """Return the factor by which unequal weights widen the variance of a mean; 1 where all are equal.

    Missing weights are dropped; none give nan.

    References
    ----------
    Kish (1965), Survey Sampling, section 11.7.

    Examples
    --------
    >>> kish_effect([1, 1, 2])
    1.125
    """
    given = as_numbers(weights)
    given = given[~np.isnan(given)] / unit_of(given)
    total = float(given.sum()) ** 2
    return float(given.size * (given @ given)) / total if total else NAN


def thin_cells(margins: Margins, totals: Totals, least: int = LEAST_IN_CELL) -> dict[tuple[Any, Any], int]:
    """Name the cells of margins that hold fewer rows than raking needs: empty where it may be done.

    Returns
    -------
    dict
        The rows of each such cell, by name (or number) of the margin and label.

    References
    ----------
    Battaglia, Hoaglin & Frankel (2009), Survey Practice 2 (5).

    Examples
    --------
    >>> thin_cells({"age": ["to 30", "over 30", "over 30"]}, {"age": {"to 30": 5, "over 30": 9}}, least=2)
    {('age', 'to 30'): 1}
    """
    cells, _ = _paired(margins, totals)
    names = list(margins) if isinstance(margins, Mapping) else range(len(cells))
    found: dict[tuple[Any, Any], int] = {}
    for name, cell in zip(names, cells, strict=True):
        rows = np.bincount(cell.places[cell.places >= 0], minlength=len(cell.names))
        found |= {(name, label): int(n) for label, n in zip(cell.names, rows, strict=True) if n < least}
    return found


def _paired(margins: Any, totals: Any) -> tuple[list[Coded], list[Numbers]]:
    """Number the labels of every margin by the order of its totals."""
    if isinstance(totals, Mapping) and not any(hasattr(total, "keys") for total in totals.values()):
        margins, totals = [margins], [totals]  # one margin, given bare
    if hasattr(margins, "columns"):
        margins = {name: margins[name] for name in margins.columns}
    if isinstance(margins, Mapping) and isinstance(totals, Mapping):
        if set(margins) != set(totals):
            raise CoursewavesError("Give totals for exactly the margins that are raked.")
        pairs = [(margins[name], totals[name]) for name in margins]
    elif isinstance(margins, Mapping) or isinstance(totals, Mapping) or len(margins) != len(totals):
        raise CoursewavesError("Give margins and totals alike: two lists of one length, or two mappings.")
    else:
        pairs = list(zip(margins, totals, strict=True))
    known = [as_numbers(list(dict(total).values())) for _, total in pairs]
    sums = [float(total.sum()) for total in known]
    if not known or min(total.min(initial=0) for total in known) < 0 or not min(sums) > 0:
        raise CoursewavesError("Give at least one margin, with totals that are not negative.")
    if max(sums) - min(sums) > CLOSE**0.5 * max(sums):
        raise CoursewavesError(f"The margins have different totals: {sorted(sums)}.")
    return [coded(labels, dict(total)) for labels, total in pairs], known


def _fitted(start: Numbers, cells: list[Coded], known: list[Numbers], cap: float | None) -> Numbers:
    """Scale weights margin by margin until all totals hold."""
    for cell, total in zip(cells, known, strict=True):
        rows = np.bincount(cell.places, start, minlength=total.size)
        empty = [name for name, n, people in zip(cell.names, rows, total, strict=True) if people > 0 and not n > 0]
        if empty:
            raise CoursewavesError(f"Can't rake: no answers stand for {empty}; join these with other cells.")
    weights = start * (known[0].sum() / start.sum())
    for _ in range(MOST_ROUNDS):
        before = weights
        for cell, total in zip(cells, known, strict=True):
            sums = np.bincount(cell.places, weights, minlength=total.size)
            weights = weights * np.divide(total, sums, out=np.zeros_like(total), where=sums > 0)[cell.places]
        if cap is not None:
            weights = np.minimum(weights, cap * known[0].sum() / weights.size)
        if np.abs(weights - before).max() <= CLOSE * weights.max() and (
            cap is not None or _holds(weights, cells, known)
        ):
            return np.asarray(weights)
    raise CoursewavesError("Can't rake: the weights don't converge; use fewer margins or join cells.")


def _holds(weights: Numbers, cells: list[Coded], known: list[Numbers]) -> bool:
    """Whether the weights of every cell add up to its people."""
    sums = [np.bincount(cell.places, weights, minlength=total.size) for cell, total in zip(cells, known, strict=True)]
    away = max(float(np.abs(found - total).max()) for found, total in zip(sums, known, strict=True))
    return bool(away <= CLOSE**0.5 * known[0].sum())


def _error(away: Numbers, weights: Numbers, start: Numbers, cells: list[Coded], fpc: bool) -> float:
    """Standard error from what the margins leave unexplained of the values."""
    table = np.concatenate([np.eye(len(cell.names))[cell.places] for cell in cells], axis=1)
    root = np.sqrt(start)[:, None]
    slopes = np.linalg.lstsq(table * root, away * root[:, 0], rcond=None)[0]
    linear = weights * (away - table @ slopes) / weights.sum()
    n = linear.size
    rest = max(1 - n / float(weights.sum()), 0.0) if fpc else 1.0
    return sqrt(rest * n / (n - 1) * float(((linear - linear.mean()) ** 2).sum()))
