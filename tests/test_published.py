"""What is published of the example year: whole, listed, and without a trace of what was planted in its raw files."""

import hashlib
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coursewaves import cli

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def planted(example_year, loaded_year, reports) -> list[str]:
    """All that may appear nowhere: planted traces of people, and places of this machine."""
    truth = example_year[1]
    homes = [loaded_year.home.root, reports.parent]
    places = [*map(str, homes), *(str(home.parent) for home in homes), str(Path.home()), str(Path(cli.__file__).parent)]
    traces = [text for kind in ("emails", "phones", "iins", "names") for text in truth.canaries[kind]]
    return [*traces, *(place for place in places if len(place) > 5)]


def traces(text: str, planted: list[str]) -> list[str]:
    """Name what is found of the planted texts, however spaced or cased."""
    squeezed = re.sub(r"[\s()-]+", "", text).casefold()
    return [one for one in planted if re.sub(r"[\s()-]+", "", one).casefold() in squeezed]


def test_the_planted_texts_are_in_the_raw_files(loaded_year, example_year):
    raw = loaded_year.home.root / "data" / "raw" / "responses"
    text = "\n".join(path.read_text(encoding="utf-8", errors="ignore") for path in raw.rglob("*.csv"))
    canaries = example_year[1].canaries
    assert set(canaries["names"]) <= set(traces(text, canaries["names"]))
    assert traces(text, [*canaries["emails"], *canaries["phones"], *canaries["iins"]])


def text_of(path: Path) -> str:
    """All text of a published file; of a workbook that of all its parts."""
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as book:
        return "\n".join(book.read(name).decode() for name in book.namelist())


def test_no_published_file_holds_a_trace(reports, planted):
    published = [path for path in reports.rglob("*") if path.is_file()]
    assert len(published) == 2 + 9 * 3
    found = {path.name: traces(text_of(path), planted) for path in published}
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize("command", [["check"], ["load"], ["report", "-c", "P01-02", "-l", "kk"]])
def test_no_command_prints_a_trace(loaded_year, planted, tmp_path, monkeypatch, capfd, command):
    home = tmp_path / "institute"
    shutil.copytree(loaded_year.home.root, home)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli.app, ["--home", "institute", *command])
    printed = result.output + "".join(capfd.readouterr())
    assert result.exit_code == (3 if command == ["check"] else 0)
    assert traces(printed, [*planted, str(home), str(tmp_path)]) == []


def test_the_search_finds_a_trace_in_any_spelling(planted):
    assert traces("… +7(701) 555-01-23 …", ["+7 701 555 01 23"]) == ["+7 701 555 01 23"]
    assert traces("ЗЕРЕ ҚҰПИЯБЕКОВА", planted) == ["Зере Құпиябекова"]


def test_the_reports_of_the_example_year_are_as_the_manifest_says(reports):
    entries = json.loads((reports / "manifest.json").read_text(encoding="utf-8"))
    pages = sorted(path.relative_to(reports).as_posix() for path in reports.rglob("*.html") if path.parent != reports)
    assert [entry["path"] for entry in entries] == pages
    assert len(pages) == 9
    for entry in entries:
        content = (reports / entry["path"]).read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        assert 20_000 < len(content) < 400_000
    assert [path.name for path in reports.rglob("*") if path.name.endswith(".tmp")] == []


def test_every_link_of_the_index_leads_to_a_file_of_a_report_and_every_file_is_linked(reports):
    html = (reports / "index.html").read_text(encoding="utf-8")
    files = {path.relative_to(reports).as_posix() for path in (reports / "course").iterdir()}
    assert set(re.findall(r'<a href="([^"]*)"', html)) == files
    assert "<td>6</td><td>5</td><td>&lt;5</td>" in re.sub(r"\s", "", html)  # the example year's planted answers
