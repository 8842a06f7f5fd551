"""The machine that a timed run is written for; tests give another one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from coursewaves.errors import CoursewavesError

PATIENCE = 60.0
"""Seconds that a command of the system may take."""


class Answer(NamedTuple):
    """What a command of the system answered."""

    code: int
    output: bytes = b""
    errors: bytes = b""

    @property
    def said(self) -> str:
        """What it complained of, as one line."""
        return " ".join((self.errors or self.output).decode("utf-8", "replace").split())


class Machine(NamedTuple):
    """Where this machine keeps its timed runs, and how it is asked.

    `program` is the command ``coursewaves``. `user_units` and `system_units` are systemd's folders. `zone` is that
    of the clock that cron goes by, `now` the present moment. `has` says whether there is a command, `call` calls one
    with what it shall read, `running` names the programs that run, none where that can't be known.
    """

    program: Path
    user_units: Path
    system_units: Path
    zone: tzinfo
    now: datetime
    has: Callable[[str], bool]
    call: Callable[[Sequence[str], bytes], Answer]
    running: Callable[[], frozenset[str]]


def this_machine() -> Machine:
    """Return the machine that this process runs on.

    Raises
    ------
    CoursewavesError
        Where the command ``coursewaves`` is not beside this Python.
    """
    settings = os.environ.get("XDG_CONFIG_HOME", "")
    folder = Path(settings) if Path(settings).is_absolute() else Path.home() / ".config"
    return Machine(
        program=_program(),
        user_units=folder / "systemd" / "user",
        system_units=Path("/etc/systemd/system"),
        zone=clock_zone(Path("/etc/localtime")),
        now=datetime.now(UTC),
        has=lambda name: shutil.which(name) is not None,
        call=call,
        running=running_programs,
    )


def _program() -> Path:
    program = Path(sys.executable).with_name("coursewaves")  # not resolved: a link names an environment
    if not os.access(program, os.X_OK):
        raise CoursewavesError("Can't find the command coursewaves beside this Python; fix: install the package.")
    return program


def clock_zone(path: Path) -> tzinfo:
    """Read the zone of the machine's clock; one that says none goes by UTC."""
    try:
        with path.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError):
        return UTC


def call(words: Sequence[str], given: bytes = b"") -> Answer:
    """Call a command of the system, in English and UTC; one that is not there answers 127, one too slow 124."""
    plain = os.environ | {"LC_ALL": "C", "TZ": "UTC", "CRONTAB_NOHEADER": "Y", "SYSTEMD_PAGER": ""}
    try:
        done = subprocess.run(words, input=given, capture_output=True, env=plain, timeout=PATIENCE, check=False)  # noqa: S603
    except FileNotFoundError:
        return Answer(127, errors=f"{words[0]}: no such command".encode())
    except subprocess.TimeoutExpired:
        return Answer(124, errors=f"{words[0]}: no answer in {PATIENCE:.0f} s".encode())
    return Answer(done.returncode, done.stdout, done.stderr)


def running_programs() -> frozenset[str]:
    """Name the programs that run on this machine; none where the system does not tell, as outside Linux."""
    names = set()
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            names.add(path.read_text(encoding="utf-8", errors="replace").strip())
        except OSError:  # it has just ended
            continue
    return frozenset(names)
