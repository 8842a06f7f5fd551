"""The workbook of problems: a clerk reads it in her language, fills it in, saves it, and the records come back."""

import re
from pathlib import Path

import pandas as pd
import pytest

import small
from coursewaves.intake.responses import read_responses
from coursewaves.problems import Problem, problems_table
from coursewaves.reading.problem_book import COLUMNS, HOW, rules, write_problem_book
from coursewaves.reading.records import read_records
from coursewaves.reading.workbook import sheet_names
from coursewaves.settings.home import Settings

LIBRARY = Path(__file__).parents[1] / "lib" / "coursewaves"


def written(tmp_path, problems, language="kk"):
    path = tmp_path / "problems.xlsx"
    write_problem_book(problems_table(problems), path, language)
    records = read_records(path)
    return [dict(zip(records.header, cells, strict=True)) for _, cells in records.rows], path


def test_each_problem_is_a_row_in_the_clerks_language(tmp_path):
    problem = Problem(
        "a.csv", 3, "E", "Wish", "E-VALUE", "no answer of scale S5 ('7')", "cell dropped", "do this", "0f"
    )
    ((row,), path) = written(tmp_path, [problem])
    assert list(row) == list(COLUMNS)
    assert [row[name] for name in ("file", "row", "column", "record", "corrected")] == ["a.csv", "3", "E", "0f", ""]
    assert row["meaning"] == "Ұяшықтағы жауап шкалаға сәйкес емес; жауаптың қалғаны сақталды"
    assert row["to_do"].startswith("Дұрыс жауапты осы жерге жазыңыз")
    assert sheet_names(path) == ["problems", "how"]
    assert read_records(path, "how").header[0] == HOW["kk"][0]


def test_no_text_of_a_problem_starts_a_formula_or_a_link(tmp_path):
    problem = Problem("=1+1.csv", 1, "A", "=cmd|' /C calc'!A0", "E-COL", "@SUM(1)", "http://example.org", "+1", "-1")
    ((row,), _) = written(tmp_path, [problem])
    assert [row[name] for name in problem._fields] == [str(value) for value in problem]


def test_no_problem_gives_a_workbook_without_rows(tmp_path):
    rows, _ = written(tmp_path, [])
    assert rows == []


def test_every_rule_of_the_code_has_its_meaning_in_three_languages():
    used = {rule for path in LIBRARY.rglob("*.py") for rule in re.findall(r'"(E-[A-Z]+)"', path.read_text("utf-8"))}
    assert used == set(rules())
    for rule, entry in rules().items():
        for field in ("means", "do"):
            assert all(entry[field].get(language) for language in ("kk", "ru", "en")), (rule, field)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_clerk_mends_in_the_workbook_itself(tmp_path, language):
    openpyxl = pytest.importorskip("openpyxl")
    small.write(tmp_path / "responses" / "p.csv", [small.form(wish="seven"), small.form(course="Zoo")])

    def read():
        corrections = tmp_path / "corrections"
        return read_responses(
            tmp_path / "responses", small.survey(), small.registry(), Settings(), small.PSEUDONYMS, (), corrections
        )

    (tmp_path / "corrections").mkdir()
    path = tmp_path / "corrections" / "Problems of March.xlsx"
    write_problem_book(read().problems, path, language)
    book = openpyxl.load_workbook(path)
    sheet = book["problems"]
    names = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        rule = row[names.index("rule")].value
        row[names.index("corrected")].value = {"E-VALUE": 5, "E-COURSE": "A-1"}[rule]
    book.save(path)
    intake = read()
    assert intake.files["n_kept"].tolist() == [2]
    assert sorted(intake.responses["P1"]) == [4.0, 5.0]
    assert intake.problems.empty
    pd.testing.assert_frame_equal(read().responses, intake.responses)
