"""Courses and people: known by what answers call them, by date among runs of one title, and never guessed."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import small
from coursewaves.intake.assign import (
    COURSE_FAULTS,
    PERSON_FAULTS,
    READINGS,
    CourseFinder,
    Rosters,
)
from coursewaves.intake.codes import is_damaged_code
from coursewaves.intake.course_names import CourseNames


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
        ("«Play»", "B-1"),
        ("А-1", "A-1"),  # in Cyrillic letters
        ("A–1", "A-1"),
        ("A-1.X", "A-1"),  # 10*4 + 1*2 = 42 = 37 + 5, so 1 - 5 = -4 = 33 modulo 37, which is X
    ],
)
def test_a_course_is_known_by_code_alias_programme_and_title(name, expected):
    assert find(name) == expected


@pytest.mark.parametrize("name", ["", "Plays", "A-3", "A 1", "Б-1", "A-1.Z"])
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


def link_participants(codes, course_ids, registry):
    """The code where the roster of that very course has it, and whether one was given that it does not have."""
    linked = Rosters(registry.participants).link(codes, course_ids)
    is_given = (linked.readings != "absent").to_numpy(dtype=bool)
    return linked.participant_ids, is_given & linked.participant_ids.isna().to_numpy(dtype=bool)


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


# Many answers at once


def test_each_answer_gets_the_course_and_the_reading_of_its_own_name():
    typed = ["A-1", "а-2", "Play", "Teaching", "Teaching", "Teaching", "A-1.Z", "1.02E+10", "Zoo", "", None]
    days = ["2025-03-01", None, None, "2025-03-01", "2025-08-30", "2025-06-01", *["2025-03-01"] * 5]
    index = range(50, 61)
    names, dates = pd.Series(typed, dtype="str", index=index), pd.Series(pd.to_datetime(days), index=index)
    found = finder().identify(names, dates)
    ids = [None if pd.isna(course_id) else course_id for course_id in found.course_ids]
    assert ids == ["A-1", "A-2", "B-1", "A-1", "A-2", None, None, None, None, None, None]
    assert found.readings.tolist() == ["code", "look_alikes", "title", "title", "title", "undecided", "wrong_check",
                                       "damaged", "unknown", "absent", "absent"]  # fmt: skip
    assert found.course_ids.index.equals(names.index)
    assert found.readings.index.equals(names.index)
    assert finder().find(names, dates).equals(found.course_ids)


def test_no_answers_have_no_courses():
    found = finder().identify(pd.Series([], dtype="str"), pd.Series([], dtype="datetime64[us]"))
    assert [len(column) for column in found] == [0, 0]
    assert finder(small.make_registry()).find(pd.Series(["A-1"], dtype="str"), pd.Series([pd.NaT])).isna().all()


def test_names_may_be_shared_between_questionnaires():
    names = CourseNames(small.registry())
    found = [CourseFinder(small.registry(), small.survey().instrument(wave), names) for wave in "PQ"]
    assert found[0].names is found[1].names
    # the day after the course counts for wave Q alone
    answers = pd.Series(["Teaching"], dtype="str"), pd.Series(pd.to_datetime(["2025-03-15"]))
    assert [one.find(*answers).isna().tolist() for one in found] == [[True], [False]]


def test_every_reading_that_is_not_in_order_has_its_fault_and_no_fault_repeats_an_answer():
    assert set(COURSE_FAULTS) == set(READINGS) - {"code", "title"}
    assert set(PERSON_FAULTS) == set(READINGS) - {"code", "title", "absent", "wrong_check"}
    for fault in [*COURSE_FAULTS.values(), *PERSON_FAULTS.values()]:
        assert fault.rule.startswith("E-")
        assert all(fault)


def test_proposals_are_those_of_the_names():
    names = pd.Series(["Plays", "A-1", "Teachin"], dtype="str")
    assert finder().proposals(names) == {"Plays": "Play", "Teachin": "Teaching"}


days = st.sampled_from([None, "2025-02-17", "2025-03-03", "2025-03-04", "2025-08-18", "2025-09-01", "2025-09-02"])
typed = st.sampled_from(["A-1", "a-2", "А-1", "Teaching", "Оқыту", "A", "Play", "A-1.X", "A-1.Y", "Zoo", "", None])


@settings(max_examples=50)
@given(st.lists(st.tuples(typed, days), min_size=1, max_size=10))
def test_many_answers_are_decided_as_each_alone(answers):
    names = pd.Series([name for name, _ in answers], dtype="str")
    dates = pd.to_datetime(pd.Series([day for _, day in answers]))
    together = finder().find(names, dates)
    alone = [finder().find(names[[n]], dates[[n]])[n] for n in range(len(answers))]
    assert [None if pd.isna(one) else one for one in together] == [None if pd.isna(one) else one for one in alone]
    inside = finder().is_inside(together, dates)
    assert inside.tolist() == [bool(finder().is_inside(together[[n]], dates[[n]])[0]) for n in range(len(answers))]


# Participants


def read(codes: list[str | None], courses: list[str | None], people: list[tuple[str, str]]):
    participants = small.make_registry(
        participants=[{"participant_id": code, "course_id": course} for code, course in people]
    ).participants
    found = Rosters(participants).link(pd.Series(codes, dtype="str"), pd.Series(courses, dtype="str"))
    ids = [None if pd.isna(code) else code for code in found.participant_ids]
    return list(zip(ids, found.readings, strict=True))


def test_codes_are_text_so_that_007_and_7_are_two_people():
    roster = [("007", "c"), ("7", "c"), ("123456789012", "c")]
    found = read(["7", "007", "07", "7.0", "123456789012"], ["c"] * 5, roster)
    assert found == [("7", "code"), ("007", "code"), (None, "unknown"), (None, "damaged"), ("123456789012", "code")]


@pytest.mark.parametrize("code", ["1.02E+10", "1,02E+10", "1E+05", "####"])
def test_a_code_that_became_a_number_links_nobody_and_is_told(code):
    assert read([code, code], ["c", "d"], [("10200000000", "c"), ("1E5", "c")]) == [(None, "damaged")] * 2
    assert is_damaged_code(code)


def test_missing_and_blank_codes_link_nobody_and_are_no_fault():
    assert read([None, "", " ", None], ["c", "c", "c", None], [("a", "c")]) == [(None, "absent")] * 4
    assert link([None, " "], ["A-1", "A-1"]) == ([None, None], [False, False])


def test_letters_of_the_other_alphabet_are_read_only_where_the_courses_own_roster_leaves_one():
    roster = [("AB1", "c"), ("BC2", "c"), ("VC2", "c"), ("ab1", "d"), ("AB1", "d")]
    # В looks like B and sounds like V; both stand on the roster of c
    found = read(["АВ1", "ВС2", "АВ1", "АВ1"], ["c", "c", "d", "e"], roster)
    assert found == [("AB1", "look_alikes"), (None, "undecided"), (None, "undecided"), (None, "unknown")]


def test_an_answer_without_a_course_is_linked_to_no_roster_whatever_courses_are_called():
    assert read(["P1", "p1"], [None, None], [("p1", "nan"), ("p1", "None")]) == [(None, "unknown")] * 2


def test_the_index_of_the_answers_is_kept():
    codes, courses = (pd.Series([text], dtype="str", index=[9]) for text in ("p1", "A-1"))
    linked, is_unknown = link_participants(codes, courses, small.registry())
    assert linked.to_dict() == {9: "p1"}
    assert is_unknown.tolist() == [False]


people = st.lists(st.tuples(st.sampled_from(["p1", "P1", "7", "007", "CA1"]),
                            st.sampled_from("cd")), max_size=6, unique=True)  # fmt: skip
answers = st.lists(st.tuples(st.sampled_from(["p1", "P1 ", "СА1", "7", "07", "1E+07", "", None]),
                             st.sampled_from(["c", "d", None])), min_size=1, max_size=8)  # fmt: skip


@settings(max_examples=60)
@given(people, answers, st.randoms(use_true_random=False))
def test_everybody_linked_stands_on_the_roster_of_that_course_in_any_order_of_rows(people, answers, random):
    shuffled = random.sample(answers, len(answers))
    found, again = (read([code for code, _ in rows], [course for _, course in rows], people)
                    for rows in (answers, shuffled))  # fmt: skip
    assert sorted(map(str, zip(answers, found, strict=True))) == sorted(map(str, zip(shuffled, again, strict=True)))
    for (code, course), (linked, _) in zip(answers, found, strict=True):
        assert linked is None or (linked, course) in people
        if code is not None and (code.strip(), course) in people:
            assert linked == code.strip()
