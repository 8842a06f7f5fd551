"""Cells: an answer is known by code, wording or recorded spelling; everything else is invalid, not missing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import small
from coursewaves.intake.cells import option_codes, type_cells
from coursewaves.reading.columns import Cells
from coursewaves.survey.instruments import Option, Scale

INVALID = "invalid"


def typed(cell: str, scale_id: str, missing: tuple[str, ...] = (), delimiter: str | None = None):
    found = type_cells(Cells.of([cell]), small.survey().scale(scale_id), missing, delimiter)
    if found.is_invalid[0]:
        assert pd.isna(found.values[0])
        return INVALID
    return None if pd.isna(found.values[0]) else found.values[0]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("5", 5.0),
        ("5.0", 5.0),
        ("5,0", 5.0),
        (" 5 ", 5.0),
        ("５", 5.0),
        ("4,0", 4.0),
        ("5 - толық", 5.0),
        ("5 – Полностью", 5.0),
        ("5. fully", 5.0),
        ("5) fully", 5.0),
        ("толық", 5.0),
        ("ПОЛНОСТЬЮ", 5.0),
        ("Fully.", 5.0),
        ("толық / полностью", 5.0),
        ("толық / полностью / fully", 5.0),
        ("a\u00a0little", 2.0),
        ("a\u200b little ", 2.0),
        ("", None),
        ("  \u200b", None),
    ],
)
def test_a_step_is_known_by_code_and_by_every_wording(cell, expected):
    assert typed(cell, "S5") == expected


@pytest.mark.parametrize(
    "cell",
    ["0", "6", "99", "-1", "2.5", "40", "1e1", "TRUE", "5️⃣", "٥", "4,5", "4 5", "5/5", "полностью да", "?", "-", "NA"],
)
def test_what_is_no_step_is_invalid_and_not_missing(cell):
    assert typed(cell, "S5") == INVALID


def test_a_decimal_comma_never_makes_four_forty():
    found = type_cells(Cells.of(["4,0", "4,00", "40", "4,0,0"]), small.survey().scale("S5"))
    assert found.values.tolist()[:2] == [4.0, 4.0]
    assert found.is_invalid.tolist() == [False, False, True, True]


@pytest.mark.parametrize("cell", ["4 - толық", "5 - много", "1. fully", "9 - fully", "5 - нет такого", "7 - толық"])
def test_a_number_and_words_that_contradict_each_other_are_invalid(cell):
    assert typed(cell, "S5") == INVALID


@pytest.mark.parametrize("cell", ["9", "қатысы жоқ", "неприменимо", "Does not apply", "9 - неприменимо"])
def test_not_applicable_is_an_answer_of_its_own(cell):
    assert typed(cell, "S5") == 9.0


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("0", 0.0), ("10", 10.0), ("7.0", 7.0), ("07", 7.0), ("11", INVALID), ("-1", INVALID), ("٥", INVALID),
     ("7.5", INVALID), ("seven", INVALID), ("9" * 400, INVALID), ("", None)],
)  # fmt: skip
def test_a_number_is_whole_and_within_its_bounds(cell, expected):
    assert typed(cell, "N") == expected


@pytest.mark.parametrize("cell", ["head", "Басшы", "Руководитель", "HEAD"])
def test_a_single_choice_is_known_in_every_language(cell):
    assert typed(cell, "roles") == "head"


def test_a_single_choice_that_is_not_offered_is_invalid():
    assert typed("Директор", "roles") == INVALID


KK = "Стандарттағы, бағдарламадағы өзгерістер"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (KK, "r1"),
        (f"{KK}, Аттестация", "r1|r2"),
        (f"Аттестация, {KK}", "r1|r2"),
        (f"{KK};Аттестация", "r1|r2"),
        (f"{KK}; Аттестация;", "r1|r2"),
        ("Attestation, Attestation", "r2"),
        ("r2, r1", "r1|r2"),
        ("Аттестация, менің жеке себебім", "r2|r3"),
        ("my own, reason", "r3"),
        ("Басқа", "r3"),
        (",", None),
        ("", None),
    ],
)
def test_several_answers_may_hold_commas_themselves(cell, expected):
    assert typed(cell, "R") == expected


def test_a_declared_delimiter_is_the_only_one():
    assert typed(f"{KK}|Аттестация", "R", delimiter="|") == "r1|r2"
    assert typed("Аттестация, Басқа", "R", delimiter=";") == "r3"


def test_one_unknown_answer_among_several_drops_the_cell_where_no_other_is_offered():
    scale = Scale(id="X", kind="multiple", options=[Option(code="a"), Option(code="b")])
    found = type_cells(Cells.of(["a, b", "a, c", "c"]), scale)
    assert found.is_invalid.tolist() == [False, True, True]
    assert found.values.tolist()[0] == "a|b"
    assert found.values.isna().tolist() == [False, True, True]


def test_another_institutes_own_answer_is_counted_together():
    assert [typed(cell, "R") for cell in ("x", "y, z", "Other")] == ["r3", "r3", "r3"]


def test_cells_that_mean_no_answer_are_those_that_the_source_declares():
    assert typed("NA", "S5") == INVALID
    assert typed("NA", "S5", missing=("NA",)) is None
    assert typed("n/a", "roles", missing=("N/A",)) is None
    assert typed("?", "S5", missing=("NA",)) == INVALID


@pytest.mark.parametrize("cell", ["NA", "None", "null", "n/a", "-", "жоқ", "нет", "?", "nan", "."])
def test_free_text_stays_text(cell):
    assert typed(cell, "T") == cell


def test_free_text_is_masked_before_anything_else_sees_it():
    assert typed("маған жазыңыз: a@b.kz", "T") == "маған жазыңыз: [•••]"


@pytest.mark.parametrize("scale_id", ["S5", "N", "roles", "R", "T"])
def test_no_cells_give_no_values_of_the_right_type(scale_id):
    found = type_cells(Cells.of([]), small.survey().scale(scale_id))
    assert (len(found.values), len(found.is_invalid)) == (0, 0)
    is_scored = small.survey().scale(scale_id).is_scored
    assert found.values.dtype == (np.dtype("float64") if is_scored else pd.StringDtype(na_value=np.nan))


@pytest.mark.parametrize("scale_id", ["S5", "N"])
def test_a_column_without_any_answer_is_a_column_of_missing_numbers(scale_id):
    found = type_cells(Cells.of(["", "  "]), small.survey().scale(scale_id))
    assert found.values.dtype == np.dtype("float64")
    assert found.values.isna().all()
    assert not found.is_invalid.any()


def test_every_option_of_the_built_in_scales_is_read_in_every_language(survey):
    closed = [scale for scale in survey.scales if scale.options]
    assert len(closed) > 10
    for scale in closed:
        for option in [*scale.options, *([scale.not_applicable] if scale.not_applicable else [])]:
            names = [option.code, *option.text.values(), *option.also]
            found = type_cells(Cells.of(names), scale)
            expected = float(option.code) if scale.is_scored else option.code
            assert found.values.tolist() == [expected] * len(names), (scale.id, option.code)


def test_several_options_of_the_built_in_scales_are_told_apart_by_either_delimiter(survey):
    for scale in (scale for scale in survey.scales if scale.kind == "multiple" and scale.options):
        for language in survey.languages:
            names = [option.text[language] for option in scale.options]
            codes = "|".join(option.code for option in scale.options)
            cells = [", ".join(names), ";".join(names), "; ".join(reversed(names))]
            assert type_cells(Cells.of(cells), scale).values.tolist() == [codes] * 3, (scale.id, language)


def test_a_scale_knows_its_options_by_every_name():
    known = option_codes(small.survey().scale("S5"))
    assert {known[name] for name in ("1", "мүлдем жоқ", "совсем нет", "not at all")} == {"1"}
    assert known["неприменимо"] == "9"


@given(st.lists(st.text(max_size=30), max_size=20), st.sampled_from(["S5", "N", "roles", "R", "T"]))
def test_any_text_is_a_value_invalid_or_missing(cells, scale_id):
    scale = small.survey().scale(scale_id)
    found = type_cells(Cells.of(cells), scale)
    assert len(found.values) == len(found.is_invalid) == len(cells)
    assert not (found.values.notna().to_numpy() & found.is_invalid).any()
    if scale.is_scored:
        steps = {1.0, 2.0, 3.0, 4.0, 5.0, 9.0} if scale_id == "S5" else set(map(float, range(11)))
        assert set(found.values.dropna()) <= steps


@given(st.permutations(["5", "", "много", "x", "9", " 2 "]))
def test_a_cell_is_read_the_same_wherever_it_stands(cells):
    alone = {"5": 5.0, "": None, "много": 4.0, "x": None, "9": 9.0, " 2 ": 2.0}
    found = type_cells(Cells.of(cells), small.survey().scale("S5"))
    assert [None if np.isnan(value) else value for value in found.values] == [alone[cell] for cell in cells]


def test_a_cell_with_thousands_of_commas_takes_no_time():
    assert typed("Аттестация, " + "а," * 50_000, "R") == "r2|r3"
