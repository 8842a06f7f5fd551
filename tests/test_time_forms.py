"""Time forms: what is one, and an example of each."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from coursewaves.reading.times import EITHER_WAY, parse_times
from coursewaves.settings.time_forms import KNOWN_FORMS, describe_form, is_form

ALMATY = ZoneInfo("Asia/Almaty")
DECLARED = (
    "m/d/y H:M",
    "y.m.d",
    "YmdTHMSz",
    "Ymd",
    "d B Y",
    "B d, Y, p h:M",
    "d.m.Y h p",
    "A d/m/Y H:M:S.",
    *EITHER_WAY,
)


@pytest.mark.parametrize("form", [*KNOWN_FORMS, *EITHER_WAY.values(), *DECLARED])
def test_a_form_that_names_a_day_is_one(form):
    assert is_form(form)


@pytest.mark.parametrize(
    "form",
    [
        "",
        "H:M",
        "Y-m",
        "d.m H:M",
        "Y-m-d y",
        "Y-m-B-d",
        "d.d.Y m",
        "Y-m-d M",
        "Y-m-d H:S",
        "Y-m-d h:M",
        "Y-m-d H:M p",
        "Y-m-d H h:M p",
        "Y-m-d z",
    ],
)
def test_a_form_without_a_day_with_a_part_twice_or_alone_is_none(form):
    assert not is_form(form)


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y %H:%M", "d.m.Y H:i", "DD.MM.YYYY", "yyyy-MM-dd", "d.m.2025 Y"])
def test_a_form_in_another_notation_is_none(form):
    assert not is_form(form)


def test_examples_read_as_people_write_them():
    assert describe_form("d.m.Y H:M:S") == "03.09.2025 14:05:09"
    assert describe_form("Y/m/d h:M:S p z") == "2025/09/03 2:05:09 PM GMT+5"
    assert describe_form("Y-m-dTH:M:Sz") == "2025-09-03T14:05:09+05:00"
    assert describe_form("A, d B Y, h:M p") == "Wednesday, 03 September 2025, 2:05 PM"


@pytest.mark.parametrize("form", [*KNOWN_FORMS, *EITHER_WAY, *EITHER_WAY.values(), "m/d/y H:M", "YmdTHMSz"])
def test_the_example_of_a_form_is_written_in_it(form):
    shown = datetime(2025, 9, 3, *((14, 5) if "M" in form else ()), second=9 if "S" in form else 0, tzinfo=ALMATY)
    assert parse_times([describe_form(form)], form, ALMATY)[0] == shown
