"""The status of unattended runs: whole, in order, readable by people and machines, and never a crash."""

import json
import os
import re
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.errors import CoursewavesError
from coursewaves.runs.history import RUNS_KEPT, Status, dumped, entered, next_run, read_status
from coursewaves.runs.record import Failure, RunRecord
from coursewaves.runs.status import absence, is_missed, write_status
from coursewaves.runs.status_page import status_page
from coursewaves.settings.home import Home, Settings
from coursewaves.system import PACKAGE, private_files

NIGHT = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
"""02:30 of 24 November in Almaty."""

LOST = Failure("course", "P01-02", "kk", "cw.sections.waves(course)", "KeyError")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def run(outcome="done", exit_code=0, start=NIGHT, **values) -> RunRecord:
    return RunRecord(start, start + timedelta(seconds=14), outcome, exit_code, **values)


FAILED = run("failed", 1, n_made=11, n_failed=1, failures=(LOST,))


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "institute"
    folder.mkdir()
    (folder / "coursewaves.yml").write_text("languages: [en]\ninstitute: {en: Institute}\n", encoding="utf-8")
    return Home(folder)


def written(home) -> dict:
    return json.loads((home.reports / "status.json").read_text(encoding="utf-8"))


def shown(home) -> str:
    return (home.reports / "status.html").read_text(encoding="utf-8")


def text(html: str) -> str:
    body = re.sub("<style>.*?</style>", "", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub("<[^>]*>", " ", body)).split())


def cells(html: str, title: str) -> list[list[str]]:
    """The rows of the table with a title, as text."""
    (table,) = re.findall(rf'aria-label="{title}">(.*?)</table>', html, flags=re.DOTALL)
    rows = re.findall("<tr>(.*?)</tr>", table, flags=re.DOTALL)
    return [[text(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.DOTALL)] for row in rows]


# What is written ------------------------------------------------------------------------------------


def test_the_first_run_is_written_for_machines(home):
    write_status(home, run(n_made=12, n_unchanged=168, seconds_by_stage={"load": 2.04, "reports": 12.0}), NIGHT + HOUR)
    status = written(home)
    assert list(status) == [
        "schema", "last", "last_success_at", "next_due_at", "overdue_at", "missed", "missed_since", "unsent", "runs",
    ]  # fmt: skip
    assert status["schema"] == 1
    assert status["runs"] == [status["last"]]
    assert status["last"] == {
        "started_at": "2026-11-23T21:30:00Z", "ended_at": "2026-11-23T21:30:14Z", "outcome": "done", "exit_code": 0,
        "n_loaded_files": 0, "n_made": 12, "n_unchanged": 168, "n_failed": 0, "n_stale": 0, "failures": [],
        "refusal": "", "seconds_by_stage": {"load": 2.0, "reports": 12.0}, "run": 1, "clock_went_back": False,
    }  # fmt: skip
    assert status["last_success_at"] == "2026-11-23T21:30:14Z"
    assert (status["next_due_at"], status["overdue_at"]) == ("2026-11-24T21:30:00Z", "2026-11-25T03:30:00Z")
    assert (status["missed"], status["missed_since"]) == (False, None)


def test_the_same_runs_give_the_same_bytes(home, tmp_path):
    other = Home(tmp_path / "other")
    other.root.mkdir()
    (other.root / "coursewaves.yml").write_bytes((home.root / "coursewaves.yml").read_bytes())
    for folder in (home, other):
        write_status(folder, FAILED, NIGHT + HOUR)
        write_status(folder, run(start=NIGHT + DAY), NIGHT + DAY + HOUR)
    for name in ("status.json", "status.html"):
        assert (home.reports / name).read_bytes() == (other.reports / name).read_bytes()


def test_what_was_written_is_read_again(home):
    status = write_status(home, FAILED, NIGHT + HOUR)
    assert read_status(home) == status
    assert write_status(home, None, NIGHT + HOUR) == status


def test_a_failure_keeps_the_time_of_the_last_success(home):
    write_status(home, run("nothing new"), NIGHT)
    write_status(home, replace(FAILED, started_at=NIGHT + DAY, ended_at=NIGHT + DAY), NIGHT + DAY)
    status = read_status(home)
    assert [one.outcome for one in status.runs] == ["nothing new", "failed"]
    assert status.last_success_at == NIGHT + timedelta(seconds=14)


def test_a_hundred_runs_are_kept_and_of_the_older_ones_twenty_failures():
    many = tuple(replace(LOST, subject_id=f"P{number}") for number in range(50))
    status = Status()
    for _ in range(RUNS_KEPT + 3):
        status = entered(status, replace(FAILED, n_failed=50, failures=many))
    assert [one.run for one in status.runs] == list(range(4, 104))
    assert {len(one.failures) for one in status.runs[:-1]} == {20}
    assert len(status.last.failures) == 50
    assert status.runs[0].n_failed == 50


def test_no_path_user_or_host_is_told(home):
    reason = f"can't write {home.reports}/course/P01-02.kk.html: Permission denied\nTraceback"
    write_status(home, run("failed", 1, failures=(replace(LOST, reason=reason),)), NIGHT)
    told = shown(home) + json.dumps(written(home))
    assert str(home.root.parent) not in told
    assert written(home)["last"]["failures"][0]["reason"].startswith(
        "can't write institute/reports/course/P01-02.kk.html"
    )
    assert os.uname().nodename not in text(shown(home)).split()


def test_both_files_can_be_read_by_the_group_and_are_whole_or_the_old_ones(home, monkeypatch):
    write_status(home, run(), NIGHT)
    assert {stat.S_IMODE((home.reports / name).stat().st_mode) for name in ("status.json", "status.html")} == {0o640}
    before = (home.reports / "status.json").read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(private_files.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_status(home, FAILED, NIGHT + DAY)
    assert (home.reports / "status.json").read_bytes() == before
    assert sorted(path.name for path in home.reports.iterdir()) == ["status.html", "status.json"]


def test_whoever_reads_while_runs_are_written_meets_whole_files_only(home):
    write_status(home, FAILED, NIGHT)
    is_over, seen = threading.Event(), []

    def read() -> None:
        while not is_over.is_set():
            seen.append((read_status(home).last.run, shown(home).rstrip().endswith("</html>")))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(30):
            write_status(home, run(start=NIGHT + number * HOUR), NIGHT + number * HOUR)
    finally:
        is_over.set()
        reader.join()
    numbers = [number for number, _ in seen]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) > 1
    assert {is_whole for _, is_whole in seen} == {True}


# Order and clocks -----------------------------------------------------------------------------------


def test_a_run_is_numbered_and_an_older_one_never_takes_a_newer_ones_place(home):
    assert next_run(home) == 1
    first = next_run(home)
    write_status(home, run(run=2), NIGHT + DAY)
    assert next_run(home) == 3
    status = write_status(home, replace(FAILED, run=first), NIGHT + DAY + HOUR)
    assert [(one.run, one.outcome) for one in status.runs] == [(2, "done")]
    status = write_status(home, replace(FAILED, run=2), NIGHT + DAY + HOUR)
    assert [(one.run, one.outcome) for one in status.runs] == [(2, "done")]


def test_a_clock_that_went_back_is_told_and_the_newer_run_stays_the_last(home):
    write_status(home, run(), NIGHT)
    status = write_status(home, replace(FAILED, started_at=NIGHT - DAY, ended_at=NIGHT - DAY), NIGHT - DAY)
    assert (status.last.run, status.last.outcome, status.last.clock_went_back) == (2, "failed", True)
    assert "clock went back" in text(shown(home))
    status = write_status(home, run(start=NIGHT + DAY), NIGHT + DAY)
    assert status.last.clock_went_back is False
    assert "clock went back" not in text(shown(home))


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 12)), max_size=12))
def test_however_the_clock_jumps_numbers_rise_and_the_last_is_the_highest(steps):
    status = Status()
    for hours, number in steps:
        status = entered(status, run(start=NIGHT + hours * HOUR, run=number))
        numbers = [one.run for one in status.runs]
        assert numbers == sorted(set(numbers))
        assert status.last == status.runs[-1]


# Missed ---------------------------------------------------------------------------------------------


def test_never_ran_on_time_and_missed_differ(home):
    assert is_missed(home, NIGHT) is False
    assert absence(home, NIGHT).startswith("never ran: ")
    write_status(home, run(), NIGHT + HOUR)
    assert (is_missed(home, NIGHT + DAY), absence(home, NIGHT + DAY)) == (False, "")
    late = NIGHT + DAY + 6 * HOUR
    assert (is_missed(home, late), absence(home, late)) == (False, "")
    assert is_missed(home, late + timedelta(seconds=1)) is True
    assert absence(home, NIGHT + 4 * DAY) == (
        "missed: a run was due at 2026-11-25 02:30 (Asia/Almaty), the last one ended at 2026-11-24 02:30; "
        "fix: see its timer"
    )


def test_looking_for_an_absence_writes_nothing(home):
    absence(home, NIGHT)
    is_missed(home, NIGHT)
    assert not home.reports.exists()


def test_a_failed_run_is_no_missed_one_but_a_stopped_one_is(home):
    write_status(home, FAILED, NIGHT + HOUR)
    assert is_missed(home, NIGHT + 7 * HOUR) is False
    write_status(home, run("stopped", 143, start=NIGHT + DAY), NIGHT + DAY + HOUR)
    assert is_missed(home, NIGHT + DAY + 7 * HOUR) is True
    status = write_status(home, run("nothing new", start=NIGHT + DAY + 8 * HOUR), NIGHT + DAY + 9 * HOUR)
    assert (status.missed, status.missed_since) == (False, None)


def test_before_the_first_run_of_all_nothing_was_due(home):
    write_status(home, run("stopped", 143), NIGHT + HOUR)
    assert is_missed(home, NIGHT + DAY) is False
    assert is_missed(home, NIGHT + DAY + 7 * HOUR) is True


def test_a_run_that_ended_in_the_future_does_not_hide_one_that_was_missed(home):
    write_status(home, run(), NIGHT + HOUR)
    write_status(home, run(start=NIGHT + 300 * DAY), NIGHT + 300 * DAY)
    assert is_missed(home, NIGHT + 3 * DAY) is True
    assert is_missed(home, NIGHT + 300 * DAY) is False


def test_the_institutes_own_schedule_and_zone_count(home):
    (home.root / "coursewaves.yml").write_text(
        "languages: [en]\ntime_zone: Europe/Berlin\nschedule: {every: week, on: monday, at: '06:00', grace_hours: 24}\n"
    )
    write_status(home, run(start=datetime(2026, 11, 23, 5, tzinfo=UTC)), NIGHT)  # Monday, 06:00 in Berlin
    assert written(home)["next_due_at"] == "2026-11-30T05:00:00Z"
    assert is_missed(home, datetime(2026, 12, 1, 5, 0, tzinfo=UTC)) is False
    assert "due at 2026-11-30 06:00 (Europe/Berlin)" in absence(home, datetime(2026, 12, 1, 5, 1, tzinfo=UTC))


def test_settings_with_faults_are_no_hindrance(home):
    (home.root / "coursewaves.yml").write_text("languages: [ru]\nminimum_group: 1\n")
    write_status(home, run("refused", 2, refusal="coursewaves.yml:2 minimum_group"), NIGHT)
    assert '<html lang="ru">' in shown(home)
    assert "coursewaves.yml:2 minimum_group" in text(shown(home))


# Damage ---------------------------------------------------------------------------------------------


def damages() -> list[bytes]:
    whole = dumped(entered(entered(Status(), FAILED), run(start=NIGHT + DAY)))
    return [
        b"", b"{", b"null", b"[]", b"{}x", whole.encode()[:-40], b"\0" * 100, b"\xff\xfe" + whole.encode("utf-16"),
        whole.replace('"schema": 1', '"schema": 2').encode(),
        whole.replace('"done"', '"busy"').encode(),
        whole.replace('"run": 2', '"run": 1').encode(),
        whole.replace('"n_made": 11', '"n_made": -1').encode(),
        whole.replace('"n_made": 11', f'"n_made": {10**400}').encode(),
        whole.replace("2026-11-24T21:30:00Z", "9999-12-31T23:59:59Z").encode(),
        whole.replace("2026-11-24T21:30:00Z", "2026-11-24T21:30:00").encode(),
        b'{"last": null, "runs": [' + b"[" * 100_000,
    ]  # fmt: skip


@pytest.mark.parametrize("content", damages())
def test_a_damaged_or_foreign_file_is_moved_aside_and_told(home, content):
    home.reports.mkdir()
    (home.reports / "status.json").write_bytes(content)
    assert absence(home, NIGHT) == "reports/status.json can't be read; fix: start a run, it moves it aside"
    assert (is_missed(home, NIGHT), next_run(home)) == (True, 1)
    status = write_status(home, FAILED, NIGHT)
    assert [one.run for one in status.runs] == [1]
    assert (home.reports / "status.damaged-1.json").read_bytes() == content
    assert "status.damaged-1.json" in text(shown(home))
    (home.reports / "status.json").write_bytes(content)
    write_status(home, FAILED, NIGHT)
    assert (home.reports / "status.damaged-2.json").read_bytes() == content


def test_a_folder_or_a_dangling_link_in_its_place_is_moved_or_replaced(home):
    (home.reports / "status.json").mkdir(parents=True)
    write_status(home, FAILED, NIGHT)
    assert (home.reports / "status.damaged-1.json").is_dir()
    (home.reports / "status.json").unlink()
    (home.reports / "status.json").symlink_to(home.root / "elsewhere")
    write_status(home, FAILED, NIGHT)
    assert not (home.root / "elsewhere").exists()
    assert read_status(home).last.outcome == "failed"


@given(st.data())
def test_a_file_with_any_byte_changed_is_read_or_refused_and_its_page_can_be_made(tmp_path_factory, data):
    home = Home(tmp_path_factory.mktemp("bytes"))
    home.reports.mkdir()
    whole = bytearray(dumped(entered(Status(), FAILED)).encode())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    (home.reports / "status.json").write_bytes(whole)
    try:
        status = read_status(home)
    except CoursewavesError:
        return
    assert "<h1>" in status_page(status, Settings())


# The page -------------------------------------------------------------------------------------------


def test_the_page_says_state_failures_and_what_to_do(home):
    write_status(home, run(n_made=12), NIGHT)
    later = NIGHT + DAY
    write_status(home, replace(FAILED, started_at=later, ended_at=later + timedelta(seconds=75)), later + HOUR)
    html = shown(home)
    assert "✕ Some reports could not be made Reports made: 11; current already: 0; failed: 1." in text(html)
    assert "The next run is due November 26, 2026, 02:30" in text(html)
    assert "All reports were current November 24, 2026, 02:30" in text(html)
    assert "coursewaves report --course P01-02 --language kk" in text(html)
    assert cells(html, "What failed in the last run")[1:] == [
        ["Course P01-02", "kk", "KeyError cw.sections.waves(course)"]
    ]
    assert cells(html, "The last runs") == [
        ["Ended", "Outcome", "Failed", "Made", "Unchanged", "Took"],
        ["11/25/26 02:31", "✕ failed", "1", "11", "0", "1 min 15 s"],
        ["11/24/26 02:30", "✓ made", "0", "12", "0", "14 s"],
    ]


def test_the_page_names_the_files_that_were_left_out_and_says_that_nothing_of_them_counts(home):
    left_out = Failure("file", "wave2/b.xlsx", reason="E-WORKBOOK, no workbook, or a damaged one")
    write_status(home, run("incomplete", 3, n_made=4, failures=(left_out,)), NIGHT + HOUR)
    html = shown(home)
    assert cells(html, "What failed in the last run")[1:] == [["File wave2/b.xlsx", "", left_out.reason]]
    assert "Nothing of the files named is counted: export them again" in text(html)
    assert "All reports were current –" in text(html)


@pytest.mark.parametrize(
    ("record", "says"),
    [
        (run(n_made=2), "✓ The reports are made"),
        (run("nothing new"), "✓ Nothing new: the reports are current"),
        (
            run("refused", 3, refusal="41 of 50 records set aside"),
            "✕ The run was refused Reason: 41 of 50 records set aside",
        ),
        (run("stopped", 143), "! The run was stopped"),
        (
            run("incomplete", 3, failures=(Failure("file", "w/b.xlsx", reason="E-WORKBOOK, torn"),)),
            "✕ The reports are current, but whole files are left out of them",
        ),
        (run("failed", 1, failures=(Failure("load", reason="MemoryError"),)), "✕ Some reports could not be made"),
    ],
)
def test_every_outcome_has_its_words_and_not_colour_alone(home, record, says):
    write_status(home, record, NIGHT + HOUR)
    assert says in text(shown(home))


def test_a_missed_run_comes_before_what_the_last_one_came_to(home):
    write_status(home, run(), NIGHT + HOUR)
    write_status(home, None, NIGHT + 3 * DAY)
    assert "✕ A run was missed A run was due on November 25, 2026, 02:30; none has ended since." in text(shown(home))
    assert written(home)["missed"] is True


def test_before_the_first_run_there_is_a_page_that_says_so(home):
    write_status(home, None, NIGHT)
    assert "! There was no run yet" in text(shown(home))
    assert "<table" not in shown(home)
    assert "index.html" not in shown(home)


def test_an_unsent_message_is_told_until_the_next_run(home):
    write_status(home, FAILED, NIGHT, ["e-mail: ConnectionRefusedError"])
    assert "A message could not be sent: e-mail: ConnectionRefusedError" in text(shown(home))
    write_status(home, None, NIGHT + HOUR)
    assert "ConnectionRefusedError" in shown(home)
    write_status(home, run(start=NIGHT + DAY), NIGHT + DAY)
    assert "ConnectionRefusedError" not in shown(home)


def test_the_last_twenty_runs_and_two_hundred_failures_are_listed():
    many = tuple(replace(LOST, subject_id=f"P{number}") for number in range(203))
    status = Status()
    for number in range(25):
        status = entered(status, replace(FAILED, n_made=number, failures=many))
    html = status_page(status, Settings(languages=["en"]))
    assert [row[3] for row in cells(html, "The last runs")[1:]] == [str(number) for number in range(24, 4, -1)]
    assert len(cells(html, "What failed in the last run")) == 201
    assert "3 more" in text(html)


def test_texts_are_text_and_the_page_asks_for_nothing(home):
    evil = "<script>x</script>\"'{{ 7*7 }}<img src=x>"
    (home.root / "coursewaves.yml").write_text("institute: {kk: '<script>x</script>'}\n", encoding="utf-8")
    write_status(home, run("failed", 1, failures=(Failure(*[evil] * 5),), refusal=evil), NIGHT, [evil])
    html = shown(home)
    assert re.search(r"<(?:script|img|link|iframe|base|form)\b", html) is None
    assert "49" not in re.sub("<style>.*?</style>", "", html, flags=re.DOTALL)
    assert "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'" in html
    assert re.findall(r'href="([^"]*)"', html) == []


@pytest.mark.parametrize(("first", "spoken"), [("kk", "kk"), ("ru", "ru"), ("en", "en"), ("uz", "en")])
def test_the_page_speaks_the_institutes_first_language_or_english(home, first, spoken):
    (home.root / "coursewaves.yml").write_text(f"languages: [{first}]\n", encoding="utf-8")
    write_status(home, FAILED, NIGHT)
    assert f'<html lang="{spoken}">' in shown(home)
    title = {"kk": "Кейбір есептер жасалмады", "ru": "Некоторые отчёты не удалось создать"}
    assert title.get(spoken, "Some reports could not be made") in text(shown(home))


@pytest.mark.browser
@pytest.mark.parametrize("language", ["kk", "ru"])
def test_the_page_fits_a_phone_and_shuts_nobody_out(page, home, language):
    from axe_playwright_python.sync_playwright import Axe

    (home.root / "coursewaves.yml").write_text(f"languages: [{language}]\n", encoding="utf-8")
    long = replace(LOST, cell="cw.sections.figures_of_every_question(course, language=language)", reason="a" * 80)
    write_status(home, run("failed", 1, failures=(LOST, long), n_failed=2), NIGHT, ["webhook: " + "b" * 80])
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    for width in (390, 1000):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto((home.reports / "status.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page)
    assert [(found["id"], found["nodes"][0]["html"][:200]) for found in results.response["violations"]] == []
    assert told == []


@pytest.mark.parametrize("place", ["UTC", "America/New_York"])
def test_the_same_bytes_come_under_any_clock_and_without_a_locale(home, place):
    write_status(home, FAILED, NIGHT + HOUR)
    here = {name: (home.reports / name).read_bytes() for name in ("status.json", "status.html")}
    (home.reports / "status.json").unlink()
    code = (
        "import sys; sys.path[:0] = sys.argv[1:3]\n"
        "from pathlib import Path\nfrom coursewaves.settings.home import Home\n"
        "from test_status import FAILED, HOUR, NIGHT, write_status\n"
        "write_status(Home(Path(sys.argv[3])), FAILED, NIGHT + HOUR)\n"
    )
    folders = [str(PACKAGE.parent), str(Path(__file__).parent), str(home.root)]
    bare = {"TZ": place, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    subprocess.run([sys.executable, "-c", code, *folders], check=True, env=bare)
    assert {name: (home.reports / name).read_bytes() for name in here} == here
