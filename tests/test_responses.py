"""Exports become responses: every record is accounted for, and nothing about a record is guessed."""

import hashlib
import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import small
from coursewaves.errors import CoursewavesError
from coursewaves.intake.responses import OUTCOMES, WAITING, check_account
from coursewaves.problems import NO_QUESTION, Problem, files_left_out, problems_table

FORM = small.form


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "responses"


def account(intake) -> dict[str, int]:
    """The one file's counts; nothing waits before a load holds it against what was published."""
    row = intake.files.iloc[0]
    assert row["n_waiting"] == 0
    return {name: int(row[f"n_{name}"]) for name in ("read", *OUTCOMES) if name != WAITING}


def rules(intake) -> list[tuple[str, int]]:
    rows = intake.problems.to_dict("records")
    return sorted((row["rule"], row["row"]) for row in rows if row["rule"] != "E-ABSENT")


def write(folder, rows, **more):
    return small.write(folder / "p.csv", rows, **more)


def test_a_sound_form_is_kept_with_everything_it_says(folder):
    header = [*small.HEADER, "role", "region"]
    row = [*FORM(person="p1", wish="4 - много", reasons="Аттестация, моё", need="9"), "Басшы", "г. Алматы"]
    write(folder, [row], header=header)
    intake = small.read(folder)
    assert account(intake) == {"read": 1, "kept": 1, "set_aside": 0, "duplicate": 0, "outside_window": 0}
    assert intake.problems.empty
    found = intake.responses.iloc[0]
    assert found["submitted_at"].isoformat() == "2025-03-01T10:00:00+05:00"
    expected = {"file": "p.csv", "row": 2, "course_id": "A-1", "instrument_id": "P", "wave": 1, "respondent_id": "p1",
                "role": "head", "region_id": "KZ-75", "P1": 4.0, "P2": "r2|r3", "P3": 9.0,
                "is_straightlined": False, "language": "en"}  # fmt: skip
    assert {name: found[name] for name in expected} == expected
    assert found[["settlement", "age_band", "Q1", "Q3.1", "Q5"]].isna().all()


def test_more_options_than_the_question_allows_are_kept_and_told(folder):
    write(folder, [FORM(reasons="Аттестация"), FORM(reasons="Аттестация, Изменения в стандарте, программе, моё")])
    intake = small.read(folder)
    assert intake.responses.sort_values("row")["P2"].tolist() == ["r2", "r1|r2|r3"]
    assert rules(intake) == [("E-MANY", 3)]


def test_the_columns_stand_in_the_documented_order(folder):
    write(folder, [FORM()])
    columns = list(small.read(folder).responses.columns)
    assert columns[:8] == [
        "response_id",
        "file",
        "row",
        "course_id",
        "instrument_id",
        "wave",
        "submitted_at",
        "language",
    ]
    assert columns[8:15] == ["respondent_id", "role", "region_id", "settlement", "age_band", "experience_band",
                             "is_straightlined"]  # fmt: skip
    assert columns[15:] == [
        "P1",
        "P2",
        "P3",
        "Q1",
        "Q2",
        "Q3.1",
        "Q3.2",
        "Q3.3",
        "Q3t.1",
        "Q3t.2",
        "Q3t.3",
        "Q4",
        "Q5",
        "Q6",
    ]


@pytest.mark.parametrize("is_there", [True, False])
def test_an_empty_or_absent_folder_gives_empty_tables_with_all_columns(folder, is_there):
    if is_there:
        folder.mkdir(parents=True)
    intake = small.read(folder)
    assert [len(part) for part in intake] == [0, 0, 0, 0, 0, 0]
    counts = ["n_read", *(f"n_{name}" for name in OUTCOMES), "n_corrected"]
    assert list(intake.files.columns) == ["file", "platform", "instrument_id", *counts]
    assert {"submitted_at", "respondent_id", "Q6"} <= set(intake.responses.columns)
    assert intake.responses["P1"].dtype == "float64"


def test_an_export_that_nobody_answered_yet_is_no_problem(folder):
    write(folder, [])
    intake = small.read(folder)
    assert account(intake)["read"] == 0
    assert intake.problems.empty


def test_every_record_ends_in_one_place(folder):
    write(folder, [
        FORM(person="p1", wish="1"),
        FORM(person="p1", wish="2", time="2025-03-02 10:00:00"),
        FORM(course="Zoo"),
        FORM(time="yesterday"),
        FORM(consent="No"),
        FORM(time="2025-03-04 00:00:00"),
        FORM(wish="nonsense", time="2025-02-20 09:00:00"),
        FORM()[:-1],
        [*FORM(), "more"],
        [""] * 7,
        small.HEADER,
    ])  # fmt: skip
    intake = small.read(folder)
    assert account(intake) == {"read": 11, "kept": 2, "set_aside": 7, "duplicate": 1, "outside_window": 1}
    assert rules(intake) == [
        ("E-BLANK", 11), ("E-CONSENT", 6), ("E-COURSE", 4), ("E-DUPLICATE", 2), ("E-HEADER", 12), ("E-TIME", 5),
        ("E-VALUE", 8), ("E-WIDTH", 9), ("E-WIDTH", 10), ("E-WINDOW", 7),
    ]  # fmt: skip
    assert intake.outcomes.set_index("outcome")["n_forms"].to_dict() == {
        "duplicate": 1, "kept": 2, "outside_window": 1, "set_aside": 2,
    }  # fmt: skip


def test_records_of_an_unrecognised_file_are_all_set_aside(folder):
    write(folder, [["a"], ["b"]], header=["Something else"])
    intake = small.read(folder)
    assert account(intake) == {"read": 2, "kept": 0, "set_aside": 2, "duplicate": 0, "outside_window": 0}
    assert rules(intake) == [("E-INSTRUMENT", 1)]


def test_a_file_of_which_nothing_counts_is_named_but_a_table_of_something_else_is_not(folder):
    write(folder, [["a"], ["b"]], header=["Something else"])
    (folder / "torn.xlsx").write_bytes(b"PK\x03\x04 and no more")
    (folder / "empty.csv").write_bytes(b"")
    (folder / "letter.docx").write_bytes(b"PK")
    found = files_left_out(small.read(folder).problems)
    assert [(one.file, one.rule) for one in found] == [
        ("empty.csv", "E-EMPTY"), ("letter.docx", "E-FORMAT"), ("torn.xlsx", "E-WORKBOOK")
    ]  # fmt: skip


def test_a_file_whose_questions_were_renamed_is_left_out_and_no_table_of_something_else():
    def problem(file: str, rule: str, done: str, seen: str = NO_QUESTION) -> Problem:
        return Problem(file, 1, "", "", rule, seen, done, "fix")

    rows = [
        problem("renamed.csv", "E-INSTRUMENT", "file set aside"), problem("renamed.csv", "E-COL", "not read"),
        problem("declared.csv", "E-INSTRUMENT", "file set aside", "no question of A, as which it is declared"),
        problem("list.csv", "E-INSTRUMENT", "file set aside"), problem("kept.csv", "E-VALUE", "cell left out"),
        problem("course.csv", "E-COURSE", "file set aside"), problem("course.csv", "E-WINDOW", "file set aside"),
    ]  # fmt: skip
    found = [(one.file, one.rule) for one in files_left_out(problems_table(rows))]
    assert found == [("course.csv", "E-COURSE"), ("declared.csv", "E-INSTRUMENT"), ("renamed.csv", "E-INSTRUMENT")]
    assert files_left_out(problems_table([])) == []


@pytest.mark.parametrize(
    ("source", "seen", "fix"),
    [
        ([], "no course is named, neither in the file nor by its name", "coursewaves.yml"),
        ([{"files": "{course}.csv"}], "the file's name means no course", "it may be Games"),
    ],
)
def test_a_file_of_which_nothing_tells_the_course_is_named_once(folder, source, seen, fix):
    rows = [FORM()[:1] + FORM()[2:] for _ in range(3)]
    write(folder, rows, header=[small.HEADER[0], *small.HEADER[2:]])
    (folder / "p.csv").rename(folder / "Gamez.csv")
    intake = small.read(folder, sources=source)
    assert account(intake)["set_aside"] == account(intake)["read"] == 3
    (problem,) = intake.problems.to_dict("records")
    assert (problem["rule"], problem["row"], problem["seen"]) == ("E-COURSE", 1, seen)
    assert fix in problem["fix"]


def test_a_refused_file_does_not_stop_the_others(folder):
    folder.mkdir(parents=True)
    (folder / "a.csv").write_bytes(b"")
    (folder / "b.csv").write_bytes("\u043a,\u0456\n1,2\n".encode("utf-16-le"))
    write(folder, [FORM()])
    intake = small.read(folder)
    assert intake.files["file"].tolist() == ["a.csv", "b.csv", "p.csv"]
    assert len(intake.responses) == 1


def test_files_of_another_kind_are_named_and_hidden_ones_passed_over(folder):
    write(folder, [FORM()])
    for name in ("old.xls", "notes.pdf", ".hidden.csv", "~$p.xlsx", ".ipynb_checkpoints/p-checkpoint.csv"):
        small.write(folder / name, [FORM()])
    intake = small.read(folder)
    assert intake.files["file"].tolist() == ["p.csv"]
    named = intake.problems[intake.problems["rule"] == "E-FORMAT"]["file"]
    assert sorted(named) == ["notes.pdf", "old.xls"]


EDGES = [("2025-02-16 23:59:59", 0), ("2025-02-17 00:00:00", 1), ("2025-02-18 00:00:00", 1),
         ("2025-03-02 12:00:00", 1), ("2025-03-03 23:59:59", 1), ("2025-03-04 00:00:00", 0)]  # fmt: skip


@pytest.mark.parametrize(("time", "n_kept"), EDGES)
def test_a_window_counts_whole_local_days_at_both_edges(folder, time, n_kept):
    # A-1 begins on 3 March 2025: wave P counts from 17 February to that day
    write(folder, [FORM(time=time)])
    found = account(small.read(folder))
    assert (found["kept"], found["outside_window"]) == (n_kept, 1 - n_kept)


def test_the_day_is_the_local_one_and_not_that_of_the_export(folder):
    # 22:00 UTC on 16 February is 03:00 on 17 February in Almaty, the day on which the window opens
    write(folder, [FORM(time="2025/02/16 10:00:00 PM GMT"), FORM(time="2025/02/16 6:00:00 PM GMT")])
    found = account(small.read(folder))
    assert (found["kept"], found["outside_window"]) == (1, 1)


def test_a_source_may_switch_the_window_off(folder):
    write(folder, [FORM(time="1999-01-01 00:00:00")])
    intake = small.read(folder, sources=[{"files": "*.csv", "check_window": "false"}])
    assert account(intake)["kept"] == 1


def test_a_file_without_times_is_kept_and_said(folder):
    write(folder, [FORM()[1:], FORM()[1:]], header=small.HEADER[1:])
    intake = small.read(folder)
    assert account(intake)["kept"] == 2  # without a time, two who say the same are two people
    assert rules(intake) == [("E-TIME", 1)]


def test_a_mixed_column_of_times_is_read_in_one_form_only(folder):
    rows = [FORM(time=time) for time in ("2025-03-01 10:00:00", "2025-03-01 11:00:00", "01.03.2025 12:00:00")]
    write(folder, rows)
    assert rules(small.read(folder)) == [("E-TIME", 4)]


def test_american_dates_are_read_only_where_they_are_declared(folder):
    write(folder, [FORM(time="3/1/2025 10:00:00")])
    assert account(small.read(folder))["set_aside"] == 1
    intake = small.read(folder, sources=[{"files": "p.csv", "time_form": "m/d/Y H:M:S"}])
    assert str(intake.responses["submitted_at"][0].date()) == "2025-03-01"


def test_the_last_form_of_a_person_counts(folder):
    times = ["2025-03-01 10:00:00", "2025-03-02 10:00:00", "2025-02-28 10:00:00"]
    write(folder, [FORM(person="p1", wish=str(n + 1), time=time) for n, time in enumerate(times)])
    intake = small.read(folder)
    assert account(intake)["duplicate"] == 2
    assert intake.responses[["P1", "row"]].to_numpy().tolist() == [[2.0, 3]]


def test_a_late_form_does_not_replace_one_within_the_window(folder):
    write(folder, [FORM(person="p1", wish="1"), FORM(person="p1", wish="2", time="2025-03-09 10:00:00")])
    intake = small.read(folder)
    assert intake.responses["P1"].tolist() == [1.0]
    assert account(intake)["outside_window"] == 1


def test_the_same_record_twice_counts_once_although_nobody_is_linked(folder):
    write(folder, [FORM(), FORM(), FORM(wish="3")])
    intake = small.read(folder)
    assert account(intake) == {"read": 3, "kept": 2, "set_aside": 0, "duplicate": 1, "outside_window": 0}


def test_a_file_exported_twice_counts_once_even_with_other_columns_first(folder):
    rows = [FORM(wish=str(n)) for n in (1, 2, 3)]
    small.write(folder / "a.csv", rows[:2])
    small.write(folder / "b.csv", [row[::-1] for row in rows], header=small.HEADER[::-1])
    intake = small.read(folder)
    assert intake.files[["n_kept", "n_duplicate"]].to_numpy().tolist() == [[2, 0], [1, 2]]


def test_people_who_say_the_same_on_the_same_day_are_different_people(folder):
    write(folder, [FORM(time="2025-03-01"), FORM(time="2025-03-01")])
    intake = small.read(folder, sources=[{"files": "**", "time_form": "Y-m-d"}])
    assert account(intake)["kept"] == 2


def test_a_code_of_ones_own_that_two_share_links_neither(folder):
    header = [*small.HEADER, "self_code"]
    rows = [[*FORM(wish="1"), "abc"], [*FORM(wish="2"), "ABC "], [*FORM(wish="3"), "xyz"]]
    write(folder, rows, header=header)
    found = small.read(folder).responses.sort_values("P1")["respondent_id"]
    assert found.isna().tolist() == [True, True, False]
    assert found.iloc[2].startswith("self-")


def test_a_code_of_another_courses_roster_is_not_linked(folder):
    write(folder, [FORM(person="q9"), FORM(person="p2", wish="3")])
    intake = small.read(folder)
    found = intake.responses.set_index("row")["respondent_id"]
    assert pd.isna(found[2])
    assert found[3] == "p2"
    assert rules(intake) == [("E-PERSON", 2)]


def test_the_same_code_in_two_courses_is_two_people(folder):
    write(folder, [FORM(person="p1"), FORM(person="p1", course="B-1")])
    assert account(small.read(folder))["kept"] == 2


def test_a_source_names_the_course_by_the_files_name(folder):
    small.write(folder / "Play_before.csv", [FORM(course=""), FORM(course="A-1", wish="1")])
    intake = small.read(folder, sources=[{"files": "{course}_before.csv"}])
    assert sorted(intake.responses["course_id"]) == ["A-1", "B-1"]


def test_unknown_background_cells_are_dropped_and_said(folder):
    write(folder, [[*FORM(), "Director", "Narnia"]], header=[*small.HEADER, "role", "region"])
    intake = small.read(folder)
    assert intake.responses[["role", "region_id"]].isna().all(axis=None)
    assert rules(intake) == [("E-VALUE", 2), ("E-VALUE", 2)]
    assert not intake.problems["seen"].str.contains("Director|Narnia").any()


def test_abilities_go_to_the_number_that_the_rows_own_programme_gives_them(folder):
    header = ["submitted_at", "course", "Please rate [I observe]", "Please rate [I plan]", "Before [Наблюдаю]"]
    rows = [["2025-03-14 10:00:00", "A-1", "5", "4", "3"], ["2025-03-14 10:00:00", "B-1", "2", "", ""]]
    small.write(folder / "q.csv", rows, header=header)
    found = small.read(folder).responses.set_index("course_id")
    assert found.loc["A-1", ["Q3.1", "Q3.2", "Q3t.2"]].tolist() == [4.0, 5.0, 3.0]
    assert found.loc["B-1", "Q3.1"] == 2.0
    assert pd.isna(found.loc["B-1", "Q3.2"])


def test_an_answer_about_an_ability_that_the_programme_lacks_is_dropped_and_said(folder):
    header = ["submitted_at", "course", "Please rate [I plan]", "Q3.3"]
    small.write(folder / "q.csv", [["2025-03-14 10:00:00", "B-1", "5", "4"]], header=header)
    intake = small.read(folder)
    assert intake.responses[["Q3.1", "Q3.2", "Q3.3"]].isna().all(axis=None)
    assert rules(intake) == [("E-ROW", 2), ("E-ROW", 2)]


def test_an_ability_answered_in_two_columns_is_read_once_and_said(folder):
    header = ["submitted_at", "course", "Please rate [I plan]", "Оцените [Планирую]"]
    rows = [["2025-03-14 10:00:00", "A-1", "5", ""], ["2025-03-14 10:00:00", "A-1", "", "4"],
            ["2025-03-14 10:00:00", "A-1", "3", "1"]]  # fmt: skip
    small.write(folder / "q.csv", rows, header=header)
    intake = small.read(folder)
    assert intake.responses.sort_values("row")["Q3.1"].tolist() == [5.0, 4.0, 3.0]
    assert rules(intake) == [("E-DUPCOL", 4)]


def test_topics_are_known_by_the_programmes_own_titles(folder):
    header = ["submitted_at", "course", "Topics used"]
    rows = [["2025-03-14 10:00:00", "A-1", "Observation, Goals, plans"], ["2025-03-14 10:00:00", "B-1", "Observation"]]
    small.write(folder / "q.csv", rows, header=header)
    intake = small.read(folder)
    found = intake.responses.set_index("course_id")["Q6"]
    assert found["A-1"] == "1|2"
    assert pd.isna(found["B-1"])
    assert rules(intake) == [("E-VALUE", 3)]


def test_ten_equal_ratings_are_marked_and_stay(survey):
    from coursewaves.intake.forms import straightlined

    ids = [
        item.id
        for item in survey.instrument("B").items
        if survey.scale(item.scale).kind == "ordinal" and not item.repeat
    ]
    items = pd.DataFrame({name: [4.0, 4.0, 4.0] for name in ids})
    items.loc[1, ids[0]] = 5.0
    items.loc[2, ids[9:]] = float("nan")
    assert straightlined(items, survey, survey.instrument("B")).tolist() == [True, False, False]


def test_raw_files_are_never_changed(folder):
    write(folder, [FORM(), FORM(course="Zoo"), FORM()[:-1]])
    before = {
        path: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) for path in folder.rglob("*")
    }
    small.read(folder)
    after = {
        path: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) for path in folder.rglob("*")
    }
    assert before == after


SECRETS = ["Айгүл нашар мұғалім", "call 8 701 123 45 67", "aigul@example.kz", "aigul1990"]


@pytest.mark.parametrize("place", range(7))
@pytest.mark.parametrize("secret", SECRETS)
def test_no_problem_repeats_what_a_person_wrote(folder, place, secret):
    row = FORM(person="p1")
    row[place] = secret
    write(folder, [row, FORM(), [*FORM(), secret], [secret]])
    told = json.dumps(small.read(folder).problems.to_dict("records"), ensure_ascii=False)
    assert not any(word in told for word in [secret, *secret.split(), "701", "aigul", "Айгүл"] if len(word) > 2)


# Random mixtures

ROWS = {
    "sound": lambda n: FORM(wish=str(n % 5 + 1), time=f"2025-03-01 10:{n:02}:00"),
    "person": lambda n: FORM(person=f"p{n % 2 + 1}", time=f"2025-03-02 11:{n:02}:00"),
    "copy": lambda _: FORM(need="2"),
    "late": lambda n: FORM(time=f"2025-06-{n % 28 + 1:02} 10:00:00"),
    "homeless": lambda _: FORM(course="Zoo"),
    "untimed": lambda _: FORM(time="31.02.2025"),
    "declined": lambda n: FORM(consent="Жоқ", wish=str(n % 5 + 1)),
    "odd cell": lambda n: FORM(wish="seven", time=f"2025-03-01 12:{n:02}:00"),
    "narrow": lambda _: FORM()[:3],
    "wide": lambda _: [*FORM(), "x"],
    "blank": lambda _: [""] * 7,
    "header": lambda _: list(small.HEADER),
}

SET_ASIDE = {"homeless", "untimed", "declined", "narrow", "wide", "blank", "header"}

mixtures = st.lists(st.sampled_from(sorted(ROWS)), max_size=25)


@settings(max_examples=40)
@given(mixtures)
def test_every_mixture_of_records_is_accounted_for(tmp_path_factory, kinds):
    folder = tmp_path_factory.mktemp("mixture")
    write(folder, [ROWS[kind](n) for n, kind in enumerate(kinds)])
    intake = small.read(folder)
    found = account(intake)
    people = {n % 2 for n, kind in enumerate(kinds) if kind == "person"}
    expected = {
        "read": len(kinds),
        "kept": kinds.count("sound") + len(people) + min(kinds.count("copy"), 1) + kinds.count("odd cell"),
        "set_aside": sum(kind in SET_ASIDE for kind in kinds),
        "duplicate": kinds.count("person") - len(people) + max(kinds.count("copy") - 1, 0),
        "outside_window": kinds.count("late"),
    }
    assert found == expected
    assert len(intake.responses) == found["kept"]


@settings(max_examples=25)
@given(mixtures, st.randoms(use_true_random=False))
def test_the_order_of_the_records_changes_nothing(tmp_path_factory, kinds, random):
    rows = [ROWS[kind](n) for n, kind in enumerate(kinds)]
    shuffled = random.sample(rows, len(rows))
    tables = []
    for order in (rows, shuffled):
        folder = tmp_path_factory.mktemp("order")
        write(folder, order)
        tables.append(small.read(folder).responses.drop(columns="row"))
    pd.testing.assert_frame_equal(*tables)


# The sum


def test_a_sum_that_does_not_hold_names_the_file():
    columns = ["file", "n_read", *(f"n_{outcome}" for outcome in OUTCOMES)]
    files = pd.DataFrame([["a.csv", 3, 1, 1, 1, 0, 0], ["b.csv", 3, 1, 0, 0, 0, 1]], columns=columns)
    check_account(files[:1])
    with pytest.raises(CoursewavesError, match=r"b\.csv: 3 records read, but 1 \+ 0 \+ 0 \+ 0 \+ 1 accounted for"):
        check_account(files)
