"""One course and everything that is counted, estimated and gated of it; nothing here hangs on a language.

What is found once is kept for all the languages in which it is told: see `once`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import pandas as pd

from coursewaves.compare import compare_waves
from coursewaves.disclosure import Disclosed, disclose
from coursewaves.instruments import Instrument, Item
from coursewaves.ladder import Kind, least
from coursewaves.pooled import Pooled, pooled_of
from coursewaves.rate import Rated
from coursewaves.summarise import mean_scores, response_counts
from coursewaves.year import Year

P = ParamSpec("P")
Found = TypeVar("Found")


def once(find: "Callable[Concatenate[Course, P], Found]") -> "Callable[Concatenate[Course, P], Found]":
    """Have a function of a course find its answer once, for all languages.

    The function is given the course alone, without a reader's language, and its answer must not be changed.
    """

    @wraps(find)
    def kept(course: "Course", /, *args: P.args, **kwargs: P.kwargs) -> Found:
        key = (find, args, tuple(kwargs.items()))
        if key not in course.memo:
            course.memo[key] = find(Course(course.year, course.course_id, memo=course.memo), *args, **kwargs)
        return cast(Found, course.memo[key])

    return kept


@dataclass(frozen=True)
class Course:
    """A course of a year.

    Attributes
    ----------
    year
        The tables.
    course_id
        The course.
    memo
        What was found already.
    """

    year: Year
    course_id: str
    memo: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False, kw_only=True)

    @property
    @once
    def course(self) -> pd.Series:
        """The registry's row of the course."""
        return self.year.registry.course(self.course_id)

    @property
    @once
    def programme(self) -> pd.Series:
        """The registry's row of its programme."""
        return self.year.registry.programme_of(self.course_id)

    @property
    @once
    def responses(self) -> pd.DataFrame:
        """The course's responses, all waves."""
        return self.year.responses[self.year.responses["course_id"] == self.course_id]

    @property
    @once
    def scores(self) -> pd.DataFrame:
        """The course's scores, all waves."""
        return self.year.scores[self.year.scores["course_id"] == self.course_id]

    @property
    @once
    def comparisons(self) -> pd.DataFrame:
        """The course's comparisons of declared pairs."""
        return compare_waves(self.responses, self.year.survey)

    @property
    @once
    def pooled(self) -> Pooled:
        """What all courses tell together."""
        return pooled_of(self.year)

    @property
    def rated(self) -> Rated:
        """Programmes and runs against the councils' threshold, by the survey's first rating (¶16)."""
        return self.pooled.rated

    @property
    @once
    def counts(self) -> pd.DataFrame:
        """Who was invited and who answered, one row a wave."""
        outcomes = self.year.outcomes
        own = outcomes[outcomes["course_id"] == self.course_id]
        return response_counts(self.course, own, self.year.survey.waves())

    @once
    def forms(self, instrument_id: str) -> pd.DataFrame:
        """Return the course's responses to one questionnaire."""
        return self.responses[self.responses["instrument_id"] == instrument_id]

    def of_wave(self, instrument: Instrument) -> pd.DataFrame:
        """Return the course's responses to one questionnaire."""
        return self.forms(instrument.id)

    @once
    def means(self, instrument_id: str, names: tuple[str, ...]) -> Disclosed:
        """Return the mean scores of one questionnaire that may be shown; see `coursewaves.summarise.mean_scores`."""
        own = self.scores[self.scores["instrument_id"] == instrument_id]
        return self.gate(mean_scores(own, [name for name in names if name in own]), "means", ["name"])

    @once
    def other_courses(self, instrument_id: str, names: tuple[str, ...]) -> Disclosed:
        """Return the mean scores of all other courses together; see `coursewaves.pooled.Pooled.others`."""
        others = self.pooled.others
        own = others[(others["course_id"] == self.course_id) & (others["instrument_id"] == instrument_id)]
        order = {name: place for place, name in enumerate(names)}
        own = own[own["name"].isin(order)].sort_values("name", key=lambda name: name.map(order))
        return self.gate(own[["name", "n", "mean", "low", "high"]].reset_index(drop=True), "means", ["name"])

    def gate(
        self,
        table: pd.DataFrame,
        kind: Kind,
        labels: list[str],
        n: tuple[str, ...] = ("n",),
        is_partition: bool = False,
    ) -> Disclosed:
        """Let through what the ladder allows of a kind of figure; see `coursewaves.disclosure`."""
        return disclose(table, self.least(kind), labels, n, is_partition)

    def least(self, kind: Kind) -> int:
        """Return from how many answers a kind of figure is shown here."""
        return least(kind, self.year.settings.minimum_group)

    def repeated(self, item: Item) -> pd.DataFrame:
        """Return the registry rows over which an item is repeated in this course."""
        return self.rows_of(item.repeat or "topics")

    @once
    def rows_of(self, table: str) -> pd.DataFrame:
        """Return the rows of the course's programme in ``topics`` or ``abilities``."""
        registry, programme_id = self.year.registry, str(self.programme["programme_id"])
        rows = {"abilities": registry.abilities_of, "topics": registry.topics_of}
        return rows[table](programme_id)

    def columns(self, item: Item) -> list[str]:
        """Return the columns of an item that this course asks."""
        if item.repeat is None:
            return [item.id]
        return [f"{item.id}.{number}" for number in self.repeated(item)["number"]]
