"""A table to sort, filter and search: a DataFrame goes in, a DataTables widget comes out; nothing is fetched for it."""

from collections.abc import Mapping
from typing import Any

import ipywidgets as widgets
import pandas as pd

from coursewaves.phrases import Phrases
from coursewaves.views.view import View

LOOK: dict[str, Any] = {
    "classes": "display compact cell-border", "maxBytes": "4MB", "showIndex": False, "pageLength": 15,
    "lengthMenu": [15, 50, 200], "column_filters": "header", "autoWidth": True, "scrollX": True,
    "style": "table-layout:auto;width:100%;margin:0;caption-side:top",
}  # fmt: skip

SENTENCE = 30
"""Letters from which on a cell holds a sentence."""


def make_grid() -> widgets.Widget:
    """Return a grid without rows; what stands in its cells is shown as text, never as markup."""
    from itables.widget import ITable  # noqa: PLC0415  (its script is read when it is imported)

    return ITable(pd.DataFrame({" ": []}), **LOOK)


def show_in(grid: widgets.Widget, table: pd.DataFrame, view: View) -> None:
    """Show another table in a grid, in the reader's language."""
    grid.update(table, language=dict(_words(view.phrases)), **_look(table))


def interactive(table: pd.DataFrame, language: str = "en") -> widgets.Widget:
    """Show any table of yours in a grid to sort, filter and search."""
    grid = make_grid()
    grid.update(table, language=dict(_words(Phrases(language))), **_look(table))
    return grid


def _look(table: pd.DataFrame) -> dict[str, Any]:
    """Return how a table looks: a column of sentences is wide, so that its rows are not tall."""
    widest = [int(table[name].astype(str).str.len().max()) if len(table) else 0 for name in table]
    long = [place for place, most in enumerate(widest) if most > SENTENCE]
    return LOOK | {"columnDefs": [{"targets": long, "className": "long"}]}


def _words(phrases: Phrases) -> Mapping[str, str]:
    """Return what DataTables says; the names in capitals are its own."""
    say = phrases.say
    return {
        "search": say("Search:"),
        "lengthMenu": say("Rows on a page: {menu}", menu="_MENU_"),
        "info": say("Rows {start} to {end} of {total}", start="_START_", end="_END_", total="_TOTAL_"),
        "infoEmpty": say("No rows"),
        "infoFiltered": say("(chosen from {most})", most="_MAX_"),
        "zeroRecords": say("No row fits the filters."),
        "emptyTable": say("There is nothing to list."),
        "thousands": " ",
    }
