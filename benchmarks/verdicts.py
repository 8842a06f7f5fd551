"""Simulate verdicts on programmes and topics, and differences of partly linked people; tables in Markdown come out.

    python benchmarks/verdicts.py [--runs 1000]

Everything is seeded; 1,000 runs take about half an hour. What differs between programmes, runs and people is planted,
so that every verdict can be held to the truth.
"""

import argparse

import numpy as np
import pandas as pd
from scipy.special import ndtr
from simulations import five_point, mean_at, percent, shown, together

from coursewaves import stats
from coursewaves.analysis.rate import rate_programmes
from coursewaves.analysis.topic_verdicts import RunScatter, judge_topics, run_scatter, topic_items
from coursewaves.survey.files import load_survey

T = 62.5
BETWEEN_PROGRAMMES, WITHIN, MIDDLE = 6.0, 16.0, 72.0
SURVEY = load_survey()
RATED = topic_items(SURVEY)[0]
TOPICS = pd.DataFrame([[f"t{n}", n, ""] for n in range(1, 6)], columns=["topic_id", "number", "trainer_id"])
STEPS = np.array([-1.5, -0.8, 0.0, 0.9])


# Programmes ----------------------------------------------------------------------------------------


def ratings(random: np.random.Generator, truth: np.ndarray, runs: int, n: int, scatter: float) -> pd.DataFrame:
    """Draw n ratings of each run; runs scatter about the truth of their programme."""
    programme = np.repeat(np.arange(truth.size), runs)
    means = truth[programme] + random.normal(0, scatter, programme.size)
    run = np.repeat(np.arange(programme.size), n)
    return pd.DataFrame({"course_id": [f"{one:03}" for one in run], "r": random.normal(means[run], WITHIN)})


def programmes(runs: int) -> str:
    rows: list[list[object]] = []
    scenes = [(k, r, n, s) for k, r in ((4, 2), (12, 2), (12, 3), (30, 2)) for n in (12, 25) for s in (0.0, 4.0)]
    for count, n_runs, n, scatter in scenes:
        random = np.random.default_rng(20261124)
        courses = pd.DataFrame({"course_id": [f"{one:03}" for one in range(count * n_runs)]})
        courses["programme_id"] = [f"P{one // n_runs:02}" for one in range(count * n_runs)]
        tables = []
        for _ in range(max(runs * 12 // count // 2, 1)):
            truth = random.normal(MIDDLE, BETWEEN_PROGRAMMES, count)
            found = rate_programmes(ratings(random, truth, n_runs, n, scatter), courses, "r", T).programmes
            tables.append(found.assign(is_low=truth < T, truth=truth))
        told = pd.concat(tables)
        low, green = told[told["verdict"] == "low"], told[told["verdict"] == "not low"]
        is_low = told["is_low"]
        rows.append([
            count, n_runs, n, scatter, f"{len(low)} of {len(told)}", percent(1 - low["is_low"].mean()),
            percent(1 - low["probability"].mean()), percent(low["is_low"].sum() / is_low.sum()),
            percent(green["is_low"].sum() / is_low.sum()),
            f"{percent((told['truth'] < told['low']).mean())}, {percent((told['truth'] > told['high']).mean())}",
        ])  # fmt: skip
    head = ["programmes", "runs", "ratings a run", "scatter of runs", "called low", "of them truly not", "as printed",
            "of the truly low, called low", "called not low", "bounds missed below, above"]  # fmt: skip
    return shown(head, rows)


# Topics --------------------------------------------------------------------------------------------


def shift_at(threshold: float, spread: float) -> float:
    """Return the feeling of which the mean answer, 0-100, lies at a threshold."""
    low, high = -3.0, 3.0
    for _ in range(60):
        middle = (low + high) / 2
        is_below = 25 * float((1 - ndtr((STEPS - middle) / spread)).sum()) < threshold
        low, high = (middle, high) if is_below else (low, middle)
    return low


def topics(runs: int) -> str:
    rows: list[list[object]] = []
    for count, n_runs, scatter in ((8, 2, 0.0), (8, 2, 0.2), (8, 2, 0.3), (8, 3, 0.3), (3, 2, 0.3)):
        random, shift = np.random.default_rng(20261124), shift_at(T, np.hypot(1, scatter))
        told = np.zeros((2, 3))
        for _ in range(max(runs // 3, 1)):
            drawn = [topic_answers(random, shift, n_runs, scatter) for _ in range(count)]
            parts = [run_scatter(forms, SURVEY, TOPICS) for forms in drawn]
            between = RunScatter(sum(one.excess for one in parts), sum(one.size for one in parts)).variance
            for place, variance in enumerate((0.0, between)):
                found = judge_topics(drawn[0], SURVEY, TOPICS, T, variance)
                is_covered = (found["low"] <= T) & (found["high"] >= T)
                words = [found["usefulness"] == word for word in ("useful", "not useful")]
                told[place] += [one.mean() for one in (*words, is_covered)]
        shares = [percent(one) for one in (told / max(runs // 3, 1)).ravel()]
        rows.append([count, n_runs, scatter, *shares])
    head = ["programmes", "runs of 20", "scatter of runs", "runs left out: useful", "not useful", "covered",
            "runs taken in: useful", "not useful", "covered"]  # fmt: skip
    return shown(head, rows)


def topic_answers(random: np.random.Generator, shift: float, n_runs: int, scatter: float) -> pd.DataFrame:
    """Draw what twenty people of each run answer to five topics."""
    runs = [five_point(shift + random.normal(0, scatter) + together(random, (20, 5), 0.4), STEPS)
            for _ in range(n_runs)]  # fmt: skip
    table = pd.DataFrame(np.concatenate(runs), columns=[f"{RATED.id}.{n}" for n in TOPICS["number"]])
    return table.assign(course_id=np.repeat([f"c{one}" for one in range(n_runs)], 20))


def leads(runs: int) -> str:
    rows: list[list[object]] = []
    for shares in ((0.5, 0.5, 0.0, 0.0), (0.4, 0.4, 0.1, 0.1), (0.25,) * 4, (0.7, 0.1, 0.1, 0.1)):
        cells: list[object] = [" / ".join(f"{share:.2f}" for share in shares)]
        for n in (10, 20, 60):
            drawn = np.random.default_rng(20261124).multinomial(n, shares, runs * 4)
            first = [stats.difference_of_options(b, a, n) for a, b, *_ in np.sort(drawn, axis=1)[:, ::-1].tolist()]
            fixed = [stats.difference_of_options(b, a, n) for a, b, *_ in drawn.tolist()]
            truth = shares[0] - shares[1]
            covered = np.mean([one.low <= truth <= one.high for one in fixed])
            cells.append(f"{percent(np.mean([one.low > 0 for one in first]))}, {percent(covered)}")
        rows.append(cells)
    return shown(["true shares of four answers: one leads, covered", *(f"n = {n}" for n in (10, 20, 60))], rows)


# Linked people -------------------------------------------------------------------------------------


def designs(runs: int) -> str:
    """Hold the interval to a true change, and the test to none, by the share linked and who the others are."""
    rows: list[list[object]] = []
    for n in (8, 20, 60):
        for share, is_same in (
            (0.0, False),
            (0.0, True),
            (0.3, False),
            (0.3, True),
            (0.6, False),
            (0.6, True),
            (1.0, False),
        ):
            cells: list[object] = [n, percent(share, 0), "-" if share == 1 else "the same" if is_same else "others"]
            for shift in (0.4, 0.0):
                found = [
                    drawn_change(np.random.default_rng([n, seed]), n, share, is_same, shift) for seed in range(runs)
                ]
                truth = float(mean_at(np.array(0.0)) - mean_at(np.array(-shift)))
                covered = np.mean([low <= truth <= high for low, high, _ in found])
                below = np.array([p_value <= 0.05 for _, _, p_value in found])
                parted = np.mean(
                    [(low > 0 or high < 0) != one for (low, high, _), one in zip(found, below, strict=True)]
                )
                cells += [percent(covered), percent(below.mean()), percent(parted)]
            rows.append(cells)
    head = ["a side", "linked", "the others are", "change of 0.4: covered", "found", "interval and test part",
            "no change: covered", "called a change", "interval and test part"]  # fmt: skip
    return shown(head, rows)


def drawn_change(
    random: np.random.Generator, n: int, share: float, is_same: bool, shift: float
) -> tuple[float, float, float]:
    """Draw n answers a side to a block of five questions, by ceiling, a share of them linked, and compare them."""
    both = round(share * n)
    alone = n - both
    person = np.sqrt(0.5) * random.normal(size=(n if is_same else n + alone, 1))
    first, second = (
        five_point(person + one + np.sqrt(0.5) * together(random, (len(person), 5), 0.4)).mean(axis=1)
        for one in (-shift, 0.0)
    )
    absent = np.full(alone, np.nan)
    earlier = np.r_[first[:n], absent]
    later = np.r_[second[:both], absent, second[len(person) - alone :]]
    found = stats.change(earlier, later)
    test = stats.signed_rank(np.round(later - earlier, 9)) if found.design == "paired" else found
    return found.low, found.high, test.p_value


def overlap(runs: int) -> str:
    rows: list[list[object]] = []
    sizes = ((18, 4, 0), (18, 2, 2), (20, 1, 0), (40, 4, 4))
    for related in (0.3, 0.6, 0.85):
        for n_both, n_first, n_second in sizes:
            random, hits = np.random.default_rng(20261124), np.zeros(3)
            truth = float(mean_at(np.array(0.0)) - mean_at(np.array(-0.4)))
            for _ in range(2 * runs):
                n = n_both + n_first + n_second
                person = np.sqrt(related) * random.normal(size=(n, 1))
                first, second = (
                    five_point(person + shift + np.sqrt(1 - related) * together(random, (n, 5), 0.4)).mean(axis=1)
                    for shift in (-0.4, 0.0)
                )
                first[n_both : n_both + n_second], second[n_both + n_second :] = np.nan, np.nan
                linked, of_all = stats.change(first, second), stats.overall_change(first, second)
                moved = of_all.difference - linked.difference
                ends = ((linked.low, linked.high), (linked.low + moved, linked.high + moved), (of_all.low, of_all.high))
                hits += [low <= truth <= high for low, high in ends]
            rows.append([related, n_both, n_first, n_second, *(percent(hit) for hit in hits / (2 * runs))])
    head = ["likeness", "linked", "first alone", "second alone", "paired", "paired, moved", "of all (T_new2)"]
    return shown(head, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    runs = parser.parse_args().runs
    tables = {"Programmes": programmes, "Topics at the threshold": topics, "An answer that leads": leads,
              "Designs": designs, "Most people linked": overlap}  # fmt: skip
    for title, table in tables.items():
        print(f"### {title}\n\n{table(runs)}\n", flush=True)


if __name__ == "__main__":
    main()
