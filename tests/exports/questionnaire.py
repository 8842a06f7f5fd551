"""A small questionnaire and ten people who answered it, in the wordings of the survey in `small`."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter

Rows = Iterable[Iterable[Any]]


class Question(NamedTuple):
    """One question; `parts` are the options of `several` answers or the rows of a `grid`."""

    code: str
    text: str
    kind: str = "single"
    parts: tuple[str, ...] = ()


class Person(NamedTuple):
    """One person's answers by the question's code: a text, a list of options, or texts by row.

    Of several options one that is none of the question's own is what a person wrote for ``Other``.
    """

    at: datetime
    email: str
    answers: Mapping[str, Any]

    def options(self, question: Question) -> tuple[list[str], str]:
        """The question's own options that were chosen, and what was written for ``Other``."""
        chosen = self.answers.get(question.code, [])
        own = [option for option in question.parts if option in chosen]
        return own, next((text for text in chosen if text not in question.parts), "")

    def rows(self, question: Question) -> list[str]:
        """What was answered in each row of a grid."""
        return [self.answers.get(question.code, {}).get(row, "") for row in question.parts]


REASONS = ("Changes of the standard, of the programme", "Appraisal", "Other")

QUESTIONS = (
    Question("P1", "Wish"),
    Question("P2", "Reasons", "several", REASONS),
    Question("Qg", "Please rate", "grid", ("Met", "Fits")),
    Question("Q4", "Recommended", "number"),
    Question("Q5", "Comment", "text"),
)

ALMATY = timezone(timedelta(hours=5))

_GIVEN = [
    ("much", REASONS[:1], "fully", "much", "10", "Thank you"),
    ("fully", REASONS[:2], "fully", "fully", "9", 'They said "play", and we played'),
    ("medium", ["Appraisal", "curiosity"], "medium", "much", "8", "Two\nlines"),
    ("a little", ["Appraisal"], "a little", "", "0", ""),
    ("not at all", [], "not at all", "a little", "", "no; nothing, really"),
    ("", ["curiosity"], "", "", "7", "Рахмет, өте ұнады"),
    ("much", REASONS[:2], "much", "medium", "6", "Спасибо"),
    ("fully", ["Appraisal"], "fully", "not at all", "5", "-"),
    ("much", [REASONS[0], "curiosity"], "much", "much", "10", "=1+1"),
    ("medium", REASONS[:1], "much", "fully", "3", "  spaces  "),
]


def _person(number: int, given: tuple[Any, ...]) -> Person:
    wish, reasons, met, fits, recommended, comment = given
    grid = {row: text for row, text in (("Met", met), ("Fits", fits)) if text}
    answers = {"P1": wish, "P2": list(reasons), "Qg": grid, "Q4": recommended, "Q5": comment}
    at = datetime(2025, 10, 10, 8, 29, 21, tzinfo=ALMATY) + timedelta(hours=number, minutes=7 * number)
    return Person(at, f"person{number}@example.kz", answers)


PEOPLE = tuple(_person(number, given) for number, given in enumerate(_GIVEN))
"""Ten people between 8:29:21 and 18:32:21 of 10 October 2025 in Almaty, who answered in all manners."""


def names(questions: Iterable[Question]) -> Iterator[str]:
    """The header of each column where several answers share a cell and a grid has a column a row."""
    for question in questions:
        if question.kind == "grid":
            yield from (f"{question.text} [{row}]" for row in question.parts)
        else:
            yield question.text


def cells(person: Person, questions: Iterable[Question], between: str, end: str = "") -> Iterator[str]:
    """The cells under `names`, with something between several answers and behind the last."""
    for question in questions:
        if question.kind == "grid":
            yield from person.rows(question)
        elif question.kind == "several":
            own, other = person.options(question)
            chosen = [*own, other] if other else own
            yield between.join(chosen) + (end if chosen else "")
        else:
            yield person.answers.get(question.code, "")


def as_csv(rows: Rows, end: str = "\r\n", delimiter: str = ",", quote_all: bool = False) -> str:
    """Rows as CSV."""
    file = io.StringIO()
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return file.getvalue()


def as_workbook(path: Path, sheets: Mapping[str, Rows], dates: str) -> Path:
    """A workbook; times are real ones, without their zone as Excel has none."""
    options = {"default_date_format": dates, "remove_timezone": True, "strings_to_formulas": False,
               "strings_to_urls": False}  # fmt: skip
    with xlsxwriter.Workbook(path, options) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def write(path: Path, content: bytes) -> Path:
    """A file of these bytes."""
    path.write_bytes(content)
    return path
