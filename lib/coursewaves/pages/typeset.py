"""Set a finished page for its readers: clean HTML goes in, and comes out with lines and columns that read well.

Numbers stay on one line with their signs and units, columns of words begin at the left, and a cell knows the name of
its column, which stands beside it where a phone shows each row as a block of its own.
"""

import re
from collections.abc import Iterator
from html import escape, unescape

from coursewaves.charts.lettering import joined
from coursewaves.phrases import is_figures

MOST_ON_A_PHONE = 3
"""Columns of a table that stand side by side on a phone's screen."""

_DRAWING = re.compile(r"(<svg\b.*?</svg>)", re.DOTALL)
_TAG = re.compile(r'(<[a-zA-Z/!](?:[^">]|"[^"]*")*>)')
_TABLE = re.compile(r'<div class="table((?: prose)?)"((?:[^">]|"[^"]*")*)>\s*<table>(.*?)</table>', re.DOTALL)
_ROW = re.compile(r"(<tr>)(.*?)(</tr>)", re.DOTALL)
_CELL = re.compile(r"<(th|td)((?: scope=\"\w+\")?)>(.*?)</\1>", re.DOTALL)


def typeset(html: str) -> str:
    """Return a page, or a part of one, set for its readers; drawings stay as they are.

    The page is of the program's own templates or was cleaned: attributes stand in double quotes. Columns of texts get
    the class ``words``; a table of more than three columns, or of three with texts beside the first, ``stacked``.
    """
    parts = _DRAWING.split(_TABLE.sub(_set_table, html))
    return "".join(part if place % 2 else _set_texts(part) for place, part in enumerate(parts))


def _set_texts(html: str) -> str:
    parts = _TAG.split(html)
    return "".join(part if place % 2 else _set_text(part) for place, part in enumerate(parts))


def _set_text(text: str) -> str:
    """Keep the numbers of a text together; what has none stays as it is written."""
    if not any(map(str.isdigit, text)) and "–" not in text and "—" not in text:
        return text
    told = unescape(text)
    found = joined(told)
    return text if found == told else escape(found, quote=False)


def _set_table(found: re.Match[str]) -> str:
    """Mark a table and its cells, where every row has a cell for each column."""
    kind, attributes, body = found.groups()
    rows = [_CELL.findall(row[2]) for row in _ROW.finditer(body)]
    if len(rows) < 2 or len({len(row) for row in rows}) > 1:
        return found[0]
    head = [_plain(inner) for _, _, inner in rows[0]]
    columns = zip(*([_plain(inner) for _, _, inner in row] for row in rows[1:]), strict=True)
    marks = ["" if is_figures(texts) else ' class="words"' for texts in columns]
    n_wide = len(head) + any(marks[1:])  # words need the room of two figures
    stacked = " stacked" if n_wide > MOST_ON_A_PHONE else ""
    shown = _ROW.sub(lambda row: f"{row[1]}{_set_row(row[2], head, marks)}{row[3]}", body)
    return f'<div class="table{kind}{stacked}"{attributes}><table>{shown}</table>'


def _set_row(row: str, head: list[str], marks: list[str]) -> str:
    return "".join(_set_cells(row, head, marks))


def _set_cells(row: str, head: list[str], marks: list[str]) -> Iterator[str]:
    for cell, name, mark in zip(_CELL.finditer(row), head, marks, strict=True):
        tag, scope, inner = cell.groups()
        label = f' data-label="{escape(joined(name))}"' if tag == "td" else ""
        yield f"<{tag}{scope}{mark}{label}>{inner}</{tag}>"


def _plain(inner: str) -> str:
    return unescape(_TAG.sub("", inner))
