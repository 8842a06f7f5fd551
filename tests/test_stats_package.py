"""The statistics as a package: their docstrings' examples, their names, what importing them costs."""

import doctest
import importlib
import inspect
import math
import pkgutil
import subprocess
import sys
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
    code = "import sys, coursewaves.stats; print([m for m in ('scipy.stats', 'pandas') if m in sys.modules])"
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
