"""Link the forms of a person and let one of them count: the forms of all files go in, linked ones come out.

Who gave a form is told by the roster's code, else by a code of the person's own, one slip of the pen allowed;
never by the order of rows. Everything works for forms that are not linked at all.
"""

import pandas as pd

from coursewaves.intake.duplicates import OWN, Rule, is_in_two_courses, mark_copies, mark_repeats
from coursewaves.intake.near_codes import link_near
from coursewaves.privacy.pseudonyms import Pseudonyms
from coursewaves.problems import Problem


def link_people(forms: pd.DataFrame, rule: Rule, pseudonyms: Pseudonyms) -> tuple[pd.DataFrame, list[Problem]]:
    """Link the forms of each person within a course, and mark those that were sent again.

    Parameters
    ----------
    forms
        One row is one form, see `coursewaves.intake.forms.make_forms`: ``respondent_id`` where the roster has the
        person, ``own_code`` as the person typed it.
    rule
        Which of a linked person's forms in a course and questionnaire counts.
    pseudonyms
        What stands for a code of the person's own, which is made of names and days: within its course alone.

    Returns
    -------
    tuple
        The same rows with ``respondent_id`` and ``outcome``, and a problem for each near link and each form
        that does not count.
    """
    forms = mark_copies(forms)
    is_open = (forms["outcome"] == "kept") & forms["respondent_id"].isna()
    near = link_near(forms["own_code"].where(is_open), forms["course_id"], forms["wave"])
    forms = forms.assign(respondent_id=forms["respondent_id"].fillna(OWN + near.links))
    forms = _disguised(mark_repeats(forms, rule), pseudonyms)
    problems = [_near(forms, form, other) for form, other in near.pairs[["form_from", "form_to"]].to_numpy().tolist()]
    problems += _each(forms, forms["outcome"] == "duplicate", "the same person or record again", "one of them counts")
    in_two = pd.Series(is_in_two_courses(forms), index=forms.index)
    problems += _each(forms, in_two, "the same record in two courses", "both are kept")
    return forms, problems


def _disguised(forms: pd.DataFrame, pseudonyms: Pseudonyms) -> pd.DataFrame:
    ids = forms["respondent_id"]
    own = ids[ids.str.startswith(OWN).fillna(value=False).astype(bool)]
    pairs = forms.loc[own.index, "course_id"] + " " + own.str.removeprefix(OWN)
    return forms.assign(respondent_id=ids.where(~ids.index.isin(own.index), _of(pairs, pseudonyms)))


def _of(pairs: pd.Series, pseudonyms: Pseudonyms) -> pd.Series:
    return pd.Series(pseudonyms.of("self", pairs.tolist()), index=pairs.index, dtype="str")


def _near(forms: pd.DataFrame, form: int, other: int) -> Problem:
    (file, row), (other_file, other_row) = forms.loc[[form, other], ["file", "row"]].to_numpy().tolist()
    seen = f"a code of the person's own that is one sign off that in {other_file}, row {other_row}"
    fix = "nothing, if it is the same person; else correct the code"
    return Problem(file, row, "", "", "E-NEAR", seen, "linked as one person", fix)


def _each(forms: pd.DataFrame, rows: pd.Series, seen: str, done: str) -> list[Problem]:
    found = forms.loc[rows, ["file", "row"]]
    return [
        Problem(str(file), int(row), "", "", "E-DUPLICATE", seen, done, "nothing")
        for file, row in zip(found["file"], found["row"], strict=True)
    ]
