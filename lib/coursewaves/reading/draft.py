"""Draft an instrument file from what a survey platform knows of a questionnaire: a structure goes in, YAML comes out.

A draft is complete as far as the structure goes: questions, grids, scales and wordings in every language. A person
decides what it can't know: the wave and its window, which items measure what, where a scale begins.
"""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from coursewaves.errors import CoursewavesError
from coursewaves.reading.lime_headings import WORDS, LimeColumn, columns
from coursewaves.reading.lss import LimePart, LimeQuestion, LimeQuestionnaire, read_lss
from coursewaves.reading.workbook import FileFault
from coursewaves.survey.instruments import Texts, wording

_HEAD = """\
# Drafted from the structure of LimeSurvey survey {id}. A person decides:
# - the wave and its window, and which items measure what (indicator);
# - where each ordinal scale begins (1 is its lowest step) and which answer is not_applicable;
# - what the questionnaires of the institute share: it belongs into one file, such as framework.yml.
"""

_FIXED: dict[str, tuple[str, list[tuple[str, Texts]]]] = {
    "Y": ("single", [("Y", {"en": "Yes", "de": "Ja", "ru": "Да", "kk": "Иә"}),
                     ("N", {"en": "No", "de": "Nein", "ru": "Нет", "kk": "Жоқ"})]),
    "G": ("single", [("F", {"en": "Female", "de": "weiblich", "ru": "Женский"}),
                     ("M", {"en": "Male", "de": "männlich", "ru": "Мужской"})]),
    "C": ("single", [("Y", {"en": "Yes", "de": "Ja", "ru": "Да", "kk": "Иә"}),
                     ("U", {"en": "Uncertain", "de": "Unsicher", "ru": "Не уверен"}),
                     ("N", {"en": "No", "de": "Nein", "ru": "Нет", "kk": "Жоқ"})]),
    "E": ("ordinal", [("D", {"en": "Decrease", "de": "Abnahme", "ru": "Уменьшить"}),
                      ("S", {"en": "Same", "de": "Gleich", "ru": "Без изменений"}),
                      ("I", {"en": "Increase", "de": "Zunahme", "ru": "Увеличить"})]),
}  # fmt: skip
"""Question types whose answers the platform words itself: kind of scale, codes and wordings."""

_STEPS = {"5": 5, "A": 5, "B": 10}
_GRIDS = "ABCEFHKQ"
_CHOSEN = "FHL!OR1"
MULTIPLE = "MP"
_SKIPPED = "X|"
"""Texts that are only shown, and files sent along."""

Entry = dict[str, Any]


def instrument_from_lss(path: Path) -> str:
    """Draft an instrument file from a LimeSurvey structure (`.lss`), in all languages of the survey.

    Raises
    ------
    CoursewavesError
        Where the file is no such structure.
    """
    found = read_lss(path)
    if isinstance(found, FileFault):
        raise CoursewavesError(f"Can't read {path.name}: {found.seen}; fix: {found.fix}.")
    return draft_instrument(found)


def draft_instrument(questionnaire: LimeQuestionnaire) -> str:
    """Draft the instrument file of a questionnaire; it can be loaded as it stands."""
    scales = _Scales(questionnaire.languages)
    items: list[Entry] = []
    grids: list[Entry] = []
    for _, group in groupby(columns(questionnaire), key=lambda column: column.question.code):
        for entry, is_grid in _question(list(group), scales):
            (grids if is_grid else items).append(entry)
    window = {"anchor": "ends_on", "due": "0", "opens": "-14", "closes": "30"}
    title = {"text": questionnaire.title} if questionnaire.title else {}
    sections: Entry = {
        "languages": list(questionnaire.languages),
        "background": _background(questionnaire.languages, scales),
        "scales": scales.entries,
        "instrument": {"id": f"S{questionnaire.id}", "wave": "1", **title, "window": window},
        "grids": grids,
        "items": items,
    }
    parts = [_HEAD.format(id=questionnaire.id)]
    parts += [_section(name, content) for name, content in sections.items() if content]
    return "\n".join(parts)


def _background(languages: Sequence[str], scales: "_Scales") -> list[Entry]:
    spoken = scales.of("language", "single", [{"code": language} for language in languages])
    entries = [("not_read", scales.open, "ignore"), ("spoken", spoken, "language")]
    entries.append(("sent_at", scales.open, "submitted_at"))
    return [{"id": one, "scale": scale, "purpose": purpose} for one, scale, purpose in entries]


class _Scales:
    """The scales met so far; questions with the same answers share one."""

    def __init__(self, languages: Sequence[str]) -> None:
        self.entries: list[Entry] = []
        self._languages = languages
        self._known: dict[str, str] = {}
        self.open = self.of("open", "text", [])

    def of(self, name: str, kind: str, options: list[Entry], **bounds: str) -> str:
        """Return the id of a scale, made where no other has these answers."""
        content = {"kind": kind, **bounds} | ({"options": options} if options else {})
        key = json.dumps(content, sort_keys=True)
        if key not in self._known:
            self._known[key] = name
            self.entries.append({"id": name, **content})
        return self._known[key]

    def worded(self, texts: Texts) -> Texts:
        """Return a word of the platform in the survey's languages, in English where it is in none of them."""
        found = {language: texts[language] for language in self._languages if language in texts}
        return found or dict.fromkeys(self._languages, texts["en"])


def _question(group: list[LimeColumn], scales: _Scales) -> Iterator[tuple[Entry, bool]]:
    """Yield the grid and the items of one question; True beside a grid."""
    question = group[0].question
    if question.kind in _SKIPPED:
        return
    extra = [column for column in group if _is_extra(column)]
    own = [column for column in group if not _is_extra(column)]
    if question.kind in MULTIPLE:
        yield _multiple(question, own, scales), False
        extra = [column for column in extra if not column.code.endswith("[other]")]
    elif question.kind in _GRIDS and len(own) > 1:
        stems = _stems(own[0])
        yield {"id": _id(question.code), "text": stems}, True
        yield from ((_row(column, stems, _scale(column, scales)), False) for column in own)
    else:
        yield from ((_single(column, _scale(column, scales)), False) for column in own)
    yield from ((_single(column, scales.open), False) for column in extra)


def _is_extra(column: LimeColumn) -> bool:
    """Whether a column holds what is written beside a question, under a word of the platform."""
    return column.row is not None and column.row.texts in WORDS.values()


def _multiple(question: LimeQuestion, own: list[LimeColumn], scales: _Scales) -> Entry:
    options = [{"code": row.code, "text": _plain(row.texts)} for row in question.rows if row.scale == 0]
    if question.has_other:
        options.append({"code": "other", "text": scales.worded(WORDS["Other"]), "other": "true"})
    scale = scales.of(f"{question.code}_options", "multiple", options)
    return {"id": _id(question.code), "scale": scale, "text": _stems(own[0]) if own else question.texts}


def _plain(texts: Texts) -> Texts:
    """Return an option's wording without the sign that stands between several answers."""
    return {language: text.replace(";", ",") for language, text in texts.items()}


def _row(column: LimeColumn, stems: Texts, scale: str) -> Entry:
    """Draft the row of a grid; one that repeats another question's stands alone, under its whole heading."""
    if column.row is None or _stems(column) != stems:
        return _single(column, scale)
    texts = {language: column.row.texts.get(language, "") for language in column.texts}
    worded = {language: text for language, text in texts.items() if text}
    own = {"id": _id(column.code), "scale": scale, "grid": _id(column.question.code), "text": worded}
    return own | {"headers": list(column.codes)}


def _single(column: LimeColumn, scale: str) -> Entry:
    own: Entry = {"id": _id(column.code), "scale": scale, "text": column.texts}
    return own if own["id"] == column.code else own | {"headers": list(dict.fromkeys(column.codes))}


def _stems(column: LimeColumn) -> Texts:
    """Return a heading without the row that stands in brackets at its end."""
    row = column.row
    if row is None:
        return column.texts
    words = {language: wording(row.texts, language) for language in column.texts}
    return {language: text.removesuffix(f"[{words[language]}]").strip() for language, text in column.texts.items()}


def _id(code: str) -> str:
    """Return the id of a column's item: ``Q1[SQ001][1]`` is ``Q1.SQ001.1``."""
    plain = re.sub(r"\]?\[", ".", code).removesuffix("]")
    return re.sub(r"[^A-Za-z0-9_.]", "_", plain)[:40]


def _scale(column: LimeColumn, scales: _Scales) -> str:
    question = column.question
    if question.kind in _STEPS:
        high = _STEPS[question.kind]
        return scales.of(f"from_1_to_{high}", "number", [], low="1", high=str(high))
    if question.kind in _FIXED:
        kind, words = _FIXED[question.kind]
        options = [{"code": code, "text": scales.worded(texts)} for code, texts in words]
        return scales.of(f"{question.code}_scale", kind, _numbered(options) if kind == "ordinal" else options)
    if question.kind not in _CHOSEN or not question.answers:
        return scales.open
    second = question.kind == "1" and column.code.endswith("[2]")
    answers = [answer for answer in question.answers if answer.scale == int(second)]
    options = [{"code": answer.code, "text": answer.texts} for answer in answers]
    if question.kind in "FH1" and len(answers) > 1:
        return scales.of(f"{question.code}_scale{'_2' if second else ''}", "ordinal", _steps(answers))
    if question.has_other:
        options.append({"code": "other", "text": scales.worded(WORDS["Other"]), "also": ["-oth-"]})
    return scales.of(f"{question.code}_options", "single", options)


def _steps(answers: Sequence[LimePart]) -> list[Entry]:
    """Number the steps of an array: by the platform's own codes or assessment, else as they are listed."""
    options = [{"code": answer.code, "text": answer.texts} for answer in answers]
    if all(re.fullmatch("-?[0-9]{1,4}", answer.code) for answer in answers):
        return options
    values = [answer.value for answer in answers]
    if len(set(values)) == len(values):
        options = [option for _, option in sorted(zip(values, options, strict=True), key=lambda pair: pair[0])]
    return _numbered(options)


def _numbered(options: list[Entry]) -> list[Entry]:
    return [option | {"code": str(number), "also": [option["code"]]} for number, option in enumerate(options, 1)]


def _section(name: str, content: Any) -> str:
    if name == "languages":
        return f"languages: [{', '.join(content)}]\n"
    if isinstance(content, dict):
        return "\n".join([f"{name}:", *_lines(content, "  ")]) + "\n"
    entries = ["\n".join(_entry(entry, "  ")) for entry in content]
    return f"{name}:\n" + "\n\n".join(entries) + "\n"


def _entry(entry: Entry, indent: str) -> list[str]:
    first, *others = _lines(entry, indent + "  ")
    return [f"{indent}- {first.strip()}", *others]


def _lines(entry: Entry, indent: str) -> Iterator[str]:
    """Yield the lines of one entry; wordings are quoted, what is a name or a number is not."""
    for key, value in entry.items():
        if isinstance(value, dict):
            yield f"{indent}{key}:"
            yield from (f"{indent}  {name}: {_scalar(text, name)}" for name, text in value.items())
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield f"{indent}{key}:"
            yield from (line for one in value for line in _entry(one, indent + "  "))
        elif isinstance(value, list):
            yield f"{indent}{key}:"
            yield from (f"{indent}  - {json.dumps(text, ensure_ascii=False)}" for text in value)
        else:
            yield f"{indent}{key}: {_scalar(value, key)}"


_PLAIN = {"id", "scale", "grid", "kind", "purpose", "wave", "low", "high", "other", "anchor", "due", "opens", "closes"}


def _scalar(value: str, key: str) -> str:
    return value if key in _PLAIN else json.dumps(value, ensure_ascii=False)
