"""Report from a notebook (¶13-14, ¶21): make what is due, tell what is late, and how each paragraph stands."""

import os

from coursewaves.deadlines.due import find_due
from coursewaves.deadlines.due_words import Words
from coursewaves.explore.reporting import NAMES
from coursewaves.explore.tasks.task import Asked, Task, laid, link, written
from coursewaves.pages.pieces import Html, bullets, facts, paragraph
from coursewaves.phrases import marked
from coursewaves.processed.year import Year
from coursewaves.publishing.manifest import INDEX
from coursewaves.publishing.plan import Planned
from coursewaves.publishing.publish import Outcome, here
from coursewaves.runs.run import produce
from coursewaves.standing.due_files import write_due
from coursewaves.standing.regulation_page import (
    PAGE,
    counted,
    find_standing,
    lead,
    notes,
    standing_blocks,
    write_standing,
)


def make_due(asked: Asked) -> list[Html]:
    """Make the reports that are due, as many at once as the machine has cores (¶14)."""
    say, number, home = asked.say, asked.number, asked.home
    n_due, n_done = 0, 0

    def begun(planned: list[Planned]) -> None:
        nonlocal n_due
        n_due = sum(bool(one.reasons) for one in planned)

    def done(outcome: Outcome) -> None:
        nonlocal n_done
        n_done += 1
        asked.tell(say("Being made: {n} of {all} reports …", n=number(n_done), all=number(n_due)))

    made = produce(home, here(home, os.cpu_count() or 1), begun=begun, done=done)
    told = say("Reports made: {made}; failed: {failed}; current already: {current}.",
               made=number(len(made.outcomes) - len(made.failed)), failed=number(len(made.failed)),
               current=number(made.n_current))  # fmt: skip
    failures = [
        f"{say(NAMES[one.job.kind])} {one.job.subject_id} ({one.job.language}): {one.failure}" for one in made.failed
    ]
    return [paragraph(told), bullets(failures), link(asked, home.reports / INDEX)]


def show_due(asked: Asked) -> list[Html]:
    """Show what is due, overdue, missing and low-rated, on its page too where that is asked (¶21)."""
    year = Year(asked.home)
    due, words = find_due(year, asked.today), Words(year, asked.phrases)
    parts = [paragraph(words.lead(due)), facts(words.facts(due)), *laid(words.blocks(due)), bullets(words.notes(due))]
    if asked.chosen["page"]:
        parts.insert(1, written(asked, asked.home.reports, write_due(year, due)))
    return parts


def show_standing(asked: Asked) -> list[Html]:
    """Tell how each paragraph of the regulation stands, on its page too where that is asked (¶21)."""
    phrases, standing = asked.phrases, find_standing(Year(asked.home), asked.today)
    parts = [paragraph(lead(standing, phrases)), facts(counted(standing, phrases))]
    if asked.chosen["page"]:
        write_standing(standing, phrases)
        parts.append(link(asked, asked.home.reports / PAGE))
    blocks = [block for block in standing_blocks(standing, phrases) if block.rows]
    return [*parts, *laid(blocks), bullets(notes(phrases))]


TASKS = (
    Task("reports", marked("Make the reports that are due"), (), make_due, "report", is_alone=True),
    Task("status", marked("What is due"), ("day", "page"), show_due, "status"),
    Task("regulation", marked("How the regulation stands"), ("day", "page"), show_standing, "regulation"),
)
"""Tasks between the loaded answers and the councils."""
