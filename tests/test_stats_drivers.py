"""Importance of factors: LMG, groups, relative weights, pooled over courses; the gap of one course in parts."""

import math
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import figures
from coursewaves.errors import CoursewavesError
from coursewaves.stats import gap_decomposition, importance, importance_interval, relative_weights

NONE = math.nan
seeds = st.integers(0, 10_000)


def sample(seed, n=40, k=4, courses=10):
    """Factors that hang together, a rating that rests on the first two, and courses that differ in all."""
    random = np.random.default_rng(seed)
    course = np.arange(n) % courses
    factors = random.normal(size=(n, 1)) + random.normal(size=(n, k)) + random.normal(size=(courses, k))[course]
    rating = factors[:, 0] + 0.5 * factors[:, 1] + random.normal(size=n) + 3 * random.normal(size=courses)[course]
    return rating, factors, course


def r_squared(rating, factors):
    design = np.column_stack([np.ones(len(rating)), factors])
    left = rating - design @ np.linalg.lstsq(design, rating, rcond=None)[0]
    return 1 - left @ left / ((rating - rating.mean()) ** 2).sum()


def by_orders(rating, factors, members):
    """Average the rise of R² over every order in which the members can be taken in."""
    shares = np.zeros(len(members))
    orders = list(permutations(range(len(members))))
    for order in orders:
        taken, before = [], 0.0
        for one in order:
            taken += list(members[one])
            after = r_squared(rating, factors[:, taken])
            shares[one] += (after - before) / len(orders)
            before = after
    return shares


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_importance_is_the_average_rise_over_all_orders(seed):
    rating, factors, _ = sample(seed)
    result = importance(rating, factors)
    assert result.shares == pytest.approx(by_orders(rating, factors, [[0], [1], [2], [3]]), abs=1e-9)
    assert result.shares.sum() == pytest.approx(result.r_squared) == pytest.approx(r_squared(rating, factors))
    assert (result.shares >= 0).all()


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_a_group_is_taken_in_as_a_whole(seed):
    rating, factors, _ = sample(seed)
    result = importance(rating, factors, ["direct", "indirect", "direct", "indirect"])
    assert result.names == ["direct", "indirect"]
    assert result.shares == pytest.approx(by_orders(rating, factors, [[0, 2], [1, 3]]), abs=1e-9)


def test_groups_may_be_given_in_any_form():
    rating, factors = figures.attitude()
    known = importance(rating, factors, [["complaints", "critical"], ["learning", "raises", "advance"]])
    assert known.names == [1, 2, "privileges"]
    by_place = importance(rating, factors.to_numpy(), [[0, 4], [2, 3, 5]])
    by_name = importance(rating, factors, {"x": ["complaints", "critical"], "y": ["learning", "raises", "advance"]})
    by_label = importance(rating, factors, ["x", "z", "y", "y", "x", "y"])
    assert by_place.shares.tolist() == by_name.shares.tolist() == known.shares.tolist()
    assert (by_place.names, by_name.names, by_label.names) == ([1, 2, 1], ["x", "y", "privileges"], ["x", "z", "y"])
    assert by_label.shares[[0, 2, 1]] == pytest.approx(known.shares)


@given(seeds, st.randoms())
def test_order_unit_and_origin_are_irrelevant(seed, random):
    rating, factors, _ = sample(seed)
    order = sorted(range(len(rating)), key=lambda _: random.random())
    moved = importance(100 - 25 * rating[order], 3 * factors[order] + 7)
    assert moved.shares == pytest.approx(importance(rating, factors).shares, abs=1e-9)


@given(seeds)
def test_for_two_factors_relative_weights_are_lmg(seed):
    # Johnson (2000): with two predictors the two agree
    rating, factors, _ = sample(seed, k=2)
    assert relative_weights(rating, factors).shares == pytest.approx(importance(rating, factors).shares, abs=1e-9)


def test_unrelated_factors_have_their_squared_correlations():
    factors = figures.with_covariances(20, np.diag([1.0, 4.0, 9.0]))
    rating = factors @ [3, 1, 0] + np.resize([1.0, -1.0], 20)
    known = [np.corrcoef(rating, factor)[0, 1] ** 2 for factor in factors.T]
    assert importance(rating, factors).shares == pytest.approx(known)
    assert relative_weights(rating, factors).shares == pytest.approx(known)


def test_relative_weights_add_up():
    rating, factors, _ = sample(3)
    result = relative_weights(rating, factors)
    assert result.shares.sum() == pytest.approx(result.r_squared) == pytest.approx(r_squared(rating, factors))


def test_copies_share_alike_and_a_constant_factor_has_nothing():
    rating, factors, _ = sample(4, k=2)
    table = np.column_stack([factors, factors[:, 0], np.full(len(rating), 4.0)])
    for measure in (importance, relative_weights):
        result = measure(rating, table)
        assert result.shares[0] == pytest.approx(result.shares[2])
        assert result.shares[3] == pytest.approx(0, abs=1e-9)
        assert result.r_squared == pytest.approx(r_squared(rating, factors))


def test_rows_that_miss_something_are_dropped():
    rating, factors, _ = sample(5)
    holes = factors.copy()
    holes[0, 2] = NONE
    result = importance(np.r_[rating[:-1], NONE], holes)
    assert result.n == 38
    assert result.shares == pytest.approx(importance(rating[1:-1], factors[1:-1]).shares)


def test_a_result_is_read_as_its_shares():
    rating, factors, _ = sample(6)
    result = importance(rating, factors)
    np.testing.assert_array_equal(np.asarray(result), result.shares)


@pytest.mark.parametrize(
    ("rating", "factors", "reason"),
    [
        ([], np.empty((0, 2)), "no values"),
        ([1, 2, 3], [[1, 2], [2, 1], [3, 3]], "too few complete rows for so many predictors"),
        ([3, 3, 3, 3, 3], [[1, 2], [2, 1], [3, 3], [4, 5], [5, 4]], "the outcome is the same for everybody"),
    ],
)
def test_importance_that_cannot_be_computed_says_why(rating, factors, reason):
    for measure in (importance, relative_weights):
        result = measure(rating, factors)
        assert np.isnan(result.shares).all()
        assert (math.isnan(result.r_squared), result.reason, len(result.names)) == (True, reason, 2)


@pytest.mark.parametrize(
    "call",
    [
        lambda y, x, c: importance(y[1:], x),
        lambda y, x, c: importance(y, x, [[0], [9]]),
        lambda y, x, c: importance(y, x, [[0, 1], [1]]),
        lambda y, x, c: importance(y, x, [[], [1]]),
        lambda y, x, c: importance(y, x, ["a", "b"]),
        lambda y, x, c: importance(y, np.column_stack([x] * 4)),
        lambda y, x, c: importance_interval(y, x, c[1:]),
        lambda y, x, c: importance_interval(y, np.column_stack([x] * 4), c),
        lambda y, x, c: importance_interval(y, x, c, level=95),
        lambda y, x, c: gap_decomposition(y, x, 99, c),
        lambda y, x, c: gap_decomposition(y, x, len(y)),
    ],
)
def test_a_callers_mistake_is_refused(call):
    with pytest.raises(CoursewavesError):
        call(*sample(1))


def centred(values, course):
    return values - pd.DataFrame(values).groupby(course).transform("mean").to_numpy().reshape(values.shape)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_pooled_importance_is_that_of_what_is_centred_in_each_course(seed):
    rating, factors, course = sample(seed, n=60)
    result = importance_interval(rating, factors, course, resamples=20)
    known = importance(centred(rating, course), centred(factors, course))
    assert result.shares == pytest.approx(known.shares, abs=1e-9)
    assert (result.n, result.n_clusters) == (60, 10)


def test_what_differs_between_courses_alone_has_no_importance():
    random = np.random.default_rng(2)
    course = np.arange(200) % 20
    place = random.normal(size=20)[course]
    rating = 3 * place + random.normal(size=200)
    factors = np.column_stack([place + 0.01 * random.normal(size=200), rating + random.normal(size=200)])
    pooled, plain = importance_interval(rating, factors, course), importance(rating, factors)
    assert plain.shares[0] > 0.3
    assert pooled.shares[0] < 0.05


def test_the_interval_draws_whole_courses_and_depends_on_the_seed_alone():
    rating, factors, course = sample(8, n=240, courses=12)
    result = importance_interval(rating, factors, course)
    assert (result.low <= result.shares).all()
    assert (result.shares <= result.high).all()
    assert result.first.sum() == pytest.approx(1)
    order = np.random.default_rng(0).permutation(240)
    again = importance_interval(rating[order], factors[order], [f"course {name}" for name in course[order]])
    assert again.low == pytest.approx(result.low)
    assert importance_interval(rating, factors, course, seed=1).low != pytest.approx(result.low)


def test_few_courses_have_shares_and_no_interval():
    rating, factors, course = sample(9, courses=9)
    result = importance_interval(rating, factors, course)
    assert np.isfinite(result.shares).all()
    assert np.isnan(result.low).all()
    assert result.reason == "fewer than ten clusters, so no interval"


def test_the_interval_of_importance_covers_the_true_share():
    # two unrelated factors with slopes 1 and .5 and an error of 1: shares 1 / 2.25 and .25 / 2.25
    covered = []
    for seed in range(150):
        random = np.random.default_rng(seed)
        factors = random.normal(size=(300, 2))
        course = np.arange(300) % 30
        rating = factors @ [1, 0.5] + random.normal(size=300) + random.normal(size=30)[course]
        result = importance_interval(rating, factors, course, resamples=200)
        covered.append(result.low[0] <= 1 / 2.25 <= result.high[0])
    # four standard errors of 150 runs: .07
    assert np.mean(covered) > 0.86


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(0, 9))
def test_the_parts_and_the_rest_add_up_to_the_gap(seed, unit):
    rating, factors, course = sample(seed, n=80)
    result = gap_decomposition(rating, factors, unit, course)
    assert result.gap == pytest.approx(rating[course == unit].mean() - rating.mean())
    assert result.parts.sum() + result.unexplained == pytest.approx(result.gap, abs=1e-12)
    assert np.asarray(result).sum() == pytest.approx(result.gap, abs=1e-12)
    slopes = np.linalg.lstsq(centred(factors, course), centred(rating, course), rcond=None)[0]
    assert result.weights == pytest.approx(slopes)
    assert result.parts == pytest.approx(slopes * (factors[course == unit].mean(axis=0) - factors.mean(axis=0)))


def test_a_gap_whose_cause_is_planted_is_found():
    random = np.random.default_rng(3)
    course = np.repeat(np.arange(30), 25)
    factors = random.normal(80, 8, (750, 3))
    factors[course == 4, 1] -= 20
    rating = 0.3 * factors[:, 0] + 0.5 * factors[:, 1] + 0.2 * factors[:, 2] + random.normal(0, 4, 750)
    result = gap_decomposition(rating, factors, 4, course)
    # .5 * 20, of which the course's own share in the mean of all is taken off: 29/30
    assert result.low[1] <= -0.5 * 20 * 29 / 30 <= result.high[1]
    assert result.high[1] < 0
    assert (result.low[[0, 2]] < 0.5).all()
    assert (result.high[[0, 2]] > -0.5).all()
    assert abs(result.unexplained) < 2


def test_a_gap_that_cannot_be_split_keeps_its_size():
    rating, factors, course = sample(2)
    copied = np.column_stack([factors, factors.sum(axis=1)])
    result = gap_decomposition(rating, copied, 0, course)
    assert result.gap == pytest.approx(rating[course == 0].mean() - rating.mean())
    assert np.isnan(result.parts).all()
    assert result.reason == "a predictor has no spread or is a sum of others"
    holes = rating.copy()
    holes[course == 0] = NONE
    nobody = gap_decomposition(holes, factors, 0, course)
    assert (math.isnan(nobody.gap), nobody.n, nobody.reason) == (True, 0, "no values")


def test_few_courses_split_a_gap_without_an_interval():
    rating, factors, course = sample(9, courses=5)
    result = gap_decomposition(rating, factors, 0, course)
    assert np.isfinite(result.parts).all()
    assert np.isnan(result.low).all()
    assert result.reason == "fewer than ten clusters, so no interval"
