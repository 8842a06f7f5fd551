"""Do jobs in processes of their own: one that dies, hangs or runs wild ends alone, and nothing is left behind.

Where the system can fork, one overseer (`coursewaves.workers.foreman`) imports everything once and copies itself for
each job; elsewhere each job's process starts from nothing. Both are plain subprocesses, so that this works inside a
process that may start no others by `multiprocessing`, such as a worker of Dask.
"""

import atexit
import json
import os
import queue
import subprocess
import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from coursewaves.errors import CoursewavesError
from coursewaves.system.isolation import isolated_environment
from coursewaves.system.limits import Limits
from coursewaves.system.processes import CAN_FORK, RUN, death_of, kill_group, kill_marked, kill_tree
from coursewaves.system.run_folder import RunFolder
from coursewaves.workers.child import Job
from coursewaves.workers.overseer import ATTEMPTS, Order

__all__ = ["CAN_FORK", "Ended", "Foreman", "Job", "Told", "do_each"]

COMMAND = [sys.executable, "-P", "-m", "coursewaves.workers.foreman", "coursewaves.publishing.warm"]

HUGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""Memory in few large pages is copied, and given back, in two thirds of the time."""

_PATIENCE = 2.0


class Told(NamedTuple):
    """What a job told while it went on; `place` is its place in the list of jobs."""

    place: int
    job: Job
    words: dict[str, Any]


class Ended(NamedTuple):
    """One job that has ended; `failure` is empty where its function returned.

    A failure is ``took longer than 120 s``, ``needed more than 2000 MB``, ``its process died (SIGSEGV)`` or the name
    of the exception's class: never its text, which could tell what a participant wrote.
    """

    place: int
    job: Job
    failure: str


def do_each(
    work: str,
    jobs: Sequence[Job],
    workers: int,
    limits: Limits | None = None,
    prepare: str = "",
    arguments: Mapping[str, Any] | None = None,
    foreman: "Foreman | None" = None,
) -> Iterator[Told | Ended]:
    """Do every job in a process of its own; yield what it tells at once, and its end.

    Parameters
    ----------
    work
        A function of this package, named ``module:function``. It is called with the job and with ``tell``, by which
        it sends values of JSON while it goes on. A process that dies is begun once more, with all that it told before
        under the job's key ``told``, so that nothing need be made twice.
    jobs
        Dictionaries of JSON values, begun in this order. The current folder of a job's process, its home and its
        temporary files are a private folder: the job's ``folder`` if it names one, which then stays, else one that
        is removed when it ends.
    workers
        Processes at once.
    limits
        Bounds of each job; by default those of `Limits`.
    prepare
        A function of this package that opens what all jobs share; called once, before the first copy is made (where
        the system can't copy, by each job's process). What it returns is dropped: it fills a cache.
    arguments
        Its arguments, values of JSON by name.
    foreman
        An overseer that was made beforehand; by default a new one.

    Yields
    ------
    Told, Ended
        Closing the generator ends all processes.

    Raises
    ------
    CoursewavesError
        Where `prepare` fails.
    """
    run = _Run(work, list(jobs), workers, limits or Limits(), prepare, dict(arguments or {}))
    yield from _oversee(run, foreman) if CAN_FORK else _one_by_one(run)


class _Run(NamedTuple):
    work: str
    jobs: list[Job]
    workers: int
    limits: Limits
    prepare: str
    arguments: dict[str, Any]

    def order(self, told: Mapping[int, list[Any]], folder: Path) -> Order:
        """Write the order for some jobs, with what each told already."""
        jobs = [self.jobs[place] | ({"told": words} if words else {}) for place, words in told.items()]
        return Order(
            self.work, self.prepare, self.arguments, jobs, list(told), self.workers, self.limits.model_dump(),
            str(folder), not CAN_FORK,
        )  # fmt: skip


def _oversee(run: _Run, foreman: "Foreman | None") -> Iterator[Told | Ended]:
    """Let one overseer do all jobs; where itself dies, another does what is left, as long as any is done."""
    told: dict[int, list[Any]] = {place: [] for place in range(len(run.jobs))}
    while told:
        n_left = len(told)
        with foreman or Foreman() as serving:
            for event in serving.serve(run.order(told, serving.folder)):
                place = event["place"]
                if "told" in event:
                    told[place].append(event["told"])
                    yield Told(place, run.jobs[place], event["told"])
                else:
                    del told[place]
                    yield Ended(place, run.jobs[place], event["ended"])
            death = death_of(serving.process.wait()) if told else ""
        foreman = None
        if len(told) == n_left:
            yield from (Ended(place, run.jobs[place], death) for place in told)
            return


def _one_by_one(run: _Run) -> Iterator[Told | Ended]:
    """Begin a new process for each job."""
    told: dict[int, list[Any]] = {place: [] for place in range(len(run.jobs))}
    waiting = deque((place, 1) for place in told)
    running: dict[int, _Alone] = {}
    heard: queue.Queue[tuple[_Alone, dict[str, Any] | CoursewavesError | None]] = queue.Queue()
    try:
        while waiting or running:
            while waiting and len(running) < run.workers:
                place, attempt = waiting.popleft()
                running[place] = _Alone(run, place, attempt, told[place], heard)
            job, line = _next(running, heard)
            if running.get(job.place) is not job:
                continue  # the last words of one that was killed
            if isinstance(line, CoursewavesError):
                raise line
            if line is not None and "told" in line:
                told[job.place].append(line["told"])
                yield Told(job.place, run.jobs[job.place], line["told"])
                continue
            del running[job.place]
            failure = job.end(line)
            if line is None and job.attempt < ATTEMPTS:
                waiting.appendleft((job.place, job.attempt + 1))
            else:
                yield Ended(job.place, run.jobs[job.place], failure)
    finally:
        for left in running.values():
            left.end({})


class _Alone:
    """A process of its own for one job, and the thread that listens to it."""

    def __init__(self, run: _Run, place: int, attempt: int, told: list[Any], heard: "queue.Queue[Any]") -> None:
        self.place, self.attempt = place, attempt
        self.foreman = Foreman()
        self.too_long = {"end": run.limits.too_long}
        self.ends_at = time.monotonic() + run.limits.seconds
        order = run.order({place: told}, self.foreman.folder)
        threading.Thread(target=self._listen, args=(order, heard), daemon=True).start()

    def _listen(self, order: Order, heard: "queue.Queue[Any]") -> None:
        try:
            for line in self.foreman.serve(order):
                heard.put((self, line))
            heard.put((self, None))
        except CoursewavesError as error:
            heard.put((self, error))

    def end(self, line: Mapping[str, Any] | None) -> str:
        """End the process and return its failure."""
        status = self.foreman.process.wait() if line is None else 0
        self.foreman.kill()
        self.foreman.close()
        return death_of(status) if line is None else str(line.get("end", ""))


def _next(
    running: Mapping[int, _Alone], heard: "queue.Queue[Any]"
) -> tuple[_Alone, dict[str, Any] | CoursewavesError | None]:
    first = min(running.values(), key=lambda job: job.ends_at)
    try:
        found: tuple[_Alone, dict[str, Any] | CoursewavesError | None] = heard.get(
            timeout=max(0.0, first.ends_at - time.monotonic())
        )
    except queue.Empty:
        return first, first.too_long
    return found


class Foreman:
    """One overseer, importing from the moment that it is made: make it early, and other work goes on meanwhile.

    It serves one `do_each`, or one order that stays open for jobs which are added. Closing it, or leaving its
    ``with`` block, ends it and all that it started.
    """

    def __init__(self) -> None:
        self.mark = uuid.uuid4().hex
        self.own = RunFolder()
        self.folder = self.own.path
        environment = {**HUGE_PAGES, **isolated_environment(self.folder), RUN: self.mark}
        self.process = subprocess.Popen(  # noqa: S603
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
            cwd=self.folder, start_new_session=True, umask=0o077 if os.name == "posix" else -1,
        )  # fmt: skip
        atexit.register(self.close)  # also for one whose generator is never closed

    def serve(self, order: Order) -> Iterator[dict[str, Any]]:
        """Send an order and yield the lines that come back until there are no more.

        Raises
        ------
        CoursewavesError
            Where it could not begin.
        """
        self._send(order._asdict())
        for line in self.process.stdout or ():
            if not line.endswith(b"\n"):  # it died while it spoke
                return
            event: dict[str, Any] = json.loads(line)
            if "failed" in event:
                raise CoursewavesError(f"The work can't begin: {event['failed']}")
            yield event

    def add(self, place: int, job: Job) -> None:
        """Add a job to an order that is open; its lines come from where the order is served."""
        self._send({"place": place, "job": job})

    def _send(self, line: Mapping[str, Any]) -> None:
        if self.process.stdin is None:
            raise AssertionError
        with suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(line).encode() + b"\n")
            self.process.stdin.flush()

    def close(self) -> None:
        """End it and all that it started, and remove its folder."""
        atexit.unregister(self.close)
        if self.process.stdin is not None:
            with suppress(OSError):
                self.process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_PATIENCE)
        self.kill()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.own.close()

    def kill(self) -> None:
        """Kill it and all that it started."""
        if self.process.poll() is None:
            kill_tree(self.process.pid)
            self.process.wait()
        kill_group(self.process.pid)
        kill_marked(RUN, self.mark)

    def __enter__(self) -> "Foreman":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
