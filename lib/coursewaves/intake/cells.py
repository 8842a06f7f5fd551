"""Type the cells of one column by its scale: text goes in, codes and the cells that fit nothing come out.

An answer is known by its code, by an option's wording in any language, or by another spelling recorded at the
option. Everything else is *invalid*, which is not *missing*: the cell is dropped and counted, the person
stays.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from coursewaves.privacy.masking import masked
from coursewaves.reading.columns import Cells, Mask
from coursewaves.survey.instruments import Option, Scale
from coursewaves.survey.wordings import is_blank, normalised, option_names

_WHOLE = re.compile(r"(-?[0-9]{1,9})(?:[.,]0+)?")
_CODE_AND_TEXT = re.compile(r"([0-9]+)\s*[-–—.)=:]\s*(\S.*)", re.DOTALL)

MOST_PARTS = 12
"""Pieces between delimiters that one option may consist of."""

Reader = Callable[[str], tuple[Any, bool]]


class Typed(NamedTuple):
    """A typed column.

    Attributes
    ----------
    values
        float codes for ordinal and number scales; text for the others (codes, ``|`` between several); missing
        where nothing was answered or the cell is invalid.
    is_invalid
        Whether a cell held something that the scale does not know.
    """

    values: pd.Series
    is_invalid: np.ndarray[Any, np.dtype[np.bool_]]


def type_cells(cells: Cells, scale: Scale, missing: Sequence[str] = (), delimiter: str | None = None) -> Typed:
    """Type one column of cells.

    Parameters
    ----------
    cells
        The cells as text.
    scale
        The scale on which the item is answered.
    missing
        Further cells that mean "no answer", besides the empty one, as the source declares them.
    delimiter
        What stands between several answers of one cell; by default ``;`` or a comma with a space.

    Returns
    -------
    Typed
        As long as `cells`.
    """
    read = _reader(scale, delimiter)
    absent = {normalised(text) for text in missing}
    parsed = [
        (None, False) if is_blank(text) or (absent and normalised(text) in absent) else read(text)
        for text in cells.texts
    ]
    values = cells.mapped([value for value, _ in parsed], "float64" if scale.is_scored else "str")
    return Typed(values, np.array([*(is_invalid for _, is_invalid in parsed), False], dtype=bool)[cells.codes])


_CHOSEN = {"1", "yes", "y", "true", "x", "✓", "✔", "checked", "selected", "иә", "да", "ja", "oui"}
_LEFT_OUT = {"0", "no", "n", "false", "unchecked", "not selected", "жоқ", "нет", "nein", "non"}


def ticked(cells: Cells, option: Option | None, missing: Sequence[str] = ()) -> tuple[Mask, Mask]:
    """Read the column that an export gives one option of a question with several answers.

    Parameters
    ----------
    cells
        ``Yes`` and ``No``, ``1`` and ``0``, the option's own wording, or nothing.
    option
        The option; one that takes any text counts as chosen where it holds one.
    missing
        Further cells that mean "no answer".

    Returns
    -------
    tuple
        Where the option is chosen, and where a cell says neither.
    """
    own = {normalised(name) for name in option_names(option)} if option else set()
    absent = {normalised(text) for text in missing}
    takes_text = option is not None and option.other

    def is_chosen(text: str) -> bool:
        key = normalised(text).removesuffix(".0")
        return not is_blank(text) and (key in _CHOSEN or key in own or (takes_text and not is_out(text)))

    def is_out(text: str) -> bool:
        key = normalised(text).removesuffix(".0")
        return is_blank(text) or key in _LEFT_OUT or key in absent

    return cells.where(is_chosen), cells.where(lambda text: not is_chosen(text) and not is_out(text))


def option_codes(scale: Scale) -> dict[str, str]:
    """Return what each option of a scale may be called, normalised, and its code."""
    options = [*scale.options, *([scale.not_applicable] if scale.not_applicable else [])]
    known: dict[str, str] = {}
    for option in options:
        for name in option_names(option):
            known.setdefault(normalised(name), option.code)
    return known


def _reader(scale: Scale, delimiter: str | None) -> Reader:
    if scale.kind == "number":
        return lambda cell: _number(cell, scale)
    if scale.kind == "text":
        return lambda cell: (masked(cell.strip()), False)
    known = option_codes(scale)
    other = next((option.code for option in scale.options if option.other), None)
    if scale.kind == "multiple":
        return lambda cell: _several(cell, known, other, delimiter)
    if scale.kind == "ordinal":
        return lambda cell: _ordinal(cell, known)
    return lambda cell: _single(cell, known, other)


def _number(cell: str, scale: Scale) -> tuple[float | None, bool]:
    match = _WHOLE.fullmatch(cell.strip())
    low, high = scale.bounds
    if match is None or not low <= float(match[1]) <= high:
        return None, True
    return float(match[1]), False


def _ordinal(cell: str, known: dict[str, str]) -> tuple[float | None, bool]:
    key = normalised(cell)
    whole = _WHOLE.fullmatch(key)
    both = _CODE_AND_TEXT.fullmatch(key)
    if key in known:
        code: str | None = known[key]
    elif whole:
        code = known.get(whole[1])
    elif both and known.get(both[1]) == known.get(both[2]):
        code = known.get(both[1])  # "5 - толық": the number and the words must agree
    else:
        code = None
    return (None, True) if code is None else (float(code), False)


def _single(cell: str, known: dict[str, str], other: str | None) -> tuple[str | None, bool]:
    code = known.get(normalised(cell), other)
    return code, code is None


def _several(cell: str, known: dict[str, str], other: str | None, delimiter: str | None) -> tuple[str | None, bool]:
    """Read several options, which may hold commas; a cell with anything unknown is invalid whole."""
    mark = delimiter or (";" if ";" in cell else ",")
    parts = cell.split(mark)
    found: set[str] = set()
    start = 0
    while start < len(parts):
        code, start = _next_option(parts, start, mark, known)
        if code is None and not is_blank(parts[start - 1]):
            code = other
            if other is None:
                return None, True
        found |= {code} if code else set()
    ordered = [code for code in dict.fromkeys(known.values()) if code in found]
    return ("|".join(ordered) or None), False


def _next_option(parts: list[str], start: int, mark: str, known: dict[str, str]) -> tuple[str | None, int]:
    """Return the longest option that begins at a part, if any, and where the next begins."""
    for stop in range(min(len(parts), start + MOST_PARTS), start, -1):
        text = normalised(mark.join(parts[start:stop]))
        if text in known:
            return known[text], stop
    return None, start + 1
