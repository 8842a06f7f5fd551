"""Fingerprints: the same record is known again in another order, another record is not."""

import hashlib
import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.reading.columns import Cells
from coursewaves.reading.fingerprints import mark, mark_of, numbered, record_hashes

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


def siphash(key: bytes, data: bytes) -> int:
    """SipHash-2-4 as its paper has it (Aumasson & Bernstein 2012, section 2)."""
    k0, k1 = struct.unpack("<QQ", key)
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def half(a: int, b: int, turn: int) -> None:
        v[a] = (v[a] + v[b]) % 2**64
        v[b] = ((v[b] << turn | v[b] >> 64 - turn) % 2**64) ^ v[a]

    def rounds(n: int) -> None:
        for _ in range(n):
            half(0, 1, 13), half(2, 3, 16)
            v[0] = (v[0] << 32 | v[0] >> 32) % 2**64
            half(0, 3, 21), half(2, 1, 17)
            v[2] = (v[2] << 32 | v[2] >> 32) % 2**64

    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) % 256])
    for (word,) in struct.iter_unpack("<Q", padded):
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xFF
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def splitmix(value: int) -> int:
    """The finaliser of SplitMix (Steele, Lea & Flood 2014)."""
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    value = (value ^ value >> 27) * 0x94D049BB133111EB % 2**64
    return value ^ value >> 31


def test_the_hash_written_here_is_that_of_the_paper():
    assert siphash(bytes(range(16)), bytes(range(15))) == 0xA129CA6149BE45E5  # its test vector, appendix A


def test_fingerprints_stay_from_release_to_release():
    """Corrections find their records by these numbers, whatever library makes them."""

    def cell(header: str, text: str) -> int:
        key = hashlib.blake2b(header.encode(), digest_size=8).hexdigest().encode()
        return splitmix(siphash(key, text.encode()))

    rows = [("1", ""), ("2", "ә")]
    assert hashes(rows) == [(cell("a", one) + cell("b", other)) % 2**64 for one, other in rows]


def test_half_a_letter_is_hashed_like_any_text():
    assert len(set(hashes([("\ud800", "1"), ("\ud801", "1"), ("x", "1")]))) == 3


def test_a_fingerprint_has_sixteen_digits():
    assert mark(255) == "00000000000000ff"
    assert len(mark_of(["a", "b"])) == 16
    assert mark_of(["ab", ""]) != mark_of(["a", "b"])
