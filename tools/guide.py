"""Run the commands of the guide and compare what they print with its pages: ``python tools/guide.py [--write]``.

The pages of a language are one story, told on one small example year from its first page to its last. A block that
begins with ```console holds commands, each after "$ ", and what they print; ``show=6`` behind it cuts that after six
lines. A block that begins with ```python is run too, and has to run. What a person does between two commands stands in
a comment: ``<!-- then: answers -->`` is one of `ACTIONS`, ``<!-- day: 2025-06-20 -->`` sets the day.
"""

import contextlib
import csv
import glob
import io
import json
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, tzinfo
from importlib import import_module
from pathlib import Path
from unittest import mock

import openpyxl
from typer.testing import CliRunner

from coursewaves.cli import app
from coursewaves.intake.check_digits import with_check
from coursewaves.simulate import simulate_year

GUIDE = Path(__file__).parents[1] / "docs" / "guide"
LANGUAGES = ("kk", "ru", "en")
HOME = "institute"

CLOCKS = ("publishing.publish", "runs.run", "commands.calendar", "entry.journal", "archive.removal")
"""Modules that ask for the time."""

KINDS = "[course, topic, factors, sample, period]"
"""Kinds of report that the example institute chose: the guide is to be tested in a minute."""

SETTINGS = """
letters:
  contact:
    name: {kk: "Оқу-әдістемелік бөлім", ru: "Учебно-методический отдел", en: "Office of studies"}
    phone: "+7 0000"
sample:
  seed: "Order 12 of 2025-09-01"
"""
"""What the example institute decided beside what the simulated year has."""

MASKS = (
    (re.compile(r"\b\d{4}-\d\d-\d\dT[\d:]{8}\+00:00  \d+ +"), "2026-02-20T09:00:00+00:00  1000     "),
    (re.compile(r"\b(20\d\d|P\d\d-\d\d)-[0-9a-f]{12}\b"), r"\1-0123456789ab"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "0123456789abcdef" * 4),
    (re.compile(r"\b[\d,]+ bytes\b"), "1,234,567 bytes"),
    (re.compile(r"\b\d+\.\d s$", re.MULTILINE), "0.0 s"),
    (re.compile(r"\b\d+:\d\d:\d\d$", re.MULTILINE), "0:00:00"),
)
"""What differs from run to run, and what stands in its place."""

BLOCK = re.compile(
    r"^```console(?: show=(?P<show>\d+))?\n(?P<console>.*?)^```$|^```python\n(?P<python>.*?)^```$"
    r"|^<!-- then: (?P<then>[a-z ]+) -->$|^<!-- day: (?P<day>[\d-]+) -->$",
    re.MULTILINE | re.DOTALL,
)


def pages(language: str) -> list[Path]:
    """List the pages of a language in the order of the year; the index comes last."""
    return sorted((GUIDE / language).glob("*.md"))


def commands(text: str) -> list[str]:
    """List the commands of a page and what is done between them; comments of Python are words of the language."""
    told = []
    for one in (match.groupdict() for match in BLOCK.finditer(text)):
        told += re.findall(r"^\$ .*$", one["console"] or "", re.MULTILINE)
        told += [f"{name}: {one[name]}" for name in ("show", "then", "day") if one[name]]
        told += re.sub(r"[ ]*#.*", "", one["python"] or "").splitlines()
    return told


class Story:
    """One example year, from page to page."""

    def __init__(self, folder: Path, language: str) -> None:
        self.home, self.store = folder / HOME, folder / "store"
        self.day = date(2025, 1, 6)
        self.names: dict[str, object] = {}
        simulate_year(self.store, programmes=2, courses=4, enrolled=16, seed=7)
        shutil.copytree(self.store / "data" / "raw" / "registry", self.home / "data" / "raw" / "registry")
        settings = (self.store / "coursewaves.yml").read_text(encoding="utf-8")
        settings = settings.replace("languages: [kk, ru, en]", f"languages: [{language}]\nkinds: {KINDS}")
        settings += SETTINGS
        (self.home / "coursewaves.yml").write_text(settings, encoding="utf-8")

    def told(self, text: str) -> str:
        """Return a page with what its commands print now."""
        return BLOCK.sub(self._block, text)

    def _block(self, match: re.Match[str]) -> str:
        if match["console"] is not None:
            head = match.group().partition("\n")[0]
            calls = re.findall(r"^\$ (.*)$", match["console"], re.MULTILINE)
            return "\n".join([head, *(self._call(call, int(match["show"] or 0)) for call in calls), "```"])
        if match["python"] is not None:
            with self._there(), contextlib.redirect_stdout(io.StringIO()):
                exec(compile(match["python"], "guide", "exec"), self.names)  # noqa: S102  (our own pages)
        elif match["then"] is not None:
            ACTIONS[match["then"]](self)
        else:
            self.day = date.fromisoformat(match["day"])
        return match.group()

    def _call(self, call: str, show: int) -> str:
        """Run one command and return it with what it prints."""
        with self._there():
            result = CliRunner().invoke(app, _words(call)[1:])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        lines = _masked(result.output, self.home).rstrip().splitlines()
        lines = [line.rstrip() for line in lines]
        if show and len(lines) > show:
            lines = [*lines[:show], "..."]
        code = [f"[{result.exit_code}]"] if result.exit_code else []
        return "\n".join([f"$ {call}", *lines, *code])

    @contextlib.contextmanager
    def _there(self) -> Iterator[None]:
        """Stand in the work folder on the day of the story."""
        now = datetime.combine(self.day, time(9, 0), UTC)

        class Clock(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return now.astimezone(tz) if tz else now.replace(tzinfo=None)

        environment = {"COLUMNS": "100", "COURSEWAVES_HOME": "", "NO_COLOR": "1"}
        with contextlib.ExitStack() as stack:
            stack.enter_context(contextlib.chdir(self.home))
            stack.enter_context(mock.patch.dict(os.environ, environment))
            for name in CLOCKS:
                stack.enter_context(mock.patch.object(import_module(f"coursewaves.{name}"), "datetime", Clock))
            yield


def _words(call: str) -> list[str]:
    """Return the words of a command as a shell gives them to it."""
    words = shlex.split(call, comments=True)
    if words[0] != "coursewaves":
        raise SystemExit(f"The guide runs coursewaves alone, not: {call}")
    return [name for word in words for name in (sorted(glob.glob(word)) if "*" in word and "(" not in word else [word])]  # noqa: PTH207


def _masked(text: str, home: Path) -> str:
    for pattern, mask in MASKS:
        text = pattern.sub(mask, text)
    return text.replace(str(home), HOME).replace(sys.executable, "python")


# What a person does between two commands ---------------------------------------------------------------


RENAMED = ("wave1/P01_A_kk.csv", "таңдаудағы негізгі мақсатыңыз", "таңдаудағы мақсатыңыз")
"""A file whose form has had a question reworded, the question's words, and what became of them."""


def _answers(story: Story) -> None:
    """The exports of the forms are downloaded into data/raw/responses; in one a question was reworded."""
    folder = story.home / "data" / "raw" / "responses"
    shutil.copytree(story.store / "data" / "raw" / "responses", folder)
    name, old, new = RENAMED
    text = (folder / name).read_text(encoding="utf-8")
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8", newline="")


def _receipts(story: Story) -> None:
    """The day on which the answers came is entered for every course and wave."""
    registry = story.home / "data" / "raw" / "registry"
    courses = [line.partition(",")[0] for line in (registry / "courses.csv").read_text(encoding="utf-8").splitlines()]
    rows = [f"{course},{wave},{story.day}" for course in courses[1:] for wave in (1, 2, 3)]
    text = "\n".join(["course_id,wave,received_on", *rows]) + "\n"
    (registry / "receipts.csv").write_text(text, encoding="utf-8", newline="")


def _mend(story: Story) -> None:
    """The first wrong answer is emptied in the workbook of problems, and the workbook saved among the corrections."""
    book = openpyxl.load_workbook(story.home / "data" / "processed" / "problems.xlsx")
    sheet = book.worksheets[0]
    head = [cell.value for cell in sheet[1]]
    rule, corrected = head.index("rule"), head.index("corrected")
    row = next(row for row in sheet.iter_rows(min_row=2) if row[rule].value == "E-VALUE")
    row[corrected].value = "blank"
    folder = story.home / "data" / "raw" / "corrections"
    folder.mkdir(parents=True, exist_ok=True)
    book.save(folder / "problems.xlsx")


def _links(story: Story) -> None:
    """The scripts of the forms have run, and the maps that they saved lie in forms/."""
    folder = story.home / "forms"
    folder.mkdir(exist_ok=True)
    for instrument in "ABC":
        for programme in ("P01", "P02"):
            form = f"https://docs.google.com/forms/d/e/{instrument}-{programme}/viewform"
            codes = {f"{programme}-{run}": with_check(f"{programme}-{run}") for run in ("01", "02")}
            links = [{"course": name, "code": code, "url": f"{form}?entry.1={code}"} for name, code in codes.items()]
            made = {"version": 1, "form": f"{instrument}_{programme}", "instrument": instrument, "google_id": "1",
                    "url": form, "items": [], "links": links}  # fmt: skip
            path = folder / f"{instrument}_{programme}.form_map.json"
            path.write_text(json.dumps(made), encoding="utf-8")


def _invitations(story: Story) -> None:
    """The register of the drawn is laid into the registry, the day of the invitation in each row."""
    drawn = story.home / "data" / "field" / "C" / "invitations.csv"
    with drawn.open(encoding="utf-8-sig", newline="") as file:
        rows = [row | {"invited_on": str(story.day)} for row in csv.DictReader(file)]
    with (story.home / "data" / "raw" / "registry" / "invitations.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _decision(story: Story) -> None:
    """What the council heard and decided is written into a file, to be entered."""
    heard = [f"{name},smc,2026-02-18,accepted" for name in ("course,P01-02", "topic,P01", "topic,P02")]
    files = {
        "hearings_february.csv": ["kind,subject_id,council,held_on,outcome", *heard],
        "decisions_february.csv": [
            "decision_id,programme_id,decided_on,council,kind,text,owner,due_on",
            "R2026-1,P01,2026-02-18,smc,change_topic,,,",
        ],
    }
    for name, lines in files.items():
        (story.home / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


ACTIONS: dict[str, Callable[[Story], None]] = {
    "answers": _answers, "decision": _decision, "invitations": _invitations, "links": _links, "mend": _mend,
    "receipts": _receipts,
}  # fmt: skip


def play(language: str) -> dict[Path, str]:
    """Return every page of a language as its commands print today."""
    with tempfile.TemporaryDirectory() as folder:
        story = Story(Path(folder), language)
        return {path: story.told(path.read_text(encoding="utf-8")) for path in pages(language)}


def main(words: list[str]) -> int:
    """Compare, or write with ``--write``; languages may be named. Return how many pages differ."""
    n_other = 0
    for language in [word for word in words if word in LANGUAGES] or LANGUAGES:
        for path, text in play(language).items():
            if path.read_text(encoding="utf-8") != text:
                n_other += 1
                told = "written" if "--write" in words else "out of date"
                sys.stdout.write(f"{told}: {path.relative_to(GUIDE).as_posix()}\n")
                if "--write" in words:
                    path.write_text(text, encoding="utf-8", newline="\n")
    return 0 if "--write" in words else n_other


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
