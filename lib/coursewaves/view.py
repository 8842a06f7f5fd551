"""One course seen by one reader: the year's tables, cut to a course, with the reader's language and the gate."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from coursewaves.compare import compare_waves
from coursewaves.disclosure import Disclosed, disclose
from coursewaves.instruments import Entry, Instrument, Item
from coursewaves.ladder import Kind, least
from coursewaves.phrases import Phrases
from coursewaves.rate import Rated, rate_programmes
from coursewaves.summarise import response_counts
from coursewaves.year import Year, open_year

Codes = np.ndarray[Any, np.dtype[np.intp]]


@dataclass(frozen=True)
class CourseView:
    """Everything that the sections of a course report show, in one language.

    Attributes
    ----------
    year
        The tables.
    course_id
        The course.
    phrases
        Words, numbers and dates of the reader's language.
    """

    year: Year
    course_id: str
    phrases: Phrases

    @cached_property
    def course(self) -> pd.Series:
        """The registry's row of the course."""
        return self.year.registry.course(self.course_id)

    @cached_property
    def programme(self) -> pd.Series:
        """The registry's row of its programme."""
        return self.year.registry.programme_of(self.course_id)

    @cached_property
    def responses(self) -> pd.DataFrame:
        """The course's responses, all waves."""
        return self.year.responses[self.year.responses["course_id"] == self.course_id]

    @cached_property
    def scores(self) -> pd.DataFrame:
        """The course's scores, all waves."""
        return self.year.scores[self.year.scores["course_id"] == self.course_id]

    @cached_property
    def comparisons(self) -> pd.DataFrame:
        """The course's comparisons of declared pairs."""
        return compare_waves(self.responses, self.year.survey)

    @cached_property
    def rated(self) -> Rated:
        """All programmes and their runs against the councils' threshold, by the survey's first rating (¶16)."""
        rating, courses = self.year.survey.ratings[0].id, self.year.registry.courses
        threshold = self.year.settings.low_rated_below
        return rate_programmes(self.year.scores, courses, rating, threshold, self.least("counts"))

    @cached_property
    def counts(self) -> pd.DataFrame:
        """Who was invited and who answered, one row a wave."""
        outcomes = self.year.outcomes
        own = outcomes[outcomes["course_id"] == self.course_id]
        return response_counts(self.course, own, self.year.survey.waves())

    @cached_property
    def _by_instrument(self) -> dict[str, pd.DataFrame]:
        return {str(name): forms for name, forms in self.responses.groupby("instrument_id", observed=True)}

    def of_wave(self, instrument: Instrument) -> pd.DataFrame:
        """Return the course's responses to one questionnaire."""
        return self._by_instrument.get(instrument.id, self.responses.iloc[:0])

    @cached_property
    def _all_courses(self) -> dict[str, tuple[pd.DataFrame, Codes, pd.Index]]:
        """All scores by questionnaire, with the place of each row's course in an index of courses."""
        by_instrument = self.year.scores.groupby("instrument_id", observed=True)
        return {str(name): (scores, *pd.factorize(scores["course_id"])) for name, scores in by_instrument}

    def pooled(self, instrument_id: str, score: str, course_ids: set[str] | None = None) -> pd.DataFrame:
        """Return one score over several courses with their ``course_id``, all others where none are named.

        Only courses with enough answers of their own are pooled: what one course adds to a published sum could
        otherwise be computed by taking the sums of the others away.
        """
        if instrument_id not in self._all_courses:
            return self.year.scores.iloc[:0][["course_id", score]]
        scores, place, courses = self._all_courses[instrument_id]
        is_given = scores[score].notna().to_numpy()
        is_enough = np.bincount(place[is_given], minlength=len(courses)) >= self.least("counts")
        is_wanted = courses.isin(course_ids) if course_ids else courses != self.course_id
        return scores.loc[is_given & (is_enough & is_wanted)[place], ["course_id", score]]

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

    def say(self, phrase: str, **values: Any) -> str:
        """Return a phrase in the reader's language."""
        return self.phrases.say(phrase, **values)

    def wording(self, entry: Entry) -> str:
        """Return the wording of an entry of the survey in the reader's language."""
        return entry.wording(self.phrases.language)

    def title(self, table: str, row: pd.Series) -> str:
        """Return the title of a registry row in the reader's language."""
        return self.year.registry.title(table, row, self.phrases.language)

    def wave_name(self, instrument: Instrument) -> str:
        """Return what a wave is called (¶5)."""
        return self.say("Monitoring {wave}", wave=instrument.wave)

    def item_label(self, column: str) -> str:
        """Return the wording of an item; for a repeated one, of the course's own ability or topic."""
        item = self.year.survey.item(column)
        if item.repeat is None:
            return self.wording(item)
        number = int(column.rpartition(".")[2])
        rows = self.repeated(item)
        found = rows[rows["number"] == number]
        name = self.title(item.repeat, found.iloc[0]) if len(found) else column
        return self.wording(item).replace("{row}", name)

    def repeated(self, item: Item) -> pd.DataFrame:
        """Return the registry rows over which an item is repeated in this course."""
        registry, programme_id = self.year.registry, str(self.programme["programme_id"])
        rows = {"abilities": registry.abilities_of, "topics": registry.topics_of}
        return rows[item.repeat or "topics"](programme_id)

    def columns(self, item: Item) -> list[str]:
        """Return the columns of an item that this course asks."""
        if item.repeat is None:
            return [item.id]
        return [f"{item.id}.{number}" for number in self.repeated(item)["number"]]


def open_course(home: str | Path, course_id: str, language: str) -> CourseView:
    """Open one course for a reader.

    Parameters
    ----------
    home
        The work folder; empty for ``COURSEWAVES_HOME`` or the current folder.
    course_id
        A course of the registry.
    language
        Language of the report, such as ``kk``.

    Raises
    ------
    CoursewavesError
        Where there is no such folder, course or language.
    """
    view = CourseView(open_year(home), course_id, Phrases(language))
    _ = view.course  # an unknown course is said at once, not by the first section
    return view
