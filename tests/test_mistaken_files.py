"""Files as people put them there: with a title above, under another name, torn, read in a wrong encoding."""

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

import small
from coursewaves.reading.delimited import Record, below_titles
from coursewaves.reading.records import read_records

HEADER = ["Код", "Курс", "Жауап"]
ROWS = [["1", "P01-01", "иә"], ["2", "P01-02", "жоқ"]]


def workbook(path: Path, rows: list[list[str]], merged: str = "") -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if merged:
            sheet.merge_range(merged, rows[0][0])
    return path


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def only(records) -> tuple[str, int, str]:
    [problem] = records.problems
    return problem.rule, problem.row, problem.seen


BELOW = "Код;Курс;Жауап\n1;P01-01;иә\n2;P01-02;жоқ\n"

TITLED = {
    "workbook": lambda folder: workbook(folder / "a.xlsx", [["Тізілім"], [], HEADER, *ROWS], "A1:C1"),
    "a line of its own": lambda folder: text(folder / "a.csv", f"Тізілім\n\n{BELOW}"),
    "as Excel writes it": lambda folder: text(folder / "a.csv", f"Тізілім;;\n;;\n{BELOW}"),
}


@pytest.mark.parametrize("make", TITLED.values(), ids=TITLED)
def test_a_title_above_the_header_is_told_and_the_rows_keep_their_numbers(tmp_path, make):
    records = read_records(make(tmp_path))
    assert (records.header, records.header_row) == (HEADER, 3)
    assert records.rows == [(4, ROWS[0]), (5, ROWS[1])]
    assert records.n_read == 2
    assert only(records) == ("E-HEADER", 1, "a title above the table, whose header is row 3")


@pytest.mark.parametrize(
    "content",
    [
        "Пікір\nжақсы\nұнады, рахмет, керемет\n",  # one column; a comma in an answer makes no header of it
        "a,b\n1,2\n",
        "Тізілім\na,b\n1,2\n3,4\n",  # too narrow to be sure
    ],
)
def test_what_may_be_a_header_is_never_taken_for_a_title(tmp_path, content):
    records = read_records(text(tmp_path / "a.csv", content))
    assert records.header == content.split("\n", 1)[0].split(",")
    assert records.header_row == 1


@given(st.lists(st.lists(st.sampled_from(["", " ", "a", "b"]), min_size=1, max_size=4), max_size=16))
def test_no_record_that_says_something_is_lost_above_a_table(rows):
    records = [Record(number, cells) for number, cells in enumerate(rows, 1)]
    titles, below = below_titles(iter(records))
    left = [*titles, *below]
    assert [one for one in records if one not in left and "".join(one.cells).strip()] == []
    assert [one.row for one in left] == sorted(one.row for one in left)


def test_a_column_below_a_title_is_named_by_the_row_of_its_header(tmp_path):
    header = [*small.HEADER, "Notes"]
    rows = [["Form P of 2025"], header, [*small.form(), "x"]]
    workbook_folder = tmp_path / "responses"
    workbook_folder.mkdir()
    workbook(workbook_folder / "p.xlsx", rows)
    intake = small.read(workbook_folder)
    assert intake.files[["n_read", "n_kept"]].iloc[0].tolist() == [1, 1]
    found = intake.problems.set_index("rule")
    assert found.loc["E-COL", ["row", "column"]].tolist() == [2, "H"]  # seven columns stand before it
    assert found.loc["E-HEADER", "row"] == 1


NOT_TABLES = {
    "a.csv": (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n", "E-FORMAT", "a PDF under the name of a table"),
    "b.xlsx": (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n", "E-WORKBOOK", "a PDF under the name of a table"),
    "c.csv": (b"\x89PNG\r\n\x1a\n", "E-FORMAT", "a picture under the name of a table"),
    "d.xlsx": (b"", "E-WORKBOOK", "an empty file"),
    "e.xlsx": ("Код,Курс\n1,P01-01\n".encode(), "E-WORKBOOK", "a text table under the name of a workbook"),
    "h.xlsx": (b"<!doctype html><html>", "E-WORKBOOK", "a web page under the name of a table"),
    "f.csv": (b"\xd0\xcf\x11\xe0" + bytes(600), "E-FORMAT", "a workbook with a password, or of the old kind (.xls)"),
    "g.xlsx": (b"\xd0\xcf\x11\xe0" + bytes(600), "E-WORKBOOK", "a workbook with a password, or of the old kind (.xls)"),
}


@pytest.mark.parametrize("name", NOT_TABLES)
def test_what_is_no_table_is_named_for_what_it_is(tmp_path, name):
    content, rule, seen = NOT_TABLES[name]
    (tmp_path / name).write_bytes(content)
    assert only(read_records(tmp_path / name)) == (rule, 0, seen)


def test_a_workbook_that_was_not_downloaded_whole_is_to_be_downloaded_again(tmp_path):
    whole = workbook(tmp_path / "whole.xlsx", [HEADER, *ROWS]).read_bytes()
    (tmp_path / "half.xlsx").write_bytes(whole[: len(whole) // 2])
    [problem] = read_records(tmp_path / "half.xlsx").problems
    assert problem.rule == "E-WORKBOOK"
    assert problem.fix.startswith("download it again")


@pytest.mark.parametrize("encoding", ["cp1251", "cp1252"])
def test_letters_that_were_read_in_a_wrong_encoding_are_refused(tmp_path, encoding):
    misread = "Курс,Код,Бес\n1,2,3\n".encode().decode(encoding, "replace")
    assert only(read_records(text(tmp_path / "a.csv", misread)))[:2] == ("E-ENCODING", 0)


def test_headers_in_cyrillic_letters_that_are_themselves_are_no_misread_ones(tmp_path):
    records = read_records(text(tmp_path / "a.csv", "Сі,Рё,Курс коды\n1,2,3\n"))
    assert (records.header, records.problems) == (["Сі", "Рё", "Курс коды"], [])


FOREIGN = {
    "a.csv.crdownload": "a download that has not ended",
    "a.xls": "a spreadsheet of another kind",
    "a.ods": "a spreadsheet of another kind",
    "a.gsheet": "a link to a sheet, without its answers",
    "a.docx": "no table of answers",
    "a.csv": "a file that can't be opened (FileNotFoundError)",
}


def test_files_that_are_no_exports_are_named_with_what_helps_and_those_of_the_system_are_not(tmp_path):
    for name in [*FOREIGN, "~$a.xlsx", ".~lock.a.csv#", "Thumbs.db", "desktop.ini", ".DS_Store"]:
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "a.csv").unlink()
    (tmp_path / "a.csv").symlink_to(tmp_path / "nowhere.csv")
    problems = small.read(tmp_path).problems
    assert dict(zip(problems["file"], problems["seen"], strict=True)) == FOREIGN
    assert set(problems["rule"]) == {"E-FORMAT"}


def test_answers_to_a_form_of_google_that_went_through_spss_keep_the_labels_of_their_questions(tmp_path):
    row = small.form(wish="4")
    cells = {f"V{place}": [cell] for place, cell in enumerate(["2025/03/01 10:00:00 AM GMT+5", *row[1:]])}
    labels = ["Timestamp", *small.HEADER[1:]]
    pyreadstat.write_sav(pd.DataFrame(cells), tmp_path / "p.sav", column_labels=labels)
    intake = small.read(tmp_path)
    assert intake.files[["platform", "instrument_id", "n_kept"]].iloc[0].tolist() == ["google_forms", "P", 1]
    assert intake.responses["P1"].tolist() == [4.0]
