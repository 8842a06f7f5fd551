"""Bring reports before the councils from a notebook (¶15, ¶18-20): lay a sitting ready, see what was not heard yet."""

from coursewaves.councils import INVENTORY, write_bundle
from coursewaves.deadlines.due import find_due
from coursewaves.deadlines.due_words import Words
from coursewaves.explore.tasks.task import Asked, Task, laid, written
from coursewaves.pages.pieces import Html, facts, paragraph
from coursewaves.phrases import marked
from coursewaves.processed.year import Year


def lay_ready(asked: Asked) -> list[Html]:
    """Lay ready what a sitting needs, in the reader's language."""
    say, chosen = asked.say, asked.chosen
    council, programmes = str(chosen["council"]), [str(chosen["programme"])] if chosen["programme"] else None
    made = write_bundle(
        asked.home, council, chosen["sitting"] or asked.today, asked.today, asked.phrases.language, programmes,
        ask_participants=council == "smc" and bool(chosen["participants"]),
    )  # fmt: skip
    docket = made.docket
    n_invitations = sum(file.what == "invitation" for file in made.files.values())
    counts = {
        say("Reports"): len(docket.reports), say("Factor analyses"): len(docket.factors),
        say("Low-rated topics"): len(docket.low_topics), say("Invitations"): n_invitations,
    }  # fmt: skip
    parts = [facts((name, asked.number(n)) for name, n in counts.items())]
    if len(docket.left_out):
        listed = ", ".join(docket.left_out["subject_id"])
        parts.append(paragraph(say("Still in work (¶13): {list}", list=listed), "warning"))
    note = say("For the council and its secretary alone: the papers name trainers.")
    return [*parts, written(asked, made.folder, [made.folder / name for name in (*made.files, INVENTORY)]),
            paragraph(note, "note")]  # fmt: skip


def show_ways(asked: Asked) -> list[Html]:
    """Show where every report is on its way, and how far each decision is carried out."""
    year = Year(asked.home)
    due, words = find_due(year, asked.today), Words(year, asked.phrases)
    return [paragraph(words.lead(due)), *laid([words.all_ways(due), words.all_tasks(due)])]


TASKS = (
    Task("sitting", marked("Lay a sitting of a council ready"), ("council", "sitting", "programme", "participants"),
         lay_ready, "council smc", is_alone=True),
    Task("ways", marked("Reports and decisions before the councils"), ("day",), show_ways, "council state"),
)  # fmt: skip
"""Tasks of the secretaries."""
