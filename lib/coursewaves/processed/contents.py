"""What a work folder was loaded from, and what came out: digests that tell what has changed since.

``data/processed/contents.json`` is written last by a load; without it the processed tables are not whole.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

from coursewaves.problems import LeftOut
from coursewaves.settings.home import Home
from coursewaves.system import PACKAGE
from coursewaves.system.private_files import write_private

CONTENTS = "contents.json"

LIBRARIES = ("babel", "coursewaves", "ipython", "jinja2", "nbconvert", "nbformat", "nh3", "numpy", "pandas",
             "papermill", "pyarrow", "scipy")  # fmt: skip
"""Installed packages that a number or a page could hang on."""

UNSEEN = ("alerts", "closed_until", "formats", "kinds", "limits", "schedule")
"""Settings that no number and no page hangs on."""

UNTOLD = ("registry_sittings", "registry_hearings")
"""Tables that no report tells of: a report is not due anew because a council heard it."""

_CACHED = ("__pycache__",)


class Entry(NamedTuple):
    """One course that can be reported.

    Attributes
    ----------
    course_id, programme_id
        As in the registry.
    titles
        Title of the programme by language.
    n_forms
        Forms kept, over all waves.
    sha256
        Of its partition.
    """

    course_id: str
    programme_id: str
    titles: dict[str, str]
    n_forms: int
    sha256: str


class Listed(NamedTuple):
    """Something else than a course that can be reported; `titles` are empty for the whole year."""

    kind: str
    subject_id: str
    titles: dict[str, str]


class OpenSurvey(NamedTuple):
    """A survey of a course whose answers no page counts yet; days are ISO texts.

    Attributes
    ----------
    course_id, instrument_id
        The course and the questionnaire.
    closes_on, shown_on
        Its last day, and the first on which a load lets pages count its answers.
    """

    course_id: str
    instrument_id: str
    closes_on: str
    shown_on: str


class Contents(NamedTuple):
    """What a load has made.

    Attributes
    ----------
    inputs
        SHA-256 of each kind of input; see `load_inputs`.
    tables
        SHA-256 of each processed table, by name.
    courses
        The courses with answers, in the order of their names.
    others
        What else can be reported.
    surveys
        The open surveys for which answers wait.
    left_out
        The files of which nothing counts.
    """

    inputs: dict[str, str]
    tables: dict[str, str]
    courses: list[Entry]
    others: list[Listed]
    surveys: tuple[OpenSurvey, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def whole(self) -> str:
        """SHA-256 of all tables that a report on more than one course may tell of."""
        told = {name: sha256 for name, sha256 in self.tables.items() if name not in UNTOLD}
        return digest(json.dumps(told, sort_keys=True).encode())


def read_contents(home: Home) -> Contents | None:
    """Return what the last load made; None where nothing was loaded, or the record of it is damaged."""
    try:
        found = json.loads((home.processed / CONTENTS).read_text(encoding="utf-8"))
        if found.pop("sha256") != digest(json.dumps(found).encode()):
            return None
        courses = [Entry(**entry) for entry in found["courses"]]
        others = [Listed(**one) for one in found["others"]]
        surveys = tuple(OpenSurvey(**one) for one in found["surveys"])
        left_out = tuple(LeftOut(**one) for one in found["left_out"])
        return Contents(found["inputs"], found["tables"], courses, others, surveys, left_out)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_contents(home: Home, contents: Contents) -> None:
    """Write the record of a load, with its own sum; nothing that it names may change afterwards."""
    told = contents._asdict()
    told["courses"] = [entry._asdict() for entry in contents.courses]
    told["others"] = [listed._asdict() for listed in contents.others]
    told["surveys"] = [survey._asdict() for survey in contents.surveys]
    told["left_out"] = [one._asdict() for one in contents.left_out]
    text = json.dumps(told | {"sha256": digest(json.dumps(told).encode())}, ensure_ascii=False, indent=1)
    write_private(home.processed / CONTENTS, lambda path: path.write_text(text, encoding="utf-8"))


def load_inputs(home: Home) -> dict[str, str]:
    """Return the SHA-256 of everything that a load rests on, by kind."""
    raw = home.root / "data" / "raw"
    return {
        "raw": digest_of(raw, [path for path in raw.rglob("*") if path.is_file()]),
        "aliases": digest_of(home.root, [home.aliases]),
        "settings": settings_digest(home),
        "instruments": instruments_digest(home),
        "library": library_digest(),
    }


def settings_digest(home: Home) -> str:
    """Return the SHA-256 of the settings that a number or a page hangs on; comments play no part."""
    return digest(home.settings.model_dump_json(exclude=set(UNSEEN)).encode())


def instruments_digest(home: Home) -> str:
    """Return the SHA-256 of the instrument files and the codebook."""
    return digest_of(home.instruments, home.instruments.rglob("*.yml"))


@lru_cache(maxsize=1)
def library_digest() -> str:
    """Return the SHA-256 of this package, but for its phrases, and of the versions of what it stands on."""
    files = (path for path in PACKAGE.rglob("*") if path.is_file() and not {*_CACHED, "locale"} & {*path.parts})
    return digest((digest_of(PACKAGE, files) + json.dumps(versions())).encode())


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Return the version of each package that a page hangs on."""
    return {name: _version(name) for name in LIBRARIES}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def digest_of(folder: Path, paths: Iterable[Path]) -> str:
    """Return one SHA-256 over files, their names below a folder included; the order plays no part."""
    total = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file():
            total.update(path.relative_to(folder).as_posix().encode() + b"\0")
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def digest(content: bytes) -> str:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Name the kinds of input that are not as they were."""
    return [name for name in now if before.get(name) != now[name]]
