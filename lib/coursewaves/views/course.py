"""One course and everything that is counted, estimated and gated of it; nothing here hangs on a language."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from coursewaves.analysis.compare import compare_waves
from coursewaves.analysis.summarise import mean_scores, response_counts
from coursewaves.disclosure import Disclosed
from coursewaves.survey.instruments import Instrument, Item
from coursewaves.views.programme import OfProgramme
from coursewaves.views.subject import once


@dataclass(frozen=True)
class Course(OfProgramme):
    """A course of a year.

    Attributes
    ----------
    course_id
        The course.
    """

    course_id: str

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
        return self.year.shown_scores[self.year.shown_scores["course_id"] == self.course_id]

    @property
    @once
    def comparisons(self) -> pd.DataFrame:
        """The course's comparisons of declared pairs."""
        return compare_waves(self.responses, self.year.survey, self.least("counts"))

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
        """Return the mean scores of one questionnaire that may be shown; see `analysis.summarise.mean_scores`."""
        own = self.scores[self.scores["instrument_id"] == instrument_id]
        return self.gate(mean_scores(own, [name for name in names if name in own]), "means", ["name"])

    @once
    def other_courses(self, instrument_id: str, names: tuple[str, ...]) -> Disclosed:
        """Return the mean scores of all other courses together; see `coursewaves.partitions.pooled.Pooled.others`."""
        found = [self._others[key] for name in names if (key := (instrument_id, name)) in self._others]
        return self.gate(pd.DataFrame(found, columns=["name", "n", "mean", "low", "high"]), "means", ["name"])

    @property
    @once
    def _others(self) -> dict[tuple[str, str], dict[Any, Any]]:
        """The rows of `partitions.pooled.Pooled.others` that are about this course, by questionnaire and score."""
        others = self.pooled.others
        rows = others[others["course_id"] == self.course_id].to_dict("records")
        return {(row["instrument_id"], row["name"]): row for row in rows}

    def repeated(self, item: Item) -> pd.DataFrame:
        """Return the registry rows over which an item is repeated in this course."""
        return self.rows_of(item.repeat or "topics")

    @once
    def rows_of(self, table: str) -> pd.DataFrame:
        """Return the rows of the course's programme in ``topics`` or ``abilities``."""
        registry, programme_id = self.year.registry, str(self.programme["programme_id"])
        rows = {"abilities": registry.abilities_of, "topics": registry.topics_of}
        return rows[table](programme_id)

    @once
    def row_of(self, table: str, number: int) -> dict[Any, Any] | None:
        """Return one of the rows of `rows_of`; None where there is no such number."""
        return next((row for row in self._records(table) if row["number"] == number), None)

    @once
    def _records(self, table: str) -> list[dict[Any, Any]]:
        return self.rows_of(table).to_dict("records")

    def columns(self, item: Item) -> list[str]:
        """Return the columns of an item that this course asks."""
        if item.repeat is None:
            return [item.id]
        return [f"{item.id}.{number}" for number in self.repeated(item)["number"]]
