"""Make the reports that are due and publish them whole: a plan goes in, pages, the manifest and outcomes come out.

Pages are made by processes that write nothing (`publishing.making`); this one alone publishes. The answers that a page
counts are entered in the register of what was published, the page in the journal with its other formats; these are
written before it, and it is written beside its place, synced and moved there. The manifest is written last.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple

from coursewaves import releases
from coursewaves.errors import CoursewavesError
from coursewaves.kinds import KINDS
from coursewaves.processed.contents import digest, versions
from coursewaves.publishing.manifest import Page, enter, page_path, read_manifest, write_manifest
from coursewaves.publishing.plan import Job, Planned
from coursewaves.settings.formats import FORMATS, PAGE, files_of, others
from coursewaves.settings.home import Home
from coursewaves.system.private_files import sweep, write_shared
from coursewaves.workers.pool import CAN_FORK, Ended, Told, do_each

WORK = "coursewaves.publishing.making:make_pages"
WARM_UP = "coursewaves.publishing.making:warm_up"

ENGINE = "coursewaves"
"""papermill's engine for a process that was forked for this report."""

Do = Callable[[list[dict[str, Any]]], Iterator[Told | Ended]]
"""Does jobs somewhere and tells of each; see `coursewaves.workers.pool.do_each`."""


class Outcome(NamedTuple):
    """What became of a report: `failure` is empty for a page that was published."""

    job: Job
    sha256: str
    failure: str


def here(home: Home, workers: int, formats: Iterable[str] = ()) -> Do:
    """Make reports on this machine, so many at once; `formats` are those beside the settings'."""
    arguments = {
        "home": str(home.root), "languages": home.settings.languages,
        "formats": others([*home.settings.formats, *formats]),
    }  # fmt: skip
    return lambda jobs: do_each(WORK, jobs, workers, home.settings.limits, WARM_UP, arguments)


def mark_stale(home: Home, planned: Iterable[Planned], gone: Iterable[Page] = ()) -> bool:
    """Mark the published pages of reports that are due, and of those that no plan knows; tell whether any is new."""
    due = {one.job.path for one in planned if one.reasons} | {page["path"] for page in gone}
    pages = read_manifest(home)
    found = [page["path"] for page in pages if page["path"] in due and not page["is_stale"]]
    if found:
        write_manifest(home, [page | {"is_stale": page["is_stale"] or page["path"] in due} for page in pages])
    return bool(found)


def make_reports(home: Home, planned: list[Planned], do: Do, done: Callable[[Outcome], None]) -> list[Outcome]:
    """Make and publish the reports that are due; one that fails never stops the others.

    Parameters
    ----------
    planned
        Of `coursewaves.publishing.plan.plan_reports`.
    do
        Where they are made: `here`, or a cluster.
    done
        Called for each report when it has ended.

    Returns
    -------
    list of Outcome
        One for each report that was due, in the order of the plan.
    """
    due = {one.job: one for one in planned if one.reasons}
    outcomes: dict[Job, Outcome] = {}
    if not due:
        return []
    _prepare(home, due)
    waiting, entered = list(due), set[str]()
    while waiting:
        for job, words in _made(home, [due[job] for job in waiting], do):
            outcomes[job] = _publish(home, job, due[job].inputs, words, entered)
            done(outcomes[job])
        waiting = [job for job in waiting if job not in outcomes]
    write_manifest(home, read_manifest(home))
    return [outcomes[job] for job in due]


def _prepare(home: Home, due: Iterable[Job]) -> None:
    """Make the folders of the pages, and remove what a run that was killed left in them."""
    for kind in dict.fromkeys(job.kind for job in due):
        folder = home.reports / kind
        if folder.is_symlink():
            raise CoursewavesError(f"reports/{kind} is a link to another place; fix: remove it")
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder, at_once=True)
    sweep(home.reports, at_once=True)
    write_manifest(home, read_manifest(home))  # closes the journal of a run that was killed, its last line half


def _made(home: Home, planned: list[Planned], do: Do) -> Iterator[tuple[Job, dict[str, Any]]]:
    """Make the pages of each subject in one process; yield each report with its page or its failure.

    Where a process ends before its time, the report that it was at has failed; those behind it are left for another.
    """
    subjects = [list(found) for _, found in groupby(planned, key=lambda one: (one.job.kind, one.job.subject_id))]
    left = [{one.job.language: one.job for one in found} for found in subjects]
    for event in do([_ordered(home, found) for found in subjects]):
        waiting = left[event.place]
        if isinstance(event, Told):
            yield waiting.pop(event.words["language"]), event.words
        elif waiting:
            language = next(iter(waiting))
            yield waiting.pop(language), {"failure": event.failure or "its process told nothing of it"}


def _ordered(home: Home, planned: list[Planned]) -> dict[str, Any]:
    first = planned[0].job
    parameter = KINDS[first.kind].parameter
    return {
        "home": str(home.root),
        "kind": first.kind,
        "subject_id": first.subject_id,
        "about": {parameter: first.subject_id} if parameter else {},
        "pages": [[one.job.language, one.job.title] for one in planned],
        "formats": list(planned[0].formats),
        "engine": ENGINE if CAN_FORK else None,
        "limits": home.settings.limits.model_dump(),
    }


def _publish(home: Home, job: Job, inputs: dict[str, str], words: dict[str, Any], entered: set[str]) -> Outcome:
    if "failure" in words:
        return Outcome(job, "", words["failure"])
    content, files = words["page"].encode(), files_of(words)
    sha256 = digest(content)
    entry: Page = {
        "kind": job.kind, "id": job.subject_id, "language": job.language, "title": job.title, "path": job.path,
        "sha256": sha256, "inputs": inputs, "versions": versions(),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "is_stale": False,
        "files": {name: digest(file) for name, file in files.items()},
    }  # fmt: skip
    try:
        _enter_released(home, job, entered)
        enter(home, entry)
        _put_beside(home, job, files)
        write_shared(home.reports / job.path, content)
    except OSError as error:
        return Outcome(job, "", f"can't write its page: {error.strerror}")
    return Outcome(job, sha256, "")


def _enter_released(home: Home, job: Job, entered: set[str]) -> None:
    """Enter in the register whose answers a page counts: its course's, or those of all courses."""
    is_one = job.kind == "course"
    course_ids = {job.subject_id} if is_one else {path.stem for path in home.partitions.glob("*.zip")}
    releases.enter(home, sorted(course_ids - entered))
    entered |= course_ids


def _put_beside(home: Home, job: Job, files: dict[str, bytes]) -> None:
    """Write the other formats of a page; one that was made before and is not made now would tell older figures.

    They are not synced: the page that follows is, and the next run makes anew what is not as the manifest says.
    """
    for name in FORMATS:
        path = home.reports / page_path(job.kind, job.subject_id, job.language, name)
        if name in files:
            write_shared(path, files[name], is_synced=False)
        elif name != PAGE:
            path.unlink(missing_ok=True)
