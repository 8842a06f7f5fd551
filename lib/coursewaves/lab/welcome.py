"""Write the page with which JupyterLab opens: what the notebooks are for, in the reader's language."""

from pathlib import Path

from coursewaves.errors import CoursewavesError
from coursewaves.lab.copies import FOLDER
from coursewaves.phrases import Phrases
from coursewaves.settings.home import Home
from coursewaves.system import PACKAGE
from coursewaves.system.private_files import write_private

WELCOME = "welcome.md"
"""Name of the page in the folder of the notebooks."""


def chosen_language(home: Home, language: str = "") -> str:
    """Return the language asked for, else the institute's first.

    Raises
    ------
    CoursewavesError
        For a language that the settings do not name.
    """
    spoken = home.settings.languages
    if language and language not in spoken:
        raise CoursewavesError.not_found(language, "the languages of the settings", spoken)
    return language or spoken[0]


def write_welcome(home: Home, language: str) -> Path:
    """Write the welcome page into the work folder; return where it stands.

    It is Markdown that JupyterLab shows at once: no kernel has to start for it.
    """
    template = PACKAGE / "templates" / f"welcome.{language}.md"
    if not template.is_file():
        template = PACKAGE / "templates" / "welcome.en.md"
    phrases = Phrases(language)
    institute = home.settings.institute.get(language) or home.root.name
    values = {"{institute}": _plain(institute), "{folder}": _in_code(home.root.name), "{show}": show_all(phrases)}
    text = template.read_text(encoding="utf-8")
    for place, value in values.items():
        text = text.replace(place, value)
    path = home.root / FOLDER / WELCOME
    write_private(path, lambda draft: draft.write_text(text, encoding="utf-8"))
    return path


def show_all(phrases: Phrases) -> str:
    """Return what the button is called that runs a whole notebook."""
    return phrases.say("Show everything")


def _in_code(text: str) -> str:
    """Return a text for a span of code, in which all but its own mark and a line's end stands for itself."""
    return " ".join(text.replace("`", "'").split())


def _plain(text: str) -> str:
    """Return a text in which nothing is Markdown or HTML."""
    return "".join(f"&#{ord(letter)};" if letter in "<>&*_`[]()#\\!|~" else letter for letter in text)
