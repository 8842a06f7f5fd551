"""A run's private folder: who owns it, and what becomes of those that nobody owns."""

import os
import subprocess
import sys
import time

import pytest

from coursewaves.system import PACKAGE, run_folder
from coursewaves.system.run_folder import PREFIX, RunFolder

OWNER = (
    "import time; from coursewaves.system.run_folder import RunFolder; RunFolder(); print(flush=True); time.sleep(60)"
)

unix = pytest.mark.skipif(sys.platform == "win32", reason="folders can't be locked on Windows")


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def filled(folder):
    folder.mkdir(parents=True)
    (folder / "answers").write_text("x")
    return folder


def long_ago(path):
    two_days_ago = time.time() - 2 * 86_400
    os.utime(path, (two_days_ago, two_days_ago), follow_symlinks=False)


def test_a_folder_is_private_and_goes_with_all_that_is_in_it(temporary):
    own = RunFolder()
    (own.path / "answers").write_text("x")
    assert own.path.stat().st_mode & 0o777 == 0o700
    own.close()
    own.close()
    assert list(temporary.iterdir()) == []


@unix
def test_a_folder_of_a_killed_owner_goes_at_once_and_a_living_owners_never(temporary):
    environment = os.environ | {"TMPDIR": str(temporary), "PYTHONPATH": str(PACKAGE.parent)}
    with subprocess.Popen([sys.executable, "-c", OWNER], env=environment, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        (theirs,) = temporary.iterdir()
        long_ago(theirs)
        mine = RunFolder()
        assert set(temporary.iterdir()) == {theirs, mine.path}
        owner.kill()
    RunFolder().close()
    assert list(temporary.iterdir()) == [mine.path]


@unix
def test_a_folder_that_was_never_locked_is_nobodys(temporary):
    filled(temporary / f"{PREFIX}killed before it could")
    RunFolder().close()
    assert list(temporary.iterdir()) == []


@unix
def test_a_folder_that_was_swept_before_it_was_locked_is_made_again(temporary, monkeypatch):
    locked, swept = run_folder._lock, []

    def lock_late(path):
        if not swept:
            swept.append(path)
            path.rmdir()
        return locked(path)

    monkeypatch.setattr(run_folder, "_lock", lock_late)
    own = RunFolder()
    assert own.path.exists()
    assert own.path != swept[0]
    assert list(temporary.iterdir()) == [own.path]


def test_a_link_and_what_it_leads_to_stay(temporary, tmp_path):
    elsewhere = filled(tmp_path / "elsewhere")
    link = temporary / f"{PREFIX}link"
    link.symlink_to(elsewhere)
    long_ago(link)
    RunFolder().close()
    assert list(temporary.iterdir()) == [link]
    assert (elsewhere / "answers").exists()


def test_folders_of_others_programs_stay(temporary):
    other = filled(temporary / "other-run-1")
    long_ago(other)
    RunFolder().close()
    assert list(temporary.iterdir()) == [other]


def test_where_folders_cannot_be_locked_they_go_after_a_day(temporary, monkeypatch):
    monkeypatch.setattr(run_folder, "_lock", lambda path: None)
    old, young = filled(temporary / f"{PREFIX}old"), filled(temporary / f"{PREFIX}young")
    long_ago(old)
    RunFolder().close()
    assert list(temporary.iterdir()) == [young]
