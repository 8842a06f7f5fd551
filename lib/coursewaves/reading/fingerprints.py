"""Give each record a fingerprint of what it says, whatever the order of columns and rows.

By it a form keeps its name when a file is exported again, sorted or longer, a record that was sent twice is
known, and a correction finds its record. It is a digest: nothing can be read from it.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from coursewaves.reading.columns import Cells
from coursewaves.survey.wordings import normalised

Hashes = np.ndarray[Any, np.dtype[np.uint64]]

_STEP = np.uint64(0x9E3779B97F4A7C15)


def record_hashes(header: Sequence[str], columns: Sequence[Cells]) -> Hashes:
    """Return the hash of each record: the sum, modulo 2 to the 64, of those of its headed cells.

    Each distinct cell is hashed once, so that the cost is an addition a cell: SipHash-2-4 keyed by the header
    (Aumasson & Bernstein 2012), then the finaliser of SplitMix (Steele, Lea & Flood 2014). Two different
    records of a file of 200,000 agree by chance once in a thousand million files.
    """
    total = np.zeros(len(columns[0]) if columns else 0, dtype=np.uint64)
    for name, cells in zip(header, columns, strict=True):
        total += np.append(_siphash(cells.texts, _digest(normalised(name)).hex()), np.uint64(0))[cells.codes]
    return total


def _siphash(texts: Sequence[str], key: str) -> Hashes:
    stripped = np.array([*map(str.strip, texts)], dtype=object)
    try:
        return pd.util.hash_array(stripped, hash_key=key, categorize=False)
    except UnicodeEncodeError:  # half a letter: bytes are hashed as they are
        encoded = np.array([text.encode("utf-8", "surrogatepass") for text in stripped], dtype=object)
        return pd.util.hash_array(encoded, hash_key=key, categorize=False)


def mark_of(cells: Iterable[str]) -> str:
    """Return the fingerprint of a record that fits no header."""
    return _digest("\x1f".join(["unfit", *cells])).hex()


def mark_all(values: Hashes) -> list[str]:
    """Return many hashes as they are written."""
    digits = values.astype(">u8").tobytes().hex()
    return [digits[place : place + 16] for place in range(0, len(digits), 16)]


def mark(value: int) -> str:
    """Return a hash as it is written: 16 hexadecimal digits."""
    return f"{value:016x}"


def numbered(hashes: Hashes, name: str) -> Hashes:
    """Return hashes of a file's own, in which equal records differ by how often they stood before.

    Sorting the file changes nothing, since equal records can't be told apart.
    """
    order = np.argsort(hashes, kind="stable")
    ranked = hashes[order]
    is_first = np.r_[True, ranked[1:] != ranked[:-1]][: len(ranked)]
    starts = np.flatnonzero(is_first)
    before = np.empty(len(hashes), dtype=np.uint64)
    before[order] = np.arange(len(ranked)) - np.repeat(starts, np.diff(np.r_[starts, len(ranked)]))
    own = np.uint64(int.from_bytes(_digest(name), "big"))
    return _mixed(hashes ^ own) + before * _STEP


def _mixed(values: Hashes) -> Hashes:
    """Spread the bits of each value over all (Steele, Lea & Flood 2014, SplitMix)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
