"""The storage of a cluster: files are whole, private, and gone when they should be."""

import builtins
import os
import stat
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.cluster.storage import OLD, Storage, sealed, unsealed
from coursewaves.errors import CoursewavesError
from coursewaves.system.private_files import DRAFT

pytest.importorskip("fsspec")


@pytest.fixture
def storage(tmp_path):
    return Storage(f"file://{tmp_path}/mount")


def test_what_was_written_is_read_and_what_was_not_is_nothing(storage):
    storage.write("inputs/a.zip", b"one")
    storage.write("inputs/a.zip", b"two")
    assert storage.read("inputs/a.zip") == b"two"
    assert storage.read("inputs/b.zip") is None


def test_sizes_are_told_by_name_and_a_folder_that_is_missing_is_empty(storage):
    storage.write("inputs/a.zip", b"one")
    storage.write("inputs/b.zip", b"three")
    storage.write("pages/c.html", b"")
    assert storage.sizes("inputs") == {"inputs/a.zip": 3, "inputs/b.zip": 5}
    assert storage.sizes("nothing") == {}


def test_what_was_removed_is_gone_and_may_be_removed_again(storage):
    storage.write("pages/a.html", b"one")
    storage.remove("pages/a.html")
    storage.remove("pages/a.html")
    assert storage.read("pages/a.html") is None


@pytest.mark.skipif(sys.platform == "win32", reason="modes are those of POSIX systems")
def test_only_the_owner_can_read_what_lies_on_a_mount(storage, tmp_path):
    storage.write("inputs/a.zip", b"one")
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "mount").rglob("*")}
    assert found == {"inputs": 0o700, "a.zip": 0o600}


def test_a_path_of_a_mount_and_its_address_are_the_same_place(storage, tmp_path):
    storage.write("pages/a.html", b"one")
    assert Storage(f"{tmp_path}/mount/").read("pages/a.html") == b"one"
    assert Storage(Storage(f"{tmp_path}/mount").url).read("pages/a.html") == b"one"


def test_what_was_left_long_ago_is_removed_and_the_rest_stays(storage, tmp_path):
    now = time.time()
    for name, age in {"inputs/old.zip": OLD + 60, "inputs/new.zip": OLD - 60, "pages/old.html": OLD + 60}.items():
        storage.write(name, b"one")
        os.utime(tmp_path / "mount" / name, (now - age, now - age))
    draft = tmp_path / "mount" / "inputs" / f"{DRAFT}x.tmp"
    draft.write_bytes(b"half")
    os.utime(draft, (now - 7200, now - 7200))
    storage.sweep(now)
    assert sorted(path.name for path in (tmp_path / "mount").rglob("*.*")) == ["new.zip"]


def test_a_storage_that_nothing_was_written_to_is_swept_without_a_word(storage, tmp_path):
    storage.sweep()
    assert not (tmp_path / "mount").exists()


# Faults ----------------------------------------------------------------------------------------------


def test_memory_is_no_other_machines(tmp_path):
    with pytest.raises(CoursewavesError, match="memory is no other machine's; fix: name a shared folder"):
        Storage("memory://x")


def test_an_address_that_nothing_serves_is_told_without_the_address():
    with pytest.raises(CoursewavesError, match=r"^Can't open the storage: ValueError$"):
        Storage("nothing://user:secret@host/folder")


def test_a_storage_that_can_not_be_written_is_told_with_the_systems_reason(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CoursewavesError, match=r"^Can't write to the storage: (File exists|Not a directory)$"):
        Storage(f"file://{tmp_path}/file").write("inputs/a.zip", b"one")
    with pytest.raises(CoursewavesError, match=r"^Can't read the storage: Not a directory$"):
        Storage(f"file://{tmp_path}/file").read("inputs/a.zip")


def test_a_missing_library_is_told_with_the_fix(monkeypatch):
    usual = builtins.__import__

    def without(name, *more):
        if name.partition(".")[0] == "fsspec":
            raise ImportError(name=name)
        return usual(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(CoursewavesError, match=r"needs the library fsspec; fix: pip install 'coursewaves\[cluster\]'"):
        Storage("file:x")


# Seals -----------------------------------------------------------------------------------------------


@given(st.text())
def test_a_sealed_page_is_the_page(page):
    assert unsealed(sealed(page)) == page


@given(st.text(max_size=50), st.data())
def test_a_page_that_is_cut_or_changed_is_none(page, data):
    whole = sealed(page)
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert unsealed(whole[:cut]) is None
    changed = bytearray(whole)
    changed[cut] ^= data.draw(st.integers(1, 255))
    assert unsealed(bytes(changed)) is None


def test_no_page_is_none():
    assert unsealed(None) is None
    assert unsealed(b"") is None
