"""What a machine of a cluster is sent: the task, a parcel that all reports of a work folder share, and a report's data.

The shared parcel holds the settings that a number or a page hangs on, and the institute's own instruments; the
built-in ones are part of the program, which must be the same everywhere. The data of a course are its partition; all
other reports rest on the whole year, which is a parcel too.
"""

import io
import json
import sys
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from coursewaves.errors import CoursewavesError
from coursewaves.phrases import LOCALES
from coursewaves.processed.contents import UNSEEN, digest, digest_of, library_digest, read_contents, versions
from coursewaves.settings.home import Home, notebooks_folder

SETTINGS, INSTRUMENTS, TABLES = "coursewaves.yml", "instruments", "data/processed"

OF_COURSE = "course"
"""The kind of report whose data are a partition."""


class Task(NamedTuple):
    """One subject's pages to make; all values are plain JSON.

    Attributes
    ----------
    storage
        Address of the storage.
    program
        `program_digest` of the runner.
    shared, data
        SHA-256 of the shared parcel and of the data.
    settings
        Digest of the settings in the shared parcel.
    languages
        Languages of the settings, opened once for all tasks.
    limits
        Bounds of each report.
    kind, subject_id, about
        As in a job of `coursewaves.publishing.making.make_pages`.
    pages
        Language and title of each page.
    formats
        Those beside the page.
    """

    storage: str
    program: str
    shared: str
    settings: str
    data: str
    languages: list[str]
    limits: dict[str, Any]
    kind: str
    subject_id: str
    about: dict[str, str]
    pages: list[list[str]]
    formats: list[str]

    @property
    def surroundings(self) -> str:
        """What tasks have in common that one overseer can do."""
        return json.dumps(
            [self.storage, self.program, self.shared, self.settings, self.languages, self.limits, self.formats]
        )

    def page_name(self, language: str) -> str:
        """Return where the page of a language lies in the storage; its name hangs on all that the page rests on."""
        titles = [title for spoken, title in self.pages if spoken == language]
        own = [self.kind, self.subject_id, self.about, language, *titles]
        key = [self.program, self.shared, self.data, *own, *self.formats]
        return f"pages/{digest(json.dumps(key).encode())}.html"


def input_name(sha256: str) -> str:
    """Return where an input lies in the storage."""
    return f"inputs/{sha256}.zip"


def program_digest(*, anew: bool = False) -> str:
    """Return the SHA-256 of all that is not the institute's: library, phrases, notebooks, and Python's version.

    `anew` is for a process that lives long, and whose program may have been changed under it.
    """
    if anew:
        versions.cache_clear()
        library_digest.cache_clear()
    reports = notebooks_folder() / "reports"
    parts = [library_digest(), digest_of(LOCALES, LOCALES.rglob("*.po")), digest_of(reports, reports.glob("*.ipynb"))]
    return digest(json.dumps([*parts, *sys.version_info[:2]]).encode())


def pack(home: Home) -> bytes:
    """Pack what all reports of a work folder share; equal settings and instruments give equal bytes."""
    settings = home.settings.model_dump_json(exclude=set(UNSEEN), indent=1)
    files = {SETTINGS: settings.encode()}
    own = home.root / INSTRUMENTS
    for path in own.rglob("*.yml"):
        files[path.relative_to(home.root).as_posix()] = path.read_bytes()
    return _packed(files)


def pack_year(home: Home) -> bytes:
    """Pack the tables of the whole year; equal tables give equal bytes.

    Raises
    ------
    CoursewavesError
        Where nothing was loaded.
    """
    contents = read_contents(home)
    if contents is None:
        raise CoursewavesError(f"Can't find the processed tables of {home.root.name!r}")
    paths = {f"{TABLES}/{name}.parquet": home.processed / f"{name}.parquet" for name in contents.tables}
    return _packed({name: path.read_bytes() for name, path in paths.items()})


def _packed(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, text in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
    return content.getvalue()


def unpack(content: bytes, folder: Path) -> None:
    """Unpack a parcel into a folder of this process alone.

    Raises
    ------
    CoursewavesError
        For anything that is no parcel; nothing is written then.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        raise CoursewavesError("The inputs are no archive") from None
    for name in files:
        if not _is_expected(name):
            raise CoursewavesError("The inputs hold a file that no report reads")
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(text)


def _is_expected(name: str) -> bool:
    """Whether a name is that of a file of a parcel, and leads to nowhere else on any system."""
    parts = PurePosixPath(name).parts
    is_plain = parts and name == "/".join(parts) and not {"..", "."} & {*parts} and not {*name} & {*'\\:*?"<>|'}
    is_table = "/".join(parts[:-1]) == TABLES and name.endswith(".parquet")
    return bool(is_plain) and (name == SETTINGS or is_table or (parts[0] == INSTRUMENTS and name.endswith(".yml")))
