"""Match the columns of an export to items: a header goes in, the questionnaire and its columns come out.

A header is known by the wording of its item in any language, by other headers recorded at the item, or by the
item's id. A header that is not known is never guessed: the nearest wording is named as a proposal.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from coursewaves.instruments import Grid, Instrument, Item, Option, Scale, Survey, Texts
from coursewaves.problems import Problem, column_letter
from coursewaves.registry import Registry
from coursewaves.wordings import full_headers, normalised, row_headers, spellings

MOST_PROPOSALS = 30
"""Unknown columns of one file for which the nearest wording is looked up."""


class Known(NamedTuple):
    """What a header means.

    Attributes
    ----------
    item
        The item; for a repeated item see `row_text`.
    row_text
        For a repeated item the registry entry asked about, normalised; the number in the item's id where the
        header is an id; else empty.
    option
        Code of the option that the column ticks, where an export gives each option a column; else empty.
    """

    item: Item
    row_text: str = ""
    option: str = ""


class Column(NamedTuple):
    """One column of a file that holds an item, or one option of it.

    Attributes
    ----------
    place
        Position in the file, 0 is the first.
    item, row_text, option
        As in `Known`.
    """

    place: int
    item: Item
    row_text: str = ""
    option: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What the column holds; several columns of one key are one question asked anew."""
        return self.item.id, self.row_text, self.option


class Proposal(NamedTuple):
    """A header that no question has, and the known header that it resembles; never taken by itself."""

    file: str
    place: int
    instrument_id: str
    header: str
    means: str


class Questionnaire(NamedTuple):
    """A questionnaire whose questions stand in a file, and their columns."""

    instrument: Instrument
    columns: list[Column]


class Layout(NamedTuple):
    """What a file's header says: which questionnaires, which columns, and what is wrong with it.

    One form may serve two waves; then the file holds both questionnaires, and each record decides.
    """

    questionnaires: list[Questionnaire]
    problems: list[Problem]
    proposals: list[Proposal]


def match_columns(
    header: Sequence[str],
    file: str,
    book: "HeaderBook",
    declared: Sequence[str] = (),
    also: Sequence[Sequence[str]] = (),
) -> Layout:
    """Match a file's header to the items of its questionnaires.

    Parameters
    ----------
    header
        The cells of the header row.
    file
        The file's name for problems.
    book
        All known headers of the survey.
    declared
        The questionnaires that a source declares; else the one most of whose own questions are present is
        meant, and any other of which half are.
    also
        Further headers of each column, looked up after its own.

    Returns
    -------
    Layout
        Without questionnaires where none fits.
    """
    keys = [
        [key for name in (cell, *more) if (key := normalised(name))]
        for cell, more in zip(header, also or [()] * len(header), strict=True)
    ]
    ids = list(declared) or _recognised(keys, book)
    if not ids:
        seen, fix = "no question of any questionnaire", "name the questionnaire in coursewaves.yml under sources, "
        fix += "or move the file out of responses"
        return Layout([], [Problem(file, 1, "", "", "E-INSTRUMENT", seen, "file set aside", fix)], [])
    found = [Questionnaire(book.survey.instrument(one), list(_columns(keys, book.of(one)))) for one in ids]
    taken = {column.place for questionnaire in found for column in questionnaire.columns}
    unknown = [place for place, names in enumerate(keys) if names and place not in taken]
    proposals = [one for place in unknown[:MOST_PROPOSALS] for one in _proposals(header, place, file, book, ids)]
    problems = [_unknown(header, place, file, proposals) for place in unknown]
    for questionnaire in found:
        problems += [*_repeated(header, questionnaire, file), *_absent(questionnaire, file)]
    return Layout(found, problems, proposals)


class Alias(NamedTuple):
    """A header that a person accepted as another name of a known one, in one questionnaire."""

    instrument_id: str
    header: str
    means: str


_IGNORED = Item(id="ignore", scale="text", purpose="ignore")
"""What a platform's own columns are, in every survey."""


class HeaderBook:
    """Every header by which an item may be known; built once for a survey, a registry and the accepted aliases."""

    def __init__(self, survey: Survey, registry: Registry, aliases: Iterable[Alias] = ()) -> None:
        self.survey = survey
        self._rows = {name: [texts for _, _, texts in _registry_rows(registry, name)] for name in _REPEATED}
        self._books = {instrument.id: self._book(instrument) for instrument in survey.instruments}
        for alias in aliases:
            book = self._books.get(alias.instrument_id, {})
            if normalised(alias.means) in book:
                book[normalised(alias.header)] = book[normalised(alias.means)]
        self._own = {
            instrument.id: {key for key, known in self._books[instrument.id].items() if known.item.purpose is None}
            for instrument in survey.instruments
        }

    def of(self, instrument_id: str) -> dict[str, Known]:
        """Return the known headers of a questionnaire: normalised text to what it means."""
        return self._books[instrument_id]

    def own_headers(self, instrument_id: str) -> set[str]:
        """Return the headers of a questionnaire's own questions, without the background items."""
        return self._own[instrument_id]

    def _book(self, instrument: Instrument) -> dict[str, Known]:
        """Gather full headers and ids; the row of a grid or an option alone is known where it means but one."""
        grids = {grid.id: grid for grid in instrument.grids}
        items = [*self.survey.background, *instrument.items]
        book: dict[str, Known] = {"ignore": Known(_IGNORED)}
        for item in items:
            for text, row in self._variants(item, grids.get(item.grid or "")):
                book.setdefault(normalised(text), Known(item, row))
        for item in items:
            for text, option in self._option_headers(item, grids.get(item.grid or "")):
                book.setdefault(normalised(text), Known(item, option=option))
        rows = ((text, Known(item, row)) for item in items if item.grid for text, row in self._variants(item))
        options = ((text, Known(item, option=code)) for item in items for text, code in self._options(item))
        alone = [(normalised(text), known) for text, known in (*rows, *options)]
        owners = Counter(key for key, *_ in dict.fromkeys((key, known.item.id, known.option) for key, known in alone))
        return {key: known for key, known in alone if owners[key] == 1} | book

    def _variants(self, item: Item, grid: Grid | None = None) -> Iterator[tuple[str, str]]:
        if item.repeat is None:
            names = [item.id, *([item.purpose] if item.purpose else []), *full_headers(item, grid)]
            yield from ((text, "") for text in names)
            return
        for number, column in enumerate(self.survey.columns(item), start=1):
            yield column, str(number)
        for texts in self._rows[item.repeat]:
            for text, name in row_headers(item, grid, texts):
                yield text, normalised(name)

    def _options(self, item: Item) -> Iterator[tuple[str, str]]:
        """Yield every name of each option of a question with several answers, and its code."""
        for option in self._closed(item):
            yield from ((name, option.code) for name in [*spellings(option.text), *option.also])
        scale = self._several(item)
        if scale is not None and scale.options_from is not None:
            yield from ((name, normalised(name)) for texts in self._rows[scale.options_from] for name in texts.values())

    def _closed(self, item: Item) -> list[Option]:
        scale = self._several(item)
        return [] if scale is None else scale.options

    def _several(self, item: Item) -> Scale | None:
        """Return the scale of a question with several answers, None for every other question."""
        scale: Scale | None = self.survey.by_id["scales"].get(item.scale)
        return scale if scale is not None and scale.kind == "multiple" and item.repeat is None else None

    def _option_headers(self, item: Item, grid: Grid | None) -> Iterator[tuple[str, str]]:
        """Yield the headers of one option's own column, as platforms write them: ``Question [Option]``."""
        stems = [item.id, *full_headers(item, grid)]
        for name, code in self._options(item):
            yield from ((f"{stem} [{name}]", code) for stem in stems)
            yield from ((f"{item.id}{sign}", code) for sign in (f"[{code}]", f"_{code}", f"/{code}", f".{code}"))
        takes_text = next((option.code for option in self._closed(item) if option.other), None)
        if takes_text is not None:  # where a platform names the column of own words by the option before it
            yield from ((f"Other [{name}]", takes_text) for name, _ in self._options(item))


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


def _recognised(keys: list[list[str]], book: HeaderBook) -> list[str]:
    """Return the questionnaire with most of its own questions in the file, and any other that is there by half."""
    own = {
        instrument.id: {key for names in keys for key in names if key in book.own_headers(instrument.id)}
        for instrument in book.survey.instruments
    }
    best = max(own, key=lambda instrument_id: len(own[instrument_id]), default="")
    if not best or not own[best]:
        return []
    sizes = {instrument.id: len(instrument.items) for instrument in book.survey.instruments}
    return [
        instrument_id
        for instrument_id, found in own.items()
        if len(found) == len(own[best]) or 2 * len(found - own[best]) >= sizes[instrument_id]
    ]


def _columns(keys: list[list[str]], known: dict[str, Known]) -> Iterator[Column]:
    for place, names in enumerate(keys):
        meaning = next((known[name] for name in names if name in known), None)
        if meaning is not None:
            yield Column(place, *meaning)


def _proposals(
    header: Sequence[str], place: int, file: str, book: HeaderBook, instrument_ids: list[str]
) -> Iterator[Proposal]:
    for instrument_id in instrument_ids:
        known = book.of(instrument_id)
        near = get_close_matches(normalised(header[place]), known, n=1, cutoff=0.75)
        if near:
            meaning = known[near[0]]
            is_plain = not meaning.row_text and not meaning.option
            yield Proposal(file, place, instrument_id, header[place], meaning.item.id if is_plain else near[0])
            return


def _unknown(header: Sequence[str], place: int, file: str, proposals: list[Proposal]) -> Problem:
    letter, seen = column_letter(place), "a question that is not in the questionnaire"
    near = next((proposal for proposal in proposals if proposal.place == place), None)
    fix = "add it to an item in the instrument file under headers"
    if near is not None:
        fix = f"it may be {near.means}; if so: coursewaves check --accept {file}:{letter}"
    return Problem(file, 1, letter, header[place][:80], "E-COL", seen, "column not read", fix)


def _repeated(header: Sequence[str], questionnaire: Questionnaire, file: str) -> Iterator[Problem]:
    """Name the columns of a question that stands in several, as when a form's question was made anew."""
    counts = Counter(column.key for column in questionnaire.columns if column.item.purpose != "ignore")
    for column in questionnaire.columns:
        if counts[column.key] > 1:
            letter, seen = column_letter(column.place), f"question {column.item.id} stands in several columns"
            done, fix = "read as one", "nothing; where two of them hold an answer, the row is named"
            yield Problem(file, 1, letter, header[column.place][:80], "E-DUPCOL", seen, done, fix)


def _absent(questionnaire: Questionnaire, file: str) -> list[Problem]:
    present = {column.item.id for column in questionnaire.columns}
    absent = [item.id for item in questionnaire.instrument.items if item.id not in present]
    if not absent:
        return []
    seen = f"questions not in the file: {', '.join(absent)}"
    fix = "export all questions, or record how the form words them under headers"
    return [Problem(file, 1, "", "", "E-ABSENT", seen, "the other questions are read", fix)]
