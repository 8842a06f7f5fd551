"""Load a survey's design from instrument files: a folder of YAML goes in, one `Survey` comes out.

A survey is data: waves, questions, scales, criteria, wordings and the pairs that may be compared are entries
of files (¶6). Any number of files share one folder; each holds any of the sections named in `SECTIONS`, and a
file with an ``instrument`` block is one questionnaire. Another institute's survey is another folder.
"""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coursewaves.errors import CoursewavesError
from coursewaves.yamlfile import Path_, YamlFile, read_yaml

BUILT_IN = Path(__file__).parent / "questionnaires"

Texts = dict[str, str]
"""One wording in several languages: language code to text."""

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.]*$", max_length=40)]


class Entry(BaseModel):
    """What every entry of an instrument file has: an id of its own, and no field that nobody knows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Identifier
    text: Texts = Field(default_factory=dict)

    def wording(self, language: str) -> str:
        """Return the wording in a language; where it is missing, in the first language that has one."""
        return self.text.get(language) or next(iter(self.text.values()), self.id)


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
        return self.text.get(language) or next(iter(self.text.values()), self.code)


class Scale(Entry):
    """How an item is answered.

    ``ordinal``: labelled steps with whole numbers as codes, scored 0-100. ``number``: a whole number from `low`
    to `high`, scored 0-100. ``single`` and ``multiple``: one or several options, not scored. ``text``: open.
    `not_applicable` is an answer of its own, never scored and never missing. `options_from` names the registry
    list that supplies the options of a course.
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

    `repeat` names the registry list of the course (``abilities``, ``topics``) for which the item is asked once
    each; ``{row}`` in its text stands for the entry. `purpose` marks what an item is for when it is not an
    answer (the course, the participant, the role ...). `headers` lists other headers seen in exports.
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
    """The composite by which a programme is called low-rated (¶16): the mean of criteria of one instrument."""

    instrument: Identifier
    criteria: list[Identifier]


class Fault(NamedTuple):
    """One fault of an instrument file; `is_error` is false for what can be lived with (a missing translation)."""

    file: str
    line: int
    entry: str
    message: str
    is_error: bool = True

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.entry}: {self.message}"


SECTIONS: dict[str, type[Entry]] = {
    "criteria": Criterion,
    "indicators": Indicator,
    "scales": Scale,
    "background": Item,
    "constructs": Construct,
    "chains": Chain,
    "ratings": Rating,
    "grids": Grid,
    "items": Item,
}


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
    def _by_id(self) -> dict[str, dict[str, Any]]:
        sections = ("criteria", "indicators", "scales", "instruments", "constructs", "chains", "ratings")
        found: dict[str, dict[str, Any]] = {name: {e.id: e for e in getattr(self, name)} for name in sections}
        found["items"] = {item.id: item for item in self.background}
        found["items"] |= {item.id: item for instrument in self.instruments for item in instrument.items}
        found["pairs"] = {pair.id: pair for construct in self.constructs for pair in construct.pairs}
        return found

    def _find(self, section: str, entry_id: str) -> Any:
        found = self._by_id[section]
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
        items = self._by_id["items"]
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
        return next(instrument for instrument in self.instruments if item in instrument.items)

    def columns(self, item: Item) -> list[str]:
        """Return the columns of `responses` that hold an item: its id, or one for each repetition."""
        if item.repeat is None:
            return [item.id]
        return [f"{item.id}.{number}" for number in range(1, self.repeats.get(item.repeat, 0) + 1)]

    def columns_of(self, item_ids: list[str]) -> list[str]:
        """Return the columns of several items, in order; an id of one repetition stands for itself."""
        items = self._by_id["items"]
        return [
            column
            for item_id in item_ids
            for column in (self.columns(items[item_id]) if item_id in items else [item_id])
        ]

    def items_of(self, indicator_id: str) -> list[Item]:
        """Return the items of an indicator, over all instruments."""
        return [
            item
            for instrument in self.instruments
            for item in instrument.items
            if item.indicator == indicator_id
        ]

    def waves(self) -> list[Instrument]:
        """Return the questionnaires in the order of their waves."""
        return sorted(self.instruments, key=lambda instrument: (instrument.wave, instrument.id))

    def construct_of(self, pair_id: str) -> Construct:
        """Return the construct to which a pair belongs."""
        pair = self.pair(pair_id)
        return next(construct for construct in self.constructs if pair in construct.pairs)


def load_survey(folder: Path | None = None) -> Survey:
    """Load the survey design of a folder, the regulation's own questionnaires where none is named (¶6).

    Raises
    ------
    CoursewavesError
        With all faults of all files at once, where one of them is an error.

    Examples
    --------
    >>> load_survey().instrument("B").wave
    2
    """
    survey, faults = read_survey(folder or BUILT_IN)
    errors = [fault for fault in faults if fault.is_error]
    if survey is None or errors:
        raise CoursewavesError("The instrument files have faults:\n" + "\n".join(map(str, errors)))
    return survey


def read_survey(folder: Path) -> tuple[Survey | None, list[Fault]]:
    """Read all instrument files of a folder and collect every fault with file, line, entry and fix.

    Returns
    -------
    tuple
        The survey, None where nothing can be made of the files; and the faults, errors and missing
        translations alike.
    """
    files = sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")])
    if not files:
        message = "no instrument file (*.yml); fix: put the questionnaires there"
        return None, [Fault(folder.name, 1, "folder", message)]
    draft = _Draft()
    for path in files:
        draft.add(path.name, read_yaml(path))
    survey = draft.survey()
    if survey is not None:
        draft.check(survey)
    return survey, sorted(draft.faults)


class _Draft:
    """Entries gathered from files, with the place where each stands, and the faults found on the way."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.parts: dict[str, Any] = {"instruments": []}
        self.places: dict[tuple[str, str], tuple[str, int]] = {}

    def fault(self, file: str, line: int, entry: str, message: str, is_error: bool = True) -> None:
        self.faults.append(Fault(file, line, entry, message, is_error))

    def add(self, name: str, source: YamlFile) -> None:
        for line, message in source.faults:
            self.fault(name, line, "file", message)
        if not isinstance(source.content, dict):
            if not source.faults:
                self.fault(name, 1, "file", "holds no entries; fix: write sections such as 'items:'")
            return
        known = {*SECTIONS, "instrument", "languages", "repeats"}
        own: dict[str, list[Any]] = {"items": [], "grids": []}
        for section, content in source.content.items():
            if section not in known:
                line = source.line_of((section,))
                fix = f"fix: use one of {', '.join(sorted(known))}"
                self.fault(name, line, section, f"no such section; {fix}")
            elif section in SECTIONS:
                entries = self._entries(name, source, section, content)
                target = own if section in own else self.parts
                target.setdefault(section, []).extend(entries)
            elif section != "instrument":
                self.parts[section] = content
        if "instrument" in source.content:
            block = source.content["instrument"]
            content = block | own if isinstance(block, dict) else block
            self._keep(name, source, ("instrument",), "instruments", Instrument, content)
        elif own["items"] or own["grids"]:
            self.fault(name, 1, "items", "items without an 'instrument:' block; fix: add id, wave and window")

    def _entries(self, name: str, source: YamlFile, section: str, content: Any) -> list[Entry]:
        if not isinstance(content, list):
            self.fault(name, source.line_of((section,)), section, "is not a list; fix: begin entries with '- id:'")
            return []
        before = len(self.parts.setdefault("_" + section, []))
        for place, entry in enumerate(content):
            self._keep(name, source, (section, place), "_" + section, SECTIONS[section], entry)
        return list(self.parts["_" + section][before:])

    def _keep(self, name: str, source: YamlFile, path: Path_, part: str, model: type[Entry], content: Any) -> None:
        entry_id = str(content.get("id", path[-1])) if isinstance(content, dict) else str(path[-1])
        kind = model.__name__
        if (kind, entry_id) in self.places:
            file, line = self.places[kind, entry_id]
            message = f"the id stands already at {file}:{line}; fix: give it another"
            self.fault(name, source.line_of((*path, "id")), entry_id, message)
            return
        try:
            entry = model.model_validate(content)
        except ValidationError as error:
            for detail in error.errors():
                where = (*path, *detail["loc"])
                field = ".".join(str(step) for step in detail["loc"]) or "entry"
                message = f"{field}: {detail['msg']}; fix: see the fields of {model.__name__}"
                self.fault(name, source.line_of(where), entry_id, message)
            return
        self.places[kind, entry_id] = (name, source.line_of(path))
        self.parts[part].append(entry)

    def survey(self) -> Survey | None:
        try:
            return Survey.model_validate({k: v for k, v in self.parts.items() if not k.startswith("_")})
        except ValidationError as error:
            for detail in error.errors():
                field = ".".join(str(step) for step in detail["loc"])
                self.fault("(all files)", 1, field, f"{detail['msg']}; fix: add or mend this section")
            return None

    def _at(self, entry: Entry, message: str, is_error: bool = True) -> None:
        file, line = self.places.get((type(entry).__name__, entry.id), ("(all files)", 1))
        self.fault(file, line, entry.id, message, is_error)

    def check(self, survey: Survey) -> None:
        """Check what one entry says of another."""
        ids = {name: set(found) for name, found in survey._by_id.items()}
        for indicator in survey.indicators:
            self._refer(indicator, "criterion", indicator.criterion, ids["criteria"])
            self._refer(indicator, "factor", indicator.factor, ids["criteria"])
        for scale in survey.scales:
            self._check_scale(scale, survey)
        for item in survey.background:
            self._refer(item, "scale", item.scale, ids["scales"])
            self._translations(item, survey)
        for instrument in survey.instruments:
            self._translations(instrument, survey)
            for item in instrument.items:
                self._refer(item, "scale", item.scale, ids["scales"])
                self._refer(item, "indicator", item.indicator, ids["indicators"])
                self._refer(item, "grid", item.grid, {grid.id for grid in instrument.grids})
                self._translations(item, survey)
            for grid in instrument.grids:
                self._translations(grid, survey)
        for section in (survey.criteria, survey.indicators, survey.constructs, survey.chains, survey.ratings):
            for entry in section:
                self._translations(entry, survey)
        self._check_constructs(survey, ids)

    def _check_scale(self, scale: Scale, survey: Survey) -> None:
        if scale.kind in ("ordinal", "single", "multiple") and not scale.options and not scale.options_from:
            self._at(scale, "a closed scale without options; fix: list them")
        if scale.kind == "number" and (scale.low is None or scale.high is None or scale.low >= scale.high):
            self._at(scale, "a number without bounds; fix: give low and high")
        codes = [option.code for option in scale.options]
        if len(set(codes)) < len(codes):
            self._at(scale, "a code stands twice; fix: give each option its own")
        if scale.kind == "ordinal" and not all(code.lstrip("-").isdigit() for code in codes):
            self._at(scale, "codes of an ordinal scale are whole numbers; fix: number the steps")
        for option in scale.options:
            missing = [language for language in survey.languages if not option.text.get(language)]
            if missing:
                message = f"option {option.code} has no text in {', '.join(missing)}; fix: translate it"
                self._at(scale, message, is_error=False)

    def _check_constructs(self, survey: Survey, ids: dict[str, set[str]]) -> None:
        columns = {column for item_id in ids["items"] for column in survey.columns(survey.item(item_id))}
        for construct in survey.constructs:
            for pair in construct.pairs:
                for item_id in [*pair.earlier, *pair.later]:
                    if item_id not in ids["items"] | columns:
                        self._at(construct, f"pair {pair.id}: no item {item_id!r}; fix: name an item's id")
        for chain in survey.chains:
            for pair_id in chain.pairs:
                self._refer(chain, "pairs", pair_id, ids["pairs"])
            pairs = [survey.pair(pair_id) for pair_id in chain.pairs if pair_id in ids["pairs"]]
            for first, second in zip(pairs, pairs[1:], strict=False):
                if first.later != second.earlier:
                    message = f"{second.id} does not begin where {first.id} ends; fix: use the same items"
                    self._at(chain, message)
        for rating in survey.ratings:
            self._refer(rating, "instrument", rating.instrument, ids["instruments"])
            for criterion_id in rating.criteria:
                self._refer(rating, "criteria", criterion_id, ids["criteria"])

    def _refer(self, entry: Entry, field: str, value: str | None, known: set[str]) -> None:
        if value is not None and value not in known:
            names = ", ".join(sorted(known)) or "none"
            self._at(entry, f"{field}: no {value!r}; fix: use one of {names}")

    def _translations(self, entry: Entry, survey: Survey) -> None:
        missing = [language for language in survey.languages if not entry.text.get(language)]
        if missing:
            self._at(entry, f"no text in {', '.join(missing)}; fix: translate it", is_error=False)
