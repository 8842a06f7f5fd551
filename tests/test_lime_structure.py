"""The LimeSurvey structure of a questionnaire: our own reader takes it, and answers to it come home."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.builders.form import Choice, Form, Question
from coursewaves.builders.lime_structure import lime_structure
from coursewaves.builders.outline import make_form
from coursewaves.reading.draft import draft_instrument
from coursewaves.reading.lime_headings import columns, tidy
from coursewaves.reading.lss import LimeQuestionnaire, read_lss
from exports import answered, lime_survey
from hostile_survey import EVIL, hostile_survey

METADATA = ("id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp")


def written(form: Form, folder: Path) -> LimeQuestionnaire:
    """A form's structure, written and read again."""
    path = folder / f"{form.id}.lss"
    path.write_text(lime_structure(form), encoding="utf-8")
    found = read_lss(path)
    assert isinstance(found, LimeQuestionnaire), found
    return found


def rows(form: Form, table: str) -> list[dict[str, str]]:
    """The rows of a table of a form's structure."""
    found = ElementTree.fromstring(lime_structure(form)).find(table)
    return [] if found is None else [{cell.tag: cell.text or "" for cell in row} for row in found.iter("row")]


# What is written -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_our_own_reader_finds_every_question_in_three_languages(name, forms, tmp_path):
    form = forms[name]
    found = written(form, tmp_path)
    assert found.languages == ("kk", "ru", "en")
    assert found.title == {one: f"{form.title[one]} – {form.subtitle[one]}" for one in form.languages}
    blocks = [block for page in form.pages for block in page.blocks]
    asked = [one.text for one in form.first if one.purpose != "language"]
    asked += [block.stem or block.questions[0].text for block in blocks]
    assert [question.texts for question in found.questions] == asked


def test_types_are_those_of_arrays_lists_ticks_and_texts(forms, tmp_path):
    kinds = {question.code: question.kind for question in written(forms["A"], tmp_path).questions}
    assert kinds == {
        "ID1": "S", "ID9": "L", "ID2": "S", "ID4": "L", "ID5": "!", "ID6": "L", "ID7": "L", "ID8": "L", "A1": "M",
        "A2": "L", "A3": "F", "A4": "F", "A5": "F", "A6": "L", "A7": "T", "A8": "L",
    }  # fmt: skip


def test_codes_are_letters_and_digits_and_no_longer_than_lime_survey_takes(forms):
    for form in forms.values():
        for table in ("questions", "subquestions"):
            assert [
                row["title"] for row in rows(form, table) if not re.fullmatch(r"[A-Za-z0-9]{1,20}", row["title"])
            ] == []
        assert [
            row["code"] for row in rows(form, "answers") if not re.fullmatch(r"[A-Za-z0-9]{1,5}", row["code"])
        ] == []
        codes = [(row["qid"], row["code"], row["language"]) for row in rows(form, "answers")]
        assert len(set(codes)) == len(codes)


def test_the_course_is_a_code_that_must_be_one_of_the_programme_s(forms):
    course = next(row for row in rows(forms["B"], "questions") if row["title"] == "ID1")
    pattern = re.compile(course["preg"].strip("/").removesuffix("/i"), re.IGNORECASE)
    assert course["mandatory"] == "Y"
    assert [bool(pattern.match(text)) for text in ("P01-01.5", " p01-02.3", "P01-01.3", "P01-01", "P01-01x5")] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_limits_and_consent_are_lime_survey_s_own(forms):
    limits = {(row["attribute"], row["value"]) for row in rows(forms["A"], "question_attributes")}
    assert limits == {("max_answers", "3")}
    groups = [row["grelevance"] for row in rows(forms["A"], "groups") if row["language"] == "kk"]
    assert groups == ["", *['((ID9.NAOK != "no"))'] * 5]


def test_dates_are_kept_and_addresses_are_not(forms):
    (own,) = rows(forms["B"], "surveys")
    assert [own[key] for key in ("anonymized", "datestamp", "ipaddr", "refurl", "usetokens")] == [
        "N",
        "Y",
        "N",
        "N",
        "N",
    ]
    assert (own["language"], own["additional_languages"]) == ("kk", "ru en")


def test_the_structure_gives_an_instrument_file_that_can_be_drafted(forms, tmp_path):
    assert "id: B7.B7x1" in draft_instrument(written(forms["B"], tmp_path))


def test_the_same_form_gives_the_same_text(survey, registry, forms):
    assert lime_structure(make_form(survey, registry, survey.instrument("C"), "P01")) == lime_structure(forms["C"])


def test_names_that_differ_by_a_sign_that_lime_survey_does_not_take_get_codes_of_their_own(forms):
    texts = dict.fromkeys(("kk", "ru", "en"), "text")
    asked = tuple(
        Question(name, texts, "single", (Choice("not_x", texts), Choice("not-x", texts))) for name in ("a_b", "ab")
    )
    form = forms["A"]._replace(first=asked, pages=())
    assert [row["title"] for row in rows(form, "questions") if row["language"] == "kk"] == ["ab", "ab2"]
    assert [row["code"] for row in rows(form, "answers") if row["language"] == "kk"] == ["notx", "notx2"] * 2


def test_a_code_that_means_something_of_lime_survey_s_own_is_not_used(forms):
    barriers = [
        row["title"] for row in rows(forms["C"], "subquestions") if row["type"] == "M" and row["language"] == "kk"
    ]
    assert "time2" in barriers
    assert not {"time", "other", "comment"} & {*barriers}


# Texts that would be more than texts ---------------------------------------------------------------


def test_no_wording_is_markup_or_an_expression(survey, registry, tmp_path):
    hostile = hostile_survey(survey, [*EVIL, "{TOKEN}", "{if(1,2,3)}", "]]>", "&amp;"])
    form = make_form(hostile, registry, hostile.instrument("A"), "P01")
    found = written(form, tmp_path)
    blocks = [block for page in form.pages for block in page.blocks]
    assert [question.texts for question in found.questions[-len(blocks) :]] == [
        block.stem or block.questions[0].text for block in blocks
    ]
    for table, field in (("questions", "question"), ("subquestions", "question"), ("answers", "answer")):
        assert [row[field] for row in rows(form, table) if set(row[field]) & set("<>{}")] == []


@given(st.text(min_size=1))
def test_any_wording_makes_a_structure_that_is_xml(text):
    texts = dict.fromkeys(("kk", "ru"), text)
    question = Question("Q1", texts, "single", (Choice(text, texts),))
    form = Form("Q_P", "Q", "P", ("kk", "ru"), texts, texts, (("P-1", "P-1"),), (question,), (), ())
    assert rows(form, "questions")[0]["title"] == "Q1"


# And back ------------------------------------------------------------------------------------------


def headings(form: Form) -> dict[str, tuple[Question, Choice | None]]:
    """What the English heading of each column asks: a question, or one option of it."""
    found: dict[str, tuple[Question, Choice | None]] = {}
    blocks = [block for page in form.pages for block in page.blocks]
    pairs = [({}, question) for question in form.first] + [
        (block.stem, one) for block in blocks for one in block.questions
    ]
    for stem, question in pairs:
        own = question.text["en"]
        if question.kind == "several":
            found |= {tidy(f"{own} [{choice.text['en']}]"): (question, choice) for choice in question.choices}
        else:
            found[tidy(f"{stem['en']} [{own}]" if stem else own)] = (question, None)
    return found


def export(path: Path, form: Form, found: LimeQuestionnaire, people: list[answered.Person], heads: str, answer: str,
           language: str) -> None:  # fmt: skip
    """Write the answers as LimeSurvey exports them, headed and answered by code or in one language."""
    asked = headings(form)
    stamps = [f"{person.at:%Y-%m-%d %H:%M:%S}" for person in people]
    table = [[lime_survey.metadata_heading(code, heads, language) for code in METADATA]]
    table += [[str(n), stamp, "5", person.language, "77", stamp, stamp]
              for n, (stamp, person) in enumerate(zip(stamps, people, strict=True), 1)]  # fmt: skip
    for column in columns(found):
        question, option = asked[column.texts["en"]]
        text = column.texts[language]
        names = {"code": column.code, "em": column.codes[1], "codetext": f"{column.code}. {text}"}
        table[0].append(names.get(heads, text))
        codes = {choice.code: (one.code, one.texts[language])
                 for choice, one in zip(question.choices, column.question.answers, strict=False)}  # fmt: skip
        for row, person in zip(table[1:], people, strict=True):
            given = person.codes.get(question.id, "")
            if option is not None:
                words = lime_survey.WORDS[language]
                is_chosen = option.code in given
                row.append(("Y" if is_chosen else "") if answer == "code" else words["Y" if is_chosen else "N"])
            else:
                row.append(codes.get(given, (given, given))[answer == "text"])
    lime_survey.write(path, table)


@pytest.mark.parametrize(
    ("heads", "language"), [("code", "ru"), ("em", "en"), ("codetext", "en"), ("full", "ru"), ("full", "en")]
)
@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_answers_come_home_by_code_and_by_wording(name, heads, language, forms, survey, registry, tmp_path):
    form, people = forms[name], answered.people(forms[name], survey, registry)
    export(tmp_path / "answers.csv", form, written(form, tmp_path), people, heads, "text", language)
    intake = answered.load(tmp_path, survey, registry)
    assert intake.proposals == []
    assert intake.problems["rule"].tolist() == []
    assert intake.files[["platform", "instrument_id", "n_read", "n_kept"]].values.tolist() == [
        ["lime_survey", name, 10, 10]
    ]
    assert answered.differences(intake, form, survey, people) == []
    came = intake.responses.sort_values("submitted_at")["language"].tolist()
    assert came == [person.language for person in people]


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_answers_by_code_come_home_too_where_lime_survey_takes_the_code(name, forms, survey, registry, tmp_path):
    form, people = forms[name], answered.people(forms[name], survey, registry)
    export(tmp_path / "answers.csv", form, written(form, tmp_path), people, "code", "code", "ru")
    intake = answered.load(tmp_path, survey, registry)
    assert intake.proposals == []
    assert set(intake.problems["rule"]) <= {"E-VALUE"}
    faults = answered.differences(intake, form, survey, people)
    rewritten = {
        "role",
        "region_id",
        "settlement",
        "age_band",
        "experience_band",
        *(f"B10v.{number}" for number in range(1, 6)),
    }
    assert {fault.partition(",")[0] for fault in faults} <= rewritten
