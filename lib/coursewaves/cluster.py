"""Make reports on many machines: the same jobs as on one, by an existing engine (Dask) and a storage that all reach.

The machines are sent names of files and get plain JSON back; answers and pages go by way of the storage, and this
process alone publishes.
"""

import json
import logging
import queue
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any

from coursewaves.contents import digest, settings_digest
from coursewaves.errors import CoursewavesError
from coursewaves.limits import Limits
from coursewaves.parcels import OF_COURSE, Task, input_name, pack, pack_year, program_digest
from coursewaves.publish import Do
from coursewaves.settings import Home
from coursewaves.station import OTHER_VERSION, make_on_worker
from coursewaves.storage import INPUTS, Storage, missing, unsealed
from coursewaves.workers import Ended, Told

CONNECT_SECONDS = 10.0
LOOK_SECONDS = 5.0
ANSWER_SECONDS = 30.0
"""How long the scheduler may need for an answer before it counts as gone."""

WAIT_SECONDS = 60.0
"""How long the cluster may be without a worker before it counts as gone."""

GONE, NO_WORKERS, DIED = "the cluster's scheduler is gone", "the cluster has no workers", "its process died"

_LOUD = ("distributed", "tornado", "asyncio")


def on_cluster(home: Home, address: str, storage: str = "", limits: Limits | None = None) -> Do:
    """Make reports on the workers of a Dask cluster.

    Parameters
    ----------
    home
        The work folder; nothing but the runner needs to see it, if `storage` is named.
    address
        Of the scheduler, such as ``tcp://host:8786``. With ``tls://`` the certificates are those of Dask's own
        configuration.
    storage
        A folder as fsspec names it, which all machines reach by the same name (``s3://bucket/folder``, a mount); by
        default one below the work folder. Each machine brings its own credentials. What holds answers is removed
        from it when a run ends.
    limits
        Bounds of each report; by default those of the settings.

    Returns
    -------
    Do
        For `coursewaves.publish.make_reports`. It raises a `CoursewavesError` where the scheduler, a worker or the
        storage can't be reached to begin with. When they are lost on the way, the reports that are left fail with the
        reason; pages that were made meanwhile are found by the next run.
    """
    if "://" not in address:
        raise CoursewavesError(f"Can't find the scheduler {address!r}; fix: name it as 'tcp://host:8786'")
    return _Cluster(home, address, storage, limits or home.settings.limits).do


class _Cluster:
    """A cluster, over all calls of one run."""

    def __init__(self, home: Home, address: str, storage: str, limits: Limits) -> None:
        self.home, self.address, self.url, self.limits = home, address, storage, limits
        self.was_there = False

    def do(self, jobs: list[dict[str, Any]]) -> Iterator[Told | Ended]:
        """Do jobs; see `coursewaves.workers.do_each`."""
        storage = Storage(self.url or str(self.home.processed / "cluster"))
        storage.sweep()
        try:
            with _client(self.address) as client:
                self.was_there = True
                yield from _Doing(self.home, client, storage, self.limits, jobs).do()
            if not self.url:
                storage.sweep(float("inf"))  # nobody else's: what a runner that was killed had published lies there
        except _LostError as lost:
            if not self.was_there:
                raise CoursewavesError(f"{lost} ({self.address}); fix: start it, or name another") from None
            for place, job in enumerate(jobs):
                yield from _failed(place, job, str(lost))


class _LostError(Exception):
    """The scheduler or all workers are gone."""


class _Doing:
    """The jobs of one call under way."""

    def __init__(self, home: Home, client: Any, storage: Storage, limits: Limits, jobs: list[dict[str, Any]]) -> None:
        self.home, self.client, self.storage, self.limits, self.jobs = home, client, storage, limits, jobs
        self.ended: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
        self.tasks: dict[int, Task] = {}
        self.futures: dict[int, Any] = {}
        self.unfit: set[str] = set()
        self.bound: dict[int, list[str]] = {}
        self.sent: set[str] = set()

    def do(self) -> Iterator[Told | Ended]:
        """Begin all jobs and tell of each when it has ended; whatever happens, no answers stay in the storage.

        What no client asks for any more Dask drops: closing the client cancels the rest.
        """
        _wait_for_workers(self.client)
        try:
            self._begin()
            while self.futures:
                place, future = self._next()
                if self.futures.get(place) is future:
                    yield from self._end(place, future)
        except _LostError as lost:
            for place in list(self.futures):
                yield from self._found(place, str(lost))
        finally:
            for sha256 in self.sent:
                self.storage.remove(input_name(sha256))

    def _begin(self) -> None:
        shared = pack(self.home)
        common: dict[str, Any] = {
            "storage": self.storage.url, "program": program_digest(), "shared": digest(shared),
            "settings": settings_digest(self.home), "languages": self.home.settings.languages,
            "limits": self.limits.model_dump(),
        }  # fmt: skip
        there = self.storage.sizes(INPUTS)
        self._send(shared, there)
        whole = ""
        for place, job in enumerate(self.jobs):
            if job["kind"] == OF_COURSE:
                data = self._send(self.home.partition(job["subject_id"]).read_bytes(), there)
            else:
                data = whole = whole or self._send(pack_year(self.home), there)
            self.sent.add(data)
            own = {name: job[name] for name in ("kind", "subject_id", "about", "pages")}
            self.tasks[place] = Task(**common, **own, data=data)
            self._submit(place)

    def _send(self, content: bytes, there: dict[str, int]) -> str:
        """Put an input into the storage, unless it is there already; return its hash."""
        sha256 = digest(content)
        if there.get(input_name(sha256)) != len(content):
            self.storage.write(input_name(sha256), content)
            there[input_name(sha256)] = len(content)
        return sha256

    def _submit(self, place: int, workers: list[str] | None = None) -> None:
        """Ask for a task, of any worker or of those that are named."""
        text = json.dumps(self.tasks[place]._asdict())
        future = self.client.submit(make_on_worker, text, pure=False, workers=workers)
        self.bound[place] = workers or []
        self.futures[place] = future
        future.add_done_callback(lambda done: self.ended.put((place, done)))

    def _next(self) -> tuple[int, Any]:
        """Wait for the next task that has ended, and look whether the cluster is still there."""
        alive = time.monotonic()
        while True:
            with suppress(queue.Empty):
                return self.ended.get(timeout=LOOK_SECONDS)
            there = _workers(self.client)
            if there:
                alive = time.monotonic()
                self._free(there)
            elif time.monotonic() - alive > WAIT_SECONDS:
                raise _LostError(NO_WORKERS)

    def _free(self, there: list[str]) -> None:
        """Give the tasks of workers that are gone to any."""
        for place in self.futures:
            if self.bound[place] and not {*self.bound[place]} & {*there}:
                self._submit(place)

    def _end(self, place: int, future: Any) -> Iterator[Told | Ended]:
        """Tell of a task that has ended; one that a worker refused goes to another."""
        if future.status not in ("finished", "error"):  # cancelled, and not by us
            raise _LostError(GONE)
        try:
            reply = json.loads(future.result(timeout=ANSWER_SECONDS))
        except Exception as error:
            yield from self._found(place, _reason(error))
            return
        self.unfit |= {reply["unfit"]} - {""}
        fit = [address for address in _workers(self.client) if address not in self.unfit] if reply["unfit"] else []
        if fit:
            self._submit(place, fit)
            return
        del self.futures[place]
        yield from self._told(place, {page["language"]: page for page in reply["pages"]})

    def _told(self, place: int, replies: dict[str, dict[str, str]]) -> Iterator[Told | Ended]:
        """Tell of each page; one that was fetched is removed when it has been taken."""
        job = self.jobs[place]
        for language, _ in job["pages"]:
            reply = replies.get(language, {"failure": "the worker told nothing of it"})
            if "failure" in reply:
                yield Told(place, job, {"language": language, "failure": reply["failure"]})
                continue
            yield Told(place, job, {"language": language} | self._fetched(place, language, reply["sha256"]))
            self.storage.remove(self.tasks[place].page_name(language))
        yield Ended(place, job, "")

    def _fetched(self, place: int, language: str, sha256: str = "") -> dict[str, str]:
        try:
            content = self.storage.read(self.tasks[place].page_name(language))
        except CoursewavesError as error:
            return {"failure": str(error)}
        page = unsealed(content)
        if page is None or sha256 not in ("", digest(page.encode())):
            return {"failure": "its page in the storage is missing or damaged"}
        return {"page": page}

    def _found(self, place: int, failure: str) -> Iterator[Told | Ended]:
        """Tell of a task that came to no end: pages that were made before are there; the rest failed."""
        del self.futures[place]
        replies = {}
        for language, _ in self.jobs[place]["pages"]:
            page = self._fetched(place, language).get("page")
            replies[language] = {"sha256": digest(page.encode())} if page else {"failure": failure}
        yield from self._told(place, replies)


def _failed(place: int, job: dict[str, Any], failure: str) -> Iterator[Told | Ended]:
    for language, _ in job["pages"]:
        yield Told(place, job, {"language": language, "failure": failure})
    yield Ended(place, job, "")


def _reason(error: Exception) -> str:
    """Name what became of a task that no worker could end; the text of an error could tell what a participant wrote."""
    if type(error).__name__ == "KilledWorker":
        return DIED
    if isinstance(error, ImportError | AttributeError):  # the function by which pages are made is not there
        return OTHER_VERSION
    return f"the worker failed: {type(error).__name__}"


def _workers(client: Any) -> list[str]:
    """Return the addresses of the workers.

    Raises
    ------
    _LostError
        Where the scheduler does not answer.
    """
    try:
        return list(client.sync(client.scheduler.ncores, callback_timeout=ANSWER_SECONDS))
    except Exception:
        raise _LostError(GONE) from None


def _wait_for_workers(client: Any) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not _workers(client):
        if time.monotonic() > until:
            raise _LostError(NO_WORKERS)
        time.sleep(0.1)


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """Connect to a scheduler, without a word of Dask's in the output.

    Raises
    ------
    _LostError
        Where it can't be reached.
    """
    distributed = _distributed()
    with _silence():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of other versions of Dask's own parts; ours are compared by us
                client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False, asynchronous=False)
        except Exception:
            raise _LostError("The scheduler can't be reached") from None
        try:
            yield client
        finally:
            with suppress(Exception):
                client.close(timeout=CONNECT_SECONDS)


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
