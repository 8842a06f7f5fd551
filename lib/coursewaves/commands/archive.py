"""The commands ``coursewaves archive``: the retention register, bags, handover, removal and restoring (¶22)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coursewaves.commands.calendar import TodayOption, day_of
from coursewaves.commands.console import alone, complaints, home_of, short, show_lines, show_table, stop, stops
from coursewaves.commands.entry import show_difference
from coursewaves.settings.home import Home

if TYPE_CHECKING:
    import pandas as pd

    from coursewaves.archive import Removal, Subject
    from coursewaves.phrases import Phrases

archive_app = typer.Typer(
    name="archive",
    help="Keep documents for their year, hand them to the archive as BagIt bags, remove what lies there (¶22).",
    no_args_is_help=True,
)

MOST_FILES = 20
"""Files that are listed of a removal."""

SubjectArgument = Annotated[str, typer.Argument(metavar="COURSE|YEAR", help="A course's code, or a year such as 2025.")]
BagOption = Annotated[Path, typer.Option("--bag", help="The bag's folder.")]


@archive_app.command("list")
def list_kept(context: typer.Context, today: TodayOption = "") -> None:
    """Show until when the documents of each course are kept, and what may be removed."""
    from coursewaves.archive import find_retention, unfinished  # noqa: PLC0415
    from coursewaves.phrases import Phrases  # noqa: PLC0415
    from coursewaves.processed.year import Year  # noqa: PLC0415

    with stops():
        home = home_of(context)
        day = day_of(today, home)
        _show_kept(Phrases(home.settings.languages[0]), find_retention(Year(home), day), day)
        if unfinished(home):
            stop("A removal was begun and not ended; fix: repeat its command")


@archive_app.command()
def make(
    context: typer.Context,
    subject: SubjectArgument,
    today: TodayOption = "",
    out: Annotated[Path | None, typer.Option("--out", help="Folder for bags; by default data/archive.")] = None,
) -> None:
    """Make a BagIt bag of a course or a year, with checksums and an inventory in three languages.

    The bag holds personal data and is readable by you alone. To pass it on, encrypt it by your own means.
    """
    from coursewaves.archive import archive_folder, find_subject, make_bag, read_inventory  # noqa: PLC0415
    from coursewaves.processed.year import Year  # noqa: PLC0415

    with stops():
        home = home_of(context)
        with alone(home):
            year = Year(home)
            found = find_subject(year, subject)
            _note_due(home, found)
            bag = make_bag(year, found, day_of(today, home), out.resolve() if out else archive_folder(home))
        size = sum(one.bytes for one in read_inventory(bag))
        show_lines(f"made and checked: {short(bag, home)}, {len(read_inventory(bag))} files, {size:,} bytes")
        show_lines("it holds personal data and no key; next: hand it over, then coursewaves archive hand-over")


@archive_app.command()
def verify(bag: Annotated[Path, typer.Argument(help="The bag's folder.")]) -> None:
    """Check every file of a bag by both checksums; exit code 1 says that it is damaged, and each place is named."""
    from coursewaves.archive import look_over  # noqa: PLC0415

    with stops():
        damages = look_over(bag)
    if not damages:
        show_lines(f"{bag.name} is whole")
        return
    for one, original in damages:
        told = f"{one}{f' ({original})' if original else ''}"
        complaints.print(told, style="red", markup=False, highlight=False)
    complaints.print("fix: take what is damaged from another copy of the bag", style="red", highlight=False)
    raise typer.Exit(1)


@archive_app.command("hand-over")
def hand_over(
    context: typer.Context,
    subject: SubjectArgument,
    bag: BagOption,
    on: Annotated[str, typer.Option("--on", help="Day on which the archive took it, as 2026-03-27; else today.")] = "",
) -> None:
    """Record in the registry that the archive took a bag, once it was checked."""
    from coursewaves.archive import draft_handover, find_subject  # noqa: PLC0415
    from coursewaves.entry import write_change  # noqa: PLC0415
    from coursewaves.processed.year import Year  # noqa: PLC0415

    with stops():
        home = home_of(context)
        with alone(home):
            year = Year(home)
            draft = draft_handover(year, find_subject(year, subject), bag, day_of(on, home))
            show_difference(draft)
            write_change(home, draft)
        show_lines(f"written: {draft.path.name}; next: coursewaves load")


@archive_app.command()
def remove(
    context: typer.Context,
    subject: SubjectArgument,
    bag: BagOption,
    today: TodayOption = "",
    confirm: Annotated[bool, typer.Option("--confirm", help="Remove; without it only the plan is shown.")] = False,
    early: Annotated[
        str, typer.Option("--early", metavar="REASON", help="Remove before the day from which it may be removed.")
    ] = "",
) -> None:
    """Remove from the work folder what lies in a verified bag, was handed over and need not be kept any more.

    Without --confirm nothing is removed. The registry remembers the courses with the bag's id. The key of the
    pseudonyms is never touched.
    """
    from coursewaves.archive import begin, find_subject, finish, plan_removal, unfinished  # noqa: PLC0415
    from coursewaves.processed.year import Year  # noqa: PLC0415

    with stops():
        home = home_of(context)
        with alone(home):
            if begun := unfinished(home):
                if not confirm:
                    stop(f"A removal of {', '.join(begun.courses)} was begun; fix: repeat it with --confirm to end it")
                finish(home)
                show_lines(f"ended the removal that was begun: {', '.join(begun.courses)}; next: coursewaves load")
                return
            year = Year(home)
            plan = plan_removal(year, find_subject(year, subject), bag, day_of(today, home), early.strip())
            _show_removal(plan, home)
            if plan.against:
                raise typer.Exit(2)
            if not confirm:
                show_lines("dry run: nothing was removed; to remove, repeat it with --confirm")
                return
            begin(home, plan)
        show_lines(
            f"removed; the registry remembers {len(plan.courses)} courses in archived.csv; next: coursewaves load"
        )


@archive_app.command()
def restore(
    bag: Annotated[Path, typer.Argument(help="The bag of a year.")],
    home: Annotated[Path, typer.Option("--home", help="New work folder.")],
) -> None:
    """Give back a work folder from the bag of a year; the bag is checked first and stays as it is."""
    from coursewaves.archive import read_facts, restore  # noqa: PLC0415

    with stops():
        n_files = restore(bag, home)
        key = read_facts(bag).key
        show_lines(f"restored: {home.name}, {n_files} files; next: coursewaves --home {home.name} load")
        if key != "none":
            show_lines(f"the pseudonyms are those of a key (fingerprint {key}): lay its copy there first, mode 0600")


def _note_due(home: Home, subject: "Subject") -> None:
    """Say how many reports the bag will hold as they were: those that are due now."""
    from coursewaves.archive import count_due  # noqa: PLC0415

    if n_due := count_due(home, subject):
        show_lines(f"note: {n_due} reports are due and go in as they are; better: coursewaves report first")


def _show_kept(phrases: "Phrases", kept: "pd.DataFrame", today: object) -> None:
    from coursewaves.archive.words import kept_head, kept_rows  # noqa: PLC0415

    show_lines(phrases.say("Register of retention"))
    show_lines(phrases.say("As of {day}", day=phrases.day(today)))  # type: ignore[arg-type]
    show_table(kept_head(phrases), kept_rows(phrases, kept))


def _show_removal(plan: "Removal", home: Home) -> None:
    from coursewaves.privacy.pseudonyms import KEY_FILE  # noqa: PLC0415

    show_lines(f"courses: {', '.join(plan.courses)}; bag: {plan.bag_id}")
    for name in plan.files[:MOST_FILES]:
        show_lines(f"- {name}")
    if len(plan.files) > MOST_FILES:
        show_lines(f"and {len(plan.files) - MOST_FILES} more files")
    show_lines("- their rows in participants, receipts, handovers and courses; archived.csv remembers the courses")
    for name, marks in plan.shared.items():
        show_lines(f"~ {name} holds other courses too: it stays, and {len(marks)} records are set aside from now on")
    show_lines("- data/processed and data/export, which coursewaves load and export make anew")
    if (home.root / KEY_FILE).exists():
        show_lines(
            f"{KEY_FILE} stays: without it no form can be linked to a person again; delete it when nothing needs it"
        )
    for reason in plan.against:
        complaints.print(f"not yet: {reason}", style="red", markup=False, highlight=False)
