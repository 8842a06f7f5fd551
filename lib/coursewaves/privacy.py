"""Mask what identifies a person in open answers, before anything is written."""

import re

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"']+@[^\s@<>()\[\],;:\"']+\.[^\W\d_]{2,}")
_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![\w-])\+?\d(?:[\s().-]{0,2}\d){9,14}(?![\w-])")


def masked(text: str) -> str:
    """Replace e-mail addresses, links, phone numbers and IINs (12 digits) by a mark.

    >>> masked("Жазыңыз: aigul@example.kz, +7 701 123 45 67")
    'Жазыңыз: [•••], [•••]'
    """
    for pattern in (_EMAIL, _LINK, _DIGITS):
        text = pattern.sub("[•••]", text)
    return text
