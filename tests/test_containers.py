"""What is unpacked of a file that comes packed, and what is refused without unpacking it."""

import bz2
import gzip
import io
import lzma
import os
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursewaves.reading import containers
from coursewaves.reading.containers import FileFault, open_container

TABLE = "Уақыт,Жауап\n1,бір\n2,екі\n".encode()


def write(folder: Path, content: bytes, name: str) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def packed(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, part in files:
            archive.writestr(name, part)
    return content.getvalue()


def fault(found: bytes | FileFault) -> str:
    assert isinstance(found, FileFault), f"{len(found)} bytes were read"
    return found.rule


def test_a_table_that_is_not_packed_is_given_as_it_is(tmp_path):
    assert open_container(write(tmp_path, TABLE, "answers.csv")) == TABLE
    assert open_container(write(tmp_path, b"", "empty.csv")) == b""


@pytest.mark.parametrize("name", ["Сауалнама.csv", "a/b/Answers.CSV", "answers.tsv"])
def test_the_one_table_of_an_archive_is_unpacked(tmp_path, name):
    beside = [("__MACOSX/._answers.csv", b"x"), ("folder/", b""), ("read me.txt", b"y")]
    path = write(tmp_path, packed((name, TABLE), *beside), "answers.csv.zip")
    assert open_container(path) == TABLE


@pytest.mark.parametrize("names", [[], ["a.csv", "b.csv"], ["a.xlsx"], ["__MACOSX/a.csv"], [".csv"]])
def test_an_archive_without_just_one_table_is_to_be_unpacked_by_hand(tmp_path, names):
    found = open_container(write(tmp_path, packed(("note.txt", b""), *((name, TABLE) for name in names)), "a.zip"))
    assert fault(found) == "E-FORMAT"
    assert "unpack" in found.fix


def test_a_table_that_compresses_very_well_is_no_bomb(tmp_path):
    table = b"id,a\n" + b"1,2\n" * 5_000_000
    content = packed(("a.csv", table))
    assert len(table) > 100 * len(content)
    assert open_container(write(tmp_path, content, "a.zip")) == table


def test_a_packed_table_over_the_limit_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(containers, "MOST_TABLE_BYTES", 1_000)
    assert open_container(write(tmp_path, packed(("a.csv", b"x" * 1_000)), "a.zip")) == b"x" * 1_000
    assert fault(open_container(write(tmp_path, packed(("a.csv", b"x" * 1_001)), "a.zip"))) == "E-LIMIT"


def test_a_file_over_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(containers, "MOST_TABLE_BYTES", len(TABLE) - 1)
    assert fault(open_container(write(tmp_path, TABLE, "a.csv"))) == "E-LIMIT"


COMPRESSED = {
    "gzip": gzip.compress(TABLE),
    "bzip2": bz2.compress(TABLE),
    "xz": lzma.compress(TABLE),
    "7z": b"7z\xbc\xaf\x27\x1c\x00\x04",
    "rar": b"Rar!\x1a\x07\x01\x00",
    "zstd": b"\x28\xb5\x2f\xfd\x04\x00",
}


@pytest.mark.parametrize("kind", COMPRESSED)
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.zip"])
def test_what_is_compressed_in_another_way_is_refused_under_any_name(tmp_path, kind, name):
    found = open_container(write(tmp_path, COMPRESSED[kind], name))
    assert fault(found) == "E-FORMAT"
    assert "unpack" in found.fix


def test_a_compressed_table_inside_an_archive_is_refused_too(tmp_path):
    path = write(tmp_path, packed(("a.csv", COMPRESSED["gzip"])), "a.zip")
    assert fault(open_container(path)) == "E-FORMAT"


def test_a_header_that_begins_like_a_compressed_file_is_a_table(tmp_path):
    assert open_container(write(tmp_path, b"BZh1,b\n", "a.csv")) == b"BZh1,b\n"


@pytest.mark.parametrize(
    ("content", "helps"),
    [(packed(("a.csv", TABLE)), "suffix"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as .xlsx")],
)
def test_a_workbook_or_archive_under_the_name_of_a_table_is_refused(tmp_path, content, helps):
    found = open_container(write(tmp_path, content, "a.csv"))
    assert fault(found) == "E-FORMAT"
    assert helps in found.fix


def test_a_plain_table_under_the_name_of_an_archive_is_refused(tmp_path):
    assert fault(open_container(write(tmp_path, TABLE, "a.zip"))) == "E-FORMAT"


@pytest.mark.parametrize("name", ["/etc/a.csv", "../a.csv", "a/../../a.csv", "..\\a.csv"])
def test_a_part_whose_name_leads_out_of_its_folder_refuses_the_archive(tmp_path, name):
    assert fault(open_container(write(tmp_path, packed((name, TABLE)), "a.zip"))) == "E-FORMAT"


def test_a_link_in_an_archive_refuses_it(tmp_path):
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert fault(open_container(tmp_path / "a.zip")) == "E-FORMAT"


def test_parts_of_one_name_refuse_the_archive(tmp_path):
    assert fault(open_container(write(tmp_path, packed(("a.csv", TABLE), ("A.CSV", b"x")), "a.zip"))) == "E-FORMAT"


def test_an_archive_packed_in_an_unusual_way_is_refused(tmp_path):
    content = packed(("a.csv", TABLE), method=zipfile.ZIP_LZMA)
    assert fault(open_container(write(tmp_path, content, "a.zip"))) == "E-FORMAT"


def test_an_encrypted_archive_is_refused(tmp_path):
    content = bytearray(packed(("a.csv", TABLE)))
    content[6] |= 1  # the flag of the part
    content[content.index(b"PK\x01\x02") + 8] |= 1  # and of the directory
    assert fault(open_container(write(tmp_path, bytes(content), "a.zip"))) == "E-FORMAT"


def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "gone")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    names = ["pipe.csv", "folder.csv", "dangling.csv", "loop.csv", "absent.csv"]
    assert [fault(open_container(tmp_path / name)) for name in names] == ["E-FORMAT"] * 5


def test_a_link_to_a_table_is_followed(tmp_path):
    (tmp_path / "link.csv").symlink_to(write(tmp_path, TABLE, "a.csv"))
    assert open_container(tmp_path / "link.csv") == TABLE


@given(st.data())
@settings(max_examples=200)
def test_a_torn_archive_never_gives_a_table_and_a_damaged_one_never_a_false_one(tmp_path_factory, data):
    whole = packed(("a.csv", TABLE))
    path = tmp_path_factory.mktemp("any") / "a.zip"
    cut = data.draw(st.integers(0, len(whole) - 1))
    path.write_bytes(whole[:cut])
    assert fault(open_container(path)) == "E-FORMAT"
    damaged = bytearray(whole)
    damaged[cut] ^= data.draw(st.integers(1, 255))
    path.write_bytes(damaged)
    found = open_container(path)
    assert found == TABLE or fault(found) in ("E-FORMAT", "E-LIMIT")
