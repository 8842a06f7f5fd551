"""Build pieces of a page: texts and figures go in, HTML comes out in which every text is escaped."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple, NewType

from coursewaves.charts import Figure
from coursewaves.errors import CoursewavesError

Html = NewType("Html", str)
"""Markup made by this module; everything else is text and is escaped."""


class Section(NamedTuple):
    """One section of a report, as a notebook cell shows it.

    Attributes
    ----------
    section_id
        Anchor of the contents list.
    title
        Heading; empty for a section without one.
    paragraphs
        Paragraphs of the regulation that it answers.
    parts
        What stands in it, in order.
    """

    section_id: str
    title: str
    paragraphs: Sequence[int]
    parts: Sequence[Html]

    def __repr__(self) -> str:
        return f"<Section {self.section_id}: {self.title}>"  # a notebook keeps it beside the markup

    def _repr_html_(self) -> str:
        marks = "".join(f' <span class="paragraph">¶{number}</span>' for number in self.paragraphs)
        heading = f"<h2>{escape(self.title)}{marks}</h2>" if self.title else ""
        body = "\n".join(part for part in self.parts if part)
        return f'<section id="{escape(self.section_id)}">{heading}\n{body}\n</section>'


class Sections(tuple[Section, ...]):
    """Several sections that one notebook cell shows."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(map(repr, self))

    def _repr_html_(self) -> str:
        return "\n".join(section._repr_html_() for section in self)


def heading(text: str, level: int = 3) -> Html:
    """Make a heading inside a section."""
    return Html(f"<h{level}>{escape(text)}</h{level}>")


def paragraph(text: str, kind: str = "") -> Html:
    """Make a paragraph; empty text makes nothing. `kind` is ``note`` for small print, ``warning`` for a caution."""
    if not text:
        return Html("")
    return Html(f'<p class="{escape(kind)}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>")


def bullets(texts: Iterable[str], kind: str = "") -> Html:
    """Make a list; no texts make nothing."""
    items = "".join(f"<li>{escape(text)}</li>" for text in texts if text)
    mark = f' class="{escape(kind)}"' if kind else ""
    return Html(f"<ul{mark}>{items}</ul>" if items else "")


def side_by_side(parts: Iterable[Html]) -> Html:
    """Set figures side by side where the page is wide enough."""
    body = "".join(parts)
    return Html(f'<div class="figures">{body}</div>' if body else "")


def facts(pairs: Iterable[tuple[str, str]]) -> Html:
    """Make a list of terms and what they are; pairs without a value are left out."""
    rows = "".join(f"<div><dt>{escape(term)}</dt><dd>{escape(value)}</dd></div>" for term, value in pairs if value)
    return Html(f"<dl>{rows}</dl>" if rows else "")


def quotes(texts: Iterable[str]) -> Html:
    """Make a list of quotations."""
    items = "".join(f"<li><q>{escape(text)}</q></li>" for text in texts)
    return Html(f'<ul class="quotes">{items}</ul>' if items else "")


def figure(drawing: Figure, caption: str) -> Html:
    """Place a drawing with its caption.

    Raises
    ------
    CoursewavesError
        Where the drawing says nothing to those who can't see it.
    """
    if not drawing.alt.strip():
        raise CoursewavesError(f"The figure {caption!r} has no alternative text; fix: say in words what it shows.")
    return Html(f"<figure><figcaption>{escape(caption)}</figcaption>{drawing.svg}</figure>")


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> Html:
    """Make a table: the first column heads the rows, the others hold figures; of `kind` ``prose`` they hold texts."""
    cells = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    lines = [
        f'<tr><th scope="row">{escape(row[0])}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in rows
    ]
    if not lines:
        return Html("")
    name = escape(f"table {kind}".strip())
    return Html(
        f'<div class="{name}" tabindex="0" role="group" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{cells}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )
