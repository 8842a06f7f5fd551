"""What all courses tell together: a loaded year goes in, the tables that a report shows beside its course come out.

They are computed once a year and not once a report. Each holds only what one course, or one programme, may be told of
the others, so that a report needs its own rows alone (`coursewaves.partitions.cutting`).
"""

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from coursewaves.analysis.factor_analysis import PARTS, FactorGaps, factor_gaps, factor_importance
from coursewaves.analysis.rate import Rated, rate_programmes
from coursewaves.analysis.standardise import standardise_scores
from coursewaves.analysis.topic_verdicts import RunScatter, judge_topics, run_scatter, topic_items
from coursewaves.analysis.years import decision_effects, gather_decisions, gather_ratings
from coursewaves.ladder import least
from coursewaves.partitions.accounts import SHOWN, Account, account_of
from coursewaves.processed.year import Year
from coursewaves.score import score_names
from coursewaves.stats.intervals import interval_of_moments
from coursewaves.survey.instruments import Survey

OTHERS = ["course_id", "instrument_id", "name", "n", "mean", "low", "high"]
GAPS = ["programme_id", "gap", "n", "reason"]
ADJUSTED = ["programme_id", "n", "mean"]
DECISION = ["decision_id", "programme_id", "decided_on", "council", "kind", "done_on"]
EFFECT = ["n_runs_before", "n_runs_after", "n_before", "n_after", "n_programmes", "mean_before", "mean_after",
          "estimate", "low", "high", "drift", "reason"]  # fmt: skip
"""What is told of a decision, and of the ratings around it; see `coursewaves.analysis.years.decision_effects`."""

MIDDLE = 50.0
"""Of the scale 0-100, about which moments are taken: far from the values they would lose digits."""


@dataclass(frozen=True)
class Pooled:
    """The pooled tables of a year; without a rating in the survey all but `others` and `account` have no row.

    Attributes
    ----------
    programmes, runs
        As of `coursewaves.analysis.rate.Rated`.
    spread
        One row: ``deviation``, ``target`` and ``phi`` of `coursewaves.analysis.rate.Rated`.
    adjusted
        One row is one programme: ``n`` and ``mean`` rating, had it the participants of all (¶17).
    others
        One row is one course, questionnaire and score: ``name``, and ``n``, ``mean`` (0-100) and the 95 % interval
        ``low``, ``high`` over all *other* courses with enough answers of their own.
    importance
        As of `coursewaves.analysis.factor_analysis.factor_importance`.
    gaps, gap_parts
        As of `coursewaves.analysis.factor_analysis.FactorGaps`, for each programme that is low or may be (¶16).
    topics
        As of `coursewaves.analysis.topic_verdicts.judge_topics`, for each programme over its runs (¶18).
    decisions
        One row is one decision of a council (¶18-20), without its wording and owner, and what of the ratings came
        before and after it, as of `coursewaves.analysis.years.decision_effects`; missing where nothing was to change.
    account
        One row: ``n_files``, one column for each outcome that is told, ``least`` and ``most`` of
        `coursewaves.partitions.accounts.Account`, and ``n_dropped`` cells.
    """

    programmes: pd.DataFrame
    runs: pd.DataFrame
    spread: pd.DataFrame
    adjusted: pd.DataFrame
    others: pd.DataFrame
    importance: pd.DataFrame
    gaps: pd.DataFrame
    gap_parts: pd.DataFrame
    topics: pd.DataFrame
    decisions: pd.DataFrame
    account: pd.DataFrame

    @property
    def rated(self) -> Rated:
        """All programmes and their runs against the councils' threshold."""
        spread = self.spread.iloc[0]
        deviation, target, phi = (float(spread[name]) for name in ("deviation", "target", "phi"))
        return Rated(self.programmes, self.runs, deviation, target, phi)

    @property
    def accounted(self) -> Account:
        """What became of all records, as far as a page may say it."""
        row = self.account.iloc[0]
        sums = {outcome: int(row[f"n_{outcome}"]) for outcome in SHOWN}
        return Account(int(row["n_files"]), sums, int(row["least"]), int(row["most"]))

    def gaps_of(self, programme_id: str) -> FactorGaps:
        """Return a programme's gap in parts; of one that is not low, nothing was computed."""
        parts = self.gap_parts[self.gap_parts["programme_id"] == programme_id].drop(columns="programme_id")
        told = self.gaps[self.gaps["programme_id"] == programme_id]
        if told.empty:
            return FactorGaps(float("nan"), 0, parts.reindex(columns=PARTS), "the programme is not low-rated")
        row = told.iloc[0]
        return FactorGaps(float(row["gap"]), int(row["n"]), parts.reset_index(drop=True), str(row["reason"]))


NAMES = tuple(field.name for field in fields(Pooled))


def pooled_of(year: Year) -> Pooled:
    """Return the pooled tables that a year was loaded with; of one put together in memory they are computed."""
    if year.has("pooled_account"):
        return Pooled(**{name: year.read(f"pooled_{name}") for name in NAMES})
    return pool_year(year)


def pool_year(year: Year) -> Pooled:
    """Compute the pooled tables of a whole year."""
    minimum = least("counts", year.settings.minimum_group)
    has_rating = bool(year.survey.ratings)
    rated = _rated(year, year.shown_scores, minimum) if has_rating else _unrated()
    gaps = _gaps(year, rated, minimum)
    spread = {"deviation": [rated.deviation], "target": [rated.target], "phi": [rated.phi]}
    return Pooled(
        programmes=rated.programmes,
        runs=rated.runs,
        spread=pd.DataFrame(spread),
        adjusted=_adjusted(year, minimum) if has_rating else pd.DataFrame(columns=ADJUSTED),
        others=other_courses(year.shown_scores, year.survey, minimum),
        importance=factor_importance(year.shown_scores, year.survey, minimum),
        gaps=pd.DataFrame([[name, told.gap, told.n, told.reason] for name, told in gaps.items()], columns=GAPS),
        gap_parts=_stacked({name: told.parts for name, told in gaps.items()}),
        topics=_topics(year, minimum),
        decisions=decided(year, minimum),
        account=_account(year, minimum),
    )


def _rated(year: Year, scores: pd.DataFrame, minimum: int) -> Rated:
    """Hold all programmes against the councils' threshold, by the survey's first rating (¶16)."""
    rating, threshold = year.survey.ratings[0].id, year.settings.low_rated_below
    return rate_programmes(scores, year.registry.courses, rating, threshold, minimum)


def _unrated() -> Rated:
    empty = pd.DataFrame({"programme_id": pd.Series(dtype="str"), "course_id": pd.Series(dtype="str")})
    return Rated(empty, empty, float("nan"), float("nan"), 1.0)


def _adjusted(year: Year, minimum: int) -> pd.DataFrame:
    rating = year.survey.ratings[0].id
    n = year.shown_scores.groupby("course_id")[rating].transform("count")
    scores = standardise_scores(year.shown_scores[n >= minimum], year.responses, rating)
    return _rated(year, scores, minimum).programmes[ADJUSTED]


def _gaps(year: Year, rated: Rated, minimum: int) -> dict[str, FactorGaps]:
    if not year.survey.ratings:
        return {}
    judged = rated.programmes
    may_be_low = judged.loc[judged["verdict"] != "not low", "programme_id"]
    courses = year.registry.courses
    return {str(name): factor_gaps(year.shown_scores, courses, year.survey, str(name), minimum) for name in may_be_low}


def other_courses(scores: pd.DataFrame, survey: Survey, minimum: int) -> pd.DataFrame:
    """Return the mean scores of all other courses together, for each course; see `Pooled.others`.

    Only courses with enough answers of their own are pooled: what one course adds to a published sum could otherwise
    be computed by taking the sums of the others away.
    """
    found = [
        _others_of(forms, str(instrument_id), name, minimum)
        for instrument_id, forms in scores.groupby("instrument_id", observed=True)
        for name in score_names(survey)
        if forms[name].notna().any()
    ]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=OTHERS)


def _others_of(forms: pd.DataFrame, instrument_id: str, name: str, minimum: int) -> pd.DataFrame:
    """Take each course's own share away from the moments of all; see `MIDDLE`."""
    place, course_ids = pd.factorize(forms["course_id"], sort=True)
    values = forms[name].to_numpy(dtype=float)
    is_given = ~np.isnan(values) & (place >= 0)
    order = np.lexsort((values[is_given], place[is_given]))  # sums don't hang on the order of rows
    place, values = place[is_given][order], values[is_given][order]
    n, sums, squares = (
        np.bincount(place, weight, minlength=len(course_ids))
        for weight in (np.ones(len(values)), values - MIDDLE, (values - MIDDLE) ** 2)
    )
    is_pooled = n >= minimum
    n, sums, squares = (np.where(is_pooled, moment, 0.0) for moment in (n, sums, squares))
    left = [moment.sum() - moment for moment in (n, sums, squares)]
    rows = []
    for course_id, count, total, square in zip(course_ids, *left, strict=True):
        if count:
            found = interval_of_moments(int(count), total, square, low=-MIDDLE, high=MIDDLE)
            ends = [float(end) + MIDDLE for end in (found.mean, found.low, found.high)]
            rows.append([course_id, instrument_id, name, found.n, *ends])
    return pd.DataFrame(rows, columns=OTHERS)


def _topics(year: Year, minimum: int) -> pd.DataFrame:
    """Judge the topics of every programme over those of its runs that have enough answers to each topic."""
    rated, _ = topic_items(year.survey)
    if rated is None:
        return pd.DataFrame({"programme_id": pd.Series(dtype="str")})
    survey, found = year.survey, {}
    for programme_id, own in year.registry.courses.groupby("programme_id"):
        topics = year.registry.topics_of(str(programme_id))
        responses = year.responses[year.responses["course_id"].isin(set(own["course_id"]))]
        found[str(programme_id)] = with_enough(responses, survey, topics["number"].tolist(), minimum), topics
    scatter = [run_scatter(responses, survey, topics) for responses, topics in found.values()]
    between = RunScatter(sum(one.excess for one in scatter), sum(one.size for one in scatter)).variance
    threshold = year.settings.low_rated_below
    return _stacked({
        name: judge_topics(responses, survey, topics, threshold, between)
        for name, (responses, topics) in found.items()
    })  # fmt: skip


def with_enough(responses: pd.DataFrame, survey: Survey, numbers: list[int], minimum: int) -> pd.DataFrame:
    """Return the responses of the courses with enough answers to each question about these topics."""
    items = [item for item in topic_items(survey) if item is not None]
    columns = [name for item in items for number in numbers if (name := f"{item.id}.{number}") in responses]
    counts = responses[columns].notna().groupby(responses["course_id"]).sum()
    is_enough = (counts.where(counts > 0).min(axis=1) >= minimum).to_dict()
    return responses[responses["course_id"].map(is_enough).fillna(False).astype(bool)]


def decided(year: Year, minimum: int) -> pd.DataFrame:
    """Return the decisions with the ratings around them; see `Pooled.decisions`. Runs with few answers are left out."""
    known = gather_decisions([year])
    own = known[DECISION]
    if not year.survey.ratings or own.empty:
        return own.assign(**dict.fromkeys(EFFECT, np.nan)).assign(n_before=0, n_after=0, reason=None)
    ratings = gather_ratings([year], year.survey.ratings[0].instrument, year.survey.ratings[0].id)
    ratings = ratings[ratings.groupby("run_id")["score"].transform("size") >= minimum]
    effects = decision_effects(ratings, known, minimum)[["decision_id", *EFFECT]]
    return own.merge(effects, on="decision_id", how="left")


def _account(year: Year, minimum: int) -> pd.DataFrame:
    found = account_of(year.files, year.received, minimum)
    sums = {f"n_{outcome}": [n] for outcome, n in found.sums.items()}
    n_dropped = int((year.problems["rule"] == "E-VALUE").sum())
    ends = {"least": [found.least], "most": [found.most]}
    return pd.DataFrame({"n_files": [found.n_files], **sums, **ends, "n_dropped": [n_dropped]})


def _stacked(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    named = [table.assign(programme_id=name) for name, table in tables.items()]
    return pd.concat(named, ignore_index=True) if named else pd.DataFrame({"programme_id": pd.Series(dtype="str")})
