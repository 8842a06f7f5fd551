"""Write files and folders that nobody but their owner can read, whole or not at all."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def write_private(path: Path, write: Callable[[Path], None]) -> None:
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
    private_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=f".tmp{path.suffix}")
    os.close(handle)
    draft = Path(name)
    try:
        write(draft)
        draft.chmod(0o600)  # a writer may have put another file in the draft's place
        _sync(draft)
        draft.replace(path)
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
