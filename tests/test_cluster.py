"""A run on many machines: the same bytes as on one, whatever dies on the way, and nothing stays behind."""

import importlib
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cluster_of_tests import LIBRARY, Cluster
from coursewaves.cli import app
from coursewaves.cluster import dask_client
from coursewaves.cluster import reports as cluster
from coursewaves.cluster.reports import on_cluster
from coursewaves.cluster.storage import Storage
from coursewaves.errors import CoursewavesError
from coursewaves.processed.year import Year
from coursewaves.publishing.manifest import read_manifest
from coursewaves.publishing.plan import plan_reports
from coursewaves.publishing.publish import Outcome, here, make_reports
from coursewaves.settings.home import Home
from coursewaves.workers.pool import Told

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="workers here are killed as on POSIX systems"),
]

LANGUAGES = ("kk", "en")
FOUR = ("P01-01", "P01-02", "P02-01", "P02-02")


@pytest.fixture(scope="module")
def local(loaded_year: Year, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The hash of every page as this machine makes it."""
    return hashes(made(copied(loaded_year, tmp_path_factory.mktemp("local")), lambda home: here(home, 2)))


@pytest.fixture
def home(loaded_year: Year, tmp_path: Path) -> Home:
    """The example year with nothing published."""
    return copied(loaded_year, tmp_path / "runner")


@pytest.fixture
def clusters(tmp_path: Path) -> Iterator[Callable[..., Cluster]]:
    """Starts clusters; a worker's argument is how it misbehaves."""
    started: list[Cluster] = []

    def start(*workers: str, **more: Any) -> Cluster:
        folder = tmp_path / f"cluster-{len(started)}"
        folder.mkdir()
        started.append(Cluster(folder, *workers, **more))
        return started[-1]

    yield start
    for one in started:
        one.end()


def copied(year: Year, folder: Path) -> Home:
    root = folder / "institute"
    shutil.copytree(year.home.root, root, ignore=shutil.ignore_patterns("reports"))
    return Home(root)


def made(
    home: Home, do: Callable[[Home], Any], *courses: str, done: Callable[[Outcome], None] = lambda outcome: None
) -> list[Outcome]:
    return make_reports(home, plan_reports(home, courses, LANGUAGES, ["course"], anew=True), do(home), done)


def hashes(outcomes: list[Outcome]) -> dict[str, str]:
    return {outcome.job.path: outcome.sha256 for outcome in outcomes}


def failures(outcomes: list[Outcome]) -> dict[str, str]:
    return {outcome.job.path: outcome.failure for outcome in outcomes if outcome.failure}


def of(local: dict[str, str], *courses: str) -> dict[str, str]:
    return {path: sha256 for path, sha256 in local.items() if path.partition("/")[2].partition(".")[0] in courses}


def kept(storage: Path) -> list[str]:
    """What lies in a storage: the folder and what it is."""
    return sorted(path.relative_to(storage).parts[0] for path in storage.rglob("*") if path.is_file())


def until(holds: Callable[[], bool], seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


def test_a_cluster_publishes_the_same_bytes_as_one_machine_and_prints_nothing(
    home, local, clusters, tmp_path, capfd, monkeypatch
):
    one = clusters("", "")
    storage = tmp_path / "mount"
    outcomes = made(home, lambda found: on_cluster(found, one.address, f"file://{storage}"))
    assert failures(outcomes) == {}
    assert len(local) == 24
    assert hashes(outcomes) == local
    assert {page["path"]: page["sha256"] for page in read_manifest(home)} == local
    assert capfd.readouterr() == ("", "")
    assert kept(storage) == ["inputs"]  # what holds no answers
    assert not (home.processed / "cluster").exists()
    assert [path for path in tmp_path.glob("cluster-0/worker-*/coursewaves-*") if list(path.rglob("P*.zip"))] == []


def test_a_worker_that_is_killed_in_the_middle_costs_no_page_and_leaves_nothing(home, local, clusters):
    one = clusters("is slow", "is slow")
    killed: list[str] = []

    def kill(outcome: Outcome) -> None:
        if not killed:
            killed.append(outcome.job.path)
            assert one.left_in(1)  # it has a station
            one.kill(one.workers[0])

    outcomes = made(home, lambda found: on_cluster(found, one.address), *FOUR, done=kill)
    assert killed
    assert failures(outcomes) == {}
    assert hashes(outcomes) == of(local, *FOUR)
    assert until(lambda: not one.left_in(1))


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The clients by which a run speaks with its cluster."""
    found: list[Any] = []
    connected = dask_client.connected

    @contextmanager
    def watched(address: str) -> Iterator[Any]:
        with connected(address) as client:
            found.append(client)
            yield client

    monkeypatch.setattr(cluster, "connected", watched)
    return found


def test_a_worker_that_dies_with_replies_that_nobody_has_fetched_costs_no_page(home, local, clusters, clients):
    """As on a busy machine, whose runner publishes more slowly than its workers work."""
    one = clusters("is slow")
    pages = home.processed / "cluster" / "pages"
    lost: list[Any] = []

    def find_lost() -> bool:
        lost[:] = [state for state in list(clients[0].futures.values()) if state.status == "lost"]
        return len(lost) > 1  # one is that of the task that is just being published

    def kill(outcome: Outcome) -> None:
        if not lost:
            assert until(lambda: len(list(pages.glob("*.html"))) >= 2 * len(LANGUAGES))
            time.sleep(0.5)  # the second reply is on its way
            one.kill(one.workers[0])
            one.add()
            assert until(find_lost)

    outcomes = made(home, lambda found: on_cluster(found, one.address), *FOUR, done=kill)
    assert len(lost) > 1
    assert failures(outcomes) == {}
    assert hashes(outcomes) == of(local, *FOUR)
    assert kept(home.processed / "cluster") == []


def test_a_connection_that_breaks_on_the_way_is_made_again_and_costs_no_page(home, local, clusters, clients, caplog):
    one = clusters("is slow", "is slow")
    broken: list[str] = []

    def cut(outcome: Outcome) -> None:
        if not broken:
            broken.append(outcome.job.path)
            clients[0].loop.add_callback(clients[0].scheduler_comm.comm.abort)

    outcomes = made(home, lambda found: on_cluster(found, one.address), *FOUR, done=cut)
    assert broken
    assert failures(outcomes) == {}
    assert hashes(outcomes) == of(local, *FOUR)
    assert "the cluster dropped what became of P0" in caplog.text


def test_a_scheduler_that_its_service_starts_again_costs_no_page(home, local, clusters, caplog):
    one = clusters("is slow", "is slow")
    services: list[threading.Timer] = []

    def kill(outcome: Outcome) -> None:
        if not services:
            one.kill(one.scheduler)
            services.append(threading.Timer(12, one.restart, ["is slow"]))
            services[0].start()

    outcomes = made(home, lambda found: on_cluster(found, one.address), *FOUR, done=kill)
    services[0].join()
    assert failures(outcomes) == {}
    assert hashes(outcomes) == of(local, *FOUR)
    assert "the cluster dropped what became of P0" in caplog.text
    assert kept(home.processed / "cluster") == []


def test_a_report_whose_process_dies_fails_alone(home, local, clusters):
    one = clusters("page dies: P01-02")
    outcomes = made(home, lambda found: on_cluster(found, one.address), *FOUR)
    assert failures(outcomes) == {"course/P01-02.en.html": "its process died (SIGKILL)"}
    assert hashes(outcomes) == of(local, *FOUR) | {"course/P01-02.en.html": ""}


def test_a_report_that_kills_every_worker_fails_alone(home, local, clusters):
    one = clusters("worker dies: P01-02", "worker dies: P01-02", allowed_failures=1)
    outcomes = made(home, lambda found: on_cluster(found, one.address), *FOUR)
    assert failures(outcomes) == dict.fromkeys(("course/P01-02.kk.html", "course/P01-02.en.html"), "its process died")
    assert hashes(outcomes) == of(local, *FOUR) | dict.fromkeys(failures(outcomes), "")


def test_workers_of_another_version_refuse_by_name(home, clusters):
    one = clusters("has another version")
    outcomes = made(home, lambda found: on_cluster(found, one.address), "P01-01")
    assert set(failures(outcomes).values()) == {"the worker has another version of coursewaves"}
    assert len(failures(outcomes)) == 2
    assert read_manifest(home) == []


def test_what_a_worker_of_another_version_refuses_is_made_by_one_of_the_same(home, local, clusters):
    one = clusters("has another version", "is slow")
    outcomes = made(home, lambda found: on_cluster(found, one.address), *FOUR)
    assert failures(outcomes) == {}
    assert hashes(outcomes) == of(local, *FOUR)


def test_a_scheduler_that_is_not_there_is_named_and_nothing_changes(home, monkeypatch, capfd):
    monkeypatch.setattr(dask_client, "CONNECT_SECONDS", 0.5)
    with pytest.raises(
        CoursewavesError,
        match=r"Can't begin: the cluster's scheduler can't be reached \(tcp://127.0.0.1:1\); fix: start it",
    ):
        made(home, lambda found: on_cluster(found, "tcp://127.0.0.1:1"), "P01-01")
    assert read_manifest(home) == []
    assert capfd.readouterr() == ("", "")


def test_the_command_makes_reports_on_a_cluster_and_ends_with_zero(home, local, clusters, tmp_path):
    one = clusters("")
    words = ["--home", str(home.root), "report", "-c", "P01-01", "-l", "kk", "--cluster", one.address]
    result = CliRunner().invoke(app, [*words, "--storage", str(tmp_path / "mount")])
    assert result.exit_code == 0
    assert "1 reports made, 0 failed" in result.output
    assert {page["path"]: page["sha256"] for page in read_manifest(home)}.items() <= local.items()
    assert kept(tmp_path / "mount") == ["inputs"]


def test_the_command_ends_with_two_where_there_is_no_scheduler_or_no_cluster_is_named(home, monkeypatch):
    monkeypatch.setattr(dask_client, "CONNECT_SECONDS", 0.5)
    words = ["--home", str(home.root), "report", "-c", "P01-01", "-l", "kk"]
    result = CliRunner().invoke(app, [*words, "--cluster", "tcp://127.0.0.1:1"])
    assert result.exit_code == 2
    assert "scheduler can't be reached (tcp://127.0.0.1:1)" in result.output
    result = CliRunner().invoke(app, [*words, "--storage", "s3://answers"])
    assert result.exit_code == 2
    assert "name it with --cluster" in result.output
    result = CliRunner().invoke(app, [*words, "--cluster", "host:8786"])
    assert result.exit_code == 2
    assert "name it as 'tcp://host:8786'" in result.output


def test_a_cluster_without_workers_is_told(home, clusters, monkeypatch):
    monkeypatch.setattr(dask_client, "WAIT_SECONDS", 0.5)
    one = clusters()
    with pytest.raises(CoursewavesError, match=r"Can't begin: the cluster has no workers \(tcp://.*\); fix: start it"):
        made(home, lambda found: on_cluster(found, one.address), "P01-01")


def test_when_the_scheduler_dies_on_the_way_what_was_published_stays_and_the_rest_is_named(
    home, local, clusters, capfd, monkeypatch
):
    monkeypatch.setattr(dask_client, "CONNECT_SECONDS", 1.0)
    one = clusters("is slow")

    def kill(outcome: Outcome) -> None:
        if outcome.job.path == "course/P01-01.kk.html":
            one.kill(one.scheduler)

    outcomes = made(home, lambda found: on_cluster(found, one.address), *FOUR, done=kill)
    assert set(failures(outcomes).values()) == {"the cluster's scheduler is gone"}
    published = {page["path"]: page["sha256"] for page in read_manifest(home)}
    assert {"course/P01-01.kk.html", "course/P01-01.en.html"} <= set(published)
    assert published == {path: sha256 for path, sha256 in of(local, *FOUR).items() if path not in failures(outcomes)}
    assert capfd.readouterr() == ("", "")


def test_a_storage_that_takes_nothing_is_named_before_anything_is_made(home, clusters, tmp_path):
    one = clusters("")
    (tmp_path / "file").write_text("")
    with pytest.raises(CoursewavesError, match="Can't write to the storage: "):
        made(home, lambda found: on_cluster(found, one.address, str(tmp_path / "file" / "below")), "P01-01")
    assert read_manifest(home) == []


def test_closing_the_generator_cancels_the_rest_and_leaves_no_answers_in_the_storage(home, local, clusters):
    one = clusters("is slow")
    events = on_cluster(home, one.address)(
        [
            {"kind": "course", "subject_id": name, "about": {"course_id": name}, "pages": [["kk", name]], "formats": []}
            for name in FOUR
        ]
    )
    assert isinstance(next(events), Told)
    events.close()
    storage = home.processed / "cluster"
    assert len(kept(storage / "inputs")) == 1  # what all share
    outcomes = made(home, lambda found: on_cluster(found, one.address), "P02-02")
    assert hashes(outcomes) == of(local, "P02-02")


RUNNER = """
import json, os, signal, sys
from pathlib import Path
from coursewaves.cluster.reports import on_cluster
from coursewaves.publishing.plan import plan_reports
from coursewaves.publishing.publish import make_reports
from coursewaves.settings.home import Home

def die(outcome):
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    home = Home(Path(sys.argv[1]))
    planned = plan_reports(home, json.loads(sys.argv[3]), json.loads(sys.argv[4]))
    make_reports(home, planned, on_cluster(home, sys.argv[2]), die)
"""


def test_a_run_after_the_runner_was_killed_takes_the_pages_that_were_made(home, local, clusters, tmp_path):
    one = clusters("is slow", "is slow")
    (tmp_path / "runner.py").write_text(RUNNER)
    command = [sys.executable, str(tmp_path / "runner.py"), str(home.root), one.address]
    killed = subprocess.run(
        [*command, json.dumps(FOUR), json.dumps(LANGUAGES)], env={"PYTHONPATH": str(LIBRARY)}, check=False
    )
    assert killed.returncode == -9
    pages = home.processed / "cluster" / "pages"
    assert until(lambda: len(list(pages.glob("*.html"))) >= 3)
    assert len(read_manifest(home)) == 1
    one.end()
    other = clusters("can't make")
    planned = plan_reports(home, FOUR, LANGUAGES)
    n_there = len(list(pages.glob("*.html")))
    outcomes = make_reports(home, planned, on_cluster(home, other.address), lambda outcome: None)
    well = {path: sha256 for path, sha256 in hashes(outcomes).items() if sha256}
    assert well.items() <= local.items()
    assert len(well) == n_there - 1  # the page that the runner had published lay there too
    assert set(failures(outcomes).values()) <= {"the worker failed: KeyError"}
    assert list(pages.iterdir()) == []


def test_an_object_store_serves_as_storage(home, local, clusters, tmp_path, monkeypatch):
    pytest.importorskip("s3fs")
    pytest.importorskip("moto.server")
    environment = {
        "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1",
    }  # fmt: skip
    with (tmp_path / "store.log").open("wb") as log:
        store = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], stdout=log, stderr=log
        )
    try:
        assert until(lambda: b"Running on" in (tmp_path / "store.log").read_bytes())
        told = (tmp_path / "store.log").read_text()
        environment["AWS_ENDPOINT_URL"] = told.partition("Running on ")[2].split()[0]
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        files = importlib.import_module("s3fs").S3FileSystem()
        files.mkdir("answers")
        one = clusters("", "", **environment)
        outcomes = made(home, lambda found: on_cluster(found, one.address, "s3://answers/of/us"), *FOUR)
        assert failures(outcomes) == {}
        assert hashes(outcomes) == of(local, *FOUR)
        left = Storage("s3://answers/of/us")
        assert len(left.sizes("inputs")) == 1
        assert left.sizes("pages") == {}
    finally:
        store.kill()
        store.wait()
