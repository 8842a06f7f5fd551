"""The answers to a course's survey enter reports once it is over, all at once; what came is counted before."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from coursewaves.cli import app
from coursewaves.deadlines.due import find_due
from coursewaves.deadlines.due_words import Words
from coursewaves.deadlines.table import deadlines
from coursewaves.index import index_page
from coursewaves.load import load_year
from coursewaves.phrases import Phrases
from coursewaves.processed.contents import OpenSurvey, read_contents
from coursewaves.processed.year import Year
from coursewaves.publishing.plan import load_reasons, plan_reports
from coursewaves.registry.spans import processing_span
from coursewaves.registry.working_days import WorkingCalendar
from coursewaves.releases.holding import hold
from coursewaves.releases.open_surveys import last_days, open_surveys
from coursewaves.runs.run import run
from coursewaves.settings.home import Home, Settings, find_home
from small import make_registry
from test_fault_steps import Painter
from test_releases import MINIMUM, first, made, n_of, publish, published
from test_year import make_home, row

COURSE = {"course_id": "K-1", "programme_id": "P", "starts_on": "2025-03-03", "ends_on": "2025-03-14"}

ONE_DAY = timedelta(days=1)

LAST_OF_B = date(2025, 3, 21)
"""A week after the course's last day."""

SHOWN = date(2025, 3, 26)
"""After four days of grace: the last of B is a Friday, so two of the four are working days."""


# Days ------------------------------------------------------------------------------------------------


def invited(*days: str) -> list[dict[str, object]]:
    return [{"participant_id": f"p{n}", "course_id": "K-1", "wave": 3, "invited_on": day}
            for n, day in enumerate(days)]  # fmt: skip


def registry_of(*days: str):
    return make_registry(programmes=[{"programme_id": "P", "hours": 36}], courses=[COURSE], invitations=invited(*days))


def days_of(found: pd.DataFrame, name: str = "closes_on") -> dict[str, str]:
    return {row["instrument_id"]: str(row[name].date()) for row in found.to_dict("records")}


def test_a_survey_of_everybody_ends_with_its_window(survey):
    assert days_of(last_days(registry_of(), survey, Settings())) == {"A": "2025-03-03", "B": "2025-03-21"}


@pytest.mark.parametrize(
    ("days", "ends_on"),
    [
        (["2026-05-04"], "2026-05-24"),  # 20 days: 14 to answer, and 6 to ask the next reserves
        (["2026-05-04", "2026-05-20"], "2026-06-09"),  # reserves were asked
        (["2026-05-04", None], "2026-05-24"),  # one was drawn and not asked
        (["2028-03-01"], "2028-03-13"),  # its window ends before: 1095 days after the course
    ],
)
def test_a_sample_survey_ends_with_time_for_the_next_reserves(survey, days, ends_on):
    assert days_of(last_days(registry_of(*days), survey, Settings()))["C"] == ends_on


@pytest.mark.parametrize(("wait_days", "ends_on"), [(7, "2026-05-18"), (10, "2026-05-24"), (30, "2026-06-03")])
def test_a_round_lasts_twice_the_waiting_time_but_for_that_not_beyond_three_weeks(survey, wait_days, ends_on):
    settings = Settings.model_validate({"sample": {"wait_days": wait_days}})
    assert days_of(last_days(registry_of("2026-05-04"), survey, settings))["C"] == ends_on


def test_of_a_sample_survey_without_dated_invitations_no_end_is_known(survey):
    assert "C" not in days_of(last_days(registry_of(None), survey, Settings()))


def shown_from(survey, settings: Settings, *days: date, registry=None) -> list[dict[str, str]]:
    tables = registry or registry_of()
    return [days_of(open_surveys(tables, survey, settings, day), "shown_on") for day in days]


def test_answers_are_shown_after_four_days_for_the_last_export(survey):
    days = (date(2025, 3, 3), date(2025, 3, 7), date(2025, 3, 8), LAST_OF_B, SHOWN - ONE_DAY, SHOWN)
    both, of_b = {"A": "2025-03-08", "B": "2025-03-26"}, {"B": "2025-03-26"}
    assert shown_from(survey, Settings(), *days) == [both, both, of_b, of_b, of_b, {}]


def test_exports_that_come_by_themselves_need_no_days_of_grace(survey):
    settings = Settings.model_validate({"publishing": {"grace_days": 0}})
    days = (date(2025, 3, 3), date(2025, 3, 4), LAST_OF_B, LAST_OF_B + ONE_DAY)
    of_b = {"B": "2025-03-22"}
    assert shown_from(survey, settings, *days) == [{"A": "2025-03-04"} | of_b, of_b, of_b, {}]


@pytest.mark.parametrize(
    ("wait_days", "grace_days", "shown_on"),
    [
        (14, 4, "2026-05-25"),  # the round ends on the 20th day: its time for reserves has room for the export
        (14, 10, "2026-05-29"),  # 14 and 10 days, and the day after
        (30, 4, "2026-06-08"),  # it ends when it waited, without time for reserves
        (3, 4, "2026-05-12"),  # six days of a round, of which the export may take three, and one more
    ],
)
def test_in_a_round_of_a_sample_the_grace_is_part_of_the_time_for_reserves(survey, wait_days, grace_days, shown_on):
    settings = Settings.model_validate({"sample": {"wait_days": wait_days}, "publishing": {"grace_days": grace_days}})
    invited_on = date(2026, 5, 4)
    (found,) = shown_from(survey, settings, invited_on, registry=registry_of(str(invited_on)))
    assert found["C"] == shown_on


def test_even_answers_of_the_day_of_the_last_invitation_are_processed_in_time(survey):
    calendar = WorkingCalendar()
    for day in (date(2026, 5, 11) + n * ONE_DAY for n in range(7)):  # weeks without a holiday
        (found,) = shown_from(survey, Settings(), day, registry=registry_of(str(day)))
        assert found["C"] <= str(processing_span(day, calendar).due)


def test_an_institute_may_show_open_surveys(survey):
    settings = Settings.model_validate({"publishing": {"open_surveys": "show"}})
    assert open_surveys(registry_of(), survey, settings, date(2025, 3, 1)).empty


# What is held ----------------------------------------------------------------------------------------

OPEN_B = frozenset({("A-1", "B")})


def test_an_open_survey_waits_whole_and_closed_ones_do_not(survey):
    now = made(survey, 12)
    found = hold(now, published(now.iloc[:0]), frozenset(now["response_id"]), survey, MINIMUM, OPEN_B)
    assert (n_of(found), n_of(found, "A"), n_of(found, "C")) == (0, 12, 12)
    assert found.arriving == sorted(f"A-1.B.{person}" for person in range(12))
    assert found.waiting == []


@pytest.mark.parametrize("n_more", [1, 4, 5, 8])
def test_of_a_survey_that_is_open_again_pages_keep_what_they_show(survey, n_more):
    now = first(made(survey, 20), 12 + n_more)
    before = first(now, 12)
    found = hold(now, published(before), frozenset(now["response_id"]), survey, MINIMUM, OPEN_B)
    pd.testing.assert_frame_equal(found.responses, before)
    assert len(found.arriving) == n_more
    assert (found.waiting, found.withdrawn) == ([], frozenset())


def test_a_file_under_another_name_withdraws_nobody_of_an_open_survey(survey):
    now = first(made(survey, 20), 15)
    before = first(now, 12)
    renamed = now.assign(response_id="other " + now["response_id"])
    found = hold(renamed, published(before), frozenset(renamed["response_id"]), survey, MINIMUM, OPEN_B)
    assert (n_of(found), len(found.arriving), found.withdrawn) == (12, 3, frozenset())


def test_a_withdrawal_from_a_survey_that_is_open_again_counts_at_once(survey):
    before = made(survey, 12)
    now = before[before["response_id"] != "A-1.B.0"].reset_index(drop=True)
    found = hold(now, published(before), frozenset(now["response_id"]), survey, MINIMUM, OPEN_B)
    assert (n_of(found), found.withdrawn) == (0, {"A-1.B.0"})


def test_a_wave_of_which_too_few_were_published_waits_whole(survey):
    now = first(made(survey, 20), 9)
    found = hold(now, published(first(now, 4)), frozenset(now["response_id"]), survey, MINIMUM, OPEN_B)
    assert (n_of(found), len(found.arriving)) == (0, 9)


@given(n_before=st.integers(0, 14), n_now=st.integers(0, 20))
def test_every_form_of_an_open_survey_is_counted_or_arrives(survey, twenty, n_before, n_now):
    now, before = twenty.iloc[:n_now].reset_index(drop=True), twenty.iloc[:n_before]
    found = hold(now, published(before), frozenset(twenty["response_id"]), survey, MINIMUM, OPEN_B)
    counted = set(found.responses["response_id"])
    assert counted | set(found.arriving) | set(found.waiting) >= set(now["response_id"])
    assert counted.isdisjoint(found.arriving)
    shown = n_before if n_before - n_now < MINIMUM else n_now  # enough that count no longer leave together
    assert len(counted) == (shown if n_before >= MINIMUM else 0)


@pytest.fixture(scope="module")
def twenty(survey) -> pd.DataFrame:
    forms = made(survey, 20)
    names = ["response_id", "course_id", "instrument_id", "wave", "respondent_id", "is_straightlined", "file", "row",
             "submitted_at", "language", "role", "B1.1", "B1.2"]  # fmt: skip
    return forms.loc[forms["instrument_id"] == "B", names].reset_index(drop=True)


# A work folder ---------------------------------------------------------------------------------------

IN_B = ["Timestamp", "ID1", "ID2", "B1.1", "B1.2", "B1.3"]


def put_b(home: Home, n: int) -> None:
    """Put so many answers to questionnaire B into the folder; who answers it says 4 of 5, or 5 of 5."""
    lines = [[f"2025-03-14 10:{person:02d}:00", "K-1", "", *[str(4 + person % 2)] * 3] for person in range(n)]
    (home.responses / "b.csv").write_text("\n".join(",".join(line) for line in [IN_B, *lines]) + "\n")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A course with eight answers to A and twelve to B, and reports on courses in English alone."""
    home = make_home(tmp_path / "home", [row(str(1 + n % 5), f"2025-03-02 10:{n:02d}:00") for n in range(8)])
    (home.root / "coursewaves.yml").write_text("languages: [en]\nkinds: [course]\n")
    put_b(home, 12)
    return find_home(home.root)


def test_before_its_last_day_is_over_only_the_number_of_its_forms_is_known(home):
    year = load_year(home, LAST_OF_B)
    assert year.responses["instrument_id"].unique().tolist() == ["A"]
    assert year.scores["instrument_id"].unique().tolist() == ["A"]
    assert year.received["instrument_id"].value_counts().to_dict() == {"B": 12, "A": 8}
    assert year.files[["n_read", "n_kept", "n_waiting"]].to_numpy().tolist() == [[8, 8, 0], [12, 12, 0]]
    assert year.outcomes[["instrument_id", "outcome", "n_forms"]].to_numpy().tolist() == [
        ["A", "kept", 8], ["B", "kept", 12]
    ]  # fmt: skip
    assert not {"B1.1", "role", "language"} & set(year.arriving)
    partition = Year(home, home.partition("K-1"))
    assert partition.responses["instrument_id"].unique().tolist() == ["A"]
    assert not partition.has("arriving")


def test_after_its_days_of_grace_all_of_its_answers_count(home):
    year = load_year(home, SHOWN)
    assert year.responses["instrument_id"].value_counts().to_dict() == {"B": 12, "A": 8}
    assert (len(year.arriving), len(year.open_surveys)) == (0, 0)


def test_the_last_answers_of_a_survey_do_not_wait_for_good(home):
    for day, n in ((date(2025, 3, 17), 8), (LAST_OF_B, 10), (SHOWN - ONE_DAY, 12)):
        put_b(home, n)
        load_year(home, day)
        publish(home)
    put_b(home, 14)
    year = load_year(home, SHOWN)
    assert year.responses["instrument_id"].value_counts().to_dict() == {"B": 14, "A": 8}
    assert year.files["n_waiting"].sum() == 0


def test_what_comes_after_the_end_joins_in_batches(home):
    load_year(home, SHOWN)
    publish(home)
    put_b(home, 14)
    year = load_year(home, SHOWN + ONE_DAY)
    assert (year.responses["instrument_id"] == "B").sum() == 12
    assert year.files["n_waiting"].sum() == 2


def test_the_same_inputs_and_day_give_the_same_bytes(home):
    load_year(home, LAST_OF_B)
    names = [*home.processed.glob("*.parquet"), home.partition("K-1"), home.processed / "contents.json"]
    before = {path: path.read_bytes() for path in names}
    load_year(home, LAST_OF_B - ONE_DAY)
    assert {path: path.read_bytes() for path in names} == before


def test_a_load_remembers_which_surveys_it_left_open(home):
    load_year(home, LAST_OF_B)
    contents = read_contents(home)
    assert contents.surveys == (OpenSurvey("K-1", "B", "2025-03-21", "2025-03-26"),)
    assert load_reasons(home, LAST_OF_B) == []
    assert load_reasons(home) == []
    assert load_reasons(home, SHOWN) == ["the survey B of K-1 ended on 2025-03-21"]


def test_a_provisional_report_counts_what_came_so_far(home):
    settings = home.root / "coursewaves.yml"
    settings.write_text(settings.read_text() + "publishing:\n  open_surveys: show\n")
    assert len(load_year(find_home(home.root), date(2025, 3, 17)).responses) == 20


def test_a_page_made_while_a_survey_is_open_does_not_process_it(home):
    year = load_year(home, LAST_OF_B)
    home.reports.mkdir()
    page = {"kind": "course", "id": "K-1", "made_at": "2025-03-17T05:00:00+00:00"}
    (home.reports / "manifest.json").write_text(json.dumps([page]))
    steps = deadlines(year, LAST_OF_B).query("step == 'processing'").set_index("instrument_id")
    assert (steps.loc["A", "state"], str(steps.loc["A", "done_on"].date())) == ("done", "2025-03-17")
    assert (steps.loc["B", "state"], pd.isna(steps.loc["B", "done_on"])) == ("open", True)


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """A time by the clocks of Almaty."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=5)


def test_a_run_makes_pages_anew_once_it_is_shown_and_then_nothing(home):
    painter = Painter()
    told = [run(home, lambda home: painter, lambda now=now: now) for now in (
        moment(LAST_OF_B, 2, 30), moment(SHOWN - ONE_DAY, 23, 59), moment(SHOWN, 0, 1),
        moment(SHOWN, 2, 30),
    )]  # fmt: skip
    assert [one.outcome for one in told] == ["done", "nothing new", "done", "nothing new"]
    assert [one.n_made for one in told] == [1, 0, 1, 0]
    log = (home.logs / "coursewaves.log").read_text(encoding="utf-8")
    assert "load: the survey B of K-1 ended on 2025-03-21" in log
    assert "due: course/K-1.en.html: its data changed, a survey opened or closed" in log
    (page,) = json.loads((home.reports / "manifest.json").read_text())
    assert page["inputs"]["surveys"] == plan_reports(home)[0].inputs["surveys"]


def test_a_course_of_which_all_is_open_has_no_page_and_says_so_in_the_index(home):
    (home.responses / "b.csv").unlink()
    year = load_year(home, date(2025, 3, 3))
    assert read_contents(home).courses == []
    page = index_page(year, date(2025, 3, 3))
    state = "survey open · Monitoring 1: the survey is open until 3/3/25; its answers are shown from 3/8/25 on."
    assert state in page
    assert ">8<" in page  # as many forms came


@pytest.mark.parametrize(
    ("day", "note"),
    [
        (LAST_OF_B, "Surveys that are open still, with the day from which reports show their answers: "
                    "K-1 (Monitoring 2; 3/26/25)."),
        (SHOWN, "Surveys that ended since the last load; load once more, so that reports show them: "
                              "K-1 (Monitoring 2; 3/26/25)."),
    ],
)  # fmt: skip
def test_the_status_counts_the_forms_and_says_when_their_answers_are_shown(home, day, note):
    year = load_year(home, LAST_OF_B)
    due = find_due(year, day)
    assert note in Words(year, Phrases("en")).notes(due)
    (processing,) = due.deadlines.query("step == 'processing' and instrument_id == 'B'").to_dict("records")
    assert str(processing["received_on"].date()) == "2025-03-14"


def test_the_command_makes_a_page_that_says_until_when_and_one_with_the_answers_afterwards(home):
    def said(*words: str) -> str:
        done = CliRunner().invoke(app, ["--home", str(home.root), *words])
        assert done.exit_code == 0, done.output
        return done.output

    told = said("load", "--today", "2025-03-21")
    assert "surveys open, their answers are shown once they are over: K-1 B until 2025-03-21" in " ".join(told.split())
    made_now = said("report")
    assert "the survey B of K-1 ended on 2025-03-21; to show their answers: coursewaves" in " ".join(made_now.split())
    page, numbers = ((home.reports / f"course/K-1.en.{name}").read_text(encoding="utf-8") for name in ("html", "json"))
    page = " ".join(page.replace("\N{WORD JOINER}", "").split())
    assert page.count("Monitoring 2: the survey is open until March 21, 2025; its answers are shown from March 26") >= 2
    assert "Monitoring 2 — 12" in page
    assert "B1.1" not in numbers
    said("load", "--today", "2025-03-26")
    assert "its data changed, a survey opened or closed" in " ".join(said("report", "--dry-run").split())
    said("report")
    page, numbers = ((home.reports / f"course/K-1.en.{name}").read_text(encoding="utf-8") for name in ("html", "json"))
    assert "survey is open" not in page
    assert "B1.1" in numbers
    assert "0 reports due, 1 current" in said("report", "--dry-run")
