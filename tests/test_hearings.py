"""What the councils heard and decided (¶15, ¶18-20): where each report is, what is late, what the registry refuses."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import handmade
from coursewaves.deadlines.hearings import DECISION_KINDS, find_tasks, find_ways, processing_days, sittings_of
from coursewaves.deadlines.hearings.words import COUNCILS, DECISIONS, PLACES, REPORTS, STATES
from coursewaves.phrases import Phrases
from coursewaves.registry.reader import Registry, read_registry
from coursewaves.registry.removals import removal_days
from coursewaves.registry.rows import Decision, Hearing
from coursewaves.registry.spans import STATES as ALL_STATES
from small import make_registry

PROGRAMMES = [{"programme_id": "A", "hours": 72, "title_kk": "Ойын"}]
COURSES = [
    {"course_id": "A-1", "programme_id": "A", "starts_on": "2025-03-03", "ends_on": "2025-03-14"},
    {"course_id": "A-2", "programme_id": "A", "starts_on": "2025-09-01", "ends_on": "2025-09-12"},
]
TOPICS = [{"topic_id": "A-T1", "programme_id": "A", "number": 1, "hours": 72, "title_kk": "Тақырып"}]
SITTINGS = [
    {"council": council, "held_on": day}
    for council, days in {
        "smc": ("2025-03-20", "2025-04-16", "2025-06-18", "2025-10-15"),
        "academic": ("2025-04-25", "2025-06-27"),
    }.items()
    for day in days
]
PROCESSED = {"A-1": date(2025, 4, 7), "A-2": date(2025, 10, 3)}


def heard(council: str, day: str, outcome: str = "accepted", kind: str = "course", subject: str = "A-1") -> dict:
    return {"kind": kind, "subject_id": subject, "council": council, "held_on": day, "outcome": outcome}


def known(*hearings: dict, sittings: list[dict] | None = None, **tables: Any) -> Registry:
    rows = {"programmes": PROGRAMMES, "courses": COURSES, "topics": TOPICS, "hearings": list(hearings)}
    return make_registry(**(rows | {"sittings": SITTINGS if sittings is None else sittings} | tables))


def ways(registry: Registry, today: str, made: tuple[tuple[str, str], ...] = (("course", "A-1"),), low=()) -> dict:
    """The ways on a day, by kind and subject."""
    pages = pd.DataFrame([[*key, date(2025, 4, 2)] for key in made], columns=["kind", "subject_id", "made_on"])
    found = find_ways(registry, PROCESSED, pages, ["A-1", "A-2"], low, date.fromisoformat(today))
    return {(row["kind"], row["subject_id"]): row for row in found.to_dict("records")}


def way(*hearings: dict, today: str, **more: Any) -> tuple:
    """Where the report on course A-1 is, who hears it when, and how it stands."""
    row = ways(known(*hearings, **more), today)["course", "A-1"]
    due_on = None if pd.isna(row["due_on"]) else row["due_on"].date().isoformat()
    late = None if pd.isna(row["days_late"]) else int(row["days_late"])
    return row["place"], row["next_council"], due_on, row["state"], late


# The way of a report -------------------------------------------------------------------------------


def test_a_report_is_due_at_the_first_sitting_after_its_results_were_to_be_processed():
    # the course ended on 14 March; the sitting of 20 March lies before 7 April, when ¶13 wants its results
    assert way(today="2025-03-21") == ("made", "smc", "2025-04-16", "open", None)
    assert way(today="2025-04-02") == ("made", "smc", "2025-04-16", "due soon", None)
    assert way(today="2025-04-16") == ("made", "smc", "2025-04-16", "due soon", None)
    assert way(today="2025-04-18") == ("made", "smc", "2025-04-16", "overdue", 2)


def test_a_course_that_has_not_ended_or_that_nobody_answered_has_no_way():
    assert ("course", "A-2") not in ways(known(), "2025-09-11")
    assert ("course", "A-2") in ways(known(), "2025-09-12")
    pages = pd.DataFrame(columns=["kind", "subject_id", "made_on"])
    assert find_ways(known(), PROCESSED, pages, [], [], date(2025, 12, 1)).empty


@pytest.mark.parametrize(
    ("hearings", "today", "expected"),
    [
        ([heard("smc", "2025-04-16")], "2025-04-20", ("taken by smc", "academic", "2025-04-25", "due soon", None)),
        ([heard("smc", "2025-04-16")], "2025-04-26", ("taken by smc", "academic", "2025-04-25", "overdue", 1)),
        ([heard("smc", "2025-04-16", "returned")], "2025-05-01", ("returned", "smc", "2025-06-18", "open", None)),
        ([heard("smc", "2025-04-16"), heard("academic", "2025-04-25")], "2025-05-01",
         ("decided", "", None, "done", None)),
        ([heard("smc", "2025-04-16"), heard("academic", "2025-04-25", "returned")], "2025-05-01",
         ("returned", "smc", "2025-06-18", "open", None)),
        ([heard("smc", "2025-04-16"), heard("academic", "2025-04-25", "returned"), heard("smc", "2025-06-18")],
         "2025-06-20", ("taken by smc", "academic", "2025-06-27", "due soon", None)),
    ],
)  # fmt: skip
def test_a_report_goes_from_council_to_council_and_back(hearings, today, expected):
    assert way(*hearings, today=today) == expected


def test_the_academic_council_alone_does_not_count():
    assert way(heard("academic", "2025-04-25"), today="2025-05-01")[:2] == ("made", "smc")


def test_both_councils_may_sit_on_one_day():
    hearings = [heard("academic", "2025-04-16"), heard("smc", "2025-04-16")]
    assert way(*hearings, today="2025-04-16")[0] == "decided"


def test_what_was_heard_after_the_day_is_not_known_on_it():
    assert way(heard("smc", "2025-04-16"), today="2025-04-15")[0] == "made"
    assert way(heard("smc", "2025-04-16"), today="2025-04-16")[0] == "taken by smc"


def test_without_a_later_sitting_nothing_is_late():
    assert way(today="2030-01-01", sittings=[]) == ("made", "smc", None, "not yet", None)


def test_hearings_and_decisions_tell_of_sittings_too():
    decision = {"decision_id": "R1", "programme_id": "A", "decided_on": "2025-06-27", "council": "academic",
                "kind": "none"}  # fmt: skip
    registry = known(heard("smc", "2025-06-18"), sittings=[], decisions=[decision])
    assert sittings_of(registry) == {"smc": [date(2025, 6, 18)], "academic": [date(2025, 6, 27)]}


def test_a_report_on_a_programme_is_heard_anew_when_a_further_course_has_ended():
    hearings = [heard(council, day, kind=kind, subject="A") for kind in ("topic", "factors")
                for council, day in (("smc", "2025-04-16"), ("academic", "2025-04-25"))]  # fmt: skip
    made = (("topic", "A"), ("factors", "A"))
    before, after = (ways(known(*hearings), day, made, low=["A"]) for day in ("2025-09-11", "2025-09-12"))
    assert {kind: before[kind, "A"]["place"] for kind, _ in made} == {"topic": "decided", "factors": "decided"}
    assert {kind: after[kind, "A"]["place"] for kind, _ in made} == {"topic": "made", "factors": "made"}
    assert after["factors", "A"]["due_on"] == pd.Timestamp("2025-10-15")
    assert (after["topic", "A"]["paragraph"], after["factors", "A"]["paragraph"]) == (15, 18)


def test_only_low_rated_programmes_have_a_factor_analysis_to_be_heard():
    assert ("factors", "A") not in ways(known(), "2025-05-01")
    assert ways(known(), "2025-05-01", low=["A"])["factors", "A"]["place"] == "not made"


def test_of_sample_waves_no_day_of_processing_counts():
    rows = [("processing", "A", "A-1", "2025-04-01"), ("processing", "C", "A-1", "2026-01-01"),
            ("wave", "A", "A-1", "2025-03-02"), ("processing", "B", "A-1", "2025-04-07")]  # fmt: skip
    deadlines = pd.DataFrame(rows, columns=["step", "instrument_id", "scope_id", "due_on"])
    deadlines["due_on"] = pd.to_datetime(deadlines["due_on"])
    assert processing_days(deadlines, ["A", "B"]) == {"A-1": date(2025, 4, 7)}


REGISTER = [
    heard("smc", "2025-04-16", "returned"), heard("smc", "2025-06-18"), heard("academic", "2025-06-27"),
    heard("smc", "2025-04-16", kind="topic", subject="A"),
    heard("academic", "2025-04-25", "returned", kind="topic", subject="A"), heard("smc", "2025-10-15", subject="A-2"),
]  # fmt: skip


@cache
def ways_of_the_register() -> str:
    return str(ways(known(*REGISTER), "2025-12-01"))


@given(st.permutations(range(6)))
def test_the_order_of_the_register_s_rows_is_irrelevant(order):
    shuffled = [REGISTER[place] for place in order]
    assert str(ways(known(*shuffled), "2025-12-01")) == ways_of_the_register()


# Decisions -----------------------------------------------------------------------------------------


def decided(**more: Any) -> dict:
    return {"decision_id": "R1", "programme_id": "A", "decided_on": "2025-06-27", "council": "academic",
            "kind": "change_topic"} | more  # fmt: skip


def tasks(today: str, *decisions: dict) -> list[dict]:
    return find_tasks(known(decisions=list(decisions)).decisions, date.fromisoformat(today)).to_dict("records")


def test_the_kinds_of_decisions_are_those_of_the_regulation_and_none():
    # ¶19: the curriculum plan; by session topic the programme, and its duration; ¶20: removal from the plan
    wanted = {"change_curriculum", "change_topic", "change_programme", "change_duration", "remove_programme"}
    assert set(DECISION_KINDS) == wanted
    assert set(get_args(Decision.model_fields["kind"].annotation)) == wanted | {"none"} == set(DECISIONS)
    assert [kind for kind, paragraph in DECISION_KINDS.items() if paragraph == 20] == ["remove_programme"]


def test_every_code_of_the_register_has_its_words():
    assert set(get_args(Hearing.model_fields["kind"].annotation)) == set(REPORTS)
    assert set(get_args(Hearing.model_fields["council"].annotation)) == set(COUNCILS)
    assert set(STATES) | {"missing"} == set(ALL_STATES)
    assert list(PLACES) == ["not made", "made", "taken by smc", "returned", "decided"]


@pytest.mark.parametrize(
    ("today", "more", "state", "late"),
    [
        ("2025-09-15", {"due_on": "2025-09-30"}, "open", None),
        ("2025-09-16", {"due_on": "2025-09-30"}, "due soon", None),
        ("2025-09-30", {"due_on": "2025-09-30"}, "due soon", None),
        ("2025-10-03", {"due_on": "2025-09-30"}, "overdue", 3),
        ("2025-10-03", {"due_on": "2025-09-30", "done_on": "2025-10-02"}, "done", None),
        ("2025-10-01", {"due_on": "2025-09-30", "done_on": "2025-10-02"}, "overdue", 1),
        ("2030-01-01", {}, "open", None),
        ("2025-06-27", {"kind": "remove_programme"}, "done", None),
    ],
)
def test_a_task_is_open_near_late_or_done(today, more, state, late):
    (row,) = tasks(today, decided(owner="Бөлім", **more))
    assert (row["state"], row["owner"]) == (state, "Бөлім")
    assert (None if pd.isna(row["days_late"]) else row["days_late"]) == late


def test_a_recommendation_and_a_decision_to_change_nothing_are_no_tasks():
    assert tasks("2025-12-01", decided(council="smc"), decided(decision_id="R2", kind="none")) == []
    assert tasks("2025-06-26", decided()) == []  # not decided yet on that day


def test_a_changed_curriculum_plan_cites_paragraph_19_and_a_removal_20():
    found = tasks("2025-12-01", decided(kind="change_curriculum"), decided(decision_id="R2", kind="remove_programme"))
    assert [(row["kind"], row["paragraph"]) for row in found] == [("change_curriculum", 19), ("remove_programme", 20)]


# What the registry says of it ----------------------------------------------------------------------

FILES = {
    "programmes": "programme_id,title_kk,hours\nA,Ойын,72\n",
    "courses": "course_id,programme_id,starts_on,ends_on\nA-1,A,2025-03-03,2025-03-14\n",
    "decisions": "decision_id,programme_id,decided_on,council,kind,owner,due_on,done_on\n",
}


def read(folder: Path, **tables: str) -> tuple[Registry, list[tuple]]:
    for name, content in (FILES | tables).items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    registry, problems = read_registry(folder)
    return registry, list(problems[["file", "row", "rule", "done"]].itertuples(index=False, name=None))


def test_a_course_of_a_removed_programme_is_refused_from_the_day_after(tmp_path):
    courses = FILES["courses"] + "A-2,A,2025-06-27,2025-06-30\nA-3,A,2025-06-28,2025-07-01\nA-4,A,,\n"
    removal = FILES["decisions"] + "R1,A,2025-06-27,academic,remove_programme,,,\n"
    registry, problems = read(tmp_path, courses=courses, decisions=removal)
    assert registry.courses["course_id"].tolist() == ["A-1", "A-2", "A-4"]  # what ran before stays in the history
    assert registry.programmes["programme_id"].tolist() == ["A"]
    assert problems == [("courses.csv", 4, "E-REMOVED", "set aside")]
    assert removal_days(registry.decisions) == {"A": date(2025, 6, 27)}


def test_what_the_first_council_recommends_removes_nothing(tmp_path):
    courses = FILES["courses"].replace("2025-03", "2026-03")
    removal = FILES["decisions"] + "R1,A,2025-06-27,smc,remove_programme,,,\n"
    registry, problems = read(tmp_path, courses=courses, decisions=removal)
    assert (len(registry.courses), problems) == (1, [])


HEARINGS = "kind,subject_id,council,held_on,outcome\n"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("course,A-1,smc,2025-04-16,accepted\ncourse,A-1,academic,2025-04-16,accepted\n", []),
        ("course,A-9,smc,2025-04-16,accepted\n", [("hearings.csv", 0, "E-HEARING", "kept, it does not count")]),
        ("topic,A-1,smc,2025-04-16,accepted\n", [("hearings.csv", 0, "E-HEARING", "kept, it does not count")]),
        ("course,A-1,smc,2025-04-16,returned\ncourse,A-1,academic,2025-04-25,accepted\n",
         [("hearings.csv", 0, "E-HEARING", "kept, it does not count")]),
        ("course,A-1,smc,2025-04-26,accepted\ncourse,A-1,academic,2025-04-25,accepted\n",
         [("hearings.csv", 0, "E-HEARING", "kept, it does not count")]),
        ("course,A-1,board,2025-04-16,accepted\n", [("hearings.csv", 2, "E-VALUE", "set aside")]),
        ("course,A-1,smc,2025-04-16,accepted\ncourse,A-1,smc,2025-04-16,returned\n",
         [("hearings.csv", 3, "E-DUPLICATE", "set aside")]),
    ],
)  # fmt: skip
def test_faults_of_the_register_are_rows_and_never_exceptions(tmp_path, rows, expected):
    _, problems = read(tmp_path, hearings=HEARINGS + rows)
    assert problems == expected


def test_what_was_heard_of_a_course_that_was_removed_stays_in_the_history(tmp_path):
    archived = "course_id,programme_id,removed_on,bag_id\nA-0,A,2026-05-05,A-0-0123456789ab\n"
    _, problems = read(tmp_path, hearings=HEARINGS + "course,A-0,smc,2024-04-16,accepted\n", archived=archived)
    assert problems == []


def test_the_name_of_an_owner_stands_in_no_problem(tmp_path):
    row = "R1,A,2025-06-27,academic,change_all,Айгүл Құпия,Айгүл Құпия,\n"
    for name, content in (FILES | {"decisions": FILES["decisions"] + row}).items():
        (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
    _, problems = read_registry(tmp_path)
    assert len(problems) == 2
    assert "Құпия" not in problems.to_csv()


# What reports say of it ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_removed_programme_is_marked_wherever_a_report_names_it(survey, language):
    found = handmade.year(survey, 12)
    removal = {"decision_id": "R1", "programme_id": "A", "decided_on": "2025-12-26", "council": "academic",
               "kind": "remove_programme"}  # fmt: skip
    found.registry.__dict__["decisions"] = known(decisions=[removal]).decisions
    view = handmade.view(found, language=language)
    told = view.title("programmes", view.programme)
    assert Phrases(language).day(date(2025, 12, 26)) in told
    assert told.startswith(found.registry.title("programmes", view.programme, language))
