"""What the tests of faults share: a small year, the real command, a reader that never looks away, what a run left."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from coursewaves.sections.front import END_MARK
from coursewaves.settings.home import notebooks_folder
from coursewaves.simulate import simulate_year
from coursewaves.system import PACKAGE

COMMAND = Path(sys.executable).with_name("coursewaves")

MARK = "COURSEWAVES_FAULTS"
"""In the environment of every process that a test starts, and so of all that those start."""

PASSING = ("status.json", "status.html", "run.lock", "coursewaves.log", "alerts.json")
"""Files that tell of the runs themselves: two runs never leave the same."""


def four_courses(folder: Path) -> Path:
    """Write raw data of four courses in two programmes, all that is planted in them, and of the other files few.

    A run that loads takes as long as there are files, and no fault hangs on their number.
    """
    simulate_year(folder, programmes=2, courses=4, seed=2026)
    (folder / "data" / "truth.json").unlink()
    responses = folder / "data" / "raw" / "responses"
    for path in [*responses.rglob("*_en.csv"), *responses.rglob("P01_?_ru.*")]:
        path.unlink()
    return folder


class Place:
    """A work folder in a folder of its own, with the environment of the runs in it.

    Parameters
    ----------
    folder
        Is made; beside the work folder ``institute`` it holds ``temporary``, where runs keep temporary files.
    model
        The work folder that is copied.
    """

    def __init__(self, folder: Path, model: Path) -> None:
        self.home = folder / "institute"
        shutil.copytree(model, self.home, symlinks=True)
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self.mark = uuid.uuid4().hex
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.temporary), "TMPDIR": str(self.temporary),
            "PYTHONPATH": str(PACKAGE.parent), MARK: self.mark,
        }  # fmt: skip

    @property
    def reports(self) -> Path:
        return self.home / "reports"

    def begin(self, *words: str, **more: Any) -> subprocess.Popen[str]:
        """Start the command on the work folder, such as ``run``."""
        command = [str(COMMAND), "--home", str(self.home), *words]
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, env=self.environment, text=True, encoding="utf-8", **streams, **more)

    def call(self, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
        """Call the command on the work folder and wait until it ends."""
        with self.begin(*words, **more) as process:
            out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def run(self, *, workers: int = 2) -> subprocess.CompletedProcess[str]:
        """Call ``coursewaves run``."""
        return self.call("run", "--workers", str(workers))

    def use_program(self, folder: Path, cells: dict[str, str]) -> None:
        """Have runs use a copy of the program, in whose notebook some cells are other ones."""
        shutil.copytree(PACKAGE, folder / "lib" / "coursewaves")
        notebook = folder / "notebooks" / "reports" / "course.ipynb"
        notebook.parent.mkdir(parents=True)
        content = json.loads((notebooks_folder() / "reports" / "course.ipynb").read_text(encoding="utf-8"))
        for cell in content["cells"]:
            source = "".join(cell["source"])
            cell["source"] = cells.get(source, source)
        notebook.write_text(json.dumps(content), encoding="utf-8")
        self.environment["PYTHONPATH"] = str(folder / "lib")

    def state(self) -> dict[str, Any]:
        """What the runs have made; see `state_of`."""
        return state_of(self.home)

    def pages(self) -> dict[str, bytes]:
        """The course reports as they stand."""
        return {path.name: path.read_bytes() for path in sorted((self.reports / "course").glob("*.html"))}

    def manifest(self) -> dict[str, dict[str, Any]]:
        """The manifest's entries by path."""
        return {page["path"]: page for page in json.loads((self.reports / "manifest.json").read_bytes())}

    def last(self) -> dict[str, Any]:
        """The last run as ``status.json`` tells it."""
        last: dict[str, Any] = json.loads((self.reports / "status.json").read_bytes())["last"]
        return last

    def log(self) -> str:
        return (self.home / "logs" / "coursewaves.log").read_text(encoding="utf-8")

    def alive(self) -> list[int]:
        """The processes that a run of this place started and that still are."""
        return [
            int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit() and self._is_ours(folder)
        ]

    def _is_ours(self, folder: Path) -> bool:
        try:
            return f"{MARK}={self.mark}".encode() in (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            return False

    def is_left_alone(self, seconds: float = 2.0) -> bool:
        """Whether all that a run started has ended within a time."""
        until = time.monotonic() + seconds
        while self.alive() and time.monotonic() < until:
            time.sleep(0.02)
        return not self.alive()

    def leftovers(self) -> list[str]:
        """Drafts, half-written files and temporary folders."""
        names = ("*.tmp*", ".draft-*", "manifest.journal")
        drafts = {path for name in names for path in self.home.rglob(name)}
        return sorted(path.name for path in [*drafts, *self.temporary.iterdir()])


def state_of(home: Path) -> dict[str, Any]:
    """Every file by its path, but for those that tell of the runs; the manifest without the time of each page."""
    paths = [path for path in sorted(home.rglob("*")) if path.is_file() and path.name not in PASSING]
    found: dict[str, Any] = {path.relative_to(home).as_posix(): path.read_bytes() for path in paths}
    manifest = json.loads(found.pop("reports/manifest.json", b"[]"))
    return found | {"manifest": [page | {"made_at": ""} for page in manifest]}


def differences(found: dict[str, Any], clean: dict[str, Any]) -> list[str]:
    """Name the files in which two states differ."""
    return sorted(name for name in found.keys() | clean.keys() if found.get(name) != clean.get(name))


class Reader(threading.Thread):
    """Reads everything in a folder of reports again and again, and keeps what was not whole or not vouched for."""

    def __init__(self, reports: Path) -> None:
        super().__init__(daemon=True)
        self.reports = reports
        self.n_read = 0
        self.torn: list[str] = []
        self.ended = threading.Event()

    def __enter__(self) -> "Reader":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.join()

    def run(self) -> None:
        while not self.ended.wait(0.01):
            try:
                self._read_all()
            except Exception as error:  # a fault of this very thread must not pass for a good end
                self.torn.append(f"the reader: {error!r}")

    def _read_all(self) -> None:
        before = self._vouched()
        found = {path: _content(path) for path in sorted(self.reports.rglob("*")) if not path.name.startswith(".")}
        vouched = before | self._vouched()
        for path, content in found.items():
            if content is not None:
                self.n_read += 1
                self.torn += [f"{path.name}: {fault}" for fault in self._faults(path, content, vouched)]

    def _faults(self, path: Path, content: bytes, vouched: set[str]) -> Iterable[str]:
        if path.suffix == ".json" and not _is_json(content):
            yield "no JSON"
        if path.suffix == ".ics" and not content.rstrip().endswith(b"END:VCALENDAR"):
            yield "no end"
        if path.suffix == ".html" and not content.rstrip().endswith(b"</html>"):
            yield "no end"
        if (
            path.suffix == ".html"
            and path.parent.name == "course"
            and f'<section id="{END_MARK}"'.encode() not in content
        ):
            yield "no end mark"
        if path.parent.name == "course" and hashlib.sha256(content).hexdigest() not in vouched:
            yield "in neither the manifest nor the journal"

    def _vouched(self) -> set[str]:
        """The hashes in the journal, and then those in the manifest: one that leaves the first stands in the second."""
        lines = (_content(self.reports / "manifest.journal") or b"").splitlines()
        pages = [json.loads(line) for line in lines if _is_json(line)]
        manifest = _content(self.reports / "manifest.json")
        pages += json.loads(manifest) if manifest and _is_json(manifest) else []
        return {sha256 for page in pages for sha256 in (page["sha256"], *page["files"].values())}


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except ValueError:
        return False
    return True
