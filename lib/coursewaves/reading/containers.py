"""Open files that may be torn, mislabelled or hostile: a path goes in, bounded bytes or a fault come out.

An archive's sizes are what its directory declares. zipfile gives no more of a part than that and checks its sum at
the end, so that a directory that lies is found and one that tells the truth can be judged before unpacking.
"""

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple

MOST_BYTES = 200_000_000
"""Bytes of a file as it lies on the disk."""

MOST_TABLE_BYTES = 300_000_000
"""Bytes of a table that comes packed."""

MOST_UNPACKED_BYTES = 1_000_000_000
"""Bytes of all parts of an archive together."""

MOST_PARTS = 1_000
MOST_RATIO = 100
"""Bytes unpacked of one byte packed. Sheets of real answers reach 10 to 30, a bomb 1,000."""

FREE_BYTES = 10_000_000
"""Parts up to this size unpack at any ratio."""

MOST_DIRECTORY_BYTES = 1 << 20

CHUNK_BYTES = 1 << 18
"""Bytes that are read at once."""


class FileFault(NamedTuple):
    """Why a file can't be read, in the words of a problem."""

    rule: str
    seen: str
    fix: str


class RefusedError(Exception):
    """Carries a fault out of the depth of a reader; no reader lets it through to its caller."""

    def __init__(self, rule: str, seen: str, fix: str) -> None:
        super().__init__(rule)
        self.fault = FileFault(rule, seen, fix)


AS_TABLE = "export the answers as CSV or XLSX"
OLD_OR_LOCKED = FileFault(
    "E-WORKBOOK",
    "a workbook with a password, or of the old kind (.xls)",
    "open it in Excel, take off the password if it asks for one, and save it as .xlsx",
)
_UNPACK = "unpack it and give the one table"
_COMPRESSED = (b"\x1f\x8b", b"\x1f\x9d", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
_PACKED = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_OTHER_KINDS = {
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
    b"%PDF": "a PDF",
    b"{\\rtf": "a text document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
_NO_ZIP = FileFault("E-FORMAT", "no ZIP archive, or a damaged one", "download it again, or unpack it first")
_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)


def open_container(path: Path) -> bytes | FileFault:
    """Read the bytes of a table: the file's own, or those of the one table that a ZIP archive holds.

    Google Forms downloads answers as a ZIP with one CSV. Of an archive only ``.csv`` and ``.tsv`` count; with none
    or several of them, or compressed in another way, the file is refused and nothing is unpacked. What the bytes
    say is not looked at.
    """
    try:
        with open_regular(path, MOST_TABLE_BYTES) as file:
            is_packed = path.suffix.casefold() == ".zip"
            content = _packed_table(Archive(file, _NO_ZIP, _ANY_RATIO)) if is_packed else file.read()
    except RefusedError as refused:
        return refused.fault
    except OSError as error:
        return _unreadable(error).fault
    return _kind_fault(content[:16], is_packed) or content


@contextmanager
def open_regular(path: Path, most_bytes: int = MOST_BYTES) -> Iterator[io.BufferedReader]:
    """Open a regular file of bounded size for reading; a pipe or a device is refused without waiting for it.

    Raises
    ------
    RefusedError
        Where it is no file, can't be opened or is too large.
    """
    try:
        raw = io.FileIO(path, opener=_without_waiting)
    except OSError as error:
        raise _unreadable(error) from error
    with _Bounded(raw) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise RefusedError("E-FORMAT", "no regular file", "put the file itself there")
        if found.st_size > most_bytes:
            raise RefusedError("E-LIMIT", f"{found.st_size} bytes", f"keep files under {most_bytes} bytes")
        yield file


class Archive:
    """A ZIP archive whose directory was found sound; its parts are read in bounded chunks.

    Parameters
    ----------
    file
        An open file of `open_regular`.
    damaged
        What to say where the archive is torn, encrypted or made to mislead.
    ratio
        Bytes that one packed byte of a part may give, once the part is larger than `FREE_BYTES`.

    Raises
    ------
    RefusedError
        Here and from every method.
    """

    def __init__(self, file: BinaryIO, damaged: FileFault, ratio: int = MOST_RATIO) -> None:
        self._damaged = damaged
        with self._damage_refused():
            self._zip = zipfile.ZipFile(file)
        parts = self._zip.infolist()
        unpacked = sum(part.file_size for part in parts)
        is_bomb = any(part.file_size > max(FREE_BYTES, ratio * part.compress_size) for part in parts)
        if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED_BYTES or is_bomb:
            raise RefusedError("E-LIMIT", f"an archive of {len(parts)} parts, {unpacked} bytes unpacked", _SMALLER)
        self._parts = {_name(part).casefold(): part for part in parts}
        size = file.seek(0, os.SEEK_END)
        # Parts that share their bytes make bombs of any size; names that fall together hide one part from us.
        overlaps = len(self._parts) < len(parts) or sum(part.compress_size for part in parts) > size
        if overlaps or any(map(_misleads, parts)):
            raise RefusedError(*self._damaged)

    @property
    def names(self) -> list[str]:
        """Names of the parts, folders left out, in the archive's order."""
        return [_name(part) for part in self._parts.values() if not part.is_dir()]

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._parts

    def chunks(self, name: str, most: int = MOST_UNPACKED_BYTES) -> Iterator[bytes]:
        """Give the bytes of one part, a chunk at a time; upper and lower case of its name are one.

        Parameters
        ----------
        name
            The part; one that is absent counts as damage.
        most
            Bytes that it may have unpacked.
        """
        part = self._parts.get(name.casefold())
        if part is None:
            raise RefusedError(*self._damaged)
        if part.file_size > most:
            raise RefusedError("E-LIMIT", f"a part of {part.file_size} bytes unpacked", _SMALLER)
        with self._damage_refused(), self._zip.open(part) as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk

    def read(self, name: str, most: int) -> bytes:
        """Read one part whole; see `chunks`."""
        content = io.BytesIO()  # gives its bytes without a second copy
        for chunk in self.chunks(name, most):
            content.write(chunk)
        return content.getvalue()

    @contextmanager
    def _damage_refused(self) -> Iterator[None]:
        try:
            yield
        except _DAMAGES as error:
            raise RefusedError(*self._damaged) from error


_SMALLER = "export it again as CSV (UTF-8), in parts if it is that large"
_ENCRYPTED = 0x1
_ANY_RATIO = 2_000  # deflate reaches 1,032


class _Bounded(io.BufferedReader):
    """A file that gives no great piece on demand: zipfile reads the directory of an archive as one."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MOST_DIRECTORY_BYTES:
            raise RefusedError("E-LIMIT", f"an archive with a directory of {size} bytes", _SMALLER)
        return super().read(size)


def _without_waiting(path: str, flags: int) -> int:
    """Open a path; a pipe would otherwise wait for its writer."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _unreadable(error: OSError) -> RefusedError:
    return RefusedError(
        "E-FORMAT", f"a file that can't be opened ({type(error).__name__})", "look at its rights and place"
    )


def _packed_table(archive: Archive) -> bytes:
    own = [name for name in archive.names if not name.startswith("__MACOSX/")]
    tables = [name for name in own if PurePosixPath(name).suffix.casefold() in (".csv", ".tsv")]
    if len(tables) != 1:
        raise RefusedError("E-FORMAT", f"an archive of {len(own)} files, {len(tables)} of them CSV", _UNPACK)
    return archive.read(tables[0], MOST_TABLE_BYTES)


def _kind_fault(start: bytes, is_packed: bool) -> FileFault | None:
    is_bzip2 = start.startswith(b"BZh") and start[4:10] == b"1AY&SY"
    if is_bzip2 or start.startswith(_COMPRESSED) or (is_packed and start.startswith(_PACKED)):
        return FileFault("E-FORMAT", "a compressed file", "unpack it first")
    if start.startswith(_OLD_WORKBOOK):
        return OLD_OR_LOCKED._replace(rule="E-FORMAT")
    if start.startswith(_PACKED):
        return FileFault("E-FORMAT", "a workbook under another name", "give it its suffix .xlsx again")
    return other_kind(start)


def other_kind(start: bytes) -> FileFault | None:
    """Say what a file is by its first bytes, where it is no table at all, whatever its name says."""
    bare = start.lstrip(b"\xef\xbb\xbf \r\n\t")
    kind = next((kind for sign, kind in _OTHER_KINDS.items() if bare[: len(sign)].lower() == sign.lower()), None)
    return FileFault("E-FORMAT", f"{kind} under the name of a table", AS_TABLE) if kind else None


def _name(part: zipfile.ZipInfo) -> str:
    return part.orig_filename.replace("\\", "/")


def _misleads(part: zipfile.ZipInfo) -> bool:
    """Whether a part is encrypted, packed in an unusual way, a link, or named to leave its folder."""
    name = _name(part)
    is_odd = part.flag_bits & _ENCRYPTED or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    leaves = name.startswith("/") or ".." in name.split("/") or "\0" in name
    return bool(is_odd or leaves or stat.S_ISLNK(part.external_attr >> 16))
