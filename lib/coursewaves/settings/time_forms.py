"""Time forms: how a source says, letter by letter, how its times are written.

========  ============================================================================================
letter    what stands there
========  ============================================================================================
``Y``     the year, four digits
``y``     the last two digits of a year from 2000 on; only where a source declares it
``m``     the month, one or two digits
``B``     the month by name in Kazakh, Russian or English: whole or short, nominative or genitive
``d``     the day of the month, one or two digits
``A``     the name of the weekday in these languages; it must be one, and decides nothing
``H``     the hour, 0 to 23
``h``     the hour, 1 to 12; goes with ``p``
``p``     the half of the day: ``AM``/``p.m.``, ``ДП``/``ПП``, ``ТД``/``ТК``, or in full ``түстен кейін``
``M``     the minute, two digits
``S``     the second, two digits, with or without a fraction behind a point or a comma
``z``     the zone: ``GMT+5``, ``UTC``, ``Z``, ``+05:00``, ``+0500``, ``Asia/Almaty``
``T``     the letter T itself, as in ISO 8601
========  ============================================================================================

A space stands for any number of spaces of any kind, and every other sign for itself; other Latin letters, digits
and ``%`` mean nothing, so that a form in another notation is refused. Parts without a sign between them have
two digits each (``YmdTHMS``). The sign of a zone is plain: ``GMT+5`` is five hours ahead of UTC. Short names of
zones (``ALMT``, ``MSK``) are no zones: their meaning has changed over the years, or differs by country.

AM and PM are Latin in today's Kazakh and Russian locales (CLDR); ``ДП`` and ``ПП`` are of older ones, that exports
still use. Locales of Linux have neither (glibc's are empty): a 12-hour clock written with them has lost its half
of the day, and no reader can bring it back.
"""

import re
from functools import lru_cache

KNOWN_FORMS = (
    "Y/m/d h:M:S p z",
    "Y/m/d h:M:S p",
    "Y/m/d H:M:S",
    "Y-m-d H:M:S",
    "Y-m-d H:M",
    "Y-m-d H:M:S z",
    "Y-m-d H:M:Sz",
    "Y-m-d",
    "Y-m-dTH:M:S",
    "Y-m-dTH:M:Sz",
    "Y-m-dTH:M",
    "Y-m-dTH:Mz",
    "d.m.Y H:M:S",
    "d.m.Y H:M",
    "d.m.Y h:M:S p",
    "d.m.Y, H:M:S",
    "d.m.Y, H:M",
    "d.m.Y",
    "A, d B Y, h:M p",
    "A, d B Y, H:M",
    "A, B d, Y, h:M p",
    "d B Y, h:M p",
    "d B Y, H:M",
    "d B Y h:M p",
    "d B Y H:M",
    "B d, Y, h:M p",
    "d B Y г., H:M",
    "d B Y г., H:M:S",
    "Y ж. d B, H:M",
    "Y ж. d B, H:M:S",
)
"""Forms that no text fits two of: Google Forms, worksheets and ISO 8601, Google Sheets in Kazakh and Russian,
Moodle and others with the month by name. Slash dates are not among them: ``3/4/2025`` is two days.
"""

SPACE = r"[\t-\r \x1c-\x1f\x{85}\x{a0}\x{2000}-\x{200f}\x{2028}-\x{202f}\x{205f}-\x{2060}\x{3000}\x{feff}]"
"""Every kind of space, and the marks that show nothing, in RE2's notation.

Here and below ranges stand for classes such as ``\\pL``: those take hundreds of steps, and RE2 is several times
slower from 500 steps on.
"""

AFTERNOON = frozenset({"pm", "пп", "послеполудня", "тк", "түстенкейін"})
"""The second half of the day, its letters alone."""

_WORD = r"[A-Za-z\x{300}-\x{52f}]+"
_HALVES = (
    rf"[ap]\.?{SPACE}?m\.?",
    rf"дп|до{SPACE}+полудня|пп|после{SPACE}+полудня",
    rf"т[дк]|түс(?:ке{SPACE}+д|тен{SPACE}+к)е(?:й|и\x{{306}})ін",
)
_OFFSET = r"[+\x{2212}-][0-9]{1,2}(?::?[0-9]{2})?"

_PARTS = {
    "Y": r"(?P<Y>[0-9]{4})",
    "y": r"(?P<y>[0-9]{2})",
    "m": r"(?P<m>[0-9]{1,2})",
    "B": rf"(?P<B>{_WORD})\.?",
    "d": r"(?P<d>[0-9]{1,2})",
    "A": rf"(?P<A>{_WORD})\.?",
    "H": r"(?P<H>[0-9]{1,2})",
    "h": r"(?P<h>[0-9]{1,2})",
    "M": r"(?P<M>[0-9]{2})",
    "S": r"(?P<S>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?",
    "p": rf"(?P<p>(?i:{'|'.join(_HALVES)}))",
    "z": rf"(?P<z>Z|(?:GMT|UTC)(?:{_OFFSET})?|{_OFFSET}|[A-Z][a-z]+/[A-Za-z0-9_/+-]+)",
}
_DIGITS = frozenset("YymdHhMS")
_NEEDS = (("M", "Hh"), ("S", "M"), ("h", "p"), ("p", "h"), ("z", "Hh"))
_FORBIDDEN = re.compile("[A-SU-Za-z0-9%]")  # of what is no letter of the notation; T stands for itself

_SAMPLES = {
    "Y": "2025",
    "y": "25",
    "m": "09",
    "B": "September",
    "d": "03",
    "A": "Wednesday",
    "H": "14",
    "h": "2",
    "p": "PM",
    "M": "05",
    "S": "09",
}


def is_form(form: str) -> bool:
    """Whether a time form names one year, one month and one day, no part twice and none alone.

    >>> is_form("d.m.Y H:M"), is_form("%d.%m.%Y"), is_form("d.m.Y h:M"), is_form("d.d.Y")
    (True, False, False, False)
    """
    parts = [letter for letter in form if letter in _PARTS]
    named = set(parts)
    has_day = all(len(named & set(letters)) == 1 for letters in ("Yy", "mB", "d"))
    is_whole = all(letter not in named or named & set(needed) for letter, needed in _NEEDS)
    is_single = len(parts) == len(named) and not {"H", "h"} <= named
    return has_day and is_whole and is_single and not any(_FORBIDDEN.match(sign) for sign in set(form) - named)


@lru_cache(maxsize=256)
def pattern(form: str) -> str:
    """Return the regular expression (RE2) of a time form, one named group for each of its parts."""
    pieces = [SPACE + "*"]
    for before, letter, after in zip(" " + form, form, form[1:] + " ", strict=False):
        if letter in "mdHh" and {before, after} & _DIGITS:
            pieces.append(f"(?P<{letter}>[0-9]{{2}})")
        else:
            pieces.append(_PARTS.get(letter) or (SPACE + "+" if letter == " " else re.escape(letter)))
    return f"^{''.join(pieces)}{SPACE}*$"


def describe_form(form: str) -> str:
    """Return an example of a time form for messages: the afternoon of 3 September 2025.

    >>> describe_form("d.m.Y H:M:S"), describe_form("Y/m/d h:M:S p z")
    ('03.09.2025 14:05:09', '2025/09/03 2:05:09 PM GMT+5')
    """
    samples = _SAMPLES | {"z": "GMT+5" if " z" in form else "+05:00"}
    return "".join(samples.get(letter, letter) for letter in form)
