"""Compare groups of participants by one score: a year, a score and a grouping go in, means and differences come out."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.processed.year import Year
from coursewaves.score import score_names
from coursewaves.stats import change, cliffs_delta, mean_interval
from coursewaves.survey.instruments import Instrument

GROUPINGS = ("programme_id", "course_id", "direction_id", "centre_id", "role", "region_id", "settlement", "age_band",
             "experience_band", "language")  # fmt: skip
"""What participants can be grouped by: what the registry knows of their course, and what they said of themselves."""

OF_COURSE = ("programme_id", "course_id", "direction_id", "centre_id")


class GroupDifference(NamedTuple):
    """How two groups of participants differ by one score.

    Attributes
    ----------
    n_first, n_second
        Participants with a score.
    mean_first, mean_second
        Mean scores, 0-100.
    difference, low, high
        First minus second, with its 95 % interval (Welch).
    delta, delta_low, delta_high
        Cliff's delta with its 95 % interval: positive where the first group's scores are higher.
    p_value
        Of the difference; it allows for no other comparison.
    reason
        Why a figure is nan; empty where all is well.
    """

    n_first: int
    n_second: int
    mean_first: float
    mean_second: float
    difference: float
    low: float
    high: float
    delta: float
    delta_low: float
    delta_high: float
    p_value: float
    reason: str = ""


def groups_of(year: Year, by: str) -> pd.Series:
    """Return the group of each response, in the order of `Year.scores`; missing where it is not known.

    Raises
    ------
    CoursewavesError
        For a grouping that there is not.
    """
    possible = [name for name in GROUPINGS if name in OF_COURSE or name in year.responses]
    if by not in possible:
        raise CoursewavesError.not_found(by, "the groupings", possible)
    if by == "course_id":
        return year.scores["course_id"].rename(by)
    if by not in OF_COURSE:
        return year.responses[by].rename(by)
    courses, programmes = year.registry.courses, year.registry.programmes
    column = "programme_id" if by == "direction_id" else by
    found = year.scores["course_id"].map(dict(zip(courses["course_id"], courses[column], strict=True)))
    if by == "direction_id":
        found = found.map(dict(zip(programmes["programme_id"], programmes["direction_id"], strict=True)))
    return found.rename(by)


def waves_of(year: Year, measure_id: str) -> list[Instrument]:
    """Return the questionnaires that give a score, in the order of their waves."""
    _known(year, measure_id)
    scored = year.scores.loc[year.scores[measure_id].notna(), "instrument_id"]
    return [one for one in year.survey.waves() if one.id in set(scored)]


def means_by(year: Year, measure_id: str, by: str, instrument_id: str) -> pd.DataFrame:
    """Return the mean score of each group of participants.

    Parameters
    ----------
    year
        Of `coursewaves.open_year`.
    measure_id
        An indicator, criterion, factor or rating.
    by
        One of `GROUPINGS`.
    instrument_id
        The questionnaire: scores of one criterion in two waves rest on different questions.

    Returns
    -------
    DataFrame
        One row is one group with at least one score, in the order of its name: ``name``, ``n``, ``mean`` (0-100) and
        the 95 % t interval ``low``, ``high``.

    Raises
    ------
    CoursewavesError
        For a score, grouping or questionnaire that there is not.
    """
    values = _values(year, measure_id, by, instrument_id)
    rows = []
    for name, scores in values.groupby(by, observed=True, sort=True)[measure_id]:
        found = mean_interval(scores.to_numpy(dtype=float), low=0, high=100)
        rows.append([str(name), found.n, found.mean, found.low, found.high])
    return pd.DataFrame(rows, columns=["name", "n", "mean", "low", "high"])


def compare_groups(
    year: Year, measure_id: str, by: str, instrument_id: str, first: str, second: str
) -> GroupDifference:
    """Compare two groups of participants by one score; see `means_by` for the parameters.

    It describes those who answered. Groups of different courses differ by more than what they are grouped by.

    Raises
    ------
    CoursewavesError
        For a group without any score, besides what `means_by` raises.
    """
    values = _values(year, measure_id, by, instrument_id)
    sides = {name: values.loc[values[by] == name, measure_id].to_numpy(dtype=float) for name in (first, second)}
    for name, side in sides.items():
        if not side.size:
            raise CoursewavesError.not_found(name, f"the groups by {by}", values[by].unique())
    one, other = sides[first], sides[second]
    found = change(np.r_[np.full(one.size, np.nan), other], np.r_[one, np.full(other.size, np.nan)])
    delta = cliffs_delta(other, one)
    return GroupDifference(
        one.size, other.size, float(one.mean()), float(other.mean()), found.difference, found.low, found.high,
        delta.delta, delta.low, delta.high, found.p_value, found.reason or delta.reason,
    )  # fmt: skip


def _values(year: Year, measure_id: str, by: str, instrument_id: str) -> pd.DataFrame:
    """Return the groups and scores of those who have both, of one questionnaire."""
    _known(year, measure_id)
    year.survey.instrument(instrument_id)
    table = pd.DataFrame({by: groups_of(year, by).to_numpy(), measure_id: year.scores[measure_id].to_numpy()})
    return table[(year.scores["instrument_id"] == instrument_id).to_numpy()].dropna()


def _known(year: Year, measure_id: str) -> None:
    possible = [name for name in score_names(year.survey) if name in year.scores]
    if measure_id not in possible:
        raise CoursewavesError.not_found(measure_id, "the scores", possible)
