"""Charts of extreme data in a real browser: every word legible in its place, every mark on the sheet, in grey too."""

from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from conftest import QUIET_BROWSER
from coursewaves.charts import (
    Band,
    Estimate,
    Figure,
    LikertRow,
    Point,
    Row,
    Scale,
    caterpillar,
    chain,
    funnel,
    intervals,
    likert,
    priorities,
    shares,
)
from coursewaves.charts.palette import contrast
from coursewaves.publishing.report import page_css

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

WORDS = {"title": "Сурет", "alt": "Суреттің сипаттамасы", "empty": "Дерек жоқ"}
DEGREES = ["мүлдем жоқ", "аз дәрежеде", "орташа дәрежеде", "жоғары дәрежеде", "толық дәрежеде"]
STEP_NAMES = ["Күту (курс басында)", "Тәжірибе (курс соңында)", "Қолдану (кейін)"]
HUNDRED = Scale(0, 100, [(0, "0"), (25, "25"), (50, "50"), (75, "75"), (100, "100")])
MOST_OF_A_MAP = 12

LONG = ("Тәрбиешінің кәсіби-құзыреттілігін арттырудың әдістемелік қырлары мен ұйымдастырушылық ерекшеліктері " * 4)[
    :300
]
"""300 letters, as a question may be long."""

UNBROKEN = "Ұйымдастырушылық" * 18
"""One word of 288 letters."""


class Case(NamedTuple):
    """Rows to be drawn: labels, values from 0 to 100 (None is not shown), half the width of their intervals."""

    labels: list[str]
    values: list[float | None]
    around: float = 8
    n: int = 32

    @property
    def note(self) -> str:
        return f"n = {self.n}"


CASES = {
    "one row": Case(["Бағдарламаның мазмұны"], [62]),
    "all at the top": Case([f"{n}-сұрақ" for n in range(8)], [100] * 8),
    "all at the bottom": Case([f"{n}-сұрақ" for n in range(8)], [0] * 8),
    "five answers": Case([f"{n}-сұрақ" for n in range(4)], [20, 40, 60, 80], around=55, n=5),
    "long labels": Case([LONG, UNBROKEN, LONG[::-1], LONG[10:]], [10, 55, 56, 90], n=1_234_567),
    "nothing to show": Case(["Бірінші", "Екінші", "Үшінші"], [None, None, None]),
    "one row to show": Case(["Бірінші", "Екінші", "Үшінші"], [None, 40, None]),
    "right to left and pictures": Case(
        ["שלום עולם, קורס ראשון", "تقييم فعالية الدورات", "👩‍🏫👩🏽‍🏫😀 топ 🇰🇿", "\u202eturned\u202c a̐éö̲ ﷽"],
        [30, 50, 70, 90],
    ),
    "identical values": Case([f"{n}-тақырып" for n in range(9)], [50] * 9),
    "sixty rows": Case([f"P{n:02}-01 {LONG[: n % 40]}" for n in range(60)], [(7 * n) % 101 for n in range(60)]),
}


def estimate(value: float | None, around: float) -> Estimate | None:
    return None if value is None else Estimate(value, value - around, value + around)


def draw_likert(case: Case) -> Figure:
    counts = [None if value is None else spread(value, case.n) for value in case.values]
    rows = [LikertRow(*row, case.note) for row in zip(case.labels, counts, strict=True)]
    return likert(rows, DEGREES, **WORDS)


def spread(value: float, n: int) -> list[int]:
    """So many answers on five categories, most of them near a value."""
    place = min(int(value // 20), 4)
    counts = [n // 8 if 0 < value < 100 else 0] * 5
    counts[place] += n - sum(counts)
    return counts


def rows_of(case: Case, series: int = 1) -> list[Row]:
    return [
        Row(label, [estimate(value, case.around)] * series, case.note)
        for label, value in zip(case.labels, case.values, strict=True)
    ]


def draw_chain(case: Case) -> Figure:
    """Steps that are as far apart as the case lets them be, the last of every second row absent."""
    rows = []
    for place, (label, value) in enumerate(zip(case.labels, case.values, strict=True)):
        steps = [estimate(value, case.around), estimate(None if value is None else 100 - value, case.around), None]
        rows.append(Row(label, steps if place % 2 else [*steps[:2], steps[0]], case.note))
    return chain(rows, HUNDRED, STEP_NAMES, **WORDS)


def draw_funnel(case: Case) -> Figure:
    points = [
        Point(label, 10 + 3 * place, float("nan") if value is None else value, place == 0)
        for place, (label, value) in enumerate(zip(case.labels, case.values, strict=True))
    ]
    counts = Scale(0, 200, [(0, "0"), (100, "100"), (200, "200")])
    bands = [Band("95 % шегі", [(5, 40, 100), (200, 72, 78)]), Band("99,8 % шегі", [(5, 20, 100), (200, 70, 80)])]
    return funnel(
        points, counts, HUNDRED, axes=("жауаптар саны", case.labels[0]), target=(75, "барлығының орташасы"),
        bands=bands, threshold=(62.5, "Төмен баға шегі: 62,5"), own=case.labels[0], others="басқа бағдарламалар",
        **WORDS,
    )  # fmt: skip


def draw_priorities(case: Case) -> Figure:
    points = [
        Point(label, float("nan") if value is None else value, 15)
        for label, value in list(zip(case.labels, case.values, strict=True))[:MOST_OF_A_MAP]
    ]
    importance = Scale(0, 30, [(0, "0 %"), (15, "15 %"), (30, "30 %")])
    return priorities(points, HUNDRED, importance, axes=("Баға", "Маңыздылық"), cross=(62.5, 15), **WORDS)


DRAW = {
    "likert": draw_likert,
    "shares": lambda case: shares(rows_of(case), HUNDRED, **WORDS),
    "intervals": lambda case: intervals(
        rows_of(case, 2),
        HUNDRED,
        series=["Осы курс", case.labels[0]],
        threshold=(62.5, "Төмен баға шегі: 62,5"),
        **WORDS,
    ),
    "chain": draw_chain,
    "caterpillar": lambda case: caterpillar(
        rows_of(case), HUNDRED, own=case.labels[0], threshold=(62.5, "шек 62,5"), **WORDS
    ),
    "funnel": draw_funnel,
    "priorities": draw_priorities,
}

PICTURES = {f"{kind}: {name}": draw(case) for kind, draw in DRAW.items() for name, case in CASES.items()}
PICTURES["likert: one category"] = likert([LikertRow(LONG, (5,), "n = 5")], ["иә"], **WORDS)
PICTURES["likert: an empty wave"] = likert([LikertRow(LONG, (0,) * 5, "n = 0")] * 2, DEGREES, **WORDS)
PICTURES["chain: an empty wave"] = chain(
    [Row(label, [Estimate(80, 70, 90), None, None]) for label in ("a", "b")], HUNDRED, STEP_NAMES, **WORDS
)
PICTURES["likert: long degrees"] = likert([LikertRow("a", (1, 2, 3, 4, 5))], [LONG] * 5, **WORDS)

LEAST_LETTER = {390: 9.5, 1280: 13.0}
"""Pixels of the smallest letters by the width of the window."""

LOOK = """() => [...document.querySelectorAll('svg')].map(svg => {
    const box = (node) => { const one = node.getBBox(); return [one.x, one.y, one.x + one.width, one.y + one.height]; };
    const nodes = [...svg.querySelectorAll('text, rect, circle, path')];
    const drawn = nodes.map(node => {
        const style = getComputedStyle(node), pen = style.stroke === 'none' ? 0 : parseFloat(style.strokeWidth) / 2;
        const [left, top, right, bottom] = box(node);
        const isText = node.tagName === 'text';
        return {kind: node.tagName, box: [left - pen, top - pen, right + pen, bottom + pen], fill: style.fill,
            stroke: style.stroke, words: isText ? node.lastChild.textContent : '',
            letter: isText ? parseFloat(style.fontSize) * svg.getScreenCTM().a : 0};
    });
    return {drawn, room: [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height]};
})"""


@pytest.fixture(scope="module")
def looked(chromium: str) -> Iterator[dict[int, dict[str, Any]]]:
    """By width of the window, what a browser drew of each picture on a page of ours."""
    from playwright.sync_api import sync_playwright

    figures = "".join(f"<figure>{figure.svg}</figure>" for figure in PICTURES.values())
    html = f"<!doctype html><meta charset=utf-8><style>{page_css()}</style><main>{figures}</main>"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET_BROWSER))
        page: Page = browser.new_page()
        page.set_content(html)
        found = {}
        for width in LEAST_LETTER:
            page.set_viewport_size({"width": width, "height": 844})
            found[width] = dict(zip(PICTURES, page.evaluate(LOOK), strict=True))
        yield found
        browser.close()


@pytest.mark.parametrize("name", PICTURES)
def test_every_mark_and_word_stands_on_the_sheet(looked, name):
    for seen in (looked[width][name] for width in looked):
        width, height = seen["room"]
        assert off_the_sheet(seen["drawn"], width, height) == []


def off_the_sheet(drawn: list[dict[str, Any]], width: float, height: float) -> list[tuple[str, str, list[float]]]:
    limits = (-0.75, -0.75, width + 0.75, height + 0.75)
    return [
        (mark["kind"], mark["words"], mark["box"])
        for mark in drawn
        if any(
            edge < limit if place < 2 else edge > limit
            for place, (edge, limit) in enumerate(zip(mark["box"], limits, strict=True))
        )
    ]


@pytest.mark.parametrize("name", PICTURES)
def test_no_words_stand_on_others_or_on_marks_that_are_not_their_ground(looked, name):
    for seen in (looked[width][name] for width in looked):
        assert collisions(seen["drawn"]) == []


def collisions(drawn: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Name the words that stand on others, or are crossed by a mark that their ground does not cover."""
    texts = [(place, mark) for place, mark in enumerate(drawn) if mark["kind"] == "text"]
    pairs = [(one, other) for (_, one), (_, other) in combinations(texts, 2) if touch(one, other)]
    found = [(one["words"], other["words"]) for one, other in pairs]
    for place, text in texts:
        for mark in drawn[ground_place(drawn, place) + 1 :]:
            if mark["kind"] != "text" and touch(text, mark) and mark["stroke"] not in HAIRLINES:
                found.append((text["words"], f"{mark['kind']} {mark['box']}"))
    return found


def ground_place(drawn: list[dict[str, Any]], place: int) -> int:
    """Where the last area was drawn that holds a text whole, before it; -1 where it stands on paper."""
    return next((at for at in range(place - 1, -1, -1) if holds(drawn[at], drawn[place])), -1)


HAIRLINES = ("rgb(201, 206, 211)",)
"""Rulers, which stand in the ground of the figures."""


def touch(one: dict[str, Any], other: dict[str, Any], least: float = 0.75) -> bool:
    (left, top, right, bottom), (x, y, to_x, to_y) = shrunk(one), shrunk(other)
    return min(right, to_x) - max(left, x) > least and min(bottom, to_y) - max(top, y) > least


def shrunk(mark: dict[str, Any]) -> list[float]:
    """The box of a mark; of a text without the room for accents and tails, which most lines lack."""
    left, top, right, bottom = mark["box"]
    if mark["kind"] != "text":
        return [left, top, right, bottom]
    return [left, top + 0.22 * (bottom - top), right, bottom - 0.2 * (bottom - top)]


def holds(mark: dict[str, Any], text: dict[str, Any]) -> bool:
    (left, top, right, bottom), (x, y, to_x, to_y) = mark["box"], shrunk(text)
    return (
        mark["kind"] in ("rect", "circle")
        and left <= x + 1
        and top <= y + 1
        and right >= to_x - 1
        and bottom >= to_y - 1
    )


@pytest.mark.parametrize("name", PICTURES)
def test_letters_are_large_enough_and_stand_out_from_their_ground(looked, name):
    for width, least in LEAST_LETTER.items():
        drawn = looked[width][name]["drawn"]
        texts = [mark for mark in drawn if mark["kind"] == "text"]
        assert texts
        assert min(mark["letter"] for mark in texts) >= least
        assert [text["words"] for text in texts if contrast(hexed(text["fill"]), ground(drawn, text)) < 4.5] == []


def ground(drawn: list[dict[str, Any]], text: dict[str, Any]) -> str:
    """The colour on which a text stands; that of paper where nothing is drawn under it."""
    at = ground_place(drawn, next(place for place, mark in enumerate(drawn) if mark is text))
    return hexed(drawn[at]["fill"]) if at >= 0 else "#ffffff"


def hexed(colour: str) -> str:
    red, green, blue = (int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))
    return f"#{red:02x}{green:02x}{blue:02x}"


@pytest.mark.parametrize("name", [name for name in PICTURES if name.startswith("likert")])
def test_segments_side_by_side_differ_in_grey_or_are_parted_by_a_line_of_paper(looked, name):
    bars = [mark for mark in looked[1280][name]["drawn"] if mark["kind"] == "rect" and mark["stroke"] != "none"]
    for one, other in pairwise(bars):
        is_beside = one["box"][1] == other["box"][1] and abs(one["box"][2] - other["box"][0]) < 1.5
        assert not is_beside or one["stroke"] == other["stroke"] == "rgb(255, 255, 255)"
    assert all(contrast(hexed(bar["fill"]), "#ffffff") > 1.3 for bar in bars)


def test_what_is_looked_for_is_found():
    def mark(kind: str, box: list[float], words: str = "") -> dict[str, Any]:
        return {"kind": kind, "box": box, "words": words, "stroke": "none", "fill": "rgb(0, 0, 0)"}

    inside, outside = mark("text", [0, 0, 50, 20], "inside"), mark("path", [470, 5, 482, 9])
    assert off_the_sheet([inside, outside], 480, 100) == [("path", "", [470, 5, 482, 9])]
    assert collisions([inside, mark("text", [40, 5, 90, 25], "over")]) == [("inside", "over")]
    line, area = mark("path", [10, 8, 12, 12]), mark("rect", [-5, -5, 60, 30])
    assert collisions([inside, line]) == collisions([area, line, inside]) == [("inside", "path [10, 8, 12, 12]")]
    assert collisions([line, area, inside]) == []
    assert ground([mark("rect", [-5, -5, 60, 30]), inside], inside) == "#000000"
    assert ground([inside], inside) == "#ffffff"
