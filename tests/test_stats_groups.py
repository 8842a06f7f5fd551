"""Two groups compared by rank: Mann-Whitney, Brunner-Munzel, Cliff's delta."""

import math
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from coursewaves.stats import brunner_munzel, cliffs_delta, mann_whitney, permutation
from coursewaves.stats.permutation import all_arrangements, count_arrangements

REFERENCE = Path(__file__).parent / "reference"
group = st.lists(st.integers(1, 5), min_size=2, max_size=30)
small_group = st.lists(st.integers(1, 5), min_size=2, max_size=5)


@pytest.fixture
def wine():
    counts = pd.read_csv(REFERENCE / "wine.csv", comment="#", index_col="temp")
    return [np.repeat(np.arange(1, 6), counts.loc[temperature]) for temperature in ("cold", "warm")]


@pytest.fixture
def treated():
    people = pd.read_csv(REFERENCE / "obrienkaiser.csv", comment="#")
    return [people.post_1[people.treatment == name].to_numpy() for name in ("control", "B")]


def is_separated(first, second):
    return max(first) < min(second) or max(second) < min(first)


def dominance_variance(first, second):
    """Cliff's unbiased variance from the table of all pairs, as the book has it."""
    pairs = np.sign(np.subtract.outer(np.asarray(second), np.asarray(first)))
    n, m = pairs.shape
    delta = pairs.mean()
    rows = (m * (pairs.mean(axis=1) - delta)) @ (m * (pairs.mean(axis=1) - delta))
    columns = (n * (pairs.mean(axis=0) - delta)) @ (n * (pairs.mean(axis=0) - delta))
    unbiased = (rows + columns - ((pairs - delta) ** 2).sum()) / (n * m * (n - 1) * (m - 1))
    return delta, max(unbiased, (1 - delta**2) / (n * m - 1))


def p_by_dealing(first, second):
    """Deal all people anew in every way: the share whose studentised distance is as large or larger."""
    together = np.concatenate([first, second]).astype(float)
    statistics = []
    for chosen in combinations(range(together.size), len(first)):
        kept = np.zeros(together.size, dtype=bool)
        kept[list(chosen)] = True
        statistics.append(studentised(together[kept], together[~kept]))
    observed = studentised(np.asarray(first, float), np.asarray(second, float))
    return float(np.mean([statistic >= observed - 1e-9 for statistic in statistics]))


def studentised(first, second):
    ranks = scipy_stats.rankdata(np.concatenate([first, second]))
    of_first, of_second = ranks[: first.size], ranks[first.size :]
    spread = [
        np.var(outer - scipy_stats.rankdata(inner), ddof=1) * inner.size
        for outer, inner in ((of_first, first), (of_second, second))
    ]
    away = abs(of_second.mean() - of_first.mean())
    return away / math.sqrt(sum(spread)) if sum(spread) > 1e-12 else math.inf


def test_brunner_munzel_agrees_with_r(wine):
    # brunnermunzel 2.0: brunnermunzel.test(cold, warm)
    result = brunner_munzel(*wine)
    assert result[:3] == pytest.approx((0.80054012345679, 0.7050392293089, 0.89604101760468), abs=1e-10)
    assert result.p_value == pytest.approx(2.8618198600079e-08, rel=1e-8)
    assert result.method == "t approximation"


def test_permuted_brunner_munzel_agrees_with_r(treated):
    # brunnermunzel 2.0: brunnermunzel.permutation.test(control, B): 32 of choose(12, 5) = 792
    result = brunner_munzel(*treated)
    assert result.superiority == pytest.approx(0.87142857142857, abs=1e-12)
    assert result.p_value == pytest.approx(32 / 792, abs=1e-12)
    assert result.method == "exact permutation"
    # brunnermunzel 2.0: brunnermunzel.test(control, B)$p.value
    assert brunner_munzel(*treated, permutation=False).p_value == pytest.approx(0.025386904448366, abs=1e-10)


def test_cliffs_delta_agrees_with_r(wine):
    # effsize 0.8.1: cliff.delta(warm, cold, conf.level=.95, use.normal=FALSE)
    known = (0.60108024691358, 0.38128560349378, 0.75655547191671)
    assert cliffs_delta(*wine)[:3] == pytest.approx(known, abs=1e-10)


@given(group, group)
def test_mann_whitney_agrees_with_scipy(first, second):
    assume(len({*first, *second}) > 1)
    known = scipy_stats.mannwhitneyu(first, second, method="asymptotic")
    result = mann_whitney(first, second)
    assert result.u == known.statistic
    assert result.p_value == pytest.approx(known.pvalue, abs=1e-10)
    assert result.superiority == pytest.approx(1 - known.statistic / len(first) / len(second), abs=1e-12)


@given(group, group)
def test_brunner_munzel_agrees_with_scipy_where_groups_overlap(first, second):
    assume(len({*first, *second}) > 1 and not is_separated(first, second))
    known = scipy_stats.brunnermunzel(first, second)
    result = brunner_munzel(first, second, permutation=False)
    assert result.p_value == pytest.approx(known.pvalue, abs=1e-10)


@settings(deadline=None, max_examples=40)
@given(small_group, small_group)
def test_permuted_p_equals_dealing_all_people_in_every_way(first, second):
    assume(len({*first, *second}) > 1)
    assert brunner_munzel(first, second).p_value == pytest.approx(p_by_dealing(first, second), abs=1e-10)


@given(group, group)
def test_cliffs_interval_equals_the_books_formula_on_the_table_of_all_pairs(first, second):
    assume(len({*first, *second}) > 1 and not is_separated(first, second))
    delta, variance = dominance_variance(first, second)
    t = scipy_stats.t.ppf(0.975, len(first) + len(second) - 2)
    half = t * math.sqrt(variance) * math.sqrt((1 - delta**2) ** 2 + t**2 * variance)
    ends = [(delta - delta**3 + sign * half) / (1 - delta**2 + t**2 * variance) for sign in (-1, 1)]
    known = (delta, max(-1, ends[0]), min(1, ends[1]))
    assert cliffs_delta(first, second)[:3] == pytest.approx(known, abs=1e-10)


@settings(deadline=None)
@given(group, group)
def test_swapped_groups_mirror_everything(first, second):
    forth, back = brunner_munzel(first, second), brunner_munzel(second, first)
    ends = (1 - back.superiority, 1 - back.high, 1 - back.low, back.p_value)
    assert forth[:4] == pytest.approx(ends, abs=1e-12, nan_ok=True)
    delta, mirrored = cliffs_delta(first, second), cliffs_delta(second, first)
    assert delta[:3] == pytest.approx((-mirrored.delta, -mirrored.high, -mirrored.low), abs=1e-12, nan_ok=True)
    there, here = mann_whitney(first, second), mann_whitney(second, first)
    assert there.p_value == pytest.approx(here.p_value, nan_ok=True)
    assert there.u + here.u == len(first) * len(second)


@settings(deadline=None)
@given(group, group, st.randoms())
def test_order_is_irrelevant_and_missing_answers_are_dropped(first, second, random):
    shuffled = sorted([*first, math.nan], key=lambda _: random.random())
    for compare in (mann_whitney, cliffs_delta, brunner_munzel):
        assert repr(compare(shuffled, second)) == repr(compare(first, second))


@settings(deadline=None)
@given(group, group)
def test_intervals_hold_the_estimate_and_p_is_above_zero(first, second):
    for result, lowest in ((brunner_munzel(first, second), 0), (cliffs_delta(first, second), -1)):
        if not result.reason:
            assert lowest <= result.low <= result[0] <= result.high <= 1
    tested = brunner_munzel(first, second)
    assert tested.reason or 0 < tested.p_value <= 1
    assert mann_whitney(first, second).superiority == pytest.approx(tested.superiority, abs=1e-12)
    assert cliffs_delta(first, second).delta == pytest.approx(2 * tested.superiority - 1, abs=1e-12)


@pytest.mark.parametrize("n", [2, 9, 10, 40, 2000])
def test_full_separation_has_an_interval_and_a_p_above_zero(n):
    # the two separated arrangements of choose(2n, n); Feng & Cliff: (n - z²) / (n + z²)
    low, high = list(range(n)), list(range(n, 2 * n))
    z = scipy_stats.norm.ppf(0.975)
    result = brunner_munzel(low, high)
    assert result.p_value == pytest.approx(max(2 / math.comb(2 * n, n), 2.3e-308), rel=1e-4)
    assert (result.superiority, result.low, result.high) == (1, pytest.approx(n / (n + z**2)), 1)
    assert cliffs_delta(high, low)[:3] == (-1, -1, pytest.approx(-(n - z**2) / (n + z**2)))


def test_separation_of_unequal_groups_counts_only_the_ends_that_separate():
    # 1 1 1 | 2 2 2 2 2: with the three last in the first group the 2s overlap, so 1 of choose(8, 3)
    assert brunner_munzel([1] * 3, [2] * 5).p_value == pytest.approx(1 / 56)
    # 1 2 3 | 4 5 6 7 8: both ends separate, 2 of choose(8, 3)
    assert brunner_munzel([1, 2, 3], [4, 5, 6, 7, 8]).p_value == pytest.approx(2 / 56)


def test_permutation_takes_over_below_ten_in_the_smaller_group():
    random = np.random.default_rng(5)
    large = random.integers(1, 6, 400)
    assert brunner_munzel(large[:10], large).method == "t approximation"
    assert brunner_munzel(large[:9], large).method == "exact permutation"
    assert brunner_munzel(large[:9], random.normal(3, 1, 200)).method == "random permutation"
    assert brunner_munzel(large[:12], large[100:112], permutation=True).method == "exact permutation"


def test_drawn_permutations_come_near_the_exact_ones(monkeypatch):
    random = np.random.default_rng(6)
    first, second = random.normal(0, 1, 9), random.normal(1.2, 2, 11)
    drawn = brunner_munzel(first, second)
    assert drawn == brunner_munzel(first[::-1], second)
    # choose(20, 9) = 167,960
    monkeypatch.setattr(permutation, "LARGEST_EXACT", 200_000)
    exact = brunner_munzel(first, second)
    assert (exact.method, drawn.method) == ("exact permutation", "random permutation")
    # four standard errors of 9,999 draws
    error = 4 * math.sqrt(exact.p_value * (1 - exact.p_value) / 9999)
    assert drawn.p_value == pytest.approx(exact.p_value, abs=error)
    assert (drawn.low, drawn.high) == pytest.approx((exact.low, exact.high), abs=0.02)


def test_arrangements_are_all_there_once():
    arrangements = all_arrangements(np.array([3.0, 2, 2]), 3)
    assert len(arrangements) == len({tuple(row) for row in arrangements}) == 8
    assert count_arrangements(np.array([3.0, 2, 2]), 3) == 8
    assert (arrangements.sum(axis=1) == 3).all()
    assert (arrangements <= [3, 2, 2]).all()


def test_permuted_interval_and_p_agree_about_one_half():
    random = np.random.default_rng(8)
    for _ in range(200):
        first, second = random.integers(1, 6, 6), random.integers(2, 6, 8)
        result = brunner_munzel(first, second)
        if result.p_value <= 0.05:
            assert result.low > 0.5 or result.high < 0.5
        else:
            assert result.low <= 0.5 <= result.high


@pytest.mark.parametrize(
    ("first", "second", "superiority", "reason"),
    [
        ([], [1, 2], math.nan, "a group is empty"),
        ([1, 2], [math.nan], math.nan, "a group is empty"),
        ([3], [1, 2, 4, 5], 0.5, "a group has fewer than two values"),
        ([1, 1], [3], 1.0, "a group has fewer than two values"),
        ([3, 3, 3], [3, 3], 0.5, "all values equal"),
        ([0.1 + 0.2, 0.3], [0.3, 0.3], 0.5, "all values equal"),
    ],
)
def test_groups_that_cannot_be_compared_say_why(first, second, superiority, reason):
    tested, delta = brunner_munzel(first, second), cliffs_delta(first, second)
    assert tested.superiority == pytest.approx(superiority, nan_ok=True)
    assert delta.delta == pytest.approx(2 * superiority - 1, nan_ok=True)
    assert np.isnan([*tested[1:4], *delta[1:3]]).all()
    assert (tested.method, tested.reason, delta.reason) == ("", reason, reason)


def test_mann_whitney_says_why_it_has_no_p():
    assert np.isnan(mann_whitney([], [1]).superiority)
    assert mann_whitney([], [1]).reason == "a group is empty"
    equal = mann_whitney([2, 2], [2, 2, 2])
    assert (equal.u, equal.superiority, equal.reason) == (3, 0.5, "all values equal")
    assert math.isnan(equal.p_value)


def test_mann_whitney_of_large_separated_groups_is_above_zero():
    assert 0 < mann_whitney(range(5000), range(5000, 10000)).p_value < 1e-300


@pytest.mark.parametrize("sizes", [(8, 12), (25, 25)])
def test_intervals_cover_the_true_superiority_at_the_ceiling(sizes):
    # an earlier simulation gave Cliff .946-.970, Brunner-Munzel .932-.956; four standard errors of 800 runs: .03
    random = np.random.default_rng(12)
    marks, lower, upper = np.arange(1, 6), [0.05, 0.1, 0.2, 0.3, 0.35], [0.02, 0.05, 0.1, 0.28, 0.55]
    table = np.outer(lower, upper)
    truth = np.triu(table, 1).sum() + np.trace(table) / 2
    covered = []
    for _ in range(800):
        first, second = (random.choice(marks, n, p=p) for n, p in zip(sizes, (lower, upper), strict=True))
        superiority, delta = brunner_munzel(first, second), cliffs_delta(first, second)
        if not superiority.reason:
            inside = delta.low <= 2 * truth - 1 <= delta.high
            covered.append((superiority.low <= truth <= superiority.high, inside))
    assert (np.mean(covered, axis=0) > 0.91).all()
    assert (np.mean(covered, axis=0) < 0.995).all()
