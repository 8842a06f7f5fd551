"""The sample of monitoring 3: what is needed, who answered, what it says of all, and never who."""

import json
import re
from collections.abc import Mapping

import pandas as pd
import pytest

import handmade
from coursewaves.phrases import Phrases
from coursewaves.publishing.report import make_page
from coursewaves.reports_of import sample
from coursewaves.settings.home import notebooks_folder
from coursewaves.survey.files import load_survey
from coursewaves.views.opening import YearView
from test_sections import EXAMPLES, LANGUAGES, NEVER_SHOWN, row_of, text_of

ALL = ("front", "in_short", "plan", "draw", "reached", "estimates", "end_of_report")


def of(survey, courses: Mapping[str, int], language: str = "en", **course) -> YearView:
    return YearView(handmade.year(survey, courses=courses, **course), Phrases(language))


def shown(view: YearView, *names: str) -> str:
    return "\n".join(getattr(sample, name)(view)._repr_html_() for name in names or ALL)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", [0, 1, 4, 5, 9, 12, 28])
def test_nothing_that_can_not_be_computed_is_ever_shown(survey, n, language):
    assert not NEVER_SHOWN.search(text_of(shown(of(survey, {"A-1": n}, language))))


def test_the_plan_rounds_up_and_tells_the_precision(survey):
    page = shown(of(survey, {"A-1": 12}, completed=101), "plan")
    # 30 % of 101 are 30.3, 40 % are 40.4; twice as many are invited, of whom nobody is on a list
    cells = row_of(page, "Direction en")
    assert cells[:4] == ["101", "31", "41", "0"]
    # 1.96 · sqrt(.25 / 41 · (1 - 41 / 101)) = 11.8 points
    assert cells[4] == "±12"
    assert "A: fewer people are listed than answers are needed." in text_of(page)
    assert "A-1: the list does not name those who completed." in text_of(page)


def listed(view: YearView, n: int) -> YearView:
    """The same year with a list of so many people who completed."""
    everybody = view.year.registry.participants
    people = pd.DataFrame(
        {"participant_id": [f"secret{place}" for place in range(n)], "course_id": "A-1", "completed": "yes"}
    )
    people = people.reindex(columns=everybody.columns).astype(everybody.dtypes)
    object.__setattr__(view.year.registry, "participants", people)
    return view


def test_nobody_is_named_and_the_same_list_gives_the_same_draw(survey):
    view = listed(of(survey, {"A-1": 12}, completed=30), 30)
    page = shown(view)
    assert "secret" not in page
    assert "On the list: 30; drawn: 24; in reserve: 6." in text_of(page)  # 40 % of 30 are 12, of which half answer
    assert "Seed: 2025-03-03/2025-03-14; frame: C." in text_of(page)
    assert shown(listed(of(survey, {"A-1": 12}, completed=30), 30)) == page


@pytest.mark.parametrize(
    ("n", "cells"),
    [
        (4, ["30", "hidden: small group", "–", "–", "–"]),
        (8, ["30", "8", "26.7%", "1 more needed", "4 more needed"]),
        (9, ["30", "9", "30%", "reached", "3 more needed"]),
        (12, ["30", "12", "40%", "reached", "reached"]),
    ],
)
def test_who_answered_is_counted_in_people(survey, n, cells):
    page = shown(of(survey, {"A-1": n}, completed=30), "reached")
    assert row_of(page, "Direction en") == cells


def test_the_decision_follows_from_what_is_missing(survey):
    assert "To decide: remind those invited" in shown(of(survey, {"A-1": 8}, completed=30), "in_short")
    page = text_of(shown(of(survey, {"A-1": 12}, completed=30), "in_short"))
    assert "No direction lacks answers." in page
    assert "To decide: the order by whose number" in page


@pytest.mark.parametrize("n", range(7))
def test_a_course_of_fewer_than_five_answers_is_no_part_of_an_estimate(survey, n):
    page = shown(of(survey, {"A-1": 20, "A-2": n}), "estimates")
    rows = re.findall(r'<tr><th scope="row">All directions: [^<]*</th><td>(\d+)</td>', page)
    assert set(rows) == {str(20 + n) if n >= 5 else "20"}


@pytest.mark.parametrize("n", [5, 9])
def test_under_ten_answers_there_is_no_estimate(survey, n):
    assert "Too few answers for an estimate" in shown(of(survey, {"A-1": n}), "estimates")


def test_a_census_leaves_no_interval_to_guess(survey):
    found = handmade.year(survey, courses={"A-1": 28}, completed=28)
    found.scores["K1"] = found.scores["K1"].where(found.scores["instrument_id"] != "C", [50.0, 75.0] * 42)
    page = shown(YearView(found, Phrases("en")), "estimates")
    name = survey.criterion("K1").wording("en")
    assert row_of(page, f"All directions: {name}")[:3] == ["28", "63", "63–63"]  # all of them answered


@pytest.mark.parametrize("name", ["instructor_training", "workshops"])
@pytest.mark.parametrize("n", [0, 25])
def test_another_institute_s_survey_has_its_report(name, n):
    survey = load_survey(EXAMPLES / name / "instruments")
    view = of(survey, {"A-1": n})
    is_sampled = any(one.least_percent is not None for one in survey.waves())
    assert ("No questionnaire of this survey asks a sample." in shown(view)) != is_sampled


@pytest.mark.slow
def test_the_page_of_the_example_year_counts_what_was_planted(loaded_year):
    truth = json.loads((loaded_year.home.root / "data" / "truth.json").read_text(encoding="utf-8"))
    notebook = notebooks_folder() / "reports" / "sample.ipynb"
    page = make_page(notebook, {"home": str(loaded_year.home.root), "language": "kk"}, "T", "kk", "coursewaves")
    reached = page[page.index('<section id="reached"') : page.index('<section id="estimates"')]
    n = sum(waves["3"] for course_id, waves in truth["courses"].items() if course_id.startswith("P02"))
    title = loaded_year.registry.programme("P02")["title_kk"]
    assert row_of(reached, f"— {title} (P02)")[1] == str(n)
    people = loaded_year.registry.participants["participant_id"]
    assert not any(f">{code}<" in page or f" {code} " in page for code in people)
    assert not NEVER_SHOWN.search(text_of(re.sub("<style.*?</style>", "", page, flags=re.DOTALL)))
