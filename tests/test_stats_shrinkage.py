"""Means of groups: shrinkage, verdicts against a threshold, funnel limits, how alike a group is."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy import stats as scipy_stats

from coursewaves.errors import CoursewavesError
from coursewaves.stats import (
    funnel,
    funnel_limits,
    heterogeneity,
    intraclass_correlation,
    low_rated,
    probability_below,
    shrink,
    shrink_nested,
    shrunken_difference,
)
from coursewaves.stats.components import _information, _inverse, restricted_likelihood

REFERENCE = Path(__file__).parent / "reference"
NONE = math.nan
group = st.tuples(st.floats(-50, 50), st.floats(0.1, 30))
groups = st.lists(group, min_size=2, max_size=15)


def restricted(tau2, means, variances):
    weights = 1 / (variances + tau2)
    middle = weights @ means / weights.sum()
    return 0.5 * (np.log(weights).sum() - np.log(weights.sum()) - weights @ (means - middle) ** 2)


def test_equal_variances_have_a_closed_form():
    # tau² = s² - v = 20/3 - 1 of 0, 2, 4, 6; each is drawn in by v / s² = .15 towards 3
    result = shrink([0, 2, 4, 6], [1, 1, 1, 1])
    assert (result.tau2, result.grand_mean) == (pytest.approx(17 / 3), pytest.approx(3))
    assert result.estimates == pytest.approx([3 + 0.85 * (mean - 3) for mean in (0, 2, 4, 6)])
    # held² v + ... : B = .85, error of the mean of all² = (20/3) / 4
    error = math.sqrt(0.85 * 1 + 0.15**2 * (20 / 3) / 4)
    assert result.errors == pytest.approx([error] * 4)
    assert result.grand_error == pytest.approx(math.sqrt(20 / 12))


def test_means_that_differ_by_chance_alone_are_all_drawn_to_their_mean():
    result = shrink([3.0, 3.1, 2.9], [1, 1, 1])
    assert result.tau2 == 0
    assert result.estimates == pytest.approx([3, 3, 3])


@settings(deadline=None)
@given(groups)
def test_tau2_is_where_the_restricted_likelihood_is_highest(rows):
    means, variances = np.array(rows).T
    found = shrink(means, variances)
    most = (means.max() - means.min()) ** 2 + 1
    grid = np.concatenate([[0], np.geomspace(most * 1e-7, most, 400)])
    best = max(restricted(tau2, means, variances) for tau2 in grid)
    assert restricted(found.tau2, means, variances) >= best - 1e-9


@given(groups, st.randoms())
def test_order_unit_and_origin_are_irrelevant(rows, random):
    means, variances = np.array(rows).T
    order = sorted(range(len(rows)), key=lambda _: random.random())
    known, moved = shrink(means, variances), shrink(means[order] * 25 + 100, variances[order] * 625)
    assert moved.tau2 == pytest.approx(known.tau2 * 625, rel=1e-5, abs=1e-5)
    assert moved.estimates == pytest.approx(known.estimates[order] * 25 + 100, abs=1e-4)
    assert moved.errors == pytest.approx(known.errors[order] * 25, abs=1e-4)


@given(groups)
def test_an_estimate_lies_between_its_mean_and_the_mean_of_all(rows):
    means, variances = np.array(rows).T
    found = shrink(means, variances)
    low, high = np.minimum(means, found.grand_mean), np.maximum(means, found.grand_mean)
    assert (found.estimates >= low - 1e-9).all()
    assert (found.estimates <= high + 1e-9).all()


def test_a_missing_mean_leaves_its_place_open_and_the_others_as_they_were():
    whole, gaps = shrink([0, 2, 4], [1, 1, 1]), shrink([0, NONE, 2, 4, 9], [1, 1, 1, 1, 0])
    assert gaps.estimates[[0, 2, 3]] == pytest.approx(whole.estimates)
    assert np.isnan(gaps.estimates[[1, 4]]).all()
    assert gaps.reason == "a mean or its variance is missing"


@pytest.mark.parametrize(("means", "variances"), [([], []), ([3], [1]), ([3, NONE], [1, 1]), ([3, 4], [1, 0])])
def test_fewer_than_two_groups_are_not_shrunk(means, variances):
    result = shrink(means, variances)
    assert (math.isnan(result.tau2), math.isnan(heterogeneity(means, variances).q)) == (True, True)
    assert result.reason.startswith("fewer than two groups")


def test_groups_of_one_run_each_agree_with_plain_shrinkage():
    means, variances = np.array([3.0, 4.2, 4.5, 2.1, 3.3]), np.array([0.1, 0.2, 0.1, 0.4, 0.1])
    plain = shrink(means, variances)
    one = restricted_likelihood(means, variances, np.arange(5))
    assert one.groups + one.runs == pytest.approx(plain.tau2, abs=1e-8)
    assert (one.mean, one.error) == (pytest.approx(plain.grand_mean), pytest.approx(plain.grand_error))


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.05, 5), st.integers(0, 4)), min_size=2, max_size=12),
    st.floats(0, 4),
    st.floats(0, 4),
)
def test_the_inverse_without_its_matrix_is_the_inverse_of_the_matrix(runs, of_groups, of_runs):
    known, place = np.array([run[0] for run in runs]), np.unique([run[1] for run in runs], return_inverse=True)[1]
    values = np.linspace(-1, 2, known.size)
    shared = (place[:, None] == place).astype(float)
    dense = np.linalg.inv(np.diag(known + of_runs) + of_groups * shared)
    rows = dense.sum(axis=0)
    projection = dense - np.outer(rows, rows) / rows.sum()
    found = _inverse(np.array([of_groups, of_runs]), known, place)
    assert found.rows == pytest.approx(rows)
    assert found.diagonal == pytest.approx(np.diag(dense))
    assert found.groups == pytest.approx([dense[np.ix_(place == group, place == group)].sum() for group in set(place)])
    assert found.times(values) == pytest.approx(dense @ values)
    assert found.without_mean(values) == pytest.approx(projection @ values, abs=1e-9)
    traces, information = _information(found)
    projected = [projection @ shared, projection]
    assert traces == pytest.approx([np.trace(part) for part in projected], abs=1e-9)
    assert information == pytest.approx(np.array([[np.trace(a @ b) for b in projected] for a in projected]), abs=1e-9)


def test_nested_components_of_a_balanced_design_have_a_closed_form():
    # three programmes with two runs each: pairs 1,3 / 4,6 / 7,11; sampling variance .5
    means = [1.0, 3.0, 4.0, 6.0, 7.0, 11.0]
    found = shrink_nested(means, [0.5] * 6, ["a", "a", "b", "b", "c", "c"])
    within = (2 + 2 + 8) / 3  # mean square within: .5 + tau² of runs
    between = 2 * np.var([2, 5, 9], ddof=1)  # .5 + tau² of runs + 2 tau² of programmes
    assert found.tau2_runs == pytest.approx(within - 0.5, abs=1e-6)
    assert found.tau2_groups == pytest.approx((between - within) / 2, abs=1e-6)
    held = found.tau2_groups / (between / 2)
    assert found.estimates == pytest.approx([16 / 3 + held * (mean - 16 / 3) for mean in (2, 5, 9)], abs=1e-6)


def test_nested_components_are_where_the_likelihood_is_highest():
    random = np.random.default_rng(6)
    place = np.repeat(np.arange(8), random.integers(1, 5, 8))
    known = random.uniform(0.02, 0.1, place.size)
    means = random.normal(0, 0.5, 8)[place] + random.normal(0, 0.3, place.size) + random.normal(0, np.sqrt(known))
    shared = (place[:, None] == place).astype(float)

    def misfit(logs):
        variance = np.diag(known) + math.exp(logs[0]) * shared + math.exp(logs[1]) * np.eye(place.size)
        inverse = np.linalg.inv(variance)
        weights = inverse.sum(axis=0)
        away = means - weights @ means / weights.sum()
        return np.linalg.slogdet(variance)[1] + math.log(weights.sum()) + away @ inverse @ away

    best = optimize.minimize(misfit, [-1, -2], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10})
    found = shrink_nested(means, known, place)
    assert (found.tau2_groups, found.tau2_runs) == pytest.approx(tuple(np.exp(best.x)), rel=1e-4)


def test_one_bad_run_weighs_less_than_three():
    good = [4.2, 4.4, 4.3, 4.5, 4.1, 4.4, 4.6, 4.2, 4.3]
    names = [name for name in "abc" for _ in range(3)]
    once = shrink_nested([*good, 3.0], [0.02] * 10, [*names, "d"])
    thrice = shrink_nested([*good, 3.0, 3.0, 3.0], [0.02] * 12, [*names, "d", "d", "d"])
    assert once.estimates[3] > thrice.estimates[3] > 3.0
    assert once.errors[3] > thrice.errors[3]
    assert once.run_estimates[-1] < once.estimates[3]


def test_runs_without_a_mean_or_a_group_are_left_out():
    whole = shrink_nested([1, 3, 4, 6], [0.5] * 4, ["a", "a", "b", "b"])
    gaps = shrink_nested([1, 3, 4, 6, NONE, 9], [0.5] * 6, ["a", "a", "b", "b", "b", None])
    assert gaps.estimates == pytest.approx(whole.estimates)
    assert np.isnan(gaps.run_estimates[4:]).all()
    assert gaps.reason
    unseen = shrink_nested([1, 3, 4, 6, NONE], [0.5] * 5, ["a", "a", "b", "b", "c"])
    assert np.isnan(unseen.estimates).tolist() == np.isnan(unseen.means).tolist() == [False, False, True]
    assert shrink_nested([1, 2], [1, 1], ["a", "a"]).reason.startswith("fewer than two groups")


def test_heterogeneity_by_hand():
    # equal weights: Q = sum of squares / v = 20; I² = (17/3) / (17/3 + 1)
    result = heterogeneity([0, 2, 4, 6], [1, 1, 1, 1])
    assert (result.q, result.df, result.i2) == (pytest.approx(20), 3, pytest.approx(0.85))
    assert result.p_value == pytest.approx(scipy_stats.chi2.sf(20, 3))


def test_a_probability_below_is_the_normal_tail():
    assert probability_below(3.5, 0.2, 3.5) == 0.5
    assert probability_below(3.3, 0.2, 3.5) == pytest.approx(scipy_stats.norm.cdf(1))
    several = probability_below([3.3, 3.7, NONE, 3], [0.2, 0.2, 0.2, 0], 3.5)
    assert several == pytest.approx([scipy_stats.norm.cdf(1), scipy_stats.norm.cdf(-1), NONE, NONE], nan_ok=True)
    assert math.isnan(probability_below(3.3, 0, 3.5))
    assert probability_below([], [], 3.5).size == 0


def test_a_change_after_a_decision_is_held_by_what_changes_anyhow():
    # a rise of 10 with an error² of 18; differences vary by 18 by themselves: half is held
    result = shrunken_difference((58, 9), (68, 9), tau2=18)
    assert (result.difference, result.raw) == (5, 10)
    assert (result.low, result.high) == pytest.approx((5 - 1.959964 * 3, 5 + 1.959964 * 3), abs=1e-5)
    assert shrunken_difference((58, 9), (68, 9), tau2=0)[:3] == (0, 0, 0)
    flipped = shrunken_difference((68, 9), (58, 9), tau2=18)
    assert flipped[:4] == pytest.approx((-5, -result.high, -result.low, -10))


def test_a_programme_chosen_because_it_was_low_rises_by_chance_and_shrinking_takes_that_off():
    # nothing changes; the lowest tenth of first runs is looked at again
    random = np.random.default_rng(9)
    truth = random.normal(75, 5, 4000)
    before, after = truth + random.normal(0, 3, 4000), truth + random.normal(0, 3, 4000)
    chosen = before < np.quantile(before, 0.1)
    raw = np.mean(after[chosen] - before[chosen])
    shrunk = [shrunken_difference((x, 9), (y, 9), tau2=1.0).difference for x, y in zip(before, after, strict=True)]
    assert raw > 1.5
    assert abs(np.mean(np.array(shrunk)[chosen])) < 0.2


def test_a_change_of_a_run_that_is_missing_says_so():
    for first, second in (((NONE, 9), (68, 9)), ((58, 9), (68, NONE)), ((58, 0), (68, 9))):
        result = shrunken_difference(first, second, tau2=1)
        assert (math.isnan(result.difference), result.reason) == (True, "a mean or its variance is missing")


def spread_out(lowest=40.0, n=25, k=12):
    """Eleven sound groups and one at the lowest mean; a standard error of 3."""
    means = np.array([lowest, *np.linspace(70, 90, k - 1)])
    return means, np.full(k, 9.0), np.full(k, n)


def test_a_group_far_below_is_low_and_the_others_are_not():
    result = low_rated(*spread_out(), threshold=62.5)
    assert result.verdicts == ["low"] + ["not low"] * 11
    assert result.probabilities[0] > 0.99
    assert result.more_answers.tolist() == [0] * 12


def test_a_group_near_the_threshold_cannot_be_called_yet():
    result = low_rated(*spread_out(61.0), threshold=62.5)
    assert result.verdicts[0] == "cannot say yet"
    assert 0.2 < result.probabilities[0] < 0.8
    # with so many more answers, and the mean as it is, the probability reaches .8
    n = 25 + result.more_answers[0]
    for more, reached in ((0, True), (-1, False)):
        held = result.shrunk.tau2 / (result.shrunk.tau2 + 225 / (n + more))
        estimate = held * 61 + (1 - held) * result.shrunk.grand_mean
        error = math.sqrt(held * 225 / (n + more))
        assert (probability_below(estimate, error, 62.5) >= 0.8) is reached


def test_few_groups_are_judged_by_their_own_bound():
    # 10 % points of t(24): 1.318 * 3 = 3.95
    verdicts = {mean: low_rated([mean, 80, 85], [9, 9, 9], [25] * 3, 62.5).verdicts[0] for mean in (58, 59, 66, 67)}
    assert verdicts == {58: "low", 59: "cannot say yet", 66: "cannot say yet", 67: "not low"}


def test_fewer_than_ten_answers_are_never_low():
    assert low_rated([20, 80, 85], [9, 9, 9], [9, 25, 25], 62.5).verdicts[0] == "cannot say yet"
    few = low_rated(*spread_out(20.0, n=9), threshold=62.5)
    assert few.verdicts[0] == "cannot say yet"
    assert few.more_answers[0] == 1


def test_a_mean_at_the_threshold_is_decided_by_no_number_of_answers():
    result = low_rated([62.5, 80, 85], [9, 9, 9], [25] * 3, 62.5)
    assert math.isnan(result.more_answers[0])
    assert result.reason == "no number of answers would decide"


def test_a_group_without_a_mean_is_not_judged():
    result = low_rated([40, NONE, 80], [9, 9, 9], [25, 0, 25], 62.5)
    assert result.verdicts == ["low", "cannot say yet", "not low"]
    assert (math.isnan(result.low[1]), result.reason) == (True, "a mean, its variance or its count is missing")


def test_groups_of_runs_are_judged_with_the_scatter_of_their_runs():
    runs = shrink_nested([1.0, 3.0, 4.0, 6.0, 7.0, 11.0], [0.5] * 6, ["a", "a", "b", "b", "c", "c"])
    # tau² of runs is 3.5, see above: an error of (.5 + 3.5) / 2 for the mean of two runs
    assert runs.means == pytest.approx([2, 5, 9])
    assert runs.variances == pytest.approx([2, 2, 2])
    assert runs.of_groups.tau2 == runs.tau2_groups
    result = low_rated(runs.means, runs.variances, [20, 20, 20], 4.5, shrunk=runs.of_groups)
    assert result.verdicts == ["low", "cannot say yet", "not low"]


def test_nested_estimates_take_the_place_of_plain_ones():
    means, variances, counts = spread_out(61.0)
    shrunk = shrink(means, variances)
    sure = shrunk._replace(estimates=np.r_[50.0, shrunk.estimates[1:]], errors=np.full(12, 1.0))
    assert low_rated(means, variances, counts, 62.5, shrunk=sure).verdicts[0] == "low"


@pytest.mark.parametrize(
    "call",
    [
        lambda: low_rated([1, 2], [1, 1], [9, 9], 3, certainty=80),
        lambda: low_rated([1, 2], [1], [9, 9], 3),
        lambda: shrink([1, 2], [1]),
        lambda: funnel([1, 2], [1, 2], deviation=0),
        lambda: funnel([1, 2], [1, 2], deviation=1, winsorised=0.5),
    ],
)
def test_a_callers_mistake_is_refused(call):
    with pytest.raises(CoursewavesError):
        call()


def test_a_funnel_by_hand():
    # target (3 * 4 + 5 * 4) / 8 = 4; deviations 1 at an error of 1/2
    result = funnel([3, 5], [4, 4], deviation=1, winsorised=0)
    assert (result.target, result.phi) == (4, 4)
    assert result.z.tolist() == [-2, 2]
    assert result.z_adjusted.tolist() == [-1, 1]


def test_less_spread_than_chance_widens_nothing():
    result = funnel([3.9, 4.1], [4, 4], deviation=1, winsorised=0)
    assert result.z_adjusted.tolist() == result.z.tolist()


def test_funnel_limits_hold_the_share_that_they_name():
    random = np.random.default_rng(2)
    counts = random.integers(5, 60, 2000)
    means = random.normal(70, 20 / np.sqrt(counts))
    low, high = funnel_limits(70, 20, counts)
    assert np.mean((means >= low) & (means <= high)) == pytest.approx(0.95, abs=0.02)
    wider = funnel_limits(70, 20, [25, 0], phi=4)
    assert wider[0][0] == pytest.approx(70 - 1.959964 * 8)
    assert math.isnan(wider[1][1])


def test_a_funnel_of_nothing_has_a_reason():
    assert funnel([], [], 1).reason == "no values"
    gaps = funnel([3, NONE, 5], [4, 4, 0], 1)
    assert (np.isnan(gaps.z).tolist(), gaps.reason) == ([False, True, True], "a mean or its count is missing")


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from("abc")), min_size=3, max_size=30))
def test_the_test_of_groups_agrees_with_scipys_analysis_of_variance(rows):
    values, names = zip(*rows, strict=True)
    result = intraclass_correlation(values, names)
    if not result.reason:
        parts = [[value for value, name in rows if name == one] for one in set(names)]
        known = scipy_stats.f_oneway(*parts)
        assert result.p_value == pytest.approx(known.pvalue, abs=1e-10)
        assert result.low <= result.icc <= result.high


def test_an_intraclass_correlation_finds_the_planted_one():
    random = np.random.default_rng(1)
    place = np.repeat(np.arange(300), 8)
    result = intraclass_correlation(random.normal(0, 1, 300)[place] + random.normal(0, 2, place.size), place)
    assert result.icc == pytest.approx(0.2, abs=0.04)
    assert (result.between, result.within) == (pytest.approx(1, abs=0.15), pytest.approx(2, abs=0.1))


@pytest.mark.parametrize(
    ("values", "names", "reason"),
    [
        ([], [], "no values"),
        ([1, 2], ["a", "a"], "fewer than two groups"),
        ([1, 2], ["a", "b"], "no group has two values"),
        ([3, 3, 3], ["a", "a", "b"], "all values equal"),
        ([1, 1, 2], ["a", "a", "b"], "no group has any spread"),
    ],
)
def test_an_intraclass_correlation_that_cannot_be_computed_says_why(values, names, reason):
    result = intraclass_correlation(values, names)
    assert (math.isnan(result.low), result.reason) == (True, reason)


def test_nested_shrinkage_agrees_with_r():
    # metafor 3.8-1: rma.mv(mean, variance, random = ~ 1 | programme / id, method = "REML", optimizer BFGS), ranef()
    runs = pd.read_csv(REFERENCE / "runs.csv", comment="#")
    found = shrink_nested(runs["mean"], runs["variance"], runs["programme"])
    assert (found.tau2_groups, found.tau2_runs) == pytest.approx((96.00511701, 19.02439905), rel=1e-5)
    assert (found.grand_mean, found.grand_error) == pytest.approx((68.74665392, 3.07914456), rel=1e-6)
    assert found.groups == sorted(set(runs["programme"]))
    known = [71.5791216, 55.8213208, 60.5942776, 77.0204175, 59.9818522, 63.3672330, 67.7183287, 62.0765400,
             67.3191823, 73.6459789, 82.0040351, 83.8315594]  # fmt: skip
    assert found.estimates == pytest.approx(known, rel=1e-6)
