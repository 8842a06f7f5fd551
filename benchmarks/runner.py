"""Measure what a course report takes: by papermill and nbconvert, by this runner, and at the floor, side by side.

    python benchmarks/runner.py [--rounds 3] [--quick] [--growth] [--json FILE]

All ways make the same report in Kazakh as HTML, all figures and tables of it, in one run: by turns, shuffled inside
each round, each in a process of its own. Medians are told, with CPU seconds of all processes that took part. Ratios
count, seconds drift with the machine and with whoever else uses it. docs/performance.md holds a run and says how to
read it.
"""

import argparse
import json
import random
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from _growth import grown, languages, show_growth
from _year import BENCHMARKS, machine, make_year, run, whole_courses, write_codebook
from profile_report import BROAD, profile

LANGUAGE = "kk"
SEED = 2026

FLOOR = "floor, cleaned"
"""A page that has not passed the sanitiser is not the same page."""

PARTS = ("start", "imports", "computing", "drawing", "saving", "exporting", "the rest")

COURSES_OF = {
    "commands": 1, "libraries": 1, "libraries, same notebook": 3,
    "runner, 1 worker": 24, "runner, 2 workers": 24, "runner, 2, JSON and XLSX": 24,
    "floor": 12, "floor, cleaned": 12,
}  # fmt: skip
"""Reports that each way makes in a round: fewer of the slow ones; every round begins at another course."""

Rounds = dict[str, list[dict[str, Any]]]


def measure(home: Path, courses: list[str], rounds: int) -> Rounds:
    """Return what each way told in each round."""
    found: Rounds = {way: [] for way in COURSES_OF}
    for number in range(rounds):
        for way in random.sample(list(found), len(found)):
            turned = courses[number % len(courses) :] + courses[: number % len(courses)]
            asked = turned[: COURSES_OF[way]]
            _, text = run(sys.executable, BENCHMARKS / "_ways.py", way, home, LANGUAGE, *asked)
            found[way].append(json.loads(text))
            one = found[way][-1]
            print(f"{number + 1}  {way:26} {one['wall']:8.3f} s, CPU {one['cpu']:8.3f} s", file=sys.stderr, flush=True)
    return found


def summary(rounds: Rounds, profiles: dict[str, dict[str, float]]) -> dict[str, dict[str, Any]]:
    """Return the medians of each way, and of its ratios to the runner with one worker and to the floor in its round.

    Where others use the machine too, CPU seconds tell more than wall seconds.
    """
    told = {}
    for way, found in rounds.items():
        names = ("wall", "cpu", "start", "start_cpu", "figures", "bytes")
        told[way] = {name: median(one[name] for one in found) for name in names}
        for other in ("runner, 1 worker", FLOOR):
            for name in ("wall", "cpu"):
                pairs = zip(found, rounds[other], strict=True)
                told[way][f"{name} / {other}"] = median(one[name] / beside[name] for one, beside in pairs)
        if "whole" in found[0]:
            told[way] |= {name: median(one[name] for one in found) for name in ("whole", "whole_cpu", "n")}
        told[way]["parts"] = _parts(found, profiles.get(way, {}))
    return told


def _parts(found: list[dict[str, Any]], shares: dict[str, float]) -> dict[str, float]:
    """Return the seconds of each part, by a profile's shares where a way can't tell them itself."""
    named = {part: median(one["parts"].get(part, 0.0) for one in found) for part in found[0]["parts"]}
    wall = median(one["wall"] for one in found)
    left = wall - sum(named.values())
    named |= {part: share * left for part, share in shares.items()}
    rest = wall - sum(named.values())
    return named | ({"the rest": rest} if named and rest > 0.0005 else {})


def show(told: dict[str, dict[str, Any]]) -> None:
    """Print the table of all ways, and one of their parts."""
    print(f"{'':44}{'times the runner':>19}{'times the floor':>19}")
    head = f"{'wall s':>8} {'CPU s':>8}" + 2 * f" {'by wall':>9} {'by CPU':>8}"
    print(f"{'a report':26} {head} {'figures':>8} {'kB':>6}   to begin")
    for way, one in told.items():
        begin = f"{one['start']:.1f} s, once" if one["start"] else "in every report"
        ratios = " ".join(
            f"{one[f'wall / {other}']:9.1f} {one[f'cpu / {other}']:8.1f}" for other in ("runner, 1 worker", FLOOR)
        )
        numbers = f"{one['wall']:8.3f} {one['cpu']:8.3f} {ratios}"
        print(f"{way:26} {numbers} {one['figures']:8.0f} {one['bytes'] / 1000:6.0f}   {begin}")
        if "whole" in one:
            name = f"  with its start, {one['n']:.0f} reports"
            print(f"{name:26} {one['whole']:7.3f} {one['whole_cpu']:8.3f}")
    print()
    print(f"{'seconds of a report':26} " + " ".join(f"{part:>10}" for part in PARTS))
    for way, one in told.items():
        cells = [f"{one['parts'][part]:10.3f}" if part in one["parts"] else f"{'-':>10}" for part in PARTS]
        print(f"{way:26} " + " ".join(cells))


def profiles_of(home: Path, courses: list[str]) -> dict[str, dict[str, float]]:
    """Return the shares of a report's parts, in copies of a process and in one process, by `profile_report`."""
    forked, plain = (profile(home, courses, LANGUAGE, is_forked=forked).shares(BROAD) for forked in (True, False))
    without = {part: share for part, share in plain.items() if part != "the rest"}
    shares = {part: share / sum(without.values()) for part, share in without.items()}
    return {"runner, 1 worker": forked, "runner, 2 workers": forked, "floor, cleaned": shares}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one round, few courses")
    parser.add_argument("--growth", action="store_true", help="1,000 courses too; takes a quarter of an hour more")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was measured")
    options = parser.parse_args()
    random.seed(SEED)
    sizes = [10] if options.quick else [10, 100, 1000] if options.growth else [10, 100]
    before = machine()
    with tempfile.TemporaryDirectory(prefix="coursewaves-bench-") as folder:
        home = make_year(Path(folder) / "year", 20 if options.quick else 60)
        write_codebook(home, LANGUAGE)
        courses = whole_courses(home)
        rounds = measure(home.root, courses, 1 if options.quick else options.rounds)
        told = summary(rounds, profiles_of(home.root, courses[:8]))
        spoken = languages(home.root, courses[:8])
        growth = grown(Path(folder), sizes, LANGUAGE, 1 if options.quick else options.rounds)
    if options.json:
        found = {"machine": before, "ways": told, "three_languages": spoken, "growth": growth}
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    print(f"{before['cores']} cores, load {before['load']} before and {machine()['load']} after\n")
    show(told)
    print(f"\nthree languages of a course: {spoken:.2f} times the CPU time of one\n")
    show_growth(growth)


if __name__ == "__main__":
    main()
