"""One export from bytes to forms: platforms, waves through one link, retyped questions, what a workbook hides."""

import zipfile

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

import small
from coursewaves.errors import CoursewavesError
from coursewaves.load import load_year
from coursewaves.settings.home import Home

BOTH = ["submitted_at", "course", "Wish", "Need", "Met", "Fits"]
"""Headers of one form that serves waves P and Q."""

BEFORE, AFTER = "2025-03-01 10:00:00", "2025-03-14 10:00:00"


def both(time: str = BEFORE, wish: str = "", met: str = "", course: str = "A-1") -> list[str]:
    return [time, course, wish, "", met, ""]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "responses"


def rules(intake) -> list[tuple[str, int]]:
    rows = intake.problems[intake.problems["row"] > 1]
    return list(zip(rows["rule"], rows["row"], strict=True))


# Waves through one link ----------------------------------------------------------------------------


def test_each_record_of_a_form_of_two_waves_goes_to_the_wave_that_it_answers(folder):
    small.write(folder / "both.csv", [both(BEFORE, wish="4"), both(AFTER, met="5")], header=BOTH)
    intake = small.read(folder)
    found = intake.responses.set_index("row")
    assert found["instrument_id"].to_dict() == {2: "P", 3: "Q"}
    assert (found.loc[2, "P1"], found.loc[3, "Q1"]) == (4.0, 5.0)
    assert intake.files[["instrument_id", "n_read", "n_kept"]].iloc[0].tolist() == ["P+Q", 2, 2]


def test_a_record_that_answers_both_waves_or_neither_is_set_aside(folder):
    rows = [both(BEFORE, wish="4", met="5"), both("2025-06-01 10:00:00"), both(AFTER, wish="3"), both(AFTER, met="1")]
    small.write(folder / "both.csv", rows, header=BOTH)
    intake = small.read(folder)
    assert rules(intake) == [("E-WAVE", 2), ("E-WAVE", 3), ("E-WAVE", 4)]
    assert intake.files[["n_read", "n_kept", "n_set_aside"]].iloc[0].tolist() == [4, 1, 3]


def test_a_record_that_is_broken_beside_undecided_ones_is_named_once_and_so_are_they(folder):
    rows = [both(BEFORE, wish="4", met="5"), both()[:-1], both(BEFORE, wish="3", met="5"), both(BEFORE, wish="2")]
    small.write(folder / "both.csv", rows, header=BOTH)
    intake = small.read(folder)
    assert sorted(rules(intake)) == [("E-WAVE", 2), ("E-WAVE", 4), ("E-WIDTH", 3)]
    assert intake.files[["n_read", "n_kept", "n_set_aside"]].iloc[0].tolist() == [4, 1, 3]


def test_a_form_of_two_waves_without_a_course_says_so_once(folder):
    rows = [both(BEFORE, wish="4"), both(AFTER, met="5")]
    small.write(folder / "both.csv", [row[:1] + row[2:] for row in rows], header=BOTH[:1] + BOTH[2:])
    problems = small.read(folder).problems
    assert (problems["rule"] == "E-COURSE").sum() == 1


def test_a_record_without_answers_of_its_own_goes_by_its_date(folder):
    small.write(folder / "both.csv", [both(BEFORE), both(AFTER)], header=BOTH)
    assert small.read(folder).responses["instrument_id"].tolist() == ["P", "Q"]


def test_the_title_of_several_runs_is_told_apart_in_the_wave_of_the_record(folder):
    rows = [both("2025-08-30 10:00:00", wish="4", course="Teaching"), both(AFTER, met="5", course="Teaching")]
    small.write(folder / "both.csv", rows, header=BOTH)
    found = small.read(folder).responses.set_index("row")
    assert found["instrument_id"].to_dict() == {2: "P", 3: "Q"}
    assert found["course_id"].to_dict() == {2: "A-2", 3: "A-1"}


def test_the_files_name_may_state_the_wave(folder):
    small.write(folder / "wave2" / "f.csv", [both(AFTER), both(BEFORE)], header=BOTH)
    intake = small.read(folder, sources=[{"files": "wave{wave}/*.csv"}])
    assert intake.files["n_kept"].tolist() == [1]
    assert intake.responses["instrument_id"].tolist() == ["Q"]
    assert rules(intake) == [("E-WINDOW", 3)]


def test_a_source_may_declare_the_questionnaires_of_its_form(folder):
    header = ["submitted_at", "course", "Wish", "Met"]
    small.write(folder / "f.csv", [[BEFORE, "A-1", "4", ""], [AFTER, "A-1", "", "5"]], header=header)
    intake = small.read(folder, sources=[{"files": "*.csv", "instrument": ["P", "Q"]}])
    assert intake.responses["instrument_id"].tolist() == ["P", "Q"]


@given(st.lists(st.tuples(st.sampled_from([BEFORE, AFTER, "2025-06-01 10:00:00"]), st.sampled_from(["", "4"]),
                          st.sampled_from(["", "5"])), max_size=10))  # fmt: skip
def test_no_record_counts_in_two_waves_and_none_is_lost(tmp_path_factory, records):
    folder = tmp_path_factory.mktemp("waves")
    rows = [both(time, wish, met) for time, wish, met in records]
    small.write(folder / "both.csv", rows, header=BOTH)
    intake = small.read(folder, sources=[{"files": "*.csv", "instrument": ["P", "Q"]}])
    assert intake.responses["row"].is_unique
    counts = intake.files[["n_kept", "n_set_aside", "n_duplicate", "n_outside_window"]].to_numpy().sum()
    assert counts == intake.files["n_read"].sum() == len(records)


# Columns -------------------------------------------------------------------------------------------


def test_a_question_that_was_made_anew_is_read_from_both_columns(folder):
    header = [*small.HEADER, "Wish рус"]
    rows = [[*small.form(wish="4"), ""], [*small.form(wish=""), "мало"], [*small.form(wish="4"), "5"]]
    small.write(folder / "p.csv", rows, header=header)
    intake = small.read(folder)
    values = intake.responses.set_index("row")["P1"]
    assert values[[2, 3]].tolist() == [4.0, 2.0]
    assert pd.isna(values[4])
    assert rules(intake) == [("E-DUPCOL", 4)]


def test_options_with_columns_of_their_own_are_one_answer(folder):
    header = ["submitted_at", "course", "Wish", "Reasons [Appraisal]", "P2[r1]", "P2_r3"]
    rows = [[BEFORE, "A-1", "4", "Yes", "0", ""], [BEFORE, "A-1", "4", "1", "Иә", "for a friend"],
            [BEFORE, "A-1", "4", "No", "", "0"], [BEFORE, "A-1", "4", "perhaps", "1", ""]]  # fmt: skip
    small.write(folder / "p.csv", rows, header=header)
    intake = small.read(folder)
    found = intake.responses.set_index("row")["P2"]
    assert [None if pd.isna(found[row]) else found[row] for row in (2, 3, 4, 5)] == ["r2", "r1|r2|r3", None, "r1"]
    assert rules(intake) == [("E-VALUE", 5), ("E-MANY", 3)]


def test_topics_with_columns_of_their_own_go_by_programme(folder):
    header = ["submitted_at", "course", "Met", "Topics used [Observation]", "Topics used [Goals, plans]"]
    small.write(folder / "q.csv", [[AFTER, "A-1", "4", "1", "1"], [AFTER, "B-1", "4", "1", ""]], header=header)
    found = small.read(folder).responses.set_index("course_id")["Q6"]
    assert found["A-1"] == "1|2"
    assert pd.isna(found["B-1"])


# Platforms -----------------------------------------------------------------------------------------


def test_the_platform_is_recognised_and_told(folder):
    header = ["Timestamp", *small.HEADER[1:]]
    rows = [["2025/03/01 10:00:00 AM GMT+5", *small.form()[1:]]]
    small.write(folder / "g.csv", rows, header=header)
    small.write(folder / "p.csv", [small.form(wish="1")])
    intake = small.read(folder)
    assert dict(zip(intake.files["file"], intake.files["platform"], strict=True)) == {
        "g.csv": "google_forms", "p.csv": "plain"}  # fmt: skip


def test_a_platform_may_be_declared_and_a_file_of_another_is_read_plainly_and_told(folder):
    small.write(folder / "p.csv", [small.form()])
    intake = small.read(folder, sources=[{"files": "*.csv", "platform": "qualtrics"}])
    assert intake.files[["platform", "n_kept"]].iloc[0].tolist() == ["plain", 1]
    assert intake.problems["rule"].tolist() == ["E-PLATFORM"]


def test_a_platform_that_there_is_not_is_the_callers_mistake(folder):
    with pytest.raises(CoursewavesError, match="Can't find 'google' in the platforms"):
        small.read(folder, sources=[{"files": "*.csv", "platform": "google"}])


def test_times_of_a_source_may_be_those_of_another_zone(folder):
    small.write(folder / "p.csv", [small.form(time="2025-03-03 20:30:00")])
    sources = [{"files": "*.csv", "time_zone": "UTC"}]
    intake = small.read(folder, sources=sources)
    assert intake.files["n_outside_window"].tolist() == [1]  # half past one on the fourth, in Almaty
    assert small.read(folder).files["n_kept"].tolist() == [1]


def test_the_order_of_day_and_month_is_told_where_it_was_inferred(folder):
    small.write(folder / "p.csv", [small.form(time="03/01/2025 10:00"), small.form(time="02/27/2025 10:00")])
    intake = small.read(folder)
    assert intake.files["n_kept"].tolist() == [2]
    (told,) = intake.problems.to_dict("records")
    assert (told["rule"], told["row"], told["column"], told["done"]) == ("E-TIME", 1, "A", "all read as m/d/Y H:M")


def test_another_encoding_is_read_only_where_its_source_declares_it(folder):
    folder.mkdir()
    text = "\n".join(",".join(cells) for cells in [small.HEADER, small.form(reasons="Аттестация")])
    (folder / "p.csv").write_bytes(text.encode("cp1251"))
    assert small.read(folder).problems["rule"].tolist() == ["E-ENCODING"]
    found = small.read(folder, sources=[{"files": "*.csv", "encoding": "windows-1251"}])
    assert found.responses["P2"].tolist() == ["r2"]
    told = small.read(folder, sources=[{"files": "*.csv", "encoding": "ascii"}]).problems.iloc[0]
    assert (told["rule"], told["seen"]) == ("E-ENCODING", "not ascii, as its source declares")


def test_another_sign_between_columns_is_named(folder):
    folder.mkdir()
    (folder / "p.csv").write_text("|".join(small.HEADER) + "\n" + "|".join(small.form()) + "\n")
    (told,) = small.read(folder).problems.to_dict("records")
    assert (told["rule"], told["seen"]) == ("E-FORMAT", "columns with '|' between them")


# Personal data -------------------------------------------------------------------------------------

PERSON = {
    "Email Address": "aigul@example.kz", "Аты-жөні": "Айгүл Серікқызы", "Телефон": "+7 701 123 45 67",
    "ИИН": "940712400012", "Where to send the prize": "dana@example.kz",
}  # fmt: skip


def test_columns_of_personal_data_are_named_as_such_and_go_nowhere(folder):
    small.write(folder / "p.csv", [[*small.form(), *PERSON.values()]], header=[*small.HEADER, *PERSON])
    intake = small.read(folder)
    told = intake.problems[["rule", "column", "done"]].to_numpy().tolist()
    assert told == [["E-PERSONAL", letter, "column not stored"] for letter in "HIJKL"]
    everything = "".join(table.to_csv() for table in intake[:4])
    assert not any(word in everything for text in PERSON.values() for word in text.split() if len(word) > 2)


def test_an_institute_may_link_by_addresses_of_which_only_pseudonyms_are_kept(folder):
    header = [*small.HEADER, "Email Address"]
    rows = [[*small.form(wish="1"), "Aigul@Example.kz "], [*small.form(wish="2"), ""]]
    small.write(folder / "p.csv", rows, header=header)
    after = ["submitted_at", "course", "Met", "Электрондық пошта"]
    small.write(folder / "q.csv", [[AFTER, "A-1", "4", "aigul@example.kz"]], header=after)
    found = small.read(folder, link_by="email").responses.set_index(["file", "row"])["respondent_id"]
    assert found["p.csv", 2] == found["q.csv", 2]
    assert found["p.csv", 2].startswith("email-")
    assert pd.isna(found["p.csv", 3])
    assert small.read(folder).responses["respondent_id"].isna().all()


def test_of_an_address_that_sent_twice_the_last_form_counts(folder):
    header = [*small.HEADER, "Email Address"]
    times = ("2025-03-01 10:00:00", "2025-03-02 10:00:00")
    rows = [[*small.form(time=time, wish=wish), "a@example.kz"] for time, wish in zip(times, "12", strict=True)]
    small.write(folder / "p.csv", rows, header=header)
    intake = small.read(folder, link_by="email")
    assert intake.responses["P1"].tolist() == [2.0]
    assert intake.files["n_duplicate"].tolist() == [1]


def test_codes_that_are_identifiers_are_never_written_and_still_link(tmp_path):
    registry = tmp_path / "data" / "raw" / "registry"
    registry.mkdir(parents=True)
    (registry / "programmes.csv").write_text("programme_id,title_en,hours\nP,Play,36\n")
    (registry / "courses.csv").write_text("course_id,programme_id,starts_on,ends_on\nP-1,P,2025-03-03,2025-03-14\n")
    (registry / "participants.csv").write_text("participant_id,course_id\n940712400012,P-1\n")
    header = ["Timestamp", "Course code", "Participant code"]
    question = "I expect the content of the course to match my professional needs"
    stem = "What do you expect of the course? To what extent is each statement true for you?"
    path = tmp_path / "data" / "raw" / "responses" / "a.csv"
    small.write(
        path, [["2025-03-01 10:00:00", "P-1", "940712400012", "fully"]], header=[*header, f"{stem} [{question}]"]
    )
    year = load_year(Home(tmp_path))
    (respondent,) = year.responses["respondent_id"]
    assert respondent == year.registry.participants["participant_id"].iloc[0]
    assert respondent.startswith("iin-")
    for path in (tmp_path / "data" / "processed").rglob("*"):
        assert path.is_dir() or b"940712400012" not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
    assert (tmp_path / "coursewaves.key").stat().st_mode & 0o077 == 0


# Files that hold or hide something -------------------------------------------------------------------


def test_a_zip_with_one_table_is_read_as_that_table(folder):
    inner = small.write(folder / "inner.csv", [small.form()])
    with zipfile.ZipFile(folder / "Form.csv.zip", "w") as archive:
        archive.write(inner, "Form.csv")
    inner.unlink()
    intake = small.read(folder)
    assert intake.files[["file", "n_kept"]].iloc[0].tolist() == ["Form.csv.zip", 1]


def test_what_a_workbook_hides_is_told_and_read(folder):
    folder.mkdir()
    with xlsxwriter.Workbook(str(folder / "p.xlsx")) as book:
        sheet = book.add_worksheet("answers")
        for row, cells in enumerate([small.HEADER, small.form(wish="4"), small.form(wish="5")]):
            sheet.write_row(row, 0, cells)
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.write_formula(1, 6, "=1+", None, "#NAME?")
        book.add_worksheet("notes").write(0, 0, "x")
    intake = small.read(folder)
    assert intake.files["n_kept"].tolist() == [2]
    assert intake.responses.set_index("row")["P1"].to_dict() == {2: 4.0, 3: 5.0}
    assert pd.isna(intake.responses.set_index("row")["P3"][2])
    told = intake.problems[["rule", "row", "column"]].to_numpy().tolist()
    assert told == [["E-HIDDEN", 0, ""], ["E-SHEETS", 0, ""], ["E-FORMULA", 2, "G"]]


def test_a_band_that_became_a_date_is_named_as_one(folder):
    folder.mkdir()
    with xlsxwriter.Workbook(str(folder / "p.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, small.HEADER)
        sheet.write_row(1, 0, small.form())
        sheet.write_datetime(1, 4, pd.Timestamp("2025-05-03"), book.add_format({"num_format": "d mmm"}))
    (told,) = small.read(folder).problems.to_dict("records")
    assert (told["rule"], told["column"]) == ("E-VALUE", "E")
    assert "a date, as Excel makes of bands such as 3-5" in told["seen"]


def test_a_code_one_slip_off_links_two_waves_and_is_listed(folder):
    small.write(folder / "p.csv", [[*small.form(), "AI05MA12"]], header=[*small.HEADER, "self_code"])
    header = ["submitted_at", "course", "Met", "self_code"]
    small.write(folder / "q.csv", [[AFTER, "A-1", "4", "AI05MO12"]], header=header)
    intake = small.read(folder)
    assert intake.responses["respondent_id"].nunique() == 1
    (told,) = intake.problems[intake.problems["rule"] == "E-NEAR"].to_dict("records")
    assert (told["file"], told["row"]) == ("q.csv", 2)
    assert "AI05" not in str(told)
