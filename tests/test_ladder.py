"""The ladder: what is shown from how many answers."""

import pytest

from coursewaves.ladder import LEAST, least


def test_the_ladder_is_that_of_the_methods():
    # under 5 nothing, 5-9 counts, from 10 shares and means, from 15 tests
    assert LEAST == {"counts": 5, "shares": 10, "means": 10, "quotes": 10, "tests": 15}


@pytest.mark.parametrize(("minimum", "expected"), [(5, [5, 10, 15]), (8, [8, 10, 15]), (20, [20, 20, 20])])
def test_an_institutes_minimum_only_raises(minimum, expected):
    assert [least(kind, minimum) for kind in ("counts", "means", "tests")] == expected
