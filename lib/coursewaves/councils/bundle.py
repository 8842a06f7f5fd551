"""Lay the papers of a sitting into one private folder, whole or not at all, with an inventory of their SHA-256.

The folder names trainers and holds letters to people: it lies with the data, readable by its owner alone, and not among
the reports, which are made to be passed on. What somebody has edited in it is never written over.
"""

from datetime import date
from pathlib import Path
from typing import NamedTuple

from coursewaves.councils.docket import Docket, find_docket
from coursewaves.councils.material import collect_reports
from coursewaves.councils.papers import File, make_papers
from coursewaves.councils.wording import TEMPLATES
from coursewaves.errors import CoursewavesError
from coursewaves.processed.contents import digest
from coursewaves.processed.year import Year
from coursewaves.publishing.manifest import sha256_of
from coursewaves.reading.delimited import joined, rows_of
from coursewaves.settings.home import Home
from coursewaves.system.findings import Finding
from coursewaves.system.private_files import private_folder, private_workshop, refused, sweep, write_private_bytes

INVENTORY = "inventory.csv"
COLUMNS = ("path", "sha256", "n_bytes", "what")


class Bundle(NamedTuple):
    """What was laid ready.

    Attributes
    ----------
    folder
        Where it lies.
    docket
        What the sitting is about.
    files
        Every file but the inventory, by its path in the folder.
    findings
        What should be looked at, and what to do about it.
    """

    folder: Path
    docket: Docket
    files: dict[str, File]
    findings: list[Finding]


def councils_folder(home: Home) -> Path:
    """Return where the bundles lie: beside the processed tables, private as they are."""
    return home.root / "data" / "councils"


def write_bundle(
    home: Home,
    council: str,
    day: date,
    today: date,
    language: str = "",
    programme_ids: list[str] | None = None,
    *,
    ask_participants: bool = False,
) -> Bundle:
    """Lay ready what a sitting of a council needs (¶15, ¶18-20); the same year and days give the same bytes.

    Parameters
    ----------
    home
        The work folder, loaded and reported.
    council, day, today, language, programme_ids
        See `coursewaves.councils.docket.find_docket`.
    ask_participants
        See `coursewaves.councils.papers.make_papers`.

    Raises
    ------
    CoursewavesError
        As `find_docket`; for a report that is not current; where the folder is there and was edited, or can't be
        written.
    """
    docket = find_docket(Year(home), council, day, today, language, programme_ids)
    folder = councils_folder(home) / f"{council}-{day.isoformat()}"
    _check_unedited(folder)
    files = make_papers(docket, collect_reports(home, docket), ask_participants=ask_participants)
    contents = {name: file.content for name, file in files.items()} | {INVENTORY: _inventory(files)}
    if _hashes(folder) != {name: digest(content) for name, content in contents.items()}:
        try:
            _put(folder, contents)
        except OSError as error:
            raise CoursewavesError(f"Can't write {folder.name}: {refused(error)}") from error
    return Bundle(folder, docket, files, TEMPLATES.look_over(home))


def _inventory(files: dict[str, File]) -> bytes:
    rows = [[name, digest(one.content), len(one.content), one.what] for name, one in sorted(files.items())]
    return joined([COLUMNS, *rows]).encode()


def _hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file in a folder; none where there is no folder."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in found}


def _check_unedited(folder: Path) -> None:
    """Refuse to write over what somebody has changed, added or taken away."""
    if folder.is_symlink():
        raise CoursewavesError(f"{folder.name} is a link to another place; fix: remove it")
    if not folder.exists():
        return
    found = _hashes(folder)
    found.pop(INVENTORY, None)
    listed = _listed(folder / INVENTORY)
    changed = sorted(name for name in found.keys() | listed.keys() if found.get(name) != listed.get(name))
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise CoursewavesError(
            f"{folder.name}/{changed[0]}{more}: edited since it was written; fix: rename the folder {folder.name}, so "
            "that nothing of it is lost, and repeat this"
        )


def _listed(path: Path) -> dict[str, str]:
    try:
        return {name: sha256 for name, sha256, *_ in rows_of(path.read_bytes().decode(), COLUMNS)}
    except (OSError, ValueError):  # then all that lies there may have been edited
        return {}


def _put(folder: Path, contents: dict[str, bytes]) -> None:
    """Write a folder beside its place and move it there; whoever calls has the lock of the work folder.

    A process that is killed leaves the old folder or none, and drafts that the next one removes.
    """
    parent = private_folder(folder.parent)
    sweep(parent, at_once=True)
    with private_workshop(parent) as place:
        new = private_folder(Path(place) / "new")
        for name, content in contents.items():
            write_private_bytes(new / name, content)
        if folder.exists():
            folder.rename(Path(place) / "old")
        new.rename(folder)
