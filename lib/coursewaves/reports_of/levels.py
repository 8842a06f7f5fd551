"""Set runs or programmes side by side by their mean scores: a table, and how sure its cells are."""

from collections.abc import Mapping
from statistics import median
from typing import Any

from coursewaves.disclosure import Disclosed
from coursewaves.pages.pieces import Html, paragraph, table
from coursewaves.views.view import View

MOST_COLUMNS = 8


def levels_table(view: View, means: Disclosed, scores: Mapping[str, str], heads: str, caption: str) -> list[Html]:
    """List mean scores of parts by their codes: a column for each part where they are few, else a row.

    One part alone has nothing beside it and makes no table.

    Parameters
    ----------
    means
        Of `coursewaves.views.several.SeveralCourses.means_by`.
    scores
        Names of the scores, and their titles.
    heads
        What the parts are, in words.
    caption
        Of the table.
    """
    if not means.shown():
        return []
    cells: dict[str, dict[str, str]] = {}
    for row in means.rows():
        cells.setdefault(str(row["part_id"]), {})[row["name"]] = _cell(view, row)
    if len(cells) < 2:  # one part alone is told as the whole already
        return []
    shown = {name: title for name, title in scores.items() if any(name in found for found in cells.values())}
    if len(cells) <= MOST_COLUMNS:
        head = [view.say("What is rated"), *cells]
        lines = [[title, *(found.get(name, "–") for found in cells.values())] for name, title in shown.items()]
    else:
        head = [heads, *shown.values()]
        lines = [[part, *(found.get(name, "–") for name in shown)] for part, found in cells.items()]
    return [table(caption, head, lines), paragraph(_certainty(view, means), "note")]


def _cell(view: View, row: dict[str, Any]) -> str:
    return "–" if row["is_hidden"] else view.phrases.number(row["mean"])


def _certainty(view: View, means: Disclosed) -> str:
    """Say how wide the cells' intervals are, which the table has no room for."""
    halves = [(row["high"] - row["low"]) / 2 for row in means.shown() if row["low"] == row["low"]]
    if not halves:
        return ""
    return view.say(
        "Each mean of this table is sure to about ±{half} points (95 %); smaller differences are not distinguishable. "
        "A dash: fewer than {minimum} answers.",
        half=view.phrases.number(median(halves)),
        minimum=view.phrases.number(means.minimum),
    )
