"""Load a work folder: raw files go in, the processed tables and a partition for each course come out."""

from dataclasses import fields, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.intake.aliases import read_aliases
from coursewaves.intake.misplaced import misplaced
from coursewaves.intake.responses import Intake, read_responses
from coursewaves.partitions.cutting import write_partitions
from coursewaves.partitions.pooled import NAMES, pool_year
from coursewaves.partitions.subjects import list_subjects
from coursewaves.privacy.pseudonyms import Pseudonyms, find_key
from coursewaves.problems import files_left_out, problems_table
from coursewaves.processed.contents import CONTENTS, Contents, OpenSurvey, digest, load_inputs, write_contents
from coursewaves.processed.year import Year
from coursewaves.reading.problem_book import write_problem_book
from coursewaves.reading.times import check_zone_data
from coursewaves.registry.reader import Registry, read_registry
from coursewaves.releases.batches import release
from coursewaves.score import score_responses
from coursewaves.settings.home import Home, find_home
from coursewaves.system.private_files import sweep, write_private


def load_year(home: Home | str | Path = "", today: date | None = None) -> Year:
    """Read the raw files of a work folder, score them and write the processed tables.

    Raw files are never changed. Problems of data end in the table `problems`. What differs from earlier pages by the
    answers of a few waits, and so do the answers to surveys that are open still, see `coursewaves.releases`.

    Parameters
    ----------
    home
        The work folder; empty for ``COURSEWAVES_HOME`` or the current folder.
    today
        The day by which a survey is open; by default the institute's today.

    Raises
    ------
    CoursewavesError
        For faults of the settings or instrument files, or where no course is registered.
    """
    home = home if isinstance(home, Home) else find_home(home)
    check_zone_data()
    inputs = load_inputs(home)  # as they are now: what changes while they are read is loaded next time
    registry, faults = read_registry(home.registry)
    if registry.courses.empty:
        raise CoursewavesError(
            f"No course is registered in {home.registry.relative_to(home.root)}; "
            "fix: put courses.csv and programmes.csv there, or a registry.xlsx as coursewaves begin lays it ready"
        )
    pseudonyms = Pseudonyms(lambda: find_key(home.root).secret)
    registry = disguised(registry, pseudonyms)
    today = today or datetime.now(home.settings.zone).date()
    intake, withheld, arriving, surveys = release(home, read_home(home, registry, pseudonyms), registry, today)
    tables = {
        "responses": intake.responses,
        "scores": score_responses(intake.responses, home.survey),
        "problems": pd.concat([faults, problems_table(misplaced(home)), intake.problems], ignore_index=True),
        "files": intake.files,
        "outcomes": intake.outcomes,
        "arriving": arriving,
        "open_surveys": surveys,
    }
    tables |= {f"registry_{field.name}": getattr(registry, field.name) for field in fields(Registry)}
    (home.processed / CONTENTS).unlink(missing_ok=True)  # until the end the folder is not whole
    _write(home, tables)
    language = home.settings.languages[0]
    write_private(home.problem_book, lambda path: write_problem_book(tables["problems"], path, language))
    year = Year(home)
    pooled = pool_year(year)
    pooled_tables = {f"pooled_{name}": getattr(pooled, name) for name in NAMES}
    _write(home, pooled_tables)
    sweep(home.processed, at_once=True)
    digests = {name: digest(year.path(name).read_bytes()) for name in [*tables, *pooled_tables]}
    entries = write_partitions(year, pooled, withheld)
    left_out = tuple(files_left_out(tables["problems"]))
    others = list_subjects(year, pooled)
    write_contents(home, Contents(inputs, digests, entries, others, _listed(surveys), left_out))
    return year


def _listed(surveys: pd.DataFrame) -> tuple[OpenSurvey, ...]:
    days = surveys.assign(**{name: surveys[name].dt.strftime("%Y-%m-%d") for name in ("closes_on", "shown_on")})
    return tuple(OpenSurvey(*row) for row in days[list(OpenSurvey._fields)].itertuples(index=False))


def _write(home: Home, tables: dict[str, pd.DataFrame]) -> None:
    for name, table in tables.items():
        write_private(Year(home).path(name), partial(table.to_parquet, index=False))


def read_home(home: Home, registry: Registry, pseudonyms: Pseudonyms) -> Intake:
    """Read the exports of a work folder with its aliases and corrections; nothing is written."""
    aliases = read_aliases(home.aliases)
    return read_responses(home.responses, home.survey, registry, home.settings, pseudonyms, aliases, home.corrections)


def disguised(registry: Registry, pseudonyms: Pseudonyms) -> Registry:
    """Return the registry with a pseudonym for each participant's code that is an identifier, such as an IIN."""
    people = {name: getattr(registry, name) for name in ("participants", "invitations")}
    for name, table in people.items():
        codes = pseudonyms.codes(table["participant_id"].tolist())
        people[name] = table.assign(participant_id=pd.Series(codes, dtype="str", index=table.index))
    return replace(registry, **people)
