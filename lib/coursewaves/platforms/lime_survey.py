"""Arrange LimeSurvey exports: headed by code, by wording or by both, with one header row or two.

A survey's structure (`reading.lss`) tells which code has which wordings; with it every column is known by all of
them. Without one an export is known by the columns that LimeSurvey adds.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from coursewaves.platforms.export import (
    IGNORED,
    SUBMITTED_AT,
    Export,
    Name,
    cells_at,
    known_as,
    one_line,
    personal,
    without_header_rows,
)
from coursewaves.reading.columns import Cells, Mask
from coursewaves.reading.lime_headings import (
    METADATA,
    WORDS,
    HeadingBook,
    LimeColumn,
    metadata_codes,
    numbered,
    split_brackets,
    tidy,
)
from coursewaves.reading.lss import LimeQuestionnaire
from coursewaves.reading.records import Records
from coursewaves.survey.wordings import is_blank, normalised

LEAST_MATCHED = 0.5
"""Share of the columns that a survey's structure must know to be that of the file."""

_OF_NO_OTHER = {"submitdate", "lastpage", "startlanguage", "seed", "datestamp"}
_PERSONAL = {"token", "firstname", "lastname", "email"}
_PURPOSES = {"submitdate": SUBMITTED_AT, "startlanguage": Name("language", ("ignore",))}
_TIMINGS = re.compile(r"(question|group) time\b|\w+Time\d*$")
_CODE = re.compile(r"[A-Za-z]\w*(\[[^\[\]]*\])*")
MOST_WORDS = 6
"""Spellings of Yes, No, "N/A" and nothing in one column; one with more holds something else."""

_UNKNOWN_DAY = "1980-01-01"
"""Stands for the day on which an answer of a survey without dates was sent off."""

_ANSWERED = ({"yes", "no"}, {"ja", "nein"}, {"да", "нет"}, {"иә", "жоқ"}, {"y", "n"}, {"female", "male"})
_NOT_ASKED = "n/a"
_FREE = {normalised(f"[{word}]") for texts in WORDS.values() for word in texts.values()}


class _Heading(NamedTuple):
    """One column's heading: its code, its wording, or both; and the code of a column that LimeSurvey adds."""

    code: str
    text: str
    own: str = ""


def lime_survey(records: Records, questionnaires: Sequence[LimeQuestionnaire] = ()) -> Export | None:
    """Recognise an export by LimeSurvey's own columns, by a survey's structure, or by its two header rows.

    Answers that were not sent off are set aside. A question that was not shown ("N/A" between Yes and No) is
    blank. Where a survey keeps no dates, there are none.
    """
    if not records.header:
        return None
    joined = _joined(records)
    table = records if joined is None else joined
    headings = _headings(table.header)
    book = _matching(headings, questionnaires)
    if joined is None and book is None and not _is_of_no_other(headings):
        return None
    table = _not_asked(known_as(_without_blank_end(table), list(_names(headings, book))))
    return Export("lime_survey", _finished(table, [heading.own for heading in headings]), ("Y-m-d H:M:S",))


def _headings(header: Sequence[str]) -> list[_Heading]:
    names = metadata_codes()
    separator = _separator(header)
    found = []
    for cell in header:
        code, _, text = cell.partition(separator) if separator else ("", "", cell)
        if not text or (code and not _CODE.fullmatch(code)):
            code, text = "", cell
        own = cell.strip() if cell.strip() in METADATA else names.get(normalised(text.replace("_", " ")), "")
        found.append(_Heading(code, tidy(text), own))
    return found


def _separator(header: Sequence[str]) -> str:
    """Return what stands between code and wording, as the columns show that LimeSurvey adds."""
    for cell in header:
        for code, names in METADATA.items():
            for name in names:
                if cell.startswith(code) and cell.endswith(name) and 0 < len(cell) - len(code) - len(name) <= 3:
                    return cell[len(code) : len(cell) - len(name)]
    return ""


def _matching(headings: Sequence[_Heading], questionnaires: Sequence[LimeQuestionnaire]) -> HeadingBook | None:
    """Return the structure that knows most of the columns, if any knows enough of them."""
    texts = numbered([heading.text for heading in headings])
    asked = [(heading.code, text) for heading, text in zip(headings, texts, strict=True) if not heading.own and text]
    books = [HeadingBook(questionnaire) for questionnaire in questionnaires]
    counts = [sum(book.find(code, text) is not None for code, text in asked) for book in books]
    best = max(range(len(books)), key=counts.__getitem__, default=None)
    return books[best] if best is not None and counts[best] > LEAST_MATCHED * len(asked) else None


def _is_of_no_other(headings: Sequence[_Heading]) -> bool:
    """Whether at least two columns stand there that only LimeSurvey adds, or its number before bracketed headings."""
    if len({heading.own for heading in headings} & _OF_NO_OTHER) >= 2:
        return True
    first, *others = headings
    stems = Counter(split_brackets(heading.text) for heading in others)
    is_code = first.text == "id"
    several = Counter(stem for stem, end in stems if end and end.startswith(" [") != is_code)
    return first.own == "id" and max(several.values(), default=0) > 1


def _names(headings: Sequence[_Heading], book: HeadingBook | None) -> Iterator[Name]:
    is_timed = any(heading.own == "interviewtime" for heading in headings)
    texts = numbered([heading.text for heading in headings])
    for heading, text in zip(headings, texts, strict=True):
        if heading.own in _PERSONAL:
            yield personal(heading.text, heading.own)
        elif heading.own or (is_timed and _TIMINGS.match(heading.text.lower() if " " in text else text)):
            yield _PURPOSES.get(heading.own, IGNORED)
        else:
            yield _asked(heading.code, text, book.find(heading.code, text) if book else None)


def _asked(code: str, text: str, column: LimeColumn | None) -> Name:
    also = [code] if code else []
    if column is not None and column.question.kind in ("X", "|"):
        return IGNORED  # a text that is only shown; files sent along
    if column is not None:
        also += [*column.codes, *column.texts.values()]
    return Name(text, tuple(dict.fromkeys(name for name in also if name != text)))


def _without_blank_end(records: Records) -> Records:
    """Take away the blank lines with which LimeSurvey ends a file, and the blank record of one without answers."""
    last = int(records.numbers.max(initial=0))
    last = max([last, *(problem.row for problem in records.problems if problem.rule != "E-BLANK")])
    kept = [problem for problem in records.problems if problem.rule != "E-BLANK" or problem.row < last]
    return records._replace(problems=kept, n_read=records.n_read - len(records.problems) + len(kept))


def _not_asked(records: Records) -> Records:
    """Blank the "N/A" that LimeSurvey writes where a question of Yes and No was not shown."""
    groups: dict[str, list[int]] = defaultdict(list)
    for place, header in enumerate(records.header):
        stem, end = split_brackets(header)
        if normalised(end.rpartition("[")[1] + end.rpartition("[")[2]) not in _FREE:
            groups[stem].append(place)
    columns = list(records.columns)
    for places in groups.values():
        if any(len(np.unique(columns[place].codes)) > MOST_WORDS for place in places):
            continue
        said = {text for place in places for text in _said(columns[place])} - {"", _NOT_ASKED}
        if any(said <= words for words in _ANSWERED) and (said or len(places) > 1):
            for place in places:
                columns[place] = columns[place].changed(lambda text: "" if normalised(text) == _NOT_ASKED else text)
    return records._replace(columns=columns)


def _finished(records: Records, own: Sequence[str]) -> Records:
    """Set aside what was not sent off, and read no dates where the survey keeps none."""
    if "submitdate" not in own:
        return records
    place = own.index("submitdate")
    is_open = records.columns[place].where(is_blank)
    seen, fix = "an answer that was not sent off", "nothing; only finished answers are counted"
    records = records.without(is_open, "E-UNFINISHED", seen, fix)
    days = records.columns[place]
    if len(days) and days.where(lambda text: text.strip().startswith(_UNKNOWN_DAY)).all():
        header = [*records.header[:place], "ignore", *records.header[place + 1 :]]
        records = records._replace(header=header)
    return records


def _joined(records: Records) -> Records | None:
    """Join two header rows, a question once and its rows or options below it; None where there is but one.

    The second row names every column that has no header of its own, no two of one question alike and none as
    somebody answered; under at least one question several columns share their answers.
    """
    below = cells_at(records, 0)
    starts = [place for place, cell in enumerate(records.header) if cell.strip()]
    if not len(records.numbers) or starts[:1] != [0] or len(starts) == len(below):
        return None
    runs = [range(start, stop) for start, stop in pairwise([*starts, len(below)])]
    if not (all(_is_named(records, below, run) for run in runs) and _has_answers(records, runs)):
        return None
    header = []
    for run in runs:
        stem = one_line(records.header[run.start])
        header += [f"{stem} [{one_line(below[place])}]" if below[place] else stem for place in run]
    return without_header_rows(records, 1)._replace(header=header)


def _is_named(records: Records, below: Sequence[str], run: range) -> bool:
    names = [normalised(below[place]) for place in run]
    if len(run) == 1 and not names[0]:
        return normalised(records.header[run.start]) in metadata_codes()
    is_answer = any(name in words for name in names for words in _ANSWERED)
    is_word = all(any(sign.isalpha() for sign in name) for name in names)
    return is_word and not is_answer and len(set(names)) == len(names) and not _is_said(records, below, run)


def _is_said(records: Records, below: Sequence[str], run: range) -> bool:
    """Whether what stands in the second row is an answer of a later record."""
    return any(_same(records, place, below[place])[1:].any() for place in run)


def _same(records: Records, place: int, text: str) -> Mask:
    key = normalised(text)
    return records.columns[place].where(lambda cell: normalised(cell) == key)


def _has_answers(records: Records, runs: Sequence[range]) -> bool:
    """Whether there are no answers yet, or several columns of one question share theirs."""
    later = records.taken(np.arange(len(records.numbers)) > 0)
    if not len(later.numbers):
        return True
    for run in runs:
        said = Counter(text for place in run for text in _said(later.columns[place]) - {""})
        if max(said.values(), default=0) > 1:
            return True
    return False


def _said(cells: Cells) -> set[str]:
    """Return what stands in a column, normalised."""
    return {normalised(cells.texts[code]) for code in np.unique(cells.codes).tolist()}
