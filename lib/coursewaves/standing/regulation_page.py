"""Tell how the regulation stands in a work folder on a day: a loaded year goes in, words, JSON and a page come out."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from coursewaves.deadlines.due import find_due
from coursewaves.deadlines.due_words import Block
from coursewaves.deadlines.report_days import read_status_day
from coursewaves.phrases import Phrases
from coursewaves.processed.year import Year
from coursewaves.publishing.manifest import read_manifest
from coursewaves.regulation import (
    STATES,
    Evidence,
    State,
    asked,
    evidence_words,
    facts_of,
    load_regulation,
    state_words,
    states_of,
)
from coursewaves.regulation.facts import PAGES
from coursewaves.standing.due_page import PageHead, block_page
from coursewaves.system.private_files import write_shared

FORMAT = 1
"""Version of the JSON; another number where a field changes its meaning."""

PAGE = "regulation.html"


class Standing(NamedTuple):
    """How the regulation stands in a year.

    Attributes
    ----------
    year
        The loaded year.
    today
        The day.
    states
        One for each paragraph.
    """

    year: Year
    today: date
    states: list[State]


def find_standing(year: Year, today: date) -> Standing:
    """Find how every paragraph stands in a loaded year on a day (¶21).

    Raises
    ------
    CoursewavesError
        Where nothing was loaded yet, or the manifest or the last status is damaged.
    """
    pages = pd.DataFrame(read_manifest(year.home), columns=PAGES)
    status_day = read_status_day(year.home)
    return Standing(year, today, states_of(facts_of(year, find_due(year, today), pages, status_day)))


def as_json(standing: Standing, phrases: Phrases) -> dict[str, Any]:
    """Return the states as plain values for JSON: every id and number, and what is said of them in a language."""
    return {
        "format": FORMAT,
        "today": standing.today.isoformat(),
        "language": phrases.language,
        "paragraphs": [
            {
                "paragraph": one.paragraph,
                "asks": asked(phrases, one.paragraph),
                "state": one.state,
                "evidence": [_plain(phrases, piece) for piece in one.evidence],
            }
            for one in standing.states
        ],
    }


def _plain(phrases: Phrases, piece: Evidence) -> dict[str, Any]:
    values = {name: _value(value) for name, value in piece.values.items()}
    return {"weight": piece.weight, "says": evidence_words(phrases, piece), "values": values}


def _value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value


def title(phrases: Phrases) -> str:
    """Return the title of the page."""
    return phrases.say("The regulation, paragraph by paragraph")


def lead(standing: Standing, phrases: Phrases) -> str:
    """Return of which day the states are."""
    return phrases.say("As of {day}", day=phrases.day(standing.today))


def counted(standing: Standing, phrases: Phrases) -> list[tuple[str, str]]:
    """Return how many paragraphs stand how, the worst first."""
    numbers = {state: sum(one.state == state for one in standing.states) for state in STATES}
    return [(state_words(phrases, state), phrases.number(n)) for state, n in numbers.items()]


def notes(phrases: Phrases) -> list[str]:
    """Return what the states can't tell, and that the wording is a draft."""
    told = [
        phrases.say(
            "Only what can be seen in the loaded data is judged; what is done outside of this program is not known "
            "here."
        )
    ]
    if phrases.language != "en" and not (phrases.is_reviewed and load_regulation().reviewed):
        told.append(
            phrases.say("Draft texts: a methodologist who is a native speaker has not reviewed this wording yet.")
        )
    return told


def write_standing(standing: Standing, phrases: Phrases) -> Path:
    """Write the states as ``reports/regulation.html``, the gravest first; return the page."""
    year = standing.year
    institute = year.settings.institute.get(phrases.language, "")
    head = PageHead(phrases.language, title(phrases), institute, lead(standing, phrases))
    blocks = list(standing_blocks(standing, phrases))
    path = year.home.reports / PAGE
    write_shared(path, block_page(head, counted(standing, phrases), blocks, notes(phrases)).encode())
    return path


def standing_blocks(standing: Standing, phrases: Phrases) -> Iterator[Block]:
    """Yield a block for each state, the gravest first; one without paragraphs too."""
    head = [phrases.say("Paragraph"), phrases.say("What shows it")]
    for state in STATES:
        found = [one for one in standing.states if one.state == state]
        rows = [
            [
                f"¶{one.paragraph}. {asked(phrases, one.paragraph)}",
                "; ".join(evidence_words(phrases, piece) for piece in one.evidence),
            ]
            for one in found
        ]
        name = f"paragraphs-{state.replace(' ', '-')}"
        words = state_words(phrases, state)
        yield Block(name, words[:1].upper() + words[1:], [], head, rows, phrases.say("No paragraph."))


def dumped(standing: Standing, phrases: Phrases) -> str:
    """Return the states as JSON text."""
    return json.dumps(as_json(standing, phrases), ensure_ascii=False, indent=1)
