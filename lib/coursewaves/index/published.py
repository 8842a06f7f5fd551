"""Gather what is published: the manifest goes in, the pages of each subject come out."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale

from coursewaves.kinds import KINDS
from coursewaves.phrases import Phrases
from coursewaves.publishing.manifest import Page
from coursewaves.settings.home import Settings


class Link(NamedTuple):
    """One report in one language.

    Attributes
    ----------
    path
        Its page, below the reports.
    language, name
        Its language, and how that is called by those who speak it.
    title
        Title of the page.
    mark
        "(stale)" in the index's language; empty where the page is current.
    files
        The same report in other formats: path and name.
    made_on
        The day on which it was made.
    """

    path: str
    language: str
    name: str
    title: str
    mark: str
    files: Sequence[tuple[str, str]]
    made_on: date


Published = dict[tuple[str, str], list[Link]]
"""By kind and subject the pages, in the order of the institute's languages."""


def published(pages: Iterable[Page], settings: Settings, phrases: Phrases) -> Published:
    """Return the pages of each kind that there is; a language that the settings no longer name stands last."""
    found: Published = {}
    order = {language: place for place, language in enumerate(settings.languages)}
    stale = phrases.say("(stale)")
    known = (page for page in pages if page["kind"] in KINDS)
    for page in sorted(known, key=lambda page: order.get(page["language"], len(order))):
        found.setdefault((page["kind"], page["id"]), []).append(_link(page, settings.zone, stale))
    return found


def _link(page: Page, zone: ZoneInfo, stale: str) -> Link:
    return Link(
        page["path"],
        page["language"],
        language_name(page["language"]),
        page["title"],
        stale if page["is_stale"] else "",
        [(page["path"].removesuffix("html") + name, name.upper()) for name in page.get("files", {})],
        datetime.fromisoformat(page["made_at"]).astimezone(zone).date(),
    )


def language_name(language: str) -> str:
    """Return how a language calls itself, with a capital: it stands alone.

    >>> language_name("kk"), language_name("ru")
    ('Қазақ тілі', 'Русский')
    """
    name = Locale.parse(language).get_display_name(language) or language
    return name[:1].upper() + name[1:]
