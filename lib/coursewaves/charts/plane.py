"""Draw points on a plane of two scales: means by their number of answers, factors by importance and rating."""

from collections.abc import Sequence
from functools import partial
from math import isfinite, nan
from typing import NamedTuple

from coursewaves.charts.lettering import text_width, wrap
from coursewaves.charts.palette import CENTRE, INK, PAPER, QUIET, STEPS, TRACK
from coursewaves.charts.rows import Scale
from coursewaves.charts.sheet import GAP, SMALL, WIDTH, Figure, Sheet, Swatch, ruler
from coursewaves.errors import CoursewavesError

_TALL = 240.0
_RIGHT = WIDTH - 10.0
_ROUND = 9.0
_NEAR = 2 * _ROUND + 2
MOST_NUMBERS = 12


class Point(NamedTuple):
    """One point of a plane.

    Attributes
    ----------
    label
        What it is; in the legend where it has a number, and for the pointer.
    x, y
        Where it stands, in the units of the scales; nan is a point that is not there.
    is_own
        Whether it is what the figure is about.
    """

    label: str
    x: float
    y: float
    is_own: bool = False


class Band(NamedTuple):
    """Limits on both sides of a target.

    Attributes
    ----------
    name
        Words in the legend.
    places
        Triples of x, lower and upper limit, from left to right.
    """

    name: str
    places: Sequence[tuple[float, float, float]]


def funnel(
    points: Sequence[Point],
    x: Scale,
    y: Scale,
    *,
    axes: tuple[str, str],
    target: tuple[float, str],
    bands: Sequence[Band] = (),
    threshold: tuple[float, str] | None = None,
    own: str = "",
    others: str = "",
    title: str,
    alt: str,
    empty: str,
) -> Figure:
    """Draw means by their number of answers among limits that narrow with it; nothing is ranked.

    Parameters
    ----------
    points
        Means (y) and their numbers of answers (x); one's own is filled.
    x, y
        The two scales.
    axes
        What x and y are, in words.
    target
        The value around which the funnel lies, and its words in the legend.
    bands
        Limits, two at most, from the inner to the outer.
    threshold
        A value of y to mark with a dashed line, and its words in the legend.
    own, others
        Words in the legend for the two kinds of points.
    title, alt, empty
        Name of the figure, what it shows in words, and words for a figure without points.
    """
    sheet, drawn = Sheet(), [point for point in points if _is_there(point)]
    if drawn:
        keys = [(_filled, own, any(p.is_own for p in drawn)), (_hollow, others, not all(p.is_own for p in drawn))]
        entries: list[tuple[Swatch, str]] = [(swatch, words) for swatch, words, is_used in keys if is_used and words]
        entries.append((partial(_key, colour=CENTRE, dash=""), target[1]))
        entries += [(partial(_key, colour=CENTRE, dash=_dash(place)), band.name) for place, band in enumerate(bands)]
        entries += [(partial(_key, colour=INK, dash="4 3"), threshold[1])] if threshold else []
        sheet.legend(entries, key=30)
        frame = _frame(sheet, x, y, axes)
        frame.line([(x.low, target[0]), (x.high, target[0])], CENTRE)
        for place, band in enumerate(bands):
            frame.line([(at, low) for at, low, _ in band.places], CENTRE, _dash(place))
            frame.line([(at, high) for at, _, high in band.places], CENTRE, _dash(place))
        if threshold:
            frame.line([(x.low, threshold[0]), (x.high, threshold[0])], INK, "4 3", 1.5)
        for point in sorted(drawn, key=lambda point: point.is_own):
            (_filled if point.is_own else _hollow)(sheet, *frame.place(point.x, point.y))
    return sheet.figure(title, alt, empty)


def priorities(
    points: Sequence[Point],
    x: Scale,
    y: Scale,
    *,
    axes: tuple[str, str],
    cross: tuple[float, float] = (nan, nan),
    title: str,
    alt: str,
    empty: str,
) -> Figure:
    """Draw numbered points by how they were rated (x) and how much they matter (y).

    Parameters
    ----------
    points
        Points in the order of the legend, which gives each its number; those that would stand over another
        are moved down beside it, with a line to their place.
    x, y
        The two scales.
    axes
        What x and y are, in words.
    cross
        Where the quarters meet; nan draws no line.
    title, alt, empty
        As in `funnel`.

    Raises
    ------
    CoursewavesError
        For more than twelve points.
    """
    sheet, drawn = Sheet(), [point for point in points if _is_there(point)]
    if len(drawn) > MOST_NUMBERS:
        raise CoursewavesError(f"A map has {len(drawn)} points; give {MOST_NUMBERS} at the most.")
    if drawn:
        sheet.y = 2  # a number in its ring is taller than its line
        sheet.legend(
            [(partial(_number, words=str(n), radius=7.5), point.label) for n, point in enumerate(drawn, 1)], key=30
        )
        frame = _frame(sheet, x, y, axes)
        if isfinite(cross[0]):
            frame.line([(cross[0], y.low), (cross[0], y.high)], INK, "4 3", 1.5)
        if isfinite(cross[1]):
            frame.line([(x.low, cross[1]), (x.high, cross[1])], CENTRE)
        places = [frame.place(point.x, point.y) for point in drawn]
        spots = _apart(places, frame)
        for place, spot in zip(places, spots, strict=True):
            if place != spot:
                sheet.line([place, spot], QUIET)
        for n, spot in enumerate(spots, 1):
            _number(sheet, *spot, words=str(n))
    return sheet.figure(title, alt, empty)


class _Frame(NamedTuple):
    """The area of a plane, with its scales."""

    sheet: Sheet
    x: Scale
    y: Scale
    left: float
    top: float
    bottom: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        return self.x.x(x, self.left, _RIGHT), self.y.x(y, self.bottom, self.top)

    def line(self, points: Sequence[tuple[float, float]], colour: str, dash: str = "", width: float = 1) -> None:
        if points:
            self.sheet.line([self.place(*point) for point in points], colour, width, dash)


def _frame(sheet: Sheet, x: Scale, y: Scale, axes: tuple[str, str]) -> _Frame:
    """Draw the ground, the ticks of both scales and their names; the sheet goes on below."""
    sheet.paragraph(f"↑ {axes[1]}")
    labels = ["".join(wrap(words, WIDTH / 4, SMALL, most=1).lines) for _, words in y.ticks]
    left = 16 + max((text_width(words, SMALL) for words in labels), default=0)
    frame = _Frame(sheet, x, y, left, sheet.y + 8, sheet.y + 8 + _TALL)
    sheet.rect(left - 10, frame.top - 8, (WIDTH - left + 10, _TALL + 16), TRACK)
    ruler(sheet, [at for at, _ in x.places(left, _RIGHT)], frame.top - 8, frame.bottom + 8)
    for (at, _), words in zip(y.places(frame.bottom, frame.top), labels, strict=True):
        sheet.small(left - 16, at + 0.36 * SMALL, words, anchor="end")
    sheet.y = frame.bottom + 8 + GAP
    sheet.scale(x.places(left, _RIGHT))
    sheet.paragraph(f"→ {axes[0]}")
    return frame


def _is_there(point: Point) -> bool:
    return isfinite(point.x) and isfinite(point.y)


def _apart(places: Sequence[tuple[float, float]], frame: _Frame) -> list[tuple[float, float]]:
    """Move points down, and at the bottom to the next column inside, until none stands over an earlier one."""
    spots: list[tuple[float, float]] = []
    for x, y in places:
        at = (x, min(max(y, frame.top), frame.bottom))
        inwards = -_NEAR if x > (frame.left + _RIGHT) / 2 else _NEAR
        while any(abs(at[0] - one[0]) < _NEAR and abs(at[1] - one[1]) < _NEAR for one in spots):
            at = (at[0], at[1] + _NEAR) if at[1] + _NEAR <= frame.bottom else (at[0] + inwards, frame.top)
        spots.append(at)
    return spots


def _filled(sheet: Sheet, x: float, y: float) -> None:
    sheet.shape([(x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y)], STEPS[1])


def _hollow(sheet: Sheet, x: float, y: float) -> None:
    sheet.circle(x, y, 4, PAPER, STEPS[0])


def _number(sheet: Sheet, x: float, y: float, words: str, radius: float = _ROUND) -> None:
    sheet.circle(x, y, radius, PAPER, STEPS[1])
    sheet.small(x, y + 0.36 * SMALL, words, fill=INK, anchor="middle")


def _dash(place: int) -> str:
    return ("6 3", "2 3")[min(place, 1)]


def _key(sheet: Sheet, x: float, y: float, colour: str, dash: str) -> None:
    sheet.line([(x - 11, y), (x + 11, y)], colour, 1.5, dash)
