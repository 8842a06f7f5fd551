"""Gather what the head of the institute has to know on a day (¶21): a year goes in, what is due comes out."""

from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from coursewaves.analysis.coverage import cover_shown
from coursewaves.analysis.rate import rate_programmes
from coursewaves.deadlines.hearings import find_tasks, find_ways, processing_days
from coursewaves.deadlines.report_days import read_made_days
from coursewaves.deadlines.table import PROCESSING, WAVE, deadlines
from coursewaves.disclosure import Disclosed, disclose
from coursewaves.kinds import KINDS
from coursewaves.ladder import Kind, least
from coursewaves.processed.year import Year
from coursewaves.registry.spans import DUE_SOON, MISSING, OPEN, OVERDUE
from coursewaves.stats.verdicts import LOW
from coursewaves.survey.instruments import Instrument

FORMAT = 2
"""Version of the JSON; another number where a field changes its meaning."""


class Coverage(NamedTuple):
    """How far a sample wave reached (¶10).

    Attributes
    ----------
    instrument
        Its questionnaire.
    directions
        One row is one direction, as of `coursewaves.analysis.coverage.cover_wave`, gated.
    programmes
        By direction the gated rows of its programmes: what is hidden can't be computed from the direction's sum.
    """

    instrument: Instrument
    directions: Disclosed
    programmes: dict[str, Disclosed]

    def rows(self) -> list[dict[str, Any]]:
        """Return every direction, followed by its programmes; hidden rows have no figures."""
        return [
            row
            for direction in self.directions.rows()
            for row in (direction, *self.programmes[direction["scope_id"]].rows())
        ]


class Due(NamedTuple):
    """What is due on a day.

    Attributes
    ----------
    today
        The day.
    deadlines
        Every deadline, see `coursewaves.deadlines.table.find_deadlines`.
    low_rated
        One row is one programme called low-rated (¶16), gated: ``programme_id``, ``mean`` (0-100), ``n`` ratings.
    coverage
        One for each sample wave (¶10).
    ways
        Every report on its way to the Academic Council (¶15, ¶18), see `coursewaves.deadlines.hearings.find_ways`.
    tasks
        What the Academic Council decided (¶19-20) and how far it is, see `coursewaves.deadlines.hearings.find_tasks`.
    """

    today: date
    deadlines: pd.DataFrame
    low_rated: Disclosed
    coverage: list[Coverage]
    ways: pd.DataFrame
    tasks: pd.DataFrame

    def overdue(self) -> pd.DataFrame:
        """Return the deadlines that are over."""
        return self._of(OVERDUE)

    def due_soon(self) -> pd.DataFrame:
        """Return the deadlines that are near."""
        return self._of(DUE_SOON)

    def missing(self) -> pd.DataFrame:
        """Return the waves that nobody answered in their window."""
        return self._of(MISSING)

    def under_way(self) -> pd.DataFrame:
        """Return the open windows of courses and the results in work; sample waves stand in the coverage."""
        found = self._of(OPEN)
        return found[(found["scope"] == "course") & found["step"].isin([WAVE, PROCESSING])]

    def _of(self, state: str) -> pd.DataFrame:
        return self.deadlines[self.deadlines["state"] == state]


def find_due(year: Year, today: date) -> Due:
    """Find what is due, overdue, missing and low-rated in a loaded year on a day (¶21)."""
    samples = [instrument for instrument in year.survey.waves() if instrument.least_percent is not None]
    found, low = deadlines(year, today), low_rated(year)
    coverage = [coverage_of(year, one) for one in samples]
    tasks = find_tasks(year.registry.decisions, today)
    return Due(today, found, low, coverage, ways_of(year, found, low, today), tasks)


def ways_of(
    year: Year, found: pd.DataFrame, low: Disclosed, today: date, made: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return where each report is on its way to the Academic Council (¶15, ¶18), from deadlines and the low-rated.

    Reports of a kind that the institute doesn't make have no way. When reports were made is read from the manifest,
    where it is not given.
    """
    everybody = [instrument.id for instrument in year.survey.waves() if instrument.least_percent is None]
    answered = year.responses["course_id"].dropna().unique()
    analysed = [row["programme_id"] for row in low.shown()]
    processed = processing_days(found, everybody)
    made = read_made_days(year.home) if made is None else made
    ways = find_ways(year.registry, processed, made, answered, analysed, today)
    is_made = ways["kind"].isin(year.settings.kinds or list(KINDS))
    return ways[is_made].reset_index(drop=True)


def low_rated(year: Year) -> Disclosed:
    """Return the programmes called low-rated (¶16) by the survey's first rating; none where it has no rating."""
    columns = ["programme_id", "mean", "n"]
    if not year.survey.ratings:
        return disclose(pd.DataFrame(columns=columns), _least(year, "means"), ["programme_id"])
    rating, threshold = year.survey.ratings[0].id, year.settings.low_rated_below
    scores, minimum = year.shown_scores, _least(year, "counts")
    found = rate_programmes(scores, year.registry.courses, rating, threshold, minimum).programmes
    low = found.loc[found["verdict"] == LOW, columns].reset_index(drop=True)
    return disclose(low, _least(year, "means"), ["programme_id"])


def coverage_of(year: Year, instrument: Instrument) -> Coverage:
    """Return the gated coverage of a sample wave, by direction and by programme (¶10)."""
    minimum = _least(year, "counts")
    table = cover_shown(year.received, year.registry, year.survey, instrument=instrument.id, minimum=minimum)
    labels = ["scope", "scope_id", "n_completed", "least_percent", "target_percent", "n_small"]
    direction_of = year.registry.programmes.set_index("programme_id")["direction_id"].fillna("")
    directions = table[table["scope"] == "direction"].reset_index(drop=True)
    programmes = table[table["scope"] == "programme"]
    parent = programmes["scope_id"].map(direction_of)
    shown = {
        name: disclose(programmes[parent == name].reset_index(drop=True), minimum, labels, is_partition=True)
        for name in directions["scope_id"]
    }
    return Coverage(instrument, disclose(directions, minimum, labels), shown)


def _least(year: Year, kind: Kind) -> int:
    return least(kind, year.settings.minimum_group)


def as_json(due: Due) -> dict[str, Any]:
    """Return what is due as plain values for JSON: days as ISO text, what is missing as null."""
    return {
        "format": FORMAT,
        "today": due.today.isoformat(),
        "deadlines": [plain(row) for row in due.deadlines.to_dict("records")],
        "low_rated": [plain(row) for row in due.low_rated.rows()],
        "ways": [plain(row) for row in due.ways.to_dict("records")],
        "tasks": [plain(row) for row in due.tasks.to_dict("records")],
        "coverage": [{"instrument_id": one.instrument.id} | plain(row) for one in due.coverage for row in one.rows()],
    }


def plain(row: dict[Any, Any]) -> dict[str, Any]:
    """Return a row as JSON holds it: days as ISO text, what is missing as null."""
    return {str(name): _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    """Return a cell as JSON holds it."""
    if value is None or pd.isna(value):
        return None
    if isinstance(value, date):
        return value.isoformat()[:10]
    return value.item() if hasattr(value, "item") else value
