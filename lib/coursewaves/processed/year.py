"""One institute's year: its processed tables, each read when it is first asked for.

The tables come from the whole year's files, or from a partition, which holds what one report may see
(`coursewaves.partitions.cutting`).
"""

import io
import zipfile
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa

from coursewaves.errors import CoursewavesError
from coursewaves.ladder import least
from coursewaves.registry.reader import Registry
from coursewaves.score import level_scores
from coursewaves.settings.home import Home, Settings, find_home
from coursewaves.survey.instruments import Survey

TABLES = ("responses", "scores", "problems", "files", "outcomes")
"""Processed tables; the registry's stand beside them as ``registry_<table>``."""


@dataclass(frozen=True)
class Year:
    """The tables of a work folder, each read when it is first asked for.

    `coursewaves.lookup` explains their columns and answers short questions of them.

    Attributes
    ----------
    home
        The work folder.
    partition
        A file that holds the tables cut to one report; None for the whole year.

    Examples
    --------
    >>> year = open_year("demo")  # doctest: +SKIP
    >>> year.responses.groupby("wave").size()  # doctest: +SKIP
    """

    home: Home
    partition: Path | None = None

    def __repr__(self) -> str:
        names = ", ".join([*TABLES, "registry"])
        told = f"<Year {self.home.root.name!r}: tables {names}"
        return f"{told}; what their columns mean: coursewaves.lookup.describe_columns(year)>"

    @property
    def settings(self) -> Settings:
        """What the institute decided."""
        return self.home.settings

    @property
    def survey(self) -> Survey:
        """The survey design."""
        return self.home.survey

    @cached_property
    def registry(self) -> Registry:
        """The registry's sound rows (¶17)."""
        return Registry(**{field.name: self.read(f"registry_{field.name}") for field in fields(Registry)})

    @cached_property
    def responses(self) -> pd.DataFrame:
        """One row is one form that is kept; see `coursewaves.intake.responses.Intake`."""
        return self.read("responses")

    @cached_property
    def scores(self) -> pd.DataFrame:
        """One row is one response, 0-100 by indicator, criterion, factor; see `coursewaves.score`."""
        return self.read("scores")

    @cached_property
    def shown_scores(self) -> pd.DataFrame:
        """The scores of which pages show the means: level with their questions, see `level_scores`."""
        minimum = least("counts", self.settings.minimum_group)
        return level_scores(self.scores, self.responses, self.survey, minimum)

    @cached_property
    def problems(self) -> pd.DataFrame:
        """One row is one problem of a raw file or registry table."""
        return self.read("problems")

    @cached_property
    def files(self) -> pd.DataFrame:
        """One row is one raw file and what became of its records."""
        return self.read("files")

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """One row is one course, questionnaire and outcome, with ``n_forms``."""
        return self.read("outcomes")

    @cached_property
    def arriving(self) -> pd.DataFrame:
        """One row is one form that waits for the end of its survey, without answers; see `coursewaves.releases`."""
        return self._read_or_none("arriving", ["response_id", "course_id", "instrument_id"])

    @cached_property
    def received(self) -> pd.DataFrame:
        """One row is one form that is kept, counted by pages or not yet: of these it is known only that they came."""
        arriving = self.arriving
        if arriving.empty:
            return self.responses
        return pd.concat([self.responses[[*arriving]], arriving], ignore_index=True)

    @cached_property
    def open_surveys(self) -> pd.DataFrame:
        """One row is one survey of a course whose answers no page counts yet; see `coursewaves.releases`."""
        return self._read_or_none("open_surveys", ["course_id", "instrument_id", "closes_on", "shown_on", "is_again"])

    def _read_or_none(self, table: str, columns: list[str]) -> pd.DataFrame:
        return self.read(table) if self.has(table) else pd.DataFrame(columns=columns)

    def has(self, table: str) -> bool:
        """Whether a table was stored."""
        if self.partition is not None:
            return f"{table}.arrow" in self._members
        return self.path(table).exists()

    def read(self, table: str) -> pd.DataFrame:
        """Read a stored table.

        Raises
        ------
        CoursewavesError
            Where nothing was loaded yet.
        """
        if not self.has(table):
            folder = self.home.root.name
            raise CoursewavesError(
                f"Can't find the processed tables of {folder!r}; fix: coursewaves --home {folder} load"
            )
        if self.partition is None:
            return pd.read_parquet(self.path(table))
        arrow = pa.ipc.open_stream(self._members[f"{table}.arrow"]).read_all()
        found: pd.DataFrame = arrow.to_pandas(use_threads=False)
        return found

    def path(self, table: str) -> Path:
        """Return where a table of the whole year lies."""
        return self.home.processed / f"{table}.parquet"

    @cached_property
    def _members(self) -> dict[str, bytes]:
        if self.partition is None or not self.partition.exists():
            return {}
        with zipfile.ZipFile(io.BytesIO(self.partition.read_bytes())) as packed:
            return {name: packed.read(name) for name in packed.namelist()}


def open_year(path: str | Path = "") -> Year:
    """Open the processed tables of a work folder.

    Parameters
    ----------
    path
        The work folder; by default ``COURSEWAVES_HOME``, else the current folder.

    Raises
    ------
    CoursewavesError
        Where there is no such folder, or nothing was loaded there yet (when a table is first asked for).
    """
    return Year(find_home(path))
