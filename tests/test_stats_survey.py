"""Wave 3 over all completers: strata, domains, raking, collapsed strata, bounds for those who never answered."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

import figures
from coursewaves.errors import CoursewavesError
from coursewaves.stats import (
    collapse_strata,
    kish_effect,
    nonresponse_bounds,
    rake,
    stratified_mean,
    stratified_share,
    stratified_total,
    thin_cells,
)

NONE = math.nan
MARKS, TOPICS, SIZES = [4, 5, 3, 2, 3, 1], ["a", "a", "a", "b", "b", "b"], {"a": 30, "b": 10}
marks = st.lists(st.integers(1, 5), min_size=2, max_size=9)


def test_a_stratified_mean_by_hand():
    # (30 * 4 + 10 * 2) / 40; variance 1 in each: .75² (1 - .1) / 3 + .25² (1 - .3) / 3
    result = stratified_mean(MARKS, TOPICS, SIZES)
    error = math.sqrt(0.75**2 * 0.9 / 3 + 0.25**2 * 0.7 / 3)
    assert (result.estimate, result.se, result.df, result.n) == (3.5, pytest.approx(error), 4, 6)
    half = scipy_stats.t.ppf(0.975, 4) * error
    assert (result.low, result.high) == pytest.approx((3.5 - half, 3.5 + half))


def test_without_the_correction_the_error_is_that_of_the_next_cohort():
    error = math.sqrt(0.75**2 / 3 + 0.25**2 / 3)
    assert stratified_mean(MARKS, TOPICS, SIZES, fpc=False).se == pytest.approx(error)


def test_a_stratified_total_is_the_mean_by_the_people():
    mean, total = stratified_mean(MARKS, TOPICS, SIZES), stratified_total(MARKS, TOPICS, SIZES)
    assert total[:4] == pytest.approx([40 * figure for figure in mean[:4]])
    assert (total.df, total.deff) == (mean.df, pytest.approx(mean.deff))


def test_a_part_of_the_population_is_a_ratio():
    inside = [True, True, False, True, False, False]
    result = stratified_mean(MARKS, TOPICS, SIZES, domain=inside)
    # weights 10 and 10/3: (10 * 9 + 10/3 * 2) / (20 + 10/3)
    mean = (90 + 20 / 3) / (20 + 10 / 3)
    assert (result.estimate, result.n) == (pytest.approx(mean), 3)
    linear = np.array([4 - mean, 5 - mean, 0, 2 - mean, 0, 0]) / (20 + 10 / 3)
    parts = [n**2 * (1 - 3 / n) * linear[place].var(ddof=1) / 3 for n, place in ((30, slice(3)), (10, slice(3, 6)))]
    assert result.se == pytest.approx(math.sqrt(sum(parts)))
    total = stratified_total(MARKS, TOPICS, SIZES, domain=inside)
    assert total.estimate == pytest.approx(90 + 20 / 3)


@given(marks, marks, st.integers(0, 40), st.integers(0, 40), st.randoms())
def test_order_and_missing_answers_are_irrelevant(first, second, more, others, random):
    sizes = {"a": len(first) + more, "b": len(second) + others}
    rows = [*((mark, "a") for mark in first), *((mark, "b") for mark in second)]
    result = stratified_mean(*zip(*rows, strict=True), sizes)
    shuffled = sorted([*rows, (NONE, "a"), (3, None)], key=lambda _: random.random())
    assert stratified_mean(*zip(*shuffled, strict=True), sizes)[:7] == pytest.approx(result[:7], nan_ok=True)
    if not math.isnan(result.low):
        assert result.low <= result.estimate <= result.high


@given(marks)
def test_one_stratum_of_endless_size_is_a_plain_t_interval(values):
    result = stratified_mean(values, ["a"] * len(values), {"a": 50}, fpc=False)
    if not result.reason:
        known = scipy_stats.ttest_1samp(values, 0).confidence_interval(0.95)
        assert (result.low, result.high) == pytest.approx((known.low, known.high))
        assert result.deff == pytest.approx(1)


def test_a_census_has_no_sampling_error():
    result = stratified_mean([1, 2, 4], ["a", "a", "b"], {"a": 2, "b": 1})
    assert (result.estimate, result.se, result.low, result.high) == (
        pytest.approx(7 / 3),
        0,
        result.estimate,
        result.estimate,
    )
    assert "everybody answered" in result.reason


def test_the_only_member_of_a_stratum_needs_no_second_value():
    result = stratified_mean([1, 2, 4], ["a", "a", "b"], {"a": 20, "b": 1})
    assert result.se == pytest.approx(20 / 21 * math.sqrt(0.9 * 0.5 / 2))


@pytest.mark.parametrize(
    ("values", "strata", "sizes", "reason", "estimate"),
    [
        ([], [], {}, "no values", NONE),
        ([NONE], ["a"], {"a": 5}, "no values", NONE),
        ([1, 2], ["a", "a"], {"a": 5, "b": 5}, "a stratum has no values", NONE),
        ([1, 2, 3], ["a", "a", "b"], {"a": 5, "b": 5}, "a stratum has fewer than two values", 2.25),
        ([1, 2, 3], ["a", "a", "a"], {"a": 2}, "a stratum has more values than people", NONE),
        ([1, 2], ["a", "a"], {"a": NONE}, "the size of a stratum is not known", NONE),
        ([3, 3, 3], ["a", "a", "a"], {"a": 9}, "all values equal", 3),
    ],
)
def test_an_estimate_that_cannot_be_made_says_why(values, strata, sizes, reason, estimate):
    result = stratified_mean(values, strata, sizes)
    assert result.estimate == pytest.approx(estimate, nan_ok=True)
    assert (math.isnan(result.se), result.reason) == (True, reason)


@pytest.mark.parametrize(
    "call",
    [
        lambda: stratified_mean([1, 2], ["a"], {"a": 9}),
        lambda: stratified_mean([1, 2], ["a", "b"], {"a": 9}),
        lambda: stratified_mean([1, 2], ["a", "a"], {"a": -9}),
        lambda: stratified_share([1, 2], ["a", "a"], {"a": 9}),
        lambda: stratified_mean([1, 2], ["a", "a"], {"a": 9}, level=95),
        lambda: stratified_mean([1, 2], ["a", "a"], {"a": 9}, domain=[True]),
    ],
)
def test_a_callers_mistake_is_refused(call):
    with pytest.raises(CoursewavesError):
        call()


def test_a_stratum_that_nobody_belongs_to_needs_no_values():
    assert stratified_mean(MARKS, TOPICS, SIZES | {"c": 0})[:4] == stratified_mean(MARKS, TOPICS, SIZES)[:4]


def test_a_shares_ends_lie_on_the_logit_scale():
    result = stratified_share([1, 1, 0, 0, 1, 0], TOPICS, SIZES)
    # 30/40 * 2/3 + 10/40 * 1/3
    share = 7 / 12
    half = scipy_stats.t.ppf(0.975, 4) * result.se / (share * (1 - share))
    logit = math.log(share / (1 - share))
    assert result.estimate == pytest.approx(share)
    assert (result.low, result.high) == pytest.approx(
        [1 / (1 + math.exp(-end)) for end in (logit - half, logit + half)]
    )


def test_a_share_of_all_still_has_a_lower_end():
    result = stratified_share([True] * 6, TOPICS, SIZES)
    # Clopper and Pearson: .025 = p^6
    assert (result.estimate, result.low, result.high) == (1, pytest.approx(0.025 ** (1 / 6)), 1)
    none = stratified_share([False] * 6, TOPICS, SIZES)
    assert (none.estimate, none.low, none.high) == (0, 0, pytest.approx(1 - 0.025 ** (1 / 6)))


def test_the_design_effect_of_proportional_strata_is_what_they_explain():
    result = stratified_mean([1, 2, 3, 7, 8, 9], TOPICS, {"a": 30, "b": 30})
    # variance within 1, of all 58/5 = 11.6: 1/6 (1 - 1/10) against 11.6/6 (1 - 1/10)
    assert result.deff == pytest.approx(1 / 11.6)


def test_strata_may_be_a_column_of_pandas_with_gaps():
    column = pd.Series([*TOPICS, None], dtype="category")
    assert stratified_mean([*MARKS, 5], column, SIZES)[:4] == stratified_mean(MARKS, TOPICS, SIZES)[:4]
    numbered = pd.Series([1, 1, 1, 2, 2, 2], dtype="Int64")
    assert stratified_mean(MARKS, numbered, {1: 30, 2: 10})[:4] == stratified_mean(MARKS, TOPICS, SIZES)[:4]
    masked = np.ma.masked_array([*MARKS, 99], mask=[0, 0, 0, 0, 0, 0, 1])
    assert stratified_mean(masked, [*TOPICS, "a"], SIZES)[:4] == stratified_mean(MARKS, TOPICS, SIZES)[:4]


def test_collapsing_joins_the_short_with_the_next():
    found = collapse_strata([1, 2, 3, 4, 5], ["a", "a", "b", "c", "c"], {"a": 10, "b": 20, "c": 30})
    assert found.sizes == {"a": 10, ("b", "c"): 50}
    assert found.strata == ["a", "a", ("b", "c"), ("b", "c"), ("b", "c")]
    assert found.joined == [("b", "c")]


def test_what_is_short_at_the_end_joins_the_one_before():
    found = collapse_strata([1, 2, 3, NONE], ["a", "a", "b", "b"], {"a": 10, "b": 20})
    assert found.sizes == {("a", "b"): 30}


def test_strata_with_enough_values_stay_as_they_are():
    found = collapse_strata(MARKS, TOPICS, SIZES)
    assert (found.sizes, found.strata, found.joined) == (SIZES, TOPICS, [])


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from("abcd")), min_size=2, max_size=12))
def test_collapsed_strata_can_always_be_estimated(rows):
    sizes = dict.fromkeys("abcd", 40)
    values, strata = zip(*rows, strict=True)
    found = collapse_strata(values, strata, sizes)
    result = stratified_mean(values, found.strata, found.sizes)
    assert result.reason in ("", "all values equal")
    assert sum(found.sizes.values()) == 160


def test_bounds_hold_the_mean_and_close_when_everybody_answered():
    # answered 3 of 6 and 3 of 4; quartiles of all: 2.25 and 3.75
    found = nonresponse_bounds(MARKS, TOPICS, SIZES, invited={"a": 6, "b": 4})
    assert found.mean == pytest.approx(3.5)
    low = 0.75 * (4 + 2.25) / 2 + 0.25 * (0.75 * 2 + 0.25 * 2.25)
    assert (found.low, found.answered, found.n) == (pytest.approx(low), 0.6, 6)
    closed = nonresponse_bounds(MARKS, TOPICS, {"a": 3, "b": 3})
    assert closed.low == closed.high == pytest.approx(closed.mean)


def test_bounds_of_a_stratum_that_never_answered_are_wider():
    found = nonresponse_bounds(MARKS, TOPICS, SIZES | {"c": 40})
    assert math.isnan(found.mean)
    assert found.reason == "a stratum has no values"
    assert found.low < nonresponse_bounds(MARKS, TOPICS, SIZES).low
    assert nonresponse_bounds([], [], {}).reason == "no values"
    with pytest.raises(CoursewavesError, match="invited"):
        nonresponse_bounds(MARKS, TOPICS, SIZES, invited={"a": 6})


def test_raking_on_one_margin_is_post_stratification():
    result = rake(MARKS, [TOPICS], [SIZES])
    assert result.weights == pytest.approx([10, 10, 10, 10 / 3, 10 / 3, 10 / 3])
    residuals = np.array([0, 1, -1, 0, 1, -1]) * result.weights / 40
    assert (result.estimate, result.se) == (3.5, pytest.approx(math.sqrt((1 - 6 / 40) * 6 / 5 * (residuals**2).sum())))
    assert result.deff == pytest.approx(kish_effect(result.weights))


def test_margins_may_come_in_lists_mappings_a_table_or_bare():
    known = rake(MARKS, [TOPICS], [SIZES])
    as_table = pd.DataFrame({"topic": TOPICS})
    forms = [(TOPICS, SIZES), ({"topic": TOPICS}, {"topic": SIZES}), (as_table, {"topic": pd.Series(SIZES)})]
    for margins, totals in forms:
        assert rake(MARKS, margins, totals)[1:] == known[1:]
    assert stratified_mean(MARKS, TOPICS, pd.Series(SIZES)) == stratified_mean(MARKS, TOPICS, SIZES)


def test_raked_weights_reproduce_every_margin():
    random = np.random.default_rng(3)
    topic, age = random.choice(list("abc"), 80), random.choice(list("xy"), 80)
    totals = {"topic": {"a": 300, "b": 150, "c": 50}, "age": {"x": 320, "y": 180}}
    result = rake(random.normal(size=80), {"topic": topic, "age": age}, totals)
    for labels, total in ((topic, totals["topic"]), (age, totals["age"])):
        sums = {label: result.weights[labels == label].sum() for label in total}
        assert sums == pytest.approx(total)
    assert result.weights.sum() == pytest.approx(500)


def test_the_raked_error_agrees_with_a_jackknife():
    random = np.random.default_rng(5)
    topic, age = random.choice(list("abc"), 90), random.choice(list("xy"), 90)
    values = random.normal(size=90) + (topic == "a") + 2 * (age == "x")
    margins, totals = [topic, age], [{"a": 300, "b": 300, "c": 300}, {"x": 450, "y": 450}]
    result = rake(values, margins, totals, fpc=False)
    left_out = [
        rake(np.delete(values, i), [np.delete(labels, i) for labels in margins], totals).estimate for i in range(90)
    ]
    assert result.se == pytest.approx(
        math.sqrt(89 / 90 * ((np.array(left_out) - np.mean(left_out)) ** 2).sum()), rel=0.05
    )


def test_a_cap_holds_the_weights_down():
    values, topic = list(range(12)), ["a"] * 11 + ["b"]
    result = rake(values, [topic], [{"a": 60, "b": 60}], cap=3)
    # one row stands for 10 of 120 on average
    assert result.weights.max() == pytest.approx(30)
    assert result.deff < rake(values, [topic], [{"a": 60, "b": 60}]).deff


def test_rows_that_miss_something_have_no_weight():
    result = rake([4, NONE, 3, 2], [["a", "a", None, "b"]], [{"a": 5, "b": 5}])
    assert np.isnan(result.weights).tolist() == [False, True, True, False]
    assert (result.estimate, result.n) == (3, 2)
    nobody = rake([NONE], [["a"]], [{"a": 5}])
    assert (math.isnan(nobody.estimate), nobody.reason) == (True, "no values")
    one = rake([4], [["a"]], [{"a": 5}])
    assert (one.estimate, math.isnan(one.se), one.reason) == (4, True, "fewer than two values")


@pytest.mark.parametrize(
    ("margins", "totals", "message"),
    [
        ([["a", "a"]], [{"a": 5, "b": 5}], "no answers stand for"),
        ([["a", "b"], ["x", "y"]], [{"a": 5, "b": 5}, {"x": 5, "y": 6}], "different totals"),
        ([["a", "c"]], [{"a": 5, "b": 5}], "Can't find"),
        ([["a"]], [{"a": 5}], "one length"),
        ({"t": ["a", "b"]}, {"u": {"a": 5, "b": 5}}, "exactly the margins"),
        ([["a", "b"]], {"t": {"a": 5, "b": 5}}, "alike"),
        ([["a", "b"]], [{"a": -5, "b": 15}], "negative"),
        ([], [], "at least one"),
        # the only row of b is the only row of y, and they stand for different numbers
        ([["a", "a", "b"], ["x", "x", "y"]], [{"a": 5, "b": 5}, {"x": 6, "y": 4}], "converge"),
    ],
)
def test_what_cannot_be_raked_is_an_error(margins, totals, message):
    rows = len(next(iter(margins.values())) if isinstance(margins, dict) else margins[0]) if margins else 2
    values = [1.0, 2.0, 3.0][: max(rows, 2)]
    with pytest.raises(CoursewavesError, match=message):
        rake(values, margins, totals)


def test_thin_cells_forbid_raking():
    margins = {"topic": ["a"] * 12 + ["b"] * 3, "age": ["x", "y", "x"] * 5}
    totals = {"topic": {"a": 60, "b": 40}, "age": {"x": 50, "y": 50}}
    assert thin_cells(margins, totals) == {("topic", "b"): 3, ("age", "y"): 5}
    assert thin_cells(margins, totals, least=3) == {}


@pytest.mark.parametrize(("weights", "effect"), [([1, 1, 1], 1), ([1, 3], 1.25), ([2, NONE, 2], 1), ([], NONE)])
def test_kishs_effect_by_hand(weights, effect):
    assert kish_effect(weights) == pytest.approx(effect, nan_ok=True)


def test_strata_from_moments_are_the_whole_of_what_the_mean_needs():
    # any values with these counts, means and variances give the same estimate
    one = figures.with_moments(20, 4, 0.5)
    other = np.concatenate([np.full(10, 4 - math.sqrt(0.475)), np.full(10, 4 + math.sqrt(0.475))])
    results = [stratified_mean(values, ["a"] * 20, {"a": 100}) for values in (one, other)]
    assert results[0][:5] == pytest.approx(results[1][:5])


def test_the_correction_by_answers_covers_the_true_mean():
    # an earlier simulation gave .946-.955 with the answered n; two strata, 35 % answer; 4 errors of 1,000: .028
    random = np.random.default_rng(8)
    population = {"a": random.integers(1, 6, 60), "b": random.integers(2, 6, 90)}
    truth = np.concatenate(list(population.values())).mean()
    covered = []
    for _ in range(1000):
        drawn = {
            name: random.choice(people, len(people) * 35 // 100, replace=False) for name, people in population.items()
        }
        strata = np.repeat(list(drawn), [len(values) for values in drawn.values()])
        result = stratified_mean(np.concatenate(list(drawn.values())), strata, {"a": 60, "b": 90})
        covered.append(result.low <= truth <= result.high)
    assert 0.92 < np.mean(covered) < 0.98
