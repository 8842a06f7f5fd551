"""Timed runs as systemd units: a service that runs once, and the timer that starts it."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from coursewaves.errors import CoursewavesError
from coursewaves.schedule.machine import Answer, Machine
from coursewaves.schedule.plan import MARK, Plan, last_due
from coursewaves.system.findings import Finding
from coursewaves.system.private_files import write_private

LONGEST = "6h"
"""How long a run may take before systemd ends it."""

ALLOWED = timedelta(minutes=15)
"""How long after it was due a run may begin: systemd spreads the runs of many timers."""

SUFFIXES = (".service", ".timer")


class Units(NamedTuple):
    """Where units lie and how systemd is asked about them: those of one user, or those of the system."""

    kind: str
    folder: Path
    systemctl: tuple[str, ...]

    @property
    def is_system(self) -> bool:
        """Whether the units are the machine's own."""
        return self.kind == "system"


def user_units(machine: Machine) -> Units:
    """Return the units of the user."""
    return Units("systemd", machine.user_units, ("systemctl", "--user"))


def system_units(machine: Machine) -> Units:
    """Return the units of the system."""
    return Units("system", machine.system_units, ("systemctl",))


def answers(units: Units, machine: Machine) -> bool:
    """Say whether a systemd is there that would keep these units."""
    return machine.has("systemctl") and machine.call((*units.systemctl, "show-environment"), b"").code == 0


def unit_texts(plan: Plan, units: Units) -> dict[Path, str]:
    """Write out the two units of a plan, each with the path at which it shall lie."""
    base = units.folder / plan.name
    return {
        base.with_name(plan.name + ".service"): _service(plan, units),
        base.with_name(plan.name + ".timer"): _timer(plan),
    }


def _service(plan: Plan, units: Units) -> str:
    program, *words = plan.words
    if re.search(r"""["'\\]""", program):  # systemd takes no such program, however it is written
        raise CoursewavesError(
            f"systemd starts no program named {program}; fix: install coursewaves in another folder."
        )
    command = " ".join([quoted(program), *(quoted(word.replace("$", "$$")) for word in words)])
    lines = [
        plan.mark,
        "[Unit]",
        f"Description=Run of a work folder of coursewaves ({plan.name})",
        "",
        "[Service]",
        "Type=oneshot",
        f"ExecStart={command}",
        "Environment=LANG=C.UTF-8 PYTHONSAFEPATH=1",
        "SuccessExitStatus=75",  # another run is active
        f"TimeoutStartSec={LONGEST}",
        "Nice=10",
        "UMask=0077",
        "LimitCORE=0",  # a picture of the memory would hold answers
        "NoNewPrivileges=yes",
        *(_shut(plan.home) if units.is_system else []),
    ]
    return "\n".join(lines) + "\n"


def _shut(home: Path) -> list[str]:
    """Say as whom the run goes, and what of the machine is shut to it.

    A user's own systemd can shut nothing, or fails where the kernel forbids it, so that only the system's is asked.
    """
    places = home.parents
    is_in_system = any(Path(place) in places for place in ("/usr", "/boot", "/efi", "/etc"))
    is_passing = any(Path("/", place) in places for place in ("tmp", "var/tmp"))
    shut = ["PrivateTmp=yes"] * (not is_passing) + ["ProtectSystem=full"] * (not is_in_system)
    return [f"User={home.stat().st_uid}", *shut]


def _timer(plan: Plan) -> str:
    lines = [
        plan.mark,
        "[Unit]",
        f"Description=Timer of a work folder of coursewaves ({plan.name})",
        "",
        "[Timer]",
        f"OnCalendar={calendar(plan)}",
        "Persistent=true",  # what fell due while the machine was off is done when it is on
        "RandomizedDelaySec=2min",
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]
    return "\n".join(lines) + "\n"


def calendar(plan: Plan) -> str:
    """Write the moments of a plan as systemd's calendar does, in the institute's own time zone."""
    days = {"working_day": "Mon..Fri ", "week": f"{plan.on[:3].capitalize()} "}.get(plan.every, "")
    hour = "*" if plan.every == "hour" else f"{plan.at:%H}"
    return f"{days}*-*-* {hour}:{plan.at:%M}:00 {plan.zone.key}"


def quoted(word: str) -> str:
    """Quote a word for a unit file."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'


def folder_of(text: str) -> Path | None:
    """Return the work folder that a service runs for; None where the command was changed by hand."""
    found = re.search(r'^ExecStart=.* "--home" "((?:[^"\\]|\\.)*)" "run"$', text, re.MULTILINE)
    if found is None:
        return None
    return Path(re.sub(r"\\(.)|%(%)|\$(\$)", lambda sign: sign[sign.lastindex or 0], found[1]))


def found(units: Units) -> dict[str, Path]:
    """Find the timed runs that were written here: the name of each, and its service or what is left of it."""
    runs = {}
    for suffix in reversed(SUFFIXES):
        for path in sorted(units.folder.glob(f"coursewaves-*{suffix}")):
            mark = MARK.match(_text(path))
            if mark and mark["name"] == path.stem:
                runs[path.stem] = path
    return runs


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def write(plan: Plan, units: Units, machine: Machine) -> list[str]:
    """Write the units of a plan and have systemd take them; return what was done, or is left to type.

    Raises
    ------
    CoursewavesError
        Where a unit of that name was not written by this command, where the folder can't be written, or systemd
        refuses a unit.
    """
    texts = unit_texts(plan, units)
    for path in texts:
        if path.is_symlink() or (path.exists() and not MARK.match(_text(path))):
            raise CoursewavesError(f"{path.name} was not written by coursewaves; fix: move it out of {path.parent}.")
    told = [_write(path, text) for path, text in texts.items() if _text(path) != text]
    commands = [[*units.systemctl, "daemon-reload"], [*units.systemctl, "enable", "--now", f"{plan.name}.timer"]]
    if not answers(units, machine):
        return [*told, "systemd does not answer here; to start the timer, type:", *map(" ".join, commands)]
    for command in commands:
        _insist(machine.call(command, b""), command)
    return [*(told or ["nothing to change"]), f"enabled: {plan.name}.timer"]


def _write(path: Path, text: str) -> str:
    try:
        write_private(path, lambda draft: draft.write_text(text, encoding="utf-8"))
        path.chmod(0o644)  # systemd remarks on units that others can't read; they hold nothing of a person
    except OSError as error:
        raise CoursewavesError(f"Can't write {path}: {error.strerror}; fix: for --system, be root.") from None
    return f"written: {path}"


def _insist(answer: Answer, command: list[str]) -> None:
    if answer.code:
        raise CoursewavesError(
            f"systemd refused {' '.join(command)}: {answer.said}; fix what it names and write again."
        )


def remove(name: str, units: Units, machine: Machine) -> list[str]:
    """Stop a timer and remove its units; what is not there, or is not of this command, is left."""
    paths = [units.folder / f"{name}{suffix}" for suffix in SUFFIXES]
    ours = [path for path in paths if not path.is_symlink() and MARK.match(_text(path))]
    if not ours:
        return []
    is_there = answers(units, machine)
    if is_there:
        machine.call((*units.systemctl, "disable", "--now", f"{name}.timer"), b"")
        machine.call((*units.systemctl, "clean", "--what=state", f"{name}.timer"), b"")  # when it last ran
    _unlink([*ours, units.folder / "timers.target.wants" / f"{name}.timer"])
    if is_there:
        machine.call((*units.systemctl, "daemon-reload"), b"")
    return [f"removed: {path}" for path in ours]


def _unlink(paths: list[Path]) -> None:
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise CoursewavesError(f"Can't remove {path}: {error.strerror}; fix: for --system, be root.") from None


def differences(plan: Plan, units: Units) -> list[Finding]:
    """Hold the units that are there against those that would be written now."""
    findings = []
    for path, text in unit_texts(plan, units).items():
        there, wanted = _text(path).split("\n"), text.split("\n")
        odd = [f"has {line!r}" for line in there if line and line not in wanted]
        odd += [f"lacks {line!r}" for line in wanted if line and line not in there]
        if there != wanted:
            what = "is not there" if not any(there) else "; ".join(odd) or "has its lines in another order"
            findings.append(Finding("wrong", f"differs: {path.name} {what}", "coursewaves schedule write"))
    return findings or [Finding("ok", f"{plan.name}: {plan.told}, by {units.kind}")]


def state(plan: Plan, units: Units, machine: Machine) -> list[Finding]:
    """Ask systemd whether the timer is on, and how the last run that was due went."""
    if not answers(units, machine):
        return [Finding("warn", "systemd does not answer here, so that nothing is known of the timer")]
    timer = _shown(f"{plan.name}.timer", "ActiveState,UnitFileState,LastTriggerUSec", units, machine)
    service = _shown(f"{plan.name}.service", "ActiveState,Result,ExecMainStatus", units, machine)
    findings = []
    if (timer.get("ActiveState"), timer.get("UnitFileState")) != ("active", "enabled"):
        findings.append(Finding("wrong", f"{plan.name}.timer is switched off", "coursewaves schedule write"))
    if service.get("Result", "success") != "success":
        code = f"{service['Result']}, {service.get('ExecMainStatus', '')}"
        log = f"journalctl {units.systemctl[-1] if not units.is_system else ''} -u {plan.name}.service"
        findings.append(Finding("wrong", f"the last run failed ({code})", f"read {' '.join(log.split())}"))
    due = last_due(plan, machine.now)
    began = _moment(timer.get("LastTriggerUSec", ""))
    if began < due < machine.now - ALLOWED and _written_at(plan, units) < due:
        start = f"{' '.join(units.systemctl)} start {plan.name}.service"
        findings.append(Finding("wrong", f"the run due {due:%Y-%m-%d %H:%M} did not begin", start))
    return findings + _lingering(units, machine)


def _written_at(plan: Plan, units: Units) -> datetime:
    path = units.folder / f"{plan.name}.timer"
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.exists() else datetime.max.replace(tzinfo=UTC)


def _shown(unit: str, names: str, units: Units, machine: Machine) -> dict[str, str]:
    answer = machine.call((*units.systemctl, "show", unit, f"--property={names}"), b"")
    lines = answer.output.decode("utf-8", "replace").splitlines()
    return {name: value for name, is_set, value in (line.partition("=") for line in lines) if is_set}


def _moment(text: str) -> datetime:
    """Read a time of systemd's, of whose zone `call` made UTC; one that never was is long ago."""
    found = re.search("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", text)
    return datetime.fromisoformat(f"{found[0]}+00:00") if found else datetime.min.replace(tzinfo=UTC)


def _lingering(units: Units, machine: Machine) -> list[Finding]:
    if units.is_system or not machine.has("loginctl"):
        return []
    answer = machine.call(("loginctl", "show-user", str(os.getuid()), "--property=Linger"), b"")
    if answer.output.strip() != b"Linger=no":
        return []
    return [Finding("wrong", "the timer stands still while you are not logged in", "loginctl enable-linger")]
