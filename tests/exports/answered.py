"""Ten people who answer a form, by code: what every platform's export of them must come back as."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from coursewaves.builders.form import Form, Question
from coursewaves.intake.forms import BACKGROUND
from coursewaves.intake.responses import Intake, read_responses
from coursewaves.load import disguised
from coursewaves.privacy.pseudonyms import Pseudonyms
from coursewaves.registry.reader import Registry
from coursewaves.settings.home import Settings
from coursewaves.survey.instruments import Survey

ALMATY = timezone(timedelta(hours=5))
PSEUDONYMS = Pseudonyms(b"thirty-two bytes, not secret now")
N_PEOPLE = 10


class Person(NamedTuple):
    """One person: when the form was sent off, in which language, for which course, and every answer by code.

    Several choices are a list of codes; what is not in `codes` was left blank.
    """

    at: datetime
    language: str
    course_id: str
    codes: dict[str, Any]


def people(form: Form, survey: Survey, registry: Registry) -> list[Person]:
    """Ten people in the order of time and in all languages, who choose every answer in turn and leave some blank."""
    window = survey.instrument(form.instrument_id).window
    found = []
    for number in range(N_PEOPLE):
        course_id, code = form.courses[number % len(form.courses)]
        day = registry.course(course_id)[window.anchor] + timedelta(days=window.due)
        at = datetime(day.year, day.month, day.day, 9, 0, 5, tzinfo=ALMATY) + timedelta(minutes=37 * number)
        language = form.languages[number % len(form.languages)]
        own = {"course": code, "language": language, "consent": "yes"}
        roster = registry.participants[registry.participants["course_id"] == course_id]["participant_id"]
        own["participant"] = str(roster.iloc[number]) if len(roster) > number else ""
        codes = {one.id: own.get(one.purpose) or _answer(one, number, place)
                 for place, one in enumerate(form.questions())}  # fmt: skip
        found.append(Person(at, language, course_id, {name: value for name, value in codes.items() if value}))
    return sorted(found, key=lambda one: one.at)


def _answer(question: Question, number: int, place: int) -> Any:
    if not question.is_required and (number + place) % 7 == 0:
        return ""
    if question.kind in ("line", "text"):
        return f"жауап {'абвгдежзик'[number]}"
    codes = [choice.code for choice in question.choices] or [str(question.low + number)]
    if question.kind == "several":
        limit = question.at_most or len(codes)
        return sorted({codes[(number + place) % len(codes)], codes[number % len(codes)]}, key=codes.index)[:limit]
    return codes[(number + place) % len(codes)]


def expected(form: Form, survey: Survey, found: list[Person]) -> pd.DataFrame:
    """What the intake must make of them: one row a person in the order of time."""
    columns: dict[str, list[Any]] = {"course_id": [one.course_id for one in found]}
    for question in form.questions():
        given = [one.codes.get(question.id) for one in found]
        column = BACKGROUND.get(question.purpose, "" if question.purpose else question.id)
        if not column:
            continue
        is_scored = not question.purpose and survey.scale_of(question.id).is_scored
        texts = ["|".join(value) if isinstance(value, list) else value for value in given]
        columns[column] = [None if text is None else float(text) if is_scored else text for text in texts]
    return pd.DataFrame(columns)


def load(folder: Path, survey: Survey, registry: Registry) -> Intake:
    """Read a folder of exports without any alias or setting."""
    return read_responses(folder, survey, disguised(registry, PSEUDONYMS), Settings(), PSEUDONYMS)


def differences(intake: Intake, form: Form, survey: Survey, found: list[Person]) -> list[str]:
    """Name every cell that came back otherwise than it was given."""
    wanted = expected(form, survey, found)
    came = intake.responses.sort_values(["submitted_at", "row"], ignore_index=True)
    if len(came) != len(wanted):
        return [f"{len(came)} forms of {len(wanted)}"]
    faults = [f"no column {name}" for name in wanted if name not in came]
    for name in wanted.columns.intersection(came.columns):
        pairs = zip(wanted[name], came[name], strict=True)
        faults += [f"{name}, person {row}: {given!r} came as {back!r}" for row, (given, back) in enumerate(pairs)
                   if not (given == back or (pd.isna(given) and pd.isna(back)))]  # fmt: skip
    return faults
