"""Check a survey design: what one entry says of another must be there, and no two may be mistaken."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from coursewaves.survey.instruments import Chain, Construct, Entry, Instrument, Item, Rating, Scale, Survey
from coursewaves.survey.wordings import full_headers, normalised, option_names

RESPONSE_COLUMNS = frozenset({
    "response_id", "file", "row", "course_id", "instrument_id", "wave", "submitted_at", "language", "respondent_id",
    "role", "region_id", "settlement", "age_band", "experience_band", "is_straightlined", "outcome", "content",
    "is_exact", "own_code", "n_answered",
})  # fmt: skip
"""Columns that every form has, whatever it asks; no item may have the id of one."""

SCORE_COLUMNS = frozenset({"response_id", "course_id", "instrument_id", "wave", "respondent_id"})
"""Columns that every row of scores has; no indicator, criterion or rating may have the id of one."""


class Finding(NamedTuple):
    """What is wrong with an entry; `is_error` is false for what can be lived with (a missing translation)."""

    entry: Entry
    message: str
    is_error: bool = True


def check_survey(survey: Survey) -> Iterator[Finding]:
    """Yield every fault of a survey whose entries are sound one by one."""
    for indicator in survey.indicators:
        yield from _refers(survey, indicator, "criterion", indicator.criterion, "criteria")
        yield from _refers(survey, indicator, "factor", indicator.factor, "criteria")
    for scale in survey.scales:
        yield from _scale(scale, survey)
    for item in survey.background:
        yield from _refers(survey, item, "scale", item.scale, "scales")
    for instrument in survey.instruments:
        yield from _instrument(instrument, survey)
    yield from _columns(survey)
    yield from _pair_ids(survey)
    for construct in survey.constructs:
        yield from _construct(construct, survey)
    for chain in survey.chains:
        yield from _chain(chain, survey)
    for rating in survey.ratings:
        yield from _rating(rating, survey)
    for entry in _worded(survey):
        yield from _translations(entry, survey)


def _refers(survey: Survey, entry: Entry, field: str, value: str | None, section: str) -> Iterator[Finding]:
    known = survey.by_id[section]
    if value is not None and value not in known:
        names = ", ".join(sorted(known)) or "none"
        yield Finding(entry, f"{field}: no {value!r}; fix: use one of {names}")


def _worded(survey: Survey) -> Iterator[Entry]:
    """Every entry whose wording readers or respondents see."""
    yield from survey.background
    for instrument in survey.instruments:
        yield from [instrument, *instrument.items, *instrument.grids]
    yield from [*survey.criteria, *survey.indicators, *survey.constructs, *survey.chains, *survey.ratings]


def _translations(entry: Entry, survey: Survey) -> Iterator[Finding]:
    missing = [language for language in survey.languages if not entry.text.get(language)]
    if missing:
        yield Finding(entry, f"no text in {', '.join(missing)}; fix: translate it", is_error=False)


def _scale(scale: Scale, survey: Survey) -> Iterator[Finding]:
    is_closed = scale.kind in ("ordinal", "single", "multiple")
    if is_closed and not scale.options and not scale.options_from:
        yield Finding(scale, "a closed scale without options; fix: list them")
    if scale.kind == "number" and (scale.low is None or scale.high is None or scale.low >= scale.high):
        yield Finding(scale, "a number without bounds; fix: give low and high")
    codes = [option.code for option in scale.options]
    if len(set(codes)) < len(codes):
        yield Finding(scale, "a code stands twice; fix: give each option its own")
    if scale.kind == "ordinal":
        yield from _steps(scale, codes)
    yield from _options(scale)
    for option in scale.options:
        missing = [language for language in survey.languages if not option.text.get(language)]
        if missing:
            message = f"option {option.code} has no text in {', '.join(missing)}; fix: translate it"
            yield Finding(scale, message, is_error=False)


def _steps(scale: Scale, codes: list[str]) -> Iterator[Finding]:
    beside = [scale.not_applicable.code] if scale.not_applicable else []
    if not all(code.removeprefix("-").isdecimal() for code in [*codes, *beside]):
        yield Finding(scale, "codes of an ordinal scale are whole numbers; fix: number the steps")
        return
    if len(set(codes)) == 1:
        yield Finding(scale, "an ordinal scale of one step; fix: add steps, or make it a single choice")
    if codes and beside and scale.bounds[0] <= float(beside[0]) <= scale.bounds[1]:
        message = f"not_applicable has the code {beside[0]}, which is a step; fix: take one outside the steps"
        yield Finding(scale, message)


def _options(scale: Scale) -> Iterator[Finding]:
    """Find wordings that stand for two options, and those that look like two answers."""
    owners: dict[str, str] = {}
    for option in [*scale.options, *([scale.not_applicable] if scale.not_applicable else [])]:
        for name in option_names(option):
            owner = owners.setdefault(normalised(name), option.code)
            if owner != option.code:
                message = f"options {owner} and {option.code} share the wording {name!r}; fix: word one otherwise"
                yield Finding(scale, message)
        if scale.kind == "multiple" and any(";" in name for name in option_names(option)):
            message = f"option {option.code} holds ';', which stands between answers; fix: write a comma"
            yield Finding(scale, message)


def _instrument(instrument: Instrument, survey: Survey) -> Iterator[Finding]:
    grids = {grid.id: grid for grid in instrument.grids}
    for item in instrument.items:
        yield from _refers(survey, item, "scale", item.scale, "scales")
        yield from _refers(survey, item, "indicator", item.indicator, "indicators")
        if item.grid is not None and item.grid not in grids:
            names = ", ".join(sorted(grids)) or "none"
            yield Finding(item, f"grid: no {item.grid!r}; fix: use one of {names}")
    owners: dict[str, Item] = {}
    for item in [*survey.background, *instrument.items]:
        for header in full_headers(item, grids.get(item.grid or "")):
            owner = owners.setdefault(normalised(header), item)
            if owner is not item:
                message = f"the header {header!r} is that of {owner.id} too; fix: word one of the two otherwise"
                yield Finding(item, message)


def _columns(survey: Survey) -> Iterator[Finding]:
    """Find ids that would name two columns of one table: of `responses` items, of `scores` what they make up."""
    asked = [(column, item) for one in survey.instruments for item in one.items for column in survey.columns(item)]
    scored = [(entry.id, entry) for entry in (*survey.indicators, *survey.criteria, *survey.ratings)]
    for columns, own in ((asked, RESPONSE_COLUMNS), (scored, SCORE_COLUMNS)):
        owners: dict[str, Entry] = {}
        for column, entry in columns:
            owner = owners.setdefault(column, entry)
            if column in own:
                yield Finding(entry, f"{column} is a column that every table has; fix: give another id")
            elif owner is not entry:
                other = f"{type(owner).__name__.lower()} {owner.id}"
                yield Finding(entry, f"{column} is the column of {other} too; fix: give one of the two another id")


def _pair_ids(survey: Survey) -> Iterator[Finding]:
    counts = Counter(pair.id for construct in survey.constructs for pair in construct.pairs)
    for construct in survey.constructs:
        for pair_id in dict.fromkeys(pair.id for pair in construct.pairs):
            if counts[pair_id] > 1:
                yield Finding(construct, f"pair {pair_id}: the id stands twice; fix: give one another")


def _construct(construct: Construct, survey: Survey) -> Iterator[Finding]:
    asked = {
        name: instrument.id
        for instrument in survey.instruments
        for item in instrument.items
        for name in [item.id, *survey.columns(item)]
    }
    for pair in construct.pairs:
        for side in (pair.earlier, pair.later):
            unknown = [item_id for item_id in side if item_id not in asked]
            for item_id in unknown:
                yield Finding(construct, f"pair {pair.id}: no item {item_id!r}; fix: name an item's id")
            if not side or len({asked[item_id] for item_id in side if item_id in asked}) > 1:
                message = f"pair {pair.id}: a side is items of one questionnaire; fix: name them"
                yield Finding(construct, message)


def _chain(chain: Chain, survey: Survey) -> Iterator[Finding]:
    for pair_id in chain.pairs:
        yield from _refers(survey, chain, "pairs", pair_id, "pairs")
    pairs = [survey.pair(pair_id) for pair_id in chain.pairs if pair_id in survey.by_id["pairs"]]
    for first, second in pairwise(pairs):
        if first.later != second.earlier:
            message = f"{second.id} does not begin where {first.id} ends; fix: use the same items"
            yield Finding(chain, message)


def _rating(rating: Rating, survey: Survey) -> Iterator[Finding]:
    yield from _refers(survey, rating, "instrument", rating.instrument, "instruments")
    for criterion_id in rating.criteria:
        yield from _refers(survey, rating, "criteria", criterion_id, "criteria")
