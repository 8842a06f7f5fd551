"""Compare waves: `responses` go in, `comparisons` of the declared pairs come out.

Waves share almost no question, so that a change exists only where the survey design declares a pair of items,
and says as what: a change, a gap, or something related. Any other comparison is refused.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.instruments import Pair, Survey
from coursewaves.score import Scores, score_items
from coursewaves.stats import change, cliffs_delta, detectable_effect, holm, mean_interval, signed_rank

LEAST_FOR_A_TEST = 15
"""Answers on each side under which no test is made: `docs/methods.md`, the ladder."""

LEVEL = 0.05


COLUMNS = [
    "pair_id", "construct_id", "kind", "n_earlier", "n_later", "n_both", "n_up", "n_same", "n_down",
    "mean_earlier", "mean_later", "earlier_low", "earlier_high", "later_low", "later_high",
    "difference", "low", "high", "p_value", "effect", "effect_name", "detectable", "design", "reason",
]  # fmt: skip
"""What `compare_pair` tells of a pair, in the order of the table."""


class Sides(NamedTuple):
    """The scores of a pair, aligned by person: nan where a person is absent on one side.

    Attributes
    ----------
    earlier, later
        0-100, equally long.
    """

    earlier: Scores
    later: Scores


def find_pair(survey: Survey, earlier: str | Sequence[str], later: str | Sequence[str]) -> Pair:
    """Return the declared pair of these items.

    Raises
    ------
    CoursewavesError
        Where the survey design declares no such pair: the two are not comparable.
    """
    sides = [[side] if isinstance(side, str) else list(side) for side in (earlier, later)]
    pairs = [pair for construct in survey.constructs for pair in construct.pairs]
    for pair in pairs:
        if [pair.earlier, pair.later] == sides:
            return pair
    names = [f"{' '.join(pair.earlier)} -> {' '.join(pair.later)}" for pair in pairs]
    asked = f"{' '.join(sides[0])} -> {' '.join(sides[1])}"
    raise CoursewavesError.not_found(asked, "the declared pairs", names)


Keys = np.ndarray[Any, np.dtype[np.object_]]


class _Forms(NamedTuple):
    """The forms of one questionnaire, and what tells each form and each person; None where nothing does."""

    forms: pd.DataFrame
    form_keys: Keys
    person_keys: Keys


class _Side(NamedTuple):
    """One side of a pair: its scores, and what tells who gave each; None where nothing does."""

    score: Scores
    keys: Keys


def pair_sides(responses: pd.DataFrame, survey: Survey, pair: Pair) -> Sides:
    """Score both sides of a pair and align them by person.

    Two sides of one questionnaire are aligned form by form; two waves by the linked participant. Forms
    without a link stand alone, and so do those whose person stands twice on a side: none is ever matched by
    the order of rows.
    """
    return _sides(_by_questionnaire(responses, survey), survey, pair)


def _by_questionnaire(responses: pd.DataFrame, survey: Survey) -> dict[str, _Forms]:
    """Split responses by questionnaire, once for all pairs."""
    instrument_ids = responses["instrument_id"].to_numpy(dtype=object)
    found = {}
    for instrument in survey.instruments:
        forms = responses[instrument_ids == instrument.id]
        people = zip(forms["course_id"], forms["respondent_id"], strict=True)  # a code belongs to its course
        keys = [f"{course}/{code}" if isinstance(code, str) else None for course, code in people]
        form_keys = forms["response_id"].to_numpy(dtype=object)
        found[instrument.id] = _Forms(forms, form_keys, np.array(keys, dtype=object))
    return found


def _sides(answered: dict[str, _Forms], survey: Survey, pair: Pair) -> Sides:
    places = [survey.instrument_of(items[0]).id for items in (pair.earlier, pair.later)]
    is_one_form = places[0] == places[1]
    earlier, later = (
        _side(answered[place], survey, items, is_one_form)
        for place, items in zip(places, (pair.earlier, pair.later), strict=True)
    )
    return _aligned(*_told_apart(earlier), *_told_apart(later))


def _side(found: _Forms, survey: Survey, items: list[str], is_one_form: bool) -> _Side:
    score = score_items(found.forms, survey, survey.columns_of(items))
    is_given = np.isfinite(score)
    keys = found.form_keys if is_one_form else found.person_keys
    return _Side(score[is_given], keys[is_given])


def _told_apart(side: _Side) -> tuple[pd.Index, Scores, Scores]:
    """Split a side into linked people, their scores, and the scores of those who stand alone."""
    keys = pd.Index(side.keys)
    is_alone = keys.isna() | keys.duplicated(keep=False)
    return keys[~is_alone], side.score[~is_alone], side.score[is_alone]


def _aligned(
    people: pd.Index, earlier: Scores, earlier_alone: Scores, later_people: pd.Index, later: Scores, later_alone: Scores
) -> Sides:
    place = people.get_indexer(later_people)
    is_both = place >= 0
    joined = np.full(len(people), np.nan)
    joined[place[is_both]] = later[is_both]
    later_only = np.concatenate([later[~is_both], later_alone])
    return Sides(
        np.concatenate([earlier, earlier_alone, np.full(len(later_only), np.nan)]),
        np.concatenate([joined, np.full(len(earlier_alone), np.nan), later_only]),
    )


def compare_pair(responses: pd.DataFrame, survey: Survey, pair_id: str) -> dict[str, Any]:
    """Compare the two sides of one declared pair; see `compare_waves` for the fields.

    Raises
    ------
    CoursewavesError
        Where no such pair is declared, or its items have no scores.
    """
    if not _is_scored(survey, pair_id):
        raise CoursewavesError(f"Can't compare {pair_id!r}: its items are not on scored scales.")
    return _compare(_by_questionnaire(responses, survey), survey, pair_id)


def _compare(answered: dict[str, _Forms], survey: Survey, pair_id: str) -> dict[str, Any]:
    pair = survey.pair(pair_id)
    sides = _sides(answered, survey, pair)
    found = change(sides.earlier, sides.later)
    both = np.isfinite(sides.earlier) & np.isfinite(sides.later)
    differences = np.round(sides.later[both] - sides.earlier[both], 9)
    ranks = signed_rank(differences)
    is_paired = found.design == "paired"
    test = ranks if is_paired else found
    reason = "related, not the same question" if pair.kind == "related" else test.reason or _too_few(sides, is_paired)
    means = [mean_interval(side, low=0, high=100) for side in sides]
    delta = cliffs_delta(sides.earlier, sides.later)
    return {
        "pair_id": pair_id,
        "construct_id": survey.construct_of(pair_id).id,
        "kind": pair.kind,
        "n_earlier": means[0].n,
        "n_later": means[1].n,
        "n_both": found.n_both,
        "n_up": ranks.n_up,
        "n_same": ranks.n_same,
        "n_down": ranks.n_down,
        "mean_earlier": means[0].mean,
        "mean_later": means[1].mean,
        "earlier_low": means[0].low,
        "earlier_high": means[0].high,
        "later_low": means[1].low,
        "later_high": means[1].high,
        "difference": found.difference,
        "low": found.low,
        "high": found.high,
        "p_value": np.nan if reason else test.p_value,
        "effect": ranks.rank_biserial if is_paired else delta.delta,
        "effect_name": "rank_biserial" if is_paired else "cliffs_delta",
        "detectable": detectable_effect(*([len(differences)] if is_paired else sorted(m.n for m in means))),
        "design": found.design,
        "reason": reason,
    }


def _too_few(sides: Sides, is_paired: bool) -> str:
    both = np.isfinite(sides.earlier) & np.isfinite(sides.later)
    n = both.sum() if is_paired else min(np.isfinite(side).sum() for side in sides)
    return "" if n >= LEAST_FOR_A_TEST else f"fewer than {LEAST_FOR_A_TEST} answers"


def compare_waves(responses: pd.DataFrame, survey: Survey) -> pd.DataFrame:
    """Compare every declared pair over some responses, one course's say (¶14).

    Parameters
    ----------
    responses
        One row is one form.
    survey
        The survey design with its constructs and pairs.

    Returns
    -------
    DataFrame
        One row is one pair with answers on both sides. ``difference`` is later minus earlier on 0-100 with
        its 95 % interval ``low``, ``high``; ``design`` is ``paired``, ``partly paired`` or ``independent``.
        ``p_value`` is the exact signed-rank test where paired, else that of the interval's own t statistic;
        nan with a ``reason`` where no test is made. ``p_value_adjusted`` is Holm's over the pairs tested.
        ``effect`` is the matched rank-biserial correlation or Cliff's delta, positive when later is higher;
        ``detectable`` the standardised difference that these numbers find four times out of five. ``verdict``
        is ``higher``, ``lower``, ``not distinguishable`` or ``not tested``.
    """
    pairs = [pair.id for construct in survey.constructs for pair in construct.pairs]
    answered = _by_questionnaire(responses, survey)
    rows = [_compare(answered, survey, pair_id) for pair_id in pairs if _is_scored(survey, pair_id)]
    two_sided = [row for row in rows if row["n_earlier"] > 0 and row["n_later"] > 0]
    comparisons = pd.DataFrame(two_sided, columns=COLUMNS)
    comparisons["p_value_adjusted"] = holm(comparisons["p_value"].to_numpy(dtype=float))
    comparisons["verdict"] = [_verdict(row) for row in comparisons.to_dict("records")]
    return comparisons


def _is_scored(survey: Survey, pair_id: str) -> bool:
    pair = survey.pair(pair_id)
    return all(survey.scale_of(item).is_scored for item in [*pair.earlier, *pair.later])


def _verdict(row: dict[Any, Any]) -> str:
    if not np.isfinite(row["p_value_adjusted"]):
        return "not tested"
    if row["p_value_adjusted"] > LEVEL:
        return "not distinguishable"
    return "higher" if row["difference"] > 0 else "lower"
