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


def make_grid() -> widgets.Widget:
    """Return a grid without rows; what stands in its cells is shown as text, never as markup."""
    from itables.widget import ITable  # noqa: PLC0415  (its script is read when it is imported)

    return ITable(pd.DataFrame({" ": []}), **LOOK)


def show_in(grid: widgets.Widget, table: pd.DataFrame, view: View) -> None:
    """Show another table in a grid, in the reader's language."""
    grid.update(table, language=dict(_words(view.phrases)), **LOOK)


def interactive(table: pd.DataFrame, language: str = "en") -> widgets.Widget:
    """Show any table of yours in a grid to sort, filter and search."""
    grid = make_grid()
    grid.update(table, language=dict(_words(Phrases(language))), **LOOK)
    return grid


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
