"""Solve published scores for single people: means against the bars they are made of, and against each other."""

import re
from collections.abc import Iterator
from functools import cache
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from attack_pages import FEW, Claim, Page
from attack_planes import Spread
from attack_results import Mean, Number
from scipy.optimize import LinearConstraint, milp

MOVED = re.compile(r"Linked participants: (\d+); higher (\d+), the same (\d+), lower (\d+)\.")
NOT_PEOPLE = re.compile(
    r"n_(needed|runs|courses|files|items|problems|set_aside|duplicate|outside_window|straightlined|read|missing|invited)"
)
"""Numbers of other things than people who answered."""


class Parts(NamedTuple):
    """The answers to the questions of a score, as their bars tell them.

    Attributes
    ----------
    totals
        Of each question its number of answers and their sum, 0-100.
    step
        Between two neighbouring answers.
    """

    totals: list[tuple[int, float]]
    step: float

    @property
    def level(self) -> float:
        """The mean of the questions' means."""
        return sum(total / n for n, total in self.totals) / len(self.totals)


@cache
def _survey() -> Any:
    from coursewaves.survey.files import load_survey  # noqa: PLC0415

    return load_survey()


@cache
def _made_of(wave: str) -> dict[str, list[str]]:
    """Return the questions of each score of a questionnaire, and of each side of its pairs: they are public."""
    from coursewaves.score import composition  # noqa: PLC0415

    survey = _survey()
    ratings = {rating.id for rating in survey.ratings}
    instrument = next(one for one in survey.waves() if one.id.lower() == wave)
    return {name: parts for name, parts in composition(survey, instrument).items() if name not in ratings}


# Who left a question out -----------------------------------------------------------------------------


def left_out(pages: list[Page]) -> Iterator[Claim]:
    """Take the bars of a score's questions from its mean: what differs said those who left a question out.

    A mean over the questions that somebody answered weighs the answers of whoever left one out by more. With k
    questions, of which one is missing, it is their sum by 1 / (k - 1) instead of 1 / k. Where all means of a page are
    those of its questions' means, they are made of these, and nothing follows.
    """
    for page in (page for page in pages if page.kind == "course"):
        for scores in (_scores_of(page), _sides_of(page)):
            known = [(place, mean, parts) for place, columns, mean in scores if (parts := _parts(page, columns))]
            if any(abs(mean.value - parts.level) > mean.half + 1e-6 for _, mean, parts in known):
                for place, mean, parts in known:
                    yield from _incomplete((page.kind, page.subject_id, *place), mean, parts)


def _scores_of(page: Page) -> Iterator[tuple[tuple[str, ...], list[str], Mean]]:
    """Yield every score of a page with its questions."""
    for (wave, name, side), mean in page.means().items():
        if side == "own":
            yield (wave, name), _made_of(wave).get(name, []), mean


def _sides_of(page: Page) -> Iterator[tuple[tuple[str, ...], list[str], Mean]]:
    """Yield both sides of every pair that a page compares, with their questions."""
    pairs = {pair.id: pair for construct in _survey().constructs for pair in construct.pairs}
    rows: dict[str, dict[str, float]] = {}
    for number in page.results.numbers:
        if number.place[2] == "changes" and len(number.place) > 4:
            rows.setdefault(number.place[4], {})[number.name] = number.value
    for name, row in rows.items():
        pair = next((pair for key, pair in pairs.items() if re.sub(r"\W", "_", key.lower()) == name), None)
        for side in ("earlier", "later") if pair and "mean_earlier" in row else ():
            mean = Mean(int(row[f"n_{side}"]), row[f"mean_{side}"], 0.5)
            yield (pair.id, side), _survey().columns_of(getattr(pair, side)), mean


def _parts(page: Page, columns: list[str]) -> Parts | None:
    """Return what the bars tell of some questions; None where one of them is hidden, or their steps differ."""
    shown = {item: counts for (_, item), counts in page.results.counts.items()}
    told = [list(shown[name].values()) for name in columns if name in shown]
    if page.results.hidden & set(columns) or len({len(counts) for counts in told}) != 1 or len(told) < 2:
        return None
    step = 100 / (len(told[0]) - 1)
    return Parts([(sum(counts), sum(n * step * at for at, n in enumerate(counts))) for counts in told], step)


def _incomplete(place: tuple[str, ...], mean: Mean, parts: Parts) -> Iterator[Claim]:
    k = len(parts.totals)
    missing = [mean.n - n for n, _ in parts.totals]
    people = sum(missing)
    if min(missing) < 0 or not 0 < people < FEW:
        return
    weight = 1 / (k - 1) - 1 / k
    middle = (mean.n * mean.value - sum(total for _, total in parts.totals) / k) / weight
    width = mean.n * mean.half / weight + 1e-6
    most = people * (k - 1) * 100
    found = [at for at in np.arange(0, most + 1e-6, parts.step) if abs(at - middle) <= width]
    if len(found) == 1:
        yield Claim("left out", place, people, (round(float(found[0]), 6),))


# Linked people by their steps ------------------------------------------------------------------------


def alone_by_steps(pages: list[Page]) -> Iterator[Claim]:
    """Find what those who answered one side of a pair alone must have said: so many linked people rose and fell."""
    pairs = {pair.wording("en"): pair for construct in _survey().constructs for pair in construct.pairs}
    for page in (page for page in pages if page.kind == "course"):
        shown = {item: list(counts.values()) for (_, item), counts in page.results.counts.items()}
        for section in page.results.result.get("sections", ()):
            for text in section["texts"]:
                found = MOVED.search(text["text"])
                pair = next((pair for name, pair in pairs.items() if text["text"].startswith(f"{name}: ")), None)
                if found and pair and len(pair.earlier) == len(pair.later) == 1:
                    bars = [shown.get(side[0]) for side in (pair.earlier, pair.later)]
                    linked = [int(n) for n in found.groups()]
                    if all(bars) and len(bars[0] or ()) == len(bars[1] or ()):
                        yield from _alone((page.kind, page.subject_id, pair.id), bars, linked)


def _alone(place: tuple[str, ...], bars: list[Any], linked: list[int]) -> Iterator[Claim]:
    """Bound by whole numbers how many of those alone chose each step, given both bars and the linked people's moves."""
    k, (n_both, up, same, down) = len(bars[0]), linked
    people = [sum(bar) - n_both for bar in bars]
    if not 0 < sum(people) < FEW or min(people) < 0:
        return
    table, rows, told = np.arange(k * k).reshape(k, k), [], []
    for step in range(k):
        rows += [[*table[step], k * k + step], [*table[:, step], k * k + k + step]]
        told += [bars[0][step], bars[1][step]]
    rows += [table[np.triu_indices(k, 1)], np.diag(table), table[np.tril_indices(k, -1)]]
    told += [up, same, down]
    matrix = np.zeros((len(rows), k * k + 2 * k))
    for row, places in zip(matrix, rows, strict=True):
        row[list(places)] = 1
    for side, name in enumerate(("earlier", "later")):
        for step in range(k) if people[side] else ():
            least = _least(matrix, told, k * k + side * k + step)
            if least:
                yield Claim("alone", place, sum(people), (name, step, least))


def _least(matrix: Any, told: list[int], place: int) -> int:
    aim = np.zeros(matrix.shape[1])
    aim[place] = 1
    found = milp(aim, constraints=LinearConstraint(matrix, told, told), integrality=np.ones(len(aim)))
    return round(found.fun) if found.success else 0


# Parts of a sum --------------------------------------------------------------------------------------


def parts_of_means(pages: list[Page]) -> Iterator[Claim]:
    """Take every score of the parts from that of the whole: runs, programmes, directions, and all courses."""
    inside = _inside(pages)
    means = {(page.kind, page.subject_id): page.means() for page in pages if page.results.means}
    for whole, parts in inside.items():
        for key, mean in means.get(whole, {}).items():
            known = [means[part][key] for part in parts if key in means.get(part, {})]
            if key[2] != "others" and known:
                yield from _rest((*whole, *key), mean, known)
    yield from _others(means)


def _inside(pages: list[Page]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Name the parts of which the pages are known: runs by their codes, programmes from their direction's page."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for page in pages:
        if page.kind == "course":
            found.setdefault(("programme", page.subject_id.rpartition("-")[0]), []).append(("course", page.subject_id))
        if page.kind == "direction":
            names = {name for line in page.lines for name in re.findall(r"\((P\d+)\)", line.cells[0])}
            found["direction", page.subject_id] = [("programme", name) for name in sorted(names)]
    return found


def _rest(place: tuple[str, ...], whole: Mean, parts: list[Mean]) -> Iterator[Claim]:
    left = whole.n - sum(part.n for part in parts)
    if 0 < left < FEW:
        total = whole.n * whole.value - sum(part.n * part.value for part in parts)
        half = sum(mean.n * mean.half for mean in (whole, *parts))
        low, high = max((total - half) / left, 0.0), min((total + half) / left, 100.0)
        yield Claim("part of a sum", place, left, (low, high))


def _others(means: dict[tuple[str, str], Any]) -> Iterator[Claim]:
    """Add one's own mean and that of the others: everywhere it must be the same sum, else a few were left out."""
    sums: dict[tuple[str, str], dict[tuple[str, str], Mean]] = {}
    for subject, own in means.items():
        for wave, name, side in own:
            if side == "own" and (wave, name, "others") in own:
                mine, others = own[wave, name, side], own[wave, name, "others"]
                n = mine.n + others.n
                value = (mine.n * mine.value + others.n * others.value) / n
                sums.setdefault((wave, name), {})[subject] = Mean(n, value, max(mine.half, others.half))
    for key, found in sums.items():
        most = max(found.values(), key=lambda mean: mean.n)
        for subject, mean in found.items():
            yield from _rest((*subject, *key, "all"), most, [mean])


# Numbers of people -----------------------------------------------------------------------------------


def shown_small(pages: list[Page]) -> Iterator[Claim]:
    """Name every group of one to four people of which a number says how many they are; what they said is another's."""
    for number in (number for page in pages for number in page.results.numbers):
        is_size = re.match(r"(n|n_[abc]|n_earlier|n_later|n_both|others_n|n_kept)$", number.name)
        if is_size and _is_count(number) and 0 < number.value < FEW:
            yield Claim("count", (*number.place, number.name), int(number.value), (number.value, number.value))


def _is_count(number: Number) -> bool:
    """Tell whether a number counts people who answered."""
    counted = re.match(r"(n|counts)([_.]|$)|others_n$", number.name)
    is_of_files = number.place[2] in ("remarks", "by-file", "files")
    return bool(counted) and not NOT_PEOPLE.match(number.name) and not is_of_files


# Two releases ----------------------------------------------------------------------------------------


def changed_numbers(earlier: list[Page], later: list[Page]) -> Iterator[Claim]:
    """Name every published number of people that differs by a few between two releases."""
    before = {(number.place, number.name): number.value for page in earlier for number in page.results.numbers}
    for number in (number for page in later for number in page.results.numbers):
        if _is_count(number):
            moved = abs(number.value - before.get((number.place, number.name), number.value))
            if 0 < moved < FEW:
                yield Claim("between releases", (*number.place, number.name), int(moved), ())


def changed_spreads(earlier: list[Page], later: list[Page]) -> Iterator[Claim]:
    """Take the spread of all ratings before from that after: how far from their run's mean the new ratings lie.

    What each rating strays by, squared and summed up, is the spread's square times the ratings less the runs. Where no
    number of ratings moved, a spread that did says that somebody's answer was changed.
    """
    before, after = _spread(earlier), _spread(later)
    if before and after:
        moved = after[0].n - before[0].n
        ends = [one * (spread.n - runs) for spread, runs in (before, after) for one in _squares(spread)]
        low, high = sorted(abs(one) for one in (ends[2] - ends[1], ends[3] - ends[0]))
        is_other = abs(after[0].value - before[0].value) > before[0].half + after[0].half
        if abs(moved) < FEW and (moved or is_other):
            least = low if (ends[2] - ends[1]) * (ends[3] - ends[0]) > 0 else 0.0
            yield Claim("between releases", ("period", "year", "spread"), max(abs(moved), 1), (sqrt(least), sqrt(high)))


def _spread(pages: list[Page]) -> tuple[Spread, int] | None:
    """Return what the funnels of a release tell, and of how many runs."""
    spread = next((one for page in pages if page.kind == "period" for one in page.results.spreads), None)
    runs = [
        int(number.value)
        for page in pages
        for number in page.results.numbers
        if (page.kind, number.place[2], number.name) == ("period", "programmes", "n_courses")
    ]
    return (spread, sum(runs)) if spread else None


def _squares(spread: Spread) -> tuple[float, float]:
    return max(spread.value - spread.half, 0.0) ** 2, (spread.value + spread.half) ** 2
