"""Read what a built Google form says of itself: files ``*.form_map.json`` go in, links and known headers come out.

A form lives longer than its wordings. Its map keeps the headers that it was built with, so that a question that is
worded otherwise today is still known in yesterday's form.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coursewaves.errors import CoursewavesError
from coursewaves.intake.header_book import Alias, HeaderBook
from coursewaves.survey.wordings import normalised

SUFFIX = ".form_map.json"
"""How the name of a map ends, as the script writes it."""

MOST_BYTES = 5_000_000


class Asked(BaseModel):
    """One column of a form: its question, the language of its wording, Google's own id and its header."""

    model_config = ConfigDict(frozen=True)

    item: str
    language: str
    google_id: int
    header: str


class Link(BaseModel):
    """The link of a form with a course filled in."""

    model_config = ConfigDict(frozen=True)

    course: str
    code: str
    url: str = Field(pattern=r"^https://[^\s<>\"']+$")


class FormMap(BaseModel):
    """What the script writes down when it has built a form; further entries are no fault."""

    model_config = ConfigDict(frozen=True)

    version: int = Field(ge=1, le=1)
    form: str
    instrument: str
    google_id: str
    url: str
    items: list[Asked]
    links: list[Link]


class CourseLink(NamedTuple):
    """Where the participants of a course find a questionnaire (¶12)."""

    course_id: str
    instrument_id: str
    url: str


def read_form_map(path: Path) -> FormMap:
    """Read one map.

    Raises
    ------
    CoursewavesError
        Where the file is none.
    """
    again = "save the file again as the script wrote it to Google Drive"
    if path.stat().st_size > MOST_BYTES:
        raise CoursewavesError(f"Can't read {path.name}: it is too long for a form's map; fix: {again}.")
    try:
        return FormMap.model_validate(json.loads(path.read_bytes().decode("utf-8-sig")))
    except ValidationError as error:
        fields = ", ".join(dict.fromkeys(".".join(map(str, one["loc"])) or "the file" for one in error.errors()[:5]))
        raise CoursewavesError(
            f"Can't read {path.name}: {fields} is not as the script writes it; fix: {again}."
        ) from None
    except (ValueError, RecursionError):
        raise CoursewavesError(f"Can't read {path.name}: it is no JSON in UTF-8; fix: {again}.") from None


def read_form_maps(folder: Path) -> list[FormMap]:
    """Read all maps of a folder in the order of their names; a folder that is not there holds none."""
    return [read_form_map(path) for path in sorted(folder.glob(f"*{SUFFIX}"))]


def form_aliases(maps: Iterable[FormMap], book: HeaderBook) -> list[Alias]:
    """Return the headers of built forms that no wording has any more, as other names of their questions.

    Topics and abilities are left out: their number in one programme is none of another's.
    """
    found: dict[Alias, None] = {}
    for one in maps:
        if one.instrument not in book.survey.by_id["instruments"]:
            continue
        known = book.of(one.instrument)
        for asked in one.items:
            means = known.get(normalised(asked.item))
            if means is not None and not means.row_text and normalised(asked.header) not in known:
                found[Alias(one.instrument, asked.header, asked.item)] = None
    return list(found)


def course_links(maps: Iterable[FormMap]) -> list[CourseLink]:
    """Return the link of each course and questionnaire; of several forms that for the fewest courses counts."""
    particular = sorted(maps, key=lambda one: -len(one.links))
    links = {(link.course, one.instrument): link.url for one in particular for link in one.links}
    return [CourseLink(*key, url) for key, url in sorted(links.items())]
