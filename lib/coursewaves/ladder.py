"""What may be shown of how many answers: one table, in one place (`docs/methods.md`, section 3)."""

from typing import Literal

Kind = Literal["counts", "shares", "means", "tests", "quotes", "reliability", "polychoric", "structure"]

LEAST: dict[Kind, int] = {
    "counts": 5,
    "shares": 10,
    "means": 10,
    "quotes": 10,
    "tests": 15,
    "reliability": 30,
    "polychoric": 100,
    "structure": 200,
}
"""The least number of answers for each kind of figure; an institute's minimum group may only raise it."""


def least(kind: Kind, minimum_group: int) -> int:
    """Return from how many answers a kind of figure is shown.

    >>> least("means", 5), least("counts", 12)
    (10, 12)
    """
    return max(LEAST[kind], minimum_group)
