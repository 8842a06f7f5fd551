"""Make the other formats of a report from its page and its notes, in the process that made these."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from coursewaves import documents, results
from coursewaves.documents.needs import OF_DOCX, OF_PDF, needed
from coursewaves.errors import CoursewavesError
from coursewaves.publishing.report import Report

IMPORTED = {"xlsx": ("xlsxwriter",), "pdf": OF_PDF, "docx": OF_DOCX}
"""What a format is made with, where it is imported only then."""


def renditions_of(report: Report, head: Mapping[str, str], formats: Iterable[str]) -> dict[str, bytes]:
    """Make the files of a report.

    Parameters
    ----------
    report
        The page, and what its sections noted.
    head
        ``kind``, ``id``, ``language`` and ``title``.
    formats
        Of `coursewaves.settings.formats.others`.

    Raises
    ------
    CoursewavesError
        Where a library of a format is missing, or it can't hold the page.
    """
    asked = list(formats)
    result = results.assembled(report.notes, head) if {"json", "xlsx"} & {*asked} else {}
    makers: dict[str, Callable[[], bytes]] = {
        "json": lambda: results.as_json(result),
        "xlsx": lambda: results.as_workbook(result),
        "pdf": lambda: documents.to_pdf(report.page, head["language"], head["title"]),
        "docx": lambda: documents.to_docx(report.page, head["language"], head["title"]),
    }
    return {name: makers[name]() for name in asked}


def warm_up(formats: Iterable[str]) -> None:
    """Import what the formats need, once for all processes; what is missing is told by the reports that need it."""
    for name in dict.fromkeys(name for kind in formats for name in IMPORTED.get(kind, ())):
        with suppress(CoursewavesError):
            _: Any = needed(name)
