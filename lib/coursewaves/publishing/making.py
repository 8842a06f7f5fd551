"""Make the pages of one subject: a job goes in, each page is told as soon as it is whole, with its other formats.

One process makes the pages of all languages: what does not hang on the language is found once
(`coursewaves.views.course`).
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from coursewaves import results
from coursewaves.errors import CoursewavesError
from coursewaves.publishing import renditions
from coursewaves.publishing.report import make_report
from coursewaves.settings.formats import as_words
from coursewaves.settings.home import notebooks_folder
from coursewaves.system.limits import Limits
from coursewaves.views import opening


def make_pages(job: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> None:
    """Make the pages that a job asks for and has not told yet.

    Parameters
    ----------
    job
        ``home``, ``kind``, ``subject_id``, ``about`` (the parameter that names the subject, and its id), ``pages`` as
        pairs of language and title, ``formats`` beside the page, ``engine`` (None for a Jupyter kernel), ``limits``,
        and ``told`` where an earlier process died. The current folder is its own.
    tell
        Is given ``language`` and what `coursewaves.settings.formats.as_words` makes of the page, or ``language`` and
        ``failure``: a cell and an error's class, never data.
    """
    notebook = notebooks_folder() / "reports" / f"{job['kind']}.ipynb"
    limits = Limits(**job["limits"])
    done = {told["language"] for told in job.get("told", [])}
    for language, title in job["pages"]:
        if language in done:
            continue
        parameters = {"home": job["home"], "language": language} | job["about"]
        head = {"kind": job["kind"], "id": job["subject_id"], "language": language, "title": title}
        try:
            report = make_report(notebook, parameters, title, language, job["engine"], limits, Path.cwd())
            tell({"language": language} | as_words(report.page, renditions.renditions_of(report, head, job["formats"])))
        except CoursewavesError as error:
            tell({"language": language, "failure": str(error)})


def warm_up(home: str, languages: list[str], formats: list[str]) -> None:
    """Read what all reports of a work folder share, and import what their formats need."""
    opening.warm_up(home, languages)
    results.warm_up(languages)
    renditions.warm_up(formats)
