"""Comparisons: only declared pairs, people aligned by code and course, signs later minus earlier."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import small
from coursewaves.analysis.compare import (
    CLOSED,
    COLUMNS,
    GATED,
    RELATED,
    TOO_FEW,
    TURNED,
    compare_pair,
    compare_waves,
    find_pair,
)
from coursewaves.analysis.sides import occasions_of, pair_sides
from coursewaves.errors import CoursewavesError
from coursewaves.survey.instruments import Survey

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


# Blocks: a construct is tested first, and its pairs only where it differs -----------------------------

N = 16
SURE = 2 / 2**N
"""Signed-rank p of sixteen differences of one sign: 2 of the 2**16 patterns of signs are as extreme."""


def blocks(kind: str = "change") -> Survey:
    """The small survey with a second pair in its first block: P1 -> Q1 and P3 -> Q2, and Q3t -> Q3 in another."""
    content = SURVEY.model_dump()
    content["constructs"][0]["pairs"].append({"id": "M1.need", "earlier": ["P3"], "later": ["Q2"], "kind": kind})
    return Survey.model_validate(content)


def asked(fit, need=None, then=None, n: int = N) -> pd.DataFrame:
    """Linked answers of n people: for each pair how many steps everybody goes up, from the third step on."""
    before, after = {"P1": [3.0] * n}, {"Q1": [3.0 + step for step in fit]}
    if need is not None:
        before, after = before | {"P3": [3.0] * n}, after | {"Q2": [3.0 + step for step in need]}
    if then is not None:
        after |= {"Q3t.1": [3.0] * n, "Q3.1": [3.0 + step for step in then]}
    sides = [
        small.responses_of(name, columns, respondent_id=people(n)) for name, columns in (("P", before), ("Q", after))
    ]
    return pd.concat(sides, ignore_index=True)


def compared(responses: pd.DataFrame, survey: Survey) -> pd.DataFrame:
    return compare_waves(responses, survey).set_index("pair_id")


def test_one_block_of_one_pair_needs_no_correction():
    found = compared(asked([1] * N), SURVEY).loc["M1.fit"]
    assert (found["p_value"], found["p_value_adjusted"], found["block_p_value_adjusted"]) == pytest.approx([SURE] * 3)
    assert (found["block"], found["is_tested"], found["verdict"]) == ("M1", True, "higher")


def test_holm_doubles_the_smaller_of_two_blocks_and_the_larger_keeps_its_gate_shut():
    # M1 goes up in all sixteen; in M2 eight go up and eight go down, p = 1
    found = compared(asked([1] * N, then=[1, -1] * (N // 2)), SURVEY)
    assert found["block_p_value_adjusted"].tolist() == pytest.approx([2 * SURE, 1])
    assert found["p_value_adjusted"].tolist() == pytest.approx([2 * SURE, np.nan], nan_ok=True)
    assert found["is_tested"].tolist() == [True, False]
    assert found["reason"].tolist() == ["", CLOSED]
    assert found["verdict"].tolist() == ["higher", "not distinguishable"]


def test_a_block_counts_only_where_a_pair_has_enough_answers():
    few = asked([1] * N, then=[1] * 5 + [NAN] * 11)
    found = compared(few, SURVEY)
    assert found.loc["M2.then", "reason"] == TOO_FEW
    assert found.loc["M2.then", ["p_value", "block_p_value_adjusted"]].isna().all()
    assert found.loc["M1.fit", "p_value_adjusted"] == pytest.approx(SURE)  # one block, no correction


def test_a_pair_that_would_differ_alone_is_not_tested_in_a_block_that_does_not_differ():
    # fit: up in all; need: half go down two steps. The mean of both: half go up, half go down by half a step, p = 1
    responses = asked([1] * N, need=[-2, 0] * (N // 2))
    assert compare_pair(responses, blocks(), "M1.fit")["p_value"] == pytest.approx(SURE)
    found = compared(responses, blocks())
    assert found["block_p_value_adjusted"].tolist() == [1, 1]
    assert found["reason"].tolist() == [CLOSED, CLOSED]
    assert found["p_value"].isna().all()
    assert set(found["verdict"]) == {"not distinguishable"}


def test_the_pairs_of_a_block_that_differs_are_adjusted_among_themselves():
    # fit: up in all. need: 8 up, 3 down, 5 the same. Their mean goes up in thirteen and stays in three
    found = compared(asked([1] * N, need=[1] * 8 + [0] * 5 + [-1] * 3), blocks())
    block = 2 / 2**13
    # 11 equal steps, 3 or fewer down: 2 (1 + 11 + 55 + 165) / 2**11
    need = 464 / 2**11
    assert found["block_p_value_adjusted"].tolist() == pytest.approx([block, block])
    assert found["p_value"].tolist() == pytest.approx([SURE, need])
    assert found["p_value_adjusted"].tolist() == pytest.approx([block, need])  # never below the block's
    assert found["is_tested"].all()
    assert found["verdict"].tolist() == ["higher", "not distinguishable"]


def test_a_block_of_two_occasions_takes_the_smaller_p_twice():
    content = SURVEY.model_dump()
    content["constructs"] = [{"id": "M", "pairs": [pair for c in content["constructs"] for pair in c["pairs"]]}]
    found = compared(asked([1] * N, then=[1, -1] * (N // 2)), Survey.model_validate(content))
    assert found["block_p_value_adjusted"].tolist() == pytest.approx([2 * SURE, 2 * SURE])
    assert found["p_value_adjusted"].tolist() == pytest.approx([2 * SURE, 1])
    assert found["verdict"].tolist() == ["higher", "not distinguishable"]


def test_a_block_whose_mean_can_not_be_tested_says_why():
    found = compared(asked([1] * N, need=[-1] * N), blocks())  # the mean of both moves in nobody
    assert found["reason"].tolist() == ["all differences zero"] * 2
    assert found["verdict"].tolist() == ["not tested"] * 2


def test_a_related_pair_belongs_to_no_block_and_moves_no_other():
    responses = asked([1] * N, need=[-2, 0] * (N // 2))
    found = compared(responses, blocks("related"))
    assert found.loc["M1.need", ["block", "reason", "verdict"]].tolist() == ["", RELATED, "not tested"]
    assert not found.loc["M1.need", "is_tested"]
    assert found.loc["M1.fit", "p_value_adjusted"] == pytest.approx(SURE)


def test_who_left_out_which_question_is_no_change_of_the_block():
    # the first question is at the top and the second at the bottom, before and after; afterwards half leave out one
    before = small.responses_of("P", {"P1": [5.0] * N, "P3": [1.0] * N}, respondent_id=people(N))
    after = small.responses_of("Q", {"Q1": [5.0] * N, "Q2": [1.0, NAN] * (N // 2)}, respondent_id=people(N))
    survey = blocks()
    pairs = [survey.pair("M1.fit"), survey.pair("M1.need")]
    together = occasions_of(pd.concat([before, after], ignore_index=True), survey).together(pairs)
    assert together.earlier.tolist() == [0] * N
    assert together.later.tolist() == [0] * N


steps_of_two = st.lists(
    st.tuples(*[st.one_of(st.integers(1, 5).map(float), st.just(NAN))] * 4, st.booleans()), min_size=1, max_size=40
)


@given(steps_of_two)
def test_what_is_tested_has_a_p_value_and_what_is_not_has_a_reason(rows):
    columns = [list(column) for column in zip(*rows, strict=True)]
    codes = [f"p{place}" if is_linked else None for place, is_linked in enumerate(columns[4])]
    before = small.responses_of("P", {"P1": columns[0], "P3": columns[1]}, respondent_id=codes)
    after = small.responses_of("Q", {"Q1": columns[2], "Q2": columns[3]}, respondent_id=codes)
    for row in compare_waves(pd.concat([before, after], ignore_index=True), blocks()).to_dict("records"):
        assert row["is_tested"] == (row["reason"] == "") == np.isfinite(row["p_value_adjusted"])
        assert row["is_tested"] == np.isfinite(row["p_value"])
        assert (row["verdict"] in ("higher", "lower")) <= row["is_tested"]
        if row["is_tested"]:
            assert min(row["n_earlier"], row["n_later"]) >= 15
            assert row["p_value_adjusted"] >= max(row["p_value"], row["block_p_value_adjusted"])
            assert row["block_p_value_adjusted"] <= 0.05 + 1e-12


# What linking does ------------------------------------------------------------------------------------


def test_the_change_of_the_linked_stands_beside_that_of_all_by_hand():
    # all: 3 on the mean of six before, 27/7 on seven after; the five linked go up by one step on the mean
    codes, later_codes = ["a", "b", "c", "d", "e", None], ["a", "b", "c", "d", "e", None, None]
    responses = waves([3.0, 4, 2, 3, 4, 2], [4.0, 4, 4, 5, 4, 3, 3], codes, later_codes)
    found = compare_pair(responses, SURVEY, "M1.fit")
    assert found["design"] == "partly paired"
    assert found["difference"] == pytest.approx(25 * (27 / 7 - 3))
    assert found["linked_difference"] == pytest.approx(25)
    assert found["linked_distance"] == pytest.approx(25 - 25 * (27 / 7 - 3))
    assert not found["is_selective"]


def test_linked_people_who_change_otherwise_than_the_others_are_selective():
    # twelve linked people go from 2 to 5; twelve before and twelve after are not linked, and are all at 3
    codes = people(12) + [None] * 12
    moved = [4.0, 5.0] * 6
    found = compare_pair(waves([2.0] * 12 + [3.0] * 12, moved + [3.0] * 12, codes, codes), SURVEY, "M1.fit")
    assert found["design"] == "partly paired"
    assert (found["linked_difference"], found["difference"]) == pytest.approx((62.5, 31.25))
    assert found["is_selective"]


def test_where_all_are_linked_the_linked_change_is_the_one_shown():
    found = compare_pair(asked([1, 0, 2, 0] * 4), SURVEY, "M1.fit")
    assert found["design"] == "paired"
    shown = [found[name] for name in ("difference", "low", "high")]
    assert [found[f"linked_{name}"] for name in ("difference", "low", "high")] == shown
    assert shown[0] == pytest.approx(18.75)
    assert (found["linked_distance"], found["is_selective"]) == (0, False)


def test_the_linked_change_moves_with_the_one_shown_where_somebody_left_a_question_out():
    # fifteen people at 0 and 100; the first left Q3t.2 out, where all others are at step 1
    before = {"Q3t.1": [5.0] + [1.0] * 14, "Q3t.2": [NAN] + [1.0] * 14}
    after = {"Q3.1": [5.0] * 14 + [4.0], "Q3.2": [5.0] * 14 + [4.0]}
    (row,) = compare_waves(small.responses_of("Q", before | after), SURVEY).to_dict("records")
    assert row["design"] == "paired"
    assert row["mean_earlier"] == pytest.approx(100 / 15 / 2)  # people's own means: 100 / 15
    assert row["difference"] == pytest.approx(row["mean_later"] - row["mean_earlier"])
    for name in ("difference", "low", "high"):
        assert row[f"linked_{name}"] == row[f"overall_{name}"] == row[name]


def test_of_a_partly_paired_design_the_linked_change_keeps_its_distance_from_the_one_shown():
    codes = people(12) + [None] * 8
    before = small.responses_of("P", {"P1": [2.0, 3.0] * 10}, respondent_id=codes)
    after = small.responses_of("Q", {"Q1": [4.0, 5.0, 3.0, 4.0] * 5}, respondent_id=codes)
    found = compare_pair(pd.concat([before, after], ignore_index=True), SURVEY, "M1.fit")
    assert found["design"] == "partly paired"
    assert found["linked_distance"] == pytest.approx(found["linked_difference"] - found["difference"])
    assert found["overall_difference"] == found["difference"] == found["mean_later"] - found["mean_earlier"]


def test_beside_a_paired_difference_stands_that_of_the_two_means_shown():
    # twenty linked people rise from 2 to 3 or 4; one more before is at 5
    codes = [*people(20), "alone"]
    found = compare_pair(waves([2.0] * 20 + [5.0], [3.0, 4.0] * 10, codes, codes[:20]), SURVEY, "M1.fit")
    assert found["design"] == "paired"
    assert found["difference"] == pytest.approx(37.5)
    assert found["overall_difference"] == pytest.approx(found["mean_later"] - found["mean_earlier"])
    assert found["overall_difference"] == pytest.approx(62.5 - (20 * 25 + 100) / 21)
    assert found["overall_high"] - found["overall_low"] > found["high"] - found["low"]


def test_a_pair_whose_ranks_rise_while_its_mean_falls_is_not_called_higher():
    # 63 people rise by one step, 16 fall by four: rank sums 63 * 32 and 16 * 71.5, mean -1 / 79 of a step
    codes = people(79)
    responses = waves([4.0] * 63 + [5.0] * 16, [5.0] * 63 + [1.0] * 16, codes)
    found = compare_waves(responses, SURVEY).iloc[0]
    assert found["effect"] == pytest.approx((2016 - 1144) / 3160)
    assert found["difference"] == pytest.approx(-25 / 79)
    assert found["p_value_adjusted"] < 0.05
    assert (found["verdict"], found["reason"]) == ("not distinguishable", TURNED)


def test_a_paired_difference_that_the_two_means_deny_is_not_called_higher():
    # eighteen linked people rise by half a step in the mean; four more before are all at 1, four more after none
    codes = [*people(18), *[f"q{number}" for number in range(4)]]
    earlier, later = [2.0] * 18 + [5.0] * 4, [2.0, 3.0] * 9
    found = compare_waves(waves(earlier, later, codes, codes[:18]), SURVEY).iloc[0]
    assert (found["design"], found["difference"]) == ("paired", pytest.approx(12.5))
    assert found["p_value_adjusted"] < 0.01
    assert found["overall_difference"] == pytest.approx(37.5 - (18 * 25 + 400) / 22)
    assert (found["verdict"], found["reason"]) == ("not distinguishable", TURNED)


def test_where_nobody_is_linked_there_is_no_linked_change():
    found = compare_pair(waves([1.0, 2, 3], [3.0, 4, 5]), SURVEY, "M1.fit")
    assert np.isnan([found["linked_difference"], found["linked_distance"]]).all()
    assert not found["is_selective"]


@pytest.mark.parametrize(
    ("linked", "design"),
    [(20, "paired"), (18, "paired"), (17, "partly paired"), (6, "partly paired"), (5, "independent")],
)
def test_the_share_linked_chooses_the_design(linked, design):
    # of 20 on either side: 18 linked are 90 %, 6 are 30 %, 5 are 25 %
    codes = people(linked) + [None] * (20 - linked)
    found = compare_pair(waves([2.0, 3.0] * 10, [3.0, 5.0] * 10, codes, codes), SURVEY, "M1.fit")
    assert (found["n_both"], found["design"]) == (linked, design)


# The table --------------------------------------------------------------------------------------------


def test_a_pair_with_answers_on_one_side_only_is_not_a_comparison():
    assert compare_waves(small.responses_of("P", {"P1": [5.0, 4.0]}), SURVEY).empty


def test_nothing_to_compare_gives_the_columns_alone():
    found = compare_waves(small.responses_of("P", {"P1": []}), SURVEY)
    assert list(found.columns) == [*COLUMNS, *GATED]
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


def test_means_and_difference_are_those_of_the_questions_so_that_they_tell_nothing_of_who_left_one_out():
    before = {"Q3t.1": [1.0, 1, 1, 1, 1, 5], "Q3t.2": [1.0, 1, 1, 1, 1, NAN]}
    after = {"Q3.1": [5.0, 5, 5, 5, 5, 4], "Q3.2": [5.0, 5, 5, 5, 5, 4]}
    responses = small.responses_of("Q", before | after)
    (row,) = compare_waves(responses, SURVEY).to_dict("records")
    assert row["mean_earlier"] == pytest.approx((100 / 6 + 0) / 2)  # of people's own means it is 100 / 6
    assert row["mean_later"] == pytest.approx(575 / 6)
    assert row["difference"] == pytest.approx(row["mean_later"] - row["mean_earlier"])
    assert row["high"] - row["low"] == pytest.approx(2 * (row["high"] - row["difference"]))
    (alone,) = compare_waves(responses.iloc[:5], SURVEY).to_dict("records")
    assert (alone["mean_earlier"], alone["mean_later"], alone["difference"]) == (0, 100, 100)
