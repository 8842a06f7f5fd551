"""List the problems of the raw files with what they mean: a year goes in, one row a problem comes out."""

import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.processed.year import Year
from coursewaves.reading.problem_book import rules


def list_problems(year: Year, rule: str = "", file: str = "", language: str = "") -> pd.DataFrame:
    """List the problems of a year's raw files and registry.

    Parameters
    ----------
    year
        Of `coursewaves.open_year`.
    rule, file
        Only problems of one rule (``E-COURSE``), or of one file; by default all.
    language
        Language of the meanings; by default the institute's first.

    Returns
    -------
    DataFrame
        One row is one problem, in the order in which they were found: ``file``, ``row`` as a spreadsheet shows it,
        ``column`` (its letter), ``header``, ``rule``, its ``meaning`` and what is ``to_do`` about it in the language,
        and in the words of the check what was ``seen``, what was ``done`` and the ``fix``. No answer is among them.

    Raises
    ------
    CoursewavesError
        For a rule or file without a problem.
    """
    problems, language = year.problems, language or year.settings.languages[0]
    for column, value in (("rule", rule), ("file", file)):
        if value and value not in set(problems[column]):
            raise CoursewavesError.not_found(value, f"the problems, by {column}", problems[column])
        problems = problems[problems[column] == value] if value else problems
    entries = [rules().get(one, {}) for one in problems["rule"]]
    told = problems.assign(
        meaning=[_in(entry.get("means", {}), language) for entry in entries],
        to_do=[_in(entry.get("do", {}), language) for entry in entries],
    )
    names = ["file", "row", "column", "header", "rule", "meaning", "to_do", "seen", "done", "fix"]
    return told[names].reset_index(drop=True)


def _in(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en", "")
