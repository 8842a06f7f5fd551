"""Estimate over all completers from a stratified sample (¶9-10): answers and strata in, NamedTuples out.

The target is the finite population on the list: weights are its members by those who answered, and the
correction counts those who answered, never those who were drawn.
"""

from collections.abc import Iterable, Mapping
from math import log, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, stdtrit

from coursewaves.errors import CoursewavesError
from coursewaves.stats.labels import coded, same_length
from coursewaves.stats.values import ALL_EQUAL, NAN, NO_VALUES, Numbers, Places, as_numbers, check_level

EMPTY_STRATUM = "a stratum has no values"
SINGLE_VALUE = "a stratum has fewer than two values"
TOO_MANY = "a stratum has more values than people"
NO_EFFECT = "the values don't differ, so there is no design effect"
UNKNOWN_SIZE = "the size of a stratum is not known"
EVERYBODY = "everybody answered, so there is no sampling error"
ROUNDING = 1e-12


class Stratified(NamedTuple):
    """An estimate over a finite population from a stratified sample.

    Attributes
    ----------
    estimate, se
        The estimate and its standard error.
    low, high
        Ends of its interval.
    df
        Degrees of freedom of the design: values less strata.
    n
        Values.
    deff
        Design effect: the variance by that of a simple random sample of the same size.
    reason
        Why a figure is nan; empty where all is well.
    """

    estimate: float
    se: float
    low: float
    high: float
    df: float
    n: int
    deff: float
    reason: str = ""


class _Sample(NamedTuple):
    """Values with the stratum of each, and of each stratum its people and the share of them that answered."""

    values: Numbers
    stratum: Places
    sizes: Numbers
    answered: Numbers
    is_inside: np.ndarray[Any, np.dtype[np.bool_]]

    @property
    def weights(self) -> Numbers:
        """People that each value stands for."""
        return np.asarray((self.sizes / np.maximum(self.answered, 1))[self.stratum])


def stratified_mean(
    values: ArrayLike,
    strata: Iterable[Any],
    sizes: Mapping[Any, float],
    fpc: bool = True,
    level: float = 0.95,
    domain: ArrayLike | None = None,
) -> Stratified:
    """Estimate the mean of all members of a population from a stratified sample, with its t interval.

    `strata` is the stratum of each value, `sizes` the members of each stratum; `fpc` False drops the finite
    population correction, for the next cohort. `domain` marks the members of a part of the population whose
    size is not known: the mean is then a ratio, its error by linearisation. Values or strata that are missing
    are dropped. A stratum with no value gives nan, one with a single value no error (see `collapse_strata`),
    unless that is its only member.

    Raises
    ------
    CoursewavesError
        Where the columns differ in length, or a stratum has no size.

    References
    ----------
    Cochran (1977), Sampling Techniques, chapters 5 and 5A; Lumley (2010), Complex Surveys, chapter 2.

    Examples
    --------
    >>> topics = ["play"] * 3 + ["speech"] * 3
    >>> result = stratified_mean([4, 5, 3, 2, 3, 1], topics, {"play": 30, "speech": 10})
    >>> result.estimate, round(result.se, 2), result.df
    (3.5, 0.43, 4.0)
    """
    sample, fault = _sample(values, strata, sizes, domain)
    if fault:
        return _nothing(sample, fault)
    inside = np.where(sample.is_inside, sample.weights, 0.0)
    size = float(inside.sum())
    mean = float(inside @ sample.values) / size
    spread = np.where(sample.is_inside, sample.values - mean, 0.0) / size
    return _estimated(sample, mean, spread, 1.0, fpc, level)


def stratified_share(
    values: ArrayLike,
    strata: Iterable[Any],
    sizes: Mapping[Any, float],
    fpc: bool = True,
    level: float = 0.95,
    domain: ArrayLike | None = None,
) -> Stratified:
    """Estimate a share of all members of a population from a stratified sample, with its logit interval.

    Values are True or 1 where a member counts, False or 0 where not; else as `stratified_mean`. Where all
    agree the inner end is Clopper and Pearson's for the answers at hand, as if they were a simple sample.

    Raises
    ------
    CoursewavesError
        Where a value is neither 0 nor 1, and as `stratified_mean`.

    References
    ----------
    Korn & Graubard (1998), Survey Methodology 24, 193-201; Lumley, R package survey, ``svyciprop``.

    Examples
    --------
    >>> topics = ["play"] * 4 + ["speech"] * 4
    >>> result = stratified_share([1, 1, 1, 0, 0, 1, 0, 0], topics, {"play": 30, "speech": 10})
    >>> result.estimate, round(result.low, 2), round(result.high, 2)
    (0.625, 0.2, 0.92)
    """
    given = as_numbers(values)
    if not np.isin(given[~np.isnan(given)], (0, 1)).all():
        raise CoursewavesError("Give 1 (or True) for who counts and 0 (or False) for who doesn't.")
    found = stratified_mean(given, strata, sizes, fpc, level, domain)
    share = found.estimate
    if found.reason == ALL_EQUAL:
        outer = ((1 - level) / 2) ** (1 / found.n)
        low, high = (0.0, 1 - outer) if share < 0.5 else (outer, 1.0)
        return found._replace(low=low, high=high)
    if found.reason or not found.se:
        return found
    away = float(stdtrit(found.df, (1 + level) / 2)) * found.se / (share * (1 - share))
    middle = log(share / (1 - share))
    return found._replace(low=float(expit(middle - away)), high=float(expit(middle + away)))


def stratified_total(
    values: ArrayLike,
    strata: Iterable[Any],
    sizes: Mapping[Any, float],
    fpc: bool = True,
    level: float = 0.95,
    domain: ArrayLike | None = None,
) -> Stratified:
    """Estimate the sum over all members of a population from a stratified sample, with its t interval.

    As `stratified_mean`; values outside `domain` count as 0.

    References
    ----------
    Cochran (1977), Sampling Techniques, chapter 5; Lumley (2010), Complex Surveys, chapter 2.

    Examples
    --------
    >>> topics = ["play"] * 3 + ["speech"] * 3
    >>> round(stratified_total([4, 5, 3, 2, 3, 1], topics, {"play": 30, "speech": 10}).estimate, 6)
    140.0
    """
    sample, fault = _sample(values, strata, sizes, domain)
    if fault:
        return _nothing(sample, fault)
    inside = np.where(sample.is_inside, sample.values, 0.0)
    scale = float(sample.weights[sample.is_inside].sum())
    return _estimated(sample, float(sample.weights @ inside), inside, scale, fpc, level)


def _sample(
    values: ArrayLike, strata: Iterable[Any], sizes: Mapping[Any, float], domain: ArrayLike | None
) -> tuple[_Sample, str]:
    """Take the values that are not missing, and say what forbids an estimate."""
    given, sizes = as_numbers(values), dict(sizes)
    labels = coded(strata, sizes)
    inside = np.ones(given.size) if domain is None else as_numbers(domain)
    same_length(values=given, strata=labels.places, domain=inside)
    kept = ~np.isnan(given) & (labels.places >= 0) & ~np.isnan(inside)
    members = as_numbers(list(sizes.values()))
    answered = np.bincount(labels.places[kept], minlength=members.size).astype(np.float64)
    sample = _Sample(given[kept], labels.places[kept], members, answered, inside[kept] > 0)
    return sample, _fault(sample)


def _fault(sample: _Sample) -> str:
    if (sample.sizes < 0).any():
        raise CoursewavesError("A stratum has a negative size.")
    if not sample.is_inside.any():
        return NO_VALUES
    if np.isnan(sample.sizes).any():
        return UNKNOWN_SIZE
    if (sample.answered > sample.sizes).any():
        return TOO_MANY
    return EMPTY_STRATUM if (sample.answered[sample.sizes > 0] == 0).any() else ""


def _estimated(sample: _Sample, estimate: float, linear: Numbers, scale: float, fpc: bool, level: float) -> Stratified:
    """Return an estimate with the error of a weighted sum of `linear` values; `scale` is 1, a total's its people."""
    check_level(level)
    n = int(sample.is_inside.sum())
    df = float(n - np.unique(sample.stratum[sample.is_inside]).size)
    if fpc and (sample.answered == sample.sizes).all():
        return Stratified(estimate, 0.0, estimate, estimate, df, n, NAN, EVERYBODY)
    error, fault = _error(sample, linear, fpc)
    if not fault and df < 1:
        fault = SINGLE_VALUE
    if not fault and error <= ROUNDING * max(abs(estimate), ROUNDING):
        fault = ALL_EQUAL
    if fault:
        return Stratified(estimate, NAN, NAN, NAN, df, n, NAN, fault)
    half = float(stdtrit(df, (1 + level) / 2)) * error
    simple = _simple_variance(sample, scale, fpc)
    effect, fault = (error**2 / simple, "") if simple > 0 else (NAN, NO_EFFECT)
    return Stratified(estimate, error, estimate - half, estimate + half, df, n, effect, fault)


def _error(sample: _Sample, linear: Numbers, fpc: bool) -> tuple[float, str]:
    n, people = sample.answered, sample.sizes
    rest = 1 - n / np.maximum(people, 1) if fpc else np.ones(n.size)
    if ((n < 2) & (rest > 0) & (people > 0)).any():
        return NAN, SINGLE_VALUE
    sums = np.bincount(sample.stratum, linear, minlength=n.size)
    away = linear - (sums / np.maximum(n, 1))[sample.stratum]
    squares = np.bincount(sample.stratum, away**2, minlength=n.size)
    parts = people**2 * rest * squares / np.maximum(n - 1, 1) / np.maximum(n, 1)
    return sqrt(float(parts.sum())), ""


def _simple_variance(sample: _Sample, scale: float, fpc: bool) -> float:
    """Variance that the same estimate had from a simple random sample of as many."""
    weights, values = sample.weights[sample.is_inside], sample.values[sample.is_inside]
    n, people = values.size, float(weights.sum())
    away = values - float(weights @ values) / people
    spread = float(weights @ away**2) / people * n / (n - 1)
    return float(scale**2 * spread / n * (1 - n / people if fpc else 1.0))


def _nothing(sample: _Sample, fault: str) -> Stratified:
    return Stratified(NAN, NAN, NAN, NAN, NAN, int(sample.is_inside.sum()), NAN, fault)
