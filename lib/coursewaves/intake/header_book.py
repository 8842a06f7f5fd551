"""Gather every header by which a question may be known: a survey and a registry go in, their book comes out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from coursewaves.intake.codes import by_shape
from coursewaves.registry.reader import Registry
from coursewaves.survey.instruments import Grid, Instrument, Item, Option, Scale, Survey, Texts
from coursewaves.survey.wordings import full_headers, normalised, row_headers, spellings


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
        self._shared: dict[str, dict[str, list[Known]]] = {}
        self._books = {instrument.id: self._book(instrument) for instrument in survey.instruments}
        for alias in aliases:
            book = self._books.get(alias.instrument_id, {})
            if normalised(alias.means) in book:
                book[normalised(alias.header)] = book[normalised(alias.means)]
        self._own = {
            instrument.id: {key for key, known in self._books[instrument.id].items() if known.item.purpose is None}
            for instrument in survey.instruments
        }

    @cached_property
    def _by_shape(self) -> dict[str, str]:
        """The only known header of each shape, where letters of two alphabets that look alike count as one."""
        shapes: dict[str, set[str]] = defaultdict(set)
        for key in {key for book in self._books.values() for key in book}:
            shapes[by_shape(key)].add(key)
        return {shape: next(iter(keys)) for shape, keys in shapes.items() if len(keys) == 1}

    def spelled(self, key: str) -> str:
        """Return the known header that a normalised one looks like in letters of either alphabet, or itself."""
        is_known = any(key in book for book in self._books.values())
        return key if is_known else self._by_shape.get(by_shape(key), key)

    def of(self, instrument_id: str) -> dict[str, Known]:
        """Return the known headers of a questionnaire: normalised text to what it means."""
        return self._books[instrument_id]

    def own_headers(self, instrument_id: str) -> set[str]:
        """Return the headers of a questionnaire's own questions, without the background items."""
        return self._own[instrument_id]

    def shared(self, instrument_id: str) -> dict[str, list[Known]]:
        """Return the options of several questions of a questionnaire that are worded alike."""
        return self._shared[instrument_id]

    def listed_in(self, instrument_id: str, header: str) -> str | None:
        """Return the table of the registry whose rows a grid of this stem asks about; None for any other header."""
        instrument = self.survey.instrument(instrument_id)
        repeats = {item.grid: item.repeat for item in instrument.items if item.grid and item.repeat}
        for grid in (grid for grid in instrument.grids if grid.id in repeats):
            stems = [*spellings(grid.text), *grid.headers]
            if any(normalised(header).startswith(normalised(f"{stem} [")) for stem in stems):
                return repeats[grid.id]
        return None

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
        alone: dict[str, dict[tuple[str, str], Known]] = defaultdict(dict)
        for text, known in self._alone(items):
            alone[normalised(text)][known.item.id, known.option] = known
        self._shared[instrument.id] = {
            key: [known for known in owners.values() if known.option]
            for key, owners in alone.items()
            if len(owners) > 1 and key not in book
        }
        return {key: known for key, owners in alone.items() if len(owners) == 1 for known in owners.values()} | book

    def _alone(self, items: Iterable[Item]) -> Iterator[tuple[str, Known]]:
        """Yield the rows of grids and the options of questions as they stand without their stem."""
        for item in items:
            yield from ((text, Known(item, row)) for text, row in (self._variants(item) if item.grid else ()))
        for item in items:
            yield from ((text, Known(item, option=code)) for text, code in self._options(item))

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

    def _numbers(self, item: Item) -> list[str]:
        """Return the numbers that a form by codes gives the entries of a registry list, such as topics."""
        scale = self._several(item)
        is_listed = scale is not None and scale.options_from is not None
        return [str(number) for number in range(1, self.survey.repeats.get("topics", 0) + 1)] if is_listed else []

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
            yield from ((f"{item.id}{sign}", code) for sign in _signs(code))
        for number in self._numbers(item):
            yield from ((f"{item.id}{sign}", number) for sign in _signs(number))
        takes_text = next((option.code for option in self._closed(item) if option.other), None)
        if takes_text is not None:  # where a platform names the column of own words by the option before it
            yield from ((f"Other [{name}]", takes_text) for name, _ in self._options(item))


def _signs(code: str) -> tuple[str, ...]:
    """Return how platforms write the code of an option behind that of its question."""
    return f"[{code}]", f"_{code}", f"/{code}", f".{code}"


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
