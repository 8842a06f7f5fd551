"""The command ``coursewaves forms``: make the forms of the questionnaires (¶11)."""

from pathlib import Path
from typing import Annotated

import typer

from coursewaves.commands.console import console, home_of, show_written, stops


def forms(
    context: typer.Context,
    instrument: Annotated[
        list[str] | None, typer.Option("--instrument", "-i", help="Only this questionnaire; may be repeated.")
    ] = None,
    course: Annotated[
        list[str] | None, typer.Option("--course", "-c", help="A form for this course alone; may be repeated.")
    ] = None,
    format: Annotated[
        list[str] | None,
        typer.Option("--format", "-f", help="apps-script, xlsform, lss, paper or codebook; may be repeated."),
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Folder; by default forms/ of the work folder.")] = None,
) -> None:
    """Make the forms of the questionnaires: Google Forms, KoboToolbox and ODK, LimeSurvey, paper, codebooks.

    One form for each questionnaire and programme, or for each course named. Nothing needs to be loaded for it, and what
    comes back from these forms is read without settings. A script for Google is run once at script.google.com; it saves
    the links of the courses as a file for forms/.
    """
    from coursewaves.builders import build_forms  # noqa: PLC0415

    with stops():
        home = home_of(context)
        folder = to.resolve() if to else None
        remarks = build_forms(
            home, instrument or [], course or [], format or [], folder, lambda path: show_written(path, home)
        )
        for remark in remarks:
            console.print(remark, style="yellow", highlight=False, markup=False)
