"""What is published: ``reports/manifest.json`` tells of every page what it is, its hash and what it rests on.

While a run goes on, pages are entered in a journal beside it, each before it takes its place: at every moment the hash
of every page stands in one of the two, also after a run was killed. The journal stays, empty, until all that
is made of the manifest, such as the index, is as new.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from coursewaves.errors import CoursewavesError
from coursewaves.settings.formats import FORMATS, PAGE
from coursewaves.settings.home import Home
from coursewaves.system.private_files import write_shared

MANIFEST = "manifest.json"
JOURNAL = "manifest.journal"
INDEX = "index.html"

Page = dict[str, Any]
"""One page: ``kind``, ``id``, ``language``, ``title``, ``path`` below the reports, ``sha256``, ``inputs`` (the hash of
each), ``versions``, ``made_at``, ``is_stale``: its inputs have changed and it was not made anew, and ``files``: the
hash of each other format, which lies beside the page; see `page_path`."""

TYPES = {
    "kind": str, "id": str, "language": str, "title": str, "path": str, "sha256": str, "inputs": dict,
    "versions": dict, "made_at": str, "is_stale": bool, "files": dict,
}  # fmt: skip
"""What a page's entry holds."""


def read_manifest(home: Home) -> list[Page]:
    """Return the published pages in the order of their paths; none where nothing was published.

    Raises
    ------
    CoursewavesError
        Where the manifest is damaged.
    """
    pages = {page["path"]: page for page in _written(home) if (home.reports / page["path"]).is_file()}
    for page in _journal(home):
        if is_as_told(home, page):
            pages[page["path"]] = page
    return [pages[path] for path in sorted(pages)]


def hashes_of(page: Page) -> dict[str, str]:
    """Return the hash of a page and of each of its other formats, by path below the reports folder."""
    files = {page_path(page["kind"], page["id"], page["language"], name): sha for name, sha in page["files"].items()}
    return {page["path"]: page["sha256"]} | files


def is_as_told(home: Home, page: Page) -> bool:
    """Tell whether a page and its other formats lie there as their entry says."""
    return all(sha256_of(home.reports / path) == sha256 for path, sha256 in hashes_of(page).items())


def write_manifest(home: Home, pages: Iterable[Page]) -> None:
    """Write the manifest whole and empty the journal; what is made of the manifest is owed from now on."""
    listed = sorted(pages, key=lambda page: str(page["path"]))
    _append(home, b"")
    write_shared(home.reports / MANIFEST, json.dumps(listed, ensure_ascii=False, indent=1).encode())
    os.truncate(home.reports / JOURNAL, 0)


def enter(home: Home, page: Page) -> None:
    """Enter a page in the journal; to be done before it takes its place."""
    _append(home, json.dumps(page, ensure_ascii=False).encode() + b"\n")


def _append(home: Home, line: bytes) -> None:
    home.reports.mkdir(parents=True, exist_ok=True)
    handle = os.open(home.reports / JOURNAL, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    with os.fdopen(handle, "wb") as journal:
        journal.write(line)
        journal.flush()
        os.fsync(journal.fileno())


def is_anything_owed(home: Home) -> bool:
    """Tell whether the index and what else is made of the manifest may be older, as when a run was killed."""
    return (home.reports / JOURNAL).exists() or not (home.reports / INDEX).exists()


def settle(home: Home) -> bool:
    """Take into the manifest what a run that was killed left in the journal; tell whether anything is owed."""
    is_owed = is_anything_owed(home)
    if is_owed:
        write_manifest(home, read_manifest(home))
    return is_owed


def close_journal(home: Home) -> None:
    """Say that all that is made of the manifest is as new."""
    (home.reports / JOURNAL).unlink(missing_ok=True)


def drop_damaged(home: Home) -> bool:
    """Remove a manifest that is damaged, so that all reports are made anew; tell whether it was."""
    try:
        read_manifest(home)
    except CoursewavesError:
        (home.reports / MANIFEST).unlink()
        return True
    return False


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file; empty where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _written(home: Home) -> list[Page]:
    path = home.reports / MANIFEST
    if not path.exists():
        return []
    try:
        pages: list[Page] = [_completed(entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
        is_sound = all(map(_is_page, pages))
    except (ValueError, TypeError):
        is_sound = False
    if not is_sound:
        place = f"{home.reports.name}/{MANIFEST}"
        raise CoursewavesError(f"{place} is damaged; fix: delete it and make all reports anew")
    return pages


def _journal(home: Home) -> list[Page]:
    """Return what the journal holds; a line that was cut off was never followed by its page."""
    path = home.reports / JOURNAL
    pages = []
    for line in path.read_bytes().splitlines() if path.exists() else []:
        try:
            pages.append(json.loads(line))
        except ValueError:
            continue
    return [page for page in pages if _is_page(page)]


def _completed(entry: Any) -> Any:
    """Take an entry of a time when a report was its page alone."""
    return {"files": {}} | entry if isinstance(entry, dict) else entry


def _is_page(entry: object) -> bool:
    """Tell whether an entry is one of ours: a flipped bit must not pass for a page, nor lead out of the folder."""
    if not isinstance(entry, dict) or entry.keys() != TYPES.keys():
        return False
    is_plain = all(isinstance(entry[name], kind) for name, kind in TYPES.items())
    is_here = is_plain and entry["path"] == page_path(entry["kind"], entry["id"], entry["language"])
    return is_here and _is_time(entry["made_at"]) and _are_files(entry["files"])


def _are_files(files: dict[Any, Any]) -> bool:
    return {*files} <= {*FORMATS} - {PAGE} and all(isinstance(sha256, str) for sha256 in files.values())


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def page_path(kind: str, subject_id: str, language: str, name: str = PAGE) -> str:
    """Return where a page, or another format of it, lies below the reports folder."""
    return f"{kind}/{subject_id}.{language}.{name}"
