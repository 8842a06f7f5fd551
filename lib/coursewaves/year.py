"""One institute's year: raw files are loaded into processed tables once, and opened from there ever after."""

from dataclasses import dataclass, fields, replace
from functools import cached_property, partial
from pathlib import Path

import pandas as pd

from coursewaves.aliases import read_aliases
from coursewaves.errors import CoursewavesError
from coursewaves.instruments import Survey
from coursewaves.private_files import sweep, write_private
from coursewaves.problem_book import write_problem_book
from coursewaves.pseudonyms import Pseudonyms, find_key
from coursewaves.registry import Registry, read_registry
from coursewaves.responses import Intake, read_responses
from coursewaves.score import score_responses
from coursewaves.settings import Home, Settings, find_home
from coursewaves.times import check_zone_data

TABLES = ("responses", "scores", "problems", "files", "outcomes")
"""Processed tables; the registry's stand beside them as ``registry_<table>``."""


@dataclass(frozen=True)
class Year:
    """The tables of a work folder, each read when it is first asked for.

    Examples
    --------
    >>> year = open_year("demo")  # doctest: +SKIP
    >>> year.responses.groupby("wave").size()  # doctest: +SKIP
    """

    home: Home

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
        return Registry(**{field.name: self._read(f"registry_{field.name}") for field in fields(Registry)})

    @cached_property
    def responses(self) -> pd.DataFrame:
        """One row is one form that is kept; see `coursewaves.responses.Intake`."""
        return self._read("responses")

    @cached_property
    def scores(self) -> pd.DataFrame:
        """One row is one response, 0-100 by indicator, criterion, factor; see `coursewaves.score`."""
        return self._read("scores")

    @cached_property
    def problems(self) -> pd.DataFrame:
        """One row is one problem of a raw file or registry table."""
        return self._read("problems")

    @cached_property
    def files(self) -> pd.DataFrame:
        """One row is one raw file and what became of its records."""
        return self._read("files")

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """One row is one course, questionnaire and outcome, with ``n_forms``."""
        return self._read("outcomes")

    def _read(self, table: str) -> pd.DataFrame:
        path = self.home.processed / f"{table}.parquet"
        if not path.exists():
            folder = self.home.root.name
            raise CoursewavesError(
                f"Can't find the processed tables of {folder!r}; fix: coursewaves --home {folder} load"
            )
        return pd.read_parquet(path)


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


def load_year(home: Home) -> Year:
    """Read the raw files of a work folder, score them and write the processed tables.

    Raw files are never changed. Problems of data end in the table `problems`.

    Raises
    ------
    CoursewavesError
        For faults of the settings or instrument files, or where no course is registered.
    """
    check_zone_data()
    registry, faults = read_registry(home.registry)
    if registry.courses.empty:
        raise CoursewavesError(
            f"No course is registered in {home.registry.relative_to(home.root)}; "
            "fix: put courses.csv and programmes.csv there"
        )
    pseudonyms = Pseudonyms(lambda: find_key(home.root).secret)
    registry = disguised(registry, pseudonyms)
    intake = read_home(home, registry, pseudonyms)
    tables = {
        "responses": intake.responses,
        "scores": score_responses(intake.responses, home.survey),
        "problems": pd.concat([faults, intake.problems], ignore_index=True),
        "files": intake.files,
        "outcomes": intake.outcomes,
    }
    tables |= {f"registry_{field.name}": getattr(registry, field.name) for field in fields(Registry)}
    for name, table in tables.items():
        write_private(home.processed / f"{name}.parquet", partial(table.to_parquet, index=False))
    sweep(home.processed)
    language = home.settings.languages[0]
    write_private(home.problem_book, lambda path: write_problem_book(tables["problems"], path, language))
    return Year(home)


def read_home(home: Home, registry: Registry, pseudonyms: Pseudonyms) -> Intake:
    """Read the exports of a work folder with its aliases and corrections; nothing is written."""
    aliases = read_aliases(home.aliases)
    return read_responses(home.responses, home.survey, registry, home.settings, pseudonyms, aliases, home.corrections)


def disguised(registry: Registry, pseudonyms: Pseudonyms) -> Registry:
    """Return the registry with a pseudonym for each participant's code that is an identifier, such as an IIN."""
    participants = registry.participants
    codes = pd.Series(pseudonyms.codes(participants["participant_id"].tolist()), dtype="str", index=participants.index)
    return replace(registry, participants=participants.assign(participant_id=codes))
