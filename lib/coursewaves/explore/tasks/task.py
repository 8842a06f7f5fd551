"""A task of the year as a notebook offers it: what was chosen goes in, what was written is told."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from coursewaves.deadlines.due_words import Block
from coursewaves.explore.dress import link_to
from coursewaves.pages.pieces import Html, bullets, heading, paragraph, table
from coursewaves.phrases import Phrases
from coursewaves.settings.home import Home
from coursewaves.system.findings import Finding

MOST_FILES = 40
"""Files that are listed."""


class Asked(NamedTuple):
    """What a person asks for.

    Attributes
    ----------
    home
        The work folder.
    phrases
        The reader's words.
    today
        The day of the question.
    chosen
        The value of each field of the task, by its name.
    tell
        Says how far long work is.
    """

    home: Home
    phrases: Phrases
    today: date
    chosen: Mapping[str, Any]
    tell: Callable[[str], None] = lambda text: None

    def say(self, phrase: str, **values: Any) -> str:
        """Say a phrase in the reader's language."""
        return self.phrases.say(phrase, **values)

    def number(self, n: int) -> str:
        """Write a number as the reader's language does."""
        return self.phrases.number(n)


class Task(NamedTuple):
    """One task.

    Attributes
    ----------
    task_id
        Its id.
    name
        What it is called, a phrase.
    fields
        What is to be chosen, by names of `coursewaves.explore.tasks.fields`.
    do
        Does it with the functions of its command; what it returns is shown.
    command
        The command that does the same, as a message names it.
    is_alone
        Whether nobody else may work in the folder meanwhile, as for the command.
    """

    task_id: str
    name: str
    fields: tuple[str, ...]
    do: Callable[[Asked], list[Html]]
    command: str
    is_alone: bool = False


def written(asked: Asked, folder: Path, paths: Iterable[Path]) -> Html:
    """List the files of a folder as links, the first of them where there are many."""
    found = list(paths)
    told = escape(asked.say("Written: {n} files in {folder}.", n=asked.number(len(found)), folder=place(asked, folder)))
    links = "".join(f"<li>{link_to(path, path.relative_to(folder).as_posix())}</li>" for path in found[:MOST_FILES])
    left = len(found) - MOST_FILES
    more = f"<p>{escape(asked.say('And {n} more files.', n=asked.number(left)))}</p>" if left > 0 else ""
    return Html(f"<p>{told}</p><ul>{links}</ul>{more}")


def place(asked: Asked, path: Path) -> str:
    """Name a file or folder from the work folder."""
    return path.relative_to(asked.home.root).as_posix()


def link(asked: Asked, path: Path) -> Html:
    """Link to one file, by its place in the work folder."""
    return Html(f"<p>{link_to(path, place(asked, path))}</p>")


def laid(blocks: Iterable[Block]) -> list[Html]:
    """Lay blocks out as on the page of what is due."""
    parts = []
    for block in blocks:
        marks = " ".join(f"¶{number}" for number in block.paragraphs)
        parts.append(heading(f"{block.title} ({marks})" if marks else block.title))
        parts += [table(block.title, block.head, block.rows, "prose"), paragraph("" if block.rows else block.empty)]
        parts.append(paragraph(block.note, "note"))
    return [part for part in parts if part]


def remarks(asked: Asked, findings: Iterable[Finding]) -> list[Html]:
    """List what a person should know, each with what to do about it."""
    told = [str(finding).partition(": ")[2] for finding in findings]
    return [heading(asked.say("To be watched")), bullets(told)] if told else []
