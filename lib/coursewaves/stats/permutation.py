"""Permute two groups for the Brunner-Munzel test: how many gave each answer in, p-value and quantile out.

People who gave the same answer are interchangeable, so an arrangement is how many of each answer fall to the
one group. Five-point answers have few of these, and all are counted even for large groups.
"""

from math import exp, lgamma, log

import numpy as np
from scipy.special import gammaln

from coursewaves.stats.dominance import dominance
from coursewaves.stats.values import Numbers, floored

LARGEST_EXACT = 100_000
DRAWS = 9_999
SEED = 20260101
CELLS = 100_000
"""Arrangements go through in pieces of so many numbers, so memory stays small."""

SLACK = 1e-9
"""Arrangements that lie equally far but for rounding count as equally far."""


def permuted(first: Numbers, second: Numbers, level: float) -> tuple[float, float, str]:
    """Return the two-sided p-value, the quantile of the studentised distance, and the method.

    Examples
    --------
    >>> p_value, _, method = permuted(np.array([2.0, 1, 0]), np.array([0.0, 1, 2]), 0.95)
    >>> round(p_value, 4), method
    (0.2, 'exact permutation')
    """
    if (first.sum(), *first) > (second.sum(), *second):
        first, second = second, first  # the smaller group is dealt; either order draws the same arrangements
    together, size = first + second, int(first.sum())
    exact = count_arrangements(together, size) <= LARGEST_EXACT
    dealt = all_arrangements(together, size) if exact else _drawn(together, size)
    weights = _ways(dealt, together) if exact else np.ones(len(dealt))
    distances = np.concatenate(
        [_distance(part, together - part) for part in np.array_split(dealt, 1 + dealt.size // CELLS)]
    )
    observed = _distance(first, second)
    far = float(weights[distances >= observed * (1 - SLACK)].sum())
    method = "exact permutation" if exact else "random permutation"
    p_value = far / float(weights.sum()) if exact else (far + 1) / (DRAWS + 1)
    return floored(p_value), _quantile(distances, weights, level), method


def separation_p(first: Numbers, second: Numbers) -> float:
    """Return the two-sided permutation p-value of two groups that don't overlap, in closed form.

    The other extreme arrangement is as far out only where it separates the groups too.

    >>> round(separation_p(np.array([3.0, 0]), np.array([0.0, 3])), 4)
    0.1
    """
    together = first + second
    ends = np.cumsum(together)
    other_way = bool(np.any(ends == (second.sum() if first[0] else first.sum())))
    n, size = int(together.sum()), int(first.sum())
    return floored(exp(log(1 + other_way) - lgamma(n + 1) + lgamma(size + 1) + lgamma(n - size + 1)))


def count_arrangements(together: Numbers, size: int) -> float:
    """Return in how many ways `size` answers can be taken from counts of each, people being interchangeable.

    >>> count_arrangements(np.array([1.0, 1, 1, 1]), 2)
    6.0
    """
    ways = np.ones(1)
    for count in together:
        ways = np.convolve(ways, np.ones(min(int(count), size) + 1))[: size + 1]
        if ways.sum() > 1e200:
            return float("inf")
    return float(ways[size])


def all_arrangements(together: Numbers, size: int) -> Numbers:
    """Return every way to take `size` answers from counts of each: one row = one arrangement.

    >>> all_arrangements(np.array([2.0, 1]), 2)
    array([[1., 1.],
           [2., 0.]])
    """
    rows, left = np.empty((1, 0)), np.array([size])
    later = int(together.sum())
    for count in together.astype(np.int64):
        later -= count
        least, most = np.maximum(0, left - later), np.minimum(count, left)
        options = most - least + 1
        row = np.repeat(np.arange(len(rows)), options)
        taken = np.arange(row.size) - np.repeat(np.cumsum(options) - options, options) + least[row]
        rows, left = np.column_stack([rows[row], taken]), left[row] - taken
    return rows


def _drawn(together: Numbers, size: int) -> Numbers:
    random = np.random.default_rng(SEED)
    return random.multivariate_hypergeometric(together.astype(np.int64), size, DRAWS).astype(np.float64)


def _ways(dealt: Numbers, together: Numbers) -> Numbers:
    """How many ways of dealing people lead to each arrangement, as a share of the most frequent one."""
    logs = (gammaln(together + 1) - gammaln(dealt + 1) - gammaln(together - dealt + 1)).sum(axis=1)
    return np.asarray(np.exp(logs - logs.max()), dtype=np.float64)


def _distance(first: Numbers, second: Numbers) -> Numbers:
    """Studentised distance of the superiority from one half; infinite where the groups are separated."""
    found = dominance(first, second)
    away, error = np.abs(found.superiority - 0.5), np.sqrt(found.variance)
    return np.divide(away, error, out=np.full_like(away, np.inf), where=error > 0)


def _quantile(distances: Numbers, weights: Numbers, level: float) -> float:
    order = np.argsort(distances)
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(distances[order][np.searchsorted(reached, level * (1 - SLACK))])
