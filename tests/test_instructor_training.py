"""967 real answers over 80 runs: each is kept or set aside for a known reason, each kept cell says what was ticked."""

import csv
import shutil
from pathlib import Path

import pandas as pd
import pytest

from coursewaves.load import load_year
from coursewaves.privacy.masking import masked
from coursewaves.processed.year import Year
from coursewaves.settings.home import find_home
from coursewaves.survey.instruments import Scale
from coursewaves.survey.wordings import normalised

ROOT = Path(__file__).parents[1]
EXPORT = ROOT.parent / "shared" / "data" / "instructor_training" / "20180908_post_clean.csv"
NOT_LISTED = "My training event is not listed"

pytestmark = pytest.mark.skipif(not EXPORT.is_file(), reason="the training's answers are not on this machine")


@pytest.fixture(scope="module")
def year(tmp_path_factory) -> Year:
    root = tmp_path_factory.mktemp("training") / "home"
    example = ROOT / "examples" / "instructor_training"
    shutil.copytree(example, root, ignore=shutil.ignore_patterns("responses", "processed"))
    (root / "data/raw/responses").mkdir(parents=True)
    shutil.copy(EXPORT, root / "data/raw/responses")
    return load_year(find_home(root))


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    """The export as it stands, by the row that a spreadsheet shows."""
    with EXPORT.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    return pd.DataFrame(rows, columns=header, index=range(2, len(rows) + 2))


def test_the_account_of_the_file_is_known(year):
    counts = year.files[["n_read", "n_kept", "n_set_aside", "n_duplicate", "n_outside_window"]]
    assert counts.to_numpy().tolist() == [[967, 787, 180, 0, 0]]
    assert year.responses["course_id"].nunique() == len(year.registry.courses) == 80


def test_whoever_is_set_aside_names_no_run(year, raw):
    aside = year.problems[year.problems["rule"] == "E-COURSE"]["row"]
    sites = raw.loc[aside, "MemberSite"].map(normalised).value_counts().to_dict()
    assert sites == {"": 51, normalised(NOT_LISTED): 129}
    assert set(year.problems["rule"]) <= {"E-COURSE"}


def test_every_kept_answer_belongs_to_the_run_that_it_names(year, raw):
    aliases = year.registry.courses.set_index("course_id")["aliases"]
    named = raw.loc[year.responses["row"], "MemberSite"].map(normalised)
    listed = year.responses["course_id"].map(aliases).map(lambda names: {normalised(name) for name in names.split("|")})
    assert all(name in names for name, names in zip(named, listed, strict=True))


def test_every_time_is_the_one_written(year, raw):
    written = pd.to_datetime(raw.loc[year.responses["row"], "Date"], format="%m/%d/%y %H:%M")
    assert year.responses["submitted_at"].dt.tz_localize(None).tolist() == written.tolist()


def said(value: object, scale: Scale) -> set[str]:
    """What a person who has this value may have ticked."""
    if pd.isna(value):
        return {""}
    if scale.kind == "text":
        return {normalised(str(value))}
    code = f"{value:g}" if isinstance(value, float) else str(value)
    if scale.kind == "number":
        return {code}
    options = [*scale.options, *([scale.not_applicable] if scale.not_applicable else [])]
    option = next(option for option in options if option.code == code)
    return {normalised(text) for text in (*option.text.values(), *option.also)}


def test_every_kept_cell_says_what_was_ticked(year, raw):
    n_cells, n_given = 0, 0
    for item in year.survey.instrument("training").items:
        scale = year.survey.scale(item.scale)
        header = next(header for header in item.headers if header in raw)
        column = year.responses[item.id] if item.id in year.responses else pd.Series([None] * 787)
        others = {option.code for option in scale.options if option.other}
        for value, written in zip(column, raw.loc[year.responses["row"], header], strict=True):
            plain = normalised(masked(written) if scale.kind == "text" else written)
            if value not in others:
                assert plain in said(value, scale), (item.id, len(written))
            n_cells += 1
            n_given += bool(plain)
    assert (n_cells, n_given) == (787 * 37, 16530)  # 37 questions; the second counted in the export itself
