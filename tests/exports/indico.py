"""Indico: the section's title before each question, ``; `` between answers, ISO times with their zone."""

from collections.abc import Iterable
from datetime import UTC
from typing import Any

from exports.questionnaire import PEOPLE, QUESTIONS, Person, Question, as_csv, cells, names


def rows_of(
    questions: Iterable[Question] = QUESTIONS, people: Iterable[Person] = PEOPLE, section: str = "After the course"
) -> list[list[str]]:
    """All rows, of people who gave no name."""
    questions = list(questions)
    prefix = f"{section}: " if section else ""
    rows = [["Submitter", "Submitter Email", "Submission Date", *(prefix + name for name in names(questions))]]
    for person in people:
        at = person.at.astimezone(UTC).replace(microsecond=265561)
        rows.append(["", "", at.isoformat(sep=" "), *cells(person, questions, "; ")])
    return rows


def csv_file(**more: Any) -> bytes:
    """The CSV of the answers, with its mark in front."""
    return as_csv(rows_of(**more)).encode("utf-8-sig")
