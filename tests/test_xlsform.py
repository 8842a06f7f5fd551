"""The XLSForm of a questionnaire: pyxform takes it, and answers by its names come home."""

import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyxform.xls2xform import convert

from coursewaves.builders.form import Choice, Form, Question
from coursewaves.builders.outline import make_form
from coursewaves.builders.xlsform import write_xlsform, xlsform
from coursewaves.errors import CoursewavesError
from exports import answered, kobo
from hostile_survey import EVIL, hostile_survey

XFORMS = "{http://www.w3.org/2002/xforms}"


def converted(form: Form, folder: Path) -> ElementTree.Element:
    """The XForm that pyxform makes of a form, which it must take without a warning."""
    write_xlsform(form, folder / "form.xlsx")
    result = convert(folder / "form.xlsx")
    assert result.warnings == []
    return ElementTree.fromstring(result.xform)


def fields(xform: ElementTree.Element) -> list[tuple[str, str]]:
    """The path of every field that a server keeps, and its type, in the order of the form."""
    binds = [(bind.get("nodeset", "").split("/", 2)[2], bind.get("type", "")) for bind in xform.iter(f"{XFORMS}bind")]
    return [(path, kind) for path, kind in binds if kind and not path.startswith("meta/")]


# What is written -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_pyxform_takes_every_questionnaire_without_a_warning(name, forms, tmp_path):
    found = fields(converted(forms[name], tmp_path))
    assert [path.rpartition("/")[2] for path, _ in found] == [question.id for question in forms[name].questions()]


def test_all_languages_stand_beside_each_other_and_the_institute_s_own_comes_first(forms):
    sheets = xlsform(forms["B"])
    survey = sheets["survey"].set_index("name")
    assert [name for name in survey if name.startswith("label::")] == [
        "label::Қазақша (kk)", "label::Русский (ru)", "label::English (en)",
    ]  # fmt: skip
    assert survey.loc["B1.1", "label::Русский (ru)"] == "Программа соответствовала моим профессиональным потребностям"
    assert survey.loc["_grid_B1", "label::English (en)"].startswith("Needs and goals:")
    assert sheets["settings"].loc[0, ["form_id", "default_language"]].tolist() == ["B_P01", "Қазақша (kk)"]


@pytest.mark.skipif(shutil.which("java") is None, reason="ODK Validate needs Java")
@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_odk_validate_finds_no_fault(name, forms, tmp_path):
    write_xlsform(forms[name], tmp_path / "form.xlsx")
    assert convert(tmp_path / "form.xlsx", validate=True).warnings == []


def test_answers_are_named_by_their_codes_and_limits_are_constraints(forms):
    sheets = xlsform(forms["A"])
    survey, choices = sheets["survey"].set_index("name"), sheets["choices"]
    reasons = choices[choices["list_name"] == survey.loc["A1", "type"].removeprefix("select_multiple ")]
    assert reasons["name"].tolist() == [f"r{number}" for number in range(1, 9)]
    assert survey.loc["A1", "constraint"] == "count-selected(.) <= 3"
    assert survey.loc["A1", "constraint_message::Қазақша (kk)"] == "Ең көбі 3 жауап"
    assert survey.loc["A4.1", "required"] == "yes"
    assert survey.loc["A7", "required"] == ""
    courses = choices[choices["list_name"] == survey.loc["ID1", "type"].removeprefix("select_one ")]
    assert courses["name"].tolist() == ["P01-01.5", "P01-02.3", "P01-03.1"]


def test_whoever_declines_is_asked_nothing_more(forms, tmp_path):
    xform = converted(forms["A"], tmp_path)
    rules = {bind.get("nodeset"): bind.get("relevant") for bind in xform.iter(f"{XFORMS}bind") if bind.get("relevant")}
    assert rules == {f"/data/_part_{number}": " /data/ID9  != 'no'" for number in range(1, 6)}


def test_a_number_of_a_long_range_is_typed_and_bounded(forms, tmp_path):
    question = Question("N1", dict.fromkeys(("kk", "ru", "en"), "Hours"), "number", low=0, high=400)
    form = forms["A"]._replace(first=(question,))
    row = xlsform(form)["survey"].set_index("name").loc["N1"]
    assert row[["type", "constraint"]].tolist() == ["integer", ". >= 0 and . <= 400"]
    assert row["constraint_message::English (en)"] == "A whole number: 0 – 400"


def test_the_form_of_one_course_has_it_chosen_beforehand(survey, registry, tmp_path):
    xform = converted(make_form(survey, registry, survey.instrument("C"), "P01", "P01-02"), tmp_path)
    assert [node.text for node in xform.iter(f"{XFORMS}ID1")] == ["P01-02.3"]


def test_the_same_form_gives_the_same_bytes_and_another_one_another_version(forms, tmp_path):
    for name in ("one.xlsx", "two.xlsx"):
        write_xlsform(forms["A"], tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    page = forms["A"].pages[0]
    other = forms["A"]._replace(pages=(page._replace(blocks=page.blocks[:-1]), *forms["A"].pages[1:]))
    versions = {xlsform(form)["settings"].loc[0, "version"] for form in (forms["A"], other)}
    assert len(versions) == 2


def test_a_code_with_a_space_among_several_answers_is_refused_by_name(forms):
    texts = dict.fromkeys(("kk", "ru", "en"), "x")
    question = Question("S1", texts, "several", (Choice("a b", texts),))
    with pytest.raises(CoursewavesError, match="S1: an answer has the code 'a b'; fix: write it without a space"):
        xlsform(forms["A"]._replace(first=(question,)))


# Texts that would be more than texts ---------------------------------------------------------------


def test_no_wording_is_a_formula_a_reference_or_markup(survey, registry, tmp_path):
    hostile = hostile_survey(survey, [*EVIL, "${ID9}", "${nowhere}", "=1+1", "@SUM(A1)"])
    form = make_form(hostile, registry, hostile.instrument("A"), "P01")
    xform = converted(form, tmp_path)
    shown = {node.text.replace("\u2060", "") for node in xform.iter(f"{XFORMS}value") if node.text}
    for question in form.questions():
        assert set(question.text.values()) <= shown
    sheets = pd.read_excel(tmp_path / "form.xlsx", sheet_name=None, dtype=str, keep_default_na=False, engine="openpyxl")
    assert sheets["survey"].equals(xlsform(form)["survey"].astype(str))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1, max_size=40))
def test_any_wording_makes_a_form_that_pyxform_takes(text, forms, tmp_path):
    texts = dict.fromkeys(("kk", "ru", "en"), f"x{text}")
    question = Question("Q1", texts, "single", (Choice("1", texts), Choice("2", dict.fromkeys(texts, f"y{text}"))))
    converted(forms["A"]._replace(first=(question,), pages=()), tmp_path)


# And back ------------------------------------------------------------------------------------------


def kobo_export(
    path: Path, form: Form, xform: ElementTree.Element, people: list[answered.Person], language: str = ""
) -> None:
    """Write what KoboToolbox exports with groups, several answers in one column and in one for each.

    By names, or where a language is named by its labels.
    """
    labels = labels_of(form, language)
    asked = {question.id: question for question in form.questions()}
    header, rows = ["start", "end"], [["2025-01-01T09:00:00.000+05:00"] * 2 for _ in people]
    for field, _ in fields(xform):
        question = asked[field.rpartition("/")[2]]
        words = {choice.code: choice.text[language] if language else choice.code for choice in question.choices}
        stem = "/".join(labels.get(part, part) for part in field.split("/"))
        options = words if question.kind == "several" else {}
        header += [stem, *(f"{stem}/{word}" for word in options.values())]
        for row, person in zip(rows, people, strict=True):
            row.extend(kobo_cells(person.codes.get(question.id), words, options))
    for number, (row, person) in enumerate(zip(rows, people, strict=True), 1):
        own = {"_id": str(number), "_uuid": f"u{number}", "_index": str(number), "_status": "submitted_via_web",
               "_submission_time": utc(person)}  # fmt: skip
        row += [own.get(column, "") for column in kobo.KOBO_COLUMNS]
    kobo.kobo_csv(path, [[*header, *kobo.KOBO_COLUMNS], *rows])


def labels_of(form: Form, language: str) -> dict[str, str]:
    """The label of each field and group in a language; none where names are exported."""
    sheet = xlsform(form)["survey"]
    column = next((name for name in sheet if name.startswith("label::") and name.endswith(f"({language})")), None)
    return {} if column is None else dict(zip(sheet["name"], sheet[column], strict=True))


def kobo_cells(value: Any, words: dict[str, str], options: dict[str, str]) -> list[str]:
    if not options:
        return [words.get(value, value or "")]
    chosen = value or []
    together = " ".join(options[code] for code in chosen)
    return [together, *(("1" if code in chosen else "0") if chosen else "" for code in options)]


def utc(person: answered.Person) -> str:
    return f"{pd.Timestamp(person.at).tz_convert('UTC'):%Y-%m-%dT%H:%M:%S}"


def odk_export(
    path: Path, form: Form, xform: ElementTree.Element, people: list[answered.Person], is_split: bool
) -> None:
    """Write ``submissions.csv`` of ODK Central, with a column for each of several answers or without."""
    options = {question.id: [choice.code for choice in question.choices] for question in form.questions()
               if question.kind == "several" and is_split}  # fmt: skip
    header, rows = ["SubmissionDate"], [[f"{utc(person)}.000Z"] for person in people]
    for field, _ in fields(xform):
        name, stem = field.rpartition("/")[2], field.replace("/", "-")
        header += [stem, *(f"{stem}/{code}" for code in options.get(name, []))]
        for row, person in zip(rows, people, strict=True):
            value = person.codes.get(name)
            row += [" ".join(value) if isinstance(value, list) else str(value or "")]
            row += [str(int(code in (value or []))) for code in options.get(name, [])]
    header += ["meta-instanceID", *kobo.ODK_COLUMNS]
    for number, row in enumerate(rows):
        own = {"KEY": f"uuid:{number}", "SubmitterID": "7", "FormVersion": "1", "Edits": "0"}
        row += [f"uuid:{number}", *(own.get(column, "") for column in kobo.ODK_COLUMNS)]
    lines = [",".join(kobo._quoted(cell) for cell in row) for row in [header, *rows]]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="")


def came_home(folder: Path, form: Form, survey, registry, people, platform: str) -> None:
    intake = answered.load(folder, survey, registry)
    assert intake.problems["rule"].tolist() == []
    assert intake.proposals == []
    assert intake.files[["platform", "instrument_id", "n_read", "n_kept"]].values.tolist() == [
        [platform, form.instrument_id, 10, 10]
    ]
    assert answered.differences(intake, form, survey, people) == []
    responses = intake.responses.sort_values("submitted_at")
    assert responses["language"].tolist() == [person.language for person in people]
    assert responses["submitted_at"].tolist() == [person.at for person in people]


@pytest.mark.parametrize("language", ["", "kk", "ru", "en"])
@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_a_kobo_export_by_names_or_labels_comes_home_without_a_word(name, language, forms, survey, registry, tmp_path):
    xform = converted(forms[name], tmp_path)
    people = answered.people(forms[name], survey, registry)
    (tmp_path / "in").mkdir()
    kobo_export(tmp_path / "in" / "answers.csv", forms[name], xform, people, language)
    came_home(tmp_path / "in", forms[name], survey, registry, people, "kobo")


@pytest.mark.parametrize("is_split", [True, False])
@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_an_odk_central_export_comes_home_without_a_word(name, is_split, forms, survey, registry, tmp_path):
    xform = converted(forms[name], tmp_path)
    people = answered.people(forms[name], survey, registry)
    (tmp_path / "in").mkdir()
    odk_export(tmp_path / "in" / "answers.csv", forms[name], xform, people, is_split)
    came_home(tmp_path / "in", forms[name], survey, registry, people, "odk_central")
