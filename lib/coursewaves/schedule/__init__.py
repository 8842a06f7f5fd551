"""The timed run of a work folder: written for systemd or cron, checked against what would be written now, removed.

A run that was missed is made up for by the run itself, which does all that is due; what stands here only calls it.
"""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from coursewaves.errors import CoursewavesError
from coursewaves.schedule import cron, systemd
from coursewaves.schedule.machine import Machine, this_machine
from coursewaves.schedule.plan import MARK, Plan, last_due, name_of, next_due, plan_of
from coursewaves.settings.home import Home
from coursewaves.settings.unattended import EVERY, WEEKDAYS
from coursewaves.system.findings import Finding

__all__ = [
    "AT",
    "EVERY",
    "KINDS",
    "WEEKDAYS",
    "Machine",
    "Plan",
    "Written",
    "check",
    "choose",
    "last_due",
    "name_of",
    "next_due",
    "plan_for",
    "plan_of",
    "plan_that_stands",
    "remove",
    "this_machine",
    "what_stands",
    "would_write",
    "write",
]

AT = "02:30"
"""When a run is due where nothing is said."""

KINDS = ("systemd", "system", "cron")
"""Who can call a run: the systemd of the user, that of the system, or the user's cron."""


class Written(NamedTuple):
    """What stands of a folder's timed run: each of `KINDS` that holds it, and the plan by which it was written."""

    kinds: tuple[str, ...]
    every: str
    at: str
    on: str
    zone: str


def plan_for(home: Home, machine: Machine, every: str = "", at: str = "", on: str = "") -> Plan:
    """Plan the run of a work folder: what is named goes before its settings, these before the defaults.

    Raises
    ------
    CoursewavesError
        As `plan_of`, and where the settings have faults.
    """
    declared = getattr(home.settings, "schedule", None)
    every = every or getattr(declared, "every", "") or EVERY[0]
    at = at or getattr(declared, "at", "") or AT
    on = on or getattr(declared, "on", "") or WEEKDAYS[0]
    return plan_of(home.root, machine.program, every, at, on, home.settings.time_zone)


def plan_that_stands(home: Home, machine: Machine, every: str = "", at: str = "", on: str = "") -> Plan:
    """Plan what should stand: as `plan_for`, but what was written counts where the settings say nothing."""
    stands = what_stands(home.root, machine)
    if stands is not None and "schedule" not in home.settings.model_fields_set:
        every, at, on = every or stands.every, at or stands.at, on or stands.on
    return plan_for(home, machine, every, at, on)


def choose(kind: str, plan: Plan, machine: Machine) -> str:
    """Return who shall call the run: the one named, else systemd where it answers, else cron.

    Raises
    ------
    CoursewavesError
        Where there is neither; the message holds the command that some other timer should call.
    """
    if kind != "auto":
        if kind not in KINDS:
            raise CoursewavesError.not_found(kind, "--with", ["systemd", "cron", "auto"])
        return kind
    if systemd.answers(systemd.user_units(machine), machine):
        return "systemd"
    if cron.answers(machine):
        return "cron"
    line = cron.cron_lines(plan, machine)[0]
    raise CoursewavesError(
        f"Neither systemd nor cron answers on this machine; fix: install cron, or have another timer call: {line}"
    )


def would_write(plan: Plan, kind: str, machine: Machine) -> dict[str, str]:
    """Return what `write` would write: the text of each unit file, or of the lines of the crontab."""
    if kind == "cron":
        return {"crontab": "".join(f"{line}\n" for line in cron.cron_lines(plan, machine))}
    return {str(path): text for path, text in systemd.unit_texts(plan, _units(kind, machine)).items()}


def write(plan: Plan, kind: str, machine: Machine) -> list[str]:
    """Write a timed run, and remove what another of `KINDS` holds of it; return what was done.

    Written twice, the same stands there.

    Raises
    ------
    CoursewavesError
        Where it can't be written; then the timed run that was there before still is.
    """
    if kind == "cron":
        if not cron.answers(machine):
            raise CoursewavesError("There is no crontab on this machine; fix: install cron, or use --with systemd.")
        told = cron.write(plan, machine)
    else:
        told = systemd.write(plan, _units(kind, machine), machine)
    for other in _holders(plan.name, machine):
        if other != kind:
            told += _remove(plan.name, other, machine)
    return told


def remove(name: str, machine: Machine) -> list[str]:
    """Remove a timed run wherever it stands, and nothing else; return what was removed, nothing the second time."""
    return [line for kind in KINDS for line in _remove(name, kind, machine)]


def _remove(name: str, kind: str, machine: Machine) -> list[str]:
    return cron.remove(name, machine) if kind == "cron" else systemd.remove(name, _units(kind, machine), machine)


def _units(kind: str, machine: Machine) -> systemd.Units:
    return systemd.system_units(machine) if kind == "system" else systemd.user_units(machine)


def _holders(name: str, machine: Machine) -> list[str]:
    return [kind for kind in KINDS if name in _all_runs(kind, machine)]


def _all_runs(kind: str, machine: Machine) -> dict[str, tuple[str, Path | None]]:
    """Find every timed run of this machine: by name, its mark's line and its work folder."""
    if kind != "cron":
        runs = systemd.found(_units(kind, machine))
        texts = {name: path.read_text(encoding="utf-8", errors="replace") for name, path in runs.items()}
        return {name: (text, systemd.folder_of(text)) for name, text in texts.items()}
    if not cron.answers(machine):
        return {}
    try:
        lines = cron.found(cron.read(machine))
    except CoursewavesError:  # a user who may have no crontab has no line in it
        return {}
    return {name: (own[0].decode("utf-8", "replace"), cron.folder_of(own)) for name, own in lines.items()}


def what_stands(home: Path, machine: Machine) -> Written | None:
    """Return what is written of a folder's timed run; None where nothing is."""
    name = name_of(home)
    kinds = _holders(name, machine)
    if not kinds:
        return None
    mark = MARK.search(_all_runs(kinds[0], machine)[name][0])
    if mark is None:  # a holder is known by its mark
        return None
    return Written(tuple(kinds), mark["every"], mark["at"], mark["on"], mark["zone"])


def check(plan: Plan, machine: Machine, last_run: datetime | None = None) -> list[Finding]:
    """Hold the timed run that stands against the plan, and see whether the run that was due last happened.

    Parameters
    ----------
    plan
        What should stand.
    machine
        This machine.
    last_run
        When the last run began, where it is known: cron does not tell.
    """
    kinds = _holders(plan.name, machine)
    findings = [finding for kind in kinds for finding in _check(plan, kind, machine)]
    if not kinds:
        findings.append(Finding("wrong", "no timed run of this folder", "coursewaves schedule write"))
    if len(kinds) > 1:
        findings.append(Finding("wrong", f"it stands twice: {', '.join(kinds)}", "coursewaves schedule write"))
    if kinds and last_run is not None and last_run < last_due(plan, machine.now) < machine.now - systemd.ALLOWED:
        due = last_due(plan, machine.now)
        findings.append(Finding("wrong", f"the run due {due:%Y-%m-%d %H:%M} did not begin", "coursewaves run"))
    return [*findings, *_orphans(machine)]


def _check(plan: Plan, kind: str, machine: Machine) -> list[Finding]:
    if kind == "cron":
        states = [*cron.state(machine), *cron.limits(plan, machine)]
        return [*cron.differences(plan, cron.read(machine), machine), *states]
    units = _units(kind, machine)
    return [*systemd.differences(plan, units), *systemd.state(plan, units, machine)]


def _orphans(machine: Machine) -> list[Finding]:
    """Name the timed runs of folders that are gone: moved, deleted, or on a disk that is not there."""
    gone = {
        name
        for kind in KINDS
        for name, (_, folder) in _all_runs(kind, machine).items()
        if folder is not None and not folder.is_dir()
    }
    fix = "if it was moved: coursewaves schedule remove --name"
    return [Finding("wrong", f"the folder of {name} is not there", f"{fix} {name}") for name in sorted(gone)]
