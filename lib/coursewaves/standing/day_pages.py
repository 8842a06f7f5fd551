"""Write what stands beside the reports and hangs on the day: the index, and what is due.

What makes them is imported when it is needed: pandas alone would cost a run with nothing new more than all the rest.
"""

from datetime import date, datetime

from coursewaves.deadlines.report_days import check_day
from coursewaves.settings.home import Home


def today_of(home: Home, moment: datetime) -> date:
    """Return the day of a moment by the institute's clocks."""
    return moment.astimezone(home.settings.zone).date()


def write_index_of(home: Home, today: date) -> None:
    """Write the index of a loaded work folder; see `coursewaves.index.write_index`."""
    from coursewaves.index import write_index  # noqa: PLC0415
    from coursewaves.processed.year import Year  # noqa: PLC0415

    write_index(Year(home), today)


def write_day(home: Home, today: date) -> None:
    """Write the index and the status of a day; the index first, since the day of the status says that both are as new.

    Raises
    ------
    CoursewavesError
        Where the status that is there is of a later day.
    """
    from coursewaves.deadlines.due import find_due  # noqa: PLC0415
    from coursewaves.index import write_index  # noqa: PLC0415
    from coursewaves.processed.year import Year  # noqa: PLC0415
    from coursewaves.standing.due_files import write_due  # noqa: PLC0415

    check_day(home, today)
    year = Year(home)
    due = find_due(year, today)
    write_index(year, today, due.deadlines)
    write_due(year, due)
