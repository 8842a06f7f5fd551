"""Pieces of a page: every text is escaped, what is empty makes nothing, a figure speaks to everybody."""

import pytest

from coursewaves import charts
from coursewaves.errors import CoursewavesError
from coursewaves.pages import pieces


def drawing(alt: str) -> charts.Figure:
    return charts.likert([charts.LikertRow("a", [1, 2], "n = 3")], ["no", "yes"], title="t", alt=alt, empty="none")


def test_every_piece_escapes_its_texts():
    text, escaped = "<b>&\"'", "&lt;b&gt;&amp;&quot;&#x27;"
    made = [
        pieces.heading(text), pieces.paragraph(text), pieces.bullets([text]), pieces.facts([(text, text)]),
        pieces.quotes([text]), pieces.table(text, [text], [[text, text]]), pieces.figure(drawing("words"), text),
    ]  # fmt: skip
    for piece in made:
        assert "<b>" not in piece
        assert escaped in piece


@pytest.mark.parametrize(
    "piece",
    [pieces.paragraph(""), pieces.bullets([]), pieces.bullets([""]), pieces.facts([("Dates", "")]), pieces.quotes([]),
     pieces.table("caption", ["a"], [])],
)  # fmt: skip
def test_nothing_makes_nothing(piece):
    assert piece == ""


def test_a_table_heads_its_columns_and_its_rows():
    made = pieces.table("Scores", ["What", "Mean"], [["Fit", "80"], ["Mood", "60"]])
    assert '<th scope="col">What</th><th scope="col">Mean</th>' in made
    assert '<tr><th scope="row">Fit</th><td>80</td></tr><tr><th scope="row">Mood</th><td>60</td></tr>' in made
    assert "<caption>Scores</caption>" in made
    assert 'tabindex="0" role="group" aria-label="Scores"' in made  # it scrolls, so that the keyboard must reach it


@pytest.mark.parametrize("alt", ["", "  "])
def test_a_figure_without_words_is_refused(alt):
    with pytest.raises(CoursewavesError, match="'Answers' has no alternative text; fix:"):
        pieces.figure(drawing(alt), "Answers")


def test_a_section_shows_its_title_the_paragraphs_of_the_regulation_and_its_parts():
    made = pieces.Section("topics", "Topics", [18, 19], [pieces.paragraph("one"), pieces.Html("")])._repr_html_()
    marks = '<span class="paragraph">¶18</span> <span class="paragraph">¶19</span>'
    assert made == f'<section id="topics"><h2>Topics {marks}</h2>\n<p>one</p>\n</section>'


def test_several_sections_stand_one_after_the_other_and_none_shows_nothing():
    one = pieces.Section("a", "", [], [])
    assert pieces.Sections([one, one])._repr_html_() == f"{one._repr_html_()}\n{one._repr_html_()}"
    assert pieces.Sections()._repr_html_() == ""
