"""Jobs for the tests of processes: each misbehaves in its own way, in a process that is started for it."""

import ctypes
import errno
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from coursewaves.errors import CoursewavesError

prepared: dict[str, Any] = {}
"""What was opened beforehand, in the parent of all jobs."""


def open_for_all(**what: Any) -> None:
    """Open what all jobs share."""
    if what.get("fails"):
        raise KeyError("a participant's words")
    if what.get("mistake"):
        raise CoursewavesError.not_found("P9", "courses", ["P1"])
    if what.get("is_full"):
        tempfile.mkdtemp = no_space
    if what.get("module"):
        __import__(what["module"])
    prepared.update(what, opened_by=os.getpid())


def no_space(**more: Any) -> None:
    """Be a full disk."""
    raise OSError(errno.ENOSPC, "No space left on device")


def square(job, tell):
    tell({"square": job["number"] ** 2})


def see_prepared(job, tell):
    tell({**prepared, "here": os.getpid(), "parent": os.getppid()})


def tell_many(job, tell):
    for number in range(job["many"]):
        tell({"number": number, "text": "x" * job.get("size", 1)})


def be_slow_after_telling(job, tell):
    tell({"at": "once"})
    time.sleep(600)


def sleep_briefly(job, tell):
    time.sleep(job["seconds"])
    tell({"pid": os.getpid()})


def misbehave(job, tell):
    how = job["how"]
    if how != "well":
        WAYS[how](job)
    tell({"how": how})


def die_once(job, tell):
    """Tell one thing, die; when begun again, tell only what was not told."""
    told = [words["part"] for words in job.get("told", [])]
    for part in job["parts"]:
        if part not in told:
            tell({"part": part, "told_before": told})
            if not told:
                os.kill(os.getpid(), signal.SIGKILL)


def count(job):
    with Path(job["count"]).open("a") as file:
        file.write("x")


def die_always(job, tell):
    count(job)
    os._exit(3)


def fail_and_count(job, tell):
    count(job)
    raise ValueError("a participant's words")


def look_around(job, tell):
    names = job.get("names", [])
    environment = {name: os.environ.get(name) for name in names}
    umask = os.umask(0)
    os.umask(umask)
    places = {"cwd": str(Path.cwd()), "temporary": tempfile.gettempdir(), "home": str(Path.home())}
    process = {"group": os.getpgid(0), "session": os.getsid(0), "pid": os.getpid(), "umask": umask, "path": sys.path}
    ways = {"zone": time.tzname[0], "utf8": sys.flags.utf8_mode, "hash": hash("a text")}
    tell({"environment": environment, "files": [path.name for path in Path().iterdir()], **places, **process, **ways})


def leave_files(job, tell):
    Path("left").write_text("words")
    Path("folder/deep").mkdir(parents=True)
    tell({"folder": str(Path.cwd()), "mode": Path("left").stat().st_mode & 0o777})


def draw(job, tell):
    import numpy as np

    tell({"place": job["place"], "numpy": float(np.random.random()), "python": random.random()})


def print_much(job, tell):
    sys.stdout.write("a participant's words\n")
    sys.stdout.flush()
    sys.stderr.write("a participant's words\n")
    os.system("echo a participant\\'s words; echo a participant\\'s words >&2")
    ctypes.CDLL(None).puts(b"a participant's words")
    tell({"printed": True})


def import_what_lies_around(job, tell):
    found = []
    for name in ("seaborn_dropped", "lib", "dropped_into_home"):
        try:
            __import__(name)
            found.append(name)
        except ImportError:
            pass
    tell({"found": found, "flag": os.environ.get("DROPPED_CODE_RAN", "")})


def see_modules(job, tell):
    """Tell which modules are not there yet, and how many threads the parent has."""
    missing = [name for name in job["names"] if name not in sys.modules]
    tell({"missing": missing, "threads": len(list(Path(f"/proc/{os.getppid()}/task").iterdir()))})


def see_what_a_report_imports(job, tell):
    from coursewaves.publishing.report import make_page

    before = set(sys.modules)
    language = job["parameters"]["language"]
    make_page(Path(job["notebook"]), job["parameters"], "Title", language, "coursewaves", None, Path.cwd())
    tell({"new": sorted(set(sys.modules) - before)})


def run_notebook(job, tell):
    """Make a page as reports are made; tell what it is, or why there is none."""
    from coursewaves.publishing.report import ReportError, make_page
    from coursewaves.system.limits import Limits

    limits = Limits.model_validate(job.get("limits", {}))
    try:
        page = make_page(
            Path(job["notebook"]), job.get("parameters", {}), "Title", "en", job.get("engine"), limits, Path.cwd()
        )
        tell({"page": page})
    except ReportError as error:
        tell({"failure": str(error)})


def make_pages(job, tell):
    """Make pages in place of notebooks: each says its title and how many forms its fullest wave has."""
    from coursewaves.processed.year import Year
    from coursewaves.settings.formats import as_words
    from coursewaves.settings.home import Home

    told = {words["language"] for words in job.get("told", [])}
    for language, title in job["pages"]:
        if language in told:
            continue
        if title == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if title == "fail":
            tell({"language": language, "failure": "cell `x`: KeyError"})
            continue
        home = Home(Path(job["home"]))
        partition = home.partition(job["subject_id"]) if job["kind"] == "course" else None
        responses = Year(home, partition).responses
        page = f"{language} {title} {responses['wave'].value_counts().iloc[0]} forms"
        tell({"language": language} | as_words(page, {name: f"{name} of {page}".encode() for name in job["formats"]}))


def make_pages_backwards(job, tell):
    """Make pages of what the process may read; the later a course stands in the plan, the sooner it has ended."""
    home, number = Path(job["home"]), int(job["subject_id"].rpartition("-")[2])
    partition = (home / "data" / "processed" / "courses" / f"{job['subject_id']}.zip").read_bytes()
    for language, title in job["pages"]:
        time.sleep(0.01 * max(13 - number, 0))
        page = f"{language} {title} {hashlib.sha256(partition).hexdigest()}"
        tell({"language": language, "page": page})


def fill_memory(job: dict[str, Any]) -> None:
    held = []
    while True:
        held.append(bytearray(10_000_000))


def fill_memory_in_small_pieces(job: dict[str, Any]) -> None:
    held = []
    while True:
        held.append([str(len(held))])


def swallow_every_interrupt(job: dict[str, Any]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while True:
        with suppress(BaseException):
            time.sleep(1)


def start_sleepers(job: dict[str, Any]) -> None:
    """Start one process in the job's own group, one in a session of its own, and a copy of this process."""
    pids = [subprocess.Popen(["sleep", "1000"]).pid, subprocess.Popen(["sleep", "1000"], start_new_session=True).pid]
    copy = os.fork()
    if not copy:
        time.sleep(1000)
        os._exit(0)
    Path(job["pids"]).write_text(" ".join(map(str, [*pids, copy, os.getpid()])))


def start_sleepers_and_hang(job: dict[str, Any]) -> None:
    start_sleepers(job)
    time.sleep(1000)


def start_sleepers_and_die(job: dict[str, Any]) -> None:
    start_sleepers(job)
    os._exit(0)


def grow_a_file(job: dict[str, Any]) -> None:
    with Path("big").open("wb") as file:
        for _ in range(100):
            file.write(b"x" * 1_000_000)


def use_a_pool(job: dict[str, Any]) -> None:
    import multiprocessing

    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(abs, [-1, -2]) == [1, 2]


def go_on_as_two(job: dict[str, Any]) -> None:
    """Copy this process, and let the copy go on to the end of the job before this one does."""
    copy = os.fork()
    if copy:
        os.waitpid(copy, 0)


def raise_words(job: dict[str, Any]) -> None:
    raise ValueError("a participant's words")


WAYS = {
    "is killed": lambda job: os.kill(os.getpid(), signal.SIGKILL),
    "segfaults": lambda job: ctypes.string_at(0),
    "leaves": lambda job: os._exit(0),
    "exits": lambda job: sys.exit(0),
    "aborts": lambda job: os.abort(),
    "raises": raise_words,
    "is interrupted": lambda job: os.kill(os.getpid(), signal.SIGINT) or time.sleep(60),
    "hangs": lambda job: time.sleep(600),
    "loops": lambda job: exec("while True: pass"),
    "sleeps in C": lambda job: ctypes.PyDLL(None).sleep(600),
    "swallows": swallow_every_interrupt,
    "needs memory": fill_memory,
    "needs memory bit by bit": fill_memory_in_small_pieces,
    "starts sleepers": start_sleepers,
    "starts sleepers and hangs": start_sleepers_and_hang,
    "starts sleepers and dies": start_sleepers_and_die,
    "grows a file": grow_a_file,
    "uses a pool": use_a_pool,
    "goes on as two": go_on_as_two,
    "closes everything": lambda job: os.closerange(3, 1000) or time.sleep(600),
}
