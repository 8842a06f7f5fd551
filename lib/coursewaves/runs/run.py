"""Bring a work folder up to date: what is new is loaded, what changed is reported, and what became of it is told.

One run at a time works in a folder. A run that is stopped or killed leaves every page whole; the next one goes on
where it ended.
"""

import logging
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from coursewaves.deadlines.report_days import check_day, read_status_day
from coursewaves.errors import CoursewavesError
from coursewaves.processed.contents import read_contents
from coursewaves.publishing.manifest import close_journal, drop_damaged, read_manifest, settle
from coursewaves.publishing.plan import Planned, gone, load_reasons, plan_reports
from coursewaves.publishing.publish import Do, Outcome, make_reports, mark_stale
from coursewaves.runs.alerts import finish_check, finish_run
from coursewaves.runs.history import next_run
from coursewaves.runs.logs import open_log
from coursewaves.runs.record import EXIT, LEFT_OUT, Failure, RunRecord
from coursewaves.settings.home import Home
from coursewaves.standing.day_pages import today_of, write_day, write_index_of
from coursewaves.system.locks import RunLock
from coursewaves.system.private_files import refused, sweep

LEAST_SPACE = 100
"""Megabytes that must be free on the disk before a run begins."""

log = logging.getLogger("coursewaves")


class Stopped(BaseException):
    """A signal asked the run to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Produced(NamedTuple):
    """What became of the reports.

    Attributes
    ----------
    outcomes
        One for each report that was due.
    n_current
        Reports that were current already.
    n_stale
        Published pages that show older figures than there are.
    """

    outcomes: list[Outcome]
    n_current: int
    n_stale: int

    @property
    def failed(self) -> list[Outcome]:
        """Those that could not be made."""
        return [outcome for outcome in self.outcomes if outcome.failure]


def produce(
    home: Home,
    do: Do,
    course_ids: Iterable[str] = (),
    languages: Iterable[str] = (),
    kinds: Iterable[str] = (),
    *,
    formats: Iterable[str] = (),
    anew: bool = False,
    begun: Callable[[list[Planned]], None] = lambda planned: None,
    done: Callable[[Outcome], None] = lambda outcome: None,
) -> Produced:
    """Make the reports that are due, and the index; pages that are due are marked stale until they are made.

    Parameters
    ----------
    do
        Where reports are made; see `coursewaves.publishing.publish`.
    course_ids, languages, kinds
        Only these; by default all.
    formats
        Formats beside those of the settings.
    anew
        Whether those that are current are made too.
    begun, done
        Called with the plan, and for each report when it has ended.

    Raises
    ------
    CoursewavesError
        As `coursewaves.publishing.plan.plan_reports`.
    """
    chosen = (list(course_ids), list(languages), list(kinds))
    today = today_of(home, clock())
    produced, is_new = _produce(home, do, begun, done, today, chosen, formats=formats, anew=anew)
    if is_new:
        write_index_of(home, today)
    close_journal(home)
    return produced


def _produce(
    home: Home, do: Do, begun: Callable[[list[Planned]], None], done: Callable[[Outcome], None], today: date,
    chosen: Sequence[list[str]] = (), *, formats: Iterable[str] = (), anew: bool = False,
) -> tuple[Produced, bool]:  # fmt: skip
    """Make the reports, and leave the journal open for what is made of them; tell whether that is older now."""
    planned = plan_reports(home, *chosen, formats=formats, anew=anew)
    _sweep(home, {one.job.kind for one in planned})
    is_owed = settle(home)
    is_whole = not any(chosen)
    is_marked = mark_stale(home, planned, gone(home, planned) if is_whole else ())
    begun(planned)
    if is_marked:
        write_index_of(home, today)
    outcomes = make_reports(home, planned, do, done)
    n_stale = sum(bool(page["is_stale"]) for page in read_manifest(home))
    return Produced(outcomes, sum(not one.reasons for one in planned), n_stale), bool(outcomes) or is_owed


def _sweep(home: Home, kinds: Iterable[str]) -> None:
    """Remove what a run that was killed left beside its files; whoever calls has the lock."""
    own = [home.root / "data", home.processed, home.partitions, home.reports, *(home.reports / kind for kind in kinds)]
    for folder in own:
        if not folder.is_symlink():
            sweep(folder, at_once=True)


def clock() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def run(home: Home, do: Callable[[Home], Do], now: Callable[[], datetime] = clock) -> RunRecord:
    """Load what is new and report what changed, unattended; what became of it is logged, shown and told.

    Parameters
    ----------
    do
        Gives the place where reports are made, once the settings have been read.
    now
        The clock.

    Returns
    -------
    RunRecord
        Its exit code is that of the command. No fault is raised: it is in the record.

    Raises
    ------
    coursewaves.system.locks.Busy
        Where another run works in the folder; nothing was touched.
    """
    with RunLock(home.lock):
        open_log(home)
        finish_check(home, now())
        record = _Run(home, do, now).record()
        finish_run(home, record, now())
    return record


class _Run:
    """One run under way: what it has done so far, so that it can be told however the run ends."""

    def __init__(self, home: Home, do: Callable[[Home], Do], now: Callable[[], datetime]) -> None:
        self.home, self.do, self.now = home, do, now
        self.number, self.started_at = next_run(home), now()
        self.stage = "run"
        self.seconds: dict[str, float] = {}
        self.n_files, self.n_made = 0, 0
        self.failures: list[Failure] = []
        self.left_out: list[Failure] = []
        self.produced: Produced | None = None

    def record(self) -> RunRecord:
        try:
            with stoppable():
                self._work()
        except Stopped as stopped:
            return self._told("stopped", EXIT["stopped"] + stopped.number)
        except CoursewavesError as error:
            return self._told("refused", EXIT["misused"], refusal=str(error).replace("\n", "; "))
        except Exception as error:
            log.exception("the run ended early")
            reason = refused(error) if isinstance(error, OSError) else ""
            self.failures.append(Failure(self.stage, reason=reason or type(error).__name__))
        if self.failures:
            return self._told("failed", EXIT["failed"])
        if self.left_out:
            return self._told("incomplete", EXIT["incomplete"])
        return self._told("done" if self.n_made or self.n_files else "nothing new", EXIT["done"])

    def _work(self) -> None:
        _check_space(self.home.root)
        do = self.do(self.home)
        today = today_of(self.home, self.now())
        check_day(self.home, today)
        reasons = load_reasons(self.home, today)
        if reasons:
            log.info("load: %s", "; ".join(reasons))
            with self._stage("load"):
                self._load(today)
        self.left_out = _left_out(self.home)
        if drop_damaged(self.home):
            log.warning("the manifest was damaged: all reports are made anew")
        with self._stage("reports"):
            self.produced, is_new = _produce(self.home, do, self._begun, self._done, today)
        if is_new or read_status_day(self.home) != today:
            with self._stage("deadlines"):
                write_day(self.home, today)
        close_journal(self.home)

    def _load(self, today: date) -> None:
        from coursewaves.load import load_year  # noqa: PLC0415  (pandas' import would cost a run with nothing new)

        files = load_year(self.home, today).files
        self.n_files = len(files)
        for row in files.to_dict("records"):
            counts = [int(row[name]) for name in ("n_read", "n_kept", "n_set_aside", "n_duplicate", "n_outside_window")]
            log.info("loaded %s: read %s, kept %s, set aside %s, duplicate %s, outside %s", row["file"], *counts)

    def _begun(self, planned: list[Planned]) -> None:
        for one in planned:
            if one.reasons:
                log.info("due: %s: %s", one.job.path, ", ".join(one.reasons))

    def _done(self, outcome: Outcome) -> None:
        if not outcome.failure:
            self.n_made += 1
            log.info("made: %s", outcome.job.path)
            return
        job = outcome.job
        failure = Failure.from_text(job.kind, job.subject_id, job.language, outcome.failure)
        self.failures.append(failure)
        log.error("failed: %s", str(failure))

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        start, self.stage = time.perf_counter(), name
        try:
            yield
        finally:
            self.seconds[name] = time.perf_counter() - start

    def _told(self, outcome: Any, exit_code: int, refusal: str = "") -> RunRecord:
        n_failed = sum(bool(failure.subject_id) for failure in self.failures)
        return RunRecord(
            self.started_at, self.now(), outcome, exit_code, n_loaded_files=self.n_files, n_made=self.n_made,
            n_unchanged=self.produced.n_current if self.produced else 0, n_failed=n_failed,
            n_stale=self.produced.n_stale if self.produced else _n_stale(self.home),
            failures=(*self.failures, *self.left_out),
            refusal=refusal, seconds_by_stage=self.seconds, run=self.number,
        )  # fmt: skip


@contextmanager
def stoppable() -> Iterator[None]:
    """Have a signal that ends a process raise `Stopped`, so that what was begun is cleaned up; only the first does.

    One that is ignored already stays so, as under nohup.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)]
    numbers = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.getsignal(number) for number in numbers}

    def stop(number: int, frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    try:
        for number in numbers:
            signal.signal(number, stop)
        yield
    finally:
        _restore(before)


def _restore(handlers: Mapping[int, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def _check_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free // 2**20
    if free < LEAST_SPACE:
        raise CoursewavesError(f"Only {free} MB are free on the disk; fix: make room for at least {LEAST_SPACE}.")


def _left_out(home: Home) -> list[Failure]:
    """Name the raw files of which nothing counts, in each run until they are mended, and say so in the log."""
    contents = read_contents(home)
    files = contents.left_out if contents else ()
    found = [Failure(LEFT_OUT, one.file, reason=f"{one.rule}, {one.seen}") for one in files]
    for one in found:
        log.error("left out: %s", str(one))
    return found


def _n_stale(home: Home) -> int:
    try:
        return sum(bool(page["is_stale"]) for page in read_manifest(home))
    except CoursewavesError:
        return 0
