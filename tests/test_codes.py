"""Codes: spellings of one code meet under one key, and what a spreadsheet damaged is seen to be damaged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.intake.codes import CodeBook, by_shape, by_sound, code_key, is_damaged_code, plain_key, tidy

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


# The book of codes


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("P01-03", ("P01-03", "code")),
        (" p01–03", ("P01-03", "code")),
        ("Р01-03", ("P01-03", "look_alikes")),
        ("р01-03", ("P01-03", "look_alikes")),
        ("k1", ("k1", "code")),
        ("K1", ("K1", "code")),
        ("Ｋ1", (None, "undecided")),
        ("к1", (None, "undecided")),
        ("1.02E+10", (None, "damaged")),
        ("P01-04", (None, "unknown")),
        ("7", ("7", "code")),
        ("007", ("007", "code")),
        ("07", (None, "unknown")),
        ("", (None, "unknown")),
    ],
)
def test_a_typed_code_means_one_registered_code_or_none(typed, expected):
    assert CodeBook(["P01-03", "k1", "K1", "7", "007"]).meant(typed) == expected


def test_a_cyrillic_letter_that_may_have_been_meant_by_its_sound_is_not_decided_without_a_check():
    # С looks like C and sounds like S
    book = CodeBook(["C-1", "S-1", "C-2"])
    assert book.meant("С-1") == (None, "undecided")
    assert book.meant("С-1", is_checked=True) == ("C-1", "look_alikes")
    assert book.meant("С-2") == ("C-2", "look_alikes")
    assert CodeBook(["S-1"]).meant("С-1") == (None, "unknown")
    # Н looks like H and sounds like N, Х looks like X and sounds like H: one by shape, one by sound
    assert CodeBook(["HX1", "NX1"]).meant("НХ1") == (None, "undecided")
    # here the letter that would differ was typed in Latin
    assert CodeBook(["AR1", "AP1"]).meant("АR1") == ("AR1", "look_alikes")


@given(st.lists(st.text(alphabet="BVHNXPRCSYU1", min_size=2, max_size=3), min_size=1, max_size=8, unique=True))
def test_a_cyrillic_code_is_decided_only_if_no_other_code_fits_it_by_shape_or_sound(codes):
    shapes = dict(zip("BHXPCY", "ВНХРСУ", strict=True))
    sounds = dict(zip("VNHRSU", "ВНХРСУ", strict=True))
    typed = "".join(shapes.get(letter, letter) for letter in codes[0])

    def may_be(code: str) -> bool:
        pairs = zip(typed, code, strict=True)
        return all(letter in (sign, shapes.get(sign), sounds.get(sign)) for letter, sign in pairs)

    fitting = [code for code in codes if len(code) == len(typed) and may_be(code)]
    if typed != codes[0]:
        expected = (codes[0], "look_alikes") if fitting == [codes[0]] else (None, "undecided")
        assert CodeBook(codes).meant(typed) == expected


TYPED = st.sampled_from([str, str.lower, str.upper, lambda code: f" {code.replace('-', ' — ')} "])


@given(st.lists(registered, min_size=1, max_size=6), st.data(), TYPED, st.booleans())
def test_two_codes_never_merge_however_one_is_typed(codes, data, typed, is_cyrillic):
    code = data.draw(st.sampled_from(codes))
    text = typed(code).translate(str.maketrans(LATIN, CYRILLIC)) if is_cyrillic else typed(code)
    found, reading = CodeBook(codes).meant(text)
    assert found in (code, None) or (found.lower() == code.lower() and found == text.strip())
    twins = {other for other in codes if other.lower() == code.lower()}
    if text == code or (len(twins) == 1 and not is_cyrillic):
        assert (found, reading) == (code, "code")
