"""What all courses tell together: computed once, small courses left out, equal to what it was computed from."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import handmade
from coursewaves.analysis.rate import rate_programmes
from coursewaves.analysis.summarise import mean_scores
from coursewaves.partitions.pooled import NAMES, other_courses, pool_year, pooled_of
from coursewaves.stats import mean_interval
from coursewaves.stats.intervals import interval_of_moments


def rating_of_others(found, course_id: str) -> dict:
    others = pool_year(found).others
    own = others[(others["course_id"] == course_id) & (others["name"] == "rating")]
    return own.set_index("instrument_id").to_dict("index")


def test_others_are_all_answers_of_the_other_courses(survey):
    found = handmade.year(survey, courses={"A-1": 12, "A-2": 11, "A-3": 7})
    told = rating_of_others(found, "A-1")["B"]
    scores = found.scores[(found.scores["course_id"] != "A-1") & (found.scores["instrument_id"] == "B")]
    wanted = mean_scores(scores, ["rating"]).iloc[0]
    assert told["n"] == wanted["n"] == 18
    for name in ("mean", "low", "high"):
        assert told[name] == pytest.approx(wanted[name], abs=1e-9)


def test_small_courses_are_not_in_what_others_are_compared_with(survey):
    found = handmade.year(survey, courses={"A-1": 12, "A-2": 11, "A-3": 4})
    found.scores.loc[found.scores["course_id"] == "A-3", "rating"] = 0.0
    alone = handmade.year(survey, courses={"A-1": 12, "A-2": 11})
    assert rating_of_others(found, "A-1") == rating_of_others(alone, "A-1")
    assert rating_of_others(found, "A-3")["B"]["n"] == 23


def test_a_course_with_five_forms_of_which_four_have_a_score_is_left_out_for_that_score(survey):
    found = handmade.year(survey, courses={"A-1": 12, "A-2": 5})
    assert rating_of_others(found, "A-1")["B"]["n"] == 5
    one = found.scores.index[(found.scores["course_id"] == "A-2") & (found.scores["instrument_id"] == "B")][0]
    found.scores.loc[one, "rating"] = np.nan
    assert "B" not in rating_of_others(found, "A-1")


def test_a_course_alone_has_no_others(survey):
    assert pool_year(handmade.year(survey, courses={"A-1": 12})).others.empty


def test_the_order_of_rows_plays_no_part(survey):
    found = handmade.year(survey, courses={"A-1": 12, "A-2": 11, "A-3": 7})
    shuffled = found.scores.sample(frac=1, random_state=3)
    first, second = (other_courses(scores, survey, 5) for scores in (found.scores, shuffled))
    pd.testing.assert_frame_equal(first, second)


def test_ratings_are_those_of_the_programmes_over_their_runs(survey):
    found = handmade.year(survey, courses={"A-1": 12, "A-2": 11})
    pooled = pool_year(found)
    direct = rate_programmes(found.scores, found.registry.courses, "rating", found.settings.low_rated_below, 5)
    pd.testing.assert_frame_equal(pooled.rated.programmes, direct.programmes)
    pd.testing.assert_frame_equal(pooled.rated.runs, direct.runs)
    assert pooled.rated[2:] == direct[2:]


def test_a_year_put_together_in_memory_is_pooled_when_it_is_asked(survey):
    found = handmade.year(survey, courses={"A-1": 12})
    assert not found.has("pooled_account")
    assert pooled_of(found).accounted == (1, {"kept": 36, "set_aside": 0, "duplicate": 0, "outside_window": 0}, 0, 0)


@pytest.mark.slow
def test_a_loaded_year_reads_back_what_was_pooled(loaded_year):
    stored, anew = pooled_of(loaded_year), pool_year(loaded_year)
    for name in NAMES:
        pd.testing.assert_frame_equal(getattr(stored, name), getattr(anew, name), check_dtype=False)


@given(st.lists(st.integers(0, 20).map(lambda step: step * 5.0), min_size=1, max_size=40))
def test_an_interval_of_moments_is_that_of_the_values(values):
    centre = 50.0
    moved = np.array(values) - centre
    found = interval_of_moments(len(values), float(moved.sum()), float(moved @ moved), low=-centre, high=100 - centre)
    wanted = mean_interval(values, low=0, high=100)
    assert (found.n, found.reason) == (wanted.n, wanted.reason)
    for name in ("mean", "low", "high"):
        assert getattr(found, name) + centre == pytest.approx(getattr(wanted, name), abs=1e-9, nan_ok=True)
