"""Mask what identifies a person in open answers, before anything is written."""

import re

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"']{1,64}@[^\s@<>()\[\],;:\"']{1,255}\.[^\W\d_]{2,}")
_LINK = re.compile(
    r"\b(?:https?://|www\.)\S+|\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,3}\.(?:kz|com|ru|org|net|me)/\S+",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<!\w)@[A-Za-z]\w{2,31}")
_DIGITS = re.compile(r"(?<!\d)\+?\d(?:[\s().\u2010-\u2015/_-]{0,3}\d){9,}")


def masked(text: str) -> str:
    """Replace e-mail addresses, links, account names, phone numbers and IINs (12 digits) by a mark.

    Any ten digits in a row count as a number that leads to a person, whatever stands between them.

    >>> masked("Жазыңыз: aigul@example.kz, +7 701 123 45 67")
    'Жазыңыз: [•••], [•••]'
    """
    for pattern in (_EMAIL, _LINK, _HANDLE, _DIGITS):
        text = pattern.sub("[•••]", text)
    return text
