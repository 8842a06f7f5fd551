"""List the courses with who answered: a year goes in, one row a course comes out."""

import pandas as pd

from coursewaves.analysis.summarise import response_counts
from coursewaves.errors import CoursewavesError
from coursewaves.processed.year import Year


def list_courses(year: Year, programme_id: str = "") -> pd.DataFrame:
    """List the courses of a year in the order of their ids.

    Parameters
    ----------
    year
        Of `coursewaves.open_year`.
    programme_id
        Only the courses of one programme; by default all.

    Returns
    -------
    DataFrame
        One row is one course: ``course_id``, ``programme_id``, ``starts_on``, ``ends_on``, for each questionnaire
        ``n_<its id>`` answers and ``share_<its id>`` of those invited (0-1, missing where nobody was registered), and
        of the survey's first rating ``rating_n`` and ``rating_mean`` (0-100).

    Raises
    ------
    CoursewavesError
        For a programme that there is not.
    """
    courses = year.registry.courses.sort_values("course_id")
    if programme_id and programme_id not in set(year.registry.programmes["programme_id"]):
        raise CoursewavesError.not_found(programme_id, "programmes", year.registry.programmes["programme_id"])
    chosen = courses[courses["programme_id"] == programme_id] if programme_id else courses
    outcomes = dict(iter(year.outcomes.groupby("course_id", observed=True)))
    none, waves = year.outcomes.iloc[:0], year.survey.waves()
    rows = []
    for _, course in chosen.iterrows():
        row = {name: course[name] for name in ("course_id", "programme_id", "starts_on", "ends_on")}
        for told in response_counts(course, outcomes.get(course["course_id"], none), waves).to_dict("records"):
            row |= {f"n_{told['instrument_id']}": told["n"], f"share_{told['instrument_id']}": told["share"]}
        rows.append(row)
    found = pd.DataFrame(rows, columns=None if rows else ["course_id", "programme_id", "starts_on", "ends_on"])
    return found.merge(_ratings(year), on="course_id", how="left").fillna({"rating_n": 0})


def _ratings(year: Year) -> pd.DataFrame:
    """Return the mean of the first rating by course."""
    ratings = year.survey.ratings
    if not ratings or ratings[0].id not in year.scores:
        return pd.DataFrame({"course_id": pd.Series(dtype="str"), "rating_n": 0, "rating_mean": 0.0})
    by_course = year.scores.groupby("course_id", observed=True)[ratings[0].id]
    found = by_course.agg(["count", "mean"]).reset_index()
    return found.rename(columns={"count": "rating_n", "mean": "rating_mean"})
