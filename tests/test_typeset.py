"""Finished pages: no line ends between a number and its unit, columns of words begin at the left."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.charts.lettering import joined, together, wrap
from coursewaves.pages.clean import cleaned
from coursewaves.pages.pieces import paragraph, table
from coursewaves.pages.typeset import typeset
from coursewaves.phrases import is_figures

HELD, JOINER = "\u00a0", "\u2060"


def lines_of(text: str) -> list[str]:
    """What a browser may set on lines of their own."""
    return text.split(" ")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("бағасы 57 (53–60; n = 77) – төмен", ["бағасы", "57 (53–60;", "n = 77) –", "төмен"]),
        ("курсов: n = 68, p < 0,001", ["курсов:", "n = 68,", "p < 0,001"]),
        ("оценка 62,5 балла и 25 % ответов", ["оценка", "62,5 балла", "и", "25 %", "ответов"]),
        ("балл 40 → 61 және −35 … −8", ["балл", "40 → 61 және", "−35 … −8"]),
        ("2-мониторинг — 22 (59%); келесі", ["2-мониторинг — 22 (59%);", "келесі"]),
        ("a gap of 12 points", ["a", "gap", "of", "12 points"]),
        ("тренер А. Әлібекова бар", ["тренер", "А. Әлібекова", "бар"]),
        ("(< 0,9 SD) ештеңе", ["(< 0,9 SD)", "ештеңе"]),
        ("Критерии: Мониторинг 3", ["Критерии:", "Мониторинг 3"]),
        ("no number here at all", ["no", "number", "here", "at", "all"]),
    ],
)
def test_a_number_stays_with_its_sign_its_unit_and_its_interval(text, parts):
    assert [part.replace(HELD, " ") for part in lines_of(together(text))] == parts


def test_a_page_does_not_break_a_span_or_a_numbered_word_at_its_dash():
    assert joined("0–100") == f"0{JOINER}–{JOINER}100"
    assert joined("1-мониторинг, 95%-дық") == f"1{JOINER}-{JOINER}мониторинг, 95%{JOINER}-{JOINER}дық"
    for code in ("P03-01", "P01-01-d0041fc17930", "P01-01-ден", "А1-бет"):  # a code is copied and searched for
        assert joined(code) == code


def test_a_label_of_a_drawing_keeps_its_numbers_together_too():
    assert wrap("the n = 68, say", 60, 15).lines == ["the", "n = 68,", "say"]
    assert wrap("n = 68", 20, 15).lines == ["n", "=", "68"]  # no room for them on one line


@given(st.text())
def test_nothing_but_spaces_changes_and_once_is_enough(text):
    assert together(text).replace(HELD, " ") == text.replace(HELD, " ")
    assert together(together(text)) == together(text)


@given(st.text(alphabet="ab 0123—–=<>&\"'%", max_size=40), st.text(alphabet='x12 <&>"=', min_size=1, max_size=20))
def test_a_page_says_the_same_after_it_was_set(text, name):
    page = cleaned(paragraph(text) + table(name, ["What", name], [[text or "–", "1"]]))
    assert seen(typeset(page)) == seen(page)
    assert typeset(typeset(page)).count("<td") == page.count("<td")


def seen(html: str) -> str:
    """All letters of a page without its tags and without what only holds lines together."""
    text = re.sub(r'<[a-zA-Z/](?:[^">]|"[^"]*")*>', "|", html)
    return text.replace("&nbsp;", " ").replace(HELD, " ").replace(JOINER, "")


def test_a_column_of_words_begins_at_the_left_and_one_of_figures_ends_at_the_right():
    page = typeset(
        table("Ratings", ["Programme", "n", "Verdict"], [["P1", "54 (51–58)", "low"], ["P2", "–", "not low"]])
    )
    assert '<th scope="col">n</th><th scope="col" class="words">Verdict</th>' in page
    assert '<td class="words" data-label="Verdict">not low</td>' in page
    assert '<td data-label="n">–</td>' in page


def test_on_a_phone_a_wide_table_says_beside_each_figure_what_it_is():
    rows = [["Fit", "20", "80", "71–90"]]
    wide = typeset(table("Scores", ["What", "Answers", "Mean", "Interval"], rows))
    assert '<div class="table stacked"' in wide
    assert re.findall(r'<td data-label="([^"]*)">', wide) == ["Answers", "Mean", "Interval"]
    narrow = typeset(table("Scores", ["What", "Answers", "Mean"], [row[:3] for row in rows]))
    assert '<div class="table"' in narrow
    told = typeset(table("Scores", ["What", "Mean", "Verdict"], [["Fit", "80", "not low"]]))
    assert '<div class="table stacked"' in told


def test_a_drawing_is_left_as_it_was_drawn():
    drawn = '<svg role="img"><text x="0">n = 5, 1–2</text></svg>'
    assert typeset(f"<p>n = 5</p>{drawn}") == f"<p>n{HELD}={HELD}5</p>{drawn}"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["p < 0,001", "p = 0,46", "–"], True),
        (["62 → 51", "−14 (−28 … −1)"], True),
        (["27.06.25", "24.11.26 · archive"], False),
        (["низко и значимо", "–"], False),
        ([], True),
    ],
)
def test_figures_are_told_from_words(texts, expected):
    assert is_figures(texts) is expected
