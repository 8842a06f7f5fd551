"""Write the files of an export; what goes wrong on the disk is one message without a path."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coursewaves.errors import CoursewavesError
from coursewaves.system.private_files import private_draft


@contextmanager
def told(folder: Path, fix: str = "name another folder with --to") -> Iterator[None]:
    """Turn a full disk, or a folder that is not ours, into one message without a path."""
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CoursewavesError(f"Can't write to {folder.name}: {why}; fix: {fix}.") from error


def write_text(path: Path, text: str) -> None:
    """Write a text file as UTF-8, its line ends as they stand."""
    with private_draft(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="")
