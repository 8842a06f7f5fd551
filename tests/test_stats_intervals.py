"""Means, shares and differences of shares with their intervals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from coursewaves.errors import CoursewavesError
from coursewaves.stats import difference_of_options, difference_of_shares, mean_interval, share_interval

answers = st.lists(st.integers(1, 5), min_size=2, max_size=40)


@st.composite
def shares(draw):
    n = draw(st.integers(1, 200))
    return draw(st.integers(0, n)), n


def test_wilson_interval_agrees_with_r():
    # R 4: prop.test(25, 40, correct=FALSE)$conf.int, top two answers to A2 of 40 persons of psych::bfi
    result = share_interval(25, 40)
    assert result[:2] == pytest.approx((0.625, 0.47032439137301), abs=1e-10)
    assert result.high == pytest.approx(0.75777020832767, abs=1e-10)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10: 56/70 - 48/80, 6/7 - 2/7,
        # 5/56 - 0/29, 10/10 - 0/20, 10/10 - 0/10
        ((48, 80), (56, 70), 0.0524, 0.3339),
        ((2, 7), (6, 7), 0.0582, 0.8062),
        ((0, 29), (5, 56), -0.0381, 0.1926),
        ((0, 20), (10, 10), 0.6791, 1.0),
        ((0, 10), (10, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_interval_agrees_with_his_table(first, second, low, high):
    result = difference_of_shares(*first, *second)
    assert (result.low, result.high) == pytest.approx((low, high), abs=5e-5)


@given(answers)
def test_mean_interval_agrees_with_scipy_inside_the_scale(values):
    result = mean_interval(values)
    if len(set(values)) > 1:
        known = scipy_stats.ttest_1samp(values, 0).confidence_interval(0.95)
        assert (result.low, result.high) == pytest.approx((known.low, known.high), abs=1e-10)


@given(answers)
def test_mean_interval_stays_on_the_scale_and_around_the_mean(values):
    result = mean_interval(values, low=1, high=5)
    if not result.reason:
        assert 1 <= result.low <= result.mean <= result.high <= 5


def test_mean_interval_is_cut_where_the_scale_ends():
    # mean 4.75, sd 0.5, t(3) = 3.182: 4.75 +- 0.796
    result = mean_interval([5, 5, 5, 4], low=1, high=5)
    assert (result.low, result.high) == (pytest.approx(3.9544, abs=1e-4), 5.0)


def test_missing_answers_are_dropped():
    assert mean_interval([3, np.nan, 4, 5, None]) == mean_interval([3, 4, 5])


@pytest.mark.parametrize(
    ("values", "mean", "n", "reason"),
    [
        ([], math.nan, 0, "no values"),
        ([math.nan], math.nan, 0, "no values"),
        ([4], 4, 1, "fewer than two values"),
        ([4, 4, 4], 4, 3, "all values equal"),
        ([0.1 + 0.2, 0.3], 0.3, 2, "all values equal"),
    ],
)
def test_a_mean_without_spread_has_no_interval_but_a_reason(values, mean, n, reason):
    result = mean_interval(values)
    assert result.mean == pytest.approx(mean, nan_ok=True)
    assert math.isnan(result.low)
    assert math.isnan(result.high)
    assert (result.n, result.reason) == (n, reason)


def test_a_share_of_nobody_is_not_computed():
    result = share_interval(0, 0)
    assert np.isnan(result[:3]).all()
    assert (result.n, result.reason) == (0, "no values")
    difference = difference_of_shares(0, 0, 3, 4)
    assert np.isnan(difference[:3]).all()
    assert difference.reason == "a group is empty"


@given(shares())
def test_wilson_interval_agrees_with_scipy_and_holds_the_share(counts):
    result = share_interval(*counts)
    known = scipy_stats.binomtest(*counts).proportion_ci(method="wilson")
    assert (result.low, result.high) == pytest.approx((known.low, known.high), abs=1e-10)
    assert 0 <= result.low <= result.share <= result.high <= 1
    assert result.low < result.high


@given(shares(), shares())
def test_swapped_groups_flip_the_difference_of_shares(first, second):
    result, swapped = difference_of_shares(*first, *second), difference_of_shares(*second, *first)
    assert result.difference == -swapped.difference
    assert (result.low, result.high) == pytest.approx((-swapped.high, -swapped.low), abs=1e-12)
    assert -1 <= result.low <= result.difference <= result.high <= 1


@given(answers, st.floats(0.5, 0.94))
def test_a_lower_level_gives_a_narrower_interval(values, level):
    wide, narrow = mean_interval(values), mean_interval(values, level=level)
    if not wide.reason:
        assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(
    "call",
    [
        lambda: share_interval(5, 4),
        lambda: share_interval(-1, 4),
        lambda: share_interval(math.nan, 4),
        lambda: share_interval(0, math.nan),
        lambda: difference_of_shares(1, 2, 3, 2),
        lambda: mean_interval([1, 6], low=1, high=5),
        lambda: mean_interval([0, 3], low=1),
        lambda: mean_interval([1, math.inf]),
        lambda: mean_interval([[1, 2], [3, 4]]),
        lambda: mean_interval([1, 2], level=95),
    ],
)
def test_a_callers_mistake_is_refused(call):
    with pytest.raises(CoursewavesError):
        call()


def test_mean_interval_covers_the_true_mean_of_five_point_answers():
    # an earlier simulation gave .91-.95 at 15-40 answers with 55 % top marks; four standard errors of 1,000 runs: .028
    random = np.random.default_rng(7)
    shares_of_marks = [0.02, 0.05, 0.10, 0.28, 0.55]
    truth = float(np.arange(1, 6) @ shares_of_marks)
    samples = random.choice(np.arange(1, 6), size=(1000, 25), p=shares_of_marks)
    intervals = [mean_interval(sample, 1, 5) for sample in samples]
    covered = np.mean([result.low <= truth <= result.high for result in intervals])
    assert 0.90 < covered < 0.975


@pytest.mark.parametrize(
    ("first", "second", "n", "known"),
    [
        # written out in R 4.2.2 with prop.test(k, n, correct = FALSE)$conf.int and r = -sqrt(p q / ((1 - p)(1 - q)))
        (4, 14, 20, (0.5, 0.0915057623847, 0.7574667575900)),
        (12, 30, 61, (0.2950819672131, 0.0902249380359, 0.4710523874017)),
    ],
)
def test_two_answers_to_one_question_differ_as_r_says(first, second, n, known):
    assert difference_of_options(first, second, n)[:3] == pytest.approx(known, abs=1e-10)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_the_difference_of_two_answers_mirrors_stays_in_its_range_and_always_has_a_width(first, second, others):
    n = first + second + others
    found, back = difference_of_options(first, second, n), difference_of_options(second, first, n)
    if n == 0:
        assert found.reason
        return
    assert (found.difference, found.low, found.high) == pytest.approx((-back.difference, -back.high, -back.low))
    assert -1 <= found.low <= found.difference <= found.high <= 1
    assert found.high - found.low > 0.01


def test_more_answers_than_people_are_refused():
    with pytest.raises(CoursewavesError, match="Can't take 6 and 5 of 10: everybody gave one answer"):
        difference_of_options(6, 5, 10)
