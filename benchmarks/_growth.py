"""Measure how loading, making and an unchanged second run grow with the number of courses."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from _year import BENCHMARKS, SCRIPTS, run, simulated

from coursewaves.contents import read_contents
from coursewaves.settings import Home
from coursewaves.year import Year

MOST_MADE = 200
"""Reports that are made of a larger year: more of them tell nothing new of the time for each."""


def grown(folder: Path, courses: int, language: str) -> dict[str, Any]:
    """Simulate a year of so many courses, load it, make its reports, and run once more with nothing to do."""
    home = simulated(folder, courses)
    command = [SCRIPTS / "coursewaves", "--home", home.root]
    loading, _ = run(*command, "load")
    n_records = int(Year(home).files["n_read"].sum())
    ids = _ids(home)
    asked = ids[:: max(1, len(ids) // MOST_MADE)]
    _, text = run(sys.executable, BENCHMARKS / "_ways.py", "runner, 2 workers", home.root, language, *asked)
    made = json.loads(text)
    shutil.rmtree(home.reports)
    several = [part for name in asked for part in ("--course", name)]
    first, _ = run(*command, "report", "--language", language, *several)
    again, _ = run(*command, "report", "--language", language, *several)
    return {
        "courses": courses, "records": n_records, "load": loading.wall, "load_cpu": loading.cpu,
        "reports": made["n"], "wall": made["wall"], "cpu": made["cpu"], "whole": made["whole"],
        "memory": made["memory"], "first": first.wall, "again": again.wall,
        "first_cpu": first.cpu, "again_cpu": again.cpu,
    }  # fmt: skip


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


def show_growth(growth: list[dict[str, Any]]) -> None:
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
