"""Earlier decisions of the councils on a programme, and whether its ratings moved since (¶18-20)."""

from typing import Any

import pandas as pd

from coursewaves.analysis.years import NO_RUNS, NOT_SHRUNKEN
from coursewaves.deadlines.hearings.words import COUNCILS, DECISIONS
from coursewaves.pages.pieces import Html, Section, Sections, paragraph, table
from coursewaves.phrases import marked
from coursewaves.views.opening import ProgrammeReader


def decisions(view: ProgrammeReader) -> Section:
    """List the councils' earlier decisions, and whether ratings moved since (¶18-20)."""
    title = view.say("Earlier decisions of the councils")
    if not view.decisions.rows():
        text = view.say("The registry lists no earlier decision on this programme.")
        return Section("decisions", title, [18, 19, 20], [paragraph(text)])
    return Section("decisions", title, [18, 19, 20], earlier(view))


def of_course(view: ProgrammeReader) -> Sections:
    """List the earlier decisions on the programme of a course; nothing where there was none."""
    return Sections([decisions(view)] if view.decisions.rows() else [])


def earlier(view: ProgrammeReader) -> list[Html]:
    """List the decisions, say what the ratings did since each, and what that leaves open; nothing where none was."""
    if not view.decisions.rows():
        return []
    told = [paragraph(told_decision(view, row)) for row in view.decisions.rows() if row["kind"] != "none"]
    note = view.say(
        "What followed a decision is not what it caused. A programme is decided on when its rating is low, and the "
        "next rating would be higher by chance alone: with ten programmes or more its mean before is drawn to theirs."
    )
    return [decisions_table(view), *told, paragraph(note, "note")]


def decisions_table(view: ProgrammeReader) -> Html:
    """List the decisions by day, with the programme's ratings before and after; their wording stays in the registry."""
    say = view.say
    head = [say("Day"), say("Council"), say("Decision"), say("Carried out")]
    head += [say("Runs before / after"), say("Rating before → after")]
    return table(say("Decisions on the programme"), head, [_line(view, row) for row in view.decisions.rows()])


def _line(view: ProgrammeReader, row: dict[str, Any]) -> list[str]:
    number, council, kind = view.phrases.number, COUNCILS[row["council"]], DECISIONS[row["kind"]]
    runs, ratings = "–", "–"
    done = "–" if pd.isna(row["done_on"]) else view.phrases.short_day(row["done_on"].date())
    if row["kind"] != "none" and pd.notna(row["n_runs_before"]):
        runs = f"{number(row['n_runs_before'])} / {number(row['n_runs_after'])}"
    if _is_told(row):
        ratings = f"{number(row['mean_before'])} → {number(row['mean_after'])}"
    return [view.phrases.short_day(row["decided_on"].date()), view.say(council), view.say(kind), done, runs, ratings]


def told_decision(view: ProgrammeReader, row: dict[str, Any]) -> str:
    """Say whether the ratings moved since a decision, how the others moved, and what that leaves open."""
    more = [_drift(view, row), _drawn(view, row)] if _is_told(row) else []
    return " ".join(filter(None, [decision_sentence(view, row), *more]))


def decision_sentence(view: ProgrammeReader, row: dict[str, Any]) -> str:
    """Say whether the ratings moved since a decision, or why that can't be said."""
    kind = DECISIONS[row["kind"]]
    values = {"day": view.phrases.day(row["decided_on"].date()), "kind": view.say(kind)}
    if not _is_told(row):
        unknown = {
            True: marked("Since {day} ({kind}): no run before the decision, or none after it; nothing can be said."),
            False: marked("Since {day} ({kind}): too few answers or runs to say whether the rating moved."),
        }
        is_without_runs = row.get("reason") == NO_RUNS
        return view.say(unknown[is_without_runs], **values)
    moved = {
        "higher": marked("Since {day} ({kind}) the rating is higher by {estimate} points (likely {low} to {high})."),
        "lower": marked("Since {day} ({kind}) the rating is lower: {estimate} points (likely {low} to {high})."),
        "alike": marked(
            "Since {day} ({kind}) no move of the rating is distinguishable (likely {low} to {high} points)."
        ),
    }
    verdict = "higher" if row["low"] > 0 else "lower" if row["high"] < 0 else "alike"
    values |= {name: view.phrases.signed(row[name]) for name in ("estimate", "low", "high")}
    return view.say(moved[verdict], **values)


def _is_told(row: dict[str, Any]) -> bool:
    return not row["is_hidden"] and row.get("estimate") is not None and row["estimate"] == row["estimate"]


def _drift(view: ProgrammeReader, row: dict[str, Any]) -> str:
    """Say how the other programmes moved around the same day."""
    if row["drift"] != row["drift"]:
        return ""
    return view.say("Other programmes moved by {drift} in the same time.", drift=view.phrases.signed(row["drift"]))


def _drawn(view: ProgrammeReader, row: dict[str, Any]) -> str:
    if row["reason"] != NOT_SHRUNKEN:
        return ""
    return view.say("With fewer than ten programmes a return to the mean can't be told apart from a move.")


def last_decision(view: ProgrammeReader) -> str:
    """Say what followed the last decision that changed something; empty where there was none."""
    changed = [row for row in view.decisions.rows() if row["kind"] != "none"]
    return decision_sentence(view, changed[-1]) if changed else ""
