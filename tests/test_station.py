"""What a worker does with a task, without Dask: it takes nothing that is not what was meant, and keeps nothing."""

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import handmade
from coursewaves.cluster import station
from coursewaves.cluster.parcels import Task, input_name, pack, pack_year, program_digest
from coursewaves.cluster.station import make_on_worker
from coursewaves.cluster.storage import Storage, as_told, sealed, unsealed
from coursewaves.partitions.cutting import write_partitions
from coursewaves.partitions.pooled import pool_year
from coursewaves.processed.contents import Contents, digest, settings_digest, write_contents
from coursewaves.processed.year import Year
from coursewaves.settings.formats import files_of
from coursewaves.settings.home import Home
from coursewaves.system.limits import Limits
from coursewaves.system.processes import CAN_FORK
from coursewaves.workers import pool

TESTS = Path(__file__).parent
NO_INPUTS = "The worker finds no inputs in the storage; fix: let all machines reach the same one"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the jobs here misbehave as on POSIX systems")
needs_fork = pytest.mark.skipif(not CAN_FORK, reason="this system can't fork")


@pytest.fixture(autouse=True)
def own_station(monkeypatch, tmp_path):
    """A station of the test's own, whose overseer imports next to nothing and takes the tests' own jobs."""
    command = [sys.executable, "-P", str(TESTS / "foreman_of_tests.py"), "coursewaves.errors"]
    monkeypatch.setattr(pool, "COMMAND", command)
    monkeypatch.setattr(station, "WORK", "process_jobs:make_pages")
    monkeypatch.setattr(station, "_own", threading.local())
    monkeypatch.setattr(station, "_address", lambda: "tcp://here")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    yield
    found = getattr(station._own, "station", None)
    if found is not None:
        found.idle.cancel()
        found.close()


@pytest.fixture
def storage(tmp_path) -> Storage:
    return Storage(f"{tmp_path}/mount")


@pytest.fixture
def task(survey, tmp_path, storage) -> Task:
    """One course with its inputs in the storage, asked for in two languages."""
    home = Home(tmp_path / "institute")
    home.root.mkdir()
    year = Year(home)
    made = handmade.year(survey, n=12)
    year.__dict__.update({name: found for name, found in made.__dict__.items() if name not in ("home", "partition")})
    home.__dict__.update(survey=survey)
    (entry,) = write_partitions(year, pool_year(year))
    shared = pack(home)
    storage.write(input_name(digest(shared)), shared)
    storage.write(input_name(entry.sha256), home.partition("A-1").read_bytes())
    return Task(
        storage.url, program_digest(), digest(shared), settings_digest(home), entry.sha256, ["kk", "en"],
        Limits(seconds=60).model_dump(), "course", "A-1", {"course_id": "A-1"},
        [["kk", "Play (A-1)"], ["en", "Play (A-1)"]], [],
    )  # fmt: skip


def told(task: Task) -> Any:
    return json.loads(make_on_worker(json.dumps(task._asdict())))


def failures(task: Task) -> set[str]:
    """The failures of all pages; there is no page then."""
    pages = told(task)["pages"]
    assert {page["language"] for page in pages} == {"kk", "en"}
    return {page["failure"] for page in pages}


def left(tmp_path: Path) -> list[str]:
    """Partitions that a worker has left in its temporary folder."""
    return [path.name for path in tmp_path.glob("coursewaves-run-*/home/data/processed/courses/*")]


def test_pages_are_made_from_the_inputs_and_stored_and_their_hashes_told(task, storage, tmp_path):
    reply = told(task)
    assert reply["unfit"] == ""
    for page in reply["pages"]:
        text = unsealed(storage.read(task.page_name(page["language"])))
        assert text == f"{page['language']} Play (A-1) 12 forms"
        assert page["sha256"] == digest(text.encode())
    assert [page["language"] for page in reply["pages"]] == ["kk", "en"]
    assert left(tmp_path) == []


def test_the_other_formats_of_a_page_are_stored_with_it_under_a_name_of_their_own(task, storage):
    asked = task._replace(formats=["json", "xlsx"])
    assert [page["language"] for page in told(asked)["pages"]] == ["kk", "en"]
    words = as_told(unsealed(storage.read(asked.page_name("kk"))))
    page = "kk Play (A-1) 12 forms"
    assert words["page"] == page
    assert files_of(words) == {name: f"{name} of {page}".encode() for name in ("json", "xlsx")}
    assert storage.read(task.page_name("kk")) is None


def test_a_page_that_is_there_is_not_made_again(task, storage):
    storage.write(task.page_name("kk"), sealed("made before"))
    assert told(task)["pages"][0] == {"language": "kk", "sha256": digest(b"made before")}
    assert unsealed(storage.read(task.page_name("kk"))) == "made before"


def test_a_page_that_is_there_in_part_is_made_again(task, storage):
    storage.write(task.page_name("kk"), sealed("made before")[:-9])
    told(task)
    assert unsealed(storage.read(task.page_name("kk"))) == "kk Play (A-1) 12 forms"


def test_a_report_on_more_than_one_course_reads_the_whole_year(task, storage, tmp_path):
    home = Home(tmp_path / "institute")
    table = pd.DataFrame({"wave": [1, 1, 2]})
    table.to_parquet(home.processed / "responses.parquet")
    write_contents(home, Contents({}, {"responses": ""}, [], []))
    whole = pack_year(home)
    storage.write(input_name(digest(whole)), whole)
    year = task._replace(kind="period", subject_id="year", about={}, data=digest(whole), pages=[["kk", "Year"]])
    assert "sha256" in told(year)["pages"][0]
    assert unsealed(storage.read(year.page_name("kk"))) == "kk Year 2 forms"
    storage.remove(input_name(digest(whole)))  # fetched once for all reports of the year
    assert "sha256" in told(year._replace(pages=[["en", "Year"]]))["pages"][0]


@needs_fork
def test_an_overseer_stays_from_task_to_task(task, storage):
    told(task)
    first = station._own.station
    told(task._replace(pages=[["kk", "Again (A-1)"]]))
    assert station._own.station is first
    assert first.n_jobs == 2
    assert first.foreman.process.poll() is None
    told(task._replace(limits=Limits(seconds=50).model_dump(), pages=[["kk", "Third (A-1)"]]))
    assert station._own.station is not first
    assert first.is_closed
    assert not first.folder.exists()


def test_a_system_that_can_not_fork_makes_the_same_pages(task, storage, monkeypatch, tmp_path):
    monkeypatch.setattr(station, "CAN_FORK", False)
    monkeypatch.setattr(pool, "CAN_FORK", False)
    monkeypatch.setattr(station, "WARM_UP", "")
    assert all("sha256" in page for page in told(task)["pages"])
    assert unsealed(storage.read(task.page_name("en"))) == "en Play (A-1) 12 forms"
    assert left(tmp_path) == []


@needs_fork
def test_a_station_without_tasks_closes_and_its_folder_goes(task, monkeypatch):
    monkeypatch.setattr(station, "IDLE_SECONDS", 0.2)
    told(task)
    found = station._own.station
    until = time.monotonic() + 20
    while found.foreman.process.returncode is None and time.monotonic() < until:
        time.sleep(0.05)
    assert found.is_closed
    assert not found.folder.exists()
    assert found.foreman.process.poll() is not None
    assert all("sha256" in page for page in told(task._replace(pages=[["kk", "New (A-1)"], ["en", "New"]]))["pages"])


# What is not what was meant --------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["shared", "data"])
def test_an_input_that_was_changed_is_refused(task, storage, tmp_path, which):
    name = input_name(getattr(task, which))
    content = bytearray(storage.read(name))
    content[len(content) // 2] ^= 1
    storage.write(name, bytes(content))
    assert failures(task) == {"The inputs were changed in the storage"}
    assert left(tmp_path) == []


@pytest.mark.parametrize("which", ["shared", "data"])
def test_an_input_that_is_missing_is_told(task, storage, which):
    storage.remove(input_name(getattr(task, which)))
    assert failures(task) == {NO_INPUTS}


def test_a_storage_that_the_worker_does_not_reach_is_told(task, tmp_path):
    assert failures(task._replace(storage=f"file://{tmp_path}/elsewhere")) == {NO_INPUTS}


def test_another_version_is_refused_by_name_and_the_worker_is_named(task):
    other = task._replace(program="0" * 64)
    assert failures(other) == {"the worker has another version of coursewaves"}
    assert told(other)["unfit"] == "tcp://here"


def test_settings_that_are_not_the_runners_are_refused(task, tmp_path):
    assert failures(task._replace(settings="0" * 64)) == {"The settings are not the runner's any more"}
    assert list(tmp_path.glob("coursewaves-run-*")) == []


@pytest.mark.parametrize("name", ["../A-1", "a/b", "/A-1", "a/../../../../x"])
def test_a_subject_that_leads_out_of_the_folder_is_refused(task, tmp_path, name):
    assert failures(task._replace(subject_id=name)) == {"The subject's name leads out of the work folder"}
    assert not (tmp_path / "x.zip").exists()


# Jobs that misbehave ---------------------------------------------------------------------------------


def test_a_language_whose_process_dies_fails_alone(task, storage):
    pages = told(task._replace(pages=[["kk", "die"], ["en", "Play"]]))["pages"]
    assert pages[0] == {"language": "kk", "failure": "its process died (SIGKILL)"}
    assert pages[1]["language"] == "en"
    assert unsealed(storage.read(task._replace(pages=[["en", "Play"]]).page_name("en"))) == "en Play 12 forms"


def test_a_failure_that_is_told_is_passed_on_and_nothing_is_stored(task, storage):
    asked = task._replace(pages=[["kk", "fail"], ["en", "Play"]])
    assert told(asked)["pages"][0] == {"language": "kk", "failure": "cell `x`: KeyError"}
    assert storage.read(asked.page_name("kk")) is None


@needs_fork
def test_an_overseer_that_dies_is_followed_by_another(task, storage):
    told(task._replace(pages=[["kk", "First"]]))
    station._own.station.foreman.kill()
    pages = told(task)["pages"]
    assert [set(page) for page in pages] == [{"language", "sha256"}] * 2


def test_an_error_of_the_workers_own_is_named_by_its_class_alone(task, monkeypatch):
    def fail(storage, sha256):
        raise KeyError("a participant's words")

    monkeypatch.setattr(station, "fetched", fail)
    assert failures(task) == {"the worker failed: KeyError"}


def test_a_page_that_can_not_be_stored_is_a_failure(task, storage, tmp_path):
    (tmp_path / "mount" / "pages").write_text("")
    assert failures(task) == {"Can't read the storage: Not a directory"}
