"""Write files and folders that nobody but their owner can read, whole or not at all."""

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

DRAFT = ".draft-"
"""How the name of a draft begins."""

STALE = 3600.0
"""Seconds after which a draft that is still there was left behind by a process that died."""

FIXES = {
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room on the disk, or raise the quota",
    errno.EROFS: "make the disk writable",
    errno.EACCES: "let this user write there",
    errno.EPERM: "let this user write there",
}
"""What helps against what the system refuses."""


def write_private(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place, sync it and move it there, readable by its owner only (mode 0600).

    Whoever reads meets the old file or the new one, and a crash or a full disk leaves the old one. A link at
    `path` is replaced, never followed. Missing folders are made with `private_folder`.

    Parameters
    ----------
    path
        Where the file shall stand.
    write
        Writes the content to the path that it is given, which has the suffix of `path`. What it raises is
        raised again; then nothing has changed and nothing is left over.
    """
    with private_draft(path) as draft:
        write(draft)


def write_private_bytes(path: Path, content: bytes) -> None:
    """Write a file as `write_private` does, of bytes."""
    with private_draft(path) as draft:
        draft.write_bytes(content)


def write_shared(path: Path, content: bytes, *, is_synced: bool = True) -> None:
    """Write a file as `write_private` does, but readable by the owner's group (mode 0640), for what is published.

    One that is not synced is whole too, unless the machine's power fails in the seconds after.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with private_draft(path, mode=0o640, is_synced=is_synced) as draft:
        draft.write_bytes(content)


@contextmanager
def private_draft(path: Path, mode: int = 0o600, *, is_synced: bool = True) -> Iterator[Path]:
    """Give a draft to write to, which takes the file's place when it is whole; see `write_private`."""
    private_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=DRAFT, suffix=f".tmp{path.suffix}")
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        draft.chmod(mode)  # a writer may have put another file in the draft's place
        if is_synced:
            _sync(draft)
        draft.replace(path)
        if is_synced:
            _sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def private_folder(path: Path) -> Path:
    """Make a folder and its missing parents, open to their owner only (mode 0700); return the folder.

    A folder that is there stays as it is.
    """
    for folder in [*reversed(path.parents), path]:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, exist_ok=True)
    return path


def private_workshop(folder: Path) -> tempfile.TemporaryDirectory[str]:
    """Give a private folder for parts of a file, which goes with all that is in it."""
    return tempfile.TemporaryDirectory(dir=folder, prefix=DRAFT, suffix=".tmp")


def sweep(folder: Path, now: float | None = None, *, at_once: bool = False) -> None:
    """Remove the drafts that a killed process left behind: they hold answers too.

    `at_once` is for whoever holds the lock of the folder: then no draft is anybody's.
    """
    oldest = float("inf") if at_once else (time.time() if now is None else now) - STALE
    for draft in folder.glob(f"{DRAFT}*"):
        if draft.stat().st_mtime >= oldest:
            continue
        if draft.is_dir():
            shutil.rmtree(draft, ignore_errors=True)
        else:
            draft.unlink(missing_ok=True)


def refused(error: OSError) -> str:
    """Say what the system refused, of which file or folder, and what helps; empty where it gave no reason.

    >>> refused(OSError(errno.ENOSPC, "No space left on device"))
    'No space left on device; fix: make room on the disk'
    """
    if not error.strerror:
        return ""
    path = Path(str(error.filename)) if error.filename else None
    place = (path.parent if path.name.startswith(DRAFT) else path).name if path else ""
    fix = FIXES.get(error.errno or 0, "")
    return (f"{place}: " if place else "") + error.strerror + (f"; fix: {fix}" if fix else "")


def _sync(path: Path) -> None:
    """Have the disk keep a file, or the names in a folder; where a folder can't be opened so, it is left."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
