"""Every kind of report in a real browser: whole, silent, open to everybody, and printed without a loss.

Each kind is opened in one language, by turns; ``COURSEWAVES_BROWSER=all`` opens each in every language.
"""

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from coursewaves.kinds import KINDS, WHOLE
from coursewaves.publishing.plan import plan_reports
from coursewaves.publishing.publish import here, make_reports
from coursewaves.publishing.report import make_page
from coursewaves.settings.home import Home, notebooks_folder
from coursewaves.views import opening
from hostile_year import hostile_home
from watched import Watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LANGUAGES = ("kk", "ru", "en")
SUBJECTS = {
    "course": "P01-01", "topic": "P01", "direction": "", "programme": "P02", "factors": "P02", "centre": "",
}  # fmt: skip
"""What each kind of report is about; empty for the first there is, and the whole year where it is not named."""

IS_WHOLE = os.environ.get("COURSEWAVES_BROWSER") == "all"
PAGES = list(product(KINDS, LANGUAGES))
BY_TURNS = [(kind, LANGUAGES[place % len(LANGUAGES)]) for place, kind in enumerate(KINDS)]
OPENED = PAGES if IS_WHOLE else BY_TURNS

PHONE, DESKTOP = 390, 1280
PAPER, PAPER_HEIGHT = 673, 986
"""The part of a sheet of A4 within the margins of the style, in pixels."""

NAMELESS = """() => [...document.querySelectorAll('svg')].filter(svg => {
    const names = (svg.getAttribute('aria-labelledby') || '').split(' ').map(id => document.getElementById(id));
    return svg.getAttribute('role') !== 'img' || names.length < 2 || names.some(one => !one || !one.textContent.trim());
}).length"""

CUT = """() => [...document.querySelectorAll('svg text')].filter(text => {
    const box = text.getBoundingClientRect(), room = text.ownerSVGElement.getBoundingClientRect();
    return box.left < room.left - 1 || box.right > room.right + 1
        || box.top < room.top - 1 || box.bottom > room.bottom + 1;
}).map(text => text.textContent)"""

TALL = """(height) => [...document.querySelectorAll('figure, tr, li, p')]
    .filter(one => one.getBoundingClientRect().height > height).map(one => one.textContent.slice(0, 80))"""

WORDS = """() => {
    const words = [];
    const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const above = node.parentElement;
        if (above.checkVisibility() && !above.closest('title, desc')) words.push(node.textContent);
    }
    return words.join(' ');
}"""


@pytest.fixture
def watched(browser: "Browser") -> Iterator[Watched]:
    found = Watched(browser, DESKTOP)
    yield found
    found.context.close()


@pytest.fixture(scope="module")
def made(loaded_year: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """The page of each kind that is opened, by kind and language, made as reports are made."""
    home = Home(tmp_path_factory.mktemp("kinds") / "institute")
    shutil.copytree(loaded_year.home.root, home.root, ignore=shutil.ignore_patterns("reports"))
    planned = plan_reports(home)
    subjects = {kind: SUBJECTS.get(kind, WHOLE) or _first(planned, kind) for kind in KINDS}
    wanted = [
        one for one in planned
        if (one.job.kind, one.job.language) in OPENED and one.job.subject_id == subjects[one.job.kind]
    ]  # fmt: skip
    outcomes = make_reports(home, wanted, here(home, 2), lambda outcome: None)
    assert [outcome.failure for outcome in outcomes if outcome.failure] == []
    return {(one.job.kind, one.job.language): home.reports / one.job.path for one in wanted}


def _first(planned: list[Any], kind: str) -> str:
    return str(next(one.job.subject_id for one in planned if one.job.kind == kind))


def test_there_is_a_page_of_every_kind_and_language_that_is_opened(made):
    assert sorted(made) == sorted(OPENED)
    assert {kind for kind, _ in OPENED} == set(KINDS)
    assert {language for _, language in OPENED} == set(LANGUAGES)


@pytest.mark.parametrize(("kind", "language"), OPENED)
def test_a_report_is_silent_fits_every_window_and_shuts_nobody_out(made, watched, kind, language):
    from axe_playwright_python.sync_playwright import Axe

    path = made[kind, language]
    page = watched.open(path)
    assert page.get_attribute("html", "lang") == language
    assert page.evaluate(NAMELESS) == 0
    assert page.evaluate(CUT) == []
    assert watched.widths(DESKTOP, PHONE) == {}
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
    assert watched.told == []
    assert watched.asked == [path.as_uri()]


@pytest.mark.parametrize(("kind", "language"), OPENED)
def test_a_printed_report_has_all_words_and_figures_on_its_sheets(made, watched, tmp_path, kind, language):
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext on this machine")
    page = watched.open(made[kind, language])
    page.emulate_media(media="print")
    assert watched.widths(PAPER) == {}
    assert page.evaluate(TALL, PAPER_HEIGHT) == []
    words = page.evaluate(WORDS)
    printed = tmp_path / "report.pdf"
    page.pdf(path=str(printed), prefer_css_page_size=True)
    assert lost(words, read(printed)) == []
    assert beside(read(printed, "-bbox")) == []


PLANTED = """<main>
<figure style="height: 1200px"><svg width="90" height="20"><text x="70" y="15">beyond</text></svg></figure>
<p style="width: 900px">seen</p><p style="display: none">unseen</p></main>"""


def test_what_is_cut_too_tall_too_wide_or_without_a_name_is_found(watched):
    page = watched.page
    page.set_content(PLANTED)
    assert page.evaluate(CUT) == ["beyond"]
    assert page.evaluate(TALL, PAPER_HEIGHT) == ["beyond"]
    assert page.evaluate(NAMELESS) == 1
    assert page.evaluate(WORDS).split() == ["beyond", "seen"]
    assert list(watched.widths(DESKTOP, PAPER)) == [PAPER]


def read(printed: Path, *options: str) -> str:
    asked = ["pdftotext", *options, str(printed), "-"]
    return subprocess.run(asked, capture_output=True, check=True).stdout.decode()


def lost(words: str, printed: str) -> list[str]:
    """Name the words of a page that its print lacks; one that is broken over two lines is there."""
    squeezed = re.sub(r"\s", "", printed)
    counted, found = (Counter(re.findall(r"\w{3,}", text)) for text in (words, printed))
    return sorted(word for word, n in counted.items() if found[word] < n and squeezed.count(word) < n)


def beside(boxes: str) -> list[str]:
    """Name the words of a print that stand outside their sheet."""
    out = []
    for sheet in re.findall(r"<page .*?</page>", boxes, flags=re.DOTALL):
        width, height = map(float, re.findall(r'<page width="([\d.]+)" height="([\d.]+)"', sheet)[0])
        for left, top, right, bottom, word in re.findall(
            r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>', sheet
        ):
            if float(left) < 0 or float(top) < 0 or float(right) > width or float(bottom) > height:
                out.append(word)
    return out


def test_words_that_a_print_lacks_or_that_stand_beside_its_sheet_are_found():
    assert lost("one two two three", "one two\nth\nree") == ["two"]
    sheet = '<page width="100" height="100"><word xMin="{}" yMin="1" xMax="{}" yMax="9">a</word></page>'
    assert (beside(sheet.format(0, 9)), beside(sheet.format(95, 101))) == ([], ["a"])


# Hostile texts ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile(loaded_year: Any, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A year whose every text is hostile."""
    return hostile_home(loaded_year, tmp_path_factory.mktemp("hostile") / "institute")


@pytest.mark.parametrize(("kind", "language"), OPENED)
def test_nothing_that_anybody_wrote_does_anything(hostile, loaded_year, watched, tmp_path, monkeypatch, kind, language):
    monkeypatch.setattr(opening, "_home", lambda root, stamp: hostile)
    parameter = KINDS[kind].parameter
    about = {parameter: SUBJECTS[kind] or first_id(loaded_year, parameter)} if parameter else {}
    notebook = notebooks_folder() / "reports" / f"{kind}.ipynb"
    parameters = {"home": str(hostile.root), "language": language} | about
    html = make_page(notebook, parameters, "".join(hostile.settings.institute.values()), language, "coursewaves")
    assert "&lt;script&gt;top.hits=1" in html
    path = tmp_path / "page.html"
    path.write_text(html, encoding="utf-8")
    page = watched.open(path)
    page.evaluate("""() => document.querySelectorAll('main *').forEach(one => {
        for (const kind of ['mouseover', 'click', 'focus', 'toggle']) one.dispatchEvent(new Event(kind));
    })""")
    page.wait_for_timeout(150)
    assert page.evaluate("top.hits || 0") == 0
    assert (watched.asked, watched.told) == ([path.as_uri()], [])
    assert len(page.frames) == 1
    assert page.evaluate("getComputedStyle(document.querySelector('main')).display") == "block"
    links = page.evaluate("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
    assert [link for link in links if not link.startswith("#")] == []
    assert page.evaluate(CUT) == []
    assert watched.widths(DESKTOP, PHONE) == {}


def first_id(year: Any, parameter: str) -> str:
    table = getattr(year.registry, f"{parameter.removesuffix('_id')}s")
    return str(table[parameter].iloc[0])
