"""Decide for each answer which course it belongs to and who gave it; nothing is guessed.

Every name and every code is looked up once, however many answers carry it.
"""

from collections import defaultdict
from functools import cached_property
from typing import Any, NamedTuple, get_args

import numpy as np
import pandas as pd

from coursewaves.intake.codes import CodeBook, Reading
from coursewaves.intake.course_names import CourseNames
from coursewaves.reading.columns import Mask
from coursewaves.registry.reader import Registry
from coursewaves.registry.windows import wave_windows
from coursewaves.survey.instruments import Instrument

Places = np.ndarray[Any, np.dtype[np.intp]]

READINGS: tuple[Reading, ...] = get_args(Reading)


class Fault(NamedTuple):
    """What a problem says about a name or code that was not understood as it stands."""

    rule: str
    seen: str
    done: str
    fix: str


_AS_TEXT = "give the column the format of text, and export the answers again"

BY_FILE_NAME = 'let the file\'s name tell it: files: "{course}*" under sources in coursewaves.yml'
"""How to mend a file that does not ask for the course."""

COURSE_FAULTS: dict[Reading, Fault] = {
    "look_alikes": Fault("E-LETTERS", "letters of another alphabet that look like those of the course",
                         "read as the only course that looks so", "nothing, if the course is right"),
    "undecided": Fault("E-COURSE", "a name of several courses, and the date does not tell which", "answer set aside",
                       "let the form carry the course's code, or correct the courses' dates"),
    "wrong_check": Fault("E-CHECK", "the check character doesn't fit: a typing slip", "answer set aside",
                         "correct the course's code by the registry"),
    "damaged": Fault("E-CODE", "a code that a spreadsheet made a number of", "answer set aside", _AS_TEXT),
    "unknown": Fault("E-COURSE", "no course can be told from the answer", "answer set aside",
                     "register the course, or add the name as an alias in courses.csv"),
    "absent": Fault("E-COURSE", "no course is named", "answer set aside",
                    "name the course in the cell, or " + BY_FILE_NAME),
}  # fmt: skip
"""What to report of an answer's course, by how its name was understood; ``code`` and ``title`` are in order."""

PERSON_FAULTS: dict[Reading, Fault] = {
    "look_alikes": Fault("E-LETTERS", "letters of another alphabet that look like those of a code",
                         "linked to the only code of the roster that looks so", "nothing, if the code is right"),
    "undecided": Fault("E-PERSON", "a code that fits several of the course's roster", "answer kept without a link",
                       "correct the code, or the roster"),
    "damaged": Fault("E-CODE", "a code that a spreadsheet made a number of", "answer kept without a link", _AS_TEXT),
    "unknown": Fault("E-PERSON", "a code that the course's roster does not have", "answer kept without a link",
                     "correct the code, or the roster"),
}  # fmt: skip
"""What to report of a participant's code, by how it was understood; no code at all is in order."""


class Found(NamedTuple):
    """The course of each answer, missing where it can't be decided, and how its name was understood (`Reading`)."""

    course_ids: pd.Series
    readings: pd.Series


class CourseFinder:
    """Find the courses of answers to one questionnaire by what the answers call them.

    Several runs of one programme share a title; then the one whose window holds the answer's date is meant,
    and where that does not leave exactly one, none is.

    Parameters
    ----------
    registry
        Holds the courses.
    instrument
        The questionnaire, whose window decides between runs.
    names
        The courses' names, where they are already at hand for another questionnaire.
    """

    def __init__(self, registry: Registry, instrument: Instrument, names: CourseNames | None = None) -> None:
        self.names = CourseNames(registry) if names is None else names
        windows = wave_windows(registry.courses, instrument)
        never = np.datetime64("NaT")
        self._opens = np.append(windows.opens.to_numpy(), never)
        self._closes = np.append(windows.closes.to_numpy(), never)
        self._ids = pd.Index(self.names.course_ids, dtype="str")

    def find(self, names: pd.Series, dates: pd.Series) -> pd.Series:
        """Return the course of each answer, missing where it can't be decided.

        Parameters
        ----------
        names
            What each answer calls its course.
        dates
            The local day of each answer, missing where unknown.
        """
        return self.identify(names, dates).course_ids

    def identify(self, names: pd.Series, dates: pd.Series) -> Found:
        """Return the course of each answer and how its name was understood; see `find`."""
        which, distinct = pd.factorize(names)
        meant = [self.names.meant(str(name)) for name in distinct]
        sole = [one.places[0] if len(one.places) == 1 else -1 for one in meant]
        places = np.array([*sole, -1], dtype=np.intp)[which]
        readings = np.array([*(READINGS.index(one.reading) for one in meant), READINGS.index("absent")])[which]
        several = np.flatnonzero(np.array([*(len(one.places) > 1 for one in meant), False])[which])
        days = pd.DatetimeIndex(dates).to_numpy()
        for rows in (group.to_numpy() for _, group in pd.Series(several).groupby(which[several])):
            places[rows] = self._open_on(meant[which[rows[0]]].places, days[rows])
        readings[several[places[several] < 0]] = READINGS.index("undecided")
        ids = pd.Series(self._ids.array.take(places, allow_fill=True), index=names.index)
        return Found(ids, _named_readings(readings, names.index))

    def proposals(self, names: pd.Series) -> dict[str, str]:
        """Propose to a clerk what names without a course may mean; see `CourseNames.proposals`."""
        return self.names.proposals(names)

    def is_inside(self, course_ids: pd.Series, dates: pd.Series) -> Mask:
        """Return whether each answer lies in its course's window; true where there is no date to judge by."""
        places = self._ids.get_indexer(pd.Index(course_ids, dtype="str"))
        days = pd.DatetimeIndex(dates).to_numpy()
        return np.asarray(~((days < self._opens[places]) | (days > self._closes[places])), dtype=bool)

    def _open_on(self, candidates: tuple[int, ...], days: Any) -> Places:
        """Return the only candidate whose window holds each day, -1 where there is not exactly one."""
        courses = np.array(candidates)
        distinct, which = np.unique(days, return_inverse=True)
        is_open = (self._opens[courses, None] <= distinct) & (distinct <= self._closes[courses, None])
        only = np.where(is_open.sum(axis=0) == 1, courses[is_open.argmax(axis=0)], -1)
        return np.asarray(only[which], dtype=np.intp)


class Linked(NamedTuple):
    """The participant of each answer, missing where unlinked, and how the code was understood (`Reading`)."""

    participant_ids: pd.Series
    readings: pd.Series


class Rosters:
    """The rosters of all courses: who gave an answer is looked up in the roster of its very course.

    Parameters
    ----------
    participants
        One row is one participant of one course, with ``participant_id`` and ``course_id``.
    """

    def __init__(self, participants: pd.DataFrame) -> None:
        people = participants[["course_id", "participant_id"]].astype("str").drop_duplicates(ignore_index=True)
        self._ids = people["participant_id"]
        self._keys = pd.Index(_keys(people["course_id"], self._ids))
        self._courses = people["course_id"]
        self._books: dict[str, CodeBook] = {}

    def link(self, codes: pd.Series, course_ids: pd.Series) -> Linked:
        """Link answers by the participant's code; codes are text, so that ``007`` and ``7`` are two people.

        A missing or blank code links nobody, and so does one without a course.
        """
        typed = codes.astype("str").str.strip()
        courses = course_ids.astype("str")
        is_given = (typed.notna() & (typed != "")).to_numpy(dtype=bool)
        places = self._keys.get_indexer(pd.Index(_keys(courses, typed)))
        ids = self._ids.array.take(places, allow_fill=True).to_numpy(dtype=object)
        readings = np.where(is_given, np.where(places < 0, READINGS.index("unknown"), READINGS.index("code")),
                            READINGS.index("absent"))  # fmt: skip
        rest = np.flatnonzero(is_given & (places < 0) & courses.notna().to_numpy(dtype=bool))
        pairs = pd.MultiIndex.from_arrays([courses.iloc[rest], typed.iloc[rest]])
        which, distinct = pd.factorize(pairs)
        meant = [self._book(str(course_id)).meant(str(code)) for course_id, code in distinct]
        ids[rest] = np.array([*(code for code, _ in meant), None], dtype=object)[which]
        readings[rest] = np.array([*(READINGS.index(reading) for _, reading in meant), 0])[which]
        return Linked(pd.Series(ids, index=codes.index, dtype="str"), _named_readings(readings, codes.index))

    def _book(self, course_id: str) -> CodeBook:
        if course_id not in self._books:
            self._books[course_id] = CodeBook(self._codes.get(course_id, []))
        return self._books[course_id]

    @cached_property
    def _codes(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for course_id, code in zip(self._courses.to_numpy(object), self._ids.to_numpy(object), strict=True):
            found[course_id].append(code)
        return dict(found)


def _keys(course_ids: pd.Series, codes: pd.Series) -> pd.Series:
    """Join the two ids of a participant; neither holds a line break."""
    return course_ids.str.cat(codes, sep="\n")


def _named_readings(numbers: Places, index: "pd.Index[Any]") -> pd.Series:
    """Return readings by their place in `READINGS` as a column of categories."""
    names = pd.CategoricalDtype([*READINGS])
    return pd.Series(pd.Categorical.from_codes(numbers, dtype=names), index=index)
