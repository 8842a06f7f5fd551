"""Write files that hold answers: drafts beside their place, readable by their owner only, moved when they are whole."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coursewaves.errors import CoursewavesError

DRAFT = ".export-"
"""How the name of a draft begins."""

STALE = 3600.0
"""Seconds after which a draft that is still there was left behind by a process that died."""


def make_private(folder: Path) -> None:
    """Make a folder for its owner alone; one that is there already stays as it is."""
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)


def sweep(folder: Path, now: float | None = None) -> None:
    """Remove the drafts that a killed export left behind: they hold answers too."""
    oldest = (time.time() if now is None else now) - STALE
    for draft in folder.glob(f"{DRAFT}*.tmp"):
        if draft.stat().st_mtime >= oldest:
            continue
        if draft.is_dir():
            shutil.rmtree(draft, ignore_errors=True)
        else:
            draft.unlink(missing_ok=True)


@contextmanager
def draft_of(path: Path) -> Iterator[Path]:
    """Give a draft to write to, which takes the file's place when it is whole.

    It is synced before; after an error it is removed.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=DRAFT, suffix=".tmp")
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        draft.chmod(0o600)
        _sync(draft)
        draft.replace(path)
        _sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def workshop(folder: Path) -> tempfile.TemporaryDirectory[str]:
    """Give a private folder for parts of a file, which goes with all that is in it."""
    return tempfile.TemporaryDirectory(dir=folder, prefix=DRAFT, suffix=".tmp")


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Turn a full disk, or a folder that is not ours, into one message without a path."""
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CoursewavesError(f"Can't write to {folder.name}: {why}; fix: name another folder with --to.") from error


def write_text(path: Path, text: str) -> None:
    """Write a text file as UTF-8, its line ends as they stand."""
    with draft_of(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="")


def _sync(path: Path) -> None:
    """Have the system write a file, or a folder's list of names, to the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folder
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
