"""Write the exports and the structure of one small LimeSurvey survey, as its versions 3 to 6 write them.

What stands where was read in LimeSurvey's own code: `application/helpers/admin/export` (headings, answers, the
blank line at the end) and `createFieldMap` of `common_helper` (which columns a question has).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

WORDS = {
    "en": {"other": "Other", "comment": "Comment", "othercomment": "Other comment", "scale": "Scale", "rank": "Rank",
           "Y": "Yes", "N": "No", "": "N/A"},
    "ru": {"other": "Другое", "comment": "Комментарий", "othercomment": "Другие комментарии", "scale": "Шкала",
           "rank": "Ранг", "Y": "Да", "N": "Нет", "": "N/A"},
}  # fmt: skip

METADATA = {
    "id": {"en": "Response ID", "ru": "ID ответа"},
    "submitdate": {"en": "Date submitted", "ru": "Дата записи"},
    "lastpage": {"en": "Last page", "ru": "Последняя страница"},
    "startlanguage": {"en": "Start language", "ru": "Начальный язык"},
    "seed": {"en": "Seed", "ru": "Seed"},
    "token": {"en": "Access code", "ru": "Маркер доступа"},
    "startdate": {"en": "Date started", "ru": "Дата начала"},
    "datestamp": {"en": "Date last action", "ru": "Время последнего обращения"},
    "ipaddr": {"en": "IP address", "ru": "IP адрес"},
}


class Question(NamedTuple):
    """One question: code, type, wordings, subquestions and answers as ``(code, wordings)``, and "Other"."""

    code: str
    kind: str
    texts: dict[str, str]
    rows: Sequence[tuple[str, dict[str, str]]] = ()
    answers: Sequence[tuple[str, dict[str, str]]] = ()
    other: bool = False


AGREEMENT = [
    ("AO01", {"en": "Agree", "ru": "Согласен"}),
    ("AO02", {"en": "Neither", "ru": "Не знаю"}),
    ("AO03", {"en": "Disagree", "ru": "Не согласен"}),
]

QUESTIONS = [
    Question("course", "L", {"en": "Which course?", "ru": "Какой курс?"},
             answers=[("P1", {"en": "Play", "ru": "Игра"}), ("P2", {"en": "Speech", "ru": "Речь"})], other=True),
    Question("why", "M", {"en": "<p>Why do you <b>take</b> it?</p>", "ru": "<p>Почему Вы <b>учитесь</b>?</p>"},
             rows=[("job", {"en": "My job", "ru": "Работа"}), ("fun", {"en": "For fun", "ru": "Интерес"})], other=True),
    Question("fit", "F", {"en": "How far is it true?&nbsp;", "ru": "В какой степени верно?"},
             rows=[("SQ001", {"en": "It is useful.", "ru": "Это полезно."}),
                   ("SQ002", {"en": "It is new.", "ru": "Это ново."})], answers=AGREEMENT),
    Question("both", "1", {"en": "Before and now", "ru": "До и сейчас"},
             rows=[("A", {"en": "Planning", "ru": "Планирование"})], answers=AGREEMENT),
    Question("best", "R", {"en": "Put in order", "ru": "Расставьте по порядку"},
             answers=[("b1", {"en": "Rooms", "ru": "Помещения"}), ("b2", {"en": "Trainers", "ru": "Тренеры"})]),
    Question("more", "P", {"en": "What was missing?", "ru": "Чего не хватило?"},
             rows=[("time", {"en": "Time", "ru": "Времени"})], other=True),
    Question("again", "Y", {"en": "Would you come again?", "ru": "Пришли бы Вы ещё раз?"}),
    Question("say", "T", {"en": "Anything else?", "ru": "Что-нибудь ещё?"}),
]  # fmt: skip


class Field(NamedTuple):
    """One column: question, what stands in brackets as codes and as wordings, and which answers it takes."""

    question: Question
    codes: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    takes: str = "text"


def fields(language: str, questions: Sequence[Question] = QUESTIONS) -> list[Field]:
    """List the columns of the questions with the wordings of one language."""
    return [field for question in questions for field in _fields(question, WORDS[language], language)]


def _fields(question: Question, words: dict[str, str], language: str) -> list[Field]:
    rows = [(code, texts[language]) for code, texts in question.rows]
    if question.kind == "R":
        numbers = range(1, len(question.answers) + 1)
        found = [Field(question, (str(n),), (f"{words['rank']} {n}",), "answer") for n in numbers]
    elif question.kind == "1":
        found = [Field(question, (code, str(n)), (text, f"{words['scale']} {n}"), "answer")
                 for code, text in rows for n in (1, 2)]  # fmt: skip
    elif question.kind == "P":
        found = []
        for code, text in rows:
            found.append(Field(question, (code,), (text,), "tick"))
            found.append(Field(question, (f"{code}comment",), (text, words["comment"])))
    else:
        takes = {"L": "answer", "F": "answer", "M": "tick", "Y": "tick"}.get(question.kind, "text")
        found = [Field(question, (code,), (text,), takes) for code, text in rows] or [Field(question, takes=takes)]
    extra = (["other"] if question.other else []) + (["othercomment"] if question.kind == "P" else [])
    return found + [Field(question, (code,), (words[code],)) for code in extra]


def heading(field: Field, kind: str, language: str) -> str:
    """Head a column by code, as expressions do (``em``), in full, shortened, or by both."""
    code = field.question.code + "".join(f"[{code}]" for code in field.codes)
    text = " ".join([_flat(field.question.texts[language]), "".join(f"[{text}]" for text in field.texts)]).rstrip()
    if kind == "code":
        return code
    if kind == "em":
        parts = [str(int(c) - 1) if place and field.question.kind == "1" else c for place, c in enumerate(field.codes)]
        return "_".join([field.question.code, *parts])
    if kind == "abbreviated":
        parts = "".join(f"[{_short(text)}]" for text in field.texts)
        return " ".join([_short(_flat(field.question.texts[language])), parts]).rstrip()
    if kind == "codetext":
        return f"{code}. {text}"
    return text.replace(" ", "_") if kind == "underscores" else text


def _short(text: str, length: int = 8) -> str:
    return text if len(text) <= length + 3 else f"{text[:length]}.. "


def _flat(markup: str) -> str:
    return markup.replace("<p>", "").replace("</p>", "").replace("<b>", "").replace("</b>", "").replace("&nbsp;", " ")


def metadata_heading(code: str, kind: str, language: str) -> str:
    """Head a column that the platform adds."""
    name = METADATA[code][language]
    heads = {"code": code, "em": code, "codetext": f"{code}. {name}", "underscores": name.replace(" ", "_")}
    return heads.get(kind, name)


def cell(field: Field, value: str | None, answer: str, language: str) -> str:
    """Write one stored value; None is a question that was not shown."""
    if answer == "code" or field.takes == "text":
        return value or ""
    if field.takes == "tick":
        return WORDS[language]["" if value is None else "Y" if value == "Y" else "N"]
    if value == "-oth-":
        return WORDS[language]["other"]
    return {code: texts[language] for code, texts in field.question.answers}.get(value or "", "")


def export(
    path: Path,
    answers: Sequence[dict[str, Any]],
    *,
    heads: str = "full",
    answer: str = "text",
    language: str = "en",
    separator: str = ";",
    metadata: Sequence[str] = ("id", "submitdate", "lastpage", "startlanguage", "seed"),
) -> Path:
    """Write a CSV export; an answer is ``{code of a column: stored value}``, the platform's columns included."""
    columns = fields(language)
    header = [metadata_heading(code, heads, language) for code in metadata]
    header += [heading(field, heads, language) for field in columns]
    rows = [
        [*(str(one.get(code) or "") for code in metadata),
         *(cell(field, one.get(heading(field, "code", language)), answer, language) for field in columns)]
        for one in answers
    ]  # fmt: skip
    return write(path, [header, *(rows or [[""] * len(header)])], separator)


def write(path: Path, table: Sequence[Sequence[str]], separator: str = ";") -> Path:
    """Write a table as LimeSurvey does: with a BOM, every cell quoted, a blank line at the end."""
    quoted = [separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in table]
    path.write_bytes(("\ufeff" + "".join(f"{row}\r\n" for row in quoted) + "\r\n").encode())
    return path


def structure(path: Path, *, languages: Sequence[str] = ("ru", "en"), is_new: bool = True) -> Path:
    """Write the survey's structure, as versions 4 to 6 do or, where not `is_new`, as those before."""
    tables: dict[str, list[dict[str, Any]]] = {
        "answers": [], "answer_l10ns": [], "groups": [{"gid": "1", "group_order": "0"}], "questions": [],
        "subquestions": [], "question_l10ns": [],
        "surveys": [{"sid": "12345", "language": languages[0], "additional_languages": " ".join(languages[1:])}],
        "surveys_languagesettings": [{"surveyls_survey_id": "12345", "surveyls_language": language,
                                      "surveyls_title": f"Course ({language})"} for language in languages],
    }  # fmt: skip
    for number, question in enumerate(QUESTIONS, 1):
        qid = str(number)
        own = {"qid": qid, "parent_qid": "0", "gid": "1", "type": question.kind, "title": question.code,
               "other": "Y" if question.other else "N", "question_order": qid, "scale_id": "0"}  # fmt: skip
        _add(tables, "questions", "question_l10ns", own, "question", question.texts, languages, is_new)
        for order, (code, texts) in enumerate(question.rows, 1):
            row = own | {"qid": f"{qid}0{order}", "parent_qid": qid, "title": code, "question_order": str(order)}
            _add(tables, "subquestions", "question_l10ns", row, "question", texts, languages, is_new)
        for scale in ("0", "1") if question.kind == "1" else ("0",):
            for order, (code, texts) in enumerate(question.answers, 1):
                found = {"aid": f"{qid}{scale}{order}", "qid": qid, "code": code, "sortorder": str(order),
                         "assessment_value": "0", "scale_id": scale}  # fmt: skip
                _add(tables, "answers", "answer_l10ns", found, "answer", texts, languages, is_new)
    document = "".join(_section(name, rows) for name, rows in tables.items() if rows)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<document>\n <LimeSurveyDocType>Survey</LimeSurveyDocType>\n'
    text = f"{head} <DBVersion>{'623' if is_new else '365'}</DBVersion>\n{document}</document>\n"
    path.write_text(text, encoding="utf-8")
    return path


def _add(tables, table, beside, row, field, texts, languages, is_new) -> None:
    """Add a question or an answer: once with its wordings beside it, or once for each language."""
    if not is_new:
        row = {key: value for key, value in row.items() if key != "aid"}
        tables[table] += [row | {field: texts[language], "language": language} for language in languages]
        return
    key = "aid" if field == "answer" else "qid"
    tables[table].append(row)
    tables[beside] += [{key: row[key], field: texts[language], "language": language} for language in languages]


def _section(name: str, rows: Sequence[dict[str, Any]]) -> str:
    names = "".join(f"   <fieldname>{key}</fieldname>\n" for key in rows[0])
    body = "".join("   <row>\n" + "".join(_field(*pair) for pair in row.items()) + "   </row>\n" for row in rows)
    return f" <{name}>\n  <fields>\n{names}  </fields>\n  <rows>\n{body}  </rows>\n </{name}>\n"


def _field(key: str, value: str) -> str:
    return f"    <{key}/>\n" if value == "" else f"    <{escape(key)}><![CDATA[{value}]]></{escape(key)}>\n"
