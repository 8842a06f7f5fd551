"""The command ``retract``: a logged decision that earlier pages of a course are in nobody's hands."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from coursewaves.commands.console import alone, console, home_of, show_lines, stops
from coursewaves.releases import retract as take_back


def retract(
    context: typer.Context,
    course: Annotated[
        list[str] | None, typer.Option("--course", "-c", help="Only this course; may be repeated. By default all.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is written down with the day.")] = "",
) -> None:
    """Take back what was published of courses, so that the next load takes all answers that wait.

    Late answers, corrections and withdrawals wait while a comparison with an earlier page would tell of fewer than five
    people. Say by this that no page with these courses' answers is in anybody's hands: none was passed on, or all were
    called back. Day, courses and reason are written to data/released/decisions.jsonl.
    """
    with stops():
        home = home_of(context)
        with alone(home):
            courses = take_back(home, course or [], reason, datetime.now(UTC))
    show_lines(f"{len(courses)} courses taken back: {', '.join(courses)}")
    console.print("load the year anew: coursewaves load", highlight=False)
