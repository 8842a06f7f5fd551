"""The commands ``coursewaves schedule``: write, check and remove the timed run of a work folder."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from coursewaves.commands.console import home_of, show_lines, stops
from coursewaves.errors import CoursewavesError

if TYPE_CHECKING:
    from coursewaves.schedule import Machine, Plan

schedule_app = typer.Typer(
    name="schedule",
    help="Have the run called at its time, by systemd or cron: write, check or remove the timed run of a work folder.",
    no_args_is_help=True,
)

AtOption = Annotated[str, typer.Option("--at", help="Time of day in the institute's zone; for an hour, its minute.")]
EveryOption = Annotated[str, typer.Option("--every", help="day, working_day, hour or week.")]
OnOption = Annotated[str, typer.Option("--on", help="Day of a weekly run: monday ...")]
WithOption = Annotated[str, typer.Option("--with", help="systemd, cron, or auto: systemd where it answers.")]


@schedule_app.command()
def write(
    context: typer.Context,
    at: AtOption = "",
    every: EveryOption = "",
    on: OnOption = "",
    kind: WithOption = "auto",
    system: Annotated[bool, typer.Option("--system", help="As units of the system; needs root.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be written; write nothing.")] = False,
) -> None:
    """Write the timed run of this work folder, in the place of an earlier one.

    Without options the settings decide, else it is every day at 02:30 by the institute's clocks. Written twice, the
    same stands there.
    """
    from coursewaves import schedule  # noqa: PLC0415

    with stops():
        home, machine = home_of(context), schedule.this_machine()
        plan = schedule.plan_for(home, machine, every, at, on)
        chosen = _chosen(kind, system, plan, machine)
        if dry_run:
            for place, text in schedule.would_write(plan, chosen, machine).items():
                show_lines(f"# {place}\n{text}")
            return
        for line in schedule.write(plan, chosen, machine):
            show_lines(line)
        show_lines(f"next run: {_moment(schedule.next_due(plan, machine.now))}")
        declared = schedule.plan_for(home, machine)
        if hasattr(home.settings, "schedule") and plan != declared:
            fix = "write the same under schedule: in coursewaves.yml"
            show_lines(f"note: a missed run is told by the settings, which say {declared.told}; fix: {fix}")


@schedule_app.command()
def check(context: typer.Context, at: AtOption = "", every: EveryOption = "", on: OnOption = "") -> None:
    """Check that the timed run stands as it would be written now, and that the run that was due last happened.

    Exit code 1 says that a person should look: it is missing, differs, is switched off, or did not happen. Without
    options and settings the time at which it was written counts.
    """
    from coursewaves import schedule  # noqa: PLC0415
    from coursewaves.system.findings import is_any_wrong  # noqa: PLC0415

    with stops():
        home, machine = home_of(context), schedule.this_machine()
        plan = schedule.plan_that_stands(home, machine, every, at, on)
        findings = schedule.check(plan, machine)
        for finding in findings:
            show_lines(str(finding))
        if schedule.what_stands(home.root, machine):
            show_lines(f"next run: {_moment(schedule.next_due(plan, machine.now))}")
    raise typer.Exit(1 if is_any_wrong(findings) else 0)


@schedule_app.command()
def remove(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="Name of a run whose folder is gone, as check shows it.")] = "",
) -> None:
    """Remove the timed run of this work folder, and nothing else; a second time there is nothing to remove."""
    from coursewaves import schedule  # noqa: PLC0415

    with stops():
        asked = name or schedule.name_of(home_of(context).root)
        for line in schedule.remove(asked, schedule.this_machine()) or [f"nothing to remove: {asked}"]:
            show_lines(line)


def _chosen(kind: str, is_system: bool, plan: "Plan", machine: "Machine") -> str:
    from coursewaves import schedule  # noqa: PLC0415

    if is_system and kind == "cron":
        raise CoursewavesError("--system is for systemd alone; fix: leave out --system, or --with cron.")
    return schedule.choose("system" if is_system else kind, plan, machine)


def _moment(moment: datetime) -> str:
    return f"{moment:%a %Y-%m-%d %H:%M} {moment.tzinfo}"
