"""Runs in this process that are killed at each step, meet flipped bits, a full disk or another day: the next one heals.

In place of notebooks a painter makes pages of what a report may see, so that a run takes no second; what the real
command does with real notebooks and real kills stands in `test_faults`.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from coursewaves import load
from coursewaves.errors import CoursewavesError
from coursewaves.phrases import Phrases
from coursewaves.processed.contents import read_contents
from coursewaves.publishing import manifest, plan, publish
from coursewaves.publishing.manifest import read_manifest
from coursewaves.publishing.plan import load_reasons
from coursewaves.runs.logs import close_log
from coursewaves.runs.record import RunRecord, summary
from coursewaves.runs.run import produce, run
from coursewaves.settings.formats import as_words
from coursewaves.settings.home import BUILT_IN, Home
from coursewaves.simulate.damage import CANARIES
from coursewaves.system import PACKAGE
from coursewaves.system.locks import Busy, RunLock
from coursewaves.workers.pool import Ended, Told
from faults import differences, four_courses, state_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and modes here are those of POSIX systems"),
]

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

N_PAGES = 4

SETTINGS = "languages: [kk]\nkinds: [course]\n"

STRIDE = 1 if "COURSEWAVES_KILLS" in os.environ else 8
"""Of the steps on the disk, each this many-th is one at which a run is killed."""


class Painter:
    """Makes pages in place of notebooks, of all that a report may see; `fails` are told as failures."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fails: dict[str, str] = {}
        self.between: Callable[[], None] = lambda: None

    def __call__(self, jobs: list[dict[str, Any]]) -> Iterator[Told | Ended]:
        for place, job in enumerate(jobs):
            partition = Home(Path(job["home"])).partition(job["subject_id"]).read_bytes()
            for language, title in job["pages"]:
                self.between()
                self.asked.append(f"{job['subject_id']}.{language}")
                failure = self.fails.get(job["subject_id"])
                page = f"<html lang={language}>{title} {publish.digest(partition)}{'.' * 20_000}</html>"
                words = as_words(page, {name: f"{name} of {page}".encode() for name in job["formats"]})
                yield Told(place, job, {"language": language} | ({"failure": failure} if failure else words))
            yield Ended(place, job, "")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work folder of four courses that a run has brought up to date; only to be copied."""
    folder = four_courses(tmp_path_factory.mktemp("steps") / "institute")
    (folder / "coursewaves.yml").write_text(SETTINGS)
    assert ran(folder, Painter()).outcome == "done"
    return folder


@pytest.fixture
def folder(model, tmp_path) -> Iterator[Path]:
    """A work folder of the test's own."""
    shutil.copytree(model, tmp_path / "institute")
    yield tmp_path / "institute"
    close_log()


@pytest.fixture
def painter() -> Painter:
    return Painter()


def ran(folder: Path, painter: Painter, now: datetime = NOW) -> RunRecord:
    """Run once, as the command does in a process that has just begun."""
    return run(Home(folder), lambda home: painter, lambda: now)


def other_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have all reports due without a load, as after a new release of the notebooks."""
    hashes = {"notebook": "other", "library": "same", "phrases": "same"}
    monkeypatch.setattr(plan, "_of_program", lambda kind, language: hashes)


# Killed at each step ---------------------------------------------------------------------------------


class Killed(BaseException):
    """The process is gone: nothing reaches the disk any more."""


class Axe:
    """Kills a run at a step on the disk; a file or a line that is being written then is left half."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
        self.at, self.n_steps = at, 0
        of_paths = [(Path, name) for name in ("replace", "unlink", "write_bytes", "write_text", "mkdir")]
        for owner, name in [*of_paths, (os, "truncate"), (tempfile, "mkstemp"), (manifest, "_append")]:
            monkeypatch.setattr(owner, name, self.watched(getattr(owner, name)))

    def watched(self, do: Callable[..., Any]) -> Callable[..., Any]:
        def step(*given: Any, **more: Any) -> Any:
            self.n_steps += 1
            if self.n_steps < self.at:
                return do(*given, **more)
            if self.n_steps == self.at and len(given) > 1 and isinstance(given[1], bytes | str):
                do(given[0], given[1][: len(given[1]) // 2], **more)
            raise Killed

        return step


def n_steps(folder: Path) -> int:
    """Run to the end and return the steps that it took."""
    with pytest.MonkeyPatch.context() as patch:
        axe = Axe(patch, sys.maxsize)
        assert ran(folder, Painter()).outcome == "done"
    return axe.n_steps


def heals(folder: Path, model: Path, clean: Path, at: int) -> None:
    """Hold that a run of the model that is killed at a step leaves whole pages, and that the next is as a clean one."""
    shutil.copytree(model, folder)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        Axe(patch, at)
        ran(folder, Painter())
    old, now, new = (pages_of(place) for place in (model, folder, clean))
    assert all(now[name] in (old[name], new[name]) for name in old), f"a page is half, killed at step {at}"
    assert ran(folder, Painter()).exit_code == 0
    assert differences(state_of(folder), state_of(clean)) == [], f"killed at step {at}"
    shutil.rmtree(folder)


def pages_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "reports" / "course").glob("*.html")}


def test_a_run_that_is_killed_at_any_step_of_its_reports_is_made_good_by_the_next(folder, monkeypatch, tmp_path):
    other_notebook(monkeypatch)
    clean = tmp_path / "clean"
    shutil.copytree(folder, clean)
    last = n_steps(clean)
    assert last > 5 * N_PAGES
    for at in range(1, last + 1, STRIDE):
        heals(tmp_path / "killed", folder, clean, at)


def test_a_load_that_is_killed_on_its_way_is_made_good_by_the_next(folder, tmp_path):
    (folder / "coursewaves.yml").write_text(f"{SETTINGS}low_rated_below: 70\n")
    clean = tmp_path / "clean"
    shutil.copytree(folder, clean)
    last = n_steps(clean)
    for at in [*range(2, last, 20 * STRIDE), *range(last - 40, last, 2 * STRIDE)]:
        heals(tmp_path / "killed", folder, clean, at)


def test_a_line_of_the_journal_is_on_the_disk_before_its_page_is_written(folder, monkeypatch):
    (page,) = [page for page in read_manifest(Home(folder)) if page["id"] == "P01-01"]
    journal, synced = folder / "reports" / "manifest.journal", []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(journal.read_text(encoding="utf-8")))
    manifest.enter(Home(folder), page)
    assert [json.loads(line) for line in synced] == [page]


RUNNER = (
    "import time; from coursewaves.workers.pool import Foreman; foreman = Foreman(); print(flush=True); time.sleep(60)"
)


@pytest.mark.parametrize("after", [0.0, 0.8])
def test_a_runner_that_is_killed_while_its_overseer_imports_leaves_no_folder(tmp_path, after):
    environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, "-c", RUNNER]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as runner:
        assert runner.stdout is not None
        runner.stdout.readline()
        assert [path.name[:16] for path in tmp_path.iterdir()] == ["coursewaves-run-"]
        time.sleep(after)
        runner.kill()
    until = time.monotonic() + 10
    while any(tmp_path.iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    assert list(tmp_path.iterdir()) == []


# Flipped bits ----------------------------------------------------------------------------------------


def flip(path: Path, place: int) -> None:
    """Flip one bit of a file."""
    content = bytearray(path.read_bytes())
    content[place // 8] ^= 1 << place % 8
    path.write_bytes(content)


def places(path: Path, n: int) -> range:
    """So many bits of a file, from its first to its last."""
    n_bits = 8 * path.stat().st_size
    return range(3, n_bits, n_bits // n)


def test_a_flipped_bit_of_the_manifest_is_healed_by_the_next_run(folder):
    clean, path = state_of(folder), folder / "reports" / "manifest.json"
    whole = path.read_bytes()
    for place in places(path, 96 // STRIDE):
        flip(path, place)
        assert ran(folder, Painter()).exit_code == 0
        assert differences(state_of(folder), clean) == [], f"bit {place}"
        path.write_bytes(whole)


@pytest.mark.parametrize(
    ("name", "value"),
    [("made_at", "2026-11-24T03:00:;0+00:00"), ("made_at", "2026-11-24T03:00:00"), ("path", "../status.html"),
     ("is_stale", 0), ("inputs", []), ("title", "Another"), ("versions", {})],
)  # fmt: skip
def test_an_entry_of_the_manifest_that_can_not_be_so_is_made_anew(folder, name, value):
    clean, path = state_of(folder), folder / "reports" / "manifest.json"
    entries = json.loads(path.read_text(encoding="utf-8"))
    entries[0][name] = value
    path.write_text(json.dumps(entries), encoding="utf-8")
    record = ran(folder, Painter())
    assert (record.outcome, record.n_made) == ("done", 1 if name in ("title", "versions") else N_PAGES)
    assert differences(state_of(folder), clean) == []


def test_a_flipped_bit_of_what_was_loaded_is_found_refused_by_report_and_healed_by_run(folder, painter):
    clean = state_of(folder)
    contents = folder / "data" / "processed" / "contents.json"
    tables = [*contents.parent.glob("*.parquet"), *(contents.parent / "courses").glob("*.zip")]
    assert len(tables) > 20
    for path, place in [*((contents, place) for place in places(contents, 60)), *((path, 4321) for path in tables)]:
        whole = path.read_bytes()
        flip(path, place)
        with pytest.raises(CoursewavesError, match="; fix: coursewaves --home institute load"):
            produce(Home(folder), painter)
        assert load_reasons(Home(folder)), f"{path.name}, bit {place}"
        path.write_bytes(whole)
    assert (load_reasons(Home(folder)), painter.asked) == ([], [])
    flip(folder / "data" / "processed" / "responses.parquet", 4321)
    flip(folder / "data" / "processed" / "courses" / "P02-01.zip", 4321)
    (folder / "data" / "processed" / "scores.parquet").unlink()
    assert ran(folder, painter).n_loaded_files > 0
    assert (differences(state_of(folder), clean), painter.asked) == ([], [])


LOST = {
    "the record of the load": "data/processed/contents.json", "a table": "data/processed/responses.parquet",
    "a pooled table": "data/processed/pooled_programmes.parquet", "a course": "data/processed/courses/P01-02.zip",
    "a page": "reports/course/P02-01.kk.html", "the manifest": "reports/manifest.json",
}  # fmt: skip


@pytest.mark.parametrize("name", LOST.values(), ids=LOST)
def test_a_file_that_is_lost_is_made_again_as_it_was(folder, painter, name):
    clean = state_of(folder)
    (folder / name).unlink()
    n_made = {"reports/manifest.json": N_PAGES, "reports/course/P02-01.kk.html": 1}.get(name, 0)
    assert (ran(folder, painter).n_made, differences(state_of(folder), clean)) == (n_made, [])


def test_a_page_with_a_flipped_bit_is_made_anew_and_no_other(folder, painter):
    clean = state_of(folder)
    flip(folder / "reports" / "course" / "P01-02.kk.html", 4321)
    assert ran(folder, painter).n_made == 1
    assert (differences(state_of(folder), clean), painter.asked) == ([], ["P01-02.kk"])


# What changed ----------------------------------------------------------------------------------------


def partitions_of(folder: Path) -> dict[str, str]:
    contents = read_contents(Home(folder))
    assert contents is not None
    return {entry.course_id: entry.sha256 for entry in contents.courses}


def equals_a_clean_run(folder: Path) -> bool:
    """Whether all that is made is as a run makes it that finds nothing there."""
    clean = folder.with_name("clean")
    shutil.copytree(folder, clean, ignore=shutil.ignore_patterns("processed", "reports"))
    assert ran(clean, Painter()).outcome == "done"
    return differences(state_of(folder), state_of(clean)) == []


def test_a_programme_with_another_title_changes_its_own_courses_alone(folder, painter):
    before, path = partitions_of(folder), folder / "data" / "raw" / "registry" / "programmes.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace("P02,D2,", "P02,D2,Жаңа ", 1)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert ran(folder, painter).n_made == 2
    after = partitions_of(folder)
    assert painter.asked == ["P02-01.kk", "P02-02.kk"]
    assert [course_id for course_id in after if after[course_id] != before[course_id]] == ["P02-01", "P02-02"]
    assert equals_a_clean_run(folder)


@pytest.mark.parametrize(
    ("settings", "n_made"),
    [("low_rated_below: 70\n", 4), ("limits: {seconds: 90}\n", 0), ("schedule: {at: '04:00'}\n", 0)],
)
def test_a_setting_changes_what_hangs_on_it(folder, painter, settings, n_made):
    (folder / "coursewaves.yml").write_text(SETTINGS + settings)
    assert ran(folder, painter).n_made == n_made
    assert not n_made or equals_a_clean_run(folder)


def test_another_questionnaire_changes_every_report(folder, painter):
    shutil.copytree(BUILT_IN, folder / "instruments")
    path = folder / "instruments" / "b.yml"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert ran(folder, painter).n_made == N_PAGES
    assert equals_a_clean_run(folder)


def test_other_wordings_of_a_language_change_its_reports_alone(folder, painter, monkeypatch):
    (folder / "coursewaves.yml").write_text("languages: [kk, en]\nkinds: [course]\n")
    assert ran(folder, Painter()).n_made == 2 * N_PAGES
    known = plan._of_program
    changes = {"en": {"phrases": "other"}}
    monkeypatch.setattr(plan, "_of_program", lambda kind, language: known(kind, language) | changes.get(language, {}))
    assert ran(folder, painter).n_made == N_PAGES
    assert painter.asked == [f"{course_id}.en" for course_id in ("P01-01", "P01-02", "P02-01", "P02-02")]


# Days, and imports meanwhile -------------------------------------------------------------------------


def test_after_three_days_without_a_run_one_catches_up_and_the_next_has_nothing_to_do(folder, painter):
    (folder / "coursewaves.yml").write_text(f"{SETTINGS}low_rated_below: 70\n")
    late = NOW + timedelta(days=3, hours=7)
    assert ran(folder, painter, late).n_made == N_PAGES
    log = (folder / "logs" / "coursewaves.log").read_text(encoding="utf-8")
    assert "ERROR missed: a run was due at 2026-11-25 02:30" in log
    status = json.loads((folder / "reports" / "status.json").read_text(encoding="utf-8"))
    assert (status["missed"], status["last"]["outcome"]) == (False, "done")
    before = state_of(folder)
    record = ran(folder, painter, late + timedelta(hours=1))
    assert (record.outcome, record.exit_code, summary(record)) == (
        "nothing new",
        0,
        "nothing new: 4 reports are current",
    )
    assert differences(state_of(folder), before) == []


def test_on_another_day_the_index_tells_that_day_though_no_report_is_made(folder, painter):
    record = ran(folder, painter, NOW + timedelta(days=1))
    assert (record.outcome, record.n_made) == ("nothing new", 0)
    told = {name: (folder / "reports" / name).read_text(encoding="utf-8") for name in ("index.html", "due.html")}
    tomorrow = Phrases("kk").day((NOW + timedelta(days=1)).astimezone(Home(folder).settings.zone).date())
    assert all(" ".join(tomorrow.split()) in " ".join(page.split()) for page in told.values())


def test_a_run_whose_clock_went_back_changes_nothing_and_says_so(folder, painter):
    (folder / "coursewaves.yml").write_text(f"{SETTINGS}low_rated_below: 70\n")
    before = state_of(folder)
    record = ran(folder, painter, NOW - timedelta(days=1))
    assert (record.outcome, record.exit_code) == ("refused", 2)
    assert "reports/due.json is of 2026-11-24, later than 2026-11-23; fix: set the clock right" in summary(record)
    assert (differences(state_of(folder), before), painter.asked) == ([], [])
    assert ran(folder, painter).n_made == N_PAGES
    assert equals_a_clean_run(folder)


def test_a_damaged_status_of_the_day_refuses_a_run_before_it_begins(folder, painter):
    (folder / "coursewaves.yml").write_text(f"{SETTINGS}low_rated_below: 70\n")
    path = folder / "reports" / "due.json"
    path.write_bytes(path.read_bytes()[:-9])
    before = state_of(folder)
    record = ran(folder, painter)
    assert (record.outcome, record.exit_code) == ("refused", 2)
    assert "reports/due.json is damaged; fix: delete it" in summary(record)
    assert (differences(state_of(folder), before), painter.asked) == ([], [])
    path.unlink()
    assert ran(folder, painter).n_made == N_PAGES
    assert equals_a_clean_run(folder)


EXPORT = "data/raw/responses/wave2/P02_B_kk.csv"


@pytest.mark.parametrize("when", ["before it is read", "after it was read"])
def test_a_file_that_grows_during_a_run_is_loaded_by_the_next(folder, painter, monkeypatch, when):
    clean, path = state_of(folder), folder / EXPORT
    whole = path.read_bytes()
    path.write_bytes(whole[: int(0.6 * len(whole))])

    def reading(*given: Any) -> Any:
        if when == "before it is read":
            path.write_bytes(whole)
        found = read_home(*given)
        if when == "after it was read":
            path.write_bytes(whole)
        return found

    read_home = load.read_home
    monkeypatch.setattr(load, "read_home", reading)
    painter.between = lambda: path.write_bytes(whole) and None
    assert ran(folder, painter).exit_code == 0
    path.write_bytes(whole)
    record = ran(folder, painter)
    assert (record.exit_code, record.n_loaded_files) == (0, 10)
    assert differences(state_of(folder), clean) == []
    assert ran(folder, painter).outcome == "nothing new"


# A full disk -----------------------------------------------------------------------------------------


@pytest.fixture
def mounted(request, folder, tmp_path) -> Iterator[Callable[[int], None]]:
    """Give the reports, or what is named, a disk of so many bytes beyond what is there; the next call unmounts it."""
    place, kept = folder / getattr(request, "param", "reports"), tmp_path / "kept"
    shutil.copytree(place, kept)

    def unmount() -> None:
        if os.path.ismount(place):
            subprocess.run(["umount", place], check=True)

    def mount(free: int) -> None:
        unmount()
        size = sum(-(-path.stat().st_size // 4096) * 4096 for path in kept.rglob("*") if path.is_file()) + free
        asked = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place]
        if subprocess.run(asked, capture_output=True, check=False).returncode:
            pytest.skip("only root can mount a small disk")
        shutil.copytree(kept, place, dirs_exist_ok=True)

    yield mount
    unmount()


def test_a_disk_that_is_full_at_any_size_keeps_old_pages_and_is_healed_when_there_is_room(
    folder, mounted, monkeypatch, tmp_path
):
    old = pages_of(folder)
    other_notebook(monkeypatch)
    clean = tmp_path / "clean"
    shutil.copytree(folder, clean)
    ran(clean, Painter())
    reasons = set()
    for free in range(0, 28_000, 4_000):  # each block of the disk is the last one once
        mounted(free)
        record = ran(folder, Painter())
        reasons |= {failure.reason for failure in record.failures}
        assert pages_of(folder) == old  # the painter's pages of another notebook are the same
        vouched = {page["path"]: page["sha256"] for page in read_manifest(Home(folder))}
        assert vouched == {f"course/{name}": publish.digest(page) for name, page in old.items()}
        assert (record.outcome, record.exit_code) == (("failed", 1) if record.failures else ("done", 0))
        subprocess.run(["mount", "-o", "remount,size=10M", folder / "reports"], check=True)
        assert ran(folder, Painter()).exit_code == 0
        assert differences(state_of(folder), state_of(clean)) == [], f"{free} bytes free"
    full = "No space left on device"
    assert reasons == {f"can't write its page: {full}", f"{full}; fix: make room on the disk"}


@pytest.mark.parametrize("free", [0, 20_000, 100_000])
@pytest.mark.parametrize("mounted", ["data/processed"], indirect=True)
def test_a_disk_that_fills_during_a_load_keeps_old_pages_and_is_healed_when_there_is_room(
    folder, mounted, painter, tmp_path, free
):
    old = pages_of(folder)
    (folder / "coursewaves.yml").write_text(f"{SETTINGS}low_rated_below: 70\n")
    clean = tmp_path / "clean"
    shutil.copytree(folder, clean)
    ran(clean, Painter())
    mounted(free)
    record = ran(folder, painter)
    assert (record.exit_code, [failure.kind for failure in record.failures]) == (1, ["load"])
    assert "No space left on device; fix: make room on the disk" in summary(record)
    assert (pages_of(folder), painter.asked) == (old, [])
    subprocess.run(["mount", "-o", "remount,size=50M", folder / "data" / "processed"], check=True)
    assert ran(folder, painter).n_made == N_PAGES
    assert differences(state_of(folder), state_of(clean)) == []


def test_a_disk_with_too_little_room_refuses_a_run_before_it_begins(folder, painter, monkeypatch):
    usage = shutil.disk_usage(folder)._replace(free=99 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    before = state_of(folder)
    record = ran(folder, painter)
    assert summary(record) == "refused: Only 99 MB are free on the disk; fix: make room for at least 100."
    assert (record.exit_code, differences(state_of(folder), before)) == (2, [])


# The lock --------------------------------------------------------------------------------------------

HOLDERS = {
    "another machine": '{"pid": 1, "host": "elsewhere", "started": "2026-11-24T03:00:00+00:00"}\n',
    "a process that is another one now": f'{{"pid": {os.getpid()}, "host": "here", "started": "2020-01-01"}}\n',
    "no words of ours": "\0\0 locked",
}


@pytest.mark.parametrize("text", HOLDERS.values(), ids=HOLDERS)
def test_what_a_dead_or_foreign_process_left_in_the_lock_is_no_obstacle(folder, painter, text):
    (folder / "data" / "run.lock").write_text(text)
    assert ran(folder, painter).outcome == "nothing new"


def test_whoever_meets_the_lock_changes_nothing(folder, painter):
    files = (folder / "reports" / "status.json", folder / "logs" / "coursewaves.log")
    before = [path.read_bytes() for path in files]
    with RunLock(folder / "data" / "run.lock"), pytest.raises(Busy, match=f"process {os.getpid()} on "):
        ran(folder, painter)
    assert [path.read_bytes() for path in files] == before
    assert painter.asked == []


# What is told ----------------------------------------------------------------------------------------


def fails(folder: Path, painter: Painter) -> None:
    (folder / "reports" / "course" / "P01-02.kk.html").unlink()
    painter.fails["P01-02"] = "cell `cw.sections.waves(course)`: KeyError"


def is_refused(folder: Path, painter: Painter) -> None:
    (folder / "coursewaves.yml").write_text(SETTINGS + "low: 5\n")


def is_stopped(folder: Path, painter: Painter) -> None:
    (folder / "reports" / "course" / "P01-02.kk.html").unlink()
    painter.between = lambda: os.kill(os.getpid(), signal.SIGTERM)


def is_edited(folder: Path, painter: Painter) -> None:
    (folder / "reports" / "course" / "P01-02.kk.html").write_text("better figures")


def is_torn(folder: Path, painter: Painter) -> None:
    (folder / "data" / "raw" / "responses" / "torn.xlsx").write_bytes(b"PK\x03\x04 and no more")


OUTCOMES = [
    (is_edited, "done", 0, "done: 1 made, 3 unchanged, 0 failed in 0 s"),
    (lambda folder, painter: None, "nothing new", 0, "nothing new: 4 reports are current"),
    (fails, "failed", 1, "failed: 1 of 1, course P01-02 (kk): cell `cw.sections.waves(course)`: KeyError"),
    (is_refused, "refused", 2, "refused: The settings have faults"),
    (is_torn, "incomplete", 3, "incomplete: 4 made, 0 unchanged, 0 failed; left out: file torn.xlsx: E-WORKBOOK, "),
    (is_stopped, "stopped", 143, "stopped: by signal 15 after 0 s, 0 made, 0 unchanged, 0 failed"),
]


@pytest.mark.parametrize(("happen", "outcome", "exit_code", "line"), OUTCOMES, ids=[case[1] for case in OUTCOMES])
def test_every_outcome_has_one_line_an_entry_of_the_status_and_its_code(
    folder, painter, happen, outcome, exit_code, line
):
    happen(folder, painter)
    (folder / "logs" / "coursewaves.log").unlink()
    record = ran(folder, painter)
    assert (record.outcome, record.exit_code) == (outcome, exit_code)
    lines = (folder / "logs" / "coursewaves.log").read_text(encoding="utf-8").splitlines()
    assert [told for told in lines if summary(record) in told] == [lines[-1]]
    assert summary(record).startswith(line)
    status = json.loads((folder / "reports" / "status.json").read_text(encoding="utf-8"))
    assert (status["last"]["outcome"], status["last"]["exit_code"]) == (outcome, exit_code)
    assert status["last"] == status["runs"][-1]


def test_a_file_that_nobody_could_read_is_named_by_every_run_until_it_is_gone_and_stops_no_report(folder, painter):
    is_torn(folder, painter)
    first, second = ran(folder, painter), ran(folder, painter)
    assert [(one.outcome, one.exit_code, one.n_made) for one in (first, second)] == [
        ("incomplete", 3, 4), ("incomplete", 3, 0)
    ]  # fmt: skip
    assert "left out: file torn.xlsx: E-WORKBOOK" in (folder / "logs" / "coursewaves.log").read_text(encoding="utf-8")
    fails(folder, painter)
    failed = ran(folder, painter)
    assert (failed.outcome, failed.exit_code, failed.n_failed) == ("failed", 1, 1)
    assert [one.kind for one in failed.failures] == ["course", "file"]
    painter.fails.clear()
    (folder / "data" / "raw" / "responses" / "torn.xlsx").unlink()
    last = ran(folder, painter)
    assert (last.outcome, last.exit_code, last.failures) == ("done", 0, ())


def test_an_error_that_nobody_foresaw_is_told_by_its_class_and_stage(folder, painter, monkeypatch):
    words = CANARIES["names"][0]

    def score(*given: Any) -> Any:
        raise ValueError(words)

    monkeypatch.setattr(load, "score_responses", score)
    (folder / "coursewaves.yml").write_text(f"{SETTINGS}low_rated_below: 70\n")
    record = ran(folder, painter)
    assert summary(record) == "failed: load: ValueError"
    told = [folder / "logs" / "coursewaves.log", *(folder / "reports").glob("status.*")]
    assert [path.name for path in told if words in path.read_text(encoding="utf-8")] == []
