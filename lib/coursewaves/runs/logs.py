"""Write the log of unattended runs: one line an event, for its owner alone, and without what anybody answered.

An exception's text may repeat a cell of the data, so that only its class and our own line of code are written. A
value that is no text, number or time is named by its type. Control characters are gone, so that nothing forges a line.
"""

import logging
import logging.handlers
import os
import sys
import traceback
from contextlib import suppress
from datetime import UTC, date, datetime
from io import TextIOWrapper
from numbers import Number
from pathlib import Path, PurePath
from typing import Any

from coursewaves.settings.home import Home
from coursewaves.system import PACKAGE
from coursewaves.system.oneline import one_line
from coursewaves.system.private_files import private_folder

LOG = "coursewaves.log"
BYTES = 1_000_000
FILES_KEPT = 10

LONGEST_EVENT = 2_000
LONGEST_VALUE = 500

_NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)


def open_log(home: Home) -> logging.Logger:
    """Open ``logs/coursewaves.log`` of a work folder and return the logger that writes there.

    A new file is begun at 1 MB and ten old ones are kept. Two processes must not write at once: open it when the run
    has its lock. Where the file can't be written, the lines go to the standard error, and the first one says so.
    """
    logger = close_log()
    logger.setLevel(logging.INFO)
    logger.propagate = False  # a handler above would write the texts of exceptions
    fault = ""
    try:
        handler: logging.Handler = _PrivateFile(home)
    except OSError as error:
        handler, fault = _StandardError(sys.stderr), type(error).__name__
    handler.setFormatter(OneLine(home.root))
    logger.addHandler(handler)
    if fault:
        logger.warning("the log can't be written, it goes to the standard error: %s", fault)
    return logger


def close_log() -> logging.Logger:
    """Close the log and return its logger, which drops what it is told until the log is opened again."""
    logger = logging.getLogger("coursewaves")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        with suppress(OSError, ValueError):  # a full disk refuses what was still to be written
            handler.close()
    logger.addHandler(logging.NullHandler())
    return logger


class OneLine(logging.Formatter):
    """Write an event on one line: the time in UTC, the level, what happened, the class of its error."""

    def __init__(self, root: Path | None = None) -> None:
        super().__init__()
        self.root = root

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of an event."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        event = one_line(self._event(record), self.root, LONGEST_EVENT)
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        told = f": {told_error(error)}" if error is not None else ""
        return f"{time} {record.levelname} {event}{told}"

    def _event(self, record: logging.LogRecord) -> str:
        if not isinstance(record.msg, str):
            return str(self._safe(record.msg))
        values = record.args
        if not values:
            return record.msg
        safe = (
            {k: self._safe(v) for k, v in values.items()}
            if isinstance(values, dict)
            else tuple(map(self._safe, values))
        )
        try:
            return record.msg % safe
        except (TypeError, ValueError, KeyError):
            return record.msg

    def _safe(self, value: Any) -> Any:
        """Return what may be written of a value."""
        if value is None or isinstance(value, Number | date):
            return value
        if isinstance(value, PurePath):
            return value.name
        if isinstance(value, str):
            return one_line(value, self.root, LONGEST_VALUE)
        return type(value).__name__


def told_error(error: BaseException) -> str:
    """Return the class of an error and of what it arose from, and the line of ours where each was raised; no text.

    >>> told_error(KeyError("what a participant wrote"))
    'KeyError'
    """
    told = []
    met: list[BaseException] = []
    while not any(error is earlier for earlier in met) and len(met) < 5:
        met.append(error)
        ours = [
            frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(PACKAGE)
        ]
        place = f" ({Path(ours[-1].filename).name}:{ours[-1].lineno})" if ours else ""
        told.append(f"{type(error).__name__}{place}")
        error = error.__cause__ or error.__context__ or error
    return " from ".join(told)


class _Unstopped:
    """A handler that loses a line rather than stop a run, as for a full disk."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Say nothing: logging's own complaint would show the values."""


class _StandardError(_Unstopped, logging.StreamHandler):  # type: ignore[type-arg]
    """What is left where the log can't be written."""


class _PrivateFile(_Unstopped, logging.handlers.RotatingFileHandler):
    """A log that is its owner's alone (mode 0600), and no link to another file."""

    def __init__(self, home: Home) -> None:
        path = private_folder(home.logs) / LOG
        super().__init__(path, maxBytes=BYTES, backupCount=FILES_KEPT, encoding="utf-8", errors="backslashreplace")

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | _NO_LINK
        handle = os.open(self.baseFilename, flags, 0o600)
        Path(self.baseFilename).chmod(0o600)  # one of an earlier day may be open to others
        return TextIOWrapper(os.fdopen(handle, "ab"), encoding="utf-8", errors="backslashreplace", write_through=True)
