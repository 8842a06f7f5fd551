"""A common mix of participants, trends over years, several answers of the same people."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from coursewaves.errors import CoursewavesError
from coursewaves.stats import (
    case_mix,
    cochran_q,
    friedman,
    linear_trend,
    mcnemar,
    rake,
    share_trend,
    standardised_mean,
)

PEOPLE = pd.read_csv(Path(__file__).parent / "reference" / "people.csv", comment="#")
NONE = math.nan
yes_no = st.integers(0, 1)


def test_a_standardised_mean_by_hand():
    # old: 4.5 (variance .5), new: 8/3 (variance 1/3); weights .3 and .7
    result = standardised_mean([4, 5, 2, 3, 3], list("oonnn"), {"o": 30, "n": 70})
    assert (result.mean, result.crude, result.n) == (pytest.approx(0.3 * 4.5 + 0.7 * 8 / 3), pytest.approx(3.4), 5)
    parts = [0.09 * 0.5 / 2, 0.49 * (1 / 3) / 3]
    assert result.se == pytest.approx(math.sqrt(sum(parts)))
    df = sum(parts) ** 2 / (parts[0] ** 2 / 1 + parts[1] ** 2 / 2)
    assert result.high - result.mean == pytest.approx(scipy_stats.t.ppf(0.975, df) * result.se)


def test_a_mix_like_the_groups_own_changes_nothing():
    result = standardised_mean([4, 5, 2, 3, 3], list("oonnn"), {"o": 2, "n": 3})
    assert result.mean == pytest.approx(result.crude)


def test_two_groups_that_differ_by_their_mix_alone_become_equal():
    young, old = [2, 3, 4], [4, 5, 4]
    one = standardised_mean([*young, *young, *old], list("yyyyyyooo"), {"y": 1, "o": 1})
    other = standardised_mean([*young, *old, *old], list("yyyoooooo"), {"y": 1, "o": 1})
    assert one.crude != pytest.approx(other.crude)
    assert one.mean == pytest.approx(other.mean)


@pytest.mark.parametrize(
    ("values", "cells", "mean", "reason"),
    [
        ([], [], NONE, "no values"),
        ([4, 5], ["o", "o"], NONE, "a cell of the common mix has no values"),
        ([4, 5, 2], ["o", "o", "n"], 3.25, "a cell has fewer than two values"),
        ([4, 4, 4, 4], list("oonn"), 4, "all values equal"),
        ([4, 5, NONE, 2], ["o", "o", "n", None], NONE, "a cell of the common mix has no values"),
    ],
)
def test_a_standardised_mean_that_cannot_be_estimated_says_why(values, cells, mean, reason):
    result = standardised_mean(values, cells, {"o": 1, "n": 1})
    assert result.mean == pytest.approx(mean, nan_ok=True)
    assert (math.isnan(result.se), result.reason) == (True, reason)


def test_cells_outside_the_mix_weigh_nothing():
    result = standardised_mean([4, 5, 2, 3, 1], list("oonnx"), {"o": 1, "n": 1, "x": 0})
    assert result.mean == pytest.approx((4.5 + 2.5) / 2)


def test_case_mix_is_the_regression_with_a_constant_for_each_group():
    random = np.random.default_rng(4)
    group, age, role = (random.choice(list(names), 90) for names in ("abc", "xyz", "pq"))
    values = random.normal(size=90) + (group == "a") + 2 * (age == "x") - (role == "p")
    found = case_mix(values, group, [age, role])
    design = pd.get_dummies(pd.DataFrame({"g": group, "a": age, "r": role}), dtype=float)
    columns = [name for name in design if name not in ("a_x", "r_p")]
    slopes, left = np.linalg.lstsq(design[columns], values, rcond=None)[:2]
    # every group's mean at the mix of all
    common = design[columns].mean()
    inverse = np.linalg.inv(design[columns].T @ design[columns])
    for name, adjusted, error in zip(found.groups, found.adjusted, found.errors, strict=True):
        place = common.copy()
        place[["g_a", "g_b", "g_c"]] = 0
        place[f"g_{name}"] = 1
        assert adjusted == pytest.approx(place @ slopes)
        assert error == pytest.approx(math.sqrt(float(place @ inverse @ place) * left[0] / (90 - len(columns))))
    assert found.crude == pytest.approx([values[group == name].mean() for name in found.groups])


def test_case_mix_without_any_difference_of_mix_leaves_the_means():
    found = case_mix([1, 2, 3, 4, 5, 7], list("aaabbb"), [list("xyzxyz")])
    assert found.adjusted == pytest.approx(found.crude)


def test_case_mix_drops_what_misses_something_and_says_when_it_is_too_little():
    known = case_mix([1, 2, 3, 5, 5, 7], list("aaabbb"), [list("xyyxyy")])
    gaps = case_mix([1, 2, 3, 5, 5, 7, NONE, 4, 4], [*"aaabbbab", None], [[*"xyyxyyx", None, "x"]])
    assert gaps.adjusted == pytest.approx(known.adjusted)
    few = case_mix([1, 2], ["a", "b"], [["x", "y"]])
    assert few.reason == "too few values to adjust for so many characteristics"
    assert np.isnan(few.adjusted).all()
    assert case_mix([NONE], ["a"], [["x"]]).reason == "no values"


@pytest.mark.parametrize(
    "call",
    [
        lambda: standardised_mean([1, 2], ["a"], {"a": 1}),
        lambda: standardised_mean([1, 2], ["a", "b"], {"a": 1}),
        lambda: standardised_mean([1, 2], ["a", "a"], {"a": -1}),
        lambda: standardised_mean([1, 2], ["a", "a"], {"a": 0}),
        lambda: case_mix([1, 2], ["a", "a"], [["x"]]),
        lambda: share_trend([3], [2], [1]),
        lambda: share_trend([3, 2], [4], [1]),
        lambda: cochran_q([[1, 2], [0, 1]]),
        lambda: mcnemar([1, 2], [0, 1]),
    ],
)
def test_a_callers_mistake_is_refused(call):
    with pytest.raises(CoursewavesError):
        call()


def test_four_years_are_no_trend():
    result = share_trend([10, 20, 30, 40], [50] * 4, [2021, 2022, 2023, 2024])
    assert (math.isnan(result.p_value), result.reason) == (True, "fewer than 5 years")
    four = linear_trend([1, 2, 3, 4], [2021, 2022, 2023, 2024])
    assert (math.isnan(four.slope), four.reason, four.n_times) == (True, "fewer than 5 years", 4)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=5, max_size=8))
def test_the_trend_of_shares_is_n_times_the_squared_correlation(rows):
    hits, misses = np.array(rows).T
    result = share_trend(hits, hits + misses, range(len(rows)))
    if not result.reason:
        years = np.repeat(np.arange(len(rows)), hits + misses)
        answers = np.concatenate([[1] * hit + [0] * miss for hit, miss in rows])
        assert result.chi2 == pytest.approx(answers.size * np.corrcoef(years, answers)[0, 1] ** 2, abs=1e-9)
        assert result.slope == pytest.approx(np.polyfit(years, answers, 1)[0])


def test_a_share_of_nobody_or_of_all_has_no_trend():
    assert share_trend([], [], []).reason == "no values"
    assert share_trend([5] * 5, [5] * 5, range(5)).reason == "all values equal"
    assert share_trend([0, 1, 0, 2, 3], [0, 5, 5, 5, 5], range(5)).reason == "fewer than 5 years"


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(2019, 2026)), min_size=8, max_size=40))
def test_a_linear_trend_agrees_with_scipys_regression(rows):
    values, years = zip(*rows, strict=True)
    result = linear_trend(values, years)
    if not result.reason:
        known = scipy_stats.linregress(years, values)
        assert (result.slope, result.p_value) == pytest.approx((known.slope, known.pvalue), abs=1e-9)
        half = scipy_stats.t.ppf(0.975, len(rows) - 2) * known.stderr
        assert (result.low, result.high) == pytest.approx((known.slope - half, known.slope + half), abs=1e-9)


def test_courses_that_answer_alike_widen_the_error_of_a_trend():
    random = np.random.default_rng(0)
    course = np.repeat(np.arange(20), 15)
    years = 2020 + np.arange(20)[course] % 5
    values = random.normal(size=20)[course] + 0.3 * random.normal(size=300)
    plain, by_course = linear_trend(values, years), linear_trend(values, years, course)
    assert plain.slope == by_course.slope
    assert by_course.high - by_course.low > 2 * (plain.high - plain.low)
    # Liang & Zeger with the usual correction, written out
    design = np.column_stack([np.ones(300), years - years.mean()])
    left = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    inverse = np.linalg.inv(design.T @ design)
    pulls = np.array([design[course == one].T @ left[course == one] for one in range(20)])
    variance = (inverse @ (pulls.T @ pulls) @ inverse)[1, 1] * 20 / 19 * 299 / 298
    half = scipy_stats.t.ppf(0.975, 18) * math.sqrt(variance)
    assert by_course.high - by_course.slope == pytest.approx(half)


@pytest.mark.parametrize(
    ("values", "clusters", "reason"),
    [
        ([3, 3, 3, 3, 3], None, "all values equal"),
        ([1, 2, 3, 4, 5], None, "the values lie on a line"),
        ([1, 2, 3, 5, 4], list("aabbb"), "fewer than ten clusters"),
        ([NONE] * 5, None, "no values"),
    ],
)
def test_a_linear_trend_that_cannot_be_tested_says_why(values, clusters, reason):
    result = linear_trend(values, range(5), clusters)
    assert (math.isnan(result.p_value), result.reason) == (True, reason)


@given(st.lists(st.lists(st.integers(1, 5), min_size=3, max_size=3), min_size=2, max_size=20))
def test_friedman_agrees_with_scipy(rows):
    table = np.array(rows)
    result = friedman(table)
    if not result.reason:
        known = scipy_stats.friedmanchisquare(*table.T)
        assert (result.q, result.p_value) == pytest.approx((known.statistic, known.pvalue), abs=1e-9)
        assert 0 <= result.w <= 1 + 1e-12


@given(st.lists(st.lists(yes_no, min_size=3, max_size=3), min_size=2, max_size=20))
def test_cochrans_q_is_friedmans_for_two_answers(rows):
    result, known = cochran_q(rows), friedman(rows)
    assert (result.q, result.p_value) == pytest.approx((known.q, known.p_value), nan_ok=True)


@given(st.lists(st.tuples(yes_no, yes_no), min_size=1, max_size=30))
def test_mcnemar_is_the_sign_test_of_those_who_changed(rows):
    result = mcnemar(*zip(*rows, strict=True))
    if not result.reason:
        known = scipy_stats.binomtest(result.n_up, result.n_up + result.n_down).pvalue
        assert result.p_value == pytest.approx(known)
    assert result.n == len(rows)


def test_related_answers_that_do_not_differ_or_are_missing_say_why():
    assert friedman([[3, 3, 3], [2, 2, 2]]).reason == "nobody's answers differ"
    assert friedman(np.empty((0, 3))).reason == "no values"
    assert friedman([[1, NONE, 2], [1, 2, 3]]).n == 1
    assert cochran_q([[1, 1], [0, 0]]).reason == "nobody's answers differ"
    assert cochran_q(np.empty((0, 3))).reason == "no values"
    assert mcnemar([1, 0], [1, 0]).reason == "nobody's answers differ"
    assert mcnemar([NONE, 1], [1, NONE]).reason == "no values"


# Figures of R 4.2.2 -----------------------------------------------------------------------------------


def test_adjusted_means_agree_with_r():
    # lm(value ~ 0 + course + age + role); L the courses beside the mean mix, L b and sqrt(diag(L vcov L'))
    found = case_mix(PEOPLE["value"], PEOPLE["course"], [PEOPLE["age"], PEOPLE["role"]])
    known = [3.553872106538, 2.881311874052, 3.690990298546, 3.644859442171, 3.820850390017, 3.367677634109,
             3.657797294398, 4.490338824203, 4.193424908289, 4.155362684655, 3.505074097615,
             3.181297588266]  # fmt: skip
    assert found.adjusted == pytest.approx(known, abs=1e-10)
    assert found.errors[[0, 10]] == pytest.approx([0.3674544141185, 0.3779847143101], abs=1e-10)


def test_a_trend_with_courses_as_clusters_agrees_with_r():
    # lm(value ~ year), meat from rowsum(X * residuals, course), times 12/11 * 83/82; qt(.975, 10)
    found = linear_trend(PEOPLE["value"], PEOPLE["year"], PEOPLE["course"])
    known = (0.05102040816324, -0.11710967295492, 0.21915048928140, 0.51428076013715)
    assert (found.slope, found.low, found.high, found.p_value) == pytest.approx(known, abs=1e-9)


def test_raking_on_two_margins_agrees_with_r():
    # survey 4.1-1: rake(svydesign(~1, fpc = ~N), list(~age, ~role), ...), svymean(~value)
    totals = {"age": {"young": 100, "middle": 110, "old": 90}, "role": {"head": 120, "teacher": 180}}
    found = rake(PEOPLE["value"], {"age": PEOPLE["age"], "role": PEOPLE["role"]}, totals)
    assert (found.estimate, found.se) == pytest.approx((3.65724468748697, 0.09040417925547), abs=1e-8)
    is_old_head = (PEOPLE["age"] == "old") & (PEOPLE["role"] == "head")
    assert found.weights[is_old_head] == pytest.approx(6.18146541, abs=1e-7)
