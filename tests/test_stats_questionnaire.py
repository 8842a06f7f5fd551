"""The questionnaire as an instrument: polychoric correlations, factors, coders' agreement, careless answers."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy import stats as scipy_stats

import figures
from coursewaves.errors import CoursewavesError
from coursewaves.stats import (
    factor_structure,
    krippendorff_alpha,
    mahalanobis,
    parallel_analysis,
    polychoric,
    polychoric_matrix,
    within_person_deviation,
)
from coursewaves.stats.rotation import oblimin, varimax

NONE = math.nan
pair = st.tuples(st.integers(1, 5), st.integers(1, 5))
pairs = st.lists(pair, min_size=8, max_size=60)
LEVELS = ["nominal", "ordinal", "interval", "ratio"]


def likelihood(rho, table):
    """The log-likelihood of a table, by scipy's bivariate normal integral."""
    rows, columns = (
        scipy_stats.norm.ppf(np.r_[0, np.cumsum(table.sum(axis=axis)) / table.sum()]).clip(-8, 8) for axis in (1, 0)
    )
    both = scipy_stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]])
    below = np.array([[both.cdf([row, column]) for column in columns] for row in rows])
    chance = np.diff(np.diff(below, axis=0), axis=1)
    return float((table * np.log(np.maximum(chance, 1e-12))).sum())


def made_of_factors(n, seed=0, related=0.0):
    """Nine items, three on each of three factors, with loadings of .8, .7 and .6."""
    random = np.random.default_rng(seed)
    shared = np.full((3, 3), related) + np.eye(3) * (1 - related)
    factors = random.multivariate_normal(np.zeros(3), shared, n)
    loadings = np.kron(np.eye(3), [[0.8], [0.7], [0.6]])
    return factors @ loadings.T + random.normal(size=(n, 9)) * np.sqrt(1 - (loadings**2).sum(axis=1)), loadings


@settings(max_examples=25, deadline=None)
@given(pairs)
def test_rho_is_the_maximum_of_the_likelihood(rows):
    first, second = map(list, zip(*rows, strict=True))
    result = polychoric(first, second)
    if not result.reason:
        table = pd.crosstab(first, second).to_numpy()
        best = optimize.minimize_scalar(lambda rho: -likelihood(rho, table), bounds=(-0.999, 0.999), method="bounded")
        assert likelihood(result.rho, table) >= -best.fun - 1e-6


def test_rho_of_halved_items_has_a_closed_form():
    # Sheppard (1899): with both items halved rho = sin(pi (p - 1/2)), p the share on the same side: 24 of 32
    first, second = [0] * 16 + [1] * 16, [0] * 12 + [1] * 4 + [0] * 4 + [1] * 12
    result = polychoric(first, second)
    assert result.rho == pytest.approx(math.sin(math.pi / 4))
    assert result.thresholds == ([0], [0])


def test_the_error_of_rho_is_the_curvature_of_the_likelihood():
    births = figures.table("lambs").drop(columns="second").to_numpy()
    first, second = (np.repeat(index.ravel(), births.ravel()) for index in np.indices((3, 3)))
    result = polychoric(first, second)
    step = 0.01
    heights = [likelihood(result.rho + move, births) for move in (-step, 0, step)]
    assert result.se == pytest.approx((-(heights[0] - 2 * heights[1] + heights[2]) / step**2) ** -0.5, rel=0.05)


@settings(deadline=None)
@given(pairs, st.randoms())
def test_swapping_turning_and_relabelling_do_what_they_should(rows, random):
    first, second = map(np.array, zip(*rows, strict=True))
    known = polychoric(first, second)
    assert polychoric(second, first).rho == pytest.approx(known.rho, abs=1e-7, nan_ok=True)
    assert polychoric(first, 6 - second).rho == pytest.approx(-known.rho, abs=1e-7, nan_ok=True)
    order = sorted(range(len(rows)), key=lambda _: random.random())
    assert polychoric(first[order] ** 3, second[order]).rho == pytest.approx(known.rho, abs=1e-7, nan_ok=True)


def test_rho_finds_the_planted_correlation():
    random = np.random.default_rng(7)
    feelings = random.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 4000)
    first, second = np.digitize(feelings[:, 0], [-1.5, -1, 0]), np.digitize(feelings[:, 1], [-2, -0.5, 0.2, 1])
    result = polychoric(first, second)
    assert abs(result.rho - 0.6) < 3 * result.se < 0.06
    assert result.thresholds[0] == pytest.approx([-1.5, -1, 0], abs=0.1)
    assert abs(np.corrcoef(first, second)[0, 1]) < result.rho - 0.03


@pytest.mark.parametrize(
    ("first", "second", "rho", "reason"),
    [
        ([], [], NONE, "no values"),
        ([1, NONE], [NONE, 2], NONE, "no values"),
        ([3, 3, 3], [1, 2, 3], NONE, "an item has no spread"),
        ([1, 2, 3, 4] * 5, [1, 2, 3, 4] * 5, 0.9999, "the answers agree so far that rho lies at its bound"),
        ([1, 2] * 5, [2, 1] * 5, -0.9999, "the answers agree so far that rho lies at its bound"),
    ],
)
def test_rho_that_cannot_be_estimated_says_why(first, second, rho, reason):
    result = polychoric(first, second)
    assert result.rho == pytest.approx(rho, nan_ok=True)
    assert (math.isnan(result.se), result.reason) == (True, reason)


def test_a_matrix_holds_every_pair_and_missing_answers_cost_themselves():
    random = np.random.default_rng(1)
    answers = np.digitize(random.normal(size=(200, 1)) + random.normal(size=(200, 3)), [-1, 0, 1]).astype(float)
    answers[:20, 2] = NONE
    result = polychoric_matrix(answers)
    assert result.rho[0, 2] == result.rho[2, 0] == polychoric(answers[:, 0], answers[:, 2]).rho
    assert (np.diag(result.rho).tolist(), result.n[0, 2], result.n[0, 1]) == ([1, 1, 1], 180, 200)


def test_items_of_different_length_are_refused():
    with pytest.raises(CoursewavesError, match="one length"):
        polychoric([1, 2], [1])


def test_planted_factors_are_found_in_the_order_of_their_items():
    answers, loadings = made_of_factors(1500)
    for rotation in ("oblimin", "varimax"):
        found = factor_structure(answers, 3, rotation)
        np.testing.assert_allclose(found.loadings, loadings, atol=0.08)
        assert found.communalities == pytest.approx((loadings**2).sum(axis=1), abs=0.08)
    assert (found.tli > 0.97, found.rmsr < 0.03, found.n) == (True, True, 1500)


def test_oblimin_finds_how_factors_are_related():
    answers, loadings = made_of_factors(3000, related=0.5)
    found = factor_structure(answers, 3)
    np.testing.assert_allclose(found.loadings, loadings, atol=0.08)
    np.testing.assert_allclose(found.correlations, np.full((3, 3), 0.5) + np.eye(3) / 2, atol=0.07)


def test_extraction_leaves_least_residuals():
    answers, _ = made_of_factors(400, seed=3)
    found = factor_structure(answers, 2, "none")
    related = np.corrcoef(answers, rowvar=False)

    def misfit(loadings):
        model = loadings.reshape(9, 2) @ loadings.reshape(9, 2).T
        return ((related - model)[np.triu_indices(9, 1)] ** 2).mean()

    best = optimize.minimize(misfit, found.loadings.ravel(), method="BFGS")
    assert found.rmsr**2 <= best.fun + 1e-9


def test_the_order_of_items_moves_the_factors_and_nothing_else():
    answers, _ = made_of_factors(600, seed=4)
    found, turned = factor_structure(answers, 3), factor_structure(answers[:, ::-1], 3)
    np.testing.assert_allclose(turned.loadings[::-1, ::-1], found.loadings, atol=1e-5)
    assert turned.tli == pytest.approx(found.tli)


def test_a_given_table_of_correlations_takes_the_place_of_pearsons():
    answers, _ = made_of_factors(800)
    coarse = np.digitize(answers, [-1, 0.5])
    plain, ordinal = factor_structure(coarse, 3), factor_structure(coarse, 3, related=polychoric_matrix(coarse).rho)
    assert (ordinal.communalities > plain.communalities).all()


@pytest.mark.parametrize(
    ("items", "n_factors", "reason"),
    [
        (np.zeros((199, 5)), 1, "fewer than 200 respondents, too few to find factors"),
        (np.ones((300, 5)), 1, "an item has no spread"),
        (made_of_factors(300)[0][:, :4], 2, "too many factors for so few items"),
    ],
)
def test_a_structure_that_cannot_be_found_says_why(items, n_factors, reason):
    found = factor_structure(items, n_factors)
    assert np.isnan(found.loadings).all()
    assert (math.isnan(found.tli), found.reason) == (True, reason)


def test_an_item_that_the_factor_would_explain_wholly_is_refused():
    # the first loading squared would be .9 * .9 / .5
    answers, _ = made_of_factors(300)
    related = [[1, 0.9, 0.9], [0.9, 1, 0.5], [0.9, 0.5, 1]]
    found = factor_structure(answers[:, :3], 1, related=related)
    assert found.reason == "the factors explain an item without remainder"


def test_a_wrong_rotation_or_table_is_refused():
    answers, _ = made_of_factors(300)
    with pytest.raises(CoursewavesError, match="promax"):
        factor_structure(answers, 2, "promax")
    with pytest.raises(CoursewavesError, match="1 or more"):
        factor_structure(answers, 0)
    with pytest.raises(CoursewavesError, match="correlations"):
        factor_structure(answers, 2, related=np.eye(3))


def test_turning_keeps_what_the_factors_explain():
    loadings = np.array([[0.8, 0.3], [0.7, 0.4], [0.3, 0.8], [0.2, 0.7], [0.5, 0.5]])
    turned = varimax(loadings)
    np.testing.assert_allclose(turned @ turned.T, loadings @ loadings.T, atol=1e-10)
    pattern, related = oblimin(loadings)
    np.testing.assert_allclose(pattern @ related @ pattern.T, loadings @ loadings.T, atol=1e-10)
    np.testing.assert_allclose(np.diag(related), 1)


def test_varimax_is_the_angle_with_most_spread():
    loadings = np.array([[0.8, 0.3], [0.7, 0.4], [0.3, 0.8], [0.2, 0.7], [0.6, 0.1]])
    normed = loadings / np.sqrt((loadings**2).sum(axis=1, keepdims=True))

    def spread(angle):
        turned = normed @ np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        return (turned**2).var(axis=0).sum()

    best = max(spread(angle) for angle in np.linspace(0, math.pi, 4000))
    turned = varimax(loadings) / np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    assert (turned**2).var(axis=0).sum() == pytest.approx(best, abs=1e-6)


def test_parallel_analysis_counts_the_planted_factors():
    assert parallel_analysis(made_of_factors(400)[0]).n_factors == 3
    noise = np.random.default_rng(0).normal(size=(400, 9))
    assert parallel_analysis(noise).n_factors <= 1


def test_parallel_analysis_depends_on_the_seed_and_not_on_the_order_of_people():
    answers, _ = made_of_factors(250)
    known, turned = parallel_analysis(answers, draws=30), parallel_analysis(answers[::-1], draws=30)
    np.testing.assert_allclose(turned.by_chance, known.by_chance)
    few = parallel_analysis(answers[:100])
    assert (few.n_factors, few.reason) == (0, "fewer than 200 respondents, too few to find factors")
    constant = parallel_analysis(np.column_stack([answers, np.ones(250)]))
    assert constant.reason == "an item has no spread"


def test_agreement_of_two_coders_by_hand():
    # seven units, one disagreement: observed 2 / 14; codes 7 of a, 7 of b: expected 2 * 49 / 182
    result = krippendorff_alpha([list("aaabbbb"), list("aaaabbb")])
    assert result.alpha == pytest.approx(1 - (2 / 14) / (98 / 182))
    assert (result.n_units, result.n_codes) == (7, 14)


def test_coders_may_stand_in_rows_or_columns():
    coders = figures.table("coders").drop(columns="coder")
    for level in LEVELS:
        assert krippendorff_alpha(coders.T, level) == krippendorff_alpha(coders, level)
    assert (
        float(krippendorff_alpha(coders)) == krippendorff_alpha(coders).alpha == np.asarray(krippendorff_alpha(coders))
    )


@given(
    st.lists(st.lists(st.sampled_from([1.0, 2, 3, NONE]), min_size=3, max_size=3), min_size=4, max_size=12),
    st.randoms(),
)
def test_order_of_units_and_coders_is_irrelevant_and_a_unit_coded_once_counts_for_nothing(units, random):
    known = krippendorff_alpha(units, "ordinal", resamples=50)
    moved = sorted([*units, [1.0, NONE, NONE]], key=lambda _: random.random())
    turned = krippendorff_alpha(np.array(moved)[:, ::-1], "ordinal", resamples=50)
    assert turned[:3] == pytest.approx(known[:3], nan_ok=True)
    if not known.reason:
        assert known.low <= known.high <= 1


def test_a_shift_moves_ratios_alone():
    ratings = figures.table("coders").drop(columns="coder").to_numpy(dtype=float)
    known = {level: krippendorff_alpha(ratings, level).alpha for level in LEVELS}
    moved = {level: krippendorff_alpha(ratings + 10, level).alpha for level in LEVELS}
    assert [level for level in LEVELS if moved[level] != pytest.approx(known[level])] == ["ratio"]


@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        (np.full((2, 5), NONE), "no unit was coded twice"),
        ([[1, 2, NONE, NONE], [NONE, NONE, 3, 4]], "no unit was coded twice"),
        ([[2, 2, 2], [2, 2, 2]], "all codes are the same"),
        ([["a", "b"], ["b", "a"], ["b", "a"]], "all units were coded alike"),
    ],
)
def test_agreement_that_cannot_be_computed_says_why(ratings, reason):
    result = krippendorff_alpha(ratings)
    assert (math.isnan(result.low), result.reason) == (True, reason)


@pytest.mark.parametrize(
    "call",
    [
        lambda: krippendorff_alpha([1, 2, 3]),
        lambda: krippendorff_alpha([[1, 2], [1, 2]], "metric"),
        lambda: krippendorff_alpha([[-1, 2], [1, 2]], "ratio"),
        lambda: krippendorff_alpha([[1, 2], [1, 2]], confidence=95),
    ],
)
def test_a_callers_mistake_is_refused(call):
    with pytest.raises(CoursewavesError):
        call()


def test_the_interval_of_agreement_covers_the_true_one():
    # two coders of two equally frequent codes who each err in a tenth: alpha (1 - 2 * .1)² = .64
    random = np.random.default_rng(3)
    covered = []
    for seed in range(200):
        truth = random.integers(0, 2, 60)
        coders = [np.where(random.random(60) < 0.1, 1 - truth, truth) for _ in range(2)]
        result = krippendorff_alpha(coders, resamples=300, seed=seed)
        covered.append(result.low <= 0.64 <= result.high)
    assert np.mean(covered) > 0.88


def test_the_deviation_within_a_person_is_that_of_their_answers():
    answers = np.array([[1, 2, 5, 4], [3, 3, 3, 3], [1, NONE, 5, NONE], [NONE, NONE, 2, NONE]])
    known = [np.std([1, 2, 5, 4], ddof=1), 0, math.sqrt(8), NONE]
    assert within_person_deviation(answers) == pytest.approx(known, nan_ok=True)


def test_distances_have_their_mean_and_do_not_depend_on_the_units():
    random = np.random.default_rng(0)
    answers = random.normal(size=(60, 4)) @ random.normal(size=(4, 4))
    found = mahalanobis(answers)
    assert found.mean() == pytest.approx(4 * 59 / 60)  # the trace of the identity
    assert mahalanobis(answers * [1, 10, 0.1, 5] + 3) == pytest.approx(found)
    rare = np.vstack([answers, answers.mean(axis=0) + 50])
    assert mahalanobis(rare).argmax() == 60


def test_distances_need_three_people_for_each_item():
    answers = np.random.default_rng(0).normal(size=(12, 4))
    assert np.isnan(mahalanobis(answers)).all()
    assert np.isfinite(mahalanobis(np.vstack([answers, answers[:1] + 1]))).all()
    holes = np.vstack([answers, answers + 1])
    holes[3, 1] = NONE
    assert np.isnan(mahalanobis(holes)).tolist() == [place == 3 for place in range(24)]
