"""Make the folder of the example year, and make it anew where nothing else lies in it."""

import hashlib
from pathlib import Path

from coursewaves.errors import CoursewavesError
from coursewaves.export import export_folder
from coursewaves.privacy.pseudonyms import KEY_FILE
from coursewaves.publishing.manifest import INDEX, JOURNAL, MANIFEST, hashes_of, read_manifest
from coursewaves.settings.home import Home
from coursewaves.simulate import simulate_year

MARK = Path("data", "demo.sha256")
"""Digest of all that a demo has made; by it a later one knows that nothing was added or changed."""


def make_demo(home: Home, *, programmes: int, courses: int, seed: int) -> None:
    """Simulate the example year in a folder; one that an earlier demo made is made anew.

    Raises
    ------
    CoursewavesError
        Where the folder holds anything that the demo did not make: nothing is deleted then.
    """
    if (home.root / MARK).exists():
        _clear(home)
    home.root.mkdir(parents=True, exist_ok=True)
    simulate_year(home.root, programmes=programmes, courses=courses, seed=seed)
    (home.root / MARK).write_text(_digest(home), encoding="utf-8")


def _clear(home: Home) -> None:
    if (home.root / MARK).read_text(encoding="utf-8") != _digest(home):
        raise CoursewavesError(
            f"{home.root.name} holds files that the demo did not make, or that were changed since; "
            "fix: move them away, or name another folder with --home"
        )
    pages = [path for entry in read_manifest(home) for path in hashes_of(entry)]
    published = [home.reports / name for name in [*pages, MANIFEST, JOURNAL, INDEX]]
    folders = (home.processed, home.partitions, home.released, export_folder(home))
    made = [path for folder in folders for path in folder.glob("*.*")]
    for path in [*_sources(home), *made, *published, home.root / MARK, home.root / KEY_FILE]:
        path.unlink(missing_ok=True)


def _sources(home: Home) -> list[Path]:
    """List every file of the folder but the mark, and those that are made from others."""
    mark, key = home.root / MARK, home.root / KEY_FILE
    made = (home.processed, home.released, export_folder(home), home.reports, home.lock, mark, key)
    files = (path for path in home.root.rglob("*") if path.is_file())
    return sorted(path for path in files if not any(path.is_relative_to(place) for place in made))


def _digest(home: Home) -> str:
    total = hashlib.sha256()
    for path in _sources(home):
        name = path.relative_to(home.root).as_posix()
        total.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest() + "\n"
