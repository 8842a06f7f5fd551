"""Hold one column of a table of texts by its distinct texts, so that each of them is understood only once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
import pandas as pd

Codes = np.ndarray[Any, np.dtype[np.int32]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, eq=False, slots=True)
class Cells:
    """One column: the text of record ``i`` is ``texts[codes[i]]``.

    A survey of 200,000 answers on a scale of five steps has five texts to read. Texts may repeat, and some may
    stand in no record.

    >>> cells = Cells.of(["5", "4", "5"])
    >>> cells.texts, cells.codes.tolist(), cells[2]
    (['5', '4'], [0, 1, 0], '5')
    """

    codes: Codes
    texts: list[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        """Gather the distinct texts of a column, in the order in which they are met."""
        known: dict[str, int] = {}
        codes = [known.setdefault(text, len(known)) for text in texts]
        return cls(np.array(codes, dtype=np.int32), list(known))

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, place: int) -> str:
        return self.texts[int(self.codes[place])]

    def values(self) -> np.ndarray[Any, np.dtype[np.object_]]:
        """Return the text of every record."""
        return np.array([*self.texts, None], dtype=object)[self.codes]

    def where(self, holds: Callable[[str], bool]) -> Mask:
        """Return in which records the text has a property."""
        return np.array([*map(holds, self.texts), False], dtype=bool)[self.codes]

    def changed(self, change: Callable[[str], str]) -> Self:
        """Return the column with each text changed."""
        return type(self)(self.codes, [change(text) for text in self.texts])

    def taken(self, rows: Mask | Sequence[int] | np.ndarray[Any, np.dtype[np.intp]]) -> Self:
        """Return the column of some records: a mask, or places in their order."""
        return type(self)(self.codes[np.asarray(rows)], self.texts)

    def replaced(self, texts: dict[int, str]) -> Self:
        """Return the column with other texts in some records."""
        codes = self.codes.copy()
        codes[list(texts)] = np.arange(len(self.texts), len(self.texts) + len(texts), dtype=np.int32)
        return type(self)(codes, [*self.texts, *texts.values()])

    def mapped(self, values: Sequence[Any], dtype: Literal["str", "float64"]) -> pd.Series:
        """Return a series of one value for each record, given those of the distinct texts."""
        known = [*values, None]
        if dtype == "float64":
            return pd.Series(np.array(known, dtype=np.float64)[self.codes])
        return pd.Series(pd.array(known, dtype=dtype).take(self.codes))
