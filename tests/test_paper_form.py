"""The form on paper: what stands on the page, that it prints whole, and that what is typed in from it comes home."""

import csv
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from coursewaves.builders.form import Form, Question
from coursewaves.builders.outline import make_form
from coursewaves.builders.paper import entry_columns, paper_form
from exports import answered
from hostile_survey import EVIL, hostile_survey

INSTITUTE = {"kk": "Балаларды ерте дамыту институты"}
LANGUAGES = ("kk", "ru", "en")


Node = ElementTree.Element


def main_of(form: Form, language: str) -> Node:
    """The main part of a page; it is XML as well as HTML."""
    page = paper_form(form, language, INSTITUTE)
    found = re.search("<main>.*</main>", page, re.DOTALL)
    assert found
    return ElementTree.fromstring(found[0])


def text_of(node: Node) -> str:
    return " ".join("".join(node.itertext()).split())


def of_class(node: Node, name: str) -> list[Node]:
    return [one for one in node.iter() if name in one.get("class", "").split()]


def own_text(node: Node) -> str:
    """The text of a node without the signs for data entry in it."""
    parts = [node.text or ""]
    for one in node:
        parts += [*([] if "mark" in one.get("class", "") else [text_of(one)]), one.tail or ""]
    return " ".join("".join(parts).split())


def on_paper(form: Form, language: str) -> dict[str, dict[str, str]]:
    """What a clerk reads off a page: for each question's sign, the sign to type in for each answer."""
    found: dict[str, dict[str, str]] = {}
    for asked in of_class(main_of(form, language), "asked"):
        table = asked.find("table")
        if table is None:
            (sign, *_), answers = of_class(asked, "mark"), {}
            for line in asked.iter("li"):
                box, labels = of_class(line, "box")[0], of_class(line, "label")
                code = "".join(map(text_of, of_class(line, "mark"))) or text_of(box) or text_of(labels[0])
                answers[text_of(labels[0]) if labels else code] = code
            found[text_of(sign)] = answers
            continue
        heads = [*table.iter("th")][: len(table.findall("thead/tr/th"))]
        for row in table.findall("tbody/tr"):
            boxes = [text_of(box) for box in of_class(row, "box")]
            beside = ["".join(map(text_of, of_class(head, "mark"))) or text_of(head) for head in heads]
            codes = [sign or code for sign, code in zip(boxes, beside, strict=True)]
            found[text_of(of_class(row, "mark")[0])] = dict(zip(map(own_text, heads), codes, strict=True))
    return found


# What stands on the page ---------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_every_question_stands_on_the_page_with_all_its_answers_in_its_language(name, language, forms):
    read = on_paper(forms[name], language)
    asked = [question for question in forms[name].questions() if question.purpose != "language"]
    assert list(read) == [question.id for question in asked]
    for question in asked:
        assert read[question.id] == {choice.text[language]: choice.code for choice in question.choices}


def test_the_course_of_a_page_for_one_course_is_printed_sign_by_sign_with_its_check(survey, registry):
    form = make_form(survey, registry, survey.instrument("B"), "P01", "P01-02")
    (comb,) = of_class(main_of(form, "kk"), "comb")
    assert [text_of(box) for box in of_class(comb, "box")] == list("P01-02.3")
    assert "ID1" not in on_paper(form, "kk")


def test_the_front_names_institute_questionnaire_programme_and_day(forms, registry):
    page = main_of(forms["C"], "ru")
    assert text_of(of_class(page, "institute")[0]) == INSTITUTE["kk"]
    assert text_of(page.find("header/h1")) == "Анкета В: после курса"
    assert text_of(of_class(page, "subtitle")[0]) == registry.programme("P01")["title_ru"]
    assert "ID10 Дата заполнения" in text_of(of_class(page, "front")[0])


def test_open_questions_have_lines_to_write_on_and_a_limit_is_said(forms):
    asked = {text_of(of_class(one, "mark")[0]): one for one in of_class(main_of(forms["A"], "en"), "single")}
    assert [len(of_class(asked[name], "line")) for name in ("A7", "ID2", "A2")] == [3, 1, 0]
    assert text_of(of_class(asked["A1"], "note")[0]) == "At most 3 answers"
    assert text_of(of_class(asked["A2"], "note")[0]) == "Tick one box"


def test_a_number_of_a_long_range_is_written_on_a_line(forms):
    question = Question("N1", dict.fromkeys(LANGUAGES, "Hours"), "number", low=0, high=400)
    (asked,) = of_class(main_of(forms["A"]._replace(first=(question,), pages=()), "en"), "asked")
    assert text_of(asked) == "N1 Hours A whole number: 0 – 400"
    assert len(of_class(asked, "line")) == 1


def test_the_same_form_gives_the_same_page(forms):
    assert paper_form(forms["B"], "kk", INSTITUTE) == paper_form(forms["B"], "kk", INSTITUTE)


def test_no_wording_is_markup(survey, registry):
    hostile = hostile_survey(survey, EVIL)
    form = make_form(hostile, registry, hostile.instrument("A"), "P01")
    tame = make_form(survey, registry, survey.instrument("A"), "P01")
    page = main_of(form, "ru")
    assert [node.tag for node in page.iter()] == [node.tag for node in main_of(tame, "ru").iter()]
    shown = text_of(page)
    assert all(question.text["ru"] in shown for page in form.pages for one in page.blocks for question in one.questions)
    assert "Content-Security-Policy" in paper_form(form, "ru", {"kk": "</title><script>x</script>"})
    assert "<script" not in paper_form(form, "ru", {"kk": "</title><script>x</script>"})


# And back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_what_a_clerk_types_in_from_paper_comes_home(name, forms, survey, registry, tmp_path):
    form, people = forms[name], answered.people(forms[name], survey, registry)
    pages = {language: on_paper(form, language) for language in LANGUAGES}
    questions = {question.id: question for question in form.questions()}

    def typed(person: answered.Person, column: str) -> Any:
        if column == form.dated:
            return f"{person.at:%d.%m.%Y}"
        if questions[column].purpose == "language":
            return person.language
        given = person.codes.get(column, "")
        read = pages[person.language][column]
        ticked = [choice.text[person.language] for choice in questions[column].choices
                  if choice.code in (given if isinstance(given, list) else [given])]  # fmt: skip
        return ";".join(read[text] for text in ticked) if read else given

    with (tmp_path / "typed.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(entry_columns(form))
        writer.writerows([typed(person, column) for column in entry_columns(form)] for person in people)
    intake = answered.load(tmp_path, survey, registry)
    assert intake.proposals == []
    assert set(intake.problems["rule"]) <= {"E-TIME"}
    assert intake.files[["platform", "n_read", "n_kept"]].values.tolist() == [["plain", 10, 10]]
    assert answered.differences(intake, form, survey, people) == []


# In a browser --------------------------------------------------------------------------------------


def printed(page, tmp_path: Path, form: Form, shift: int) -> list[str]:
    """The text of each sheet of a form's Kazakh page without spaces, everything moved down by some millimetres."""
    from pypdf import PdfReader

    page.add_style_tag(content=f"main {{ padding-top: {shift}mm; }}")
    page.pdf(path=tmp_path / "form.pdf", prefer_css_page_size=True, print_background=True)
    sheets = PdfReader(tmp_path / "form.pdf").pages
    assert {(round(float(one.mediabox.width)), round(float(one.mediabox.height))) for one in sheets} == {(595, 842)}
    return ["".join(sheet.extract_text().split()) for sheet in sheets]


def together(form: Form) -> list[list[str]]:
    """What must stand on one sheet: a question with its answers, a row of a grid, and all rows of a short grid."""
    found = []
    for block in (block for page in form.pages for block in page.blocks):
        rows = [f"{one.id}{one.text['kk']}" for one in block.questions]
        if not block.stem:
            found.append([rows[0], *(choice.text["kk"] for choice in block.questions[0].choices)])
        elif len(rows) <= 8:
            found.append([block.stem["kk"], *rows])
        else:
            found += [[row] for row in rows]
    return [["".join(text.split()) for text in texts] for texts in found]


@pytest.mark.browser
@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_the_kazakh_page_prints_on_a4_and_nothing_is_cut_in_two(name, survey, registry, page, tmp_path):
    form = make_form(survey, registry, survey.instrument(name), "P01", "P01-01")
    path = Path(tmp_path) / "form.html"
    path.write_text(paper_form(form, "kk", INSTITUTE), encoding="utf-8")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert asked == [path.as_uri()]
    for shift in range(0, 180, 20):
        sheets = printed(page, tmp_path, form, shift)
        assert shift or len(sheets) <= 4
        cut = [texts for texts in together(form) if not any(all(text in one for text in texts) for one in sheets)]
        assert (shift, cut) == (shift, [])


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_the_kazakh_page_fits_the_screen_and_shuts_nobody_out(forms, page, tmp_path, width):
    from axe_playwright_python.sync_playwright import Axe

    path = Path(tmp_path) / "form.html"
    path.write_text(paper_form(forms["B"], "kk", INSTITUTE), encoding="utf-8")
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page)
    assert [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in results.response["violations"]] == []
