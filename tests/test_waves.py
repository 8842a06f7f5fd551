"""Waves: what a record answers and when it was sent decide together, and what they leave open stays open."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.intake.waves import UNDECIDED, decide_waves


def decide(answered: tuple[bool, bool], inside: tuple[bool, bool], declared: float | None = None) -> int:
    waves = {} if declared is None else {"declared": pd.Series([declared]), "waves": [2, 3]}
    columns = [[np.array([value]) for value in pair] for pair in (answered, inside)]
    return int(decide_waves(*columns, **waves)[0])


@pytest.mark.parametrize(
    ("answered", "inside", "expected"),
    [
        ((True, False), (True, False), 0),
        ((False, True), (False, True), 1),
        ((True, False), (False, False), 0),  # outside every window: the questions tell, the window is judged later
        ((True, False), (True, True), 0),
        ((True, False), (False, True), UNDECIDED),  # they contradict each other
        ((True, True), (True, False), UNDECIDED),  # questions of both
        ((False, False), (True, False), 0),  # the same questions in both: the date tells
        ((False, False), (True, True), UNDECIDED),
        ((False, False), (False, False), UNDECIDED),
    ],
)
def test_questions_and_date_decide_together(answered, inside, expected):
    assert decide(answered, inside) == expected


@pytest.mark.parametrize(
    ("answered", "inside", "declared", "expected"),
    [
        ((False, False), (False, False), 3, 1),
        ((False, False), (True, False), 3, 1),
        ((False, True), (False, False), 3, 1),
        ((True, False), (True, False), 3, UNDECIDED),
        ((False, False), (True, False), float("nan"), 0),
    ],
)
def test_a_declared_wave_decides_where_no_answer_contradicts_it(answered, inside, declared, expected):
    assert decide(answered, inside, declared) == expected


@given(st.lists(st.tuples(*[st.booleans()] * 4), min_size=1, max_size=6))
def test_each_record_is_decided_by_itself(records):
    columns = [np.array(values) for values in zip(*records, strict=True)]
    together = decide_waves(columns[:2], columns[2:]).tolist()
    assert together == [decide(record[:2], record[2:]) for record in records]
