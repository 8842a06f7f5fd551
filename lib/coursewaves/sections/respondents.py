"""Who answered (¶5, ¶10, ¶17): the waves' response and the contingent."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from coursewaves.analysis.summarise import given_answers
from coursewaves.deadlines.open_words import open_sentences
from coursewaves.disclosure import Disclosed
from coursewaves.intake.responses import WAITING
from coursewaves.pages.pieces import Html, Section, heading, paragraph, table
from coursewaves.phrases import Said
from coursewaves.survey.instruments import Instrument, Item
from coursewaves.views.course import Course
from coursewaves.views.opening import CourseView
from coursewaves.views.subject import once
from coursewaves.views.view import View


def respondents(view: CourseView) -> Section:
    """Show invited, answered and uncounted forms by wave, and who the respondents are."""
    counts = view.gate(view.counts, "counts", ["instrument_id", "wave", "n_invited"])
    caption = view.say("Invited and answered, by wave")
    say = view.say
    head = [say("Wave"), say("Invited"), say("Answered"), say("Share"), say("Duplicates"), say("Outside the window")]
    rows = [_line(view, row, counts.minimum) for row in counts.rows()]
    parts = [table(caption, head, rows)]
    parts += [paragraph(_coverage(view, row)) for row in counts.rows()]
    parts += [paragraph(text) for text in open_sentences(view.year, view.phrases, view.course_id)]
    parts += [paragraph(waiting(view, view.course_id), "note"), paragraph(_unlinked(view), "note"), *_contingent(view)]
    return Section("respondents", view.say("Who answered"), [5, 10, 17], parts)


def _line(view: CourseView, row: dict[str, Any], minimum: int) -> list[str]:
    number = view.phrases.number
    invited = "–" if pd.isna(row["n_invited"]) else number(row["n_invited"])
    wave = view.wave_name(view.year.survey.instrument(row["instrument_id"]))
    if row["is_hidden"]:
        return [wave, invited, f"<{minimum}", "–", "–", "–"]
    share = view.phrases.percent(row["share"])
    return [wave, invited, number(row["n"]), share, number(row["n_duplicate"]), number(row["n_outside_window"])]


def _coverage(view: CourseView, row: dict[str, Any]) -> str:
    """Say whether a sample wave reaches the share that the regulation asks for (¶10)."""
    instrument: Instrument = view.year.survey.instrument(row["instrument_id"])
    if instrument.least_percent is None or row["is_hidden"] or pd.isna(row["share"]):
        return ""
    values = {
        "wave": view.wave_name(instrument),
        "n": view.phrases.number(row["n"]),
        "invited": view.phrases.number(row["n_invited"]),
        "share": view.phrases.percent(row["share"]),
        "least": view.phrases.percent(instrument.least_percent / 100),
    }
    if row["n"] * 100 >= instrument.least_percent * row["n_invited"]:
        return view.say(
            "{wave}: {n} of {invited} who completed the course answered ({share}); the least share of {least} (¶10) "
            "is reached in this course.", **values
        )  # fmt: skip
    values["share"] = view.phrases.percent(row["share"], digits=1)  # 29.9 % of 1,000 is not 30 %
    return view.say(
        "{wave}: {n} of {invited} who completed the course answered ({share}); the least share of {least} (¶10) is "
        "not reached in this course. The requirement is checked by direction.", **values
    )  # fmt: skip


def waiting(view: View, course_id: str) -> str:
    """Say of which waves of a course answers wait; never how many."""
    outcomes = view.year.outcomes
    own = outcomes[(outcomes["course_id"] == course_id) & (outcomes["outcome"] == WAITING)]
    waves = [view.wave_name(wave) for wave in view.year.survey.waves() if wave.id in set(own["instrument_id"])]
    if not waves:
        return ""
    return view.say(
        "Answers wait to be counted, since this page would differ by fewer than {minimum} people from an earlier one: "
        "{list}.",
        minimum=view.phrases.number(view.least("counts")), list="; ".join(waves),
    )  # fmt: skip


def _unlinked(view: CourseView) -> str:
    forms = view.responses
    waves = [instrument.id for instrument in view.year.survey.waves()]
    shown = [wave for wave in waves if (forms["instrument_id"] == wave).sum() >= view.least("counts")]
    people = forms.loc[forms["instrument_id"].isin(shown), "respondent_id"]
    if people.empty:
        return ""
    share = view.phrases.percent(float(people.notna().mean()))
    return view.say("Forms with a code that links one person's waves: {share}.", share=share)


def _contingent(view: CourseView) -> list[Html]:
    """Show role, age and experience in the wave that most people answered."""
    by_size = sorted(view.year.survey.waves(), key=lambda one: (-len(view.of_wave(one)), one.wave))
    if not by_size or len(view.of_wave(by_size[0])) < view.least("counts"):
        return []
    instrument = by_size[0]
    background = view.year.survey.background
    lines = [line for item in background for line in _groups(view, instrument.id, item.purpose or "")]
    if not lines:
        return []
    caption = view.say("Contingent of the respondents, {wave}", wave=view.wave_name(instrument))
    head = [view.say("Group"), view.say("Answers"), view.say("Share")]
    return [heading(view.say("Contingent")), table(caption, head, lines)]


def _groups(view: CourseView, instrument_id: str, purpose: str) -> list[list[str]]:
    """List the groups of one question that are shown, and in one line those that are not."""
    item = _asked(view, purpose)
    n, rows = _counted(view, instrument_id, purpose)
    options = view.year.survey.scale(item.scale).options
    names = {option.code: option.wording(view.phrases.language) for option in options}
    has_shares = n >= view.least("shares")
    lines = [([row["code"]], _figures(view, row, has_shares)) for row in rows if not row["is_hidden"]]
    hidden = [row["code"] for row in rows if row["is_hidden"]]
    lines += [(hidden, [view.say("hidden: small group"), "–"])] if hidden else []
    return [[_label(view.wording(item), purpose, codes, names), *figures] for codes, figures in lines]


def _label(question: str, purpose: str, codes: Sequence[str], names: Mapping[str, str]) -> str:
    """Name the groups of a line."""
    told = ", ".join(names[code] for code in codes)
    return Said(f"{question} — {told}", ", ".join(f"{purpose}.{code}" for code in codes))


def _asked(course: Course, purpose: str) -> Item:
    return next(item for item in course.year.survey.background if item.purpose == purpose)


@once
def _counted(course: Course, instrument_id: str, purpose: str) -> tuple[int, list[dict[str, Any]]]:
    """Return how many said which group they are of, and what of these may be shown; no rows where nobody said it.

    Where a group is hidden those of nobody are named too, or their absence would count it.
    """
    options = course.year.survey.scale(_asked(course, purpose).scale).options
    given = given_answers(course.forms(instrument_id), purpose)
    if not given:
        return 0, []
    counts = [(option.code, given.count(option.code)) for option in options]
    groups = pd.DataFrame([(code, n, n / len(given)) for code, n in counts], columns=["code", "n", "share"])
    shown = course.gate(groups, "counts", ["code"], is_partition=True)
    return len(given), shown.rows() if _is_any_hidden(groups, shown) else shown.shown()


def _is_any_hidden(groups: pd.DataFrame, shown: Disclosed) -> bool:
    """Tell whether a group of somebody is hidden."""
    return bool((shown.table["is_hidden"].astype(bool) & (groups["n"] > 0)).any())


def _figures(view: CourseView, row: dict[str, Any], has_shares: bool) -> list[str]:
    """Return number and share of a group."""
    share = view.phrases.percent(float(row["share"])) if has_shares else "–"
    return [view.phrases.number(row["n"]), share]
