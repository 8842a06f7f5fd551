"""Read survey exports: raw files go in, `responses`, `problems` and the account of every file come out.

Every record of every file ends as exactly one of: kept, set aside, duplicate, outside the window. The order of
decision is: the record's structure, its course, its time and window, its duplicates.
"""

import hashlib
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from coursewaves.assign import CourseFinder, link_participants
from coursewaves.cells import type_cells
from coursewaves.errors import CoursewavesError
from coursewaves.headers import Column, HeaderBook, Layout, match_columns, normalised, row_numbers
from coursewaves.instruments import Instrument, Survey
from coursewaves.problems import Problem, column_letter, described, problems_table
from coursewaves.records import Records, read_records
from coursewaves.registry import Registry
from coursewaves.settings import Settings, Source
from coursewaves.times import KNOWN_FORMS, parse_time

OUTCOMES = ("kept", "set_aside", "duplicate", "outside_window")

BACKGROUND = ("role", "region", "settlement", "age_band", "experience_band")
"""Purposes of background items that become columns of `responses` (¶17)."""

_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")


class Intake(NamedTuple):
    """What became of a folder of exports.

    Attributes
    ----------
    responses
        One row is one submitted form that is kept: ``response_id``, ``file``, ``row`` (as Excel shows it),
        ``course_id``, ``instrument_id``, ``wave``, ``submitted_at`` (local time), ``language``,
        ``respondent_id`` (missing where unlinked), background codes, ``is_straightlined``, then one column per
        item: float codes for scored scales, text for the others.
    problems
        One row is one problem, see `coursewaves.problems.Problem`.
    files
        One row is one file: ``file``, ``instrument_id``, ``n_read`` and how many records ended as each of
        `OUTCOMES`; ``n_read`` is their sum.
    outcomes
        One row is one course, questionnaire and outcome, with ``n_forms``; forms without a course are not here.
    """

    responses: pd.DataFrame
    problems: pd.DataFrame
    files: pd.DataFrame
    outcomes: pd.DataFrame


class Context(NamedTuple):
    """What reading a file needs to know besides the file."""

    survey: Survey
    registry: Registry
    settings: Settings
    book: HeaderBook
    row_numbers: dict[tuple[str, str, str], int]
    programme_ids: dict[str, str]
    region_ids: dict[str, str]


class FileForms(NamedTuple):
    """One file's forms with their outcome, its problems, how many records it holds and how many gave no form."""

    forms: pd.DataFrame
    problems: list[Problem]
    instrument_id: str
    n_read: int
    n_broken: int


def read_responses(folder: Path, survey: Survey, registry: Registry, settings: Settings) -> Intake:
    """Read every export below a folder (¶12).

    Returns
    -------
    Intake
        An empty or absent folder gives empty tables with all their columns.
    """
    context = _context(survey, registry, settings)
    names = [path.relative_to(folder).as_posix() for path in _exports(folder)]
    files = [read_file(folder / name, name, context) for name in names]
    forms = pd.concat([_no_forms(survey), *(file.forms for file in files)], ignore_index=True)
    forms = _mark_duplicates(forms)
    problems = [problem for file in files for problem in file.problems] + _duplicate_problems(forms)
    account = _account(names, files, forms)
    check_account(account)
    kept = forms[forms["outcome"] == "kept"].drop(columns=["outcome", "content", "is_timed"])
    kept = kept.sort_values(["course_id", "wave", "submitted_at", "response_id"], ignore_index=True)
    outcomes = forms.groupby(["course_id", "instrument_id", "outcome"], observed=True).size()
    return Intake(kept, problems_table(problems), account, outcomes.rename("n_forms").reset_index())


def _context(survey: Survey, registry: Registry, settings: Settings) -> Context:
    courses, regions = registry.courses, registry.regions
    region_ids = {}
    for row in regions.to_dict("records"):
        names = [row["region_id"], *(row[f"title_{language}"] for language in ("kk", "ru", "en"))]
        names += str(row["aliases"]).split("|") if isinstance(row["aliases"], str) else []
        region_ids |= {normalised(name): str(row["region_id"]) for name in names if isinstance(name, str)}
    return Context(
        survey, registry, settings, HeaderBook(survey, registry), row_numbers(registry),
        dict(zip(courses["course_id"], courses["programme_id"], strict=True)), region_ids,
    )  # fmt: skip


def _exports(folder: Path) -> list[Path]:
    paths = folder.rglob("*") if folder.is_dir() else []
    return sorted(path for path in paths if path.suffix.lower() in _SUFFIXES and path.name[0] not in ".~")


def read_file(path: Path, name: str, context: Context) -> FileForms:
    """Read one export; whatever is wrong with it is in its problems."""
    source = source_of(name, context.settings)
    records = read_records(path, name=name)
    problems = list(records.problems)
    n_broken = sum(problem.row > 0 for problem in problems)
    if not records.header:
        return FileForms(_no_forms(context.survey), problems, "", records.n_read, n_broken)
    layout = match_columns(records.header, name, context.book, source.instrument)
    problems += layout.problems
    if layout.instrument is None:
        n_broken += len(records.rows)
        return FileForms(_no_forms(context.survey), problems, "", records.n_read, n_broken)
    draft = _FileDraft(name, source, records, layout, layout.instrument, context)
    forms = draft.forms()
    return FileForms(forms, problems + draft.problems, layout.instrument.id, records.n_read, n_broken)


def source_of(name: str, settings: Settings) -> Source:
    """Return the first declared source whose pattern fits a file, else the defaults."""
    for source in settings.sources:
        if _pattern(source.files).fullmatch(name if "/" in source.files else name.rpartition("/")[2]):
            return source
    return Source(files="**")


def _pattern(files: str) -> re.Pattern[str]:
    parts = {"{course}": r"(?P<course>[^/]+?)", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\{course\}|\*\*|\*|\?)", files)
    return re.compile("".join(parts.get(piece, re.escape(piece)) for piece in pieces))


class _FileDraft:
    """One file on its way from records to forms."""

    def __init__(
        self, name: str, source: Source, records: Records, layout: Layout, instrument: Instrument, context: Context
    ) -> None:
        self.name = name
        self.source = source
        self.header = records.header
        self.instrument = instrument
        self.context = context
        self.columns = layout.columns
        self.numbers = [number for number, _ in records.rows]
        self.rows = [cells for _, cells in records.rows]
        self.problems: list[Problem] = []

    def forms(self) -> pd.DataFrame:
        """Return one row per record with its outcome."""
        times, is_untimed = self._times()
        days = times.dt.tz_localize(None).dt.normalize()
        finder = CourseFinder(self.context.registry, self.instrument)
        course_ids = finder.find(self._course_names(), days)
        refused = self._refused(course_ids, is_untimed)
        inside = finder.is_inside(course_ids, days) if self.source.check_window else np.ones(len(days), bool)
        outcome = np.where(refused, "set_aside", np.where(inside, "kept", "outside_window"))
        self._report(outcome == "outside_window", "E-WINDOW", "answered outside the wave's window",
                     "answer not counted", "nothing; late and early answers are listed in the report")  # fmt: skip
        forms = self._identity(times, course_ids, outcome)
        answers = self._answers(course_ids, outcome == "kept")
        forms["is_straightlined"] = _straightlined(answers, self.context.survey, self.instrument)
        return pd.concat([forms, answers], axis=1)

    def _cells(self, purpose: str) -> list[str] | None:
        place = next((c.place for c in self.columns if c.item.purpose == purpose), None)
        return None if place is None else [row[place].strip() for row in self.rows]

    def _times(self) -> tuple[pd.Series, np.ndarray[Any, Any]]:
        zone = self.context.settings.zone
        cells = self._cells("submitted_at")
        dtype = pd.DatetimeTZDtype("us", zone)
        if cells is None:
            if self.rows and self.source.check_window:
                fix = "export the time of each answer too"
                self.problems.append(
                    Problem(self.name, 1, "", "", "E-TIME", "no column of times", "windows not checked", fix)
                )
            return pd.Series([pd.NaT] * len(self.rows), dtype=dtype), np.zeros(len(self.rows), bool)
        form = self.source.time_form or _time_form(cells, self.context.settings)
        parsed = {cell: parse_time(cell, form, zone) for cell in set(cells)}
        times = pd.Series([parsed[cell] for cell in cells], dtype=dtype)
        return times, times.isna().to_numpy()

    def _course_names(self) -> pd.Series:
        pattern = _pattern(self.source.files)
        match = pattern.fullmatch(self.name if "/" in self.source.files else self.name.rpartition("/")[2])
        named = match.groupdict().get("course") if match else None
        cells = self._cells("course")
        names = cells if cells is not None else [named or ""] * len(self.rows)
        return pd.Series(names, dtype="str")

    def _refused(self, course_ids: pd.Series, is_untimed: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Report and return which rows are set aside: no course, no readable time, no consent."""
        is_homeless = course_ids.isna().to_numpy()
        self._report(is_homeless, "E-COURSE", "no course can be told from the answer", "answer set aside",
                     "register the course, or add the name as an alias in courses.csv", "course")  # fmt: skip
        is_untimed = is_untimed & ~is_homeless
        self._report(is_untimed, "E-TIME", "a time in another form", "answer set aside",
                     "declare time_form for this source in coursewaves.yml", "submitted_at")  # fmt: skip
        declined = self._background("consent")
        no_consent = np.zeros(len(self.rows), bool) if declined is None else (declined == "no").to_numpy(dtype=bool)
        self._report(no_consent, "E-CONSENT", "consent was not given", "answer set aside", "nothing", "consent")
        return np.asarray(is_homeless | is_untimed | no_consent, dtype=bool)

    def _report(
        self, rows: np.ndarray[Any, Any], rule: str, seen: str, done: str, fix: str, purpose: str = ""
    ) -> None:
        place = next((c.place for c in self.columns if c.item.purpose == purpose), None)
        letter, header = ("", "") if place is None else (column_letter(place), self.header[place][:80])
        for index in np.flatnonzero(rows):
            value = "" if place is None else f" ({described(self.rows[index][place])})"
            number = self.numbers[index]
            self.problems.append(Problem(self.name, number, letter, header, rule, seen + value, done, fix))

    def _background(self, purpose: str) -> pd.Series | None:
        column = next((c for c in self.columns if c.item.purpose == purpose), None)
        if column is None:
            return None
        scale = self.context.survey.scale(column.item.scale)
        cells = [row[column.place] for row in self.rows]
        values = type_cells(cells, scale, self.source.missing).values
        if purpose != "region":
            return values
        ids = self.context.region_ids
        return values.map(lambda name: ids.get(normalised(name)), na_action="ignore").astype("str")

    def _identity(self, times: pd.Series, course_ids: pd.Series, outcome: np.ndarray[Any, Any]) -> pd.DataFrame:
        contents = [_digest("\x1f".join(row)) for row in self.rows]
        forms = pd.DataFrame(
            {
                "response_id": [_digest(f"{self.name}:{number}") for number in self.numbers],
                "file": self.name,
                "row": pd.Series(self.numbers, dtype="int64"),
                "course_id": course_ids,
                "instrument_id": self.instrument.id,
                "wave": self.instrument.wave,
                "submitted_at": times,
                "language": self._language(),
                "respondent_id": self._respondents(course_ids, outcome == "kept"),
                "outcome": outcome,
                "content": contents,
                "is_timed": bool(self.source.check_window),
            }
        )
        for purpose in BACKGROUND:
            values = self._background(purpose)
            forms[purpose] = pd.Series(None, index=forms.index, dtype="str") if values is None else values
        return forms.rename(columns={"region": "region_id"})

    def _language(self) -> pd.Series | str:
        stated = self._background("language")
        keys = {normalised(cell) for cell in self.header}
        items = [column.item for column in self.columns if column.item.purpose is None]
        counts = {
            language: sum(
                any(normalised(item.text.get(language, "\0")) in key for key in keys) for item in items[:12]
            )
            for language in self.context.survey.languages
        }
        likely = max(counts, key=lambda language: counts[language]) if counts else ""
        return likely if stated is None else stated.fillna(likely)

    def _respondents(self, course_ids: pd.Series, kept: np.ndarray[Any, Any]) -> pd.Series:
        absent = {"", *(normalised(text) for text in self.source.missing)}
        given = {}
        for purpose in ("participant", "self_code"):
            cells = self._cells(purpose) or [""] * len(self.rows)
            codes = pd.Series(cells, dtype="str")
            given[purpose] = codes.mask(codes.map(normalised).isin(absent))
        linked, is_unknown = link_participants(given["participant"], course_ids, self.context.registry)
        self._report(is_unknown & kept, "E-PERSON", "a code that the course's roster does not have",
                     "answer kept without a link", "correct the code, or the roster", "participant")  # fmt: skip
        own = given["self_code"].map(lambda code: f"self:{normalised(code)}", na_action="ignore").astype("str")
        return linked.where(linked.notna(), own)

    def _answers(self, course_ids: pd.Series, kept: np.ndarray[Any, Any]) -> pd.DataFrame:
        programmes = course_ids.map(self.context.programme_ids)
        answers: dict[str, pd.Series] = {}
        for column in self.columns:
            if column.item.purpose is not None:
                continue
            values = self._typed(column, kept)
            if column.item.repeat is None:
                answers[column.item.id] = values
            else:
                self._spread(column, values, programmes, answers)
        columns = [name for item in self.instrument.items for name in self.context.survey.columns(item)]
        return pd.DataFrame({name: answers[name] for name in columns if name in answers}, index=course_ids.index)

    def _typed(self, column: Column, kept: np.ndarray[Any, Any]) -> pd.Series:
        scale = self.context.survey.scale(column.item.scale)
        cells = [row[column.place] for row in self.rows]
        if scale.options_from is not None:
            return pd.Series([cell.strip() or None for cell in cells], dtype="str")
        typed = type_cells(cells, scale, self.source.missing, self.source.delimiter_in_cells)
        for index in np.flatnonzero(typed.is_invalid & kept):
            self.problems.append(
                Problem(
                    self.name, self.numbers[index], column_letter(column.place), self.header[column.place][:80],
                    "E-VALUE", f"{described(cells[index])} is no answer of scale {scale.id}", "cell dropped",
                    "correct the cell, or record the spelling at the option under also",
                )  # fmt: skip
            )
        return typed.values

    def _spread(
        self, column: Column, values: pd.Series, programmes: pd.Series, answers: dict[str, pd.Series]
    ) -> None:
        """Put a repeated item's answers where the row's own programme has the entry."""
        numbers = self.context.row_numbers
        repeat = str(column.item.repeat)
        places = programmes.map(lambda programme: numbers.get((repeat, str(programme), column.row_text)))
        for number in sorted(places.dropna().unique()):
            name = f"{column.item.id}.{int(number)}"
            here = values.where(places == number)
            answers[name] = answers[name].fillna(here) if name in answers else here


def _time_form(cells: list[str], settings: Settings) -> str:
    sample = [cell for cell in cells if cell][:50]
    fits = [sum(parse_time(cell, form, settings.zone) is not None for cell in sample) for form in KNOWN_FORMS]
    return KNOWN_FORMS[int(np.argmax(fits))]


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _straightlined(answers: pd.DataFrame, survey: Survey, instrument: Instrument) -> np.ndarray[Any, Any]:
    """Whether ten or more ratings of one form are all the same step (Johnson 2005, long string)."""
    ids = [item.id for item in instrument.items if survey.scale(item.scale).kind == "ordinal" and not item.repeat]
    ratings = answers[[name for name in ids if name in answers]].to_numpy(dtype=float)
    if ratings.shape[1] < 10:
        return np.zeros(len(answers), bool)
    filled = np.isfinite(ratings).sum(axis=1)
    low = np.where(np.isfinite(ratings), ratings, np.inf).min(axis=1)
    high = np.where(np.isfinite(ratings), ratings, -np.inf).max(axis=1)
    return np.asarray((filled >= 10) & (low == high), dtype=bool)


def _mark_duplicates(forms: pd.DataFrame) -> pd.DataFrame:
    """Keep the last form of a linked person in a course and wave, and the first of identical records."""
    forms = forms.copy()
    kept = forms["outcome"] == "kept"
    same = ["course_id", "instrument_id", "content"]
    is_copy = kept & forms["is_timed"].astype(bool) & forms[kept].duplicated(same).reindex(forms.index, fill_value=False)
    forms.loc[is_copy, "outcome"] = "duplicate"
    is_self_made = forms["respondent_id"].str.startswith("self:").fillna(False).astype(bool)
    person = ["course_id", "instrument_id", "respondent_id"]
    linked = forms[(forms["outcome"] == "kept") & forms["respondent_id"].notna()]
    clash = linked.duplicated(person, keep=False).reindex(forms.index, fill_value=False)
    forms.loc[clash & is_self_made, "respondent_id"] = None
    ordered = linked[~is_self_made.loc[linked.index]].sort_values(["submitted_at", "file", "row"])
    earlier = ordered.duplicated(person, keep="last")
    forms.loc[earlier[earlier].index, "outcome"] = "duplicate"
    return forms


def _duplicate_problems(forms: pd.DataFrame) -> list[Problem]:
    seen, done = "the same person or record again", "duplicate, the last complete one counts"
    rows = forms.loc[forms["outcome"] == "duplicate", ["file", "row"]]
    return [
        Problem(str(file), int(row), "", "", "E-DUPLICATE", seen, done, "nothing")
        for file, row in zip(rows["file"], rows["row"], strict=True)
    ]


def _account(names: list[str], files: list[FileForms], forms: pd.DataFrame) -> pd.DataFrame:
    counts = forms.groupby(["file", "outcome"], observed=True).size().unstack(fill_value=0)
    account = pd.DataFrame(
        {
            "file": pd.Series(names, dtype="str"),
            "instrument_id": pd.Series([file.instrument_id for file in files], dtype="str"),
            "n_read": pd.Series([file.n_read for file in files], dtype="int64"),
        }
    )
    for outcome in OUTCOMES:
        found = counts[outcome] if outcome in counts else pd.Series(dtype="int64")
        account[f"n_{outcome}"] = account["file"].map(found).fillna(0).astype("int64")
    account["n_set_aside"] += [file.n_broken for file in files]
    return account


def check_account(files: pd.DataFrame) -> None:
    """Hold that every record read is kept, set aside, a duplicate or outside the window, file by file.

    Raises
    ------
    CoursewavesError
        Naming the first file whose sum does not hold.
    """
    ends = files[[f"n_{outcome}" for outcome in OUTCOMES]].sum(axis=1)
    for row in files[files["n_read"] != ends].to_dict("records"):
        counted = " + ".join(str(row[f"n_{outcome}"]) for outcome in OUTCOMES)
        raise CoursewavesError(f"{row['file']}: {row['n_read']} records read, but {counted} accounted for.")


def _no_forms(survey: Survey) -> pd.DataFrame:
    """Return the empty table with every column in its order and type."""
    text = ["response_id", "file", "course_id", "instrument_id", "language", "respondent_id", "outcome", "content"]
    columns: dict[str, str] = dict.fromkeys(text, "str")
    columns |= {"row": "int64", "wave": "int64", "is_timed": "bool", "is_straightlined": "bool"}
    columns |= dict.fromkeys(("role", "region_id", "settlement", "age_band", "experience_band"), "str")
    for instrument in survey.waves():
        for item in instrument.items:
            kind = "float64" if survey.scale(item.scale).is_scored else "str"
            columns |= dict.fromkeys(survey.columns(item), kind)
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
