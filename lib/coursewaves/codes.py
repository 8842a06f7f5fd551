"""How codes are compared: a code as somebody typed it goes in, the key under which its spellings meet comes out.

Registered codes are Latin letters, digits, ``-`` and ``_``; they are typed on Kazakh and Russian keyboards, in
word processors that lengthen dashes, and pass through spreadsheets that take them for numbers. A key never
decides alone: where two registered codes share one, whoever looks the code up decides for none.
"""

import re
import unicodedata

from coursewaves.wordings import normalised

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad\\s]")

# Capital letters are compared: В looks like B, although в does not look like b. Pairs as in Unicode TS 39.
_SHAPES = str.maketrans("авекмнорстухіүһё", "abekmhopctyxiyhe")
_SOUNDS = str.maketrans("внрсухү", "vnrsuhu")

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
