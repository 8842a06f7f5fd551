"""Read the workbook of Microsoft Forms, or what was saved of it as CSV, in any language.

Several answers of a cell have ``;`` between and behind them; a row of a Likert question is a column of its own.
"""

import re

from coursewaves.platforms.export import IGNORED, SUBMITTED_AT, Export, Name, all_are, known_as, one_line, personal
from coursewaves.reading.columns import Cells
from coursewaves.reading.records import Records
from coursewaves.survey.wordings import normalised

STARTS = {"start time", "время начала", "басталу уақыты", "startzeit", "heure de début", "hora de inicio"}
ENDS = {"completion time", "время выполнения", "время завершения", "аяқталу уақыты", "fertigstellungszeit",
        "heure de fin", "hora de finalización"}  # fmt: skip
"""The second and third column in some languages; in others a workbook is known by what its first columns hold."""

_ADDED = {
    "language", "last modified time", "total points", "quiz feedback", "grade posted time",
    "gesamtpunktzahl", "prüfungsfeedback", "uhrzeit der notenveröffentlichung",
}  # fmt: skip
"""Columns that may stand between the first five and the questions."""

_EMAILS = {"email", "e-mail", "адрес электронной почты", "электронная почта", "correo electrónico",
           "adresse de messagerie"}  # fmt: skip
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_ADDRESS = re.compile(r"anonymous|[^@\s]+@[^@\s]+", re.IGNORECASE)
_DASH = re.compile(r" [-–—] ")


def microsoft_forms(records: Records) -> Export | None:
    """Recognise an export by its columns of times, or by what the first four hold."""
    if len(records.header) < 4 or not (_is_named(records.header) or _is_filled(records)):
        return None
    header = [one_line(cell) for cell in records.header]
    names = [IGNORED, IGNORED, SUBMITTED_AT, *_people(records, header)]
    while len(names) < len(header) and normalised(header[len(names)]) in _ADDED:
        names.append(personal(header[len(names)]))
    names += [_question(header, place) for place in range(len(names), len(header))]
    forms = () if records.delimiter else ("Y-m-d H:M:S",)
    return Export("microsoft_forms", known_as(records, names), forms, ";")


def _people(records: Records, header: list[str]) -> list[Name]:
    """Name the columns of the address and of the name behind it; a clerk may have taken them out."""
    addresses = records.columns[3]
    if normalised(header[3]) not in _EMAILS and not all_are(addresses, _is_address):
        return []
    return [personal(header[3], "email"), *map(personal, header[4:5])]


def _is_named(header: list[str]) -> bool:
    return normalised(header[1]) in STARTS and normalised(header[2]) in ENDS


def _is_filled(records: Records) -> bool:
    """Whether a workbook begins with a number, two times in their order, and an address or ``anonymous``."""
    numbers, starts, ends, addresses = records.columns[:4]
    if records.delimiter:
        return False
    is_timed = all_are(starts, _is_time) and all_are(ends, _is_time)
    is_ordered = all(begun <= ended for begun, ended in zip(starts.values(), ends.values(), strict=True))
    return is_timed and is_ordered and _is_numbered(numbers) and all_are(addresses, _is_address)


def _is_time(text: str) -> bool:
    return _TIME.fullmatch(text) is not None


def _is_address(text: str) -> bool:
    return _ADDRESS.fullmatch(text.strip()) is not None


def _is_numbered(cells: Cells) -> bool:
    values = cells.values().tolist()
    return len(set(values)) == len(values) and all(value.isdecimal() for value in values)


def _question(header: list[str], place: int) -> Name:
    """Name a question, which may be a row behind its stem, or the points and feedback of the one before it."""
    text = header[place]
    dashes = list(_DASH.finditer(text))
    if any(text[dash.end() :] in header[max(place - 2, 0) : place] for dash in dashes):
        return personal(text)
    return Name(text, (f"{text[: dashes[-1].start()]} [{text[dashes[-1].end() :]}]",) if dashes else ())
