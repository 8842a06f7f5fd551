"""The command ``status``: what it prints and writes, and with which code it ends."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from coursewaves.commands.calendar import FormatOption, TodayOption, day_of, status
from coursewaves.load import load_year
from coursewaves.settings.home import Home
from coursewaves.simulate import simulate_year

app = typer.Typer(pretty_exceptions_enable=False)


@app.command(name="status")
def command(home: str, today: TodayOption = "", format: FormatOption = "text") -> None:
    status(home, today, format)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> Path:
    """A small year, loaded; what a test writes there, it takes away."""
    home = tmp_path_factory.mktemp("status") / "institute"
    simulate_year(home, programmes=2, courses=4, enrolled=12, seed=7)
    load_year(Home(home))
    return home


@pytest.fixture
def home(loaded) -> Path:
    yield loaded
    for path in (loaded / "reports").glob("*"):
        path.unlink()


def test_the_status_is_printed_in_the_institute_s_first_language_and_writes_nothing(home):
    result = run(str(home), "--today", "2025-06-01")
    assert result.exit_code == 0
    for words in ("Курстар мониторингінің мерзімдері", "2025 ж. 1 маусым", "Мерзімі өткен (¶13 ¶22)", "P01-01 · "):
        assert words in result.output.replace("\xa0", " ").replace("\u202f", " ")
    assert not (home / "reports").exists() or list((home / "reports").iterdir()) == []


def test_the_json_is_nothing_but_json(home):
    content = json.loads(run(str(home), "--today", "2025-06-01", "--format", "json").output)
    assert content["today"] == "2025-06-01"
    assert {row["state"] for row in content["deadlines"]} <= {
        "not yet",
        "open",
        "due soon",
        "overdue",
        "done",
        "missing",
    }
    assert {row["scope_id"] for row in content["deadlines"] if row["step"] == "retention"} == {
        "P01-01", "P01-02", "P02-01", "P02-02",
    }  # fmt: skip


def test_html_writes_page_calendar_and_json_and_names_them(home):
    result = run(str(home), "--today", "2025-06-01", "-f", "html")
    assert result.exit_code == 0
    names = re.findall(r"written: institute/reports/(\S+)", result.output)
    assert names == ["due.html", "calendar.ics", "due.json"]
    assert sorted(path.name for path in (home / "reports").iterdir()) == sorted(names)


def test_a_clock_put_back_ends_with_code_two_and_leaves_the_page(home):
    run(str(home), "--today", "2025-06-02", "-f", "html")
    before = (home / "reports" / "due.html").read_bytes()
    result = run(str(home), "--today", "2025-06-01", "-f", "html")
    assert result.exit_code == 2
    assert "later than 2025-06-01" in result.stderr
    assert (home / "reports" / "due.html").read_bytes() == before
    assert run(str(home), "--today", "2025-06-01").exit_code == 0  # to look back is no fault


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--today", "01.06.2025"], "Can't read the day '01.06.2025'"),
        (["--today", "2025-02-30"], "write it as 2026-03-27"),
        (["--format", "pdf"], "pdf"),
    ],
)
def test_a_mistake_of_usage_is_named(home, words, told):
    result = run(str(home), *words)
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_folder_that_was_not_loaded_is_named(tmp_path):
    result = run(str(tmp_path))
    assert result.exit_code == 2
    assert "load" in result.stderr


def test_without_a_day_it_is_the_institute_s_today(home):
    zone = Home(home).settings.zone
    before = datetime.now(zone).date()
    found = day_of("", Home(home))
    assert before <= found <= before + timedelta(days=1)
