"""Columns: one text for each distinct cell, and the same cells whatever was done with them."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.reading.columns import Cells

TEXTS = st.lists(st.text(max_size=3), max_size=12)


@given(TEXTS)
def test_a_column_gives_back_every_cell_in_its_order(texts):
    cells = Cells.of(texts)
    assert cells.values().tolist() == texts
    assert [cells[place] for place in range(len(cells))] == texts
    assert len(set(cells.texts)) == len(cells.texts)


@given(TEXTS)
def test_what_holds_of_a_text_holds_of_its_records(texts):
    assert Cells.of(texts).where(str.isspace).tolist() == [text.isspace() for text in texts]
    assert Cells.of(texts).changed(str.upper).values().tolist() == [text.upper() for text in texts]


def test_some_records_are_taken_by_mask_or_by_place():
    cells = Cells.of(["a", "b", "a", "c"])
    assert cells.taken(np.array([True, False, True, False])).values().tolist() == ["a", "a"]
    assert cells.taken([3, 0]).values().tolist() == ["c", "a"]


def test_a_replaced_cell_leaves_its_twins_alone():
    cells = Cells.of(["a", "a", "b"])
    assert cells.replaced({0: "b", 2: "c"}).values().tolist() == ["b", "a", "c"]
    assert cells.values().tolist() == ["a", "a", "b"]


def test_values_of_texts_become_values_of_records():
    cells = Cells.of(["5", "", "5"])
    pd.testing.assert_series_equal(cells.mapped([5.0, None], "float64"), pd.Series([5.0, np.nan, 5.0]))
    pd.testing.assert_series_equal(cells.mapped(["five", None], "str"), pd.Series(["five", None, "five"], dtype="str"))


def test_a_column_without_records_is_no_trouble():
    cells = Cells.of([])
    assert (len(cells), cells.values().tolist(), cells.mapped([], "float64").tolist()) == (0, [], [])
