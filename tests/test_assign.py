"""Courses and people: known by what answers call them, by date among runs of one title, and never guessed."""

import pandas as pd
import pytest

import small
from coursewaves.assign import CourseFinder, link_participants


def finder(registry=None, wave: str = "P") -> CourseFinder:
    return CourseFinder(registry or small.registry(), small.survey().instrument(wave))


def find(name: str, day: str | None = None, registry=None) -> str | None:
    found = finder(registry).find(pd.Series([name], dtype="str"), pd.to_datetime(pd.Series([day])))
    return None if pd.isna(found[0]) else found[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("A-1", "A-1"),
        (" a-2 ", "A-2"),
        ("Games", "B-1"),
        ("OYUN", "B-1"),
        ("Play", "B-1"),
        ("B", "B-1"),
        ("\u00a0play\u200b ", "B-1"),
    ],
)
def test_a_course_is_known_by_code_alias_programme_and_title(name, expected):
    assert find(name) == expected


@pytest.mark.parametrize("name", ["", "Plays", "A-3", "A 1", "А-1"])  # the last is Cyrillic
def test_a_name_that_is_not_registered_is_no_course(name):
    assert find(name, "2025-03-01") is None


@pytest.mark.parametrize(
    ("day", "expected"), [("2025-03-01", "A-1"), ("2025-08-30", "A-2"), ("2025-06-01", None), (None, None)]
)
def test_runs_of_one_title_are_told_apart_by_the_window_that_holds_the_answer(day, expected):
    assert find("Teaching", day) == expected
    assert find("Оқыту", day) == expected


def test_runs_that_overlap_are_not_told_apart():
    rows = [
        {"course_id": code, "programme_id": "A", "starts_on": "2025-03-03", "ends_on": "2025-03-14"} for code in "xy"
    ]
    registry = small.make_registry(
        programmes=[{"programme_id": "A", "title_en": "Teaching", "hours": 72}], courses=rows
    )
    assert find("Teaching", "2025-03-01", registry) is None
    assert find("x", "2025-03-01", registry) == "x"


def test_codes_that_differ_in_case_alone_stay_two_courses():
    rows = [{"course_id": code, "programme_id": "A"} for code in ("k1", "K1")]
    registry = small.make_registry(programmes=[{"programme_id": "A", "title_en": "T", "hours": 1}], courses=rows)
    assert [find(name, None, registry) for name in ("k1", "K1", "Ｋ1")] == ["k1", "K1", None]


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2025-02-16", False), ("2025-02-17", True), ("2025-02-18", True), ("2025-03-02", True), ("2025-03-03", True),
     ("2025-03-04", False)],
)  # fmt: skip
def test_both_edges_of_a_window_lie_inside(day, expected):
    # wave P opens 14 days before the first day, 3 March 2025, and closes on it
    inside = finder().is_inside(pd.Series(["A-1"], dtype="str"), pd.to_datetime(pd.Series([day])))
    assert inside.tolist() == [expected]


def test_where_there_is_no_date_or_no_course_nothing_lies_outside():
    ids = pd.Series(["A-1", None, None], dtype="str")
    days = pd.to_datetime(pd.Series([None, "2020-01-01", None]))
    assert finder().is_inside(ids, days).tolist() == [True, True, True]


def test_no_answers_lie_nowhere():
    inside = finder().is_inside(pd.Series([], dtype="str"), pd.Series([], dtype="datetime64[us]"))
    assert inside.tolist() == []


def link(codes: list[str | None], courses: list[str | None], registry=None):
    found = link_participants(
        pd.Series(codes, dtype="str"), pd.Series(courses, dtype="str"), registry or small.registry()
    )
    return [None if pd.isna(code) else code for code in found[0]], found[1].tolist()


def test_a_code_is_looked_up_in_the_roster_of_its_own_course():
    linked, is_unknown = link(
        ["p1", "P2 ", "q9", "q9", "zz", None, "p1"], ["A-1", "A-1", "A-1", "B-1", "A-1", "A-1", None]
    )
    assert linked == ["p1", "p2", None, "q9", None, None, None]
    assert is_unknown == [False, False, True, False, True, False, True]


def test_missing_codes_never_match_each_other():
    assert link([None, None], ["A-1", "B-1"]) == ([None, None], [False, False])


def test_codes_of_two_people_that_differ_in_case_alone_are_not_confused():
    registry = small.make_registry(participants=[{"participant_id": code, "course_id": "c"} for code in ("ab", "AB")])
    assert link(["ab", "AB", "Ab"], ["c"] * 3, registry) == (["ab", "AB", None], [False, False, True])


def test_a_registry_without_rosters_links_nobody():
    assert link(["p1"], ["A-1"], small.make_registry()) == ([None], [True])
