"""Google Forms: the CSV of Forms (all quoted, the zone in each time) and the sheet's CSV and XLSX."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from exports.questionnaire import PEOPLE, QUESTIONS, Person, Question, Rows, as_csv, as_workbook, cells, names

TIMESTAMP = {"en": "Timestamp", "ru": "Отметка времени", "kk": "Уақыт белгісі", "es": "Marca temporal",
             "fr": "Horodateur", "pt": "Carimbo de data/hora", "de": "Zeitstempel"}  # fmt: skip
USERNAME = {"en": "Username", "ru": "Имя пользователя", "kk": "Пайдаланушы аты"}
EMAIL = {"en": "Email Address", "ru": "Адрес электронной почты", "kk": "Электрондық пошта мекенжайы"}
SHEET = {"en": "Form Responses 1", "ru": "Ответы на форму (1)", "kk": "Форма жауаптары 1"}
HALVES = {"es": ("a. m.", "p. m."), "zh": ("上午", "下午"), "ko": ("오전", "오후")}
LOCALES = {"ru": "{0:%d.%m.%Y} {0.hour}:{0:%M:%S}", "us": "{0.month}/{0.day}/{0.year} {0.hour}:{0:%M:%S}",
           "gb": "{0:%d/%m/%Y} {0:%H:%M:%S}", "sv": "{0:%Y-%m-%d %H:%M:%S}"}  # fmt: skip


def of_forms(person: Person, language: str = "en", zone: str = "GMT+5") -> str:
    """A time as the CSV of Forms has it; some languages write the half of the day in their own words."""
    at = person.at
    half = HALVES.get(language, ("AM", "PM"))[at.hour >= 12]
    return f"{at:%Y/%m/%d} {at.hour % 12 or 12}:{at:%M:%S} {half} {zone}"


def forms_csv(
    questions: Iterable[Question] = QUESTIONS, people: Iterable[Person] = PEOPLE, language: str = "en",
    timestamp: str = "", zone: str = "GMT+5", email: bool = False, quiz: bool = False,
) -> bytes:  # fmt: skip
    """The CSV that Forms itself gives: every cell quoted, ``;`` between answers, no mark in front."""
    questions = list(questions)
    header = [timestamp or TIMESTAMP[language], *([USERNAME[language]] if email else []), *["Total score"] * quiz]
    rows = [[*header, *_with_scores(names(questions), quiz)]]
    for person in people:
        start = [of_forms(person, language, zone), *([person.email] if email else []), *["2.00 / 6"] * quiz]
        rows.append([*start, *_scored(cells(person, questions, ";"), quiz)])
    return as_csv(rows, "\n", quote_all=True).encode()


def _with_scores(headers: Iterable[str], quiz: bool) -> list[str]:
    endings = ("", " [Score]", " [Feedback]") if quiz else ("",)
    return [header + ending for header in headers for ending in endings]


def _scored(answers: Iterable[str], quiz: bool) -> list[str]:
    return [text for answer in answers for text in ([answer, "-- / 1", ""] if quiz else [answer])]


def sheet_rows(
    questions: Iterable[Question] = QUESTIONS, people: Iterable[Person] = PEOPLE, language: str = "en",
    email: bool = False, time: Any = None,
) -> list[list[Any]]:  # fmt: skip
    """The rows of the sheet that a form fills; `time` writes a time."""
    questions = list(questions)
    rows = [[TIMESTAMP[language], *([EMAIL[language]] if email else []), *names(questions)]]
    for person in people:
        start = [time(person.at) if time else person.at, *([person.email] if email else [])]
        rows.append([*start, *cells(person, questions, ", ")])
    return rows


def sheets_csv(locale: str = "ru", **more: Any) -> bytes:
    """A sheet downloaded as CSV; times as the sheet's locale has them."""
    return as_csv(sheet_rows(time=LOCALES[locale].format, **more)).encode()


def sheets_xlsx(path: Path, language: str = "en", other: Mapping[str, Rows] | None = None, **more: Any) -> Path:
    """A sheet downloaded as a workbook, with other sheets behind it."""
    sheets = {SHEET[language]: sheet_rows(language=language, **more), **(other or {})}
    return as_workbook(path, sheets, "m/d/yyyy h:mm:ss")
