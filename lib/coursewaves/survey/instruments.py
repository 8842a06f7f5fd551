"""Describe a survey's design: one model per kind of entry, and the `Survey` that holds them all.

A survey is data: waves, questions, scales, criteria, wordings and the pairs that may be compared are entries
of files (¶6), read by `coursewaves.survey.files`. Another institute's survey is another folder of files.
"""

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from coursewaves.errors import CoursewavesError

Texts = dict[str, str]
"""One wording in several languages: language code to text."""


Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.]*$", max_length=40)]


def wording(texts: Texts, language: str, otherwise: str = "") -> str:
    """Return a text in a language; where it is missing, in the first language that has one.

    >>> wording({"kk": "Иә", "ru": "Да"}, "ru"), wording({"kk": "Иә"}, "en")
    ('Да', 'Иә')
    """
    return texts.get(language) or next(iter(texts.values()), otherwise)


class Entry(BaseModel):
    """What every entry of an instrument file has: an id of its own, and no field that nobody knows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Identifier
    text: Texts = Field(default_factory=dict)

    def wording(self, language: str) -> str:
        """Return the wording in a language; where it is missing, in the first language that has one."""
        return wording(self.text, language, self.id)


class Option(BaseModel):
    """One answer of a closed scale.

    `also` lists other spellings seen in exports; `other` marks the option that takes any text ("Other: ...").
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    text: Texts = Field(default_factory=dict)
    also: list[str] = Field(default_factory=list)
    other: bool = False

    def wording(self, language: str) -> str:
        """Return the option's wording in a language, or its code."""
        return wording(self.text, language, self.code)


class Scale(Entry):
    """How an item is answered.

    ``ordinal``: labelled steps with whole numbers as codes, scored 0-100. ``number``: a whole number from
    `low` to `high`, scored 0-100. ``single`` and ``multiple``: one or several options, not scored. ``text``:
    open. `not_applicable` is an answer of its own, never scored and never missing. `options_from` names the
    registry list that supplies the options of a course.
    """

    kind: Literal["ordinal", "number", "single", "multiple", "text"]
    options: list[Option] = Field(default_factory=list)
    not_applicable: Option | None = None
    options_from: Literal["topics"] | None = None
    low: int | None = None
    high: int | None = None

    @property
    def is_scored(self) -> bool:
        """Whether answers have a score of 0-100."""
        return self.kind in ("ordinal", "number")

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest code of a scored scale."""
        if self.kind == "number":
            return float(self.low or 0), float(self.high or 0)
        codes = [float(option.code) for option in self.options]
        return min(codes), max(codes)


class Criterion(Entry):
    """A criterion of ¶4, a factor of ¶16, or a background topic of ¶17."""

    kind: Literal["criterion", "direct_factor", "indirect_factor", "background"] = "criterion"
    paragraphs: list[int] = Field(default_factory=list)


class Indicator(Entry):
    """What a few items measure together.

    `in_criterion` is false for what stands near a criterion without being its rating, an expectation say.
    """

    criterion: Identifier
    factor: Identifier | None = None
    in_criterion: bool = True


class Grid(Entry):
    """The stem of a matrix question; exports head its columns ``Stem [row]``."""

    headers: list[str] = Field(default_factory=list)


class Item(Entry):
    """One question, or one row of a grid.

    `repeat` names the registry list of the course (``abilities``, ``topics``) for which the item is asked
    once each; ``{row}`` in its text stands for the entry. `purpose` marks what an item is for when it is not
    an answer (the course, the participant, the role ...). `headers` lists other headers seen in exports.
    """

    scale: Identifier
    indicator: Identifier | None = None
    grid: Identifier | None = None
    repeat: Literal["abilities", "topics"] | None = None
    purpose: str | None = None
    headers: list[str] = Field(default_factory=list)
    paragraphs: list[int] = Field(default_factory=list)
    at_most: int | None = None


class Window(BaseModel):
    """When a wave is due and which answers count, in days from a date of the course (¶5); both ends count."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    anchor: Literal["starts_on", "ends_on"]
    due: int
    opens: int
    closes: int


class Instrument(Entry):
    """One questionnaire: the wave that it serves, its window, its items and their grids.

    `least_percent` is the share of those who completed a course that a sample wave must reach (¶10).
    """

    wave: int
    window: Window
    least_percent: int | None = Field(default=None, ge=1, le=100)
    paragraphs: list[int] = Field(default_factory=list)
    reviewed: bool = False
    items: list[Item] = Field(default_factory=list)
    grids: list[Grid] = Field(default_factory=list)


class Pair(Entry):
    """Items of two occasions that may be compared, and as what.

    ``change``: the same question twice. ``gap``: matched but not the same question (expected and met).
    ``related``: the object differs. A pair that is not declared can't be compared.
    """

    earlier: list[Identifier]
    later: list[Identifier]
    kind: Literal["change", "gap", "related"]


class Construct(Entry):
    """A construct that several waves share: its pairs, and the caution that every figure of it carries."""

    pairs: list[Pair]
    caution: Texts = Field(default_factory=dict)


class Chain(Entry):
    """Pairs that follow one another, each beginning with the items on which the one before ends."""

    pairs: list[Identifier]


class Rating(Entry):
    """The composite by which a programme is called low-rated (¶16): a mean of criteria of one instrument."""

    instrument: Identifier
    criteria: list[Identifier]


class Survey(BaseModel):
    """A whole survey design.

    Attributes
    ----------
    languages
        Codes, the first is the institute's own.
    repeats
        How many rows a repeated item has at the most, by registry list.
    background
        Items that every instrument may carry besides its own (course, participant, role ...).
    """

    model_config = ConfigDict(frozen=True)

    languages: list[str]
    repeats: dict[str, int] = Field(default_factory=dict)
    criteria: list[Criterion] = Field(default_factory=list)
    indicators: list[Indicator] = Field(default_factory=list)
    scales: list[Scale] = Field(default_factory=list)
    background: list[Item] = Field(default_factory=list)
    constructs: list[Construct] = Field(default_factory=list)
    chains: list[Chain] = Field(default_factory=list)
    ratings: list[Rating] = Field(default_factory=list)
    instruments: list[Instrument] = Field(default_factory=list)

    @cached_property
    def by_id(self) -> dict[str, dict[str, Any]]:
        """Every entry by section and id, ``items`` and ``pairs`` wherever they stand."""
        sections = ("criteria", "indicators", "scales", "instruments", "constructs", "chains", "ratings")
        found: dict[str, dict[str, Any]] = {name: {e.id: e for e in getattr(self, name)} for name in sections}
        found["items"] = {item.id: item for item in self.background}
        found["items"] |= {item.id: item for instrument in self.instruments for item in instrument.items}
        found["pairs"] = {pair.id: pair for construct in self.constructs for pair in construct.pairs}
        return found

    def _find(self, section: str, entry_id: str) -> Any:
        found = self.by_id[section]
        if entry_id not in found:
            raise CoursewavesError.not_found(entry_id, f"the survey's {section}", found)
        return found[entry_id]

    def criterion(self, criterion_id: str) -> Criterion:
        """Return a criterion or factor by its id."""
        return self._find("criteria", criterion_id)  # type: ignore[no-any-return]

    def indicator(self, indicator_id: str) -> Indicator:
        """Return an indicator by its id."""
        return self._find("indicators", indicator_id)  # type: ignore[no-any-return]

    def scale(self, scale_id: str) -> Scale:
        """Return a scale by its id."""
        return self._find("scales", scale_id)  # type: ignore[no-any-return]

    def instrument(self, instrument_id: str) -> Instrument:
        """Return a questionnaire by its id."""
        return self._find("instruments", instrument_id)  # type: ignore[no-any-return]

    def pair(self, pair_id: str) -> Pair:
        """Return a declared pair by its id."""
        return self._find("pairs", pair_id)  # type: ignore[no-any-return]

    def item(self, item_id: str) -> Item:
        """Return an item by its id, or by the id of one of its repetitions (``A4.2`` is a row of ``A4``)."""
        items = self.by_id["items"]
        stem = item_id.rpartition(".")[0]
        if item_id not in items and stem in items and items[stem].repeat:
            return items[stem]  # type: ignore[no-any-return]
        return self._find("items", item_id)  # type: ignore[no-any-return]

    def scale_of(self, item_id: str) -> Scale:
        """Return the scale on which an item is answered."""
        return self.scale(self.item(item_id).scale)

    def instrument_of(self, item_id: str) -> Instrument:
        """Return the questionnaire that asks an item."""
        item = self.item(item_id)
        for instrument in self.instruments:
            if item in instrument.items:
                return instrument
        names = [item.id for instrument in self.instruments for item in instrument.items]
        raise CoursewavesError.not_found(item_id, "the questionnaires", names)

    def columns(self, item: Item) -> list[str]:
        """Return the columns of `responses` that hold an item: its id, or one for each repetition."""
        if item.repeat is None:
            return [item.id]
        return [f"{item.id}.{number}" for number in range(1, self.repeats.get(item.repeat, 0) + 1)]

    def columns_of(self, item_ids: list[str]) -> list[str]:
        """Return the columns of several items, in order; an id of one repetition stands for itself."""
        items = self.by_id["items"]
        return [
            column
            for item_id in item_ids
            for column in (self.columns(items[item_id]) if item_id in items else [item_id])
        ]

    def items_of(self, indicator_id: str) -> list[Item]:
        """Return the items of an indicator, over all instruments."""
        return [item for instrument in self.instruments for item in instrument.items if item.indicator == indicator_id]

    def waves(self) -> list[Instrument]:
        """Return the questionnaires in the order of their waves."""
        return sorted(self.instruments, key=lambda instrument: (instrument.wave, instrument.id))

    def construct_of(self, pair_id: str) -> Construct:
        """Return the construct to which a pair belongs."""
        pair = self.pair(pair_id)
        return next(construct for construct in self.constructs if pair in construct.pairs)
