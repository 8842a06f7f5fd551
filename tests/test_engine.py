"""The engine that needs no kernel gives the page that a Jupyter kernel gives, and fails as loudly."""

import nbformat
import papermill
import pytest

from coursewaves.load import load_year
from coursewaves.report import ReportError, execute, make_page
from coursewaves.settings import Home, notebooks_folder

ENGINES = [None, "coursewaves"]


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


@pytest.mark.slow
@pytest.mark.parametrize("language", ["kk", "en"])
def test_both_engines_make_the_same_page(example_year, language):
    home, _ = example_year
    if not (home / "data" / "processed" / "responses.parquet").exists():
        load_year(Home(home))
    parameters = {"home": str(home), "course_id": "P01-01", "language": language}
    course = notebooks_folder() / "reports" / "course.ipynb"
    by_kernel, in_process = (make_page(course, parameters, "Title", language, engine) for engine in ENGINES)
    assert in_process == by_kernel


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


def test_a_file_dropped_into_the_users_ipython_profile_is_not_run(notebook, tmp_path, monkeypatch):
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-first.py").write_text("dropped = True")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    executed = execute(notebook("'dropped' in globals()"), {}, "coursewaves")
    assert executed.cells[0].outputs[0]["data"]["text/plain"] == "False"
