"""Times of answers: every form as exports write it, nothing guessed, nothing raised."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.times import KNOWN_FORMS, is_form, parse_time

ALMATY = ZoneInfo("Asia/Almaty")
GOOGLE, ISO, SHEETS = KNOWN_FORMS


def read(text: str, form: str, zone: ZoneInfo = ALMATY) -> str | None:
    moment = parse_time(text, form, zone)
    return None if moment is None else moment.isoformat()


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("2025/10/10 1:29:21 PM GMT+5", GOOGLE, "2025-10-10T13:29:21+05:00"),
        ("2025/10/10 1:29:21 p.m. GMT+5", GOOGLE, "2025-10-10T13:29:21+05:00"),
        ("2025/10/10 08:29:21 AM GMT", GOOGLE, "2025-10-10T13:29:21+05:00"),
        ("2025/10/10 8:29:21 AM UTC", GOOGLE, "2025-10-10T13:29:21+05:00"),
        ("2025-10-10 13:29:21", ISO, "2025-10-10T13:29:21+05:00"),
        ("2025-10-10 13:29:21.500", ISO, "2025-10-10T13:29:21+05:00"),
        ("10.10.2025 13:29:21", SHEETS, "2025-10-10T13:29:21+05:00"),
        ("1.2.2025 3:04:05", SHEETS, "2025-02-01T03:04:05+05:00"),
        ("9/7/16 14:05", "m/d/y H:M", "2016-09-07T14:05:00+06:00"),
        ("2018-9-01", "Y-m-d", "2018-09-01T00:00:00+06:00"),
    ],
)
def test_every_form_is_read_as_it_stands(text, form, expected):
    assert read(text, form) == expected


def test_the_sign_of_gmt_is_plain_so_that_east_is_positive():
    # 13:29 in Almaty is 08:29 UTC; a reader with the sign of Etc/GMT+5 would say 18:29 UTC
    moment = parse_time("2025/10/10 1:29:21 PM GMT+5", GOOGLE, ALMATY)
    assert moment.astimezone(UTC) == datetime(2025, 10, 10, 8, 29, 21, tzinfo=UTC)
    moment = parse_time("2025/10/10 1:29:21 PM GMT-5", GOOGLE, ALMATY)
    assert moment.astimezone(UTC) == datetime(2025, 10, 10, 18, 29, 21, tzinfo=UTC)


def test_half_hours_count():
    moment = parse_time("2025/10/10 1:00:00 PM GMT+5:30", GOOGLE, ALMATY)
    assert moment.astimezone(UTC) == datetime(2025, 10, 10, 7, 30, tzinfo=UTC)
    moment = parse_time("2025/10/10 1:00:00 PM GMT-3:30", GOOGLE, ALMATY)
    assert moment.astimezone(UTC) == datetime(2025, 10, 10, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "hour"), [("12:30:00 AM", 0), ("12:30:00 PM", 12), ("1:30:00 AM", 1), ("11:30:00 PM", 23)]
)
def test_noon_and_midnight_are_twelve(text, hour):
    assert parse_time(f"2025/10/10 {text} GMT+5", GOOGLE, ALMATY).hour == hour


@pytest.mark.parametrize("space", ["\u202f", "\u00a0", "  ", "\u2009"])
def test_every_kind_of_space_is_a_space(space):
    assert read(f"2025/10/10 1:29:21{space}PM GMT+5", GOOGLE) == "2025-10-10T13:29:21+05:00"


def test_almaty_moved_its_clock_on_the_first_of_march_2024():
    assert read("2024-02-29 12:00:00", ISO) == "2024-02-29T12:00:00+06:00"
    assert read("2024-03-02 12:00:00", ISO) == "2024-03-02T12:00:00+05:00"
    # either reading of the hour that came twice is the same local day
    assert read("2024-02-29 23:30:00", ISO).startswith("2024-02-29T23:30:00")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("31.02.2025 10:00:00", SHEETS),
        ("29.02.2025 10:00:00", SHEETS),
        ("01.13.2025 10:00:00", SHEETS),
        ("2025-10-10 24:00:00", ISO),
        ("2025-10-10 10:60:00", ISO),
        ("2025/10/10 0:30:00 AM GMT+5", GOOGLE),
        ("2025/10/10 13:30:00 PM GMT+5", GOOGLE),
        ("2025/10/10 1:30:00 PM GMT+25", GOOGLE),
        ("2025/10/10 1:30:00 PM GMT+5:75", GOOGLE),
        ("0000-10-10 10:00:00", ISO),
        ("0001/01/01 1:00:00 AM GMT+14", GOOGLE),
        ("9999/12/31 11:00:00 PM GMT-12", GOOGLE),
        ("٢٠٢٥-١٠-١٠ ١٠:٠٠:٠٠", ISO),
        ("10:00", ISO),
        ("2025", ISO),
        ("45352", ISO),
        ("10 қазан 2025", ISO),
        ("", ISO),
    ],
)
def test_what_is_no_moment_is_missing_and_raises_nothing(text, form):
    assert parse_time(text, form, ALMATY) is None


def test_a_form_reads_no_other_form():
    assert read("10.11.2025 10:00:00", ISO) is None
    assert read("2025-10-10 10:00:00", SHEETS) is None
    assert read("2025/10/10 10:00:00", ISO) is None


@pytest.mark.parametrize("form", ["%Y-%m", "Y-m", "d.d.Y m", "Y-m-d y", "", "H:M"])
def test_a_form_without_a_day_or_with_a_part_twice_is_none(form):
    assert not is_form(form)


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)),
    st.integers(-12 * 60, 14 * 60).filter(lambda minutes: minutes % 15 == 0),
)
def test_reading_what_was_written_gives_the_same_moment(moment, minutes):
    moment = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    sign, size = "-" if minutes < 0 else "+", abs(minutes)
    clock = f"{moment.hour % 12 or 12}:{moment:%M:%S} {'PM' if moment.hour >= 12 else 'AM'}"
    google = f"{moment.year}/{moment.month}/{moment.day} {clock} GMT{sign}{size // 60}:{size % 60:02}"
    assert parse_time(google, GOOGLE, ALMATY) == moment


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.sampled_from([ISO, SHEETS]))
def test_local_times_stay_on_their_local_clock(moment, form):
    moment = moment.replace(microsecond=0)
    written = moment.strftime("%Y-%m-%d %H:%M:%S" if form == ISO else "%d.%m.%Y %H:%M:%S")
    found = parse_time(written, form, ALMATY)
    assert (found.replace(tzinfo=None), found.tzinfo) == (moment, ALMATY)


@given(st.text(max_size=40), st.sampled_from(KNOWN_FORMS))
def test_no_text_raises(text, form):
    parse_time(text, form, ALMATY)
