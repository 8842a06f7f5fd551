"""Words, numbers and dates in the reader's language: gettext catalogues and Babel.

The English wording is the key; ``locale/<language>/LC_MESSAGES/coursewaves.po`` holds the others and is read
as it stands, without a compile step. A phrase that a catalogue lacks is shown in English; a test finds it.
"""

import math
import re
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from coursewaves.errors import CoursewavesError

LOCALES = Path(__file__).parent / "locale"

_FIGURE = re.compile(
    r"(?:p\s[=<]\s)?[–−+<≤≥~(±]?\s*\d[\d\s.,:%°/()…→+\u00a0\u202f\u2060–−-]*(?:[^\W\d]{0,3}\.?)?|[–—-]"
)


@lru_cache(maxsize=8)
def catalogue(language: str) -> NullTranslations:
    """Return the catalogue of a language; English needs none."""
    path = LOCALES / language / "LC_MESSAGES" / "coursewaves.po"
    if path.exists():
        compiled = BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=language))
        compiled.seek(0)
        return GNUTranslations(compiled)
    if language == "en":
        return NullTranslations()
    known = [folder.parent.name for folder in LOCALES.glob("*/LC_MESSAGES")]
    raise CoursewavesError.not_found(language, "the languages of the reports", ["en", *known])


def marked(phrase: str) -> str:
    """Return a phrase as it is, marked for the catalogues where it is said later."""
    return phrase


class Said(str):
    """A text of ours that is known in every language by its key: the English phrase, or the id of what it names."""

    key: str

    def __new__(cls, text: str, key: str = "") -> "Said":
        """Give a text its key."""
        said = super().__new__(cls, text)
        said.key = key
        return said


class Phrases:
    """Everything that is said in one language."""

    def __init__(self, language: str) -> None:
        try:
            self.locale = Locale.parse(language)
        except (UnknownLocaleError, ValueError):
            raise CoursewavesError(f"Can't find the language {language!r}; fix: name it as 'kk'.") from None
        self.language = language
        self._catalogue = catalogue(language)

    def __repr__(self) -> str:
        return f"Phrases({self.language!r})"

    @property
    def is_reviewed(self) -> bool:
        """Whether a native reader has reviewed the catalogue; the English wording is the source and needs none."""
        return self.language == "en" or self._catalogue.info().get("x-reviewed") == "yes"

    def say(self, phrase: str, **values: Any) -> str:
        """Return a phrase in the language, its ``{places}`` filled with values that are formatted already."""
        return Said(self._catalogue.gettext(phrase).format(**values), phrase)

    def say_many(self, one: str, many: str, count: int, **values: Any) -> str:
        """Return the form of a phrase that fits a count; ``{count}`` is the count itself."""
        return self._catalogue.ngettext(one, many, count).format(count=self.number(count), **values)

    def number(self, value: float | None, digits: int = 0) -> str:
        """Format a number with a fixed count of decimals, halves away from zero; a missing one is a dash."""
        rounded = _half_up(value, digits)
        if rounded is None:
            return "–"
        text = _decimal(abs(rounded), digits, self.language)
        return f"−{text}" if rounded < 0 else text

    def signed(self, value: float | None, digits: int = 0) -> str:
        """Format a difference: plus and minus are both written, zero has neither."""
        rounded = _half_up(value, digits)
        return ("+" if rounded is not None and rounded > 0 else "") + self.number(value, digits)

    def percent(self, share: float | None, digits: int = 0) -> str:
        """Format a share (0-1) as percent, whole unless decimals are asked for."""
        rounded = _half_up(share, 2 + digits)
        return "–" if rounded is None else _percent(str(rounded), self.language)

    def interval(self, low: float | None, high: float | None, digits: int = 0) -> str:
        """Format an interval."""
        return f"{self.number(low, digits)}–{self.number(high, digits)}"

    def p_value(self, value: float | None) -> str:
        """Format a p value as ``p = 0.03``; never as zero."""
        if value is None or not math.isfinite(value):
            return "–"
        if value < 0.001:
            return f"p < {self.number(0.001, 3)}"
        return f"p = {self.number(value, 3 if value < 0.01 else 2)}"

    def short_day(self, value: date) -> str:
        """Format a date in figures; in every language it is known by itself."""
        return Said(format_date(value, format="short", locale=self.locale), value.isoformat())

    def day(self, value: date | None) -> str:
        """Format a date in full; a missing one is a dash."""
        if value is None or value != value:  # noqa: PLR0124 (a missing time is unequal to itself)
            return "–"
        text: str = format_date(value, format="long", locale=self.locale)
        return text

    def days(self, first: date | None, last: date | None) -> str:
        """Format a span of days, what both ends share once; where one is missing the other alone, else nothing."""
        known = [day for day in (first, last) if day is not None and day == day]  # noqa: PLR0124
        if len(known) < 2 or first == last:
            return self.day(known[0]) if known else ""
        text: str = format_interval(first, last, "yMMMd", locale=self.locale)
        return text


@lru_cache(maxsize=4096)
def _decimal(rounded: Decimal, digits: int, language: str) -> str:
    """Format a number that is rounded to so many decimals; reports say the same few hundred again and again."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    text: str = format_decimal(rounded, format=pattern, locale=language)
    return text


@lru_cache(maxsize=4096)
def _percent(rounded: str, language: str) -> str:
    """Format a share; it is written out, since -0 and 0 are one key as numbers and two texts."""
    text: str = format_percent(Decimal(rounded), locale=language, decimal_quantization=False)
    return text


def is_figures(texts: Iterable[str]) -> bool:
    """Tell whether a column holds figures, which stand at its right end: more than half of what is told there are.

    >>> is_figures(["54 (51–58)", "p < 0,001", "–", ""]), is_figures(["not low-rated", "3"])
    (True, False)
    """
    told = [text.strip() for text in texts if text.strip()]
    return not told or sum(bool(_FIGURE.fullmatch(text)) for text in told) * 2 > len(told)


def rounded(value: float | None, digits: int = 0) -> float | None:
    """Return a number as it is shown: rounded as `Phrases.number` does; None where that is a dash.

    >>> rounded(0.285, 2), rounded(71.5), rounded(float("nan"))
    (0.29, 72, None)
    """
    found = _half_up(value, digits)
    return None if found is None else float(found) if digits else int(found)


def _half_up(value: float | None, digits: int) -> Decimal | None:
    """Round as people do: 0.285 is 0.29 although its nearest binary number lies below; None where missing."""
    if value is None or not math.isfinite(value):
        return None
    plain = Decimal(repr(round(float(value), 10)))
    return plain.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
