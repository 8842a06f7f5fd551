"""Time zones: from what a clock showed to the moment, and whether the zone data are new enough to tell.

Kazakhstan went over to one zone (UTC+5) on 2024-03-01: in Almaty and Kostanay the last hour of 29 February came
twice. Both readings of such a time are the same local day, so that no window depends on which is meant.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import numpy as np
import pandas as pd

from coursewaves.errors import CoursewavesError

Moments = np.ndarray[Any, np.dtype[np.datetime64]]

REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
"""Where a zone's name begins with a place; in ``Etc/GMT+5`` the sign is turned round, so that it means no zone here."""

FARTHEST_WEST, FARTHEST_EAST = timedelta(hours=-12), timedelta(hours=14)

_OFFSET = re.compile("(?:GMT|UTC)?(?P<sign>[+\u2212-])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-5][0-9]))?")


def from_local(local: Moments, zone: ZoneInfo) -> Moments:
    """Return the moments, in UTC, at which the clocks of a zone showed these times; missing stays missing.

    Of a time that came twice the first is meant. One that the clock skipped is read as if it had not yet been put
    forward, as `zoneinfo` does: 2:30 of a night without the hour from 2 to 3 is 3:30.
    """
    index = pd.DatetimeIndex(local).tz_localize(zone, ambiguous=np.ones(len(local), dtype=bool), nonexistent="NaT")
    moments: Moments = index.tz_convert("UTC").tz_localize(None).to_numpy(copy=True)
    for place in np.flatnonzero(np.isnat(moments) & ~np.isnat(local)):  # skipped: an hour a year, if any
        skipped: datetime = local[place].item()
        moments[place] = np.datetime64(skipped.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None))
    return moments


@lru_cache(maxsize=1024)
def named_zone(name: str) -> timedelta | ZoneInfo | None:
    """Return the offset from UTC, or the zone, that a text names; None where it names none on earth.

    >>> named_zone("GMT+5"), named_zone("-0330"), named_zone("+25:00")
    (datetime.timedelta(seconds=18000), datetime.timedelta(days=-1, seconds=73800), None)
    """
    if "/" in name:
        return ZoneInfo(name) if name.partition("/")[0] in REGIONS and name in _zone_names() else None
    if name in {"GMT", "UTC", "Z"}:
        return timedelta(0)
    match = _OFFSET.fullmatch(name)
    if match is None:
        return None
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    offset = offset if match["sign"] == "+" else -offset
    return offset if FARTHEST_WEST <= offset <= FARTHEST_EAST else None


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def check_zone_data() -> None:
    """Refuse to go on with zone data that don't know Kazakhstan's one zone (2024-03-01).

    Raises
    ------
    CoursewavesError
        Where the data are older or missing; those of the operating system go before the package tzdata.
    """
    try:
        offset = datetime(2024, 3, 2, tzinfo=ZoneInfo("Asia/Almaty")).utcoffset()
    except ZoneInfoNotFoundError:
        offset = None
    if offset != timedelta(hours=5):
        state = "are missing" if offset is None else "are older than 2024a"
        raise CoursewavesError(
            f"The time zone data {state}: times in Kazakhstan would be an hour wrong; fix: install a newer tzdata "
            "of the operating system, or run pip install --upgrade tzdata and set PYTHONTZPATH to nothing."
        )
