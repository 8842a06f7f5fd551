"""Hold one wave of one course against what was published of it: both go in, what may be counted now comes out.

Whoever keeps an earlier page can take its figures from those of a later one. So whatever differs between the two, a
form or the answers to one question, must differ for nobody or for enough people.
"""

from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from coursewaves.reading.columns import Mask

CELL = ["course_id", "instrument_id"]
"""One wave of one course: the smallest thing that pages count."""

GONE = "is_gone"
"""Marks a published form whose record is in no file any more: its answers were deleted here too."""

Values = np.ndarray[Any, np.dtype[np.object_]]


class Cell(NamedTuple):
    """What may be counted of one wave of one course.

    Attributes
    ----------
    taken
        The forms; none where the wave is suppressed.
    before
        For each of `taken` the place of its published form in `published`, -1 where it is new.
    published
        What was published, without the forms that are `GONE`.
    changed
        One row a form of `taken`, one column a question: where the answer differs from the published one.
    waiting
        Forms that are not counted yet, by their ids.
    withdrawn
        Ids of published forms whose records stand in no file any more.
    is_suppressed
        Whether the wave can't be shown at all, for the answers of a few were withdrawn.
    """

    taken: pd.DataFrame
    before: np.ndarray[Any, np.dtype[np.intp]]
    published: pd.DataFrame
    changed: Mask
    waiting: list[str]
    withdrawn: list[str]
    is_suppressed: bool = False


def hold_cell(old: pd.DataFrame, new: pd.DataFrame, known: frozenset[str], columns: list[str], minimum: int) -> Cell:
    """Return what may be counted of a wave that was published before.

    Parameters
    ----------
    old
        The published forms, with `GONE`.
    new
        The forms as they are now.
    known
        Ids of all records that stand in a file, counted or not: the answers of others are kept nowhere.
    columns
        What pages count: backgrounds and closed questions.
    minimum
        The smallest group of which anything is shown.
    """
    published = _come_back(old, new)
    place = matched(published, new, columns)
    is_lost, is_new = place < 0, ~np.isin(np.arange(len(new)), place)
    is_withdrawn = is_lost & ~published["response_id"].isin(known).to_numpy(dtype=bool)
    whole = Cell(new, _inverse(place, len(new)), published, _none(new, columns), [],
                 published.loc[is_withdrawn, "response_id"].tolist())  # fmt: skip
    n_gone = len(old) - len(published) + int(is_withdrawn.sum())
    n_changed = n_gone + int((is_lost & ~is_withdrawn).sum()) + int(is_new.sum())
    if not n_changed or n_changed >= minimum:
        return _hold_columns(len(old), whole, columns, minimum)
    if n_gone:
        return suppressed(whole, columns)
    stays, waiting = np.flatnonzero(is_lost), new.loc[is_new, "response_id"].tolist()
    taken = pd.concat([new[~is_new], published.iloc[stays][list(new)]], ignore_index=True)
    before = np.concatenate([whole.before[~is_new], stays])
    return _hold_columns(len(old), whole._replace(taken=taken, before=before, waiting=waiting), columns, minimum)


def frozen(old: pd.DataFrame, new: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return of a wave's forms those that were published already; see `hold_cell`."""
    place = matched(_come_back(old, new), new, columns)
    return new.iloc[np.sort(place[place >= 0])].reset_index(drop=True)


def _come_back(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return the published forms; one that was gone and whose very record is there again says what it said."""
    is_gone = old[GONE].to_numpy(dtype=bool)
    back = new[new["response_id"].isin(set(old.loc[is_gone, "response_id"]))]
    found = old[~is_gone]
    return (pd.concat([found, back], ignore_index=True) if len(back) else found).reset_index(drop=True)


def suppressed(cell: Cell, columns: list[str]) -> Cell:
    """Return a wave of which nothing can be shown: all its forms wait."""
    nothing, waiting = cell.taken.iloc[:0], [*cell.waiting, *cell.taken["response_id"]]
    return cell._replace(
        taken=nothing,
        before=np.empty(0, dtype=np.intp),
        changed=_none(nothing, columns),
        waiting=waiting,
        is_suppressed=True,
    )


def matched(published: pd.DataFrame, new: pd.DataFrame, columns: list[str]) -> "np.ndarray[Any, np.dtype[np.intp]]":
    """Return for each published form the place of the same person's form now, -1 where there is none.

    The same record is the same form; then the same linked person, then the same answers: a file may have been renamed.
    """
    place = np.full(len(published), -1, dtype=np.intp)
    by_id, by_person = (lambda forms: forms["response_id"].tolist()), (lambda forms: forms["respondent_id"].tolist())
    for names_of in (by_id, by_person, lambda forms: _content(forms, columns)):
        if (place >= 0).all():
            break
        own, others = names_of(published), names_of(new)
        free: dict[Hashable, list[int]] = {}
        for position in sorted(set(range(len(new))) - set(place.tolist()), reverse=True):
            if isinstance(others[position], str):
                free.setdefault(others[position], []).append(position)
        for row in np.flatnonzero(place < 0):
            if isinstance(own[row], str) and free.get(own[row]):
                place[row] = free[own[row]].pop()
    return place


def _content(forms: pd.DataFrame, columns: list[str]) -> list[str]:
    return ["\x1f".join(map(str, row)) for row in values_of(forms, columns).tolist()]


def values_of(forms: pd.DataFrame, columns: list[str]) -> Values:
    """Return the answers of forms, None where there is none: then equal answers are equal."""
    cells = forms[columns].to_numpy(dtype=object, copy=True)
    cells[pd.isna(cells)] = None
    return cells


def is_given(forms: pd.DataFrame, columns: list[str]) -> Mask:
    """Return which questions each form answers."""
    return np.asarray(forms[columns].notna().to_numpy(), dtype=bool)


def _inverse(place: "np.ndarray[Any, np.dtype[np.intp]]", n: int) -> "np.ndarray[Any, np.dtype[np.intp]]":
    before = np.full(n, -1, dtype=np.intp)
    rows = np.flatnonzero(place >= 0)
    before[place[rows]] = rows
    return before


def _none(forms: pd.DataFrame, columns: list[str]) -> Mask:
    return np.zeros((len(forms), len(columns)), dtype=bool)


def _hold_columns(n_published: int, cell: Cell, columns: list[str], minimum: int) -> Cell:
    """Give back the published answer to each question that a few answer otherwise; where that can't be, suppress.

    Of forms that are gone nobody knows any more what they answered: with them a question must differ by enough others.
    """
    before, after = values_of(cell.published, columns), values_of(cell.taken, columns)
    earlier = np.full(after.shape, None, dtype=object)
    is_old = cell.before >= 0
    earlier[is_old] = before[cell.before[is_old]]
    changed = np.asarray(earlier != after, dtype=bool)
    lost = np.setdiff1d(np.arange(len(before)), cell.before)
    n_lost = is_given(cell.published.iloc[lost], columns).sum(axis=0)
    n_changed = changed.sum(axis=0) + n_lost
    n_gone = n_published - len(cell.published)
    is_unsure = is_given(cell.published, columns).sum(axis=0) + n_gone >= minimum if n_gone else n_changed < 0
    is_few = (n_changed < minimum) & ((n_changed > 0) | is_unsure)
    if not is_few.any():
        return cell._replace(changed=changed)
    if n_gone or n_lost[is_few].any():
        return suppressed(cell, columns)
    taken = cell.taken.copy()
    for place in np.flatnonzero(is_few):
        column = pd.Series(earlier[:, place], index=taken.index, dtype=object)
        taken[columns[place]] = column.astype(taken[columns[place]].dtype)
    changed[:, is_few] = False
    return cell._replace(taken=taken, changed=changed)
