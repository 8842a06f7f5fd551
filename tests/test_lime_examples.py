"""Two real LimeSurvey surveys, loaded from end to end: every coded cell against the words of the raw files.

The same 96 answers in English, in German and, written here from the German ones, by code give one coded table.
"""

import csv
import shutil
from pathlib import Path

import pandas as pd
import pytest

from coursewaves.load import load_year
from coursewaves.processed.year import Year
from coursewaves.reading.lime_headings import LimeColumn, columns
from coursewaves.reading.lss import read_lss
from coursewaves.settings.home import find_home
from exports import lime_survey as export

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data" / "limesurvey"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the surveys' answers are not on this machine")

STEPS = {
    "Nicht wichtig": 1, "garnicht wichtig": 1, "Eher unwichtig": 2, "Eher wichtig": 3, "Sehr wichtig": 4,
    "Stimme gar nicht zu": 1, "Stimme garnicht zu": 1, "Stimme eher nicht zu": 2, "Stimme eher zu": 3,
    "Stimme vollständig zu": 4, "gar nicht": 1, "selten": 2, "eher selten": 3, "eher häufig": 4, "sehr häufig": 5,
    "Keine Angabe": 9,
}  # fmt: skip
"""The step of every word of the German scales, lowest first, by hand."""

N_CLOSED, N_ANSWERED = 106, 2209
"""Coded questions, and their cells that hold an answer: the figures in examples/limesurvey/README.md."""


def loaded(home: Path, example: str, files: dict[str, Path]) -> Year:
    shutil.copytree(
        ROOT / "examples" / example, home, ignore=shutil.ignore_patterns("responses", "processed", "reports")
    )
    (home / "data/raw/responses").mkdir()
    for name, path in files.items():
        shutil.copy(path, home / "data/raw/responses" / name)
    return load_year(find_home(home))


def raw(name: str) -> list[list[str]]:
    with (SHARED / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def asked() -> list[LimeColumn]:
    """The columns that the exports hold: those of the structure without one open question and one part of it."""
    parts = ("Kontakt", "IMZ", "IMP", "IMF", "IMM", "IMI")
    return [
        column
        for column in columns(read_lss(SHARED / "limesurvey_survey_222232.lss"))
        if not column.code.startswith(parts)
    ]


def by_code(path: Path) -> Path:
    """Write the German answers once more, as an export by code with short answers holds them."""
    header, *rows = raw("results_german.csv")
    codes = ["id", *(column.code for column in asked())]
    assert len(codes) == len(header)
    answers = [[row[0], *(_short(*pair) for pair in zip(asked(), row[1:], strict=True))] for row in rows]
    return export.write(path, [codes, *answers])


def _short(column: LimeColumn, cell: str) -> str:
    if column.question.kind == "M" and not column.code.endswith("[other]"):
        return {"Ja": "Y"}.get(cell, "")
    named = {text.casefold(): answer.code for answer in column.question.answers for text in answer.texts.values()}
    return named[cell.casefold()] if named and cell else cell


@pytest.fixture(scope="module")
def twins(tmp_path_factory) -> Year:
    files = {f"results_{name}.csv": SHARED / f"results_{name}.csv" for name in ("english", "german")}
    return loaded(tmp_path_factory.mktemp("lime") / "home", "limesurvey", files)


def closed_items(year: Year) -> list[str]:
    return [item.id for item in year.survey.instruments[0].items if year.survey.scale_of(item.id).kind != "text"]


def coded(year: Year, course_id: str) -> pd.DataFrame:
    responses = year.responses[year.responses["course_id"] == course_id].sort_values("row")
    return responses[closed_items(year)].reset_index(drop=True)


def test_every_record_of_both_languages_is_kept_without_a_problem(twins):
    assert twins.files[["platform", "n_read", "n_kept"]].to_numpy().tolist() == [["lime_survey", 96, 96]] * 2
    assert twins.problems.empty


def test_the_english_and_the_german_export_give_one_coded_table(twins):
    english, german = coded(twins, "english"), coded(twins, "german")
    assert english.shape == (96, N_CLOSED)
    pd.testing.assert_frame_equal(english, german)
    assert int(german.notna().sum().sum()) == N_ANSWERED


def test_an_export_by_code_gives_the_same_table(twins, tmp_path):
    path = by_code(tmp_path / "codes.csv")
    year = loaded(tmp_path / "home", "limesurvey", {"results_german.csv": path})
    assert year.problems.empty
    pd.testing.assert_frame_equal(coded(year, "german"), coded(twins, "german"))


def test_who_left_words_in_one_language_left_words_in_the_other(twins):
    written = [item.id for item in twins.survey.instruments[0].items if item.scale == "open"]
    english, german = (
        twins.responses[twins.responses["course_id"] == name].sort_values("row")[written].notna().to_numpy()
        for name in ("english", "german")
    )
    assert (english == german).all()
    assert int(german.sum()) == sum(cell != "" for row in raw("results_german.csv")[1:] for cell in _open_cells(row))


def _open_cells(row: list[str]) -> list[str]:
    return [cell for column, cell in zip(asked(), row[1:], strict=True) if column.question.kind in "ST"]


def test_every_coded_cell_is_the_word_of_the_raw_file(twins):
    expected = expected_codes(asked(), [row[1:] for row in raw("results_german.csv")[1:]])
    german = coded(twins, "german")
    assert set(expected) == set(german.columns)
    for item, values in expected.items():
        assert [None if pd.isna(value) else value for value in german[item]] == values, item


def expected_codes(fields: list[LimeColumn], rows: list[list[str]]) -> dict[str, list[float | str | None]]:
    """Code the German words by hand: the step of an array's cell; the codes of the options that say Ja."""
    found: dict[str, list[float | str | None]] = {}
    for place, column in enumerate(fields):
        if column.question.kind == "F":
            item = column.code.replace("[", ".").removesuffix("]")
            found[item] = [_step(row[place]) for row in rows]
        elif column.question.kind == "M":
            values = found.setdefault(column.question.code, [None] * len(rows))
            for number, row in enumerate(rows):
                is_chosen = row[place] not in ("", "Nein", "N/A")
                codes = [values[number], column.row.code] if is_chosen else [values[number]]
                values[number] = "|".join(filter(None, codes)) or None
    return found


def _step(cell: str) -> float | None:
    words = {word.casefold(): step for word, step in STEPS.items()}
    return float(words[cell.casefold()]) if cell else None


# The same questionnaire under two header rows --------------------------------------------------------


@pytest.fixture(scope="module")
def informal(tmp_path_factory) -> Year:
    files = {"informal_models.csv": SHARED / "informal_models.csv"}
    return loaded(tmp_path_factory.mktemp("informal") / "home", "informal_models", files)


def test_two_header_rows_are_no_answers_and_45_people_are_kept(informal):
    assert informal.files[["platform", "n_read", "n_kept"]].to_numpy().tolist() == [["lime_survey", 45, 45]]
    assert informal.problems.empty
    assert sorted(informal.responses["row"]) == list(range(3, 48))


def test_steps_options_and_words_under_two_header_rows_are_those_of_the_raw_file(informal):
    rows = raw("informal_models.csv")[2:]
    responses = informal.responses.sort_values("row")
    grids = {"IMZ1": range(7, 11), "IMP1": range(12, 17), "IMF1": range(18, 22), "IMI1": range(30, 37)}
    for grid, places in grids.items():
        items = [item.id for item in informal.survey.instruments[0].items if item.grid == grid and item.scale != "open"]
        for item, place in zip(items, places, strict=True):
            found = [None if pd.isna(value) else value for value in responses[item]]
            assert found == [_step(row[place]) for row in rows], item
    chosen = [str(value).split("|") for value in responses["Fach"]]
    codes = ["F1", "F2", "F3", "F4", "F5", "F6", "other"]
    said = [[code for code, cell in zip(codes, row[:7], strict=True) if cell not in ("", "Nein")] for row in rows]
    assert chosen == [one or ["nan"] for one in said]
