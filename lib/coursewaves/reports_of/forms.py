"""The pooled forms of which the quality of a questionnaire is told: courses with enough answers to every question."""

from typing import Any

import pandas as pd

from coursewaves.survey.instruments import Instrument
from coursewaves.views.subject import Subject, once
from coursewaves.views.view import View


@once
def pooled_forms(subject: Subject) -> pd.DataFrame:
    """Return the forms of courses in which every question that is the same everywhere has enough answers, or none."""
    year, found = subject.year, subject.year.responses
    kept = []
    for instrument in year.survey.waves():
        forms = found[found["instrument_id"] == instrument.id]
        columns = [name for name in questions_of(subject, instrument) if name in forms]
        counts = forms[["course_id", *columns]].groupby("course_id").count()
        least = counts.where(counts > 0).min(axis=1)
        sizes = forms["course_id"].map(least.fillna(0)).to_numpy(dtype=float)
        kept.append(forms[sizes >= subject.least("counts")])
    return pd.concat(kept) if kept else found.iloc[:0]


def questions_of(subject: Subject, instrument: Instrument) -> list[str]:
    """Name the scored questions of a questionnaire that are the same in every programme."""
    survey = subject.year.survey
    return [item.id for item in instrument.items if item.repeat is None and survey.scale(item.scale).is_scored]


def wave_of(view: View, row: dict[str, Any]) -> str:
    """Return what the wave of a row is called."""
    return view.wave_name(view.year.survey.instrument(row["instrument_id"]))


def named(view: View, name: str) -> str:
    """Return the wording of a score."""
    survey = view.year.survey
    entries = {entry.id: entry for entry in [*survey.indicators, *survey.criteria, *survey.ratings]}
    return view.wording(entries[name])
