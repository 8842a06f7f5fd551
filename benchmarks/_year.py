"""A simulated year to measure on, and the clocks: wall and CPU seconds of a process with all that it started."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from coursewaves.load import load_year
from coursewaves.processed.year import Year
from coursewaves.settings.home import Home
from coursewaves.simulate import simulate_year
from coursewaves.survey.instruments import Instrument, Survey

BENCHMARKS = Path(__file__).parent
SCRIPTS = Path(sys.executable).parent
"""Where the commands of this environment lie."""

CODEBOOK = "codebook.json"


class Spent(NamedTuple):
    """What something took, the processes that it started included."""

    wall: float
    cpu: float


@contextmanager
def clock() -> Iterator[list[Spent]]:
    """Time a block; its list holds one `Spent` when the block has ended, of children that were waited for."""
    spent: list[Spent] = []
    wall, cpu = time.perf_counter(), _cpu()
    yield spent
    spent.append(Spent(time.perf_counter() - wall, _cpu() - cpu))


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def run(*command: str | Path) -> tuple[Spent, str]:
    """Run a command and return what it took and what it wrote."""
    with clock() as spent:
        done = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)
    return spent[0], done.stdout


def machine() -> dict[str, Any]:
    """Tell what the seconds hang on; a load above the cores means that others were at work too."""
    return {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1), "python": sys.version.split()[0]}


def make_year(folder: Path, courses: int) -> Home:
    """Simulate and load a year of so many courses."""
    home = simulated(folder, courses)
    load_year(home)
    return home


def simulated(folder: Path, courses: int) -> Home:
    """Simulate a year of so many courses, not loaded yet; its reports are pages alone, as every way makes them."""
    simulate_year(folder, programmes=max(2, courses // 5), courses=courses)
    with (folder / "coursewaves.yml").open("a", encoding="utf-8") as settings:
        settings.write("formats: [html]\n")
    return Home(folder)


def whole_courses(home: Home, least: int = 13) -> list[str]:
    """Name the courses that every wave has enough forms of, of programmes that are not low: their reports are alike.

    A low-rated programme gets an analysis of its own, which the analyst's notebook does not have.
    """
    year = Year(home)
    counts = year.responses.groupby(["course_id", "instrument_id"], observed=True).size().unstack(fill_value=0)
    programmes = pd.read_parquet(home.processed / "pooled_programmes.parquet")
    fine = set(programmes.loc[programmes["verdict"] == "not low", "programme_id"])
    courses = year.registry.courses.set_index("course_id")["programme_id"]
    return [str(name) for name in counts.index[(counts >= least).all(axis=1)] if courses[name] in fine]


def write_codebook(home: Home, language: str) -> Path:
    """Write what an analyst has of the questionnaires: every question with its wording, its scale and its grid."""
    survey = home.survey
    path = home.root / CODEBOOK
    path.write_text(json.dumps(_codebook(survey, language), ensure_ascii=False), encoding="utf-8")
    return path


def _codebook(survey: Survey, language: str) -> dict[str, Any]:
    scored = [*survey.criteria, *survey.indicators, *survey.ratings]
    pairs = [pair for construct in survey.constructs for pair in construct.pairs]
    return {
        "waves": {one.id: one.wording(language) for one in survey.waves()},
        "scales": {
            scale.id: {option.code: option.wording(language) for option in scale.options} for scale in survey.scales
        },
        "grids": [grid for one in survey.waves() for grid in _grids(survey, one, language)],
        "choices": [
            {"wave": one.id, "item": item.id, "text": item.wording(language), "scale": item.scale}
            for one in survey.waves()
            for item in one.items
            if survey.scale(item.scale).kind in ("single", "multiple") and survey.scale(item.scale).options
            and not item.repeat
        ],
        "open": {
            item.id: item.wording(language)
            for one in survey.waves()
            for item in one.items
            if survey.scale(item.scale).kind == "text"
        },
        "names": {entry.id: entry.wording(language) for entry in scored},
        "kinds": {entry.id: entry.kind for entry in survey.criteria},
        "indicators": [entry.id for entry in survey.indicators],
        "background": {
            item.purpose: [item.wording(language), item.scale] for item in survey.background if item.purpose
        },
        "pairs": [
            {"kind": pair.kind, "text": pair.wording(language), "earlier": pair.earlier, "later": pair.later}
            for pair in pairs
        ],
        "chains": {chain.wording(language): _steps(survey, chain.pairs) for chain in survey.chains},
        "steps": {
            item.id: len(survey.scale(item.scale).options)
            for one in survey.waves()
            for item in one.items
            if survey.scale(item.scale).kind == "ordinal"
        },
    }  # fmt: skip


def _grids(survey: Survey, instrument: Instrument, language: str) -> list[dict[str, Any]]:
    """List the runs of neighbouring questions of one scale, as a report draws them; topics have a table."""
    captions = {grid.id: grid.wording(language) for grid in instrument.grids}
    found: list[dict[str, Any]] = []
    for item in instrument.items:
        if survey.scale(item.scale).kind != "ordinal" or item.repeat == "topics":
            continue
        if not found or (found[-1]["grid"], found[-1]["scale"]) != (item.grid, item.scale):
            caption = captions.get(item.grid or "", "")
            found.append(
                {"wave": instrument.id, "grid": item.grid, "caption": caption, "scale": item.scale, "items": {}}
            )
        found[-1]["items"][item.id] = "" if item.repeat else item.wording(language)
    return found


def _steps(survey: Survey, pairs: list[str]) -> list[list[str]]:
    """List the sides of a chain: its first pair's earlier questions, then every pair's later ones."""
    found = [survey.pair(name) for name in pairs]
    return [found[0].earlier, *(pair.later for pair in found)]
