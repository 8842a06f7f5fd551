"""What became of a run, on one line and as an exit code."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.errors import CoursewavesError
from coursewaves.runs.record import CODES, EXIT, Failure, Outcome, RunRecord, summary, tidy

START = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
END = START + timedelta(seconds=14)
WAVES = Failure("course", "P01-02", "kk", "cw.sections.waves(course)", "KeyError")


def run(outcome: str, exit_code: int, **values) -> RunRecord:
    return RunRecord(START, END, outcome, exit_code, **values)


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (run("done", 0, n_made=12, n_unchanged=168), "done: 12 made, 168 unchanged, 0 failed in 14 s"),
        (run("nothing new", 0, n_unchanged=180), "nothing new: 180 reports are current"),
        (
            run("failed", 1, n_made=11, n_failed=1, failures=(WAVES,)),
            "failed: 1 of 12, course P01-02 (kk): cell `cw.sections.waves(course)`: KeyError",
        ),
        (
            run("failed", 1, n_made=10, n_failed=2, failures=(WAVES, replace(WAVES, language="ru"))),
            "failed: 2 of 12, course P01-02 (kk): cell `cw.sections.waves(course)`: KeyError (and 1 more)",
        ),
        (run("failed", 1, failures=(Failure("load", reason="MemoryError"),)), "failed: load: MemoryError"),
        (run("failed", 1), "failed: no reason was given"),
        (
            run("refused", 2, refusal="coursewaves.yml:1 languages: empty"),
            "refused: coursewaves.yml:1 languages: empty",
        ),
        (run("refused", 3), "refused: no reason was given"),
        (
            run("incomplete", 3, n_made=4, failures=(Failure("file", "w/b.xlsx", reason="E-WORKBOOK, torn"),) * 2),
            "incomplete: 4 made, 0 unchanged, 0 failed; left out: file w/b.xlsx: E-WORKBOOK, torn (and 1 more)",
        ),
        (run("stopped", 143, n_made=3), "stopped: by signal 15 after 14 s, 3 made, 0 unchanged, 0 failed"),
    ],
)
def test_every_outcome_has_its_line(record, line):
    assert summary(record) == line


@pytest.mark.parametrize(
    ("text", "cell", "reason"),
    [
        ("cell `cw.sections.waves(course)`: KeyError", "cw.sections.waves(course)", "KeyError"),
        ("cell `a: `b``: KeyError", "a: `b`", "KeyError"),
        ("took longer than 600 s", "", "took longer than 600 s"),
        ("cell `a`", "", "cell `a`"),
        ("", "", ""),
    ],
)
def test_what_the_making_of_a_report_tells_is_taken_apart(text, cell, reason):
    failure = Failure.from_text("course", "P01-02", "kk", text)
    assert (failure.cell, failure.reason) == (cell, reason)
    assert str(failure) == f"course P01-02 (kk): {text}".removesuffix(": ")


def test_every_outcome_has_its_exit_codes():
    assert set(CODES) == set(get_args(Outcome))
    names = ("done", "nothing new", "failed", "misused", "refused", "incomplete", "busy")
    assert [EXIT[name] for name in names] == [0, 0, 1, 2, 3, 3, 75]
    assert {EXIT["stopped"] + number for number in (1, 2, 9, 15)} <= set(CODES["stopped"])
    for outcome, codes in CODES.items():
        assert all(run(outcome, code).exit_code == code for code in codes)


@pytest.mark.parametrize(
    ("outcome", "exit_code"),
    [
        ("done", 1),
        ("nothing new", 75),
        ("failed", 0),
        ("incomplete", 0),
        ("refused", 1),
        ("stopped", 0),
        ("stopped", 128),
        ("busy", 75),
    ],
)
def test_an_outcome_and_a_code_that_do_not_fit_are_a_callers_mistake(outcome, exit_code):
    with pytest.raises(CoursewavesError):
        run(outcome, exit_code)


@pytest.mark.parametrize(
    "values",
    [
        {"n_made": -1},
        {"n_failed": 10**10},
        {"seconds_by_stage": {"load": float("nan")}},
        {"seconds_by_stage": {"x": -1}},
    ],
)
def test_counts_and_seconds_are_what_can_be(values):
    with pytest.raises(CoursewavesError):
        run("done", 0, **values)


@pytest.mark.parametrize(
    "time", [datetime(2026, 1, 1), datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)]
)
def test_a_time_has_a_zone_and_a_year_of_ours(time):
    with pytest.raises(CoursewavesError):
        RunRecord(time, END, "done", 0)
    with pytest.raises(CoursewavesError):
        RunRecord(START, time, "done", 0)


def test_times_are_kept_in_utc():
    local = datetime(2026, 11, 24, 2, 30, 0, 999_999, tzinfo=ZoneInfo("Asia/Almaty"))
    record = RunRecord(local, local, "done", 0)
    assert (record.started_at, record.started_at.tzinfo) == (START, UTC)


def test_a_clock_that_was_put_back_meanwhile_gives_no_time_below_zero():
    record = RunRecord(END, START, "done", 0, seconds_by_stage={"load": 3.0, "reports": 8.5})
    assert record.seconds == 11.5
    assert summary(record).endswith("in 12 s")


def test_a_record_is_tidied_of_paths_and_lines():
    root = Path("/srv/my institute")
    record = run(
        "failed",
        1,
        failures=(Failure("load", reason="can't open /srv/my institute/data/a.csv\nERROR /srv/other/b.csv"),),
        refusal="at /srv/x/y\r\nz",
        seconds_by_stage={"load\n": 1.26},
    )
    tidied = tidy(record, root)
    assert tidied.failures[0].reason == "can't open my institute/data/a.csv ERROR b.csv"
    assert (tidied.refusal, tidied.seconds_by_stage) == ("at y z", {"load": 1.3})
    assert tidy(tidied, root) == tidied


TEXTS = st.text(max_size=400)
FAILURES = st.lists(st.builds(Failure, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS), max_size=3).map(tuple)


@given(st.sampled_from(list(CODES)), FAILURES, TEXTS, st.integers(0, 500), st.integers(0, 500))
def test_whatever_happened_is_one_bounded_line_that_begins_with_the_outcome(outcome, failures, refusal, made, failed):
    line = summary(run(outcome, CODES[outcome][0], failures=failures, refusal=refusal, n_made=made, n_failed=failed))
    assert line.startswith(f"{outcome}: ")
    assert line.isprintable()
    assert len(line) <= 300
