"""Private files: nobody else can read them, and a fault leaves the old one and nothing else."""

import os
import stat

import pytest

from coursewaves.system.private_files import private_folder, write_private


@pytest.fixture(autouse=True, params=[0o000, 0o022, 0o077])
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_file_and_its_new_folders_are_their_owner_s_alone(tmp_path):
    path = tmp_path / "data" / "processed" / "responses.csv"
    write_private(path, lambda draft: draft.write_text("a\n") and None)
    assert path.read_text() == "a\n"
    assert [mode(place) for place in (path, path.parent, path.parent.parent)] == [0o600, 0o700, 0o700]
    assert list(path.parent.iterdir()) == [path]


def test_a_readable_file_is_replaced_by_a_private_one(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, lambda draft: draft.write_text("new") and None)
    assert (path.read_text(), mode(path)) == ("new", 0o600)


def test_a_writer_that_puts_a_file_of_its_own_in_place_is_made_private(tmp_path):
    def write(draft):
        other = draft.with_name("other")
        other.write_text("new")
        other.chmod(0o666)
        other.replace(draft)

    write_private(tmp_path / "a.parquet", write)
    assert mode(tmp_path / "a.parquet") == 0o600


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt(), ValueError("x")])
def test_a_writer_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, fault):
    path = tmp_path / "answers.csv"
    path.write_text("old")

    def write(draft):
        draft.write_text("ha")
        raise fault

    with pytest.raises(type(fault)):
        write_private(path, write)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_writer_that_deletes_its_draft_leaves_the_old_file(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("old")
    with pytest.raises(FileNotFoundError):
        write_private(path, lambda draft: draft.unlink())
    assert path.read_text() == "old"


def test_the_draft_lies_beside_with_the_same_suffix_and_is_private_from_the_first_byte(tmp_path):
    seen = []
    write_private(tmp_path / "a.xlsx", lambda draft: seen.append((draft.parent, draft.suffix, mode(draft))))
    assert seen == [(tmp_path, ".xlsx", 0o600)]


def test_content_is_on_the_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    path, order = tmp_path / "a.csv", []
    monkeypatch.setattr(
        os, "fsync", lambda handle: order.append((stat.S_ISDIR(os.fstat(handle).st_mode), path.exists()))
    )
    write_private(path, lambda draft: draft.write_text("a") and None)
    assert order == [(False, False), (True, True)]


def test_a_link_is_replaced_and_its_target_left(tmp_path):
    target = tmp_path / "target"
    target.write_text("old")
    link = tmp_path / "link"
    link.symlink_to(target)
    write_private(link, lambda draft: draft.write_text("new") and None)
    assert (target.read_text(), link.read_text(), link.is_symlink()) == ("old", "new", False)


def test_a_folder_that_is_there_stays_as_it_is(tmp_path):
    old = tmp_path / "data"
    old.mkdir()
    old.chmod(0o755)
    assert private_folder(old / "processed") == old / "processed"
    assert [mode(old), mode(old / "processed")] == [0o755, 0o700]
    assert private_folder(old) == old


def test_a_file_where_a_folder_should_be_is_an_error(tmp_path):
    (tmp_path / "data").write_text("")
    with pytest.raises(OSError, match="exists"):
        private_folder(tmp_path / "data" / "processed")
