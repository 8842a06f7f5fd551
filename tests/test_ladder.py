"""The ladder: what is shown from how many answers."""

import pytest

from coursewaves.ladder import LEAST, least


def test_the_ladder_is_that_of_the_methods():
    # under 5 nothing, 5-9 counts, from 10 shares and means, from 15 tests; on pooled data from 30 reliability, from
    # 100 polychoric correlations, from 200 the factors behind the items
    assert LEAST == {
        "counts": 5,
        "shares": 10,
        "means": 10,
        "quotes": 10,
        "tests": 15,
        "reliability": 30,
        "polychoric": 100,
        "structure": 200,
    }


@pytest.mark.parametrize(("minimum", "expected"), [(5, [5, 10, 15]), (8, [8, 10, 15]), (20, [20, 20, 20])])
def test_an_institutes_minimum_only_raises(minimum, expected):
    assert [least(kind, minimum) for kind in ("counts", "means", "tests")] == expected
