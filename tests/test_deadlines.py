"""Deadlines (¶5, ¶10, ¶13, ¶22): worked out by hand, with a day of the question that goes where it likes."""

import json
from collections.abc import Mapping
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from coursewaves.deadlines.report_days import read_report_days, read_status_day
from coursewaves.deadlines.table import (
    COLUMNS,
    LAST_ANSWER,
    NO_DATE,
    NOT_PROCESSED,
    NOTHING_RECEIVED,
    RECEIPT,
    deadlines,
    find_deadlines,
    last_answers,
)
from coursewaves.errors import CoursewavesError
from coursewaves.processed.year import Year
from coursewaves.registry.reader import read_registry
from coursewaves.registry.spans import STATES, Span, a_year_later, retention_span, sample_span, state_of
from coursewaves.settings.home import Home, Settings
from coursewaves.survey.files import load_survey
from small import make_registry

SURVEY = load_survey()
K1 = {"course_id": "K-1", "programme_id": "K", "starts_on": "2025-03-03", "ends_on": "2025-03-14"}
NOTHING_MADE: Mapping[str, str] = {}


def day(text: str) -> date:
    return date.fromisoformat(text)


def registry(*courses: dict, **tables: list):
    """One programme K of direction D, with the courses given."""
    return make_registry(
        directions=[{"direction_id": "D", "title_en": "D"}],
        programmes=[{"programme_id": "K", "direction_id": "D", "title_en": "K", "hours": 72}],
        courses=list(courses or [K1]),
        **tables,
    )


def answers(*given_on: tuple[str, str, str]) -> pd.DataFrame:
    """Forms by course, questionnaire and local time of submission."""
    times = pd.to_datetime([at for *_, at in given_on]).tz_localize("Asia/Almaty").as_unit("us")
    columns = {
        "course_id": pd.Series([course for course, *_ in given_on], dtype="str"),
        "instrument_id": pd.Series([name for _, name, _ in given_on], dtype="str"),
        "submitted_at": pd.Series(times, dtype=pd.DatetimeTZDtype("us", "Asia/Almaty")),
        "respondent_id": pd.Series([None] * len(given_on), dtype="str"),
    }
    return pd.DataFrame(columns)


ANSWERED = answers(
    ("K-1", "A", "2025-02-28 10:00"), ("K-1", "A", "2025-03-02 23:59"), ("K-1", "B", "2025-03-14 18:00")
)  # fmt: skip


def made(*days: str, course_id: str = "K-1") -> pd.DataFrame:
    return pd.DataFrame([(course_id, day(one)) for one in days], columns=["course_id", "made_on"])


def found(today: str, responses=ANSWERED, known=None, reports=()) -> pd.DataFrame:
    return find_deadlines(known or registry(), responses, SURVEY, made(*reports), day(today)).set_index("deadline_id")


def days_of(row: pd.Series, *names: str) -> list[str]:
    return [str(row[name].date()) for name in names]


def test_the_windows_of_the_first_two_waves_are_those_of_the_regulation():
    table = found("2025-02-01")
    ends = ("opens_on", "due_on", "closes_on")
    assert days_of(table.loc["wave.A.K-1"], *ends) == ["2025-02-17", "2025-03-02", "2025-03-03"]
    assert days_of(table.loc["wave.B.K-1"], *ends) == ["2025-03-13", "2025-03-14", "2025-03-21"]
    assert table.loc[["wave.A.K-1", "wave.B.K-1"], "paragraph"].tolist() == [5, 5]
    assert table.loc["wave.A.K-1", ["step", "scope", "scope_id", "wave"]].tolist() == ["wave", "course", "K-1", 1]


@pytest.mark.parametrize(
    ("today", "unanswered", "answered"),
    [
        ("2025-02-16", "not yet", "not yet"),
        ("2025-02-17", "open", "open"),
        ("2025-03-01", "open", "open"),
        ("2025-03-02", "due soon", "open"),
        ("2025-03-03", "due soon", "open"),
        ("2025-03-04", "missing", "done"),
    ],
)
def test_a_wave_is_near_on_its_day_and_missing_when_its_window_closed_without_an_answer(today, unanswered, answered):
    assert found(today, answers()).loc["wave.A.K-1", "state"] == unanswered
    assert found(today).loc["wave.A.K-1", "state"] == answered


def test_an_answered_wave_is_done_with_its_window_and_leaves_no_days():
    row = found("2025-03-04").loc["wave.A.K-1"]
    assert days_of(row, "done_on") == ["2025-03-03"]
    assert pd.isna(row["days_left"])
    assert pd.isna(found("2025-03-01").loc["wave.A.K-1", "days_left"])
    assert found("2025-02-28", answers()).loc["wave.A.K-1", "days_left"] == 0  # a Friday; due on Sunday


def test_results_are_due_fifteen_working_days_after_the_last_answer_in_the_window():
    table = found("2025-03-20")
    days = ("received_on", "warns_on", "due_on")
    # from Sunday 2 March: 3-7, 11-14 (10 March is free), 17-20, 26, 27 (21-25 are Nauryz)
    assert days_of(table.loc["processing.A.K-1"], *days) == ["2025-03-02", "2025-03-17", "2025-03-27"]
    # from Friday 14 March: 17-20, 26-28, 31, 1 and 2 April, then 3, 4, 7, 8, 9
    assert days_of(table.loc["processing.B.K-1"], *days) == ["2025-03-14", "2025-04-02", "2025-04-09"]
    assert table.loc["processing.A.K-1", ["received_by", "paragraph"]].tolist() == [LAST_ANSWER, 13]


@pytest.mark.parametrize(
    ("today", "state", "left"),
    [
        ("2025-03-01", "not yet", 15),  # the clock is behind the answers
        ("2025-03-02", "open", 15),
        ("2025-03-14", "open", 6),
        ("2025-03-17", "due soon", 5),
        ("2025-03-27", "due soon", 0),
        ("2025-03-28", "overdue", -1),
        ("2025-04-01", "overdue", -3),
    ],
)
def test_the_warning_comes_on_the_tenth_working_day(today, state, left):
    row = found(today).loc["processing.A.K-1"]
    assert row[["state", "days_left"]].tolist() == [state, left]


def test_a_receipt_goes_before_the_last_answer():
    known = registry(K1, receipts=[{"course_id": "K-1", "wave": 1, "received_on": "2025-03-14"}])
    table = found("2025-03-20", known=known)
    assert days_of(table.loc["processing.A.K-1"], "received_on", "due_on") == ["2025-03-14", "2025-04-09"]
    assert table["received_by"].loc[["processing.A.K-1", "processing.B.K-1"]].tolist() == [RECEIPT, LAST_ANSWER]


def test_answers_outside_the_window_move_no_deadline():
    late = answers(("K-1", "A", "2025-03-02 10:00"), ("K-1", "A", "2025-03-04 00:00"), ("K-1", "A", "2024-03-01 10:00"))
    assert last_answers(late, registry(), SURVEY.instrument("A")) == {"K-1": day("2025-03-02")}
    edge = answers(("K-1", "A", "2025-03-03 23:59:59"))
    assert last_answers(edge, registry(), SURVEY.instrument("A")) == {"K-1": day("2025-03-03")}


def test_without_results_nothing_is_to_be_processed():
    row = found("2025-06-01", answers()).loc["processing.A.K-1"]
    assert row[["state", "reason"]].tolist() == ["not yet", NOTHING_RECEIVED]
    assert pd.isna(row["due_on"])


def test_the_first_report_after_receipt_is_what_counts():
    table = found("2025-04-20", reports=("2025-03-01", "2025-03-20", "2025-04-10"))
    assert days_of(table.loc["processing.A.K-1"], "done_on") == ["2025-03-20"]
    assert days_of(table.loc["processing.B.K-1"], "done_on") == ["2025-03-20"]  # received on the 14th
    assert table.loc["processing.A.K-1", "state"] == "done"
    assert found("2025-04-20", reports=("2025-03-01",)).loc["processing.A.K-1", "state"] == "overdue"


def test_a_course_over_new_year_counts_through_the_holidays():
    course = K1 | {"starts_on": "2025-12-22", "ends_on": "2026-01-09"}
    given_on = answers(("K-1", "A", "2025-12-22 09:00"), ("K-1", "B", "2026-01-09 17:00"))
    table = found("2026-01-15", given_on, registry(course))
    # 23-26, 29-31 December are seven; 5, 6, 8, 9, 12-15 January eight more (1, 2 and 7 are free)
    assert days_of(table.loc["processing.A.K-1"], "due_on") == ["2026-01-15"]
    assert days_of(table.loc["processing.B.K-1"], "warns_on", "due_on") == ["2026-01-23", "2026-01-30"]
    assert days_of(table.loc["wave.A.K-1"], "due_on") == ["2025-12-21"]


def test_a_course_that_ends_on_a_leap_day():
    course = K1 | {"starts_on": "2024-02-19", "ends_on": "2024-02-29", "completed": 20}
    table = found("2024-03-08", answers(("K-1", "B", "2024-02-29 12:00")), registry(course), ("2024-02-29",))
    assert days_of(table.loc["wave.B.K-1"], "due_on", "closes_on") == ["2024-02-29", "2024-03-07"]
    assert days_of(table.loc["wave.C.programme.K"], "opens_on", "due_on") == ["2024-05-29", "2027-02-28"]
    assert days_of(table.loc["retention.K-1"], "opens_on", "due_on") == ["2024-02-29", "2025-02-28"]


def test_a_day_due_by_an_estimated_holiday_says_so_until_the_holiday_is_certain():
    course = K1 | {"starts_on": "2026-05-11", "ends_on": "2026-05-12"}
    given_on = answers(("K-1", "B", "2026-05-12 17:00"))
    row = found("2026-05-20", given_on, registry(course)).loc["processing.B.K-1"]
    assert days_of(row, "due_on") == ["2026-06-03"]
    assert row["rests_on_estimate"]
    certain = registry(course, working_days=[{"date": "2026-05-27", "is_working": "yes"},
                                             {"date": "2026-05-28", "is_working": "no"}])  # fmt: skip
    row = found("2026-05-20", given_on, certain).loc["processing.B.K-1"]
    assert days_of(row, "due_on") == ["2026-06-03"]
    assert not row["rests_on_estimate"]


def test_a_course_without_dates_says_so():
    course = {"course_id": "K-1", "programme_id": "K"}
    table = found("2025-06-01", answers(), registry(course))
    assert table.loc["wave.A.K-1", ["state", "reason"]].tolist() == ["missing", NO_DATE]
    assert table.loc["processing.A.K-1", "state"] == "not yet"


# Sample waves --------------------------------------------------------------------------------------


def sampled(n: int, today: str, *courses: dict) -> pd.DataFrame:
    """Wave C of ten who completed, of whom n answered in September."""
    known = registry(*(courses or [K1 | {"completed": 10}]))
    return found(today, answers(*[("K-1", "C", f"2025-09-0{number + 1} 10:00") for number in range(n)]), known)


@pytest.mark.parametrize(
    ("n", "today", "state"),
    [
        (0, "2025-06-11", "not yet"),
        (0, "2025-06-12", "open"),
        (2, "2027-09-14", "open"),
        (2, "2027-09-15", "due soon"),  # 180 days before the end
        (2, "2028-03-13", "due soon"),
        (2, "2028-03-14", "overdue"),
        (0, "2028-03-14", "missing"),
        (3, "2025-09-04", "done"),
        (3, "2028-03-14", "done"),
    ],
)
def test_a_sample_wave_is_done_with_thirty_percent_and_due_within_three_years(n, today, state):
    table = sampled(n, today)
    assert table.loc[["wave.C.programme.K", "wave.C.direction.D"], "state"].tolist() == [state, state]
    assert days_of(table.loc["wave.C.programme.K"], "opens_on", "due_on") == ["2025-06-12", "2028-03-13"]
    assert table.loc["wave.C.programme.K", "paragraph"] == 10


def test_a_sample_wave_is_due_by_the_first_of_its_courses():
    second = K1 | {"course_id": "K-2", "starts_on": "2025-05-05", "ends_on": "2025-05-16", "completed": 10}
    table = sampled(0, "2025-07-01", K1 | {"completed": 10}, second)
    assert days_of(table.loc["wave.C.programme.K"], "opens_on", "due_on") == ["2025-06-12", "2028-03-13"]


def test_results_of_a_sample_wave_are_processed_by_course_where_it_has_any():
    table = sampled(2, "2025-09-10", K1 | {"completed": 10}, K1 | {"course_id": "K-2"})
    assert "processing.C.K-2" not in table.index
    # from Tuesday 2 September: 3-5, 8-12, 15-19, 22, 23
    assert days_of(table.loc["processing.C.K-1"], "received_on", "due_on") == ["2025-09-02", "2025-09-23"]


def test_spans_without_dates_give_none():
    assert sample_span([Span(), Span()]) == Span()


# Retention -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "state"),
    [
        ("2025-03-26", "open"),
        ("2026-02-23", "open"),
        ("2026-02-24", "due soon"),
        ("2026-03-26", "due soon"),
        ("2026-03-27", "overdue"),
    ],
)
def test_documents_are_kept_for_a_year_after_the_report_on_the_last_wave(today, state):
    row = found(today, reports=("2025-03-10", "2025-03-26")).loc["retention.K-1"]
    assert days_of(row, "opens_on", "due_on") == ["2025-03-26", "2026-03-26"]
    assert row[["state", "paragraph"]].tolist() == [state, 22]


def test_a_handover_ends_the_retention():
    known = registry(K1, handovers=[{"course_id": "K-1", "handed_over_on": "2026-03-30"}])
    row = found("2026-04-10", known=known, reports=("2025-03-26",)).loc["retention.K-1"]
    assert row["state"] == "done"
    assert days_of(row, "done_on") == ["2026-03-30"]


def test_retention_waits_for_every_wave_that_was_answered():
    row = found("2025-03-15", reports=("2025-03-10",)).loc["retention.K-1"]  # wave 1 alone is processed
    assert row[["state", "reason"]].tolist() == ["not yet", NOT_PROCESSED]
    only_second = answers(("K-1", "B", "2025-03-14 18:00"))
    row = found("2025-04-01", only_second, reports=("2025-03-26",)).loc["retention.K-1"]
    assert row["state"] == "open"  # wave 1 is missing and will never be processed


@given(st.dates(date(2021, 1, 1), date(2030, 12, 31)))
def test_a_year_later_is_a_year_later(one):
    later = a_year_later(one)
    assert later.year == one.year + 1
    assert (later - one).days in (365, 366)
    assert later == one.replace(year=later.year) if (one.month, one.day) != (2, 29) else later.day == 28
    assert retention_span(one).due == later


# What holds of every day ---------------------------------------------------------------------------

RANK = {"not yet": 0, "open": 1, "due soon": 2, "overdue": 3, "missing": 3, "done": 3}
TODAYS = st.dates(date(2024, 12, 1), date(2028, 6, 1))


@examples(max_examples=15)
@given(TODAYS, TODAYS)
def test_time_only_moves_a_step_on_and_a_clock_put_back_gives_what_was_there_before(one, other):
    earlier, later = sorted([one, other])
    known = registry(K1 | {"completed": 10})
    tables = [find_deadlines(known, ANSWERED, SURVEY, made("2025-03-20"), today) for today in (earlier, later, earlier)]
    states = [table.set_index("deadline_id")["state"] for table in tables]
    assert set(states[0]) | set(states[1]) <= set(STATES)
    assert all(RANK[states[0][name]] <= RANK[states[1][name]] for name in states[0].index)
    pd.testing.assert_frame_equal(tables[0], tables[2])
    fixed = ["opens_on", "closes_on", "due_on", "received_on"]
    steps = [table.set_index("deadline_id").loc[["processing.A.K-1", "wave.B.K-1"], fixed] for table in tables[:2]]
    pd.testing.assert_frame_equal(*steps)


@examples(max_examples=15)
@given(st.lists(st.integers(0, 14), min_size=1, max_size=5), st.integers(1, 5))
def test_an_older_run_with_fewer_answers_never_names_a_later_day(days, n):
    given_on = [("K-1", "A", f"{day('2025-02-17') + timedelta(days=number)} 12:00") for number in days]
    older, newer = (found("2025-03-10", answers(*some)) for some in (given_on[:n], given_on))
    assert older.loc["processing.A.K-1", "due_on"] <= newer.loc["processing.A.K-1", "due_on"]


@given(st.dates(date(2024, 1, 1), date(2026, 1, 1)))
def test_what_is_done_stays_done(today):
    span = Span(day("2025-01-01"), day("2025-02-01"), day("2025-01-20"), day("2025-02-01"))
    assert state_of(span, day("2025-01-10"), today, "overdue") == "done"


def test_the_table_has_its_columns_and_types_even_when_nothing_is_registered():
    empty = find_deadlines(make_registry(), answers(), SURVEY, made(), day("2025-03-01"))
    assert empty.empty
    assert {name: str(dtype) for name, dtype in empty.dtypes.items()} == COLUMNS
    full = found("2025-03-20").reset_index()
    assert {name: str(dtype) for name, dtype in full.dtypes.items()} == COLUMNS
    assert full["due_on"].dropna().is_monotonic_increasing


def test_no_table_given_is_changed():
    known, forms = registry(K1 | {"completed": 10}), ANSWERED.copy()
    before = {name: getattr(known, name).copy() for name in ("courses", "receipts", "handovers", "programmes")}
    find_deadlines(known, forms, SURVEY, made("2025-03-20"), day("2025-04-01"))
    pd.testing.assert_frame_equal(forms, ANSWERED)
    for name, table in before.items():
        pd.testing.assert_frame_equal(getattr(known, name), table)


# Files ---------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path) -> Home:
    found_home = Home(tmp_path)
    found_home.__dict__.update(settings=Settings(), survey=SURVEY)
    found_home.reports.mkdir()
    return found_home


def write_manifest(home: Home, *made_at: str, **more: str) -> None:
    entries = [{"id": "K-1", "kind": "course", "made_at": at} | more for at in made_at]
    (home.reports / "manifest.json").write_text(json.dumps(entries), encoding="utf-8")


def test_the_day_of_a_report_is_that_of_the_institute_s_clocks(home):
    write_manifest(home, "2025-04-09T18:59:59+00:00", "2025-04-09T19:00:00+00:00")
    assert read_report_days(home)["made_on"].tolist() == [day("2025-04-09"), day("2025-04-10")]


def test_without_manifest_or_with_reports_of_another_kind_nothing_was_made(home):
    assert read_report_days(home).empty
    assert read_status_day(home) is None
    write_manifest(home, "2025-04-09T18:00:00+00:00", kind="programme")
    assert read_report_days(home).empty


def test_a_manifest_that_holds_its_entries_under_a_name_is_read_too(home):
    entry = {"id": "K-1", "kind": "course", "made_at": "2025-04-09T18:00:00+00:00"}
    (home.reports / "manifest.json").write_text(json.dumps({"reports": [entry]}), encoding="utf-8")
    assert read_report_days(home)["course_id"].tolist() == ["K-1"]


@pytest.mark.parametrize("name", ["manifest.json", "due.json"])
def test_a_damaged_file_is_named_with_its_fix(home, name):
    (home.reports / name).write_text("[{", encoding="utf-8")
    with pytest.raises(CoursewavesError, match=f"{name} is damaged; fix: delete it"):
        read_report_days(home)


def test_a_report_made_anew_was_made_when_it_was_made_first(home):
    year = Year(home)
    year.__dict__.update(registry=registry(), responses=ANSWERED)
    write_manifest(home, "2025-03-20T08:00:00+00:00")
    row = deadlines(year, day("2025-03-21")).set_index("deadline_id").loc["processing.A.K-1"]
    assert days_of(row, "done_on") == ["2025-03-20"]
    status = {"today": "2025-03-21", "deadlines": [{"step": "processing", "scope_id": "K-1", "done_on": "2025-03-20"}]}
    (home.reports / "due.json").write_text(json.dumps(status), encoding="utf-8")
    write_manifest(home, "2025-05-20T08:00:00+00:00")
    row = deadlines(year, day("2025-05-21")).set_index("deadline_id").loc["processing.A.K-1"]
    assert days_of(row, "done_on") == ["2025-03-20"]
    assert read_status_day(home) == day("2025-03-21")


def test_receipts_and_handovers_are_read_with_their_faults_named(tmp_path):
    tables = {
        "programmes": "programme_id,title_en,hours\nK,K,72\n",
        "courses": "course_id,programme_id\nK-1,K\n",
        "receipts": "course_id,wave,received_on\nK-1,1,2025-03-14\nK-1,1,2025-03-15\n"
        "K-9,1,2025-03-14\nK-1,0,2025-03-14\n",
        "handovers": "course_id,handed_over_on\nK-1,2025-02-30\n",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    known, problems = read_registry(tmp_path)
    assert known.receipts[["course_id", "wave"]].to_numpy().tolist() == [["K-1", 1]]
    assert known.handovers.empty
    assert problems[["file", "row", "column", "rule"]].to_numpy().tolist() == [
        ["receipts.csv", 3, "B", "E-DUPLICATE"],
        ["receipts.csv", 4, "A", "E-REFERENCE"],
        ["receipts.csv", 5, "B", "E-VALUE"],
        ["handovers.csv", 2, "B", "E-VALUE"],
    ]
