"""Draw the figures of reports as SVG text: labels, counts and estimates go in, a `Figure` comes out.

Every word, and every formatted number is the caller's; this package knows no language and no data.
Labels stand on lines of their own above their marks, so that long ones stay legible on a phone.
"""

from coursewaves.charts.bars import LikertRow, likert, shares
from coursewaves.charts.dots import caterpillar, chain, intervals
from coursewaves.charts.plane import Band, Point, funnel, priorities
from coursewaves.charts.rows import Estimate, Row, Scale
from coursewaves.charts.sheet import ELEMENTS, Figure

__all__ = [
    "ELEMENTS",
    "Band",
    "Estimate",
    "Figure",
    "LikertRow",
    "Point",
    "Row",
    "Scale",
    "caterpillar",
    "chain",
    "funnel",
    "intervals",
    "likert",
    "priorities",
    "shares",
]
