"""Attack published reports: solve their figures for groups of one to four people (promise P10, tests T42-T46).

    python tools/attack.py REPORTS [REPORTS ...] [--truth HOME [HOME ...]]

Each folder is what one reader kept of one day; a folder for each day, in their order. Everything is read from the pages
as they stand. With the work folders of the same days the tool says how many of its claims are true. Exit code 1 says
that there is a true one, or without the truth any.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.optimize import linprog

sys.path.insert(0, str(Path(__file__).parent))
from attack_groups import groups_by_files, groups_named
from attack_pages import FEW, Bar, Claim, Line, Page, read_pages
from attack_scores import alone_by_steps, changed_numbers, changed_spreads, left_out, parts_of_means, shown_small

STEP = 25.0
"""Between two neighbouring steps of a scale of five, on 0-100."""


def attack(releases: list[list[Page]]) -> list[Claim]:
    """Make every claim that the pages of some releases allow."""
    claims: list[Claim] = []
    for pages in releases:
        claims += [claim for one in ATTACKS for claim in one(pages)]
    for earlier, later in combinations(releases, 2):
        claims += [claim for one in ON_TWO for claim in one(earlier, later)]
    return list(dict.fromkeys(claims))


# Two releases ----------------------------------------------------------------------------------------


def between(earlier: list[Page], later: list[Page]) -> Iterator[Claim]:
    """Take the earlier figures from the later ones, wherever both pages show the same."""
    before = {bar.place: bar.counts for page in earlier for bar in page.bars}
    for bar in (bar for page in later for bar in page.bars if bar.place in before):
        moves = [new - old for old, new in zip(before[bar.place], bar.counts, strict=True)]
        told = tuple(tuple(max(sign * move, 0) for move in moves) for sign in (1, -1))
        if 0 < sum(map(sum, told)) < FEW:
            yield Claim("between releases", bar.place, max(map(sum, told)), told)
    rows = {line.place: line for page in earlier for line in page.lines}
    for line in (line for page in later for line in page.lines if line.place in rows):
        yield from _changed(rows[line.place].head, rows[line.place].cells, line.cells, line.place)


def _changed(
    head: tuple[str, ...], old: tuple[str, ...], new: tuple[str, ...], place: tuple[str, ...]
) -> Iterator[Claim]:
    """Compare the numbers of answers in one row, and where a mean stands beside them what the new ones said."""
    for name, before, after in zip(head, old, new, strict=False):
        numbers = [re.match(r"(\d+)(?: \(\d+%\)| / .*)?$", cell) for cell in (before, after)]
        if not name.startswith(("Answer", "Monitoring", "Kept", "Ratings", "In this")) or not all(numbers):
            continue
        n_old, n_new = (int(found[1]) for found in numbers if found)
        if 0 < abs(n_new - n_old) < FEW:
            told = _mean_of_new(head, old, new, n_old, n_new)
            yield Claim("between releases", (*place, name), abs(n_new - n_old), told)


def _mean_of_new(
    head: tuple[str, ...], old: tuple[str, ...], new: tuple[str, ...], n_old: int, n_new: int
) -> tuple[float, float] | tuple[()]:
    names = [place for place, name in enumerate(head) if name.startswith(("Mean", "Usefulness"))]
    means = [re.match(r"(\d+)", cells[names[0]]) if names else None for cells in (old, new)]
    if not all(means):
        return ()
    m_old, m_new = (float(found[1]) for found in means if found)
    width = (n_old + n_new) / 2 / abs(n_new - n_old)
    middle = (n_new * m_new - n_old * m_old) / (n_new - n_old)
    return max(middle - width, 0.0), min(middle + width, 100.0)


# Linked people against all (T44) ---------------------------------------------------------------------


def pairs(pages: list[Page]) -> Iterator[Claim]:
    """Take what the linked people tell of a pair from what all tell: the rest answered one side alone.

    The two sums are exact where each side is one question whose bar is shown; only the difference is rounded.
    """
    bars = {(bar.place[1], bar.place[2], bar.place[5]): bar for page in pages for bar in page.bars}
    questions = _questions()
    for page in pages:
        for line in page.lines:
            name, _, design = line.cells[0].rpartition(" (")
            sides = [bars.get((page.subject_id, *place)) for place in questions.get(name, ())]
            if design == "paired)" and len(sides) == 2 and all(sides):
                n_both = re.search(rf"{re.escape(name)}: [^L]*Linked participants: (\d+)", page.text)
                yield from _alone(line, [side for side in sides if side], int(n_both[1])) if n_both else ()


@cache
def _questions() -> dict[str, list[tuple[str, str]]]:
    """Return for each declared pair of single questions their sections and wordings: the questionnaires are public."""
    from coursewaves.survey.files import load_survey  # noqa: PLC0415

    survey = load_survey()
    found = {}
    for pair in (pair for construct in survey.constructs for pair in construct.pairs):
        if len(pair.earlier) == len(pair.later) == 1:
            names = [name for side in (pair.earlier, pair.later) for name in side]
            places = [
                (f"wave-{survey.instrument_of(name).id.lower()}", survey.item(name).wording("en")) for name in names
            ]
            found[pair.wording("en")] = places
    return found


def _alone(line: Line, sides: list[Bar], n_both: int) -> Iterator[Claim]:
    numbers = [sum(side.counts) for side in sides]
    people = sum(numbers) - 2 * n_both
    found = re.match(r"[+−]?\d+", line.cells[2])
    if not 0 < people < FEW or not found:
        return
    middle = sides[1].total - sides[0].total - n_both * int(found[0].replace("−", "-"))
    steps = [STEP * step for step in range(-16, 17) if abs(STEP * step - middle) <= n_both / 2]
    if len(steps) == 1:
        yield Claim("pairs", line.place, people, (steps[0],))


# Parts of a sum --------------------------------------------------------------------------------------


def parts_of_sums(pages: list[Page]) -> Iterator[Claim]:
    """Take the runs that show a figure from the figure of their programme."""
    sums, parts = _means(pages, "programme"), _means(pages, "course")
    for (programme_id, label), (n, mean) in sums.items():
        own = [found for (name, what), found in parts.items() if what == label and name.startswith(f"{programme_id}-")]
        left = n - sum(count for count, _ in own)
        if own and 0 < left < FEW:
            total = n * mean - sum(count * value for count, value in own)
            half = (n + sum(count for count, _ in own)) / 2
            yield Claim("part of a sum", ("programme", programme_id, label), left,
                        ((total - half) / left, (total + half) / left))  # fmt: skip


def _means(pages: list[Page], kind: str) -> dict[tuple[str, str], tuple[int, float]]:
    """Return number and mean of each topic, and of the rating, on the pages of one kind."""
    found: dict[tuple[str, str], tuple[int, float]] = {}
    for page in (page for page in pages if page.kind == kind):
        for line in page.lines:
            mean = re.match(r"(\d+) \(", line.cell("Usefulness"))
            n = line.number("Answers")
            if n is not None and mean:
                found[page.subject_id, line.cells[0]] = n, float(mean[1])
        sentence = "The programme over all its runs" if kind == "programme" else "Rating of this course"
        told = re.search(rf"{sentence}: (\d+) of 100 \([^)]*n = (\d+)\)", page.text)
        if told:
            found[page.subject_id, "rating"] = int(told[2]), float(told[1])
    return found


# Counts ----------------------------------------------------------------------------------------------


def counts(pages: list[Page]) -> Iterator[Claim]:
    """Bound the number of answers of every hidden wave of a course by all sums that count every form."""
    shown, hidden = _cells(pages)
    sums = [*_sums_of_files(pages), *_sums_of_coverage(pages), *_sums_of_results(pages, shown)]
    order = {cell: place for place, cell in enumerate(sorted(hidden))}
    rows, left = [], []
    for is_inside, total in sums:
        row = np.zeros(len(order))
        row[[place for cell, place in order.items() if is_inside(cell)]] = 1
        if row.any():
            rows.append(row)
            left.append(total - sum(n for cell, n in shown.items() if is_inside(cell)))
    for cell, place in order.items() if rows else ():
        ends = _ends(np.array(rows), np.array(left), place)
        if ends and ends[1] - ends[0] < FEW - 1 and ends[1] > 0:
            yield Claim("count", cell, round(ends[1]), ends)


def _ends(rows: np.ndarray, left: np.ndarray, place: int) -> tuple[int, int] | None:
    """Return the least and the most that a hidden number can be; None where the sums do not count every form."""
    aim = np.zeros(rows.shape[1])
    aim[place] = 1
    bounds = [(0, FEW - 1)] * rows.shape[1]
    ends = [linprog(sign * aim, A_eq=rows, b_eq=left, bounds=bounds, method="highs") for sign in (1, -1)]
    if any(end.status for end in ends):
        return None
    return int(np.ceil(ends[0].fun - 1e-6)), int(np.floor(-ends[1].fun + 1e-6))


def _cells(pages: list[Page]) -> tuple[dict[tuple[str, str], int], set[tuple[str, str]]]:
    """Return the shown numbers of answers by course and wave, and the hidden ones."""
    shown: dict[tuple[str, str], int] = {}
    hidden: set[tuple[str, str]] = set()
    for page in (page for page in pages if page.kind == "course"):
        for line in page.lines:
            if line.place[3] == "Invited and answered, by wave":
                cell = (page.subject_id, line.cells[0].removeprefix("Monitoring "))
                n = line.number("Answered")
                shown |= {cell: n} if n is not None else {}
                hidden |= {cell} if n is None else set()
    return shown, hidden


def _sums_of_files(pages: list[Page]) -> Iterator[tuple[object, int]]:
    """Yield what all files of a programme and wave kept, where they say it exactly."""
    waves = {"A": "1", "B": "2", "C": "3"}
    found: dict[tuple[str, str], list[int | None]] = {}
    for line in (line for page in pages if page.kind == "intake" for line in page.lines):
        name = re.search(r"(P\d+)_.* \(([ABC])\)$", line.cells[0])
        if name and line.place[3] == "Files and their records":
            found.setdefault((name[1], waves[name[2]]), []).append(line.number("Kept"))
    for (programme_id, wave), kept in found.items():
        if all(n is not None for n in kept):
            yield _inside(f"{programme_id}-", wave), sum(n or 0 for n in kept)


def _sums_of_coverage(pages: list[Page]) -> Iterator[tuple[object, int]]:
    """Yield how many of a programme answered the sample wave, unless the page says that small courses are left out."""
    for page in (page for page in pages if page.kind == "sample"):
        for line in page.lines:
            n, name = line.number("Answered"), re.fullmatch(r"— .*\((P\d+)\)", line.cells[0])
            if n is not None and name and "are left out; where a share" not in page.text:
                yield _inside(f"{name[1]}-", "3"), n


def _sums_of_results(pages: list[Page], shown: dict[tuple[str, str], int]) -> Iterator[tuple[object, int]]:
    """Yield the answers to each wave in all courses, where that is more than the courses show."""
    order = {"a": "1", "b": "2", "c": "3"}
    for page in (page for page in pages if page.kind == "period"):
        for number in page.results.numbers:
            wave = order.get(number.place[4]) if len(number.place) > 4 and number.place[2] == "respondents" else None
            if wave and number.name == "n" and number.value > sum(n for cell, n in shown.items() if cell[1] == wave):
                yield _inside("", wave), int(number.value)


def _inside(prefix: str, wave: str) -> object:
    return lambda cell: cell[0].startswith(prefix) and cell[1] == wave


def subgroups(pages: list[Page]) -> Iterator[Claim]:
    """Take the shown groups of participants from all who answered: what is left is hidden, or said nothing."""
    for page in (page for page in pages if page.kind == "course"):
        waves = {line.cells[0]: line.number("Answered") for line in page.lines if line.place[3].startswith("Invited")}
        groups: dict[tuple[str, str], list[int | None]] = {}
        for line in page.lines:
            found = re.match(r"Contingent of the respondents, (.*)", line.place[3])
            if found:
                groups.setdefault((found[1], line.cells[0].split(" — ")[0]), []).append(line.number("Answers"))
        for (wave, item), members in groups.items():
            left = (waves.get(wave) or 0) - sum(n or 0 for n in members)
            if members.count(None) and 0 < left < FEW:
                yield Claim("subgroup", (page.subject_id, wave, item), left, (left, left))


ATTACKS = (
    pairs, parts_of_sums, counts, subgroups, shown_small, left_out, alone_by_steps, parts_of_means, groups_named,
    groups_by_files,
)  # fmt: skip
"""Everything that is tried on the pages of one release."""

ON_TWO = (between, changed_numbers, changed_spreads)
"""Everything that is tried on the pages of two."""


# The command -----------------------------------------------------------------------------------------


def summary(claims: Iterable[Claim], true: Iterable[Claim] | None) -> list[str]:
    """Say how many claims of each kind there are, and how many of them are true."""
    made, sound = Counter(claim.kind for claim in claims), Counter(claim.kind for claim in true or ())
    told = [
        f"{kind}: {n} claims" + ("" if true is None else f", {sound[kind]} true") for kind, n in sorted(made.items())
    ]
    return told or ["nothing follows about fewer than five people"]


def main(arguments: list[str] | None = None) -> int:
    """Attack folders of reports from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("reports", nargs="+", type=Path, help="folder of reports, one for each day")
    parser.add_argument("--truth", nargs="*", type=Path, default=[], help="work folder of each of these days")
    parser.add_argument("--list", action="store_true", help="print every claim")
    chosen = parser.parse_args(arguments)
    claims, true = attack([read_pages(folder) for folder in chosen.reports]), None
    if chosen.truth:
        from attack_truth import are_true  # noqa: PLC0415  (needs the library)

        true = are_true(claims, chosen.truth)
    sys.stdout.write("\n".join([*summary(claims, true), *map(str, claims if chosen.list else ())]) + "\n")
    return int(bool(claims if true is None else true))


if __name__ == "__main__":
    sys.exit(main())
