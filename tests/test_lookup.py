"""The questions that methodologists ask of a loaded year in Python: tables, groups, questions, scales, problems."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import small
from coursewaves import lookup
from coursewaves.errors import CoursewavesError
from coursewaves.problems import Problem, problems_table
from coursewaves.processed.year import Year
from coursewaves.score import score_responses
from coursewaves.settings.home import Home, Settings


def year_of(*forms: pd.DataFrame, problems: tuple[Problem, ...] = (), outcomes: tuple[tuple, ...] = ()) -> Year:
    """A year of the small survey whose tables were never stored."""
    home = Home(Path("institute"))
    home.__dict__.update(survey=small.survey(), settings=Settings())
    year = Year(home)
    responses = pd.concat(forms, ignore_index=True) if forms else small.responses_of("Q", {"Q1": []})
    counted = pd.DataFrame(list(outcomes), columns=["course_id", "instrument_id", "outcome", "n_forms"])
    year.__dict__.update(
        registry=small.registry(), responses=responses, scores=score_responses(responses, small.survey()),
        problems=problems_table(problems), outcomes=counted,
    )  # fmt: skip
    return year


def answers(first: list[float], courses: list[str] | None = None, **more: list[Any]) -> pd.DataFrame:
    """Forms of wave Q that answer Q1 and Q2 alike."""
    columns = {"Q1": first, "Q2": first, **more}
    return small.responses_of("Q", columns, course_id=courses or ["A-1"] * len(first))


# Groups ----------------------------------------------------------------------------------------------


def test_the_mean_of_each_group_is_that_of_its_participants():
    year = year_of(answers([1, 3, 5, 5], ["A-1", "A-2", "B-1", "B-1"]))
    found = lookup.means_by(year, "fit", "programme_id", "Q")
    assert found[["name", "n", "mean"]].to_numpy().tolist() == [["A", 2, 25.0], ["B", 2, 100.0]]


def test_groups_of_what_participants_said_leave_out_those_who_did_not():
    year = year_of(answers([1, 3, 5], role=["head", "teacher", None]))
    assert lookup.means_by(year, "fit", "role", "Q")["name"].tolist() == ["head", "teacher"]


def test_two_groups_differ_by_the_first_less_the_second():
    # scores 0, 25, 50 and 75, 100, 100: means 25 and 91.67; every pair of people has the first lower
    year = year_of(answers([1, 2, 3, 4, 5, 5], ["A-1"] * 3 + ["B-1"] * 3))
    found = lookup.compare_groups(year, "fit", "programme_id", "Q", "A", "B")
    assert (found.n_first, found.n_second) == (3, 3)
    assert found.difference == pytest.approx(25 - 275 / 3)
    assert found.delta == -1
    assert found.low < found.difference < found.high


@given(values=st.lists(st.integers(1, 5), min_size=6, max_size=20))
def test_the_groups_in_the_other_order_turn_the_signs(values):
    courses = ["A-1", "B-1"] * (len(values) // 2) + ["A-1"] * (len(values) % 2)
    year = year_of(answers([float(value) for value in values], courses))
    one = lookup.compare_groups(year, "fit", "programme_id", "Q", "A", "B")
    other = lookup.compare_groups(year, "fit", "programme_id", "Q", "B", "A")
    assert one.difference == pytest.approx(-other.difference, nan_ok=True)
    assert one.delta == pytest.approx(-other.delta, nan_ok=True)
    assert one.low == pytest.approx(-other.high, nan_ok=True)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda year: lookup.means_by(year, "fitt", "role", "Q"), "Can't find 'fitt' in the scores. .*'fit'"),
        (lambda year: lookup.means_by(year, "fit", "roles", "Q"), "Can't find 'roles' in the groupings"),
        (lambda year: lookup.means_by(year, "fit", "course_id", "Z"), "Can't find 'Z'"),
        (lambda year: lookup.compare_groups(year, "fit", "course_id", "Q", "A-1", "A-9"), "Can't find 'A-9'"),
        (lambda year: lookup.own_scale(year, ["Q9"]), "Can't find 'Q9' in the items of a scale"),
        (lambda year: lookup.own_scale(year, ["Q5"]), "Can't find 'Q5'"),
        (lambda year: lookup.own_scale(year, []), "choose some"),
        (lambda year: lookup.answers_to(year, "Q5"), "not on a scored scale"),
        (lambda year: lookup.list_courses(year, "Z"), "Can't find 'Z' in programmes"),
        (lambda year: lookup.list_problems(year, "E-NONE"), "Can't find 'E-NONE'"),
        (lambda year: lookup.describe_columns(year, "answers"), "Can't find 'answers' in the tables of a year"),
    ],
)
def test_a_wrong_name_is_answered_with_those_that_there_are(call, told):
    with pytest.raises(CoursewavesError, match=told):
        call(year_of(answers([1, 2, 3])))


# Questions -------------------------------------------------------------------------------------------


def test_answers_are_counted_by_group():
    year = year_of(answers([1, 5, 5], ["A-1", "B-1", "B-1"]))
    found = lookup.answers_to(year, "Q1", "programme_id")
    assert found[["name", "n", "1", "5"]].to_numpy().tolist() == [["A", 1, 1, 0], ["B", 2, 0, 2]]


def test_a_question_is_followed_along_its_declared_pairs_alone():
    year = year_of(small.responses_of("P", {"P1": [5.0, 5.0, 5.0]}), answers([1, 3, 3]))
    assert [pair.id for pair in lookup.pairs_with(year, "Q1")] == ["M1.fit"]
    assert lookup.pairs_with(year, "Q4") == []
    (row,) = lookup.paths_of(year, lookup.pairs_with(year, "P1")).to_dict("records")
    assert (row["n_earlier"], row["mean_earlier"], row["n_later"]) == (3, 100, 3)
    assert row["difference"] == pytest.approx(100 / 3 - 100)


def test_a_pair_without_answers_on_one_side_is_no_path():
    year = year_of(answers([1, 3, 3]))
    assert lookup.paths_of(year, lookup.pairs_with(year, "Q1")).empty


def test_one_programme_s_path_leaves_the_others_out():
    year = year_of(
        small.responses_of("P", {"P1": [5.0, 1.0]}, course_id=["A-1", "B-1"]), answers([3, 5], ["A-1", "B-1"])
    )
    (row,) = lookup.paths_of(year, lookup.pairs_with(year, "Q1"), "B").to_dict("records")
    assert (row["mean_earlier"], row["mean_later"]) == (0, 100)


# Scales ----------------------------------------------------------------------------------------------


def test_a_scale_is_of_the_questions_that_are_the_same_everywhere():
    assert lookup.scale_columns(year_of()) == ["P1", "P3", "Q1", "Q2", "Q4"]


def test_the_alpha_of_a_scale_is_that_of_its_items():
    first = [1.0, 2.0, 3.0, 4.0] * 10
    second = [2.0, 1.0, 4.0, 3.0] * 10
    year = year_of(small.responses_of("Q", {"Q1": first, "Q2": second}))
    found = lookup.own_scale(year, ["Q1", "Q2"])
    # covariance of (1 2 3 4) and (2 1 4 3) is 0.75 of 1.25, so that alpha is 2 * 0.6 / (1 + 0.6)
    assert found.waves["alpha"].tolist() == [pytest.approx(0.75)]
    assert found.items["rest_correlation"].tolist() == [pytest.approx(0.6), pytest.approx(0.6)]
    assert found.means[["n", "mean"]].to_numpy().tolist() == [[40, 37.5]]
    assert found.waves["omega_reason"].item() == "fewer than three items with any spread"


def test_questions_of_two_waves_are_two_scales():
    year = year_of(small.responses_of("P", {"P1": [1.0], "P3": [2.0]}), answers([3]))
    assert lookup.own_scale(year, ["P1", "Q1"]).waves[["instrument_id", "n_items"]].to_numpy().tolist() == [
        ["P", 1],
        ["Q", 1],
    ]


def test_a_scale_on_few_answers_is_refused_and_its_mean_is_not():
    found = lookup.own_scale(year_of(answers([1, 2, 3, 4] * 7)), ["Q1", "Q2"])
    assert found.waves["reason"].tolist() == ["fewer than 30 answers"]
    assert np.isnan(found.waves["alpha"].item())
    assert found.means["n"].tolist() == [28]


# Courses, problems, columns --------------------------------------------------------------------------


def test_a_course_is_listed_with_its_answers_and_no_rating_where_nobody_rated():
    year = year_of(answers([5, 5]), outcomes=(("A-1", "Q", "kept", 2), ("A-1", "Q", "duplicate", 1)))
    found = lookup.list_courses(year).set_index("course_id")
    assert found.index.tolist() == ["A-1", "A-2", "B-1"]
    assert found.loc["A-1", ["n_P", "n_Q", "rating_n"]].tolist() == [0, 2, 2]
    assert found.loc["A-2", "rating_n"] == 0
    assert lookup.list_courses(year, "B")["course_id"].tolist() == ["B-1"]


def test_problems_are_listed_with_what_they_mean_in_the_language():
    course = Problem("a.csv", 3, "B", "Course", "E-COURSE", "no course", "set aside", "name it")
    blank = Problem("b.csv", 4, "", "", "E-BLANK", "a blank row", "set aside", "nothing")
    year = year_of(problems=(course, blank))
    (row,) = lookup.list_problems(year, rule="E-BLANK", language="ru").to_dict("records")
    assert (row["file"], row["row"], row["meaning"], row["to_do"]) == ("b.csv", 4, "Пустая строка", "Ничего")
    assert lookup.list_problems(year, file="a.csv")["rule"].tolist() == ["E-COURSE"]
    assert len(lookup.list_problems(year)) == 2


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_column_of_a_loaded_year_is_described(loaded_year, language):
    told = lookup.describe_columns(loaded_year, language=language)
    for table in ("responses", "scores", "problems", "files", "outcomes"):
        assert set(told.loc[told["table"] == table, "column"]) == set(getattr(loaded_year, table)), table
    assert (told["meaning"] != "").all()
    assert told.loc[told["column"] == "n_kept", "meaning"].tolist() != (["records kept"] if language != "en" else [])


def test_a_year_says_what_it_holds_without_reading_anything(tmp_path):
    told = repr(Year(Home(tmp_path / "demo")))
    assert told.startswith("<Year 'demo': tables responses, scores, problems, files, outcomes, registry;")
    assert "coursewaves.lookup.describe_columns(year)" in told
