"""Mend and bound what wave 3 did not get: strata with too few answers, and those who never answered."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coursewaves.errors import CoursewavesError
from coursewaves.stats.labels import coded, same_length
from coursewaves.stats.values import NAN, NO_VALUES, as_numbers

LEAST = 2
"""Answers under which a stratum has no variance."""


class Collapsed(NamedTuple):
    """Strata joined with their neighbours until each has answers enough.

    Attributes
    ----------
    strata
        The new stratum of each value; None where it was missing.
    sizes
        Members of each new stratum; its name is a tuple of the old names where several were joined.
    joined
        The new strata that hold several old ones.
    """

    strata: list[Hashable]
    sizes: dict[Hashable, float]
    joined: list[Hashable]


class NonresponseBounds(NamedTuple):
    """How far those who did not answer could move a mean.

    Attributes
    ----------
    mean
        Mean over all people, if those who did not answer are like those of their stratum who did.
    low, high
        Mean over all people if each of them stood at the lower or the upper quantile of the answers.
    answered
        Share of the people who answered, 0-1.
    n
        Answers.
    reason
        Why a figure is nan; empty where all is well.
    """

    mean: float
    low: float
    high: float
    answered: float
    n: int
    reason: str = ""


def collapse_strata(
    values: ArrayLike, strata: Iterable[Any], sizes: Mapping[Any, float], least: int = LEAST
) -> Collapsed:
    """Join strata with fewer than `least` values with a neighbour, in the declared order of `sizes`.

    A stratum that is short takes the next one, and the next, until it has enough; what is short at the end
    joins the one before. The order is declared beforehand (by kinship of topics, say), never by the answers.

    Raises
    ------
    CoursewavesError
        Where the columns differ in length, or a stratum has no size.

    References
    ----------
    Cochran (1977), Sampling Techniques, section 5A.12.

    Examples
    --------
    >>> found = collapse_strata([4, 5, 3], ["a", "b", "b"], {"a": 20, "b": 30, "c": 5})
    >>> found.sizes, found.strata
    ({('a', 'b', 'c'): 55.0}, [('a', 'b', 'c'), ('a', 'b', 'c'), ('a', 'b', 'c')])
    """
    given, sizes = as_numbers(values), dict(sizes)
    labels = coded(strata, sizes)
    same_length(values=given, strata=labels.places)
    kept = ~np.isnan(given) & (labels.places >= 0)
    answers = np.bincount(labels.places[kept], minlength=len(labels.names))
    groups: list[list[int]] = []
    for place in range(len(labels.names)):
        if groups and answers[groups[-1]].sum() < least:
            groups[-1].append(place)
        else:
            groups.append([place])
    while len(groups) > 1 and answers[groups[-1]].sum() < least:
        last = groups.pop()
        groups[-1].extend(last)
    names = [tuple(labels.names[i] for i in group) if len(group) > 1 else labels.names[group[0]] for group in groups]
    new = {place: name for group, name in zip(groups, names, strict=True) for place in group}
    people = as_numbers(list(sizes.values()))
    totals = {name: float(people[group].sum()) for name, group in zip(names, groups, strict=True)}
    joined = [name for name, group in zip(names, groups, strict=True) if len(group) > 1]
    return Collapsed([new.get(int(place)) for place in labels.places], totals, joined)


def nonresponse_bounds(
    values: ArrayLike,
    strata: Iterable[Any],
    sizes: Mapping[Any, float],
    invited: Mapping[Any, float] | None = None,
    quantiles: tuple[float, float] = (0.25, 0.75),
) -> NonresponseBounds:
    """Bound a mean over all people by what those who did not answer might have said.

    Weights can't mend a response that depends on the answer itself. In each stratum those who were `invited`
    and did not answer (without it: all who are not among the answers) are set to the lower, then to the upper
    quantile of all answers; strata count by their `sizes`. A stratum without any answer takes the quantile
    alone, and the mean is nan.

    Raises
    ------
    CoursewavesError
        Where the columns differ in length, or a stratum has no size or no invitations.

    References
    ----------
    Cochran (1977), Sampling Techniques, section 13.2; Manski (2003), Partial Identification of Probability
    Distributions, chapter 1.

    Examples
    --------
    >>> nonresponse_bounds([5, 4, 4, 3], ["a"] * 4, {"a": 8})[:4]
    (4.0, 3.875, 4.125, 0.5)
    """
    given, sizes = as_numbers(values), dict(sizes)
    labels = coded(strata, sizes)
    same_length(values=given, strata=labels.places)
    kept = ~np.isnan(given) & (labels.places >= 0)
    people = as_numbers(list(sizes.values()))
    asked = people if invited is None else as_numbers([_of(invited, name) for name in sizes])
    n = np.bincount(labels.places[kept], minlength=people.size).astype(np.float64)
    if not kept.any() or np.isnan(people).any() or np.isnan(asked).any():
        return NonresponseBounds(NAN, NAN, NAN, NAN, int(kept.sum()), NO_VALUES if not kept.any() else "sizes missing")
    rate = np.divide(n, np.maximum(asked, n), out=np.zeros_like(n), where=asked + n > 0)
    sums = np.bincount(labels.places[kept], given[kept], minlength=people.size)
    means = np.divide(sums, n, out=np.zeros_like(n), where=n > 0)
    share = people / people.sum()
    low, high = (float(share @ (rate * means + (1 - rate) * q)) for q in np.quantile(given[kept], quantiles))
    is_empty = bool((n[people > 0] == 0).any())
    mean = NAN if is_empty else float(share @ means)
    fault = "a stratum has no values" if is_empty else ""
    return NonresponseBounds(mean, low, high, float(n.sum() / np.maximum(asked, n).sum()), int(n.sum()), fault)


def _of(invited: Mapping[Any, float], name: Any) -> float:
    if name not in invited:
        raise CoursewavesError.not_found(name, "the strata that were invited", invited)
    return invited[name]
