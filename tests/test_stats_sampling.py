"""The plan of wave 3: sizes and invitations in whole numbers, an order that anybody can draw again."""

import hashlib
import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.errors import CoursewavesError
from coursewaves.stats import allocate, draw_order, invitations, sample_size

size = st.integers(0, 3000)
people = st.lists(st.text("abcdefgh0123456789-", min_size=1, max_size=8), unique=True, max_size=25)


@given(size, st.integers(0, 100), st.integers(0, 20))
def test_a_sample_never_misses_the_quota_by_one_person(population, percent, minimum):
    n = sample_size(population, percent, minimum)
    assert 100 * n >= percent * population
    assert n == population or n >= minimum
    assert n <= population
    # one fewer would miss the quota or the minimum
    assert n == 0 or 100 * (n - 1) < percent * population or n - 1 < minimum


@pytest.mark.parametrize(
    ("population", "percent", "n"),
    [(5, 40, 2), (10, 30, 3), (1000, 33.3, 333), (1000, 0.1, 1), (300, 33.3333, 100), (7, 100, 7), (0, 40, 0)],
)
def test_the_percentage_is_taken_as_it_is_written(population, percent, n):
    # in binary 33.3 % of 1000 is a hair over 333, and 0.1 % of it over 1
    assert sample_size(population, percent, minimum=0) == n


def test_sizes_may_come_as_one_number_or_several():
    assert sample_size(45, 30) == 14
    assert isinstance(sample_size(np.int64(45), 30), int)
    for several in ([45, 9], np.array([45, 9]), pd.Series([45, 9]), (45.0, 9.0)):
        assert sample_size(several, 30).tolist() == [14, 9]
    assert sample_size([], 30).size == 0


@given(size, st.integers(1, 100))
def test_invitations_never_fall_short_of_the_expected_answers(n, percent):
    invited = invitations(n, percent / 100)
    assert invited * Fraction(percent, 100) >= n
    assert invited == 0 or (invited - 1) * Fraction(percent, 100) < n


def test_nobody_is_invited_twice():
    assert invitations(10, 0.55, population=12) == 12
    assert invitations([10, 5], 0.5, population=12).tolist() == [12, 10]


@pytest.mark.parametrize(
    "call",
    [
        lambda: sample_size(-1, 30),
        lambda: sample_size(10.5, 30),
        lambda: sample_size(10, -1),
        lambda: sample_size(10, 101),
        lambda: sample_size(10, math.nan),
        lambda: sample_size(math.nan, 30),
        lambda: invitations(10, 0),
        lambda: invitations(10, 1.01),
        lambda: invitations(10, 55),
        lambda: draw_order(["p1", "p1"], "seed", "frame"),
    ],
)
def test_a_callers_mistake_is_refused(call):
    with pytest.raises(CoursewavesError):
        call()


def test_small_strata_are_asked_whole_and_keep_their_quota():
    plan = allocate({"a": 420, "b": 24, "c": 26, "d": 0}, percent=30, expected_rate=0.5)
    assert plan.strata == ["a", "b", "c", "d"]
    assert plan.needed.tolist() == [126, 10, 10, 0]
    assert plan.invited.tolist() == [252, 24, 20, 0]
    assert plan.is_census.tolist() == [False, True, False, True]


@given(st.dictionaries(st.integers(0, 9), size, max_size=8), st.integers(0, 100), st.integers(1, 100))
def test_a_plan_invites_at_least_those_it_needs_and_at_most_all(sizes, percent, rate):
    plan = allocate(sizes, percent, rate / 100)
    assert (plan.needed <= plan.invited).all()
    assert (plan.invited <= plan.population).all()


def test_the_order_is_that_of_the_hashes():
    named = ["p1", "p2", "p3", "p4", "p5"]
    numbers = [hashlib.sha256(f"order 12|2025|{name}".encode()).hexdigest() for name in named]
    assert [named[place] for place in draw_order(named, "order 12", "2025")] == [
        name for _, name in sorted(zip(numbers, named, strict=True))
    ]


@given(people, st.randoms(), st.text("xyz", min_size=1, max_size=3))
def test_the_order_of_the_list_and_later_additions_reshuffle_nobody(named, random, added):
    drawn = [named[place] for place in draw_order(named, "seed", "frame")]
    moved = sorted(named, key=lambda _: random.random())
    assert [moved[place] for place in draw_order(moved, "seed", "frame")] == drawn
    longer = [*named, added]
    assert [longer[place] for place in draw_order(longer, "seed", "frame") if longer[place] != added] == drawn


def test_another_seed_or_frame_draws_another_order():
    named = [f"p{place}" for place in range(40)]
    orders = {tuple(draw_order(named, *which)) for which in (("a", "f"), ("b", "f"), ("a", "g"))}
    assert len(orders) == 3


def test_everybody_has_the_same_chance_to_come_first():
    first = [int(draw_order(["p1", "p2", "p3"], f"seed {run}", "frame")[0]) for run in range(3000)]
    # 1,000 each; four standard errors: 103
    assert np.abs(np.bincount(first) - 1000).max() < 104
