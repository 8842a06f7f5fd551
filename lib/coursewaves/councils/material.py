"""Take the published reports that a council is to hear: a docket goes in, checked pages come out; stale ones never."""

from typing import NamedTuple

from coursewaves.councils.docket import Docket
from coursewaves.errors import CoursewavesError
from coursewaves.processed.contents import digest
from coursewaves.publishing.manifest import Page, page_path, read_manifest
from coursewaves.publishing.plan import NEW, Planned, plan_reports
from coursewaves.settings.home import Home

MOST_NAMED = 5
"""Reports that a refusal names; of the others it tells the number."""


class Report(NamedTuple):
    """One published page.

    Attributes
    ----------
    kind, subject_id
        What it is about.
    title
        As in the index of the reports.
    path
        Where it lies below the reports folder.
    page
        Its HTML.
    content
        Its bytes, with the hash that the manifest has.
    others
        The bytes of its other formats by their path, of those that were made.
    """

    kind: str
    subject_id: str
    title: str
    path: str
    page: str
    content: bytes
    others: dict[str, bytes]


def collect_reports(home: Home, docket: Docket) -> list[Report]:
    """Return the pages of all reports on a docket in its language, in the order of the agenda.

    Raises
    ------
    CoursewavesError
        Where a page is not made, rests on data, settings or wordings that have changed since, or was edited.
    """
    if not docket.heard:
        return []
    language = docket.phrases.language
    planned = {(one.job.kind, one.job.subject_id): one for one in plan_reports(home, languages=[language])}
    faults = [fault for key in docket.heard for fault in _faults(key, language, planned)]
    if faults:
        more = f" and {len(faults) - MOST_NAMED} more" if len(faults) > MOST_NAMED else ""
        listed = "; ".join(faults[:MOST_NAMED])
        fix = f"coursewaves --home {home.root.name} report, then repeat this"
        raise CoursewavesError(f"Reports that can't be heard as they are: {listed}{more}; fix: {fix}")
    pages = {(page["kind"], page["id"]): page for page in read_manifest(home) if page["language"] == language}
    return [_taken(home, pages[key]) for key in docket.heard]


def _faults(key: tuple[str, str], language: str, planned: dict[tuple[str, str], Planned]) -> list[str]:
    """Say why a report can't be heard: it is not planned at all, or due anew."""
    if key not in planned:
        return [f"{key[0]}/{key[1]}.{language}.html ({NEW}; see kinds in coursewaves.yml)"]
    reasons = planned[key].reasons
    return [f"{planned[key].job.path} ({', '.join(reasons)})"] if reasons else []


def _taken(home: Home, page: Page) -> Report:
    kind, subject_id, language = page["kind"], page["id"], page["language"]
    paths = {page_path(kind, subject_id, language, name): sha256 for name, sha256 in page["files"].items()}
    others = {path: _checked(home, path, sha256) for path, sha256 in sorted(paths.items())}
    content = _checked(home, page["path"], page["sha256"])
    return Report(kind, subject_id, page["title"], page["path"], content.decode(), content, others)


def _checked(home: Home, path: str, sha256: str) -> bytes:
    content = (home.reports / path).read_bytes()
    if digest(content) != sha256:
        raise CoursewavesError(f"reports/{path} changed while it was read; fix: repeat this")
    return content
