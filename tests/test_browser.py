"""The finished reports in a real browser: nothing runs, nothing is asked for, everybody can read them."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from conftest import REPORTED
from coursewaves.publishing.report import render
from hostile import PAYLOADS
from watched import Watched

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.browser

PAGES = [f"course/{course}.{language}.html" for course in REPORTED for language in ("kk", "ru", "en")]
SIZES = {"phone": 390, "desktop": 1280}
KAZAKH = set("әғқңөұүі")

NAMELESS = """() => [...document.querySelectorAll('svg')].filter(svg => {
    const names = (svg.getAttribute('aria-labelledby') || '').split(' ').map(id => document.getElementById(id));
    return svg.getAttribute('role') !== 'img' || names.length < 2 || names.some(one => !one || !one.textContent.trim());
}).length"""

POLICY = re.compile(r"<meta[^>]*Content-Security-Policy[^>]*>")


@pytest.fixture
def watched(browser) -> Iterator[Any]:
    opened: list[Watched] = []

    def open_at(width: int) -> Watched:
        opened.append(Watched(browser, width))
        return opened[-1]

    yield open_at
    for one in opened:
        one.context.close()


# Every report ----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("width", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("name", [*PAGES, "index.html"])
def test_a_report_asks_for_nothing_complains_of_nothing_and_fits(reports, watched, name, width):
    found = watched(width)
    page = found.open(reports / name)
    assert found.asked == [(reports / name).as_uri()]
    assert found.told == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(NAMELESS) == 0
    language = name.split(".")[1] if name in PAGES else "kk"
    assert page.get_attribute("html", "lang") == language
    if "P01-01" in name:
        assert page.locator("svg").count() > 10


@pytest.mark.slow
@pytest.mark.parametrize("name", [*PAGES[::3], *PAGES[4:6], "index.html"])
def test_axe_finds_nothing_that_shuts_anybody_out(reports, watched, name):
    from axe_playwright_python.sync_playwright import Axe

    page = watched(390).open(reports / name)
    results = Axe().run(page)
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in results.response["violations"]] == []


@pytest.mark.slow
def test_links_of_the_contents_lead_to_their_sections(reports, watched):
    page = watched(1280).open(reports / PAGES[0])
    links = page.evaluate("[...document.querySelectorAll('nav a')].map(a => a.getAttribute('href'))")
    assert len(links) >= 8
    assert page.evaluate("links => links.filter(link => !document.querySelector(link))", links) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [PAGES[0], PAGES[3]])
def test_a_printed_report_has_pages_and_its_letters(reports, watched, tmp_path, name):
    printed = tmp_path / "report.pdf"
    watched(1280).open(reports / name).pdf(path=str(printed), prefer_css_page_size=True)
    content = printed.read_bytes()
    assert content.startswith(b"%PDF")
    assert len(content) < 3_000_000
    if shutil.which("pdftotext") is None:
        pytest.skip("printed, but its text is not read: no pdftotext on this machine")
    text = subprocess.run(["pdftotext", str(printed), "-"], capture_output=True, check=True).stdout.decode()
    assert set(text.lower()) >= KAZAKH
    assert text.count("\f") < 30


# The two layers against hostile texts ----------------------------------------------------------------


def page_of(*outputs: str) -> str:
    """A page with these HTML outputs, made as reports are made."""
    cells = [
        nbformat.v4.new_code_cell("0", outputs=[nbformat.v4.new_output("display_data", data={"text/html": html})])
        for html in outputs
    ]
    return render(nbformat.v4.new_notebook(cells=cells), "Title", "en")


def unclean() -> str:
    """The page as it would be if nothing were cleaned: payloads as markup, under the policy alone."""
    return page_of("<h1>Safe</h1>").replace("</main>", "\n".join(PAYLOADS.values()) + "</main>")


def seen(found: Watched, path: Path, html: str) -> dict[str, Any]:
    """Open a page, press and hover everything, and say what came of it."""
    path.write_text(html, encoding="utf-8")
    page = found.open(path)
    page.evaluate("""() => document.querySelectorAll('main *').forEach(one => {
        for (const kind of ['mouseover', 'click', 'focus', 'toggle']) one.dispatchEvent(new Event(kind));
    })""")
    page.wait_for_timeout(400)
    return {
        "hits": page.evaluate("top.hits || 0"),
        "elsewhere": [url for url in found.asked if url != path.as_uri() and url not in found.blocked],
        "left": page.url.split("#")[0] != path.as_uri(),
        "frames": len(page.frames) - 1,
        "links": page.evaluate("[...document.querySelectorAll('main a')].map(a => a.getAttribute('href'))"),
        "hidden": page.evaluate("getComputedStyle(document.querySelector('main')).display === 'none'"),
    }


NOTHING = {"hits": 0, "elsewhere": [], "left": False, "frames": 0, "links": [], "hidden": False}


def test_without_either_layer_the_payloads_do_run(watched, tmp_path):
    html = POLICY.sub("", unclean()).replace(PAYLOADS["redirect"], "")
    done = seen(watched(1280), tmp_path / "bare.html", html)
    assert done["hits"] == 1
    assert any("evil.example" in url for url in done["elsewhere"])


def test_without_the_policy_cleaning_alone_stops_everything(watched, tmp_path):
    html = page_of("<h1>Safe</h1>", *PAYLOADS.values(), *(f"<p>{payload}</p>" for payload in PAYLOADS.values()))
    links = [link for link in re.findall(r'href="([^"]*)"', html) if link.startswith("#")]
    done = seen(watched(1280), tmp_path / "cleaned.html", POLICY.sub("", html))
    assert done | {"links": []} == NOTHING
    assert set(done["links"]) <= set(links)


def test_without_cleaning_the_policy_alone_stops_scripts_and_requests(watched, tmp_path):
    html = unclean().replace(PAYLOADS["redirect"], "")  # no policy stops a redirect: that is why there are two layers
    done = seen(watched(1280), tmp_path / "policy.html", html)
    assert done["hits"] == 0
    assert done["elsewhere"] == []


def test_the_policy_is_there_and_forbids_what_it_must():
    (policy,) = POLICY.findall(page_of("<p>words</p>"))
    assert "default-src 'none'" in policy
    for rule in ("base-uri 'none'", "form-action 'none'"):
        assert rule in policy
    assert "script-src" not in policy
    assert "http:" not in policy
