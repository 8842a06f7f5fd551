"""The gate: nothing is shown of too few, neither directly nor by taking the shown from the total."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.disclosure import disclose
from coursewaves.errors import CoursewavesError

NAN = float("nan")


def table(*counts: float, **columns: list[object]) -> pd.DataFrame:
    names = [f"row {number}" for number in range(len(counts))]
    return pd.DataFrame({"name": names, "n": counts, "mean": [71.25] * len(counts)} | columns)


def hidden(*counts: float, minimum: int = 5, is_partition: bool = False) -> list[bool]:
    rows = disclose(table(*counts), minimum, ["name"], is_partition=is_partition).rows()
    return [bool(row["is_hidden"]) for row in rows]


def test_rows_under_the_minimum_lose_every_figure_and_keep_their_labels():
    shown = disclose(table(4, 5, when=[pd.Timestamp("2025-01-01")] * 2, word=["x", "y"]), 5, ["name"]).rows()
    assert shown[0] == {"name": "row 0", "n": None, "mean": None, "when": None, "word": None, "is_hidden": True}
    assert shown[1]["mean"] == 71.25
    assert shown[1]["n"] == 5


def test_only_rows_that_are_not_hidden_are_shown():
    gated = disclose(table(4, 5, 6), 5, ["name"])
    assert [row["name"] for row in gated.shown()] == ["row 1", "row 2"]


@pytest.mark.parametrize(("n", "is_hidden"), [(0, True), (1, True), (4, True), (5, False), (6, False), (NAN, True)])
def test_the_minimum_itself_is_enough_and_an_unknown_count_is_not(n, is_hidden):
    assert hidden(n) == [is_hidden]


def test_the_smallest_of_several_counts_decides():
    both = table(20, 20, 20, m=[4, 20, NAN])
    rows = disclose(both, 5, ["name"], n=("n", "m")).rows()
    assert [row["is_hidden"] for row in rows] == [True, False, True]


def test_a_missing_count_column_is_refused():
    with pytest.raises(CoursewavesError, match=r"Can't find 'n' in the table to be shown"):
        disclose(pd.DataFrame({"mean": [50.0]}), 5, [])
    with pytest.raises(CoursewavesError, match="'n_later'"):
        disclose(table(20), 5, ["name"], n=("n", "n_later"))


def test_a_missing_label_is_refused():
    with pytest.raises(CoursewavesError, match="'title'"):
        disclose(table(20), 5, ["title"])


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((4, 10, 20), [True, True, False]),  # one part alone is the total less the others
        ((3, 4, 20), [True, True, False]),  # seven people together
        ((1, 2, 20), [True, True, True]),  # three people together
        ((1, 2, 9, 20), [True, True, True, False]),
        ((4, 10, 10), [True, True, True]),  # equal parts are hidden together
        ((0, 10, 20), [True, False, False]),  # an empty part tells of nobody
        ((0, 4, 20), [True, True, True]),
        ((10, 20), [False, False]),
        ((4,), [True]),
        ((4, 20), [True, True]),
    ],
)
def test_a_hidden_part_can_not_be_computed_from_the_total(counts, expected):
    assert hidden(*counts, is_partition=True) == expected


def test_rows_that_are_no_parts_of_a_total_are_hidden_alone():
    assert hidden(4, 10, 20) == [True, False, False]


def test_the_table_given_is_not_changed():
    given_table = table(3, 9)
    before = given_table.copy()
    disclose(given_table, 5, ["name"], is_partition=True)
    pd.testing.assert_frame_equal(given_table, before)


def test_an_empty_table_stays_empty():
    assert disclose(table(), 5, ["name"], is_partition=True).rows() == []


@given(st.lists(st.integers(0, 30), max_size=12), st.integers(5, 12))
def test_whoever_knows_the_total_learns_of_no_group_under_the_minimum(counts, minimum):
    flags = hidden(*counts, minimum=minimum, is_partition=True)
    assert all(flag for count, flag in zip(counts, flags, strict=True) if count < minimum)
    secret = [count for count, flag in zip(counts, flags, strict=True) if flag and count]
    rest = sum(counts) - sum(count for count, flag in zip(counts, flags, strict=True) if not flag)
    assert rest == sum(secret)
    if secret and not all(flags):
        assert rest >= minimum
        assert len(secret) >= 2


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12))
def test_no_figure_of_a_hidden_row_is_left_anywhere(counts):
    gated = disclose(table(*counts, share=[0.5] * len(counts)), 5, ["name"])
    for row, count in zip(gated.rows(), counts, strict=True):
        if count < 5:
            assert {key: value for key, value in row.items() if value is not None} == {
                "name": row["name"], "is_hidden": True,
            }  # fmt: skip
        else:
            assert (row["n"], row["mean"], row["share"]) == (count, 71.25, 0.5)


@pytest.mark.parametrize("not_disclosed", [pd.DataFrame({"n": [20]}), [{"n": 20}], None, np.ones(3)])
def test_figures_and_tables_take_nothing_that_did_not_pass_the_gate(not_disclosed, survey):
    from coursewaves.pages import present

    scale = survey.scale("EX5")
    calls = [
        lambda: present.likert_figure(None, not_disclosed, scale, "c"),
        lambda: present.shares_figure(None, not_disclosed, scale, "c"),
        lambda: present.counts_table(None, not_disclosed, scale, "c"),
        lambda: present.scores_figure(None, not_disclosed, str, "c"),
        lambda: present.scores_table(None, not_disclosed, str, "c"),
    ]
    for call in calls:
        with pytest.raises(TypeError, match="passed the disclosure gate"):
            call()


def test_the_other_courses_and_the_steps_of_a_chain_pass_the_gate_too():
    from coursewaves.pages import present

    gated = disclose(table(20), 5, ["name"])
    with pytest.raises(TypeError, match="passed the disclosure gate"):
        present.scores_figure(None, gated, str, "c", others=table(20))
    with pytest.raises(TypeError, match="passed the disclosure gate"):
        present.chain_figure(None, [("c", [table(20)])], ["step"], "c")
