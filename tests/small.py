"""A small survey of two waves, its registry and its exports: what the tests of the core read."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from coursewaves.intake.responses import Intake, read_responses
from coursewaves.privacy.pseudonyms import Pseudonyms
from coursewaves.reading.records import read_records
from coursewaves.registry.reader import BUILT_IN_REGIONS, Registry, empty_table
from coursewaves.registry.tables import TABLES, columns_of, dtype_of
from coursewaves.settings.home import Settings
from coursewaves.survey.instruments import Survey

PSEUDONYMS = Pseudonyms(b"thirty-two bytes, not secret now")

STEPS = [("1", "мүлдем жоқ", "совсем нет", "not at all"), ("2", "аз", "мало", "a little"),
         ("3", "орташа", "средне", "medium"), ("4", "көп", "много", "much"),
         ("5", "толық", "полностью", "fully")]  # fmt: skip


def texts(kk: str, ru: str, en: str) -> dict[str, str]:
    return {"kk": kk, "ru": ru, "en": en}


def item(item_id: str, scale: str, en: str, **more: Any) -> dict[str, Any]:
    return {"id": item_id, "scale": scale, "text": texts(f"{en} қаз", f"{en} рус", en)} | more


def instrument(
    name: str, wave: int, anchor: str, opens: int, closes: int, items: list[dict[str, Any]]
) -> dict[str, Any]:
    window = {"anchor": anchor, "due": 0, "opens": opens, "closes": closes}
    stem = {"id": f"{name}g", "text": texts("Бағалаңыз", "Оцените", "Please rate")}
    then = {"id": f"{name}t", "text": texts("Бұрын", "Раньше", "Before")}
    return {"id": name, "wave": wave, "window": window, "items": items, "grids": [stem, then]}


@lru_cache(maxsize=1)
def survey() -> Survey:
    """Waves P (before) and Q (after): one item in both, a repeated one asked twice, every kind of scale."""
    steps = [{"code": code, "text": texts(*words)} for code, *words in STEPS]
    ordinal = {
        "id": "S5",
        "kind": "ordinal",
        "options": steps,
        "not_applicable": {"code": "9", "text": texts("қатысы жоқ", "неприменимо", "does not apply")},
    }
    reasons = {"id": "R", "kind": "multiple", "options": [
        {"code": "r1", "text": texts("Стандарттағы, бағдарламадағы өзгерістер", "Изменения в стандарте, программе",
                                     "Changes of the standard, of the programme")},
        {"code": "r2", "text": texts("Аттестация", "Аттестация", "Appraisal"), "also": ["Attestation"]},
        {"code": "r3", "text": texts("Басқа", "Другое", "Other"), "other": True}]}  # fmt: skip
    roles = {"id": "roles", "kind": "single", "options": [
        {"code": "head", "text": texts("Басшы", "Руководитель", "Head")},
        {"code": "teacher", "text": texts("Тәрбиеші", "Воспитатель", "Teacher")}]}  # fmt: skip
    yes = {
        "id": "yes",
        "kind": "single",
        "options": [
            {"code": "yes", "text": texts("Иә", "Да", "Yes")},
            {"code": "no", "text": texts("Жоқ", "Нет", "No")},
        ],
    }
    scales = [
        ordinal,
        reasons,
        roles,
        yes,
        {"id": "N", "kind": "number", "low": 0, "high": 10},
        {"id": "T", "kind": "text"},
        {"id": "topics", "kind": "multiple", "options_from": "topics"},
    ]
    before = [item("P1", "S5", "Wish", indicator="wish"), item("P2", "R", "Reasons", at_most=2),
              item("P3", "S5", "Need", indicator="fit")]  # fmt: skip
    after = [
        item("Q1", "S5", "Met", indicator="fit", grid="Qg"),
        item("Q2", "S5", "Fits", indicator="fit", grid="Qg"),
        item("Q3", "S5", "{row}", indicator="ability", repeat="abilities", grid="Qg")
        | {"text": texts("{row}", "{row}", "{row}")},
        item("Q3t", "S5", "{row}", indicator="ability_then", repeat="abilities", grid="Qt")
        | {"text": texts("{row}", "{row}", "{row}")},
        item("Q4", "N", "Recommended", indicator="worth"),
        item("Q5", "T", "Comment"),
        item("Q6", "topics", "Topics used"),
    ]
    purposes = {"course": "T", "participant": "T", "self_code": "T", "submitted_at": "T", "role": "roles",
                "region": "T", "consent": "yes"}  # fmt: skip
    background = [item(f"ID{n}", scale, name, purpose=name) for n, (name, scale) in enumerate(purposes.items())]
    constructs = [
        {"id": "M1", "pairs": [{"id": "M1.fit", "earlier": ["P1"], "later": ["Q1"], "kind": "change"}]},
        {"id": "M2", "pairs": [{"id": "M2.then", "earlier": ["Q3t"], "later": ["Q3"], "kind": "change"}]},
    ]
    return Survey.model_validate(
        {
            "languages": ["kk", "ru", "en"],
            "repeats": {"abilities": 3, "topics": 3},
            "criteria": [{"id": "K1"}, {"id": "K2"}, {"id": "K0"}, {"id": "F1", "kind": "direct_factor"}],
            "indicators": [
                {"id": "wish", "criterion": "K0", "in_criterion": False},
                {"id": "fit", "criterion": "K1", "factor": "F1"},
                {"id": "ability", "criterion": "K2"},
                {"id": "ability_then", "criterion": "K2", "in_criterion": False},
                {"id": "worth", "criterion": "K2"},
                {"id": "told", "criterion": "K2"},
            ],
            "scales": scales,
            "background": background,
            "constructs": constructs,
            "ratings": [{"id": "rating", "instrument": "Q", "criteria": ["K1", "K2"]}],
            "instruments": [
                instrument("P", 1, "starts_on", -14, 0, before),
                instrument("Q", 2, "ends_on", -1, 7, after),
            ],
        }
    )


@lru_cache
def bare_table(name: str) -> pd.DataFrame:
    """A table of the registry without rows, but for the regions, which are the country's; only to be copied."""
    if name != "regions":
        return empty_table(name)
    records = read_records(BUILT_IN_REGIONS)
    return table_of(
        name, [dict(zip(records.header, (cell or None for cell in row), strict=True)) for _, row in records.rows]
    )


def table_of(name: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    types = {column: dtype_of(name, column) for column in columns_of(name)}
    return pd.DataFrame(list(rows), columns=list(types)).astype(types)


def make_registry(**tables: list[Mapping[str, Any]]) -> Registry:
    """A registry of the rows given; other tables are empty, regions are the country's."""
    bare = {name: bare_table(name).copy() for name in TABLES if name not in tables}
    return Registry(**bare, **{name: table_of(name, rows) for name, rows in tables.items()})


@lru_cache(maxsize=1)
def registry() -> Registry:
    """Two runs of one programme, one course of another; a roster that holds code ``p1`` in two courses."""
    return make_registry(
        programmes=[
            {"programme_id": "A", "title_kk": "Оқыту", "title_en": "Teaching", "hours": 72},
            {"programme_id": "B", "title_en": "Play", "hours": 36},
        ],
        abilities=[
            {"programme_id": "A", "number": 1, "text_kk": "Жоспарлаймын", "text_ru": "Планирую", "text_en": "I plan"},
            {"programme_id": "A", "number": 2, "text_kk": "Бақылаймын", "text_ru": "Наблюдаю", "text_en": "I observe"},
            {"programme_id": "B", "number": 1, "text_kk": "Бақылаймын", "text_ru": "Наблюдаю", "text_en": "I observe"},
        ],
        topics=[
            {"topic_id": "A-1", "programme_id": "A", "number": 1, "title_en": "Goals, plans", "hours": 36},
            {"topic_id": "A-2", "programme_id": "A", "number": 2, "title_en": "Observation", "hours": 36},
        ],
        courses=[
            {"course_id": "A-1", "programme_id": "A", "starts_on": "2025-03-03", "ends_on": "2025-03-14"},
            {"course_id": "A-2", "programme_id": "A", "starts_on": "2025-09-01", "ends_on": "2025-09-12"},
            {"course_id": "B-1", "programme_id": "B", "starts_on": "2025-03-03", "ends_on": "2025-03-14",
             "aliases": "Games|Oyun"},
        ],
        participants=[
            {"participant_id": "p1", "course_id": "A-1"},
            {"participant_id": "p2", "course_id": "A-1"},
            {"participant_id": "p1", "course_id": "B-1"},
            {"participant_id": "q9", "course_id": "B-1"},
        ],
    )  # fmt: skip


HEADER = ["submitted_at", "course", "participant", "consent", "Wish", "Reasons", "Need"]
"""Headers of an export of wave P, in English."""


def form(
    time: str = "2025-03-01 10:00:00", course: str = "A-1", person: str = "", consent: str = "Yes", wish: str = "4",
    reasons: str = "", need: str = "5",
) -> list[str]:  # fmt: skip
    """One record of wave P under `HEADER`."""
    return [time, course, person, consent, wish, reasons, need]


def write(path: Path, rows: Iterable[Iterable[str]], header: Iterable[str] = HEADER) -> Path:
    """Write an export in which every cell is quoted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [header, *rows]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(folder: Path, **settings: Any) -> Intake:
    """Read a folder of exports with the small survey and registry."""
    return read_responses(folder, survey(), registry(), Settings(**settings), PSEUDONYMS)


def responses_of(instrument_id: str, columns: Mapping[str, list[Any]], **identity: list[Any]) -> pd.DataFrame:
    """Hand-written responses to one questionnaire, all of course A-1 and unlinked unless said otherwise."""
    n = len(next(iter([*columns.values(), *identity.values()])))
    table = pd.DataFrame(
        {
            "response_id": [f"{instrument_id}{number}" for number in range(n)],
            "course_id": ["A-1"] * n,
            "instrument_id": [instrument_id] * n,
            "wave": [survey().instrument(instrument_id).wave] * n,
            "respondent_id": pd.Series([None] * n, dtype="str"),
        }
        | identity
    )
    return table.assign(**columns)
