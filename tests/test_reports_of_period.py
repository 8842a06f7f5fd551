"""The institute's year: what is said of all courses together, in every language, of how many, and what never."""

import json
import re
from collections.abc import Mapping

import pandas as pd
import pytest

import handmade
from coursewaves.phrases import Phrases
from coursewaves.processed.year import Year
from coursewaves.publishing.report import make_page
from coursewaves.reports_of import period
from coursewaves.settings.home import notebooks_folder
from coursewaves.survey.files import load_survey
from coursewaves.views.opening import YearView
from test_sections import EXAMPLES, LANGUAGES, NEVER_SHOWN, row_of, text_of

ALL = ("front", "in_short", "respondents", "criteria", "programmes", "due_days", "coverage", "compliance",
       "end_of_report")  # fmt: skip


def dated(found: Year) -> Year:
    """The same year, its forms sent in on the last day of the wave's window or inside it."""
    day = pd.to_datetime(found.responses["wave"].map({1: "2025-03-02", 2: "2025-03-14", 3: "2025-09-01"}))
    found.responses["submitted_at"] = day.dt.tz_localize("Asia/Almaty")
    return found


def seen(found: Year, language: str = "en") -> YearView:
    return YearView(dated(found), Phrases(language))


def of(survey, courses: Mapping[str, int], language: str = "en", **more) -> YearView:
    return seen(handmade.year(survey, courses=courses, **more), language)


def shown(view: YearView, *names: str) -> str:
    return "\n".join(getattr(period, name)(view)._repr_html_() for name in names or ALL)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", [0, 1, 4, 5, 6, 12, 40])
def test_nothing_that_can_not_be_computed_is_ever_shown(survey, n, language):
    page = text_of(shown(of(survey, {"A-1": n}, language)))
    assert not NEVER_SHOWN.search(page)


@pytest.mark.parametrize("n", range(7))
def test_a_course_of_fewer_than_five_answers_is_hidden_and_left_out_of_the_sums(survey, n):
    page = shown(of(survey, {"A-1": 20, "A-2": n}), "respondents")
    is_shown = n >= 5
    total, small = (str(20 + n), "0") if is_shown else ("20", "1")
    share = f"{round((20 + n) / 60 * 100)}%" if is_shown else "67%"  # 30 are enrolled in each course
    assert row_of(page, "Monitoring 1") == ["2", small, "60" if is_shown else "30", total, share]
    assert row_of(page, "A-2")[0].startswith(str(n) if is_shown else "<5")


@pytest.mark.parametrize("n", [0, 3, 4])
def test_the_page_does_not_depend_on_what_fewer_than_five_people_answered(survey, n):
    pages = {shown(of(survey, {"A-1": 20, "A-2": n}, shift=0), "criteria", "programmes")}
    found = handmade.year(survey, courses={"A-1": 20, "A-2": n})
    other = handmade.year(survey, courses={"A-2": n}, shift=3)
    for name in ("responses", "scores"):
        table, changed = getattr(found, name), getattr(other, name)
        found.__dict__[name] = pd.concat([table[table["course_id"] == "A-1"], changed], ignore_index=True)
    pages.add(shown(seen(found), "criteria", "programmes"))
    assert len(pages) == 1


def test_a_criterion_is_the_mean_of_the_courses_and_its_interval_that_of_their_means(survey):
    found = handmade.year(survey, courses={"A-1": 10, "A-2": 20, "A-3": 4})
    is_b = found.scores["instrument_id"] == "B"
    for course_id, score in (("A-1", 60.0), ("A-2", 70.0), ("A-3", 0.0)):
        found.scores.loc[is_b & (found.scores["course_id"] == course_id), "K1"] = score
    # two means, 60 and 70: 65 ± 12.706 · 5, cut to nothing
    assert "65 (1–100)" in text_of(shown(seen(found), "criteria"))


def test_programmes_have_words_for_each_verdict_and_stand_by_name(survey):
    view = of(survey, {"A-1": 20, "A-2": 20})
    assert row_of(shown(view, "programmes"), "Play en (A)")[-1] in (
        "not low-rated",
        "low-rated",
        "not distinguishable yet",
    )
    assert "Programmes in the order of their names" in shown(view, "programmes")


def test_a_survey_that_nobody_answered_in_time_is_counted(survey):
    found = handmade.year(survey, courses={"A-1": {"A": 0, "B": 12, "C": 12}, "A-2": 12})
    page = text_of(shown(seen(found), "in_short", "due_days", "compliance"))
    assert "nobody answered in time: 1 of 4." in page
    assert "Surveys that nobody answered in time: 1" in page
    # the 14th of March 2025 is a Friday; four days, Nauryz until the 25th, then eleven
    assert "3/14/25 → 4/9/25" in page


def test_the_page_is_the_same_on_every_day(survey, monkeypatch):
    first = shown(of(survey, {"A-1": 12}))
    monkeypatch.setattr("time.time", lambda: 4e9)
    assert shown(of(survey, {"A-1": 12})) == first


def test_coverage_is_counted_by_direction_against_thirty_percent(survey):
    page = shown(of(survey, {"A-1": 9}, completed=30), "coverage", "in_short")
    assert row_of(page, "Direction en") == ["30", "9", "30%", "reached", "3 more needed"]
    assert "reached in 1 of 1 directions." in text_of(page)
    page = shown(of(survey, {"A-1": 8}, completed=30), "coverage", "compliance")
    assert row_of(page, "Direction en") == ["30", "8", "26.7%", "1 more needed", "4 more needed"]
    assert "Directions under the least share: 1" in page


def test_every_paragraph_of_the_regulation_has_its_row(survey):
    page = shown(of(survey, {"A-1": 12}), "compliance")
    named = re.findall(r'<th scope="row"[^>]*>¶(\d+)(?:–(\d+))?\.', page)
    told = [n for first, last in named for n in range(int(first), int(last or first) + 1)]
    assert told == list(range(1, 23))


def test_whether_a_share_is_reached_is_not_said_where_it_hangs_on_a_small_course(survey):
    # 18 of 60 are 30 %: 16 answers of one course are shown, and the other has 1 to 4
    found = of(survey, {"A-1": 16, "A-2": 3}, completed=30)
    assert "whether it is reached is not said" in text_of(shown(found, "coverage"))
    assert "the least share of those who completed (¶10) is reached" not in text_of(shown(found, "in_short"))


def test_in_short_has_at_most_seven_sentences(survey):
    for sizes in ({"A-1": 0}, {"A-1": 30}, {"A-1": 30, "A-2": 12}):
        assert 1 <= shown(of(survey, sizes), "in_short").count("<li>") <= 7


@pytest.mark.parametrize("name", ["instructor_training", "workshops"])
@pytest.mark.parametrize("n", [0, 25])
def test_another_institute_s_survey_has_its_report(name, n):
    survey = load_survey(EXAMPLES / name / "instruments")
    view = YearView(handmade.year(survey, n), Phrases("en"))
    page = text_of(shown(view))
    assert set(NEVER_SHOWN.findall(page)) <= {"None"}
    assert survey.ratings or "threshold" not in page


@pytest.mark.slow
def test_the_page_of_the_example_year_says_what_was_planted(loaded_year):
    truth = json.loads((loaded_year.home.root / "data" / "truth.json").read_text(encoding="utf-8"))
    notebook = notebooks_folder() / "reports" / "period.ipynb"
    page = make_page(notebook, {"home": str(loaded_year.home.root), "language": "kk"}, "T", "kk", "coursewaves")
    programme = loaded_year.registry.programme
    low = [f"{programme(one)['title_kk']} ({one})" for one in sorted(truth["low_rated"])]
    assert f"Төмен бағаланған бағдарламалар (¶16): {'; '.join(low)}." in text_of(page)
    kept = {course_id: waves["2"] for course_id, waves in truth["courses"].items()}
    answers = page.partition('<section id="criteria"')[0]
    told = {course_id: int(row_of(answers, course_id)[1].split()[0]) for course_id in kept}
    assert told == kept  # none is under five
    assert not NEVER_SHOWN.search(text_of(re.sub("<style.*?</style>", "", page, flags=re.DOTALL)))
