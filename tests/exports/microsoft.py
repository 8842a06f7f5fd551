"""Microsoft Forms: a workbook with real times, ``;`` between and behind several answers, a column a Likert row."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from exports.questionnaire import PEOPLE, QUESTIONS, Person, Question, as_csv, as_workbook, cells

FIRST = {
    "en": ["ID", "Start time", "Completion time", "Email", "Name", "Last modified time"],
    "ru": ["ID", "Время начала", "Время выполнения", "Адрес электронной почты", "Имя"],
    "de": ["ID", "Startzeit", "Fertigstellungszeit", "E-Mail", "Name"],
    "es": ["Id", "Hora de inicio", "Hora de finalización", "Correo electrónico", "Nombre"],
    "xx": ["Nr", "Begin", "Finit", "Mesaĝo", "Nomo"],
}
"""Names of the first columns by language; the last is none that a table could list."""


def rows_of(
    questions: Iterable[Question] = QUESTIONS, people: Iterable[Person] = PEOPLE, language: str = "en",
    quiz: bool = False, anonymous: bool = False,
) -> list[list[Any]]:  # fmt: skip
    """The rows of the workbook; questions end in a space that does not break, as the platform leaves them."""
    questions = list(questions)
    first = [*FIRST[language], *(["Total points", "Quiz feedback"] if quiz else [])]
    rows: list[list[Any]] = [[*first, *_headers(questions, quiz)]]
    for number, person in enumerate(people, 1):
        who = ["anonymous", ""] if anonymous else [person.email, f"Person {number}"]
        start = [number, person.at - timedelta(minutes=4), person.at, *who]
        start += [""] * (len(first) - len(start))
        given = _numbers(cells(person, questions, ";", ";"))
        rows.append([*start, *(cell for text in given for cell in ([text, "", ""] if quiz else [text]))])
    return rows


def _headers(questions: Iterable[Question], quiz: bool) -> Iterator[str]:
    for question in questions:
        for text in question.parts if question.kind == "grid" else (question.text,):
            yield f"{text}\xa0"
            yield from (f"{what} - {text}\xa0" for what in (("Points", "Feedback") if quiz else ()))


def _numbers(texts: Iterable[str]) -> Iterator[str | int]:
    """Numbers are numbers in the workbook."""
    yield from (int(text) if text.isdecimal() else text for text in texts)


def workbook(path: Path, **more: Any) -> Path:
    """The workbook that "Open in Excel" gives."""
    return as_workbook(path, {"Sheet1": rows_of(**more)}, "m/d/yy h:mm:ss")


def saved_csv(form: str = "{0.month}/{0.day}/{0:%y} {0.hour}:{0:%M:%S}", **more: Any) -> bytes:
    """The workbook saved as "CSV UTF-8" by an American Excel, or with times in another form."""
    head, *people = rows_of(**more)
    rows = [[number, form.format(start), form.format(end), *rest] for number, start, end, *rest in people]
    return as_csv([head, *rows]).encode("utf-8-sig")
