"""Name the courses that a report can't count any more (¶22): their documents are in the archive, their data removed."""

from typing import Any

import pandas as pd

from coursewaves.pages.pieces import Html, table
from coursewaves.phrases import marked
from coursewaves.views.subject import Subject, once
from coursewaves.views.view import View

MOST_NAMED = 3
"""So many courses are named in a sentence; the table names all."""


@once
def archived_courses(subject: Subject, column: str = "", ids: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return the removed courses that the registry remembers, by their first day.

    Parameters
    ----------
    column, ids
        Only those with one of these in a column, such as ``programme_id``; by default all.
    """
    found = subject.year.registry.archived
    own = found[found[column].isin(ids)] if column else found
    return own.sort_values(["starts_on", "course_id"], ignore_index=True)


def with_archived(view: View, sentence: str, column: str = "", ids: tuple[str, ...] = ()) -> str:
    """Add to a sentence which courses are not in the figures of a report, since their data were removed."""
    rows = archived_courses(view, column, ids).to_dict("records")
    if not rows:
        return sentence
    names = [
        view.say("{course}, archived on {day}", course=row["course_id"], day=_day(view, _archived_on(row)))
        for row in rows
    ]
    text = marked("Courses that are not in these figures, since their documents are in the archive: {n} ({list}).")
    named = "; ".join(names) if len(rows) <= MOST_NAMED else view.say("named in the table of courses in the archive")
    return f"{sentence} {view.say(text, n=view.phrases.number(len(rows)), list=named)}"


def archived_table(view: View, column: str = "", ids: tuple[str, ...] = ()) -> Html:
    """List the courses of `with_archived` with the bag that holds each; nothing where there are none."""
    say = view.say
    head = [say("Course"), say("Dates"), say("Handed over to the archive"), say("Data removed here"), say("Bag")]
    lines = []
    for row in archived_courses(view, column, ids).to_dict("records"):
        days = [_day(view, row[name]) for name in ("starts_on", "ends_on") if pd.notna(row[name])]
        taken = [_day(view, row[name]) for name in ("handed_over_on", "removed_on")]
        lines.append([str(row["course_id"]), " – ".join(days) or "–", *taken, str(row["bag_id"])])
    return table(say("Courses in the archive, not in these figures"), head, lines, "prose")


def _archived_on(row: dict[Any, Any]) -> Any:
    """Return the day on which the archive took a course; where nobody wrote it down, that of its removal."""
    return row["handed_over_on"] if pd.notna(row["handed_over_on"]) else row["removed_on"]


def _day(view: View, day: Any) -> str:
    return "–" if pd.isna(day) else view.phrases.short_day(day.date())
