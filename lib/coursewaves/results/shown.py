"""What a page shows in figures, beside its markup: builders of pages note it, and a cell's output carries it along.

It is plain JSON and knows no language but that of its texts: a text of ours brings the key by which it is known in
every language. What is noted here is what is shown, after the gate and rounded as shown; nothing else is.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from coursewaves.phrases import Said

MIME = "application/vnd.coursewaves.results"
"""Under this name a cell's output holds what it shows; a browser, and JupyterLab, show the HTML beside it."""

Note = dict[str, Any]
"""One table, figure, list of facts or text, as it is shown."""

Cell = str | tuple[str, str]
"""A text, with its key where it has one."""


def table_note(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Note:
    """Note a table."""
    return {
        "kind": "table",
        "title": _cell(caption),
        "head": [_cell(text) for text in head],
        "rows": [[_cell(text) for text in row] for row in rows],
    }


def figure_note(caption: str, alt: str, records: Iterable[Mapping[str, Any]]) -> Note:
    """Note a figure: what it draws, one record a mark, by names of variables."""
    return {"kind": "figure", "title": _cell(caption), "alt": alt, "records": [dict(record) for record in records]}


def facts_note(pairs: Iterable[tuple[str, str]]) -> Note:
    """Note a list of terms and what they are."""
    return {"kind": "facts", "rows": [[_cell(term), _cell(value)] for term, value in pairs]}


def text_note(text: str) -> Note:
    """Note a sentence."""
    return {"kind": "text", "text": _cell(text)}


def bundled(section_id: str, title: str, paragraphs: Sequence[int], notes: Sequence[Note]) -> str:
    """Write what a section shows as one text, which a notebook keeps as it is."""
    section = {"id": section_id, "title": title, "paragraphs": list(paragraphs), "notes": notes}
    return json.dumps(section, ensure_ascii=False)


def _cell(text: str) -> Cell:
    return (str(text), text.key) if isinstance(text, Said) and text.key else str(text)
