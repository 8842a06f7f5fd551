"""Decide for each answer which course it belongs to and who gave it; what can't be decided is said, not guessed."""

from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd

from coursewaves.headers import normalised
from coursewaves.instruments import Instrument
from coursewaves.registry import Registry
from coursewaves.windows import wave_windows


class CourseFinder:
    """Find courses by what answers call them: the course's code, its aliases, its programme's code or title.

    Several runs of one programme share a title; then the one whose window holds the answer's date is meant, and
    where that does not leave exactly one, none is.
    """

    def __init__(self, registry: Registry, instrument: Instrument) -> None:
        courses = registry.courses.merge(registry.programmes, on="programme_id", how="left", suffixes=("", "_p"))
        windows = wave_windows(courses, instrument)
        self._windows = {
            str(course_id): (opens, closes)
            for course_id, opens, closes in zip(courses["course_id"], windows.opens, windows.closes, strict=True)
        }
        self._named: dict[str, list[str]] = defaultdict(list)
        self._codes = {normalised(str(course_id)): str(course_id) for course_id in courses["course_id"]}
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
        if key in self._codes:
            return self._codes[key]
        candidates = self._named.get(key, [])
        if len(candidates) > 1:
            candidates = [course_id for course_id in candidates if self._holds(course_id, date)]
        return candidates[0] if len(candidates) == 1 else None

    def _holds(self, course_id: str, date: Any) -> bool:
        opens, closes = self._windows[course_id]
        return bool(pd.notna(date) and opens <= date <= closes)

    def is_inside(self, course_ids: pd.Series, dates: pd.Series) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return whether each answer lies in its course's window; true where there is no date to judge by."""
        opens = course_ids.map({key: value[0] for key, value in self._windows.items()})
        closes = course_ids.map({key: value[1] for key, value in self._windows.items()})
        outside = (dates < opens) | (dates > closes)
        return ~outside.to_numpy(dtype=bool)


def link_participants(
    codes: pd.Series, course_ids: pd.Series, registry: Registry
) -> tuple[pd.Series, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Link answers to the roster of their course by the participant's code.

    Returns
    -------
    tuple
        The participant's code where the roster of that very course has it, else missing; and whether a code was
        given that the roster does not have.
    """
    roster = registry.participants
    known = {
        (str(course_id), normalised(str(participant_id))): str(participant_id)
        for course_id, participant_id in zip(roster["course_id"], roster["participant_id"], strict=True)
    }
    keys = zip(course_ids, codes.fillna("").map(normalised), strict=True)
    linked = pd.Series([known.get(key) for key in keys], index=codes.index, dtype="str")
    is_unknown = codes.notna().to_numpy() & linked.isna().to_numpy()
    return linked, is_unknown
