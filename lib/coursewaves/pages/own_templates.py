"""Fill the templates of letters and papers: the institute's own, else a built-in one, and values go in, HTML comes out.

A template sees values alone: no file, no function of Python, no other template. Every value is escaped. What a
template names and there is not is refused with its line and what there is.
"""

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from jinja2 import StrictUndefined, TemplateAssertionError, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from coursewaves.errors import CoursewavesError
from coursewaves.pages.pieces import Html
from coursewaves.settings.home import Home
from coursewaves.system import PACKAGE
from coursewaves.system.findings import Finding

MOST_BYTES = 200_000
"""Bytes of the longest template."""

BUILT_IN_LANGUAGES = ("kk", "ru", "en")

_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL | re.IGNORECASE)
_COMPILED = "<template>"
"""How jinja calls the file of a template that came as text."""


class Paper(NamedTuple):
    """A letter or a paper in words: its title as text, its body as HTML."""

    title: str
    body: Html


class Templates(NamedTuple):
    """The templates of one folder, each file called ``<kind>.<language>.html``.

    Attributes
    ----------
    folder
        Name of the folder: among the built-in templates, and in the work folder for the institute's own.
    kinds
        What is made from them.
    """

    folder: str
    kinds: tuple[str, ...]

    @property
    def built_in(self) -> Path:
        """Where the built-in templates lie."""
        return PACKAGE / "templates" / self.folder

    def own(self, home: Home) -> Path:
        """Return where an institute puts its own templates, each called as the built-in one that it replaces."""
        return home.root / self.folder

    def fill(self, home: Home, kind: str, language: str, values: Mapping[str, Any]) -> Paper:
        """Fill the template of a kind in a language.

        Raises
        ------
        CoursewavesError
            Where there is no such template, or it can't be filled: with its name, line and the possible values.
        """
        name = f"{kind}.{language}.html"
        place = f"{self.folder}/{name}"
        own = self.own(home) / name
        page = _filled(_source(own if own.exists() else self.built_in / name, place), place, values)
        title = _TITLE.search(page)
        if title is None or not title[1].strip():
            raise CoursewavesError(f"{place} has no title; fix: begin it with <title>...</title>")
        return Paper(" ".join(unescape(title[1]).split()), Html(_TITLE.sub("", page).strip()))

    def look_over(self, home: Home) -> list[Finding]:
        """Name the files among an institute's own templates that nothing is made from."""
        languages = dict.fromkeys([*BUILT_IN_LANGUAGES, *home.settings.languages])
        known = {f"{kind}.{language}.html" for kind in self.kinds for language in languages}
        found = sorted(path.name for path in self.own(home).glob("*") if not path.name.startswith("."))
        fix = f"name it {', '.join(self.kinds)}, with language and .html: {self.kinds[0]}.kk.html"
        return [
            Finding("warn", f"nothing is made from {self.folder}/{name}", fix) for name in found if name not in known
        ]


class _Environment(ImmutableSandboxedEnvironment):
    """Templates in which a name that there is not is an error, even behind a point."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return what stands behind a point, as jinja does; of our own values nothing but what they have."""
        return _value(obj, attribute) if isinstance(obj, dict) else super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return what stands in brackets, by the same rule."""
        return _value(obj, argument) if isinstance(obj, dict) else super().getitem(obj, argument)


def _value(values: dict[Any, Any], name: Any) -> Any:
    if name not in values:
        raise CoursewavesError.not_found(name, "this value", values)
    return values[name]


def _source(path: Path, place: str) -> str:
    if not path.exists():
        raise CoursewavesError(f"Can't find the template {place}; fix: write it into the work folder")
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise CoursewavesError(f"{place} is too long for a template; fix: at most {MOST_BYTES // 1000} KB")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise CoursewavesError(f"Can't read {place}: {error.strerror}; fix: make it a file for this user") from None
    except UnicodeDecodeError:
        raise CoursewavesError(f"{place} is not in UTF-8; fix: save it as UTF-8") from None


def _filled(source: str, place: str, values: Mapping[str, Any]) -> str:
    environment = _Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    try:
        _check_names(environment, source, values)
        return environment.from_string(source).render(values)
    except TemplateSyntaxError as error:
        raise CoursewavesError(f"{place}:{error.lineno} {_said(error)}; fix: correct the template") from None
    except TemplateError as error:
        fix = f"use these values alone: {', '.join(sorted(values))}"
        raise CoursewavesError(f"{_at(place, error.__traceback__)} {_said(error)}; fix: {fix}") from None
    except CoursewavesError as error:
        raise CoursewavesError(f"{_at(place, error.__traceback__)} {error}") from None
    except Exception as error:
        why = f"can't be filled: {type(error).__name__}; fix: correct the template"
        raise CoursewavesError(f"{_at(place, error.__traceback__)} {why}") from None


def _check_names(environment: _Environment, source: str, values: Mapping[str, Any]) -> None:
    """Refuse names that there are not, in the branches too that are not come to."""
    tree = environment.parse(source)
    unknown = meta.find_undeclared_variables(tree) - values.keys() - environment.globals.keys()
    for name in tree.find_all(nodes.Name):
        if name.name in unknown:
            fault = CoursewavesError.not_found(name.name, "the values of this template", values)
            raise TemplateAssertionError(str(fault), name.lineno)


def _said(error: TemplateError) -> str:
    return (error.message or type(error).__name__).rstrip(".")


def _at(place: str, trace: TracebackType | None) -> str:
    """Return how a message names the line of a template in which an error was met."""
    line = 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _COMPILED:
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"{place}:{line}" if line else place
