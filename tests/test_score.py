"""Scores: 0 the lowest step, 100 the highest, nothing from fewer than half of the items asked."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import small
from coursewaves.score import (
    item_scores,
    level_scores,
    levels,
    mean_of_answered,
    score_items,
    score_names,
    score_responses,
)  # fmt: skip
from coursewaves.stats import mean_interval

NAN = float("nan")
SURVEY = small.survey()


def scored(columns: dict[str, list[float]], **identity) -> pd.DataFrame:
    return score_responses(small.responses_of("Q", columns, **identity), SURVEY)


def test_steps_are_spread_over_0_to_100():
    responses = small.responses_of("Q", {"Q1": [1.0, 2, 3, 4, 5], "Q4": [0.0, 3, 5, 7, 10]})
    found = item_scores(responses, SURVEY, ["Q1", "Q4"])
    assert found.T.tolist() == [[0, 25, 50, 75, 100], [0, 30, 50, 70, 100]]


def test_not_applicable_and_missing_have_no_score():
    responses = small.responses_of("Q", {"Q1": [9.0, NAN, 5.0]})
    found = item_scores(responses, SURVEY, ["Q1", "Q2"])
    assert np.isnan(found).tolist() == [[True, True], [True, True], [False, True]]


@pytest.mark.parametrize(
    ("row", "expected"),
    [([0, 100], 50), ([0, NAN], 0), ([NAN, NAN], NAN), ([100, 50, NAN], 75), ([100, NAN, NAN], NAN),
     ([100, 0, NAN, NAN], 50), ([100, NAN, NAN, NAN], NAN), ([100, 50, 0, NAN, NAN], 50),
     ([100, 0, NAN, NAN, NAN], NAN)],
)  # fmt: skip
def test_half_of_the_items_asked_are_enough(row, expected):
    assert mean_of_answered(np.array([row], dtype=float)).tolist() == pytest.approx([expected], nan_ok=True)


def test_items_that_were_not_asked_do_not_count_as_missing():
    scores = np.array([[100.0, NAN, NAN], [100.0, NAN, NAN]])
    is_asked = np.array([[True, False, False], [True, True, True]])
    assert mean_of_answered(scores, is_asked).tolist() == pytest.approx([100, NAN], nan_ok=True)


def test_an_ability_that_no_one_of_a_course_answered_was_not_asked_there():
    columns = {"Q3.1": [5.0, 5.0, 5.0], "Q3.2": [NAN, 3.0, NAN], "Q3.3": [NAN, 3.0, NAN]}
    responses = small.responses_of("Q", columns, course_id=["B-1", "A-1", "A-1"])
    found = score_items(responses, SURVEY, ["Q3.1", "Q3.2", "Q3.3"])
    # one ability of one; three of three: (100 + 50 + 50) / 3; one of the three that this course was asked
    assert found.tolist() == pytest.approx([100, 200 / 3, NAN], nan_ok=True)


def test_a_plain_item_that_a_small_course_skipped_was_asked_all_the_same():
    responses = small.responses_of("Q", {"Q1": [5.0], "Q2": [NAN], "Q4": [NAN]})
    assert np.isnan(score_items(responses, SURVEY, ["Q1", "Q2", "Q4"])).tolist() == [True]


def test_indicators_criteria_factors_and_the_rating_are_composed_of_items():
    columns = {
        "Q1": [5.0, 9.0],
        "Q2": [3.0, 2.0],
        "Q3.1": [4.0, NAN],
        "Q3.2": [2.0, NAN],
        "Q3t.1": [1.0, NAN],
        "Q4": [10.0, NAN],
    }
    found = scored(columns).loc[0]
    assert found["fit"] == 75  # (100 + 50) / 2
    assert found["ability"] == 50  # (75 + 25) / 2
    assert found["ability_then"] == 0
    assert found["worth"] == 100
    assert found["K1"] == 75
    assert found["F1"] == 75  # the same indicator by its factor
    assert found["K2"] == pytest.approx((75 + 25 + 100) / 3)  # items, without what stands beside the criterion
    assert found["rating"] == pytest.approx((75 + 200 / 3) / 2)  # criteria weigh alike, however many items they have
    found = scored(columns).loc[1]
    assert found["fit"] == 25  # 9 is no score and not answered, one of two is half
    assert found["K2"] is not None
    assert np.isnan(found["K2"])
    assert found["rating"] == 25  # one criterion of two is half


def test_only_what_has_scored_items_is_a_column():
    # K0 has an indicator beside it alone, "told" no item, P2 and Q5 no scored scale
    assert score_names(SURVEY) == ["wish", "fit", "ability", "ability_then", "worth", "K1", "K2", "F1", "rating"]


def test_every_score_of_the_built_in_survey_can_be_reached(survey):
    names = score_names(survey)
    assert "K0" not in names
    best = {}
    for instrument in survey.instruments:
        columns = {
            column: [survey.scale(item.scale).bounds[1]]
            for item in instrument.items
            if survey.scale(item.scale).is_scored
            for column in survey.columns(item)
        }
        identity = {
            "response_id": ["r"],
            "course_id": ["c"],
            "instrument_id": [instrument.id],
            "wave": [instrument.wave],
            "respondent_id": [None],
        }
        found = score_responses(pd.DataFrame(identity | columns), survey).iloc[0]
        best |= {name: found[name] for name in names if pd.notna(found[name])}
    assert best == dict.fromkeys(names, 100.0)


def test_a_questionnaire_scores_only_what_it_asks():
    both = pd.concat(
        [small.responses_of("P", {"P1": [5.0], "P3": [1.0]}), small.responses_of("Q", {"Q1": [5.0], "Q2": [5.0]})]
    )
    found = score_responses(both, SURVEY)
    assert found["wish"].tolist() == pytest.approx([100, NAN], nan_ok=True)
    assert found["fit"].tolist() == [0, 100]
    assert found["rating"].tolist() == pytest.approx([NAN, 100], nan_ok=True)


def test_no_responses_have_no_scores_and_all_columns():
    found = score_responses(small.responses_of("Q", {"Q1": []}), SURVEY)
    assert len(found) == 0
    assert set(score_names(SURVEY)) <= set(found.columns)


def test_scoring_leaves_the_responses_alone():
    responses = small.responses_of("Q", {"Q1": [5.0, 9.0]})
    before = responses.copy()
    score_responses(responses, SURVEY)
    pd.testing.assert_frame_equal(responses, before)


codes = st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, 9.0, NAN])


@given(st.lists(st.tuples(codes, codes), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_scores_stay_within_0_and_100_and_follow_their_rows(rows, random):
    responses = small.responses_of("Q", {"Q1": [a for a, _ in rows], "Q2": [b for _, b in rows]})
    found = score_responses(responses, SURVEY)
    values = found["fit"].dropna()
    assert values.between(0, 100).all()
    order = random.sample(range(len(rows)), len(rows))
    again = score_responses(responses.iloc[order], SURVEY)
    pd.testing.assert_frame_equal(again.loc[found.index], found)


@given(st.lists(codes, min_size=1, max_size=12))
def test_a_turned_scale_gives_the_rest_of_100(values):
    turned = [6 - value if value < 9 else value for value in values]
    first, second = (item_scores(small.responses_of("Q", {"Q1": row}), SURVEY, ["Q1"]) for row in (values, turned))
    np.testing.assert_allclose(first, 100 - second)


def test_a_mean_of_scores_by_hand():
    found = scored({"Q1": [5.0, 4.0, 3.0], "Q2": [5.0, 4.0, 3.0]})
    interval = mean_interval(found["fit"].to_numpy(), low=0, high=100)
    assert (interval.mean, interval.n) == (75, 3)  # 100, 75, 50


# Level with the questions -----------------------------------------------------------------------------

SIX = {"Q1": [5.0, 5, 5, 5, 1, 1], "Q2": [5.0, 5, 5, 5, 1, NAN]}
"""Six people, of whom the last leaves Q2 out: the means of both are 66.7 and 80, that of people's means 66.7."""


def levelled(columns: dict[str, list[float]], minimum: int = 5, **identity) -> pd.DataFrame:
    responses = small.responses_of("Q", columns, **identity)
    return level_scores(score_responses(responses, SURVEY), responses, SURVEY, minimum)


def test_the_mean_of_a_courses_scores_is_that_of_its_questions_means():
    assert scored(SIX)["fit"].mean() == pytest.approx(200 / 3)
    found = levelled(SIX)["fit"]
    assert found.mean() == pytest.approx((200 / 3 + 80) / 2)
    assert found.nunique() == 2  # ties stay
    assert found.tolist() == pytest.approx([100, 100, 100, 100, 20, 20])  # 0 and 0 rise by 6 · 20 / 3 / 2 = 20 each


def test_a_question_that_few_of_a_course_answered_counts_for_nothing_in_its_mean():
    few = {"Q1": [5.0, 5, 5, 1, 1, 1], "Q2": [1.0, 1, NAN, NAN, NAN, NAN]}
    assert levelled(few)["fit"].mean() == pytest.approx(50)  # of Q1 alone
    assert levelled(few, minimum=2)["fit"].mean() == pytest.approx(25)


def test_each_course_is_level_with_its_own_questions_and_complete_answers_stay():
    both = {name: [*values, 3.0, 4.0] for name, values in SIX.items()}
    found = levelled(both, course_id=["A-1"] * 6 + ["B-1"] * 2)["fit"]
    assert found.tolist()[-2:] == [50, 75]
    assert found[:6].mean() == pytest.approx((200 / 3 + 80) / 2)


@given(st.lists(st.tuples(codes, codes), min_size=1, max_size=12))
def test_level_scores_keep_order_and_range_and_say_nothing_of_who_left_a_question_out(rows):
    columns = {"Q1": [a for a, _ in rows], "Q2": [b for _, b in rows]}
    before, found = scored(columns)["fit"], levelled(columns, minimum=1)["fit"]
    is_given = before.notna()
    assert (found.notna() == is_given).all()
    assert found[is_given].between(-1e-9, 100 + 1e-9).all()
    assert (found[is_given].rank() == before[is_given].rank()).all() or found[is_given].nunique() == 1
    parts = item_scores(small.responses_of("Q", columns), SURVEY, ["Q1", "Q2"])
    told = [part[np.isfinite(part)].mean() for part in parts.T if np.isfinite(part).any()]
    assert not told or found.mean() == pytest.approx(np.mean(told), abs=1e-6)


def test_without_a_question_of_enough_answers_the_mean_stays():
    n, mean, level = levels(np.array([0.0, 100]), np.array([[0.0], [100]]), np.array([0, 0]), 5)
    assert (n.tolist(), mean.tolist(), level.tolist()) == ([2], [50], [50])
