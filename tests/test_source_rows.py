"""New rows of the registry as staff keep them: their headings, titles instead of ids, days with points, a title row."""

from pathlib import Path

import pytest
import xlsxwriter
from typer.testing import CliRunner

from coursewaves.cli import app
from coursewaves.entry import draft_rows
from coursewaves.entry.source_rows import _headings, column_of, declared_columns
from coursewaves.errors import CoursewavesError
from coursewaves.registry.reader import read_registry
from coursewaves.registry.tables import TABLES, columns_of
from coursewaves.settings.home import Home

PROGRAMMES = "programme_id,title_kk,title_ru,hours\nP01,Ойын,Игра,72\nP02,Орта,Среда,80\nP03,Тіл,Среда,36\n"
CENTRES = "centre_id,title_kk,region_id\nC1,Алматы орталығы,KZ-75\n"

HEADER = ["Курс коды", "Бағдарлама", "Құзыреттілік орталығы", "Басталған күні ", "Аяқталған күні", "Оқыту тілі",
          "Тыңдаушылар саны"]  # fmt: skip
ROW = ["P01-01 ", "Ойын", "Алматы орталығы", "05.03.2025", "14.3.2025 ж.", "қазақ", "25"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    found = Home(tmp_path / "institute")
    found.registry.mkdir(parents=True)
    (found.registry / "programmes.csv").write_text(PROGRAMMES, encoding="utf-8")
    (found.registry / "centres.csv").write_text(CENTRES, encoding="utf-8")
    return found


def book(home: Home, **sheets: list[list[str]]) -> Path:
    path = home.root / "list.xlsx"
    with xlsxwriter.Workbook(path) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def csv(home: Home, *rows: list[str]) -> Path:
    path = home.root / "list.csv"
    path.write_text("\n".join(";".join(row) for row in rows), encoding="utf-8")
    return path


def faults(draft) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.rule) for one in draft.problems]


def test_a_list_as_staff_keep_it_becomes_rows_of_the_registry(home):
    path = book(home, Бағдарламалар=[["x"]], Курстар=[["2025 жылғы курстар"], [], HEADER, ROW])
    found = CliRunner().invoke(app, ["--home", str(home.root), "register", "add", "courses", str(path)])
    assert found.exit_code == 0, found.output
    registry, problems = read_registry(home.registry)
    assert problems.empty
    course = registry.courses.iloc[0]
    named = ["course_id", "programme_id", "centre_id", "language", "enrolled"]
    assert course[named].tolist() == ["P01-01", "P01", "C1", "kk", 25]
    assert [course[name].date().isoformat() for name in ("starts_on", "ends_on")] == ["2025-03-05", "2025-03-14"]
    assert "starts_on=2025-03-05" in found.output


def test_a_title_that_two_programmes_have_is_never_guessed(home):
    draft = draft_rows(home, "courses", csv(home, HEADER, [*ROW[:1], "Среда", *ROW[2:]]))
    assert faults(draft) == [(2, "B", "E-REFERENCE")]
    assert draft.problems[0].fix == "write the id: P02 or P03"


def test_a_title_that_nothing_has_is_named(home):
    draft = draft_rows(home, "courses", csv(home, HEADER, ROW, [*ROW[:2], "Орал орталығы", *ROW[3:]]))
    assert faults(draft) == [(3, "C", "E-REFERENCE")]
    assert "Орал" not in str(draft.problems[0])


def test_a_region_may_be_named_as_exports_name_it(home):
    path = csv(home, ["Код", "Атауы", "Облыс"], ["C2", "Астана орталығы", "Астана қаласы"])
    assert [one.after for one in draft_rows(home, "centres", path).differences] == ["C2", "KZ-71", "Астана орталығы"]


def test_a_column_without_a_name_is_declared_or_left_out_by_its_letter(home):
    path = csv(home, [*HEADER, "Ескерту", "Кезең басы"], [*ROW[:3], "", *ROW[4:], "қоңырау шалу", "06.03.2025"])
    assert faults(draft_rows(home, "courses", path)) == [(1, "H", "E-COLUMN"), (1, "I", "E-COLUMN")]
    with pytest.raises(CoursewavesError, match="Can't find 'Z'"):
        draft_rows(home, "courses", path, {"Z": ""})
    with pytest.raises(CoursewavesError, match="Can't find 'begins'"):
        draft_rows(home, "courses", path, {"I": "begins"})
    draft = draft_rows(home, "courses", path, {"H": "", "D": "", "I": "starts_on"})
    assert draft.problems == []
    assert {one.column: one.after for one in draft.differences}["starts_on"] == "2025-03-06"


@pytest.mark.parametrize("word", ["H", "=starts_on", "4=starts_on"])
def test_what_is_no_column_and_name_is_refused(word):
    with pytest.raises(CoursewavesError, match="LETTER=column"):
        declared_columns([word])


def test_a_letter_may_be_written_small(home):
    assert declared_columns(["d=Starts_On", " e = "]) == {"D": "starts_on", "E": ""}


def test_a_code_in_cyrillic_letters_is_refused_with_what_to_write(home):
    draft = draft_rows(home, "courses", csv(home, HEADER, ["Р01-01", *ROW[1:]]))
    assert faults(draft) == [(2, "A", "E-VALUE")]
    assert "Latin letters" in draft.problems[0].fix


def test_every_heading_is_one_column_of_its_table_and_every_code_one_that_it_may_hold():
    known = {name for table in TABLES for name in columns_of(table)}
    assert set(_headings()["also"]) <= known
    assert set(_headings()["tables"]) <= set(TABLES)
    for name, headings in _headings()["also"].items():
        for table in (table for table in TABLES if name in columns_of(table)):
            for heading in headings:
                meant = column_of(table, heading)
                assert meant == name, f"{heading} in {table} means {meant or 'several columns'}, not {name}"
