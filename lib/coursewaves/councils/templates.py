"""Fill the templates of a council's papers: the institute's own, else a built-in one, and values go in, HTML comes out.

A template sees values alone, and every value is escaped. What a template names and there is not is refused.
"""

import re
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from coursewaves.errors import CoursewavesError
from coursewaves.page import Html
from coursewaves.settings import PACKAGE, Home

BUILT_IN = PACKAGE / "templates" / "councils"

PAPERS = ("decisions", "invitation", "participants", "minutes")
"""The papers whose wording an institute may replace."""

_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


class Paper(NamedTuple):
    """A paper in words: its title as text, its body as HTML."""

    title: str
    body: Html


def own_folder(home: Home) -> Path:
    """Return where an institute puts its own templates, each called as the built-in one that it replaces."""
    return home.root / "councils"


def fill(home: Home, name: str, language: str, values: dict[str, Any]) -> Paper:
    """Fill the template of a paper.

    Raises
    ------
    CoursewavesError
        Where there is none in the language, or it can't be filled.
    """
    place, source = _source(home, name, language)
    environment = ImmutableSandboxedEnvironment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    try:
        page = environment.from_string(source).render(values)
    except TemplateSyntaxError as error:
        raise CoursewavesError(f"{place}:{error.lineno} {error.message}; fix: correct the template") from None
    except TemplateError as error:
        names = ", ".join(sorted(values))
        raise CoursewavesError(f"{place}: {error.message}; fix: use these values alone: {names}") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise CoursewavesError(f"{place} can't be filled: {type(error).__name__}; fix: correct the template") from None
    title = _TITLE.search(page)
    if title is None or not title[1].strip():
        raise CoursewavesError(f"{place} has no title; fix: begin it with <title>...</title>")
    return Paper(" ".join(unescape(title[1]).split()), Html(_TITLE.sub("", page).strip()))


def _source(home: Home, name: str, language: str) -> tuple[str, str]:
    """Return how messages call a template, and its text."""
    own, built_in = (folder / f"{name}.{language}.html" for folder in (own_folder(home), BUILT_IN))
    place = f"councils/{own.name}"
    path = own if own.is_file() else built_in
    if not path.is_file():
        raise CoursewavesError(f"Can't find the template {place}; fix: write it into the work folder")
    try:
        return place, path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CoursewavesError(f"{place} is not in UTF-8; fix: save it as UTF-8") from None
