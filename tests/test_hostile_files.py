"""Files made to harm: each is refused, or costs its own records alone, within 5 seconds and 500 MB.

One child process imports the library and forks once a file. Each fork may use 5 seconds of its own processor time
and dies by a signal if it needs more, so that a busy machine can't fail the test and a slow reader can't pass it.
"""

import gzip
import json
import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from rawbook import pack, parts, worksheet

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")

MOST_SECONDS, MOST_MB = 5, 500

CHILD = """
import json, os, resource, signal, sys
from pathlib import Path
from coursewaves.reading.records import read_records

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

def read(path, seconds):
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + 2**31,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    signal.alarm(60)
    before = peak()
    found = read_records(Path(path))
    rules = [[problem.row, problem.rule] for problem in found.problems[:5]]
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = used.ru_utime + used.ru_stime
    print(json.dumps([len(found.header), found.n_read, len(found.problems), rules, peak() - before, spent]), flush=True)

for path in sys.argv[2:]:
    child = os.fork()
    if not child:
        try:
            read(path, int(sys.argv[1]))
        except BaseException as error:
            print(json.dumps(repr(error)), flush=True)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status:
        print(json.dumps(f"ended by {status}"), flush=True)
"""


class Outcome(NamedTuple):
    """What reading one file gave: its sizes, (row, rule) of its first problems, and what it cost."""

    n_headers: int
    n_read: int
    n_problems: int
    rules: list[list[object]]
    megabytes: float
    seconds: float


HEADER = "id,a,b\n"


def csv_of(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(text, encoding="utf-8")


def book_of(sheet: str, **other: object) -> Callable[[Path], object]:
    return lambda path: pack(path, parts({"S": sheet}) | other)


def cell(place: str) -> str:
    return worksheet(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="{place}"><v>1</v></c></row>')


def bomb(name: str, unit: bytes = b" ") -> Callable[[Path], object]:
    return book_of(cell("A2"), **{name: unit * (210_000_000 // len(unit))})


def lying(size: int) -> Callable[[Path], object]:
    """A sheet of 30 MB whose headers state another size."""

    def build(path: Path) -> None:
        xml = cell("A2").encode() + b" " * 30_000_000
        pack(path, parts({"S": ""}) | {"xl/worksheets/sheet1.xml": xml})
        true, content = struct.pack("<I", len(xml)), path.read_bytes()
        assert content.count(true) == 2  # before the part, and in the directory
        path.write_bytes(content.replace(true, struct.pack("<I", size)))

    return build


def shared_bytes(path: Path) -> None:
    """A hundred parts that all are the same 5 MB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", b"a" * 5_000_000)
        archive.filelist *= 100


def million_parts(path: Path) -> None:
    name = b"a.xml"
    entry = b"PK\x01\x02" + struct.pack("<6H3I5H2I", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0) + name
    local = b"PK\x03\x04" + struct.pack("<5H3I2H", 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0) + name
    n = 1_000_000
    end = b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, n % 65536, n % 65536, n * len(entry), len(local), 0)
    path.write_bytes(local + entry * n + end)


def million_sheets(path: Path) -> None:
    sheets = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="r1"/>' for n in range(1_000_000))
    whole = parts({"S": cell("A2")})
    whole["xl/workbook.xml"] = whole["xl/workbook.xml"].replace("</sheets>", f"{sheets}</sheets>")
    pack(path, whole)


LAUGHS = '<!DOCTYPE a [<!ENTITY l0 "ha">{}]>'.format(
    "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 11))
)
XXE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:/etc/passwd">]>'


def with_entities(part: str, doctype: str, entity: str) -> Callable[[Path], object]:
    """A workbook with a document type before one of its parts and the entity in a text."""

    def build(path: Path) -> None:
        own = f'<c r="A1" t="inlineStr"><is><t>{entity if "sheet1" in part else "own"}</t></is></c>'
        shared = '<c r="B1" t="s"><v>0</v></c>'
        whole = parts({"S": worksheet(f'<row r="1">{own}{shared}</row>')}, [f"<t>{entity}</t>"])
        pack(path, whole | {part: doctype + whole[part]})

    return build


def torn(path: Path) -> None:
    book_of(cell("A2"))(path)
    path.write_bytes(path.read_bytes()[:-30])


def far_apart(path: Path) -> None:
    """Ten thousand cells in every five-thousandth place of a column each: 50 million places."""
    rows = "".join(f'<row r="{n * 100}"><c r="A{n * 100}"><v>1</v></c></row>' for n in range(1, 10_000))
    book_of(worksheet(f'{rows}<row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>'))(path)


def long_row(path: Path) -> None:
    """One row without an end, of cells without a place."""
    book_of(worksheet(f"<row>{'<c><v>1</v></c>' * 500_000}</row>"))(path)


def gzip_bomb(path: Path) -> None:
    with gzip.open(path, "wb", 9) as file:
        for _ in range(50):
            file.write(b"1,2\n" * 1_000_000)


def packed_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as file:
        for _ in range(80):
            file.write(b"1,2\n" * 1_000_000)


REFUSED = {
    "zip bomb.xlsx": (bomb("xl/worksheets/sheet1.xml"), "E-LIMIT"),
    "bomb of texts.xlsx": (bomb("xl/sharedStrings.xml", b"<si><t>a</t></si>"), "E-LIMIT"),
    "bomb of styles.xlsx": (bomb("xl/styles.xml", b"<xf/>"), "E-LIMIT"),
    "bomb in a picture.xlsx": (bomb("xl/media/image1.bmp", b"\0"), "E-LIMIT"),
    "lying zip, too small.xlsx": (lying(1_000), "E-WORKBOOK"),
    "lying zip, too large.xlsx": (lying(4_000_000_000), "E-LIMIT"),
    "parts that share bytes.xlsx": (shared_bytes, "E-WORKBOOK"),
    "far cell.xlsx": (book_of(cell("XFD1048576")), "E-LIMIT"),
    "far row.xlsx": (book_of(cell("BH1048576")), "E-LIMIT"),
    "far apart.xlsx": (far_apart, "E-LIMIT"),
    "place beyond any sheet.xlsx": (book_of(cell("A99999999999")), "E-WORKBOOK"),
    "column beyond any sheet.xlsx": (book_of(cell("AAAAAAAA1")), "E-WORKBOOK"),
    "second place.xlsx": (book_of(cell('A2" r="XFD1048576')), "E-WORKBOOK"),
    "place in other quotes.xlsx": (book_of(cell("A2").replace('"A2"', "'XFD1048576'")), "E-LIMIT"),
    "endless row.xlsx": (long_row, "E-LIMIT"),
    "million parts.xlsx": (million_parts, "E-LIMIT"),
    "million sheets.xlsx": (million_sheets, "E-LIMIT"),
    "torn zip.xlsx": (torn, "E-WORKBOOK"),
    **{
        f"{kind} in {part.rpartition('/')[2]}.xlsx": (with_entities(part, doctype, entity), "E-WORKBOOK")
        for kind, doctype, entity in (("laughs", LAUGHS, "&l10;"), ("outer entity", XXE, "&x;"))
        for part in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml")
    },
    "pipe.xlsx": (os.mkfifo, "E-FORMAT"),
    "pipe.csv": (os.mkfifo, "E-FORMAT"),
    "folder.xlsx": (Path.mkdir, "E-FORMAT"),
    "folder.csv": (Path.mkdir, "E-FORMAT"),
    "header of 200,000 fields.csv": (csv_of(",".join("a" * 200_000) + "\n1\n"), "E-LIMIT"),
    "20,000 columns.csv": (csv_of((",".join(["a"] * 20_000) + "\n") * 500), "E-LIMIT"),
    "bomb.csv.gz": (gzip_bomb, "E-FORMAT"),
    "bomb under another name.csv": (gzip_bomb, "E-FORMAT"),
    "packed bomb.zip": (packed_bomb, "E-LIMIT"),
    "two tables.zip": (lambda path: pack(path, {"a.csv": HEADER, "b.csv": HEADER}), "E-FORMAT"),
    "all NUL.csv": (lambda path: path.write_bytes(bytes(100_000_000)), "E-EMPTY"),
}

READ = {
    "row of 200,000 fields.csv": (csv_of(f"{HEADER}1,x,y\n2{',' * 200_000}\n3,x,y\n"), 3, [[3, "E-WIDTH"]]),
    "cell of 3 MB.csv": (csv_of(f"{HEADER}1,x,{'y' * 3_000_000}\n2,x,y\n"), 2, [[2, "E-LIMIT"]]),
    "2,000,000 short rows.csv": (csv_of(HEADER + "1,x,y\n" * 2_000_000), 2_000_000, []),
    "good.zip": (lambda path: pack(path, {"a.csv": f"{HEADER}1,x,y\n"}), 1, []),
    "good.csv": (csv_of(f"{HEADER}1,x,y\n2,x,y\n"), 2, []),
    "good.xlsx": (book_of(cell("A2").replace("<v>1</v>", "<v>2</v>", 1)), 1, []),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory) -> dict[str, Outcome | str]:
    """The outcome of every file by its name; a text where reading it raised or was ended."""
    folder = tmp_path_factory.mktemp("hostile")
    builders = {name: case[0] for name, case in (REFUSED | READ).items()}
    for name, build in builders.items():
        build(folder / name)
    asked = [sys.executable, "-c", CHILD, str(MOST_SECONDS), *(str(folder / name) for name in builders)]
    ran = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=900)
    found = [json.loads(line) for line in ran.stdout.splitlines()]
    return {name: line if isinstance(line, str) else Outcome(*line) for name, line in zip(builders, found, strict=True)}


def held(outcome: Outcome | str) -> Outcome:
    """The outcome of a file that was read to its end within the limits; its cost is shown by ``pytest -rP``."""
    assert isinstance(outcome, Outcome), outcome
    sys.stdout.write(f"{outcome.seconds:.2f} s, {outcome.megabytes:.0f} MB")
    assert outcome.megabytes < MOST_MB
    return outcome


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_within_its_limits(outcomes, name):
    found = held(outcomes[name])
    assert (found.n_headers, found.rules) == (0, [[0, REFUSED[name][1]]])


@pytest.mark.parametrize("name", READ)
def test_other_records_and_files_go_on_within_the_same_limits(outcomes, name):
    found = held(outcomes[name])
    assert (found.n_read, found.rules) == READ[name][1:]
    assert found.n_headers > 0


def test_a_reader_that_takes_too_long_would_be_ended(tmp_path):
    endless = CHILD.replace("found = read_records(Path(path))", "while True: pass")
    asked = [sys.executable, "-c", endless, "1", str(tmp_path / "a.csv")]
    ran = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=300)
    assert json.loads(ran.stdout) == "ended by -24"  # SIGXCPU
