"""Words, numbers and dates in the reader's language: gettext catalogues and Babel.

The English wording is the key; ``locale/<language>/LC_MESSAGES/coursewaves.po`` holds the others and is read as
it stands, without a compile step. A phrase that a catalogue lacks is shown in English; a test finds it.
"""

import math
from datetime import date
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from coursewaves.errors import CoursewavesError

LOCALES = Path(__file__).parent / "locale"


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


class Phrases:
    """Everything that is said in one language."""

    def __init__(self, language: str) -> None:
        try:
            self.locale = Locale.parse(language)
        except (UnknownLocaleError, ValueError):
            raise CoursewavesError(f"Can't find the language {language!r}; fix: name it as 'kk'.") from None
        self.language = language
        self._catalogue = catalogue(language)

    def say(self, phrase: str, **values: Any) -> str:
        """Return a phrase in the language, its ``{places}`` filled with values that are formatted already."""
        return self._catalogue.gettext(phrase).format(**values)

    def say_many(self, one: str, many: str, count: int, **values: Any) -> str:
        """Return the form of a phrase that fits a count; ``{count}`` is the count itself."""
        return self._catalogue.ngettext(one, many, count).format(count=self.number(count), **values)

    def number(self, value: float | None, digits: int = 0) -> str:
        """Format a number with a fixed count of decimals; a missing one is a dash."""
        if value is None or not math.isfinite(value):
            return "–"
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        rounded = math.copysign(math.floor(abs(value) * 10**digits + 0.5) / 10**digits, value)  # half up
        return format_decimal(rounded + 0.0, format=pattern, locale=self.locale)

    def signed(self, value: float | None, digits: int = 0) -> str:
        """Format a difference: plus and minus are both written, zero has neither."""
        text = self.number(None if value is None else abs(value), digits)
        if value is None or not math.isfinite(value) or not any(c in "123456789" for c in text):
            return text
        return ("+" if value > 0 else "−") + text

    def percent(self, share: float | None) -> str:
        """Format a share (0-1) as whole percent."""
        if share is None or not math.isfinite(share):
            return "–"
        whole = math.floor(share * 100 + 0.5) / 100
        return format_percent(whole, locale=self.locale)

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

    def day(self, value: date) -> str:
        """Format a date in full."""
        return format_date(value, format="long", locale=self.locale)
