"""Working days (¶13) of Kazakhstan's calendar: by hand, against other calendars, and by what holds of all days.

``reference/working_days.csv`` holds the years 2021-2030 of calendars that others made: date-holidays 3.37.0 (its
file for KZ), workalendar 17.0.0 (`workalendar.asia.Kazakhstan`), isdayoff (its files db/<year>/kz<year>.json), and
the ministry of labour's production calendars for 2025 and 2026, as the press gave them. Every day of which one of them
says something else stands in ``reference/working_days_differences.csv`` with the reason; orders are named as in the
state's database of laws.
"""

import csv
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.errors import CoursewavesError
from coursewaves.registry.reader import empty_table, read_registry
from coursewaves.registry.working_days import WorkingCalendar, add_working_days, rests_on_estimate, working_days_between

REFERENCE = Path(__file__).parent / "reference"
COUNTRY = WorkingCalendar()
DAYS = st.dates(date(2021, 1, 1), date(2030, 12, 31))
ALL_DAYS = [date(2021, 1, 1) + timedelta(days=number) for number in range(3652)]


def day(text: str) -> date:
    return date.fromisoformat(text)


def own(*rows: tuple[str, str]) -> WorkingCalendar:
    """A calendar with rows of the institute's own table."""
    table = empty_table("working_days")
    types = table.dtypes.to_dict()
    return WorkingCalendar(pd.DataFrame([(*row, None) for row in rows], columns=list(table)).astype(types))


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2025-03-14", "2025-04-09"),  # Nauryz 21-25 March
        ("2026-03-02", "2026-03-27"),  # 8 March moved to Monday, Nauryz 21-25 March
        ("2024-04-30", "2024-05-24"),  # free: 1, 7, 8, 9 May; worked: Saturday 4 May, 2-4, 6, 10, 13-17, 20-24
        ("2025-12-31", "2026-01-26"),  # free: 1, 2, 7 January; 5, 6, 8, 9, 12-16, 19-23 are fourteen, 26 the last
        ("2024-12-20", "2025-01-15"),  # free: 1, 2, 3, 7 January; worked: Sunday the 5th, for Friday the 3rd
        ("2021-06-25", "2021-07-19"),  # worked: Saturday 3 July; free for it: Monday the 5th, and Capital Day the 6th
        ("2026-05-12", "2026-06-03"),  # Kurban Ait on Wednesday 27 May
        ("2024-02-08", "2024-02-29"),  # three plain weeks up to a leap day
        ("2024-12-09", "2024-12-31"),  # 16 December free, to the last day of the year
    ],
)
def test_fifteen_working_days_by_hand(received, due):
    assert add_working_days(day(received), 15, COUNTRY) == day(due)


def test_what_the_institute_knows_goes_before_the_country_s_calendar():
    assert COUNTRY.is_working(day("2026-03-05"))
    assert not own(("2026-03-05", "no")).is_working(day("2026-03-05"))
    assert own(("2026-03-07", "yes")).is_working(day("2026-03-07"))  # a Saturday
    moved = own(("2026-03-05", "no"), ("2026-03-07", "yes"), ("2026-03-25", "yes"))
    assert add_working_days(day("2026-03-02"), 4, moved) == day("2026-03-07")  # 3, 4, 6, 7
    assert add_working_days(day("2026-03-02"), 15, moved) == day("2026-03-26")  # one day earlier than without


def test_a_row_that_says_what_is_so_anyway_changes_no_count():
    assert own(("2026-03-03", "yes"), ("2026-03-08", "no")).worked(2026) == COUNTRY.worked(2026)


def test_the_institute_s_table_is_read_with_its_faults_named(tmp_path):
    (tmp_path / "courses.csv").write_text("course_id,programme_id\n", encoding="utf-8")
    rows = ["date,is_working,name", "2026-05-08,no,Order 1", "2026-05-16,yes,", "5/8/2026,no,", "2026-05-17,maybe,"]
    text = "\n".join([*rows, "2026-05-08,yes,twice"])
    (tmp_path / "working_days.csv").write_text(text, encoding="utf-8")
    registry, problems = read_registry(tmp_path)
    found = problems[problems["file"] == "working_days.csv"]
    assert found[["row", "column", "rule", "done"]].to_numpy().tolist() == [
        [4, "A", "E-VALUE", "set aside"],
        [5, "B", "E-VALUE", "set aside"],
        [6, "A", "E-DUPLICATE", "set aside"],
    ]
    calendar = WorkingCalendar(registry.working_days)
    assert not calendar.is_working(day("2026-05-08"))
    assert calendar.is_working(day("2026-05-16"))


def test_kurban_ait_is_estimated_from_2026_on_until_somebody_confirms_it():
    assert [COUNTRY.estimated(year) for year in (2021, 2025)] == [[], []]
    assert COUNTRY.estimated(2026) == [day("2026-05-27")]
    assert all(len(COUNTRY.estimated(year)) == 1 for year in range(2026, 2031))
    assert own(("2026-05-27", "no")).estimated(2026) == []


@pytest.mark.parametrize(
    ("start", "end", "rests"),
    [
        ("2026-05-12", "2026-06-03", True),
        ("2026-05-05", "2026-05-26", True),  # were it a day earlier, the last day would be free
        ("2026-05-27", "2026-06-17", True),  # were it a day later, the first day would be free
        ("2026-05-05", "2026-05-25", False),
        ("2026-05-28", "2026-06-18", False),
        ("2025-05-20", "2025-06-11", False),  # that of 2025 is confirmed
        ("2026-12-20", "2027-05-20", True),  # of a later year
    ],
)
def test_a_count_rests_on_an_estimate_that_could_move_it(start, end, rests):
    assert rests_on_estimate(day(start), day(end), COUNTRY) is rests


def test_negative_days_are_refused():
    with pytest.raises(CoursewavesError, match="-1 working days"):
        add_working_days(day("2025-03-14"), -1, COUNTRY)


@given(DAYS, st.integers(1, 300))
def test_the_day_found_is_worked_and_as_many_days_away_as_asked(start, n):
    found = add_working_days(start, n, COUNTRY)
    assert COUNTRY.is_working(found)
    assert working_days_between(start, found, COUNTRY) == n
    assert working_days_between(found, start, COUNTRY) == -n


@given(DAYS)
def test_none_is_the_day_itself_and_between_a_day_and_itself_lies_none(start):
    assert add_working_days(start, 0, COUNTRY) == start
    assert working_days_between(start, start, COUNTRY) == 0


@given(DAYS, st.integers(0, 60), st.integers(0, 60))
def test_more_days_or_a_later_start_never_give_an_earlier_day(start, n, later):
    found = add_working_days(start, n, COUNTRY)
    assert add_working_days(start, n + 1, COUNTRY) > found
    assert add_working_days(start + timedelta(days=later), n, COUNTRY) >= found
    assert add_working_days(found, later, COUNTRY) == add_working_days(start, n + later, COUNTRY)


@given(DAYS, st.integers(0, 800), st.integers(0, 800))
def test_counts_of_neighbouring_spans_add_up(start, first, second):
    middle = start + timedelta(days=first)
    end = middle + timedelta(days=second)
    parts = working_days_between(start, middle, COUNTRY) + working_days_between(middle, end, COUNTRY)
    assert parts == working_days_between(start, end, COUNTRY)
    days = [start + timedelta(days=number) for number in range(1, first + second + 1)]
    assert parts == sum(COUNTRY.is_working(one) for one in days)


def rows_of(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def others() -> dict[str, dict[date, bool]]:
    """Every day that each of the other calendars knows, and whether it is worked there."""
    found: dict[str, dict[date, bool]] = {}
    for row in rows_of("working_days.csv"):
        off, on = row["days_off"].split(), row["weekend_days_worked"].split()
        found.setdefault(row["calendar"], {}).update(
            {
                one: f"{one:%m-%d}" in on or (one.weekday() < 5 and f"{one:%m-%d}" not in off)
                for one in ALL_DAYS
                if one.year == int(row["year"])
            }
        )
    return found


def test_every_day_on_which_other_calendars_differ_from_2021_to_2030_is_explained():
    calendars = others()
    differing = {}
    for one in ALL_DAYS:
        names = [
            name
            for name, days in calendars.items()
            if days.get(one, COUNTRY.is_working(one)) != COUNTRY.is_working(one)
        ]
        if names:
            differing[one.isoformat()] = ("yes" if COUNTRY.is_working(one) else "no", "|".join(names))
    explained = rows_of("working_days_differences.csv")
    assert {row["date"]: (row["is_working"], row["others"]) for row in explained} == differing
    assert all(row["why"] for row in explained)
    assert sum(len(days) for days in calendars.values()) == 2 * 3652 + 2191 + 730  # ten years twice, six, two


def test_the_count_of_2025_is_that_of_the_published_balance_of_working_time():
    assert len(COUNTRY.worked(2025)) == 246
