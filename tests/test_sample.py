"""The plan of wave 3 (¶10): quotas in people, a draw that anybody can repeat, reserves that are simply next."""

from datetime import date
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursewaves.analysis.sample import (
    FRAME,
    NO_DATE,
    NO_LIST,
    NOBODY,
    NOT_OPEN,
    PART_LISTED,
    STRATA,
    TOO_FEW_EXPECTED,
    TOO_FEW_LISTED,
    UNKNOWN_NUMBER,
    UNMARKED,
    find_completers,
    plan_sample,
)
from coursewaves.errors import CoursewavesError
from coursewaves.registry.reader import Registry
from coursewaves.settings.home import Settings
from coursewaves.survey.files import load_survey
from small import make_registry

SEED = "order 12 of 2025-03-14"
SURVEY = load_survey()


def institute(
    sizes: dict[str, list[int]], directions: dict[str, str | None] | None = None, **tables: list[dict]
) -> Registry:
    """Programmes with courses of so many completers, all listed; each of direction D1 unless said otherwise."""
    where = dict.fromkeys(sizes, "D1") | (directions or {})
    courses = {f"{name}-{run}": n for name, runs in sizes.items() for run, n in enumerate(runs, 1)}
    return make_registry(
        directions=[{"direction_id": name, "title_en": name} for name in sorted({d for d in where.values() if d})],
        programmes=[{"programme_id": p, "title_en": p, "hours": 36, "direction_id": where[p]} for p in sizes],
        **{"courses": [{"course_id": c, "programme_id": c.partition("-")[0], "completed": n}
                       for c, n in courses.items()],
           "participants": [{"participant_id": f"p{number}", "course_id": course, "completed": "yes"}
                            for course, n in courses.items() for number in range(n)]} | tables,
    )  # fmt: skip


def plan(registry: Registry, **more):
    decided = more.pop("settings", Settings())
    return plan_sample(registry, SURVEY, decided, **{"instrument": "C", "seed": SEED} | more)


def test_quotas_and_invitations_by_hand():
    registry = institute({"a": [20, 25], "b": [24], "c": [9]}, {"b": "D2"})
    strata = plan(registry, percent=30, expected_response=0.5).strata
    # 30 % of 45 is 13.5 people, so 14; 24 are a census that needs at least 10; of 9 not even 9 would answer
    assert list(strata.columns) == STRATA
    assert strata.to_numpy().tolist() == [
        ["D1", "a", 45, 30.0, 14, 45, 28, False, ""],
        ["D1", "c", 9, 30.0, 9, 9, 9, True, TOO_FEW_EXPECTED],
        ["D2", "b", 24, 30.0, 10, 24, 24, True, ""],
    ]


def test_the_order_is_that_of_the_hashes_and_reserves_are_simply_next():
    frame = plan(institute({"a": [30, 30]}), percent=40, expected_response=1).frame
    keys = [f"a-{run}/p{number}" for run in (1, 2) for number in range(30)]
    drawn = sorted(keys, key=lambda key: sha256(f"{SEED}|C|{key}".encode()).hexdigest())
    assert (frame["course_id"] + "/" + frame["participant_id"]).tolist() == drawn
    assert frame["draw_order"].tolist() == list(range(1, 61))
    assert frame["is_invited"].tolist() == [True] * 24 + [False] * 36  # 40 % of 60
    assert frame["reserve_order"].isna().tolist() == frame["is_invited"].tolist()
    assert frame["reserve_order"].dropna().tolist() == list(range(1, 37))


def test_another_seed_or_frame_draws_others():
    registry = institute({"a": [60]})
    orders = [
        plan(registry, **more).frame["participant_id"].tolist()
        for more in ({}, {"seed": "order 13"}, {"frame_id": "2025"})
    ]
    assert len({tuple(order) for order in orders}) == 3


sizes = st.dictionaries(
    st.sampled_from("abcde"), st.lists(st.integers(0, 40), min_size=1, max_size=3), min_size=1, max_size=4
)


@settings(max_examples=30)
@given(sizes, st.integers(30, 100), st.integers(1, 100))
def test_no_stratum_and_so_no_direction_is_planned_short_by_one_person(courses, percent, rate):
    registry = institute(courses, {"b": "D2", "d": None})
    found = plan(registry, percent=percent, expected_response=rate / 100)
    strata = found.strata
    assert (100 * strata["n_required"] >= percent * strata["n_completed"]).all()
    assert (strata["n_invited"] >= strata["n_required"]).all()
    assert (strata["n_invited"] <= strata["n_completed"]).all()
    by_direction = strata.groupby("direction_id", dropna=False)[["n_required", "n_completed"]].sum()
    assert (100 * by_direction["n_required"] >= percent * by_direction["n_completed"]).all()
    # everybody is in the frame exactly once, and as many are invited as the strata say
    assert len(found.frame) == sum(map(sum, courses.values())) == strata["n_completed"].sum()
    assert not found.frame.duplicated(["course_id", "participant_id"]).any()
    invited = found.frame.groupby("programme_id")["is_invited"].sum()
    assert invited.to_dict() == {p: n for p, n in zip(strata["programme_id"], strata["n_invited"], strict=True)
                                 if sum(courses[p])}  # fmt: skip


@settings(max_examples=10)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(random):
    registry = institute({"a": [12, 9], "b": [30]})
    rows = {name: getattr(registry, name).to_dict("records") for name in ("courses", "participants")}
    for table in rows.values():
        random.shuffle(table)
    found, moved = plan(registry), plan(institute({"a": [12, 9], "b": [30]}, **rows))
    assert found.strata.equals(moved.strata)
    assert found.frame.equals(moved.frame)
    assert found.frame_hash == moved.frame_hash


def test_who_is_added_reshuffles_nobody():
    before, after = plan(institute({"a": [40]})), plan(institute({"a": [43]}))
    added = {"p40", "p41", "p42"}
    kept = [code for code in after.frame["participant_id"] if code not in added]
    assert kept == before.frame["participant_id"].tolist()
    assert before.frame_hash != after.frame_hash


def test_another_name_of_the_programme_draws_the_same_people():
    registry = institute({"a": [40]})
    people, course = registry.participants, {"course_id": "a-1", "programme_id": "z", "completed": 40}
    renamed = institute({"z": [40]}, courses=[course], participants=people.to_dict("records"))
    columns = ["participant_id", "draw_order", "is_invited"]
    assert plan(renamed).frame[columns].equals(plan(registry).frame[columns])


def test_one_code_in_two_courses_is_two_people():
    frame = plan(institute({"a": [3, 3]})).frame
    assert frame.groupby("participant_id")["course_id"].nunique().tolist() == [2, 2, 2]


def test_who_did_not_complete_is_not_asked():
    marks = {"p1": "yes", "p2": "no", "p3": None}
    people = [{"participant_id": code, "course_id": "a-1", "completed": mark} for code, mark in marks.items()]
    registry = institute({"a": [0]}, participants=people)
    found = plan(registry)
    assert found.frame["participant_id"].tolist() == ["p1"]
    assert found.strata[["n_completed", "n_listed", "n_invited"]].to_numpy().tolist() == [[1, 1, 1]]


def test_a_programme_without_direction_stands_last():
    registry = institute({"a": [12], "b": [12], "c": [12]}, {"a": None, "b": "D2"})
    found = plan(registry).strata
    assert found["programme_id"].tolist() == ["c", "b", "a"]
    assert found["direction_id"].isna().tolist() == [False, False, True]


def course(course_id: str, completed: int | None = None, ends_on: str | None = None) -> dict:
    return {"course_id": course_id, "programme_id": "a", "completed": completed, "ends_on": ends_on}


def listed(course_id: str, *marks: str | None) -> list[dict]:
    return [{"participant_id": f"p{n}", "course_id": course_id, "completed": mark} for n, mark in enumerate(marks)]


def test_every_course_says_why_it_is_not_in_the_frame_or_not_wholly():
    courses = [course("a-1", 2), course("a-2", 5), course("a-3", 3), course("a-4"), course("a-5"), course("a-6", 0)]
    people = [*listed("a-1", "yes", "yes"), *listed("a-2", "yes", "yes", "no"), *listed("a-5", "yes", None),
              *listed("a-6", "yes")]  # fmt: skip
    found = find_completers(institute({"a": []}, courses=courses, participants=people), SURVEY.instrument("C"))
    columns = ["course_id", "n_completed", "n_listed", "is_in_frame", "reason"]
    assert found.courses[columns].to_numpy().tolist() == [
        ["a-1", 2, 2, True, ""],
        ["a-2", 5, 2, True, PART_LISTED],
        ["a-3", 3, 0, True, NO_LIST],
        ["a-4", 0, 0, False, UNKNOWN_NUMBER],
        ["a-5", 1, 1, True, UNMARKED],
        ["a-6", 1, 1, True, ""],  # the larger number counts
    ]
    assert found.strata[["n_completed", "n_listed"]].to_numpy().tolist() == [[12, 6]]


def test_who_is_not_listed_can_not_be_drawn_and_the_stratum_says_so():
    registry = institute({"a": []}, courses=[course("a-1", 100)], participants=listed("a-1", *["yes"] * 12))
    found = plan(registry)
    assert found.strata[["n_completed", "n_required", "n_listed", "n_invited", "reason"]].to_numpy().tolist() == [
        [100, 40, 12, 12, TOO_FEW_LISTED]
    ]


def test_only_courses_whose_window_is_open_are_in_the_frame():
    # wave 3 opens 90 days after the course and closes after 1095
    days = {"a-1": "2025-03-14", "a-2": "2025-06-12", "a-3": "2025-06-13", "a-4": None, "a-5": "2020-01-31"}
    courses = [course(name, 30, day) for name, day in days.items()]
    registry = institute({"a": []}, courses=courses)
    found = plan(registry, on=date(2025, 9, 10))
    assert found.courses["reason"].tolist() == [NO_LIST, NO_LIST, NOT_OPEN, NO_DATE, NOT_OPEN]
    assert found.strata["n_completed"].tolist() == [60]
    assert plan(registry).strata["n_completed"].tolist() == [150]


def test_a_larger_minimum_group_asks_more_of_small_strata():
    registry = institute({"a": [26], "b": [60]})
    assert plan(registry).strata["n_required"].tolist() == [11, 24]
    assert plan(registry, settings=Settings(minimum_group=15)).strata["n_required"].tolist() == [15, 24]


def test_without_any_direction_the_registry_s_order_stands():
    registry = institute({"b": [12], "a": [12]}, {"a": None, "b": None})
    assert plan(registry).strata["programme_id"].tolist() == ["b", "a"]


def test_no_courses_give_the_columns_alone():
    found = plan(institute({}))
    assert (list(found.strata.columns), list(found.frame.columns)) == (STRATA, FRAME)
    assert found.strata.empty
    assert found.frame.empty
    assert found.frame_hash == sha256(b"").hexdigest()


def test_a_programme_that_nobody_completed_needs_nobody():
    assert plan(institute({"a": [0]})).strata[["n_required", "n_invited", "reason"]].to_numpy().tolist() == [
        [0, 0, NOBODY]
    ]


def test_the_registry_is_not_changed():
    registry = institute({"a": [12]})
    before = {name: getattr(registry, name).copy() for name in ("courses", "participants", "programmes")}
    plan(registry)
    assert all(getattr(registry, name).equals(table) for name, table in before.items())


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"instrument": "A"}, "asks everybody"),
        ({"instrument": "X"}, "Can't find 'X'"),
        ({"seed": " "}, "seed"),
        ({"percent": 29.9}, r"at least 30 % .*¶10"),
        ({"percent": 101}, "percentage 101"),
        ({"expected_response": 0}, "response of 0"),
    ],
)
def test_a_callers_mistake_is_refused(more, said):
    with pytest.raises(CoursewavesError, match=said):
        plan(institute({"a": [12]}), **more)


def test_the_example_year_asks_every_completer_s_chance(loaded_year):
    found = plan_sample(loaded_year.registry, loaded_year.survey, loaded_year.settings, instrument="C", seed=SEED)
    people = loaded_year.registry.participants
    assert len(found.frame) == (people["completed"] == "yes").sum() == found.strata["n_completed"].sum()
    assert (100 * found.strata["n_required"] >= 40 * found.strata["n_completed"]).all()
    assert (found.strata["reason"] == "").all()
