"""Measure how loading, making and an unchanged second run grow with the number of courses."""

import json
import sys
from pathlib import Path
from statistics import median
from typing import Any

from _year import BENCHMARKS, SCRIPTS, run, simulated

from coursewaves.processed.contents import read_contents
from coursewaves.processed.year import Year
from coursewaves.settings.home import Home

MEASURED = 60
"""Reports of each round that tell what one takes; a year of ten courses is made anew until there are as many."""

Taken = dict[str, Any]


def grown(folder: Path, sizes: list[int], language: str, rounds: int) -> list[Taken]:
    """Simulate a year of each size, make all its reports, run once more with nothing to do, and time single reports.

    The sizes take turns with the single reports, so that whatever else the machine does meets all of them.
    """
    taken = [_whole(folder / f"year-{size}", size, language) for size in sizes]
    each: list[list[Taken]] = [[] for _ in taken]
    for _ in range(rounds):
        for size, one in enumerate(taken):
            each[size].append(_single(Home(one["home"]), one["ids"], language))
    return [_summed(one, reports) for one, reports in zip(taken, each, strict=True)]


def _whole(folder: Path, courses: int, language: str) -> Taken:
    """Load a year, make the report of every course, and run once more with nothing to do."""
    home = simulated(folder, courses)
    command = [SCRIPTS / "coursewaves", "--home", home.root]
    loading, _ = run(*command, "load")
    reports = [*command, "report", "--kind", "course", "--language", language]
    first, _ = run(*reports)
    again, _ = run(*reports)
    return {
        "courses": courses, "records": int(Year(home).files["n_read"].sum()), "load": loading.wall,
        "load_cpu": loading.cpu, "first": first.wall, "again": again.wall, "first_cpu": first.cpu,
        "again_cpu": again.cpu, "home": home.root, "ids": _ids(home),
    }  # fmt: skip


def _single(home: Home, ids: list[str], language: str) -> Taken:
    """Time reports from all over the year, without the start of their process."""
    asked = ids[:: max(1, len(ids) // MEASURED)][:MEASURED]
    passes = max(1, MEASURED // len(asked))
    made = [
        json.loads(run(sys.executable, BENCHMARKS / "_ways.py", "runner, 2 workers", home.root, language, *asked)[1])
        for _ in range(passes)
    ]
    return {name: median(one[name] for one in made) for name in ("wall", "cpu")} | {"memory": made[0]["memory"]}


def _summed(whole: Taken, each: list[Taken]) -> Taken:
    told = {name: found for name, found in whole.items() if name not in ("home", "ids")}
    times = {name: median(one[name] for one in each) for name in ("wall", "cpu")}
    return told | times | {"reports": len(whole["ids"]), "memory": each[-1]["memory"]}


def _ids(home: Home) -> list[str]:
    contents = read_contents(home)
    if contents is None:
        raise AssertionError("the year was not loaded")
    return [entry.course_id for entry in contents.courses]


def languages(home: Path, courses: list[str]) -> float:
    """Return how many times the CPU time of a course's report in one language its reports in three take."""
    taken = []
    for spoken in ("kk", "kk+ru+en"):
        command = [sys.executable, BENCHMARKS / "_ways.py", "runner, 1 worker", home, spoken, *courses]
        taken.append(json.loads(run(*command)[1])["cpu"] * (1 + spoken.count("+")))
    return taken[1] / taken[0]


def show_growth(growth: list[Taken]) -> None:
    """Print one line for each size; CPU seconds, which other people's work moves less than wall seconds."""
    head = ("courses", "records", "load s", "ms a record", "reports", "s a report", "runner MB", "foreman MB")
    print("CPU seconds of all processes; command: coursewaves report, and once more with nothing to do")
    print(" ".join(f"{name:>11}" for name in (*head, "command s", "again s", "share")))
    for one in growth:
        memory = one["memory"]
        numbers = [
            f"{one['courses']:,}", f"{one['records']:,}", f"{one['load_cpu']:.1f}",
            f"{1000 * one['load_cpu'] / one['records']:.2f}", f"{one['reports']}", f"{one['cpu']:.3f}",
            f"{memory['runner']:.0f}", f"{memory['foreman']:.0f}", f"{one['first_cpu']:.1f}", f"{one['again_cpu']:.2f}",
            f"{one['again_cpu'] / one['first_cpu']:.1%}",
        ]  # fmt: skip
        print(" ".join(f"{number:>11}" for number in numbers))
