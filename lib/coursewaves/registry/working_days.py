"""Count working days (¶13): the institute's own table goes over the country's calendar, days come out.

The country's calendar is that of the library `holidays`: a five-day week, holidays, holidays on a weekend that make
a later day free, and the days that orders of the government moved. Kurban Ait hangs on the moon: for the years of
which its day is not confirmed it is estimated, and may come a day earlier or later.
"""

from bisect import bisect_right
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from coursewaves.errors import CoursewavesError

A_DAY = timedelta(days=1)


class CountryYear(NamedTuple):
    """One year of the country's calendar.

    Attributes
    ----------
    worked
        Days that are worked.
    estimated
        Holidays whose day is not confirmed yet.
    """

    worked: frozenset[date]
    estimated: frozenset[date]


@lru_cache(maxsize=64)
def country_year(year: int) -> CountryYear:
    """Return a year of Kazakhstan's calendar."""
    from holidays.countries.kazakhstan import Kazakhstan  # noqa: PLC0415  (half a second, for deadlines alone)

    told, plain = Kazakhstan(years=year), Kazakhstan(years=year, islamic_show_estimated=False)
    days = (date(year, 1, 1) + number * A_DAY for number in range(366))
    worked = frozenset(day for day in days if day.year == year and told.is_working_day(day))
    return CountryYear(worked, frozenset(day for day, name in told.items() if plain.get(day) != name))


class WorkingCalendar:
    """Which days are worked.

    Parameters
    ----------
    working_days
        The registry's table: what it says of a ``date`` (``is_working`` is ``yes`` or ``no``) goes before the
        country's calendar, and makes a day certain.

    Examples
    --------
    >>> WorkingCalendar().is_working(date(2025, 3, 24))  # Nauryz, moved from a Saturday
    False
    """

    def __init__(self, working_days: pd.DataFrame | None = None) -> None:
        own = {} if working_days is None else dict(zip(working_days["date"], working_days["is_working"], strict=True))
        self._own: dict[date, bool] = {day.date(): word == "yes" for day, word in own.items()}
        self._worked: dict[int, list[date]] = {}

    def is_working(self, day: date) -> bool:
        """Whether a day is worked."""
        return self._own[day] if day in self._own else day in country_year(day.year).worked

    def worked(self, year: int) -> list[date]:
        """Return the working days of a year, in order."""
        if year not in self._worked:
            own = {day for day in self._own if day.year == year}
            days = country_year(year).worked - own | {day for day in own if self._own[day]}
            self._worked[year] = sorted(days)
        return self._worked[year]

    def estimated(self, year: int) -> list[date]:
        """Return the holidays of a year whose day nobody has confirmed, in order."""
        return sorted(day for day in country_year(year).estimated if day not in self._own)


def add_working_days(start: date, n: int, calendar: WorkingCalendar) -> date:
    """Return the n-th working day after a day, which is not counted itself (¶13); for none, the day as it is.

    Raises
    ------
    CoursewavesError
        For a negative number.

    Examples
    --------
    >>> add_working_days(date(2025, 3, 14), 15, WorkingCalendar())
    datetime.date(2025, 4, 9)
    """
    if n < 0:
        raise CoursewavesError(f"Can't count {n} working days on from a day; fix: give 0 or more.")
    if n == 0:
        return start
    year, left = start.year, n
    days = calendar.worked(year)[bisect_right(calendar.worked(year), start) :]
    while len(days) < left:
        left -= len(days)
        year += 1
        days = calendar.worked(year)
    return days[left - 1]


def working_days_between(start: date, end: date, calendar: WorkingCalendar) -> int:
    """Count the working days after one day up to another, that one included; negative where it lies before.

    Examples
    --------
    >>> working_days_between(date(2025, 3, 14), date(2025, 4, 9), WorkingCalendar())
    15
    """
    if end < start:
        return -working_days_between(end, start, calendar)
    years = map(calendar.worked, range(start.year, end.year + 1))
    return sum(bisect_right(days, end) - bisect_right(days, start) for days in years)


def rests_on_estimate(start: date, end: date, calendar: WorkingCalendar) -> bool:
    """Whether an estimated holiday, or one that may come a day earlier or later, is among the days counted.

    Counted are those after `start` up to `end`.
    """
    years = range(start.year, (end + A_DAY).year + 1)
    return any(start <= day <= end + A_DAY for year in years for day in calendar.estimated(year))
