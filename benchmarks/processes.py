"""Measure what a job's process costs beyond the job itself, and an almost empty notebook in it and in a kernel.

    python benchmarks/processes.py [--jobs 300]

CPU is that of the overseer and its copies together, without its start. Seconds drift with the machine.
"""

import argparse
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat

from coursewaves.publishing.report import check_parameters, execute, render
from coursewaves.sections.front import END_MARK
from coursewaves.workers import child, foreman, pool
from coursewaves.workers.pool import Told, do_each

BY_KERNEL = 3


def do_nothing(job: dict[str, Any], tell: child.Tell) -> None:
    pass


def run_empty(job: dict[str, Any], tell: child.Tell) -> None:
    tell(timed(Path(job["notebook"]), "coursewaves", Path.cwd()))


def timed(notebook: Path, engine: str | None, folder: Path | None) -> dict[str, float]:
    marks = [time.perf_counter()]
    check_parameters(notebook, {"course_id": "x"})
    marks.append(time.perf_counter())
    executed = execute(notebook, {"course_id": "x"}, engine, None, folder)
    marks.append(time.perf_counter())
    render(executed, "Title", "kk")
    marks.append(time.perf_counter())
    names = ("parameters", "execute", "render")
    return {name: 1e3 * (end - start) for name, start, end in zip(names, marks, marks[1:], strict=False)}


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cost(n_jobs: int, at_once: int) -> tuple[float, float]:
    """Wall time from the first end to the last, and CPU of the whole run."""
    before, ends = cpu(), []
    for _ in do_each("processes:do_nothing", [{}] * n_jobs, at_once):
        ends.append(time.perf_counter())
    return ends[-1] - ends[0], cpu() - before


def write_empty(folder: Path) -> Path:
    sources = ['course_id = ""', "from coursewaves.pages.pieces import Section", f"Section('{END_MARK}', '', [], [])"]
    cells = [nbformat.v4.new_code_cell(source, id=f"c{place}") for place, source in enumerate(sources)]
    cells[0].metadata["tags"] = ["parameters"]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "empty.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def show(title: str, rows: list[dict[str, float]]) -> None:
    middle = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    print(f"{title:34}", "  ".join(f"{name} {ms:7.1f} ms" for name, ms in middle.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=300)
    n_jobs = parser.parse_args().jobs
    pool.COMMAND = [sys.executable, "-P", __file__, "coursewaves.publishing.warm"]
    _, start = cost(1, 1)
    for at_once in (1, 2):
        wall, used = cost(n_jobs, at_once)
        ms, cpu_ms = 1e3 * wall / (n_jobs - 1), 1e3 * (used - start) / (n_jobs - 1)
        print(f"a job that does nothing, {at_once} at once   {ms:7.1f} ms each, {cpu_ms:7.1f} ms of CPU")
    with tempfile.TemporaryDirectory() as folder:
        notebook = write_empty(Path(folder))
        jobs = [{"notebook": str(notebook)}] * 40
        told = [event.words for event in do_each("processes:run_empty", jobs, 1) if isinstance(event, Told)]
        show("an empty notebook, in a copy", told)
        show("the same, by a kernel", [timed(notebook, None, None) for _ in range(BY_KERNEL)])


if __name__ == "__main__":
    if sys.argv[1:2] == ["coursewaves.publishing.warm"]:
        child.PACKAGES.append("processes")
        sys.path.append(str(Path(__file__).parent))
        foreman.main()
    else:
        main()
