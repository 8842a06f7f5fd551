"""A byte fuzzer: real exports and built ones are damaged at random, and read; the loader never raises.

Held for every damaged file: each of its records is one form or named by a problem, the sum of the account holds,
each problem says what to do, and no open answer stands in a message. COURSEWAVES_EXAMPLES names how often each file is
damaged; the same number damages it the same way.
"""

import os
import random
import re
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pandas as pd
import pytest

import small
from coursewaves.errors import CoursewavesError
from coursewaves.intake.context import Context, make_context
from coursewaves.intake.forms import no_forms
from coursewaves.intake.people import link_people
from coursewaves.intake.raw_file import FileForms, read_file
from coursewaves.intake.responses import _account, check_account
from coursewaves.platforms import PLATFORMS, arrange
from coursewaves.problems import Problem
from coursewaves.reading.lss import LimeQuestionnaire, read_lss
from coursewaves.reading.records import Records, read_records, read_text
from coursewaves.reading.workbook import FileFault
from coursewaves.registry.reader import read_registry
from coursewaves.settings.home import Home, Settings
from exports import kobo, lime_survey, moodle
from test_platforms_forms import VARIANTS
from test_platforms_surveys import ANSWERS, ODK, RESPONSES, SUBMISSIONS, TWO_ROWS
from test_real_data import COUNTED, ROOT, SHARED, STRUCTURES

TIMES = int(os.environ.get("COURSEWAVES_EXAMPLES", "1"))
"""How often each file is damaged; a long run names more: COURSEWAVES_EXAMPLES=100."""

MOST_BYTES = 10_000
"""A longer text is cut behind its header and so many bytes, but for every tenth time."""

MOST_SECONDS = 10
"""Processor time that one damaged file may take."""

Damage = Callable[[random.Random, bytes], bytes]


# Damages -------------------------------------------------------------------------------------------

TOKENS = [
    b'"', b'""', b'"""', b"'", b",", b";", b"\t", b"|", b"\r", b"\n", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf",
    b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\x80", b"\xe2\x80\x8b", b"\xc2\xa0", b"\xe2\x80\xa8", b"\x1a", b"\x1c", b"\x85",
    b"=1+1", b"1e5", b"NA", b"#REF!", b"sep=;\n", b"2025-03-01 10:00:00", b"31.02.2025", b"2025-13-45", b"-0", b"NaN",
    b"inf", b"9" * 400, b"\xf0\x9f\x99\x82", "İ".encode(), "ﬃ".encode(), "١٢".encode(), b"[", b"]", b"{course}", b"<b>",
    b"&nbsp;", b"\\", b"%s", b',"', b'",', b'"\n"', b",,,,,,,,,,,,,,,,", b" " * 70,
]  # fmt: skip
"""What means something to some step of the way."""


def span(rng: random.Random, content: bytes, most: int) -> slice:
    start = rng.randrange(len(content) + 1)
    return slice(start, min(len(content), start + rng.randint(1, most)))


def flipped(rng: random.Random, content: bytes) -> bytes:
    found = bytearray(content)
    for _ in range(rng.randint(1, 8) if found else 0):
        found[rng.randrange(len(found))] ^= 1 << rng.randrange(8)
    return bytes(found)


def deleted(rng: random.Random, content: bytes) -> bytes:
    cut = span(rng, content, 80)
    return content[: cut.start] + content[cut.stop :]


def inserted(rng: random.Random, content: bytes) -> bytes:
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(content) + 1)
        content = content[:at] + rng.choice(TOKENS) + content[at:]
    return content


def replaced(rng: random.Random, content: bytes) -> bytes:
    """Put one token for another wherever it stands, or once."""
    there = [token for token in TOKENS if token in content]
    if not there:
        return content
    return content.replace(rng.choice(there), rng.choice(TOKENS), rng.choice([1, 5, -1]))


def doubled(rng: random.Random, content: bytes) -> bytes:
    block = content[span(rng, content, 2000)]
    at = rng.randrange(len(content) + 1)
    return content[:at] + block * rng.randint(1, 3) + content[at:]


def truncated(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def other_line_ends(rng: random.Random, content: bytes) -> bytes:
    ends = [rng.choice([b"\n", b"\r\n", b"\r"])] if rng.random() < 0.7 else [b"\n", b"\r\n", b"\r", b"\n\n"]
    return b"".join(line + rng.choice(ends) for line in content.splitlines())


def lines_moved(rng: random.Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    if len(lines) > 1:
        one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
        del lines[rng.randrange(len(lines))]
    return b"".join(lines)


def recoded(rng: random.Random, content: bytes) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(rng.choice(["utf-16", "utf-16-le", "utf-8-sig", "cp1251", "latin-1", "utf-7"]), "replace")


def spliced(rng: random.Random, content: bytes) -> bytes:
    """The head of one file and the tail of another."""
    other = rng.choice(BASES).content
    return content[: rng.randrange(len(content) + 1)] + other[rng.randrange(len(other) + 1) :]


def packed(rng: random.Random, content: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(rng.randint(0, 2)):
            archive.writestr(zipfile.ZipInfo(f"answers {number}.csv"), content)
    return file.getvalue()


DAMAGES: list[Damage] = [
    *[flipped, inserted, replaced] * 3, deleted, doubled, truncated, other_line_ends, lines_moved, recoded, spliced,
    packed,
]  # fmt: skip


def part_damaged(rng: random.Random, content: bytes) -> bytes:
    """Damage one part of a workbook and pack it again."""
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as book, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        chosen = rng.choice(book.namelist())
        for name in book.namelist():
            part = book.read(name)
            archive.writestr(zipfile.ZipInfo(name), damaged(rng, part) if name == chosen else part)
    return file.getvalue()


def damaged(rng: random.Random, content: bytes) -> bytes:
    """Damage a file once or several times; often its first line stays sound, so that the damage gets further."""
    head = content.find(b"\n") + 1 if rng.random() < 0.6 else 0
    first, rest = content[:head], content[head:]
    for damage in rng.choices(DAMAGES, k=rng.choice([1, 1, 1, 2, 3, 4])):
        rest = damage(rng, rest)
    return first + rest


# The files -----------------------------------------------------------------------------------------


class Base(NamedTuple):
    """A sound file: under which name it is read, and with whose questionnaires and registry."""

    name: str
    example: str
    content: bytes


def real_bases() -> Iterator[Base]:
    for name, counted in COUNTED.items() if SHARED.is_dir() else []:
        yield Base("/".join(name.split("/")[1:]), counted.example, (SHARED / name).read_bytes())


def steady(content: bytes) -> bytes:
    """Take from a workbook the times at which it was written, so that each run damages the same bytes."""
    if not zipfile.is_zipfile(BytesIO(content)):
        return content
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as book, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in book.namelist():
            archive.writestr(zipfile.ZipInfo(name), re.sub(rb"\d{4}-\d\d-\d\dT[\d:]{8}Z", b"", book.read(name)))
    return file.getvalue()


def built_bases() -> Iterator[Base]:
    """What the tests of platforms build, to be read with the small survey; the folder names the course."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        contents: dict[str, bytes] = {}
        for title, (_, build) in VARIANTS.items():
            path = build(folder)  # under one name for all
            contents[f"{title}{path.suffix}"] = path.read_bytes()
        for path in (
            lime_survey.export(folder / "lime.csv", ANSWERS),
            lime_survey.write(folder / "lime in two rows.csv", TWO_ROWS),
            kobo.kobo_csv(folder / "kobo.csv", kobo.kobo_table(SUBMISSIONS)),
            kobo.kobo_xlsx(folder / "kobo.xlsx", kobo.kobo_table(SUBMISSIONS)),
            kobo.odk_csv(folder / "odk.csv", ODK),
            moodle.write_csv(folder / "moodle.csv", moodle.responses(RESPONSES)),
            moodle.write_xlsx(folder / "moodle.xlsx", moodle.responses(RESPONSES)),
        ):
            contents[path.name] = path.read_bytes()
        yield Base("A-1/plain.csv", "small", small.write(folder / "p.csv", [small.form()] * 9).read_bytes())
        for number, (title, content) in enumerate(contents.items()):
            # every other one is read as two waves through one link
            yield Base(f"A-1/{title}", "small, after" if number % 2 else "small", steady(content))


BASES = [*real_bases(), *built_bases()]


@lru_cache
def context_of(example: str) -> Context:
    if example.startswith("small"):
        sources = [{"files": "**", "instrument": "Q", "check_window": False}]
        settings = Settings(sources=sources if example == "small, after" else [])
        return make_context(small.survey(), small.registry(), settings, small.PSEUDONYMS)
    home = Home(ROOT / "examples" / example if example else ROOT / "nowhere")
    registry, _ = read_registry(home.registry)
    return make_context(home.survey, registry, home.settings, small.PSEUDONYMS)


def is_book(base: Base) -> bool:
    return zipfile.is_zipfile(BytesIO(base.content))


def shortened(base: Base) -> bytes:
    """A workbook, or the header and the first lines of a long text."""
    content, most = base.content, base.content.find(b"\n") + MOST_BYTES
    return content if is_book(base) or len(content) <= most else content[: content.index(b"\n", most) + 1]


@lru_cache
def open_answers(base: Base) -> frozenset[str]:
    """What people wrote: the cells of a sound text that no questionnaire and no registry has."""
    if not base.name.endswith(".csv"):
        return frozenset()
    records = read_text(base.content, base.name)
    context = context_of(base.example)
    known = context.survey.model_dump_json() + context.registry.courses.to_csv()
    cells = {text.strip() for column in records.columns for text in column.texts}
    return frozenset(text for text in cells if len(text) > 25 and " " in text and text not in known)


# What is held --------------------------------------------------------------------------------------


def check_problems(base: Base, problems: Sequence[Problem]) -> None:
    """Hold that each problem says what, where and what to do, and repeats no open answer."""
    for problem in problems:
        assert re.fullmatch(r"E-[A-Z]+", problem.rule)
        assert problem.seen
        assert problem.done
        assert problem.fix
        assert problem.row >= 0
        told = f"{problem.seen} {problem.fix}"
        assert not any(text in told for text in open_answers(base)), problem.rule


def check_records(found: FileForms) -> None:
    """Hold that each record is a form or named, and that whatever is no kept form says why."""
    rows_aside = [problem.row for problem in found.problems if problem.done == "set aside"]
    if found.forms.empty:
        is_whole = any(problem.done in ("file set aside", "file refused") for problem in found.problems)
        assert found.n_aside == (found.n_read if is_whole else len(rows_aside)) == found.n_read
        return
    assert found.n_aside == len(rows_aside)
    rows, outcomes = found.forms["row"].tolist(), found.forms["outcome"].tolist()
    assert len({*rows, *rows_aside}) == len(rows) + len(rows_aside), "a row ends in two places"
    told = {problem.row for problem in found.problems if problem.done in ("answer set aside", "answer not counted")}
    if not any(problem.done in ("file set aside", "answers set aside") for problem in found.problems):
        assert {row for row, outcome in zip(rows, outcomes, strict=True) if outcome != "kept"} == told


def check_sum(name: str, found: FileForms, context: Context) -> None:
    """Hold the account, with people linked and repeated forms marked."""
    nothing = no_forms(context.survey, context.settings)
    forms = nothing if found.forms.empty else pd.concat([nothing, found.forms], ignore_index=True)
    forms, _ = link_people(forms, context.settings.duplicates, small.PSEUDONYMS)
    account = _account([name], [found], forms)
    check_account(account)
    assert account["n_read"].tolist() == [found.n_read]


def read_damaged(folder: Path, base: Base, content: bytes) -> FileForms:
    """Read a damaged file and hold everything."""
    path = folder / f"damaged{Path(base.name).suffix}"
    path.write_bytes(content)
    context = context_of(base.example)
    began = time.process_time()
    found = read_file(path, base.name, context)
    assert time.process_time() - began < MOST_SECONDS
    check_problems(base, found.problems)
    check_records(found)
    check_sum(base.name, found, context)
    return found


# The tests -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.name)
def test_a_sound_file_holds_what_is_asked_of_damaged_ones(tmp_path, base):
    found = read_damaged(tmp_path, base, shortened(base))
    assert found.n_read > 0


@pytest.mark.parametrize("number", range(TIMES))
@pytest.mark.parametrize("base", BASES, ids=lambda base: base.name)
def test_a_damaged_file_costs_its_own_records_and_raises_nothing(tmp_path, base, number):
    rng = random.Random(f"{base.name} {number}")
    content = base.content if number % 10 == 9 else shortened(base)
    damage = part_damaged if is_book(base) and rng.random() < 0.7 else damaged
    read_damaged(tmp_path, base, damage(rng, content))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real files are not on this machine")
@pytest.mark.parametrize("number", range(TIMES))
@pytest.mark.parametrize("name", sorted(STRUCTURES))
def test_a_damaged_structure_is_read_or_refused(tmp_path, name, number):
    path = tmp_path / "damaged.lss"
    path.write_bytes(damaged(random.Random(number), (SHARED / name).read_bytes()))
    assert isinstance(read_lss(path), LimeQuestionnaire | FileFault)


def test_no_two_files_are_the_same_and_every_platform_is_among_them():
    assert len({base.content for base in BASES}) == len(BASES)
    built = [base for base in BASES if base.example.startswith("small")]
    records = {base.name: read_bytes(base) for base in built}
    platforms = {arrange(found).platform for found in records.values()}
    assert platforms == set(PLATFORMS)


def read_bytes(base: Base) -> Records:
    with TemporaryDirectory() as folder:
        path = Path(folder) / Path(base.name).name
        path.write_bytes(base.content)
        return read_records(path)


def test_the_same_number_damages_a_file_the_same_way():
    for base in BASES[-5:]:  # workbooks are among them
        once, again = (damaged(random.Random(base.name), base.content) for _ in range(2))
        assert once == again


def test_most_damages_change_the_file():
    base = next(base for base in BASES if base.name == "A-1/plain.csv")
    changed = [damaged(random.Random(number), base.content) != base.content for number in range(50)]
    assert sum(changed) >= 45


def test_a_lost_record_is_found(tmp_path, monkeypatch):
    """The checks can fail: a reader that swallows a record's problem is caught."""
    base = Base("A-1/p.csv", "small", small.write(tmp_path / "p.csv", [small.form(), small.form()[:-1]]).read_bytes())
    found = read_damaged(tmp_path, base, base.content)
    assert found.n_aside == 1
    with pytest.raises(AssertionError):
        check_records(found._replace(problems=[]))
    with pytest.raises(AssertionError, match="E-VALUE"):
        check_problems(
            base._replace(content=base.content + b'"the trainer was rather late today",,,,,,\n'),
            [
                Problem(
                    "p.csv", 2, "A", "", "E-VALUE", "the trainer was rather late today", "cell dropped", "correct it"
                )
            ],
        )
    with pytest.raises(CoursewavesError, match="3 records read, but 1"):
        check_sum("A-1/p.csv", found._replace(n_read=3), context_of("small"))
