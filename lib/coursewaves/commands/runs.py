"""The commands that make reports: ``report`` for a person at a terminal, ``run`` and ``missed`` for a schedule."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from coursewaves.commands.console import (
    alone,
    complaints,
    console,
    home_of,
    named,
    short,
    show_failure,
    show_lines,
    stage,
    stops,
)
from coursewaves.errors import CoursewavesError
from coursewaves.publishing.manifest import INDEX
from coursewaves.settings.formats import others
from coursewaves.settings.home import Home

if TYPE_CHECKING:
    from coursewaves.publishing.plan import Planned
    from coursewaves.publishing.publish import Do, Outcome

CORES = os.cpu_count() or 1

CourseOption = Annotated[list[str] | None, typer.Option("--course", "-c", help="Only this course; may be repeated.")]
LanguageOption = Annotated[
    list[str] | None, typer.Option("--language", "-l", help="Only this language; may be repeated.")
]
KindOption = Annotated[list[str] | None, typer.Option("--kind", "-k", help="Only this kind; may be repeated.")]
FormatOption = Annotated[
    list[str] | None, typer.Option("--format", "-f", help="In this format too: json, xlsx, pdf, docx; may be repeated.")
]
WorkersOption = Annotated[
    int, typer.Option("--workers", "-w", min=1, help="Reports made at once; by default one per core.")
]
ClusterOption = Annotated[
    str, typer.Option("--cluster", help="Make them on this Dask cluster, such as tcp://host:8786.")
]
StorageOption = Annotated[
    str, typer.Option("--storage", help="Folder that all machines of the cluster reach, such as s3://bucket/folder.")
]


class Chosen(NamedTuple):
    """Which reports a person asks for; all where nothing is named."""

    courses: list[str]
    languages: list[str]
    kinds: list[str]


ALL = Chosen([], [], [])


def report(
    context: typer.Context,
    course: CourseOption = None,
    language: LanguageOption = None,
    kind: KindOption = None,
    form: FormatOption = None,
    workers: WorkersOption = CORES,
    cluster: ClusterOption = "",
    storage: StorageOption = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be made, and why; make nothing.")] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Make reports that are current too.")] = False,
) -> None:
    """Make the reports of a loaded work folder: reports/<kind>/*.html and .json, and reports/index.html.

    Only those are made of which the data, the settings, the questionnaires, the wordings or the program changed. One
    report that fails never stops the others; the exit code is then 1.
    """
    with stops():
        home = home_of(context)
        chosen = Chosen(course or [], language or [], kind or [])
        formats = others(form or [])
        if dry_run:
            _show_plan(home, chosen, formats, anew=anew)
            raise typer.Exit(0)
        with alone(home):
            place = _place(home, workers, cluster, storage, formats)
            failed = make_due(home, place, chosen, formats, anew=anew)
    raise typer.Exit(1 if failed else 0)


def run(
    context: typer.Context, workers: WorkersOption = CORES, cluster: ClusterOption = "", storage: StorageOption = ""
) -> None:
    """Bring the work folder up to date, unattended: load what is new, make the reports that are due.

    For a schedule. What became of it stands in reports/status.html, reports/status.json and logs/coursewaves.log, and
    is told by e-mail or webhook where the settings say so. One line is printed.
    """
    from coursewaves.runs.record import summary  # noqa: PLC0415
    from coursewaves.runs.run import run as run_once  # noqa: PLC0415

    with stops():
        record = run_once(home_of(context), lambda home: _place(home, workers, cluster, storage))
    (console if record.is_good else complaints).print(summary(record), highlight=False, markup=False)
    raise typer.Exit(record.exit_code)


def missed(context: typer.Context) -> None:
    """Say whether a run was missed, and tell people; for a second machine or a second timer.

    Exit code 1 says that runs stay away.
    """
    from datetime import UTC, datetime  # noqa: PLC0415

    from coursewaves.runs.alerts import finish_check  # noqa: PLC0415

    with stops():
        told = finish_check(home_of(context), datetime.now(UTC))
    show_lines(told or "no run was missed")
    raise typer.Exit(1 if told else 0)


def make_due(
    home: Home, do: "Do", chosen: Chosen = ALL, formats: Sequence[str] = (), *, anew: bool = False
) -> int:  # fmt: skip
    """Make the reports that are due with a progress bar; return how many failed."""
    from coursewaves.runs.run import produce  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with stage("reports"), Progress(*columns, console=console) as progress:
        task = progress.add_task("reports", total=None)

        def begun(planned: "list[Planned]") -> None:
            progress.update(task, total=sum(bool(one.reasons) for one in planned))

        def done(outcome: "Outcome") -> None:
            progress.advance(task)
            if outcome.failure:
                show_failure(outcome.job, outcome.failure)

        found = produce(home, do, *chosen, formats=formats, anew=anew, begun=begun, done=done)
    _show_ended(home)
    n_failed = len(found.failed)
    made = f"{len(found.outcomes) - n_failed} reports made, {n_failed} failed"
    console.print(made + (f", {found.n_current} current" if found.n_current else ""), highlight=False)
    show_lines(f"index: {short(home.reports / INDEX, home)}")
    return n_failed


def _place(home: Home, workers: int, cluster: str, storage: str, formats: Sequence[str] = ()) -> "Do":
    """Return where reports are made: on this machine, or on a cluster."""
    from coursewaves.cluster.reports import on_cluster  # noqa: PLC0415
    from coursewaves.publishing.publish import here  # noqa: PLC0415

    if storage and not cluster:
        raise CoursewavesError("--storage is where a cluster's machines exchange files; fix: name it with --cluster")
    return on_cluster(home, cluster, storage) if cluster else here(home, workers, formats)


def _show_plan(home: Home, chosen: Chosen, formats: Sequence[str], *, anew: bool) -> None:
    """Print which reports are due and why; nothing is made."""
    from coursewaves.publishing.plan import plan_reports  # noqa: PLC0415

    planned = plan_reports(home, *chosen, formats=formats, anew=anew)
    for one in planned:
        if one.reasons:
            show_lines(f"{named(one.job)}: {', '.join(one.reasons)}")
    _show_ended(home)
    n_due = sum(bool(one.reasons) for one in planned)
    console.print(f"{n_due} reports due, {len(planned) - n_due} current", highlight=False)


def _show_ended(home: Home) -> None:
    """Say which surveys have ended since the load: what was made does not show their answers."""
    from coursewaves.processed.contents import read_contents  # noqa: PLC0415
    from coursewaves.publishing.plan import ended  # noqa: PLC0415
    from coursewaves.runs.run import clock  # noqa: PLC0415
    from coursewaves.standing.day_pages import today_of  # noqa: PLC0415

    contents = read_contents(home)
    found = ended(contents, today_of(home, clock())) if contents else []
    if found:
        show_lines(f"{'; '.join(found)}; to show their answers: coursewaves --home {home.root.name} load")
