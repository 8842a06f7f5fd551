"""The example year has known effects, duplicates and damage: the pipeline finds each, and nothing else."""

from pathlib import Path

import pytest

from coursewaves.compare import compare_waves
from coursewaves.rate import rate_groups
from coursewaves.settings import Home
from coursewaves.simulate import simulate_year
from coursewaves.year import Year, load_year

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


@pytest.fixture(scope="module")
def by_programme(year):
    courses = year.registry.courses.set_index("course_id")["programme_id"]
    return year.scores["course_id"].map(courses).rename("programme_id")


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


def test_both_low_rated_programmes_are_found_and_no_other(year, truth, by_programme):
    verdicts = rate_groups(year.scores, by_programme, "rating", year.settings.low_rated_below)
    low = set(verdicts.loc[verdicts["verdict"] == "low", "programme_id"])
    assert low == set(truth.low_rated)
    assert set(verdicts["verdict"]) == {"low", "not low"}


def test_the_planted_cause_is_the_lowest_factor(year, truth, by_programme):
    means = year.scores.groupby(by_programme)[["F1", "F2", "F3", "F4", "F5"]].mean()
    for programme_id, planted in truth.low_rated.items():
        lowest = means.loc[programme_id].nsmallest(len(planted["factors"])).index
        assert set(lowest) == set(planted["factors"])


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
