"""The real command under fire: kills, broken notebooks, full disks, two at once, strange surroundings.

Whatever happens to a run, readers meet whole pages only, nothing of it stays behind, and the next one ends as if
nothing had happened. What can be tried in one process, step by step, stands in `test_fault_steps`.
"""

import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coursewaves.phrases import Phrases
from coursewaves.reading.records import read_records
from coursewaves.simulate import simulate_year
from coursewaves.simulate.damage import CANARIES, HOSTILE
from faults import Place, Reader, differences, four_courses

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked for in /proc"),
]

KILLS = int(os.environ.get("COURSEWAVES_KILLS", "4"))
"""Runs that are killed at a random moment; set the variable to have more of them, such as 200."""

LONGEST = 4.0 if KILLS < 25 else 8.0
"""Seconds after which a run is killed at the latest."""

SETTINGS = "languages: [kk]\nkinds: [course]\n"


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work folder of four courses with raw data alone."""
    folder = four_courses(tmp_path_factory.mktemp("raw") / "institute")
    (folder / "coursewaves.yml").write_text(SETTINGS)
    return folder


@pytest.fixture(scope="module")
def clean(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place that one run has brought up to date without any trouble; only to be read and copied."""
    place = Place(tmp_path_factory.mktemp("clean"), raw)
    done = place.run()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("done: 4 made, 0 unchanged, 0 failed")
    assert place.leftovers() == []
    return place


@pytest.fixture
def place(clean: Place, tmp_path: Path) -> Iterator[Place]:
    """A place of the test's own that is up to date; in the end no process of its runs may be alive."""
    found = Place(tmp_path, clean.home)
    yield found
    assert found.is_left_alone()


def make_due(place: Place, *course_ids: str) -> None:
    """Have the reports of some courses be due, as after an answer of theirs, and their pages stay."""
    entries = place.manifest()
    for course_id in course_ids:
        entries[f"course/{course_id}.kk.html"]["inputs"]["data"] = "older answers"
    (place.reports / "manifest.json").write_text(json.dumps(list(entries.values())), encoding="utf-8")


ALL = ("P01-01", "P01-02", "P02-01", "P02-02")


# Notebooks that fail ---------------------------------------------------------------------------------

WAVES = "cw.sections.waves(course)"
WORDS = "менің ұстазым Айгүл нашар түсіндірді"


def test_a_cell_that_raises_leaves_the_old_page_marked_stale_and_the_others_are_made(place, tmp_path):
    raising = f"{WAVES}\nif course.course_id == 'P01-02':\n    raise KeyError('{WORDS}')\n{WAVES}"
    place.use_program(tmp_path / "program", {WAVES: raising})
    old = place.pages()
    done = place.run()
    failure = f"course P01-02 (kk): cell `{WAVES}`: KeyError"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"failed: 1 of 4, {failure}\n")
    assert [line for line in place.log().splitlines() if line.endswith(f"ERROR failed: {failure}")]
    assert place.pages()["P01-02.kk.html"] == old["P01-02.kk.html"]
    assert {path for path, page in place.manifest().items() if page["is_stale"]} == {"course/P01-02.kk.html"}
    assert (place.reports / "index.html").read_text(encoding="utf-8").count(Phrases("kk").say("(stale)")) == 1
    last = place.last()
    assert [last[name] for name in ("outcome", "n_made", "n_failed", "n_stale")] == ["failed", 3, 1, 1]
    assert last["failures"] == [
        {"kind": "course", "subject_id": "P01-02", "language": "kk", "cell": WAVES, "reason": "KeyError"}
    ]
    told = [path for path in [*place.reports.rglob("*"), *(place.home / "logs").iterdir()] if path.is_file()]
    assert [path.name for path in told if WORDS in path.read_text(encoding="utf-8", errors="ignore")] == []


WILD = {
    "os.kill(os.getpid(), 9)": "its process died (SIGKILL)",
    "ctypes.string_at(0)": "its process died (SIGSEGV)",
    "os._exit(0)": "its process died (exit 0)",
    "sys.exit(0)": f"cell `{WAVES}`: SystemExit",
    "[bytearray(10**7) for _ in range(10**4)]": f"cell `{WAVES}`: needed more than 600 MB",
    "time.sleep(1000)": "took longer than 9 s",
    "[print('x' * 10**6) for _ in range(100)]": f"cell `{WAVES}`: printed more than 5 MB",
    "subprocess.Popen(['sleep', '1000'], start_new_session=True)": "",
}
"""What a cell does, and what is told of it."""


def test_notebooks_that_run_wild_fail_alone_and_leave_no_process(tmp_path):
    """Eight courses, of which each but the last does something else that no notebook should."""
    simulate_year(tmp_path / "raw", programmes=2, courses=8, seed=2026)
    limits = "limits: {seconds: 9, memory_mb: 600, output_mb: 5}\n"
    (tmp_path / "raw" / "coursewaves.yml").write_text(SETTINGS + limits)
    place = Place(tmp_path / "place", tmp_path / "raw")
    course_ids = [f"P{programme:02}-{run:02}" for programme in (1, 2) for run in (1, 2, 3, 4)]
    ways = dict(zip(course_ids, WILD, strict=True))
    wild = f"{WAVES}\nimport ctypes, os, subprocess, sys, time\nexec({ways!r}[course.course_id])\n{WAVES}"
    place.use_program(tmp_path / "program", {WAVES: wild})
    done = place.run(workers=3)
    assert place.is_left_alone()
    assert done.returncode == 1
    told = {failure["subject_id"]: failure for failure in place.last()["failures"]}
    found = {course_id: found_of(told[course_id]) if course_id in told else "" for course_id in course_ids}
    assert found == dict(zip(course_ids, WILD.values(), strict=True))
    assert list(place.pages()) == [f"{course_ids[-1]}.kk.html"]
    assert place.leftovers() == []


def found_of(failure: dict[str, str]) -> str:
    return (f"cell `{failure['cell']}`: " if failure["cell"] else "") + failure["reason"]


# Killed at any moment --------------------------------------------------------------------------------


def end(process: subprocess.Popen[str], number: int, after: float) -> int:
    """Send a signal after a time, unless the process has ended before; return how it ended, as a shell tells it."""
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(number)
    code = process.wait(60)
    process.communicate()
    return code if code >= 0 else 128 - code


def test_a_run_that_is_killed_at_any_moment_leaves_whole_pages_and_nothing_else(place, clean, tmp_path, raw):
    """Kill, and run to the end after every few; readers watch all the time."""
    chance = random.Random(2026)
    other = Place(tmp_path / "other", raw)
    (other.home / "coursewaves.yml").write_text(f"{SETTINGS}low_rated_below: 55\n")
    assert other.run().returncode == 0
    states = [clean.state(), other.state()]
    n_killed, turn = 0, 1
    with Reader(place.reports) as reader:
        while n_killed < KILLS:
            (place.home / "coursewaves.yml").write_bytes(states[turn]["coursewaves.yml"])
            for _ in range(4):
                number = chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
                with place.begin("run", "--workers", "2") as process:
                    code = end(process, number, chance.uniform(0.1, LONGEST))
                assert code in (128 + number, 0)
                assert place.is_left_alone()
                n_killed += code != 0
            assert place.run().returncode == 0
            assert differences(place.state(), states[turn]) == []
            assert place.leftovers() == []
            turn = 1 - turn
    assert reader.torn == []
    assert reader.n_read > 100 * KILLS


# Two at once -----------------------------------------------------------------------------------------


def holder_of(place: Place, pid: int) -> dict[str, str]:
    """What the lock's file says of its holder, once that is the process."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        text = (place.home / "data" / "run.lock").read_text(encoding="utf-8")
        if text.endswith("\n") and json.loads(text)["pid"] == pid:
            return json.loads(text)
        time.sleep(0.02)
    raise AssertionError("no run took the lock")


def test_of_two_runs_the_second_leaves_at_once_and_when_the_first_is_killed_the_next_begins(place, clean):
    make_due(place, *ALL)
    log = place.log()
    with place.begin("run", "--workers", "1") as first:
        holder = holder_of(place, first.pid)
        before = time.monotonic()
        second = place.run()
        assert time.monotonic() - before < 20
        assert first.poll() is None
        while place.log().removeprefix(log).count("due: ") < len(ALL) and time.monotonic() - before < 60:
            time.sleep(0.05)
        first.kill()
    assert (second.returncode, second.stdout) == (75, "")
    who = f"process {first.pid} on {holder['host']}, since {holder['started']}"
    assert second.stderr == f"Another run is active ({who}); fix: wait until it has ended, or end it\n"
    assert place.log().removeprefix(log).count("due: ") == len(ALL)  # of the first; the second wrote nothing
    assert place.run().returncode == 0
    assert differences(place.state(), clean.state()) == []


# Strange surroundings --------------------------------------------------------------------------------


def test_neither_workers_nor_zone_locale_home_and_umask_change_a_byte(clean, raw, tmp_path):
    odd = Place(tmp_path / "odd", raw)
    odd.environment |= {"TZ": "America/New_York", "LC_ALL": "C", "PYTHONUTF8": "0", "HOME": "/nowhere/at/all"}
    del odd.environment["TMPDIR"]
    assert odd.call("run", "--workers", "8", umask=0).returncode == 0
    assert differences(odd.state(), clean.state()) == []
    made = [path for name in ("processed", "reports") for path in odd.home.rglob(f"{name}/**/*") if path.is_file()]
    modes = {path.parts[len(odd.home.parts)]: set() for path in made} | {"logs": set()}
    for path in [*made, *(odd.home / "logs").iterdir()]:
        modes[path.parts[len(odd.home.parts)]].add(stat.S_IMODE(path.stat().st_mode))
    assert modes == {"data": {0o600}, "reports": {0o640}, "logs": {0o600}}


def test_a_run_without_any_environment_makes_the_same(clean, raw, tmp_path):
    bare = Place(tmp_path / "bare", raw)
    bare.environment = {name: bare.environment[name] for name in ("PYTHONPATH",)}
    assert bare.run(workers=1).returncode == 0
    assert differences(bare.state(), clean.state()) == []


# Disks -----------------------------------------------------------------------------------------------


@pytest.fixture
def disk(place: Place) -> Iterator[str]:
    """The reports on a disk of their own, which can be mounted anew with other options."""
    kept = {path.relative_to(place.reports): path.read_bytes() for path in place.reports.rglob("*") if path.is_file()}
    asked = ["mount", "-t", "tmpfs", "-o", "size=10M", "tmpfs", str(place.reports)]
    if subprocess.run(asked, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a disk")
    for path, content in kept.items():
        (place.reports / path).parent.mkdir(exist_ok=True)
        (place.reports / path).write_bytes(content)
    yield str(place.reports)
    subprocess.run(["umount", place.reports], check=True)


def remount(disk: str, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", disk], check=True)


def test_reports_on_a_disk_that_is_full_or_only_to_be_read_stay_as_they_are(place, clean, disk):
    make_due(place, "P01-01")
    before, old = place.state(), place.pages()
    remount(disk, "ro")
    done = place.run()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "failed: reports: manifest.journal: Read-only file system; fix: make the disk writable\n"
    assert differences(place.state(), before) == []
    remount(disk, f"rw,size={shutil.disk_usage(disk).used // 1024 + 64}k")  # less than a page and what is beside it
    done = place.run()
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert place.pages() == old
    remount(disk, "size=10M")
    assert place.run().returncode == 0
    assert differences(place.state(), clean.state()) == []


# Nothing of the answers ------------------------------------------------------------------------------


def given(home: Path) -> str:
    """All that stands in the raw files."""
    records = [read_records(path) for path in (home / "data" / "raw" / "responses").rglob("*.*")]
    return "\n".join(cell or "" for found in records for _, cells in found.rows for cell in cells)


def test_no_word_of_the_answers_is_in_what_a_run_tells(clean):
    words = [word for kind in CANARIES.values() for word in kind] + list(HOSTILE)
    assert {word for word in words if word not in given(clean.home)} == set()
    paths = [path for path in [*clean.reports.glob("*"), *(clean.home / "logs").iterdir()] if path.is_file()]
    assert {"status.json", "status.html", "manifest.json", "coursewaves.log"} <= {path.name for path in paths}
    found = {path.name for path in paths for word in words if word in path.read_text(encoding="utf-8")}
    assert found == set()
