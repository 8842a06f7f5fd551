"""Read one survey export: a raw file goes in, its forms with their outcome and its problems come out.

The order of decision is: the record's structure, its course, its time, its consent, its window.
"""

import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from coursewaves.answers import Answers, Context, Mask
from coursewaves.assign import CourseFinder, link_participants
from coursewaves.headers import match_columns
from coursewaves.instruments import Instrument, Survey
from coursewaves.problems import Problem, column_letter
from coursewaves.records import read_records
from coursewaves.settings import Settings
from coursewaves.times import find_form, parse_times
from coursewaves.wordings import normalised

BACKGROUND = {
    "role": "role",
    "region": "region_id",
    "settlement": "settlement",
    "age_band": "age_band",
    "experience_band": "experience_band",
}
"""Purposes of background items and the columns of `responses` that hold them (¶17)."""

LONG_STRING = 10
"""The same step in at least so many ratings of one form is marked (Johnson 2005)."""


class FileForms(NamedTuple):
    """One file's forms and problems, how many records it holds and how many gave no form."""

    forms: pd.DataFrame
    problems: list[Problem]
    instrument_id: str
    n_read: int
    n_broken: int


def read_file(path: Path, name: str, context: Context) -> FileForms:
    """Read one export; whatever is wrong with it is in its problems."""
    source = context.settings.source_of(name)
    records = read_records(path, name=name)
    n_broken = sum(problem.row > 0 for problem in records.problems)
    nothing = no_forms(context.survey, context.settings)
    if not records.header:
        return FileForms(nothing, records.problems, "", records.n_read, n_broken)
    layout = match_columns(records.header, name, context.book, source.instrument)
    problems = [*records.problems, *layout.problems]
    if layout.instrument is None:
        return FileForms(nothing, problems, "", records.n_read, n_broken + len(records.rows))
    answers = Answers(source, records, layout.columns, layout.instrument, context, name=name)
    forms = make_forms(answers)
    return FileForms(forms, problems + answers.problems, layout.instrument.id, records.n_read, n_broken)


def make_forms(answers: Answers) -> pd.DataFrame:
    """Return one row per record with its outcome, who gave it and its answers."""
    times, is_unreadable, is_exact = _times(answers)
    days = times.dt.tz_localize(None).dt.normalize()
    finder = CourseFinder(answers.context.registry, answers.instrument)
    course_ids = finder.find(_course_names(answers), days)
    is_refused = _refused(answers, course_ids, is_unreadable)
    is_inside = finder.is_inside(course_ids, days) | (not answers.source.check_window)
    outcome = np.where(is_refused, "set_aside", np.where(is_inside, "kept", "outside_window"))
    seen, fix = "answered outside the wave's window", "nothing; late and early answers are listed in the report"
    answers.report(outcome == "outside_window", "E-WINDOW", seen, "answer not counted", fix)
    kept = np.asarray(outcome == "kept", dtype=bool)
    items = answers.items(course_ids.map(answers.context.programme_ids), kept)
    content = _contents(answers)
    forms = pd.DataFrame(
        {
            "response_id": _response_ids(answers.name, content),
            "file": answers.name,
            "row": pd.Series(answers.numbers, dtype="int64"),
            "course_id": course_ids,
            "instrument_id": answers.instrument.id,
            "wave": answers.instrument.wave,
            "submitted_at": times,
            "language": _language(answers, kept),
            "respondent_id": _respondents(answers, course_ids, kept),
        }
        | {column: answers.checked_background(purpose, kept) for purpose, column in BACKGROUND.items()}
        | {
            "is_straightlined": straightlined(items, answers.context.survey, answers.instrument),
            "outcome": pd.Series(outcome, dtype="str"),
            "content": content,
            "is_exact": is_exact,
        }
    )
    return pd.concat([forms, items], axis=1)


def no_forms(survey: Survey, settings: Settings) -> pd.DataFrame:
    """Return the empty table of forms with every column in its order and type."""
    text = [
        "response_id",
        "file",
        "course_id",
        "instrument_id",
        "language",
        "respondent_id",
        *BACKGROUND.values(),
    ]
    types: dict[str, object] = dict.fromkeys(text, "str")
    order = ["response_id", "file", "row", "course_id", "instrument_id", "wave", "submitted_at", "language"]
    order += ["respondent_id", *BACKGROUND.values(), "is_straightlined", "outcome", "content", "is_exact"]
    types |= {"row": "int64", "wave": "int64", "submitted_at": pd.DatetimeTZDtype("us", settings.zone)}
    types |= {"is_straightlined": "bool", "outcome": "str", "content": "str", "is_exact": "bool"}
    for item in (item for instrument in survey.waves() for item in instrument.items):
        types |= dict.fromkeys(survey.columns(item), "float64" if survey.scale(item.scale).is_scored else "str")
    columns = [*order, *(name for name in types if name not in order)]
    return pd.DataFrame({name: pd.Series(dtype=types[name]) for name in columns})  # type: ignore[call-overload]


def straightlined(items: pd.DataFrame, survey: Survey, instrument: Instrument) -> Mask:
    """Return whether a form's ratings, `LONG_STRING` or more, are all the same step (Johnson 2005)."""
    ids = [item.id for item in instrument.items if survey.scale(item.scale).kind == "ordinal" and not item.repeat]
    ratings = items[[name for name in ids if name in items]].to_numpy(dtype=float)
    if ratings.shape[1] < LONG_STRING:
        return np.zeros(len(items), dtype=bool)
    is_given = np.isfinite(ratings)
    low = np.where(is_given, ratings, np.inf).min(axis=1)
    high = np.where(is_given, ratings, -np.inf).max(axis=1)
    return np.asarray((is_given.sum(axis=1) >= LONG_STRING) & (low == high), dtype=bool)


def _times(answers: Answers) -> tuple[pd.Series, Mask, Mask]:
    """Return the time of each answer, whether it can't be read, and whether it is known to the minute."""
    zone, n_rows = answers.context.settings.zone, len(answers.rows)
    cells = answers.cells("submitted_at")
    dtype = pd.DatetimeTZDtype("us", zone)
    if cells is None:
        if answers.rows and answers.source.check_window:
            seen, fix = "no column of times", "export the time of each answer too"
            answers.problems.append(Problem(answers.name, 1, "", "", "E-TIME", seen, "windows not checked", fix))
        never = np.zeros(n_rows, dtype=bool)
        return pd.Series([pd.NaT] * n_rows, dtype=dtype), never, never
    form = answers.source.time_form or _time_form(answers, cells)
    times = pd.Series(parse_times(cells, form, zone))
    is_unreadable = times.isna().to_numpy(dtype=bool)
    return times, is_unreadable, ~is_unreadable & (answers.source.check_window and "M" in form)


def _time_form(answers: Answers, cells: list[str]) -> str:
    """Return the form of a column's times, and say on what grounds where single times do not show it."""
    choice, column = find_form(cells, answers.context.settings.zone), answers.column_for("submitted_at")
    if column is not None and choice.reason and (choice.form or choice.is_ambiguous):
        place = (column_letter(column.place), answers.header[column.place][:80])
        done = f"all read as {choice.form}" if choice.form else "answers set aside"
        fix = "declare time_form for this source in coursewaves.yml"
        answers.problems.append(Problem(answers.name, 1, *place, "E-TIME", choice.reason, done, fix))
    return choice.form


def _course_names(answers: Answers) -> pd.Series:
    """What each answer calls its course: its own cell, else the file's name where the source says so."""
    named = answers.source.course_in(answers.name)
    cells = answers.cells("course") or [""] * len(answers.rows)
    return pd.Series([cell or named for cell in cells], dtype="str")


def _refused(answers: Answers, course_ids: pd.Series, is_unreadable: Mask) -> Mask:
    """Report and return which rows are set aside: no course, no readable time, no consent."""
    is_homeless = course_ids.isna().to_numpy(dtype=bool)
    answers.report(is_homeless, "E-COURSE", "no course can be told from the answer", "answer set aside",
                   "register the course, or add the name as an alias in courses.csv",
                   at=answers.column_for("course"))  # fmt: skip
    answers.report(is_unreadable & ~is_homeless, "E-TIME", "a time in another form", "answer set aside",
                   "declare time_form for this source in coursewaves.yml",
                   at=answers.column_for("submitted_at"))  # fmt: skip
    consent = answers.background("consent")
    has_declined = np.zeros(len(answers.rows), dtype=bool)
    if consent is not None:
        has_declined = (consent.values == "no").to_numpy(dtype=bool, na_value=False)
    others = has_declined & ~is_homeless & ~is_unreadable
    answers.report(others, "E-CONSENT", "consent was not given", "answer set aside", "nothing")
    return np.asarray(is_homeless | is_unreadable | has_declined, dtype=bool)


def _contents(answers: Answers) -> pd.Series:
    """Digest what each record says, whatever the order of the columns."""
    keys = [normalised(cell) for cell in answers.header]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    texts = ["\x1f".join(f"{keys[place]}\x1e{row[place].strip()}" for place in order) for row in answers.rows]
    return pd.Series([_digest(text) for text in texts], dtype="str")


def _response_ids(name: str, content: pd.Series) -> pd.Series:
    """Name each form by its file and content, so that sorting a file renames nothing."""
    times = content.groupby(content).cumcount()
    ids = [_digest(f"{name}:{one}:{count}") for one, count in zip(content, times, strict=True)]
    return pd.Series(ids, dtype="str")


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _language(answers: Answers, kept: Mask) -> pd.Series:
    """The language that a respondent states, else that of most headers, if it is but one."""
    keys = {normalised(cell) for cell in answers.header}
    texts = [column.item.text for column in answers.columns if column.item.purpose is None][:12]
    languages = answers.context.survey.languages
    counts = {
        language: sum(any(normalised(text[language]) in key for key in keys) for text in texts if text.get(language))
        for language in languages
    }
    best = [language for language in languages if counts[language] == max(counts.values())]
    return answers.checked_background("language", kept).fillna(best[0] if len(best) == 1 else np.nan)


def _respondents(answers: Answers, course_ids: pd.Series, kept: Mask) -> pd.Series:
    """The participant's code where the course's roster has it, else the person's own, marked so."""
    absent = {"", *(normalised(text) for text in answers.source.missing)}
    given = {}
    for purpose in ("participant", "self_code"):
        codes = pd.Series(answers.cells(purpose) or [""] * len(answers.rows), dtype="str")
        given[purpose] = codes.mask(codes.map(normalised).isin(absent))
    linked, is_unknown = link_participants(given["participant"], course_ids, answers.context.registry)
    answers.report(is_unknown & kept, "E-PERSON", "a code that the course's roster does not have",
                   "answer kept without a link", "correct the code, or the roster",
                   at=answers.column_for("participant"))  # fmt: skip
    own = [f"self:{normalised(code)}" if isinstance(code, str) else None for code in given["self_code"]]
    return linked.fillna(pd.Series(own, dtype="str"))
