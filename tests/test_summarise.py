"""Descriptions: counts, shares and means by hand, with n, missing and not applicable told apart."""

import pandas as pd
import pytest

import small
from coursewaves.analysis.summarise import count_answers, mean_scores, option_shares, response_counts

NAN = float("nan")
SURVEY = small.survey()


def test_answers_are_counted_by_step_with_what_is_no_step_apart():
    responses = small.responses_of("Q", {"Q1": [5.0, 5.0, 1.0, 9.0, NAN], "Q2": [NAN] * 5})
    found = count_answers(responses, SURVEY, ["Q1", "Q2"]).set_index("item_id")
    assert found.loc["Q1"].tolist() == [3, 1, 1, 1, 0, 0, 0, 2]  # n, not applicable, missing, steps 1 to 5
    assert found.loc["Q2"].tolist() == [0, 0, 5, 0, 0, 0, 0, 0]
    assert list(found.columns) == ["n", "n_not_applicable", "n_missing", "1", "2", "3", "4", "5"]


def test_counts_always_add_up_to_the_forms():
    responses = small.responses_of("Q", {"Q1": [5.0, 2.0, 1.0, 9.0, NAN, 3.0]})
    row = count_answers(responses, SURVEY, ["Q1"]).iloc[0]
    assert row["n"] + row["n_not_applicable"] + row["n_missing"] == 6
    assert row[["1", "2", "3", "4", "5"]].sum() == row["n"]


def test_a_question_that_the_forms_lack_is_missing_everywhere():
    found = count_answers(small.responses_of("Q", {"Q1": [5.0, 4.0]}), SURVEY, ["Q2"]).iloc[0]
    assert (found["n"], found["n_missing"]) == (0, 2)


def test_no_questions_give_the_columns_alone():
    found = count_answers(small.responses_of("Q", {"Q1": [5.0]}), SURVEY, [])
    assert list(found.columns) == ["item_id", "n", "n_not_applicable", "n_missing"]


def test_shares_are_of_those_who_answered_and_may_exceed_one_together():
    responses = small.responses_of("P", {"P2": ["r1|r2", "r1", "r3", None, "r1|r3"]})
    found = option_shares(responses, SURVEY, "P2").set_index("code")
    assert found["n"].tolist() == [4, 4, 4]
    assert found["n_chosen"].to_dict() == {"r1": 3, "r2": 1, "r3": 2}
    assert found["share"].tolist() == [0.75, 0.25, 0.5]
    # Wilson's interval of 3 of 4 (Wilson 1927): centre (0.75 + z2/8)/(1 + z2/4), z = 1.959964
    assert found.loc["r1", ["low", "high"]].tolist() == pytest.approx([0.3006, 0.9544], abs=5e-5)


@pytest.mark.parametrize("column", [pd.Series([None] * 3, dtype="object"), pd.Series([NAN] * 3), None])
def test_a_question_that_nobody_answered_has_no_shares(column):
    responses = small.responses_of("P", {"P1": [1.0] * 3})
    found = option_shares(responses if column is None else responses.assign(P2=column), SURVEY, "P2")
    assert found["n"].tolist() == [0, 0, 0]
    assert found[["share", "low", "high"]].isna().all(axis=None)


def test_means_carry_their_n_and_leave_out_what_nobody_has():
    scores = pd.DataFrame({"a": [0.0, 50, 100, NAN], "b": [NAN] * 4, "c": [25.0, NAN, NAN, NAN]})
    found = mean_scores(scores, ["a", "b", "c"]).set_index("name")
    assert found.index.tolist() == ["a", "c"]
    assert (found.loc["a", "n"], found.loc["a", "mean"]) == (3, 50)
    # t interval of 0 50 100: 50 +- 4.303 * 50 / sqrt(3), cut to the scale
    assert found.loc["a", ["low", "high"]].tolist() == [0, 100]
    assert found.loc["c", ["low", "high"]].isna().all()  # one value has no interval


def test_no_scores_give_the_columns_alone():
    assert list(mean_scores(pd.DataFrame({"a": []}), []).columns) == ["name", "n", "mean", "low", "high"]


def outcomes(**counts: int) -> pd.DataFrame:
    rows = [
        {"instrument_id": name.split("_")[0], "outcome": name.split("_", 1)[1], "n_forms": n}
        for name, n in counts.items()
    ]
    return pd.DataFrame(rows, columns=["instrument_id", "outcome", "n_forms"])


def test_everybody_enrolled_is_invited_before_and_those_who_completed_after():
    course = pd.Series({"enrolled": 25, "completed": 20})
    found = response_counts(course, outcomes(P_kept=20, P_duplicate=2, Q_kept=10, Q_outside_window=3), SURVEY.waves())
    assert found[["n_invited", "n", "n_duplicate", "n_outside_window"]].to_numpy().tolist() == [
        [25, 20, 2, 0],
        [20, 10, 0, 3],
    ]
    assert found["share"].tolist() == [0.8, 0.5]


@pytest.mark.parametrize("invited", [pd.NA, None, NAN, 0, 9])
def test_a_share_that_makes_no_sense_is_missing(invited):
    course = pd.Series({"enrolled": invited, "completed": invited}, dtype="object")
    found = response_counts(course, outcomes(P_kept=10, Q_kept=10), SURVEY.waves())
    assert found["share"].isna().all()
    assert found["n"].tolist() == [10, 10]


def test_a_wave_without_answers_has_none():
    found = response_counts(pd.Series({"enrolled": 25, "completed": 20}), outcomes(), SURVEY.waves())
    assert found["n"].tolist() == [0, 0]
    assert found["share"].tolist() == [0, 0]
