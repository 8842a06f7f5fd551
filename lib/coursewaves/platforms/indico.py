"""Read the answers to a survey of Indico: ``Section: Question`` in each header, times with their zone."""

import re

from coursewaves.platforms.export import SUBMITTED_AT, Export, Name, known_as, one_line, personal
from coursewaves.reading.records import Records

_OWN = {
    "Submitter": personal("Submitter"),
    "Submitter Email": personal("Submitter Email", "email"),
    "Submission Date": SUBMITTED_AT,
}
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")


def indico(records: Records) -> Export | None:
    """Recognise an export by its first columns, ``Submitter`` and ``Submission Date``."""
    header = [cell.strip() for cell in records.header]
    if header[:1] != ["Submitter"] or "Submission Date" not in header[1:4]:
        return None
    place = header.index("Submission Date")
    names = [_OWN[text] if text in _OWN and at <= place else _question(text) for at, text in enumerate(header)]
    has_zone = records.columns[place].where(lambda text: _TIME.fullmatch(text.strip()) is not None)
    forms = ("Y-m-d H:M:Sz",) if has_zone.any() else ()
    return Export("indico", known_as(records, names), forms, ";")


def _question(header: str) -> Name:
    """Take the section's title off; a section without one leaves a question whole, which may hold a colon too."""
    text = one_line(header)
    _, colon, question = text.partition(": ")
    return Name(question, (text,)) if colon else Name(text)
