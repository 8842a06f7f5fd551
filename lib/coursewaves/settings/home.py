"""The work folder: where everything of an institute lies, and its settings."""

import os
import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel import localedata
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from coursewaves.errors import CoursewavesError
from coursewaves.ladder import LEAST
from coursewaves.settings.fieldwork import Letters, Publishing, Sampling
from coursewaves.settings.formats import Format
from coursewaves.settings.sources import Source, zone_name
from coursewaves.settings.unattended import Alerts, Schedule
from coursewaves.survey.files import BUILT_IN, CODEBOOK, load_survey
from coursewaves.survey.instruments import Survey, Texts
from coursewaves.system import PACKAGE
from coursewaves.system.limits import Limits
from coursewaves.system.model_faults import model_fault
from coursewaves.system.yamlfile import read_yaml


class Settings(BaseModel):
    """What an institute decides; each is printed where it matters.

    `minimum_group` is the smallest group of which anything is shown. `low_rated_below` (0-100) is the
    councils' threshold for a low-rated programme (¶16): the regulation names none. `duplicates` says which of a
    linked person's forms counts, see `coursewaves.intake.duplicates`. `link_by` names the personal datum that links a
    person's forms where there is no code; it is written as a pseudonym only. `kinds` names the kinds of report that
    are made, all where none is named, see `coursewaves.kinds`. `formats` names the files of each report, see
    `coursewaves.settings.formats`: ``html`` is always made. `limits` bounds each report's time,
    memory and output, see `coursewaves.system.limits`. `schedule` says when unattended runs are due, `alerts` who is
    told what became of them, see `coursewaves.settings.unattended`. `letters` says when letters to centres are due and
    whom they turn to, `sample` from which seed a sample wave is drawn, `publishing` when answers enter reports, see
    `coursewaves.settings.fieldwork`. `closed_until` is the last day of the period whose reports were handed in: rows of
    the registry that belong to it are changed with a reason only, see `coursewaves.entry`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    institute: Texts = Field(default_factory=dict)
    languages: list[str] = Field(default=["kk", "ru", "en"], min_length=1)
    time_zone: str = "Asia/Almaty"
    minimum_group: int = Field(default=LEAST["counts"], ge=LEAST["counts"])
    low_rated_below: float = Field(default=62.5, ge=0, le=100)
    duplicates: Literal["last", "first", "most_complete"] = "last"
    link_by: Literal["email", "phone", "iin"] | None = None
    sources: list[Source] = Field(default_factory=list)
    kinds: list[str] = Field(default_factory=list)
    formats: list[Format] = Field(default=["html", "json", "xlsx"])
    limits: Limits = Field(default_factory=Limits)
    schedule: Schedule = Field(default_factory=Schedule)
    alerts: Alerts = Field(default_factory=Alerts)
    closed_until: date | None = None
    letters: Letters = Field(default_factory=Letters)
    sample: Sampling = Field(default_factory=Sampling)
    publishing: Publishing = Field(default_factory=Publishing)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        return zone_name(name)

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, codes: list[str]) -> list[str]:
        if unknown := [code for code in codes if not localedata.exists(code)]:
            raise ValueError(f"no language {unknown[0]!r}; fix: write its code, such as kk for Kazakh")
        return codes

    @field_validator("closed_until", mode="before")
    @classmethod
    def _plain_day(cls, day: object) -> object:
        if day is not None and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(day)):
            raise ValueError(f"no day {day!r}; fix: write it as 2025-12-31")
        return day

    @property
    def zone(self) -> ZoneInfo:
        """The institute's time zone."""
        return ZoneInfo(self.time_zone)

    def source_of(self, name: str) -> Source:
        """Return the first declared source whose pattern fits a file, else the defaults."""
        return next((source for source in self.sources if source.match(name)), Source(files="**"))


@dataclass(frozen=True)
class Home:
    """A work folder; nothing in it but `root` is needed beforehand.

    >>> Home(Path("demo")).responses.as_posix()
    'demo/data/raw/responses'
    """

    root: Path

    @property
    def registry(self) -> Path:
        """Folder of the registry tables, read-only."""
        return self.root / "data" / "raw" / "registry"

    @property
    def responses(self) -> Path:
        """Folder of the survey exports, read-only."""
        return self.root / "data" / "raw" / "responses"

    @property
    def corrections(self) -> Path:
        """Folder of the corrections that clerks make."""
        return self.root / "data" / "raw" / "corrections"

    @property
    def aliases(self) -> Path:
        """Headers that a person accepted as other names of questions."""
        return self.root / "aliases.csv"

    @property
    def processed(self) -> Path:
        """Folder of the tables made from raw files; disposable."""
        return self.root / "data" / "processed"

    @property
    def partitions(self) -> Path:
        """Folder of what each report may see, one file a course."""
        return self.processed / "courses"

    def partition(self, course_id: str) -> Path:
        """Return where the partition of a course lies."""
        return self.partitions / f"{course_id}.zip"

    @property
    def released(self) -> Path:
        """Folder of what was published, one file a course; unlike `processed` it can't be made anew."""
        return self.root / "data" / "released"

    @property
    def lock(self) -> Path:
        """The file that a run locks."""
        return self.root / "data" / "run.lock"

    @property
    def problem_book(self) -> Path:
        """The workbook in which a clerk sees the problems and mends them."""
        return self.processed / "problems.xlsx"

    @property
    def reports(self) -> Path:
        """Folder of the finished reports."""
        return self.root / "reports"

    @property
    def logs(self) -> Path:
        """Folder of the logs of unattended runs."""
        return self.root / "logs"

    @property
    def instruments(self) -> Path:
        """Folder of the institute's own instrument files, else of the built-in ones; a codebook alone is none."""
        own = self.root / "instruments"
        is_codebook_alone = own.is_dir() and [path.name for path in own.iterdir()] == [CODEBOOK]
        return own if own.is_dir() and not is_codebook_alone else BUILT_IN

    @property
    def codebook(self) -> Path:
        """The institute's own themes of open answers; where there is no such file, the built-in ones count."""
        return self.root / "instruments" / CODEBOOK

    @cached_property
    def settings(self) -> Settings:
        """The settings in ``coursewaves.yml``, the defaults where there is none."""
        return load_settings(self.root / "coursewaves.yml")

    @property
    def sound_settings(self) -> Settings:
        """What is sound of the settings: by these people are told that the rest has faults."""
        return load_sound_settings(self.root / "coursewaves.yml")

    @cached_property
    def survey(self) -> Survey:
        """The survey design."""
        return load_survey(self.instruments)


def find_home(path: str | Path = "") -> Home:
    """Return the work folder: the path named, else ``COURSEWAVES_HOME``, else the current folder.

    Raises
    ------
    CoursewavesError
        Where there is no such folder.
    """
    root = Path(path or os.environ.get("COURSEWAVES_HOME") or ".").resolve()
    if not root.is_dir():
        raise CoursewavesError(f"Can't find the work folder {path!s}; fix: make it, or name another with --home.")
    return Home(root)


def load_settings(path: Path) -> Settings:
    """Load a settings file; an absent one gives the defaults.

    Raises
    ------
    CoursewavesError
        With every fault of the file, its line and fix.
    """
    if not path.exists():
        return Settings()
    source = read_yaml(path)
    faults = [f"{path.name}:{line} {message}" for line, message in source.faults]
    try:
        settings = Settings.model_validate(source.content or {})
    except ValidationError as error:
        for detail in error.errors():
            field = ".".join(str(step) for step in detail["loc"])
            place = f"{path.name}:{source.line_of(detail['loc'])} {field or 'the settings'}"
            faults.append(f"{place}: {model_fault(Settings, detail)}")
        settings = Settings()
    if faults:
        raise CoursewavesError("The settings have faults:\n" + "\n".join(faults))
    return settings


def load_sound_settings(path: Path) -> Settings:
    """Load what is sound of a settings file; what has faults, or can't be read, gives its default."""
    try:
        content = read_yaml(path).content if path.exists() else None
    except OSError:
        content = None
    content = content if isinstance(content, dict) else {}
    while True:
        try:
            return Settings.model_validate(content)
        except ValidationError as error:
            content = _without(content, error.errors()[0]["loc"])


def _without(content: dict[str, Any], place: tuple[int | str, ...]) -> dict[str, Any]:
    """Leave out the setting of a fault: one of an entry where settings are grouped, else the whole entry."""
    first, inner = str(place[0]), content.get(str(place[0]))
    if len(place) > 1 and isinstance(inner, dict) and place[1] in inner:
        return content | {first: {name: value for name, value in inner.items() if name != place[1]}}
    return {name: value for name, value in content.items() if name != first}


def notebooks_folder() -> Path:
    """Return the folder of the notebooks: the one installed with the package, else the checkout's."""
    installed = PACKAGE / "notebooks"
    return installed if installed.is_dir() else PACKAGE.parents[1] / "notebooks"
