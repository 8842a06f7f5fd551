"""Make the page that says what became of the runs: a status goes in, the text of ``reports/status.html`` comes out."""

from collections.abc import Sequence
from typing import Any

from coursewaves.pages.page_templates import fill_page, template_text
from coursewaves.phrases import Phrases, marked
from coursewaves.publishing.report import page_css
from coursewaves.runs import words
from coursewaves.runs.history import Status
from coursewaves.runs.record import RunRecord
from coursewaves.settings.home import Settings

FAILURE_COLUMNS = (marked("Report"), marked("Language"), marked("Reason"))
RUN_COLUMNS = (
    marked("Ended"),
    marked("Outcome"),
    marked("Failed"),
    marked("Made"),
    marked("Unchanged"),
    marked("Took"),
)

RUNS_SHOWN = 20
FAILURES_SHOWN = 200

SIGNS = {"done": "✓", "nothing new": "✓", "stopped": "!", "never ran": "!"}
"""What stands before a state beside its colour; before all others a cross."""


def status_page(status: Status, settings: Settings, aside: Sequence[str] = (), has_index: bool = True) -> str:
    """Lay a status out as a page in the institute's first language.

    Parameters
    ----------
    status
        What is known of the runs.
    settings
        Language, time zone and name of the institute.
    aside
        Names of status files that could not be read and were moved aside.
    has_index
        Whether there is a page that lists the reports.
    """
    phrases, last, state = words.phrases_of(settings), status.last, words.state_of(status)
    due = words.moment(phrases, settings.zone, status.missed_since)
    return fill_page(
        "status.html.j2",
        language=phrases.language,
        title=phrases.say("Runs of the reports"),
        institute=settings.institute.get(phrases.language, ""),
        css=page_css(),
        own_css=template_text("status.css"),
        sign=SIGNS.get(state, "✕"),
        state=words.title(phrases, state),
        sentence=words.sentence(phrases, state, last, due),
        facts=_facts(status, settings, phrases),
        remarks=_remarks(status, phrases, aside),
        advice_title=phrases.say("What to do now"),
        advice=words.advice(phrases, state, last),
        failures=_failures(last, phrases),
        runs=_runs(status.runs, settings, phrases),
        link=phrases.say("To the reports") if has_index else "",
    )


def _facts(status: Status, settings: Settings, phrases: Phrases) -> list[tuple[str, str]]:
    last, zone = status.last, settings.zone
    facts = [
        (phrases.say("All reports were current"), words.moment(phrases, zone, status.last_success_at)),
        (phrases.say("The next run is due"), words.moment(phrases, zone, status.next_due_at)),
        (
            phrases.say("If this page looks the same after that, a run was missed"),
            words.moment(phrases, zone, status.overdue_at),
        ),
    ]
    if last:
        facts.insert(1, (phrases.say("The last run ended"), words.moment(phrases, zone, last.ended_at)))
        facts.append((phrases.say("Reports with older figures"), phrases.number(last.n_stale)))
    return [*facts, (phrases.say("Time zone"), settings.time_zone)]


def _remarks(status: Status, phrases: Phrases, aside: Sequence[str]) -> list[str]:
    remarks = []
    if status.last and status.last.clock_went_back:
        told = phrases.say("The machine's clock went back before the last run; runs are in order by their numbers.")
        remarks.append(told)
    if aside:
        remarks.append(
            phrases.say(
                "Files that could not be read were moved aside; the runs in them are not listed: {files}",
                files=", ".join(aside),
            )
        )
    remarks += [phrases.say("A message could not be sent: {reason}", reason=reason) for reason in status.unsent]
    return remarks


def _failures(last: RunRecord | None, phrases: Phrases) -> dict[str, Any]:
    failures = last.failures if last else ()
    return {
        "title": phrases.say("What failed in the last run"),
        "head": [phrases.say(name) for name in FAILURE_COLUMNS],
        "rows": [
            {"name": words.named(phrases, one), "language": one.language, "cell": one.cell, "reason": one.reason}
            for one in failures[:FAILURES_SHOWN]
        ],
        "more": words.more(phrases, len(failures[FAILURES_SHOWN:])),
    }


def _runs(runs: Sequence[RunRecord], settings: Settings, phrases: Phrases) -> dict[str, Any]:
    """Lay the last runs out, the newest first."""
    return {
        "title": phrases.say("The last runs"),
        "head": [phrases.say(name) for name in RUN_COLUMNS],
        "rows": [
            {
                "ended": words.short_moment(phrases, settings.zone, run.ended_at),
                "sign": SIGNS.get(run.outcome, "✕"),
                "outcome": phrases.say(words.OUTCOMES[run.outcome]),
                "cells": [
                    *(phrases.number(count) for count in (run.n_failed, run.n_made, run.n_unchanged)),
                    words.duration(phrases, run.seconds),
                ],
            }
            for run in reversed(runs[-RUNS_SHOWN:])
        ],
    }
