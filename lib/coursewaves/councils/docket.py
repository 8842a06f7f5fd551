"""Find what a sitting of a council is about (¶15, ¶18-20): a loaded year and a day go in, its docket comes out."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from coursewaves.deadlines.due import low_rated, ways_of
from coursewaves.deadlines.hearings import find_tasks
from coursewaves.deadlines.hearings.ways import NOT_MADE
from coursewaves.deadlines.table import deadlines
from coursewaves.errors import CoursewavesError
from coursewaves.phrases import Phrases
from coursewaves.processed.year import Year
from coursewaves.registry.spans import DONE
from coursewaves.reports_of.topic import not_useful
from coursewaves.views.opening import ProgrammeView, open_programme

COUNCILS = ("smc", "academic")

LOW_TOPICS = ["programme_id", "topic_id", "number", "title", "hours", "n", "mean", "low", "high", "trainer_id",
              "trainer"]  # fmt: skip


@dataclass(frozen=True)
class Docket:
    """What a sitting is about.

    Attributes
    ----------
    year
        The loaded year.
    council, day
        Who sits when.
    today
        The day on which it is asked; what became known after it, or on the day of the sitting, plays no part.
    phrases
        Words of the papers' language.
    reports
        Reports on courses and on topics that this council is to hear next; one row as of
        `coursewaves.deadlines.hearings.find_ways`, courses first.
    factors
        The factor analyses of low-rated programmes that it is to hear (¶18), in the same columns.
    left_out
        Reports that are not made yet and need not be on that day (¶13).
    low_topics
        One row is one topic of those programmes that is not useful enough, with who teaches it; see `LOW_TOPICS`.
        ``mean`` (0-100) with its 95 % interval ``low``, ``high`` rests on ``n`` ratings.
    tasks
        What the Academic Council decided earlier and is not carried out yet, as of
        `coursewaves.deadlines.hearings.find_tasks`.
    """

    year: Year
    council: str
    day: date
    today: date
    phrases: Phrases
    reports: pd.DataFrame
    factors: pd.DataFrame
    left_out: pd.DataFrame
    low_topics: pd.DataFrame
    tasks: pd.DataFrame

    @property
    def heard(self) -> list[tuple[str, str]]:
        """Kind and subject of every report, in the order of the agenda."""
        found = pd.concat([self.reports, self.factors])
        return list(zip(found["kind"], found["subject_id"], strict=True))


def find_docket(
    year: Year, council: str, day: date, today: date, language: str = "", programme_ids: list[str] | None = None
) -> Docket:
    """Find what a sitting of a council is about.

    Parameters
    ----------
    year
        The loaded year.
    council
        ``smc`` or ``academic``.
    day
        The day of the sitting.
    today
        The day on which it is prepared.
    language
        Language of the papers; by default the institute's first.
    programme_ids
        Only what is about these programmes.

    Raises
    ------
    CoursewavesError
        For a council or programme that there is not.
    """
    if council not in COUNCILS:
        raise CoursewavesError.not_found(council, "the councils", COUNCILS)
    known = year.registry.programmes["programme_id"].tolist()
    for name in programme_ids or []:
        if name not in known:
            raise CoursewavesError.not_found(name, "programmes", known)
    phrases = Phrases(language or year.settings.languages[0])
    asked_on = min(today, day - timedelta(days=1))  # what is recorded of the sitting itself must not change its papers
    ways = ways_of(year, deadlines(year, asked_on), low_rated(year), asked_on)
    tasks = find_tasks(year.registry.decisions, asked_on)
    wanted = programme_ids or known
    ways, tasks = (table[table["programme_id"].isin(wanted)] for table in (ways, tasks))
    own = ways[ways["next_council"] == council].sort_values(["kind", "subject_id"], ignore_index=True)
    is_left_out = (own["place"] == NOT_MADE) & (own["ready_on"] > pd.Timestamp(day))
    listed, is_factors = own[~is_left_out], own["kind"] == "factors"
    factors = listed[is_factors[~is_left_out]].reset_index(drop=True)
    return Docket(
        year, council, day, today, phrases, listed[~is_factors[~is_left_out]].reset_index(drop=True), factors,
        own[is_left_out].reset_index(drop=True), _low_topics(year, factors["programme_id"].tolist(), phrases.language),
        tasks[tasks["state"] != DONE].reset_index(drop=True),
    )  # fmt: skip


def _low_topics(year: Year, programme_ids: list[str], language: str) -> pd.DataFrame:
    """List the topics of low-rated programmes that are not useful enough, and their trainers (¶18)."""
    rows: list[dict[str, Any]] = []
    for programme_id in programme_ids:
        view = open_programme(year.home.root, programme_id, language)
        rows += [_low_topic(view, row) for row in not_useful(view, surely=True)]
    return pd.DataFrame(rows, columns=LOW_TOPICS)


def _low_topic(view: ProgrammeView, row: dict[str, Any]) -> dict[str, Any]:
    trainers = view.year.registry.trainers
    found = trainers.loc[trainers["trainer_id"] == row["trainer_id"], "name"]
    has_trainer = isinstance(row["trainer_id"], str)
    own = {
        "title": view.title("topics", row),
        "trainer_id": row["trainer_id"] if has_trainer else "",
        "trainer": str(found.iloc[0]) if len(found) else "",
    }
    return {name: row.get(name) for name in LOW_TOPICS} | {"programme_id": view.programme_id} | own
