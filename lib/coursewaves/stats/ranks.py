"""Test paired differences by their signed ranks: differences in, NamedTuples out."""

from math import sqrt
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coursewaves.errors import CoursewavesError
from coursewaves.stats.values import (
    NAN,
    NO_VALUES,
    ONE_VALUE,
    Numbers,
    check_level,
    floored,
    present,
    settled,
    two_sided,
)

LARGEST_EXACT = 60
"""Up to so many non-zero differences the null distribution is exact."""

ALL_ZERO = "all differences zero"


class SignedRank(NamedTuple):
    """Wilcoxon's signed-rank test.

    Attributes
    ----------
    v_plus
        Sum of the ranks of the positive differences (R's V).
    p_value
        Two-sided, above 0.
    rank_biserial
        Positive rank sum minus negative, as a share of both: -1 (all down) to 1 (all up).
    n_up, n_same, n_down
        Persons whose difference is positive, zero, negative.
    reason
        Why the figures are nan; empty where all is well.
    """

    v_plus: float
    p_value: float
    rank_biserial: float
    n_up: int
    n_same: int
    n_down: int
    reason: str = ""


class RankBiserialInterval(NamedTuple):
    """A matched-pairs rank-biserial correlation and its interval, -1 to 1.

    Attributes
    ----------
    rank_biserial, low, high
        The estimate and the ends of its bootstrap interval.
    reason
        Why a figure is nan; empty where all is well.
    """

    rank_biserial: float
    low: float
    high: float
    reason: str = ""


def signed_rank(differences: ArrayLike, zeros: Literal["drop", "pratt"] = "drop") -> SignedRank:
    """Test whether differences (second minus first) lie evenly around zero.

    Ties share their middle rank. The p-value is exact given the ties up to 60 non-zero differences: all sign
    patterns are counted by convolution over doubled ranks. Beyond, it is normal with the tie correction, no
    continuity correction. Zeros are dropped before ranking, or with ``"pratt"`` after it (for sensitivity).
    Missing differences are dropped; none at all, or only zeros, give nan.

    References
    ----------
    Wilcoxon (1945), Biometrics Bulletin 1, 80-83; Pratt (1959), JASA 54, 655-667; Streitberg & Roehmel
    (1986), Statistical Software Newsletter 12, 10-18; Kerby (2014), Comprehensive Psychology 3, 11.IT.3.1.

    Examples
    --------
    >>> result = signed_rank([1, 2, 2, 0, -1, 3])
    >>> result.v_plus, result.p_value, result.rank_biserial
    (13.5, 0.1875, 0.8)
    """
    if zeros not in ("drop", "pratt"):
        raise CoursewavesError.not_found(zeros, "the ways to treat zeros", ["drop", "pratt"])
    found = settled(present(differences))
    moved = found if zeros == "pratt" else found[found != 0]
    counts = int((found > 0).sum()), int((found == 0).sum()), int((found < 0).sum())
    if not found.any():
        return SignedRank(NAN, NAN, NAN, *counts, ALL_ZERO if found.size else NO_VALUES)
    doubled = _doubled_ranks(np.abs(moved))
    up, down = int(doubled[moved > 0].sum()), int(doubled[moved < 0].sum())
    doubled = np.sort(doubled[moved != 0])  # the order of the persons may not reach the last digit
    p_value = _exact_p if doubled.size <= LARGEST_EXACT else _normal_p
    return SignedRank(up / 2, p_value(doubled, up), (up - down) / (up + down), *counts)


def rank_biserial_interval(
    differences: ArrayLike, level: float = 0.95, resamples: int = 4000, seed: int = 2026
) -> RankBiserialInterval:
    """Estimate the matched-pairs rank-biserial correlation with a percentile bootstrap over persons.

    Zeros are drawn like all others and dropped before ranking. The same seed gives the same interval,
    whatever the order of the persons. Fewer than two differences, or only zeros, give nan; where all have one
    sign the bootstrap can't tell, and the ends are nan.

    References
    ----------
    Kerby (2014), Comprehensive Psychology 3; Efron & Tibshirani (1993), chapter 13.

    Examples
    --------
    >>> result = rank_biserial_interval([1, 2, 2, 0, -1, 3, 1, -2])
    >>> round(result.rank_biserial, 3), -1 <= result.low < result.rank_biserial < result.high <= 1
    (0.5, True)
    """
    check_level(level)
    tested = signed_rank(differences)
    found = settled(present(differences))
    if found.size < 2 or tested.reason:
        return RankBiserialInterval(tested.rank_biserial, NAN, NAN, tested.reason or ONE_VALUE)
    if not (tested.n_up and tested.n_down):
        return RankBiserialInterval(tested.rank_biserial, NAN, NAN, "all differences have one sign")
    estimates = _resampled(found, resamples, seed)
    low, high = np.quantile(estimates, [(1 - level) / 2, (1 + level) / 2])
    return RankBiserialInterval(tested.rank_biserial, float(low), float(high))


def _doubled_ranks(sizes: Numbers) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    _, step, count = np.unique(sizes, return_inverse=True, return_counts=True)
    ends: np.ndarray[tuple[int], np.dtype[np.int64]] = (2 * np.cumsum(count) - count + 1)[step]
    return ends


def _exact_p(doubled: np.ndarray[tuple[int], np.dtype[np.int64]], up: int) -> float:
    """Share of the equally likely sign patterns whose rank sum lies as far from the middle, or farther."""
    tail = min(up, int(doubled.sum()) - up)
    chance = np.zeros(tail + 1)
    chance[0] = 1.0
    for rank in doubled.tolist():
        chance /= 2
        chance[rank:] += chance[: max(0, chance.size - rank)]
    return floored(2 * float(chance.sum()))


def _normal_p(doubled: np.ndarray[tuple[int], np.dtype[np.int64]], up: int) -> float:
    # the variance of a sum of ranks with random signs holds for ties and for Pratt's ranks alike
    ranks = doubled / 2
    return two_sided((up / 2 - ranks.sum() / 2) / sqrt(float(ranks @ ranks) / 4))


def _resampled(found: Numbers, resamples: int, seed: int) -> Numbers:
    """Rank-biserial of many resamples, each held as how often every distinct difference was drawn."""
    steps, count = np.unique(found, return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(found.size, count / found.size, size=resamples)
    sizes, step = np.unique(np.abs(steps), return_inverse=True)
    of_size = np.stack([drawn[:, step == size].sum(axis=1) for size in range(sizes.size)], axis=1)
    of_size[:, sizes == 0] = 0
    ranks = (np.cumsum(of_size, axis=1) - (of_size - 1) / 2)[:, step]
    signed = (drawn * ranks * np.sign(steps)).sum(axis=1)
    both = (drawn * ranks * np.abs(np.sign(steps))).sum(axis=1)
    kept = both > 0
    return np.asarray(signed[kept] / both[kept], dtype=np.float64)
