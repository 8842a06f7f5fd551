"""Files that hold answers: private, whole or not there, and no draft stays behind."""

import os
import stat

import pytest

from coursewaves.export.files import write_text
from coursewaves.system.private_files import STALE, private_draft, private_folder, sweep


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_umask():
    """A umask that would let everybody read."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_a_file_is_for_its_owner_alone_and_so_is_a_new_folder(tmp_path, open_umask):
    folder = tmp_path / "data" / "export"
    private_folder(folder)
    write_text(folder / "a.xml", "ә\r\n")
    assert (mode(folder), mode(folder / "a.xml")) == (0o700, 0o600)
    assert (folder / "a.xml").read_bytes() == "ә\r\n".encode()


def test_a_folder_that_is_there_stays_as_it_is(tmp_path):
    tmp_path.chmod(0o755)
    private_folder(tmp_path)
    assert mode(tmp_path) == 0o755


def test_a_file_that_others_could_read_is_private_after_the_next_export(tmp_path):
    path = tmp_path / "a.xml"
    path.write_text("old")
    path.chmod(0o644)
    write_text(path, "new")
    assert (path.read_text(), mode(path)) == ("new", 0o600)


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_a_file_that_fails_half_way_leaves_the_old_one_and_no_draft(tmp_path, error):
    path = tmp_path / "a.csv"
    path.write_text("old")
    with pytest.raises(type(error)), private_draft(path) as draft:
        draft.write_text("half")
        raise error
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]
    assert path.read_text() == "old"


def test_a_draft_is_synced_before_it_takes_the_place(tmp_path, monkeypatch):
    done = []
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: done.append((tmp_path / "a.xml").exists()) or sync(handle))
    write_text(tmp_path / "a.xml", "text")
    assert done == [False, True]  # the draft before the move, the folder after it


def test_drafts_of_a_killed_export_are_swept_and_those_of_a_running_one_are_not(tmp_path):
    for name in (".draft-old.tmp", ".draft-new.tmp", "export.csv", ".other.tmp"):
        (tmp_path / name).write_text("answers")
    parts = tmp_path / ".draft-parts.tmp"
    parts.mkdir()
    (parts / "sheet.xml").write_text("answers")
    written = (tmp_path / ".draft-new.tmp").stat().st_mtime
    for name in (".draft-parts.tmp", ".draft-old.tmp", "export.csv", ".other.tmp"):
        os.utime(tmp_path / name, (written - 2 * STALE, written - 2 * STALE))
    sweep(tmp_path, now=written + 1)
    assert sorted(one.name for one in tmp_path.iterdir()) == [".draft-new.tmp", ".other.tmp", "export.csv"]
