"""Open answers: how many, and a few of them, shuffled, cut and without anything that names a person."""

import hashlib

from coursewaves.analysis.summarise import given_answers
from coursewaves.pages.pieces import Html, Section, heading, paragraph, quotes
from coursewaves.survey.instruments import Item
from coursewaves.views.opening import CourseView

MOST_QUOTES = 8
MOST_LETTERS = 280


def open_answers(view: CourseView) -> Section:
    """Show quotations of the open questions that enough people answered."""
    survey = view.year.survey
    items = [
        item for instrument in survey.waves() for item in instrument.items if survey.scale(item.scale).kind == "text"
    ]
    parts = [part for item in items for part in _answers(view, item)]
    if not parts:
        text = view.say("No open question has {minimum} answers: none is quoted.", minimum=view.least("quotes"))
        parts = [paragraph(text)]
    note = view.say(
        "Quotations are shuffled, shortened and freed of addresses and numbers; they are examples, not counts."
    )
    return Section("open-answers", view.say("Open answers"), [], [*parts, paragraph(note, "note")])


def _answers(view: CourseView, item: Item) -> list[Html]:
    texts = given_answers(view.responses, item.id)
    if len(texts) < view.least("quotes"):
        return []
    chosen = sorted(set(texts), key=_shuffled)[:MOST_QUOTES]
    wave = view.wave_name(view.year.survey.instrument_of(item.id))
    count = view.phrases.say_many("{count} answer", "{count} answers", len(texts))
    return [heading(f"{view.wording(item)} ({wave}; {count})"), quotes(_cut(text) for text in chosen)]


def _shuffled(text: str) -> str:
    """An order that says nothing of who answered when, and is the same in every run."""
    return hashlib.sha256(text.encode()).hexdigest()


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1].rstrip() + "…"
