"""Processes that end together: tied to their parent, killed by group, and found by a mark in their environment."""

import ctypes
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

CAN_FORK = sys.platform.startswith("linux")
"""Whether a warmed process may be copied. macOS has fork, but its frameworks break in copies; Windows has none."""

RUN, JOB = "COURSEWAVES_RUN", "COURSEWAVES_JOB"
"""Marks in the environment of all that a run, and that one of its jobs, starts."""

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG
_SWEEPS = 5


def die_with_parent(parent: int) -> None:
    """Have the system kill this process when its parent dies, where the system can; `parent` is the parent's id."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)


def be_killed_first() -> None:
    """Have a system that runs out of memory kill this process before the one that oversees it."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")


def kill_tree(pid: int) -> None:
    """Kill a process that is alive or not yet waited for, with its group or, on Windows, all that it started."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(pid)], capture_output=True, check=False)  # noqa: S603, S607
        return
    kill_group(pid)
    with suppress(ProcessLookupError):  # one that was forked just now leads no group yet
        os.kill(pid, signal.SIGKILL)


def kill_group(pid: int) -> None:
    """Kill what is left of the group that a process led."""
    if sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def kill_marked(name: str, value: str) -> None:
    """Kill every process with a mark but this one, those that left their group too; only Linux can find them."""
    mark = f"{name}={value}".encode()
    for _ in range(_SWEEPS):  # one that is started just now is found by the next
        found = [pid for pid in _processes() if pid != os.getpid() and _is_marked(pid, mark)]
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not found:
            return


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()] if CAN_FORK else []


def _is_marked(pid: int, mark: bytes) -> bool:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:  # noqa: PTH123
            return mark in file.read().split(b"\0")
    except OSError:  # ended meanwhile, or another user's
        return False


def death_of(status: int) -> str:
    """Describe how a process ended that did not say so itself; `status` is as `subprocess` gives it.

    >>> death_of(-9), death_of(3)
    ('its process died (SIGKILL)', 'its process died (exit 3)')
    """
    try:
        how = signal.Signals(-status).name if status < 0 else f"exit {status}"
    except ValueError:
        how = f"signal {-status}"
    return f"its process died ({how})"
