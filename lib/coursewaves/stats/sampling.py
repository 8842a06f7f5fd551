"""Plan whom wave 3 asks (¶10): sizes of strata in, how many and who out.

All sizes are counted in whole numbers, since rounding would miss the quota in many strata.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from fractions import Fraction
from hashlib import sha256
from math import inf
from typing import Any, NamedTuple, SupportsIndex

import numpy as np

from coursewaves.errors import CoursewavesError
from coursewaves.stats.values import Places

MINIMUM = 10
CENSUS = 25
"""A stratum up to this size is asked whole."""

Count = SupportsIndex
Counts = Iterable[SupportsIndex]


class Allocation(NamedTuple):
    """How many answers each stratum needs and how many people are invited; one place = one stratum.

    Attributes
    ----------
    strata
        Names, in the order of the sizes.
    population
        Members.
    needed
        Answers that the quota asks for.
    invited
        People to invite so that so many answer, as expected; never more than the stratum has.
    is_census
        Whether everybody is invited because the stratum is small.
    """

    strata: list[Hashable]
    population: Places
    needed: Places
    invited: Places
    is_census: np.ndarray[Any, np.dtype[np.bool_]]


def sample_size(population: Count | Counts, percent: float, minimum: int = MINIMUM) -> Any:
    """Return how many answers a stratum needs: a percentage rounded up, a minimum, at most everybody (¶10).

    One number for one size, an array for several. 40 stands for 40 %. The
    percentage is taken as it is written, so that 33.3 is no binary fraction.

    Raises
    ------
    CoursewavesError
        Where a size is negative or no whole number, or the percentage lies outside 0-100.

    References
    ----------
    Cochran (1977), Sampling Techniques, chapter 5.

    Examples
    --------
    >>> sample_size(420, 30), sample_size(45, 30), sample_size(24, 30), sample_size(9, 30)
    (126, 14, 10, 9)
    """
    share = _fraction(percent, 100, "percentage") / 100
    return _each(population, lambda size: min(size, max(_ceiling(size * share), minimum)))


def invitations(n: Count | Counts, expected_rate: float, population: int | None = None) -> Any:
    """Return how many to invite so that `n` answer, where a share `expected_rate` (0-1) of the invited does.

    One number for one n, an array for several; never more than `population` where that is given.

    Raises
    ------
    CoursewavesError
        Where the rate is not above 0 and at most 1, or n is negative or no whole number.

    References
    ----------
    Cochran (1977), Sampling Techniques, chapter 13.

    Examples
    --------
    >>> invitations(168, 0.55), invitations(11, 0.55), invitations(10, 0.55, population=12)
    (306, 20, 12)
    """
    rate = _fraction(expected_rate, 1, "expected response")
    if not rate:
        raise CoursewavesError("Can't plan for a response of 0: give the share that is expected to answer.")
    most = inf if population is None else population
    return _each(n, lambda size: int(min(_ceiling(size / rate), most)))


def allocate(
    sizes: Mapping[Any, int],
    percent: float,
    expected_rate: float = 1.0,
    minimum: int = MINIMUM,
    census: int = CENSUS,
) -> Allocation:
    """Plan a stratified sample: the answers that each stratum needs, and the invitations for them (¶10).

    `sizes` maps a stratum to its members. A stratum up to `census` is invited whole; its quota stays what the
    percentage and the minimum ask for.

    References
    ----------
    Cochran (1977), Sampling Techniques, chapter 5.

    Examples
    --------
    >>> plan = allocate({"play": 420, "speech": 24}, percent=40, expected_rate=0.55)
    >>> plan.needed, plan.invited, plan.is_census
    (array([168,  10]), array([306,  24]), array([False,  True]))
    """
    sizes = dict(sizes)
    population = _each(sizes.values(), lambda size: size)
    needed = sample_size(population, percent, minimum)
    is_census = population <= census
    invited = np.minimum(population, invitations(needed, expected_rate))
    return Allocation(list(sizes), population, needed, np.where(is_census, population, invited), is_census)


def draw_order(people: Iterable[Any], seed: str, frame_id: str) -> Places:
    """Return the places of people in the order in which they are asked, by a number that each keeps.

    The number is the SHA-256 of seed, frame and participant with ``|`` between: the same on every machine, so
    that anyone can draw again; who is added to the frame reshuffles nobody; who replaces a refusal is simply
    the next. The seed is public: the number and date of the order, say.

    Raises
    ------
    CoursewavesError
        Where a participant stands twice in the frame.

    References
    ----------
    Ohlsson (1995), Coordination of samples using permanent random numbers, in Business Survey Methods.

    Examples
    --------
    >>> draw_order(["p1", "p2", "p3", "p4"], seed="order 12 of 2025-03-14", frame_id="2025")
    array([0, 2, 1, 3])
    """
    names = [str(person) for person in people]
    if len(set(names)) < len(names):
        raise CoursewavesError("A participant stands twice in the frame; give each once.")
    numbers = [sha256(f"{seed}|{frame_id}|{name}".encode()).hexdigest() for name in names]
    return np.array(sorted(range(len(names)), key=numbers.__getitem__), dtype=np.int64)


def _fraction(number: float, most: int, what: str) -> Fraction:
    try:
        exact = Fraction(str(number))
    except ValueError:
        exact = Fraction(-1)
    if not 0 <= exact <= most:
        raise CoursewavesError(f"Can't take the {what} {number}: give a number from 0 to {most}.")
    return exact


def _ceiling(number: Fraction) -> int:
    return -(-number.numerator // number.denominator)


def _each(given: Any, rule: Callable[[int], int]) -> Any:
    """Apply a rule to one whole number, or to each of several."""
    is_one = not isinstance(given, Iterable) or (isinstance(given, np.ndarray) and given.ndim == 0)
    sizes = [_whole(size) for size in ([given] if is_one else given)]
    found = [rule(size) for size in sizes]
    return found[0] if is_one else np.array(found, dtype=np.int64)


def _whole(size: Any) -> int:
    number = float(size)
    if not (number >= 0 and number.is_integer()):
        raise CoursewavesError(f"Can't count {size} people: give whole numbers from 0 on.")
    return int(number)
