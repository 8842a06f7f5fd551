"""Draw the same three figures in three ways and measure what each way costs and gives.

``python benchmarks/drawing.py`` prints the table of docs/drawing.md (needs the extra ``bench``);
``--save FOLDER`` keeps the drawings, to be looked at.
"""

import argparse
import gzip
import io
import random
import re
import statistics
import textwrap
from pathlib import Path
from time import perf_counter
from xml.etree import ElementTree

import altair
import matplotlib as mpl
import vl_convert
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from coursewaves.charts import Estimate, LikertRow, Row, Scale, chain, intervals, likert
from coursewaves.charts.palette import HAIRLINE, STEPS, contrast, diverging, ink_on

PHONE = 390
WORDS = {"title": "Figure", "alt": "What the figure shows", "empty": "No data"}
DEGREES = ["мүлдем жоқ", "аз дәрежеде", "орташа дәрежеде", "жоғары дәрежеде", "толық дәрежеде"]
ITEMS = {
    "Бағдарламаның мазмұны менің кәсіби қажеттілігіме толық сай болды": (0, 1, 4, 12, 15),
    "Курс алдыма қойған мақсатыма жетуге көмектесті": (1, 2, 6, 11, 12),
    "Курстың деңгейі қызметім мен тәжірибеме сай болды": (0, 0, 3, 9, 20),
    "Алған білімім мен дағдыларым мен үшін жаңа болды": (0, 2, 5, 14, 11),
    "Теория мен практиканың теңгерімі сақталды": (3, 6, 9, 8, 6),
    "Белсенді оқыту әдістері қолданылды (тапсырма, кейс, көрсету)": (0, 1, 2, 8, 21),
    "Жаттығу мен кері байланысқа берілген уақыт жеткілікті болды": (2, 5, 8, 10, 7),
    "Оқытушылардың пәндік білімі жоғары деңгейде болды": (0, 0, 0, 4, 28),
    "Оқытушылардың тыңдаушылармен қарым-қатынасы": (0, 0, 1, 5, 26),
    "Оқу материалдарының күнделікті жұмыста практикалық маңызы бар": (0, 2, 4, 13, 13),
    "Бөлме, платформа және жабдық ыңғайлы болды": (5, 8, 9, 6, 4),
    "Топтағы жағдай және тыңдаушылардың көңіл-күйі": (0, 0, 0, 0, 32),
}
CRITERIA = {
    "Қажеттіліктеріне және мақсаттарына сәйкестігі": (78, 72, 85),
    "Өзінің білімі мен дағдыларын өзі бағалауы": (69, 61, 77),
    "Алған білімінің өзектілігі мен жаңалығы": (81, 76, 87),
    "Оқу материалдарының пайдалылығы мен практикалық маңыздылығы": (75, 68, 81),
    "Практикада қолдануға ылайықтылығы": (58, 49, 68),
    "Курстың мазмұнына, оқыту сапасына және ұйымдастырылуына қанағаттану дәрежесі": (84, 80, 88),
}
STEP_NAMES = ["Күту (курс басында)", "Тәжірибе (курс соңында)", "Қолдану (кейін)"]
CONSTRUCTS = {
    "Қажеттіліктерге сәйкестік": ((88, 84, 92), (78, 72, 84), (75, 66, 84)),
    "Білімнің жаңалығы": ((91, 88, 94), (81, 76, 87), None),
    "Материалдардың пайдалылығы": ((90, 86, 94), (75, 68, 81), (77, 69, 85)),
    "Қолдануға ылайықтылығы және қолданылуы": ((86, 81, 91), (83, 78, 88), (54, 44, 64)),
    "Оқыту сапасы": ((87, 83, 91), (89, 86, 92), (84, 76, 92)),
    "Ұйымдастырудың ыңғайлылығы": ((85, 80, 90), (71, 63, 79), None),
}
TICKS = (0, 25, 50, 75, 100)


# The project's own charts


def own_likert():
    rows = [LikertRow(label, counts, f"n = {sum(counts)}") for label, counts in ITEMS.items()]
    return likert(rows, DEGREES, **WORDS).svg


def own_intervals():
    rows = [Row(label, [Estimate(*numbers)], str(numbers[0])) for label, numbers in CRITERIA.items()]
    return intervals(rows, scale(), **WORDS).svg


def own_chain():
    rows = [Row(label, [Estimate(*step) if step else None for step in steps]) for label, steps in CONSTRUCTS.items()]
    return chain(rows, scale(), STEP_NAMES, **WORDS).svg


def scale():
    return Scale(0, 100, [(tick, str(tick)) for tick in TICKS])


# Matplotlib with as few artists as there can be: one collection a figure, no pyplot, no tight box


def matplotlib_likert():
    figure, axes = canvas(list(ITEMS), 6.2)
    boxes, colours = [], []
    for place, left, width, count, colour in segments():
        boxes.append(Rectangle((left, place - 0.3), width, 0.6))
        colours.append(colour)
        if width > 0.06:
            ink = ink_on(colour)
            axes.text(left + width / 2, place, count, ha="center", va="center", color=ink, fontsize=9)
    axes.add_collection(PatchCollection(boxes, facecolors=colours, edgecolors="white"))
    axes.set_xlim(-1, 1)
    axes.set_xticks([])
    keys = [Patch(color=colour) for colour in diverging(5)]
    figure.legend(keys, DEGREES, loc="upper left", ncols=3, frameon=False, fontsize=9)
    return saved(figure)


def matplotlib_intervals():
    figure, axes = canvas(list(CRITERIA), 3.6)
    lines = [[(low, place), (high, place)] for place, (_, low, high) in enumerate(CRITERIA.values())]
    axes.add_collection(LineCollection(lines, colors=STEPS[1]))
    axes.scatter([value for value, _, _ in CRITERIA.values()], range(len(CRITERIA)), color=STEPS[1])
    return saved(figure)


def matplotlib_chain():
    figure, axes = canvas(list(CONSTRUCTS), 4.2)
    for number, (marker, colour) in enumerate(zip("osD", STEPS, strict=True)):
        there = [(place, steps[number]) for place, steps in enumerate(CONSTRUCTS.values()) if steps[number]]
        heights = [place + (number - 1) * 0.22 for place, _ in there]
        ends = zip(heights, there, strict=True)
        lines = [[(low, height), (high, height)] for height, (_, (_, low, high)) in ends]
        axes.add_collection(LineCollection(lines, colors=colour))
        values = [step[0] for _, step in there]
        axes.scatter(values, heights, marker=marker, color=colour, label=STEP_NAMES[number])
    ways = [
        [(step[0], place + (number - 1) * 0.22) for number, step in enumerate(steps) if step]
        for place, steps in enumerate(CONSTRUCTS.values())
    ]
    axes.add_collection(LineCollection(ways, colors=STEPS[0], linewidths=0.8))
    figure.legend(loc="upper left", ncols=3, frameon=False, fontsize=9)
    return saved(figure)


def canvas(labels, height):
    figure = Figure(figsize=(7, height))
    axes = figure.add_axes((0.42, 0.08, 0.55, 0.8))
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_xlim(0, 100)
    axes.set_xticks(TICKS)
    axes.set_yticks(range(len(labels)), [textwrap.fill(label, 34) for label in labels], fontsize=9)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.grid(axis="x", color=HAIRLINE)
    axes.set_axisbelow(True)
    return figure, axes


def saved(figure):
    target = io.StringIO()
    figure.savefig(target, format="svg", metadata={"Title": WORDS["title"], "Date": None})
    return target.getvalue()


# Altair, drawn by vl-convert without a browser


def altair_likert():
    names = list(ITEMS)
    values = [
        {
            "label": textwrap.fill(names[place], 34),
            "low": left,
            "high": left + width,
            "middle": left + width / 2,
            "count": count if width > 0.06 else "",
            "colour": colour,
            "ink": ink_on(colour),
            "degree": DEGREES[diverging(5).index(colour)],
        }
        for place, left, width, count, colour in segments()
    ]
    base = altair.Chart(altair.Data(values=values)).encode(y=rows_axis())
    shades = altair.Scale(domain=DEGREES, range=diverging(5))
    bars = base.mark_bar(stroke="white").encode(
        x=altair.X("low:Q", axis=None),
        x2="high:Q",
        color=altair.Color("degree:N", scale=shades, legend=top_legend()),
    )
    ink = altair.Color("ink:N", scale=None)
    counts = base.mark_text(fontSize=12).encode(x="middle:Q", text="count:N", color=ink)
    return converted((bars + counts).properties(width=370, height=500))


def altair_intervals():
    values = [
        {"label": textwrap.fill(label, 34), "value": value, "low": low, "high": high}
        for label, (value, low, high) in CRITERIA.items()
    ]
    base = altair.Chart(altair.Data(values=values)).encode(y=rows_axis())
    bars = base.mark_rule(color=STEPS[1], strokeWidth=2).encode(x=index("low"), x2="high:Q")
    dots = base.mark_point(color=STEPS[1], filled=True, size=80).encode(x=index("value"))
    return converted((bars + dots).properties(width=370, height=260))


def altair_chain():
    values = [
        {"label": label, "step": name, "value": step[0], "low": step[1], "high": step[2]}
        for label, steps in CONSTRUCTS.items()
        for name, step in zip(STEP_NAMES, steps, strict=True)
        if step
    ]
    for entry in values:
        entry["label"] = textwrap.fill(entry["label"], 34)
    colour = altair.Color("step:N", scale=altair.Scale(domain=STEP_NAMES, range=STEPS), legend=top_legend())
    lane = altair.YOffset("step:N", scale=altair.Scale(domain=STEP_NAMES, paddingOuter=1))
    base = altair.Chart(altair.Data(values=values)).encode(y=rows_axis(), yOffset=lane)
    shapes = altair.Scale(domain=STEP_NAMES, range=["circle", "square", "diamond"])
    shape = altair.Shape("step:N", scale=shapes)
    lines = base.mark_line(color=STEPS[0], strokeWidth=1).encode(x=index("value"), detail="label:N")
    bars = base.mark_rule(strokeWidth=2).encode(x=index("low"), x2="high:Q", color=colour)
    dots = base.mark_point(filled=True, size=80, opacity=1)
    dots = dots.encode(x=index("value"), color=colour, shape=shape)
    return converted((lines + bars + dots).properties(width=370, height=320))


def rows_axis():
    axis = altair.Axis(labelExpr="split(datum.label, '\\n')", labelLimit=0, labelFontSize=12, ticks=False)
    return altair.Y("label:N", sort=None, title=None, axis=axis)


def index(field):
    axis = altair.Axis(values=list(TICKS), labelFontSize=12, title=None)
    return altair.X(f"{field}:Q", scale=altair.Scale(domain=[0, 100]), axis=axis)


def top_legend():
    return altair.Legend(orient="top", title=None, columns=3, labelFontSize=12, labelLimit=0)


def converted(chart):
    chart = chart.properties(title="", description=WORDS["alt"]).configure_view(stroke=None)
    return vl_convert.vegalite_to_svg(chart.to_dict())


def segments():
    """Yield row, left edge, width, count and colour of every segment, in shares from the centre."""
    for place, counts in enumerate(ITEMS.values()):
        total = sum(counts)
        left = -(sum(counts[:2]) + counts[2] / 2) / total
        for count, colour in zip(counts, diverging(5), strict=True):
            if count:
                yield place, left, count / total, count, colour
            left += count / total


# Measuring

WAYS = {
    "likert": {"own": own_likert, "matplotlib": matplotlib_likert, "altair": altair_likert},
    "intervals": {"own": own_intervals, "matplotlib": matplotlib_intervals, "altair": altair_intervals},
    "chain": {"own": own_chain, "matplotlib": matplotlib_chain, "altair": altair_chain},
}


def timed(draw):
    began = perf_counter()
    draw()
    return perf_counter() - began


def rounds_of(ways, rounds):
    """Return seconds by way and round, shuffled within a round; the first, cold round is left out."""
    seconds = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name in random.sample(list(ways), len(ways)):
            seconds[name].append(timed(ways[name]))
    return {name: values[1:] for name, values in seconds.items()}


def facts(svg):
    root = ElementTree.fromstring(svg)
    names = [mark.tag.rpartition("}")[2] for mark in root.iter()]
    words = [mark for mark in root.iter() if mark.tag.endswith("}text") and "".join(mark.itertext()).strip()]
    width = float(root.get("viewBox").split()[2])
    sizes = [float(size) for size in re.findall(r'(?:font: |font-size[=:] ?["\']?)([\d.]+)', svg)]
    fills = set(re.findall(r'<text[^>]*?fill(?:="|: )(#[0-9a-f]{3,6})', svg)) - {"#ffffff", "#fff"}
    return {
        "bytes": len(svg.encode()),
        "gzip": len(gzip.compress(svg.encode(), mtime=0)),
        "texts": len(words),
        "role": root.get("role") or "-",
        "title": "yes" if "title" in [child.tag.rpartition("}")[2] for child in root] else "no",
        "desc": "yes" if "desc" in names else ("aria-label" if "aria-label=" in svg else "no"),
        "styles": svg.count("style=") + names.count("style"),
        "smallest": min(sizes) * PHONE / width,
        "contrast": min(contrast(longhand(fill), "#ffffff") for fill in fills | {"#000000"}),
    }


def longhand(colour):
    return colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--save", type=Path)
    options = parser.parse_args()
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "drawing", "font.family": "DejaVu Sans"})
    print("| figure | way | ratio | ms |", " | ".join(facts("<svg viewBox='0 0 1 1' font-size='1'/>")), "|")
    print("|---" * 13 + "|")
    for figure, ways in WAYS.items():
        seconds = rounds_of(ways, options.rounds)
        for name, draw in ways.items():
            svg = draw()
            if options.save:
                options.save.mkdir(parents=True, exist_ok=True)
                (options.save / f"{figure}-{name}.svg").write_text(svg, encoding="utf-8")
            pairs = zip(seconds[name], seconds["own"], strict=True)
            ratio = statistics.median(one / own for one, own in pairs)
            took = 1000 * statistics.median(seconds[name])
            found = facts(svg)
            cells = [figure, name, f"{ratio:.0f}", f"{took:.2f}", *found.values()]
            cells[-2:] = f"{found['smallest']:.1f}", f"{found['contrast']:.1f}"
            print("| " + " | ".join(map(str, cells)) + " |")


if __name__ == "__main__":
    main()
