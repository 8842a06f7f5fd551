"""The colours of the charts, chosen to be told apart by everybody, on screen and on grey paper.

The two sides of a diverging scale are an orange-brown and a blue, which no common colour blindness confuses.
On each side lightness falls from the middle outwards: grey print keeps the order, position tells the side.
"""

from functools import lru_cache

from coursewaves.errors import CoursewavesError

INK = "#1f2933"
QUIET = "#575f67"
HAIRLINE = "#c9ced3"
CENTRE = "#8b949c"
PAPER = "#ffffff"
TRACK = "#f1f3f5"
BAR = "#7fabd0"
STEPS = ("#5b636b", "#1d5a8c", "#a34f08")
"""Series or steps of a chain, in their order; shapes tell them apart as well."""

MOST_CATEGORIES = 7
_NEUTRAL = "#dde0e4"
_LOW = {1: ["#d98d45"], 2: ["#efbd87", "#a34f08"], 3: ["#efbf8a", "#db9049", "#94450a"]}
_HIGH = {1: ["#6fa5d0"], 2: ["#a3c6e2", "#1d5a8c"], 3: ["#a9cbe6", "#6ba2ce", "#1d5a8c"]}


def diverging(categories: int) -> list[str]:
    """Return one colour for each category, from the lowest; the middle of an odd number is grey.

    Raises
    ------
    CoursewavesError
        Where there are no categories, or more than seven.
    """
    if not 1 <= categories <= MOST_CATEGORIES:
        raise CoursewavesError.not_found(categories, "numbers of categories", range(1, MOST_CATEGORIES + 1))
    side = categories // 2
    low, high = (_LOW[side][::-1], _HIGH[side]) if side else ([], [])
    return [*low, *([_NEUTRAL] if categories % 2 else []), *high]


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``, 0 (black) to 1 (white), by WCAG 2.2."""
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21, by WCAG 2.2; the order of the two is irrelevant."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=64)
def ink_on(background: str) -> str:
    """Return the colour in which text reads best on a background: dark or white."""
    return max((INK, PAPER), key=lambda ink: contrast(ink, background))


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
