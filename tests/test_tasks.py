"""The board of the year's tasks: each is done without a browser, as its command does it, and a mistake is shown."""

import re
import shutil
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coursewaves import cli, explore
from coursewaves.archive import archive_folder, read_inventory
from coursewaves.builders.apps_script import apps_script
from coursewaves.builders.outline import make_form
from coursewaves.councils import councils_folder
from coursewaves.errors import CoursewavesError
from coursewaves.explore.tasks import TASKS, TaskBoard, reports
from coursewaves.explore.tasks import board as boards
from coursewaves.field import field_folder
from coursewaves.letters import letters_folder
from coursewaves.processed.year import Year
from coursewaves.publishing.manifest import read_manifest
from coursewaves.publishing.plan import plan_reports
from coursewaves.publishing.publish import Outcome
from coursewaves.registry.reader import read_registry
from coursewaves.runs.run import Produced
from coursewaves.settings.home import Home
from coursewaves.simulate import simulate_year
from coursewaves.survey.files import load_survey
from coursewaves.system.locks import RunLock
from exports import built_form

SURVEY = load_survey()
DAY = date(2025, 1, 10)
"""P01-01 runs from 13 to 24 January 2025: its wave 1 is open from 30 December to 13 January."""

SEED = "order 12 of 10 January 2026"


@pytest.fixture(scope="module")
def bare(example_year, tmp_path_factory) -> Home:
    """A work folder with registry, forms of P01 and a seed, in which nothing is loaded."""
    root = tmp_path_factory.mktemp("bare") / "institute"
    shutil.copytree(example_year[0], root, ignore=shutil.ignore_patterns("processed"))
    (root / "forms").mkdir()
    registry, _ = read_registry(root / "data" / "raw" / "registry")
    for instrument in SURVEY.waves():
        built = built_form.build(apps_script(make_form(SURVEY, registry, instrument, "P01")))
        (root / "forms" / built.files[0]["name"]).write_text(built.files[0]["content"], encoding="utf-8")
    with (root / "coursewaves.yml").open("a", encoding="utf-8") as file:
        file.write(f"sample: {{seed: {SEED}}}\nletters: {{contact: {{email: a@b.kz}}}}\n")
    return Home(root)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Home:
    """Four courses of two programmes, loaded and reported by the board, in English alone."""
    root = tmp_path_factory.mktemp("made") / "institute"
    simulate_year(root, programmes=2, courses=4, enrolled=12, seed=5)
    settings = root / "coursewaves.yml"
    text = settings.read_text(encoding="utf-8").replace("languages: [kk, ru, en]", "languages: [en]")
    settings.write_text(text + "kinds: [course, topic]\n", encoding="utf-8")
    home = Home(root)
    assert "Not done" not in told(done(home, "load"))
    assert "Reports made: 6; failed: 0; current already: 0." in told(done(home, "reports"))
    return home


def done(home: Home, task: str, **chosen: object) -> TaskBoard:
    """Choose a task and the values of its fields in English, and press the button."""
    board = explore.task_board(home.root, task, "en")
    for name, value in chosen.items():
        board.fields[name].value = value
    board.button.click()
    return board


def html(board: TaskBoard) -> str:
    (output,) = board.message.outputs
    return output["data"]["text/html"].partition("</style>")[2]


def told(board: TaskBoard) -> str:
    """What stands below the button, without its markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html(board)))).strip()


def linked(board: TaskBoard) -> list[str]:
    return re.findall(r">([^<]+)</a>", html(board))


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def command(home: Home, *words: str) -> None:
    """Run a command; 3 says that it had something to remark."""
    ended = CliRunner().invoke(cli.app, ["--home", str(home.root), *words])
    assert ended.exit_code in (0, 3), ended.output


# Choosing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS)
def test_a_task_shows_its_fields_in_the_reader_s_language_and_keeps_what_was_chosen(bare, task):
    board = explore.task_board(bare.root, task, "en")
    shown = [board.fields[name] for name in TASKS[task].fields]
    assert list(board.rows.children) == shown
    english = [board.button.description, *(field.description for field in shown)]
    chosen = [field.value for field in shown]
    board.menus["language"].value = "kk"
    kazakh = [board.button.description, *(field.description for field in shown)]
    assert all(one and other and one != other for one, other in zip(english, kazakh, strict=True))
    assert board.task.task_id == task
    assert [field.value for field in shown] == chosen


def test_the_menus_offer_what_the_registry_has(bare):
    registry, _ = read_registry(bare.registry)
    board = explore.task_board(bare.root, "letters", "en")
    assert [value for _, value in board.fields["centre"].options] == ["", *registry.centres["centre_id"]]
    assert [value for _, value in board.fields["wave"].options] == ["", "1", "2", "3"]
    board.menus["task"].value = "sample"
    assert [value for _, value in board.fields["sample_wave"].options] == ["3"]
    board.menus["task"].value = "bag"
    assert [value for _, value in board.fields["subject"].options] == ["2025", *registry.courses["course_id"]]
    board.menus["task"].value = "check"
    assert board.fields["bag"].options == ()


def test_another_choice_takes_the_old_result_away(bare):
    board = done(bare, "status")
    assert board.message.outputs
    board.menus["task"].value = "kept"
    assert board.message.outputs == ()


@pytest.mark.parametrize(("words", "message"), [
    ({"task": "dance"}, "Can't find 'dance' in the tasks of the year"),
    ({"language": "uz"}, "Can't find 'uz' in the languages of the settings"),
])  # fmt: skip
def test_what_there_is_not_is_refused(bare, words, message):
    with pytest.raises(CoursewavesError, match=message):
        explore.task_board(bare.root, **words)


# What stands in the way --------------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["field", "reports", "status", "regulation", "sitting", "ways", "kept", "bag"])
def test_a_task_for_which_something_is_missing_says_what_and_raises_nothing(bare, task):
    board = done(bare, task)
    assert re.match(
        r"Not done: Can't find the processed tables|Not done: Nothing was loaded|Not done: No ", told(board)
    )
    assert "fix: " in told(board)
    assert not board.button.disabled


@pytest.mark.parametrize("task", [name for name, task in TASKS.items() if task.is_alone])
def test_what_writes_shared_tables_waits_for_another_run_as_its_command_does(bare, task):
    with RunLock(bare.lock):
        board = done(bare, task)
    assert told(board) == "Another run works in this folder; try again when it has ended."


def test_a_fault_of_the_program_does_not_look_like_work_that_runs_on(bare, monkeypatch):
    def stumble(_asked: object) -> list:
        raise ZeroDivisionError

    monkeypatch.setattr(boards, "TASKS", {**TASKS, "kept": TASKS["kept"]._replace(do=stumble)})
    board = explore.task_board(bare.root, "kept", "en")
    with pytest.raises(ZeroDivisionError):
        board.do()
    assert told(board) == "Not done: ZeroDivisionError"
    assert not board.button.disabled


@pytest.mark.parametrize(
    ("reason", "tasks"),
    [
        ("Nothing is there; fix: coursewaves --home year load", ["Load what is new"]),
        ("Old pages; fix: coursewaves report, then coursewaves archive make", ["Make the reports that are due",
                                                                              "Make a bag for the archive"]),
        ("Can't read coursewaves.yml; fix: mend the letters in it", []),
    ],
)  # fmt: skip
def test_a_command_in_a_message_is_named_as_the_task_of_the_notebook(bare, monkeypatch, reason, tasks):
    def refuse(_asked: object) -> list:
        raise CoursewavesError(reason)

    monkeypatch.setattr(boards, "TASKS", {**TASKS, "kept": TASKS["kept"]._replace(do=refuse)})
    named = re.findall("that is the task “([^”]+)”", told(done(bare, "kept")))
    assert named == tasks


def test_each_task_names_its_command():
    for task in TASKS.values():
        assert CliRunner().invoke(cli.app, [*task.command.split(), "--help"]).exit_code == 0


def test_what_the_system_refuses_is_said(bare, monkeypatch):
    def refuse(_asked: object) -> list:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(boards, "TASKS", {**TASKS, "kept": TASKS["kept"]._replace(do=refuse)})
    assert told(done(bare, "kept")) == "Not done: No space left on device; fix: make room on the disk"


def test_long_work_says_that_it_runs(bare, monkeypatch):
    heard = []
    monkeypatch.setattr(
        boards, "TASKS", {**TASKS, "kept": TASKS["kept"]._replace(do=lambda _: heard.append(told(board)) or [])}
    )
    board = explore.task_board(bare.root, "kept", "en")
    board.button.click()
    assert heard == ["Under way; this may take from some seconds to minutes …"]


# Asking ------------------------------------------------------------------------------------------------


def test_letters_are_those_of_the_command_and_linked(bare):
    board = done(bare, "letters", day=DAY, wave="1")
    folder = letters_folder(bare) / DAY.isoformat()
    written = bytes_of(folder)
    assert sorted(linked(board)) == sorted(written)
    assert f"Written: {len(written)} files in data/letters/2025-01-10." in told(board)
    assert "P01-01" in told(board)
    command(bare, "letters", "--wave", "1", "--today", DAY.isoformat())
    assert bytes_of(folder) == written


def test_where_no_letter_is_due_that_is_said(bare):
    assert told(done(bare, "letters", day=date(2024, 1, 10))).startswith("No letter is due.")


def test_the_sample_is_that_of_the_command_and_another_seed_is_refused(bare):
    board = done(bare, "sample")
    written = bytes_of(field_folder(bare, SURVEY.instrument("C")))
    assert linked(board) == ["plan.json", "frame.csv", "drawn.xlsx", "invitations.csv"]
    assert f"Seed: {SEED}" in told(board)
    command(bare, "sample")
    assert bytes_of(field_folder(bare, SURVEY.instrument("C"))) == written
    again = done(bare, "sample", seed="another")
    assert told(again).startswith("Not done: Wave 3 was drawn already, from another seed; fix: keep that draw")
    assert bytes_of(field_folder(bare, SURVEY.instrument("C"))) == written


def test_the_field_tells_of_each_direction_and_writes_whom_to_ask(bare, loaded_year, tmp_path):
    home = Home(tmp_path / "institute")
    shutil.copytree(loaded_year.home.root, home.root)
    board = done(home, "sample", seed=SEED)
    assert "The settings name no such seed" in told(board)
    register = field_folder(home, SURVEY.instrument("C")) / "invitations.csv"
    register.unlink()
    shown = done(home, "field", day=date(2026, 1, 20))
    directions = home.registry / "directions.csv"
    titles = [line.split(",")[3] for line in directions.read_text(encoding="utf-8-sig").splitlines()[1:]]
    assert any(title in told(shown) for title in titles)
    assert not register.exists()
    assert linked(done(home, "field", day=date(2026, 1, 20), next=True)) == ["data/field/C/invitations.csv"]
    assert register.exists()


# Loading and reporting ---------------------------------------------------------------------------------


def test_what_is_new_is_loaded_and_what_is_not_is_not(made):
    raw = next(path for path in sorted(made.responses.rglob("*")) if path.is_file())
    content = raw.read_bytes()
    assert told(done(made, "load")) == "Nothing is new since the last load."
    raw.unlink()
    files = Year(made).files
    try:
        board = done(made, "load")
        assert "Records read" in told(board)
        assert raw.name not in told(board)
        assert len(Year(made).files) == len(files) - 1
    finally:
        raw.write_bytes(content)
    assert f"{raw.name}" in told(done(made, "load"))
    assert Year(made).files.equals(files)


def test_reports_that_are_current_are_not_made_again(made):
    pages = read_manifest(made)
    board = done(made, "reports")
    assert told(board).startswith("Reports made: 0; failed: 0; current already: 6.")
    assert linked(board) == ["reports/index.html"]
    assert read_manifest(made) == pages


def test_a_report_that_failed_is_named_with_its_reason(made, monkeypatch):
    jobs = [one.job for one in plan_reports(made) if one.job.subject_id in ("P01-01", "P02")]
    outcomes = [Outcome(job, "", "too little memory") for job in jobs]
    monkeypatch.setattr(reports, "produce", lambda *_args, **_words: Produced(outcomes, 4, 0))
    board = done(made, "reports")
    assert told(board).startswith(
        "Reports made: 0; failed: 2; current already: 4. Course P01-01 (en): too little memory"
    )
    assert "Topics P02 (en): too little memory" in told(board)


def test_the_status_is_shown_and_written_where_a_page_is_asked_for(made):
    assert linked(done(made, "status", day=date(2026, 1, 19))) == []
    assert not (made.reports / "due.html").exists()
    board = done(made, "status", day=date(2026, 1, 20), page=True)
    assert linked(board) == ["due.html", "calendar.ics", "due.json"]
    assert all((made.reports / name).is_file() for name in linked(board))
    assert "As of January 20, 2026" in told(board)
    assert "Reports before the councils" in told(board)
    earlier = done(made, "status", day=date(2026, 1, 18), page=True)
    assert "due.json is of 2026-01-20, later than 2026-01-18; fix: " in told(earlier)


def test_each_paragraph_of_the_regulation_stands_once_and_its_page_is_linked(made):
    board = done(made, "regulation", day=date(2026, 1, 20), page=True)
    assert linked(board) == ["reports/regulation.html"]
    assert (made.reports / "regulation.html").is_file()
    assert sorted(map(int, re.findall(r"<th scope=\"row\"[^>]*>¶(\d+)\.", html(board)))) == list(range(1, 23))


# Councils and archive ----------------------------------------------------------------------------------


def test_a_sitting_is_laid_ready_as_by_the_command(made):
    day = date(2025, 12, 17)
    board = done(made, "sitting", sitting=day, participants=True)
    folder = councils_folder(made) / "smc-2025-12-17"
    written = bytes_of(folder)
    assert sorted(linked(board)) == sorted(written)
    assert f"Written: {len(written)} files in data/councils/smc-2025-12-17." in told(board)
    reports = {name for name in written if re.fullmatch(r"members/reports/(course|topic)/[^/]+\.html", name)}
    assert reports
    assert told(board).startswith(f"Reports {len(reports)} ")
    command(made, "council", "smc", "--date", "2025-12-17", "--participants", "--language", "en")
    assert bytes_of(folder) == written
    ways = done(made, "ways", day=date(2026, 1, 20))
    assert "P01-01" in told(ways)


def test_edited_papers_of_a_sitting_are_not_written_over(made):
    day = date(2025, 11, 19)
    done(made, "sitting", sitting=day)
    folder = councils_folder(made) / "smc-2025-11-19"
    edited = folder / sorted(bytes_of(folder))[0]
    edited.write_bytes(b"mine")
    assert "edited since it was written; fix: rename the folder" in told(done(made, "sitting", sitting=day))
    assert edited.read_bytes() == b"mine"


def test_a_bag_is_made_offered_and_checked_and_a_damage_is_named(made):
    kept = told(done(made, "kept", day=date(2026, 1, 20)))
    assert all(f" {course} " in kept for course in Year(made).registry.courses["course_id"])
    assert told(done(made, "check")) == "Not done: There is no bag yet; make one first."
    board = done(made, "bag", subject="P01-01", day=date(2026, 1, 20))
    (bag,) = archive_folder(made).glob("P01-01-*")
    assert f"Made and checked: data/archive/{bag.name}, {len(read_inventory(bag))} files" in told(board)
    board.menus["task"].value = "check"
    assert [value for _, value in board.fields["bag"].options] == [bag.name]
    board.button.click()
    assert told(board) == f"The bag {bag.name} is whole."
    first = next(one for one in read_inventory(bag) if one.original)
    (bag / first.path).chmod(0o600)
    (bag / first.path).write_bytes(b"another")
    board.button.click()
    assert told(board).startswith(f"The bag {bag.name} is damaged")
    assert f"changed: {first.path} ({first.original})" in told(board)
