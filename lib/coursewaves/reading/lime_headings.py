"""How LimeSurvey heads the columns of an export: by code, by wording in one language, or by both.

A heading is ``Question``, ``Question [row]``, ``Question [row][Scale 1]`` or, by code, ``Q1``, ``Q1[SQ001]``,
``Q1[SQ001][1]``; the columns that the platform adds are headed in the language of its interface. Two questions
worded alike are told apart by their order: ``Question (1)`` and ``Question (2)``.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from coursewaves.reading.lss import LimePart, LimeQuestion, LimeQuestionnaire
from coursewaves.survey.instruments import Texts
from coursewaves.survey.wordings import normalised

WORDS: dict[str, Texts] = {
    "Other": {"en": "Other", "de": "Sonstiges", "ru": "Другое"},
    "Comment": {"en": "Comment", "de": "Kommentar", "ru": "Комментарий"},
    "Other comment": {"en": "Other comment", "de": "Weiterer Kommentar", "ru": "Другие комментарии"},
    "Scale": {"en": "Scale", "de": "Skala", "ru": "Шкала"},
    "Rank": {"en": "Rank", "de": "Rang", "ru": "Ранг"},
}
"""Words of the interface that stand in headings; other languages show the English ones until translated."""

METADATA: dict[str, tuple[str, ...]] = {
    "id": ("Response ID", "Answer ID", "Antwort ID", "Antwort-ID", "ID ответа"),
    "submitdate": ("Date submitted", "Datum Abgeschickt", "Дата записи", "Дата отправки"),
    "lastpage": ("Last page", "Letzte Seite", "Последняя страница"),
    "startlanguage": ("Start language", "Start-Sprache", "Начальный язык"),
    "seed": ("Seed", "Zufallsstartwert"),
    "token": ("Token", "Access code", "Zugangscode", "Zugangsschlüssel", "Маркер доступа"),
    "startdate": ("Date started", "Datum gestartet", "Дата начала"),
    "datestamp": ("Date last action", "Datum letzte Aktivität", "Время последнего обращения"),
    "ipaddr": ("IP address", "IP-Adresse", "IP адрес"),
    "refurl": ("Referrer URL", "Weiterleitungs-URL", "URL ссылки"),
    "firstname": ("First name", "Vorname", "Имя"),
    "lastname": ("Last name", "Nachname", "Фамилия"),
    "email": ("Email address", "E-Mail-Adresse", "Адрес электронной почты"),
    "interviewtime": ("Total time", "Gesamtzeit", "Общее время"),
}
"""Columns that the platform adds, by code: how its interface names them in English, German and Russian."""

_BRACKETS = re.compile(r"(.*?)((?:\s*\[[^\[\]]*\])*)", re.DOTALL)


class LimeColumn(NamedTuple):
    """One column that an export has.

    Attributes
    ----------
    code
        Its heading by code.
    texts
        Its tidy heading by language, no two of one language alike.
    question
        The question that it belongs to.
    row
        The row, the option or the rank that it holds; None where the question has one column.
    """

    code: str
    texts: Texts
    question: LimeQuestion
    row: LimePart | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The heading by code, and as LimeSurvey's expressions write it: ``Q1_SQ001``, scales from 0."""
        if self.question.kind == "1":
            stem, _, scale = self.code.removesuffix("]").rpartition("[")
            return self.code, f"{_underscored(stem)}_{int(scale) - 1}"
        return self.code, _underscored(self.code)


def _underscored(code: str) -> str:
    return code.replace("][", "_").replace("[", "_").replace("]", "")


def tidy(heading: str) -> str:
    """Return a heading with single spaces between words and none within its brackets.

    >>> tidy("Agree?   [ It works ][Scale 1]")
    'Agree? [It works][Scale 1]'
    """
    return " ".join(heading.split()).replace("[ ", "[").replace(" ]", "]")


def numbered(headings: Sequence[str]) -> list[str]:
    """Return headings of which no two are alike: each of several stands with its number behind the question.

    >>> numbered(["Why?", "How? [a]", "How? [a]"])
    ['Why?', 'How? (1) [a]', 'How? (2) [a]']
    """
    keys = [normalised(heading) for heading in headings]
    counts, met = Counter(keys), Counter[str]()
    found = []
    for heading, key in zip(headings, keys, strict=True):
        met[key] += 1
        stem, brackets = split_brackets(heading)
        found.append(f"{stem} ({met[key]}){brackets}" if counts[key] > 1 and key else heading)
    return found


def split_brackets(heading: str) -> tuple[str, str]:
    """Split a heading into the question and what stands in brackets at its end.

    >>> split_brackets("How? [a][Scale 1]")
    ('How?', ' [a][Scale 1]')
    """
    match = _BRACKETS.fullmatch(heading)
    return (match[1], match[2]) if match else (heading, "")


def metadata_codes() -> dict[str, str]:
    """Return the code of every name of a column that the platform adds, normalised."""
    return {normalised(name): code for code, names in METADATA.items() for name in names}


def columns(questionnaire: LimeQuestionnaire) -> list[LimeColumn]:
    """List the columns that an export of a survey has, in its order."""
    found = [column for question in questionnaire.questions for column in _columns(question)]
    for language in questionnaire.languages:
        places = [place for place, column in enumerate(found) if language in column.texts]
        unique = numbered([found[place].texts[language] for place in places])
        for place, heading in zip(places, unique, strict=True):
            found[place].texts[language] = heading
    return found


def _columns(question: LimeQuestion) -> Iterator[LimeColumn]:
    for code, parts, row in _parts(question):
        stem = f"{question.code}{code}"
        texts = {
            language: tidy(f"{text} {''.join(f'[{_worded(part, language)}]' for part in parts)}").strip()
            for language, text in question.texts.items()
        }
        yield LimeColumn(stem, texts, question, row)


Parts = tuple[str, tuple[Texts, ...], LimePart | None]


def _parts(question: LimeQuestion) -> Iterator[Parts]:
    """Yield what stands in brackets in each column's heading: as code, as wordings, and the row that is meant."""
    rows = [row for row in question.rows if row.scale == 0]
    beside = [row for row in question.rows if row.scale == 1]
    if question.kind == "R":
        for number, answer in enumerate(question.answers, 1):
            yield f"[{number}]", (_numbered("Rank", number),), answer
    elif question.kind == "1":
        for row in rows:
            yield from ((f"[{row.code}][{scale}]", (row.texts, _numbered("Scale", scale)), row) for scale in (1, 2))
    elif beside:
        for row in rows:
            yield from ((f"[{row.code}_{one.code}]", (row.texts, one.texts), row) for one in beside)
    elif rows:
        yield from _rows(question, rows)
    else:
        yield "", (), None
    if question.kind == "O":
        yield _extra("comment", "Comment")
    if question.has_other:
        yield _extra("other", "Other")
        if question.kind == "P":
            yield _extra("othercomment", "Other comment")


def _rows(question: LimeQuestion, rows: list[LimePart]) -> Iterator[Parts]:
    for row in rows:
        yield f"[{row.code}]", (row.texts,), row
        if question.kind == "P":
            texts = (row.texts, WORDS["Comment"])
            yield f"[{row.code}comment]", texts, LimePart(f"{row.code}comment", WORDS["Comment"])


def _extra(code: str, word: str) -> Parts:
    return f"[{code}]", (WORDS[word],), LimePart(code, WORDS[word])


def _numbered(word: str, number: int) -> Texts:
    return {language: f"{text} {number}" for language, text in WORDS[word].items()}


def _worded(texts: Texts, language: str) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


class HeadingBook:
    """The columns of one survey by everything that may head them."""

    def __init__(self, questionnaire: LimeQuestionnaire) -> None:
        self._columns = columns(questionnaire)
        known = defaultdict(list)
        for column in self._columns:
            for name in {*map(_key, column.codes), *map(_key, column.texts.values())}:
                known[name].append(column)
        self._known = {name: found[0] for name, found in known.items() if len(found) == 1}

    def find(self, code: str, text: str) -> LimeColumn | None:
        """Return the column that a heading means, by its code, its wording, or its shortened wording."""
        for name in filter(None, (code, text)):
            if found := self._known.get(_key(name)):
                return found
        return self._shortened(text) if ".." in text else None

    def _shortened(self, text: str) -> LimeColumn | None:
        pieces = [re.escape(_key(piece)) for piece in tidy(text).split("..")]
        begins = re.compile(r"[^\[\]]*".join(pieces))
        found = {column.code: column for name, column in self._known.items() if begins.fullmatch(name)}
        return next(iter(found.values())) if len(found) == 1 else None


def _key(heading: str) -> str:
    """Return a heading as it is compared: an export may write its spaces as underscores."""
    return normalised(heading.replace("_", " "))
