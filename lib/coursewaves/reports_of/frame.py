"""What every kind of report begins and ends with."""

from coursewaves.pages.pieces import Html, Section, facts, heading, paragraph
from coursewaves.sections.front import END_MARK
from coursewaves.survey.instruments import wording
from coursewaves.views.view import View


def front_of(view: View, title: str, told: list[tuple[str, str]], about: str) -> Section:
    """Say what is reported and from what (¶1-3); every kind is told the institute and the day of the last answer."""
    institute = view.year.settings.institute
    name = wording(institute, view.phrases.language)
    shared = [(view.say("Institute"), name), *told, (view.say("Last answer"), _last_answer(view))]
    parts = [heading(title, level=1), facts(shared), paragraph(about), paragraph(_draft_note(view), "warning")]
    return Section("front", "", [], parts)


def end_of(view: View) -> Section:
    """Close a report; only a report that runs to here is published."""
    return Section(END_MARK, "", [], [Html(paragraph(view.say("End of the report."), "note"))])


def _last_answer(view: View) -> str:
    forms = view.year.responses
    day = forms["submitted_at"].max() if "submitted_at" in forms and len(forms) else None
    return "" if day is None else view.phrases.day(day.date())


def _draft_note(view: View) -> str:
    is_reviewed = view.phrases.is_reviewed and all(one.reviewed for one in view.year.survey.instruments)
    if view.phrases.language == "en" or is_reviewed:
        return ""
    return view.say("Draft texts: a methodologist who is a native speaker has not reviewed this wording yet.")
