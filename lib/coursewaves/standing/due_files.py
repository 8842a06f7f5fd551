"""Write the status of a day beside the reports: page, JSON and calendar, and never over one of a later day."""

import json
from pathlib import Path

from coursewaves.deadlines.calendar_file import calendar_file
from coursewaves.deadlines.due import Due, as_json
from coursewaves.deadlines.due_words import Words
from coursewaves.deadlines.report_days import STATUS, check_day
from coursewaves.phrases import Phrases
from coursewaves.processed.year import Year
from coursewaves.standing.due_page import due_page
from coursewaves.system.private_files import write_shared

PAGE = "due.html"
CALENDAR = "calendar.ics"


def write_due(year: Year, due: Due) -> list[Path]:
    """Write what is due as ``due.html``, ``calendar.ics`` and ``due.json``, in the institute's first language.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    CoursewavesError
        Where the status that is there is of a later day: a clock that was put back must not undo it.
    """
    check_day(year.home, due.today)
    words = Words(year, Phrases(year.settings.languages[0]))
    texts = {
        PAGE: due_page(due, words),
        CALENDAR: calendar_file(due.deadlines, words).decode(),
        STATUS: json.dumps(as_json(due), ensure_ascii=False, indent=1) + "\n",
    }
    for name, text in texts.items():
        write_shared(year.home.reports / name, text.encode())
    return [year.home.reports / name for name in texts]
