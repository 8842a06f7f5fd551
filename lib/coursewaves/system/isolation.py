"""An environment of a job's own: no file that lies in a user's folders is run, and no result depends on the machine."""

import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from coursewaves.system import PACKAGE

FIXED = {
    "PYTHONSAFEPATH": "1",  # a file dropped into the current folder is never imported
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "LANG": "C.UTF-8",
    "JUPYTER_PREFER_ENV_PATH": "1",
    "OPENBLAS_NUM_THREADS": "1",  # a process with threads must not be forked
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MALLOC_ARENA_MAX": "2",  # address space is bounded, and each arena takes 64 MB of it
}

FOLDERS = {
    "HOME": ".",
    "TMPDIR": ".",
    "IPYTHONDIR": ".ipython",
    "JUPYTER_CONFIG_DIR": ".jupyter/config",
    "JUPYTER_DATA_DIR": ".jupyter/data",
    "JUPYTER_RUNTIME_DIR": ".jupyter/runtime",
    "MPLCONFIGDIR": ".matplotlib",
    "XDG_CONFIG_HOME": ".config",
    "XDG_CACHE_HOME": ".cache",
    "XDG_DATA_HOME": ".data",
    "XDG_STATE_HOME": ".state",
    "XDG_RUNTIME_DIR": ".runtime",
}
"""Variables that name a folder of the user, and what takes its place below the private one; who needs it makes it."""

WINDOWS_FOLDERS = {
    "USERPROFILE": ".",
    "APPDATA": ".config",
    "LOCALAPPDATA": ".data",
    "TEMP": ".",
    "TMP": ".",
}

DROPPED = (
    "PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONBREAKPOINT", "PYTHONWARNINGS", "PYTHONDEVMODE", "PYTHONASYNCIODEBUG",
    "PYTHONUSERBASE", "JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "JUPYTER_NO_CONFIG", "MATPLOTLIBRC", "MPLBACKEND",
    "LANGUAGE", "LC_CTYPE", "LC_NUMERIC", "LC_TIME", "LC_COLLATE", "LC_MONETARY", "LC_MESSAGES", "XDG_CONFIG_DIRS",
)  # fmt: skip
"""Variables by which a user's files, or a machine's ways, would come in."""


def isolated_environment(folder: Path, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for a process whose every private file lies below a folder.

    Parameters
    ----------
    folder
        The private folder.
    base
        What is changed; by default the environment of this process.
    """
    kept = {name: value for name, value in (os.environ if base is None else base).items() if name not in DROPPED}
    folders = FOLDERS | (WINDOWS_FOLDERS if sys.platform == "win32" else {})
    own = {name: str(folder / place) for name, place in folders.items()}
    return kept | FIXED | own | {"PYTHONPATH": _python_path(kept.get("PYTHONPATH", ""))}


def _python_path(given: str) -> str:
    """Put this library first; an empty or relative entry would mean the current folder, and is left out."""
    entries = [str(PACKAGE.parent), *(entry for entry in given.split(os.pathsep) if os.path.isabs(entry))]  # noqa: PTH117
    return os.pathsep.join(dict.fromkeys(entries))


def isolate(folder: Path) -> None:
    """Make this process private for good: its environment, time zone, new files and current folder."""
    os.umask(0o077)
    _enter(folder, isolated_environment(folder))
    os.chdir(folder)


@contextmanager
def isolated(folder: Path) -> Iterator[None]:
    """Make the environment of this process private for a while; its current folder stays."""
    before, temporary = dict(os.environ), tempfile.tempdir
    umask = os.umask(0o077)
    try:
        _enter(folder, isolated_environment(folder))
        yield
    finally:
        os.umask(umask)
        _set_environment(before)
        tempfile.tempdir = temporary


def _enter(folder: Path, environment: dict[str, str]) -> None:
    _set_environment(environment)
    tempfile.tempdir = environment["TMPDIR"]


def _set_environment(environment: dict[str, str]) -> None:
    for name in os.environ.keys() - environment.keys():
        del os.environ[name]
    os.environ.update({name: value for name, value in environment.items() if os.environ.get(name) != value})
    if sys.platform != "win32":
        time.tzset()
