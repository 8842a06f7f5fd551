"""One competence centre: its own courses, what stands beside them, and nothing of few."""

import json
import re
from collections.abc import Mapping

import pandas as pd
import pytest

import handmade
from coursewaves.errors import CoursewavesError
from coursewaves.phrases import Phrases
from coursewaves.processed.year import Year
from coursewaves.publishing.report import make_page
from coursewaves.reports_of import centre
from coursewaves.settings.home import notebooks_folder
from coursewaves.survey.files import load_survey
from coursewaves.views.centre import Centre
from coursewaves.views.opening import CentreView, open_centre
from test_reports_of_period import dated
from test_sections import EXAMPLES, LANGUAGES, NEVER_SHOWN, row_of, text_of

ALL = ("front", "in_short", "courses", "respondents", "criteria", "deadlines", "end_of_report")


def split(survey, sizes: Mapping[str, int]) -> Year:
    """A year whose courses A-... belong to centre C1, and the others to none."""
    found = dated(handmade.year(survey, courses=sizes))
    rows = found.registry.courses
    rows["centre_id"] = rows["centre_id"].where(rows["course_id"].str.startswith("A-"))
    return found


def seen(found: Year, language: str = "en") -> CentreView:
    return CentreView(found, "C1", Phrases(language))


def shown(view: CentreView, *names: str) -> str:
    return "\n".join(getattr(centre, name)(view)._repr_html_() for name in names or ALL)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", [0, 1, 4, 5, 12])
def test_nothing_that_can_not_be_computed_is_ever_shown(survey, n, language):
    for sizes in ({"A-1": n}, {"A-1": n, "B-1": 12}):
        assert not NEVER_SHOWN.search(text_of(shown(seen(split(survey, sizes), language))))


def test_only_the_centre_s_courses_are_listed_and_counted(survey):
    page = shown(seen(split(survey, {"A-1": 12, "A-2": 20, "B-1": 30})))
    assert "B-1" not in page
    assert row_of(shown(seen(split(survey, {"A-1": 12, "A-2": 20, "B-1": 30})), "respondents"), "Monitoring 1") == [
        "2", "0", "60", "32", "53%",
    ]  # fmt: skip


@pytest.mark.parametrize("n", range(7))
def test_a_course_of_fewer_than_five_answers_is_hidden_and_left_out_of_the_sums(survey, n):
    page = shown(seen(split(survey, {"A-1": 20, "A-2": n})), "respondents")
    assert row_of(page, "Monitoring 1")[3] == str(20 + n if n >= 5 else 20)
    assert row_of(page, "A-2")[0].startswith(str(n) if n >= 5 else "<5")


def scored(survey, means: Mapping[str, float]) -> Year:
    """A year of courses of twelve people, each of whom gives criterion K1 the mean of the course, or a point beside."""
    found = split(survey, dict.fromkeys(means, 12))
    scores = found.scores
    for course_id, mean in means.items():
        own = scores["course_id"] == course_id
        scores.loc[own, "K1"] = mean + (pd.Series(range(int(own.sum())), index=scores.index[own]) % 2 * 2 - 1)
    return found


def test_means_are_told_apart_where_their_intervals_do_not_meet(survey):
    low = {"A-1": 40.0, "A-2": 42.0, "A-3": 41.0, "B-1": 80.0, "B-2": 82.0, "B-3": 81.0}
    name = survey.criterion("K1").wording("en")
    page = shown(seen(scored(survey, low)), "criteria", "in_short")
    # three means one apart: 41 ± 4.303 · 1 / sqrt(3)
    (first, *_) = re.findall(rf'<th scope="row">{re.escape(name)}</th>(.*?)</tr>', page)
    assert re.findall("<td>(.*?)</td>", first) == ["41 (39–43)", "81 (79–83)", "lower"]
    assert f"Lower than in all other courses: {name} (Monitoring 1); {name} (Monitoring 2)" in text_of(page)
    assert "To decide: what of the lower criteria" in page
    wide = {"A-1": 40.0, "A-2": 90.0, "B-1": 30.0, "B-2": 95.0}
    page = shown(seen(scored(survey, wide)), "criteria")
    (first, *_) = re.findall(rf'<th scope="row">{re.escape(name)}</th>(.*?)</tr>', page)
    assert first.endswith("<td>not distinguishable</td>")


def test_a_centre_that_holds_all_courses_is_compared_with_none(survey):
    page = shown(seen(split(survey, {"A-1": 12, "A-2": 20})), "criteria", "in_short")
    assert set(re.findall(r"<td>([^<]*)</td></tr>", page)) == {"not compared"}
    assert "Too few answers to compare" in page


def test_the_others_do_not_depend_on_what_fewer_than_five_people_answered(survey):
    pages = set()
    for shift in (0, 50):
        found = split(survey, {"A-1": 12, "B-1": 20, "B-2": 4})
        found.scores.loc[found.scores["course_id"] == "B-2", "K1"] = float(shift)
        pages.add(shown(seen(found), "criteria", "in_short"))
    assert len(pages) == 1


def test_opening_an_unknown_centre_names_those_that_there_are(survey, monkeypatch):
    found = handmade.year(survey, 12)
    monkeypatch.setattr(
        "coursewaves.views.opening._opened_centre", lambda root, centre_id, stamp: Centre(found, centre_id)
    )
    with pytest.raises(CoursewavesError, match=r"Can't find 'C9' in centres. Possible values: 'C1'"):
        open_centre("", "C9", "en")
    assert open_centre("", "C1", "kk").centre["title_kk"] == "Centre kk"


@pytest.mark.parametrize("name", ["instructor_training", "workshops"])
def test_another_institute_s_survey_has_its_report(name):
    survey = load_survey(EXAMPLES / name / "instruments")
    assert set(NEVER_SHOWN.findall(text_of(shown(seen(split(survey, {"A-1": 25, "B-1": 25})))))) <= {"None"}


@pytest.mark.slow
def test_the_page_of_a_centre_of_the_example_year_counts_what_was_planted(loaded_year):
    truth = json.loads((loaded_year.home.root / "data" / "truth.json").read_text(encoding="utf-8"))
    parameters = {"home": str(loaded_year.home.root), "language": "kk", "centre_id": "C1"}
    notebook = notebooks_folder() / "reports" / "centre.ipynb"
    page = make_page(notebook, parameters, "T", "kk", "coursewaves")
    answers = page[page.index('<section id="respondents"') : page.index('<section id="criteria"')]
    courses = loaded_year.registry.courses
    own = courses.loc[courses["centre_id"] == "C1", "course_id"]
    assert len(own)
    for course_id in own:
        planted = truth["courses"][course_id]["2"]
        assert row_of(answers, course_id)[1].split("\N{NO-BREAK SPACE}")[0].split()[0] == str(planted)
    assert not NEVER_SHOWN.search(text_of(re.sub("<style.*?</style>", "", page, flags=re.DOTALL)))
