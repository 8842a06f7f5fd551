"""Write a form as the structure of a LimeSurvey survey (`.lss`): a form goes in, the text of an XML file comes out.

Not the tab-separated structure: the same `.lss` that LimeSurvey imports lies beside the export later and tells which
code means which question (`reading.lss`). It is written as LimeSurvey 3 writes it (database version 365), which
later versions import too. LimeSurvey takes letters and digits alone in codes, and five signs in those of an answer:
answers are best exported as full texts, which is what LimeSurvey proposes.
"""

import re
import zlib
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from coursewaves.builders.form import Block, Choice, Form, Page, Question
from coursewaves.builders.words import one_line, words
from coursewaves.survey.instruments import Texts

DATABASE_VERSION = "365"
MOST_OF_A_CODE = 20
MOST_OF_AN_ANSWER = 5

NOT_ASKED = ("language",)
"""Purposes that LimeSurvey knows by itself: it writes down the language in which a person began."""

RESERVED = frozenset({
    "comment", "gid", "lang", "other", "othercomment", "qid", "savedid", "self", "sgq", "sid", "that", "this", "time",
    "token",
})  # fmt: skip
"""Codes that mean something of LimeSurvey's own, in one of its versions or another."""

Row = dict[str, str]

_SURVEY = {
    "gsid": "1", "anonymized": "N", "format": "G", "savetimings": "N", "datestamp": "Y", "usecookie": "N",
    "allowregister": "N", "allowsave": "Y", "autoredirect": "N", "allowprev": "Y", "printanswers": "N", "ipaddr": "N",
    "refurl": "N", "showsurveypolicynotice": "0", "publicstatistics": "N", "publicgraphs": "N", "listpublic": "N",
    "htmlemail": "Y", "sendconfirmation": "N", "tokenanswerspersistence": "N", "assessments": "N", "usecaptcha": "N",
    "usetokens": "N", "tokenlength": "15", "showxquestions": "N", "showgroupinfo": "N", "shownoanswer": "N",
    "showqnumcode": "X", "showwelcome": "Y", "showprogress": "Y", "questionindex": "0", "navigationdelay": "0",
    "nokeyboard": "N", "alloweditaftercompletion": "N",
}  # fmt: skip
"""The survey's settings: dates are kept, addresses of machines are not."""


class _Asked(NamedTuple):
    """One question as LimeSurvey has it: rows of an array, or options of a multiple choice, are its subquestions."""

    code: str
    kind: str
    texts: Texts
    rows: tuple[tuple[str, Texts], ...] = ()
    answers: tuple[tuple[str, Texts], ...] = ()
    is_required: bool = False
    preg: str = ""
    help: Texts = {}  # noqa: RUF012 (a default that nobody changes)
    attributes: tuple[tuple[str, str], ...] = ()


def lime_structure(form: Form) -> str:
    """Write the structure of a form (¶11); the same form gives the same text."""
    tables = _Tables(form)
    first = [question for question in form.first if question.purpose not in NOT_ASKED]
    pages = [Page(form.title, tuple(Block(one.id, {}, (one,)) for one in first))] if first else []
    for number, page in enumerate([*pages, *form.pages]):
        tables.add_page(page, has_condition=number > 0)
    sections = "".join(_section(name, rows) for name, rows in tables.rows.items() if rows)
    spoken = "".join(f"  <language>{escape(language)}</language>\n" for language in form.languages)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<document>\n <LimeSurveyDocType>Survey</LimeSurveyDocType>\n'
    head += f" <DBVersion>{DATABASE_VERSION}</DBVersion>\n <languages>\n{spoken} </languages>\n"
    return f"{head}{sections}</document>\n"


def survey_number(form: Form) -> str:
    """Return a survey's number of six digits; LimeSurvey gives another where it is taken."""
    return str(100_000 + zlib.crc32(form.id.encode()) % 900_000)


class _Codes:
    """Codes of letters and digits for names of any kind, each used once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = set(RESERVED)

    def of(self, name: str) -> str:
        """Return the code of a name: a point is written ``x``, what LimeSurvey does not take is left out."""
        plain = re.sub("[^A-Za-z0-9]", "", name.replace(".", "x"))[: self._most] or "q"
        code, number = plain, 1
        while code.casefold() in self._taken:
            number += 1
            code = f"{plain[: self._most - len(str(number))]}{number}"
        self._taken.add(code.casefold())
        return code


class _Tables:
    """The tables of a survey, filled page by page; wordings stand once for each language."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.texts = words(form.languages)
        self.sid = survey_number(form)
        self.codes = _Codes(MOST_OF_A_CODE)
        self.rows: dict[str, list[Row]] = {
            name: [] for name in ("answers", "groups", "questions", "subquestions", "question_attributes")
        }
        languages = {"language": form.languages[0], "additional_languages": " ".join(form.languages[1:])}
        self.rows["surveys"] = [{"sid": self.sid} | _SURVEY | languages]
        self.rows["surveys_languagesettings"] = [self._titles(language) for language in form.languages]
        self.condition = ""
        self.last_id = 0

    def _titles(self, language: str) -> Row:
        return {
            "surveyls_survey_id": self.sid,
            "surveyls_language": language,
            "surveyls_title": _html(f"{self.form.title[language]} – {self.form.subtitle[language]}"),
            "surveyls_welcometext": _html(self.texts["intro"][language]),
            "surveyls_endtext": _html(self.texts["closing"][language]),
            "surveyls_dateformat": "1",
        }

    def _next_id(self) -> str:
        self.last_id += 1
        return str(self.last_id)

    def add_page(self, page: Page, *, has_condition: bool) -> None:
        """Add a group of questions; whoever declined is shown none but the first."""
        gid = self._next_id()
        order, condition = str(len(self.rows["groups"]) // len(self.form.languages) + 1), self.condition
        for language in self.form.languages:
            self.rows["groups"].append(
                {"gid": gid, "sid": self.sid, "group_name": _html(page.title[language]), "group_order": order,
                 "description": "", "language": language, "randomization_group": "",
                 "grelevance": condition if has_condition else ""}
            )  # fmt: skip
        for number, block in enumerate(page.blocks, 1):
            self._add_question(gid, number, self._asked(block))

    def _asked(self, block: Block) -> _Asked:
        """Turn a block into a question: a grid into an array."""
        code = self.codes.of(block.id)
        question = block.questions[0]
        if block.stem:
            rows = _Codes(MOST_OF_A_CODE)
            return _Asked(
                code, "F", block.stem, tuple((rows.of(one.id), one.text) for one in block.questions),
                tuple(_answers(question.choices)), question.is_required,
            )  # fmt: skip
        asked = self._alone(code, question)
        if question.purpose == "consent" and self.form.declining():
            place = [choice.code for choice in question.choices].index(self.form.declining())
            self.condition = f'(({code}.NAOK != "{asked.answers[place][0]}"))'
        return asked

    def _alone(self, code: str, question: Question) -> _Asked:
        asked = _Asked(code, _KINDS[question.kind], question.text, is_required=question.is_required, help=question.help)
        if question.purpose == "course":
            known = "|".join(re.escape(choice.code) for choice in question.choices)
            return asked._replace(kind="S", preg=f"/^\\s*({known})\\s*$/i")
        if question.kind == "several":
            limit = (("max_answers", str(question.at_most)),) if question.at_most is not None else ()
            return asked._replace(rows=tuple(_subcodes(question.choices)), attributes=limit)
        if question.choices:
            kind = "!" if question.purpose == "region" else "L"
            return asked._replace(kind=kind, answers=tuple(_answers(question.choices)))
        if question.kind == "number":
            bounds = (("min_num_value_n", str(question.low)), ("max_num_value_n", str(question.high)))
            return asked._replace(attributes=(*bounds, ("num_value_int_only", "1")))
        return asked

    def _add_question(self, gid: str, number: int, asked: _Asked) -> None:
        qid = self._next_id()
        base = {"sid": self.sid, "gid": gid, "type": asked.kind, "scale_id": "0", "same_default": "0", "relevance": "1",
                "modulename": "", "other": "N"}  # fmt: skip
        own = {"qid": qid, "parent_qid": "0", "title": asked.code, "preg": asked.preg, "question_order": str(number),
               "mandatory": "Y" if asked.is_required else "N"}  # fmt: skip
        self._add("questions", base | own, "question", asked.texts, asked.help)
        for order, (code, texts) in enumerate(asked.rows, 1):
            row = {"qid": self._next_id(), "parent_qid": qid, "title": code, "preg": "", "question_order": str(order),
                   "mandatory": "N"}  # fmt: skip
            self._add("subquestions", base | row, "question", texts)
        for order, (code, texts) in enumerate(asked.answers, 1):
            row = {"qid": qid, "code": code, "sortorder": str(order), "assessment_value": "0", "scale_id": "0"}
            self._add("answers", row, "answer", texts)
        for name, value in asked.attributes:
            self.rows["question_attributes"].append({"qid": qid, "attribute": name, "value": value, "language": ""})

    def _add(self, table: str, row: Row, field: str, texts: Texts, help_texts: Texts | None = None) -> None:
        for language in self.form.languages:
            worded = {field: _html(texts[language]), "language": language}
            if field == "question":
                worded["help"] = _html((help_texts or {}).get(language, ""))
            self.rows[table].append(row | worded)


_KINDS = {"single": "L", "several": "M", "number": "N", "line": "S", "text": "T"}


def _answers(choices: Iterable[Choice]) -> list[tuple[str, Texts]]:
    """Return answers under codes that LimeSurvey takes: their own where they fit."""
    codes = _Codes(MOST_OF_AN_ANSWER)
    return [(codes.of(choice.code), choice.text) for choice in choices]


def _subcodes(choices: Iterable[Choice]) -> list[tuple[str, Texts]]:
    codes = _Codes(MOST_OF_A_CODE)
    return [(codes.of(choice.code), choice.text) for choice in choices]


def _html(text: str) -> str:
    """Return a text as markup that shows it; a brace would begin an expression of LimeSurvey's.

    >>> _html("a < {b}")
    'a &lt; &#123;b&#125;'
    """
    return escape(one_line(text)).replace("{", "&#123;").replace("}", "&#125;")


def _section(name: str, rows: Sequence[Row]) -> str:
    names = "".join(f"   <fieldname>{key}</fieldname>\n" for key in rows[0])
    body = "".join("   <row>\n" + "".join(_cell(*pair) for pair in row.items()) + "   </row>\n" for row in rows)
    return f" <{name}>\n  <fields>\n{names}  </fields>\n  <rows>\n{body}  </rows>\n </{name}>\n"


def _cell(key: str, value: str) -> str:
    return f"    <{key}/>\n" if value == "" else f"    <{key}><![CDATA[{value.replace(']]>', ']]&gt;')}]]></{key}>\n"
