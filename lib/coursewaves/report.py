"""Make one report: a notebook and its parameters go in, one finished HTML page comes out.

papermill executes the notebook; nbconvert lays its outputs out with a template of our own that calls no host.
Success is never read from the notebook's own metadata (a killed kernel leaves "completed" there): a page counts
only when no output is an error and the end mark is there.
"""

import re
import tempfile
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any

from coursewaves.clean import cleaned
from coursewaves.errors import CoursewavesError
from coursewaves.phrases import Phrases
from coursewaves.sections.front import END_MARK
from coursewaves.settings import PACKAGE

PLAIN = (str, int, float, bool, type(None))
"""Types that papermill writes into a notebook safely; anything else could end up as code."""


class ReportError(CoursewavesError):
    """A report that could not be made; the message names the cell and the kind of error, never data."""


def make_page(notebook: Path, parameters: dict[str, Any], title: str, language: str, engine: str | None = None) -> str:
    """Execute a notebook and return its page.

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
    engine
        papermill's engine; by default a Jupyter kernel.

    Raises
    ------
    ReportError
        Where a cell fails, the kernel dies, or the page is not whole.
    CoursewavesError
        For a parameter that the notebook does not have, or of a type that is not plain.
    """
    check_parameters(notebook, parameters)
    executed = execute(notebook, parameters, engine)
    page = render(executed, title, language)
    check_page(page)
    return page


def check_parameters(notebook: Path, parameters: dict[str, Any]) -> None:
    """Refuse what papermill would take without a word: unknown names, and values that are not plain."""
    import papermill  # noqa: PLC0415  (its import costs seconds; the command line should not wait for it)

    known = papermill.inspect_notebook(str(notebook))
    for name, value in parameters.items():
        if name not in known:
            raise CoursewavesError.not_found(name, f"the parameters of {notebook.name}", known)
        if type(value) not in PLAIN:
            raise CoursewavesError(f"Parameter {name!r} is a {type(value).__name__}; fix: pass text or a number.")


def execute(notebook: Path, parameters: dict[str, Any], engine: str | None = None) -> Any:
    """Execute a notebook with papermill in a private folder and return it with its outputs."""
    import papermill  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="coursewaves-") as folder:
        try:
            return papermill.execute_notebook(
                str(notebook), None, parameters, engine_name=engine, kernel_name="python3", progress_bar=False,
                cwd=folder,
            )  # fmt: skip
        except papermill.PapermillExecutionError as error:
            first_line = error.source.partition("\n")[0]
            raise ReportError(f"cell `{first_line}`: {error.ename}") from error
        except Exception as error:  # a kernel that dies or never starts raises many kinds
            raise ReportError(f"the kernel ended: {type(error).__name__}") from error


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
    exporter.register_filter("clean", cleaned)
    return exporter


def warm_up() -> None:
    """Load what the first page of a process would have to load."""
    import papermill  # noqa: F401, PLC0415

    _exporter()


def render(executed: Any, title: str, language: str) -> str:
    """Lay the outputs of an executed notebook out as one page."""
    say = Phrases(language).say
    outputs = [
        output["data"]["text/html"]
        for cell in executed.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "text/html" in output.get("data", {})
    ]
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
