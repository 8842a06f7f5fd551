"""Read the structure of a LimeSurvey survey (`.lss`): a file goes in, its questions in every language come out.

The file is XML of which only the tables of questions and answers are read; a document type, and with it every
entity, is refused. Before LimeSurvey 4 a question stands there once for each language, since then its wordings
stand in tables of their own (``_l10ns``).
"""

from collections import defaultdict
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from coursewaves.reading.workbook import FileFault
from coursewaves.survey.instruments import Texts

MOST_BYTES = 50_000_000
MOST_ROWS = 100_000
MOST_DEPTH = 50

_AGAIN = "export the whole survey structure (.lss) again"
_NOT_SHOWN = ("script", "style")
_SECTIONS = (
    "surveys",
    "surveys_languagesettings",
    "groups",
    "questions",
    "subquestions",
    "answers",
    "question_l10ns",
    "answer_l10ns",
)

Row = dict[str, str]


class LimePart(NamedTuple):
    """One row of a question, or one of its answers.

    Attributes
    ----------
    code
        As exports by code write it.
    texts
        Wordings by language, without markup.
    scale
        1 for the columns of an array of cells and the answers of a second scale, else 0.
    value
        What the survey's own assessment counts for an answer; 0 where nobody set one.
    """

    code: str
    texts: Texts
    scale: int = 0
    value: int = 0


class LimeQuestion(NamedTuple):
    """One question of a survey.

    Attributes
    ----------
    code
        The head of its columns in exports by code.
    kind
        LimeSurvey's letter for the type: ``F`` an array, ``M`` a multiple choice, ``L`` a list, ``T`` a text ...
    texts
        Wordings by language, without markup.
    rows
        Rows of an array, options of a multiple choice.
    answers
        Answer options.
    has_other
        Whether a free answer "Other" has a column of its own.
    """

    code: str
    kind: str
    texts: Texts
    rows: tuple[LimePart, ...] = ()
    answers: tuple[LimePart, ...] = ()
    has_other: bool = False


class LimeQuestionnaire(NamedTuple):
    """A survey: its number, its languages with the base language first, its title and its questions in order."""

    id: str
    languages: tuple[str, ...]
    title: Texts
    questions: tuple[LimeQuestion, ...]


def read_lss(path: Path) -> LimeQuestionnaire | FileFault:
    """Read the structure of one survey, or say why it can't be read; no fault of the file raises."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        return FileFault("E-LIMIT", f"{size} bytes", f"keep survey structures under {MOST_BYTES} bytes")
    target = _Tables()
    try:
        parser = DefusedXMLParser(target=target, forbid_dtd=True)
        parser.feed(path.read_bytes())
        parser.close()
    except _SizeError as error:
        return FileFault("E-LIMIT", str(error), _AGAIN)
    except DefusedXmlException:
        return FileFault("E-FORMAT", "a document type or entities, which no export has", _AGAIN)
    except (ParseError, ValueError, LookupError):
        return FileFault("E-FORMAT", "no XML, or a torn one", _AGAIN)
    if target.kind != "Survey" or not target.rows["questions"]:
        return FileFault("E-FORMAT", "not the structure of a LimeSurvey survey", _AGAIN)
    return _questionnaire(target.rows)


def flat(markup: str) -> str:
    r"""Return a wording without markup, styles and scripts, as an export shows it.

    >>> flat("<p>How <b>often</b>?</p>\n<style>p {color: red}</style>")
    'How often?'
    """
    reader = _Text()
    reader.feed(markup)
    reader.close()
    return " ".join("".join(reader.parts).split())


class _Text(HTMLParser):
    """The text of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden = self._hidden or (tag if tag in _NOT_SHOWN else "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = "" if tag == self._hidden else self._hidden

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


class _SizeError(Exception):
    """A structure deeper or longer than any survey's."""


class _Tables:
    """Target of the parser: it keeps the rows of the tables that are read, and builds no tree."""

    def __init__(self) -> None:
        self.kind = ""
        self.rows: dict[str, list[Row]] = {name: [] for name in _SECTIONS}
        self._path: list[str] = []
        self._text: list[str] = []
        self._row: Row = {}
        self._count = 0

    def start(self, tag: str, _: dict[str, str]) -> None:
        self._path.append(tag)
        self._text = []
        if len(self._path) > MOST_DEPTH:
            raise _SizeError(f"elements nested more than {MOST_DEPTH} deep")
        if len(self._path) == 4:
            self._row = {}

    def data(self, text: str) -> None:
        self._text.append(text)

    def end(self, tag: str) -> None:
        path, text = self._path, "".join(self._text)
        if path == ["document", "LimeSurveyDocType"]:
            self.kind = text.strip()
        elif path[2:4] == ["rows", "row"] and len(path) == 5:
            self._row[tag] = text
        elif path[2:] == ["rows", "row"] and path[1] in self.rows:
            self._count += 1
            if self._count > MOST_ROWS:
                raise _SizeError(f"more than {MOST_ROWS} questions and answers")
            self.rows[path[1]].append(self._row)
        path.pop()
        self._text = []

    def close(self) -> None:
        """End the document."""


def _questionnaire(tables: dict[str, list[Row]]) -> LimeQuestionnaire:
    order = {row.get("gid"): _number(row.get("group_order")) for row in tables["groups"]}
    asked = [row for row in tables["questions"] if row.get("parent_qid", "0") in ("", "0")]
    asked.sort(key=lambda row: (order.get(row.get("gid"), 0), _number(row.get("question_order"))))
    wordings = _wordings(tables["question_l10ns"] or [*asked, *tables["subquestions"]], "qid", "question")
    rows = _parts(tables["subquestions"], "parent_qid", "title", "question_order", wordings)
    for answer in tables["answers"]:
        answer.setdefault("aid", f"{answer.get('qid')} {answer.get('scale_id')} {answer.get('code')}")
    named = _wordings(tables["answer_l10ns"] or tables["answers"], "aid", "answer")
    answers = _parts(tables["answers"], "qid", "code", "sortorder", named)
    questions = tuple(
        LimeQuestion(row.get("title", ""), row.get("type", ""), wordings[qid], rows[qid], answers[qid], _has_other(row))
        for qid, row in {row.get("qid", ""): row for row in asked}.items()
    )
    survey = next(iter(tables["surveys"]), {})
    spoken = [survey.get("language", ""), *survey.get("additional_languages", "").split()]
    spoken += [language for question in questions for language in question.texts]
    title = _wordings(tables["surveys_languagesettings"], "surveyls_survey_id", "surveyls_title", "surveyls_language")
    sid = survey.get("sid", "")
    return LimeQuestionnaire(sid, tuple(dict.fromkeys(filter(None, spoken))), title[sid], questions)


def _has_other(row: Row) -> bool:
    return row.get("other") == "Y"


def _wordings(rows: Iterable[Row], key: str, field: str, language: str = "language") -> defaultdict[str, Texts]:
    """Gather the wordings of each question or answer by language."""
    found: defaultdict[str, Texts] = defaultdict(dict)
    for row in rows:
        if text := flat(row.get(field, "")):
            found[row.get(key, "")][row.get(language, "")] = text
    return found


def _parts(
    rows: Iterable[Row], owner: str, code: str, order: str, wordings: defaultdict[str, Texts]
) -> defaultdict[str, tuple[LimePart, ...]]:
    """Gather the rows or the answers of each question in their order, each once."""
    key = "qid" if owner == "parent_qid" else "aid"
    found: defaultdict[str, tuple[LimePart, ...]] = defaultdict(tuple)
    ordered = sorted(rows, key=lambda row: (_number(row.get("scale_id")), _number(row.get(order))))
    for name, row in {row.get(key, ""): row for row in ordered}.items():
        scale, value = _number(row.get("scale_id")), _number(row.get("assessment_value"))
        found[row.get(owner, "")] += (LimePart(row.get(code, ""), wordings[name], scale, value),)
    return found


def _number(text: str | None) -> int:
    return int(text) if text and text.strip().lstrip("-").isdecimal() else 0
