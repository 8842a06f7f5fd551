"""Put a docket in order: what is heard first, second and last (¶15, ¶18-20), in the words of its language."""

from typing import Any, NamedTuple

import pandas as pd

from coursewaves.councils.docket import Docket
from coursewaves.deadlines.hearings.tasks import DECISION_KINDS
from coursewaves.deadlines.hearings.ways import RETURNED
from coursewaves.deadlines.hearings.words import COUNCILS, DECISIONS, REPORTS, STATES
from coursewaves.registry.spans import OVERDUE


class Item(NamedTuple):
    """One item of the agenda.

    Attributes
    ----------
    number
        Its place, the first is 1.
    text
        What is heard.
    paragraphs
        Paragraphs of the regulation that ask for it, such as ``¶15``.
    note
        What else is to be known of it; may be empty.
    """

    number: int
    text: str
    paragraphs: str
    note: str


class Agenda(NamedTuple):
    """The items in their order: reports, then factor analyses, then what is to be decided and was decided."""

    reports: list[Item]
    factors: list[Item]
    decisions: list[Item]

    @property
    def items(self) -> list[Item]:
        """All items."""
        return [*self.reports, *self.factors, *self.decisions]


def programme_title(docket: Docket, programme_id: str) -> str:
    """Return a programme's title and id."""
    registry = docket.year.registry
    title = registry.title("programmes", registry.programme(programme_id), docket.phrases.language)
    return f"{title} ({programme_id})"


def council_name(docket: Docket) -> str:
    """Return what the council is called."""
    phrase = COUNCILS[docket.council]
    return docket.phrases.say(phrase)


def make_agenda(docket: Docket) -> Agenda:
    """Return the agenda of a sitting: the order is that of the regulation, within it that of the ids."""
    told = [_report(docket, row) for row in docket.reports.to_dict("records")]
    analysed = [_report(docket, row) for row in docket.factors.to_dict("records")]
    proposed = [_proposal(docket, programme_id) for programme_id in docket.factors["programme_id"]]
    proposed += [_task(docket, row) for row in docket.tasks.to_dict("records")]
    starts = [1, 1 + len(told), 1 + len(told) + len(analysed)]
    numbered = [
        [Item(start + place, *item) for place, item in enumerate(items)]
        for start, items in zip(starts, (told, analysed, proposed), strict=True)
    ]
    return Agenda(*numbered)


def _report(docket: Docket, row: dict[Any, Any]) -> tuple[str, str, str]:
    kind = REPORTS[row["kind"]]
    title = programme_title(docket, row["programme_id"])
    subject = f"{row['subject_id']} · {title}" if row["kind"] == "course" else title
    notes = [docket.phrases.say("given back before, heard anew")] if row["place"] == RETURNED else []
    if row["state"] == OVERDUE and pd.notna(row["due_on"]):
        day = docket.phrases.short_day(row["due_on"].date())
        notes.append(docket.phrases.say("was to be heard on {day}", day=day))
    return f"{docket.phrases.say(kind)}: {subject}", f"¶{row['paragraph']}", "; ".join(notes)


def _proposal(docket: Docket, programme_id: str) -> tuple[str, str, str]:
    about = {
        "smc": docket.phrases.say("Proposals of decisions on the programme"),
        "academic": docket.phrases.say("Decision on the programme"),
    }
    return f"{about[docket.council]}: {programme_title(docket, programme_id)}", "¶19–20", ""


def _task(docket: Docket, row: dict[Any, Any]) -> tuple[str, str, str]:
    """Say how far an earlier decision is; a changed curriculum plan comes back to both councils (¶19)."""
    say, kind, state = docket.phrases.say, DECISIONS[row["kind"]], STATES[row["state"]]
    day = docket.phrases.short_day(row["decided_on"].date())
    title = programme_title(docket, row["programme_id"])
    text = say("Earlier decision of {day}: {kind}", day=day, kind=say(kind)) + f": {title}"
    notes = [say(state)]
    if pd.notna(row["due_on"]):
        notes.append(say("due on {day}", day=docket.phrases.short_day(row["due_on"].date())))
    if row["kind"] == "change_curriculum":
        notes.append(say("the changed plan is heard by both councils again"))
    return text, f"¶{DECISION_KINDS[row['kind']]}", "; ".join(notes)
