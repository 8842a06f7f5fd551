"""Say what the columns of a year's tables mean: a year goes in, one row a column comes out."""

import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.export import open_codebook
from coursewaves.phrases import Phrases, marked
from coursewaves.processed.year import TABLES, Year
from coursewaves.survey.instruments import wording

PLAIN = {
    "problems": {
        "file": marked("path of the raw file below its folder"),
        "row": marked("row as a spreadsheet shows it; 0 where the whole file is meant"),
        "column": marked("letter of the column; empty where the whole row is meant"),
        "header": marked("header of the column"),
        "rule": marked("code of the rule that was broken"),
        "seen": marked("what was found, without any answer"),
        "done": marked("what became of the row, the cell or the column"),
        "fix": marked("what a clerk does about it"),
        "record": marked("mark by which a correction finds the record again"),
    },
    "files": {
        "file": marked("path of the raw file below its folder"),
        "platform": marked("survey platform that wrote the file"),
        "instrument_id": marked("questionnaire that the file holds"),
        "n_read": marked("records read"),
        "n_kept": marked("records kept"),
        "n_set_aside": marked("records set aside for a problem"),
        "n_duplicate": marked("records of somebody whose other form counts"),
        "n_outside_window": marked("records that came too early or too late"),
        "n_waiting": marked("records that wait to be counted with others"),
        "n_corrected": marked("records that a clerk's correction changed"),
    },
    "outcomes": {
        "course_id": marked("course"),
        "instrument_id": marked("questionnaire"),
        "outcome": marked("what became of the forms"),
        "n_forms": marked("how many forms"),
    },
}
"""Columns that no codebook describes."""


def describe_columns(year: Year, table: str = "", language: str = "") -> pd.DataFrame:
    """Describe the columns of a year's tables.

    Parameters
    ----------
    year
        Of `coursewaves.open_year`.
    table
        One of ``responses``, ``scores``, ``problems``, ``files``, ``outcomes``; by default all.
    language
        Language of the meanings; by default the institute's first.

    Returns
    -------
    DataFrame
        One row is one column: ``table``, ``column``, ``kind`` of what it holds, and its ``meaning``. Columns that
        this year's table does not have are left out where it is loaded.

    Raises
    ------
    CoursewavesError
        For a table that there is not.
    """
    if table and table not in TABLES:
        raise CoursewavesError.not_found(table, "the tables of a year", TABLES)
    phrases = Phrases(language or year.settings.languages[0])
    described = [
        [one.table, one.column, one.kind, wording(one.label, phrases.language)]
        for one in open_codebook(year.home).variables()
    ]
    for name, meanings in PLAIN.items():
        for column, meaning in meanings.items():
            described.append([name, column, "count" if column[:2] == "n_" or column == "row" else "text",
                              phrases.say(meaning)])  # fmt: skip
    rows = [row for row in described if (not table or row[0] == table) and _is_held(year, *row[:2])]
    return pd.DataFrame(rows, columns=["table", "column", "kind", "meaning"])


def _is_held(year: Year, table: str, column: str) -> bool:
    return not year.has(table) or column in getattr(year, table)
