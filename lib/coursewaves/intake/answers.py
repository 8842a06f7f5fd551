"""Take the answers of one export: sound records under a known questionnaire go in, typed columns come out.

What a cell means is decided by its column's scale; cells that mean nothing are dropped and named as problems.
"""

from collections import defaultdict
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from coursewaves.intake.cells import Typed, ticked, type_cells
from coursewaves.intake.context import Context
from coursewaves.intake.headers import Column
from coursewaves.platforms import Export
from coursewaves.problems import Problem, column_letter, described
from coursewaves.reading.columns import Cells, Mask
from coursewaves.reading.records import Records
from coursewaves.settings.sources import Source
from coursewaves.survey.instruments import Instrument, Option, Scale
from coursewaves.survey.wordings import normalised, says_something

Places = np.ndarray[Any, np.dtype[np.int64]]

NOWHERE = 0
"""Number of an entry that a programme does not have; those that it has count from 1."""


class Answers:
    """The answers of one file, and the problems met on the way.

    Attributes
    ----------
    name
        The file as problems call it.
    numbers
        Row of each record as Excel shows it.
    time_forms
        Forms in which the platform writes times.
    time_zone
        Zone of the times that name none.
    delimiter
        What stands between several answers of one cell, where it is known.
    identity
        Position of the column whose personal data name each person; None where forms are not linked so.
    problems
        Grows with every question asked of the file.
    """

    def __init__(
        self,
        source: Source,
        export: Export,
        records: Records,
        instrument: Instrument,
        columns: list[Column],
        context: Context,
    ) -> None:
        self.name = records.name
        self.source = source
        self.records = records
        self.header = records.header
        self.instrument = instrument
        self.context = context
        self.numbers = records.numbers
        self.time_forms = export.time_forms
        self.time_zone = ZoneInfo(source.time_zone) if source.time_zone else context.settings.zone
        self.delimiter = source.delimiter_in_cells or export.delimiter
        self.identity: int | None = None
        self.problems: list[Problem] = []
        self._cells = {column.place: records.columns[column.place] for column in columns}
        self.columns = self._joined(columns)

    def __len__(self) -> int:
        return len(self.numbers)

    def _joined(self, columns: list[Column]) -> list[Column]:
        """Read the columns of one question as one."""
        groups: dict[tuple[str, str, str], list[Column]] = defaultdict(list)
        for column in columns:
            groups[column.key].append(column)
        for first, *others in groups.values():
            for other in others if first.item.purpose != "ignore" else []:
                self._join(first, other)
        return [group[0] for group in groups.values()]

    def _join(self, first: Column, other: Column) -> None:
        """Take over the answers of a second column; where the two contradict each other, neither counts."""
        here, there = self._cells[first.place].values(), self._cells[other.place].values()
        is_here, is_there = (self._cells[column.place].where(says_something) for column in (first, other))
        is_both = is_here & is_there & (here != there)
        here[is_there & ~is_here] = there[is_there & ~is_here]
        here[is_both] = ""
        self._cells[first.place] = Cells.of(here)
        letters = f"{column_letter(first.place)} and {column_letter(other.place)}"
        seen, fix = f"question {first.item.id} has two answers, in columns {letters}", "delete the wrong one of the two"
        self.report(is_both, "E-DUPCOL", seen, "neither counts", fix, at=other)

    def column_for(self, purpose: str) -> Column | None:
        """Return the first column of a background purpose."""
        return next((column for column in self.columns if column.item.purpose == purpose), None)

    def cells_of(self, column: Column) -> Cells:
        """Return the cells of a column."""
        return self._cells[column.place]

    def cells(self, purpose: str) -> Cells | None:
        """Return the cells of a purpose without spaces around; None where the file has no such column."""
        column = self.column_for(purpose)
        return None if column is None else self.cells_of(column).changed(str.strip)

    def background(self, purpose: str) -> Typed | None:
        """Return a background column (¶17) typed by its scale; regions by the registry's names."""
        column = self.column_for(purpose)
        if column is None:
            return None
        scale = self.context.survey.scale(column.item.scale)
        cells = self.cells_of(column)
        if purpose != "region":
            return type_cells(cells, scale, self.source.missing)
        absent = {normalised(text) for text in self.source.missing}
        names = ["" if normalised(text) in absent else normalised(text) for text in cells.texts]
        regions = cells.mapped([self.context.region_ids.get(name) for name in names], "str")
        is_named = np.array([*map(bool, names), False], dtype=bool)[cells.codes]
        return Typed(regions, np.asarray(is_named & regions.isna(), dtype=bool))

    def checked_background(self, purpose: str, kept: Mask) -> pd.Series:
        """Return a background column, with a problem for each cell of a kept form that says nothing known."""
        column, typed = self.column_for(purpose), self.background(purpose)
        if column is None or typed is None:
            return pd.Series([None] * len(self), dtype="str")
        self._report_invalid(column, typed.is_invalid & kept, f"no known {purpose.replace('_', ' ')}")
        return typed.values

    def items(self, programmes: Cells, kept: Mask) -> pd.DataFrame:
        """Return one column per item asked, in the questionnaire's order.

        Parameters
        ----------
        programmes
            The programme of each record; empty where it has none.
        kept
            Records whose faults are reported.
        """
        found: dict[str, pd.Series] = {}
        ticks: dict[str, list[Column]] = defaultdict(list)
        own = [column for column in self.columns if column.item.purpose is None]
        for column in own:
            if column.option:
                ticks[column.item.id].append(column)
        for column in own:
            if column.item.id in ticks:
                continue
            values = self._typed(column, programmes, kept)
            if column.item.repeat is None:
                found[column.item.id] = values
            else:
                self._spread(column, values, programmes, found, kept=kept)
        found |= {item_id: self._chosen(columns, programmes, kept) for item_id, columns in ticks.items()}
        names = [name for item in self.instrument.items for name in self.context.survey.columns(item)]
        return pd.DataFrame({name: found[name] for name in names if name in found}, index=range(len(self)))

    def report(self, rows: Mask, rule: str, seen: str, done: str, fix: str, *, at: Column | None = None) -> None:
        """Add a problem for each of some rows, and what stands in the column where one is meant."""
        letter, header = ("", "") if at is None else (column_letter(at.place), self.header[at.place][:80])
        for index in np.flatnonzero(rows).tolist():
            value = "" if at is None else f" ({described(self.records.columns[at.place][index])})"
            row, mark = int(self.numbers[index]), self.records.mark(index)
            self.problems.append(Problem(self.name, row, letter, header, rule, seen + value, done, fix, mark))

    def _report_invalid(self, column: Column, rows: Mask, seen: str) -> None:
        fix = "correct the cell, or record the spelling at the option under also"
        self.report(rows, "E-VALUE", seen, "cell dropped", fix, at=column)

    def _typed(self, column: Column, programmes: Cells, kept: Mask) -> pd.Series:
        scale = self.context.survey.scale(column.item.scale)
        cells = self.cells_of(column)
        if scale.options_from is None:
            typed = type_cells(cells, scale, self.source.missing, self.delimiter)
        else:
            typed = self._typed_by_programme(cells, scale, programmes)
        self._report_invalid(column, typed.is_invalid & kept, f"no answer of scale {scale.id}")
        self._report_many(column, typed.values, kept)
        return typed.values

    def _report_many(self, column: Column, values: pd.Series, kept: Mask) -> None:
        if column.item.at_most is not None:
            is_over = (values.str.count(r"\|") >= column.item.at_most).to_numpy(dtype=bool, na_value=False)
            seen = f"more than {column.item.at_most} answers"
            self.report(is_over & kept, "E-MANY", seen, "all are kept", "let the form limit them", at=column)

    def _typed_by_programme(self, cells: Cells, scale: Scale, programmes: Cells) -> Typed:
        """Type a scale whose options are the programme's own topics; their numbers are the codes."""
        values = pd.Series([None] * len(cells), dtype="str")
        is_invalid = np.zeros(len(cells), dtype=bool)
        for code, programme_id in enumerate(programmes.texts):
            rows = np.flatnonzero(programmes.codes == code)
            if programme_id:
                full = scale.model_copy(update={"options": [*self._topic_options(programme_id), *scale.options]})
                typed = type_cells(cells.taken(rows), full, self.source.missing, self.delimiter)
                values.iloc[rows] = typed.values.to_numpy()
                is_invalid[rows] = typed.is_invalid
        return Typed(values, is_invalid)

    @cached_property
    def _languages(self) -> list[str]:
        return self.context.survey.languages

    def _topic_options(self, programme_id: str) -> list[Option]:
        rows = self.context.registry.topics_of(programme_id).to_dict("records")
        texts = [{key: row.get(f"title_{key}") for key in self._languages} for row in rows]
        worded = [{key: text for key, text in found.items() if isinstance(text, str)} for found in texts]
        return [Option(code=str(row["number"]), text=text) for row, text in zip(rows, worded, strict=True)]

    def _chosen(self, columns: list[Column], programmes: Cells, kept: Mask) -> pd.Series:
        """Return the answers to a question whose options have a column each, as if they stood in one cell."""
        scale = self.context.survey.scale(columns[0].item.scale)
        options = {option.code: option for option in scale.options}
        order = [*options, *map(str, range(1, self.context.survey.repeats.get("topics", 0) + 1))]
        chosen: dict[str, Mask] = {}
        for column in columns:
            is_chosen, is_invalid = ticked(self.cells_of(column), options.get(column.option), self.source.missing)
            self._report_invalid(column, is_invalid & kept, "neither chosen nor left out")
            for code, rows in self._option_rows(column, programmes, options):
                chosen[code] = chosen.get(code, np.zeros(len(self), dtype=bool)) | (is_chosen & rows)
        values = pd.Series([""] * len(self), dtype="str")
        for code in sorted(chosen, key=order.index):
            values = values.where(~chosen[code], values + "|" + code)
        values = values.str.removeprefix("|").replace("", None)
        self._report_many(columns[0], values, kept)
        return values

    def _option_rows(self, column: Column, programmes: Cells, options: dict[str, Option]) -> list[tuple[str, Mask]]:
        """Return which code a ticked option means in which rows: topics have their numbers by programme."""
        if column.option in options:
            return [(column.option, np.ones(len(self), dtype=bool))]
        numbers = self._places("topics", column.option, programmes)
        return [(str(number), numbers == number) for number in _met(numbers)]

    def _spread(
        self, column: Column, values: pd.Series, programmes: Cells, found: dict[str, pd.Series], *, kept: Mask
    ) -> None:
        """Put a repeated item's answers where the row's own programme has the entry."""
        places = self._places(str(column.item.repeat), column.row_text, programmes)
        is_given = values.notna().to_numpy(dtype=bool)
        seen = "an answer about what the course's programme does not have"
        fix = "check the course of the answer, or the programme's list in the registry"
        self.report(is_given & (places == NOWHERE) & kept, "E-ROW", seen, "cell dropped", fix, at=column)
        for number in _met(places):
            name = f"{column.item.id}.{number}"
            here = values.where(places == number)
            if name in found:
                is_twice = found[name].notna().to_numpy(dtype=bool) & is_given & (places == number) & kept
                seen, fix = f"question {name} is answered in two columns", "delete the column that holds no answers"
                self.report(is_twice, "E-DUPCOL", seen, "the first is read", fix, at=column)
            found[name] = found[name].fillna(here) if name in found else here

    def _places(self, repeat: str, row_text: str, programmes: Cells) -> Places:
        """Return the number that an entry has in the programme of each record, or `NOWHERE`."""
        known = self.context.row_numbers
        numbers = [known.get((repeat, programme, row_text), NOWHERE) for programme in programmes.texts]
        return np.array(numbers, dtype=np.int64)[programmes.codes]


def _met(places: Places) -> list[int]:
    """Return the numbers that stand in some record, in their order."""
    return [int(number) for number in np.unique(places[places != NOWHERE])]
