"""Know the e-mail address, phone number or IIN that a single cell holds: text in, its kind and one spelling out."""

import re
import unicodedata
from datetime import date
from typing import Literal

from coursewaves.survey.wordings import normalised

Identifier = Literal["email", "phone", "iin"]
"""What leads to a person and is known by its form."""

LONGEST = 320
"""Characters of the longest e-mail address (64, the sign, 255); a longer cell holds no single identifier."""

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"']{1,64}@[^\s@<>()\[\],;:\"']{1,250}\.[^\W\d_]{2,}\.?")
_NUMBER = re.compile(r"\+?[\d\s()./_\u2010-\u2015\u2212-]+")
_PHONE = re.compile(r"(?:\+?[78])?7(?:[01267]\d|47|5[01])\d{7}|\+?[78]9\d{9}|\+\d{9,15}")
_FIRST_WEIGHTS = range(1, 12)
_SECOND_WEIGHTS = (*range(3, 12), 1, 2)


def is_identifier(text: str) -> Identifier | None:
    """Return the kind of identifier that a cell is, and nothing else beside it; None for any other text.

    A phone is one of Kazakhstan's (+7 or 8 or nothing, then ten digits that begin with a zone or operator code),
    a mobile of Russia, or any number written with a plus. An IIN must have its date and control digit.

    >>> is_identifier("Aigul@example.kz"), is_identifier("8 (701) 123-45-67"), is_identifier("C-2025-07")
    ('email', 'phone', None)
    """
    if len(text) > LONGEST:
        return None
    plain = _plain(text)
    if "@" in plain:
        return "email" if _EMAIL.fullmatch(plain) else None
    if not _NUMBER.fullmatch(plain):
        return None
    digits = _digits(plain)
    if 10 <= len(digits) <= 12 and is_iin(digits.zfill(12)):
        return "iin"
    return "phone" if _PHONE.fullmatch("+" * plain.startswith("+") + digits) else None


def unified(kind: str, text: str) -> str:
    """Return the one spelling of an identifier, so that the same person has the same one in every file.

    E-mail addresses lose their case. Phones are digits that begin with 7, whether +7, 8 or nothing was written.
    IINs are 12 digits: the zeros that a spreadsheet dropped are put back. Any other kind, and a cell that has
    no digits where there should be some, is normalised as wordings are.

    >>> unified("phone", "8 (701) 123-45-67") == unified("phone", "+77011234567") == "77011234567"
    True
    """
    plain = _plain(text)
    digits = _digits(plain)
    if kind == "email":
        return plain.casefold().rstrip(".")
    if kind == "iin" and digits:
        return digits.zfill(12)
    if kind == "phone" and digits:
        return f"7{digits[-10:]}" if len(digits) == 10 or (len(digits) == 11 and digits[0] == "8") else digits
    return normalised(text)


def is_iin(digits: str) -> bool:
    """Whether 12 digits are an individual identification number of Kazakhstan.

    Six digits of the date of birth, one for century and sex (1 and 2 for the 1800s, 3 and 4, 5 and 6), four of
    the serial number, one control digit: the sum of the first eleven, weighted 1 to 11, modulo 11; where that
    is 10, once more with the weights 3 to 11, 1, 2; where that is 10 too, the number is not given out. A
    business number (BIN) has the same control digit and no date, so that it is none.

    Source: Government of Kazakhstan, resolution No. 406 of 22 May 2007, rules for forming the identification
    number, and No. 565 of 11 June 2003. Since resolution No. 853 of 26 August 2013 the digits need not agree
    with the person's own date and sex; they are not compared here.

    >>> is_iin("850101300124"), is_iin("850101300123")
    (True, False)
    """
    if not re.fullmatch("[0-9]{12}", digits) or digits[6] not in "123456":
        return False
    century = 1800 + 100 * ((int(digits[6]) - 1) // 2)
    try:
        date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return False
    return int(digits[11]) == control_digit(digits[:11])


def control_digit(digits: str) -> int:
    """Return the control digit of the first eleven digits of an IIN; 10 where no number may begin so.

    >>> control_digit("85010130012")
    4
    """
    control = 10
    for weights in (_FIRST_WEIGHTS, _SECOND_WEIGHTS):
        if control == 10:
            control = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    return control


def _plain(text: str) -> str:
    """Return a cell without invisible signs, angle brackets and the ``.0`` that a spreadsheet adds."""
    shown = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    shown = shown.strip().strip("<>").removeprefix("mailto:")
    return re.sub(r"(?<=\d{9})\.0{1,2}$", "", shown)


def _digits(plain: str) -> str:
    return "".join(str(int(sign)) for sign in plain if sign.isdecimal())
