"""Ask the processed tables of one or several years in SQL, from their Parquet files, without loading them."""

from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.processed.year import TABLES
from coursewaves.registry.reader import Registry
from coursewaves.settings.home import find_home


def query(sql: str, homes: str | Path | Iterable[str | Path] = "") -> pd.DataFrame:
    """Answer a question about the tables of one or several work folders.

    Parameters
    ----------
    sql
        A query in DuckDB's SQL. Tables are named as in `Year` (``responses``, ``scores``, ``files``, ``problems``,
        ``outcomes``, ``registry_courses`` ...); each has the further column ``home``, the name of its work folder.
        Columns that a year lacks are empty there.
    homes
        One work folder or several, loaded before; by default ``COURSEWAVES_HOME``, else the current folder.

    Returns
    -------
    DataFrame
        What the query gives. It is not gated: figures of fewer than five people stay with who asks.

    Raises
    ------
    CoursewavesError
        For a folder that was not loaded, two folders of one name, or a query that DuckDB can't run. The query sees
        no other file, and no network.

    Examples
    --------
    >>> query("SELECT home, wave, avg(rating) FROM scores GROUP BY ALL", ["y2024", "y2025"])  # doctest: +SKIP
    """
    import duckdb  # noqa: PLC0415 - only who asks pays for the import

    found = [find_home(home) for home in ([homes] if isinstance(homes, str | Path) else homes)]
    folders = {home.root.name: home.processed for home in found}
    if len(folders) < len(found):
        raise CoursewavesError("Two work folders have the same name; fix: rename one of them.")
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    with duckdb.connect(config=settings) as engine:
        for table in [*TABLES, *(f"registry_{field.name}" for field in fields(Registry))]:
            engine.execute(_view(table, folders))
        allowed = ", ".join(_quoted(folder.as_posix()) for folder in folders.values())
        engine.execute(f"SET allowed_directories = [{allowed}]")
        engine.execute("SET enable_external_access = false; SET lock_configuration = true")
        try:
            answer: pd.DataFrame = engine.sql(sql).df()
        except (duckdb.Error, AttributeError) as error:
            raise CoursewavesError(f"Can't answer {sql!r}: {error}") from None
    return answer


def _view(table: str, folders: dict[str, Path]) -> str:
    parts = []
    for name, folder in folders.items():
        path = folder / f"{table}.parquet"
        if not path.exists():
            raise CoursewavesError(f"Can't find the processed tables of {name!r}; fix: coursewaves --home {name} load")
        parts.append(f"SELECT {_quoted(name)} AS home, * FROM read_parquet({_quoted(path.as_posix())})")  # noqa: S608
    return f"CREATE VIEW {table} AS " + " UNION ALL BY NAME ".join(parts)


def _quoted(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
