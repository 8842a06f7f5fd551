"""The example year has known effects, duplicates and damage: the pipeline finds each, and nothing else."""

from pathlib import Path

import pytest

from coursewaves.analysis.compare import compare_waves
from coursewaves.analysis.factor_analysis import factor_gaps, factor_importance
from coursewaves.analysis.rate import rate_programmes
from coursewaves.analysis.standardise import standardise_scores
from coursewaves.analysis.topic_verdicts import judge_topics
from coursewaves.load import load_year
from coursewaves.processed.year import Year
from coursewaves.settings.home import Home
from coursewaves.simulate import simulate_year

COUNTS = ["n_read", "n_kept", "n_set_aside", "n_duplicate", "n_outside_window"]


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    root: Path = tmp_path_factory.mktemp("planted")
    truth = simulate_year(root)
    return load_year(Home(root)), truth


@pytest.fixture(scope="module")
def year(planted) -> Year:
    return planted[0]


@pytest.fixture(scope="module")
def truth(planted):
    return planted[1]


def test_every_file_ends_in_exactly_the_planted_counts(year, truth):
    found = year.files.set_index("file")
    for planted in truth.files:
        assert found.loc[planted["file"], COUNTS].to_dict() == {name: planted[name] for name in COUNTS}


def test_the_file_that_is_no_survey_is_set_aside_whole(year, truth):
    found = year.files.set_index("file")
    for name, n_rows in truth.decoys.items():
        assert found.loc[name, COUNTS].tolist() == [n_rows, 0, n_rows, 0, 0]


def test_every_course_keeps_exactly_the_planted_forms(year, truth):
    kept = year.responses.groupby(["course_id", "wave"]).size()
    planted = {
        (course_id, int(wave)): n for course_id, waves in truth.courses.items() for wave, n in waves.items() if n
    }
    assert kept.to_dict() == planted


def test_cells_off_their_scale_are_dropped_one_by_one(year, truth):
    dropped = year.problems[year.problems["rule"] == "E-VALUE"]
    assert sorted(zip(dropped["file"], dropped["row"], strict=True)) == sorted(
        (cell["file"], cell["row"]) for cell in truth.invalid_cells
    )


def test_all_planted_straightliners_are_marked(year, truth):
    marked = set(
        year.responses.loc[year.responses["is_straightlined"], ["file", "row"]].itertuples(index=False, name=None)
    )
    kept = set(year.responses[["file", "row"]].itertuples(index=False, name=None))
    planted = {(row["file"], row["row"]) for row in truth.rows if row["reason"] == "straightlined"}
    assert planted & kept <= marked
    assert len(marked - planted) <= 5  # honest people who are very satisfied


@pytest.fixture(scope="module")
def rated(year):
    return rate_programmes(year.scores, year.registry.courses, "rating", year.settings.low_rated_below)


def test_both_low_rated_programmes_are_found_and_no_other(rated, truth):
    found = rated.programmes
    assert set(found.loc[found["verdict"] == "low", "programme_id"]) == set(truth.low_rated) == {"P06", "P11"}
    assert set(found["verdict"]) == {"low", "not low"}


def test_the_low_programmes_are_as_low_among_participants_of_one_mix(year, truth):
    scores = standardise_scores(year.scores, year.responses, "rating")
    found = rate_programmes(scores, year.registry.courses, "rating", year.settings.low_rated_below).programmes
    assert set(found.loc[found["verdict"] == "low", "programme_id"]) == set(truth.low_rated)


def test_the_shrunken_ratings_are_near_the_true_ones(rated, truth):
    for row in rated.programmes.to_dict("records"):
        assert row["estimate"] == pytest.approx(truth.programme_ratings[row["programme_id"]], abs=4)
        assert row["probability"] > 0.99 if row["programme_id"] in truth.low_rated else row["probability"] < 0.01


def test_runs_are_watched_in_the_low_programmes_alone(rated, truth):
    watched = set(rated.runs.loc[rated.runs["is_watched"], "programme_id"])
    assert watched == set(truth.low_rated)


def test_the_planted_causes_stand_out_in_the_low_programmes(year, truth):
    for programme_id, planted in truth.low_rated.items():
        found = factor_gaps(year.scores, year.registry.courses, year.survey, programme_id)
        parts = found.parts.set_index("factor_id")
        assert set(parts.index[parts["stands_out"]]) == set(planted["factors"])
        assert set(parts["mean"].nsmallest(len(planted["factors"])).index) == set(planted["factors"])
        assert set(parts["part"].nsmallest(len(planted["factors"])).index) == set(planted["factors"])
        assert parts["part"].sum() == pytest.approx(found.gap)
        assert found.gap < -20


def test_direct_and_indirect_factors_both_weigh_and_none_is_lost(year):
    found = factor_importance(year.scores, year.survey).set_index("factor_id")
    # all ratings of one person hang on one liking: no factor is planted to weigh more than another by far
    assert (found.loc[["F1", "F2", "F3", "F4", "F5"], "low"] > 0.05).all()
    assert found.loc["direct_factor", "share"] > found.loc["indirect_factor", "share"]


def test_topics_are_useful_but_for_the_low_programmes(year, truth):
    courses = year.registry.courses.set_index("course_id")["programme_id"]
    for programme_id, responses in year.responses.groupby(year.responses["course_id"].map(courses)):
        listed = year.registry.topics_of(programme_id)
        found = judge_topics(responses, year.survey, listed, year.settings.low_rated_below)
        allowed = {"not useful", "cannot say yet"} if programme_id in truth.low_rated else {"useful"}
        assert set(found["usefulness"]) <= allowed
        assert found["trainer_id"].tolist() == listed["trainer_id"].tolist()
        if truth.low_rated.get(programme_id, {}).get("cause") == "methodology":  # too little practice
            assert set(found["choice"].dropna()) == {"lengthen"}
        else:
            assert set(found["choice"]) == {"keep"}


@pytest.fixture(scope="module")
def comparisons(year):
    return compare_waves(year.responses, year.survey).set_index("pair_id")


@pytest.mark.parametrize("pair_id", ["M3.growth", "M3.then", "M4.intended", "M4.applied"])
def test_gain_shift_and_application_gap_are_within_their_intervals(comparisons, truth, pair_id):
    found, planted = comparisons.loc[pair_id], truth.pairs[pair_id]["difference"]
    assert found["low"] <= planted <= found["high"]
    assert (found["difference"] > 0) == (planted > 0)


def test_the_level_before_the_course_falls_when_seen_after_it(comparisons):
    assert comparisons.loc["M3.then", "mean_earlier"] < comparisons.loc["M3.growth", "mean_earlier"]


def test_no_planted_identifier_is_in_any_processed_table(year, truth):
    planted = [text for kind in ("emails", "phones", "iins") for text in truth.canaries[kind]]
    tables = [getattr(year, name) for name in ("responses", "scores", "problems", "files", "outcomes")]
    held = "\n".join(table.to_csv() for table in tables)
    assert [text for text in planted if text in held] == []
