"""What courses are called: the registry goes in; a name as it was typed gives the courses that it may mean.

A name finds courses by their code, with or without a check character, by an alias, or by the code or a title
of their programme. What is merely near is proposed to a clerk and never taken.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import pandas as pd
from rapidfuzz import fuzz, process

from coursewaves.errors import CoursewavesError
from coursewaves.intake.check_digits import SEPARATOR, check_character, checked
from coursewaves.intake.codes import CodeBook, Reading, by_shape, code_key, tidy
from coursewaves.registry.reader import Registry
from coursewaves.survey.wordings import is_blank, normalised

LEAST_LIKENESS = 60
"""Least likeness, of 100, of a name that is proposed (Indel ratio; ``difflib`` proposes from the same)."""

MOST_PROPOSALS = 3
"""Names that may be equally near; with more the proposal would be arbitrary."""

MOST_NAMES = 200
"""Unknown names for which the nearest are looked for, the most frequent first; nobody reads on."""

_QUOTES = str.maketrans("", "", "\"'`«»‹›‘’‚‛“”„‟′")
_LOOSE_DASH = re.compile(" *[-\u2010-\u2015\u2212] *")


class Meant(NamedTuple):
    """Places of the courses that a name may mean, in the registry's order, and how it was understood."""

    places: tuple[int, ...]
    reading: Reading


class CourseNames:
    """Every name of every course.

    Attributes
    ----------
    course_ids
        The courses; `Meant.places` count from 0 in this list.
    """

    def __init__(self, registry: Registry) -> None:
        self.course_ids = [str(course_id) for course_id in registry.courses["course_id"]]
        self._places = {course_id: place for place, course_id in enumerate(self.course_ids)}
        self._book = CodeBook(self.course_ids)
        self._named: dict[str, list[int]] = defaultdict(list)
        self._spellings: dict[str, str] = {}
        for place, names in enumerate(_names(registry)):
            for key, name in {normalised(name): name for name in names}.items():
                self._named[key].append(place)
                self._spellings.setdefault(key, name)

    def meant(self, name: str) -> Meant:
        """Return what a name may mean: several courses where it is the title of several runs.

        A code with a check character that does not fit means nothing, unless the whole is a registered title.
        """
        if is_blank(name):
            return Meant((), "absent")
        code, reading = self._code(name)
        found = () if code is None else (self._places[code],)
        if reading == "code":
            return Meant(found, reading)
        if normalised(name) in self._named:
            return Meant(tuple(self._named[normalised(name)]), "title")
        return self._by_title(name) if reading == "unknown" else Meant(found, reading)

    def proposals(self, names: pd.Series) -> dict[str, str]:
        """Propose for each name that means no course what it may mean: a code or title, or up to three.

        To be shown to a clerk, never to be taken. Names near to nothing, or to more, are left out.
        """
        counts = names.value_counts().sort_index().sort_values(ascending=False, kind="stable")
        readings = ((str(name), self.meant(str(name))) for name in counts.index)
        unclear = [(name, reading) for name, (places, reading) in readings if not places and reading in _UNCLEAR]
        nearest = {name: self._nearest(name, reading) for name, reading in unclear[:MOST_NAMES]}
        return {name: text for name, text in nearest.items() if text}

    def _code(self, name: str) -> tuple[str | None, Reading]:
        code, status = checked(name)
        if status == "wrong":
            return None, "wrong_check"
        return self._book.meant(code, is_checked=status == "right")

    def _by_title(self, name: str) -> Meant:
        """Look a name up without quotes, dashes and alphabets; titles of different courses that meet are none."""
        titles = self._titles.get(by_shape(_plain_title(name)), [])
        meant = {tuple(self._named[title]) for title in titles}
        if len(meant) != 1:
            return Meant((), "undecided" if titles else "unknown")
        is_spelt_so = _plain_title(name) in map(_plain_title, titles)
        return Meant(meant.pop(), "title" if is_spelt_so else "look_alikes")

    def _nearest(self, name: str, reading: Reading) -> str:
        """Return the names most like one, "or" between them; codes with their check where one was typed."""
        is_checked = reading == "wrong_check"
        key = by_shape(tidy(name)) if is_checked else by_shape(_plain_title(name))
        choices = self._checked_codes if is_checked else self._choices
        found = process.extract(key, list(choices), scorer=fuzz.ratio, score_cutoff=LEAST_LIKENESS, limit=None)
        nearest = sorted({choices[choice] for choice, score, _ in found if score == found[0][1]})
        return " or ".join(nearest) if len(nearest) <= MOST_PROPOSALS else ""

    @cached_property
    def _titles(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for title in self._named:
            found[by_shape(_plain_title(title))].append(title)
        return dict(found)

    @cached_property
    def _choices(self) -> dict[str, str]:
        titles = {by_shape(_plain_title(key)): name for key, name in self._spellings.items()}
        return titles | {code_key(course_id): course_id for course_id in self.course_ids}

    @cached_property
    def _checked_codes(self) -> dict[str, str]:
        return {by_shape(f"{code}{SEPARATOR}{check}"): code for code, check in self._checks()}

    def _checks(self) -> Iterator[tuple[str, str]]:
        for course_id in self.course_ids:
            try:
                yield course_id, check_character(course_id)
            except CoursewavesError:  # digits alone have no check character
                continue


_UNCLEAR: tuple[Reading, ...] = ("unknown", "undecided", "wrong_check")


def _names(registry: Registry) -> Iterator[list[str]]:
    """Yield the names of each course besides its own code."""
    programmes = registry.programmes
    titles = programmes[["programme_id", *(f"title_{language}" for language in ("kk", "ru", "en"))]]
    known = {row[0]: [name for name in row if _is_name(name)] for row in titles.itertuples(index=False, name=None)}
    for programme_id, aliases in zip(registry.courses["programme_id"], registry.courses["aliases"], strict=True):
        own = aliases.split("|") if isinstance(aliases, str) else []
        yield [*known.get(programme_id, [programme_id]), *filter(_is_name, own)]


def _is_name(value: object) -> bool:
    return isinstance(value, str) and not is_blank(value)


def _plain_title(name: str) -> str:
    """Return a title as it is compared at last: without quotes, with one kind of dash and no space around it."""
    return " ".join(_LOOSE_DASH.sub("-", normalised(name).translate(_QUOTES)).split())
