"""Read survey exports: raw files go in, `responses`, `problems` and the account of every file come out.

Every record of every file ends as exactly one of: kept, set aside, duplicate, outside the window; of those kept some
wait later until pages may count them (`coursewaves.releases`).
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.intake.context import make_context
from coursewaves.intake.forms import AFTERWARDS, no_forms
from coursewaves.intake.header_book import Alias
from coursewaves.intake.headers import Proposal
from coursewaves.intake.people import link_people
from coursewaves.intake.raw_file import FileForms, read_file
from coursewaves.privacy.pseudonyms import Pseudonyms
from coursewaves.problems import NOT_READ, Problem, problems_table
from coursewaves.reading.corrections import read_corrections
from coursewaves.reading.lss import LimeQuestionnaire, read_lss
from coursewaves.reading.spss import SUFFIXES as SPSS_SUFFIXES
from coursewaves.registry.reader import Registry
from coursewaves.settings.home import Settings
from coursewaves.survey.instruments import Survey

WAITING = "waiting"
"""Outcome of a form that is not counted yet, see `coursewaves.releases`; no form that was just read has it."""

OUTCOMES = ("kept", "set_aside", "duplicate", "outside_window", WAITING)

_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".zip", *SPSS_SUFFIXES)


_NOT_WHOLE = "a download that has not ended", "wait for its end, or download it again"
_OTHER_SHEETS = "a spreadsheet of another kind", "open it and save it as .xlsx"
_NO_TABLE = "no table of answers", "export the answers as CSV or XLSX, or move the file out of responses"
_FOREIGN = {
    **dict.fromkeys((".crdownload", ".part", ".partial", ".download", ".opdownload"), _NOT_WHOLE),
    **dict.fromkeys((".xls", ".xlsb", ".ods", ".numbers"), _OTHER_SHEETS),
    ".gsheet": ("a link to a sheet, without its answers", "open the sheet and download it as CSV or XLSX"),
}
"""What is seen of a file that is no table, and its fix, by its suffix."""

_OF_THE_SYSTEM = frozenset(("thumbs.db", "desktop.ini"))
"""Files that Windows makes by itself."""


class Intake(NamedTuple):
    """What became of a folder of exports.

    Attributes
    ----------
    responses
        One row is one submitted form that is kept: ``response_id``, ``file``, ``row`` (as Excel shows it),
        ``course_id``, ``instrument_id``, ``wave``, ``submitted_at`` (local time), ``language``,
        ``respondent_id`` (missing where unlinked), background codes, ``is_straightlined``, then one column
        per item: float codes for scored scales, text for the others.
    problems
        One row is one problem, see `coursewaves.problems.Problem`.
    files
        One row is one file: ``file``, ``platform``, ``instrument_id`` (several with "+" between them),
        ``n_read`` and how many records ended as each of `OUTCOMES`; ``n_read`` is their sum. ``n_corrected`` of
        them were corrected.
    outcomes
        One row is one course, questionnaire and outcome, with ``n_forms``; forms without a course are not
        here.
    proposals
        Known headers that unknown ones resemble, for a person to accept.
    known
        Ids of all forms that stand in a file, whatever became of them.
    """

    responses: pd.DataFrame
    problems: pd.DataFrame
    files: pd.DataFrame
    outcomes: pd.DataFrame
    proposals: list[Proposal]
    known: frozenset[str] = frozenset()


def read_responses(
    folder: Path,
    survey: Survey,
    registry: Registry,
    settings: Settings,
    pseudonyms: Pseudonyms,
    aliases: Iterable[Alias] = (),
    corrections: Path | None = None,
) -> Intake:
    """Read every export below a folder (¶12).

    Parameters
    ----------
    folder
        Where the exports lie; folders in it may be named as one likes.
    survey, registry, settings
        What they are read with; codes of the registry's participants are pseudonyms where they are identifiers.
    pseudonyms
        What stands for identifiers and self-made codes in `Intake.responses`.
    aliases
        Headers that a person accepted, see `coursewaves.intake.aliases`.
    corrections
        Folder of corrections, see `coursewaves.reading.corrections`.

    Returns
    -------
    Intake
        An empty or absent folder gives empty tables with all their columns.
    """
    names, files, faults, foreign = _read_files(folder, survey, registry, settings, pseudonyms, aliases, corrections)
    forms = pd.concat(
        [no_forms(survey, settings), *(file.forms for file in files if len(file.forms))], ignore_index=True
    )
    forms, repeats = link_people(forms, settings.duplicates, pseudonyms)
    account = _account(names, files, forms)
    check_account(account)
    kept = forms.iloc[_order(forms)].drop(columns=list(AFTERWARDS)).reset_index(drop=True)
    outcomes = forms.groupby(["course_id", "instrument_id", "outcome"], observed=True).size()
    problems = [
        *faults,
        *foreign,
        *(problem for file in files for problem in file.problems),
        *repeats,
    ]
    proposals = [proposal for file in files for proposal in file.proposals]
    by_outcome, known = outcomes.rename("n_forms").reset_index(), frozenset(forms["response_id"])
    return Intake(kept, problems_table(problems), account, by_outcome, proposals, known)


def trace_records(
    folder: Path,
    survey: Survey,
    registry: Registry,
    settings: Settings,
    pseudonyms: Pseudonyms,
    aliases: Iterable[Alias] = (),
    corrections: Path | None = None,
) -> pd.DataFrame:
    """Tell to which course each record of the exports belongs, whatever became of it; see `read_responses`.

    Returns
    -------
    DataFrame
        One row is one record: ``file``, ``row`` (as Excel shows it) and ``course_id``; records of no course are not
        here.
    """
    _, files, _, _ = _read_files(folder, survey, registry, settings, pseudonyms, aliases, corrections)
    columns = ["file", "row", "course_id"]
    found = [file.forms[columns] for file in files if len(file.forms)]
    traced = pd.concat([no_forms(survey, settings)[columns], *found], ignore_index=True)
    return traced.dropna(subset="course_id").drop_duplicates().sort_values(columns, ignore_index=True)


def _read_files(
    folder: Path, survey: Survey, registry: Registry, settings: Settings, pseudonyms: Pseudonyms,
    aliases: Iterable[Alias], corrections: Path | None,
) -> tuple[list[str], list[FileForms], list[Problem], list[Problem]]:  # fmt: skip
    """Read each export by itself; also the problems of corrections, and of what is no export."""
    by_file, faults = read_corrections(corrections) if corrections else ({}, [])
    names, structures, foreign = _found(folder)
    context = make_context(survey, registry, settings, pseudonyms, aliases, by_file)._replace(structures=structures)
    return names, [read_file(folder / name, name, context) for name in names], faults, foreign


def _order(forms: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Return the places of the forms that are kept, by course, wave, time and content: no order of rows shows."""
    rows = np.flatnonzero(forms["outcome"] == "kept")
    courses, _ = pd.factorize(forms["course_id"].iloc[rows], sort=True)
    keys = [forms[name].iloc[rows].to_numpy() for name in ("content", "wave")]
    times = forms["submitted_at"].iloc[rows].dt.tz_convert(None).to_numpy().astype(np.int64)
    return np.asarray(rows[np.lexsort([keys[0], times, keys[1], courses])], dtype=np.intp)


class _Found(NamedTuple):
    """What lies below a folder: tables, structures of LimeSurvey surveys by their folder, and what is neither."""

    tables: list[str]
    structures: dict[str, list[LimeQuestionnaire]]
    problems: list[Problem]


def _found(folder: Path) -> _Found:
    """List what lies below a folder; what is hidden is passed over."""
    paths = [path for path in folder.rglob("*") if path.is_file() or path.is_symlink()] if folder.is_dir() else []
    names = sorted(path.relative_to(folder).as_posix() for path in paths)
    found = _Found([], defaultdict(list), [])
    for name in (name for name in names if not any(part[0] in ".~" for part in name.split("/"))):
        structure = read_lss(folder / name) if name.lower().endswith(".lss") else None
        if isinstance(structure, LimeQuestionnaire):
            found.structures[PurePosixPath(name).parent.as_posix()].append(structure)
        elif structure is not None:
            found.problems.append(Problem(name, 0, "", "", *structure[:2], "not used", structure.fix))
        elif name.lower().endswith(_SUFFIXES):
            found.tables.append(name)
        elif PurePosixPath(name).name.casefold() not in _OF_THE_SYSTEM:
            found.problems.append(_foreign(name))
    return found


def _foreign(name: str) -> Problem:
    seen, fix = _FOREIGN.get(PurePosixPath(name).suffix.casefold(), _NO_TABLE)
    return Problem(name, 0, "", "", "E-FORMAT", seen, NOT_READ, fix)


def _account(names: list[str], files: list[FileForms], forms: pd.DataFrame) -> pd.DataFrame:
    counts = pd.crosstab(forms["file"], forms["outcome"])
    account = pd.DataFrame(
        {
            "file": pd.Series(names, dtype="str"),
            "platform": pd.Series([file.platform for file in files], dtype="str"),
            "instrument_id": pd.Series([file.instruments for file in files], dtype="str"),
            "n_read": pd.Series([file.n_read for file in files], dtype="int64"),
        }
    )
    for outcome in OUTCOMES:
        found = counts[outcome] if outcome in counts else pd.Series(dtype="int64")
        account[f"n_{outcome}"] = account["file"].map(found).fillna(0).astype("int64")
    account["n_set_aside"] += [file.n_aside for file in files]
    account["n_corrected"] = pd.Series([file.n_corrected for file in files], dtype="int64")
    return account


def check_account(files: pd.DataFrame) -> None:
    """Hold that every record read is kept, set aside, a duplicate, outside the window or waits, file by file.

    Raises
    ------
    CoursewavesError
        Naming the first file whose sum does not hold.
    """
    ends = files[[f"n_{outcome}" for outcome in OUTCOMES]].sum(axis=1)
    for row in files[files["n_read"] != ends].to_dict("records"):
        counted = " + ".join(str(row[f"n_{outcome}"]) for outcome in OUTCOMES)
        raise CoursewavesError(f"{row['file']}: {row['n_read']} records read, but {counted} accounted for.")
