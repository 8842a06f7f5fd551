"""Four real workshops: the raw exports, read by the project, against the table that their authors cleaned.

Every comparable cell of the authors' two tables is compared. Each difference is of one of a few kinds, listed
and counted below; a cell that begins to differ, or to agree, fails the test.
"""

import csv
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from coursewaves.intake.near_codes import own_key
from coursewaves.load import load_year
from coursewaves.privacy.pseudonyms import Pseudonyms
from coursewaves.processed.year import Year
from coursewaves.settings.home import find_home

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data" / "workshops"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the workshops' answers are not on this machine")

KEY = b"thirty-two bytes, not secret now"
PSEUDONYMS = Pseudonyms(KEY)

FILES = {
    "Introduction to R": "introR",
    "Intermediate R": "intermediateR",
    "Data Visualization in R": "viz",
    "Data Wrangling in R": "wrangle",
}

AGREEMENT = {
    "1": "strongly disagree", "2": "disagree", "3": "neither agree nor disagree", "4": "agree", "5": "strongly agree",
}  # fmt: skip

CODED = {
    "after": {
        "pace": "pace", "balance": "balance", "instructor_answers": "answers",
        "instructor_considerate": "considerate", "instructor_communicate": "communicator",
        "instructor_enthusiasm": "enthusiastic", "sufficient_helpers": "helpers_enough",
        "helpers_considerate": "helpers_considerate", "helpers_communicators": "helpers_communicators",
        "helpers_enthusiasm": "helpers_enthusiastic", "new_material": "new", "use_time": "when",
    },
    "before": {"occupation": "occupation", "research_experience": "research"},
}  # fmt: skip
"""Columns of the authors that hold the wording of an option, and our item."""

AGREED = {"atmosphere": "welcoming", "time": "reasonable", "use_research": "skills", "recommend": "recommend",
          "worth_time": "worth_time"}  # fmt: skip
"""Columns of the authors that word the steps which the forms number."""

SEVERAL = {"operating_system": "system", "research_amount": "research_amount", "data_collect_experience": "collected"}
"""Columns of the authors that hold several wordings with ``;`` between them."""

CHOSEN = {
    "languages_known": {"python": "python", "R": "r", "C": "c", "matlab": "matlab", "java": "java",
                        "fortran": "fortran", "SQL": "sql", "other_language": "other"},
    "stored": {"store_excel": "excel", "store_access": "access", "store_word": "word", "store_paper": "paper",
               "store_text": "text_file", "store_other": "other"},
    "collected": {"self_collect": "own", "others_collect": "helped", "no_collect": "no"},
    "reasons": {"research_help": "research", "coursework_help": "coursework", "grad_or_career_prep": "graduate",
                "adviser_recommend": "adviser", "dept_recommend": "department", "flier": "flyer",
                "refresh_update": "refresh", "professional_develop": "professional"},
    "resources": {"no_resources": "none", "previous_workshops": "workshops", "adviser_resource": "adviser",
                  "course_resources": "materials", "book_resources": "books", "lab_resources": "lab",
                  "peer_resources": "peers", "professor_resources": "professor", "internet_resources": "internet"},
}  # fmt: skip
"""Columns of the authors that say "Yes" where an option was chosen, by item: column to code."""

TEXTS = {"cs_course_name": "cs_courses", "stat_course_name": "statistics", "other_programming_course": "other_courses",
         "hope_learn": "hopes"}  # fmt: skip

NOT_COMPARED = {
    "": "row number of the authors",
    "department": "free text that the authors grouped by hand",
    "cs_languages": "free text of the column from which the language columns are made",
    "data_storage": "as exported; compared by its columns store_*",
    "reason_attend": "as exported; compared by its columns",
    "resources_used": "as exported; compared by its columns",
    "no_languages": "compared as the options none and unfamiliar",
    "network": "nobody chose it",
}


@pytest.fixture(scope="module")
def year(tmp_path_factory) -> Year:
    root = tmp_path_factory.mktemp("workshops") / "home"
    shutil.copytree(ROOT / "examples" / "workshops", root, ignore=shutil.ignore_patterns("responses", "processed"))
    shutil.copytree(SHARED / "raw", root / "data/raw/responses")
    key = root / "coursewaves.key"
    key.write_text(KEY.hex() + "\n")
    key.chmod(0o600)
    return load_year(find_home(root))


def cleaned(name: str) -> pd.DataFrame:
    with (SHARED / "cleaned" / f"all_ws_{name}_clean.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return pd.DataFrame(rows, columns=header)


@pytest.fixture(scope="module")
def tables(year) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Our rows and the authors' by wave, row for row: both keep the order of each workshop's file."""
    found = {}
    for wave, name, stem in (("before", "presurvey", "survey"), ("after", "postassessment", "assessment")):
        theirs = cleaned(name)
        theirs = pd.concat([theirs[theirs["workshop"] == title] for title in FILES], ignore_index=True)
        ours = year.responses[year.responses["instrument_id"] == wave]
        files = [f"{file}_{stem}_raw.csv" for file in FILES.values()]
        ours = pd.concat([ours[ours["file"] == file].sort_values("row") for file in files], ignore_index=True)
        found[wave] = (ours, theirs)
    return found


def shown(value: object) -> str:
    """A value of ours as the authors write a blank."""
    return "NA" if pd.isna(value) else str(value)


def told(respondent_id: object, course_id: str, code: str) -> str:
    """Whether a pseudonym of ours stands for the authors' own code."""
    own = PSEUDONYMS.pseudonym("self", f"{course_id} {own_key(code)}")
    return "NA" if pd.isna(respondent_id) else "own" if respondent_id == own else "another"


def spaced(text: str) -> str:
    return " ".join(text.split())


def compared(ours: list[str], theirs: list[str]) -> tuple[int, Counter[tuple[str, str]]]:
    """How many cells agree, and which pairs differ how often."""
    pairs = list(zip(ours, theirs, strict=True))
    return sum(a == b for a, b in pairs), Counter((a, b) for a, b in pairs if a != b)


def option_words(year: Year, item_id: str) -> Callable[[object], str]:
    scale = year.survey.scale_of(item_id)
    options = [*scale.options, *([scale.not_applicable] if scale.not_applicable else [])]
    words = {option.code: option.text["en"] for option in options}
    return lambda value: shown(value) if pd.isna(value) else words[f"{value:g}" if isinstance(value, float) else value]


def flags(values: pd.Series, code: str) -> list[str]:
    return ["Yes" if code in str(value).split("|") else "" for value in values]


def yes(values: pd.Series) -> list[str]:
    """The authors' dummies without the difference of "No" and NA, which is not the same from column to column."""
    return ["Yes" if value == "Yes" else "" for value in values]


def all_comparisons(year: Year, tables) -> dict[str, tuple[int, Counter[tuple[str, str]]]]:
    """Compare every comparable column; see the module."""
    found = {}
    for wave, columns in CODED.items():
        ours, theirs = tables[wave]
        for column, item in columns.items():
            words = option_words(year, item)
            found[column] = compared([words(value) for value in ours[item]], list(theirs[column]))
    ours, theirs = tables["after"]
    for column, item in AGREED.items():
        words = [AGREEMENT.get(f"{value:g}", "NA") for value in ours[item]]
        found[column] = compared(words, list(theirs[column]))
    found |= _of_the_first_wave(year, *tables["before"])
    for wave, (ours, theirs) in tables.items():
        found |= _of_every_wave(wave, ours, theirs)
    return found


def _of_the_first_wave(year: Year, ours: pd.DataFrame, theirs: pd.DataFrame):
    found = {}
    for column, item in SEVERAL.items():
        words = option_words(year, item)
        mine = [
            ";".join(words(code) for code in shown(value).split("|")) if pd.notna(value) else "NA"
            for value in ours[item]
        ]
        found[column] = compared(mine, list(theirs[column]))
    for item, columns in CHOSEN.items():
        for column, code in columns.items():
            found[column] = compared(flags(ours[item], code), yes(theirs[column]))
    for word, code in (("None", "none"), ("Unfamiliar", "unfamiliar")):
        said = ["Yes" if value == word else "" for value in theirs["no_languages"]]
        found[f"no_languages: {word}"] = compared(flags(ours["languages_known"], code), said)
    for column, item in TEXTS.items():
        found[column] = compared(
            [spaced(shown(value)) for value in ours[item]], [spaced(text) for text in theirs[column]]
        )
    counts = ["NA" if pd.isna(value) else f"{value:g}" for value in ours["cs_count"]]
    found["cs_course_count"] = compared(counts, list(theirs["cs_course_count"]))
    return found


def _of_every_wave(wave: str, ours: pd.DataFrame, theirs: pd.DataFrame):
    titles = {file: title for title, file in FILES.items()}
    programmes = [titles[course.split("-")[0]] for course in ours["course_id"]]
    semesters = [" ".join(reversed(course.split("-")[1:])) for course in ours["course_id"]]
    given = ["NA" if code == "NA" else code.lower() for code in theirs["identifier"]]
    codes = [told(*of) for of in zip(ours["respondent_id"], ours["course_id"], given, strict=True)]
    given = ["NA" if code == "NA" else "own" for code in given]
    return {
        f"survey_time ({wave})": compared(
            list(ours["submitted_at"].dt.strftime("%Y-%m-%d")), list(theirs["survey_time"])
        ),
        f"identifier ({wave})": compared(codes, given),
        f"workshop ({wave})": compared(programmes, list(theirs["workshop"])),
        f"semester ({wave})": compared(semesters, list(theirs["semester"])),
    }


SAME_WORDS = "one wording for what the forms spell in several ways"
ONE_SLIP = "a code one sign off that of the same person before, under which we link it"
BY_HAND = "an answer of the person's own, which the authors put under an option by hand"

COUNTED = (71, 6773, 96)
"""Columns compared, cells that agree, cells that differ: the table in examples/workshops/README.md."""

EXPLAINED: dict[str, tuple[str, dict[tuple[str, str], int]]] = {
    "identifier (after)": (ONE_SLIP, {("another", "own"): 2}),
    "occupation": (SAME_WORDS, {("Staff Member", "Staff"): 8}),
    "operating_system": (
        SAME_WORDS,
        {("Apple/Mac OS/Unix", "OSX"): 24, ("Windows;Apple/Mac OS/Unix", "Apple/Mac OS/Unix;Windows"): 1},
    ),
    "data_collect_experience": (
        SAME_WORDS,
        {
            ("Yes, I've collected my own data", "Yes, I've collected my own data."): 18,
            ("Yes, I've helped others collect data", "Yes, I've helped others collect data."): 5,
            (
                "Yes, I've collected my own data;Yes, I've helped others collect data",
                "Yes, I've collected my own data.;Yes, I've helped others collect data.",
            ): 7,
        },
    ),
    "store_paper": (BY_HAND, {("", "Yes"): 1}),
    "research_help": (BY_HAND, {("", "Yes"): 2}),
    "coursework_help": (BY_HAND, {("", "Yes"): 4}),
    "grad_or_career_prep": (BY_HAND, {("", "Yes"): 3}),
    "refresh_update": (BY_HAND, {("", "Yes"): 3}),
    "professional_develop": (BY_HAND, {("", "Yes"): 3}),
    "no_resources": (BY_HAND, {("", "Yes"): 1}),
    "store_other": ("the option Other, which the authors count only where words follow", {("Yes", ""): 8}),
    "flier": ("spelled flyer in one form, which the authors missed", {("Yes", ""): 3}),
    "no_languages: Unfamiliar": ("two options of one answer, of which the authors keep one", {("Yes", ""): 1}),
    "cs_course_name": ("the word Na, a blank to us", {("NA", "Na"): 1}),
    "cs_course_count": ("70 courses, out of the scale and named as a problem", {("NA", "70"): 1}),
}
"""Every difference there is: its kind, and ours and theirs with their number."""


@pytest.fixture(scope="module")
def comparisons(year, tables):
    return all_comparisons(year, tables)


def test_every_record_of_the_eight_files_is_kept(year):
    assert year.files["n_read"].sum() == year.files["n_kept"].sum() == 160
    assert year.responses.groupby("instrument_id").size().to_dict() == {"after": 39, "before": 121}
    assert year.problems[["file", "row", "column", "rule", "seen"]].to_numpy().tolist() == [
        ["introR_survey_raw.csv", 25, "E", "E-VALUE", "no answer of scale courses_taken ('70')"],
        *(
            ["introR_assessment_raw.csv", row, "", "E-NEAR",
             f"a code of the person's own that is one sign off that in introR_survey_raw.csv, row {before}"]
            for row, before in ((19, 60), (18, 58))
        ),
    ]  # fmt: skip


def test_both_tables_have_the_same_rows_in_the_same_order(tables):
    for ours, theirs in tables.values():
        assert len(ours) == len(theirs)
    ours, theirs = tables["before"]
    assert ours["hopes"].nunique() > 110  # so that open answers tell the rows apart


def test_every_column_of_the_authors_is_compared_or_named(tables):
    of_every_wave = {"survey_time", "identifier", "workshop", "semester"}
    known = {*of_every_wave, *AGREED, *SEVERAL, *TEXTS, *NOT_COMPARED, "cs_course_count"}
    known |= {column for columns in [*CODED.values(), *CHOSEN.values()] for column in columns}
    assert {column for _, theirs in tables.values() for column in theirs.columns} == known


def test_nobody_came_by_the_network_of_the_authors(tables):
    assert set(tables["before"][1]["network"]) == {"No"}


@pytest.mark.parametrize("column", EXPLAINED)
def test_a_difference_is_the_one_explained_and_no_other(comparisons, column):
    assert dict(comparisons[column][1]) == EXPLAINED[column][1]


def test_every_other_cell_is_the_authors_own(comparisons):
    differing = {column for column, (_, differ) in comparisons.items() if differ}
    assert differing == set(EXPLAINED)


def test_the_cells_that_agree_and_differ_are_counted(comparisons):
    agree = sum(found for found, _ in comparisons.values())
    differ = sum(sum(counts.values()) for _, counts in comparisons.values())
    assert (len(comparisons), agree, differ) == COUNTED
