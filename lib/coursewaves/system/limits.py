"""What one job may use, and what it is called when it needed more: bounds for a process that lives for one job."""

import sys

from pydantic import BaseModel, ConfigDict, Field

MEGABYTE = 2**20
FILE_SHARE = 10
"""A job's largest file, in parts of its largest output; what it makes is small, a cell that fills the disk is not."""


class Limits(BaseModel):
    """The bounds of one job, such as one report; each holds for the whole job.

    `seconds` is the time after which its process is killed, with all that it started. `memory_mb` is what it may use
    beyond what was loaded for all jobs beforehand; it is not enforced on Windows. `output_mb` is what the cells of a
    notebook may print and show.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seconds: float = Field(default=120, gt=0, allow_inf_nan=False)
    memory_mb: int = Field(default=2000, ge=1)
    output_mb: int = Field(default=20, ge=1)

    @property
    def too_long(self) -> str:
        """The failure of a job that needed more time.

        >>> Limits(seconds=2.5).too_long
        'took longer than 2.5 s'
        """
        return f"took longer than {self.seconds:g} s"

    @property
    def too_much_memory(self) -> str:
        """The failure of a job that needed more memory."""
        return f"needed more than {self.memory_mb} MB"

    @property
    def too_much_output(self) -> str:
        """The failure of a notebook whose cells printed or showed more."""
        return f"printed more than {self.output_mb} MB"


class TooMuchOutput(BaseException):
    """Cells printed or showed more than they may; no `except Exception` of a cell goes on after it."""


def bound_process(limits: Limits) -> None:
    """Bound the memory, the files and the dumps of this process and of all that it will start.

    The address space is bounded at what is in use now and `memory_mb` more, so that an allocation beyond it is a
    MemoryError and not a machine that swaps. Where the system has no such bounds nothing is done.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  (Windows has none)

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold answers
    _lower(resource.RLIMIT_FSIZE, limits.output_mb * FILE_SHARE * MEGABYTE)
    used = _address_space()
    if used:
        _lower(resource.RLIMIT_AS, used + limits.memory_mb * MEGABYTE)


def lift_memory_bound() -> None:
    """Give a process that ran out of memory the little that it needs to say so."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415

        most = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _lower(kind: int, most: int) -> None:
    if sys.platform != "win32":
        import resource  # noqa: PLC0415

        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _address_space() -> int:
    """Return the bytes of address space in use; 0 where the system doesn't tell."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123  (after each fork: pathlib is slower)
            pages = int(file.read().split()[0])
    except OSError:
        return 0
    import resource  # noqa: PLC0415

    return pages * resource.getpagesize()
