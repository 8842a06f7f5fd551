"""Begin a work folder: an empty folder goes in, one with the folders of raw data and files to fill in comes out."""

from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

from coursewaves.entry.words import meaning
from coursewaves.phrases import Phrases
from coursewaves.registry.tables import codes_of, columns_of, is_needed
from coursewaves.settings.home import Home
from coursewaves.system.private_files import private_folder, write_private, write_private_bytes

TO_FILL_IN = "registry_to_fill_in.xlsx"
"""The workbook with an empty sheet for each table that is there from the beginning; the loader reads none of it."""

FIRST_TABLES = (
    "programmes", "courses", "directions", "topics", "abilities", "trainers", "centres", "participants",
)  # fmt: skip
"""Tables that an institute has when a year begins; rows of the others come during the year."""

_ROWS = 1000
"""Rows of the workbook whose cells are text and have menus."""

_LANGUAGES = ("kk", "ru", "en")

_SETTINGS = """\
# All settings are optional: without them the defaults count. Take the sign # off in front of what you need.
# docs/intake.md explains every setting.

# institute: {kk: "...", ru: "...", en: "..."}
# languages: [kk, ru, en]    # the first is that of problems.xlsx
# low_rated_below: 62.5      # the councils' threshold of a low rating, 0-100
# link_by: email             # where forms ask for no code: email, phone or iin

# sources:                   # only where a file does not say it itself
#   - files: "wave1/{course}_*.csv"    # the course stands in the file's name
#     instrument: A
"""


def begin(home: Home) -> Iterator[Path]:
    """Make what a work folder lacks, and yield each folder and file that was made; nothing is overwritten."""
    for folder in (home.registry, home.responses, home.corrections):
        if not folder.is_dir():
            yield private_folder(folder)
    settings = home.root / "coursewaves.yml"
    if not settings.exists():
        write_private_bytes(settings, _SETTINGS.encode())
        yield settings
    book = home.root / TO_FILL_IN
    if not book.exists():
        write_private(book, write_template)
        yield book


def write_template(path: Path) -> None:
    """Write a workbook with a sheet for each of `FIRST_TABLES`, its columns in the first row.

    A note at each column says what it holds, in three languages; the columns that no row can do without are bold.
    Cells are text, so that no code becomes a number and no day another one.
    """
    with xlsxwriter.Workbook(path) as book:
        text = book.add_format({"num_format": "@"})
        heads = {True: book.add_format({"bold": True}), False: book.add_format({"bold": False})}
        for table in FIRST_TABLES:
            sheet = book.add_worksheet(table)
            sheet.freeze_panes(1, 0)
            for place, column in enumerate(columns_of(table)):
                sheet.set_column(place, place, max(16, len(column) + 2), text)
                sheet.write_string(0, place, column, heads[is_needed(table, column)])
                sheet.write_comment(0, place, _note(table, column), {"x_scale": 2.2, "y_scale": 1.4})
                if codes := codes_of(table, column):
                    sheet.data_validation(1, place, _ROWS, place, {"validate": "list", "source": codes})


def _note(table: str, column: str) -> str:
    """Say what a column holds, and which codes it knows."""
    codes = codes_of(table, column)
    lines = [meaning(Phrases(language), table, column) for language in _LANGUAGES]
    return "\n".join([*lines, *([", ".join(codes)] if codes else [])])
