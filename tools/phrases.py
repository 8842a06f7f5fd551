"""Bring the catalogues of phrases up to date with the library's code: ``make phrases``.

Every phrase of the code gets its place in every catalogue, in the order of the code. Translations are kept, a
new phrase stands empty until somebody translates it, and one that is said no more goes. The header of a
catalogue belongs to its translators and stays as it is. Languages named after the command get a catalogue of
their own: ``python tools/phrases.py uz``.
"""

import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

LIBRARY = Path(__file__).parents[1] / "lib" / "coursewaves"
LOCALES = LIBRARY / "locale"
KEYWORDS = {"say": None, "say_many": (1, 2), "marked": None}
WIDTH = 120

HEADER = """\
# What the reports say in {name}; every msgid is the English wording.
# These texts have not yet been reviewed by a native methodologist: set X-Reviewed to yes when one has.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"X-Reviewed: no\\n"
"""


def read_phrases(library: Path = LIBRARY) -> list[Message]:
    """Read the English phrases out of the code: literals in calls of `say`, `say_many` and `marked`.

    Returns
    -------
    list of Message
        One message is one phrase, with the modules that say it; in the order of the code.
    """
    phrases = Catalog()
    modules = [("**.py", "python")]
    for module, line, phrase, _comments, _context in extract_from_dir(library, modules, keywords=KEYWORDS):
        phrases.add(phrase, locations=[(Path(module).as_posix(), line)])
    return [phrase for phrase in phrases if phrase.id]  # without the header


def update(text: str, phrases: Iterable[Message], language: str) -> str:
    """Return a catalogue's text with exactly these phrases; what is translated stays translated.

    An empty text gives a new catalogue. The same catalogue and phrases give the same text, byte for byte.
    """
    header = text.partition("\n\n")[0].rstrip("\n") if text else new_header(language)
    told = read_po(BytesIO(text.encode()), locale=language)
    updated = Catalog(locale=language)
    for phrase in phrases:
        updated[phrase.id] = _translated(phrase, told.get(phrase.id))
    body = BytesIO()
    write_po(body, updated, width=WIDTH, omit_header=True, include_lineno=False)
    return f"{header}\n\n{body.getvalue().decode().strip()}\n"


def _translated(phrase: Message, known: Message | None) -> Message:
    """Make the entry of a phrase; a translation of another shape (one form, several forms) does not fit."""
    message = Message(phrase.id, locations=phrase.locations)
    message.flags.discard("python-format")  # Babel takes "95 % interval" for a place to fill
    if known is not None and isinstance(known.string, str) == isinstance(phrase.id, str):
        message.string = known.string
        message.user_comments = known.user_comments
        message.flags |= known.flags & {"fuzzy"}
    return message


def new_header(language: str) -> str:
    """Return the header of a new catalogue: no dates, hosts or names."""
    name, plurals = Locale.parse(language).english_name, get_plural(language).plural_forms
    return HEADER.format(name=name, language=language, plural_forms=plurals).rstrip("\n")


def main(languages: Iterable[str] = ()) -> None:
    """Update every catalogue, and make those of the languages named."""
    phrases = read_phrases()
    for language in sorted({folder.name for folder in LOCALES.iterdir() if folder.is_dir()} | set(languages)):
        path = LOCALES / language / "LC_MESSAGES" / "coursewaves.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(update(text, phrases, language), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
