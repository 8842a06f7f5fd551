"""The criteria of ¶4 over many courses: the mean of the courses' means, from courses with enough answers alone."""

import pandas as pd

from coursewaves.disclosure import Disclosed
from coursewaves.reports_of.response import courses_of
from coursewaves.stats import mean_interval
from coursewaves.views.subject import Subject, once


@once
def criteria_means(subject: Subject, instrument_id: str, centre_id: str = "", *, others: bool = False) -> Disclosed:
    """Return the mean of each criterion of a questionnaire, each course counting alike.

    Parameters
    ----------
    instrument_id
        The questionnaire.
    centre_id
        Only the courses of one centre; empty for all.
    others
        Whether all courses but those of the centre are meant.

    Returns
    -------
    Disclosed
        One row is one criterion: ``name``, ``n`` answers of ``n_courses`` courses with enough of them, ``mean`` (0-100)
        with the 95 % interval ``low``, ``high`` over the courses; of one course alone, over its participants.
    """
    scores = subject.year.shown_scores
    own = scores["course_id"].isin(courses_of(subject, centre_id)["course_id"])
    forms = scores[(scores["instrument_id"] == instrument_id) & (~own if others else own)]
    names = [one.id for one in subject.year.survey.criteria if one.kind == "criterion" and one.id in forms]
    rows = [row for name in names for row in _mean(forms, name, subject.least("counts"))]
    table = pd.DataFrame(rows, columns=["name", "n", "n_courses", "mean", "low", "high"])
    return subject.gate(table, "means", ["name"])


def _mean(forms: pd.DataFrame, name: str, minimum: int) -> list[list[object]]:
    found = forms.groupby("course_id", observed=True)[name].agg(["count", "mean"]).sort_index()
    enough = found[found["count"] >= minimum]
    if enough.empty:
        return []
    participants = forms.loc[forms["course_id"] == enough.index[0], name]
    values = enough["mean"] if len(enough) > 1 else participants
    told = mean_interval(values.to_numpy(dtype=float), low=0, high=100)
    return [[name, int(enough["count"].sum()), len(enough), told.mean, told.low, told.high]]
