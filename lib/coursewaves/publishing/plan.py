"""Tell which reports are due, and why: what was loaded and what is published go in, the plan comes out.

A page is made anew when the hash of anything that it rests on has changed. Nothing is read but hashes, so that a run
with nothing to do ends at once.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from coursewaves.errors import CoursewavesError
from coursewaves.kinds import KINDS
from coursewaves.phrases import LOCALES, Phrases, marked
from coursewaves.processed.contents import (
    Contents,
    Listed,
    changed,
    digest,
    digest_of,
    instruments_digest,
    library_digest,
    load_inputs,
    read_contents,
    settings_digest,
    versions,
)
from coursewaves.publishing.manifest import Page, is_as_told, page_path, read_manifest, sha256_of
from coursewaves.settings.formats import others
from coursewaves.settings.home import Home, notebooks_folder

NEW, EDITED, STALE, ASKED = "not made yet", "its page was edited", "not made last time", "asked for"
UNMADE = "not made in this format yet"

CHANGED = {
    "data": "its data changed",
    "surveys": "a survey opened or closed",
    "settings": "the settings changed",
    "instruments": "the instruments changed",
    "notebook": "the notebook changed",
    "library": "the program changed",
    "phrases": "the wordings changed",
}

MOST_NAMED = 3
"""So many surveys are named in a reason."""

KIND_NAMES = {
    "topic": marked("Topics"),
    "direction": marked("Direction"),
    "programme": marked("Programme"),
    "factors": marked("Factor analysis"),
    "centre": marked("Competence centre"),
    "period": marked("The institute's year"),
    "intake": marked("Quality of the intake"),
    "questionnaire": marked("Quality of the questionnaires"),
    "sample": marked("Sample of monitoring 3"),
}
"""What a page of each kind is called; one on a course by its title alone."""


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
        return page_path(self.kind, self.subject_id, self.language)


class Planned(NamedTuple):
    """A report with the hashes of all that it rests on, and why it is due.

    `reasons` are empty where it is current; `formats` are those beside the page in which it is made if it is due.
    """

    job: Job
    inputs: dict[str, str]
    reasons: list[str]
    formats: tuple[str, ...] = ()


def plan_reports(
    home: Home,
    course_ids: Iterable[str] = (),
    languages: Iterable[str] = (),
    kinds: Iterable[str] = (),
    *,
    formats: Iterable[str] = (),
    anew: bool = False,
) -> list[Planned]:
    """Plan reports of all kinds; without courses named, on all that anybody answered (¶14).

    Parameters
    ----------
    course_ids
        Only reports on these courses.
    languages, kinds
        Only these; by default all of the settings, and all kinds.
    formats
        Formats beside those of the settings.
    anew
        Whether reports that are current are due too.

    Raises
    ------
    CoursewavesError
        For a course without answers, a kind or a format that there is not, a language that the settings do not name,
        and where nothing was loaded, or the settings, the instruments or what was made of the data have changed since.
    """
    contents = loaded(home)
    jobs = _jobs(home, _wanted(contents, list(course_ids), list(kinds) or home.settings.kinds), list(languages))
    data, surveys = _data(home, contents, jobs), _surveys(contents)
    pages = {page["path"]: page for page in read_manifest(home)}
    shared = {name: contents.inputs[name] for name in ("settings", "instruments")}
    asked = tuple(others([*home.settings.formats, *formats]))
    planned = []
    for job in jobs:
        opened = surveys.get(job.subject_id if job.kind == "course" else "*", digest(b""))
        own = {"data": data[job.kind, job.subject_id], "surveys": opened}
        inputs = own | shared | _of_program(job.kind, job.language)
        reasons = _reasons(home, job, pages.get(job.path), inputs, asked)
        planned.append(Planned(job, inputs, reasons or ([ASKED] if anew else []), asked))
    return planned


def _data(home: Home, contents: Contents, jobs: list[Job]) -> dict[tuple[str, str], str]:
    """Return the hash of each subject's data, once it is sure that the data are those that were loaded."""
    partitions = {entry.course_id: entry.sha256 for entry in contents.courses}
    data: dict[tuple[str, str], str] = {}
    for job in jobs:
        subject = (job.kind, job.subject_id)
        if subject not in data and job.kind == "course":
            data[subject] = partitions[job.subject_id]
            _insist(home, home.partition(job.subject_id), data[subject], job.subject_id)
        data.setdefault(subject, contents.whole)
    if any(job.kind != "course" for job in jobs):
        for name, sha256 in contents.tables.items():
            _insist(home, home.processed / f"{name}.parquet", sha256, f"table {name}")
    return data


def _surveys(contents: Contents) -> dict[str, str]:
    """Return the hash of the open surveys of each course that has any, and of all courses under ``*``."""
    cells = {"*": [one[:2] for one in contents.surveys]} if contents.surveys else {}
    for one in contents.surveys:
        cells.setdefault(one.course_id, []).append(one[:2])
    return {name: digest(json.dumps(sorted(found)).encode()) for name, found in cells.items()}


def _insist(home: Home, path: Path, sha256: str, name: str) -> None:
    if sha256_of(path) != sha256:
        raise CoursewavesError(f"The processed data of {name} were changed; fix: {_load(home)}")


def loaded(home: Home) -> Contents:
    """Return what was loaded, once it is sure that it was loaded as things are now."""
    contents = read_contents(home)
    if contents is None:
        raise CoursewavesError(f"Can't find the processed tables of {home.root.name!r}; fix: {_load(home)}")
    different = changed(contents.inputs, {"settings": settings_digest(home), "instruments": instruments_digest(home)})
    if different:
        raise CoursewavesError(f"The {' and '.join(different)} changed since the data were loaded; fix: {_load(home)}")
    if not are_sound(home, contents):
        raise CoursewavesError(f"The processed tables of {home.root.name!r} were changed; fix: {_load(home)}")
    return contents


def are_sound(home: Home, contents: Contents) -> bool:
    """Tell whether the processed tables are those that the load wrote; the partitions are looked at one by one."""
    return all(sha256_of(home.processed / f"{name}.parquet") == told for name, told in contents.tables.items())


def _load(home: Home) -> str:
    return f"coursewaves --home {home.root.name} load"


def _wanted(contents: Contents, course_ids: list[str], kinds: list[str]) -> list[Listed]:
    """List what is to be reported, the courses first."""
    known = list(KINDS)
    for kind in kinds:
        if kind not in known:
            raise CoursewavesError.not_found(kind, "the kinds of report", known)
    courses = {entry.course_id: Listed("course", entry.course_id, entry.titles) for entry in contents.courses}
    for course_id in course_ids:
        if course_id not in courses:
            raise CoursewavesError.not_found(course_id, "the courses with answers", courses)
    chosen = [courses[course_id] for course_id in dict.fromkeys(course_ids or courses)]
    found = [*chosen, *([] if course_ids else contents.others)]
    return [one for one in found if one.kind in (kinds or known)]


def _jobs(home: Home, wanted: list[Listed], languages: list[str]) -> list[Job]:
    spoken = home.settings.languages
    phrases = {}
    for language in languages or spoken:
        if language not in spoken:
            raise CoursewavesError.not_found(language, "the languages of the settings", spoken)
        phrases[language] = Phrases(language)  # one without a catalogue is refused before any report is begun
    return [
        Job(one.kind, one.subject_id, language, _title(one, said))
        for one in wanted
        for language, said in phrases.items()
    ]


def _title(subject: Listed, phrases: Phrases) -> str:
    """Name a page: what it is about, and the kind where it is no course."""
    title = subject.titles.get(phrases.language, "")
    about = f"{title} ({subject.subject_id})" if title else ""
    return ": ".join(filter(None, (phrases.say(KIND_NAMES[subject.kind]) if subject.kind in KIND_NAMES else "", about)))


@lru_cache(maxsize=64)
def _of_program(kind: str, language: str) -> dict[str, str]:
    """Return the hashes of what is not the institute's: notebook, library and phrases."""
    notebook = notebooks_folder() / "reports" / f"{kind}.ipynb"
    phrases = LOCALES / language / "LC_MESSAGES" / "coursewaves.po"
    return {
        "notebook": digest_of(notebook.parent, [notebook]),
        "library": library_digest(),
        "phrases": digest_of(LOCALES, [phrases]),
    }


def _reasons(
    home: Home, job: Job, page: Page | None, inputs: Mapping[str, str], formats: tuple[str, ...]
) -> list[str]:  # fmt: skip
    if page is None:
        return [NEW]
    reasons = [CHANGED[name] for name in changed(page["inputs"], inputs)]
    own = {"title": job.title} | ({} if reasons else {"versions": versions()})
    if changed(page, own) or not is_as_told(home, page):
        reasons.append(EDITED)
    if not {*formats} <= {*page["files"]}:
        reasons.append(UNMADE)
    return reasons or ([STALE] if page["is_stale"] else [])


def gone(home: Home, planned: list[Planned]) -> list[Page]:
    """Return the published pages that no plan knows any more, of courses or languages that there are not."""
    known = {one.job.path for one in planned}
    return [page for page in read_manifest(home) if page["path"] not in known]


def load_reasons(home: Home, today: date | None = None) -> list[str]:
    """Say why the raw files must be loaded: nothing was, something changed since, or what was made of it did.

    With a day also where a survey has ended since, so that its answers are to be shown.
    """
    contents = read_contents(home)
    if contents is None:
        return ["nothing was loaded yet"]
    reasons = [f"{name} changed" for name in changed(contents.inputs, load_inputs(home))] + ended(contents, today)
    are_partitions_sound = all(sha256_of(home.partition(one.course_id)) == one.sha256 for one in contents.courses)
    is_sound = are_partitions_sound and are_sound(home, contents)
    return reasons if is_sound else [*reasons, "processed tables were changed"]


def ended(contents: Contents, today: date | None) -> list[str]:
    """Say which surveys have ended since the load, so that their answers are to be shown; nothing without a day."""
    over = [one for one in contents.surveys if today is not None and one.shown_on <= today.isoformat()]
    named = [f"the survey {one.instrument_id} of {one.course_id} ended on {one.closes_on}" for one in over[:MOST_NAMED]]
    return [*named, f"{len(over) - MOST_NAMED} more surveys ended"] if len(over) > MOST_NAMED else named
