"""One training direction and all courses of its programmes, counted and gated; nothing here hangs on a language."""

from dataclasses import dataclass

import pandas as pd

from coursewaves.analysis.coverage import cover_shown
from coursewaves.analysis.rate import PROGRAMMES
from coursewaves.disclosure import Disclosed
from coursewaves.errors import CoursewavesError
from coursewaves.views.several import SeveralCourses
from coursewaves.views.subject import once


@dataclass(frozen=True)
class Direction(SeveralCourses):
    """A training direction of a year.

    Attributes
    ----------
    direction_id
        The direction.
    """

    direction_id: str

    @property
    @once
    def direction(self) -> pd.Series:
        """The registry's row of the direction."""
        directions = self.year.registry.directions
        found = directions[directions["direction_id"] == self.direction_id]
        if found.empty:
            raise CoursewavesError.not_found(self.direction_id, "directions", directions["direction_id"])
        row: pd.Series = found.iloc[0]
        return row

    @property
    @once
    def programmes(self) -> pd.DataFrame:
        """The registry's rows of its programmes with courses, in the order of their ids."""
        registry = self.year.registry
        own = registry.programmes[registry.programmes["direction_id"] == self.direction_id]
        has_courses = own["programme_id"].isin(set(registry.courses["programme_id"]))
        return own[has_courses].sort_values("programme_id", ignore_index=True)

    @property
    @once
    def courses(self) -> pd.DataFrame:
        """The registry's rows of its courses, by programme and first day."""
        courses = self.year.registry.courses
        own = courses[courses["programme_id"].isin(set(self.programmes["programme_id"]))]
        return own.sort_values(["programme_id", "starts_on", "course_id"], ignore_index=True)

    @property
    @once
    def verdicts(self) -> Disclosed:
        """Its programmes against the councils' threshold (¶16); see `coursewaves.analysis.rate.Rated`."""
        found = self.programmes[["programme_id"]].merge(
            self.rated.programmes.reindex(columns=PROGRAMMES), on="programme_id", how="left"
        )
        return self.gate(found, "means", ["programme_id"])

    @property
    @once
    def answered(self) -> Disclosed:
        """Who was invited and who answered, by programme and wave, in courses with enough answers (¶5)."""
        found = self.counts[self.counts["n"] >= self.least("counts")]
        found = found.assign(n_invited=found["n_invited"].astype("Float64"))
        keys = ["programme_id", "instrument_id", "wave"]
        sums = found.groupby(keys).agg(
            n=("n", "sum"), n_courses=("n", "size"), n_invited=("n_invited", lambda one: one.sum(skipna=False))
        )
        listed = self.counts[keys].drop_duplicates().merge(sums.reset_index(), on=keys, how="left")
        return self.gate(listed, "counts", keys)

    @once
    def coverage(self, instrument_id: str) -> Disclosed:
        """Return how many of all who completed answered a sample wave (¶10), in all and by programme."""
        minimum, year = self.least("counts"), self.year
        found = cover_shown(year.received, year.registry, year.survey, instrument=instrument_id, minimum=minimum)
        is_own = (found["scope"] == "direction") & (found["scope_id"] == self.direction_id)
        is_part = (found["scope"] == "programme") & found["scope_id"].isin(set(self.programmes["programme_id"]))
        labels = ["scope", "scope_id", "n_completed", "least_percent", "target_percent", "n_small", "reason"]
        parts = self.gate(found[is_part], "counts", labels, is_partition=True)
        whole = self.gate(found[is_own], "counts", labels)
        return Disclosed(pd.concat([whole.table, parts.table], ignore_index=True), whole.minimum)
