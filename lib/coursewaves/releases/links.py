"""Hold the links between the waves of a course: who answered twice is a group of its own (T44: wave against pairs)."""

from itertools import combinations

import numpy as np
import pandas as pd

from coursewaves.releases.cells import Cell, is_given, suppressed


def hold_links(cells: dict[str, Cell], columns: list[str], minimum: int) -> dict[str, Cell]:
    """Unlink the people by whom the linked group of two waves would differ from the published one, where they are few.

    Parameters
    ----------
    cells
        The waves of one course by questionnaire, in order.
    columns, minimum
        As of `coursewaves.releases.cells.hold_cell`.
    """
    found = dict(cells)
    for first, second in combinations(found, 2):
        if is_few(found[first], found[second], columns, minimum):
            for name in (first, second):
                found[name] = _unlinked(found[name])
            if is_few(found[first], found[second], columns, minimum):
                found[second] = suppressed(found[second], columns)
    return found


def is_few(first: Cell, second: Cell, columns: list[str], minimum: int) -> bool:
    """Tell whether the answers of a few linked people to any question differ from the published ones.

    Of fewer linked people than the minimum nothing was published.
    """
    if first.is_suppressed or second.is_suppressed:
        return False
    published = _by_person(first.published), _by_person(second.published)
    linked = published[0].keys() & published[1].keys()
    if len(linked) < minimum:
        return False
    now = _by_person(first.taken), _by_person(second.taken)
    linked_now = now[0].keys() & now[1].keys()
    total = np.zeros(len(columns), dtype=np.int64)
    for cell, old, new in zip((first, second), published, now, strict=True):
        total += is_given(cell.published, columns)[[old[name] for name in linked - linked_now]].sum(axis=0)
        total += is_given(cell.taken, columns)[[new[name] for name in linked_now - linked]].sum(axis=0)
        total += cell.changed[[new[name] for name in linked & linked_now]].sum(axis=0)
    n_changed = len(linked ^ linked_now)
    return bool(((total > 0) & (total < minimum)).any()) or 0 < n_changed < minimum


def _by_person(forms: pd.DataFrame) -> dict[str, int]:
    people = forms["respondent_id"].tolist()
    return {name: place for place, name in enumerate(people) if isinstance(name, str)}


def _unlinked(cell: Cell) -> Cell:
    """Give each form the link that it was published with; a new one has none."""
    links = np.array([*cell.published["respondent_id"].tolist(), None], dtype=object)[cell.before]
    people = pd.Series(links, index=cell.taken.index, dtype=object)
    dtype = cell.taken["respondent_id"].dtype
    return cell._replace(taken=cell.taken.assign(respondent_id=people.where(people.notna(), None).astype(dtype)))
