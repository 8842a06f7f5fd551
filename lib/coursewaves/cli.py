"""The command ``coursewaves``: check, load, report and export a work folder, make an example year, open JupyterLab.

Exit codes: 0 all done; 1 a report failed; 2 a mistake of usage, settings or instrument files; 3 raw files with
faults that a person should look at (``check``).
"""

import io
import secrets
import sys
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from coursewaves.commands.archive import archive_app
from coursewaves.commands.calendar import Format, FormatOption, TodayOption, day_of
from coursewaves.commands.calendar import status as show_status
from coursewaves.commands.console import (
    alone,
    complaints,
    console,
    short,
    show_files,
    show_lines,
    show_problems,
    show_table,
    show_written,
    stage,
    stop,
    stops,
)
from coursewaves.commands.councils import council_app
from coursewaves.commands.entry import register_app
from coursewaves.commands.field import field, sample
from coursewaves.commands.forms import forms
from coursewaves.commands.lab import lab
from coursewaves.commands.letters import letters
from coursewaves.commands.regulation import regulation
from coursewaves.commands.releases import retract
from coursewaves.commands.runs import CORES, WorkersOption, make_due, missed, report, run
from coursewaves.commands.schedule import schedule_app
from coursewaves.settings.home import Home, find_home

app = typer.Typer(
    name="coursewaves",
    help="Evaluate training courses by survey waves: load the exports, score them, compare the waves, make reports.",
    epilog="A work folder holds data/raw/registry, data/raw/responses and, if you like, coursewaves.yml and "
    "instruments/. Begin with: coursewaves demo, or coursewaves begin for your own data",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
DEMO = Path("demo")

AcceptOption = Annotated[
    list[str] | None,
    typer.Option(
        "--accept",
        help="Take a proposed header, named FILE:COLUMN as check shows it, or all; FILE:COLUMN=ID says what it is.",
    ),
]


class State:
    """What the options before the command say."""

    home = ""


def _show_version(*, is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"coursewaves {version('coursewaves')}")
        raise typer.Exit


@app.callback()
def main(
    home: Annotated[
        str, typer.Option("--home", help="Work folder; by default COURSEWAVES_HOME, else the current folder.")
    ] = "",
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Remember the work folder; write UTF-8 even where there is no locale, as under cron."""
    State.home = home
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")


def demo(
    courses: Annotated[int, typer.Option(min=2, help="Courses of the example year.")] = 60,
    programmes: Annotated[int, typer.Option(min=2, help="Programmes of the example year.")] = 12,
    seed: Annotated[int, typer.Option(help="Another seed makes another year.")] = 2026,
    workers: WorkersOption = CORES,
) -> None:
    """Make an example year of an institute in demo/, load it and make all its reports.

    The answers are simulated, with the faults that real exports have. Nothing of it is real. A folder that an
    earlier demo made is made anew; one that holds anything else is left as it is.
    """
    from coursewaves.publishing.publish import here  # noqa: PLC0415
    from coursewaves.simulate.demo import make_demo  # noqa: PLC0415

    with stops():
        home = Home(Path(State.home or DEMO).resolve())
        with stage("example year"):
            make_demo(home, programmes=programmes, courses=courses, seed=seed)
        with alone(home):  # a folder that the demo must not touch gets no lock either
            _load(home)
            failed = make_due(home, here(home, workers))
    raise typer.Exit(1 if failed else 0)


def begin() -> None:
    """Begin a work folder: its folders, settings to choose from, and a workbook of the registry to fill in.

    A folder that is not there yet is made; what is there already stays as it is.
    """
    from coursewaves.entry.beginning import TO_FILL_IN  # noqa: PLC0415
    from coursewaves.entry.beginning import begin as make  # noqa: PLC0415

    with stops():
        if State.home:
            Path(State.home).mkdir(parents=True, exist_ok=True)
        home = find_home(State.home)
        for path in make(home):
            show_written(path, home)
        show_lines(
            f"next: fill in {TO_FILL_IN} and save it as data/raw/registry/registry.xlsx; or take lists that you have:",
            "coursewaves register add courses LIST.xlsx (register columns courses says what it may hold)",
            "then put the exports of the forms into data/raw/responses, and look: coursewaves check",
        )


def check(accept: AcceptOption = None) -> None:
    """Check settings, instrument files, registry and raw files.

    Every fault is named with file, row, column and what to do about it. Nothing is written, but for what --accept
    names: a header that resembles a known question is taken for it from then on.
    """
    from coursewaves.intake.aliases import accept as accept_headers  # noqa: PLC0415
    from coursewaves.intake.misplaced import misplaced  # noqa: PLC0415
    from coursewaves.load import disguised, read_home  # noqa: PLC0415
    from coursewaves.privacy.pseudonyms import Pseudonyms  # noqa: PLC0415
    from coursewaves.registry.reader import read_registry  # noqa: PLC0415

    with stops():
        home = find_home(State.home)
        passing = Pseudonyms(secrets.token_bytes(32))  # nothing is kept, so that no key is needed
        _check_instruments(home)
        registry, faults = read_registry(home.registry)
        registry = disguised(registry, passing)
        intake = read_home(home, registry, passing)
        if accept:
            new = accept_headers(home.aliases, intake.proposals, accept, home.survey)
            console.print(f"{len(new)} headers accepted in {home.aliases.name}", highlight=False)
            intake = read_home(home, registry, passing)
        show_files(intake.files)
        elsewhere = [one._asdict() for one in misplaced(home)]
        n_faults = show_problems([*faults.to_dict("records"), *elsewhere, *intake.problems.to_dict("records")])
    raise typer.Exit(3 if n_faults else 0)


def load(today: TodayOption = "") -> None:
    """Read the raw files, score them and write data/processed.

    Raw files are never changed. Every record is kept, or set aside with a reason: the table shows the sum. Of a survey
    that is open on that day, pages count the answers once it is over. Exit code 3 says that whole files were left out.
    """
    with stops():
        home = find_home(State.home)
        with alone(home):
            left_out = _load(home, day_of(today, home))
    raise typer.Exit(3 if left_out else 0)


def status(today: TodayOption = "", format: FormatOption = Format.text) -> None:
    """Show what is due, overdue, missing and low-rated, for the head of the institute (¶21)."""
    show_status(State.home, today, format)


def draft(structure: Annotated[Path, typer.Argument(help="Structure of a LimeSurvey survey (.lss).")]) -> None:
    """Draft an instrument file from a LimeSurvey structure and print it.

    What a person has to decide, such as the wave and the indicators, is marked at its head.
    """
    from coursewaves.reading.draft import instrument_from_lss  # noqa: PLC0415

    with stops():
        console.print(instrument_from_lss(structure), markup=False, highlight=False, end="")


def query(
    sql: Annotated[str, typer.Argument(help="A query in DuckDB's SQL over responses, scores, files ...")],
    year: Annotated[list[str] | None, typer.Option("--year", help="Another work folder; may be repeated.")] = None,
) -> None:
    """Ask the processed tables in SQL, over several years where more work folders are named.

    What is printed is not gated: figures of fewer than five people are not to be passed on.
    """
    from coursewaves.processed.query import query as ask  # noqa: PLC0415

    with stops():
        found = ask(sql, [State.home, *(year or [])])
    show_table(list(found.columns), found.astype("object").itertuples(index=False))


def export(
    format: Annotated[
        list[str] | None, typer.Option("--format", "-f", help="csv, xlsx, sav, ddi or html; may be repeated.")
    ] = None,
    language: Annotated[str, typer.Option("--language", "-l", help="Language of labels and codebook pages.")] = "",
    table: Annotated[
        list[str] | None, typer.Option("--table", "-t", help="Only this table (responses, scores); may be repeated.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Folder; by default data/export of the work folder.")] = None,
) -> None:
    """Export the loaded tables as CSV, XLSX and SPSS, and the codebooks as DDI and HTML.

    By default everything. The codebooks describe the columns, hold no answer and need nothing loaded; all other files
    hold participants' answers, readable by you alone.
    """
    from coursewaves.export import export as write_exports  # noqa: PLC0415

    with stops():
        home = find_home(State.home)
        folder = to.resolve() if to else None
        write_exports(home, format or [], language, table or [], folder, lambda path: show_written(path, home))


def doctor() -> None:
    """Look for what is wrong with this machine and work folder, and say how to mend it; nothing is changed.

    Each thing is ok, to be watched (warn) or wrong; exit code 1 says that something is wrong.
    """
    from coursewaves.doctor import examine  # noqa: PLC0415
    from coursewaves.schedule import this_machine  # noqa: PLC0415
    from coursewaves.system.findings import is_any_wrong  # noqa: PLC0415

    with stops():
        findings = []
        for finding in examine(find_home(State.home), this_machine()):
            console.print(str(finding), markup=False, highlight=False)
            findings.append(finding)
    raise typer.Exit(1 if is_any_wrong(findings) else 0)


def _check_instruments(home: Home) -> None:
    from coursewaves.survey.files import read_survey  # noqa: PLC0415

    survey, faults = read_survey(home.instruments)
    for fault in faults:
        console.print(str(fault), style="red" if fault.is_error else "yellow", markup=False, highlight=False)
    if survey is None or any(fault.is_error for fault in faults):
        stop("The instrument files have faults; nothing can be read with them.")
    console.print(f"instruments: {len(survey.instruments)} questionnaires, {len(faults)} remarks", highlight=False)


def _load(home: Home, today: date | None = None) -> list[str]:
    """Load a folder and say what came of it; return the files of which nothing counts."""
    from coursewaves.load import load_year  # noqa: PLC0415
    from coursewaves.privacy.pseudonyms import KEY_FILE  # noqa: PLC0415
    from coursewaves.problems import files_left_out  # noqa: PLC0415

    had_key = (home.root / KEY_FILE).exists()
    with stage("load"):
        year = load_year(home, today)
    if not had_key and (home.root / KEY_FILE).exists():
        told = "made: it stands behind the pseudonyms; keep one copy apart, never beside data that you pass on"
        console.print(f"{KEY_FILE} {told}", highlight=False)
    show_files(year.files)
    rules = year.problems["rule"].value_counts().sort_index()
    if len(rules):
        listed = ", ".join(f"{rule} {count}" for rule, count in rules.items())
        console.print(f"problems by rule: {listed}", highlight=False)
        console.print(f"mend them in: {short(home.problem_book, home)}", highlight=False, markup=False)
    left_out = [f"{one.file} ({one.rule})" for one in files_left_out(year.problems)]
    if left_out:
        told = f"left out whole, nothing of them counts: {', '.join(left_out)}"
        complaints.print(told, style="red", highlight=False, markup=False)
    if year.files["n_waiting"].sum():
        told = "answers wait: their difference from pages already published would tell of too few people"
        console.print(told, highlight=False)
    if len(year.open_surveys):
        told = ", ".join(f"{row['course_id']} {row['instrument_id']} until {row['closes_on'].date()}"
                         for row in year.open_surveys.to_dict("records"))  # fmt: skip
        console.print(f"surveys open, their answers are shown once they are over: {told}", highlight=False)
    return left_out


STEPS: dict[str, tuple[typer.Typer | Callable[..., None], ...]] = {
    "Begin": (demo, begin, lab, doctor),
    "Prepare the surveys": (register_app, draft, forms, letters, sample, field),
    "Take in the answers": (check, load, query, export),
    "Report": (report, run, missed, schedule_app, retract),
    "Keep the regulation": (status, regulation, council_app, archive_app),
}
"""The commands in the order of the work, as the help shows them."""

for step, commands in STEPS.items():
    for one in commands:
        if isinstance(one, typer.Typer):
            app.add_typer(one, rich_help_panel=step)
        else:
            app.command(rich_help_panel=step)(one)
