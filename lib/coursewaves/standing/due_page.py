"""Lay what is due out as one page for the head (¶21): `Due` goes in, HTML without script or request comes out."""

from collections.abc import Sequence
from typing import NamedTuple

from coursewaves.deadlines.due import Due
from coursewaves.deadlines.due_words import Block, Words
from coursewaves.pages.page_templates import fill_page, template_text
from coursewaves.pages.typeset import typeset
from coursewaves.publishing.report import page_css


def due_page(due: Due, words: Words) -> str:
    """Return the page of what is due, in the language of the words; the same tables and day give the same page."""
    head = PageHead(words.phrases.language, words.title(), words.institute(), words.lead(due))
    return block_page(head, words.facts(due), words.blocks(due), words.notes(due))


class PageHead(NamedTuple):
    """What stands at the head of a page: its ``language``, ``title``, the ``institute`` and of which day it is."""

    language: str
    title: str
    institute: str
    lead: str


def block_page(head: PageHead, facts: Sequence[tuple[str, str]], blocks: Sequence[Block], notes: Sequence[str]) -> str:
    """Return a page of counts and blocks with their tables, for the head of the institute."""
    css = page_css() + template_text("due.css")
    page = fill_page("due.html.j2", **head._asdict(), css="", facts=facts, blocks=blocks, notes=notes)
    return typeset(page).replace("<style></style>", f"<style>{css}</style>", 1)
