"""Compare the language versions of a questionnaire: `responses` go in, differences by item come out.

People of one course heard the same trainers in the same room, so that an item which they answer otherwise in
another language may have been worded otherwise. Between courses nothing is compared.
"""

from itertools import combinations

import numpy as np
import pandas as pd

from coursewaves.ladder import LEAST
from coursewaves.score import Scores, item_scores
from coursewaves.stats import benjamini_hochberg, linear_trend
from coursewaves.survey.instruments import Instrument, Survey

FEW = "fewer than {} answers in a version"
NO_COURSE = "no course was answered in both versions"

COLUMNS = ["instrument_id", "item_id", "first", "second", "n_first", "n_second", "n_courses", "difference", "low",
           "high", "beyond", "beyond_low", "beyond_high", "p_value", "reason"]  # fmt: skip


def compare_versions(responses: pd.DataFrame, survey: Survey) -> pd.DataFrame:
    """Compare the answers to each item between languages, within courses.

    Parameters
    ----------
    responses
        One row is one form, with its ``language``; forms without one don't count.
    survey
        The survey design; its order of languages decides which is the first of a pair.

    Returns
    -------
    DataFrame
        One row is one item and pair of languages: ``n_first`` and ``n_second`` answers of the ``n_courses`` that were
        answered in both, ``difference`` (0-100, second minus first, each person set against the own course) with its
        95 % interval ``low``, ``high``, whose error allows for people of a course answering alike. ``beyond`` with
        ``beyond_low``, ``beyond_high`` is the same of the item less the person's own mean over the other items of the
        questionnaire: what remains when those who write in one language are more content altogether. ``p_value`` is
        that of ``beyond``, ``p_value_adjusted`` Benjamini and Hochberg's over all rows: it screens items for a second
        reading and proves nothing. ``reason`` says why a figure is missing: fewer than 10 answers in a version, no
        such course, or fewer than ten courses, from which no interval follows.

    References
    ----------
    Liang & Zeger (1986), Biometrika 73, 13-22 (errors by cluster); Benjamini & Hochberg (1995), Journal of the Royal
    Statistical Society B 57, 289-300.
    """
    rows = [row for instrument in survey.waves() for row in _instrument(responses, survey, instrument)]
    found = pd.DataFrame(rows, columns=COLUMNS)
    found["p_value_adjusted"] = benjamini_hochberg(found["p_value"].to_numpy(dtype=float))
    return found


def _instrument(responses: pd.DataFrame, survey: Survey, instrument: Instrument) -> list[list[object]]:
    forms = responses[responses["instrument_id"] == instrument.id]
    columns = [item.id for item in instrument.items if item.repeat is None and survey.scale(item.scale).is_scored]
    scores = item_scores(forms, survey, columns)
    others = _others(scores)
    spoken = forms["language"].to_numpy(dtype=object)
    is_spoken = {language: spoken == language for language in survey.languages}
    used = [language for language, is_own in is_spoken.items() if is_own.any()]
    courses = pd.factorize(forms["course_id"])[0]
    return [
        [instrument.id, column, first, second,
         *_compare(scores[:, place], others[:, place], courses, is_spoken[first], is_spoken[second])]
        for first, second in combinations(used, 2)
        for place, column in enumerate(columns)
    ]  # fmt: skip


def _others(scores: Scores) -> Scores:
    """Each person's mean over the other items; nan where no other is answered."""
    is_given = np.isfinite(scores)
    filled = np.where(is_given, scores, 0.0)
    total = filled.sum(axis=1, keepdims=True) - filled
    n = is_given.sum(axis=1, keepdims=True) - is_given
    return np.asarray(np.divide(total, n, out=np.full_like(total, np.nan), where=n > 0))


def _compare(
    scores: Scores, others: Scores, courses: np.ndarray, is_first: np.ndarray, is_second: np.ndarray
) -> list[object]:
    rows = np.isfinite(scores) & (is_first | is_second) & (courses >= 0)
    table = pd.DataFrame({"course": courses[rows], "is_second": is_second[rows].astype(float)})
    table["own"], table["beyond"] = scores[rows], (scores - others)[rows]
    share = table.groupby("course")["is_second"].transform("mean")
    table = table[(share > 0) & (share < 1)]  # of courses that were answered in both
    n_second = int(table["is_second"].sum())
    counts = [len(table) - n_second, n_second, table["course"].nunique()]
    least = LEAST["means"]
    if min(counts[:2]) < least:
        return [*counts, *[np.nan] * 7, FEW.format(least) if len(table) else NO_COURSE]
    answers = table[["is_second", "own", "beyond"]]
    centred = answers - answers.groupby(table["course"]).transform("mean")
    own, beyond = (
        linear_trend(centred[name].to_numpy(), centred["is_second"].to_numpy(), table["course"], least=2)
        for name in ("own", "beyond")
    )
    reason = own.reason or (f"beyond the person {beyond.reason}" if beyond.reason else "")
    reason = reason.replace("clusters", "courses")
    return [*counts, own.slope, own.low, own.high, beyond.slope, beyond.low, beyond.high, beyond.p_value, reason]
