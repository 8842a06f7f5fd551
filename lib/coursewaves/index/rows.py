"""Say how each course and each other subject stands: a year and what is published go in, rows in words come out."""

from typing import Any, NamedTuple

import pandas as pd

from coursewaves.deadlines.due_words import Words
from coursewaves.deadlines.open_words import open_sentences
from coursewaves.disclosure import disclose
from coursewaves.index.published import Link, Published
from coursewaves.ladder import least
from coursewaves.phrases import Phrases, marked
from coursewaves.processed.year import Year
from coursewaves.registry.spans import OVERDUE

COURSE = "course"

STATES = {
    "current": marked("current"),
    "stale": marked("stale"),
    "unmade": marked("not made yet"),
    "open": marked("survey open"),
    "unanswered": marked("no answers yet"),
}
"""How a report stands: made of what there is now, made of older figures, owed, awaited, or about nothing."""

Names = tuple[str, list[tuple[str, str]]]
"""A title in the index's language, and with their languages the titles that differ from it."""

NOTHING = "-"
"""Stands for what a row does not have, among its marks."""


class Deadline(NamedTuple):
    """What is due next: the day, what is to be done, and "Overdue" where the day is over."""

    day: str
    what: str
    late: str


class Row(NamedTuple):
    """One subject with its reports.

    Attributes
    ----------
    title, also
        How it is called in the index's language, and in the institute's others.
    marks
        Kind, id, centre, state and month of the report, a space between them: what the page is searched by.
    links
        Its reports.
    made, state
        The day of the newest of them, and how they stand.
    dates, centre, counts, deadline
        Of a course: its days, its centre, its answers by wave, and what is due next.
    """

    title: str
    also: list[tuple[str, str]]
    marks: str
    links: list[Link]
    made: str
    state: str
    dates: str = ""
    centre: str = ""
    counts: list[str] = []  # noqa: RUF012 (never changed)
    deadline: Deadline | None = None


class Rows:
    """The rows of one year's index, in one language; `found` are the deadlines as they stand on its day."""

    def __init__(self, year: Year, phrases: Phrases, links: Published, found: pd.DataFrame) -> None:
        self.year, self.phrases, self.links = year, phrases, links
        self.due = next_deadlines(year, phrases, found)
        self._counts, self._reported = answers_by_wave(year), set(year.responses["course_id"])
        centres = year.registry.centres
        self.centres = {str(row["centre_id"]): self.names("centres", row)[0] for row in centres.to_dict("records")}

    def names(self, table: str, row: dict[Any, Any]) -> Names:
        """Return the titles of a registry table's entry."""
        title = self.year.registry.title(table, row, self.phrases.language)
        others = [language for language in self.year.settings.languages if language != self.phrases.language]
        told = ((language, row.get(f"title_{language}")) for language in others)
        return title, [(language, text) for language, text in told if isinstance(text, str) and text != title]

    def course(self, row: dict[Any, Any]) -> Row:
        """Return the row of a course."""
        course_id, centre_id = str(row["course_id"]), row["centre_id"]
        links = self.links.get((COURSE, course_id), [])
        absent = "open" if course_id in self._counts else "unanswered"
        absent = "unmade" if course_id in self._reported else absent
        centre = centre_id if isinstance(centre_id, str) else NOTHING
        found = self._row(COURSE, course_id, (course_id, []), links, absent, centre)
        opened = open_sentences(self.year, self.phrases, course_id, is_brief=True)
        return found._replace(
            state=" · ".join([found.state, *opened]) if opened else found.state,
            dates=self._dates(row),
            centre=self.centres.get(centre, ""),
            counts=self._counts.get(course_id, ["0"] * len(self.year.survey.waves())),
            deadline=self.due.get((COURSE, course_id)),
        )

    def subject(self, kind: str, subject_id: str, names: Names) -> Row:
        """Return the row of a report on more than one course."""
        return self._row(kind, subject_id, names, self.links[kind, subject_id], "unmade")

    def _row(
        self, kind: str, subject_id: str, names: Names, links: list[Link], absent: str, centre_id: str = NOTHING
    ) -> Row:
        made_on = max((link.made_on for link in links), default=None)
        state = ("stale" if any(link.mark for link in links) else "current") if links else absent
        month = made_on.isoformat()[:7] if made_on else NOTHING
        marks = " ".join((kind, subject_id, subject_id if kind == "centre" else centre_id, state, month))
        made = self.phrases.short_day(made_on) if made_on else ""
        return Row(*names, marks, links, made, self.phrases.say(STATES[state]))

    def _dates(self, row: dict[Any, Any]) -> str:
        days = (row[name] for name in ("starts_on", "ends_on"))
        return " – ".join(self.phrases.short_day(day.date()) for day in days if pd.notna(day))


def next_deadlines(year: Year, phrases: Phrases, found: pd.DataFrame) -> dict[tuple[str, str], Deadline]:
    """Return by scope and its id what has to be done next; what is done or can't be done any more is not due."""
    words = Words(year, phrases)
    left = found[found["days_left"].notna()]
    first = left.drop_duplicates(["scope", "scope_id"])  # the table has the next one due first
    return {
        (row["scope"], row["scope_id"]): Deadline(
            phrases.short_day(row["due_on"].date()),
            words.what(row),
            phrases.say("Overdue") if row["state"] == OVERDUE else "",
        )
        for row in first.to_dict("records")
    }


def minimum_of(year: Year) -> int:
    """Return the least number of answers that is shown."""
    return least("counts", year.settings.minimum_group)


def answers_by_wave(year: Year) -> dict[str, list[str]]:
    """Return each course's answers by wave, in words; small groups pass the gate like everything else."""
    waves = [instrument.id for instrument in year.survey.waves()]
    kept = year.received.groupby(["course_id", "instrument_id"], observed=True).size().rename("n").reset_index()
    shown = disclose(kept, minimum_of(year), ["course_id", "instrument_id"])
    counts: dict[str, list[str]] = {}
    for row in shown.rows():
        line = counts.setdefault(row["course_id"], ["0"] * len(waves))
        line[waves.index(row["instrument_id"])] = f"<{shown.minimum}" if row["is_hidden"] else str(row["n"])
    return counts
