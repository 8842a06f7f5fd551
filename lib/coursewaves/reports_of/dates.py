"""Days of the year (¶5, ¶13): which surveys were answered in their window, by when results are to be processed.

Whatever hangs on a day is told as of the last answer that was loaded, so that the same data give the same page.
"""

from datetime import date
from typing import Any

import pandas as pd

from coursewaves.deadlines.table import COLUMNS, PROCESSING, WAVE, find_deadlines
from coursewaves.pages.pieces import Section, paragraph, table
from coursewaves.registry.spans import DONE, MISSING
from coursewaves.reports_of.response import courses_of
from coursewaves.views.subject import Subject, once
from coursewaves.views.view import View


@once
def deadlines_of(subject: Subject) -> pd.DataFrame:
    """Return the deadlines as of the last answer; when reports were made is no part of the data and left out."""
    year, day = subject.year, last_day(subject)
    if day is None:
        return pd.DataFrame(columns=list(COLUMNS))
    made = pd.DataFrame(columns=["course_id", "made_on"])
    return find_deadlines(year.registry, year.received, year.survey, made, day)


def last_day(subject: Subject) -> date | None:
    """Return the day of the last answer; None where nobody answered."""
    forms = subject.year.received
    day = forms["submitted_at"].max() if "submitted_at" in forms else pd.NaT
    return None if pd.isna(day) else day.date()


def due_days(view: View, centre_id: str = "") -> Section:
    """Show which surveys were answered in their window, and by when results are to be processed (¶13)."""
    found = deadlines_of(view)
    done = found[(found["step"] == PROCESSING) & found["received_on"].notna()]
    waves = view.year.survey.waves()
    cells = {(row["scope_id"], row["instrument_id"]): _days(view, row) for row in done.to_dict("records")}
    courses = courses_of(view, centre_id)["course_id"]
    lines = [[course_id, *(cells.get((course_id, one.id), "–") for one in waves)] for course_id in courses]
    head = [view.say("Course"), *(view.wave_name(one) for one in waves)]
    caption = view.say("Results received → to be processed by")
    notes = view.say(
        "Fifteen working days after receipt (¶13), by Kazakhstan's calendar; where no day of receipt is recorded, that "
        "of the last answer in the window counts. Whether a report was ready in time stands on the status page."
    )
    parts = [paragraph(missing_in_short(view, centre_id)), table(caption, head, lines), paragraph(notes, "note")]
    return Section("deadlines", view.say("Deadlines"), [5, 13], parts)


def _days(view: View, row: dict[Any, Any]) -> str:
    received, due = (view.phrases.short_day(row[name].date()) for name in ("received_on", "due_on"))
    return f"{received} → {due}"


def missing_waves(view: View, centre_id: str = "") -> tuple[int, int]:
    """Count the surveys of courses that nobody answered in their window, and all whose window is over."""
    found = deadlines_of(view)
    is_own = found["scope_id"].isin(courses_of(view, centre_id)["course_id"])
    own = found[(found["step"] == WAVE) & (found["scope"] == "course") & is_own]
    return int((own["state"] == MISSING).sum()), int(own["state"].isin([MISSING, DONE]).sum())


def missing_in_short(view: View, centre_id: str = "") -> str:
    """Say how many surveys nobody answered in time; nothing where none is over."""
    n_missing, n_over = missing_waves(view, centre_id)
    if not n_over:
        return ""
    told = {"n": view.phrases.number(n_missing), "all": view.phrases.number(n_over)}
    return view.say("Surveys before and at the end of courses that nobody answered in time: {n} of {all}.", **told)
