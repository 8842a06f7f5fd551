"""Call means low, not low, or undecided against a threshold (¶16): means with their errors in, verdicts out."""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, stdtrit

from coursewaves.ladder import LEAST
from coursewaves.stats.labels import same_length
from coursewaves.stats.shrinkage import FEWEST_GROUPS, Shrunk, probability_below, shrink
from coursewaves.stats.values import NAN, Numbers, as_numbers, check_level

LOW, NOT_LOW, UNDECIDED = "low", "not low", "cannot say yet"

LEAST_FOR_LOW = LEAST["low_rated"]
"""Answers under which nothing is called low."""

ONE_SIDED = 0.9
"""Certainty of each one-sided bound."""

MOST_ANSWERS = 10_000
"""Beyond so many answers, more of them are no plan."""

MISSING = "a mean, its variance or its count is missing"
NEVER = "no number of answers would decide"


class LowRated(NamedTuple):
    """How means stand to a threshold; one place = one group, in the order given and never by rank.

    Attributes
    ----------
    verdicts
        ``low``, ``not low`` or ``cannot say yet``.
    probabilities
        Probability that the true mean lies below the threshold, by the shrunken estimate.
    low, high
        One-sided 90 % bounds of each mean, unshrunk.
    more_answers
        How many answers more would decide, should the mean stay as it is; 0 where it is decided, nan where no
        number would.
    shrunk
        The shrunken means.
    reason
        Why a figure is nan; empty where all is well.
    """

    verdicts: list[str]
    probabilities: Numbers
    low: Numbers
    high: Numbers
    more_answers: Numbers
    shrunk: Shrunk
    reason: str = ""


def low_rated(
    means: ArrayLike,
    variances: ArrayLike,
    counts: ArrayLike,
    threshold: float,
    certainty: float = 0.8,
    shrunk: Shrunk | None = None,
) -> LowRated:
    """Give each mean one of three verdicts against the councils' threshold.

    Low: the probability that the true mean lies below is at least `certainty`, by empirical Bayes over all
    groups; with fewer than 10 groups the upper one-sided 90 % bound lies below. Not low: the lower bound of
    the unshrunk mean is not below, since shrinking would excuse the worst. Else it cannot be said yet; with
    fewer than 10 answers nothing is low. `variances` are squared standard errors of the means, `counts` the
    answers; `shrunk` takes the place of shrinking these means where runs are nested in them, as `means`,
    `variances` and `of_groups` of `shrink_nested` are made for.

    References
    ----------
    Morris (1983), Journal of the American Statistical Association 78, 47-55; Raudenbush & Bryk (1985),
    Journal of Educational Statistics 10, 75-98.

    Examples
    --------
    >>> result = low_rated([40, 61, 80], [9, 9, 9], [25, 25, 25], threshold=62.5)
    >>> result.verdicts, result.more_answers
    (['low', 'cannot say yet', 'not low'], array([  0., 141.,   0.]))
    """
    check_level(certainty)
    given, known, n = as_numbers(means), as_numbers(variances), as_numbers(counts)
    same_length(means=given, variances=known, counts=n)
    pulled = shrink(given, known) if shrunk is None else shrunk
    chances = np.asarray(probability_below(pulled.estimates, pulled.errors, threshold), dtype=np.float64)
    half = _reach(n) * np.sqrt(known)
    low, high = given - half, given + half
    by_chance = int((~np.isnan(pulled.estimates)).sum()) >= FEWEST_GROUPS
    is_low = (n >= LEAST_FOR_LOW) & (chances >= certainty if by_chance else high < threshold)
    verdicts = np.where(is_low, LOW, np.where(low >= threshold, NOT_LOW, UNDECIDED))
    prior = (pulled.grand_mean, pulled.tau2) if by_chance else None
    more = [
        0.0 if verdict != UNDECIDED else _more(mean, variance * size, size, threshold, certainty, prior)
        for verdict, mean, variance, size in zip(verdicts, given, known, n, strict=True)
    ]
    fault = NEVER if np.isnan(more).any() else pulled.reason
    fault = MISSING if np.isnan(low).any() else fault
    return LowRated(verdicts.tolist(), chances, low, high, np.array(more), pulled, fault)


def _reach(n: Numbers) -> Numbers:
    """Student's one-sided quantile; nan for fewer than two answers."""
    return np.asarray(stdtrit(np.where(n >= 2, n - 1, NAN), ONE_SIDED), dtype=np.float64)


def _more(
    mean: float, spread: float, n: float, threshold: float, certainty: float, prior: tuple[float, float] | None
) -> float:
    """Answers to add until a mean that stays as it is would be decided; nan where none would."""
    if not (np.isfinite(mean) and spread > 0 and n >= 1):
        return NAN

    def decides(size: int) -> bool:
        half = float(stdtrit(size - 1, ONE_SIDED)) * sqrt(spread / size)
        if mean - half >= threshold:
            return True
        if size < LEAST_FOR_LOW:
            return False
        if prior is None:
            return mean + half < threshold
        return _chance(mean, spread / size, threshold, *prior) >= certainty

    fewest, most = max(int(n), 1), MOST_ANSWERS
    if not decides(most):
        return NAN
    while most - fewest > 1:
        middle = (fewest + most) // 2
        fewest, most = (fewest, middle) if decides(middle) else (middle, most)
    return most - n


def _chance(mean: float, variance: float, threshold: float, grand_mean: float, tau2: float) -> float:
    held = tau2 / (tau2 + variance)
    estimate, error = held * mean + (1 - held) * grand_mean, sqrt(held * variance)
    return float(ndtr((threshold - estimate) / error)) if error else float(estimate < threshold)
