"""Windows of the waves (¶5): from the dates of a course to the days on which answers count."""

from typing import NamedTuple

import pandas as pd

from coursewaves.instruments import Instrument


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
