"""Make many reports and publish them whole: jobs go in, pages, the manifest and the index come out."""

import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from coursewaves.errors import CoursewavesError
from coursewaves.phrases import Phrases
from coursewaves.report import make_page
from coursewaves.settings import Home, notebooks_folder
from coursewaves.workers import CAN_FORK, do_each
from coursewaves.year import Year

MANIFEST = "manifest.json"

ENGINE = "coursewaves"
"""papermill's engine where each report has a forked process of its own; elsewhere a Jupyter kernel."""

LONGEST = 600.0
"""Seconds after which a report is given up."""


class Job(NamedTuple):
    """One report to make: one notebook, one subject, one language.

    Attributes
    ----------
    kind
        Name of the notebook in ``notebooks/reports``.
    subject_id
        What the report is about; a course's code for kind ``course``.
    language
        Language of the report.
    title
        Title of the page, and of its entry in the index.
    """

    kind: str
    subject_id: str
    language: str
    title: str

    @property
    def path(self) -> str:
        """Where the page lies below the reports folder."""
        return f"{self.kind}/{self.subject_id}.{self.language}.html"


class Outcome(NamedTuple):
    """What became of a job: `failure` is empty for a page that was published."""

    job: Job
    sha256: str
    failure: str


def course_jobs(year: Year, course_ids: Iterable[str], languages: Iterable[str]) -> list[Job]:
    """List the course reports to make (¶14); without courses named, of all that anybody answered.

    Raises
    ------
    CoursewavesError
        For a course that is not registered, or a language that the settings do not name.
    """
    registry, settings = year.registry, year.settings
    chosen = list(course_ids) or sorted(set(year.responses["course_id"]))
    spoken = list(languages) or settings.languages
    for language in spoken:
        if language not in settings.languages:
            raise CoursewavesError.not_found(language, "the languages of the settings", settings.languages)
        Phrases(language)  # one without a catalogue is refused before any report is begun
    jobs = []
    for course_id in chosen:
        registry.course(course_id)
        programme = registry.programme_of(course_id)
        titles = {language: registry.title("programmes", programme, language) for language in spoken}
        jobs += [Job("course", course_id, lang, f"{title} ({course_id})") for lang, title in titles.items()]
    return jobs


def make_reports(year: Year, jobs: list[Job], workers: int, done: Callable[[Outcome], None]) -> list[Outcome]:
    """Make reports in several processes; one that fails never stops the others.

    Parameters
    ----------
    year
        The loaded year.
    jobs
        What to make.
    workers
        Processes at once.
    done
        Called for each job when it has ended.

    Returns
    -------
    list of Outcome
        In the order of `jobs`. Manifest and index are written last.
    """
    home = year.home
    home.reports.mkdir(parents=True, exist_ok=True)
    read_manifest(home)  # a damaged one is told now, not when all reports are made
    outcomes: dict[Job, Outcome] = {}
    for ended in do_each(partial(_make, home.root), jobs, workers, LONGEST):
        outcomes[ended.job] = ended.result or Outcome(ended.job, "", ended.failure)
        done(outcomes[ended.job])
    ordered = [outcomes[job] for job in jobs]
    manifest = _merge_manifest(home, ordered, _inputs(home, {job.kind for job in jobs}))
    write_whole(home.reports / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return ordered


def _make(root: Path, job: Job) -> Outcome:
    notebook = notebooks_folder() / "reports" / f"{job.kind}.ipynb"
    parameters = {"home": str(root), "course_id": job.subject_id, "language": job.language}
    try:
        page = make_page(notebook, parameters, job.title, job.language, ENGINE if CAN_FORK else None)
        write_whole(root / "reports" / job.path, page)
    except CoursewavesError as error:
        return Outcome(job, "", str(error))
    except OSError as error:
        return Outcome(job, "", f"can't write its page: {error.strerror}")
    return Outcome(job, hashlib.sha256(page.encode()).hexdigest(), "")


def write_whole(path: Path, text: str) -> None:
    """Write a file beside its place, sync it and move it there, so that no reader meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(0o640)
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)


def _inputs(home: Home, kinds: set[str]) -> dict[str, str]:
    """Return the SHA-256 of what the reports rest on: raw files, instruments, settings, notebooks."""
    folders = {"raw": home.root / "data" / "raw", "instruments": home.instruments}
    digests = {name: _digest(path for path in folder.rglob("*") if path.is_file()) for name, folder in folders.items()}
    digests["settings"] = _digest([home.root / "coursewaves.yml"])
    notebooks = notebooks_folder() / "reports"
    return digests | {f"{kind}.ipynb": _digest([notebooks / f"{kind}.ipynb"]) for kind in sorted(kinds)}


def _digest(paths: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in sorted(paths):
        if path.exists():
            total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _merge_manifest(home: Home, outcomes: list[Outcome], inputs: dict[str, str]) -> list[dict[str, Any]]:
    """Enter new pages; keep the entries of pages that were not asked for, and mark those that failed stale."""
    versions = {name: version(name) for name in ("coursewaves", "pandas", "papermill", "nbconvert", "scipy")}
    versions["python"] = platform.python_version()
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    entries = {entry["path"]: entry for entry in read_manifest(home)}
    for outcome in outcomes:
        job = outcome.job
        if not outcome.failure:
            entries[job.path] = {
                "kind": job.kind, "id": job.subject_id, "language": job.language, "title": job.title,
                "path": job.path, "sha256": outcome.sha256, "inputs": inputs, "versions": versions,
                "made_at": made_at, "is_stale": False,
            }  # fmt: skip
        elif job.path in entries:
            entries[job.path]["is_stale"] = True
    return [entries[path] for path in sorted(entries)]


def read_manifest(home: Home) -> list[dict[str, Any]]:
    """Return the manifest's entries, one a published page; none where nothing was published."""
    path = home.reports / MANIFEST
    if not path.exists():
        return []
    try:
        entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        place = f"{home.reports.name}/{MANIFEST}"
        raise CoursewavesError(f"{place} is damaged; fix: delete it and make all reports anew") from None
    return list(_present(home, entries))


def _present(home: Home, entries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (entry for entry in entries if (home.reports / entry["path"]).exists())
