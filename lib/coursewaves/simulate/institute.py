"""Make the example institute: sizes and a seed go in, its registry tables come out."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from coursewaves.registry.reader import BUILT_IN_REGIONS
from coursewaves.registry.tables import columns_of, dtype_of
from coursewaves.simulate.sittings import council_rows
from coursewaves.system.yamlfile import read_yaml

BANK = Path(__file__).parent / "programmes.yml"
LANGUAGES = ("kk", "ru", "en")

_SURNAMES = (
    "Серікова",
    "Омарова",
    "Қасымова",
    "Жұмабаева",
    "Әлібекова",
    "Нұрланова",
    "Тілеубаева",
    "Сәтбаева",
)
_INITIALS = "АГДЖЗМСШ"
_DEGREES = ("PhD", "педагогика ғылымдарының кандидаты", "магистр", "")
_POSITIONS = ("аға оқытушы", "әдіскер-тренер", "доцент", "тренер")
_AGES = {"u30": 0.2, "30-39": 0.31, "40-49": 0.28, "50-59": 0.17, "60+": 0.04}
_EXPERIENCE = ("u3", "3-5", "6-10", "11-20", "o20")
_EXPERIENCE_BY_AGE = {
    "u30": (0.45, 0.37, 0.18, 0.0, 0.0),
    "30-39": (0.13, 0.24, 0.38, 0.25, 0.0),
    "40-49": (0.06, 0.1, 0.21, 0.43, 0.2),
    "50-59": (0.03, 0.05, 0.12, 0.3, 0.5),
    "60+": (0.0, 0.03, 0.07, 0.25, 0.65),
}
_ROLES = {"head": 0.1, "methodologist": 0.15, "teacher": 0.75}
_CENTRES = (
    ("KZ-71", "Астана", "Астане", "Astana"),
    ("KZ-75", "Алматы", "Алматы", "Almaty"),
    ("KZ-79", "Шымкент", "Шымкенте", "Shymkent"),
    ("KZ-35", "Қарағанды", "Караганде", "Karaganda"),
    ("KZ-15", "Ақтөбе", "Актобе", "Aktobe"),
    ("KZ-63", "Өскемен", "Усть-Каменогорске", "Oskemen"),
    ("KZ-61", "Түркістан", "Туркестане", "Turkistan"),
    ("KZ-55", "Павлодар", "Павлодаре", "Pavlodar"),
    ("KZ-23", "Атырау", "Атырау", "Atyrau"),
)


class Institute(NamedTuple):
    """The registry's tables by name; one row each as in `coursewaves.registry.tables`."""

    tables: dict[str, pd.DataFrame]

    def write(self, folder: Path) -> None:
        """Write every table as ``<table>.csv``."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in self.tables.items():
            text = table.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n")
            (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")


def make_institute(rng: np.random.Generator, programmes: int, courses: int, enrolled: int, year: int) -> Institute:
    """Make the registry of one year (¶17).

    Parameters
    ----------
    rng
        Source of chance.
    programmes, courses
        How many of each; courses are spread evenly over programmes, the first is ``P01-01``.
    enrolled
        Mean number of participants per course.
    year
        The year in which the courses run.
    """
    bank = read_yaml(BANK).content
    entries = [_numbered(bank["programmes"], number) for number in range(programmes)]
    rows: dict[str, list[dict[str, Any]]] = {
        "directions": [{"direction_id": d[0]} | _texts("title", d[1:]) for d in bank["directions"]],
        "programmes": [_programme(entry, year) for entry in entries],
        "trainers": [_trainer(rng, number) for number in range(2 * programmes)],
        "topics": [row for number, entry in enumerate(entries) for row in _topics(entry, number)],
        "abilities": [row for entry in entries for row in _abilities(entry)],
        "centres": [_centre(number) for number in range(len(_CENTRES))],
    }
    sizes = _sizes(rng, courses, enrolled)
    rows["courses"] = [
        _course(entries[number % programmes], number, programmes, courses, year) for number in range(courses)
    ]
    rows["participants"] = _participants(rng, rows["courses"], sizes)
    rows |= council_rows([entry["id"] for entry in entries], rows["courses"], year)
    _count(rows)
    return Institute({name: _frame(name, content) for name, content in rows.items()})


def _frame(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = {
        name: pd.Series([row.get(name) for row in rows], dtype=dtype_of(table, name)) for name in columns_of(table)
    }
    return pd.DataFrame(columns)


def _texts(stem: str, texts: list[str], suffix: str = "") -> dict[str, str]:
    return {f"{stem}_{language}": text + suffix for language, text in zip(LANGUAGES, texts, strict=True)}


def _numbered(entries: list[dict[str, Any]], number: int) -> dict[str, Any]:
    """Return the bank's entry; beyond its end begin again under new titles."""
    again, place = divmod(number, len(entries))
    return entries[place] | {"id": f"P{number + 1:02d}", "suffix": f" – {again + 1}" if again else ""}


def _programme(entry: dict[str, Any], year: int) -> dict[str, Any]:
    return {
        "programme_id": entry["id"],
        "direction_id": entry["direction"],
        "hours": int(entry["hours"]),
        "practical_hours": int(entry["practical"]),
        "opened_on": date(year - 1, 9, 1),
    } | _texts("title", entry["title"], entry["suffix"])


def _topics(entry: dict[str, Any], number: int) -> list[dict[str, Any]]:
    parts = np.array([float(topic[0]) for topic in entry["topics"]])
    hours = np.floor(int(entry["hours"]) * parts / parts.sum())
    hours[-1] += int(entry["hours"]) - hours.sum()
    return [
        {
            "topic_id": f"{entry['id']}-T{place}",
            "programme_id": entry["id"],
            "number": place,
            "hours": float(hours[place - 1]),
            "trainer_id": f"T{2 * number + 1 + place % 2:02d}",
        }
        | _texts("title", topic[1:])
        for place, topic in enumerate(entry["topics"], 1)
    ]


def _abilities(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"programme_id": entry["id"], "number": place} | _texts("text", texts)
        for place, texts in enumerate(entry["abilities"], 1)
    ]


def _trainer(rng: np.random.Generator, number: int) -> dict[str, Any]:
    return {
        "trainer_id": f"T{number + 1:02d}",
        "name": f"{_INITIALS[number // 8 % 8]}. {_SURNAMES[number % 8]}",
        "degree": _DEGREES[int(rng.integers(4))] or None,
        "position": _POSITIONS[int(rng.integers(4))],
        "experience_years": int(rng.integers(4, 31)),
    }


def _centre(number: int) -> dict[str, Any]:
    region, kk, ru, en = _CENTRES[number]
    titles = [f"{kk} құзырет орталығы", f"Центр компетенций в {ru}", f"Competence centre {en}"]
    email = f"centre{number + 1}@example.kz"
    return {"centre_id": f"C{number + 1}", "region_id": region, "email": email} | _texts("title", titles)


def _sizes(rng: np.random.Generator, courses: int, enrolled: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Draw class sizes with the mean that is asked for: most ordinary, every eleventh very small."""
    sizes = np.exp(rng.normal(0, 0.25, courses))
    sizes[0] = 1.0
    sizes[7::11] = 0.2
    return np.asarray(np.maximum(np.ceil(sizes * enrolled / sizes.mean()), 6), dtype=np.int64)


def _course(entry: dict[str, Any], number: int, programmes: int, courses: int, year: int) -> dict[str, Any]:
    run, place = divmod(number, programmes)
    runs = -(-courses // programmes)
    week = int(44 * (run + (place * 5 % programmes) / programmes) / runs)
    first = date(year, 1, 13)
    starts_on = first + timedelta(days=(7 - first.weekday()) % 7 + 7 * week)
    days = 4 if int(entry["hours"]) <= 40 else 11
    language = "ru" if number % 5 == 3 else "kk"
    course_id = f"{entry['id']}-{run + 1:02d}"
    return {
        "course_id": course_id,
        "programme_id": entry["id"],
        "starts_on": starts_on,
        "ends_on": starts_on + timedelta(days=days),
        "centre_id": f"C{1 + (number * 7 + run) % len(_CENTRES)}",
        "language": language,
        "aliases": f"{entry['id']}/{year}-{run + 1}",
        "trainer_ids": f"T{2 * place + 1:02d}|T{2 * place + 2:02d}",
    }


def _participants(
    rng: np.random.Generator, courses: list[dict[str, Any]], sizes: np.ndarray[Any, np.dtype[np.int64]]
) -> list[dict[str, Any]]:
    total = int(sizes.sum())
    codes = rng.permutation(90_000)[:total] + 10_000 if total <= 90_000 else np.arange(total) + 100_000
    letters = rng.choice(list("ABCDEHKMPT"), total)
    regions = pd.read_csv(BUILT_IN_REGIONS)["region_id"].to_numpy()
    role = rng.choice(list(_ROLES), total, p=list(_ROLES.values()))
    age = rng.choice(list(_AGES), total, p=list(_AGES.values()))
    steps = np.cumsum([_EXPERIENCE_BY_AGE[str(band)] for band in age], axis=1)
    experience = np.minimum((rng.random((total, 1)) >= steps).sum(axis=1), len(_EXPERIENCE) - 1)
    home = rng.choice(regions, total)
    is_done = rng.random(total) < 0.96
    return [
        {
            "participant_id": f"{letters[one]}{codes[one]}",
            "course_id": courses[place]["course_id"],
            "role": str(role[one]),
            "region_id": str(home[one]),
            "age_band": str(age[one]),
            "experience_band": _EXPERIENCE[experience[one]],
            "completed": "yes" if is_done[one] else "no",
        }
        for one, place in enumerate(np.repeat(np.arange(len(courses)), sizes))
    ]


def _count(rows: dict[str, list[dict[str, Any]]]) -> None:
    people = pd.DataFrame(rows["participants"])
    enrolled = people.groupby("course_id").size()
    completed = people[people["completed"] == "yes"].groupby("course_id").size()
    for course in rows["courses"]:
        course["enrolled"] = int(enrolled[course["course_id"]])
        course["completed"] = int(completed.get(course["course_id"], 0))
