"""Typeform: markup in headers, the bare text of an option above its column, times in UTC."""

from collections.abc import Iterable, Iterator
from datetime import UTC, timedelta
from typing import Any

from exports.questionnaire import PEOPLE, QUESTIONS, Person, Question, as_csv

LAST = ["Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Submit Date (UTC)", "Network ID", "Tags", "Ending"]
LAST_OF_2018 = ["Start Date (UTC)", "Submit Date (UTC)", "Network ID"]


def rows_of(
    questions: Iterable[Question] = QUESTIONS, people: Iterable[Person] = PEOPLE, year: int = 2025,
    begun: Iterable[int] = (),
) -> list[list[str]]:  # fmt: skip
    """All rows; the people numbered in `begun` left before the end."""
    questions = list(questions)
    last = LAST if year > 2020 else LAST_OF_2018
    rows = [["#", *(header for question in questions for header in _headers(question)), *last]]
    for number, person in enumerate(people):
        end = person.at.astimezone(UTC)
        is_done = number not in set(begun)
        start, stop = (f"{at:%Y-%m-%d %H:%M:%S}" for at in (end - timedelta(minutes=4), end))
        own = {
            "Response Type": "completed" if is_done else "started",
            "Start Date (UTC)": start,
            "Stage Date (UTC)": "" if is_done else stop,
            "Submit Date (UTC)": stop if is_done else "",
            "Network ID": "938f4331f1",
        }
        given = [cell for question in questions for cell in _cells(person, question)]
        rows.append([f"hefupfub{number}", *given, *(own.get(name, "") for name in last)])
    return rows


def _headers(question: Question) -> list[str]:
    if question.kind == "several":
        return list(question.parts)
    if question.kind == "grid":
        return [f"<strong>{row}</strong>" for row in question.parts]
    return [f"<strong>{question.text}</strong>&nbsp;"]


def _cells(person: Person, question: Question) -> Iterator[str]:
    if question.kind == "several":
        own, other = person.options(question)
        yield from (option if option in own else "" for option in question.parts[:-1])
        yield other
    elif question.kind == "grid":
        yield from person.rows(question)
    else:
        yield person.answers.get(question.code, "")


def csv_file(**more: Any) -> bytes:
    """The CSV of the results."""
    return as_csv(rows_of(**more), "\n").encode()
