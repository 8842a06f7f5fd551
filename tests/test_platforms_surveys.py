"""What LimeSurvey, KoboToolbox, ODK Central and Moodle export, written as they write it, arranged alike."""

import csv
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.platforms import PLATFORMS, arrange
from coursewaves.platforms.export import Export
from coursewaves.platforms.lime_survey import lime_survey as read_lime_survey
from coursewaves.reading.columns import Cells
from coursewaves.reading.lss import read_lss
from coursewaves.reading.records import Records, read_records, read_text
from coursewaves.reading.times import parse_times
from exports import kobo, lime_survey, moodle

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
needs_real_files = pytest.mark.skipif(not SHARED.is_dir(), reason="the real exports are not on this machine")

OURS = ("kobo", "odk_central", "moodle", "lime_survey")


def columns_of(export: Export) -> dict[str, list[str]]:
    """The cells under each header; a header that stands twice keeps its last column."""
    return {
        header: column.values().tolist()
        for header, column in zip(export.records.header, export.records.columns, strict=True)
    }


def names_of(export: Export) -> list[set[str]]:
    """Everything by which each column is known."""
    also = export.records.also or [()] * len(export.records.header)
    return [{header, *more} for header, more in zip(export.records.header, also, strict=True)]


def rules(records: Records) -> list[tuple[int, str]]:
    return [(problem.row, problem.rule) for problem in records.problems]


def n_accounted(records: Records) -> int:
    return len(records.numbers) + sum(problem.row > 0 for problem in records.problems)


# LimeSurvey -----------------------------------------------------------------------------------------

ANSWERS = [
    {
        "id": 1, "submitdate": "2025-03-10 10:15:30", "lastpage": 3, "startlanguage": "ru", "seed": 77, "token": "ab12",
        "course": "P1", "why[job]": "Y", "why[fun]": "", "why[other]": "curiosity", "fit[SQ001]": "AO01",
        "both[A][1]": "AO03", "both[A][2]": "AO01", "best[1]": "b2", "more[time]": "Y", "more[timecomment]": "an hour",
        "again": "N", "say": "two\nlines",
    },
    {"id": 2, "submitdate": "", "lastpage": 1, "startlanguage": "en", "course": "P2"},
    {"id": 3, "submitdate": "2025-03-11 09:00:00", "lastpage": 3, "startlanguage": "en", "course": "-oth-",
     "course[other]": "Music"},
]  # fmt: skip


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_lime_survey_export_by_wording_stands_under_questions_rows_and_purposes(tmp_path, separator):
    export = arrange(read_records(lime_survey.export(tmp_path / "a.csv", ANSWERS, separator=separator)))
    assert export.platform == "lime_survey"
    assert export.time_forms == ("Y-m-d H:M:S",)
    assert export.records.header == [
        "ignore", "submitted_at", "ignore", "language", "ignore", "Which course?", "Which course? [Other]",
        "Why do you take it? [My job]", "Why do you take it? [For fun]", "Why do you take it? [Other]",
        "How far is it true? [It is useful.]", "How far is it true? [It is new.]", "Before and now [Planning][Scale 1]",
        "Before and now [Planning][Scale 2]", "Put in order [Rank 1]", "Put in order [Rank 2]",
        "What was missing? [Time]", "What was missing? [Time][Comment]", "What was missing? [Other]",
        "What was missing? [Other comment]", "Would you come again?", "Anything else?",
    ]  # fmt: skip
    found = columns_of(export)
    assert found["submitted_at"] == ["2025-03-10 10:15:30", "2025-03-11 09:00:00"]
    assert found["language"] == ["ru", "en"]
    assert found["Which course?"] == ["Play", "Other"]
    assert found["Which course? [Other]"] == ["", "Music"]
    assert found["Before and now [Planning][Scale 1]"] == ["Disagree", ""]
    assert found["Anything else?"] == ["two\nlines", ""]


def test_a_question_that_was_not_shown_is_blank_and_one_left_out_is_no(tmp_path):
    found = columns_of(arrange(read_records(lime_survey.export(tmp_path / "a.csv", ANSWERS))))
    assert found["Why do you take it? [My job]"] == ["Yes", ""]
    assert found["Why do you take it? [For fun]"] == ["No", ""]
    assert found["Would you come again?"] == ["No", ""]


def test_the_words_not_applicable_stay_where_they_are_an_answer(tmp_path):
    table = [
        ["Response ID", "Last page", "Seed", "How? [a]", "How? [b]", "Say"],
        ["1", "2", "3", "N/A", "Often", "N/A"],
    ]
    found = columns_of(arrange(read_records(lime_survey.write(tmp_path / "a.csv", table))))
    assert (found["How? [a]"], found["Say"]) == (["N/A"], ["N/A"])


def test_an_answer_that_was_not_sent_off_is_set_aside_and_the_blank_end_is_no_record(tmp_path):
    export = arrange(read_records(lime_survey.export(tmp_path / "a.csv", ANSWERS)))
    assert export.records.numbers.tolist() == [2, 4]
    assert rules(export.records) == [(3, "E-UNFINISHED")]
    assert export.records.n_read == 3


def test_an_export_without_answers_holds_no_records(tmp_path):
    export = arrange(read_records(lime_survey.export(tmp_path / "a.csv", [])))
    assert (export.platform, export.records.n_read, export.records.problems) == ("lime_survey", 0, [])


def test_a_blank_row_between_answers_stays_a_problem(tmp_path):
    path = lime_survey.export(tmp_path / "a.csv", ANSWERS)
    lines = path.read_bytes().split(b"\r\n")
    path.write_bytes(b"\r\n".join([*lines[:2], b"", *lines[2:]]))
    records = arrange(read_records(path)).records
    assert rules(records) == [(3, "E-BLANK"), (4, "E-UNFINISHED")]
    assert records.n_read == n_accounted(records) == 4


def test_the_first_of_january_1980_is_no_date(tmp_path):
    answers = [one | {"submitdate": one["submitdate"] and "1980-01-01 00:00:00"} for one in ANSWERS]
    export = arrange(read_records(lime_survey.export(tmp_path / "a.csv", answers)))
    assert "submitted_at" not in export.records.header
    assert (export.records.numbers.tolist(), rules(export.records)) == ([2, 4], [(3, "E-UNFINISHED")])


@pytest.mark.parametrize("heads", ["code", "em", "full", "codetext"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_however_it_is_headed_an_export_is_known_and_finds_its_time(tmp_path, heads, language):
    export = arrange(read_records(lime_survey.export(tmp_path / "a.csv", ANSWERS, heads=heads, language=language)))
    assert export.platform == "lime_survey"
    assert export.records.header[:5] == ["ignore", "submitted_at", "ignore", "language", "ignore"]
    assert columns_of(export)["submitted_at"] == ["2025-03-10 10:15:30", "2025-03-11 09:00:00"]


def test_code_and_wording_of_one_heading_are_both_known(tmp_path):
    export = arrange(read_records(lime_survey.export(tmp_path / "a.csv", ANSWERS, heads="codetext")))
    assert names_of(export)[7] == {"Why do you take it? [My job]", "why[job]"}
    assert names_of(export)[13] == {"Before and now [Planning][Scale 2]", "both[A][2]"}


@pytest.mark.parametrize("answer", ["code", "text"])
@pytest.mark.parametrize("heads", ["code", "em", "full", "codetext", "abbreviated"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_with_the_structure_every_column_is_known_by_code_and_wording_in_all_languages(
    tmp_path, heads, language, answer
):
    structure = read_lss(lime_survey.structure(tmp_path / "a.lss"))
    path = lime_survey.export(tmp_path / "a.csv", ANSWERS, heads=heads, language=language, answer=answer)
    names = names_of(read_lime_survey(read_records(path), [structure]))
    assert {"why[job]", "why_job", "Why do you take it? [My job]", "Почему Вы учитесь? [Работа]"} <= names[7]
    assert {"both[A][2]", "both_A_1", "До и сейчас [Планирование][Шкала 2]"} <= names[13]
    assert {"say", "Anything else?", "Что-нибудь ещё?"} <= names[21]


def test_spaces_that_became_underscores_are_read_as_spaces(tmp_path):
    structure = read_lss(lime_survey.structure(tmp_path / "a.lss"))
    header = [lime_survey.metadata_heading(code, "underscores", "en") for code in ("id", "submitdate")]
    header += [lime_survey.heading(field, "underscores", "en") for field in lime_survey.fields("en")]
    empty = read_text(b"a;b\n", "a.csv")._replace(header=header, columns=[Cells.of([])] * len(header))
    export = read_lime_survey(empty, [structure])
    assert export.records.header[:2] == ["ignore", "submitted_at"]
    assert "why[job]" in names_of(export)[4]


def test_a_structure_makes_an_export_known_that_holds_the_questions_alone(tmp_path):
    path = lime_survey.export(tmp_path / "a.csv", ANSWERS, heads="full", metadata=())
    assert arrange(read_records(path)).platform == "plain"
    structure = read_lss(lime_survey.structure(tmp_path / "a.lss"))
    export = read_lime_survey(read_records(path), [structure])
    assert "why[job]" in names_of(export)[2]


def test_of_several_structures_the_one_that_knows_the_columns_is_used(tmp_path):
    structure = read_lss(lime_survey.structure(tmp_path / "a.lss"))
    other = structure._replace(questions=structure.questions[-1:])
    path = lime_survey.export(tmp_path / "a.csv", ANSWERS)
    for order in ([structure, other], [other, structure]):
        assert "why[job]" in names_of(read_lime_survey(read_records(path), order))[7]
    assert "why[job]" not in names_of(read_lime_survey(read_records(path), [other]))[7]


def test_words_of_a_second_header_row_do_not_hide_what_was_not_asked(tmp_path):
    table = [*TWO_ROWS, ["N/A", "N/A", "", "", "", "3"]]
    export = arrange(read_records(lime_survey.write(tmp_path / "a.csv", table)))
    assert columns_of(export)["Warum? [Beruf]"] == ["Ja", "Nein", ""]


def test_the_token_is_read_only_where_an_own_item_names_it(tmp_path):
    path = lime_survey.export(tmp_path / "a.csv", ANSWERS, metadata=("id", "submitdate", "lastpage", "token", "ipaddr"))
    export = arrange(read_records(path))
    assert names_of(export)[3] == {"Access code", "token", "ignore"}
    assert names_of(export)[4] == {"ignore"}


def test_times_that_pages_took_are_ignored(tmp_path):
    header = ["id", "lastpage", "seed", "Q1", "interviewtime", "groupTime7", "Q1Time"]
    export = arrange(read_records(lime_survey.write(tmp_path / "a.csv", [header, ["1", "2", "3", "a", "9", "9", "9"]])))
    assert export.records.header == ["ignore", "ignore", "ignore", "Q1", "ignore", "ignore", "ignore"]


def test_two_questions_worded_alike_are_told_apart_by_their_order(tmp_path):
    table = [["Response ID", "Last page", "Seed", "Why? [a]", "How?", "Why? [a]"], ["1", "1", "1", "x", "y", "z"]]
    export = arrange(read_records(lime_survey.write(tmp_path / "a.csv", table)))
    assert export.records.header[3:] == ["Why? (1) [a]", "How?", "Why? (2) [a]"]
    assert export.records.also[3] == ()


TWO_ROWS = [
    ["Warum?", "", "", "Wie oft?", "", "Antwort ID"],
    ["Beruf", "Freude", "Sonstiges", "zu Hause", "im Kurs", ""],
    ["Ja", "Nein", "", "oft", "selten", "1"],
    ["Nein", "Nein", "Neugier", "oft", "oft", "2"],
]


def test_two_header_rows_become_one_and_the_second_is_no_record(tmp_path):
    export = arrange(read_records(lime_survey.write(tmp_path / "a.csv", TWO_ROWS)))
    assert export.platform == "lime_survey"
    assert export.records.header == [
        "Warum? [Beruf]", "Warum? [Freude]", "Warum? [Sonstiges]", "Wie oft? [zu Hause]", "Wie oft? [im Kurs]",
        "ignore",
    ]  # fmt: skip
    assert (export.records.numbers.tolist(), export.records.n_read, export.records.problems) == ([3, 4], 2, [])


def test_two_header_rows_without_answers_or_with_one_person_are_known_too(tmp_path):
    nobody = arrange(read_records(lime_survey.write(tmp_path / "a.csv", TWO_ROWS[:2])))
    assert (nobody.platform, nobody.records.n_read) == ("lime_survey", 0)
    one = arrange(read_records(lime_survey.write(tmp_path / "b.csv", TWO_ROWS[:2] + TWO_ROWS[3:])))
    assert (one.platform, one.records.numbers.tolist()) == ("lime_survey", [3])


@pytest.mark.parametrize(
    "second",
    [
        ["Beruf", "", "Sonstiges", "zu Hause", "im Kurs", ""],  # a column without a name
        ["Beruf", "Beruf", "Sonstiges", "zu Hause", "im Kurs", ""],  # two alike
        ["Ja", "Nein", "Neugier", "oft", "selten", "1"],  # an answer
        ["5", "4", "3", "2", "1", ""],  # numbers
        ["Beruf", "Freude", "Sonstiges", "oft", "im Kurs", ""],  # what somebody answered later
    ],
)
def test_a_first_record_that_is_no_second_header_row_stays_a_record(tmp_path, second):
    table = [TWO_ROWS[0], second, *TWO_ROWS[2:]]
    export = arrange(read_records(lime_survey.write(tmp_path / "a.csv", table)))
    assert export.platform == "plain"
    assert 2 in export.records.numbers


def test_a_missing_second_header_row_makes_a_plain_table(tmp_path):
    export = arrange(read_records(lime_survey.write(tmp_path / "a.csv", [TWO_ROWS[0], *TWO_ROWS[2:]])))
    assert (export.platform, export.records.numbers.tolist()) == ("plain", [2, 3])


# KoboToolbox and ODK Central ------------------------------------------------------------------------

SUBMISSIONS = [
    {
        "start": "2025-03-10T14:55:00.000+05:00", "end": "2025-03-10T15:04:10.250+05:00", "course": "P1", "useful": "5",
        "why": "job fun", "where": "43.2 76.9 0 5", "say": 'Жақсы; "рахмет"', "_id": 7, "_uuid": "u-7",
        "_submission_time": "2025-03-10T10:04:15", "_validation_status": "validation_status_approved",
        "__version__": "v1",
    },
    {"course": "P2", "useful": "4", "why": "", "_id": 8, "_uuid": "u-8", "_submission_time": "2025-03-11T03:00:00",
     "_validation_status": "validation_status_not_approved"},
    {"course": "P2", "useful": "3", "_id": 9, "_uuid": "u-9", "_submission_time": "2025-03-11T04:00:00"},
]  # fmt: skip


@pytest.mark.parametrize("write", [kobo.kobo_csv, kobo.kobo_xlsx])
def test_a_kobo_export_keeps_options_and_drops_the_column_of_all_together(tmp_path, write):
    suffix = "csv" if write is kobo.kobo_csv else "xlsx"
    export = arrange(read_records(write(tmp_path / f"a.{suffix}", kobo.kobo_table(SUBMISSIONS))))
    assert export.platform == "kobo"
    assert export.records.header == [
        "ignore", "ignore", "course", "views/useful", "ignore", "views/why [job]", "views/why [fun]", *["ignore"] * 5,
        "say", "ignore", "ignore", "submitted_at", *["ignore"] * 7,
    ]  # fmt: skip
    found = columns_of(export)
    assert found["views/why [job]"] == ["1", "0", ""]
    assert found["course"] == ["P1", "P2", "P2"]
    assert found["say"][0] == 'Жақсы; "рахмет"'


def test_the_servers_times_say_that_they_are_utc(tmp_path):
    export = arrange(read_records(kobo.kobo_csv(tmp_path / "a.csv", kobo.kobo_table(SUBMISSIONS))))
    assert columns_of(export)["submitted_at"] == [
        "2025-03-10T10:04:15Z",
        "2025-03-11T03:00:00Z",
        "2025-03-11T04:00:00Z",
    ]
    assert export.time_forms == ("Y-m-dTH:M:Sz", "Y-m-d H:M:Sz")


def test_a_question_in_groups_is_known_by_every_end_of_its_path(tmp_path):
    export = arrange(read_records(kobo.kobo_csv(tmp_path / "a.csv", kobo.kobo_table(SUBMISSIONS))))
    assert names_of(export)[3] == {"views/useful", "useful", "views [useful]"}
    assert names_of(export)[5] == {"views/why [job]", "views/why/job", "why [job]", "why/job"}


def test_labels_with_a_slash_stay_whole_as_well(tmp_path):
    table = kobo.kobo_table(SUBMISSIONS, heads="labels")
    export = arrange(read_records(kobo.kobo_csv(tmp_path / "a.csv", table)))
    assert names_of(export)[3] == {"Your views/It is useful.", "It is useful.", "Your views [It is useful.]"}
    assert "Why do you take it? [My job]" in names_of(export)[5]


@pytest.mark.parametrize("several", ["summary", "details", "both"])
def test_however_several_answers_stand_they_can_be_read(tmp_path, several):
    table = kobo.kobo_table(SUBMISSIONS, several=several)
    export = arrange(read_records(kobo.kobo_csv(tmp_path / "a.csv", table)))
    found = columns_of(export)
    if several == "details":  # a question of 1 and 0 in a group would look the same
        assert names_of(export)[4] >= {"views/why [job]", "why/job", "job"}
    if several == "summary":
        assert (found["views/why"], export.delimiter) == (["job fun", "", ""], " ")
    else:
        assert (found["views/why [job]"], "views/why" in found) == (["1", "0", ""], False)


def test_a_row_of_tags_is_no_record(tmp_path):
    table = kobo.kobo_table(SUBMISSIONS, tags=["", "", "#activity", "#indicator"])
    export = arrange(read_records(kobo.kobo_csv(tmp_path / "a.csv", table)))
    assert (export.records.n_read, export.records.numbers.tolist()) == (3, [3, 4, 5])


def test_answers_that_were_not_approved_are_counted_and_named_once(tmp_path):
    export = arrange(read_records(kobo.kobo_csv(tmp_path / "a.csv", kobo.kobo_table(SUBMISSIONS))))
    assert len(export.records.numbers) == 3
    [problem] = export.records.problems
    assert (problem.row, problem.rule, problem.header) == (0, "E-REVIEW", "_validation_status")
    assert problem.seen == "answers that a reviewer did not approve: 1"


def test_a_kobo_export_without_answers_is_known(tmp_path):
    export = arrange(read_records(kobo.kobo_csv(tmp_path / "a.csv", kobo.kobo_table([]))))
    assert (export.platform, export.records.n_read) == ("kobo", 0)


def test_the_rows_of_a_repeated_group_are_no_answers_of_people(tmp_path):
    table = [
        ["child", "_index", "_parent_index", "_uuid", "_submission_time"],
        ["Ali", "1", "1", "u", "2025-03-10T10:04:15"],
    ]
    assert arrange(read_records(kobo.kobo_csv(tmp_path / "a.csv", table))).platform == "plain"


ODK = [
    {
        "SubmissionDate": "2025-03-10T10:04:15.123Z", "KEY": "uuid:7", "SubmitterID": "5", "course": "P1",
        "useful": "5", "why": "fun", "where": "43.2 76.9", "say": "good, very", "AttachmentsPresent": 0, "Edits": 0,
    },
    {"SubmissionDate": "2025-03-11T10:04:15.123Z", "KEY": "uuid:8", "course": "P2", "useful": "1",
     "ReviewState": "rejected"},
    {"SubmissionDate": "2025-03-12T10:04:15.123Z", "KEY": "uuid:9", "Status": "not decrypted"},
]  # fmt: skip


def test_an_export_of_odk_central_is_read_alike(tmp_path):
    export = arrange(read_records(kobo.odk_csv(tmp_path / "a.csv", ODK)))
    assert export.platform == "odk_central"
    assert [header for header in export.records.header if header != "ignore"] == [
        "submitted_at", "course", "views-useful", "views-why [job]", "views-why [fun]", "say",
    ]  # fmt: skip
    assert names_of(export)[5] == {"views-useful", "useful", "views [useful]"}
    found = columns_of(export)
    assert found["submitted_at"] == ["2025-03-10T10:04:15.123Z", "2025-03-11T10:04:15.123Z"]
    assert (found["views-why [fun]"], found["say"]) == (["1", "0"], ["good, very", ""])
    assert rules(export.records) == [(0, "E-REVIEW"), (4, "E-ENCRYPTED")]


def test_odk_without_split_answers_or_groups_keeps_the_joined_column(tmp_path):
    export = arrange(read_records(kobo.odk_csv(tmp_path / "a.csv", ODK[:1], is_split=False, has_groups=False)))
    assert (columns_of(export)["why"], columns_of(export)["useful"], export.delimiter) == (["fun"], ["5"], " ")


# Moodle ---------------------------------------------------------------------------------------------

RESPONSES = [
    ("Ayşe A.", "P01-01", datetime(2025, 3, 10, 10, 15), ["Very well", ["My job", "Fun & joy"], 'She said "yes"']),
    ("Болат Б.", "P01-02", datetime(2025, 3, 11, 15, 5), ["", [], ""]),
]


@pytest.mark.parametrize("write", [moodle.write_csv, moodle.write_xlsx])
def test_moodle_responses_are_known_by_question_and_label_and_hold_one_answer_a_line(tmp_path, write):
    suffix = "csv" if write is moodle.write_csv else "xlsx"
    export = arrange(read_records(write(tmp_path / f"a.{suffix}", moodle.responses(RESPONSES))))
    assert (export.platform, export.delimiter) == ("moodle", "\n")
    assert names_of(export) == [
        {"Full name", "ignore"}, {"Groups", "ignore"}, {"Email address", "ignore"}, {"submitted_at"},
        {"How far did it fit?", "fit", "(fit) How far did it fit?"}, {"Why did you come?"},
        {"Anything else?", "Optional", "(Optional) Anything else?"},
    ]  # fmt: skip
    found = columns_of(export)
    assert found["Why did you come?"] == ["My job\nFun & joy", ""]
    assert found["Anything else?"][0] == 'She said "yes"'


@pytest.mark.parametrize(
    ("language", "first"), [("en", "Monday, 10 March 2025, 10:15"), ("ru", "понедельник, 10 марта 2025, 10:15")]
)
def test_moodle_writes_the_date_in_full_in_the_language_of_the_site(tmp_path, language, first):
    export = arrange(read_records(moodle.write_csv(tmp_path / "a.csv", moodle.responses(RESPONSES, language=language))))
    assert columns_of(export)["submitted_at"][0].startswith(first)
    assert export.time_forms == ("A, d B Y, h:M p", "A, d B Y, H:M")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_anonymous_responses_have_a_number_and_no_time(tmp_path, language):
    table = moodle.responses(RESPONSES, language=language, is_anonymous=True)
    export = arrange(read_records(moodle.write_csv(tmp_path / "a.csv", table)))
    assert export.platform == "moodle"
    assert export.records.header[:2] == ["ignore", "How far did it fit?"]


def test_responses_of_a_whole_site_name_their_course(tmp_path):
    table = [["Response number", "Course", "(a) Why?"], ["1", "P01-01", "so"]]
    export = arrange(read_records(moodle.write_csv(tmp_path / "a.csv", table)))
    assert export.records.header == ["ignore", "course", "Why?"]


@pytest.mark.parametrize(
    "table",
    [
        [["Name", "Groups", "Date", "Why?"], ["A", "g", "2025-03-10", "so"]],
        [["Response number", "Why?"], ["first", "so"]],
        [["Name", "Class", "Date", "Why?"], ["A", "g", "Monday, 10 March 2025, 10:15 AM", "so"]],
    ],
)
def test_a_table_that_only_begins_like_moodles_is_plain(tmp_path, table):
    assert arrange(read_records(moodle.write_csv(tmp_path / "a.csv", table))).platform == "plain"


def test_every_time_is_read_as_the_moment_that_its_platform_means(tmp_path):
    """15:04:15 in Almaty is 10:04:15 UTC since March 2024; LimeSurvey and Moodle write local time."""
    files = {
        "2025-03-10T10:15:30+05:00": lime_survey.export(tmp_path / "lime.csv", ANSWERS),
        "2025-03-10T15:04:15+05:00": kobo.kobo_csv(tmp_path / "kobo.csv", kobo.kobo_table(SUBMISSIONS)),
        "2025-03-10T15:04:15.123000+05:00": kobo.odk_csv(tmp_path / "odk.csv", ODK),
        "2025-03-10T10:15:00+05:00": moodle.write_csv(tmp_path / "moodle.csv", moodle.responses(RESPONSES)),
    }
    russian = moodle.responses(RESPONSES, language="ru")
    for expected, path in [
        *files.items(),
        ("2025-03-10T10:15:00+05:00", moodle.write_csv(tmp_path / "ru.csv", russian)),
    ]:
        export = arrange(read_records(path))
        times = columns_of(export)["submitted_at"]
        read = [parse_times(times, form, ZoneInfo("Asia/Almaty")) for form in export.time_forms]
        [whole] = [moments for moments in read if moments.notna().all()]
        assert whole[0].isoformat() == expected


# All platforms --------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["", "Ja", "Nein", "Yes", "N/A", "1", "0", "a b", "2025-03-10 10:15:30", "#tag", "oft", "Beruf"]
)
HEADS = st.sampled_from(
    ["", "id", "Response ID", "submitdate", "Last page", "Seed", "startlanguage", "Why? [a]", "Why? [b]", "Why?",
     "q1[a]", "_uuid", "_submission_time", "_validation_status", "g/q", "g/q/a", "g/q/b", "SubmissionDate", "KEY",
     "SubmitterID", "Status", "Groups", "Date", "Response number", "(x) Why?", "Course"]
)  # fmt: skip
OTHERS = st.lists(st.text("abc?", min_size=1, max_size=5), min_size=1, max_size=6)


@st.composite
def tables(draw) -> list[list[str]]:
    header = draw(st.lists(HEADS, min_size=1, max_size=7))
    rows = st.lists(WORDS, min_size=len(header), max_size=len(header))
    return [header, *draw(st.lists(rows, max_size=5))]


@given(tables())
def test_no_record_is_lost_or_met_twice_whatever_the_table(table):
    text = "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in table)
    records = read_text(text.encode(), "a.csv")
    if not records.header:
        return
    export = arrange(records)
    found = export.records
    assert found.n_read == n_accounted(found)
    n_header_rows = records.n_read - found.n_read
    assert 0 <= n_header_rows <= 1 + sum(rule == "E-BLANK" for _, rule in rules(records))
    assert len(found.header) == len(found.columns) == len(records.header)
    assert found.also == () or len(found.also) == len(found.header)
    assert set(found.numbers.tolist()) <= set(records.numbers.tolist())


@given(OTHERS, st.lists(st.text("xy 1", max_size=4), max_size=6))
def test_a_table_of_other_words_is_left_as_it_stands(header, cells):
    rows = [(cells * len(header))[: len(header)] for _ in range(2)] if cells else []
    text = "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in [header, *rows])
    records = read_text(text.encode(), "a.csv")
    assert arrange(records).records is records


@pytest.mark.parametrize("name", OURS)
def test_a_declared_platform_that_does_not_fit_is_named(name):
    export = arrange(read_text(b"Why?,How?\na,b\n", "a.csv"), name)
    assert (export.platform, rules(export.records)) == ("plain", [(0, "E-PLATFORM")])


def test_no_platform_takes_another_ones_export(tmp_path):
    files = {
        "lime_survey": lime_survey.export(tmp_path / "lime.csv", ANSWERS),
        "kobo": kobo.kobo_csv(tmp_path / "kobo.csv", kobo.kobo_table(SUBMISSIONS)),
        "odk_central": kobo.odk_csv(tmp_path / "odk.csv", ODK),
        "moodle": moodle.write_csv(tmp_path / "moodle.csv", moodle.responses(RESPONSES)),
    }
    for own, path in files.items():
        records = read_records(path)
        assert [name for name in PLATFORMS if PLATFORMS[name](records) is not None] == [own, "plain"]


@needs_real_files
def test_none_of_the_real_exports_of_others_is_taken():
    files = sorted(path for path in SHARED.rglob("*.csv") if path.parent.name != "limesurvey")
    assert len(files) > 20
    for path in files:
        records = read_records(path)
        assert [name for name in OURS if PLATFORMS[name](records) is not None] == [], path.name


@needs_real_files
@pytest.mark.parametrize(
    ("name", "n_rows", "n_columns"),
    [("results_english", 96, 317), ("results_german", 96, 317), ("informal_models", 45, 38)],
)
def test_real_lime_survey_exports_are_known_and_keep_every_record(name, n_rows, n_columns):
    export = arrange(read_records(SHARED / "limesurvey" / f"{name}.csv"))
    assert (export.platform, export.records.problems) == ("lime_survey", [])
    assert (export.records.n_read, len(export.records.numbers), len(export.records.header)) == (
        n_rows,
        n_rows,
        n_columns,
    )
    assert len(set(export.records.header)) == n_columns


@needs_real_files
def test_the_structure_knows_all_316_questions_of_the_real_german_export():
    structure = read_lss(SHARED / "limesurvey" / "limesurvey_survey_222232.lss")
    export = read_lime_survey(read_records(SHARED / "limesurvey" / "results_german.csv"), [structure])
    codes = [also[0] if also else "" for also in export.records.also]
    assert (codes[0], sum(map(bool, codes)), len(set(codes))) == ("", 316, 317)
    # Two questions of this survey are worded alike; their order tells them apart.
    assert codes[208:223:10] == ["MAM1P1[P001]", "MAM0P1[P001]"]
    assert export.records.header[208] == (
        "Wie relevant sind Schaltungsmodelle in den folgenden Entwicklungsphasen? (1) "
        "[Konzeption: Profil- und Anforderungsanalyse]"
    )


@needs_real_files
def test_the_english_and_the_german_export_say_the_same_cell_by_cell():
    """Each German word stands for one English word, in every closed question and every record."""
    english, german = (
        arrange(read_records(SHARED / "limesurvey" / f"results_{name}.csv")).records for name in ("english", "german")
    )
    closed = [place for place, column in enumerate(german.columns) if place and len(set(column.texts)) <= 6]
    n_compared = 0
    for place in closed:
        pairs = set(zip(german.columns[place].values(), english.columns[place].values(), strict=True))
        assert len({one for one, _ in pairs}) == len(pairs) == len({other for _, other in pairs})
        n_compared += len(german.numbers)
    assert n_compared > 25_000


def test_the_export_of_a_real_header_with_two_rows_is_written_back_the_same(tmp_path):
    """A guard of the builder: what it writes is CSV as Python's own reader reads it."""
    path = lime_survey.write(tmp_path / "a.csv", [['a "b"', "c;d"], ["1\n2", ""]])
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert [row for row in csv.reader(file, delimiter=";") if row] == [['a "b"', "c;d"], ["1\n2", ""]]
