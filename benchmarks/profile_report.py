"""Say what a course report's time goes into, part by part, in copies of a process as the runner makes them.

    python benchmarks/profile_report.py [--courses 12] [--language kk] [--functions 0] [--warm]

Each report is made in a copy that was forked for it, twice: what the first costs more than the second is what a copy
pays for touching its parent's pages and for what it is the first to need. The copy is asked every few milliseconds of
CPU time what it is doing; the innermost function of the library decides the part, so that the time of pandas, Babel
or papermill counts where it was called. `--warm` makes all in one process instead. Shares count, seconds drift with
the machine. For Linux and macOS: Windows has no such timer and no copies.
"""

import argparse
import importlib
import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from _year import make_year, whole_courses

EVERY = 0.001

PARTS = {
    "loading": ("settings", "yamlfile", "survey_files", "survey_checks", "load", "year", "partitions", "opening"),
    "computing": (
        "instruments", "registry", "score", "stats", "standardise", "rate", "summarise", "factor_analysis",
        "topic_verdicts", "sides", "compare", "disclosure", "pooled", "subject", "course", "view",
    ),
    "drawing": ("charts",),
    "texts and numbers": ("phrases", "present", "page", "sections"),
    "cleaning": ("clean",),
    "template": ("report.render", "report.contents", "report.check_page", "report.page_css"),
    "papermill and engine": ("engine", "isolation", "limits", "report", "making"),
}  # fmt: skip
"""Parts of a report, and the modules or single functions that belong to them; the first that fits counts."""

BROAD = {
    "computing": ("loading", "computing", "texts and numbers"),
    "drawing": ("drawing",),
    "exporting": ("cleaning", "template"),
    "the rest": ("papermill and engine", "anything else"),
}
"""The same as the other ways to make a report are split."""


class Profile(NamedTuple):
    """What a report takes.

    Attributes
    ----------
    spent
        Milliseconds of CPU time by function.
    first, again
        Milliseconds of CPU time of a report in a new copy, and of the same once more in that copy.
    faults, faults_again
        Pages that each had to be given by the system.
    """

    spent: Counter[str]
    first: float
    again: float
    faults: float
    faults_again: float

    def parts(self) -> Counter[str]:
        """Return the milliseconds of each part."""
        found: Counter[str] = Counter()
        for place, milliseconds in self.spent.items():
            found[part_of(place)] += milliseconds
        return found

    def shares(self, groups: dict[str, tuple[str, ...]]) -> dict[str, float]:
        """Return the share of each group of parts."""
        parts = self.parts()
        return {name: sum(parts[part] for part in members) / parts.total() for name, members in groups.items()}


def place_of(frame: FrameType | None) -> str:
    """Name the innermost function of the library that a frame runs for; empty where there is none."""
    while frame is not None:
        _, found, file = frame.f_code.co_filename.rpartition("/coursewaves/")
        if found:
            return f"{file.removesuffix('.py').replace('/', '.')}.{frame.f_code.co_name}"
        frame = frame.f_back
    return ""


def part_of(place: str) -> str:
    fits = (part for part, names in PARTS.items() if any(f"{place}.".startswith(f"{name}.") for name in names))
    return next(fits, "anything else")


def sampled(work: Callable[[], object]) -> tuple[Counter[str], float, int]:
    """Return how often each function was met, the CPU seconds that all took, and the pages that were touched first."""
    met: Counter[str] = Counter()
    before = signal.signal(signal.SIGPROF, lambda _, frame: met.update([place_of(frame)]))
    start, faults = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        work()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return met, time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults


def apart(work: Callable[[], object]) -> str:
    """Return what a function returns, as JSON, in a copy of this process."""
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            with os.fdopen(write, "w") as told:
                told.write(json.dumps(work()))
        except BaseException:
            traceback.print_exc()
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as heard:
        text = heard.read()
    os.waitpid(pid, 0)
    return text


def profile(home: Path, courses: list[str], language: str, *, is_forked: bool) -> Profile:
    """Profile the reports of some courses, each in a copy of its own or all in one process."""
    found = json.loads(apart(lambda: _profiled(home, courses, language, is_forked)._asdict()))
    return Profile(Counter(found.pop("spent")), **found)


def _profiled(home: Path, courses: list[str], language: str, is_forked: bool) -> Profile:
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # as `coursewaves.workers.foreman` begins
    importlib.import_module("coursewaves.publishing.warm")
    from coursewaves.publishing.making import make_pages, warm_up  # noqa: PLC0415

    formats = ["json", "xlsx"]
    warm_up(str(home), [language], formats)
    job = {"home": str(home), "kind": "course", "pages": [[language, "title"]], "engine": "coursewaves"}
    job |= {"limits": {}, "formats": formats}

    def make(course: str) -> None:
        make_pages(job | {"subject_id": course, "about": {"course_id": course}}, _whole)

    def twice(course: str, other: str) -> list[tuple[Counter[str], float, int]]:
        return [sampled(lambda: make(course)), sampled(lambda: make(other))]

    if is_forked:
        others = courses[1:] + courses[:1]
        found = [json.loads(apart(lambda a=a, b=b: twice(a, b))) for a, b in zip(courses, others, strict=True)]
        return _added([first for first, _ in found], [again for _, again in found])
    make(courses[-1])
    found = [sampled(lambda one=one: make(one)) for one in courses]
    return _added(found, found)


def _whole(words: dict[str, str]) -> None:
    if "failure" in words:
        raise AssertionError(words["failure"])


def _added(first: list[tuple[dict[str, int], float, int]], again: list[tuple[dict[str, int], float, int]]) -> Profile:
    met: Counter[str] = Counter()
    for one in first:
        met.update(one[0])
    each, each_again = (1000 * sum(one[1] for one in found) / len(found) for found in (first, again))
    faults, faults_again = (sum(one[2] for one in found) / len(found) for found in (first, again))
    spent = Counter({place: count / met.total() * each for place, count in met.items()})
    return Profile(spent, each, each_again, faults, faults_again)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--courses", type=int, default=12)
    parser.add_argument("--language", default="kk")
    parser.add_argument("--functions", type=int, default=0, help="list so many single functions too")
    parser.add_argument("--warm", action="store_true", help="make all reports in one process")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = make_year(Path(folder) / "year", max(10, options.courses))
        courses = whole_courses(home)[: options.courses]
        found = profile(home.root, courses, options.language, is_forked=not options.warm)
    parts = found.parts()
    print(f"{'part':22} {'ms a report':>12} {'share':>7}")
    for part in [*PARTS, "anything else"]:
        print(f"{part:22} {parts[part]:12.1f} {parts[part] / found.first:7.0%}")
    print(f"{'all, CPU time':22} {found.first:12.1f} {1:7.0%}")
    print(f"{'the same once more':22} {found.again:12.1f} {found.again / found.first:7.0%}")
    print(f"pages touched first: {found.faults:,.0f}, once more {found.faults_again:,.0f}")
    for place, milliseconds in found.spent.most_common(options.functions):
        print(f"  {place:50} {milliseconds:7.1f}")


if __name__ == "__main__":
    main()
