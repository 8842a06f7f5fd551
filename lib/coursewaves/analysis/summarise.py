"""Describe answers: `responses` and `scores` go in, tables of counts, shares and means with intervals come out."""

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from coursewaves.stats import mean_interval, share_interval
from coursewaves.survey.instruments import Instrument, Survey


def count_answers(responses: pd.DataFrame, survey: Survey, columns: list[str]) -> pd.DataFrame:
    """Count how often each step of a scale was chosen, item by item.

    Parameters
    ----------
    responses
        One row is one form.
    survey
        The survey design.
    columns
        Item columns that share one ordinal or number scale.

    Returns
    -------
    DataFrame
        One row is one item: ``item_id``, ``n`` (answers on the scale), ``n_not_applicable``, ``n_missing``,
        and one column per step of the scale, named by its code as text, from the lowest.
    """
    rows = []
    for column in columns:
        scale = survey.scale_of(column)
        low, high = (int(bound) for bound in scale.bounds)
        if column in responses:
            codes = responses[column].to_numpy(dtype=float, na_value=np.nan)
        else:
            codes = np.full(len(responses), np.nan)
        counts = {str(code): int(np.count_nonzero(codes == code)) for code in range(low, high + 1)}
        n, n_missing = sum(counts.values()), int(np.count_nonzero(np.isnan(codes)))
        row = {"item_id": column, "n": n, "n_not_applicable": len(codes) - n - n_missing, "n_missing": n_missing}
        rows.append(row | counts)
    return pd.DataFrame(rows, columns=None if rows else ["item_id", "n", "n_not_applicable", "n_missing"])


def given_answers(responses: pd.DataFrame, column: str) -> list[Any]:
    """Return the answers to an item in the order of the forms; none where no form has such a column."""
    if column not in responses:
        return []
    answers = responses[column].to_numpy(dtype=object)
    return list(answers[pd.notna(answers)])


def option_shares(responses: pd.DataFrame, survey: Survey, column: str) -> pd.DataFrame:
    """Return how many of those who answered chose each option of a closed question (¶7).

    Returns
    -------
    DataFrame
        One row is one option, in the scale's order: ``item_id``, ``code``, ``n`` (all who answered),
        ``n_chosen``, ``share`` (0-1) with Wilson's 95 % interval ``low``, ``high``. Options of a question
        with several answers add up to more than 1.

    Examples
    --------
    >>> year = cw.open_year(example)
    >>> shares = cw.option_shares(year.responses, year.survey, "A2")
    >>> bool(shares["share"].between(0, 1).all())
    True
    """
    cells = given_answers(responses, column)
    chosen = Counter(code for cell in cells for code in str(cell).split("|"))
    rows = []
    for option in survey.scale_of(column).options:
        found = share_interval(chosen[option.code], len(cells))
        shares = [found.share, found.low, found.high]
        rows.append([column, option.code, len(cells), chosen[option.code], *shares])
    return pd.DataFrame(rows, columns=["item_id", "code", "n", "n_chosen", "share", "low", "high"])


def mean_scores(scores: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return the mean of scores with its interval.

    Parameters
    ----------
    scores
        One row is one response, see `coursewaves.score`.
    names
        Score columns: indicators, criteria, factors or ratings.

    Returns
    -------
    DataFrame
        One row is one score with at least one value: ``name``, ``n``, ``mean`` (0-100) and its 95 % t
        interval ``low``, ``high`` cut to the scale; nan where one value gives none.

    Examples
    --------
    >>> year = cw.open_year(example)
    >>> wave = year.scores[year.scores["wave"] == 2]
    >>> cw.mean_scores(wave, ["rating"])["name"].tolist()  # one row is one score
    ['rating']
    """
    rows = []
    for name in names:
        found = mean_interval(scores[name].to_numpy(dtype=float), low=0, high=100)
        if found.n:
            rows.append({"name": name, "n": found.n, "mean": found.mean, "low": found.low, "high": found.high})
    return pd.DataFrame(rows, columns=["name", "n", "mean", "low", "high"])


def response_counts(course: pd.Series, outcomes: pd.DataFrame, waves: list[Instrument]) -> pd.DataFrame:
    """Count who was invited to each wave of a course and what became of the forms (¶5, ¶10).

    Parameters
    ----------
    course
        The registry's row: everybody enrolled is invited before the course, those who completed it
        afterwards.
    outcomes
        One row is one course, questionnaire and outcome, with ``n_forms``.
    waves
        The questionnaires.

    Returns
    -------
    DataFrame
        One row is one wave: ``instrument_id``, ``wave``, ``n_invited`` (missing where not registered), ``n``
        (answers kept), ``n_duplicate``, ``n_outside_window``, and ``share`` of the invited who answered (0-1,
        missing where it can't be computed).
    """
    keys = zip(outcomes["instrument_id"], outcomes["outcome"], strict=True)
    forms = dict(zip(keys, outcomes["n_forms"].tolist(), strict=True))
    rows = []
    for instrument in waves:
        people = "enrolled" if instrument.window.anchor == "starts_on" else "completed"
        n_invited, n = course.get(people), int(forms.get((instrument.id, "kept"), 0))
        share = n / n_invited if pd.notna(n_invited) and n <= n_invited and n_invited > 0 else np.nan
        uncounted = [int(forms.get((instrument.id, outcome), 0)) for outcome in ("duplicate", "outside_window")]
        rows.append([instrument.id, instrument.wave, n_invited, n, *uncounted, share])
    columns = ["instrument_id", "wave", "n_invited", "n", "n_duplicate", "n_outside_window", "share"]
    return pd.DataFrame(rows, columns=columns)
