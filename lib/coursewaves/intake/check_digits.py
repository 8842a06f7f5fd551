"""Check characters of course codes: a registered code goes in, a code that shows its own typing slips comes out.

ISO/IEC 7064:2003, system MOD 37-2: the characters' values, each doubled once for every place that follows it,
sum to 1 modulo 37. As 37 is a prime and doubling moves every value, each single substitution and each swap of
two neighbours changes the sum. The hybrid system MOD 37,36 of the same standard spares the 37th character
``*``, but lets one swap in 630 pass: 36 of its 22,680 combinations of a state and two unequal characters.
"""

import re
from typing import Literal, NamedTuple

from coursewaves.errors import CoursewavesError
from coursewaves.intake.codes import by_shape, tidy

SEPARATOR = "."
"""Stands before the check character. No registered code holds a point, so that ``P01-03.1`` can't be another
course, as ``P01-03-1`` can; a link carries a point as it is; every keyboard has it."""

_VALUES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
_CODE = re.compile(r"(?=[0-9_-]*[A-Z])[A-Z0-9_-]{1,40}", re.ASCII)
_CHECKED = re.compile(rf"({_CODE.pattern}){re.escape(SEPARATOR)}([A-Z0-9*])", re.ASCII)
_WORDS = re.compile(r"\w\s+\w")


class Checked(NamedTuple):
    """A code as typed without its check character, and whether that one fits; "absent" where there is none."""

    code: str
    status: Literal["right", "wrong", "absent"]


def check_character(code: str) -> str:
    """Return the check character of a code; ``-``, ``_`` and case do not count.

    Raises
    ------
    CoursewavesError
        If the code is no course code, or digits alone: with a point between them a spreadsheet would read
        ``12.5`` as a number or as a day of May.

    Examples
    --------
    >>> check_character("P01-03")
    '1'
    """
    if not code.isascii() or _CODE.fullmatch(code.upper()) is None:
        raise CoursewavesError(
            f"{code!r} can't have a check character. Use Latin letters, digits, '-' and '_', and at least one letter."
        )
    return _check(code.upper())


def with_check(code: str) -> str:
    """Return a code with its check character, as it goes into the prefilled link of a form.

    >>> with_check("P01-03")
    'P01-03.1'
    """
    return f"{code}{SEPARATOR}{check_character(code)}"


def checked(text: str) -> Checked:
    """Take the check character off a code and hold it against the code.

    Letters count by their shape, whichever alphabet they were typed in: a check that fits them is no chance.
    A text of several words, or that is otherwise no code with a check character, is given back as it is.

    >>> checked("P01-03.1"), checked("P01-30.1")
    (Checked(code='P01-03', status='right'), Checked(code='P01-30', status='wrong'))
    >>> checked("P01-03").status
    'absent'
    """
    typed = tidy(text)
    found = _CHECKED.fullmatch(by_shape(typed).upper())
    if found is None or _WORDS.search(text):
        return Checked(text, "absent")
    return Checked(typed[: -len(SEPARATOR) - 1], "right" if _check(found[1]) == found[2] else "wrong")


def _check(capitals: str) -> str:
    total = 0
    for character in capitals:
        if character not in "-_":
            total = (total + _VALUES.index(character)) * 2 % 37
    return _VALUES[(1 - total) % 37]
