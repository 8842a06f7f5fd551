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
from coursewaves.stats import benjamini_hochberg, holm, mann_whitney

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
