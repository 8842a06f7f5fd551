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
    estimates, errors = np.full(size, NAN), np.full(size, NAN)  # of a group without runs nothing is known
    seen, joined = np.unique(place, return_inverse=True)
    if seen.size < 2:
        none = estimates
        return NestedShrunk(labels.names, none, none, none, none, runs, run_errors, NAN, NAN, NAN, NAN, FEW_GROUPS)
    found = restricted_likelihood(given[kept], known[kept], joined)
    of_groups, of_runs = found.groups, found.runs
    estimates[seen], errors[seen] = _groups_predicted(given[kept], found)
    runs[kept], run_errors[kept] = _runs_predicted(given[kept], found)
    fault = "" if kept.all() else "a run has no mean, variance or group"
    own_means, own_variances = _pooled(given[kept], known[kept] + of_runs, place, size)
    of_all = found.mean, found.error, of_groups, of_runs, fault
    return NestedShrunk(labels.names, own_means, own_variances, estimates, errors, runs, run_errors, *of_all)


def _pooled(means: Numbers, variances: Numbers, place: Places, size: int) -> tuple[Numbers, Numbers]:
    """Return the precision-weighted mean of each group and its variance; nan for a group without any."""
    y, known, unit = scaled(means, variances)
    total = np.bincount(place, 1 / known, minlength=size)
    pooled = np.divide(1.0, total, out=np.full(size, NAN), where=total > 0)
    return np.bincount(place, y / known, minlength=size) * pooled * unit, pooled * unit**2


def _groups_predicted(given: Numbers, found: Components) -> tuple[Numbers, Numbers]:
    """Best linear prediction of each group's true mean, and its standard error."""
    inverse, own = found.inverse, found.groups
    share = own * inverse.groups
    estimates = found.mean + own * inverse.over_groups(inverse.rows * (given - found.mean))
    return estimates, _error(own, own * share, share, found)


def _runs_predicted(given: Numbers, found: Components) -> tuple[Numbers, Numbers]:
    """Best linear prediction of each run's true mean, and its standard error."""
    inverse, of_groups, of_runs = found.inverse, found.groups, found.runs
    away, place, rows = given - found.mean, found.inverse.places, found.inverse.rows
    estimates = found.mean + of_groups * inverse.over_groups(rows * away)[place] + of_runs * inverse.times(away)
    share = of_groups * inverse.groups[place] + of_runs * rows
    known = of_groups * (share + of_runs * rows) + of_runs * (of_runs * inverse.diagonal)
    return estimates, _error(of_groups + of_runs, known, share, found)


def _error(own: float, known: Numbers, share: Numbers, found: Components) -> Numbers:
    """Return the error of a prediction: what the means leave open, and the error of the mean of all."""
    return np.sqrt(np.maximum(own - known + ((1 - share) * found.error) ** 2, 0.0))
