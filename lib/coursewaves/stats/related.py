"""Compare several answers of the same people: one row a person in, NamedTuples out."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr, chdtrc

from coursewaves.errors import CoursewavesError
from coursewaves.stats.values import NAN, NO_VALUES, Numbers, as_table, floored, settled

NO_DIFFERENCE = "nobody's answers differ"


class Friedman(NamedTuple):
    """Friedman's test of several related answers.

    Attributes
    ----------
    q, df, p_value
        Statistic corrected for ties, degrees of freedom and the p-value (above 0).
    w
        Kendall's concordance, 0 (none) to 1 (all rank alike).
    n
        Persons who gave all answers.
    reason
        Why a figure is nan; empty where all is well.
    """

    q: float
    df: int
    p_value: float
    w: float
    n: int
    reason: str = ""


class CochranQ(NamedTuple):
    """Cochran's test of several related shares.

    Attributes
    ----------
    q, df, p_value
        Statistic, degrees of freedom and the p-value (above 0).
    n
        Persons who gave all answers.
    reason
        Why a figure is nan; empty where all is well.
    """

    q: float
    df: int
    p_value: float
    n: int
    reason: str = ""


class McNemar(NamedTuple):
    """McNemar's exact test of two related shares.

    Attributes
    ----------
    n_up, n_down
        Persons who changed from no to yes, and from yes to no.
    p_value
        Two-sided and exact.
    n
        Persons who gave both answers.
    reason
        Why a figure is nan; empty where all is well.
    """

    n_up: int
    n_down: int
    p_value: float
    n: int
    reason: str = ""


def friedman(answers: ArrayLike) -> Friedman:
    """Test whether several answers of the same people rank differently, with Kendall's W.

    One row = one person, one column = one occasion or question on one scale. Rows with a missing answer are
    dropped; ties share their middle rank. Nobody's answers differing gives nan.

    References
    ----------
    Friedman (1937), Journal of the American Statistical Association 32, 675-701; Kendall & Gibbons (1990),
    Rank Correlation Methods, chapter 6.

    Examples
    --------
    >>> result = friedman([[1, 2, 3], [2, 3, 4], [1, 1, 2], [3, 2, 4]])
    >>> round(result.q, 2), round(result.p_value, 3), round(result.w, 2)
    (6.53, 0.038, 0.82)
    """
    table = _complete(answers)
    n, k = table.shape
    if n < 1 or k < 2:
        return Friedman(NAN, max(k - 1, 0), NAN, NAN, n, NO_VALUES)
    scaled = settled(table.ravel()).reshape(table.shape)
    below = (scaled[:, :, None] > scaled[:, None, :]).sum(axis=2)
    equal = (scaled[:, :, None] == scaled[:, None, :]).sum(axis=2)
    ranks = below + (equal + 1) / 2
    ties = float((equal**2 - 1).sum())  # of a run of t ties each member adds t² - 1, together t³ - t
    most = n * (k**3 - k) - ties
    if most <= 0:
        return Friedman(NAN, k - 1, NAN, NAN, n, NO_DIFFERENCE)
    w = 12 * float(((ranks.sum(axis=0) - n * (k + 1) / 2) ** 2).sum()) / (n * most)
    q = n * (k - 1) * w
    return Friedman(q, k - 1, floored(float(chdtrc(k - 1, q))), w, n)


def cochran_q(answers: ArrayLike) -> CochranQ:
    """Test whether several related shares differ: options of one question, say, or one option over waves.

    One row = one person, one column = one option: 1 (or True) where chosen, 0 where not. Rows with a missing
    answer are dropped. Nobody's answers differing gives nan.

    Raises
    ------
    CoursewavesError
        Where an answer is neither 0 nor 1.

    References
    ----------
    Cochran (1950), Biometrika 37, 256-266.

    Examples
    --------
    >>> result = cochran_q([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 1, 0], [1, 1, 0]])
    >>> round(result.q, 2), round(result.p_value, 3)
    (4.5, 0.105)
    """
    table = _complete(answers)
    n, k = table.shape
    if not np.isin(table, (0, 1)).all():
        raise CoursewavesError("Give 1 (or True) where an option was chosen and 0 (or False) where not.")
    people, options = table.sum(axis=1), table.sum(axis=0)
    varied = float((people * (k - people)).sum())
    if not varied:
        return CochranQ(NAN, max(k - 1, 0), NAN, n, NO_DIFFERENCE if n else NO_VALUES)
    q = (k - 1) * k * float(((options - options.mean()) ** 2).sum()) / varied
    return CochranQ(q, k - 1, floored(float(chdtrc(k - 1, q))), n)


def mcnemar(first: ArrayLike, second: ArrayLike) -> McNemar:
    """Test exactly whether two related shares differ, by those who changed.

    One place = one person: 1 (or True) for yes, 0 for no. Persons with a missing answer are dropped; nobody
    having changed gives nan.

    Raises
    ------
    CoursewavesError
        Where an answer is neither 0 nor 1.

    References
    ----------
    McNemar (1947), Psychometrika 12, 153-157; Liddell (1983), Journal of Epidemiology and Community Health
    37, 82-84.

    Examples
    --------
    >>> mcnemar([0, 0, 0, 1, 1, 0], [1, 1, 1, 1, 0, 0])
    McNemar(n_up=3, n_down=1, p_value=0.625, n=6, reason='')
    """
    table = _complete(np.column_stack([np.asarray(first, np.float64), np.asarray(second, np.float64)]))
    if not np.isin(table, (0, 1)).all():
        raise CoursewavesError("Give 1 (or True) for yes and 0 (or False) for no.")
    up, down = int((table[:, 0] < table[:, 1]).sum()), int((table[:, 0] > table[:, 1]).sum())
    if not up + down:
        return McNemar(up, down, NAN, len(table), NO_DIFFERENCE if len(table) else NO_VALUES)
    fewer, moved = min(up, down), up + down
    return McNemar(up, down, floored(2 * float(bdtr(fewer, moved, 0.5))), len(table))


def _complete(answers: ArrayLike) -> Numbers:
    table = as_table(answers)
    return table[~np.isnan(table).any(axis=1)]
