"""Turn the columns of a table into cells: what is text, what is a number, and what a format refuses to hold.

Text is written as text and numbers as numbers, everywhere: ``007`` keeps its zeros, and no text becomes a formula.
"""

from collections.abc import Callable
from datetime import datetime

import numpy as np
import pandas as pd

from coursewaves.errors import CoursewavesError

Cell = str | int | float | datetime | None

Fault = Callable[[str], str]
"""Says why a format can't hold a text, and what to do; empty where it can."""

SURROGATE = "half of a character (a surrogate), which UTF-8 can't hold; fix: correct the text at its source"


def cells_of(values: pd.Series) -> list[Cell]:
    """Return a column's cells: text as it stands, numbers, times without a zone.

    Whole numbers are int, truth is 1 and 0. What is missing is None; a missing text and an empty one are the same to
    every format.

    >>> cells_of(pd.Series([4.0, 2.5, None])), cells_of(pd.Series(["a", None])), cells_of(pd.Series([True]))
    ([4, 2.5, None], ['a', None], [1])
    """
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_localize(None)
    if pd.api.types.is_datetime64_dtype(values):
        return [None if pd.isna(value) else value.to_pydatetime() for value in values]
    if is_text(values):
        return [None if pd.isna(value) else str(value) for value in values]
    return [None if np.isnan(value) else _number(value) for value in values.to_numpy(dtype=float, na_value=np.nan)]


def _number(value: float) -> int | float:
    return int(value) if value.is_integer() and abs(value) < 1e15 else float(value)


def is_text(values: pd.Series) -> bool:
    """Whether a column holds text; one of mixed objects does."""
    return values.dtype == object or pd.api.types.is_string_dtype(values)


def check_texts(name: str, table: pd.DataFrame, fault: Fault) -> None:
    """Hold that a format keeps every text of a table whole.

    Raises
    ------
    CoursewavesError
        For the first text that it can't hold, by table, row (as Excel shows it) and column; never the text.
    """
    for column in table.columns:
        if not is_text(table[column]):
            continue
        texts = [None if pd.isna(value) else str(value) for value in table[column]]
        faults = {text: why for text in {*texts} if text is not None and (why := fault(text))}
        row = next((row for row, text in enumerate(texts, 2) if text in faults), 0)
        if row:
            raise CoursewavesError(f"Can't export {name}, row {row}, column {column}: {faults[texts[row - 2] or '']}.")


def has_surrogate(text: str) -> bool:
    """Whether a text holds half of a character."""
    return not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)
