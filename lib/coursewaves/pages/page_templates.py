"""Fill the program's own templates of pages: the name of one and values go in, HTML comes out."""

from functools import lru_cache

from jinja2 import Environment, FileSystemLoader

from coursewaves.system import PACKAGE

TEMPLATES = PACKAGE / "templates"


def fill_page(name: str, **values: object) -> str:
    """Fill a template of the folder ``templates``; every value is escaped that is no `pages.pieces.Html`."""
    return _environment().get_template(name).render(**values)


def template_text(name: str) -> str:
    """Return a file beside the templates as it stands, such as a style sheet."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
