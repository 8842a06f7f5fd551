"""A whole year by commands alone, as a clerk types them: from the first check to the folder that comes back."""

import json
import runpy
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from coursewaves.cli import app
from coursewaves.processed.year import Year
from coursewaves.settings.home import Home
from coursewaves.standing.regulation_page import find_standing
from test_house import ROOT

TOOL = SimpleNamespace(**runpy.run_path(str(ROOT / "tools" / "guide.py")))

YEAR = """
0 coursewaves check
0 coursewaves forms --instrument A --course P01-01 --format paper
then links
0 coursewaves letters --today 2025-01-08
0 coursewaves sample
day 2025-10-01
then invitations
0 coursewaves letters --wave 3 --today 2025-10-01
day 2026-01-12
then answers
then receipts
3 coursewaves check --accept all
0 coursewaves load
then mend
0 coursewaves load
0 coursewaves report
0 coursewaves status --today 2026-01-20 --format html
3 coursewaves field --today 2026-01-20
1 coursewaves regulation --today 2026-01-20 --format html
0 coursewaves council smc --date 2026-02-18 --today 2026-01-21
day 2026-02-18
then decision
0 coursewaves register add hearings hearings_february.csv
0 coursewaves register add decisions decisions_february.csv
0 coursewaves load
0 coursewaves report
0 coursewaves council academic --date 2026-02-27 --today 2026-02-20
day 2027-01-14
0 coursewaves archive make 2025 --today 2027-01-14
0 coursewaves archive verify data/archive/2025-*
2 coursewaves archive remove P02-01 --bag data/archive/2025-* --today 2027-01-14 --confirm
0 coursewaves archive hand-over P02-01 --bag data/archive/2025-* --on 2027-01-14
0 coursewaves load
0 coursewaves archive remove P02-01 --bag data/archive/2025-* --today 2027-01-14 --confirm
0 coursewaves load
0 coursewaves archive restore data/archive/2025-* --home ../restored
"""
"""Each step: the exit code that a command has to have, or what a person does, or the day on which it is done."""


class Played:
    """The year, played once."""

    def __init__(self, story) -> None:
        self.story, self.home = story, story.home
        self.codes: list[tuple[str, str, str]] = []
        self.problems: list[int] = []
        self.standing: dict[str, str] = {}
        for step in YEAR.strip().splitlines():
            self.take(*step.partition(" ")[::2])

    def take(self, first: str, rest: str) -> None:
        """Take one step and keep what is asked of it afterwards."""
        if first == "then":
            TOOL.ACTIONS[rest](self.story)
        elif first == "day":
            self.story.told(f"<!-- day: {rest} -->")
        else:
            told = self.story.told(f"```console\n$ {rest}\n```")
            code = told.splitlines()[-2].strip("[]") if told.splitlines()[-2].startswith("[") else "0"
            self.codes.append((rest, first, code))
        if rest == "coursewaves load":
            self.problems.append(int((Year(Home(self.home)).problems["rule"] == "E-VALUE").sum()))


@pytest.fixture(scope="module")
def played(tmp_path_factory) -> Played:
    return Played(TOOL.Story(tmp_path_factory.mktemp("whole"), "kk"))


pytestmark = pytest.mark.slow


def test_every_command_ends_as_a_clerk_expects(played):
    assert [(rest, code) for rest, _, code in played.codes] == [(rest, wanted) for rest, wanted, _ in played.codes]


def test_each_centre_has_its_letter_of_the_first_and_of_the_third_wave(played):
    letters = {path.parent.name for path in (played.home / "data" / "letters").rglob("*.docx")}
    assert letters == {"2025-01-08", "2025-10-01"}


def test_a_correction_of_the_workbook_ends_one_problem_for_good(played):
    before, after, *later = played.problems
    assert before - after == 1
    assert all(n <= after for n in later)


def test_reports_made_on_the_day_of_receipt_are_in_time(played):
    content = json.loads((played.home / "reports" / "due.json").read_text(encoding="utf-8"))
    processing = [row for row in content["deadlines"] if row["step"] == "processing" and row["received_on"]]
    assert len(processing) == 12  # four courses, three waves
    assert {row["state"] for row in processing} == {"done"}
    # received on Monday 12 January 2026; fifteen working days on is Monday 2 February
    assert {row["due_on"] for row in processing} == {"2026-02-02"}


def test_the_decision_stands_in_the_registry_and_both_sittings_have_their_papers(played):
    decisions = Year(Home(played.home)).registry.decisions.set_index("decision_id")
    assert decisions.loc["R2026-1", ["programme_id", "council", "kind"]].tolist() == ["P01", "smc", "change_topic"]
    folders = sorted(path.name for path in (played.home / "data" / "councils").iterdir())
    assert folders == ["academic-2026-02-27", "smc-2026-02-18"]


def test_what_lies_in_the_archive_is_gone_here_and_remembered(played):
    year = Year(Home(played.home))
    assert year.registry.archived["course_id"].tolist() == ["P02-01"]
    assert "P02-01" not in set(year.registry.courses["course_id"])
    assert "P02-01" not in set(year.responses["course_id"])
    standing = {one.paragraph: one for one in find_standing(year, played.story.day).states}
    told = next(one for one in standing[22].evidence if "all" in one.values)
    assert told.values == {"n": 1, "all": 4}


def test_the_folder_that_comes_back_loads_with_all_four_courses(played):
    restored = played.home.parent / "restored"
    assert CliRunner().invoke(app, ["--home", str(restored), "load"]).exit_code == 0
    assert set(Year(Home(restored)).registry.courses["course_id"]) == {"P01-01", "P01-02", "P02-01", "P02-02"}
