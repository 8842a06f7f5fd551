"""The explorer of one course: its panes follow the menus and hide what the gate hides."""

import re
import subprocess
import sys

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves import explore
from coursewaves.errors import CoursewavesError
from coursewaves.explore.panes import numbers
from coursewaves.explore.spread import SPREAD, spread_table
from coursewaves.phrases import Phrases
from coursewaves.processed.year import Year
from coursewaves.views.opening import CourseView

ANSWERS, SCORES, COMPARISON, DATA = range(4)


@pytest.fixture(scope="module")
def year(loaded_year) -> Year:
    return loaded_year


@pytest.fixture
def explorer(year):
    return explore.Explorer(year, "P01-01", "en")


def pane(explorer: explore.Explorer, place: int) -> str:
    """What one pane shows."""
    (output,) = explorer.tabs.children[place].outputs
    return " ".join(output["data"]["text/html"].replace("\N{WORD JOINER}", "").split())


def panes(explorer: explore.Explorer) -> list[str]:
    return [pane(explorer, place) for place in (ANSWERS, SCORES, COMPARISON, DATA)]


def chosen(year: Year, course_id: str, measure_id: str, language: str = "en") -> explore.Choice:
    (measure,) = [measure for measure in explore.measures(year.survey) if measure.id == measure_id]
    return explore.Choice(CourseView(year, course_id, Phrases(language)), measure, year.survey.waves())


def hollowed(year: Year, course_id: str, keep: dict[str, int]) -> Year:
    """The year with only so many of a course's forms, by questionnaire; the rest is as it was."""
    thinner = Year(year.home)
    for name in ("responses", "scores"):
        table: pd.DataFrame = getattr(year, name)
        order = table.groupby(["course_id", "instrument_id"]).cumcount()
        most = table["instrument_id"].map(keep).fillna(0)
        thinner.__dict__[name] = table[(table["course_id"] != course_id) | (order < most)]
    return thinner


# The menus -------------------------------------------------------------------------------------------


def test_the_menus_offer_the_registry_and_the_survey(explorer, year):
    offered = {name: [value for _, value in menu.options] for name, menu in explorer.menus.items()}
    assert offered["programme"] == ["P01", "P02", "P03", "P04"]
    assert offered["course"] == ["P01-01", "P01-02", "P01-03"]
    assert offered["wave"] == ["", "A", "B", "C"]
    assert offered["language"] == year.settings.languages
    assert {"K1", "needs_fit", "F1", "content"} <= set(offered["measure"])


def test_a_measure_stands_in_the_menu_once_and_open_answers_never(year):
    ids = [measure.id for measure in explore.measures(year.survey)]
    assert len(ids) == len(set(ids))
    assert "open_answers" not in ids
    assert ids.index("K6") < ids.index("content") < ids.index("F1")


def test_the_first_measure_shown_has_a_score(explorer):
    assert explorer.menus["measure"].value == "K1"


def test_another_course_changes_every_pane(explorer):
    before = panes(explorer)
    explorer.menus["course"].value = "P01-03"
    assert all(now != then for now, then in zip(panes(explorer), before, strict=True))


def test_another_programme_offers_its_courses_and_shows_the_first(explorer):
    explorer.menus["programme"].value = "P02"
    assert [value for _, value in explorer.menus["course"].options] == ["P02-01", "P02-02", "P02-03"]
    assert explorer.choice.view.course_id == "P02-01"


def test_a_wave_narrows_answers_and_keeps_the_measure(explorer):
    explorer.menus["measure"].value = "competence"
    explorer.menus["wave"].value = "A"
    assert explorer.menus["measure"].value == "competence"
    assert "Monitoring 1" in pane(explorer, ANSWERS)
    assert "Monitoring 2" not in pane(explorer, ANSWERS)


def test_another_language_changes_labels_and_keeps_what_is_chosen(explorer):
    explorer.menus["course"].value = "P01-03"
    explorer.menus["measure"].value = "needs_fit"
    before = [menu.description for menu in explorer.menus.values()]
    explorer.menus["language"].value = "kk"
    assert [menu.value for menu in explorer.menus.values()] == ["P01", "P01-03", "needs_fit", "", "kk"]
    assert [menu.description for menu in explorer.menus.values()] != before
    assert explorer.tabs.titles != ("Answers", "Scores", "Comparison", "Data")
    assert "Қажеттіліктер" in pane(explorer, SCORES)


def test_choosing_and_coming_back_shows_the_same(explorer):
    before = panes(explorer)
    for name, value in [("course", "P01-02"), ("language", "ru"), ("course", "P01-01"), ("language", "en")]:
        explorer.menus[name].value = value
    assert panes(explorer) == before


def test_an_unknown_course_or_language_is_refused(year):
    with pytest.raises(CoursewavesError, match="Can't find 'P99'"):
        explore.Explorer(year, "P99", "en")
    with pytest.raises(CoursewavesError, match="language"):
        explore.Explorer(year, "P01-01", "xx")


def test_without_a_course_the_explorer_begins_with_the_first(year):
    explorer = explore.course_explorer(year.home.root)
    assert explorer.choice.view.course_id == year.registry.courses["course_id"].iloc[0]


# The panes -------------------------------------------------------------------------------------------


def test_answers_are_the_report_s_figures_of_the_chosen_questions(year):
    html = explore.answers(chosen(year, "P01-01", "needs_fit"))._repr_html_()
    assert html.count("<svg") == 2  # one grid of the second questionnaire and one of the third
    for item_id in ("B1.1", "B1.2", "B1.3", "C4.1", "C4.2"):
        assert year.survey.item(item_id).text["en"] in html
    assert year.survey.item("B3.1").text["en"] not in html


def test_questions_with_options_and_numbers_are_shown_too(year):
    assert explore.answers(chosen(year, "P01-01", "K0"))._repr_html_().count("<svg") == 2
    html = explore.answers(chosen(year, "P01-01", "recommendation"))._repr_html_()
    assert html.count("<table>") == 2  # eleven steps are too many for a bar
    assert "<svg" not in html


def test_scores_stand_beside_those_of_other_courses(year):
    html = explore.scores(chosen(year, "P01-01", "needs_fit"))._repr_html_()
    assert "this course" in html
    assert "other courses" in html
    assert html.count("<svg") == 3  # the spread, and the means of two questionnaires


def test_a_criterion_and_the_one_indicator_called_like_it_are_one_row(year):
    html = explore.data(chosen(year, "P01-01", "K1"))._repr_html_()
    name = year.survey.criterion("K1").text["en"]
    assert name == year.survey.indicator("needs_fit").text["en"]
    assert html.count(f'<th scope="row">{name}</th>') == 2  # once in each of two questionnaires


def test_a_measure_without_a_scale_has_no_score(year):
    assert "There is no score of this choice." in explore.scores(chosen(year, "P01-01", "reasons"))._repr_html_()


def test_comparison_says_only_the_pairs_of_the_measure(year):
    survey = year.survey
    html = explore.comparison(chosen(year, "P01-01", "needs_fit"))._repr_html_()
    for pair_id in ("M2.match", "M2.purpose", "M1.needs"):
        assert survey.pair(pair_id).text["en"] in html
    for pair_id in ("M3.growth", "M6.content"):
        assert survey.pair(pair_id).text["en"] not in html


def test_data_hold_the_numbers_of_the_figures(year):
    choice = chosen(year, "P01-01", "needs_fit")
    html = explore.data(choice)._repr_html_()
    codes = choice.view.responses["B1.1"].dropna()
    cells = "".join(f"<td>{number}</td>" for number in [len(codes), *((codes == code).sum() for code in range(1, 6))])
    assert f"{year.survey.item('B1.1').text['en']}</th>{cells}" in html
    assert "response_id" not in html


# The spread ------------------------------------------------------------------------------------------


def spread_of(year: Year, values: list[float], others: list[float]) -> pd.DataFrame:
    """The spread of a year in which one course and another answered so."""
    made = Year(year.home)
    courses = ["P01-01"] * len(values) + ["P02-01"] * len(others)
    scores = {"course_id": courses, "instrument_id": "B", "needs_fit": [*values, *others]}
    made.__dict__["scores"] = pd.DataFrame(scores)
    return explore.score_spread(chosen(made, "P01-01", "needs_fit")).table


def test_the_quantiles_are_those_of_the_scores(year):
    found = spread_of(year, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100], [50.0] * 10)
    assert found[list(SPREAD)].to_numpy().tolist() == [[10, 25, 50, 75, 90], [50, 50, 50, 50, 50]]
    assert found["n"].tolist() == [11, 10]


def test_others_are_not_shown_where_this_course_is_hidden(year):
    assert spread_of(year, [50.0] * 9, [50.0] * 200).empty
    assert spread_of(year, [50.0] * 10, [50.0] * 9)["is_hidden"].tolist() == [False, True]


@given(values=st.lists(st.floats(0, 100), min_size=10, max_size=40))
def test_the_quantiles_rise_and_stay_within_the_scores(year, values):
    (row,) = spread_of(year, values, []).query("is_own").to_dict("records")
    found = [row[name] for name in SPREAD]
    assert found == sorted(found)
    assert min(values) <= found[0]
    assert found[-1] <= max(values)


def test_the_boxes_are_drawn_from_quantiles_and_never_from_people(year, monkeypatch):
    drawn = []
    monkeypatch.setattr("seaborn.boxplot", lambda marks, **_: drawn.append(marks) or 1 / 0)
    choice = chosen(year, "P01-01", "needs_fit")
    with pytest.raises(ZeroDivisionError):
        explore.spread_figure(choice)
    shown = explore.score_spread(choice).shown()
    assert drawn[0]["score"].tolist() == [row[name] for row in shown for name in SPREAD]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_spread_is_drawn_with_words_and_with_letters_as_shapes(year, language):
    html = explore.spread_figure(chosen(year, "P01-01", "competence", language))
    assert 'role="img" aria-label="' in html
    assert "<text" not in html  # a letter that a font lacks would warn, and a warning fails
    assert "DejaVuSans-" in html
    assert "matplotlib.org" not in html


def test_the_same_spread_is_drawn_with_the_same_bytes(year):
    choice = chosen(year, "P01-01", "competence")
    assert explore.spread_figure(choice) == explore.spread_figure(choice)


# The gate --------------------------------------------------------------------------------------------


def test_a_course_with_three_answers_shows_no_figure_and_no_number(year):
    first = chosen(hollowed(year, "P01-01", {"A": 3, "B": 3, "C": 3}), "P01-01", "K1")
    for measure in explore.measures(year.survey):
        choice = first._replace(measure=measure)
        for make in (explore.answers, explore.scores, explore.comparison, explore.data):
            html = make(choice)._repr_html_()
            assert "<svg" not in html, (make.__name__, measure.id)
            assert not re.search(r"<td>[−+<]?\d", html), (make.__name__, measure.id)


def test_seven_answers_are_counted_and_not_averaged(year):
    choice = chosen(hollowed(year, "P01-01", {"A": 7, "B": 7, "C": 7}), "P01-01", "needs_fit")
    assert "<svg" in explore.answers(choice)._repr_html_()
    assert "<svg" not in explore.scores(choice)._repr_html_()
    assert "fewer than 10 answers" in explore.scores(choice)._repr_html_()
    assert spread_table(choice) == ""


def test_what_is_saved_holds_no_number_that_is_hidden(year):
    first = chosen(hollowed(year, "P01-01", {"A": 3, "B": 3, "C": 3}), "P01-01", "K1")
    tables = numbers(first)
    own = [tables["answers"], tables["scores"].query("is_own")]
    assert all(table.select_dtypes("number").isna().all(axis=None) for table in own)
    assert tables["pairs"].empty
    assert tables["spread"].empty


def test_what_is_saved_are_the_numbers_of_the_panes(year):
    choice = chosen(year, "P01-01", "needs_fit")
    answered = numbers(choice)["answers"].set_index("item_id").loc["B1.1"]
    codes = choice.view.responses["B1.1"].dropna()
    assert [answered[str(code)] for code in range(1, 6)] == [(codes == code).sum() for code in range(1, 6)]


# The package -----------------------------------------------------------------------------------------


def test_reports_load_neither_widgets_nor_seaborn():
    check = "import sys, coursewaves; print(sorted({'ipywidgets', 'seaborn', 'matplotlib'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
