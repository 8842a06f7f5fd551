"""The index lists every report that there is, opens from a file, and hides small numbers."""

import json
import re
from html import unescape
from html.parser import HTMLParser

import pytest

import handmade
from coursewaves.index import write_index
from coursewaves.private_files import write_shared
from coursewaves.settings import Home, Settings
from coursewaves.year import Year

ENTRY = {
    "kind": "course", "title": "A course", "sha256": "", "inputs": {}, "versions": {},
    "made_at": "2026-01-01T00:00:00+00:00",
}  # fmt: skip
"""What an entry of the manifest holds besides what the index shows."""


@pytest.fixture
def published(survey, tmp_path):
    """Publish entries of a manifest for courses of a hand-made year, and return the index."""

    def publish(courses, entries, languages=("kk", "en"), word=handmade.same, others=()):
        made = handmade.year(survey, courses=courses, word=word)
        home = Home(tmp_path / "institute")
        home.__dict__.update(survey=survey, settings=Settings(languages=list(languages)))
        year = Year(home)
        year.__dict__.update({name: value for name, value in made.__dict__.items() if name != "home"})
        listed = []
        for course_id, language, is_stale in entries:
            path = f"course/{course_id}.{language}.html"
            write_shared(home.reports / path, b"page")
            listed.append(ENTRY | {"id": course_id, "language": language, "path": path, "is_stale": is_stale})
        for kind, subject, title in others:
            path = f"{kind}/{subject}.kk.html"
            write_shared(home.reports / path, b"page")
            about = {"kind": kind, "id": subject, "title": title, "path": path}
            listed.append(ENTRY | about | {"language": "kk", "is_stale": False})
        write_shared(home.reports / "manifest.json", json.dumps(listed).encode())
        write_index(year)
        return (home.reports / "index.html").read_text(encoding="utf-8")

    return publish


class Links(HTMLParser):
    """Where the links of a page lead, and all that it asks to load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "a":
            self.links.append(given["href"])
        self.loaded += [given[name] for name in ("src", "data", "srcset") if name in given]
        self.loaded += [tag] * (tag in ("link", "script", "iframe", "object", "base"))


def lines(html: str) -> dict[str, list[str]]:
    """The cells of each course's line, as text."""
    found = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', html, flags=re.DOTALL)
    return {
        course: [
            " ".join(unescape(re.sub("<[^>]*>", " ", cell)).split()) for cell in re.findall(r"<td>(.*?)</td>", rest)
        ]
        for course, rest in found
    }


def test_each_course_with_a_report_has_a_line_with_its_links(published):
    html = published(
        {"A-1": 12, "A-2": 11, "A-3": 10}, [("A-1", "en", False), ("A-1", "kk", False), ("A-2", "kk", False)]
    )
    assert list(lines(html)) == ["A-1", "A-2"]
    assert Links(html).links == ["course/A-1.kk.html", "course/A-1.en.html", "course/A-2.kk.html"]
    assert Links(html).loaded == []
    assert '<html lang="kk">' in html


def test_numbers_under_five_are_not_shown_and_none_is_a_zero(published):
    html = published({"A-1": {"A": 12, "B": 4, "C": 0}}, [("A-1", "en", False)], languages=("en",))
    assert lines(html)["A-1"][-3:] == ["12", "<5", "0"]


def test_a_stale_report_is_marked(published):
    html = published({"A-1": 12}, [("A-1", "en", True)], languages=("en",))
    assert lines(html)["A-1"][0] == "English (stale)"


def test_a_language_that_the_settings_no_longer_name_stands_last(published):
    html = published({"A-1": 12}, [("A-1", "en", False), ("A-1", "ru", False), ("A-1", "kk", False)], languages=("kk",))
    assert Links(html).links[0] == "course/A-1.kk.html"
    assert len(Links(html).links) == 3


def test_without_any_report_the_index_is_a_page_still(published):
    html = published({"A-1": 12}, [])
    assert "<h1>" in html
    assert Links(html).links == []


def test_titles_are_text(published):
    html = published({"A-1": 12}, [("A-1", "en", False)], word=lambda text: f"{text}<script>x</script>\"'")
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_reports_on_more_than_one_course_stand_before_the_courses_the_whole_year_first(published):
    page = published(
        {"A-1": 12}, [("A-1", "kk", False)], others=[("programme", "A", "Play"), ("period", "year", "Year")]
    )
    listed = re.findall(r"<li>(.*?): <a href=\"(.*?)\"", page)
    assert listed == [("Year", "period/year.kk.html"), ("Play", "programme/A.kk.html")]
    assert page.index("programme/A.kk.html") < page.index("course/A-1.kk.html")
