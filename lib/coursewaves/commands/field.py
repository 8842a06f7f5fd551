"""The commands ``coursewaves sample`` and ``coursewaves field``: draw a sample wave, and follow it (¶10)."""

from typing import TYPE_CHECKING, Annotated

import typer

from coursewaves.commands.calendar import TodayOption, day_of
from coursewaves.commands.console import complaints, home_of, show_findings, show_lines, show_table, show_written, stops

if TYPE_CHECKING:
    from coursewaves.field import Draw, Progress

WaveOption = Annotated[int | None, typer.Option("--wave", "-w", help="Where several waves ask a sample: which.")]

COUNTS = {
    "completed": "n_completed", "answered": "n", "to 30 %": "n_to_least", "to 40 %": "n_to_target",
    "invited": "n_invited", "refused": "n_refused", "not reached": "n_not_reached", "silent": "n_silent",
    "waiting": "n_waiting", "not invited": "n_not_invited", "reserves": "n_reserves", "to ask now": "n_to_call",
}  # fmt: skip


def sample(
    context: typer.Context,
    seed: Annotated[str, typer.Option(help="Public words; by default sample: seed: of coursewaves.yml.")] = "",
    wave: WaveOption = None,
    anew: Annotated[bool, typer.Option("--anew", help="Draw although another draw of the wave stands there.")] = False,
) -> None:
    """Draw whom a sample wave asks, with reserves, from a public seed; the same seed and list give the same people.

    Writes the public plan and private lists to data/field. Its invitations.csv goes into the registry folder: there
    staff note whom they invited and what became of it, and coursewaves letters reads whom to ask. Nothing needs to be
    loaded for it.
    """
    from coursewaves.field import draw_of, write_draw  # noqa: PLC0415

    with stops():
        home = home_of(context)
        draw, registry, findings = draw_of(home, wave, seed)
        _show_draw(draw)
        write_draw(home, draw, registry, anew=anew, done=lambda path: show_written(path, home))
        show_findings(findings)
        if draw.plan.seed != home.settings.sample.seed:
            fix = "write the seed under sample: seed: in coursewaves.yml, so that the report draws from it too"
            complaints.print(f"note: the settings name no such seed; fix: {fix}", style="yellow", highlight=False)


def field(
    context: typer.Context,
    wave: WaveOption = None,
    today: TodayOption = "",
    next: Annotated[
        bool, typer.Option("--next", help="Write invitations.csv with the reserves that are to be asked now.")
    ] = False,
) -> None:
    """Show how far a drawn sample wave is, by direction: answers against 30 % and 40 %, whom to ask, what is at risk.

    Exit code 3 says that a direction is at risk, or that the register does not fit the draw. What is printed is not
    gated: it is for those who do the field work.
    """
    from coursewaves.field import follow, write_next  # noqa: PLC0415

    with stops():
        home = home_of(context)
        found = follow(home, day_of(today, home), wave)
        _show_progress(found.progress)
        if next:
            show_written(write_next(home, found.draw, found.registry, found.to_ask()), home)
        show_findings(found.findings)
    is_at_risk = (found.progress.scopes["alarm"] != "").any()
    raise typer.Exit(3 if found.findings or is_at_risk else 0)


def _show_draw(draw: "Draw") -> None:
    columns = ["direction_id", "programme_id", "n_completed", "n_required", "n_listed", "n_invited", "reason"]
    rows = draw.plan.strata[columns].astype("object")
    head = ["direction", "programme", "completed", "needed", "listed", "invited", "remark"]
    show_table(head, rows.where(rows.notna(), None).to_numpy())
    show_lines(f"seed: {draw.plan.seed}\nframe: {draw.plan.frame_hash}")


def _show_progress(progress: "Progress") -> None:
    scopes = progress.scopes
    rows = scopes[(scopes["scope"] != "programme") | (scopes["alarm"] != "")].to_dict("records")
    shares = ["share", "expected", "at most"]
    lines = [
        [_name(row["scope"], row["scope_id"]), *(row[name] for name in COUNTS.values()),
         *(_percent(row[name]) for name in ("share", "share_expected", "share_most")), row["alarm"]]
        for row in rows
    ]  # fmt: skip
    show_table(["direction", *COUNTS, *shares, "alarm"], lines)


def _name(scope: str, scope_id: str) -> str:
    """Name a scope: programmes, which are shown where they are at risk, have a dash before them."""
    return f"— {scope_id}" if scope == "programme" else scope_id or ("all" if scope == "all" else "none")


def _percent(share: float) -> str:
    return "–" if share != share else f"{100 * share:.1f} %"  # noqa: PLR0124 (a missing share is unequal to itself)
