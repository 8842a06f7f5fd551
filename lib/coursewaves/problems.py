"""Problems of data: rows of a table that say where, what and how to mend it; never an exception."""

import re
from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

REFUSED, NOT_READ, FILE_ASIDE = "file refused", "file not read", "file set aside"
WHOLE = (REFUSED, NOT_READ, FILE_ASIDE)
"""What became of a file of which nothing counts."""

NO_QUESTION = "no question of any questionnaire"

_MOST_SPANS = 12
"""Spans of rows that one line names; the workbook of problems has them all."""

_MOST_SEEN = 5
"""Different descriptions of the same fault in a column that have a line each."""

_CODE = re.compile(r"[A-Za-z0-9_.,:/+-]{1,12}")


class Problem(NamedTuple):
    """One problem of the data.

    Attributes
    ----------
    file
        Path below the folder that was read.
    row
        Row as Excel shows it, the header is 1; 0 where the whole file is meant.
    column
        Column letter; empty where the whole row is meant.
    header
        The column's name.
    rule
        Stable code of the rule that was broken (``E-WIDTH``).
    seen
        Description of what was found; never an open answer, a name or an address.
    done
        What became of the row, the cell or the column.
    fix
        What a clerk does about it.
    record
        Fingerprint of the record, by which a correction finds it again; empty where no record is meant.
    """

    file: str
    row: int
    column: str
    header: str
    rule: str
    seen: str
    done: str
    fix: str
    record: str = ""

    def __str__(self) -> str:
        place = ":".join(part for part in (self.file, str(self.row or ""), self.column) if part)
        return f"{self.rule} {place} {self.seen}; {self.done}; fix: {self.fix}"


def problems_table(problems: Iterable[Problem]) -> pd.DataFrame:
    """Make the table `problems`: one row is one problem; empty input gives the columns alone."""
    table = pd.DataFrame(list(problems), columns=list(Problem._fields))
    return table.astype({name: "int64" if name == "row" else "str" for name in Problem._fields})


class LeftOut(NamedTuple):
    """A file of which nothing counts: its path, the rule that it broke, and what was found."""

    file: str
    rule: str
    seen: str


def files_left_out(problems: pd.DataFrame) -> list[LeftOut]:
    """Name the files of which nothing counts, by a table of problems; each once.

    A table that was read and has nothing of any questionnaire, as a list of names, is none of them: it belongs to
    something else. One with a header that resembles a question is: its questions may have been renamed.
    """
    whole = problems[problems["done"].isin(WHOLE)]
    renamed = set(problems.loc[problems["rule"] == "E-COL", "file"])
    is_other = (whole["rule"] == "E-INSTRUMENT") & (whole["seen"] == NO_QUESTION) & ~whole["file"].isin(renamed)
    named = whole.loc[~is_other, list(LeftOut._fields)].drop_duplicates("file").sort_values("file")
    return [LeftOut(*row) for row in named.itertuples(index=False)]


def gathered(problems: Iterable[Problem]) -> list[str]:
    """Say problems a line each; those that differ by their row or by their column alone share a line.

    Where many cells of a column have the same fault, and what was seen differs, the first stands for them.

    >>> one = Problem("a.csv", 2, "B", "", "E-COURSE", "an empty cell", "set aside", "name the course")
    >>> gathered([one, one._replace(row=7), one._replace(row=3), one._replace(row=4)])
    ['E-COURSE a.csv:2-4,7:B an empty cell; set aside; fix: name the course (4 times)']
    """
    groups: dict[Problem, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(problem._replace(row=0, record="", seen=""), []).append(problem)
    lines: dict[tuple[str, ...], list[Problem]] = {}
    for place, (group, found) in enumerate(groups.items()):
        alike: dict[str, list[Problem]] = {}
        for problem in found:
            alike.setdefault(problem.seen, []).append(problem)
        for seen, own in alike.items():
            rows = _spans(problem.row for problem in own)
            of_one = (group.file, rows, group.rule, seen, group.done, group.fix)
            lines.setdefault((str(place),) if len(alike) > _MOST_SEEN else of_one, []).extend(own)
    return [_line(found) for found in lines.values()]


def _line(problems: list[Problem]) -> str:
    first, others = problems[0], len({problem.seen for problem in problems}) - 1
    columns = ",".join(dict.fromkeys(problem.column for problem in problems if problem.column))
    rows = _spans(problem.row for problem in problems)
    place = ":".join(part for part in (first.file, rows, columns) if part)
    seen = f"{first.seen} and {others} others" if others else first.seen
    times = f" ({len(problems)} times)" if len(problems) > 1 else ""
    return f"{first.rule} {place} {seen}; {first.done}; fix: {first.fix}{times}"


def _spans(rows: Iterable[int]) -> str:
    """Write rows as people do: 2-4,7; of very many the first."""
    spans: list[list[int]] = []
    for row in sorted({*rows} - {0}):
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    told = [str(first) if first == last else f"{first}-{last}" for first, last in spans[:_MOST_SPANS]]
    return ",".join(told) + (",..." if len(spans) > _MOST_SPANS else "")


def column_letter(place: int) -> str:
    """Return the letter that a spreadsheet shows for a column; 0 is the first.

    >>> column_letter(0), column_letter(27)
    ('A', 'AB')
    """
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def described(value: str) -> str:
    """Describe a cell without repeating what a person wrote; short codes, numbers and dates are shown.

    A code has a digit and no word: neither a space nor four letters in a row. Ten digits could be a phone
    number, and more than six without a sign between them part of one.

    >>> described("7"), described("Aigerim was great"), described("aigul1990")
    ("'7'", 'text of 17 characters', 'text of 9 characters')
    >>> described("2025-05-03 00:00:00")
    'a date, as Excel makes of bands such as 3-5'
    """
    text = value.strip()
    if not text:
        return "an empty cell"
    if re.fullmatch(r"\d{4}-\d{2}-\d{2} 00:00:00", text):
        return "a date, as Excel makes of bands such as 3-5"
    is_code = _CODE.fullmatch(text) is not None and not re.search("[A-Za-z]{4}|[0-9]{7}", text)
    is_code = is_code and 0 < sum(c.isdigit() for c in text) < 10
    return repr(text) if is_code else f"text of {len(text)} characters"
