"""Say what the index can be narrowed to: its rows go in, things to choose with their words come out."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from babel.dates import format_skeleton

from coursewaves.index.published import language_name
from coursewaves.index.rows import COURSE, NOTHING, STATES, Row, Rows
from coursewaves.phrases import Phrases
from coursewaves.publishing.plan import KIND_NAMES


class Filter(NamedTuple):
    """One thing to choose: its name in the page, what it is called, and values with their words."""

    name: str
    label: str
    options: list[tuple[str, str]]


def filters_of(rows: Rows, every: Sequence[Row]) -> list[Filter]:
    """Return what can be chosen: of each thing only what there is, and nothing of which there is only one."""
    say = rows.phrases.say
    kinds, _, centres, states, months = ({row.marks.split()[place] for row in every} - {NOTHING} for place in range(5))
    named = [(COURSE, say("Course")), *((kind, say(name)) for kind, name in KIND_NAMES.items())]
    titles = sorted((rows.centres.get(one, one), one) for one in centres)
    found = [
        Filter("kind", say("Kind of report"), [one for one in named if one[0] in kinds]),
        Filter("centre", say("Competence centre"), [(one, title) for title, one in titles]),
        Filter("language", say("Language"), [(one, language_name(one)) for one in languages_of(rows, every)]),
        Filter("state", say("State of the report"), [(one, say(STATES[one])) for one in STATES if one in states]),
        Filter("month", say("Report made"), [(one, _month(one, rows.phrases)) for one in sorted(months, reverse=True)]),
    ]
    return [one for one in found if len(one.options) > 1]


def languages_of(rows: Rows, every: Sequence[Row]) -> list[str]:
    """Return the languages of the settings, and those of reports that are there still."""
    return list(dict.fromkeys([*rows.year.settings.languages, *(link.language for row in every for link in row.links)]))


def _month(month: str, phrases: Phrases) -> str:
    text: str = format_skeleton("yMMMM", date.fromisoformat(f"{month}-01"), locale=phrases.locale)
    return text
