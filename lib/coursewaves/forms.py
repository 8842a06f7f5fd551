"""Read one survey export: a raw file goes in, its forms with their outcome and its problems come out.

The order of decision is: the record's structure, its course, its time, its consent, its window.
"""

from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from coursewaves.answers import Answers, Context
from coursewaves.assign import CourseFinder, link_participants
from coursewaves.columns import Cells, Mask
from coursewaves.corrections import corrected
from coursewaves.fingerprints import mark, numbered, record_hashes
from coursewaves.headers import Proposal, Questionnaire, match_columns
from coursewaves.instruments import Instrument, Survey
from coursewaves.platforms import Export, arrange
from coursewaves.problems import Problem, column_letter
from coursewaves.records import Records, read_records
from coursewaves.settings import Settings, Source
from coursewaves.times import find_form, parse_times
from coursewaves.waves import UNDECIDED, decide_waves
from coursewaves.wordings import is_blank, normalised, says_something

BACKGROUND = {
    "role": "role",
    "region": "region_id",
    "settlement": "settlement",
    "age_band": "age_band",
    "experience_band": "experience_band",
}
"""Purposes of background items and the columns of `responses` that hold them (¶17)."""

AFTERWARDS = ("outcome", "content", "is_exact", "n_answered")
"""Columns by which forms are told apart, and which no answer has."""

LONG_STRING = 10
"""The same step in at least so many ratings of one form is marked (Johnson 2005)."""


class FileForms(NamedTuple):
    """One file's forms and problems.

    `n_read` records stand in the file, `n_aside` of them gave no form; `n_corrected` were corrected.
    """

    forms: pd.DataFrame
    problems: list[Problem]
    instruments: str
    platform: str
    n_read: int
    n_aside: int
    n_corrected: int = 0
    proposals: tuple[Proposal, ...] = ()


def read_file(path: Path, name: str, context: Context) -> FileForms:
    """Read one export; whatever is wrong with it is in its problems."""
    source = context.settings.source_of(name)
    records = _marked(read_records(path, name=name))
    records, n_corrected = corrected(records, context.corrections.get(name, []))
    nothing = no_forms(context.survey, context.settings)
    if not records.header:
        return FileForms(nothing, records.problems, "", "", records.n_read, records.n_read, n_corrected)
    export = arrange(records, source.platform)
    records = export.records
    layout = match_columns(records.header, name, context.book, source.instruments, records.also)
    forms, problems = [nothing], [*records.problems, *layout.problems]
    for answers in _by_questionnaire(source, export, layout.questionnaires, context, problems):
        forms.append(make_forms(answers))
        problems += answers.problems
    found = pd.concat(forms[1:] or forms, ignore_index=True)
    ids = "+".join(questionnaire.instrument.id for questionnaire in layout.questionnaires)
    n_aside = records.n_read - len(found)
    proposals = tuple(layout.proposals)
    return FileForms(found, problems, ids, export.platform, records.n_read, n_aside, n_corrected, proposals)


def _marked(records: Records) -> Records:
    return records._replace(hashes=record_hashes(records.header, records.columns))


def _by_questionnaire(
    source: Source, export: Export, found: list[Questionnaire], context: Context, problems: list[Problem]
) -> Iterable[Answers]:
    """Yield the answers to each questionnaire of a file; where there are several, each record decides its own."""
    found = _of_wave(source.named("wave", export.records.name), found)
    whole = [Answers(source, export, export.records, *questionnaire, context) for questionnaire in found]
    if len(found) < 2:
        yield from whole
        return
    chosen = decide_waves([_answers_own(one, whole) for one in whole], [_is_inside(one) for one in whole],
                          *_declared_waves(whole))  # fmt: skip
    seen = "an answer to several waves, or to none that its date allows"
    fix = "let each wave have its own form, or correct the course's dates"
    rest = export.records.without(chosen == UNDECIDED, "E-WAVE", seen, fix)
    problems += rest.problems[len(export.records.problems) :] if rest is not export.records else []
    for place, (instrument, columns) in enumerate(found):
        yield Answers(source, export, export.records.taken(chosen == place), instrument, columns, context)


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
    forms = pd.DataFrame(
        {
            "response_id": _response_ids(answers.records),
            "file": pd.Series(answers.name, index=range(len(answers)), dtype="str"),
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
            "content": answers.records.hashes,
            "is_exact": is_exact,
            "n_answered": items.notna().sum(axis=1).astype("int64"),
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
    order += ["respondent_id", *BACKGROUND.values(), "is_straightlined", *AFTERWARDS]
    types |= {"row": "int64", "wave": "int64", "submitted_at": pd.DatetimeTZDtype("us", settings.zone)}
    types |= {
        "is_straightlined": "bool",
        "outcome": "str",
        "content": "uint64",
        "is_exact": "bool",
        "n_answered": "int64",
    }
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
    zone, never = answers.context.settings.zone, np.zeros(len(answers), dtype=bool)
    cells = answers.cells("submitted_at")
    if cells is None:
        if len(answers) and answers.source.check_window:
            seen, fix = "no column of times", "export the time of each answer too"
            answers.problems.append(Problem(answers.name, 1, "", "", "E-TIME", seen, "windows not checked", fix))
        return pd.Series(pd.NaT, index=range(len(answers)), dtype=pd.DatetimeTZDtype("us", zone)), never, never
    form = _time_form(answers, cells)
    times = pd.Series(parse_times(cells.texts, form, zone)).take(cells.codes).reset_index(drop=True)
    is_unreadable = times.isna().to_numpy(dtype=bool)
    return times, is_unreadable, ~is_unreadable & (answers.source.check_window and "M" in form)


def _time_form(answers: Answers, cells: Cells) -> str:
    """Return the form of a column's times, and say on what grounds where single times do not show it."""
    zone = answers.context.settings.zone
    for form in [answers.source.time_form, *answers.time_forms]:
        if form and (form == answers.source.time_form or _fits(cells, form, zone)):
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


def _course_names(answers: Answers) -> pd.Series:
    """What each answer calls its course: its own cell, else what the file's name or one of its folders says."""
    parts = PurePosixPath(answers.name).with_suffix("").parts
    known = set(answers.context.programme_ids)
    named = answers.source.named("course", answers.name) or next((part for part in parts if part in known), "")
    cells = answers.cells("course") or Cells(np.zeros(len(answers), dtype=np.int32), [""])
    return cells.mapped([text or named for text in cells.texts], "str")


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
    has_declined = np.zeros(len(answers), dtype=np.bool_)
    if consent is not None:
        has_declined = (consent.values == "no").to_numpy(dtype=bool, na_value=False)
    others = has_declined & ~is_homeless & ~is_unreadable
    answers.report(others, "E-CONSENT", "consent was not given", "answer set aside", "nothing")
    return np.asarray(is_homeless | is_unreadable | has_declined, dtype=bool)


def _response_ids(records: Records) -> pd.Series:
    """Name each form by its file and content, so that sorting a file renames nothing."""
    return pd.Series([mark(value) for value in numbered(records.hashes, records.name).tolist()], dtype="str")


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
    linked, is_unknown = link_participants(_codes(answers, "participant"), course_ids, answers.context.registry)
    answers.report(is_unknown & kept, "E-PERSON", "a code that the course's roster does not have",
                   "answer kept without a link", "correct the code, or the roster",
                   at=answers.column_for("participant"))  # fmt: skip
    return linked.fillna(_codes(answers, "self_code", lambda code: f"self:{normalised(code)}"))


def _codes(answers: Answers, purpose: str, change: Callable[[str], str] = str) -> pd.Series:
    """Return the codes of a purpose, missing where the cell says nothing."""
    cells = answers.cells(purpose)
    if cells is None:
        return pd.Series(pd.NA, index=range(len(answers)), dtype="str")
    absent = {"", *(normalised(text) for text in answers.source.missing)}
    codes = [None if is_blank(text) or normalised(text) in absent else change(text) for text in cells.texts]
    return cells.mapped(codes, "str")


def _of_wave(wave: str, found: list[Questionnaire]) -> list[Questionnaire]:
    """Keep the questionnaires of the wave that a file's name states, where it states one that they have."""
    return [one for one in found if str(one.instrument.wave) == wave] or found


def _answers_own(one: Answers, all_of_them: list[Answers]) -> Mask:
    """Return which records answer a question that no other questionnaire of the file asks."""
    others = {column.place for other in all_of_them if other is not one for column in other.columns}
    own = [column for column in one.columns if column.item.purpose is None and column.place not in others]
    is_answered = np.zeros(len(one), dtype=bool)
    for column in own:
        is_answered |= one.cells_of(column).where(says_something)
    return is_answered


def _is_inside(answers: Answers) -> Mask:
    """Return which records lie in the wave's window of their course."""
    days = _times(answers)[0].dt.tz_localize(None).dt.normalize()
    finder = CourseFinder(answers.context.registry, answers.instrument)
    course_ids = finder.find(_course_names(answers), days)
    is_known = course_ids.notna().to_numpy() & days.notna().to_numpy()
    return np.asarray(is_known & finder.is_inside(course_ids, days), dtype=bool)


def _declared_waves(whole: list[Answers]) -> tuple[pd.Series, list[int]] | tuple[()]:
    """Return the wave that each record names, and that of each questionnaire; nothing where no column says it."""
    cells = whole[0].cells("wave")
    if cells is None:
        return ()
    waves = [answers.instrument.wave for answers in whole]
    named = [float(text) if text in map(str, waves) else None for text in cells.texts]
    return cells.mapped(named, "float64"), waves
