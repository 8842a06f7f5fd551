"""Try a scale of one's own: a year and some items go in, its reliability, items, dimensions and means come out."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.ladder import LEAST
from coursewaves.lookup.groups import groups_of
from coursewaves.processed.year import Year
from coursewaves.score import item_scores, mean_of_answered
from coursewaves.stats import cronbach_alpha, item_statistics, mean_interval, omega_interval, parallel_analysis
from coursewaves.survey.instruments import Instrument

FEW = "fewer than {} answers"


class OwnScale(NamedTuple):
    """What a scale of one's own is worth, wave by wave.

    Attributes
    ----------
    waves
        One row is one questionnaire with chosen items: ``instrument_id``, ``n_items``, ``n`` forms with at least one
        answer, ``alpha`` with Feldt's 95 % interval ``alpha_low``, ``alpha_high``, ``omega`` of one factor with its
        95 % bootstrap interval ``omega_low``, ``omega_high``, ``n_factors`` that stand out from chance, and the
        reasons why one is missing: ``reason``, ``omega_reason``, ``factors_reason``.
    items
        One row is one item: ``instrument_id``, ``item_id``, ``n``, ``mean`` (0-100), ``rest_correlation`` with the sum
        of the others, ``alpha_without`` it, its standardised ``loading`` on one factor, and a ``reason``.
    factors
        One row is one place in the order of eigenvalues: ``instrument_id``, ``factor`` (1 is the first),
        ``eigenvalue`` of the items' correlations, and ``by_chance``, its 95th percentile where answers are shuffled.
    means
        One row is one questionnaire: ``instrument_id``, ``n`` with at least half of the items answered, ``mean`` of the
        scale (0-100) and its 95 % interval ``low``, ``high``. Other items in another wave are another scale.
    """

    waves: pd.DataFrame
    items: pd.DataFrame
    factors: pd.DataFrame
    means: pd.DataFrame


def scale_columns(year: Year) -> list[str]:
    """Name the items that can stand in a scale: scored, and the same in every programme; by wave."""
    survey = year.survey
    return [
        item.id
        for instrument in survey.waves()
        for item in instrument.items
        if item.repeat is None and item.purpose is None and survey.scale(item.scale).is_scored
    ]


def own_scale(year: Year, item_ids: Sequence[str], programme_id: str = "") -> OwnScale:
    """Try a scale of chosen items on the answers of a year.

    Parameters
    ----------
    year
        Of `coursewaves.open_year`.
    item_ids
        Of `scale_columns`; those of one questionnaire are one scale.
    programme_id
        Only the courses of one programme; by default all.

    Raises
    ------
    CoursewavesError
        For an item that can't stand in a scale, or none.

    References
    ----------
    See `coursewaves.stats.reliability`, `coursewaves.stats.omega` and `coursewaves.stats.factors`.
    """
    possible = scale_columns(year)
    for name in item_ids:
        if name not in possible:
            raise CoursewavesError.not_found(name, "the items of a scale", possible)
    if not item_ids:
        raise CoursewavesError("A scale needs items; fix: choose some.")
    forms = year.responses
    if programme_id:
        forms = forms[(groups_of(year, "programme_id") == programme_id).to_numpy()]
    parts = [_of_wave(year, forms, one, item_ids) for one in year.survey.waves()]
    stacked = [pd.concat(tables, ignore_index=True) for tables in zip(*filter(None, parts), strict=True)]
    return OwnScale(*stacked)


def _of_wave(year: Year, forms: pd.DataFrame, instrument: Instrument, item_ids: Sequence[str]) -> OwnScale | None:
    columns = [item.id for item in instrument.items if item.id in item_ids]
    if not columns:
        return None
    own = forms[forms["instrument_id"] == instrument.id]
    answers = item_scores(own, year.survey, columns)
    tables = _told(columns, answers)
    return OwnScale(*(table.assign(instrument_id=instrument.id) for table in tables))


def _told(columns: list[str], answers: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> OwnScale:
    n = int(np.isfinite(answers).any(axis=1).sum())
    fault = FEW.format(LEAST["reliability"]) if n < LEAST["reliability"] else ""
    mean = mean_interval(mean_of_answered(answers), low=0, high=100)
    if fault:
        answers = answers[:0]
    alpha, omega, found = cronbach_alpha(answers), omega_interval(answers), item_statistics(answers)
    chance = parallel_analysis(answers)
    wave = {
        "n_items": len(columns), "n": n, "alpha": alpha.alpha, "alpha_low": alpha.low, "alpha_high": alpha.high,
        "omega": omega.omega, "omega_low": omega.low, "omega_high": omega.high, "n_factors": chance.n_factors,
        "reason": fault or alpha.reason, "omega_reason": fault or omega.reason,
        "factors_reason": fault or chance.reason,
    }  # fmt: skip
    items = {
        "item_id": columns, "n": found.n, "mean": found.means, "rest_correlation": found.rest_correlations,
        "alpha_without": found.alpha_without, "loading": omega.loadings, "reason": fault or found.reason,
    }  # fmt: skip
    places = np.arange(1, len(columns) + 1)
    factors = {"factor": places, "eigenvalue": chance.eigenvalues, "by_chance": chance.by_chance}
    told = {"n": mean.n, "mean": mean.mean, "low": mean.low, "high": mean.high}
    return OwnScale(pd.DataFrame([wave]), pd.DataFrame(items), pd.DataFrame(factors), pd.DataFrame([told]))
