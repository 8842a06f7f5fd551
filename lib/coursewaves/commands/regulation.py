"""The command ``coursewaves regulation``: how each paragraph of the regulation stands on a day."""

from typing import TYPE_CHECKING, Annotated

import typer

from coursewaves.commands.calendar import Format, TodayOption, day_of
from coursewaves.commands.console import home_of, show_lines, show_written, stops

if TYPE_CHECKING:
    from coursewaves.phrases import Phrases
    from coursewaves.regulation import State
    from coursewaves.standing.regulation_page import Standing

FormatOption = Annotated[
    Format, typer.Option("--format", "-f", help="text and json are printed; html writes reports/regulation.html.")
]


def regulation(context: typer.Context, today: TodayOption = "", format: FormatOption = Format.text) -> None:
    """Tell how each paragraph of the regulation stands: kept, at risk, broken or not applicable yet, and why.

    Only what the loaded year, its registry and its reports show is judged. Exit code 1 says that a paragraph is broken.
    """
    from coursewaves.phrases import Phrases  # noqa: PLC0415
    from coursewaves.processed.year import Year  # noqa: PLC0415
    from coursewaves.regulation import is_any_broken  # noqa: PLC0415
    from coursewaves.standing.regulation_page import dumped, find_standing, write_standing  # noqa: PLC0415

    with stops():
        year = Year(home_of(context))
        standing = find_standing(year, day_of(today, year.home))
        phrases = Phrases(year.settings.languages[0])
        if format is Format.json:
            typer.echo(dumped(standing, phrases))
        elif format is Format.html:
            show_written(write_standing(standing, phrases), year.home)
        else:
            _print_text(standing, phrases)
    raise typer.Exit(1 if is_any_broken(standing.states) else 0)


def _print_text(standing: "Standing", phrases: "Phrases") -> None:
    from coursewaves.standing.regulation_page import counted, lead, notes, title  # noqa: PLC0415

    numbers = ", ".join(f"{words} {n}" for words, n in counted(standing, phrases))
    show_lines(title(phrases), lead(standing, phrases), numbers, "")
    for state in standing.states:
        _print_state(state, phrases)
    show_lines("", *notes(phrases))


def _print_state(state: "State", phrases: "Phrases") -> None:
    from coursewaves.regulation import asked, evidence_words, state_words  # noqa: PLC0415

    show_lines(f"¶{state.paragraph} {state_words(phrases, state.state)}: {asked(phrases, state.paragraph)}")
    show_lines(*(f"    {evidence_words(phrases, piece)}" for piece in state.evidence))
