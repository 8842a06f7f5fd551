"""Delimited text: splitting a flawless file as a whole gives what splitting it record by record gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursewaves.reading.delimited import Record, find_delimiter, joined, rows_of, split, split_whole

ALPHABET = 'abЖ1"",;;\t\r\n\n \u2028'
TEXTS = st.text(st.sampled_from(ALPHABET), max_size=60)
CELLS = st.lists(st.lists(st.text(st.sampled_from('aЖ", \n'), max_size=4), min_size=2, max_size=2), max_size=6)


def whole(text: str, delimiter: str = ","):
    """All records, and the columns where the file is flawless; a line without anything is a row of blanks."""
    records = list(split(text, delimiter))
    is_headed = bool(records and records[0].cells and not records[0].rule)
    columns = split_whole(text.encode(), delimiter, records[0]) if is_headed else None
    width = len(records[0].cells) if records else 0
    return [record._replace(cells=record.cells or [""] * width) for record in records], columns


def rows(columns) -> list[list[str]]:
    return [list(cells) for cells in zip(*(column.values().tolist() for column in columns), strict=True)]


@settings(max_examples=1500)
@given(TEXTS, st.sampled_from(",;\t"))
def test_both_ways_give_the_same_records_of_any_text(text, delimiter):
    records, columns = whole(text, delimiter)
    if columns is not None:
        assert rows(columns) == [record.cells for record in records[1:]]
        assert not any(record.rule for record in records)


@settings(max_examples=300)
@given(CELLS, st.sampled_from(["\n", "\r\n"]))
def test_a_well_written_file_is_split_as_a_whole(cells, end):
    lines = [["a", "b"], *cells]
    text = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + end for row in lines)
    _, columns = whole(text)
    assert columns is not None
    assert rows(columns) == cells


@pytest.mark.parametrize(
    "text",
    ['a,b\n1,"2\n3,4\n', "a,b\n1\n", "a,b\n1,2,3\n", 'a,b\n1,x"y"\n', 'a,b\n"1"2,3\n', "a,b\n1,\0\n",
     "a,b\r1,2\r", 'a,b\n1,"x\n2025-03-01 10:00:00,2"\n', 'a,b\n1, "2"\n'],
)  # fmt: skip
def test_a_flaw_anywhere_sends_the_file_to_the_slow_way(text):
    _, columns = whole(text)
    assert columns is None


def test_bytes_that_are_no_utf_8_send_the_file_to_the_slow_way():
    assert split_whole(b"a,b\n1,\xff\n", ",", Record(1, ["a", "b"])) is None


def test_quotes_are_followed_over_the_parts_in_which_a_file_is_looked_at(monkeypatch):
    text = "a,b\n" + '"1","x ""y""\n z"\n' * 9
    expected = rows(whole(text)[1])
    monkeypatch.setattr("coursewaves.reading.delimited._CHUNK", 1 << 5)
    assert rows(whole(text)[1]) == expected
    assert whole(text + '"1,2\n')[1] is None


def test_the_header_may_stand_after_blank_rows():
    records = list(split(",\na,b\n1,2\n", ","))
    assert rows(split_whole(b",\na,b\n1,2\n", ",", records[1])) == [["1", "2"]]


@pytest.mark.parametrize(("text", "delimiter"), [("a,b;c\n1;2\n", ";"), ("a\tb,c\n1\t2\n", "\t"), ("a,b\n", ",")])
def test_the_delimiter_is_the_one_on_which_header_and_records_agree(text, delimiter):
    assert find_delimiter(text) == delimiter


@given(CELLS, st.booleans())
def test_a_table_of_our_own_comes_back_as_it_was_written(rows, is_quoted):
    columns = ["path", "what"]
    text = joined([columns, *rows], is_quoted=is_quoted)
    assert rows_of(text, columns) == rows
    assert rows_of(f"\ufeff{text}", columns) == rows


@pytest.mark.parametrize("text", ["", "\n", "path\na\n", "what,path\na,b\n", "path,what\na,b,c\n", "path,what\n\0\n",
                                  "path,what\na\n"])  # fmt: skip
def test_a_table_that_is_not_as_we_wrote_it_is_refused(text):
    with pytest.raises(ValueError, match="not as it was written"):
        rows_of(text, ["path", "what"])
