"""Settings and the work folder: every fault at once, with its line and fix."""

import pytest

from coursewaves.errors import CoursewavesError
from coursewaves.settings.home import Home, Settings, find_home, load_settings, notebooks_folder
from coursewaves.settings.sources import Source
from coursewaves.survey.files import BUILT_IN
from coursewaves.system.limits import Limits


def load(tmp_path, text: str) -> Settings:
    path = tmp_path / "coursewaves.yml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def test_without_a_file_there_are_defaults(tmp_path):
    settings = load_settings(tmp_path / "coursewaves.yml")
    assert settings == Settings()
    assert (settings.languages, settings.time_zone, settings.minimum_group) == (["kk", "ru", "en"], "Asia/Almaty", 5)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n"])
def test_an_empty_file_gives_the_defaults(tmp_path, text):
    assert load(tmp_path, text) == Settings()


def test_text_becomes_numbers_and_switches(tmp_path):
    text = "minimum_group: 8\nlow_rated_below: 70\n"
    text += "sources:\n  - {files: '*.csv', check_window: false, missing: [NA, no]}\n"
    settings = load(tmp_path, text)
    assert (settings.minimum_group, settings.low_rated_below) == (8, 70.0)
    assert settings.sources[0].check_window is False
    assert settings.sources[0].missing == ["NA", "no"]


def test_every_fault_is_named_with_its_line(tmp_path):
    text = (
        "languages: []\ntime_zone: Asia/Almata\nminimum_group: 3\nlow_rated_below: 101\nminimal_group: 5\n"
        "sources:\n  - files: '{course}_{course}.csv'\n    time_form: '%Y-%m'\n    delimiter_in_cells: ''\n"
    )
    with pytest.raises(CoursewavesError) as caught:
        load(tmp_path, text)
    lines = str(caught.value).splitlines()[1:]
    assert [line.partition(" ")[0] for line in lines] == [f"coursewaves.yml:{n}" for n in (1, 2, 3, 4, 7, 8, 9, 5)]
    assert "no time zone 'Asia/Almata'" in lines[1]
    assert "no time form '%Y-%m'" in lines[5]


def test_the_bounds_of_a_report_are_settings_and_text_becomes_numbers(tmp_path):
    assert load(tmp_path, "").limits == Limits(seconds=120, memory_mb=2000, output_mb=20)
    settings = load(tmp_path, "limits: {seconds: 0.5, memory_mb: 500}\n")
    assert settings.limits == Limits(seconds=0.5, memory_mb=500, output_mb=20)


@pytest.mark.parametrize(
    ("bound", "place"),
    [("seconds: 0", "seconds"), ("seconds: -1", "seconds"), ("seconds: inf", "seconds"), ("seconds: nan", "seconds"),
     ("memory_mb: 0", "memory_mb"), ("memory_mb: 1.5", "memory_mb"), ("output_mb: none", "output_mb"),
     ("cpu: 2", "cpu")],
)  # fmt: skip
def test_a_bound_that_is_none_is_refused_with_its_line(tmp_path, bound, place):
    with pytest.raises(CoursewavesError, match=rf"coursewaves\.yml:2 limits\.{place}: "):
        load(tmp_path, f"limits:\n  {bound}\n")


@pytest.mark.parametrize("text", ["a: [", "minimum_group: 5\nminimum_group: 6\n", "- a\n- b\n", "\tx: 1\n", "word"])
def test_what_is_no_settings_file_is_refused(tmp_path, text):
    with pytest.raises(CoursewavesError, match=r"coursewaves\.yml:"):
        load(tmp_path, text)


def test_nobody_can_lower_the_minimum_group(tmp_path):
    with pytest.raises(CoursewavesError, match=r"coursewaves\.yml:1 minimum_group"):
        load(tmp_path, "minimum_group: 4\n")


@pytest.mark.parametrize(
    ("files", "name", "course"),
    [("{course}_before.csv", "Play_before.csv", "Play"), ("{course}_before.csv", "2025/Play_before.csv", "Play"),
     ("2025/{course}.csv", "2025/Play.csv", "Play"), ("2025/{course}.csv", "Play.csv", None),
     ("{course}.csv", "a_b.c.csv", "a_b.c"), ("**", "any/where.xlsx", ""), ("*.csv", "a/b.csv", ""),
     ("a?.csv", "ab.csv", ""), ("a?.csv", "a.csv", None), ("[x].csv", "x.csv", None)],
)  # fmt: skip
def test_a_pattern_fits_files_and_captures_the_course(files, name, course):
    source = Source(files=files)
    assert (source.match(name) is not None) == (course is not None)
    assert source.named("course", name) == (course or "")


def test_the_first_source_that_fits_is_meant():
    settings = Settings(sources=[{"files": "a*.csv", "instrument": "A"}, {"files": "*.csv", "instrument": "B"}])
    assert [settings.source_of(name).instrument for name in ("ab.csv", "b.csv", "b.xlsx")] == ["A", "B", None]


def test_the_work_folder_is_the_one_named_else_that_of_the_environment_else_the_current(tmp_path, monkeypatch):
    named, other, here = (tmp_path / name for name in ("named", "other", "here"))
    for folder in (named, other, here):
        folder.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.delenv("COURSEWAVES_HOME", raising=False)
    assert find_home().root == here.resolve()
    monkeypatch.setenv("COURSEWAVES_HOME", str(other))
    assert find_home().root == other.resolve()
    assert find_home(named).root == named.resolve()


def test_an_absent_work_folder_is_named_with_a_fix(tmp_path):
    with pytest.raises(CoursewavesError, match=r"Can't find the work folder .*fix: make it"):
        find_home(tmp_path / "none")


def test_an_institutes_own_questionnaires_come_before_the_built_in_ones(tmp_path):
    assert Home(tmp_path).instruments == BUILT_IN
    (tmp_path / "instruments").mkdir()
    assert Home(tmp_path).instruments == tmp_path / "instruments"
    with pytest.raises(CoursewavesError, match="no instrument file"):
        _ = Home(tmp_path).survey


def test_the_notebooks_of_the_reports_are_there():
    assert (notebooks_folder() / "reports" / "course.ipynb").is_file()


def test_formats_are_those_that_there_are(tmp_path):
    (tmp_path / "coursewaves.yml").write_text("formats: [html, pdf]\n")
    assert load_settings(tmp_path / "coursewaves.yml").formats == ["html", "pdf"]
    assert Settings().formats == ["html", "json", "xlsx"]
    (tmp_path / "coursewaves.yml").write_text("formats: [html, odt]\n")
    with pytest.raises(CoursewavesError, match=r"coursewaves.yml:1 formats.1: .*'pdf' or 'docx'"):
        load_settings(tmp_path / "coursewaves.yml")
