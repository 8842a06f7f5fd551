"""Say what goes together with a programme's rating (¶16): `scores` go in, factors with their weight come out.

The regulation names the factors: direct ones (content, methodology, trainers' mastery) and indirect ones
(infrastructure, participants' mood). Their importance is pooled over all courses, within courses; a programme's
gap to the mean of all is split into parts that add up to it. All of this is association, not cause.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from coursewaves.analysis.standardise import CHARACTERISTICS
from coursewaves.ladder import LEAST
from coursewaves.score import composition
from coursewaves.stats import gap_decomposition, importance_interval, mean_interval, share_interval
from coursewaves.stats.values import NAN
from coursewaves.survey.instruments import Survey

KINDS = ("direct_factor", "indirect_factor")
UNEXPLAINED = "unexplained"

LEAST_FOR_WEIGHTS, LEAST_FOR_RANKS = 100, 200
"""Pooled answers from which importance is given at all, and from which its order means something."""

IMPORTANCE = ["factor_id", "kind", "share", "low", "high", "first", "n", "n_courses", "standing", "reason"]
PARTS = ["factor_id", "kind", "n", "mean", "low", "high", "mean_of_all", "weight", "part", "part_low", "part_high",
         "stands_out"]  # fmt: skip
COMPOSITION = ["characteristic", "code", "n", "n_all", "share", "low", "high", "n_others", "n_all_others",
               "share_others"]  # fmt: skip
QUADRANTS = {(True, False): "concentrate here", (True, True): "low priority", (False, False): "keep up",
             (False, True): "possible overkill"}  # fmt: skip
"""Whether a factor lies below the threshold, and whether it is surely less important than the average."""

MAP = ["factor_id", "n", "importance", "mean", "quadrant"]


class FactorGaps(NamedTuple):
    """A programme's distance from the mean of all, in parts.

    Attributes
    ----------
    gap
        Mean rating of the programme less that of all, in points of 0-100.
    n
        Ratings of the programme with all its factors.
    parts
        One row is one factor, and the last what is ``unexplained``: ``n``, the programme's ``mean`` with its
        95 % interval ``low``, ``high``, the ``mean_of_all``, the pooled ``weight`` (points of the rating that
        go with one point of the factor), the ``part`` of the gap with its interval, and whether the factor
        ``stands_out``: lies lower than the programme's factors do on the whole.
    reason
        Why a figure is nan; empty where all is well.
    """

    gap: float
    n: int
    parts: pd.DataFrame
    reason: str


def named_factors(survey: Survey, scores: pd.DataFrame) -> dict[str, str]:
    """Return the factors that the questionnaire of the first rating measures, with their kinds, direct first."""
    if not survey.ratings:
        return {}
    asked = composition(survey, survey.instrument(survey.ratings[0].instrument))
    return {
        criterion.id: criterion.kind
        for kind in KINDS
        for criterion in survey.criteria
        if criterion.kind == kind and criterion.id in asked and criterion.id in scores
    }


def factor_importance(scores: pd.DataFrame, survey: Survey, minimum: int = LEAST["counts"]) -> pd.DataFrame:
    """Share out what the named factors explain of the rating, pooled over all courses (LMG, ¶16).

    What differs between courses doesn't count. The outcome is the rating without the criteria that share
    questions with a factor: a thing explains itself.

    Returns
    -------
    DataFrame
        One row is one factor, then one for direct and one for indirect factors together (``factor_id`` is the
        kind): ``share`` (0-1) of the variance within courses with the 95 % interval ``low``, ``high`` of a
        bootstrap by course, how often it was ``first`` among resamples, ``n`` ratings in ``n_courses``. Its
        ``standing`` is ``ranked`` from 200 ratings, ``tentative`` from 100, else ``not given`` and no figure
        is there; ``reason`` says why a figure is nan. No row where the survey has no factor.

    References
    ----------
    Lindeman, Merenda & Gold (1980); Groemping (2007), The American Statistician 61, 139-147.
    """
    factors = named_factors(survey, scores)
    if not factors:
        return pd.DataFrame(columns=IMPORTANCE)
    rows = _complete(scores.assign(**{UNEXPLAINED: _without_factors(scores, survey)}), UNEXPLAINED, factors, minimum)
    outcome, predictors, courses = rows[UNEXPLAINED], rows[list(factors)], rows["course_id"].tolist()
    groups = {kind: [name for name in factors if factors[name] == kind] for kind in KINDS}
    grouped = {kind: names for kind, names in groups.items() if names}
    single = importance_interval(outcome, predictors, courses)
    together = importance_interval(outcome, predictors, courses, grouped)
    found = []
    for names, result in (([*factors], single), ([*grouped], together)):
        is_given = result.n >= LEAST_FOR_WEIGHTS
        figures = [result.shares, result.low, result.high, result.first]
        for place, name in enumerate(names):
            told = [float(figure[place]) if is_given else NAN for figure in figures]
            reason = result.reason if is_given else f"fewer than {LEAST_FOR_WEIGHTS} answers of all courses"
            counts = [result.n, result.n_clusters, _standing(result.n), reason]
            found.append([name, factors.get(name, name), *told, *counts])
    return pd.DataFrame(found, columns=IMPORTANCE)


def factor_gaps(
    scores: pd.DataFrame, courses: pd.DataFrame, survey: Survey, programme_id: str, minimum: int = LEAST["counts"]
) -> FactorGaps:
    """Split a programme's gap to the mean of all into parts that add up to it (¶16).

    A part is the pooled weight of a factor within courses times the programme's own distance on it. Courses
    with fewer ratings than the minimum are left out.

    References
    ----------
    Oaxaca (1973), International Economic Review 14, 693-709; Raudenbush & Bryk (2002), Hierarchical Linear
    Models, chapter 5.
    """
    factors = named_factors(survey, scores)
    rating_id = survey.ratings[0].id if survey.ratings else ""
    programme_of = dict(zip(courses["course_id"], courses["programme_id"], strict=True))
    rows = _complete(scores, rating_id, factors, minimum) if factors else scores.iloc[:0]
    units = [programme_of.get(course_id) for course_id in rows["course_id"]]
    own = rows[np.array([unit == programme_id for unit in units], dtype=bool)]
    if own.empty:
        return FactorGaps(NAN, 0, pd.DataFrame(columns=PARTS), "too few ratings of the programme")
    found = gap_decomposition(
        rows[rating_id], rows[list(factors)], programme_id, rows["course_id"].tolist(), units=units
    )
    stands_out = _standing_out(own[list(factors)], rows[list(factors)])
    parts = []
    for place, (name, kind) in enumerate(factors.items()):
        mean = mean_interval(own[name].to_numpy(dtype=float), low=0, high=100)
        level = [mean.mean, mean.low, mean.high, float(rows[name].mean())]
        part = [float(figure[place]) for figure in (found.weights, found.parts, found.low, found.high)]
        parts.append([name, kind, mean.n, *level, *part, stands_out[name]])
    rest = [UNEXPLAINED, UNEXPLAINED, len(own), *[NAN] * 5, found.unexplained, NAN, NAN, False]
    return FactorGaps(found.gap, found.n, pd.DataFrame([*parts, rest], columns=PARTS), found.reason)


def cohort_composition(responses: pd.DataFrame, courses: pd.DataFrame, programme_id: str) -> pd.DataFrame:
    """Set the participants of a programme beside those of all others (¶16-17).

    `responses` are those of one questionnaire, so that nobody counts twice.

    Returns
    -------
    DataFrame
        One row is one class of one characteristic: ``characteristic``, ``code``, ``n`` people of ``n_all`` who
        stated it, their ``share`` (0-1) with Wilson's 95 % interval ``low``, ``high``, and ``n_others``,
        ``n_all_others`` and ``share_others`` in the other programmes; nan where nobody stated it.
    """
    mine = set(courses.loc[courses["programme_id"] == programme_id, "course_id"])
    is_own = responses["course_id"].isin(mine)
    rows = []
    for name in CHARACTERISTICS:
        if name not in responses:
            continue
        own, others = (responses.loc[chosen, name].dropna().astype("str") for chosen in (is_own, ~is_own))
        for code in sorted({*own, *others}):
            n, n_others = int((own == code).sum()), int((others == code).sum())
            found = share_interval(n, len(own))
            beside = [n_others, len(others), n_others / len(others) if len(others) else NAN]
            rows.append([name, code, n, len(own), found.share, found.low, found.high, *beside])
    return pd.DataFrame(rows, columns=COMPOSITION)


def importance_performance(importance: pd.DataFrame, gaps: FactorGaps, threshold: float) -> pd.DataFrame:
    """Place the factors by importance and by how the programme was rated on them.

    Returns
    -------
    DataFrame
        One row is one factor: ``n``, ``importance`` (share of the variance), ``mean`` (0-100) and its
        ``quadrant``: ``concentrate here`` and ``low priority`` lie below the threshold, ``keep up`` and
        ``possible overkill`` not. The second and the fourth are surely less important than the average
        factor: their interval lies below it. No row where importance is not given.

    References
    ----------
    Martilla & James (1977), Journal of Marketing 41(1), 77-79.
    """
    shares = dict(zip(importance["factor_id"], importance["share"], strict=True))
    tops = dict(zip(importance["factor_id"], importance["high"], strict=True))
    parts = gaps.parts[gaps.parts["factor_id"] != UNEXPLAINED]
    names = [name for name in parts["factor_id"] if not np.isnan(shares.get(name, NAN))]
    average = float(np.mean([shares[name] for name in names])) if names else NAN
    rows = []
    for row in parts[parts["factor_id"].isin(names)].to_dict("records"):
        name, is_light = row["factor_id"], tops[row["factor_id"]] < average
        quadrant = QUADRANTS[bool(row["mean"] < threshold), bool(is_light)]
        rows.append([name, row["n"], shares[name], row["mean"], quadrant])
    return pd.DataFrame(rows, columns=MAP)


def _complete(scores: pd.DataFrame, outcome: str, factors: dict[str, str], minimum: int) -> pd.DataFrame:
    """Return the rows with the outcome and all factors, of courses that have enough of them; in a fixed order."""
    names = [outcome, *factors]
    rows = scores.loc[scores[names].notna().all(axis=1) & scores["course_id"].notna(), ["course_id", *names]]
    sizes = rows.groupby("course_id")[outcome].transform("size")
    return rows[sizes >= minimum].sort_values(["course_id", *names], ignore_index=True).astype(
        dict.fromkeys(names, "float64")
    )  # fmt: skip


def _without_factors(scores: pd.DataFrame, survey: Survey) -> pd.Series:
    """Return the mean of the rating's criteria that share no question with a factor; the rating where all do."""
    rating = survey.ratings[0]
    asked = composition(survey, survey.instrument(rating.instrument))
    taken = {column for name in named_factors(survey, scores) for column in asked[name]}
    free = [name for name in rating.criteria if name in asked and name in scores and not taken & {*asked[name]}]
    is_rated = scores[rating.id].notna()
    return (scores[free].mean(axis=1) if free else scores[rating.id]).where(is_rated)


def _standing_out(own: pd.DataFrame, everybody: pd.DataFrame) -> dict[str, bool]:
    """Tell which factors lie lower, against all, than the programme's factors do on the whole.

    Each respondent is compared with themselves, all factors at once (Bonferroni), so that a programme that is
    rated low throughout has no factor that stands out.
    """
    away = own.to_numpy(dtype=float) - everybody.to_numpy(dtype=float).mean(axis=0)
    beyond = away - away.mean(axis=1, keepdims=True)
    level = 1 - 0.05 / max(len(own.columns), 1)
    ends = [mean_interval(column, level=level).high for column in beyond.T]
    return {name: bool(end < 0) for name, end in zip(own.columns, ends, strict=True)}


def _standing(n: int) -> str:
    if n < LEAST_FOR_WEIGHTS:
        return "not given"
    return "ranked" if n >= LEAST_FOR_RANKS else "tentative"
