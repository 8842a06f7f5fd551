"""The command line: what it prints, with which code it ends, and what it never touches."""

import csv
import io
import os
import re
import shutil
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from coursewaves import cli
from coursewaves.problems import column_letter
from coursewaves.publishing.plan import Job
from coursewaves.publishing.publish import Outcome
from coursewaves.settings.home import BUILT_IN
from coursewaves.simulate import simulate_year
from coursewaves.survey.files import load_survey

COMMANDS = {
    "demo": "Make an example year of an institute",
    "begin": "what is there already stays as it is",
    "check": "Nothing is written",
    "load": "Every record is kept, or set aside with a reason",
    "report": "One report that fails never stops the others",
    "retract": "that no page with these courses' answers is in anybody's hands",
    "export": "Export the loaded tables",
    "query": "Ask the processed tables in SQL",
    "draft": "Draft an instrument file",
    "doctor": "nothing is changed",
    "schedule": "Have the run called at its time",
    "council": "Lay ready what a sitting of the councils needs",
    "forms": "Make the forms of the questionnaires",
    "lab": "Open JupyterLab",
    "missed": "Say whether a run was missed",
    "regulation": "Tell how each paragraph of the regulation stands",
    "run": "Bring the work folder up to date",
    "status": "Show what is due, overdue, missing and low-rated",
    "archive": "hand them to the archive as BagIt bags",
    "field": "Show how far a drawn sample wave is",
    "letters": "Write cover letters with links and QR codes",
    "register": "Enter courses, participants, trainers, decisions",
    "sample": "Draw whom a sample wave asks",
}


def run(*words: str) -> Result:
    """Call the command line in this process."""
    return CliRunner().invoke(cli.app, list(words))


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file of a folder with its bytes and the time of its last change."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def home(example_year, tmp_path) -> Path:
    """A work folder with raw data and nothing made of them yet."""
    folder = tmp_path / "institute"
    shutil.copytree(example_year[0], folder, ignore=shutil.ignore_patterns("processed", "reports"))
    return folder


@pytest.fixture
def home_of_one_wave(home) -> Path:
    """The work folder without the answers of later waves: what is asked of it takes a third of the time."""
    for name in ("wave2", "wave3"):
        shutil.rmtree(home / "data" / "raw" / "responses" / name)
    return home


class Loaded(NamedTuple):
    """A work folder that the command has loaded, its raw files before that, and how the command ended."""

    home: Path
    raw: dict[str, tuple[bytes, int]]
    result: Result


@pytest.fixture(scope="module")
def by_command(example_year, tmp_path_factory) -> Loaded:
    """The example year loaded by the command; only to be read and copied."""
    folder = tmp_path_factory.mktemp("by_command") / "institute"
    shutil.copytree(example_year[0], folder, ignore=shutil.ignore_patterns("processed", "reports"))
    return Loaded(folder, contents(folder / "data" / "raw"), run("--home", str(folder), "load"))


@pytest.fixture
def elsewhere(tmp_path, monkeypatch) -> Path:
    """An empty current folder, and no work folder named by the environment."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("COURSEWAVES_HOME", raising=False)
    return folder


# Help and mistakes of usage --------------------------------------------------------------------------


def test_help_names_every_command_and_where_to_begin():
    result = run("--help")
    assert result.exit_code == 0
    assert {name for name in COMMANDS if name in result.output} == set(COMMANDS)
    assert "coursewaves demo" in result.output


def test_help_has_the_commands_in_the_order_of_the_work():
    output = run("--help").output
    places = [output.index(f"─ {step} ─") for step in cli.STEPS]
    assert places == sorted(places)
    assert sum(map(len, cli.STEPS.values())) == len(COMMANDS)


def test_the_version_is_told_outside_any_work_folder(elsewhere):
    result = run("--version")
    assert (result.exit_code, result.output) == (0, f"coursewaves {version('coursewaves')}\n")


@pytest.mark.parametrize(("command", "words"), COMMANDS.items())
def test_help_of_a_command_says_what_it_does(command, words):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert words in " ".join(result.output.split())


@pytest.mark.parametrize(
    "words",
    [["send"], ["report", "--fast"], ["report", "--workers", "0"], ["report", "--workers", "many"],
     ["demo", "--courses", "1"], ["load", "--home", "x"]],
)  # fmt: skip
def test_a_mistake_of_usage_ends_with_two(words, elsewhere):
    assert run(*words).exit_code == 2
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("command", ["check", "load", "report"])
def test_a_work_folder_that_is_not_there_is_said_with_a_fix(command, elsewhere):
    result = run("--home", "nowhere", command)
    assert result.exit_code == 2
    assert result.stderr == "Can't find the work folder nowhere; fix: make it, or name another with --home.\n"


def test_a_folder_without_courses_is_no_work_folder(elsewhere):
    result = run("load")
    assert result.exit_code == 2
    assert (
        "No course is registered in data/raw/registry; fix: put courses.csv and programmes.csv there" in result.stderr
    )


def test_reports_before_loading_are_told_what_to_do(home):
    result = run("--home", str(home), "report")
    assert result.exit_code == 2
    assert "Can't find the processed tables of 'institute'; fix: coursewaves --home institute load" in result.stderr


def test_faulty_settings_are_told_with_line_and_all_at_once(home):
    (home / "coursewaves.yml").write_text("languages: [kk]\nminimum_group: 3\ntime_zone: Mars\nlow: 5\n")
    result = run("--home", str(home), "check")
    assert result.exit_code == 2
    assert "coursewaves.yml:2 minimum_group" in result.stderr
    assert "coursewaves.yml:3 time_zone: no time zone 'Mars'" in result.stderr
    assert "coursewaves.yml:4 low" in result.stderr


def test_every_faulty_instrument_file_is_listed(home):
    shutil.copytree(BUILT_IN, home / "instruments")
    for name in ("a.yml", "c.yml"):
        path = home / "instruments" / name
        path.write_text(path.read_text(encoding="utf-8").replace("scale:", "scalle:", 1), encoding="utf-8")
    result = run("--home", str(home), "check")
    assert result.exit_code == 2
    assert {name for name in ("a.yml:", "b.yml:", "c.yml:") if name in result.output} == {"a.yml:", "c.yml:"}
    assert "The instrument files have faults" in result.output


# check and load --------------------------------------------------------------------------------------


def test_check_names_each_fault_with_its_place_and_fix_and_writes_nothing(home, example_year):
    before = contents(home)
    result = run("--home", str(home), "check")
    assert result.exit_code == 3
    assert contents(home) == before
    told = [line for line in result.output.splitlines() if line.startswith("E-VALUE ")]
    planted = example_year[1].invalid_cells
    assert len(told) == len(planted)
    for cell in planted:
        (line,) = [line for line in told if f" {cell['file']}:{cell['row']}:" in line]
        assert "; fix: " in line
    lines = [line for line in result.output.splitlines() if "; fix: " in line]
    times = [re.search(r" \((\d+) times\)$", line) for line in lines]
    assert f"{sum(int(found[1]) if found else 1 for found in times)} problems" in result.output


def test_check_of_sound_files_ends_with_zero(home, example_year):
    responses = home / "data" / "raw" / "responses"
    shutil.rmtree(responses)
    responses.mkdir()
    result = run("--home", str(home), "check")
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "0 problems")


def test_load_prints_the_account_of_every_file_and_the_sum(by_command, example_year):
    result = by_command.result
    assert result.exit_code == 0
    lines = {line.split()[0]: line.split() for line in result.output.splitlines() if line.startswith(" ")}
    for planted in example_year[1].files:
        counts = [str(planted[name]) for name in ("n_read", "n_kept", "n_set_aside", "n_duplicate", "n_outside_window")]
        assert lines[planted["file"]][3:] == [*counts, "0"]  # nothing waits that was never published
    (total,) = [line.split()[2:] for line in result.output.splitlines() if line.startswith(" all files")]
    n_read, *parts = map(int, total)
    assert n_read == sum(parts)
    assert "E-VALUE 3" in result.output
    assert (by_command.home / "data" / "processed" / "responses.parquet").exists()


def test_a_renamed_question_is_proposed_accepted_and_read(tmp_path):
    simulate_year(tmp_path, programmes=2, courses=4, seed=5)
    path = next((tmp_path / "data" / "raw" / "responses" / "wave1").glob("*_A_*.csv"))
    text = path.read_text(encoding="utf-8")
    header = next(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    question = next(text for text in load_survey().item("A6").text.values() if text in header)
    place = header.index(question)
    path.write_text(text.replace(question, question[:-4] + "!", 1), encoding="utf-8")
    name = path.relative_to(tmp_path / "data" / "raw" / "responses").as_posix()
    before = run("--home", str(tmp_path), "check").output
    asking = f"coursewaves check --accept {name}:{column_letter(place)}"
    assert asking in before
    after = run("--home", str(tmp_path), "check", "--accept", f"{name}:{column_letter(place)}")
    assert "1 headers accepted in aliases.csv" in after.output
    assert asking not in after.output
    assert run("--home", str(tmp_path), "check", "--accept", "nothing.csv:A").exit_code == 2
    assert not (tmp_path / "data" / "processed").exists()


def test_a_query_is_answered_as_a_table_and_a_wrong_one_told(by_command):
    home = by_command.home
    found = run("--home", str(home), "query", "SELECT wave, count(*) AS n FROM responses GROUP BY ALL ORDER BY ALL")
    header, *lines = [line.split() for line in found.output.splitlines() if line.strip()]
    table = pd.read_parquet(home / "data" / "processed" / "responses.parquet")
    assert header == ["wave", "n"]
    assert lines == [[str(wave), str(n)] for wave, n in table.groupby("wave").size().items()]
    assert run("--home", str(home), "query", "SELEC").exit_code == 2


def test_loading_tells_of_a_new_key_once(by_command, tmp_path):
    home = tmp_path / "institute"
    shutil.copytree(by_command.home, home)
    first, second = by_command.result.output, run("--home", str(home), "load").output
    has_key = (home / "coursewaves.key").exists()
    assert ("coursewaves.key made" in first) == has_key
    assert "coursewaves.key made" not in second


def test_a_draft_needs_a_structure(tmp_path):
    (tmp_path / "a.lss").write_text("<a/>")
    result = run("draft", str(tmp_path / "a.lss"))
    assert result.exit_code == 2
    assert "not the structure of a LimeSurvey survey" in result.output


def test_raw_files_are_never_changed(by_command):
    assert contents(by_command.home / "data" / "raw") == by_command.raw


def test_the_work_folder_is_named_by_the_environment_or_is_the_current_one(home_of_one_wave, elsewhere, monkeypatch):
    home = home_of_one_wave
    monkeypatch.setenv("COURSEWAVES_HOME", str(home))
    assert "wave1/P01_A_kk.csv" in run("check").output
    monkeypatch.delenv("COURSEWAVES_HOME")
    monkeypatch.chdir(home)
    assert "wave1/P01_A_kk.csv" in run("check").output


def test_a_file_name_in_brackets_is_printed_as_it_is(home_of_one_wave):
    home = home_of_one_wave
    odd = home / "data" / "raw" / "responses" / "[red]odd[" / "nothing].csv"
    odd.parent.mkdir()
    odd.write_text("a,b\n1,2\n")
    for command in ("check", "load"):
        result = run("--home", str(home), command)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert "[red]odd[/nothing].csv" in result.output


def test_a_load_names_a_file_of_which_nothing_counts_and_ends_with_three(home_of_one_wave):
    home = home_of_one_wave
    assert run("--home", str(home), "load").exit_code == 0
    (home / "data" / "raw" / "responses" / "[b]torn.xlsx").write_bytes(b"PK\x03\x04 and no more")
    result = run("--home", str(home), "load")
    assert result.exit_code == 3
    assert "left out whole, nothing of them counts: [b]torn.xlsx (E-WORKBOOK)" in " ".join(result.output.split())
    assert (home / "data" / "processed" / "contents.json").exists()


# report ----------------------------------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch) -> list[Job]:
    """The jobs that were asked for, in place of reports; a course P01-02 fails."""
    jobs: list[Job] = []

    def note(home, planned, do, done):
        wanted = [one.job for one in planned if one.reasons]
        jobs.extend(wanted)
        failures = {"P01-02": "cell `cw.sections.waves(course)`: KeyError"}
        outcomes = [Outcome(job, "", failures.get(job.subject_id, "")) for job in wanted]
        for outcome in outcomes:
            done(outcome)
        return outcomes

    monkeypatch.setattr("coursewaves.runs.run.make_reports", note)
    return jobs


@pytest.fixture
def loaded(loaded_year, tmp_path) -> Path:
    folder = tmp_path / "institute"
    shutil.copytree(loaded_year.home.root, folder, ignore=shutil.ignore_patterns("reports"))
    return folder


def test_options_choose_courses_and_languages(loaded, asked):
    result = run("--home", str(loaded), "report", "-c", "P01-01", "--course", "P02-01", "--language", "kk", "-l", "en")
    assert result.exit_code == 0
    assert [(job.subject_id, job.language) for job in asked] == [
        ("P01-01", "kk"), ("P01-01", "en"), ("P02-01", "kk"), ("P02-01", "en"),
    ]  # fmt: skip
    assert "4 reports made, 0 failed" in result.output
    assert (loaded / "reports" / "index.html").exists()


def test_a_report_that_fails_is_named_with_its_cell_and_ends_with_one(loaded, asked):
    result = run("--home", str(loaded), "report", "-c", "P01-01", "-c", "P01-02", "-l", "kk")
    assert result.exit_code == 1
    assert "course P01-02 (kk): cell `cw.sections.waves(course)`: KeyError" in result.stderr
    assert "1 reports made, 1 failed" in result.output


@pytest.mark.parametrize(("option", "value"), [("--course", "P99-01"), ("--language", "de")])
def test_an_unknown_course_or_language_ends_with_two_and_says_what_there_is(loaded, asked, option, value):
    result = run("--home", str(loaded), "report", option, value)
    assert result.exit_code == 2
    assert f"Can't find '{value}'" in result.stderr
    assert "Possible values" in result.stderr
    assert asked == []


def test_the_index_is_named_without_the_machine_s_path(loaded, asked, elsewhere, monkeypatch):
    assert "index: institute/reports/index.html" in run("--home", str(loaded), "report", "-l", "kk").output
    monkeypatch.chdir(loaded)
    assert "index: reports/index.html" in run("report", "-l", "kk").output


def test_a_damaged_manifest_is_a_message_and_no_traceback(loaded):
    (loaded / "reports").mkdir()
    (loaded / "reports" / "manifest.json").write_text("[{")
    result = run("--home", str(loaded), "report", "-c", "P01-01")
    assert result.exit_code == 2
    assert "manifest.json is damaged; fix:" in result.stderr


# demo and lab ----------------------------------------------------------------------------------------

SMALL = ("--courses", "4", "--programmes", "2", "--workers", "1")


@pytest.fixture
def no_reports(monkeypatch) -> None:
    monkeypatch.setattr("coursewaves.runs.run.make_reports", lambda home, planned, do, done: [])


@pytest.fixture(scope="module")
def small_demo(tmp_path_factory) -> Path:
    """What a small demo makes but for its reports; only to be copied."""
    folder = tmp_path_factory.mktemp("small") / "demo"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("coursewaves.runs.run.make_reports", lambda home, planned, do, done: [])
        assert run("--home", str(folder), "demo", *SMALL).exit_code == 0
    return folder


@pytest.fixture
def demo_here(small_demo, elsewhere, no_reports) -> Path:
    """A demo in the current folder."""
    shutil.copytree(small_demo, elsewhere / "demo")
    return elsewhere / "demo"


def test_demo_makes_its_folder_here_and_makes_it_anew(elsewhere, no_reports):
    assert run("demo", *SMALL).exit_code == 0
    first = {name: text for name, (text, _) in contents(elsewhere / "demo" / "data" / "raw").items()}
    assert run("demo", *SMALL).exit_code == 0
    assert {name: text for name, (text, _) in contents(elsewhere / "demo" / "data" / "raw").items()} == first
    assert run("demo", *SMALL, "--seed", "7").exit_code == 0
    again = {name: text for name, (text, _) in contents(elsewhere / "demo" / "data" / "raw").items()}
    assert again != first


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("mine.txt", "added"),
        ("data/raw/responses/wave1/mine.csv", "added"),
        ("data/raw/registry/courses.csv", "changed"),
        ("coursewaves.yml", "changed"),
        ("instruments/mine.yml", "added"),
    ],
)
def test_demo_never_deletes_what_it_did_not_make(elsewhere, demo_here, name, change):
    path = demo_here / name
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as file:
        file.write("\n# mine\n")
    before = contents(elsewhere)
    result = run("demo", *SMALL)
    assert result.exit_code == 2
    assert "demo holds files that the demo did not make, or that were changed since; fix:" in result.stderr
    assert contents(elsewhere) == before


def test_demo_leaves_a_folder_with_other_data_as_it_is(home):
    before = contents(home)
    result = run("--home", str(home), "demo", *SMALL)
    assert result.exit_code == 2
    assert "holds raw data already; fix: name an empty folder" in result.stderr
    assert contents(home) == before


def test_demo_keeps_files_of_the_reports_folder_that_are_no_reports(demo_here):
    note = demo_here / "reports" / "note.txt"
    note.parent.mkdir(exist_ok=True)
    note.write_text("mine")
    assert run("demo", *SMALL).exit_code == 0
    assert note.read_text() == "mine"


def test_lab_opens_the_welcome_page_of_this_work_folder(home, monkeypatch):
    called = {}

    def call(command, env):
        called.update(command=command, env=env)
        return 0

    monkeypatch.setattr(subprocess, "call", call)
    assert run("--home", str(home), "lab").exit_code == 0
    assert called["command"][:3] == [sys.executable, "-m", "jupyterlab"]
    assert called["command"][-1] == str(home / "notebooks" / "welcome.md")
    assert called["env"]["COURSEWAVES_HOME"] == str(home)
    assert called["env"]["COURSEWAVES_LANGUAGE"] == "kk"


def test_lab_leaves_ctrl_c_to_jupyterlab(home, monkeypatch):
    before = signal.getsignal(signal.SIGINT)

    def call(command, env):
        os.kill(os.getpid(), signal.SIGINT)
        return 3

    monkeypatch.setattr(subprocess, "call", call)
    assert run("--home", str(home), "lab").exit_code == 3
    assert signal.getsignal(signal.SIGINT) is before


def test_lab_says_that_nothing_is_loaded_yet_and_that_a_changed_notebook_stays(home, monkeypatch):
    monkeypatch.setattr(subprocess, "call", lambda command, env: 0)
    (home / "notebooks").mkdir()
    (home / "notebooks" / "one_course.ipynb").write_text("mine")
    told = run("--home", str(home), "lab").output
    assert "notebooks/one_course.ipynb was changed by somebody and stays as it is" in told
    assert ("nothing is loaded yet; fix: coursewaves" in told) == (not (home / "data" / "processed").exists())


def test_lab_in_a_language_that_the_institute_does_not_have_is_refused(home):
    refused = run("--home", str(home), "lab", "--language", "de")
    assert refused.exit_code == 2
    assert "Can't find 'de' in the languages of the settings. Possible values: 'en', 'kk', 'ru'." in refused.output


# A whole run in a process of its own -----------------------------------------------------------------


def test_the_installed_command_runs_from_any_folder_in_any_locale(home, elsewhere):
    command = Path(sys.executable).with_name("coursewaves")
    plain = {
        "PATH": os.environ["PATH"],
        "HOME": str(elsewhere),
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "TZ": "America/New_York",
    }
    asked = [str(command), "--home", str(home), "check"]
    done = subprocess.run(asked, capture_output=True, env=plain, timeout=120, check=False)
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr
    assert "wave1/P01_A_kk.csv" in done.stdout.decode()


# The page for the person on duty ---------------------------------------------------------------------


def test_the_page_for_the_person_on_duty_explains_every_rule_and_every_code():
    root = Path(__file__).parents[1]
    page = (root / "docs" / "running.md").read_text(encoding="utf-8")
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (root / "lib").rglob("*.py"))
    assert set(re.findall(r"\bE-[A-Z]+\b", page)) == set(re.findall(r'"(E-[A-Z]+)"', sources))
    codes = re.findall(r"^\| (\d) \|", page, flags=re.MULTILINE)
    assert codes == re.findall(r"\b(\d) (?:all|a|raw)", cli.__doc__ or "")
