"""What is written comes back: CSV and XLSX hold every text exactly as it was, or refuse it by name."""

import csv
import re
import zipfile
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coursewaves.errors import CoursewavesError
from coursewaves.export import guarded, unguarded
from coursewaves.export.cells import cells_of
from coursewaves.export.csvfile import write_csv
from coursewaves.export.xlsx import MOST_CHARACTERS, write_workbook
from coursewaves.reading.records import read_records
from coursewaves.reading.workbook import read_sheet

SIGNS = ["=", "+", "-", "@", "＝", "＋", "－", "＠"]

PIECES = [
    *SIGNS, "'", '"', ",", ";", "\t", "\r", "\n", "\r\n", " ", "\x00", "\x07", "\x1f", "\x85", "\u2028", "\ufeff",
    "\ufffe", "\ud800", "\udc80", "_x0041_", "_x005F", "_x", "<r>", "</r>", "<t>", "&amp;", "]]>", "=cmd|' /C calc'!A0",
    "=HYPERLINK(\"http://evil.example\")", "2025-03-01 10:00", "01.03.2025 9:15", "http://a.example", "007", "1e5",
    "TRUE", "жоқ", "Қанағаттанамын", "😀", "é", "|", "#N/A",
]  # fmt: skip
"""What breaks a format, or makes a spreadsheet run something."""

evil = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
    st.text(st.characters(), max_size=20),
    st.builds(lambda text, n: text * n, st.sampled_from(["a", "қ", "😀", "=a\n"]), st.sampled_from([16_384, 32_768])),
)
"""Any text at all, more of those that do harm than chance would bring."""


def table_of(texts: list[str]) -> pd.DataFrame:
    """A table that holds the texts between an id and a last column that is never blank."""
    ids = [f"r{number}" for number in range(len(texts))]
    return pd.DataFrame({"response_id": ids, "B12": pd.Series(texts, dtype="object"), "end": ["end"] * len(texts)})


def read_back(path: Path) -> tuple[list[str], list[list[str]]]:
    """Headers and records of a file as our own strict reader sees them; it sets nothing aside."""
    records = read_records(path)
    assert records.problems == []
    return records.header, [cells for _, cells in records.rows]


def refused(error: pytest.ExceptionInfo[CoursewavesError] | CoursewavesError, text: str) -> str:
    """The message of a refusal, which names the place and a fix and never holds the text."""
    message = str(getattr(error, "value", error))
    assert re.match(r"Can't export responses, row \d+, column B12: .*; fix: ", message)
    assert len(text) < 4 or text not in message
    return message


# The guard -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [*SIGNS, "\t", "\r", "\n", "\ufeff"])
def test_a_text_that_begins_with_a_sign_gets_one_apostrophe(sign):
    assert guarded(f"{sign}1") == f"'{sign}1"
    assert guarded(f"'{sign}1") == f"''{sign}1"
    assert guarded(f"a {sign}1") == f"a {sign}1"
    assert unguarded(f"''{sign}1") == f"'{sign}1"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("жоқ;=1", "жоқ;'=1"),
        ("жоқ,-5", "жоқ,'-5"),
        ("- a\n- b", "'- a\n'- b"),
        ("a\t@b", "a\t'@b"),
        ("жақсы\n2025-03-01 10:00", "жақсы\n'2025-03-01 10:00"),
        ("2025-03-01 10:00", "2025-03-01 10:00"),
        ("don't", "don't"),
        ("'tis", "'tis"),
        ("a; -5", "a; -5"),
        ("a\n\nb", "a\n\nb"),
        ("", ""),
    ],
)
def test_a_mark_stands_wherever_a_cell_could_begin_and_nowhere_else(text, cell):
    assert guarded(text) == cell
    assert unguarded(cell) == text


@given(evil)
@example("'\t''=1;'-")
@example("\r'2025-1-1")
@settings(max_examples=500)
def test_the_guard_can_be_taken_off_exactly(text):
    assert unguarded(guarded(text)) == text


@given(evil)
@settings(max_examples=500)
def test_no_piece_begins_a_formula_whatever_a_spreadsheet_takes_for_a_delimiter(text):
    cell = guarded(text)
    assert not cell.startswith(("\t", "\r", "\n", "\ufeff"))
    pieces = re.split("[;,\t\r\n]", cell)
    assert not [piece for piece in pieces if piece.startswith(tuple(SIGNS))]


# CSV -------------------------------------------------------------------------------------------------


@given(st.lists(evil, min_size=1, max_size=4))
@example(["жақсы\r2025-03-01 10:00", "жақсы\r\n'01.03.2025 9:15", "\n2025/3/1 10:00"])
@settings(max_examples=200)
def test_csv_gives_every_text_back_or_refuses_it_by_name(texts):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "responses.csv"
        unfit = [text for text in texts if "\x00" in text or re.search("[\ud800-\udfff]", text)]
        if unfit:
            with pytest.raises(CoursewavesError) as error:
                write_csv("responses", table_of(texts), path)
            assert f"row {texts.index(unfit[0]) + 2}," in refused(error, unfit[0])
            assert list(Path(folder).iterdir()) == []
            return
        write_csv("responses", table_of(texts), path)
        header, rows = read_back(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            plain = list(csv.reader(file))
    assert header == ["response_id", "B12", "end"]
    assert [unguarded(cells[1]) for cells in rows] == texts
    assert [unguarded(cells[1]) for cells in plain[1:]] == texts


def test_numbers_times_and_truth_are_written_plainly_and_only_text_is_guarded(tmp_path):
    table = pd.DataFrame(
        {
            "code": pd.Series([-1.0, 4.0, np.nan]),
            "score": [66.66666666666667, -0.5, 1e-7],
            "row": pd.Series([2, 3, 1_000_000], dtype="int64"),
            "count": pd.Series([5, None, 7], dtype="Int64"),
            "is_straightlined": [True, False, True],
            "submitted_at": pd.to_datetime(["2025-03-01 10:00:05", None, "2025-12-31 23:59:59"]).tz_localize(
                "Asia/Almaty"
            ),
            "text": pd.Series(["-1", "007", None], dtype="str"),
        }
    )
    write_csv("responses", table, tmp_path / "responses.csv")
    content = (tmp_path / "responses.csv").read_bytes()
    assert content.decode("utf-8-sig").split("\r\n") == [
        '"code","score","row","count","is_straightlined","submitted_at","text"',
        '"-1","66.66666666666667","2","5","1","2025-03-01 10:00:05","\'-1"',
        '"4","-0.5","3","","0","","007"',
        '"","1e-07","1000000","7","1","2025-12-31 23:59:59",""',
        "",
    ]
    assert content.startswith(b"\xef\xbb\xbf")  # Excel reads Kazakh letters only behind it


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
@settings(max_examples=50)
def test_every_number_comes_back_the_same_from_both_formats(numbers):
    table = pd.DataFrame({"response_id": [f"r{n}" for n in range(len(numbers))], "score": numbers})
    with TemporaryDirectory() as folder:
        write_csv("scores", table, Path(folder) / "scores.csv")
        write_workbook({"scores": table}, Path(folder) / "scores.xlsx")
        for name in ("scores.csv", "scores.xlsx"):
            _, rows = read_back(Path(folder) / name)
            assert [float(cells[1]) for cells in rows] == numbers


def test_cells_of_text_are_never_taken_for_numbers():
    assert cells_of(pd.Series(["4.0", "1e5", None], dtype="str")) == ["4.0", "1e5", None]
    assert cells_of(pd.Series([4.0, None])) == [4, None]
    assert cells_of(pd.Series([], dtype="float64")) == []


# XLSX ------------------------------------------------------------------------------------------------


@given(st.lists(evil, min_size=1, max_size=4))
@example(["_x005F_x0041_"])
@example(["_x005F\x07", "__x0041_", "_x0041_\x07_x0041_"])
@example(["<r><t>x</t></r>"])
@example(["<r>", "</r>"])
@settings(max_examples=200)
def test_a_workbook_gives_every_text_back_or_refuses_it_by_name(texts):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tables.xlsx"
        try:
            write_workbook({"responses": table_of(texts)}, path)
        except CoursewavesError as error:
            message = refused(error, "")
            place = int(re.search(r"row (\d+)", message)[1]) - 2
            assert unfit_for_a_workbook(texts[place])
            assert list(Path(folder).iterdir()) == []
            return
        assert not [text for text in texts if must_be_refused(text)]
        found: Any = read_sheet(path, "responses")
        xml = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    assert [cells[1] for cells in found.grid[1:]] == texts
    assert "<f>" not in xml.replace("&lt;f&gt;", "")
    assert "<hyperlink" not in xml


def must_be_refused(text: str) -> bool:
    """Whether no workbook can hold a text, by what XML and Excel are."""
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return length > 32_767 or re.search("[\ud800-\udfff\ufffe\uffff]", text) is not None


def unfit_for_a_workbook(text: str) -> bool:
    """Whether a refusal is right: nothing else than what can't be held, and two kinds of typed markup."""
    return must_be_refused(text) or re.search("^<r>.*</r>$|_x[0-9A-Fa-f]{4}", text, re.DOTALL) is not None


@pytest.mark.parametrize("text", ["a" * MOST_CHARACTERS, "қ" * MOST_CHARACTERS, "😀" * 16_383])
def test_the_longest_text_that_excel_holds_is_kept_whole(tmp_path, text):
    write_workbook({"responses": table_of([text])}, tmp_path / "tables.xlsx")
    assert read_sheet(tmp_path / "tables.xlsx").grid[1][1] == text


@pytest.mark.parametrize("text", ["a" * 32_768, "😀" * 16_384])
def test_a_longer_text_is_refused_with_its_length_and_never_cut(tmp_path, text):
    with pytest.raises(CoursewavesError) as error:
        write_workbook({"responses": table_of(["short", text])}, tmp_path / "tables.xlsx")
    expected = "row 3, column B12: 32768 characters where XLSX holds 32767; fix: export as csv."
    assert str(error.value) == f"Can't export responses, {expected}"
    assert list(tmp_path.iterdir()) == []


def sheet_xml(path: Path, number: int = 1) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(f"xl/worksheets/sheet{number}.xml").decode()


def test_text_is_text_numbers_are_numbers_and_the_header_stays_in_sight(tmp_path):
    table = pd.DataFrame(
        {
            "=id": ["=1+1", "007"],
            "code": [4.0, np.nan],
            "time": pd.to_datetime(["2025-03-01 10:00:05", None]).tz_localize("Asia/Almaty"),
        }
    )
    write_workbook({"responses": table, "scores": table[["code"]]}, tmp_path / "tables.xlsx")
    xml = sheet_xml(tmp_path / "tables.xlsx")
    cells = dict(re.findall(r'<c r="([A-Z]\d)"([^>]*)>', xml))
    assert {name: "inlineStr" in kind for name, kind in cells.items()} == {
        "A1": True, "B1": True, "C1": True, "A2": True, "B2": False, "C2": False, "A3": True,
    }  # fmt: skip
    assert 'state="frozen"' in xml and 'ySplit="1"' in xml
    assert "<v>4</v>" in xml
    assert read_sheet(tmp_path / "tables.xlsx", "responses").grid == [
        ["=id", "code", "time"],
        ["=1+1", "4", "2025-03-01 10:00:05"],
        ["007", "", ""],
    ]
    assert read_sheet(tmp_path / "tables.xlsx", "scores").grid == [["code"], ["4"]]


def test_columns_are_as_wide_as_most_of_their_texts_within_reason(tmp_path):
    table = pd.DataFrame({"a": ["x"] * 9 + ["y" * 300], "b": ["z" * 300] * 10, "c": ["w" * 20] * 10})
    write_workbook({"responses": table}, tmp_path / "tables.xlsx")
    widths = [float(width) for width in re.findall(r'<col [^>]*width="([\d.]+)"', sheet_xml(tmp_path / "tables.xlsx"))]
    assert [round(width) for width in widths] == [11, 51, 21]  # Excel adds the cell's margins


@pytest.mark.parametrize("write", ["csv", "xlsx"])
def test_the_same_table_gives_the_same_bytes(tmp_path, write):
    table = table_of(["=1", "Қанағаттанамын"]).assign(at=datetime(2025, 3, 1, 10))
    made = []
    for number in range(2):
        path = tmp_path / f"{number}.{write}"
        if write == "csv":
            write_csv("responses", table, path)
        else:
            write_workbook({"responses": table}, path)
        made.append(path.read_bytes())
    assert made[0] == made[1]


def test_a_table_without_rows_is_its_header(tmp_path):
    table = table_of([])
    write_csv("responses", table, tmp_path / "responses.csv")
    write_workbook({"responses": table}, tmp_path / "tables.xlsx")
    for name in ("responses.csv", "tables.xlsx"):
        assert read_back(tmp_path / name) == (["response_id", "B12", "end"], [])
