"""The factor analysis of ¶16: importance over all courses, a gap in parts that add up, the factors that stand out."""

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from coursewaves.analysis.factor_analysis import (
    COMPOSITION,
    IMPORTANCE,
    PARTS,
    UNEXPLAINED,
    cohort_composition,
    factor_gaps,
    factor_importance,
    importance_performance,
    named_factors,
)
from coursewaves.errors import CoursewavesError
from coursewaves.stats import gap_decomposition
from coursewaves.survey.files import load_survey
from small import survey as small_survey

FACTORS = ["F1", "F2", "F3", "F4", "F5"]
CRITERIA = ["K1", "K2", "K3", "K4", "K5", "K6"]
COURSES = pd.DataFrame(
    [[f"{programme}-{run}", programme] for programme in "ABCD" for run in (1, 2, 3)],
    columns=["course_id", "programme_id"],
)


built_in = lru_cache(maxsize=1)(load_survey)


def year_of(per_course: int, lost: dict[str, float] | None = None, seed: int = 7) -> pd.DataFrame:
    """Scores of twelve courses: the rating follows F1 above all and F5 not at all; `lost` lowers factors of A."""
    rng = np.random.default_rng(seed)
    course_ids = [course_id for course_id in COURSES["course_id"] for _ in range(per_course)]
    scores = pd.DataFrame({"course_id": course_ids})
    for name in FACTORS:
        scores[name] = 70 + rng.normal(0, 10, len(scores))
        scores.loc[scores["course_id"].str.startswith("A"), name] -= (lost or {}).get(name, 0.0)
    scores[FACTORS] = scores[FACTORS].clip(0, 100)
    rating = 0.6 * scores["F1"] + 0.2 * scores["F2"] + 0.1 * scores["F3"] + 0.1 * scores["F4"]
    scores["rating"] = rating + rng.normal(0, 3, len(scores))
    return scores.assign(**dict.fromkeys(CRITERIA, scores["rating"]))


def test_the_named_factors_are_those_of_the_regulation_direct_ones_first(survey):
    found = named_factors(survey, year_of(1))
    assert found == dict.fromkeys(["F1", "F2", "F3"], "direct_factor") | dict.fromkeys(["F4", "F5"], "indirect_factor")


def test_importance_follows_what_the_rating_is_made_of(survey):
    found = factor_importance(year_of(25), survey).set_index("factor_id")
    assert found.index.tolist() == [*FACTORS, "direct_factor", "indirect_factor"]
    # independent factors of equal spread: shares go as squares of 6, 2, 1, 1, 0 over 42 + 100 x 3^2 / 10^2
    expected = np.array([36, 4, 1, 1, 0]) / 51
    assert found.loc[FACTORS, "share"].to_numpy() == pytest.approx(expected, abs=0.06)
    assert found.loc["direct_factor", "share"] + found.loc["indirect_factor", "share"] == pytest.approx(
        found.loc[FACTORS, "share"].sum(), abs=0.02
    )
    assert found.loc["F1", "first"] == 1.0
    assert (found["low"] <= found["share"] + 0.02).all()
    assert found["standing"].unique().tolist() == ["ranked"]


@pytest.mark.parametrize(
    ("per_course", "standing", "is_given"), [(8, "not given", False), (9, "tentative", True), (17, "ranked", True)]
)
def test_importance_is_given_from_a_hundred_answers_and_ranked_from_two_hundred(survey, per_course, standing, is_given):
    found = factor_importance(year_of(per_course), survey)
    assert found["n"].unique().tolist() == [12 * per_course]
    assert found["standing"].unique().tolist() == [standing]
    assert found["share"].notna().all() == is_given
    assert (found["reason"] == "").all() == is_given


def test_a_criterion_that_shares_questions_with_a_factor_explains_nothing(survey):
    scores = year_of(25)
    other = scores.assign(K6=np.random.default_rng(1).uniform(0, 100, len(scores)))
    pd.testing.assert_frame_equal(factor_importance(other, survey), factor_importance(scores, survey))


def test_courses_with_fewer_than_five_ratings_are_left_out(survey):
    scores = year_of(25)
    small = scores[scores["course_id"] == "A-1"].index[4:]
    assert factor_importance(scores.drop(small), survey)["n"].unique().tolist() == [11 * 25]
    assert factor_gaps(scores.drop(small), COURSES, survey, "A").n == 50


def test_the_gap_is_that_of_the_means_and_goes_with_the_factor_that_was_lowered(survey):
    scores = year_of(25, {"F1": 30.0})
    found = factor_gaps(scores, COURSES, survey, "A")
    is_own = scores["course_id"].str.startswith("A")
    assert found.gap == pytest.approx(scores.loc[is_own, "rating"].mean() - scores["rating"].mean())
    parts = found.parts.set_index("factor_id")
    # F1 lost 30, three quarters of which is the distance to the mean of all; its weight is 0.6
    assert parts.loc["F1", "part"] == pytest.approx(-0.6 * 30 * 0.75, abs=2.5)
    assert parts.loc["F1", "part_low"] < -0.6 * 30 * 0.75 < parts.loc["F1", "part_high"]
    assert parts.loc[["F2", "F3", "F4", "F5"], "part"].abs().max() < 1.5
    assert parts.index[parts["stands_out"]].tolist() == ["F1"]


def test_a_programme_that_is_rated_low_throughout_has_no_factor_that_stands_out(survey):
    found = factor_gaps(year_of(25, dict.fromkeys(FACTORS, 30.0)), COURSES, survey, "A")
    assert found.gap < -15
    assert not found.parts["stands_out"].any()


@pytest.mark.parametrize("programme_id", ["A", "Z"])
def test_without_ratings_there_is_a_reason_and_no_part(survey, programme_id):
    scores = year_of(4) if programme_id == "A" else year_of(25)
    found = factor_gaps(scores, COURSES, survey, programme_id)
    assert (found.n, found.reason) == (0, "too few ratings of the programme")
    assert list(found.parts.columns) == PARTS
    assert found.parts.empty


def test_a_survey_of_one_factor_and_equal_answers_has_reasons(survey):
    scores = pd.DataFrame({"course_id": ["A-1"] * 120, "rating": 50.0, "F1": 50.0, "K1": 50.0, "K2": 50.0})
    importance = factor_importance(scores, small_survey())
    assert importance["factor_id"].tolist() == ["F1", "direct_factor"]
    assert importance["reason"].tolist() == ["the outcome is the same for everybody"] * 2
    assert factor_gaps(scores, COURSES, small_survey(), "A").reason == "the outcome is the same for everybody"
    bare = scores.drop(columns="F1")
    assert list(factor_importance(bare, small_survey()).columns) == IMPORTANCE
    assert factor_gaps(bare, COURSES, small_survey(), "A").parts.empty


@examples(max_examples=30)
@given(st.integers(6, 20), st.dictionaries(st.sampled_from(FACTORS), st.floats(0, 40)), st.integers(0, 99))
def test_parts_add_up_to_the_gap_in_whatever_order_answers_come(per_course, lost, seed):
    scores, survey = year_of(per_course, lost, seed), built_in()
    found = factor_gaps(scores, COURSES, survey, "A")
    assert found.parts["part"].sum() == pytest.approx(found.gap, abs=1e-9)
    assert found.parts["factor_id"].tolist() == [*FACTORS, UNEXPLAINED]
    again = factor_gaps(scores.sample(frac=1, random_state=seed), COURSES, survey, "A")
    pd.testing.assert_frame_equal(again.parts, found.parts, check_exact=True)


def test_a_programme_of_one_course_has_the_gap_of_that_course():
    scores = year_of(20, {"F2": 20.0})
    whole = gap_decomposition(scores["rating"], scores[FACTORS], "A-1", scores["course_id"])
    nested = gap_decomposition(
        scores["rating"], scores[FACTORS], "A-1", scores["course_id"], units=scores["course_id"].tolist()
    )
    assert np.asarray(nested) == pytest.approx(np.asarray(whole))


def test_the_parts_of_a_programme_are_the_weighted_means_of_those_of_its_courses():
    scores = year_of(20, {"F2": 20.0})
    units = scores["course_id"].str[0].tolist()
    whole = gap_decomposition(scores["rating"], scores[FACTORS], "A", scores["course_id"].tolist(), units=units)
    single = [
        gap_decomposition(scores["rating"], scores[FACTORS], course_id, scores["course_id"])
        for course_id in ("A-1", "A-2", "A-3")
    ]
    assert np.asarray(whole) == pytest.approx(np.mean([np.asarray(one) for one in single], axis=0))
    assert whole.n == 60


def test_a_course_of_two_programmes_is_refused():
    with pytest.raises(CoursewavesError, match="A cluster lies in two units"):
        gap_decomposition([1, 2, 3], [[1], [2], [4]], "A", ["c", "c", "d"], units=["A", "B", "B"])


def test_composition_counts_who_stated_something_in_the_programme_and_in_the_others():
    responses = pd.DataFrame(
        {
            "course_id": ["A-1"] * 10 + ["B-1"] * 5,
            "role": ["head"] * 4 + ["teacher"] * 4 + [None] * 2 + ["teacher"] * 5,
        }
    )
    found = cohort_composition(responses, COURSES, "A")
    assert list(found.columns) == COMPOSITION
    told = found[["characteristic", "code", "n", "n_all", "share", "n_others", "share_others"]].to_numpy().tolist()
    assert told == [["role", "head", 4, 8, 0.5, 0, 0.0], ["role", "teacher", 4, 8, 0.5, 5, 1.0]]
    # Wilson for 4 of 8: (4 + 1.9208) / (8 + 3.8415) +- 1.96 / 11.8415 x sqrt(2 + 0.9604)
    assert found[["low", "high"]].to_numpy().tolist()[0] == pytest.approx([0.2152, 0.7848], abs=1e-4)


def test_the_map_calls_a_factor_unimportant_only_where_its_interval_says_so(survey):
    scores = year_of(25, {"F1": 30.0, "F5": 30.0})
    importance = factor_importance(scores, survey)
    found = importance_performance(importance, factor_gaps(scores, COURSES, survey, "A"), 62.5).set_index("factor_id")
    assert found.loc["F1", "quadrant"] == "concentrate here"
    assert found.loc["F5", "quadrant"] == "low priority"
    assert found.loc["F3", "quadrant"] == "possible overkill"
    unsure = importance.assign(high=1.0)
    again = importance_performance(unsure, factor_gaps(scores, COURSES, survey, "A"), 62.5)
    assert set(again["quadrant"]) == {"concentrate here", "keep up"}


def test_the_map_is_empty_where_importance_is_not_given(survey):
    scores = year_of(8)
    gaps = factor_gaps(scores, COURSES, survey, "A")
    assert len(gaps.parts) == 6
    assert importance_performance(factor_importance(scores, survey), gaps, 62.5).empty
