"""P-values adjusted for their number."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from coursewaves.errors import CoursewavesError
from coursewaves.stats import benjamini_hochberg, gatekeep, holm, mann_whitney

REFERENCE = Path(__file__).parent / "reference"
p_values = st.lists(st.floats(0, 1), max_size=20)
SHOWN = ["A1", "C1", "E1", "N1", "O1"]


@pytest.fixture
def item_p_values():
    """25 items of psych::bfi, women against men."""
    counts = pd.read_csv(REFERENCE / "bfi.csv", comment="#").set_index(["item", "gender"])
    found = {}
    for item in counts.index.unique("item"):
        men, women = (np.repeat(np.arange(1, 7), counts.loc[item, gender]) for gender in (1, 2))
        found[item] = mann_whitney(men, women).p_value
    return pd.Series(found)


def test_twenty_five_items_agree_with_r(item_p_values):
    # R 4: wilcox.test(exact=FALSE, correct=TRUE) on each item, then p.adjust(p, "holm") and p.adjust(p, "BH")
    by_holm = pd.Series(holm(item_p_values), index=item_p_values.index)
    by_bh = pd.Series(benjamini_hochberg(item_p_values), index=item_p_values.index)
    assert ((item_p_values < 0.05).sum(), (by_holm < 0.05).sum(), (by_bh < 0.05).sum()) == (20, 16, 20)
    assert by_holm.max() == 1
    holms = [2.6984151574447e-18, 1, 9.1437315713604e-10, 0.19482901352067, 1.1332241469294e-07]
    hochbergs = [
        9.7768665124806e-19,
        0.4230186318754,
        1.9049440773668e-10,
        0.033824481514005,
        1.9674030328635e-08,
    ]
    assert list(by_holm[SHOWN]) == pytest.approx(holms, rel=1e-8)
    assert list(by_bh[SHOWN]) == pytest.approx(hochbergs, rel=1e-8)


def test_holm_by_hand():
    # .01 * 4, .02 * 3, .03 * 2, then .04 * 1 held up by the one before
    assert holm([0.03, 0.01, 0.04, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])


@given(p_values)
def test_benjamini_hochberg_agrees_with_scipy(given_values):
    known = scipy_stats.false_discovery_control(given_values) if given_values else []
    assert benjamini_hochberg(given_values) == pytest.approx(known, abs=1e-12)


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
@given(given_values=p_values, place=st.integers(0, 20))
def test_missing_ones_stay_missing_and_are_not_counted(adjust, given_values, place):
    place = min(place, len(given_values))
    adjusted = adjust([*given_values[:place], math.nan, *given_values[place:]])
    assert math.isnan(adjusted[place])
    assert np.delete(adjusted, place) == pytest.approx(adjust(given_values))


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
@given(given_values=p_values, seed=st.randoms())
def test_adjusting_never_lowers_keeps_the_order_and_follows_its_value(adjust, given_values, seed):
    adjusted = adjust(given_values)
    assert np.all((adjusted >= given_values) & (adjusted <= 1))
    assert np.all(np.diff(adjusted[np.argsort(given_values, kind="stable")]) >= 0)
    order = sorted(range(len(given_values)), key=lambda _: seed.random())
    moved = adjust([given_values[place] for place in order])
    assert list(moved) == pytest.approx([adjusted[place] for place in order])


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_nothing_gives_nothing_and_one_value_stays(adjust):
    assert adjust([]).size == 0
    assert np.isnan(adjust([math.nan])).all()
    assert list(adjust([0.03])) == [0.03]


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
@pytest.mark.parametrize("value", [-0.01, 1.01])
def test_what_is_no_probability_is_refused(adjust, value):
    with pytest.raises(CoursewavesError, match="outside 0-1"):
        adjust([0.5, value])


def test_items_are_tested_inside_significant_blocks_alone():
    # Holm over blocks: .01 * 3, .02 * 2, .4; over the two items of the first: .02 * 2 and .5
    result = gatekeep([0.01, 0.4, 0.02], [0.02, 0.5, 0.001, 0.01], [0, 0, 1, 2])
    assert result.blocks == pytest.approx([0.03, 0.4, 0.04])
    assert result.is_open.tolist() == [True, False, True]
    assert result.items == pytest.approx([0.04, 0.5, math.nan, 0.04], nan_ok=True)


def test_a_block_at_the_very_edge_is_open():
    assert gatekeep([0.05], [0.01], [0]).is_open.tolist() == [True]
    assert gatekeep([0.1], [0.01], [0], level=0.9).items.tolist() == [0.1]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.data())
def test_an_item_is_never_surer_than_its_block(block_p, data):
    items = data.draw(st.lists(st.tuples(st.floats(0, 1), st.integers(0, len(block_p) - 1)), max_size=12))
    item_p, block_of = [p for p, _ in items], [block for _, block in items]
    result = gatekeep(block_p, item_p, block_of)
    for adjusted, raw, block in zip(result.items, item_p, block_of, strict=True):
        assert math.isnan(adjusted) is not bool(result.is_open[block])
        assert math.isnan(adjusted) or adjusted >= max(raw, result.blocks[block])


def test_missing_blocks_stay_shut_and_are_not_counted():
    result = gatekeep([0.03, math.nan], [0.01, 0.01, math.nan], [0, 1, 0])
    assert result.blocks == pytest.approx([0.03, math.nan], nan_ok=True)
    assert result.items == pytest.approx([0.03, math.nan, math.nan], nan_ok=True)


@pytest.mark.parametrize(("item_p", "block_of"), [([0.1], [1]), ([0.1], [-1]), ([0.1], [0, 0]), ([0.1], [0.5])])
def test_an_item_of_no_block_is_refused(item_p, block_of):
    with pytest.raises(CoursewavesError, match="block"):
        gatekeep([0.01], item_p, block_of)


def test_the_gate_holds_false_findings_where_nothing_changed():
    # 6 blocks of 4 items, nothing true: at most .05; four standard errors of 2,000 runs: .02
    random = np.random.default_rng(1)
    block_of = np.repeat(np.arange(6), 4)
    found = [gatekeep(random.random(6), random.random(24), block_of) for _ in range(2000)]
    assert np.mean([result.is_open.any() for result in found]) < 0.07
    assert np.mean([(result.items <= 0.05).any() for result in found]) < 0.07
