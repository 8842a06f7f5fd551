"""One report: what papermill must not be given is refused, and nothing that is not whole becomes a page."""

import re
from ast import literal_eval
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursewaves.errors import CoursewavesError
from coursewaves.kinds import KINDS
from coursewaves.publishing import report
from coursewaves.publishing.report import ReportError, check_page, check_parameters, contents, make_page
from coursewaves.sections.front import END_MARK
from coursewaves.settings.home import notebooks_folder

COURSE = notebooks_folder() / "reports" / "course.ipynb"
SECRET = "Aigerim, +7 701 555 01 23"

BEGIN = "from coursewaves.pages.pieces import Section, paragraph"
SOME = "Section('part', 'Part', [], [paragraph('words')])"
END = f"Section('{END_MARK}', '', [], [paragraph('the end')])"
NO_WORDS = (
    "from coursewaves.pages.pieces import Html\n"
    "Section('bare', 'Bare', [], [Html('<figure><svg role=\"img\"><title>a</title><desc> </desc></svg></figure>')])"
)


SKIPPED = "# this cell is tagged as one that is not run"


def write_notebook(folder: Path, *sources: str, parameters: str = 'course_id = ""  # a course') -> Path:
    """Write a notebook with parameters, an import and some cells."""
    new = nbformat.v4.new_code_cell
    first = new(parameters, metadata={"tags": ["parameters"]}, id="c")
    cells = [first, *(new(source, id=f"c{place}") for place, source in enumerate([BEGIN, *sources]))]
    for cell in cells:
        if cell.source.startswith(SKIPPED):
            cell.metadata["tags"] = ["skip-execution"]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "some.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def made_of(folder: Path, *sources: str, engine: str | None = "coursewaves") -> str:
    return make_page(write_notebook(folder, *sources), {"course_id": SECRET}, "Title", "en", engine)


# Parameters ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["course", "Course_id", "course_id ", "course_id=1;evil", ""])
def test_a_parameter_that_the_notebook_does_not_have_is_refused_with_those_that_it_has(name):
    with pytest.raises(CoursewavesError, match=r"in the parameters of course\.ipynb\. Possible values: .*'course_id'"):
        check_parameters(COURSE, {name: "P01-01"})


@pytest.mark.parametrize(
    "value",
    [
        Path("a"),
        ("a",),
        {"a"},
        ["a"],
        {"a": 1},
        np.int64(4),
        np.bool_(False),
        np.float64(1),
        pd.Timestamp(0),
        pd.NA,
        b"a",
        1j,
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_that_is_not_plain_is_refused(value):
    with pytest.raises(CoursewavesError, match=f"Parameter 'course_id' is a {type(value).__name__}; fix: pass text"):
        check_parameters(COURSE, {"course_id": value})


@pytest.mark.parametrize("value", ["P01-01", "", 1, 1.5, True, None])
def test_text_numbers_and_nothing_are_plain(value):
    check_parameters(COURSE, {"course_id": value})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 2**63, -(2**64), 10**5000], ids=range(6))
def test_a_number_that_is_none_or_that_few_programs_hold_is_refused(value):
    with pytest.raises(CoursewavesError, match="Parameter 'course_id' is no number of ordinary size; fix: pass it as"):
        check_parameters(COURSE, {"course_id": value})


def test_the_parameters_are_those_that_papermill_finds():
    import papermill

    assert report._parameters_of(COURSE) == list(papermill.inspect_notebook(str(COURSE)))


def test_only_a_plain_name_that_is_given_a_value_is_a_parameter(tmp_path):
    cell = "a = 1\nb: str = 'x = 2'\nc: int\nd.e = 3\nf['g'] = 4\nh = i = 5\n# j = 6\nif True:\n    k = 7"
    assert report._parameters_of(write_notebook(tmp_path, parameters=cell)) == ["a", "b", "h", "i"]


def test_a_notebook_without_parameters_takes_none(tmp_path):
    path = tmp_path / "some.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("course_id = 1", id="c")]), path)
    with pytest.raises(CoursewavesError, match="Can't find 'course_id' in the parameters"):
        check_parameters(path, {"course_id": "x"})


def read_back(folder: Path, values: list[Any], engine: str | None) -> list[Any]:
    """What a cell reads where these values were passed."""
    names = [f"p{place}" for place in range(len(values))]
    first = "\n".join(f"{name} = None" for name in names)
    path = write_notebook(folder, f"print(ascii([{', '.join(names)}]))", parameters=first)
    passed = dict(zip(names, values, strict=True))
    check_parameters(path, passed)
    return literal_eval(report.execute(path, passed, engine).cells[-1].outputs[0]["text"])


PLAIN_VALUES = st.one_of(
    st.text(st.characters()), st.text(st.sampled_from("\"'\\\n\r\t{}$#%;()x0u\u2028\x00\ud800 қ")), st.booleans(),
    st.none(), st.integers(-(2**63) + 1, 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False),
)  # fmt: skip


@given(values=st.lists(PLAIN_VALUES, min_size=1, max_size=12))
@settings(max_examples=60)
def test_what_a_cell_reads_is_what_was_passed(values, tmp_path_factory):
    found = read_back(tmp_path_factory.mktemp("parameters"), values, "coursewaves")
    assert [(type(value), repr(value)) for value in found] == [(type(value), repr(value)) for value in values]


HOSTILE = "\"); import os; os._exit(7) # '''\n\\ {0} {{x}} ${x}"


def test_a_kernel_reads_what_was_passed_too(tmp_path):
    values = [HOSTILE, "\r\x00\u2028", "қазақша", "'\"" * 3, "\\N{x}", 0, -(2**63) + 1, 0.1, -0.0, 5e-324, True, None]
    assert repr(read_back(tmp_path, values, None)) == repr(values)


def test_braces_in_the_path_of_a_notebook_are_braces(tmp_path):
    folder = tmp_path / "{0} {course_id} {course.__class__}"
    folder.mkdir()
    assert "words" in made_of(folder, SOME, END)


def test_hostile_text_in_a_parameter_stays_text(tmp_path):
    source = "Section('echo', 'Echo', [], [paragraph(course_id)])"
    page = make_page(write_notebook(tmp_path, source, END), {"course_id": HOSTILE}, "Title", "en", "coursewaves")
    assert "os._exit(7)" in page


# What is not whole -----------------------------------------------------------------------------------


def test_a_notebook_that_runs_to_its_end_mark_becomes_a_page(tmp_path):
    page = made_of(tmp_path, SOME, SOME.replace("part", "next"), END)
    assert '<html lang="en">' in page
    assert "<title>Title</title>" in page
    assert page.rstrip().endswith("</html>")
    assert re.findall(r'<li><a href="#(\w+)">Part</a></li>', page) == ["part", "next"]


FAILURES: dict[str, tuple[list[str], str]] = {
    "a cell that raises": ([SOME, "raise KeyError(course_id)", END], "cell `raise KeyError(course_id)`: KeyError"),
    "a cell of several lines": (["x = course_id\nint(x)", END], "cell `x = course_id`: ValueError"),
    "a cell that is no Python": ([SOME, "some words", END], "cell `some words`: SyntaxError"),
    "a cell that leaves": ([SOME, "import sys\nsys.exit(0)", END], "cell `import sys`: SystemExit"),
    "a last cell that leaves": ([SOME, END, "raise SystemExit"], "cell `raise SystemExit`: SystemExit"),
    "a skipped cell": ([SOME, f"{SKIPPED}\n{SOME}", END], f"cell `{SKIPPED}` was not run"),
    "no end mark": ([SOME], "the notebook did not run to its end mark"),
    "an empty notebook": ([], "the notebook did not run to its end mark"),
    "a figure without words": ([NO_WORDS, END], "a figure has no alternative text"),
    "a forged end mark": (
        [f"Section('x', 'X', [], [paragraph('id=\"{END_MARK}\" <section id=\"{END_MARK}\">')])"],
        "the notebook did not run to its end mark",
    ),
}


@pytest.mark.filterwarnings("ignore:To exit")
@pytest.mark.parametrize("engine", ["coursewaves", pytest.param(None, marks=pytest.mark.slow)], ids=["here", "kernel"])
@pytest.mark.parametrize(("sources", "message"), FAILURES.values(), ids=FAILURES)
def test_what_is_not_whole_fails_and_says_where_without_any_data(tmp_path, capfd, engine, sources, message):
    with pytest.raises(ReportError) as caught:
        made_of(tmp_path, *sources, engine=engine)
    assert str(caught.value) == message
    told = "".join(capfd.readouterr())
    assert SECRET not in told
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.slow
def test_a_jupyter_kernel_that_dies_leaves_no_page(tmp_path):
    with pytest.raises(ReportError, match="the kernel ended: DeadKernelError"):
        made_of(tmp_path, SOME, "import os\nos._exit(0)", END, engine=None)


def test_nothing_is_left_in_the_temporary_folder(tmp_path, monkeypatch):
    places = tmp_path / "temporary"
    places.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(places))
    made_of(tmp_path, SOME, END)
    with pytest.raises(ReportError):
        made_of(tmp_path, "1 / 0", END)
    assert list(places.iterdir()) == []


def test_cells_run_in_a_private_folder_and_not_where_the_command_was_called(tmp_path, monkeypatch):
    (tmp_path / "dropped.py").write_text("raise SystemError")
    monkeypatch.chdir(tmp_path)
    page = made_of(tmp_path, "import os\nSection('here', 'Here', [], [paragraph(f'files: {os.listdir()}')])", END)
    assert "dropped.py" not in page


# The page --------------------------------------------------------------------------------------------


def test_the_contents_list_headings_as_text_and_leave_out_what_has_none():
    html = (
        '<section id="a"><h2>First &amp; last <span class="paragraph">¶5</span></h2><h3>no</h3></section>'
        '<section id="b"><p>no heading</p></section><section id="c"><h2>&lt;b&gt;</h2></section>'
    )
    assert contents(html) == [("a", "First & last"), ("c", "<b>")]


@pytest.mark.parametrize(
    "drawing",
    ['<svg role="img"></svg>', '<svg role="img"><desc></desc></svg>', "<svg><desc>words</desc></svg>",
     '<svg role="img"><title>words</title></svg>'],
)  # fmt: skip
def test_a_figure_that_says_nothing_to_those_who_can_not_see_it_is_no_report(drawing):
    end = f'<section id="{END_MARK}"></section>'
    with pytest.raises(ReportError, match="no alternative text"):
        check_page(drawing + end)
    check_page('<svg role="img"><desc>words</desc></svg>' + end)


def test_outputs_that_are_not_html_never_come_into_a_page(tmp_path):
    page = made_of(
        tmp_path, "print(course_id)\ncourse_id", "import sys\nprint(course_id, file=sys.stderr)\n" + SOME, END
    )
    assert SECRET not in page
    assert "words" in page


def test_the_style_sheet_asks_for_nothing_from_elsewhere():
    assert not re.search(r"url\(|@import|http|expression", report.page_css())


@pytest.mark.parametrize("kind", KINDS)
def test_a_notebook_has_the_parameters_that_its_kind_is_given(kind):
    import papermill

    asked = papermill.inspect_notebook(str(COURSE.with_stem(kind)))
    assert set(asked) == {"home", "language", KINDS[kind].parameter} - {""}
