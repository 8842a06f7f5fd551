"""Forms made from a work folder: what they ask, what the command writes, and what a built form says of itself."""

import json
import stat
from pathlib import Path

import pytest
import typer
from pyxform.xls2xform import convert
from typer.testing import CliRunner

import small
from coursewaves import builders, cli
from coursewaves.builders.form import Form
from coursewaves.builders.form_maps import SUFFIX, read_form_map
from coursewaves.builders.outline import make_form
from coursewaves.builders.words import language_name, words
from coursewaves.commands.forms import forms as forms_command
from coursewaves.errors import CoursewavesError
from coursewaves.intake.header_book import Alias, HeaderBook
from coursewaves.reading.lss import read_lss
from coursewaves.settings.home import Home
from coursewaves.survey.instruments import Survey
from coursewaves.system.yamlfile import read_yaml
from exports import built_form


def form_of(instrument_id: str, programme_id: str = "A", course_id: str = "", survey: Survey | None = None) -> Form:
    own = survey or small.survey()
    return make_form(own, small.registry(), own.instrument(instrument_id), programme_id, course_id)


def changed(section: str, entry_id: str, **values) -> Survey:
    """The small survey with other values in one entry."""
    content = small.survey().model_dump()
    for entry in (
        content[section] if section in content else [i for one in content["instruments"] for i in one[section]]
    ):
        if entry["id"] == entry_id:
            entry.update(values)
    return Survey.model_validate(content)


# What a form asks ----------------------------------------------------------------------------------


def test_grids_singles_and_repeated_questions_are_asked_in_the_order_of_the_file():
    blocks = [block for page in form_of("Q").pages for block in page.blocks if not block.questions[0].purpose]
    assert [(block.id, [question.id for question in block.questions]) for block in blocks] == [
        ("Qg", ["Q1", "Q2", "Q3.1", "Q3.2"]), ("Qt", ["Q3t.1", "Q3t.2"]), ("Q4", ["Q4"]), ("Q5", ["Q5"]),
        ("Q6", ["Q6"]),
    ]  # fmt: skip
    assert [question.text["ru"] for question in blocks[1].questions] == ["Планирую", "Наблюдаю"]
    assert [choice.text["en"] for choice in blocks[-1].questions[0].choices] == ["Goals, plans", "Observation"]


def test_a_question_with_words_of_one_s_own_is_no_row_of_a_grid_and_stands_under_its_stem():
    form = form_of("Q", survey=changed("items", "Q2", scale="R"))
    alone = next(question for question in form.questions() if question.id == "Q2")
    assert alone.text["en"] == "Please rate [Fits]"
    assert [choice.is_other for choice in alone.choices] == [False, False, True]


def test_the_course_is_chosen_from_codes_with_a_check_and_a_roster_decides_who_is_asked_for_what():
    course = form_of("P").asked_first("course")
    assert [choice.code for choice in course.choices] == [code for _, code in form_of("P").courses]
    assert [course_id for course_id, _ in form_of("P").courses] == ["A-1", "A-2"]
    assert [code.rpartition(".")[0] for _, code in form_of("P").courses] == ["A-1", "A-2"]
    with_roster = [question.purpose for question in form_of("P", "A", "A-1").questions()]
    without = [question.purpose for question in form_of("P", "A", "A-2").questions()]
    assert ("participant" in with_roster, "self_code" in with_roster) == (True, False)
    assert ("participant" in without, "self_code" in without) == (False, True)


def test_the_region_is_asked_once_and_from_the_registry_s_list():
    first, later = (
        {question.purpose: question for question in form_of(name).questions() if question.purpose} for name in "PQ"
    )
    assert len(first["region"].choices) == len(small.registry().regions)
    assert first["region"].choices[0].code == "KZ-10"
    assert "region" not in later


def test_only_what_has_a_way_out_is_required():
    required = {question.id: question.is_required for question in form_of("Q").questions()}
    assert required == {
        "ID0": True, "ID6": True, "ID1": False, "ID4": False, "Q1": True, "Q2": True, "Q3.1": True, "Q3.2": True,
        "Q3t.1": True, "Q3t.2": True, "Q4": False, "Q5": False, "Q6": False,
    }  # fmt: skip


def test_a_text_that_a_language_lacks_is_asked_in_the_next_with_a_remark():
    form = form_of("P", survey=changed("items", "P1", text={"kk": "Тілек", "en": "Wish"}))
    wish = next(question for question in form.questions() if question.id == "P1")
    assert wish.text == {"kk": "Тілек", "ru": "Wish", "en": "Wish"}
    assert "P1: no text in ru; asked in another language" in form.remarks
    form = form_of("P", survey=changed("items", "P1", text={"kk": "Тілек"}))
    assert next(one for one in form.questions() if one.id == "P1").text == dict.fromkeys(("kk", "ru", "en"), "Тілек")
    assert "topics 1 of A: no text in kk, ru; asked in another language" in form_of("Q").remarks


def test_a_question_about_a_list_that_the_registry_lacks_is_left_out_with_a_remark():
    survey = changed("items", "Q1", repeat="topics")
    form = form_of("Q", "B", survey=survey)
    assert not [question.id for question in form.questions() if question.id.startswith("Q1")]
    assert "Q1: not asked, since B has no topics in the registry" in form.remarks


def test_a_wording_that_nobody_has_reviewed_is_said_to_be_so():
    remark = "P: a methodologist who is a native speaker has not reviewed its wording"
    assert remark in form_of("P").remarks
    assert remark not in form_of("P", survey=changed("instruments", "P", reviewed=True)).remarks


def test_a_new_page_begins_with_another_criterion_once_the_last_is_long_enough():
    form = form_of("Q")  # Qg is of K1 and has four rows; Qt and Q4 are of K2; Q5 and Q6 of none
    pages = [[block.id for block in page.blocks] for page in form.pages]
    assert pages == [["ID1", "ID4"], ["Qg", "Qt", "Q4"], ["Q5", "Q6"]]
    assert [page.title["ru"] for page in form.pages] == ["О Вас", "Раздел 1", "Раздел 2"]


def test_a_programme_without_a_course_has_no_form():
    with pytest.raises(CoursewavesError, match=r"No course of C to make a form for; fix: add it to courses\.csv"):
        form_of("P", "C")


def test_what_forms_say_themselves_is_said_in_three_languages_with_the_same_places():
    entries = read_yaml(Path(builders.__file__).parent / "words.yml").content["words"]
    for entry in entries:
        texts = entry["text"]
        assert list(texts) == ["kk", "ru", "en"]
        assert len({tuple(sorted(part for part in ("{number}", "{count}", "{low}", "{high}") if part in text))
                    for text in texts.values()}) == 1  # fmt: skip
    assert len({entry["id"] for entry in entries}) == len(entries)
    assert words(["de"])["part"] == {"de": "Part {number}"}
    assert language_name("de") == "Deutsch"


# What the command writes ---------------------------------------------------------------------------


@pytest.fixture
def home(example_year, tmp_path) -> Home:
    """A work folder with the registry of the example year and nothing else."""
    registry = tmp_path / "home" / "data" / "raw" / "registry"
    registry.mkdir(parents=True)
    for path in (example_year[0] / "data" / "raw" / "registry").glob("*.csv"):
        (registry / path.name).write_bytes(path.read_bytes())
    return Home(tmp_path / "home")


def run(*arguments: str):
    app = typer.Typer()
    app.callback()(cli.main)
    app.command()(forms_command)
    return CliRunner().invoke(app, list(arguments))


def test_the_command_writes_every_format_for_one_course_and_questionnaire(home):
    done = run("--home", str(home.root), "forms", "--instrument", "B", "--course", "P01-01")
    assert done.exit_code == 0, done.output
    names = sorted(path.name for path in (home.root / "forms").iterdir())
    assert names == sorted([
        "B_P01-01.gs", "B_P01-01.xlsx", "B_P01-01.lss", "B_P01-01.kk.html", "B_P01-01.ru.html", "B_P01-01.en.html",
        "B_P01-01.entry.csv", "codebook_B.kk.html", "codebook_B.ru.html", "codebook_B.en.html",
    ])  # fmt: skip
    assert {stat.S_IMODE(path.stat().st_mode) for path in (home.root / "forms").iterdir()} == {0o640}
    assert "written: home/forms/B_P01-01.gs" in done.output
    assert "B: a methodologist who is a native speaker has not reviewed its wording" in done.output
    assert str(home.root) not in done.output


def test_without_a_course_there_is_a_form_for_each_programme_and_wave_and_the_same_bytes_each_time(home, tmp_path):
    for name in ("one", "two"):
        done = run("--home", str(home.root), "forms", "-f", "lss", "-f", "xlsform", "--to", str(tmp_path / name))
        assert done.exit_code == 0, done.output
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert sorted(one) == sorted(f"{wave}_P0{number}.{end}" for wave in "ABC" for number in range(1, 5)
                                 for end in ("lss", "xlsx"))  # fmt: skip
    assert one == two


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--instrument", "D"], "Can't find 'D' in the survey's instruments. Possible values: 'A', 'B', 'C'."),
        (["--course", "P99"], "Can't find 'P99' in courses."),
        (["--format", "docx"], "Can't find 'docx' in the formats."),
    ],
)
def test_what_there_is_not_is_refused_before_anything_is_written(home, words, message):
    done = run("--home", str(home.root), "forms", *words)
    assert done.exit_code == 2
    assert message in " ".join(done.output.split())
    assert not (home.root / "forms").exists()


def test_what_the_registry_lacks_for_a_form_is_said(home, tmp_path):
    with (home.registry / "programmes.csv").open("a", encoding="utf-8") as file:
        columns = (home.registry / "programmes.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
        own = {"programme_id": "P99", "title_kk": "Жаңа", "hours": "36"}
        file.write(",".join(own.get(column, "") for column in columns) + "\n")
    remarks = builders.build_forms(home, ["A"], formats=["lss"], folder=tmp_path / "forms")
    assert remarks[0] == "no form, since no course of them is registered: P99"
    topics = home.registry / "topics.csv"
    topics.write_text(topics.read_text(encoding="utf-8").replace(",P01,", ",P77,", 1), encoding="utf-8")
    remarks = builders.build_forms(home, ["A"], formats=["lss"], folder=tmp_path / "forms")
    assert remarks[0].startswith("the registry has faults, and what they set aside is in no form: ")


def test_a_format_that_refuses_a_form_stops_no_other(tmp_path):
    root = Path(__file__).parents[1] / "examples" / "limesurvey"
    with pytest.raises(CoursewavesError, match="digital_twins is in several languages, and nothing asks for"):
        builders.build_forms(Home(root), formats=["apps-script", "lss"], folder=tmp_path)
    assert [path.suffix for path in tmp_path.iterdir()] == [".lss"]


@pytest.mark.parametrize("example", ["coderefinery", "instructor_training", "turkiye", "workshops"])
def test_other_institutes_surveys_become_forms_too(example, tmp_path):
    home = Home(Path(__file__).parents[1] / "examples" / example)
    builders.build_forms(home, formats=["xlsform", "lss", "apps-script"], folder=tmp_path)
    for path in tmp_path.iterdir():
        if path.suffix == ".xlsx":
            assert convert(path).warnings == []
        elif path.suffix == ".lss":
            assert read_lss(path).languages == tuple(home.survey.languages)
        else:
            assert built_form.build(path.read_text(encoding="utf-8")).form["title"]


def test_a_folder_without_courses_has_no_forms(tmp_path):
    with pytest.raises(CoursewavesError, match=r"No course to make a form for; fix: put courses\.csv"):
        builders.build_forms(Home(tmp_path))


# What a built form says of itself ------------------------------------------------------------------


def map_of(**changes) -> dict:
    items = [
        {"item": "P1", "language": "kk", "google_id": 7, "header": "Wish қаз"},
        {"item": "P1", "language": "en", "google_id": 8, "header": "What did you wish?"},
        {"item": "gone", "language": "en", "google_id": 9, "header": "No longer asked"},
    ]
    links = [{"course": "A-1", "code": "A-1.X", "url": "https://docs.google.com/forms/d/e/1/viewform?entry.1=A-1.X"}]
    own = {
        "version": 1,
        "form": "P_A",
        "instrument": "P",
        "google_id": "f",
        "url": "https://x",
        "edit_url": "https://y",
    }
    return own | {"items": items, "links": links} | changes


def saved(folder: Path, content: object, name: str = "P_A") -> Path:
    path = folder / f"{name}{SUFFIX}"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_question_worded_otherwise_today_is_known_by_the_header_that_its_form_was_built_with(tmp_path):
    saved(tmp_path, map_of())
    maps = builders.read_form_maps(tmp_path)
    book = HeaderBook(small.survey(), small.registry())
    assert builders.form_aliases(maps, book) == [Alias("P", "What did you wish?", "P1")]
    known = HeaderBook(small.survey(), small.registry(), builders.form_aliases(maps, book)).of("P")
    assert known["what did you wish"].item.id == "P1"


def test_the_number_of_an_ability_in_one_programme_is_no_header_of_another(tmp_path):
    asked = [{"item": "Q3.1", "language": "en", "google_id": 1, "header": "Please rate [I once planned]"}]
    saved(tmp_path, map_of(instrument="Q", items=asked))
    book = HeaderBook(small.survey(), small.registry())
    assert builders.form_aliases(builders.read_form_maps(tmp_path), book) == []


def test_a_map_of_a_questionnaire_that_is_gone_gives_no_header(tmp_path):
    saved(tmp_path, map_of(instrument="Z"))
    assert builders.form_aliases(builders.read_form_maps(tmp_path), HeaderBook(small.survey(), small.registry())) == []


def test_the_link_of_a_course_is_that_of_the_form_for_the_fewest_courses(tmp_path):
    first = map_of()["links"][0]
    saved(tmp_path, map_of(links=[first, first | {"course": "A-2", "url": "https://docs.google.com/forms/d/e/1/x"}]))
    saved(tmp_path, map_of(links=[first | {"url": "https://docs.google.com/forms/d/e/2/viewform"}]), "P_A-1")
    links = builders.course_links(builders.read_form_maps(tmp_path))
    assert links == [
        ("A-1", "P", "https://docs.google.com/forms/d/e/2/viewform"),
        ("A-2", "P", "https://docs.google.com/forms/d/e/1/x"),
    ]
    assert builders.read_form_maps(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (map_of(version=2), "version is not as the script writes it"),
        (map_of(links=[{"course": "A", "code": "A", "url": "javascript:alert(1)"}]), "links.0.url is not as"),
        ([1], "the file is not as the script writes it"),
    ],
)
def test_a_file_that_is_no_map_is_refused_by_what_is_wrong(tmp_path, content, fault):
    with pytest.raises(CoursewavesError, match=fault):
        read_form_map(saved(tmp_path, content))


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_bytes_that_are_no_json_are_refused(tmp_path, content):
    path = tmp_path / f"x{SUFFIX}"
    path.write_bytes(content)
    with pytest.raises(CoursewavesError, match="it is no JSON in UTF-8; fix: save the file again"):
        read_form_map(path)
