"""Measure how well the items of a scale belong together: a table of answers in, NamedTuples out."""

from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtri

from coursewaves.stats.correlations import NO_PAIRS, correlations, covariances, has_spread
from coursewaves.stats.values import NAN, NO_VALUES, ONE_VALUE, Numbers, as_table, check_level

FEW_ITEMS = "fewer than two items with any spread"
NO_SPREAD = "an item has no spread"
NO_TOTAL = "the sum of the items is the same for everybody"
COPIES = "the items are copies of each other"
ROUNDING = 1e-12


class CronbachAlpha(NamedTuple):
    """Cronbach's alpha.

    Attributes
    ----------
    alpha, low, high
        The estimate, at most 1 and possibly negative, and the ends of Feldt's interval.
    n
        Respondents with at least one answer.
    k
        Items that count: those with any spread.
    reason
        Why a figure is nan; empty where all is well.
    """

    alpha: float
    low: float
    high: float
    n: int
    k: int
    reason: str = ""


class ItemStatistics(NamedTuple):
    """How each item stands to the rest of its scale, in the order of the items.

    Attributes
    ----------
    n
        Answers to each item.
    means
        Mean answer.
    rest_correlations
        Correlation of each item with the sum of the others.
    alpha_without
        Alpha of the others.
    mean_correlation
        Mean correlation of two items.
    reason
        Why a figure is nan; empty where all is well.
    """

    n: np.ndarray[Any, np.dtype[np.int64]]
    means: Numbers
    rest_correlations: Numbers
    alpha_without: Numbers
    mean_correlation: float
    reason: str = ""


def cronbach_alpha(items: ArrayLike, level: float = 0.95) -> CronbachAlpha:
    """Estimate the reliability of a sum of items by Cronbach's alpha with Feldt's interval.

    One row = one respondent, one column = one item, negative items turned round beforehand. Covariances are
    taken pair by pair, so a missing answer costs that answer alone. An item without any spread is left out,
    as R does. Fewer than two items or two people give nan; items that copy each other have no interval.

    References
    ----------
    Cronbach (1951), Psychometrika 16, 297-334; Feldt, Woodruff & Salih (1987), Applied Psychological
    Measurement 11, 93-103.

    Examples
    --------
    >>> result = cronbach_alpha([[1, 1], [2, 2], [3, 3], [3, 2]])
    >>> round(result.alpha, 2), round(result.low, 2), round(result.high, 2)
    (0.91, -0.32, 0.99)
    """
    check_level(level)
    answers = as_table(items)
    n = int((~np.isnan(answers)).any(axis=1).sum())
    answers = answers[:, has_spread(answers)]
    k = answers.shape[1]
    fault = NO_VALUES if n == 0 else ONE_VALUE if n == 1 else FEW_ITEMS if k < 2 else ""
    alpha, fault = (NAN, fault) if fault else _alpha(covariances(answers))
    if fault or 1 - alpha < ROUNDING:
        return CronbachAlpha(alpha, NAN, NAN, n, k, fault or COPIES)
    tails = [(1 + level) / 2, (1 - level) / 2]
    low, high = (1 - (1 - alpha) * float(fdtri(n - 1, (n - 1) * (k - 1), tail)) for tail in tails)
    return CronbachAlpha(alpha, low, high, n, k)


def item_statistics(items: ArrayLike) -> ItemStatistics:
    """Describe each item of a scale against the others.

    One row = one respondent, one column = one item. Missing answers cost themselves alone. It informs those
    who write the next questionnaire: no item is dropped for what one course shows.

    References
    ----------
    Cronbach (1951), Psychometrika 16, 297-334; Revelle, R package psych, ``alpha``.

    Examples
    --------
    >>> result = item_statistics([[4, 5, 1], [2, 3, 5], [5, 5, 2], [3, 3, 4], [1, 2, 2]])
    >>> result.rest_correlations.round(2), result.alpha_without.round(2)
    (array([ 0.42,  0.37, -0.44]), array([-1.91, -1.25,  0.96]))
    """
    answers = as_table(items)
    given = ~np.isnan(answers)
    n = given.sum(axis=0)
    means = np.divide(np.where(given, answers, 0).sum(axis=0), n, out=np.full(n.size, NAN), where=n > 0)
    nothing = np.full(n.size, NAN)
    if answers.shape[1] < 2 or not has_spread(answers).all():
        return ItemStatistics(n, means, nothing, nothing, NAN, FEW_ITEMS if n.size < 2 else NO_SPREAD)
    shared = covariances(answers)
    if np.isnan(shared).any() or not np.diag(shared).all():
        fault = NO_PAIRS if np.isnan(shared).any() else NO_SPREAD
        return ItemStatistics(n, means, nothing, nothing, NAN, fault)
    others = [np.delete(np.arange(n.size), place) for place in range(n.size)]
    rest = [shared[np.ix_(other, other)] for other in others]
    related = [
        float(shared[place, other].sum()) / sqrt(shared[place, place]) / sqrt(inner.sum()) if inner.sum() > 0 else NAN
        for place, (other, inner) in enumerate(zip(others, rest, strict=True))
    ]
    without = [_alpha(inner)[0] if n.size > 2 else NAN for inner in rest]
    spread = np.sqrt(np.diag(shared))
    between = (shared / np.outer(spread, spread))[np.triu_indices(n.size, 1)]
    fault = NO_TOTAL if np.isnan(related).any() else "one item is left" if n.size == 2 else ""
    return ItemStatistics(n, means, np.array(related), np.array(without), float(between.mean()), fault)


def spearman_brown(first: ArrayLike, second: ArrayLike) -> float:
    """Return the reliability of the sum of two items, stepped up from their correlation.

    For blocks of two items. Pairs with a missing answer are dropped; fewer than two pairs, or an item without
    any spread, give nan, and so does a correlation of -1.

    References
    ----------
    Spearman (1910), British Journal of Psychology 3, 271-295; Eisinga, te Grotenhuis & Pelzer (2013),
    International Journal of Public Health 58, 637-642.

    Examples
    --------
    >>> round(spearman_brown([4, 2, 5, 3, 1], [5, 3, 5, 3, 2]), 2)
    0.97
    """
    related = float(correlations(np.column_stack([np.asarray(first, float), np.asarray(second, float)]))[0, 1])
    return 2 * related / (1 + related) if related > -1 else NAN


def _alpha(shared: Numbers) -> tuple[float, str]:
    """Return alpha of a matrix of covariances, and why it is nan."""
    if np.isnan(shared).any():
        return NAN, NO_PAIRS
    k, total, own = len(shared), float(shared.sum()), float(np.trace(shared))
    if total <= ROUNDING * own:
        return NAN, NO_TOTAL
    return k / (k - 1) * (1 - own / total), ""
