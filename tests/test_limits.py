"""Bounds of a process: what is allowed goes on, what is beyond is an error with a name, and there are no dumps."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from coursewaves.system.limits import MEGABYTE, Limits

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such bounds")

needs_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells the memory in use")


def in_a_process(*lines: str) -> str:
    """What a process of its own prints, whose bounds end with it."""
    imports = (
        "import resource\nfrom coursewaves.system.limits import MEGABYTE, Limits, bound_process, lift_memory_bound\n"
    )
    command = [sys.executable, "-c", imports + "\n".join(lines)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_the_failures_name_the_bounds():
    limits = Limits(seconds=90, memory_mb=500, output_mb=5)
    assert limits.too_long == "took longer than 90 s"
    assert limits.too_much_memory == "needed more than 500 MB"
    assert limits.too_much_output == "printed more than 5 MB"


@pytest.mark.parametrize("bound", [{"seconds": 0}, {"seconds": float("nan")}, {"memory_mb": -1}, {"output_mb": 0}])
def test_a_bound_that_nothing_fits_is_refused(bound):
    with pytest.raises(ValidationError):
        Limits(**bound)


@needs_linux
@pytest.mark.parametrize(("megabytes", "happened"), [(200, "had it"), (400, "refused")])
def test_memory_is_bounded_beyond_what_is_in_use(megabytes, happened):
    found = in_a_process(
        "held = bytearray(500 * MEGABYTE)",  # in use before, so that it does not count
        "bound_process(Limits(memory_mb=300))",
        "try:",
        f"    more = bytearray({megabytes} * MEGABYTE)",
        "    print('had it')",
        "except MemoryError:",
        "    print('refused')",
    )
    assert found == happened


@needs_linux
def test_a_lifted_bound_lets_a_process_say_what_happened():
    found = in_a_process(
        "bound_process(Limits(memory_mb=50))", "lift_memory_bound()", "print(len(bytearray(100 * MEGABYTE)))"
    )
    assert found == str(100 * MEGABYTE)


def test_files_have_a_largest_size_and_there_are_no_dumps():
    found = in_a_process(
        "bound_process(Limits(output_mb=3))",
        "print(resource.getrlimit(resource.RLIMIT_FSIZE)[0], resource.getrlimit(resource.RLIMIT_CORE))",
    )
    assert found == f"{30 * MEGABYTE} (0, 0)"


def test_a_bound_that_an_administrator_set_lower_stays():
    found = in_a_process(
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))",
        "bound_process(Limits())",
        "print(resource.getrlimit(resource.RLIMIT_FSIZE))",
    )
    assert found == "(1000, 1000)"
