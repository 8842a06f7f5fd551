"""Several courses together: what is summed over them, without the small ones; nothing here hangs on a language."""

from abc import ABC, abstractmethod

import pandas as pd

from coursewaves.analysis.enough import blank_small_values
from coursewaves.analysis.summarise import mean_scores, response_counts
from coursewaves.disclosure import Disclosed
from coursewaves.score import score_names
from coursewaves.views.subject import Subject, once

COUNTS = ["instrument_id", "wave", "n_invited", "n", "n_duplicate", "n_outside_window", "share", "course_id",
          "programme_id"]  # fmt: skip
MEANS = ["part_id", "name", "n", "mean", "low", "high"]


class SeveralCourses(Subject, ABC):
    """A subject of several courses; what its sums may rest on says `coursewaves.analysis.enough`."""

    @property
    @abstractmethod
    def courses(self) -> pd.DataFrame:
        """The registry's rows of the courses."""

    @property
    @once
    def responses(self) -> pd.DataFrame:
        """The responses of all courses and waves with enough of them."""
        forms = self.year.responses[self.year.responses["course_id"].isin(set(self.courses["course_id"]))]
        sizes = forms.groupby(["course_id", "instrument_id"], observed=True)["response_id"].transform("size")
        return forms[sizes >= self.least("counts")]

    @once
    def given(self, instrument_id: str) -> tuple[str, ...]:
        """Name the scores that a questionnaire gives in these courses."""
        own = self._scores(instrument_id, is_own=True)
        return tuple(name for name in score_names(self.year.survey) if own[name].notna().any())

    @once
    def means(self, instrument_id: str, names: tuple[str, ...]) -> Disclosed:
        """Return the mean scores of one questionnaire over all courses with enough of them."""
        found = self._summed(instrument_id, names, is_own=True)
        return self.gate(mean_scores(found, [*found][1:]), "means", ["name"])

    @once
    def other_means(self, instrument_id: str, names: tuple[str, ...]) -> Disclosed:
        """Return the mean scores over all other courses of the year with enough of them."""
        found = self._summed(instrument_id, names, is_own=False)
        return self.gate(mean_scores(found, [*found][1:]), "means", ["name"])

    @once
    def means_by(self, key: str, instrument_id: str, names: tuple[str, ...]) -> Disclosed:
        """Return the mean scores part by part, in the order of `courses`.

        Parameters
        ----------
        key
            Column of `courses` that names the parts: ``course_id``, ``programme_id``.
        """
        found = self._summed(instrument_id, names, is_own=True)
        part = found["course_id"].map(dict(zip(self.courses["course_id"], self.courses[key], strict=True)))
        tables = [
            mean_scores(found[part == part_id], [*found][1:]).assign(part_id=part_id)
            for part_id in self.courses[key].unique()
        ]
        stacked = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=MEANS)
        return self.gate(stacked[MEANS], "means", ["part_id", "name"])

    @property
    @once
    def counts(self) -> pd.DataFrame:
        """Who was invited and who answered, course by course and wave by wave; see `response_counts` (¶5)."""
        waves, outcomes = self.year.survey.waves(), self.year.outcomes
        tables = [
            response_counts(course, outcomes[outcomes["course_id"] == course["course_id"]], waves).assign(
                course_id=course["course_id"], programme_id=course["programme_id"]
            )
            for _, course in self.courses.iterrows()
        ]
        return pd.concat(tables or [pd.DataFrame(columns=COUNTS)], ignore_index=True)

    def _summed(self, instrument_id: str, names: tuple[str, ...], *, is_own: bool) -> pd.DataFrame:
        """Return ``course_id`` and the scores of a questionnaire without those of small courses."""
        found = self._scores(instrument_id, is_own=is_own)
        given = [name for name in names if name in found]
        return blank_small_values(found[["course_id", *given]], given, self.least("counts"))

    def _scores(self, instrument_id: str, *, is_own: bool) -> pd.DataFrame:
        scores = self.year.shown_scores[self.year.shown_scores["instrument_id"] == instrument_id]
        scores = scores[scores["course_id"].notna()]
        return scores[scores["course_id"].isin(set(self.courses["course_id"])) == is_own]
