"""Arrange exports of KoboToolbox and ODK Central: names of an XLSForm or its labels, with or without groups.

A question inside groups is headed by its path (``group/question``, in ODK ``group-question``), and known by the path
and by every end of it. A question with several answers may have a column of all of them, parted by spaces, and a
column of 1 and 0 for each option (``question/option``); where the options have columns, those are read.

The time of an answer is when the server received it: the clock of a telephone proves nothing, and a form that was
filled without a connection shows up as late.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

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
from coursewaves.problems import Problem
from coursewaves.reading.columns import Cells
from coursewaves.reading.records import Records
from coursewaves.survey.wordings import is_blank

TIME_FORMS = ("Y-m-dTH:M:Sz", "Y-m-d H:M:Sz")

_OF_THE_PHONE = {
    "start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "audit", "instanceid",
    "instancename", "background-audio",
}  # fmt: skip
_KOBO = {
    "_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by", "__version__",
    "_version_", "_tags", "_index", "_geolocation", "_attachments", "_xform_id_string", "_bamboo_dataset_id",
    "formhub/uuid", "meta/instanceid", "meta/instancename", "meta/rootuuid", "meta/audit",
}  # fmt: skip
_ODK = {
    "submissiondate", "key", "submitterid", "submittername", "attachmentspresent", "attachmentsexpected", "status",
    "reviewstate", "deviceid", "edits", "formversion", "meta-instanceid", "meta-instancename", "meta-audit",
    "meta-entity",
}  # fmt: skip
_KOBO_PLACES = ("latitude", "longitude", "altitude", "precision")
_ODK_PLACES = ("Latitude", "Longitude", "Altitude", "Accuracy")
_REJECTED = {"validation_status_not_approved", "not approved", "rejected"}
_NO_ZONE = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?")
_CHOICES = {"0", "1", "true", "false", "0.0", "1.0"}


def kobo(records: Records) -> Export | None:
    """Recognise an export by the columns that KoboToolbox adds; its times are UTC.

    A row of HXL tags below the header is no record. Answers that a reviewer did not approve are counted, and a
    problem says how many there are.
    """
    keys = [cell.strip().lower() for cell in records.header]
    if not {"_uuid", "_submission_time"} <= set(keys) or "_parent_index" in keys:
        return None
    if _is_tagged(cells_at(records, 0)):
        records = without_header_rows(records, 1)
    own = {place for place, key in enumerate(keys) if key in _KOBO | _OF_THE_PHONE}
    own |= set(_kobo_places(records.header))
    records = _reviewed(_in_utc(records, keys.index("_submission_time")), keys, "_validation_status", "KoboToolbox")
    return _arranged("kobo", records, own, keys.index("_submission_time"), "/")


def odk_central(records: Records) -> Export | None:
    """Recognise an export by the columns that ODK Central adds.

    Answers that could not be decrypted are set aside; those that a reviewer rejected are counted, and a problem
    says how many there are.
    """
    keys = [cell.strip().lower() for cell in records.header]
    if keys[:1] != ["submissiondate"] or not {"key", "submitterid"} <= set(keys) or "parent_key" in keys:
        return None
    own = {place for place, key in enumerate(keys) if key in _ODK | _OF_THE_PHONE}
    own |= {place for place, cell in enumerate(records.header) if cell.rpartition("-")[2] in _ODK_PLACES}
    if "status" in keys:
        is_locked = records.columns[keys.index("status")].where(lambda text: not is_blank(text))
        seen, fix = "an encrypted answer", "export again with the passphrase"
        records = records.without(is_locked, "E-ENCRYPTED", seen, fix)
    return _arranged("odk_central", _reviewed(records, keys, "reviewstate", "ODK Central"), own, 0, "-")


def _is_tagged(cells: Sequence[str]) -> bool:
    return any(cells) and all(cell.startswith("#") for cell in cells if cell)


def _kobo_places(header: Sequence[str]) -> Iterable[int]:
    """Return the columns of a place on the map: all in one, and its four parts."""
    cells = [cell.strip() for cell in header]
    for place, cell in enumerate(cells):
        group, slash, name = cell.rpartition("/")
        parts = [f"{group}{slash}_{name}_{part}" for part in _KOBO_PLACES]
        if all(part in cells for part in parts):
            yield from [place, *map(cells.index, parts)]


def _in_utc(records: Records, place: int) -> Records:
    """Write out the zone of the server's times, which the export leaves unsaid."""

    def with_zone(text: str) -> str:
        return f"{text.strip()}Z" if _NO_ZONE.fullmatch(text.strip()) else text

    columns = list(records.columns)
    columns[place] = columns[place].changed(with_zone)
    return records._replace(columns=columns)


def _reviewed(records: Records, keys: Sequence[str], key: str, platform: str) -> Records:
    """Say how many answers a reviewer did not approve."""
    if key not in keys:
        return records
    count = int(records.columns[keys.index(key)].where(lambda text: text.strip().lower() in _REJECTED).sum())
    if not count:
        return records
    seen = f"answers that a reviewer did not approve: {count}"
    fix = f"nothing, or export without them from {platform}"
    problem = Problem(records.name, 0, "", records.header[keys.index(key)], "E-REVIEW", seen, "read as the others", fix)
    return records._replace(problems=[problem, *records.problems])


def _arranged(platform: str, records: Records, own: set[int], submitted: int, separator: str) -> Export:
    asked = [place for place in range(len(records.header)) if place not in own]
    options = _option_columns(records, asked)
    heads = {_head(records.header[place]) for place in options}
    headers = {one_line(cell) for cell in records.header}
    names = []
    for place, cell in enumerate(records.header):
        header = one_line(cell)
        if place == submitted:
            names.append(SUBMITTED_AT)
        elif place in own or (place not in options and header in heads):
            names.append(IGNORED)
        elif header.lower() in ("username", "email"):
            names.append(personal(header))
        elif place in options:
            names.append(_option(header, separator, is_sure=_head(header) in headers))
        else:
            names.append(_question(header, separator))
    return Export(platform, known_as(records, names), TIME_FORMS, " ")


def _option_columns(records: Records, asked: Sequence[int]) -> set[int]:
    """Find the columns of single options: ``question/option`` that say 1 or 0, beside others of the question.

    Without a column of all answers together a question has at least two options, and somebody answered it.
    """
    groups = defaultdict(list)
    for place in asked:
        if "/" in records.header[place]:
            groups[_head(records.header[place])].append(place)
    headers = {one_line(records.header[place]) for place in asked}
    found: set[int] = set()
    for head, places in groups.items():
        columns = [records.columns[place] for place in places]
        is_flagged = all(_is_flag(column) for column in columns)
        is_several = len(places) > 1 and any(_says(column) for column in columns)
        found |= set(places) if is_flagged and (head in headers or is_several) else set()
    return found


def _is_flag(column: Cells) -> bool:
    return bool(column.where(lambda text: is_blank(text) or text.strip().lower() in _CHOICES).all())


def _says(column: Cells) -> bool:
    return bool(column.where(lambda text: not is_blank(text)).any())


def _head(header: str) -> str:
    return one_line(header.rpartition("/")[0])


def _ends(path: str, separator: str) -> list[str]:
    """Return every end of a path, the whole first.

    >>> _ends("a/b/c", "/")
    ['a/b/c', 'b/c', 'c']
    """
    parts = path.split(separator)
    return [separator.join(parts[place:]) for place in range(len(parts))]


def _question(header: str, separator: str) -> Name:
    """Name a question: by its path, by each end of it, and as the row of the group in which it stands."""
    ends = _ends(header, separator)
    rows = [f"{end.rpartition(separator)[0]} [{ends[-1]}]" for end in ends[:-1]]
    return Name(header, tuple(end.strip() for end in [*ends[1:], *rows] if end.strip()))


def _option(header: str, separator: str, *, is_sure: bool) -> Name:
    """Name the column of one option, its question by its path and by each end of it.

    Without a column of all answers together it may as well be a question of 1 and 0 in a group, so that it is
    known as one too.
    """
    stem, _, option = (part.strip() for part in header.rpartition("/"))
    ends = [end.strip() for end in _ends(stem, separator) if end.strip()]
    first, *others = [name for end in ends for name in (f"{end} [{option}]", f"{end}/{option}")]
    alone = () if is_sure else _question(header, separator).also
    return Name(first, tuple(dict.fromkeys([*others, *(name for name in alone if name != first)])))
