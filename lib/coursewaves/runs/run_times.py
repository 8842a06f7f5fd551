"""Tell when a run is due: a schedule and a moment go in, the due times before and after it come out, in UTC.

A due time is what the clocks of the institute's zone show. One that came twice is meant the first time; one that the
clock skipped comes as long after midnight as if it had not been put forward.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from coursewaves.settings.unattended import WEEKDAYS, Schedule

FARTHEST = 8
"""Days before and after a moment within which every schedule has a due time."""


def last_due(schedule: Schedule, zone: ZoneInfo, moment: datetime) -> datetime:
    """Return the last due time up to a moment, the moment itself included.

    >>> last_due(Schedule(at="02:30"), ZoneInfo("Asia/Almaty"), datetime(2026, 1, 2, 0, 0, tzinfo=UTC)).isoformat()
    '2026-01-01T21:30:00+00:00'
    """
    return max(due for due in due_around(schedule, zone, moment) if due <= moment)


def next_due(schedule: Schedule, zone: ZoneInfo, moment: datetime) -> datetime:
    """Return the first due time after a moment."""
    return min(due for due in due_around(schedule, zone, moment) if due > moment)


def missed_due(schedule: Schedule, zone: ZoneInfo, ended_at: datetime | None, now: datetime) -> datetime | None:
    """Return the first due time that was missed; None where none was.

    Parameters
    ----------
    schedule, zone
        When runs are due, and by the clocks of which zone.
    ended_at
        When the last run ended; None where no run counts, so that the last due time was missed once its grace is over.
    now
        A due time is missed when more than the grace has passed since, and no run has ended after it.
    """
    last = last_due(schedule, zone, now - schedule.grace - timedelta.resolution)
    if ended_at is None:
        return last
    return next_due(schedule, zone, ended_at) if ended_at < last else None


def due_around(schedule: Schedule, zone: ZoneInfo, moment: datetime) -> list[datetime]:
    """List the due times near a moment, in UTC: at least one up to it and one after it."""
    local = moment.astimezone(zone)
    if schedule.every == "hour":
        steady = local.astimezone(timezone(local.utcoffset() or timedelta(0)))
        due = steady.replace(minute=schedule.time.minute, second=0, microsecond=0)
        return [(due + timedelta(hours=hours)).astimezone(UTC) for hours in (-1, 0, 1)]
    days = (local.date() + timedelta(days=days) for days in range(-FARTHEST, FARTHEST + 1))
    return [datetime.combine(day, schedule.time, zone).astimezone(UTC) for day in days if _is_due(schedule, day)]


def _is_due(schedule: Schedule, day: date) -> bool:
    if schedule.every == "week":
        return WEEKDAYS[day.weekday()] == schedule.on
    return schedule.every == "day" or day.weekday() < WEEKDAYS.index("saturday")
