"""Split the spread of runs of groups into two components by restricted maximum likelihood: means and variances in.

The variance matrix of the means has one block for each group: its runs' own variances on the diagonal, and what they
share everywhere. The inverse of such a block is known in closed form (Sherman & Morrison), so that nothing here grows
with the square of the number of runs.
"""

from typing import NamedTuple

import numpy as np

from coursewaves.stats.values import Numbers, Places, unit_of

MOST_STEPS = 200
CLOSE = 1e-10
SMALLEST_VARIANCE = 1e-10
"""In the square of the unit: a variance below would make the matrix of all singular."""


class Components(NamedTuple):
    """Variance components of means of runs, and what follows from them.

    Attributes
    ----------
    groups, runs
        Variance between the groups, and between the runs of one group, at least 0.
    mean, error
        Generalised least-squares mean of all and its standard error.
    inverse
        Inverse of the variance matrix of the means.
    is_settled
        Whether the search converged.
    """

    groups: float
    runs: float
    mean: float
    error: float
    inverse: "Inverse"
    is_settled: bool


class Inverse(NamedTuple):
    """The inverse of the variance matrix of means of runs, without the matrix.

    Attributes
    ----------
    weights
        One over each mean's own variance: its sampling variance and that between runs.
    places
        The group of each mean.
    held
        For each group, 1 + its weight times the variance between groups.
    shared
        The variance between groups.
    """

    weights: Numbers
    places: Places
    held: Numbers
    shared: float

    def over_groups(self, values: Numbers) -> Numbers:
        """Add up values of the means, group by group."""
        return np.bincount(self.places, values, minlength=self.held.size).astype(np.float64)

    @property
    def rows(self) -> Numbers:
        """The sums of its rows."""
        return self.weights / self.held[self.places]

    @property
    def groups(self) -> Numbers:
        """The sums of its blocks."""
        return self.over_groups(self.rows)

    @property
    def diagonal(self) -> Numbers:
        """Its diagonal."""
        return self.weights - self.shared * self.weights * self.rows

    def times(self, values: Numbers) -> Numbers:
        """Return its product with a column of values."""
        of_group = self.over_groups(self.weights * values)[self.places]
        return self.weights * values - self.shared * self.rows * of_group

    def without_mean(self, values: Numbers) -> Numbers:
        """Return the product with a column of values from which the mean of all is taken."""
        rows = self.rows
        return self.times(values) - rows * float(rows @ values) / float(rows.sum())


def restricted_likelihood(means: Numbers, variances: Numbers, places: Places) -> Components:
    """Estimate what groups, and runs within them, add to known sampling variances (REML by Newton's method).

    `places` numbers the groups from 0. Variances can't become negative: one that would is 0, and the other is
    estimated without it.

    >>> found = restricted_likelihood(np.array([1.0, 3, 4, 6, 7, 11]), np.full(6, 0.5), np.array([0, 0, 1, 1, 2, 2]))
    >>> round(found.groups, 4), round(found.runs, 4)
    (10.3333, 3.5)
    """
    unit = max(unit_of(means - means.mean()), float(variances.max()) ** 0.5)
    y, known = (means - means.mean()) / unit, np.maximum(variances / unit**2, SMALLEST_VARIANCE)
    components = np.full(2, max(float(y.var(ddof=1) - known.mean()), 0.01) / 2)
    logged = _log_likelihood(components, y, known, places)
    is_settled = False
    for _ in range(MOST_STEPS):
        step = _step(components, y, known, places)
        for _ in range(30):
            tried = np.maximum(components + step, 0.0)
            better = _log_likelihood(tried, y, known, places)
            if better >= logged - CLOSE:
                break
            step = step / 2
        moved = np.abs(tried - components).max()
        components, logged = tried, max(better, logged)
        if moved <= CLOSE * (1 + components.max()):
            is_settled = True
            break
    groups, runs = (float(component) * unit**2 for component in components)
    inverse = _inverse(components, known, places)
    rows = inverse.rows
    mean = float(rows @ y) / float(rows.sum()) * unit + float(means.mean())
    own = inverse._replace(weights=inverse.weights / unit**2, shared=groups)
    return Components(groups, runs, mean, unit / float(rows.sum()) ** 0.5, own, is_settled)


def _inverse(components: Numbers, known: Numbers, places: Places) -> Inverse:
    weights = 1 / (known + components[1])
    return Inverse(weights, places, 1 + components[0] * np.bincount(places, weights), float(components[0]))


def _log_likelihood(components: Numbers, y: Numbers, known: Numbers, places: Places) -> float:
    inverse = _inverse(components, known, places)
    logged = np.log(inverse.weights).sum() - np.log(inverse.held).sum() - np.log(inverse.rows.sum())
    return 0.5 * float(logged - y @ inverse.without_mean(y))


def _step(components: Numbers, y: Numbers, known: Numbers, places: Places) -> Numbers:
    """Newton's step for the components that may move: not those at 0 whose score points below.

    Where the likelihood isn't curved downwards, Fisher's expected information takes the place of its own.
    """
    inverse = _inverse(components, known, places)
    traces, expected = _information(inverse)
    turned = inverse.without_mean(y)
    moved = np.array([inverse.over_groups(turned)[places], turned])
    score = moved @ turned - traces
    observed = 2 * moved @ np.array([inverse.without_mean(part) for part in moved]).T - expected
    free = (components > 0) | (score > 0)
    step = np.zeros(components.size)
    if free.any():
        inside = np.ix_(free, free)
        is_curved = np.linalg.eigvalsh(observed[inside])[0] > 0.1 * np.linalg.eigvalsh(expected[inside])[0]
        step[free] = np.linalg.lstsq((observed if is_curved else expected)[inside], score[free], rcond=None)[0]
    return step


def _information(inverse: Inverse) -> tuple[Numbers, Numbers]:
    """Return the traces of the projection by each grouping, and those of their products in pairs.

    The projection is the inverse less what the mean of all takes. A grouping joins the means of one group, or each
    mean with itself alone.
    """
    weights, rows, groups, total = inverse.weights, inverse.rows, inverse.groups, float(inverse.rows.sum())
    squares = inverse.over_groups(rows**2)
    spread_groups, spread_rows = float(groups @ groups), float(rows @ rows)
    traces = [total - spread_groups / total, float(inverse.diagonal.sum()) - spread_rows / total]
    of_groups = spread_groups - 2 * float((groups**3).sum()) / total + (spread_groups / total) ** 2
    of_both = spread_rows - 2 * float(squares @ groups) / total + spread_rows * spread_groups / total**2
    shared = inverse.shared / inverse.held
    seconds = inverse.over_groups(weights**2)
    whole = float(
        (weights**2).sum() - 2 * shared @ inverse.over_groups(weights**3) + (shared * seconds) @ (shared * seconds)
    )
    of_runs = whole - 2 * float(rows @ inverse.times(rows)) / total + (spread_rows / total) ** 2
    return np.array(traces), np.array([[of_groups, of_both], [of_both, of_runs]])
