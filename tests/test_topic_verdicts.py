"""Topics (¶18-19): useful or not by their bounds, and what to do with them where one answer clearly leads."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from coursewaves.analysis.topic_verdicts import COLUMNS, RunScatter, judge_topics, run_scatter, topic_items
from coursewaves.survey.files import load_survey
from small import survey as small_survey

T = 62.5
SURVEY = load_survey()
RATED, JUDGED = topic_items(SURVEY)


def topics(*numbers: int) -> pd.DataFrame:
    rows = [[f"A-T{number}", number, f"T{number}"] for number in numbers]
    return pd.DataFrame(rows, columns=["topic_id", "number", "trainer_id"])


def answers(ratings: dict[int, list[float]], choices: dict[int, list[str | None]] | None = None) -> pd.DataFrame:
    """Responses with steps 1-5 and choices by the number of the topic; lists of one length."""
    columns = {f"{RATED.id}.{number}": values for number, values in ratings.items()}
    columns |= {f"{JUDGED.id}.{number}": values for number, values in (choices or {}).items()}
    return pd.DataFrame(columns)


def judged(ratings: dict[int, list[float]], choices: dict[int, list[str | None]] | None = None) -> pd.DataFrame:
    return judge_topics(answers(ratings, choices), SURVEY, topics(*ratings), T).set_index("number")


def test_the_questions_about_topics_are_found_by_their_scales():
    assert SURVEY.scale(RATED.scale).is_scored
    assert [option.code for option in SURVEY.scale(JUDGED.scale).options] == ["keep", "lengthen", "shorten", "drop"]


def test_a_topic_is_useful_or_not_by_its_one_sided_bounds():
    found = judged({1: [1.0, 2.0] * 10, 2: [4.0, 5.0] * 10, 3: [3.0, 4.0] * 10})
    # means 12.5, 87.5, 62.5; deviation 12.5 of steps a quarter apart, so that the bound is 3.8 away
    assert found["mean"].tolist() == [12.5, 87.5, 62.5]
    assert found["usefulness"].tolist() == ["not useful", "useful", "cannot say yet"]
    assert found["probability"].tolist() == pytest.approx([1, 0, 0.5], abs=1e-6)
    assert found["trainer_id"].tolist() == ["T1", "T2", "T3"]


def two_runs() -> pd.DataFrame:
    """Ten ratings of 50 and 75 in one run, ten of 75 and 100 in the other."""
    return answers({1: [3.0, 4.0] * 5 + [4.0, 5.0] * 5}).assign(course_id=["A-1"] * 10 + ["A-2"] * 10)


def test_how_far_runs_lie_apart_is_measured_by_hand():
    # means 62.5 and 87.5 about 75: 10 * 12.5² twice is 3,125; within 20 * 12.5² / 18 = 173.611 is what chance makes
    found = run_scatter(two_runs(), SURVEY, topics(1))
    assert found == pytest.approx((3125 - 3125 / 18, 20 - 200 / 20))
    assert found.variance == pytest.approx(295.1389, abs=1e-4)


def test_runs_that_agree_or_stand_alone_have_no_scatter():
    alike = answers({1: [3.0, 4.0] * 10}).assign(course_id=["A-1"] * 10 + ["A-2"] * 10)
    assert run_scatter(alike, SURVEY, topics(1)).variance == 0
    assert run_scatter(alike.iloc[:10], SURVEY, topics(1)) == RunScatter(0, 0)
    assert RunScatter(0, 0).variance == 0
    assert run_scatter(alike.iloc[:0], SURVEY, topics(1, 2)) == RunScatter(0, 0)


def test_a_topic_of_runs_that_lie_far_apart_is_not_called_useful():
    alone = judge_topics(two_runs(), SURVEY, topics(1), T).loc[0]
    # bound 75 - 1.3277 * sqrt(173.611 / 20) = 71.1
    assert alone["usefulness"] == "useful"
    among = judge_topics(two_runs(), SURVEY, topics(1), T, between_runs=295.1389).loc[0]
    # variance 173.611 / 20 + 295.139 * 200 / 400 = 156.25, bound 75 - 1.3277 * 12.5 = 58.4
    assert among["usefulness"] == "cannot say yet"
    assert among["probability"] == pytest.approx(0.158655, abs=1e-6)  # one deviation below
    # 6250 / 19 / 20 + 147.569 = 164.017, half 2.0930 * 12.8069 = 26.805
    assert (among["mean"], among["low"], among["high"]) == (75, pytest.approx(48.195, abs=1e-3), 100)
    assert among["low"] < alone["low"]


def test_nothing_is_called_useless_on_fewer_than_ten_ratings():
    assert judged({1: [1.0, 2.0, 1.0] * 3})["usefulness"].tolist() == ["cannot say yet"]
    assert judged({1: [1.0, 2.0] * 5})["usefulness"].tolist() == ["not useful"]


def test_what_clearly_more_people_chose_leads_with_its_interval():
    choices = ["lengthen"] * 14 + ["keep"] * 4 + ["drop"] * 2
    found = judged({1: [3.0, 4.0] * 10}, {1: choices}).loc[1]
    # shares 0.7 and 0.2 of 20; Wilson 0.4810-0.8545 and 0.0807-0.4160, correlation -sqrt(0.14 / 0.24) = -0.7638
    assert (found["choice"], found["n_judged"], found["lead"]) == ("lengthen", 20, pytest.approx(0.5))
    assert (found["lead_low"], found["lead_high"]) == pytest.approx((0.0915, 0.7575), abs=1e-4)
    assert found["choice_low"] < found["choice_share"] == 0.7 < found["choice_high"]


def test_no_answer_leads_where_the_next_may_be_as_frequent():
    found = judged({1: [3.0, 4.0] * 10}, {1: ["keep"] * 9 + ["lengthen"] * 8 + ["drop"] * 3}).loc[1]
    assert pd.isna(found["choice"])
    assert np.isnan(found["choice_share"])
    assert found["lead_low"] < 0 < found["lead"] == pytest.approx(0.05)


def test_of_ten_choices_eight_to_two_do_not_lead_and_ten_to_none_are_not_certain():
    def lead(n_first: int) -> pd.Series:
        return judged({1: [3.0, 4.0] * 5}, {1: ["keep"] * n_first + ["drop"] * (10 - n_first)}).loc[1]

    # who would toss a coin says 8 to 2 or more in 11 of 100 tens, 9 to 1 in 2
    assert pd.isna(lead(8)["choice"])
    assert lead(9)["choice"] == "keep"
    assert (lead(10)["lead"], lead(10)["lead_high"]) == (1, 1)
    assert 0 < lead(10)["lead_low"] < 0.5


def test_nine_choices_say_nothing():
    found = judged({1: [3.0, 4.0, 4.0] * 3}, {1: ["keep"] * 9}).loc[1]
    assert (found["n_judged"], pd.isna(found["choice"]), np.isnan(found["lead"])) == (9, True, True)


def test_topics_stand_in_the_order_of_the_plan():
    listed = topics(3, 1, 2)
    found = judge_topics(answers({1: [3.0], 2: [4.0], 3: [5.0]}), SURVEY, listed, T)
    assert found["number"].tolist() == [1, 2, 3]


def test_topics_that_nobody_was_asked_about_have_no_figure():
    found = judge_topics(pd.DataFrame({"course_id": []}), SURVEY, topics(1), T)
    assert found[["n", "n_judged", "usefulness"]].to_numpy().tolist() == [[0, 0, "cannot say yet"]]
    assert found[["mean", "probability", "lead"]].isna().all(axis=None)


def test_a_survey_without_rated_topics_or_a_plan_without_topics_gives_the_columns_alone():
    for found in (
        judge_topics(pd.DataFrame(), small_survey(), topics(1), T),
        judge_topics(answers({1: [3.0]}), SURVEY, topics(), T),
    ):
        assert list(found.columns) == COLUMNS
        assert found.empty


STEPS = st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, None])
CHOICES = st.sampled_from(["keep", "lengthen", "shorten", "drop", None])


@examples(max_examples=60)
@given(st.lists(st.tuples(STEPS, STEPS, CHOICES), max_size=40), st.floats(0, 100), st.randoms())
def test_figures_hang_together_in_whatever_order_answers_come(rows, threshold, chance):
    def found() -> pd.DataFrame:
        one, other, choice = ([row[place] for row in rows] for place in range(3))
        responses = answers({1: pd.Series(one, dtype="float64"), 2: pd.Series(other, dtype="float64")},
                            {1: pd.Series(choice, dtype="str")})  # fmt: skip
        return judge_topics(responses, SURVEY, topics(1, 2), threshold)

    before = found()
    for row in before.to_dict("records"):
        assert (row["usefulness"] == "not useful") <= (row["n"] >= 10 and row["mean"] < threshold)
        assert (row["usefulness"] == "useful") <= (row["mean"] >= threshold)
        assert isinstance(row["choice"], str) == bool(row["lead_low"] > 0)
    chance.shuffle(rows)
    pd.testing.assert_frame_equal(found(), before, check_exact=True)
