"""The registry: sound rows go on, every fault is one row of problems, lookups say what there is."""

import re
from pathlib import Path, PureWindowsPath

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from coursewaves.errors import CoursewavesError
from coursewaves.publishing.manifest import page_path
from coursewaves.registry.reader import empty_table, read_registry
from coursewaves.registry.rows import RESERVED, Id
from coursewaves.registry.tables import KEYS, REFERENCES, TABLES, columns_of, describe_tables, dtype_of

PROGRAMMES = "programme_id,title_en,title_kk,hours,practical_hours\nP1,Play,Ойын,36,12\nP2,Speech,,72,\n"
COURSES = "course_id,programme_id,starts_on,ends_on,enrolled,completed\nP1-01,P1,2025-09-01,2025-09-05,20,19\n"
OTHERS = {
    "directions": "direction_id,title_en\nD1,Methods\n",
    "trainers": "trainer_id,name\nT1,A. Example\n",
    "centres": "centre_id,title_en,region_id\nC1,Centre,KZ-75\n",
    "topics": "topic_id,programme_id,number,title_en,hours,trainer_id\nX2,P1,2,Second,16,T1\nX1,P1,1,First,20,\n",
    "abilities": "programme_id,number,text_en\nP1,2,I can observe\nP1,1,I can plan\n",
    "participants": "participant_id,course_id,role\n"
    + "".join(f"007{number:02d},P1-01,teacher\n" for number in range(20)),
    "decisions": "decision_id,programme_id,decided_on,council,kind,text\nR1,P1,2025-11-01,smc,none,No change\n",
}


def registry_of(folder: Path, **tables: str):
    for name, content in ({"programmes": PROGRAMMES, "courses": COURSES} | tables).items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return read_registry(folder)


def faults(problems: pd.DataFrame) -> list[tuple]:
    return list(problems[["file", "row", "column", "rule", "done"]].itertuples(index=False, name=None))


def test_a_sound_registry_has_no_problem_and_typed_columns(tmp_path):
    registry, problems = registry_of(tmp_path, **OTHERS)
    assert problems.empty
    assert list(problems.columns) == ["file", "row", "column", "header", "rule", "seen", "done", "fix", "record"]
    assert registry.participants["participant_id"].tolist()[:2] == ["00700", "00701"]
    assert registry.courses["starts_on"].tolist() == [pd.Timestamp("2025-09-01")]
    assert registry.programmes["practical_hours"].tolist() == [12, pd.NA]
    assert len(registry.regions) == 20


def test_every_table_has_its_columns_and_types_even_when_absent(tmp_path):
    registry, _ = registry_of(tmp_path)
    for table in TABLES:
        frame = getattr(registry, table)
        assert list(frame.columns) == columns_of(table)
        assert {name: str(frame[name].dtype) for name in frame} == {
            name: str(empty_table(table)[name].dtype) for name in frame
        }
        assert all(dtype_of(table, name) == str(frame[name].dtype) for name in frame)


def test_without_courses_or_programmes_the_registry_is_empty_and_says_so(tmp_path):
    registry, problems = read_registry(tmp_path / "nowhere")
    assert registry.courses.empty
    assert problems["rule"].tolist() == ["E-TABLE", "E-TABLE"]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_delimiter_byte_order_mark_and_spaced_headers_do_no_harm(tmp_path, delimiter):
    content = "\ufeff" + COURSES.replace("course_id", " Course_ID ", 1).replace(",", delimiter)
    registry, problems = registry_of(tmp_path, courses=content)
    assert problems.empty
    assert registry.courses["course_id"].tolist() == ["P1-01"]


@pytest.mark.parametrize(
    ("table", "content", "expected"),
    [
        ("programmes", PROGRAMMES.replace("36", "0"), ("programmes.csv", 2, "D", "E-VALUE", "set aside")),
        (
            "programmes",
            PROGRAMMES.replace(",12", ",40"),
            ("programmes.csv", 2, "E", "E-COUNT", "cell dropped"),
        ),
        ("programmes", PROGRAMMES.replace("Speech", ""), ("programmes.csv", 3, "", "E-VALUE", "set aside")),
        (
            "programmes",
            PROGRAMMES.replace("P2", "P1"),
            ("programmes.csv", 3, "A", "E-DUPLICATE", "set aside"),
        ),
        ("programmes", PROGRAMMES.replace("P2", "P 2"), ("programmes.csv", 3, "A", "E-VALUE", "set aside")),
        ("programmes", PROGRAMMES.replace("P2", "p1"), ("programmes.csv", 3, "A", "E-DUPLICATE", "set aside")),
        ("programmes", PROGRAMMES.replace("P2", "Con"), ("programmes.csv", 3, "A", "E-VALUE", "set aside")),
        ("programmes", PROGRAMMES + "P3,Short\n", ("programmes.csv", 4, "", "E-WIDTH", "set aside")),
        (
            "courses",
            COURSES.replace("2025-09-05", "2025-08-05"),
            ("courses.csv", 2, "", "E-VALUE", "set aside"),
        ),
        (
            "courses",
            COURSES.replace("2025-09-05", "05/09/2025"),
            ("courses.csv", 2, "D", "E-VALUE", "cell dropped"),
        ),
        (
            "courses",
            COURSES.replace("2025-09-05", "45352"),
            ("courses.csv", 2, "D", "E-VALUE", "cell dropped"),
        ),
        ("courses", COURSES.replace("20,19", "20,21"), ("courses.csv", 2, "F", "E-COUNT", "cell dropped")),
        ("courses", COURSES.replace(",P1,", ",P9,"), ("courses.csv", 2, "B", "E-REFERENCE", "set aside")),
        (
            "courses",
            COURSES.replace("enrolled", "enroled"),
            ("courses.csv", 1, "E", "E-COLUMN", "column not read"),
        ),
        (
            "decisions",
            OTHERS["decisions"].replace("smc", "board"),
            ("decisions.csv", 2, "D", "E-VALUE", "set aside"),
        ),
        (
            "centres",
            OTHERS["centres"].replace("KZ-75", "KZ-99"),
            ("centres.csv", 2, "C", "E-REFERENCE", "cell dropped"),
        ),
        (
            "topics",
            OTHERS["topics"].replace("P1,1,", "P1,2,"),
            ("topics.csv", 3, "C", "E-DUPLICATE", "set aside"),
        ),
        ("participants", OTHERS["participants"][:-22], ("participants.csv", 0, "", "E-ROSTER", "kept")),
        ("topics", OTHERS["topics"].replace(",20,", ",21,"), ("topics.csv", 0, "", "E-HOURS", "kept")),
        ("participant", OTHERS["participants"], ("participant.csv", 0, "", "E-TABLE", "not read")),
    ],
)
def test_each_kind_of_fault_is_one_problem_at_its_place(tmp_path, table, content, expected):
    _, problems = registry_of(tmp_path, **(OTHERS | {table: content}))
    assert expected in faults(problems)
    assert (problems["fix"] != "").all()


def test_the_problem_of_a_misspelt_column_names_the_right_one(tmp_path):
    _, problems = registry_of(tmp_path, courses=COURSES.replace("enrolled", "enroled"))
    assert problems["fix"].tolist() == ["rename it to enrolled"]


def test_a_table_without_a_needed_column_is_not_read(tmp_path):
    registry, problems = registry_of(tmp_path, courses=COURSES.replace("programme_id", "prog"))
    assert registry.courses.empty
    assert ("courses.csv", 1, "", "E-COLUMN", "table not read") in faults(problems)


def test_unknown_trainers_are_taken_out_of_a_list_and_the_rest_stays(tmp_path):
    courses = COURSES.replace("completed", "trainer_ids").replace(",19", ",T1|T9")
    registry, problems = registry_of(tmp_path, courses=courses, trainers=OTHERS["trainers"])
    assert registry.courses["trainer_ids"].tolist() == ["T1"]
    assert problems["rule"].tolist() == ["E-REFERENCE"]


def test_a_participant_may_attend_two_courses_but_one_course_only_once(tmp_path):
    courses = COURSES + "P2-01,P2,2025-10-06,2025-10-10,2,2\n"
    roster = "participant_id,course_id\nA1,P1-01\nA1,P2-01\nA1,P1-01\n"
    registry, problems = registry_of(tmp_path, courses=courses, participants=roster)
    assert registry.participants["course_id"].tolist() == ["P1-01", "P2-01"]
    assert faults(problems)[0] == ("participants.csv", 4, "B", "E-DUPLICATE", "set aside")


def test_names_never_stand_in_problems(tmp_path):
    trainers = "trainer_id,name,experience_years\nT1,Айгүл Құпия,many years of Құпия\nT1,Айгүл Құпия,3\n"
    _, problems = registry_of(tmp_path, trainers=trainers)
    assert len(problems) == 2
    assert "Құпия" not in problems.to_csv()


def test_a_workbook_gives_the_same_registry_as_csv_files(tmp_path):
    (tmp_path / "csv").mkdir()
    expected, _ = registry_of(tmp_path / "csv", **OTHERS)
    with xlsxwriter.Workbook(tmp_path / "registry.xlsx") as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, content in ({"programmes": PROGRAMMES, "courses": COURSES} | OTHERS).items():
            sheet = book.add_worksheet(name)
            for number, line in enumerate(content.splitlines()):
                for place, cell in enumerate(line.split(",")):
                    if cell.isdigit() and not cell.startswith("0"):
                        sheet.write_number(number, place, int(cell))
                    elif cell.startswith("2025-"):
                        sheet.write_datetime(number, place, pd.Timestamp(cell).to_pydatetime(), day)
                    else:
                        sheet.write_string(number, place, cell)
    found, problems = read_registry(tmp_path)
    assert problems.empty
    for table in TABLES:
        pd.testing.assert_frame_equal(getattr(found, table), getattr(expected, table))


def test_a_table_in_two_places_is_a_problem_and_the_csv_is_read(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "registry.xlsx") as book:
        book.add_worksheet("courses").write_row(0, 0, COURSES.splitlines()[0].split(","))
    registry, problems = registry_of(tmp_path)
    assert len(registry.courses) == 1
    assert problems["rule"].tolist() == ["E-TABLE"]


def test_lookups_find_rows_in_order_and_titles_in_a_language(tmp_path):
    registry, _ = registry_of(tmp_path, **OTHERS)
    assert registry.programme_of("P1-01")["programme_id"] == "P1"
    assert registry.topics_of("P1")["title_en"].tolist() == ["First", "Second"]
    assert registry.abilities_of("P1")["number"].tolist() == [1, 2]
    assert registry.abilities_of("P2").empty
    assert registry.title("programmes", registry.programme("P1"), "kk") == "Ойын"
    assert registry.title("programmes", registry.programme("P2"), "kk") == "Speech"
    assert registry.title("abilities", registry.abilities_of("P1").iloc[0], "ru") == "I can plan"
    assert registry.title("trainers", registry.trainers.iloc[0], "kk") == "A. Example"
    assert registry.title("courses", registry.course("P1-01"), "kk") == "P1-01"


def test_an_unknown_course_names_the_nearest(tmp_path):
    registry, _ = registry_of(tmp_path)
    with pytest.raises(CoursewavesError, match=r"Can't find 'P1-1' in courses. Possible values: 'P1-01'"):
        registry.course("P1-1")


LEADING_OUT = ["../x", "/x", "..", "{0}", "{course.__class__}", "s3://x", "CON", "nul", "Com1", "x" * 41, "", "x\n",
               "x.", "x:y", "й", "\u0438\u0306", "x/../../y", "~x", "$HOME", "%TEMP%", "a\\b"]  # fmt: skip


@given(st.one_of(st.sampled_from(LEADING_OUT), st.text(), st.from_regex(r"[A-Za-z0-9_-]{1,41}", fullmatch=True)))
def test_an_id_is_refused_or_names_one_file_in_its_folder_on_every_system(text):
    try:
        TypeAdapter(Id).validate_python(text)
    except ValidationError:
        assert text in LEADING_OUT or not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", text) or RESERVED.fullmatch(text)
        return
    assert text not in LEADING_OUT
    path = PureWindowsPath("reports") / page_path("course", text, "kk")
    assert path.parts == ("reports", "course", f"{text}.kk.html")
    assert path.name.isascii()
    assert len(path.name) <= 48


def test_every_column_is_described_and_every_reference_exists():
    assert all(entry["meaning"] for entry in describe_tables())
    for table, keys in KEYS.items():
        assert all(column in columns_of(table) for key in keys for column in key)
    for reference in REFERENCES:
        assert reference.column in columns_of(reference.table)
        assert reference.target_column in columns_of(reference.target)


@pytest.mark.parametrize("written", ["05.09.2025", "5.9.2025", "05.09.2025 ж.", "05.09.2025 г.", "2025-09-05"])
def test_a_day_with_points_is_read_day_first_as_staff_write_it(tmp_path, written):
    content = f"course_id,programme_id,ends_on\nP1-01,P1,{written}\n"
    registry, problems = registry_of(tmp_path, **(OTHERS | {"courses": content}))
    assert problems.empty
    assert registry.courses["ends_on"].dt.strftime("%d %m %Y").tolist() == ["05 09 2025"]


@pytest.mark.parametrize(
    ("column", "cell", "helps"),
    [
        ("ends_on", "05.09.25", "write the day as 2025-03-14 or 14.03.2025"),
        ("ends_on", "09/05/2025", "write the day as 2025-03-14 or 14.03.2025"),
        ("enrolled", "22 адам", "write a whole number and nothing else"),
        ("course_id", "Р1-01", "write the id in Latin letters: this text has Cyrillic ones, which may only look alike"),
        (
            "course_id",
            "P1 01",
            "write an id of up to 40 Latin letters, digits, - and _, without spaces, such as P01-03",
        ),
    ],
)
def test_a_cell_that_can_t_be_read_is_told_with_what_to_write(tmp_path, column, cell, helps):
    row = {"course_id": "P1-01", "programme_id": "P1", "ends_on": "", "enrolled": ""} | {column: cell}
    content = ",".join(row) + "\n" + ",".join(row.values()) + "\n"
    _, problems = registry_of(tmp_path, **(OTHERS | {"courses": content}))
    found = problems[problems["file"] == "courses.csv"]
    assert found[["row", "header", "rule", "fix"]].iloc[0].tolist() == [2, column, "E-VALUE", f"correct it: {helps}"]
