"""Make course reports in one way, in a process of its own, and print what each took: for `runner.py` to read.

    python benchmarks/_ways.py WAY HOME LANGUAGE COURSE...

Every way gives seconds a report once it is warm (`wall`, `cpu`), what it took to begin (`start`), its parts, and the
number of figures and bytes of its last page.
"""

import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from _year import BENCHMARKS, SCRIPTS, Spent, clock, run

Result = dict[str, Any]

ANALYST = BENCHMARKS / "analyst_course.ipynb"


def told(each: Iterable[Spent], start: Spent, parts: dict[str, float], page: str) -> Result:
    """Put a way's result together: seconds a report, and parts that hold seconds a report already."""
    spent = list(each)
    wall, cpu = (sum(getattr(one, name) for one in spent) / len(spent) for name in ("wall", "cpu"))
    figures = page.count("<svg") or page.count("image/png")
    return {
        "wall": wall, "cpu": cpu, "start": start.wall, "start_cpu": start.cpu, "parts": parts, "figures": figures,
        "bytes": len(page.encode()),
    }  # fmt: skip


# What people do: papermill and nbconvert --------------------------------------------------------------


def by_commands(home: Path, language: str, courses: list[str]) -> Result:
    """Run the two commands for each course, on the analyst's notebook."""
    each, parts = [], Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        for course in courses:
            done = Path(folder) / f"{course}.ipynb"
            values = {"work": home, "course_id": course, "language": language}
            pairs = [part for name, value in values.items() for part in ("-p", name, value)]
            papermill, _ = run(SCRIPTS / "papermill", ANALYST, done, *pairs, "--no-progress-bar")
            nbconvert, _ = run(SCRIPTS / "jupyter", "nbconvert", "--to", "html", done)
            each.append(Spent(*(sum(both) for both in zip(papermill, nbconvert, strict=True))))
            cells = cell_seconds(json.loads(done.read_text(encoding="utf-8")))
            parts.update(cells | {"start": papermill.wall - sum(cells.values()), "exporting": nbconvert.wall})
            page = done.with_suffix(".html").read_text(encoding="utf-8")
    return told(each, Spent(0, 0), {name: seconds / len(courses) for name, seconds in parts.items()}, page)


def cell_seconds(notebook: Any) -> dict[str, float]:
    """Add up what papermill says of the cells, by their tags; the report's own notebook computes and draws at once."""
    kinds = {"imports": "imports", "figures": "drawing"}
    seconds = Counter[str]()
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            tags = cell["metadata"].get("tags", [])
            kind = next((kinds[tag] for tag in tags if tag in kinds), "computing")
            seconds[kind] += cell["metadata"]["papermill"]["duration"]
    return dict(seconds)


def by_libraries(home: Path, language: str, courses: list[str]) -> Result:
    """Call papermill and nbconvert in one process, on the analyst's notebook."""
    return _by_libraries(ANALYST, "work", home, language, courses)


def by_libraries_same(home: Path, language: str, courses: list[str]) -> Result:
    """Call papermill and nbconvert in one process, on the very notebook that the runner executes."""
    from coursewaves.settings.home import notebooks_folder  # noqa: PLC0415

    return _by_libraries(notebooks_folder() / "reports" / "course.ipynb", "home", home, language, courses)


def _by_libraries(notebook: Path, home_name: str, home: Path, language: str, courses: list[str]) -> Result:
    with clock() as start:
        import nbconvert  # noqa: PLC0415
        import nbformat  # noqa: PLC0415
        import papermill  # noqa: PLC0415

        exporter = nbconvert.HTMLExporter()
        exporter.from_notebook_node(nbformat.v4.new_notebook())
    engines = papermill.engines
    saved: list[float] = []
    engines.write_ipynb = timed(engines.write_ipynb, saved)
    each, parts = [], Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        for course in courses:
            values = {home_name: str(home), "course_id": course, "language": language}
            saved.clear()
            with clock() as executing:
                done = papermill.execute_notebook(
                    str(notebook), str(Path(folder) / "done.ipynb"), values, kernel_name="python3", progress_bar=False
                )
            with clock() as exporting:
                page, _ = exporter.from_notebook_node(done)
            each.append(Spent(*(sum(both) for both in zip(executing[0], exporting[0], strict=True))))
            parts.update(_split(done, executing[0].wall, sum(saved)) | {"exporting": exporting[0].wall})
    return told(each, start[0], {name: seconds / len(courses) for name, seconds in parts.items()}, page)


def _split(done: Any, seconds: float, saving: float) -> dict[str, float]:
    """Split the execution; of the two saves that each cell has, papermill counts the first as the cell's own."""
    cells = cell_seconds(done)
    within = sum(cells.values())
    own = {name: took * (1 - saving / 2 / within) for name, took in cells.items()}
    return own | {"saving": saving, "start": seconds - within - saving / 2}


def timed(work: Callable[..., Any], seconds: list[float]) -> Callable[..., Any]:
    def measured(*args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        try:
            return work(*args, **kwargs)
        finally:
            seconds.append(time.perf_counter() - began)

    return measured


# This runner ------------------------------------------------------------------------------------------


def by_runner(home: Path, language: str, courses: list[str], workers: int = 1, formats: Sequence[str] = ()) -> Result:
    """Make and publish the reports as ``coursewaves report`` does, with processes that are copies of one."""
    import psutil  # noqa: PLC0415

    from coursewaves.publishing import publish  # noqa: PLC0415
    from coursewaves.publishing.plan import plan_reports  # noqa: PLC0415
    from coursewaves.settings.home import Home  # noqa: PLC0415

    place = Home(home)
    planned = plan_reports(place, courses, language.split("+"), formats=formats, anew=True)
    own, marks, resident = psutil.Process(), [], Counter[str]()
    saved: list[float] = []
    publish._publish = timed(publish._publish, saved)

    def done(outcome: publish.Outcome) -> None:
        if outcome.failure:
            raise AssertionError(outcome.failure)
        children = own.children()
        cpu = [one.cpu_times() for one in (own, *children)]
        marks.append(Spent(time.perf_counter(), sum(sum(one[:4]) for one in cpu) - sum(own.cpu_times()[2:4])))
        resident["runner"] = max(resident["runner"], own.memory_info().rss)
        resident["foreman"] = max([resident["foreman"], *(one.memory_info().rss for one in children)])

    with clock() as whole:
        publish.make_reports(place, planned, publish.here(place, workers, formats), done)
    n = len(planned)
    steady = Spent(*((last - first) / (n - 1) for first, last in zip(marks[0], marks[-1], strict=True)))
    start = Spent(*(took - n * one for took, one in zip(whole[0], steady, strict=True)))
    page = (place.reports / planned[-1].job.path).read_text(encoding="utf-8")
    found = told([steady], start, {"saving": sum(saved) / n}, page)
    memory = {name: rss / 2**20 for name, rss in resident.items()}
    return found | {"whole": whole[0].wall / n, "whole_cpu": whole[0].cpu / n, "n": n, "memory": memory}


def by_two(home: Path, language: str, courses: list[str]) -> Result:
    """Make the reports two at once."""
    return by_runner(home, language, courses, workers=2)


def by_two_with_numbers(home: Path, language: str, courses: list[str]) -> Result:
    """Make the reports two at once, and the files of their numbers, which an institute gets unless it wants none."""
    return by_runner(home, language, courses, workers=2, formats=("json", "xlsx"))


# The floor --------------------------------------------------------------------------------------------


def by_function(home: Path, language: str, courses: list[str], clean: Callable[[str], str] = str) -> Result:
    """Compute the same numbers, draw the same figures and fill one template: no notebook, no process a report."""
    with clock() as start:
        make = _plain(clean)
        make(home, courses[-1], language)
    each = []
    for course in courses:
        with clock() as spent:
            page = make(home, course, language)
            with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
                file.write(page)
        each.append(spent[0])
    return told(each, start[0], {}, page)


def by_function_cleaned(home: Path, language: str, courses: list[str]) -> Result:
    """Do the same, and let the page pass the sanitiser."""
    from coursewaves.pages.clean import cleaned  # noqa: PLC0415

    return by_function(home, language, courses, cleaned)


def _plain(clean: Callable[[str], str]) -> Callable[[Path, str, str], str]:
    """Return the function; it opens a partition, calls what the notebook's cells call and fills the page's template."""
    import jinja2  # noqa: PLC0415

    import coursewaves as cw  # noqa: PLC0415
    from coursewaves import sections  # noqa: PLC0415
    from coursewaves.publishing import report  # noqa: PLC0415
    from coursewaves.system import PACKAGE  # noqa: PLC0415

    names = ("front", "summary", "respondents", "waves", "changes", "factors", "topics", "open_answers", "methods",
             "end_of_report")  # fmt: skip
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(PACKAGE / "templates" / "report"), autoescape=False)
    environment.filters["clean"] = clean
    template = environment.get_template("index.html.j2")

    def make(home: Path, course_id: str, language: str) -> str:
        course = cw.open_course(str(home), course_id, language)
        outputs = [getattr(sections, name)(course)._repr_html_() for name in names]
        frame = {
            "title": course_id, "language": language, "css": report.page_css(), "skip": course.say("To the report"),
            "contents_name": course.say("Contents"), "contents": report.contents("\n".join(outputs)),
            "outputs": outputs,
        }  # fmt: skip
        return template.render(resources={"page": frame})

    return make


WAYS = {
    "commands": by_commands,
    "libraries": by_libraries,
    "libraries, same notebook": by_libraries_same,
    "runner, 1 worker": by_runner,
    "runner, 2 workers": by_two,
    "runner, 2, JSON and XLSX": by_two_with_numbers,
    "floor": by_function,
    "floor, cleaned": by_function_cleaned,
}

if __name__ == "__main__":
    os.environ["TZ"] = "UTC"
    way, place, spoken, *asked = sys.argv[1:]
    print(json.dumps(WAYS[way](Path(place), spoken, asked)))
