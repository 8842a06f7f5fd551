"""Make the forms of one export: the answers of one questionnaire go in, one row per record comes out.

The order of decision is: the record's course, its time, its consent, its window.
"""

from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from coursewaves.intake.answers import Answers
from coursewaves.intake.assign import BY_FILE_NAME, COURSE_FAULTS, PERSON_FAULTS, CourseFinder, Found
from coursewaves.intake.moments import times_of
from coursewaves.problems import FILE_ASIDE, Problem
from coursewaves.reading.columns import Cells, Mask
from coursewaves.reading.fingerprints import mark_all, numbered
from coursewaves.reading.records import Records
from coursewaves.settings.home import Settings
from coursewaves.survey.instruments import Instrument, Survey
from coursewaves.survey.wordings import is_blank, normalised

BACKGROUND = {
    "role": "role",
    "region": "region_id",
    "settlement": "settlement",
    "age_band": "age_band",
    "experience_band": "experience_band",
}
"""Purposes of background items and the columns of `responses` that hold them (¶17)."""

AFTERWARDS = ("outcome", "content", "is_exact", "own_code", "n_answered")
"""Columns by which forms are told apart, and which no answer has."""

LONG_STRING = 10
"""The same step in at least so many ratings of one form is marked (Johnson 2005)."""


def make_forms(answers: Answers) -> pd.DataFrame:
    """Return one row per record with its outcome, who gave it and its answers."""
    times, is_unreadable, is_exact = times_of(answers)
    days = times.dt.tz_localize(None).dt.normalize()
    finder = answers.context.finders[answers.instrument.id]
    course_ids = _courses(answers, finder, days)
    is_refused = _refused(answers, course_ids, is_unreadable)
    is_inside = finder.is_inside(course_ids, days) | (not answers.source.check_window)
    outcome = np.where(is_refused, "set_aside", np.where(is_inside, "kept", "outside_window"))
    seen, fix = "answered outside the wave's window", "nothing where the course's dates in the registry are right"
    answers.report(outcome == "outside_window", "E-WINDOW", seen, "answer not counted", fix)
    kept = np.asarray(outcome == "kept", dtype=bool)
    programmes = Cells.of(course_ids.map(answers.context.programme_ids).fillna(""))
    items = answers.items(programmes, kept)
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
            "own_code": _codes(answers, "self_code"),
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
    types |= {"is_straightlined": "bool", "outcome": "str", "content": "uint64", "is_exact": "bool"}
    types |= {"own_code": "str", "n_answered": "int64"}
    for item in (item for instrument in survey.waves() for item in instrument.items):
        types |= dict.fromkeys(survey.columns(item), "float64" if survey.scale(item.scale).is_scored else "str")
    columns = [*order, *(name for name in types if name not in order)]
    return pd.DataFrame({name: pd.Series(dtype=types[name]) for name in columns})  # type: ignore[call-overload]


def straightlined(items: pd.DataFrame, survey: Survey, instrument: Instrument) -> Mask:
    """Return whether a form's ratings, `LONG_STRING` or more, are all the same step (Johnson 2005)."""
    ids = [item.id for item in instrument.items if survey.scale(item.scale).kind == "ordinal" and not item.repeat]
    ratings = [items[name].to_numpy(dtype=float) for name in ids if name in items]
    if len(ratings) < LONG_STRING:
        return np.zeros(len(items), dtype=bool)
    low, high = ratings[0].copy(), ratings[0].copy()
    n_given = np.zeros(len(items), dtype=np.int64)
    for values in ratings:
        np.fmin(low, values, out=low)
        np.fmax(high, values, out=high)
        n_given += np.isfinite(values)
    return np.asarray((n_given >= LONG_STRING) & (low == high), dtype=bool)


def course_names(answers: Answers) -> pd.Series:
    """What each answer calls its course: its own cell, else what the file's name or one of its folders says."""
    parts = PurePosixPath(answers.name).with_suffix("").parts
    known = set(answers.context.programme_ids)
    named = answers.source.named("course", answers.name) or next((part for part in parts if part in known), "")
    cells = answers.cells("course") or Cells(np.zeros(len(answers), dtype=np.int32), [""])
    return cells.mapped([text or named for text in cells.texts], "str")


def _courses(answers: Answers, finder: CourseFinder, days: pd.Series) -> pd.Series:
    """Return the course of each answer, and report those whose name is not in order with what it may mean."""
    names = course_names(answers)
    found = finder.identify(names, days)
    proposals = finder.proposals(names[found.course_ids.isna()])
    if _is_reported_at_once(answers, found, proposals):
        return found.course_ids
    proposed = names.map(proposals)
    for reading, fault in COURSE_FAULTS.items():
        rows = found.readings == reading
        for near in [None, *sorted(proposed[rows].dropna().unique())]:
            fix = fault.fix if near is None else f"{fault.fix}; it may be {near}"
            here = rows & (proposed.isna() if near is None else proposed == near)
            answers.report(here.to_numpy(dtype=bool), *fault[:3], fix, at=answers.column_for("course"))
    return found.course_ids


def _is_reported_at_once(answers: Answers, found: Found, proposals: dict[str, str]) -> bool:
    """Report a whole file of which neither an answer nor the name tells the course, and say whether it is one."""
    readings = found.readings.unique()
    if answers.column_for("course") is not None or len(readings) != 1 or readings[0] not in ("absent", "unknown"):
        return False
    seen = "no course is named, neither in the file nor by its name"
    fix = f"let the form ask for the course, or {BY_FILE_NAME}"
    if readings[0] == "unknown":
        seen, fix = "the file's name means no course", COURSE_FAULTS["unknown"].fix
        fix += "".join(f"; it may be {near}" for near in proposals.values())
    answers.problems.append(Problem(answers.name, 1, "", "", "E-COURSE", seen, FILE_ASIDE, fix))
    return True


def _refused(answers: Answers, course_ids: pd.Series, is_unreadable: Mask) -> Mask:
    """Report and return which rows are set aside: no course, no readable time, no consent."""
    is_homeless = course_ids.isna().to_numpy(dtype=bool)
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
    return pd.Series(mark_all(numbered(records.hashes, records.name)), dtype="str")


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
    """The participant's code where the course's roster has it, else a pseudonym of what names the person."""
    pseudonyms, codes = answers.context.pseudonyms, _codes(answers, "participant")
    if codes.notna().any():
        named = list(codes.dropna().unique())
        given = codes.map(dict(zip(named, pseudonyms.codes(named), strict=True))).astype("str")
        linked, readings = answers.context.rosters.link(given, course_ids)
        for reading, fault in PERSON_FAULTS.items():
            rows = (readings == reading).to_numpy(dtype=bool) & codes.notna().to_numpy(dtype=bool)
            answers.report(rows & kept, *fault, at=answers.column_for("participant"))
        codes = linked
    if answers.identity is None:
        return codes
    cells, kind = answers.records.columns[answers.identity], str(answers.context.settings.link_by)
    ids = cells.mapped([pseudonym or None for pseudonym in pseudonyms.of(kind, cells.texts)], "str")
    return codes.fillna(ids)


def _codes(answers: Answers, purpose: str) -> pd.Series:
    """Return the codes of a purpose, missing where the cell says nothing."""
    cells = answers.cells(purpose)
    if cells is None:
        return pd.Series(pd.NA, index=range(len(answers)), dtype="str")
    absent = {"", *(normalised(text) for text in answers.source.missing)}
    codes = [None if is_blank(text) or normalised(text) in absent else text for text in cells.texts]
    return cells.mapped(codes, "str")
