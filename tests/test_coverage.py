"""Coverage of wave 3 (¶10): who answered of all who completed, counted in people."""

from datetime import date

import pandas as pd
import pytest

from coursewaves.analysis.coverage import COLUMNS, MORE_ANSWERS, NOBODY, cover_wave
from coursewaves.errors import CoursewavesError
from coursewaves.survey.files import load_survey
from small import make_registry

SURVEY = load_survey()
STEPS = ["is_least_reached", "n_to_least", "is_target_reached", "n_to_target", "reason"]


def registry(completed: dict[str, int | None], directions: dict[str, str | None] | None = None, people=()):
    """One course for each programme, called as the programme; all of direction D1 unless said otherwise."""
    where = dict.fromkeys(completed, "D1") | (directions or {})
    return make_registry(
        directions=[{"direction_id": name, "title_en": name} for name in ("D1", "D2")],
        programmes=[{"programme_id": p, "title_en": p, "hours": 36, "direction_id": where[p]} for p in completed],
        courses=[{"course_id": p, "programme_id": p, "completed": n, "ends_on": "2025-03-14"}
                 for p, n in completed.items()],
        participants=list(people),
    )  # fmt: skip


def answers(counts: dict[str, int], wave: str = "C", people: list[str | None] | None = None) -> pd.DataFrame:
    course_ids = [name for name, n in counts.items() for _ in range(n)]
    return pd.DataFrame(
        {
            "response_id": [f"{wave}{number}" for number in range(len(course_ids))],
            "course_id": pd.Series(course_ids, dtype="str"),
            "instrument_id": pd.Series([wave] * len(course_ids), dtype="str"),
            "respondent_id": pd.Series(people or [None] * len(course_ids), dtype="str"),
        }
    )


def cover(completed, counts, **more):
    directions = more.pop("directions", None)
    return cover_wave(answers(counts), registry(completed, directions), SURVEY, **{"instrument": "C"} | more)


@pytest.mark.parametrize(
    ("n", "people", "steps"),
    [
        (299, 1000, [False, 1, False, 101]),  # 29.9 %
        (300, 1000, [True, 0, False, 100]),
        (399, 1000, [True, 0, False, 1]),
        (400, 1000, [True, 0, True, 0]),
        (100, 335, [False, 1, False, 34]),  # 29.85 %, which rounds to 30
        (3, 10, [True, 0, False, 1]),
        (0, 5, [False, 2, False, 2]),  # 30 % of 5 is 1.5 people
    ],
)
def test_thirty_and_forty_percent_are_counted_in_people(n, people, steps):
    found = cover({"a": people}, {"a": n})
    assert found["scope"].tolist() == ["all", "direction", "programme"]
    for row in found[STEPS].to_numpy().tolist():
        assert row == [*steps, ""]
    assert found["share"].tolist() == [n / people] * 3
    assert found[["least_percent", "target_percent"]].to_numpy().tolist() == [[30, 40]] * 3


def test_nothing_of_nobody_is_no_share_and_says_why():
    found = cover({"a": 0}, {})
    assert found["share"].isna().all()
    assert found["reason"].tolist() == [NOBODY] * 3
    assert found[STEPS[:-1]].isna().all(axis=None)


def test_more_answers_than_people_are_no_share_and_say_why():
    found = cover({"a": 2}, {"a": 3})
    assert found[["n", "n_completed"]].to_numpy().tolist() == [[3, 2]] * 3
    assert found["reason"].tolist() == [MORE_ANSWERS] * 3
    assert found["share"].isna().all()


def test_a_direction_is_the_sum_of_its_programmes():
    found = cover({"a": 100, "b": 50, "c": 10, "d": 8}, {"a": 25, "b": 20, "c": 5}, directions={"c": "D2", "d": None})
    rows = found[["scope", "scope_id", "n", "n_completed", "is_least_reached"]].to_numpy().tolist()
    assert rows == [
        ["all", "", 50, 168, False],  # 50.4 people
        ["direction", "D1", 45, 150, True],
        ["direction", "D2", 5, 10, True],
        ["direction", "", 0, 8, False],
        ["programme", "a", 25, 100, False],
        ["programme", "b", 20, 50, True],
        ["programme", "c", 5, 10, True],
        ["programme", "d", 0, 8, False],
    ]


def test_the_response_is_of_all_who_were_asked_with_the_reserves():
    found = cover({"a": 100, "b": 50}, {"a": 30, "b": 20}, invited={"a": 80})
    assert found["n_invited"].tolist() == [80, 80, 80, 0]
    assert found["response_share"].tolist()[2] == 30 / 80
    assert found["response_share"].isna().tolist() == [False, False, False, True]
    assert cover({"a": 100}, {"a": 30})["n_invited"].isna().all()


def test_an_unknown_invited_programme_is_named():
    with pytest.raises(CoursewavesError, match="Can't find 'z' in the frame's programmes"):
        cover({"a": 100}, {"a": 30}, invited={"z": 10})


def test_who_did_not_complete_does_not_count():
    people = [{"participant_id": code, "course_id": "a", "completed": mark}
              for code, mark in {"p1": "yes", "p2": "yes", "p3": "no"}.items()]  # fmt: skip
    given = answers({"a": 4}, people=["p1", "p3", None, "unknown"])
    found = cover_wave(given, registry({"a": 20}, people=people), SURVEY, instrument="C")
    assert found["n"].tolist() == [3, 3, 3]


def test_other_waves_and_courses_outside_the_frame_do_not_count():
    given = pd.concat([answers({"a": 4, "b": 2}), answers({"a": 9}, wave="B")], ignore_index=True)
    unknown = registry({"a": 20, "b": None})
    assert cover_wave(given, unknown, SURVEY, instrument="C")["n"].tolist() == [4, 4, 4]
    early = cover_wave(given, unknown, SURVEY, instrument="C", on=date(2025, 4, 1))
    assert early[["n", "n_completed", "reason"]].to_numpy().tolist() == [[0, 0, NOBODY]]


def test_the_types_are_the_same_with_and_without_rows():
    full, empty = cover({"a": 100}, {"a": 30}), cover({}, {})
    assert full.dtypes.to_dict() == empty.dtypes.to_dict()
    assert list(full.columns) == list(COLUMNS)


def test_the_example_year_counts_as_its_response_table(loaded_year):
    found = cover_wave(loaded_year.responses, loaded_year.registry, loaded_year.survey, instrument="C")
    total = found[found["scope"] == "all"].iloc[0]
    assert total["n_completed"] == loaded_year.registry.courses["completed"].sum()
    assert total["n"] == (loaded_year.responses["instrument_id"] == "C").sum()
    for kind in ("direction", "programme"):
        assert found.loc[found["scope"] == kind, ["n", "n_completed"]].sum().tolist() == [
            total["n"],
            total["n_completed"],
        ]
