"""The formats of a report: its page always, and others with the same numbers, each a file beside it."""

import base64
from collections.abc import Iterable
from typing import Any, Literal, get_args

from coursewaves.errors import CoursewavesError

Format = Literal["html", "json", "xlsx", "pdf", "docx"]
FORMATS: tuple[Format, ...] = get_args(Format)

PAGE = "html"
"""The format that is always made; all others are made with it or of it."""


def others(formats: Iterable[str]) -> list[str]:
    """Return the formats beside the page, each once, in one order.

    Raises
    ------
    CoursewavesError
        For a format that there is not.

    >>> others(["pdf", "json", "html", "json"])
    ['json', 'pdf']
    """
    asked = {*formats}
    for name in sorted(asked - {*FORMATS}):
        raise CoursewavesError.not_found(name, "the formats of reports", FORMATS)
    return [name for name in FORMATS if name in asked and name != PAGE]


def as_words(page: str, files: dict[str, bytes]) -> dict[str, Any]:
    """Return a page and its files as what a process may tell: values of JSON."""
    return {"page": page} | (
        {"files": {name: base64.b64encode(files[name]).decode() for name in files}} if files else {}
    )


def files_of(words: dict[str, Any]) -> dict[str, bytes]:
    """Return the files that a process told with its page, by format.

    >>> files_of(as_words("<p>", {"json": b"{}"}))
    {'json': b'{}'}
    """
    return {name: base64.b64decode(text) for name, text in words.get("files", {}).items()}
