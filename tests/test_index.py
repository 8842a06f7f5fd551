"""The index lists every report and course, opens from a file, searches without a server, and hides small numbers."""

import json
import re
from datetime import date
from html import unescape
from html.parser import HTMLParser

import pandas as pd
import pytest

import handmade
from coursewaves.errors import CoursewavesError
from coursewaves.index import write_index
from coursewaves.index.published import published as read_published
from coursewaves.phrases import Phrases
from coursewaves.processed.year import Year
from coursewaves.settings.home import Home, Settings
from coursewaves.system.private_files import write_shared
from hostile import PAYLOADS

TODAY = date(2025, 3, 20)
"""Six days after the last day of the hand-made courses: wave 2 is being processed."""

ENTRY = {
    "kind": "course", "title": "A course", "sha256": "", "inputs": {}, "versions": {},
    "made_at": "2025-03-19T20:00:00+00:00", "files": {},
}  # fmt: skip
"""What an entry of the manifest holds besides what the index shows; made on 20 March by the institute's clocks."""


@pytest.fixture
def published(survey, tmp_path):
    """Publish entries of a manifest for courses of a hand-made year, and return the index."""

    def publish(courses, entries, languages=("kk", "en"), word=handmade.same, others=(), rows=None, today=TODAY):
        made = handmade.year(survey, courses=courses, word=word)
        days = pd.Timestamp("2025-03-14 12:00", tz="Asia/Almaty").as_unit("us")
        made.responses.insert(0, "submitted_at", pd.Series([days] * len(made.responses)))
        if rows:
            registered = [{"course_id": course_id} | rows.get(course_id, {}) for course_id in [*courses, *rows]]
            made.__dict__["registry"] = handmade.registry({row["course_id"]: row for row in registered}.values(), word)
        home = Home(tmp_path / "institute")
        home.__dict__.update(survey=survey, settings=Settings(languages=list(languages)))
        year = Year(home)
        year.__dict__.update({name: value for name, value in made.__dict__.items() if name != "home"})
        listed = []
        for course_id, language, is_stale in entries:
            about = {"id": course_id, "language": language, "path": f"course/{course_id}.{language}.html"}
            listed.append(ENTRY | about | {"is_stale": is_stale})
        for kind, subject, title in others:
            about = {"kind": kind, "id": subject, "title": title, "path": f"{kind}/{subject}.kk.html"}
            listed.append(ENTRY | about | {"language": "kk", "is_stale": False})
        for entry in listed:
            write_shared(home.reports / entry["path"], b"page")
        write_shared(home.reports / "manifest.json", json.dumps(listed).encode())
        write_index(year, today)
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
        if tag == "a" and not given["href"].startswith("#"):
            self.links.append(given["href"])
        self.loaded += [given[name] for name in ("src", "data", "srcset") if name in given]
        self.loaded += [tag] * (tag in ("link", "iframe", "object", "base", "form"))


def text(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", html)).split())


def lines(html: str) -> dict[str, list[str]]:
    """The cells of each course's line, as text."""
    found = re.findall(r'<tr data-x="course ([^ ]+) [^"]*"><th scope="row">(.*?)</tr>', html, flags=re.DOTALL)
    return {
        course: [text(cell) for cell in re.findall(r"<td>(.*?)</td>", rest, flags=re.DOTALL)] for course, rest in found
    }


def facts(html: str) -> dict[str, str]:
    return {unescape(term): value for term, value in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html)}


# What it says ----------------------------------------------------------------------------------------


def test_each_course_has_a_line_with_its_links_and_is_told_where_it_has_none(published):
    html = published(
        {"A-1": 12, "A-2": 11, "A-3": 10}, [("A-1", "en", False), ("A-1", "kk", False), ("A-2", "kk", False)],
        rows={"A-4": {}},
    )  # fmt: skip
    assert list(lines(html)) == ["A-1", "A-2", "A-3", "A-4"]
    assert Links(html).links == ["course/A-1.kk.html", "course/A-1.en.html", "course/A-2.kk.html"]
    assert Links(html).loaded == []
    assert '<html lang="kk">' in html
    say = Phrases("kk").say
    states = [cells[-1] for cells in lines(html).values()]
    assert states == [*[f"20.03.25 · {say('current')}"] * 2, say("not made yet"), say("no answers yet")]


def test_how_many_there_are_and_what_needs_somebody_stands_at_the_top(published):
    html = published(
        {"A-1": 12, "A-2": 11}, [("A-1", "en", True), ("A-1", "kk", False)], languages=("en", "kk"), rows={"A-3": {}}
    )
    assert facts(html) == {
        "Reports": "2",
        "Courses": "3",
        "Stale reports": "1",
        "Courses without a report": "1",
        "Courses with an overdue deadline": "0",
    }


def test_numbers_under_five_are_not_shown_and_none_is_a_zero(published):
    html = published({"A-1": {"A": 12, "B": 4, "C": 0}}, [("A-1", "en", False)], languages=("en",))
    assert lines(html)["A-1"][1:4] == ["12", "<5", "0"]


def test_a_stale_report_is_marked_and_makes_its_course_stale(published):
    html = published({"A-1": 12}, [("A-1", "en", True), ("A-1", "kk", False)], languages=("en", "kk"))
    cells = lines(html)["A-1"]
    assert (cells[0], cells[-1]) == ("English (stale) Қазақ тілі", "3/20/25 · stale")


def test_what_is_due_next_stands_with_its_day(published):
    # wave 2 came in on 14 March; fifteen working days, without 21, 24 and 25 March (Nauryz), end on 9 April
    html = published({"A-1": {"A": 0, "B": 12, "C": 0}}, [], languages=("en",))
    assert lines(html)["A-1"][-2] == "4/9/25 · Monitoring 2: process and analyse the results"
    html = published({"A-1": {"A": 0, "B": 12, "C": 0}}, [], languages=("en",), today=date(2025, 4, 10))
    assert lines(html)["A-1"][-2] == "Overdue 4/9/25 · Monitoring 2: process and analyse the results"
    assert facts(html)["Courses with an overdue deadline"] == "1"
    assert "As of April 10, 2025" in text(html)


def test_a_report_that_was_made_leaves_the_handover_a_year_later_as_the_next_step(published):
    html = published({"A-1": {"A": 12, "B": 12, "C": 0}}, [("A-1", "en", False)], languages=("en",))
    assert lines(html)["A-1"][-2] == "3/20/26 · Hand the documents over to the archive"


def test_a_language_that_the_settings_no_longer_name_stands_last(published):
    html = published({"A-1": 12}, [("A-1", "en", False), ("A-1", "ru", False), ("A-1", "kk", False)], languages=("kk",))
    assert Links(html).links[0] == "course/A-1.kk.html"
    assert len(Links(html).links) == 3


def test_the_other_formats_of_a_report_are_linked_beside_it():
    entry = ENTRY | {"id": "A-1", "language": "ru", "path": "course/A-1.ru.html", "is_stale": False}
    both = [entry, entry | {"id": "A-2", "path": "course/A-2.ru.html", "files": {"pdf": "", "docx": ""}}]
    links = read_published(both, Settings(), Phrases("en"))
    assert links["course", "A-1"][0].files == []
    assert links["course", "A-2"][0].files == [("course/A-2.ru.pdf", "PDF"), ("course/A-2.ru.docx", "DOCX")]


def test_a_report_of_a_kind_that_is_no_more_is_not_listed():
    gone = ENTRY | {"kind": "gone", "id": "x", "language": "kk", "path": "gone/x.kk.html", "is_stale": False}
    assert read_published([gone], Settings(), Phrases("en")) == {}


def test_without_any_report_the_index_is_a_page_still(published):
    html = published({"A-1": 12}, [])
    assert "<h1>" in html
    assert Links(html).links == []


def test_the_courses_that_began_last_stand_first_and_those_without_a_date_last(published):
    html = published(
        {"A-1": 12, "A-2": 12, "A-3": 12}, [],
        rows={"A-1": {"starts_on": None, "ends_on": None}, "A-3": {"starts_on": "2025-09-01", "ends_on": "2025-09-12"}},
    )  # fmt: skip
    assert list(lines(html)) == ["A-3", "A-2", "A-1"]


def test_titles_are_told_in_the_institute_s_other_languages_too(published):
    html = published({"A-1": 12}, [], languages=("kk", "ru"), others=[("centre", "C1", "Centre"), ("topic", "A", "T")])
    assert '<h3>Play kk (A) <span class="also" lang="ru">Play ru</span></h3>' in html
    assert 'Centre kk (C1) <span class="also" lang="ru">Centre ru</span>' in html


def test_reports_on_more_than_one_course_stand_with_what_they_are_about_the_whole_year_first(published):
    others = [
        ("programme", "A", "Play"), ("period", "year", "Year"), ("centre", "C1", "Centre"), ("direction", "D1", "D"),
        ("topic", "A", "Topics"), ("factors", "gone", "A programme that is no more"),
    ]  # fmt: skip
    page = published({"A-1": 12}, [("A-1", "kk", False)], others=others)
    assert Links(page).links == [
        "period/year.kk.html", "direction/D1.kk.html", "centre/C1.kk.html",
        "topic/A.kk.html", "programme/A.kk.html", "course/A-1.kk.html", "factors/gone.kk.html",
    ]  # fmt: skip


def test_a_damaged_status_is_refused(published, tmp_path):
    published({"A-1": 12}, [])
    (tmp_path / "institute" / "reports" / "due.json").write_text("{", encoding="utf-8")
    with pytest.raises(CoursewavesError, match=r"due\.json is damaged; fix: delete it"):
        published({"A-1": 12}, [])


# What it lets through --------------------------------------------------------------------------------


def test_the_policy_lets_through_this_script_and_this_style_and_nothing_else(published):
    html = published({"A-1": 12}, [("A-1", "kk", False)])
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', html)
    rule = r"'sha256-[A-Za-z0-9+/]{43}='"
    assert re.fullmatch(
        f"default-src 'none'; script-src {rule}; style-src {rule}; base-uri 'none'; form-action 'none'", policy
    )
    assert len(re.findall("<script", html)) == 1
    assert "innerHTML" not in html
    assert re.findall(r"\s(?:on\w+|style)=", re.sub("<script>.*</script>", "", html, flags=re.DOTALL)) == []


def test_titles_are_text(published):
    html = published({"A-1": 12}, [("A-1", "en", False)], word=lambda text: f"{text}<script>x</script>\"'")
    assert html.count("<script") == 1
    assert "&lt;script&gt;" in html


# In a browser ----------------------------------------------------------------------------------------

TWO = {
    "A-1": {"centre_id": "C1", "starts_on": "2025-03-03"},
    "A-2": {"centre_id": "C1", "starts_on": "2025-02-03"},
    "B-7": {"centre_id": None, "starts_on": "2025-01-06"},
}
NAMES = {"Play kk": "Ойын әдісі: «Ұғым» мен қызығушылық", "Play ru": "Ёлка и игра", "Centre kk": "Семей орталығы"}

SHOWN = """() => [...document.querySelectorAll('[data-x]')]
    .filter(row => row.checkVisibility({contentVisibilityAuto: false})).map(row => row.dataset.x.split(' ')[1])"""


@pytest.fixture
def page(browser):
    """A new page without network, as large as a phone's."""
    context = browser.new_context(offline=True, viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


@pytest.fixture
def opened(published, page, tmp_path):
    """The index of three courses of one programme, opened from its file."""
    page.told, page.asked = [], []
    page.on("console", lambda message: page.told.append(message.text))
    page.on("pageerror", lambda error: page.told.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))

    def open_it(**more):
        reported = [("A-1", "kk", False), ("A-1", "ru", True), ("A-2", "kk", False)]
        chosen = {"languages": ("kk", "ru"), "word": lambda text: NAMES.get(text, text), "rows": TWO,
                  "others": [("centre", "C1", "Centre"), ("period", "year", "Year")]} | more  # fmt: skip
        published({"A-1": 12, "A-2": 12}, reported, **chosen)
        page.goto((tmp_path / "institute" / "reports" / "index.html").as_uri())
        return page

    return open_it


def search(page, words: str) -> list[str]:
    """What is shown when somebody types words."""
    page.fill("#q", words)
    return page.evaluate(SHOWN)


def told(page) -> str:
    return page.inner_text("#found")


@pytest.mark.browser
def test_words_are_found_whatever_their_case_and_keyboard(opened):
    page = opened()
    everything = ["year", "C1", "A-1", "A-2", "B-7"]
    assert search(page, "") == everything
    assert search(page, "ҰҒЫМ ойын") == ["A-1", "A-2", "B-7"]
    assert search(page, "угым кызыгушылык") == ["A-1", "A-2", "B-7"]  # typed on a Russian keyboard
    assert search(page, "ЕЛКА") == search(page, "ёлка") == ["A-1", "A-2", "B-7"]
    assert search(page, "а-1") == ["A-1"]  # the letter of the code is Cyrillic
    assert search(page, "семей") == ["C1", "A-1", "A-2"]
    assert search(page, "семей 03.02") == ["A-2"]
    assert search(page, "nothing of the kind") == []
    assert told(page) == Phrases("kk").say("No report fits. Fewer words, or other choices, find more.")
    page.press("#q", "Escape")
    assert page.evaluate(SHOWN) == everything
    assert page.told == []


@pytest.mark.browser
def test_what_is_chosen_is_shown_alone_and_counted(opened):
    page = opened()
    say = Phrases("kk").say
    assert told(page) == say("Reports shown: {shown} of {total}", shown="5", total="5")
    page.select_option("#kind", "course")
    assert page.evaluate(SHOWN) == ["A-1", "A-2", "B-7"]
    page.select_option("#language", "ru")
    assert page.evaluate(SHOWN) == ["A-1"]
    assert told(page) == say("Reports shown: {shown} of {total}", shown="1", total="5")
    assert page.locator("tr a:visible").all_inner_texts() == ["Русский"]
    page.click("#all")
    page.select_option("#state", "unanswered")
    assert page.evaluate(SHOWN) == ["B-7"]
    page.click("#all")
    assert len(page.evaluate(SHOWN)) == 5
    assert page.evaluate("document.activeElement.id") == "q"


@pytest.mark.browser
def test_enter_goes_to_the_first_report_found(opened):
    page = opened()
    search(page, "a-2")
    page.press("#q", "Enter")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "course/A-2.kk.html"


@pytest.mark.browser
def test_without_script_everything_is_there_and_nothing_that_would_not_work(opened, browser, tmp_path):
    assert opened().is_visible("#search")
    context = browser.new_context(java_script_enabled=False, offline=True)
    plain = context.new_page()
    plain.goto((tmp_path / "institute" / "reports" / "index.html").as_uri())
    assert plain.locator("input, select, button").filter(visible=True).count() == 0
    assert plain.locator(".r a:visible").count() == 5
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_the_index_fits_asks_for_nothing_and_shuts_nobody_out(opened, page, width):
    from axe_playwright_python.sync_playwright import Axe

    page.set_viewport_size({"width": width, "height": 844})
    opened()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.asked == [page.url]
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
    assert page.told == []


@pytest.mark.browser
def test_many_programmes_are_closed_open_where_something_is_found_and_print_whole(opened, page, tmp_path):
    many = {f"A-{number}": 1 for number in range(61)}
    opened(rows={name: {} for name in many})
    assert "A-1" not in page.evaluate(SHOWN)
    assert search(page, "A-60") == ["A-60"]
    search(page, "")
    page.emulate_media(media="print")
    assert {"A-1", "A-60"} <= set(page.evaluate(SHOWN))


@pytest.mark.browser
def test_hostile_titles_do_nothing(opened, page):
    opened(word=lambda text: text + "".join(PAYLOADS.values()))
    for words in ("script", "</title>", "img", ""):
        search(page, words)
    page.wait_for_timeout(200)
    assert page.evaluate("window.hits || 0") == 0
    assert page.asked == [page.url]
    assert page.told == []
    assert page.locator("main a[href^='javascript'], main img, main iframe").count() == 0
