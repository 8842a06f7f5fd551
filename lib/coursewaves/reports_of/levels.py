"""Set runs or programmes side by side by their mean scores: a table, and how sure its cells are."""

from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

from coursewaves.disclosure import Disclosed
from coursewaves.page import Html, paragraph, table
from coursewaves.view import View


def levels_table(
    view: View, means: Disclosed, columns: Mapping[str, str], label: Callable[[str], str], heads: str, caption: str
) -> list[Html]:
    """List mean scores, a row for each part and a column for each score.

    Parameters
    ----------
    means
        Of `coursewaves.several.SeveralCourses.means_by`.
    columns
        Names of the scores, and their titles.
    label
        Title of a part.
    heads
        What the parts are, in words.
    caption
        Of the table.
    """
    cells: dict[str, dict[str, dict[str, Any]]] = {}
    for row in means.rows():
        cells.setdefault(str(row["part_id"]), {})[row["name"]] = row
    shown = {name: title for name, title in columns.items() if any(name in found for found in cells.values())}
    lines = [[label(part), *(_cell(view, found.get(name)) for name in shown)] for part, found in cells.items()]
    if not any(not row["is_hidden"] for row in means.rows()):
        return []
    return [table(caption, [heads, *shown.values()], lines), paragraph(_certainty(view, means), "note")]


def _cell(view: View, row: dict[str, Any] | None) -> str:
    return "–" if row is None or row["is_hidden"] else view.phrases.number(row["mean"])


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
