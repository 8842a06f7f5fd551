"""Give a loaded year out again: tables go in, files for spreadsheets, SPSS and archives come out.

No cell of any file begins a formula, and reading a file back gives the same text; what a format can't hold is refused
by name and never cut. The tables hold participants' answers: they lie in a private folder beside the processed ones,
which git leaves out, and not among the reports, which are made to be passed on.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.export.codebook import Codebook
from coursewaves.export.csvfile import guarded, unguarded, write_csv
from coursewaves.export.ddi import ddi_document
from coursewaves.export.files import told, write_text
from coursewaves.export.labels import labels_table
from coursewaves.export.pages import codebook_page
from coursewaves.export.spss import write_sav
from coursewaves.export.variables import Code, Variable
from coursewaves.export.xlsx import write_workbook
from coursewaves.processed.year import TABLES, Year
from coursewaves.registry.reader import read_registry
from coursewaves.settings.home import Home
from coursewaves.survey.instruments import wording
from coursewaves.system.private_files import private_folder, sweep

__all__ = [
    "Code",
    "Codebook",
    "Variable",
    "codebook_page",
    "ddi_document",
    "export",
    "export_folder",
    "guarded",
    "open_codebook",
    "unguarded",
]

FORMATS = ("csv", "xlsx", "sav", "ddi", "html")
"""What can be made; the last two describe the columns and need nothing loaded."""

DESCRIBED = ("responses", "scores")
"""Tables that a codebook describes: those exported where none are named, and the only ones that become ``.sav``."""


def export_folder(home: Home) -> Path:
    """Return where exports lie: beside the processed tables, private as they are."""
    return home.root / "data" / "export"


def open_codebook(home: Home) -> Codebook:
    """Open the codebook of a work folder; nothing needs to be loaded for it."""
    registry, _ = read_registry(home.registry)
    return Codebook(home.survey, home.settings, registry.regions)


def export(
    home: Home,
    formats: Iterable[str] = (),
    language: str = "",
    tables: Iterable[str] = (),
    folder: Path | None = None,
    done: Callable[[Path], None] = lambda path: None,
) -> list[Path]:
    """Export tables and codebooks of a work folder.

    Parameters
    ----------
    home
        The work folder.
    formats
        Of `FORMATS`; all where none are named.
    language
        Language of labels and pages; by default the institute's first. DDI documents hold all languages.
    tables
        Of `coursewaves.processed.year.TABLES`; by default `DESCRIBED`.
    folder
        Where to; by default `export_folder`. A new folder is private (0700), files are always (0600).
    done
        Called for each file when it stands.

    Returns
    -------
    list of Path
        The files written. One format that refuses a text does not stop the others.

    Raises
    ------
    CoursewavesError
        For a format, language or table that there is not, before anything is written; for texts that a format can't
        hold, and for a full disk, after everything else is written.
    """
    chosen = _chosen(formats, FORMATS, "the formats") or list(FORMATS)
    names = _chosen(tables, TABLES, "the tables") or list(DESCRIBED)
    spoken = language or home.settings.languages[0]
    _chosen([spoken], home.settings.languages, "the languages of the settings")
    target = export_folder(home) if folder is None else folder
    order = _Order(Year(home), open_codebook(home), spoken, names, target)
    with told(target):
        private_folder(target)
        if folder is None:
            target.chmod(0o700)  # this one is ours, whoever made it
        sweep(target)
    written, refusals = [], []
    for kind in chosen:
        try:
            with told(target):
                for path in _WRITERS[kind](order):
                    written.append(path)
                    done(path)
        except CoursewavesError as error:
            refusals.append(str(error))
    if refusals:
        raise CoursewavesError("\n".join(dict.fromkeys(refusals)))
    return written


class _Order(NamedTuple):
    """What is to be written, of what, in which language, and where to."""

    year: Year
    codebook: Codebook
    language: str
    tables: list[str]
    folder: Path

    def table(self, name: str) -> pd.DataFrame:
        table: pd.DataFrame = getattr(self.year, name)
        return table


def _chosen(asked: Iterable[str], possible: Iterable[str], where: str) -> list[str]:
    """Return what was asked for, once each and in the order of what there is."""
    wanted, there = list(asked), list(possible)
    for name in wanted:
        if name not in there:
            raise CoursewavesError.not_found(name, where, there)
    return [name for name in there if name in wanted]


def _csv(order: _Order) -> Iterator[Path]:
    for name in order.tables:
        path = order.folder / f"{name}.csv"
        write_csv(name, order.table(name), path)
        yield path


def _xlsx(order: _Order) -> Iterator[Path]:
    path = order.folder / f"tables.{order.language}.xlsx"
    tables = {name: order.table(name) for name in order.tables}
    labels = labels_table(order.codebook.variables(), order.language)
    write_workbook(tables | {"labels": labels[labels["table"].isin(order.tables)]}, path)
    yield path


def _sav(order: _Order) -> Iterator[Path]:
    said = wording(order.codebook.say("no"), order.language), wording(order.codebook.say("yes"), order.language)
    for name in [name for name in DESCRIBED if name in order.tables]:
        path = order.folder / f"{name}.{order.language}.sav"
        variables = {one.column: one for one in order.codebook.variables() if one.table == name}
        write_sav(name, order.table(name), variables, said, order.language, path)
        yield path


def _ddi(order: _Order) -> Iterator[Path]:
    for instrument in [None, *order.codebook.survey.waves()]:
        path = order.folder / f"codebook{f'_{instrument.id}' if instrument else ''}.xml"
        write_text(path, ddi_document(order.codebook, instrument))
        yield path


def _html(order: _Order) -> Iterator[Path]:
    for instrument in [None, *order.codebook.survey.waves()]:
        path = order.folder / f"codebook{f'_{instrument.id}' if instrument else ''}.{order.language}.html"
        write_text(path, codebook_page(order.codebook, order.language, instrument))
        yield path


_WRITERS = {"csv": _csv, "xlsx": _xlsx, "sav": _sav, "ddi": _ddi, "html": _html}
