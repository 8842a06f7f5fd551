"""Model what people would answer: registry and survey go in, everybody's codes for every item come out.

Every person has a liking for the course (programme, course and person effects), a skill before it, a gain,
and conditions at work; an item's answer is its level, the person's trait and chance, cut to the scale. The
sizes were set by published surveys of training courses (CC BY 4.0, The Carpentries, carpentries/assessment):
31-77 % of course ratings and 57-83 % of trainer ratings at the top, inter-item correlation near 0.37,
standard deviation of a five-item score near 0.59 within and 0.11 between courses.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from coursewaves.survey.instruments import Instrument, Item, Scale, Survey

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Texts = np.ndarray[Any, np.dtype[np.str_]]

SKIPPED_SHARE = 0.02
NOT_APPLICABLE_SHARE = 0.01
RESPONSE_SHIFT = -0.45
LOST_SKILL = -0.25
LOW = -1.1
"""What a low-rated programme loses on every rating, in steps of the scale."""

CAUSES: dict[str, dict[str, float]] = {
    "methodology": {"methodology": -1.0, "practical_value": -0.5, "practical_block": -0.7},
    "infrastructure": {"infrastructure": -1.1, "organisation": -0.9, "content": -0.9},
}
"""What a low-rated programme loses beyond that, by its cause and indicator."""

CAUSE_FACTORS = {"methodology": ["F2"], "infrastructure": ["F4", "F1"]}

_LEVELS: dict[str, tuple[str, float]] = {
    "competence": ("skill", 0.0),
    "competence_overall": ("skill", 0.0),
    "competence_then": ("skill", RESPONSE_SHIFT),
    "need": ("expecting", 4.2),
    "mastery": ("liking", 4.8),
    "intent": ("liking", 4.6),
    "application": ("applying", 3.6),
    "results": ("applying", 3.9),
    "plan_done": ("applying", 3.7),
    "support": ("support", 3.8),
    "novelty": ("liking", 4.2),
    "practical_block": ("liking", 4.2),
    "infrastructure": ("liking", 4.3),
}
_WEIGHTS: dict[str, dict[str, float]] = {
    "durations": {"short": 0.12, "right": 0.8, "long": 0.08},
    "topic_verdicts": {"keep": 0.78, "lengthen": 0.13, "shorten": 0.06, "drop": 0.03},
}
_TOO_LITTLE_PRACTICE: dict[str, dict[str, float]] = {
    "durations": {"short": 0.68, "right": 0.29, "long": 0.03},
    "topic_verdicts": {"keep": 0.35, "lengthen": 0.5, "shorten": 0.1, "drop": 0.05},
}


class People(NamedTuple):
    """Everybody on the rosters, one place per person, with what lies behind the answers.

    Attributes
    ----------
    frame
        The table of participants, with ``programme_id``.
    cause
        Why the person's programme is low-rated; empty for the others.
    liking, expecting, support
        Traits around 0, in steps of a five-step scale.
    skill, gain
        Skill before the course and what the course adds, in steps.
    """

    frame: pd.DataFrame
    cause: np.ndarray[Any, Any]
    liking: Numbers
    expecting: Numbers
    support: Numbers
    skill: Numbers
    gain: Numbers


def low_rated(programme_ids: list[str]) -> dict[str, str]:
    """Return which programmes are planted as low-rated, and why: one of two or three, two of four or more."""
    planted = {programme_ids[max(1, len(programme_ids) // 2 - 1)]: "methodology"}
    if len(programme_ids) >= 4:
        planted[programme_ids[-2]] = "infrastructure"
    return planted


def make_people(rng: np.random.Generator, tables: dict[str, pd.DataFrame]) -> People:
    """Draw everybody's traits."""
    courses = tables["courses"].set_index("course_id")
    frame = tables["participants"].copy()
    frame["programme_id"] = frame["course_id"].map(courses["programme_id"])
    size = len(frame)
    person = rng.normal(0, 0.62, size)
    liking = person + _effect(rng, frame["programme_id"], 0.07) + _effect(rng, frame["course_id"], 0.08)
    planted = low_rated(list(tables["programmes"]["programme_id"]))
    cause = frame["programme_id"].map(planted).fillna("").to_numpy(dtype=str)
    chance = pd.Series(liking).groupby(frame["programme_id"].to_numpy()).transform("mean").to_numpy()
    return People(
        frame,
        cause,
        np.where(cause == "", liking, liking - chance),  # planted ratings don't hang on chance
        0.4 * person + rng.normal(0, 0.45, size),
        rng.normal(0, 0.7, size),
        np.clip(rng.normal(2.45, 0.65, size), 1, 4.4),
        np.clip(rng.normal(1.2, 0.45, size) + 0.2 * person, 0, None),
    )


def _effect(rng: np.random.Generator, groups: pd.Series, spread: float) -> Numbers:
    codes, names = pd.factorize(groups)
    return np.asarray(rng.normal(0, spread, len(names))[codes], dtype=np.float64)


def answer_all(
    rng: np.random.Generator,
    people: People,
    instrument: Instrument,
    survey: Survey,
    sizes: dict[str, pd.Series],
) -> pd.DataFrame:
    """Return everybody's codes for one questionnaire, as if all had answered.

    Parameters
    ----------
    rng, people, instrument, survey
        Source of chance, the people, the questionnaire and its survey.
    sizes
        How many abilities and topics each programme has; a repeated item has no answer beyond that.

    Returns
    -------
    DataFrame
        One row per person, one column per item column: float codes for scored scales, text for choices (``|``
        between several); open questions are absent.
    """

    def draw(item: Item, scale: Scale) -> Numbers | Texts | None:
        if scale.is_scored:
            return _scored(rng, people, item, scale, instrument.wave)
        if scale.kind == "single":
            return _single(rng, people, scale)
        return _multiple(rng, people, item, scale, sizes) if scale.kind == "multiple" else None

    columns: dict[str, Any] = {}
    for item in instrument.items:
        scale = survey.scale(item.scale)
        for number, column in enumerate(survey.columns(item), 1):
            values = draw(item, scale)
            if values is None:
                continue
            if item.repeat is not None:
                asked = people.frame["programme_id"].map(sizes[item.repeat]).to_numpy() >= number
                values = np.where(asked, values, np.nan if scale.is_scored else "")
            columns[column] = values
    return pd.DataFrame(columns)


def _scored(rng: np.random.Generator, people: People, item: Item, scale: Scale, wave: int) -> Numbers:
    steps = _trait(people, item, wave) + rng.normal(0, 0.72, len(people.frame))
    low, high = scale.bounds
    codes = np.clip(np.round(low + (steps - 1) / 4 * (high - low)), low, high)
    chance = rng.random(len(codes))
    codes[chance < SKIPPED_SHARE] = np.nan
    if scale.not_applicable is not None:
        codes[chance > 1 - NOT_APPLICABLE_SHARE] = float(scale.not_applicable.code)
    return np.asarray(codes, dtype=np.float64)


def _trait(people: People, item: Item, wave: int) -> Numbers:
    indicator = item.indicator or ""
    default = ("expecting", 4.35) if wave == 1 else ("liking", 4.4 if wave == 2 else 4.2)
    trait, level = _LEVELS.get(indicator, default)
    if trait == "skill":
        later = LOST_SKILL if wave > 2 else 0.0
        gained = 0.0 if wave == 1 or indicator == "competence_then" else people.gain + later
        return np.asarray(people.skill + gained + level, dtype=np.float64)
    if trait == "expecting":
        return level + people.expecting
    if trait == "support":
        return level + people.support
    low = np.where(people.cause != "", LOW, 0.0)
    for cause, losses in CAUSES.items():
        low = low + np.where(people.cause == cause, losses.get(indicator, 0.0), 0.0)
    if trait == "applying":
        return np.asarray(level + 0.6 * (people.liking + low) + 0.4 * people.support, dtype=np.float64)
    return np.asarray(level + people.liking + low, dtype=np.float64)


def _single(rng: np.random.Generator, people: People, scale: Scale) -> Texts:
    codes = [option.code for option in scale.options]
    usual = _chances(codes, _WEIGHTS.get(scale.id, {}))
    lacking = _chances(codes, _TOO_LITTLE_PRACTICE.get(scale.id, _WEIGHTS.get(scale.id, {})))
    chance = rng.random(len(people.frame))
    places = np.searchsorted(np.cumsum(usual)[:-1], chance)
    otherwise = np.searchsorted(np.cumsum(lacking)[:-1], chance)
    drawn = np.array(codes)[np.where(people.cause == "methodology", otherwise, places)]
    return np.where(rng.random(len(chance)) < SKIPPED_SHARE, "", drawn)


def _chances(codes: list[str], weights: dict[str, float]) -> Numbers:
    found = np.array([weights.get(code, 1 / (3 + place)) for place, code in enumerate(codes)])
    return np.asarray(found / found.sum(), dtype=np.float64)


def _multiple(rng: np.random.Generator, people: People, item: Item, scale: Scale, sizes: dict[str, pd.Series]) -> Texts:
    if scale.options_from is not None:
        numbers = people.frame["programme_id"].map(sizes[scale.options_from]).to_numpy()
        used = rng.random((len(numbers), int(numbers.max()))) < 0.55
        taken = [np.flatnonzero(row[:number]) + 1 for row, number in zip(used, numbers, strict=True)]
        return np.array(["|".join(map(str, places)) for places in taken])
    codes = [option.code for option in scale.options]
    counts = rng.integers(1, min(item.at_most or 3, len(codes)) + 1, len(people.frame))
    order = np.argsort(rng.random((len(counts), len(codes))) / _chances(codes, {}), axis=1)
    chosen = [[codes[place] for place in sorted(row[:count])] for row, count in zip(order, counts, strict=True)]
    return np.array(["nothing" if "nothing" in some else "|".join(some) for some in chosen])
