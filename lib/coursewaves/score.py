"""Score responses: the table `responses` goes in, `scores` (0-100 per indicator, criterion, factor) comes out."""

from typing import Any

import numpy as np
import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.ladder import LEAST
from coursewaves.survey.instruments import Instrument, Survey

Scores = np.ndarray[Any, np.dtype[np.float64]]
Courses = np.ndarray[Any, np.dtype[np.intp]]

NEAR = 1e-9
"""Two means that lie nearer are the same; they differ by the order of adding."""

IDENTITY = ["response_id", "course_id", "instrument_id", "wave", "respondent_id"]


def check_responses(responses: pd.DataFrame, survey: Survey) -> None:
    """Refuse what is no table of responses, before it gives an empty result that looks like one.

    Raises
    ------
    CoursewavesError
        Where columns that every response has are absent, or no column is a question of the survey.
    """
    fix = "fix: give the responses of a year, such as year.responses"
    if not isinstance(responses, pd.DataFrame):
        raise CoursewavesError(f"A {type(responses).__name__} is no table of responses; {fix}")
    if absent := [name for name in ("course_id", "instrument_id", "respondent_id") if name not in responses]:
        raise CoursewavesError(f"The table has no column {absent[0]}, so it is none of responses; {fix}")
    items = [item for instrument in survey.instruments for item in instrument.items]
    asked = {column for item in items for column in survey.columns(item)}
    if len(responses) and asked.isdisjoint(responses.columns):
        raise CoursewavesError(f"No column of the table is a question of the survey; {fix}")


def item_scores(responses: pd.DataFrame, survey: Survey, columns: list[str]) -> Scores:
    """Score items: 0 is the lowest step of the scale, 100 the highest.

    Parameters
    ----------
    responses
        One row is one form.
    survey
        The survey design.
    columns
        Item columns on scored scales; columns that `responses` lacks score as missing.

    Returns
    -------
    ndarray
        Rows as in `responses`, one column per item; nan for missing and for "not applicable".
    """
    scores = np.full((len(responses), len(columns)), np.nan, order="F")  # columns are what is read and written
    for place, column in enumerate(columns):
        if column not in responses:
            continue
        scale = survey.scale_of(column)
        low, high = scale.bounds
        codes = responses[column].to_numpy(dtype=float, na_value=np.nan)
        inside = (codes >= low) & (codes <= high)  # "not applicable" stands outside the steps
        np.multiply((codes - low) / (high - low), 100, out=scores[:, place], where=inside)
    return scores


def mean_of_answered(scores: Scores, is_asked: np.ndarray[Any, Any] | None = None) -> Scores:
    """Return each row's mean over its items when at least half of those asked are answered, else nan.

    >>> mean_of_answered(np.array([[0.0, 100.0, np.nan], [50.0, np.nan, np.nan]])).tolist()
    [50.0, nan]
    """
    answered = np.isfinite(scores)
    n_answered = answered.sum(axis=1)
    n_asked = scores.shape[1] if is_asked is None else is_asked.sum(axis=1)
    total = np.where(answered, scores, 0.0).sum(axis=1)
    enough = (n_answered > 0) & (2 * n_answered >= n_asked)
    return np.where(enough, total / np.maximum(n_answered, 1), np.nan)


def score_items(responses: pd.DataFrame, survey: Survey, columns: list[str]) -> Scores:
    """Score each form over some items together; see `mean_of_answered` for the rule of half.

    A repeated item that no one of a course answered was not asked there (one programme promises three
    abilities, another five) and does not count as missing.
    """
    return _score_together(item_scores(responses, survey, columns), responses, survey, columns)


def _score_together(scores: Scores, responses: pd.DataFrame, survey: Survey, columns: list[str]) -> Scores:
    is_repeated = np.array([survey.item(column).repeat is not None for column in columns], dtype=bool)
    if not is_repeated.any():
        return mean_of_answered(scores)
    is_asked = np.ones(scores.shape, dtype=bool)
    is_asked[:, is_repeated] = _is_answered(scores[:, is_repeated], responses["course_id"])
    return mean_of_answered(scores, is_asked)


def _is_answered(scores: Scores, course_ids: pd.Series) -> np.ndarray[Any, Any]:
    """Whether anyone of a row's course answered an item."""
    codes, courses = pd.factorize(course_ids, use_na_sentinel=False)
    answered = np.zeros((len(courses), scores.shape[1]), dtype=bool)
    np.logical_or.at(answered, codes, np.isfinite(scores))
    return np.asarray(answered[codes])


def score_responses(responses: pd.DataFrame, survey: Survey) -> pd.DataFrame:
    """Score every response by indicator, criterion, factor and rating (¶4, ¶16).

    Parameters
    ----------
    responses
        One row is one form, see `coursewaves.intake.responses`.
    survey
        The survey design.

    Returns
    -------
    DataFrame
        One row is one response, in the same order: `IDENTITY`, then one column per indicator, criterion,
        factor and rating, 0-100; nan where the response's questionnaire does not ask it or fewer than half of
        its items are answered. Scores of one criterion in two waves rest on different items: only declared
        pairs may be compared.

    Examples
    --------
    >>> year = cw.open_year(example)
    >>> scores = cw.score_responses(year.responses, year.survey)
    >>> len(scores) == len(year.responses), "rating" in scores
    (True, True)
    """
    check_responses(responses, survey)
    scores = responses[IDENTITY].copy()
    names = score_names(survey)
    values = {name: np.full(len(responses), np.nan) for name in names}
    for instrument in survey.waves():
        rows = (responses["instrument_id"] == instrument.id).to_numpy()
        if rows.any():
            found = _score_instrument(responses[rows], survey, instrument)
            for name, column in found.items():
                values[name][rows] = column
    return pd.concat([scores, pd.DataFrame(values, index=responses.index)], axis=1)


def level_scores(
    scores: pd.DataFrame, responses: pd.DataFrame, survey: Survey, minimum: int = LEAST["counts"]
) -> pd.DataFrame:  # fmt: skip
    """Move the scores of each course so that their mean is the mean of its questions' means.

    Pages show how often each step of a question was chosen. A mean of people's own means would give the answers of
    one who left a question out more weight; who takes the questions away from it would have them.

    Parameters
    ----------
    scores
        As of `score_responses`.
    responses, survey
        What they were made of; scores of forms that are not there stay.
    minimum
        A question that fewer people of a course answered counts for nothing in its means.

    Returns
    -------
    DataFrame
        The same rows. Within a course all scores move together towards one end of 0-100, so that order and ties stay;
        where nobody left anything out nothing moves.
    """
    if not np.array_equal(scores["response_id"], responses["response_id"]):
        forms = responses.drop_duplicates("response_id").set_index("response_id")
        responses = forms.reindex(scores["response_id"]).reset_index().set_axis(scores.index)
    columns = {name: scores[name].to_numpy(dtype=float, copy=True) for name in score_names(survey) if name in scores}
    for instrument in survey.waves():
        rows = (responses["instrument_id"] == instrument.id).to_numpy()
        if rows.any():
            own = {name: columns[name][rows] for name in composition(survey, instrument)}
            for name, moved in _level_instrument(own, responses[rows], survey, instrument, minimum).items():
                columns[name][rows] = moved
    return scores.assign(**columns)


def _level_instrument(
    own: dict[str, Scores], forms: pd.DataFrame, survey: Survey, instrument: Instrument, minimum: int
) -> dict[str, Scores]:  # fmt: skip
    """Level the scores of one questionnaire: ratings with their criteria as these are then, all others with items."""
    made_of, ratings = composition(survey, instrument), {rating.id for rating in survey.ratings}
    items = _items(made_of, ratings)
    places, values = {column: place for place, column in enumerate(items)}, item_scores(forms, survey, items)
    courses = pd.factorize(forms["course_id"], use_na_sentinel=False)[0]
    found: dict[str, Scores] = {}
    for name, parts in made_of.items():
        if name in ratings:
            of_parts = np.column_stack([found[part] for part in parts])
        else:
            of_parts = values[:, [places[part] for part in parts]]
        found[name] = _levelled(own[name], of_parts, courses, minimum)
    return found


def _levelled(scores: Scores, parts: Scores, courses: Courses, minimum: int) -> Scores:
    n, mean, level = levels(scores, parts, courses, minimum)
    with np.errstate(divide="ignore", invalid="ignore"):  # of a course without scores, and of one at an end
        lower, higher = (level / mean)[courses], ((100 - level) / (100 - mean))[courses]
    moved = np.where(higher < 1, 100 - (100 - scores) * higher, scores * lower)
    is_level = (np.abs(level - mean) < NEAR) | (n == 0)
    return np.where(is_level[courses], scores, moved)


def levels(scores: Scores, parts: Scores, courses: Courses, minimum: int) -> tuple[Scores, Scores, Scores]:
    """Return for each course the number of scores, their mean, and the mean of the means of their parts.

    Parameters
    ----------
    scores, parts
        One row is one form: its score, and the items that it is made of.
    courses
        The number of each form's course, from 0.
    minimum
        Parts that fewer forms of a course have are left out; where none is left, the mean of the scores stays.
    """
    n, total = _sums(scores, courses)
    n_parts, totals = (np.column_stack(sums) for sums in zip(*(_sums(part, courses) for part in parts.T), strict=True))
    is_told = n_parts >= max(minimum, 1)
    own = np.where(is_told, totals / np.maximum(n_parts, 1), 0.0).sum(axis=1)
    mean = total / np.maximum(n, 1)
    return n, mean, np.where(is_told.any(axis=1), own / np.maximum(is_told.sum(axis=1), 1), mean)


def _sums(values: Scores, courses: Courses) -> tuple[Scores, Scores]:
    """Return for each course how many values there are, and their sum."""
    is_given, size = np.isfinite(values), int(courses.max()) + 1
    n = np.bincount(courses, is_given, size).astype(np.float64)
    return n, np.bincount(courses, np.where(is_given, values, 0.0), size).astype(np.float64)


def score_names(survey: Survey) -> list[str]:
    """Return the names of all score columns: indicators, criteria with factors, ratings that have scored items."""
    scored = [name for instrument in survey.instruments for name in composition(survey, instrument)]
    entries = [*survey.indicators, *survey.criteria, *survey.ratings]
    return [entry.id for entry in entries if entry.id in scored]


def composition(survey: Survey, instrument: Instrument) -> dict[str, list[str]]:
    """Return what each score of a questionnaire is made of: columns, for a rating the names of its criteria."""
    columns: dict[str, list[str]] = {}
    for item in instrument.items:
        if item.indicator is not None and survey.scale(item.scale).is_scored:
            columns.setdefault(item.indicator, []).extend(survey.columns(item))
    found = dict(columns)
    rated = [survey.indicator(name) for name in columns if survey.indicator(name).in_criterion]
    for criterion in survey.criteria:
        own = [name for i in rated if criterion.id in (i.factor, i.criterion) for name in columns[i.id]]
        if own and criterion.kind != "background":
            found[criterion.id] = own
    for rating in survey.ratings:
        parts = [name for name in rating.criteria if name in found]
        if rating.instrument == instrument.id and parts:
            found[rating.id] = parts
    return found


def _items(made_of: dict[str, list[str]], ratings: set[str]) -> list[str]:
    """Return the columns of items that scores are made of, each once."""
    return list(dict.fromkeys(part for name, parts in made_of.items() if name not in ratings for part in parts))


def _score_instrument(responses: pd.DataFrame, survey: Survey, instrument: Instrument) -> dict[str, Scores]:
    ratings = {rating.id for rating in survey.ratings}
    made_of = composition(survey, instrument)
    columns = _items(made_of, ratings)
    scores = item_scores(responses, survey, columns)
    places = {column: place for place, column in enumerate(columns)}
    found: dict[str, Scores] = {}
    for name, parts in made_of.items():
        if name in ratings:
            found[name] = mean_of_answered(np.column_stack([found[part] for part in parts]))
        else:
            own = scores[:, [places[part] for part in parts]]
            found[name] = _score_together(own, responses, survey, parts)
    return found
