"""Read the figures out of a text that we wrote ourselves: a text and its language go in, numbers come out."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from babel import Locale
from babel.numbers import get_decimal_symbol, get_group_symbol

SPACES = "\u00a0\u202f "


class Figure(NamedTuple):
    """One number of a text; that of a percentage is the share (0-1)."""

    value: float
    is_share: bool


def figures_of(text: str, language: str) -> list[Figure]:
    """Return the numbers that stand in a text, in their order; parts of dates and of codes are none.

    >>> figures_of("1 250 (−3,5 … 54 %)", "ru")
    [Figure(value=1250, is_share=False), Figure(value=-3.5, is_share=False), Figure(value=0.54, is_share=True)]
    """
    rule, plain = _rule(language)
    found = []
    for sign, written, percent in rule.findall(text):
        digits = written.translate(plain)
        value = _signed(digits, sign)
        found.append(Figure(_share(value, digits), True) if percent else Figure(value, False))
    return found


def _signed(digits: str, sign: str) -> float:
    value = float(digits) if "." in digits else int(digits)
    return -value if sign == "−" else value


def _share(percent: float, digits: str) -> float:
    """Return a percentage as a share with as many digits as it was written with."""
    return round(percent / 100, 2 + len(digits.partition(".")[2]))


@lru_cache(maxsize=8)
def _rule(language: str) -> tuple[re.Pattern[str], dict[int, str]]:
    """Return how a number is written in a language, and what of its characters Python writes otherwise."""
    locale = Locale.parse(language)
    symbol, decimal = get_group_symbol(locale), get_decimal_symbol(locale)
    group = re.escape(symbol + SPACES if symbol.isspace() else symbol)
    digits = rf"\d{{1,3}}(?:[{group}]\d{{3}})+(?!\d)|\d+"
    number = rf"(?P<digits>(?:{digits})(?:{re.escape(decimal)}\d+)?)"
    rule = re.compile(rf"(?<![\w.,/:-])(?P<sign>[−+]?){number}(?P<percent>[{SPACES}]?%)?(?![\w/:-]|[.,]\d)")
    return rule, str.maketrans(dict.fromkeys(symbol + SPACES, "") | {decimal: "."})


def is_figure(text: str, language: str) -> bool:
    """Tell whether a text is one number and nothing else."""
    return _rule(language)[0].fullmatch(text.strip()) is not None


def warm_up(languages: Iterable[str]) -> None:
    """Make the rules of languages, which each process would make for itself."""
    for language in languages:
        _rule(language)
