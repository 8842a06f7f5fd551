"""What the reports on several courses say alike."""

import pandas as pd

from coursewaves.pages.pieces import Section, bullets
from coursewaves.sections.methods import Reader, methods
from coursewaves.views.view import View

MOST_SENTENCES = 7


def in_short(view: View, paragraphs: list[int], sentences: list[str]) -> Section:
    """Sum a report up in the sentences that say something, seven at most; the last, what to decide, always stays."""
    told = [sentence for sentence in sentences if sentence]
    told = [*told[:-1][: MOST_SENTENCES - 1], *told[-1:]]
    return Section("summary", view.say("In short"), paragraphs, [bullets(told)])


def methods_of(view: Reader) -> Section:
    """Explain how the numbers of several courses were made; see `coursewaves.sections.methods`."""
    found = methods(view)
    note = view.say(
        "Sums over several courses leave out what fewer than {minimum} people of a course said: it could be computed "
        "from the reports on the other courses.",
        minimum=view.phrases.number(view.least("counts")),
    )
    return found._replace(parts=[bullets([note]), *found.parts])


def days_of(view: View, courses: pd.DataFrame) -> str:
    """Say from which day to which courses lasted."""
    return view.phrases.days(courses["starts_on"].min(), courses["ends_on"].max())


def number_or_nothing(view: View, value: float | None) -> str:
    """Format a number that the registry may lack."""
    return "" if value is None or pd.isna(value) else view.phrases.number(value)
