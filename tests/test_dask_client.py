"""Speaking with a scheduler, as far as no scheduler is needed: what is missing, what is said, what is not."""

import builtins
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from coursewaves.cluster import reports as cluster
from coursewaves.cluster.dask_client import DroppedError, LostError, connected, reason_of, reply_of, workers_of
from coursewaves.cluster.parcels import Task
from coursewaves.cluster.reports import on_cluster
from coursewaves.cluster.storage import Storage
from coursewaves.errors import CoursewavesError
from coursewaves.settings.home import Home
from coursewaves.system.limits import Limits


class KilledWorker(Exception):
    pass


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (KilledWorker("a participant's words"), "its process died"),
        (ModuleNotFoundError("No module named 'coursewaves'"), "the worker has another version of coursewaves"),
        (AttributeError("make_on_worker"), "the worker has another version of coursewaves"),
        (KeyError("a participant's words"), "the worker failed: KeyError"),
    ],
)
def test_what_became_of_a_task_is_named_without_the_text_of_an_error(error, reason):
    assert reason_of(error) == reason


@pytest.mark.parametrize("address", ["", "host", "host:8786", "8786"])
def test_an_address_without_a_protocol_is_refused_before_dask_would_start_a_cluster_of_its_own(tmp_path, address):
    with pytest.raises(CoursewavesError, match="fix: name it as 'tcp://host:8786'"):
        on_cluster(Home(tmp_path), address)


def test_without_dask_the_fix_is_told(monkeypatch):
    usual = builtins.__import__

    def without(name, *more):
        if name.partition(".")[0] == "distributed":
            raise ImportError(name=name)
        return usual(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(CoursewavesError, match=r"needs the library distributed; fix: pip install 'coursewaves\[clus"):
        connected("tcp://127.0.0.1:1").__enter__()


def test_naming_a_cluster_imports_nothing_of_dask(tmp_path):
    import subprocess
    import sys

    script = (
        "import sys; from pathlib import Path; from coursewaves.cluster.reports import on_cluster\n"
        "from coursewaves.settings.home import Home\n"
        "on_cluster(Home(Path()), 'tcp://host:1')\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'dask', 'distributed', 'fsspec'}))"
    )
    library = Path(__file__).parents[1] / "lib"
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path,
        env={"PYTHONPATH": str(library)},
    )  # fmt: skip
    assert found.stdout == "[]\n"


def test_while_dask_is_used_its_logs_are_silent_and_afterwards_they_are_as_before():
    pytest.importorskip("distributed")
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client", "tornado", "asyncio")]
    before = [logger.level for logger in loggers]
    connection = connected("nothing://x")
    with pytest.raises(Exception, match="can't be reached"):
        connection.__enter__()
    assert [logger.level for logger in loggers] == before


# What comes late, and what is gone -------------------------------------------------------------------


class Future:
    """A task of Dask; its `results` are what is given, or raised, when it is asked for one."""

    def __init__(self, status: str, *results: Any) -> None:
        self.status, self.results = status, [*results]

    def result(self, timeout: float) -> Any:
        found = self.results.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    def add_done_callback(self, tell: Any) -> None:
        tell(self)


class Client:
    """A client whose scheduler answers `answers`, or not where one is an error; what is submitted ends as `future`."""

    scheduler = type("Scheduler", (), {"ncores": None})

    def __init__(self, *answers: Any, status: str = "running", future: Future | None = None) -> None:
        self.answers, self.status, self.future, self.asked_of = [*answers], status, future, []

    def sync(self, call: Any, callback_timeout: float) -> Any:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def submit(self, call: Any, text: str, *, pure: bool, workers: list[str]) -> Future | None:
        self.asked_of.append(workers)
        return self.future


def test_a_scheduler_that_is_busy_is_asked_again_and_the_log_says_so(caplog):
    assert workers_of(Client(TimeoutError("words"), OSError("words"), {"tcp://a": 1})) == ["tcp://a"]
    assert [record.getMessage() for record in caplog.records] == [
        "the cluster's scheduler does not answer: TimeoutError", "the cluster's scheduler does not answer: OSError"
    ]  # fmt: skip


@pytest.mark.parametrize(("status", "n_asked"), [("running", 3), ("connecting", 3), ("closed", 0)])
def test_a_scheduler_that_never_answers_is_gone_and_none_is_asked_twice_by_a_client_that_gave_up(
    status, n_asked, caplog
):
    with pytest.raises(LostError, match="the cluster's scheduler is gone"):
        workers_of(Client(TimeoutError(), status=status))
    assert len(caplog.records) == n_asked


@pytest.mark.parametrize("future", [
    Future("lost"), Future("cancelled"), Future("pending"), Future("finished", TimeoutError()),
    Future("finished", OSError("the worker that held it is gone")),
])  # fmt: skip
def test_a_reply_that_is_not_there_any_more_can_be_asked_for_again(future):
    with pytest.raises(DroppedError):
        reply_of(future)


def test_a_reply_is_read_and_an_error_of_the_task_itself_is_raised():
    assert reply_of(Future("finished", '{"unfit": ""}')) == {"unfit": ""}
    with pytest.raises(TimeoutError):
        reply_of(Future("error", TimeoutError()))
    with pytest.raises(json.JSONDecodeError):
        reply_of(Future("finished", "no reply of ours"))


JOB = {"kind": "course", "subject_id": "P01-01", "about": {}, "pages": [["kk", "T"]], "formats": []}
TASK = Task("", "", "", "", "", [], {}, "course", "P01-01", {}, JOB["pages"], [])


def doing(tmp_path: Path, client: Client) -> Any:
    """A run on a cluster that has asked the worker ``tcp://a`` for one report."""
    found = cluster._Doing(Home(tmp_path), client, Storage(str(tmp_path / "storage")), Limits(), [JOB])
    found.tasks[0] = TASK
    found._submit(0, ["tcp://a"])
    return found


def test_a_reply_that_is_dropped_again_and_again_fails_its_report_alone(tmp_path):
    client = Client({"tcp://a": 1, "tcp://b": 1}, future=Future("lost"))
    run = doing(tmp_path, client)
    told = [event for _ in range(6) for event in run._end(0, client.future)]
    assert client.asked_of == [["tcp://a"]] * 6  # once, and five times again
    assert told[0].words == {"language": "kk", "failure": "the cluster dropped what became of it"}
    assert (len(told), run.futures) == (2, {})


def test_what_a_worker_that_is_gone_replied_is_asked_of_any(tmp_path):
    client = Client({"tcp://b": 1}, future=Future("lost"))
    assert list(doing(tmp_path, client)._end(0, client.future)) == []
    assert client.asked_of == [["tcp://a"], []]
