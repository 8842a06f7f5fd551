"""Write a Google Apps Script that builds a form in Google Forms: a form goes in, the text of a script comes out.

The script is one and the same for every form; what differs is a piece of JSON, in which a wording can't become code.
Its first page asks for the course and the language, and each language has its own pages: a person reads one language,
and one form has one link. Every header that it makes is a wording of its question, so that the intake knows it.
"""

import json
import unicodedata
from typing import Any

from coursewaves.builders.form import Block, Form, Page, Question
from coursewaves.builders.words import joined, words
from coursewaves.errors import CoursewavesError
from coursewaves.system import PACKAGE

_TEMPLATE = PACKAGE / "templates" / "google_form.gs"

SCALE_BOUNDS = ((0, 1), (3, 10))
"""The lowest and highest numbers with which a linear scale of Google may begin and end."""

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Kinds of characters that nobody sees, or that turn the direction of a line: written as escapes."""

Entry = dict[str, Any]


def apps_script(form: Form) -> str:
    """Write the script that builds a form (¶11).

    Run once, ``build`` makes the form and a file ``<form>.form_map.json``: the ids and headers of all questions, and
    the link of each course with its code filled in. See `coursewaves.builders.form_maps`.

    Raises
    ------
    CoursewavesError
        Where a form in several languages has no question for the language, or two rows or answers of a question are
        worded alike, which Google refuses.
    """
    texts = words(form.languages)
    head = "\n".join(["/*", *(f" * {_in_comment(text)}" for text in texts["how_to_build"].values()), " */"])
    code = _TEMPLATE.read_text(encoding="utf-8")
    return f"{head}\n\n{code}\nconst DEFINITION = {script_json(definition(form))};\n"


def script_json(value: object) -> str:
    r"""Write JSON that is also JavaScript, whatever its texts hold, and in which nothing stands that can't be seen.

    >>> print(script_json("</script>\u2028"))
    "\u003c/script\u003e\u2028"
    """
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return "".join(_escaped(sign) if sign != "\n" and _needs_escape(sign) else sign for sign in text)


def _needs_escape(sign: str) -> bool:
    return sign in "<>&" or unicodedata.category(sign) in _HIDDEN


def _escaped(sign: str) -> str:
    return "".join(f"\\u{unit:04x}" for unit in _utf16(sign))


def _utf16(sign: str) -> list[int]:
    raw = sign.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(raw[place : place + 2], "big") for place in range(0, len(raw), 2)]


def _in_comment(text: str) -> str:
    return text.replace("*/", "* /")


def definition(form: Form) -> Entry:
    """Return what the script has to know of a form."""
    texts = words(form.languages)
    course, language = form.asked_first("course"), form.asked_first("language")
    if len(form.languages) > 1 and language is None:
        raise CoursewavesError(
            f"{form.instrument_id} is in several languages, and nothing asks for the language; fix: add a background "
            "question with the purpose language, as ID3 of the built-in framework.yml."
        )
    intro = [f"{form.subtitle[one]}. {texts['intro'][one]}" for one in form.languages]
    return {
        "id": form.id,
        "instrument": form.instrument_id,
        "title": joined(form.title),
        "description": "\n\n".join(dict.fromkeys(intro)),
        "closing": "\n".join(dict.fromkeys(texts["closing"].values())),
        "courses": [[course_id, code] for course_id, code in form.courses] if course else [],
        "course": course.id if course else "",
        "first": [_alone(course, None)] if course else [],
        "language": _language(form, language) if len(form.languages) > 1 and language else None,
        "branches": [_branch(form, one) for one in form.languages],
    }


def _language(form: Form, question: Question) -> Entry:
    """Return the question that leads to the pages of each language, its answers in the order of the branches."""
    named = {choice.code: choice.text for choice in question.choices}
    choices = [joined(named[one]) if one in named else one for one in form.languages]
    return {"id": question.id, "title": joined(question.text), "choices": choices}


def _branch(form: Form, language: str) -> Entry:
    consent, pages = form.asked_first("consent"), list(form.pages)
    if consent is not None:
        own = Block(consent.id, {}, (consent._replace(help=words(form.languages)["intro"]),))
        pages.insert(0, Page(form.title, (own,)))
    return {"language": language, "pages": [_page(form, page, language) for page in pages]}


def _page(form: Form, page: Page, language: str) -> Entry:
    asked = [
        _grid(block, language) if block.stem else _alone(block.questions[0], language, form.declining())
        for block in page.blocks
    ]
    return {"title": page.title[language], "help": "", "questions": asked}


def _grid(block: Block, language: str) -> Entry:
    stem, rows = block.stem[language], [question.text[language] for question in block.questions]
    return {
        "kind": "grid",
        "ids": [question.id for question in block.questions],
        "headers": [f"{stem} [{row}]" for row in rows],
        "title": stem,
        "help": "",
        "required": block.questions[0].is_required,
        "rows": _distinct(rows, block.id, language),
        "choices": _distinct([choice.text[language] for choice in block.questions[0].choices], block.id, language),
    }


def _alone(question: Question, language: str | None, declining: str = "") -> Entry:
    """Return one question in one language, or in all of them at once."""

    def worded(texts: dict[str, str]) -> str:
        return joined(texts) if language is None else texts.get(language, "")

    entry: Entry = {
        "kind": _kind(question),
        "ids": [question.id],
        "headers": [worded(question.text)],
        "title": worded(question.text),
        "help": worded(question.help) if question.help else "",
        "required": question.is_required,
    }
    texts = words(list(question.text))
    if entry["kind"] in ("single", "several", "list"):
        choices = [worded(choice.text) for choice in question.choices if not choice.is_other]
        entry["choices"] = _distinct(choices, question.id, language)
        entry["other"] = any(choice.is_other for choice in question.choices)
    if question.at_most is not None:
        entry |= {"atMost": question.at_most, "fault": worded(texts["at_most"]).format(count=question.at_most)}
    if entry["kind"] in ("scale", "number"):
        bounds = {"low": question.low, "high": question.high}
        entry |= bounds | {"fault": worded(texts["between"]).format(**bounds)}
    if question.purpose == "consent" and declining:
        entry["ends"] = next(worded(choice.text) for choice in question.choices if choice.code == declining)
    return entry


def _distinct(texts: list[str], name: str, language: str | None) -> list[str]:
    """Return texts of which no two are alike."""
    twice = next((text for place, text in enumerate(texts) if text in texts[:place]), None)
    if twice is not None:
        where = f"{name} in {language}" if language else name
        raise CoursewavesError(
            f"{where}: two rows or answers are worded {twice!r}; fix: word one of the two otherwise."
        )
    return texts


def _kind(question: Question) -> str:
    """Return how Google asks a question: many answers, and the course of a link, stand in a list."""
    if question.kind == "number":
        is_scale = question.low in SCALE_BOUNDS[0] and SCALE_BOUNDS[1][0] <= question.high <= SCALE_BOUNDS[1][1]
        return "scale" if is_scale else "number"
    if question.kind == "single" and question.purpose in ("course", "region"):
        return "list"
    return question.kind
