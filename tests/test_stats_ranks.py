"""The signed-rank test and its effect size."""

import math
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from coursewaves.errors import CoursewavesError
from coursewaves.stats import rank_biserial_interval, signed_rank

REFERENCE = Path(__file__).parent / "reference"
steps = st.lists(st.integers(-4, 4), min_size=1, max_size=10)
long_steps = st.lists(st.integers(-4, 4), min_size=61, max_size=120)


@pytest.fixture
def gains():
    people = pd.read_csv(REFERENCE / "obrienkaiser.csv", comment="#")
    return (people.post_1 - people.pre_1).to_numpy()


def p_by_enumeration(differences):
    """All sign patterns of the non-zero differences: the share whose rank sum is as far from the middle."""
    moved = np.array([d for d in differences if d])
    ranks = scipy_stats.rankdata(np.abs(moved))
    signs = np.array(list(product([-1, 1], repeat=len(moved))))
    observed = abs(ranks @ np.sign(moved))
    return float((np.abs(signs @ ranks) >= observed - 1e-9).mean())


def test_signed_rank_agrees_with_r_on_ties_and_a_zero(gains):
    # exactRankTests 0.8.35: wilcox.exact(post_1, pre_1, paired=TRUE)$p.value; V = 97.5 (wilcox.test, R 4);
    # effectsize 0.8.3: rank_biserial(post_1, pre_1, paired=TRUE) = 0.625
    result = signed_rank(gains)
    assert result.p_value == pytest.approx(0.03173828125, abs=1e-12)
    assert (result.v_plus, result.rank_biserial) == (97.5, 0.625)
    assert (result.n_up, result.n_same, result.n_down) == (11, 1, 4)


def test_pratts_zeros_agree_with_r(gains):
    # coin 1.4.2: wilcoxsign_test(post_1 ~ pre_1, zero.method="Pratt", distribution="exact")
    assert signed_rank(gains, zeros="pratt").p_value == pytest.approx(0.033447265625, abs=1e-12)


@settings(deadline=None)
@given(steps.filter(any))
def test_exact_p_equals_the_count_of_all_sign_patterns(differences):
    assert signed_rank(differences).p_value == pytest.approx(p_by_enumeration(differences), abs=1e-12)


@given(st.sets(st.integers(1, 500), min_size=20, max_size=60), st.randoms())
def test_exact_p_agrees_with_scipy_where_nothing_is_tied(sizes, random):
    differences = [random.choice([-1, 1]) * size for size in sorted(sizes)]
    known = scipy_stats.wilcoxon(differences, method="exact")
    result = signed_rank(differences)
    assert result.p_value == pytest.approx(known.pvalue, rel=1e-10)
    assert min(result.v_plus, len(sizes) * (len(sizes) + 1) / 2 - result.v_plus) == known.statistic


@given(long_steps, st.sampled_from([("drop", "wilcox"), ("pratt", "pratt")]))
def test_beyond_sixty_differences_the_normal_p_agrees_with_scipy(differences, zeros):
    moved = sum(d != 0 for d in differences)
    if moved > 60:
        known = scipy_stats.wilcoxon(differences, zero_method=zeros[1], correction=False, method="asymptotic")
        assert signed_rank(differences, zeros=zeros[0]).p_value == pytest.approx(known.pvalue, abs=1e-10)


def test_the_step_from_exact_to_normal_is_small():
    # equal steps, 38 of 59 and 39 of 61 up: the sign test, and its normal approximation
    exact = signed_rank([1] * 38 + [-1] * 21)
    normal = signed_rank([1] * 39 + [-1] * 22)
    assert exact.p_value == pytest.approx(scipy_stats.binomtest(38, 59).pvalue, abs=1e-12)
    assert normal.p_value == pytest.approx(2 * scipy_stats.norm.sf(17 / math.sqrt(61)), abs=1e-12)


@given(steps, st.randoms())
def test_swapped_waves_flip_the_sign_and_order_is_irrelevant(differences, random):
    result = signed_rank(differences)
    swapped = signed_rank([-d for d in differences])
    shuffled = sorted(differences, key=lambda _: random.random())
    assert repr(signed_rank(shuffled)) == repr(result)
    assert (swapped.n_up, swapped.n_down) == (result.n_down, result.n_up)
    if not result.reason:
        assert swapped.rank_biserial == -result.rank_biserial
        assert swapped.p_value == result.p_value
        assert 0 < result.p_value <= 1
        assert -1 <= result.rank_biserial <= 1


def test_five_differences_all_up_reach_no_less_than_one_sixteenth():
    assert signed_rank([1, 2, 3, 4, 5]).p_value == 0.0625


@pytest.mark.parametrize("n", [60, 61, 5000])
def test_a_tiny_p_is_never_zero(n):
    assert 0 < signed_rank([1] * n).p_value < 1e-12


@pytest.mark.parametrize("zeros", ["drop", "pratt"])
@pytest.mark.parametrize(
    ("differences", "n_same", "reason"),
    [([], 0, "no values"), ([math.nan], 0, "no values"), ([0, 0, math.nan], 2, "all differences zero")],
)
def test_nothing_to_rank_gives_a_reason(differences, n_same, reason, zeros):
    result = signed_rank(differences, zeros=zeros)
    assert np.isnan(result[:3]).all()
    assert result[3:] == (0, n_same, 0, reason)


def test_one_difference_has_a_p_of_one():
    assert signed_rank([2]) == (1.0, 1.0, 1.0, 1, 0, 0, "")


def test_missing_differences_are_dropped():
    assert signed_rank([1, math.nan, -2, 3]) == signed_rank([1, -2, 3])


def test_rounding_noise_makes_no_difference_and_breaks_no_tie():
    # 0.1 + 0.2 - 0.3 is 5.6e-17, and 0.3 - 0.2 is not quite 0.1
    noisy = signed_rank([0.1 + 0.2 - 0.3, 0.3 - 0.2, 0.1, -0.1, 0.2])
    assert noisy == signed_rank([0, 1, 1, -1, 2])


def test_an_unknown_way_to_treat_zeros_is_refused():
    with pytest.raises(CoursewavesError, match="Possible values: 'drop', 'pratt'"):
        signed_rank([1, 2], zeros="split")


def test_bootstrap_interval_is_the_same_for_any_order_and_holds_the_estimate(gains):
    result = rank_biserial_interval(gains)
    assert result == rank_biserial_interval(gains[::-1])
    assert result.rank_biserial == 0.625
    # effectsize 0.8.3 gives 0.174 to 0.859 by Fisher's z: another method, the same order of size
    assert -0.05 < result.low < 0.35
    assert 0.75 < result.high < 1


def test_bootstrap_counts_equal_a_plain_bootstrap_of_persons(gains):
    random = np.random.default_rng(3)
    plain = [signed_rank(random.choice(gains, gains.size)).rank_biserial for _ in range(4000)]
    result = rank_biserial_interval(gains)
    # Monte-Carlo error of either end is about 0.015
    assert (result.low, result.high) == pytest.approx(tuple(np.quantile(plain, [0.025, 0.975])), abs=0.06)


@pytest.mark.parametrize(
    ("differences", "reason"),
    [
        ([], "no values"),
        ([0, 0], "all differences zero"),
        ([1], "fewer than two values"),
        ([1, 2, 2], "all differences have one sign"),
    ],
)
def test_a_bootstrap_that_cannot_tell_says_why(differences, reason):
    result = rank_biserial_interval(differences)
    assert np.isnan([result.low, result.high]).all()
    assert result.reason == reason


def test_the_exact_test_holds_its_level_with_ties():
    random = np.random.default_rng(11)
    found = [signed_rank(random.integers(-2, 3, 15)).p_value < 0.05 for _ in range(2000)]
    # exact tests are conservative; four standard errors of 2,000 runs: .02
    assert 0.02 < np.mean(found) < 0.07
