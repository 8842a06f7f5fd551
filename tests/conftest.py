"""What the tests share: one survey design, one small example year, one browser."""

import os
import pickle
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from coursewaves.builders.form import Form
    from coursewaves.processed.year import Year
    from coursewaves.registry.reader import Registry
    from coursewaves.settings.home import Home
    from coursewaves.survey.instruments import Survey

# Whoever starts the tests in the background (nohup, a shell's &) has these signals ignored, and every process that a
# test starts would inherit that: one that waits for such a signal would wait for ever.
for number in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)

# The same examples on every run and no clock: a red test is a fault of the code, not of a busy machine.
settings.register_profile("house", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("house")

LONGEST = (
    "test_cluster.py", "test_councils.py", "test_guide.py", "test_fault_steps.py", "test_faults.py", "test_cli.py",
    "test_attack.py", "test_workers.py", "test_browser.py", "test_every_kind.py", "test_whole_year.py",
    "test_archive.py", "test_schedule.py",
)  # fmt: skip
"""The files that take half a minute and more; they go first, so that no worker sits with one alone in the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; ``--no-loadscope-reorder`` leaves that to us."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


CHROMIUM = ("chromium", "chromium-browser", "google-chrome")

QUIET_BROWSER = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def survey() -> "Survey":
    """The survey design that the regulation asks for."""
    from coursewaves.survey.files import load_survey

    return load_survey()


Shared = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Shared:
    """Make a folder once for all processes of a run of the tests: ``shared("year", make)``; it is only to be read."""
    own = tmp_path_factory.getbasetemp()
    base = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def find(name: str, make: Callable[[Path], None]) -> Path:
        folder, is_made = base / name, base / f"{name}.made"
        with FileLock(base / f"{name}.lock"):
            if not is_made.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of a process that failed half-way
                make(folder)
                is_made.touch()
        return folder

    return find


@pytest.fixture(scope="session")
def example_year(shared: Shared) -> tuple[Path, Any]:
    """The work folder of a small simulated year, only to be read, and what was planted in it."""
    from coursewaves.simulate import simulate_year

    def make(folder: Path) -> None:
        planted = simulate_year(folder / "home", programmes=4, courses=12, seed=2026)
        (folder / "planted").write_bytes(pickle.dumps(planted))

    folder = shared("year", make)
    return folder / "home", pickle.loads((folder / "planted").read_bytes())


REPORTED = ("P01-01", "P01-02", "P02-01")
"""Courses of the example year with reports in every language: one as most are, one tiny, one rated low."""


@pytest.fixture(scope="session")
def loaded_year(example_year: tuple[Path, Any], shared: Shared) -> "Year":
    """The small example year, loaded in a work folder of its own; tests only read it."""
    from coursewaves.load import load_year
    from coursewaves.processed.year import Year
    from coursewaves.settings.home import Home

    def make(folder: Path) -> None:
        shutil.copytree(example_year[0], folder / "institute", ignore=shutil.ignore_patterns("processed"))
        load_year(Home(folder / "institute"))

    return Year(Home(shared("loaded", make) / "institute"))


@pytest.fixture(scope="session")
def reports(loaded_year: "Year", shared: Shared) -> Path:
    """The folder of the finished reports on `REPORTED`, with manifest and index, in a work folder of their own."""
    from coursewaves.publishing.publish import here
    from coursewaves.runs.run import produce
    from coursewaves.settings.home import Home

    def make(folder: Path) -> None:
        shutil.copytree(loaded_year.home.root, folder / "institute")
        home = Home(folder / "institute")
        outcomes = produce(home, here(home, 2), REPORTED).outcomes
        assert [outcome.failure for outcome in outcomes] == [""] * 9

    return Home(shared("reported", make) / "institute").reports


@pytest.fixture(scope="session")
def registry(example_year: tuple[Path, Any]) -> "Registry":
    """The registry of the small example year."""
    from coursewaves.registry.reader import read_registry

    return read_registry(example_year[0] / "data" / "raw" / "registry")[0]


@pytest.fixture(scope="session")
def forms(survey: "Survey", registry: "Registry") -> dict[str, "Form"]:
    """The form of each wave as programme P01 is asked."""
    from coursewaves.builders.outline import make_form

    return {one.id: make_form(survey, registry, one, "P01") for one in survey.waves()}


@pytest.fixture
def home(tmp_path: Path) -> "Home":
    """An empty work folder; many files have another in its place."""
    from coursewaves.settings.home import Home

    (tmp_path / "institute").mkdir()
    return Home(tmp_path / "institute")


@pytest.fixture
def closed_log() -> Iterator[None]:
    """In the end no log is open."""
    from coursewaves.runs.logs import close_log

    yield
    close_log()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the system's browser; a test that needs it is skipped where there is none."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.skip("no chromium on this machine")
    return found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator["Browser"]:
    """One headless browser for all tests of a file."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(QUIET_BROWSER))
        yield started
        started.close()


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """A new page of a headless browser without network; its size is a phone's, 390 x 844."""
    context = browser.new_context(offline=True, viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()
