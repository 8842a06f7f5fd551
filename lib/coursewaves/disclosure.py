"""The disclosure gate: tables go in, what may be shown of them comes out; charts and tables take nothing else.

A figure about fewer than the minimum group tells of single persons. The gate is the one place that hides it,
so that a table, a chart and a sentence made from the same rows hide the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from coursewaves.errors import CoursewavesError

Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Disclosed:
    """A table of which everything may be shown; made by `disclose` alone.

    Attributes
    ----------
    table
        As given, with ``is_hidden``; in hidden rows every figure is missing.
    minimum
        The smallest group of which anything is shown.
    """

    table: pd.DataFrame
    minimum: int

    def rows(self) -> list[dict[str, Any]]:
        """Return all rows, the hidden ones without figures."""
        names = [str(name) for name in self.table]
        return [dict(zip(names, row, strict=True)) for row in self.table.to_numpy(dtype=object).tolist()]

    def shown(self) -> list[dict[str, Any]]:
        """Return the rows that are not hidden."""
        return [row for row in self.rows() if not row["is_hidden"]]


def disclose(
    table: pd.DataFrame, minimum: int, labels: list[str], n: tuple[str, ...] = ("n",), is_partition: bool = False
) -> Disclosed:
    """Hide the rows of a table that rest on fewer people than the minimum group.

    Parameters
    ----------
    table
        One row is one figure or set of figures.
    minimum
        The smallest group of which anything is shown.
    labels
        Columns that only say what the row is about; they stay.
    n
        Columns that count the people behind a row; the smallest of them decides.
    is_partition
        Whether the rows are parts of a total that is shown too. What is hidden could be computed from the
        total where it is one part, or parts of fewer than the minimum together; then the next smallest is
        hidden with it. An empty part tells of nobody and is hidden alone.

    Raises
    ------
    CoursewavesError
        Where a column named in `n` or `labels` is not there: a figure without its count is not shown.
    """
    names, cells = list(table), table.to_numpy(dtype=object, copy=True)
    for name in (*n, *labels):
        if name not in names:
            raise CoursewavesError.not_found(name, "the table to be shown", names)
    counts = cells[:, [names.index(name) for name in n]]
    people = np.where(pd.isna(counts), 0, counts).astype(np.float64).min(axis=1)  # an unknown count is none
    is_hidden: Mask = hidden_parts(people, [False] * len(people), minimum) if is_partition else people < minimum
    is_figure = np.array([name not in labels for name in names], dtype=bool)
    cells[np.ix_(is_hidden, is_figure)] = None
    columns = pd.Index([*names, "is_hidden"], dtype=object)
    return Disclosed(pd.DataFrame(np.column_stack([cells, is_hidden]), table.index, columns, dtype=object), minimum)


def hidden_parts(counts: np.ndarray[Any, Any], is_hidden: "Sequence[bool] | Mask", minimum: int) -> Mask:
    """Return which parts of a total are to be hidden: those named, small ones, and what keeps them from being computed.

    >>> hidden_parts(np.array([4, 7, 10]), [False, False, False], 5).tolist()
    [True, True, False]
    """
    people = counts.astype(np.float64)
    hidden = np.array(is_hidden, dtype=bool) | (people < minimum)
    while is_derivable(people[hidden], minimum) and not hidden.all():
        hidden |= people == people[~hidden].min()
    return hidden


def is_derivable(hidden: np.ndarray[Any, np.dtype[np.float64]], minimum: int) -> bool:
    """Tell whether the total less what is shown tells of one hidden part, or of too few people."""
    peopled = hidden[hidden > 0]
    return len(peopled) == 1 or bool(0 < peopled.sum() < minimum)
