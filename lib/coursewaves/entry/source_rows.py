"""Read new rows from a file as staff keep them: a table of theirs goes in, rows under the registry's columns come out.

Headings and cells may be in Kazakh or Russian, days may be written 14.03.2025, and an entry of another table may be
named by its title. What has one meaning is translated, and the difference shows it; all else is a problem.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from coursewaves.entry.table_file import column_name
from coursewaves.errors import CoursewavesError
from coursewaves.problems import Problem, column_letter, described
from coursewaves.reading.records import Records, read_records
from coursewaves.reading.workbook import sheet_names
from coursewaves.registry.reader import Registry
from coursewaves.registry.rows import ID_PATTERN, iso_day
from coursewaves.registry.tables import KEYS, REFERENCES, TABLES, columns_of, dtype_of
from coursewaves.survey.wordings import normalised
from coursewaves.system.yamlfile import read_yaml

REFUSED = "nothing written"

_HARMLESS = ("E-BLANK", "E-HEADER")
"""Rules about rows that hold nothing: blank ones, titles, a header once more."""


class Row(NamedTuple):
    """One row to be added: where it stands, its cells by column, and the letter of each column there."""

    file: str
    number: int
    cells: dict[str, str]
    letters: dict[str, str]


def check_table(table: str) -> str:
    """Return a table's name; one that there is not is refused."""
    if table not in TABLES:
        raise CoursewavesError.not_found(table, "the tables of the registry", TABLES)
    return table


def read_rows(
    table: str, source: Path, columns: Mapping[str, str] | None = None, registry: Registry | None = None
) -> tuple[list[Row], list[Problem]]:
    """Read the rows of a file under the columns of a table; a column that the table does not have is a fault.

    Of a workbook the sheet that is named as the table is read, in any of its names, else the first.

    Parameters
    ----------
    columns
        What single columns of the file hold, by their letters, where their headings do not say it; an empty name
        leaves a column out.
    registry
        The registry as it is, whose titles may stand for ids.
    """
    check_table(table)
    if not source.is_file():
        raise CoursewavesError(f"Can't find the file {source.name}; fix: name a CSV or XLSX file with the new rows")
    records = read_records(source, _sheet(table, source), source.name)
    faults = [one._replace(done=REFUSED) for one in records.problems if one.rule not in _HARMLESS]
    places = _places(table, records, columns or {}, faults)
    letters = {name: column_letter(place) for name, place in places.items()}
    titles = _titles(table, registry) if registry else {}
    rows = []
    for number, cells in records.rows:
        own = {name: _translated(table, name, cells[place], titles.get(name, {})) for name, place in places.items()}
        faults += _undecided(Row(source.name, number, own, letters), titles)
        rows.append(Row(source.name, number, own, letters))
    if not rows and not faults:
        fix = "write the new rows below the header"
        faults.append(Problem(source.name, 0, "", "", "E-EMPTY", "no rows", REFUSED, fix))
    return rows, faults


def _sheet(table: str, source: Path) -> str | None:
    """Return the sheet that is named as the table; None where none is, and for other files."""
    names = sheet_names(source) if source.suffix.casefold() in (".xlsx", ".xlsm") else []
    known = {normalised(name) for name in (table, *_headings()["tables"].get(table, []))}
    return next((name for name in names if normalised(name) in known), None) if isinstance(names, list) else None


def _places(table: str, records: Records, declared: Mapping[str, str], faults: list[Problem]) -> dict[str, int]:
    """Return the place of each column; what is none, or stands twice, is a fault."""
    letters = [column_letter(place) for place in range(len(records.header))]
    for letter, name in declared.items():
        if letter not in letters:
            raise CoursewavesError.not_found(letter, f"the columns of {records.name}", letters)
        if name and name not in columns_of(table):
            raise CoursewavesError.not_found(name, f"the columns of {table}", columns_of(table))
    found: dict[str, int] = {}
    for place, letter in enumerate(letters):
        name = declared.get(letter, column_of(table, records.header[place]))
        if name and name not in found:
            found[name] = place
        elif letter not in declared and (name or records.header[place].strip() or _is_filled(records, place)):
            faults.append(_foreign(table, records, place, name))
    return found


def _is_filled(records: Records, place: int) -> bool:
    return any(text.strip() for text in records.columns[place].texts)


def _foreign(table: str, records: Records, place: int, name: str) -> Problem:
    seen, letter = "the column stands twice" if name else f"no column of {table}", column_letter(place)
    fix = f"say what it holds, --column {letter}=NAME, or leave it out, --column {letter}=; NAME is one of "
    header = column_name(records.header[place])[:40]
    told = fix + ", ".join(columns_of(table))
    return Problem(records.name, records.header_row, letter, header, "E-COLUMN", seen, REFUSED, told)


def column_of(table: str, heading: str) -> str:
    """Return the column that a heading means, in any language; empty where it means none, or several.

    >>> column_of("courses", " Басталған күні:"), column_of("courses", "starts_on"), column_of("courses", "Ескерту")
    ('starts_on', 'starts_on', '')
    """
    if column_name(heading) in columns_of(table):
        return column_name(heading)
    also = _headings()["also"]
    if normalised(heading) in map(normalised, _headings()["own_id"]) and len(KEYS[table][0]) == 1:
        return KEYS[table][0][0]
    found = [name for name in columns_of(table) if normalised(heading) in map(normalised, also.get(name, []))]
    return found[0] if len(found) == 1 else ""


def _translated(table: str, column: str, cell: str, titles: Mapping[str, list[str]]) -> str:
    """Return a cell as the registry writes it, where it has one meaning; else as it stands."""
    text = cell.strip()
    if "datetime" in dtype_of(table, column):
        return iso_day(text) or text
    words = _headings()["cells"].get(column, {}) if dtype_of(table, column) == "str" else {}
    code = next((code for code, also in words.items() if normalised(text) in map(normalised, also)), None)
    if code is not None:
        return str(code)
    ids = titles.get(normalised(text), [])
    return ids[0] if len(ids) == 1 else text


def _titles(table: str, registry: Registry) -> dict[str, dict[str, list[str]]]:
    """Return, for each column that refers to another table, its ids by their titles and other names."""
    found: dict[str, dict[str, list[str]]] = {}
    for one in REFERENCES:
        if one.table == table and not one.several:
            by_title = found.setdefault(one.column, defaultdict(list))
            for row in getattr(registry, one.target).to_dict("records"):
                _enter(by_title, row, str(row[one.target_column]))
    return found


def _enter(by_title: dict[str, list[str]], row: Mapping[Any, Any], own_id: str) -> None:
    names = [row[name] for name in ("title_kk", "title_ru", "title_en", "aliases", "name") if name in row]
    for title in dict.fromkeys(normalised(one) for text in names if isinstance(text, str) for one in text.split("|")):
        by_title[title].append(own_id)


def _undecided(row: Row, titles: Mapping[str, Mapping[str, list[str]]]) -> Iterator[Problem]:
    """Name the cells that are no id, and a title of no entry, or of several."""
    for name, known in titles.items():
        text = row.cells.get(name, "")
        ids = known.get(normalised(text), [])
        if len(ids) > 1 or (text and not ids and not ID_PATTERN.fullmatch(text)):
            seen = f"a title of {len(ids)} entries" if ids else f"{described(text)}, neither an id nor a title"
            fix = f"write the id: {' or '.join(ids)}" if ids else "write its id, or add it to its own table first"
            yield Problem(row.file, row.number, row.letters[name], name, "E-REFERENCE", seen, REFUSED, fix)


@cache
def _headings() -> dict[str, Any]:
    """What staff call tables, columns and codes."""
    content: dict[str, Any] = read_yaml(Path(__file__).parent / "headings.yml").content
    return content


def declared_columns(words: Sequence[str]) -> dict[str, str]:
    """Read what a person says of single columns, such as ``D=centre_id``; the letter is that of the spreadsheet.

    Raises
    ------
    CoursewavesError
        Where a word is not of this form.
    """
    pairs = [word.partition("=") for word in words]
    if wrong := [letter for letter, equals, _ in pairs if not equals or not letter.strip().isalpha()]:
        raise CoursewavesError(f"Can't read {wrong[0]!r}; fix: write it as LETTER=column, such as D=centre_id, or D=")
    return {letter.strip().upper(): name.strip().casefold() for letter, _, name in pairs}
