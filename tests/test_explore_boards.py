"""The boards of the exploring notebooks: menus drive them without a browser, and they hide what the gate hides."""

import os
import re
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import openpyxl
import pandas as pd
import pytest

from coursewaves import explore
from coursewaves.explore import board as boards
from coursewaves.explore.data_problems import HOW
from coursewaves.explore.saving import pictures_of, to_png
from coursewaves.lab import exploring_notebooks
from coursewaves.pages.pieces import Section, figure
from coursewaves.processed.year import Year
from coursewaves.publishing.manifest import read_manifest
from coursewaves.settings.home import Home
from coursewaves.system.locks import RunLock

MAKERS: dict[str, Callable[..., explore.Board]] = {
    "the_year": explore.year_board,
    "compare_groups": explore.group_board,
    "one_question": explore.item_board,
    "own_scale": explore.scale_board,
    "data_problems": explore.problem_board,
    "one_course": explore.course_explorer,
}
"""The board of each notebook."""

OTHERS = ("in_python", "register", "tasks")
"""Notebooks that do something else: test_register_entry and test_tasks are about two of them."""


@pytest.fixture(scope="module")
def home(loaded_year, tmp_path_factory) -> Home:
    """A work folder that these tests may write in."""
    folder = tmp_path_factory.mktemp("boards") / "institute"
    shutil.copytree(loaded_year.home.root, folder)
    return Home(folder)


def opened(name: str, home: Home, language: str = "en") -> explore.Board:
    return MAKERS[name](home.root, language=language)


def html(board: explore.Board, place: int) -> str:
    """What the tab at a place shows."""
    tab = board.tabs.children[place]
    output = tab.children[0] if hasattr(tab, "children") else tab
    (shown,) = output.outputs
    return shown["data"]["text/html"].partition("</style>")[2]


def everything(board: explore.Board) -> str:
    return "".join(html(board, place) for place in range(len(board.panes)))


def said(panel) -> str:
    """What a panel's message says."""
    (shown,) = panel.message.outputs
    return shown["data"]["text/html"].partition("</style>")[2]


# Menus -----------------------------------------------------------------------------------------------


def test_every_notebook_that_explores_has_a_board():
    assert {path.stem for path in exploring_notebooks()} == {*MAKERS, *OTHERS}


@pytest.mark.parametrize("name", MAKERS)
def test_another_language_changes_what_is_said_and_not_what_is_chosen(name, home):
    board = opened(name, home)
    chosen, labels = board.chosen, [menu.description for menu in board.menus.values()]
    shown = everything(board)
    board.menus["language"].value = "kk"
    assert {**board.chosen, "language": "en"} == chosen
    assert all(menu.description != label for menu, label in zip(board.menus.values(), labels, strict=True))
    assert everything(board) != shown
    board.menus["language"].value = "en"
    assert everything(board) == shown


def test_a_programme_narrows_the_courses_of_the_year(home):
    board = opened("the_year", home)
    assert len(board.panes[3].grid) == 12
    board.menus["programme"].value = "P02"
    assert board.panes[3].grid["Course"].tolist() == ["P02-01", "P02-02", "P02-03"]
    assert board.tabs.children[3].children[1].df["Course"].tolist() == ["P02-01", "P02-02", "P02-03"]
    assert "P02-01" in html(board, 3)
    assert "P01-01" not in html(board, 3)


def test_another_grouping_offers_its_groups_and_two_different_ones_are_chosen(home):
    board = opened("compare_groups", home)
    board.menus["by"].value = "role"
    offered = [value for _, value in board.menus["first"].options]
    assert offered == ["head", "methodologist", "teacher"]
    board.menus["first"].value = "teacher"
    assert board.menus["second"].value != "teacher"
    assert "teacher" not in [value for _, value in board.menus["second"].options]
    assert "Difference" in html(board, 1)


def test_a_score_of_one_wave_alone_offers_that_wave(home):
    board = opened("compare_groups", home)
    board.menus["measure"].value = "application"
    assert [value for _, value in board.menus["wave"].options] == ["C"]


def test_a_question_shows_its_pairs_and_no_others(home):
    board = opened("one_question", home)
    board.menus["item"].value = "B1.1"
    survey = board.year.survey
    for pair_id in ("M1.needs", "M2.match", "M2.need"):
        assert survey.pair(pair_id).text["en"] in html(board, 0)
    assert survey.pair("M6.content").text["en"] not in html(board, 0)
    assert board.panes[0].tables["pairs"]["pair_id"].tolist() == ["M1.needs", "M2.need", "M2.match"]
    assert html(board, 1).count("<h3>") == 3  # each wave has a side of one of the pairs


def test_another_choice_of_questions_is_another_scale(home):
    board = opened("own_scale", home)
    assert board.menus["items"].value == ("B1.1", "B1.2", "B1.3")
    alpha = board.panes[0].tables["reliability"]["alpha"].item()
    assert f"{alpha:.2f}" in html(board, 0)
    board.menus["items"].value = ("B1.1", "B1.2", "C4.1", "C4.2")
    assert board.panes[0].tables["reliability"]["instrument_id"].tolist() == ["B", "C"]
    assert board.panes[1].tables["questions"]["item_id"].tolist() == ["B1.1", "B1.2", "C4.1", "C4.2"]
    board.menus["items"].value = ()
    assert board.menus["items"].value == ("B1.1", "B1.2", "B1.3")  # a scale without questions is none


def test_a_notebook_is_told_a_mistake_without_its_origin(tmp_path):
    from IPython.core.interactiveshell import InteractiveShell

    from coursewaves.errors import CoursewavesError

    with pytest.raises(CoursewavesError) as caught:
        explore.year_board(tmp_path / "nowhere")
    shown: list[str] = []
    InteractiveShell.clear_instance()  # of a test that made a page in this process
    shell = InteractiveShell.instance()
    try:
        shell._showtraceback = lambda kind, error, lines: shown.extend(lines)
        shell.showtraceback((caught.type, caught.value, caught.tb))
    finally:
        InteractiveShell.clear_instance()
    (line,) = shown
    assert line.startswith("CoursewavesError: Can't find the work folder")


def test_a_rule_narrows_the_problems_and_the_files_that_have_it(home):
    board = opened("data_problems", home)
    problems = board.year.problems
    assert len(board.panes[0].grid) == len(problems)
    board.menus["rule"].value = "E-CONSENT"
    hit = problems[problems["rule"] == "E-CONSENT"]
    assert board.panes[0].grid["Rule"].unique().tolist() == ["E-CONSENT"]
    assert [value for _, value in board.menus["file"].options] == ["", *sorted(hit["file"].unique())]
    board.menus["file"].value = hit["file"].iloc[0]
    assert len(board.panes[0].grid) == (hit["file"] == hit["file"].iloc[0]).sum()


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_problems_say_how_to_mend_them(home, language):
    board = opened("data_problems", home, language)
    told = html(board, 2)
    assert all(line in told for line in HOW[language])
    assert "coursewaves check --accept FILE:COLUMN" in told
    assert 'problems.xlsx" target="_blank">data/processed/problems.xlsx</a>' in told


def test_a_header_with_markup_is_shown_as_text(home):
    board = opened("data_problems", home)
    hostile = board.year.problems.assign(header="<img src=x onerror=alert(1)>")
    board.year.__dict__["problems"] = hostile
    board.menus["language"].value = "ru"
    grid = board.tabs.children[0].children[1]
    sent = str(grid._dt_args["data_json"])
    assert "onerror" in sent
    assert "<img" not in sent


def test_the_language_is_that_named_else_of_the_lab_else_the_institute_s(home, monkeypatch):
    year = Year(home)
    monkeypatch.delenv(boards.LANGUAGE, raising=False)
    assert boards.spoken(year) == year.settings.languages[0]
    monkeypatch.setenv(boards.LANGUAGE, "ru")
    assert boards.spoken(year) == "ru"
    assert boards.spoken(year, "en") == "en"
    monkeypatch.setenv(boards.LANGUAGE, "de")
    assert boards.spoken(year) == year.settings.languages[0]


# The gate --------------------------------------------------------------------------------------------


def thinned(home: Home, most: int) -> Year:
    """The year with one course alone, and so many forms of each of its waves."""
    year, thin = Year(home), Year(home)
    keep = year.responses.groupby(["course_id", "instrument_id"]).cumcount() < most
    keep &= year.responses["course_id"].isin(["P01-01"])
    for name in ("responses", "scores"):
        thin.__dict__[name] = getattr(year, name)[keep.to_numpy()].reset_index(drop=True)
    return thin


@pytest.mark.parametrize("name", ["compare_groups", "one_question", "own_scale"])
def test_three_answers_show_no_figure_and_no_number(name, home, monkeypatch):
    monkeypatch.setattr(sys.modules[MAKERS[name].__module__], "open_year", lambda _home: thinned(home, 3))
    board = opened(name, home)
    assert "<svg" not in everything(board)
    assert not re.search(r"<td[^>]*>[−+]?\d+[.,]\d", everything(board))
    for pane in board.panes:
        for table in pane.tables.values():
            figures = table.select_dtypes("number").drop(columns=["n_items", "factor"], errors="ignore")
            assert figures.isna().all(axis=None), (pane.title, table)


def test_small_courses_are_blank_in_the_table_of_the_year(home):
    board = opened("the_year", home)
    courses = board.panes[3].tables["courses"].set_index("course_id")
    told = board.panes[3].grid.set_index("Course")
    n = Year(home).scores.groupby(["course_id", "instrument_id"]).size()
    assert n["P01-02", "C"] < 5
    assert pd.isna(courses.loc["P01-02", "n_C"])
    assert told.loc["P01-02", "Monitoring 3"] == ""
    assert n["P01-02", "B"] < 10
    assert told.loc["P01-02", "Rating"] == ""
    assert told.loc["P01-01", "Rating"] != ""


# Saving ----------------------------------------------------------------------------------------------


def test_the_button_saves_every_picture_and_table_for_the_owner_alone(home):
    board = opened("compare_groups", home)
    board.saving.button.click()
    folder = home.root / "data" / "export" / "explore" / "groups-K1-B-programme_id-P01-P02-en"
    assert sorted(path.name for path in folder.iterdir()) == [
        "01.png", "01.svg", "02.png", "02.svg", "groups.csv", "tables.xlsx", "two_groups.csv",
    ]  # fmt: skip
    assert "data/export/explore/groups-K1-B" in said(board.saving)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / "01.svg").read_text() in html(board, 0)
    book = openpyxl.load_workbook(folder / "tables.xlsx", read_only=True)
    assert book.sheetnames == ["groups", "two_groups", "pictures"]
    saved = pd.read_csv(folder / "groups.csv")
    assert saved["mean"].tolist() == pytest.approx(board.panes[0].tables["groups"]["mean"].tolist())
    book.close()


def test_what_was_saved_before_under_the_name_goes(home):
    board = opened("own_scale", home)
    board.saving.button.click()
    folder = next((home.root / "data" / "export" / "explore").glob("scale-*"))
    (folder / "09.svg").write_text("old")
    (folder / "notes.txt").write_text("mine")
    board.saving.button.click()
    assert not (folder / "09.svg").exists()
    assert (folder / "notes.txt").read_text() == "mine"


def test_a_file_that_can_t_be_written_is_told(home, monkeypatch):
    board = opened("data_problems", home)
    monkeypatch.setattr("coursewaves.explore.saving.write_csv", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    board.saving.button.click()
    assert "Not saved: full; fix: make room on the disk" in said(board.saving)


def test_a_choice_without_anything_says_that_there_is_nothing(home):
    assert explore.save_panes(home, "none", [explore.Pane("", Section("x", "", [], []))]) == []


@pytest.mark.parametrize("name", ["the_year", "own_scale", "one_course", "one_question"])
def test_each_picture_becomes_a_png_with_something_on_it(name, home):
    from io import BytesIO

    from PIL import Image

    found = [picture for pane in opened(name, home, "kk").panes for picture in pictures_of(pane.section)]
    assert found
    with Image.open(BytesIO(to_png(found[0].svg))) as drawn:
        assert drawn.width >= 900
        assert len(drawn.convert("L").getcolors()) > 10


def test_pictures_are_found_where_the_page_placed_them():
    from coursewaves.charts import Figure

    svg = '<svg xmlns="x"><text>a</text></svg>'
    made = figure(Figure(svg, "alt", 1, 1), "A & B")
    assert list(pictures_of(Section("s", "", [], [made, made]))) == [("A & B", svg)] * 2


# Reports ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_report_is_made_from_the_board_by_the_publisher(home, monkeypatch):
    monkeypatch.chdir(home.root)
    board = opened("the_year", home)
    panel = board.reporting
    panel.menus["kind"].value = "course"
    panel.menus["subject"].value = "P01-03"
    panel.menus["language"].value = "ru"
    panel.button.click()
    assert '<a href="reports/course/P01-03.ru.html" target="_blank">reports/course/P01-03.ru.html</a>' in said(panel)
    assert "The report is made." in said(panel)
    assert [page["path"] for page in read_manifest(home)] == ["course/P01-03.ru.html"]
    assert "P01-03" in (home.reports / "index.html").read_text(encoding="utf-8")
    panel.button.click()
    assert "was there already" in said(panel)


def test_while_another_run_works_no_report_is_made(home):
    panel = opened("data_problems", home).reporting
    with RunLock(home.lock):
        panel.button.click()
    assert "Another run works in this folder" in said(panel)
    assert not panel.button.disabled


def test_the_failure_of_a_report_is_told(home, monkeypatch):
    panel = opened("data_problems", home).reporting
    made = explore.Made(None, "took longer than 120 s")
    monkeypatch.setattr("coursewaves.explore.reporting.make_report", lambda *_: made)
    panel.button.click()
    assert "Not made: took longer than 120\N{NO-BREAK SPACE}s" in said(panel)


def test_data_that_were_not_loaded_as_things_are_now_are_told(home, tmp_path):
    other = tmp_path / "institute"
    shutil.copytree(home.root, other, ignore=shutil.ignore_patterns("export", "reports"))
    panel = opened("data_problems", Home(other)).reporting
    settings = other / "coursewaves.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("62.5", "50"), encoding="utf-8")
    panel.home = Home(other)
    panel.button.click()
    assert "Not made: The settings changed since the data were loaded" in said(panel)


def test_the_subjects_follow_the_kind(home):
    panel = opened("the_year", home).reporting
    panel.menus["kind"].value = "programme"
    assert [value for _, value in panel.menus["subject"].options] == ["P01", "P02", "P03", "P04"]
    panel.menus["kind"].value = "period"
    assert panel.menus["subject"].options == (("The whole year", "year"),)


def test_a_subject_that_there_is_not_is_refused_by_name(home):
    from coursewaves.errors import CoursewavesError

    with pytest.raises(CoursewavesError, match="Can't find 'P99' in the subjects of programme reports"):
        explore.make_report(home, "programme", "P99", "en")


# The notebooks in a kernel ---------------------------------------------------------------------------


@pytest.mark.slow
def test_every_notebook_runs_with_its_defaults_in_every_language(home):
    from jupyter_client.manager import start_new_kernel

    environment = os.environ | {"COURSEWAVES_HOME": str(home.root)}
    manager, client = start_new_kernel(kernel_name="python3", env=environment, cwd=str(home.root))
    shown: dict[str, set[str]] = {}
    try:
        for language in ("kk", "ru", "en"):
            run(client, f"import os; os.environ[{boards.LANGUAGE!r}] = {language!r}")
            for path in exploring_notebooks():
                shown.setdefault(path.stem, set()).add(run_notebook(client, path))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert set(shown) == {*MAKERS, *OTHERS}
    for name, texts in shown.items():
        assert len(texts) == 3 or name == "in_python", f"{name} says the same in two languages"


def run_notebook(client, path: Path) -> str:
    """Run a notebook's cells; return the labels of the board that it shows."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        found = run(client, cell.source) if cell.cell_type == "code" else set()
    assert found & {"application/vnd.jupyter.widget-view+json"}, path.name
    return str(run(client, "print([menu.description for menu in getattr(_, 'menus', {}).values()])"))


def run(client, source: str) -> set[str]:
    """Run a cell that must not fail; return the kinds of its outputs, or what it printed."""
    kinds: set[str] = set()

    def heard(message: dict) -> None:
        content = message["content"]
        if message["msg_type"] in ("execute_result", "display_data"):
            kinds.update(content["data"])
        if message["msg_type"] == "stream":
            kinds.add(content["text"])

    reply = client.execute_interactive(source, output_hook=heard, timeout=120)
    assert reply["content"]["status"] == "ok", reply["content"].get("evalue")
    return kinds
