"""Every real file: read = kept + set aside + duplicate + outside window, with numbers counted from the file itself.

`COUNTED` was made by hand, with awk and Python's csv; its files lie in ``shared/data`` beside the project and are in
no repository of ours. `docs/real_data.md` shows the same table.
"""

import csv
import html
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

import small
from coursewaves.intake.forms import AFTERWARDS, no_forms
from coursewaves.intake.responses import Intake
from coursewaves.load import read_home
from coursewaves.privacy.masking import masked
from coursewaves.registry.reader import read_registry
from coursewaves.settings.home import Home, find_home
from coursewaves.survey.instruments import Item, Scale
from coursewaves.survey.wordings import option_names

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
DOCUMENT = ROOT / "docs" / "real_data.md"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the real answers are not on this machine")


class Counted(NamedTuple):
    """What one file holds and what becomes of it.

    `example` is the work folder that reads it, none where the built-in questionnaires do; `headers` the header rows.
    """

    example: str
    platform: str
    instrument: str
    read: int
    kept: int
    aside: dict[str, int]
    headers: int = 1


def refused(example: str, read: int) -> Counted:
    """A table that is no survey: all its records have one reason."""
    return Counted(example, "plain", "", read, 0, {"E-INSTRUMENT": read})


def sound(example: str, platform: str, instrument: str, read: int, headers: int = 1) -> Counted:
    """A file of which every record is kept."""
    return Counted(example, platform, instrument, read, read, {}, headers)


COUNTED: dict[str, Counted] = {
    "coderefinery/post/2019-b.csv": sound("coderefinery", "indico", "post", 45),
    "coderefinery/post/2019-c-2020.csv": sound("coderefinery", "indico", "post", 75),
    "coderefinery/pre/lille-dec.csv": sound("coderefinery", "indico", "pre", 26),
    "coderefinery/pre/oslo-june.csv": sound("coderefinery", "indico", "pre", 13),
    "coderefinery/pre/stockholm-nov.csv": sound("coderefinery", "indico", "pre", 30),
    "coderefinery/pre/trondheim-oct.csv": sound("coderefinery", "indico", "pre", 24),
    "coderefinery/pre/typeform_turku-mar.csv": sound("coderefinery", "typeform", "pre", 23),
    "instructor_training/20180908_post_clean.csv": Counted(
        "instructor_training", "plain", "training", 967, 787, {"E-COURSE": 180}
    ),
    "instructor_training/long_term/2020-longterm-answer-key.csv": refused("instructor_followup", 67),
    "instructor_training/long_term/2020-longterm-column-names.csv": refused("instructor_followup", 34),
    "instructor_training/long_term/20200326-longterm-demographics-no-open.csv": refused("instructor_followup", 176),
    "instructor_training/long_term/20200326-longterm-other_questions-no-open.csv": sound(
        "instructor_followup", "plain", "followup", 176
    ),
    "instructor_training/long_term/20200326-longterm-professional_profile-no-open.csv": refused(
        "instructor_followup", 176
    ),
    "kazakhstan/preschool.csv": refused("", 61),
    "kazakhstan/regions.csv": refused("", 20),
    "limesurvey/informal_models.csv": sound("informal_models", "lime_survey", "informal_models", 45, headers=2),
    "limesurvey/results_english.csv": sound("limesurvey", "lime_survey", "digital_twins", 96),
    "limesurvey/results_german.csv": sound("limesurvey", "lime_survey", "digital_twins", 96),
    "turkiye/turkiye-student-evaluation_R_Specific.csv": sound("turkiye", "plain", "evaluation", 5820),
    "workshops/cleaned/all_ws_postassessment_clean.csv": Counted(
        "workshops", "plain", "after", 39, 0, {"E-COURSE": 39}
    ),
    "workshops/cleaned/all_ws_presurvey_clean.csv": Counted("workshops", "plain", "before", 121, 0, {"E-COURSE": 121}),
    "workshops/raw/intermediateR_assessment_raw.csv": sound("workshops", "google_forms", "after", 9),
    "workshops/raw/intermediateR_survey_raw.csv": sound("workshops", "google_forms", "before", 40),
    "workshops/raw/introR_assessment_raw.csv": sound("workshops", "google_forms", "after", 19),
    "workshops/raw/introR_survey_raw.csv": sound("workshops", "google_forms", "before", 64),
    "workshops/raw/viz_assessment_raw.csv": sound("workshops", "google_forms", "after", 6),
    "workshops/raw/viz_survey_raw.csv": sound("workshops", "google_forms", "before", 9),
    "workshops/raw/wrangle_assessment_raw.csv": sound("workshops", "google_forms", "after", 5),
    "workshops/raw/wrangle_survey_raw.csv": sound("workshops", "google_forms", "before", 8),
}  # fmt: skip
"""No real file has a duplicate, and none has an answer outside its window where windows are checked."""

STRUCTURES = {"limesurvey/limesurvey_survey_222232.lss"}
"""No tables: they say how the exports beside them are worded."""

TOTAL = {"read": 8290, "kept": 7416, "set_aside": 874}
"""Sums over all tables, made with a pocket calculator."""


class Loaded(NamedTuple):
    """Some files of one work folder, as the loader reads them."""

    home: Home
    intake: Intake


Loader = Callable[..., Loaded]


@pytest.fixture(scope="module")
def load(tmp_path_factory) -> Loader:
    """Load files of ``shared/data`` with their example, each set of files once."""
    known: dict[tuple[str, ...], Loaded] = {}

    def loaded(*names: str) -> Loaded:
        if names not in known:
            known[names] = read(tmp_path_factory.mktemp("real") / "home", *names)
        return known[names]

    return loaded


def example_of(name: str) -> str:
    return COUNTED[name].example if name in COUNTED else "limesurvey"


def read(root: Path, *names: str) -> Loaded:
    """Copy an example with its answers, and read it."""
    example = example_of(names[0])
    if example:
        ignored = shutil.ignore_patterns("responses", "processed", "reports")
        shutil.copytree(ROOT / "examples" / example, root, ignore=ignored)
    for name in names:
        target = root / "data/raw/responses" / Path(*Path(name).parts[1:])
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SHARED / name, target)
    home = find_home(root)
    registry, _ = read_registry(home.registry)
    return Loaded(home, read_home(home, registry, small.PSEUDONYMS))


def account(intake: Intake) -> list[dict[str, object]]:
    return intake.files.drop(columns="n_corrected").to_dict("records")


def reasons(intake: Intake, n_aside: int) -> dict[str, int]:
    """Count the records that were set aside by rule; a problem of the whole file counts for all of them."""
    done = intake.problems["done"]
    whole = intake.problems[done.isin({"file set aside", "file refused"})]
    if len(whole):
        return dict.fromkeys(whole["rule"], n_aside)
    return intake.problems[done.isin({"set aside", "answer set aside"})].groupby("rule").size().to_dict()


def raw(name: str, delimiter: str = ",") -> tuple[list[str], list[list[str]]]:
    """Header and records of a file as Python's own csv reads them."""
    with (SHARED / name).open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file, delimiter=delimiter)
    return header, rows


# The account ---------------------------------------------------------------------------------------


def test_every_real_file_is_counted():
    found = {path.relative_to(SHARED).as_posix() for path in SHARED.rglob("*") if path.is_file()}
    assert found - {"README.md"} == {*COUNTED, *STRUCTURES}


@pytest.mark.parametrize("name", COUNTED)
def test_every_record_of_a_real_file_ends_as_counted(load, name):
    counted = COUNTED[name]
    intake = load(name).intake
    (found,) = account(intake)
    assert found == {
        "file": "/".join(name.split("/")[1:]), "platform": counted.platform, "instrument_id": counted.instrument,
        "n_read": counted.read, "n_kept": counted.kept, "n_set_aside": sum(counted.aside.values()),
        "n_duplicate": 0, "n_outside_window": 0, "n_waiting": 0,
    }  # fmt: skip
    assert reasons(intake, found["n_set_aside"]) == counted.aside
    assert len(intake.responses) == counted.kept


@pytest.mark.parametrize("name", COUNTED)
def test_a_real_file_has_as_many_records_as_csv_finds(name):
    _, rows = raw(name, ";" if name.startswith("limesurvey") else ",")
    assert len(rows) - (COUNTED[name].headers - 1) == COUNTED[name].read


def test_the_sums_are_the_pocket_calculators():
    read = sum(counted.read for counted in COUNTED.values())
    kept = sum(counted.kept for counted in COUNTED.values())
    aside = sum(sum(counted.aside.values()) for counted in COUNTED.values())
    assert {"read": read, "kept": kept, "set_aside": aside} == TOTAL
    assert read == kept + aside


@pytest.mark.parametrize("example", sorted({counted.example for counted in COUNTED.values()}))
def test_the_files_of_one_folder_end_as_each_does_alone(load, example):
    names = [name for name in (*COUNTED, *STRUCTURES) if example_of(name) == example]
    alone = [row for name in names if name in COUNTED for row in account(load(name).intake)]
    assert account(load(*names).intake) == sorted(alone, key=lambda row: str(row["file"]))


def test_a_structure_beside_its_exports_is_no_table_and_no_problem(load):
    (structure,) = STRUCTURES
    intake = load(structure).intake
    assert intake.files.empty
    assert intake.problems.empty


# What a clerk is told ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, counted in COUNTED.items() if "E-INSTRUMENT" in counted.aside])
def test_a_table_that_is_no_survey_is_refused_in_one_line(load, name):
    (problem,) = load(name).intake.problems.to_dict("records")
    assert (problem["rule"], problem["row"], problem["done"]) == ("E-INSTRUMENT", 1, "file set aside")
    assert problem["seen"] == "no question of any questionnaire"
    assert problem["fix"].startswith("move the file out of responses")


@pytest.mark.parametrize("name", [name for name in COUNTED if "/cleaned/" in name])
def test_a_table_without_a_course_says_so_once(load, name):
    problems = load(name).intake.problems
    (problem,) = problems[problems["rule"] == "E-COURSE"].to_dict("records")
    assert (problem["row"], problem["seen"]) == (1, "no course is named, neither in the file nor by its name")


def test_only_questions_that_a_form_did_not_ask_are_named_of_the_workshops_on_software(load):
    problems = load(*(name for name in COUNTED if name.startswith("coderefinery"))).intake.problems
    found = problems[["file", "rule", "column", "seen"]].to_numpy().tolist()
    twice = "question system stands in several columns"  # and one called Other, in which nobody wrote
    assert found == [
        ["post/2019-b.csv", "E-ABSENT", "", "questions not in the file: participation"],
        ["pre/lille-dec.csv", "E-ABSENT", "", "questions not in the file: build"],
        ["pre/oslo-june.csv", "E-ABSENT", "", "questions not in the file: weeks, build"],
        ["pre/stockholm-nov.csv", "E-ABSENT", "", "questions not in the file: weeks, build"],
        ["pre/trondheim-oct.csv", "E-ABSENT", "", "questions not in the file: weeks, build"],
        ["pre/typeform_turku-mar.csv", "E-DUPCOL", "A", twice],
        ["pre/typeform_turku-mar.csv", "E-DUPCOL", "B", twice],
        ["pre/typeform_turku-mar.csv", "E-ABSENT", "", "questions not in the file: weeks, hopes"],
    ]


# Cell by cell --------------------------------------------------------------------------------------

TURKIYE = "turkiye/turkiye-student-evaluation_R_Specific.csv"
RATINGS = [f"Q{number}" for number in range(1, 29)]


@pytest.fixture(scope="module")
def evaluations(load) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Our rows of the course evaluations and those of the file, in its order."""
    ours = load(TURKIYE).intake.responses.sort_values("row", ignore_index=True)
    header, rows = raw(TURKIYE)
    assert ours["row"].tolist() == list(range(2, len(rows) + 2))
    return ours, pd.DataFrame(rows, columns=header)


def test_every_rating_of_the_course_evaluations_is_the_number_in_the_file(evaluations):
    ours, written = evaluations
    cells = [[f"{value:g}" for value in row] for row in ours[RATINGS].to_numpy().tolist()]
    assert cells == written[RATINGS].to_numpy().tolist()
    assert len(cells) * len(RATINGS) == 162_960


def test_every_other_cell_of_the_course_evaluations_is_the_one_in_the_file(evaluations):
    ours, written = evaluations
    for item, column in (("times", "nb.repeat"), ("attendance", "attendance"), ("difficulty", "difficulty")):
        assert [f"{value:g}" for value in ours[item]] == written[column].tolist()
    assert ours["instructor"].tolist() == written["instr"].tolist()
    assert ours["course_id"].tolist() == [f"class-{int(number):02}" for number in written["class"]]


def test_one_course_has_two_instructors_and_the_registry_says_so(load, evaluations):
    _, written = evaluations
    taught = written.groupby("class")["instr"].unique().map(sorted).to_dict()
    assert {course: by for course, by in taught.items() if len(by) > 1} == {"13": ["2", "3"]}
    registry, _ = read_registry(load(TURKIYE).home.registry)
    listed = dict(zip(registry.courses["aliases"], registry.courses["trainer_ids"], strict=True))
    assert listed == {course: "|".join(f"instr-{name}" for name in by) for course, by in taught.items()}


def test_half_of_the_course_evaluations_are_straightlined(evaluations):
    ours, written = evaluations
    same = [len(set(row)) == 1 for row in written[RATINGS].to_numpy().tolist()]
    assert ours["is_straightlined"].tolist() == same
    assert sum(same) == 2985  # of 5,820: 51.3 %


def means(value: object, scale: Scale, written: list[str]) -> bool:
    """Whether a value of ours says what was written or ticked: one text, or several between delimiters."""
    given = [text.strip() for text in written if text.strip()]
    if not isinstance(value, str) and pd.isna(value):
        return not given
    if scale.kind == "text":
        return [str(value)] == [masked(text) for text in given]
    codes = [f"{value:g}"] if isinstance(value, float) else str(value).split("|")
    if scale.kind == "number":
        return codes == given
    spelled = {name: option.code for option in scale.options for name in option_names(option)}
    other = next((option.code for option in scale.options if option.other), None)
    return set(codes) == {spelled.get(text, other) for text in given}


def plain(header: str) -> str:
    """A header of Indico without its section, one of Typeform without its markup."""
    return re.sub(r"<[^>]*>", "", html.unescape(header)).partition(": ")[2] or re.sub(r"<[^>]*>", "", header)


def compared(loaded: Loaded, name: str, columns: dict[str, Item], delimiter: str, missing: str = "") -> Counter[str]:
    """Compare every cell of a file's columns, and count them and those that are answered."""
    header, rows = raw(name)
    responses = loaded.intake.responses
    responses = responses[responses["file"] == "/".join(name.split("/")[1:])].set_index("row")
    counts: Counter[str] = Counter()
    for place, title in enumerate(header):
        if title not in columns:
            continue
        item = columns[title]
        scale = loaded.home.survey.scale(item.scale)
        for value, written in zip(responses[item.id].sort_index(), (row[place] for row in rows), strict=True):
            parts = written.split(delimiter) if scale.kind == "multiple" else [written]
            parts = [] if written == missing else parts
            assert means(value, scale, parts), (item.id, len(written))
            counts += Counter(cells=1, answered=bool(parts))
    return counts


INDICO = [name for name, counted in COUNTED.items() if counted.platform == "indico"]


def test_every_cell_of_the_workshops_on_software_says_what_was_ticked(load):
    loaded = load(*(name for name in COUNTED if name.startswith("coderefinery")))
    counts: Counter[str] = Counter()
    for name in INDICO:
        instrument = loaded.home.survey.instrument(COUNTED[name].instrument)
        asked = {text: item for item in instrument.items for text in (item.text["en"], *item.headers)}
        header, _ = raw(name)
        columns = {title: asked[plain(title)] for title in header if plain(title) in asked}
        assert len(header) - len(columns) == (3 if "/pre/" in name else 4)  # who, address, time; and the workshop
        counts += compared(loaded, name, columns, "; ")
    # 26 x 17 + (13 + 30 + 24) x 16 + 45 x 11 + 75 x 12; see below
    assert counts == {"cells": 2909, "answered": 2909 - INDICO_BLANKS}


INDICO_BLANKS = 206
"""Cells of questions without an answer, counted in the six files by csv."""

TYPEFORM = "coderefinery/pre/typeform_turku-mar.csv"
BLOCKS = {"version_control": (3, 13), "languages_used": (13, 25), "documented": (29, 41), "build": (41, 48),
          "repository": (48, 54), "sessions": (58, 67)}  # fmt: skip
"""Questions with a column for each option: their first column and the one behind their last, read off the file."""


def ticked(row: list[str], block: tuple[int, int]) -> list[str]:
    return [text for text in row[slice(*block)] if text]


def test_every_option_of_the_other_platform_belongs_to_its_question(load):
    loaded = load(*(name for name in COUNTED if name.startswith("coderefinery")))
    survey, (_, rows) = loaded.home.survey, raw(TYPEFORM)
    ours = loaded.intake.responses.query("course_id == '2018-03-turku'").sort_values("row")
    for item_id, block in BLOCKS.items():
        for value, row in zip(ours[item_id], rows, strict=True):
            assert means(value, survey.scale_of(item_id), ticked(row, block)), item_id
    n_cmake = {item_id: ours[item_id].str.contains("cmake").sum() for item_id in ("build", "sessions")}
    assert n_cmake == {"build": 2, "sessions": 13}  # two columns of one header


def test_every_single_answer_of_the_other_platform_is_the_one_in_the_file(load):
    loaded = load(*(name for name in COUNTED if name.startswith("coderefinery")))
    header, _ = raw(TYPEFORM)
    asked = {
        text: item for item in loaded.home.survey.instrument("pre").items for text in (item.text["en"], *item.headers)
    }
    columns = {title: asked[plain(title)] for title in header if plain(title) in asked}
    assert len(columns) == 10
    assert compared(loaded, TYPEFORM, columns, "\0") == {"cells": 230, "answered": 229}  # one left out a version


FOLLOWUP = "instructor_training/long_term/20200326-longterm-other_questions-no-open.csv"


def test_every_cell_of_the_follow_up_says_what_was_ticked(load):
    loaded = load(FOLLOWUP)
    columns = {item.headers[0]: item for item in loaded.home.survey.instrument("followup").items}
    counts = compared(loaded, FOLLOWUP, columns, ";", missing="NA")
    assert counts == {"cells": 176 * 24, "answered": 176 * 24 - 947}  # as many cells hold NA: by awk and csv


@pytest.mark.parametrize("example", ["coderefinery", "turkiye", "instructor_followup"])
def test_responses_have_no_column_but_their_own_and_those_of_questions(load, example):
    loaded = load(*(name for name, counted in COUNTED.items() if counted.example == example))
    survey = loaded.home.survey
    own = [name for name in no_forms(survey, loaded.home.settings).columns if name not in AFTERWARDS]
    assert set(loaded.intake.responses.columns) == {*own}
    assert not {name for name in own if "mail" in name.lower() or "submitter" in name.lower()}


# The document --------------------------------------------------------------------------------------


def table(load: Loader) -> Iterator[str]:
    """The rows of the document's table, as the files load."""
    for name in COUNTED:
        intake = load(name).intake
        (row,) = account(intake)
        why = ", ".join(f"{rule} {count}" for rule, count in reasons(intake, row["n_set_aside"]).items())
        cells = [f"`{name}`", row["platform"], row["instrument_id"], row["n_read"], row["n_kept"], row["n_set_aside"]]
        cells += [why, row["n_duplicate"], row["n_outside_window"]]
        yield f"| {' | '.join(map(str, cells))} |".replace("|  |", "| |").replace("|  |", "| |")


def test_the_document_shows_what_loads(load):
    rows = list(table(load))
    shown = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if re.match(r"\| `\w+/", line)]
    assert shown == rows
    total = f"| all | | | {TOTAL['read']} | {TOTAL['kept']} | {TOTAL['set_aside']} |"
    assert total in DOCUMENT.read_text(encoding="utf-8")
