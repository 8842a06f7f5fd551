"""How forms were answered (¶6, ¶13): what careless answering could change, and what language versions differ in."""

from collections.abc import Callable
from typing import Any

import numpy as np

from coursewaves.analysis.careless import with_and_without
from coursewaves.analysis.versions import compare_versions
from coursewaves.disclosure import Disclosed
from coursewaves.pages.pieces import Section, paragraph, table
from coursewaves.phrases import marked
from coursewaves.reports_of.forms import named, pooled_forms, wave_of
from coursewaves.views.opening import YearView
from coursewaves.views.subject import Subject, once

SURE = 0.05
"""Adjusted p value under which a question is named for a second reading."""


@once
def _careless(subject: Subject) -> Disclosed:
    """Set the criteria beside those without the forms of one mark; under the minimum such forms nothing is shown."""
    year = subject.year
    forms = pooled_forms(subject)
    scores = year.shown_scores[year.shown_scores["response_id"].isin(forms["response_id"])]
    names = [one.id for one in year.survey.criteria if one.kind == "criterion" and one.id in scores]
    marks = dict(zip(forms["response_id"], forms["is_straightlined"], strict=True))
    flags = scores["response_id"].map(marks).astype(bool)
    found = with_and_without(scores, flags, names)
    found = found[found["reason"] == ""].assign(n_others=found["n"] - found["n_flagged"]).reset_index(drop=True)
    return subject.gate(found, "counts", ["instrument_id", "name"], n=("n_flagged", "n_others"))


def careless(view: YearView) -> Section:
    """Show what forms with the same mark everywhere could change (¶13); none is left out anywhere."""
    title, number = view.say("Careless answering"), view.phrases.number
    head = [view.say("Criterion"), view.say("Forms with one mark"), view.say("Mean, 0–100"),
            view.say("Without them"), view.say("Difference")]  # fmt: skip
    lines = [
        [f"{wave_of(view, row)}: {named(view, row['name'])}",
         f"{number(row['n_flagged'])} ({view.phrases.percent(row['flagged_share'])})", number(row["mean"]),
         number(row["mean_without"]), view.phrases.signed(row["difference"], 1)]
        for row in _careless(view).shown()
    ]  # fmt: skip
    caption = view.say("Criteria with and without the forms of one mark")
    note = view.say("Forms with the same mark everywhere are kept: often they are honest.")
    few = "" if lines else view.say("Fewer than {minimum} such forms: nothing is shown.", minimum=view.least("counts"))
    return Section("careless", title, [13], [table(caption, head, lines), paragraph(few), paragraph(note, "note")])


def flagged_in_short(view: YearView) -> str:
    """Say by how much the forms of one mark could change a criterion; nothing where they are few."""
    rows = _careless(view).shown()
    if not rows:
        return ""
    largest = max(abs(float(row["difference"])) for row in rows)
    text = marked("Without the forms of one mark, no criterion would change by more than {n} points.")
    return view.say(text, n=view.phrases.number(np.ceil(largest)))


# Versions ---------------------------------------------------------------------------------------------


@once
def _versions(subject: Subject) -> Disclosed:
    """Return the differences between the language versions of each question."""
    found = compare_versions(pooled_forms(subject), subject.year.survey)
    kept = found[(found["reason"] == "") & found["p_value_adjusted"].notna()].reset_index(drop=True)
    labels = ["instrument_id", "item_id", "first", "second"]
    return subject.gate(kept, "means", labels, n=("n_first", "n_second"))


def versions(view: YearView) -> Section:
    """List the questions that one language version asks otherwise, perhaps (¶6)."""
    title, rows = view.say("Language versions"), _versions(view).shown()
    if not rows:
        text = view.say("Versions are compared from ten courses that were answered in both.")
        return Section("versions", title, [6], [paragraph(text)])
    head = [view.say("Question"), view.say("Versions"), view.say("Answers"), view.say("Beyond the person (95 %)")]
    lines = [_version(view, row) for row in rows if row["p_value_adjusted"] < SURE]
    note = view.say(
        "Compared within courses, each answer against the person's own others. A difference asks for a second reading "
        "of the wording; it proves nothing."
    )
    parts = [
        paragraph(versions_in_short(view)),
        table(view.say("Questions to read again"), head, lines),
        paragraph(note, "note"),
    ]
    return Section("versions", title, [6], parts)


def _version(view: YearView, row: dict[str, Any]) -> list[str]:
    signed: Callable[[float], str] = view.phrases.signed
    n = f"{view.phrases.number(row['n_first'])} / {view.phrases.number(row['n_second'])}"
    beyond = f"{signed(row['beyond'])} ({signed(row['beyond_low'])} … {signed(row['beyond_high'])})"
    return [view.item_label(row["item_id"]), f"{row['first']} → {row['second']}", n, beyond]


def versions_in_short(view: YearView) -> str:
    """Say how many questions differ between language versions; nothing where none can be compared."""
    rows = _versions(view).shown()
    values = {
        "n": view.phrases.number(sum(row["p_value_adjusted"] < SURE for row in rows)),
        "all": view.phrases.number(len(rows)),
    }
    text = marked("Questions whose language versions differ: {n} of {all}; the others are not distinguishable.")
    return view.say(text, **values) if rows else ""


def differing(view: YearView) -> list[str]:
    """Name the questions whose language versions differ."""
    return [view.item_label(row["item_id"]) for row in _versions(view).shown() if row["p_value_adjusted"] < SURE]
