"""Write answers as Google Forms and Google Sheets export them: codes go in, the bytes of a file come out."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import xlsxwriter

from coursewaves.survey.instruments import Instrument, Item, Option, Scale, Survey

Cell = str | list[str] | datetime

BACKGROUND = {
    1: ("course", "participant", "role", "region", "settlement", "age_band", "experience_band", "consent"),
    0: ("course", "participant", "role", "age_band", "experience_band"),
}
"""Purposes of background questions by wave; 0 stands for the later ones."""

OTHER_TEXTS = {
    "kk": ("Сертификат керек болды", "Балаларым үшін"),
    "ru": ("Нужен сертификат", "Для своих детей"),
    "en": ("I needed the certificate", "For my own children"),
}

_SHEETS = {"kk": "Форма жауаптары 1", "ru": "Ответы на форму (1)", "en": "Form Responses 1"}


@dataclass
class Submission:
    """One record of one file, and what the pipeline must make of it.

    Attributes
    ----------
    at
        Local time of submission.
    cells
        Cells in the order of the form; several answers are a list.
    outcome
        ``kept``, ``set_aside``, ``duplicate`` or ``outside_window``.
    reason
        Why it is not kept, or what is special about it.
    person
        The place of the person on the rosters.
    course_id
        The course it truly belongs to.
    is_linked
        Whether it carries the person's own code.
    invalid
        Headers of cells that hold what the scale does not know.
    """

    at: datetime
    cells: list[Cell]
    outcome: str
    reason: str
    person: int
    course_id: str
    is_linked: bool
    invalid: list[str] = field(default_factory=list)


class Question(NamedTuple):
    """One column of a form: its item, the number of its repetition (0 where it has none), and its header."""

    item: Item
    number: int
    header: str


@dataclass
class Form:
    """One form of one programme, questionnaire and language, with its submissions.

    `interface` is the language of the account that made it, in which Google heads the time and names the
    sheet. `kind` is ``forms`` (CSV from Google Forms), ``sheets`` (CSV from Google Sheets), ``excel`` (the
    same, saved again by Excel) or ``xlsx``.
    """

    programme_id: str
    instrument: Instrument
    language: str
    interface: str
    kind: str
    questions: list[Question]
    submissions: list[Submission] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Path of the file below the responses folder."""
        suffix = "xlsx" if self.kind == "xlsx" else "csv"
        return f"wave{self.instrument.wave}/{self.programme_id}_{self.instrument.id}_{self.language}.{suffix}"

    def place_of(self, purpose: str) -> int:
        """Return the position of the column with a purpose."""
        return next(place for place, one in enumerate(self.questions) if one.item.purpose == purpose)


class Wordings:
    """The texts of the survey and the registry by language, looked up once."""

    def __init__(self, survey: Survey, tables: dict[str, pd.DataFrame]) -> None:
        self.survey = survey
        self.topics = _lists(tables["topics"], "title")
        self.abilities = _lists(tables["abilities"], "text")
        self.regions = tables["regions"].set_index("region_id")
        self._options: dict[str, dict[str, Option]] = {}

    def questions(self, programme_id: str, instrument: Instrument, language: str, interface: str) -> list[Question]:
        """Return the columns of a form in their order."""
        purposes = BACKGROUND.get(instrument.wave, BACKGROUND[0])
        by_purpose = {item.purpose: item for item in self.survey.background}
        stamp = by_purpose["submitted_at"]
        found = [Question(stamp, 0, stamp.wording(interface))]
        found += [Question(by_purpose[name], 0, by_purpose[name].wording(language)) for name in purposes]
        stems = {grid.id: grid.wording(language) for grid in instrument.grids}
        for item in instrument.items:
            stem = stems.get(item.grid or "")
            for number, text in self._rows(item, programme_id, language):
                found.append(Question(item, number, f"{stem} [{text}]" if stem else text))
        return found

    def _rows(self, item: Item, programme_id: str, language: str) -> list[tuple[int, str]]:
        if item.repeat is None:
            return [(0, item.wording(language))]
        rows = (self.topics if item.repeat == "topics" else self.abilities)[programme_id, language]
        return [(number, item.wording(language).replace("{row}", row)) for number, row in enumerate(rows, 1)]

    def cell(self, scale: Scale, code: str | float | None, programme_id: str, language: str, other: str) -> Cell:
        """Return what stands in the cell of an answer; `other` is what was typed under "Other"."""
        if code is None or code == "" or code != code:  # noqa: PLR0124  (nan differs from itself)
            return ""
        if scale.kind == "number":
            return str(int(code))
        if scale.options_from is not None:
            return [self.topics[programme_id, language][int(number) - 1] for number in str(code).split("|")]
        options = self.options(scale)
        codes = [str(int(code))] if scale.is_scored else str(code).split("|")
        texts = [other if options[one].other else options[one].wording(language) for one in codes]
        return texts if scale.kind == "multiple" else texts[0]

    def options(self, scale: Scale) -> dict[str, Option]:
        """Return the options of a scale by code, "not applicable" among them."""
        if scale.id not in self._options:
            options = [*scale.options, *([scale.not_applicable] if scale.not_applicable else [])]
            self._options[scale.id] = {option.code: option for option in options}
        return self._options[scale.id]


def _lists(table: pd.DataFrame, stem: str) -> dict[tuple[str, str], list[str]]:
    ordered = table.sort_values(["programme_id", "number"])
    return {
        (str(programme_id), language): list(rows[f"{stem}_{language}"])
        for programme_id, rows in ordered.groupby("programme_id")
        for language in ("kk", "ru", "en")
    }


def write_form(form: Form, folder: Path, blank_after: int | None = None) -> None:
    """Write one file; `blank_after` is the place of a submission after which a blank row stands."""
    path = folder / form.path
    path.parent.mkdir(parents=True, exist_ok=True)
    header = [question.header for question in form.questions]
    rows: list[list[Cell]] = [one.cells for one in form.submissions]
    if blank_after is not None:
        rows = [*rows[:blank_after], [""] * len(header), *rows[blank_after:]]
    if form.kind == "xlsx":
        _write_sheet(path, header, rows, _SHEETS[form.interface])
    else:
        path.write_bytes(_csv_bytes(header, rows, form))


def _csv_bytes(header: list[str], rows: list[list[Cell]], form: Form) -> bytes:
    is_forms = form.kind == "forms"
    buffer = io.StringIO(newline="")
    writer = csv.writer(
        buffer,
        delimiter=";" if form.kind == "excel" else ",",
        quoting=csv.QUOTE_ALL if is_forms else csv.QUOTE_MINIMAL,
        lineterminator="\n" if is_forms else "\r\n",
    )
    time_text = _forms_time if is_forms else (_english_time if form.language == "en" else _local_time)
    writer.writerow(header)
    writer.writerows([_text(cell, ";" if is_forms else ", ", time_text) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig" if form.kind == "excel" else "utf-8")


def _text(cell: Cell, between: str, time_text: Callable[[datetime], str]) -> str:
    if isinstance(cell, list):
        return between.join(cell)
    return time_text(cell) if isinstance(cell, datetime) else cell


def _forms_time(at: datetime) -> str:
    """Write a time as Google Forms does: ``2025/10/10 1:29:21 PM GMT+5``."""
    offset = at.utcoffset()
    hours = int(offset.total_seconds() // 3600) if offset is not None else 0
    half = "AM" if at.hour < 12 else "PM"
    return f"{at:%Y/%m/%d} {at.hour % 12 or 12}:{at:%M:%S} {half} GMT{hours:+d}"


def _local_time(at: datetime) -> str:
    return f"{at:%d.%m.%Y} {at.hour}:{at:%M:%S}"


def _english_time(at: datetime) -> str:
    return f"{at.month}/{at.day}/{at.year} {at.hour}:{at:%M:%S}"


def _write_sheet(path: Path, header: list[str], rows: list[list[Cell]], name: str) -> None:
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "dd.mm.yyyy hh:mm:ss",
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"created": datetime(2025, 1, 1, tzinfo=UTC)})
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, header)
        for number, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(number, place, cell)
                elif cell:
                    sheet.write_string(number, place, ", ".join(cell) if isinstance(cell, list) else cell)
