"""One job in the process that lives for it: apart, bounded, and heard of until its last word."""

import importlib
import json
import os
import random
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from coursewaves.system.isolation import isolate
from coursewaves.system.limits import Limits, bound_process, lift_memory_bound
from coursewaves.system.processes import JOB, be_killed_first, die_with_parent

Job = dict[str, Any]
"""What a job needs to know, in values of JSON."""

Tell = Callable[[dict[str, Any]], None]

PACKAGES = ["coursewaves"]
"""Whose functions may be named as work; a test adds its own."""

SEED = 20_260_101
"""Of Python's and numpy's own random numbers, the same in each process: no result depends on which made it."""


class Task(NamedTuple):
    """One job and what it needs.

    Attributes
    ----------
    work
        Name of the function that does it, ``module:function``.
    job
        Its argument.
    limits
        Its bounds.
    folder
        Its private folder.
    mark
        By which the processes that it starts are known.
    """

    work: str
    job: Job
    limits: Limits
    folder: Path
    mark: str


def function_of(name: str) -> Callable[..., Any]:
    """Import the function that is named ``module:function``; only one of this package is taken.

    Raises
    ------
    ValueError
        For another name.
    """
    module, _, function = name.partition(":")
    if re.fullmatch(r"[\w.]+:\w+", name) is None or module.partition(".")[0] not in PACKAGES:
        raise ValueError("no function of this package")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def begin_fork(parent: int) -> None:
    """Make a process that was forked just now one of its own, which ends with its parent and hears no terminal."""
    die_with_parent(parent)
    os.setsid()
    be_killed_first()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def do_task(task: Task, send: Callable[[bytes], None]) -> NoReturn:
    """Do a job, send each of its words and its end as a line of JSON, and end this process.

    Nothing is sent by a copy of this process that the job made, and nothing of an error but the name of its kind:
    its message could tell what a participant wrote.
    """
    own = os.getpid()

    def speak(line: dict[str, Any]) -> None:
        if os.getpid() == own:
            send(json.dumps(line).encode() + b"\n")

    failure = ""
    try:
        _prepare(task)
        function_of(task.work)(task.job, lambda words: speak({"told": words}))
    except MemoryError:
        lift_memory_bound()
        failure = task.limits.too_much_memory
    except BaseException as error:
        failure = type(error).__name__
    finally:  # also where the words for a failure find no memory: then it dies without an end
        speak({"end": failure})
        os._exit(0)  # what a job left, such as a thread that never ends, is not waited for


def _prepare(task: Task) -> None:
    os.environ[JOB] = task.mark
    isolate(task.folder)
    random.seed(SEED)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(SEED % 2**32)
    _silence()
    bound_process(task.limits)


def _silence() -> None:
    """Lead what compiled code and subprocesses print nowhere: it could be an answer."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1, 2):
        os.dup2(nowhere, handle)
    if nowhere > 2:
        os.close(nowhere)
