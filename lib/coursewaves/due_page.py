"""Lay what is due out as one page for the head (¶21): `Due` goes in, HTML without script or request comes out."""

from jinja2 import Environment, FileSystemLoader

from coursewaves.due import Due
from coursewaves.due_words import Words
from coursewaves.report import page_css
from coursewaves.settings import PACKAGE

TEMPLATES = PACKAGE / "templates"


def due_page(due: Due, words: Words) -> str:
    """Return the page of what is due, in the language of the words; the same tables and day give the same page."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    language = words.phrases.language
    return environment.get_template("due.html.j2").render(
        language=language,
        title=words.title(),
        institute=words.institute(),
        lead=words.lead(due),
        css=page_css() + (TEMPLATES / "due.css").read_text(encoding="utf-8"),
        facts=words.facts(due),
        blocks=words.blocks(due),
        notes=words.notes(due),
    )
