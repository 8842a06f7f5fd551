"""Decide for each answer which course it belongs to and who gave it; nothing is guessed."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from coursewaves.instruments import Instrument
from coursewaves.registry import Registry
from coursewaves.windows import wave_windows
from coursewaves.wordings import normalised


class CourseFinder:
    """Find courses by what answers call them: the course's code, its aliases, its programme's code or title.

    Several runs of one programme share a title; then the one whose window holds the answer's date is meant,
    and where that does not leave exactly one, none is.
    """

    def __init__(self, registry: Registry, instrument: Instrument) -> None:
        courses = registry.courses.merge(registry.programmes, on="programme_id", how="left", suffixes=("", "_p"))
        windows = wave_windows(courses, instrument)
        self._windows = {
            str(course_id): (opens, closes)
            for course_id, opens, closes in zip(courses["course_id"], windows.opens, windows.closes, strict=True)
        }
        self._named: dict[str, list[str]] = defaultdict(list)
        self._codes = _by_spelling(str(course_id) for course_id in courses["course_id"])
        titles = [column for column in courses.columns if column.startswith("title_")]
        for row in courses.to_dict("records"):
            aliases = str(row["aliases"]).split("|") if isinstance(row["aliases"], str) else []
            names = [row["programme_id"], *(row[column] for column in titles), *aliases]
            for name in {normalised(str(name)) for name in names if isinstance(name, str) and name.strip()}:
                self._named[name].append(str(row["course_id"]))

    def find(self, names: pd.Series, dates: pd.Series) -> pd.Series:
        """Return the course of each answer, missing where it can't be decided.

        Parameters
        ----------
        names
            What each answer calls its course.
        dates
            The local day of each answer, missing where unknown.
        """
        pairs = zip(names.fillna(""), dates, strict=True)
        return pd.Series([self._one(name, date) for name, date in pairs], index=names.index, dtype="str")

    def _one(self, name: str, date: Any) -> str | None:
        key = normalised(name)
        codes = self._codes.get(key, [])
        if codes:
            return _meant(name, codes)
        candidates = self._named.get(key, [])
        if len(candidates) > 1:
            candidates = [course_id for course_id in candidates if self._holds(course_id, date)]
        return candidates[0] if len(candidates) == 1 else None

    def _holds(self, course_id: str, date: Any) -> bool:
        opens, closes = self._windows[course_id]
        return bool(pd.notna(date) and opens <= date <= closes)

    def is_inside(self, course_ids: pd.Series, dates: pd.Series) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return whether each answer lies in its course's window; true where there is no date to judge by."""
        never = (pd.NaT, pd.NaT)
        opens = pd.to_datetime([self._windows.get(course_id, never)[0] for course_id in course_ids])
        closes = pd.to_datetime([self._windows.get(course_id, never)[1] for course_id in course_ids])
        days = pd.DatetimeIndex(dates)
        return np.asarray(~((days < opens) | (days > closes)), dtype=bool)


def link_participants(
    codes: pd.Series, course_ids: pd.Series, registry: Registry
) -> tuple[pd.Series, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Link answers to the roster of their course by the participant's code.

    Returns
    -------
    tuple
        The participant's code where the roster of that very course has it, else missing; and whether a code
        was given that the roster does not have.
    """
    people = registry.participants.groupby("course_id")["participant_id"]
    rosters = {str(course_id): _by_spelling(ids) for course_id, ids in people}
    given = zip(course_ids, codes.fillna(""), strict=True)
    found = [_meant(code, rosters.get(course_id, {}).get(normalised(code), [])) for course_id, code in given]
    linked = pd.Series(found, index=codes.index, dtype="str")
    return linked, codes.notna().to_numpy() & linked.isna().to_numpy()


def _by_spelling(codes: Iterable[str]) -> dict[str, list[str]]:
    """Gather codes that differ in case alone: they are different courses, or different people."""
    found: dict[str, list[str]] = defaultdict(list)
    for code in codes:
        found[normalised(code)].append(code)
    return dict(found)


def _meant(name: str, codes: list[str]) -> str | None:
    """Return the code that is written exactly so, else the only one that is spelled so, else none."""
    if name.strip() in codes:
        return name.strip()
    return codes[0] if len(codes) == 1 else None
