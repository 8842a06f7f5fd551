"""What a reader chooses: a survey design goes in, the measures that can be chosen come out."""

from typing import NamedTuple

import pandas as pd

from coursewaves.survey.instruments import Criterion, Indicator, Instrument, Item, Survey
from coursewaves.views.opening import CourseView

Measure = Criterion | Indicator


class Choice(NamedTuple):
    """What a reader has chosen.

    Attributes
    ----------
    view
        The course and the language.
    measure
        A criterion, a factor or an indicator.
    waves
        The questionnaires to show.
    """

    view: CourseView
    measure: Measure
    waves: list[Instrument]

    @property
    def indicator_ids(self) -> list[str]:
        """Ids of the indicators chosen: the measure itself, or those of the criterion or factor."""
        return [indicator.id for indicator in indicators_of(self.view.year.survey, self.measure)]

    def items(self, instrument: Instrument) -> list[Item]:
        """Return the questions of a questionnaire that belong to the measure."""
        return [item for item in instrument.items if item.indicator in self.indicator_ids]

    def scores(self, instrument: Instrument) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return a questionnaire's scores: this course's, and those of all other courses together."""
        found = self.view.year.scores
        found = found[found["instrument_id"] == instrument.id]
        is_own = found["course_id"] == self.view.course_id
        return found[is_own], found[~is_own]


def indicators_of(survey: Survey, measure: Measure) -> list[Indicator]:
    """Return an indicator itself, or the indicators of a criterion or factor."""
    return [i for i in survey.indicators if measure.id in (i.id, i.criterion, i.factor)]


def measures(survey: Survey) -> list[Measure]:
    """List each criterion and factor with closed questions, each followed by its indicators that have some.

    An indicator that belongs to a criterion and to a factor stands after the first of the two.
    """
    items = [item for instrument in survey.instruments for item in instrument.items]
    closed = {item.indicator for item in items if survey.scale(item.scale).kind != "text"}
    found: dict[str, Measure] = {}
    for criterion in survey.criteria:
        own = [indicator for indicator in indicators_of(survey, criterion) if indicator.id in closed]
        if own:
            found[criterion.id] = criterion
        for indicator in own:
            found.setdefault(indicator.id, indicator)
    return list(found.values())
