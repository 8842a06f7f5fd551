"""Build pieces of a page: texts and figures go in, HTML comes out in which every text is escaped."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from coursewaves.charts import Figure
from coursewaves.errors import CoursewavesError
from coursewaves.results.shown import MIME, Note, bundled, facts_note, figure_note, table_note, text_note


class Html(str):
    """Markup made by this module, everything else is text and is escaped; with a note of what it shows in figures."""

    notes: tuple[Note, ...]

    def __new__(cls, markup: str, notes: Iterable[Note] = ()) -> "Html":
        """Take markup; one that was made before keeps its notes."""
        made = super().__new__(cls, markup)
        made.notes = tuple(notes) or (markup.notes if isinstance(markup, Html) else ())
        return made


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

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {MIME: self._bundled()}  # the notebook's own way asks for the markup besides

    def _bundled(self) -> str:
        notes = [note for part in self.parts for note in part.notes]
        return bundled(self.section_id, self.title, self.paragraphs, notes)


class Sections(tuple[Section, ...]):
    """Several sections that one notebook cell shows."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(map(repr, self))

    def _repr_html_(self) -> str:
        return "\n".join(section._repr_html_() for section in self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {MIME: "\n".join(section._bundled() for section in self)}


def heading(text: str, level: int = 3) -> Html:
    """Make a heading inside a section."""
    return Html(f"<h{level}>{escape(text)}</h{level}>", [text_note(text)])


def paragraph(text: str, kind: str = "") -> Html:
    """Make a paragraph; empty text makes nothing. `kind` is ``note`` for small print, ``warning`` for a caution."""
    if not text:
        return Html("")
    markup = f'<p class="{escape(kind)}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"
    return Html(markup, [text_note(text)])


def bullets(texts: Iterable[str], kind: str = "") -> Html:
    """Make a list; no texts make nothing."""
    told = [text for text in texts if text]
    items = "".join(f"<li>{escape(text)}</li>" for text in told)
    mark = f' class="{escape(kind)}"' if kind else ""
    return Html(f"<ul{mark}>{items}</ul>" if items else "", map(text_note, told))


def side_by_side(parts: Iterable[Html]) -> Html:
    """Set figures side by side where the page is wide enough."""
    beside = list(parts)
    body = "".join(beside)
    notes = [note for part in beside for note in part.notes]
    return Html(f'<div class="figures">{body}</div>' if body else "", notes)


def facts(pairs: Iterable[tuple[str, str]]) -> Html:
    """Make a list of terms and what they are; pairs without a value are left out."""
    told = [(term, value) for term, value in pairs if value]
    rows = "".join(f"<div><dt>{escape(term)}</dt><dd>{escape(value)}</dd></div>" for term, value in told)
    return Html(f"<dl>{rows}</dl>" if rows else "", [facts_note(told)] if told else [])


def quotes(texts: Iterable[str]) -> Html:
    """Make a list of quotations."""
    items = "".join(f"<li><q>{escape(text)}</q></li>" for text in texts)
    return Html(f'<ul class="quotes">{items}</ul>' if items else "")


def figure(drawing: Figure, caption: str, records: Iterable[Mapping[str, Any]] = ()) -> Html:
    """Place a drawing with its caption; `records` are the figures that it draws, by names of variables.

    Raises
    ------
    CoursewavesError
        Where the drawing says nothing to those who can't see it.
    """
    if not drawing.alt.strip():
        raise CoursewavesError(f"The figure {caption!r} has no alternative text; fix: say in words what it shows.")
    markup = f"<figure><figcaption>{escape(caption)}</figcaption>{drawing.svg}</figure>"
    return Html(markup, [figure_note(caption, drawing.alt, records)])


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> Html:
    """Make a table: the first column heads the rows, the others hold figures; of `kind` ``prose`` they hold texts."""
    shown = [list(row) for row in rows]
    cells = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    lines = [
        f'<tr><th scope="row">{escape(row[0])}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in shown
    ]
    if not lines:
        return Html("")
    name = escape(f"table {kind}".strip())
    return Html(
        f'<div class="{name}" tabindex="0" role="group" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{cells}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>",
        [table_note(caption, head, shown)],
    )
