"""Fingerprints: the same record is known again in another order, another record is not."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.columns import Cells
from coursewaves.fingerprints import mark, mark_of, numbered, record_hashes

ROWS = st.lists(st.tuples(st.text(max_size=2), st.text(max_size=2)), min_size=1, max_size=8)


def hashes(rows, header=("a", "b")) -> list[int]:
    return record_hashes(list(header), [Cells.of(column) for column in zip(*rows, strict=True)]).tolist()


@given(ROWS)
def test_records_have_equal_hashes_exactly_when_they_say_the_same(rows):
    told = [tuple(cell.strip() for cell in row) for row in rows]
    found = hashes(rows)
    assert [a == b for a in found for b in found] == [a == b for a in told for b in told]


@given(ROWS)
def test_the_order_of_columns_and_rows_changes_no_hash(rows):
    turned = [(b, a) for a, b in reversed(rows)]
    assert hashes(turned, ("B ", "A"))[::-1] == hashes(rows)


def test_the_same_text_under_two_headers_is_no_two_equal_cells():
    assert hashes([("1", "2")]) != hashes([("2", "1")])


@given(st.lists(st.integers(0, 3), max_size=12))
def test_numbered_hashes_differ_and_sorting_renames_nothing(values):
    found = numbered(np.array(values, dtype=np.uint64), "f.csv").tolist()
    assert len(set(found)) == len(found)
    assert sorted(found) == sorted(numbered(np.array(sorted(values), dtype=np.uint64), "f.csv").tolist())
    assert not set(found) & set(numbered(np.array(values, dtype=np.uint64), "g.csv").tolist())


def test_a_fingerprint_has_sixteen_digits():
    assert mark(255) == "00000000000000ff"
    assert len(mark_of(["a", "b"])) == 16
    assert mark_of(["ab", ""]) != mark_of(["a", "b"])
