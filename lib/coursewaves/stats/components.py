"""Split the spread of means into components by restricted maximum likelihood: means and variances in."""

from typing import NamedTuple

import numpy as np

from coursewaves.stats.values import Numbers, unit_of

MOST_STEPS = 200
CLOSE = 1e-10
SMALLEST_VARIANCE = 1e-10
"""In the square of the unit: a variance below would make the matrix of all singular."""


class Components(NamedTuple):
    """Variance components of a set of means, and what follows from them.

    Attributes
    ----------
    components
        The variances, one for each grouping, at least 0.
    mean, error
        Generalised least-squares mean of all and its standard error.
    inverse
        Inverse of the variance matrix of the means.
    is_settled
        Whether the search converged.
    """

    components: Numbers
    mean: float
    error: float
    inverse: Numbers
    is_settled: bool


def restricted_likelihood(means: Numbers, variances: Numbers, groupings: list[Numbers]) -> Components:
    """Estimate the variance that each grouping adds to known sampling variances (REML by Newton's method).

    `groupings` are matrices of ones and zeros: 1 where two means share a group. Variances can't become
    negative: one that would is 0, and the others are estimated without it.

    >>> two = [np.eye(4)]
    >>> restricted_likelihood(np.array([0.0, 2, 4, 6]), np.ones(4), two).components.round(4)
    array([5.6667])
    """
    unit = max(unit_of(means - means.mean()), float(variances.max()) ** 0.5)
    y, known = (means - means.mean()) / unit, np.maximum(variances / unit**2, SMALLEST_VARIANCE)
    components = np.full(len(groupings), max(float(y.var(ddof=1) - known.mean()), 0.01) / len(groupings))
    logged = _log_likelihood(components, y, known, groupings)
    is_settled = False
    for _ in range(MOST_STEPS):
        step = _step(components, y, known, groupings)
        for _ in range(30):
            tried = np.maximum(components + step, 0.0)
            better = _log_likelihood(tried, y, known, groupings)
            if better >= logged - CLOSE:
                break
            step = step / 2
        moved = np.abs(tried - components).max()
        components, logged = tried, max(better, logged)
        if moved <= CLOSE * (1 + components.max()):
            is_settled = True
            break
    inverse, weights, _ = _solved(components, known, groupings)
    mean = float(weights @ y) / float(weights.sum()) * unit + float(means.mean())
    return Components(components * unit**2, mean, unit / float(weights.sum()) ** 0.5, inverse / unit**2, is_settled)


def _solved(components: Numbers, known: Numbers, groupings: list[Numbers]) -> tuple[Numbers, Numbers, Numbers]:
    """Return the inverse variance, its row sums, and the projection that takes the mean out."""
    shared = sum((c * group for c, group in zip(components, groupings, strict=True)), start=np.diag(known))
    inverse = np.linalg.inv(shared)
    weights = inverse.sum(axis=0)
    return inverse, weights, inverse - np.outer(weights, weights) / weights.sum()


def _log_likelihood(components: Numbers, y: Numbers, known: Numbers, groupings: list[Numbers]) -> float:
    inverse, weights, projection = _solved(components, known, groupings)
    return 0.5 * float(np.linalg.slogdet(inverse)[1] - np.log(weights.sum()) - y @ projection @ y)


def _step(components: Numbers, y: Numbers, known: Numbers, groupings: list[Numbers]) -> Numbers:
    """Newton's step for the components that may move: not those at 0 whose score points below.

    Where the likelihood isn't curved downwards, Fisher's expected information takes the place of its own.
    """
    projection = _solved(components, known, groupings)[2]
    turned = projection @ y
    projected = [projection @ group for group in groupings]
    moved = np.array([group @ turned for group in groupings])
    score = moved @ turned - np.array([np.trace(part) for part in projected])
    expected = np.array([[float((one * other.T).sum()) for other in projected] for one in projected])
    observed = 2 * moved @ projection @ moved.T - expected
    free = (components > 0) | (score > 0)
    step = np.zeros(components.size)
    if free.any():
        inside = np.ix_(free, free)
        is_curved = np.linalg.eigvalsh(observed[inside])[0] > 0.1 * np.linalg.eigvalsh(expected[inside])[0]
        step[free] = np.linalg.lstsq((observed if is_curved else expected)[inside], score[free], rcond=None)[0]
    return step
