"""Leave small courses out of sums over several: what is said of all less what is said of each tells of a small one.

A course report hides what rests on few people. Whoever takes its figures, and those of the other courses, away from a
figure over all of them must not get it back: only courses with enough answers of their own are summed.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from coursewaves.analysis.compare import is_scored
from coursewaves.analysis.sides import occasions_of
from coursewaves.survey.instruments import Pair, Survey


def blank_small_values(table: pd.DataFrame, names: list[str], minimum: int) -> pd.DataFrame:
    """Blank each column in the courses that have fewer values of it than the minimum.

    >>> table = pd.DataFrame({"course_id": ["A", "A", "B"], "K1": [50.0, 75.0, 100.0]})
    >>> blank_small_values(table, ["K1"], 2)["K1"].tolist()
    [50.0, 75.0, nan]
    """
    counts = table[names].notna().groupby(table["course_id"]).transform("sum")
    return table.assign(**{name: table[name].where(counts[name] >= minimum) for name in names})


def blank_small_sides(responses: pd.DataFrame, survey: Survey, minimum: int) -> pd.DataFrame:
    """Blank what a course tells of a declared pair by fewer people than the minimum.

    The questions of a side that so few answered are blanked in that course; where so few linked people answered both
    sides, the links of that course are.
    """
    found = [forms for _, forms in responses.groupby("course_id")]
    cleared = [_cleared(forms, survey, minimum) for forms in found]
    return pd.concat(cleared).reindex(responses.index) if cleared else responses


def few_alone(responses: pd.DataFrame, survey: Survey, minimum: int) -> frozenset[str]:
    """Name the declared pairs of which in some course fewer people than the minimum answered one side alone.

    What the linked people tell less what all tell would be theirs; so it would where other courses are taken away.

    >>> from coursewaves.survey.files import load_survey
    >>> few_alone(pd.DataFrame({"course_id": [], "respondent_id": [], "instrument_id": []}), load_survey(), 5)
    frozenset()
    """
    found = set()
    for _, forms in responses.groupby("course_id"):
        occasions = occasions_of(forms, survey)
        for pair in _scored_pairs(survey):
            earlier, later = (np.isfinite(side) for side in occasions.sides(pair))
            found |= {pair.id} if 0 < int((earlier ^ later).sum()) < minimum else set()
    return frozenset(found)


def _scored_pairs(survey: Survey) -> Iterator[Pair]:
    return (pair for construct in survey.constructs for pair in construct.pairs if is_scored(survey, pair))


def _cleared(forms: pd.DataFrame, survey: Survey, minimum: int) -> pd.DataFrame:
    """Blank one course's small sides until none is left: a blanked question may make another side small."""
    while True:
        columns, is_linked_small = _small(forms, survey, minimum)
        if is_linked_small:
            forms = forms.assign(respondent_id=pd.Series(None, index=forms.index, dtype=forms["respondent_id"].dtype))
        if columns:
            forms = forms.assign(**dict.fromkeys(columns, np.nan))
        if not columns and not is_linked_small:
            return forms


def _small(forms: pd.DataFrame, survey: Survey, minimum: int) -> tuple[list[str], bool]:
    """Return the columns of small sides, and whether too few linked people answered both sides of a pair."""
    occasions = occasions_of(forms, survey)
    columns: list[str] = []
    is_linked_small = False
    for pair in _scored_pairs(survey):
        sides = [np.isfinite(side) for side in occasions.sides(pair)]
        n_both = int((sides[0] & sides[1]).sum())
        earlier, later = occasions.places(pair)
        is_one_form = earlier == later
        small = [
            items
            for items, side in zip((pair.earlier, pair.later), sides, strict=True)
            if 0 < int(side.sum()) < minimum or (is_one_form and 0 < n_both < minimum)
        ]
        columns += [name for items in small for name in survey.columns_of(items) if name in forms]
        is_linked_small |= not is_one_form and 0 < n_both < minimum
    return columns, is_linked_small
