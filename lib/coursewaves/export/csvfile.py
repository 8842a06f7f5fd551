"""Write a table as CSV that no spreadsheet runs: UTF-8 with BOM, commas, every cell quoted (RFC 4180).

A text is marked by one apostrophe wherever a spreadsheet could begin a formula in it: at its start, and after each
``;``, comma, tab or line break inside it, because a spreadsheet that expects another delimiter (Kazakh and Russian
settings expect ``;``) begins a cell there. The exact rule:

- at the start of a text, before any apostrophes that are followed by a sign ``= + - @``, its full-width form, a tab,
  a line break or a byte order mark;
- inside a text, after a delimiter or line break, before any apostrophes that are followed by such a sign; after a
  line break also by the look of a date, since a strict reader takes such a line for the next record.

So ``=1`` is written ``'=1`` and ``'=1`` is written ``''=1``: taking one apostrophe away where the rule would put one
gives the text back exactly (`unguarded`). Numbers and times are not text and stay as they are.
"""

import csv
import re
from datetime import datetime
from pathlib import Path

import pandas as pd

from coursewaves.export.cells import SURROGATE, Cell, cells_of, check_texts, has_surrogate, is_text
from coursewaves.system.private_files import private_draft

_SIGN = "[-=+@\uff1d\uff0b\uff0d\uff20]"
_DATE = r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
_DANGER = rf"(?:(?<![^;,\t\r\n])(?='*{_SIGN})|(?<=[\r\n])(?='*{_DATE})|\A(?='*[\t\r\n\ufeff]))"
_UNMARKED = re.compile(_DANGER)
_MARKED = re.compile(_DANGER.replace("(?='*", "'(?='*"))


def guarded(text: str) -> str:
    """Return a text as a CSV cell that begins no formula.

    >>> guarded("=1+1"), guarded("'=1"), guarded("жоқ; -5"), guarded("a;-5"), guarded("don't")
    ("'=1+1", "''=1", 'жоқ; -5', "a;'-5", "don't")
    """
    return _UNMARKED.sub("'", text)


def unguarded(cell: str) -> str:
    """Return the text that was written as a cell: the inverse of `guarded`.

    >>> unguarded("''=1"), unguarded("a;'-5"), unguarded("'tis")
    ("'=1", 'a;-5', "'tis")
    """
    return _MARKED.sub("", cell)


def fault(text: str) -> str:
    """Say why a CSV file can't hold a text; empty where it can."""
    if "\x00" in text:
        return "a NUL character, at which readers of CSV stop; fix: correct the text at its source, or export as xlsx"
    return SURROGATE if has_surrogate(text) else ""


def write_csv(name: str, table: pd.DataFrame, path: Path) -> None:
    """Write a table.

    A missing value is an empty cell, whole numbers have no decimals, times are local.

    Raises
    ------
    CoursewavesError
        For a text that CSV can't hold, by table, row and column.
    """
    check_texts(name, table, fault)
    columns = [_written(table[column]) for column in table.columns]
    with private_draft(path) as draft, draft.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow([guarded(str(column)) for column in table.columns])
        writer.writerows(zip(*columns, strict=True))


def _written(values: pd.Series) -> list[str]:
    cells = cells_of(values)
    if is_text(values):
        known = {cell: guarded(cell) for cell in {*cells} if isinstance(cell, str)}
        return [known.get(str(cell), "") if cell is not None else "" for cell in cells]
    return [_plain(cell) for cell in cells]


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell.strftime("%Y-%m-%d %H:%M:%S") if isinstance(cell, datetime) else repr(cell)
