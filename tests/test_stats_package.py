"""The statistics as a package: their docstrings' examples, their names, what importing them costs."""

import doctest
import importlib
import inspect
import math
import pkgutil
import subprocess
import sys
import typing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursewaves import stats
from coursewaves.errors import CoursewavesError
from coursewaves.stats.values import as_numbers, settled

numbers = st.lists(
    st.sampled_from([math.nan, 0.0, -0.0, 5e-324, -1e-200, 1e99])
    | st.floats(-1e99, 1e99)
    | st.integers(-3, 3).map(float),
    max_size=8,
)
labels = st.sampled_from(["a", "b", "c", None])
MODULES = [f"coursewaves.stats.{module.name}" for module in pkgutil.iter_modules(stats.__path__)]
FUNCTIONS = [getattr(stats, name) for name in stats.__all__ if inspect.isfunction(getattr(stats, name))]
RESULTS = [getattr(stats, name) for name in stats.__all__ if inspect.isclass(getattr(stats, name))]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name):
    module = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_every_statistic_has_an_example_and_a_source(function):
    assert ">>> " in function.__doc__
    assert "References" in function.__doc__


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.__name__)
def test_every_field_of_a_result_is_explained(result):
    attributes = result.__doc__.partition("Attributes")[2]
    assert [field for field in result._fields if field not in attributes] == []


def test_importing_the_statistics_leaves_the_slow_modules_alone():
    code = (
        "import sys; from coursewaves import stats; [getattr(stats, name) for name in stats.__all__];"
        "print([m for m in ('scipy.stats', 'scipy.optimize', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_statistic_reads_a_file_or_a_table():
    sources = [path.read_text("utf-8") for path in Path(stats.__file__).parent.glob("*.py")]
    assert sources
    assert not any("pandas" in source or "open(" in source for source in sources)


def test_a_nullable_column_is_taken_with_its_gaps():
    column = pd.Series([4, None, 5], dtype="Int64")
    assert stats.mean_interval(column) == stats.mean_interval([4, 5])
    assert stats.signed_rank(column).n_up == 2


def test_arrays_are_not_changed():
    given = np.array([3.0, math.nan, 1.0, 2.0])
    before = given.copy()
    stats.mean_interval(given)
    stats.signed_rank(given)
    stats.change(given, given)
    stats.holm(given / 10)
    stats.brunner_munzel(given, given)
    np.testing.assert_array_equal(given, before)


@settings(max_examples=200)
@given(numbers, numbers)
def test_no_numbers_make_a_statistic_raise_warn_or_leave_its_bounds(first, second):
    length = min(len(first), len(second))
    results = [
        stats.mean_interval(first),
        stats.signed_rank(first),
        stats.signed_rank(first, zeros="pratt"),
        stats.mann_whitney(first, second),
        stats.brunner_munzel(first, second),
        stats.brunner_munzel(first, second, permutation=False),
        stats.cliffs_delta(first, second),
        stats.change(first[:length], second[:length]),
    ]
    for result in results:
        figures = [figure for figure in result if isinstance(figure, float)]
        assert bool(result.reason) == any(math.isnan(figure) for figure in figures)
        assert not any(math.isinf(figure) for figure in figures)
        p_value = getattr(result, "p_value", math.nan)
        assert math.isnan(p_value) or 0 < p_value <= 1


@pytest.mark.parametrize("value", [math.inf, -math.inf, 1e200])
def test_what_is_no_number_of_a_survey_is_refused(value):
    with pytest.raises(CoursewavesError, match="infinite"):
        as_numbers([1, value])


def test_scores_that_differ_in_their_last_bits_rank_equal():
    one, other = sum([100 / 3, 50, 0]), sum([0, 50, 100 / 3]) * (1 + 2e-16)
    assert len(np.unique(settled(np.array([one, other])))) == 1
    assert len(np.unique(settled(np.array([83.333, 83.334])))) == 2


NAMES = {
    "mean_interval": ("values low high level", "mean low high n reason"),
    "share_interval": ("successes n level", "share low high n"),
    "signed_rank": ("differences", "v_plus p_value rank_biserial n_up n_same n_down reason"),
    "mann_whitney": ("first second", "u p_value superiority"),
    "brunner_munzel": ("first second permutation", "superiority low high p_value method"),
    "cliffs_delta": ("first second", "delta low high"),
    "change": ("first second", "difference low high t df p_value n_both n_first_only n_second_only design"),
    "holm": ("p_values", ""),
    "benjamini_hochberg": ("p_values", ""),
    "cronbach_alpha": ("items", "alpha low high n k"),
    "omega_total": ("items", "omega"),
    "stratified_mean": ("values strata sizes fpc", "estimate se low high df"),
    "stratified_share": ("values strata sizes fpc", "estimate se low high df"),
    "stratified_total": ("values strata sizes fpc", "estimate se low high df"),
    "rake": ("values margins totals", "weights estimate se"),
    "polychoric": ("first second", "rho thresholds"),
    "importance": ("outcome predictors groups", "shares"),
    "relative_weights": ("outcome predictors", "shares"),
    "gap_decomposition": ("outcome predictors", "parts"),
    "shrink": ("means variances", "estimates errors grand_mean tau2"),
    "probability_below": ("estimates errors threshold", ""),
    "sample_size": ("population percent minimum", ""),
    "invitations": ("n expected_rate", ""),
    "longstring": ("items", ""),
    "krippendorff_alpha": ("ratings level", "alpha"),
}
"""The names that the methods promise: the parameters in their order, and the fields of the result."""


@pytest.mark.parametrize("name", NAMES)
def test_a_promised_name_keeps_its_parameters_and_fields(name):
    parameters, fields = (words.split() for words in NAMES[name])
    function = getattr(stats, name)
    assert list(inspect.signature(function).parameters)[: len(parameters)] == parameters
    returned = typing.get_type_hints(function)["return"]
    assert set(fields) <= set(getattr(returned, "_fields", ()))


def test_names_are_listed_for_completion_and_no_other_is_found():
    assert dir(stats) == sorted(stats.__all__)
    with pytest.raises(AttributeError, match="median_interval"):
        getattr(stats, "median_interval")  # noqa: B009


def column(table, place):
    """Cut one column out of a drawn table, missing answers as they are."""
    return [row[place] for row in table]


NUMBER = st.sampled_from([math.nan, 0.0, -0.0, 1.0, 2.0, 3.0, 5e-324, -1e-200, 1e99]) | st.floats(-1e99, 1e99)
TABLE = st.lists(st.tuples(NUMBER, NUMBER, NUMBER, labels, labels, st.integers(0, 1)), max_size=10)
SIZES = {"a": 12, "b": 30, "c": 0}
CALLS = {
    "cronbach_alpha": lambda t: stats.cronbach_alpha(three(t)),
    "omega_total": lambda t: stats.omega_total(three(t)),
    "item_statistics": lambda t: stats.item_statistics(three(t)),
    "stratified_mean": lambda t: stats.stratified_mean(column(t, 0), column(t, 3), SIZES),
    "stratified_total": lambda t: stats.stratified_total(column(t, 0), column(t, 3), SIZES, domain=column(t, 5)),
    "stratified_share": lambda t: stats.stratified_share(column(t, 5), column(t, 3), SIZES, fpc=False),
    "nonresponse_bounds": lambda t: stats.nonresponse_bounds(column(t, 0), column(t, 3), SIZES),
    "polychoric": lambda t: stats.polychoric(column(t, 0), column(t, 1)),
    "importance": lambda t: stats.importance(column(t, 0), three(t)[:, 1:]),
    "relative_weights": lambda t: stats.relative_weights(column(t, 0), three(t)[:, 1:]),
    "importance_interval": lambda t: stats.importance_interval(
        column(t * 5, 0), three(t * 5)[:, 1:], np.arange(5 * len(t)) // 3, resamples=20
    ),
    "gap_decomposition": lambda t: stats.gap_decomposition(column([*t, *t[:1]], 0), three([*t, *t[:1]])[:, 1:], 0),
    "krippendorff_alpha": lambda t: stats.krippendorff_alpha(three(t), "ordinal", resamples=20),
    "standardised_mean": lambda t: stats.standardised_mean(column(t, 0), column(t, 3), {"a": 1, "b": 2, "c": 0}),
    "linear_trend": lambda t: stats.linear_trend(column(t, 0), np.arange(len(t))),
    "friedman": lambda t: stats.friedman(three(t)),
    "intraclass_correlation": lambda t: stats.intraclass_correlation(column(t, 0), column(t, 3)),
    "linked_change": lambda t: stats.linked_change(column(t, 0), column(t, 1)),
    "heterogeneity": lambda t: stats.heterogeneity(column(t, 0), np.abs(column(t, 1))),
}
ARRAYS = {
    "polychoric_matrix": lambda t: stats.polychoric_matrix(three(t)).rho,
    "shrink": lambda t: stats.shrink(column(t, 0), np.abs(column(t, 1))).estimates,
    "shrink_nested": lambda t: stats.shrink_nested(column(t, 0), np.abs(column(t, 1)), column(t, 3)).estimates,
    "low_rated": lambda t: stats.low_rated(column(t, 0), np.abs(column(t, 1)), np.arange(len(t)), 3.0).low,
    "probability_below": lambda t: stats.probability_below(column(t, 0), column(t, 1), 3.0),
    "funnel": lambda t: stats.funnel(column(t, 0), np.arange(len(t)), 2.0).z,
    "case_mix": lambda t: stats.case_mix(column(t, 0), column(t, 3), [column(t, 4)]).adjusted,
    "longstring": lambda t: stats.longstring(three(t)),
    "within_person_deviation": lambda t: stats.within_person_deviation(three(t)),
    "mahalanobis": lambda t: stats.mahalanobis(three(t)),
    "spearman_brown": lambda t: stats.spearman_brown(column(t, 0), column(t, 1)),
    "kish_effect": lambda t: stats.kish_effect(np.abs(column(t, 0))),
    "cochran_q": lambda t: stats.cochran_q(np.array([[row[5], 1] for row in t]).reshape(-1, 2)).n,
}


def three(table):
    return np.array([row[:3] for row in table], dtype=float).reshape(-1, 3)


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=30, deadline=None)
@given(table=TABLE)
def test_no_table_makes_a_statistic_raise_warn_or_say_nothing_of_a_gap(name, table):
    if name == "gap_decomposition" and not table:
        return
    result = CALLS[name](table)
    figures = [np.asarray(figure, dtype=float) for figure in result if isinstance(figure, float | np.ndarray)]
    assert bool(result.reason) == any(np.isnan(figure).any() for figure in figures)
    assert not any(np.isinf(figure).any() for figure in figures)
    p_value = getattr(result, "p_value", math.nan)
    assert math.isnan(p_value) or 0 < p_value <= 1


@pytest.mark.parametrize("name", ARRAYS)
@settings(max_examples=30, deadline=None)
@given(table=TABLE)
def test_no_table_makes_an_array_raise_warn_or_become_infinite(name, table):
    assert not np.isinf(np.asarray(ARRAYS[name](table), dtype=float)).any()


def test_what_is_masked_is_missing():
    masked = np.ma.masked_array([4.0, 99.0, 5.0], mask=[False, True, False])
    assert stats.mean_interval(masked) == stats.mean_interval([4, 5])
    assert stats.brunner_munzel(masked, [1, 2, 3]) == stats.brunner_munzel([4, 5], [1, 2, 3])
    whole = np.ma.masked_array([[4, 5], [99, 1], [3, 3]], mask=[[0, 0], [1, 0], [0, 0]])
    assert stats.cronbach_alpha(whole) == stats.cronbach_alpha([[4, 5], [math.nan, 1], [3, 3]])
    assert stats.longstring(whole).tolist() == [1, 1, 2]


def test_tables_and_columns_of_pandas_are_taken_with_their_gaps():
    items = pd.DataFrame({"a": [1, None, 3, 4], "b": [2, 2, None, 5], "c": [1, 2, 3, 3]}, dtype="Int64")
    plain = items.to_numpy(dtype=float, na_value=math.nan)
    assert stats.cronbach_alpha(items) == stats.cronbach_alpha(plain)
    assert stats.longstring(items).tolist() == stats.longstring(plain).tolist()
    assert stats.friedman(items) == stats.friedman(plain)
    assert stats.krippendorff_alpha(items, "interval") == stats.krippendorff_alpha(plain, "interval")
    flags = pd.Series([True, False, None, True], dtype="boolean")
    names = pd.Series(["x", "x", "x", "y"], dtype="category")
    shares = [
        stats.stratified_share(flags, names, {"x": 9, "y": 1}),
        stats.stratified_share([1, 0, 1], ["x", "x", "y"], {"x": 9, "y": 1}),
    ]
    assert shares[0][:4] == shares[1][:4]
