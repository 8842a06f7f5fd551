"""Tell when each answer of an export was sent: a column of texts goes in, moments come out."""

import numpy as np
import pandas as pd

from coursewaves.intake.answers import Answers
from coursewaves.problems import Problem, column_letter
from coursewaves.reading.columns import Cells, Mask
from coursewaves.reading.times import EITHER_WAY, find_form, parse_times


def times_of(answers: Answers) -> tuple[pd.Series, Mask, Mask]:
    """Return the time of each answer, whether it can't be read, and whether it is known to the minute."""
    zone, never = answers.context.settings.zone, np.zeros(len(answers), dtype=bool)
    cells = answers.cells("submitted_at")
    if cells is None:
        if len(answers) and answers.source.check_window:
            seen, fix = "no column of times", "export the time of each answer too"
            answers.problems.append(Problem(answers.name, 1, "", "", "E-TIME", seen, "windows not checked", fix))
        return pd.Series(pd.NaT, index=range(len(answers)), dtype=pd.DatetimeTZDtype("us", zone)), never, never
    moments, form = _read(answers, cells)
    times = pd.Series(moments.tz_convert(zone).take(cells.codes))
    is_unreadable = times.isna().to_numpy(dtype=bool)
    return times, is_unreadable, ~is_unreadable & (answers.source.check_window and "M" in form)


def _read(answers: Answers, cells: Cells) -> tuple[pd.DatetimeIndex, str]:
    """Read the distinct times of a column in the form that is declared, its platform's, or the one that all allow."""
    zone, declared = answers.time_zone, answers.source.time_form
    if declared:
        return parse_times(cells.texts, declared, zone), declared
    is_given = np.array([bool(text) for text in cells.texts], dtype=bool)
    either = {form for pair in EITHER_WAY.items() if set(pair) <= set(answers.time_forms) for form in pair}
    for form in answers.time_forms:
        if form not in either:
            moments = parse_times(cells.texts, form, zone)
            if is_given.any() and moments[is_given].notna().all():
                return moments, form
    form = _found(answers, cells)
    return parse_times(cells.texts, form, zone), form


def _found(answers: Answers, cells: Cells) -> str:
    """Find the form of a column's times, and say on what grounds where single times do not show it."""
    choice, column = find_form(cells.texts, answers.time_zone), answers.column_for("submitted_at")
    if column is not None and choice.reason and (choice.form or choice.is_ambiguous):
        place = (column_letter(column.place), answers.header[column.place][:80])
        done = f"all read as {choice.form}" if choice.form else "answers set aside"
        fix = "declare time_form for this source in coursewaves.yml"
        answers.problems.append(Problem(answers.name, 1, *place, "E-TIME", choice.reason, done, fix))
    return choice.form
