"""Fit one factor to the items of a scale: a table of answers in, McDonald's omega with its loadings out."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coursewaves.stats.correlations import correlations, has_spread
from coursewaves.stats.values import NAN, Numbers, as_table, check_level

MOST_STEPS = 500
SMALL_GRADIENT = 1e-9
STALLED_GRADIENT = 1e-6
"""At so small a gradient a step that brings no more is the end: the misfit has no more digits to lose."""

SMALLEST_RESIDUAL = 1e-4

FEW_ITEMS = "fewer than three items with any spread"
FEW_PEOPLE = "too few complete respondents for so many items"
NO_FACTOR = "the items have no one factor in common"
HEYWOOD = "one factor explains an item without remainder"
UNSTABLE = "the one-factor model fails in too many resamples"

LEAST_OF_RESAMPLES = 0.9
"""Share of the resamples that must give an omega: an interval of the easy ones alone would be too short."""


class OmegaTotal(NamedTuple):
    """McDonald's omega of one factor.

    Attributes
    ----------
    omega
        Share of the variance of the sum that the factor explains, 0-1; numpy reads the result as this figure.
    loadings
        Of each item, in its unit; nan for an item that is left out.
    n
        Complete respondents.
    k
        Items that count: those with any spread.
    reason
        Why a figure is nan; empty where all is well.
    """

    omega: float
    loadings: Numbers
    n: int
    k: int
    reason: str = ""

    def __float__(self) -> float:
        """Return omega."""
        return self.omega

    def __array__(self, dtype: np.dtype[np.float64] | None = None, copy: bool | None = None) -> Numbers:
        """Return omega as numpy takes it."""
        return np.array(self.omega, dtype=dtype)


class OmegaInterval(NamedTuple):
    """McDonald's omega of one factor with its interval.

    Attributes
    ----------
    omega, low, high
        The estimate of `omega_total`, 0-1, and the ends of its bootstrap interval.
    loadings
        Of each item, standardised (-1 to 1); nan for an item that is left out.
    n
        Complete respondents.
    reason
        Why a figure is nan; empty where all is well.
    """

    omega: float
    low: float
    high: float
    loadings: Numbers
    n: int
    reason: str = ""


def omega_total(items: ArrayLike) -> OmegaTotal:
    """Estimate the reliability of a sum of items from a model of one factor, fitted by maximum likelihood.

    One row = one respondent, one column = one item, negative items turned round beforehand. Only complete
    respondents count; an item without any spread is left out. Fewer than three items, fewer people than
    items, no common factor, or an item that the factor explains wholly (a Heywood case) give nan.

    References
    ----------
    McDonald (1999), Test Theory, chapter 6; Joreskog (1967), Psychometrika 32, 443-482.

    Examples
    --------
    >>> answers = [[1, 1, 2], [2, 3, 2], [3, 2, 1], [3, 4, 4], [4, 3, 4], [5, 5, 3], [5, 4, 5], [2, 2, 3]]
    >>> round(omega_total(answers).omega, 2)
    0.87
    """
    answers = as_table(items)
    answers = answers[~np.isnan(answers).any(axis=1)]
    kept = has_spread(answers)
    n, k = len(answers), int(kept.sum())
    loadings = np.full(kept.size, NAN)
    if k < 3 or n <= k:
        return OmegaTotal(NAN, loadings, n, k, FEW_PEOPLE if n <= k else FEW_ITEMS)
    spread = answers[:, kept].std(axis=0)
    related = correlations(answers[:, kept])
    found, residual, fault = _one_factor(related)
    if fault:
        return OmegaTotal(NAN, loadings, n, k, fault)
    loadings[kept] = found * spread
    explained = float(found @ spread) ** 2
    return OmegaTotal(explained / (explained + float(residual @ spread**2)), loadings, n, k)


def omega_interval(items: ArrayLike, level: float = 0.95, resamples: int = 200, seed: int = 2026) -> OmegaInterval:
    """Estimate omega with a percentile interval over resampled respondents.

    See `omega_total` for the items. Respondents are drawn with replacement; the same seed gives the same interval,
    whatever the order of the items. Where more than one resample in ten has no omega there is no interval.

    References
    ----------
    Kelley & Pornprasertmanit (2016), Psychological Methods 21, 69-92 (recommend it among eleven intervals).

    Examples
    --------
    >>> answers = [[1, 1, 2], [2, 3, 2], [3, 2, 1], [3, 4, 4], [4, 3, 4], [5, 5, 3], [5, 4, 5], [2, 2, 3]]
    >>> found = omega_interval(answers * 15)
    >>> round(found.low, 2), round(found.omega, 2), round(found.high, 2)
    (0.84, 0.87, 0.9)
    """
    check_level(level)
    answers = as_table(items)
    answers = answers[~np.isnan(answers).any(axis=1)]
    found = omega_total(answers)
    if found.reason:
        return OmegaInterval(NAN, NAN, NAN, found.loadings, found.n, found.reason)
    spread = answers.std(axis=0)
    loadings = np.divide(found.loadings, spread, out=np.full(spread.size, NAN), where=spread > 0)
    random = np.random.default_rng(seed)
    drawn = [omega_total(answers[random.integers(0, found.n, found.n)]).omega for _ in range(resamples)]
    known = np.array([omega for omega in drawn if np.isfinite(omega)])
    if known.size < LEAST_OF_RESAMPLES * resamples:
        return OmegaInterval(found.omega, NAN, NAN, loadings, found.n, UNSTABLE)
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return OmegaInterval(found.omega, float(low), float(high), loadings, found.n)


def _one_factor(related: Numbers) -> tuple[Numbers, Numbers, str]:
    """Return loadings and residual variances of standardised items by Fisher scoring, and why there are none."""
    if np.linalg.eigvalsh(related)[0] < SMALLEST_RESIDUAL**2:
        return related[0], related[0], "an item is a sum of others"
    loadings = _start(related)
    residual = 1 - loadings**2
    misfit, is_stalled = _misfit(related, loadings, residual), False
    for _ in range(MOST_STEPS):
        gradient, information = _score(related, loadings, residual)
        if np.abs(gradient).max() < (STALLED_GRADIENT if is_stalled else SMALL_GRADIENT):
            fault = NO_FACTOR if np.abs(loadings).max() < SMALLEST_RESIDUAL else ""
            return loadings * np.sign(loadings.sum() or 1), residual, fault
        step = np.linalg.lstsq(information, -gradient, rcond=None)[0]
        for _ in range(40):
            tried, left = loadings + step[: loadings.size], residual + step[loadings.size :]
            better = _misfit(related, tried, left) if left.min() > 0 else np.inf
            if better <= misfit:
                break
            step = step / 2
        is_stalled = not better < misfit
        if not is_stalled:
            loadings, residual, misfit = tried, left, better
        if residual.min() < SMALLEST_RESIDUAL:
            return loadings, residual, HEYWOOD
    return loadings, residual, "the one-factor model does not converge"


def _start(related: Numbers) -> Numbers:
    values, vectors = np.linalg.eigh(related)
    return np.asarray(np.clip(vectors[:, -1] * np.sqrt(values[-1]) * 0.8, -0.9, 0.9))


def _misfit(related: Numbers, loadings: Numbers, residual: Numbers) -> float:
    model = np.outer(loadings, loadings) + np.diag(residual)
    return float(np.linalg.slogdet(model)[1] + np.trace(np.linalg.solve(model, related)))


def _score(related: Numbers, loadings: Numbers, residual: Numbers) -> tuple[Numbers, Numbers]:
    """Return the gradient of the misfit, loadings first, and its expected second derivatives."""
    inverse = np.linalg.inv(np.outer(loadings, loadings) + np.diag(residual))
    away = inverse - inverse @ related @ inverse
    gradient = np.concatenate([2 * away @ loadings, np.diag(away)])
    turned = inverse @ loadings
    of_loadings = 2 * (np.outer(turned, turned) + inverse * float(loadings @ turned))
    mixed = 2 * inverse * turned[None, :]
    return gradient, np.block([[of_loadings, mixed], [mixed.T, inverse**2]])
