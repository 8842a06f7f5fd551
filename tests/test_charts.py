import ast
import doctest
import importlib
import pkgutil
import re
import shutil
import sys
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

import coursewaves.charts
from coursewaves.charts import (
    ELEMENTS,
    Band,
    Estimate,
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
from coursewaves.charts.lettering import clean, text_width, wrap
from coursewaves.charts.palette import (
    BAR,
    CENTRE,
    INK,
    PAPER,
    QUIET,
    STEPS,
    TRACK,
    contrast,
    diverging,
    ink_on,
    luminance,
)
from coursewaves.errors import CoursewavesError

WORDS = {"title": "Сурет", "alt": "Суреттің сипаттамасы", "empty": "Дерек жоқ"}
DEGREES = ["мүлдем жоқ", "аз дәрежеде", "орташа дәрежеде", "жоғары дәрежеде", "толық дәрежеде"]
STEP_NAMES = ["Күту (курс басында)", "Тәжірибе (курс соңында)", "Қолдану (кейін)"]
HUNDRED = Scale(0, 100, [(0, "0"), (25, "25"), (50, "50"), (75, "75"), (100, "100")])
ONE = Scale(0, 1, [(0, "0 %"), (0.5, "50 %"), (1, "100 %")])
LABELS = [
    "Бағдарламаның мазмұны менің кәсіби қажеттілігіме толық сай болды",
    "Белсенді оқыту әдістері (тапсырма, кейс, көрсету)",
    "Оқу материалдары мектепке дейінгі ұйымның күнделікті жұмысында практикалық маңызға ие болды",
    "Топтағы жағдай",
]
HOSTILE = [
    "<script>alert(1)</script>",
    "$x_{",
    "$$",
    "%s %(name)s {0}",
    "_leading",
    "שלום עולם",
    "\u202eturned\u202c",
    "two\nlines\r\nand\ttabs",
    "nul\0 bell\a",
    "emoji 😀👩‍🏫",
    "a & b \"c\" 'd' ]]>",
    "lone \ud800 surrogate \uffff",
    "Ұзынсөз" * 45,
    "",
]


COUNTS = Scale(0, 150, [(0, "0"), (50, "50"), (100, "100"), (150, "150")])
PLANE = {"x": COUNTS, "y": HUNDRED, "axes": ("жауаптар саны", "орташа баға"), "target": (75, "барлығының орташасы")}
NAN = float("nan")


def tree(figure):
    return ElementTree.fromstring(figure.svg)


def tags(figure, name):
    return list(tree(figure).iter("{http://www.w3.org/2000/svg}" + name))


def texts(figure):
    return [mark.text or mark[0].tail for mark in tags(figure, "text")]


def number(mark, name):
    return float(mark.get(name))


def hostile_figures(label):
    row = Row(label, [Estimate(40, 20, 60)], label)
    return [
        likert([LikertRow(label, (1, 2, 3), label)], [label] * 3, title=label, alt=label, empty=label),
        shares([row], HUNDRED, title=label, alt=label, empty=label),
        intervals([row], HUNDRED, series=[label], threshold=(50, label), title=label, alt=label, empty=label),
        chain([row], Scale(0, 100, [(0, label), (100, label)]), [label], title=label, alt=label, empty=label),
        likert([], [], title=label, alt=label, empty=label),
        caterpillar([row], HUNDRED, own=label, threshold=(50, label), title=label, alt=label, empty=label),
        funnel(
            [Point(label, 50, 50, is_own) for is_own in (True, False)],
            COUNTS,
            Scale(0, 100, [(50, label)]),
            axes=(label, label),
            target=(50, label),
            bands=[Band(label, [(10, 40, 60), (90, 45, 55)])],
            threshold=(40, label),
            own=label,
            others=label,
            title=label,
            alt=label,
            empty=label,
        ),
        priorities([Point(label, 50, 50)], HUNDRED, HUNDRED, axes=(label, label), title=label, alt=label, empty=label),
    ]


def realistic_figures():
    counts = [(0, 1, 4, 12, 15), (2, 5, 8, 10, 7), None, (0, 0, 0, 0, 32)]
    notes = ["n = 32", "n = 32 · қатысты емес: 1", "<5", "n = 32"]
    pairs = [[Estimate(78, 72, 85), Estimate(80)], [Estimate(58, 49, 68), Estimate(75)], [None, None]]
    steps = [[Estimate(88, 84, 92), Estimate(78, 72, 84), Estimate(75, 66, 84)], [Estimate(91), None, None]]
    return [
        likert([LikertRow(*row) for row in zip(LABELS, counts, notes, strict=True)], DEGREES, **WORDS),
        shares([Row(label, [Estimate(0.6, 0.4, 0.7)], "14 / 24 · 58 %") for label in LABELS], ONE, **WORDS),
        intervals(
            [Row(label, pair, "78 (72–85)") for label, pair in zip(LABELS, pairs, strict=False)],
            HUNDRED,
            series=["Осы курс", "Бағдарламаның басқа курстары"],
            threshold=(62.5, "Төмен баға шегі: 62,5"),
            **WORDS,
        ),
        chain(
            [Row(label, step, "88 → 78 → 75") for label, step in zip(LABELS, steps, strict=False)],
            HUNDRED,
            STEP_NAMES,
            **WORDS,
        ),
        caterpillar(
            [Row(f"P06-{n:02}", [Estimate(50 + n, 40 + n, 60 + n)]) for n in range(1, 13)]
            + [Row("P06-13", [None], "10 жауаптан аз")],
            HUNDRED,
            own="P06-02",
            threshold=(62.5, "шек 62,5"),
            **WORDS,
        ),
        funnel(
            [Point(f"P{n}", 10 + 9 * n, 70 + n) for n in range(14)] + [Point("P99", 113, 56, True)],
            **PLANE,
            bands=[
                Band("95 % шегі", [(10, 60, 90), (50, 68, 82), (150, 72, 78)]),
                Band("99,8 % шегі", [(10, 50, 99), (50, 62, 88), (150, 70, 80)]),
            ],
            threshold=(62.5, "шек 62,5"),
            own="осы бағдарлама",
            others="басқа бағдарламалар",
            **WORDS,
        ),
        priorities(
            [Point(label, 50 + n, 15 + n) for n, label in enumerate(LABELS)],
            HUNDRED,
            Scale(0, 30, [(0, "0 %"), (15, "15 %"), (30, "30 %")]),
            axes=("Баға", "Маңыздылық"),
            cross=(62.5, 15),
            **WORDS,
        ),
    ]


def extreme_figures():
    note = "n = 1200; қатысты емес: 34; жауап жоқ: 12; барлығы 1246"
    rows = [LikertRow(label, (0, 0, 0, 0, 1200), note) for label in HOSTILE]
    return [
        likert(rows, [*DEGREES[:4], "Ұзынсөз" * 30], **WORDS),
        likert([LikertRow("нөл", (0,), "n = 0"), LikertRow("бір", (7,), "n = 7")], ["иә"], **WORDS),
        likert([LikertRow(LABELS[0], (1, 0, 0, 0, 4), "n = 5")], DEGREES, **WORDS),
        likert([], DEGREES, **WORDS),
        shares([Row(label, [Estimate(1, 0, 1)], "100 %") for label in HOSTILE], ONE, **WORDS),
        intervals([Row("", [Estimate(0, -20, 120)], "")], HUNDRED, series=["a" * 200] * 2, **WORDS),
        chain([Row(LABELS[1], [None, None, None], "<5")], HUNDRED, STEP_NAMES, **WORDS),
        shares([Row("a", [Estimate(1)])], Scale(0, 1, [(n / 9, "ұзын белгі " * 9) for n in range(10)]), **WORDS),
        caterpillar([Row(label, [Estimate(0, -20, 120)]) for label in HOSTILE], HUNDRED, own="", **WORDS),
        caterpillar([Row("a" * 90, [None], "ұзын белгі " * 20)], HUNDRED, **WORDS),
        funnel([Point("a", 0, 0), Point("b", 900, 100, True)], **PLANE, own="ұзын " * 60, **WORDS),
        priorities([Point(label, 100, 0) for label in LABELS * 3], HUNDRED, HUNDRED, axes=("", ""), **WORDS),
    ]


ALL = [*realistic_figures(), *extreme_figures()]


# What every figure has


@pytest.mark.parametrize("figure", ALL)
def test_every_figure_is_an_image_with_a_name_and_a_description(figure):
    root = tree(figure)
    title, desc = root[0], root[1]
    assert root.get("role") == "img"
    assert root.get("aria-labelledby").split() == [title.get("id"), desc.get("id")]
    assert (title.text, desc.text) == (WORDS["title"], WORDS["alt"])
    assert figure.alt == WORDS["alt"]
    assert root.get("viewBox") == f"0 0 {figure.width} {figure.height}"


@pytest.mark.parametrize("figure", ALL)
def test_a_figure_holds_only_listed_elements_and_attributes(figure):
    for mark in tree(figure).iter():
        name = mark.tag.removeprefix("{http://www.w3.org/2000/svg}")
        assert set(mark.attrib) <= ELEMENTS[name]


def test_the_list_allows_no_style_no_link_and_no_event():
    names = set(ELEMENTS).union(*ELEMENTS.values())
    assert not names & {"style", "script", "a", "image", "use", "foreignObject", "href", "class"}
    assert not any(name.startswith("on") for name in names)


@pytest.mark.parametrize("figure", ALL)
def test_a_sanitiser_with_that_list_changes_nothing_that_is_drawn(figure):
    attributes = {name: set(allowed) for name, allowed in ELEMENTS.items()}
    kept = nh3.clean(figure.svg, tags=set(ELEMENTS), attributes=attributes)
    for name in ("rect", "path", "circle", "text", "title", "desc"):
        assert kept.count(f"<{name} ") == figure.svg.count(f"<{name} ")
    assert f'viewBox="0 0 {figure.width} {figure.height}"' in kept


def test_the_same_input_gives_the_same_bytes():
    assert [figure.svg for figure in realistic_figures()] == [figure.svg for figure in realistic_figures()]


def test_figures_of_one_page_have_different_ids():
    ids = [re.findall(r' id="(\w+)"', figure.svg) for figure in realistic_figures()]
    assert len({name for pair in ids for name in pair}) == 2 * len(ids)


def test_a_notebook_shows_the_drawing_and_prints_the_description():
    figure = realistic_figures()[0]
    assert figure._repr_html_() == figure.svg
    assert repr(figure) == f"<Figure 480 x {figure.height}: Суреттің сипаттамасы>"


def test_drawing_needs_the_standard_library_only():
    for path in Path(coursewaves.charts.__file__).parent.glob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        imported = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
        imported |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        own = {name for name in imported if name.startswith("coursewaves.charts")} | {"coursewaves.errors"}
        assert {name.partition(".")[0] for name in imported - own} <= sys.stdlib_module_names


def test_examples_in_the_docstrings_hold():
    for module in pkgutil.iter_modules(coursewaves.charts.__path__, "coursewaves.charts."):
        assert doctest.testmod(importlib.import_module(module.name)).failed == 0


# Hostile and extreme words


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_words_are_literal_text(label):
    for figure in hostile_figures(label):
        root = tree(figure)
        assert root[0].text == (clean(label) or None)
        assert not tags(figure, "script")


def test_a_hostile_label_is_read_as_it_was_written():
    figure = likert([LikertRow('<b onclick="x">$x_{ & %s', (1, 2))], ["a", "b"], **WORDS)
    assert '<b onclick="x">$x_{ & %s' in texts(figure)


@given(st.text(st.characters(codec=None), max_size=80))
def test_any_words_give_well_formed_xml(label):
    for figure in hostile_figures(label):
        assert tree(figure).get("role") == "img"


def test_control_characters_are_dropped_and_line_ends_become_spaces():
    assert clean(" a\0b\nc\u202ed\u2028e\ud800\uffff ") == "ab cd e"


def test_a_no_break_space_stays():
    assert clean("58\xa0%") == "58\xa0%"


def test_a_long_label_is_cut_and_keeps_its_whole_text_for_the_pointer():
    label = "сөз " * 200
    first = tags(likert([LikertRow(label, (1, 2))], ["a", "b"], **WORDS), "text")[2:6]
    assert first[-1][0].tail.endswith("…")
    assert first[-1][0].text == label.strip()


@given(st.text(max_size=200), st.floats(40, 400), st.integers(1, 4))
def test_no_line_is_wider_than_its_room(label, room, most):
    lines = wrap(label, room, 15, most).lines
    assert len(lines) <= most
    assert all(text_width(line, 15) <= room for line in lines)


@given(st.lists(st.sampled_from(["мен", "оқыту", "қажеттілік", "әдістемесі", "ұйымдастыру"]), max_size=30))
def test_wrapping_loses_no_word(words):
    wrapped = wrap(" ".join(words), 200, 15, most=99)
    assert " ".join(wrapped.lines).split() == words
    assert wrapped.cut == ""


@pytest.mark.parametrize("text", [*LABELS, *DEGREES, *STEP_NAMES, "Ғылыми Ұйым №5 — «Щука»", "Wide MMM @"])
def test_the_width_table_is_never_narrower_than_the_face_and_close_to_it(text):
    matplotlib = importlib.util.find_spec("matplotlib")
    face = next(iter(matplotlib.submodule_search_locations)) + "/mpl-data/fonts/ttf/DejaVuSans.ttf"
    measured = ImageFont.truetype(face, 1000).getlength(text, features=["-kern"]) / 1000
    assert measured <= text_width(text, 1) <= 1.07 * measured


# Geometry: numbers by hand. The drawing is 480 wide; bars lie between 1 and 479, dots between 8 and 472.


def test_segments_are_as_wide_as_their_counts():
    figure = likert([LikertRow("a", (1, 0, 2, 1, 4), "")], DEGREES, **WORDS)
    bars = tags(figure, "rect")[5:]
    assert [number(bar, "width") for bar in bars] == [59.75, 119.5, 59.75, 239]
    assert [number(bar, "x") for bar in bars] == [1, 60.75, 180.25, 240]
    assert [bar.get("fill") for bar in bars] == [diverging(5)[place] for place in (0, 2, 3, 4)]


def test_a_bar_is_centred_on_the_middle_of_the_middle_category():
    figure = likert([LikertRow("a", (1, 0, 2, 1, 4), "")], DEGREES, **WORDS)
    assert tags(figure, "path")[0].get("d").startswith("M120.5 ")  # 60.75 + 119.5 / 2


def test_an_even_number_of_categories_is_centred_between_the_two_halves():
    figure = likert([LikertRow("a", (1, 3), "")], ["no", "yes"], **WORDS)
    low, high = tags(figure, "rect")[2:]
    assert number(low, "x") + number(low, "width") == number(high, "x") == 120.5
    assert tags(figure, "path")[0].get("d").startswith("M120.5 ")


def test_all_bars_have_one_scale():
    figure = likert([LikertRow("a", (4, 0, 0), ""), LikertRow("b", (0, 0, 12), "")], ["1", "2", "3"], **WORDS)
    low, high = tags(figure, "rect")[3:]
    assert (number(low, "x"), number(low, "width")) == (1, 239)
    assert (number(high, "x"), number(high, "width")) == (240, 239)


def test_a_ground_line_shows_how_far_a_bar_reaches():
    figure = likert([LikertRow("a", (1, 0, 2, 1, 4), "")], DEGREES, **WORDS)
    ground = tags(figure, "path")[1]
    assert re.findall(r"[ML]([\d.]+) ", ground.get("d")) == ["1", "479"]
    assert ground.get("stroke") == CENTRE


def test_a_count_stands_in_its_segment_only_where_it_fits():
    assert "1" not in texts(likert([LikertRow("a", (1, 99), "")], ["x", "y"], **WORDS))
    assert "99" in texts(likert([LikertRow("a", (1, 99), "")], ["x", "y"], **WORDS))


def test_a_row_without_answers_has_no_bar():
    assert len(tags(likert([LikertRow("a", (0, 0), "n = 0")], ["x", "y"], **WORDS), "rect")) == 2


def test_an_interval_ends_where_its_numbers_are():
    figure = intervals([Row("a", [Estimate(50, 25, 75)])], Scale(0, 100), **WORDS)
    (dot,) = tags(figure, "circle")
    (bar,) = tags(figure, "path")
    assert number(dot, "cx") == 240  # 8 + 464 / 2
    assert re.findall(r"[ML]([\d.]+) ", bar.get("d")) == ["124", "356"]  # 8 + 464 / 4, 8 + 464 * 3 / 4


def test_what_lies_outside_the_scale_is_drawn_up_to_its_end():
    figure = intervals([Row("a", [Estimate(98, -10, 120)])], Scale(0, 100), **WORDS)
    assert re.findall(r"[ML]([\d.]+) ", tags(figure, "path")[0].get("d")) == ["8", "472"]


def test_the_threshold_stands_at_its_value_in_every_drawn_row():
    rows = [Row("a", [Estimate(50)]), Row("b", [None]), Row("c", [Estimate(60)])]
    dashed = [
        mark.get("d").split()[0]
        for mark in tags(intervals(rows, Scale(0, 100), threshold=(62.5, "limit"), **WORDS), "path")
        if mark.get("stroke-dasharray")
    ]
    assert dashed[1:] == ["M298", "M298"]  # 8 + 464 * 0.625; the first is the legend's


def test_lanes_stand_in_the_order_given_and_one_s_own_is_filled():
    rows = [Row("b", [Estimate(80)]), Row("a", [Estimate(20)]), Row("c", [None], "<5")]
    figure = caterpillar(rows, Scale(0, 100), own="a", **WORDS)
    assert texts(figure) == ["b", "a", "c", "<5"]
    (other,) = tags(figure, "circle")
    (own,) = [path for path in tags(figure, "path") if path.get("d").endswith("Z")]
    assert number(other, "cy") == 10
    assert re.findall(r"L[\d.]+ ([\d.]+)", own.get("d"))[0] == "30"


def plane_marks(figure):
    """Centres of the hollow points and of the filled one, legend apart."""
    hollow = [(number(mark, "cx"), number(mark, "cy")) for mark in tags(figure, "circle")]
    filled = [path.get("d") for path in tags(figure, "path") if path.get("d").endswith("Z")]
    return hollow, [re.findall(r"[ML]([\d.]+) ([\d.]+)", path) for path in filled]


def test_a_point_of_a_funnel_stands_at_its_count_and_its_mean():
    figure = funnel([Point("a", 0, 100), Point("b", 150, 0), Point("c", 75, 50, True)], **PLANE, **WORDS)
    (first, second), ((top, right, *_),) = plane_marks(figure)
    assert second[1] - first[1] == pytest.approx(240)
    assert second[0] == 470
    assert float(top[0]) == pytest.approx((first[0] + second[0]) / 2, abs=0.01)
    assert float(right[1]) == pytest.approx((first[1] + second[1]) / 2, abs=0.01)


def test_the_limits_of_a_funnel_are_drawn_on_both_sides_of_the_target():
    bands = [Band("inner", [(10, 60, 90), (100, 70, 80)]), Band("outer", [(10, 50, 100), (100, 65, 85)])]
    figure = funnel([Point("a", 50, 75)], **PLANE, bands=bands, **WORDS)
    dashes = [path.get("stroke-dasharray") for path in tags(figure, "path")]
    assert dashes.count("6 3") == dashes.count("2 3") == 3  # the legend, below, above


def test_points_of_a_map_that_fall_together_are_moved_apart_with_a_line_to_their_place():
    points = [Point("a", 50, 50), Point("b", 50, 50), Point("c", 90, 90)]
    figure = priorities(points, HUNDRED, HUNDRED, axes=("x", "y"), **WORDS)
    first, second, third = plane_marks(figure)[0][3:]
    assert second == (first[0], first[1] + 20)
    assert third[1] < first[1]
    assert [path for path in tags(figure, "path") if f"L{second[0]:g} " in path.get("d")]


def test_a_map_of_more_than_twelve_points_is_refused():
    with pytest.raises(CoursewavesError, match="A map has 13 points; give 12 at the most"):
        priorities([Point("a", 50, 50)] * 13, HUNDRED, HUNDRED, axes=("x", "y"), **WORDS)


def test_a_share_is_as_long_as_its_number_and_its_whisker_ends_at_the_interval():
    figure = shares([Row("a", [Estimate(0.5, 0.25, 0.75)], "50 %")], Scale(0, 1), **WORDS)
    track, bar = tags(figure, "rect")
    assert (number(track, "width"), number(bar, "x"), number(bar, "width")) == (480, 1, 239)
    assert re.findall(r"[ML]([\d.]+) ", tags(figure, "path")[0].get("d")) == ["120.5", "359.5"]


def test_a_missing_step_is_absent_and_the_line_passes_it():
    row = Row("a", [Estimate(100), None, Estimate(50)])
    figure = chain([row], Scale(0, 100), ["x", "y", "z"], **WORDS)
    line = tags(figure, "path")[4]  # the legend has three bars and a diamond
    (first, _), (last, _) = (point.split() for point in line.get("d")[1:].split("L"))
    assert (first, last) == ("472", "240")
    assert len(tags(figure, "circle")) == 2  # one in the legend, one in the row
    assert len(tags(figure, "rect")) == 2  # the legend's square and the row's band: no square in the row


def test_the_steps_have_three_shapes():
    row = Row("a", [Estimate(10), Estimate(20), Estimate(30)])
    figure = chain([row], Scale(0, 100), [], **WORDS)
    closed = [path for path in tags(figure, "path") if path.get("d").endswith("Z")]
    assert (len(tags(figure, "circle")), len(tags(figure, "rect")) - 1, len(closed)) == (1, 1, 1)


@pytest.mark.parametrize(
    "figure",
    [
        likert([LikertRow("a", None, "<5")], ["legend"] * 5, **WORDS),
        shares([Row("a", [None], "<5")], ONE, **WORDS),
        shares([Row("a", [], "<5")], ONE, **WORDS),
        intervals([Row("a", [None, None], "<5")], HUNDRED, **WORDS),
        chain([Row("a", [Estimate(float("nan"))], "<5")], HUNDRED, [], **WORDS),
    ],
)
def test_a_hidden_row_is_its_label_and_its_note_only(figure):
    assert texts(figure)[-2:] == ["<5", "a"]
    assert not tags(figure, "path") + tags(figure, "circle")
    assert len(tags(figure, "rect")) == texts(figure).count("legend")
    assert "nan" not in figure.svg


@pytest.mark.parametrize(
    "figure",
    [
        likert([], DEGREES, **WORDS),
        shares([], ONE, **WORDS),
        intervals([], HUNDRED, series=["a"], **WORDS),
        chain([], HUNDRED, STEP_NAMES, **WORDS),
        caterpillar([], HUNDRED, **WORDS),
        funnel([Point("a", NAN, 50), Point("b", 50, NAN)], **PLANE, **WORDS),
        priorities([], HUNDRED, HUNDRED, axes=("x", "y"), **WORDS),
    ],
)
def test_a_figure_without_rows_says_so(figure):
    assert texts(figure) == ["Дерек жоқ"]


@given(st.lists(st.lists(st.integers(0, 400), min_size=5, max_size=5), min_size=1, max_size=6))
def test_bars_are_equally_long_and_stay_inside(rows):
    figure = likert([LikertRow("a", counts) for counts in rows], DEGREES, **WORDS)
    bars = tags(figure, "rect")[5:]
    lengths = {}
    for bar in bars:
        lengths[bar.get("y")] = lengths.get(bar.get("y"), 0) + number(bar, "width")
        assert 0.99 <= number(bar, "x") <= number(bar, "x") + number(bar, "width") <= 479.02
    assert len(lengths) == sum(any(counts) for counts in rows)
    assert not lengths or max(lengths.values()) - min(lengths.values()) < 0.06


# A caller's mistakes


@pytest.mark.parametrize("counts", [(1, 2), (1, 2, 3, -1, 0), (1, 2, 3, 4, float("nan")), ()])
def test_counts_that_do_not_fit_the_categories_are_refused_without_naming_them(counts):
    with pytest.raises(CoursewavesError, match=rf"^A row has {len(counts)} counts; give one"):
        likert([LikertRow("a", counts)], DEGREES, **WORDS)


@pytest.mark.parametrize("categories", [0, 8])
def test_more_than_seven_categories_or_none_are_refused(categories):
    with pytest.raises(CoursewavesError, match="Possible values: '1'"):
        diverging(categories)


def test_a_series_without_a_mark_is_refused():
    with pytest.raises(CoursewavesError, match="3 estimates; give 2"):
        intervals([Row("a", [None, None, None])], HUNDRED, **WORDS)


def test_a_scale_without_length_is_refused():
    with pytest.raises(CoursewavesError, match="from 100 to 100"):
        shares([Row("a", [Estimate(1)])], Scale(100, 100), **WORDS)


# Colours. Matrices for complete dichromacy: Machado, Oliveira & Fernandes (2009), IEEE TVCG 15(6), table of
# severity 1.0, on linear RGB. Lab and difference: CIE 1976, white D65.

SIGHTS = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}


def lab(colour, sight):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    seen = [min(max(sum(m * c for m, c in zip(row, linear, strict=True)), 0), 1) for row in SIGHTS[sight]]
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [sum(m * c for m, c in zip(row, seen, strict=True)) for row in to_xyz]
    ratios = [value / white for value, white in zip(xyz, (0.9505, 1, 1.089), strict=True)]
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in ratios)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(one, other, sight):
    return sum((a - b) ** 2 for a, b in zip(lab(one, sight), lab(other, sight), strict=True)) ** 0.5


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("categories", range(2, 8))
def test_neighbouring_categories_differ_for_every_sight(categories, sight):
    assert all(difference(one, other, sight) > 12 for one, other in pairwise(diverging(categories)))


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("categories", range(2, 8))
def test_the_two_ends_are_never_confused(categories, sight):
    colours = diverging(categories)
    assert difference(colours[0], colours[-1], sight) > 40


@pytest.mark.parametrize("sight", SIGHTS)
def test_steps_of_a_chain_differ_for_every_sight(sight):
    assert all(difference(one, other, sight) > 15 for one, other in combinations(STEPS, 2))


@pytest.mark.parametrize("categories", range(2, 8))
def test_grey_print_darkens_from_the_middle_outwards(categories):
    light = [lab(colour, "full")[0] for colour in diverging(categories)]
    low, high = light[: (categories + 1) // 2][::-1], light[categories // 2 :]
    for side in (low, high):
        assert all(inner - outer > 8 for inner, outer in pairwise(side))


@pytest.mark.parametrize("colour", sorted({colour for n in range(1, 8) for colour in diverging(n)}))
def test_counts_are_legible_in_their_segments(colour):
    assert contrast(ink_on(colour), colour) >= 4.5


def test_words_and_marks_stand_out_from_paper_and_band():
    assert min(contrast(INK, PAPER), contrast(QUIET, PAPER)) >= 4.5
    assert min(contrast(colour, TRACK) for colour in (*STEPS, INK)) >= 4.5
    assert min(contrast(INK, BAR), contrast(CENTRE, PAPER)) >= 3


def test_luminance_and_contrast_are_those_of_wcag():
    # WCAG 2.2, contrast ratio: black and white give 21:1; #767676 is the lightest grey above 4.5:1 on white
    assert luminance(PAPER) == pytest.approx(1)
    assert contrast("#000000", PAPER) == pytest.approx(21)
    assert contrast(PAPER, "#767676") >= 4.5 > contrast(PAPER, "#777777")


# In a browser


@pytest.fixture(scope="module")
def page():
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("no chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser.new_page(viewport={"width": 900, "height": 800})
        browser.close()


BOXES = """() => {
  const svg = document.querySelector('svg');
  return [...svg.querySelectorAll('text')].map(text => {
    const box = text.getBBox();
    return [box.x, box.y, box.x + box.width, box.y + box.height, text.textContent];
  });
}"""


@pytest.mark.browser
def test_a_page_that_forbids_everything_shows_every_figure_without_a_complaint(page):
    complaints = []
    policy = {"content-type": "text/html; charset=utf-8", "content-security-policy": "default-src 'none'"}
    body = "<!doctype html>" + "".join(figure.svg for figure in ALL)
    page.on("console", lambda message: complaints.append(message.text))
    page.route("http://figures.test/", lambda route: route.fulfill(body=body, headers=policy))
    page.goto("http://figures.test/")
    assert page.locator("svg[role=img]").count() == len(ALL)
    assert page.locator("svg rect").first.evaluate("mark => getComputedStyle(mark).fill") == "rgb(163, 79, 8)"
    assert complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("figure", ALL)
def test_no_words_leave_the_drawing_or_stand_on_others(page, figure):
    page.set_content(f"<!doctype html><meta charset='utf-8'>{figure.svg}")
    boxes = page.evaluate(BOXES)
    assert len(boxes) == figure.svg.count("<text ")
    for left, top, right, bottom, words in boxes:
        assert left >= -1 and right <= 481, words
        assert top >= -1 and bottom <= figure.height + 1, words
    for one, other in combinations(boxes, 2):
        across = min(one[2], other[2]) - max(one[0], other[0])
        down = min(one[3], other[3]) - max(one[1], other[1])
        assert across <= 0.5 or down <= 0.5, (one, other)
