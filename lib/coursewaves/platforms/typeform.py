"""Read the results of Typeform: markup in headers, a column under its bare text for each option of several.

The question of such options is nowhere in the file: an option is known by its wording alone, where only one
question has it, and a column ``Other`` by the option before it.
"""

import html
import re

import numpy as np

from coursewaves.platforms.export import IGNORED, SUBMITTED_AT, Export, Name, known_as, one_line, other_text
from coursewaves.reading.columns import Cells, Mask
from coursewaves.reading.records import Records
from coursewaves.survey.wordings import is_blank

START, SUBMIT, TYPE = "Start Date (UTC)", "Submit Date (UTC)", "Response Type"

_OWN = {TYPE, START, "Stage Date (UTC)", "Network ID", "Tags", "Ending"}
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def typeform(records: Records) -> Export | None:
    """Recognise an export by its two columns of times in UTC; answers that were only begun are set aside."""
    header = [one_line(html.unescape(_TAG.sub("", cell))) for cell in records.header]
    if START not in header or SUBMIT not in header:
        return None
    first_own = _first_own(header)
    names = [_name(header, place, records, first_own) for place in range(len(header))]
    columns = list(records.columns)
    columns[header.index(SUBMIT)] = columns[header.index(SUBMIT)].changed(_in_utc)
    found = known_as(records._replace(columns=columns), names)
    seen, fix = "an answer that was begun and not submitted", "nothing"
    found = found.without(_is_begun(records, header, first_own), "E-UNFINISHED", seen, fix)
    return Export("typeform", found, ("Y-m-d H:M:S z",))


def _first_own(header: list[str]) -> int:
    """Return where the columns behind the questions begin."""
    start = header.index(START)
    return start - 1 if header[:start][-1:] == [TYPE] else start


def _name(header: list[str], place: int, records: Records, first_own: int) -> Name:
    text = header[place]
    if text == SUBMIT:
        return SUBMITTED_AT
    if (place == 0 and text == "#") or (place >= first_own and text in _OWN):
        return IGNORED
    if text != "Other" or place == 0:
        return Name(text)
    before, cells = header[place - 1], records.columns[place - 1]
    if _is_option(before, cells):
        return Name(f"Other [{before}]")
    return other_text(before, text, cells, records.columns[place])


def _is_option(header: str, cells: Cells) -> bool:
    """Whether a column says nothing but its own header."""
    return all(is_blank(text) or one_line(text) == header for text in cells.texts)


def _in_utc(text: str) -> str:
    return text if is_blank(text) else f"{text.strip()} UTC"


def _is_begun(records: Records, header: list[str], first_own: int) -> Mask:
    if header[first_own] != TYPE:
        return np.zeros(len(records.numbers), dtype=bool)
    return records.columns[first_own].where(lambda text: not is_blank(text) and text.strip().lower() != "completed")
