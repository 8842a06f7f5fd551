"""One programme and all its runs, counted, estimated and gated; nothing here hangs on a language."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import pandas as pd

from coursewaves.analysis.compare import compare_waves
from coursewaves.analysis.enough import blank_small_sides, few_alone
from coursewaves.analysis.rate import PROGRAMMES
from coursewaves.analysis.topic_verdicts import COLUMNS as TOPICS
from coursewaves.analysis.topic_verdicts import topic_items
from coursewaves.analysis.years import gather_ratings, programme_trends, programme_years
from coursewaves.disclosure import Disclosed
from coursewaves.partitions.pooled import DECISION, EFFECT
from coursewaves.views.several import SeveralCourses
from coursewaves.views.subject import Subject, once


class OfProgramme(Subject, ABC):
    """What belongs to one programme: a course, or the programme itself."""

    @property
    @abstractmethod
    def programme(self) -> pd.Series:
        """The registry's row of the programme."""

    @property
    @abstractmethod
    def responses(self) -> pd.DataFrame:
        """The subject's responses, all waves."""

    @property
    @abstractmethod
    def comparisons(self) -> pd.DataFrame:
        """The subject's comparisons of declared pairs; see `coursewaves.analysis.compare.compare_waves`."""

    @property
    @once
    def few_alone(self) -> frozenset[str]:
        """The declared pairs of which a few people answered one side alone; see `analysis.enough.few_alone`."""
        return few_alone(self.responses, self.year.survey, self.least("counts"))

    @abstractmethod
    def means(self, instrument_id: str, names: tuple[str, ...]) -> Disclosed:
        """Return the mean scores of one questionnaire that may be shown."""

    @property
    @once
    def rating(self) -> Disclosed:
        """The programme's row of `coursewaves.analysis.rate.Rated`, over all its runs (¶16)."""
        programmes = self.rated.programmes.reindex(columns=PROGRAMMES)
        own = programmes[programmes["programme_id"] == self.programme["programme_id"]]
        return self.gate(own, "means", ["programme_id"])

    @property
    @once
    def judged(self) -> Disclosed:
        """What all runs of the programme tell of its topics; see `coursewaves.analysis.topic_verdicts.judge_topics`."""
        _, judged = topic_items(self.year.survey)
        found = self.pooled.topics.reindex(columns=[*TOPICS, "programme_id"])
        own = found[found["programme_id"] == self.programme["programme_id"]]
        return self.gate(own, "means", ["number"], n=("n", "n_judged") if judged else ("n",))

    @property
    @once
    def decisions(self) -> Disclosed:
        """The councils' decisions on the programme, and what of ratings around them may be shown (¶18-20)."""
        found = self.pooled.decisions.reindex(columns=[*DECISION, *EFFECT])
        own = found[found["programme_id"] == self.programme["programme_id"]].reset_index(drop=True)
        labels = [*DECISION, "n_runs_before", "n_runs_after", "reason"]
        return self.gate(own, "means", labels, n=("n_before", "n_after"))


@dataclass(frozen=True)
class Programme(SeveralCourses, OfProgramme):
    """A programme of a year; of sums over its runs, small runs are left out (`coursewaves.analysis.enough`).

    Attributes
    ----------
    programme_id
        The programme.
    """

    programme_id: str

    @property
    @once
    def programme(self) -> pd.Series:
        """The registry's row of the programme."""
        return self.year.registry.programme(self.programme_id)

    @property
    @once
    def courses(self) -> pd.DataFrame:
        """The registry's rows of its runs, by their first day."""
        courses = self.year.registry.courses
        own = courses[courses["programme_id"] == self.programme_id]
        return own.sort_values(["starts_on", "course_id"], ignore_index=True)

    @property
    @once
    def comparisons(self) -> pd.DataFrame:
        """The comparisons of declared pairs over all runs with enough answers to both sides."""
        survey, minimum = self.year.survey, self.least("counts")
        return compare_waves(blank_small_sides(self.responses, survey, minimum), survey, minimum)

    @property
    @once
    def runs(self) -> Disclosed:
        """All runs against the threshold, by their first day; see `coursewaves.analysis.rate.Rated`."""
        listed = self.courses[["course_id", "programme_id", "starts_on", "ends_on"]]
        found = listed.merge(self.rated.runs.drop(columns="programme_id"), on="course_id", how="left")
        return self.gate(found, "means", [*listed])

    @property
    @once
    def answered(self) -> Disclosed:
        """Who was invited and who answered, run by run and wave by wave (¶5)."""
        return self.gate(self.counts, "counts", ["course_id", "programme_id", "instrument_id", "wave", "n_invited"])

    @property
    @once
    def ratings(self) -> pd.DataFrame:
        """The ratings of all programmes of runs with enough of them; see `analysis.years.gather_ratings`."""
        rating = self.year.survey.ratings[0]
        found = gather_ratings([self.year], rating.instrument, rating.id)
        return found[found.groupby("run_id")["score"].transform("size") >= self.least("counts")]

    @property
    @once
    def years(self) -> Disclosed:
        """The programme's rating year by year; see `coursewaves.analysis.years.programme_years`."""
        own = self.ratings[self.ratings["programme_id"] == self.programme_id]
        return self.gate(programme_years(own), "means", ["year", "reason"])

    @property
    @once
    def trend(self) -> Disclosed:
        """The programme's change by a year; see `coursewaves.analysis.years.programme_trends`."""
        trends = programme_trends(self.ratings)
        return self.gate(trends[trends["programme_id"] == self.programme_id], "means", ["programme_id", "reason"])
