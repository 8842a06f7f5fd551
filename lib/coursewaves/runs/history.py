"""Know what became of the runs: ``reports/status.json`` goes in, and a new one with one more run comes out of it."""

import json
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from coursewaves.errors import CoursewavesError
from coursewaves.runs.record import RunRecord
from coursewaves.runs.run_times import missed_due, next_due
from coursewaves.settings.home import Home, Settings

STATUS = "status.json"

RUNS_KEPT = 100
FAILURES_KEPT = 20
"""Failures that are kept of each run but the last, of which all are."""

LARGEST = 50_000_000
"""Bytes; a larger file was not written by us."""

SLACK = timedelta(minutes=5)
"""How far a run may end in the future: clocks are corrected by seconds all the time."""

log = logging.getLogger("coursewaves")


@dataclass(frozen=True)
class Status:
    """What is known of the runs of a work folder.

    Attributes
    ----------
    schema
        Version of the layout of the file.
    last
        The last run; None where none ended yet.
    last_success_at
        When the last run ended after which every report was current.
    next_due_at
        When the next run is due.
    overdue_at
        When the run that is due next will count as missed: whoever reads the file later than that knows it was.
    missed
        Whether a run was missed when this was written.
    missed_since
        When the first run that was missed was due.
    unsent
        Why messages about the last run could not be sent.
    runs
        The last hundred runs, the oldest first.
    """

    schema: Literal[1] = 1
    last: RunRecord | None = None
    last_success_at: AwareDatetime | None = None
    next_due_at: AwareDatetime | None = None
    overdue_at: AwareDatetime | None = None
    missed: bool = False
    missed_since: AwareDatetime | None = None
    unsent: tuple[str, ...] = ()
    runs: Annotated[tuple[RunRecord, ...], Field(max_length=RUNS_KEPT)] = ()


_FILE: TypeAdapter[Status] = TypeAdapter(Status)


def read_status(home: Home) -> Status:
    """Read what is known of the runs; an empty status where nothing was written yet.

    Raises
    ------
    CoursewavesError
        Where the file is damaged, or not one of ours.
    """
    path = home.reports / STATUS
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError
        status = _FILE.validate_json(path.read_bytes())
        numbers = [run.run for run in status.runs]
        if numbers != sorted(set(numbers)) or status.last != (status.runs[-1] if status.runs else None):
            raise ValueError
    except FileNotFoundError:
        return Status()
    except (OSError, ValueError):
        raise CoursewavesError(
            f"{home.reports.name}/{STATUS} can't be read; fix: start a run, it moves it aside"
        ) from None
    return status


def next_run(home: Home) -> int:
    """Return the number of the run that begins now; a run that knows its number never takes a newer one's place."""
    try:
        last = read_status(home).last
    except CoursewavesError:
        return 1
    return last.run + 1 if last else 1


def entered(status: Status, record: RunRecord) -> Status:
    """Enter a run; one whose number is not above the last one's is late and changes nothing."""
    last = status.last
    if last and record.run and record.run <= last.run:
        log.warning("run %s ended after run %s and is not entered", record.run, last.run)
        return status
    number = record.run or (last.run + 1 if last else 1)
    went_back = last is not None and record.started_at < last.started_at
    record = replace(record, run=number, clock_went_back=went_back)
    if went_back:
        log.warning("the clock went back: run %s started before run %s", number, number - 1)
    older = [replace(run, failures=run.failures[:FAILURES_KEPT]) for run in status.runs]
    success = record.ended_at if record.is_good else status.last_success_at
    runs = (*older, record)[-RUNS_KEPT:]
    return replace(status, last=record, last_success_at=success, unsent=(), runs=runs)


def timed(status: Status, settings: Settings, now: datetime) -> Status:
    """Enter when the next run is due, and whether one was missed."""
    due = next_due(settings.schedule, settings.zone, now)
    since = missed_since(status, settings, now)
    overdue = due + settings.schedule.grace
    return replace(status, next_due_at=due, overdue_at=overdue, missed=since is not None, missed_since=since)


def missed_since(status: Status, settings: Settings, now: datetime) -> datetime | None:
    """Return when the first run that was missed was due; None where none was, or where none ever ran.

    A run that was stopped, or that ends in the future, is no run; before the first one of all nothing was due.
    """
    if not status.runs:
        return None
    ends = [run.ended_at for run in status.runs if run.outcome != "stopped"]
    known = [moment for moment in (status.runs[0].started_at, *ends) if moment <= now + SLACK]
    return missed_due(settings.schedule, settings.zone, max(known, default=None), now)


def dumped(status: Status) -> str:
    """Write a status as the text of its file; equal ones give equal text."""
    return json.dumps(_FILE.dump_python(status, mode="json"), ensure_ascii=False, indent=1) + "\n"
