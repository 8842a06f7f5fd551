"""Read the planes of published pages as an attacker does: funnels and maps go in, what is drawn on them comes out.

The limits of chance of a funnel are lines of many points, each drawn to a hundredth of a pixel: together they tell by
how much one rating strays within its run as finely as no number of a page does.
"""

import re
from math import sqrt
from typing import Any, NamedTuple

from bs4 import Tag
from scipy.special import ndtri

HAIRLINE, TRACK, CENTRE, QUIET = "#c9ced3", "#f1f3f5", "#8b949c", "#575f67"
LEVELS = {"6 3": 0.95, "2 3": 0.998}
"""Dashes of a funnel's limits, and of what level they are."""

NEAR = 0.006
"""By how many pixels a coordinate may be rounded."""


class Spread(NamedTuple):
    """What the limits of a funnel tell of all ratings together.

    Attributes
    ----------
    n
        Ratings of the programmes that are shown.
    value, half
        By how much one of them strays within its run, 0-100, runs' own differences taken in; and how exactly.
    """

    n: int
    value: float
    half: float


class Plane(NamedTuple):
    """The area of a plane in pixels: where its hairlines stand, and its top and bottom."""

    left: float
    right: float
    top: float
    bottom: float
    most: float
    """What the last hairline stands for; the first is 0."""

    def y(self, pixel: float) -> float:
        """Return what a height stands for, 0-100."""
        return (self.bottom - pixel) * 100 / (self.bottom - self.top)

    def x(self, pixel: float) -> float:
        """Return what a place from left to right stands for."""
        return (pixel - self.left) * self.most / (self.right - self.left)


def plane_of(figure: Tag) -> Plane | None:
    """Find the area of a plane and its scale; None where a figure is none."""
    track = figure.find("rect", fill=TRACK)
    lines = [_points(tag)[0][0] for tag in figure.find_all("path", stroke=HAIRLINE)]
    labels = [re.sub(r"[,%\s]", "", tag.get_text()) for tag in figure.find_all("text", attrs={"text-anchor": "middle"})]
    named = [float(text) for text in labels if re.fullmatch(r"[\d.]+", text)]
    if not isinstance(track, Tag) or len(lines) < 2 or not named:
        return None
    top = float(str(track["y"])) + 8
    return Plane(min(lines), max(lines), top, top + float(str(track["height"])) - 16, max(named))


def spread_of(rows: list[dict[str, Any]], figure: Tag) -> Spread | None:
    """Solve the limits of a funnel for the spread that they are made of; None where a figure has none."""
    plane, n = plane_of(figure), sum(int(row["n"]) for row in rows if "n" in row)
    told = [one for dash in LEVELS for one in _told(figure, plane, dash)] if plane else []
    if plane is None or not told:
        return None
    low, high = max(value - half for value, half in told), min(value + half for value, half in told)
    value, half = (low + high) / 2, max((high - low) / 2, NEAR * 100 / (plane.bottom - plane.top))
    return Spread(n, value, 0.5 if abs(value - round(value)) <= half else half)  # a whole number was rounded


def _told(figure: Tag, plane: Plane, dash: str) -> list[tuple[float, float]]:
    """Return what each point of a pair of limits tells of the spread, and how exactly, unless it stands at an end."""
    lines = [_points(tag) for tag in figure.find_all("path", attrs={"stroke-dasharray": dash, "stroke-width": "1"})]
    if len(lines) != 2:
        return []
    z, unit, found = float(ndtri((1 + LEVELS[dash]) / 2)), 100 / (plane.bottom - plane.top), []
    for (x, one), (_, other) in zip(*lines, strict=True):
        if plane.top + NEAR < min(one, other) and max(one, other) < plane.bottom - NEAR:
            scale = sqrt(round(plane.x(x))) / z * unit / 2
            found.append((abs(one - other) * scale, 2 * NEAR * scale))
    return found


def finer(rows: list[dict[str, Any]], figure: Tag) -> list[str]:
    """Name the marks of a plane that stand elsewhere than at the numbers that the JSON tells of them."""
    plane = plane_of(figure)
    is_map, is_funnel = any("importance" in row for row in rows), any(row["id"] == "target" for row in rows)
    if plane is None or not (is_map or is_funnel):
        return []
    marks = [row for row in rows if "mean" in row and ("importance" if is_map else "n") in row]
    told = [(row["mean"], row["importance"] * 100) if is_map else (row["n"], row["mean"]) for row in marks]
    if is_map:  # the scale from below ends at the largest of its labels, which `plane_of` takes for that of the other
        plane = plane._replace(most=100.0)
        high = max(_percents(figure), default=100.0)
        told = [(x, y * 100 / high) for x, y in told]
    drawn = [(plane.x(x), plane.y(y)) for x, y in _marks(figure)]
    near = (NEAR * plane.most / (plane.right - plane.left), NEAR * 100 / (plane.bottom - plane.top))
    return [
        f"{row['id']} is drawn at {at}"
        for row, (x, y) in zip(marks, told, strict=True)
        if not any(abs(at[0] - x) <= near[0] and abs(at[1] - y) <= near[1] for at in drawn)
        for at in [min(drawn, key=lambda one: abs(one[0] - x) + abs(one[1] - y), default=None)]
    ]


def _percents(figure: Tag) -> list[float]:
    """Return the labels beside a plane that are shares."""
    labels = [tag.get_text() for tag in figure.find_all("text", attrs={"text-anchor": "end"})]
    return [float(text.rstrip("%")) for text in labels if re.fullmatch(r"[\d.]+%", text)]


def _marks(figure: Tag) -> list[tuple[float, float]]:
    """Return the centres of circles and diamonds; of one that was moved aside where its line begins."""
    moved = {way[-1]: way[0] for tag in figure.find_all("path", stroke=QUIET) for way in [_points(tag)]}
    circles = [(float(str(tag["cx"])), float(str(tag["cy"]))) for tag in figure.find_all("circle")]
    shapes = [_points(tag) for tag in figure.find_all("path") if str(tag["d"]).endswith("Z")]
    diamonds = [(way[0][0], way[1][1]) for way in shapes]
    return [moved.get(place, place) for place in [*circles, *diamonds]]


def _points(path: Tag) -> list[tuple[float, float]]:
    numbers = [float(one) for one in re.findall(r"-?[\d.]+", str(path["d"]))]
    return list(zip(numbers[::2], numbers[1::2], strict=True))
