"""Word the papers of a sitting whose text an institute may replace: a docket and values go in, a paper comes out."""

from typing import Any

from coursewaves.councils.agenda import council_name
from coursewaves.councils.docket import Docket
from coursewaves.pages.own_templates import Paper, Templates
from coursewaves.survey.instruments import wording

TEMPLATES = Templates("councils", ("decisions", "invitation", "participants", "minutes"))
"""The papers whose wording an institute may replace."""


def worded(docket: Docket, kind: str, **values: Any) -> Paper:
    """Fill the template of a paper: with what every template has, and with its own values.

    Raises
    ------
    CoursewavesError
        Where there is none in the language, or it can't be filled.
    """
    shared = {
        "institute": institute_of(docket),
        "council": council_name(docket),
        "is_academic": docket.council == "academic",
        "day": docket.phrases.day(docket.day),
    }
    return TEMPLATES.fill(docket.year.home, kind, docket.phrases.language, shared | values)


def institute_of(docket: Docket) -> str:
    """Return the institute's name in the language of the papers."""
    return wording(docket.year.settings.institute, docket.phrases.language)
