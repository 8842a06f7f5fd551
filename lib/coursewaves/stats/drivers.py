"""Share out what factors explain of a rating (¶16): outcome and predictors in, importance out.

An importance is how far a factor goes together with the rating, not how far it causes it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coursewaves.errors import CoursewavesError
from coursewaves.stats.correlations import has_spread
from coursewaves.stats.labels import coded, same_length
from coursewaves.stats.subsets import explained, shapley, standardised
from coursewaves.stats.values import NAN, NO_VALUES, Numbers, Places, as_numbers, as_table, is_constant

MOST_SHARES = 12
"""Every subset of the predictors (or groups) is a regression: 4,096 of 12."""

FEW_ROWS = "too few complete rows for so many predictors"
NO_SPREAD = "the outcome is the same for everybody"

Groups = Mapping[Any, Sequence[Any]] | Sequence[Any]


class Importance(NamedTuple):
    """How the explained variance of an outcome is shared among predictors or groups of them.

    Attributes
    ----------
    shares
        Parts of the outcome's variance that add up to `r_squared`; numpy reads the result as these.
    r_squared
        Share of the outcome's variance that all explain together, 0-1.
    names
        What each share belongs to: number, or name, of the predictor or group.
    n
        Complete rows.
    reason
        Why a figure is nan; empty where all is well.
    """

    shares: Numbers
    r_squared: float
    names: list[Any]
    n: int
    reason: str = ""

    def __array__(self, dtype: np.dtype[np.float64] | None = None, copy: bool | None = None) -> Numbers:
        """Return the shares as numpy takes them."""
        return np.array(self.shares, dtype=dtype)


class Sample(NamedTuple):
    """An outcome with its predictors, and how these go together.

    Attributes
    ----------
    outcome, predictors
        One row = one respondent, nan kept.
    members
        Places of the predictors in each share.
    names
        Name of each share.
    is_complete
        Whether a row has no missing value.
    """

    outcome: Numbers
    predictors: Numbers
    members: list[Places]
    names: list[Any]
    is_complete: np.ndarray[Any, np.dtype[np.bool_]]


def importance(outcome: ArrayLike, predictors: ArrayLike, groups: Groups | None = None) -> Importance:
    """Share out R² among predictors by its average rise over all orders of taking them in (LMG, Shapley).

    One row of `predictors` = one respondent. `groups` puts predictors together: a label for each of them, a
    list of lists of their places, or a mapping of names to such lists; places may be column names where the
    table has them, and a predictor in no list stands alone, after the groups. Rows with a missing value are
    dropped. A predictor without any spread has 0; copies of each other share alike. An outcome without any
    spread, or hardly more rows than predictors, gives nan.

    Raises
    ------
    CoursewavesError
        Where the lengths differ, a group names what is no predictor, or there are more than 12 shares.

    References
    ----------
    Lindeman, Merenda & Gold (1980), Introduction to Bivariate and Multivariate Analysis; Groemping (2007),
    The American Statistician 61, 139-147.

    Examples
    --------
    >>> result = importance([1, 2, 3, 4, 5], [[1, 0], [2, 1], [3, 0], [4, 1], [6, 0]])
    >>> result.shares.round(3), round(result.r_squared, 3)
    (array([0.977, 0.004]), 0.982)
    """
    sample = read_sample(outcome, predictors, groups)
    check_shares(sample)
    related, n, fault = _related(sample)
    if fault:
        return Importance(np.full(len(sample.names), NAN), NAN, sample.names, n, fault)
    worth = explained(related, sample.members)
    return Importance(shapley(worth), float(worth[-1]), sample.names, n)


def relative_weights(outcome: ArrayLike, predictors: ArrayLike) -> Importance:
    """Share out R² among predictors by Johnson's relative weights: nearly LMG, for any number of predictors.

    Each weight goes through the nearest uncorrelated predictors. Missing values and degenerate input as in
    `importance`.

    References
    ----------
    Johnson (2000), Multivariate Behavioral Research 35, 1-19.

    Examples
    --------
    >>> result = relative_weights([1, 2, 3, 4, 5], [[1, 0], [2, 1], [3, 0], [4, 1], [6, 0]])
    >>> result.shares.round(3), round(result.r_squared, 3)
    (array([0.977, 0.004]), 0.982)
    """
    sample = read_sample(outcome, predictors, None)
    related, n, fault = _related(sample)
    if fault:
        return Importance(np.full(len(sample.names), NAN), NAN, sample.names, n, fault)
    values, vectors = np.linalg.eigh(related[1:, 1:])
    root = vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
    slopes = np.linalg.pinv(root, rcond=1e-7, hermitian=True) @ related[1:, 0]
    shares = root**2 @ slopes**2
    return Importance(shares, min(float(shares.sum()), 1.0), sample.names, n)


def read_sample(outcome: ArrayLike, predictors: ArrayLike, groups: Groups | None) -> Sample:
    """Take an outcome, its predictors, and their groups in any of the forms of `importance`.

    >>> read_sample([1, 2], [[1, 0, 3], [2, 1, 4]], ["direct", "direct", "indirect"]).members
    [array([0, 1]), array([2])]
    """
    y, table = as_numbers(outcome), as_table(predictors)
    same_length(outcome=y, predictors=table)
    columns = list(getattr(predictors, "columns", range(table.shape[1])))
    members, names = _grouped(columns, groups)
    return Sample(y, table, members, names, ~np.isnan(y) & ~np.isnan(table).any(axis=1))


def check_shares(sample: Sample) -> None:
    """Refuse more shares than there is time to go through all subsets of.

    >>> check_shares(read_sample([1, 2], [[1, 0, 3], [2, 1, 4]], None))
    """
    if len(sample.members) > MOST_SHARES:
        raise CoursewavesError(f"Can't share among {len(sample.members)}: give groups, {MOST_SHARES} at most.")


def _grouped(columns: list[Any], groups: Groups | None) -> tuple[list[Places], list[Any]]:
    """Return the places of each share and its name."""
    if groups is None:
        return [np.array([place]) for place in range(len(columns))], columns
    if isinstance(groups, Mapping):
        return _listed(columns, [*groups.values()], [*groups])
    if any(isinstance(group, list | tuple | set | np.ndarray) for group in groups):
        return _listed(columns, [*groups], [*range(1, len(groups) + 1)])
    labels = coded(groups)
    same_length(predictors=columns, groups=labels.places)
    return [np.flatnonzero(labels.places == place) for place in range(len(labels.names))], labels.names


def _listed(columns: list[Any], groups: list[Any], names: list[Any]) -> tuple[list[Places], list[Any]]:
    place = {place: place for place in range(len(columns))} | {name: i for i, name in enumerate(columns)}
    members = []
    for group in groups:
        strange = [one for one in group if one not in place]
        if strange:
            raise CoursewavesError.not_found(strange[0], "the predictors", columns)
        members.append(np.array(sorted(place[one] for one in group), dtype=np.int64))
    taken = np.concatenate(members) if members else np.empty(0, dtype=np.int64)
    if np.unique(taken).size < taken.size or any(not member.size for member in members):
        raise CoursewavesError("Every predictor belongs to one group at most, and no group is empty.")
    alone = [i for i in range(len(columns)) if i not in taken]
    return members + [np.array([i]) for i in alone], names + [columns[i] for i in alone]


def _related(sample: Sample) -> tuple[Numbers, int, str]:
    """Return the correlations of the complete rows, the outcome first, and what forbids to use them."""
    columns = np.column_stack([sample.outcome, sample.predictors])[sample.is_complete]
    n = len(columns)
    if n < columns.shape[1] + 1:
        return columns, n, NO_VALUES if n == 0 else FEW_ROWS
    if is_constant(columns[:, 0]):
        return columns, n, NO_SPREAD
    away = (columns - columns.mean(axis=0)) * has_spread(columns)
    away = away / np.maximum(np.abs(away).max(axis=0), 1e-300)
    return standardised(away.T @ away), n, ""
