"""What is published: ``reports/manifest.json`` tells of every page what it is, its hash and what it rests on.

While a run goes on, pages are entered in a journal beside it, each before it takes its place: at every moment the hash
of every page stands in one of the two, also after a run was killed.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from coursewaves.errors import CoursewavesError
from coursewaves.private_files import write_shared
from coursewaves.settings import Home

MANIFEST = "manifest.json"
JOURNAL = "manifest.journal"
INDEX = "index.html"

Page = dict[str, Any]
"""One page: ``kind``, ``id``, ``language``, ``title``, ``path`` below the reports, ``sha256``, ``inputs`` (the hash of
each), ``versions``, ``made_at``, and ``is_stale``: its inputs have changed and it was not made anew."""


def read_manifest(home: Home) -> list[Page]:
    """Return the published pages in the order of their paths; none where nothing was published.

    Raises
    ------
    CoursewavesError
        Where the manifest is damaged.
    """
    pages = {page["path"]: page for page in _written(home) if (home.reports / page["path"]).is_file()}
    for page in _journal(home):
        path = home.reports / page["path"]
        if path.is_file() and sha256_of(path) == page["sha256"]:
            pages[page["path"]] = page
    return [pages[path] for path in sorted(pages)]


def write_manifest(home: Home, pages: Iterable[Page]) -> None:
    """Write the manifest whole and close the journal."""
    listed = sorted(pages, key=lambda page: str(page["path"]))
    write_shared(home.reports / MANIFEST, json.dumps(listed, ensure_ascii=False, indent=1).encode())
    (home.reports / JOURNAL).unlink(missing_ok=True)


def enter(home: Home, page: Page) -> None:
    """Enter a page in the journal; to be done before it takes its place."""
    home.reports.mkdir(parents=True, exist_ok=True)
    handle = os.open(home.reports / JOURNAL, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    with os.fdopen(handle, "wb") as journal:
        journal.write(json.dumps(page, ensure_ascii=False).encode() + b"\n")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file; empty where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _written(home: Home) -> list[Page]:
    path = home.reports / MANIFEST
    if not path.exists():
        return []
    try:
        pages: list[Page] = json.loads(path.read_text(encoding="utf-8"))
        return [page for page in pages if page["path"]]
    except (ValueError, TypeError, KeyError):
        place = f"{home.reports.name}/{MANIFEST}"
        raise CoursewavesError(f"{place} is damaged; fix: delete it and make all reports anew") from None


def _journal(home: Home) -> list[Page]:
    """Return what the journal holds; a line that was cut off was never followed by its page."""
    path = home.reports / JOURNAL
    pages = []
    for line in path.read_bytes().splitlines() if path.exists() else []:
        try:
            pages.append(json.loads(line))
        except ValueError:
            continue
    return [page for page in pages if isinstance(page, dict) and page.keys() >= {"path", "sha256"}]
