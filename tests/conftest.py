"""What the tests share: one survey design, one small example year, one browser."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from coursewaves.processed.year import Year
    from coursewaves.survey.instruments import Survey

# Whoever starts the tests in the background (nohup, a shell's &) has these signals ignored, and every process that a
# test starts would inherit that: one that waits for such a signal would wait for ever.
for number in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)

# The same examples on every run and no clock: a red test is a fault of the code, not of a busy machine.
settings.register_profile("house", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("house")

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


@pytest.fixture(scope="session")
def example_year(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """The work folder of a small simulated year, only to be read, and what was planted in it."""
    from coursewaves.simulate import simulate_year

    home = tmp_path_factory.mktemp("year") / "home"
    return home, simulate_year(home, programmes=4, courses=12, seed=2026)


REPORTED = ("P01-01", "P01-02", "P02-01")
"""Courses of the example year with reports in every language: one as most are, one tiny, one rated low."""


@pytest.fixture(scope="session")
def loaded_year(example_year: tuple[Path, Any], tmp_path_factory: pytest.TempPathFactory) -> "Year":
    """The small example year, loaded in a work folder of its own; tests only read it."""
    from coursewaves.load import load_year
    from coursewaves.settings.home import Home

    home = tmp_path_factory.mktemp("loaded") / "institute"
    shutil.copytree(example_year[0], home, ignore=shutil.ignore_patterns("processed"))
    return load_year(Home(home))


@pytest.fixture(scope="session")
def reports(loaded_year: "Year") -> Path:
    """The folder of the finished reports on `REPORTED`, with manifest and index.

    Made once a process, in many seconds: tests that use it stand in few files (``pytest --dist loadfile``).
    """
    from coursewaves.publishing.publish import here
    from coursewaves.runs.run import produce

    home = loaded_year.home
    outcomes = produce(home, here(home, 2), REPORTED).outcomes
    assert [outcome.failure for outcome in outcomes] == [""] * 9
    return home.reports


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
def page(chromium: str) -> Iterator["Page"]:
    """A new page of a headless browser without network; its size is a phone's, 390 x 844."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET_BROWSER))
        context = browser.new_context(offline=True, viewport={"width": 390, "height": 844})
        yield context.new_page()
        browser.close()
