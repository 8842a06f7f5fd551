"""Years: runs of several folders, no trend under five years, and what followed a decision, by hand and planted."""

from datetime import date
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursewaves.analysis.years import (
    NO_RUNS,
    NOT_SHRUNKEN,
    ONE_RUN,
    decision_effects,
    gather_decisions,
    gather_ratings,
    programme_trends,
    programme_years,
    run_means,
)
from coursewaves.errors import CoursewavesError
from coursewaves.processed.year import Year
from coursewaves.settings.home import Home
from small import make_registry

DAY = pd.Timestamp("2025-06-27")


def year_of(name: str, courses: list[tuple[str, str]], ids: list[str], scores: list[float], **decisions: Any) -> Year:
    """A folder of programme A with courses (id, last day), one response a course in turn, of wave Q."""
    found = Year(Home(Path(name)))
    rows = [
        {"course_id": course_id, "programme_id": "A", "starts_on": day, "ends_on": day} for course_id, day in courses
    ]
    table = pd.DataFrame({"response_id": ids, "course_id": [rows[n % len(rows)]["course_id"] for n in range(len(ids))]})
    registry = make_registry(programmes=[{"programme_id": "A", "hours": 72}], courses=rows, **decisions)
    rated = table.assign(instrument_id="Q", rating=scores)
    found.__dict__.update(registry=registry, scores=rated, shown_scores=rated)
    return found


def ratings(runs: dict[tuple[str, str], list[float]]) -> pd.DataFrame:
    """Ratings by programme and day of the run."""
    rows = [
        {"programme_id": programme, "run_id": f"{programme}/{day}", "day": day, "score": score}
        for (programme, day), scores in runs.items()
        for score in scores
    ]
    table = pd.DataFrame(rows)
    day = pd.to_datetime(table.pop("day"))
    ids = [f"r{place}" for place in range(len(table))]
    return table.assign(response_id=ids, starts_on=day, ends_on=day, year=day.dt.year.astype("Int64"))


def decided(programme: str = "A", kind: str = "change_topic", **more: Any) -> dict[str, Any]:
    row = {"decision_id": "R1", "programme_id": programme, "decided_on": DAY, "council": "academic", "kind": kind}
    return row | more


def around(mean: float, n: int = 20) -> list[float]:
    """So many scores, half of them 10 above the mean and half 10 below."""
    return [mean - 10, mean + 10] * (n // 2)


V = 100 * 20 / 19 / 20
"""Squared standard error of the mean of `around`."""


def test_runs_of_several_folders_are_gathered_and_a_form_in_two_of_them_counts_once():
    first = year_of("y2024", [("A-1", "2024-03-14")], ["a", "b"], [50.0, 60.0])
    second = year_of("y2025", [("A-1", "2025-03-14")], ["c", "d"], [70.0, np.nan])
    late = year_of("late", [("A-1", "2024-03-14")], ["b", "e"], [60.0, 65.0])
    found = gather_ratings([second, first, late], "Q", "rating")
    assert found[["response_id", "run_id", "year"]].to_numpy().tolist() == [
        ["a", "A-1/2024-03-14", 2024], ["b", "A-1/2024-03-14", 2024], ["e", "A-1/2024-03-14", 2024],
        ["c", "A-1/2025-03-14", 2025],
    ]  # fmt: skip
    assert gather_ratings([first], "P", "rating").empty


def test_an_unknown_score_is_named():
    with pytest.raises(CoursewavesError, match="Can't find 'rates' in the scores"):
        gather_ratings([year_of("y", [("A-1", "2024-03-14")], ["a"], [1.0])], "Q", "rates")


def test_a_decision_that_two_registries_hold_is_one():
    row = {"decision_id": "R1", "programme_id": "A", "decided_on": date(2024, 6, 27), "council": "smc", "kind": "none"}
    years = [year_of(name, [("A-1", "2024-03-14")], ["a"], [1.0], decisions=[row]) for name in ("x", "y")]
    assert gather_decisions(years)["decision_id"].tolist() == ["R1"]


def test_the_mean_of_a_run_has_the_spread_within_all_runs():
    found = run_means(
        ratings({("A", "2024-03-01"): around(50), ("A", "2025-03-01"): around(60, 10), ("B", "2025-03-01"): [1.0] * 4})
    )
    assert found["mean"].tolist() == pytest.approx([50, 60])  # four answers are too few to count
    # squares 20 * 100, 10 * 100 and 0, over 19 + 9 + 3 degrees of freedom
    assert found["variance"].tolist() == pytest.approx([3000 / 31 / 20, 3000 / 31 / 10])


def test_years_have_a_mean_with_its_interval_from_ten_answers_on():
    found = programme_years(ratings({("A", "2024-03-01"): around(50), ("A", "2025-03-01"): around(60, 8)}))
    assert found[["year", "n_runs", "n", "reason"]].to_numpy().tolist() == [
        [2024, 1, 20, ""],
        [2025, 1, 8, "fewer than 10 answers"],
    ]
    # t of .975 with 19 degrees of freedom is 2.093
    assert found["high"][0] == pytest.approx(50 + 2.093 * sqrt(V), abs=0.01)
    assert found.loc[1, ["mean", "low", "high"]].isna().all()


def rising(n_years: int) -> pd.DataFrame:
    """Two runs a year, a point above and a point below a line that rises by two points a year."""
    return ratings({
        ("A", f"{2020 + place}-0{month}-01"): around(50 + 2 * place + (1 if month == 3 else -1))
        for place in range(n_years) for month in (3, 9)
    })  # fmt: skip


def test_four_years_show_no_trend_however_they_rise():
    (found,) = programme_trends(rising(4)).to_dict("records")
    assert (found["n_years"], found["n_runs"], found["reason"]) == (4, 8, "fewer than 5 years")
    assert np.isnan([found[name] for name in ("slope", "low", "high", "p_value", "p_value_adjusted")]).all()


def test_five_years_of_two_runs_have_a_slope_with_its_interval():
    (found,) = programme_trends(rising(5)).to_dict("records")
    assert found["slope"] == pytest.approx(2)
    # every run of 20 lies a point off the line: it pulls by 20 times its distance from the middle year
    error = sqrt(2 * (2 * (40**2 + 20**2)) * 10 / 9 * 199 / 198) / (40 * 10)
    assert found["high"] - 2 == pytest.approx(2.306 * error, abs=0.001)  # t with eight degrees of freedom
    assert found["p_value_adjusted"] == found["p_value"] < 0.05


def test_five_years_of_one_run_have_a_slope_and_say_why_no_interval():
    one_each = rising(6)
    one_each = one_each[one_each["ends_on"].dt.month == 3]
    (found,) = programme_trends(one_each).to_dict("records")
    assert found["slope"] == pytest.approx(2)
    assert found["reason"] == "fewer than ten runs"


def test_before_and_after_of_few_programmes_is_the_plain_difference():
    days = ("2024-03-01", "2024-09-01", "2025-09-01")
    runs = {("B", day): around(70) for day in days} | {("A", day): around(50) for day in days}
    runs["A", days[2]] = around(60)
    (found,) = decision_effects(ratings(runs), pd.DataFrame([decided()])).to_dict("records")
    assert [found[f"n_runs_{side}"] for side in ("before", "across", "after")] == [2, 0, 1]
    assert (found["n_before"], found["n_after"], found["n_programmes"]) == (40, 20, 2)
    assert (found["difference"], found["estimate"], found["drift"]) == pytest.approx((10, 10, 0))
    assert found["reason"] == NOT_SHRUNKEN
    half = 1.96 * sqrt(V / 2 + V)  # runs that agree have no spread between them
    assert (found["low"], found["high"]) == pytest.approx((10 - half, 10 + half), abs=0.02)


def test_the_level_before_is_shrunken_towards_that_of_all_programmes():
    levels = {f"P{place:02}": 60.0 if place < 6 else 80.0 for place in range(12)}
    runs = {(name, "2025-03-01"): around(level) for name, level in levels.items()}
    runs |= {(name, "2025-09-01"): around(level) for name, level in levels.items()}
    runs["P00", "2025-09-01"] = around(70)
    (found,) = decision_effects(ratings(runs), pd.DataFrame([decided("P00")])).to_dict("records")
    # equal errors: the variance between programmes is that of the means, 1200 / 11, less V
    tau2 = 1200 / 11 - V
    held = tau2 / (tau2 + V)
    assert found["shrunken_before"] == pytest.approx(70 - 10 * held, abs=0.001)
    assert found["estimate"] == pytest.approx(10 * held, abs=0.001)
    assert found["difference"] == pytest.approx(10)
    error = sqrt(held * V + (1 - held) ** 2 * (tau2 + V) / 12 + V)
    assert found["high"] - found["estimate"] == pytest.approx(1.96 * error, abs=0.01)
    assert (found["n_programmes"], found["reason"]) == (12, "")


def test_a_run_under_way_on_the_day_belongs_to_neither_side():
    table = ratings({("A", "2025-03-01"): around(50), ("A", "2025-07-10"): around(90), ("A", "2025-09-01"): around(60)})
    table["starts_on"] = table["starts_on"].where(table["run_id"] != "A/2025-07-10", pd.Timestamp("2025-06-20"))
    more = ratings({("B", "2025-03-01"): around(50), ("B", "2025-04-01"): around(50)})
    (found,) = decision_effects(pd.concat([table, more]), pd.DataFrame([decided()])).to_dict("records")
    assert [found[f"n_runs_{side}"] for side in ("before", "across", "after")] == [1, 1, 1]
    assert found["difference"] == pytest.approx(10)


def test_decisions_without_figures_say_why():
    runs = {("A", "2025-03-01"): around(50), ("A", "2025-09-01"): around(60, 8), ("B", "2025-03-01"): around(70)}
    table = [decided(), decided("B", decision_id="R2"), decided("C", decision_id="R3"), decided(kind="none")]
    found = decision_effects(ratings(runs), pd.DataFrame(table))
    assert found["reason"].tolist() == ["fewer than 10 answers on a side", NO_RUNS, NO_RUNS]
    assert found[["difference", "estimate", "low", "high"]].isna().all(axis=None)


def test_one_run_on_each_side_and_no_other_tells_nothing_of_chance():
    found = decision_effects(
        ratings({("A", "2025-03-01"): around(50), ("A", "2025-09-01"): around(60)}), pd.DataFrame([decided()])
    )
    assert found["reason"].tolist() == [ONE_RUN]


def test_other_changes_on_the_programme_are_counted():
    rows = [
        decided(),
        decided(decision_id="R2"),
        decided("B", decision_id="R3"),
        decided(decision_id="R4", kind="none"),
    ]
    table = decision_effects(ratings({("A", "2025-03-01"): around(50)}), pd.DataFrame(rows))
    assert table["n_other_decisions"].tolist() == [1, 1, 0]


def planted(seed: int, effect: float) -> pd.DataFrame:
    """Sixteen programmes with two runs of 25 on each side; the lowest before changes by the effect."""
    random = np.random.default_rng(seed)
    level = 75 + random.normal(0, 3, 16)
    runs = {}
    for side, days in (("before", ("2025-02-01", "2025-04-01")), ("after", ("2025-08-01", "2025-10-01"))):
        for place, day in ((place, day) for place in range(16) for day in days):
            runs[f"P{place:02}", day] = (level[place] + random.normal(0, 2) + random.normal(0, 14, 25)).tolist()
        if side == "before":
            before = [np.mean([runs[f"P{place:02}", day] for day in days]) for place in range(16)]
            lowest = int(np.argmin(before))
            level[lowest] += effect
    return decision_effects(ratings(runs), pd.DataFrame([decided(f"P{lowest:02}")]))


@pytest.mark.parametrize("effect", [0.0, 8.0])
def test_the_programme_that_was_lowest_is_not_praised_for_chance(effect):
    found = pd.concat([planted(seed, effect) for seed in range(40)])
    # the plain difference takes chance for an improvement, the estimate does not: within two errors of 40 means
    assert found["difference"].mean() > effect + 1.5
    assert found["estimate"].mean() == pytest.approx(effect, abs=2 * found["estimate"].std() / sqrt(40))
    assert ((found["low"] <= effect) & (effect <= found["high"])).mean() >= 0.85


@settings(max_examples=10)
@given(st.randoms(use_true_random=False))
def test_the_order_of_ratings_and_the_names_of_programmes_do_not_matter(random):
    runs = {(name, day): around(50 + 5 * place) for place, name in enumerate("ABC")
            for day in ("2024-03-01", "2024-09-01", "2025-09-01")}  # fmt: skip
    table, decisions = ratings(runs), pd.DataFrame([decided()])
    order = list(range(len(table)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(
        decision_effects(table.iloc[order], decisions), decision_effects(table, decisions), rtol=1e-9
    )
    pd.testing.assert_frame_equal(programme_years(table.iloc[order]), programme_years(table))
    named = table.assign(programme_id=table["programme_id"].map({"A": "Z", "B": "Y", "C": "X"}))
    renamed = decision_effects(named, pd.DataFrame([decided("Z")]))
    plain = decision_effects(table, decisions)
    pd.testing.assert_frame_equal(renamed.drop(columns="programme_id"), plain.drop(columns="programme_id"), rtol=1e-9)


def test_a_loaded_year_is_followed_by_its_own_registry(loaded_year):
    table = gather_ratings([loaded_year], "B", "rating")
    assert len(table) == loaded_year.scores.query("instrument_id == 'B'")["rating"].notna().sum()
    found = decision_effects(table, gather_decisions([loaded_year]))
    assert found["kind"].ne("none").all()
    assert len(found) == loaded_year.registry.decisions["kind"].ne("none").sum()
