"""How codes are compared: a code as somebody typed it goes in, the key under which its spellings meet comes out.

Registered codes are Latin letters, digits, ``-`` and ``_``; they are typed on Kazakh and Russian keyboards, in
word processors that lengthen dashes, and pass through spreadsheets that take them for numbers. A key never
decides alone: where two registered codes share one, whoever looks the code up decides for none.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Literal

from coursewaves.survey.wordings import normalised

Reading = Literal["code", "title", "look_alikes", "undecided", "wrong_check", "damaged", "unknown", "absent"]
"""How what was typed was understood.

``code`` or ``title``: as it stands, but for case, spaces, dashes and quotes. ``look_alikes``: with letters of the
other alphabet that look the same. ``undecided``: several would fit. ``wrong_check``: the check character does not
fit the code. ``damaged``: see `is_damaged_code`. ``unknown``: nothing fits. ``absent``: nothing was typed.
"""

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad\\s]")

# Capital letters are compared: В looks like B, although в does not look like b. Pairs as in Unicode TS 39.
_SHAPES = str.maketrans("авекмнорстухіүһё", "abekmhopctyxiyhe")
_SOUNDS = str.maketrans("внрсухү", "vnrsuhu")
_EITHER = str.maketrans("vnrsux", "bhpcyh")

_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+E[+-]?[0-9]+|E\+[0-9]+|[.,]0+)", re.IGNORECASE)


def tidy(text: str) -> str:
    """Return a code without spaces, with one kind of dash; letters and their case stay.

    >>> tidy(" P01 – 03 ")
    'P01-03'
    """
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_DASHES)


def by_shape(text: str) -> str:
    """Return a text in small letters, Cyrillic ones as the Latin ones whose capitals look the same.

    >>> by_shape("Р01") == by_shape("P01")
    True
    """
    return text.casefold().translate(_SHAPES)


def by_sound(text: str) -> str:
    """Return a text in small letters, Cyrillic ones as the Latin ones that sound the same, where shapes mislead.

    >>> by_shape("С-1"), by_sound("С-1")
    ('c-1', 's-1')
    """
    return by_shape(text.casefold().translate(_SOUNDS))


def plain_key(text: str) -> str:
    """Return the key of a code that leaves out case, spaces, the kind of dash and a final sign."""
    return tidy(normalised(text))


def code_key(text: str) -> str:
    """Return the key of a code that leaves out what `plain_key` does, and which alphabet a letter is of.

    >>> code_key("р01–03 ")  # Cyrillic р
    'p01-03'
    """
    return by_shape(plain_key(text))


def is_damaged_code(text: str) -> bool:
    """Whether a spreadsheet has made a number of a code, so that nobody can tell what it was.

    Twelve digits come back as ``1.02E+11``, and ``007`` as ``7.0``; a column too narrow as ``####``. No
    registered code looks so: it has neither a point nor ``+`` nor ``#``.

    >>> is_damaged_code("1.02E+10"), is_damaged_code("1E5"), is_damaged_code("007")
    (True, False, False)
    """
    plain = tidy(text)
    return _NUMBER.fullmatch(plain) is not None or (plain != "" and not plain.strip("#"))


class CodeBook:
    """Registered codes, asked which of them a typed one means."""

    def __init__(self, codes: Iterable[str]) -> None:
        self._codes = dict.fromkeys(codes)

    def meant(self, text: str, *, is_checked: bool = False) -> tuple[str | None, Reading]:
        """Return the registered code that is written exactly so, else the only one that can be meant.

        Cyrillic letters are taken by their shape. Somebody may have meant the sound of some: where that gives
        another registered code nobody can tell, unless a check character fits the shape (`is_checked`).

        >>> CodeBook(["C-1"]).meant("с-1"), CodeBook(["C-1", "S-1"]).meant("с-1")  # Cyrillic с
        (('C-1', 'look_alikes'), (None, 'undecided'))
        """
        plain = text.strip()
        if plain in self._codes:
            return plain, "code"
        if is_damaged_code(plain):
            return None, "damaged"
        found = self._by_key.get(code_key(text), [])
        if len(found) != 1:
            return None, "undecided" if found else "unknown"
        if plain_key(text) == plain_key(found[0]):
            return found[0], "code"
        rivals = [key for key in self._keys_by_either[_either(code_key(text))] if _fits(plain_key(text), key)]
        return (found[0], "look_alikes") if is_checked or len(rivals) == 1 else (None, "undecided")

    @cached_property
    def _by_key(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for code in self._codes:
            found[code_key(code)].append(code)
        return dict(found)

    @cached_property
    def _keys_by_either(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for key in self._by_key:
            found[_either(key)].append(key)
        return dict(found)


def _either(key: str) -> str:
    """Return a key under which all keys meet that one Cyrillic code may mean by shape or by sound."""
    return key.translate(_EITHER)


def _fits(typed: str, key: str) -> bool:
    """Whether each letter typed looks or sounds like that of a key of the same length."""
    return all(sign in (by_shape(letter), by_sound(letter)) for letter, sign in zip(typed, key, strict=True))
