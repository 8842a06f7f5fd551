"""Windows of the waves (¶5): from the dates of a course to the days on which answers count.

The rule: both ends count as whole days, by the clocks of the institute's time zone. An answer is inside from 0:00
of the day on which the window opens until 24:00 of the day on which it closes, to the microsecond; in which zone
its time was written down makes no difference. An answer without a time of day has its day.
"""

from typing import NamedTuple

import pandas as pd

from coursewaves.survey.instruments import Instrument


class Windows(NamedTuple):
    """The window of one wave for many courses, row by row; local dates, both ends count."""

    due: pd.Series
    opens: pd.Series
    closes: pd.Series


def wave_windows(courses: pd.DataFrame, instrument: Instrument) -> Windows:
    """Return the window of a wave for each course (¶5).

    Parameters
    ----------
    courses
        One row is one course, with ``starts_on`` and ``ends_on``.
    instrument
        The wave's questionnaire.

    Returns
    -------
    Windows
        Dates in the rows' order; missing where the course has no date.
    """
    window = instrument.window
    anchor = pd.to_datetime(courses[window.anchor])
    days = (anchor + pd.Timedelta(days=number) for number in (window.due, window.opens, window.closes))
    return Windows(*days)
