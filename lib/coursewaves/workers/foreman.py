"""The overseer's process: imports everything once, takes one order, and does its jobs.

``python -m coursewaves.workers.foreman`` reads one order, a line of JSON, from its standard input, and writes what
happens as lines of JSON to its standard output. When its input closes, its runner is gone: it kills its copies and
ends.
"""

import gc
import importlib
import json
import os
import select
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

from coursewaves.errors import CoursewavesError
from coursewaves.system.limits import Limits
from coursewaves.system.processes import CAN_FORK, RUN, kill_marked, kill_tree
from coursewaves.workers.child import Task, do_task, function_of
from coursewaves.workers.overseer import READ_SIZE, Order, Overseer, RunnerGoneError, write

WATCH_SECONDS = 0.25


def _read_order(source: int) -> Order:
    text = b""
    while not text.endswith(b"\n"):
        more = os.read(source, READ_SIZE)
        if not more:
            raise RunnerGoneError
        text += more
    return Order(**json.loads(text))


def _watch(source: int) -> None:
    """Look every moment whether the runner still lives, while imports and preparations keep this process busy."""
    poll = select.poll()
    poll.register(source, 0)

    def look(*_: Any) -> None:
        if poll.poll(0):
            shutil.rmtree(Path.cwd(), ignore_errors=True)  # else the runner does it
            os._exit(1)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, WATCH_SECONDS, WATCH_SECONDS)


def _end_with_runner(source: int, folder: str) -> None:
    """End this process, and all that its job started, when the runner is gone, and remove the run's folder."""

    def wait() -> None:
        while os.read(source, READ_SIZE):
            pass
        kill_marked(RUN, os.environ.get(RUN, ""))
        shutil.rmtree(folder, ignore_errors=True)
        kill_tree(os.getpid())

    threading.Thread(target=wait, daemon=True).start()


def _do_alone(order: Order, source: int, sink: int) -> NoReturn:
    _end_with_runner(source, order.folder)
    folder = Path(order.jobs[0].get("folder") or order.folder)
    mark = f"{os.environ.get(RUN, '')}.{order.places[0]}"
    task = Task(order.work, order.jobs[0], Limits.model_validate(order.limits), folder, mark)
    do_task(task, lambda line: write(sink, line))


def _begin(warm: str, source: int) -> Order:
    """Import what all jobs need, take the order and open what they share."""
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # grammars of addresses: seconds, for no notebook
    importlib.import_module(warm)
    order = _read_order(source)
    if order.prepare:
        function_of(order.prepare)(**order.arguments)
    return order


def _reason(error: Exception) -> str:
    """Name an error without what it may quote; a message of this library's own quotes nobody."""
    if isinstance(error, CoursewavesError):
        return str(error)
    return " ".join(filter(None, [type(error).__name__, error.name if isinstance(error, ImportError) else ""]))


def _serve(warm: str, source: int, sink: int) -> None:
    if CAN_FORK:
        _watch(source)
    try:
        order = _begin(warm, source)
    except Exception as error:
        if isinstance(error, RunnerGoneError):
            shutil.rmtree(Path.cwd(), ignore_errors=True)
        else:
            write(sink, json.dumps({"failed": _reason(error)}).encode() + b"\n")
        return
    if order.is_alone:
        _do_alone(order, source, sink)
    signal.setitimer(signal.ITIMER_REAL, 0)
    gc.collect()
    try:
        Overseer(order, source, sink).oversee()
    except (RunnerGoneError, BrokenPipeError):
        shutil.rmtree(order.folder, ignore_errors=True)  # else the runner does it
    finally:
        kill_marked(RUN, os.environ.get(RUN, ""))
    os._exit(0)  # taking hundreds of modules down would keep the runner waiting


def main() -> None:
    """Serve one runner; standard input and output are taken away from everything else first."""
    source, sink = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1):
        os.dup2(nowhere, handle)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    _serve(sys.argv[1], source, sink)


if __name__ == "__main__":
    importlib.import_module(
        "coursewaves.workers.foreman"
    ).main()  # not as __main__, which belongs to the notebook's shell
