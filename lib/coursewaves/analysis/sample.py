"""Plan whom wave 3 asks (¶10): the registry goes in, who completed and a drawn, repeatable plan come out.

A stratum is a programme. It belongs to one direction, and everybody who completed it was taught all its topics,
so that programmes split the people where topics do not: a quota that holds in each programme holds in every
direction, and for every topic.
"""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.registry.reader import Registry
from coursewaves.registry.windows import wave_windows
from coursewaves.settings.home import Settings
from coursewaves.stats import allocate, draw_order, invitations
from coursewaves.stats.sampling import CENSUS, MINIMUM
from coursewaves.survey.instruments import Instrument, Survey

TARGET_PERCENT = 40
"""What is planned for: the upper end of ¶10; its lower end is the questionnaire's `least_percent`."""

EXPECTED_RESPONSE = 0.5
"""Share of the invited that is expected to answer, until an institute knows its own."""

NO_LIST = "the list does not name those who completed"
PART_LISTED = "the list does not name all who completed"
UNMARKED = "the list does not say of all whether they completed"
UNKNOWN_NUMBER = "not known how many completed"
NO_DATE = "no date from which its window could be counted"
NOT_OPEN = "its window is not open"
NOBODY = "nobody completed"
TOO_FEW_LISTED = "fewer people are listed than answers are needed"
TOO_FEW_EXPECTED = "even if all are invited, fewer answers are expected than needed"

STRATA = [
    "direction_id", "programme_id", "n_completed", "percent", "n_required", "n_listed", "n_invited", "is_census",
    "reason",
]  # fmt: skip
FRAME = ["direction_id", "programme_id", "course_id", "participant_id", "draw_order", "is_invited", "reserve_order"]


class Completers(NamedTuple):
    """All who completed: the population of a sample wave.

    Attributes
    ----------
    strata
        One row is one programme with courses in the frame, by direction in the registry's order: ``direction_id``
        (missing where it has none), ``programme_id``, ``n_completed``, ``n_listed`` (of them on the list by code).
    people
        One row is one completed course of one listed person, with the columns of the registry's participants,
        ``direction_id`` and ``programme_id``. A code belongs to its course: who completed two is asked about each.
    courses
        One row is one course of the registry: ``course_id``, ``programme_id``, ``direction_id``, ``n_completed``,
        ``n_listed``, ``is_in_frame``, and the ``reason`` why it is not, or why not all are listed.
    """

    strata: pd.DataFrame
    people: pd.DataFrame
    courses: pd.DataFrame


class SamplePlan(NamedTuple):
    """A drawn sample, with all that somebody else needs to draw it again.

    Attributes
    ----------
    strata
        One row is one programme: ``direction_id``, ``programme_id``, ``n_completed``, ``percent`` asked for,
        ``n_required`` (answers, rounded up), ``n_listed``, ``n_invited``, ``is_census`` (a small one is invited
        whole), and the ``reason`` why so many answers can't be expected, empty where they can.
    frame
        One row is one listed person who completed, in the order of the draw within the programme:
        ``direction_id``, ``programme_id``, ``course_id``, ``participant_id``, ``draw_order`` from 1,
        ``is_invited``, ``reserve_order`` from 1 (missing for the invited). Whoever does not answer is followed
        by the next reserve; those replaced still count as asked.
    courses
        As in `Completers`: what is in the frame, and why the rest is not.
    seed, frame_id
        Public words that, with course and participant, give each person a number by SHA-256.
    frame_hash
        SHA-256 of the sorted frame: equal where the same people were on the list.
    """

    strata: pd.DataFrame
    frame: pd.DataFrame
    courses: pd.DataFrame
    seed: str
    frame_id: str
    frame_hash: str


def find_completers(registry: Registry, instrument: Instrument, on: date | None = None) -> Completers:
    """Find all who completed, from the lists of participants and the courses' own numbers (¶10).

    Where the two differ the larger number counts, so that a coverage is never too high. A course of which
    neither is known is not in the frame, and says so.

    Parameters
    ----------
    registry
        Tables of courses, programmes and participants.
    instrument
        The wave's questionnaire.
    on
        Day of the survey: only courses whose window is open then are in the frame; without one all are.
    """
    ordered = _ordered_programmes(registry)
    done = registry.participants[registry.participants["completed"] == "yes"]
    courses = _courses(registry, done, instrument, on).merge(ordered, on="programme_id")
    inside = courses[courses["is_in_frame"]]
    counted = inside.groupby("programme_id")[["n_completed", "n_listed"]].sum()
    strata = ordered.merge(counted, on="programme_id")  # keeps the order of the programmes
    people = done.merge(inside[["course_id", "programme_id", "direction_id"]], on="course_id")
    columns = ["course_id", "programme_id", "direction_id", "n_completed", "n_listed", "is_in_frame", "reason"]
    return Completers(strata, people, courses[columns])


def plan_sample(
    registry: Registry,
    survey: Survey,
    settings: Settings,
    *,
    instrument: str,
    seed: str,
    percent: float = TARGET_PERCENT,
    expected_response: float = EXPECTED_RESPONSE,
    minimum: int = MINIMUM,
    census: int = CENSUS,
    on: date | None = None,
    frame_id: str = "",
) -> SamplePlan:
    """Draw the stratified sample of a wave, with its reserves (¶10).

    Parameters
    ----------
    registry, survey, settings
        Who completed, the survey design, and the institute's minimum group: a stratum that reached fewer answers
        could not be shown.
    instrument
        The questionnaire; it must ask a sample.
    seed
        Public words, the order's number and date say; nobody chooses who is drawn, anybody can check it.
    percent
        Share of the completers who are to answer, per programme.
    expected_response
        Share (0-1) of the invited that is expected to answer.
    minimum, census
        Answers that a programme needs at least; size up to which all of it are invited.
    on
        Day of the survey, see `find_completers`.
    frame_id
        Name of the frame in the draw, by default the questionnaire's id.

    Raises
    ------
    CoursewavesError
        Where there is no such questionnaire or it asks everybody, the seed is empty, or `percent` is less than
        the questionnaire's own least (¶10).

    References
    ----------
    Cochran (1977), Sampling Techniques, chapter 5; Ohlsson (1995), Coordination of samples using permanent random
    numbers, in Business Survey Methods.
    """
    asked = survey.instrument(instrument)
    _check(asked, seed, percent)
    found, frame_id = find_completers(registry, asked, on), frame_id or instrument
    at_least = max(minimum, settings.minimum_group)
    strata = _allocated(found.strata, percent, expected_response, at_least, census)
    keys = _keys(found.people)
    invited = dict(zip(strata["programme_id"], strata["n_invited"], strict=True))
    people, nobody = dict(iter(found.people.groupby("programme_id"))), found.people.iloc[:0]
    blocks = [_drawn(people.get(name, nobody), seed, frame_id, n) for name, n in invited.items()]
    frame = pd.concat(blocks or [_drawn(found.people, seed, frame_id, 0)], ignore_index=True)[FRAME]
    frame_hash = sha256("\n".join(sorted(keys)).encode()).hexdigest()
    return SamplePlan(strata, frame, found.courses, seed, frame_id, frame_hash)


def _check(instrument: Instrument, seed: str, percent: float) -> None:
    if instrument.least_percent is None:
        raise CoursewavesError(f"Can't plan a sample for {instrument.id!r}: it asks everybody (no least_percent).")
    if not seed.strip():
        raise CoursewavesError("Can't draw without a seed; give public words, the order's number and date say.")
    if percent < instrument.least_percent:
        least = f"{instrument.least_percent} % of those who completed (¶10)"
        raise CoursewavesError(f"Can't plan for {percent:g} %: {instrument.id!r} asks for at least {least}.")


def _ordered_programmes(registry: Registry) -> pd.DataFrame:
    """Programmes in the declared order: neighbours are of one direction; those without one come last."""
    place = {name: number for number, name in enumerate(registry.directions["direction_id"])}
    programmes = registry.programmes[["direction_id", "programme_id"]]
    places = [place.get(name, len(place)) for name in programmes["direction_id"]]
    return programmes.iloc[np.argsort(places, kind="stable")].reset_index(drop=True)


def _courses(registry: Registry, done: pd.DataFrame, instrument: Instrument, on: date | None) -> pd.DataFrame:
    courses = registry.courses[["course_id", "programme_id"]].copy()
    declared, everybody = registry.courses["completed"], registry.participants
    is_marked = everybody["completed"].notna()
    n_marked, n_unmarked, listed = (
        people["course_id"].value_counts().reindex(courses["course_id"], fill_value=0).to_numpy(dtype=np.int64)
        for people in (everybody[is_marked], everybody[~is_marked], done)
    )
    courses["n_listed"] = listed
    courses["n_completed"] = np.maximum(listed, declared.fillna(0).to_numpy(dtype=np.int64))
    is_unknown = (n_marked == 0) & declared.isna()
    has_no_date, is_closed = _outside(registry.courses, instrument, on)
    reasons = [
        (has_no_date, NO_DATE),
        (is_closed, NOT_OPEN),
        (is_unknown, UNKNOWN_NUMBER),
        ((listed == 0) & (courses["n_completed"] > 0), NO_LIST),
        (listed < courses["n_completed"], PART_LISTED),
        ((n_unmarked > 0) & declared.isna(), UNMARKED),
    ]
    courses["reason"] = np.select([test for test, _ in reasons], [reason for _, reason in reasons], "")
    courses["is_in_frame"] = ~(has_no_date | is_closed | is_unknown)
    return courses


def _outside(courses: pd.DataFrame, instrument: Instrument, on: date | None) -> tuple[pd.Series, pd.Series]:
    """Tell the courses without a date from those whose window is not open on a day."""
    if on is None:
        nowhere = pd.Series(False, index=courses.index)
        return nowhere, nowhere
    windows, day = wave_windows(courses, instrument), pd.Timestamp(on)
    is_open = (windows.opens <= day) & (day <= windows.closes)
    return windows.opens.isna(), windows.opens.notna() & ~is_open


def _allocated(strata: pd.DataFrame, percent: float, rate: float, minimum: int, census: int) -> pd.DataFrame:
    sizes = dict(zip(strata["programme_id"], strata["n_completed"], strict=True))
    plan = allocate(sizes, percent, rate, minimum, census)
    listed = strata["n_listed"].to_numpy()
    wanted = np.asarray(invitations(plan.needed, rate))
    tests = [plan.population == 0, listed < plan.needed, listed < wanted]
    reason = np.select(tests, [NOBODY, TOO_FEW_LISTED, TOO_FEW_EXPECTED], "")
    return strata.assign(
        percent=float(percent),
        n_required=plan.needed,
        n_invited=np.minimum(plan.invited, listed),
        is_census=plan.is_census,
        reason=reason,
    )[STRATA]


def _keys(people: pd.DataFrame) -> list[str]:
    """Name each person by course and code; neither holds a slash."""
    return [f"{course}/{code}" for course, code in zip(people["course_id"], people["participant_id"], strict=True)]


def _drawn(people: pd.DataFrame, seed: str, frame_id: str, n_invited: int) -> pd.DataFrame:
    drawn = people.iloc[draw_order(_keys(people), seed, frame_id)]
    place = np.arange(1, len(drawn) + 1)
    reserve: Sequence[Any] = [number - n_invited if number > n_invited else None for number in place.tolist()]
    return drawn.assign(
        draw_order=place,
        is_invited=place <= n_invited,
        reserve_order=pd.array(reserve, dtype="Int64"),
    )
