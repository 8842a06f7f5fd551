"""What may be shown of how many answers: one table, in one place (`docs/methods.md`, section 3).

No other module names such a size; a guard reads the library for them. What an estimator itself needs (five pairs,
ten clusters) is no rung: that belongs to its method and stands there.
"""

from typing import Literal

Kind = Literal[
    "counts", "shares", "means", "quotes", "subgroups", "low_rated", "tests", "reliability", "polychoric", "importance",
    "ranking", "structure",
]  # fmt: skip

LEAST: dict[Kind, int] = {
    "counts": 5,
    "shares": 10,
    "means": 10,
    "quotes": 10,
    "subgroups": 10,
    "low_rated": 10,
    "tests": 15,
    "reliability": 30,
    "polychoric": 100,
    "importance": 100,
    "ranking": 200,
    "structure": 200,
}
"""The least number of answers for each kind of figure; an institute's minimum group may only raise it.

Under `counts` nothing is said. `means` holds for a change of linked people too, who are counted from `counts` on.
`low_rated` is the least on which a programme is called low-rated (¶16), `reliability` that for alpha and omega;
`importance` (pooled weights of the factors), their `ranking` and the questionnaire's `structure` rest on all courses
together.
"""


def least(kind: Kind, minimum_group: int) -> int:
    """Return from how many answers a kind of figure is shown.

    >>> least("means", 5), least("counts", 12)
    (10, 12)
    """
    return max(LEAST[kind], minimum_group)
