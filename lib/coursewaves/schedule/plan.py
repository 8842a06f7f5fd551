"""What a timed run is: which folder, how often, and at what time of the institute's day."""

import hashlib
import os
import re
import unicodedata
from datetime import datetime, time
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from coursewaves.errors import CoursewavesError
from coursewaves.runs import run_times
from coursewaves.settings.unattended import EVERY, WEEKDAYS, Schedule

NAME = "coursewaves-"
"""How the name of every timed run begins."""

MARK = re.compile(
    rf"# coursewaves (?P<name>{NAME}[a-z0-9-]+) every=(?P<every>[a-z_]+) on=(?P<on>[a-z]+) "
    r"at=(?P<at>[0-9]{2}:[0-9]{2}) zone=(?P<zone>[A-Za-z0-9/_+-]+)"
)
"""The comment by which what was written is known again, in a unit file and in a line of cron."""

_CLOCK = re.compile("([01][0-9]|2[0-3]):([0-5][0-9])")


class Plan(NamedTuple):
    """One timed run.

    `home` is the work folder and `program` the command ``coursewaves``, both absolute. The run is due `every` day,
    working day, hour or week `at` this time, an hour at its minute, by the clocks in `zone`; a week `on` this day.
    """

    home: Path
    program: Path
    every: str
    at: time
    on: str
    zone: ZoneInfo

    @property
    def name(self) -> str:
        """The name of the run, the same for this folder always; it begins as the folder's own."""
        return name_of(self.home)

    @property
    def schedule(self) -> Schedule:
        """When the run is due, as the settings of a work folder say it."""
        return Schedule.model_validate({"every": self.every, "at": f"{self.at:%H:%M}", "on": self.on})

    @property
    def mark(self) -> str:
        """The comment that says what was written, and by what."""
        return f"# coursewaves {self.name} every={self.every} on={self.on} at={self.at:%H:%M} zone={self.zone.key}"

    @property
    def told(self) -> str:
        """The time at which it is due, as a person says it."""
        day = {"working_day": "Monday to Friday", "week": self.on.capitalize()}.get(self.every, f"every {self.every}")
        return f"{day} at {self.at:%M} past" if self.every == "hour" else f"{day} at {self.at:%H:%M} {self.zone.key}"

    @property
    def words(self) -> list[str]:
        """The command to call, word by word."""
        return [str(self.program), "--home", str(self.home), "run"]


def plan_of(home: Path, program: Path, every: str, at: str, on: str, zone: str) -> Plan:
    """Plan a run.

    Parameters
    ----------
    home, program
        Absolute paths.
    every
        One of `EVERY`.
    at
        A time of day, ``02:30``.
    on
        One of `WEEKDAYS`; it counts for a weekly run.
    zone
        A time zone that exists, ``Asia/Almaty``.

    Raises
    ------
    CoursewavesError
        Where a word is none of these, or a path can't stand in a line of text.
    """
    if every not in EVERY:
        raise CoursewavesError.not_found(every, "--every", EVERY)
    if on not in WEEKDAYS:
        raise CoursewavesError.not_found(on, "--on", WEEKDAYS)
    clock = _CLOCK.fullmatch(at)
    if clock is None:
        raise CoursewavesError(f"{at!r} is no time of day; fix: write it as 02:30.")
    for path in (home, program):
        _refuse_unwritable(path)
    return Plan(home, program, every, time(int(clock[1]), int(clock[2])), on, ZoneInfo(zone))


def _refuse_unwritable(path: Path) -> None:
    if not path.is_absolute():
        raise CoursewavesError(f"{str(path)!r} does not begin at the root; fix: name the whole path.")
    if any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in str(path)):
        raise CoursewavesError(
            f"The name {str(path)!r} holds a sign that can't stand in a line of text; fix: rename the folder."
        )


def name_of(home: Path) -> str:
    """Return the name of a folder's timed run.

    >>> name_of(Path("/srv/Institute 2026"))
    'coursewaves-institute-2026-6cb8bb39'
    """
    known = hashlib.blake2s(os.fsencode(home), digest_size=4).hexdigest()
    own = re.sub("[^a-z0-9]+", "-", home.name.lower()).strip("-")[:32].strip("-")
    return NAME + "-".join(filter(None, [own, known]))


def next_due(plan: Plan, now: datetime) -> datetime:
    """Return the first moment after `now` at which the run is due, in the plan's zone."""
    return run_times.next_due(plan.schedule, plan.zone, now).astimezone(plan.zone)


def last_due(plan: Plan, now: datetime) -> datetime:
    """Return the last moment up to `now` at which the run was due, in the plan's zone."""
    return run_times.last_due(plan.schedule, plan.zone, now).astimezone(plan.zone)


def moments(plan: Plan, now: datetime) -> list[datetime]:
    """Return the moments at which a run is due from a week before `now` to a week after it; some hours, if hourly."""
    return [due.astimezone(plan.zone) for due in run_times.due_around(plan.schedule, plan.zone, now)]
