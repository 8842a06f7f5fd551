"""Time every statistic of one course beside the plain call of scipy, pingouin or krippendorff, in one run.

    python benchmarks/course_statistics.py [--people 40] [--rounds 15]

One warm process, 30 items, 3 waves. Each pair of calls is timed in turns, so that a busy machine slows both;
the ratio of the best rounds counts, and under 2 is the mark. What is not installed is left out. This file is
not called statistics.py: it would stand in the way of Python's own module of that name.
"""

import argparse
import importlib
import importlib.util
import time
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats as scipy_stats

from coursewaves import stats

ITEMS, BLOCKS, RESAMPLES = 30, 6, 2000
BLOCK_OF = np.arange(ITEMS) // (ITEMS // BLOCKS)


class Pair(NamedTuple):
    """What is timed: ours and theirs; None where nothing does the same or it is not installed."""

    name: str
    ours: Callable[[], object]
    theirs_name: str
    theirs: Callable[[], object] | None


class Course(NamedTuple):
    """The answers of one course in three waves, and those of other courses: people by items."""

    first: np.ndarray
    second: np.ndarray
    third: np.ndarray
    others: np.ndarray


def answers(people: int) -> Course:
    random = np.random.default_rng(1)

    def wave(ability: np.ndarray, shift: float) -> np.ndarray:
        leaning = 3.7 + shift + 0.7 * ability[:, None]
        return np.clip(np.round(leaning + random.normal(0, 0.8, (len(ability), ITEMS))), 1, 5)

    own = random.normal(size=people)
    return Course(wave(own, 0), wave(own, 0.3), wave(own, 0.2), wave(random.normal(size=400), 0.1))


def optional(name: str) -> Any:
    """Import what may not be there; None then."""
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def interval(found: Any) -> object:
    return found.confidence_interval(0.95)


def rank_biserial(differences: np.ndarray) -> float:
    moved = differences[differences != 0]
    ranks = scipy_stats.rankdata(np.abs(moved))
    return float((ranks[moved > 0].sum() - ranks[moved < 0].sum()) / ranks.sum())


def bootstrapped(differences: np.ndarray) -> object:
    given = {"n_resamples": RESAMPLES, "method": "percentile", "vectorized": False}
    return scipy_stats.bootstrap((differences,), rank_biserial, **given)


def studentised(first: np.ndarray, second: np.ndarray, axis: int) -> np.ndarray:
    return scipy_stats.brunnermunzel(first, second, axis=axis).statistic


def holes(values: np.ndarray, place: slice) -> np.ndarray:
    found = values.copy()
    found[place] = np.nan
    return found


def of_one_item(course: Course) -> list[Pair]:
    first, second, third, others = (wave[:, 0] for wave in course)
    changes, of_scores = second - first, course.second.mean(axis=1) - course.first.mean(axis=1)
    n, top, few = len(first), int((first >= 4).sum()), second[:8]
    partly = holes(first, slice(0, n // 5)), holes(second, slice(-(n // 5), None))
    return [
        Pair(
            "mean_interval",
            lambda: stats.mean_interval(first, 1, 5),
            "scipy ttest_1samp, its interval",
            lambda: interval(scipy_stats.ttest_1samp(first, 0)),
        ),
        Pair(
            "share_interval",
            lambda: stats.share_interval(top, n),
            "scipy binomtest, its Wilson interval",
            lambda: scipy_stats.binomtest(top, n).proportion_ci(method="wilson"),
        ),
        Pair(
            "change, paired",
            lambda: stats.change(first, second),
            "scipy ttest_rel, its interval",
            lambda: interval(scipy_stats.ttest_rel(second, first)),
        ),
        Pair(
            "change, partly paired",
            lambda: stats.change(*partly),
            "scipy ttest_ind, its interval",
            lambda: interval(scipy_stats.ttest_ind(second, first, equal_var=False)),
        ),
        Pair(
            "signed_rank of an item, exact",
            lambda: stats.signed_rank(changes),
            "scipy wilcoxon, normal",
            lambda: scipy_stats.wilcoxon(changes),
        ),
        Pair(
            "signed_rank of a score, exact",
            lambda: stats.signed_rank(of_scores),
            "scipy wilcoxon, normal",
            lambda: scipy_stats.wilcoxon(of_scores),
        ),
        Pair(
            f"rank_biserial_interval, {RESAMPLES} resamples",
            lambda: stats.rank_biserial_interval(changes, resamples=RESAMPLES),
            f"scipy bootstrap, {RESAMPLES} resamples",
            lambda: bootstrapped(changes),
        ),
        Pair(
            "mann_whitney",
            lambda: stats.mann_whitney(first, others),
            "scipy mannwhitneyu",
            lambda: scipy_stats.mannwhitneyu(first, others, method="asymptotic"),
        ),
        Pair(
            "brunner_munzel by t, with interval",
            lambda: stats.brunner_munzel(first, others),
            "scipy brunnermunzel",
            lambda: scipy_stats.brunnermunzel(first, others),
        ),
        Pair(
            f"brunner_munzel permuted, 8 and {n}",
            lambda: stats.brunner_munzel(few, first),
            "scipy permutation_test of it, 9999",
            lambda: scipy_stats.permutation_test((few, first), studentised, vectorized=True, n_resamples=9999),
        ),
        Pair(
            "cliffs_delta, with interval",
            lambda: stats.cliffs_delta(first, others),
            "scipy mannwhitneyu",
            lambda: scipy_stats.mannwhitneyu(first, others, method="asymptotic"),
        ),
        Pair(
            "friedman of three waves",
            lambda: stats.friedman(np.column_stack([first, second, third])),
            "scipy friedmanchisquare",
            lambda: scipy_stats.friedmanchisquare(first, second, third),
        ),
    ]


def of_all_items(course: Course) -> list[Pair]:
    p_values = np.random.default_rng(0).random(ITEMS)
    block, rating, coders = course.second[:, :5], course.second.mean(axis=1), course.second[:, :2].T
    pingouin, krippendorff = optional("pingouin"), optional("krippendorff")
    return [
        Pair(
            "holm of 30",
            lambda: stats.holm(p_values),
            "scipy false_discovery_control",
            lambda: scipy_stats.false_discovery_control(p_values),
        ),
        Pair(
            "benjamini_hochberg of 30",
            lambda: stats.benjamini_hochberg(p_values),
            "scipy false_discovery_control",
            lambda: scipy_stats.false_discovery_control(p_values),
        ),
        Pair(
            "gatekeep of 6 blocks, one open",
            lambda: stats.gatekeep(p_values[:BLOCKS] / 10, p_values, BLOCK_OF),
            "scipy false_discovery_control, twice",
            lambda: [scipy_stats.false_discovery_control(p) for p in (p_values[:BLOCKS], p_values[:5])],
        ),
        Pair(
            "detectable_effect",
            lambda: stats.detectable_effect(40),
            "pingouin power_ttest",
            pingouin and (lambda: pingouin.power_ttest(n=40, power=0.8, contrast="paired")),
        ),
        Pair(
            "cronbach_alpha of 5 items",
            lambda: stats.cronbach_alpha(block),
            "pingouin cronbach_alpha",
            pingouin and (lambda: pingouin.cronbach_alpha(pd.DataFrame(block))),
        ),
        Pair("omega_total of 5 items", lambda: stats.omega_total(block), "", None),
        Pair(
            "importance of 5 factors",
            lambda: stats.importance(rating, block),
            "pingouin linear_regression, relimp",
            pingouin and (lambda: pingouin.linear_regression(block, rating, relimp=True)),
        ),
        Pair(
            "krippendorff_alpha, no interval",
            lambda: stats.krippendorff_alpha(coders, "ordinal", resamples=0),
            "krippendorff alpha, no interval",
            krippendorff and (lambda: krippendorff.alpha(reliability_data=coders, level_of_measurement="ordinal")),
        ),
        Pair("longstring of 30 items", lambda: stats.longstring(course.second), "", None),
    ]


def our_course(course: Course) -> None:
    """Compute all that a report of one course could show."""
    for wave in (course.first, course.second, course.third):
        for item in wave.T:
            stats.mean_interval(item, 1, 5)
            stats.share_interval(int((item >= 4).sum()), len(item))
    p_values = [stats.signed_rank(change).p_value for change in (course.second - course.first).T]
    for before, after, others in zip(course.first.T, course.second.T, course.others.T, strict=True):
        stats.change(before, after)
        stats.cliffs_delta(after, others)
        stats.brunner_munzel(after, others)
    blocks = [course.second[:, block == BLOCK_OF] for block in range(BLOCKS)]
    for block in range(BLOCKS):
        score = (course.second - course.first)[:, block == BLOCK_OF].mean(axis=1)
        stats.rank_biserial_interval(score, resamples=RESAMPLES)
        stats.cronbach_alpha(blocks[block])
    stats.gatekeep(np.array(p_values[:BLOCKS]) / 10, p_values, BLOCK_OF)
    stats.longstring(course.second)


def their_course(course: Course) -> None:
    """The same with scipy and, where it is installed, pingouin."""
    pingouin = optional("pingouin")
    for wave in (course.first, course.second, course.third):
        for item in wave.T:
            interval(scipy_stats.ttest_1samp(item, 0))
            scipy_stats.binomtest(int((item >= 4).sum()), len(item)).proportion_ci(method="wilson")
    p_values = [scipy_stats.wilcoxon(change).pvalue for change in (course.second - course.first).T]
    for before, after, others in zip(course.first.T, course.second.T, course.others.T, strict=True):
        interval(scipy_stats.ttest_rel(after, before))
        scipy_stats.mannwhitneyu(after, others, method="asymptotic")
        scipy_stats.brunnermunzel(after, others)
    for block in range(BLOCKS):
        bootstrapped((course.second - course.first)[:, block == BLOCK_OF].mean(axis=1))
        if pingouin:
            pingouin.cronbach_alpha(pd.DataFrame(course.second[:, block == BLOCK_OF]))
    scipy_stats.false_discovery_control(p_values)


def best_of(calls: list[Callable[[], object]], rounds: int) -> list[float]:
    """Time calls in turns, each at least a millisecond a round; return the best seconds of one call."""
    repeats = []
    for call in calls:
        call()
        start = time.perf_counter()
        call()
        repeats.append(max(1, int(1e-3 / max(time.perf_counter() - start, 1e-7))))
    best = [float("inf")] * len(calls)
    for _ in range(rounds):
        for place, (call, repeat) in enumerate(zip(calls, repeats, strict=True)):
            start = time.perf_counter()
            for _ in range(repeat):
                call()
            best[place] = min(best[place], (time.perf_counter() - start) / repeat)
    return best


def lines(pairs: list[Pair], rounds: int) -> list[str]:
    found = ["| ours | µs | theirs | µs | ours / theirs |", "|---|---|---|---|---|"]
    for pair in pairs:
        calls = [pair.ours] if pair.theirs is None else [pair.ours, pair.theirs]
        best = best_of(calls, rounds if "course" not in pair.name else 2)
        beside = f"{best[1] * 1e6:,.0f} | {best[0] / best[1]:.2f}" if len(best) > 1 else "- | -"
        found.append(f"| {pair.name} | {best[0] * 1e6:,.0f} | {pair.theirs_name or '-'} | {beside} |")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    course = answers(given.people)
    whole = Pair("one course, all of it", lambda: our_course(course), "the same calls", lambda: their_course(course))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs warn of ties and of separated groups
        print("\n".join(lines([*of_one_item(course), *of_all_items(course), whole], given.rounds)))


if __name__ == "__main__":
    main()
