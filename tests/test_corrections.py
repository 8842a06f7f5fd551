"""Corrections: a record is corrected where it is found again, and raw files stay as they are."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import small
from coursewaves.intake.responses import read_responses
from coursewaves.settings.home import Settings

FORM = small.form
HEADER = "file,row,column,record,corrected"


def read(home, **more):
    settings_ = Settings(**more)
    return read_responses(
        home / "responses", small.survey(), small.registry(), settings_, small.PSEUDONYMS, (), home / "corrections"
    )


def correct(home, lines: list[str], name: str = "mine.csv"):
    (home / "corrections").mkdir(exist_ok=True)
    (home / "corrections" / name).write_text("\n".join([HEADER, *lines]), encoding="utf-8")


def problem(home, rule: str) -> pd.Series:
    problems = read(home).problems
    return problems[problems["rule"] == rule].iloc[0]


def account(intake) -> list[int]:
    columns = ["n_read", "n_kept", "n_set_aside", "n_duplicate", "n_outside_window", "n_corrected"]
    return intake.files[columns].sum().tolist()


@pytest.fixture
def home(tmp_path):
    rows = [FORM(wish="seven"), FORM(course="Zoo", wish="3"), FORM(wish="2")[:-1]]
    small.write(tmp_path / "responses" / "p.csv", rows)
    return tmp_path


def test_a_cell_is_corrected_and_its_problem_is_gone(home):
    found = problem(home, "E-VALUE")
    correct(home, [f"{found['file']},2,{found['column']},{found['record']},4"])
    intake = read(home)
    assert intake.responses["P1"].tolist() == [4.0]
    assert "E-VALUE" not in set(intake.problems["rule"])
    assert account(intake) == [3, 1, 2, 0, 0, 1]


def test_a_record_comes_back_when_its_course_is_corrected(home):
    found = problem(home, "E-COURSE")
    correct(home, [f"{found['file']},3,{found['column']},{found['record']},A-1"])
    intake = read(home)
    assert sorted(intake.responses["row"]) == [2, 3]
    assert account(intake) == [3, 2, 1, 0, 0, 1]


def test_a_record_that_was_torn_comes_back_whole_under_its_row(home):
    found = problem(home, "E-WIDTH")
    whole = ",".join(FORM(wish="2"))
    correct(home, [f'{found["file"]},4,,{found["record"]},"{whole}"'])
    intake = read(home)
    assert intake.responses.set_index("row").loc[4, "P1"] == 2.0
    assert account(intake) == [3, 2, 1, 0, 0, 1]
    assert "E-WIDTH" not in set(intake.problems["rule"])


def test_a_record_with_a_cell_without_end_comes_back_when_it_was_shortened(tmp_path):
    small.write(tmp_path / "responses" / "p.csv", [FORM(reasons="x" * 1_000_001), FORM(wish="2")])
    found = problem(tmp_path, "E-LIMIT")
    correct(tmp_path, [f'p.csv,2,,{found["record"]},"{",".join(FORM(wish="5"))}"'])
    intake = read(tmp_path)
    assert intake.responses.set_index("row")["P1"].to_dict() == {2: 5.0, 3: 2.0}
    assert account(intake) == [2, 2, 0, 0, 0, 1]


def test_a_correction_of_several_lines_is_taken_for_a_cell_and_named_for_a_record(home):
    cell, whole = problem(home, "E-VALUE"), problem(home, "E-WIDTH")
    lines = [f'{cell["file"]},2,F,{cell["record"]},"Appraisal\n"', f'{whole["file"]},4,,{whole["record"]},"a\nb"']
    correct(home, lines)
    intake = read(home)
    assert intake.responses["P2"].tolist() == ["r2"]
    assert account(intake) == [3, 1, 2, 0, 0, 1]
    assert intake.problems.query("rule == 'E-CORRECTION'")["row"].tolist() == [3]


@pytest.mark.parametrize("word", ["delete", "Жою", "УДАЛИТЬ"])
def test_a_record_is_deleted_and_stays_accounted_for(home, word):
    found = problem(home, "E-VALUE")
    correct(home, [f"{found['file']},2,,{found['record']},{word}"])
    intake = read(home)
    assert account(intake) == [3, 0, 3, 0, 0, 1]
    assert "E-DELETED" in set(intake.problems["rule"])


def test_a_cell_is_emptied_by_a_word(home):
    found = problem(home, "E-VALUE")
    correct(home, [f"{found['file']},2,{found['column']},{found['record']},blank"])
    intake = read(home)
    assert intake.responses["P1"].isna().all()
    assert "E-VALUE" not in set(intake.problems["rule"])


def test_a_correction_finds_its_record_in_a_longer_and_sorted_export(home):
    found = problem(home, "E-VALUE")
    correct(home, [f"{found['file']},2,{found['column']},{found['record']},4"])
    rows = [FORM(wish="1", time="2025-03-02 10:00:00"), FORM(course="Zoo", wish="3"), FORM(wish="seven")]
    small.write(home / "responses" / "p.csv", rows)
    assert sorted(read(home).responses["P1"]) == [1.0, 4.0]


def test_a_correction_is_never_applied_to_another_record(home):
    found = problem(home, "E-VALUE")
    correct(home, [f"{found['file']},2,{found['column']},{found['record']},4"])
    small.write(home / "responses" / "p.csv", [FORM(wish="eight")])
    intake = read(home)
    assert intake.responses["P1"].isna().all()
    assert {"E-VALUE", "E-CORRECTION"} <= set(intake.problems["rule"])
    assert account(intake) == [1, 1, 0, 0, 0, 0]


def test_two_corrections_of_a_place_count_where_they_agree_and_not_where_they_differ(home):
    found = problem(home, "E-VALUE")
    line = f"{found['file']},2,{found['column']},{found['record']},"
    correct(home, [f"{line}4"], "one.csv")
    correct(home, [f"{line}4"], "two.csv")
    assert account(read(home))[-1] == 1
    correct(home, [f"{line}5"], "two.csv")
    intake = read(home)
    assert account(intake)[-1] == 0
    told = intake.problems[intake.problems["rule"] == "E-CORRECTION"]
    assert told["file"].tolist() == ["corrections/one.csv", "corrections/two.csv"]


def test_lines_without_a_correction_are_nothing_and_files_without_the_columns_are_named(home):
    found = problem(home, "E-VALUE")
    correct(home, [f"{found['file']},2,{found['column']},{found['record']},"])
    (home / "corrections" / "notes.csv").write_text("a,b\n1,2\n")
    intake = read(home)
    assert account(intake)[-1] == 0
    told = intake.problems[intake.problems["rule"] == "E-CORRECTION"].iloc[0]
    assert told["seen"] == "no column file, record, column, corrected"


def test_the_name_of_a_form_stays_when_it_is_corrected(home):
    before = read(home).responses["response_id"].tolist()
    found = problem(home, "E-VALUE")
    correct(home, [f"{found['file']},2,{found['column']},{found['record']},4"])
    assert read(home).responses["response_id"].tolist() == before


@settings(max_examples=25)
@given(st.lists(st.sampled_from(["1", "5", "seven", "eight"]), min_size=1, max_size=8))
def test_correcting_every_faulty_cell_twice_over_leaves_no_fault_and_no_one_out(tmp_path_factory, wishes):
    home = tmp_path_factory.mktemp("mend")
    rows = [FORM(wish=wish, time=f"2025-03-01 10:{n:02}:00") for n, wish in enumerate(wishes)]
    small.write(home / "responses" / "p.csv", rows)
    faults = read(home).problems.query("rule == 'E-VALUE'")
    correct(
        home, [f"{one['file']},{one['row']},{one['column']},{one['record']},3" for one in faults.to_dict("records")]
    )
    once, again = read(home), read(home)
    assert account(once) == [len(rows), len(rows), 0, 0, 0, len(faults)]
    assert once.problems.query("rule in ('E-VALUE', 'E-CORRECTION')").empty
    pd.testing.assert_frame_equal(once.responses, again.responses)
