"""Find tables that nobody reads since they lie in another folder: a work folder goes in, problems come out."""

from collections.abc import Iterator
from pathlib import Path

from coursewaves.problems import Problem
from coursewaves.settings.home import Home

_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".sav", ".zsav", ".zip")
_OF_REGISTRY = (".csv", ".tsv")


def misplaced(home: Home) -> Iterator[Problem]:
    """Yield a problem for each table that lies beside the folders of raw data, or that the registry can't read.

    What lies in the work folder itself, such as new rows for ``register add``, is nobody's business.
    """
    raw = home.registry.parent
    known = {home.registry, home.responses, home.corrections}
    seen = "a table that nothing reads here"
    fix = "move exports of forms into data/raw/responses, tables of the registry into data/raw/registry"
    folders = [raw.parent, raw, *(one for one in _inside(raw) if one.is_dir() and one not in known)]
    for path in (path for folder in folders for path in _inside(folder) if _is_table(path)):
        yield _problem(home, path, seen, fix)
    for path in _inside(home.registry):
        if _is_table(path) and path.suffix.casefold() not in _OF_REGISTRY and path.name != "registry.xlsx":
            seen = "a file that is no registry.xlsx and no CSV of one table"
            yield _problem(home, path, seen, "add its rows with coursewaves register add, or save it as registry.xlsx")


def _inside(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.name[0] not in ".~") if folder.is_dir() else []


def _is_table(path: Path) -> bool:
    return path.is_file() and path.suffix.casefold() in _TABLES


def _problem(home: Home, path: Path, seen: str, fix: str) -> Problem:
    return Problem(path.relative_to(home.root).as_posix(), 0, "", "", "E-PLACE", seen, "not read", fix)
