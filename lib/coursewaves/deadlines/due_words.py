"""Say what is due in a reader's language: `Due` goes in, blocks of words for page, terminal and calendar come out."""

from typing import Any, NamedTuple

import pandas as pd

from coursewaves.deadlines.due import Coverage, Due
from coursewaves.deadlines.hearings.words import COUNCILS, DECISIONS, PLACES, REPORTS, STATES
from coursewaves.deadlines.open_words import open_notes
from coursewaves.deadlines.table import LAST_ANSWER, NO_DATE, PROCESSING, RETENTION, WAVE
from coursewaves.intake.responses import WAITING
from coursewaves.phrases import Phrases, marked
from coursewaves.processed.year import Year
from coursewaves.registry.spans import DONE, DUE_SOON, OVERDUE

WHAT = {
    WAVE: marked("{wave}: run the survey"),
    PROCESSING: marked("{wave}: process and analyse the results"),
    RETENTION: marked("Hand the documents over to the archive"),
}


class Block(NamedTuple):
    """One part of the status.

    Attributes
    ----------
    block_id
        Its anchor.
    title
        Its heading.
    paragraphs
        Paragraphs of the regulation that it answers.
    head, rows
        Its table, in words.
    empty
        What is said where it has no rows.
    note
        Small print; may be empty.
    """

    block_id: str
    title: str
    paragraphs: list[int]
    head: list[str]
    rows: list[list[str]]
    empty: str
    note: str = ""


class Words:
    """What is due in one year, in one language."""

    def __init__(self, year: Year, phrases: Phrases) -> None:
        self.year, self.phrases, self.say = year, phrases, phrases.say
        courses = year.registry.courses
        self._programme_of = dict(zip(courses["course_id"], courses["programme_id"], strict=True))

    def title(self) -> str:
        """Return the title of the page and of the calendar."""
        return self.say("Deadlines of the monitoring of courses")

    def institute(self) -> str:
        """Return the institute's name; empty where the settings have none."""
        return self.year.settings.institute.get(self.phrases.language, "")

    def lead(self, due: Due) -> str:
        """Return of which day the status is."""
        return self.say("As of {day}", day=self.phrases.day(due.today))

    def blocks(self, due: Due) -> list[Block]:
        """Return all blocks, the most pressing first."""
        return [
            self._overdue(due), self._due_soon(due), self._missing(due), self._low_rated(due),
            _stateless(self._heard(due, due.ways[due.ways["state"].isin([OVERDUE, DUE_SOON])])),
            _stateless(self._tasks(due.tasks[due.tasks["state"] != DONE])),
            *(self._coverage(one) for one in due.coverage), self._under_way(due),
        ]  # fmt: skip

    def facts(self, due: Due) -> list[tuple[str, str]]:
        """Return how many of each there are, one for each block that a head has to act on."""
        counted = [self._overdue(due), self._due_soon(due), self._missing(due), self._low_rated(due)]
        late = {
            self.say("Reports that a council was to hear"): due.ways,
            self.say("Decisions that were to be carried out"): due.tasks,
        }
        return [(block.title, self.phrases.number(len(block.rows))) for block in counted] + [
            (title, self.phrases.number(int((rows["state"] == OVERDUE).sum()))) for title, rows in late.items()
        ]

    def notes(self, due: Due) -> list[str]:
        """Return how the days were counted, as far as it matters here."""
        left = due.deadlines[due.deadlines["days_left"].notna()]
        notes = [self.say("Counted are the working days of Kazakhstan's calendar, without the day of receipt (¶13).")]
        if (left["received_by"] == LAST_ANSWER).any():
            notes.append(self.say("Where no day of receipt is recorded, it is that of the last answer in the window."))
        if left["rests_on_estimate"].any():
            notes.append(
                self.say("The day of Kurban Ait is an estimate until it is announced; it may move a deadline.")
            )
        notes += [*open_notes(self.year, self.phrases, due.today), *self._waiting()]
        known = [instrument.wave for instrument in self.year.survey.waves()]
        n_unknown = int((~self.year.registry.receipts["wave"].isin(known)).sum())
        if n_unknown:
            count = self.phrases.number(n_unknown)
            notes.append(self.say("Receipts of waves that no questionnaire serves, not counted: {count}.", count=count))
        return notes

    def _waiting(self) -> list[str]:
        """Name the courses of which answers wait; how many wait is not told."""
        outcomes = self.year.outcomes
        courses = sorted(set(outcomes.loc[outcomes["outcome"] == WAITING, "course_id"]))
        if not courses:
            return []
        text = marked(
            "Answers wait to be counted, since pages would differ by too few people from earlier ones: {list}."
        )
        return [self.say(text, list=", ".join(courses))]

    def subject(self, row: dict[Any, Any]) -> str:
        """Return what a deadline is about: a course with its programme's title, a programme or a direction."""
        scope_id = row["scope_id"]
        if row["scope"] == "course":
            return f"{scope_id} · {self._title('programmes', self._programme_of[scope_id])}"
        return self._title(f"{row['scope']}s", scope_id)

    def what(self, row: dict[Any, Any]) -> str:
        """Return what is to be done."""
        phrase = WHAT[row["step"]]
        return self.say(phrase, wave=self.wave(row["wave"]))

    def wave(self, number: Any) -> str:
        """Return what a wave is called (¶5)."""
        return self.say("Monitoring {wave}", wave=number)

    def remark(self, row: dict[Any, Any]) -> str:
        """Return what is uncertain about a day due; empty where nothing is."""
        parts = [self.say("counted from the last answer")] if row["received_by"] == LAST_ANSWER else []
        parts += [self.say("by an estimated holiday")] if row["rests_on_estimate"] else []
        parts += [self.say("the course has no dates")] if row["reason"] == NO_DATE else []
        return "; ".join(parts)

    def _title(self, table: str, entry_id: str) -> str:
        rows = getattr(self.year.registry, table)
        found = rows[rows[f"{table[:-1]}_id"] == entry_id]
        if found.empty:
            return self.say("Without a direction")
        return self.year.registry.title(table, found.iloc[0], self.phrases.language)

    def _overdue(self, due: Due) -> Block:
        head = self._head(self.say("Working days late"))
        rows = [self._line(row, -row["days_left"]) for row in due.overdue().to_dict("records")]
        return Block("overdue", self.say("Overdue"), [13, 22], head, rows, self.say("Nothing is overdue."))

    def _due_soon(self, due: Due) -> Block:
        return self._left(due.due_soon(), "due-soon", self.say("Due soon"), self.say("Nothing is due soon."))

    def _under_way(self, due: Due) -> Block:
        empty = self.say("No survey is open, and no results are in work.")
        return self._left(due.under_way(), "under-way", self.say("Under way"), empty)

    def _left(self, table: pd.DataFrame, block_id: str, title: str, empty: str) -> Block:
        head = self._head(self.say("Working days left"))
        rows = [self._line(row, row["days_left"]) for row in table.to_dict("records")]
        return Block(block_id, title, [5, 13], head, rows, empty)

    def _head(self, days: str) -> list[str]:
        return [self.say("Course or programme"), self.say("Due"), days, self.say("What is to be done")]

    def _line(self, row: dict[Any, Any], days: Any) -> list[str]:
        due_on, count = (
            self.phrases.short_day(row["due_on"].date()),
            "–" if pd.isna(days) else self.phrases.number(days),
        )
        remark = self.remark(row)
        what = f"{self.what(row)} (¶{row['paragraph']})" + (f"; {remark}" if remark else "")
        return [self.subject(row), due_on, count, what]

    def _missing(self, due: Due) -> Block:
        head = [self.say("Course or programme"), self.say("Wave"), self.say("Window"), self.say("Remark")]
        rows = [
            [self.subject(row), self.wave(row["wave"]), self._window(row), self.remark(row)]
            for row in due.missing().to_dict("records")
        ]
        empty = self.say("Every survey that is over was answered.")
        return Block("missing", self.say("Surveys without answers"), [5], head, rows, empty)

    def _window(self, row: dict[Any, Any]) -> str:
        ends = [row[name] for name in ("opens_on", "closes_on")]
        return " – ".join(self.phrases.short_day(day.date()) for day in ends if pd.notna(day)) or "–"

    def _low_rated(self, due: Due) -> Block:
        head = [self.say("Programme"), self.say("Mean, 0–100"), self.say("Answers")]
        rows = [
            [self._title("programmes", row["programme_id"]), *map(self.phrases.number, (row["mean"], row["n"]))]
            for row in due.low_rated.shown()
        ]
        threshold = self.phrases.number(self.year.settings.low_rated_below, 1)
        note = self.say("The councils' threshold: {threshold} of 100.", threshold=threshold)
        empty = self.say("No programme is low-rated.")
        return Block("low-rated", self.say("Low-rated programmes"), [16, 20], head, rows, empty, note)

    def all_ways(self, due: Due) -> Block:
        """Return where every report is, the next one due first (¶15, ¶18)."""
        return self._heard(due, due.ways)

    def all_tasks(self, due: Due) -> Block:
        """Return how far every decision of the Academic Council is, those that are done too (¶19-20)."""
        return self._tasks(due.tasks)

    def _heard(self, due: Due, ways: pd.DataFrame) -> Block:
        say = self.say
        head = [say("Report"), say("Where it is"), say("Who hears it"), say("Sitting"), say("Days late"), say("State")]
        rows = [self._way(row) for row in ways.to_dict("records")]
        waiting = {name: int((due.ways["next_council"] == name).sum()) for name in COUNCILS}
        note = say(
            "Due at the first recorded sitting after the course ended and its results were to be processed. Reports "
            "that wait for the scientific-methodological council: {smc}; for the Academic Council: {academic}.",
            **{name: self.phrases.number(n) for name, n in waiting.items()},
        )
        empty = say("No report is late at the councils, and none is due soon.")
        return Block("councils", say("Reports before the councils"), [15, 18], head, rows, empty, note)

    def _way(self, row: dict[Any, Any]) -> list[str]:
        kind, state, place = REPORTS[row["kind"]], STATES[row["state"]], PLACES[row["place"]]
        council = COUNCILS.get(row["next_council"], "")
        title = self._title("programmes", row["programme_id"])
        days = [self._day(row["due_on"]), self._days_late(row), self.say(state)]
        name = f"{self.say(kind)}: {row['subject_id']} · {title}"
        return [name, self.say(place), self.say(council) if council else "–", *days]

    def _day(self, day: pd.Timestamp) -> str:
        return "–" if pd.isna(day) else self.phrases.short_day(day.date())

    def _days_late(self, row: dict[Any, Any]) -> str:
        return "–" if pd.isna(row["days_late"]) else self.phrases.number(row["days_late"])

    def _tasks(self, tasks: pd.DataFrame) -> Block:
        say = self.say
        head = [say("Programme"), say("Decision"), say("Who"), say("Due"), say("Days late"), say("State")]
        rows = [self._task(row) for row in tasks.to_dict("records")]
        empty = say("Every decision that is recorded was carried out.")
        return Block("tasks", say("Decisions to be carried out"), [19, 20], head, rows, empty)

    def _task(self, row: dict[Any, Any]) -> list[str]:
        kind, state = DECISIONS[row["kind"]], STATES[row["state"]]
        who = row["owner"] if isinstance(row["owner"], str) else self.say("nobody named")
        title = self._title("programmes", row["programme_id"])
        decided = self.say("{what}, {day}", what=self.say(kind), day=self._day(row["decided_on"]))
        told = [decided, who, self._day(row["due_on"]), self._days_late(row), self.say(state)]
        return [f"{row['programme_id']} · {title}", *told]

    def _coverage(self, coverage: Coverage) -> Block:
        say, percent = self.say, self.phrases.percent
        instrument, rows = coverage.instrument, coverage.rows()
        levels = [(rows[0][f"{name}_percent"] or 0) / 100 for name in ("least", "target")] if rows else []
        head = [say("Direction or programme"), say("Completed"), say("Answered"), say("Share")]
        head += [say("At least {share}", share=percent(level)) for level in levels]
        title = say("{wave}: coverage", wave=self.wave(instrument.wave))
        empty = say("Nobody who completed a course is known yet.")
        lines = [self._covered(row) for row in rows]
        return Block(f"coverage-{instrument.id}", title, [10], head, lines, empty)

    def _covered(self, row: dict[Any, Any]) -> list[str]:
        number = self.phrases.number
        name = self._title(f"{row['scope']}s", row["scope_id"])
        name = name if row["scope"] == "direction" else f"— {name}"
        if row["is_hidden"]:
            return [name, number(row["n_completed"]), self.say("hidden: small group"), "–", "–", "–"]
        steps = [self._step(row, "least"), self._step(row, "target")]
        share = self.phrases.percent(row["share"], digits=1)
        return [name, number(row["n_completed"]), number(row["n"]), share, *steps]

    def _step(self, row: dict[Any, Any], name: str) -> str:
        reached, missing = row[f"is_{name}_reached"], row[f"n_to_{name}"]
        if pd.isna(reached):
            return "–"
        return self.say("reached") if reached else self.say("{n} more needed", n=self.phrases.number(missing))


def _stateless(block: Block) -> Block:
    """Leave out the last column, the state: the days late say it, and a page has no room."""
    return block._replace(head=block.head[:-1], rows=[row[:-1] for row in block.rows])
