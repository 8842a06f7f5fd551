"""Flag careless answering: a table of codes in, one number a respondent out; nothing is deleted by it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursewaves.stats.correlations import has_spread
from coursewaves.stats.values import Numbers, as_table


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
    answers = as_table(items)
    last = np.full(len(answers), np.nan)
    run = longest = np.zeros(len(answers), dtype=np.int64)
    for answer in answers.T:
        given = ~np.isnan(answer)
        run = np.where(given, np.where(answer == last, run + 1, 1), run)
        last = np.where(given, answer, last)
        longest = np.maximum(longest, run)
    return longest


def within_person_deviation(items: ArrayLike) -> Numbers:
    """Return the standard deviation of each respondent's own answers (intra-individual response variability).

    One row = one respondent, one column = one item. 0 for who gave one answer throughout; nan for fewer than
    two answers. Missing answers are dropped.

    References
    ----------
    Dunn, Heggestad, Shanock & Theilgard (2018), Journal of Business and Psychology 33, 105-121.

    Examples
    --------
    >>> within_person_deviation([[4, 4, 4], [1, 3, 5], [2, None, None]])
    array([ 0.,  2., nan])
    """
    answers = as_table(items)
    given = ~np.isnan(answers)
    n = given.sum(axis=1)
    middle = np.where(given, answers, 0).sum(axis=1) / np.maximum(n, 1)
    squares = (np.where(given, answers - middle[:, None], 0) ** 2).sum(axis=1)
    return np.asarray(np.sqrt(np.divide(squares, n - 1, out=np.full(n.size, np.nan), where=n > 1)))


def mahalanobis(items: ArrayLike) -> Numbers:
    """Return the squared Mahalanobis distance of each respondent from the middle of all.

    One row = one respondent, one column = one item; large where the combination of answers is rare. Items
    without any spread are left out. nan for who left an answer out, and for all where there are not more than
    three complete respondents for each item.

    References
    ----------
    Mahalanobis (1936), Proceedings of the National Institute of Sciences of India 2, 49-55; Meade & Craig
    (2012), Psychological Methods 17, 437-455.

    Examples
    --------
    >>> mahalanobis([[1], [2], [3], [4], [5]]).round(2)
    array([1.6, 0.4, 0. , 0.4, 1.6])
    """
    answers = as_table(items)
    found = np.full(len(answers), np.nan)
    complete = ~np.isnan(answers).any(axis=1)
    inside = answers[complete]
    inside = inside[:, has_spread(inside)]
    n, k = inside.shape
    if not k or n <= 3 * k:
        return found
    away = inside - inside.mean(axis=0)
    inverse = np.linalg.pinv(away.T @ away / (n - 1), hermitian=True)
    found[complete] = ((away @ inverse) * away).sum(axis=1)
    return found
