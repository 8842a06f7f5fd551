"""Find the factors behind a questionnaire's items, to check it: pooled answers in, loadings out.

This is not the "factor analysis" of ¶16, which names its factors; see `drivers`.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coursewaves.errors import CoursewavesError
from coursewaves.ladder import LEAST
from coursewaves.stats.correlations import NO_PAIRS, correlations, has_spread
from coursewaves.stats.rotation import oblimin, varimax
from coursewaves.stats.values import NAN, Numbers, as_table

FEWEST = LEAST["structure"]
"""Respondents under which no structure is shown: with 60 people one in seven is found, with 200 nearly all."""

MOST_STEPS = 5000
CLOSE = 1e-9

FEW = "fewer than {} respondents, too few to find factors"
NO_SPREAD = "an item has no spread"
HEYWOOD = "the factors explain an item without remainder"
MANY = "too many factors for so few items"


class FactorStructure(NamedTuple):
    """Factors of a set of items, the first being that of the first item.

    Attributes
    ----------
    loadings
        Pattern: one row = one item, one column = one factor.
    communalities
        Share of each item's variance that the factors explain, 0-1.
    correlations
        Correlations of the factors.
    rmsr
        Root of the mean squared residual correlation.
    tli
        Tucker-Lewis index, about 1 where the structure fits.
    n
        Respondents with at least one answer.
    reason
        Why the figures are nan; empty where all is well.
    """

    loadings: Numbers
    communalities: Numbers
    correlations: Numbers
    rmsr: float
    tli: float
    n: int
    reason: str = ""


class ParallelAnalysis(NamedTuple):
    """How many factors stand out from chance.

    Attributes
    ----------
    n_factors
        Leading eigenvalues above those of shuffled answers.
    eigenvalues, by_chance
        Of the items' correlations, and the 95th percentile of those of shuffled answers.
    n
        Complete respondents.
    reason
        Why the figures are nan; empty where all is well.
    """

    n_factors: int
    eigenvalues: Numbers
    by_chance: Numbers
    n: int
    reason: str = ""


def factor_structure(
    items: ArrayLike,
    n_factors: int,
    rotation: Literal["oblimin", "varimax", "none"] = "oblimin",
    related: ArrayLike | None = None,
    least: int = FEWEST,
) -> FactorStructure:
    """Extract factors by least residual correlations (minres) and turn them.

    One row = one respondent of any course, one column = one item. Correlations are Pearson's, pair by pair,
    or those given as `related` (polychoric ones, say). ``oblimin`` lets factors correlate, ``varimax`` (with
    Kaiser's normalisation) doesn't. Factors stand in the order of the items that load on them most, each with
    its sign turned to the positive. Fewer than `least` respondents are refused, and so are an item without
    any spread, more factors than the items can tell apart, and a factor that explains an item wholly.

    Raises
    ------
    CoursewavesError
        Where no factor is asked for, there is no such rotation, or `related` has another size than the items.

    References
    ----------
    Harman & Jones (1966), Psychometrika 31, 351-368; Jennrich & Sampson (1966), Psychometrika 31, 313-323;
    Kaiser (1958), Psychometrika 23, 187-200; Tucker & Lewis (1973), Psychometrika 38, 1-10.

    Examples
    --------
    >>> seen = [[1, 2, 2, 1, 1], [2, 1, 3, 2, 3], [3, 3, 1, 3, 2], [4, 5, 4, 2, 5], [5, 4, 5, 4, 3], [3, 2, 4, 5, 4]]
    >>> factor_structure([*seen, [1, 3, 1, 1, 2]] * 40, 1).loadings.round(2).ravel()
    array([0.98, 0.48, 0.83, 0.62, 0.75])
    """
    answers = as_table(items)
    k, n = answers.shape[1], int((~np.isnan(answers)).any(axis=1).sum())
    if n_factors < 1:
        raise CoursewavesError(f"Can't extract {n_factors} factors: give 1 or more.")
    if rotation not in ("oblimin", "varimax", "none"):
        raise CoursewavesError.not_found(rotation, "the rotations", ["oblimin", "varimax", "none"])
    between = correlations(answers) if related is None else as_table(related)
    if between.shape != (k, k):
        raise CoursewavesError(f"Give correlations of {k} items, not a table of {between.shape}.")
    fault = FEW.format(least) if n < least else _fault(answers, between, n_factors)
    if not fault:
        loadings, fault = _minres(between, n_factors)
    if fault:
        nothing = np.full((k, n_factors), NAN)
        return FactorStructure(nothing, nothing[:, 0], np.full((n_factors,) * 2, NAN), NAN, NAN, n, fault)
    shared = (loadings**2).sum(axis=1)
    pattern, phi = _turned(loadings, rotation)
    return FactorStructure(pattern, shared, phi, *_fit(between, loadings, n), n)


def parallel_analysis(
    items: ArrayLike, draws: int = 200, seed: int = 2026, least: int = FEWEST, quantile: float = 0.95
) -> ParallelAnalysis:
    """Count the factors whose eigenvalue is above that of the same answers shuffled within each item.

    One row = one respondent, one column = one item; complete respondents only. Shuffling keeps how often each
    answer was given. The same seed gives the same count. Fewer than `least` respondents are refused.

    References
    ----------
    Horn (1965), Psychometrika 30, 179-185; Glorfeld (1995), Educational and Psychological Measurement 55,
    377-393; Buja & Eyuboglu (1992), Multivariate Behavioral Research 27, 509-540.

    Examples
    --------
    >>> answers = [[1, 2, 1, 2], [2, 1, 3, 1], [3, 3, 2, 4], [4, 5, 4, 3], [5, 4, 5, 5]] * 40
    >>> parallel_analysis(answers).n_factors
    1
    """
    answers = as_table(items)
    answers = answers[~np.isnan(answers).any(axis=1)]
    n, k = answers.shape
    nothing = np.full(k, NAN)
    if n < least or not has_spread(answers).all() or k < 2:
        return ParallelAnalysis(0, nothing, nothing, n, FEW.format(least) if n < least else NO_SPREAD)
    seen = np.asarray(np.linalg.eigvalsh(correlations(answers))[::-1], dtype=np.float64)
    random = np.random.default_rng(seed)
    by_item = np.sort(np.ascontiguousarray(answers.T), axis=1)
    by_item -= by_item.mean(axis=1, keepdims=True)
    by_item /= np.linalg.norm(by_item, axis=1, keepdims=True)  # shuffling moves neither mean nor spread
    shuffled = (random.permuted(by_item, axis=1) for _ in range(draws))
    drawn = np.linalg.eigvalsh(np.array([one @ one.T for one in shuffled]))[:, ::-1]
    chance = np.asarray(np.quantile(drawn, quantile, axis=0), dtype=np.float64)
    above = seen > chance
    return ParallelAnalysis(k if above.all() else int(np.argmin(above)), seen, chance, n)


def _fault(answers: Numbers, between: Numbers, n_factors: int) -> str:
    k = len(between)
    if not has_spread(answers).all():
        return NO_SPREAD
    if np.isnan(between).any():
        return NO_PAIRS
    return MANY if (k - n_factors) ** 2 < k + n_factors else ""


def _minres(between: Numbers, n_factors: int) -> tuple[Numbers, str]:
    """Return the loadings whose residual correlations are least in square, and what forbids to use them.

    Principal axes repeated until the communalities stay: that is the least-squares solution.
    """
    inverse = np.linalg.pinv(between, hermitian=True)
    shared = np.clip(1 - 1 / np.maximum(np.diag(inverse), 1.0), 0.05, 0.95)
    for _ in range(MOST_STEPS):
        reduced = between - np.diag(1 - shared)
        values, vectors = np.linalg.eigh(reduced)
        loadings = vectors[:, -n_factors:] * np.sqrt(np.maximum(values[-n_factors:], 0.0))
        before, shared = shared, (loadings**2).sum(axis=1)
        if shared.max() >= 1:
            return loadings, HEYWOOD
        if np.abs(shared - before).max() < CLOSE:
            return loadings[:, ::-1], ""
    return loadings, "the factors don't settle"


def _turned(loadings: Numbers, rotation: str) -> tuple[Numbers, Numbers]:
    """Turn, then order factors by the items that load on them most, and their signs to the positive."""
    phi = np.eye(loadings.shape[1])
    if rotation == "oblimin":
        pattern, phi = oblimin(loadings)
    else:
        pattern = varimax(loadings) if rotation == "varimax" else loadings
    order = np.argsort(np.abs(pattern).argmax(axis=0), kind="stable")
    sign = np.where(pattern.sum(axis=0) < 0, -1.0, 1.0)
    return (pattern * sign)[:, order], (phi * np.outer(sign, sign))[np.ix_(order, order)]


def _fit(between: Numbers, loadings: Numbers, n: int) -> tuple[float, float]:
    """Return the root mean squared residual, and the Tucker-Lewis index from the likelihood's discrepancy."""
    k, count = loadings.shape
    model = loadings @ loadings.T
    model[np.diag_indices(k)] = 1.0
    away = (between - model)[np.triu_indices(k, 1)]
    rmsr = float(np.sqrt((away**2).mean()))
    sign, logged = np.linalg.slogdet(between)
    freedom = ((k - count) ** 2 - k - count) / 2
    if sign <= 0 or freedom == 0 or np.linalg.eigvalsh(model)[0] <= 0:
        return rmsr, NAN
    misfit = float(np.trace(np.linalg.solve(model, between)) - k + np.linalg.slogdet(model)[1] - logged)
    of_model = misfit * (n - 1 - (2 * k + 5) / 6 - 2 * count / 3) / freedom
    of_none = -float(logged) * (n - 1 - (2 * k + 5) / 6) / (k * (k - 1) / 2)
    return rmsr, (of_none - of_model) / (of_none - 1)
