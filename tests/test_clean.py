"""Hostile text in every surface of a report comes out as text; hostile markup in an output does not come out."""

from collections import Counter
from html import unescape
from html.parser import HTMLParser
from itertools import count

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

import handmade
from coursewaves import charts, sections
from coursewaves.pages import pieces
from coursewaves.pages.clean import cleaned
from coursewaves.publishing.report import render
from coursewaves.survey.instruments import Survey
from hostile import PAYLOADS

FOREIGN = {
    *("script", "style", "link", "meta", "base"),
    *("iframe", "object", "embed", "img", "math", "foreignobject", "animate"),
    *("form", "input", "button", "details", "pre", "a"),
}
"""Elements that the outputs of a report never hold."""


class Skeleton(HTMLParser):
    """The elements of a page with the names of their attributes, without any text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(sorted(name for name, _ in attrs))))
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def faults(html: str) -> list[str]:
    """Name the elements and attributes that no report may hold."""
    found = Skeleton(html)
    names = [f"<{tag}>" for tag, _ in found.elements if tag in FOREIGN]
    return names + [
        f"{tag} {name}"
        for tag, attributes in found.elements
        for name in attributes
        if name.startswith("on") or name in ("style", "src", "srcdoc", "href", "action", "formaction", "data")
    ]


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_hostile_markup_in_an_output_is_dropped_or_made_harmless(payload):
    for html in (payload, f"<p>{payload}</p>", f'<section id="x"><h2>{payload}</h2>', f"<table><tr><td>{payload}"):
        assert faults(cleaned(html)) == []


def test_the_check_finds_what_it_looks_for():
    dangerous = {name for name, payload in PAYLOADS.items() if faults(payload)}
    harmless = {"encoded script", "end mark of a report", "template and braces", "quotes with a new attribute"}
    assert dangerous == set(PAYLOADS) - harmless


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_cleaning_twice_changes_nothing_more(payload):
    assert cleaned(cleaned(payload)) == cleaned(payload)


def test_all_that_reports_are_made_of_passes_unchanged():
    drawing = charts.likert([charts.LikertRow("a", [1, 2], "n = 3")], ["no", "yes"], title="t", alt="x", empty="")
    parts = [pieces.heading("h"), pieces.paragraph("p", "note"), pieces.bullets(["a"]), pieces.facts([("a", "b")]),
             pieces.quotes(["q"]), pieces.figure(drawing, "c"),
             pieces.table("c", ["a", "b"], [["r", "1"]])]  # fmt: skip
    html = pieces.Section("part", "Title", [7], parts)._repr_html_()
    assert Skeleton(cleaned(html)).elements == Skeleton(html).elements
    assert Skeleton(cleaned(html)).text == Skeleton(html).text


# Any text at all -------------------------------------------------------------------------------------

MARKUP = ["<", ">", "&", '"', "'", "/", "=", "<b>", "</p>", "</section>", "</svg>", "<!--", "-->", "]]>", "<![CDATA[",
          "&lt;", "&#60;", "&amp;", "javascript:", "on", "style", "{", "}", "%s", "\u2028", "\u202e", "\x00", "\x0b",
          "Қ", "ғ", "і", "😀", " "]  # fmt: skip
evil = st.lists(
    st.sampled_from([*MARKUP, *PAYLOADS.values()]) | st.characters(codec="utf-8"), min_size=1, max_size=8
).map(lambda parts: "a" + "".join(parts))


def section_of(text: str) -> str:
    """A section in which one text stands at every place."""
    words = [
        pieces.heading(text),
        pieces.paragraph(text),
        pieces.paragraph(text, "warning"),
        pieces.bullets([text, text]),
    ]
    parts = [
        *words,
        pieces.facts([(text, text)]),
        pieces.quotes([text]),
        pieces.table(text, [text, text], [[text, text]]),
    ]
    return pieces.Section("part", text, [1, 2], parts)._repr_html_()


@given(evil)
def test_no_text_changes_the_elements_of_a_section(text):
    assert Skeleton(section_of(text)).elements == Skeleton(section_of("inert")).elements
    assert Skeleton(cleaned(section_of(text))).elements == Skeleton(section_of("inert")).elements


@given(evil)
def test_every_letter_of_a_text_is_still_there(text):
    plain = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    assert Skeleton(cleaned(pieces.paragraph(text))).text == plain


@given(evil)
def test_no_text_adds_an_element_to_a_drawing(text):
    rows = [charts.LikertRow(text, [1, 2], text), charts.LikertRow(text, None, text)]
    drawing = charts.likert(rows, [text, text], title=text, alt=text, empty=text)
    elements = {tag for tag, _ in Skeleton(cleaned(pieces.figure(drawing, text))).elements}
    assert elements <= {"figure", "figcaption", "svg", "title", "desc", "text", "rect", "path", "circle"}


# Every surface of a real report ----------------------------------------------------------------------


def hostile_words():
    """Give every wording a payload of its own, one after the other."""
    numbers = count()
    payloads = list(PAYLOADS.values())
    return lambda words: f"{words} {payloads[next(numbers) % len(payloads)]}"


def hostile_survey(survey: Survey) -> Survey:
    """The survey with a payload in every wording of questions, options, grids, criteria and cautions."""
    word = hostile_words()

    def spoiled(entry):
        if isinstance(entry, dict):
            texts = {"text", "caution"} & set(entry)
            rest = {key: value if key in texts else spoiled(value) for key, value in entry.items()}
            return rest | {key: {code: word(text) for code, text in entry[key].items()} for key in texts}
        return [spoiled(one) for one in entry] if isinstance(entry, list) else entry

    return Survey.model_validate(spoiled(survey.model_dump()))


def notebook_of(*outputs: str):
    """An executed notebook with these HTML outputs."""
    made = [nbformat.v4.new_output("display_data", data={"text/html": html}) for html in outputs]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("0", outputs=[output]) for output in made])


@pytest.fixture(scope="module")
def hostile_page(survey):
    """A whole page about a course in which every text is hostile."""
    word = hostile_words()
    found = handmade.year(hostile_survey(survey), 16, word=word, texts=list(PAYLOADS.values()))
    view = handmade.view(found, "A-1", "en")
    names = ("front", "summary", "respondents", "waves", "changes", "factors", "topics", "open_answers", "methods",
             "end_of_report")  # fmt: skip
    outputs = [getattr(sections, name)(view)._repr_html_() for name in names]
    return render(notebook_of(*outputs), "".join(PAYLOADS.values()), "en")


def test_a_report_full_of_hostile_texts_holds_no_foreign_element(hostile_page):
    head, _, body = hostile_page.partition("<body>")
    assert Counter(tag for tag, _ in Skeleton(head).elements) == {
        "html": 1,
        "head": 1,
        "meta": 4,
        "title": 1,
        "style": 1,
    }
    assert [fault for fault in faults(body) if fault not in ("<a>", "a href")] == []
    assert [link for link in Skeleton(body).links if not link.startswith("#")] == []


def test_every_payload_can_be_read_on_the_page_as_it_was_written(hostile_page):
    text = " ".join(Skeleton(hostile_page.partition("<body>")[2]).text.split())
    missing = [name for name, payload in PAYLOADS.items() if " ".join(payload.split()) not in text]
    assert missing == []


def test_the_title_of_a_page_is_text(hostile_page):
    title = hostile_page.partition("<title>")[2].partition("</title>")[0]
    assert "<" not in title
    assert unescape(title) == "".join(PAYLOADS.values())
