"""Write a bag's inventory in Kazakh, Russian and English: its items go in, CSV and pages for an archivist come out."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from coursewaves.archive.extract import as_csv
from coursewaves.archive.payload import Item
from coursewaves.errors import CoursewavesError
from coursewaves.pages.page_templates import fill_page
from coursewaves.phrases import Phrases, marked
from coursewaves.publishing.report import page_css
from coursewaves.reading.delimited import rows_of

LANGUAGES = ("kk", "ru", "en")

CONTENTS = "contents.csv"
"""The inventory for programs; from it a work folder is restored."""

COLUMNS = ("path", "kind", "original", "bytes", "sha256")

KINDS = {
    "registry": marked("Registry"),
    "responses": marked("Answers to the questionnaires"),
    "corrections": marked("Corrections of records"),
    "register": marked("Journal of the registry's changes"),
    "reports": marked("Analytical reports"),
    "instruments": marked("Questionnaires"),
    "forms": marked("Forms of the questionnaires"),
    "letters": marked("Cover letters"),
    "councils": marked("Documents of the councils"),
    "field": marked("Sample and field work"),
    "released": marked("Register of what was published"),
    "settings": marked("Settings"),
    "data": marked("Other data"),
    "problems": marked("Problems of the data"),
    "retention": marked("Register of retention"),
    "versions": marked("Versions of the program"),
    "manifest": marked("List of the reports"),
}
"""What each kind of document is called."""


class Listed(NamedTuple):
    """One file as the inventory lists it: `path` stands below the bag, `original` below the work folder."""

    path: str
    kind: str
    original: str
    bytes: int
    sha256: str


def listed(items: list[Item]) -> list[Listed]:
    """List the items with size and hash."""
    found = []
    for item in items:
        content = item.read()
        digest = hashlib.sha256(content).hexdigest()
        found.append(Listed(f"data/{item.name}", item.kind, item.original, len(content), digest))
    return found


def write_inventories(folder: Path, inventory: list[Listed], values: dict[str, str]) -> None:
    """Write ``contents.csv`` and, in each language, ``inventory.<language>.csv`` and ``.html`` into a bag."""
    (folder / CONTENTS).write_bytes(as_csv(list(COLUMNS), inventory))
    for language in LANGUAGES:
        phrases = Phrases(language)
        head, rows = _words(phrases, inventory)
        (folder / f"inventory.{language}.csv").write_bytes(b"\xef\xbb\xbf" + as_csv(head, rows))
        (folder / f"inventory.{language}.html").write_text(_page(phrases, head, rows, values), encoding="utf-8")


def read_inventory(folder: Path) -> list[Listed]:
    """Read the inventory of a bag.

    Raises
    ------
    CoursewavesError
        Where the bag is none of ours.
    """
    try:
        rows = rows_of((folder / CONTENTS).read_bytes().decode(), COLUMNS)
        return [Listed(path, kind, original, int(size), sha256) for path, kind, original, size, sha256 in rows]
    except (OSError, ValueError):
        fix = "name a bag that coursewaves archive make has made"
        raise CoursewavesError(f"{folder.name} has no sound {CONTENTS}; fix: {fix}") from None


def _words(phrases: Phrases, inventory: list[Listed]) -> tuple[list[str], list[list[str]]]:
    say = phrases.say
    head = [say("No."), say("File"), say("What it is"), say("Where it stood"), say("Bytes"), "SHA-256"]
    rows = [
        [
            str(number),
            one.path,
            say(KINDS[one.kind]),
            one.original or say("made for the archive"),
            str(one.bytes),
            one.sha256,
        ]
        for number, one in enumerate(inventory, 1)
    ]
    return head, rows


def _page(phrases: Phrases, head: list[str], rows: list[list[str]], values: dict[str, str]) -> str:
    say = phrases.say
    names = {
        "institute": say("Institute"),
        "subject": say("What it is about"),
        "courses": say("Courses"),
        "kept_until": say("Kept until"),
        "made_on": say("Made on"),
        "files": say("Files"),
        "key": say("Key of the pseudonyms"),
    }
    facts = [(names[name], values.get(f"{name}_{phrases.language}", values.get(name, ""))) for name in names]
    return fill_page(
        "inventory.html.j2",
        language=phrases.language,
        title=say("Inventory of the archive"),
        note=say("This bag holds personal data. Keep it where only those can read it who may."),
        caption=say("Files of the bag"),
        css=page_css(),
        facts=[(name, value) for name, value in facts if value],
        head=head,
        rows=rows,
    )
