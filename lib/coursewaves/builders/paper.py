"""Write a form as a page to print and fill in by hand: a form goes in, the HTML of one language comes out.

Every box and every question shows the sign under which its answer is typed in: a table headed by the questions' ids and
filled with these signs is read like any export.
"""

from typing import NamedTuple

from coursewaves.builders.form import Block, Choice, Form, Question
from coursewaves.builders.words import words
from coursewaves.pages.page_templates import fill_page, template_text
from coursewaves.survey.instruments import Texts, wording

MOST_IN_A_BOX = 2
"""Signs of a code that fit into its box; a longer one stands beside its answer."""

MOST_ON_A_LINE = 115
"""Letters of answers, with six for each box, that stand on one line."""

LINES = {"line": 1, "number": 1, "text": 3}
"""Lines to write on."""

NOT_ASKED = ("language",)
"""Purposes that the page answers by itself: it is in one language."""


class _Box(NamedTuple):
    """One box to tick: what stands in it, the answer, and the code beside it where it is long."""

    sign: str
    text: str
    code: str


class _Asked(NamedTuple):
    """One question of the page; a grid has a name for each row and boxes for all."""

    id: str
    text: str
    how: str
    rows: list[tuple[str, str]]
    boxes: list[_Box]
    n_lines: int
    help: str
    is_narrow: bool


def paper_form(form: Form, language: str, institute: Texts) -> str:
    """Return the page of a form in one language, as HTML for A4 (¶11).

    Parameters
    ----------
    form
        The form.
    language
        One of its languages.
    institute
        Name of the institute by language.
    """
    texts = {name: text[language] for name, text in words(form.languages).items()}
    first = [question for question in form.first if question.purpose not in NOT_ASKED]
    is_named = len(form.courses) == 1 and form.asked_first("course") is not None
    asked = [_alone(one, language, texts) for one in first if not (is_named and one.purpose == "course")]
    return fill_page(
        "paper_form.html.j2",
        language=language,
        title=form.title[language],
        subtitle=form.subtitle[language],
        institute=wording(institute, language),
        texts=texts,
        course=(form.asked_first("course"), list(form.courses[0][1])) if is_named else None,
        course_name=_name(form.asked_first("course"), language),
        course_id=getattr(form.asked_first("course"), "id", ""),
        dated=form.dated,
        first=asked,
        pages=[
            (page.title[language], [_asked(block, language, texts) for block in page.blocks]) for page in form.pages
        ],
        css=template_text("page.css"),
        own_css=template_text("paper_form.css"),
    )


def entry_columns(form: Form) -> list[str]:
    """Return the headers of the table into which filled-in pages are typed: the day, then every question."""
    return [*([form.dated] if form.dated else []), *(question.id for question in form.questions())]


def _name(question: Question | None, language: str) -> str:
    return "" if question is None else question.text[language]


def _asked(block: Block, language: str, texts: Texts) -> _Asked:
    if not block.stem:
        return _alone(block.questions[0], language, texts)
    rows = [(question.id, question.text[language]) for question in block.questions]
    boxes = _boxes(block.questions[0], language)
    return _Asked("", block.stem[language], texts["tick_rows"], rows, boxes, 0, "", False)


def _alone(question: Question, language: str, texts: Texts) -> _Asked:
    how = "" if not question.choices else texts["tick_several" if question.kind == "several" else "tick_one"]
    if question.at_most is not None:
        how = texts["at_most"].format(count=question.at_most)
    if question.kind == "number" and not question.choices:
        how = texts["between"].format(low=question.low, high=question.high)
    boxes = _boxes(question, language)
    n_lines = 0 if boxes else LINES[question.kind]
    is_narrow = all(box.sign == box.text for box in boxes) or sum(len(box.text) + 6 for box in boxes) <= MOST_ON_A_LINE
    help_text = question.help.get(language, "") if question.purpose != "course" else ""
    return _Asked(question.id, question.text[language], how, [], boxes, n_lines, help_text, is_narrow)


def _boxes(question: Question, language: str) -> list[_Box]:
    """Return the boxes of a question, with the codes in all of them or beside all answers."""
    is_short = all(len(choice.code) <= MOST_IN_A_BOX for choice in question.choices)
    return [_box(choice, choice.text[language], is_short=is_short) for choice in question.choices]


def _box(choice: Choice, text: str, *, is_short: bool) -> _Box:
    return _Box(choice.code if is_short else "", text, "" if is_short or choice.code == text else choice.code)
