"""Tell when each answer of an export was sent: a column of texts goes in, moments come out."""

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from coursewaves.answers import Answers
from coursewaves.columns import Cells, Mask
from coursewaves.problems import Problem, column_letter
from coursewaves.times import EITHER_WAY, find_form, parse_times


def times_of(answers: Answers) -> tuple[pd.Series, Mask, Mask]:
    """Return the time of each answer, whether it can't be read, and whether it is known to the minute."""
    zone, never = answers.context.settings.zone, np.zeros(len(answers), dtype=bool)
    cells = answers.cells("submitted_at")
    if cells is None:
        if len(answers) and answers.source.check_window:
            seen, fix = "no column of times", "export the time of each answer too"
            answers.problems.append(Problem(answers.name, 1, "", "", "E-TIME", seen, "windows not checked", fix))
        return pd.Series(pd.NaT, index=range(len(answers)), dtype=pd.DatetimeTZDtype("us", zone)), never, never
    form = _time_form(answers, cells)
    times = (
        pd.Series(parse_times(cells.texts, form, answers.time_zone).tz_convert(zone))
        .take(cells.codes)
        .reset_index(drop=True)
    )
    is_unreadable = times.isna().to_numpy(dtype=bool)
    return times, is_unreadable, ~is_unreadable & (answers.source.check_window and "M" in form)


def _time_form(answers: Answers, cells: Cells) -> str:
    """Return the form of a column's times, and say on what grounds where single times do not show it."""
    zone = answers.time_zone
    if answers.source.time_form:
        return answers.source.time_form
    either = {form for pair in EITHER_WAY.items() if set(pair) <= set(answers.time_forms) for form in pair}
    for form in answers.time_forms:
        if form not in either and _fits(cells, form, zone):
            return form
    choice, column = find_form(cells.texts, zone), answers.column_for("submitted_at")
    if column is not None and choice.reason and (choice.form or choice.is_ambiguous):
        place = (column_letter(column.place), answers.header[column.place][:80])
        done = f"all read as {choice.form}" if choice.form else "answers set aside"
        fix = "declare time_form for this source in coursewaves.yml"
        answers.problems.append(Problem(answers.name, 1, *place, "E-TIME", choice.reason, done, fix))
    return choice.form


def _fits(cells: Cells, form: str, zone: ZoneInfo) -> bool:
    """Whether every time of a column is of the form that its platform writes."""
    texts = [text for text in cells.texts if text]
    return bool(texts) and bool(parse_times(texts, form, zone).notna().all())
