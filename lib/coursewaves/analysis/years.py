"""Follow programmes over runs and years: tables of several work folders go in, means, trends and changes come out.

A year is that of a course's last day. Four years cannot prove a trend, whatever they look like. A programme on which
a council decides was low when it decided, so that its next runs are better by chance alone: its level before is
therefore shrunken towards that of all programmes.
"""

from collections.abc import Iterable
from math import sqrt
from statistics import NormalDist

import numpy as np
import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.ladder import LEAST
from coursewaves.processed.year import Year
from coursewaves.stats import holm, linear_trend, mean_interval, shrink, shrink_nested
from coursewaves.stats.shrinkage import FEWEST_GROUPS

FEW = "fewer than {} answers"
ONE_RUN = "no programme has two runs: how much runs differ by themselves is not known"
NO_RUNS = "no run before the decision, or none after it"
NOT_SHRUNKEN = f"fewer than {FEWEST_GROUPS} programmes with runs before: not shrunken"

SMALLEST_VARIANCE = 1e-9
"""Of runs that all agree: they still weigh alike."""

_EFFECT_COLUMNS = ["decision_id", "programme_id", "decided_on", "council", "kind", "n_other_decisions",
                   "n_runs_before", "n_runs_across", "n_runs_after", "n_before", "n_after", "n_programmes",
                   "mean_before", "shrunken_before", "mean_after", "difference", "estimate", "low", "high",
                   "drift", "reason"]  # fmt: skip


def gather_ratings(years: Iterable[Year], instrument_id: str, name: str) -> pd.DataFrame:
    """Gather one score of one questionnaire from several work folders.

    Parameters
    ----------
    years
        The opened work folders, in any order. A form that lies in two of them counts once, and answers to one run
        that came in different years belong together: a run is known by its course and last day.
    instrument_id
        The questionnaire: a criterion rests on other items in each.
    name
        The score: a rating, criterion, factor or indicator.

    Returns
    -------
    DataFrame
        One row is one response with this score: ``response_id``, ``programme_id``, ``run_id``, ``starts_on``,
        ``ends_on``, ``year`` and ``score`` (0-100), in the order of programme, run and response.

    Raises
    ------
    CoursewavesError
        Where no folder has such a score.
    """
    tables, known = [], set()
    for year in years:
        known |= set(year.shown_scores.columns)
        if name in year.shown_scores:
            forms = year.shown_scores[year.shown_scores["instrument_id"] == instrument_id]
            courses = year.registry.courses[["course_id", "programme_id", "starts_on", "ends_on"]]
            tables.append(forms[["response_id", "course_id", name]].merge(courses, on="course_id"))
    if not tables:
        raise CoursewavesError.not_found(name, "the scores", known)
    ratings = pd.concat(tables, ignore_index=True).rename(columns={name: "score"}).dropna(subset="score")
    ratings = ratings.drop_duplicates("response_id")
    day = ratings["ends_on"].fillna(ratings["starts_on"])
    ratings["run_id"] = ratings["course_id"] + "/" + day.dt.strftime("%Y-%m-%d").fillna("")
    ratings["year"] = day.dt.year.astype("Int64")
    columns = ["response_id", "programme_id", "run_id", "starts_on", "ends_on", "year", "score"]
    return ratings.sort_values(["programme_id", "run_id", "response_id"], ignore_index=True)[columns]


def gather_decisions(years: Iterable[Year]) -> pd.DataFrame:
    """Gather the decisions of several registries, each once: one row is one decision, by day and id."""
    decisions = pd.concat([year.registry.decisions for year in years], ignore_index=True)
    decisions = decisions.drop_duplicates(["decision_id", "programme_id", "decided_on"])
    return decisions.sort_values(["decided_on", "decision_id"], ignore_index=True)


def run_means(ratings: pd.DataFrame, minimum: int = LEAST["counts"]) -> pd.DataFrame:
    """Average the ratings of each run.

    Parameters
    ----------
    ratings
        See `gather_ratings`.
    minimum
        Runs with fewer answers are left out, the institute's minimum group say.

    Returns
    -------
    DataFrame
        One row is one run: ``programme_id``, ``run_id``, ``starts_on``, ``ends_on``, ``year``, ``n``, ``mean``
        (0-100), and the squared standard error ``variance`` of the mean, from the spread within all runs together.
    """
    keys = ["programme_id", "run_id", "starts_on", "ends_on", "year"]
    groups = ratings.groupby(keys, dropna=False)["score"]
    runs = groups.agg(n="size", mean="mean", spread="var").reset_index()
    spread = (runs["spread"].fillna(0) * (runs["n"] - 1)).sum() / max((runs["n"] - 1).sum(), 1)
    runs["variance"] = spread / runs["n"]
    return runs[runs["n"] >= minimum].drop(columns="spread").reset_index(drop=True)


def programme_years(ratings: pd.DataFrame) -> pd.DataFrame:
    """Average each programme's ratings year by year.

    Returns
    -------
    DataFrame
        One row is one programme and year: ``programme_id``, ``year``, ``n_runs``, ``n``, ``mean`` (0-100) with its
        95 % t interval ``low``, ``high`` over participants, cut to the scale. Under the ladder's 10 answers there
        are no figures, and ``reason`` says so.
    """
    rows = []
    for keys, own in ratings.dropna(subset="year").groupby(["programme_id", "year"]):
        found = mean_interval(own["score"].to_numpy(dtype=float), low=0, high=100)
        fault = "" if found.n >= LEAST["means"] else FEW.format(LEAST["means"])
        figures = [np.nan] * 3 if fault else [found.mean, found.low, found.high]
        rows.append([*keys, own["run_id"].nunique(), found.n, *figures, fault or found.reason])
    return pd.DataFrame(rows, columns=["programme_id", "year", "n_runs", "n", "mean", "low", "high", "reason"])


def programme_trends(ratings: pd.DataFrame) -> pd.DataFrame:
    """Estimate each programme's change by a year, where there are five years or more.

    Returns
    -------
    DataFrame
        One row is one programme: ``programme_id``, ``n_years``, ``n_runs``, ``n``, ``slope`` (points of 0-100 by a
        year) with its 95 % interval ``low``, ``high`` and ``p_value``, whose error takes runs as clusters, and
        ``p_value_adjusted``, Holm's over the programmes tested. Fewer than five years have none of these, fewer than
        ten runs no interval; ``reason`` says so.

    References
    ----------
    Mantel (1963); Liang & Zeger (1986): see `coursewaves.stats.trends`.
    """
    rows = []
    for programme_id, own in ratings.dropna(subset="year").groupby("programme_id"):
        found = linear_trend(own["score"].to_numpy(), own["year"].to_numpy(dtype=float), own["run_id"])
        figures = [found.slope, found.low, found.high, found.p_value, found.reason.replace("clusters", "runs")]
        rows.append([programme_id, found.n_times, found.n_clusters, found.n, *figures])
    columns = ["programme_id", "n_years", "n_runs", "n", "slope", "low", "high", "p_value", "reason"]
    trends = pd.DataFrame(rows, columns=columns)
    return trends.assign(p_value_adjusted=holm(trends["p_value"].to_numpy(dtype=float)))


def decision_effects(ratings: pd.DataFrame, decisions: pd.DataFrame, minimum: int = LEAST["counts"]) -> pd.DataFrame:
    """Compare a programme's runs before and after each decision of a council (¶18-20).

    A run that ended before the day of the decision lies before, one that began later lies after; one that was under
    way belongs to neither. Runs weigh by how certain their means are, the spread between runs of one programme
    included.

    Parameters
    ----------
    ratings
        See `gather_ratings`.
    decisions
        See `gather_decisions`; decisions to change nothing are left out.
    minimum
        Runs with fewer answers are left out.

    Returns
    -------
    DataFrame
        One row is one decision: its columns, ``n_other_decisions`` (changes decided on the same programme besides),
        runs before, across and after it, ``n_before`` and ``n_after`` answers. ``difference`` (0-100) is ``mean_after``
        less ``mean_before``; ``estimate`` is ``mean_after`` less ``shrunken_before``, the mean before shrunken towards
        that of all programmes (``n_programmes`` had runs before that day), with its 95 % interval ``low``, ``high``.
        With fewer than ten programmes nothing is shrunken, and ``reason`` says so, or why there are no figures.
        ``drift`` is the mean difference of the other programmes around that day. It shows what followed, not what
        caused it.

    References
    ----------
    Morris (1983), Journal of the American Statistical Association 78, 47-55; Barnett, van der Pols & Dobson (2005),
    International Journal of Epidemiology 34, 215-220 (regression to the mean).
    """
    runs = run_means(ratings, minimum)
    changes = decisions[decisions["kind"] != "none"]
    rows = []
    for decision in changes.to_dict("records"):
        others = int((changes["programme_id"] == decision["programme_id"]).sum()) - 1
        known = [decision[name] for name in _EFFECT_COLUMNS[:5]]
        rows.append([*known, others, *_effect(runs, str(decision["programme_id"]), decision["decided_on"])])
    return pd.DataFrame(rows, columns=_EFFECT_COLUMNS)


def _between_runs(runs: pd.DataFrame, sides: np.ndarray, own: np.ndarray) -> float:
    """Return the variance between true means of runs of one programme; nan where none has two runs.

    The decided programme's runs are set against those of their own side, so that a change is no variance.
    """
    groups = runs["programme_id"] + np.where(own, sides, "")
    if not groups.duplicated().any():
        return np.nan
    means, variances = runs["mean"].to_numpy(), runs["variance"].to_numpy()
    is_several = groups.nunique() > 1
    return shrink_nested(means, variances, groups).tau2_runs if is_several else shrink(means, variances).tau2


def _effect(runs: pd.DataFrame, programme_id: str, day: pd.Timestamp) -> list[object]:
    """Return the fields of one decision, from the counts of runs on."""
    side = np.where(runs["ends_on"] < day, "before", np.where(runs["starts_on"] > day, "after", "across"))
    own = (runs["programme_id"] == programme_id).to_numpy()
    counts = [int((own & (side == name)).sum()) for name in ("before", "across", "after")]
    n_before, n_after = (int(runs["n"][own & (side == name)].sum()) for name in ("before", "after"))
    between = _between_runs(runs, side, own)
    before, after = (_levels(runs[side == name], between) for name in ("before", "after"))
    counts += [n_before, n_after, len(before)]
    if not n_before or not n_after:
        return [*counts, *[np.nan] * 8, NO_RUNS]
    if min(n_before, n_after) < LEAST["means"]:
        return [*counts, *[np.nan] * 8, FEW.format(LEAST["means"]) + " on a side"]
    if np.isnan(between):
        return [*counts, *[np.nan] * 8, ONE_RUN]
    place, (later, error) = list(before.index).index(programme_id), after.loc[programme_id].to_numpy()
    level, variance = raw, _ = before.iloc[place].to_numpy()
    is_shrunken = len(before) >= FEWEST_GROUPS
    if is_shrunken:
        shrunk = shrink(before["mean"], before["variance"])
        level, variance = shrunk.estimates[place], shrunk.errors[place] ** 2
    estimate, half = later - level, NormalDist().inv_cdf(0.975) * sqrt(variance + error)
    figures = [raw, level, later, later - raw, estimate]
    drift = _drift(before.drop(programme_id), after.drop(programme_id))
    return [*counts, *figures, estimate - half, estimate + half, drift, "" if is_shrunken else NOT_SHRUNKEN]


def _levels(runs: pd.DataFrame, between: float) -> pd.DataFrame:
    """Average the runs of each programme: ``mean`` and its ``variance``, that between runs included."""
    weight = 1 / np.maximum(runs["variance"] + between, SMALLEST_VARIANCE)
    sums = pd.DataFrame({"weight": weight, "mean": weight * runs["mean"]}).groupby(runs["programme_id"]).sum()
    return pd.DataFrame({"mean": sums["mean"] / sums["weight"], "variance": 1 / sums["weight"]})


def _drift(before: pd.DataFrame, after: pd.DataFrame) -> float:
    """Return the mean difference of programmes that have runs on both sides; nan where none has."""
    differences = (after["mean"] - before["mean"]).dropna()
    weights = 1 / (after["variance"] + before["variance"]).dropna()
    return float((differences * weights).sum() / weights.sum()) if len(differences) else np.nan
