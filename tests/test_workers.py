"""Jobs in processes of their own: one that dies, hangs or fails ends alone, and the others are done."""

import os
import sys
import time

import pytest

from coursewaves.workers import CAN_FORK, do_each

SECONDS = 60.0


def square(number: int) -> int:
    return number * number


def misbehave(how: str) -> str:
    if how == "dies":
        os._exit(3)
    if how == "hangs":
        time.sleep(600)
    if how == "raises":
        raise ValueError("a participant's words")
    return how


def modules_at_start(name: str) -> bool:
    return name in sys.modules


def test_every_job_is_done_and_yields_its_result():
    found = {ended.job: ended.result for ended in do_each(square, [1, 2, 3, 4, 5], 2, SECONDS)}
    assert found == {1: 1, 2: 4, 3: 9, 4: 16, 5: 25}


def test_no_jobs_start_no_process():
    assert list(do_each(square, [], 2, SECONDS)) == []


@pytest.mark.parametrize(("how", "failure"), [("dies", "its process died"), ("raises", "ValueError")])
def test_a_process_that_ends_early_fails_alone(how, failure, capfd):
    ended = {one.job: one for one in do_each(misbehave, [how, "well", "also well"], 1, SECONDS)}
    assert (ended[how].result, ended[how].failure) == (None, failure)
    assert [ended[job].result for job in ("well", "also well")] == ["well", "also well"]
    assert "participant" not in "".join(capfd.readouterr())


def test_a_process_that_hangs_is_killed_after_its_time():
    start = time.monotonic()
    ended = {one.job: one for one in do_each(misbehave, ["hangs"], 1, 3.0)}
    assert ended["hangs"].failure == "took longer than 3 s"
    assert time.monotonic() - start < 30


@pytest.mark.skipif(not CAN_FORK, reason="this system can't fork")
def test_a_forked_process_has_imported_everything_already():
    wanted = ["pandas", "papermill", "nbconvert", "coursewaves.sections"]
    assert all(ended.result for ended in do_each(modules_at_start, wanted, 1, SECONDS))
