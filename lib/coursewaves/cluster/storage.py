"""Where the machines of a cluster exchange files: a folder of any file system that fsspec knows.

A file is written whole or not at all: an object store takes it in one go, a disk gets it beside its place, synced,
and moved there.
"""

import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from coursewaves.errors import CoursewavesError
from coursewaves.processed.contents import digest
from coursewaves.system.private_files import sweep, write_private_bytes

INPUTS, PAGES = "inputs", "pages"

OLD = 7 * 86_400.0
"""Seconds after which a file was left behind by a runner that was killed: it holds answers, and is removed."""

_SEAL = re.compile(rb"\n<!-- sha256 ([0-9a-f]{64}) -->\n\Z")

_WITH_FILES = "page and files "
"""How a stored page with other formats begins; a page begins with its doctype."""

Found = TypeVar("Found")


def missing(library: str) -> CoursewavesError:
    """Say that a library is missing which only a cluster needs."""
    return CoursewavesError(f"A cluster needs the library {library}; fix: pip install 'coursewaves[cluster]'")


class Storage:
    """A folder that the runner and all workers reach.

    Parameters
    ----------
    url
        An address as fsspec takes it, ``s3://bucket/folder``, or the path of a mount.

    Raises
    ------
    CoursewavesError
        Where it can't be opened, and by every method where it can't be used. No message holds the address, which may
        hold a password.
    """

    def __init__(self, url: str) -> None:
        try:
            from fsspec.core import url_to_fs  # noqa: PLC0415  (an optional library)
            from fsspec.implementations.local import LocalFileSystem  # noqa: PLC0415
        except ImportError:
            raise missing("fsspec") from None
        self.files, root = _tried("open", lambda: url_to_fs(url, use_listings_cache=False))
        self.is_local = isinstance(self.files, LocalFileSystem)
        self.root = str(root).rstrip("/")
        self.url = str(self.files.unstrip_protocol(self.root)) if self.is_local else url
        if "memory" in (self.files.protocol if isinstance(self.files.protocol, tuple) else [self.files.protocol]):
            raise CoursewavesError("Can't use the storage: memory is no other machine's; fix: name a shared folder.")

    def read(self, name: str) -> bytes | None:
        """Return the content of a file; None where there is none."""

        def read() -> bytes | None:
            with suppress(FileNotFoundError):
                return bytes(self.files.cat_file(self._path(name)))
            return None

        return _tried("read", read)

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole; one that is there is replaced."""
        if self.is_local:
            _tried("write to", lambda: write_private_bytes(Path(self._path(name)), content))
        else:
            _tried("write to", lambda: self.files.pipe_file(self._path(name), content))

    def remove(self, name: str) -> None:
        """Remove a file, where there is one; what can't be removed now is removed when it is old."""
        with suppress(Exception):
            self.files.rm_file(self._path(name))

    def sizes(self, folder: str) -> dict[str, int]:
        """Return the bytes of each file in a folder, by name as `read` takes it."""

        def find() -> dict[str, Any]:
            with suppress(FileNotFoundError):
                return dict(self.files.find(self._path(folder), detail=True))
            return {}

        return {f"{folder}/{path.rpartition('/')[2]}": int(info["size"]) for path, info in _tried("read", find).items()}

    def sweep(self, now: float | None = None) -> None:
        """Remove what runners that were killed left behind long ago."""
        oldest = (time.time() if now is None else now) - OLD
        for folder in (INPUTS, PAGES):
            if self.is_local:
                sweep(Path(self._path(folder)), now)
            for name in self.sizes(folder):
                with suppress(Exception):  # a file system that knows no times, or a file that is gone meanwhile
                    if self.files.modified(self._path(name)).timestamp() < oldest:
                        self.remove(name)

    def _path(self, name: str) -> str:
        return f"{self.root}/{name}"


def _tried(what: str, use: Callable[[], Found]) -> Found:
    """Use a storage; each has errors of its own, and their texts may hold its address."""
    try:
        return use()
    except CoursewavesError:
        raise
    except ImportError as error:
        raise CoursewavesError(f"Can't {what} the storage: {error.name or 'a library'} is not installed") from None
    except Exception as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise CoursewavesError(f"Can't {what} the storage: {reason}") from None


def as_stored(words: dict[str, Any]) -> str:
    """Return what a process told of a page as one text: the page alone, or with its other formats as JSON.

    >>> as_told(as_stored({"page": "<p>", "files": {"json": "e30="}, "language": "kk"}))
    {'page': '<p>', 'files': {'json': 'e30='}}
    """
    if not words.get("files"):
        return str(words["page"])
    return _WITH_FILES + json.dumps({"page": words["page"], "files": words["files"]})


def as_told(stored: str) -> dict[str, Any]:
    """Return what was stored as it was told."""
    if stored.startswith(_WITH_FILES):
        return dict(json.loads(stored.removeprefix(_WITH_FILES)))
    return {"page": stored}


def sealed(page: str) -> bytes:
    """Return a page as it is stored: its hash stands behind it, so that one that is not whole is known.

    >>> unsealed(sealed("<p>Ә</p>"))
    '<p>Ә</p>'
    >>> unsealed(sealed("<p>Ә</p>")[1:]) is None
    True
    """
    content = page.encode()
    return content + f"\n<!-- sha256 {digest(content)} -->\n".encode()


def unsealed(content: bytes | None) -> str | None:
    """Return the page that was stored; None where there is none, or not the whole."""
    seal = _SEAL.search(content or b"")
    if content is None or seal is None or digest(content[: seal.start()]) != seal[1].decode():
        return None
    return content[: seal.start()].decode()
