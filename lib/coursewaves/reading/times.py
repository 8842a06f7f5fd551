"""Read the times of answers exactly as an export writes them: texts go in, moments come out, nothing is guessed.

How a form is written says `coursewaves.settings.time_forms`. What does not fit the form, or names no moment (31.02,
25:00, 13 PM), is missing; who calls says so to a person.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from babel import Locale

from coursewaves.errors import CoursewavesError
from coursewaves.reading.zones import Moments, check_zone_data, from_local, named_zone
from coursewaves.settings.time_forms import AFTERNOON, KNOWN_FORMS, describe_form, is_form, pattern

__all__ = [
    "KNOWN_FORMS",
    "FormChoice",
    "check_zone_data",
    "describe_form",
    "find_form",
    "is_form",
    "parse_times",
]

Numbers = np.ndarray[Any, np.dtype[np.int64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

LANGUAGES = ("kk", "ru", "en")
"""Languages of the names of months and weekdays."""

_GENITIVES = ("ның", "нің", "дың", "дің", "тың", "тің")  # Kazakh; the Russian ones are in CLDR

EARLIEST, LATEST = np.datetime64("0001-01-03", "us"), np.datetime64("9999-12-29", "us")
"""Between these a moment has a year of four digits in every zone."""


def parse_times(texts: Sequence[str], form: str, zone: ZoneInfo) -> pd.DatetimeIndex:
    """Read texts in one time form; missing where one does not fit or there is no such moment.

    Parameters
    ----------
    texts
        The cells.
    form
        The time form, see `coursewaves.settings.time_forms`; nothing fits the empty one.
    zone
        Where the form names no zone, a time is local time there. Of a time that the clock showed twice the first
        is meant; one that it skipped is as much later as the clock was put forward.

    Returns
    -------
    pandas.DatetimeIndex
        As long as the texts, microseconds in `zone`.

    Raises
    ------
    CoursewavesError
        Where the form is none.

    Examples
    --------
    >>> parse_times(["2025/10/10 1:29:21 PM GMT+5"], "Y/m/d h:M:S p z", ZoneInfo("Asia/Almaty"))[0].isoformat()
    '2025-10-10T13:29:21+05:00'
    """
    if form and not is_form(form):
        raise CoursewavesError(f"No time form {form!r}; fix: write it as 'd.m.Y H:M:S'.")
    cells = _as_array(texts)
    moments = _moments(cells, form, zone) if form else np.full(len(cells), np.datetime64("NaT", "us"))
    return pd.DatetimeIndex(moments, tz="UTC").tz_convert(zone)


def _as_array(texts: Sequence[str]) -> Any:
    try:
        return pa.array(list(texts), pa.string(), from_pandas=True)
    except UnicodeEncodeError:  # half a character, which no time has
        return _as_array([str(text).encode("utf-8", "replace").decode() for text in texts])


def _moments(cells: Any, form: str, zone: ZoneInfo) -> Moments:
    """Return the moments in UTC."""
    parts = pc.extract_regex(cells, pattern=pattern(form))
    local = _local_times(parts, form)
    if "z" not in form:
        return from_local(local, zone)
    names, codes = _coded(parts, "z")
    zones = [named_zone(name) for name in names]
    never = np.timedelta64("NaT", "us")
    offsets = np.array([each if isinstance(each, timedelta) else never for each in zones], dtype="timedelta64[us]")
    moments: Moments = local - offsets[codes]
    for code, each in enumerate(zones):
        if isinstance(each, ZoneInfo):
            moments[codes == code] = from_local(local[codes == code], each)
    return moments


def _local_times(parts: Any, form: str) -> Moments:
    """Return what the clock showed, missing where no clock and no calendar shows it."""
    year = _number(parts, "Y") if "Y" in form else 2000 + _number(parts, "y")
    month = _meaning(parts, "B", _months()) if "B" in form else _number(parts, "m")
    day, hour = _number(parts, "d"), _hour(parts, form)
    minute, second, fraction = (_number(parts, part) for part in ("M", "S", "fraction"))
    months = (12 * (year - 1970) + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    past_midnight = 1_000_000 * (60 * (60 * hour + minute) + second) + fraction
    local: Moments = days.astype("datetime64[us]") + past_midnight.astype("timedelta64[us]")
    is_real = parts.is_valid().to_numpy(zero_copy_only=False) & (month >= 1) & (month <= 12)
    is_real &= days.astype("datetime64[M]") == months
    is_real &= (hour >= 0) & (hour <= 23) & (minute <= 59) & (second <= 59)
    is_real &= (local >= EARLIEST) & (local < LATEST)
    if "A" in form:
        is_real &= _meaning(parts, "A", _weekdays()) > 0
    return np.where(is_real, local, np.datetime64("NaT", "us"))


def _hour(parts: Any, form: str) -> Numbers:
    if "h" not in form:
        return _number(parts, "H")
    hour = _number(parts, "h")
    is_afternoon = _meaning(parts, "p", dict.fromkeys(AFTERNOON, 1))
    return np.where((hour >= 1) & (hour <= 12), hour % 12 + 12 * is_afternoon, -1)


def _number(parts: Any, part: str) -> Numbers:
    """Return one part as whole numbers, 0 where it is not there; a fraction in microseconds."""
    if parts.type.get_field_index(part) < 0:
        return np.zeros(len(parts), dtype=np.int64)
    digits = parts.field(part)
    if part == "fraction":
        digits = pc.utf8_slice_codeunits(pc.utf8_rpad(digits, 6, "0"), 0, 6)
    return np.asarray(pc.if_else(parts.is_valid(), digits, "0").cast(pa.int64()).to_numpy())


def _coded(parts: Any, part: str) -> tuple[list[str], Numbers]:
    """Return the different texts of one part, an empty one last, and the place of each row's among them."""
    coded = parts.field(part).dictionary_encode()
    return [*coded.dictionary.to_pylist(), ""], coded.indices.fill_null(len(coded.dictionary)).to_numpy()


def _meaning(parts: Any, part: str, meanings: Mapping[str, int]) -> Numbers:
    """Return the number that each row's word means, 0 where it means none."""
    words, codes = _coded(parts, part)
    return np.array([meanings.get(_plain(word), 0) for word in words], dtype=np.int64)[codes]


def _plain(word: str) -> str:
    """Return a word's letters alone, without their case."""
    return "".join(letter for letter in unicodedata.normalize("NFC", word).casefold() if letter.isalpha())


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Return the number of every month's name, its first three letters and its Kazakh genitive."""
    kazakh = {_plain(name): number for number, name in Locale.parse("kk").months["stand-alone"]["wide"].items()}
    return _numbered("months") | {name + end: number for name, number in kazakh.items() for end in _GENITIVES}


@lru_cache(maxsize=1)
def _weekdays() -> dict[str, int]:
    return dict.fromkeys([*_numbered("days"), "жк", "сн"], 1)  # the last two are glibc's Sunday and Saturday


def _numbered(kind: str) -> dict[str, int]:
    """Return CLDR's number of every name and abbreviation, and of the first three letters of a name."""
    numbers: dict[str, int] = {}
    for language in LANGUAGES:
        for widths in getattr(Locale.parse(language), kind).values():
            numbers |= {_plain(name)[:3]: number for number, name in widths["wide"].items()}
            for width in ("wide", "abbreviated"):
                numbers |= {_plain(name): number for number, name in widths[width].items()}
    return numbers


class FormChoice(NamedTuple):
    """Which form the times of one column are written in.

    Attributes
    ----------
    form
        The time form; empty where none can be told.
    n_fitting
        How many different times fit it, or either of two where it is ambiguous.
    is_ambiguous
        Whether two forms fit as well: the source has to declare its own.
    reason
        Why no form can be told, or on what grounds one was told that single times do not show; else empty.
    """

    form: str
    n_fitting: int
    is_ambiguous: bool = False
    reason: str = ""


_CLOCKS = (" H:M:S", " H:M", " h:M:S p", " h:M p", ", H:M:S", ", H:M", ", h:M:S p", ", h:M p", "")

EITHER_WAY = {f"m{sign}d{sign}Y{clock}": f"d{sign}m{sign}Y{clock}" for sign in "/-" for clock in _CLOCKS}
"""Forms with the month first and their twins with the day first."""


def find_form(texts: Sequence[str], zone: ZoneInfo, forms: Sequence[str] = KNOWN_FORMS) -> FormChoice:
    """Find the form that most different texts of a whole column fit.

    Slash dates are decided for the column or not at all: where every one can have the month first and at least
    one can't have the day first, the month is first in all; `FormChoice.reason` then says so.

    Parameters
    ----------
    texts
        All cells of the column; blank ones don't count.
    zone
        Zone of the times without one.
    forms
        The forms to choose from, no two for one text; those of `EITHER_WAY` are always tried, in pairs.

    Examples
    --------
    >>> find_form(["3/4/2025 10:00", "3/14/2025 10:00"], ZoneInfo("Asia/Almaty")).form
    'm/d/Y H:M'
    """
    cells = pc.unique(_as_array(texts))
    cells = cells.filter(pc.match_substring_regex(cells, r"[^\s\pZ]"))
    if not len(cells):
        return FormChoice("", 0, reason="no times")
    choices = []
    alone = [form for form in forms if form not in {*EITHER_WAY, *EITHER_WAY.values()}]
    for form in [*alone, *EITHER_WAY]:
        fits = pc.match_substring_regex(cells, pattern(form))
        choices.append(_choice(cells.filter(fits), form, zone))
        cells = cells.filter(pc.invert(fits))
    return _best(choices)


def _choice(cells: Any, form: str, zone: ZoneInfo) -> FormChoice:
    """Choose between a form and its twin, if it has one, for all cells that look like it."""
    if not len(cells):
        return FormChoice(form, 0)
    is_one = ~np.isnat(_moments(cells, form, zone))
    if form not in EITHER_WAY:
        return FormChoice(form, int(is_one.sum()))
    is_other = ~np.isnat(_moments(cells, EITHER_WAY[form], zone))
    n_one, n_other, n_any = (int(mask.sum()) for mask in (is_one & ~is_other, is_other & ~is_one, is_one | is_other))
    if n_one and n_other:
        reason = f"{n_one} different times fit only with the month first, {n_other} only with the day first"
        return FormChoice("", n_any, True, reason)
    if not n_one and not n_other:
        return FormChoice("", n_any, True, "every time fits both with the month and with the day first")
    first = "month" if n_one else "day"
    reason = f"{n_one or n_other} of {n_any} different times fit only with the {first} first, and all can"
    return FormChoice(form if n_one else EITHER_WAY[form], n_any, reason=reason)


def _best(choices: list[FormChoice]) -> FormChoice:
    best = sorted(choices, key=lambda choice: -choice.n_fitting)[:2]
    if not best or not best[0].n_fitting:
        return FormChoice("", 0, reason="no time fits a known form")
    if len(best) > 1 and best[0].n_fitting == best[1].n_fitting:
        return FormChoice("", best[0].n_fitting, True, "as many times fit one form as another")
    return best[0]
