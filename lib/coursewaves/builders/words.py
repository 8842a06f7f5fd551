"""Say what a form says besides its questions: a survey's languages go in, each text in all of them comes out."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError

from coursewaves.survey.instruments import Texts
from coursewaves.system.yamlfile import read_yaml

_WORDS = Path(__file__).parent / "words.yml"

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_NAMES = {"kk": "Қазақша"}
"""What languages are called in forms, where it is not their name in the lists of Unicode."""


@cache
def _entries() -> dict[str, Texts]:
    return {entry["id"]: entry["text"] for entry in read_yaml(_WORDS).content["words"]}


def words(languages: Sequence[str]) -> dict[str, Texts]:
    """Return every text by its id, in each language; English stands in for a language that has none.

    >>> words(["kk", "de"])["about_you"]
    {'kk': 'Өзіңіз туралы', 'de': 'About you'}
    """
    return {
        name: {language: texts.get(language, texts["en"]) for language in languages}
        for name, texts in _entries().items()
    }


def one_line(text: str) -> str:
    r"""Return a wording on one line; what XML has no way to write stands as a sign for the unknown.

    >>> one_line("How\n often\x07?")
    'How often\ufffd?'
    """
    return " ".join(_UNWRITABLE.sub("\ufffd", text).split())


def language_name(language: str) -> str:
    """Return what a language calls itself, its code where nobody knows it.

    >>> language_name("kk"), language_name("ru"), language_name("xx-unknown")
    ('Қазақша', 'Русский', 'xx-unknown')
    """
    if language in _NAMES:
        return _NAMES[language]
    try:
        name = Locale.parse(language.replace("-", "_")).get_display_name() or language
    except (UnknownLocaleError, ValueError):
        return language
    return name[:1].upper() + name[1:]


def joined(texts: Texts) -> str:
    """Return a text in all its languages, as bilingual forms write it; equal ones stand once.

    >>> joined({"kk": "Иә", "ru": "Да", "en": "Да"})
    'Иә / Да'
    """
    return " / ".join(dict.fromkeys(texts.values()))
