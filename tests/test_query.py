"""Queries: figures over several years straight from their files, and no way out of them."""

import pandas as pd
import pytest

from coursewaves.errors import CoursewavesError
from coursewaves.load import load_year
from coursewaves.processed.query import query
from coursewaves.settings.home import Home
from coursewaves.simulate import simulate_year


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    root = tmp_path_factory.mktemp("years")
    years = [Home(root / name) for name in ("y2024", "y'2025")]
    for seed, home in enumerate(years):
        simulate_year(home.root, programmes=2, courses=4, seed=seed)
        load_year(home)
    return [home.root for home in years]


def test_a_query_over_two_years_gives_what_pandas_gives(homes):
    found = query("SELECT home, wave, count(*) AS n, avg(rating) AS mean FROM scores GROUP BY ALL ORDER BY ALL", homes)
    tables = [pd.read_parquet(home / "data/processed/scores.parquet").assign(home=home.name) for home in homes]
    grouped = pd.concat(tables).groupby(["home", "wave"])["rating"]
    expected = pd.DataFrame({"n": grouped.size(), "mean": grouped.mean()}).reset_index()
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_a_table_joins_the_registry(homes):
    courses = "responses JOIN registry_courses USING (home, course_id)"
    sql = f"SELECT programme_id, count(*) AS n FROM {courses} GROUP BY 1"
    n_kept = sum(len(pd.read_parquet(home / "data/processed/responses.parquet")) for home in homes)
    assert query(sql, homes)["n"].sum() == n_kept


@pytest.mark.parametrize(
    "sql",
    ["SELECT * FROM read_csv('{outside}')", "COPY scores TO '{outside}.csv'", "SET enable_external_access = true",
     "INSTALL httpfs", "ATTACH '{outside}.db'", "SELECT nothing FROM nowhere", "SELEC"],
)  # fmt: skip
def test_a_query_reaches_nothing_else_and_says_why(homes, tmp_path, sql):
    outside = tmp_path / "outside"
    outside.write_text("a\n1\n")
    with pytest.raises(CoursewavesError, match=r"Can't answer"):
        query(sql.format(outside=outside), homes)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outside"]


def test_a_folder_that_was_not_loaded_is_named_with_its_fix(tmp_path):
    (tmp_path / "new").mkdir()
    with pytest.raises(CoursewavesError, match=r"processed tables of 'new'; fix: coursewaves --home new load"):
        query("SELECT 1", [tmp_path / "new"])


def test_two_years_of_one_name_can_t_be_told_apart(homes):
    with pytest.raises(CoursewavesError, match="same name"):
        query("SELECT 1", [homes[0], homes[0]])
