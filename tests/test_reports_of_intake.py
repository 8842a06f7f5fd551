"""Quality of the intake: every record is accounted for, every remark counted, no cell repeated."""

import json
import re

import pytest

import handmade
from coursewaves.phrases import Phrases
from coursewaves.problems import Problem, problems_table
from coursewaves.processed.year import Year
from coursewaves.publishing.report import make_page
from coursewaves.reports_of import intake
from coursewaves.settings.home import notebooks_folder
from coursewaves.survey.files import load_survey
from coursewaves.views.opening import YearView
from test_sections import EXAMPLES, LANGUAGES, NEVER_SHOWN, row_of, text_of

ALL = ("front", "in_short", "files", "remarks", "by_file", "courses", "end_of_report")
SECRET = "Aigerim was here"


def with_problems(found: Year, *rules_of_files: tuple[str, str]) -> Year:
    problems = [
        Problem(file, row, "B", SECRET, rule, SECRET, "set aside", SECRET)
        for row, (file, rule) in enumerate(rules_of_files, 2)
    ]
    found.__dict__["problems"] = problems_table(problems)
    return found


def shown(found: Year, *names: str, language: str = "en") -> str:
    view = YearView(found, Phrases(language))
    return "\n".join(getattr(intake, name)(view)._repr_html_() for name in names or ALL)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", [0, 1, 4, 5, 12])
def test_nothing_that_can_not_be_computed_is_ever_shown(survey, n, language):
    page = shown(handmade.year(survey, n), language=language)
    assert not NEVER_SHOWN.search(text_of(page))


def accounted(survey) -> Year:
    """A course with 12 answers to each of three questionnaires: 29 from one file, 7 from another."""
    found = handmade.year(survey, 12)
    found.__dict__["responses"] = found.responses.assign(file=["a.csv"] * 29 + ["b.csv"] * 7)
    told = {
        "n_read": [39, 7],
        "n_kept": [29, 7],
        "n_set_aside": [6, 0],
        "n_duplicate": [3, 0],
        "n_outside_window": [1, 0],
    }
    found.__dict__["files"] = found.files.iloc[[0, 0]].assign(file=["a.csv", "b.csv"], **told)
    return found


def test_the_sum_of_every_file_is_that_of_its_outcomes(survey):
    found = accounted(survey)
    page, files = shown(found, "files"), found.files
    assert row_of(page, "a.csv (A)") == ["30–44", "20–34", "6", "3", "1"]
    assert row_of(page, "b.csv (A)") == ["0–14", "0–14", "0", "0", "0"]
    assert row_of(page, "All files") == ["46", "36", "6", "3", "1"]
    found.__dict__["files"] = files.assign(n_corrected=[1, 2])
    assert "Records corrected by workbooks of problems: 3." in shown(found, "files")
    assert "46 = 36 + 6 + 3 + 1 + 0" in page
    assert "Not accounted for" not in page


def test_a_file_whose_sum_is_not_what_was_read_is_named(survey):
    found = accounted(survey)
    found.__dict__["files"] = found.files.assign(n_kept=[29, 6])
    assert "Not accounted for: b.csv." in shown(found, "files")


@pytest.mark.parametrize("n", [1, 4])
def test_a_wave_with_too_few_answers_is_told_of_in_no_sum(survey, n):
    found = handmade.year(survey, {"A": 12, "B": 12, "C": n})
    page = shown(found, "files")
    assert row_of(page, "All files") == ["24–28", "24", "0", "0", "0"]
    assert "24–28 = 24 + 0 + 0 + 0 + &lt;5" in page


@pytest.mark.parametrize(
    ("n", "sums"), [(1, "36–45 = 36 + 0 + 0 + 0 + &lt;10"), (7, "36–50 = 36 + 0 + 0 + 0 + &lt;15")]
)
def test_of_answers_that_wait_only_a_band_is_told(survey, n, sums):
    found = handmade.year(survey, 12)
    found.__dict__["files"] = found.files.assign(n_waiting=n, n_read=36 + n, n_kept=36)
    assert sums in shown(found, "files")


def test_remarks_are_counted_by_rule_and_by_file_and_no_cell_is_repeated(survey):
    found = with_problems(
        handmade.year(survey, 12),
        ("a.csv", "E-COURSE"),
        ("a.csv", "E-COURSE"),
        ("b.csv", "E-COURSE"),
        ("b.csv", "E-BLANK"),
    )
    page = shown(found)
    assert row_of(page, "A blank row (E-BLANK)") == ["1", "1", "Nothing"]
    assert row_of(page, "The course of an answer can&#x27;t be told (E-COURSE)")[:2] == ["3", "2"]
    assert row_of(shown(found, "by_file"), "b.csv") == ["2", "E-BLANK 1, E-COURSE 1"]
    assert "Most frequent remark: The course of an answer can't be told (E-COURSE), 3." in text_of(page)
    assert SECRET not in page


def test_a_rule_without_a_wording_is_named_by_its_code(survey):
    page = shown(with_problems(handmade.year(survey, 12), ("a.csv", "E-NEW")), "remarks")
    assert row_of(page, "– (E-NEW)") == ["1", "1", "–"]


def test_files_without_a_remark_leave_nothing_to_decide(survey):
    page = text_of(shown(handmade.year(survey, 12)))
    assert "Of 36 records in 1 files 36 were kept (100%)" in page
    assert "To decide: nothing; nothing is to be mended." in page


@pytest.mark.parametrize("n", range(7))
def test_a_course_with_a_small_wave_shows_none_of_its_counts(survey, n):
    found = handmade.year(survey, courses={"A-1": {"A": 12, "B": 12, "C": n}})
    cells = row_of(shown(found, "courses"), "A-1")
    # a wave without any form tells of nobody
    assert cells == ([str(24 + n), "0", "0"] if n == 0 or n >= 5 else ["hidden: small group", "–", "–"])


@pytest.mark.parametrize("name", ["instructor_training", "workshops"])
def test_another_institute_s_survey_has_its_report(name):
    survey = load_survey(EXAMPLES / name / "instruments")
    assert "Records read" in shown(handmade.year(survey, 25))


@pytest.mark.slow
def test_the_page_of_the_example_year_accounts_for_the_planted_records(loaded_year):
    truth = json.loads((loaded_year.home.root / "data" / "truth.json").read_text(encoding="utf-8"))
    notebook = notebooks_folder() / "reports" / "intake.ipynb"
    page = make_page(notebook, {"home": str(loaded_year.home.root), "language": "kk"}, "T", "kk", "coursewaves")
    names = ("n_set_aside", "n_duplicate", "n_outside_window")
    files = page[page.index('<section id="files"') : page.index('<section id="remarks"')]
    for file in truth["files"]:
        name = f"{file['file']} ({file['instrument_id']})" if file["instrument_id"] else file["file"]
        assert row_of(files, name)[2:] == [str(file[name]) for name in names]
    assert not any(canary in page for canaries in truth["canaries"].values() for canary in canaries)
    assert not NEVER_SHOWN.search(text_of(re.sub("<style.*?</style>", "", page, flags=re.DOTALL)))
