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
from coursewaves.survey.instruments import Survey

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


def accept(path: Path, proposals: Iterable[Proposal], chosen: Iterable[str], survey: Survey) -> list[Alias]:
    """Write the chosen proposals into the file of aliases.

    Parameters
    ----------
    path
        The file of aliases; made where there is none.
    proposals
        What the files' headers gave, see `coursewaves.intake.headers.match_columns`.
    chosen
        ``file:COLUMN`` as the list of problems shows it, or ``all``; ``file:COLUMN=ID`` for a column that is the
        question of that id, though its header does not say it. For background questions their purpose will do, such
        as ``course``; ``ignore`` is for a column that is not to be named any more.
    survey
        The survey, which says what ids there are.

    Returns
    -------
    list of Alias
        Those that are new.

    Raises
    ------
    CoursewavesError
        Where nothing is proposed for a chosen column, or there is no such question; nothing is written then.
    """
    found = {f"{one.file}:{column_letter(one.place)}": one for one in proposals}
    likely = {place: one for place, one in found.items() if one.means}
    wanted = list(likely) if "all" in chosen else list(chosen)
    aliases = [_alias(word, likely, found, survey) for word in wanted]
    known = read_aliases(path)
    new = [alias for alias in dict.fromkeys(aliases) if alias not in known]
    path.write_text(joined([_COLUMNS, *known, *new]), encoding="utf-8")
    return new


def _alias(word: str, likely: dict[str, Proposal], found: dict[str, Proposal], survey: Survey) -> Alias:
    """Return what a person accepts by a word: a proposal, or a meaning of their own."""
    place, equals, means = word.rpartition("=")
    if not equals or word in likely:
        if word not in likely:
            raise CoursewavesError.not_found(word, "the proposals", likely)
        return Alias(likely[word].instrument_id, likely[word].header, likely[word].means)
    if place not in found:
        raise CoursewavesError.not_found(place, "the columns that no question knows", found)
    own = found[place]
    items = [*survey.background, *survey.instrument(own.instrument_id).items]
    names = ["ignore", *(str(item.purpose) for item in items if item.purpose)]
    names += [name for item in items for name in (survey.columns(item) if item.repeat else [item.id])]
    if means not in names:
        raise CoursewavesError.not_found(means, f"the questions of {own.instrument_id}", dict.fromkeys(names))
    return Alias(own.instrument_id, own.header, means)
