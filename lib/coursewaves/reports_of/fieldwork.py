"""The field work of a sample wave (¶10): what became of the invitations, by direction; no participant."""

from datetime import date
from typing import Any

import pandas as pd

from coursewaves.analysis.sample import TARGET_PERCENT
from coursewaves.disclosure import Disclosed, disclose
from coursewaves.field import Progress, field_progress
from coursewaves.pages.pieces import Section, bullets, paragraph, table
from coursewaves.reports_of.reach import direction_name, sample_wave
from coursewaves.reports_of.sample import plan_of
from coursewaves.views.opening import YearView
from coursewaves.views.subject import Subject, once

LABELS = ["scope", "scope_id", "n_completed"]
"""What says of a row what it is about, and is in the registry."""


@once
def last_day(subject: Subject) -> date:
    """Return the last day of which the tables know something: of an answer, an invitation or its outcome."""
    invitations = subject.year.registry.invitations
    forms = subject.year.received
    days = [forms["submitted_at"].max()] if "submitted_at" in forms else []
    days += [invitations[name].max() for name in ("invited_on", "closed_on")]
    return max((pd.Timestamp(day).date() for day in days if pd.notna(day)), default=date.min)


@once
def progress_of(subject: Subject) -> Progress | None:
    """Return how the sample wave stands; None where no invitation of it is recorded."""
    instrument, year = sample_wave(subject), subject.year
    if instrument is None or not (year.registry.invitations["wave"] == instrument.wave).any():
        return None
    rules = year.settings.sample
    return field_progress(
        plan_of(subject, TARGET_PERCENT), year.registry, year.received, instrument, today=last_day(subject),
        expected_response=rules.expected_response, wait_days=rules.wait_days,
    )  # fmt: skip


def shown_progress(view: YearView, found: Progress) -> Disclosed:
    """Return the directions' rows of which enough people were asked and have answered."""
    directions = found.scopes[found.scopes["scope"] == "direction"].reset_index(drop=True)
    return disclose(directions, view.least("counts"), LABELS, ("n_invited", "n_answered"))


def fieldwork(view: YearView) -> Section:
    """Show what became of those invited, how many reserves are left, and what can still be reached (¶10)."""
    title, found = view.say("In the field"), progress_of(view)
    if found is None:
        text = view.say("No invitation is recorded yet: the registry's table of invitations says who was asked.")
        return Section("fieldwork", title, [10], [paragraph(text)])
    rows = shown_progress(view, found).rows()
    say = view.say
    head = [say("Direction"), say("Invited"), say("Answered with a code"), say("Refused"), say("Nothing came back"),
            say("Reserves left"), say("Response rate"), say("Share that can be expected")]  # fmt: skip
    note = say(
        "As of {day}. Response rate: answers with a code, of all invited who completed the course, those replaced too "
        "(AAPOR's RR1). Answers without a code count for the share of those who completed. The share that can be "
        "expected rests on {rate} of those who are still to answer, reserves included.",
        day=view.phrases.day(last_day(view)), rate=view.phrases.percent(view.year.settings.sample.expected_response),
    )  # fmt: skip
    caption = say("What became of the invitations")
    parts = [
        table(caption, head, [_line(view, row) for row in rows]),
        paragraph(note, "note"),
        bullets(_told(view, rows)),
    ]
    return Section("fieldwork", title, [10], parts)


def _line(view: YearView, row: dict[str, Any]) -> list[str]:
    name, number, percent = direction_name(view, row["scope_id"]), view.phrases.number, view.phrases.percent
    if row["is_hidden"]:
        return [name, view.say("hidden: small group"), *["–"] * 6]
    silent = row["n_not_reached"] + row["n_silent"] + row["n_waiting"]
    counts = [number(row[key]) for key in ("n_invited", "n_answered", "n_refused")]
    return [name, *counts, number(silent), number(row["n_reserves"]), percent(row["response_rate"]),
            percent(row["share_expected"], 1)]  # fmt: skip


def _told(view: YearView, rows: list[dict[str, Any]]) -> list[str]:
    """Say which directions are at risk, and how many reserves are to be asked."""
    alarms = [f"{direction_name(view, row['scope_id'])}: {view.say(row['alarm'])}." for row in rows if row["alarm"]]
    n_to_call = sum(row["n_to_call"] for row in rows if not row["is_hidden"])
    if n_to_call:
        alarms.append(view.say("Reserves to ask now: {n}.", n=view.phrases.number(n_to_call)))
    return alarms
