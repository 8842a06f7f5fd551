"""Low-rated (¶16): only with the interval wholly below the threshold, and never on few answers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.errors import CoursewavesError
from coursewaves.rate import LEAST_FOR_LOW, rate, rate_groups

BAD = [40.0, 45, 50, 42, 48, 44, 51, 39, 47, 46]


def test_the_interval_is_that_of_two_one_sided_bounds_of_90_percent():
    found = rate(np.array(BAD), 62.5)
    # mean 45.2, standard deviation 4.0222, t of 0.9 with 9 degrees of freedom 1.383 (t table)
    half = 1.383 * 4.0222 / np.sqrt(10)
    assert (found.mean, found.low, found.high) == pytest.approx((45.2, 45.2 - half, 45.2 + half), abs=0.01)
    assert (found.verdict, found.n) == ("low", 10)


def test_nothing_is_called_low_on_fewer_than_ten_answers():
    assert LEAST_FOR_LOW == 10
    assert rate(np.array(BAD[:9]), 62.5).verdict == "cannot say yet"


def test_what_lies_above_is_not_low():
    assert rate(np.array(BAD) + 40, 62.5).verdict == "not low"


def test_an_interval_across_the_threshold_says_nothing_yet():
    assert rate(np.array(BAD), 45.0).verdict == "cannot say yet"


@pytest.mark.parametrize("ratings", [[], [10.0], [float("nan")] * 12, [30.0] * 12])
def test_without_an_interval_nothing_is_said(ratings):
    assert rate(np.array(ratings, dtype=float), 62.5).verdict == "cannot say yet"


def test_missing_ratings_do_not_count():
    assert rate(np.array([*BAD, np.nan, np.nan]), 62.5) == rate(np.array(BAD), 62.5)


def test_groups_stand_by_name_and_not_by_rank():
    scores = pd.DataFrame({"rating": [*BAD, *(value + 40 for value in BAD), np.nan]})
    group = pd.Series([*["b"] * 10, *["a"] * 10, "c"], name="programme_id")
    found = rate_groups(scores, group, "rating", 62.5)
    assert found[["programme_id", "verdict", "n"]].to_numpy().tolist() == [["a", "not low", 10], ["b", "low", 10]]


def test_no_ratings_give_the_columns_alone():
    found = rate_groups(pd.DataFrame({"rating": []}), pd.Series([], name="g", dtype="str"), "rating", 50)
    assert list(found.columns) == ["g", "verdict", "mean", "low", "high", "n"]


def test_an_unknown_rating_is_named():
    with pytest.raises(CoursewavesError, match=r"Can't find 'rates' in the scores\. Possible values: 'rating'"):
        rate_groups(pd.DataFrame({"rating": [1.0]}), pd.Series(["a"], name="g"), "rates", 50)


@given(st.lists(st.floats(0, 100), max_size=30), st.floats(0, 100))
def test_a_verdict_always_follows_from_the_interval(ratings, threshold):
    found = rate(np.array(ratings), threshold)
    assert (found.verdict == "low") == (found.n >= 10 and found.high < threshold)
    assert (found.verdict == "not low") == (found.low >= threshold)
