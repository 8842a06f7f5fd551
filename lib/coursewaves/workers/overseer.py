"""Do the jobs of one order in copies of this very process, so many at once, and watch over them.

It has one thread, for only such a process may be copied. It forks with ``os.fork`` and not with `multiprocessing`,
whose processes may not start others, and which waits at their end for what a notebook may have left running.
"""

import gc
import json
import os
import selectors
import shutil
import signal
import tempfile
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from coursewaves.system.limits import Limits
from coursewaves.system.processes import JOB, RUN, death_of, kill_group, kill_marked, kill_tree
from coursewaves.workers.child import Job, Task, begin_fork, do_task

READ_SIZE = 1 << 16
ATTEMPTS = 2
"""A process that dies, which may be the machine's fault, is tried once more; an error or a limit is not."""


class Order(NamedTuple):
    """What a runner asks for, see `coursewaves.workers.pool.do_each`; `places` are the jobs' in its own list.

    Attributes
    ----------
    is_alone
        Whether this very process does the one job, where the system can't copy processes.
    folder
        The run's private folder, removed at the end.
    is_open
        Whether more jobs may follow, each a line with its ``place`` and ``job``, until the input closes.
    """

    work: str
    prepare: str
    arguments: dict[str, Any]
    jobs: list[Job]
    places: list[int]
    workers: int
    limits: dict[str, Any]
    folder: str
    is_alone: bool
    is_open: bool = False


class _Running:
    """One copy at work."""

    def __init__(self, place: int, attempt: int, folder: Path, told: list[Any]) -> None:
        self.place, self.attempt, self.folder, self.told = place, attempt, folder, told
        self.pid = self.pipe = -1
        self.ends_at = 0.0
        self.heard = b""
        self.end: str | None = None
        self.is_buried = False


class RunnerGoneError(Exception):
    """The runner's end of the input was closed."""


class Overseer:
    """Does the jobs of one order."""

    def __init__(self, order: Order, source: int, sink: int) -> None:
        self.order, self.source, self.sink = order, source, sink
        self.limits = Limits.model_validate(order.limits)
        self.waiting = deque((place, 1, list[Any](job.get("told", []))) for place, job in self._jobs())
        self.running: dict[int, _Running] = {}
        self.dying: set[int] = set()
        self.folders: list[Path] = []
        self.unsent, self.unread = bytearray(), b""
        self.selector = selectors.PollSelector()
        self.selector.register(source, selectors.EVENT_READ)
        self.bell, self.ring = os.pipe()
        self.selector.register(self.bell, selectors.EVENT_READ)

    def _jobs(self) -> list[tuple[int, Job]]:
        return list(enumerate(self.order.jobs))

    def oversee(self) -> None:
        """Do all jobs, so many at once; whatever happens, no copy outlives this."""
        for handle in (self.bell, self.ring, self.sink):
            os.set_blocking(handle, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.ring, warn_on_full_buffer=False)  # a copy's death ends the wait for words
        try:
            while self.order.is_open or self.waiting or self.running or self.unsent:
                while self.waiting and len(self.running) < self.order.workers:
                    self._start(*self.waiting.popleft())
                if self.order.is_open or self.running or self.unsent:  # else none could be begun, and nobody rings
                    self._wait()
                self._kill_late()
        finally:
            for child in list(self.running.values()):
                self._clear(child)

    def _wait(self) -> None:
        first = min((child.ends_at for child in self.running.values()), default=None)
        timeout = None if first is None else max(0.0, first - time.monotonic())
        for key, _ in self.selector.select(timeout):
            if key.fd == self.source:
                self._take(os.read(self.source, READ_SIZE))
            if key.fd == self.sink:
                self._send(b"")
            if key.fd == self.bell:
                os.read(self.bell, READ_SIZE)
                self._bury()
            child = self.running.get(key.data) if key.data else None
            if child is not None:
                self._hear(child)

    def _take(self, text: bytes) -> None:
        """Take what the runner sent: more jobs for an order that is open; nothing means that it is gone."""
        if not text:
            raise RunnerGoneError
        *lines, self.unread = (self.unread + text).split(b"\n")
        for line in map(json.loads, lines):
            self.waiting.append((len(self.order.jobs), 1, []))
            self.order.jobs.append(line["job"])
            self.order.places.append(line["place"])

    def _start(self, place: int, attempt: int, told: list[Any]) -> None:
        job = self.order.jobs[place] | ({"told": told} if told else {})
        mark = f"{os.environ.get(RUN, '')}.{place}"
        try:
            child = _Running(place, attempt, self._folder_for(job), told)
        except OSError as error:  # such as a full disk
            self._tell({"place": self.order.places[place], "ended": f"has no private folder: {error.strerror}"})
            return
        child.pipe, speak = os.pipe()
        gc.freeze()  # so that collecting garbage in a copy does not touch, and copy, this process's pages
        parent = os.getpid()
        child.pid = os.fork()
        if not child.pid:
            self._become(Task(self.order.work, job, self.limits, child.folder, mark), parent, speak)
        os.close(speak)
        os.set_blocking(child.pipe, False)
        child.ends_at = time.monotonic() + self.limits.seconds
        self.running[child.pid] = child
        self.selector.register(child.pipe, selectors.EVENT_READ, data=child.pid)

    def _folder_for(self, job: Job) -> Path:
        """Return the folder that a job names, else an empty one; a job seldom leaves anything, so they serve again."""
        if job.get("folder"):
            return Path(job["folder"])
        return self.folders.pop() if self.folders else Path(tempfile.mkdtemp(dir=self.order.folder))

    def _become(self, task: Task, parent: int, speak: int) -> NoReturn:
        """Go on as the copy: none of the overseer's own lines stays open in it."""
        try:
            begin_fork(parent)
            self.selector.close()
            for handle in (self.source, self.sink, self.bell, self.ring, *(c.pipe for c in self.running.values())):
                os.close(handle)
            do_task(task, lambda line: write(speak, line))
        finally:
            os._exit(1)

    def _hear(self, child: _Running) -> bool:
        """Take some of what a copy said, its last word ends it; return whether there may be more."""
        try:
            words = os.read(child.pipe, READ_SIZE)
        except BlockingIOError:
            return False
        if not words:
            self.selector.unregister(child.pipe)  # closed without a last word: its death will ring
            return False
        *lines, child.heard = (child.heard + words).split(b"\n")
        try:
            for line in map(json.loads, lines):
                if "end" in line:
                    child.end = line["end"]
                else:
                    child.told.append(line["told"])
                    self._tell({"place": self._place(child), "told": line["told"]})
        except (ValueError, KeyError, TypeError):  # a cell wrote there
            child.end = "its process spoke no sense"
        if child.end is not None:
            self._end(child, child.end)
        return child.end is None

    def _bury(self) -> None:
        for pid in list(self.dying):
            if os.waitpid(pid, os.WNOHANG)[0]:
                self.dying.remove(pid)
        for child in list(self.running.values()):
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            child.is_buried = pid != 0
            while pid and child.pipe in self.selector.get_map() and self._hear(child):
                pass
            if pid and child.end is None:
                self._died(child, death_of(os.waitstatus_to_exitcode(status)))

    def _died(self, child: _Running, death: str) -> None:
        if child.attempt < ATTEMPTS:
            self._clear(child)
            kill_marked(JOB, f"{os.environ.get(RUN, '')}.{child.place}")
            self.waiting.appendleft((child.place, child.attempt + 1, child.told))
        else:
            self._end(child, death)

    def _kill_late(self) -> None:
        now = time.monotonic()
        for child in [child for child in self.running.values() if child.ends_at <= now]:
            self._end(child, self.limits.too_long)

    def _end(self, child: _Running, failure: str) -> None:
        self._clear(child)
        if failure:
            kill_marked(JOB, f"{os.environ.get(RUN, '')}.{child.place}")
        self._tell({"place": self._place(child), "ended": failure})

    def _place(self, child: _Running) -> int:
        return self.order.places[child.place]

    def _clear(self, child: _Running) -> None:
        """Kill a copy and all of its group, and empty its folder, unless the job named one.

        One that told its end does nothing more: while the system takes its memory back, the next is begun.
        """
        del self.running[child.pid]
        if child.is_buried:
            kill_group(child.pid)
        else:
            kill_tree(child.pid)
            self.dying.add(child.pid)
        if child.end is None and not child.is_buried:
            os.waitpid(child.pid, 0)
            self.dying.remove(child.pid)
        if child.pipe in self.selector.get_map():
            self.selector.unregister(child.pipe)
        os.close(child.pipe)
        if not self.order.jobs[child.place].get("folder"):
            self._empty(child.folder)

    def _empty(self, folder: Path) -> None:
        if any(folder.iterdir()):
            shutil.rmtree(folder, ignore_errors=True)
        else:
            self.folders.append(folder)

    def _tell(self, event: dict[str, Any]) -> None:
        self._send(json.dumps(event).encode() + b"\n")

    def _send(self, line: bytes) -> None:
        """Write what the runner is ready to take, and keep the rest: its slowness must stop no clock."""
        self.unsent += line
        with suppress(BlockingIOError):
            while self.unsent:
                del self.unsent[: os.write(self.sink, self.unsent)]
        is_watched = self.sink in self.selector.get_map()
        if self.unsent and not is_watched:
            self.selector.register(self.sink, selectors.EVENT_WRITE)
        elif is_watched and not self.unsent:
            self.selector.unregister(self.sink)


def write(handle: int, line: bytes) -> None:
    """Write a whole line, waiting where its reader is slow."""
    while line:
        line = line[os.write(handle, line) :]
