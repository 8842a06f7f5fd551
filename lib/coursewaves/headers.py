"""Match the columns of an export to items: a header goes in, the questionnaire and its columns come out.

A header is known by the wording of its item in any language, by other headers recorded at the item, or by the
item's id. A header that is not known is never guessed: the nearest wording is named as a proposal.
"""

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

from coursewaves.instruments import Grid, Instrument, Item, Survey, Texts
from coursewaves.problems import Problem, column_letter
from coursewaves.registry import Registry
from coursewaves.wordings import full_headers, normalised, row_headers

MOST_PROPOSALS = 30
"""Unknown columns of one file for which the nearest wording is looked up."""


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
    columns: list[Column] = []
    problems: list[Problem] = []
    for place, key in enumerate(keys):
        if key in known:
            columns.append(Column(place, *known[key]))
        elif key:
            proposals = known if len(problems) < MOST_PROPOSALS else {}
            problems.append(_unknown(header, place, file, proposals))
    counts = Counter((column.item.id, column.row_text) for column in columns)
    for column in columns:
        if counts[column.item.id, column.row_text] > 1:
            problems.append(_twice(header, column, file))
    kept = [column for column in columns if counts[column.item.id, column.row_text] == 1]
    return Layout(instrument, kept, [*problems, *_absent(instrument, columns, file)])


class HeaderBook:
    """Every header by which an item may be known; built once for a survey and a registry."""

    def __init__(self, survey: Survey, registry: Registry) -> None:
        self.survey = survey
        self._rows = {name: [texts for _, _, texts in _registry_rows(registry, name)] for name in _REPEATED}
        self._books = {instrument.id: self._book(instrument) for instrument in survey.instruments}
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

    def _book(self, instrument: Instrument) -> dict[str, tuple[Item, str]]:
        """Gather full headers and ids; the row of a grid alone is known where it means but one."""
        grids = {grid.id: grid for grid in instrument.grids}
        items = [*self.survey.background, *instrument.items]
        book: dict[str, tuple[Item, str]] = {}
        for item in items:
            for text, row in self._variants(item, grids.get(item.grid or "")):
                book.setdefault(normalised(text), (item, row))
        alone = [(normalised(text), (item, row)) for item in items if item.grid for text, row in self._variants(item)]
        owners = Counter(key for key, _ in dict.fromkeys((key, item.id) for key, (item, _) in alone))
        return {key: found for key, found in alone if owners[key] == 1} | book

    def _variants(self, item: Item, grid: Grid | None = None) -> Iterator[tuple[str, str]]:
        if item.repeat is None:
            yield from ((text, "") for text in [item.id, *full_headers(item, grid)])
            return
        for number, column in enumerate(self.survey.columns(item), start=1):
            yield column, str(number)
        for texts in self._rows[item.repeat]:
            for text, name in row_headers(item, grid, texts):
                yield text, normalised(name)


_REPEATED = {"abilities": "text", "topics": "title"}


def row_numbers(registry: Registry) -> dict[tuple[str, str, str], int]:
    """Return the number of a repeated item's row: (registry list, programme, normalised text) to number."""
    numbers = {}
    for name in _REPEATED:
        for programme_id, number, texts in _registry_rows(registry, name):
            for text in [str(number), *texts.values()]:
                numbers[name, programme_id, normalised(text)] = number
    return numbers


def _registry_rows(registry: Registry, name: str) -> Iterator[tuple[str, int, Texts]]:
    """Yield programme, number and wordings of every entry over which items are repeated."""
    table, field = getattr(registry, name), f"{_REPEATED[name]}_"
    languages = [column.removeprefix(field) for column in table.columns if column.startswith(field)]
    for row in table.to_dict("records"):
        texts = {key: row[field + key] for key in languages}
        worded = {key: text for key, text in texts.items() if isinstance(text, str) and text}
        yield str(row["programme_id"]), int(row["number"]), worded


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
    letter, seen = column_letter(place), "a question that is not in the questionnaire"
    fix = f"{proposal} in the instrument file under headers"
    return Problem(file, 1, letter, header[place][:80], "E-COL", seen, "column not read", fix)


def _twice(header: list[str], column: Column, file: str) -> Problem:
    letter, seen = column_letter(column.place), f"question {column.item.id} stands in several columns"
    fix = "delete the column that holds no answers"
    return Problem(file, 1, letter, header[column.place][:80], "E-DUPCOL", seen, "column not read", fix)


def _absent(instrument: Instrument, columns: list[Column], file: str) -> list[Problem]:
    present = {column.item.id for column in columns}
    absent = [item.id for item in instrument.items if item.id not in present]
    if not absent:
        return []
    seen = f"questions not in the file: {', '.join(absent)}"
    fix = "export all questions, or record how the form words them under headers"
    return [Problem(file, 1, "", "", "E-ABSENT", seen, "the other questions are read", fix)]
