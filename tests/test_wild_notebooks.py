"""Notebooks that die, hang or run wild among good ones: each fails with its reason, and nothing stays alive.

All notebooks of an engine are run in one go by one overseer, as reports are made; each test looks at one of them.
"""

import sys
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest

from coursewaves.sections.front import END_MARK
from coursewaves.system.limits import Limits
from coursewaves.workers import pool
from coursewaves.workers.pool import CAN_FORK, Told, do_each
from test_workers import all_gone

TESTS = Path(__file__).parent

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CAN_FORK, reason="the bounds of memory, and these ways to die, are Linux's"),
]

BEGIN = "from IPython.display import display\nfrom coursewaves.pages.pieces import Html, Section, paragraph"
END = f"Section('{END_MARK}', '', [], [paragraph('the end')])"

LIMITS = Limits(seconds=12, memory_mb=1500, output_mb=4)

SLEEPERS = """
import os, subprocess
pids = [subprocess.Popen(["sleep", "1000"]).pid, subprocess.Popen(["sleep", "1000"], start_new_session=True).pid]
with open(path, "w") as file:
    print(*pids, os.getpid(), file=file)
"""

WARNINGS = """
import warnings
warnings.simplefilter("always")
for number in range({}):
    warnings.warn(f"warning {{number}} of a million")
"""

FIGURES = """
for number in range(300):
    drawing = '<svg role="img"><desc>words</desc>' + '<path d="M0 0"></path>' * 1000 + '</svg>'
    display(Section(f'figure{number}', f'Figure {number}', [], [Html(drawing)]))
"""

SWALLOW = "import time\nwhile True:\n    try:\n        time.sleep(1)\n    except BaseException:\n        pass"

WILD = {
    "is well": "1",
    "is killed": "import os\nos.kill(os.getpid(), 9)",
    "segfaults": "import ctypes\nctypes.string_at(0)",
    "leaves": "import os\nos._exit(0)",
    "needs 4 GB": "import numpy as np\nframe = np.ones(500_000_000)",
    "needs memory bit by bit": "held = []\nwhile True:\n    held.append(bytearray(5_000_000))",
    "loops": "while True:\n    pass",
    "swallows": SWALLOW,
    "sleeps in C": "import ctypes\nctypes.PyDLL(None).sleep(600)",
    "starts sleepers": SLEEPERS,
    "starts sleepers and hangs": f"{SLEEPERS}\nimport time\ntime.sleep(600)",
    "starts sleepers and dies": f"{SLEEPERS}\nos._exit(0)",
    "prints": "print('x' * 15_000_000)",
    "prints bit by bit": "for number in range(1_000_000):\n    print(number, 'a line')",
    "prints and goes on": "try:\n    print('x' * 15_000_000)\nexcept BaseException:\n    pass",
    "shows much": "'x' * 15_000_000",
    "warns": WARNINGS.format(1_000_000),
    "draws": FIGURES,
    "is well again": "2",
}

TOO_LONG, TOO_MUCH = LIMITS.too_long, LIMITS.too_much_output
MEMORY = f"cell `{{}}`: {LIMITS.too_much_memory}"

HERE = {
    "is well": "", "is well again": "", "starts sleepers": "",
    "is killed": "its process died (SIGKILL)", "segfaults": "its process died (SIGSEGV)",
    "leaves": "its process died (exit 0)", "starts sleepers and dies": "its process died (exit 0)",
    "needs 4 GB": MEMORY.format("import numpy as np"), "needs memory bit by bit": MEMORY.format("held = []"),
    "loops": TOO_LONG, "swallows": TOO_LONG, "sleeps in C": TOO_LONG, "starts sleepers and hangs": TOO_LONG,
    "prints": f"cell `print('x' * 15_000_000)`: {TOO_MUCH}",
    "prints bit by bit": f"cell `for number in range(1_000_000):`: {TOO_MUCH}",
    "prints and goes on": f"cell `try:`: {TOO_MUCH}", "shows much": f"cell `'x' * 15_000_000`: {TOO_MUCH}",
    "warns": f"cell `import warnings`: {TOO_MUCH}", "draws": f"cell `for number in range(300):`: {TOO_MUCH}",
}  # fmt: skip

DEAD = "the kernel ended: DeadKernelError"

KERNEL = {
    "is well": "", "is killed": DEAD, "segfaults": DEAD, "leaves": DEAD,
    "needs 4 GB": HERE["needs 4 GB"], "loops": TOO_LONG, "swallows": TOO_LONG, "sleeps in C": TOO_LONG,
    "starts sleepers and hangs": TOO_LONG, "prints": TOO_MUCH, "draws": TOO_MUCH, "is well again": "",
}  # fmt: skip
"""What a kernel's notebooks come to; it stops nobody who prints while it goes on, so that long ones are not tried."""


class Run(NamedTuple):
    """What became of each notebook, and where those that start processes wrote them down."""

    failures: dict[str, str]
    pages: dict[str, str]
    folder: Path


def write_notebooks(folder: Path, names: dict[str, str]) -> list[dict[str, Any]]:
    """Write a notebook around each wild cell and return the jobs."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    jobs = []
    for number, name in enumerate(names):
        sources = ['path = ""', BEGIN, WILD[name], END]
        cells = [nbformat.v4.new_code_cell(source, id=f"c{place}") for place, source in enumerate(sources)]
        cells[0].metadata["tags"] = ["parameters"]
        path = folder / f"{number}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
        jobs.append({"notebook": str(path), "parameters": {"path": str(folder / name)}, "name": name})
    return jobs


def run(folder: Path, names: dict[str, str], engine: str | None, at_once: int) -> Run:
    """Run wild notebooks."""
    jobs = [job | {"engine": engine, "limits": LIMITS.model_dump()} for job in write_notebooks(folder, names)]
    failures, pages = {}, {}
    with pytest.MonkeyPatch.context() as patch:
        command = [sys.executable, "-P", str(TESTS / "foreman_of_tests.py"), "coursewaves.publishing.warm"]
        patch.setattr(pool, "COMMAND", command)
        for event in do_each("process_jobs:run_notebook", jobs, at_once, LIMITS):
            name = event.job["name"]
            if isinstance(event, Told):
                failures[name] = event.words.get("failure", "")
                pages[name] = event.words.get("page", "")
            else:
                failures[name] = event.failure or failures[name]
    return Run(failures, pages, folder)


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """All wild notebooks, each run in its own process."""
    return run(tmp_path_factory.mktemp("here"), HERE, "coursewaves", 6)


@pytest.fixture(scope="module")
def by_kernel(tmp_path_factory):
    """Most of them, each run by a Jupyter kernel of its own."""
    return run(tmp_path_factory.mktemp("kernel"), KERNEL, None, 4)


@pytest.mark.parametrize("name", HERE)
def test_a_wild_notebook_fails_with_its_reason(here, name):
    assert here.failures[name] == HERE[name]
    assert ("the end" in here.pages.get(name, "")) == (HERE[name] == "")


@pytest.mark.parametrize("name", KERNEL)
def test_a_wild_notebook_of_a_kernel_fails_with_its_reason(by_kernel, name):
    assert by_kernel.failures[name] == KERNEL[name]
    assert ("the end" in by_kernel.pages.get(name, "")) == (KERNEL[name] == "")


@pytest.mark.parametrize("name", [name for name in WILD if "sleepers" in name])
def test_what_a_notebook_started_does_not_outlive_it(here, name):
    assert all_gone([int(pid) for pid in (here.folder / name).read_text().split()])


def test_neither_a_kernel_nor_what_it_started_outlives_its_notebook(by_kernel):
    pids = (by_kernel.folder / "starts sleepers and hangs").read_text().split()
    assert len(pids) == 3
    assert all_gone(list(map(int, pids)))
