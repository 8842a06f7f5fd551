"""How a paragraph stands on a day: pieces of evidence go in, one state comes out.

What is told of a year names courses, programmes and directions, counts and days; never a person, and no number of
people under the minimum group.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

KEPT, AT_RISK, BROKEN, NOT_YET = "kept", "at risk", "broken", "not applicable yet"

STATES = (BROKEN, AT_RISK, KEPT, NOT_YET)
"""All states, the worst first: a paragraph stands as its worst piece of evidence says."""


class Phrase(str):
    """A phrase among the values of another one: it is said in the reader's language too."""

    __slots__ = ()


Value = int | str | date | tuple[str, ...]
"""A number, a word that stands as it is, a day, or ids."""


class Evidence(NamedTuple):
    """One thing that shows how a paragraph stands.

    Attributes
    ----------
    weight
        The state in which it alone would leave the paragraph.
    phrase
        What is said of it, in English, with places for the values.
    values
        What fills the places.
    """

    weight: str
    phrase: str
    values: dict[str, Value] = {}  # noqa: RUF012  (never changed: a named tuple's defaults are shared)


class State(NamedTuple):
    """How a paragraph stands.

    Attributes
    ----------
    paragraph
        Its number.
    state
        One of `STATES`.
    evidence
        What shows it, the gravest first.
    """

    paragraph: int
    state: str
    evidence: tuple[Evidence, ...]


def judge(paragraph: int, evidence: Iterable[Evidence]) -> State:
    """Return how a paragraph stands by its evidence; without any it does not apply yet.

    >>> judge(5, [Evidence(KEPT, "a"), Evidence(BROKEN, "b"), Evidence(NOT_YET, "c")]).state
    'broken'
    """
    found = sorted(evidence, key=lambda one: STATES.index(one.weight))
    return State(paragraph, found[0].weight if found else NOT_YET, tuple(found))


def is_any_broken(states: Iterable[State]) -> bool:
    """Tell whether a paragraph is broken."""
    return any(one.state == BROKEN for one in states)
