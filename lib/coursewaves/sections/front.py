"""The front matter of a course report (¶1-3), and the mark by which a finished report is known."""

import pandas as pd

from coursewaves.pages.pieces import Html, Section, facts, heading, paragraph
from coursewaves.survey.instruments import wording
from coursewaves.views.opening import CourseView
from coursewaves.views.view import View

END_MARK = "coursewaves-end-of-report"
"""Anchor of the last section; a page without it is not finished."""


def front(view: CourseView) -> Section:
    """Say which course is reported, from which waves, on which legal basis (¶1-3)."""
    title = view.title("programmes", view.programme)
    parts = [
        heading(view.say("Effectiveness of the course: {title}", title=title), level=1),
        facts(_facts(view)),
        paragraph(
            view.say(
                "Analytical report on the effectiveness of the course, made from the surveys of its participants "
                "as the regulation on monitoring prescribes (paragraphs 1–9 and 14)."
            )
        ),
        paragraph(draft_note(view), "warning"),
    ]
    return Section("front", "", [], parts)


def _facts(view: CourseView) -> list[tuple[str, str]]:
    say, course, programme = view.say, view.course, view.programme
    institute = view.year.settings.institute
    return [
        (say("Institute"), wording(institute, view.phrases.language)),
        (say("Course"), view.course_id),
        (say("Dates"), _dates(view)),
        (say("Competence centre"), _titled(view, "centres", "centre_id")),
        (say("Direction"), _direction(view)),
        (say("Academic hours"), view.phrases.number(programme["hours"])),
        (say("Of them practical"), _number(view, programme["practical_hours"])),
        (say("Enrolled"), _number(view, course["enrolled"])),
        (say("Completed"), _number(view, course["completed"])),
    ]


def _number(view: CourseView, value: float | None) -> str:
    return "" if pd.isna(value) else view.phrases.number(value)


def _dates(view: CourseView) -> str:
    return view.phrases.days(view.course["starts_on"], view.course["ends_on"])


def _titled(view: CourseView, table: str, key: str) -> str:
    rows: pd.DataFrame = getattr(view.year.registry, table)
    found = rows[rows[key] == view.course.get(key)]
    return view.title(table, found.iloc[0]) if len(found) else ""


def _direction(view: CourseView) -> str:
    rows = view.year.registry.directions
    found = rows[rows["direction_id"] == view.programme["direction_id"]]
    return view.title("directions", found.iloc[0]) if len(found) else ""


def draft_note(view: View) -> str:
    """Say where a native speaker has not reviewed the wording yet."""
    survey, is_source = view.year.survey, view.phrases.language == "en"
    if is_source or (view.phrases.is_reviewed and all(instrument.reviewed for instrument in survey.instruments)):
        return ""
    return view.say("Draft texts: a methodologist who is a native speaker has not reviewed this wording yet.")


def end_of_report(view: CourseView) -> Section:
    """Close the report; only a report that runs to here is published."""
    note = paragraph(view.say("End of the report on course {course}.", course=view.course_id), "note")
    return Section(END_MARK, "", [], [Html(note)])
