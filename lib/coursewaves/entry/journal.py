"""Keep the journal of the registry's changes: a change goes in, a line that stays comes out.

``data/register/journal.jsonl`` says when, by which account of the system (its number, never a name), which table,
which rows and columns, and the file's hash before and after; never a cell. A participant's code that is an
identifier, such as an IIN, stands there as a mark.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from coursewaves.entry.draft import digest_of_content, shown_id
from coursewaves.errors import CoursewavesError
from coursewaves.settings.home import Home
from coursewaves.system.private_files import private_folder

JOURNAL = "journal.jsonl"

IN_PLACE, NOT_WRITTEN, CHANGED_SINCE, FOLLOWED = "in place", "not written", "changed since", "followed by another"
"""What became of a change: its file is as it left it; as it was before (the machine stopped in between); another; and
a later change of the same table is in the journal."""


class Entry(NamedTuple):
    """One change of one table.

    Attributes
    ----------
    number
        Counts the changes from 1.
    at
        When (UTC, ISO 8601).
    account
        Number of the system's account, "" where the system has none.
    action
        ``add``, ``set``, ``remove``, ``split`` or ``undo``.
    table, file
        What was changed, and in which file of the registry.
    ids, columns
        Which rows, by their ids, and which columns.
    before, after
        SHA-256 of the file; empty where there was none.
    reason
        Why a closed period was opened, or what the change belongs to.
    """

    number: int
    at: str
    account: str
    action: str
    table: str
    file: str
    ids: list[str]
    columns: list[str]
    before: str
    after: str
    reason: str = ""


def register_folder(home: Home) -> Path:
    """Return where the journal and the file before the last change lie."""
    return home.root / "data" / "register"


def read_journal(home: Home) -> list[Entry]:
    """Return the changes, the oldest first.

    Raises
    ------
    CoursewavesError
        Where a line is damaged; a last one that was cut off is passed over, since its change was never made.
    """
    path = register_folder(home) / JOURNAL
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(Entry(**json.loads(line)))
        except (ValueError, TypeError):
            if number == len(lines) and not line.endswith(b"\n"):
                continue
            fix = "put back its copy, or move it aside: a new one is begun"
            raise CoursewavesError(f"register/{JOURNAL}:{number} is damaged; fix: {fix}") from None
    return found


def enter_change(
    home: Home, action: str, table: str, file: str, ids: list[str], columns: list[str], before: str, after: str,
    reason: str = "",
) -> Entry:  # fmt: skip
    """Enter a change at the journal's end and sync it; to be done before the table is written."""
    known = read_journal(home)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    ids = [shown_id(one) for one in ids]
    entry = Entry(len(known) + 1, at, account(), action, table, file, ids, columns, before, after, reason)
    _append(private_folder(register_folder(home)) / JOURNAL, json.dumps(entry._asdict(), ensure_ascii=False))
    return entry


def account() -> str:
    """Return the number of this process's account; who it is, the machine's administrator knows."""
    return str(os.getuid()) if hasattr(os, "getuid") else ""


def states(home: Home) -> list[tuple[Entry, str]]:
    """Return each change with what became of it."""
    entries = read_journal(home)
    last = {entry.table: entry.number for entry in entries}
    return [(entry, _state(home, entry) if last[entry.table] == entry.number else FOLLOWED) for entry in entries]


def _state(home: Home, entry: Entry) -> str:
    path = home.registry / entry.file
    now = digest_of_content(path.read_bytes() if path.exists() else None)
    return {entry.after: IN_PLACE, entry.before: NOT_WRITTEN}.get(now, CHANGED_SINCE)


def _append(path: Path, line: str) -> None:
    """Append a line to a file for its owner alone; what a stopped machine left half is closed off first."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(0)
            whole = file.read().rfind(b"\n") + 1
            if whole < size:
                file.truncate(whole)
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
