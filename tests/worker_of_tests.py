"""A cluster's worker as it is, but that it misbehaves as ``MISBEHAVES`` says; Dask loads this before its first task.

Run as a script, it is that worker's overseer, whose copies misbehave.
"""

import os
import signal
import sys
import time

HOW, _, COURSE = os.environ.get("MISBEHAVES", "").partition(": ")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def misbehave() -> None:
    """Change what the worker itself does."""
    from coursewaves.cluster import station
    from coursewaves.workers import pool

    if HOW == "page dies":
        pool.COMMAND = [sys.executable, "-P", __file__, "coursewaves.publishing.warm"]
    if HOW == "has another version":
        station.program_digest = lambda anew=False: "another"
    if HOW == "is slow":
        pages = station._pages
        station._pages = lambda task: time.sleep(1) or pages(task)
    if HOW in ("worker dies", "can't make"):
        make = station.Station.make

        def make_or_not(self, task):
            if HOW == "can't make":
                raise KeyError("a participant's words")
            if HOW == "worker dies" and task.subject_id == COURSE:
                die()
            return make(self, task)

        station.Station.make = make_or_not


def make_or_die() -> None:
    """Have the page in English of one course kill the process that makes it."""
    from coursewaves.publishing import making

    make_report = making.make_report

    def make(notebook, parameters, *more):
        if parameters["course_id"] == COURSE and parameters["language"] == "en":
            die()
        return make_report(notebook, parameters, *more)

    making.make_report = make


if __name__ == "__main__":
    from coursewaves.workers import foreman

    make_or_die()
    foreman.main()
else:
    misbehave()
