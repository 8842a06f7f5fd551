"""Draw estimates as dots with their intervals on one scale: rows go in, a figure comes out."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from coursewaves.charts.lettering import text_width, wrap
from coursewaves.charts.palette import INK, PAPER, STEPS, TRACK
from coursewaves.charts.rows import Estimate, Row, Scale, first_of, interval_of, is_there
from coursewaves.charts.sheet import GAP, SMALL, WIDTH, Figure, Sheet, Swatch, ruler
from coursewaves.errors import CoursewavesError

_LEFT, _RIGHT = 8.0, WIDTH - 8.0
_LANE = 12.0
_PAD = 4.0
_WIDE = 20.0


class _Mark(NamedTuple):
    """How a series is drawn: a shape around a point, and a colour."""

    shape: Callable[[Sheet, float, float, str], None]
    colour: str


def intervals(
    rows: Sequence[Row],
    scale: Scale,
    *,
    series: Sequence[str] = (),
    threshold: tuple[float, str] | None = None,
    title: str,
    alt: str,
    empty: str,
) -> Figure:
    """Draw each row's estimate as a dot with its interval, and a second series as a hollow dot below it.

    Parameters
    ----------
    rows
        Rows from top to bottom, with one or two estimates each, in the units of `scale`.
    scale
        Both ends and the labelled places between them.
    series
        Names of the series for the legend; none draws no legend.
    threshold
        A value to mark in every row with a dashed line, and its words in the legend.
    title, alt, empty
        Name of the figure, what it shows in words, and words for a figure without rows.

    Raises
    ------
    CoursewavesError
        For a row with more than two estimates.
    """
    marks = [_Mark(_disc, STEPS[1]), _Mark(_ring, STEPS[0])]
    sheet = Sheet()
    if rows:
        _legend(sheet, marks, series, threshold)
        _rows(sheet, rows, scale, marks, line=threshold[0] if threshold else None, joined=False)
    return sheet.figure(title, alt, empty)


def chain(rows: Sequence[Row], scale: Scale, steps: Sequence[str], *, title: str, alt: str, empty: str) -> Figure:
    """Draw how each row goes from step to step: a shape for each, one below the other, joined by a line.

    Parameters
    ----------
    rows
        Rows from top to bottom, with one estimate for each of the steps; a step that is None is absent and
        the line goes from the step before to the step after.
    scale
        Both ends and the labelled places between them.
    steps
        Names of the steps in their order, 1 to 3 (expectation, experience, application).
    title, alt, empty
        Name of the figure, what it shows in words, and words for a figure without rows.

    Raises
    ------
    CoursewavesError
        For a row with more than three estimates.
    """
    marks = [_Mark(_ring, STEPS[0]), _Mark(_square, STEPS[1]), _Mark(_diamond, STEPS[2])]
    sheet = Sheet()
    if rows:
        _legend(sheet, marks, steps, None)
        _rows(sheet, rows, scale, marks, line=None, joined=True)
    return sheet.figure(title, alt, empty)


def caterpillar(
    rows: Sequence[Row],
    scale: Scale,
    *,
    own: str = "",
    threshold: tuple[float, str] | None = None,
    title: str,
    alt: str,
    empty: str,
) -> Figure:
    """Draw many estimates with their intervals in lanes close together, in the order given and never by rank.

    Parameters
    ----------
    rows
        Rows from top to bottom, of which the first estimate counts; the label stands left of its lane. A row
        without one shows its note there.
    scale
        Both ends and the labelled places between them.
    own
        Label of the row that the figure is about; it is filled.
    threshold
        A value to mark through all lanes with a dashed line, and its words in the legend.
    title, alt, empty
        As in `intervals`.
    """
    sheet = Sheet()
    if rows:
        sheet.legend([(_dashes, threshold[1])] if threshold else [], key=30)
        names = [wrap(row.label, WIDTH / 3, SMALL, most=1) for row in rows]
        left = _LEFT + 8 + max(text_width("".join(name.lines), SMALL) for name in names)
        top, bottom = sheet.y, sheet.y + _WIDE * len(rows)
        sheet.rect(left - 8, top, (WIDTH - left + 8, bottom - top), TRACK)
        ruler(sheet, [x for x, _ in scale.places(left, _RIGHT)], top, bottom)
        if threshold:
            x = scale.x(threshold[0], left, _RIGHT)
            sheet.line([(x, top), (x, bottom)], INK, 1.5, dash="4 3")
        for row, name in zip(rows, names, strict=True):
            sheet.small(0, sheet.y + _WIDE / 2 + 0.36 * SMALL, "".join(name.lines), fill=INK, tip=name.cut)
            _lane(sheet, row, scale, left, row.label == own)
            sheet.y += _WIDE
        sheet.y += GAP
        sheet.scale(scale.places(left, _RIGHT))
    return sheet.figure(title, alt, empty)


def _lane(sheet: Sheet, row: Row, scale: Scale, left: float, is_own: bool) -> None:
    estimate, y = first_of(row), sheet.y + _WIDE / 2
    if estimate is None:
        words = wrap(row.note, _RIGHT - left, SMALL, most=1)
        sheet.small(left, y + 0.36 * SMALL, "".join(words.lines), tip=words.cut)
        return
    mark = _Mark(_diamond, STEPS[1]) if is_own else _Mark(_ring, STEPS[0])
    ends = interval_of(estimate, scale, left, _RIGHT)
    if ends:
        sheet.line([(end, y) for end in ends], mark.colour, 2)
    mark.shape(sheet, scale.x(estimate.value, left, _RIGHT), y, mark.colour)


def _rows(
    sheet: Sheet,
    rows: Sequence[Row],
    scale: Scale,
    marks: Sequence[_Mark],
    *,
    line: float | None,
    joined: bool,
) -> None:
    for row in rows:
        if len(row.estimates) > len(marks):
            found, most = len(row.estimates), len(marks)
            raise CoursewavesError(f"A row has {found} estimates; give {most} at the most.")
        sheet.heading(row.label, row.note)
        if any(map(is_there, row.estimates)):
            _band(sheet, scale, len(row.estimates), line)
            _lanes(sheet, row, scale, marks, joined)
        sheet.y += GAP
    if any(is_there(estimate) for row in rows for estimate in row.estimates):
        sheet.scale(scale.places(_LEFT, _RIGHT))


def _legend(sheet: Sheet, marks: Sequence[_Mark], names: Sequence[str], threshold: tuple[float, str] | None) -> None:
    entries: list[tuple[Swatch, str]] = [
        (partial(_key, mark=mark), name) for mark, name in zip(marks, names, strict=False)
    ]
    if threshold:
        entries.append((_dashes, threshold[1]))
    sheet.legend(entries, key=30)


def _band(sheet: Sheet, scale: Scale, lanes: int, line: float | None) -> None:
    top, height = sheet.y + 4, lanes * _LANE + 2 * _PAD
    sheet.rect(0, top, (WIDTH, height), TRACK)
    ruler(sheet, [x for x, _ in scale.places(_LEFT, _RIGHT)], top, top + height)
    if line is not None:
        x = scale.x(line, _LEFT, _RIGHT)
        sheet.line([(x, top), (x, top + height)], INK, 1.5, dash="4 3")


def _lanes(sheet: Sheet, row: Row, scale: Scale, marks: Sequence[_Mark], joined: bool) -> None:
    """Draw a row's estimates from the first down, the joining line below them all."""
    middle = sheet.y + 4 + _PAD + _LANE / 2
    drawn: list[tuple[float, float, Estimate, _Mark]] = []
    for place, (estimate, mark) in enumerate(zip(row.estimates, marks, strict=False)):
        if estimate is not None and is_there(estimate):
            drawn.append((scale.x(estimate.value, _LEFT, _RIGHT), middle + place * _LANE, estimate, mark))
    if joined and len(drawn) > 1:
        sheet.line([(x, y) for x, y, _, _ in drawn], STEPS[0], 1)
    for x, y, estimate, mark in drawn:
        ends = interval_of(estimate, scale, _LEFT, _RIGHT)
        if ends:
            sheet.line([(end, y) for end in ends], mark.colour, 2)
        mark.shape(sheet, x, y, mark.colour)
    sheet.y += 4 + 2 * _PAD + len(row.estimates) * _LANE


def _disc(sheet: Sheet, x: float, y: float, colour: str) -> None:
    sheet.circle(x, y, 4.5, colour, colour)


def _ring(sheet: Sheet, x: float, y: float, colour: str) -> None:
    sheet.circle(x, y, 4, PAPER, colour)


def _square(sheet: Sheet, x: float, y: float, colour: str) -> None:
    sheet.rect(x - 4.5, y - 4.5, (9, 9), colour)


def _diamond(sheet: Sheet, x: float, y: float, colour: str) -> None:
    sheet.shape([(x, y - 6), (x + 6, y), (x, y + 6), (x - 6, y)], colour)


def _key(sheet: Sheet, x: float, y: float, mark: _Mark) -> None:
    sheet.line([(x - 11, y), (x + 11, y)], mark.colour, 2)
    mark.shape(sheet, x, y, mark.colour)


def _dashes(sheet: Sheet, x: float, y: float) -> None:
    sheet.line([(x, y - 7), (x, y + 7)], INK, 1.5, dash="4 3")
