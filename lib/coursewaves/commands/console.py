"""Print what a command did: for a person at a terminal, and for the log of a scheduled run."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coursewaves.errors import CoursewavesError
from coursewaves.ladder import LEAST
from coursewaves.runs.record import EXIT
from coursewaves.settings.home import Home, find_home
from coursewaves.system.locks import Busy, RunLock

if TYPE_CHECKING:
    import pandas as pd

    from coursewaves.publishing.plan import Job
    from coursewaves.system.findings import Finding

console = Console(soft_wrap=True)
complaints = Console(stderr=True, soft_wrap=True)


@contextmanager
def stops() -> Iterator[None]:
    """Turn a caller's mistake into one clear message and exit code 2, and another run's lock into 75."""
    try:
        yield
    except Busy as busy:
        complaints.print(str(busy), style="red", markup=False, highlight=False)
        raise typer.Exit(EXIT["busy"]) from None
    except CoursewavesError as error:
        stop(str(error))


def home_of(context: typer.Context) -> Home:
    """Return the work folder that the options before the command name."""
    return find_home(context.find_root().params.get("home") or "")


@contextmanager
def alone(home: Home) -> Iterator[None]:
    """Work in a folder as the only one; a signal ends the work, and the command with 128 and its number."""
    from coursewaves.runs.run import Stopped, stoppable  # noqa: PLC0415

    try:
        with RunLock(home.lock), stoppable():
            yield
    except Stopped as stopped:
        complaints.print("stopped; the next run goes on from here", style="red", highlight=False)
        raise typer.Exit(EXIT["stopped"] + stopped.number) from None


def show_lines(*lines: str) -> None:
    """Print lines as they stand."""
    console.print(*lines, sep="\n", markup=False, highlight=False)


def show_written(path: Path, home: Home) -> None:
    """Say that a file or folder was written."""
    show_lines(f"written: {short(path, home)}")


def show_findings(findings: "Iterable[Finding]") -> None:
    """Say what a person should know, and what to do about it."""
    for finding in findings:
        complaints.print(str(finding), style="yellow", markup=False, highlight=False)


def stop(message: str) -> NoReturn:
    """Say what is wrong and leave with exit code 2."""
    complaints.print(message, style="red", markup=False, highlight=False)
    raise typer.Exit(2)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Say how long a part of the work took."""
    start = time.perf_counter()
    yield
    console.print(f"{name}: {time.perf_counter() - start:.1f} s", highlight=False)


def show_files(files: "pd.DataFrame") -> None:
    """Print what became of the records of each file, and the sum."""
    counts = ["n_read", "n_kept", "n_set_aside", "n_duplicate", "n_outside_window"]
    rows: list[list[object]] = [
        [row["file"], row["platform"] or "–", row["instrument_id"] or "–", *(row[name] for name in counts),
         _few(row["n_waiting"])]
        for row in files.to_dict("records")
    ]  # fmt: skip
    sums = {name: int(files[name].sum()) for name in (*counts, "n_waiting")}
    rows.append(["all files", "", "", *(sums[name] for name in counts), _few(sums["n_waiting"])])
    show_table(["file", "platform", "form", "read", "kept", "set aside", "duplicate", "outside", "waiting"], rows)


def _few(n: int) -> str:
    """Say how many wait, of a few not how many."""
    return f"<{LEAST['counts']}" if 0 < n < LEAST["counts"] else str(n)


def show_table(columns: list[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a table whose lines are never cut: a log is narrower than what it holds."""
    table = Table(box=None)
    for name in columns:
        table.add_column(escape(name), no_wrap=True)
    for row in rows:
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    Console(width=10_000).print(table)


def show_problems(problems: list[dict[Any, Any]]) -> int:
    """Print each problem on a line, what holds for many rows of a file once; and their number, which is returned."""
    from coursewaves.problems import Problem, gathered  # noqa: PLC0415

    for line in gathered(Problem(**row) for row in problems):
        console.print(line, markup=False, highlight=False)
    console.print(f"{len(problems)} problem{'' if len(problems) == 1 else 's'}", highlight=False)
    return len(problems)


def named(job: "Job") -> str:
    """Name a report: its kind, what it is about, its language."""
    return f"{job.kind} {job.subject_id} ({job.language})"


def show_failure(job: "Job", failure: str) -> None:
    """Say that a report could not be made."""
    complaints.print(f"{named(job)}: {failure}", style="red", markup=False, highlight=False)


def short(path: Path, home: Home) -> str:
    """Name a file from the current folder, else from the work folder's own name: logs hold no path of a machine."""
    base = Path.cwd() if path.is_relative_to(Path.cwd()) else home.root.parent
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else path.name
