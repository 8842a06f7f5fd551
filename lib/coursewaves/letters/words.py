"""Say what a letter says (¶12): a letter goes in, the values that its template may name come out, in one language."""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from markupsafe import Markup

from coursewaves.builders.words import one_line
from coursewaves.ladder import least
from coursewaves.letters.due_letters import SAMPLE, Letter, Stream
from coursewaves.phrases import Phrases
from coursewaves.registry.reader import Registry
from coursewaves.settings.home import Settings
from coursewaves.survey.instruments import Texts, wording

SIZE = 150
"""Width of a QR code in CSS pixels: 40 mm on paper."""

Picture = Callable[[Stream], str]
"""Gives the source of the picture of a course's QR code."""


class Office(NamedTuple):
    """Who writes, on which day, from which tables."""

    registry: Registry
    settings: Settings
    today: date


def values_of(letter: Letter, office: Office, language: str, picture: Picture, people_file: str = "") -> dict[str, Any]:
    """Return the values of a letter.

    Parameters
    ----------
    letter
        The letter.
    office
        Who writes it.
    language
        In which language.
    picture
        Where the picture of each QR code is found.
    people_file
        Name of the list of the drawn; empty for a letter without one.

    Returns
    -------
    dict
        ``institute``, ``centre``, ``centre_code``, ``today``, ``wave`` (its number), ``wave_name``,
        ``questionnaire``, ``least_share`` (of a sample wave), ``people_file``, ``contact`` (``name``, ``phone``,
        ``email``) and ``courses``: of each ``code``, ``title``, ``starts``, ``ends``, ``language``, ``opens``,
        ``due``, ``closes``, ``link``, ``form_code``, ``qr``, ``invited``, ``answered``. All are texts.
    """
    phrases, registry = Phrases(language), office.registry
    centres = registry.centres
    centre = centres[centres["centre_id"] == letter.centre_id].iloc[0]
    contact, share = office.settings.letters.contact, letter.instrument.least_percent
    return {
        "institute": _text(office.settings.institute, language),
        "centre": one_line(registry.title("centres", centre, language)),
        "centre_code": letter.centre_id,
        "today": phrases.day(office.today),
        "wave": str(letter.instrument.wave),
        "wave_name": phrases.say("Monitoring {wave}", wave=letter.instrument.wave),
        "questionnaire": one_line(letter.instrument.wording(language)),
        "least_share": "" if share is None else phrases.percent(share / 100),
        "people_file": people_file,
        "contact": {"name": _text(contact.name, language), "phone": contact.phone, "email": contact.email},
        "courses": [_course(letter.kind, stream, office, phrases, picture) for stream in letter.streams],
    }


def _course(kind: str, stream: Stream, office: Office, phrases: Phrases, picture: Picture) -> dict[str, Any]:
    registry, language = office.registry, phrases.language
    course = registry.course(stream.course_id)
    title = registry.title("programmes", registry.programme_of(stream.course_id), language)
    said = course["language"]
    alt = phrases.say("QR code: the questionnaire of course {course}", course=stream.course_id)
    image = '<img src="{}" alt="{}" width="{}" height="{}">'
    return {
        "code": stream.course_id,
        "title": one_line(title),
        "starts": phrases.day(course["starts_on"]),
        "ends": phrases.day(course["ends_on"]),
        "language": _spoken(said, phrases) if isinstance(said, str) else "",
        "opens": phrases.day(stream.opens),
        "due": phrases.day(stream.due),
        "closes": phrases.day(stream.closes),
        "link": stream.link.url,
        "form_code": stream.link.code,
        "qr": Markup(image).format(picture(stream), alt, SIZE, SIZE),  # noqa: S704 (its places are filled escaped)
        "invited": "" if stream.n_invited is None else _count(kind, stream.n_invited, office, phrases),
        "answered": "" if stream.n_answered is None else _count(kind, stream.n_answered, office, phrases),
    }


def _count(kind: str, n: int, office: Office, phrases: Phrases) -> str:
    """Return a count of people; who answered is not told of so few that they could be known by it."""
    fewest = least("counts", office.settings.minimum_group)
    return f"<{fewest}" if kind != SAMPLE and n < fewest else phrases.number(n)


def _spoken(language: str, phrases: Phrases) -> str:
    """Return what a language is called in the reader's, its code where nobody knows it."""
    return str(phrases.locale.languages.get(language, language))


def _text(texts: Texts, language: str) -> str:
    return one_line(wording(texts, language))
