"""Make the pages of one subject: a job goes in, each page is told as soon as it is whole.

One process makes the pages of all languages: what does not hang on the language is found once (`coursewaves.course`).
"""

from collections.abc import Callable
from typing import Any

from coursewaves.errors import CoursewavesError
from coursewaves.limits import Limits
from coursewaves.report import make_page
from coursewaves.settings import notebooks_folder


def make_pages(job: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> None:
    """Make the pages that a job asks for and has not told yet.

    Parameters
    ----------
    job
        ``home``, ``kind``, ``subject_id``, ``pages`` as pairs of language and title, ``engine`` (None for a Jupyter
        kernel), ``limits`` of `coursewaves.limits` by name, and ``told`` where an earlier process died on the way.
    tell
        Is given ``language`` and ``page``, or ``language`` and ``failure``: a cell and an error's class, never data.
    """
    notebook = notebooks_folder() / "reports" / f"{job['kind']}.ipynb"
    limits = Limits.model_validate(job.get("limits", {}))
    done = {told["language"] for told in job.get("told", [])}
    for language, title in job["pages"]:
        if language in done:
            continue
        parameters = {"home": job["home"], "course_id": job["subject_id"], "language": language}
        try:
            page = make_page(notebook, parameters, title, language, job["engine"], limits)
            tell({"language": language, "page": page})
        except CoursewavesError as error:
            tell({"language": language, "failure": str(error)})
