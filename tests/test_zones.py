"""Time zones: from clocks to moments on the two nights a year on which that is not plain, and old zone data."""

import io
import struct
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.errors import CoursewavesError
from coursewaves.reading import zones
from coursewaves.reading.zones import check_zone_data, from_local, named_zone

DENVER = ZoneInfo("America/Denver")


def moment(text: str, zone: ZoneInfo) -> str:
    """The moment of one local time, in UTC."""
    return str(from_local(np.array([text], dtype="datetime64[us]"), zone)[0].astype("datetime64[m]"))


@pytest.mark.parametrize("name", ["Asia/Almaty", "Asia/Qostanay"])
def test_the_hour_that_came_twice_in_kazakhstan_is_read_the_first_time(name):
    zone = ZoneInfo(name)
    assert moment("2024-02-29 22:59", zone) == "2024-02-29T16:59"  # +06:00
    assert moment("2024-02-29 23:30", zone) == "2024-02-29T17:30"  # +06:00, and again an hour later +05:00
    assert moment("2024-03-01 00:00", zone) == "2024-02-29T19:00"  # +05:00


@pytest.mark.parametrize("name", ["Asia/Almaty", "Asia/Qostanay"])
@given(second=st.integers(0, 3599))
def test_both_readings_of_that_hour_are_the_same_local_day(name, second):
    zone = ZoneInfo(name)
    shown = datetime(2024, 2, 29, 23) + timedelta(seconds=second)
    first = from_local(np.array([shown], dtype="datetime64[us]"), zone)[0].item().replace(tzinfo=UTC)
    again = first + timedelta(hours=1)
    assert first.astimezone(zone).replace(tzinfo=None) == again.astimezone(zone).replace(tzinfo=None) == shown
    assert first.astimezone(zone).date() == again.astimezone(zone).date() == datetime(2024, 2, 29).date()


def test_qyzylorda_kept_its_clock_that_night():
    assert moment("2024-02-29 23:30", ZoneInfo("Asia/Qyzylorda")) == "2024-02-29T18:30"
    assert moment("2024-03-01 00:30", ZoneInfo("Asia/Qyzylorda")) == "2024-02-29T19:30"


def test_a_skipped_time_is_as_much_later_as_the_clock_was_put_forward():
    assert moment("2025-03-09 01:59", DENVER) == "2025-03-09T08:59"  # -07:00
    assert moment("2025-03-09 02:30", DENVER) == "2025-03-09T09:30"  # there is no 2:30; it is 3:30 -06:00
    assert moment("2025-03-09 03:00", DENVER) == "2025-03-09T09:00"  # -06:00


def test_a_time_that_came_twice_is_read_the_first_time():
    assert moment("2025-11-02 01:30", DENVER) == "2025-11-02T07:30"  # -06:00, not yet -07:00
    assert moment("2025-11-02 02:00", DENVER) == "2025-11-02T09:00"


@given(
    st.lists(st.datetimes(datetime(1, 1, 4), datetime(9999, 12, 27)), min_size=1, max_size=20),
    st.sampled_from(
        ["Asia/Almaty", "America/Denver", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "UTC"]
    ),
)
def test_all_times_are_read_as_zoneinfo_reads_single_ones(times, name):
    zone = ZoneInfo(name)
    found = from_local(np.array(times, dtype="datetime64[us]"), zone).tolist()
    assert found == [time.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None) for time in times]


def test_a_missing_time_stays_missing():
    assert np.isnat(from_local(np.array(["NaT"], dtype="datetime64[us]"), DENVER)).all()
    assert len(from_local(np.array([], dtype="datetime64[us]"), DENVER)) == 0


@pytest.mark.parametrize(
    ("name", "minutes"),
    [
        ("GMT", 0),
        ("UTC", 0),
        ("Z", 0),
        ("GMT+5", 300),
        ("GMT+05", 300),
        ("UTC+05:00", 300),
        ("GMT-5", -300),
        ("GMT\u22125", -300),
        ("GMT+5:30", 330),
        ("GMT-3:30", -210),
        ("+05:00", 300),
        ("+0545", 345),
        ("+05", 300),
        ("-0330", -210),
        ("+14:00", 840),
        ("-12:00", -720),
        ("-00:00", 0),
    ],
)
def test_the_sign_of_an_offset_is_plain_so_that_east_is_positive(name, minutes):
    assert named_zone(name) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "name",
    ["", "+", "GMT+", "GMT+15", "+14:15", "-12:15", "GMT+5:60", "ALMT", "MSK", "EST", "+25:00", "+5:3:0", "GMTUTC+5x"],
)
def test_what_is_no_offset_on_earth_is_none(name):
    assert named_zone(name) is None


def test_zones_go_by_their_place_and_by_nothing_else():
    assert named_zone("Asia/Almaty") == ZoneInfo("Asia/Almaty")
    assert named_zone("America/Argentina/Buenos_Aires") == ZoneInfo("America/Argentina/Buenos_Aires")
    for name in ("Etc/GMT+5", "Asia/Nowhere", "asia/almaty", "Asia/../Asia/Almaty", "US/Pacific", "Asia/"):
        assert named_zone(name) is None


def old_almaty(name: str) -> ZoneInfo:
    """Zone data in which Almaty has ever been six hours ahead: one type of local time and no change."""
    header = struct.pack(">4sc15x6l", b"TZif", b"\0", 0, 0, 0, 0, 1, 4)
    return ZoneInfo.from_file(io.BytesIO(header + struct.pack(">lbB", 6 * 3600, 0, 0) + b"+06\0"), key=name)


def test_the_zone_data_of_this_machine_know_kazakhstan_s_one_zone():
    check_zone_data()


def test_old_zone_data_are_refused_with_the_remedy(monkeypatch):
    monkeypatch.setattr(zones, "ZoneInfo", old_almaty)
    with pytest.raises(CoursewavesError, match=r"older than 2024a.*fix: .*tzdata.*PYTHONTZPATH"):
        check_zone_data()


def test_missing_zone_data_are_refused_with_the_remedy(monkeypatch):
    def nowhere(name):
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr(zones, "ZoneInfo", nowhere)
    with pytest.raises(CoursewavesError, match=r"missing.*fix: "):
        check_zone_data()
