"""Measure how far people agree who code open answers: a file of codes goes in, agreement by theme comes out.

The file has one row for each theme that a coder found in an answer, and one row without a theme for an answer in
which the coder found none; that way an answer that was not read is told from one that says nothing.
"""

from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from coursewaves.analysis.themes import Codebook
from coursewaves.problems import NOT_READ, Problem, described, problems_table
from coursewaves.reading.records import read_records
from coursewaves.stats import krippendorff_alpha

COLUMNS = ("response_id", "item", "coder", "theme")

KEYWORDS = "keywords"
"""The coder that the codebook's keywords are."""

ALL_THEMES = "all"
"""Stands for a theme where two coders agree only if they found the very same themes."""

LEAST_SHARE = 0.2
"""Share of the answers that two coders must have read."""


class Coding(NamedTuple):
    """What coders found.

    Attributes
    ----------
    codes
        One row is one theme that one coder found in one answer, or an empty theme where the coder found none:
        ``response_id``, ``item_id``, ``coder``, ``theme_id``.
    problems
        One row is one row of the file that does not count, see `coursewaves.problems`.
    """

    codes: pd.DataFrame
    problems: pd.DataFrame


def read_coding(path: Path, marks: pd.DataFrame, codebook: Codebook) -> Coding:
    """Read a file of codes (CSV or XLSX with the columns `COLUMNS`).

    Parameters
    ----------
    path
        The file.
    marks
        The answers that there are, see `coursewaves.analysis.themes.mark_themes`.
    codebook
        The themes that there are.

    Returns
    -------
    Coding
        Rows about an answer or theme that does not exist, without a coder, or standing twice are problems.
    """
    records = read_records(path)
    problems = list(records.problems)
    places = {" ".join(name.split()).casefold(): place for place, name in enumerate(records.header)}
    absent = [name for name in COLUMNS if name not in places]
    if records.header and absent:
        seen, fix = f"no column {', '.join(absent)}", f"head the columns {', '.join(COLUMNS)}"
        problems.append(Problem(path.name, 1, "", "", "E-COLUMN", seen, NOT_READ, fix))
    answers = set(zip(marks["response_id"], marks["item_id"], strict=True))
    rows: dict[tuple[str, ...], None] = {}
    for number, cells in records.rows if not absent else ():
        row = tuple(cells[places[name]].strip() for name in COLUMNS)
        repeat = ("", "stands in an earlier row", "delete it") if row in rows else None
        fault = _fault(row, answers, codebook.ids) or repeat
        if fault:
            problems.append(Problem(path.name, number, "", fault[0], "E-CODE", fault[1], "not counted", fault[2]))
        else:
            rows[row] = None
    codes = pd.DataFrame(list(rows), columns=["response_id", "item_id", "coder", "theme_id"], dtype="str")
    return Coding(codes, problems_table(problems))


def _fault(row: tuple[str, ...], answers: set[tuple[str, str]], theme_ids: list[str]) -> tuple[str, str, str] | None:
    """Return the column, what was seen and the fix of the first fault of a row."""
    response_id, item_id, coder, theme_id = row
    if (response_id, item_id) not in answers:
        return "response_id", "no such open answer", "take the ids from the list of answers"
    if not coder or coder == KEYWORDS:
        return "coder", described(coder) if not coder else "the name of the keywords' own coder", "name the coder"
    if theme_id and theme_id not in theme_ids:
        return "theme", f"{described(theme_id)}, no theme of the codebook", "use a theme's id, or add the theme"
    return None


def codes_of_keywords(marks: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Return what the keywords found as one more coder, in the columns of `Coding.codes`."""
    keys = marks[["response_id", "item_id"]]
    tables = [keys[marks[theme_id]].assign(theme_id=theme_id) for theme_id in codebook.ids]
    tables.append(keys[~marks[codebook.ids].any(axis=1)].assign(theme_id=""))
    codes = pd.concat(tables, ignore_index=True).assign(coder=KEYWORDS)
    return codes[["response_id", "item_id", "coder", "theme_id"]]


def coder_agreement(codes: pd.DataFrame, codebook: Codebook, n_answers: int) -> pd.DataFrame:
    """Estimate the agreement of coders, theme by theme and over all themes.

    Parameters
    ----------
    codes
        See `Coding`; people alone, or a person and the keywords (`codes_of_keywords`).
    codebook
        The themes.
    n_answers
        How many answers there are to code.

    Returns
    -------
    DataFrame
        One row is one theme, ``all`` last: ``theme_id``, ``n_twice`` (answers that two coders or more read),
        ``twice_share`` of all answers, ``n_named`` (of those, where anyone found the theme), Krippendorff's ``alpha``
        (nominal: found or not; for ``all`` the very same themes) with its bootstrap 95 % interval ``low``, ``high``,
        and a ``reason``: why there is none, or that fewer than a fifth of the answers were read twice. Krippendorff
        asks for .80, and for .667 where conclusions are tentative.

    References
    ----------
    Krippendorff (2019), Content Analysis, chapter 12.
    """
    answer = codes["response_id"] + "|" + codes["item_id"]
    found = codes["theme_id"].groupby([answer, codes["coder"]]).agg(_themes_of).unstack()
    twice = found[found.notna().sum(axis=1) > 1]
    share = len(twice) / n_answers if n_answers else np.nan
    rows = []
    for theme_id in codebook.ids:
        is_named = twice.map(partial(_names, theme_id), na_action="ignore")
        n_named = int(is_named.eq(True).any(axis=1).sum())
        rows.append([theme_id, len(twice), share, n_named, *_agreement(is_named, share)])
    n_named = int((twice.map(len, na_action="ignore") > 0).any(axis=1).sum())
    rows.append([ALL_THEMES, len(twice), share, n_named, *_agreement(twice, share)])
    columns = ["theme_id", "n_twice", "twice_share", "n_named", "alpha", "low", "high", "reason"]
    return pd.DataFrame(rows, columns=columns)


def _names(theme_id: str, theme_ids: tuple[str, ...]) -> bool:
    return theme_id in theme_ids


def _themes_of(theme_ids: pd.Series) -> tuple[str, ...]:
    """Return the themes that one coder found in one answer; none where the coder wrote that there is none."""
    return tuple(sorted({theme_id for theme_id in theme_ids if theme_id}))


def _agreement(ratings: pd.DataFrame, share: float) -> list[object]:
    """Return alpha, its interval and a reason; `ratings` has a row for each answer that was read twice."""
    if ratings.empty:
        return [np.nan] * 3 + ["no answer was read by two coders"]
    given = ratings.astype("object").where(ratings.notna(), None).to_numpy(dtype=object)
    # answers without codes change nothing, and keep a few answers from being taken for the coders
    spare = np.full((given.shape[1] + 1, given.shape[1]), None, dtype=object)
    found = krippendorff_alpha(np.vstack([given, spare]), "nominal")
    few = "" if share >= LEAST_SHARE else "fewer than a fifth of the answers were read twice"
    return [found.alpha, found.low, found.high, found.reason or few]
