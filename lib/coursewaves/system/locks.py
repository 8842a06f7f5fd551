"""One run at a time in a work folder: a lock that the system frees when its holder ends, however it ends."""

import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from filelock import FileLock, Timeout

from coursewaves.errors import CoursewavesError


class Busy(CoursewavesError):  # noqa: N818  (it is no fault)
    """Another run holds the lock; the message names it."""


class Holder(NamedTuple):
    """Who holds a lock: its process, its machine, and when it started (UTC, ISO 8601)."""

    pid: int
    host: str
    started: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.started}"


class RunLock:
    """A lock on a folder, held as long as the ``with`` block; what the file says never decides who holds it.

    The lock is the system's own (flock, on Windows msvcrt), so that it is free at once when its holder was killed,
    and what a dead, a recycled or another machine's process left in the file is no obstacle. No process that the
    holder starts inherits it.

    Parameters
    ----------
    path
        The lock's file; it is made when it is missing, with its folder, and stays.

    Raises
    ------
    Busy
        At once where another process, or another lock of this one, holds it.
    CoursewavesError
        Where the file can't be locked at all: a folder without leave to write, a link in its place.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, RunLock(Path(folder) / "run.lock"):
    ...     print("alone")
    alone
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(
            path, timeout=0, mode=0o640, thread_local=False, fallback_to_soft=False, preserve_lock_file=True,
            on_acquired=_write_holder,
        )  # fmt: skip

    def __enter__(self) -> "RunLock":
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout:
            raise Busy(self._message()) from None
        except OSError as error:
            raise CoursewavesError(
                f"Can't lock {self.path.name}: {error.strerror}; fix: let this user write in its folder"
            ) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._lock.release()

    def _message(self) -> str:
        holder = read_holder(self.path)
        who = f" ({holder})" if holder else ""
        return f"Another run is active{who}; fix: wait until it has ended, or end it"


def _write_holder(handle: int) -> None:
    started = datetime.now(UTC).isoformat(timespec="seconds")
    text = json.dumps(Holder(os.getpid(), socket.gethostname(), started)._asdict()) + "\n"
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, text.encode())
    os.fsync(handle)


def read_holder(path: Path) -> Holder | None:
    """Return what a lock's file says of its last holder; None where it says nothing that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Holder(int(found["pid"]), str(found["host"]), str(found["started"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
