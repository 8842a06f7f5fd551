"""Headers: every form of a wording is known, what is not known is named with the nearest and never taken."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import small
from coursewaves.intake.header_book import Alias, HeaderBook, row_numbers
from coursewaves.intake.headers import MOST_PROPOSALS, match_columns
from coursewaves.survey.files import load_survey
from coursewaves.survey.wordings import is_blank, normalised, spellings

BOOK = HeaderBook(small.survey(), small.registry())


def match(header: list[str], instrument_id: str | None = "Q"):
    return match_columns(header, "f.csv", BOOK, [instrument_id] if instrument_id else [])


def columns(header: list[str], instrument_id: str | None = "Q"):
    (found,) = match(header, instrument_id).questionnaires
    return found.columns


def items(header: list[str], instrument_id: str | None = "Q") -> list[str]:
    return [
        column.item.id + (f"/{column.row_text}" if column.row_text else "") for column in columns(header, instrument_id)
    ]


def rules(header: list[str], instrument_id: str | None = "Q") -> list[str]:
    return [problem.rule for problem in match(header, instrument_id).problems if problem.rule != "E-ABSENT"]


@pytest.mark.parametrize(
    "header",
    ["Wish", "wish", "WISH ", "Wish *", "Wish:", "Wi\u200bsh", "\ufeffWish", "Wish қаз", "Wish\u00a0рус", "P1",
     "Wish қаз / Wish рус", "Wish қаз / Wish рус / Wish"],
)  # fmt: skip
def test_every_form_of_a_header_is_the_same_question(header):
    assert items([header], "P") == ["P1"]


def test_composed_and_decomposed_letters_are_the_same(survey):
    book = HeaderBook(survey, small.make_registry())
    with_breve = next(
        text for item in survey.instrument("A").items for text in [item.text["ru"]] if "й" in text and not item.grid
    )
    apart = unicodedata.normalize("NFD", with_breve)
    assert apart != with_breve
    found = match_columns([apart], "f.csv", book, ["A"])
    assert [column.item.text["ru"] for column in found.questionnaires[0].columns] == [with_breve]


def test_the_row_of_a_grid_stands_after_its_stem():
    assert items(["Please rate [Met]", "Оцените [Fits рус]"]) == ["Q1", "Q2"]
    assert items(["Бағалаңыз / Оцените [Met қаз / Met рус]"]) == ["Q1"]


def test_the_row_of_a_grid_is_known_alone_where_it_means_one_question():
    assert items(["Met"]) == ["Q1"]
    assert items(["Met", "I plan"]) == ["Q1"]  # Q3 or Q3t
    assert rules(["Met", "I plan"]) == ["E-COL"]


def test_an_unknown_header_is_named_with_the_nearest_and_not_taken():
    found = match(["Fits", "Please rate [Mett]"])
    assert [column.place for column in found.questionnaires[0].columns] == [0]
    assert [(one.place, one.header, one.means) for one in found.proposals] == [(1, "Please rate [Mett]", "Q1")]
    problem = found.problems[0]
    assert (problem.rule, problem.column, problem.row) == ("E-COL", "B", 1)
    assert "it may be Q1" in problem.fix
    assert problem.done == "column not read"


def test_a_header_like_nothing_known_gets_no_proposal():
    assert match(["Met", "Зачем вам всё это нужно знать"]).problems[0].fix.startswith("if it is a question")


def test_an_empty_header_is_no_question():
    assert rules(["", "  ", "Please rate [Met]"]) == []


def test_a_question_that_stands_twice_keeps_both_columns_and_says_so():
    header = ["Wish", "Need", "Wish рус"]
    assert items(header, "P") == ["P1", "P3", "P1"]
    twice = [problem for problem in match(header, "P").problems if problem.rule == "E-DUPCOL"]
    assert [problem.column for problem in twice] == ["A", "C"]


def test_a_form_with_pages_for_each_language_has_each_question_in_a_column_of_each():
    header = ["Wish қаз", "Reasons қаз", "Need қаз", "Wish рус", "Reasons рус", "Need рус", "Wish", "Reasons", "Need"]
    assert items(header, "P") == ["P1", "P2", "P3"] * 3
    assert rules(header, "P") == []
    twice = [problem for problem in match([*header, "Need"], "P").problems if problem.rule == "E-DUPCOL"]
    assert [problem.column for problem in twice] == ["C", "F", "I", "J"]


@pytest.mark.parametrize("header", ["Reasons [Appraisal]", "P2[r2]", "P2_r2", "P2/r2", "Reasons рус [Attestation]"])
def test_an_option_with_a_column_of_its_own_is_known(header):
    (found,) = columns([header], "P")
    assert (found.item.id, found.option) == ("P2", "r2")


def test_further_headers_are_looked_up_after_the_own():
    (found,) = match_columns(["q_17"], "f.csv", BOOK, ["P"], [("P1", "Need")]).questionnaires
    assert [column.item.id for column in found.columns] == ["P1"]


def test_an_accepted_alias_is_a_header_of_its_questionnaire_alone():
    book = HeaderBook(small.survey(), small.registry(), [Alias("P", "My wish", "P1"), Alias("P", "Lost", "P99")])
    (found,) = match_columns(["my WISH", "Lost"], "f.csv", book, ["P"]).questionnaires
    assert [column.item.id for column in found.columns] == ["P1"]
    (other,) = match_columns(["My wish", "Met"], "f.csv", book, ["Q"]).questionnaires
    assert [column.item.id for column in other.columns] == ["Q1"]


def test_repeated_questions_are_known_by_the_registrys_wording():
    header = ["Please rate [I plan]", "Бұрын [Жоспарлаймын]", "Оцените [Наблюдаю]", "Please rate [I observe]"]
    assert items(header[:3]) == ["Q3/i plan", "Q3t/жоспарлаймын", "Q3/наблюдаю"]
    assert rules(header[:3]) == []


def test_repeated_questions_are_known_where_languages_are_joined():
    header = [
        "Бағалаңыз / Оцените [Жоспарлаймын / Планирую]",
        "Бұрын / Раньше / Before [Жоспарлаймын / Планирую / I plan]",
    ]
    assert items(header) == ["Q3/жоспарлаймын", "Q3t/жоспарлаймын"]


def test_repeated_questions_are_known_by_their_ids():
    assert items(["Q3.1", "Q3t.2"]) == ["Q3/1", "Q3t/2"]


def test_the_same_ability_has_its_number_in_each_programme():
    numbers = row_numbers(small.registry())
    assert numbers["abilities", "A", normalised("Наблюдаю")] == 2
    assert numbers["abilities", "B", normalised("Наблюдаю")] == 1
    assert ("abilities", "B", normalised("Планирую")) not in numbers


def instruments(header: list[str]) -> list[str]:
    return [questionnaire.instrument.id for questionnaire in match(header, None).questionnaires]


def test_the_questionnaire_is_known_by_most_of_its_own_questions():
    assert instruments(["submitted_at", "Wish", "Need"]) == ["P"]
    assert instruments(["Wish", "Please rate [Met]", "Please rate [Fits]"]) == ["Q"]


def test_a_form_of_two_waves_holds_both_questionnaires():
    assert instruments(["Wish", "Met"]) == ["P", "Q"]
    assert instruments(["Wish", "Need", "Reasons", "Q1", "Q2", "Q4", "Q5"]) == ["P", "Q"]
    assert [problem.rule for problem in match(["Wish", "Met"], None).problems] == ["E-ABSENT", "E-ABSENT"]


def test_a_file_of_no_questionnaire_is_set_aside():
    found = match(["submitted_at", "course"], None)
    assert found.questionnaires == []
    assert [(problem.rule, problem.seen) for problem in found.problems] == [
        ("E-INSTRUMENT", "no question of any questionnaire")
    ]


def test_a_file_without_a_question_is_set_aside_whatever_its_source_declares():
    found = match(["submitted_at", "course", "verbatim", "Mett"], "Q")
    assert found.questionnaires == []
    assert [(problem.rule, problem.column, problem.seen) for problem in found.problems] == [
        ("E-INSTRUMENT", "", "no question of Q, as which coursewaves.yml declares the file"),
        ("E-COL", "D", "a question that is not in the questionnaire"),  # it resembles Q1
    ]


SHARED_OPTION = HeaderBook(
    load_survey(Path(__file__).parents[1] / "examples/coderefinery/instruments"), small.registry()
)
"""Two questions have the option CMake: which build system is used, and which session is wished for."""


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        (["Wiki", "CMake", "Makefiles"], ["documented", "build", "build"]),
        (["Automated testing", "CMake", "Software licensing"], ["sessions"] * 3),
        (["Makefiles", "CMake"], ["build", "build"]),
        (["CMake", "Software licensing"], ["sessions", "sessions"]),
        (["Makefiles", "CMake", "Automated testing"], ["build", "sessions"]),  # it may be either's
        (["GitHub", "CMake", "GitLab"], ["repository", "repository"]),  # it is neither's
        (["CMake", "GitHub", "Makefiles"], ["repository", "build"]),  # only what stands beside it counts
    ],
)
def test_an_option_of_two_questions_belongs_to_the_one_beside_which_it_stands(header, meant):
    found = match_columns(header, "f.csv", SHARED_OPTION, ["pre"])
    assert [column.item.id for column in found.questionnaires[0].columns] == meant
    named = [(problem.header, problem.seen) for problem in found.problems if problem.rule == "E-COL"]
    assert named == [("CMake", "an option that several questions have")] * (len(header) - len(meant))


def test_questions_that_the_file_lacks_are_named():
    problem = match(["Wish"], "P").problems[-1]
    assert (problem.rule, problem.seen) == ("E-ABSENT", "questions not in the file: P2, P3")


def test_the_order_of_columns_changes_nothing():
    header = ["Wish", "Reasons", "Need", "course"]
    there = {(column.item.id, header[column.place]) for column in columns(header, "P")}
    back = header[::-1]
    assert there == {(column.item.id, back[column.place]) for column in columns(back, "P")}


def test_a_file_of_thousands_of_unknown_columns_is_refused_in_time():
    found = match(["Met", *(f"Please rates [Mett {number}]" for number in range(2000))])
    assert len(found.problems) == 2001
    assert len(found.proposals) == MOST_PROPOSALS


def test_every_question_of_the_regulation_is_known_in_every_language(survey):
    book = HeaderBook(survey, small.make_registry())
    for instrument in survey.instruments:
        stems = {grid.id: grid.text for grid in instrument.grids}
        for language in survey.languages:
            asked = [item for item in instrument.items if item.repeat is None]
            header = [
                f"{stems[item.grid][language]} [{item.text[language]}]" if item.grid else item.text[language]
                for item in asked
            ]
            (found,) = match_columns(header, "f.csv", book).questionnaires
            assert found.instrument == instrument
            assert [column.item.id for column in found.columns] == [item.id for item in asked]


@given(st.text(max_size=60))
def test_comparing_a_compared_text_changes_nothing(text):
    once = normalised(text)
    assert normalised(once.upper()) == normalised(once) or not once.isascii()
    assert normalised(f" \u200b{text}\u00a0") == once


def test_two_signs_are_not_blank_and_invisible_ones_are():
    assert [is_blank(text) for text in ("", " ", "\u200b\ufeff", "\u00a0", "?", ".")] == [True] * 4 + [False] * 2


def test_wordings_are_joined_in_the_surveys_order():
    assert spellings({"kk": "а", "ru": "", "en": "c"}) == ["а", "c", "а / c"]


def test_a_row_of_a_grid_that_the_registry_lacks_is_told_to_be_added_there_and_never_proposed():
    found = match(["Met", "Please rate [Juggle]"])
    [problem] = [one for one in found.problems if one.rule == "E-COL"]
    assert problem.seen == "a row that abilities of the registry does not have"
    assert problem.fix == "add it to its programme: coursewaves register add abilities FILE"
    assert (found.proposals, found.unlike) == ([], ())
