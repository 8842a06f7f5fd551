"""The command ``status``: what is due, overdue, missing and low-rated, for the head of the institute (¶21)."""

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from coursewaves.commands.console import console, show_lines, show_table, show_written, stops
from coursewaves.errors import CoursewavesError
from coursewaves.settings.home import Home, find_home

if TYPE_CHECKING:
    from coursewaves.deadlines.due import Due
    from coursewaves.processed.year import Year


class Format(StrEnum):
    """How the status is given."""

    text = "text"
    html = "html"
    json = "json"


TodayOption = Annotated[str, typer.Option(help="Day of the question, as 2026-03-27; by default the institute's today.")]
FormatOption = Annotated[
    Format, typer.Option("--format", "-f", help="text and json are printed; html writes page, calendar and JSON.")
]


def status(home: str = "", today: str = "", format: Format = Format.text) -> None:
    """Show what is due, overdue, missing and low-rated, as of a day.

    Parameters
    ----------
    home
        The work folder, as of `find_home`.
    today
        The day of the question; empty for today by the institute's clocks.
    format
        ``text`` and ``json`` go to the terminal; ``html`` writes ``reports/due.html``, ``calendar.ics`` and
        ``due.json``.
    """
    from coursewaves.deadlines.due import find_due  # noqa: PLC0415
    from coursewaves.processed.year import Year  # noqa: PLC0415

    with stops():
        year = Year(find_home(home))
        due = find_due(year, day_of(today, year.home))
        {Format.text: _print_text, Format.html: _write, Format.json: _print_json}[format](year, due)


def day_of(text: str, home: Home) -> date:
    """Return the day that a text names; for none the institute's today.

    Raises
    ------
    CoursewavesError
        Where it is no day.
    """
    if not text:
        return datetime.now(home.settings.zone).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CoursewavesError(f"Can't read the day {text!r}; fix: write it as 2026-03-27.") from None


def _print_text(year: "Year", due: "Due") -> None:
    from coursewaves.deadlines.due_words import Words  # noqa: PLC0415
    from coursewaves.phrases import Phrases  # noqa: PLC0415

    words = Words(year, Phrases(year.settings.languages[0]))
    show_lines(words.title(), words.lead(due))
    for block in words.blocks(due):
        marks = " ".join(f"¶{number}" for number in block.paragraphs)
        console.print(f"\n{block.title} ({marks})", style="bold", markup=False, highlight=False)
        if block.rows:
            show_table(block.head, block.rows)
        for text in filter(None, [block.note, "" if block.rows else block.empty]):
            show_lines(text)
    show_lines("", *words.notes(due))


def _print_json(_year: "Year", due: "Due") -> None:
    import json  # noqa: PLC0415

    from coursewaves.deadlines.due import as_json  # noqa: PLC0415

    typer.echo(json.dumps(as_json(due), ensure_ascii=False, indent=1))


def _write(year: "Year", due: "Due") -> None:
    from coursewaves.standing.due_files import write_due  # noqa: PLC0415

    for path in write_due(year, due):
        show_written(path, year.home)
