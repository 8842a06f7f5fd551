"""Named corruptions of a clean export: each costs what it must cost, and leaves every other record as it was.

A machine stacks corruptions at random. Held for every stack: read = kept + set aside + duplicate + outside the
window, every corrupted record ends as its corruption says, and every untouched one is the same bit for bit.
"""

import csv
import io
import os
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import small
from coursewaves.intake.responses import OUTCOMES, Intake

EXAMPLES = int(os.environ.get("COURSEWAVES_EXAMPLES", "120"))
"""How many stacks are tried; a long run names more: COURSEWAVES_EXAMPLES=5000."""

HEADER = [*small.HEADER, "self_code"]
TIME, COURSE, PERSON, CONSENT, WISH, REASONS, NEED, OWN = range(8)
STEP = {"1": "мүлдем жоқ", "2": "мало", "3": "medium", "4": "көп", "5": "ПОЛНОСТЬЮ"}


class Row(NamedTuple):
    """One record on its way into a file: cells, raw text in place of them, what must become of it."""

    key: int
    cells: tuple[str, ...]
    outcome: str = "kept"
    is_equal: bool = True
    raw: bytes | None = None


def clean(n: int) -> list[Row]:
    """So many sound records of course A-1, no two alike."""
    reasons = ["Appraisal", "Changes of the standard, of the programme", "Appraisal, Other"]
    return [
        Row(key, (f"2025-03-01 10:{key:02}:07", "A-1", "p1" if key == 0 else "", "Yes", str(key % 5 + 1),
                  reasons[key % 3], str((key * 3) % 5 + 1), f"own{key}x{key * 7}"))
        for key in range(n)
    ]  # fmt: skip


def cell(place: int, text: str, outcome: str = "kept", is_equal: bool = False) -> Callable[[Row], list[Row]]:
    """A corruption of one cell."""
    return lambda row: [
        row._replace(cells=(*row.cells[:place], text, *row.cells[place + 1 :]), outcome=outcome, is_equal=is_equal)
    ]


def raw(change: Callable[[bytes], bytes], outcome: str = "set_aside") -> Callable[[Row], list[Row]]:
    """A corruption of the record's bytes."""
    return lambda row: [row._replace(raw=change(line(row.cells)), outcome=outcome, is_equal=False)]


def spelled(place: int, spell: Callable[[str], str]) -> Callable[[Row], list[Row]]:
    """Another spelling of the same answer: nothing changes."""
    return lambda row: cell(place, spell(row.cells[place]), is_equal=row.is_equal)(row)


ROWS: dict[str, Callable[[Row], list[Row]]] = {
    "a field too many": raw(lambda text: text + b',"x"'),
    "a trailing delimiter": raw(lambda text: text + b","),
    "a field too few": raw(lambda text: text[: text.rindex(b",")]),
    "an unclosed quote": raw(lambda text: text.removesuffix(b'"')),
    "a stray quote": raw(lambda text: text.replace(b'"A-1"', b'"A"-1"')),
    "a byte that is no UTF-8": raw(lambda text: text.replace(b"A-1", b"A-\xff1")),
    "a cut letter": raw(lambda text: text.replace(b"own", "ж".encode()[:1] + b"wn")),
    "a NUL": raw(lambda text: text.replace(b"A-1", b"A-\x001")),
    "only delimiters": raw(lambda _: b",,,,,,,"),
    "an empty line": raw(lambda _: b""),
    "the header again": raw(lambda _: line(HEADER)),
    "an unknown course": cell(COURSE, "Zoo", "set_aside"),
    "no course": cell(COURSE, "", "set_aside"),
    "a day that is none": cell(TIME, "2025-02-31 10:00:00", "set_aside"),
    "a clock without a day": cell(TIME, "10:00", "set_aside"),
    "a serial number for a time": cell(TIME, "45352", "set_aside"),
    "no time": cell(TIME, "", "set_aside"),
    "late": cell(TIME, "2025-06-01 10:00:00", "outside_window"),
    "early": cell(TIME, "1900-01-01 10:00:00", "outside_window"),
    "no consent": cell(CONSENT, "Жоқ", "set_aside"),
    "an answer off the scale": cell(WISH, "6"),
    "a decimal step": cell(WISH, "2.5"),
    "words for a step": cell(WISH, "so-so"),
    "a date for a step": cell(WISH, "2025-05-03 00:00:00"),
    "a step in words": spelled(WISH, STEP.__getitem__),
    "a step with a comma": spelled(NEED, lambda text: f"{text},0"),
    "a step with its words": spelled(NEED, lambda text: f"{text} - {STEP[text]}"),
    "spaces around a step": spelled(WISH, lambda text: f"\u00a0{text}\u200b "),
    "an unknown person": cell(PERSON, "p99"),
    "a code that Excel spoilt": cell(PERSON, "1.02E+10"),
    "sent twice": lambda row: [row, row._replace(outcome="duplicate" if row.outcome == "kept" else row.outcome)],
    "a blank row after it": lambda row: [row, Row(-1, ("",) * 8, "set_aside")],
}
"""What may happen to one record."""


NOT_UTF_8 = {"a byte that is no UTF-8", "a cut letter"}
"""What makes a file one in another encoding, where more than half of its records are hit."""


def line(cells, delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="", delimiter=delimiter).writerow(cells)
    return text.getvalue().encode()


class Layout(NamedTuple):
    """What may happen to a file as a whole; no record changes by it."""

    end: bytes = b"\n"
    bom: bytes = b""
    order: tuple[int, ...] = tuple(range(8))
    headers: Callable[[str], str] = str
    has_last_end: bool = True


PLAIN = Layout()
ORDERS = st.permutations(range(8)).map(tuple)
LAYOUTS = st.builds(
    Layout, st.sampled_from([b"\n", b"\r\n"]), st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.one_of(st.just(tuple(range(8))), ORDERS), st.sampled_from([str, str.upper, "{} *".format, " {}\u00a0".format]),
    st.booleans(),
)  # fmt: skip


def file_of(rows: list[Row], layout: Layout = PLAIN) -> bytes:
    lines = [line([layout.headers(HEADER[place]) for place in layout.order])]
    lines += [line([row.cells[place] for place in layout.order]) if row.raw is None else row.raw for row in rows]
    return layout.bom + layout.end.join(lines) + (layout.end if layout.has_last_end else b"")


def read(folder, content: bytes) -> Intake:
    path = folder / "responses" / "p.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return small.read(path.parent)


@lru_cache
def read_clean(n: int) -> Intake:
    """So many sound records, read from a plain file."""
    with TemporaryDirectory() as folder:
        return read(Path(folder), file_of(clean(n)))


def account(intake: Intake) -> dict[str, int]:
    counts = intake.files[["n_read", *(f"n_{outcome}" for outcome in OUTCOMES)]].sum()
    return {name.removeprefix("n_"): int(count) for name, count in counts.items()}


def answers(intake: Intake, rows: list[int]) -> pd.DataFrame:
    """What the records at some rows say, in their order, without what names their place in the file."""
    table = intake.responses.set_index("row").drop(columns=["response_id", "file"])
    return table.loc[rows].reset_index(drop=True)


STACKS = st.tuples(
    st.integers(3, 14), st.lists(st.tuples(st.integers(0, 13), st.sampled_from(sorted(ROWS))), max_size=5), LAYOUTS
)


@settings(max_examples=EXAMPLES)
@given(STACKS)
def test_a_stack_of_corruptions_costs_what_each_must_cost(tmp_path_factory, stack):
    n, corruptions, layout = stack
    folder, rows = tmp_path_factory.mktemp("stack"), clean(n)
    hit = {place % n: name for place, name in corruptions}
    if any(ROWS[name](rows[0])[0].raw is not None for name in hit.values()):
        layout = layout._replace(order=tuple(range(8)))  # bytes are spoilt in the order in which they are written
    spoilt = [one for row in rows for one in (ROWS[hit[row.key]](row) if row.key in hit else [row])]
    intake = read(folder, file_of(spoilt, layout))
    if 2 * sum(name in NOT_UTF_8 for name in hit.values()) > len(_told(spoilt, layout)):
        assert intake.problems["rule"].tolist() == ["E-ENCODING"]  # not a slip here and there: another encoding
        return
    expected = Counter(row.outcome for row in _told(spoilt, layout))
    assert account(intake) == {"read": expected.total()} | {outcome: expected[outcome] for outcome in OUTCOMES}
    whole = read_clean(n)
    kept = [(row.key, number) for number, row in enumerate(spoilt, 2) if row.outcome == "kept" and row.is_equal]
    copies = {row.key for row in spoilt if row.outcome == "duplicate"}
    same = [(key, number) for key, number in kept if key not in copies]
    pd.testing.assert_frame_equal(
        answers(intake, [number for _, number in same]), answers(whole, [key + 2 for key, _ in same])
    )


def _told(rows: list[Row], layout: Layout) -> list[Row]:
    """The records that a file of these rows holds: an empty last line without an end is none."""
    return rows[:-1] if rows and rows[-1].raw == b"" and not layout.has_last_end else rows


@pytest.mark.parametrize("name", sorted(ROWS))
def test_each_corruption_alone_ends_as_it_says(tmp_path, name):
    rows = clean(6)
    spoilt = [*rows[:2], *ROWS[name](rows[2]), *rows[3:]]
    intake = read(tmp_path, file_of(spoilt))
    expected = Counter(row.outcome for row in spoilt)
    assert account(intake) == {"read": expected.total()} | {outcome: expected[outcome] for outcome in OUTCOMES}


@settings(max_examples=max(EXAMPLES // 4, 20))
@given(st.integers(0, 2000), st.integers(1, 8))
def test_a_file_cut_anywhere_loses_at_most_its_last_record(tmp_path_factory, place, n):
    folder, content = tmp_path_factory.mktemp("cut"), file_of(clean(n))
    lines = content.splitlines(keepends=True)
    cut = content[: len(lines[0]) + place % (len(content) - len(lines[0]) + 1)]
    n_whole = cut.count(b"\n") - 1
    found = account(read(folder, cut))
    assert found["read"] == found["kept"] + found["set_aside"]
    assert n_whole <= found["read"] <= n_whole + 1
    assert found["kept"] >= n_whole


@settings(max_examples=max(EXAMPLES // 4, 20))
@given(st.integers(1, 9), st.integers(0, 9), st.randoms(use_true_random=False))
def test_splitting_and_shuffling_files_changes_no_answer(tmp_path_factory, n, place, random):
    folder, rows = tmp_path_factory.mktemp("split"), clean(n)
    whole = read_clean(n).responses
    shuffled = random.sample(rows, len(rows))
    for name, part in {"p.csv": shuffled[:place], "q.csv": shuffled[place:]}.items():
        (folder / name).write_bytes(file_of(part))
    parts = small.read(folder).responses
    drop = ["response_id", "file", "row"]
    pd.testing.assert_frame_equal(parts.drop(columns=drop), whole.drop(columns=drop))


ENCODINGS = {"UTF-16 little": "utf-16-le", "UTF-16 big": "utf-16-be"}


@pytest.mark.parametrize("encoding", [*ENCODINGS.values(), "utf-8-sig", "utf-8"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("sep", [False, True])
def test_the_same_table_in_every_dress_gives_the_same_answers(tmp_path, encoding, delimiter, quoting, end, sep):
    rows, text = clean(7), io.StringIO(newline="")
    text.write(f"sep={delimiter}{end}" if sep else "")
    writer = csv.writer(text, quoting=quoting, lineterminator=end, delimiter=delimiter)
    writer.writerows([HEADER, *(row.cells for row in rows)])
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    dressed = read(tmp_path, mark + text.getvalue().encode(encoding)).responses
    pd.testing.assert_frame_equal(dressed, read_clean(7).responses)


@pytest.mark.parametrize("encoding", ["cp1251", "kz1048", "cp866", "latin-1"])
def test_bytes_of_another_alphabet_are_refused_and_never_turned_into_other_letters(tmp_path, encoding):
    word = "Café très bien" if encoding == "latin-1" else "Другое"
    rows = [(*row.cells[:5], word, *row.cells[6:]) for row in clean(4)]
    text = "\n".join(",".join(cells) for cells in [HEADER, *rows])
    intake = read(tmp_path, text.encode(encoding))
    assert account(intake)["kept"] == 0
    assert intake.problems["rule"].tolist() == ["E-ENCODING"]
    assert "at byte" in intake.problems["seen"].iloc[0]
    assert "UTF-8" in intake.problems["fix"].iloc[0]
