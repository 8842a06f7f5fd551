"""Comparisons: only declared pairs, people aligned by code and course, signs later minus earlier."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import small
from coursewaves.compare import COLUMNS, compare_pair, compare_waves, find_pair, pair_sides
from coursewaves.errors import CoursewavesError
from coursewaves.instruments import Survey
from coursewaves.stats import holm

SURVEY = small.survey()
NAN = float("nan")


def waves(earlier: list[float], later: list[float], codes=None, later_codes=None, **identity) -> pd.DataFrame:
    """Responses of P and Q to the pair M1.fit."""
    codes = codes or [None] * len(earlier)
    later_codes = later_codes or (codes if len(codes) == len(later) else [None] * len(later))
    before = small.responses_of("P", {"P1": earlier}, respondent_id=codes)
    after = small.responses_of("Q", {"Q1": later}, respondent_id=later_codes)
    return pd.concat([before, after], ignore_index=True).assign(**identity)


def people(n: int) -> list[str]:
    return [f"p{number}" for number in range(n)]


@pytest.mark.parametrize(("earlier", "later"), [("P1", "Q2"), ("Q1", "P1"), (["P1", "P3"], "Q1"), ("Q1", "Q1")])
def test_what_is_not_declared_is_refused_and_the_possible_pairs_are_named(earlier, later):
    with pytest.raises(CoursewavesError, match=r"the declared pairs\. Possible values: .*'P1 -> Q1'"):
        find_pair(SURVEY, earlier, later)


def test_a_declared_pair_is_found_by_its_items():
    assert find_pair(SURVEY, "P1", "Q1").id == "M1.fit"
    assert find_pair(SURVEY, ["Q3t"], ["Q3"]).id == "M2.then"


def test_an_unknown_pair_id_is_refused():
    with pytest.raises(CoursewavesError, match=r"Can't find 'M9' in the survey's pairs. Possible values: .*'M1.fit'"):
        compare_pair(waves([5.0], [5.0]), SURVEY, "M9")


def test_a_refusal_is_a_value_error_too():
    with pytest.raises(ValueError, match="the declared pairs"):
        find_pair(SURVEY, "P3", "Q2")


def test_a_pair_of_unscored_items_is_refused():
    content = SURVEY.model_dump()
    content["constructs"].append(
        {"id": "M3", "pairs": [{"id": "M3.x", "earlier": ["P2"], "later": ["Q5"], "kind": "related"}]}
    )
    survey = Survey.model_validate(content)
    with pytest.raises(CoursewavesError, match="not on scored scales"):
        compare_pair(waves([5.0], [5.0]), survey, "M3.x")
    assert "M3.x" not in set(compare_waves(waves([5.0] * 3, [5.0] * 3), survey)["pair_id"])


def test_a_difference_is_later_minus_earlier_by_hand():
    # 25 50 0 50 -> 50 75 50 50: differences 25 25 50 0, mean 25
    found = compare_pair(waves([2.0, 3, 1, 3], [3.0, 4, 3, 3], people(4)), SURVEY, "M1.fit")
    assert found["difference"] == pytest.approx(25)
    assert (found["mean_earlier"], found["mean_later"]) == (31.25, 56.25)
    assert (found["n_earlier"], found["n_later"], found["n_both"]) == (4, 4, 4)
    assert (found["n_up"], found["n_same"], found["n_down"]) == (3, 1, 0)
    assert found["design"] == "paired"
    # t interval of 25 25 50 0: standard deviation 20.41, half width 3.182 * 20.41 / 2 (t table, 3 degrees of freedom)
    assert (found["low"], found["high"]) == pytest.approx((25 - 32.48, 25 + 32.48), abs=0.01)


def test_people_are_aligned_by_code_whatever_the_order_of_rows():
    together = waves([1.0, 2, 3], [5.0, 4, 3], ["a", "b", "c"], ["c", "b", "a"])
    sides = pair_sides(together, SURVEY, SURVEY.pair("M1.fit"))
    rows = sorted(zip(sides.earlier, sides.later, strict=True))
    assert rows == [(0, 50), (25, 75), (50, 100)]


def test_the_same_code_in_two_courses_is_two_people():
    together = waves([1.0, 5.0], [5.0, 1.0], ["a", "a"], ["a", "a"])
    together["course_id"] = ["A-1", "B-1", "A-1", "B-1"]
    sides = pair_sides(together, SURVEY, SURVEY.pair("M1.fit"))
    assert sorted(zip(sides.earlier, sides.later, strict=True)) == [(0, 100), (100, 0)]


def test_a_code_that_stands_twice_on_a_side_is_paired_with_nobody():
    together = waves([1.0, 2.0, 3.0], [5.0, 4.0], ["a", "a", "b"], ["a", "b"])
    sides = pair_sides(together, SURVEY, SURVEY.pair("M1.fit"))
    both = np.isfinite(sides.earlier) & np.isfinite(sides.later)
    assert list(zip(sides.earlier[both], sides.later[both], strict=True)) == [(50, 75)]
    assert sorted(sides.earlier[~both & np.isfinite(sides.earlier)]) == [0, 25]


def test_forms_without_a_code_are_never_paired():
    found = compare_pair(waves([1.0] * 5, [5.0] * 5), SURVEY, "M1.fit")
    assert (found["n_both"], found["design"]) == (0, "independent")
    assert found["difference"] == 100


def test_both_sides_of_one_form_are_aligned_form_by_form_without_a_code():
    responses = small.responses_of("Q", {"Q3t.1": [1.0, 2.0, 9.0], "Q3.1": [3.0, 5.0, 5.0]})
    found = compare_pair(responses, SURVEY, "M2.then")
    assert (found["n_both"], found["n_earlier"], found["n_later"]) == (2, 2, 3)
    assert found["n_up"] == 2


def test_a_column_of_codes_without_any_code_links_nobody():
    together = waves([1.0, 2.0], [5.0, 4.0])
    together["respondent_id"] = pd.Series([None] * 4, dtype="object")
    assert compare_pair(together, SURVEY, "M1.fit")["n_both"] == 0


@pytest.mark.parametrize(("n", "is_tested"), [(14, False), (15, True)])
def test_fewer_than_fifteen_are_not_tested_and_the_reason_is_said(n, is_tested):
    found = compare_waves(waves([2.0] * n, [3.0, 4.0, 5.0] * (n // 3) + [3.0] * (n % 3), people(n)), SURVEY)
    row = found.set_index("pair_id").loc["M1.fit"]
    assert (row["reason"] == "") == is_tested
    assert pd.notna(row["p_value"]) == is_tested
    assert row["verdict"] == ("higher" if is_tested else "not tested")
    if not is_tested:
        assert row["reason"] == "fewer than 15 answers"
    assert row["difference"] > 0  # the estimate is shown all the same


def test_two_waves_need_fifteen_on_the_smaller_side():
    found = compare_pair(waves([2.0, 3.0] * 20, [3.0, 4.0] * 7), SURVEY, "M1.fit")
    assert found["reason"] == "fewer than 15 answers"


def test_holm_counts_only_the_pairs_that_are_tested():
    n = 16
    first = waves([2.0] * n, [3.0, 4.0] * (n // 2), people(n))
    first.loc[first["instrument_id"] == "Q", "Q3t.1"] = [1.0] * 5 + [NAN] * 11
    first.loc[first["instrument_id"] == "Q", "Q3.1"] = [5.0] * 5 + [NAN] * 11
    found = compare_waves(first, SURVEY).set_index("pair_id")
    assert found.loc["M2.then", "reason"] == "fewer than 15 answers"
    assert found.loc["M1.fit", "p_value_adjusted"] == found.loc["M1.fit", "p_value"]  # one test, no correction
    assert pd.isna(found.loc["M2.then", "p_value_adjusted"])


def test_holm_doubles_the_smaller_of_two():
    n = 16
    table = waves([2.0] * n, [3.0, 4.0] * (n // 2), people(n))
    table.loc[table["instrument_id"] == "Q", "Q3t.1"] = [3.0, 2.0] * (n // 2)
    table.loc[table["instrument_id"] == "Q", "Q3.1"] = [3.0, 4.0, 2.0, 2.0] * (n // 4)
    found = compare_waves(table, SURVEY)
    np.testing.assert_allclose(found["p_value_adjusted"], holm(found["p_value"].to_numpy()))
    assert found["p_value_adjusted"].min() == pytest.approx(2 * found["p_value"].min())
    # sixteen of sixteen up: the exact signed-rank p is 2 / 2**16
    assert found["p_value"].min() == pytest.approx(2 / 2**16)


def test_a_pair_with_answers_on_one_side_only_is_not_a_comparison():
    assert compare_waves(small.responses_of("P", {"P1": [5.0, 4.0]}), SURVEY).empty


def test_nothing_to_compare_gives_the_columns_alone():
    found = compare_waves(small.responses_of("P", {"P1": []}), SURVEY)
    assert list(found.columns) == [*COLUMNS, "p_value_adjusted", "verdict"]
    without = Survey.model_validate(SURVEY.model_dump() | {"constructs": []})
    assert list(compare_waves(waves([5.0], [5.0]), without).columns) == list(found.columns)


def test_no_change_at_all_is_said_and_not_tested_into_something():
    found = compare_waves(waves([3.0] * 20, [3.0] * 20, people(20)), SURVEY).iloc[0]
    assert found["difference"] == 0
    assert found["verdict"] in ("not tested", "not distinguishable")
    assert found["n_same"] == 20


steps = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=25)


@given(steps, st.booleans())
def test_swapped_waves_flip_the_sign(rows, is_linked):
    codes = people(len(rows)) if is_linked else None
    first, second = [float(a) for a, _ in rows], [float(b) for _, b in rows]
    there = compare_pair(waves(first, second, codes), SURVEY, "M1.fit")
    back = compare_pair(waves(second, first, codes), SURVEY, "M1.fit")
    for name, turned in (("difference", "difference"), ("low", "high"), ("effect", "effect")):
        assert there[name] == pytest.approx(-back[turned], nan_ok=True, abs=1e-9)
    assert (there["n_up"], there["mean_earlier"]) == (back["n_down"], back["mean_later"])
    assert there["p_value"] == pytest.approx(back["p_value"], nan_ok=True)


@given(steps, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, random):
    table = waves([float(a) for a, _ in rows], [float(b) for _, b in rows], people(len(rows)))
    again = compare_pair(table.sample(frac=1, random_state=random.randrange(1000)), SURVEY, "M1.fit")
    found = compare_pair(table, SURVEY, "M1.fit")
    assert {name: value for name, value in found.items() if isinstance(value, str | int)} == {
        name: value for name, value in again.items() if isinstance(value, str | int)
    }
    numbers = [name for name, value in found.items() if isinstance(value, float)]
    np.testing.assert_allclose([found[name] for name in numbers], [again[name] for name in numbers], atol=1e-9)


def test_every_scored_pair_of_the_built_in_survey_can_be_compared(survey):
    frames = []
    for instrument in survey.waves():
        columns = {
            column: [1.0, 2.0] * 8
            for item in instrument.items
            if survey.scale(item.scale).is_scored
            for column in survey.columns(item)
        }
        identity = {"response_id": [f"{instrument.id}{n}" for n in range(16)], "course_id": "c",
                    "instrument_id": instrument.id, "wave": instrument.wave, "respondent_id": people(16)}  # fmt: skip
        frames.append(pd.DataFrame(identity | columns))
    found = compare_waves(pd.concat(frames, ignore_index=True), survey)
    assert set(found["pair_id"]) == {pair.id for construct in survey.constructs for pair in construct.pairs}
    assert (found["n_both"] == 16).all()
