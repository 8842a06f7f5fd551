"""Measure how long a respondent gave the same answer: a table of codes in, one number a respondent out."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursewaves.errors import CoursewavesError


def longstring(items: ArrayLike) -> NDArray[np.int64]:
    """Return the longest run of one and the same answer in each row.

    One row = one respondent, one column = one item in the order in which it was asked. A missing answer is
    dropped: it neither breaks a run nor lengthens it. A row with no answers has 0. It flags, it doesn't
    judge: straight top marks are often honest.

    Raises
    ------
    CoursewavesError
        Where `items` is not a table.

    References
    ----------
    Johnson (2005), Journal of Research in Personality 39, 103-129.

    Examples
    --------
    >>> longstring([[4, 4, 4, 5], [1, 2, 3, 3], [5, None, 5, 5]])
    array([3, 2, 3])
    """
    answers = np.asarray(items, dtype=np.float64)
    if answers.ndim != 2:
        raise CoursewavesError("Give a table: one row a respondent, one column an item.")
    last = np.full(len(answers), np.nan)
    run = longest = np.zeros(len(answers), dtype=np.int64)
    for answer in answers.T:
        given = ~np.isnan(answer)
        run = np.where(given, np.where(answer == last, run + 1, 1), run)
        last = np.where(given, answer, last)
        longest = np.maximum(longest, run)
    return longest
