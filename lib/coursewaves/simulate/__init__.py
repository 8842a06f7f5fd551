"""Simulate a whole year of an institute: sizes and a seed go in, a work folder and its truth come out.

The folder is what a clerk would have: a registry and raw exports of Google Forms with the usual damage. What
was planted stands beside it in ``data/truth.json``, for tests and for learning.
"""

import csv
from pathlib import Path

import numpy as np
import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.registry.reader import BUILT_IN_REGIONS
from coursewaves.simulate.answers import answer_all, low_rated, make_people
from coursewaves.simulate.damage import CANARIES, Damage
from coursewaves.simulate.forms import Wordings, write_form
from coursewaves.simulate.institute import make_institute
from coursewaves.simulate.submissions import Submitter
from coursewaves.simulate.truth import Truth, read_truth, tell_truth
from coursewaves.survey.files import load_survey
from coursewaves.survey.instruments import Survey

__all__ = ["Truth", "low_rated", "read_truth", "simulate_year"]

DECOY = "wave1/attendance_list.csv"

SETTINGS = """\
# Settings of the example institute; everything in data/ is simulated.
institute:
  kk: "Балаларды ерте дамыту институты (мысал деректер)"
  ru: "Институт раннего развития детей (учебные данные)"
  en: "Institute for Early Childhood Development (example data)"
languages: [kk, ru, en]
time_zone: Asia/Almaty

# The smallest group of which anything is shown.
minimum_group: 5

# Programmes rated below this (0-100) are low-rated (¶16); the councils decide the threshold.
low_rated_below: 62.5

# What can't be seen from the files: the English worksheets write the month first.
sources:
  - files: "*_en.csv"
    time_form: "m/d/Y H:M:S"
"""


def simulate_year(
    home: Path,
    *,
    programmes: int = 12,
    courses: int = 60,
    enrolled: int = 36,
    seed: int = 2026,
    year: int = 2025,
    survey: Survey | None = None,
) -> Truth:
    """Write a work folder with a simulated year; the same arguments give the same bytes.

    Parameters
    ----------
    home
        The work folder; it must hold neither raw data nor settings yet.
    programmes, courses
        At least 2 and 4; the first course is ``P01-01``.
    enrolled
        Mean number of participants per course, at least 10.
    seed, year
        Seed of chance, and the year in which the courses run.
    survey
        The survey design, by default the built-in one.

    Returns
    -------
    Truth
        What was planted, also written to ``data/truth.json``.

    Raises
    ------
    CoursewavesError
        Where the sizes are too small, or the folder already holds raw data or settings.
    """
    _check(home, programmes, courses, enrolled)
    survey = survey or load_survey()
    rng = np.random.default_rng(seed)
    institute = make_institute(rng, programmes, courses, enrolled, year)
    tables = institute.tables
    people = make_people(rng, tables)
    counted = {name: tables[name].groupby("programme_id").size() for name in ("abilities", "topics")}
    codes = {one.id: answer_all(rng, people, one, survey, counted) for one in survey.waves()}
    submitter = Submitter(rng, people, tables, Wordings(survey, tables | {"regions": _regions()}))
    forms = [form for one in survey.waves() for form in submitter.fill(one, codes[one.id])]
    damage = Damage(rng, forms, codes, submitter)
    damage.inflict()
    sizes = {"programmes": programmes, "courses": courses, "participants": len(people.frame), "seed": seed}
    sizes["waves"] = len(survey.waves())
    truth = tell_truth(damage, people, codes, sizes, {DECOY: 2 * len(CANARIES["names"])})
    raw = home / "data" / "raw"
    institute.write(raw / "registry")
    for form in forms:
        write_form(form, raw / "responses", damage.blanks.get(form.path))
    _write_decoy(raw / "responses" / DECOY)
    (home / "coursewaves.yml").write_text(SETTINGS, encoding="utf-8", newline="")
    truth.write(home / "data" / "truth.json")
    return truth


def _check(home: Path, programmes: int, courses: int, enrolled: int) -> None:
    if programmes < 2 or courses < max(4, programmes) or enrolled < 10:
        needed = "2 programmes, 4 courses, a course for each programme and 10 enrolled"
        raise CoursewavesError(f"A simulated year needs at least {needed}.")
    raw = home / "data" / "raw"
    if any(path.is_file() and path.name != ".gitkeep" for path in raw.rglob("*")):
        raise CoursewavesError(f"{home.name} holds raw data already; fix: name an empty folder")
    if (home / "coursewaves.yml").exists():
        raise CoursewavesError(f"{home.name} has settings already; fix: name an empty folder")


def _regions() -> pd.DataFrame:
    return pd.read_csv(BUILT_IN_REGIONS, dtype=str)


def _write_decoy(path: Path) -> None:
    """Write a list that is no survey, as such files do end up among exports."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["№", "Аты-жөні", "1-күн", "2-күн"])
        for number, name in enumerate(CANARIES["names"] * 2, 1):
            writer.writerow([number, name, "+", "+"])
