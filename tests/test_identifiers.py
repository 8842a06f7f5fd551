"""Identifiers: one cell is an e-mail address, a phone number, an IIN or none, and has one spelling."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coursewaves.privacy.identifiers import control_digit, is_identifier, is_iin, unified


@st.composite
def iins(draw) -> str:
    """Any number that the rule allows."""
    born = draw(st.dates(date(1900, 1, 1), date(2026, 12, 31)))
    century = 3 if born.year < 2000 else 5
    while True:
        serial = draw(st.integers(0, 9999))
        start = f"{born:%y%m%d}{century + draw(st.booleans())}{serial:04d}"
        if control_digit(start) < 10:
            return f"{start}{control_digit(start)}"


# 791028302728 and 061211600012 are the examples that the validators of py-kz-validators and kz-iin-validator print.
# 85010130012: 8*1 + 5*2 + 1*4 + 1*6 + 3*7 + 1*10 + 2*11 = 81 = 7 * 11 + 4.
# 90061540090: 9*1 + 6*4 + 1*5 + 5*6 + 4*7 + 9*10 = 186 = 16 * 11 + 10, so once more:
#              9*3 + 6*6 + 1*7 + 5*8 + 4*9 + 9*1 = 155 = 14 * 11 + 1.
@pytest.mark.parametrize("digits", ["791028302728", "061211600012", "850101300124", "900615400901"])
def test_a_number_with_its_date_and_control_digit_is_an_iin(digits):
    assert is_iin(digits)
    assert is_identifier(digits) == "iin"


@pytest.mark.parametrize(
    "digits",
    [
        "791028302727",  # another control digit
        "781028302728",  # another year, the same control digit
        "85010130012",
        "8501013001240",
        "850101-30012",
        "٨٥٠١٠١٣٠٠١٢٤",
        "",
    ],
)
def test_any_other_number_is_none(digits):
    assert not is_iin(digits)


@pytest.mark.parametrize(
    "start",
    [
        "85023030000",  # 30 February
        "85130130000",  # no month 13
        "85000130000",  # no month 0
        "01022930000",  # 1901 was no leap year
        "85010170000",  # no century 7
        "85010100000",  # no century 0
        "10014000001",  # a business number: year and month, then 4
    ],
)
def test_a_sound_control_digit_alone_makes_no_iin(start):
    assert control_digit(start) < 10
    assert not is_iin(f"{start}{control_digit(start)}")


def test_a_beginning_with_two_remainders_of_ten_is_not_given_out():
    # 90061540170: 9*1 + 6*4 + 1*5 + 5*6 + 4*7 + 1*9 + 7*10 = 175 = 15 * 11 + 10,
    #              9*3 + 6*6 + 1*7 + 5*8 + 4*9 + 1*11 + 7*1 = 164 = 14 * 11 + 10.
    assert control_digit("90061540170") == 10
    assert not any(is_iin(f"90061540170{last}") for last in range(10))


def weighted(digits: str) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, range(1, 12), strict=False)) % 11


@given(iins(), st.integers(0, 9), st.integers(1, 9))
def test_a_wrong_digit_is_noticed(number, place, shift):
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert is_iin(number)
    if weighted(number) < 10 and weighted(wrong) < 10:  # the eleventh weighs nothing, and two weightings may agree
        assert not is_iin(wrong)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("aigul@example.kz", "email"),
        (" Aigul.K-1+x@Mail.Example.COM ", "email"),
        ("айгүл@мысал.қаз", "email"),
        ("<aigul@example.kz>", "email"),
        ("mailto:aigul@example.kz", "email"),
        ("+7 701 123 45 67", "phone"),
        ("8(701)1234567", "phone"),
        ("8-701-123-45-67", "phone"),
        ("87011234567.0", "phone"),
        ("7011234567", "phone"),
        ("8 7172 25 63 14", "phone"),
        ("+998 90 123 45 67", "phone"),
        ("8 912 345 67 89", "phone"),
        ("\u202a+7 701 123 4567\u202c", "phone"),
        ("８７０１１２３４５６７", "phone"),
        ("850101 300 124", "iin"),
        ("850101300124.0", "iin"),
        ("61211600012", "iin"),  # 061211600012 from a spreadsheet
        ("C-2025-07", None),
        ("007", None),
        ("11423456789", None),  # as SurveyMonkey numbers its respondents
        ("114234567891", None),
        ("1760086800", None),  # seconds since 1970
        ("850101300123", None),  # no sound control digit
        ("256-31-42", None),
        ("2024-2025", None),
        ("10.10.2025", None),
        ("aigul@mail", None),
        ("пишите на aigul@example.kz", None),
        ("aigul", None),
        ("", None),
        ("+", None),
        ("a@b.kz" * 100, None),
    ],
)
def test_a_cell_is_one_identifier_or_none(text, kind):
    assert is_identifier(text) == kind


@pytest.mark.parametrize(
    ("kind", "spellings", "one"),
    [
        (
            "phone",
            ["+7 701 123 45 67", "8(701)123-45-67", "7011234567", "77011234567.0", "8–701–1234567"],
            "77011234567",
        ),
        ("phone", ["+998 90 123 45 67", "998901234567"], "998901234567"),
        ("iin", ["061211600012", "61211600012", "061211 600 012", "61211600012.0"], "061211600012"),
        ("email", ["Aigul@Example.KZ", " aigul@example.kz ", "<aigul@example.kz>"], "aigul@example.kz"),
        ("code", ["  Ab  12: ", "ab 12"], "ab 12"),
        ("phone", ["Жоқ", "жоқ."], "жоқ"),
        ("iin", ["?"], ""),
    ],
)
def test_spellings_of_one_identifier_are_unified(kind, spellings, one):
    assert {unified(kind, text) for text in spellings} == {one}


def test_two_people_stay_two():
    assert unified("phone", "8 701 123 45 67") != unified("phone", "8 701 123 45 68")
    assert unified("iin", "850101300124") != unified("iin", "791028302728")
    assert unified("phone", "жоқ") != unified("phone", "кейін")


@given(st.text(max_size=400), st.sampled_from(["email", "phone", "iin", "code"]))
@example("٣" * 12, "iin")
@example("\ud800", "email")
@example("²", "phone")
def test_no_text_raises_and_a_unified_one_stays(text, kind):
    assert is_identifier(text) in ("email", "phone", "iin", None)
    once = unified(kind, text)
    assert unified(kind, once) == once


@given(iins())
def test_every_iin_is_known_whatever_a_spreadsheet_did(number):
    for spelling in (number, f"{number[:6]} {number[6:]}", f"{number}.0"):
        assert is_identifier(spelling) == "iin"
        assert unified("iin", spelling) == number
    if not number.startswith("000"):  # of three zeros nine digits are left
        assert is_identifier(number.lstrip("0")) == "iin"
