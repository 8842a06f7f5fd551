"""The command ``coursewaves letters``: write the letters to the competence centres that are due (¶12)."""

from pathlib import Path
from typing import Annotated

import typer

from coursewaves.commands.calendar import TodayOption, day_of
from coursewaves.commands.console import console, home_of, short, show_findings, show_lines, show_table, stops


def letters(
    context: typer.Context,
    wave: Annotated[list[int] | None, typer.Option("--wave", "-w", help="Only this wave; may be repeated.")] = None,
    centre: Annotated[list[str] | None, typer.Option("--centre", help="Only this centre; may be repeated.")] = None,
    course: Annotated[
        list[str] | None, typer.Option("--course", "-c", help="Only this course, due or not; may be repeated.")
    ] = None,
    today: TodayOption = "",
    reminders: Annotated[
        bool, typer.Option("--reminders", help="Reminders for courses of which few have answered so far.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder; by default data/letters of the work folder.")] = None,
) -> None:
    """Write cover letters with links and QR codes to the competence centres: DOCX to sign, drafts of e-mails to send.

    Each course stands in one letter of its wave, from some days before its window opens; on the same day the same
    files are written again. Own templates lie in letters/ of the work folder. Exit code 3 says that something was left
    out, and what to do about it.
    """
    from coursewaves.letters import Wanted, write_letters  # noqa: PLC0415

    with stops():
        home = home_of(context)
        wanted = Wanted(tuple(wave or ()), tuple(centre or ()), tuple(course or ()), reminders)
        written = write_letters(home, wanted, day_of(today, home), out.resolve() if out else None)
        head = ["wave", "kind", "centre", "language", "course", "opens", "closes", "letter"]
        columns = ["wave", "kind", "centre_id", "language", "course_id", "opens_on", "closes_on", "file"]
        if written.rows:
            show_table(head, [[row[name] for name in columns] for row in written.rows])
            n_letters = len({row["file"] for row in written.rows})
            show_lines(f"{n_letters} letters in {short(written.folder, home)}")
        else:
            console.print("no letter is due", highlight=False)
        show_findings(written.findings)
    raise typer.Exit(3 if written.findings else 0)
