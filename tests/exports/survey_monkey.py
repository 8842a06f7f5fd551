"""SurveyMonkey: two header rows, a question once and its options or rows below; American times with AM and PM."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from exports.questionnaire import PEOPLE, QUESTIONS, Person, Question, as_csv, as_workbook

FIRST = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name",
         "Last Name", "Custom Data 1"]  # fmt: skip


def american(at: datetime) -> str:
    """10/10/2025 01:29:21 PM."""
    return f"{at:%m/%d/%Y %I:%M:%S %p}"


def rows_of(
    questions: Iterable[Question] = QUESTIONS, people: Iterable[Person] = PEOPLE, time: Any = american,
    condensed: bool = False, numeric: bool = False, second_row: bool = True,
) -> list[list[Any]]:  # fmt: skip
    """All rows; in the condensed form several answers share a cell, as numbers an option is 1."""
    questions = list(questions)
    above, below = [*FIRST], [""] * len(FIRST)
    for question in questions:
        parts = _parts(question, condensed)
        above += [question.text, *[""] * (len(parts) - 1)]
        below += parts
    rows: list[list[Any]] = [above, below] if second_row else [above]
    for number, person in enumerate(people):
        start = [114000000000 + number, 460000001, time(person.at - timedelta(minutes=4)), time(person.at)]
        given = [cell for question in questions for cell in _cells(person, question, condensed, numeric)]
        rows.append([*start, "192.0.2.7", "", "", "", "", *given])
    return rows


def _parts(question: Question, condensed: bool) -> list[str]:
    if question.kind == "grid" or (question.kind == "several" and not condensed):
        return list(question.parts)
    return ["Open-Ended Response" if question.kind == "text" else "Response"]


def _cells(person: Person, question: Question, condensed: bool, numeric: bool) -> Iterator[str]:
    if question.kind == "grid":
        yield from person.rows(question)
    elif question.kind != "several":
        yield person.answers.get(question.code, "")
    else:
        own, other = person.options(question)
        if condensed:
            yield ", ".join([*own, *([other] if other else [])])
            return
        for option in question.parts[:-1]:
            yield ("1" if numeric else option) if option in own else ""
        yield other


def csv_file(**more: Any) -> bytes:
    """The CSV of "All responses data"."""
    return as_csv(rows_of(**more), "\n").encode()


def workbook(path: Path, **more: Any) -> Path:
    """The workbook of "All responses data"; times are real ones."""
    return as_workbook(path, {"Sheet": rows_of(time=lambda at: at, **more)}, "mm/dd/yyyy hh:mm:ss AM/PM")
