"""Windows of the waves (¶5): counted in days from a course's first or last day, both ends included."""

import pandas as pd

import small
from coursewaves.windows import wave_windows


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
