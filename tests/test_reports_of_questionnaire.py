"""Quality of the questionnaires: scales, questions, dimensions, careless answering, versions, and nothing of few."""

import json
import re
from collections.abc import Mapping

import numpy as np
import pytest

import handmade
from coursewaves.phrases import Phrases
from coursewaves.processed.year import Year
from coursewaves.publishing.report import make_page
from coursewaves.reports_of import questionnaire
from coursewaves.score import score_responses
from coursewaves.settings.home import notebooks_folder
from coursewaves.survey.files import load_survey
from coursewaves.views.opening import YearView
from test_sections import EXAMPLES, LANGUAGES, NEVER_SHOWN, row_of, text_of

ALL = ("front", "in_short", "reliability", "items", "dimensions", "careless", "versions", "end_of_report")


def seen(found: Year, language: str = "en") -> YearView:
    return YearView(found, Phrases(language))


def of(survey, courses: Mapping[str, int], language: str = "en", **more) -> YearView:
    return seen(handmade.year(survey, courses=courses, **more), language)


def shown(view: YearView, *names: str) -> str:
    return "\n".join(getattr(questionnaire, name)(view)._repr_html_() for name in names or ALL)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", [0, 1, 4, 5, 12, 40])
def test_nothing_that_can_not_be_computed_is_ever_shown(survey, n, language):
    assert not NEVER_SHOWN.search(text_of(shown(of(survey, {"A-1": n}, language))))


@pytest.mark.parametrize("n", range(7))
def test_a_course_of_fewer_than_five_answers_is_left_out(survey, n):
    page = shown(of(survey, {"A-1": 20, "A-2": n}), "items")
    name = survey.item("B1.1").wording("en")
    assert row_of(page, name)[0] == str(20 + n if n >= 5 else 20)


def test_a_course_of_which_one_question_has_too_few_answers_is_left_out_whole(survey):
    view = of(survey, {"A-1": 20, "A-2": 12})
    forms = view.year.responses
    is_own = (forms["course_id"] == "A-2") & (forms["instrument_id"] == "B")
    forms.loc[forms[is_own].index[:8], "B1.2"] = np.nan
    page = shown(view, "items")
    assert row_of(page, survey.item("B1.1").wording("en"))[0] == "20"


def alike(survey, n: int, spread: float, courses: int = 1) -> Year:
    """A year in which everybody's answers are one feeling and some noise of their own, on the steps 1 to 5."""
    found = handmade.year(survey, courses={f"A-{place}": n for place in range(1, courses + 1)})
    forms, rng = found.responses, np.random.default_rng(7)
    feelings = rng.normal(3, 0.8, len(forms))
    for instrument in survey.waves():
        own = (forms["instrument_id"] == instrument.id).to_numpy()
        for item in (one for one in instrument.items if one.repeat is None and survey.scale(one.scale).is_scored):
            low, high = survey.scale(item.scale).bounds
            noise = rng.normal(0, spread, int(own.sum()))
            forms.loc[own, item.id] = np.clip(np.round(feelings[own] + noise), low, high)
    found.__dict__["scores"] = score_responses(forms, survey)
    return found


def test_scales_of_one_feeling_are_reliable_and_those_of_noise_are_not(survey):
    verdicts = re.compile("<td>(enough|too low|not distinguishable)</td></tr>")
    page = shown(seen(alike(survey, 60, 0.3)), "reliability", "in_short")
    found = verdicts.findall(page)
    assert found.count("enough") > len(found) / 2
    assert "too low" not in found
    page = shown(seen(alike(survey, 60, 9.0)), "reliability", "in_short")
    assert "too low" in verdicts.findall(page)
    assert re.search(
        r"To decide: what to word anew before the next year: [^;]*; [^;]*; [^;]*; [^;]*; …\.", text_of(page)
    )


def test_under_thirty_answers_no_scale_is_called_reliable(survey):
    page = text_of(shown(of(survey, {"A-1": 29}), "reliability", "in_short"))
    assert "No scale has several questions and 30 answers." in page
    assert "Too few answers to tell how reliable the scales are." in page


def test_missing_answers_floor_and_ceiling_are_shares(survey):
    view = of(survey, {"A-1": 20})
    forms = view.year.responses
    own = forms.index[forms["instrument_id"] == "B"]
    forms.loc[own, "B1.1"] = [np.nan] * 4 + [1.0] * 2 + [5.0] * 14
    page = shown(view, "items", "in_short")
    # 4 of 20 left it out; of 16 answers 2 lowest, 14 highest
    assert row_of(page, survey.item("B1.1").wording("en")) == ["16", "20%", "13%", "88%"]
    assert f"Left out most often: “{survey.item('B1.1').wording('en')}” (20%)." in text_of(page)
    assert "more than half chose the highest step: 1 of " in page  # Wilson: 64 to 97 %


def test_dimensions_are_refused_under_two_hundred_answers_and_found_above(survey):
    assert shown(of(survey, {"A-1": 40}), "dimensions").count("are looked for from 200 complete answers") == 3
    page = text_of(shown(seen(alike(survey, 260, 0.8)), "dimensions"))
    assert "Monitoring 2: dimensions found: 1" in page


@pytest.mark.parametrize("n_flagged", [0, 4, 5, 9, 21, 25])
def test_forms_of_one_mark_are_shown_from_five_on_and_where_others_remain(survey, n_flagged):
    found = handmade.year(survey, courses={"A-1": 25})
    forms = found.responses
    forms["is_straightlined"] = forms.groupby("instrument_id").cumcount() < n_flagged
    page = shown(seen(found), "careless", "in_short")
    is_shown = 5 <= n_flagged <= 15  # ten others must remain for a mean
    assert ("no criterion would change" in page) == is_shown
    assert ("Fewer than 5 such forms: nothing is shown." in page) != is_shown
    if is_shown:
        assert f"<td>{n_flagged} ({n_flagged * 4}%)</td>" in page


def test_a_question_that_one_version_asks_otherwise_is_named(survey):
    found = alike(survey, 24, 0.4, courses=12)
    forms = found.responses
    forms["language"] = np.where(np.arange(len(forms)) % 2, "kk", "ru")
    is_ru = (forms["language"] == "ru") & (forms["instrument_id"] == "B")
    forms["B1.1"] = forms["B1.1"].mask(is_ru, forms["B1.1"] - 1).clip(lower=1)
    page = shown(seen(found), "versions", "in_short")
    named = re.findall(r'<tr><th scope="row">([^<]*)</th>', shown(seen(found), "versions"))
    assert survey.item("B1.1").wording("en") in named
    assert f"Questions whose language versions differ: {len(named)} of " in text_of(page)
    assert row_of(page, survey.item("B1.1").wording("en"))[0] == "kk → ru"


@pytest.mark.parametrize("name", ["instructor_training", "workshops"])
@pytest.mark.parametrize("n", [0, 35])
def test_another_institute_s_survey_has_its_report(name, n):
    survey = load_survey(EXAMPLES / name / "instruments")
    assert set(NEVER_SHOWN.findall(text_of(shown(of(survey, {"A-1": n}))))) <= {"None"}


@pytest.mark.slow
def test_the_page_of_the_example_year_rests_on_the_planted_answers(loaded_year):
    truth = json.loads((loaded_year.home.root / "data" / "truth.json").read_text(encoding="utf-8"))
    notebook = notebooks_folder() / "reports" / "questionnaire.ipynb"
    page = make_page(notebook, {"home": str(loaded_year.home.root), "language": "kk"}, "T", "kk", "coursewaves")
    n = sum(waves["1"] for waves in truth["courses"].values())
    assert f"1-мониторинг: Жауаптар {n} " in text_of(page)
    assert f"({len(truth['invalid_cells'])})" in text_of(page[page.index('<section id="items"') :])
    assert not NEVER_SHOWN.search(text_of(re.sub("<style.*?</style>", "", page, flags=re.DOTALL)))
