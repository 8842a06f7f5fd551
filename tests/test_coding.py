"""Two coders: a published coefficient, the file's faults, and reasons where too little was read twice."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursewaves.analysis.coding import ALL_THEMES, KEYWORDS, coder_agreement, codes_of_keywords, read_coding
from small import write
from test_themes import CODEBOOK, marks

# Krippendorff (2011), Computing Krippendorff's alpha-reliability, example A: binary data, two coders, alpha .095
FIRST = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
SECOND = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]

HEADER = ["response_id", "item", "coder", "theme"]


def codes(by_coder: dict[str, list[int]], theme: str = "time") -> pd.DataFrame:
    """Codes of coders who each read the answers Q0, Q1 ... and found the theme or none; nan where one did not read."""
    rows = [
        (f"Q{place}", "Q5", coder, theme if code else "")
        for coder, found in by_coder.items()
        for place, code in enumerate(found)
        if code is not None
    ]
    return pd.DataFrame(rows, columns=["response_id", "item_id", "coder", "theme_id"], dtype="str")


def one(table: pd.DataFrame, theme_id: str) -> dict[str, object]:
    (found,) = table[table["theme_id"] == theme_id].to_dict("records")
    return found


def test_agreement_on_a_theme_is_the_published_alpha():
    found = one(coder_agreement(codes({"a": FIRST, "b": SECOND}), CODEBOOK, 10), "time")
    assert found["alpha"] == pytest.approx(0.095, abs=5e-4)
    assert found["low"] < found["alpha"] < found["high"]
    assert (found["n_twice"], found["twice_share"], found["n_named"], found["reason"]) == (10, 1, 5, "")


def test_over_all_themes_only_the_very_same_themes_agree():
    both = pd.concat([codes({"a": FIRST}), codes({"b": FIRST}, theme="rooms")])
    table = coder_agreement(both, CODEBOOK, 10)
    # where the one finds time, the other finds rooms; both find nothing elsewhere: the eight agree, the two do not
    # expected disagreement of 16 nothing, 2 time, 2 rooms: (2*16*2 + 2*16*2 + 2*2*2) / (20*19) = 136/380; seen 4/20
    assert one(table, ALL_THEMES)["alpha"] == pytest.approx(1 - (4 / 20) / (136 / 380))
    assert list(table["theme_id"]) == ["time", "rooms", ALL_THEMES]


def test_answers_that_one_coder_read_do_not_count():
    alone = codes({"a": FIRST + [1] * 5, "b": [*SECOND, *[None] * 5]})
    found = one(coder_agreement(alone, CODEBOOK, 15), "time")
    assert found["alpha"] == pytest.approx(0.095, abs=5e-4)
    assert (found["n_twice"], found["twice_share"]) == (10, pytest.approx(2 / 3))


def test_too_little_read_twice_is_said():
    found = one(coder_agreement(codes({"a": FIRST, "b": SECOND}), CODEBOOK, 51), "time")
    assert found["reason"] == "fewer than a fifth of the answers were read twice"
    assert found["alpha"] == pytest.approx(0.095, abs=5e-4)
    nobody = coder_agreement(codes({"a": FIRST}), CODEBOOK, 10)
    assert set(nobody["reason"]) == {"no answer was read by two coders"}
    assert nobody["alpha"].isna().all()


def test_a_theme_that_nobody_found_has_no_agreement():
    found = one(coder_agreement(codes({"a": FIRST, "b": SECOND}), CODEBOOK, 10), "rooms")
    assert (found["n_named"], found["reason"]) == (0, "all codes are the same")
    assert np.isnan(found["alpha"])


def test_two_answers_and_three_coders_are_not_mistaken_for_each_other():
    # all three agree on both answers, which differ
    found = one(coder_agreement(codes({"a": [1, 0], "b": [1, 0], "c": [1, 0]}), CODEBOOK, 2), "time")
    assert found["alpha"] == pytest.approx(1)
    assert found["n_twice"] == 2


@settings(max_examples=20)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=3, max_size=15), st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_the_names_of_coders_matter(pairs, random):
    first, second = (list(map(int, side)) for side in zip(*pairs, strict=True))
    table = codes({"a": first, "b": second})
    order = list(range(len(table)))
    random.shuffle(order)
    other = table.iloc[order].assign(coder=table["coder"].map({"a": "z", "b": "y"}))
    before, after = (coder_agreement(one, CODEBOOK, 15)["alpha"].to_numpy(dtype=float) for one in (table, other))
    assert before == pytest.approx(after, nan_ok=True)


def test_the_keywords_are_one_more_coder():
    found = marks("more time", "a room in time", "well")
    table = codes_of_keywords(found, CODEBOOK)
    assert sorted(table[["response_id", "theme_id"]].itertuples(index=False, name=None)) == [
        ("Q0", "time"),
        ("Q1", "rooms"),
        ("Q1", "time"),
        ("Q2", ""),
    ]
    assert set(table["coder"]) == {KEYWORDS}
    person = table.assign(coder="a")
    agreement = coder_agreement(pd.concat([table, person]), CODEBOOK, 3)
    assert agreement["alpha"].tolist() == pytest.approx([1, 1, 1])


def coding(folder: Path, *rows: tuple[str, ...], header: list[str] = HEADER):
    path = write(folder / "coding.csv", rows, header)
    return read_coding(path, marks("more time", "a room"), CODEBOOK)


def test_a_file_of_codes_is_read(tmp_path):
    found = coding(tmp_path, ("Q0", "Q5", "a", "time"), ("Q0", "Q5", "b", ""), ("Q1", "Q5", "a", "rooms"))
    assert found.problems.empty
    assert found.codes.to_numpy().tolist() == [
        ["Q0", "Q5", "a", "time"],
        ["Q0", "Q5", "b", ""],
        ["Q1", "Q5", "a", "rooms"],
    ]


@pytest.mark.parametrize(
    ("row", "column", "seen"),
    [
        (("Q7", "Q5", "a", "time"), "response_id", "no such open answer"),
        (("Q0", "Q9", "a", "time"), "response_id", "no such open answer"),
        (("Q0", "Q5", "", "time"), "coder", "an empty cell"),
        (("Q0", "Q5", KEYWORDS, "time"), "coder", "the name of the keywords' own coder"),
        (("Q0", "Q5", "a", "the trainer was late"), "theme", "text of 20 characters, no theme of the codebook"),
    ],
)
def test_a_row_that_does_not_count_is_a_problem_without_anyones_words(tmp_path, row, column, seen):
    found = coding(tmp_path, ("Q1", "Q5", "a", "rooms"), row)
    assert len(found.codes) == 1
    (problem,) = found.problems.to_dict("records")
    assert [problem[name] for name in ("row", "header", "rule", "seen")] == [3, column, "E-CODE", seen]


def test_a_row_that_stands_twice_counts_once(tmp_path):
    found = coding(tmp_path, *[("Q0", "Q5", "a", "time")] * 2)
    assert len(found.codes) == 1
    assert found.problems["seen"].tolist() == ["stands in an earlier row"]


def test_a_file_without_a_column_is_not_read(tmp_path):
    found = coding(tmp_path, ("Q0", "Q5", "a"), header=HEADER[:3])
    assert found.codes.empty
    assert found.problems["seen"].tolist() == ["no column theme"]
