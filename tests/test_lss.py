"""What is read of a LimeSurvey structure, which columns its exports have, and what is drafted from it."""

import doctest
import importlib
from itertools import pairwise
from pathlib import Path

import pytest

from coursewaves.errors import CoursewavesError
from coursewaves.intake.header_book import HeaderBook
from coursewaves.intake.headers import match_columns
from coursewaves.reading import lss as lss_module
from coursewaves.reading.draft import instrument_from_lss
from coursewaves.reading.lime_headings import HeadingBook, columns, numbered, split_brackets, tidy
from coursewaves.reading.lss import LimePart, LimeQuestion, flat, read_lss
from coursewaves.reading.workbook import FileFault
from coursewaves.registry.reader import read_registry
from coursewaves.survey.files import load_survey, read_survey
from exports import lime_survey as export

SHARED = Path(__file__).parents[2] / "shared" / "data" / "limesurvey"


@pytest.fixture
def structure(tmp_path):
    return export.structure(tmp_path / "survey.lss")


def test_a_survey_has_its_languages_title_and_questions_in_order(structure):
    found = read_lss(structure)
    assert (found.id, found.languages) == ("12345", ("ru", "en"))
    assert found.title == {"ru": "Course (ru)", "en": "Course (en)"}
    assert [question.code for question in found.questions] == [
        "course", "why", "fit", "both", "best", "more", "again", "say",
    ]  # fmt: skip


def test_a_question_has_type_wordings_rows_and_answers_without_markup(structure):
    why = read_lss(structure).questions[1]
    assert why == LimeQuestion(
        "why", "M", {"ru": "Почему Вы учитесь?", "en": "Why do you take it?"},
        (LimePart("job", {"ru": "Работа", "en": "My job"}), LimePart("fun", {"ru": "Интерес", "en": "For fun"})),
        (), True,
    )  # fmt: skip
    both = read_lss(structure).questions[3]
    assert [(answer.code, answer.scale) for answer in both.answers] == [
        ("AO01", 0), ("AO02", 0), ("AO03", 0), ("AO01", 1), ("AO02", 1), ("AO03", 1),
    ]  # fmt: skip


def test_structures_of_before_and_since_version_4_say_the_same(tmp_path, structure):
    assert read_lss(export.structure(tmp_path / "old.lss", is_new=False)) == read_lss(structure)


def test_groups_decide_the_order_of_questions_before_their_numbers(tmp_path):
    row = "<row><qid>{0}</qid><parent_qid>0</parent_qid><gid>{1}</gid><type>T</type><title>q{0}</title></row>"
    questions = "".join(row.format(qid, gid) for qid, gid in ((1, 7), (2, 5)))
    groups = "<row><gid>7</gid><group_order>1</group_order></row><row><gid>5</gid><group_order>0</group_order></row>"
    path = tmp_path / "a.lss"
    path.write_text(_document(f"<groups><rows>{groups}</rows></groups><questions><rows>{questions}</rows></questions>"))
    assert [question.code for question in read_lss(path).questions] == ["q2", "q1"]


def _document(body: str, kind: str = "Survey", head: str = "") -> str:
    return f"{head}<document><LimeSurveyDocType>{kind}</LimeSurveyDocType>{body}</document>"


QUESTION = "<questions><rows><row><qid>1</qid><title>q</title><type>T</type></row></rows></questions>"
ENTITIES = "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise("abcdefghi"))
BOMB = f'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">{ENTITIES}]>'
HAS_TYPE = "a document type or entities, which no export has"
OUTSIDE = '<!DOCTYPE d [<!ENTITY a SYSTEM "secret.txt">]>'


@pytest.mark.parametrize(
    ("content", "rule", "seen"),
    [
        ("", "E-FORMAT", "no XML, or a torn one"),
        ("id;question\n1;2\n", "E-FORMAT", "no XML, or a torn one"),
        (_document(QUESTION)[:-5], "E-FORMAT", "no XML, or a torn one"),
        ("<document><questions/></document>", "E-FORMAT", "not the structure of a LimeSurvey survey"),
        (_document(""), "E-FORMAT", "not the structure of a LimeSurvey survey"),
        (_document(QUESTION, "Group"), "E-FORMAT", "not the structure of a LimeSurvey survey"),
        (_document(QUESTION + "<x>&i;</x>", head=BOMB), "E-FORMAT", HAS_TYPE),
        (_document(QUESTION + "<x>&a;</x>", head=OUTSIDE), "E-FORMAT", HAS_TYPE),
        (_document(QUESTION, head="<!DOCTYPE document>"), "E-FORMAT", HAS_TYPE),
        (_document("<a>" * 60 + "</a>" * 60), "E-LIMIT", "elements nested more than 50 deep"),
        ('<?xml version="1.0" encoding="nothing"?><document/>', "E-FORMAT", "no XML, or a torn one"),
    ],
)
def test_a_file_that_is_no_structure_is_refused_and_raises_nothing(tmp_path, content, rule, seen):
    path = tmp_path / "a.lss"
    path.write_text(content, encoding="utf-8")
    assert read_lss(path)[:2] == (rule, seen)


def test_more_rows_or_bytes_than_any_survey_has_are_refused(tmp_path, monkeypatch, structure):
    monkeypatch.setattr(lss_module, "MOST_ROWS", 10)
    assert read_lss(structure)[:2] == ("E-LIMIT", "more than 10 questions and answers")
    monkeypatch.setattr(lss_module, "MOST_BYTES", 10)
    assert read_lss(structure).rule == "E-LIMIT"


def test_every_prefix_of_a_structure_is_refused_or_read(structure):
    content = structure.read_bytes()
    for size in range(0, len(content) - 1, 97):
        structure.write_bytes(content[:size])
        assert isinstance(read_lss(structure), FileFault)


# Which columns an export has ------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("heads", ["code", "em", "full", "abbreviated", "underscores"])
def test_every_heading_of_every_kind_and_language_means_its_own_column(structure, heads, language):
    book = HeadingBook(read_lss(structure))
    for field in export.fields(language):
        code, head = export.heading(field, "code", language), export.heading(field, heads, language)
        assert book.find("", tidy(head)).code == code


def test_the_columns_stand_in_the_order_of_the_export(structure):
    found = [column.code for column in columns(read_lss(structure))]
    assert found == [export.heading(field, "code", "en") for field in export.fields("en")]


def test_a_heading_that_two_questions_share_means_neither_and_with_its_number_one(structure):
    found = read_lss(structure)
    say = found.questions[-1]
    twice = found._replace(questions=(*found.questions, say._replace(code="say2")))
    book = HeadingBook(twice)
    assert book.find("", "Anything else?") is None
    assert book.find("", "Anything else? (1)").code == "say"
    assert book.find("", "Anything else? (2)").code == "say2"


def test_a_shortened_heading_of_two_questions_means_neither(structure):
    assert HeadingBook(read_lss(structure)).find("", "W..") is None


def test_headings_are_numbered_before_their_brackets():
    assert numbered(["A? [x]", "b", "A? [x]", "", ""]) == ["A? (1) [x]", "b", "A? (2) [x]", "", ""]
    assert split_brackets("A (b) [c]") == ("A (b)", " [c]")
    assert split_brackets("no brackets") == ("no brackets", "")


@pytest.mark.parametrize(
    "name",
    [
        "reading.draft",
        "reading.lime_headings",
        "reading.lss",
        "reading.spss_cases",
        "platforms.export",
        "platforms.kobo",
    ],
)
def test_examples_in_the_docstrings_hold(name):
    found = doctest.testmod(importlib.import_module(f"coursewaves.{name}"))
    assert found.failed == 0


def test_wordings_lose_tags_styles_and_scripts_and_keep_signs():
    assert flat("<style>a{}</style>5 &lt; 6 &amp; <em>7</em><script>x()</script>\n\n?") == "5 < 6 & 7 ?"
    assert flat("A < B") == "A < B"


# The draft ------------------------------------------------------------------------------------------


def drafted(structure, folder: Path):
    folder.mkdir()
    (folder / "draft.yml").write_text(instrument_from_lss(structure), encoding="utf-8")
    return folder


def test_a_draft_loads_as_it_stands_with_every_question_in_every_language(structure, tmp_path):
    survey = load_survey(drafted(structure, tmp_path / "instruments"))
    assert survey.languages == ["ru", "en"]
    items = {item.id: item for item in survey.instrument("S12345").items}
    assert list(items) == [
        "course", "course.other", "why", "fit.SQ001", "fit.SQ002", "both.A.1", "both.A.2", "best.1", "best.2", "more",
        "more.timecomment", "more.othercomment", "again", "say",
    ]  # fmt: skip
    assert items["why"].text == {"ru": "Почему Вы учитесь?", "en": "Why do you take it?"}
    assert {code: survey.scale_of(code).kind for code in ("course", "why", "fit.SQ001", "again", "say")} == {
        "course": "single", "why": "multiple", "fit.SQ001": "ordinal", "again": "single", "say": "text",
    }  # fmt: skip


def test_the_steps_of_an_array_are_numbered_and_know_the_platforms_codes(structure, tmp_path):
    survey = load_survey(drafted(structure, tmp_path / "instruments"))
    options = survey.scale_of("fit.SQ002").options
    assert [(option.code, option.text["en"], option.also) for option in options] == [
        ("1", "Agree", ["AO01"]), ("2", "Neither", ["AO02"]), ("3", "Disagree", ["AO03"]),
    ]  # fmt: skip


def test_questions_with_the_same_answers_share_a_scale(structure, tmp_path):
    survey = load_survey(drafted(structure, tmp_path / "instruments"))
    assert survey.scale_of("both.A.1") is survey.scale_of("fit.SQ001")


def test_steps_follow_the_assessment_or_the_platforms_own_numbers(structure, tmp_path):
    text = structure.read_text(encoding="utf-8")
    for number, value in (("1", 2), ("2", 0), ("3", -2)):
        code = f"<code><![CDATA[AO0{number}]]></code>"
        text = text.replace(code, f"{code}<assessment_value>{value}</assessment_value>")
    text = text.replace("    <assessment_value><![CDATA[0]]></assessment_value>\n", "")
    structure.write_text(text, encoding="utf-8")
    survey = load_survey(drafted(structure, tmp_path / "instruments"))
    assert [option.text["en"] for option in survey.scale_of("fit.SQ001").options] == ["Disagree", "Neither", "Agree"]
    structure.write_text(text.replace("AO0", ""), encoding="utf-8")
    survey = load_survey(drafted(structure, tmp_path / "numbers"))
    assert [option.code for option in survey.scale_of("fit.SQ001").options] == ["1", "2", "3"]
    assert [option.text["en"] for option in survey.scale_of("fit.SQ001").options] == ["Agree", "Neither", "Disagree"]


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("heads", ["code", "em", "full"])
def test_a_draft_knows_every_column_of_its_export(structure, tmp_path, heads, language):
    survey = load_survey(drafted(structure, tmp_path / "instruments"))
    header = [tidy(export.heading(field, heads, language)) for field in export.fields(language)]
    book = HeaderBook(survey, read_registry(tmp_path)[0])
    layout = match_columns(header, "a.csv", book)
    assert [problem for problem in layout.problems if problem.rule == "E-COL"] == []
    assert [column.item.id for column in layout.questionnaires[0].columns][:4] == [
        "course",
        "course.other",
        "why",
        "why",
    ]


def test_no_structure_no_draft(tmp_path):
    path = tmp_path / "a.lss"
    path.write_text("<a/>")
    with pytest.raises(CoursewavesError, match=r"Can't read a\.lss: not the structure"):
        instrument_from_lss(path)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the survey's structure is not on this machine")
def test_a_real_structure_of_54_questions_is_read_and_drafted(tmp_path):
    path = SHARED / "limesurvey_survey_222232.lss"
    found = read_lss(path)
    assert (found.id, found.languages, len(found.questions)) == ("222232", ("de",), 54)
    assert len(columns(found)) == 348
    survey, faults = read_survey(drafted(path, tmp_path / "instruments"))
    assert [fault for fault in faults if fault.is_error] == []
    assert len(survey.instruments[0].items) == 135
