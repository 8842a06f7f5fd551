"""Do jobs in processes of their own: one that dies, hangs or runs wild ends alone.

Where the system can fork, every process begins as a copy of one warmed, single-threaded parent that has imported
everything already (the standard library's forkserver); elsewhere each starts from nothing.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Generic, NamedTuple, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

CAN_FORK = "forkserver" in multiprocessing.get_all_start_methods()

ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",  # a process with threads must not be forked
    "OMP_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "PYTHONSAFEPATH": "1",  # a file dropped into the current folder is never imported
    "PYTHONUTF8": "1",
}


class Ended(NamedTuple, Generic[Job, Result]):
    """One job that has ended: its result, or None and the `failure` of its process."""

    job: Job
    result: Result | None
    failure: str


class _Running(NamedTuple, Generic[Job]):
    job: Job
    process: BaseProcess
    since: float


def do_each(
    work: Callable[[Job], Result], jobs: Sequence[Job], workers: int, seconds: float
) -> Iterator[Ended[Job, Result]]:
    """Do every job in a process of its own and yield it when it has ended.

    Parameters
    ----------
    work
        A function of a module; it and its jobs must be picklable.
    jobs
        Begun in this order.
    workers
        Processes at once.
    seconds
        How long one job may take before its process is killed.
    """
    context = _context()
    waiting = list(reversed(jobs))
    running: dict[Connection, _Running[Job]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                _start(context, work, waiting.pop(), running)
            ready = wait(list(running), timeout=0.5)
            for receiver in [c for c in running if c in ready or _is_late(running[c], seconds)]:
                yield _end(receiver, running.pop(receiver), seconds)
    finally:
        for left in running.values():
            left.process.kill()


def _context() -> BaseContext:
    os.environ |= {name: os.environ.get(name, value) for name, value in ENVIRONMENT.items()}
    if not CAN_FORK:
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["coursewaves.warm"])
    return context


def _start(
    context: BaseContext, work: Callable[[Job], Result], job: Job, running: dict[Connection, _Running[Job]]
) -> None:
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(work, job, sender))  # type: ignore[attr-defined]
    process.start()
    sender.close()
    running[receiver] = _Running(job, process, time.monotonic())


def _work(work: Callable[[Job], Result], job: Job, sender: Connection) -> None:
    try:
        sender.send((work(job), ""))
    except Exception as error:  # its message, and a traceback on the console, could tell what a participant wrote
        sender.send((None, type(error).__name__))
    sender.close()


def _is_late(running: _Running[Job], seconds: float) -> bool:
    return time.monotonic() - running.since > seconds


def _end(receiver: Connection, running: _Running[Job], seconds: float) -> Ended[Job, Result]:
    failure = ""
    result = None
    try:
        if receiver.poll():
            result, failure = receiver.recv()
        else:
            failure = f"took longer than {seconds:.0f} s"
            running.process.kill()
    except EOFError:
        failure = "its process died"
    running.process.join(5)
    receiver.close()
    return Ended(running.job, result, failure)
