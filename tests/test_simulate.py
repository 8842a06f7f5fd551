"""The simulated year: the same bytes every time, figures like life, and a truth that its files bear out."""

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import python_calamine

import small
from coursewaves.errors import CoursewavesError
from coursewaves.load import read_home
from coursewaves.reading.records import read_records
from coursewaves.reading.times import parse_times
from coursewaves.registry.reader import read_registry
from coursewaves.settings.home import Home
from coursewaves.simulate import low_rated, read_truth, simulate_year
from coursewaves.simulate.answers import answer_all, make_people
from coursewaves.simulate.institute import make_institute
from coursewaves.survey.files import load_survey

SMALL = {"programmes": 2, "courses": 4, "enrolled": 12}
APART = ("topic_usefulness", "support")  # on another object than the course as a whole
OUTCOMES = ("n_kept", "n_set_aside", "n_duplicate", "n_outside_window")


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    root = tmp_path_factory.mktemp("year")
    simulate_year(root)
    return Home(root)


@pytest.fixture(scope="module")
def truth(home):
    return read_truth(home.root / "data" / "truth.json")


@pytest.fixture(scope="module")
def intake(home):
    registry, _ = read_registry(home.registry)
    return read_home(home, registry, small.PSEUDONYMS)


@pytest.fixture(scope="module")
def after_course() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Everybody's answers to questionnaire B in programmes that are not low-rated, and who they are."""
    rng = np.random.default_rng(7)
    survey = load_survey()
    tables = make_institute(rng, 12, 60, 36, 2025).tables
    people = make_people(rng, tables)
    sizes = {name: tables[name].groupby("programme_id").size() for name in ("abilities", "topics")}
    codes = answer_all(rng, people, survey.instrument("B"), survey, sizes)
    usual = people.cause == ""
    rated = codes[
        [c for c in codes if survey.scale_of(c).id in ("EX5", "SA5") and survey.item(c).indicator not in APART]
    ]
    return rated[usual].where(rated[usual] <= 5), people.frame[usual]


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def grid_of(path: Path) -> list[list[str]]:
    if path.suffix == ".xlsx":
        rows = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        return [[str(cell) for cell in row] for row in rows]
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if text[:400].count(";") > 3 else ","))


def test_the_same_seed_gives_the_same_bytes_in_any_process(tmp_path):
    simulate_year(tmp_path / "here", **SMALL)
    code = "import sys, pathlib, coursewaves.simulate as s; s.simulate_year(pathlib.Path(sys.argv[1]), " \
        "programmes=2, courses=4, enrolled=12)"  # fmt: skip
    environment = os.environ | {"PYTHONHASHSEED": "17", "TZ": "America/New_York"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "there")], check=True, env=environment)
    assert digests(tmp_path / "here") == digests(tmp_path / "there")
    assert any(name.endswith(".xlsx") for name in digests(tmp_path / "here"))


def test_another_seed_gives_another_year(tmp_path):
    first = simulate_year(tmp_path / "a", **SMALL)
    second = simulate_year(tmp_path / "b", seed=1, **SMALL)
    assert first.pairs != second.pairs


def test_the_default_year_has_its_promised_size(home, truth):
    assert truth.sizes["participants"] >= 2000
    assert (truth.sizes["programmes"], truth.sizes["courses"], truth.sizes["waves"]) == (12, 60, 3)
    assert truth.sizes["files"] == len(truth.files)
    assert {entry["instrument_id"] for entry in truth.files} == {"A", "B", "C"}
    assert {Path(entry["file"]).suffix for entry in truth.files} == {".csv", ".xlsx"}


def test_the_registry_is_sound_and_begins_with_course_p01_01(home):
    registry, problems = read_registry(home.registry)
    assert problems.empty
    courses = registry.courses
    assert courses["course_id"].iloc[0] == "P01-01"
    assert (courses["starts_on"].dt.day_of_week == 0).all()
    assert (courses["ends_on"].dt.day_of_week == 4).all()
    assert set(courses["starts_on"].dt.year) == {2025}
    assert {"kk", "ru"} == set(courses["language"])
    assert registry.topics.groupby("programme_id").size().between(4, 7).all()
    assert registry.abilities.groupby("programme_id").size().between(3, 5).all()
    assert registry.programmes["hours"].between(36, 80).all()
    assert len(registry.directions) == 4
    assert len(registry.centres) >= 8
    people = registry.participants
    assert people["participant_id"].is_unique
    assert not ((people["age_band"] == "u30") & people["experience_band"].isin(["11-20", "o20"])).any()


@pytest.mark.parametrize("seed", [2, 3])
def test_small_years_of_other_seeds_load_as_their_truth_says(tmp_path, seed):
    truth = simulate_year(tmp_path, seed=seed, **SMALL)
    home = Home(tmp_path)
    registry, _ = read_registry(home.registry)
    found = read_home(home, registry, small.PSEUDONYMS).files
    expected = pd.DataFrame(truth.files).sort_values("file", ignore_index=True)
    own = found[~found["file"].isin(truth.decoys)].reset_index(drop=True)
    pd.testing.assert_frame_equal(own[list(expected)], expected, check_dtype=False)


def test_the_records_of_every_file_add_up(home, truth):
    for entry in truth.files:
        assert entry["n_read"] == sum(entry[name] for name in OUTCOMES)
        assert read_records(home.responses / entry["file"]).n_read == entry["n_read"]
    kept = sum(count for waves in truth.courses.values() for count in waves.values())
    assert kept == sum(entry["n_kept"] for entry in truth.files)
    assert {name: len(read_records(home.responses / name).rows) for name in truth.decoys} == truth.decoys


def test_the_loader_accounts_for_every_file_as_the_truth_does(truth, intake):
    found = intake.files.set_index("file")
    for entry in truth.files:
        assert {name: int(found.loc[entry["file"], name]) for name in OUTCOMES} == {
            name: entry[name] for name in OUTCOMES
        }


def test_the_loader_finds_each_courses_kept_and_linked_forms(truth, intake):
    grouped = intake.responses.groupby(["course_id", "wave"])["respondent_id"]
    for expected, found in ((truth.courses, grouped.size()), (truth.linked, grouped.count())):
        for course_id, waves in expected.items():
            assert {wave: int(found.get((course_id, int(wave)), 0)) for wave in waves} == waves


def test_planted_straightliners_and_invalid_cells_stand_where_the_truth_says(truth, intake):
    places = intake.responses.set_index(["file", "row"])
    lines = [(one["file"], one["row"]) for one in truth.rows if one["reason"] == "straightlined"]
    assert lines
    assert places.loc[lines, "is_straightlined"].all()
    values = intake.problems[intake.problems["rule"] == "E-VALUE"]
    assert set(zip(values["file"], values["row"], values["header"], strict=True)) == {
        (one["file"], one["row"], one["header"][:80]) for one in truth.invalid_cells
    }


def test_late_early_and_broken_rows_stand_where_the_truth_says(truth, intake):
    problems = intake.problems
    for rule, reasons in (
        ("E-WINDOW", {"late", "early"}),
        ("E-WIDTH", {"cut short", "field too many"}),
        ("E-COURSE", {"no course code", "unknown course code", "title instead of code"}),
        ("E-DUPLICATE", {"same again", "changed"}),
        ("E-CONSENT", {"no consent"}),
        ("E-PERSON", {"mistyped code"}),
    ):
        found = problems[problems["rule"] == rule]
        planted = {(one["file"], one["row"]) for one in truth.rows if one["reason"] in reasons}
        assert planted
        assert planted <= set(zip(found["file"], found["row"], strict=True))


def test_answers_at_the_last_second_of_a_window_count(truth, intake):
    edges = [(one["file"], one["row"]) for one in truth.rows if one["reason"] == "edge of window"]
    kept = set(zip(intake.responses["file"], intake.responses["row"], strict=True))
    assert len(edges) == 2
    assert kept.issuperset(edges)


def test_every_kind_of_damage_is_planted(truth):
    expected = {
        *(
            "late",
            "early",
            "edge of window",
            "same again",
            "changed",
            "copy",
            "straightlined",
            "invalid cell",
        ),
        *("cut short", "field too many", "blank row", "planted text", "no consent", "mistyped code"),
        *("no course code", "unknown course code", "title instead of code"),
    }
    assert expected <= set(truth.reasons)
    assert min(truth.reasons.values()) >= 1
    assert set(truth.headers) == {"excel", "spoilt", "renamed"}
    assert Counter(one["reason"] for one in truth.rows) + Counter({"blank row": 2}) == Counter(truth.reasons)


def test_traces_of_people_and_hostile_texts_are_in_the_raw_files(home, truth):
    text = "\n".join("\n".join("\t".join(row) for row in grid_of(path)) for path in home.responses.rglob("*.*"))
    for canary in [one for kind in truth.canaries.values() for one in kind]:
        assert canary in text
    for hostile in truth.hostile:
        assert hostile in text


def test_about_a_tenth_of_answers_name_no_course(truth):
    unassigned = sum(count for reason, count in truth.reasons.items() if "code" in reason and "mis" not in reason)
    assert 0.06 < unassigned / sum(entry["n_read"] for entry in truth.files) < 0.14


def test_a_third_of_courses_is_linked_and_the_rest_hardly(truth):
    shares = pd.Series({
        course_id: sum(truth.linked[course_id].values()) / max(1, sum(waves.values()))
        for course_id, waves in truth.courses.items()
    })  # fmt: skip
    prefilled = shares > 0.7
    assert prefilled.sum() == 20
    assert shares[prefilled].mean() == pytest.approx(0.95, abs=0.03)
    assert shares[~prefilled].mean() == pytest.approx(0.24, abs=0.06)


def test_headers_are_the_questionnaires_wordings_in_the_forms_language(home, truth):
    survey = home.survey
    spoilt = {paths[0] for name, paths in truth.headers.items() if name != "excel"}
    for entry in truth.files:
        if entry["file"] in spoilt:
            continue
        language = Path(entry["file"]).stem[-2:]
        instrument = survey.instrument(entry["instrument_id"])
        header = grid_of(home.responses / entry["file"])[0]
        asked = [item for item in [*survey.background, *instrument.items] if item.repeat is None]
        stems = {grid.id: grid.text[language] for grid in instrument.grids}
        known = {f"{stems[i.grid]} [{i.text[language]}]" if i.grid else i.text[language] for i in asked}
        repeated = {stems[item.grid] for item in instrument.items if item.repeat}
        rest = [cell for cell in header[1:] if cell not in known and cell.partition(" [")[0] not in repeated]
        assert rest == []
        assert header[0] in {"Timestamp", "Отметка времени", "Уақыт белгісі"}
        assert len(set(header)) == len(header)


def test_times_stand_as_google_writes_them(home, truth):
    forms = {
        "forms": "Y/m/d h:M:S p z",
        "local": "d.m.Y H:M:S",
        "english": "m/d/Y H:M:S",
        "sheet": "Y-m-d H:M:S",
    }
    seen = Counter()
    for entry in truth.files:
        cell = next(cells[0] for _, cells in read_records(home.responses / entry["file"]).rows)
        fits = [name for name, form in forms.items() if parse_times([cell], form, home.settings.zone).notna()[0]]
        seen[fits[0]] += 1
        assert (fits[0] == "english") == entry["file"].endswith("_en.csv")
    assert set(seen) == set(forms)


def test_the_file_saved_by_excel_has_semicolons_and_a_byte_order_mark(home, truth):
    content = (home.responses / truth.headers["excel"][0]).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert read_records(home.responses / truth.headers["excel"][0]).delimiter == ";"


def test_sheets_are_named_as_google_names_them_in_three_languages(home):
    names = {
        python_calamine.CalamineWorkbook.from_path(str(path)).sheet_names[0] for path in home.responses.rglob("*.xlsx")
    }
    assert names == {"Form Responses 1", "Ответы на форму (1)", "Форма жауаптары 1"}


def test_a_renamed_question_stands_under_a_header_that_its_item_lists(home, truth):
    path, header = truth.headers["renamed"]
    assert header in grid_of(home.responses / path)[0]
    assert any(header in item.headers for item in home.survey.instrument("B").items)


def test_two_programmes_are_low_rated_and_the_others_are_not(truth):
    assert {entry["cause"] for entry in truth.low_rated.values()} == {"methodology", "infrastructure"}
    for programme_id, rating in truth.programme_ratings.items():
        assert 50 < rating < 60 if programme_id in truth.low_rated else 75 < rating < 90


def test_small_institutes_have_one_low_rated_programme():
    assert low_rated(["P01", "P02"]) == {"P02": "methodology"}
    assert low_rated(["P01", "P02", "P03", "P04"]) == {"P02": "methodology", "P03": "infrastructure"}


def test_planted_effects_have_their_direction_and_size(truth):
    effects = {pair_id: pair["difference"] for pair_id, pair in truth.pairs.items()}
    assert effects["M3.growth"] == pytest.approx(28, abs=3)  # a gain of 1.2 of 4 steps, less what the scale cuts
    assert effects["M3.then"] - effects["M3.growth"] == pytest.approx(10, abs=2)  # a shift of 0.45 of 4 steps
    assert effects["M3.retention"] == pytest.approx(-6, abs=1.5)
    assert effects["M4.intended"] < -15
    assert set(effects) == {pair.id for construct in load_survey().constructs for pair in construct.pairs}


# Bands: The Carpentries' instructor training, CC BY 4.0, repository carpentries/assessment, 967 answers.
def test_shares_at_the_top_are_those_of_real_courses(after_course):
    rated, _ = after_course
    top = (rated == 5).sum() / rated.notna().sum()
    trainers = top[["B7.5", "B7.6", "B7.7"]]
    assert trainers.between(0.57, 0.83).all()
    assert top.drop(trainers.index).between(0.31, 0.77).all()


def test_items_correlate_as_in_real_courses(after_course):
    rated, _ = after_course
    correlations = rated.corr("spearman").to_numpy()
    assert correlations[np.triu_indices_from(correlations, 1)].mean() == pytest.approx(0.37, abs=0.04)


def test_people_and_courses_vary_as_in_real_courses(after_course):
    rated, people = after_course
    scores = rated[["B1.1", "B3.1", "B5.1", "B6.1", "B7.1"]].mean(axis=1)
    courses = scores.groupby(people["course_id"])
    counts = courses.count()
    within = ((scores - courses.transform("mean")) ** 2).sum() / (len(scores) - len(counts))
    between_squares = (counts * (courses.mean() - scores.mean()) ** 2).sum() / (len(counts) - 1)
    size = (counts.sum() - (counts**2).sum() / counts.sum()) / (len(counts) - 1)
    between = (between_squares - within) / size
    assert within**0.5 == pytest.approx(0.59, abs=0.05)
    assert between**0.5 == pytest.approx(0.11, abs=0.04)
    assert between / (between + within) == pytest.approx(0.035, abs=0.025)


def test_some_runs_are_too_small_to_be_shown(truth):
    sizes = [count for waves in truth.courses.values() for count in waves.values() if count]
    assert min(sizes) < 5
    assert np.median(sizes) > 9
    assert truth.courses["P01-01"]["1"] >= 15


def test_a_third_of_open_questions_is_answered_in_the_forms_language(intake):
    after = intake.responses[intake.responses["wave"] == 2]
    filled = after["B13"].notna().groupby(after["language"]).mean()
    assert filled[["kk", "ru"]].between(0.28, 0.42).all()
    kazakh = after.loc[after["language"] == "kk", "B13"].dropna().str.cat()
    assert re.search("[әғқңөұүі]", kazakh)


def test_low_rated_programmes_say_why(truth, intake):
    after = intake.responses[intake.responses["wave"] == 2]
    words = {
        "methodology": "практика|слайд|әдіс|жаттығу",
        "infrastructure": "Бөлме|ескірген|Компьютер|Платформа",
    }
    for programme_id, entry in truth.low_rated.items():
        said = after.loc[after["course_id"].str.startswith(programme_id), "B13"].dropna()
        assert said.str.contains(words[entry["cause"]]).mean() > 0.25


def test_kazakh_texts_of_the_bank_have_no_latin_look_alikes():
    folder = Path(sys.modules["coursewaves.simulate"].__file__).parent
    for name in ("programmes.yml", "sentences.yml"):
        for word in re.findall(r"[^\W\d_]+", (folder / name).read_text(encoding="utf-8")):
            assert not (re.search("[A-Za-z]", word) and re.search("[А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі]", word)), word


def test_the_truth_comes_back_as_it_was_written(home, truth):
    content = json.loads((home.root / "data" / "truth.json").read_text(encoding="utf-8"))
    assert content == truth._asdict()


@pytest.mark.parametrize("sizes", [{"programmes": 1}, {"courses": 3}, {"programmes": 9, "courses": 8}, {"enrolled": 5}])
def test_sizes_that_are_too_small_are_refused(tmp_path, sizes):
    with pytest.raises(CoursewavesError, match="at least 2 programmes"):
        simulate_year(tmp_path, **(SMALL | sizes))


def test_a_folder_with_raw_data_is_left_alone(tmp_path):
    simulate_year(tmp_path, **SMALL)
    before = digests(tmp_path)
    with pytest.raises(CoursewavesError, match="holds raw data already"):
        simulate_year(tmp_path, **SMALL)
    assert digests(tmp_path) == before
