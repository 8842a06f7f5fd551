"""Arrange the responses of a Moodle Feedback, as its table of responses is downloaded.

The analysis that Moodle exports to Excel holds counts and no answers; it is no export in this sense.
"""

import html
import re
from collections.abc import Sequence

from coursewaves.platforms.export import IGNORED, SUBMITTED_AT, Export, Name, known_as, one_line, personal
from coursewaves.reading.columns import Cells
from coursewaves.reading.records import Records
from coursewaves.survey.wordings import is_blank, normalised

TIME_FORMS = ("A, d B Y, h:M p", "A, d B Y, H:M")

GROUPS = {"groups", "группы", "топтар", "gruppen"}
COURSE = {"course", "курс", "kurs"}
DATE = {"date", "дата", "күні", "datum"}
RESPONSE_NUMBER = {"response number", "номер ответа", "жауап нөмірі", "antwort nr"}
"""Headers of what Moodle adds, normalised, in English, Russian, Kazakh and German."""

_LONG_DATE = re.compile(r"[^\W\d]+, .*\b\d{4}\b.*\b\d{1,2}:\d{2}\b.*", re.DOTALL)
_LABELLED = re.compile(r"\(([^()]+)\) (\S.*)", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def moodle(records: Records) -> Export | None:
    """Recognise responses by their first columns: name, groups and date, or the number of an anonymous response.

    A question's label in brackets is its code. Several answers of a cell stand on a line each. Who answered, and
    in which group, is read only where an institute's own item names that column.
    """
    own = _named(records) or _anonymous(records)
    if not own:
        return None
    names = [*own, *map(_question, records.header[len(own) :])]
    columns = [*records.columns[: len(own)], *map(_unescaped, records.columns[len(own) :])]
    return Export("moodle", known_as(records._replace(columns=columns), names), TIME_FORMS, "\n")


def _named(records: Records) -> list[Name]:
    """Name the columns in front of the questions: who, groups, what the site shows of a person, the date."""
    keys = [normalised(cell) for cell in records.header]
    dates = [place for place, key in enumerate(keys) if key in DATE]
    if len(keys) < 3 or keys[1] not in GROUPS or not dates:
        return []
    days = records.columns[dates[0]]
    if not days.where(lambda text: is_blank(text) or _LONG_DATE.fullmatch(text.strip()) is not None).all():
        return []
    return [*_own(records.header[: dates[0]], keys), SUBMITTED_AT]


def _anonymous(records: Records) -> list[Name]:
    keys = [normalised(cell) for cell in records.header]
    if not {*keys[:1]} & RESPONSE_NUMBER or not records.columns[0].where(lambda text: text.strip().isdecimal()).all():
        return []
    return [IGNORED, *_own(records.header[1:2], keys[1:2])] if keys[1:2] and keys[1] in COURSE else [IGNORED]


def _own(header: Sequence[str], keys: Sequence[str]) -> list[Name]:
    return [Name("course") if key in COURSE else personal(cell) for cell, key in zip(header, keys, strict=False)]


def _question(header: str) -> Name:
    """Take the label off a question; one that begins in brackets of its own is known whole, too."""
    text = one_line(html.unescape(_TAG.sub(" ", header)))
    match = _LABELLED.fullmatch(text)
    return Name(match[2], (text, match[1])) if match else Name(text)


def _unescaped(cells: Cells) -> Cells:
    """Undo what Moodle does to the answers for a page: ``&amp;`` for ``&``."""
    return cells.changed(lambda text: html.unescape(text).strip() if "&" in text else text)
