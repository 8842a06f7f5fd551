"""Recognise the platform of an export and arrange it: records as they stand go in, columns named alike come out.

A new platform is one function and its line in `PLATFORMS`. It looks at the header and, where there are several
header rows, at the first records, returns None for a file that is not of its platform, and otherwise says

- under which header each column is known: ``Question``, ``Question [row of a grid]`` or ``Question [option]``, a
  code in `Records.also`, and for what the platform itself adds the purpose that the column serves
  (``submitted_at``, ``language``), or ``ignore``;
- which records are no answers (a second header row) or no finished ones, through `Records.without`;
- in which forms it writes a time, and what stands between several answers of a cell.
"""

from collections.abc import Callable
from typing import NamedTuple

from coursewaves.problems import Problem
from coursewaves.records import Records


class Export(NamedTuple):
    """An export as its platform means it.

    Attributes
    ----------
    platform
        Name of the platform, a key of `PLATFORMS`.
    records
        The records under headers as above.
    time_forms
        Forms in which the platform writes times, see `coursewaves.times`; empty where it has no fixed one.
    delimiter
        What stands between several answers of one cell; None where the cell decides.
    time_zone
        Zone of times that name none; empty where it is the institute's.
    """

    platform: str
    records: Records
    time_forms: tuple[str, ...] = ()
    delimiter: str | None = None
    time_zone: str = ""


def plain(records: Records) -> Export:
    """Take a table as it stands: one header row, one record a person."""
    return Export("plain", records)


PLATFORMS: dict[str, Callable[[Records], Export | None]] = {
    "plain": plain,
}
"""Every platform by its name, the most particular first; a plain table fits every file."""


def arrange(records: Records, declared: str | None = None) -> Export:
    """Arrange the records of one file as its platform means them.

    Parameters
    ----------
    records
        The file as it stands.
    declared
        The platform that a source names; by default the first that recognises the file.

    Returns
    -------
    Export
        A file that is not of the declared platform is read as a plain table, and a problem says so.
    """
    if declared is not None:
        found = PLATFORMS[declared](records)
        if found is not None:
            return found
        seen, fix = f"not laid out as {declared} exports are", "correct the platform of this source in coursewaves.yml"
        problem = Problem(records.name, 0, "", "", "E-PLATFORM", seen, "read as a plain table", fix)
        return plain(records._replace(problems=[problem, *records.problems]))
    return next(export for read in PLATFORMS.values() if (export := read(records)) is not None)
