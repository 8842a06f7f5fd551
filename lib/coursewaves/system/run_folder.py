"""A run's private folder: locked by its owner, so that one whose owner was killed is known for what it is."""

import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

PREFIX = "coursewaves-run-"

_DAY = 86_400


class RunFolder:
    """A private folder (mode 0700) among the temporary ones; making it removes those of runs that are dead.

    Its owner holds a lock on it (flock), which ends with the owner however it ends. Where folders can't be locked,
    as on Windows, the folders that are left over go after a day.

    Attributes
    ----------
    path
        The folder.
    """

    def __init__(self) -> None:
        self.path, self._handle = _make()
        _sweep(self.path)

    def close(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _make() -> tuple[Path, int | None]:
    """Make a folder and lock it; where another run swept it in between, make another."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=PREFIX))
        try:
            handle = _lock(path)
        except (BlockingIOError, FileNotFoundError):  # the sweeper is at it, or has done
            continue
        except OSError:
            return path, None
        if handle is None or path.exists():
            return path, handle
        os.close(handle)


def _lock(path: Path) -> int | None:
    """Lock a folder and return its handle, None where the system knows no such lock.

    Raises
    ------
    BlockingIOError
        Where its owner lives.
    OSError
        Where it can't be locked: it is gone, a link, or on a file system without locks.
    """
    if sys.platform == "win32":
        return None
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


def _sweep(own: Path) -> None:
    """Remove this user's folders whose owners are dead: they may hold answers."""
    for folder in own.parent.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if folder != own and folder.lstat().st_uid == own.stat().st_uid:
                _remove_dead(folder)


def _remove_dead(folder: Path) -> None:
    try:
        handle = _lock(folder)
    except BlockingIOError:
        return
    except OSError:
        handle = None
    if handle is None and folder.lstat().st_mtime > time.time() - _DAY:
        return
    try:
        shutil.rmtree(folder, ignore_errors=True)  # never through a link
    finally:
        if handle is not None:
            os.close(handle)
