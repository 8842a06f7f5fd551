"""Write a form as an XLSForm for KoboToolbox and ODK: a form goes in, the three sheets of a workbook come out.

Every field is named by its question's id and every answer by its code, so that an export by names needs no wording.
Rows of a grid are questions of a group: the appearance ``table-list`` would add two columns of its own to exports.
"""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from coursewaves.builders.form import Block, Choice, Form, Page, Question
from coursewaves.builders.words import language_name, one_line, words
from coursewaves.errors import CoursewavesError
from coursewaves.export.xlsx import write_workbook
from coursewaves.survey.instruments import Texts

Row = dict[str, str]

_PACKED = "columns-pack"
"""Answers side by side where they fit, below one another on a phone."""


def write_xlsform(form: Form, path: Path) -> None:
    """Write the workbook of a form (¶11); the same form gives the same bytes."""
    write_workbook(xlsform(form), path)


def xlsform(form: Form) -> dict[str, pd.DataFrame]:
    """Return the sheets ``survey``, ``choices`` and ``settings``; one row is one field, one answer, the form."""
    lists = _Lists(form)
    fields = [_field(form, question, lists) for question in form.first]
    for number, page in enumerate(form.pages, 1):
        fields += _page(form, page, f"_part_{number}", lists)
    survey, choices = pd.DataFrame(fields).fillna(""), pd.DataFrame(lists.rows).fillna("")
    return {"survey": survey, "choices": choices, "settings": _settings(form, survey, choices)}


def _settings(form: Form, survey: pd.DataFrame, choices: pd.DataFrame) -> pd.DataFrame:
    """Return the only row of settings; another content has another version."""
    content = json.dumps([survey.to_dict("records"), choices.to_dict("records")], ensure_ascii=True)
    title = f"{form.title[form.languages[0]]} – {form.subtitle[form.languages[0]]}"
    own = {"form_title": _plain(title), "form_id": form.id, "version": str(zlib.crc32(content.encode()))}
    return pd.DataFrame([own | {"default_language": _named(form.languages[0]), "style": "pages"}])


def _named(language: str) -> str:
    return f"{language_name(language)} ({language})"


def _worded(column: str, texts: Texts) -> Row:
    return {f"{column}::{_named(language)}": _plain(text) for language, text in texts.items()}


def _plain(text: str) -> str:
    """Return a wording in which nothing refers to a field; what is put between can't be seen and counts for nothing.

    >>> _plain("It costs ${price}").replace("\u2060", "|")
    'It costs $|{price}'
    """
    return one_line(text).replace("${", "$\u2060{")


class _Lists:
    """The lists of answers; questions with the same answers share one."""

    def __init__(self, form: Form) -> None:
        self.rows: list[Row] = []
        self._known: dict[str, str] = {}
        self._form = form

    def of(self, choices: tuple[Choice, ...]) -> str:
        """Return the name of a list, made where no other has these answers."""
        key = json.dumps(choices)
        if key not in self._known:
            self._known[key] = f"list_{len(self._known) + 1}"
            self.rows += [{"list_name": self._known[key], "name": one.code} | _worded("label", one.text)
                          for one in choices]  # fmt: skip
        return self._known[key]


def _page(form: Form, page: Page, name: str, lists: _Lists) -> Iterator[Row]:
    """Yield the fields of a page, a group that is shown at once; whoever declined is asked nothing more."""
    group = {"type": "begin_group", "name": name, "appearance": "field-list"} | _worded("label", page.title)
    yield group | _relevance(form)
    for number, block in enumerate(page.blocks, 1):
        is_new = all(other.id != block.id for other in page.blocks[: number - 1])
        yield from _block(form, block, f"_grid_{block.id}" if is_new else f"_grid_{block.id}_{number}", lists)
    yield {"type": "end_group"}


def _relevance(form: Form) -> Row:
    consent = form.asked_first("consent")
    declining = form.declining()
    return {"relevant": f"${{{consent.id}}} != '{declining}'"} if consent and declining else {}


def _block(form: Form, block: Block, name: str, lists: _Lists) -> Iterator[Row]:
    if not block.stem:
        yield from (_field(form, question, lists) for question in block.questions)
        return
    yield {"type": "begin_group", "name": name} | _worded("label", block.stem)
    yield from (_field(form, question, lists) for question in block.questions)
    yield {"type": "end_group"}


def _field(form: Form, question: Question, lists: _Lists) -> Row:
    """Return the row of one question."""
    field = {"type": _type(question, lists), "name": question.id} | _worded("label", question.text)
    texts = words(form.languages)
    help_text = texts["intro"] if question.purpose == "consent" else question.help
    field |= _worded("hint", help_text) if help_text else {}
    field |= {"required": "yes"} if question.is_required else {}
    if question.purpose in ("course", "region"):
        field["appearance"] = "minimal"
    elif question.choices and question.kind != "several":
        field["appearance"] = _PACKED
    elif question.kind == "text":
        field["appearance"] = "multiline"
    if question.purpose == "course" and len(question.choices) == 1:
        field["default"] = question.choices[0].code
    return field | _constraint(question, texts)


def _type(question: Question, lists: _Lists) -> str:
    if question.kind == "several":
        spaced = next((one.code for one in question.choices if one.code != "".join(one.code.split())), None)
        if spaced is not None:
            fix = "write it without a space, which stands between several answers"
            raise CoursewavesError(f"{question.id}: an answer has the code {spaced!r}; fix: {fix}.")
    if question.choices:
        return f"select_{'multiple' if question.kind == 'several' else 'one'} {lists.of(question.choices)}"
    return "integer" if question.kind == "number" else "text"


def _constraint(question: Question, texts: dict[str, Texts]) -> Row:
    """Bound a number that is typed, and the count of several answers."""
    if question.at_most is not None:
        message = {key: text.format(count=question.at_most) for key, text in texts["at_most"].items()}
        return {"constraint": f"count-selected(.) <= {question.at_most}"} | _worded("constraint_message", message)
    if question.kind == "number" and not question.choices:
        low, high = question.low, question.high
        message = {key: text.format(low=low, high=high) for key, text in texts["between"].items()}
        return {"constraint": f". >= {low} and . <= {high}"} | _worded("constraint_message", message)
    return {}
