"""Write the responses of a Moodle Feedback as its tables download them (`mod/feedback/classes/responses_table.php`).

The date is Moodle's ``userdate``, the answers are escaped as for a page, several of them stand on a line each, and a
question with a label is headed ``(label) question``.
"""

import csv
import html
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter
from babel.dates import format_datetime

HEADS = {
    "en": ("Full name", "Groups", "Date", "Response number"),
    "ru": ("Полное имя", "Группы", "Дата", "Номер ответа"),
}
DATES = {"en": "EEEE, d MMMM yyyy, hh:mm a", "ru": "EEEE, d MMMM yyyy, HH:mm"}

QUESTIONS = [("fit", "How far did it fit?"), ("", "Why did you come?"), ("", "(Optional) Anything else?")]


def responses(
    answers: Sequence[tuple[str, str, datetime, Sequence[str | Sequence[str]]]],
    *,
    language: str = "en",
    identity: Sequence[str] = ("Email address",),
    is_anonymous: bool = False,
) -> list[list[str]]:
    """Return the table of responses; an answer is name, group, time and its cells, a list where several count."""
    name, groups, date, number = HEADS[language]
    questions = [f"({label}) {text}" if label else text for label, text in QUESTIONS]
    header = [number] if is_anonymous else [name, groups, *identity, date]
    rows = []
    for place, (who, group, at, cells) in enumerate(answers, 1):
        own = [who, group, *("x@example.org" for _ in identity), format_datetime(at, DATES[language], locale=language)]
        rows.append([*([str(place)] if is_anonymous else own), *map(_shown, cells)])
    return [[*header, *questions], *rows]


def _shown(cell: str | Sequence[str]) -> str:
    text = cell if isinstance(cell, str) else "\n".join(cell)
    return html.escape(text).strip()


def write_csv(path: Path, table: Sequence[Sequence[str]]) -> Path:
    """Write a table as Moodle's CSV: commas, a BOM."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(table)
    return path


def write_xlsx(path: Path, table: Sequence[Sequence[str]]) -> Path:
    """Write a table as Moodle's XLSX, every cell a text."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Responses")
        for number, row in enumerate(table):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)
    return path
