"""What became of one run: a record of plain values, its exit code, and one line for consoles and logs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

from coursewaves.errors import CoursewavesError
from coursewaves.system.oneline import one_line

Outcome = Literal["done", "nothing new", "incomplete", "failed", "refused", "stopped"]

GOOD: tuple[Outcome, ...] = ("done", "nothing new")
"""Outcomes after which every report that can be made is current."""

EXIT: Mapping[str, int] = MappingProxyType(
    {"done": 0, "nothing new": 0, "failed": 1, "misused": 2, "refused": 3, "incomplete": 3, "busy": 75, "stopped": 128}
)
"""Exit codes. A run is refused for its settings or usage (2, "misused") or for its input (3, "refused"), and incomplete
where whole raw files were left out; the number of the signal is added to that of a stopped one. A run that meets
another (75) leaves no record."""

CODES: Mapping[Outcome, range | tuple[int, ...]] = MappingProxyType(
    {
        "done": (0,),
        "nothing new": (0,),
        "incomplete": (3,),
        "failed": (1,),
        "refused": (2, 3),
        "stopped": range(129, 193),
    }
)
"""The exit codes that fit each outcome."""

LEFT_OUT = "file"
"""Kind of what was left out: a raw file of which nothing counts."""

NO_REASON = "no reason was given"

MOST = 1_000_000_000
"""No count of a run is larger; a larger one was not written by us."""


@dataclass(frozen=True)
class Failure:
    """One thing that failed.

    Attributes
    ----------
    kind
        Kind of the report, the part of the work that failed ("load"), or `LEFT_OUT`.
    subject_id
        What the report is about; a course's code for kind ``course``, a file's path for `LEFT_OUT`.
    language
        Language of the report.
    cell
        First line of the notebook's cell that failed.
    reason
        Class of the error, or the limit that was passed, in words; never data.
    """

    kind: str
    subject_id: str = ""
    language: str = ""
    cell: str = ""
    reason: str = ""

    @classmethod
    def from_text(cls, kind: str, subject_id: str, language: str, text: str) -> "Failure":
        """Take apart what the making of a report tells of its failure.

        >>> Failure.from_text("course", "P01-02", "kk", "cell `cw.sections.waves(course)`: KeyError").reason
        'KeyError'
        """
        told = re.fullmatch("cell `(?P<cell>.*)`: (?P<reason>[^`]*)", text, re.DOTALL)
        return (
            cls(kind, subject_id, language, told["cell"], told["reason"])
            if told
            else cls(kind, subject_id, language, "", text)
        )

    def __str__(self) -> str:
        language = f"({self.language})" if self.language else ""
        name = " ".join(part for part in (self.kind, self.subject_id, language) if part)
        cell = f"cell `{self.cell}`" if self.cell else ""
        return ": ".join(part for part in (name, cell, self.reason) if part)


@dataclass(frozen=True)
class RunRecord:
    """One run that ended.

    Attributes
    ----------
    started_at, ended_at
        Aware times; kept in UTC, in whole seconds.
    outcome
        ``done``, ``nothing new``, ``incomplete`` (all reports are current, but whole files were left out), ``failed``,
        ``refused`` (settings or input at fault) or ``stopped`` (by a signal).
    exit_code
        See `EXIT`.
    n_loaded_files
        Raw files that were read.
    n_made, n_unchanged, n_failed
        Reports made anew, current already, and not made.
    n_stale
        Reports of an earlier run that show older figures than there are.
    failures
        What failed, and the files that were left out.
    refusal
        Why the run was refused, on one line.
    seconds_by_stage
        How long each part of the work took.
    run
        Number of the run, one more than the last; 0 until it is written down.
    clock_went_back
        Whether it started before the run that came before it, by the machine's clock.
    """

    started_at: datetime
    ended_at: datetime
    outcome: Outcome
    exit_code: int
    n_loaded_files: int = 0
    n_made: int = 0
    n_unchanged: int = 0
    n_failed: int = 0
    n_stale: int = 0
    failures: tuple[Failure, ...] = ()
    refusal: str = ""
    seconds_by_stage: dict[str, float] = field(default_factory=dict)
    run: int = 0
    clock_went_back: bool = False

    def __post_init__(self) -> None:
        for name in ("started_at", "ended_at"):
            object.__setattr__(self, name, _checked_time(getattr(self, name), name))
        if self.outcome not in get_args(Outcome):
            raise CoursewavesError.not_found(self.outcome, "the outcomes of a run", get_args(Outcome))
        if self.exit_code not in CODES[self.outcome]:
            raise CoursewavesError(f"Exit code {self.exit_code} does not fit the outcome {self.outcome!r}.")
        for counted in fields(self):
            if counted.type == "int" or counted.type is int:
                _check_count(getattr(self, counted.name), counted.name)
        if any(not (isfinite(seconds) and 0 <= seconds <= MOST) for seconds in self.seconds_by_stage.values()):
            raise CoursewavesError("The seconds of a stage are no time.")

    @property
    def seconds(self) -> float:
        """How long the run took; by its stages where the clock was set meanwhile."""
        clock = (self.ended_at - self.started_at).total_seconds()
        return clock if clock >= 0 else sum(self.seconds_by_stage.values())

    @property
    def is_good(self) -> bool:
        """Whether every report that can be made is current."""
        return self.outcome in GOOD


def _checked_time(moment: datetime, name: str) -> datetime:
    if moment.tzinfo is None:
        raise CoursewavesError(f"{name} has no time zone; fix: pass datetime.now(UTC).")
    if not 2000 <= moment.year <= 2999:
        raise CoursewavesError(f"{name} is no time of a run: the year {moment.year}.")
    return moment.astimezone(UTC).replace(microsecond=0)


def _check_count(count: int, name: str) -> None:
    if not 0 <= count <= MOST:
        raise CoursewavesError(f"{name} is no count: {count}.")


def tidy(record: RunRecord, root: Path) -> RunRecord:
    """Return a record whose every text is one line without a path of the machine."""
    failures = tuple(
        Failure(**{part.name: one_line(getattr(failure, part.name), root) for part in fields(Failure)})
        for failure in record.failures
    )
    stages = {one_line(name, root, 40): round(seconds, 1) for name, seconds in record.seconds_by_stage.items()}
    refusal = one_line(record.refusal, root)
    return replace(record, failures=failures, refusal=refusal, seconds_by_stage=stages)


def summary(record: RunRecord) -> str:
    """Say on one line what became of a run.

    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> summary(RunRecord(now, now, "nothing new", 0, n_unchanged=180))
    'nothing new: 180 reports are current'
    """
    made = f"{record.n_made} made, {record.n_unchanged} unchanged, {record.n_failed} failed"
    told = {
        "done": f"{made} in {record.seconds:.0f} s",
        "nothing new": f"{record.n_unchanged} reports are current",
        "incomplete": f"{made}; left out: {_first(record)}",
        "failed": _failed(record),
        "refused": record.refusal,
        "stopped": f"by signal {record.exit_code - EXIT['stopped']} after {record.seconds:.0f} s, {made}",
    }
    return one_line(f"{record.outcome}: {one_line(told[record.outcome]) or NO_REASON}")


def _failed(record: RunRecord) -> str:
    """Name the first failure, and how many more there are."""
    if not record.failures:
        return record.refusal
    tried = record.n_made + record.n_failed
    count = f"{record.n_failed} of {tried}, " if record.n_failed else ""
    return f"{count}{_first(record)}"


def _first(record: RunRecord) -> str:
    more = f" (and {len(record.failures) - 1} more)" if len(record.failures) > 1 else ""
    return "".join([*map(str, record.failures[:1]), more])
