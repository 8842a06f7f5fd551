"""Codes: spellings of one code meet under one key, and what a spreadsheet damaged is seen to be damaged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.codes import by_shape, by_sound, code_key, is_damaged_code, plain_key, tidy

CYRILLIC, LATIN = "АВЕКМНОРСТХІ", "ABEKMHOPCTXI"

registered = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)


@pytest.mark.parametrize(("cyrillic", "latin"), [*zip(CYRILLIC, LATIN, strict=True), ("У", "Y"), ("Ү", "Y")])
def test_letters_that_look_alike_on_two_keyboards_are_one(cyrillic, latin):
    assert cyrillic != latin
    assert by_shape(cyrillic) == by_shape(cyrillic.lower()) == by_shape(latin)


@pytest.mark.parametrize(("letter", "sound"), [("В", "v"), ("Н", "n"), ("Р", "r"), ("С", "s"), ("У", "u"), ("Х", "h")])
def test_six_cyrillic_letters_sound_otherwise_than_they_look(letter, sound):
    assert by_sound(letter) == sound
    assert by_shape(letter) not in ("", sound)


@pytest.mark.parametrize(
    "text", ["p01-03", " P01-03 ", "P01–03", "P01 — 03", "\ufeffP01\u00ad-\u200b03\u00a0", "Ｐ０１－０３", "P01-03."]
)
def test_case_spaces_and_dashes_make_no_other_code(text):
    assert plain_key(text) == "p01-03"


@pytest.mark.parametrize("text", ["P0103", "P01_03", "P01/03", "P01-003", "PO1-03"])
def test_what_is_written_otherwise_stays_another_code(text):
    assert code_key(text) != "p01-03"


@given(registered, registered)
def test_registered_codes_meet_only_where_case_alone_tells_them_apart(one, other):
    assert (code_key(one) == code_key(other)) == (one.lower() == other.lower())


@given(st.text(max_size=12))
def test_a_key_is_its_own_key(text):
    assert code_key(code_key(text)) == code_key(text)
    assert tidy(tidy(text)) == tidy(text)


@given(st.text(alphabet=LATIN + "0123456789-_", max_size=12))
def test_a_code_typed_in_cyrillic_letters_has_the_key_of_the_latin_one(code):
    typed = code.translate(str.maketrans(LATIN, CYRILLIC))
    assert code_key(typed) == code_key(code)


@pytest.mark.parametrize(
    "text",
    ["1.02E+10", "1,02E+10", "1E+05", "1.02e+11", "1.5E-3", " 1.02E+10 ", "7.0", "12,00", "-7.0", "#", "#######"],
)
def test_a_number_made_of_a_code_is_damage(text):
    assert is_damaged_code(text)


@pytest.mark.parametrize("text", ["", " ", "007", "7", "123456789012", "1E5", "1E-05", "p1.0", "12.5", "E+10", "#1"])
def test_a_code_that_may_have_been_written_so_is_no_damage(text):
    assert not is_damaged_code(text)


@given(registered)
def test_no_code_that_can_be_registered_counts_as_damaged(code):
    assert not is_damaged_code(code)
