"""When a run is due and when one was missed, by the clocks of the institute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.runs.run_times import last_due, missed_due, next_due
from coursewaves.settings.unattended import WEEKDAYS, Schedule

ALMATY = ZoneInfo("Asia/Almaty")
BERLIN = ZoneInfo("Europe/Berlin")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "moment", "last", "following"),
    [
        # Almaty is at UTC+5: 02:30 there is 21:30 of the day before.
        (Schedule(), "2026-11-24 12:00", "2026-11-23 21:30", "2026-11-24 21:30"),
        (Schedule(), "2026-11-24 21:30", "2026-11-24 21:30", "2026-11-25 21:30"),
        (Schedule(), "2026-11-24 21:29:59", "2026-11-23 21:30", "2026-11-24 21:30"),
        # 2026-11-28 is a Saturday; its 02:30 is 21:30 of Friday in UTC.
        (Schedule(every="working_day"), "2026-11-28 12:00", "2026-11-26 21:30", "2026-11-29 21:30"),
        (Schedule(every="week", on="monday"), "2026-11-28 12:00", "2026-11-22 21:30", "2026-11-29 21:30"),
        (Schedule(every="week", on="saturday"), "2026-11-28 12:00", "2026-11-27 21:30", "2026-12-04 21:30"),
        (Schedule(every="hour", at="00:15"), "2026-11-28 12:10", "2026-11-28 11:15", "2026-11-28 12:15"),
        (Schedule(every="hour", at="07:15"), "2026-11-28 12:15", "2026-11-28 12:15", "2026-11-28 13:15"),
    ],
)
def test_the_due_times_around_a_moment(schedule, moment, last, following):
    assert last_due(schedule, ALMATY, utc(moment)) == utc(last)
    assert next_due(schedule, ALMATY, utc(moment)) == utc(following)


def test_when_almaty_put_its_clocks_back_the_time_of_day_stays():
    # UTC+6 until 2024-03-01 00:00, when it became 23:00 of 29 February at UTC+5.
    assert next_due(Schedule(), ALMATY, utc("2024-02-28 12:00")) == utc("2024-02-28 20:30")
    assert next_due(Schedule(), ALMATY, utc("2024-02-29 12:00")) == utc("2024-02-29 21:30")


def test_of_an_hour_that_came_twice_the_first_is_due():
    # 2024-02-29 23:30 came at 17:30 and at 18:30 UTC.
    schedule = Schedule(at="23:30")
    assert next_due(schedule, ALMATY, utc("2024-02-29 12:00")) == utc("2024-02-29 17:30")
    assert next_due(schedule, ALMATY, utc("2024-02-29 17:30")) == utc("2024-03-01 18:30")


def test_an_hour_that_was_skipped_comes_once():
    # Berlin, 2026-03-29: 02:00 became 03:00 at 01:00 UTC, so that 02:30 is 01:30 UTC, shown as 03:30.
    assert next_due(Schedule(), BERLIN, utc("2026-03-28 12:00")) == utc("2026-03-29 01:30")
    assert next_due(Schedule(), BERLIN, utc("2026-03-29 01:30")) == utc("2026-03-30 00:30")


@pytest.mark.parametrize(
    ("ended", "now", "missed"),
    [
        ("2026-11-23 21:40", "2026-11-24 21:30", None),
        ("2026-11-23 21:40", "2026-11-25 03:30", None),  # six hours of grace are not over
        ("2026-11-23 21:40", "2026-11-25 03:30:01", "2026-11-24 21:30"),
        ("2026-11-23 21:40", "2026-11-28 12:00", "2026-11-24 21:30"),  # the first of several
        ("2026-11-25 01:00", "2026-11-25 12:00", None),  # late, within the grace or not: it has run
        ("2026-11-25 04:00", "2026-11-25 12:00", None),
        (None, "2026-11-25 12:00", "2026-11-24 21:30"),
        ("2026-11-23 21:29", "2026-11-25 03:30", "2026-11-23 21:30"),  # the due time before is missed long since
    ],
)
def test_a_run_is_missed_after_its_grace(ended, now, missed):
    expected = None if missed is None else utc(missed)
    assert missed_due(Schedule(), ALMATY, ended and utc(ended), utc(now)) == expected


def test_an_hourly_run_is_missed_although_another_is_due_before_its_grace_is_over():
    schedule = Schedule(every="hour", at="00:00")
    assert missed_due(schedule, ALMATY, utc("2026-11-24 10:05"), utc("2026-11-24 17:00")) is None
    assert missed_due(schedule, ALMATY, utc("2026-11-24 10:05"), utc("2026-11-24 17:01")) == utc("2026-11-24 11:00")


ZONES = st.sampled_from(["Asia/Almaty", "Asia/Qostanay", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"])
MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
TIMES = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
SCHEDULES = st.builds(
    Schedule,
    every=st.sampled_from(["hour", "day", "working_day", "week"]),
    at=TIMES,
    on=st.sampled_from(WEEKDAYS),
    grace_hours=st.sampled_from([0, 0.5, 6, 30]),
)


@given(SCHEDULES, ZONES, MOMENTS)
def test_a_moment_lies_between_two_due_times_that_follow_each_other(schedule, zone, moment):
    before, after = last_due(schedule, ZoneInfo(zone), moment), next_due(schedule, ZoneInfo(zone), moment)
    assert before <= moment < after
    assert next_due(schedule, ZoneInfo(zone), before) == after
    assert last_due(schedule, ZoneInfo(zone), after - timedelta.resolution) == before
    longest = {"hour": 1.5, "day": 25, "working_day": 73, "week": 169}[schedule.every]
    assert after - before <= timedelta(hours=longest)


@given(SCHEDULES, ZONES, MOMENTS)
def test_the_clocks_show_the_time_that_was_asked_for(schedule, zone, moment):
    due = next_due(schedule, ZoneInfo(zone), moment)
    local = due.astimezone(ZoneInfo(zone))
    assert local.minute == schedule.time.minute
    if schedule.every != "hour" and zone in ("Asia/Almaty", "Asia/Qostanay", "Asia/Kolkata", "UTC"):
        assert local.time().replace(fold=0) == schedule.time  # no hour was ever skipped there in these years
    if schedule.every == "week":
        assert WEEKDAYS[local.weekday()] == schedule.on


@given(SCHEDULES, ZONES, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=20)))
def test_a_run_is_missed_exactly_when_a_due_time_and_its_grace_are_over(schedule, zone, ended, later):
    """Counted one by one: some due time after the run's end is longer ago than the grace."""
    place, now = ZoneInfo(zone), ended + later
    due = next_due(schedule, place, ended)
    is_missed = due + schedule.grace < now
    assert missed_due(schedule, place, ended, now) == (due if is_missed else None)


@given(SCHEDULES, ZONES, MOMENTS)
def test_whoever_ran_just_now_has_missed_nothing_until_the_next_is_overdue(schedule, zone, now):
    place = ZoneInfo(zone)
    assert missed_due(schedule, place, now, now) is None
    overdue = next_due(schedule, place, now) + schedule.grace
    assert missed_due(schedule, place, now, overdue) is None
    assert missed_due(schedule, place, now, overdue + timedelta(seconds=1)) == next_due(schedule, place, now)
