"""What is read of an SPSS file, and that a damaged one costs itself and nothing else."""

import subprocess
import sys
from datetime import datetime, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursewaves.errors import CoursewavesError
from coursewaves.platforms import arrange
from coursewaves.reading import spss as spss_module
from coursewaves.reading import spss_cases
from coursewaves.reading.spss import read_spss
from exports import spss as export


@pytest.fixture
def in_process(monkeypatch):
    """Take the cases without starting a process, which is most of the time that a small file takes."""
    monkeypatch.setattr(spss_module, "_cases", lambda path: spss_cases.read_cases(str(path)))


def cells(records, header: str) -> list[str]:
    return records.columns[records.header.index(header)].values().tolist()


@pytest.mark.parametrize("options", [{}, {"row_compress": True}, {"compress": True}])
def test_columns_are_headed_by_names_and_known_by_labels(tmp_path, options):
    found = read_spss(export.write_sav(tmp_path / "a.sav", **options))
    assert found.header == ["useful", "role", "sent", "say"]
    assert found.also == (("How useful was it?",), ("Your role",), ("Sent off",), ("Anything else?",))
    assert (found.name, found.n_read, found.problems) == ("a.sav", 6, [])
    assert found.numbers.tolist() == [2, 3, 4, 5, 6, 7]
    assert arrange(found).platform == "plain"


def test_a_value_is_its_label_and_without_one_itself(tmp_path, in_process):
    found = read_spss(export.write_sav(tmp_path / "a.sav"))
    # 9 is declared as missing and has a label; 98 is declared as missing and has none; the last is SPSS's own.
    assert cells(found, "useful") == ["Not at all", "Very", "3", "Not applicable", "", ""]
    assert cells(found, "role") == ["Teacher", "Head", "cook", "", "Teacher", "Head"]


def test_texts_lose_the_spaces_that_fill_them_up_and_keep_their_letters(tmp_path, in_process):
    found = read_spss(export.write_sav(tmp_path / "a.sav"))
    assert cells(found, "say") == ["Жақсы; өте пайдалы", "  two", "", "", "", "Спасибо"]


def test_times_dates_and_numbers_are_written_exactly(tmp_path, in_process):
    cases = {
        "at": [datetime(2025, 3, 10, 23, 59, 59, 999000)],
        "day": [datetime(2024, 2, 29).date()],
        "clock": [time(9, 5)],
        "half": [2.5],
        "small": [0.1],
        "large": [123456789012.0],
        "negative": [-3.0],
    }
    found = read_spss(export.write_sav(tmp_path / "a.sav", cases))
    assert [cells(found, name)[0] for name in cases] == [
        "2025-03-10 23:59:59", "2024-02-29 00:00:00", "9:05:00", "2.5", "0.1", "123456789012", "-3",
    ]  # fmt: skip


def test_a_case_without_values_is_set_aside(tmp_path, in_process):
    found = read_spss(export.write_sav(tmp_path / "a.sav", {"useful": [1.0, None, 5.0], "say": ["a", "", ""]}), "b.sav")
    assert found.numbers.tolist() == [2, 4]
    assert [(problem.file, problem.row, problem.rule) for problem in found.problems] == [("b.sav", 3, "E-BLANK")]
    assert found.n_read == 3


def test_a_file_without_cases_has_its_header(tmp_path, in_process):
    found = read_spss(export.write_sav(tmp_path / "a.sav", {"say": []}))
    assert (found.header, found.n_read, found.problems) == (["say"], 0, [])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(-9, 99) | st.none(), st.text("abә;\n ", max_size=5)), min_size=1, max_size=8))
def test_every_case_is_kept_or_named(tmp_path, in_process, cases):
    numbers, texts = [*map(list, zip(*cases, strict=True))]
    path = export.write_sav(
        tmp_path / "a.sav", {"number": [None if n is None else float(n) for n in numbers], "say": texts}
    )
    found = read_spss(path)
    assert found.n_read == len(cases) == len(found.numbers) + len(found.problems)
    shown = dict(
        zip(found.numbers.tolist(), zip(cells(found, "number"), cells(found, "say"), strict=True), strict=True)
    )
    for row, (number, text) in enumerate(cases, 2):
        is_blank = number is None and not text.strip()
        assert is_blank or shown[row] == ("" if number is None else str(number), text.rstrip() if text.strip() else "")


# Files that are none --------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"a;b\n1;2\n", b"PK\x03\x04", b"$FL9" + b"\0" * 300])
def test_a_file_that_is_no_spss_file_is_refused(tmp_path, content):
    path = tmp_path / "a.sav"
    path.write_bytes(content)
    found = read_spss(path)
    assert (found.header, [problem.rule for problem in found.problems]) == ([], ["E-FORMAT"])


@pytest.mark.parametrize("size", [4, 100, 176, 180, 600])
def test_a_torn_file_is_refused(tmp_path, size):
    path = tmp_path / "torn.sav"
    path.write_bytes(export.write_sav(tmp_path / "a.sav").read_bytes()[:size])
    found = read_spss(path)
    assert (found.header, [problem.rule for problem in found.problems]) == ([], ["E-FORMAT"])


def test_a_file_that_ends_the_parsers_process_is_refused(tmp_path):
    """The first variable claims 65,280 letters of a record of numbers, which ends the process of some versions."""
    content = bytearray(export.write_sav(tmp_path / "a.sav").read_bytes())
    content[181] = 255
    path = tmp_path / "b.sav"
    path.write_bytes(content)
    found = read_spss(path)
    assert found.header == []
    assert found.problems[0].rule in ("E-FORMAT", "E-ENCODING")


def test_a_process_that_dies_or_hangs_costs_the_file(tmp_path, monkeypatch):
    path = export.write_sav(tmp_path / "a.sav")
    killed = subprocess.CompletedProcess([], -11, b"", b"")
    monkeypatch.setattr(spss_module.subprocess, "run", lambda *_, **__: killed)
    assert [str(problem) for problem in read_spss(path).problems] == [
        "E-FORMAT a.sav a torn file: reading it broke off; file refused; "
        "fix: save it again in SPSS as .sav with Unicode, or export it as CSV (UTF-8)"
    ]

    def hang(*_, **__):
        raise subprocess.TimeoutExpired("python", 300)

    monkeypatch.setattr(spss_module.subprocess, "run", hang)
    assert [problem.rule for problem in read_spss(path).problems] == ["E-LIMIT"]


def test_more_than_any_survey_holds_is_refused(tmp_path, monkeypatch):
    path = export.write_sav(tmp_path / "a.sav")
    monkeypatch.setattr(spss_cases, "MOST_CELLS", 4 * 5)
    assert spss_cases.read_cases(str(path))[:2] == ("E-LIMIT", "more than 5 cases of this width")
    monkeypatch.setattr(spss_cases, "MOST_COLUMNS", 3)
    assert spss_cases.read_cases(str(path))[:2] == ("E-LIMIT", "4 variables")
    monkeypatch.setattr(spss_module, "MOST_BYTES", 10)
    assert [problem.rule for problem in read_spss(path).problems] == ["E-LIMIT"]


def test_a_file_in_the_current_folder_is_not_run(tmp_path, monkeypatch):
    """The process that reads imports nothing from where the command was started."""
    (tmp_path / "pyreadstat.py").write_text("raise SystemExit('ran')")
    (tmp_path / "json.py").write_text("raise SystemExit('ran')")
    path = export.write_sav(tmp_path / "a.sav")
    monkeypatch.chdir(tmp_path)
    assert read_spss(path).n_read == 6


def test_without_the_parser_no_file_is_called_torn(tmp_path, monkeypatch):
    path = export.write_sav(tmp_path / "a.sav")
    lacking = subprocess.CompletedProcess([], 1, b"", b"ModuleNotFoundError: No module named 'pyreadstat'")
    monkeypatch.setattr(spss_module.subprocess, "run", lambda *_, **__: lacking)
    with pytest.raises(CoursewavesError, match="pip install pyreadstat"):
        read_spss(path)


def test_pyreadstat_is_imported_only_for_spss_files():
    code = "import coursewaves.reading.spss, sys; sys.exit('pyreadstat' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
