"""Scales: Cronbach's alpha with Feldt's interval, item statistics, Spearman-Brown, omega of one factor."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize
from scipy import stats as scipy_stats

import figures
from coursewaves.errors import CoursewavesError
from coursewaves.stats import cronbach_alpha, item_statistics, omega_interval, omega_total, spearman_brown
from coursewaves.stats.correlations import correlations, covariances

NONE = math.nan
FOUR = [[1, 1], [2, 2], [3, 3], [3, 2]]  # variances 11/12 and 2/3, covariance 2/3
answer = st.integers(1, 5).map(float)
table = st.lists(st.lists(answer, min_size=3, max_size=3), min_size=3, max_size=20)


def made_of_one_factor(n, loadings, seed=4):
    random = np.random.default_rng(seed)
    loadings = np.asarray(loadings)
    return random.normal(size=(n, 1)) * loadings + random.normal(size=(n, loadings.size)) * np.sqrt(1 - loadings**2)


def test_a_question_that_was_not_turned_gives_an_alpha_below_zero_and_not_a_missing_one():
    # sums of squares: 5 and 2.75 of the items, .75 of 5, 5, 5, 6; turned: 14.75 of 2, 4, 6, 7
    items = np.array([[1, 4], [2, 3], [3, 2], [4, 2]])
    assert cronbach_alpha(items).alpha == pytest.approx(2 * (1 - 7.75 / 0.75))
    assert cronbach_alpha(np.column_stack([items[:, 0], 5 - items[:, 1]])).alpha == pytest.approx(2 * 7 / 14.75)


def test_alpha_by_hand():
    # 2 (1 - (11/12 + 2/3) / (11/12 + 2/3 + 4/3)) = 32 / 35
    result = cronbach_alpha(FOUR)
    assert (result.alpha, result.n, result.k) == (pytest.approx(32 / 35), 4, 2)


def test_feldts_ends_follow_the_f_distribution():
    result = cronbach_alpha(FOUR)
    # (1 - alpha) F(.975; 3, 3) and F(.025; 3, 3)
    low, high = (1 - 3 / 35 * scipy_stats.f.ppf(tail, 3, 3) for tail in (0.975, 0.025))
    assert (result.low, result.high) == pytest.approx((low, high), rel=1e-9)


@given(table)
def test_alpha_of_complete_answers_equals_the_textbook(rows):
    items = np.array(rows)
    if (np.ptp(items, axis=0) == 0).any() or items.sum(axis=1).var() == 0:
        return
    known = 3 / 2 * (1 - items.var(axis=0, ddof=1).sum() / items.sum(axis=1).var(ddof=1))
    assert cronbach_alpha(items).alpha == pytest.approx(known)


@given(table, st.randoms())
def test_order_shift_and_scale_are_irrelevant_to_alpha(rows, random):
    items = np.array(rows)
    moved = items[sorted(range(len(rows)), key=lambda _: random.random())] * 25 + 7
    assert cronbach_alpha(moved)[:5] == pytest.approx(cronbach_alpha(items)[:5], nan_ok=True, rel=1e-6, abs=1e-6)


def test_a_missing_answer_costs_itself_alone():
    # item 1 over four rows: variance 11/12; both over three rows: covariance 2
    assert covariances([[1, 2], [2, 4], [3, NONE], [3, 6]]).tolist() == [
        [pytest.approx(11 / 12), 2.0],
        [2.0, 4.0],
    ]
    known = pd.DataFrame([[1, 2, 1], [2, 4, NONE], [3, NONE, 2], [3, 6, 5], [NONE, 1, 1]])
    np.testing.assert_allclose(covariances(known), known.cov().to_numpy())
    np.testing.assert_allclose(correlations(known), known.corr().to_numpy())


def test_an_item_without_spread_is_left_out():
    with_it = [[*row, 4] for row in FOUR]
    assert cronbach_alpha(with_it) == cronbach_alpha(FOUR)


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        (np.empty((0, 3)), "no values"),
        ([[NONE, NONE]] * 3, "no values"),
        ([[1, 2, 3]], "fewer than two values"),
        ([[3, 3], [3, 3]], "fewer than two items with any spread"),
        ([[1], [2]], "fewer than two items with any spread"),
        ([[1, 3], [2, 2], [3, 1]], "the sum of the items is the same for everybody"),
        ([[1, NONE], [2, NONE], [NONE, 1], [NONE, 2]], "two items have fewer than two answers in common"),
    ],
)
def test_alpha_that_cannot_be_computed_says_why(items, reason):
    result = cronbach_alpha(items)
    assert np.isnan(result[:3]).all()
    assert result.reason == reason


def test_items_that_copy_each_other_have_no_interval():
    result = cronbach_alpha([[1, 2], [2, 3], [4, 5]])
    assert result.alpha == pytest.approx(1)
    assert (math.isnan(result.low), result.reason) == (True, "the items are copies of each other")


def test_a_table_of_pandas_with_gaps_is_taken():
    items = pd.DataFrame({"a": pd.array([1, 2, 3, None], dtype="Int64"), "b": [1, 2, 3, 5], "c": [2, 2, 4, 4]})
    same = [[1, 1, 2], [2, 2, 2], [3, 3, 4], [NONE, 5, 4]]
    assert cronbach_alpha(items) == cronbach_alpha(same)
    masked = np.ma.masked_invalid(np.array(same))
    assert cronbach_alpha(masked) == cronbach_alpha(same)


def test_what_is_no_table_is_refused():
    with pytest.raises(CoursewavesError, match="table"):
        cronbach_alpha([1, 2, 3])


def test_item_statistics_by_hand():
    # the others of the first item are the second alone: r = 2/3 / sqrt(11/12 2/3)
    result = item_statistics(FOUR)
    known = (2 / 3) / math.sqrt(11 / 12 * 2 / 3)
    assert result.rest_correlations == pytest.approx([known, known])
    assert result.mean_correlation == pytest.approx(known)
    assert np.isnan(result.alpha_without).all()
    assert (list(result.n), list(result.means), result.reason) == ([4, 4], [2.25, 2.0], "one item is left")


@given(table)
def test_alpha_without_an_item_is_alpha_of_the_others(rows):
    items = np.array(rows)
    result = item_statistics(items)
    if not result.reason:
        others = [cronbach_alpha(np.delete(items, place, axis=1)).alpha for place in range(3)]
        assert result.alpha_without == pytest.approx(others, nan_ok=True)


def test_item_statistics_of_an_item_without_spread_say_so():
    result = item_statistics([[1, 3], [2, 3]])
    assert (result.reason, list(result.means)) == ("an item has no spread", [1.5, 3.0])
    assert np.isnan(result.rest_correlations).all()


def test_spearman_brown_by_hand():
    r = (2 / 3) / math.sqrt(11 / 12 * 2 / 3)
    assert spearman_brown(*zip(*FOUR, strict=True)) == pytest.approx(2 * r / (1 + r))
    assert math.isnan(spearman_brown([1, 2, 3], [3, 2, 1]))
    assert math.isnan(spearman_brown([1, 1, 1], [3, 2, 1]))


def test_omega_of_three_items_has_a_closed_form():
    # just identified: loading 1 squared is r12 r13 / r23
    items = np.array([[1, 1, 2], [2, 3, 2], [3, 2, 1], [3, 4, 4], [4, 3, 4], [5, 5, 3], [5, 4, 5], [2, 2, 3]])
    r, spread = np.corrcoef(items, rowvar=False), items.std(axis=0)
    squares = np.array([r[0, 1] * r[0, 2] / r[1, 2], r[0, 1] * r[1, 2] / r[0, 2], r[0, 2] * r[1, 2] / r[0, 1]])
    result = omega_total(items)
    assert result.loadings == pytest.approx(np.sqrt(squares) * spread, abs=1e-8)
    explained = (np.sqrt(squares) @ spread) ** 2
    assert result.omega == pytest.approx(explained / (explained + (1 - squares) @ spread**2), abs=1e-8)


def test_omega_is_the_maximum_of_the_likelihood():
    items = figures.agreeableness().to_numpy(dtype=float)
    shared = np.cov(items, rowvar=False, bias=True)

    def misfit(parameters):
        loadings, residual = parameters[:5], np.exp(parameters[5:])
        model = np.outer(loadings, loadings) + np.diag(residual)
        return np.linalg.slogdet(model)[1] + np.trace(np.linalg.solve(model, shared))

    best = optimize.minimize(misfit, np.concatenate([np.full(5, 0.5), np.zeros(5)]), method="BFGS", tol=1e-10)
    loadings, residual = best.x[:5], np.exp(best.x[5:])
    known = loadings.sum() ** 2 / (loadings.sum() ** 2 + residual.sum())
    assert omega_total(items).omega == pytest.approx(known, abs=1e-5)


def test_omega_finds_the_planted_reliability():
    # loadings .7: (4 * .7)² / ((4 * .7)² + 4 * .51)
    result = omega_total(made_of_one_factor(2000, [0.7] * 4))
    assert result.omega == pytest.approx(7.84 / (7.84 + 2.04), abs=0.02)
    assert (result.n, result.k) == (2000, 4)


def test_equal_loadings_make_omega_and_alpha_alike():
    items = made_of_one_factor(4000, [0.6] * 5)
    assert omega_total(items).omega == pytest.approx(cronbach_alpha(items).alpha, abs=0.005)


def test_the_interval_of_omega_is_feldts_where_loadings_are_equal():
    items = made_of_one_factor(400, [0.6] * 5)
    found, feldt = omega_interval(items), cronbach_alpha(items)
    assert (found.low, found.high) == pytest.approx((feldt.low, feldt.high), abs=0.02)
    assert found.omega == omega_total(items).omega
    assert found.loadings == pytest.approx([0.6] * 5, abs=0.1)


def test_the_same_seed_gives_the_same_interval_and_other_units_do_not_move_it():
    items = made_of_one_factor(200, [0.7, 0.6, 0.7])
    found = omega_interval(items, resamples=50)
    assert math.isfinite(found.low)
    assert omega_interval(items, resamples=50)[:3] == found[:3]
    moved = omega_interval(items * 25 + 50, resamples=50)
    assert moved[:3] == pytest.approx(found[:3], abs=1e-6)
    assert moved.loadings == pytest.approx(found.loadings, abs=1e-6)


def test_without_omega_there_is_no_interval_and_the_same_reason():
    items = [[1, 2], [2, 1], [3, 3], [2, 2]]
    found = omega_interval(items)
    assert math.isnan(found.low)
    assert found.reason == omega_total(items).reason == "fewer than three items with any spread"


def test_an_interval_that_most_resamples_refuse_is_not_shown():
    items = np.array([[1, 1, 2], [2, 3, 2], [3, 2, 1], [3, 4, 4], [4, 3, 4], [2, 2, 3]], dtype=float)
    found = omega_interval(items, resamples=100)
    assert math.isfinite(found.omega)
    assert (math.isnan(found.low), found.reason) == (True, "the one-factor model fails in too many resamples")


def test_a_result_of_one_figure_is_read_as_that_figure():
    result = omega_total(figures.agreeableness())
    assert float(result) == result.omega == float(np.asarray(result))


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        (np.empty((0, 4)), "too few complete respondents for so many items"),
        ([[1, 2, 3], [2, 1, 3]], "too few complete respondents for so many items"),
        ([[1, 2], [2, 1], [3, 3], [4, 5]], "fewer than three items with any spread"),
        ([[1, 2, 3], [2, 1, 3], [3, 3, 3], [4, 5, 3]], "fewer than three items with any spread"),
        ([[1, 1, 2], [2, 2, 1], [3, 3, 5], [4, 4, 3], [5, 5, 4]], "an item is a sum of others"),
        (
            [[4, 5, 4], [2, 3, 3], [5, 4, 4], [3, 3, 2], [1, 2, 3], [4, 3, 5], [2, 4, 1], [5, 5, 5]],
            "one factor explains an item without remainder",
        ),
    ],
)
def test_omega_that_cannot_be_computed_says_why(items, reason):
    result = omega_total(items)
    assert math.isnan(result.omega)
    assert result.reason == reason
    assert np.isnan(result.loadings).all()


def test_feldts_interval_covers_the_true_alpha():
    # four items of loading .7: alpha .7936; an earlier simulation gave .934-.946; four standard errors of 1,000: .028
    covered = []
    for seed in range(1000):
        result = cronbach_alpha(made_of_one_factor(25, [0.7] * 4, seed))
        covered.append(result.low <= 7.84 / (7.84 + 2.04) <= result.high)
    assert 0.92 < np.mean(covered) < 0.98
