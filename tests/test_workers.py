"""Jobs in processes of their own: one that dies, hangs or fails ends alone, and nothing stays behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from coursewaves.errors import CoursewavesError
from coursewaves.settings.home import notebooks_folder
from coursewaves.system.limits import Limits
from coursewaves.workers import pool
from coursewaves.workers.overseer import Order
from coursewaves.workers.pool import CAN_FORK, Ended, Foreman, Told, do_each

TESTS = Path(__file__).parent
WORDS = "participant"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the jobs here misbehave as on POSIX systems")
needs_fork = pytest.mark.skipif(not CAN_FORK, reason="this system can't fork")


@pytest.fixture(autouse=True)
def light_foreman(monkeypatch):
    """An overseer that imports next to nothing, and takes the tests' own jobs."""
    command = [sys.executable, "-P", str(TESTS / "foreman_of_tests.py"), "coursewaves.errors"]
    monkeypatch.setattr(pool, "COMMAND", command)


@pytest.fixture
def heavy_foreman(light_foreman, monkeypatch):
    """An overseer that imports all that reports need."""
    monkeypatch.setattr(pool, "COMMAND", [*pool.COMMAND[:-1], "coursewaves.publishing.warm"])


@pytest.fixture(params=["forked", "one by one"])
def way(request, monkeypatch):
    """Both ways of starting processes."""
    if request.param == "one by one":
        monkeypatch.setattr(pool, "CAN_FORK", False)
    elif not CAN_FORK:
        pytest.skip("this system can't fork")
    return request.param


def done(work: str, jobs: list[dict[str, Any]], n: int = 2, seconds: float = 30.0, **more: Any) -> tuple[list, list]:
    """What each job told, and the failure of each, in the order of the jobs."""
    told: list[list[Any]] = [[] for _ in jobs]
    failures: list[Any] = [None] * len(jobs)
    for event in do_each(f"process_jobs:{work}", jobs, n, Limits(seconds=seconds), **more):
        assert event.job == jobs[event.place]
        assert failures[event.place] is None
        if isinstance(event, Told):
            told[event.place].append(event.words)
        else:
            failures[event.place] = event.failure
    return told, failures


def misbehaves(how: str, seconds: float = 30.0, n: int = 1, **more: Any) -> str:
    """The failure of a job that misbehaves, when the ones before and after it are well."""
    jobs = [{"how": "well"}, {"how": how, **more}, {"how": "well"}]
    told, failures = done("misbehave", jobs, n, seconds)
    assert (told[0], told[2]) == ([{"how": "well"}], [{"how": "well"}])
    assert (failures[0], failures[2]) == ("", "")
    return failures[1]


def is_alive(pid: int) -> bool:
    """Whether a process still runs; one that only waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def all_gone(pids: list[int], seconds: float = 2.0) -> bool:
    """Whether all processes end within a time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and any(map(is_alive, pids)):
        time.sleep(0.02)
    return not any(map(is_alive, pids))


def written_pids(path: Path) -> list[int]:
    """The processes that a job wrote down, when it has."""
    until = time.monotonic() + 30
    while time.monotonic() < until and not (path.exists() and path.read_text()):
        time.sleep(0.02)
    return [int(pid) for pid in path.read_text().split()]


# What is done ----------------------------------------------------------------------------------------


def test_every_job_is_done_and_tells_its_result(way):
    told, failures = done("square", [{"number": number} for number in range(1, 6)])
    assert told == [[{"square": square}] for square in (1, 4, 9, 16, 25)]
    assert failures == [""] * 5


def test_no_jobs_start_no_process(monkeypatch):
    monkeypatch.setattr(pool, "COMMAND", ["nothing-of-that-name"])
    assert list(do_each("process_jobs:square", [], 2)) == []


def test_what_a_job_tells_is_heard_before_it_ends(way):
    events = do_each("process_jobs:be_slow_after_telling", [{}], 1, Limits(seconds=30))
    assert next(events) == Told(0, {}, {"at": "once"})
    start = time.monotonic()
    events.close()
    assert time.monotonic() - start < 5


def test_a_job_that_tells_much_is_heard_whole_and_in_order_although_the_reader_is_slow(way):
    numbers = []
    for event in do_each("process_jobs:tell_many", [{"many": 300, "size": 5_000}], 1, Limits(seconds=30)):
        if isinstance(event, Told):
            numbers.append(event.words["number"])
            time.sleep(0.3 if len(numbers) == 1 else 0)  # meanwhile more is told than any pipe holds
            assert len(event.words["text"]) == 5_000
    assert numbers == list(range(300))


def test_a_slow_reader_stops_no_clock():
    events = do_each("process_jobs:misbehave", [{"how": "hangs"}, {"how": "well"}], 2, Limits(seconds=1))
    next(events)
    time.sleep(2)
    assert {event.failure for event in events if isinstance(event, Ended)} == {"", "took longer than 1 s"}


@needs_fork
def test_so_many_jobs_as_workers_go_on_at_once():
    start = time.monotonic()
    jobs = [{"seconds": 0.6}] * 6
    _, failures = done("sleep_briefly", jobs, 3)
    assert failures == [""] * 6
    assert 1.2 <= time.monotonic() - start < 3.2


@needs_fork
def test_what_all_jobs_share_is_opened_once_in_their_parent():
    told, _ = done("see_prepared", [{}, {}], prepare="process_jobs:open_for_all", arguments={"home": "there"})
    seen = [words for (words,) in told]
    assert {words["home"] for words in seen} == {"there"}
    assert {words["opened_by"] for words in seen} == {words["parent"] for words in seen}
    assert len({words["here"] for words in seen}) == 2


def test_without_fork_each_process_opens_what_all_jobs_share(monkeypatch):
    monkeypatch.setattr(pool, "CAN_FORK", False)
    told, _ = done("see_prepared", [{}, {}], prepare="process_jobs:open_for_all", arguments={"home": "there"})
    assert [(words["home"], words["opened_by"] == words["here"]) for (words,) in told] == [("there", True)] * 2


def test_preparations_that_fail_are_told_by_the_kind_of_error_alone(way):
    with pytest.raises(CoursewavesError) as caught:
        done("square", [{"number": 1}], prepare="process_jobs:open_for_all", arguments={"fails": True})
    assert str(caught.value) == "The work can't begin: KeyError"


def test_a_caller_s_mistake_in_the_preparations_is_told_as_it_is(way):
    with pytest.raises(
        CoursewavesError, match=r"^The work can't begin: Can't find 'P9' in courses\. Possible values: "
    ):
        done("square", [{"number": 1}], prepare="process_jobs:open_for_all", arguments={"mistake": True})


@needs_fork
def test_a_module_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(pool, "COMMAND", [*pool.COMMAND[:-1], "coursewaves.lost"])
    with pytest.raises(CoursewavesError, match=r"^The work can't begin: ModuleNotFoundError coursewaves\.lost$"):
        done("square", [{"number": 1}])


@pytest.mark.parametrize(
    "name", ["os:getpid", "subprocess:run", "coursewaves.system.limits:Limits.construct", "process_jobs"]
)
def test_only_functions_of_the_package_are_work(name):
    with pytest.raises(CoursewavesError, match="can't begin: ValueError"):
        list(do_each("process_jobs:square", [{"number": 1}], 1, prepare=name))
    assert [event.failure for event in do_each(name, [{}], 1)] == ["ValueError"]


@needs_fork
def test_a_copy_has_everything_imported_and_its_parent_has_one_thread(heavy_foreman):
    names = ["pandas", "papermill", "nbconvert", "pyarrow.parquet", "IPython.core.logger", "coursewaves.sections"]
    told, _ = done("see_modules", [{"names": names}])
    assert told == [[{"missing": [], "threads": 1}]]


@needs_fork
@pytest.mark.slow
def test_a_report_imports_nothing_that_its_parent_has_not(heavy_foreman, loaded_year):
    parameters = {"home": str(loaded_year.home.root), "course_id": "P01-01"}
    course = str(notebooks_folder() / "reports" / "course.ipynb")
    jobs = [{"notebook": course, "parameters": parameters | {"language": language}} for language in ("kk", "en")]
    told, failures = done("see_what_a_report_imports", jobs, seconds=120)
    assert failures == ["", ""]
    new = {name for (words,) in told for name in words["new"]}
    assert [name for name in new if not name.startswith("pandas.")] == []  # of reading tables, which `prepare` does


@needs_fork
def test_an_overseer_can_be_made_before_its_jobs_are_known():
    with Foreman() as early:
        told, _ = done("square", [{"number": 3}], foreman=early)
    assert told == [[{"square": 9}]]
    assert all_gone([early.process.pid], 0.1)
    assert not early.folder.exists()


@needs_fork
def test_an_order_that_stays_open_does_what_is_added_in_the_same_overseer(tmp_path):
    with Foreman() as foreman:
        order = Order(
            "process_jobs:see_prepared", "process_jobs:open_for_all", {"home": "there"}, [{}], [7], 1,
            Limits().model_dump(), str(foreman.folder), False, True,
        )  # fmt: skip
        lines = foreman.serve(order)
        first = [next(lines), next(lines)]
        assert first[1] == {"place": 7, "ended": ""}
        foreman.add(3, {})
        foreman.add(9, {})
        more = [next(lines) for _ in range(4)]
        assert [(line["place"], line.get("ended")) for line in more] == [(3, None), (3, ""), (9, None), (9, "")]
        seen = [line["told"] for line in [*first, *more] if "told" in line]
        assert {(words["home"], words["opened_by"], words["parent"]) for words in seen} == {
            ("there", foreman.process.pid, foreman.process.pid)
        }
        assert len({words["here"] for words in seen}) == 3
        foreman.process.stdin.close()
        assert foreman.process.wait(5) == 0
        assert not foreman.folder.exists()


# What ends early -------------------------------------------------------------------------------------

DEATHS = {
    "is killed": "its process died (SIGKILL)",
    "segfaults": "its process died (SIGSEGV)",
    "aborts": "its process died (SIGABRT)",
    "leaves": "its process died (exit 0)",
    "raises": "ValueError",
    "exits": "SystemExit",
    "is interrupted": "KeyboardInterrupt",
}


@pytest.mark.parametrize(("how", "failure"), DEATHS.items(), ids=DEATHS)
def test_a_job_that_ends_early_fails_alone_and_says_how(how, failure, capfd):
    assert misbehaves(how) == failure
    assert WORDS not in "".join(capfd.readouterr())


@pytest.mark.parametrize("how", ["is killed", "raises"])
def test_without_fork_a_job_that_ends_early_fails_alone_too(how, monkeypatch, capfd):
    monkeypatch.setattr(pool, "CAN_FORK", False)
    assert misbehaves(how) == DEATHS[how]
    assert WORDS not in "".join(capfd.readouterr())


@pytest.mark.parametrize("how", ["hangs", "loops", "sleeps in C", "swallows", "closes everything"])
def test_a_job_that_never_ends_is_killed_after_its_time(how):
    start = time.monotonic()
    failure = misbehaves(how, seconds=1.0, n=2)
    assert failure == "took longer than 1 s"
    assert time.monotonic() - start < 10


def test_without_fork_a_job_that_never_ends_is_killed_too(monkeypatch):
    monkeypatch.setattr(pool, "CAN_FORK", False)
    assert misbehaves("swallows", seconds=4.0, n=2) == "took longer than 4 s"


@pytest.mark.parametrize("how", ["needs memory", "needs memory bit by bit"])
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells the address space in use")
def test_a_job_that_needs_too_much_memory_fails_with_the_bound(way, how):
    limits = Limits(seconds=60, memory_mb=300)
    ended = list(do_each("process_jobs:misbehave", [{"how": how}], 1, limits))
    assert ended == [Ended(0, {"how": how}, "needed more than 300 MB")]


def test_a_file_that_grows_for_ever_is_stopped():
    limits = Limits(seconds=30, output_mb=1)
    (ended,) = do_each("process_jobs:misbehave", [{"how": "grows a file"}], 1, limits)
    assert ended.failure == "OSError"


def test_a_job_may_start_processes_of_its_own():
    assert misbehaves("uses a pool") == ""


def test_a_copy_that_a_job_makes_of_itself_is_not_heard(way):
    told, failures = done("misbehave", [{"how": "goes on as two"}])
    assert (told, failures) == ([[{"how": "goes on as two"}]], [""])


def test_a_job_that_dies_is_begun_once_more_for_what_it_did_not_tell(way):
    told, failures = done("die_once", [{"parts": ["kk", "ru", "en"]}])
    assert told == [[{"part": part, "told_before": before} for part, before in
                     [("kk", []), ("ru", ["kk"]), ("en", ["kk"])]]]  # fmt: skip
    assert failures == [""]


@pytest.mark.parametrize(("work", "times"), [("die_always", "xx"), ("fail_and_count", "x")])
def test_death_is_tried_once_more_and_an_error_is_not(way, tmp_path, work, times):
    _, (failure,) = done(work, [{"count": str(tmp_path / "count")}])
    assert failure == {"die_always": "its process died (exit 3)", "fail_and_count": "ValueError"}[work]
    assert (tmp_path / "count").read_text() == times


def test_a_time_limit_is_not_tried_again(tmp_path):
    start = time.monotonic()
    assert misbehaves("hangs", seconds=2.0) == "took longer than 2 s"
    assert time.monotonic() - start < 4.5


def test_results_do_not_depend_on_the_number_of_workers():
    jobs = [{"place": place} for place in range(12)]
    numpy = {"prepare": "process_jobs:open_for_all", "arguments": {"module": "numpy"}}  # as `warm` imports it
    first, *others = [done("draw", jobs, n, **numpy)[0] for n in (1, 2, 8)]
    assert others == [first, first]
    assert len({words["numpy"] for (words,) in first}) == 1


def test_what_a_job_prints_is_seen_nowhere(way, capfd):
    told, _ = done("print_much", [{}])
    assert told == [[{"printed": True}]]
    assert capfd.readouterr() == ("", "")


# What is left behind ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "failure"),
    [("starts sleepers", ""), ("starts sleepers and hangs", "took longer than 2 s"),
     ("starts sleepers and dies", "its process died (exit 0)")],
)  # fmt: skip
def test_what_a_job_started_ends_with_it(tmp_path, how, failure):
    pids = tmp_path / "pids"
    assert misbehaves(how, seconds=2.0, pids=str(pids)) == failure
    assert all_gone(written_pids(pids))


@needs_fork
def test_what_a_job_started_ends_with_it_and_not_only_with_the_run(tmp_path):
    jobs = [{"how": "starts sleepers", "pids": str(tmp_path / "pids")}, {"how": "hangs"}]
    events = do_each("process_jobs:misbehave", jobs, 2, Limits(seconds=60))
    assert next(event for event in events if isinstance(event, Ended)).failure == ""
    in_group, in_own_session, copy, job = written_pids(tmp_path / "pids")
    assert all_gone([in_group, copy, job], 1.0)
    events.close()
    assert all_gone([in_own_session], 1.0)


def test_without_fork_what_a_job_started_ends_with_it_too(tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "CAN_FORK", False)
    pids = tmp_path / "pids"
    assert misbehaves("starts sleepers", pids=str(pids)) == ""
    assert all_gone(written_pids(pids))


def test_a_run_that_is_given_up_leaves_no_process_and_no_folder(way, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    jobs = [{"how": "starts sleepers and hangs", "pids": str(tmp_path / f"pids{n}")} for n in range(2)]
    events = do_each("process_jobs:misbehave", [{"how": "well"}, *jobs], 3, Limits(seconds=60))
    next(events)
    pids = [pid for n in range(2) for pid in written_pids(tmp_path / f"pids{n}")]
    assert all(map(is_alive, pids))
    events.close()
    assert all_gone(pids)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pids0", "pids1"]


def test_a_whole_run_leaves_no_folder(way, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    told, _ = done("leave_files", [{}, {}, {}])
    assert [words["mode"] for (words,) in told] == [0o600] * 3
    assert all(words["folder"].startswith(str(tmp_path)) for (words,) in told)
    assert list(tmp_path.iterdir()) == []


def test_a_job_without_room_for_its_folder_fails_with_the_reason(tmp_path, monkeypatch):
    if not CAN_FORK:
        pytest.skip("this system can't fork")
    read_only = {"prepare": "process_jobs:open_for_all", "arguments": {"is_full": True}}
    assert (
        done("square", [{"number": 1}, {"number": 2}], **read_only)[1]
        == ["has no private folder: No space left on device"] * 2
    )


def test_a_folder_that_a_job_names_stays(way, tmp_path):
    told, _ = done("leave_files", [{"folder": str(tmp_path)}])
    assert told[0][0]["folder"] == str(tmp_path)
    assert (tmp_path / "left").read_text() == "words"


RUNNER = """
import sys
sys.path.append({tests!r})
from coursewaves.workers import pool
pool.CAN_FORK = {can_fork}
pool.COMMAND = {command!r}
jobs = [{{"how": "starts sleepers and hangs", "pids": path}} for path in sys.argv[1:]]
for event in pool.do_each("process_jobs:misbehave", jobs, 2):
    print(event, flush=True)
"""


def start_runner(*paths: Path, can_fork: bool = True) -> subprocess.Popen:
    """Start a process that runs jobs, to be killed."""
    script = RUNNER.format(tests=str(TESTS), command=pool.COMMAND, can_fork=can_fork)
    return subprocess.Popen([sys.executable, "-c", script, *map(str, paths)], stdout=subprocess.PIPE, text=True)


def children_of(pid: int) -> list[int]:
    """The processes that a process started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_nothing_is_alive_two_seconds_after_the_runner_was_ended(way, tmp_path, number):
    paths = [tmp_path / "a", tmp_path / "b"]
    with start_runner(*paths, can_fork=way == "forked") as runner:
        pids = [pid for path in paths for pid in written_pids(path)]
        foremen = children_of(runner.pid)
        assert foremen
        os.kill(runner.pid, number)
        runner.wait()
        assert all_gone([*foremen, *pids], 2.0)


@needs_fork
def test_a_runner_that_is_killed_while_the_overseer_still_imports_leaves_nothing(tmp_path, heavy_foreman):
    with start_runner(tmp_path / "a") as runner:
        until = time.monotonic() + 10
        while not (foremen := children_of(runner.pid)) and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.5)
        runner.kill()
        runner.wait()
        assert foremen
        assert all_gone(foremen, 2.0)


@needs_fork
def test_an_overseer_that_is_killed_takes_its_copies_along_and_another_goes_on(tmp_path):
    jobs = [{"how": "well"}, {"how": "starts sleepers and hangs", "pids": str(tmp_path / "pids")}, {"how": "well"}]
    with Foreman() as foreman:
        events = do_each("process_jobs:misbehave", jobs, 1, Limits(seconds=3), foreman=foreman)
        assert isinstance(next(events), Told)
        pids = written_pids(tmp_path / "pids")
        foreman.process.kill()
        assert all_gone(pids[3:], 1.0)  # the copy itself, before anybody swept
        ended = {event.place: event.failure for event in events if isinstance(event, Ended)}
    assert ended == {0: "", 1: "took longer than 3 s", 2: ""}
    assert all_gone(pids)


@needs_fork
def test_an_overseer_that_can_do_nothing_fails_every_job(monkeypatch):
    monkeypatch.setattr(pool, "COMMAND", [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"])
    _, failures = done("square", [{"number": 1}, {"number": 2}])
    assert failures == ["its process died (SIGKILL)"] * 2


@needs_fork
def test_a_process_that_may_start_none_by_multiprocessing_can_do_jobs():
    script = (
        "import multiprocessing, sys\n"
        f"sys.path.append({str(TESTS)!r})\n"
        "from coursewaves.workers import pool\n"
        f"pool.COMMAND = {pool.COMMAND!r}\n"
        "def run():\n"
        "    for event in pool.do_each('process_jobs:square', [{'number': 7}], 1):\n"
        "        print(event[2], flush=True)\n"
        "process = multiprocessing.get_context('fork').Process(target=run, daemon=True)\n"
        "process.start(); process.join()\n"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout == "{'square': 49}\n\n"


@needs_fork
@pytest.mark.slow
def test_five_hundred_jobs_make_the_overseer_no_larger():
    with Foreman() as foreman:
        sizes, handles = [], []
        jobs = [{"number": number} for number in range(500)]
        for event in do_each("process_jobs:square", jobs, 2, foreman=foreman):
            if isinstance(event, Ended) and event.place % 100 == 99 and event.place < 480:
                status = Path(f"/proc/{foreman.process.pid}/status").read_text()
                sizes.append(int(status.partition("VmRSS:")[2].split()[0]))
                handles.append(len(list(Path(f"/proc/{foreman.process.pid}/fd").iterdir())))
    assert len(sizes) == 4
    assert sizes[-1] - sizes[0] < 2_000
    assert max(handles) - min(handles) <= 4  # the pipes of two copies


def test_everything_can_be_imported_where_there_is_no_fork():
    script = (
        "import os, signal, sys, time\n"
        "import filelock, multiprocessing, pydantic, subprocess, tempfile, zoneinfo\n"
        "for name in ('fork', 'setsid', 'killpg', 'getpgid', 'waitstatus_to_exitcode'):\n"
        "    delattr(os, name)\n"
        "for name in ('SIGKILL', 'SIGCHLD', 'SIGHUP', 'SIGALRM', 'setitimer', 'ITIMER_REAL'):\n"
        "    delattr(signal, name)\n"
        "sys.modules.update(fcntl=None, resource=None)\n"
        "del time.tzset\n"
        "sys.platform = 'win32'\n"
        "from coursewaves.system import isolation, limits, locks, processes\n"
        "from coursewaves.workers import child, foreman, overseer, pool\n"
        "limits.bound_process(limits.Limits())\n"
        "limits.lift_memory_bound()\n"
        "print(pool.CAN_FORK, sorted(isolation.isolated_environment(isolation.PACKAGE, {}))[:1])\n"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (found.stdout, found.stderr) == ("False ['APPDATA']\n", "")
