"""What the charts of estimates share: rows of estimates, and the scale on which they stand."""

from collections.abc import Sequence
from math import isfinite, nan
from typing import NamedTuple

from coursewaves.errors import CoursewavesError


class Estimate(NamedTuple):
    """A figure with its interval.

    Attributes
    ----------
    value
        The figure, in the units of the chart's scale; nan is a figure that is not there.
    low, high
        Ends of its interval; nan where it has none. What lies outside the scale is drawn up to its end.
    """

    value: float
    low: float = nan
    high: float = nan


class Row(NamedTuple):
    """One row of a chart of estimates.

    Attributes
    ----------
    label
        What the row is about.
    estimates
        One for each series or step of the chart, in its order; None for one that is not there.
    note
        Words at the right end; of a row without any estimate, all that is drawn ("<5").
    """

    label: str
    estimates: Sequence[Estimate | None]
    note: str = ""


class Scale(NamedTuple):
    """The scale of a chart of estimates.

    Attributes
    ----------
    low, high
        Its ends.
    ticks
        Places that get a hairline and their labels, such as ``(50, "50")``.
    """

    low: float
    high: float
    ticks: Sequence[tuple[float, str]] = ()

    def x(self, value: float, left: float, right: float) -> float:
        """Return where a value stands between two edges; what lies outside the scale stands at its end."""
        if not self.low < self.high:
            raise CoursewavesError(f"A scale goes from {self.low} to {self.high}; give the lower end first.")
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return left + share * (right - left)

    def places(self, left: float, right: float) -> list[tuple[float, str]]:
        """Return the x of every tick and its label."""
        return [(self.x(value, left, right), words) for value, words in self.ticks]

    def inner(self, left: float, right: float) -> list[float]:
        """Return the x of the ticks that are not an end of the scale."""
        return [self.x(value, left, right) for value, _ in self.ticks if self.low < value < self.high]


def is_there(estimate: Estimate | None) -> bool:
    """Tell whether there is anything to draw."""
    return estimate is not None and isfinite(estimate.value)


def first_of(row: Row) -> Estimate | None:
    """Return the first estimate of a row where there is one to draw."""
    return row.estimates[0] if row.estimates and is_there(row.estimates[0]) else None


def interval_of(estimate: Estimate, scale: Scale, left: float, right: float) -> tuple[float, float] | None:
    """Return both ends of an estimate's interval between two edges; None where it has no interval."""
    if not (isfinite(estimate.low) and isfinite(estimate.high)):
        return None
    return scale.x(estimate.low, left, right), scale.x(estimate.high, left, right)
