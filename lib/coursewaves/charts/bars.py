"""Draw shares of answers as bars: counts or shares by row go in, a figure comes out."""

from collections.abc import Sequence
from functools import partial
from math import isfinite
from typing import NamedTuple

from coursewaves.charts.lettering import text_width
from coursewaves.charts.palette import BAR, CENTRE, INK, PAPER, TRACK, diverging, ink_on
from coursewaves.charts.rows import Row, Scale, first_of, interval_of
from coursewaves.charts.sheet import GAP, SMALL, WIDTH, Figure, Sheet, ruler
from coursewaves.errors import CoursewavesError

_LEFT, _RIGHT = 1.0, WIDTH - 1.0
_TALL = 22.0
_FLAT = 14.0


class LikertRow(NamedTuple):
    """One row of a Likert chart.

    Attributes
    ----------
    label
        The question.
    counts
        Answers by category, from the lowest; None where the group is too small to be shown.
    note
        Words at the right end, such as the number of answers; of a hidden row all that is drawn ("<5").
    """

    label: str
    counts: Sequence[float] | None
    note: str = ""


def likert(rows: Sequence[LikertRow], legend: Sequence[str], *, title: str, alt: str, empty: str) -> Figure:
    """Draw answers on an ordered scale as diverging stacked bars.

    A bar is made of its row's shares and centred on the middle category (between the two middle ones of an
    even number); all bars are equally long, so that rows compare by share. Counts stand in the segments where
    they fit.

    Parameters
    ----------
    rows
        Rows from top to bottom; none gives a figure that says `empty`, and one without answers has no bar.
    legend
        Names of the categories, 1 to 7, from the lowest.
    title, alt
        Name of the figure, and what it shows in words; both are for readers who can't see it.
    empty
        Words for a figure without rows.

    Raises
    ------
    CoursewavesError
        For a row whose counts are not one for each category, or negative; for more than seven categories.
    """
    sheet = Sheet()
    if rows:
        colours = diverging(len(legend))
        keys = [partial(_box, fill=colour) for colour in colours]
        sheet.legend(list(zip(keys, legend, strict=True)))
        _stacks(sheet, rows, colours)
    return sheet.figure(title, alt, empty)


def shares(rows: Sequence[Row], scale: Scale, *, title: str, alt: str, empty: str) -> Figure:
    """Draw one share a row as a bar from the scale's low end, with its interval as a whisker.

    Parameters
    ----------
    rows
        Rows from top to bottom, of which the first estimate counts; in the units of `scale`. A row without
        one shows its note only. The note ("58 %") stands at the right end.
    scale
        Both ends and the labelled places between them.
    title, alt, empty
        As in `likert`.
    """
    sheet = Sheet()
    for row in rows:
        sheet.heading(row.label, row.note)
        estimate = first_of(row)
        if estimate:
            top = sheet.y + 4
            sheet.rect(0, top, (WIDTH, _FLAT), TRACK)
            ruler(sheet, scale.inner(_LEFT, _RIGHT), top, top + _FLAT)
            sheet.rect(_LEFT, top, (scale.x(estimate.value, _LEFT, _RIGHT) - _LEFT, _FLAT), BAR)
            _whisker(sheet, interval_of(estimate, scale, _LEFT, _RIGHT), top + _FLAT / 2)
            sheet.y = top + _FLAT
        sheet.y += GAP
    if any(map(first_of, rows)):
        sheet.scale(scale.places(_LEFT, _RIGHT))
    return sheet.figure(title, alt, empty)


def _stacks(sheet: Sheet, rows: Sequence[LikertRow], colours: Sequence[str]) -> None:
    parts = [_parts(row, len(colours)) for row in rows]
    centre, unit = _extent([shares for shares in parts if shares])
    for row, shares in zip(rows, parts, strict=True):
        sheet.heading(row.label, row.note)
        if shares and row.counts is not None:
            top = sheet.y + 4
            sheet.line([(centre, top - 3), (centre, top + _TALL + 4)], CENTRE)
            _stack(sheet, centre - _below(shares) * unit, unit, zip(shares, row.counts, colours, strict=True))
        sheet.y += GAP
    sheet.y -= GAP


def _stack(sheet: Sheet, x: float, unit: float, parts: "zip[tuple[float, float, str]]") -> None:
    """Draw a row's segments from x on, with a ground line that shows how far the pale ones reach."""
    top, left = sheet.y + 4, x
    for share, count, colour in parts:
        width, words = share * unit, f"{count:.0f}"
        if count:
            sheet.rect(x, top, (width, _TALL), colour, PAPER)
        if count and text_width(words, SMALL) + 6 <= width:
            baseline = top + _TALL / 2 + 0.36 * SMALL
            sheet.small(x + width / 2, baseline, words, fill=ink_on(colour), anchor="middle")
        x += width
    sheet.line([(left, top + _TALL), (x, top + _TALL)], CENTRE)
    sheet.y = top + _TALL + 4


def _parts(row: LikertRow, categories: int) -> list[float]:
    """Return the shares of a row's answers; nothing where it is hidden or has no answers."""
    if row.counts is None:
        return []
    counts = [float(count) for count in row.counts]
    if len(counts) != categories or not all(isfinite(count) and count >= 0 for count in counts):
        found = f"A row has {len(counts)} counts"
        raise CoursewavesError(f"{found}; give one, 0 or more, for each of {categories} categories.")
    total = sum(counts)
    return [count / total for count in counts] if total else []


def _below(shares: Sequence[float]) -> float:
    """Return what lies left of the centre: the lower categories and half of a middle one."""
    middle = len(shares) // 2
    return sum(shares[:middle]) + (shares[middle] / 2 if len(shares) % 2 else 0)


def _extent(parts: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Return the x of the centre and the length of a bar, by which all bars just fit."""
    low = max(map(_below, parts), default=0.5)
    high = max((1 - _below(shares) for shares in parts), default=0.5)
    unit = (_RIGHT - _LEFT) / (low + high)
    return _LEFT + low * unit, unit


def _whisker(sheet: Sheet, ends: tuple[float, float] | None, y: float) -> None:
    if ends:
        sheet.line([(end, y) for end in ends], INK, 1.5)
        for end in ends:
            sheet.line([(end, y - 4), (end, y + 4)], INK, 1.5)


def _box(sheet: Sheet, x: float, y: float, fill: str) -> None:
    sheet.rect(x - 7.5, y - 6, (13, 13), fill)
