"""A work folder is loaded once and opened ever after; raw files stay as they are."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from coursewaves.errors import CoursewavesError
from coursewaves.load import load_year
from coursewaves.processed.year import TABLES, open_year
from coursewaves.score import score_names
from coursewaves.settings.home import Home, find_home

HEADER = ["Timestamp", "ID1", "ID2", "A3.1", "A3.2", "A3.3"]
"""Ids are headers too: what stands in a file need not be wordings."""


def make_home(root: Path, rows: list[list[str]]) -> Home:
    registry, responses = root / "data/raw/registry", root / "data/raw/responses"
    registry.mkdir(parents=True)
    responses.mkdir(parents=True)
    (registry / "programmes.csv").write_text("programme_id,title_en,hours\nP,Play,36\n")
    (registry / "courses.csv").write_text(
        "course_id,programme_id,starts_on,ends_on,enrolled,completed\nK-1,P,2025-03-03,2025-03-14,20,18\n"
    )
    lines = [",".join(row) for row in [HEADER, *rows]]
    (responses / "a.csv").write_text("\n".join(lines) + "\n")
    return find_home(root)


def row(wish: str, time: str = "2025-03-02 10:00:00", course: str = "K-1") -> list[str]:
    return [time, course, "", wish, wish, wish]


@pytest.fixture
def home(tmp_path):
    return make_home(
        tmp_path / "home", [row("5"), row("3"), row("9"), row("4", course="Zoo"), row("4", "2025-06-01 10:00:00")]
    )


def digests(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_loading_writes_every_table_and_opening_reads_it(home):
    load_year(home)
    year = open_year(home.root)
    assert len(year.responses) == 3
    assert len(year.scores) == 3
    assert year.files[["n_read", "n_kept", "n_set_aside", "n_outside_window"]].to_numpy().tolist() == [[5, 3, 1, 1]]
    assert set(year.problems["rule"]) == {"E-COURSE", "E-WINDOW", "E-ABSENT"}
    assert year.registry.course("K-1")["enrolled"] == 20
    assert year.outcomes["n_forms"].sum() == 4
    assert {path.stem for path in home.processed.glob("*.parquet")} >= set(TABLES)


def test_what_is_opened_is_what_was_loaded(home):
    loaded = load_year(home)
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(loaded, name), getattr(open_year(home.root), name))
    assert loaded.responses["submitted_at"].dt.tz.key == "Asia/Almaty"
    assert sorted(loaded.responses["A3.1"]) == [3.0, 5.0, 9.0]


def test_scores_stand_beside_their_responses(home):
    year = load_year(home)
    assert year.scores["response_id"].tolist() == year.responses["response_id"].tolist()
    assert set(score_names(year.survey)) <= set(year.scores.columns)


def test_raw_files_are_never_changed(home):
    before = digests(home.root / "data/raw")
    load_year(home)
    load_year(home)
    assert digests(home.root / "data/raw") == before


def test_loading_twice_gives_the_same_bytes_and_leaves_no_drafts(home):
    load_year(home)
    first = digests(home.processed)
    load_year(home)
    assert digests(home.processed) == first
    kinds = (".parquet", ".zip", "problems.xlsx", "contents.json")
    assert not [name for name in first if not name.endswith(kinds)]


def test_a_corrected_file_is_counted_once(home):
    load_year(home)
    make_it = home.responses / "a.csv"
    make_it.write_text(make_it.read_text().replace("Zoo", "K-1"))
    assert load_year(home).files[["n_read", "n_kept"]].to_numpy().tolist() == [[5, 4]]


def test_a_folder_that_was_not_loaded_says_how(tmp_path):
    with pytest.raises(CoursewavesError, match=r"fix: coursewaves --home .* load"):
        _ = open_year(tmp_path).responses


def test_without_a_course_nothing_is_loaded(tmp_path):
    with pytest.raises(CoursewavesError, match=r"No course is registered in data/raw/registry"):
        load_year(find_home(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_year_without_any_answer_opens_with_empty_tables(tmp_path):
    year = load_year(make_home(tmp_path / "home", []))
    assert year.responses.empty
    assert year.scores.empty
    assert year.outcomes.empty
    assert year.files["n_read"].tolist() == [0]
