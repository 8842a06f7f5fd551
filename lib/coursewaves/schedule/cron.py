"""Timed runs as lines of the user's crontab, among which all other lines stay as they are.

Cron knows the machine's clock alone: the time is turned into that of the machine, as it is on the day of writing.
It does nothing for a time at which the machine was off, but for one run at its next start.
"""

import re
import shlex
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from coursewaves.errors import CoursewavesError
from coursewaves.schedule.machine import Machine
from coursewaves.schedule.plan import MARK, Plan, moments, next_due
from coursewaves.system.findings import Finding

LONGEST = 990
"""Bytes of a command that every cron takes; Debian's refuses a thousand."""

DAEMONS = frozenset({"cron", "crond", "fcron"})
"""The programs one of which must run."""

_NONE_YET = re.compile(rb"no crontab for|can't open .*No such file")
_LINE = re.compile(rf".*{MARK.pattern}[ \t]*".encode())


class Table(NamedTuple):
    """The user's crontab, line by line with their ends; bytes, since others' lines are nobody's business."""

    lines: list[bytes]

    @property
    def content(self) -> bytes:
        """The whole table."""
        return b"".join(self.lines)


def answers(machine: Machine) -> bool:
    """Say whether this machine has a crontab."""
    return machine.has("crontab")


def cron_lines(plan: Plan, machine: Machine) -> list[str]:
    """Write the lines of a plan: one for the time, one for the machine's start, since cron makes up for nothing.

    Raises
    ------
    CoursewavesError
        Where a path holds a backslash, which one cron takes for another than the next, or is too long for a line.
    """
    if "\\" in "".join(plan.words):
        raise CoursewavesError("No backslash can be written for cron; fix: rename the folder, or use --with systemd.")
    called = shlex.join(["env", "LANG=C.UTF-8", "PYTHONSAFEPATH=1", "nice", "-n", "10", *plan.words])
    command = f"{called} >/dev/null {plan.mark}".replace("%", r"\%")
    if len(command.encode()) > LONGEST:
        raise CoursewavesError("The path is too long for a line of cron; fix: move the folder, or use --with systemd.")
    return [f"{fields(plan, machine)} {command}", f"@reboot {command}"]


def fields(plan: Plan, machine: Machine) -> str:
    """Write the moments of a plan as cron does, by the clock of this machine.

    The five fields are minute, hour, day, month and day of the week, of which 0 is Sunday.
    """
    due = next_due(plan, machine.now).astimezone(machine.zone)
    if plan.every == "hour":
        return f"{due.minute} * * * *"
    if plan.every == "day":
        return f"{due.minute} {due.hour} * * *"
    days = {moment.astimezone(machine.zone).isoweekday() % 7 for moment in moments(plan, machine.now)}
    return f"{due.minute} {due.hour} * * {','.join(map(str, sorted(days)))}"


def read(machine: Machine) -> Table:
    """Read the user's crontab; one that is not there yet is empty.

    Raises
    ------
    CoursewavesError
        Where it can't be read: then it must not be written either.
    """
    answer = machine.call(("crontab", "-l"), b"")
    if answer.code == 0:
        return Table(re.findall(rb"[^\n]*\n|[^\n]+", answer.output))
    if _NONE_YET.search(answer.errors + answer.output):
        return Table([])
    raise CoursewavesError(f"Can't read the crontab: {answer.said}; fix: let crontab -l work, or use --with systemd.")


def found(table: Table) -> dict[str, list[bytes]]:
    """Find the timed runs that were written here: the name of each and its lines."""
    runs: dict[str, list[bytes]] = {}
    for line in table.lines:
        mark = _LINE.fullmatch(line.rstrip(b"\r\n"))
        if mark:
            runs.setdefault(mark["name"].decode(), []).append(line)
    return runs


def folder_of(lines: list[bytes]) -> Path | None:
    """Return the work folder that lines run for; None where they were changed by hand."""
    try:
        words = shlex.split(lines[0].decode().replace(r"\%", "%"), comments=True)
    except ValueError:
        return None
    return Path(words[words.index("--home") + 1]) if "--home" in words[:-1] else None


def write(plan: Plan, machine: Machine) -> list[str]:
    """Put the lines of a plan into the crontab, in the place of earlier ones; return what was done.

    Raises
    ------
    CoursewavesError
        Where another line sets ``CRON_TZ``, after which our time would be another one, or crontab refuses.
    """
    table = read(machine)
    new = [line.encode() + b"\n" for line in cron_lines(plan, machine)]
    if any(re.match(rb"\s*CRON_TZ\s*=", line) for line in table.lines):
        raise CoursewavesError("The crontab sets CRON_TZ, which moves all times below it; fix: use --with systemd.")
    old = found(table).get(plan.name, [])
    if old == new:
        told = ["nothing to change"]
    else:
        place = table.lines.index(old[0]) if old else len(table.lines)
        kept = [line for line in table.lines if line not in old]
        _install(Table([*_ended(kept[:place]), *new, *kept[place:]]), machine)
        told = [f"written: 2 lines of the crontab, {plan.name}"]
    return told + [f"note: {finding.what}" for finding in limits(plan, machine)]


def _ended(lines: list[bytes]) -> list[bytes]:
    """Give the last line an end, where a person's editor left it without one."""
    return [*lines[:-1], lines[-1].rstrip(b"\n") + b"\n"] if lines else []


def _install(table: Table, machine: Machine) -> None:
    if rb"\r" in table.content:  # so Debian's crontab -l writes the end of a Windows line too
        raise CoursewavesError(
            r"The crontab holds \r, or an end of line of Windows: crontab does not tell which, so that it is left as "
            "it is; fix: mend that line by crontab -e, or use --with systemd."
        )
    answer = machine.call(("crontab", "-"), table.content)
    if answer.code:
        raise CoursewavesError(f"crontab refused the lines: {answer.said}; fix what it names and write again.")


def remove(name: str, machine: Machine) -> list[str]:
    """Take the lines of a timed run out of the crontab; what is not there is left."""
    if not answers(machine):
        return []
    table = read(machine)
    old = found(table).get(name, [])
    if not old:
        return []
    _install(Table([line for line in table.lines if line not in old]), machine)
    return [f"removed: {len(old)} lines of the crontab, {name}"]


def differences(plan: Plan, table: Table, machine: Machine) -> list[Finding]:
    """Hold the lines that are there against those that would be written now."""
    there = [line.decode("utf-8", "replace").rstrip("\r\n") for line in found(table).get(plan.name, [])]
    wanted = cron_lines(plan, machine)
    if there == wanted:
        return [Finding("ok", f"{plan.name}: {plan.told}, by cron")]
    odd = [f"has {line!r}" for line in there if line not in wanted]
    odd += [f"lacks {line!r}" for line in wanted if line not in there]
    what = "; ".join(odd) or "has a line twice or in another order"
    return [Finding("wrong", f"differs: the crontab {what}", "coursewaves schedule write")]


def state(machine: Machine) -> list[Finding]:
    """Say whether cron runs at all; where that can't be known, nothing."""
    running = machine.running()
    if not running or running & DAEMONS:
        return []
    return [Finding("wrong", "cron does not run on this machine, so that no line of it does", "start cron")]


def limits(plan: Plan, machine: Machine) -> list[Finding]:
    """Say what cron does not do."""
    told = [Finding("warn", "what falls due while the machine is off is made up for at its next start only")]
    if plan.every != "hour" and _moves(plan, machine):
        told.append(
            Finding("warn", "this machine's clock is put forward and back, and the run with it", "schedule write anew")
        )
    return told


def _moves(plan: Plan, machine: Machine) -> bool:
    """Say whether the time between the two clocks changes within a year."""
    moments = [machine.now + timedelta(days=30 * step) for step in range(13)]
    return len({_apart(moment, plan, machine) for moment in moments}) > 1


def _apart(moment: datetime, plan: Plan, machine: Machine) -> timedelta:
    here, there = (moment.astimezone(zone).utcoffset() for zone in (machine.zone, plan.zone))
    return (here or timedelta()) - (there or timedelta())
