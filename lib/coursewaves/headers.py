"""Match the columns of an export to items: a header and the survey go in, the questionnaire and its columns out.

A header is known by the wording of its item in any language, by other headers recorded at the item, or by the
item's id. A header that is not known is never guessed: the nearest wording is named as a proposal.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from coursewaves.instruments import Entry, Grid, Instrument, Item, Survey
from coursewaves.problems import Problem, column_letter
from coursewaves.registry import Registry

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")


class Column(NamedTuple):
    """One column of a file that holds an item.

    Attributes
    ----------
    place
        Position in the file, 0 is the first.
    item
        The item; for a repeated item see `row_text`.
    row_text
        For a repeated item the registry entry asked about, normalised; the number in the item's id where the
        header is an id; else empty.
    """

    place: int
    item: Item
    row_text: str


class Layout(NamedTuple):
    """What a file's header says: which questionnaire, which columns, and what is wrong with it."""

    instrument: Instrument | None
    columns: list[Column]
    problems: list[Problem]


@lru_cache(maxsize=65536)
def normalised(text: str) -> str:
    """Return a text as it is compared: one form of each letter, one kind of space, no case, no final sign.

    >>> normalised(" How  often?* ") == normalised("how often")
    True
    """
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(plain.split()).casefold().rstrip(" *:?.").strip()


def match_columns(header: list[str], file: str, book: "HeaderBook", instrument_id: str | None) -> Layout:
    """Match a file's header to the items of one questionnaire.

    Parameters
    ----------
    header
        The cells of the header row.
    file
        The file's name for problems.
    book
        All known headers of the survey.
    instrument_id
        The questionnaire where a source declares it; else the one most of whose own questions are present.

    Returns
    -------
    Layout
        `instrument` is None where no questionnaire fits or two fit equally well.
    """
    keys = [normalised(cell) for cell in header]
    if instrument_id is None:
        instrument_id, problem = _recognised(keys, file, book)
        if problem is not None:
            return Layout(None, [], [problem])
    instrument = book.survey.instrument(str(instrument_id))
    known = book.of(instrument.id)
    columns, problems = [], []
    for place, key in enumerate(keys):
        if key in known:
            columns.append(Column(place, *known[key]))
        elif key:
            problems.append(_unknown(header, place, file, known))
    counts = Counter((column.item.id, column.row_text) for column in columns)
    for column in columns:
        if counts[column.item.id, column.row_text] > 1:
            problems.append(_twice(header, column, file))
    kept = [column for column in columns if counts[column.item.id, column.row_text] == 1]
    return Layout(instrument, kept, [*problems, *_absent(instrument, columns, file)])


class HeaderBook:
    """Every header by which an item may be known, by questionnaire; built once for a survey and a registry."""

    def __init__(self, survey: Survey, registry: Registry) -> None:
        self.survey = survey
        self._rows = {"abilities": _wordings(registry.abilities, "text"), "topics": _wordings(registry.topics, "title")}
        self._books = {
            instrument.id: self._book([*survey.background, *instrument.items], instrument)
            for instrument in survey.instruments
        }
        self._own = {
            instrument.id: {key for key, (item, _) in self._books[instrument.id].items() if item.purpose is None}
            for instrument in survey.instruments
        }

    def of(self, instrument_id: str) -> dict[str, tuple[Item, str]]:
        """Return the known headers of a questionnaire: normalised text to item and row text."""
        return self._books[instrument_id]

    def own_headers(self, instrument_id: str) -> set[str]:
        """Return the headers of a questionnaire's own questions, without the background items."""
        return self._own[instrument_id]

    def _book(self, items: list[Item], instrument: Instrument) -> dict[str, tuple[Item, str]]:
        grids = {grid.id: grid for grid in instrument.grids}
        book: dict[str, tuple[Item, str]] = {}
        for item in items:
            for text, row in self._variants(item, grids.get(item.grid or "")):
                book.setdefault(normalised(text), (item, row))
        return book

    def _variants(self, item: Item, grid: Grid | None) -> Iterator[tuple[str, str]]:
        if item.repeat is None:
            yield item.id, ""
            for text in [*_texts(item), *item.headers]:
                yield text, ""
                for stem in _texts(grid) if grid else []:
                    yield f"{stem} [{text}]", ""
            return
        for number, column in enumerate(self.survey.columns(item), start=1):
            yield column, str(number)
        for row in self._rows[item.repeat]:
            for text in _texts(item):
                asked = text.replace("{row}", row)
                yield asked, normalised(row)
                for stem in _texts(grid) if grid else []:
                    yield f"{stem} [{asked}]", normalised(row)


def row_numbers(registry: Registry) -> dict[tuple[str, str, str], int]:
    """Return the number of a repeated item's row: (registry list, programme, normalised text) to number."""
    numbers = {}
    for name, table, field in (("abilities", registry.abilities, "text"), ("topics", registry.topics, "title")):
        columns = [column for column in table.columns if column.startswith(f"{field}_")]
        for row in table.to_dict("records"):
            for text in (row[column] for column in columns):
                if isinstance(text, str) and text:
                    numbers[name, str(row["programme_id"]), normalised(text)] = int(row["number"])
            numbers[name, str(row["programme_id"]), str(row["number"])] = int(row["number"])
    return numbers


def _texts(entry: Entry) -> list[str]:
    """All wordings, also those that some forms join into one ("kk / ru", "kk / ru / en")."""
    texts = [text for text in entry.text.values() if text]
    joined = [" / ".join(texts[:count]) for count in range(2, len(texts) + 1)]
    return [*texts, *joined, *(entry.headers if isinstance(entry, Grid) else [])]


def _wordings(table: pd.DataFrame, field: str) -> list[str]:
    columns = [column for column in table.columns if column.startswith(f"{field}_")]
    return sorted({text for column in columns for text in table[column].dropna() if text})


def _recognised(keys: list[str], file: str, book: HeaderBook) -> tuple[str | None, Problem | None]:
    counts = {
        instrument.id: sum(key in book.own_headers(instrument.id) for key in keys)
        for instrument in book.survey.instruments
    }
    best = max(counts.values(), default=0)
    named = [instrument_id for instrument_id, count in counts.items() if count == best]
    if best and len(named) == 1:
        return named[0], None
    seen = "no question of any questionnaire" if not best else f"as many questions of {' and '.join(named)}"
    fix = "name the questionnaire in coursewaves.yml under sources, or move the file out of responses"
    return None, Problem(file, 1, "", "", "E-INSTRUMENT", seen, "file set aside", fix)


def _unknown(header: list[str], place: int, file: str, known: dict[str, tuple[Item, str]]) -> Problem:
    near = get_close_matches(normalised(header[place]), known, n=1, cutoff=0.75)
    proposal = f"it may be {known[near[0]][0].id}; if so, add the header there" if near else "add it to an item"
    return Problem(
        file, 1, column_letter(place), header[place][:80], "E-COL", "a question that is not in the questionnaire",
        "column not read", f"{proposal} in the instrument file under headers",
    )  # fmt: skip


def _twice(header: list[str], column: Column, file: str) -> Problem:
    return Problem(
        file, 1, column_letter(column.place), header[column.place][:80], "E-DUPCOL",
        f"question {column.item.id} stands in several columns", "column not read",
        "delete the column that holds no answers",
    )  # fmt: skip


def _absent(instrument: Instrument, columns: list[Column], file: str) -> list[Problem]:
    present = {column.item.id for column in columns}
    absent = [item.id for item in instrument.items if item.id not in present]
    if not absent:
        return []
    seen = f"questions not in the file: {', '.join(absent)}"
    fix = "export all questions, or record how the form words them under headers"
    return [Problem(file, 1, "", "", "E-ABSENT", seen, "the other questions are read", fix)]
