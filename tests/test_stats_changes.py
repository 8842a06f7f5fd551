"""The change of a mean between two waves, paired, partly paired or independent."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from coursewaves.errors import CoursewavesError
from coursewaves.stats import change, linked_change, overall_change

REFERENCE = Path(__file__).parent / "reference"
NONE = math.nan
score = st.integers(0, 20).map(lambda code: code * 5.0)
person = st.tuples(score | st.just(NONE), score | st.just(NONE))
people_of_both = st.lists(st.tuples(score, score), min_size=2, max_size=30)


def waves(people):
    return [first for first, _ in people], [second for _, second in people]


def test_partly_paired_change_agrees_with_r():
    # Partiallyoverlapping 2.0: Partover.test(u1, u2, pre, post, var.equal=FALSE); there wave 1 minus wave 2
    people = pd.read_csv(REFERENCE / "obrienkaiser.csv", comment="#")
    result = change(people.pre_1.where(people.in1 == 1), people.post_1.where(people.in2 == 1))
    assert (result.n_both, result.n_first_only, result.n_second_only) == (9, 4, 3)
    assert result.design == "partly paired"
    assert result.difference == pytest.approx(0.74358974358974, abs=1e-10)
    assert (result.low, result.high) == pytest.approx((-0.57360265610471, 2.0607821432842), abs=1e-10)
    assert (result.t, result.df) == pytest.approx((1.2312736700428, 11.888855019275), abs=1e-10)
    assert result.p_value == pytest.approx(0.242021830684, abs=1e-10)


def test_the_change_of_all_keeps_those_whom_a_paired_design_leaves_out_and_agrees_with_r():
    # tn(x, y) of Derrick et al. (2017) written out in R 4.2.2 with cor(), var() and qt(); t.test(y, x, paired = TRUE)
    first = [2, 3, 3, 4, 2, 5, 4, 3, 2, 3, 4, 4, 3, 2, 5, 3, 4, 2, 3, 4, 1, 2, 2, 1]
    up = [1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, -1]
    second = [min(5, code + step) for code, step in zip(first, up, strict=False)] + [NONE] * 4
    linked, found = change(first, second), overall_change(first, second)
    assert (linked.design, found.design) == ("paired", "partly paired")
    assert (linked.difference, linked.low, linked.high) == pytest.approx((0.5, 0.215926, 0.784074), abs=1e-6)
    assert (found.difference, found.low, found.high) == pytest.approx((0.791666666667, 0.453583479607, 1.12974985373))
    assert (found.t, found.df, found.p_value) == pytest.approx((4.86844032224, 21.0890382774, 8.09197385213e-05))


@given(people_of_both)
def test_where_everybody_is_linked_the_change_of_all_is_the_paired_one(people):
    paired, of_all = change(*waves(people)), overall_change(*waves(people))
    assert of_all.difference == pytest.approx(paired.difference, abs=1e-9)
    if not (paired.reason or of_all.reason) and paired.n_both >= 5:
        assert of_all[:6] == pytest.approx(paired[:6], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("first", "second"), [([], []), ([NONE], [NONE])])
def test_the_change_of_nobody_is_none(first, second):
    found = overall_change(first, second)
    assert (found.design, found.reason) == ("", "no values")
    assert math.isnan(found.difference)


@given(people_of_both)
def test_all_linked_agrees_with_scipys_paired_t(people):
    first, second = waves(people)
    result = change(first, second)
    if not result.reason:
        known = scipy_stats.ttest_rel(second, first)
        assert (result.t, result.p_value) == pytest.approx((known.statistic, known.pvalue), abs=1e-10)
        known_ends = known.confidence_interval(0.95)
        assert (result.low, result.high) == pytest.approx((known_ends.low, known_ends.high), abs=1e-9)
    assert result.design == "paired"


@given(st.lists(score, min_size=2, max_size=30), st.lists(score, min_size=2, max_size=30))
def test_nobody_linked_agrees_with_scipys_welch(first, second):
    earlier = [*first, *[NONE] * len(second)]
    later = [*[NONE] * len(first), *second]
    result = change(earlier, later)
    # scipy warns where one of the two has no spread
    if len(set(first)) > 1 and len(set(second)) > 1:
        known = scipy_stats.ttest_ind(second, first, equal_var=False)
        assert (result.t, result.df, result.p_value) == pytest.approx(
            (known.statistic, known.df, known.pvalue), abs=1e-9
        )
    assert result.design == "independent"


@given(st.lists(person, max_size=40), st.randoms())
def test_swapped_waves_flip_the_sign_and_order_is_irrelevant(people, random):
    first, second = waves(people)
    forth, back = change(first, second), change(second, first)
    mirrored = (-back.difference, -back.high, -back.low, -back.t, back.df, back.p_value)
    assert forth[:6] == pytest.approx(mirrored, abs=1e-9, nan_ok=True)
    assert (forth.n_first_only, forth.design, forth.reason) == (back.n_second_only, back.design, back.reason)
    shuffled = change(*waves(sorted(people, key=lambda _: random.random())))
    assert shuffled[:6] == pytest.approx(forth[:6], rel=1e-9, abs=1e-9, nan_ok=True)
    if not forth.reason:
        assert forth.low <= forth.difference <= forth.high
        assert 0 < forth.p_value <= 1


@pytest.mark.parametrize(
    ("both", "first_only", "second_only", "design"),
    [
        (18, 2, 2, "paired"),  # 36 of 40 answers
        (17, 2, 2, "partly paired"),  # 34 of 38
        (20, 4, 0, "paired"),  # 40 of 44: four who did not answer again
        (6, 14, 14, "partly paired"),  # 12 of 40
        (6, 14, 15, "independent"),  # 12 of 41
        (4, 2, 2, "independent"),  # 8 of 12, fewer than five pairs
        (4, 0, 0, "paired"),
        (0, 5, 5, "independent"),
    ],
)
def test_the_share_of_linked_answers_decides_the_design(both, first_only, second_only, design):
    codes = np.arange(both + first_only + second_only) * 7 % 5 + 1.0
    first, second = codes.copy(), codes[::-1].copy()
    first[both + first_only :] = NONE
    second[both : both + first_only] = NONE
    result = change(first, second)
    assert (result.n_both, result.n_first_only, result.n_second_only) == (both, first_only, second_only)
    assert result.design == design


def test_partly_paired_change_is_the_difference_of_the_means_that_are_shown():
    first = [1, 2, 3, 4, 5, 2, NONE, NONE, NONE, NONE]
    second = [2, 3, 3, 5, 5, NONE, 4, 4, 3, 1]
    # 30 / 9 - 17 / 6
    assert change(first, second).difference == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("first", "second", "difference", "design", "reason"),
    [
        ([], [], NONE, "", "no values"),
        ([NONE], [NONE], NONE, "", "no values"),
        ([3], [4], 1, "paired", "fewer than two pairs"),
        ([3, 4], [4, 5], 1, "paired", "all differences equal"),
        ([3, 3], [3, 3], 0, "paired", "all differences equal"),
        ([0.1, 0.7, 0.4], [0.2, 0.8, 0.5], 0.1, "paired", "all differences equal"),
        ([3, NONE], [NONE, 4], 1, "independent", "fewer than two values on one occasion"),
        ([3, 4, 5], [NONE] * 3, NONE, "independent", "no values on one occasion"),
        (
            [3, 3, NONE, NONE],
            [NONE, NONE, 4, 4],
            1,
            "independent",
            "all values equal on both occasions",
        ),
    ],
)
def test_a_change_that_cannot_be_tested_says_why(first, second, difference, design, reason):
    result = change(first, second)
    assert result.difference == pytest.approx(difference, nan_ok=True)
    assert np.isnan(result[1:6]).all()
    assert (result.design, result.reason) == (design, reason)


def test_a_wave_without_spread_is_still_compared():
    first = [3.0] * 6 + [NONE] * 6
    second = [3.0, 4, 5, 4, 3, NONE, 4, 5, 5, 4, 3, 2]
    result = change(first, second)
    # no spread, no correlation: Welch's error, sqrt(s² / 11) of the second wave
    known = np.nanstd(second, ddof=1) / math.sqrt(11)
    assert result.design == "partly paired"
    assert result.t == pytest.approx((np.nanmean(second) - 3) / known)


def test_a_sure_change_has_a_p_above_zero():
    first = np.arange(400.0) % 7
    result = change(first, first + 1000 + np.arange(400) % 3)
    assert 0 < result.p_value < 1e-300


def test_waves_of_different_length_are_refused():
    with pytest.raises(CoursewavesError, match="one value a person"):
        change([1, 2], [1])


def test_the_partly_paired_interval_covers_the_true_change():
    # an earlier simulation gave type I error .044 when the unlinked are other people; four standard errors: .028
    random = np.random.default_rng(13)
    covered = []
    for _ in range(1000):
        ability = random.normal(0, 1, 40)
        first, second = ability + random.normal(0, 1, 40), ability + 0.4 + random.normal(0, 1, 40)
        first[30:], second[20:30] = NONE, NONE
        result = change(first, second)
        covered.append(result.low <= 0.4 <= result.high)
    assert result.design == "partly paired"
    assert 0.92 < np.mean(covered) < 0.98


def test_the_linked_alone_are_a_paired_change():
    first, second = [3, 4, 2, 3, 4, 2, NONE, NONE], [4, 4, 4, 5, 4, NONE, 3, 3]
    result, shown = linked_change(first, second), change(first, second)
    assert result[:3] == pytest.approx(change(first[:5], second[:5])[:3])
    assert (result.n, result.distance) == (5, pytest.approx(1 - shown.difference))
    assert not result.is_selective


def test_people_who_could_be_linked_and_changed_more_are_noticed():
    linked = [(2, 4), (2, 5), (3, 4), (3, 5), (2, 4), (3, 5), (2, 5), (3, 4)]
    unlinked = [(3, NONE)] * 5 + [(2, NONE)] * 5 + [(NONE, 3)] * 5 + [(NONE, 2)] * 5
    first, second = waves([*linked, *unlinked])
    result, shown = linked_change(first, second), change(first, second)
    assert result.difference > 1.5 > shown.difference
    assert result.is_selective
    assert abs(result.distance) > (shown.high - shown.low) / 4


@given(people_of_both)
def test_where_everybody_is_linked_there_is_nothing_to_tell(people):
    result = linked_change(*waves(people))
    assert result.distance == 0
    assert not result.is_selective


def test_where_nobody_is_linked_it_says_so():
    result = linked_change([3, 4, NONE, NONE], [NONE, NONE, 4, 5])
    assert (math.isnan(result.difference), result.n, result.is_selective) == (True, 0, False)
    assert result.reason == "no values"
