"""Keep the headers that a person accepted as other names of questions: one CSV file of the work folder.

A header that no question has is proposed, never taken; `accept` writes a proposal down once a person agreed,
and from then on every file with that header is read.
"""

from collections.abc import Iterable
from pathlib import Path

from coursewaves.errors import CoursewavesError
from coursewaves.intake.header_book import Alias
from coursewaves.intake.headers import Proposal
from coursewaves.problems import column_letter
from coursewaves.reading.delimited import joined
from coursewaves.reading.records import read_records

_COLUMNS = list(Alias._fields)


def read_aliases(path: Path) -> list[Alias]:
    """Read the accepted headers; an absent file holds none.

    Raises
    ------
    CoursewavesError
        Where the file can't be read or lacks a column.
    """
    if not path.exists():
        return []
    records = read_records(path)
    if records.problems or records.header != _COLUMNS:
        told = str(records.problems[0]) if records.problems else f"its columns are not {', '.join(_COLUMNS)}"
        raise CoursewavesError(f"Can't read {path.name}: {told}; fix: mend it, or delete it and accept anew.")
    return [Alias(*cells) for _, cells in records.rows]


def accept(path: Path, proposals: Iterable[Proposal], chosen: Iterable[str]) -> list[Alias]:
    """Write the chosen proposals into the file of aliases.

    Parameters
    ----------
    path
        The file of aliases; made where there is none.
    proposals
        What the files' headers gave, see `coursewaves.intake.headers.match_columns`.
    chosen
        ``file:COLUMN`` as the list of problems shows it, or ``all``.

    Returns
    -------
    list of Alias
        Those that are new.

    Raises
    ------
    CoursewavesError
        Where nothing is proposed for a chosen column; nothing is written then.
    """
    found = {f"{one.file}:{column_letter(one.place)}": one for one in proposals}
    wanted = list(found) if "all" in chosen else list(chosen)
    for place in wanted:
        if place not in found:
            raise CoursewavesError.not_found(place, "the proposals", found)
    known = read_aliases(path)
    aliases = [Alias(one.instrument_id, one.header, one.means) for one in map(found.__getitem__, wanted)]
    new = [alias for alias in dict.fromkeys(aliases) if alias not in known]
    path.write_text(joined([_COLUMNS, *known, *new]), encoding="utf-8")
    return new
