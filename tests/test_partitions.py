"""A course's partition holds what its report may see, no more, and changes exactly when that changes."""

import zipfile
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import handmade
from coursewaves.load import load_year
from coursewaves.partitions.cutting import Rows, Source, packed, write_partitions
from coursewaves.partitions.pooled import pool_year
from coursewaves.processed.contents import read_contents
from coursewaves.processed.year import Year
from coursewaves.settings.home import Home
from coursewaves.views.opening import open_course
from test_year import digests, make_home, row


@pytest.fixture
def year(survey, tmp_path) -> Year:
    """Three courses in a work folder of their own."""
    made = handmade.year(survey, courses={"A-1": 12, "A-2": 12, "A-3": 6})
    home = Home(tmp_path / "institute")
    home.root.mkdir()
    home.__dict__.update(survey=survey, settings=made.settings)
    return _with_tables(Year(home), made)


def _with_tables(year: Year, made: Year) -> Year:
    year.__dict__.update({name: value for name, value in made.__dict__.items() if name not in ("home", "partition")})
    return year


def partition(year: Year, course_id: str) -> Year:
    return Year(year.home, year.home.partition(course_id))


def test_a_partition_holds_the_rows_of_its_course_alone(year):
    write_partitions(year, pool_year(year))
    found = partition(year, "A-2")
    assert set(found.responses["course_id"]) == set(found.scores["course_id"]) == {"A-2"}
    assert set(found.outcomes["course_id"]) == {"A-2"}
    assert found.registry.courses["course_id"].tolist() == ["A-2"]
    assert found.registry.participants.empty
    assert set(found.read("pooled_others")["course_id"]) == {"A-2"}


def test_tables_come_back_as_they_were(year):
    write_partitions(year, pool_year(year))
    whole = year.responses[year.responses["course_id"] == "A-1"].reset_index(drop=True)
    pd.testing.assert_frame_equal(partition(year, "A-1").responses, whole)


def test_nothing_of_the_whole_year_is_in_a_partition(year):
    write_partitions(year, pool_year(year))
    with zipfile.ZipFile(year.home.partition("A-1")) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert b"A-1.B.3" in content
    assert b"A-2.B.3" not in content


def test_an_answer_more_changes_the_partitions_that_are_told_of_it(survey, year):
    before = {entry.course_id: entry.sha256 for entry in write_partitions(year, pool_year(year))}
    more = handmade.year(survey, courses={"A-1": 13, "A-2": 12, "A-3": 6})
    after = {entry.course_id: entry.sha256 for entry in write_partitions(year, pool_year(_with_tables(year, more)))}
    assert {name for name in before if before[name] != after[name]} == {"A-1", "A-2", "A-3"}


ROWS = st.lists(
    st.tuples(
        st.sampled_from("ABC"), st.none() | st.text("әқ x", max_size=3), st.none() | st.floats(0, 1), st.booleans(),
        st.none() | st.datetimes(pd.Timestamp(2020, 1, 1), pd.Timestamp(2030, 1, 1)),
    ),
    max_size=20,
)  # fmt: skip


@given(ROWS)
def test_rows_are_the_same_bytes_whatever_stands_around_them(rows):
    table = pd.DataFrame(rows, columns=[*"abcde"])
    table = table.astype({"a": "str", "b": "str", "c": "float64", "d": "bool", "e": "datetime64[us]"})
    for values in ("A", "BC"):
        own = table[table["a"].isin([*values])].reset_index(drop=True)
        assert Source(table).stream(Rows("a", tuple(values))) == Source(own).stream(Rows())


def test_a_receipt_concerns_the_partition_of_its_course_alone(year):
    receipts = pd.DataFrame({"course_id": ["A-2"], "wave": [1], "received_on": [pd.Timestamp(2025, 3, 14)]})
    year.__dict__["registry"] = replace(year.registry, receipts=receipts.iloc[:0])
    before = {entry.course_id: entry.sha256 for entry in write_partitions(year, pool_year(year))}
    year.__dict__["registry"] = replace(year.registry, receipts=receipts)
    after = {entry.course_id: entry.sha256 for entry in write_partitions(year, pool_year(year))}
    assert {name for name in before if before[name] != after[name]} == {"A-2"}


def test_the_same_year_gives_the_same_bytes_and_leaves_the_files_alone(year):
    first = [entry.sha256 for entry in write_partitions(year, pool_year(year))]
    modified = {path: path.stat().st_mtime_ns for path in year.home.partitions.iterdir()}
    assert [entry.sha256 for entry in write_partitions(year, pool_year(year))] == first
    assert {path: path.stat().st_mtime_ns for path in year.home.partitions.iterdir()} == modified


def test_a_course_that_is_gone_leaves_no_partition(survey, year):
    write_partitions(year, pool_year(year))
    fewer = _with_tables(year, handmade.year(survey, courses={"A-1": 12}))
    write_partitions(fewer, pool_year(fewer))
    assert [path.name for path in year.home.partitions.iterdir()] == ["A-1.zip"]


def test_partitions_are_readable_by_their_owner_only(year):
    write_partitions(year, pool_year(year))
    assert year.home.partitions.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in year.home.partitions.iterdir()} == {0o600}


def test_packing_is_the_same_on_every_day():
    tables = {"b": pd.DataFrame({"x": [1]}), "a": pd.DataFrame({"y": ["ә"]})}
    assert packed(tables) == packed(dict(reversed(tables.items())))


# A load ----------------------------------------------------------------------------------------------


def test_a_load_ends_with_the_record_of_what_it_made(tmp_path):
    home = make_home(tmp_path / "home", [row("5"), row("3")])
    load_year(home)
    contents = read_contents(home)
    assert contents is not None
    assert [(entry.course_id, entry.programme_id, entry.titles["en"]) for entry in contents.courses] == [
        ("K-1", "P", "Play")
    ]
    assert contents.courses[0].sha256 == digests(home.partitions)["K-1.zip"]
    assert contents.tables["responses"] == digests(home.processed)["responses.parquet"]


def test_a_load_that_breaks_off_leaves_no_record(tmp_path, monkeypatch):
    home = make_home(tmp_path / "home", [row("5")])
    load_year(home)
    monkeypatch.setattr("coursewaves.load.pool_year", lambda year: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        load_year(home)
    assert read_contents(home) is None


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"inputs": {}}', '{"inputs":{},"tables":{},"courses":[{"a":1}],"others":[]}']
)
def test_a_damaged_record_is_no_record(tmp_path, content):
    home = make_home(tmp_path / "home", [row("5")])
    load_year(home)
    (home.processed / "contents.json").write_text(content)
    assert read_contents(home) is None


def test_a_course_is_opened_once_until_its_files_change(tmp_path):
    home = make_home(tmp_path / "home", [row("5"), row("3")])
    load_year(home)
    first, second = (open_course(home.root, "K-1", language) for language in ("kk", "en"))
    assert first.memo is second.memo
    assert first.phrases.language != second.phrases.language
    assert len(first.responses) == 2
    (home.responses / "b.csv").write_text((home.responses / "a.csv").read_text().replace("10:00:00", "11:30:00"))
    load_year(home)
    assert len(open_course(home.root, "K-1", "kk").responses) == 4
