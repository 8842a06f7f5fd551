"""Hand over from a notebook (¶22): the register of retention, a bag, and the check of one; nothing is removed here."""

from pathlib import Path

from coursewaves.archive import (
    archive_folder,
    count_due,
    find_retention,
    find_subject,
    look_over,
    make_bag,
    read_inventory,
    unfinished,
)
from coursewaves.archive.words import kept_head, kept_rows
from coursewaves.errors import CoursewavesError
from coursewaves.explore.tasks.task import Asked, Task, place
from coursewaves.pages.pieces import Html, bullets, paragraph, table
from coursewaves.phrases import marked
from coursewaves.processed.year import Year


def show_kept(asked: Asked) -> list[Html]:
    """Show until when the documents of each course are kept."""
    say, phrases = asked.say, asked.phrases
    kept = find_retention(Year(asked.home), asked.today)
    parts = [paragraph(say("As of {day}", day=phrases.day(asked.today)))]
    if unfinished(asked.home):
        told = say("A removal was begun and not ended: whoever looks after the program repeats its command.")
        parts.append(paragraph(told, "warning"))
    return [*parts, table(say("Register of retention"), kept_head(phrases), kept_rows(phrases, kept), "prose")]


def make(asked: Asked) -> list[Html]:
    """Make a bag of a course or a year, with its checksums and inventories."""
    say, number, home, year = asked.say, asked.number, asked.home, Year(asked.home)
    subject = find_subject(year, str(asked.chosen["subject"] or ""))
    n_due = count_due(home, subject)
    bag = make_bag(year, subject, asked.today, archive_folder(home))
    found = read_inventory(bag)
    size = sum(one.bytes for one in found) / 2**20
    told = say("Made and checked: {bag}, {n} files, {size} MB.", bag=place(asked, bag), n=number(len(found)),
               size=asked.phrases.number(size, 1))  # fmt: skip
    late = say("Reports that are due and went in as they were: {n}. Better make them first, then the bag again.",
               n=number(n_due))  # fmt: skip
    private = say("It holds personal data, and is for you alone. Pass it on encrypted, by the way agreed for it.")
    return [paragraph(told), paragraph(late if n_due else "", "warning"), paragraph(private)]


def check(asked: Asked) -> list[Html]:
    """Check every file of a bag by both checksums."""
    say, name = asked.say, str(asked.chosen["bag"] or "")
    if not name:
        raise CoursewavesError(say("There is no bag yet; make one first."))
    bag = archive_folder(asked.home) / name
    damages = look_over(bag)
    if not damages:
        return [paragraph(say("The bag {bag} is whole.", bag=name))]
    told = [f"{one}{f' ({original})' if original else ''}" for one, original in damages]
    text = say("The bag {bag} is damaged: take what is damaged from another copy of it.", bag=name)
    return [paragraph(text, "warning"), bullets(told)]


def bags_of(folder: Path) -> list[str]:
    """Name the bags in a folder."""
    return sorted(path.parent.name for path in folder.glob("*/bagit.txt"))


TASKS = (
    Task("kept", marked("Until when documents are kept"), ("day",), show_kept, "archive list"),
    Task("bag", marked("Make a bag for the archive"), ("day", "subject"), make, "archive make", is_alone=True),
    Task("check", marked("Check a bag"), ("bag",), check, "archive verify"),
)
"""Tasks of the archive; what is removed is removed by the command alone."""
