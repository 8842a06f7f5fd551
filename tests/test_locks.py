"""One run at a time: the second leaves at once and names the first, and whoever died holds nothing."""

import json
import os
import re
import socket
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from coursewaves.errors import CoursewavesError
from coursewaves.system.locks import Busy, Holder, RunLock, read_holder

HOLD = """
import subprocess, sys, time
from pathlib import Path
from coursewaves.system.locks import RunLock
with RunLock(Path(sys.argv[1])):
    child = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL) if "child" in sys.argv else None
    print(child.pid if child else 0, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "institute" / "run.lock"


@pytest.fixture
def hold(path):
    """Start another process that holds the lock until it is told to end."""
    started = []

    def start(*ways: str) -> tuple[subprocess.Popen, int]:
        command = [sys.executable, "-c", HOLD, str(path), *ways]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process, int(process.stdout.readline())

    yield start
    for process in started:
        process.kill()
        process.communicate()


def is_free(path: Path) -> bool:
    """Whether the lock can be had at once."""
    try:
        with RunLock(path):
            return True
    except Busy:
        return False


def test_a_second_run_leaves_at_once_and_names_the_process_the_host_and_the_start(path, hold):
    before = datetime.now(UTC).replace(microsecond=0)
    process, _ = hold()
    start = time.monotonic()
    with pytest.raises(Busy) as caught:
        RunLock(path).__enter__()
    assert time.monotonic() - start < 1
    found = re.fullmatch(
        rf"Another run is active \(process {process.pid} on {re.escape(socket.gethostname())}, since (\S+)\); "
        r"fix: wait until it has ended, or end it",
        str(caught.value),
    )
    assert found
    since = datetime.fromisoformat(found[1])
    assert since.utcoffset() == timedelta(0)
    assert before <= since <= datetime.now(UTC)


def test_the_first_run_ends_and_the_second_may_begin(path, hold):
    process, _ = hold()
    assert not is_free(path)
    process.communicate("end\n")
    assert is_free(path)


def test_the_lock_of_a_run_that_was_killed_is_free_at_once_although_its_child_lives(path, hold):
    process, child = hold("child")
    assert not is_free(path)
    process.kill()
    process.wait()
    try:
        os.kill(child, 0)
        assert is_free(path)
    finally:
        os.kill(child, 9)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"pid": 1, "host": "another-host", "started": "2025-01-01T00:00:00+00:00"}),
        json.dumps({"pid": 2**22 + 1, "host": socket.gethostname(), "started": "2025-01-01T00:00:00+00:00"}),
        json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "started": "2025-01-01T00:00:00+00:00"}),
        "", "{", "[]", "null", '{"pid": "x", "host": 1, "started": 2}', "\udcff\x00",
    ],
    ids=["another host", "a dead process", "a process id in use again", "empty", "torn", "a list", "null", "no number",
         "no text"],
)  # fmt: skip
def test_what_was_left_in_the_file_is_no_obstacle(path, text):
    path.parent.mkdir()
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with RunLock(path):
        assert read_holder(path)[:2] == (os.getpid(), socket.gethostname())


def test_a_run_whose_file_says_nothing_is_respected_all_the_same(path, hold):
    hold()
    path.write_text("")
    with pytest.raises(Busy, match=r"^Another run is active; fix: "):
        RunLock(path).__enter__()


def test_the_file_says_who_holds_it_and_no_more_than_that(path):
    with RunLock(path):
        found = json.loads(path.read_text())
    assert set(found) == {"pid", "host", "started"}
    assert stat.S_IMODE(path.stat().st_mode) & 0o027 == 0


def test_a_long_name_left_in_the_file_leaves_no_tail(path):
    path.parent.mkdir()
    path.write_text(json.dumps({"pid": 1, "host": "h" * 500, "started": "s"}))
    with RunLock(path):
        assert read_holder(path) == Holder(os.getpid(), socket.gethostname(), read_holder(path).started)


def test_a_lock_serves_again_after_an_error_in_its_block(path):
    with pytest.raises(KeyError), RunLock(path):
        raise KeyError
    assert is_free(path)


def test_a_process_can_not_hold_the_same_lock_twice(path):
    with RunLock(path):
        assert not is_free(path)
    assert is_free(path)


def test_two_work_folders_do_not_wait_for_each_other(path, tmp_path, hold):
    hold()
    assert is_free(tmp_path / "another" / "run.lock")


def test_a_link_in_the_place_of_the_lock_is_not_followed(path, tmp_path):
    target = tmp_path / "mine.txt"
    target.write_text("mine")
    path.parent.mkdir()
    path.symlink_to(target)
    with pytest.raises(CoursewavesError, match=r"Can't lock run\.lock: .*; fix: "):
        RunLock(path).__enter__()
    assert target.read_text() == "mine"


def test_a_file_in_the_place_of_the_folder_is_told(path):
    path.parent.write_text("no folder")
    with pytest.raises(CoursewavesError, match=r"Can't lock run\.lock: .*; fix: "):
        RunLock(path).__enter__()


def test_of_many_runs_that_begin_at_once_one_goes_on(path):
    script = HOLD.replace("sys.stdin.readline()", "time.sleep(1.5)")
    runs = [subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True) for _ in range(4)]  # fmt: skip
    outs = [run.communicate() for run in runs]
    assert sorted(run.returncode for run in runs) == [0, 1, 1, 1]
    assert sum("Another run is active" in err for _, err in outs) == 3
