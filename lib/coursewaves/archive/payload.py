"""Gather what goes into a bag: a loaded year and what it is about go in, the files of the bag come out.

A year's bag holds the work folder's own files whole, so that it can be restored. A raw file may hold several courses:
a course's bag holds its records and registry rows taken out, with their row numbers, and none of another course.
"""

import json
import platform
from collections.abc import Iterator
from datetime import date
from importlib.metadata import distributions
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from coursewaves.archive.extract import as_csv, own_records, own_registry, pages_of, trace
from coursewaves.archive.names import safe_names
from coursewaves.archive.retention import Subject, find_retention
from coursewaves.errors import CoursewavesError
from coursewaves.privacy.pseudonyms import KEY_FILE
from coursewaves.processed.contents import versions
from coursewaves.processed.year import Year
from coursewaves.publishing.manifest import JOURNAL, read_manifest
from coursewaves.publishing.plan import load_reasons
from coursewaves.settings.home import Home
from coursewaves.survey.files import BUILT_IN
from coursewaves.system.private_files import DRAFT

ARCHIVE = "archive"
"""Folder below ``data`` where bags are made."""

KINDS = {
    "data/raw/registry": "registry",
    "data/raw/responses": "responses",
    "data/raw/corrections": "corrections",
    "data/register": "register",
    "data/letters": "letters",
    "data/field": "field",
    "data/councils": "councils",
    "data/released": "released",
    "reports": "reports",
    "instruments": "instruments",
    "forms": "forms",
    "letters": "letters",
    "councils": "councils",
    "coursewaves.yml": "settings",
    "aliases.csv": "settings",
    "data": "data",
}
"""What of a work folder is kept (¶22), and what kind of document it is; the first that fits counts."""

NOT_KEPT = ("data/processed", "data/export", "data/archive", "data/run.lock", "data/alerts.json")
"""Made anew at any time, of this machine alone, or a bag itself."""

LIVE = ("status.html", "status.json", "due.html", "due.json", "calendar.ics")
"""Files of the reports that every run writes anew, and that hold no answer: they stay when a year is removed."""

WORK, ABOUT, RECORDS, REGISTRY, REPORTS = "work", "about", "records", "registry", "reports"
"""Folders of the payload: the work folder's files; what was made for the bag; of a course its records, rows, pages."""


class Item(NamedTuple):
    """One file of a bag.

    Attributes
    ----------
    name
        Its path below the bag's ``data``.
    kind
        What kind of document it is; a value of `KINDS`, or ``problems``, ``retention``, ``versions``, ``manifest``.
    original
        Its path in the work folder; for records and rows that of the file from which they were taken.
    content
        The file itself, or the bytes that were made for the bag.
    """

    name: str
    kind: str
    original: str
    content: Path | bytes

    def read(self) -> bytes:
        """Return its bytes."""
        return self.content.read_bytes() if isinstance(self.content, Path) else self.content


def gather(year: Year, subject: Subject, today: date) -> list[Item]:
    """Gather the files of a bag, in the order of their names.

    Raises
    ------
    CoursewavesError
        Where nothing was loaded, or files changed since: what a bag says of them would not be true.
    """
    check_loaded(year.home)
    own = work_items(year.home) if subject.scope == "year" else course_items(year, subject.subject_id)
    return sorted([*own, *_about(year, subject, today)])


def check_loaded(home: Home) -> None:
    """Hold that the data were loaded as they are now.

    Raises
    ------
    CoursewavesError
        Where nothing was loaded, or anything changed since.
    """
    if reasons := load_reasons(home):
        fix = f"coursewaves --home {home.root.name} load"
        raise CoursewavesError(f"The archive needs the data as they are now ({'; '.join(reasons)}); fix: {fix}")


def work_items(home: Home) -> list[Item]:
    """Return the files of the work folder that are kept; never the key, nor what is hidden or made anew."""
    found = {path.relative_to(home.root).as_posix(): path for path in _kept(home)}
    names = safe_names(list(found))
    return [Item(f"{WORK}/{names[path]}", kind_of(path), path, found[path]) for path in found]


def _kept(home: Home) -> Iterator[Path]:
    for name in KINDS:
        place = home.root / name
        for path in [place] if place.is_file() else place.rglob("*"):
            parts = path.relative_to(home.root).parts
            is_hidden = any(part.startswith((".", "~$", DRAFT)) for part in parts)
            is_left = path.name in (KEY_FILE, JOURNAL) or path.relative_to(home.root).as_posix().startswith(NOT_KEPT)
            if path.is_file() and not (is_hidden or is_left):
                yield path


def kind_of(path: str) -> str:
    """Return what kind of document a file of the work folder is.

    >>> kind_of("data/raw/responses/wave1/a.csv"), kind_of("data/truth.json")
    ('responses', 'data')
    """
    return next(kind for place, kind in KINDS.items() if path == place or path.startswith(f"{place}/"))


def course_items(year: Year, course_id: str) -> list[Item]:
    """Return what is there about one course: its registry rows, its records, its pages, and the survey's design."""
    home = year.home
    items = [
        Item(f"{REGISTRY}/{table}.csv", "registry", f"data/raw/registry/{table}", rows)
        for table, rows in own_registry(home, course_id).items()
    ]
    traced = trace(year)
    own = {str(name): set(rows) for name, rows in traced[traced["course_id"] == course_id].groupby("file")["row"]}
    names = safe_names([f"{name}.csv" for name in own])
    items += [
        Item(
            f"{RECORDS}/{names[f'{name}.csv']}",
            "responses",
            f"data/raw/responses/{name}",
            own_records(home, name, rows),
        )
        for name, rows in own.items()
    ]
    pages = {path.relative_to(home.reports).as_posix(): path for path in pages_of(home, course_id)}
    safe = safe_names(list(pages))
    items += [Item(f"{REPORTS}/{safe[path]}", "reports", f"reports/{path}", pages[path]) for path in pages]
    items += [item for item in work_items(home) if item.kind in ("settings", "instruments")]
    problems = _problems(year, own)
    entries = [page for page in read_manifest(home) if page["kind"] == "course" and page["id"] == course_id]
    return [*items, problems, _json("manifest", entries)]


def _about(year: Year, subject: Subject, today: date) -> list[Item]:
    """Return what is made for the bag: retention, versions, the design used, and for a year its problems."""
    kept = find_retention(year, today)
    kept = kept[kept["course_id"].isin(subject.courses)]
    pins = sorted({f"{one.name}=={one.version}" for one in distributions()}, key=str.casefold)
    used = {"python": platform.python_version(), "packages": versions()}
    items = [
        Item(f"{ABOUT}/retention.csv", "retention", "", _table(kept)),
        Item(f"{ABOUT}/constraints.txt", "versions", "", "\n".join([*pins, ""]).encode()),
        _json("versions", used),
    ]
    if year.home.instruments == BUILT_IN:
        files = sorted(path for path in BUILT_IN.rglob("*.yml"))
        items += [
            Item(f"{ABOUT}/instruments/{path.relative_to(BUILT_IN).as_posix()}", "instruments", "", path)
            for path in files
        ]
    return [*items, _problems(year, None)] if subject.scope == "year" else items


def _problems(year: Year, own: dict[str, set[int]] | None) -> Item:
    """Return the problems of the data: all of a year, or those of a course's own records."""
    problems = year.problems
    if own is not None:
        rows = zip(problems["file"], problems["row"], strict=True)
        problems = problems[[row in own.get(str(file), ()) for file, row in rows]]
    return Item(f"{ABOUT}/problems.csv", "problems", "", _table(problems))


def _table(table: pd.DataFrame) -> bytes:
    plain = table.astype("object")
    for name in table.select_dtypes("datetime64[ns]"):
        plain[name] = table[name].dt.strftime("%Y-%m-%d")
    return as_csv(list(plain.columns), plain.where(plain.notna(), "").itertuples(index=False))


def _json(name: str, content: object) -> Item:
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return Item(f"{ABOUT}/{name}.json", name, "", text.encode())


def archive_folder(home: Home) -> Path:
    """Return where the bags of a work folder lie."""
    return home.root / "data" / ARCHIVE
