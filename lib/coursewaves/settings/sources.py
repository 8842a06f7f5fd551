"""What is declared of the files of answers: which files, of which questionnaire, and how they are written."""

import codecs
import re
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

from coursewaves.settings.time_forms import is_form


class Source(BaseModel):
    """How the files of one kind are read, where the file itself does not say it.

    `files` is a pattern over the path below the responses folder, in which ``{course}`` captures the part
    that names the course, and ``{wave}`` the number of the wave. `instrument` is a questionnaire, or several
    that one form serves. `platform` is a key of `coursewaves.platforms.PLATFORMS`. `time_zone` is that of times
    without one, where it is not the institute's. `encoding` is that of files which are not UTF-8 ("kz1048"): it is
    never guessed. `missing` lists cells that mean "no answer" ("NA").
    `check_window` is switched off for sources whose dates are too coarse to tell a late answer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: str
    instrument: str | list[str] | None = None
    platform: str | None = None
    encoding: str | None = None
    time_form: str | None = None
    time_zone: str | None = None
    missing: list[str] = Field(default_factory=list)
    delimiter_in_cells: str | None = Field(default=None, min_length=1)
    check_window: bool = True

    @field_validator("files")
    @classmethod
    def _one_part_each(cls, files: str) -> str:
        twice = [part for part in ("{course}", "{wave}") if files.count(part) > 1]
        if twice:
            raise ValueError(f"{twice[0]} stands twice; fix: let it capture one part of the name")
        return files

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, name: str | None) -> str | None:
        try:
            return name if name is None else codecs.lookup(name).name
        except LookupError:
            raise ValueError(f"no encoding {name!r}; fix: write it as 'cp1251'") from None

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        return name if name is None else zone_name(name)

    @field_validator("time_form")
    @classmethod
    def _known_form(cls, form: str | None) -> str | None:
        if form is not None and not is_form(form):
            raise ValueError(f"no time form {form!r}; fix: write it as 'd.m.Y H:M:S'")
        return form

    def match(self, name: str) -> re.Match[str] | None:
        """Match a file's path; a pattern without a slash is held against the file's own name."""
        return _pattern(self.files).fullmatch(name if "/" in self.files else name.rpartition("/")[2])

    def named(self, part: str, name: str) -> str:
        """Return what a file's name says of the ``course`` or the ``wave``; empty where it captures none."""
        match = self.match(name)
        return (match.groupdict().get(part) or "") if match else ""

    @property
    def instruments(self) -> list[str]:
        """The questionnaires that the source declares."""
        declared = self.instrument or []
        return [declared] if isinstance(declared, str) else declared


def zone_name(name: str) -> str:
    """Return the name of a time zone that exists; a ValueError says how one is written."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"no time zone {name!r}; fix: write it as 'Asia/Almaty'") from None
    return name


@lru_cache(maxsize=64)
def _pattern(files: str) -> re.Pattern[str]:
    parts = {"{course}": r"(?P<course>[^/]+?)", "{wave}": r"(?P<wave>\d)", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\{course\}|\{wave\}|\*\*|\*|\?)", files)
    return re.compile("".join(parts.get(piece, re.escape(piece)) for piece in pieces), re.DOTALL)
