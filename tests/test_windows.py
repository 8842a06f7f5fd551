"""Windows of the waves (¶5): counted in days from a course's first or last day, both ends included."""

from datetime import datetime, timedelta, timezone

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import small
from coursewaves.intake.assign import CourseFinder
from coursewaves.registry.windows import wave_windows


def test_the_window_before_a_course_closes_on_its_first_day(survey):
    courses = pd.DataFrame({"starts_on": ["2025-03-03"], "ends_on": ["2025-03-14"]})
    windows = wave_windows(courses, survey.instrument("A"))
    found = [str(ends.iloc[0].date()) for ends in windows]
    assert found == ["2025-03-02", "2025-02-17", "2025-03-03"]  # due, opens, closes


def test_the_window_at_the_end_and_within_three_years(survey):
    courses = pd.DataFrame({"starts_on": ["2025-03-03"], "ends_on": ["2025-03-14"]})
    found = [str(ends.iloc[0].date()) for ends in wave_windows(courses, survey.instrument("B"))]
    assert found == ["2025-03-14", "2025-03-13", "2025-03-21"]
    found = [str(ends.iloc[0].date()) for ends in wave_windows(courses, survey.instrument("C"))]
    assert found == ["2026-03-14", "2025-06-12", "2028-03-13"]


def test_days_pass_over_a_leap_day():
    courses = pd.DataFrame({"starts_on": ["2024-03-03"], "ends_on": ["2024-02-27"]})
    windows = wave_windows(courses, small.survey().instrument("P"))
    assert str(windows.opens.iloc[0].date()) == "2024-02-18"
    windows = wave_windows(courses, small.survey().instrument("Q"))
    assert str(windows.closes.iloc[0].date()) == "2024-03-05"


def test_a_course_without_a_date_has_no_window():
    courses = pd.DataFrame({"starts_on": pd.to_datetime([None, "2025-03-03"]), "ends_on": pd.to_datetime([None] * 2)})
    windows = wave_windows(courses, small.survey().instrument("P"))
    assert windows.opens.isna().tolist() == [True, False]


def test_no_courses_have_no_windows():
    windows = wave_windows(small.make_registry().courses, small.survey().instrument("P"))
    assert [len(ends) for ends in windows] == [0, 0, 0]


# The window of wave P of course A-1 is from 2025-02-17 to 2025-03-03, in Almaty (+05:00).
EDGES = {
    "2025-02-16 23:59:59": "outside_window",
    "2025-02-17 00:00:00": "kept",
    "2025-02-17 00:00:01": "kept",
    "2025-03-03 23:59:59": "kept",
    "2025-03-03 23:59:59.999999": "kept",
    "2025-03-04 00:00:00": "outside_window",
    "2025-03-04 00:00:01": "outside_window",
    "1900-01-01 00:00:00": "outside_window",
    "2199-12-31 23:59:59": "outside_window",
}


@pytest.mark.parametrize(("time", "outcome"), EDGES.items())
def test_both_ends_of_a_window_are_whole_local_days(tmp_path, time, outcome):
    small.write(tmp_path / "p.csv", [small.form(time=time)])
    row = small.read(tmp_path).files.iloc[0]
    assert (row["n_kept"], row["n_outside_window"]) == ((1, 0) if outcome == "kept" else (0, 1))


@pytest.mark.parametrize(
    ("time", "outcome"),
    [
        ("2025/02/16 6:59:59 PM GMT", "outside_window"),
        ("2025/02/16 7:00:00 PM GMT", "kept"),
        ("2025/03/03 6:59:59 PM GMT", "kept"),
        ("2025/03/03 7:00:00 PM GMT", "outside_window"),
        ("2025/03/04 12:59:59 AM GMT+6", "kept"),
        ("2025/03/04 1:00:00 AM GMT+6", "outside_window"),
    ],
)
def test_the_days_are_those_of_the_institute_whatever_zone_a_time_is_written_in(tmp_path, time, outcome):
    small.write(tmp_path / "p.csv", [small.form(time=time)])
    row = small.read(tmp_path).files.iloc[0]
    assert (row["n_kept"], row["n_outside_window"]) == ((1, 0) if outcome == "kept" else (0, 1))


def test_an_answer_without_a_time_of_day_has_its_day(tmp_path):
    days = ("2025-02-16", "2025-02-17", "2025-03-03", "2025-03-04")
    small.write(tmp_path / "p.csv", [small.form(time=day) for day in days])
    intake = small.read(tmp_path)
    assert sorted(str(time.date()) for time in intake.responses["submitted_at"]) == ["2025-02-17", "2025-03-03"]


def test_every_answer_outside_a_window_is_listed(tmp_path):
    small.write(tmp_path / "p.csv", [small.form(time=time) for time in EDGES])
    intake = small.read(tmp_path)
    rows = intake.problems.query("rule == 'E-WINDOW'")["row"].tolist()
    assert rows == [number for number, outcome in enumerate(EDGES.values(), 2) if outcome == "outside_window"]


@given(st.datetimes(datetime(2025, 2, 15), datetime(2025, 3, 6)), st.integers(-12, 14))
def test_an_answer_counts_exactly_on_the_days_between_the_ends(local, offset):
    almaty = timezone(timedelta(hours=5))
    elsewhere = local.replace(tzinfo=almaty).astimezone(timezone(timedelta(hours=offset)))
    times = pd.Series([pd.Timestamp(elsewhere).tz_convert("Asia/Almaty")])
    finder = CourseFinder(small.registry(), small.survey().instrument("P"))
    is_inside = finder.is_inside(pd.Series(["A-1"]), times.dt.tz_localize(None).dt.normalize())[0]
    assert is_inside == (datetime(2025, 2, 17) <= local < datetime(2025, 3, 4))
