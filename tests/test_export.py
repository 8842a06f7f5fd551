"""A loaded year given out again: which files, with what in them, to whom, and what happens when one can't be made."""

import csv
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from typer.testing import CliRunner, Result

from coursewaves import cli
from coursewaves.errors import CoursewavesError
from coursewaves.export import export, export_folder, unguarded
from coursewaves.export.cells import cells_of
from coursewaves.reading.records import read_records
from coursewaves.reading.workbook import cell_text, read_sheet
from coursewaves.settings.home import Home
from coursewaves.simulate.damage import CANARIES

WAVES = ("A", "B", "C")

EVERYTHING = {
    "responses.csv", "scores.csv", "tables.kk.xlsx", "responses.kk.sav", "scores.kk.sav", "codebook.xml",
    "codebook.kk.html", *(f"codebook_{wave}.{end}" for wave in WAVES for end in ("xml", "kk.html")),
}  # fmt: skip


@pytest.fixture(scope="module")
def exported(loaded_year, tmp_path_factory) -> Path:
    """Everything exported in Kazakh."""
    folder = tmp_path_factory.mktemp("exported") / "out"
    written = export(loaded_year.home, folder=folder)
    assert {path.name for path in written} == EVERYTHING
    return folder


@pytest.fixture
def home(loaded_year, tmp_path) -> Home:
    """A loaded work folder of its own."""
    folder = tmp_path / "institute"
    shutil.copytree(loaded_year.home.root, folder, ignore=shutil.ignore_patterns("reports"))
    return Home(folder)


def expected(table: pd.DataFrame) -> list[list[str]]:
    """The cells of a table as text, by columns of our own reader's making."""
    columns = [["" if cell is None else cell_text(cell) for cell in cells_of(table[name])] for name in table]
    return [list(row) for row in zip(*columns, strict=True)]


# What comes back -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["responses", "scores"])
def test_csv_and_workbook_hold_the_tables_cell_by_cell(loaded_year, exported, name):
    table = getattr(loaded_year, name)
    rows = expected(table)
    from_csv = read_records(exported / f"{name}.csv")
    from_workbook = read_records(exported / "tables.kk.xlsx", sheet=name)
    for records in (from_csv, from_workbook):
        assert (records.problems, records.header) == ([], list(table))
    assert [[unguarded(cell) for cell in cells] for _, cells in from_csv.rows] == rows
    assert [cells for _, cells in from_workbook.rows] == rows


def test_pandas_reads_the_exported_scores_as_the_same_numbers(loaded_year, exported):
    scores = pd.read_csv(exported / "scores.csv", dtype={"response_id": "str"})
    numbers = [name for name in scores if scores[name].dtype == "float64"]
    assert len(numbers) > 40
    pd.testing.assert_frame_equal(scores[numbers], loaded_year.scores[numbers], rtol=1e-15)


def test_spss_gets_every_form_with_labels_and_the_codes_of_the_table(loaded_year, exported):
    rows, meta = pyreadstat.read_sav(str(exported / "responses.kk.sav"), user_missing=True)
    responses = loaded_year.responses
    assert rows["response_id"].tolist() == responses["response_id"].tolist()
    for column in ("A3.1", "B8", "C2.1"):
        pd.testing.assert_series_equal(rows[column], responses[column].reset_index(drop=True), check_dtype=False)
    assert meta.missing_ranges["A3.1"] == [{"lo": 9.0, "hi": 9.0}]
    assert meta.variable_value_labels["A3.1"][5.0] == "толық дәрежеде"
    assert (rows["B14"] == responses["B14"].fillna("").reset_index(drop=True)).all()
    chosen = responses["A1"].str.split("|").map(lambda codes: "r2" in codes, na_action="ignore").astype("float64")
    pd.testing.assert_series_equal(rows["A1_r2"], chosen.reset_index(drop=True), check_names=False)
    times = responses["submitted_at"].dt.tz_localize(None).dt.floor("s").reset_index(drop=True)
    pd.testing.assert_series_equal(rows["submitted_at"], times, check_names=False, check_dtype=False)


def test_the_sheet_of_labels_explains_every_exported_column_in_the_language(loaded_year, exported):
    grid = read_sheet(exported / "tables.kk.xlsx", "labels").grid
    assert grid[0] == ["table", "column", "meaning", "question", "scale", "code", "label", "is_missing"]
    described = {(row[0], row[1]) for row in grid[1:]}
    tables = {name: getattr(loaded_year, name) for name in ("responses", "scores")}
    assert described == {(name, column) for name, table in tables.items() for column in table}
    assert ["responses", "A3.1", "EX5", "5", "толық дәрежеде", "0"] in [[*row[:2], *row[4:]] for row in grid]


def test_no_exported_cell_begins_a_formula(exported):
    for name in ("responses.csv", "scores.csv"):
        with (exported / name).open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]
        assert not [cell for cell in cells if cell.startswith("-") and not cell[1:].replace(".", "", 1).isdigit()]


def test_codebooks_hold_nothing_that_identifies_anybody(exported, loaded_year):
    people = set(loaded_year.responses["respondent_id"].dropna()) | set(loaded_year.responses["response_id"])
    for path in exported.glob("codebook*"):
        text = path.read_text(encoding="utf-8")
        assert not [canary for canary in CANARIES if canary in text]
        assert not [code for code in people if code in text]


# Which, where, for whom ------------------------------------------------------------------------------


def test_exports_lie_beside_the_processed_tables_and_only_the_owner_reads_them(home):
    written = export(home, ["csv", "ddi"])
    folder = export_folder(home)
    assert folder == home.root / "data" / "export"
    assert {path.parent for path in written} == {folder}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in written)


def test_formats_tables_and_language_can_be_chosen(home, tmp_path):
    written = export(home, ["sav", "csv", "csv"], "ru", ["files", "scores"], tmp_path / "out")
    assert [path.name for path in written] == ["scores.csv", "files.csv", "scores.ru.sav"]
    _, meta = pyreadstat.read_sav(str(tmp_path / "out" / "scores.ru.sav"))
    assert meta.column_names_to_labels["K1"] == "Соответствие потребностям и целям"


def test_a_workbook_explains_only_the_tables_that_are_in_it(home, tmp_path):
    export(home, ["xlsx"], "en", ["scores", "problems"], tmp_path)
    assert {row[0] for row in read_sheet(tmp_path / "tables.en.xlsx", "labels").grid[1:]} == {"scores"}
    assert read_sheet(tmp_path / "tables.en.xlsx", "problems").grid[0][:3] == ["file", "row", "column"]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"formats": ["xls"]}, "Can't find 'xls' in the formats. Possible values: 'xlsx'"),
        ({"tables": ["participants"]}, "Can't find 'participants' in the tables. Possible values: "),
        ({"language": "de"}, "Can't find 'de' in the languages of the settings. Possible values: "),
    ],
)
def test_what_there_is_not_is_refused_before_anything_is_written(home, choice, message):
    with pytest.raises(CoursewavesError) as error:
        export(home, **choice)
    assert str(error.value).startswith(message)
    assert not export_folder(home).exists()


def test_codebooks_need_no_loaded_data_and_no_registry(tmp_path):
    root = tmp_path / "new"
    root.mkdir()
    written = export(Home(root), ["ddi", "html"])
    assert {path.name for path in written} == {name for name in EVERYTHING if name.startswith("codebook")}
    with pytest.raises(CoursewavesError, match="Can't find the processed tables of 'new'; fix: coursewaves") as error:
        export(Home(root))
    assert str(error.value).count("processed tables") == 1  # said once, not once a format
    assert len(list(export_folder(Home(root)).iterdir())) == 8


def test_a_format_that_refuses_a_text_does_not_stop_the_others(home):
    path = home.processed / "responses.parquet"
    responses = pd.read_parquet(path)
    responses.loc[3, "B14"] = "=cmd" + "қ" * 40_000
    responses.to_parquet(path, index=False)
    done = []
    with pytest.raises(CoursewavesError) as error:
        export(home, ["csv", "xlsx", "sav", "html"], done=lambda path: done.append(path.name))
    assert str(error.value).splitlines() == [
        "Can't export responses, row 5, column B14: 40004 characters where XLSX holds 32767; fix: export as csv.",
        "Can't export responses, row 5, column B14: 80004 bytes where SPSS holds 32767; fix: export as csv.",
    ]
    assert "responses.csv" in done and "codebook.kk.html" in done
    assert not [name for name in done if name.endswith(("xlsx", "sav"))]
    records = read_records(export_folder(home) / "responses.csv")
    assert unguarded(records.rows[3][1][records.header.index("B14")]) == "=cmd" + "қ" * 40_000


def test_a_folder_that_can_t_be_written_to_is_told_and_no_traceback(home, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CoursewavesError, match="Can't write to out: "):
        export(home, ["csv"], folder=tmp_path / "file" / "out")


@pytest.mark.skipif(os.name == "nt", reason="no limit on the size of files there")
def test_a_disk_that_fills_up_is_told_once_and_leaves_the_old_files_and_no_part_of_a_new_one(home):
    export(home)
    before = {path.name: path.read_bytes() for path in export_folder(home).iterdir()}
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000));"
        "from coursewaves.cli import app; app()"
    )
    call = [sys.executable, "-c", program, "--home", str(home.root), "export"]
    ended = subprocess.run(call, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    lines = ended.stderr.splitlines()
    assert [line for line in lines if not line.startswith("Can't write to export: ")] == []
    assert str(home.root) not in ended.stderr
    assert {path.name: path.read_bytes() for path in export_folder(home).iterdir()} == before


# The command -----------------------------------------------------------------------------------------


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.app, list(words))


def test_the_command_prints_what_it_has_written(home, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    result = run("--home", "institute", "export", "-f", "csv", "--format", "html", "-l", "en", "-t", "scores")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "written: institute/data/export/scores.csv",
        "written: institute/data/export/codebook.en.html",
        *(f"written: institute/data/export/codebook_{wave}.en.html" for wave in WAVES),
    ]


def test_the_command_writes_where_it_is_told_and_names_no_path_of_the_machine(home, monkeypatch, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(home.root)
    result = run("export", "--format", "csv", "--table", "scores", "--to", str(elsewhere / "out"))
    assert (result.exit_code, result.output) == (0, "written: scores.csv\n")
    assert (elsewhere / "out" / "scores.csv").exists()


@pytest.mark.parametrize("words", [("--format", "pdf"), ("--table", "people"), ("--language", "de")])
def test_a_wrong_choice_ends_with_two_and_says_what_there_is(home, words):
    result = run("--home", str(home.root), "export", *words)
    assert result.exit_code == 2
    assert f"Can't find '{words[1]}'" in result.stderr
    assert "Possible values" in result.stderr


def test_help_says_which_files_hold_answers():
    words = " ".join(run("export", "--help").output.split())
    assert "hold participants' answers" in words
    assert "--format" in words
