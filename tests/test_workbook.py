"""What a workbook gives: the text of every kind of cell, and what its cells alone do not tell."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from coursewaves.reading import worksheet as worksheet_module
from coursewaves.reading.containers import FileFault
from coursewaves.reading.workbook import Sheet, read_sheet, read_sheets, sheet_names
from coursewaves.reading.worksheet import Marks, safe_pieces
from rawbook import MAIN, pack, parts, worksheet


def book(folder: Path, rows: str, after: str = "", before: str = "", **other: object) -> Path:
    """A workbook of one sheet S; `other` goes to `parts`."""
    return pack(folder / "a.xlsx", parts({"S": worksheet(rows, after, before)}, **other))


def read(path: Path, sheet: str | None = None) -> Sheet:
    found = read_sheet(path, sheet)
    assert isinstance(found, Sheet), found
    return found


def fault(found: object) -> str:
    assert isinstance(found, FileFault), found
    return found.rule


def row_of(*cells: str) -> str:
    return f'<row r="1">{"".join(cells)}</row>'


def texts(folder: Path, *cells: str, **other: object) -> list[str]:
    """The texts of the cells A1, B1 and so on; each is given as what follows its place."""
    named = [f'<c r="{letter}1"{cell}</c>' for letter, cell in zip("ABCDEFGHIJ", cells, strict=False)]
    return read(book(folder, row_of(*named), **other)).grid[0]


# Values --------------------------------------------------------------------------------------------


def test_numbers_are_written_as_short_as_they_can_be(tmp_path):
    values = ["5", "5.0", "2.5", "0.30000000000000004", "1E-3", "-0", "990101300123", "9007199254740991"]
    found = texts(tmp_path, *(f"><v>{value}</v>" for value in values))
    assert found == ["5", "5", "2.5", "0.30000000000000004", "0.001", "0", "990101300123", "9007199254740991"]


def test_a_whole_number_whose_last_digits_are_lost_shows_an_exponent(tmp_path):
    assert texts(tmp_path, "><v>1.2345678901234501E+16</v>", "><v>1E+300</v>") == ["1.23456789012345e+16", "1e+300"]


def test_truth_values_are_no_numbers_beside_ones_and_zeros(tmp_path):
    cells = ["><v>1</v>", ' t="b"><v>1</v>', "><v>0</v>", ' t="b"><v>0</v>', "><v>1</v>"]
    assert texts(tmp_path, *cells) == ["1", "TRUE", "0", "FALSE", "1"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", "2025-09-01 10:05:00"),  # 45901 days after 30 December 1899
        ('<workbookPr date1904="1"/>', "2029-09-02 10:05:00"),  # and after 1 January 1904
        ('<workbookPr date1904="true"/>', "2029-09-02 10:05:00"),
        ('<workbookPr date1904="0"/>', "2025-09-01 10:05:00"),
    ],
)
def test_dates_count_from_the_year_that_the_workbook_says(tmp_path, settings, expected):
    moment = f' s="1"><v>{45901 + 605 / 1440}</v>'
    assert texts(tmp_path, moment, ' s="4"><v>45901</v>', settings=settings) == [expected, f"{expected[:10]} 00:00:00"]


def test_every_second_of_a_day_keeps_its_time(tmp_path):
    rows = "".join(
        f'<row r="{n + 1}"><c r="A{n + 1}" s="1"><v>{45901 + n / 86400:.10f}</v></c></row>' for n in range(86400)
    )
    start = datetime(2025, 9, 1)
    expected = [[str(start + timedelta(seconds=n))] for n in range(86400)]
    assert read(book(tmp_path, rows)).grid == expected


def test_times_and_durations_are_told_apart_by_their_format(tmp_path):
    cells = [' s="2"><v>0.5</v>', ' s="3"><v>0.5</v>', ' s="3"><v>1.25</v>', ' s="2"><v>45901.5</v>']
    assert texts(tmp_path, *cells) == ["12:00:00", "12:00:00", "30:00:00", "2025-09-01 12:00:00"]


def test_a_date_in_iso_form_is_read(tmp_path):
    assert texts(tmp_path, ' t="d"><v>2025-09-01T10:05:00</v>') == ["2025-09-01 10:05:00"]


def test_texts_keep_leading_zeros_spaces_and_line_ends(tmp_path):
    shared = ["<t>007</t>", '<t xml:space="preserve">  a b </t>', "<t>x\ny</t>", "<t>&lt;b&gt; &amp; &#1179;</t>"]
    cells = [f' t="s"><v>{n}</v>' for n in range(4)]
    assert texts(tmp_path, *cells, texts=shared) == ["007", "  a b ", "x\ny", "<b> & қ"]


def test_an_empty_shared_text_shifts_no_other(tmp_path):
    shared = ["<t>a</t>", "<t/>", "", "<t></t>", "<t>e</t>"]
    assert texts(tmp_path, *(f' t="s"><v>{n}</v>' for n in range(5)), texts=shared) == ["a", "", "", "", "e"]


def test_rich_and_inline_texts_are_read_without_their_readings(tmp_path):
    rich = "<r><t>бір </t></r><r><rPr><b/></rPr><t>екі</t></r>".replace("<t>б", '<t xml:space="preserve">б')
    reading = '<t>東</t><rPh sb="0" eb="1"><t>ひがし</t></rPh>'
    inline = f' t="inlineStr"><is>{rich}</is>'
    assert texts(tmp_path, ' t="s"><v>0</v>', ' t="s"><v>1</v>', inline, texts=[rich, reading]) == [
        "бір екі",
        "東",
        "бір екі",
    ]


def test_control_characters_that_excel_escapes_come_back(tmp_path):
    shared = ["<t>a_x0007_b</t>", "<t>a_x005F_x0007_b</t>", "<t>a_x00_b</t>"]
    cells = [f' t="s"><v>{n}</v>' for n in range(3)]
    assert texts(tmp_path, *cells, texts=shared) == ["a\x07b", "a_x0007_b", "a_x00_b"]


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), min_size=1, max_size=4), max_size=4))
@settings(max_examples=60)
def test_any_text_that_a_program_writes_comes_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("any") / "a.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate(rows):
            for place, text in enumerate(row):
                sheet.write_string(number, place, text)
    assert trimmed(read(path).grid) == trimmed(rows)


def trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Rows without empty cells and blank rows at the end; XML has one kind of line end."""
    plain = [[re.sub("\r\n?", "\n", text) for text in row] for row in rows]
    filled = [row[: max((place for place, text in enumerate(row, 1) if text), default=0)] for row in plain]
    return filled[: max((number for number, row in enumerate(filled, 1) if any(map(str.strip, row))), default=0)]


# The grid ------------------------------------------------------------------------------------------


def test_cells_stand_where_excel_shows_them(tmp_path):
    rows = '<row r="2"><c r="B2"><v>1</v></c><c r="D2"><v>2</v></c></row><row r="5"><c r="A5"><v>3</v></c></row>'
    assert read(book(tmp_path, rows)).grid == [
        ["", "", "", ""],
        ["", "1", "", "2"],
        ["", "", "", ""],
        ["", "", "", ""],
        ["3", "", "", ""],
    ]


def test_rows_and_cells_without_a_place_follow_the_one_before(tmp_path):
    rows = '<row r="2"><c><v>1</v></c><c r="C2"><v>2</v></c><c><v>3</v></c></row><row><c><v>4</v></c></row>'
    assert read(book(tmp_path, rows)).grid == [["", "", "", ""], ["1", "", "2", "3"], ["4", "", "", ""]]


def test_blank_rows_at_the_end_are_left_out(tmp_path):
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="4"><c r="A4" t="inlineStr"><is><t> </t></is></c></row>'
    assert read(book(tmp_path, rows)).grid == [["1"]]


def test_formatted_cells_far_from_the_table_change_nothing(tmp_path):
    far = '<row r="1048576" s="1" customFormat="1"><c r="BH1048576" s="1"/><c r="XFD1048576" s="1"/></row>'
    assert read(book(tmp_path, f'<row r="1"><c r="A1"><v>1</v></c></row>{far}')).grid == [["1"]]


def test_names_with_a_prefix_are_the_same_names(tmp_path):
    rows = '<x:row r="2" hidden="1"><x:c r="A2" t="e"><x:v>#N/A</x:v></x:c><x:c r="B2"><x:v>1</x:v></x:c></x:row>'
    whole = parts({"S": f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'})
    found = read(pack(tmp_path / "a.xlsx", whole))
    assert (found.grid, found.hidden_rows, found.errors) == ([["", ""], ["", "1"]], [2], [(2, 0)])


def test_a_sheet_read_in_many_pieces_is_the_same_sheet(tmp_path, monkeypatch):
    rows = "".join(
        f'<row r="{2 * n}"><c r="A{2 * n}"><v>{n}</v></c><c r="C{2 * n}" t="s"><v>{n % 3}</v></c></row>'
        + ("<row><c><v>7</v></c></row>" if n % 5 == 0 else "")
        for n in range(1, 200)
    )
    path = book(tmp_path, rows, texts=["<t>a</t>", "<t>b</t>", "<t>c</t>"])
    whole = read(path)
    monkeypatch.setattr("coursewaves.reading.containers.CHUNK_BYTES", 100)
    monkeypatch.setattr(worksheet_module, "PIECE_BYTES", 1_000)
    assert read(path) == whole
    assert [whole.grid[n] for n in (1, 9, 10, 397)] == [["1", "", "b"], ["5", "", "c"], ["7", "", ""], ["199", "", "b"]]


def test_rows_out_of_order_between_pieces_are_refused(tmp_path, monkeypatch):
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in (5, 4, 3, 2, 1))
    assert read(book(tmp_path, rows)).grid == [["1"], ["2"], ["3"], ["4"], ["5"]]
    monkeypatch.setattr("coursewaves.reading.containers.CHUNK_BYTES", 100)
    monkeypatch.setattr(worksheet_module, "PIECE_BYTES", 1)
    assert fault(read_sheet(book(tmp_path, rows))) == "E-WORKBOOK"


# What stands beside the cells ----------------------------------------------------------------------


def test_hidden_rows_are_read_and_listed(tmp_path):
    rows = "".join(
        f'<row r="{n}"{state}><c r="A{n}"><v>{n}</v></c></row>'
        for n, state in enumerate(["", ' hidden="1"', ' hidden="0"', ' ht="5" hidden="true"'], 1)
    )
    found = read(book(tmp_path, rows + '<row r="9" hidden="1"/>'))
    assert (found.grid, found.hidden_rows) == ([["1"], ["2"], ["3"], ["4"]], [2, 4])


def test_merged_ranges_below_the_header_are_listed(tmp_path):
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(2, 6))
    ranges = ["A1:B1", "A2:C2", "A2:A3", "B5:C9", "A6:A7", "wrong"]
    merged = f"<mergeCells>{''.join(f'<mergeCell ref={name!r}/>' for name in ranges)}</mergeCells>"
    assert read(book(tmp_path, rows, merged)).merged == ["A2:A3", "B5:C9"]  # the header is row 2, the last row 5


def test_formulas_without_a_stored_result_are_listed_and_give_no_text(tmp_path):
    cells = [
        '<c r="A1"><f>1+1</f><v>2</v></c>',
        '<c r="B1"><f>1+1</f></c>',
        '<c r="C1"><f>1+1</f><v></v></c>',
        '<c r="D1"><f>1+1</f><v/></c>',
        '<c r="E1" t="str"><f>A2&amp;""</f><v></v></c>',
        '<c r="F1"><f t="shared" si="0"/><v>3</v></c>',
        '<c r="G1"><f t="shared" si="0"/></c>',
        '<c r="H1"><v>4</v></c>',
    ]
    found = read(book(tmp_path, row_of(*cells)))
    assert found.uncached == [(1, 1), (1, 2), (1, 3), (1, 6)]
    assert found.grid == [["2", "", "", "", "", "3", "", "4"]]


def test_results_that_the_workbook_does_not_trust_are_no_results(tmp_path):
    rows = row_of('<c r="A1"><v>1</v></c>', '<c r="B1"><f>1+1</f><v>0</v></c>')
    found = read(book(tmp_path, rows, settings='<calcPr fullCalcOnLoad="1"/>'))
    assert (found.grid, found.uncached) == ([["1", ""]], [(1, 1)])


def test_formulas_that_xlsxwriter_never_computed_are_found(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_formula(1, 0, "=1+1")
        sheet.write(1, 1, 5)
    found = read(tmp_path / "a.xlsx")
    assert (found.grid, found.uncached) == ([["a", "b"], ["", "5"]], [(2, 0)])


@pytest.mark.parametrize("code", ["#REF!", "#N/A", "#DIV/0!", "#SPILL!", "#ERROR!"])
def test_an_error_cell_is_listed_and_costs_no_other_cell(tmp_path, code):
    cells = [
        f'<c r="A1" t="e"><v>{code}</v></c>',
        f'<c r="B1" s="1" t="e"><f>X</f><v>{code}</v></c>',
        "<c><v>1</v></c>",
    ]
    found = read(book(tmp_path, row_of(*cells)))
    assert (found.grid, found.errors, found.uncached) == ([["", "", "1"]], [(1, 0), (1, 1)], [])


def test_a_person_may_write_what_looks_like_an_error(tmp_path):
    cell = '<c r="A1" t="inlineStr"><is><t>#N/A t="e" hidden</t></is></c>'
    found = read(book(tmp_path, row_of(cell, '<c r="B1" t="e"><v>#N/A</v></c>')))
    assert (found.grid, found.errors, found.hidden_rows) == ([['#N/A t="e" hidden', ""]], [(1, 1)], [])


# Sheets --------------------------------------------------------------------------------------------

ONE = worksheet(row_of('<c r="A1"><v>1</v></c>'))
EMPTY = worksheet('<row r="1"><c r="A1" s="1"/></row>')
NOTHING = f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'


def test_the_first_sheet_that_is_not_empty_is_read_and_the_others_are_named(tmp_path):
    sheets = {"Бос": EMPTY, "Нәтиже": ONE, "Мұра": ONE.replace("1</v>", "2</v>"), "Соңы": NOTHING}
    path = pack(tmp_path / "a.xlsx", parts(sheets))
    found = read(path)
    assert (found.name, found.grid, found.others) == ("Нәтиже", [["1"]], ["Мұра"])
    assert read(path, "Мұра") == found._replace(name="Мұра", grid=[["2"]], others=[])
    assert sheet_names(path) == list(sheets)
    all_of_them = read_sheets(path)
    assert [(sheet.name, sheet.grid) for sheet in all_of_them] == [
        ("Бос", []),
        ("Нәтиже", [["1"]]),
        ("Мұра", [["2"]]),
        ("Соңы", []),
    ]


def test_a_hidden_sheet_is_read_only_where_no_other_has_anything(tmp_path):
    sheets = {"A": ONE, "B": ONE}
    found = read(pack(tmp_path / "a.xlsx", parts(sheets, states="hv")))
    assert (found.name, found.others) == ("B", ["A"])
    assert read(pack(tmp_path / "a.xlsx", parts({"A": ONE, "B": EMPTY}, states="hv"))).name == "A"


def test_a_workbook_of_empty_sheets_gives_a_sheet_without_rows(tmp_path):
    found = read(pack(tmp_path / "a.xlsx", parts({"A": EMPTY, "B": NOTHING})))
    assert found == Sheet("A", [], [], [], [], [], [])


def test_a_sheet_of_formulas_alone_tells_why_it_is_empty(tmp_path):
    found = read(book(tmp_path, row_of('<c r="A1"><f>1</f></c>')))
    assert (found.grid, found.uncached) == ([], [(1, 0)])


BLANK = worksheet(row_of('<c r="A1" t="inlineStr"><is><t xml:space="preserve"> </t></is></c>'))


def test_sheets_of_blanks_are_passed_over_until_there_are_too_many(tmp_path):
    for n_blank, outcome in ((9, "S"), (10, "E-LIMIT")):
        sheets = {str(number): BLANK for number in range(n_blank)} | {"S": ONE}
        found = read_sheet(pack(tmp_path / "a.xlsx", parts(sheets)))
        assert (found.name if isinstance(found, Sheet) else found.rule) == outcome


def test_all_sheets_together_are_bounded_too(tmp_path, monkeypatch):
    path = pack(tmp_path / "a.xlsx", parts({"A": ONE, "B": ONE}))
    monkeypatch.setattr("coursewaves.reading.workbook.MOST_CELLS", 1)
    assert fault(read_sheets(path)) == "E-LIMIT"


def test_one_part_under_two_names_is_refused(tmp_path):
    whole = parts({"A": ONE, "B": ONE})
    whole["xl/workbook.xml"] = whole["xl/workbook.xml"].replace('r:id="r2"', 'r:id="r1"')
    assert fault(read_sheet(pack(tmp_path / "a.xlsx", whole))) == "E-WORKBOOK"


def test_a_sheet_that_is_not_there_is_named(tmp_path):
    found = read_sheet(pack(tmp_path / "a.xlsx", parts({"A": ONE})), "B")
    assert fault(found) == "E-SHEET"
    assert "'A'" in found.seen


# Faults of files -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a,b\n1,2\n",
        b"<html><table><tr><td>1</td></tr></table></html>",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"\x1f\x8b\x08\x00",
        b"PK\x03\x04",
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path, content):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert fault(read_sheet(path)) == fault(sheet_names(path)) == fault(read_sheets(path)) == "E-WORKBOOK"


def test_a_workbook_with_a_password_is_told_from_a_damaged_one(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert "password" in read_sheet(path).seen


def test_an_archive_of_something_else_is_refused(tmp_path):
    assert fault(read_sheet(pack(tmp_path / "a.xlsx", {"answers.csv": "a,b\n"}))) == "E-WORKBOOK"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels", "xl/workbook.xml"])
def test_a_workbook_that_lacks_a_part_is_refused(tmp_path, part):
    whole = parts({"A": ONE})
    del whole[part]
    assert fault(read_sheet(pack(tmp_path / "a.xlsx", whole))) == "E-WORKBOOK"


@pytest.mark.parametrize("part", ["xl/styles.xml", "xl/sharedStrings.xml"])
def test_a_workbook_of_numbers_needs_neither_styles_nor_texts(tmp_path, part):
    whole = parts({"A": ONE})
    del whole[part]
    assert read(pack(tmp_path / "a.xlsx", whole)).grid == [["1"]]


def test_names_of_parts_differ_in_case_and_slashes_as_some_programs_write_them(tmp_path):
    whole = parts({"A": worksheet(row_of('<c r="A1" t="s"><v>0</v></c>'))}, ["<t>a</t>"])
    whole["xl\\SharedStrings.xml"] = whole.pop("xl/sharedStrings.xml")
    whole["xl/workbook.xml.rels"] = whole["xl/_rels/workbook.xml.rels"].replace('"worksheets', '"/xl/worksheets')
    whole["xl/_rels/workbook.xml.rels"] = whole.pop("xl/workbook.xml.rels")
    assert read(pack(tmp_path / "a.xlsx", whole)).grid == [["a"]]


@pytest.mark.parametrize(
    "rows",
    [
        "<row r='1'><c r='A0'><v>1</v></c></row>",
        "<row r='1'><c r='1A'><v>1</v></c></row>",
        "<row r='-1'><c><v>1</v></c></row>",
        "<row r='1'><c r='A1' t='s'><v>99</v></c></row>",
        "<row r='1'><c r='A1' t='inlineStr'><is><t>&nothing;</t></is></c></row>",
        "<row r='1'><c r='A1'><v><![CDATA[1]]></v></c></row>",
        "<row r='1'><!-- --><c r='A1'><v>1</v></c></row>",
        "<row r='1'><c r='A1'><v>1</v></row>",
        "<row r='1'><c r='A1' r='B1'><v>1</v></c></row>",
    ],
)
def test_a_sheet_of_damaged_xml_is_refused(tmp_path, rows):
    for text in (rows, rows.replace("'", '"')):
        assert fault(read_sheet(book(tmp_path, text))) == "E-WORKBOOK"


def test_a_sheet_in_another_encoding_is_refused(tmp_path):
    whole = parts({"A": ONE})
    for encoding in ("utf-16", "cp1251"):
        text = worksheet(row_of('<c r="A1" t="inlineStr"><is><t>бір</t></is></c>'))
        content = f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)
        path = pack(tmp_path / "a.xlsx", whole | {"xl/worksheets/sheet1.xml": content})
        assert fault(read_sheet(path)) == "E-WORKBOOK"


def test_a_sheet_that_was_never_computed_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(worksheet_module, "MOST_MARKS", 2)
    cells = [f'<c r="{letter}1"><f>1</f></c>' for letter in "ABC"]
    assert read(book(tmp_path, row_of(*cells[:2]))).uncached == [(1, 0), (1, 1)]
    assert fault(read_sheet(book(tmp_path, row_of(*cells)))) == "E-LIMIT"


def test_a_workbook_torn_at_any_byte_is_refused(tmp_path):
    whole = book(tmp_path, row_of('<c r="A1"><v>1</v></c>')).read_bytes()
    torn = tmp_path / "torn.xlsx"
    for cut in range(len(whole)):
        torn.write_bytes(whole[:cut])
        assert fault(read_sheet(torn)) == "E-WORKBOOK"


@given(st.data())
@settings(max_examples=200)
def test_no_damage_of_bytes_raises_or_gives_a_false_cell(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("any")
    path = book(folder, row_of('<c r="A1"><v>1</v></c>', '<c r="B1" t="s"><v>0</v></c>'), texts=["<t>a</t>"])
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    found = read_sheet(path)
    if isinstance(found, Sheet):
        assert found.grid == [["1", "a"]]
    else:
        assert found.rule in ("E-WORKBOOK", "E-LIMIT")


# The two ways to place cells -----------------------------------------------------------------------

places = st.builds(lambda column, row: f"{column}{row}", st.sampled_from(["A", "B", "AA", "CZ"]), st.integers(1, 50))
values = st.sampled_from(
    ["", "<v>1</v>", "<v/>", "<v></v>", "<v> </v>", "<f>A1</f>", "<f>A1</f><v>2</v>", "<f/><v></v>", '<f t="array"/>']
)
kinds = st.sampled_from(["", ' t="e"', ' t="str"', ' s="1"', ' s="1" t="e"', ' t="b"', " t='e'"])
states = st.sampled_from(["", "", ' hidden="1"', ' hidden="false"', " hidden='1'"])


def rows_of_xml(is_usual: bool) -> st.SearchStrategy[list[str]]:
    """Some rows; in unusual ones a number or place may be missing."""
    missing = st.nothing() if is_usual else st.just("")
    cells = st.builds("<c{}{}>{}</c>".format, places.map(' r="{}"'.format) | missing, kinds, values)
    numbers = st.integers(1, 50).map(' r="{}"'.format) | missing
    content = st.lists(cells, max_size=5).map("".join)
    return st.lists(st.builds("<row{}{}>{}</row>".format, numbers, states, content), max_size=6)


@given(st.booleans().flatmap(rows_of_xml), st.booleans())
@settings(max_examples=300)
def test_searching_and_parsing_find_the_same_marks(rows, recalculates):
    found = []
    for plainly in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            if not plainly:
                patch.setattr(worksheet_module._Scan, "_placed_plainly", lambda *_: None)
            marks = Marks(recalculates)
            pieces = list(safe_pieces(iter([worksheet("".join(rows)).encode()]), marks))
        found.append((pieces, vars(marks)))
    assert found[0] == found[1]
