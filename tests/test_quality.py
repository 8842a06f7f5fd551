"""Questionnaire quality: figures by hand, planted factors, and reasons where there are too few answers."""

from math import pi, sin, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursewaves.analysis.quality import (
    DIFFER,
    ONE_ITEM,
    invalid_answers,
    item_correlations,
    item_quality,
    item_structure,
    scale_items,
    scale_quality,
)
from coursewaves.ladder import LEAST
from coursewaves.problems import Problem, problems_table
from coursewaves.survey.instruments import Survey
from small import responses_of, survey

Q1, Q2 = [1.0, 2, 3, 3] * 10, [1.0, 2, 3, 2] * 10
# within four people: squares about the mean 2.75 and 2, products 2.0
ALPHA = 2 * (1 - (2.75 + 2) / (2.75 + 2 + 2 * 2.0))
R = 2 / sqrt(2.75 * 2)


def row(table: pd.DataFrame, **where: str) -> dict[str, object]:
    """The one row of a table in which these columns have these values."""
    for column, value in where.items():
        table = table[table[column] == value]
    (found,) = table.to_dict("records")
    return found


def twin_survey() -> Survey:
    """One questionnaire of six items, three of each of two indicators with a criterion of their own."""
    scale = {"id": "S5", "kind": "ordinal", "options": [{"code": str(code)} for code in range(1, 6)]}
    items = [
        {"id": f"{name}{number}", "scale": "S5", "indicator": name} for name in ("warm", "clear") for number in range(3)
    ]
    window = {"anchor": "ends_on", "due": 0, "opens": -1, "closes": 7}
    return Survey.model_validate(
        {
            "languages": ["kk", "ru", "en"],
            "criteria": [{"id": "K1"}, {"id": "K2"}],
            "indicators": [{"id": "warm", "criterion": "K1"}, {"id": "clear", "criterion": "K2"}],
            "scales": [scale],
            "instruments": [{"id": "T", "wave": 1, "window": window, "items": items}],
        }
    )


def twins(n: int, seed: int = 1) -> pd.DataFrame:
    """Answers of n people to the twin survey: two traits that correlate .3, each item .8 of its own."""
    random = np.random.default_rng(seed)
    traits = random.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], n)
    steps = 0.8 * traits.repeat(3, axis=1) + 0.6 * random.normal(size=(n, 6))
    codes = np.clip(np.round(3 + steps), 1, 5)
    names = [item.id for item in twin_survey().instruments[0].items]
    frame = pd.DataFrame(codes, columns=names)
    return frame.assign(response_id=[f"T{place}" for place in range(n)], course_id="A-1", instrument_id="T")


def test_alpha_and_the_stepped_up_correlation_of_two_items_are_those_of_the_hand():
    found = row(scale_quality(responses_of("Q", {"Q1": Q1, "Q2": Q2}), survey()), instrument_id="Q", name="fit")
    assert (found["n_items"], found["n"], found["reason"]) == (2, 40, "")
    assert found["alpha"] == pytest.approx(ALPHA)
    assert found["mean_correlation"] == pytest.approx(R)
    assert found["spearman_brown"] == pytest.approx(2 * R / (1 + R))
    assert found["low"] < ALPHA < found["high"] < 1
    assert np.isnan(found["omega"])
    assert "three items" in found["omega_reason"]


def test_under_thirty_answers_no_reliability_is_shown():
    forms = responses_of("Q", {"Q1": Q1[:29], "Q2": Q2[:29]})
    found = row(scale_quality(forms, survey()), instrument_id="Q", name="fit")
    assert (found["n"], found["reason"], found["omega_reason"]) == (29, *["fewer than 30 answers"] * 2)
    assert np.isnan([found[name] for name in ("alpha", "low", "high", "mean_correlation", "spearman_brown")]).all()
    items = scale_items(forms, survey())
    assert set(items["reason"]) == {"fewer than 30 answers", ONE_ITEM}
    assert items[["rest_correlation", "alpha_without"]].isna().all(axis=None)


def test_items_that_differ_by_programme_count_within_one_programme_only():
    forms = responses_of("Q", {"Q3.1": Q1, "Q3.2": Q2, "Q3.3": [None] * 40})
    pooled = row(scale_quality(forms, survey()), instrument_id="Q", name="ability")
    assert (pooled["n_items"], pooled["reason"]) == (0, DIFFER)
    alone = row(scale_quality(forms, survey(), is_one_programme=True), instrument_id="Q", name="ability")
    assert (alone["n_items"], alone["reason"]) == (2, "")
    assert alone["alpha"] == pytest.approx(ALPHA)


def test_a_single_item_is_no_scale():
    found = row(scale_quality(responses_of("Q", {"Q4": [3.0] * 40}), survey()), instrument_id="Q", name="worth")
    assert (found["n_items"], found["reason"]) == (1, ONE_ITEM)


def test_the_parts_of_a_rating_are_its_criteria():
    # K1 is the mean of Q1 and Q2, K2 that of Q4 alone: two parts, whatever the number of items
    forms = responses_of("Q", {"Q1": Q1, "Q2": Q1, "Q4": [value * 2 for value in Q2]})
    found = row(scale_quality(forms, survey()), instrument_id="Q", name="rating")
    # scores are 25 points a step in K1, 20 in K2
    one, other, both = 2.75 * 25**2, 2.0 * 20**2, 2.0 * 25 * 20
    assert (found["n_items"], found["reason"]) == (2, "")
    assert found["alpha"] == pytest.approx(2 * (1 - (one + other) / (one + other + 2 * both)))


def test_an_item_is_set_against_the_rest_of_its_scale():
    found = scale_items(responses_of("Q", {"Q1": Q1, "Q2": Q2}), survey())
    assert row(found, name="fit", item_id="Q1")["rest_correlation"] == pytest.approx(R)


def test_ceiling_floor_and_missing_shares_are_counted_with_wilsons_interval():
    forms = responses_of("Q", {"Q1": [1.0, 1, *[3] * 3, *[5] * 5, 9, None]})
    found = row(item_quality(forms, survey()), item_id="Q1")
    assert [found[name] for name in ("n_asked", "n", "n_not_applicable", "n_missing")] == [12, 10, 1, 1]
    assert found["mean"] == pytest.approx(65)
    # Wilson's interval of 2 and of 5 of 10, as tables give it
    assert [found[name] for name in ("floor_share", "floor_low", "floor_high")] == pytest.approx(
        [0.2, 0.0567, 0.5098], abs=1e-4
    )
    assert [found[name] for name in ("ceiling_share", "ceiling_low", "ceiling_high")] == pytest.approx(
        [0.5, 0.2366, 0.7634], abs=1e-4
    )
    assert found["missing_share"] == pytest.approx(1 / 12)


def test_under_ten_answers_an_item_has_counts_alone():
    found = row(item_quality(responses_of("Q", {"Q1": [1.0] * 9}), survey()), item_id="Q1")
    assert (found["n"], found["reason"]) == (9, "fewer than 10 answers")
    assert np.isnan([found["mean"], found["ceiling_share"], found["missing_share"]]).all()


def test_a_repeated_item_is_missing_only_where_it_was_asked():
    courses = ["A-1"] * 12 + ["B-1"] * 12
    forms = responses_of("Q", {"Q3.3": [4.0] * 11 + [None] * 13}, course_id=courses)
    found = row(item_quality(forms, survey()), item_id="Q3.3")
    assert (found["n_asked"], found["n"], found["n_missing"]) == (12, 11, 1)


def test_invalid_cells_are_counted_by_questionnaire_and_header():
    forms = responses_of("Q", {"Q1": [4.0, 3.0]}).assign(file="a.csv", row=[2, 3])
    problems = problems_table(
        Problem("a.csv", place, "B", "Met", rule, "text of 3 characters", "cell dropped", "correct it")
        for place, rule in [(2, "E-VALUE"), (3, "E-VALUE"), (3, "E-TIME"), (9, "E-VALUE"), (0, "E-VALUE")]
    )
    found = invalid_answers(problems, forms)
    assert found.to_dict("records") == [{"instrument_id": "Q", "header": "Met", "n_invalid": 2}]


def test_the_polychoric_correlation_of_two_halved_items_is_a_sine():
    # Both items split at the median: P(both low) = 1/4 + arcsin(rho) / 2 pi (Sheppard), here 40 of 120
    pairs = [(2.0, 2.0)] * 40 + [(4.0, 4.0)] * 40 + [(2.0, 4.0)] * 20 + [(4.0, 2.0)] * 20
    first, second = (list(side) for side in zip(*pairs, strict=True))
    found = row(
        item_correlations(responses_of("Q", {"Q1": first, "Q2": second}), survey(), "Q"), first_id="Q1", second_id="Q2"
    )
    assert found["rho"] == pytest.approx(sin(2 * pi * (1 / 3 - 1 / 4)), abs=1e-6)
    assert (found["n"], found["reason"]) == (120, "")


def test_under_a_hundred_answers_no_polychoric_correlation_is_shown():
    assert LEAST["polychoric"] == 100
    found = item_correlations(twins(99), twin_survey(), "T")
    assert len(found) == 15
    assert set(found["reason"]) == {"fewer than 100 answers"}
    assert found[["rho", "error"]].isna().all(axis=None)


def test_the_planted_factors_are_found_with_their_items():
    found = item_structure(twins(400), twin_survey(), "T")
    assert (found.n_factors, found.n, found.reason) == (2, 400, "")
    assert found.loadings["factor"].tolist() == [1, 1, 1, 2, 2, 2]
    assert found.loadings["criterion_id"].tolist() == ["K1"] * 3 + ["K2"] * 3
    own = found.loadings[["factor_1", "factor_2"]].max(axis=1)
    # planted: .8 on the own factor, factors that correlate .3; three standard errors of 400 people are .1
    assert own.to_numpy() == pytest.approx(np.full(6, 0.8), abs=0.1)
    assert found.correlations[0, 1] == pytest.approx(0.3, abs=0.16)


def test_the_structure_is_refused_with_a_reason():
    few = item_structure(twins(199), twin_survey(), "T")
    assert (few.n, few.n_factors, few.reason) == (199, 0, "fewer than 200 answers")
    flat = item_structure(twins(300).assign(warm0=3.0), twin_survey(), "T")
    assert flat.reason == "an item has no spread"
    assert "factor" not in flat.loadings


@settings(max_examples=8)
@given(st.randoms(use_true_random=False))
def test_neither_the_order_of_forms_nor_the_name_of_a_language_matters(random):
    forms = twins(210).assign(language=["kk", "ru", "en"] * 70)
    order = list(range(len(forms)))
    random.shuffle(order)
    other = forms.iloc[order].assign(language=[{"kk": "ru", "ru": "kk"}.get(one, one) for one in forms["language"]])
    for step in (scale_quality, scale_items, item_quality):
        pd.testing.assert_frame_equal(step(forms, twin_survey()), step(other, twin_survey()))
    pd.testing.assert_frame_equal(
        item_correlations(forms, twin_survey(), "T"), item_correlations(other, twin_survey(), "T")
    )


def test_no_answers_give_tables_with_reasons_and_no_fault():
    nobody = responses_of("Q", {"Q1": [1.0], "Q2": [1.0]}).iloc[:0]
    assert set(scale_quality(nobody, survey())["reason"]) <= {"fewer than 30 answers", ONE_ITEM, DIFFER}
    assert set(item_quality(nobody, survey())["reason"]) == {"fewer than 10 answers"}
    assert item_structure(nobody, survey(), "Q").reason == "fewer than 200 answers"


def test_the_example_years_scales_hold_together(loaded_year):
    found = scale_quality(loaded_year.responses, loaded_year.survey)
    rating = row(found, instrument_id="B", name="rating")
    # one liking lies behind every rating of the example year
    assert rating["alpha"] > 0.85
    assert found["reason"].notna().all()
