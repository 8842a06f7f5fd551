"""Pull means of programmes that consist of runs towards the mean of all (¶14, ¶16): runs in, programmes out."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coursewaves.stats.components import Components, restricted_likelihood
from coursewaves.stats.labels import coded, same_length
from coursewaves.stats.shrinkage import FEW_GROUPS, Shrunk, scaled
from coursewaves.stats.values import NAN, Numbers, Places, as_numbers


class NestedShrunk(NamedTuple):
    """Means of groups that consist of runs, shrunk towards the mean of all.

    Attributes
    ----------
    groups
        Names of the groups, in the order of first appearance.
    means, variances
        Mean of each group over its runs, unshrunk, and its squared error: sampling and the runs' own scatter.
    estimates, errors
        Empirical Bayes estimate of each group over all its runs, and its standard error.
    run_estimates, run_errors
        The same of each run, in the order given; nan where its mean or variance is missing.
    grand_mean, grand_error
        Mean of all and its standard error.
    tau2_groups, tau2_runs
        Variance between true group means, and between the runs of one group (REML), at least 0.
    reason
        Why a figure is nan; empty where all is well.
    """

    groups: list[Any]
    means: Numbers
    variances: Numbers
    estimates: Numbers
    errors: Numbers
    run_estimates: Numbers
    run_errors: Numbers
    grand_mean: float
    grand_error: float
    tau2_groups: float
    tau2_runs: float
    reason: str = ""

    @property
    def of_groups(self) -> Shrunk:
        """The groups alone, as `low_rated` takes them."""
        return Shrunk(self.estimates, self.errors, self.grand_mean, self.grand_error, self.tau2_groups, self.reason)


def shrink_nested(means: ArrayLike, variances: ArrayLike, groups: Iterable[Any]) -> NestedShrunk:
    """Shrink the means of groups that consist of several runs; runs differ within their group too.

    One place = one run: its mean, the squared standard error of it, its group (a programme). A group's
    estimate is that of its own true mean, from which its runs scatter: one bad run weighs less than three.
    Runs without a mean, a group or a variance above 0 are left out; fewer than two groups give nan.

    References
    ----------
    Raudenbush & Bryk (2002), Hierarchical Linear Models, chapters 7 and 8; Konstantopoulos (2011), Research
    Synthesis Methods 2, 61-76.

    Examples
    --------
    >>> runs = [3.0, 3.2, 4.0, 4.3, 4.4, 4.6]
    >>> result = shrink_nested(runs, [0.04] * 6, ["a", "a", "b", "b", "c", "c"])
    >>> result.groups, result.estimates.round(2)
    (['a', 'b', 'c'], array([3.13, 4.14, 4.48]))
    """
    given, known, labels = as_numbers(means), as_numbers(variances), coded(groups)
    same_length(means=given, variances=known, groups=labels.places)
    kept = ~np.isnan(given) & (known > 0) & (labels.places >= 0)
    size, place = len(labels.names), labels.places[kept]
    runs, run_errors = np.full(given.size, NAN), np.full(given.size, NAN)
    if np.unique(place).size < 2:
        none = np.full(size, NAN)
        return NestedShrunk(labels.names, none, none, none, none, runs, run_errors, NAN, NAN, NAN, NAN, FEW_GROUPS)
    shared = (place[:, None] == place[None, :]).astype(np.float64)
    own = np.eye(place.size)
    found = restricted_likelihood(given[kept], known[kept], [shared, own])
    of_groups, of_runs = (float(component) for component in found.components)
    belongs = (np.arange(size)[:, None] == place[None, :]).astype(np.float64)
    estimates, errors = _predicted(given[kept], found, of_groups * belongs, of_groups)
    both = of_groups * shared + of_runs * own
    runs[kept], run_errors[kept] = _predicted(given[kept], found, both, of_groups + of_runs)
    fault = "" if kept.all() else "a run has no mean, variance or group"
    own_means, own_variances = _pooled(given[kept], known[kept] + of_runs, place, size)
    estimates[np.isnan(own_means)] = errors[np.isnan(own_means)] = NAN  # nothing is known of it but the mean of all
    of_all = found.mean, found.error, of_groups, of_runs, fault
    return NestedShrunk(labels.names, own_means, own_variances, estimates, errors, runs, run_errors, *of_all)


def _pooled(means: Numbers, variances: Numbers, place: Places, size: int) -> tuple[Numbers, Numbers]:
    """Return the precision-weighted mean of each group and its variance; nan for a group without any."""
    y, known, unit = scaled(means, variances)
    total = np.bincount(place, 1 / known, minlength=size)
    pooled = np.divide(1.0, total, out=np.full(size, NAN), where=total > 0)
    return np.bincount(place, y / known, minlength=size) * pooled * unit, pooled * unit**2


def _predicted(given: Numbers, found: Components, shared: Numbers, own: float) -> tuple[Numbers, Numbers]:
    """Best linear prediction of what shares `shared` covariance with the means, and its standard error."""
    turned = shared @ found.inverse
    errors = own - (turned * shared).sum(axis=1) + ((1 - turned.sum(axis=1)) * found.error) ** 2
    return found.mean + turned @ (given - found.mean), np.sqrt(np.maximum(errors, 0.0))
