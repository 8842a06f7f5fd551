"""What is read of a file, what is set aside, and that nothing is lost between the two."""

import zipfile
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from coursewaves.reading import containers
from coursewaves.reading.records import read_records
from coursewaves.reading.workbook import sheet_names

HEADER = ["Уақыт белгісі", "Курс", "Жауап, қысқаша"]
ROWS = [
    ["2025/10/10 1:29:21 PM GMT+5", "P01-01", 'Өте пайдалы; "рахмет"'],
    ["2025/10/10 1:31:02 PM GMT+5", "P01-02", "екі\nжол"],
    ["2025/10/11 9:00:00 AM GMT+5", "007", "=1+1"],
]


def text_of(delimiter: str = ",", end: str = "\n", rows=ROWS, header=HEADER) -> str:
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in [header, *rows]]
    return "".join(delimiter.join(row) + end for row in quoted)


def write(folder: Path, content: str | bytes, name: str = "answers.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rules(found) -> list[tuple[int, str]]:
    return [(problem.row, problem.rule) for problem in found.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encoding_delimiter_and_line_end_change_nothing(tmp_path, encoding, delimiter, end):
    found = read_records(write(tmp_path, text_of(delimiter, end).encode(encoding)))
    assert found.header == HEADER
    assert found.rows == [(2, ROWS[0]), (3, ROWS[1]), (4, ROWS[2])]
    assert found.problems == []
    assert (found.delimiter, found.n_read) == (delimiter, 3)


def test_unquoted_commas_in_a_semicolon_file_do_not_win(tmp_path):
    content = "id;I came, saw, and won;I left, too, soon\n1;a;b\n2;c, d;e\n"
    found = read_records(write(tmp_path, content))
    assert found.delimiter == ";"
    assert found.rows == [(2, ["1", "a", "b"]), (3, ["2", "c, d", "e"])]


def test_the_sep_line_of_excel_is_obeyed_and_not_counted(tmp_path):
    found = read_records(write(tmp_path, "sep=;\r\na;b,c\r\n1;2\r\n"))
    assert (found.header, found.rows, found.delimiter) == (["a", "b,c"], [(2, ["1", "2"])], ";")


def test_one_bad_byte_costs_one_record_and_its_offset_is_named(tmp_path):
    content = b"a,b\n1,x\n2,\xff\n3,z\n"
    found = read_records(write(tmp_path, content))
    assert found.rows == [(2, ["1", "x"]), (4, ["3", "z"])]
    assert rules(found) == [(3, "E-ENCODING")]
    assert found.problems[0].seen == "not UTF-8 at byte 10"  # counted by hand: 'a,b\n' 4, '1,x\n' 4, '2,' 2


def test_the_byte_offset_counts_the_byte_order_mark_and_letters_of_two_bytes(tmp_path):
    content = b"\xef\xbb\xbf" + "ә,b\n1,x\n".encode() + b"2,\xff\n3,z\n"
    assert read_records(write(tmp_path, content)).problems[0].seen == "not UTF-8 at byte 14"


@pytest.mark.parametrize("encoding", ["cp1251", "kz1048", "cp866"])
def test_another_encoding_is_refused_with_its_remedy(tmp_path, encoding):
    content = "Курс,Ответ\nодин,два\n".encode(encoding)
    found = read_records(write(tmp_path, content))
    assert found.header == []
    assert found.problems[0].rule == "E-ENCODING"
    assert "UTF-8" in found.problems[0].fix


def test_a_file_whose_answers_are_in_another_encoding_is_refused_whole(tmp_path):
    found = read_records(write(tmp_path, b"a,b\n" + "бір,екі\nүш,төрт\n".encode("kz1048")))
    assert (found.header, found.problems[0].done) == ([], "file refused")


def test_letters_that_excel_lost_are_noticed_in_the_header(tmp_path):
    found = read_records(write(tmp_path, "Уа?ыт,?ана?аттану\n1,2\n"))
    assert found.problems[0].rule == "E-ENCODING"
    assert "question marks" in found.problems[0].seen


def test_an_ordinary_question_mark_in_a_header_is_no_fault(tmp_path):
    assert read_records(write(tmp_path, "Қалай? Неге? [бір],b\n1,2\n")).problems == []


@pytest.mark.parametrize("row", ["1,2", "1,2,3,4", "1,2,3,"])
def test_a_record_of_another_width_is_set_aside_without_a_shift(tmp_path, row):
    found = read_records(write(tmp_path, f"a,b,c\n7,8,9\n{row}\n4,5,6\n"))
    assert found.rows == [(2, ["7", "8", "9"]), (4, ["4", "5", "6"])]


def test_blank_records_and_repeated_headers_are_set_aside(tmp_path):
    found = read_records(write(tmp_path, "a,b\n1,2\n\n , \n\ufeffa,b\n3,4\n"))
    assert found.rows == [(2, ["1", "2"]), (6, ["3", "4"])]
    assert rules(found) == [(3, "E-BLANK"), (4, "E-BLANK"), (5, "E-HEADER")]
    assert found.n_read == 5


def test_a_cell_with_line_ends_is_one_row_as_in_excel(tmp_path):
    found = read_records(write(tmp_path, 'a,b\n"x\n\ny",1\nz,2\n'))
    assert found.rows == [(2, ["x\n\ny", "1"]), (3, ["z", "2"])]


def test_an_unclosed_quote_before_a_timestamp_costs_one_record(tmp_path):
    lines = text_of(rows=[ROWS[0], ROWS[2], ROWS[2]]).splitlines()
    lines[1] = '2025/10/10 1:29:21 PM GMT+5,"P01-01,x'
    found = read_records(write(tmp_path, "\n".join(lines)))
    assert [row for row, _ in found.rows] == [3, 4]
    assert rules(found) == [(2, "E-QUOTE")]


def test_an_unclosed_quote_in_unquoted_rows_is_seen_by_the_timestamp_it_swallows(tmp_path):
    content = 't,b\n2025-01-01 10:00:00,"x\n2025-01-02 10:00:00,y\n2025-01-03 10:00:00,"z"\n'
    found = read_records(write(tmp_path, content))
    assert [row for row, _ in found.rows] == [3, 4]
    assert rules(found) == [(2, "E-QUOTE")]


def test_a_quote_open_to_the_end_of_the_file_costs_its_own_record(tmp_path):
    found = read_records(write(tmp_path, 'a,b\n1,"x\n2,y\n'))
    assert found.rows == [(3, ["2", "y"])]
    assert rules(found) == [(2, "E-QUOTE")]


def test_nul_characters_set_their_record_aside(tmp_path):
    body = "a,b\n" + "long enough,row\n" * 20
    found = read_records(write(tmp_path, f"{body}1,\x00\n".encode() + b"\x00" * 30))
    assert rules(found) == [(22, "E-NUL"), (23, "E-NUL")]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n", b"\x00" * 100, b"\xff\xfe"])
def test_a_file_without_any_text_is_damaged(tmp_path, content):
    found = read_records(write(tmp_path, content))
    assert (found.header, found.problems[0].rule) == ([], "E-EMPTY")


def test_a_header_alone_means_that_nobody_has_answered_yet(tmp_path):
    found = read_records(write(tmp_path, text_of(rows=[])))
    assert (found.header, found.rows, found.problems, found.n_read) == (HEADER, [], [], 0)


def test_a_file_without_a_header_row_is_refused(tmp_path):
    found = read_records(write(tmp_path, text_of(header=ROWS[0])))
    assert found.problems[0].rule == "E-HEADER"


@pytest.mark.parametrize("content", [b"PK\x03\x04rest", b"<!DOCTYPE html><p>", b"  <html>"])
def test_a_file_of_another_kind_under_a_csv_name_is_refused(tmp_path, content):
    assert read_records(write(tmp_path, content)).problems[0].rule == "E-FORMAT"


def test_sizes_over_the_limits_are_refused(tmp_path, monkeypatch):
    wide = ",".join("a" * 5001)
    assert read_records(write(tmp_path, wide)).problems[0].rule == "E-LIMIT"
    monkeypatch.setattr(containers, "MOST_TABLE_BYTES", 10)
    assert read_records(write(tmp_path, text_of())).problems[0].rule == "E-LIMIT"


def test_a_row_of_200_000_fields_and_a_cell_of_3_mb_are_set_aside(tmp_path):
    found = read_records(write(tmp_path, "a,b\n1," + "x" * 3_000_000 + "\n" + "," * 200_000 + "9\n3,4\n"))
    assert [row for row, _ in found.rows] == [4]
    assert [(problem.row, problem.rule) for problem in found.problems] == [(2, "E-LIMIT"), (3, "E-WIDTH")]


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00\ufeff"))


@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=8))
@settings(max_examples=150, deadline=None)
def test_whatever_people_write_comes_back_or_is_named(tmp_path_factory, rows):
    path = write(tmp_path_factory.mktemp("any"), text_of(rows=rows))
    found = read_records(path)
    assert found.n_read == len(rows) == len(found.rows) + len(found.problems)
    assert all(cells == rows[number - 2] for number, cells in found.rows)


@given(st.integers(0, 400), st.binary(max_size=3))
@settings(max_examples=200, deadline=None)
def test_no_damage_of_bytes_raises_and_every_record_is_counted(tmp_path_factory, place, damage):
    content = text_of(rows=ROWS * 3).encode()
    path = write(tmp_path_factory.mktemp("any"), content[:place] + damage + content[place + 1 :])
    found = read_records(path)
    assert found.n_read == len(found.rows) + sum(problem.row > 0 for problem in found.problems)


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "dd.mm.yyyy hh:mm:ss"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def test_a_workbook_gives_texts_of_the_first_sheet_that_is_not_empty(tmp_path):
    rows = [list("tnis"), [datetime(2025, 9, 1, 10, 5), 7, True, "007"], [None, 2.5, False, "x"]]
    path = workbook(tmp_path / "a.xlsx", {"Бос": [], "Ответы на форму (1)": rows})
    found = read_records(path)
    assert found.sheet == "Ответы на форму (1)"
    assert found.rows == [(2, ["2025-09-01 10:05:00", "7", "TRUE", "007"]), (3, ["", "2.5", "FALSE", "x"])]
    assert sheet_names(path) == ["Бос", "Ответы на форму (1)"]


def test_rows_of_a_sheet_keep_the_numbers_that_excel_shows(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"S": [[], ["a", "b"], [1, 2], [None, None], [3, 4, 5], [5, 6]]})
    found = read_records(path)
    assert found.rows == [(3, ["1", "2"]), (6, ["5", "6"])]
    assert rules(found) == [(4, "E-BLANK"), (5, "E-WIDTH")]


def test_a_sheet_that_is_not_there_is_named(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"S": [["a"]]})
    assert read_records(path, sheet="T").problems[0].rule == "E-SHEET"


def test_a_sheet_with_one_cell_far_away_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write("A1", "a")
        sheet.write("XFD1048576", "far")
    assert read_records(path).problems[0].rule == "E-LIMIT"


def test_a_workbook_that_is_none_is_refused(tmp_path):
    torn = workbook(tmp_path / "a.xlsx", {"S": [["a"]]}).read_bytes()
    for number, content in enumerate([b"a,b\n1,2\n", torn[:200], b"\xd0\xcf\x11\xe0" + b"0" * 600]):
        found = read_records(write(tmp_path, content, f"{number}.xlsx"))
        assert (found.header, found.problems[0].rule) == ([], "E-WORKBOOK")


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 201_000_000)
    assert path.stat().st_size < 1_000_000
    assert read_records(path).problems[0].rule == "E-LIMIT"
