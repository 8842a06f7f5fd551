"""Mark forms that were sent again: the forms of all files go in, the same forms with their outcome come out.

Only forms that are kept take part, so that a late form never replaces one inside its window. Nothing is merged
over courses: one code on two rosters may be one person in two courses or two people, and both forms count
either way. Which of several forms counts is decided by what they say, never by their order in a table.
"""

from typing import Literal, get_args

import numpy as np
import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.reading.columns import Mask

Rule = Literal["last", "first", "most_complete"]
"""Which form of a linked person in a course and questionnaire counts.

``last``: the latest, of equally late ones the one with more answers. ``first``: the earliest, then likewise.
``most_complete``: the one with most answers, of equally complete ones the latest. A form without a time counts
only where no other does. What is still even is decided by the digest of the content.
"""

OWN = "self:"
"""How the ids of respondents begin that rest on a code of their own."""

_SAME_RECORD = ["course_id", "instrument_id", "content"]
_SAME_PERSON = ["course_id", "instrument_id", "respondent_id"]
_UPWARDS = {
    "last": {"submitted_at": True, "n_answered": True},
    "first": {"submitted_at": False, "n_answered": True},
    "most_complete": {"n_answered": True, "submitted_at": True},
}


def mark_copies(forms: pd.DataFrame) -> pd.DataFrame:
    """Mark records that agree in course, questionnaire, time and every cell with another: one of them counts.

    Without a time to the minute two who say the same are two people. Copies say the same, so that it makes no
    difference which counts; it is the one of the first file.
    """
    is_exact = _is_kept(forms) & forms["is_exact"].to_numpy(dtype=bool)
    return _marked(forms, _all_but_one(forms, is_exact, _SAME_RECORD, {"file": False, "row": False}))


def mark_repeats(forms: pd.DataFrame, rule: Rule = "last") -> pd.DataFrame:
    """Mark all but one form of each linked person in a course and questionnaire.

    A code of the person's own that stands in two forms names nobody: those forms stay, without a link. Marking
    twice changes nothing more.

    Parameters
    ----------
    forms
        One row is one form, with ``course_id``, ``instrument_id``, ``respondent_id``, ``submitted_at``,
        ``content`` (a digest), ``n_answered`` (needed by ``most_complete``), ``outcome``, ``file``, ``row``.
    rule
        Which form of a linked person counts, see `Rule`.

    Returns
    -------
    pandas.DataFrame
        The same rows in the same order; ``outcome`` may have become "duplicate", and ``respondent_id``
        missing where a code of one's own names two forms.

    Raises
    ------
    CoursewavesError
        If there is no such rule, or the rule needs a column that is not there.
    """
    upwards = _upwards(forms, rule)
    respondents = forms["respondent_id"].astype("str")
    is_linked = _is_kept(forms) & respondents.notna().to_numpy(dtype=bool)
    is_own = is_linked & respondents.str.startswith(OWN).to_numpy(dtype=bool, na_value=False)
    is_repeat = _all_but_one(forms, is_linked & ~is_own, _SAME_PERSON, upwards)
    is_shared = is_own.copy()
    is_shared[is_own] = forms[is_own].duplicated(_SAME_PERSON, keep=False)
    return _marked(forms, is_repeat).assign(respondent_id=respondents.mask(is_shared))


def is_in_two_courses(forms: pd.DataFrame) -> Mask:
    """Return which kept forms are the same record, to the minute, in two courses of a questionnaire.

    So it is when a file lies in the folders of two courses. Which of them is meant nobody can tell from the
    file: both forms stay, and a clerk is told.
    """
    is_exact = _is_kept(forms) & forms["is_exact"].to_numpy(dtype=bool)
    courses = forms[is_exact].groupby(["instrument_id", "content"])["course_id"].transform("nunique")
    is_in_two = np.zeros(len(forms), dtype=bool)
    is_in_two[is_exact] = courses.to_numpy() > 1
    return is_in_two


def _is_kept(forms: pd.DataFrame) -> Mask:
    return np.asarray((forms["outcome"] == "kept") & forms["course_id"].notna(), dtype=bool)


def _upwards(forms: pd.DataFrame, rule: Rule) -> dict[str, bool]:
    """Return the columns that put a person's forms in order, the one that counts last, and which rise."""
    if rule not in get_args(Rule):
        raise CoursewavesError.not_found(rule, "the rules for duplicates", get_args(Rule))
    if rule == "most_complete" and "n_answered" not in forms:
        raise CoursewavesError.not_found("n_answered", "the columns of the forms", forms.columns)
    upwards = {name: rises for name, rises in _UPWARDS[rule].items() if name in forms}
    return upwards | {"content": True, "file": False, "row": False}


def _all_but_one(forms: pd.DataFrame, among: Mask, key: list[str], upwards: dict[str, bool]) -> Mask:
    """Return all forms with equal keys but the last in order; what is missing stands first."""
    places = np.flatnonzero(among)
    places = places[forms.iloc[places].duplicated(key, keep=False).to_numpy()]
    several = forms.iloc[places].reset_index(drop=True)
    ordered = several.sort_values([*upwards], ascending=[*upwards.values()], na_position="first")
    is_earlier = ordered.duplicated(key, keep="last")
    found = np.zeros(len(forms), dtype=bool)
    found[places[ordered.index[is_earlier]]] = True
    return found


def _marked(forms: pd.DataFrame, is_duplicate: Mask) -> pd.DataFrame:
    return forms.assign(outcome=forms["outcome"].mask(is_duplicate, "duplicate"))
