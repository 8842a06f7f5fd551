"""Measure how far coders agree (open answers): a table of codes in, Krippendorff's alpha out."""

from math import isnan
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coursewaves.errors import CoursewavesError
from coursewaves.stats.labels import coded
from coursewaves.stats.values import NAN, Numbers, as_numbers, check_level

Measurement = Literal["nominal", "ordinal", "interval", "ratio"]
LEVELS = ("nominal", "ordinal", "interval", "ratio")

NO_PAIRS = "no unit was coded twice"
ALL_THE_SAME = "all codes are the same"
NO_INTERVAL = "no interval was asked for"
ONE_KIND = "all units were coded alike"
RESAMPLES = 2000


class KrippendorffAlpha(NamedTuple):
    """Krippendorff's alpha.

    Attributes
    ----------
    alpha, low, high
        The estimate (1 is agreement, 0 that of chance) and the ends of its bootstrap interval; numpy reads the
        result as the estimate.
    n_units
        Units that two coders or more coded.
    n_codes
        Codes given to these.
    reason
        Why a figure is nan; empty where all is well.
    """

    alpha: float
    low: float
    high: float
    n_units: int
    n_codes: int
    reason: str = ""

    def __float__(self) -> float:
        """Return alpha."""
        return self.alpha

    def __array__(self, dtype: np.dtype[np.float64] | None = None, copy: bool | None = None) -> Numbers:
        """Return alpha as numpy takes it."""
        return np.array(self.alpha, dtype=dtype)


def krippendorff_alpha(
    ratings: ArrayLike,
    level: Measurement = "nominal",
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 2026,
) -> KrippendorffAlpha:
    """Estimate the agreement of any number of coders, some of whose codes may be missing.

    One side of the table are the coders, the other the units that they coded: the longer one is taken for the
    units, of a square table the columns. Codes at the ``nominal`` level may be words; at the ``ordinal``,
    ``interval`` and ``ratio`` level they are numbers. The interval draws units; 0 `resamples` leave it out.
    Codes that are all the same, or no unit coded twice, give nan.

    Raises
    ------
    CoursewavesError
        Where there is no such level, the ratings are no table, or a ratio is negative.

    References
    ----------
    Krippendorff (2019), Content Analysis, chapter 12; Hayes & Krippendorff (2007), Communication Methods and
    Measures 1, 77-89.

    Examples
    --------
    >>> first, second = [1, 2, 3, 3, 2, 1, 4, 1], [1, 2, 3, 3, 2, 2, 4, 1]
    >>> round(krippendorff_alpha([first, second], "nominal").alpha, 3)
    0.839
    """
    check_level(confidence)
    if level not in LEVELS:
        raise CoursewavesError.not_found(level, "the levels of measurement", LEVELS)
    units, values = _units(ratings, level)
    given = int(units.sum())
    if not given or values.size < 2:
        return KrippendorffAlpha(NAN, NAN, NAN, len(units), given, ALL_THE_SAME if given else NO_PAIRS)
    pairs = units[:, :, None] * units[:, None, :]
    pairs[:, np.arange(values.size), np.arange(values.size)] -= units
    pairs = pairs / (units.sum(axis=1) - 1)[:, None, None]
    alpha = float(_alpha(pairs.sum(axis=0)[None], values, level)[0])
    if not resamples:
        return KrippendorffAlpha(alpha, NAN, NAN, len(units), given, NO_INTERVAL)
    low, high = _interval(pairs, values, level, confidence, resamples, seed)
    return KrippendorffAlpha(alpha, low, high, len(units), given, "" if not isnan(low) else ONE_KIND)


def _units(ratings: ArrayLike, level: str) -> tuple[Numbers, Numbers]:
    """Count how often each unit was given each value, units coded once left out, and name the values in order."""
    raw: Any = ratings.to_numpy(dtype=object, na_value=None) if hasattr(ratings, "to_numpy") else ratings
    table = np.ma.filled(raw.astype(object), None) if isinstance(raw, np.ma.MaskedArray) else np.array(raw, object)
    if table.ndim != 2:
        raise CoursewavesError("Give a table: coders on one side, the units that they coded on the other.")
    table = table.T if len(table) > table.shape[1] else table
    given: Any = table.ravel() if level == "nominal" else as_numbers(table.ravel())
    found = coded(given)
    values = (
        np.arange(len(found.names), dtype=np.float64)
        if level == "nominal"
        else as_numbers(np.array(found.names, dtype=np.float64))
    )
    if level == "ratio" and (values < 0).any():
        raise CoursewavesError("A ratio can't be negative.")
    place, order = found.places.reshape(table.shape), np.argsort(values)
    counts = (place[:, :, None] == order).sum(axis=0).astype(np.float64)
    counts = counts[counts.sum(axis=1) > 1]
    seen = counts.sum(axis=0) > 0
    return counts[:, seen], values[order][seen]


def _alpha(pairs: Numbers, values: Numbers, level: str) -> Numbers:
    """Return alpha of each table of coincidences; nan where only one value is left."""
    totals = pairs.sum(axis=2)
    apart = _apart(totals, values, level)
    seen = (pairs * apart).sum(axis=(1, 2))
    n = totals.sum(axis=1)
    expected = (totals[:, :, None] * totals[:, None, :] * apart).sum(axis=(1, 2)) / np.maximum(n - 1, 1)
    return np.asarray(1 - np.divide(seen, expected, out=np.full(len(pairs), NAN), where=expected > 0))


def _apart(totals: Numbers, values: Numbers, level: str) -> Numbers:
    """Squared distance of every two values, for each table of coincidences."""
    first, second = values[:, None], values[None, :]
    if level == "nominal":
        return np.asarray(first != second, dtype=np.float64)[None]
    if level == "interval":
        return ((first - second) ** 2)[None]
    if level == "ratio":
        total = first + second
        return (np.divide(first - second, total, out=np.zeros_like(total), where=total > 0) ** 2)[None]
    middle = np.cumsum(totals, axis=1) - totals / 2  # of an ordinal scale, how many codes lie between two values
    return (middle[:, :, None] - middle[:, None, :]) ** 2


def _interval(
    pairs: Numbers, values: Numbers, level: str, confidence: float, resamples: int, seed: int
) -> tuple[float, float]:
    flat = pairs.reshape(len(pairs), -1)
    kinds, count = np.unique(flat, axis=0, return_counts=True)  # units coded alike are drawn together
    if len(kinds) < 2:
        return NAN, NAN
    drawn = np.random.default_rng(seed).multinomial(len(flat), count / len(flat), size=resamples)
    found = _alpha((drawn @ kinds).reshape(resamples, *pairs.shape[1:]), values, level)
    found = np.where(np.isnan(found), 1.0, found)  # one value alone: nobody disagreed
    low, high = np.quantile(found, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
