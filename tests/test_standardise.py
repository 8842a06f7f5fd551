"""Courses are compared as if all had the same participants; what people said stays what it was."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from coursewaves.analysis.standardise import COLUMNS, adjust_courses, standardise_scores
from coursewaves.errors import CoursewavesError


def people(*rows: tuple[str, str | None, float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores and responses of people with a course, an age band and a rating."""
    table = pd.DataFrame(rows, columns=["course_id", "age_band", "rating"])
    table["response_id"] = [f"r{number:03}" for number in range(len(table))]
    scores = table[["response_id", "course_id", "rating"]].astype({"rating": "float64"})
    return scores, table[["response_id", "age_band"]]


# the old rate 20 points lower everywhere; both courses are equally good
MIXED = [
    *[("A", "old", 60.0 + step) for step in (-2, 2)] * 5,
    *[("A", "new", 80.0 + step) for step in (-2, 2)] * 15,
    *[("B", "old", 60.0 + step) for step in (-2, 2)] * 15,
    *[("B", "new", 80.0 + step) for step in (-2, 2)] * 5,
]


def test_courses_that_differ_by_their_participants_alone_are_equal_once_adjusted():
    found = adjust_courses(*people(*MIXED), "rating").set_index("course_id")
    # A: (10 x 60 + 30 x 80) / 40 = 75; B: (30 x 60 + 10 x 80) / 40 = 65; of all 80 half are old: 70
    assert found["mean"].tolist() == pytest.approx([75, 65])
    assert found["adjusted"].tolist() == pytest.approx([70, 70])
    assert found["difference"].tolist() == pytest.approx([-5, 5])
    assert ((found["low"] < 70) & (found["high"] > 70)).all()


def test_the_scores_are_moved_course_by_course_and_keep_their_distances():
    scores, responses = people(*MIXED)
    moved = standardise_scores(scores, responses, "rating")
    assert moved.groupby("course_id")["rating"].mean().tolist() == pytest.approx([70, 70])
    assert (moved["rating"] - scores["rating"]).round(9).unique().tolist() == [-5.0, 5.0]
    assert scores["rating"].tolist() == [row[2] for row in MIXED]


def test_who_states_nothing_still_counts():
    rows = [(course, None if age == "old" else age, rating) for course, age, rating in MIXED]
    found = adjust_courses(*people(*rows), "rating")
    assert found["n"].tolist() == [40, 40]
    assert found["adjusted"].tolist() == pytest.approx([70, 70])


def test_a_class_of_fewer_than_ten_people_has_no_effect_of_its_own():
    rows = [*MIXED, *[("A", "60+", 0.0)] * 4, *[("B", "70+", 0.0)] * 6]
    joined = adjust_courses(*people(*rows), "rating")
    named = adjust_courses(*people(*[(c, "rare" if a in ("60+", "70+") else a, r) for c, a, r in rows]), "rating")
    pd.testing.assert_frame_equal(joined, named)


def test_a_characteristic_that_nobody_stated_changes_nothing():
    found = adjust_courses(*people(*[(course, None, rating) for course, _, rating in MIXED]), "rating")
    assert found["difference"].tolist() == pytest.approx([0, 0])


def test_no_rating_gives_the_columns_alone():
    found = adjust_courses(*people(("A", "old", np.nan)), "rating")
    assert list(found.columns) == COLUMNS
    assert found.empty


def test_an_unknown_score_is_named():
    with pytest.raises(CoursewavesError, match="Can't find 'rates' in the scores"):
        adjust_courses(*people(*MIXED), "rates")


@examples(max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(["old", "new", None]), st.floats(0, 100)), max_size=60),
    st.randoms(),
)
def test_the_order_of_answers_is_irrelevant(rows, chance):
    scores, responses = people(*rows)
    found = adjust_courses(scores, responses, "rating")
    order = list(range(len(rows)))
    chance.shuffle(order)
    again = adjust_courses(scores.iloc[order], responses.iloc[order[::-1]], "rating")
    pd.testing.assert_frame_equal(again, found, check_exact=True)
