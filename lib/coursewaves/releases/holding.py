"""Decide which answers pages may count: the forms of a load and what was published go in, the released ones come out.

A course's wave that was never published is taken whole. Later answers, corrections and withdrawals join in batches: of
every group that a page counts they change nobody's or enough people's answers. A wave whose survey is open still is not
published; of one that was, nothing more is taken until it is over.
"""

from collections.abc import Iterable, Set
from typing import NamedTuple

import pandas as pd

from coursewaves.intake.forms import BACKGROUND
from coursewaves.releases.cells import CELL, GONE, frozen, hold_cell
from coursewaves.releases.links import hold_links
from coursewaves.survey.instruments import Survey


class Held(NamedTuple):
    """What became of the forms of a load.

    Attributes
    ----------
    responses
        The forms that pages may count, in the order of the load.
    withheld
        Published forms of waves of which nothing can be shown now, with `GONE`: the next load needs them.
    waiting
        Ids of the forms that are not counted yet.
    withdrawn
        Ids of published forms whose records stand in no file any more: their answers are to be deleted.
    arriving
        Ids of the forms that wait for the end of their survey.
    """

    responses: pd.DataFrame
    withheld: pd.DataFrame
    waiting: list[str]
    withdrawn: frozenset[str]
    arriving: list[str] = []  # noqa: RUF012  (never changed)


def hold(
    now: pd.DataFrame, before: pd.DataFrame, known: frozenset[str], survey: Survey, minimum: int,
    opened: Set[tuple[str, str]] = frozenset(),
) -> Held:  # fmt: skip
    """Hold back what would tell of fewer people than the minimum by its difference from what was published.

    Parameters
    ----------
    now
        The forms of a load, as of `coursewaves.intake.responses.Intake`.
    before
        The published forms, with `GONE`; see `coursewaves.releases.register`.
    known
        Ids of all records that stand in a file, counted or not.
    survey
        The survey design.
    minimum
        The smallest group of which anything is shown.
    opened
        Course and questionnaire of the surveys that are open; see `coursewaves.releases.open_surveys`.
    """
    before = _alike(before, now)
    is_shown = before.groupby(CELL)["response_id"].transform("size") >= minimum
    withdrawn = set(before.loc[~is_shown, "response_id"]) - known
    columns, order = _counted(now, survey), [one.id for one in survey.waves()]
    own = {key: rows.reset_index(drop=True) for key, rows in now.groupby(CELL, sort=False)}
    kept, withheld, waiting = [], [], list[str]()
    for course_id, published in before[is_shown].groupby("course_id"):  # of a smaller wave nothing was published
        old = {name: rows for name in order if len(rows := published[published["instrument_id"] == name])}
        cells = {
            name: hold_cell(rows, frozen(rows, new, columns) if key in opened else new, known, columns, minimum)
            for name, rows in old.items()
            for key in [(str(course_id), name)]
            for new in [own.pop(key, now.iloc[:0])]
        }
        for name, cell in hold_links(cells, columns, minimum).items():
            kept.append(cell.taken)
            waiting += cell.waiting
            withdrawn |= set(cell.withdrawn)
            withheld += [forget(old[name], cell.withdrawn)] if cell.is_suppressed else []
    found = _ordered([*(rows for key, rows in own.items() if key not in opened), *kept], now)
    arriving = _arriving(now, opened) - {*found["response_id"], *waiting}
    return Held(found, _stacked(withheld, before), sorted(waiting), frozenset(withdrawn), sorted(arriving))


def _arriving(now: pd.DataFrame, opened: Set[tuple[str, str]]) -> set[str]:
    """Return the ids of all forms of open surveys."""
    cells = zip(now["course_id"], now["instrument_id"], strict=True)
    return {name for name, cell in zip(now["response_id"], cells, strict=True) if cell in opened} if opened else set()


def forget(forms: pd.DataFrame, withdrawn: Iterable[str]) -> pd.DataFrame:
    """Delete the answers of withdrawn forms; that they were published stays known.

    Whoever withdraws is not kept anywhere; but a page with the same people less one would tell what that one said.
    """
    is_gone = forms[GONE].astype(bool) | forms["response_id"].isin(set(withdrawn))
    kept = {*CELL, "response_id", "wave", GONE, "file", "row", "is_straightlined"}
    found = forms.assign(**{GONE: is_gone})
    for name in (name for name in found if name not in kept):
        found[name] = found[name].where(~is_gone, pd.NaT if name == "submitted_at" else None)
    return found.assign(
        file=found["file"].where(~is_gone, ""),
        row=found["row"].where(~is_gone, 0),
        is_straightlined=found["is_straightlined"].astype(bool) & ~is_gone,
    )


def _counted(forms: pd.DataFrame, survey: Survey) -> list[str]:
    """Name what pages count: language, backgrounds and closed questions; open answers are quoted, never counted."""
    items = [item for one in survey.waves() for item in one.items if survey.scale(item.scale).kind != "text"]
    names = ["language", *BACKGROUND.values(), *(name for item in items for name in survey.columns(item))]
    return [name for name in dict.fromkeys(names) if name in forms]


def _alike(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Give the published forms the columns of the load; a question that there was not has no answers."""
    found = before.reindex(columns=[*now, GONE])
    for name in now:
        try:
            found[name] = found[name].astype(now[name].dtype)
        except (TypeError, ValueError):  # its scale is another now: no published answer is like one of today
            found[name] = pd.Series(None, index=found.index, dtype=now[name].dtype)
    return found.assign(**{GONE: found[GONE].fillna(False).astype(bool)}).reset_index(drop=True)


def _ordered(parts: list[pd.DataFrame], now: pd.DataFrame) -> pd.DataFrame:
    """Put the forms into the order of the load, what stays of earlier ones behind its wave."""
    found = [part for part in parts if len(part)]
    if not found:
        return now.iloc[:0]
    stacked = pd.concat(found, ignore_index=True)
    place = dict(zip(now["response_id"], range(len(now)), strict=True))
    order = pd.DataFrame(
        {
            "course": stacked["course_id"],
            "wave": stacked["wave"],
            "place": stacked["response_id"].map(place).fillna(len(now)),
            "id": stacked["response_id"],
        }
    )
    return stacked.loc[order.sort_values([*order]).index].reset_index(drop=True)


def _stacked(parts: list[pd.DataFrame], like: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else like.iloc[:0]
