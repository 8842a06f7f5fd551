"""Fit text into a drawing: labels of any kind go in, clean lines that are known to fit come out.

Widths are those of DejaVu Sans, rounded up: it is the widest of the faces that a reader's machine is likely
to use, so a line that fits here fits there.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_HUNDREDTHS = {
    28: "'ijlі",
    32: " ,.IJІ\xa0’·'",
    36: "/:;\\f|",
    40: "()-[]t",
    44: "!r",
    48: '"',
    52: "*_`“”„–°",
    56: "?Lcszгзсэ",
    60: "Fkvxyвтухчьғұү•",
    64: "$0123456789EPSTYabdeghnopqu{}ГЕЁРТУабеёклоряҰҮәқөһ«»₸",
    68: "KЗийнпҒң",
    72: "ABCRVXZАБВКСХЧЬЭЯдцъҚҺ",
    76: "HNUИЙЛНПмҢ",
    80: "&DGOQДОЦыӘӨ",
    84: "#+<=>^w~Ъ−≥≤±×→",
    88: "MМФфю",
    92: "Ыжш",
    96: "%щ",
    100: "@Wm—…",
    108: "ЖШЮ№",
    112: "Щ",
    1200: "﷽",
}
"""Advance widths in hundredths of the font size, by the letters that have them."""


class _Widths(dict[str, float]):
    """Widths by letter, in font sizes; a letter that the table lacks is judged by its kind."""

    def __missing__(self, letter: str) -> float:
        return _advance(letter)


_WIDTHS = _Widths({letter: width / 100 for width, letters in _HUNDREDTHS.items() for letter in letters})
_DIRECTIONS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0xFEFF])
ELLIPSIS = "…"

_LETTER = r"[^\W\d_]"
_TOGETHER = re.compile(
    rf"(?<=\d) (?=[%‰…]|{_LETTER})"  # a number and its unit, or what it counts
    r"|(?<=[\d%]) (?=\([\d−+±<])"  # a figure and the interval behind it
    r"|(?<=[=<>≤≥→±…+/]) (?=[\d−+<>≤≥])"  # a sign and its number
    r"|(?<=[\w)]) (?=[=<>≤≥→+/] [\d−+<])"  # what is equal, and the sign
    r"|(?<=\S) (?=[—–] )"  # no line begins with a dash
    r"|(?<= [—–]) (?=[\d−+<])"
    rf"|(?<={_LETTER}) (?=\d{{1,2}}(?:[.:,;)](?!\d)|$))"  # what is numbered, such as a monitoring
    rf"|(?<=\b{_LETTER}\.) (?={_LETTER})"  # an initial and the name
)
_JOINED = re.compile(r"(?<=\d)–(?=\d)|(?<![\w.\u2010-])(\d+%?)[-\u2010](?=[а-яёәғқңөұүһі]{2})")
"""A range, and a number with its ending; no code, which a reader copies or looks for as it is written."""

_NO_BREAK, JOINER = "\u00a0", "\u2060"


class Lines(NamedTuple):
    """A label broken into lines.

    Attributes
    ----------
    lines
        The lines, the last ended by an ellipsis where the label is longer than they are.
    cut
        The whole label where it was cut, else an empty text.
    """

    lines: list[str]
    cut: str


def clean(text: str) -> str:
    r"""Return a text as one line that XML can hold.

    Line ends, tabs and runs of spaces become one space (a no-break space stays). Control characters, lone
    surrogates, non-characters and marks that turn the writing direction are dropped.

    >>> clean("  two\nlines\x00 ")
    'two lines'
    """
    if text.isprintable() and "  " not in text:
        return text.strip()
    spaced = "".join(" " if letter in "\t\n\r\v\f\x85\u2028\u2029" else letter for letter in text)
    kept = "".join(letter for letter in spaced.translate(_DIRECTIONS) if _is_writable(letter))
    return " ".join(part for part in kept.split(" ") if part)


def together(text: str) -> str:
    r"""Return a text whose numbers stay on one line with their signs, units, counted nouns and intervals.

    Only spaces become no-break spaces, in every language alike: it is said last, where a text is set into lines.

    >>> together("n = 68 (53–60)") == "n\u00a0=\u00a068\u00a0(53–60)"
    True
    """
    return _TOGETHER.sub(_NO_BREAK, text)


def joined(text: str) -> str:
    """Return a text that is kept `together` where a page breaks after dashes too: ``0–100``, ``1-мониторинг``."""
    return _JOINED.sub(lambda found: f"{found[1] or ''}{JOINER}{found[0][-1]}{JOINER}", together(text))


def text_width(text: str, size: float) -> float:
    """Return the width of a line at a font size, in units of the drawing; rather too wide than too narrow."""
    return size * sum(map(_WIDTHS.__getitem__, text))


def wrap(text: str, width: float, size: float, most: int = 3) -> Lines:
    """Break a label into lines of at most `width`, at spaces, and within a word only where it is too long.

    Parameters
    ----------
    text
        The label; it is cleaned first. An empty one has no lines.
    width, size
        Room and font size, in units of the drawing.
    most
        Number of lines allowed; what is left over ends in an ellipsis.

    >>> wrap("one two three", 60, 15, most=1)
    Lines(lines=['one…'], cut='one two three')
    """
    whole = clean(text)
    lines: list[str] = []
    taken = width + 1
    for piece, needed in _pieces(whole, width, size):
        if taken + needed > width:
            lines.append("")
            taken = 0.0
        lines[-1] += piece
        taken += text_width(piece, size)
    lines = [line.rstrip(" ") for line in lines]
    if len(lines) <= most:
        return Lines(lines, "")
    return Lines([*lines[: most - 1], _shortened(lines[most - 1], width, size)], whole)


def _pieces(text: str, width: float, size: float) -> Iterator[tuple[str, float]]:
    """Yield words, each with its space, and their widths without it; parts of words wider than a line."""
    for word in _words(text, width, size) if text else []:
        part, taken = word, text_width(word, size)
        while taken > width:
            head = _head(part, width, size)
            yield head, text_width(head, size)
            part = part[len(head) :]
            taken = text_width(part, size)
        yield part + " ", taken


def _words(text: str, width: float, size: float) -> Iterator[str]:
    """Yield what stands on one line, numbers with their signs and units, apart only where a line is too short."""
    start = 0
    for held in together(text).split(" "):
        words = text[start : start + len(held)]
        start += len(held) + 1
        yield from [words] if text_width(words, size) <= width else words.split(" ")


def _head(word: str, width: float, size: float) -> str:
    """Return the first letters of a word that fill a line; one at the least."""
    taken = 0.0
    for place, letter in enumerate(word):
        taken += text_width(letter, size)
        if place and taken > width:
            return word[:place]
    return word


def _shortened(line: str, width: float, size: float) -> str:
    while line and text_width(line + ELLIPSIS, size) > width:
        line = line[:-1].rstrip(" ")
    return line + ELLIPSIS


def _is_writable(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cs") and (ord(letter) & 0xFFFE) != 0xFFFE


@lru_cache(maxsize=4096)
def _advance(letter: str) -> float:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Mn", "Me"):
        return 0.0
    if unicodedata.category(letter) == "Ll":
        return 0.84
    parts = len(unicodedata.normalize("NFKC", letter))  # some letters are written as whole words
    return parts * (1.0 if ord(letter) < 0x2000 else 1.4)
