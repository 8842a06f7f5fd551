"""Make reports on many machines: the same jobs as on one, by an existing engine (Dask) and a storage that all reach.

The machines are sent names of files and get plain JSON back; answers and pages go by way of the storage, and this
process alone publishes.
"""

import json
import queue
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from coursewaves.cluster import dask_client
from coursewaves.cluster.dask_client import (
    DIED,
    NO_WORKERS,
    DroppedError,
    LostError,
    connected,
    log,
    reason_of,
    reply_of,
    wait_for_workers,
    workers_of,
)
from coursewaves.cluster.parcels import OF_COURSE, Task, input_name, pack, pack_year, program_digest
from coursewaves.cluster.station import make_on_worker
from coursewaves.cluster.storage import INPUTS, Storage, as_stored, as_told, unsealed
from coursewaves.errors import CoursewavesError
from coursewaves.processed.contents import digest, settings_digest
from coursewaves.publishing.publish import Do
from coursewaves.settings.home import Home
from coursewaves.system.limits import Limits
from coursewaves.workers.pool import Ended, Told

LOOK_SECONDS = 5.0

DROPPED, MOST_DROPPED = "the cluster dropped what became of it", 5
"""How often a task may be asked for again whose reply was dropped, so that no broken cluster keeps a run for ever."""


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
        For `coursewaves.publishing.publish.make_reports`. It raises a `CoursewavesError` where the scheduler, a worker
        or the storage can't be reached to begin with. When they are lost on the way, the reports that are left fail
        with the reason; pages that were made meanwhile are found by the next run.
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
        """Do jobs; see `coursewaves.workers.pool.do_each`."""
        storage = Storage(self.url or str(self.home.processed / "cluster"))
        storage.sweep()
        try:
            with connected(self.address) as client:
                wait_for_workers(client)
                self.was_there = True
                yield from _Doing(self.home, client, storage, self.limits, jobs).do()
            if not self.url:
                storage.sweep(float("inf"))  # nobody else's: what a runner that was killed had published lies there
        except LostError as lost:
            if not self.was_there:
                raise CoursewavesError(
                    f"Can't begin: {lost} ({self.address}); fix: start it, or name another"
                ) from None
            for place, job in enumerate(jobs):
                yield from _failed(place, job, str(lost))


class _Doing:
    """The jobs of one call under way."""

    def __init__(self, home: Home, client: Any, storage: Storage, limits: Limits, jobs: list[dict[str, Any]]) -> None:
        self.home, self.client, self.storage, self.limits, self.jobs = home, client, storage, limits, jobs
        self.ended: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
        self.tasks: dict[int, Task] = {}
        self.futures: dict[int, Any] = {}
        self.unfit: set[str] = set()
        self.bound: dict[int, list[str]] = {}
        self.suspects: list[int] = []
        self.is_alone = False
        self.n_dropped: Counter[int] = Counter()
        self.sent: set[str] = set()

    def do(self) -> Iterator[Told | Ended]:
        """Begin all jobs and tell of each when it has ended; whatever happens, no answers stay in the storage.

        What no client asks for any more Dask drops: closing the client cancels the rest.
        """
        try:
            self._begin()
            while self.futures or self._try_suspect():
                place, future = self._next()
                if self.futures.get(place) is future:
                    yield from self._end(place, future)
        except LostError as lost:
            for place in [*self.futures, *self.suspects]:
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
            own = {name: job[name] for name in ("kind", "subject_id", "about", "pages", "formats")}
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

    def _try_suspect(self) -> bool:
        """Ask once more, each alone, for the tasks that were lost with several workers.

        Dask blames all tasks that wait on a worker for its death; only one that kills a worker alone does it itself.
        """
        self.is_alone = bool(self.suspects)
        if self.suspects:
            self._submit(self.suspects.pop(0))
        return self.is_alone

    def _next(self) -> tuple[int, Any]:
        """Wait for the next task that has ended, and look whether the cluster is still there."""
        alive = time.monotonic()
        while True:
            with suppress(queue.Empty):
                return self.ended.get(timeout=LOOK_SECONDS)
            there = workers_of(self.client)
            if there:
                alive = time.monotonic()
                self._free(there)
            elif time.monotonic() - alive > dask_client.WAIT_SECONDS:
                raise LostError(NO_WORKERS)

    def _free(self, there: list[str]) -> None:
        """Give the tasks of workers that are gone to any."""
        for place in self.futures:
            if self.bound[place] and not {*self.bound[place]} & {*there}:
                self._submit(place)

    def _end(self, place: int, future: Any) -> Iterator[Told | Ended]:
        """Tell of a task that has ended; one that a worker refused goes to another."""
        try:
            reply = reply_of(future)
        except DroppedError:
            yield from self._again(place)
            return
        except Exception as error:
            if reason_of(error) == DIED and not self.is_alone:
                del self.futures[place]
                self.suspects.append(place)
            else:
                yield from self._found(place, reason_of(error))
            return
        self.unfit |= {reply["unfit"]} - {""}
        fit = [address for address in workers_of(self.client) if address not in self.unfit] if reply["unfit"] else []
        if fit:
            self._submit(place, fit)
            return
        del self.futures[place]
        yield from self._told(place, {page["language"]: page for page in reply["pages"]})

    def _again(self, place: int) -> Iterator[Told | Ended]:
        """Ask again for a task whose reply was dropped: its pages are in the storage, so that none is made twice."""
        there = workers_of(self.client)
        self.n_dropped[place] += 1
        if self.n_dropped[place] > MOST_DROPPED:
            yield from self._found(place, DROPPED)
            return
        log.warning("the cluster dropped what became of %s: asked again", self.tasks[place].subject_id)
        self._submit(place, [address for address in self.bound[place] if address in there])

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

    def _fetched(self, place: int, language: str, sha256: str = "") -> dict[str, Any]:
        try:
            content = self.storage.read(self.tasks[place].page_name(language))
        except CoursewavesError as error:
            return {"failure": str(error)}
        page = unsealed(content)
        if page is None or sha256 not in ("", digest(page.encode())):
            return {"failure": "its page in the storage is missing or damaged"}
        return as_told(page)

    def _found(self, place: int, failure: str) -> Iterator[Told | Ended]:
        """Tell of a task that came to no end: pages that were made before are there; the rest failed."""
        self.futures.pop(place, None)
        replies = {}
        for language, _ in self.jobs[place]["pages"]:
            words = self._fetched(place, language)
            is_there = "page" in words
            replies[language] = {"sha256": digest(as_stored(words).encode())} if is_there else {"failure": failure}
        yield from self._told(place, replies)


def _failed(place: int, job: dict[str, Any], failure: str) -> Iterator[Told | Ended]:
    for language, _ in job["pages"]:
        yield Told(place, job, {"language": language, "failure": failure})
    yield Ended(place, job, "")
