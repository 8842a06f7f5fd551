"""The regulation in code: its page is made of its entries, and each paragraph stands as the days and tables say."""

import json
import re
import runpy
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from typer.testing import CliRunner

from coursewaves.cli import app
from coursewaves.deadlines.due import find_due
from coursewaves.errors import CoursewavesError
from coursewaves.phrases import Phrases
from coursewaves.problems import Problem, problems_table
from coursewaves.processed.year import Year
from coursewaves.publishing.manifest import page_path, write_manifest
from coursewaves.regulation import (
    CHECKS,
    STATES,
    Evidence,
    State,
    asked,
    evidence_words,
    facts_of,
    is_any_broken,
    judge,
    load_regulation,
    states_of,
)
from coursewaves.regulation.facts import PAGES
from coursewaves.regulation.paragraphs import FILE, NUMBERS
from coursewaves.settings.home import Home, Settings
from coursewaves.standing.regulation_page import as_json, find_standing, write_standing
from coursewaves.survey.files import load_survey
from small import make_registry
from test_house import document, missing_names
from test_languages import letter_faults

ROOT = Path(__file__).parents[1]
TOOL = SimpleNamespace(**runpy.run_path(str(ROOT / "tools" / "regulation.py")))
SURVEY = load_survey()
RATING = SURVEY.ratings[0].id

# The entries and the page --------------------------------------------------------------------------


def test_the_page_is_made_of_the_entries():
    assert document("docs/regulation.md") == TOOL.page(), "fix: python tools/regulation.py"


def test_the_page_names_only_what_exists():
    assert missing_names(TOOL.page()) == []


def test_every_paragraph_asks_in_three_languages_and_in_the_letters_of_each():
    for one in load_regulation().paragraphs:
        assert list(one.asks) == ["en", "kk", "ru"]
        assert len(set(one.asks.values())) == 3
        faults = [fault for language in ("kk", "ru") for fault in letter_faults(one.asks[language], "", language)]
        assert faults == [], f"¶{one.number}"


def test_every_paragraph_has_a_check_of_its_own_and_no_check_is_idle():
    named = [one.check for one in load_regulation().paragraphs]
    assert len(set(named)) == len(NUMBERS)
    assert set(named) == set(CHECKS)


def test_a_paragraph_without_an_answer_says_not_yet():
    one = load_regulation().paragraph(22)
    bare = one.model_copy(update={"answers": [one.answers[0].model_copy(update={"by": []})], "tests": []})
    cells = list(TOOL._cells(bare))
    assert cells[2:4] == ["when: not yet", "not yet"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("number: 7", "number: 23", "paragraphs.yml:"),
        ("number: 7", "number: 8", "name each from 1 to 22 once"),
        ("check: keeping", "cheque: keeping", "paragraphs.21.cheque"),
    ],
)
def test_a_fault_of_the_entries_is_named(tmp_path, old, new, fault):
    path = tmp_path / FILE.name
    path.write_text(FILE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(CoursewavesError, match=re.escape(fault)):
        load_regulation.__wrapped__(path)


def test_there_is_no_twenty_third_paragraph():
    with pytest.raises(CoursewavesError, match="23"):
        load_regulation().paragraph(23)


# States --------------------------------------------------------------------------------------------


def test_a_paragraph_stands_as_its_worst_evidence_says():
    pieces = [Evidence(state, state) for state in reversed(STATES)]
    assert judge(5, pieces).state == "broken"
    assert [piece.weight for piece in judge(5, pieces).evidence] == list(STATES)
    assert judge(5, pieces[:2]).state == "kept"  # what is kept already outweighs what is still to come
    assert judge(5, []) == State(5, "not applicable yet", ())


# A year made by hand ---------------------------------------------------------------------------------
# Course K-1 runs from 3 to 14 March 2025. Survey A is open from 17 February to 3 March, B from 13 to 21 March,
# C of those who completed from 12 June 2025 to 13 March 2028.

K1 = {"course_id": "K-1", "programme_id": "K", "starts_on": "2025-03-03", "ends_on": "2025-03-14", "completed": 40,
      "centre_id": "C1"}  # fmt: skip
ALL_NAMED = Settings(institute={"kk": "Институт", "ru": "Институт", "en": "Institute"})
GIVEN = (("K-1", "A", "2025-03-02 10:00", 9), ("K-1", "B", "2025-03-14 18:00", 9))


def day(text: str) -> date:
    return date.fromisoformat(text)


def answers(*given: tuple[str, str, str, int]) -> pd.DataFrame:
    """So many forms by course, questionnaire and local time."""
    rows = [(course, name, at) for course, name, at, n in given for _ in range(n)]
    times = pd.to_datetime([at for *_, at in rows]).tz_localize("Asia/Almaty").as_unit("us")
    return pd.DataFrame(
        {
            "course_id": pd.Series([course for course, *_ in rows], dtype="str"),
            "instrument_id": pd.Series([name for _, name, _ in rows], dtype="str"),
            "submitted_at": pd.Series(times, dtype=pd.DatetimeTZDtype("us", "Asia/Almaty")),
            "respondent_id": pd.Series([None] * len(rows), dtype="str"),
        }
    )


def whole(**tables: list) -> dict[str, list]:
    """A registry with a row in each table that ¶17 needs."""
    return {
        "directions": [{"direction_id": "D", "title_en": "D"}],
        "programmes": [{"programme_id": name, "direction_id": "D", "title_en": name, "hours": 72} for name in "KL"],
        "trainers": [{"trainer_id": "T1", "name": "A. Trainer"}],
        "topics": [{"topic_id": f"{p}-1", "programme_id": p, "number": 1, "title_en": "T", "hours": 72,
                    "trainer_id": "T1"} for p in "KL"],
        "centres": [{"centre_id": "C1", "title_en": "C", "email": "c1@example.kz"}],
        "participants": [{"participant_id": "p1", "course_id": "K-1"}],
        "courses": [K1],
    } | tables  # fmt: skip


@pytest.fixture
def make_year(tmp_path):
    """Make a loaded year by hand, with the reports that are published."""

    def make(*given, settings=ALL_NAMED, survey=SURVEY, means: Mapping[str, float] | None = None, **tables) -> Year:
        home = Home(tmp_path / "institute")
        home.__dict__.update(survey=survey, settings=settings)
        home.reports.mkdir(parents=True, exist_ok=True)
        year = Year(home)
        steps = (-10.0, -5.0, 0.0, 5.0, 10.0)
        rows = [(course, mean + step) for course, mean in (means or {}).items() for step in steps * 2]
        scores = pd.DataFrame(rows, columns=["course_id", RATING])
        year.__dict__.update(
            registry=make_registry(**whole(**tables)),
            responses=answers(*given),
            scores=scores,
            shown_scores=scores,
            problems=problems_table([]),
            outcomes=pd.DataFrame({"course_id": [], "instrument_id": [], "outcome": [], "n_forms": []}),
            files=pd.DataFrame({"file": ["a.csv"][: len(given)], "n_read": [18][: len(given)]}),
        )
        return year

    return make


def published(year: Year, *made: tuple[str, str, str], stale: bool = False) -> None:
    """Publish reports by kind, subject and the local time at which they were made."""
    entries = []
    for kind, name, at in made:
        path = page_path(kind, name, "kk")
        file = year.home.reports / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("page", encoding="utf-8")
        entries.append(
            {"kind": kind, "id": name, "language": "kk", "title": "T", "path": path, "sha256": "0", "inputs": {},
             "versions": {}, "made_at": f"{at}T12:00:00+05:00", "is_stale": stale}
        )  # fmt: skip
    write_manifest(year.home, entries)


def found(year: Year, today: str) -> dict[int, State]:
    return {one.paragraph: one for one in find_standing(year, day(today)).states}


def state(year: Year, today: str, paragraph: int) -> str:
    return found(year, today)[paragraph].state


def said(year: Year, today: str, paragraph: int) -> list[str]:
    return [evidence_words(Phrases("en"), piece) for piece in found(year, today)[paragraph].evidence]


def test_every_paragraph_has_a_state_and_its_evidence(make_year):
    standing = find_standing(make_year(*GIVEN), day("2025-04-03"))
    assert [one.paragraph for one in standing.states] == list(NUMBERS)
    for one in standing.states:
        assert one.state in STATES
        assert one.evidence, f"¶{one.paragraph} stands as it stands without a reason"
        assert one.evidence[0].weight == one.state


def test_before_anything_begins_nothing_is_broken(make_year):
    states = found(make_year(), "2025-01-10")
    by_state = {name: [n for n, one in states.items() if one.state == name] for name in STATES}
    assert by_state == {
        "broken": [],
        "at risk": [6],  # nobody has reviewed the wording
        "kept": [1, 2, 3, 4, 11, 16, 17],
        "not applicable yet": [5, 7, 8, 9, 10, 12, 13, 14, 15, 18, 19, 20, 21, 22],
    }
    assert not is_any_broken(states.values())


def test_the_institute_has_a_name_in_each_language_of_the_reports(make_year):
    assert state(make_year(), "2025-01-10", 1) == "kept"
    year = make_year(settings=Settings(institute={"kk": "Институт"}))
    assert state(year, "2025-01-10", 1) == "at risk"
    assert said(year, "2025-01-10", 1)[0] == "The settings name no institute in: ru, en"


def test_a_criterion_without_a_scored_question_breaks_the_fourth(make_year):
    assert said(make_year(), "2025-01-10", 4) == ["Criteria of the questionnaires: 5"]
    criterion = SURVEY.criteria[-1].model_copy(update={"id": "K99", "paragraphs": [4]})
    survey = SURVEY.model_copy(update={"criteria": [*SURVEY.criteria, criterion]})
    assert said(make_year(survey=survey), "2025-01-10", 4)[0] == "Criteria that no scored question serves: K99"
    assert state(make_year(survey=SURVEY.model_copy(update={"criteria": []})), "2025-01-10", 4) == "broken"


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2025-03-01", "not applicable yet"),
        ("2025-03-02", "at risk"),  # the day before the course has come
        ("2025-03-03", "at risk"),
        ("2025-03-04", "broken"),  # the window of A closed on the 3rd
    ],
)
def test_a_survey_that_nobody_answers_breaks_the_fifth_when_its_window_closes(make_year, today, expected):
    assert state(make_year(), today, 5) == expected


def test_a_survey_that_is_answered_keeps_the_fifth(make_year):
    year = make_year(*GIVEN)
    assert state(year, "2025-03-03", 5) == "not applicable yet"
    assert state(year, "2025-03-04", 5) == "kept"
    assert said(year, "2025-03-22", 5) == ["Surveys that are over: 2"]
    assert said(make_year(GIVEN[0]), "2025-03-22", 5)[0] == "Surveys that nobody answered in time: 1 (K-1)"


@pytest.mark.parametrize(("today", "expected"), [("2028-03-13", "kept"), ("2028-03-14", "broken")])
def test_a_programme_that_nobody_surveys_in_three_years_breaks_the_fifth(make_year, today, expected):
    assert state(make_year(*GIVEN), today, 5) == expected


def test_two_questionnaires_are_not_three_surveys(make_year):
    survey = SURVEY.model_copy(update={"instruments": [one for one in SURVEY.instruments if one.wave < 3]})
    year = make_year(*GIVEN, survey=survey)
    assert said(year, "2025-03-04", 5)[0] == "Questionnaires for 2 of three surveys"
    assert [state(year, "2025-03-04", n) for n in (5, 9, 10)] == ["broken"] * 3


def test_a_course_without_dates_puts_the_fifth_at_risk(make_year):
    year = make_year(courses=[{"course_id": "K-1", "programme_id": "K", "centre_id": "C1"}])
    assert state(year, "2025-01-10", 5) == "at risk"
    assert said(year, "2025-01-10", 5)[0] == "Surveys of courses without dates: 2 (K-1)"


def test_the_wording_that_nobody_reviewed_puts_the_sixth_at_risk(make_year):
    assert said(make_year(), "2025-01-10", 6)[0] == "Review of the wording by a native methodologist: 3 (A, B, C)"
    reviewed = [one.model_copy(update={"reviewed": True}) for one in SURVEY.instruments]
    assert state(make_year(survey=SURVEY.model_copy(update={"instruments": reviewed})), "2025-01-10", 6) == "kept"


@pytest.mark.parametrize(
    ("paragraph", "today", "expected"),
    [
        (7, "2025-03-01", "not applicable yet"), (7, "2025-03-02", "at risk"),
        (8, "2025-03-13", "not applicable yet"), (8, "2025-03-14", "at risk"),
        (9, "2027-09-14", "not applicable yet"), (9, "2027-09-15", "at risk"),  # 180 days before the three years end
    ],
)  # fmt: skip
def test_a_wave_without_any_answer_is_at_risk_from_its_day(make_year, paragraph, today, expected):
    assert state(make_year(), today, paragraph) == expected


def test_a_wave_with_answers_is_kept(make_year):
    year = make_year(*GIVEN)
    assert [state(year, "2025-04-01", n) for n in (7, 8, 9)] == ["kept", "kept", "not applicable yet"]


@pytest.mark.parametrize(
    ("n", "today", "expected"),
    [
        (11, "2027-09-14", "not applicable yet"),
        (11, "2027-09-15", "at risk"),
        (11, "2028-03-13", "at risk"),
        (11, "2028-03-14", "broken"),
        (12, "2028-03-14", "kept"),  # 30 % of the 40 who completed
        (4, "2028-03-14", "at risk"),  # too few to be told: it is not said whether they are enough
    ],
)
def test_a_direction_under_thirty_percent_breaks_the_tenth_after_three_years(make_year, n, today, expected):
    year = make_year(*GIVEN, ("K-1", "C", "2025-09-02 10:00", n))
    assert state(year, today, 10) == expected


def test_of_a_hidden_direction_no_number_is_told(make_year):
    year = make_year(*GIVEN, ("K-1", "C", "2025-09-02 10:00", 4))
    assert said(year, "2028-03-14", 10) == ["Directions with too few answers to be told: 1 (D); until 3/13/28"]


def test_a_course_that_nobody_answers_and_a_centre_without_address_put_the_twelfth_at_risk(make_year):
    assert state(make_year(*GIVEN), "2025-04-01", 12) == "kept"
    assert said(make_year(*GIVEN), "2025-04-01", 12) == ["Files loaded: 1"]
    two = [K1, K1 | {"course_id": "K-2"}]
    year = make_year(*GIVEN, courses=two)
    assert state(year, "2025-03-21", 12) == "kept"  # its last window closes today
    assert said(year, "2025-03-22", 12)[0] == "Courses without any answer: 1 (K-2)"
    bare = [{"centre_id": "C1", "title_en": "C"}]
    year = make_year(*GIVEN, centres=bare)
    assert said(year, "2025-04-01", 12)[0] == "Courses without a centre's address for letters: 1 (K-1)"


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2025-03-16", "kept"),
        ("2025-03-17", "at risk"),  # ten working days after 2 March
        ("2025-03-27", "at risk"),  # fifteen
        ("2025-03-28", "broken"),
    ],
)
def test_results_that_nobody_processes_break_the_thirteenth_after_fifteen_working_days(make_year, today, expected):
    assert state(make_year(GIVEN[0]), today, 13) == expected


@pytest.mark.parametrize(("made_on", "expected"), [("2025-03-27", "kept"), ("2025-03-28", "broken")])
def test_results_processed_a_day_too_late_stay_so(make_year, made_on, expected):
    year = make_year(GIVEN[0])
    published(year, ("course", "K-1", made_on))
    assert state(year, "2025-06-01", 13) == expected
    in_time = {"kept": "1 of 1", "broken": "0 of 1"}[expected]
    assert f"Results processed in time: {in_time}" in said(year, "2025-06-01", 13)


def test_a_receipt_moves_the_fifteen_days(make_year):
    receipts = [{"course_id": "K-1", "wave": 1, "received_on": "2025-03-14"}]
    year = make_year(GIVEN[0], receipts=receipts)
    assert [state(year, today, 13) for today in ("2025-04-01", "2025-04-02", "2025-04-09", "2025-04-10")] == [
        "kept", "at risk", "at risk", "broken",
    ]  # fmt: skip
    assert not any("not recorded" in text for text in said(year, "2025-04-01", 13))
    assert "Days of receipt that are not recorded: 1" in said(make_year(GIVEN[0]), "2025-03-10", 13)


def test_a_course_without_report_is_at_risk_and_breaks_the_fourteenth_when_its_results_are_overdue(make_year):
    year = make_year(GIVEN[0])
    assert state(year, "2025-03-27", 14) == "at risk"
    assert said(year, "2025-03-28", 14)[:2] == [
        "Courses without a report: 1 (K-1)", "Programmes without a report by topics: 1 (K)",
    ]  # fmt: skip
    assert state(year, "2025-03-28", 14) == "broken"
    published(year, ("course", "K-1", "2025-03-20"))
    assert said(year, "2025-03-28", 14)[0] == "Programmes without a report by topics: 1 (K)"
    assert state(year, "2025-03-28", 14) == "at risk"
    published(year, ("course", "K-1", "2025-03-20"), ("topic", "K", "2025-03-20"))
    assert state(year, "2025-03-28", 14) == "kept"
    published(year, ("course", "K-1", "2025-03-20"), ("topic", "K", "2025-03-20"), stale=True)
    assert said(year, "2025-03-28", 14)[0] == "Pages that are no longer up to date: 2"


def decision(council: str, decided_on: str, kind: str = "change_topic", programme: str = "K", **more: str) -> dict:
    name = f"{programme}.{council}.{decided_on}".replace(".", "-")
    row = {"decision_id": name, "programme_id": programme, "decided_on": decided_on, "council": council, "kind": kind}
    return row | more


SITTINGS = [{"council": "smc", "held_on": "2025-05-07"}, {"council": "academic", "held_on": "2025-05-21"}]


def hearings(*given: tuple[str, str]) -> list[dict]:
    """The hearings of a report, by kind and subject, at both sittings."""
    return [
        {"kind": kind, "subject_id": name, "council": one["council"], "held_on": one["held_on"], "outcome": "accepted"}
        for kind, name in given
        for one in SITTINGS
    ]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2025-04-22", "not applicable yet"),
        ("2025-04-23", "at risk"),  # two weeks before the sitting
        ("2025-05-07", "at risk"),
        ("2025-05-08", "broken"),
    ],
)
def test_a_report_that_a_sitting_passes_over_breaks_the_fifteenth(make_year, today, expected):
    year = make_year(*GIVEN, sittings=SITTINGS)  # its results were to be processed by 9 April
    assert state(year, today, 15) == expected


def test_a_report_that_both_councils_heard_keeps_the_fifteenth(make_year):
    year = make_year(*GIVEN, sittings=SITTINGS, hearings=hearings(("course", "K-1"), ("topic", "K")))
    assert said(year, "2025-05-22", 15) == ["Reports heard by both councils: 2 of 2"]
    assert state(year, "2025-05-22", 15) == "kept"
    course_alone = make_year(*GIVEN, sittings=SITTINGS, hearings=hearings(("course", "K-1")))
    assert said(course_alone, "2025-05-22", 15)[0] == "Reports without which a sitting was held: 1 (K)"


def test_the_academic_council_decides_after_the_other_one(make_year):
    both = [decision("smc", "2025-03-05"), decision("academic", "2025-03-05")]
    assert state(make_year(decisions=both), "2025-04-01", 15) == "not applicable yet"
    wrong = [decision("smc", "2025-03-06"), decision("academic", "2025-03-05")]
    told = "Decided by the Academic Council before the other council: 1 (K)"
    assert said(make_year(decisions=wrong), "2025-04-01", 15)[0] == told
    assert state(make_year(decisions=wrong), "2025-03-04", 15) == "not applicable yet"  # nothing is decided yet


LOW = {"K-1": 45.0, "K-2": 45.0, "L-1": 80.0, "L-2": 80.0}
RUNS = [K1 | {"course_id": name, "programme_id": name[0]} for name in LOW]


def test_a_low_rated_programme_needs_its_factor_analysis_by_the_day_of_its_results(make_year):
    year = make_year(GIVEN[0], means=LOW, courses=RUNS)
    told = "Low-rated programmes without a report on their factors: 1 (K)"
    assert [state(year, today, 16) for today in ("2025-03-27", "2025-03-28")] == ["at risk", "broken"]
    assert said(year, "2025-03-27", 16)[0] == said(year, "2025-03-28", 16)[0] == told
    published(year, ("factors", "K", "2025-03-28"))
    assert state(year, "2025-03-28", 16) == "kept"


@pytest.mark.parametrize(("today", "expected"), [("2025-05-07", "at risk"), ("2025-05-08", "broken")])
def test_a_factor_analysis_that_a_sitting_passes_over_breaks_the_eighteenth(make_year, today, expected):
    year = make_year(*GIVEN, means=LOW, courses=RUNS, sittings=SITTINGS)
    assert state(year, today, 18) == expected
    heard = make_year(*GIVEN, means=LOW, courses=RUNS, sittings=SITTINGS, hearings=hearings(("factors", "K")))
    assert said(heard, "2025-05-22", 18) == ["Factor analyses heard by both councils: 1 of 1"]


def test_a_low_rated_programme_waits_for_a_decision(make_year):
    year = make_year(means=LOW, courses=RUNS)
    assert said(year, "2025-06-01", 19) == ["Low-rated programmes without a decision: 1 (K)"]
    assert state(year, "2025-06-01", 19) == "at risk"
    decided = [decision("smc", "2025-05-07"), decision("academic", "2025-05-21")]
    assert state(make_year(means=LOW, courses=RUNS, decisions=decided), "2025-06-01", 19) == "kept"
    assert state(make_year(), "2025-06-01", 19) == "not applicable yet"


@pytest.mark.parametrize(
    ("today", "done_on", "expected"),
    [("2025-09-30", None, "kept"), ("2025-10-01", None, "at risk"), ("2025-10-01", "2025-09-30", "kept")],
)
def test_a_decision_that_nobody_carries_out_in_time_puts_the_nineteenth_at_risk(make_year, today, done_on, expected):
    more = {"due_on": "2025-09-30"} | ({"done_on": done_on} if done_on else {})
    year = make_year(decisions=[decision("smc", "2025-05-07"), decision("academic", "2025-05-21", **more)])
    assert state(year, today, 19) == expected


def test_a_topic_without_its_trainer_puts_the_eighteenth_at_risk(make_year):
    bare = [{"topic_id": "K-1", "programme_id": "K", "number": 1, "title_en": "T", "hours": 72}]
    year = make_year(means=LOW, courses=RUNS, topics=bare)
    assert said(year, "2025-06-01", 18)[0] == "Topics without a trainer: 1"


@pytest.mark.parametrize(("means", "expected"), [(None, "at risk"), (LOW, "broken")])
def test_an_empty_table_of_the_data_base_is_missed_by_a_low_rated_programme(make_year, means, expected):
    year = make_year(means=means, courses=RUNS, participants=[])
    assert state(year, "2025-04-01", 17) == expected
    assert said(year, "2025-04-01", 17)[0] == "The registry has no rows of: contingent"


def test_a_programme_that_was_removed_does_not_run_again(make_year):
    removed = [decision("smc", "2025-05-05"), decision("academic", "2025-05-12", "remove_programme")]
    year = make_year(decisions=removed)
    assert state(year, "2025-05-11", 20) == "not applicable yet"
    assert state(year, "2025-05-12", 20) == "kept"
    refused = Problem("courses.csv", 3, "B", "programme_id", "E-REMOVED", "", "set aside", "")
    year.__dict__["problems"] = problems_table([refused])
    assert said(year, "2025-05-12", 20)[0] == "Courses entered after the removal and refused: 1"
    assert state(year, "2025-05-12", 20) == "at risk"
    advised = [decision("smc", "2025-05-05", "remove_programme")]
    assert state(make_year(decisions=advised), "2025-06-01", 20) == "not applicable yet"


@pytest.mark.parametrize(("today", "expected"), [("2025-04-10", "kept"), ("2025-04-11", "at risk")])
def test_a_status_page_of_more_than_a_week_ago_puts_the_twenty_first_at_risk(make_year, today, expected):
    from coursewaves.standing.due_files import write_due

    year = make_year(*GIVEN)
    write_due(year, find_due(year, day("2025-04-03")))
    assert state(year, today, 21) == expected


KEPT_FROM = ("course", "K-1", "2025-03-26")
"""The report on both waves: its documents are kept until 26 March 2026."""


@pytest.mark.parametrize(
    ("today", "expected"),
    [("2026-02-23", "kept"), ("2026-02-24", "at risk"), ("2026-03-26", "at risk"), ("2026-03-27", "broken")],
)
def test_documents_that_nobody_hands_over_break_the_twenty_second_after_a_year(make_year, today, expected):
    year = make_year(*GIVEN)
    published(year, KEPT_FROM)
    assert state(year, today, 22) == expected


@pytest.mark.parametrize(("handed", "expected"), [("2026-02-23", "broken"), ("2026-02-24", "kept"),
                                                  ("2026-03-26", "kept")])  # fmt: skip
def test_documents_handed_over_long_before_the_year_is_over_break_the_twenty_second(make_year, handed, expected):
    year = make_year(*GIVEN, handovers=[{"course_id": "K-1", "handed_over_on": handed}])
    published(year, KEPT_FROM)
    assert state(year, "2026-06-01", 22) == expected


# Words, JSON, page -----------------------------------------------------------------------------------


def test_a_long_list_is_cut_in_words_and_whole_in_the_json(make_year):
    courses = [K1 | {"course_id": f"K-{n:02}"} for n in range(1, 13)]
    year = make_year(courses=courses)
    told = said(year, "2025-03-04", 5)[0]
    assert (
        told == f"Surveys that nobody answered in time: 12 ({', '.join(f'K-{n:02}' for n in range(1, 11))} and 2 more)"
    )
    content = as_json(find_standing(year, day("2025-03-04")), Phrases("en"))
    assert content["paragraphs"][4]["evidence"][0]["values"] == {"n": 12, "list": [c["course_id"] for c in courses]}
    assert json.loads(json.dumps(content, allow_nan=False)) == content


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_page_tells_every_paragraph_once_and_asks_for_nothing(make_year, language):
    year = make_year(*GIVEN)
    html = write_standing(find_standing(year, day("2025-04-03")), Phrases(language)).read_text(encoding="utf-8")
    told = re.findall(r'<th scope="row"[^>]*>¶(\d+)\.', html)
    assert sorted(map(int, told)) == list(NUMBERS)
    assert not re.search(r"<script|<link|<img|\bsrc=|\bhref=|https?://", html)
    assert asked(Phrases(language), 13) in html


def test_inside_a_report_what_is_published_is_not_judged(make_year):
    year = make_year(*GIVEN)
    inside = {one.paragraph: one.state for one in states_of(facts_of(year, find_due(year, day("2025-06-01"))))}
    assert [inside[n] for n in (13, 14, 21)] == ["kept"] * 3
    assert [state(year, "2025-06-01", n) for n in (13, 14, 21)] == ["broken", "broken", "not applicable yet"]
    assert PAGES == ["kind", "id", "is_stale"]


# The command on the example year -----------------------------------------------------------------------


def run(year: Year, *words: str):
    return CliRunner().invoke(app, ["--home", str(year.home.root), "regulation", *words])


@pytest.fixture(scope="module")
def standing_year(loaded_year, tmp_path_factory) -> Year:
    """The loaded example year, in a folder where a page may be written."""
    import shutil

    home = tmp_path_factory.mktemp("regulation") / "institute"
    shutil.copytree(loaded_year.home.root, home, ignore=shutil.ignore_patterns("reports"))
    return Year(Home(home))


def test_the_command_tells_every_paragraph_with_its_state(standing_year):
    result = run(standing_year, "--today", "2024-12-31")
    assert result.exit_code == 0
    assert [int(n) for n in re.findall(r"^¶(\d+) ", result.output, re.MULTILINE)] == list(NUMBERS)
    assert "¶5 әзірге қолданылмайды: Үш сауалнама" in result.output
    assert "Мәтіндер жоба түрінде" in result.output  # nobody has reviewed the wording


def test_the_command_ends_with_one_when_a_paragraph_is_broken(standing_year):
    content = json.loads(run(standing_year, "--today", "2026-01-15", "--format", "json").output)
    states = {row["paragraph"]: row["state"] for row in content["paragraphs"]}
    assert content["today"] == "2026-01-15"
    assert states[13] == "broken"  # nobody made a report
    assert run(standing_year, "--today", "2026-01-15").exit_code == 1


def test_no_participant_stands_among_the_evidence(standing_year):
    text = run(standing_year, "--today", "2026-01-15", "--format", "json").output
    people = set(standing_year.registry.participants["participant_id"])
    assert people
    assert not {code for code in people if code in text}


def test_the_page_is_written_where_it_says(standing_year):
    result = run(standing_year, "--today", "2026-01-15", "-f", "html")
    assert "written: institute/reports/regulation.html" in result.output
    assert (standing_year.home.reports / "regulation.html").is_file()


def test_a_folder_that_was_not_loaded_is_named(tmp_path):
    result = CliRunner().invoke(app, ["--home", str(tmp_path), "regulation"])
    assert result.exit_code == 2
    assert "load" in result.stderr
