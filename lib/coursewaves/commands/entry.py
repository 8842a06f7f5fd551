"""The commands ``coursewaves register``: enter rows, change one, see and undo changes of the registry's tables."""

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coursewaves.commands.console import (
    alone,
    complaints,
    console,
    home_of,
    show_lines,
    show_table,
    show_written,
    stops,
)
from coursewaves.errors import CoursewavesError
from coursewaves.settings.home import Home

if TYPE_CHECKING:
    from coursewaves.entry import Difference, Draft

register_app = typer.Typer(
    name="register",
    help="Enter courses, participants, trainers, decisions, receipts ... into the registry: checked, shown, logged.",
    no_args_is_help=True,
)

MOST_ROWS = 30
"""Rows of a difference that are printed."""

TableArgument = Annotated[str, typer.Argument(help="courses, participants, trainers, decisions, receipts ...")]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="LETTER=NAME", help="What a column of the file holds; no name leaves it out."),
]
DryOption = Annotated[bool, typer.Option("--dry-run", help="Show what would change; write nothing.")]
ReopenOption = Annotated[
    str, typer.Option("--reopen", metavar="REASON", help="Change rows of the closed period; the reason is logged.")
]


@register_app.command()
def add(
    context: typer.Context,
    table: TableArgument,
    file: Annotated[Path, typer.Argument(help="CSV or XLSX file with one header row; see register columns.")],
    column: ColumnOption = None,
    dry_run: DryOption = False,
    reopen: ReopenOption = "",
) -> None:
    """Add the rows of a file to a table of the registry.

    Headings may be the columns' names or what staff call them in Kazakh or Russian; a programme, centre or region may
    be named by its title, a day written 14.03.2025. What was understood is shown. Every row is checked by the rules of
    the load. Where one has a fault nothing is written, and all faults are named.
    """
    from coursewaves.entry import declared_columns, draft_rows  # noqa: PLC0415

    with stops():
        home = home_of(context)
        with alone(home):
            _carry_out(home, draft_rows(home, table, file, declared_columns(column or [])), dry_run, reopen)


@register_app.command("set")
def set_values(
    context: typer.Context,
    table: TableArgument,
    row_id: Annotated[str, typer.Argument(metavar="ID", help="The row's id; P01-01/2 where it has two parts.")],
    values: Annotated[list[str], typer.Argument(metavar="COLUMN=VALUE", help="An empty value empties the cell.")],
    dry_run: DryOption = False,
    reopen: ReopenOption = "",
) -> None:
    """Change cells of one row of a table of the registry; all other rows stay as they are, byte for byte."""
    from coursewaves.entry import draft_values  # noqa: PLC0415

    with stops():
        home = home_of(context)
        with alone(home):
            _carry_out(home, draft_values(home, table, row_id, dict(map(_value, values))), dry_run, reopen)


@register_app.command()
def columns(table: TableArgument) -> None:
    """Show the columns of a table, what they mean, and which no row can do without."""
    from coursewaves.entry import check_table  # noqa: PLC0415
    from coursewaves.registry.tables import TABLES, columns_of, is_needed  # noqa: PLC0415

    with stops():
        fields = TABLES[check_table(table)].model_fields
        rows = [[name, "yes" if is_needed(table, name) else "", fields[name].description] for name in columns_of(table)]
        show_table(["column", "needed", "meaning"], rows)


@register_app.command()
def log(context: typer.Context) -> None:
    """Show the changes, the last one last: when, by which account's number, what, and whether it stands."""
    from coursewaves.entry import states  # noqa: PLC0415

    with stops():
        rows = [
            [one.number, one.at, one.account, one.action, one.table, _few(one.ids), ", ".join(one.columns), state,
             one.reason]
            for one, state in states(home_of(context))
        ]  # fmt: skip
        show_table(["no", "at (UTC)", "account", "what", "table", "rows", "columns", "state", "reason"], rows)
        console.print(f"{len(rows)} changes", highlight=False)


@register_app.command()
def undo(context: typer.Context) -> None:
    """Take the last change back, where nobody changed its file since."""
    from coursewaves.entry import undo_change  # noqa: PLC0415

    with stops():
        home = home_of(context)
        with alone(home):
            entry = undo_change(home)
        show_lines(f"undone: {entry.reason} of {entry.file}; next: coursewaves load")


@register_app.command()
def split(context: typer.Context) -> None:
    """Make a CSV file of each table in registry.xlsx, so that single rows can be entered and changed."""
    from coursewaves.entry import split_workbook  # noqa: PLC0415

    with stops():
        home = home_of(context)
        with alone(home):
            for path in split_workbook(home):
                show_written(path, home)
        console.print("registry.xlsx lies in data/register now", highlight=False)


def _carry_out(home: Home, draft: "Draft", is_dry: bool, reason: str) -> None:
    """Show a change with its faults, and write it where it has none and is meant."""
    from coursewaves.entry import write_change  # noqa: PLC0415

    show_difference(draft)
    for problem in draft.remarks:
        console.print(f"remark: {problem}", style="yellow", markup=False, highlight=False)
    faults = [problem for problem in draft.problems if not (reason.strip() and problem in draft.closed)]
    for problem in faults:
        complaints.print(str(problem), style="red", markup=False, highlight=False)
    if faults:
        complaints.print(f"faults: {len(faults)}; nothing was written", style="red", highlight=False)
        raise typer.Exit(2)
    if is_dry:
        console.print("dry run: nothing was written", highlight=False)
        return
    entry = write_change(home, draft, reason)
    told = f"written: {draft.path.name}, change {entry.number}; next: coursewaves load" if entry else "nothing changes"
    show_lines(told)


def show_difference(draft: "Draft") -> None:
    """Print what would change, a line each row; an id that is a person's number stands there as a mark."""
    from coursewaves.entry import shown_id  # noqa: PLC0415
    from coursewaves.registry.tables import KEYS  # noqa: PLC0415

    rows = [(row, list(cells)) for row, cells in groupby(draft.differences, key=lambda one: one.row_id)]
    for row, cells in rows[:MOST_ROWS]:
        is_new = draft.action == "add"
        own = [one for one in cells if not is_new or one.column not in KEYS[draft.table][0]]
        told = [f"{one.column}={one.after}" if is_new else _changed(one) for one in own]
        sign = "+" if is_new else "~"
        show_lines(f"{sign} {draft.table} {shown_id(row)}: {'; '.join(told)}")
    if len(rows) > MOST_ROWS:
        console.print(f"and {len(rows) - MOST_ROWS} more rows", highlight=False)


def _changed(one: "Difference") -> str:
    return f"{one.column}: {_cell(one.before)} → {_cell(one.after)}"


def _cell(text: str) -> str:
    return repr(text) if text else "empty"


def _few(ids: list[str]) -> str:
    return ", ".join(ids[:3]) + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")


def _value(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise CoursewavesError(f"Can't read {name!r}; fix: write it as column=value, such as enrolled=41")
    return name.strip().casefold(), value
