"""Read the exports of Qualtrics: three header rows of names, wordings and import ids; two in older ones and workbooks.

A row of a matrix and an option of several have ``_1``, ``_2`` behind the name of their question, and their wording
behind that of the question. Previews, test answers and answers that were not finished are set aside.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from itertools import takewhile
from typing import NamedTuple

import numpy as np

from coursewaves.platforms.export import (
    IGNORED,
    SUBMITTED_AT,
    Export,
    Name,
    cells_at,
    known_as,
    one_line,
    personal,
    without_header_rows,
)
from coursewaves.reading.columns import Mask
from coursewaves.reading.records import Records
from coursewaves.survey.wordings import is_blank

TIMES = ("EndDate", "RecordedDate", "StartDate")
"""Columns that tell when an answer was given, the best first."""

_OWN = {
    "StartDate": IGNORED,
    "EndDate": IGNORED,
    "RecordedDate": IGNORED,
    "Status": IGNORED,
    "IPAddress": IGNORED,
    "Progress": IGNORED,
    "Duration (in seconds)": IGNORED,
    "Finished": IGNORED,
    "ResponseId": IGNORED,
    "ResponseID": IGNORED,
    "ResponseSet": IGNORED,
    "LocationLatitude": IGNORED,
    "LocationLongitude": IGNORED,
    "LocationAccuracy": IGNORED,
    "DistributionChannel": IGNORED,
    "UserLanguage": Name("language"),
    "RecipientLastName": personal("RecipientLastName"),
    "RecipientFirstName": personal("RecipientFirstName"),
    "RecipientEmail": personal("RecipientEmail", "email"),
    "ExternalReference": personal("ExternalReference"),
    "Name": personal("Name"),
    "EmailAddress": personal("EmailAddress", "email"),
    "ExternalDataReference": personal("ExternalDataReference"),
}
"""Names of the platform's own columns, the same in every language."""

_COMMON = {"Status", "Progress", "Finished", "Name"}
_PREVIEWS = {"1", "2", "9", "17", "256"}
_IMPORT_ID = re.compile(r'\{"ImportId":".*\}', re.DOTALL)
_MOST_LETTERS = 1000
"""Letters of one import id; more of them are not read as one."""

_PART = re.compile(r"(?:[_#]\d+)+$")
_ASIDE = ("_TEXT", "_NPS_GROUP")
"""What was written beside an option, and what the platform makes of a recommendation."""

_CHOICE = " - Selected Choice"


class Layout(NamedTuple):
    """The header rows of an export.

    Attributes
    ----------
    codes
        Name of each column, as the platform calls it.
    texts
        Wording of each column on one line; its name where the export has no wordings.
    ids
        What the third header row says of each column; empty where there is none.
    n_rows
        How many header rows stand below the first.
    """

    codes: list[str]
    texts: list[str]
    ids: list[dict[str, str]]
    n_rows: int


def qualtrics(records: Records) -> Export | None:
    """Recognise an export by its row of import ids, or by the names of its first columns."""
    layout = _layout(records)
    if layout is None:
        return None
    records = without_header_rows(records, layout.n_rows)
    at = next((layout.codes.index(name) for name in TIMES if name in layout.codes), None)
    names = [SUBMITTED_AT if place == at else name for place, name in enumerate(_names(layout))]
    zone = layout.ids[at].get("timeZone", "") if at is not None and layout.ids else ""
    columns = list(records.columns)
    if at is not None and zone:
        columns[at] = columns[at].changed(lambda text: _in_zone(text, zone))
    found = _finished(known_as(records._replace(columns=columns), names), layout.codes)
    return Export("qualtrics", found, ("Y-m-d H:M:S z",) if zone else ("Y-m-d H:M:S",), ",")


def _layout(records: Records) -> Layout | None:
    """Return the header rows, None where the file is not of the platform."""
    header = [cell.strip() for cell in records.header]
    rows = [cells_at(records, index) for index in range(2)]
    at = next((index for index, row in enumerate(rows) if _are_ids(row)), None)
    if at is not None:
        texts = rows[0] if at == 1 else header
        ids = [json.loads(cell) if cell else {} for cell in rows[at]]
        return Layout(header, [one_line(text) for text in texts], ids, at + 1)
    if _n_own(rows[0]) >= 4:  # the oldest exports: V1, V2 above the names of the platform's own columns
        codes = [below if below in _OWN else code for code, below in zip(header, rows[0], strict=True)]
        return Layout(codes, [one_line(text) for text in rows[0]], [], 1)
    if _n_own(header) < 4:
        return None
    if _are_wordings(header, rows[0]):
        return Layout(header, [one_line(text) for text in rows[0]], [], 1)
    return Layout(header, header, [], 0)


def _are_ids(row: list[str]) -> bool:
    given = [cell for cell in row if cell]
    return bool(given) and all(map(_is_id, given))


def _is_id(cell: str) -> bool:
    if _IMPORT_ID.fullmatch(cell) is None or len(cell) > _MOST_LETTERS:
        return False
    try:
        return isinstance(json.loads(cell)["ImportId"], str)
    except ValueError:
        return False


def _n_own(row: list[str]) -> int:
    """Count the names that no other table would have."""
    return len((set(row) & set(_OWN)) - _COMMON)


def _are_wordings(header: list[str], row: list[str]) -> bool:
    """Whether the row below the header holds words where an answer has its time, or else its id."""
    times = [cell for code, cell in zip(header, row, strict=True) if code in TIMES and cell]
    if times:
        return all(cell[0].isalpha() for cell in times)
    ids = [cell for code, cell in zip(header, row, strict=True) if code == "ResponseId" and cell]
    return any(not cell.startswith("R_") for cell in ids)


def _names(layout: Layout) -> list[Name]:
    """Name every column: by the platform's meaning, or by its wording and its name."""
    stems = _stems(layout)
    return [
        _OWN[code] if _is_own(layout, place) else _question(code, layout.texts[place], stems[place])
        for place, code in enumerate(layout.codes)
    ]


def _is_own(layout: Layout, place: int) -> bool:
    """Whether a column is the platform's; a question may have been given the name of one."""
    import_id = layout.ids[place].get("ImportId", "") if layout.ids else ""
    return layout.codes[place] in _OWN and not import_id.startswith("QID")


def _stems(layout: Layout) -> list[str]:
    """Return the question's part of each wording; empty where a column is a whole question."""
    groups: dict[str, list[int]] = defaultdict(list)
    for place, code in enumerate(layout.codes):
        import_id = layout.ids[place].get("ImportId", "") if layout.ids else code
        if _PART.search(import_id) and not _is_own(layout, place) and not code.endswith(_ASIDE):
            groups[_PART.sub("", import_id)].append(place)
    stems = [""] * len(layout.codes)
    for places in groups.values():
        shared = _shared([layout.texts[place] for place in places])
        for place in places:
            before, choice, _ = layout.texts[place].partition(f"{_CHOICE} - ")
            stems[place] = before if choice else shared
    return stems


def _shared(texts: list[str]) -> str:
    """Return what stands before a dash in every wording of one question, as far as all agree."""
    sign = next((sign for sign in (" - ", "-") if all(sign in text for text in texts)), "")
    if not sign:
        return ""
    parts = [text.split(sign)[:-1] for text in texts]
    same = takewhile(lambda pieces: len(set(pieces)) == 1, zip(*parts, strict=False))
    return sign.join(pieces[0] for pieces in same)


def _question(code: str, text: str, stem: str) -> Name:
    if code.endswith(_ASIDE):
        return Name(text, (code, "ignore"))
    if not stem:
        return Name(text.removesuffix(_CHOICE), (code,))
    row = re.sub(r"^\s*-\s*", "", text[len(stem) :].removeprefix(_CHOICE))
    return Name(f"{stem} [{row}]", (code,))


def _in_zone(text: str, zone: str) -> str:
    return text if is_blank(text) else f"{text.strip()} {'UTC' if zone == 'Z' else zone}"


def _finished(records: Records, codes: list[str]) -> Records:
    """Set aside what is no answer of a participant, and what was left before its end."""
    is_preview = _where(records, codes, "Status", _is_preview)
    seen, fix = "a preview, or an answer that the platform made to test", "nothing; or export without them"
    rest = records.without(is_preview, "E-PREVIEW", seen, fix)
    is_left = _where(rest, codes, "Finished", lambda text: text.strip().lower() in ("false", "0"))
    is_left |= _where(rest, codes, "Progress", lambda text: re.fullmatch(r"\d{1,2}", text.strip()) is not None)
    return rest.without(is_left, "E-UNFINISHED", "an answer that was left before its end", "nothing")


def _is_preview(text: str) -> bool:
    key = text.strip().lower()
    return key in _PREVIEWS or "preview" in key or key in ("survey test", "synthetic")


def _where(records: Records, codes: list[str], code: str, holds: Callable[[str], bool]) -> Mask:
    if code not in codes:
        return np.zeros(len(records.numbers), dtype=bool)
    return records.columns[codes.index(code)].where(holds)
