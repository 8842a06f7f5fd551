"""Show what careless answering could change: `responses` and `scores` go in, figures with and without come out.

A flag is no verdict: with 25 related items, 5 to 14 % of honest and very satisfied people give one answer
throughout, and leaving them out lowers the mean. Nothing is ever deleted.
"""

import numpy as np
import pandas as pd

from coursewaves.ladder import LEAST
from coursewaves.stats import longstring, mahalanobis, mean_interval, share_interval, within_person_deviation
from coursewaves.survey.instruments import Survey

FEW = "fewer than {} answers"


def flag_careless(responses: pd.DataFrame, survey: Survey) -> pd.DataFrame:
    """Describe how each form was answered.

    Returns
    -------
    DataFrame
        One row is one form: ``response_id``, ``course_id``, ``instrument_id``, ``n_answered`` (ratings on labelled
        steps, repeated ones apart), ``longest_run`` of one answer in the order asked, ``deviation`` of the person's
        own answers in steps, ``distance`` (squared Mahalanobis distance from all forms of the questionnaire; missing
        for incomplete forms, and for all under three forms an item), and ``is_straightlined`` as the intake marked
        it.

    References
    ----------
    Johnson (2005); Dunn, Heggestad, Shanock & Theilgard (2018); Meade & Craig (2012): see
    `coursewaves.stats.straightlining`.
    """
    tables = [_described(responses[responses["instrument_id"] == one.id], survey, one.id) for one in survey.waves()]
    return pd.concat(tables, ignore_index=True)


def _described(forms: pd.DataFrame, survey: Survey, instrument_id: str) -> pd.DataFrame:
    items = survey.instrument(instrument_id).items
    columns = [item.id for item in items if survey.scale(item.scale).kind == "ordinal" and not item.repeat]
    answers = np.full((len(forms), len(columns)), np.nan)
    for place, column in enumerate(name for name in columns if name in forms):
        codes = forms[column].to_numpy(dtype=float, na_value=np.nan)
        low, high = survey.scale_of(column).bounds
        answers[:, place] = np.where((codes >= low) & (codes <= high), codes, np.nan)
    found = forms[["response_id", "course_id", "instrument_id"]].reset_index(drop=True)
    return found.assign(
        n_answered=np.isfinite(answers).sum(axis=1),
        longest_run=longstring(answers),
        deviation=within_person_deviation(answers),
        distance=mahalanobis(answers),
        is_straightlined=forms["is_straightlined"].to_numpy(dtype=bool),
    )


def with_and_without(scores: pd.DataFrame, is_flagged: pd.Series, names: list[str]) -> pd.DataFrame:
    """Set the mean of scores beside that without the flagged forms.

    Parameters
    ----------
    scores
        One row is one response, see `coursewaves.score`.
    is_flagged
        Whether each of these rows is flagged, ``is_straightlined`` say.
    names
        Score columns.

    Returns
    -------
    DataFrame
        One row is one questionnaire and score: ``n``, ``n_flagged`` and ``flagged_share`` (0-1) with Wilson's 95 %
        interval ``flagged_low``, ``flagged_high``; ``mean`` (0-100) with its 95 % t interval ``low``, ``high``; the
        same of the others (``mean_without``, ``low_without``, ``high_without``), and ``difference``, without minus
        with. Figures under the ladder's 10 answers are missing, and ``reason`` says so.
    """
    rows = []
    for instrument_id, forms in scores.groupby("instrument_id", observed=True):
        flags = is_flagged[forms.index].to_numpy(dtype=bool)
        for name in names:
            values = forms[name].to_numpy(dtype=float)
            if np.isfinite(values).any():
                rows.append([instrument_id, name, *_both(values, flags)])
    columns = ["instrument_id", "name", "n", "n_flagged", "flagged_share", "flagged_low", "flagged_high", "mean", "low",
               "high", "mean_without", "low_without", "high_without", "difference", "reason"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _both(values: np.ndarray, flags: np.ndarray) -> list[object]:
    is_given = np.isfinite(values)
    n, n_flagged = int(is_given.sum()), int((is_given & flags).sum())
    shares = list(share_interval(n_flagged, n)[:3]) if n >= LEAST["shares"] else [np.nan] * 3
    means, reasons = zip(*(_mean(kept) for kept in (values, values[~flags])), strict=True)
    reason = reasons[0] or (f"without the flagged {reasons[1]}" if reasons[1] else "")
    return [n, n_flagged, *shares, *means[0], *means[1], means[1][0] - means[0][0], reason]


def _mean(values: np.ndarray) -> tuple[list[float], str]:
    """Return the mean with the ends of its interval, and why one of them is missing."""
    found = mean_interval(values, low=0, high=100)
    if found.n < LEAST["means"]:
        return [np.nan] * 3, FEW.format(LEAST["means"])
    return [found.mean, found.low, found.high], found.reason
