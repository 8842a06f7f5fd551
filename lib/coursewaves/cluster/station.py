"""Where a worker of a cluster makes pages: a task goes in, pages go to the storage, what became of each comes out.

A worker of Dask may start no processes by `multiprocessing`; the overseer here is a plain subprocess, as on one
machine, and each task's pages are made by a copy of it. It stays between tasks, since its start costs a second.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from coursewaves.cluster.parcels import OF_COURSE, Task, input_name, program_digest, unpack
from coursewaves.cluster.storage import Storage, as_stored, sealed, unsealed
from coursewaves.errors import CoursewavesError
from coursewaves.processed.contents import digest, settings_digest
from coursewaves.publishing.publish import ENGINE, WARM_UP, WORK
from coursewaves.settings.home import Home
from coursewaves.system.limits import Limits
from coursewaves.system.private_files import private_folder
from coursewaves.system.processes import CAN_FORK, death_of
from coursewaves.system.run_folder import RunFolder
from coursewaves.workers.overseer import ATTEMPTS, Order
from coursewaves.workers.pool import Ended, Foreman, Told, do_each

OTHER_VERSION = "the worker has another version of coursewaves"

IDLE_SECONDS = 15.0
"""A station that had no task for so long is closed, and its folder removed."""

_own = threading.local()


class OtherVersionError(CoursewavesError):
    """The worker's program is not the runner's: a page that it made could differ."""


class Station:
    """An overseer and the private work folder in which it makes the pages of one runner's tasks, one at a time.

    Parameters
    ----------
    task
        The first of the tasks: all have its `Task.surroundings`.

    Raises
    ------
    OtherVersionError
        Where the program is not the runner's.
    CoursewavesError
        Where the inputs can't be read.
    """

    def __init__(self, task: Task) -> None:
        if program_digest(anew=True) != task.program:
            raise OtherVersionError(OTHER_VERSION)
        self.surroundings = task.surroundings
        self.storage = Storage(task.storage)
        shared = fetched(self.storage, task.shared)
        self.foreman = Foreman() if CAN_FORK else None
        self.own = self.foreman.own if self.foreman else RunFolder()
        self.folder = self.own.path
        self.home = Home(private_folder(self.folder / "home"))
        self.lines: Iterator[dict[str, Any]] | None = None
        self.n_jobs, self.year = 0, ""
        self.is_closed = self.is_busy = False
        self.lock = threading.Lock()
        self.idle = threading.Timer(IDLE_SECONDS, self._end_idle)
        try:
            unpack(shared, self.home.root)
            if settings_digest(self.home) != task.settings:
                raise CoursewavesError("The settings are not the runner's any more")
        except BaseException:
            self.close()
            raise

    def take(self) -> bool:
        """Take the station for a task; false where it has closed meanwhile."""
        with self.lock:
            self.idle.cancel()
            self.is_busy = not self.is_closed
            return self.is_busy

    def leave(self) -> None:
        """Let the station wait for the next task."""
        with self.lock:
            self.is_busy = False
            if self.is_closed:
                return
            self.idle = threading.Timer(IDLE_SECONDS, self._end_idle)
            self.idle.daemon = True
            self.idle.start()

    def _end_idle(self) -> None:
        with self.lock:
            if not self.is_busy:
                self.close()

    def close(self) -> None:
        """End all processes and remove the folder."""
        self.is_closed = True
        if self.foreman:
            self.foreman.close()
        self.own.close()

    def make(self, task: Task) -> Iterator[tuple[str, dict[str, Any]]]:
        """Make the pages of a task; yield each language with what was told of it, and "" with the failure at the end.

        Raises
        ------
        CoursewavesError
            Where the data can't be read.
        """
        partition = self.home.partition(task.subject_id)
        if partition.parent != self.home.partitions:
            raise CoursewavesError("The subject's name leads out of the work folder")
        try:
            private_folder(self.home.partitions)
            if task.kind == OF_COURSE:
                partition.write_bytes(fetched(self.storage, task.data))
            elif task.data != self.year:
                unpack(fetched(self.storage, task.data), self.home.root)
                self.year = task.data
            for event in self._events(task):
                if isinstance(event, Told):
                    yield event.words["language"], event.words
                else:
                    yield "", {"failure": event.failure}
        except BaseException:
            self.close()
            raise
        finally:
            partition.unlink(missing_ok=True)

    def _events(self, task: Task) -> Iterator[Told | Ended]:
        job = {
            "home": str(self.home.root), "kind": task.kind, "subject_id": task.subject_id, "about": task.about,
            "pages": task.pages, "formats": task.formats, "engine": ENGINE if CAN_FORK else None, "limits": task.limits,
        }  # fmt: skip
        limits, arguments = Limits.model_validate(task.limits), {
            "home": str(self.home.root), "languages": task.languages, "formats": task.formats
        }  # fmt: skip
        if self.foreman is None:
            yield from do_each(WORK, [job], 1, limits, WARM_UP, arguments)
            return
        place, self.n_jobs = self.n_jobs, self.n_jobs + 1
        if self.lines is None:
            order = Order(
                WORK, WARM_UP, arguments, [job], [place], 1, limits.model_dump(), str(self.folder), False, True
            )
            self.lines = self.foreman.serve(order)
        else:
            self.foreman.add(place, job)
        yield from self._heard(place, job)

    def _heard(self, place: int, job: dict[str, Any]) -> Iterator[Told | Ended]:
        """Hear of one job until it ends; where the overseer dies, the station is closed."""
        for line in self.lines or ():
            if line["place"] != place:
                continue  # of a task that was not heard to its end
            if "told" in line:
                yield Told(place, job, line["told"])
            else:
                yield Ended(place, job, line["ended"])
                return
        death = death_of(self.foreman.process.wait()) if self.foreman else ""
        self.close()
        yield Ended(place, job, death)


def fetched(storage: Storage, sha256: str) -> bytes:
    """Return an input, once it is sure that it is the one that was meant."""
    content = storage.read(input_name(sha256))
    if content is None:
        raise CoursewavesError("The worker finds no inputs in the storage; fix: let all machines reach the same one")
    if digest(content) != sha256:
        raise CoursewavesError("The inputs were changed in the storage")
    return content


def make_on_worker(text: str) -> str:
    """Make the pages of one task on the worker that this runs on; called by Dask.

    Parameters
    ----------
    text
        A `Task` as JSON.

    Returns
    -------
    str
        JSON: ``pages``, for each language ``language`` and ``sha256`` or ``failure``; where the worker is not fit
        for it, ``unfit``, its address, too. Nothing is raised: Dask would log what it was asked.
    """
    task = Task(**json.loads(text))
    pages: list[dict[str, str]] = []
    failure = unfit = ""
    try:
        for page in _pages(task):
            pages.append(page)
    except OtherVersionError as error:
        failure, unfit = str(error), _address()
    except CoursewavesError as error:
        failure = str(error)
    except Exception as error:
        failure = f"the worker failed: {type(error).__name__}"
    left = {language for language, _ in task.pages} - {page["language"] for page in pages}
    pages += [{"language": language, "failure": failure} for language in sorted(left)]
    return json.dumps({"pages": pages, "unfit": unfit})


def _address() -> str:
    from distributed import get_worker  # noqa: PLC0415  (an optional library, and there where Dask calls)

    return str(get_worker().address)


def _pages(task: Task) -> Iterator[dict[str, str]]:
    """Tell of each page: of one that is there already too, made for a runner that died."""
    storage = Storage(task.storage)
    left = []
    for language, title in task.pages:
        page = unsealed(storage.read(task.page_name(language)))
        if page is None:
            left.append([language, title])
        else:
            yield {"language": language, "sha256": digest(page.encode())}
    n_deaths = 0
    while left:
        failure, station = "", _station(task)
        try:
            for language, words in station.make(task._replace(pages=left)):
                if language:
                    left = [page for page in left if page[0] != language]
                    yield {"language": language} | _stored(storage, task, language, words)
                else:
                    failure = words["failure"]
        finally:
            station.leave()
        n_deaths += station.is_closed
        if left and not (station.is_closed and n_deaths < ATTEMPTS):
            yield {"language": left.pop(0)[0], "failure": failure or "its process told nothing of it"}


def _station(task: Task) -> Station:
    """Return this thread's station for a task; it is opened where there is none, or one for other tasks."""
    station: Station | None = getattr(_own, "station", None)
    if station is not None and station.take():
        if station.surroundings == task.surroundings:
            return station
        station.close()
    station = _own.station = Station(task)
    station.take()
    return station


def _stored(storage: Storage, task: Task, language: str, words: dict[str, Any]) -> dict[str, str]:
    if "failure" in words:
        return {"failure": words["failure"]}
    with suppress(CoursewavesError):
        page = as_stored(words)
        storage.write(task.page_name(language), sealed(page))
        return {"sha256": digest(page.encode())}
    return {"failure": "the worker can't write its page to the storage"}
