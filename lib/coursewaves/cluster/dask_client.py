"""Speak with the scheduler of a Dask cluster: connect, see who works, and name what went wrong.

Dask is an optional library; nothing is imported of it before a cluster is named.
"""

import json
import logging
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any

from coursewaves.cluster.station import OTHER_VERSION
from coursewaves.cluster.storage import missing

CONNECT_SECONDS = 60.0
"""How long a scheduler may be out of reach, at the beginning and on the way, before it counts as gone.

A service restarts it within some seconds, on another machine within a minute.
"""

CLOSE_SECONDS = 10.0

ANSWER_SECONDS = 30.0
"""How long the scheduler may need for an answer before it counts as gone."""

WAIT_SECONDS = 60.0
"""How long the cluster may be without a worker before it counts as gone."""

UNREACHED, GONE = "the cluster's scheduler can't be reached", "the cluster's scheduler is gone"
NO_WORKERS, DIED = "the cluster has no workers", "its process died"

MOST_ASKED = 3
"""How often a scheduler that does not answer is asked before it counts as gone."""

log = logging.getLogger("coursewaves")

_LOUD = ("distributed", "tornado", "asyncio")


class LostError(Exception):
    """The scheduler or all workers are gone."""


class DroppedError(Exception):
    """What a task came to is not there any more, though nothing is wrong with the task: it can be asked for again."""


def reason_of(error: Exception) -> str:
    """Name what became of a task that no worker could end; the text of an error could tell what a participant wrote."""
    if type(error).__name__ == "KilledWorker":
        return DIED
    if isinstance(error, ImportError | AttributeError):  # the function by which pages are made is not there
        return OTHER_VERSION
    return f"the worker failed: {type(error).__name__}"


def reply_of(future: Any) -> Any:
    """Return what a task that has ended replied.

    Raises
    ------
    DroppedError
        Where the worker that held the reply died before we fetched it, or the connection to the scheduler broke: Dask
        forgets then what it had said.
    Exception
        What the task came to itself; see `reason_of`.
    """
    if future.status not in ("finished", "error"):
        raise DroppedError
    try:
        text = future.result(timeout=ANSWER_SECONDS)
    except Exception:
        if future.status == "error":
            raise
        raise DroppedError from None
    return json.loads(text)


def workers_of(client: Any) -> list[str]:
    """Return the addresses of the workers; a scheduler that is busy or out of reach for a while is asked again.

    Raises
    ------
    LostError
        Where the scheduler does not answer, or the client gave up connecting again.
    """
    for _ in range(MOST_ASKED):
        try:
            return list(client.sync(client.scheduler.ncores, callback_timeout=ANSWER_SECONDS))
        except Exception as error:
            if client.status not in ("running", "connecting"):
                break
            log.warning("the cluster's scheduler does not answer: %s", type(error).__name__)
    raise LostError(GONE)


def wait_for_workers(client: Any) -> None:
    """Wait for the first worker of a cluster that has just been started.

    Raises
    ------
    LostError
        Where none comes.
    """
    until = time.monotonic() + WAIT_SECONDS
    while not workers_of(client):
        if time.monotonic() > until:
            raise LostError(NO_WORKERS)
        time.sleep(0.1)


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Connect to a scheduler, without a word of Dask's in the output.

    Raises
    ------
    LostError
        Where it can't be reached.
    """
    distributed = _distributed()
    with _silence():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of other versions of Dask's own parts; ours are compared by us
                client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False, asynchronous=False)
        except Exception:
            raise LostError(UNREACHED) from None
        try:
            yield client
        finally:
            with suppress(Exception):
                client.close(timeout=CLOSE_SECONDS)


def _distributed() -> ModuleType:
    try:
        import distributed  # noqa: PLC0415  (an optional library, whose import costs a second)
    except ImportError:
        raise missing("distributed") from None
    return distributed


@contextmanager
def _silence() -> Iterator[None]:
    """Keep what Dask logs, such as every lost connection, out of the output: what matters is told as a failure."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in _LOUD]
    levels = {logging.getLogger(name): logging.getLogger(name).level for name in [*_LOUD, *names]}
    for logger in levels:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)
