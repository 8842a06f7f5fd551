"""Qualtrics: rows of names, wordings and import ids above the answers; times in the zone of whoever exports."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from exports.questionnaire import PEOPLE, QUESTIONS, Person, Question, as_csv, as_workbook

FIRST = {
    "StartDate": ("startDate", "Start Date", "Anfangsdatum"),
    "EndDate": ("endDate", "End Date", "Enddatum"),
    "Status": ("status", "Response Type", "Antworttyp"),
    "IPAddress": ("ipAddress", "IP Address", "IP-Adresse"),
    "Progress": ("progress", "Progress", "Aktueller Stand"),
    "Duration (in seconds)": ("duration", "Duration (in seconds)", "Dauer (in Sekunden)"),
    "Finished": ("finished", "Finished", "Beendet"),
    "RecordedDate": ("recordedDate", "Recorded Date", "Erfassungsdatum"),
    "ResponseId": ("_recordId", "Response ID", "Antwort-ID"),
    "RecipientLastName": ("recipientLastName", "Recipient Last Name", "Nachname des Empfängers"),
    "RecipientFirstName": ("recipientFirstName", "Recipient First Name", "Vorname des Empfängers"),
    "RecipientEmail": ("recipientEmail", "Recipient Email", "E-Mail des Empfängers"),
    "ExternalReference": ("externalDataReference", "External Data Reference", "Externe Datenreferenz"),
    "LocationLatitude": ("locationLatitude", "Location Latitude", "Breitengrad des Standorts"),
    "LocationLongitude": ("locationLongitude", "Location Longitude", "Längengrad des Standorts"),
    "DistributionChannel": ("distributionChannel", "Distribution Channel", "Verteilungskanal"),
    "UserLanguage": ("userLanguage", "User Language", "Benutzersprache"),
}
"""The platform's own columns: import id, wording in English and in German."""

LEGACY = ["ResponseID", "ResponseSet", "Name", "ExternalDataReference", "EmailAddress", "IPAddress", "Status",
          "StartDate", "EndDate", "Finished"]  # fmt: skip


class Column(NamedTuple):
    """One column of a question."""

    code: str
    text: str
    import_id: str


def columns_of(questions: Iterable[Question], split: bool = False, dash: str = " - ") -> Iterator[Column]:
    """The columns of the questions; options have one each where several answers are split."""
    for number, question in enumerate(questions, 1):
        code, text, qid = question.code, question.text, f"QID{number}"
        if question.kind == "grid":
            yield from (
                Column(f"{code}_{n}", f"{text}{dash}{row}", f"{qid}_{n}") for n, row in enumerate(question.parts, 1)
            )
        elif question.kind == "several":
            chosen = f"{text}{dash}Selected Choice"
            if split:
                for n, option in enumerate(question.parts, 1):
                    yield Column(f"{code}_{n}", f"{chosen}{dash}{option}", f"{qid}_{n}")
            else:
                yield Column(code, chosen, qid)
            last = len(question.parts)
            yield Column(f"{code}_{last}_TEXT", f"{text}{dash}{question.parts[-1]}{dash}Text", f"{qid}_{last}_TEXT")
        else:
            yield Column(code, text, f"{qid}_TEXT" if question.kind == "text" else qid)


def cells_of(person: Person, questions: Iterable[Question], split: bool = False) -> Iterator[str]:
    """One person's cells under `columns_of`."""
    for question in questions:
        if question.kind == "grid":
            yield from person.rows(question)
        elif question.kind == "several":
            own, other = person.options(question)
            chosen = [*own, question.parts[-1]] if other else own
            yield from (
                [option if option in chosen else "" for option in question.parts] if split else [",".join(chosen)]
            )
            yield other
        else:
            yield person.answers.get(question.code, "")


def rows_of(
    questions: Iterable[Question] = QUESTIONS, people: Iterable[Person] = PEOPLE, zone: str = "America/Denver",
    split: bool = False, labels: bool = True, language: str = "en", header_rows: int = 3, status: Any = None,
    finished: Any = None, time: Any = "{:%Y-%m-%d %H:%M:%S}".format,
) -> list[list[Any]]:  # fmt: skip
    """All rows; `status` and `finished` say otherwise of some people, by their number from 0."""
    questions = list(questions)
    columns = list(columns_of(questions, split))
    names = [*FIRST, *(column.code for column in columns)]
    texts = [own[2 if language == "de" else 1] for own in FIRST.values()] + [column.text for column in columns]
    ids = [_import_id(own[0], zone) for own in FIRST.values()] + [_import_id(column.import_id) for column in columns]
    rows: list[list[Any]] = [names, texts, ids][:header_rows]
    for number, person in enumerate(people):
        own = _own(
            number,
            person.at.astimezone(ZoneInfo({"": "Asia/Almaty", "Z": "UTC"}.get(zone, zone))),
            labels,
            status or {},
            finished or {},
        )
        own |= {name: time(own[name]) for name in ("StartDate", "EndDate", "RecordedDate")}
        rows.append([*(own.get(name, "") for name in FIRST), *cells_of(person, questions, split)])
    return rows


def _import_id(name: str, zone: str = "") -> str:
    found = {"ImportId": name} | ({"timeZone": zone} if zone and name.endswith("Date") else {})
    return json.dumps(found, separators=(",", ":"))


def _own(number: int, at: datetime, labels: bool, status: dict[int, str], finished: dict[int, bool]) -> dict[str, Any]:
    is_done = finished.get(number, True)
    return {
        "StartDate": at - timedelta(minutes=4),
        "EndDate": at,
        "Status": status.get(number, "IP Address" if labels else "0"),
        "Progress": "100" if is_done else "40",
        "Duration (in seconds)": "240",
        "Finished": str(is_done) if labels else str(int(is_done)),
        "RecordedDate": at + timedelta(seconds=1),
        "ResponseId": f"R_{number}XAbc",
        "DistributionChannel": "anonymous",
        "UserLanguage": "KK",
    }


def csv_file(**more: Any) -> bytes:
    """The CSV of today."""
    return as_csv(rows_of(**more), "\n").encode()


def tsv_file(**more: Any) -> bytes:
    """The TSV of today, which is UTF-16."""
    return as_csv(rows_of(**more), "\n", "\t").encode("utf-16")


def workbook(path: Path, **more: Any) -> Path:
    """The workbook of today, which has no row of import ids."""
    rows = rows_of(header_rows=2, time=lambda at: at, zone="", **more)
    return as_workbook(path, {"Sheet0": rows}, "yyyy-mm-dd hh:mm:ss")


def legacy_csv(questions: Iterable[Question] = QUESTIONS, people: Iterable[Person] = PEOPLE) -> bytes:
    """The CSV of before 2017: V1 to V10 above the platform's own columns, and a comma at each end."""
    questions = list(questions)
    columns = list(columns_of(questions, dash="-"))
    rows = [[f"V{n}" for n in range(1, 11)] + [column.code for column in columns] + [""]]
    rows.append([*LEGACY, *(column.text for column in columns), ""])
    for number, person in enumerate(people):
        own = _own(number, person.at, False, {}, {})
        times = [f"{own[name]:%Y-%m-%d %H:%M:%S}" for name in ("StartDate", "EndDate")]
        start = [f"R_{number}XAbc", "Default Response Set", "Anonymous", "", "", "192.0.2.7", "0", *times, "1"]
        rows.append([*start, *cells_of(person, questions), ""])
    return as_csv(rows, "\n").encode("utf-8-sig")
