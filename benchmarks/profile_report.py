"""Say what a course report's time goes into, part by part, in a process that has made some already.

    python benchmarks/profile_report.py [--courses 12] [--rounds 2] [--functions 0]

The process is asked every few milliseconds of CPU time what it is doing; the innermost function of the library
decides the part, so that the time of pandas, Babel or papermill counts where it was called. Shares count, seconds
drift with the machine. For Linux and macOS: Windows has no such timer.
"""

import argparse
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import coursewaves.warm
from coursewaves.load import load_year
from coursewaves.report import make_page
from coursewaves.settings import Home, notebooks_folder
from coursewaves.simulate import simulate_year

EVERY = 0.001
LIBRARY = str(Path(coursewaves.warm.__file__).parent)

PARTS = {
    "loading": ("settings", "yamlfile", "survey_files", "survey_checks", "load", "year", "partitions"),
    "computing": (
        "instruments", "registry", "score", "stats", "standardise", "rate", "summarise", "factor_analysis",
        "topic_verdicts", "sides", "compare", "disclosure", "pooled", "course", "view",
    ),
    "drawing": ("charts",),
    "texts and numbers": ("phrases", "present", "page", "sections"),
    "cleaning": ("clean",),
    "template": ("report.render", "report.contents", "report.check_page", "report.page_css"),
    "papermill and engine": ("engine", "isolation", "limits", "report"),
}  # fmt: skip
"""Parts of a report, and the modules or single functions that belong to them; the first that fits counts."""


def place_of(frame: FrameType | None) -> str:
    """Name the innermost function of the library that a frame runs for; empty where there is none."""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(LIBRARY):
            module = Path(file).relative_to(LIBRARY).with_suffix("").as_posix().replace("/", ".")
            return f"{module}.{frame.f_code.co_name}"
        frame = frame.f_back
    return ""


def part_of(place: str) -> str:
    fits = (part for part, names in PARTS.items() if any(f"{place}.".startswith(f"{name}.") for name in names))
    return next(fits, "anything else")


def sampled(work: Callable[[], object]) -> tuple[Counter[str], float]:
    """Return how often each function was met, and the CPU seconds that all took."""
    met: Counter[str] = Counter()
    before = signal.signal(signal.SIGPROF, lambda _, frame: met.update([place_of(frame)]))
    start = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        work()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return met, time.process_time() - start


def report_all(home: Home, courses: list[str], language: str) -> None:
    notebook = notebooks_folder() / "reports" / "course.ipynb"
    for course_id in courses:
        parameters = {"home": str(home.root), "course_id": course_id, "language": language}
        make_page(notebook, parameters, course_id, language, "coursewaves")


def measure(courses: int, rounds: int, language: str) -> tuple[Counter[str], float]:
    """Return the milliseconds of CPU time that a report spends in each function, and how many there are in all."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "year")
        simulate_year(home.root, programmes=max(2, courses // 5), courses=courses)
        ids = load_year(home).registry.courses["course_id"].tolist()
        report_all(home, ids[:2], language)
        met, seconds = sampled(lambda: report_all(home, ids * rounds, language))
    each = 1000 * seconds / (len(ids) * rounds)
    return Counter({place: count / met.total() * each for place, count in met.items()}), each


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--courses", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--language", default="kk")
    parser.add_argument("--functions", type=int, default=0, help="list so many single functions too")
    options = parser.parse_args()
    spent, each = measure(options.courses, options.rounds, options.language)
    parts: Counter[str] = Counter()
    for place, milliseconds in spent.items():
        parts[part_of(place)] += milliseconds
    print(f"{'part':22} {'ms a report':>12} {'share':>7}")
    for part in [*PARTS, "anything else"]:
        print(f"{part:22} {parts[part]:12.1f} {parts[part] / each:7.0%}")
    print(f"{'all, CPU time':22} {each:12.1f} {1:7.0%}")
    for place, milliseconds in spent.most_common(options.functions):
        print(f"  {place:50} {milliseconds:7.1f}")


if __name__ == "__main__":
    main()
