"""Take the answers of one export: sound records under a known questionnaire go in, typed columns come out.

What a cell means is decided by its column's scale; cells that mean nothing are dropped and named as problems.
"""

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from coursewaves.cells import Typed, type_cells
from coursewaves.headers import Column, HeaderBook, row_numbers
from coursewaves.instruments import Instrument, Item, Option, Scale, Survey
from coursewaves.problems import Problem, column_letter, described
from coursewaves.records import Records
from coursewaves.registry import Registry
from coursewaves.settings import Settings, Source
from coursewaves.wordings import normalised

Mask = np.ndarray[Any, np.dtype[np.bool_]]


class Context(NamedTuple):
    """What reading a file needs to know besides the file."""

    survey: Survey
    registry: Registry
    settings: Settings
    book: HeaderBook
    row_numbers: dict[tuple[str, str, str], int]
    programme_ids: dict[str, str]
    region_ids: dict[str, str]


def make_context(survey: Survey, registry: Registry, settings: Settings) -> Context:
    """Gather what all files of a folder are read with."""
    courses = registry.courses
    programmes = dict(zip(courses["course_id"], courses["programme_id"], strict=True))
    book = HeaderBook(survey, registry)
    return Context(survey, registry, settings, book, row_numbers(registry), programmes, _region_ids(registry))


def _region_ids(registry: Registry) -> dict[str, str]:
    ids: dict[str, str] = {}
    for row in registry.regions.to_dict("records"):
        names = [row["region_id"], *(row[f"title_{language}"] for language in ("kk", "ru", "en"))]
        names += str(row["aliases"]).split("|") if isinstance(row["aliases"], str) else []
        ids |= {normalised(name): str(row["region_id"]) for name in names if isinstance(name, str)}
    return ids


class Answers:
    """The answers of one file, and the problems met on the way.

    Attributes
    ----------
    name
        The file as problems call it.
    numbers
        Row of each record as Excel shows it.
    rows
        The cells of each record.
    problems
        Grows with every question asked of the file.
    """

    def __init__(
        self,
        source: Source,
        records: Records,
        columns: list[Column],
        instrument: Instrument,
        context: Context,
        *,
        name: str,
    ) -> None:
        self.name = name
        self.source = source
        self.header = records.header
        self.columns = columns
        self.instrument = instrument
        self.context = context
        self.numbers = [number for number, _ in records.rows]
        self.rows = [cells for _, cells in records.rows]
        self.problems: list[Problem] = []

    def column_for(self, purpose: str) -> Column | None:
        """Return the first column of a background purpose."""
        return next((column for column in self.columns if column.item.purpose == purpose), None)

    def cells(self, purpose: str) -> list[str] | None:
        """Return the cells of a purpose as they stand; None where the file has no such column."""
        column = self.column_for(purpose)
        return None if column is None else [row[column.place].strip() for row in self.rows]

    def background(self, purpose: str) -> Typed | None:
        """Return a background column (¶17) typed by its scale; regions by the registry's names."""
        column = self.column_for(purpose)
        if column is None:
            return None
        scale = self.context.survey.scale(column.item.scale)
        typed = type_cells([row[column.place] for row in self.rows], scale, self.source.missing)
        if purpose != "region":
            return typed
        ids = [
            self.context.region_ids.get(normalised(name)) if isinstance(name, str) else None for name in typed.values
        ]
        regions = pd.Series(ids, dtype="str")
        return Typed(regions, np.asarray(typed.values.notna() & regions.isna(), dtype=bool))

    def checked_background(self, purpose: str, kept: Mask) -> pd.Series:
        """Return a background column, with a problem for each cell of a kept form that says nothing known."""
        column, typed = self.column_for(purpose), self.background(purpose)
        if column is None or typed is None:
            return pd.Series([None] * len(self.rows), dtype="str")
        self._report_invalid(column, typed.is_invalid & kept, f"no known {purpose.replace('_', ' ')}")
        return typed.values

    def items(self, programmes: pd.Series, kept: Mask) -> pd.DataFrame:
        """Return one column per item asked, in the questionnaire's order."""
        found: dict[str, pd.Series] = {}
        for column in self.columns:
            if column.item.purpose is not None:
                continue
            values = self._typed(column, programmes, kept)
            if column.item.repeat is None:
                found[column.item.id] = values
            else:
                self._spread(column, values, programmes, found, kept=kept)
        names = [name for item in self.instrument.items for name in self.context.survey.columns(item)]
        return pd.DataFrame({name: found[name] for name in names if name in found}, index=programmes.index)

    def report(self, rows: Mask, rule: str, seen: str, done: str, fix: str, *, at: Column | None = None) -> None:
        """Add a problem for each of some rows, and what stands in the column where one is meant."""
        letter, header = ("", "") if at is None else (column_letter(at.place), self.header[at.place][:80])
        for index in np.flatnonzero(rows):
            value = "" if at is None else f" ({described(self.rows[index][at.place])})"
            self.problems.append(Problem(self.name, self.numbers[index], letter, header, rule, seen + value, done, fix))

    def _report_invalid(self, column: Column, rows: Mask, seen: str) -> None:
        fix = "correct the cell, or record the spelling at the option under also"
        self.report(rows, "E-VALUE", seen, "cell dropped", fix, at=column)

    def _typed(self, column: Column, programmes: pd.Series, kept: Mask) -> pd.Series:
        scale = self.context.survey.scale(column.item.scale)
        cells = pd.Series([row[column.place] for row in self.rows], index=programmes.index, dtype="object")
        if scale.options_from is None:
            typed = type_cells(list(cells), scale, self.source.missing, self.source.delimiter_in_cells)
        else:
            typed = self._typed_by_programme(cells, scale, programmes)
        self._report_invalid(column, typed.is_invalid & kept, f"no answer of scale {scale.id}")
        if column.item.at_most is not None:
            is_over = (typed.values.str.count(r"\|") >= column.item.at_most).to_numpy(dtype=bool, na_value=False)
            seen = f"more than {column.item.at_most} answers"
            self.report(is_over & kept, "E-MANY", seen, "all are kept", "let the form limit them", at=column)
        return typed.values

    def _typed_by_programme(self, cells: pd.Series, scale: Scale, programmes: pd.Series) -> Typed:
        """Type a scale whose options are the programme's own topics; their numbers are the codes."""
        values = pd.Series([None] * len(cells), index=cells.index, dtype="str")
        is_invalid = np.zeros(len(cells), dtype=bool)
        for programme_id, own in cells.groupby(programmes):
            full = scale.model_copy(update={"options": [*self._topic_options(str(programme_id)), *scale.options]})
            typed = type_cells(list(own), full, self.source.missing, self.source.delimiter_in_cells)
            values[own.index] = typed.values.to_numpy()
            is_invalid[cells.index.get_indexer(own.index)] = typed.is_invalid
        return Typed(values, is_invalid)

    @cached_property
    def _languages(self) -> list[str]:
        return self.context.survey.languages

    def _topic_options(self, programme_id: str) -> list[Option]:
        rows = self.context.registry.topics_of(programme_id).to_dict("records")
        texts = [{key: row.get(f"title_{key}") for key in self._languages} for row in rows]
        worded = [{key: text for key, text in found.items() if isinstance(text, str)} for found in texts]
        return [Option(code=str(row["number"]), text=text) for row, text in zip(rows, worded, strict=True)]

    def _spread(
        self,
        column: Column,
        values: pd.Series,
        programmes: pd.Series,
        found: dict[str, pd.Series],
        *,
        kept: Mask,
    ) -> None:
        """Put a repeated item's answers where the row's own programme has the entry."""
        places = self._places(column.item, column.row_text, programmes)
        is_lost = (values.notna() & places.isna()).to_numpy(dtype=bool) & kept
        seen = "an answer about what the course's programme does not have"
        fix = "check the course of the answer, or the programme's list in the registry"
        self.report(is_lost, "E-ROW", seen, "cell dropped", fix, at=column)
        for number in sorted(places.dropna().unique()):
            name = f"{column.item.id}.{int(number)}"
            here = values.where(places == number)
            if name in found:
                is_twice = (found[name].notna() & here.notna()).to_numpy(dtype=bool) & kept
                seen, fix = f"question {name} is answered in two columns", "delete the column that holds no answers"
                self.report(is_twice, "E-DUPCOL", seen, "the first is read", fix, at=column)
            found[name] = found[name].fillna(here) if name in found else here

    def _places(self, item: Item, row_text: str, programmes: pd.Series) -> pd.Series:
        numbers, repeat = self.context.row_numbers, str(item.repeat)
        places = [numbers.get((repeat, str(programme), row_text)) for programme in programmes]
        return pd.Series(places, index=programmes.index, dtype="float64")
