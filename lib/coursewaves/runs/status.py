"""Write what became of the runs into ``reports``, as JSON and as a page, and tell whether one was missed."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from coursewaves.errors import CoursewavesError
from coursewaves.runs.history import STATUS, Status, dumped, entered, missed_since, read_status, timed
from coursewaves.runs.record import RunRecord, tidy
from coursewaves.settings.home import Home, Settings
from coursewaves.system.private_files import write_shared

PAGE = "status.html"
INDEX = "index.html"

log = logging.getLogger("coursewaves")


def write_status(home: Home, record: RunRecord | None, now: datetime, unsent: Sequence[str] | None = None) -> Status:
    """Enter a run and write ``status.json`` and ``status.html``, each whole.

    Parameters
    ----------
    home
        The work folder. Settings with faults don't matter here: what is sound of them counts.
    record
        The run that ended; None brings both files up to date without one.
    now
        An aware time.
    unsent
        Why messages about it could not be sent; by default as before, and none for a new run.

    Returns
    -------
    Status
        As it was written. A file that can't be read was moved aside as ``status.damaged-<n>.json``, and one run
        whose number is not above the last one's was not entered; both are told in the log.
    """
    from coursewaves.runs.status_page import status_page  # noqa: PLC0415

    status = _read_or_move(home)
    status = entered(status, tidy(record, home.root)) if record else status
    status = status if unsent is None else replace(status, unsent=tuple(unsent))
    settings = home.sound_settings
    status = timed(status, settings, now)
    aside = [path.name for path in sorted(home.reports.glob("status.damaged-*.json"))]
    write_shared(home.reports / STATUS, dumped(status).encode())
    page = status_page(status, settings, aside, (home.reports / INDEX).exists())
    write_shared(home.reports / PAGE, page.encode())
    return status


def _read_or_move(home: Home) -> Status:
    try:
        return read_status(home)
    except CoursewavesError:
        path = home.reports / STATUS
        aside = _free(home.reports)
        path.rename(aside)
        log.warning("%s can't be read: moved aside as %s; the runs before are no longer listed", STATUS, aside.name)
        return Status()


def _free(folder: Path) -> Path:
    """Name a file that is not there yet; a link that leads nowhere takes its name too."""
    number = 1
    while (path := folder / f"status.damaged-{number}.json").exists() or path.is_symlink():
        number += 1
    return path


def is_missed(home: Home, now: datetime) -> bool:
    """Tell whether a run was missed: it was due longer ago than the grace, and none has ended since.

    A folder in which no run ever ended has missed none; a status that can't be read shows none.
    """
    try:
        status = read_status(home)
    except CoursewavesError:
        return True
    return missed_since(status, home.sound_settings, now) is not None


def absence(home: Home, now: datetime) -> str:
    """Say that runs stay away; nothing where they don't. It reads only, for whoever looks from outside."""
    try:
        status = read_status(home)
    except CoursewavesError as error:
        return str(error)
    if not status.runs:
        return "never ran: no run has ended in this work folder; fix: start one by hand and switch the timer on"
    settings = home.sound_settings
    since = missed_since(status, settings, now)
    if since is None:
        return ""
    due, ended = (_local(time, settings) for time in (since, status.runs[-1].ended_at))
    return f"missed: a run was due at {due} ({settings.time_zone}), the last one ended at {ended}; fix: see its timer"


def _local(moment: datetime, settings: Settings) -> str:
    return moment.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M")
