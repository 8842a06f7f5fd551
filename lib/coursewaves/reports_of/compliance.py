"""The regulation by paragraphs (¶1-22): how each stands in the loaded data, as `coursewaves.regulation` says."""

from datetime import date

import pandas as pd

from coursewaves.deadlines.due import Due, low_rated, ways_of
from coursewaves.deadlines.hearings import find_tasks
from coursewaves.pages.pieces import Section, paragraph, table
from coursewaves.regulation import State, asked, evidence_words, facts_of, state_words, states_of
from coursewaves.reports_of.dates import deadlines_of, last_day
from coursewaves.reports_of.reach import coverages
from coursewaves.views.opening import YearView
from coursewaves.views.subject import Subject, once

LONG_AGO = date(1970, 1, 1)
"""The day as of which a year without any answer is told: nothing of it has begun."""


def compliance(view: YearView) -> Section:
    """List every paragraph of the regulation, how it stands on the day of the last answer, and what shows it."""
    say, phrases = view.say, view.phrases
    head = [say("Paragraph"), say("How it stands"), say("What shows it")]
    lines = [
        [
            f"¶{state.paragraph}. {asked(phrases, state.paragraph)}",
            state_words(phrases, state.state),
            "; ".join(evidence_words(phrases, one) for one in state.evidence),
        ]
        for state in _states(view)
    ]
    note = say(
        "Only what can be seen in the loaded data is judged; what is done outside of this program is not known here."
    )
    parts = [table(say("The regulation, paragraph by paragraph"), head, lines, "prose"), paragraph(note, "note")]
    return Section("compliance", say("Compliance with the regulation (¶1–22)"), [], parts)


@once
def _states(subject: Subject) -> list[State]:
    """Tell how the paragraphs stand as of the last answer; what is published is no part of the data."""
    today, year, low = last_day(subject) or LONG_AGO, subject.year, low_rated(subject.year)
    found, nothing = deadlines_of(subject), pd.DataFrame(columns=["kind", "subject_id", "made_on"])
    ways, tasks = ways_of(year, found, low, today, nothing), find_tasks(year.registry.decisions, today)
    return states_of(facts_of(year, Due(today, found, low, coverages(subject), ways, tasks)))
