"""Count how often one group's answer is above the other's: how many gave each answer in, dominance out."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coursewaves.stats.values import Numbers, present, settled


class Dominance(NamedTuple):
    """How two groups lie to each other; every field is a number, or an array over arrangements.

    Attributes
    ----------
    n_first, n_second
        Group sizes.
    superiority
        P(first < second) plus half of P(first = second), 0-1.
    spread_first, spread_second
        Variance over the members of a group of the share of the other group that lies below (ties half).
    tied
        Share of the pairs, one of either group, that are equal.
    """

    n_first: Numbers
    n_second: Numbers
    superiority: Numbers
    spread_first: Numbers
    spread_second: Numbers
    tied: Numbers

    @property
    def variance(self) -> Numbers:
        """Variance of the superiority (Brunner & Munzel 2000)."""
        return self.spread_first / self.n_first + self.spread_second / self.n_second

    @property
    def freedom(self) -> Numbers:
        """Satterthwaite's degrees of freedom of that variance."""
        first, second = self.spread_first / self.n_first, self.spread_second / self.n_second
        parts = first**2 / (self.n_first - 1) + second**2 / (self.n_second - 1)
        return np.asarray((first + second) ** 2 / parts)


def count_answers(first: ArrayLike, second: ArrayLike) -> tuple[Numbers, Numbers]:
    """Return how many of either group gave each answer, the answers of both in rising order.

    >>> count_answers([1, 2, 2], [2, 3, None])
    (array([1., 2., 0.]), array([0., 1., 1.]))
    """
    one, other = present(first), present(second)
    _, step = np.unique(settled(np.concatenate([one, other])), return_inverse=True)
    steps = int(step.max(initial=-1)) + 1
    counts = (np.bincount(part, minlength=steps) for part in (step[: one.size], step[one.size :]))
    of_first, of_second = (count.astype(np.float64) for count in counts)
    return of_first, of_second


def dominance(first: Numbers, second: Numbers) -> Dominance:
    """Compare two groups by how many gave each answer; the last axis runs over the answers.

    Both groups have at least two members. Working on counts needs no table of all pairs, and a whole set of
    arrangements goes through at once.

    >>> float(dominance(np.array([1.0, 2, 0]), np.array([0.0, 1, 1])).superiority)
    0.8333333333333333
    """
    n_first, n_second = first.sum(axis=-1), second.sum(axis=-1)
    first_below = (np.cumsum(first, axis=-1) - first / 2) / n_first[..., None]
    second_below = (np.cumsum(second, axis=-1) - second / 2) / n_second[..., None]
    superiority = (second * first_below).sum(axis=-1) / n_second
    away_first = second_below - (1 - superiority)[..., None]
    away_second = first_below - superiority[..., None]
    return Dominance(
        n_first,
        n_second,
        superiority,
        (first * away_first**2).sum(axis=-1) / (n_first - 1),
        (second * away_second**2).sum(axis=-1) / (n_second - 1),
        (first * second).sum(axis=-1) / (n_first * n_second),
    )
