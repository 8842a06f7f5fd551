"""Find where the participants of each course answer (¶12): the maps of built forms go in, tried links come out."""

from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from coursewaves.builders import FormMap, course_links, forms_folder, read_form_maps
from coursewaves.intake.check_digits import SEPARATOR, checked
from coursewaves.settings.home import Home

LONGEST = 1500
"""Signs of a link that a QR code on a sheet of paper can still hold so that a phone reads it."""


class Link(NamedTuple):
    """The link of a form for one course.

    Attributes
    ----------
    url
        Where it leads.
    code
        What the form has filled in as the course.
    fault
        Why it is not to be passed on; empty where it is sound.
    """

    url: str
    code: str
    fault: str = ""


Links = dict[tuple[str, str], Link]
"""By course and questionnaire."""


def find_links(home: Home) -> Links:
    """Return the link of each course and questionnaire of a work folder, each held against its course.

    Raises
    ------
    CoursewavesError
        Where a file that calls itself a form's map is none.
    """
    maps = read_form_maps(forms_folder(home))
    codes = _codes(maps)
    return {(course_id, instrument_id): _tried(course_id, url, codes[course_id, instrument_id, url])
            for course_id, instrument_id, url in course_links(maps)}  # fmt: skip


def _codes(maps: list[FormMap]) -> dict[tuple[str, str, str], str]:
    return {(link.course, one.instrument, link.url): link.code for one in maps for link in one.links}


def _tried(course_id: str, url: str, code: str) -> Link:
    """Hold a link against its course: answers that it brings must come home to this course and no other."""
    typed = checked(code)
    carried = [value for _, value in parse_qsl(urlsplit(url).query)]
    if typed.status == "wrong" or (typed.code if SEPARATOR in code else code) != course_id:
        return Link(url, code, "the form's map gives it the code of another course")
    if code not in carried:
        return Link(url, code, "the link does not carry the course's code")
    if len(url) > LONGEST:
        return Link(url, code, "the link is too long for a QR code")
    return Link(url, code)
