"""Read the time of an answer exactly as the export writes it; nothing is guessed.

A *time form* is written with letters: ``Y m d`` (year, month, day), ``y`` (two digits of the year), ``H M
S``, ``h`` with ``p`` (12 hours, AM or PM) and ``z`` (``GMT+5`` with its plain sign). ``m/d/Y`` and ``d/m/Y``
can't be told apart by looking, so that neither is among the known forms: a source declares them.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

KNOWN_FORMS = ("Y/m/d h:M:S p z", "Y-m-d H:M:S", "d.m.Y H:M:S")
"""Google Forms' CSV; ISO and worksheets; Google Sheets with Kazakh or Russian settings."""

_PARTS = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>\d{1,2})",
    "d": r"(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{1,2})",
    "h": r"(?P<h>\d{1,2})",
    "M": r"(?P<M>\d{2})",
    "S": r"(?P<S>\d{2})(?:\.\d+)?",
    "p": r"(?P<p>[AaPp])\.?[Mm]\.?",
    "z": r"(?:GMT|UTC)(?P<z>[+-]\d{1,2}(?::[0-5]\d)?)?",
}


def is_form(form: str) -> bool:
    """Whether a time form names a year, a month and a day, and no part twice.

    >>> is_form("d.m.Y H:M"), is_form("%Y-%m"), is_form("d.d.Y")
    (True, False, False)
    """
    parts = [c for c in form if c in _PARTS]
    return len(set(parts)) == len(parts) and {"m", "d"} <= set(parts) and len({"Y", "y"} & set(parts)) == 1


@lru_cache(maxsize=64)
def _pattern(form: str) -> re.Pattern[str]:
    parts = (_PARTS.get(c, r"\s+" if c == " " else re.escape(c)) for c in form)
    return re.compile("".join(parts), re.ASCII)


def parse_time(text: str, form: str, zone: ZoneInfo) -> datetime | None:
    """Read one time in one form; None where it does not fit or there is no such moment.

    Parameters
    ----------
    text
        The cell. Every kind of space counts as a space.
    form
        The time form, see the module and `is_form`.
    zone
        Where the form names no zone, the time is local time there; the result is always in this zone.

    Examples
    --------
    >>> parse_time("2025/10/10 1:29:21 PM GMT+5", "Y/m/d h:M:S p z", ZoneInfo("Asia/Almaty")).isoformat()
    '2025-10-10T13:29:21+05:00'
    """
    match = _pattern(form).fullmatch(" ".join(text.split()))
    if match is None:
        return None
    part = match.groupdict()
    try:
        moment = datetime(
            int(part.get("Y") or 2000 + int(part["y"])),
            int(part["m"]),
            int(part["d"]),
            _hour(part),
            int(part.get("M") or 0),
            int(part.get("S") or 0),
        )
        named = _offset(part["z"]) if "z" in part else zone
        return moment.replace(tzinfo=named).astimezone(zone)
    except (ValueError, OverflowError):
        return None


def _hour(part: dict[str, str | None]) -> int:
    if part.get("h") is None:
        return int(part.get("H") or 0)
    hour = int(part["h"] or 0)
    if not 1 <= hour <= 12:
        raise ValueError
    return hour % 12 + (12 if (part["p"] or "").lower() == "p" else 0)


def _offset(text: str | None) -> tzinfo:
    if not text:
        return UTC
    hours, _, minutes = text[1:].partition(":")
    size = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(-size if text[0] == "-" else size)
