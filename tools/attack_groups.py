"""Solve hidden groups of participants: from which groups are named at all, and from files that hold one language."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from attack_pages import FEW, Claim, Page
from scipy.optimize import linprog

CONTINGENT = "contingent_of_the_respondents_wave"
LANGUAGES = {"қазақша": "kk", "русский": "ru", "English": "en"}


class Group(NamedTuple):
    """One group of the participants of a course and wave: its question, its name, and its size where it is shown."""

    item: str
    name: str
    n: int | None


def groups_named(pages: list[Page]) -> Iterator[Claim]:
    """Bound the hidden groups of a course by those that are named: one that nobody belongs to is not.

    Where every group of the question is named, also those of nobody, nothing follows.
    """
    for page in (page for page in pages if page.kind == "course"):
        for wave, groups in _contingents(page).items():
            total = _answered(page).get(wave)
            for item in dict.fromkeys(group.item for group in groups):
                own = [group for group in groups if group.item == item]
                hidden = [group for group in own if group.n is None]
                left = (total or 0) - sum(group.n or 0 for group in own)
                most = left - len(hidden) + 1
                if hidden and total and len(own) < _n_options(item) and most < FEW - 1:
                    for group in hidden:
                        yield Claim("group", (page.subject_id, wave, item, group.name), most, (1, most))


def _contingents(page: Page) -> dict[str, list[Group]]:
    """Return the groups of participants that a course's page names, by wave."""
    found: dict[str, list[Group]] = {}
    for section in page.results.result.get("sections", ()):
        for table in (table for table in section["tables"] if table["name"] == CONTINGENT):
            wave = table["title"][-1]
            for row in table["rows"]:
                n = row["values"]["n"]
                item, _, name = row["label"].partition(" — ")
                found.setdefault(wave, []).append(Group(item, name, n if isinstance(n, int) else None))
    return found


def _answered(page: Page) -> dict[str, int]:
    """Return how many answered each wave of a course, where it is shown."""
    lines = [line for line in page.lines if line.place[3] == "Invited and answered, by wave"]
    told = {line.cells[0][-1]: line.number("Answered") for line in lines}
    return {wave: n for wave, n in told.items() if n is not None}


@cache
def _n_options(item: str) -> int:
    from coursewaves.survey.files import load_survey  # noqa: PLC0415

    survey = load_survey()
    found = [one for one in survey.background if one.wording("en") == item]
    return len(survey.scale(found[0].scale).options) if found else 0


# Files -----------------------------------------------------------------------------------------------


def groups_by_files(pages: list[Page]) -> Iterator[Claim]:
    """Bound how many of a course answered in each language by what each file kept: a file holds one language."""
    files = _files(pages)
    courses = [page for page in pages if page.kind == "course"]
    for programme, wave in dict.fromkeys(key[:2] for key in files):
        own = [page for page in courses if page.subject_id.startswith(f"{programme}-") and wave in _answered(page)]
        bands = {language: band for (name, at, language), band in files.items() if (name, at) == (programme, wave)}
        if own and len(bands) > 1:
            yield from _solved(own, wave, bands)


def _files(pages: list[Page]) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Return between which numbers the kept records of a programme, wave and language lie."""
    found: dict[tuple[str, str, str], tuple[int, int]] = {}
    for number in _rows(pages, "intake", "files_and_their_records"):
        name = re.fullmatch(r"wave(\d)/(P\d+)_[A-C]_(\w\w)\.\w+ \([A-C]\)", number["label"])
        kept = number["values"]["n_kept"]
        if name:
            low, high = kept if isinstance(kept, list) else (kept, kept)
            key = (name[2], name[1], name[3])
            before = found.get(key, (0, 0))
            found[key] = (before[0] + low, before[1] + high)
    return found


def _rows(pages: list[Page], kind: str, table_name: str) -> Iterator[dict[str, Any]]:
    for page in (page for page in pages if page.kind == kind):
        for section in page.results.result.get("sections", ()):
            for table in (table for table in section["tables"] if table["name"] == table_name):
                yield from table["rows"]


def _solved(courses: list[Page], wave: str, bands: dict[str, tuple[int, int]]) -> Iterator[Claim]:
    """Bound every number of a course and language: they sum up to the course's and to the files' numbers."""
    languages, totals = [*bands], [_answered(page)[wave] for page in courses]
    known = [_by_language(page, wave) for page in courses]
    size = len(courses) * len(languages)
    places = np.arange(size).reshape(len(courses), len(languages))
    sums, files = np.zeros((len(courses), size)), np.zeros((len(languages), size))
    for row, place in zip(sums, places, strict=True):
        row[place] = 1
    for row, place in zip(files, places.T, strict=True):
        row[place] = 1
    ends = [(n, n) if (n := own.get(name)) is not None else (0, total)
            for own, total in zip(known, totals, strict=True) for name in languages]  # fmt: skip
    low, high = zip(*bands.values(), strict=True)
    for page, own, place in zip(courses, known, places, strict=True):
        for name, at in zip(languages, place, strict=True):
            if own.get(name) is None:
                told = _ends(sums, totals, files, (low, high), ends, at)
                if told and 1 <= told[1] < FEW and (told[0] > 1 or told[1] < FEW - 1):
                    yield Claim("group", (page.subject_id, wave, "language", name), told[1], (max(told[0], 1), told[1]))


def _by_language(page: Page, wave: str) -> dict[str, int | None]:
    groups = _contingents(page).get(wave, [])
    return {LANGUAGES[group.name]: group.n for group in groups if group.name in LANGUAGES}


def _ends(sums: Any, totals: Any, files: Any, bands: Any, bounds: Any, at: int) -> tuple[int, int] | None:
    aim = np.zeros(sums.shape[1])
    aim[at] = 1
    sides, told = np.vstack([files, -files]), [*bands[1], *(-low for low in bands[0])]
    found = [linprog(sign * aim, A_eq=sums, b_eq=totals, A_ub=sides, b_ub=told, bounds=bounds) for sign in (1, -1)]
    if any(one.status for one in found):
        return None
    return int(np.ceil(found[0].fun - 1e-6)), int(np.floor(-found[1].fun + 1e-6))
