"""The script of a Google Form, run in a JavaScript engine: what it builds, and that answers to it come home."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursewaves.builders.apps_script import apps_script, script_json
from coursewaves.builders.form import Block, Choice, Form, Page, Question
from coursewaves.builders.outline import make_form
from coursewaves.errors import CoursewavesError
from coursewaves.registry.reader import Registry
from coursewaves.registry.tables import TABLES
from coursewaves.survey.instruments import Survey
from exports import answered, built_form
from exports.built_form import Built, Item
from hostile_survey import EVIL, hostile_survey


@pytest.fixture(scope="module")
def built(forms) -> dict[str, Built]:
    return {name: built_form.build(apps_script(form)) for name, form in forms.items()}


def titles(items: list[Item]) -> list[str]:
    return [item["title"] for item in items]


# What is built -------------------------------------------------------------------------------------


def test_the_first_page_asks_for_the_course_and_the_language_in_all_languages(built):
    (start, first), *_ = built_form.pages(built["B"])
    assert start is None
    assert titles(first) == [
        "Курс коды / Код курса / Course code",
        "Сауалнама тілі / Язык анкеты / Language of the questionnaire",
    ]
    assert first[0]["type"] == "LIST"
    assert first[0]["choices"] == ["P01-01.5", "P01-02.3", "P01-03.1"]
    assert first[1]["choices"] == ["қазақша", "русский", "English"]
    assert [item["required"] for item in first] == [True, True]


def test_each_language_leads_to_its_own_pages_and_ends_there(built):
    form = built["B"].form
    assert form["settings"] == {"progress": True, "edits": False, "again": False, "email": False, "published": True}
    starts = [item for item in form["items"] if item["type"] == "PAGE_BREAK" and item["title"].endswith(
        ("соңғы күні", "последний день курса", "the last day of the course"))]  # fmt: skip
    language = form["items"][1]
    assert language["jumps"] == [start["id"] for start in starts]
    assert [start.get("jump") for start in starts] == [None, "SUBMIT", "SUBMIT"]


@pytest.mark.parametrize(("language", "letters"), [("kk", "қ"), ("ru", "щ"), ("en", "w")])
def test_whoever_chooses_a_language_is_asked_in_it_alone(built, forms, language, letters):
    choice = {"kk": "қазақша", "ru": "русский", "en": "English"}[language]
    asked = walked(built["B"], {"Сауалнама тілі / Язык анкеты / Language of the questionnaire": choice})
    own = [one["google_id"] for one in built["B"].map["items"] if one["language"] in ("", language)]
    assert [item["id"] for item in asked] == list(dict.fromkeys(own))
    assert letters in "".join(titles(asked[2:]))


def test_whoever_does_not_consent_is_asked_nothing_more(built):
    asked = walked(built["A"], {"Жауаптарымның жалпыланған түрде талдауға пайдаланылуына келісемін": "келіспеймін"})
    assert len(asked) == 3


def walked(one: Built, said: dict[str, str]) -> list[Item]:
    """The questions that a person meets who gives these answers, and else the first of every choice."""
    met = []

    def answer(item: Item) -> Any:
        met.append(item)
        if item["type"] == "GRID":
            return dict.fromkeys(item["rows"], item["choices"][0])
        return said.get(item["title"]) or (item.get("choices") or ["7"])[0]

    built_form.walk(one, answer)
    return met


def test_a_grid_has_its_stem_its_rows_and_the_steps_of_its_scale(built, survey):
    grid = next(item for item in built["B"].of_type("GRID") if item["title"].startswith("Насколько Вы удовлетворены"))
    assert len(grid["rows"]) == 12
    assert grid["rows"][0] == "Глубина и структура содержания"
    assert grid["choices"] == [*(option.text["ru"] for option in survey.scale("SA5").options), "не относится ко мне"]
    assert grid["required"] is True


def test_topics_and_abilities_are_those_of_the_programme(built, registry):
    rows = {row for grid in built["B"].of_type("GRID") for row in grid["rows"]}
    topics, others = registry.topics_of("P01"), registry.topics_of("P02")
    assert {*topics["title_kk"], *topics["title_ru"], *topics["title_en"]} <= rows
    assert {*registry.abilities_of("P01")["text_ru"]} <= rows
    assert not {*others["title_kk"]} - {*topics["title_kk"]} & rows


def test_a_limit_of_answers_other_words_and_a_scale_of_numbers_are_google_s_own(built):
    reasons = built["A"].of_type("CHECKBOX")[0]
    assert reasons["validation"] == {"rule": {"atMost": 3}, "help": "Ең көбі 3 жауап"}
    assert (reasons["other"], "Басқа" in reasons["choices"], len(reasons["choices"])) == (True, False, 7)
    assert [(item["low"], item["high"]) for item in built["B"].of_type("SCALE")] == [(0, 10)] * 3


def test_the_map_names_every_column_once_with_google_s_id_and_its_header(built, forms):
    one = built["B"]
    assert one.files[0]["name"] == "B_P01.form_map.json"
    assert one.files[0]["type"] == "application/json"
    assert one.files[0]["content"] in one.log
    assert [entry["header"] for entry in one.map["items"]] == built_form.header(one)[1:]
    per_language = [
        question.id for question in forms["B"].questions() if question.purpose not in ("course", "language")
    ]
    for language in ("kk", "ru", "en"):
        assert [entry["item"] for entry in one.map["items"] if entry["language"] == language] == per_language


def test_each_course_has_a_link_that_carries_its_code_with_the_check_character(built):
    one = built["B"]
    course = one.ids("ID1", "")
    assert [(link["course"], link["code"], link["url"].rpartition("&")[2]) for link in one.map["links"]] == [
        ("P01-01", "P01-01.5", f"entry.{course}=P01-01.5"),
        ("P01-02", "P01-02.3", f"entry.{course}=P01-02.3"),
        ("P01-03", "P01-03.1", f"entry.{course}=P01-03.1"),
    ]


def test_the_form_of_one_course_offers_that_course_alone(survey, registry):
    one = built_form.build(apps_script(make_form(survey, registry, survey.instrument("B"), "P01", "P01-02")))
    assert one.form["items"][0]["choices"] == ["P01-02.3"]
    assert [link["course"] for link in one.map["links"]] == ["P01-02"]


def test_the_same_form_is_the_same_script(survey, registry, forms):
    assert apps_script(make_form(survey, registry, survey.instrument("B"), "P01")) == apps_script(forms["B"])


# And back ------------------------------------------------------------------------------------------


def typed(form: Form, one: Built, person: answered.Person) -> dict[int, Any]:
    """What a person answers in a built form, in the words of the form."""
    where = {entry["google_id"]: entry for entry in one.map["items"]}
    headers = {(entry["google_id"], entry["header"]): entry["item"] for entry in one.map["items"]}
    questions = {question.id: question for question in form.questions()}

    def words(question, code):
        choice = {choice.code: choice for choice in question.choices}.get(code)
        if choice is None or question.kind == "number":
            return code
        return "Өз сөзім" if choice.is_other else choice.text[person.language]

    def answer(item: Item) -> Any:
        if item["type"] == "GRID":
            ids = {row: headers[item["id"], f"{item['title']} [{row}]"] for row in item["rows"]}
            return {
                row: words(questions[name], person.codes[name]) for row, name in ids.items() if name in person.codes
            }
        question = questions[where[item["id"]]["item"]]
        code = person.codes.get(question.id, "")
        return [words(question, part) for part in code] if isinstance(code, list) else words(question, code)

    return built_form.walk(one, answer)


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_answers_to_a_built_form_come_home_without_an_alias_or_a_guess(name, built, forms, survey, registry, tmp_path):
    people = answered.people(forms[name], survey, registry)
    given = [(person.at, typed(forms[name], built[name], person)) for person in people]
    (tmp_path / "answers.csv").write_bytes(built_form.export(built[name], given))
    intake = answered.load(tmp_path, survey, registry)
    assert intake.files[["platform", "instrument_id", "n_read", "n_kept"]].values.tolist() == [
        ["google_forms", name, 10, 10]
    ]
    assert intake.proposals == []
    assert intake.problems["rule"].tolist() == []
    assert answered.differences(intake, forms[name], survey, people) == []
    assert intake.responses.sort_values("submitted_at")["language"].tolist() == [one.language for one in people]
    assert intake.responses["respondent_id"].notna().all()


def test_an_answer_without_consent_comes_home_as_set_aside(built, forms, survey, registry, tmp_path):
    person = answered.people(forms["A"], survey, registry)[0]
    said = person._replace(codes=person.codes | {"ID9": "no"})
    given = typed(forms["A"], built["A"], said)
    (tmp_path / "answers.csv").write_bytes(built_form.export(built["A"], [(person.at, given)]))
    intake = answered.load(tmp_path, survey, registry)
    assert intake.files["n_set_aside"].tolist() == [1]
    assert "E-CONSENT" in set(intake.problems["rule"])


# Texts that would be code --------------------------------------------------------------------------


def test_no_wording_runs_and_each_comes_out_as_it_stands(survey, registry):
    hostile = hostile_survey(survey, EVIL)
    form = make_form(hostile, registry, hostile.instrument("A"), "P01")
    one = built_form.build(apps_script(form))
    shown = {
        text for item in one.form["items"] for text in [item["title"], *item.get("rows", []), *item.get("choices", [])]
    }
    for page in form.pages:
        for block in page.blocks:
            for text in block.stem.values() if block.stem else block.questions[0].text.values():
                assert text in shown


@settings(max_examples=200)
@given(st.recursive(st.text() | st.integers() | st.booleans() | st.none(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_what_is_embedded_is_json_of_plain_visible_signs(value):
    text = script_json(value)
    assert json.loads(text) == value
    assert not re.search("[<>&\u2028\u2029\x00-\x09\x0b-\x1f\u200b-\u200f\u202a-\u202e\ud800-\udfff]", text)


@settings(max_examples=40)
@given(text=st.text(min_size=1, max_size=40))
def test_any_wording_comes_out_of_the_built_form_as_it_stands(text):
    texts, other = {"kk": f"x{text}"}, {"kk": f"y{text}"}
    rows = tuple(Question(name, one, "single", (Choice("1", texts), Choice("2", other)))
                 for name, one in (("Q1", texts), ("Q2", other)))  # fmt: skip
    page = Page(texts, (Block("Qg", texts, rows),))
    form = Form("Q_P", "Q", "P", ("kk",), texts, texts, (("P-1", "P-1"),), (), (page,), ())
    (start, grid) = built_form.build(apps_script(form)).form["items"]
    assert start["title"] == grid["title"] == f"x{text}"
    assert grid["rows"] == grid["choices"] == [f"x{text}", f"y{text}"]


def test_several_languages_without_a_question_for_the_language_are_refused(survey, registry):
    content = survey.model_dump()
    content["background"] = [item for item in content["background"] if item["purpose"] != "language"]
    plain = Survey.model_validate(content)
    with pytest.raises(CoursewavesError, match="nothing asks for the language; fix: add a background question"):
        apps_script(make_form(plain, registry, plain.instrument("A"), "P01"))


def test_a_survey_in_one_language_needs_no_question_for_it(survey, registry):
    plain = Survey.model_validate(survey.model_dump() | {"languages": ["ru"]})
    one = built_form.build(apps_script(make_form(plain, registry, plain.instrument("C"), "P01")))
    assert titles(one.form["items"][:2]) == ["Код курса", "Анкета В: после курса"]
    assert all(item.get("jump") is None for item in one.form["items"])


def test_two_topics_that_are_called_alike_are_refused_by_name(survey, registry):
    topics = registry.topics.assign(title_ru="Игра")
    double = Registry(**{name: getattr(registry, name) for name in TABLES} | {"topics": topics})
    with pytest.raises(CoursewavesError, match="B10 in ru: two rows or answers are worded 'Игра'; fix: word one"):
        apps_script(make_form(survey, double, survey.instrument("B"), "P01"))
