"""Write a change of the registry that has no fault, take the last one back, and turn a workbook into CSV files."""

from pathlib import Path

from coursewaves.entry.draft import Draft, digest_of_content
from coursewaves.entry.journal import NOT_WRITTEN, Entry, enter_change, register_folder, states
from coursewaves.entry.table_file import Line as Record
from coursewaves.entry.table_file import new_table, says_something
from coursewaves.errors import CoursewavesError
from coursewaves.reading.records import read_records
from coursewaves.reading.workbook import sheet_names
from coursewaves.registry.tables import TABLES
from coursewaves.settings.home import Home
from coursewaves.system.private_files import private_draft, sweep, write_private_bytes

BEFORE = "before.csv"
"""The file as it was before the last change; of older changes nothing is kept."""

ABSENT = "before.absent"
"""Says that there was no file before the last change."""


def write_change(home: Home, draft: Draft, reason: str = "") -> Entry | None:
    """Write a change: first what was there, then the journal, then the table, each whole or not at all.

    Parameters
    ----------
    reason
        Why a closed period is opened; without one a row of it keeps the change from being written.

    Returns
    -------
    Entry or None
        The journal's entry; None where nothing changes.

    Raises
    ------
    CoursewavesError
        Where the change has faults, or the file is not any more as it was when the change was drafted.
    """
    faults = [problem for problem in draft.problems if not (reason.strip() and problem in draft.closed)]
    if faults:
        raise CoursewavesError("Nothing was written:\n" + "\n".join(map(str, faults)))
    if _content(draft.path) != draft.before:
        raise CoursewavesError(f"{draft.path.name} was changed meanwhile; fix: do it again")
    if draft.changes_nothing:
        return None
    for folder in (draft.path.parent, register_folder(home)):
        sweep(folder)  # what a killed process left half
    _keep(home, draft.before)
    hashes = digest_of_content(draft.before), digest_of_content(draft.after)
    why = reason.strip() if draft.closed or draft.action == "remove" else ""
    entry = enter_change(
        home, draft.action, draft.table, draft.path.name, draft.ids, draft.columns, *hashes, reason=why
    )
    _write(draft.path, draft.after)
    return entry


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _write(path: Path, content: bytes) -> None:
    """Write a table whole; who could read and change it before still can, a new one is its owner's alone."""
    mode = path.stat().st_mode & 0o770 if path.exists() else 0o600
    with private_draft(path, mode) as draft:
        draft.write_bytes(content)


def _keep(home: Home, before: bytes | None) -> None:
    """Keep what stands in a file before it is changed, in the place of what stood before an earlier change."""
    kept = {BEFORE: before, ABSENT: b"" if before is None else None}
    for name, content in kept.items():
        path = register_folder(home) / name
        if content is None:
            path.unlink(missing_ok=True)
        else:
            write_private_bytes(path, content)


def forget_before(home: Home) -> None:
    """Delete what stood in a file before the last change; that one can't be undone any more."""
    for name in (BEFORE, ABSENT):
        (register_folder(home) / name).unlink(missing_ok=True)


def undo_change(home: Home) -> Entry:
    """Take the last change back, where its file is as it left it; that is a change of its own in the journal.

    Raises
    ------
    CoursewavesError
        Where there is nothing to take back, or somebody changed the file since.
    """
    known = states(home)
    last, state = known[-1] if known else (None, "")
    if last is None or last.action not in ("add", "set"):
        raise CoursewavesError("There is no change to undo; fix: change the rows with register set, or in the file")
    path = home.registry / last.file
    before = None if (register_folder(home) / ABSENT).exists() else _content(register_folder(home) / BEFORE)
    if state == NOT_WRITTEN:
        raise CoursewavesError(f"The last change of {last.file} was not written; there is nothing to undo")
    if digest_of_content(_content(path)) != last.after or digest_of_content(before) != last.before:
        raise CoursewavesError(f"{last.file} was changed since; fix: change the rows with register set")
    entry = enter_change(
        home, "undo", last.table, last.file, last.ids, last.columns, last.after, last.before, f"change {last.number}"
    )
    if before is None:
        path.unlink()
    else:
        _write(path, before)
    return entry


def split_workbook(home: Home) -> list[Path]:
    """Turn each table of ``registry.xlsx`` into a CSV file, and put the workbook aside into ``data/register``.

    From then on rows are changed one by one, and what changed can be seen. A table that has a CSV file already keeps
    it: that one was read before, too.

    Raises
    ------
    CoursewavesError
        Where there is no workbook, or a sheet of it has faults.
    """
    book = home.registry / "registry.xlsx"
    names = sheet_names(book) if book.is_file() else None
    if not isinstance(names, list):
        raise CoursewavesError("Can't find a sound registry.xlsx; fix: nothing, where the tables are CSV files already")
    kept = register_folder(home) / book.name
    if kept.exists():
        raise CoursewavesError(f"register/{book.name} is there already; fix: move it elsewhere")
    contents: dict[Path, bytes] = {}
    for name in names:
        path = home.registry / f"{name.strip().casefold()}.csv"
        if path.stem in TABLES and not path.exists():
            contents[path] = _as_csv(book, name)
    for path, content in contents.items():
        enter_change(home, "split", path.stem, path.name, [], [], "", digest_of_content(content), book.name)
        _write(path, content)
    kept.parent.mkdir(parents=True, exist_ok=True)
    book.rename(kept)
    return list(contents)


def _as_csv(book: Path, sheet: str) -> bytes:
    records = read_records(book, sheet, f"{book.name} [{sheet}]")
    lost = [problem for problem in records.problems if problem.rule not in ("E-BLANK", "E-HIDDEN", "E-SHEETS")]
    if lost or not records.header:
        raise CoursewavesError("The workbook has faults:\n" + "\n".join(map(str, lost)))
    rows = [[cell.strip().removesuffix(" 00:00:00") for cell in cells] for _, cells in records.rows]
    named = [cell.strip() for cell in records.header]
    table = new_table(named)
    made = [dict(zip(table.columns, row, strict=True)) for row in rows if says_something(Record("", row))]
    return table.with_rows(made).content()
