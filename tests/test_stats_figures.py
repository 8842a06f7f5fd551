"""Every figure that was computed in R, beside ours; R itself is not needed."""

import math
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import figures
from coursewaves import stats

WHOLE = Path(os.environ.get("REFERENCE_DATA", "nowhere"))
COMPUTED = figures.computed()
PRINTED = figures.printed()
needs_whole_tables = pytest.mark.skipif(not WHOLE.is_dir(), reason="REFERENCE_DATA names no folder")


def name(figure):
    return f"{figure.figure_id} {figure.field}".replace(" ", "-")


@pytest.mark.parametrize("figure", [*COMPUTED, *PRINTED], ids=name)
def test_a_figure_agrees_with_r(figure):
    assert abs(figure.ours - figure.r) <= figure.tolerance
    if 0 < abs(figure.r) < figure.tolerance:  # a tolerance above the figure itself would prove nothing
        assert figure.ours == pytest.approx(figure.r, rel=1e-3)


@pytest.mark.parametrize("known", figures.known_figures(), ids=lambda known: known["id"])
def test_every_field_is_ours_or_has_a_reason(known):
    ours, left = figures.OURS[known["id"]](), figures.not_ours(known["id"])
    assert not set(ours) & set(left)
    assert set(known["value"]) <= set(ours) | set(left)
    assert set(left) <= set(known["value"])
    assert all(left.values())


def test_a_wrong_figure_would_be_found():
    wrong = COMPUTED[0]._replace(ours=COMPUTED[0].r + 2 * COMPUTED[0].tolerance)
    with pytest.raises(AssertionError):
        test_a_figure_agrees_with_r(wrong)


def test_the_table_has_a_line_for_every_figure():
    lines = figures.markdown().splitlines()
    for figure in [*COMPUTED, *PRINTED]:
        assert any(line.startswith(f"| {figure.figure_id} | {figure.field} |") for line in lines)


def test_tables_made_from_moments_have_these_moments():
    values = figures.with_moments(50, 600.5, 1234.5)
    assert (values.size, values.mean(), values.var(ddof=1)) == (50, pytest.approx(600.5), pytest.approx(1234.5))
    wanted = np.array([[2.0, 0.5, -0.3], [0.5, 1.0, 0.2], [-0.3, 0.2, 1.5]])
    np.testing.assert_allclose(np.cov(figures.with_covariances(40, wanted), rowvar=False), wanted, atol=1e-12)


@needs_whole_tables
def test_alpha_of_2800_people_with_gaps_agrees_with_r():
    items = pd.read_csv(WHOLE / "bfi.csv")[figures.AGREEABLENESS]
    items["A1"] = 7 - items["A1"]
    known = figures.known("B01_alpha_missing")
    result = stats.cronbach_alpha(items)
    assert (result.alpha, result.n, result.k) == (pytest.approx(known["raw"], abs=1e-6), 2800, 5)
    each = stats.item_statistics(items)
    assert each.alpha_without == pytest.approx([known[f"drop.{item}"] for item in items], abs=1e-6)
    assert each.rest_correlations == pytest.approx([known[f"rdrop.{item}"] for item in items], abs=1e-6)
    assert each.mean_correlation == pytest.approx(known["mean_r"], abs=1e-6)


@needs_whole_tables
def test_two_hundred_schools_agree_with_r():
    schools = pd.read_csv(WHOLE / "api_strat.csv")
    found = stats.stratified_mean(schools.api00, schools.stype, {"E": 4421, "H": 755, "M": 1018})
    assert (found.estimate, found.se) == pytest.approx((662.28736315932, 9.4089408027846), abs=1e-6)
    sample = pd.read_csv(WHOLE / "api_srs.csv")
    raked = stats.rake(sample.api00, {"type": sample.stype}, {"type": {"E": 4421, "H": 755, "M": 1018}})
    assert (raked.estimate, raked.se) == pytest.approx((656.78158095253, 9.156538161647), abs=1e-5)


@needs_whole_tables
def test_raking_on_two_margins_meets_both():
    sample, people = pd.read_csv(WHOLE / "api_srs.csv"), pd.read_csv(WHOLE / "api_pop_margins.csv")
    totals = {name: people.groupby(name).N.sum().to_dict() for name in ("stype", "sch_wide")}
    raked = stats.rake(sample.api00, sample[["stype", "sch_wide"]].to_dict("list"), totals)
    for margin, total in totals.items():
        assert pd.Series(raked.weights).groupby(sample[margin]).sum().to_dict() == pytest.approx(total)
    assert math.isfinite(raked.se)


@needs_whole_tables
def test_factors_of_301_pupils_agree_with_r():
    pupils = pd.read_csv(WHOLE / "hs1939.csv")[[f"x{place}" for place in range(1, 10)]]
    found, known = stats.factor_structure(pupils, 3), figures.known("E05_efa_minres_oblimin")
    assert found.loadings[0] == pytest.approx([known[f"x1.{factor}"] for factor in ("MR3", "MR1", "MR2")], abs=1e-4)
    assert stats.parallel_analysis(pupils).n_factors == 3
