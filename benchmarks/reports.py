"""Measure how long a course report takes: by Jupyter kernels one by one, and by forked processes, in one run.

    python benchmarks/reports.py [--courses 12]

Ratios count; seconds drift with the machine.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from coursewaves.load import load_year
from coursewaves.publish import Job, course_jobs, make_reports
from coursewaves.report import make_page
from coursewaves.settings import Home, notebooks_folder
from coursewaves.simulate import simulate_year
from coursewaves.year import Year

BY_KERNEL = 3


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def by_kernel(year: Year, jobs: list[Job]) -> None:
    notebook = notebooks_folder() / "reports" / "course.ipynb"
    for job in jobs:
        parameters = {"home": str(year.home.root), "course_id": job.subject_id, "language": job.language}
        make_page(notebook, parameters, job.title, job.language)


def measure(courses: int) -> list[tuple[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "year")
        simulate_year(home.root, programmes=max(2, courses // 5), courses=courses)
        year = load_year(home)
        jobs = course_jobs(year, [], ["kk"])
        make_page_once = seconds(lambda: by_kernel(year, jobs[:1]))
        print(f"first report of a process, with all its imports: {make_page_once:.1f} s")
        kernel = seconds(lambda: by_kernel(year, jobs[:BY_KERNEL])) / BY_KERNEL
        forked = {
            workers: seconds(lambda n=workers: make_reports(year, jobs, n, lambda _: None)) / len(jobs)
            for workers in (1, 2)
        }
    return [("Jupyter kernels, one by one", kernel), *((f"forked, {n} at once", s) for n, s in forked.items())]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--courses", type=int, default=12)
    rows = measure(parser.parse_args().courses)
    for name, each in rows:
        print(f"{name:30} {each:6.2f} s a report, {rows[0][1] / each:5.1f} times as fast")


if __name__ == "__main__":
    main()
