"""Figures and tables of disclosed rows: what is not through the gate is refused, what is hidden stays hidden."""

import re

import pandas as pd
import pytest

import handmade
from coursewaves.analysis.summarise import count_answers, mean_scores, option_shares
from coursewaves.pages.present import (
    chain_figure,
    counts_table,
    funnel_figure,
    likert_figure,
    map_figure,
    round_scale,
    runs_figure,
    scores_figure,
    scores_table,
    shares_figure,
)


@pytest.fixture(scope="module")
def view(survey):
    return handmade.view(handmade.year(survey, 20))


def words(html: str) -> str:
    """The words of a figure for those who can't see it."""
    (found,) = re.findall(r"<desc[^>]*>([^<]*)</desc>", html)
    return found


def means(**rows: tuple[int, float, float, float]) -> pd.DataFrame:
    return pd.DataFrame([[name, *row] for name, row in rows.items()], columns=["name", "n", "mean", "low", "high"])


def test_a_table_that_did_not_pass_the_gate_is_refused(view):
    scale = view.year.survey.scale_of("B1.1")
    ungated = means(K1=(20, 80.0, 70.0, 90.0))
    calls = [
        lambda: likert_figure(view, ungated, scale, "c"),
        lambda: shares_figure(view, ungated, scale, "c"),
        lambda: counts_table(view, ungated, scale, "c"),
        lambda: scores_figure(view, ungated, str, "c"),
        lambda: scores_table(view, ungated, str, "c"),
        lambda: funnel_figure(view, ungated, view.rated, "c"),
        lambda: runs_figure(view, ungated, "c"),
        lambda: map_figure(view, ungated, str, "c"),
    ]
    for call in calls:
        with pytest.raises(TypeError, match="disclosure gate"):
            call()


def test_a_score_is_the_same_in_the_figure_its_words_and_the_table(view):
    gated = view.gate(means(K1=(20, 80.4, 70.6, 90.0)), "means", ["name"])
    drawn = scores_figure(view, gated, lambda name: "Fit", "Scores")
    assert words(drawn) == "Fit: 80 (71–90)"
    assert "80 (71–90)" in drawn.replace(words(drawn), "")
    assert "<td>20</td><td>80</td><td>71–90</td>" in scores_table(view, gated, lambda name: "Fit", "Scores")


def test_a_hidden_score_is_drawn_nowhere_even_when_others_have_one(view):
    gated = view.gate(means(K1=(9, 80.0, 70.0, 90.0), K2=(20, 55.0, 50.0, 60.0)), "means", ["name"])
    others = view.gate(means(K1=(90, 33.0, 30.0, 36.0), K2=(90, 44.0, 40.0, 48.0)), "means", ["name"])
    drawn = scores_figure(view, gated, str, "Scores", others, threshold=62.5)
    assert "80" not in words(drawn)
    assert "fewer than 10 answers" in drawn
    assert drawn.count("<circle") == scores_figure(
        view, view.gate(means(K2=(20, 55.0, 50.0, 60.0)), "means", ["name"]), str, "Scores", others, threshold=62.5
    ).count("<circle")


def test_the_words_of_a_likert_figure_count_its_upper_steps(view):
    survey = view.year.survey
    forms = view.responses[view.responses["instrument_id"] == "B"].head(12)
    forms = forms.assign(**{"B1.1": [5.0] * 6 + [4.0] * 3 + [1.0] * 3})
    counts = view.gate(count_answers(forms, survey, ["B1.1"]), "counts", ["item_id"])
    assert words(likert_figure(view, counts, survey.scale_of("B1.1"), "c")).endswith(": 75%.")
    few = view.gate(count_answers(forms.tail(7), survey, ["B1.1"]), "counts", ["item_id"])
    assert words(likert_figure(view, few, survey.scale_of("B1.1"), "c")).endswith(": 4 / 7.")


def test_shares_and_counts_of_a_closed_question_name_every_option(view):
    survey = view.year.survey
    items = [item for instrument in survey.waves() for item in instrument.items if not item.repeat]
    item = next(item for item in items if survey.scale(item.scale).kind == "single")
    scale = survey.scale(item.scale)
    gated = view.gate(option_shares(view.responses, survey, item.id), "shares", ["item_id", "code"])
    drawn = shares_figure(view, gated, scale, "c")
    listed = counts_table(view, gated, scale, "c")
    assert listed.count("<tr>") == 1 + len(scale.options)
    assert all(option.wording("en")[:12] in drawn for option in scale.options)


def test_a_chain_leaves_out_constructs_of_which_nothing_may_be_shown(view):
    shown = view.gate(means(a=(20, 80.0, 70.0, 90.0)).drop(columns="name"), "means", [])
    hidden = view.gate(means(a=(4, 12.0, 10.0, 14.0)).drop(columns="name"), "means", [])
    drawn = chain_figure(
        view, [("Fit", [shown, None, shown]), ("Mood", [hidden, hidden, None])], ["1", "2", "3"], "Chain"
    )
    assert words(drawn) == "Fit: 1 80, 3 80"
    assert "Mood" not in drawn


def test_a_figure_without_any_row_says_so(view):
    drawn = scores_figure(view, view.gate(mean_scores(view.scores, []), "means", ["name"]), str, "Scores")
    assert "Nothing to show: too few answers." in drawn


def test_a_hidden_run_has_its_name_and_no_figure(view):
    runs = pd.DataFrame([["A-1", 20, 55.4, 50.0, 60.0], ["A-2", 9, 33.3, 30.0, 36.0]])
    gated = view.gate(runs.set_axis(["course_id", "n", "mean", "low", "high"], axis=1), "means", ["course_id"])
    drawn = runs_figure(view, gated, "Runs")
    assert words(drawn) == "A-1: 55 (50–60)"
    assert "A-2" in drawn
    assert "fewer than 10 answers" in drawn
    assert "33" not in re.sub(r'"[^"]*"', "", drawn)


def test_a_hidden_programme_is_no_point_of_the_funnel(view):
    programmes = pd.DataFrame({"programme_id": ["A", "B", "C"], "n": [20, 9, 40], "mean": [55.0, 33.0, 70.0]})
    drawn = funnel_figure(view, view.gate(programmes, "means", ["programme_id"]), view.rated, "Funnel", "A")
    assert words(drawn) == "Funnel. This programme: 55 of 100, n = 20. Other programmes shown: 1."
    assert drawn.count("<circle") == 2  # the legend's and C


def test_the_limits_of_a_funnel_tell_no_more_digits_than_the_figures_beside_them(view):
    programmes = pd.DataFrame({"programme_id": ["A"], "n": [20], "mean": [55.0]})
    gated = view.gate(programmes, "means", ["programme_id"])

    def drawn(target: float, deviation: float, phi: float) -> str:
        return funnel_figure(view, gated, view.rated._replace(target=target, deviation=deviation, phi=phi), "F")

    assert drawn(70.2, 15.6, 1.53) == drawn(69.8, 16.4, 1.47)
    assert drawn(70.2, 15.6, 1.53) != drawn(70.2, 17.4, 1.53)
    assert "limits of chance" not in drawn(70.2, 0.3, 1.0)


def test_a_map_says_rating_and_importance_of_each_factor(view):
    factors = pd.DataFrame({"factor_id": ["F1", "F2"], "n": [20, 9], "importance": [0.25, 0.1], "mean": [55.0, 60.0]})
    drawn = map_figure(view, view.gate(factors, "means", ["factor_id"]), str, "Map")
    assert words(drawn) == "F1: Mean, 0–100 55, Importance over all courses 25%"
    assert "F2" not in drawn


@pytest.mark.parametrize(
    ("largest", "ticks"),
    [(113, [0, 50, 100, 150]), (50, [0, 10, 20, 30, 40, 50]), (0.18, [0, 0.05, 0.1, 0.15, 0.2]), (7, [0, 2, 4, 6, 8]),
     (0, [0, 0.1])],
)  # fmt: skip
def test_a_scale_ends_at_a_round_number_in_five_steps_at_the_most(largest, ticks):
    assert [tick for tick, _ in round_scale(largest, str).ticks] == pytest.approx(ticks)


def test_a_mark_tells_no_more_digits_than_the_number_beside_it(view):
    drawn = [
        [
            scores_figure(view, view.gate(means(K1=row), "means", ["name"]), str, "Scores"),
            runs_figure(
                view, view.gate(means(K1=row).rename(columns={"name": "course_id"}), "means", ["course_id"]), "R"
            ),
        ]
        for row in ((20, 80.4, 70.6, 89.8), (20, 80.0, 71.0, 90.0))
    ]
    exact, whole = ([re.findall(r"<(?:circle|path)[^>]*>", one) for one in pair] for pair in drawn)
    assert exact == whole
