"""Careless answering: described form by form, and every figure with and without what is flagged."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.analysis.careless import flag_careless, with_and_without
from test_quality import twin_survey

VALUES = [40.0, 42, 44, 46, 48, 52, 54, 56, 58, 60]


def scores(values: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"instrument_id": ["Q"] * len(values), "rating": values})


def test_each_form_is_described_by_its_own_answers():
    rows = [[4, 4, 4, 4, 4, 4], [1, 3, 5, 1, 3, 5], [2, 2, None, 2, None, None], [None] * 6]
    names = [item.id for item in twin_survey().instruments[0].items]
    forms = pd.DataFrame(rows, columns=names, dtype="float64")
    forms = forms.assign(
        response_id=list("abcd"), course_id="A-1", instrument_id="T", is_straightlined=[True, False, False, False]
    )
    found = flag_careless(forms, twin_survey())
    assert found["response_id"].tolist() == list("abcd")
    assert found["n_answered"].tolist() == [6, 6, 3, 0]
    assert found["longest_run"].tolist() == [6, 1, 3, 0]
    # 1, 3, 5 twice: squares about 3 sum to 16, over five
    assert found["deviation"].tolist() == pytest.approx([0, np.sqrt(16 / 5), 0, np.nan], nan_ok=True)
    assert found["distance"].isna().all()  # four forms are too few for six items
    assert found["is_straightlined"].tolist() == [True, False, False, False]


def test_the_mean_stands_beside_that_without_the_flagged():
    flags = pd.Series([False] * 10 + [True] * 2)
    (found,) = with_and_without(scores([*VALUES, 100, 100]), flags, ["rating"]).to_dict("records")
    assert (found["n"], found["n_flagged"], found["reason"]) == (12, 2, "")
    assert found["mean"] == pytest.approx((500 + 200) / 12)
    assert found["mean_without"] == pytest.approx(50)
    assert found["difference"] == pytest.approx(50 - 700 / 12)
    assert found["flagged_share"] == pytest.approx(1 / 6)
    # squares about 50 sum to 440: standard deviation 6.9921; t of .975 with 9 degrees of freedom is 2.262
    assert found["high_without"] - 50 == pytest.approx(2.262 * 6.9921 / np.sqrt(10), abs=0.01)


def test_too_few_left_without_the_flagged_are_told_of():
    flags = pd.Series([True] + [False] * 9)
    (found,) = with_and_without(scores(VALUES), flags, ["rating"]).to_dict("records")
    assert found["mean"] == pytest.approx(50)
    assert np.isnan([found["mean_without"], found["difference"]]).all()
    assert found["reason"] == "without the flagged fewer than 10 answers"


def test_a_score_that_nobody_has_has_no_row():
    assert with_and_without(scores([np.nan] * 3), pd.Series([False] * 3), ["rating"]).empty


@given(st.lists(st.floats(0, 100), min_size=10, max_size=30))
def test_without_a_flag_nothing_changes(values):
    (found,) = with_and_without(scores(values), pd.Series([False] * len(values)), ["rating"]).to_dict("records")
    assert found["difference"] == 0
    assert found["mean"] == found["mean_without"]
