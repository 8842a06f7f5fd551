"""Write the letters that are due on a day, and say which (¶12): a work folder goes in, private files come out."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from coursewaves.documents import to_docx
from coursewaves.documents.needs import needed, pandoc
from coursewaves.errors import CoursewavesError
from coursewaves.export.files import told
from coursewaves.export.xlsx import write_workbook
from coursewaves.field.files import with_plain_days
from coursewaves.letters.due_letters import (
    KINDS,
    REMINDER,
    SAMPLE,
    Known,
    Letter,
    Stream,
    Wanted,
    due_letters,
    to_invite,
)
from coursewaves.letters.index import INDEX, read_index, write_index, written_before
from coursewaves.letters.links import find_links
from coursewaves.letters.mail import Draft, email_draft, page
from coursewaves.letters.pictures import qr_code
from coursewaves.letters.words import Office, values_of
from coursewaves.pages.own_templates import Paper, Templates
from coursewaves.processed.year import Year
from coursewaves.registry.reader import read_registry
from coursewaves.registry.tables import columns_of
from coursewaves.settings.home import Home
from coursewaves.settings.unattended import plain_address
from coursewaves.system.findings import Finding
from coursewaves.system.private_files import write_private_bytes

TEMPLATES = Templates("letters", KINDS)
"""The letters whose wording an institute may replace."""


class Written(NamedTuple):
    """What was written on a day.

    Attributes
    ----------
    folder
        Where it lies.
    rows
        One is one course in one letter, see `coursewaves.letters.index.COLUMNS`.
    findings
        What had to be left out, and what to do about it.
    """

    folder: Path
    rows: list[dict[str, str]]
    findings: list[Finding]


def letters_folder(home: Home) -> Path:
    """Return where letters lie, a folder for each day: private, as the lists beside them are."""
    return home.root / "data" / "letters"


def write_letters(
    home: Home,
    wanted: Wanted,
    today: date,
    folder: Path | None = None,
    done: Callable[[Path], None] = lambda path: None,
) -> Written:
    """Write the letters that are due on a day; written again on that day, the same bytes stand there.

    Parameters
    ----------
    home
        The work folder; it needs to be loaded for reminders alone.
    wanted
        What is asked for; by default every letter that is due.
    today
        The day.
    folder
        Where the folders of the days lie; by default `letters_folder`.
    done
        Called for each file when it stands.

    Raises
    ------
    CoursewavesError
        For a wave, centre or course that there is not, a template with a fault, or a folder that can't be written to.
    """
    base = letters_folder(home) if folder is None else folder
    registry, faults = read_registry(home.registry)
    office = Office(registry, home.settings, today)
    known = Known(today, find_links(home), written_before(base, today), _responses(home, wanted))
    letters, findings = due_letters(registry, home.survey, home.settings.letters, wanted, known)
    target, lacks = base / today.isoformat(), _lacks_documents() if letters else []
    prepared = [_Prepared(home, office, letter, target, bool(wanted.courses), not lacks) for letter in letters]
    contents = {path: content for one in prepared for path, content in one.contents()}  # all faults before any file
    rows = [row for one in prepared for row in one.rows()]
    with told(target, "name another folder with --out"):
        for path, content in contents.items():
            _put(path, content)
            done(path)
        if rows:
            new = {row["file"] for row in rows}
            kept = [row for row in read_index(target / INDEX) if row["file"] not in new]
            write_index(target / INDEX, sorted([*kept, *rows], key=lambda row: (row["file"], row["course_id"])))
    remarks = [remark for one in prepared for remark in one.remarks()]
    return Written(
        target,
        rows,
        list(dict.fromkeys([*_registry_remarks(len(faults)), *TEMPLATES.look_over(home), *findings, *lacks, *remarks])),
    )


def _registry_remarks(n_faults: int) -> list[Finding]:
    what = f"faults of the registry: {n_faults}; no letter names what they set aside"
    return [Finding("warn", what, "coursewaves check")] if n_faults else []


def _lacks_documents() -> list[Finding]:
    """Say why no DOCX can be made on this machine; the drafts of e-mails need nothing for it."""
    try:
        pandoc()
        needed("tinyhtml5")
    except CoursewavesError as error:
        what, _, fix = str(error).partition("; fix: ")
        return [Finding("warn", f"drafts of e-mails alone, no DOCX: {what}", fix)]
    return []


def _responses(home: Home, wanted: Wanted) -> pd.DataFrame:
    if wanted.reminders:
        return Year(home).received
    return pd.DataFrame(columns=["instrument_id", "course_id"])


def _put(path: Path, content: bytes | pd.DataFrame) -> None:
    if isinstance(content, bytes):
        write_private_bytes(path, content)
    else:
        write_workbook({"invitations": content}, path)


class _Prepared:
    """One letter with the names of its files."""

    def __init__(
        self, home: Home, office: Office, letter: Letter, folder: Path, is_part: bool, has_document: bool
    ) -> None:
        self.home, self.office, self.letter, self.folder = home, office, letter, folder
        self.has_document = has_document
        centres = office.registry.centres
        row = centres[centres["centre_id"] == letter.centre_id].iloc[0]
        given = row["language"]
        self.language = str(given) if isinstance(given, str) else home.settings.languages[0]
        self.email = row["email"] if isinstance(row["email"], str) else ""
        end = "".join(f"_{stream.course_id}" for stream in letter.streams) if is_part else ""
        stem = f"wave{letter.instrument.wave}_{letter.centre_id}{end}"
        self.name = f"{stem}_reminder" if letter.kind == REMINDER else stem
        self.people = f"{self.name}_people.xlsx" if letter.kind == SAMPLE else ""

    def contents(self) -> Iterator[tuple[Path, bytes | pd.DataFrame]]:
        """Yield each file with its content, in words that the centre reads."""
        codes = {stream.course_id: qr_code(stream.link.url) for stream in self.letter.streams}
        documents = {}
        if self.has_document:
            filled = self._filled(lambda one: f"data:image/png;base64,{b64encode(codes[one.course_id]).decode()}")
            whole = page(filled.body, self.language, filled.title)
            documents[f"{self.name}.docx"] = to_docx(whole, self.language, filled.title)
        yield from ((self.folder / name, content) for name, content in documents.items())
        in_mail = self._filled(lambda one: f"cid:qr-{one.course_id}")
        draft = Draft(
            self._address(), self.home.settings.letters.contact.email, in_mail.title, self.language, in_mail.body,
            {f"qr-{course_id}": png for course_id, png in codes.items()}, documents,
        )  # fmt: skip
        yield self.folder / f"{self.name}.eml", email_draft(draft)
        if self.people:
            yield self.folder / self.people, self._people()

    def _filled(self, picture: Callable[[Stream], str]) -> Paper:
        values = values_of(self.letter, self.office, self.language, picture, self.people)
        return TEMPLATES.fill(self.home, self.letter.kind, self.language, values)

    def _people(self) -> pd.DataFrame:
        """Return the rows of invitations of those whom the letter asks to invite, for the centre to fill in."""
        drawn = self.office.registry.invitations
        drawn = drawn[drawn["wave"] == self.letter.instrument.wave]
        parts = [to_invite(drawn, stream.course_id, self.office.today) for stream in self.letter.streams]
        return with_plain_days(pd.concat(parts, ignore_index=True)[columns_of("invitations")])

    def _address(self) -> str:
        try:
            return plain_address(self.email)
        except ValueError:
            return ""

    def rows(self) -> Iterator[dict[str, str]]:
        """Yield the row of each course for the index."""
        instrument = self.letter.instrument
        for stream in self.letter.streams:
            days = {"opens_on": stream.opens, "due_on": stream.due, "closes_on": stream.closes}
            yield {
                "date": self.office.today.isoformat(), "wave": str(instrument.wave), "instrument_id": instrument.id,
                "kind": self.letter.kind, "language": self.language, "centre_id": self.letter.centre_id,
                "course_id": stream.course_id, "file": self.name, "email": self._address(), "link": stream.link.url,
            } | {name: day.isoformat() for name, day in days.items()}  # fmt: skip

    def remarks(self) -> Iterator[Finding]:
        """Yield what a person has to add before a letter is sent."""
        if not self._address():
            fix = "fill in email in centres.csv, as name@example.kz"
            yield Finding("warn", f"{self.letter.centre_id} has no address of e-mail; its draft has none", fix)
        contact = self.home.settings.letters.contact
        if not (contact.name or contact.phone or contact.email):
            fix = "letters: contact: name, phone, email in coursewaves.yml"
            yield Finding("warn", "no letter says whom to ask", fix)
