"""Align both sides of declared pairs by person: `responses` go in, scores come out, nan where a person is absent.

Two sides of one questionnaire are aligned form by form; two waves by the linked participant. Forms without a link
stand alone, and so do those whose person stands twice on a side: none is ever matched by the order of rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from coursewaves.score import NEAR, Scores, item_scores, levels, mean_of_answered, score_items
from coursewaves.survey.instruments import Pair, Survey

Keys = np.ndarray[Any, np.dtype[np.intp]]


class Sides(NamedTuple):
    """The scores of a pair, aligned by person: nan where a person is absent on one side.

    Attributes
    ----------
    earlier, later
        0-100, equally long; those of several pairs together are centred, see `Occasions.together`.
    """

    earlier: Scores
    later: Scores


class _Forms(NamedTuple):
    """The forms of one questionnaire, and the number of each form's person; -1 where nobody is known."""

    table: pd.DataFrame
    people: Keys


@dataclass(frozen=True)
class Occasions:
    """The forms of each questionnaire, ready to be compared; every side is scored once.

    Attributes
    ----------
    survey
        The survey design.
    asked_in
        The questionnaire of each item.
    forms
        By questionnaire.
    n_people
        People who are known in any of them.
    """

    survey: Survey
    asked_in: dict[str, str]
    forms: dict[str, _Forms]
    n_people: int
    _scored: dict[tuple[str, ...], Scores] = field(default_factory=dict)

    def places(self, pair: Pair) -> tuple[str, str]:
        """Return the questionnaires that ask the two sides of a pair."""
        return self._place(pair.earlier), self._place(pair.later)

    def sides(self, pair: Pair) -> Sides:
        """Score both sides of a pair and align them by person."""
        return self._aligned(self.places(pair), self._score(pair.earlier), self._score(pair.later))

    def together(self, pairs: Sequence[Pair]) -> Sides:
        """Score several pairs of the same two questionnaires as one: each person's mean over the pairs.

        Each pair is centred at the middle of its two means first. So where no pair changes the two sides have
        the same mean, whoever left out which question. Every pair must have answers on both sides.
        """
        both = [(self._score(pair.earlier), self._score(pair.later)) for pair in pairs]
        middles = [(np.nanmean(earlier) + np.nanmean(later)) / 2 for earlier, later in both]
        earlier, later = (mean_of_answered(np.column_stack(side) - middles) for side in zip(*both, strict=True))
        return self._aligned(self.places(pairs[0]), earlier, later)

    def lifts(self, pair: Pair, minimum: int) -> tuple[float, float]:
        """Return how far the mean of each side lies below that of its questions' means, course by course.

        See `coursewaves.score.level_scores`, also for the `minimum`; a side without scores has none.
        """
        return self._lift(pair.earlier, minimum), self._lift(pair.later, minimum)

    def _lift(self, items: list[str], minimum: int) -> float:
        table, columns = self.forms[self._place(items)].table, self.survey.columns_of(items)
        courses = pd.factorize(table["course_id"], use_na_sentinel=False)[0]
        if len(columns) < 2 or not len(table):
            return 0.0
        n, mean, level = levels(self._score(items), item_scores(table, self.survey, columns), courses, minimum)
        lift = float((n * (level - mean)).sum() / max(n.sum(), 1))
        return lift if abs(lift) > NEAR else 0.0

    def _place(self, items: list[str]) -> str:
        return self.asked_in[self.survey.item(items[0]).id]

    def _score(self, items: list[str]) -> Scores:
        name = tuple(items)
        if name not in self._scored:
            table = self.forms[self._place(items)].table
            self._scored[name] = score_items(table, self.survey, self.survey.columns_of(items))
        return self._scored[name]

    def _aligned(self, places: tuple[str, str], *scores: Scores) -> Sides:
        """Give each known person a place, and then one to each form that stands alone."""
        is_one_form, forms = places[0] == places[1], [self.forms[place] for place in places]
        count = len(forms[0].people) if is_one_form else self.n_people
        keys = [np.arange(count) if is_one_form else found.people for found in forms]
        joined, alone = np.full((2, count), np.nan), []
        for row, key, score in zip(joined, keys, scores, strict=True):
            is_given = np.isfinite(score)
            times = np.bincount(key[is_given & (key >= 0)], minlength=count + 1)
            is_known = is_given & (key >= 0) & (times[key] == 1)
            row[key[is_known]] = score[is_known]
            alone.append(score[is_given & ~is_known])
        earlier, later = joined[:, np.isfinite(joined).any(axis=0)]
        absent = [np.full(len(lone), np.nan) for lone in alone]
        return Sides(np.concatenate([earlier, alone[0], absent[1]]), np.concatenate([later, absent[0], alone[1]]))


def occasions_of(responses: pd.DataFrame, survey: Survey) -> Occasions:
    """Split responses by questionnaire and number their people, once for all pairs.

    A code belongs to its course: the same code in two courses is two people.
    """
    people = zip(responses["course_id"], responses["respondent_id"], strict=True)
    keys = [f"{course}/{code}" if isinstance(code, str) else None for course, code in people]
    numbers, known = pd.factorize(np.array(keys, dtype=object))
    instrument_ids = responses["instrument_id"].to_numpy(dtype=object)
    scored = [
        item for instrument in survey.instruments for item in instrument.items if survey.scale_of(item.id).is_scored
    ]
    columns = [column for item in scored for column in survey.columns(item) if column in responses]
    answers, forms = responses[["course_id", *columns]], {}
    for instrument in survey.instruments:
        is_own = instrument_ids == instrument.id
        forms[instrument.id] = _Forms(answers[is_own], numbers[is_own])
    asked_in = {item.id: instrument.id for instrument in survey.instruments for item in instrument.items}
    return Occasions(survey, asked_in, forms, len(known))


def pair_sides(responses: pd.DataFrame, survey: Survey, pair: Pair) -> Sides:
    """Score both sides of one pair and align them by person."""
    return occasions_of(responses, survey).sides(pair)
