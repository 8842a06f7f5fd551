"""What every platform's function gives back, and the steps that several of them share."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from coursewaves.reading.columns import Cells, Mask
from coursewaves.reading.records import Records
from coursewaves.survey.wordings import is_blank


class Export(NamedTuple):
    """An export as its platform means it.

    Attributes
    ----------
    platform
        Name of the platform, a key of `coursewaves.platforms.PLATFORMS`.
    records
        The records under the headers by which questions are known.
    time_forms
        Forms in which the platform writes times, see `coursewaves.reading.times`; empty where it has no fixed one.
    delimiter
        What stands between several answers of one cell; None where the cell decides.
    """

    platform: str
    records: Records
    time_forms: tuple[str, ...] = ()
    delimiter: str | None = None


class Name(NamedTuple):
    """By what a column is known: its header, then anything else that it may be called."""

    header: str
    also: tuple[str, ...] = ()


SAMPLE = 500
"""Cells of a column that are looked at to recognise its platform."""

SUBMITTED_AT = Name("submitted_at")
IGNORED = Name("ignore")


def personal(header: str, *purposes: str) -> Name:
    """Name a column of the platform that an institute may use for a purpose of its own, and else ignores.

    >>> personal("Email Address", "email")
    Name(header='Email Address', also=('email', 'ignore'))
    """
    return Name(one_line(header), (*purposes, "ignore"))


def known_as(records: Records, names: Sequence[Name]) -> Records:
    """Put the columns under the names by which they are known; one that keeps its header keeps its SPSS label too."""
    own = records.also or [()] * len(names)
    also = [
        (*name.also, *label) if name == Name(header) else name.also
        for name, header, label in zip(names, records.header, own, strict=True)
    ]
    return records._replace(header=[name.header for name in names], also=tuple(also))


def one_line(text: str) -> str:
    r"""Return a text on one line, with one kind of space.

    >>> one_line(" Your\xa0role\n ")
    'Your role'
    """
    return " ".join(text.split())


def cells_at(records: Records, index: int) -> list[str]:
    """Return the cells of one sound record without spaces around; blank ones where there is no such record."""
    if index >= len(records.numbers):
        return [""] * len(records.header)
    return [column[index].strip() for column in records.columns]


def without_header_rows(records: Records, count: int) -> Records:
    """Take away the first sound records, which are further header rows and no records.

    Where one of them stands once more, as when a file was pasted after another, it is set aside like a repeated
    header.
    """
    rows = [cells_at(records, index) for index in range(count)]
    is_later = np.arange(len(records.numbers)) >= count
    records = records.taken(is_later)._replace(n_read=records.n_read - count)
    for row in rows:
        seen, fix = "a further header row once more", "nothing; delete it if it disturbs"
        records = records.without(_is_row(records, row), "E-HEADER", seen, fix)
    return records


def _is_row(records: Records, row: Sequence[str]) -> Mask:
    is_same = np.ones(len(records.numbers), dtype=bool)
    for column, own in zip(records.columns, row, strict=True):
        is_same &= column.where(lambda text, own=own: text.strip() == own)  # type: ignore[misc]
    return is_same


def share(cells: Cells, holds: Callable[[str], bool]) -> float:
    """Return which share of the cells that are not blank has a property; 0 where all are blank.

    Of a long column `SAMPLE` cells are looked at, from its first to its last.
    """
    places = np.linspace(0, len(cells) - 1, min(SAMPLE, len(cells))).astype(int)
    codes, counts = np.unique(cells.codes[places], return_counts=True)
    given = [(cells.texts[code], n) for code, n in zip(codes.tolist(), counts.tolist(), strict=True)]
    given = [(text, n) for text, n in given if not is_blank(text)]
    return sum(n for text, n in given if holds(text)) / sum(n for _, n in given) if given else 0.0


def all_are(cells: Cells, holds: Callable[[str], bool]) -> bool:
    """Whether a column has cells that are not blank, and each of them a property."""
    given = [text for code in np.unique(cells.codes).tolist() if not is_blank(text := cells.texts[code])]
    return bool(given) and all(map(holds, given))


def other_text(question: str, label: str, answers: Cells, texts: Cells) -> Name:
    """Name the column of what was written beside a question with one answer.

    It answers the question where nobody both chose an option and wrote; otherwise it is a remark of its own.
    """
    is_chosen, is_written = (cells.where(lambda text: not is_blank(text)) for cells in (answers, texts))
    return Name(f"{question} [{label}]", () if (is_chosen & is_written).any() else (question,))
