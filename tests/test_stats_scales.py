"""One scale's summaries, straight lines and detectable effects."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from coursewaves.errors import CoursewavesError
from coursewaves.stats import detectable_effect, interpolated_median, longstring, net_promoter

ratings = st.lists(st.integers(0, 10), min_size=1, max_size=60)
table = st.lists(st.lists(st.sampled_from([1.0, 2, 3, math.nan]), min_size=6, max_size=6), max_size=8)


def test_net_promoter_by_hand():
    # 6 promoters, 2 passives, 2 detractors. Rocks: n 13, shares 6.75 / 13 and 2.75 / 13, centre 4 / 13
    result = net_promoter([10] * 4 + [9] * 2 + [8, 7, 6, 0])
    half = 1.959964 * math.sqrt((9.5 / 13 - (4 / 13) ** 2) / 13)
    assert result.score == pytest.approx(0.4)
    assert (result.low, result.high) == pytest.approx((4 / 13 - half, 4 / 13 + half), abs=1e-6)


@given(ratings, st.floats(0.05, 0.99))
def test_net_promoter_interval_holds_the_score(given_ratings, level):
    result = net_promoter(given_ratings, level)
    assert -1 <= result.low <= result.score <= result.high <= 1
    assert result.n == len(given_ratings)


def test_mirrored_shares_flip_the_net_promoter_score():
    forth, back = net_promoter([10, 9, 8, 2]), net_promoter([0, 1, 8, 10])
    assert forth[:3] == pytest.approx((-back.score, -back.high, -back.low))


def test_net_promoter_of_nobody_has_a_reason():
    result = net_promoter([math.nan])
    assert np.isnan(result[:3]).all()
    assert (result.n, result.reason) == (0, "no values")


@pytest.mark.parametrize("rating", [-1, 11])
def test_a_rating_off_the_scale_is_refused(rating):
    with pytest.raises(CoursewavesError, match="outside 0-10"):
        net_promoter([5, rating])


def test_net_promoter_interval_covers_the_true_score():
    random = np.random.default_rng(21)
    samples = random.choice([10, 8, 3], size=(1000, 20), p=[0.6, 0.3, 0.1])
    intervals = [net_promoter(sample) for sample in samples]
    # four standard errors of 1,000 runs: .028
    assert 0.92 < np.mean([result.low <= 0.5 <= result.high for result in intervals]) < 0.985


@pytest.mark.parametrize(
    ("values", "median"),
    [
        ([4, 4, 4], 4),
        ([4, 4, 5], 4 + 1 / 4),  # one above, none below, two on it
        ([1, 2, 3, 3, 3], 3 - 1 / 3),  # none above, two below, three on it
        ([1, 2, 3, 4], 2.5),  # the median falls between two steps
        ([5, math.nan], 5),
    ],
)
def test_interpolated_median_by_hand(values, median):
    assert interpolated_median(values) == pytest.approx(median)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=40))
def test_interpolated_median_stays_within_half_a_step_and_mirrors(values):
    assert abs(interpolated_median(values) - np.median(values)) <= 0.5
    assert interpolated_median([6 - value for value in values]) == pytest.approx(6 - interpolated_median(values))


def test_interpolated_median_of_nobody_is_not_computed():
    assert math.isnan(interpolated_median([]))


@given(table)
def test_longstring_equals_counting_by_hand(rows):
    expected = []
    for row in rows:
        given_answers = [answer for answer in row if not math.isnan(answer)]
        runs = [0]
        for place, answer in enumerate(given_answers):
            again = place and answer == given_answers[place - 1]
            runs.append(runs[-1] + 1 if again else 1)
        expected.append(max(runs))
    assert list(longstring(np.array(rows).reshape(-1, 6))) == expected


def test_longstring_of_nobody_or_of_no_items_is_empty_or_zero():
    assert longstring(np.empty((0, 5))).size == 0
    assert list(longstring(np.empty((2, 0)))) == [0, 0]
    with pytest.raises(CoursewavesError, match="table"):
        longstring([1, 2, 3])


@pytest.mark.parametrize(
    ("n", "pairs", "groups"),
    [(10, 1.00, 1.32), (15, 0.78, 1.06), (25, 0.58, 0.81), (40, 0.45, 0.63), (60, 0.37, 0.52)],
)
def test_detectable_effects_are_those_of_the_methods_table(n, pairs, groups):
    assert detectable_effect(n) == pytest.approx(pairs, abs=0.005)
    assert detectable_effect(n, n) == pytest.approx(groups, abs=0.005)


def test_two_groups_of_sixty_four_show_half_a_standard_deviation():
    # Cohen (1988), table 2.4.1: d = .50 at power .80 needs 64 in each group
    assert detectable_effect(64, 64) == pytest.approx(0.5, abs=0.005)


@given(st.integers(3, 200), st.integers(2, 200), st.floats(0.3, 0.99))
def test_the_detectable_effect_has_the_power_that_was_asked(n, n_second, power):
    effect = detectable_effect(n, n_second, power)
    freedom = n + n_second - 2
    shift = effect / math.sqrt(1 / n + 1 / n_second)
    critical = scipy_stats.t.ppf(0.975, freedom)
    assert scipy_stats.nct.sf(critical, freedom, shift) == pytest.approx(power, abs=1e-6)
    assert effect == pytest.approx(detectable_effect(n_second, n, power))


@pytest.mark.parametrize("sizes", [(0,), (1,), (1, 1), (0, 30), (30, 0)])
def test_too_few_show_nothing(sizes):
    assert math.isnan(detectable_effect(*sizes))


@pytest.mark.parametrize("power", [0, 1, 0.01, 80])
def test_a_power_that_makes_no_sense_is_refused(power):
    with pytest.raises(CoursewavesError):
        detectable_effect(20, power=power)
