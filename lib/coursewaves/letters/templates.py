"""Fill the templates of letters: a template of the institute, else a built-in one, and values go in, HTML comes out.

A template sees values alone: no file, no function of Python, no other template. Every value is escaped. What a
template names and there is not is refused with its line and what there is.
"""

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from coursewaves.errors import CoursewavesError
from coursewaves.findings import Finding
from coursewaves.letters.due_letters import KINDS
from coursewaves.settings import PACKAGE, Home

BUILT_IN = PACKAGE / "templates" / "letters"

MOST_BYTES = 200_000
"""Bytes of the longest template."""

_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL | re.IGNORECASE)
_COMPILED = "<template>"
"""How jinja calls the file of a template that came as text."""


class Values(dict[str, Any]):
    """Values by name, of which a template may name no other."""


class Filled(NamedTuple):
    """A letter in words: its subject as text, its body as HTML."""

    subject: str
    body: str


class _Environment(ImmutableSandboxedEnvironment):
    """Templates in which a name that there is not is an error, even behind a point."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return what stands behind a point, as jinja does; of our own values nothing but what they have."""
        if isinstance(obj, Values) and attribute not in obj:
            raise CoursewavesError.not_found(attribute, "this value", obj)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return what stands in brackets, by the same rule."""
        if isinstance(obj, Values) and argument not in obj:
            raise CoursewavesError.not_found(argument, "this value", obj)
        return super().getitem(obj, argument)


def own_folder(home: Home) -> Path:
    """Return where an institute puts its own templates."""
    return home.root / "letters"


def fill(home: Home, kind: str, language: str, values: Values) -> Filled:
    """Fill the template of a kind of letter in a language.

    Raises
    ------
    CoursewavesError
        Where there is no such template, or it can't be filled: with its name, line and the possible values.
    """
    place, source = _source(home, kind, language)
    environment = _Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    try:
        _check_names(environment, source, place, values)
        page = environment.from_string(source).render(values)
    except TemplateSyntaxError as error:
        raise CoursewavesError(f"{place}:{error.lineno} {error.message}") from None
    except (CoursewavesError, TemplateError) as error:
        raise CoursewavesError(f"{_at(place, error.__traceback__)}{error}") from None
    except Exception as error:
        raise CoursewavesError(f"{_at(place, error.__traceback__)}can't be filled: {type(error).__name__}") from None
    title = _TITLE.search(page)
    if title is None or not title[1].strip():
        raise CoursewavesError(f"{place}: no subject; fix: begin it with <title>...</title>")
    return Filled(" ".join(unescape(title[1]).split()), _TITLE.sub("", page).strip())


def look_over(home: Home) -> list[Finding]:
    """Name the files among an institute's own templates that no letter is made from."""
    known = {f"{kind}.{language}.html" for kind in KINDS for language in ("kk", "ru", "en", *home.settings.languages)}
    found = sorted(path.name for path in own_folder(home).glob("*") if not path.name.startswith("."))
    fix = f"name it {', '.join(KINDS)}, with language and .html: cover.kk.html"
    return [Finding("warn", f"letters/{name} is no template of a letter", fix) for name in found if name not in known]


def _source(home: Home, kind: str, language: str) -> tuple[str, str]:
    """Return how messages call a template, and its text."""
    own, built_in = own_folder(home) / f"{kind}.{language}.html", BUILT_IN / f"{kind}.{language}.html"
    place = f"letters/{own.name}"
    path = own if own.exists() else built_in
    if not path.is_file():
        raise CoursewavesError(f"No template of a letter in {language!r}; fix: write {place} in the work folder.")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise CoursewavesError(f"{place}: too long for a letter; fix: at most {MOST_BYTES // 1000} KB.")
        return place, path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CoursewavesError(f"{place}: not in UTF-8; fix: save it as UTF-8.") from None


def _check_names(environment: _Environment, source: str, place: str, values: Mapping[str, Any]) -> None:
    """Refuse names that there are not, in the branches too that this letter does not come to."""
    tree = environment.parse(source)
    unknown = meta.find_undeclared_variables(tree) - values.keys() - environment.globals.keys()
    for name in tree.find_all(nodes.Name):
        if name.name in unknown:
            raise CoursewavesError.not_found(name.name, f"{place}, line {name.lineno}", values)


def _at(place: str, trace: TracebackType | None) -> str:
    """Return how a message names the line of a template in which an error was met."""
    line = 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _COMPILED:
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"{place}:{line} " if line else ""
