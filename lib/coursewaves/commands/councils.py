"""The commands ``coursewaves council``: what a sitting needs, and where every report is on its way (¶15, ¶18-20)."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from coursewaves.commands.calendar import TodayOption, day_of
from coursewaves.commands.console import (
    alone,
    complaints,
    console,
    home_of,
    show_findings,
    show_lines,
    show_table,
    show_written,
    stops,
)

if TYPE_CHECKING:
    from coursewaves.deadlines.due import Due
    from coursewaves.processed.year import Year

council_app = typer.Typer(
    name="council",
    help="Lay ready what a sitting of the councils needs, and show where every report and decision is.",
    no_args_is_help=True,
)


class StateFormat(StrEnum):
    """How the state is given."""

    text = "text"
    json = "json"


DateOption = Annotated[str, typer.Option("--date", help="Day of the sitting, as 2026-05-20.")]
ProgrammeOption = Annotated[
    list[str] | None, typer.Option("--programme", "-p", help="Only this programme; may be repeated.")
]
LanguageOption = Annotated[str, typer.Option("--language", "-l", help="By default the institute's first language.")]


@council_app.command()
def smc(
    context: typer.Context,
    date: DateOption,
    programme: ProgrammeOption = None,
    language: LanguageOption = "",
    participants: Annotated[
        bool, typer.Option("--participants", help="Write to the centres that participants may come, too (¶15).")
    ] = False,
    today: TodayOption = "",
) -> None:
    """Lay ready a sitting of the scientific-methodological council: data/councils/smc-<date>/.

    Agenda, reports, factor analyses, low-rated topics, invitations of those who teach them, drafts and minutes. A
    report that is not current is refused. The folder is private: members/ is for the council, clerk/ for its secretary.
    """
    _lay_ready(context, "smc", date, programme, language, today, ask_participants=participants)


@council_app.command()
def academic(
    context: typer.Context,
    date: DateOption,
    programme: ProgrammeOption = None,
    language: LanguageOption = "",
    today: TodayOption = "",
) -> None:
    """Lay ready a sitting of the Academic Council: data/councils/academic-<date>/.

    It hears what the scientific-methodological council has taken, and decides (¶19-20).
    """
    _lay_ready(context, "academic", date, programme, language, today)


@council_app.command()
def state(
    context: typer.Context,
    today: TodayOption = "",
    format: Annotated[StateFormat, typer.Option("--format", "-f", help="text or json.")] = StateFormat.text,
) -> None:
    """Show where every report is on its way to the Academic Council, and how far each decision is carried out.

    A report is overdue when the council's next recorded sitting was held without it (¶15).
    """
    from coursewaves.deadlines.due import find_due  # noqa: PLC0415
    from coursewaves.processed.year import Year  # noqa: PLC0415

    with stops():
        home = home_of(context)
        year = Year(home)
        due = find_due(year, day_of(today, home))
        {StateFormat.text: _print_text, StateFormat.json: _print_json}[format](year, due)


def _lay_ready(
    context: typer.Context, council: str, date: str, programmes: list[str] | None, language: str, today: str,
    *, ask_participants: bool = False,
) -> None:  # fmt: skip
    from coursewaves.councils import write_bundle  # noqa: PLC0415

    with stops():
        home = home_of(context)
        day, asked_on = day_of(date, home), day_of(today, home)
        with alone(home):
            made = write_bundle(home, council, day, asked_on, language, programmes, ask_participants=ask_participants)
        counts = {
            "reports": len(made.docket.reports), "factor analyses": len(made.docket.factors),
            "low-rated topics": len(made.docket.low_topics),
            "invitations": sum(file.what == "invitation" for file in made.files.values()),
        }  # fmt: skip
        show_written(made.folder, home)
        console.print(", ".join(f"{name}: {n}" for name, n in counts.items()), highlight=False)
        if len(made.docket.left_out):
            listed = ", ".join(made.docket.left_out["subject_id"])
            complaints.print(f"still in work (¶13): {listed}", style="yellow", highlight=False, markup=False)
        show_findings(made.findings)


def _print_text(year: "Year", due: "Due") -> None:
    from coursewaves.deadlines.due_words import Words  # noqa: PLC0415
    from coursewaves.phrases import Phrases  # noqa: PLC0415

    words = Words(year, Phrases(year.settings.languages[0]))
    for block in (words.all_ways(due), words.all_tasks(due)):
        console.print(f"{block.title} ({words.lead(due)})", style="bold", markup=False, highlight=False)
        if block.rows:
            show_table(block.head, block.rows)
        for text in filter(None, [block.note, "" if block.rows else block.empty]):
            show_lines(text)


def _print_json(year: "Year", due: "Due") -> None:
    import json  # noqa: PLC0415

    from coursewaves.deadlines.due import FORMAT, plain  # noqa: PLC0415
    from coursewaves.deadlines.hearings import sittings_of  # noqa: PLC0415

    content = {
        "format": FORMAT,
        "today": due.today.isoformat(),
        "ways": [plain(row) for row in due.ways.to_dict("records")],
        "tasks": [plain(row) for row in due.tasks.to_dict("records")],
        "sittings": {name: [day.isoformat() for day in days] for name, days in sittings_of(year.registry).items()},
    }
    typer.echo(json.dumps(content, ensure_ascii=False, indent=1))
