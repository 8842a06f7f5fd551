"""The log of unattended runs: private, one line an event, and nothing of what anybody answered."""

import logging
import os
import re
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.errors import CoursewavesError
from coursewaves.runs import logs
from coursewaves.runs.logs import LOG, OneLine, close_log, open_log, told_error
from coursewaves.system.oneline import one_line
from coursewaves.system.yamlfile import read_yaml

CANARY = "менің ұстазым Айгүл нашар түсіндірді"
FULL = Path("/dev/full")
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [A-Z]+ .*")


pytestmark = pytest.mark.usefixtures("closed_log")


def lines(home) -> list[str]:
    return (home.logs / LOG).read_text(encoding="utf-8").splitlines()


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_the_log_is_its_owner_s_alone(home, umask):
    before = os.umask(umask)
    try:
        open_log(home).info("begun")
    finally:
        os.umask(before)
    assert (mode(home.logs), mode(home.logs / LOG)) == (0o700, 0o600)


def test_a_log_that_was_open_to_others_is_closed_to_them_and_goes_on(home):
    home.logs.mkdir()
    (home.logs / LOG).write_text("an older line\n")
    (home.logs / LOG).chmod(0o644)
    open_log(home).info("begun")
    assert mode(home.logs / LOG) == 0o600
    assert lines(home)[0] == "an older line"


def test_an_event_is_one_line_with_its_time_in_utc(home, monkeypatch):
    log = open_log(home)
    log.info("done: %d made in %.0f s", 12, 14.2)
    log.warning("жаңа файл: %s", "толқын1.csv")
    first, second = lines(home)
    assert LINE.fullmatch(first)
    assert first.endswith(" INFO done: 12 made in 14 s")
    assert second.endswith(" WARNING жаңа файл: толқын1.csv")
    told = datetime.fromisoformat(first.partition(" ")[0])
    assert abs((datetime.now(UTC) - told).total_seconds()) < 60


def test_an_exceptions_text_is_never_written(home):
    log = open_log(home)
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as error:
            raise ValueError(f"can't score {CANARY}") from error
    except ValueError as error:
        log.exception("load failed")
        log.error("failed: %s", error)
        log.error("failed: %r and %s", error, [error, CANARY])
        log.error("failed: %(error)s", {"error": error})
        log.error(error)
        log.error("failed", exc_info=error, stack_info=True)
    text = "\n".join(lines(home))
    assert CANARY not in text
    assert "Айгүл" not in text
    assert "Traceback" not in text
    assert [line.partition(" ERROR ")[2] for line in lines(home)] == [
        "load failed: ValueError from KeyError",
        "failed: ValueError",
        "failed: 'ValueError' and list",
        "failed: ValueError",
        "ValueError",
        "failed: ValueError from KeyError",
    ]


def test_a_value_that_is_no_text_number_or_time_is_named_by_its_type(home):
    log = open_log(home)
    log.info("%s %s %s %s", {"q1": CANARY}, b"\xd0\xb0", object(), Path("/srv/x/a.csv"))
    log.info("%s %s %s %s", 3, 0.5, None, date(2026, 11, 24))
    assert [line.partition(" INFO ")[2] for line in lines(home)] == ["dict bytes object a.csv", "3 0.5 None 2026-11-24"]


def test_our_own_line_of_code_is_told_and_no_path(home, tmp_path):
    log = open_log(home)
    try:
        read_yaml(tmp_path)  # a folder
    except OSError:
        log.exception("can't read")
    (line,) = lines(home)
    assert re.search(r"can't read: IsADirectoryError \(yamlfile\.py:\d+\)$", line)
    assert str(tmp_path) not in line


def test_no_value_forges_a_line_or_tells_where_the_work_folder_lies(home):
    log = open_log(home)
    log.info("read %s", "a.csv\n2026-01-01T00:00:00.000Z INFO done: 99 made\r\x1b[2K\u2028x")
    log.info("at %s and %s", home.reports / "x.html", f"{home.root}/data/raw/a.csv")
    log.info("message\nof two lines")
    assert len(lines(home)) == 3
    assert str(home.root.parent) not in "\n".join(lines(home))
    assert lines(home)[1].endswith("at x.html and institute/data/raw/a.csv")


def test_wrong_values_lose_the_values_and_not_the_event(home):
    log = open_log(home)
    log.info("made %d of %d", 3)  # noqa: PLE1206
    log.info("made %d", "three")
    log.info("100 % of it")
    assert [line.partition(" INFO ")[2] for line in lines(home)] == ["made %d of %d", "made %d", "100 % of it"]


@given(st.text(), st.text())
def test_any_text_and_value_is_one_line(text, value):
    record = logging.LogRecord("coursewaves", logging.INFO, "x.py", 1, text, (value,), None)
    line = OneLine().format(record)
    assert LINE.fullmatch(line)
    assert line.isprintable()


def test_a_full_log_makes_room_and_keeps_ten(home, monkeypatch):
    monkeypatch.setattr(logs, "BYTES", 300)
    log = open_log(home)
    for number in range(60):
        log.info("event %02d %s", number, "x" * 40)
    files = sorted(home.logs.iterdir())
    assert len(files) == 11
    assert {mode(path) for path in files} == {0o600}
    assert all(path.stat().st_size <= 300 for path in files)
    assert lines(home)[-1].rpartition(" ")[0].endswith("event 59")


def test_a_link_in_the_place_of_the_log_is_not_followed(home, tmp_path, capsys):
    target = tmp_path / "other"
    target.write_text("precious")
    home.logs.mkdir()
    (home.logs / LOG).symlink_to(target)
    open_log(home).info("begun")
    assert target.read_text() == "precious"
    told = capsys.readouterr().err.splitlines()
    assert [line.partition("Z ")[2] for line in told] == [
        "WARNING the log can't be written, it goes to the standard error: OSError",
        "INFO begun",
    ]


def test_a_log_that_cannot_be_opened_does_not_stop_a_run(home, capsys):
    home.logs.write_text("a file where the folder should be")
    open_log(home).error("failed: %s", CoursewavesError(CANARY))
    assert capsys.readouterr().err.splitlines()[1].endswith("ERROR failed: CoursewavesError")


@pytest.mark.skipif(not FULL.exists(), reason="no full disk to write to on this system")
def test_a_disk_that_fills_meanwhile_does_not_stop_a_run(home, capsys):
    log = open_log(home)
    (handler,) = (one for one in log.handlers if isinstance(one, logging.FileHandler))
    handler.stream.close()
    handler.stream = FULL.open("w")
    log.info("lost %s", CANARY)
    with pytest.raises(OSError, match="No space left"):
        handler.stream.flush()
    close_log()
    open_log(home).info("room again")
    assert capsys.readouterr().err == ""
    assert [line.partition(" INFO ")[2] for line in lines(home)] == ["room again"]


def test_opening_it_again_writes_each_event_once(home):
    open_log(home)
    open_log(home).info("once")
    assert len(lines(home)) == 1


def test_nothing_reaches_the_handlers_of_others(home, caplog):
    open_log(home).error("failed: %s", ValueError(CANARY))
    assert caplog.records == []


def test_a_closed_log_takes_what_it_is_told_without_a_word(home, capsys):
    open_log(home)
    close_log().error("late")
    assert lines(home) == []
    assert capsys.readouterr() == ("", "")


def test_a_circle_of_errors_ends():
    first, second = ValueError("a"), KeyError("b")
    first.__context__, second.__context__ = second, first
    assert told_error(first) == "ValueError from KeyError"


def test_an_error_of_equal_ones_is_told_by_identity():
    class Odd(Exception):
        def __eq__(self, other):
            raise RuntimeError

        __hash__ = Exception.__hash__

    outer = Odd()
    outer.__cause__ = Odd()
    assert told_error(outer) == "Odd from Odd"
    assert one_line(told_error(outer)) == told_error(outer)
