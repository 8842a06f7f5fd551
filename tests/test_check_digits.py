"""Check characters: as the standard has them, and no slip of one character or of two neighbours passes."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.errors import CoursewavesError
from coursewaves.intake.check_digits import check_character, checked, with_check

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CYRILLIC = str.maketrans("ABEKMHOPCTXIY", "АВЕКМНОРСТХІУ")

codes = st.from_regex(r"[A-Za-z0-9_-]{0,12}[A-Za-z][A-Za-z0-9_-]{0,12}", fullmatch=True)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        # ISBT 128, worked example of the UK blood services' Red Book, annex 2: G123 498 654 321 -> H
        ("G123498654321", "H"),
        # P=25, 1, 3 at the 5th, 3rd and 1st place from the right: 25*32 + 1*8 + 3*2 = 814 = 22*37, so 1 - 0
        ("P01-03", "1"),
        # 25*32 + 1*8 + 4*2 = 816 = 22*37 + 2, so 1 - 2 = -1 = 36 modulo 37, the 37th character
        ("P01-04", "*"),
        # 10*2 = 20, so 1 - 20 = -19 = 18 modulo 37
        ("a", "I"),
    ],
)
def test_the_character_is_that_of_iso_7064_mod_37_2(code, expected):
    assert check_character(code) == expected
    assert checked(with_check(code)) == (code, "right")


@pytest.mark.parametrize("code", ["", "-", "123", "12-5", "А-1", "P 1", "P.1", "P" * 41, "ß1", "P1\n"])
def test_what_is_no_course_code_gets_no_check_character(code):
    with pytest.raises(CoursewavesError, match="can't have a check character"):
        with_check(code)


@given(codes)
def test_a_code_with_its_own_check_character_is_right(code):
    assert checked(with_check(code)) == (code, "right")


@given(codes)
def test_a_code_without_a_check_character_is_given_back(code):
    assert checked(code) == (code, "absent")


@given(codes, st.data())
def test_no_substitution_of_one_character_passes(code, data):
    whole = with_check(code)
    place = data.draw(st.sampled_from([i for i, c in enumerate(whole) if c not in "-_."]))
    other = data.draw(st.sampled_from([c for c in CHARACTERS if c != whole[place].upper()]))
    assert checked(whole[:place] + other + whole[place + 1 :]).status != "right"


def test_no_swap_of_two_unequal_neighbours_passes():
    for one, other in itertools.permutations(CHARACTERS, 2):
        for rest in ("A", "0A", "0-A", "00000A", "Z" * 36 + "A"):
            code, check = with_check(f"{one}{other}{rest}").split(".")
            assert checked(f"{other}{one}{rest}.{check}") == (f"{other}{one}{rest}", "wrong")
            assert code[:2] == one + other


@given(codes)
def test_no_swap_of_the_last_character_with_the_check_passes(code):
    whole = with_check(code)
    swapped = f"{whole[:-3]}{whole[-1]}.{whole[-3]}"
    if whole[-3] not in "-_" and whole[-3].upper() != whole[-1]:
        assert checked(swapped).status != "right"


@given(codes)
def test_case_spaces_dashes_and_the_alphabet_do_not_change_the_verdict(code):
    typed = f" {with_check(code.upper())} ".translate(CYRILLIC).replace("-", " – ").lower()
    assert checked(typed).status == "right"


@pytest.mark.parametrize("text", ["", "A-1", "A-1.", "A-1.AB", "12.5", "2025.7", "Игра.1", "Мектеп. А", "intro to R.B"])
def test_a_text_of_another_form_has_no_check_character(text):
    assert checked(text) == (text, "absent")


def test_a_hyphen_does_not_count_so_that_a_moved_one_is_not_seen():
    # known limit: no two courses should differ by hyphens alone
    assert check_character("P01-03") == check_character("P0103")
