"""Read the exports of SurveyMonkey: two header rows, a question once and its options or rows below it.

The condensed form has one column a question, the expanded form one for each option; both are read alike.
"""

import html
import re
from collections.abc import Iterator
from itertools import pairwise

from coursewaves.platforms.export import (
    IGNORED,
    SUBMITTED_AT,
    Export,
    Name,
    cells_at,
    known_as,
    one_line,
    other_text,
    personal,
    without_header_rows,
)
from coursewaves.problems import Problem
from coursewaves.reading.records import Records

_OWN = {
    "respondentid": IGNORED,
    "collectorid": IGNORED,
    "startdate": IGNORED,
    "datecreated": IGNORED,
    "enddate": SUBMITTED_AT,
    "datemodified": SUBMITTED_AT,
    "ipaddress": IGNORED,
    "emailaddress": personal("Email Address", "email"),
    "firstname": personal("First Name"),
    "lastname": personal("Last Name"),
}
"""Columns in front of the questions, without spaces: older exports have none."""

_WHOLE = {"", "response", "open-ended response"}
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def survey_monkey(records: Records) -> Export | None:
    """Recognise an export by its first columns; the second header row is no record.

    Times are American whatever the language, and real dates in a workbook.
    """
    keys = [re.sub(r"\s", "", cell).lower() for cell in records.header]
    if keys[:2] != ["respondentid", "collectorid"] or not {"enddate", "datemodified"} & set(keys):
        return None
    n_own = next((place for place, key in enumerate(keys) if not _is_own(key)), len(keys))
    own = [_OWN.get(key) or personal(cell) for key, cell in zip(keys[:n_own], records.header, strict=False)]
    below = cells_at(records, 0)
    if _is_second_header(records, n_own):
        records = without_header_rows(records, 1)
    else:
        below = [""] * len(below)
        records = _one_header(records)
    names = [*own, *_questions(records, n_own, [_plain(cell) for cell in below])]
    return Export("survey_monkey", known_as(records, names), ("m/d/Y h:M:S p", "Y-m-d H:M:S"))


def _is_own(key: str) -> bool:
    return key in _OWN or re.fullmatch(r"customdata\d*", key) is not None


def _is_second_header(records: Records, n_own: int) -> bool:
    """Whether the first record says how questions are answered; nobody ticks every option that has no header."""
    below, after = cells_at(records, 0), cells_at(records, 1)
    if any(below[:n_own]) or not any(below):
        return False
    bare = [text for text, header in zip(below, records.header, strict=True) if not header.strip()]
    has_words = any(text.lower() in _WHOLE for text in below if text)
    return has_words or any(after[:n_own]) or (bool(bare) and all(bare))


def _one_header(records: Records) -> Records:
    """Name the columns that the missing second header row leaves without a header."""
    if all(cell.strip() for cell in records.header):
        return records
    seen, done = "columns without a header, and no second header row", "these columns are not read"
    problem = Problem(records.name, 0, "", "", "E-HEADER", seen, done, "export again with both header rows")
    return records._replace(problems=[problem, *records.problems])


def _questions(records: Records, first: int, below: list[str]) -> Iterator[Name]:
    """Name the columns of the questions, each of which reaches as far as no other begins."""
    starts = [place for place in range(first, len(below)) if records.header[place].strip()]
    yield from [Name("")] * ((starts[0] if starts else len(below)) - first)
    for start, stop in pairwise([*starts, len(below)]):
        question, is_whole = _plain(records.header[start]), below[start].lower() in _WHOLE
        yield Name(question) if is_whole else Name(f"{question} [{below[start]}]")
        for place in range(start + 1, stop):
            if is_whole and below[place]:
                yield other_text(question, below[place], records.columns[start], records.columns[place])
            else:
                yield Name(f"{question} [{below[place]}]" if below[place] else "")


def _plain(text: str) -> str:
    return one_line(html.unescape(_TAG.sub(" ", text)))
