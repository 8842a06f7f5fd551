"""Make one report: a notebook and its parameters go in, one finished HTML page comes out, with notes of its figures.

papermill executes the notebook; nbconvert lays its outputs out with a template of our own that calls no host.
Success is never read from the notebook's own metadata (a killed kernel leaves "completed" there): a page counts
only when no output is an error and the end mark is there.
"""

import ast
import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from functools import lru_cache
from html import unescape
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from coursewaves.errors import CoursewavesError
from coursewaves.pages.clean import cleaned
from coursewaves.pages.typeset import typeset
from coursewaves.phrases import LOCALES, Phrases
from coursewaves.results import MIME
from coursewaves.sections.front import END_MARK
from coursewaves.system import PACKAGE
from coursewaves.system.isolation import isolated
from coursewaves.system.limits import MEGABYTE, Limits

PLAIN = (str, int, float, bool, type(None))
"""Types that papermill writes into a notebook safely; anything else could end up as code."""


class ReportError(CoursewavesError):
    """A report that could not be made; the message names the cell and the kind of error, never data."""


class Report(NamedTuple):
    """A page, and what its sections noted of what it shows; see `coursewaves.results.assembled`."""

    page: str
    notes: list[str]


def make_page(
    notebook: Path,
    parameters: dict[str, Any],
    title: str,
    language: str,
    engine: str | None = None,
    limits: Limits | None = None,
    folder: Path | None = None,
) -> str:
    """Execute a notebook and return its page; see `make_report`."""
    return make_report(notebook, parameters, title, language, engine, limits, folder).page


def make_report(
    notebook: Path,
    parameters: dict[str, Any],
    title: str,
    language: str,
    engine: str | None = None,
    limits: Limits | None = None,
    folder: Path | None = None,
) -> Report:
    """Execute a notebook and return its page, with what it shows.

    Parameters
    ----------
    notebook
        A notebook of ``notebooks/reports``.
    parameters
        Values of its parameters cell; names that it does not have are refused.
    title
        Title of the page.
    language
        Language of the page.
    engine, limits, folder
        See `execute`.

    Raises
    ------
    ReportError
        Where a cell fails, the kernel dies, or the page is not whole.
    CoursewavesError
        For a parameter that the notebook does not have, or of a type that is not plain.
    """
    check_parameters(notebook, parameters)
    executed = execute(notebook, parameters, engine, limits, folder)
    page = render(executed, title, language)
    check_page(page)
    return Report(page, _shown(executed, MIME))


def check_parameters(notebook: Path, parameters: dict[str, Any]) -> None:
    """Refuse what papermill would take without a word: unknown names, and values that it writes as code or otherwise.

    Only text, whole numbers of 64 bits, finite numbers, true, false and None pass; of these, what a cell reads is
    equal to what was passed.
    """
    known = _parameters_of(notebook)
    for name, value in parameters.items():
        if name not in known:
            raise CoursewavesError.not_found(name, f"the parameters of {notebook.name}", known)
        if type(value) not in PLAIN:
            raise CoursewavesError(f"Parameter {name!r} is a {type(value).__name__}; fix: pass text or a number.")
        if (type(value) is float and not isfinite(value)) or (type(value) is int and value.bit_length() >= 64):
            raise CoursewavesError(f"Parameter {name!r} is no number of ordinary size; fix: pass it as text.")


def _parameters_of(notebook: Path) -> list[str]:
    """List the names that the cell tagged ``parameters`` sets; papermill's own way would read the notebook twice."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            return [name for statement in ast.parse("".join(cell["source"])).body for name in _set_by(statement)]
    return []


def _set_by(statement: ast.stmt) -> list[str]:
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign) and statement.value:
        targets = [statement.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def execute(
    notebook: Path,
    parameters: dict[str, Any],
    engine: str | None = None,
    limits: Limits | None = None,
    folder: Path | None = None,
) -> Any:
    """Execute a notebook with papermill and return it with its outputs.

    Parameters
    ----------
    notebook, parameters
        See `make_report`.
    engine
        papermill's engine; by default a Jupyter kernel.
    limits
        Of these, what the cells may print and show; time and memory are those of the process, see
        `coursewaves.workers.pool`.
    folder
        A private folder in which the cells run, in a process that is isolated; by default a new one, and an isolated
        environment as long as they run.

    Raises
    ------
    ReportError
        Where a cell fails, prints too much or was not run, or the kernel ends.
    """
    import papermill  # noqa: PLC0415  (its import costs seconds; the command line should not wait for it)

    limits = limits or Limits()
    own = {"output_mb": limits.output_mb} if engine else {}
    with nullcontext(folder) if folder else _private_folder() as place:
        try:
            executed = papermill.execute_notebook(
                _as_it_is(notebook), None, parameters, engine_name=engine, kernel_name="python3",
                progress_bar=False, cwd=str(place), request_save_on_cell_execute=False, **own,
            )  # fmt: skip
        except papermill.PapermillExecutionError as error:
            raise ReportError(f"{_named(error.source)}: {_kind_of(error.ename, limits)}") from error
        except Exception as error:  # a kernel that dies or never starts raises many kinds
            raise ReportError(f"the kernel ended: {_kind_of(type(error).__name__, limits)}") from error
    check_executed(executed, limits)
    return executed


@contextmanager
def _private_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="coursewaves-") as folder, isolated(Path(folder)):
        yield Path(folder)


def _as_it_is(notebook: Path) -> str:
    """Return a path that papermill takes as it is: it reads an address in one that isn't absolute, and fills braces."""
    return str(notebook.resolve()).replace("{", "{{").replace("}", "}}")


def _named(source: str) -> str:
    return f"cell `{source.strip().partition(chr(10))[0]}`"


def _kind_of(error: str, limits: Limits) -> str:
    """Return the name of an error, or what it says of the limits."""
    out_of_memory = dict.fromkeys(("MemoryError", "ArrowMemoryError", "OutOfMemoryException"), limits.too_much_memory)
    return (out_of_memory | {"TooMuchOutput": limits.too_much_output}).get(error, error)


def check_executed(executed: Any, limits: Limits) -> None:
    """Hold that every cell was run to its end; what the notebook's metadata say of it counts for nothing.

    Raises
    ------
    ReportError
        For a cell that was not run or that left, such as by ``sys.exit``, and for too much output.
    """
    size = 0
    for cell in executed.cells:
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                raise ReportError(f"{_named(cell.source)}: {output.ename}")
            size += len(output.get("text", "")) + sum(len(str(data)) for data in output.get("data", {}).values())
        if cell.execution_count is None:
            raise ReportError(f"{_named(cell.source)} was not run")
    if size > limits.output_mb * MEGABYTE:
        raise ReportError(limits.too_much_output)


@lru_cache(maxsize=1)
def _exporter() -> Any:
    """Build the exporter once a process; its start costs more than a page.

    nbconvert's HTML exporter would parse the finished page once more, to add what our template has already, and
    its preprocessors would check the notebook a dozen times; the template takes the outputs alone.
    """
    from nbconvert import TemplateExporter  # noqa: PLC0415

    exporter = TemplateExporter(
        template_name="report", extra_template_basedirs=[str(PACKAGE / "templates")], template_file="index.html.j2",
        default_preprocessors=[],
    )  # fmt: skip
    exporter.register_filter("clean", lambda html: typeset(cleaned(html)))
    return exporter


def warm_up() -> None:
    """Make a small page in every language that there is a catalogue of, to load what a first page would load."""
    import nbformat  # noqa: PLC0415

    cells = [nbformat.v4.new_code_cell(source) for source in ("first = 1", "print(first)", "first")]
    cells[0].metadata["tags"] = ["parameters"]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    with tempfile.TemporaryDirectory(prefix="coursewaves-") as folder:
        notebook = Path(folder) / "small.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), notebook)
        check_parameters(notebook, {"first": 2})
        executed = execute(notebook, {"first": 2}, "coursewaves", None, Path(folder))
    for language in ("en", *(place.name for place in LOCALES.iterdir() if place.is_dir())):
        words = Phrases(language)
        _ = words.number(1.5, 1), words.percent(0.5), words.day(date(2025, 9, 1)), words.short_day(date(2025, 9, 1))
        render(executed, "", language)


def render(executed: Any, title: str, language: str) -> str:
    """Lay the outputs of an executed notebook out as one page."""
    say = Phrases(language).say
    outputs = _shown(executed, "text/html")
    frame = {
        "title": title,
        "language": language,
        "css": page_css(),
        "skip": say("To the report"),
        "contents_name": say("Contents"),
        "contents": contents("\n".join(outputs)),
        "outputs": outputs,
    }
    page, _ = _exporter().from_notebook_node(executed, resources={"page": frame})
    return str(page)


def _shown(executed: Any, kind: str) -> list[str]:
    """List what the cells of an executed notebook showed of one kind."""
    outputs = (output for cell in executed.cells if cell.cell_type == "code" for output in cell.outputs)
    return [output["data"][kind] for output in outputs if kind in output.get("data", {})]


@lru_cache(maxsize=1)
def page_css() -> str:
    """Return the style sheet that every page carries."""
    return (PACKAGE / "templates" / "page.css").read_text(encoding="utf-8")


def contents(html: str) -> list[tuple[str, str]]:
    """List the sections of a page that have a heading, as ``(id, heading)``; their marks are left out."""
    found = re.findall(r'<section id="([^"]*)"><h2>(.*?)</h2>', html, flags=re.DOTALL)
    plain = ((section_id, unescape(re.sub(r"<span.*?</span>", "", text))) for section_id, text in found)
    return [(section_id, " ".join(text.split())) for section_id, text in plain if text.strip()]


def check_page(page: str) -> None:
    """Hold that a page is whole and speaks to everybody.

    Raises
    ------
    ReportError
        Where the end mark is missing, or a figure has no words for those who can't see it.
    """
    if f'<section id="{END_MARK}"' not in page:  # "<" of a text is escaped: no answer can forge the mark
        raise ReportError("the notebook did not run to its end mark")
    for drawing in re.findall(r"<svg\b.*?</svg>", page, flags=re.DOTALL):
        words = re.search(r"<desc\b[^>]*>([^<]*)</desc>", drawing)
        if words is None or not words[1].strip() or 'role="img"' not in drawing:
            raise ReportError("a figure has no alternative text")
