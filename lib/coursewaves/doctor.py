"""Look for what is wrong with a machine and a work folder before a run meets it: findings, each with its fix."""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from packaging.requirements import Requirement

from coursewaves import documents, schedule
from coursewaves.errors import CoursewavesError
from coursewaves.privacy.pseudonyms import KEY_FILE, KEY_VARIABLE, read_key
from coursewaves.reading.zones import check_zone_data
from coursewaves.schedule.machine import Machine
from coursewaves.settings.home import Home
from coursewaves.system.findings import Finding
from coursewaves.workers.pool import CAN_FORK

OLDEST_PYTHON = (3, 11)
SOUND_PYTHON = {(3, 11): 9, (3, 12): 3}
"""The first release of each version that quotes a lone carriage return when it writes CSV (CPython gh-67044)."""

NEEDED = 500_000_000
"""Bytes of disk that a run may need."""

SLOW_CLOCK, WRONG_CLOCK = timedelta(minutes=10), timedelta(days=1)
"""How far files may come from the future: a copy from a machine that is ahead; a slip of time zones; none."""

LONGEST = timedelta(hours=6)
"""How long a run takes at most."""


def examine(home: Home, machine: Machine, lock: Path | None = None) -> Iterator[Finding]:
    """Look at everything, one thing after the other; nothing is changed.

    Parameters
    ----------
    home
        The work folder.
    machine
        This machine.
    lock
        The file that a run locks, where there is one.
    """
    yield check_python(sys.version_info[:3])
    yield from check_packages(requires_of("coursewaves"), version)
    yield check_zones()
    disks = {folder.stat().st_dev: folder for folder in (Path(tempfile.gettempdir()), home.root)}
    yield from (check_space(folder) for folder in disks.values())
    yield from check_folders(home)
    yield check_settings(home)
    yield check_key(home)
    yield check_clock(home, machine.now)
    yield from check_letters(machine)
    yield from check_documents(home, documents.faults)
    yield check_kernel(CAN_FORK, kernel_program())
    yield from check_timer(home, machine)
    if lock is not None:
        yield check_lock(lock, machine.now, locks_of_the_system())


def check_python(found: tuple[int, int, int]) -> Finding:
    """Hold Python's version against the oldest that works, and the oldest without a known fault."""
    name = ".".join(map(str, found))
    if found < OLDEST_PYTHON:
        return Finding("wrong", f"Python {name} is too old", "make the environment with Python 3.12")
    if found[2] < SOUND_PYTHON.get(found[:2], 0):
        fault = "of a cell with a lone carriage return its csv makes two rows"
        return Finding("warn", f"Python {name}: {fault}", "use 3.11.9, 3.12.3 or newer")
    return Finding("ok", f"Python {name}")


def requires_of(package: str) -> list[str]:
    """List what an installed package requires; nothing where it is not installed."""
    try:
        return [f"{package}", *(requires(package) or [])]
    except PackageNotFoundError:
        return [package]


def check_packages(required: Iterable[str], installed: Callable[[str], str]) -> list[Finding]:
    """Hold the installed versions against those required.

    Parameters
    ----------
    required
        Requirements as a package states them; those of an extra are left out.
    installed
        Returns the version of a package, or raises ``PackageNotFoundError``.
    """
    asked = [Requirement(text) for text in required]
    needed = [each for each in asked if each.marker is None or each.marker.evaluate({"extra": ""})]
    faults = [fault for each in needed if (fault := _package_fault(each, installed))]
    fix = "install coursewaves anew with its constraints"
    return [Finding("wrong", fault, fix) for fault in faults] or [Finding("ok", f"{len(needed)} packages fit")]


def _package_fault(required: Requirement, installed: Callable[[str], str]) -> str:
    try:
        found = installed(required.name)
    except PackageNotFoundError:
        return f"{required.name} is not installed"
    if required.specifier.contains(found, prereleases=True):
        return ""
    return f"{required.name} {found} does not fit: {required.specifier}"


def check_zones() -> Finding:
    """See whether the time zone data know Kazakhstan's one zone."""
    return _told(check_zone_data, "the time zone data are new enough")


def _told(look: Callable[[], object], well: str) -> Finding:
    """Turn a caller's mistake into a finding: its message up to the fix, and the fix."""
    try:
        look()
    except CoursewavesError as error:
        what, _, fix = str(error).partition("; fix: ")
        return Finding("wrong", what, fix)
    return Finding("ok", well)


def check_space(folder: Path) -> Finding:
    """See whether the disk of a folder has room for a run."""
    free = shutil.disk_usage(folder).free
    told = f"{free / 1e6:.0f} MB free on the disk of {folder.name or folder}"
    return Finding("ok", told) if free >= NEEDED else Finding("wrong", told, f"free {NEEDED / 1e6:.0f} MB")


def check_folders(home: Home) -> list[Finding]:
    """See whether the raw data can be read, and the folders of what is made from them written."""
    findings = []
    for folder in (home.registry, home.responses):
        if fault := _fault(partial(os.scandir, folder)):
            told = f"{folder.relative_to(home.root).as_posix()} can't be read: {fault}"
            fix = "let this user read it" if folder.exists() else "make it, as coursewaves begin does"
            findings.append(Finding("wrong", told, fix))
    closed = [path for path in _files(home.root / "data" / "raw") if not os.access(path, os.R_OK)]
    if closed:
        findings.append(Finding("wrong", f"{len(closed)} raw files can't be read", "let this user read data/raw"))
    for folder in filter(Path.is_dir, (home.root, home.processed, home.reports, home.root / "logs")):
        if fault := _fault(partial(tempfile.TemporaryFile, dir=folder)):
            findings.append(Finding("wrong", f"{folder.name} can't be written: {fault}", "let this user write there"))
    return findings or [Finding("ok", "raw data can be read, and results written")]


def _fault(opened: Callable[[], AbstractContextManager[object]]) -> str:
    try:
        with opened():
            return ""
    except OSError as error:
        return error.strerror or type(error).__name__


def check_settings(home: Home) -> Finding:
    """See whether the settings can be read."""
    return _told(lambda: home.settings, "the settings are sound")


def check_key(home: Home) -> Finding:
    """See whether the key, where there is one, is whole and closed to others; none is made."""
    path = Path(os.environ.get(KEY_VARIABLE) or home.root / KEY_FILE).absolute()
    if not os.path.lexists(path):
        return Finding("ok", "there is no key yet; it is made when one is needed")
    return _told(lambda: read_key(path), f"{path.name} is whole and closed to others")


def check_clock(home: Home, now: datetime) -> Finding:
    """See whether the clock is behind the newest file of the data."""
    newest = max((path.stat().st_mtime for path in _files(home.root / "data")), default=0.0)
    ahead = datetime.fromtimestamp(newest, UTC) - now
    if ahead <= SLOW_CLOCK:
        return Finding("ok", f"the clock shows {now:%Y-%m-%d %H:%M} UTC, after all files of the data")
    told = f"the clock shows {now:%Y-%m-%d %H:%M} UTC, but a file of the data is of {now + ahead:%Y-%m-%d %H:%M}"
    return Finding("wrong" if ahead > WRONG_CLOCK else "warn", told, "set the clock, or touch the file")


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def check_letters(machine: Machine) -> list[Finding]:
    """See whether a font with Kazakh letters is there for pages looked at on this machine; nothing where unknown."""
    answer = machine.call(("fc-list", ":lang=kk", "family"), b"") if machine.has("fc-list") else None
    if answer is None or answer.code:
        return []
    n_fonts = len(set(answer.output.splitlines()))
    if n_fonts:
        return [Finding("ok", f"{n_fonts} fonts with Kazakh letters")]
    return [
        Finding(
            "warn", "no font with Kazakh letters: this machine shows boxes for them", "install DejaVu or Noto fonts"
        )
    ]


def check_documents(home: Home, faults: Callable[[], list[str]]) -> list[Finding]:
    """See whether PDF and DOCX can be made: a fault where the settings ask for them, else for whoever wants them."""
    found = faults()
    if not found:
        return [Finding("ok", "documents can be made: PDF and DOCX")]
    is_asked = bool({"pdf", "docx"} & {*home.sound_settings.formats})
    told = [text.partition("; fix: ") for text in found]
    return [Finding("wrong" if is_asked else "warn", what, fix) for what, _, fix in told]


def kernel_program() -> str:
    """Return the program of the Jupyter kernel ``python3``; empty where there is no such kernel."""
    try:
        words: list[str] = KernelSpecManager().get_kernel_spec("python3").argv
    except NoSuchKernel:
        return ""
    return words[0] if words else ""


def check_kernel(can_fork: bool, program: str) -> Finding:
    """See whether notebooks can run: reports in forked processes, else in a kernel, JupyterLab always in a kernel.

    A kernel of that name may be another Python, without this library.
    """
    own = {"python", "python3", sys.executable, os.path.realpath(sys.executable)}
    if program in own:
        return Finding("ok", "reports run in " + ("forked processes" if can_fork else "the kernel python3"))
    told = f"the kernel python3 is another Python, {program}" if program else "there is no kernel python3"
    fix = "python -m ipykernel install --sys-prefix"
    return Finding("warn", f"{told}: reports run, JupyterLab may not", fix) if can_fork else Finding("wrong", told, fix)


def check_timer(home: Home, machine: Machine) -> list[Finding]:
    """See whether the timed run stands as it should; without one the work is started by hand."""
    try:
        if schedule.what_stands(home.root, machine) is None:
            return [Finding("warn", "no timed run: somebody has to start each", "coursewaves schedule write")]
        return schedule.check(schedule.plan_that_stands(home, machine), machine)
    except CoursewavesError as error:
        return [
            Finding("wrong", f"the timed run can't be looked at: {str(error).splitlines()[0]}", "mend the settings")
        ]


def locks_of_the_system() -> str:
    """Return what the kernel says of all locks; nothing where it does not tell, as outside Linux."""
    try:
        return Path("/proc/locks").read_text(encoding="ascii")
    except OSError:
        return ""


def check_lock(path: Path, now: datetime, locks: str) -> Finding:
    """See whether a run is active and for how long, without touching its lock.

    Parameters
    ----------
    path
        The file that a run locks, written when it begins.
    now
        This moment.
    locks
        The content of ``/proc/locks``.
    """
    if not path.exists():
        return Finding("ok", "no run is active")
    state = path.stat()
    held = re.search(rf"^\d+: FLOCK +ADVISORY +WRITE (\d+) [0-9a-f]+:[0-9a-f]+:{state.st_ino} ", locks, re.MULTILINE)
    if held is None:
        return Finding("ok", "no run is active")
    since = datetime.fromtimestamp(state.st_mtime, UTC)
    told = f"a run is active since {since:%Y-%m-%d %H:%M} UTC, process {held[1]}"
    return Finding("warn", told, "see whether it hangs") if now - since > LONGEST else Finding("ok", told)
