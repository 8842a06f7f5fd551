"""Say how a paragraph stands: states go in, words of a reader's language come out."""

from datetime import date

from coursewaves.phrases import Phrases, marked
from coursewaves.regulation.paragraphs import load_regulation
from coursewaves.regulation.states import AT_RISK, BROKEN, KEPT, NOT_YET, Evidence, Phrase, Value

MOST_NAMES = 10
"""How many ids a sentence names; the JSON has them all."""

WORDS = {
    KEPT: marked("fulfilled"),
    AT_RISK: marked("at risk"),
    BROKEN: marked("broken"),
    NOT_YET: marked("not applicable yet"),
}


def asked(phrases: Phrases, number: int) -> str:
    """Say what a paragraph asks."""
    return load_regulation().paragraph(number).asked(phrases.language)


def state_words(phrases: Phrases, state: str) -> str:
    """Say a state."""
    return phrases.say(WORDS[state])


def evidence_words(phrases: Phrases, evidence: Evidence) -> str:
    """Say a piece of evidence, its numbers and days as the language writes them."""
    phrase, values = evidence.phrase, {name: _word(phrases, value) for name, value in evidence.values.items()}
    return phrases.say(phrase, **values)


def _word(phrases: Phrases, value: Value) -> str:
    if isinstance(value, Phrase):
        return phrases.say(value)
    if isinstance(value, date):
        return phrases.short_day(value)
    if isinstance(value, tuple):
        more = len(value) - MOST_NAMES
        names = ", ".join(value[:MOST_NAMES])
        return phrases.say("{list} and {n} more", list=names, n=phrases.number(more)) if more > 0 else names
    return phrases.number(value) if isinstance(value, int) else value
