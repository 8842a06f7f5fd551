"""Compare waves: `responses` go in, `comparisons` of the declared pairs come out.

Waves share almost no question, so that a change exists only where the survey design declares a pair of items,
and says as what: a change, a gap, or something related. Any other comparison is refused.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from coursewaves.analysis.sides import Occasions, Sides, occasions_of
from coursewaves.errors import CoursewavesError
from coursewaves.ladder import LEAST
from coursewaves.score import check_responses
from coursewaves.stats import (
    Change,
    LinkedChange,
    SignedRank,
    change,
    cliffs_delta,
    detectable_effect,
    gatekeep,
    linked_change,
    mean_interval,
    overall_change,
    signed_rank,
)
from coursewaves.survey.instruments import Pair, Survey

TOO_FEW = f"fewer than {LEAST['tests']} answers"
RELATED = "related, not the same question"
CLOSED = "no difference shown in its block"
TURNED = "the means and the test point different ways"
"""Why a pair is not tested, or its test not believed, besides what its test says itself."""

LEVEL = 0.05

COLUMNS = [
    "pair_id", "construct_id", "block", "kind", "n_earlier", "n_later", "n_both", "n_up", "n_same", "n_down",
    "mean_earlier", "mean_later", "earlier_low", "earlier_high", "later_low", "later_high",
    "difference", "low", "high", "overall_difference", "overall_low", "overall_high",
    "linked_difference", "linked_low", "linked_high", "linked_distance", "is_selective",
    "p_value", "effect", "effect_name", "detectable", "design", "reason",
]  # fmt: skip
"""What `compare_pair` tells of a pair, in the order of the table."""

SIGNED = ("direction", "difference", "overall_difference")
"""What must point the same way before a pair is called higher or lower: its test, and its means."""

GATED = ["p_value_adjusted", "block_p_value_adjusted", "is_tested", "verdict"]
"""What `compare_waves` adds, since it depends on the other pairs."""


def find_pair(survey: Survey, earlier: str | Sequence[str], later: str | Sequence[str]) -> Pair:
    """Return the declared pair of these items.

    Raises
    ------
    CoursewavesError
        Where the survey design declares no such pair: the two are not comparable.

    Examples
    --------
    >>> cw.find_pair(cw.load_survey(), "A1", "B1")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    coursewaves.errors.CoursewavesError: Can't find 'A1 -> B1' in the declared pairs.
    """
    sides = [[side] if isinstance(side, str) else list(side) for side in (earlier, later)]
    pairs = [pair for construct in survey.constructs for pair in construct.pairs]
    for pair in pairs:
        if [pair.earlier, pair.later] == sides:
            return pair
    names = [f"{' '.join(pair.earlier)} -> {' '.join(pair.later)}" for pair in pairs]
    asked = f"{' '.join(sides[0])} -> {' '.join(sides[1])}"
    raise CoursewavesError.not_found(asked, "the declared pairs", names)


def compare_pair(responses: pd.DataFrame, survey: Survey, pair_id: str) -> dict[str, Any]:
    """Compare the two sides of one declared pair; see `compare_waves` for the fields.

    The p-value is this pair's own: it allows for no other pair.

    Raises
    ------
    CoursewavesError
        Where no such pair is declared, or its items have no scores.
    """
    pair = survey.pair(pair_id)
    if not is_scored(survey, pair):
        raise CoursewavesError(f"Can't compare {pair_id!r}: its items are not on scored scales.")
    return _compare(occasions_of(responses, survey), survey.construct_of(pair_id).id, pair, LEAST["counts"])


class _Tested(NamedTuple):
    """A change with the test that its design calls for, and why there is none."""

    found: Change
    ranks: SignedRank
    p_value: float
    reason: str

    @property
    def sizes(self) -> list[int]:
        """Pairs, or the answers on either side: the smaller first."""
        found = self.found
        if found.design == "paired":
            return [found.n_both]
        return sorted([found.n_both + found.n_first_only, found.n_both + found.n_second_only])


def _test(sides: Sides) -> _Tested:
    found = change(*sides)
    differences = sides.later - sides.earlier
    ranks = signed_rank(np.round(differences[np.isfinite(differences)], 9))
    test = ranks if found.design == "paired" else found
    tested = _Tested(found, ranks, test.p_value, test.reason)
    return tested._replace(p_value=np.nan, reason=TOO_FEW) if tested.sizes[0] < LEAST["tests"] else tested


def _compare(occasions: Occasions, construct_id: str, pair: Pair, minimum: int) -> dict[str, Any]:
    sides, lifts = occasions.sides(pair), occasions.lifts(pair, minimum)
    found, ranks, p_value, reason = tested = _test(sides)
    is_related = pair.kind == "related"
    is_paired = found.design == "paired"
    lift = lifts[1] - lifts[0]
    return {
        "pair_id": pair.id,
        "construct_id": construct_id,
        "block": "" if is_related else construct_id,
        "kind": pair.kind,
        "n_both": found.n_both,
        "n_up": ranks.n_up,
        "n_same": ranks.n_same,
        "n_down": ranks.n_down,
        **_means(sides, lifts),
        **_moved("", found, lift),
        **_moved("overall_", _overall(sides, found), lift),
        **_linked(sides, found, lift),
        "p_value": np.nan if is_related else p_value,
        "direction": float(np.sign(ranks.rank_biserial if is_paired else found.difference)),
        "effect": ranks.rank_biserial if is_paired else cliffs_delta(*sides).delta,
        "effect_name": "rank_biserial" if is_paired else "cliffs_delta",
        "detectable": detectable_effect(*tested.sizes),
        "design": found.design,
        "reason": RELATED if is_related else reason,
    }


def _means(sides: Sides, lifts: tuple[float, float]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for (side, scores), lift in zip(sides._asdict().items(), lifts, strict=True):
        mean = mean_interval(scores, low=0, high=100)
        low, high = (float(np.clip(end + lift, 0, 100)) for end in (mean.low, mean.high))
        found |= {f"n_{side}": mean.n, f"mean_{side}": mean.mean + lift, f"{side}_low": low, f"{side}_high": high}
    return found


def _moved(name: str, found: Change | LinkedChange, lift: float) -> dict[str, float]:
    """Move a difference as its two means are moved; its interval keeps its width."""
    ends = {"difference": found.difference, "low": found.low, "high": found.high}
    return {f"{name}{end}": value + lift for end, value in ends.items()}


def _overall(sides: Sides, shown: Change) -> Change:
    """Return the difference of the means of all; only where the design is paired it may be another than shown."""
    is_other = shown.design == "paired" and shown.n_first_only + shown.n_second_only > 0
    return overall_change(*sides) if is_other else shown


def _linked(sides: Sides, shown: Change, lift: float) -> dict[str, Any]:
    """Tell the change of the linked people alone; where the design is paired it is the one that is shown.

    It is moved like the one shown, so that the distance of the two stays. Of so few linked people that the sides
    count as independent, chance alone makes another change.
    """
    if shown.design == "paired":
        return _moved("linked_", shown, lift) | {"linked_distance": 0.0, "is_selective": False}
    found = linked_change(*sides, shown)
    is_selective = found.is_selective and shown.design == "partly paired"
    return _moved("linked_", found, lift) | {"linked_distance": found.distance, "is_selective": is_selective}


def compare_waves(responses: pd.DataFrame, survey: Survey, minimum: int = LEAST["counts"]) -> pd.DataFrame:
    """Compare every declared pair over some responses, one course's say (¶14).

    Parameters
    ----------
    responses
        One row is one form.
    survey
        The survey design with its constructs and pairs.
    minimum
        A question that fewer people of a course answered counts for nothing in the means.

    Returns
    -------
    DataFrame
        One row is one pair with answers on both sides. ``mean_earlier`` and ``mean_later`` are the means of the means
        of their questions in each course, as those of `coursewaves.score.level_scores`; ``difference`` is
        later minus earlier on 0-100 with its 95 % interval ``low``, ``high``; ``design`` is ``paired``, ``partly
        paired`` or ``independent``. ``overall_difference`` with its interval is that of the two means, which where
        the design is paired may miss the linked people's ``difference``. ``linked_difference`` is that of the people
        alone who are linked, ``linked_distance`` how far it lies from the one shown, ``is_selective`` whether that is
        far. ``effect`` is the matched rank-biserial correlation or Cliff's delta, positive when later is higher;
        ``detectable`` the standardised difference that a test of this pair alone finds four times out of five.

        The pairs of one construct are a ``block``; related pairs belong to none. A block is tested by the mean
        over its pairs (with Bonferroni over its occasions where it has several), blocks are adjusted by Holm
        (``block_p_value_adjusted``), and pairs are tested only within blocks that differ at 5 %, adjusted by
        Holm there (``p_value_adjusted``): Westfall & Krishen (2001). ``p_value`` is the exact signed-rank test
        where paired, else that of the interval's own t statistic; nan where ``is_tested`` is false, and
        ``reason`` says why. ``verdict`` is ``higher``, ``lower``, ``not distinguishable`` (also of a pair whose
        block shows no difference, and where the test and the differences of means have not one sign) or ``not
        tested``.

    Examples
    --------
    >>> year = cw.open_year(example)
    >>> found = cw.compare_waves(year.responses, year.survey)
    >>> found.loc[found["pair_id"] == "M1.needs", "kind"].tolist()
    ['gap']
    """
    check_responses(responses, survey)
    occasions = occasions_of(responses, survey)
    rows = [
        _compare(occasions, construct.id, pair, minimum)
        for construct in survey.constructs
        for pair in construct.pairs
        if is_scored(survey, pair)
    ]
    two_sided = [row for row in rows if row["n_earlier"] > 0 and row["n_later"] > 0]
    gated = list(_gated(two_sided, list(_blocks(occasions, two_sided))))
    return pd.DataFrame(gated, columns=[*COLUMNS, *GATED])


def is_scored(survey: Survey, pair: Pair) -> bool:
    """Whether all items of a pair are on scored scales."""
    return all(survey.scale_of(item).is_scored for item in [*pair.earlier, *pair.later])


class _Block(NamedTuple):
    name: str
    p_value: float
    reason: str


def _blocks(occasions: Occasions, rows: list[dict[str, Any]]) -> Iterator[_Block]:
    """Test each block that has a pair with enough answers, and say why where there is no test."""
    members: dict[str, dict[tuple[str, str], list[Pair]]] = {}
    for row in rows:
        if row["block"] and row["reason"] != TOO_FEW:
            pair = occasions.survey.pair(row["pair_id"])
            members.setdefault(row["block"], {}).setdefault(occasions.places(pair), []).append(pair)
    for block, by_occasion in members.items():
        tests = [_test(occasions.together(pairs)) for pairs in by_occasion.values()]
        known = [test.p_value for test in tests if np.isfinite(test.p_value)]
        p_value = min(1.0, len(known) * min(known)) if known else np.nan
        yield _Block(block, p_value, "" if known else tests[0].reason)


def _gated(rows: list[dict[str, Any]], blocks: list[_Block]) -> Iterator[dict[str, Any]]:
    """Test the pairs of the blocks that differ, and say of the others why not."""
    place = {block.name: number for number, block in enumerate(blocks)}
    asked = [row for row in rows if np.isfinite(row["p_value"])]
    gate = gatekeep(
        [block.p_value for block in blocks], [row["p_value"] for row in asked], [place[row["block"]] for row in asked]
    )
    by_pair = dict(zip([row["pair_id"] for row in asked], gate.items.tolist(), strict=True))
    by_block = dict(zip(place, gate.blocks.tolist(), strict=True))
    for row in rows:
        adjusted = by_pair.get(row["pair_id"], np.nan)
        is_tested = bool(np.isfinite(adjusted))
        is_shut = row["pair_id"] in by_pair and not is_tested
        found = row | {
            "reason": blocks[place[row["block"]]].reason or CLOSED if is_shut else row["reason"],
            "p_value": row["p_value"] if is_tested else np.nan,
            "p_value_adjusted": adjusted,
            "block_p_value_adjusted": by_block.get(row["block"], np.nan),
            "is_tested": is_tested,
        }
        is_turned = adjusted <= LEVEL and len({float(np.sign(row[name])) for name in SIGNED}) > 1
        yield found | ({"reason": TURNED} if is_turned else {}) | {"verdict": _verdict(found, is_turned)}


def _verdict(row: dict[str, Any], is_turned: bool) -> str:
    if not row["is_tested"]:
        return "not distinguishable" if row["reason"] == CLOSED else "not tested"
    if is_turned or row["p_value_adjusted"] > LEVEL:
        return "not distinguishable"
    return "higher" if row["direction"] > 0 else "lower"
