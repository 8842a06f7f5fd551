"""What a report is about, without a language: the year's tables, what was found of them, and the gate.

What is found once is kept for all the languages in which it is told: see `once`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import pandas as pd

from coursewaves.analysis.rate import Rated
from coursewaves.disclosure import Disclosed, disclose
from coursewaves.ladder import Kind, least
from coursewaves.partitions.pooled import Pooled, pooled_of
from coursewaves.processed.year import Year
from coursewaves.registry.removals import removal_days

P = ParamSpec("P")
Found = TypeVar("Found")
S = TypeVar("S", bound="Subject")


def once(find: "Callable[Concatenate[S, P], Found]") -> "Callable[Concatenate[S, P], Found]":
    """Have a function of a subject find its answer once, for all languages.

    The function is given the subject without a reader's language, and its answer must not be changed.
    """

    @wraps(find)
    def kept(subject: S, /, *args: P.args, **kwargs: P.kwargs) -> Found:
        key = (find, args, tuple(kwargs.items()))
        if key not in subject.memo:
            subject.memo[key] = find(cast(S, subject.numbers), *args, **kwargs)
        return cast(Found, subject.memo[key])

    return kept


@dataclass(frozen=True)
class Subject:
    """A whole year; its kinds are parts of one.

    Attributes
    ----------
    year
        The tables.
    memo
        What was found already.
    """

    year: Year
    memo: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False, kw_only=True)

    @property
    def numbers(self) -> "Subject":
        """The subject itself, without a reader's language."""
        return self

    @property
    @once
    def pooled(self) -> Pooled:
        """What all courses tell together."""
        return pooled_of(self.year)

    @property
    @once
    def rated(self) -> Rated:
        """Programmes and runs against the councils' threshold, by the survey's first rating (¶16)."""
        return self.pooled.rated

    @property
    @once
    def removal_days(self) -> dict[str, date]:
        """When programmes were removed from the curriculum plan (¶20)."""
        return removal_days(self.year.registry.decisions)

    def gate(
        self,
        table: pd.DataFrame,
        kind: Kind,
        labels: list[str],
        n: tuple[str, ...] = ("n",),
        is_partition: bool = False,
    ) -> Disclosed:
        """Let through what the ladder allows of a kind of figure; see `coursewaves.disclosure`."""
        return disclose(table, self.least(kind), labels, n, is_partition)

    def least(self, kind: Kind) -> int:
        """Return from how many answers a kind of figure is shown here."""
        return least(kind, self.year.settings.minimum_group)
