"""Simulate what the statistics promise: coverage, false findings, verdicts, wave 3; tables in Markdown come out.

    python benchmarks/simulations.py [--runs 2000]

Everything is seeded; 2,000 runs take one to three minutes. A share of 95 % out of 2,000 runs has a standard
error of half a point. What misses its mark is marked so.
"""

import argparse
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from coursewaves import stats

CEILING = np.array([0.02, 0.05, 0.10, 0.28, 0.55])
MARKS = np.arange(1, 6)
THRESHOLDS = ndtri(np.cumsum(CEILING)[:-1])


def five_point(latent: np.ndarray, thresholds: np.ndarray = THRESHOLDS) -> np.ndarray:
    """Turn feelings into answers 1-5."""
    return 1.0 + np.searchsorted(thresholds, latent)


def mean_at(shift: np.ndarray, spread: float = 1.0, thresholds: np.ndarray = THRESHOLDS) -> np.ndarray:
    """Mean answer of people whose feelings are normal around `shift`."""
    return 1 + (1 - ndtr((thresholds - np.asarray(shift)[..., None]) / spread)).sum(axis=-1)


def together(random: np.random.Generator, shape: tuple[int, ...], related: float) -> np.ndarray:
    """Draw feelings about items (the last axis) that correlate by `related` within a person."""
    person = random.normal(size=(*shape[:-1], 1))
    return np.sqrt(related) * person + np.sqrt(1 - related) * random.normal(size=shape)


def shown(head: list[str], rows: list[list[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def percent(share: float, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f} %"


# Coverage ------------------------------------------------------------------------------------------


class Interval(NamedTuple):
    """An interval whose truth is known: how it is drawn and computed."""

    name: str
    truth: float
    compute: Callable[[np.random.Generator, int], tuple[float, float]]


def ends(result: object) -> tuple[float, float]:
    return result.low, result.high  # type: ignore[attr-defined]


def intervals() -> list[Interval]:
    shifted = np.diff(np.r_[0, ndtr(THRESHOLDS + 0.5), 1])
    below = np.cumsum(shifted) - shifted / 2
    superior = float(CEILING @ below)  # of 40 others whose feelings are half a deviation lower

    def item(random: np.random.Generator, n: int) -> np.ndarray:
        return five_point(random.normal(size=n))

    def block(random: np.random.Generator, n: int) -> np.ndarray:
        return five_point(together(random, (n, 5), 0.4)).mean(axis=1)

    def change(random: np.random.Generator, n: int) -> tuple[float, float]:
        person = random.normal(size=(n, 1)) * np.sqrt(0.5)
        first, second = (
            five_point(person + shift + np.sqrt(0.5) * together(random, (n, 5), 0.4)).mean(axis=1)
            for shift in (-0.4, 0.0)
        )
        return ends(stats.change(first, second))

    def partly(random: np.random.Generator, n: int) -> tuple[float, float]:
        person = random.normal(size=(n, 1)) * np.sqrt(0.5)
        first, second = (
            five_point(person + shift + np.sqrt(0.5) * together(random, (n, 5), 0.4)).mean(axis=1)
            for shift in (-0.4, 0.0)
        )
        first[: n // 5], second[-(n // 5) :] = np.nan, np.nan
        return ends(stats.change(first, second))

    def others(random: np.random.Generator) -> np.ndarray:
        return five_point(random.normal(-0.5, size=40))

    truth, gain = float(MARKS @ CEILING), float(mean_at(np.array(0.0)) - mean_at(np.array(-0.4)))
    return [
        Interval("mean of one item, 55 % at the top", truth, lambda r, n: ends(stats.mean_interval(item(r, n), 1, 5))),
        Interval("mean of a block of 5 items", truth, lambda r, n: ends(stats.mean_interval(block(r, n), 1, 5))),
        Interval("share of 4-5", 0.83, lambda r, n: ends(stats.share_interval(int((item(r, n) >= 4).sum()), n))),
        Interval("change of a block, all linked", gain, change),
        Interval("change of a block, 2/3 linked", gain, partly),
        Interval(
            "Cliff's delta, against 40", 2 * superior - 1, lambda r, n: ends(stats.cliffs_delta(others(r), item(r, n)))
        ),
        Interval("superiority, against 40", superior, lambda r, n: ends(stats.brunner_munzel(others(r), item(r, n)))),
    ]


def coverage(runs: int) -> str:
    sizes = (10, 15, 20, 25, 30, 40, 60)
    rows: list[list[object]] = []
    for interval in intervals():
        random = np.random.default_rng(20261101)
        cells: list[object] = [interval.name]
        for n in sizes:
            found = np.array([interval.compute(random, n) for _ in range(runs)])
            given = ~np.isnan(found[:, 0])
            share = float(((found[:, 0] <= interval.truth) & (interval.truth <= found[:, 1]))[given].mean())
            none = f" ({percent(1 - given.mean())} none)" if not given.all() else ""
            cells.append(f"{percent(share)}{'' if 0.93 <= share <= 0.97 else ' **'}{none}")
        rows.append(cells)
    return shown(["interval, 95 %", *(f"n = {n}" for n in sizes)], rows) + "\n\n** outside 93-97 %."


# False findings ------------------------------------------------------------------------------------

BLOCKS, ITEMS = 6, 4
BLOCK_OF = np.repeat(np.arange(BLOCKS), ITEMS)


def course_changes(random: np.random.Generator, n: int, shifts: np.ndarray) -> np.ndarray:
    """Draw the changes of n people in 24 items that hang together within a person and a block, by ceiling."""
    person = random.normal(size=(n, 1)) * np.sqrt(0.4)
    before, after = (
        five_point(person + shift + np.sqrt(0.6) * together(random, (n, BLOCKS * ITEMS), 0.3))
        for shift in (0.0, shifts)
    )
    return after - before


def tested(changes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    items = np.array([stats.signed_rank(column).p_value for column in changes.T])
    scores = np.round(changes.reshape(len(changes), BLOCKS, ITEMS).mean(axis=2), 9)
    return np.array([stats.signed_rank(score).p_value for score in scores.T]), items


def false_findings(runs: int) -> str:
    nothing, one_block, one_item = np.zeros(24), np.zeros(24), np.zeros(24)
    one_block[:4], one_item[::4] = 0.6, 0.6
    scenes = [
        ("nothing changed", nothing),
        ("one block of six changed", one_block),
        ("one item of four changed in every block", one_item),
    ]
    rows: list[list[object]] = []
    for name, shifts in scenes:
        random = np.random.default_rng(20261102)
        is_null = shifts == 0
        null_blocks = is_null.reshape(BLOCKS, ITEMS).all(axis=1)
        counts = np.zeros(5)
        for _ in range(runs):
            blocks, items = tested(course_changes(random, int(random.integers(15, 41)), shifts))
            gate = stats.gatekeep(blocks, items, BLOCK_OF)
            found = gate.items <= 0.05
            counts += [
                (items[is_null] <= 0.05).any(),
                (stats.holm(items)[is_null] <= 0.05).any(),
                gate.is_open[null_blocks].any() or found[is_null].any(),
                (stats.holm(items)[~is_null] <= 0.05).mean() if (~is_null).any() else np.nan,
                found[~is_null].mean() if (~is_null).any() else np.nan,
            ]
        share = [percent(count / runs) if np.isfinite(count) else "-" for count in counts]
        share[2] += " **" if counts[2] / runs > 0.05 else ""
        rows.append([name, *share])
    head = [
        f"{runs} courses of 15-40 people, 24 items", "any false: 24 tests", "Holm over 24", "gate",
        "true ones found: Holm", "gate",
    ]  # fmt: skip
    return shown(head, rows) + "\n\n** above 5 %."


# Low-rated programmes ------------------------------------------------------------------------------

THRESHOLD, GROUPS, ICC = 3.5, 60, 0.14
RATING = ndtri(np.cumsum([0.02, 0.05, 0.13, 0.34, 0.46])[:-1])


class Judged(NamedTuple):
    """What one rule said of all groups of all runs."""

    low: np.ndarray
    green: np.ndarray


def rated(random: np.random.Generator, n: int, items: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw groups: their true means, their means over n people, and the squared errors by the pooled variance."""
    place = np.sqrt(ICC) * random.normal(size=GROUPS)
    latent = place[:, None, None] + np.sqrt(1 - ICC) * together(random, (GROUPS, n, items), 0.5)
    answers = five_point(latent, RATING).mean(axis=2)
    pooled = answers.var(axis=1, ddof=1).mean()
    return mean_at(place, np.sqrt(1 - ICC), RATING), answers.mean(axis=1), np.full(GROUPS, pooled / n)


def verdicts(runs: int) -> str:
    rows: list[list[object]] = []
    for items in (1, 8):
        for n in (15, 25, 40):
            random = np.random.default_rng(20261103)
            truths, judged = [], {name: ([], []) for name in ("mean below", "bound", "shrunk", "three verdicts")}
            for _ in range(max(1, runs // 4)):
                truth, means, variances = rated(random, n, items)
                found = stats.low_rated(means, variances, np.full(GROUPS, n), THRESHOLD)
                calls = {
                    "mean below": (means < THRESHOLD, means >= THRESHOLD),
                    "bound": (found.high < THRESHOLD, found.high >= THRESHOLD),
                    "shrunk": (found.probabilities >= 0.8, found.probabilities < 0.8),
                    "three verdicts": tuple(
                        np.array([one == which for one in found.verdicts]) for which in ("low", "not low")
                    ),
                }
                truths.append(truth < THRESHOLD)
                for name, (low, green) in calls.items():
                    judged[name][0].append(low)
                    judged[name][1].append(green)
            is_low = np.concatenate(truths)
            for name, (low, green) in judged.items():
                rows.append(verdict_row(f"{items} item{'s' * (items > 1)}, n = {n}", name, is_low, low, green))
    head = [
        "rating",
        "rule",
        "of those called low, truly not",
        "of the truly low, called low",
        "left green",
        "undecided",
    ]
    note = f"{percent(is_low.mean())} of the groups are truly low; {max(1, runs // 4) * GROUPS} groups a line."
    return shown(head, rows) + f"\n\n{note}"


def verdict_row(
    rating: str, rule: str, is_low: np.ndarray, low: list[np.ndarray], green: list[np.ndarray]
) -> list[object]:
    called, passed = np.concatenate(low), np.concatenate(green)
    false = (called & ~is_low).sum() / max(called.sum(), 1)
    undecided = (~called & ~passed).mean()
    return [
        rating,
        rule,
        percent(false),
        percent(called[is_low].mean()),
        percent(passed[is_low].mean()),
        percent(undecided),
    ]


# Wave 3 --------------------------------------------------------------------------------------------

TOPICS = {"a": 420, "b": 260, "c": 180, "d": 120, "e": 80, "f": 45, "g": 24, "h": 9}


def population(seed: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    levels = random.normal(0, 0.4, len(TOPICS))
    return {
        topic: five_point(level + together(random, (people, 5), 0.5)).mean(axis=1)
        for (topic, people), level in zip(TOPICS.items(), levels, strict=True)
    }


def asked(
    random: np.random.Generator,
    people: dict[str, np.ndarray],
    invited: dict[str, int],
    chance: Callable[..., np.ndarray],
) -> Iterator[tuple[str, np.ndarray]]:
    """Invite at random in each topic, and let everybody answer with their own chance."""
    for number, (topic, values) in enumerate(people.items()):
        drawn = random.permutation(values)[: invited[topic]]
        yield topic, drawn[random.random(drawn.size) < chance(drawn, number)]


def wave_three(runs: int) -> str:
    plan = stats.allocate(TOPICS, percent=40, expected_rate=0.5)
    enough = dict(zip(plan.strata, plan.invited.tolist(), strict=True))
    bare = dict(zip(plan.strata, plan.needed.tolist(), strict=True))
    scenes: list[tuple[str, dict[str, int], Callable[..., np.ndarray]]] = [
        ("50 % answer, invited for it", enough, lambda values, topic: np.full(values.size, 0.5)),
        ("50 % answer, invited as if all did", bare, lambda values, topic: np.full(values.size, 0.5)),
        ("70 to 30 % answer, by topic", enough, lambda values, topic: np.full(values.size, 0.7 - 0.4 * topic / 7)),
        ("6 points more answer for each mark", enough, lambda values, topic: 0.5 + 0.06 * (values - 4)),
    ]
    rows = [wave_three_row(name, invited, chance, runs) for name, invited, chance in scenes]
    head = [
        "1,138 completers, 8 topics, mean of a block", "answered", "every topic at 30 %", "bias of the plain mean",
        "bias weighted", "coverage", "without correction", "correction by the drawn", "bounds hold the truth",
    ]  # fmt: skip
    return shown(head, rows)


def wave_three_row(name: str, invited: dict[str, int], chance: Callable[..., np.ndarray], runs: int) -> list[object]:
    random = np.random.default_rng(20261104)
    people = population(5)
    truth = float(np.concatenate(list(people.values())).mean())
    found = []
    for _ in range(runs):
        sample = dict(asked(random, people, invited, chance))
        values = np.concatenate(list(sample.values()))
        strata = [topic for topic, answers in sample.items() for _ in answers]
        joined = stats.collapse_strata(values, strata, TOPICS)
        with_it, without = (stats.stratified_mean(values, joined.strata, joined.sizes, fpc) for fpc in (True, False))
        drawn = sum(invited.values()) / sum(TOPICS.values())
        half = (without.high - without.low) / 2 * np.sqrt(1 - drawn)
        bounds = stats.nonresponse_bounds(values, strata, TOPICS, invited)
        reached = all(100 * sample[topic].size >= 30 * size for topic, size in TOPICS.items())
        found.append(
            [
                values.size / 1138,
                reached,
                values.mean() - truth,
                with_it.estimate - truth,
                with_it.low <= truth <= with_it.high,
                without.low <= truth <= without.high,
                abs(with_it.estimate - truth) <= half,
                bounds.low <= truth <= bounds.high,
            ]
        )
    share = np.array(found, dtype=float).mean(axis=0)
    biases = [f"{share[2]:+.3f}", f"{share[3]:+.3f}"]
    mark = "" if 0.93 <= share[4] <= 0.97 else " **"
    covered = [percent(share[4]) + mark, percent(share[5]), percent(share[6]), percent(share[7])]
    return [name, percent(share[0]), percent(share[1]), *biases, *covered]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2000)
    runs = parser.parse_args().runs
    parts = [
        ("Coverage of the intervals", coverage),
        ("False findings", false_findings),
        ("Low-rated, threshold 3.5 of 1-5, 60 groups", verdicts),
        ("Wave 3", wave_three),
    ]
    for title, simulate in parts:
        print(f"### {title}\n\n{simulate(runs)}\n", flush=True)


if __name__ == "__main__":
    main()
