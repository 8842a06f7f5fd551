"""The exports of six platforms of forms: each is known by its file alone, and says the same ten answers."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import small
from coursewaves.intake.cells import ticked, type_cells
from coursewaves.intake.header_book import HeaderBook, Known
from coursewaves.intake.headers import match_columns
from coursewaves.platforms import PLATFORMS, Export, arrange
from coursewaves.platforms.export import all_are, share
from coursewaves.reading.columns import Cells
from coursewaves.reading.records import Records, read_records, read_text
from coursewaves.reading.times import is_form
from coursewaves.survey.files import BUILT_IN, load_survey
from coursewaves.survey.wordings import normalised
from exports import google, indico, microsoft, qualtrics, survey_monkey, typeform
from exports.questionnaire import PEOPLE, REASONS, Question, as_csv, write

SHARED = Path(__file__).parents[2] / "shared" / "data"

QUESTION_NAMES = ["Wish", "Reasons", "Please rate [Met]", "Please rate [Fits]", "Recommended", "Comment"]

Builder = Callable[[Path], Path]


def csv_of(content: bytes, suffix: str = ".csv") -> Builder:
    return lambda folder: write(folder / f"answers{suffix}", content)


def book_of(build: Callable[..., Path], **more) -> Builder:
    return lambda folder: build(folder / "answers.xlsx", **more)


VARIANTS: dict[str, tuple[str, Builder]] = {
    "Forms CSV": ("google_forms", csv_of(google.forms_csv())),
    "Forms CSV, Kazakh": ("google_forms", csv_of(google.forms_csv(language="kk", email=True))),
    "Forms CSV, Russian": ("google_forms", csv_of(google.forms_csv(language="ru", email=True))),
    "Forms CSV, French": ("google_forms", csv_of(google.forms_csv(language="fr", zone="UTC+5"))),
    "Forms CSV, Spanish": ("google_forms", csv_of(google.forms_csv(language="es"))),
    "Forms CSV, Chinese": (
        "google_forms",
        csv_of(google.forms_csv(language="zh", timestamp="时间戳记", zone="[GMT+5]")),
    ),
    "Forms CSV, no listed language": ("google_forms", csv_of(google.forms_csv(timestamp="Stampo de tempo"))),
    "Forms CSV, quiz": ("google_forms", csv_of(google.forms_csv(quiz=True, email=True))),
    "Sheets CSV, Russian": ("google_forms", csv_of(google.sheets_csv("ru", language="ru", email=True))),
    "Sheets CSV, American": ("google_forms", csv_of(google.sheets_csv("us", language="en"))),
    "Sheets CSV, British": ("google_forms", csv_of(google.sheets_csv("gb", language="en"))),
    "Sheets CSV, Swedish": ("google_forms", csv_of(google.sheets_csv("sv", language="pt"))),
    "Sheets XLSX": ("google_forms", book_of(google.sheets_xlsx)),
    "Sheets XLSX, Kazakh": ("google_forms", book_of(google.sheets_xlsx, language="kk", other={"Талдау": [["бір", 1]]})),
    "Microsoft": ("microsoft_forms", book_of(microsoft.workbook)),
    "Microsoft, Russian": ("microsoft_forms", book_of(microsoft.workbook, language="ru", anonymous=True)),
    "Microsoft, German": ("microsoft_forms", book_of(microsoft.workbook, language="de")),
    "Microsoft, no listed language": ("microsoft_forms", book_of(microsoft.workbook, language="xx", anonymous=True)),
    "Microsoft, quiz": ("microsoft_forms", book_of(microsoft.workbook, quiz=True)),
    "Microsoft, saved as CSV": ("microsoft_forms", csv_of(microsoft.saved_csv())),
    "SurveyMonkey CSV": ("survey_monkey", csv_of(survey_monkey.csv_file())),
    "SurveyMonkey CSV, numbers": ("survey_monkey", csv_of(survey_monkey.csv_file(numeric=True))),
    "SurveyMonkey CSV, condensed": ("survey_monkey", csv_of(survey_monkey.csv_file(condensed=True))),
    "SurveyMonkey XLSX": ("survey_monkey", book_of(survey_monkey.workbook)),
    "Qualtrics CSV": ("qualtrics", csv_of(qualtrics.csv_file())),
    "Qualtrics CSV, split": ("qualtrics", csv_of(qualtrics.csv_file(split=True))),
    "Qualtrics CSV, German, no zone": ("qualtrics", csv_of(qualtrics.csv_file(language="de", labels=False, zone=""))),
    "Qualtrics TSV": ("qualtrics", csv_of(qualtrics.tsv_file(), ".tsv")),
    "Qualtrics XLSX": ("qualtrics", book_of(qualtrics.workbook)),
    "Qualtrics CSV of before 2017": ("qualtrics", csv_of(qualtrics.legacy_csv())),
    "Typeform": ("typeform", csv_of(typeform.csv_file())),
    "Typeform of 2018": ("typeform", csv_of(typeform.csv_file(year=2018))),
    "Indico": ("indico", csv_of(indico.csv_file())),
    "Indico, no section": ("indico", csv_of(indico.csv_file(section=""))),
}


def read(folder: Path, build: Builder) -> Records:
    return read_records(build(folder))


def arranged(folder: Path, content: bytes, suffix: str = ".csv") -> Export:
    return arrange(read_records(write(folder / f"answers{suffix}", content)))


def column(export: Export, header: str) -> list[str]:
    return export.records.columns[export.records.header.index(header)].values().tolist()


def rules(export: Export) -> list[tuple[int, str]]:
    return [(problem.row, problem.rule) for problem in export.records.problems]


def is_accounted(records: Records) -> bool:
    return records.n_read == len(records.numbers) + sum(problem.row > 0 for problem in records.problems)


# Which platform ------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_file_is_known_by_its_own_platform_and_by_no_other(tmp_path, variant):
    platform, build = VARIANTS[variant]
    records = read(tmp_path, build)
    knowing = [name for name, function in PLATFORMS.items() if function(records) is not None]
    assert knowing == [platform, "plain"]
    assert arrange(records).platform == platform


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_answer_of_a_file_is_kept_and_every_column_named(tmp_path, variant):
    platform, build = VARIANTS[variant]
    export = arrange(read(tmp_path, build), platform)
    assert (export.platform, len(export.records.numbers), export.records.n_read) == (platform, 10, 10)
    assert [problem.rule for problem in export.records.problems if problem.rule != "E-SHEETS"] == []
    assert len(export.records.header) == len(export.records.also) == len(export.records.columns)
    assert export.records.header.count("submitted_at") == 1
    assert all(map(is_form, export.time_forms))


@pytest.mark.parametrize(
    "table",
    [
        "id,Timestamp,Wish\n1,2025-10-10 10:00:00,much\n",
        "Timestamp,load\n1760086800,0.5\n1760086801,0.7\n",
        "Timestamp,load\n2025-10-10T10:00:00Z,0.5\n",
        "Timestamp,load\nyesterday,0.5\n",
        "ID,Start,End,Who\n1,2025-10-10 10:00:00,2025-10-10 11:00:00,Aigul\n",
        "Respondent ID,Start Date,End Date,Wish\n1,10/10/2025 01:29:21 PM,10/10/2025 01:39:21 PM,much\n",
        "Status,Progress,Finished,Name\nopen,40,False,Roof\n",
        "Submitter,Wish,Comment,Note,Submission Date\nAigul,much,,,2025-10-10\n",
        "Start Date (UTC),Wish\n2025-10-10 10:00:00,much\n",
        "Wish,Reasons\nmuch,Appraisal\n",
    ],
)
def test_a_plain_table_is_of_no_platform(tmp_path, table):
    assert arranged(tmp_path, table.encode()).platform == "plain"


def test_a_workbook_of_numbers_times_and_names_is_not_of_microsoft(tmp_path):
    rows = microsoft.rows_of(language="xx")
    rows = [rows[0], *([*row[:3], "Aigul", *row[4:]] for row in rows[1:])]
    path = microsoft.as_workbook(tmp_path / "a.xlsx", {"S": rows}, "yyyy-mm-dd hh:mm:ss")
    assert arrange(read_records(path)).platform == "plain"


def test_a_workbook_whose_times_run_backwards_is_not_of_microsoft(tmp_path):
    rows = [[row[0], row[2], row[1], *row[3:]] for row in microsoft.rows_of(language="xx", anonymous=True)]
    path = microsoft.as_workbook(tmp_path / "a.xlsx", {"S": rows}, "yyyy-mm-dd hh:mm:ss")
    assert arrange(read_records(path)).platform == "plain"


REAL = {
    "coderefinery/pre/typeform_turku-mar.csv": ("typeform", 23),
    "coderefinery/pre/oslo-june.csv": ("indico", 13),
    "coderefinery/post/2019-c-2020.csv": ("indico", 75),
    "workshops/raw/introR_survey_raw.csv": ("google_forms", 64),
    "workshops/raw/viz_assessment_raw.csv": ("google_forms", 6),
    "workshops/cleaned/all_ws_presurvey_clean.csv": ("plain", 121),
    "instructor_training/20180908_post_clean.csv": ("plain", 967),
    "limesurvey/informal_models.csv": ("plain", 46),
    "turkiye/turkiye-student-evaluation_R_Specific.csv": ("plain", 5820),
    "kazakhstan/regions.csv": ("plain", 20),
}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real exports are not on this machine")
@pytest.mark.parametrize("name", REAL)
def test_a_real_export_is_known_by_its_platform_alone(name):
    platform, n_answers = REAL[name]
    records = read_records(SHARED / name)
    ours = {"google_forms", "microsoft_forms", "survey_monkey", "qualtrics", "typeform", "indico"}
    assert {one for one in ours if PLATFORMS[one](records) is not None} == {platform} - {"plain"}
    if platform != "plain":
        assert len(arrange(records).records.numbers) == n_answers


# What the answers are ------------------------------------------------------------------------------

STEPS = {"": None, "not at all": 1, "a little": 2, "medium": 3, "much": 4, "fully": 5}

EXPECTED = {
    "P1": [4, 5, 3, 2, 1, None, 4, 5, 4, 3],
    "P2": ["r1", "r1|r2", "r2|r3", "r2", None, "r3", "r1|r2", "r2", "r1|r3", "r1"],
    "Q1": [5, 5, 3, 2, 1, None, 4, 5, 4, 4],
    "Q2": [4, 5, 4, None, 2, None, 3, 1, 4, 5],
    "Q4": [10, 9, 8, 0, None, 7, 6, 5, 10, 3],
    "Q5": ["Thank you", 'They said "play", and we played', "Two\nlines", None, "no; nothing, really",
           "Рахмет, өте ұнады", "Спасибо", "-", "=1+1", "spaces"],
}  # fmt: skip
"""The codes of `PEOPLE` in the survey of `small`, from their words above, by hand."""


def test_the_expected_codes_are_those_of_the_people_s_words():
    assert EXPECTED["P1"] == [STEPS[person.answers["P1"]] for person in PEOPLE]
    assert EXPECTED["Q2"] == [STEPS[person.answers["Qg"].get("Fits", "")] for person in PEOPLE]


def answers_of(export: Export) -> dict[str, list]:
    """Each item's answers as the reader types them, whatever columns they stand in."""
    survey = small.survey()
    book = HeaderBook(survey, small.registry())
    found: dict[str, list] = {}
    chosen: dict[str, np.ndarray] = {}
    also = export.records.also or [()] * len(export.records.header)
    for header, more, cells in zip(export.records.header, also, export.records.columns, strict=True):
        known = known_as(book, [header, *more])
        if known is None or known.item.id not in EXPECTED:
            continue
        scale = survey.scale(known.item.scale)
        if known.option:
            option = next(one for one in scale.options if one.code == known.option)
            chosen[known.option], is_invalid = ticked(cells, option)
        else:
            values, is_invalid = type_cells(cells, scale, (), export.delimiter)
            found[known.item.id] = values.astype(object).where(values.notna(), None).tolist()
        assert not is_invalid.any(), header
    if chosen:
        codes = [code for code in ("r1", "r2", "r3") if code in chosen]
        rows = zip(*(chosen[code] for code in codes), strict=True)
        found["P2"] = ["|".join(code for code, is_on in zip(codes, row, strict=True) if is_on) or None for row in rows]
    return found


def known_as(book: HeaderBook, headers: list[str]) -> Known | None:
    both = book.of("Q") | book.of("P")
    return next((both[normalised(header)] for header in headers if normalised(header) in both), None)


def expected(n_people: int = 10) -> dict[str, list]:
    """What is read, whatever the platform."""
    return {item: values[:n_people] for item, values in EXPECTED.items()}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_platform_says_the_same_answers(tmp_path, variant):
    _, build = VARIANTS[variant]
    assert answers_of(arrange(read(tmp_path, build))) == expected()


FEW: dict[str, tuple[str, Callable[..., bytes], dict]] = {
    "Forms CSV": ("google_forms", google.forms_csv, {}),
    "Forms CSV, Kazakh": ("google_forms", google.forms_csv, {"language": "kk", "email": True}),
    "Sheets CSV, Russian": ("google_forms", google.sheets_csv, {"locale": "ru", "language": "ru"}),
    "Microsoft, saved as CSV": ("microsoft_forms", microsoft.saved_csv, {}),
    "SurveyMonkey CSV": ("survey_monkey", survey_monkey.csv_file, {}),
    "Qualtrics CSV": ("qualtrics", qualtrics.csv_file, {}),
    "Qualtrics CSV, split": ("qualtrics", qualtrics.csv_file, {"split": True}),
    "Qualtrics CSV of before 2017": ("qualtrics", qualtrics.legacy_csv, {}),
    "Typeform": ("typeform", typeform.csv_file, {}),
    "Indico": ("indico", indico.csv_file, {}),
}


@pytest.mark.parametrize("variant", FEW)
def test_one_answer_is_read_like_ten(tmp_path, variant):
    platform, build, more = FEW[variant]
    export = arranged(tmp_path, build(people=PEOPLE[:1], **more))
    assert (export.platform, export.records.n_read) == (platform, 1)
    assert answers_of(export) == expected(1)


@pytest.mark.parametrize("variant", FEW)
def test_a_file_that_nobody_has_answered_yet_is_known_and_empty(tmp_path, variant):
    platform, build, more = FEW[variant]
    export = arranged(tmp_path, build(people=[], **more))
    assert (export.platform, export.records.n_read, export.records.problems) == (platform, 0, [])
    assert set(answers_of(export)) == set(EXPECTED)


@pytest.mark.parametrize("variant", FEW)
def test_a_file_pasted_after_itself_gives_its_answers_twice_and_names_the_header_rows(tmp_path, variant):
    platform, build, more = FEW[variant]
    content = build(people=PEOPLE[:2], **more)
    export = arranged(tmp_path, content + content.removeprefix(b"\xef\xbb\xbf"))
    n_rows = {"qualtrics": 2 if "2017" in variant else 3, "survey_monkey": 2}.get(platform, 1)
    assert [rule for _, rule in rules(export)] == ["E-HEADER"] * n_rows
    assert len(export.records.numbers) == 4
    assert is_accounted(export.records)


def own_columns(build: Callable[..., bytes], more: dict) -> tuple[list[tuple[str, str]], set[str]]:
    """The problems of columns in a file with one question of the built-in survey, and the purposes that are met."""
    survey = load_survey(BUILT_IN)
    item = next(item for item in survey.instruments[0].items if item.repeat is None and item.grid is None)
    content = build(questions=[Question("any", item.text["en"])], **more)
    records = arrange(read_text(content, "answers.csv")).records
    book = HeaderBook(survey, small.registry())
    layout = match_columns(records.header, records.name, book, also=records.also)
    problems = [(one.rule, one.header) for one in layout.problems if one.rule != "E-ABSENT"]
    return problems, {column.item.purpose or "" for column in layout.questionnaires[0].columns}


@pytest.mark.parametrize("variant", FEW)
def test_every_column_of_a_platform_is_known_and_no_question_twice(variant):
    _, build, more = FEW[variant]
    problems, purposes = own_columns(build, more)
    assert problems == []
    assert {"", "submitted_at"} <= purposes <= {"", "submitted_at", "ignore", "language"}


# Headers, times and what stands between ------------------------------------------------------------


def test_forms_own_csv_keeps_its_headers_and_names_the_zone(tmp_path):
    export = arranged(tmp_path, google.forms_csv(language="kk", email=True))
    assert export.records.header == ["submitted_at", "Пайдаланушы аты", *QUESTION_NAMES]
    assert export.records.also == ((), ("email", "ignore"), *[()] * 6)
    assert (export.time_forms, export.delimiter) == (("Y/m/d h:M:S p z",), ";")
    assert column(export, "submitted_at")[9] == "2025/10/10 6:32:21 PM GMT+5"
    assert column(export, "Reasons")[1] == "Changes of the standard, of the programme;Appraisal"


@pytest.mark.parametrize(
    ("language", "zone", "time"),
    [
        ("fr", "UTC+5", "2025/10/10 6:32:21 PM UTC+5"),
        ("es", "GMT-3", "2025/10/10 6:32:21 p. m. GMT-3"),
        ("zh", "[GMT+8]", "2025/10/10 6:32:21 PM GMT+8"),
        ("ko", "GMT+9", "2025/10/10 6:32:21 PM GMT+9"),
    ],
)
def test_the_half_of_the_day_in_other_letters_becomes_latin(tmp_path, language, zone, time):
    export = arranged(tmp_path, google.forms_csv(language=language, timestamp="Timestamp", zone=zone))
    assert export.time_forms == ("Y/m/d h:M:S p z",)
    assert column(export, "submitted_at")[9] == time


@pytest.mark.parametrize(
    ("locale", "forms", "time"),
    [
        ("ru", ("d.m.Y H:M:S",), "10.10.2025 8:29:21"),
        ("us", ("m/d/Y H:M:S", "d/m/Y H:M:S"), "10/10/2025 8:29:21"),
        ("gb", ("m/d/Y H:M:S", "d/m/Y H:M:S"), "10/10/2025 08:29:21"),
        ("sv", ("Y-m-d H:M:S",), "2025-10-10 08:29:21"),
    ],
)
def test_a_sheet_s_times_are_as_its_locale_has_them(tmp_path, locale, forms, time):
    export = arranged(tmp_path, google.sheets_csv(locale))
    assert (export.time_forms, export.delimiter) == (forms, ",")
    assert column(export, "submitted_at")[0] == time
    assert column(export, "Reasons")[1] == "Changes of the standard, of the programme, Appraisal"


def test_a_sheet_s_workbook_has_real_times_and_its_other_sheets_are_left(tmp_path):
    path = google.sheets_xlsx(tmp_path / "a.xlsx", language="ru", email=True, other={"Сводка": [["среднее", 4.5]]})
    export = arrange(read_records(path))
    assert export.records.sheet == "Ответы на форму (1)"
    assert export.records.header == ["submitted_at", "Адрес электронной почты", *QUESTION_NAMES]
    assert (export.time_forms, export.delimiter) == (("Y-m-d H:M:S",), ",")
    assert column(export, "submitted_at")[0] == "2025-10-10 08:29:21"


def test_what_a_quiz_adds_may_be_ignored_and_its_questions_not(tmp_path):
    export = arranged(tmp_path, google.forms_csv(quiz=True))
    assert export.records.header[1:5] == ["Total score", "Wish", "Wish [Score]", "Wish [Feedback]"]
    assert export.records.also[1:5] == (("ignore",), (), ("ignore",), ("ignore",))


def test_only_what_stands_under_the_question_s_own_name_is_its_feedback(tmp_path):
    content = "Timestamp,Wish,Wish [Score],Comment\n10.10.2025 8:29:21,much,1.00 / 1,\n"
    assert arranged(tmp_path, content.encode()).records.also == ((), (), ("ignore",), ())


def test_the_rows_of_a_grid_are_not_taken_for_scores(tmp_path):
    content = "Timestamp,Rate,Rate [Met],Rate [Fits]\n10.10.2025 8:29:21,much,much,4 of 5\n"
    assert arranged(tmp_path, content.encode()).records.also == ((), (), (), ())


def test_a_question_made_anew_stands_twice_under_its_own_header(tmp_path):
    content = "Отметка времени,Wish,Comment,Wish\n10.10.2025 8:29:21,much,,\n11.10.2025 8:29:21,,,fully\n"
    export = arranged(tmp_path, content.encode())
    assert export.records.header == ["submitted_at", "Wish", "Comment", "Wish"]
    assert [cells.values().tolist() for cells in export.records.columns[1::2]] == [["much", ""], ["", "fully"]]


def test_times_cut_to_days_by_hand_leave_open_what_stands_between_answers(tmp_path):
    export = arranged(tmp_path, b"Timestamp,Reasons\n2018-9-01,Appraisal;Other\n")
    assert (export.platform, export.time_forms, export.delimiter) == ("google_forms", ("Y-m-d",), None)


def test_one_damaged_time_does_not_hide_the_platform(tmp_path):
    content = google.forms_csv().replace(b"2025/10/10 8:29:21 AM GMT+5", b"today")
    export = arranged(tmp_path, content)
    assert (export.platform, export.records.n_read, column(export, "submitted_at")[0]) == ("google_forms", 10, "today")


def test_a_workbook_of_microsoft_is_named_by_its_questions_without_hard_spaces(tmp_path):
    export = arrange(read_records(microsoft.workbook(tmp_path / "a.xlsx")))
    own = ["ignore", "ignore", "submitted_at", "Email", "Name", "Last modified time"]
    assert export.records.header == [*own, "Wish", "Reasons", "Met", "Fits", "Recommended", "Comment"]
    assert export.records.also[3:6] == (("email", "ignore"), ("ignore",), ("ignore",))
    assert (export.time_forms, export.delimiter) == (("Y-m-d H:M:S",), ";")
    assert column(export, "submitted_at")[0] == "2025-10-10 08:29:21"
    assert column(export, "Reasons")[1] == "Changes of the standard, of the programme;Appraisal;"


def test_points_and_feedback_of_microsoft_may_be_ignored(tmp_path):
    export = arrange(read_records(microsoft.workbook(tmp_path / "a.xlsx", quiz=True)))
    also = dict(zip(export.records.header, export.records.also, strict=True))
    assert (also["Wish"], also["Points - Wish"], also["Feedback - Wish"]) == ((), ("ignore",), ("ignore",))
    assert also["Total points"] == also["Quiz feedback"] == ("ignore",)


def test_a_row_behind_its_stem_is_known_as_a_row_too(tmp_path):
    questions = [Question("Qa", "Please rate - Met"), Question("Qb", "Please rate – Fits")]
    export = arrange(read_records(microsoft.workbook(tmp_path / "a.xlsx", questions=questions)))
    assert export.records.also[-2:] == (("Please rate [Met]",), ("Please rate [Fits]",))


def test_microsoft_times_saved_as_csv_are_in_no_fixed_form(tmp_path):
    export = arranged(tmp_path, microsoft.saved_csv())
    assert (export.time_forms, column(export, "submitted_at")[0]) == ((), "10/10/25 8:29:21")


def test_a_clerk_may_take_addresses_and_names_out_of_a_file_of_microsoft(tmp_path):
    rows = [row[:3] + row[6:] for row in microsoft.rows_of()]
    path = microsoft.as_workbook(tmp_path / "a.xlsx", {"S": rows}, "m/d/yy h:mm:ss")
    export = arrange(read_records(path))
    assert export.records.header[:5] == ["ignore", "ignore", "submitted_at", "Wish", "Reasons"]
    assert export.records.also[3:5] == ((), ())
    assert answers_of(export) == EXPECTED


def test_two_header_rows_of_survey_monkey_become_one(tmp_path):
    export = arranged(tmp_path, survey_monkey.csv_file())
    own = ["ignore", "ignore", "ignore", "submitted_at", "ignore"]
    own += ["Email Address", "First Name", "Last Name", "Custom Data 1"]
    reasons = [f"Reasons [{option}]" for option in REASONS]
    assert export.records.header == [*own, "Wish", *reasons, *QUESTION_NAMES[2:]]
    assert export.records.also[5:9] == (("email", "ignore"), ("ignore",), ("ignore",), ("ignore",))
    assert export.records.also[9:] == ((),) * 8
    assert export.time_forms == ("m/d/Y h:M:S p", "Y-m-d H:M:S")
    assert column(export, "submitted_at")[9] == "10/10/2025 06:32:21 PM"
    assert export.records.numbers.tolist() == list(range(3, 13))


def test_older_names_of_survey_monkey_and_files_without_addresses_are_known(tmp_path):
    content = "RespondentID,CollectorID,StartDate,EndDate,Wish\n,,,,Response\n"
    content += "1,2,10/10/2025 01:29:21 PM,10/10/2025 01:33:21 PM,much\n"
    export = arranged(tmp_path, content.encode())
    assert (export.platform, export.records.header[3:]) == ("survey_monkey", ["submitted_at", "Wish"])
    assert column(export, "Wish") == ["much"]


OTHER = "Respondent ID,Collector ID,Start Date,End Date,What is <b>your</b> role?,,Comment\n"
OTHER += ",,,,Response,<i>Other</i> (please specify),Open-Ended Response\n1,2,a,b,Head,,x\n1,3,a,b,,Cook,y\n"


def test_what_is_written_instead_of_an_option_answers_the_question(tmp_path):
    export = arranged(tmp_path, OTHER.encode())
    header = ["What is your role?", "What is your role? [Other (please specify)]", "Comment"]
    assert export.records.header[4:] == header
    assert export.records.also[4:] == ((), ("What is your role?",), ())


def test_what_is_written_beside_an_option_is_a_remark(tmp_path):
    export = arranged(tmp_path, (OTHER + "1,4,a,b,Head,of two,z\n").encode())
    assert export.records.also[5] == ()


def test_a_missing_second_header_row_is_named_and_costs_no_answer(tmp_path):
    export = arranged(tmp_path, survey_monkey.csv_file(second_row=False))
    assert (export.platform, export.records.n_read, len(export.records.numbers)) == ("survey_monkey", 10, 10)
    assert rules(export) == [(0, "E-HEADER")]
    assert export.records.header[9:14] == ["Wish", "Reasons", "", "", "Please rate"]
    assert is_accounted(export.records) is True


def test_an_answer_whose_ids_were_blanked_is_no_second_header_row(tmp_path):
    head = "Respondent ID,Collector ID,Start Date,End Date,Reasons,\n"
    answers = ",,,,Appraisal,\n,,,,,Other\n"
    bare = arranged(tmp_path, (head + answers).encode())
    assert (bare.records.n_read, len(bare.records.numbers), rules(bare)) == (2, 2, [(0, "E-HEADER")])
    whole = arranged(tmp_path, (head + ",,,,Appraisal,Other\n" + answers).encode())
    assert (whole.records.n_read, whole.records.header[4:]) == (2, ["Reasons [Appraisal]", "Reasons [Other]"])
    assert whole.records.also[4:] == ((), ())


def test_a_second_header_row_without_its_usual_words_is_known_by_the_answers_after_it(tmp_path):
    content = "Respondent ID,Collector ID,Start Date,End Date,Please rate\n,,,,Met\n1,2,a,b,much\n"
    export = arranged(tmp_path, content.encode())
    assert (export.records.header[4], export.records.n_read) == ("Please rate [Met]", 1)


def test_three_header_rows_of_qualtrics_become_one(tmp_path):
    export = arranged(tmp_path, qualtrics.csv_file())
    header = export.records.header
    assert header[:9] == ["ignore", "submitted_at", *["ignore"] * 7]
    assert header[9:17] == ["RecipientLastName", "RecipientFirstName", "RecipientEmail", "ExternalReference",
                            *["ignore"] * 3, "language"]  # fmt: skip
    assert header[17:19] == ["Wish", "Reasons"]
    assert header[20:] == QUESTION_NAMES[2:]
    assert export.records.also[17:] == (
        ("P1",), ("P2",), ("P2_3_TEXT", "ignore"), ("Qg_1",), ("Qg_2",), ("Q4",), ("Q5",)
    )  # fmt: skip
    assert export.records.numbers.tolist() == list(range(4, 14))
    assert export.delimiter == ","


def test_the_zone_of_whoever_exported_from_qualtrics_stands_behind_each_time(tmp_path):
    denver = arranged(tmp_path, qualtrics.csv_file())
    assert (denver.time_forms, column(denver, "submitted_at")[0]) == (
        ("Y-m-d H:M:S z",), "2025-10-09 21:29:21 America/Denver"
    )  # fmt: skip
    utc = arranged(tmp_path, qualtrics.csv_file(zone="Z"))
    assert column(utc, "submitted_at")[0] == "2025-10-10 03:29:21 UTC"
    local = arranged(tmp_path, qualtrics.csv_file(zone=""))
    assert (local.time_forms, column(local, "submitted_at")[0]) == (("Y-m-d H:M:S",), "2025-10-10 08:29:21")


def test_split_options_of_qualtrics_are_named_by_question_and_option(tmp_path):
    export = arranged(tmp_path, qualtrics.csv_file(split=True))
    assert export.records.header[18:21] == [f"Reasons [{option}]" for option in REASONS]
    assert export.records.also[18:21] == (("P2_1",), ("P2_2",), ("P2_3",))


def test_the_oldest_qualtrics_names_its_own_columns_in_the_second_row(tmp_path):
    export = arranged(tmp_path, qualtrics.legacy_csv())
    own = ["ignore", "ignore", "Name", "ExternalDataReference", "EmailAddress", *["ignore"] * 3]
    assert export.records.header[:10] == [*own, "submitted_at", "ignore"]
    assert export.records.header[13:15] == ["Please rate [Met]", "Please rate [Fits]"]
    assert export.records.header[-1] == ""


@pytest.mark.parametrize(
    ("texts", "headers"),
    [
        (["K-12 - Rate us - Pace", "K-12 - Rate us - Place"], ["K-12 - Rate us [Pace]", "K-12 - Rate us [Place]"]),
        (["Rate us-Pace of K-12", "Rate us-Place"], ["Rate us [Pace of K-12]", "Rate us [Place]"]),
        (["Rate us - A - x", "Rate us - B - x"], ["Rate us [A - x]", "Rate us [B - x]"]),
        (["Pace", "Place - Time"], ["Pace", "Place - Time"]),
        (["Alone - Row"], ["Alone [Row]"]),
        (["From -2 to 2 - -2", "From -2 to 2 - 2"], ["From -2 to 2 [-2]", "From -2 to 2 [2]"]),
        (["Why - Selected Choice - A - B"], ["Why [A - B]"]),
    ],
)
def test_a_matrix_parts_where_all_its_wordings_agree(tmp_path, texts, headers):
    codes = [f"Q5_{number}" for number in range(1, len(texts) + 1)]
    own = ["StartDate", "EndDate", "ResponseId", "UserLanguage"]
    below = ["Start Date", "End Date", "Response ID", "User Language"]
    answer = ["2025-10-10 08:00:00", "2025-10-10 08:10:00", "R_1", "KK"]
    rows = [[*own, *codes], [*below, *texts], [*answer, *["4"] * len(texts)]]
    export = arranged(tmp_path, as_csv(rows).encode())
    assert (export.platform, export.records.header[4:], export.records.n_read) == ("qualtrics", headers, 1)


def test_a_question_that_bears_the_name_of_a_column_of_the_platform_stays_a_question(tmp_path):
    export = arranged(tmp_path, qualtrics.csv_file(questions=[Question("Name", "Your kindergarten")]))
    assert export.records.header[-1] == "Your kindergarten"
    assert export.records.also[-1] == ("Name",)


def test_previews_tests_and_unfinished_answers_of_qualtrics_are_set_aside_by_row(tmp_path):
    status = {0: "Survey Preview", 1: "Survey Test", 2: "Offline Survey Preview", 3: "Spam"}
    export = arranged(tmp_path, qualtrics.csv_file(status=status, finished={0: False, 5: False}))
    assert rules(export) == [(4, "E-PREVIEW"), (5, "E-PREVIEW"), (6, "E-PREVIEW"), (9, "E-UNFINISHED")]
    assert export.records.numbers.tolist() == [7, 8, 10, 11, 12, 13]
    assert export.records.n_read == 10


def test_numbers_say_the_same_of_previews_and_unfinished_answers(tmp_path):
    content = qualtrics.csv_file(labels=False, status={0: "1", 1: "8"}, finished={4: False})
    assert rules(arranged(tmp_path, content)) == [(4, "E-PREVIEW"), (8, "E-UNFINISHED")]


def test_progress_tells_of_unfinished_answers_where_nothing_else_does(tmp_path):
    rows = qualtrics.rows_of(finished={4: False})
    place = rows[0].index("Finished")
    content = as_csv([[*row[:place], *row[place + 1 :]] for row in rows]).encode()
    assert rules(arranged(tmp_path, content)) == [(8, "E-UNFINISHED")]


def test_times_that_excel_turned_into_hashes_do_not_make_an_answer_a_header_row(tmp_path):
    content = "StartDate,EndDate,ResponseId,UserLanguage,Wish\n####,####,R_1,KK,much\n"
    export = arranged(tmp_path, content.encode())
    assert (export.platform, export.records.n_read, column(export, "Wish")) == ("qualtrics", 1, ["much"])


@pytest.mark.parametrize(
    "cell", ['{"ImportId":"a","ImportId":1}', '{"ImportId":"a"', '{"ImportId":"a","b":' + "[" * 5000 + "]" * 5000 + "}"]
)
def test_what_only_resembles_an_import_id_is_an_answer(tmp_path, cell):
    export = arranged(tmp_path, as_csv([["Wish", "Comment"], [cell, ""], ["much", ""]]).encode())
    assert (export.platform, export.records.n_read) == ("plain", 2)


def test_an_answer_without_times_right_below_the_header_is_no_header_row(tmp_path):
    content = "StartDate,EndDate,ResponseId,UserLanguage,Wish\n,,R_1,KK,much\n"
    export = arranged(tmp_path, content.encode())
    assert (export.platform, export.records.n_read, column(export, "Wish")) == ("qualtrics", 1, ["much"])


def test_typeform_loses_its_markup_and_tells_its_others_apart(tmp_path):
    export = arranged(tmp_path, typeform.csv_file())
    header = ["ignore", "Wish", *REASONS[:2], "Other [Appraisal]", "Met", "Fits", "Recommended", "Comment"]
    assert export.records.header == [*header, *["ignore"] * 3, "submitted_at", *["ignore"] * 3]
    assert export.time_forms == ("Y-m-d H:M:S z",)
    assert column(export, "submitted_at")[0] == "2025-10-10 03:29:21 UTC"


def test_what_is_written_for_other_in_typeform_answers_the_question_before_it(tmp_path):
    content = "Your role,Other,Appraisal,Other,Start Date (UTC),Submit Date (UTC)\n"
    content += (
        "Head,,,,2025-10-10 03:00:00,2025-10-10 03:10:00\n,Cook,Appraisal,fun,2025-10-10 03:00:00,2025-10-10 03:10:00\n"
    )
    export = arranged(tmp_path, content.encode())
    assert export.records.header[:4] == ["Your role", "Your role [Other]", "Appraisal", "Other [Appraisal]"]
    assert export.records.also[:4] == ((), ("Your role",), (), ())


def test_answers_begun_in_typeform_are_set_aside(tmp_path):
    export = arranged(tmp_path, typeform.csv_file(begun=[1, 9]))
    assert rules(export) == [(3, "E-UNFINISHED"), (11, "E-UNFINISHED")]
    assert (export.records.n_read, len(export.records.numbers)) == (10, 8)


def test_a_question_called_like_a_column_of_typeform_is_a_question(tmp_path):
    content = "#,Tags,Response Type,Start Date (UTC),Submit Date (UTC),Tags\n1,a,completed,2025-10-10 03:00:00,,b\n"
    assert arranged(tmp_path, content.encode()).records.header == [
        "ignore", "Tags", "ignore", "ignore", "submitted_at", "ignore"
    ]  # fmt: skip


def test_columns_of_typeform_in_another_order_are_still_its_own(tmp_path):
    content = "Start Date (UTC),Submit Date (UTC),Wish,Response Type\n2025-10-10 03:00:00,,much,completed\n"
    assert arranged(tmp_path, content.encode()).records.header == ["ignore", "submitted_at", "Wish", "ignore"]


def test_the_section_of_indico_leaves_the_header(tmp_path):
    export = arranged(tmp_path, indico.csv_file())
    assert export.records.header == ["Submitter", "Submitter Email", "submitted_at", *QUESTION_NAMES]
    assert export.records.also[:4] == (("ignore",), ("email", "ignore"), (), ("After the course: Wish",))
    assert (export.time_forms, export.delimiter) == (("Y-m-d H:M:Sz",), ";")
    assert column(export, "submitted_at")[0] == "2025-10-10 03:29:21.265561+00:00"
    assert column(export, "Reasons")[1] == "Changes of the standard, of the programme; Appraisal"


# Nothing is lost -----------------------------------------------------------------------------------

HEADERS = ["Timestamp", "Отметка времени", "ID", "Start time", "Completion time", "Email", "Name", "Respondent ID",
           "Collector ID", "Start Date", "End Date", "StartDate", "EndDate", "Status", "Finished", "Progress",
           "ResponseId", "UserLanguage", "Submitter", "Submission Date", "#", "Response Type", "Start Date (UTC)",
           "Submit Date (UTC)", "Wish", "Wish [Score]", "Other", ""]  # fmt: skip
CELLS = ["", "much", "Other", "2025-10-10 10:00:00", "2025/10/10 1:29:21 PM GMT+5", '{"ImportId":"QID1_1"}',
         '{"ImportId":"endDate","timeZone":"Z"}', '{"ImportId":1}', "[1]", "Survey Preview", "1", "False", "Response",
         "R_1", "completed", "a@b.kz", "1.00 / 2", "Stem - Row"]  # fmt: skip
STARTS = [["Timestamp"], ["ID", "Start time", "Completion time", "Email", "Name"], ["Respondent ID", "Collector ID"],
          ["StartDate", "EndDate", "ResponseId", "UserLanguage", "Status"], ["Submitter", "Submission Date"],
          ["#", "Start Date (UTC)", "Submit Date (UTC)"], []]  # fmt: skip


@st.composite
def tables(draw) -> list[list[str]]:
    header = draw(st.sampled_from(STARTS)) + draw(st.lists(st.sampled_from(HEADERS), min_size=1, max_size=6))
    row = st.lists(st.sampled_from(CELLS), min_size=len(header), max_size=len(header))
    return [header, *draw(st.lists(row, max_size=6))]


@given(tables())
@settings(max_examples=400, deadline=None)
def test_no_platform_loses_a_record_or_fails(tmp_path_factory, rows):
    path = write(tmp_path_factory.mktemp("any") / "a.csv", as_csv(rows).encode())
    records = read_records(path)
    if not records.header:
        return
    for function in PLATFORMS.values():
        export = function(records)
        if export is None:
            continue
        found = export.records
        assert is_accounted(found)
        assert len(found.header) == len(found.columns) == len(records.header)
        n_gone = records.n_read - found.n_read
        assert 0 <= n_gone <= 2
        gone = set(records.numbers.tolist()) - set(found.numbers.tolist()) - {p.row for p in found.problems}
        assert gone == set(records.numbers[:n_gone].tolist())
        assert set(export.time_forms) <= {form for form in export.time_forms if is_form(form)}


def test_a_share_counts_no_blank_cell():
    cells = Cells.of(["a", "", "b", " "])
    assert share(cells, "a".__eq__) == 0.5
    assert share(Cells.of([""]), "a".__eq__) == share(Cells.of([]), "a".__eq__) == 0


def test_all_cells_of_a_long_column_are_looked_at_where_all_are_meant():
    cells = Cells.of(["a"] * 3000 + ["b"] + ["a"] * 3000)
    assert share(cells, "a".__eq__) == 1
    assert (all_are(cells, "a".__eq__), all_are(cells, "ab".__contains__), all_are(Cells.of([""]), bool)) == (
        False, True, False
    )  # fmt: skip
