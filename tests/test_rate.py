"""Low-rated (¶16): three verdicts over all programmes with their runs, never on few answers or one run alone."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from coursewaves.analysis.rate import ONE_RUN, PROGRAMMES, RUNS, rate_programmes
from coursewaves.errors import CoursewavesError

T = 62.5
COURSES = pd.DataFrame(
    [[f"{programme}-{run}", programme] for programme in "ABCDEFGHIJKL" for run in (1, 2, 3)],
    columns=["course_id", "programme_id"],
)
FIVE = [-10.0, -5.0, 0.0, 5.0, 10.0]
"""Distances of five ratings from their mean: sum of squares 250."""


def ratings(**runs: list[float]) -> pd.DataFrame:
    """Scores of runs named as ``A_1``."""
    rows = [[name.replace("_", "-"), value] for name, values in runs.items() for value in values]
    return pd.DataFrame(rows, columns=["course_id", "rating"])


def around(mean: float, times: int = 2) -> list[float]:
    return [mean + step for step in FIVE * times]


def many(low: float = 45.0, runs: tuple[int, ...] = (1, 2)) -> pd.DataFrame:
    """Twelve programmes around 80, of which A has another mean and as many runs as asked."""
    made = {
        f"{name}_{run}": around(78.0 + 4 * (place % 2)) for place, name in enumerate("BCDEFGHIJKL") for run in (1, 2)
    }
    return ratings(**{f"A_{run}": around(low) for run in runs}, **made)


def rated(scores: pd.DataFrame, threshold: float = T):
    return rate_programmes(scores, COURSES, "rating", threshold)


def row(found, name: str = "A") -> pd.Series:
    return found.programmes.set_index("programme_id").loc[name]


def test_with_few_programmes_the_bounds_of_the_pooled_deviation_decide():
    found = rated(ratings(A_1=around(45), A_2=around(45), B_1=around(80), B_2=around(80)))
    # four runs of ten: sum of squares 4 x 500, 36 degrees of freedom; runs of a programme agree, so that they add
    # nothing; standard error of 20 ratings sqrt(2000 / 36 / 20) = 1.6667; t of 0.9 with 19 df 1.328 (t table)
    assert found.deviation == pytest.approx(np.sqrt(2000 / 36))
    assert (row(found)["low"], row(found)["high"]) == pytest.approx((45 - 2.213, 45 + 2.213), abs=0.002)
    assert found.programmes["verdict"].tolist() == ["low", "not low"]
    assert np.isnan(found.programmes["estimate"]).all()
    assert found.target == pytest.approx(62.5)


def test_from_ten_programmes_on_means_are_drawn_towards_the_mean_of_all():
    found = rated(many(low=58.0))
    others = found.programmes[found.programmes["programme_id"] != "A"]
    assert 58 < row(found)["estimate"] < others["mean"].min()
    assert (others["verdict"] == "not low").all()
    assert row(found)["verdict"] == "low"
    assert row(found)["probability"] >= 0.8


def test_what_lies_at_the_threshold_can_not_be_decided_by_any_number_of_answers():
    found = row(rated(many(low=T)))
    assert found["verdict"] == "cannot say yet"
    assert found["probability"] < 0.8
    assert np.isnan(found["more_answers"])
    assert found["reason"] == "no number of answers would decide"


def test_the_number_of_further_answers_does_decide():
    scores = many(low=64.5)
    before = row(rated(scores))
    assert before["verdict"] == "cannot say yet"
    more = int(before["more_answers"])
    assert more > 0
    # mean 64.5, deviation sqrt(7.0711^2 / 0.9): the lower bound passes 62.5 once 1.3 x 7.45 / sqrt(n) <= 2
    assert more == pytest.approx((1.32 * found_deviation(scores) / 2) ** 2 - 20, abs=3)


def found_deviation(scores: pd.DataFrame) -> float:
    within = scores["rating"] - scores.groupby("course_id")["rating"].transform("mean")
    return float(np.sqrt((within**2).sum() / (len(scores) - scores["course_id"].nunique())))


def test_one_run_alone_is_watched_and_never_calls_a_programme_low():
    found = rated(many(runs=(1,)))
    assert row(found)[["verdict", "is_watched", "reason"]].tolist() == ["cannot say yet", True, ONE_RUN]
    assert np.isnan(row(found)["more_answers"])
    watched = found.runs.loc[found.runs["is_watched"], "course_id"].tolist()
    assert watched == ["A-1"]


def test_one_bad_run_of_three_is_watched_while_the_programme_is_not_low():
    scores = pd.concat([many(low=80.0, runs=(1, 2)), ratings(A_3=around(45.0))])
    found = rated(scores)
    assert row(found)["verdict"] != "low"
    assert found.runs.loc[found.runs["is_watched"], "course_id"].tolist() == ["A-3"]


def test_nothing_is_called_low_on_fewer_than_ten_answers():
    nine = ratings(A_1=around(30, 1), A_2=around(30, 1)[:4], B_1=around(80), B_2=around(80))
    assert rate_programmes(nine, COURSES, "rating", T, minimum=1).programmes["verdict"].tolist() == [
        "cannot say yet", "not low",
    ]  # fmt: skip
    ten = ratings(A_1=around(30, 1), A_2=around(30, 1), B_1=around(80), B_2=around(80))
    assert rated(ten).programmes["verdict"].tolist() == ["low", "not low"]


def test_a_run_with_fewer_than_five_ratings_is_in_no_sum():
    found = rated(ratings(A_1=around(45), A_2=[100.0] * 4))
    assert found.programmes[["n", "n_runs", "mean"]].to_numpy().tolist() == [[10, 1, 45.0]]
    assert found.runs["course_id"].tolist() == ["A-1"]


def test_missing_ratings_and_unknown_courses_do_not_count():
    scores = ratings(A_1=[*around(45), np.nan], Z_9=around(10))
    assert rated(scores).programmes["n"].tolist() == [10]


@pytest.mark.parametrize("values", [[], [30.0] * 12, [np.nan] * 12])
def test_without_any_spread_nothing_is_decided(values):
    found = rated(ratings(A_1=values, A_2=values))
    assert list(found.programmes.columns) == PROGRAMMES
    assert list(found.runs.columns) == RUNS
    assert (found.programmes["verdict"] == "cannot say yet").all()
    assert len(found.programmes) == (1 if len(values) and values[0] == 30 else 0)


def test_programmes_stand_by_name_and_not_by_rank():
    scores = many().sample(frac=1, random_state=3)
    assert rated(scores).programmes["programme_id"].tolist() == list("ABCDEFGHIJKL")


def test_twelve_programmes_of_one_run_each_have_no_low_one_and_every_figure():
    one = {f"{name}_1": around(mean) for name, mean in zip("ABCDEFGHIJKL", [40, *[80, 84] * 5, 82], strict=True)}
    found = rated(ratings(**one)).programmes
    assert set(found["verdict"]) == {"cannot say yet", "not low"}
    assert np.isfinite(found[["probability", "mean", "low", "high", "estimate"]].to_numpy()).all()


def test_an_unknown_rating_is_named():
    with pytest.raises(CoursewavesError, match=r"Can't find 'rates' in the scores\. Possible values: "):
        rate_programmes(ratings(A_1=[1.0]), COURSES, "rates", 50)


COURSE_IDS = st.sampled_from(COURSES["course_id"].tolist())


@examples(max_examples=60)
@given(st.lists(st.tuples(COURSE_IDS, st.floats(0, 100)), max_size=150), st.floats(0, 100), st.randoms())
def test_a_verdict_follows_from_its_figures_in_whatever_order_answers_come(answers, threshold, chance):
    scores = pd.DataFrame(answers, columns=["course_id", "rating"]).astype({"rating": "float64"})
    found = rated(scores, threshold).programmes
    for one in found.to_dict("records"):
        assert (one["verdict"] == "not low") <= (one["low"] >= threshold)
        assert (one["verdict"] == "low") <= (one["n"] >= 10 and one["n_runs"] >= 2)
        assert one["is_watched"] <= (one["n_runs"] == 1)
        assert (one["more_answers"] == 0) == (one["verdict"] != "cannot say yet")
        assert 0 <= one["low"] <= 100 or np.isnan(one["low"])
    chance.shuffle(answers)
    again = rated(pd.DataFrame(answers, columns=["course_id", "rating"]).astype({"rating": "float64"}), threshold)
    pd.testing.assert_frame_equal(again.programmes, found, check_exact=True)


def test_what_runs_add_to_chance_widens_the_funnel_and_never_narrows_it():
    alike = rated(ratings(A_1=around(45), A_2=around(45), B_1=around(80), B_2=around(80)))
    assert alike.phi == pytest.approx(1.0)
    apart = rated(ratings(A_1=around(40), A_2=around(50), B_1=around(75), B_2=around(85)))
    # runs of ten, 10 points apart: variance between runs 50 less 2000 / 36 / 10 of sampling = 44.44, so that
    # phi = 1 + 10 x 44.44 / 55.56 = 9
    assert apart.phi == pytest.approx(9.0, rel=1e-4)


def test_no_rating_at_all_has_no_funnel():
    found = rated(ratings())
    assert (found.phi, np.isnan(found.target), np.isnan(found.deviation)) == (1.0, True, True)
