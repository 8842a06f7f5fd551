"""What the doctor finds: each test makes one thing wrong and hears of that one."""

import fcntl
import os
import shutil
import sys
import tempfile
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from coursewaves import cli, doctor, schedule
from coursewaves.doctor import examine
from coursewaves.privacy.pseudonyms import KEY_VARIABLE, find_key
from coursewaves.schedule.machine import Answer, Machine
from coursewaves.settings.home import Home
from coursewaves.system.findings import Finding, is_any_wrong
from coursewaves.workers.pool import CAN_FORK


@pytest.fixture
def now() -> datetime:
    """The moment at which a test begins, since the clock is compared with files that the test has just made."""
    return datetime.now(UTC)


@pytest.fixture
def home(tmp_path, monkeypatch) -> Home:
    """A work folder without any fault."""
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    root = tmp_path / "institute"
    for folder in ("data/raw/registry", "data/raw/responses", "data/processed", "reports"):
        (root / folder).mkdir(parents=True)
    (root / "data" / "raw" / "registry" / "courses.csv").write_text("course_id\n")
    return Home(root)


def answer(words: tuple[str, ...], given: bytes) -> Answer:
    """Say what a machine without systemd and crontab, but with two fonts, says."""
    return Answer(0, b"Noto Sans\nDejaVu Sans\nDejaVu Sans\n") if words[0] == "fc-list" else Answer(1)


@pytest.fixture
def machine(tmp_path, now) -> Machine:
    return Machine(
        program=Path("/opt/c/bin/coursewaves"),
        user_units=tmp_path / "units",
        system_units=tmp_path / "system",
        zone=ZoneInfo("Asia/Almaty"),
        now=now,
        has=lambda name: name in {"fc-list", "systemctl"},
        call=answer,
        running=frozenset,
    )


def faults(home: Home, machine: Machine) -> list[str]:
    """What is wrong."""
    return [finding.what for finding in examine(home, machine) if finding.state == "wrong"]


def test_a_sound_folder_has_no_fault_and_nothing_in_it_changes(home, machine):
    before = {path: path.stat().st_mtime_ns for path in home.root.rglob("*")}
    findings = list(examine(home, machine))
    assert not is_any_wrong(findings)
    assert [finding.what for finding in findings if finding.state == "warn" and "Python" not in finding.what] == [
        "no timed run: somebody has to start each"
    ]
    assert len(findings) >= 11
    assert {path: path.stat().st_mtime_ns for path in home.root.rglob("*")} == before


@pytest.mark.parametrize(
    ("found", "state"),
    [
        ((3, 10, 19), "wrong"),
        ((3, 11, 8), "warn"),
        ((3, 11, 9), "ok"),
        ((3, 12, 2), "warn"),
        ((3, 12, 3), "ok"),
        ((3, 13, 0), "ok"),
        ((4, 0, 0), "ok"),
    ],
)
def test_an_old_python_is_named(found, state):
    finding = doctor.check_python(found)
    assert finding.state == state
    assert ".".join(map(str, found)) in finding.what


def test_packages_that_are_old_or_missing_are_named():
    there = {"nbconvert": "7.17.0", "numpy": "2.2", "matplotlib": "3.13.0", "rich": "15.0rc1"}

    def installed(name: str) -> str:
        if name not in there:
            raise PackageNotFoundError(name)
        return there[name]

    required = ["nbconvert>=7.17.1", "numpy>=2.2", "matplotlib<3.13,>=3.10", "rich>=14", "nh3>=0.3",
                "pytest>=8; extra == 'test'", "winpty>=1; sys_platform == 'nowhere'"]  # fmt: skip
    assert [finding.what for finding in doctor.check_packages(required, installed)] == [
        "nbconvert 7.17.0 does not fit: >=7.17.1",
        "matplotlib 3.13.0 does not fit: <3.13,>=3.10",
        "nh3 is not installed",
    ]
    there |= {"nbconvert": "7.17.1", "matplotlib": "3.12.9", "nh3": "0.3"}
    assert doctor.check_packages(required, installed) == [Finding("ok", "5 packages fit")]


def test_a_package_that_is_not_installed_is_named_itself():
    assert doctor.requires_of("no-such-package-of-ours") == ["no-such-package-of-ours"]
    assert any(text.startswith("nbconvert>=") for text in doctor.requires_of("coursewaves"))


def test_old_time_zone_data_are_named(monkeypatch):
    class Old(ZoneInfo):
        def utcoffset(self, moment):
            return timedelta(hours=6)

    assert doctor.check_zones().state == "ok"
    monkeypatch.setattr("coursewaves.reading.zones.ZoneInfo", lambda name: Old("Asia/Almaty"))
    finding = doctor.check_zones()
    assert finding.state == "wrong"
    assert finding.what.startswith("The time zone data are older than 2024a")
    assert finding.fix.startswith("install a newer tzdata")


@pytest.mark.parametrize(("free", "state"), [(500_000_000, "ok"), (499_999_999, "wrong")])
def test_a_full_disk_is_named(free, state, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(10**12, 10**12 - free, free))
    finding = doctor.check_space(tmp_path)
    assert (finding.state, finding.what) == (state, f"500 MB free on the disk of {tmp_path.name}")


@pytest.mark.parametrize("name", ["data/raw/registry", "data/raw/responses"])
def test_a_folder_of_raw_data_that_is_missing_is_named(name, home, machine):
    shutil.rmtree(home.root / name)
    assert faults(home, machine) == [f"{name} can't be read: No such file or directory"]


@pytest.mark.parametrize("name", ["institute", "processed", "reports"])
def test_a_folder_that_can_not_be_written_is_named(name, home, machine, monkeypatch):
    real = tempfile.TemporaryFile

    def read_only(dir: Path):
        if dir.name == name:
            raise OSError(30, "Read-only file system")
        return real(dir=dir)

    monkeypatch.setattr(tempfile, "TemporaryFile", read_only)
    assert faults(home, machine) == [f"{name} can't be written: Read-only file system"]


def test_raw_files_of_another_user_are_counted(home, machine, monkeypatch):
    (home.responses / "a.csv").write_text("x")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "a.csv")
    assert faults(home, machine) == ["1 raw files can't be read"]


def test_faults_of_the_settings_are_named_once_and_the_rest_is_looked_at(home, machine):
    (home.root / "coursewaves.yml").write_text("minimum_group: 1\n")
    found = faults(home, machine)
    assert found[0].startswith("The settings have faults:\ncoursewaves.yml:1 minimum_group:")
    assert len(found) == 1


def test_a_key_that_is_open_to_others_or_damaged_is_named_and_none_is_made(home, machine):
    assert doctor.check_key(home).state == "ok"
    assert not (home.root / "coursewaves.key").exists()
    key = find_key(home.root)
    assert doctor.check_key(home) == Finding("ok", "coursewaves.key is whole and closed to others")
    key.path.chmod(0o644)
    assert faults(home, machine) == ["The key coursewaves.key can be read or changed by others (mode 0644)"]
    key.path.write_text("short")
    key.path.chmod(0o600)
    assert faults(home, machine)[0].startswith("The key coursewaves.key is damaged")


@pytest.mark.parametrize(
    ("ahead", "state"),
    [(timedelta(days=-400), "ok"), (timedelta(minutes=9), "ok"), (timedelta(minutes=11), "warn"),
     (timedelta(hours=23), "warn"), (timedelta(hours=25), "wrong")],
)  # fmt: skip
def test_a_clock_behind_the_newest_file_is_named(ahead, state, home, now):
    now -= timedelta(days=1)
    for path in home.root.rglob("*.csv"):
        os.utime(path, (0, 0))
    newest = home.responses / "wave1" / "answers.csv"
    newest.parent.mkdir()
    newest.touch()
    os.utime(newest, ((now + ahead).timestamp(),) * 2)
    assert doctor.check_clock(home, now).state == state


def test_fonts_without_kazakh_letters_are_named(machine):
    assert doctor.check_letters(machine) == [Finding("ok", "2 fonts with Kazakh letters")]
    none = machine._replace(call=lambda words, given: Answer(0, b""))
    assert [finding.state for finding in doctor.check_letters(none)] == ["warn"]
    assert doctor.check_letters(machine._replace(has=lambda name: False)) == []


@pytest.mark.parametrize(
    ("can_fork", "program", "state"),
    [
        (True, "python", "ok"),
        (True, sys.executable, "ok"),
        (True, "", "warn"),
        (True, "/opt/other/bin/python", "warn"),
        (False, "python3", "ok"),
        (False, "", "wrong"),
        (False, "/opt/other/bin/python", "wrong"),
    ],
)
def test_a_kernel_that_is_missing_or_another_python_is_named(can_fork, program, state):
    assert doctor.check_kernel(can_fork, program).state == state


def test_the_kernel_of_this_environment_is_its_own():
    assert doctor.check_kernel(CAN_FORK, doctor.kernel_program()).state == "ok"


def test_a_timed_run_that_differs_is_named(home, machine):
    schedule.write(schedule.plan_for(home, machine), "systemd", machine)
    assert faults(home, machine) == []
    moved = machine._replace(program=Path("/opt/d/bin/coursewaves"))
    assert ["differs" in fault for fault in faults(home, moved)] == [True]


def test_a_run_that_is_active_is_told_and_one_that_hangs_is_warned_of(tmp_path, now):
    lock = tmp_path / "run.lock"
    assert doctor.check_lock(lock, now, doctor.locks_of_the_system()) == Finding("ok", "no run is active")
    with lock.open("w") as file:
        assert doctor.check_lock(lock, now, doctor.locks_of_the_system()).what == "no run is active"
        fcntl.flock(file, fcntl.LOCK_EX)
        locks = doctor.locks_of_the_system()
        if not locks:
            pytest.skip("a system that tells nothing of its locks")
        active = doctor.check_lock(lock, now, locks)
        assert active.state == "ok"
        assert active.what.endswith(f"process {os.getpid()}")
        hangs = doctor.check_lock(lock, now + timedelta(hours=7), locks)
        assert (hangs.state, hangs.fix) == ("warn", "see whether it hangs")
    assert doctor.check_lock(lock, now, doctor.locks_of_the_system()).what == "no run is active"


def test_the_lock_is_looked_at_where_there_is_one(home, machine, tmp_path):
    assert "no run is active" in [finding.what for finding in examine(home, machine, tmp_path / "run.lock")]


def test_the_command_prints_a_line_each_and_ends_with_one_when_something_is_wrong(home, machine, monkeypatch):
    monkeypatch.setattr(schedule, "this_machine", lambda: machine)
    sound = CliRunner().invoke(cli.app, ["--home", str(home.root), "doctor"])
    assert sound.exit_code == 0
    assert all(line.startswith(("ok: ", "warn: ")) for line in sound.output.splitlines())
    shutil.rmtree(home.responses)
    ill = CliRunner().invoke(cli.app, ["--home", str(home.root), "doctor"])
    assert ill.exit_code == 1
    missing = (
        "wrong: data/raw/responses can't be read: No such file or directory; fix: make it, as coursewaves begin does"
    )
    assert missing in ill.output.splitlines()


def test_what_documents_need_is_wrong_only_where_the_settings_ask_for_them(tmp_path):
    home = Home(tmp_path)
    assert [one.state for one in doctor.check_documents(home, list)] == ["ok"]
    missing = ["Documents need the library weasyprint; fix: pip install it"]
    (found,) = doctor.check_documents(home, lambda: missing)
    assert found == Finding("warn", "Documents need the library weasyprint", "pip install it")
    (tmp_path / "coursewaves.yml").write_text("formats: [html, pdf]\n")
    assert [one.state for one in doctor.check_documents(Home(tmp_path), lambda: missing)] == ["wrong"]
