"""How far the sample wave reached (¶10): gated shares of those who completed, by direction."""

from typing import Any

import pandas as pd

from coursewaves.analysis.sample import TARGET_PERCENT
from coursewaves.deadlines.due import Coverage, coverage_of
from coursewaves.pages.pieces import Html, Section, paragraph, table
from coursewaves.phrases import marked
from coursewaves.survey.instruments import Instrument
from coursewaves.views.subject import Subject, once
from coursewaves.views.view import View


@once
def sample_wave(subject: Subject) -> Instrument | None:
    """Return the questionnaire that asks a sample; None where all ask everybody."""
    return next((one for one in subject.year.survey.waves() if one.least_percent is not None), None)


@once
def coverages(subject: Subject) -> list[Coverage]:
    """Return the coverage of each sample wave, gated."""
    waves = subject.year.survey.waves()
    return [coverage_of(subject.year, one) for one in waves if one.least_percent is not None]


def coverage(view: View) -> Section:
    """Show how far wave 3 reached in each direction (¶10)."""
    parts = [coverage_table(view, one) for one in coverages(view)]
    if not any(parts):
        parts = [paragraph(view.say("Nobody who completed a course is known yet."))]
    parts += [paragraph(small_courses(view, one.rows()), "note") for one in coverages(view)]
    return Section("coverage", view.say("Coverage of those who completed"), [10], parts)


def small_courses(view: View, rows: list[dict[str, Any]]) -> str:
    """Say that small courses are left out of a coverage; nothing where there are none."""
    if not any(row["n_small"] for row in rows):
        return ""
    return view.say(
        "Courses with fewer than {minimum} answers in the wave are left out; where a share hangs on them, whether it "
        "is reached is not said.",
        minimum=view.phrases.number(view.least("counts")),
    )


def coverage_table(view: View, found: Coverage) -> Html:
    """List each direction with the least share and the planned one."""
    say, number = view.say, view.phrases.number
    least, target = (
        view.phrases.percent(percent / 100) for percent in (found.instrument.least_percent or 0, TARGET_PERCENT)
    )
    head = [say("Direction"), say("Completed"), say("Answered"), say("Share"), say("At least {share}", share=least),
            say("Planned {share}", share=target)]  # fmt: skip
    lines = []
    for row in found.directions.rows():
        figures = [f"<{found.directions.minimum}", "–", "–", "–"]
        if not row["is_hidden"]:
            steps = [step_words(view, row[f"is_{name}_reached"], row[f"n_to_{name}"]) for name in ("least", "target")]
            figures = [number(row["n"]), share_words(view, row), *steps]
        lines.append([direction_name(view, row["scope_id"]), number(row["n_completed"]), *figures])
    return table(say("{wave}: coverage", wave=view.wave_name(found.instrument)), head, lines)


def direction_name(view: View, direction_id: str) -> str:
    """Return a direction's title; programmes may have none."""
    rows = view.year.registry.directions
    own = rows[rows["direction_id"] == direction_id]
    return view.title("directions", own.iloc[0]) if len(own) else view.say("Without a direction")


def programme_name(view: View, programme_id: str) -> str:
    """Return a programme's title with its code, by which other tables call it."""
    return f"{view.title('programmes', view.year.registry.programme(programme_id))} ({programme_id})"


def share_words(view: View, row: dict[str, Any]) -> str:
    """Return the share of those who completed; one that is not enough has a decimal: 29.7 % is not 30 %."""
    is_under = row["is_least_reached"] is False or row["is_target_reached"] is False
    return view.phrases.percent(row["share"], 1 if is_under else 0)


def step_words(view: View, is_reached: Any, more: Any) -> str:
    """Say whether a share is reached, or how many answers are missing."""
    if is_reached is None or pd.isna(is_reached):
        return "–"
    return view.say("reached") if is_reached else view.say("{n} more needed", n=view.phrases.number(more))


def coverage_in_short(view: View) -> list[str]:
    """Say in how many directions the least share is reached; those where that must not be said are left out."""
    told = []
    for found in coverages(view):
        rows = [row for row in found.directions.rows() if not _is_open(row)]
        n = sum(row["is_least_reached"] is True for row in rows if not row["is_hidden"] and not row["reason"])
        values = {
            "n": view.phrases.number(n),
            "all": view.phrases.number(len(rows)),
            "wave": view.wave_name(found.instrument),
        }
        text = marked("{wave}: the least share of those who completed (¶10) is reached in {n} of {all} directions.")
        told += [view.say(text, **values)] if rows else []
    return told


def _is_open(row: dict[str, Any]) -> bool:
    """Whether a share hangs on small courses, so that it is not said whether it is reached."""
    return not row["is_hidden"] and not row["reason"] and bool(pd.isna(row["is_least_reached"]))
