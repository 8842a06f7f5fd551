"""The engine that needs no kernel gives the page that a Jupyter kernel gives, and fails as loudly."""

import io
import json
import os
from pathlib import Path
from typing import Any

import nbformat
import openpyxl
import papermill
import pytest

from coursewaves.kinds import KINDS, WHOLE
from coursewaves.publishing import engine
from coursewaves.publishing.renditions import renditions_of
from coursewaves.publishing.report import ReportError, execute, make_report
from coursewaves.settings.home import notebooks_folder
from coursewaves.system.limits import Limits, TooMuchOutput

ENGINES = [None, "coursewaves"]
LANGUAGES = ("kk", "ru", "en")


@pytest.fixture
def notebook(tmp_path):
    def write(*sources: str):
        cells = [nbformat.v4.new_code_cell(source, id=f"c{place}") for place, source in enumerate(sources)]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        path = tmp_path / "some.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
        return path

    return write


def test_papermill_knows_the_engine_by_its_entry_point():
    assert papermill.engines.papermill_engines.get_engine("coursewaves").__name__ == "InProcessEngine"


SUBJECTS = {"course_id": "P01-01", "programme_id": "P02", "direction_id": "D1"}
"""What each report is about, by its parameter; the centre is the first there is."""

MADE = [(kind, LANGUAGES[place % 3]) for place, kind in enumerate(KINDS)]
"""Each kind of report, by turns in one language: a kernel costs seconds."""


def cells_of(workbook: bytes) -> dict[str, list[list[Any]]]:
    """The values of a workbook, by sheet."""
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "language"), MADE)
def test_both_engines_make_the_same_page(loaded_year, kind, language):
    """And the same results beside it, as JSON and as a workbook."""
    parameter = KINDS[kind].parameter
    subjects = SUBJECTS | {"centre_id": loaded_year.registry.centres["centre_id"].iloc[0]}
    about = {parameter: subjects[parameter]} if parameter else {}
    head = {"kind": kind, "id": about.get(parameter, WHOLE), "language": language, "title": "Title"}
    parameters = {"home": str(loaded_year.home.root), "language": language} | about
    notebook = notebooks_folder() / "reports" / f"{kind}.ipynb"
    by_kernel, in_process = (make_report(notebook, parameters, "Title", language, engine) for engine in ENGINES)
    assert in_process.page == by_kernel.page
    there, here = (renditions_of(report, head, ("json", "xlsx")) for report in (by_kernel, in_process))
    sections = json.loads(there["json"])["sections"]
    assert sum(len(table["rows"]) for section in sections for table in section["tables"]) > 5
    assert json.loads(here["json"])["sections"] == sections
    assert cells_of(here["xlsx"]) == cells_of(there["xlsx"])
    assert here == there


@pytest.mark.parametrize("engine", ENGINES)
def test_outputs_have_the_same_kinds_in_both_engines(notebook, engine):
    html = "class Shown:\n    def _repr_html_(self):\n        return '<p>é</p>'"
    executed = execute(
        notebook(html, "print('words')\nShown()", "from IPython.display import display\ndisplay(1)"), {}, engine
    )
    outputs = [output for cell in executed.cells for output in cell.outputs]
    assert [output.get("text") for output in outputs if output.output_type == "stream"] == ["words\n"]
    assert [output["data"].get("text/html") for output in outputs if "data" in output] == ["<p>é</p>", None]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_failing_cell_is_named_without_its_data(notebook, engine):
    with pytest.raises(ReportError) as caught:
        execute(notebook("secret = 'Aigul'", "raise ValueError(secret)", "print('never')"), {}, engine)
    assert "ValueError" in str(caught.value)
    assert "Aigul" not in str(caught.value)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_notebook_sees_nothing_of_the_one_before(notebook, engine):
    execute(notebook("left_over = 1"), {}, engine)
    executed = execute(notebook("'left_over' in globals()"), {}, engine)
    assert executed.cells[0].outputs[0]["data"]["text/plain"] == "False"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_file_dropped_into_the_users_ipython_profile_is_not_run(notebook, tmp_path, monkeypatch, engine):
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-first.py").write_text("dropped = True")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    executed = execute(notebook("'dropped' in globals()"), {}, engine)
    assert executed.cells[0].outputs[0]["data"]["text/plain"] == "False"


def outputs(executed) -> list[tuple]:
    """All that the cells printed and showed, and their counts."""
    return [
        (cell.execution_count, output.output_type, output.get("name"), output.get("text"), output.get("data"))
        for cell in executed.cells
        for output in cell.outputs
    ]


def test_the_shell_that_was_made_beforehand_serves_one_notebook_and_changes_nothing(notebook):
    path = notebook(
        "import sys\nseen = 1\nprint(sorted(name for name in dir() if name[0] != '_'))\nseen",
        "__name__, sys.modules['__main__'].seen, get_ipython().execution_count",
    )
    engine.warm_up()
    made_beforehand = engine._warm[0]
    found = outputs(execute(path, {}, "coursewaves"))
    assert made_beforehand.user_ns["seen"] == 1
    assert engine._warm == []
    assert outputs(execute(path, {}, "coursewaves")) == found
    assert made_beforehand is not engine.InteractiveShell.instance()


def test_a_shell_that_another_has_replaced_is_not_used(notebook, tmp_path):
    engine.warm_up()
    other = engine.new_shell(tmp_path)
    other.user_ns["other"] = 1
    executed = execute(
        notebook("'other' in globals(), get_ipython() is type(get_ipython()).instance()"), {}, "coursewaves"
    )
    assert executed.cells[0].outputs[0]["data"]["text/plain"] == "(False, True)"


def test_text_is_measured_in_bytes_and_the_bound_itself_is_allowed():
    meter = engine.Meter(7)
    meter.take("abc")
    meter.take("қа")
    assert meter.left == 0
    with pytest.raises(TooMuchOutput):
        meter.take("\ud800"[:1])
    with pytest.raises(TooMuchOutput):  # and ever after
        meter.take("")


def test_the_bound_of_the_output_is_that_of_all_cells_together(notebook):
    cell = "print('x' * 600_000)"
    assert len(execute(notebook(cell), {}, "coursewaves", Limits(output_mb=1)).cells) == 1
    with pytest.raises(ReportError, match=r"600_000.*: printed more than 1 MB$"):
        execute(notebook(cell, cell), {}, "coursewaves", Limits(output_mb=1))


@pytest.mark.parametrize("engine_name", ENGINES)
def test_nothing_is_left_of_a_notebook_in_the_process_that_ran_it(notebook, tmp_path, monkeypatch, engine_name):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    before = dict(os.environ), Path.cwd()
    execute(notebook("open('left', 'w').close()"), {}, engine_name)
    assert (dict(os.environ), Path.cwd()) == before
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_folder_that_is_given_is_where_the_cells_run_and_stays(notebook, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    execute(notebook("open('left', 'w').close()"), {}, "coursewaves", None, folder)
    assert (folder / "left").exists()
