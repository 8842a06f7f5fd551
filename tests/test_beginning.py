"""A work folder from nothing: what is made, what is never overwritten, and what lies where nobody reads it."""

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from coursewaves.cli import app
from coursewaves.entry.beginning import FIRST_TABLES, TO_FILL_IN, begin, write_template
from coursewaves.intake.misplaced import misplaced
from coursewaves.problems import Problem, gathered
from coursewaves.registry.reader import read_registry
from coursewaves.registry.tables import columns_of
from coursewaves.settings.home import Home, Settings, load_settings


def test_a_folder_is_begun_once_and_nothing_in_it_is_overwritten(tmp_path):
    home = Home(tmp_path)
    made = {path.relative_to(tmp_path).as_posix() for path in begin(home)}
    assert made == {"data/raw/registry", "data/raw/responses", "data/raw/corrections", "coursewaves.yml", TO_FILL_IN}
    (tmp_path / "coursewaves.yml").write_text("low_rated_below: 50\n")
    assert list(begin(home)) == []
    assert load_settings(tmp_path / "coursewaves.yml").low_rated_below == 50


def test_the_settings_that_are_laid_ready_are_the_defaults_and_sound_once_they_are_taken(tmp_path):
    list(begin(Home(tmp_path)))
    path = tmp_path / "coursewaves.yml"
    assert load_settings(path) == Settings()
    lines = [line.removeprefix("# ") for line in path.read_text().splitlines()]
    prose = ("All settings", "docs/intake.md")
    path.write_text("\n".join(line for line in lines if not line.startswith(prose)))
    found = load_settings(path)
    assert (found.link_by, found.sources[0].instruments) == ("email", ["A"])


def test_the_workbook_to_fill_in_is_a_sound_registry_without_rows(tmp_path):
    write_template(tmp_path / "registry.xlsx")
    registry, problems = read_registry(tmp_path)
    assert problems.empty
    assert registry.courses.empty


def test_what_is_filled_in_there_is_read_as_it_was_typed(tmp_path):
    write_template(tmp_path / "registry.xlsx")
    book = openpyxl.load_workbook(tmp_path / "registry.xlsx")
    assert book.sheetnames == list(FIRST_TABLES)
    rows = {
        "programmes": {"programme_id": "007", "title_kk": "Ойын", "hours": "72"},
        "courses": {"course_id": "007-01", "programme_id": "007", "starts_on": "05.03.2025"},
    }
    for table, row in rows.items():
        assert book[table].column_dimensions["A"].number_format == "@"
        book[table].append([row.get(column) for column in columns_of(table)])
    book.save(tmp_path / "registry.xlsx")
    registry, problems = read_registry(tmp_path)
    assert problems.empty
    assert registry.courses["programme_id"].tolist() == ["007"]
    assert registry.courses["starts_on"].dt.strftime("%Y-%m-%d").tolist() == ["2025-03-05"]


def test_the_command_makes_the_folder_and_says_what_comes_next(tmp_path):
    found = CliRunner().invoke(app, ["--home", str(tmp_path / "new" / "institute"), "begin"])
    assert found.exit_code == 0
    assert (tmp_path / "new" / "institute" / "data" / "raw" / "responses").is_dir()
    assert "register add courses" in found.output


def test_tables_that_nobody_reads_are_named_wherever_they_lie_below_data(tmp_path):
    home = Home(tmp_path)
    list(begin(home))
    for name in ["data/a.csv", "data/raw/b.xlsx", "data/raw/responces/c.sav", "data/raw/registry/тізілім.xlsx"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    read = ["new_rows.csv", "data/raw/~$b.xlsx", "data/raw/registry/courses.csv", "data/raw/registry/registry.xlsx",
            "data/raw/responses/d.csv", "data/raw/corrections/e.xlsx", "data/raw/readme.md"]  # fmt: skip
    for name in read:
        (tmp_path / name).write_bytes(b"x")
    found = list(misplaced(home))
    assert [one.file for one in found] == [
        "data/a.csv", "data/raw/b.xlsx", "data/raw/responces/c.sav", "data/raw/registry/тізілім.xlsx",
    ]  # fmt: skip
    assert {one.rule for one in found} == {"E-PLACE"}
    assert "register add" in found[-1].fix


def test_check_and_load_tell_of_a_table_in_a_wrong_folder(tmp_path):
    home = Home(tmp_path)
    list(begin(home))
    (home.registry / "programmes.csv").write_text("programme_id,title_kk,hours\nP1,Ойын,72\n")
    (home.registry / "courses.csv").write_text("course_id,programme_id\nP1-01,P1\n")
    (tmp_path / "data" / "answers.csv").write_text("a,b\n1,2\n")
    found = CliRunner().invoke(app, ["--home", str(tmp_path), "check"])
    assert found.exit_code == 3
    assert "E-PLACE data/answers.csv" in found.output
    assert "E-PLACE 1" in CliRunner().invoke(app, ["--home", str(tmp_path), "load"]).output


@pytest.mark.parametrize(
    ("rows", "told"),
    [([3], "3"), ([2, 3, 4], "2-4"), ([9, 2, 4, 3], "2-4,9"), (range(2, 60, 2), "2,4,6,8,10,12,14,16,18,20,22,24,...")],
)
def test_rows_with_the_same_problem_share_a_line(rows, told):
    problems = [Problem("a.csv", row, "B", "", "E-COURSE", "seen", "done", "fix", f"mark {row}") for row in rows]
    [line] = gathered(problems)
    assert line.startswith(f"E-COURSE a.csv:{told}:B seen")


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 5), st.sampled_from(["", "A"])), max_size=12))
def test_every_problem_is_in_one_line_and_none_is_said_twice(places):
    problems = [Problem(file, row, column, "", "E-X", "seen", "done", "fix") for file, row, column in places]
    lines = gathered(problems)
    counts = [int(line.rsplit("(", 1)[1].split()[0]) if line.endswith(" times)") else 1 for line in lines]
    assert sum(counts) == len(places)


def test_columns_with_the_same_problem_share_a_line_and_so_do_many_cells_of_a_column():
    one = Problem("a.csv", 1, "B", "", "E-COL", "seen", "done", "fix")
    assert gathered([one, one._replace(column="C"), one._replace(row=2, column="D")]) == [
        "E-COL a.csv:1:B,C seen; done; fix: fix (2 times)",
        "E-COL a.csv:2:D seen; done; fix: fix",
    ]
    codes = [one._replace(row=row, seen=f"code {row}") for row in range(2, 9)]
    assert gathered(codes) == ["E-COL a.csv:2-8:B code 2 and 6 others; done; fix: fix (7 times)"]
    assert len(gathered(codes[:5])) == 5
