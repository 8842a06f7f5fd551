"""Count who answered a sample wave (¶10): responses and registry go in, its coverage of all who completed comes out."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from coursewaves.analysis.sample import TARGET_PERCENT, Completers, find_completers
from coursewaves.errors import CoursewavesError
from coursewaves.registry.reader import Registry
from coursewaves.stats import sample_size
from coursewaves.survey.instruments import Instrument, Survey

CONTINGENT = ("age_band", "experience_band", "role")
"""What the list of participants tells of those who completed (¶17)."""

NOBODY = "nobody completed"
MORE_ANSWERS = "more answers than people who completed"

COLUMNS = {
    "scope": "str", "scope_id": "str", "n_completed": "int64", "n_invited": "Int64", "n": "int64", "share": "float64",
    "response_share": "float64", "least_percent": "Int64", "is_least_reached": "boolean", "n_to_least": "Int64",
    "target_percent": "int64", "is_target_reached": "boolean", "n_to_target": "Int64", "reason": "str",
}  # fmt: skip

Invited = Mapping[str, int] | None


class Scope(NamedTuple):
    """A part of the completers of which figures are made.

    Attributes
    ----------
    kind
        ``all``, ``direction`` or ``programme``.
    name
        Its id; empty for all, and for the programmes without a direction.
    strata
        The rows of `Completers.strata` that belong to it.
    """

    kind: str
    name: str
    strata: pd.DataFrame


def cover_wave(
    responses: pd.DataFrame,
    registry: Registry,
    survey: Survey,
    *,
    instrument: str,
    on: date | None = None,
    invited: Invited = None,
    minimum: int = 0,
) -> pd.DataFrame:
    """Count who answered a sample wave, against ¶10's 30 % and the 40 % planned for.

    Parameters
    ----------
    responses
        One row is one form that is kept.
    registry, survey, instrument, on
        As in `coursewaves.analysis.sample.plan_sample`. Answers of courses outside the frame, and of people marked as
        not having completed, don't count.
    invited
        People asked in each programme, with the reserves who replaced others.
    minimum
        As in `wave_answers`.

    Returns
    -------
    DataFrame
        One row is one scope: ``all``, each ``direction`` (``scope_id`` is empty for programmes without one), each
        ``programme``. ``n_completed``, ``n_invited`` (missing where not told), ``n`` answers, ``share`` of the
        completers and ``response_share`` of the invited (0-1). ``is_least_reached`` and ``is_target_reached`` are
        decided in people, not in rounded shares; ``n_to_least`` and ``n_to_target`` answers are still missing.
        Where nobody completed, or more answered than completed, they are missing and the ``reason`` says so.

    Raises
    ------
    CoursewavesError
        Where there is no such questionnaire, or an invited programme is not in the frame.
    """
    asked = survey.instrument(instrument)
    found = find_completers(registry, asked, on)
    return count_coverage(wave_answers(responses, registry, asked, found, minimum), asked, found, invited)


def cover_shown(
    responses: pd.DataFrame, registry: Registry, survey: Survey, *, instrument: str, minimum: int
) -> pd.DataFrame:
    """Count a sample wave as a page may: a sum of all answers, less those that are shown, would tell of a small course.

    Returns
    -------
    DataFrame
        As of `cover_wave`, from courses with at least the `minimum` of answers; ``n_small`` courses have fewer. A share
        is reached where it is without them, and missed where it would be even with all that they can have; else both
        steps are missing.
    """
    forms = responses[responses["instrument_id"] == instrument]
    sizes = forms.groupby("course_id")["course_id"].transform("size")
    told = cover_wave(forms[sizes >= minimum], registry, survey, instrument=instrument, minimum=minimum)
    found = find_completers(registry, survey.instrument(instrument))
    small = found.courses[found.courses["course_id"].isin(set(forms.loc[sizes < minimum, "course_id"]))]
    small = small[small["is_in_frame"].astype(bool)]
    n = Counter(small["programme_id"])
    told = told.assign(n_small=[_sum_of(n, scope) for scope in scopes_of(found.strata)])
    for step in ("least", "target"):
        most = (told["n_small"] * (minimum - 1)).astype("Int64")
        is_open = told[f"n_to_{step}"].gt(0) & (told[f"n_to_{step}"] <= most)
        told[f"is_{step}_reached"] = told[f"is_{step}_reached"].mask(is_open.fillna(False))
    return told


def wave_answers(
    responses: pd.DataFrame, registry: Registry, instrument: Instrument, found: Completers, minimum: int = 0
) -> pd.DataFrame:
    """Return the forms of a wave that stand for completers of the frame.

    Parameters
    ----------
    minimum
        A course in which fewer people than this did not complete and answered all the same, or fewer would be left,
        keeps them: the one number less the other would tell of a few.

    Returns
    -------
    DataFrame
        The responses with ``programme_id`` and ``direction_id``; of `CONTINGENT` the list's word where the form
        is linked to it, else the form's own.
    """
    forms = responses[responses["instrument_id"] == instrument.id]
    courses = found.courses.loc[found.courses["is_in_frame"], ["course_id", "programme_id", "direction_id"]]
    forms = forms.merge(courses, on="course_id")
    listed = registry.participants.rename(columns={"participant_id": "respondent_id"})
    listed = listed[["course_id", "respondent_id", "completed", *CONTINGENT]]
    joined = forms[["course_id", "respondent_id"]].merge(listed, on=["course_id", "respondent_id"], how="left")
    for name in CONTINGENT:
        own = forms[name] if name in forms else pd.Series(None, index=forms.index, dtype="str")
        forms[name] = joined[name].fillna(own)
    is_out = joined["completed"].eq("no").fillna(False).astype(bool)
    n_out, n_all = (one.groupby(forms["course_id"].to_numpy()).transform("sum") for one in (is_out, is_out | True))
    is_few = (n_out < minimum) | ((n_all > n_out) & (n_all - n_out < minimum))
    return forms[(~is_out | is_few).to_numpy()].reset_index(drop=True)


def scopes_of(strata: pd.DataFrame) -> Iterator[Scope]:
    """Yield all, each direction and each programme, in the order of the strata."""
    yield Scope("all", "", strata)
    directions = strata["direction_id"].fillna("")
    for name in directions.unique():
        yield Scope("direction", str(name), strata[directions == name])
    for place, name in enumerate(strata["programme_id"]):  # of which each has one row
        yield Scope("programme", str(name), strata.iloc[place : place + 1])


def count_coverage(answers: pd.DataFrame, instrument: Instrument, found: Completers, invited: Invited) -> pd.DataFrame:
    """Count the coverage of answers that `wave_answers` found; the table is that of `cover_wave`."""
    unknown = set(invited or {}) - set(found.strata["programme_id"])
    if unknown:
        raise CoursewavesError.not_found(min(unknown), "the frame's programmes", found.strata["programme_id"])
    n = Counter(answers["programme_id"])
    rows = []
    for scope in scopes_of(found.strata):
        asked = None if invited is None else sum(invited.get(name, 0) for name in scope.strata["programme_id"])
        answered, people = _sum_of(n, scope), int(scope.strata["n_completed"].sum())
        rows.append([scope.kind, scope.name, *_covered(answered, people, asked, instrument.least_percent)])
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _sum_of(n: Counter[str], scope: Scope) -> int:
    return sum(n[name] for name in scope.strata["programme_id"])


def _covered(n: int, people: int, asked: int | None, least: int | None) -> list[Any]:
    reason = MORE_ANSWERS if n > people else "" if people else NOBODY
    share = np.nan if reason else n / people
    response = n / asked if asked and n <= asked else np.nan
    steps: list[Any] = []
    for percent in (least, TARGET_PERCENT):
        needed = None if percent is None or reason else sample_size(people, percent, minimum=0)
        steps += [percent, None, None] if needed is None else [percent, n >= needed, max(needed - n, 0)]
    return [people, asked, n, share, response, *steps, reason]
