"""Compare courses as if all had the same participants (¶17): `scores` go in, adjusted courses and scores come out.

A course of heads of kindergartens and one of beginners are not alike even where both are good. Means are moved
to the mix of all participants by age, experience, role and region before courses are set beside each other; the
councils' verdict itself rests on what participants said.
"""

import numpy as np
import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.ladder import LEAST
from coursewaves.stats import case_mix
from coursewaves.stats.values import Numbers

CHARACTERISTICS = ("age_band", "experience_band", "role", "region_id")
"""What participants differ in before a course begins; columns of `responses`."""

NOT_STATED, RARE = "not stated", "rare"

NORMAL = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""

COLUMNS = ["course_id", "n", "mean", "adjusted", "difference", "low", "high"]


def adjust_courses(scores: pd.DataFrame, responses: pd.DataFrame, score_id: str) -> pd.DataFrame:
    """Adjust the mean score of each course to the mix of all participants (¶17).

    Parameters
    ----------
    scores
        One row is one response.
    responses
        The responses with `CHARACTERISTICS`; one that nobody stated is left out, a class of fewer than ten
        people is joined with other rare ones, and who stated nothing is a class too.
    score_id
        The score's column.

    Returns
    -------
    DataFrame
        One row is one course, in the order of its name: ``course_id``, ``n``, ``mean`` as it is, ``adjusted``,
        the ``difference`` that the mix makes (adjusted minus mean) and the 95 % interval ``low``, ``high`` of
        the adjusted mean; nan where there are too few answers to adjust.

    Raises
    ------
    CoursewavesError
        Where there is no such score.
    """
    if score_id not in scores:
        raise CoursewavesError.not_found(score_id, "the scores", scores.columns)
    rated = scores.loc[scores[score_id].notna() & scores["course_id"].notna(), ["response_id", "course_id", score_id]]
    rated = rated.sort_values(["course_id", "response_id"])
    people = responses.set_index("response_id").reindex(rated["response_id"])
    classes = [_classes(people[name]) for name in CHARACTERISTICS if name in people and people[name].notna().any()]
    courses = rated["course_id"].tolist()
    found = case_mix(rated[score_id].to_numpy(dtype=float), courses, classes or [[NOT_STATED] * len(courses)])
    half = NORMAL * found.errors
    moved = found.adjusted - found.crude
    columns = [found.groups, found.n, found.crude, found.adjusted, moved, found.adjusted - half, found.adjusted + half]
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def standardise_scores(scores: pd.DataFrame, responses: pd.DataFrame, score_id: str) -> pd.DataFrame:
    """Move one score of every response so that each course has its adjusted mean; see `adjust_courses`.

    Answers keep their distances within a course. A course that can't be adjusted stays as it is.
    """
    found = adjust_courses(scores, responses, score_id)
    moved = dict(zip(found["course_id"], found["difference"].fillna(0.0), strict=True))
    return scores.assign(**{score_id: scores[score_id] + _shifts(scores["course_id"], moved)})


def _shifts(course_ids: pd.Series, moved: dict[str, float]) -> Numbers:
    return np.array([moved.get(course_id, 0.0) for course_id in course_ids], dtype=np.float64)


def _classes(values: pd.Series) -> list[str]:
    stated = values.astype("object").where(values.notna(), NOT_STATED).astype("str")
    return stated.where(stated.map(stated.value_counts()) >= LEAST["means"], RARE).tolist()
