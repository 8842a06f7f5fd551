"""Decide for each record which wave it belongs to, where one form serves several; nothing is guessed.

What a record answers and when it was sent must agree: waves 2 and 3 may come through one link (¶8, ¶9), and no
answer may count in both.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from coursewaves.reading.columns import Mask

UNDECIDED = -1

Places = np.ndarray[Any, np.dtype[np.int64]]


def decide_waves(
    answered: Sequence[Mask],
    inside: Sequence[Mask],
    declared: pd.Series | None = None,
    waves: Sequence[int] = (),
) -> Places:
    """Return the place of each record's questionnaire, `UNDECIDED` where none can be told.

    Parameters
    ----------
    answered
        For each questionnaire, which records answer a question that it alone asks.
    inside
        For each questionnaire, which records lie in the window of their course.
    declared
        The wave that each record names itself, missing where it names none.
    waves
        Wave of each questionnaire, where waves are declared.

    Returns
    -------
    ndarray
        Decided by the declared wave; else by the only questionnaire answered, unless the record lies in the
        window of another alone; else by the only window. A record that answers questions of two is undecided.
    """
    is_answered, is_inside = np.array(answered), np.array(inside)
    if declared is not None:
        own = np.array(waves)[:, None]
        named = declared.to_numpy(dtype=float, na_value=np.nan)
        allowed = np.isnan(named) | (own == named)
        is_contrary = (is_answered & ~allowed).any(axis=0)
        is_inside = np.where(np.isnan(named), is_inside, allowed)
    else:
        allowed, is_contrary = np.ones_like(is_answered), np.zeros(is_answered.shape[1], dtype=bool)
    by_answers = _only(is_answered)
    by_date = _only(is_inside & allowed)
    has_answers = is_answered.any(axis=0)
    agrees = (by_date == by_answers) | (by_date == UNDECIDED)
    decided = np.where(has_answers, np.where(agrees, by_answers, UNDECIDED), by_date)
    return np.where(is_contrary, UNDECIDED, decided)


def _only(holds: np.ndarray[Any, np.dtype[np.bool_]]) -> Places:
    """Return the only place at which each record holds, else `UNDECIDED`."""
    return np.where(holds.sum(axis=0) == 1, holds.argmax(axis=0), UNDECIDED)
