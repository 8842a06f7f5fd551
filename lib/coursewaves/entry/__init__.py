"""Enter rows into the registry: checked by the rules of every load, shown as a difference, written whole, logged.

A draft knows what would change and every fault of it; nothing is written while it has one. The form for notebooks,
`coursewaves.entry.form`, is loaded by itself: widgets take a second.
"""

from coursewaves.entry.apply import forget_before, split_workbook, undo_change, write_change
from coursewaves.entry.draft import (
    Difference,
    Draft,
    draft_added,
    draft_removed,
    draft_rows,
    draft_values,
    shown_id,
)
from coursewaves.entry.journal import Entry, read_journal, register_folder, states
from coursewaves.entry.source_rows import Row, check_table, declared_columns

__all__ = [
    "Difference",
    "Draft",
    "Entry",
    "Row",
    "check_table",
    "declared_columns",
    "draft_added",
    "draft_removed",
    "draft_rows",
    "draft_values",
    "forget_before",
    "read_journal",
    "register_folder",
    "shown_id",
    "split_workbook",
    "states",
    "undo_change",
    "write_change",
]
